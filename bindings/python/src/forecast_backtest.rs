//! Backtests: built-in models, formulas and functions of Python beside each other.

use std::collections::HashMap;
use std::sync::Arc;

use crm_core::forecast::{
    Accuracy, Backtest, BacktestAccuracy, BacktestOptions, BacktestRow, Contender, ForecastCalendar, LevelAccuracy,
    ModelParameters, QuantileLoss, backtest,
};
use crm_core::value::python::{Argument, Given, under};
use pyo3::prelude::*;

use crate::forecast_input::{ManyInput, Names};
use crate::forecast_models::{GivenModel, Raised};
use crate::input::Listener;
use crate::table::{Cells, Table};
use crate::watch::watched;

/// Tries models on series; see `crm_core.forecast.backtest`. The tables: what was said, accuracy of each model, accuracy of
/// each model on each series, what was not said and why.
///
/// Raises `InvalidError` with the field for what is out of range, and what a function raises.
#[pyfunction]
#[pyo3(signature = (series, *, horizon, models, season_length = Argument(12), origins = Argument(1), step = Argument(1), levels = Given::default(), parameters = None, non_negative = None, calendar = None, keys = Given::default(), threads = Argument(1), heard = None))]
#[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
pub fn backtest_list(
    py: Python<'_>,
    series: ManyInput<'_>,
    horizon: Argument<u32>,
    models: Vec<(Option<String>, GivenModel)>,
    season_length: Argument<u32>,
    origins: Argument<u32>,
    step: Argument<u32>,
    levels: Given<Option<Vec<f64>>>,
    parameters: Option<ModelParameters>,
    non_negative: Option<Argument<bool>>,
    calendar: Option<ForecastCalendar>,
    keys: Given<Names>,
    threads: Argument<u32>,
    heard: Option<Listener>,
) -> PyResult<(Table, Table, Table, Table)> {
    let options = BacktestOptions {
        horizon: horizon.0,
        season_length: Some(season_length.0),
        origins: Some(origins.0),
        step: Some(step.0),
        levels: levels.under("levels")?,
        non_negative: non_negative.map(Argument::value),
        calendar,
    };
    let threads = usize::try_from(threads.0).unwrap_or(usize::MAX);
    let series = series.read(keys.under("keys")?, None)?;
    let raised = Arc::new(Raised::default());
    let parameters = parameters.unwrap_or_default();
    let contender = |(place, (name, model)): (usize, (Option<String>, GivenModel))| {
        let at = format!("models[{place}]");
        let model = model.under(&at)?;
        let made = model.contender(py, name.as_deref(), &series, parameters, &raised);
        Ok((name, made.map_err(|error| under(error, &at))?))
    };
    let contenders: Vec<(Option<String>, Contender)> =
        models.into_iter().enumerate().map(contender).collect::<PyResult<_>>()?;
    let (names, contenders): (Vec<_>, Vec<_>) = contenders.into_iter().unzip();
    let found = watched(py, heard.as_ref(), |progress| {
        // The listener hears of series; a series is done with its last model.
        let go_on =
            |done: usize, _: usize| !raised.is_set() && progress(done.checked_div(contenders.len()).unwrap_or(0));
        backtest(&series, &contenders, &options, threads, &go_on)
    });
    let mut found = raised.or(found)?;
    rename(&mut found, names.into_iter());
    Ok(py.detach(|| (rows(&found), pooled(&found), by_series(&found), problems(&found))))
}

/// Gives models the names of the user's.
fn rename(found: &mut Backtest, names: impl Iterator<Item = Option<String>>) {
    let names = found.models.iter().cloned().zip(names);
    let names: HashMap<String, String> = names.filter_map(|(old, new)| Some((old, new?))).collect();
    let told = found.models.iter_mut();
    let told = told.chain(found.accuracy.iter_mut().map(|entry| &mut entry.model));
    for model in told.chain(found.problems.iter_mut().map(|entry| &mut entry.model)) {
        if let Some(name) = names.get(model.as_str()) {
            model.clone_from(name);
        }
    }
}

fn whole(figure: u32) -> Option<i64> {
    Some(i64::from(figure))
}

/// What was said, one row for each series, model, origin and step.
fn rows(found: &Backtest) -> Table {
    let rows: Vec<BacktestRow> = found.rows().collect();
    let mut columns = vec![
        ("series".to_owned(), Cells::Whole(rows.iter().map(|row| whole(row.series)).collect())),
        ("key".to_owned(), Cells::Text(rows.iter().map(|row| row.key.clone()).collect())),
        ("model".to_owned(), Cells::Text(rows.iter().map(|row| Some(row.model.clone())).collect())),
        ("origin".to_owned(), Cells::Whole(rows.iter().map(|row| whole(row.origin)).collect())),
        ("step".to_owned(), Cells::Whole(rows.iter().map(|row| whole(row.step)).collect())),
        ("actual".to_owned(), Cells::Figure(rows.iter().map(|row| row.actual).collect())),
        ("forecast".to_owned(), Cells::Figure(rows.iter().map(|row| Some(row.forecast)).collect())),
    ];
    for (place, level) in found.levels.iter().enumerate() {
        let end = |ends: fn(&BacktestRow) -> &Vec<f64>| {
            Cells::Figure(rows.iter().map(|row| ends(row).get(place).copied()).collect())
        };
        columns.push((format!("lower_{level}"), end(|row| &row.lower)));
        columns.push((format!("upper_{level}"), end(|row| &row.upper)));
    }
    Table::new(columns)
}

