//! `FieldValue` as what a Python programmer would write: `None`, `bool`, `int`, `str`, `Decimal`, `date`, `datetime`,
//! lists and dictionaries.

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyTypeError;
#[cfg(feature = "inspect")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
#[cfg(feature = "inspect")]
use pyo3::type_hint_identifier;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde_json::Value;

use super::given::under;
use super::{Take, by_reference, decimal_class, expected, out_of_range, uuid_class};
use crate::value::field_value::float_refused;
use crate::value::{Date, Decimal, ErrorCode, FieldValue, Id, Problem, Timestamp};

/// How deep lists and dictionaries may be nested in a field.
const MAX_DEPTH: usize = 64;

const EXPECTED: &str =
    "None, bool, int, str, decimal.Decimal, datetime.date, datetime.datetime, uuid.UUID, list or dict";

impl FromPyObject<'_, '_> for FieldValue {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("crm_core.types", "FieldInput");

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if is_list(&given) || given.is_instance_of::<PyDict>() {
            return Ok(Self::json(&nested(&given, 0)?)?);
        }
        single(&given)?.ok_or_else(|| expected(EXPECTED, &given))
    }
}

fn is_list(given: &Bound<'_, PyAny>) -> bool {
    given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>()
}

/// A value that is no list and no dictionary; `None` for a foreign type.
fn single(given: &Bound<'_, PyAny>) -> PyResult<Option<FieldValue>> {
    let py = given.py();
    let value = if given.is_none() {
        FieldValue::Null
    } else if given.is_instance_of::<PyString>() {
        FieldValue::Text(String::take(given)?)
    } else if given.is_instance_of::<PyBool>() {
        FieldValue::Boolean(given.extract()?)
    } else if given.is_instance_of::<PyInt>() {
        let too_large = || out_of_range("the integer does not fit into 64 bits: give a decimal.Decimal");
        FieldValue::Integer(given.extract().map_err(|_: PyErr| too_large())?)
    } else if given.is_instance_of::<PyFloat>() {
        return Err(float_refused().into());
    } else if given.is_instance(decimal_class(py)?)? {
        FieldValue::Decimal(given.extract::<Decimal>()?)
    } else if given.is_instance_of::<PyDateTime>() {
        FieldValue::Timestamp(given.extract::<Timestamp>()?)
    } else if given.is_instance_of::<PyDate>() {
        FieldValue::Date(given.extract::<Date>()?)
    } else if given.is_instance(uuid_class(py)?)? {
        FieldValue::Reference(given.extract::<Id>()?)
    } else {
        return own(given);
    };
    Ok(Some(value))
}

/// A value of the engine itself: the written form of a choice, the JSON form of anything else.
fn own(given: &Bound<'_, PyAny>) -> PyResult<Option<FieldValue>> {
    let py = given.py();
    let module = given.get_type().getattr(intern!(py, "__module__"))?;
    if !module.extract::<String>().is_ok_and(|module| module == "crm_core") {
        return Ok(None);
    }
    if let Some(to_json) = given.getattr_opt(intern!(py, "to_json"))? {
        let text: String = to_json.call0()?.extract()?;
        return Ok(Some(FieldValue::json(&crate::value::json::from_text::<Value>(&text)?)?));
    }
    let written = given.getattr_opt(intern!(py, "value"))?;
    Ok(written.and_then(|value| value.extract().ok()).map(FieldValue::Text))
}

/// The JSON form of a Python object: decimals, dates and instants become text.
fn nested(given: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth >= MAX_DEPTH {
        let message = format!("lists and dictionaries are nested deeper than {MAX_DEPTH}");
        return Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_DEPTH).into_invalid().into());
    }
    let below = depth.saturating_add(1);
    if let Ok(dict) = given.cast::<PyDict>() {
        let entry = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let text = key.cast::<PyString>().map_err(|_| expected("str as the key of a dictionary", &key))?;
            let name = String::take(text)?;
            let value = nested(&value, below).map_err(|error| under(error, &name))?;
            Ok((name, value))
        };
        return dict.iter().map(entry).collect::<PyResult<serde_json::Map<_, _>>>().map(Value::Object);
    }
    if is_list(given) {
        let items = given.try_iter()?.enumerate();
        let items =
            items.map(|(place, item)| nested(&item?, below).map_err(|error| under(error, &format!("[{place}]"))));
        return items.collect::<PyResult<Vec<_>>>().map(Value::Array);
    }
    let value = single(given)?.ok_or_else(|| expected(EXPECTED, given))?;
    serde_json::to_value(value).map_err(|error| PyTypeError::new_err(error.to_string()))
}

fn from_json<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    LOADS.import(py, "json", "loads")?.call1((text,))
}

impl<'py> IntoPyObject<'py> for FieldValue {
    type Target = PyAny;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("crm_core.types", "FieldOutput");

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self {
            Self::Null => Ok(py.None().into_bound(py)),
            Self::Boolean(value) => value.into_bound_py_any(py),
            Self::Integer(value) => value.into_bound_py_any(py),
            Self::Text(value) => value.into_bound_py_any(py),
            Self::Decimal(value) => value.into_bound_py_any(py),
            Self::Date(value) => value.into_bound_py_any(py),
            Self::Timestamp(value) => value.into_bound_py_any(py),
            Self::Reference(value) => value.into_bound_py_any(py),
            Self::Json(text) => from_json(py, &text),
        }
    }
}

by_reference!(FieldValue, PyAny);
