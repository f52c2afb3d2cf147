//! Sales history, forecasts of it, and stored runs.

use crm_core::forecast::{
    ForecastOptions, ForecastRun, RunAccuracy, SalesForecast, SalesHistory, SalesQuery, Series, StoredForecastRun,
    StoredForecastRunPage, input_hash,
};
use crm_core::query::Query;
use crm_core::value::python::Argument;
use crm_core::value::{Date, Id};
use pyo3::prelude::*;

/// Sales history, forecasts of it, and stored runs, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Forecasts {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Forecasts {
    /// What was sold by month, as far as the reader sees it: one series for each combination of keys, with zero in months
    /// without sales. Records that the reader does not see count nothing.
    ///
    /// Raises `UNKNOWN_FIELD` for a field that does not exist or that the reader does not see, also where the amount, the date
    /// or the stage is one of them; `WRONG_TYPE` for a key that cannot be grouped by; `OUT_OF_RANGE` for months and dates;
    /// `TOO_MANY`; `NOT_ALLOWED` for a group that is no key; `REQUIRED` for a hierarchy without an account;
    /// `NotFoundError` for the account; `DeniedError`; `OVERFLOW`.
    #[pyo3(signature = (query=None))]
    fn sales_history(&self, py: Python<'_>, query: Option<SalesQuery>) -> PyResult<SalesHistory> {
        Ok(py.detach(|| self.session.forecasts().sales_history(&query.unwrap_or_default()))?)
    }

    /// What was sold by month with a forecast of each series. A series that cannot be forecast has its problem in its place.
    ///
    /// Raises what `sales_history` raises; `OUT_OF_RANGE` for the options.
    fn forecast_sales(&self, py: Python<'_>, query: SalesQuery, options: ForecastOptions) -> PyResult<SalesForecast> {
        Ok(py.detach(|| self.session.forecasts().forecast_sales(&query, &options))?)
    }

    /// Keeps a run and gives it back as it was stored: its figures are rounded to 6 digits behind the point. Who sees the
    /// record sees the figures, also those of sales that he does not see.
    ///
    /// Raises `UNKNOWN_REFERENCE` for `parent` if there is no such run, or if its hash is not the one that the run names;
    /// `TOO_MANY`; `OVERFLOW` with the place of the series for a figure that is too large; `DeniedError`.
    #[pyo3(signature = (run, name, parent=None, note=None))]
    fn record_forecast(
        &self,
        py: Python<'_>,
        run: ForecastRun,
        name: Argument<String>,
        parent: Option<Id>,
        note: Option<Argument<String>>,
    ) -> PyResult<StoredForecastRun> {
        let note = note.map(|note| note.0);
        Ok(py.detach(|| self.session.forecasts().record_forecast(&run, &name, parent, note))?)
    }

    /// Forecasts what was sold and keeps the run; with a parent as the one that takes its place.
    ///
    /// Raises what `forecast_sales` and `record_forecast` raise; `NotFoundError` for the parent.
    #[pyo3(signature = (query, options, name, parent=None, note=None))]
    fn record_sales_forecast(
        &self,
        py: Python<'_>,
        query: SalesQuery,
        options: ForecastOptions,
        name: Argument<String>,
        parent: Option<Id>,
        note: Option<Argument<String>>,
    ) -> PyResult<StoredForecastRun> {
        let note = note.map(|note| note.0);
        Ok(py.detach(|| self.session.forecasts().record_sales_forecast(&query, &options, &name, parent, note))?)
    }

    /// One stored run.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn run(&self, py: Python<'_>, id: Id) -> PyResult<StoredForecastRun> {
        Ok(py.detach(|| self.session.forecasts().run(id))?)
    }

    /// One page of stored runs.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn runs(&self, py: Python<'_>, query: Option<Query>) -> PyResult<StoredForecastRunPage> {
        Ok(py.detach(|| self.session.forecasts().runs(&query.unwrap_or_default()))?)
    }

    /// How good a stored run of sales was: its months that are over are compared with the sales that the reader sees now.
    ///
    /// Raises `NOT_ALLOWED` for a run that was not made of sales; `NotFoundError`; what `sales_history` raises.
    fn forecast_accuracy(&self, py: Python<'_>, run: Id) -> PyResult<RunAccuracy> {
        Ok(py.detach(|| self.session.forecasts().forecast_accuracy(run))?)
    }
}

/// Forecasts series, on so many threads, and keeps what was made of what. No database is needed.
///
/// Raises `OUT_OF_RANGE` for the options, or for a series that ends behind every calendar.
#[pyfunction]
#[pyo3(signature = (series, options, as_of, threads=Argument(1)))]
pub fn make_forecast_run(
    py: Python<'_>,
    series: Argument<Vec<Series>>,
    options: ForecastOptions,
    as_of: Date,
    threads: Argument<i64>,
) -> PyResult<ForecastRun> {
    let threads = usize::try_from(threads.0).unwrap_or(1);
    Ok(py.detach(|| ForecastRun::make(&series, &options, as_of, threads))?)
}

/// Computes a run again from the series that it is said to be made of.
///
/// Raises `NOT_ALLOWED` for `input_hash` if it was made of other series, and for `series[i]` if something else comes out.
#[pyfunction]
pub fn verify_forecast_run(py: Python<'_>, run: ForecastRun, series: Argument<Vec<Series>>) -> PyResult<()> {
    Ok(py.detach(|| run.verify(&series))?)
}

/// The hash of a whole run: SHA-256 over its canonical JSON, in 64 small hexadecimal digits.
///
/// Raises `BAD_JSON` for a run that has no JSON form.
#[pyfunction]
pub fn forecast_run_hash(run: ForecastRun) -> PyResult<String> {
    Ok(run.hash()?)
}

/// The hash of an input of forecasts: SHA-256 over the canonical JSON of the series without their empty fields, in 64 small
/// hexadecimal digits.
///
/// Raises `BAD_JSON` for a series that has no JSON form.
#[pyfunction]
pub fn forecast_input_hash(py: Python<'_>, series: Argument<Vec<Series>>) -> PyResult<String> {
    Ok(py.detach(|| input_hash(&series))?)
}
