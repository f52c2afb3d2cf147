//! How an accepted quote becomes orders: what is open of each line, and what a part of it comes to.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{active_orders, totals};
use super::{OrderKind, OrderLine, OrderStatus, OrderedQuantity, SalesOrder};
use crate::query::Query;
use crate::quote::figures::{AMOUNT_SCALE, FIGURE_SCALE};
use crate::quote::{Quote, QuoteLine, QuoteStatus, chosen_lines};
use crate::room::{Change, Decision, Reader, View, illegal, record, record_for_change};
use crate::schema::Entity as _;
use crate::value::error::unknown_field;
use crate::value::{Currency, Decimal, Error, ErrorCode, Id, Problem, Result, Rounding};

value_struct! {
    /// How much of a line of an accepted quote became orders.
    pub struct ConversionLine {
        required {
            /// The position of the line in the quote.
            pub position: i64,
            /// How much was accepted.
            pub accepted: Decimal,
            /// How much stands in orders that were not cancelled.
            pub converted: Decimal,
            /// How much can still be ordered.
            pub open: Decimal,
            /// The net amount of what was accepted.
            pub accepted_net: Decimal,
            /// The net amounts of its parts in orders.
            pub converted_net: Decimal,
        }
        optional {
            /// What the customer reads.
            pub description: Option<String>,
            /// The unit of the quantities.
            pub unit: Option<String>,
        }
    }
}

value_struct! {
    /// How far a quote became orders, as far as the reader sees quote and orders.
    pub struct QuoteConversion {
        required {
            /// The quote.
            pub quote: Id,
            /// The accepted lines; none as long as the quote is not accepted.
            pub lines: Vec<ConversionLine>,
            /// The orders that count, in the order of their making.
            pub orders: Vec<Id>,
            /// Whether it was accepted and nothing of it is open.
            pub is_complete: bool,
        }
    }
}

/// What of a line stands in orders.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Ordered {
    pub(super) quantity: Decimal,
    pub(super) net: Decimal,
}

/// What stands in orders of each line, by the position of the line.
pub(super) fn ordered<'a>(orders: impl IntoIterator<Item = &'a SalesOrder>) -> Result<BTreeMap<i64, Ordered>> {
    let mut sums: BTreeMap<i64, Ordered> = BTreeMap::new();
    for line in orders.into_iter().flat_map(|order| &order.lines) {
        let sum = sums.entry(line.quote_line).or_default();
        sum.quantity = sum.quantity.checked_add(line.quantity)?;
        sum.net = sum.net.checked_add(line.net_amount.unwrap_or_default())?;
    }
    Ok(sums)
}

/// The accepted lines of a quote.
pub(super) fn accepted_lines(quote: &Quote) -> Result<Vec<QuoteLine>> {
    if quote.status == Some(QuoteStatus::Accepted) { chosen_lines(&quote.lines, &quote.chosen) } else { Ok(Vec::new()) }
}

/// How far a quote became orders that the reader sees.
pub(crate) fn conversion(reading: &mut impl Reader, id: Id) -> Result<QuoteConversion> {
    let quote = Quote::from_stored(reading.get(Quote::NAME, id)?)?;
    let found = reading.all(SalesOrder::NAME, &Query::matching(&[("quote", quote.id.into())]))?;
    let found = found.into_iter().map(SalesOrder::from_stored).collect::<Result<Vec<_>>>()?;
    let mut orders: Vec<&SalesOrder> =
        found.iter().filter(|order| order.status != Some(OrderStatus::Cancelled)).collect();
    orders.sort_by_key(|order| (order.created_at, order.id));
    let sums = ordered(orders.iter().copied())?;
    let mut lines = Vec::new();
    for line in accepted_lines(&quote)? {
        let Some(position) = line.position else { continue };
        let known = sums.get(&position).copied().unwrap_or_default();
        lines.push(ConversionLine {
            position,
            accepted: line.quantity,
            converted: known.quantity,
            open: line.quantity.checked_sub(known.quantity)?,
            accepted_net: line.net_amount.unwrap_or_default(),
            converted_net: known.net,
            description: line.description,
            unit: line.unit,
        });
    }
    let is_complete = !lines.is_empty() && lines.iter().all(|line| line.open <= Decimal::ZERO);
    let orders = orders.into_iter().map(|order| order.id).collect();
    Ok(QuoteConversion { quote: quote.id, lines, orders, is_complete })
}

/// Decides an order of an accepted quote: of everything that is open, or of the named parts.
pub(in crate::quote) fn convert(
    view: &mut dyn View,
    (id, version): (Id, i64),
    kind: OrderKind,
    parts: Option<&[OrderedQuantity]>,
) -> Result<Decision> {
    view.require_create(SalesOrder::NAME)?;
    let quote = record_for_change::<Quote>(view, id, Some(version), &["status"])?;
    if !view.can_read(Quote::NAME, "lines") {
        return Err(unknown_field("lines").into_invalid());
    }
    check_convertible(&quote)?;
    let seen = record::<Quote>(view, id)?;
    let currency = quote.currency.unwrap_or_else(|| view.base_currency());
    let sums = ordered(&active_orders(view, id, None)?)?;
    let lines = order_lines(&accepted_lines(&quote)?, &sums, parts, currency)?;
    let order = SalesOrder {
        name: seen.name,
        kind: Some(kind),
        status: Some(OrderStatus::Draft),
        quote: Some(id),
        opportunity: seen.opportunity,
        account: seen.account,
        contact: seen.contact,
        currency: Some(currency),
        prices_include_tax: quote.prices_include_tax,
        rounding: quote.rounding,
        lines,
        ordered_on: Some(view.today()),
        owner: seen.owner,
        ..SalesOrder::default()
    };
    let order = totals(order)?;
    Ok(Decision::default().and_rule(Change::create(&order)))
}

