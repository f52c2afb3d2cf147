//! Revisions of a quote (报价版本): what the customer got and its hash, and which of a chain is the current one.
//!
//! A chain begins with a quote that revises none and goes on with the one that revises the last. The current one is the
//! last that was not deleted, so there is exactly one in each chain.

use serde::Serialize;

use super::priced::give_back;
use super::{Quote, QuoteLine, QuoteLineKind, QuoteRounding, QuoteStatus, QuoteTax};
use crate::customer::content_hash;
use crate::query::{Query, Sort};
use crate::room::{Change, Decision, Reader, View, illegal, record_for_rule};
use crate::schema::{Entity as _, Row};
use crate::value::{Currency, Date, Decimal, Id, Result, Timestamp, json};

value_struct! {
    /// One quote of a chain of revisions, in short.
    pub struct QuoteRevision {
        required {
            /// The quote.
            pub quote: Id,
            /// Whether it is the last of the chain.
            pub is_current: bool,
        }
        optional {
            /// Its number.
            pub number: Option<String>,
            /// Counts the revisions, from 1.
            pub revision: Option<i64>,
            /// The quote whose place it takes.
            pub revises: Option<Id>,
            /// Where it stands.
            pub status: Option<QuoteStatus>,
            /// When it was made.
            pub created_at: Option<Timestamp>,
            /// When it was sent.
            pub sent_on: Option<Date>,
            /// The hash of what the customer got.
            pub content_hash: Option<String>,
            /// The currency.
            pub currency: Option<Currency>,
            /// What it comes to, without tax.
            pub total: Option<Decimal>,
        }
    }
}

/// What the customer reads in a line. Identifiers of records are none of it: they follow when records are merged.
#[derive(Serialize)]
struct LineContent<'a> {
    position: Option<i64>,
    kind: QuoteLineKind,
    alternative_to: Option<i64>,
    product_code: Option<&'a str>,
    description: Option<&'a str>,
    quantity: Decimal,
    unit: Option<&'a str>,
    unit_price: Option<Decimal>,
    per_quantity: Option<Decimal>,
    discount_percent: Option<Decimal>,
    tax_percent: Option<Decimal>,
    gross_amount: Option<Decimal>,
    net_amount: Option<Decimal>,
}

/// What the customer reads in a quote.
#[derive(Serialize)]
struct Content<'a> {
    number: Option<&'a str>,
    revision: Option<i64>,
    name: &'a str,
    valid_until: Option<Date>,
    currency: Option<Currency>,
    prices_include_tax: bool,
    rounding: QuoteRounding,
    lines: Vec<LineContent<'a>>,
    subtotal: Option<Decimal>,
    discount_total: Option<Decimal>,
    total: Option<Decimal>,
    taxes: &'a [QuoteTax],
    tax_total: Option<Decimal>,
    total_with_tax: Option<Decimal>,
}

fn line_content(line: &QuoteLine) -> LineContent<'_> {
    LineContent {
        position: line.position,
        kind: line.kind.unwrap_or_default(),
        alternative_to: line.alternative_to,
        product_code: line.product_code.as_deref(),
        description: line.description.as_deref(),
        quantity: line.quantity,
        unit: line.unit.as_deref(),
        unit_price: line.unit_price,
        per_quantity: line.per_quantity,
        discount_percent: line.discount_percent,
        tax_percent: line.tax_percent,
        gross_amount: line.gross_amount,
        net_amount: line.net_amount,
    }
}

