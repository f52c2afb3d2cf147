//! Quotes.

use crate::conditions::PriceCase;
use crate::engine::Session;
use crate::pricing::RepriceMode;
use crate::query::Query;
use crate::quote::{
    self, LostQuoteOptions, LostQuotes, OrderKind, OrderedQuantity, Quote, QuoteConversion, QuoteCopy, QuoteDiff,
    QuoteLine, QuoteLoss, QuotePage, QuotePolicy, QuotePolicyPage, QuoteRevision, QuoteRounding, QuoteTotals,
    SalesOrder, SalesOrderPage,
};
use crate::value::{Currency, Date, Id, Result, Timestamp};

/// Quotes, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Quotes {
    session: Session,
}

impl Quotes {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

/// Lines with their amounts, and the totals.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct PricedLines {
    /// The lines, with their figures.
    pub lines: Vec<QuoteLine>,
    /// What they come to.
    pub totals: QuoteTotals,
}

/// The lines with their amounts, and the totals, as a quote in this currency has them: for pricing what-ifs.
///
/// # Errors
/// `TooMany` lines; `Required` without a price; `OutOfRange`, `DecimalDigits`, `Overflow`, each with its path, for
/// example `lines[2].quantity`.
#[uniffi::export(default(rounding = None, prices_include_tax = false))]
pub fn price_lines(
    mut lines: Vec<QuoteLine>,
    currency: Currency,
    rounding: Option<QuoteRounding>,
    prices_include_tax: bool,
) -> Result<PricedLines> {
    let totals = quote::price_lines(&mut lines, currency, rounding.unwrap_or_default(), prices_include_tax)?;
    Ok(PricedLines { lines, totals })
}

/// The SHA-256 of what the customer reads in a quote; of a quote that was sent it equals `content_hash`.
///
/// # Errors
/// `BadJson` for what has no JSON form.
#[uniffi::export]
pub fn quote_hash(quote: Quote) -> Result<String> {
    quote::quote_hash(&quote)
}

/// The differences between two quotes as they are given, and which of them are material; by the standard policy if none
/// is named.
///
/// # Errors
/// `BadJson` for a value that has no JSON form, `Overflow`.
#[uniffi::export(default(policy = None))]
pub fn diff_quotes(earlier: Quote, later: Quote, policy: Option<QuotePolicy>) -> Result<QuoteDiff> {
    quote::diff_quotes(&earlier, &later, &policy.unwrap_or_else(QuotePolicy::standard))
}

/// The policy that holds where a tenant has none.
#[uniffi::export]
pub fn standard_quote_policy() -> QuotePolicy {
    QuotePolicy::standard()
}

/// The lines that are ordered when these alternatives and options are chosen.
///
/// # Errors
/// At `chosen[1]`: `UnknownReference` for a position that no line has, `NotAllowed` for an item, `DuplicateKey`.
#[uniffi::export]
pub fn chosen_lines(lines: Vec<QuoteLine>, chosen: Vec<i64>) -> Result<Vec<QuoteLine>> {
    quote::chosen_lines(&lines, &chosen)
}

/// Rejected quotes by reason and competitor, of those that are given.
///
/// # Errors
/// `Overflow`.
#[uniffi::export]
pub fn lost_quotes(quotes: Vec<Quote>) -> Result<Vec<LostQuotes>> {
    quote::lost_quotes(&quotes)
}

#[uniffi::export]
impl Quotes {
    /// Makes a draft and gives it back with number, prices and totals.
    ///
    /// # Errors
    /// `Required` for a line without price, `OutOfRange`, `DecimalDigits`, `Overflow`, `UnknownReference`,
    /// `CurrencyMismatch`, `UnitMismatch`, each with its path, for example `lines[2].unit_price`; `TooMany` lines;
    /// `Denied`.
    pub fn create_quote(&self, quote: Quote) -> Result<Quote> {
        self.session.quotes().create_quote(&quote)
    }

    /// Saves a draft that was read and changed.
    ///
    /// # Errors
    /// As [`Quotes::create_quote`]; `IllegalTransition` if it is no draft, `StaleVersion`, `NotFound`.
    pub fn update_quote(&self, quote: Quote) -> Result<Quote> {
        self.session.quotes().update_quote(&quote)
    }

