//! What a constructor or a method takes: every refusal is an error of the engine and says where.
//!
//! `pyo3` by itself reports a wrong argument without its place, raises `OverflowError` for a large integer and
//! `UnicodeEncodeError` for half a character, and takes a truth value for a number.

use std::collections::HashMap;
use std::ops::Deref;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError};
#[cfg(feature = "inspect")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PySequence, PyString, PyType};

use super::{expected, out_of_range};
use crate::value::{Currency, Date, Decimal, ErrorCode, FieldValue, Id, Problem, Timestamp};

/// A type that a parameter may have. Every value type of the engine has it from its macro.
pub trait Take: Sized {
    /// Reads a Python object.
    ///
    /// # Errors
    /// `TypeError` for an object of another type, the engine's `InvalidError` for a value that it does not take.
    fn take(given: &Bound<'_, PyAny>) -> PyResult<Self>;
}

/// Types whose conversion for `pyo3` says all there is to say.
macro_rules! take_by_extraction {
    ($($type:ty),* $(,)?) => {
        $(
            #[cfg(feature = "python")]
            impl $crate::value::python::Take for $type {
                fn take(given: &pyo3::Bound<'_, pyo3::PyAny>) -> pyo3::PyResult<Self> {
                    let taken: Self = pyo3::types::PyAnyMethods::extract(given)?;
                    Ok(taken)
                }
            }
        )*
    };
}
pub(crate) use take_by_extraction;

take_by_extraction!(bool, Currency, Date, Decimal, FieldValue, Id, Timestamp);

macro_rules! take_whole_numbers {
    ($($type:ty),* $(,)?) => {
        $(impl Take for $type {
            fn take(given: &Bound<'_, PyAny>) -> PyResult<Self> {
                if given.is_instance_of::<PyBool>() {
                    return Err(expected("int", given));
                }
                given.extract().map_err(|error: PyErr| {
                    if !error.is_instance_of::<PyOverflowError>(given.py()) {
                        return error;
                    }
                    let message = format!("the whole number does not lie between {} and {}", Self::MIN, Self::MAX);
                    out_of_range(&message).into()
                })
            }
        })*
    };
}

take_whole_numbers!(i32, i64, u8, u16, u32, u64);

impl Take for f64 {
    fn take(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyBool>() {
            return Err(expected("float", given));
        }
        let number: Self = given.extract()?;
        if !number.is_finite() {
            return Err(out_of_range("the number must be finite").into());
        }
        Ok(number)
    }
}

impl Take for String {
    fn take(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        given.extract().map_err(|error: PyErr| {
            if !error.is_instance_of::<PyUnicodeEncodeError>(given.py()) {
                return error;
            }
            let message = "the text holds half a character: a surrogate without the other one";
            Problem::new(ErrorCode::BadFormat, message).into_invalid().into()
        })
    }
}

impl<T: Take> Take for Option<T> {
    fn take(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if given.is_none() { Ok(None) } else { T::take(given).map(Some) }
    }
}

impl<T: Take> Take for Vec<T> {
    fn take(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        // A text is a sequence of texts for Python, and never meant as one.
        if given.is_instance_of::<PyString>() || given.cast::<PySequence>().is_err() {
            return Err(expected("a list", given));
        }
        let items = given.try_iter()?.enumerate();
        items.map(|(place, item)| T::take(&item?).map_err(|error| under(error, &format!("[{place}]")))).collect()
    }
}

impl<T: Take> Take for HashMap<String, T> {
    fn take(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        let entries = given.cast::<PyDict>().map_err(|_| expected("a dict", given))?;
        let entry = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let key = String::take(&key)?;
            let value = T::take(&value).map_err(|error| under(error, &key))?;
            Ok((key, value))
        };
        entries.iter().map(entry).collect()
    }
}

/// The same error with `place` before the path of its field; a `TypeError` has the path in its text.
pub fn under(error: PyErr, place: &str) -> PyErr {
    Python::attach(|py| placed(py, &error, place).unwrap_or(error))
}

fn placed(py: Python<'_>, error: &PyErr, place: &str) -> PyResult<PyErr> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let exception = error.value(py);
    if exception.is_instance(CLASS.import(py, "crm_core.exceptions", "CrmError")?)? {
        let problems: Vec<Problem> = exception.getattr(intern!(py, "problems"))?.extract()?;
        let problems: Vec<Problem> = problems.into_iter().map(|problem| problem.under(place)).collect();
        return Ok(PyErr::from_value(exception.get_type().call1((problems,))?));
    }
    if exception.is_exact_instance_of::<PyTypeError>() {
        let message = exception.str()?.to_cow()?.into_owned();
        let between = if message.starts_with('[') { "" } else { ": " };
        return Ok(PyTypeError::new_err(format!("{place}{between}{message}")));
    }
    Ok(error.clone_ref(py))
}

/// What was given for a parameter; [`Given::under`] says for which.
pub struct Given<T>(PyResult<T>);

impl<T> Given<T> {
    /// The value, or the error with the name of the parameter.
    ///
    /// # Errors
    /// Those of [`Take::take`].
    pub fn under(self, name: &str) -> PyResult<T> {
        self.0.map_err(|error| under(error, name))
    }
}

impl<T: Default> Default for Given<T> {
    fn default() -> Self {
        Self(Ok(T::default()))
    }
}

impl<'a, 'py, T: Take + FromPyObject<'a, 'py>> FromPyObject<'a, 'py> for Given<T> {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr = T::INPUT_TYPE;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(T::take(&given)))
    }
}

/// What a method takes, read by [`Take`].
pub struct Argument<T>(pub T);

impl<T> Argument<T> {
    /// The value itself.
    pub fn value(self) -> T {
        self.0
    }
}

impl<T> Deref for Argument<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'a, 'py, T: Take + FromPyObject<'a, 'py>> FromPyObject<'a, 'py> for Argument<T> {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: PyStaticExpr = T::INPUT_TYPE;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        T::take(&given).map(Self)
    }
}
