//! Python: exact conversions and the way of an error into an exception.
//!
//! The standard conversions of `pyo3` are not used for these types: they read a float, a truth value or a text as a
//! decimal, round decimals of 29 digits, take a `datetime` for a date and refuse `ZoneInfo`.
//!
//! A value of the wrong Python type is a `TypeError`, as everywhere in Python. A value of the right type that the
//! engine does not take (a decimal with too many digits, a naive `datetime`, a binary float) is the engine's own
//! `InvalidError` with its code and, where one is known, the path of the field. The exceptions are written in Python (`crm_core.exceptions`), because a class made by
//! the stable C API can neither carry typed attributes nor have two bases.

mod field_value;
mod given;

use chrono::{Datelike, TimeZone, Timelike, Utc};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
#[cfg(feature = "inspect")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyString, PyTuple, PyType, PyTzInfo};
#[cfg(feature = "inspect")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::value::{Date, Decimal, Error, ErrorCode, Id, Problem, Timestamp};

pub(crate) use given::take_by_extraction;
pub use given::{Argument, Given, Take, under};
pub(crate) use pyo3::{PyResult, Python};

/// A `TypeError` for what Python allows and the engine does not mean.
pub(crate) fn type_error(message: &'static str) -> PyErr {
    PyTypeError::new_err(message)
}

/// `TypeError: expected decimal.Decimal or int, not str`.
fn expected(what: &str, given: &Bound<'_, PyAny>) -> PyErr {
    match given.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("expected {what}, not {name}")),
        Err(error) => error,
    }
}

fn narrow<N: TryFrom<u32, Error = std::num::TryFromIntError>>(figure: u32) -> PyResult<N> {
    N::try_from(figure).map_err(|error| PyOverflowError::new_err(error.to_string()))
}

/// Gives a type that is cheap to copy its conversion by reference, which lists and attributes ask for.
macro_rules! by_reference {
    ($type:ident, $target:ty) => {
        impl<'py> IntoPyObject<'py> for &$type {
            type Target = $target;
            type Output = Bound<'py, Self::Target>;
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const OUTPUT_TYPE: PyStaticExpr = <$type as IntoPyObject<'py>>::OUTPUT_TYPE;

            fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                self.clone().into_pyobject(py)
            }
        }
    };
}
use by_reference;

fn decimal_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "decimal", "Decimal")
}

impl FromPyObject<'_, '_> for Decimal {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_union!(type_hint_identifier!("decimal", "Decimal"), type_hint_identifier!("builtins", "int"));

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if given.is_instance(decimal_class(given.py())?)? {
            return Ok(given.str()?.to_cow()?.parse::<Self>()?);
        }
        if given.is_instance_of::<PyFloat>() {
            return Err(crate::value::field_value::float_refused().into());
        }
        if given.is_instance_of::<PyInt>() && !given.is_instance_of::<PyBool>() {
            let too_long = |_| Problem::new(ErrorCode::DecimalDigits, "the integer is longer than 96 bits");
            let value: i128 = given.extract().map_err(|error: PyErr| too_long(error).into_invalid())?;
            return Ok(value.to_string().parse::<Self>()?);
        }
        Err(expected("decimal.Decimal or int", &given))
    }
}

impl<'py> IntoPyObject<'py> for Decimal {
    type Target = PyAny;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("decimal", "Decimal");

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        decimal_class(py)?.call1((self.to_string(),))
    }
}

by_reference!(Decimal, PyAny);

/// Reads a numeric attribute such as `year`.
fn figure<'py, N>(given: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<N>
where
    N: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    given.getattr(name)?.extract()
}

impl FromPyObject<'_, '_> for Date {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("datetime", "date");

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        // A datetime is a date by inheritance; its time of day would be lost, and its day depends on the zone.
        if !given.is_instance_of::<PyDate>() || given.is_instance_of::<PyDateTime>() {
            return Err(expected("datetime.date without a time", &given));
        }
        let py = given.py();
        let (year, month) = (figure(&given, intern!(py, "year"))?, figure(&given, intern!(py, "month"))?);
        Ok(Self::new(year, month, figure(&given, intern!(py, "day"))?)?)
    }
}

impl<'py> IntoPyObject<'py> for Date {
    type Target = PyDate;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("datetime", "date");

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let date = self.to_chrono();
        PyDate::new(py, date.year(), narrow(date.month())?, narrow(date.day())?)
    }
}

