//! The commands of the room.

use super::catalogue::check_sold;
use super::choice::chosen_totals;
use super::loss::check_loss;
use super::priced::{accepted_by_conditions, give_back, set_aside};
use super::rules::{check_revisable, check_step};
use super::{
    OrderKind, OrderedQuantity, Quote, QuoteCopy, QuoteLine, QuoteLoss, QuotePolicy, QuoteStatus, QuoteTotals,
    SalesOrder, orders,
};
use crate::customer::Account;
use crate::pricing::{ManualCondition, RepriceMode};
use crate::room::{Change, Decision, TraceStep, View, illegal, record, record_for_change};
use crate::sales::{Opportunity, StageCategory, Step, Target, take_step};
use crate::schema::{Entity as _, FieldCodec as _};
use crate::value::error::unknown_field;
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result};

value_union! {
    /// Quotes.
    pub enum QuoteCommand {
        /// Makes a draft. Prices that are missing come from the price list.
        CreateQuote {
            /// The quote.
            quote: Quote,
        },
        /// Saves a draft that was read and changed.
        UpdateQuote {
            /// The quote with the version that was read.
            quote: Quote,
        },
        /// The customer gets the draft; it cannot be changed from now on.
        SendQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// The customer takes the quote. An opportunity that is open or on hold is closed as won, with the total of
        /// what was accepted as its amount.
        AcceptQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
            /// The positions of the alternatives and options that the customer chose.
            chosen: Option<Vec<i64>>,
        },
        /// The customer does not take the quote.
        RejectQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
            /// Why.
            reason: String,
            /// What else is known: the kind of reason, who won and at which price.
            loss: Option<QuoteLoss>,
        },
        /// The customer did not answer until the date of validity, which has passed.
        ExpireQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Prices a draft that is priced by conditions anew, by the present version of the catalogue.
        RepriceQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
            /// What is found anew. What stays, stays when the draft is saved later too; `all_new` takes out of the draft what
            /// was given by hand.
            mode: RepriceMode,
            /// The date whose conditions hold; as before if nothing is said.
            pricing_date: Option<Date>,
        },
        /// Makes a draft with the same lines that takes the place of a quote which was sent, rejected or expired.
        ReviseQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Makes a draft with the content of a quote, as the caller sees it, and a chain of its own. Prices that came
        /// from a list are taken anew, those that were set by hand stay.
        CopyQuote {
            /// What is copied.
            copy: QuoteCopy,
        },
        /// Makes an order of a current, accepted quote, at its prices. No more is ordered of a line than was accepted.
        ConvertQuote {
            /// The quote.
            quote: Id,
            /// The version that was read.
            expected_version: i64,
            /// Whether it becomes an order or a contract; an order if nothing is said.
            kind: Option<OrderKind>,
            /// How much of which lines; everything that is open if nothing is said.
            lines: Option<Vec<OrderedQuantity>>,
        },
        /// Saves an order that was read and changed.
        UpdateOrder {
            /// The order with the version that was read.
            order: SalesOrder,
        },
        /// The order binds both sides from now on.
        ConfirmOrder {
            /// The order.
            order: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// The order does not count any more: what it had of the quote is open again.
        CancelOrder {
            /// The order.
            order: Id,
            /// The version that was read.
            expected_version: i64,
            /// Why.
            reason: String,
        },
        /// Makes a policy that says which changes are material.
        CreateQuotePolicy {
            /// The policy.
            policy: QuotePolicy,
        },
        /// Saves a policy that was read and changed.
        UpdateQuotePolicy {
            /// The policy with the version that was read.
            policy: QuotePolicy,
        },
    }
}

impl QuoteCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateQuote { .. } => "quote.create_quote",
            Self::UpdateQuote { .. } => "quote.update_quote",
            Self::SendQuote { .. } => "quote.send_quote",
            Self::AcceptQuote { .. } => "quote.accept_quote",
            Self::RejectQuote { .. } => "quote.reject_quote",
            Self::ExpireQuote { .. } => "quote.expire_quote",
            Self::RepriceQuote { .. } => "quote.reprice_quote",
            Self::ReviseQuote { .. } => "quote.revise_quote",
            Self::CopyQuote { .. } => "quote.copy_quote",
            Self::ConvertQuote { .. } => "quote.convert_quote",
            Self::UpdateOrder { .. } => "quote.update_order",
            Self::ConfirmOrder { .. } => "quote.confirm_order",
            Self::CancelOrder { .. } => "quote.cancel_order",
            Self::CreateQuotePolicy { .. } => "quote.create_quote_policy",
            Self::UpdateQuotePolicy { .. } => "quote.update_quote_policy",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        match self {
            Self::CreateQuote { quote } => Ok(Decision::of(Change::create(quote))),
            Self::UpdateQuote { quote } => Ok(Decision::of(Change::save(quote))),
            Self::SendQuote { quote, expected_version } => send(view, *quote, *expected_version),
            Self::AcceptQuote { quote, expected_version, chosen } => {
                accept(view, *quote, *expected_version, chosen.as_deref().unwrap_or_default())
            }
            Self::RejectQuote { quote, expected_version, reason, loss } => {
                reject(view, *quote, *expected_version, reason, loss.as_ref())
            }
            Self::ExpireQuote { quote, expected_version } => expire(view, *quote, *expected_version),
            Self::RepriceQuote { quote, expected_version, mode, pricing_date } => {
                reprice(view, *quote, *expected_version, *mode, *pricing_date)
            }
            Self::ReviseQuote { quote, expected_version } => revise(view, *quote, *expected_version),
            Self::CopyQuote { copy } => super::copy::copy(view, copy),
            Self::ConvertQuote { quote, expected_version, kind, lines } => {
                orders::convert(view, (*quote, *expected_version), kind.unwrap_or_default(), lines.as_deref())
            }
            Self::UpdateOrder { order } => Ok(Decision::of(Change::save(order))),
            Self::ConfirmOrder { order, expected_version } => orders::confirm(view, *order, *expected_version),
            Self::CancelOrder { order, expected_version, reason } => {
                orders::cancel(view, *order, *expected_version, reason)
            }
            Self::CreateQuotePolicy { policy } => Ok(Decision::of(Change::create(policy))),
            Self::UpdateQuotePolicy { policy } => Ok(Decision::of(Change::save(policy))),
        }
    }
}

