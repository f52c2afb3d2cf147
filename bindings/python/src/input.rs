//! What a method takes in more than one form.

use std::path::PathBuf;

use crm_core::conditions::ConditionCommand;
use crm_core::customer::CustomerCommand;
use crm_core::duplicates::DuplicateCommand;
use crm_core::engine::{AccessCommand, AdminCommand, Command, JournalCommand, RecordCommand, TransferCommand};
use crm_core::forecast::ForecastCommand;
use crm_core::product::ProductCommand;
use crm_core::quote::QuoteCommand;
use crm_core::sales::SalesCommand;
use crm_core::special_price::SpecialPriceCommand;
use crm_core::value::python::Take;
use crm_core::value::{Error, ErrorCode, FieldValue, Result};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

/// A command, or the command of a room, which is wrapped.
#[derive(FromPyObject)]
pub enum CommandInput {
    Whole(Command),
    Record(RecordCommand),
    Admin(AdminCommand),
    Access(AccessCommand),
    Customer(CustomerCommand),
    Sales(SalesCommand),
    Product(ProductCommand),
    Condition(ConditionCommand),
    Quote(QuoteCommand),
    SpecialPrice(SpecialPriceCommand),
    Forecast(ForecastCommand),
    Transfer(TransferCommand),
    Duplicate(DuplicateCommand),
    Journal(JournalCommand),
}

impl From<CommandInput> for Command {
    fn from(given: CommandInput) -> Self {
        match given {
            CommandInput::Whole(command) => command,
            CommandInput::Record(command) => Self::Record(command),
            CommandInput::Admin(command) => Self::Admin(command),
            CommandInput::Access(command) => Self::Access(command),
            CommandInput::Customer(command) => Self::Customer(command),
            CommandInput::Sales(command) => Self::Sales(command),
            CommandInput::Product(command) => Self::Product(command),
            CommandInput::Condition(command) => Self::Condition(command),
            CommandInput::Quote(command) => Self::Quote(command),
            CommandInput::SpecialPrice(command) => Self::SpecialPrice(command),
            CommandInput::Forecast(command) => Self::Forecast(command),
            CommandInput::Transfer(command) => Self::Transfer(command),
            CommandInput::Duplicate(command) => Self::Duplicate(command),
            CommandInput::Journal(command) => Self::Journal(command),
        }
    }
}

/// All commands of a list.
pub fn commands(given: Vec<CommandInput>) -> Vec<Command> {
    given.into_iter().map(Command::from).collect()
}

/// JSON text, or values that are written as JSON exactly: a float is refused.
pub struct JsonInput(FieldValue);

impl FromPyObject<'_, '_> for JsonInput {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <FieldValue as FromPyObject<'_, '_>>::INPUT_TYPE;

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        given.extract().map(Self)
    }
}

impl JsonInput {
    /// The text.
    pub fn text(self) -> Result<String> {
        match self.0 {
            FieldValue::Text(text) | FieldValue::Json(text) => Ok(text),
            other => crm_core::value::json::to_canonical(&other),
        }
    }
}

/// The bytes of a file, or where it is.
#[derive(FromPyObject)]
pub enum FileInput {
    Bytes(PyBackedBytes),
    Path(PathBuf),
}

/// The bytes in memory.
pub enum Content {
    Given(PyBackedBytes),
    Read(Vec<u8>),
}

impl FileInput {
    /// Reads the file, if it is not there yet.
    ///
    /// # Errors
    /// `Io` if it cannot be read.
    pub fn content(self) -> Result<Content> {
        match self {
            Self::Bytes(bytes) => Ok(Content::Given(bytes)),
            Self::Path(path) => std::fs::read(path)
                .map(Content::Read)
                .map_err(|error| Error::unavailable(ErrorCode::Io, format!("cannot read the file: {}", error.kind()))),
        }
    }
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Given(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// A function that hears a number.
pub struct Listener(pub Py<PyAny>);

impl FromPyObject<'_, '_> for Listener {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", "Progress");

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if !given.is_callable() {
            return Err(pyo3::exceptions::PyTypeError::new_err("expected a function that takes a number"));
        }
        Ok(Self(given.to_owned().unbind()))
    }
}

/// The fields of a record by name, as keyword arguments.
pub fn fields(
    given: Option<&Bound<'_, pyo3::types::PyDict>>,
) -> PyResult<std::collections::HashMap<String, FieldValue>> {
    given.map_or_else(|| Ok(std::collections::HashMap::new()), |fields| Take::take(fields.as_any()))
}