/// A measure by its name.
type Measure = (&'static str, fn(&Accuracy) -> Option<f64>);

const MEASURES: [Measure; 8] = [
    ("smape", |accuracy| accuracy.smape),
    ("mase", |accuracy| accuracy.mase),
    ("rmsse", |accuracy| accuracy.rmsse),
    ("bias", |accuracy| accuracy.bias),
    ("mae", |accuracy| accuracy.mae),
    ("rmse", |accuracy| accuracy.rmse),
    ("wape", |accuracy| accuracy.wape),
    ("total_wape", |accuracy| accuracy.total_wape),
];

/// A measure of intervals by its name.
type LevelMeasure = (&'static str, fn(&LevelAccuracy) -> Option<f64>);

const LEVEL_MEASURES: [LevelMeasure; 5] = [
    ("coverage", |level| level.coverage),
    ("total_coverage", |level| level.total_coverage),
    ("width", |level| level.mean_width),
    ("winkler", |level| level.winkler),
    ("msis", |level| level.msis),
];

/// The columns of measures.
fn measures(entries: &[&BacktestAccuracy]) -> Vec<(String, Cells)> {
    let column = |of: &dyn Fn(&Accuracy) -> Option<f64>| {
        Cells::Figure(entries.iter().map(|entry| of(&entry.accuracy)).collect())
    };
    let mut columns = vec![
        ("model".to_owned(), Cells::Text(entries.iter().map(|entry| Some(entry.model.clone())).collect())),
        ("windows".to_owned(), Cells::Whole(entries.iter().map(|entry| whole(entry.accuracy.windows)).collect())),
        ("periods".to_owned(), Cells::Whole(entries.iter().map(|entry| whole(entry.accuracy.periods)).collect())),
    ];
    columns.extend(MEASURES.iter().map(|(name, of)| ((*name).to_owned(), column(of))));
    let first = entries.iter().map(|entry| &entry.accuracy).max_by_key(|accuracy| accuracy.levels.len());
    for LevelAccuracy { level, .. } in first.map(|accuracy| accuracy.levels.as_slice()).unwrap_or_default() {
        for (name, of) in LEVEL_MEASURES {
            let found = |accuracy: &Accuracy| {
                accuracy.levels.iter().find(|entry| entry.level.total_cmp(level).is_eq()).and_then(of)
            };
            columns.push((format!("{name}_{level}"), column(&found)));
        }
    }
    for QuantileLoss { quantile, .. } in first.map(|accuracy| accuracy.quantiles.as_slice()).unwrap_or_default() {
        let found = |accuracy: &Accuracy| {
            let same = accuracy.quantiles.iter().find(|entry| entry.quantile.total_cmp(quantile).is_eq());
            same.and_then(|entry| entry.pinball)
        };
        // A quantile is a level halved: 0.1, 0.025; more digits are noise of the division.
        let rounded = (quantile * 1e6).round() / 1e6;
        columns.push((format!("pinball_{rounded}"), column(&found)));
    }
    columns
}

/// One row for each model, over all series.
fn pooled(found: &Backtest) -> Table {
    let entries: Vec<&BacktestAccuracy> = found.accuracy.iter().filter(|entry| entry.series.is_none()).collect();
    Table::new(measures(&entries))
}

/// One row for each series and model.
fn by_series(found: &Backtest) -> Table {
    let entries: Vec<&BacktestAccuracy> = found.accuracy.iter().filter(|entry| entry.series.is_some()).collect();
    let mut columns = vec![
        ("series".to_owned(), Cells::Whole(entries.iter().map(|entry| entry.series.and_then(whole)).collect())),
        ("key".to_owned(), Cells::Text(entries.iter().map(|entry| entry.key.clone()).collect())),
    ];
    columns.extend(measures(&entries));
    Table::new(columns)
}

/// What was not said, and why.
fn problems(found: &Backtest) -> Table {
    let problems = &found.problems;
    let text = |of: &dyn Fn(&crm_core::value::Problem) -> Option<String>| {
        Cells::Text(problems.iter().map(|entry| of(&entry.problem)).collect())
    };
    Table::new(vec![
        ("series".to_owned(), Cells::Whole(problems.iter().map(|entry| whole(entry.series)).collect())),
        ("key".to_owned(), Cells::Text(problems.iter().map(|entry| entry.key.clone()).collect())),
        ("model".to_owned(), Cells::Text(problems.iter().map(|entry| Some(entry.model.clone())).collect())),
        ("origin".to_owned(), Cells::Whole(problems.iter().map(|entry| entry.origin.and_then(whole)).collect())),
        ("code".to_owned(), text(&|problem| Some(problem.code.as_str().to_owned()))),
        ("field".to_owned(), text(&|problem| problem.field.clone())),
        ("message".to_owned(), text(&|problem| Some(problem.message.clone()))),
    ])
}