/// The quote, if the caller may move it and the step is allowed.
fn step(view: &mut dyn View, id: Id, version: i64, to: QuoteStatus) -> Result<Quote> {
    let quote = record_for_change::<Quote>(view, id, Some(version), &["status"])?;
    check_step(&quote, to)?;
    Ok(quote)
}

/// The move into a status on a date.
fn moved(view: &mut dyn View, id: Id, to: QuoteStatus, date_field: &'static str) -> Decision {
    let set = vec![("status", to.as_str().into()), (date_field, FieldValue::Date(view.today()))];
    Decision::default().and_rule(Change::update::<Quote>(id, set))
}

fn reprice(
    view: &mut dyn View,
    id: Id,
    version: i64,
    mode: RepriceMode,
    pricing_date: Option<Date>,
) -> Result<Decision> {
    let quote = record_for_change::<Quote>(view, id, Some(version), &["lines"])?;
    if quote.status != Some(QuoteStatus::Draft) {
        return Err(illegal("status", "only a draft can be priced anew: revise the quote"));
    }
    if !quote.is_priced_by_conditions() {
        return Err(illegal("priced_by", "the quote is not priced by conditions"));
    }
    let date = pricing_date.or(quote.pricing_date).map_or(FieldValue::Null, FieldValue::Date);
    let stays = matches!(mode, RepriceMode::Keep | RepriceMode::TaxesOnly);
    let kept_mode = if stays { mode.as_str().into() } else { FieldValue::Null };
    let mut set = vec![("catalog_version", FieldValue::Null), ("reprice_mode", kept_mode), ("pricing_date", date)];
    if mode == RepriceMode::AllNew {
        let bare = |line: QuoteLine| QuoteLine { conditions: Vec::new(), ..line };
        let lines: Vec<QuoteLine> = quote.lines.into_iter().map(bare).collect();
        set.push(("lines", FieldValue::json(&lines)?));
        set.push(("conditions", FieldValue::json(&Vec::<ManualCondition>::new())?));
    }
    Ok(Decision::default().and_rule(Change::update::<Quote>(id, set)))
}

fn send(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    let quote = step(view, id, version, QuoteStatus::Sent)?;
    if quote.lines.is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "lines", "a quote without lines cannot be sent"));
    }
    check_valid(view, &quote)?;
    let warnings = check_sold(view, &quote);
    let reserved = set_aside(view, &quote)?;
    let sent = moved(view, id, QuoteStatus::Sent, "sent_on").join(reserved);
    Ok(warnings.into_iter().fold(sent, Decision::warn))
}

/// Refuses a quote whose date of validity has passed.
fn check_valid(view: &mut dyn View, quote: &Quote) -> Result<()> {
    match quote.valid_until {
        Some(until) if until < view.today() => {
            let problem =
                Problem::of_field(ErrorCode::IllegalTransition, "valid_until", "the quote is no longer valid");
            Err(Error::conflict(problem.with("valid_until", until)))
        }
        _ => Ok(()),
    }
}

fn accept(view: &mut dyn View, id: Id, version: i64, chosen: &[i64]) -> Result<Decision> {
    let quote = step(view, id, version, QuoteStatus::Accepted)?;
    check_valid(view, &quote)?;
    if !chosen.is_empty() && !view.can_read(Quote::NAME, "lines") {
        return Err(unknown_field("lines").into_invalid());
    }
    let (totals, used) = accepted_totals(view, &quote, chosen)?;
    let total = totals.as_ref().map(|totals| totals.total);
    let set = vec![
        ("status", QuoteStatus::Accepted.as_str().into()),
        ("decided_on", view.today().into()),
        ("chosen", chosen.to_vec().to_field()),
        ("accepted_total", total.to_field()),
        ("accepted_tax_total", totals.as_ref().and_then(|totals| totals.tax_total).to_field()),
        ("accepted_total_with_tax", totals.and_then(|totals| totals.total_with_tax).to_field()),
    ];
    let accepted = Decision::default().and_rule(Change::update::<Quote>(id, set)).join(used);
    let Some(opportunity) = quote.opportunity else { return Ok(accepted) };
    let closing = close_opportunity(view, &quote, total, opportunity).map_err(|error| error.under("opportunity"))?;
    Ok(accepted.join(closing))
}

