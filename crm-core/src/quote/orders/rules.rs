//! What holds for every order, whichever way it comes in, and its steps.

use std::collections::BTreeMap;

use super::convert::{accepted_lines, check_convertible, ordered};
use super::{OrderKind, OrderStatus, SalesOrder};
use crate::query::Query;
use crate::quote::figures::{AMOUNT_SCALE, price_lines};
use crate::quote::{Quote, QuoteLine, QuoteRounding};
use crate::room::{
    Change, Decision, View, illegal, kept, record_for_change, record_for_rule, records_for_rule, tidy_external_ids,
    with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Decimal, Error, ErrorCode, Id, Problem, Result};

/// The orders of a quote that were neither cancelled nor deleted, but for one.
pub(super) fn active_orders(view: &mut dyn View, quote: Id, but: Option<Id>) -> Result<Vec<SalesOrder>> {
    let mut found = records_for_rule::<SalesOrder>(view, &Query::matching(&[("quote", quote.into())]))?;
    found.retain(|order| order.status != Some(OrderStatus::Cancelled) && Some(order.id) != but);
    Ok(found)
}

/// Refuses to take back the acceptance of a quote of which something is ordered.
pub(in crate::quote) fn check_unordered(view: &mut dyn View, quote: Id) -> Result<()> {
    if active_orders(view, quote, None)?.is_empty() {
        return Ok(());
    }
    Err(illegal("status", "orders were made of the quote"))
}

/// The order with the sums of its lines; the tax is computed once for each rate, as in a quote.
pub(super) fn totals(mut order: SalesOrder) -> Result<SalesOrder> {
    let Some(currency) = order.currency else { return Ok(order) };
    let amount = |net: Option<Decimal>| net.unwrap_or_default();
    let lines = order.lines.iter().map(|line| QuoteLine {
        tax_percent: line.tax_percent,
        ..QuoteLine::written("", Decimal::ONE, amount(line.net_amount))
    });
    let mut lines: Vec<QuoteLine> = lines.collect();
    let totals = price_lines(&mut lines, currency, QuoteRounding::LineNetHalfUp, order.prices_include_tax)?;
    let keep = |field, figure| kept(field, figure, AMOUNT_SCALE);
    order.total = Some(keep("total", totals.total)?);
    order.tax_total = totals.tax_total.map(|tax| keep("tax_total", tax)).transpose()?;
    order.total_with_tax = totals.total_with_tax.map(|total| keep("total_with_tax", total)).transpose()?;
    order.taxes = totals.taxes;
    Ok(order)
}

/// A new order gets its number, and one that counts again must still fit.
pub(in crate::quote) fn order_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<SalesOrder>(before, after, |before, order| {
        tidy_external_ids(&mut order.external_ids)?;
        let Some(before) = before else {
            order.number = Some(next_number(view, order.kind.unwrap_or_default())?);
            return check_fits(view, order).map(|()| Decision::default());
        };
        if before.status == Some(OrderStatus::Cancelled) && order.status != before.status {
            check_fits(view, order)?;
        }
        Ok(Decision::default())
    })
}

/// An order that comes back must still fit.
pub(in crate::quote) fn order_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    check_fits(view, &SalesOrder::from_row(row.clone())?).map(|()| Decision::default())
}

/// An order that counts is one of an accepted quote; of no line is more ordered than was accepted, neither of its
/// quantity nor of its amount, and what is wholly ordered comes to its amount exactly.
fn check_fits(view: &mut dyn View, order: &SalesOrder) -> Result<()> {
    if order.status == Some(OrderStatus::Cancelled) {
        return Ok(());
    }
    let nothing = || Error::invalid(ErrorCode::NotAllowed, "quote", "an order is made of an accepted quote");
    let id = order.quote.ok_or_else(nothing)?;
    let quote = record_for_rule::<Quote>(view, id).map_err(|_| nothing())?;
    check_convertible(&quote).map_err(|error| error.under("quote"))?;
    let accepted = accepted_lines(&quote)?;
    let accepted: BTreeMap<_, &QuoteLine> = accepted.iter().map(|line| (line.position, line)).collect();
    let others = active_orders(view, id, Some(order.id))?;
    for (position, sum) in ordered(others.iter().chain([order]))? {
        let line = accepted.get(&Some(position));
        let fits = line.is_some_and(|line| {
            let net = line.net_amount.unwrap_or_default();
            let (is_whole, is_exact) = (sum.quantity == line.quantity, sum.net == net);
            sum.quantity <= line.quantity && sum.net <= net && (is_exact || !is_whole)
        });
        if !fits {
            return Err(illegal("lines", "what was accepted is ordered otherwise by now: convert the quote anew"));
        }
    }
    Ok(())
}

fn next_number(view: &mut dyn View, kind: OrderKind) -> Result<String> {
    let (series, letter) = match kind {
        OrderKind::Order => ("sales_order", 'O'),
        OrderKind::Contract => ("sales_contract", 'C'),
    };
    let number = view.next_number(series)?;
    let date = view.today().to_string();
    let year = date.split('-').next().unwrap_or_default();
    Ok(format!("{letter}-{year}-{number:06}"))
}

/// The order, if the caller may move it and the step is allowed.
fn step(view: &mut dyn View, id: Id, version: i64, to: OrderStatus) -> Result<()> {
    let order = record_for_change::<SalesOrder>(view, id, Some(version), &["status"])?;
    let from = order.status.unwrap_or_default();
    if from.may_become(to) {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::IllegalTransition, "status", "the order cannot go there from here");
    Err(Error::conflict(problem.with("from", from).with("to", to)))
}

/// Decides that an order binds.
pub(in crate::quote) fn confirm(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    step(view, id, version, OrderStatus::Confirmed)?;
    let set = vec![("status", OrderStatus::Confirmed.as_str().into()), ("confirmed_on", view.today().into())];
    Ok(Decision::default().and_rule(Change::update::<SalesOrder>(id, set)))
}

/// Decides that an order does not count any more.
pub(in crate::quote) fn cancel(view: &mut dyn View, id: Id, version: i64, reason: &str) -> Result<Decision> {
    step(view, id, version, OrderStatus::Cancelled)?;
    if reason.trim().is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "reason", "a reason must be given"));
    }
    let set = vec![
        ("status", OrderStatus::Cancelled.as_str().into()),
        ("cancelled_on", view.today().into()),
        ("cancel_reason", reason.into()),
    ];
    Ok(Decision::default().and_rule(Change::update::<SalesOrder>(id, set)))
}
