//! The quote room.

use crm_core::pricing::RepriceMode;
use crm_core::query::Query;
use crm_core::quote::{
    LostQuoteOptions, LostQuotes, OrderKind, OrderedQuantity, Quote, QuoteConversion, QuoteCopy, QuoteDiff, QuoteLine,
    QuoteLoss, QuotePage, QuotePolicy, QuotePolicyPage, QuoteRevision, QuoteRounding, QuoteTotals, SalesOrder,
    SalesOrderPage,
};
use crm_core::value::python::Argument;
use crm_core::value::{Currency, Date, Id, Timestamp, json};
use pyo3::prelude::*;

use crate::pricing_values::Plain;

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

    /// The customer takes the quote with the alternatives and options at these positions; its opportunity is closed as
    /// won.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not sent or is no longer valid; `UNKNOWN_REFERENCE`, `NOT_ALLOWED`,
    /// `DUPLICATE_KEY` with the place, for example `chosen[1]`; what closing the opportunity gives, under
    /// `opportunity`; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (quote, expected_version, chosen=Vec::new()))]
    fn accept(
        &self,
        py: Python<'_>,
        quote: Id,
        expected_version: Argument<i64>,
        chosen: Vec<Argument<i64>>,
    ) -> PyResult<Quote> {
        let chosen: Vec<i64> = chosen.into_iter().map(|position| position.0).collect();
        Ok(py.detach(|| self.session.quotes().accept_chosen(quote, expected_version.0, &chosen))?)
    }

    /// The customer does not take the quote; `loss` says what is known of it.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it was not sent, `REQUIRED` without a reason; `UNKNOWN_REFERENCE`, `OUT_OF_RANGE`,
    /// `DECIMAL_DIGITS` under `loss`; `TOO_LONG`, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (quote, expected_version, reason, loss=None))]
    fn reject(
        &self,
        py: Python<'_>,
        quote: Id,
        expected_version: Argument<i64>,
        reason: Argument<String>,
        loss: Option<QuoteLoss>,
    ) -> PyResult<Quote> {
        let loss = loss.unwrap_or_default();
        Ok(py.detach(|| self.session.quotes().reject_with(quote, expected_version.0, &reason, &loss))?)
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

    /// Prices a draft that is priced by conditions anew, by the present version of the price catalogue. `mode` says what is found
    /// anew; what stays, stays when the draft is saved later too.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it is no draft or not priced by conditions; what `Pricer.price` raises, where a line is told as
    /// `lines[2]`; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (quote, expected_version, mode, pricing_date=None))]
    fn reprice(
        &self,
        py: Python<'_>,
        quote: Id,
        expected_version: Argument<i64>,
        mode: RepriceMode,
        pricing_date: Option<Date>,
    ) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().reprice(quote, expected_version.0, mode, pricing_date))?)
    }

    /// What a quote was priced by, as it was then, as plain data: `version`, `catalog`, `document`.
    /// `crm_core.pricing.price(case["catalog"], case["document"])` gives the figures that stand in the quote.
    ///
    /// Raises `NOT_ALLOWED` for a quote that is not priced by conditions; `NotFoundError`; `DeniedError` for a reader who may not see
    /// all of its figures or the rates of condition records.
    fn price_case<'py>(&self, py: Python<'py>, quote: Id) -> PyResult<Plain<'py>> {
        let text = py.detach(|| json::to_canonical(&self.session.quotes().price_case(quote)?))?;
        Plain::of(py, &text)
    }

    /// The chain of revisions to which a quote belongs, the first one first, as far as the reader sees them.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn revisions(&self, py: Python<'_>, quote: Id) -> PyResult<Vec<QuoteRevision>> {
        Ok(py.detach(|| self.session.quotes().revisions(quote))?)
    }

    /// The differences between two quotes, as far as the reader sees their fields, and which of them are material by a
    /// policy: the named one, else the default one, else the standard one.
    ///
    /// Raises `NotFoundError` for a quote or a policy, `DeniedError`.
    #[pyo3(signature = (earlier, later, policy=None))]
    fn diff(&self, py: Python<'_>, earlier: Id, later: Id, policy: Option<Id>) -> PyResult<QuoteDiff> {
        Ok(py.detach(|| self.session.quotes().diff(earlier, later, policy))?)
    }

    /// Makes a policy that says which changes are material. A default one takes the place of the one before.
    ///
    /// Raises `UNKNOWN_FIELD` or `DUPLICATE_KEY` with the path, for example `material_fields[2].path`; `TOO_MANY`;
    /// `DeniedError`.
    fn create_policy(&self, py: Python<'_>, policy: QuotePolicy) -> PyResult<QuotePolicy> {
        Ok(py.detach(|| self.session.quotes().create_policy(&policy))?)
    }

    /// Saves a policy that was read and changed.
    ///
    /// Raises what `create_policy` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_policy(&self, py: Python<'_>, policy: QuotePolicy) -> PyResult<QuotePolicy> {
        Ok(py.detach(|| self.session.quotes().update_policy(&policy))?)
    }

    /// A policy.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn policy(&self, py: Python<'_>, id: Id) -> PyResult<QuotePolicy> {
        Ok(py.detach(|| self.session.quotes().policy(id))?)
    }

    /// One page of policies.
    ///
    /// Raises what `quotes` raises.
    #[pyo3(signature = (query=None))]
    fn policies(&self, py: Python<'_>, query: Option<Query>) -> PyResult<QuotePolicyPage> {
        Ok(py.detach(|| self.session.quotes().policies(&query.unwrap_or_default()))?)
    }

    /// Makes a draft with the content of a quote as the reader sees it, and a chain of its own. Prices that came from a
    /// list are taken anew, those that were set by hand stay.
    ///
    /// Raises what `create_quote` raises; `NotFoundError`.
    fn copy_quote(&self, py: Python<'_>, copy: QuoteCopy) -> PyResult<Quote> {
        Ok(py.detach(|| self.session.quotes().copy(&copy))?)
    }

    /// Makes an order or a contract of a current, accepted quote, of everything that is open or of these parts, at the
    /// prices of the quote. The parts of a line that is wholly ordered sum to its net amount.
    ///
    /// Raises `ILLEGAL_TRANSITION` for a quote that is not accepted, or of which nothing is open; `OUT_OF_RANGE`,
    /// `DECIMAL_DIGITS`, `DUPLICATE_KEY`, `UNKNOWN_REFERENCE` with the path, for example `lines[1].quantity`;
    /// `UNKNOWN_FIELD` without the right to see the lines; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (quote, expected_version, kind=None, lines=None))]
    fn convert(
        &self,
        py: Python<'_>,
        quote: Id,
        expected_version: Argument<i64>,
        kind: Option<OrderKind>,
        lines: Option<Vec<OrderedQuantity>>,
    ) -> PyResult<SalesOrder> {
        let kind = kind.unwrap_or_default();
        Ok(py.detach(|| self.session.quotes().convert(quote, expected_version.0, kind, lines.as_deref()))?)
    }

    /// How much of each line of a quote was accepted, became orders that the reader sees, and is open.
    ///
    /// Raises `NotFoundError`, `DeniedError` without the right to read orders.
    fn conversion(&self, py: Python<'_>, quote: Id) -> PyResult<QuoteConversion> {
        Ok(py.detach(|| self.session.quotes().conversion(quote))?)
    }

    /// An order.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn order(&self, py: Python<'_>, id: Id) -> PyResult<SalesOrder> {
        Ok(py.detach(|| self.session.quotes().order(id))?)
    }

    /// An order as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises `NotFoundError` if it did not exist then, was deleted, or the reader may not see it.
    fn order_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<SalesOrder> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of orders.
    ///
    /// Raises what `quotes` raises.
    #[pyo3(signature = (query=None))]
    fn orders(&self, py: Python<'_>, query: Option<Query>) -> PyResult<SalesOrderPage> {
        Ok(py.detach(|| self.session.quotes().orders(&query.unwrap_or_default()))?)
    }

    /// Saves an order that was read and changed: its name, person, reference and owner.
    ///
    /// Raises `READ_ONLY_FIELD` for what the engine keeps, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn update_order(&self, py: Python<'_>, order: SalesOrder) -> PyResult<SalesOrder> {
        Ok(py.detach(|| self.session.quotes().update_order(&order))?)
    }

    /// The order binds both sides from now on.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it is no draft, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn confirm_order(&self, py: Python<'_>, order: Id, expected_version: Argument<i64>) -> PyResult<SalesOrder> {
        Ok(py.detach(|| self.session.quotes().confirm_order(order, expected_version.0))?)
    }

    /// The order does not count any more: what it had of the quote is open again.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it is cancelled, `REQUIRED` without a reason, `STALE_VERSION`, `NotFoundError`,
    /// `DeniedError`.
    fn cancel_order(
        &self,
        py: Python<'_>,
        order: Id,
        expected_version: Argument<i64>,
        reason: Argument<String>,
    ) -> PyResult<SalesOrder> {
        Ok(py.detach(|| self.session.quotes().cancel_order(order, expected_version.0, &reason))?)
    }

    /// Rejected quotes that the reader sees, by reason and competitor: how many, how much, and how far the competitor
    /// was below us.
    ///
    /// Raises `DeniedError`, `UNKNOWN_FIELD` without the right to see status or date, `OVERFLOW`.
    #[pyo3(signature = (options=None))]
    fn lost(&self, py: Python<'_>, options: Option<LostQuoteOptions>) -> PyResult<Vec<LostQuotes>> {
        Ok(py.detach(|| self.session.quotes().lost(&options.unwrap_or_default()))?)
    }
}

