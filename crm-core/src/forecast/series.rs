//! A series is checked and made ready for the models: finite figures of a common size, gaps filled.

use super::adjust::Adjusted;
use super::model::Past;
use super::types::{DEFAULT_LEVELS, DEFAULT_SEASON_LENGTH, MAX_HORIZON, MAX_SEASON_LENGTH};
use super::types::{ForecastOptions, ModelKind, ModelParameters, Series};
use crate::value::{Error, ErrorCode, Problem, Result};

/// The most levels of intervals.
const MAX_LEVELS: usize = 20;

/// Options that were checked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) horizon: usize,
    pub(super) season_length: usize,
    pub(super) levels: Vec<f64>,
    pub(super) model: ModelKind,
    pub(super) parameters: ModelParameters,
    pub(super) non_negative: Option<bool>,
    /// As they were given.
    pub(super) options: ForecastOptions,
}

impl Asked {
    pub(super) fn of(options: &ForecastOptions) -> Result<Self> {
        let parameters = options.parameters.unwrap_or_default();
        for (name, share) in [("alpha", parameters.alpha), ("beta", parameters.beta)] {
            if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                let path = format!("parameters.{name}");
                return Err(Error::invalid(ErrorCode::OutOfRange, path, "a smoothing parameter lies between 0 and 1"));
            }
        }
        if let Some(window) = parameters.window {
            counted("parameters.window", window, MAX_HORIZON)?;
        }
        let season_length = match options.season_length {
            None => DEFAULT_SEASON_LENGTH,
            Some(length) => counted("season_length", length, MAX_SEASON_LENGTH)?,
        };
        Ok(Self {
            horizon: counted("horizon", options.horizon, MAX_HORIZON)?,
            season_length,
            levels: levels(options.levels.as_deref())?,
            model: options.model,
            parameters,
            non_negative: options.non_negative,
            options: options.clone(),
        })
    }
}

/// A number of periods between 1 and `most`.
pub(super) fn counted(field: &str, figure: u32, most: usize) -> Result<usize> {
    let count = usize::try_from(figure).unwrap_or(usize::MAX);
    if (1..=most).contains(&count) {
        return Ok(count);
    }
    let problem = Problem::of_field(ErrorCode::OutOfRange, field, format!("it must lie between 1 and {most}"));
    Err(problem.with("min", 1).with("max", most).into_invalid())
}

fn levels(given: Option<&[f64]>) -> Result<Vec<f64>> {
    let levels = given.unwrap_or(&DEFAULT_LEVELS);
    if levels.len() > MAX_LEVELS {
        let problem = Problem::of_field(ErrorCode::TooMany, "levels", "too many levels");
        return Err(problem.with("max", MAX_LEVELS).into_invalid());
    }
    for (place, level) in levels.iter().enumerate() {
        if !(*level > 0.0 && *level < 100.0) {
            let message = "a level lies above 0 and below 100 percent";
            return Err(Error::invalid(ErrorCode::OutOfRange, format!("levels[{place}]"), message));
        }
    }
    Ok(levels.to_vec())
}

/// A series as the models see it. Its figures are divided by a power of two, which changes no digit, so that squares of
/// large figures do not overflow.
#[derive(Debug, Clone)]
pub(super) struct Ready<'a> {
    /// The series as it was given.
    pub(super) series: &'a Series,
    /// What was done to it before.
    pub(super) adjusted: Adjusted,
    pub(super) values: Vec<f64>,
    pub(super) observed: Vec<bool>,
    /// How often two was divided out.
    pub(super) exponent: i32,
    pub(super) season_length: usize,
    /// How many periods before the first observation were left out.
    pub(super) cut: usize,
    non_negative: bool,
    /// What a user should know.
    pub(super) notes: Vec<String>,
}

impl<'a> Ready<'a> {
    pub(super) fn of(series: &'a Series, asked: &Asked) -> Result<Self> {
        Self::adjusted(series, Adjusted::of(series, &asked.options)?, asked)
    }

    /// A series that was adjusted already.
    pub(super) fn adjusted(series: &'a Series, adjusted: Adjusted, asked: &Asked) -> Result<Self> {
        // What lies before the first observation is not known, and not filled either; behind the last one it is.
        let seen = &adjusted.series;
        let cut = seen.iter().position(Option::is_some).unwrap_or(seen.len());
        let known = seen.get(cut..).unwrap_or_default();
        let gaps = known.iter().filter(|figure| figure.is_none()).count();
        if known.is_empty() {
            return Err(Error::insufficient_history("a forecast", 0, 1));
        }
        let largest = known.iter().flatten().fold(0.0_f64, |most, figure| most.max(figure.abs()));
        let exponent = if largest > 0.0 { libm::ilogb(largest) } else { 0 };
        let scaled: Vec<_> = known.iter().map(|figure| figure.map(|figure| libm::ldexp(figure, -exponent))).collect();
        let notes = if gaps > 0 { vec![format!("{gaps} gaps were filled")] } else { Vec::new() };
        Ok(Self {
            series,
            observed: scaled.iter().map(Option::is_some).collect(),
            non_negative: asked.non_negative.unwrap_or_else(|| known.iter().flatten().all(|figure| *figure >= 0.0)),
            values: filled(&scaled, asked.season_length),
            exponent,
            season_length: asked.season_length,
            cut,
            notes,
            adjusted,
        })
    }

    pub(super) fn past(&self) -> Past<'_> {
        Past {
            key: self.series.key.as_deref().unwrap_or_default(),
            values: &self.values,
            observed: &self.observed,
            season_length: self.season_length,
            inputs: self.adjusted.inputs(&self.series.inputs, self.cut, self.exponent),
        }
    }

    /// A figure of the models in the size of the series, inside what a series may hold, and not below zero where the
    /// series is not.
    pub(super) fn told(&self, figure: f64) -> f64 {
        let figure = libm::ldexp(figure, self.exponent);
        let figure = figure.clamp(-f64::MAX, f64::MAX);
        if self.non_negative { figure.max(0.0) } else { figure }
    }
}

/// Fills gaps from the past alone, so that an earlier origin sees what it would have seen: with the observation one
/// season before and the mean change since then if there is one, else with the last observation.
pub(super) fn filled(values: &[Option<f64>], season_length: usize) -> Vec<f64> {
    let mut full: Vec<f64> = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let before = |periods: usize| place.checked_sub(periods).and_then(|place| full.get(place)).copied();
        let guess = || match (before(season_length), before(1), before(season_length.saturating_add(1))) {
            (Some(season), Some(last), Some(before_season)) if season_length > 1 => {
                season + (last - before_season) / 2.0
            }
            (_, Some(last), _) => last,
            _ => 0.0,
        };
        let value = value.unwrap_or_else(guess);
        full.push(value);
    }
    full
}
