//! One series or many: from what is asked to forecasts.

use std::collections::HashMap;

use super::auto::Auto;
use super::host::AsGiven;
use super::intermittent::Intermittent;
use super::interval::{self, Spreads};
use super::model::{SeriesModel, Study};
use super::naive::Simple;
use super::parallel::in_order;
use super::series::{Asked, Ready};
use super::smoothing::Ets;
use super::theta::Theta;
use super::types::{Forecast, ForecastOptions, ModelKind, ModelParameters, Series};
use crate::value::{Error, ErrorCode, Problem, Result};

/// The built-in model of that name.
pub(super) fn built_in(kind: ModelKind, parameters: &ModelParameters) -> Box<dyn SeriesModel> {
    let alpha = parameters.alpha;
    match kind {
        ModelKind::Auto => Box::new(Auto),
        ModelKind::Theta => Box::new(Theta { dynamic: false, alpha }),
        ModelKind::Dot => Box::new(Theta { dynamic: true, alpha }),
        ModelKind::Ets => Box::new(Ets),
        ModelKind::Ses | ModelKind::Croston | ModelKind::Sba | ModelKind::Tsb | ModelKind::Adida | ModelKind::Imapa => {
            Box::new(Intermittent::new(kind, parameters))
        }
        ModelKind::Naive
        | ModelKind::SeasonalNaive
        | ModelKind::Drift
        | ModelKind::HistoricAverage
        | ModelKind::WindowAverage
        | ModelKind::Naive2 => Box::new(Simple::new(kind, parameters.window)),
    }
}

/// Forecasts one series.
///
/// ```
/// use crm_core::forecast::{ForecastOptions, ModelKind, Series, forecast};
/// // Passengers of an airline in thousands, 1949 and 1950 (Box and Jenkins 1970, series G).
/// let values = [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170];
/// let series = Series { values: values.map(|value| Some(f64::from(value))).to_vec(), ..Series::default() };
/// let made = forecast(&series, &ForecastOptions { horizon: 4, ..ForecastOptions::default() })?;
/// assert_eq!((made.mean.len(), made.intervals[1].level), (4, 95.0));
/// assert!(made.intervals[1].lower[3] < made.mean[3] && made.mean[3] < made.intervals[1].upper[3]);
///
/// let options = ForecastOptions { horizon: 2, model: ModelKind::Naive, levels: Some(vec![]), ..ForecastOptions::default() };
/// assert_eq!(forecast(&series, &options)?.mean, [170.0, 170.0]);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `InsufficientHistory` (`values`, with `observations` and `needed`) if the series is too short for the model or for its
/// intervals; `OutOfRange` for `horizon`, `season_length`, `levels[i]`, `parameters.alpha`, `values[i]`.
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast> {
    let asked = Asked::of(options)?;
    let model = built_in(asked.model, &asked.parameters);
    Studied::of(series, &asked, &*model)?.told(&asked, None)
}

/// Forecasts one series by a model of the host, with the same intervals as those of the engine.
///
/// # Errors
/// As [`forecast`], and what the model returns; `OutOfRange` (`model`) if it gives another number of figures than asked
/// for, or one that is not finite.
pub fn forecast_with(series: &Series, model: &dyn SeriesModel, options: &ForecastOptions) -> Result<Forecast> {
    let asked = Asked::of(options)?;
    Studied::of_host(series, &asked, model)?.told(&asked, None)
}

/// Forecasts many series, in their order, on so many threads; the figures do not depend on their number. Series of one group
/// lend each other errors where one alone is too short for intervals. A series that cannot be forecast has its `problem` in
/// its place, and no figures.
///
/// # Errors
/// As [`forecast`], of the options alone.
pub fn forecast_many(series: &[Series], options: &ForecastOptions, threads: usize) -> Result<Vec<Forecast>> {
    forecast_all(series, options, threads, &|_| true)
}

