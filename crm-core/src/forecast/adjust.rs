//! What is done to a series before the models see it, and to their figures afterwards: a current month that is not over,
//! stock-outs, returns, a predecessor, the calendar.
//!
//! In this order: the current period is taken off or filled up; periods in which nothing could be delivered are taken as
//! not observed; the history of a predecessor is put before; the effects of the calendar are taken out. What the models
//! say gets the effects of its months, is not less than what is known already of the current month, and what is going to be
//! returned is taken off last.
//!
//! Effects of holidays are estimated once, from the whole history; forecasts at earlier origins take them as known.

use crate::value::{Date, Error, ErrorCode, Problem, Result};

use super::analogue::{Analogue, LAUNCH_PERIODS, launched};
use super::inputs::{Effect, ForecastInput, Inputs, check_inputs, figures, months_after, months_before};
use super::naive::count;
use super::returns::Returns;
use super::season::{Joined, Season};
use super::series::filled;
use super::types::{DEFAULT_SEASON_LENGTH, Forecast, ForecastInterval, ForecastOptions, Series};

/// Each month has a day on which a period may begin up to this one.
const LAST_START: u32 = 28;
/// The largest ratio of a series to its predecessor.
const MOST_RATIO: f64 = 1e6;

value_enum! {
    /// What becomes of the last period of a series if it is not over.
    #[derive(Default)]
    pub enum PartialPeriod {
        /// It is no history: the forecast begins with it, and is not less than what is known of it.
        #[default]
        Drop = "drop",
        /// It is filled up by the share that has passed and is history; the forecast begins behind it.
        ProRate = "pro_rate",
    }
}

value_struct! {
    /// A series that a new one takes the place of: its history is put before that of the new one.
    #[derive(Default)]
    pub struct Predecessor {
        required {
            /// One figure a period; the last is that of the period before the first one of the new series.
            pub values: Vec<Option<f64>>,
        }
        optional {
            /// What the new series is expected to reach of the old one; 1 if nothing is said.
            pub ratio: Option<f64>,
        }
    }
}

impl Predecessor {
    fn scaled(&self) -> Result<Vec<Option<f64>>> {
        figures(&self.values).map_err(|error| error.under("values"))?;
        let ratio = self.ratio.unwrap_or(1.0);
        if !(ratio > 0.0 && ratio <= MOST_RATIO) {
            let problem = Problem::of_field(ErrorCode::OutOfRange, "ratio", "the ratio lies above zero");
            return Err(problem.with("max", MOST_RATIO).into_invalid());
        }
        Ok(self.values.iter().map(|value| value.map(|value| value * ratio)).collect())
    }
}

/// A series as the models see it, and the way back.
#[derive(Debug, Clone)]
pub(super) struct Adjusted {
    /// What the models see.
    pub(super) series: Vec<Option<f64>>,
    /// What a user should know.
    pub(super) notes: Vec<String>,
    /// The first day of the first figure, if the series tells when it starts.
    pub(super) start: Option<Date>,
    /// The first day of the first period to come.
    pub(super) forecast_start: Option<Date>,
    /// The place in the series of the user of the first figure; below zero behind a predecessor.
    first: i64,
    /// By place, over the horizon too; nothing if there are none.
    effects: Vec<Effect>,
    /// What is known already of the first period to come.
    known: Option<f64>,
    returns: Option<Returns>,
    non_negative: bool,
}

impl Adjusted {
    /// Makes a series ready. `horizon` periods are going to be asked of the models: if a current period was dropped, the
    /// first of them is that period.
    ///
    /// # Errors
    /// `OutOfRange` for `values[i]`, `returns` of another length than the values, `returns[i]`, `stock_outs[i]`,
    /// `last_period_share`, `start`, `predecessor.values[i]`, `predecessor.ratio`, `inputs[i].values[j]`; `Required` for
    /// `start` if there is a calendar; what the calendar refuses, under `calendar`.
    pub(super) fn of(series: &Series, options: &ForecastOptions) -> Result<Self> {
        check(series)?;
        let horizon = usize::try_from(options.horizon).unwrap_or(usize::MAX);
        let season = options.season_length.map_or(DEFAULT_SEASON_LENGTH, |season| usize::try_from(season).unwrap_or(1));
        let mut notes = Vec::new();
        let (gross, known) = current(series, options.partial_period, &mut notes);
        let own = without_stock_outs(&gross, &series.stock_outs, season, &mut notes);
        let before = series.predecessor.as_ref().map(Predecessor::scaled).transpose();
        let before = before.map_err(|error| error.under("predecessor"))?.unwrap_or_default();
        if !before.is_empty() {
            notes.push(format!("{} periods of the predecessor stand before the series", before.len()));
        }
        let first = i64::try_from(before.len()).map_or(0, |periods| -periods);
        let start = earlier(series.start, before.len())?;
        let mut values = [before, own].concat();
        let effects = effects(options, start, &values, horizon, &mut notes)?;
        for (value, effect) in values.iter_mut().zip(&effects) {
            *value = value.map(|value| effect.taken(value));
        }
        let complete = series.returns.get(..complete(series)).unwrap_or_default();
        Ok(Self {
            forecast_start: start.and_then(|start| months_after(start, values.len())),
            series: values,
            start,
            first,
            effects,
            known,
            returns: Returns::of(&gross, complete, &mut notes),
            non_negative: options
                .non_negative
                .unwrap_or_else(|| series.values.iter().flatten().all(|value| *value >= 0.0)),
            notes,
        })
    }