/// Only the current, accepted quote of a chain becomes an order; a superseded one never does.
pub(super) fn check_convertible(quote: &Quote) -> Result<()> {
    let status = quote.status.unwrap_or_default();
    if status == QuoteStatus::Accepted && quote.is_current {
        return Ok(());
    }
    let message = "only an accepted quote becomes an order";
    let problem = Problem::of_field(ErrorCode::IllegalTransition, "status", message);
    Err(Error::conflict(problem.with("from", status).with("to", "order")))
}

/// The lines of the order.
fn order_lines(
    accepted: &[QuoteLine],
    sums: &BTreeMap<i64, Ordered>,
    parts: Option<&[OrderedQuantity]>,
    currency: Currency,
) -> Result<Vec<OrderLine>> {
    let exponent = currency.exponent().min(AMOUNT_SCALE);
    let known = |position: i64| sums.get(&position).copied().unwrap_or_default();
    let Some(parts) = parts else {
        let mut lines = Vec::new();
        for line in accepted {
            let before = known(line.position.unwrap_or_default());
            let open = line.quantity.checked_sub(before.quantity)?;
            if open > Decimal::ZERO {
                lines.push(part_of(line, before, open, exponent)?);
            }
        }
        return if lines.is_empty() { Err(illegal("lines", "nothing of the quote is open")) } else { Ok(lines) };
    };
    if parts.is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "lines", "an order has lines"));
    }
    let by_position: BTreeMap<_, &QuoteLine> = accepted.iter().map(|line| (line.position, line)).collect();
    let (mut lines, mut named) = (Vec::with_capacity(parts.len()), BTreeSet::new());
    for (place, part) in parts.iter().enumerate() {
        let under = |error: Error| error.under(&format!("lines[{place}]"));
        if !named.insert(part.position) {
            let message = "the position is named already";
            return Err(under(Error::invalid(ErrorCode::DuplicateKey, "position", message)));
        }
        let line = by_position.get(&Some(part.position)).copied();
        let line = line.ok_or_else(|| {
            let message = "no accepted line has this position";
            under(Error::invalid(ErrorCode::UnknownReference, "position", message))
        })?;
        let before = known(part.position);
        let quantity = open_quantity(line, before, part.quantity).map_err(under)?;
        lines.push(part_of(line, before, quantity, exponent)?);
    }
    Ok(lines)
}

/// The quantity that is asked for, if so much is open. How much that is stands in orders that the caller may not see.
fn open_quantity(line: &QuoteLine, before: Ordered, asked: Option<Decimal>) -> Result<Decimal> {
    let open = line.quantity.checked_sub(before.quantity)?;
    let quantity = asked.unwrap_or(open);
    if quantity.scale() > FIGURE_SCALE {
        let problem = Problem::of_field(ErrorCode::DecimalDigits, "quantity", "too many digits behind the point");
        return Err(problem.with("scale", FIGURE_SCALE).into_invalid());
    }
    if asked.is_some_and(|asked| asked <= Decimal::ZERO) {
        return Err(Error::invalid(ErrorCode::OutOfRange, "quantity", "the quantity must be above zero"));
    }
    if quantity <= Decimal::ZERO || quantity > open {
        return Err(Error::conflict(Problem::of_field(
            ErrorCode::OutOfRange,
            "quantity",
            "not so much of the line is open",
        )));
    }
    Ok(quantity)
}

/// A part of a line, behind those that stand in orders already.
fn part_of(line: &QuoteLine, before: Ordered, quantity: Decimal, exponent: u32) -> Result<OrderLine> {
    Ok(OrderLine {
        quote_line: line.position.unwrap_or_default(),
        quantity,
        product: line.product,
        product_code: line.product_code.clone(),
        description: line.description.clone(),
        unit: line.unit.clone(),
        unit_price: line.unit_price,
        per_quantity: line.per_quantity,
        discount_percent: line.discount_percent,
        tax_percent: line.tax_percent,
        net_amount: Some(part_net(line, before, quantity, exponent)?),
    })
}

/// What a part comes to: the net amount of the line for all that is ordered then, rounded half up, less what stands in
/// orders. So the last part takes what is left over, no part is below zero, and all of them sum to the line exactly.
fn part_net(line: &QuoteLine, before: Ordered, quantity: Decimal, exponent: u32) -> Result<Decimal> {
    let net = line.net_amount.unwrap_or_default();
    let ordered = before.quantity.checked_add(quantity)?;
    let until = if ordered == line.quantity {
        net
    } else {
        net.checked_mul(ordered)?.checked_div(line.quantity, exponent, Rounding::HalfUp)?
    };
    Ok(until.checked_sub(before.net)?.max(Decimal::ZERO))
}
