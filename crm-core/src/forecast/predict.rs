//! One series or many: from what is asked to forecasts.

use super::intermittent::Intermittent;
use super::model::SeriesModel;
use super::naive::Simple;
use super::series::{Asked, Ready};
use super::smoothing::Ets;
use super::theta::Theta;
use super::types::{Forecast, ForecastOptions, ModelKind, ModelParameters, Series};
use crate::value::Result;

/// The built-in model of that name.
pub(super) fn built_in(kind: ModelKind, parameters: &ModelParameters) -> Box<dyn SeriesModel> {
    let alpha = parameters.alpha;
    match kind {
        ModelKind::Theta => Box::new(Theta { dynamic: false, alpha }),
        ModelKind::Dot => Box::new(Theta { dynamic: true, alpha }),
        ModelKind::Ets => Box::new(Ets),
        ModelKind::Ses | ModelKind::Croston | ModelKind::Sba | ModelKind::Tsb | ModelKind::Adida | ModelKind::Imapa => {
            Box::new(Intermittent::new(kind, parameters))
        }
        _ => Box::new(Simple::new(kind, parameters.window)),
    }
}

/// Forecasts one series.
///
/// # Errors
/// `InsufficientHistory` (`values`, with `observations` and `needed`) if the series is too short for the model or for its
/// intervals; `OutOfRange` for `horizon`, `season_length`, `levels[i]`, `parameters.alpha`, `values[i]`.
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast> {
    let asked = Asked::of(options)?;
    let ready = Ready::of(series, &asked)?;
    let model = built_in(asked.model, &asked.parameters);
    let made = model.predict(&ready.past(), asked.horizon)?;
    Ok(Forecast {
        model: made.model,
        mean: made.mean.into_iter().map(|figure| ready.told(figure)).collect(),
        intervals: Vec::new(),
        key: series.key.clone(),
        parameters: made.parameters.into_iter().collect(),
        notes: ready.notes.into_iter().chain(made.notes).collect(),
        problem: None,
    })
}

/// Forecasts many series, in their order, on so many threads. Series of one group lend each other what one alone is too
/// short for. A series that cannot be forecast has its `problem` in its place, and no figures.
///
/// # Errors
/// As [`forecast`], of the options alone.
pub fn forecast_many(series: &[Series], options: &ForecastOptions, threads: usize) -> Result<Vec<Forecast>> {
    let _ = threads;
    Asked::of(options)?;
    series.iter().map(|series| forecast(series, options)).collect()
}
