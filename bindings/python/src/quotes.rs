//! The quote room.

use crm_core::query::Query;
use crm_core::quote::{Quote, QuoteLine, QuotePage, QuoteTotals};
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
    fn create_quote(&self, py: Python<'_>, quote: Quote) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().create_quote(&quote))?)
    }

    /// Saves a quote that was read and changed.
    fn update_quote(&self, py: Python<'_>, quote: Quote) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().update_quote(&quote))?)
    }

    /// A quote.
    fn quote(&self, py: Python<'_>, id: Id) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().quote(id))?)
    }

    /// A quote as it stood at an instant, with the fields that the reader may see now.
    fn quote_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of quotes.
    #[pyo3(signature = (query=None))]
    fn quotes(&self, py: Python<'_>, query: Option<Query>) -> PyResult<QuotePage> {
        Ok(py.detach(|| self.session.quotes().quotes(&query.unwrap_or_default()))?)
    }

    /// The customer gets the draft.
    fn send(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().send(quote, expected_version.0))?)
    }

    /// The customer takes the quote; its opportunity is closed as won.
    fn accept(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().accept(quote, expected_version.0))?)
    }

    /// The customer does not take the quote.
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
    fn expire(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().expire(quote, expected_version.0))?)
    }

    /// Makes a draft that takes the place of a quote which was sent, rejected or expired, and gives it back.
    fn revise(&self, py: Python<'_>, quote: Id, expected_version: Argument<i64>) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().revise(quote, expected_version.0))?)
    }
}

/// The lines with their amounts, and the totals, as a quote in this currency has them: for pricing what-ifs.
#[pyfunction]
pub fn price_lines(
    py: Python<'_>,
    mut lines: Vec<QuoteLine>,
    currency: Currency,
) -> PyResult<(Vec<QuoteLine>, QuoteTotals)> {
    py.detach(|| {
        let totals = crm_core::quote::price_lines(&mut lines, currency)?;
        Ok((lines, totals))
    })
}
