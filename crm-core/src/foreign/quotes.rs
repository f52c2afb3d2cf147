//! Quotes.

use crate::engine::Session;
use crate::query::Query;
use crate::quote::{self, Quote, QuoteLine, QuotePage, QuoteRounding, QuoteTotals};
use crate::value::{Currency, Id, Result, Timestamp};

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

    /// The customer takes the quote; its opportunity is closed as won.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent or is no longer valid; what closing the opportunity gives, under
    /// `opportunity`; `StaleVersion`, `NotFound`, `Denied`.
    pub fn accept(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.session.quotes().accept(quote, expected_version)
    }

    /// The customer does not take the quote.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn reject(&self, quote: Id, expected_version: i64, reason: &str) -> Result<Quote> {
        self.session.quotes().reject(quote, expected_version, reason)
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
}