by_reference!(Date, PyDate);

fn naive() -> Error {
    let message = "a datetime without tzinfo was given where an instant is needed: add datetime.timezone.utc or a zone";
    Problem::new(ErrorCode::NaiveDatetime, message).into_invalid()
}

fn out_of_range(message: &str) -> Error {
    Problem::new(ErrorCode::OutOfRange, message).into_invalid()
}

/// The same instant in UTC, whatever kind of zone the datetime has.
fn in_utc<'py>(given: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = given.py();
    if given.call_method0(intern!(py, "utcoffset"))?.is_none() {
        return Err(naive().into());
    }
    given.call_method1(intern!(py, "astimezone"), (PyTzInfo::utc(py)?,)).map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(py) {
            out_of_range("the instant lies outside the years 1 to 9999 in UTC").into()
        } else {
            error
        }
    })
}

/// `pandas.Timestamp` is a datetime with nanoseconds; they are refused, not cut.
fn refuse_nanoseconds(given: &Bound<'_, PyAny>) -> PyResult<()> {
    let nanoseconds = given.getattr_opt(intern!(given.py(), "nanosecond"))?;
    if nanoseconds.map_or(Ok(0_i64), |value| value.extract())? != 0 {
        return Err(out_of_range("an instant has microseconds; round the nanoseconds first").into());
    }
    Ok(())
}

impl FromPyObject<'_, '_> for Timestamp {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("datetime", "datetime");

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if !given.is_instance_of::<PyDateTime>() {
            return Err(expected("datetime.datetime with a time zone", &given));
        }
        let py = given.py();
        if !given.is_exact_instance_of::<PyDateTime>() {
            refuse_nanoseconds(&given)?;
        }
        let utc = in_utc(&given)?;
        let (year, month) = (figure(&utc, intern!(py, "year"))?, figure(&utc, intern!(py, "month"))?);
        let (day, hour) = (figure(&utc, intern!(py, "day"))?, figure(&utc, intern!(py, "hour"))?);
        let (minute, second) = (figure(&utc, intern!(py, "minute"))?, figure(&utc, intern!(py, "second"))?);
        let micros: u32 = figure(&utc, intern!(py, "microsecond"))?;
        Utc.with_ymd_and_hms(year, month, day, hour, minute, second)
            .single()
            .and_then(|at| at.with_nanosecond(micros.saturating_mul(1000)))
            .map(Self::from_chrono)
            .ok_or_else(|| out_of_range("there is no such instant").into())
    }
}

impl<'py> IntoPyObject<'py> for Timestamp {
    type Target = PyDateTime;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("datetime", "datetime");

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let at = self.to_chrono();
        PyDateTime::new(
            py,
            at.year(),
            narrow(at.month())?,
            narrow(at.day())?,
            narrow(at.hour())?,
            narrow(at.minute())?,
            narrow(at.second())?,
            at.timestamp_subsec_micros(),
            Some(&*PyTzInfo::utc(py)?),
        )
    }
}

by_reference!(Timestamp, PyDateTime);

fn uuid_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "uuid", "UUID")
}

impl FromPyObject<'_, '_> for Id {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_union!(type_hint_identifier!("builtins", "str"), type_hint_identifier!("uuid", "UUID"));

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() || given.is_instance(uuid_class(given.py())?)? {
            return Ok(String::take(given.str()?.as_any())?.parse::<Self>()?);
        }
        Err(expected("str or uuid.UUID", &given))
    }
}

impl<'py> IntoPyObject<'py> for Id {
    type Target = PyString;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        Ok(PyString::new(py, &self.to_string()))
    }
}

by_reference!(Id, PyString);

/// The exception class of an error's kind.
fn exception_class<'py>(py: Python<'py>, error: &Error) -> PyResult<&'py Bound<'py, PyType>> {
    macro_rules! class {
        ($name:literal) => {{
            static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
            CLASS.import(py, "crm_core.exceptions", $name)
        }};
    }
    match error {
        Error::Invalid { .. } => class!("InvalidError"),
        Error::NotFound { .. } => class!("NotFoundError"),
        Error::Denied { .. } => class!("DeniedError"),
        Error::Conflict { .. } => class!("ConflictError"),
        Error::Unknown { .. } => class!("UnknownError"),
        Error::Unavailable { .. } => class!("UnavailableError"),
        Error::InsufficientHistory { .. } => class!("InsufficientHistoryError"),
        Error::Corrupt { .. } => class!("CorruptError"),
    }
}

