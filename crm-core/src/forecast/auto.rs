//! The model `auto`: a combination that is guarded by what it would have said before.
//!
//! Combinations of few good models are hard to beat: on the monthly series of M3 the mean of `ets` and `dot` is better
//! than either. A single model takes its place where the errors at earlier origins leave no doubt.

use super::interval;
use super::model::{FITTED_PERIODS, Past, Prediction, SeriesModel, Study};
use super::naive::{Simple, count};
use super::route::{Routed, is_intermittent};
use super::smoothing::Ets;
use super::theta::Theta;
use super::types::ModelKind;
use crate::value::Result;

/// A model takes the place of the combination if it was off by less than this share of what the combination was off.
const MARGIN: f64 = 0.6;
/// The guard asks so many origins at least.
const LEAST_ORIGINS: usize = 3;
/// The combination needs so many observations; a shorter series goes on as it was last.
const NEEDED: usize = 6;

/// The mean of exponential smoothing and dynamic theta, unless one model alone was clearly better.
#[derive(Debug, Clone, Copy)]
pub(super) struct Auto;

impl Auto {
    fn chosen(past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        if is_intermittent(past) {
            return Routed.study(past, origins, horizon);
        }
        let naive = Simple::new(ModelKind::Naive, None).study(past, origins, horizon)?;
        if past.values.len() < NEEDED {
            return Ok(naive);
        }
        let dot = Theta { dynamic: true, alpha: None }.study(past, origins, horizon)?;
        let ets = Ets.study(past, origins, horizon)?;
        let joined = joined(&dot, &ets, past.values.iter().all(|value| *value >= 0.0));
        if origins.len() < LEAST_ORIGINS {
            return Ok(joined);
        }
        let off = |study: &Study| absolute(&interval::errors(past, origins, study));
        let limit = MARGIN * off(&joined);
        let seasonal = Simple::new(ModelKind::SeasonalNaive, None).study(past, origins, horizon).ok();
        let alone = [Some(dot), Some(ets), Some(naive), seasonal].into_iter().flatten();
        let better = alone.map(|study| (off(&study), study)).filter(|(off, _)| *off < limit);
        let best = better.min_by(|left, right| left.0.total_cmp(&right.0));
        Ok(best.map_or(joined, |(_, study)| study))
    }
}

/// The mean of two models, here and at each origin; what a model says below zero counts as zero where nothing is.
fn joined(one: &Study, other: &Study, non_negative: bool) -> Study {
    let floor = if non_negative { 0.0 } else { f64::NEG_INFINITY };
    let mean = |one: &[f64], other: &[f64]| {
        one.iter().zip(other).map(|(one, other)| (one.max(floor) + other.max(floor)) / 2.0).collect()
    };
    let named = |study: &Study| study.prediction.parameters.clone();
    Study {
        prediction: Prediction {
            model: format!("{}, {}", one.prediction.model, other.prediction.model),
            mean: mean(&one.prediction.mean, &other.prediction.mean),
            parameters: prefixed("dot", named(one)).chain(prefixed("ets", named(other))).collect(),
            notes: Vec::new(),
        },
        origins: one.origins.iter().zip(&other.origins).map(|(one, other)| mean(one, other)).collect(),
    }
}

/// Parameters under the name of their model: `dot.alpha`.
fn prefixed(
    model: &'static str,
    parameters: impl IntoIterator<Item = (String, f64)>,
) -> impl Iterator<Item = (String, f64)> {
    parameters.into_iter().map(move |(name, figure)| (format!("{model}.{name}"), figure))
}

/// The mean absolute error.
fn absolute(errors: &[Vec<Option<f64>>]) -> f64 {
    let (mut sum, mut number) = (0.0, 0_usize);
    for error in errors.iter().flatten().flatten() {
        sum += error.abs();
        number = number.saturating_add(1);
    }
    if number == 0 { f64::INFINITY } else { sum / count(number) }
}

impl SeriesModel for Auto {
    fn name(&self) -> &str {
        ModelKind::Auto.as_str()
    }

    fn computes_as_the_engine(&self) -> bool {
        true
    }

    fn memory(&self, season_length: usize) -> usize {
        FITTED_PERIODS.max(season_length.saturating_mul(4))
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        Ok(self.study(past, &interval::origins(past), horizon)?.prediction)
    }

    fn study(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        // The guard looks back even if no interval is asked for, so that the figures are the same.
        let own;
        let origins = if origins.is_empty() {
            own = interval::origins(past);
            &own
        } else {
            origins
        };
        let mut study = Self::chosen(past, origins, horizon)?;
        study.prediction.model = format!("auto({})", study.prediction.model);
        Ok(study)
    }
}