/// What the chosen content of a quote comes to, nothing without a currency; and what it uses of counters.
fn accepted_totals(view: &mut dyn View, quote: &Quote, chosen: &[i64]) -> Result<(Option<QuoteTotals>, Decision)> {
    if quote.is_priced_by_conditions() {
        return accepted_by_conditions(view, quote, chosen).map(|(totals, used)| (Some(totals), used));
    }
    let rounding = quote.rounding.unwrap_or_default();
    let totals = |currency| chosen_totals(&quote.lines, chosen, currency, rounding, quote.prices_include_tax);
    Ok((quote.currency.map(totals).transpose()?, Decision::default()))
}

/// Closes the opportunity of an accepted quote as won, by the rules of stages. One that is closed stays as it is.
fn close_opportunity(view: &mut dyn View, quote: &Quote, total: Option<Decimal>, id: Id) -> Result<Decision> {
    let opportunity = record::<Opportunity>(view, id)?;
    if opportunity.stage_category.is_some_and(StageCategory::is_closed) {
        let message = "the opportunity is closed already: it stays as it is";
        let problem = Problem::of_field(ErrorCode::IllegalTransition, "opportunity", message);
        return Ok(Decision::default().warn(problem.with("id", id)));
    }
    let number = quote.number.clone().unwrap_or_default();
    let reason = format!("quote {number} accepted");
    let close = Step {
        reason: Some(&reason),
        amount: total,
        currency: quote.currency,
        ..Step::new(id, None, Target::Close(StageCategory::Won))
    };
    Ok(take_step(view, &close)?.because(TraceStep::new("quote_accepted").with("quote", number)))
}

fn reject(view: &mut dyn View, id: Id, version: i64, reason: &str, loss: Option<&QuoteLoss>) -> Result<Decision> {
    let quote = step(view, id, version, QuoteStatus::Rejected)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "reason", "a reason must be given"));
    }
    let mut loss = loss.cloned().unwrap_or_default();
    check_loss(&loss)?;
    if let Some(account) = loss.competitor_account {
        let found = record::<Account>(view, account).map_err(|_| {
            let message = "`competitor_account` points to no account";
            Error::invalid(ErrorCode::UnknownReference, "loss.competitor_account", message)
        })?;
        loss.competitor = loss.competitor.or(Some(found.name));
    }
    let competitor = loss.competitor.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let of_price = loss.competitor_price.and(loss.competitor_currency.or(quote.currency));
    let set = vec![
        ("status", QuoteStatus::Rejected.as_str().into()),
        ("decided_on", view.today().into()),
        ("reject_reason", reason.into()),
        ("lost_reason", loss.reason.to_field()),
        ("competitor", competitor.to_field()),
        ("competitor_account", loss.competitor_account.to_field()),
        ("competitor_price", loss.competitor_price.to_field()),
        ("competitor_currency", of_price.to_field()),
    ];
    let back = give_back(view, &quote)?;
    Ok(Decision::default().and_rule(Change::update::<Quote>(id, set)).join(back))
}

fn expire(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    let quote = step(view, id, version, QuoteStatus::Expired)?;
    if quote.valid_until.is_none_or(|until| until >= view.today()) {
        return Err(illegal("valid_until", "the quote is still valid"));
    }
    let back = give_back(view, &quote)?;
    Ok(moved(view, id, QuoteStatus::Expired, "decided_on").join(back))
}

/// The new quote has every value of the old one, also those that the caller may not see; so a rule makes it.
fn revise(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    view.require_create(Quote::NAME)?;
    let old = record_for_change::<Quote>(view, id, Some(version), &["status"])?;
    check_revisable(view, &old)?;
    let valid_until = old.valid_until.filter(|until| *until >= view.today());
    let back = give_back(view, &old)?;
    let new = Quote {
        name: old.name,
        opportunity: old.opportunity,
        account: old.account,
        contact: old.contact,
        revises: Some(id),
        valid_until,
        price_list: old.price_list,
        currency: old.currency,
        rounding: old.rounding,
        prices_include_tax: old.prices_include_tax,
        lines: old.lines,
        priced_by: old.priced_by,
        procedure: old.procedure,
        pricing_date: old.pricing_date,
        conditions: old.conditions,
        price_fields: old.price_fields,
        catalog_version: old.catalog_version,
        reprice_mode: old.reprice_mode,
        owner: old.owner,
        custom: old.custom,
        ..Quote::default()
    };
    Ok(back.and_rule(Change::create(&new)))
}
