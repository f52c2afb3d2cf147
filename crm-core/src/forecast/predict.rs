//! One series or many: from what is asked to forecasts.

use super::auto::Auto;
use super::host::of_host;
use super::intermittent::Intermittent;
use super::model::SeriesModel;
use super::naive::Simple;
use super::series::Asked;
use super::smoothing::Ets;
use super::studied::{Prepared, Studied, all_told};
use super::theta::Theta;
use super::types::{Forecast, ForecastOptions, ModelKind, ModelParameters, Series};
use crate::value::Result;

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
    Studied::of(Prepared::of(series, &asked)?, &asked, &*model)?.told(&asked, None)
}

/// Forecasts one series by a model of the host, with the same intervals as those of the engine.
///
/// # Errors
/// As [`forecast`], and what the model returns; `OutOfRange` (`model`) if it gives another number of figures than asked
/// for, or one that is not finite.
pub fn forecast_with(series: &Series, model: &dyn SeriesModel, options: &ForecastOptions) -> Result<Forecast> {
    let asked = Asked::of(options)?;
    let prepared = Prepared::of(series, &asked)?;
    of_host(model, |model| Studied::of(prepared, &asked, model))?.told(&asked, None)
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
    all_told(series, &asked, threads, progress, &*model)
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
    of_host(model, |model| all_told(series, &asked, threads, progress, model))
}
