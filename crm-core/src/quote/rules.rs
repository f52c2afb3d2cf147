//! What holds for every quote, whichever way it comes in.

use std::collections::HashMap;

use super::figures::{AMOUNT_SCALE, price_lines};
use super::{Quote, QuoteLine, QuoteRounding, QuoteStatus};
use crate::customer::{Subject, SubjectEntity, account_became_known};
use crate::product::{ListPrice, PriceList, Product, find_list_price};
use crate::query::Query;
use crate::room::{
    Author, Change, Decision, RecordRule, RestoreRule, View, illegal, kept, record, record_for_change,
    tidy_external_ids, with_record,
};
use crate::sales::Opportunity;
use crate::schema::{Entity as _, Row};
use crate::value::{Currency, Error, ErrorCode, Id, Problem, Result};

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        Quote::NAME => Some(quote_rule),
        _ => None,
    }
}

/// What is said about a record of an entity that is brought back.
pub(crate) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    match entity {
        Quote::NAME => Some(quote_restored),
        _ => None,
    }
}

/// A revision that comes back must still have its place.
fn quote_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    match Quote::from_row(row.clone())?.revises {
        Some(revised) if !revisions_of(view, revised)?.is_empty() => {
            Err(illegal("revises", "another revision took the place of the quote"))
        }
        _ => Ok(Decision::default()),
    }
}

/// The revisions of a quote that were not deleted.
fn revisions_of(view: &mut dyn View, revised: Id) -> Result<Vec<Row>> {
    view.list_for_rule(Quote::NAME, &Query::matching(&[("revises", revised.into())]))
}

/// Completes and computes a draft; leaves what was sent as it is.
fn quote_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Quote>(before, after, |before, quote| {
        tidy_external_ids(&mut quote.external_ids)?;
        let decision = match &before {
            None => complete_new(view, quote)?,
            Some(before) if before.status == Some(QuoteStatus::Draft) => {
                let subject = Subject { entity: SubjectEntity::Quote, id: quote.id };
                account_became_known(view, subject, before.account, quote.account)?
            }
            Some(before) => return check_frozen(view.author(), before, quote).map(|()| Decision::default()),
        };
        complete(view, quote)?;
        compute(quote)?;
        Ok(decision)
    })
}

/// What was sent stays as it was sent. To whom and for what, a rule may change, because records are merged.
fn check_frozen(author: Author, before: &Quote, quote: &Quote) -> Result<()> {
    let content = before.name == quote.name
        && before.valid_until == quote.valid_until
        && before.currency == quote.currency
        && before.price_list == quote.price_list
        && before.lines == quote.lines;
    let references = |quote: &Quote| (quote.opportunity, quote.account, quote.contact);
    if content && (author != Author::Caller || references(before) == references(quote)) {
        return Ok(());
    }
    Err(illegal("status", "only a draft can be changed: revise the quote"))
}

