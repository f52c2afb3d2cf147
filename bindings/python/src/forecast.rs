//! Forecasts of series: no database is needed. `crm_core.forecast` is the face of these functions.

use crm_core::forecast::{Forecast, ModelKind, ModelParameters, Series};
use crm_core::value::python::{Argument, under};
use crm_core::value::{Error, ErrorCode, Problem, Result};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::forecast_input::{ManyInput, ValuesInput, options_of};
use crate::forecast_models::{PythonModel, Raised};
use crate::input::Listener;
use crate::table::{Cells, Table};
use crate::watch::watched;

/// A model: its name, the choice itself, or a function of Python.
pub enum ModelInput {
    Kind(ModelKind),
    Function(Py<PyAny>),
}

impl FromPyObject<'_, '_> for ModelInput {
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", "ForecastModel");

    fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if let Ok(kind) = given.extract::<ModelKind>() {
            return Ok(Self::Kind(kind));
        }
        if given.is_instance_of::<PyString>() {
            return Ok(Self::Kind(kind_of(&given.extract::<String>()?)?));
        }
        if given.is_callable() {
            return Ok(Self::Function(given.to_owned().unbind()));
        }
        let name = given.get_type().name()?;
        let message = format!("model: expected the name of a model or a function of figures and horizon, not {name}");
        Err(pyo3::exceptions::PyTypeError::new_err(message))
    }
}

fn kind_of(name: &str) -> Result<ModelKind> {
    ModelKind::parse(name).ok_or_else(|| {
        let shown: String = name.chars().take(40).collect();
        let message = format!("`{shown}` is not one of the models");
        let problem = Problem::of_field(ErrorCode::NotInPicklist, "model", message);
        problem.with("choices", ModelKind::NAMES.join(",")).into_invalid()
    })
}

/// The kind for the options, and the function if it is one.
fn apart(model: Option<ModelInput>) -> (ModelKind, Option<Py<PyAny>>) {
    match model {
        None => (ModelKind::Auto, None),
        Some(ModelInput::Kind(kind)) => (kind, None),
        Some(ModelInput::Function(function)) => (ModelKind::Auto, Some(function)),
    }
}

/// Forecasts one series; see `crm_core.forecast.forecast`.
///
/// Raises `InsufficientHistoryError` if the series is too short, `InvalidError` with the field for what is out of range.
#[pyfunction]
#[pyo3(signature = (values, *, horizon, season_length = Argument(12), levels = None, model = None, parameters = None, non_negative = None, key = None))]
#[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
pub fn forecast_one(
    py: Python<'_>,
    values: ValuesInput,
    horizon: Argument<u32>,
    season_length: Argument<u32>,
    levels: Option<Argument<Vec<f64>>>,
    model: Option<ModelInput>,
    parameters: Option<ModelParameters>,
    non_negative: Option<Argument<bool>>,
    key: Option<Argument<String>>,
) -> PyResult<Forecast> {
    let (kind, function) = apart(model);
    let options = options_of(horizon.0, season_length.0, levels, kind, parameters, non_negative);
    let series = Series { values: values.0, key: key.map(Argument::value), group: None };
    let Some(function) = function else {
        return watched(py, None, |_| crm_core::forecast::forecast(&series, &options));
    };
    let raised = Raised::default();
    let model = PythonModel::of(function.bind(py), None, &raised)?;
    let found = py.detach(|| crm_core::forecast::forecast_with(&series, &model, &options));
    raised.or(found.map_err(PyErr::from))
}

