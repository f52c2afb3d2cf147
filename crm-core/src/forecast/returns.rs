//! Returns and credit notes (退货): forecast as a share of what was delivered, in the same period or some periods before.

use super::naive::{count, mean};

/// The most periods from a delivery to its return.
const MOST_LAG: usize = 6;
/// A lag is looked for in so many periods at least.
const LAG_HISTORY: usize = 12;
/// A lag must leave less than this share of the squares that no lag leaves.
const LAG_WORTH: f64 = 0.8;

/// What comes back of what was delivered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Returns {
    /// The share that comes back.
    pub(super) rate: f64,
    /// After so many periods.
    pub(super) lag: usize,
    /// What was delivered in the last `lag` periods of the history, oldest first.
    delivered: Vec<f64>,
}

impl Returns {
    /// `None` if nothing is known of returns, or if nothing was delivered. `gross` may have more figures than `returns`.
    pub(super) fn of(gross: &[Option<f64>], returns: &[Option<f64>], notes: &mut Vec<String>) -> Option<Self> {
        let lag = lag(gross, returns);
        let (delivered, returned) = pairs(gross, returns, lag, lag)
            .fold((0.0, 0.0), |(delivered, returned), pair| (delivered + pair.0, returned + pair.1));
        if delivered <= 0.0 {
            return None;
        }
        let rate = (returned / delivered).clamp(0.0, 1.0);
        notes.push(match lag {
            0 => format!("{:.1} % of each period are expected to be returned", rate * 100.0),
            _ => format!("{:.1} % are expected to be returned {lag} periods later", rate * 100.0),
        });
        let known: Vec<f64> = gross.iter().flatten().copied().collect();
        let usual = mean(&known);
        let recent = gross.get(gross.len().saturating_sub(lag)..).unwrap_or_default();
        Some(Self { rate, lag, delivered: recent.iter().map(|figure| figure.unwrap_or(usual)).collect() })
    }

    /// What is left of a figure of a period to come (`step` from 1), where `gross` is expected of all of them. It rises with
    /// the figure.
    pub(super) fn net(&self, step: usize, figure: f64, gross: &[f64]) -> f64 {
        if self.lag == 0 {
            return figure * (1.0 - self.rate);
        }
        let behind = step.saturating_sub(1);
        let delivered = match behind.checked_sub(self.lag) {
            None => self.delivered.get(behind),
            Some(place) => gross.get(place),
        };
        figure - self.rate * delivered.copied().unwrap_or(0.0)
    }
}

/// What was delivered `lag` periods before each return, from the period `first` on.
fn pairs<'a>(
    gross: &'a [Option<f64>],
    returns: &'a [Option<f64>],
    lag: usize,
    first: usize,
) -> impl Iterator<Item = (f64, f64)> + use<'a> {
    let delivered = gross.iter().skip(first.saturating_sub(lag));
    delivered.zip(returns.iter().skip(first)).filter_map(|(delivered, returned)| (*delivered).zip(*returned))
}

/// After how many periods most comes back: the lag with the least squares, if it is clearly better than none. All lags are
/// compared over the same returns.
fn lag(gross: &[Option<f64>], returns: &[Option<f64>]) -> usize {
    let squares = |lag: usize| {
        let pairs: Vec<(f64, f64)> = pairs(gross, returns, lag, MOST_LAG).collect();
        let size = pairs.iter().fold(0.0_f64, |most, pair| most.max(pair.0.abs()).max(pair.1));
        if pairs.len() < LAG_HISTORY || size <= 0.0 {
            return None;
        }
        let scaled = || pairs.iter().map(|(delivered, returned)| (delivered / size, returned / size));
        let (products, own) = scaled().fold((0.0, 0.0), |(products, own), (delivered, returned)| {
            (products + delivered * returned, own + delivered * delivered)
        });
        let rate = if own > 0.0 { products / own } else { 0.0 };
        let left: f64 = scaled().map(|(delivered, returned)| (returned - rate * delivered).powi(2)).sum();
        Some(left * size / count(pairs.len()) * size)
    };
    let Some(without) = squares(0) else { return 0 };
    let better = (1..=MOST_LAG).filter_map(|lag| Some((squares(lag)?, lag)));
    let best = better.min_by(|left, right| left.0.total_cmp(&right.0));
    best.filter(|(left, _)| *left < LAG_WORTH * without).map_or(0, |(_, lag)| lag)
}

#[cfg(test)]
mod tests;