    /// One quote.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn quote(&self, id: Id) -> Result<Quote> {
        self.session.quotes().quote(id)
    }

    /// A quote as it stood at an instant.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn quote_as_of(&self, id: Id, at: Timestamp) -> Result<Quote> {
        self.session.as_of(id, at)
    }

    /// One page of quotes.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn quotes(&self, query: Query) -> Result<QuotePage> {
        self.session.quotes().quotes(&query)
    }

    /// The customer gets the draft.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft or no longer valid, `Required` without lines, `StaleVersion`, `NotFound`,
    /// `Denied`.
    pub fn send(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.session.quotes().send(quote, expected_version)
    }

    /// The customer takes the quote with these alternatives and options; its opportunity is closed as won.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent or is no longer valid; `UnknownReference`, `NotAllowed`, `DuplicateKey`
    /// with the place, for example `chosen[1]`; what closing the opportunity gives, under `opportunity`;
    /// `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(chosen = []))]
    pub fn accept(&self, quote: Id, expected_version: i64, chosen: Vec<i64>) -> Result<Quote> {
        self.session.quotes().accept_chosen(quote, expected_version, &chosen)
    }

    /// The customer does not take the quote.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent, `Required` without a reason; `UnknownReference`, `OutOfRange`,
    /// `DecimalDigits` under `loss`; `TooLong`, `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(loss = None))]
    pub fn reject(&self, quote: Id, expected_version: i64, reason: &str, loss: Option<QuoteLoss>) -> Result<Quote> {
        self.session.quotes().reject_with(quote, expected_version, reason, &loss.unwrap_or_default())
    }

    /// The customer did not answer in time.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent or is still valid, `StaleVersion`, `NotFound`, `Denied`.
    pub fn expire(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.session.quotes().expire(quote, expected_version)
    }

    /// Makes a draft that takes the place of a quote which was sent, rejected or expired, and gives it back.
    ///
    /// # Errors
    /// `IllegalTransition` from any other status, `StaleVersion`, `NotFound`, `Denied`.
    pub fn revise(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.session.quotes().revise(quote, expected_version)
    }

    /// Prices a draft that is priced by conditions anew, by the present version of the price catalogue.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft or not priced by conditions; those of [`Pricer::price`](super::Pricer::price), where a
    /// line is told as `lines[2]`; `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(pricing_date = None))]
    pub fn reprice(
        &self,
        quote: Id,
        expected_version: i64,
        mode: RepriceMode,
        pricing_date: Option<Date>,
    ) -> Result<Quote> {
        self.session.quotes().reprice(quote, expected_version, mode, pricing_date)
    }

    /// What a quote was priced by, as it was then: [`price`](super::price) of it gives the figures that stand in the quote, byte for
    /// byte.
    ///
    /// # Errors
    /// `NotAllowed` for a quote that is not priced by conditions; `NotFound`; `Denied` for a reader who may not see all of its
    /// figures or the rates of condition records.
    pub fn price_case(&self, quote: Id) -> Result<PriceCase> {
        self.session.quotes().price_case(quote)
    }

    /// The chain of revisions to which a quote belongs, the first one first, as far as the caller sees them.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `UnknownField` without the right to see the chain.
    pub fn revisions(&self, quote: Id) -> Result<Vec<QuoteRevision>> {
        self.session.quotes().revisions(quote)
    }

    /// The differences between two quotes that the caller sees, as far as he sees their fields, and which of them are
    /// material by a policy: the named one, else the default one, else the standard one.
    ///
    /// # Errors
    /// `NotFound` for a quote or a policy, `Denied`.
    #[uniffi::method(default(policy = None))]
    pub fn diff(&self, earlier: Id, later: Id, policy: Option<Id>) -> Result<QuoteDiff> {
        self.session.quotes().diff(earlier, later, policy)
    }

    /// Makes a policy that says which changes are material. A default one takes the place of the one before.
    ///
    /// # Errors
    /// `UnknownField` or `DuplicateKey` with the path, for example `material_fields[2].path`; `TooMany`; `Denied`.
    pub fn create_policy(&self, policy: QuotePolicy) -> Result<QuotePolicy> {
        self.session.quotes().create_policy(&policy)
    }

    /// Saves a policy that was read and changed.
    ///
    /// # Errors
    /// As [`Quotes::create_policy`]; `StaleVersion`, `NotFound`.
    pub fn update_policy(&self, policy: QuotePolicy) -> Result<QuotePolicy> {
        self.session.quotes().update_policy(&policy)
    }

    /// One policy.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn policy(&self, id: Id) -> Result<QuotePolicy> {
        self.session.quotes().policy(id)
    }

    /// One page of policies.
    ///
    /// # Errors
    /// As [`Quotes::quotes`].
    #[uniffi::method(default(query))]
    pub fn policies(&self, query: Query) -> Result<QuotePolicyPage> {
        self.session.quotes().policies(&query)
    }

    /// Makes a draft with the content of a quote as the caller sees it, and a chain of its own. Prices that came from a
    /// list are taken anew, those that were set by hand stay.
    ///
    /// # Errors
    /// As [`Quotes::create_quote`]; `NotFound`.
    pub fn copy_quote(&self, copy: QuoteCopy) -> Result<Quote> {
        self.session.quotes().copy(&copy)
    }

    /// Makes an order or a contract of a current, accepted quote, of everything that is open or of these parts, and
    /// gives it back. Prices are those of the quote; the parts of a line that is wholly ordered sum to its net amount.
    ///
    /// # Errors
    /// `IllegalTransition` for a quote that is not accepted, or of which nothing is open; `OutOfRange`,
    /// `DecimalDigits`, `DuplicateKey`, `UnknownReference` with the path, for example `lines[1].quantity`;
    /// `UnknownField` without the right to see the lines; `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(kind = None, lines = None))]
    pub fn convert(
        &self,
        quote: Id,
        expected_version: i64,
        kind: Option<OrderKind>,
        lines: Option<Vec<OrderedQuantity>>,
    ) -> Result<SalesOrder> {
        self.session.quotes().convert(quote, expected_version, kind.unwrap_or_default(), lines.as_deref())
    }

    /// How much of each line of a quote was accepted, became orders that the caller sees, and is open.
    ///
    /// # Errors
    /// `NotFound`, `Denied` without the right to read orders.
    pub fn conversion(&self, quote: Id) -> Result<QuoteConversion> {
        self.session.quotes().conversion(quote)
    }

    /// One order.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn order(&self, id: Id) -> Result<SalesOrder> {
        self.session.quotes().order(id)
    }

    /// An order as it stood at an instant.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn order_as_of(&self, id: Id, at: Timestamp) -> Result<SalesOrder> {
        self.session.as_of(id, at)
    }

    /// One page of orders.
    ///
    /// # Errors
    /// As [`Quotes::quotes`].
    #[uniffi::method(default(query))]
    pub fn orders(&self, query: Query) -> Result<SalesOrderPage> {
        self.session.quotes().orders(&query)
    }

    /// Saves an order that was read and changed: its name, person, reference and owner.
    ///
    /// # Errors
    /// `ReadOnlyField` for what the engine keeps, `StaleVersion`, `NotFound`, `Denied`.
    pub fn update_order(&self, order: SalesOrder) -> Result<SalesOrder> {
        self.session.quotes().update_order(&order)
    }

    /// The order binds both sides from now on.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft, `StaleVersion`, `NotFound`, `Denied`.
    pub fn confirm_order(&self, order: Id, expected_version: i64) -> Result<SalesOrder> {
        self.session.quotes().confirm_order(order, expected_version)
    }

    /// The order does not count any more: what it had of the quote is open again.
    ///
    /// # Errors
    /// `IllegalTransition` if it is cancelled, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn cancel_order(&self, order: Id, expected_version: i64, reason: &str) -> Result<SalesOrder> {
        self.session.quotes().cancel_order(order, expected_version, reason)
    }

    /// Rejected quotes that the caller sees, by reason and competitor: how many, how much, and how far the competitor
    /// was below us. Totals need the right to see them, and so do prices of competitors.
    ///
    /// # Errors
    /// `Denied`, `UnknownField` without the right to see status or date, `Overflow`.
    #[uniffi::method(default(options))]
    pub fn lost(&self, options: LostQuoteOptions) -> Result<Vec<LostQuotes>> {
        self.session.quotes().lost(&options)
    }
}