impl From<Error> for PyErr {
    /// The exception of the package `crm_core` for this kind of error, with every problem.
    fn from(error: Error) -> Self {
        Python::attach(|py| {
            let made = exception_class(py, &error).and_then(|class| class.call1((error.problems().to_vec(),)));
            match made {
                Ok(exception) => Self::from_value(exception),
                Err(failure) => failure,
            }
        })
    }
}

/// `ClassName({"field":..})`, what the macro `value_struct!` shows.
pub(crate) fn shown<T: serde::Serialize>(name: &str, value: &T) -> String {
    crate::value::json::to_canonical(value).map_or_else(|_| name.to_owned(), |json| format!("{name}({json})"))
}

/// The fields of a value by name: `dict[str, Any]`.
pub(crate) struct Fields<'py>(Bound<'py, PyDict>);

impl<'py> Fields<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self(PyDict::new(py))
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl IntoPyObject<'py>) -> PyResult<()> {
        self.0.set_item(name, value)
    }

    /// A new value from these fields and some changes, through the constructor that Python calls.
    pub(crate) fn replaced<T>(self, changes: Option<&Bound<'py, PyDict>>) -> PyResult<T>
    where
        T: pyo3::PyTypeInfo + for<'a> FromPyObject<'a, 'py, Error: Into<PyErr>>,
    {
        if let Some(changes) = changes {
            self.0.update(changes.as_mapping())?;
        }
        let made = self.0.py().get_type::<T>().call((), Some(&self.0))?;
        made.extract().map_err(Into::into)
    }
}

impl<'py> IntoPyObject<'py> for Fields<'py> {
    type Target = PyDict;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "str"),
        type_hint_identifier!("typing", "Any")
    );

    fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
        Ok(self.0)
    }
}

/// Figures for each period by a level in percent: `dict[float, list[float]]`. A whole level is an `int`; Python finds it
/// by `80` and by `80.0`.
pub(crate) struct ByLevel(Vec<(f64, Vec<f64>)>);

impl FromIterator<(f64, Vec<f64>)> for ByLevel {
    fn from_iter<I: IntoIterator<Item = (f64, Vec<f64>)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<'py> IntoPyObject<'py> for ByLevel {
    type Target = PyDict;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "float"),
        type_hint_subscript!(type_hint_identifier!("builtins", "list"), type_hint_identifier!("builtins", "float"))
    );

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let levels = PyDict::new(py);
        for (level, figures) in self.0 {
            let float = level.into_bound_py_any(py)?;
            let is_whole: bool = float.call_method0(intern!(py, "is_integer"))?.extract()?;
            let key = if is_whole { float.call_method0(intern!(py, "__int__"))? } else { float };
            levels.set_item(key, figures)?;
        }
        Ok(levels)
    }
}

/// How `pickle` and `copy` make a variant of a union again: `(methodcaller("Variant", *fields), (Class,))`. A variant's
/// class has no name in a module, so that it can be reached through the class of the union only.
pub(crate) struct Copying<'py> {
    class: Bound<'py, PyType>,
    arguments: Vec<Bound<'py, PyAny>>,
}

impl<'py> Copying<'py> {
    pub(crate) fn of<T: pyo3::PyTypeInfo>(py: Python<'py>, variant: &str) -> PyResult<Self> {
        Ok(Self { class: py.get_type::<T>(), arguments: vec![variant.into_bound_py_any(py)?] })
    }

    pub(crate) fn with(mut self, field: impl IntoPyObject<'py>) -> PyResult<Self> {
        self.arguments.push(field.into_bound_py_any(self.class.py())?);
        Ok(self)
    }
}

impl<'py> IntoPyObject<'py> for Copying<'py> {
    type Target = PyTuple;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        type_hint_identifier!("typing", "Any"),
        type_hint_identifier!("typing", "Any")
    );

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let caller = CLASS.import(py, "operator", "methodcaller")?.call1(PyTuple::new(py, self.arguments)?)?;
        (caller, (self.class,)).into_pyobject(py)
    }
}

/// The written form of a closed list that is not in it.
pub(crate) fn not_a_choice(value: &str, choices: &[&str]) -> Error {
    let shown: String = value.chars().take(40).collect();
    Problem::new(ErrorCode::NotInPicklist, format!("`{shown}` is not one of the choices"))
        .with("choices", choices.join(","))
        .into_invalid()
}
