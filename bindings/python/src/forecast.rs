//! Forecasts of series: no database is needed. `crm_core.forecast` is the face of these functions.

use std::sync::Arc;

use crm_core::forecast::{
    Contender, Forecast, ForecastCalendar, ForecastInterval, ModelKind, ModelParameters, PartialPeriod, Series,
    SeriesComponents, SeriesModel,
};
use crm_core::value::python::{Argument, Given, under};
use crm_core::value::{Error, ErrorCode, Problem};
use pyo3::prelude::*;

use crate::forecast_input::{ManyInput, Names, OneInput, ValuesInput, options_of};
use crate::forecast_models::{GivenModel, ModelInput, Raised};
use crate::input::Listener;
use crate::table::{Cells, Table};
use crate::watch::watched;

/// What a model is told by: the kind for the options, and the model if it is none of the engine.
fn apart(
    py: Python<'_>,
    model: Option<GivenModel>,
    series: &[Series],
    raised: &Arc<Raised>,
) -> PyResult<(ModelKind, Option<Arc<dyn SeriesModel>>)> {
    let model = model.map_or(Ok(ModelInput::Kind(ModelKind::Auto)), |model| model.under("model"))?;
    let made = model.contender(py, None, series, ModelParameters::default(), raised);
    match made.map_err(|error| under(error, "model"))? {
        Contender::BuiltIn { kind, .. } => Ok((kind, None)),
        Contender::Host(model) => Ok((ModelKind::Auto, Some(model))),
    }
}

/// Forecasts one series; see `crm_core.forecast.forecast`.
///
/// Raises `InsufficientHistoryError` if the series is too short, `InvalidError` with the field for what is out of range.
#[pyfunction]
#[pyo3(signature = (values, *, horizon, season_length = Argument(12), levels = Given::default(), model = None, parameters = None, non_negative = None, calendar = None, partial_period = None, key = None))]
#[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
pub fn forecast_one(
    py: Python<'_>,
    values: OneInput,
    horizon: Argument<u32>,
    season_length: Argument<u32>,
    levels: Given<Option<Vec<f64>>>,
    model: Option<GivenModel>,
    parameters: Option<ModelParameters>,
    non_negative: Option<Argument<bool>>,
    calendar: Option<ForecastCalendar>,
    partial_period: Option<PartialPeriod>,
    key: Option<Argument<String>>,
) -> PyResult<Forecast> {
    let mut series = values.0;
    series.key = key.map(Argument::value).or(series.key);
    let raised = Arc::new(Raised::default());
    let (kind, model) = apart(py, model, std::slice::from_ref(&series), &raised)?;
    let options = options_of(
        horizon.0,
        season_length.0,
        levels.under("levels")?,
        kind,
        parameters,
        non_negative,
        (calendar, partial_period),
    );
    let Some(model) = model else {
        return watched(py, None, |_| crm_core::forecast::forecast(&series, &options));
    };
    let found = py.detach(|| crm_core::forecast::forecast_with(&series, &*model, &options));
    raised.or(found.map_err(PyErr::from))
}

