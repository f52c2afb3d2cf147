//! Quotes, as a host calls them.

use super::conditions::{ForReader, require_rates};
use crate::conditions::PriceCase;
use crate::engine::{Command, Session};
use crate::pricing::RepriceMode;
use crate::query::Query;
use crate::quote::{
    self, LostQuoteOptions, LostQuotes, OrderKind, OrderedQuantity, Quote, QuoteCommand, QuoteConversion, QuoteCopy,
    QuoteDiff, QuoteLoss, QuotePage, QuotePolicy, QuotePolicyPage, QuoteRevision, SalesOrder, SalesOrderPage,
    case_of_quote,
};
use crate::room::Reader as _;
use crate::schema::Entity as _;
use crate::value::{Date, Error, Id, Result};

/// Quotes of a session.
#[derive(Debug, Clone, Copy)]
pub struct Quotes<'a> {
    session: &'a Session,
}

impl Session {
    /// Quotes.
    ///
    /// ```
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::quote::{Quote, QuoteLine, QuoteStatus};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let lines = vec![QuoteLine::written("Assembly", 3.into(), "135.50".parse()?)];
    /// let draft = session.quotes().create_quote(&Quote { name: "Assembly".into(), lines, ..Quote::default() })?;
    /// assert_eq!(draft.total, Some("406.5".parse()?));
    /// let sent = session.quotes().send(draft.id, draft.version)?;
    /// assert_eq!(sent.status, Some(QuoteStatus::Sent));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn quotes(&self) -> Quotes<'_> {
        Quotes { session: self }
    }
}

