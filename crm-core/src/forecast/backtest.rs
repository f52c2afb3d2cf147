//! Models on trial: what they would have said at earlier origins, beside what came.
//!
//! At each origin a model is given what was known then, and nothing of what came after: gaps, scale and sign are looked at
//! anew, and so is whatever it fits or chooses.

use std::collections::HashSet;
use std::sync::Arc;

use super::accuracy::{Accuracy, Tally, Window};
use super::calendar::ForecastCalendar;
use super::model::SeriesModel;
use super::parallel::in_order;
use super::predict::{forecast, forecast_with};
use super::series::{Asked, counted};
use super::types::{Forecast, ForecastInterval, ForecastOptions, MAX_HORIZON, ModelKind, ModelParameters, Series};
use crate::value::{Error, ErrorCode, Problem, Result};

/// The most rolling origins of a backtest.
pub const MAX_BACKTEST_ORIGINS: usize = 1_000;
/// The most models of a backtest.
pub const MAX_BACKTEST_MODELS: usize = 100;
/// The most rows of a backtest: series times models times origins times horizon.
pub const MAX_BACKTEST_ROWS: usize = 50_000_000;

value_struct! {
    /// How models are tried.
    #[derive(Default)]
    pub struct BacktestOptions {
        required {
            /// How many periods are forecast at each origin, from 1.
            pub horizon: u32,
        }
        optional {
            /// Periods of a season; 12 if nothing is said, 1 for no season.
            pub season_length: Option<u32>,
            /// How many origins, counted back from the last one, behind which there is just one horizon; 1 if nothing is
            /// said.
            pub origins: Option<u32>,
            /// Periods from one origin to the next; 1 if nothing is said.
            pub step: Option<u32>,
            /// Levels of intervals in percent; none if nothing is said.
            pub levels: Option<Vec<f64>>,
            /// Whether nothing below zero is forecast; if nothing is said, where no figure known at the origin is.
            pub non_negative: Option<bool>,
            /// Working days and moving holidays, known in advance at every origin. The series tell when they start.
            pub calendar: Option<ForecastCalendar>,
        }
    }
}

value_struct! {
    /// What a model said at one origin, and what came.
    pub struct BacktestWindow {
        required {
            /// The place of the series in what was given, from 0.
            pub series: u32,
            /// The place of the model in `models`, from 0.
            pub model: u32,
            /// How many periods were known.
            pub origin: u32,
            /// What came in each period behind them, less returns; nothing where it is not known, where the period has not
            /// ended and where there was no stock.
            pub actual: Vec<Option<f64>>,
            /// What was said of it.
            pub mean: Vec<f64>,
        }
        optional {
            /// The intervals, if levels were asked for.
            pub intervals: Vec<ForecastInterval>,
            /// What made the forecast, with its form: `ets(M,Ad,M)`.
            pub form: String,
        }
    }
}

value_struct! {
    /// One period of a window, for a table.
    pub struct BacktestRow {
        required {
            /// The place of the series in what was given, from 0.
            pub series: u32,
            /// The name of the model.
            pub model: String,
            /// How many periods were known.
            pub origin: u32,
            /// How many periods behind the origin, from 1.
            pub step: u32,
            /// What was said.
            pub forecast: f64,
        }
        optional {
            /// What the series is called.
            pub key: Option<String>,
            /// What came; nothing where it is not known.
            pub actual: Option<f64>,
            /// The lower end for each level of `Backtest.levels`.
            pub lower: Vec<f64>,
            /// The upper end for each level of `Backtest.levels`.
            pub upper: Vec<f64>,
        }
    }
}

value_struct! {
    /// How good a model was: on one series, or on all of them.
    pub struct BacktestAccuracy {
        required {
            /// The name of the model.
            pub model: String,
            /// The measures over all windows.
            pub accuracy: Accuracy,
        }
        optional {
            /// The place of the series, from 0; nothing for all series together.
            pub series: Option<u32>,
            /// What the series is called.
            pub key: Option<String>,
        }
    }
}

