//! Trees of series whose forecasts fit together, and measures of forecasts that were made.

use crm_core::forecast::{
    Accuracy, BaseForecast, DemandPattern, ForecastCheck, HierarchyForecast, HierarchyOptions, ReconcileOptions,
    TreeSeries,
};
use crm_core::value::python::Argument;
use pyo3::prelude::*;

use crate::forecast_input::ValuesInput;
use crate::input::Listener;
use crate::watch::watched;

/// Forecasts a tree of series: every leaf, and every other node if intervals or MinT are asked for; then they are made to fit
/// together. A parent is the sum of its children, exactly so after rounding (`options.digits`). `heard` is called now and then
/// with how many series are done.
///
/// Raises `InvalidError` with the place for a tree that is none, `InsufficientHistoryError` for a series that is too short.
#[pyfunction]
#[pyo3(signature = (nodes, options, *, threads = Argument(1), heard = None))]
pub fn forecast_tree(
    py: Python<'_>,
    nodes: Argument<Vec<TreeSeries>>,
    options: HierarchyOptions,
    threads: Argument<u32>,
    heard: Option<Listener>,
) -> PyResult<HierarchyForecast> {
    let threads = usize::try_from(threads.0).unwrap_or(usize::MAX);
    watched(py, heard.as_ref(), |progress| {
        crm_core::forecast::forecast_hierarchy(&nodes, &options, threads, &|done, _| progress(done))
    })
}

/// Makes given forecasts of a tree fit together. Where MinT cannot be used, leaves are summed up, and a note says so.
///
/// Raises `InvalidError` with the place for a tree that is none, and for figures that are not finite or not as many.
#[pyfunction]
#[pyo3(signature = (nodes, options = None))]
pub fn reconcile_forecasts(
    py: Python<'_>,
    nodes: Argument<Vec<BaseForecast>>,
    options: Option<ReconcileOptions>,
) -> PyResult<HierarchyForecast> {
    let options = options.unwrap_or_default();
    Ok(py.detach(|| crm_core::forecast::reconcile(&nodes, &options))?)
}

/// How good forecasts were, of all given ones together: sMAPE, MASE, RMSSE, bias, coverage, pinball loss.
///
/// Raises `InvalidError` with the place for what is not of one length or not finite.
#[pyfunction]
#[pyo3(signature = (checks, *, season_length = Argument(12)))]
pub fn forecast_accuracy(
    py: Python<'_>,
    checks: Argument<Vec<ForecastCheck>>,
    season_length: Argument<u32>,
) -> PyResult<Accuracy> {
    Ok(py.detach(|| crm_core::forecast::accuracy(&checks, Some(season_length.0)))?)
}

/// What kind of demand a series has; `None` without demand.
#[pyfunction]
pub fn demand_pattern(values: ValuesInput) -> Option<DemandPattern> {
    crm_core::forecast::demand_pattern(&values.0)
}