    /// The same without a season that was borrowed; the first index is that of the place `cut`, in figures that were
    /// divided by two so often.
    pub(super) fn without_season(mut self, season: &Season, cut: usize, exponent: i32, horizon: usize) -> Self {
        let end = self.series.len().saturating_add(horizon);
        self.effects.resize(end, Effect::NONE);
        let indices = season.indices.iter().cycle();
        for ((place, effect), index) in self.effects.iter_mut().enumerate().skip(cut).zip(indices) {
            let seasonal = match season.joined {
                Joined::Times => Effect { factor: *index, shift: 0.0 },
                Joined::Plus => Effect { factor: 1.0, shift: libm::ldexp(*index, exponent) },
            };
            if let Some(value) = self.series.get_mut(place) {
                *value = value.map(|value| seasonal.taken(value));
            }
            *effect = Effect {
                factor: seasonal.factor * effect.factor,
                shift: seasonal.shift * effect.factor + effect.shift,
            };
        }
        self.notes.push("the season of siblings was used".to_owned());
        self
    }

    /// What a model may know beside the figures, if so many of the first figures of `series` were cut and all were divided
    /// by two so often.
    pub(super) fn inputs<'a>(&'a self, given: &'a [ForecastInput], cut: usize, exponent: i32) -> Inputs<'a> {
        Inputs {
            given,
            first: self.first.saturating_add(i64::try_from(cut).unwrap_or(i64::MAX)),
            start: self.start.and_then(|start| months_after(start, cut)),
            effects: self.effects.get(cut..).unwrap_or_default(),
            exponent,
        }
    }

    /// The forecast of a new product by its analogues, if there are some and too little history; no model is asked then.
    /// [`Adjusted::finished`] is still to be called.
    ///
    /// # Errors
    /// As [`launched`].
    pub(super) fn launched(&self, analogues: &[Analogue], horizon: usize, levels: &[f64]) -> Option<Result<Forecast>> {
        let first = self.series.iter().position(Option::is_some).unwrap_or(self.series.len());
        let known = self.series.get(first..).unwrap_or_default();
        let is_new = !analogues.is_empty() && known.len() < LAUNCH_PERIODS;
        is_new.then(|| launched(known, analogues, horizon, levels))
    }

    /// A forecast of the models as a forecast of the series. The order of lower ends, means and upper ends stays.
    pub(super) fn finished(&self, made: Forecast) -> Forecast {
        let gross: Vec<f64> = made.mean.iter().zip(1..).map(|(figure, step)| self.gross(step, *figure)).collect();
        let shown = |figures: &[f64]| -> Vec<f64> {
            figures.iter().zip(1..).map(|(figure, step)| self.shown(step, *figure, &gross)).collect()
        };
        let intervals = made.intervals.iter().map(|interval| ForecastInterval {
            level: interval.level,
            lower: shown(&interval.lower),
            upper: shown(&interval.upper),
            total_lower: self.total(interval.total_lower, &made.mean, &gross),
            total_upper: self.total(interval.total_upper, &made.mean, &gross),
        });
        let notes = self.notes.iter().chain(&made.notes).cloned().collect();
        Forecast { mean: shown(&made.mean), intervals: intervals.collect(), notes, start: self.forecast_start, ..made }
    }

    /// A figure of the models with the effects of its period, and not less than what is known of it.
    fn gross(&self, step: usize, figure: f64) -> f64 {
        let figure = self.effect(step).put(figure).clamp(-f64::MAX, f64::MAX);
        match self.known {
            Some(known) if step == 1 => figure.max(known),
            _ => figure,
        }
    }

    /// What a user sees of a figure of the models; it rises with the figure. `gross` is what is expected of each period.
    fn shown(&self, step: usize, figure: f64, gross: &[f64]) -> f64 {
        self.clamped(self.net(step, self.gross(step, figure), gross))
    }

    fn net(&self, step: usize, figure: f64, gross: &[f64]) -> f64 {
        self.returns.as_ref().map_or(figure, |returns| returns.net(step, figure, gross))
    }

    fn clamped(&self, figure: f64) -> f64 {
        let figure = figure.clamp(-f64::MAX, f64::MAX);
        if self.non_negative { figure.max(0.0) } else { figure }
    }

