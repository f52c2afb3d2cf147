//! What holds for every quote, whichever way it comes in.

use super::catalogue::complete;
use super::chain::{quote_deleted, quote_hash, quote_restored, revisions_of};
use super::choice::{check_kinds, price_lines};
use super::figures::AMOUNT_SCALE;
use super::orders::{check_unordered, order_restored, order_rule};
use super::policy::{policy_restored, policy_rule};
use super::priced::price_quote;
use super::{Quote, QuotePolicy, QuoteStatus, SalesOrder, lines};
use crate::customer::{Subject, SubjectEntity, account_became_known};
use crate::room::{
    Author, Change, Decision, DeleteRule, RecordRule, RestoreRule, View, illegal, kept, record_for_change, refuse,
    tidy_external_ids, with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Error, ErrorCode, Problem, Result};

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        Quote::NAME => Some(quote_rule),
        QuotePolicy::NAME => Some(policy_rule),
        SalesOrder::NAME => Some(order_rule),
        _ => None,
    }
}

/// What is said about a record of an entity that is brought back.
pub(crate) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    match entity {
        Quote::NAME => Some(quote_restored),
        QuotePolicy::NAME => Some(policy_restored),
        SalesOrder::NAME => Some(order_restored),
        _ => None,
    }
}

/// What follows from the deletion of a record of an entity.
pub(crate) fn delete_rule_of(entity: &str) -> Option<DeleteRule> {
    match entity {
        Quote::NAME => Some(quote_deleted),
        _ => None,
    }
}

/// Completes and computes a draft; leaves what was sent as it is.
fn quote_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Quote>(before, after, |before, quote| {
        tidy_external_ids(&mut quote.external_ids)?;
        let (decision, earlier) = match before {
            None => complete_new(view, quote)?,
            Some(before) if before.status == Some(QuoteStatus::Draft) => {
                let subject = Subject { entity: SubjectEntity::Quote, id: quote.id };
                (account_became_known(view, subject, before.account, quote.account)?, Some(before))
            }
            Some(before) => {
                if before.status == Some(QuoteStatus::Accepted) && quote.status != before.status {
                    check_unordered(view, quote.id)?;
                }
                return check_frozen(view.author(), &before, quote).map(|()| Decision::default());
            }
        };
        lines::number(&mut quote.lines);
        refuse([lines::problems(&quote.lines), check_kinds(&mut quote.lines)].concat())?;
        let warnings = complete(view, earlier.as_ref(), quote)?;
        compute(view, earlier.as_ref(), quote)?;
        if quote.status == Some(QuoteStatus::Sent) {
            quote.content_hash = Some(quote_hash(quote)?);
        }
        Ok(warnings.into_iter().fold(decision, Decision::warn))
    })
}

/// What was sent stays as it was sent. To whom and for what, a rule may change, because records are merged.
fn check_frozen(author: Author, before: &Quote, quote: &Quote) -> Result<()> {
    let content = before.name == quote.name
        && before.valid_until == quote.valid_until
        && before.currency == quote.currency
        && before.price_list == quote.price_list
        && before.rounding == quote.rounding
        && before.prices_include_tax == quote.prices_include_tax
        && before.lines == quote.lines
        && before.priced_by == quote.priced_by
        && before.conditions == quote.conditions
        && before.price_fields == quote.price_fields
        && before.pricing_date == quote.pricing_date
        && before.procedure == quote.procedure;
    let references = |quote: &Quote| (quote.opportunity, quote.account, quote.contact);
    if content && (author != Author::Caller || references(before) == references(quote)) {
        return Ok(());
    }
    Err(illegal("status", "only a draft can be changed: revise the quote"))
}

/// Makes a draft with a number, and finds the quote that it revises.
fn complete_new(view: &mut dyn View, quote: &mut Quote) -> Result<(Decision, Option<Quote>)> {
    quote.status = Some(QuoteStatus::Draft);
    quote.revision = Some(1);
    (quote.chain, quote.is_current) = (Some(quote.id.to_string()), true);
    let Some(revised) = quote.revises else {
        if quote.number.is_none() {
            quote.number = Some(next_number(view)?);
        }
        return Ok((Decision::default(), None));
    };
    let old = record_for_change::<Quote>(view, revised, None, &["status"]).map_err(|error| error.under("revises"))?;
    check_revisable(view, &old)?;
    let revision = old.revision.unwrap_or(1).saturating_add(1);
    quote.revision = Some(revision);
    quote.chain.clone_from(&old.chain);
    if quote.number.is_none() {
        quote.number = Some(format!("{}-{revision}", first_number(&old)));
    }
    let set = vec![("status", QuoteStatus::Superseded.as_str().into()), ("is_current", false.into())];
    Ok((Decision::default().and_rule(Change::update::<Quote>(old.id, set)), Some(old)))
}

/// A quote that was sent, rejected or expired can be revised; so can a superseded one whose revision was deleted.
pub(super) fn check_revisable(view: &mut dyn View, quote: &Quote) -> Result<()> {
    if quote.status == Some(QuoteStatus::Superseded) && revisions_of(view, quote.id)?.is_empty() {
        return Ok(());
    }
    check_step(quote, QuoteStatus::Superseded)
}

/// Refuses a step that the state does not allow.
pub(super) fn check_step(quote: &Quote, to: QuoteStatus) -> Result<()> {
    let from = quote.status.unwrap_or_default();
    if from.may_become(to) {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::IllegalTransition, "status", "the quote cannot go there from here");
    Err(Error::conflict(problem.with("from", from).with("to", to)))
}

fn next_number(view: &mut dyn View) -> Result<String> {
    let number = view.next_number("quote")?;
    let date = view.today().to_string();
    let year = date.split('-').next().unwrap_or_default();
    Ok(format!("Q-{year}-{number:06}"))
}

/// The number of the first of a chain of revisions.
fn first_number(quote: &Quote) -> &str {
    let number = quote.number.as_deref().unwrap_or_default();
    let suffix = format!("-{}", quote.revision.unwrap_or(1));
    match quote.revision {
        Some(revision) if revision > 1 => number.strip_suffix(&suffix).unwrap_or(number),
        _ => number,
    }
}

/// The figures; a draft that has neither lines nor a currency yet has none.
fn compute(view: &mut dyn View, earlier: Option<&Quote>, quote: &mut Quote) -> Result<()> {
    let rounding = *quote.rounding.get_or_insert_default();
    let Some(currency) = quote.currency else { return Ok(()) };
    if quote.is_priced_by_conditions() {
        // What is taken back has its figures again, and what is sent has those that were read.
        let keeps = view.author().is_undo() || quote.status != Some(QuoteStatus::Draft);
        return if keeps { Ok(()) } else { price_quote(view, earlier, quote, currency) };
    }
    if earlier.is_some_and(Quote::is_priced_by_conditions) && !view.author().is_undo() {
        (quote.catalog_version, quote.reprice_mode) = (None, None);
        (quote.price_result, quote.price_input) = (None, None);
    }
    let totals = price_lines(&mut quote.lines, currency, rounding, quote.prices_include_tax)?;
    let keep = |field, figure| kept(field, figure, AMOUNT_SCALE);
    quote.subtotal = Some(keep("subtotal", totals.subtotal)?);
    quote.discount_total = Some(keep("discount_total", totals.discount_total)?);
    quote.total = Some(keep("total", totals.total)?);
    quote.tax_total = totals.tax_total.map(|tax| keep("tax_total", tax)).transpose()?;
    quote.total_with_tax = totals.total_with_tax.map(|total| keep("total_with_tax", total)).transpose()?;
    quote.taxes = totals.taxes;
    Ok(())
}
