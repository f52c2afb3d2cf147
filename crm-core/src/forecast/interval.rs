//! Intervals by split-conformal prediction: how far the forecasts of earlier origins were off says how far this one may be.
//!
//! A score is an error divided by how large errors of that step are for the series, so that the scores of all steps, and
//! of sibling series, can be pooled. How large they are grows with the step by a power, fitted to the errors of all
//! origins. Sums of periods have scores of their own, of the errors of sums. The half of an interval is the conformal
//! quantile of the scores times the size of errors of that step.
//!
//! Origins overlap, so their scores count for fewer than they are: the rank of the quantile and the widths of far steps are
//! raised by what the overlap costs. The constants were found on the monthly series of M3 (1,428 series, 18 steps):
//! 80 % covers 82, 95 % covers 95, and sums are covered alike.

use super::model::{Past, Study};
use super::naive::count;
use super::route::is_intermittent;
use super::series::Ready;
use super::types::ForecastInterval;
use crate::value::{Error, Result};

/// The most origins that are looked at.
const MOST_ORIGINS: usize = 24;
/// How far back the first of them lies at most.
const FARTHEST: usize = 48;
/// The least history that a model is given at an origin, where there is no season.
const LEAST_PAST: usize = 6;
/// A series with so many origins has scores enough of its own.
const ENOUGH_ORIGINS: usize = 20;
/// What the scores of so many origins count for where errors do not grow with the step; and what they lose where errors grow
/// in proportion to it, for then a level wanders, and errors of neighbouring origins are nearly the same.
const EFFECTIVE: f64 = 60.0;
const EFFECTIVE_LOST: f64 = 70.0;
const LEAST_EFFECTIVE: f64 = 10.0;
/// Errors grow with the root of the step if nothing else is known, those of sums in proportion.
const USUAL_GROWTH: [f64; 2] = [0.5, 1.0];
/// Those of intermittent demand come and go: they do not grow, and those of sums do with the root.
const INTERMITTENT_GROWTH: [f64; 2] = [0.0, 0.5];
/// The least and the most growth.
const GROWTH: [(f64, f64); 2] = [(0.0, 1.0), (0.5, 2.0)];
/// How much evidence the usual growth counts for, in squared logarithms of steps.
const GROWTH_EVIDENCE: f64 = 30.0;
/// What an interval is widened by for each time that the span of the origins goes into its step, and for errors that grow.
const OVERLAP: [f64; 2] = [0.1, 1.2];
const OVERLAP_GROWTH: f64 = 0.3;
/// What is known of siblings counts for so many origins of the series itself.
const SIBLING_ORIGINS: f64 = 5.0;
/// Errors grow with the level by this power; between errors that do not grow and errors in proportion.
const LEVEL_POWER: f64 = 0.5;
/// An earlier origin counts at most so many times its size, and not less than one such part.
const MOST_LEVEL_CHANGE: f64 = 5.0;

/// How the errors of steps, or of sums, spread.
#[derive(Debug, Clone, Default)]
struct Spread {
    /// The size of errors one step ahead.
    scale: f64,
    /// By which power of the step it grows.
    growth: f64,
    /// The scores, ascending.
    scores: Vec<f64>,
    /// What an interval is widened by, for a step as long as the span.
    overlap: f64,
}

/// How the errors of a series spread: those of steps and those of sums.
#[derive(Debug, Clone)]
pub(super) struct Spreads {
    steps: Spread,
    sums: Spread,
    /// How many origins they come from.
    origins: usize,
    /// How many periods the origins cover.
    span: f64,
    /// The size of the last season, by which siblings are compared.
    level: f64,
}

/// The origins at which a series is looked at again, ascending; none if it is too short.
pub(super) fn origins(past: &Past<'_>) -> Vec<usize> {
    let (length, season) = (past.values.len(), past.season_length);
    let season = if length > season.saturating_mul(3) { season } else { 1 };
    let first = season.saturating_mul(2).saturating_add(2).max(LEAST_PAST).max(length.saturating_sub(FARTHEST));
    let stride = length.saturating_sub(first).div_ceil(MOST_ORIGINS).max(1);
    // The last origin is the one before the last observation; the others lie evenly before it.
    let mut origins: Vec<_> = (first..length).rev().step_by(stride).collect();
    origins.reverse();
    origins
}

/// The mean size of the last season before an origin.
fn level(past: &Past<'_>, origin: usize) -> f64 {
    let values = past.until(origin).values;
    let start = values.len().saturating_sub(past.season_length.max(LEAST_PAST));
    let last = values.get(start..).unwrap_or_default();
    last.iter().map(|value| value.abs()).sum::<f64>() / count(last.len().max(1))
}

