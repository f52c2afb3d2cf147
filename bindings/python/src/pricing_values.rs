//! What the functions of prices take (a value of the engine, JSON text, or data of Python) and the plain data that they give.

use crm_core::conditions::PriceContext;
use crm_core::pricing::{PriceCatalog, PriceDocument, PriceGoal, PriceItem, PriceResult, PricedItem, WhatIf};
use crm_core::value::python::{Take, under};
use crm_core::value::{Decimal, ErrorCode, FieldValue, Problem, Result, json};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How deep lists and dictionaries may be nested.
const MAX_DEPTH: usize = 64;

/// A value of the engine, or the JSON text of one.
pub enum Source<T> {
    Typed(T),
    Json(String),
}

impl<T: DeserializeOwned> Source<T> {
    /// The value.
    pub fn read(self) -> Result<T> {
        match self {
            Self::Typed(value) => Ok(value),
            Self::Json(text) => json::from_text(&text),
        }
    }
}

/// A catalogue in any form.
pub struct CatalogInput(pub Source<PriceCatalog>);

/// A document in any form.
pub struct DocumentInput(pub Source<PriceDocument>);

/// For whom a document is priced, in any form.
pub struct ContextInput(pub Source<PriceContext>);

/// Documents in any form.
pub struct DocumentsInput(pub Vec<DocumentInput>);

/// An item of a document in any form.
pub struct ItemInput(pub Source<PriceItem>);

/// The price of a document in any form.
pub struct ResultInput(pub Source<PriceResult>);

/// The price of an item in any form.
pub struct PricedItemInput(pub Source<PricedItem>);

/// What another catalogue would make of documents, in any form.
pub struct WhatIfInput(pub Source<WhatIf>);

/// A goal, by its name or as the choice itself.
#[derive(FromPyObject)]
pub enum GoalInput {
    Choice(PriceGoal),
    Name(String),
}

impl GoalInput {
    pub fn goal(self) -> Result<PriceGoal> {
        match self {
            Self::Choice(goal) => Ok(goal),
            Self::Name(name) => PriceGoal::parse(&name).ok_or_else(|| {
                let problem = Problem::of_field(ErrorCode::NotInPicklist, "goal", "the goal is none of the choices");
                problem.with("choices", PriceGoal::NAMES.join(", ")).into_invalid()
            }),
        }
    }
}

/// Gives an input its type in Python and reads it.
macro_rules! taken_as {
    ($name:ident, $alias:literal, $read:expr) => {
        impl FromPyObject<'_, '_> for $name {
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", $alias);

            fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                $read(&given).map(Self)
            }
        }
    };
}
taken_as!(CatalogInput, "PriceCatalogInput", |given| source(given, "PriceCatalog, str or dict"));
taken_as!(DocumentInput, "PriceDocumentInput", |given| source(given, "PriceDocument, str or dict"));
taken_as!(ContextInput, "PriceContextInput", |given| source(given, "PriceContext, str or dict"));
taken_as!(DocumentsInput, "PriceDocumentList", documents);
taken_as!(ItemInput, "PriceItemInput", |given| source(given, "PriceItem, str or dict"));
taken_as!(ResultInput, "PriceResultInput", |given| source(given, "PriceResult, str or dict"));
taken_as!(PricedItemInput, "PricedItemInput", |given| source(given, "PricedItem, str or dict"));
taken_as!(WhatIfInput, "WhatIfInput", |given| source(given, "WhatIf, str or dict"));

fn source<T: Take + pyo3::PyTypeInfo>(given: &Bound<'_, PyAny>, expected: &str) -> PyResult<Source<T>> {
    if given.is_instance_of::<T>() {
        return T::take(given).map(Source::Typed);
    }
    if given.is_instance_of::<PyString>() {
        return String::take(given).map(Source::Json);
    }
    if given.is_instance_of::<PyDict>() {
        return Ok(Source::Json(tree(given, 0)?.to_string()));
    }
    let name = given.get_type().name()?;
    Err(PyTypeError::new_err(format!("expected {expected}, not {name}")))
}

