//! New products: what other products did from their launch on, scaled to what is known of the new one (类比预测).

use crate::value::{Error, ErrorCode, Problem, Result};

use super::inputs::figures;
use super::naive::{count, mean};
use super::types::{Forecast, ForecastInterval};

/// A series with fewer periods of its own is forecast by the launch curve of its analogues.
pub(super) const LAUNCH_PERIODS: usize = 12;
/// The most analogues of a series.
pub const MAX_ANALOGUES: usize = 1_000;
/// Behind its end the launch curve goes on with the mean of so many of its last figures.
const CURVE_END: usize = 3;

value_struct! {
    /// A series that is like a new one, from its own launch on.
    #[derive(Default)]
    pub struct Analogue {
        required {
            /// One figure a period, the first in the period of the launch.
            pub values: Vec<Option<f64>>,
        }
        optional {
            /// What it is called.
            pub key: Option<String>,
        }
    }
}

/// The mean course of several analogues.
struct Curve<'a> {
    analogues: Vec<&'a Analogue>,
    /// What each analogue is multiplied with, so that all are of one size.
    factors: Vec<f64>,
    length: usize,
}

impl<'a> Curve<'a> {
    /// `None` if no analogue has a figure.
    fn of(analogues: impl Iterator<Item = &'a Analogue>) -> Option<Self> {
        let analogues: Vec<_> = analogues.filter(|analogue| analogue.values.iter().any(Option::is_some)).collect();
        // All are compared over the ages that all have reached.
        let common = analogues.iter().map(|analogue| analogue.values.len()).min()?;
        let level = |analogue: &&Analogue| {
            let known: Vec<f64> = analogue.values.iter().take(common).flatten().copied().collect();
            mean(&known)
        };
        let levels: Vec<f64> = analogues.iter().map(level).collect();
        let usual = mean(&levels);
        let factor = |level: &f64| if *level > 0.0 && usual > 0.0 { usual / level } else { 1.0 };
        let factors = levels.iter().map(factor).collect();
        let length = analogues.iter().map(|analogue| analogue.values.len()).max()?;
        Some(Self { analogues, factors, length })
    }

    /// The mean figure at an age, counted from 0; nothing if no analogue has one.
    fn at(&self, age: usize) -> Option<f64> {
        let of = |(analogue, factor): (&&Analogue, &f64)| Some(analogue.values.get(age).copied().flatten()? * factor);
        let known: Vec<f64> = self.analogues.iter().zip(&self.factors).filter_map(of).collect();
        (!known.is_empty()).then(|| mean(&known))
    }

    /// The factor by which the curve fits known figures best (least squares through zero); 1 if nothing can be compared.
    fn scale(&self, own: &[Option<f64>]) -> f64 {
        let pairs = own.iter().enumerate().filter_map(|(age, figure)| (*figure).zip(self.at(age)));
        let (products, squares) = pairs.fold((0.0, 0.0), |(products, squares), (figure, curve)| {
            (products + figure * curve, squares + curve * curve)
        });
        if squares > 0.0 { (products / squares).max(0.0) } else { 1.0 }
    }

    /// The figures behind the known ones.
    fn behind(&self, own: &[Option<f64>], horizon: usize) -> Vec<f64> {
        let scale = self.scale(own);
        let from = self.length.saturating_sub(CURVE_END);
        let end: Vec<f64> = (from..self.length).filter_map(|age| self.at(age)).collect();
        let mut last = mean(&end);
        let figure = |age: usize| {
            if age < self.length {
                // An age that no analogue knows has the figure of the one before.
                last = self.at(age).unwrap_or(last);
                return last * scale;
            }
            mean(&end) * scale
        };
        (own.len()..own.len().saturating_add(horizon)).map(figure).collect()
    }
}

