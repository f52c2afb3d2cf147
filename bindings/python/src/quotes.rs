//! The quote room.

use crm_core::query::Query;
use crm_core::quote::{Quote, QuoteLine, QuotePage, QuoteRounding, QuoteTotals};
use crm_core::value::python::Argument;
use crm_core::value::{Currency, Id, Timestamp};
use pyo3::prelude::*;

/// Quotes, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Quotes {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Quotes {
    /// Makes a quote and gives it back as it was stored.
    ///
    /// Raises `REQUIRED` for a line without price, `OUT_OF_RANGE`, `DECIMAL_DIGITS`, `OVERFLOW`, `UNKNOWN_REFERENCE`,
    /// `CURRENCY_MISMATCH`, each with its path, for example `lines[2].unit_price`; `TOO_MANY` lines; `DeniedError`.
    fn create_quote(&self, py: Python<'_>, quote: Quote) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().create_quote(&quote))?)
    }

    /// Saves a quote that was read and changed.
    ///
    /// Raises what `create_quote` raises; `ILLEGAL_TRANSITION` if it is no draft, `STALE_VERSION`, `NotFoundError`.
    fn update_quote(&self, py: Python<'_>, quote: Quote) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().update_quote(&quote))?)
    }

    /// A quote.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn quote(&self, py: Python<'_>, id: Id) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().quote(id))?)
    }

    /// A quote as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises `NotFoundError` if it did not exist then, was deleted, or the reader may not see it.
    fn quote_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of quotes.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn quotes(&self, py: Python<'_>, query: Option<Query>) -> PyResult<QuotePage> {
        Ok(py.detach(|| self.session.quotes().quotes(&query.unwrap_or_default()))?)
    }

    /// The customer gets the draft.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it is no draft or no longer valid, `REQUIRED` without lines, `STALE_VERSION`,
    /// `NotFoundError`, `DeniedError`.
    fn send(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().send(quote, expected_version.0))?)
    }

    /// The customer takes the quote; its opportunity is closed as won.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not sent or is no longer valid; what closing the opportunity gives, under
    /// `opportunity`; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn accept(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().accept(quote, expected_version.0))?)
    }

    /// The customer does not take the quote.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not sent, `REQUIRED` without a reason, `STALE_VERSION`, `NotFoundError`,
    /// `DeniedError`.
    fn reject(
        &self,
        py: Python<'_>,
        quote: Id,
        expected_version: Argument<i64>,
        reason: Argument<String>,
    ) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().reject(quote, expected_version.0, &reason))?)
    }

    /// The customer did not answer in time.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not sent or is still valid, `STALE_VERSION`, `NotFoundError`,
    /// `DeniedError`.
    fn expire(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().expire(quote, expected_version.0))?)
    }

    /// Makes a draft that takes the place of a quote which was sent, rejected or expired, and gives it back.
    ///
    /// Raises `ILLEGAL_TRANSITION` from any other status, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn revise(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().revise(quote, expected_version.0))?)
    }
}

/// The lines with their amounts, and the totals, as a quote in this currency has them: for pricing what-ifs.
///
/// Raises `TOO_MANY` lines; `REQUIRED` without a price; `OUT_OF_RANGE`, `DECIMAL_DIGITS`, `OVERFLOW`, each with its
/// path, for example `lines[2].quantity`.
#[pyfunction]
#[pyo3(signature = (lines, currency, rounding=None, prices_include_tax=false))]
pub fn price_lines(
    py: Python<'_>,
    mut lines: Vec<QuoteLine>,
    currency: Currency,
    rounding: Option<QuoteRounding>,
    prices_include_tax: bool,
) -> PyResult<(Vec<QuoteLine>, QuoteTotals)> {
    py.detach(|| {
        let rounding = rounding.unwrap_or_default();
        let totals = crm_core::quote::price_lines(&mut lines, currency, rounding, prices_include_tax)?;
        Ok((lines, totals))
    })
}