/// The SHA-256 of what the customer reads in a quote; of a quote that was sent it equals `content_hash`.
#[pyfunction]
pub fn quote_hash(py: Python<'_>, quote: Quote) -> PyResult<String> {
    Ok(py.detach(|| crm_core::quote::quote_hash(&quote))?)
}

/// The differences between two quotes as they are given, and which of them are material; by the standard policy if none
/// is named.
///
/// Raises `OVERFLOW`.
#[pyfunction]
#[pyo3(signature = (earlier, later, policy=None))]
pub fn diff_quotes(py: Python<'_>, earlier: Quote, later: Quote, policy: Option<QuotePolicy>) -> PyResult<QuoteDiff> {
    let policy = policy.unwrap_or_else(QuotePolicy::standard);
    Ok(py.detach(|| crm_core::quote::diff_quotes(&earlier, &later, &policy))?)
}

/// The policy that holds where a tenant has none.
#[pyfunction]
pub fn standard_quote_policy() -> QuotePolicy {
    QuotePolicy::standard()
}

/// The lines that are ordered when the alternatives and options at these positions are chosen.
///
/// Raises at `chosen[1]`: `UNKNOWN_REFERENCE` for a position that no line has, `NOT_ALLOWED` for an item,
/// `DUPLICATE_KEY`.
#[pyfunction]
pub fn chosen_lines(lines: Vec<QuoteLine>, chosen: Vec<Argument<i64>>) -> PyResult<Vec<QuoteLine>> {
    let chosen: Vec<i64> = chosen.into_iter().map(|position| position.0).collect();
    Ok(crm_core::quote::chosen_lines(&lines, &chosen)?)
}

/// Rejected quotes by reason and competitor, of those that are given.
///
/// Raises `OVERFLOW`.
#[pyfunction]
pub fn lost_quotes(py: Python<'_>, quotes: Vec<Quote>) -> PyResult<Vec<LostQuotes>> {
    Ok(py.detach(|| crm_core::quote::lost_quotes(&quotes))?)
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