/// The errors behind each origin, by step, in the size of the last season.
pub(super) fn errors(past: &Past<'_>, origins: &[usize], study: &Study) -> Vec<Vec<Option<f64>>> {
    let now = level(past, past.values.len());
    let behind = |(origin, figures): (&usize, &Vec<f64>)| {
        let then = level(past, *origin);
        let change = if then > 0.0 && now > 0.0 { libm::pow(now / then, LEVEL_POWER) } else { 1.0 };
        let change = change.clamp(1.0 / MOST_LEVEL_CHANGE, MOST_LEVEL_CHANGE);
        let values = past.values.get(*origin..).unwrap_or_default();
        let observed = past.observed.get(*origin..).unwrap_or_default();
        let pairs = values.iter().zip(observed).zip(figures);
        pairs.map(|((value, observed), figure)| observed.then_some((value - figure) * change)).collect()
    };
    origins.iter().zip(&study.origins).map(behind).collect()
}

/// The errors of sums: of the first period, of the first two, ...; a sum ends where a period was not observed.
fn summed(errors: &[Vec<Option<f64>>]) -> Vec<Vec<Option<f64>>> {
    let sums = |steps: &Vec<Option<f64>>| {
        let running = steps.iter().scan(0.0, |sum, error| {
            *sum += (*error)?;
            Some(Some(*sum))
        });
        running.collect()
    };
    errors.iter().map(sums).collect()
}

impl Spread {
    /// Fits the growth and makes the scores.
    fn of(errors: &[Vec<Option<f64>>], usual: f64, range: (f64, f64), overlap: f64) -> Self {
        let steps = errors.iter().map(Vec::len).max().unwrap_or(0);
        let mut squares = vec![(0.0_f64, 0.0_f64); steps];
        for origin in errors {
            for ((sum, number), error) in squares.iter_mut().zip(origin) {
                if let Some(error) = error {
                    *sum += error * error;
                    *number += 1.0;
                }
            }
        }
        let (scale, growth) = power(&squares, usual, range);
        let of_step = |(step, error): (u32, &Option<f64>)| {
            let size = scale * libm::pow(f64::from(step), growth);
            error.map(|error| if size > 0.0 { error.abs() / size } else { 0.0 })
        };
        let mut scores: Vec<f64> = errors.iter().flat_map(|origin| (1_u32..).zip(origin).filter_map(of_step)).collect();
        scores.sort_by(f64::total_cmp);
        Self { scale, growth, scores, overlap }
    }

    /// The half of the width of the interval of a step.
    fn half(&self, step: usize, score: f64, span: f64) -> f64 {
        let overlap = self.overlap + OVERLAP_GROWTH * self.growth;
        let widened = (1.0 + overlap * count(step) / span.max(1.0)).sqrt();
        self.scale * libm::pow(count(step), self.growth) * score * widened
    }

    /// What siblings tell, joined with what is known of the series itself by `share`.
    fn with(&self, siblings: &[(&Self, f64)], share: f64, level: f64) -> Self {
        let mut sizes: Vec<f64> = siblings.iter().map(|(spread, level)| spread.scale / level).collect();
        sizes.sort_by(f64::total_cmp);
        let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0) * level;
        let growth = siblings.iter().map(|(spread, _)| spread.growth).sum::<f64>() / count(siblings.len().max(1));
        let scale = match (self.scale > 0.0, usual > 0.0) {
            (true, true) => libm::exp(share * libm::log(self.scale) + (1.0 - share) * libm::log(usual)),
            (false, true) if self.scores.is_empty() => usual,
            _ => self.scale,
        };
        let mut scores: Vec<f64> = siblings.iter().flat_map(|(spread, _)| &spread.scores).copied().collect();
        scores.extend(&self.scores);
        scores.sort_by(f64::total_cmp);
        Self { scale, growth: share * self.growth + (1.0 - share) * growth, scores, overlap: self.overlap }
    }
}

/// The scale and the power of the mean squares of steps: a weighted line through logarithms, drawn towards the usual power.
fn power(squares: &[(f64, f64)], usual: f64, range: (f64, f64)) -> (f64, f64) {
    let points: Vec<_> = (1_u32..)
        .zip(squares)
        .filter(|(_, (sum, number))| *sum > 0.0 && *number > 0.0)
        .map(|(step, (sum, number))| (libm::log(f64::from(step)), libm::log(sum / number) / 2.0, *number))
        .collect();
    let weight: f64 = points.iter().map(|point| point.2).sum();
    if weight <= 0.0 {
        return (0.0, usual);
    }
    let x = points.iter().map(|point| point.0 * point.2).sum::<f64>() / weight;
    let y = points.iter().map(|point| point.1 * point.2).sum::<f64>() / weight;
    let spread: f64 = points.iter().map(|point| (point.0 - x) * (point.0 - x) * point.2).sum();
    let covered: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y) * point.2).sum();
    let growth = (covered + usual * GROWTH_EVIDENCE) / (spread + GROWTH_EVIDENCE);
    let growth = growth.clamp(range.0, range.1);
    (libm::exp(y - growth * x), growth)
}

