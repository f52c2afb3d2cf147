//! Models without a fit: what every other model has to beat.

use super::model::{Past, Prediction, SeriesModel};
use super::season::{Season, is_seasonal};
use super::types::ModelKind;
use crate::value::{Error, Result};

/// The last observations of a window average if nothing is said.
const WINDOW: usize = 12;

/// A model that reads its forecast off the past.
#[derive(Debug, Clone, Copy)]
pub(super) struct Simple {
    pub(super) kind: ModelKind,
    pub(super) window: usize,
}

impl Simple {
    pub(super) fn new(kind: ModelKind, window: Option<u32>) -> Self {
        Self { kind, window: window.and_then(|window| usize::try_from(window).ok()).unwrap_or(WINDOW) }
    }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count(values.len()) }
}

/// A number of periods as a figure; it is exact up to 2^32, and no series is as long.
pub(super) fn count(periods: usize) -> f64 {
    f64::from(u32::try_from(periods).unwrap_or(u32::MAX))
}

/// The last season again and again.
pub(super) fn last_season(values: &[f64], season_length: usize, horizon: usize) -> Vec<f64> {
    let start = values.len().saturating_sub(season_length);
    values.get(start..).unwrap_or_default().iter().copied().cycle().take(horizon).collect()
}

impl SeriesModel for Simple {
    fn name(&self) -> &str {
        self.kind.as_str()
    }

    fn computes_as_the_engine(&self) -> bool {
        true
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        let values = past.values;
        let needed = if self.kind == ModelKind::SeasonalNaive { past.season_length } else { 1 };
        if values.len() < needed {
            return Err(Error::insufficient_history(self.name(), values.len(), needed));
        }
        let (first, last) = (values.first().copied().unwrap_or(0.0), values.last().copied().unwrap_or(0.0));
        let mean = match self.kind {
            ModelKind::SeasonalNaive => last_season(values, past.season_length, horizon),
            ModelKind::Drift => {
                let slope = if values.len() > 1 { (last - first) / count(values.len().saturating_sub(1)) } else { 0.0 };
                (1..=horizon).map(|step| last + slope * count(step)).collect()
            }
            ModelKind::HistoricAverage => vec![mean(values); horizon],
            ModelKind::WindowAverage => {
                let start = values.len().saturating_sub(self.window);
                vec![mean(values.get(start..).unwrap_or_default()); horizon]
            }
            ModelKind::Naive2 => {
                let seasonal = is_seasonal(values, past.season_length);
                let season = seasonal.then(|| Season::of(values, past.season_length)).flatten();
                let plain = season.as_ref().and_then(|season| season.taken_from(values).last().copied());
                let mut mean = vec![plain.unwrap_or(last); horizon];
                if let Some(season) = &season {
                    season.put_on(&mut mean, values.len());
                }
                mean
            }
            _ => vec![last; horizon],
        };
        Ok(Prediction { model: self.name().to_owned(), mean, ..Prediction::default() })
    }
}