/// The forecast of a new product by its analogues. `own` is what is known of it, from its launch on; it may be empty.
///
/// Intervals come from the analogues themselves: each is forecast by the others at the same age, and how far that was off,
/// in relation to its size, is how far this forecast may be off.
///
/// # Errors
/// `OutOfRange` (`analogues[i].values[j]`), `TooMany`; `InsufficientHistory` if no analogue has a figure, or if there are
/// too few of them for an interval.
pub(super) fn launched(
    own: &[Option<f64>],
    analogues: &[Analogue],
    horizon: usize,
    levels: &[f64],
) -> Result<Forecast> {
    if analogues.len() > MAX_ANALOGUES {
        let problem = Problem::of_field(ErrorCode::TooMany, "analogues", "too many analogues");
        return Err(problem.with("limit", MAX_ANALOGUES).into_invalid());
    }
    for (place, analogue) in analogues.iter().enumerate() {
        figures(&analogue.values).map_err(|error| error.under(&format!("analogues[{place}].values")))?;
    }
    let curve = Curve::of(analogues.iter()).ok_or_else(|| Error::insufficient_history("a launch curve", 0, 1))?;
    let mean = curve.behind(own, horizon);
    let mut notes = vec![format!("{} analogues give the course of the new series", curve.analogues.len())];
    if own.len().saturating_add(horizon) > curve.length {
        notes.push(format!("the launch curve ends after {} periods; its last figures go on", curve.length));
    }
    let errors = if levels.is_empty() { Errors::default() } else { Errors::of(&curve.analogues, own.len(), horizon) };
    let size = size(&mean);
    let interval = |level: &f64| errors.interval(*level, &mean, size);
    Ok(Forecast {
        model: "launch_curve".to_owned(),
        intervals: levels.iter().map(interval).collect::<Result<_>>()?,
        parameters: [("scale".to_owned(), curve.scale(own))].into(),
        mean,
        notes,
        ..Forecast::default()
    })
}

/// The mean size of figures.
fn size(figures: &[f64]) -> f64 {
    figures.iter().map(|figure| figure.abs()).sum::<f64>() / count(figures.len().max(1))
}

/// How far analogues were off that were forecast by the others, in relation to their size.
#[derive(Debug, Default)]
struct Errors {
    /// For each step, one for each analogue.
    steps: Vec<Vec<f64>>,
    /// Of the sums of all steps.
    totals: Vec<f64>,
}

impl Errors {
    /// An analogue counts if it is known over the whole horizon.
    fn of(analogues: &[&Analogue], known: usize, horizon: usize) -> Self {
        let mut errors = Self { steps: vec![Vec::new(); horizon], totals: Vec::new() };
        for (place, analogue) in analogues.iter().enumerate() {
            let others = analogues.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| *other);
            let Some(curve) = Curve::of(others) else { continue };
            let own = analogue.values.get(..known).unwrap_or_default();
            let actual: Option<Vec<f64>> = analogue
                .values
                .get(known..known.saturating_add(horizon))
                .and_then(|known| known.iter().copied().collect());
            let Some(actual) = actual else { continue };
            let made = curve.behind(own, horizon);
            let size = size(&made);
            if size <= 0.0 {
                continue;
            }
            for ((errors, actual), made) in errors.steps.iter_mut().zip(&actual).zip(&made) {
                errors.push((actual - made).abs() / size);
            }
            let off = actual.iter().sum::<f64>() - made.iter().sum::<f64>();
            errors.totals.push(off.abs() / size);
        }
        errors.steps.iter_mut().for_each(|errors| errors.sort_by(f64::total_cmp));
        errors.totals.sort_by(f64::total_cmp);
        errors
    }

    fn interval(&self, level: f64, mean: &[f64], size: f64) -> Result<ForecastInterval> {
        let halves = self.steps.iter().map(|errors| Ok(quantile(errors, level)? * size));
        let halves: Vec<f64> = halves.collect::<Result<_>>()?;
        let total: f64 = mean.iter().sum();
        let half = quantile(&self.totals, level)? * size;
        let end = |sign: f64| mean.iter().zip(&halves).map(|(figure, half)| figure + sign * half).collect();
        Ok(ForecastInterval {
            level,
            lower: end(-1.0),
            upper: end(1.0),
            total_lower: total - half,
            total_upper: total + half,
        })
    }
}

/// The split-conformal quantile of ascending errors, at a level in percent.
fn quantile(errors: &[f64], level: f64) -> Result<f64> {
    let rank = libm::ceil((count(errors.len()) + 1.0) * level / 100.0 - 1e-9);
    let found = (1_u32..).zip(errors).find(|(place, _)| f64::from(*place) >= rank).map(|(_, error)| *error);
    found.ok_or_else(|| {
        let share = level / 100.0;
        let enough = |number: &u32| f64::from(*number) >= share / (1.0 - share) - 1e-9;
        let needed = (1_u32..).find(enough).unwrap_or(u32::MAX);
        let purpose = format!("an interval at {level} %");
        let needed = usize::try_from(needed).unwrap_or(usize::MAX);
        Error::insufficient_scores(&purpose, errors.len(), needed)
    })
}

#[cfg(test)]
mod tests;
