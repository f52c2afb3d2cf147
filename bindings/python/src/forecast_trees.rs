//! Trees of series whose forecasts fit together, and measures of forecasts that were made.

use crm_core::forecast::{
    Accuracy, BaseForecast, DemandPattern, ForecastCalendar, ForecastCheck, HierarchyForecast, HierarchyOptions,
    NodeForecast, ReconcileOptions, TreeSeries,
};
use crm_core::value::python::Argument;
use crm_core::value::{BusinessCalendar, Date};
use pyo3::prelude::*;

use crate::forecast::interval_columns;
use crate::forecast_input::ValuesInput;
use crate::input::Listener;
use crate::table::{Cells, Table};
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

/// A calendar for forecasts: the working days of so many months, the first of which begins with `start`. Moving holidays are
/// put beside them: `ForecastCalendar(working_days=..., moving_holidays=...)`.
///
/// Raises `InvalidError` with every problem of the business calendar, and for `months` if they are too many or end behind the
/// year 9999.
#[pyfunction]
pub fn working_days(
    py: Python<'_>,
    calendar: BusinessCalendar,
    start: Date,
    months: Argument<u32>,
) -> PyResult<ForecastCalendar> {
    Ok(py.detach(|| ForecastCalendar::of_working_days(&calendar.compile()?, start, months.0))?)
}

/// The forecast of a tree as a table, a row for each node and step: `node`, `parent`, `step` (from 1), `model`, `mean`, `base`
/// (of the node alone), `amount` (an exact decimal number of `digits` behind the point, if they were asked for), and `lower_80`,
/// `upper_80` for each level.
#[pyfunction]
pub fn tree_table(py: Python<'_>, forecast: HierarchyForecast) -> Table {
    py.detach(|| table_of(&forecast.nodes))
}

fn table_of(nodes: &[NodeForecast]) -> Table {
    let rows: Vec<(&NodeForecast, usize)> =
        nodes.iter().flat_map(|node| (0..node.mean.len()).map(move |step| (node, step))).collect();
    let whole = |step: usize| i64::try_from(step).ok();
    let text = |of: fn(&NodeForecast) -> Option<String>| Cells::Text(rows.iter().map(|(node, _)| of(node)).collect());
    let figure = |of: fn(&NodeForecast) -> &Vec<f64>| {
        Cells::Figure(rows.iter().map(|(node, step)| of(node).get(*step).copied()).collect())
    };
    let amounts = rows.iter().map(|(node, step)| node.amounts.get(*step).copied()).collect();
    let mut columns = vec![
        ("node".to_owned(), text(|node| Some(node.key.clone()))),
        ("parent".to_owned(), text(|node| node.parent.clone())),
        ("step".to_owned(), Cells::Whole(rows.iter().map(|(_, step)| whole(step.saturating_add(1))).collect())),
        ("model".to_owned(), text(|node| node.model.clone())),
        ("mean".to_owned(), figure(|node| &node.mean)),
        ("base".to_owned(), figure(|node| &node.base)),
        ("amount".to_owned(), Cells::Amount(amounts)),
    ];
    let intervals: Vec<_> = rows.iter().map(|(node, step)| (node.intervals.as_slice(), *step)).collect();
    columns.extend(interval_columns(&intervals));
    Table::new(columns)
}