/// As [`forecast_many`]; `progress` is told how many series are done, and may stop the work by `false`.
///
/// # Errors
/// As [`forecast_many`]; `Unavailable` if the work was stopped.
pub fn forecast_all(
    series: &[Series],
    options: &ForecastOptions,
    threads: usize,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<Forecast>> {
    let asked = Asked::of(options)?;
    let model = built_in(asked.model, &asked.parameters);
    let studied = in_order(series, threads, |one| Studied::of(one, &asked, &*model), progress)?;
    Ok(all_told(series, &studied, &asked))
}

/// As [`forecast_all`], by a model of the host; the `model` of the options does not matter.
///
/// # Errors
/// As [`forecast_all`].
pub fn forecast_all_with(
    series: &[Series],
    model: &dyn SeriesModel,
    options: &ForecastOptions,
    threads: usize,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<Forecast>> {
    let asked = Asked::of(options)?;
    let studied = in_order(series, threads, |one| Studied::of_host(one, &asked, model), progress)?;
    Ok(all_told(series, &studied, &asked))
}

/// What is told of each series, with what series of its group lend it.
fn all_told(series: &[Series], studied: &[Result<Studied>], asked: &Asked) -> Vec<Forecast> {
    let mut groups: HashMap<&str, Vec<&Spreads>> = HashMap::new();
    for (one, studied) in series.iter().zip(studied) {
        if let (Some(group), Ok(Studied { spreads: Some(spreads), .. })) = (&one.group, studied) {
            groups.entry(group).or_default().push(spreads);
        }
    }
    let told = |(one, studied): (&Series, &Result<Studied>)| {
        let siblings = one.group.as_deref().and_then(|group| groups.get(group)).map(Vec::as_slice);
        let told = studied.as_ref().map_err(Clone::clone).and_then(|studied| studied.told(asked, siblings));
        told.unwrap_or_else(|error| failed(one, &error))
    };
    series.iter().zip(studied).map(told).collect()
}

/// The place of a series that could not be forecast.
fn failed(series: &Series, error: &Error) -> Forecast {
    Forecast { key: series.key.clone(), problem: error.problems().first().cloned(), ..Forecast::default() }
}

/// A series with what a model says of it, before intervals are made.
struct Studied {
    ready: Ready,
    study: Study,
    spreads: Option<Spreads>,
}

impl Studied {
    fn of(series: &Series, asked: &Asked, model: &dyn SeriesModel) -> Result<Self> {
        Self::of_ready(Ready::of(series, asked)?, asked, model)
    }

    /// The same by a model of the host.
    fn of_host(series: &Series, asked: &Asked, model: &dyn SeriesModel) -> Result<Self> {
        let ready = Ready::of(series, asked)?;
        if model.computes_as_the_engine() {
            return Self::of_ready(ready, asked, model);
        }
        Self::of_ready(ready, asked, &AsGiven(model))
    }

    fn of_ready(ready: Ready, asked: &Asked, model: &dyn SeriesModel) -> Result<Self> {
        let past = ready.past().last(model.memory(asked.season_length));
        let origins = if asked.levels.is_empty() { Vec::new() } else { interval::origins(&past) };
        let study = model.study(&past, &origins, asked.horizon)?;
        let figures = &study.prediction.mean;
        if figures.len() != asked.horizon || !figures.iter().all(|figure| figure.is_finite()) {
            let message = format!("`{}` gave something else than {} finite figures", model.name(), asked.horizon);
            return Err(Problem::of_field(ErrorCode::OutOfRange, "model", message).into_invalid());
        }
        let spreads = (!asked.levels.is_empty()).then(|| Spreads::of(&past, &origins, &study));
        Ok(Self { ready, study, spreads })
    }

    fn told(&self, asked: &Asked, siblings: Option<&[&Spreads]>) -> Result<Forecast> {
        let made = &self.study.prediction;
        let mut notes = self.ready.notes.clone();
        notes.extend(made.notes.iter().cloned());
        let mut intervals = Vec::new();
        if let Some(own) = &self.spreads {
            let lent = siblings.filter(|siblings| own.is_thin() && siblings.len() > 1);
            if lent.is_some() {
                notes.push("errors of siblings were used for the intervals".to_owned());
            }
            let spreads = lent.map_or_else(|| own.clone(), |siblings| own.with(&others(own, siblings)));
            let interval = |level: &f64| spreads.interval(*level, &made.mean, &self.ready);
            intervals = asked.levels.iter().map(interval).collect::<Result<_>>()?;
        }
        Ok(Forecast {
            model: made.model.clone(),
            mean: made.mean.iter().map(|figure| self.ready.told(*figure)).collect(),
            intervals,
            key: Some(self.ready.key.clone()).filter(|key| !key.is_empty()),
            parameters: made.parameters.clone().into_iter().collect(),
            notes,
            problem: None,
        })
    }
}

/// The siblings without the series itself.
fn others<'a>(own: &Spreads, siblings: &[&'a Spreads]) -> Vec<&'a Spreads> {
    siblings.iter().copied().filter(|sibling| !std::ptr::eq(*sibling, own)).collect()
}