/// The conformal quantile of ascending scores at a level in percent. So many scores as in split-conformal prediction must
/// be there, 19 for 95 %; the rank is that of `effective` scores that do not overlap.
fn quantile(scores: &[f64], level: f64, effective: f64) -> Result<f64> {
    let share = level / 100.0;
    let needed = libm::ceil(share / (1.0 - share) - 1e-9);
    let number = count(scores.len());
    let rank = libm::ceil((number + 1.0) * share * (1.0 + 1.0 / effective) - 1e-9).min(number).max(1.0);
    let found = (1_u32..).zip(scores).find(|(place, _)| f64::from(*place) >= rank).map(|(_, score)| *score);
    found.filter(|_| number >= needed).ok_or_else(|| {
        let needed = (0_u32..).find(|number| f64::from(*number) >= needed).unwrap_or(u32::MAX);
        let purpose = format!("an interval at {level} %");
        Error::insufficient_scores(&purpose, scores.len(), usize::try_from(needed).unwrap_or(usize::MAX))
    })
}

impl Spreads {
    /// How the errors of a study spread.
    pub(super) fn of(past: &Past<'_>, origins: &[usize], study: &Study) -> Self {
        let errors = errors(past, origins, study);
        let spread =
            |errors: &[Vec<Option<f64>>], usual: f64, range, overlap| Spread::of(errors, usual, range, overlap);
        let usual = if is_intermittent(past) { INTERMITTENT_GROWTH } else { USUAL_GROWTH };
        let ([step, sum], [step_range, sum_range], [step_overlap, sum_overlap]) = (usual, GROWTH, OVERLAP);
        let first = origins.first().copied().unwrap_or(past.values.len());
        Self {
            steps: spread(&errors, step, step_range, step_overlap),
            sums: spread(&summed(&errors), sum, sum_range, sum_overlap),
            origins: errors.iter().filter(|origin| !origin.is_empty()).count(),
            span: count(past.values.len().saturating_sub(first)),
            level: level(past, past.values.len()),
        }
    }

    /// Whether there are too few origins for scores that tell much.
    pub(super) const fn is_thin(&self) -> bool {
        self.origins < ENOUGH_ORIGINS
    }

    /// With what siblings tell; they lend scores, the size of errors in relation to the level, and growth.
    pub(super) fn with(&self, siblings: &[&Self]) -> Self {
        let able: Vec<_> = siblings.iter().filter(|sibling| sibling.level > 0.0 && sibling.origins > 0).collect();
        if able.is_empty() {
            return self.clone();
        }
        let own = count(self.origins);
        let share = own / (own + SIBLING_ORIGINS);
        let steps: Vec<_> = able.iter().map(|sibling| (&sibling.steps, sibling.level)).collect();
        let sums: Vec<_> = able.iter().map(|sibling| (&sibling.sums, sibling.level)).collect();
        Self {
            steps: self.steps.with(&steps, share, self.level),
            sums: self.sums.with(&sums, share, self.level),
            origins: able.iter().fold(self.origins, |sum, sibling| sum.saturating_add(sibling.origins)),
            span: able.iter().map(|sibling| sibling.span).fold(self.span, f64::max),
            level: self.level,
        }
    }

    /// The interval round the figures of the model, in the size of the series.
    ///
    /// # Errors
    /// `InsufficientHistory` if there are too few scores for the level.
    pub(super) fn interval(&self, level: f64, mean: &[f64], ready: &Ready<'_>) -> Result<ForecastInterval> {
        let effective = (EFFECTIVE - EFFECTIVE_LOST * self.steps.growth).max(LEAST_EFFECTIVE);
        let effective = effective * (count(self.origins) / count(ENOUGH_ORIGINS)).min(1.0);
        let score = quantile(&self.steps.scores, level, effective)?;
        let half = |step: usize| self.steps.half(step, score, self.span);
        let end =
            |sign: f64| mean.iter().zip(1..).map(|(figure, step)| ready.told(figure + sign * half(step))).collect();
        let total: f64 = mean.iter().sum();
        let total_half = self.sums.half(mean.len(), quantile(&self.sums.scores, level, effective)?, self.span);
        Ok(ForecastInterval {
            level,
            lower: end(-1.0),
            upper: end(1.0),
            total_lower: ready.told(total - total_half),
            total_upper: ready.told(total + total_half),
        })
    }
}