/// The SHA-256, in 64 hexadecimal digits, of what the customer reads in a quote: number and revision, name, validity,
/// currency, tax and rounding, every line with its texts and figures, and the totals, as canonical JSON (keys sorted,
/// no white space, exact decimals as text). Of a quote that was sent it equals `content_hash`, else it was changed.
///
/// ```
/// use crm_core::quote::{Quote, QuoteLine, quote_hash};
/// let line = QuoteLine::written("Assembly", 3.into(), "135.50".parse()?);
/// let quote = Quote { name: "Assembly".into(), lines: vec![line], ..Quote::default() };
/// let dearer = Quote { lines: vec![QuoteLine::written("Assembly", 3.into(), "135.51".parse()?)], ..quote.clone() };
/// assert_eq!(quote_hash(&quote)?.len(), 64);
/// assert_ne!(quote_hash(&quote)?, quote_hash(&dearer)?);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `BadJson` for what has no JSON form.
pub fn quote_hash(quote: &Quote) -> Result<String> {
    let content = Content {
        number: quote.number.as_deref(),
        revision: quote.revision,
        name: &quote.name,
        valid_until: quote.valid_until,
        currency: quote.currency,
        prices_include_tax: quote.prices_include_tax,
        rounding: quote.rounding.unwrap_or_default(),
        lines: quote.lines.iter().map(line_content).collect(),
        subtotal: quote.subtotal,
        discount_total: quote.discount_total,
        total: quote.total,
        taxes: &quote.taxes,
        tax_total: quote.tax_total,
        total_with_tax: quote.total_with_tax,
    };
    Ok(content_hash(json::to_canonical(&content)?.as_bytes()))
}

/// The chain of a quote that the reader may see, the first one first; of the others only those that he sees.
pub(crate) fn revisions(reading: &mut impl Reader, id: Id) -> Result<Vec<QuoteRevision>> {
    let quote = Quote::from_stored(reading.get(Quote::NAME, id)?)?;
    let Some(chain) = quote.chain.clone() else { return Ok(vec![revision_of(quote)]) };
    let in_order = vec![Sort { field: "created_at".to_owned(), descending: false }];
    let query = Query { sort: in_order, ..Query::matching(&[("chain", chain.into())]) };
    let found = reading.all(Quote::NAME, &query)?.into_iter().map(Quote::from_stored);
    let mut found = found.collect::<Result<Vec<Quote>>>()?;
    found.sort_by_key(|quote| quote.revision);
    Ok(found.into_iter().map(revision_of).collect())
}

fn revision_of(quote: Quote) -> QuoteRevision {
    QuoteRevision {
        quote: quote.id,
        is_current: quote.is_current,
        number: quote.number,
        revision: quote.revision,
        revises: quote.revises,
        status: quote.status,
        created_at: quote.created_at,
        sent_on: quote.sent_on,
        content_hash: quote.content_hash,
        currency: quote.currency,
        total: quote.total,
    }
}

/// The revisions of a quote that were not deleted.
pub(super) fn revisions_of(view: &mut dyn View, revised: Id) -> Result<Vec<Row>> {
    view.list_for_rule(Quote::NAME, &Query::matching(&[("revises", revised.into())]))
}

/// The change that makes a quote the current one, or no more.
fn current(id: Id, is_current: bool) -> Change {
    Change::update::<Quote>(id, vec![("is_current", is_current.into())])
}

/// Of a revision that is deleted the one before is the current one again.
pub(super) fn quote_deleted(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let quote = Quote::from_row(row.clone())?;
    // What an accepted quote used stays used.
    let back = if quote.status == Some(QuoteStatus::Sent) { give_back(view, &quote)? } else { Decision::default() };
    Ok(match quote.revises {
        Some(revised) => back.and_rule(current(revised, true)),
        None => back,
    })
}

/// A revision that comes back must still have its place, and takes it.
pub(super) fn quote_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    match Quote::from_row(row.clone())?.revises {
        Some(revised) if !revisions_of(view, revised)?.is_empty() => {
            Err(illegal("revises", "another revision took the place of the quote"))
        }
        Some(revised) if record_for_rule::<Quote>(view, revised).is_ok_and(|revised| revised.is_current) => {
            Ok(Decision::default().and_rule(current(revised, false)))
        }
        _ => Ok(Decision::default()),
    }
}
