//! Sales history, forecasts of it, and stored runs.

use crate::engine::Session;
use crate::forecast::{
    self, ForecastOptions, ForecastRun, RunAccuracy, SalesForecast, SalesHistory, SalesQuery, Series,
    StoredForecastRun, StoredForecastRunPage,
};
use crate::query::Query;
use crate::value::{Date, Id, Result};

/// Sales history, forecasts of it, and stored runs, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Forecasts {
    session: Session,
}

impl Forecasts {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Forecasts {
    /// What was sold by month, as far as the reader sees it: one series for each combination of keys, with zero in months
    /// without sales. Records that the reader does not see count nothing.
    ///
    /// # Errors
    /// `UnknownField` for a field that does not exist or that the reader does not see, also where the amount, the date or the
    /// stage is one of them; `WrongType` for a key that cannot be grouped by; `OutOfRange` for months and dates; `TooMany`;
    /// `NotAllowed` for a group that is no key; `Required` for a hierarchy without an account; `NotFound` for the
    /// account; `Denied`; `Overflow`.
    #[uniffi::method(default(query))]
    pub fn sales_history(&self, query: &SalesQuery) -> Result<SalesHistory> {
        self.session.forecasts().sales_history(query)
    }

    /// What was sold by month with a forecast of each series. A series that cannot be forecast has its problem in its place.
    ///
    /// # Errors
    /// As [`Forecasts::sales_history`], and as `forecast_many` of the options.
    pub fn forecast_sales(&self, query: &SalesQuery, options: &ForecastOptions) -> Result<SalesForecast> {
        self.session.forecasts().forecast_sales(query, options)
    }

    /// Keeps a run and gives it back as it was stored: its figures are rounded to 6 digits behind the point. Who sees the
    /// record sees the figures, also those of sales that he does not see.
    ///
    /// # Errors
    /// `UnknownReference` for `parent` if there is no such run, or if its hash is not the one that the run names;
    /// `TooMany`; `Overflow` with the place of the series for a figure that is too large; `Denied`.
    #[uniffi::method(default(parent = None, note = None))]
    pub fn record_forecast(
        &self,
        run: &ForecastRun,
        name: &str,
        parent: Option<Id>,
        note: Option<String>,
    ) -> Result<StoredForecastRun> {
        self.session.forecasts().record_forecast(run, name, parent, note)
    }

    /// Forecasts what was sold and keeps the run; with a parent as the one that takes its place.
    ///
    /// # Errors
    /// As [`Forecasts::forecast_sales`] and [`Forecasts::record_forecast`]; `NotFound` for the parent.
    #[uniffi::method(default(parent = None, note = None))]
    pub fn record_sales_forecast(
        &self,
        query: &SalesQuery,
        options: &ForecastOptions,
        name: &str,
        parent: Option<Id>,
        note: Option<String>,
    ) -> Result<StoredForecastRun> {
        self.session.forecasts().record_sales_forecast(query, options, name, parent, note)
    }

    /// One stored run.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn run(&self, id: Id) -> Result<StoredForecastRun> {
        self.session.forecasts().run(id)
    }

    /// One page of stored runs.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn runs(&self, query: Query) -> Result<StoredForecastRunPage> {
        self.session.forecasts().runs(&query)
    }

    /// How good a stored run of sales was: its months that are over are compared with the sales that the reader sees now.
    ///
    /// # Errors
    /// `NotAllowed` for a run that was not made of sales; `NotFound`; as [`Forecasts::sales_history`].
    pub fn forecast_accuracy(&self, run: Id) -> Result<RunAccuracy> {
        self.session.forecasts().forecast_accuracy(run)
    }
}

/// Forecasts series, on so many threads, and keeps what was made of what. No database is needed.
///
/// # Errors
/// As `forecast_many`; `OutOfRange` for a series that ends behind every calendar.
#[uniffi::export(default(threads = 1))]
pub fn make_forecast_run(
    series: &[Series],
    options: &ForecastOptions,
    as_of: Date,
    threads: u32,
) -> Result<ForecastRun> {
    ForecastRun::make(series, options, as_of, usize::try_from(threads).unwrap_or(usize::MAX))
}

/// Computes a run again from the series that it is said to be made of.
///
/// # Errors
/// `NotAllowed` for `input_hash` if it was made of other series, and for `series[i]` if something else comes out.
#[uniffi::export]
pub fn verify_forecast_run(run: &ForecastRun, series: &[Series]) -> Result<()> {
    run.verify(series)
}

/// The hash of a whole run: SHA-256 over its canonical JSON, in 64 small hexadecimal digits.
///
/// # Errors
/// `BadJson` for a run that has no JSON form.
#[uniffi::export]
pub fn forecast_run_hash(run: &ForecastRun) -> Result<String> {
    run.hash()
}

/// The hash of an input of forecasts: SHA-256 over the canonical JSON of the series without their empty fields, in 64 small
/// hexadecimal digits.
///
/// # Errors
/// `BadJson` for a series that has no JSON form.
#[uniffi::export]
pub fn forecast_input_hash(series: &[Series]) -> Result<String> {
    forecast::input_hash(series)
}