impl Quotes<'_> {
    fn run(&self, quote: Id, command: QuoteCommand) -> Result<Quote> {
        self.session.execute(Command::Quote(command))?;
        self.session.get(quote)
    }

    /// Makes a draft and gives it back with number, prices and totals.
    ///
    /// # Errors
    /// `Required` for a line without price, `OutOfRange`, `DecimalDigits`, `Overflow`, `UnknownReference`,
    /// `CurrencyMismatch`, `UnitMismatch`, each with its path, for example `lines[2].unit_price`; `TooMany` lines;
    /// `Denied`.
    pub fn create_quote(&self, quote: &Quote) -> Result<Quote> {
        self.session.create_and_read(Command::Quote(QuoteCommand::CreateQuote { quote: quote.clone() }), quote)
    }

    /// Saves a draft that was read and changed.
    ///
    /// # Errors
    /// As [`Quotes::create_quote`]; `IllegalTransition` if it is no draft, `StaleVersion`, `NotFound`.
    pub fn update_quote(&self, quote: &Quote) -> Result<Quote> {
        self.session.save_and_read(Command::Quote(QuoteCommand::UpdateQuote { quote: quote.clone() }), quote)
    }

    /// One quote.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn quote(&self, id: Id) -> Result<Quote> {
        self.session.get(id)
    }

    /// One page of quotes.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn quotes(&self, query: &Query) -> Result<QuotePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(QuotePage { items, next_cursor })
    }

    /// The customer gets the draft.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft or no longer valid, `Required` without lines, `StaleVersion`, `NotFound`,
    /// `Denied`.
    pub fn send(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.run(quote, QuoteCommand::SendQuote { quote, expected_version })
    }

    /// The customer takes the quote without alternatives and options; its opportunity is closed as won.
    ///
    /// # Errors
    /// As [`Quotes::accept_chosen`].
    pub fn accept(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.run(quote, QuoteCommand::AcceptQuote { quote, expected_version, chosen: None })
    }

    /// The customer takes the quote with these alternatives and options, named by their positions; its opportunity is
    /// closed as won.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent or is no longer valid; `UnknownReference`, `NotAllowed`, `DuplicateKey`
    /// with the place, for example `chosen[1]`; what closing the opportunity gives, under `opportunity`;
    /// `StaleVersion`, `NotFound`, `Denied`.
    pub fn accept_chosen(&self, quote: Id, expected_version: i64, chosen: &[i64]) -> Result<Quote> {
        let chosen = Some(chosen.to_vec());
        self.run(quote, QuoteCommand::AcceptQuote { quote, expected_version, chosen })
    }

    /// The customer does not take the quote.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn reject(&self, quote: Id, expected_version: i64, reason: &str) -> Result<Quote> {
        let reason = reason.to_owned();
        self.run(quote, QuoteCommand::RejectQuote { quote, expected_version, reason, loss: None })
    }

    /// The customer does not take the quote, and more is known: the kind of reason, who won and at which price.
    ///
    /// # Errors
    /// As [`Quotes::reject`]; `UnknownReference`, `OutOfRange`, `DecimalDigits` under `loss`; `TooLong`.
    pub fn reject_with(&self, quote: Id, expected_version: i64, reason: &str, loss: &QuoteLoss) -> Result<Quote> {
        let (reason, loss) = (reason.to_owned(), Some(loss.clone()));
        self.run(quote, QuoteCommand::RejectQuote { quote, expected_version, reason, loss })
    }

    /// Rejected quotes that the caller sees, by reason and competitor: how many, how much, and how far the competitor
    /// was below us. Totals need the right to see them, and so do prices of competitors.
    ///
    /// # Errors
    /// `Denied`, `UnknownField` without the right to see status or date, `Overflow`.
    pub fn lost(&self, options: &LostQuoteOptions) -> Result<Vec<LostQuotes>> {
        self.session.reading(|reading| quote::lost(reading, options))
    }

    /// The customer did not answer in time.
    ///
    /// # Errors
    /// `IllegalTransition` if it was not sent or is still valid, `StaleVersion`, `NotFound`, `Denied`.
    pub fn expire(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        self.run(quote, QuoteCommand::ExpireQuote { quote, expected_version })
    }

    /// Makes a draft that takes the place of a quote which was sent, rejected or expired, and gives it back.
    ///
    /// # Errors
    /// `IllegalTransition` from any other status, `StaleVersion`, `NotFound`, `Denied`.
    pub fn revise(&self, quote: Id, expected_version: i64) -> Result<Quote> {
        let outcome = self.session.execute(Command::Quote(QuoteCommand::ReviseQuote { quote, expected_version }))?;
        self.session.get(outcome.created(Quote::NAME))
    }

    /// Prices a draft that is priced by conditions anew, by the present version of the price catalogue.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft or not priced by conditions; those of
    /// [`Pricer::price`](crate::pricing::Pricer::price), where a line is told as `lines[2]`; `StaleVersion`, `NotFound`, `Denied`.
    pub fn reprice(
        &self,
        quote: Id,
        expected_version: i64,
        mode: RepriceMode,
        pricing_date: Option<Date>,
    ) -> Result<Quote> {
        self.run(quote, QuoteCommand::RepriceQuote { quote, expected_version, mode, pricing_date })
    }

    /// What a quote was priced by, as it was then: [`price`](crate::pricing::price) of it gives the figures that stand in the quote,
    /// byte for byte.
    ///
    /// # Errors
    /// `NotAllowed` for a quote that is not priced by conditions; `NotFound`; `Denied` for a reader who may not see all of its
    /// figures or the rates of condition records.
    pub fn price_case(&self, quote: Id) -> Result<PriceCase> {
        self.session.reading(|reading| {
            require_rates(reading)?;
            if !reading.can_read(Quote::NAME, "price_input") {
                return Err(Error::denied("read the price input of", Quote::NAME));
            }
            let quote = Quote::from_stored(reading.get(Quote::NAME, quote)?)?;
            case_of_quote(&mut ForReader(reading), &quote)
        })
    }

    /// The chain of revisions to which a quote belongs, the first one first, as far as the caller sees them.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `UnknownField` without the right to see the chain.
    pub fn revisions(&self, quote: Id) -> Result<Vec<QuoteRevision>> {
        self.session.reading(|reading| quote::revisions(reading, quote))
    }
    /// The differences between two quotes that the caller sees, as far as he sees their fields, and which of them are
    /// material by a policy: the named one, else the default one, else [`QuotePolicy::standard`].
    ///
    /// # Errors
    /// `NotFound` for a quote or a policy, `Denied`.
    pub fn diff(&self, earlier: Id, later: Id, policy: Option<Id>) -> Result<QuoteDiff> {
        self.session.reading(|reading| quote::diff(reading, earlier, later, policy))
    }

    /// Makes a policy that says which changes are material. A default one takes the place of the one before.
    ///
    /// # Errors
    /// `UnknownField` or `DuplicateKey` with the path, for example `material_fields[2].path`; `TooMany`; `Denied`.
    pub fn create_policy(&self, policy: &QuotePolicy) -> Result<QuotePolicy> {
        let command = QuoteCommand::CreateQuotePolicy { policy: policy.clone() };
        self.session.create_and_read(Command::Quote(command), policy)
    }

    /// Saves a policy that was read and changed.
    ///
    /// # Errors
    /// As [`Quotes::create_policy`]; `StaleVersion`, `NotFound`.
    pub fn update_policy(&self, policy: &QuotePolicy) -> Result<QuotePolicy> {
        let command = QuoteCommand::UpdateQuotePolicy { policy: policy.clone() };
        self.session.save_and_read(Command::Quote(command), policy)
    }

    /// One policy.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn policy(&self, id: Id) -> Result<QuotePolicy> {
        self.session.get(id)
    }

    /// One page of policies.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn policies(&self, query: &Query) -> Result<QuotePolicyPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(QuotePolicyPage { items, next_cursor })
    }
    /// Makes a draft with the content of a quote as the caller sees it, and a chain of its own. Prices that came from a
    /// list are taken anew, those that were set by hand stay.
    ///
    /// # Errors
    /// As [`Quotes::create_quote`]; `NotFound`.
    pub fn copy(&self, copy: &QuoteCopy) -> Result<Quote> {
        let outcome = self.session.execute(Command::Quote(QuoteCommand::CopyQuote { copy: copy.clone() }))?;
        self.session.get(outcome.created(Quote::NAME))
    }

    /// Makes an order or a contract of a current, accepted quote, of everything that is open or of these parts, and
    /// gives it back. Prices are those of the quote; the parts of a line that is wholly ordered sum to its net amount.
    ///
    /// # Errors
    /// `IllegalTransition` for a quote that is not accepted, or of which nothing is open; `OutOfRange`,
    /// `DecimalDigits`, `DuplicateKey`, `UnknownReference` with the path, for example `lines[1].quantity`;
    /// `UnknownField` without the right to see the lines; `StaleVersion`, `NotFound`, `Denied`.
    pub fn convert(
        &self,
        quote: Id,
        expected_version: i64,
        kind: OrderKind,
        lines: Option<&[OrderedQuantity]>,
    ) -> Result<SalesOrder> {
        let (kind, lines) = (Some(kind), lines.map(<[_]>::to_vec));
        let command = QuoteCommand::ConvertQuote { quote, expected_version, kind, lines };
        let outcome = self.session.execute(Command::Quote(command))?;
        self.session.get(outcome.created(SalesOrder::NAME))
    }

    /// How much of each line of a quote was accepted, became orders that the caller sees, and is open.
    ///
    /// # Errors
    /// `NotFound`, `Denied` without the right to read orders.
    pub fn conversion(&self, quote: Id) -> Result<QuoteConversion> {
        self.session.reading(|reading| quote::conversion(reading, quote))
    }

    /// One order.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn order(&self, id: Id) -> Result<SalesOrder> {
        self.session.get(id)
    }

    /// One page of orders.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn orders(&self, query: &Query) -> Result<SalesOrderPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(SalesOrderPage { items, next_cursor })
    }

    /// Saves an order that was read and changed: its name, person, reference and owner.
    ///
    /// # Errors
    /// `ReadOnlyField` for what the engine keeps, `StaleVersion`, `NotFound`, `Denied`.
    pub fn update_order(&self, order: &SalesOrder) -> Result<SalesOrder> {
        self.session.save_and_read(Command::Quote(QuoteCommand::UpdateOrder { order: order.clone() }), order)
    }

    /// The order binds both sides from now on.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft, `StaleVersion`, `NotFound`, `Denied`.
    pub fn confirm_order(&self, order: Id, expected_version: i64) -> Result<SalesOrder> {
        self.session.execute(Command::Quote(QuoteCommand::ConfirmOrder { order, expected_version }))?;
        self.session.get(order)
    }

    /// The order does not count any more: what it had of the quote is open again.
    ///
    /// # Errors
    /// `IllegalTransition` if it is cancelled, `Required` without a reason, `StaleVersion`, `NotFound`, `Denied`.
    pub fn cancel_order(&self, order: Id, expected_version: i64, reason: &str) -> Result<SalesOrder> {
        let reason = reason.to_owned();
        self.session.execute(Command::Quote(QuoteCommand::CancelOrder { order, expected_version, reason }))?;
        self.session.get(order)
    }
}
