//! How good forecasts were: of one window, of a series over many origins, of many series together.
//!
//! A window is what was said at one origin and what came. Relative measures (sMAPE, MASE, RMSSE, MSIS) are means over
//! windows, so that a large series counts no more than a small one; bias, MAE, RMSE and WAPE are of all periods together.
//! What is not defined, for example a ratio to a scale of zero, is nothing; it is left out of the mean over windows.

use super::naive::count;
use super::series::counted;
use super::types::{DEFAULT_SEASON_LENGTH, ForecastInterval, MAX_FIGURE, MAX_SEASON_LENGTH};
use crate::value::{Error, ErrorCode, Result};

/// Two levels in percent that differ by less are the same.
const SAME_LEVEL: f64 = 1e-9;

value_struct! {
    /// What was said at one origin, and what came.
    #[derive(Default)]
    pub struct ForecastCheck {
        required {
            /// The figures that were known, oldest first; the scales of MASE, MSIS and RMSSE come from them.
            pub history: Vec<Option<f64>>,
            /// What came, one figure a period; nothing where it is not known.
            pub actual: Vec<Option<f64>>,
            /// What was said, as long as `actual`.
            pub mean: Vec<f64>,
        }
        optional {
            /// The intervals that were given, each as long as `actual`.
            pub intervals: Vec<ForecastInterval>,
        }
    }
}

value_struct! {
    /// How good intervals of one level were.
    #[derive(Default)]
    pub struct LevelAccuracy {
        required {
            /// The level in percent.
            pub level: f64,
        }
        optional {
            /// The share of periods whose figure lay inside; the ends belong to it.
            pub coverage: Option<f64>,
            /// The share of windows whose sum lay inside the interval of the sum; windows of known figures only.
            pub total_coverage: Option<f64>,
            /// The mean of upper less lower end.
            pub mean_width: Option<f64>,
            /// The mean interval score of Winkler (1972): the width, and 2/a times what a figure lies outside, with a =
            /// 1 - level / 100.
            pub winkler: Option<f64>,
            /// The interval score of a window by the scale of MASE (MSIS, M4 competition), mean over windows.
            pub msis: Option<f64>,
        }
    }
}

value_struct! {
    /// The loss of one quantile.
    #[derive(Default)]
    pub struct QuantileLoss {
        required {
            /// The quantile, above 0 and below 1; the ends of an interval at 80 % are those of 0.1 and 0.9.
            pub quantile: f64,
        }
        optional {
            /// The mean pinball loss (Koenker and Bassett 1978): q (y - f) where y lies above, (1 - q) (f - y) below.
            pub pinball: Option<f64>,
        }
    }
}

value_struct! {
    /// How good forecasts were. An error is actual less forecast, but bias is positive where too much was forecast.
    #[derive(Default)]
    pub struct Accuracy {
        required {
            /// How many windows: series times origins.
            pub windows: u32,
            /// How many periods of them had a figure to compare with.
            pub periods: u32,
        }
        optional {
            /// Mean of 200 |y - f| / (|y| + |f|) in percent, 0 where both are zero (M4 competition); mean over windows.
            pub smape: Option<f64>,
            /// Mean absolute error by the mean absolute change from the same period one season before in the known
            /// figures (Hyndman and Koehler 2006, with the season as in the M4 competition); mean over windows.
            pub mase: Option<f64>,
            /// Root of the mean squared error by the mean squared change from one period to the next in the known
            /// figures, from the first demand on (M5 competition); mean over windows.
            pub rmsse: Option<f64>,
            /// Sum of forecast less actual by the absolute sum of the actual figures: 0.1 is 10 % too much.
            pub bias: Option<f64>,
            /// Mean absolute error.
            pub mae: Option<f64>,
            /// Root of the mean squared error.
            pub rmse: Option<f64>,
            /// Sum of absolute errors by the sum of absolute actual figures.
            pub wape: Option<f64>,
            /// The same for the sums of windows, which is what a stocker feels: windows of known figures only.
            pub total_wape: Option<f64>,
            /// One entry for each level.
            pub levels: Vec<LevelAccuracy>,
            /// One entry for each end of an interval, by quantile.
            pub quantiles: Vec<QuantileLoss>,
        }
    }
}

/// How good forecasts were: of one window, or of all given ones together.
///
/// # Errors
/// `OutOfRange` for `season_length`, `checks[i].mean`, `checks[i].actual` and `checks[i].intervals[j]` if they are not of
/// one length, and for figures that are not finite.
pub fn accuracy(checks: &[ForecastCheck], season_length: Option<u32>) -> Result<Accuracy> {
    let season_length = match season_length {
        None => DEFAULT_SEASON_LENGTH,
        Some(length) => counted("season_length", length, MAX_SEASON_LENGTH)?,
    };
    let mut tally = Tally::default();
    for (place, check) in checks.iter().enumerate() {
        let window =
            Window { history: &check.history, actual: &check.actual, mean: &check.mean, intervals: &check.intervals };
        window.checked().map_err(|error| error.under(&format!("checks[{place}]")))?;
        tally.add(&window, season_length);
    }
    Ok(tally.finish())
}