value_struct! {
    /// Why a model said nothing at an origin.
    pub struct BacktestProblem {
        required {
            /// The place of the series, from 0.
            pub series: u32,
            /// The name of the model.
            pub model: String,
            /// What stood in the way.
            pub problem: Problem,
        }
        optional {
            /// What the series is called.
            pub key: Option<String>,
            /// How many periods were known; nothing if the series has none of the origins.
            pub origin: Option<u32>,
        }
    }
}

value_struct! {
    /// The outcome of a backtest. It does not depend on the number of threads.
    #[derive(Default)]
    pub struct Backtest {
        required {
            /// The names of the models, in their order.
            pub models: Vec<String>,
            /// The levels of the intervals.
            pub levels: Vec<f64>,
            /// What the series are called, in their order.
            pub keys: Vec<Option<String>>,
            /// What was said, by series, model and origin.
            pub windows: Vec<BacktestWindow>,
            /// How good it was: each model on all series, then on each series, in their order. A model is measured on the
            /// windows it has: compare `accuracy.windows`.
            pub accuracy: Vec<BacktestAccuracy>,
            /// What was not said, and why.
            pub problems: Vec<BacktestProblem>,
        }
    }
}

impl Backtest {
    /// One row for each period of each window.
    pub fn rows(&self) -> impl Iterator<Item = BacktestRow> + '_ {
        self.windows.iter().flat_map(|window| {
            let model = named(&self.models, window.model);
            let key = named(&self.keys, window.series);
            (1_u32..).zip(window.actual.iter().zip(&window.mean)).map(move |(step, (actual, forecast))| {
                let place = usize::try_from(step).unwrap_or(usize::MAX).saturating_sub(1);
                let ends = |end: fn(&ForecastInterval) -> &Vec<f64>| {
                    window.intervals.iter().filter_map(|interval| end(interval).get(place).copied()).collect()
                };
                BacktestRow {
                    series: window.series,
                    model: model.clone(),
                    origin: window.origin,
                    step,
                    forecast: *forecast,
                    key: key.clone(),
                    actual: *actual,
                    lower: ends(|interval| &interval.lower),
                    upper: ends(|interval| &interval.upper),
                }
            })
        })
    }
}

fn named<T: Clone + Default>(names: &[T], place: u32) -> T {
    usize::try_from(place).ok().and_then(|place| names.get(place)).cloned().unwrap_or_default()
}

/// A model on trial.
#[derive(Clone)]
pub enum Contender {
    /// One of the engine.
    BuiltIn {
        /// Which.
        kind: ModelKind,
        /// Its fixed parameters.
        parameters: ModelParameters,
    },
    /// One of the host, or one of formulas.
    Host(Arc<dyn SeriesModel>),
}

impl From<ModelKind> for Contender {
    fn from(kind: ModelKind) -> Self {
        Self::BuiltIn { kind, parameters: ModelParameters::default() }
    }
}

impl std::fmt::Debug for Contender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Contender").field(&self.name()).finish()
    }
}

impl Contender {
    /// What it is called in tables.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn { kind, .. } => kind.as_str(),
            Self::Host(model) => model.name(),
        }
    }

    fn said_of(&self, series: &Series, asked: &ForecastOptions) -> Result<Forecast> {
        match self {
            Self::Host(model) => forecast_with(series, model.as_ref(), asked),
            Self::BuiltIn { kind, parameters } => {
                let asked = ForecastOptions { model: *kind, parameters: Some(*parameters), ..asked.clone() };
                forecast(series, &asked)
            }
        }
    }
}

