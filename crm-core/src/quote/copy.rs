//! A new quote from an old one (复制报价).

use super::{Quote, QuoteLine};
use crate::room::{Change, Decision, View, record};
use crate::schema::Entity as _;
use crate::value::{Date, Id, Result};

value_struct! {
    /// What is copied, and what is different in the copy.
    #[derive(Default)]
    pub struct QuoteCopy {
        required {
            /// The quote.
            pub quote: Id,
        }
        optional {
            /// What people read; as the quote if nothing is said.
            pub name: Option<String>,
            /// The opportunity; customer and person then are those of the opportunity, if they are not named too.
            pub opportunity: Option<Id>,
            /// The customer; the copy then belongs to no opportunity, if none is named too.
            pub account: Option<Id>,
            /// The person at the customer.
            pub contact: Option<Id>,
            /// The last date on which it can be accepted; none if nothing is said.
            pub valid_until: Option<Date>,
        }
    }
}

/// Decides a draft with the content of a quote as the caller sees it, with a chain of its own. Prices that came from a
/// list or from conditions are taken anew, those that were set by hand stay.
pub(super) fn copy(view: &mut dyn View, copy: &QuoteCopy) -> Result<Decision> {
    let old = record::<Quote>(view, copy.quote).map_err(|error| error.under("quote"))?;
    let is_moved = copy.opportunity.is_some() || copy.account.is_some();
    let kept = |id: Option<Id>| id.filter(|_| !is_moved);
    let bare = if old.is_priced_by_conditions() { without_figures } else { without_listed_price };
    let custom = old.custom.into_iter().filter(|(name, _)| view.may_set(Quote::NAME, name)).collect();
    let draft = Quote {
        name: copy.name.clone().unwrap_or(old.name),
        opportunity: copy.opportunity.or(kept(old.opportunity)),
        account: copy.account.or(kept(old.account)),
        contact: copy.contact.or(kept(old.contact)),
        valid_until: copy.valid_until,
        price_list: old.price_list,
        currency: old.currency,
        rounding: old.rounding,
        prices_include_tax: old.prices_include_tax,
        lines: old.lines.into_iter().map(bare).collect(),
        priced_by: old.priced_by,
        procedure: old.procedure,
        conditions: old.conditions,
        price_fields: old.price_fields,
        custom,
        ..Quote::default()
    };
    Ok(Decision::of(Change::create(&draft)))
}

/// The line, without what conditions made of it.
fn without_figures(line: QuoteLine) -> QuoteLine {
    QuoteLine { unit_price: None, per_quantity: None, discount_percent: None, tax_percent: None, ..line }
}

/// The line, without a price that came from a list.
fn without_listed_price(line: QuoteLine) -> QuoteLine {
    if line.list_price.is_none() {
        return line;
    }
    QuoteLine { unit_price: None, per_quantity: None, list_price: None, ..line }
}