/// A window, borrowed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub(super) history: &'a [Option<f64>],
    pub(super) actual: &'a [Option<f64>],
    pub(super) mean: &'a [f64],
    pub(super) intervals: &'a [ForecastInterval],
}

impl Window<'_> {
    fn checked(&self) -> Result<()> {
        let refused = |field: &str, message: &str| Err(Error::invalid(ErrorCode::OutOfRange, field, message));
        let fits = |figure: &f64| figure.is_finite() && figure.abs() <= MAX_FIGURE;
        if self.mean.len() != self.actual.len() {
            return refused("mean", "it is not as long as `actual`");
        }
        if !self.mean.iter().all(fits) {
            return refused("mean", "it has a figure that is not finite");
        }
        for (field, figures) in [("history", self.history), ("actual", self.actual)] {
            if !figures.iter().flatten().all(fits) {
                return refused(field, "it has a figure that is not finite");
            }
        }
        for (place, interval) in self.intervals.iter().enumerate() {
            let ends = [&interval.lower, &interval.upper];
            let totals = [interval.total_lower, interval.total_upper];
            let level = interval.level > 0.0 && interval.level < 100.0;
            let long = ends.iter().all(|end| end.len() == self.actual.len());
            if !level || !long || !ends.iter().copied().flatten().chain(&totals).all(|end| !end.is_nan()) {
                return refused(&format!("intervals[{place}]"), "level, length or figures do not fit `actual`");
            }
        }
        Ok(())
    }

    /// The periods that can be compared: actual and forecast.
    fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        self.actual.iter().zip(self.mean).filter_map(|(actual, mean)| Some(((*actual)?, *mean)))
    }

    /// The sums of the window, if each of its figures is known.
    fn totals(&self) -> Option<(f64, f64)> {
        let actual: Option<f64> = self.actual.iter().copied().sum();
        Some((actual?, self.mean.iter().sum())).filter(|_| !self.actual.is_empty())
    }
}

/// The mean absolute change from one season before; nothing without a pair.
fn seasonal_scale(history: &[Option<f64>], season_length: usize) -> Option<f64> {
    let mut changes = Mean::default();
    for (old, new) in history.iter().zip(history.iter().skip(season_length)) {
        if let Some((old, new)) = old.zip(*new) {
            changes.add((new - old).abs());
        }
    }
    changes.value()
}

/// The mean squared change from one period to the next, from the first demand on.
fn demand_scale(history: &[Option<f64>]) -> Option<f64> {
    let first = history.iter().position(|figure| figure.is_some_and(|figure| figure != 0.0))?;
    let demand = history.get(first..)?;
    let mut changes = Mean::default();
    for (old, new) in demand.iter().zip(demand.iter().skip(1)) {
        if let Some((old, new)) = old.zip(*new) {
            changes.add((new - old) * (new - old));
        }
    }
    changes.value()
}

/// A ratio; nothing if it is not defined or does not fit.
fn ratio(figure: f64, scale: f64) -> Option<f64> {
    Some(figure / scale).filter(|ratio| scale > 0.0 && ratio.is_finite())
}

/// A sum and of how many.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    number: usize,
}

impl Mean {
    fn add(&mut self, figure: f64) {
        self.sum += figure;
        self.number = self.number.saturating_add(1);
    }

    fn add_some(&mut self, figure: Option<f64>) {
        if let Some(figure) = figure {
            self.add(figure);
        }
    }

    fn value(self) -> Option<f64> {
        ratio(self.sum, count(self.number))
    }
}

/// What is summed up for one level.
#[derive(Debug, Clone, Copy, Default)]
struct LevelTally {
    level: f64,
    inside: Mean,
    total_inside: Mean,
    width: Mean,
    winkler: Mean,
    msis: Mean,
    /// The losses of the lower and of the upper end.
    pinball: [Mean; 2],
}