/// Tries models on series at rolling origins, on so many threads. A model that fails at an origin has a problem there; the
/// others go on. Each series stands alone: siblings of its group lend it nothing. `progress` is told how many series times
/// models are done and how many there are, by whatever thread was ready; it stops the backtest with `false`.
///
/// # Errors
/// `OutOfRange` for `horizon`, `season_length`, `origins`, `step`, `levels[i]`, `threads`; `Required` and `TooMany` for
/// `models`; `DuplicateKey` for `models[i]` whose name another one has; `TooMany` for `series` with more than
/// `MAX_BACKTEST_ROWS` rows; `Unavailable` if the backtest was stopped.
pub fn backtest(
    series: &[Series],
    models: &[Contender],
    options: &BacktestOptions,
    threads: usize,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Backtest> {
    let trial = Trial::of(series, models, options)?;
    let pairs = |number| (0..models.len()).map(move |place| (number, place));
    let tasks: Vec<_> = (0..series.len()).flat_map(pairs).collect();
    let tried = in_order(&tasks, threads, |task| trial.try_one(*task), &|done| progress(done, tasks.len()))?;
    let mut outcome = Backtest {
        models: models.iter().map(|model| model.name().to_owned()).collect(),
        levels: trial.asked.levels.clone().unwrap_or_default(),
        keys: series.iter().map(|series| series.key.clone()).collect(),
        ..Backtest::default()
    };
    for (windows, problems) in tried {
        outcome.windows.extend(windows);
        outcome.problems.extend(problems);
    }
    outcome.accuracy = measured(series, &outcome, trial.season_length);
    Ok(outcome)
}

type Tried = (Vec<BacktestWindow>, Vec<BacktestProblem>);

/// A backtest whose options were checked.
struct Trial<'a> {
    series: &'a [Series],
    models: &'a [Contender],
    asked: ForecastOptions,
    horizon: usize,
    season_length: usize,
    origins: usize,
    step: usize,
}

impl<'a> Trial<'a> {
    fn of(series: &'a [Series], models: &'a [Contender], options: &BacktestOptions) -> Result<Self> {
        let asked = ForecastOptions {
            horizon: options.horizon,
            season_length: options.season_length,
            levels: Some(options.levels.clone().unwrap_or_default()),
            non_negative: options.non_negative,
            calendar: options.calendar.clone(),
            ..ForecastOptions::default()
        };
        let Asked { horizon, season_length, .. } = Asked::of(&asked)?;
        let origins = counted("origins", options.origins.unwrap_or(1), MAX_BACKTEST_ORIGINS)?;
        let step = counted("step", options.step.unwrap_or(1), MAX_HORIZON)?;
        if models.is_empty() {
            return Err(Error::invalid(ErrorCode::Required, "models", "name a model at least"));
        }
        let rows = [series.len(), models.len(), origins, horizon].into_iter().fold(1, usize::saturating_mul);
        for (field, figure, most) in
            [("models", models.len(), MAX_BACKTEST_MODELS), ("series", rows, MAX_BACKTEST_ROWS)]
        {
            if figure > most {
                let problem = Problem::of_field(ErrorCode::TooMany, field, "the backtest is too large");
                return Err(problem.with("max", most).into_invalid());
            }
        }
        let mut names = HashSet::new();
        if let Some(place) = models.iter().position(|model| !names.insert(model.name())) {
            let field = format!("models[{place}]");
            return Err(Error::invalid(ErrorCode::DuplicateKey, field, "another model has the same name"));
        }
        Ok(Self { series, models, asked, horizon, season_length, origins, step })
    }

    /// One model on one series, at each origin.
    fn try_one(&self, (number, place): (usize, usize)) -> Tried {
        let (Some(series), Some(model)) = (self.series.get(number), self.models.get(place)) else {
            return Tried::default();
        };
        let (mut windows, mut problems) = Tried::default();
        let mut refuse = |origin: Option<usize>, error: &Error| {
            problems.push(BacktestProblem {
                series: small(number),
                model: model.name().to_owned(),
                problem: error.problems().first().cloned().unwrap_or_default(),
                key: series.key.clone(),
                origin: origin.map(small),
            });
        };
        let origins = self.origins_of(series.values.len());
        if origins.is_empty() {
            let needed = self.horizon.saturating_add(1);
            refuse(None, &Error::insufficient_history("a backtest", series.values.len(), needed));
        }
        // What a series has beside its figures is known in advance; it is not copied with them.
        let beside = Series {
            values: Vec::new(),
            returns: Vec::new(),
            stock_outs: Vec::new(),
            last_period_share: None,
            ..series.clone()
        };
        let came = comparable(series);
        for origin in origins {
            let after = came.get(origin..).unwrap_or_default();
            match model.said_of(&known_at(series, &beside, origin), &self.asked) {
                Err(error) => refuse(Some(origin), &error),
                Ok(said) => windows.push(BacktestWindow {
                    series: small(number),
                    model: small(place),
                    origin: small(origin),
                    actual: after.iter().take(self.horizon).copied().collect(),
                    mean: said.mean,
                    intervals: said.intervals,
                    form: said.model,
                }),
            }
        }
        (windows, problems)
    }