/// Forecasts many series; see `crm_core.forecast.forecast_many`. A series that cannot be forecast has its `problem`. `heard`
/// is called now and then with how many series are done.
///
/// Raises `InvalidError` with the field for what is out of range.
#[pyfunction]
#[pyo3(signature = (series, *, horizon, season_length = Argument(12), levels = None, model = None, parameters = None, non_negative = None, keys = None, groups = None, threads = Argument(1), heard = None))]
#[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
pub fn forecast_list(
    py: Python<'_>,
    series: ManyInput<'_>,
    horizon: Argument<u32>,
    season_length: Argument<u32>,
    levels: Option<Argument<Vec<f64>>>,
    model: Option<ModelInput>,
    parameters: Option<ModelParameters>,
    non_negative: Option<Argument<bool>>,
    keys: Option<Argument<Vec<Option<String>>>>,
    groups: Option<Argument<Vec<Option<String>>>>,
    threads: Argument<u32>,
    heard: Option<Listener>,
) -> PyResult<Vec<Forecast>> {
    let (kind, function) = apart(model);
    let options = options_of(horizon.0, season_length.0, levels, kind, parameters, non_negative);
    let threads = usize::try_from(threads.0).unwrap_or(usize::MAX);
    let series = series.read(keys.map(Argument::value), groups.map(Argument::value))?;
    let Some(function) = function else {
        let run = |progress: crate::watch::Progress<'_>| {
            crm_core::forecast::forecast_all(&series, &options, threads, progress)
        };
        return watched(py, heard.as_ref(), run);
    };
    let raised = Raised::default();
    let model = PythonModel::of(function.bind(py), None, &raised)?;
    let found = watched(py, heard.as_ref(), |progress| {
        let go_on = |done: usize| !raised.is_set() && progress(done);
        crm_core::forecast::forecast_all_with(&series, &model, &options, threads, &go_on)
    });
    raised.or(found)
}

/// The error that a problem of a forecast stands for, with `place` before its field.
///
/// Raises it: `InsufficientHistoryError` or `InvalidError`.
#[pyfunction]
pub fn raise_problem(problem: Problem, place: Argument<String>) -> PyResult<()> {
    let problems = vec![problem];
    let error = if problems.iter().any(|problem| problem.code == ErrorCode::InsufficientHistory) {
        Error::InsufficientHistory { problems }
    } else {
        Error::Invalid { problems }
    };
    Err(under(error.into(), &place))
}

/// A level as a part of a name: `80`, `97.5`.
fn level_name(level: f64) -> String {
    format!("{level}")
}

/// Forecasts as a table, a row for each series and step: `key`, `step` (from 1), `model`, `mean`, and `lower_80`, `upper_80`
/// for each level. A forecast with a problem has no rows.
#[pyfunction]
pub fn forecast_table(py: Python<'_>, forecasts: Argument<Vec<Forecast>>) -> Table {
    py.detach(|| table_of(&forecasts))
}

fn table_of(forecasts: &[Forecast]) -> Table {
    let mut levels: Vec<f64> = forecasts.iter().flat_map(|forecast| &forecast.intervals).map(|i| i.level).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let rows = || forecasts.iter().flat_map(|forecast| (0..forecast.mean.len()).map(move |step| (forecast, step)));
    let whole = |step: usize| i64::try_from(step).ok();
    let mut columns = vec![
        ("key".to_owned(), Cells::Text(rows().map(|(forecast, _)| forecast.key.clone()).collect())),
        ("step".to_owned(), Cells::Whole(rows().map(|(_, step)| whole(step.saturating_add(1))).collect())),
        ("model".to_owned(), Cells::Text(rows().map(|(forecast, _)| Some(forecast.model.clone())).collect())),
        ("mean".to_owned(), Cells::Figure(rows().map(|(forecast, step)| forecast.mean.get(step).copied()).collect())),
    ];
    for level in levels {
        let of = |forecast: &Forecast, step: usize, is_lower: bool| {
            let interval = forecast.intervals.iter().find(|interval| interval.level.total_cmp(&level).is_eq())?;
            if is_lower { interval.lower.get(step).copied() } else { interval.upper.get(step).copied() }
        };
        let lower = rows().map(|(forecast, step)| of(forecast, step, true)).collect();
        let upper = rows().map(|(forecast, step)| of(forecast, step, false)).collect();
        columns.push((format!("lower_{}", level_name(level)), Cells::Figure(lower)));
        columns.push((format!("upper_{}", level_name(level)), Cells::Figure(upper)));
    }
    Table::new(columns)
}