impl LevelTally {
    fn add(&mut self, window: &Window<'_>, interval: &ForecastInterval, scale: Option<f64>) {
        let outside = (100.0 - self.level) / 100.0;
        let mut scores = Mean::default();
        for ((actual, lower), upper) in window.actual.iter().zip(&interval.lower).zip(&interval.upper) {
            let Some(actual) = *actual else { continue };
            let (below, above) = ((lower - actual).max(0.0), (actual - upper).max(0.0));
            self.inside.add(if below > 0.0 || above > 0.0 { 0.0 } else { 1.0 });
            self.width.add(upper - lower);
            let score = (upper - lower) + 2.0 / outside * (below + above);
            self.winkler.add(score);
            scores.add(score);
            let [low, high] = &mut self.pinball;
            low.add(pinball(actual, *lower, outside / 2.0));
            high.add(pinball(actual, *upper, 1.0 - outside / 2.0));
        }
        self.msis.add_some(scores.value().zip(scale).and_then(|(score, scale)| ratio(score, scale)));
        if let Some((actual, _)) = window.totals() {
            let inside = (interval.total_lower..=interval.total_upper).contains(&actual);
            self.total_inside.add(if inside { 1.0 } else { 0.0 });
        }
    }
}

fn pinball(actual: f64, forecast: f64, quantile: f64) -> f64 {
    (quantile * (actual - forecast)).max((quantile - 1.0) * (actual - forecast))
}

/// The sums from which accuracy is told.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    windows: usize,
    smape: Mean,
    mase: Mean,
    rmsse: Mean,
    absolute: Mean,
    squared: Mean,
    over: f64,
    actual: f64,
    size: f64,
    total_absolute: f64,
    total_size: f64,
    levels: Vec<LevelTally>,
}

impl Tally {
    /// Adds a window whose lengths and figures were checked.
    pub(super) fn add(&mut self, window: &Window<'_>, season_length: usize) {
        self.windows = self.windows.saturating_add(1);
        let (mut relative, mut absolute, mut squared) = (Mean::default(), Mean::default(), Mean::default());
        for (actual, forecast) in window.pairs() {
            let error = (actual - forecast).abs();
            let size = actual.abs() + forecast.abs();
            relative.add(if size > 0.0 { 200.0 * (error / size) } else { 0.0 });
            absolute.add(error);
            squared.add(error * error);
            self.absolute.add(error);
            self.squared.add(error * error);
            self.over += forecast - actual;
            self.actual += actual;
            self.size += actual.abs();
        }
        let scale = seasonal_scale(window.history, season_length);
        self.smape.add_some(relative.value());
        self.mase.add_some(absolute.value().zip(scale).and_then(|(error, scale)| ratio(error, scale)));
        let squares = squared.value().zip(demand_scale(window.history));
        self.rmsse.add_some(squares.and_then(|(error, scale)| ratio(error, scale)).map(libm::sqrt));
        if let Some((actual, forecast)) = window.totals() {
            self.total_absolute += (actual - forecast).abs();
            self.total_size += actual.abs();
        }
        for interval in window.intervals {
            let same = |tally: &LevelTally| (tally.level - interval.level).abs() < SAME_LEVEL;
            let place = self.levels.iter().position(same).unwrap_or(self.levels.len());
            if place == self.levels.len() {
                self.levels.push(LevelTally { level: interval.level, ..LevelTally::default() });
            }
            if let Some(tally) = self.levels.get_mut(place) {
                tally.add(window, interval, scale);
            }
        }
    }

    pub(super) fn finish(&self) -> Accuracy {
        let ends = |tally: &LevelTally| {
            let [low, high] = tally.pinball;
            let outside = (100.0 - tally.level) / 200.0;
            [(outside, low), (1.0 - outside, high)]
        };
        let mut quantiles: Vec<_> = self
            .levels
            .iter()
            .flat_map(ends)
            .map(|(quantile, loss)| QuantileLoss { quantile, pinball: loss.value() })
            .collect();
        quantiles.sort_by(|left, right| left.quantile.total_cmp(&right.quantile));
        Accuracy {
            windows: u32::try_from(self.windows).unwrap_or(u32::MAX),
            periods: u32::try_from(self.absolute.number).unwrap_or(u32::MAX),
            smape: self.smape.value(),
            mase: self.mase.value(),
            rmsse: self.rmsse.value(),
            bias: ratio(self.over, self.actual.abs()),
            mae: self.absolute.value(),
            rmse: self.squared.value().map(libm::sqrt),
            wape: ratio(self.absolute.sum, self.size),
            total_wape: ratio(self.total_absolute, self.total_size),
            levels: self.levels.iter().map(LevelTally::finish).collect(),
            quantiles,
        }
    }
}

impl LevelTally {
    fn finish(&self) -> LevelAccuracy {
        LevelAccuracy {
            level: self.level,
            coverage: self.inside.value(),
            total_coverage: self.total_inside.value(),
            mean_width: self.width.value(),
            winkler: self.winkler.value(),
            msis: self.msis.value(),
        }
    }
}

#[cfg(test)]
mod tests;
