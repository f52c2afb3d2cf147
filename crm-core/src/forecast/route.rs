//! Which series are intermittent, and what forecasts them.

use super::intermittent::{Intermittent, observed, sizes};
use super::model::{Past, Prediction, SeriesModel};
use super::naive::{count, mean};
use super::types::{ModelKind, ModelParameters};
use crate::value::{Error, Result};

/// Where intermittence begins: the mean interval between demands (Syntetos, Boylan and Croston 2005).
const INTERVAL_LIMIT: f64 = 1.32;
/// Where sizes are called unsteady: their squared coefficient of variation (Syntetos, Boylan and Croston 2005).
const VARIATION_LIMIT: f64 = 0.49;
/// A series is intermittent or not by its last seasons: what it was before has ended.
const RECENT_SEASONS: usize = 2;
/// The fewest periods that its intermittence is told by, if there are as many.
const RECENT_PERIODS: usize = 24;
/// From this agreement of one season with the next (Cohen's kappa) periods without demand belong to the season.
const SEASONAL_AGREEMENT: f64 = 0.6;
/// The share of products that end in a season, which is a year of months; so 0.75 % in a month.
const ENDED_A_SEASON: f64 = 0.09;
/// The same in a period, if no season is known.
const ENDED_A_PERIOD: f64 = 0.0075;
/// Below this share of hope a note is written.
const DOUBTFUL: f64 = 0.5;

value_enum! {
    /// The pattern of a demand, by the mean interval and by the variation of its sizes (Syntetos, Boylan and Croston
    /// 2005: 1.32 periods and 0.49).
    pub enum DemandPattern {
        /// In almost every period, of steady size.
        Smooth = "smooth",
        /// In almost every period, of unsteady size.
        Erratic = "erratic",
        /// In some periods, of steady size.
        Intermittent = "intermittent",
        /// In some periods, of unsteady size.
        Lumpy = "lumpy",
    }
}

/// The pattern of a demand, one figure a period; nothing if there is no demand. What is not zero is a demand, and what is
/// not known is left out.
#[must_use]
pub fn demand_pattern(values: &[Option<f64>]) -> Option<DemandPattern> {
    let largest = values.iter().flatten().fold(0.0_f64, |most, figure| most.max(figure.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return None;
    }
    pattern(&values.iter().flatten().map(|figure| figure / largest).collect::<Vec<_>>())
}

fn pattern(demand: &[f64]) -> Option<DemandPattern> {
    let sizes = sizes(demand);
    if sizes.is_empty() {
        return None;
    }
    let middle = mean(&sizes);
    let squares: Vec<_> = sizes.iter().map(|size| (size - middle) * (size - middle)).collect();
    let unsteady = mean(&squares) >= VARIATION_LIMIT * middle * middle && squares.iter().any(|square| *square > 0.0);
    let rare = count(demand.len()) >= INTERVAL_LIMIT * count(sizes.len());
    Some(match (rare, unsteady) {
        (false, false) => DemandPattern::Smooth,
        (false, true) => DemandPattern::Erratic,
        (true, false) => DemandPattern::Intermittent,
        (true, true) => DemandPattern::Lumpy,
    })
}

/// Whether a series is one of intermittent demand: by its last seasons, from its first demand on, and unless periods
/// without demand return with the season. A series without demand is.
pub(super) fn is_intermittent(past: &Past<'_>) -> bool {
    let demand = observed(past);
    let Some(first) = demand.iter().position(|figure| *figure != 0.0) else { return true };
    let recent = past.season_length.saturating_mul(RECENT_SEASONS).max(RECENT_PERIODS);
    let start = first.max(demand.len().saturating_sub(recent));
    let demand = demand.get(start..).unwrap_or_default();
    let rare = pattern(demand).is_none_or(|found| matches!(found, DemandPattern::Intermittent | DemandPattern::Lumpy));
    rare && !rests_by_season(past)
}

/// Whether the periods with demand are the same ones from season to season.
fn rests_by_season(past: &Past<'_>) -> bool {
    let known = || past.values.iter().zip(past.observed).map(|(figure, observed)| observed.then_some(*figure != 0.0));
    let pairs: Vec<_> = known().zip(known().skip(past.season_length)).filter_map(|(old, new)| old.zip(new)).collect();
    if past.season_length < 2 || pairs.len() < past.season_length {
        return false;
    }
    let share = |count_it: fn(&(bool, bool)) -> bool| {
        count(pairs.iter().filter(|pair| count_it(pair)).count()) / count(pairs.len())
    };
    let (old, new, same) = (share(|pair| pair.0), share(|pair| pair.1), share(|pair| pair.0 == pair.1));
    let by_chance = old * new + (1.0 - old) * (1.0 - new);
    by_chance < 1.0 && (same - by_chance) / (1.0 - by_chance) >= SEASONAL_AGREEMENT
}

/// The model of an intermittent series: the mean of ADIDA and IMAPA, times the share of hope that the demand has not
/// ended. Chosen by squared errors, for absolute ones crown the forecast of nothing: on made series that are steady, dying,
/// growing, seasonal and lumpy no choice by rolling origins and no other mean had smaller ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Routed;

impl SeriesModel for Routed {
    fn name(&self) -> &str {
        "intermittent"
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        let demand = observed(past);
        if demand.is_empty() {
            return Err(Error::insufficient_history(self.name(), 0, 1));
        }
        let of = |kind| Intermittent::new(kind, &ModelParameters::default()).level(&demand).0;
        let (adida, imapa) = (of(ModelKind::Adida), of(ModelKind::Imapa));
        let hope = hope(&demand, past.season_length);
        let mut notes = Vec::new();
        match pattern(&demand) {
            None => notes.push("there was no demand".to_owned()),
            Some(pattern) => notes.push(format!("the demand is {pattern}")),
        }
        if hope < DOUBTFUL {
            notes.push("the demand seems to have ended".to_owned());
        }
        Ok(Prediction {
            model: format!("{}(adida, imapa)", self.name()),
            mean: vec![f64::midpoint(adida, imapa) * hope; horizon],
            parameters: [("hope".to_owned(), hope)].into(),
            notes,
        })
    }
}

/// How likely it is that the demand has not ended, by the periods since the last one. A product that lives is asked for
/// with probability p in each period; with probability h it ends behind any. After t periods without demand it lives with
/// the odds of ((1-h)(1-p))^t against h (1 + ... + ((1-h)(1-p))^(t-1)), by Bayes' rule.
fn hope(demand: &[f64], season_length: usize) -> f64 {
    let is_demand = |figure: &f64| *figure != 0.0;
    let (Some(first), Some(last)) = (demand.iter().position(is_demand), demand.iter().rposition(is_demand)) else {
        return 1.0;
    };
    let hits = demand.iter().filter(|figure| is_demand(figure)).count();
    let silent = demand.len().saturating_sub(last).saturating_sub(1);
    // Between its first and its last demand the product lived for sure; one period more keeps the share below one.
    let asked_for = count(hits) / count(last.saturating_sub(first).saturating_add(2));
    let ends = if season_length > 1 { ENDED_A_SEASON / count(season_length) } else { ENDED_A_PERIOD };
    let quiet = (1.0 - ends) * (1.0 - asked_for);
    let lives = libm::pow(quiet, count(silent));
    lives / (lives + ends * (1.0 - lives) / (1.0 - quiet))
}

#[cfg(test)]
mod tests;