    /// The origins of a series, ascending: the last one has one horizon behind it. A short series has fewer.
    fn origins_of(&self, length: usize) -> Vec<usize> {
        let last = length.checked_sub(self.horizon);
        let back = |number: usize| last?.checked_sub(number.saturating_mul(self.step)).filter(|origin| *origin > 0);
        let mut origins: Vec<_> = (0..self.origins).map_while(back).collect();
        origins.reverse();
        origins
    }
}

/// The series as it was known at an origin. What does not fit the whole series is left, so that it is refused.
fn known_at(series: &Series, beside: &Series, origin: usize) -> Series {
    let length = series.values.len();
    let end = if series.returns.len() == length { origin } else { series.returns.len() };
    let is_kept = |place: &u32| usize::try_from(*place).is_ok_and(|place| place < origin || place >= length);
    Series {
        values: series.values.get(..origin).unwrap_or_default().to_vec(),
        returns: series.returns.get(..end).unwrap_or_default().to_vec(),
        stock_outs: series.stock_outs.iter().copied().filter(is_kept).collect(),
        ..beside.clone()
    }
}

/// The figures that a forecast is compared with: less what was returned, and nothing for a period that has not ended or in
/// which nothing could be delivered for some time, as its figure is not the demand.
fn comparable(series: &Series) -> Vec<Option<f64>> {
    let mut figures = series.values.clone();
    for (figure, returned) in figures.iter_mut().zip(&series.returns) {
        *figure = figure.zip(*returned).map(|(figure, returned)| figure - returned);
    }
    for place in &series.stock_outs {
        let place = usize::try_from(*place).unwrap_or(usize::MAX);
        figures.get_mut(place).into_iter().for_each(|figure| *figure = None);
    }
    if series.last_period_share.is_some_and(|share| share < 1.0) {
        figures.last_mut().into_iter().for_each(|last| *last = None);
    }
    figures
}

/// A place or a number of periods; there are fewer than 2^32 of both.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The accuracy of each model on all series, and on each.
fn measured(series: &[Series], outcome: &Backtest, season_length: usize) -> Vec<BacktestAccuracy> {
    let mut together: Vec<_> = outcome.models.iter().map(|_| Tally::default()).collect();
    let mut alone = Vec::new();
    for windows in outcome.windows.chunk_by(|one, other| (one.series, one.model) == (other.series, other.model)) {
        let Some(first) = windows.first() else { continue };
        let places = usize::try_from(first.series).ok().zip(usize::try_from(first.model).ok());
        let Some((number, place)) = places else { continue };
        let (Some(series), Some(pooled)) = (series.get(number), together.get_mut(place)) else { continue };
        let mut tally = Tally::default();
        let came = comparable(series);
        for window in windows {
            let origin = usize::try_from(window.origin).unwrap_or(usize::MAX);
            let measured = Window {
                history: came.get(..origin).unwrap_or_default(),
                actual: &window.actual,
                mean: &window.mean,
                intervals: &window.intervals,
            };
            tally.add(&measured, season_length);
            pooled.add(&measured, season_length);
        }
        alone.push(BacktestAccuracy {
            model: named(&outcome.models, first.model),
            accuracy: tally.finish(),
            series: Some(first.series),
            key: series.key.clone(),
        });
    }
    let pooled = outcome.models.iter().zip(&together).map(|(model, tally)| BacktestAccuracy {
        model: model.clone(),
        accuracy: tally.finish(),
        series: None,
        key: None,
    });
    pooled.chain(alone).collect()
}

#[cfg(test)]
mod tests;
