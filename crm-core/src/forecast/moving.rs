//! How much of a series regressors explain that its trend and its season do not: least squares after the same filter.
//!
//! Trend and season are taken from the figures and from the regressors alike (a centred moving average over a year, then
//! the means of the months), so that what is left of the one can be regressed on what is left of the others (Frisch and
//! Waugh 1933). Which regressors are kept is chosen by AICc.

use super::inputs::Effect;
use super::naive::{count, mean};
use super::season::centred_average;

/// Months of a year.
const YEAR: usize = 12;
/// So many periods must be there: with less than three years a holiday and a trend look alike.
const LEAST_HISTORY: usize = 3 * YEAR;
/// AICc must fall by as much: the choice is made among several sets of regressors, and a wrong effect costs more than a
/// missing one.
const WORTH: f64 = 4.0;
/// The largest effect, as a logarithm: a month is not made more than so much larger or smaller.
const MOST_EFFECT: f64 = 1.5;

/// A history that is long enough.
#[derive(Debug)]
pub(super) struct Observations {
    /// The figures or their logarithms without trend and season; nothing at the ends and where none was observed.
    rest: Vec<Option<f64>>,
    /// Effects are factors: all figures are above zero.
    pub(super) by_logarithms: bool,
    /// What the figures were divided by, so that no square overflows.
    scale: f64,
}

impl Observations {
    /// `None` if the history is too short.
    pub(super) fn of(values: &[Option<f64>]) -> Option<Self> {
        let first = values.iter().position(Option::is_some)?;
        if values.len().saturating_sub(first) < LEAST_HISTORY {
            return None;
        }
        let by_logarithms = values.iter().flatten().all(|value| *value > 0.0);
        let largest = values.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
        let scale = if by_logarithms || largest <= 0.0 { 1.0 } else { largest };
        let seen = |value: f64| if by_logarithms { libm::log(value) } else { value / scale };
        let known: Vec<Option<f64>> = values.iter().map(|value| value.map(seen)).collect();
        // Half a year behind gaps at the beginning, and before gaps at the end, there is no moving average.
        let last = values.iter().rposition(Option::is_some)?;
        let inner = first.saturating_add(YEAR / 2)..last.saturating_add(1).saturating_sub(YEAR / 2);
        let is_known: Vec<bool> =
            known.iter().enumerate().map(|(place, value)| value.is_some() && inner.contains(&place)).collect();
        Some(Self { rest: without_trend_and_season(&bridged(&known), &is_known), by_logarithms, scale })
    }

    /// The effect on each period of the regressors (which go on behind the history); `None` if they do not explain enough.
    pub(super) fn explained(&self, regressors: &[Vec<f64>]) -> Option<Vec<f64>> {
        let is_known: Vec<bool> = self.rest.iter().map(Option::is_some).collect();
        let columns: Vec<Vec<f64>> = regressors
            .iter()
            .map(|regressor| {
                let history = regressor.get(..self.rest.len()).unwrap_or_default();
                without_trend_and_season(history, &is_known).into_iter().flatten().collect()
            })
            .collect();
        let rest: Vec<f64> = self.rest.iter().flatten().copied().collect();
        let none = aicc(sum_of_squares(&rest), rest.len(), 0)?;
        let sets = 1_u32..1_u32.checked_shl(u32::try_from(columns.len()).ok()?)?;
        let mut best: Option<(f64, Vec<f64>)> = None;
        for set in sets {
            let is_in = |place: usize| (set >> place.min(31)) & 1 == 1;
            let chosen: Vec<&Vec<f64>> =
                columns.iter().enumerate().filter(|(place, _)| is_in(*place)).map(|(_, column)| column).collect();
            let Some((slopes, left)) = least_squares(&rest, &chosen) else { continue };
            let Some(value) = aicc(left, rest.len(), chosen.len()) else { continue };
            if best.as_ref().is_none_or(|(least, _)| value < *least) {
                let mut slopes = slopes.into_iter();
                let all = (0..columns.len()).map(|place| if is_in(place) { slopes.next().unwrap_or(0.0) } else { 0.0 });
                best = Some((value, all.collect()));
            }
        }
        let (_, slopes) = best.filter(|(value, _)| *value < none - WORTH)?;
        let slopes: Vec<f64> = slopes.iter().map(|slope| slope * self.scale).collect();
        Some(summed(regressors, &slopes))
    }
}

/// Effects on periods as factors, or as summands.
pub(super) fn effects(found: &[f64], by_logarithms: bool) -> impl Iterator<Item = Effect> {
    found.iter().map(move |effect| {
        if by_logarithms {
            Effect { factor: libm::exp(effect.clamp(-MOST_EFFECT, MOST_EFFECT)), shift: 0.0 }
        } else {
            Effect { factor: 1.0, shift: *effect }
        }
    })
}

