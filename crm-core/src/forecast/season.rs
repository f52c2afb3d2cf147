//! Whether a series has a season, and taking it out (季节性).

use super::naive::{count, mean};

/// The 90 % point of the two-sided normal test of seasonality, as in the M4 competition.
const SEASONAL_AT: f64 = 1.645;
/// So many whole seasons make a test of seasonality possible.
pub(super) const TESTED_SEASONS: usize = 3;
/// No multiplicative index may come closer to zero.
const LEAST_INDEX: f64 = 0.01;

/// How the season joins the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    Times,
    Plus,
}

/// The season of a series: one index for each phase, the first for the first observation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Season {
    pub(super) joined: Joined,
    pub(super) indices: Vec<f64>,
}

/// Whether the autocorrelation at the season is significant at 90 %, given those at the shorter lags (Bartlett's formula),
/// in a series of three seasons or more.
pub(super) fn is_seasonal(values: &[f64], season_length: usize) -> bool {
    if season_length < 2 || values.len() < season_length.saturating_mul(TESTED_SEASONS) {
        return false;
    }
    let centre = mean(values);
    let centred: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let variance: f64 = centred.iter().map(|value| value * value).sum();
    if variance <= f64::EPSILON * centre * centre * count(values.len()) {
        return false;
    }
    let correlation = |lag: usize| {
        let later = centred.get(lag..).unwrap_or_default();
        centred.iter().zip(later).map(|(early, late)| early * late).sum::<f64>() / variance
    };
    let shorter: f64 = (1..season_length).map(|lag| correlation(lag) * correlation(lag)).sum();
    let limit = SEASONAL_AT * ((1.0 + 2.0 * shorter) / count(values.len())).sqrt();
    correlation(season_length).abs() > limit
}

impl Season {
    /// The season by classical decomposition: ratios to (or differences from) the centred moving average, averaged by
    /// phase, with a mean of one (or zero). `None` for less than two seasons. Multiplicative where all is above zero and
    /// no index comes near it, else additive.
    pub(super) fn of(values: &[f64], season_length: usize) -> Option<Self> {
        if season_length < 2 || values.len() < season_length.saturating_mul(2) {
            return None;
        }
        let positive = values.iter().all(|value| *value > 0.0);
        let times = positive.then(|| Self::joined(values, season_length, Joined::Times)).flatten();
        let times = times.filter(Self::is_sound);
        times.or_else(|| Self::joined(values, season_length, Joined::Plus))
    }

    /// Whether nothing is divided by next to nothing.
    pub(super) fn is_sound(&self) -> bool {
        self.joined == Joined::Plus || self.indices.iter().all(|index| *index >= LEAST_INDEX)
    }

    /// The season of that kind.
    pub(super) fn joined(values: &[f64], season_length: usize, joined: Joined) -> Option<Self> {
        let (first, trend) = centred_average(values, season_length);
        let mut sums = vec![(0.0, 0.0); season_length];
        for ((place, value), level) in values.iter().enumerate().skip(first).zip(&trend) {
            let detrended = match joined {
                Joined::Times => value / level,
                Joined::Plus => value - level,
            };
            let (sum, count) = sums.get_mut(place.checked_rem(season_length)?)?;
            *sum += detrended;
            *count += 1.0;
        }
        let raw: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
        let centre = mean(&raw);
        let indices = raw.iter().map(|index| match joined {
            Joined::Times => index / centre,
            Joined::Plus => index - centre,
        });
        let indices: Vec<f64> = indices.collect();
        indices.iter().all(|index| index.is_finite()).then_some(Self { joined, indices })
    }

    /// The series without its season.
    pub(super) fn taken_from(&self, values: &[f64]) -> Vec<f64> {
        let phases = self.indices.iter().cycle();
        values.iter().zip(phases).map(|(value, index)| self.apart(*value, *index)).collect()
    }

    fn apart(&self, value: f64, index: f64) -> f64 {
        match self.joined {
            Joined::Times => value / index,
            Joined::Plus => value - index,
        }
    }

    /// Figures that begin `first` periods behind the first observation, with the season.
    pub(super) fn put_on(&self, figures: &mut [f64], first: usize) {
        let start = first.checked_rem(self.indices.len()).unwrap_or(0);
        for (figure, index) in figures.iter_mut().zip(self.indices.iter().cycle().skip(start)) {
            *figure = match self.joined {
                Joined::Times => *figure * index,
                Joined::Plus => *figure + index,
            };
        }
    }
}

/// The centred moving average over a season, and the place of its first figure. Over an even number of periods the two
/// at the ends count half.
pub(super) fn centred_average(values: &[f64], season_length: usize) -> (usize, Vec<f64>) {
    let half = season_length / 2;
    let width = half.saturating_mul(2).saturating_add(1);
    let ends = if season_length.is_multiple_of(2) { 0.5 } else { 1.0 };
    let average = |window: &[f64]| match window {
        [first, inner @ .., last] => (ends * (first + last) + inner.iter().sum::<f64>()) / count(season_length),
        _ => 0.0,
    };
    (half, values.windows(width).map(average).collect())
}
