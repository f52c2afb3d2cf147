//! Models of a Python programmer: a function of the figures so far and of the number of periods, or formulas.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crm_core::forecast::{
    Contender, ForecastFormula, FormulaModel, ModelKind, ModelParameters, Past, Prediction, Series, SeriesModel,
};
use crm_core::value::python::under;
use crm_core::value::{Error, ErrorCode, Problem, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

use crate::forecast_input::values;

/// A model: its name, the choice itself, formulas, or a function of Python.
pub enum ModelInput {
    Kind(ModelKind),
    Formula(ForecastFormula),
    Function(Py<PyAny>),
}

/// What was given for a model; an error is told with its place.
pub struct GivenModel(PyResult<ModelInput>);

impl FromPyObject<'_, '_> for GivenModel {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", "ForecastModel");

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Ok(Self(read(&given)))
    }
}

impl GivenModel {
    /// The model, or the error with the place of the argument.
    pub fn under(self, place: &str) -> PyResult<ModelInput> {
        self.0.map_err(|error| under(error, place))
    }
}

fn read(given: &Bound<'_, PyAny>) -> PyResult<ModelInput> {
    if let Ok(kind) = given.extract::<ModelKind>() {
        return Ok(ModelInput::Kind(kind));
    }
    if let Ok(formula) = given.extract::<ForecastFormula>() {
        return Ok(ModelInput::Formula(formula));
    }
    if given.is_instance_of::<PyString>() {
        return Ok(ModelInput::Kind(kind_of(&given.extract::<String>()?)?));
    }
    if given.is_callable() {
        return Ok(ModelInput::Function(given.clone().unbind()));
    }
    let name = given.get_type().name()?;
    let message = format!("expected the name of a model, a formula or a function of figures and horizon, not {name}");
    Err(PyTypeError::new_err(message))
}

fn kind_of(name: &str) -> Result<ModelKind> {
    ModelKind::parse(name).ok_or_else(|| {
        let shown: String = name.chars().take(40).collect();
        let problem = Problem::new(ErrorCode::NotInPicklist, format!("`{shown}` is not one of the models"));
        problem.with("choices", ModelKind::NAMES.join(",")).into_invalid()
    })
}

/// The names of all inputs that series have; formulas may use them.
fn inputs_of(series: &[Series]) -> BTreeSet<&str> {
    series.iter().flat_map(|series| &series.inputs).map(|input| input.name.as_str()).collect()
}

impl ModelInput {
    /// The model as a backtest takes it. A name of the user's is heeded for a model of the user.
    pub fn contender(
        &self,
        py: Python<'_>,
        name: Option<&str>,
        series: &[Series],
        parameters: ModelParameters,
        raised: &Arc<Raised>,
    ) -> PyResult<Contender> {
        match self {
            Self::Kind(kind) => Ok(Contender::BuiltIn { kind: *kind, parameters }),
            Self::Formula(formula) => {
                let named = name.map(|name| ForecastFormula { name: name.to_owned(), ..formula.clone() });
                let model = FormulaModel::new(named.as_ref().unwrap_or(formula), inputs_of(series))?;
                Ok(Contender::Host(Arc::new(model)))
            }
            Self::Function(function) => {
                let model = PythonModel::of(function.bind(py), name.map(str::to_owned), Arc::clone(raised))?;
                Ok(Contender::Host(Arc::new(model)))
            }
        }
    }
}

/// The exception of a function ends the run; the engine carries this in its place.
fn ended(name: &str) -> Error {
    let message = "the function of the model raised an exception";
    Problem::of_field(ErrorCode::ModelFailed, "model", message).with("model", name).into_invalid()
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
struct PythonModel {
    name: String,
    function: Py<PyAny>,
    raised: Arc<Raised>,
}

impl PythonModel {
    /// The model of a function; its name is the attribute `name` or `__name__`.
    fn of(function: &Bound<'_, PyAny>, name: Option<String>, raised: Arc<Raised>) -> PyResult<Self> {
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

impl SeriesModel for PythonModel {
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