/// Slopes times regressors, with a mean of zero in each month of the year: what is the same every year is the season.
fn summed(regressors: &[Vec<f64>], slopes: &[f64]) -> Vec<f64> {
    let periods = regressors.first().map_or(0, Vec::len);
    let at = |place: usize| {
        let figures = regressors.iter().map(|regressor| regressor.get(place).copied().unwrap_or(0.0));
        figures.zip(slopes).map(|(figure, slope)| figure * slope).sum::<f64>()
    };
    let raw: Vec<f64> = (0..periods).map(at).collect();
    let usual: Vec<f64> = (0..YEAR).map(|month| mean(&every_year(&raw, month))).collect();
    raw.iter().zip(usual.iter().cycle()).map(|(figure, usual)| figure - usual).collect()
}

fn every_year(figures: &[f64], month: usize) -> Vec<f64> {
    figures.iter().skip(month).step_by(YEAR).copied().collect()
}

/// Gaps on a straight line between their neighbours; the same figure at the ends.
fn bridged(values: &[Option<f64>]) -> Vec<f64> {
    let known: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(place, value)| value.map(|value| (place, value))).collect();
    let at = |place: usize| {
        let behind = known.partition_point(|(other, _)| *other < place);
        let before = behind.checked_sub(1).and_then(|place| known.get(place));
        match (before, known.get(behind)) {
            (Some((from, low)), Some((to, high))) => {
                let share = count(place.saturating_sub(*from)) / count(to.saturating_sub(*from).max(1));
                low + (high - low) * share
            }
            (Some((_, figure)), None) | (None, Some((_, figure))) => *figure,
            (None, None) => 0.0,
        }
    };
    (0..values.len()).map(at).collect()
}

/// What is left of known figures without the centred moving average of a year and the means of months.
fn without_trend_and_season(values: &[f64], is_known: &[bool]) -> Vec<Option<f64>> {
    let (first, trend) = centred_average(values, YEAR);
    let mut rest: Vec<Option<f64>> = vec![None; values.len()];
    let places = rest.iter_mut().zip(values).zip(is_known).skip(first).zip(&trend);
    for (((slot, value), known), level) in places {
        *slot = known.then_some(value - level);
    }
    for month in 0..YEAR {
        let of_month: Vec<f64> = rest.iter().skip(month).step_by(YEAR).flatten().copied().collect();
        let usual = mean(&of_month);
        for figure in rest.iter_mut().skip(month).step_by(YEAR).flatten() {
            *figure -= usual;
        }
    }
    rest
}

fn sum_of_squares(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Akaike's criterion, corrected for small samples (Hurvich and Tsai 1989). Months, a trend that bends once a year and the
/// variance count as parameters. `None` if there are too few observations.
fn aicc(squares: f64, observations: usize, slopes: usize) -> Option<f64> {
    let number = count(observations);
    let parameters = count(YEAR.saturating_add(1).saturating_add(observations / YEAR).saturating_add(slopes));
    let left = number - parameters - 1.0;
    // A fit without any error has no logarithm.
    let squares = squares.max(f64::MIN_POSITIVE);
    (left > 0.0).then(|| number * libm::log(squares / number) + 2.0 * parameters * number / left)
}

/// Slopes and the sum of squares that is left; `None` if the regressors cannot be told apart.
fn least_squares(values: &[f64], columns: &[&Vec<f64>]) -> Option<(Vec<f64>, f64)> {
    // Gram and Schmidt, then back: three columns at most are well told apart or not at all.
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut triangle: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        let mut rest = (*column).clone();
        let mut row = Vec::new();
        for known in &basis {
            let share = product(known, &rest) / sum_of_squares(known);
            rest.iter_mut().zip(known).for_each(|(figure, known)| *figure -= share * known);
            row.push(share);
        }
        if sum_of_squares(&rest) <= 1e-6 * sum_of_squares(column).max(f64::MIN_POSITIVE) {
            return None;
        }
        basis.push(rest);
        triangle.push(row);
    }
    let mut left = values.to_vec();
    let mut slopes = Vec::new();
    for known in &basis {
        let slope = product(known, &left) / sum_of_squares(known);
        left.iter_mut().zip(known).for_each(|(figure, known)| *figure -= slope * known);
        slopes.push(slope);
    }
    for place in (0..slopes.len()).rev() {
        let slope = slopes.get(place).copied()?;
        let row = triangle.get(place)?.clone();
        slopes.iter_mut().zip(row).for_each(|(earlier, share)| *earlier -= slope * share);
    }
    slopes.iter().all(|slope| slope.is_finite()).then(|| (slopes, sum_of_squares(&left)))
}
