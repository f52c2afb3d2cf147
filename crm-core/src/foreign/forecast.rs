//! Forecasts of series: no database is needed.

use crate::forecast::{self, Forecast, ForecastOptions, Series};
use crate::value::{Error, ErrorCode, Result};

/// Forecasts one series.
///
/// # Errors
/// `InsufficientHistory` (`values`, with `observations` and `needed`) if the series is too short for the model or for its
/// intervals; `OutOfRange` for `horizon`, `season_length`, `levels[i]`, `parameters.alpha`, `values[i]`.
#[uniffi::export]
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast> {
    forecast::forecast(series, options)
}

/// Forecasts many series, in their order, on so many threads. Series of one group lend each other what one alone is too
/// short for. A series that cannot be forecast has its `problem` in its place, and no figures.
///
/// # Errors
/// As [`forecast`], of the options alone; `OutOfRange` for a number of threads outside of 1 to 256.
#[uniffi::export(default(threads = 1))]
pub fn forecast_many(series: &[Series], options: &ForecastOptions, threads: u32) -> Result<Vec<Forecast>> {
    let threads = usize::try_from(threads).unwrap_or(usize::MAX);
    if threads == 0 || threads > 256 {
        return Err(Error::invalid(ErrorCode::OutOfRange, "threads", "1 to 256 threads can work"));
    }
    forecast::forecast_many(series, options, threads)
}
