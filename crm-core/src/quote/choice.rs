//! Alternatives and options (备选项, 可选项): lines that are offered beside the items, and count once they are chosen.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::price_lines as price_every_line;
use super::{QuoteLine, QuoteLineKind, QuoteRounding, QuoteTotals};
use crate::value::{Currency, Error, ErrorCode, Problem, Result};

/// Computes the amounts of every line, and the totals of the items: alternatives and options have amounts of their own
/// and count in no total. Each line is rounded once; the tax of each rate is computed once (EN 16931, BR-CO-17: the sum
/// of the lines of a rate times the rate, rounded half up; where the prices include the tax, `rate / (100 + rate)` of
/// it).
///
/// ```
/// use crm_core::quote::{QuoteLine, QuoteLineKind, QuoteRounding, price_lines};
/// let option = Some(QuoteLineKind::Option);
/// let valve = QuoteLine { discount_percent: Some("9".parse()?), ..QuoteLine::written("Valve", 3.into(), "135.50".parse()?) };
/// let spare = QuoteLine { kind: option, ..QuoteLine::written("Spare seat", 1.into(), "20".parse()?) };
/// let mut lines = [valve, spare];
/// let totals = price_lines(&mut lines, "EUR".parse()?, QuoteRounding::LineNetHalfUp, false)?;
/// // 3 * 135.50 * 0.91 is 369.915 exactly.
/// assert_eq!((totals.total, lines[1].net_amount), ("369.92".parse()?, Some("20".parse()?)));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `TooMany` lines; `Required` without a price; `OutOfRange`, `DecimalDigits`, `Overflow`, each with its path, for
/// example `lines[2].quantity`.
pub fn price_lines(
    lines: &mut [QuoteLine],
    currency: Currency,
    rounding: QuoteRounding,
    prices_include_tax: bool,
) -> Result<QuoteTotals> {
    let totals = price_every_line(lines, currency, rounding, prices_include_tax)?;
    if lines.iter().all(QuoteLine::is_item) {
        return Ok(totals);
    }
    let mut items: Vec<QuoteLine> = lines.iter().filter(|line| line.is_item()).cloned().collect();
    price_every_line(&mut items, currency, rounding, prices_include_tax)
}

/// The lines that are ordered when these alternatives and options are chosen, in the order of the quote: the items,
/// each alternative in the place of its item, and the options.
///
/// ```
/// use crm_core::quote::{QuoteLine, QuoteLineKind, chosen_lines};
/// let at = |position, name, price: &str| -> Result<QuoteLine, crm_core::value::Error> {
///     Ok(QuoteLine { position: Some(position), ..QuoteLine::written(name, 1.into(), price.parse()?) })
/// };
/// let steel = QuoteLine {
///     kind: Some(QuoteLineKind::Alternative),
///     alternative_to: Some(10),
///     ..at(20, "Valve of stainless steel", "180")?
/// };
/// let lines = [at(10, "Valve of cast iron", "100")?, steel];
/// assert_eq!(chosen_lines(&lines, &[])?[0].position, Some(10));
/// assert_eq!(chosen_lines(&lines, &[20])?[0].position, Some(20));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// At `chosen[1]`: `UnknownReference` for a position that no line has, `NotAllowed` for an item, which is taken anyhow,
/// `DuplicateKey` for a position that was named before or another alternative of the same item.
pub fn chosen_lines(lines: &[QuoteLine], chosen: &[i64]) -> Result<Vec<QuoteLine>> {
    let by_position: BTreeMap<i64, &QuoteLine> = lines.iter().filter_map(|line| Some((line.position?, line))).collect();
    let (mut taken, mut replaced) = (BTreeSet::new(), BTreeSet::new());
    for (place, position) in chosen.iter().enumerate() {
        let refused = |code, message: &str| {
            let problem = Problem::of_field(code, format!("chosen[{place}]"), message);
            Err(problem.with("position", position).into_invalid())
        };
        let Some(line) = by_position.get(position) else {
            return refused(ErrorCode::UnknownReference, "no line has this position");
        };
        if line.is_item() {
            return refused(ErrorCode::NotAllowed, "an item is taken anyhow: choose alternatives and options");
        }
        if !taken.insert(*position) {
            return refused(ErrorCode::DuplicateKey, "the line is chosen already");
        }
        if line.alternative_to.is_some_and(|item| !replaced.insert(item)) {
            return refused(ErrorCode::DuplicateKey, "another alternative takes the place of this item");
        }
    }
    let counts = |line: &&QuoteLine| match line.position {
        Some(position) if line.is_item() => !replaced.contains(&position),
        Some(position) => taken.contains(&position),
        None => line.is_item(),
    };
    Ok(lines.iter().filter(counts).cloned().collect())
}

/// The totals of the lines that are ordered when these alternatives and options are chosen.
pub(super) fn chosen_totals(
    lines: &[QuoteLine],
    chosen: &[i64],
    currency: Currency,
    rounding: QuoteRounding,
    prices_include_tax: bool,
) -> Result<QuoteTotals> {
    let mut ordered = chosen_lines(lines, chosen)?;
    price_every_line(&mut ordered, currency, rounding, prices_include_tax)
}

/// Completes what each line is, and notes what does not fit.
pub(super) fn check_kinds(lines: &mut [QuoteLine]) -> Vec<Problem> {
    for line in lines.iter_mut() {
        line.kind.get_or_insert_default();
    }
    let items: BTreeSet<i64> = lines.iter().filter(|line| line.is_item()).filter_map(|line| line.position).collect();
    let problem = |(place, line): (usize, &QuoteLine)| {
        let (code, message) = match (line.kind.unwrap_or_default(), line.alternative_to) {
            (QuoteLineKind::Alternative, None) => (ErrorCode::Required, "an alternative names its item"),
            (QuoteLineKind::Alternative, Some(item)) if !items.contains(&item) => {
                (ErrorCode::UnknownReference, "no item has this position")
            }
            (QuoteLineKind::Item | QuoteLineKind::Option, Some(_)) => {
                (ErrorCode::NotAllowed, "only an alternative stands for an item")
            }
            _ => return None,
        };
        let path = format!("lines[{place}].alternative_to");
        Error::invalid(code, path, message).problems().first().cloned()
    };
    lines.iter().enumerate().filter_map(problem).collect()
}