fn complete_new(view: &mut dyn View, quote: &mut Quote) -> Result<Decision> {
    quote.status = Some(QuoteStatus::Draft);
    quote.rounding = Some(QuoteRounding::LineNetHalfUp);
    quote.revision = Some(1);
    let Some(revised) = quote.revises else {
        if quote.number.is_none() {
            quote.number = Some(next_number(view)?);
        }
        return Ok(Decision::default());
    };
    let old = record_for_change::<Quote>(view, revised, None, &["status"]).map_err(|error| error.under("revises"))?;
    check_revisable(view, &old)?;
    let revision = old.revision.unwrap_or(1).saturating_add(1);
    quote.revision = Some(revision);
    if quote.number.is_none() {
        quote.number = Some(format!("{}-{revision}", first_number(&old)));
    }
    let set = vec![("status", QuoteStatus::Superseded.as_str().into())];
    Ok(Decision::default().and_rule(Change::update::<Quote>(old.id, set)))
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

/// Fills what follows from opportunity, price list and catalogue.
fn complete(view: &mut dyn View, quote: &mut Quote) -> Result<()> {
    let opportunity = quote.opportunity.and_then(|id| record::<Opportunity>(view, id).ok());
    if let Some(opportunity) = &opportunity {
        quote.account = quote.account.or(opportunity.account);
        quote.contact = quote.contact.or(opportunity.contact);
    }
    if quote.currency.is_none() {
        let list = quote.price_list.and_then(|id| record::<PriceList>(view, id).ok());
        let found = list.map(|list| list.currency).or_else(|| opportunity.and_then(|found| found.currency));
        quote.currency = Some(found.unwrap_or_else(|| view.base_currency()));
    }
    let (price_list, currency) = (quote.price_list, quote.currency);
    let mut catalogue = Catalogue { price_list, currency, products: HashMap::new(), prices: HashMap::new() };
    for (place, line) in quote.lines.iter_mut().enumerate() {
        let number = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1).saturating_mul(10);
        line.position.get_or_insert(number);
        catalogue.complete(view, line).map_err(|error| error.under(&format!("lines[{place}]")))?;
    }
    Ok(())
}

/// Products and prices that were looked up for a quote.
struct Catalogue {
    price_list: Option<Id>,
    currency: Option<Currency>,
    products: HashMap<Id, Product>,
    prices: HashMap<Id, Option<ListPrice>>,
}

impl Catalogue {
    fn complete(&mut self, view: &mut dyn View, line: &mut QuoteLine) -> Result<()> {
        line.product = line.product.filter(|id| !id.is_nil());
        let Some(id) = line.product else { return Ok(()) };
        let product = self.product(view, id)?;
        line.product_code.get_or_insert_with(|| product.code.clone());
        line.description.get_or_insert_with(|| product.name.clone());
        line.unit = line.unit.take().or_else(|| product.unit.clone());
        if line.unit_price.is_some() {
            return Ok(());
        }
        let currency = self.currency;
        let Some(price) = self.price(view, id)? else { return Ok(()) };
        if price.currency != currency {
            let message = "the list price of the product is in another currency";
            let problem = Problem::of_field(ErrorCode::CurrencyMismatch, "unit_price", message);
            let code = |currency: Option<Currency>| currency.unwrap_or_default();
            let problem = problem.with("left", code(currency)).with("right", code(price.currency));
            return Err(problem.into_invalid());
        }
        (line.unit_price, line.per_quantity) = (Some(price.price), price.per_quantity);
        Ok(())
    }

    fn product(&mut self, view: &mut dyn View, id: Id) -> Result<Product> {
        if let Some(product) = self.products.get(&id) {
            return Ok(product.clone());
        }
        let found = record::<Product>(view, id);
        let product = found.map_err(|error| match error {
            Error::NotFound { .. } => {
                Error::invalid(ErrorCode::UnknownReference, "product", "`product` points to no product")
            }
            other => other.under("product"),
        })?;
        self.products.insert(id, product.clone());
        Ok(product)
    }

    /// The list price that holds today, as far as the caller may see list prices.
    fn price(&mut self, view: &mut dyn View, id: Id) -> Result<Option<ListPrice>> {
        if let Some(price) = self.prices.get(&id) {
            return Ok(price.clone());
        }
        let (list, today) = (self.price_list, view.today());
        let price = find_list_price(&mut |entity, query| view.list(entity, query), id, list, today)?;
        self.prices.insert(id, price.clone());
        Ok(price)
    }
}

fn compute(quote: &mut Quote) -> Result<()> {
    let totals = price_lines(&mut quote.lines, quote.currency.unwrap_or_default())?;
    quote.subtotal = Some(kept("subtotal", totals.subtotal, AMOUNT_SCALE)?);
    quote.discount_total = Some(kept("discount_total", totals.discount_total, AMOUNT_SCALE)?);
    quote.total = Some(kept("total", totals.total, AMOUNT_SCALE)?);
    Ok(())
}
