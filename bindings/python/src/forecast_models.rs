//! Models of a Python programmer: a function of the figures so far and of the number of periods.

use std::sync::{Mutex, PoisonError};

use crm_core::forecast::{Past, Prediction, SeriesModel};
use crm_core::value::{Error, ErrorCode, Problem, Result};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::forecast_input::values;

/// The exception of a function ends the run; the engine carries this in its place.
fn ended(name: &str) -> Error {
    let message = "the function of the model raised an exception";
    Problem::of_field(ErrorCode::Store, "model", message).with("model", name).into_invalid()
}

fn is_too_short(py: Python<'_>, error: &PyErr) -> bool {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "crm_core.exceptions", "InsufficientHistoryError");
    class.is_ok_and(|class| error.is_instance(py, class))
}

/// What a function of Python raised; the first one stays.
#[derive(Default)]
pub struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    fn keep(&self, error: PyErr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Whether something was raised: the run is to end.
    pub fn is_set(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What was raised is what the caller gets, not what the engine made of it.
    pub fn or<T>(&self, found: PyResult<T>) -> PyResult<T> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => found,
        }
    }
}

/// A model whose figures a function of Python gives: `f(y, horizon)`.
pub struct PythonModel<'a> {
    name: String,
    function: Py<PyAny>,
    raised: &'a Raised,
}

impl<'a> PythonModel<'a> {
    /// The model of a function; its name is the attribute `name` or `__name__`.
    pub fn of(function: &Bound<'_, PyAny>, name: Option<String>, raised: &'a Raised) -> PyResult<Self> {
        let py = function.py();
        let attribute =
            |attribute| Ok::<_, PyErr>(function.getattr_opt(attribute)?.and_then(|name| name.extract().ok()));
        let name = match name {
            Some(name) => name,
            None => match attribute(intern!(py, "name"))? {
                Some(name) => name,
                None => attribute(intern!(py, "__name__"))?.unwrap_or(function.get_type().name()?.extract::<String>()?),
            },
        };
        Ok(Self { name, function: function.clone().unbind(), raised })
    }

    /// A function may say that the past is too short for it; whatever else it raises ends the run.
    fn told(&self, past: &Past<'_>, error: PyErr) -> Error {
        if Python::attach(|py| is_too_short(py, &error)) {
            return Error::insufficient_history(&self.name, past.values.len(), past.values.len().saturating_add(1));
        }
        self.raised.keep(error);
        ended(&self.name)
    }

    fn call(&self, past: &Past<'_>, horizon: usize) -> PyResult<Vec<Option<f64>>> {
        Python::attach(|py| {
            py.check_signals()?;
            values(self.function.bind(py).call1((past.values.to_vec(), horizon))?.as_any())
        })
    }
}

impl SeriesModel for PythonModel<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        if self.raised.is_set() {
            return Err(ended(&self.name));
        }
        let figures = self.call(past, horizon).map_err(|error| self.told(past, error))?;
        // A missing figure is told by the engine, as one that is not finite.
        let mean = figures.into_iter().map(|figure| figure.unwrap_or(f64::NAN)).collect();
        Ok(Prediction { model: self.name.clone(), mean, ..Prediction::default() })
    }
}