/// Forecasts many series; see `crm_core.forecast.forecast_many`. A series that cannot be forecast has its `problem`. `heard`
/// is called now and then with how many series are done.
///
/// Raises `InvalidError` with the field for what is out of range.
#[pyfunction]
#[pyo3(signature = (series, *, horizon, season_length = Argument(12), levels = Given::default(), model = None, parameters = None, non_negative = None, calendar = None, partial_period = None, keys = Given::default(), groups = Given::default(), threads = Argument(1), heard = None))]
#[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
pub fn forecast_list(
    py: Python<'_>,
    series: ManyInput<'_>,
    horizon: Argument<u32>,
    season_length: Argument<u32>,
    levels: Given<Option<Vec<f64>>>,
    model: Option<GivenModel>,
    parameters: Option<ModelParameters>,
    non_negative: Option<Argument<bool>>,
    calendar: Option<ForecastCalendar>,
    partial_period: Option<PartialPeriod>,
    keys: Given<Names>,
    groups: Given<Names>,
    threads: Argument<u32>,
    heard: Option<Listener>,
) -> PyResult<Vec<Forecast>> {
    let threads = usize::try_from(threads.0).unwrap_or(usize::MAX);
    let series = series.read(keys.under("keys")?, groups.under("groups")?)?;
    let raised = Arc::new(Raised::default());
    let (kind, model) = apart(py, model, &series, &raised)?;
    let options = options_of(
        horizon.0,
        season_length.0,
        levels.under("levels")?,
        kind,
        parameters,
        non_negative,
        (calendar, partial_period),
    );
    let Some(model) = model else {
        let run = |progress: crate::watch::Progress<'_>| {
            crm_core::forecast::forecast_all(&series, &options, threads, progress)
        };
        return watched(py, heard.as_ref(), run);
    };
    let found = watched(py, heard.as_ref(), |progress| {
        let go_on = |done: usize| !raised.is_set() && progress(done);
        crm_core::forecast::forecast_all_with(&series, &*model, &options, threads, &go_on)
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
    let rows = || forecasts.iter().flat_map(|forecast| (0..forecast.mean.len()).map(move |step| (forecast, step)));
    let whole = |step: usize| i64::try_from(step).ok();
    let mut columns = vec![
        ("key".to_owned(), Cells::Text(rows().map(|(forecast, _)| forecast.key.clone()).collect())),
        ("step".to_owned(), Cells::Whole(rows().map(|(_, step)| whole(step.saturating_add(1))).collect())),
        ("model".to_owned(), Cells::Text(rows().map(|(forecast, _)| Some(forecast.model.clone())).collect())),
        ("mean".to_owned(), Cells::Figure(rows().map(|(forecast, step)| forecast.mean.get(step).copied()).collect())),
    ];
    let intervals: Vec<_> = rows().map(|(forecast, step)| (forecast.intervals.as_slice(), step)).collect();
    columns.extend(interval_columns(&intervals));
    Table::new(columns)
}

/// The columns `lower_80` and `upper_80` of each level that some row has; a row has its intervals and its step, from 0.
pub fn interval_columns(rows: &[(&[ForecastInterval], usize)]) -> Vec<(String, Cells)> {
    let mut levels: Vec<f64> = rows.iter().flat_map(|(intervals, _)| *intervals).map(|i| i.level).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let mut columns = Vec::new();
    for level in levels {
        let column = |end: fn(&ForecastInterval) -> &Vec<f64>| {
            let of = |(intervals, step): &(&[ForecastInterval], usize)| {
                let interval = intervals.iter().find(|interval| interval.level.total_cmp(&level).is_eq())?;
                end(interval).get(*step).copied()
            };
            Cells::Figure(rows.iter().map(of).collect())
        };
        columns.push((format!("lower_{}", level_name(level)), column(|interval| &interval.lower)));
        columns.push((format!("upper_{}", level_name(level)), column(|interval| &interval.upper)));
    }
    columns
}

/// Takes a series apart into trend, season and the rest, by classical decomposition.
///
/// Raises `InsufficientHistoryError` for less than two seasons, `InvalidError` for `season_length` below 2 and for `values[i]`.
#[pyfunction]
#[pyo3(signature = (values, *, season_length = Argument(12)))]
pub fn decompose_series(py: Python<'_>, values: OneInput, season_length: Argument<u32>) -> PyResult<SeriesComponents> {
    Ok(py.detach(|| crm_core::forecast::decompose(&values.0, Some(season_length.0)))?)
}

/// The figures of a series as the engine reads them; `None` where one is missing.
#[pyfunction]
pub fn read_figures(values: ValuesInput) -> Vec<Option<f64>> {
    values.0
}