    /// The sum of all periods: it differs from the sum of the means as the sum of the models does, by the mean factor.
    fn total(&self, total: f64, mean: &[f64], gross: &[f64]) -> f64 {
        let kept = self.returns.as_ref().filter(|returns| returns.lag == 0).map_or(1.0, |returns| 1.0 - returns.rate);
        let (mut weights, mut factors, mut sum) = (0.0, 0.0, 0.0);
        for ((figure, gross_figure), step) in mean.iter().zip(gross).zip(1..) {
            let weight = figure.abs() / count(mean.len());
            weights += weight;
            factors += weight * self.effect(step).factor * kept;
            sum += self.net(step, *gross_figure, gross);
        }
        let factor = if weights > 0.0 { factors / weights } else { kept };
        let total = sum + (total - mean.iter().sum::<f64>()) * factor;
        let least = self.known.filter(|_| self.non_negative).map_or(f64::MIN, |known| known * kept);
        // What is returned later of earlier deliveries may take more than what is known.
        let is_floor = self.returns.as_ref().is_none_or(|returns| returns.lag == 0);
        self.clamped(if is_floor { total.max(least) } else { total })
    }

    /// The effect on a period to come.
    fn effect(&self, step: usize) -> Effect {
        let place = self.series.len().saturating_add(step).saturating_sub(1);
        self.effects.get(place).copied().unwrap_or(Effect::NONE)
    }
}

fn out_of_range(field: impl Into<String>, message: &str) -> Error {
    Error::invalid(ErrorCode::OutOfRange, field, message)
}

fn check(series: &Series) -> Result<()> {
    figures(&series.values).map_err(|error| error.under("values"))?;
    figures(&series.returns).map_err(|error| error.under("returns"))?;
    if !series.returns.is_empty() && series.returns.len() != series.values.len() {
        return Err(out_of_range("returns", "there is one for each period"));
    }
    if let Some(place) = series.returns.iter().position(|figure| figure.is_some_and(|figure| figure < 0.0)) {
        return Err(out_of_range(format!("returns[{place}]"), "what is returned is not below zero"));
    }
    let is_behind = |place: &u32| usize::try_from(*place).is_ok_and(|place| place >= series.values.len());
    if let Some(place) = series.stock_outs.iter().position(is_behind) {
        return Err(out_of_range(format!("stock_outs[{place}]"), "the series has no such period"));
    }
    if series.last_period_share.is_some_and(|share| !(share > 0.0 && share <= 1.0)) {
        return Err(out_of_range("last_period_share", "a share lies above 0 and is at most 1"));
    }
    if series.start.is_some_and(|start| chrono::Datelike::day(&start.to_chrono()) > LAST_START) {
        return Err(out_of_range("start", "not every month has that day"));
    }
    check_inputs(&series.inputs)
}

/// How many periods are over.
fn complete(series: &Series) -> usize {
    let is_open = series.last_period_share.is_some_and(|share| share < 1.0);
    series.values.len().saturating_sub(usize::from(is_open))
}

/// The history, and what is known of the current period if it is not part of it.
fn current(series: &Series, partial: PartialPeriod, notes: &mut Vec<String>) -> (Vec<Option<f64>>, Option<f64>) {
    let mut values = series.values.clone();
    let Some(share) = series.last_period_share.filter(|share| *share < 1.0 && !values.is_empty()) else {
        return (values, None);
    };
    let last = values.pop().flatten();
    match partial {
        PartialPeriod::Drop => {
            notes.push("the current period is not over: the forecast begins with it".to_owned());
            (values, last)
        }
        PartialPeriod::ProRate => {
            notes.push("the current period is not over and was filled up".to_owned());
            values.push(last.map(|last| last / share));
            (values, None)
        }
    }
}

/// A period in which nothing could be delivered is not observed, unless more was sold in it than would have been guessed.
fn without_stock_outs(
    gross: &[Option<f64>],
    stock_outs: &[u32],
    season: usize,
    notes: &mut Vec<String>,
) -> Vec<Option<f64>> {
    let mut values = gross.to_vec();
    let places: Vec<usize> = stock_outs.iter().filter_map(|place| usize::try_from(*place).ok()).collect();
    for place in &places {
        if let Some(value) = values.get_mut(*place) {
            *value = None;
        }
    }
    if places.is_empty() {
        return values;
    }
    let guesses = filled(&values, season);
    for place in &places {
        if let (Some(value), Some(Some(sold)), Some(guess)) =
            (values.get_mut(*place), gross.get(*place), guesses.get(*place))
        {
            *value = Some(*sold).filter(|sold| *sold > 0.0 && *sold >= *guess);
        }
    }
    notes.push(format!("{} periods without stock show less than the demand", places.len()));
    values
}

/// The start of a series behind so many periods that were put before it.
fn earlier(start: Option<Date>, periods: usize) -> Result<Option<Date>> {
    let Some(start) = start else { return Ok(None) };
    let earlier = months_before(start, periods);
    earlier.map(Some).ok_or_else(|| out_of_range("start", "the predecessor reaches before the year 1"))
}

fn effects(
    options: &ForecastOptions,
    start: Option<Date>,
    values: &[Option<f64>],
    horizon: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<Effect>> {
    let Some(calendar) = &options.calendar else { return Ok(Vec::new()) };
    let Some(start) = start else {
        return Err(Error::invalid(ErrorCode::Required, "start", "a calendar needs the first day of the series"));
    };
    let effects = calendar.effects(start, values, horizon, notes);
    effects.map_err(|error| if error.field() == Some("start") { error } else { error.under("calendar") })
}

#[cfg(test)]
mod tests;
