//! Requests for special prices.

use crm_core::query::Query;
use crm_core::special_price::{
    SpecialPriceGrant, SpecialPriceOptions, SpecialPriceReport, SpecialPriceRequest, SpecialPriceRequestPage,
};
use crm_core::value::Id;
use crm_core::value::python::Argument;
use pyo3::prelude::*;

/// Requests for special prices, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct SpecialPrices {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl SpecialPrices {
    /// Makes a draft and gives it back with its number and margin.
    ///
    /// Raises `NOT_ALLOWED` for what cannot be together in one request, `OUT_OF_RANGE`, `UNKNOWN_REFERENCE`,
    /// `DeniedError`.
    fn create_request(&self, py: Python<'_>, request: SpecialPriceRequest) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().create_request(&request))?)
    }

    /// Saves a draft that was read and changed.
    ///
    /// Raises what `create_request` raises; `ILLEGAL_TRANSITION` if it is no draft, `STALE_VERSION`, `NotFoundError`.
    fn update_request(&self, py: Python<'_>, request: SpecialPriceRequest) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().update_request(&request))?)
    }

    /// One request.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn request(&self, py: Python<'_>, id: Id) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().request(id))?)
    }

    /// One page of requests.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn requests(&self, py: Python<'_>, query: Option<Query>) -> PyResult<SpecialPriceRequestPage> {
        Ok(py.detach(|| self.session.special_prices().requests(&query.unwrap_or_default()))?)
    }

    /// The draft waits for a decision from now on.
    ///
    /// Raises `REQUIRED` for a scope, a price or discount, and the end of validity; `OUT_OF_RANGE` if that has passed;
    /// `ILLEGAL_TRANSITION` if it is no draft; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn submit(&self, py: Python<'_>, request: Id, expected_version: Argument<i64>) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().submit(request, expected_version.0))?)
    }

    /// Grants the price: exactly one condition record with the scope of the request is made in the same operation.
    ///
    /// Raises `ILLEGAL_TRANSITION` if the request was not submitted, was decided or withdrawn; `NOT_ALLOWED` for
    /// `grant.below_floor` if the price is below the floor and that is not said; `UNKNOWN_REFERENCE` with the field of the
    /// scope if no table of the active definition has exactly its fields; `OVERLAP` with both identifiers if another record
    /// of the key holds on one of the dates; `STALE_VERSION`, `NotFoundError`, `DeniedError` for who may not change
    /// `decided_by`.
    #[pyo3(signature = (request, expected_version, grant=None))]
    fn approve(
        &self,
        py: Python<'_>,
        request: Id,
        expected_version: Argument<i64>,
        grant: Option<SpecialPriceGrant>,
    ) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().approve(request, expected_version.0, grant))?)
    }

    /// Does not grant the price.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not submitted, `REQUIRED` without a reason, `STALE_VERSION`, `NotFoundError`,
    /// `DeniedError`.
    fn reject(
        &self,
        py: Python<'_>,
        request: Id,
        expected_version: Argument<i64>,
        reason: Argument<String>,
    ) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().reject(request, expected_version.0, &reason))?)
    }

    /// Whoever asked no longer asks.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was decided, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn withdraw(&self, py: Python<'_>, request: Id, expected_version: Argument<i64>) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().withdraw(request, expected_version.0))?)
    }

    /// Takes a granted price back: its condition record is retired.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not approved, `REQUIRED` without a reason, `STALE_VERSION`, `NotFoundError`,
    /// `DeniedError`.
    fn revoke(
        &self,
        py: Python<'_>,
        request: Id,
        expected_version: Argument<i64>,
        reason: Argument<String>,
    ) -> PyResult<SpecialPriceRequest> {
        Ok(py.detach(|| self.session.special_prices().revoke(request, expected_version.0, &reason))?)
    }

    /// What became of the requests that the reader may see, by status and competitor, and how far they lie from the prices
    /// of competitors. Projects that the reader does not see count as neither won nor lost.
    ///
    /// Raises `DeniedError`, `OVERFLOW`.
    #[pyo3(signature = (options=None))]
    fn report(&self, py: Python<'_>, options: Option<SpecialPriceOptions>) -> PyResult<SpecialPriceReport> {
        Ok(py.detach(|| self.session.special_prices().report(&options.unwrap_or_default()))?)
    }
}