fn documents(given: &Bound<'_, PyAny>) -> PyResult<Vec<DocumentInput>> {
    if given.is_instance_of::<PyString>() || given.is_instance_of::<PyDict>() {
        return Err(PyTypeError::new_err("documents must be a list of documents"));
    }
    let items = given.try_iter()?.enumerate();
    items.map(|(place, item)| item?.extract().map_err(|error| under(error, &format!("documents[{place}]")))).collect()
}

/// The JSON form of a Python object. A decimal with more digits than the engine keeps stays as it is written, so that the
/// pricer can say where in the procedure it stands.
fn tree(given: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth >= MAX_DEPTH {
        let message = format!("lists and dictionaries are nested deeper than {MAX_DEPTH}");
        return Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_DEPTH).into_invalid().into());
    }
    let below = depth.saturating_add(1);
    if let Ok(dict) = given.cast::<PyDict>() {
        let entry = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let name = String::take(&key)?;
            let value = tree(&value, below).map_err(|error| under(error, &name))?;
            Ok((name, value))
        };
        return dict.iter().map(entry).collect::<PyResult<serde_json::Map<_, _>>>().map(Value::Object);
    }
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        let items = given.try_iter()?.enumerate();
        let items = items.map(|(place, item)| tree(&item?, below).map_err(|error| under(error, &format!("[{place}]"))));
        return items.collect::<PyResult<Vec<_>>>().map(Value::Array);
    }
    if let Some(written) = long_decimal(given)? {
        return Ok(Value::String(written));
    }
    let value: FieldValue = given.extract()?;
    Ok(json::to_value(&value)?)
}

/// The digits of a decimal that the engine cannot keep.
fn long_decimal(given: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if !given.is_instance(CLASS.import(given.py(), "decimal", "Decimal")?)? {
        return Ok(None);
    }
    let written = String::take(given.str()?.as_any())?;
    let is_long = written.parse::<Decimal>().is_err_and(|error| error.code() == ErrorCode::DecimalDigits);
    Ok(is_long.then_some(written))
}

/// What `json.loads` makes of JSON text.
fn plain<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    LOADS.import(py, "json", "loads")?.call1((text,))
}

/// `dict[str, Any]`.
#[cfg(feature = "inspect")]
const DICT: pyo3::inspect::PyStaticExpr = pyo3::type_hint_subscript!(
    pyo3::type_hint_identifier!("builtins", "dict"),
    pyo3::type_hint_identifier!("builtins", "str"),
    pyo3::type_hint_identifier!("typing", "Any")
);

/// Gives plain data its type in Python.
macro_rules! given_as {
    ($name:ident, $type:expr) => {
        impl<'py> IntoPyObject<'py> for $name<'py> {
            type Target = PyAny;
            type Output = Bound<'py, PyAny>;
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = $type;

            fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
                Ok(self.0)
            }
        }
    };
}

/// A value as plain data, with decimals and dates as text.
pub struct Plain<'py>(Bound<'py, PyAny>);

impl<'py> Plain<'py> {
    pub fn of(py: Python<'py>, text: &str) -> PyResult<Self> {
        plain(py, text).map(Self)
    }
}
given_as!(Plain, DICT);

/// Values as plain data, with decimals and dates as text.
pub struct PlainList<'py>(Bound<'py, PyAny>);

impl<'py> PlainList<'py> {
    pub fn of(py: Python<'py>, text: &str) -> PyResult<Self> {
        plain(py, text).map(Self)
    }
}
given_as!(PlainList, pyo3::type_hint_subscript!(pyo3::type_hint_identifier!("builtins", "list"), DICT));

/// A table: the values of each column by its name.
pub struct Table<'py>(Bound<'py, PyAny>);

impl<'py> Table<'py> {
    pub fn of(columns: Bound<'py, PyDict>) -> Self {
        Self(columns.into_any())
    }
}
given_as!(
    Table,
    pyo3::type_hint_subscript!(
        pyo3::type_hint_identifier!("builtins", "dict"),
        pyo3::type_hint_identifier!("builtins", "str"),
        pyo3::type_hint_subscript!(
            pyo3::type_hint_identifier!("builtins", "list"),
            pyo3::type_hint_identifier!("typing", "Any")
        )
    )
);
