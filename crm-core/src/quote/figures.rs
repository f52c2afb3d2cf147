//! The figures of a quote: exact, and rounded once per line.

use super::{MAX_LINES, QuoteLine};
use crate::value::{Currency, Decimal, Error, ErrorCode, Problem, Result, Rounding};

/// Digits behind the point of the amounts of a quote.
pub(super) const AMOUNT_SCALE: u32 = 4;
/// Digits behind the point of quantities and prices.
const FIGURE_SCALE: u32 = 6;
/// The most problems that one answer lists.
const MAX_PROBLEMS: usize = 100;

value_struct! {
    /// The sums of a quote.
    #[derive(Copy)]
    pub struct QuoteTotals {
        required {
            /// The sum of the lines without discount.
            pub subtotal: Decimal,
            /// `subtotal - total`.
            pub discount_total: Decimal,
            /// The sum of the net amounts.
            pub total: Decimal,
        }
    }
}

/// Computes the amounts of every line and their sums, by the policy
/// [`LineNetHalfUp`](super::QuoteRounding::LineNetHalfUp).
///
/// ```
/// use crm_core::quote::{QuoteLine, price_lines};
/// let discount_percent = Some("9".parse()?);
/// let mut lines = [QuoteLine { discount_percent, ..QuoteLine::written("Valve", 3.into(), "135.50".parse()?) }];
/// let totals = price_lines(&mut lines, "EUR".parse()?)?;
/// // 3 * 135.50 * 0.91 is 369.915 exactly.
/// assert_eq!((totals.total.to_string(), totals.discount_total.to_string()), ("369.92".into(), "36.58".into()));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `TooMany` lines; `Required` without a price; `OutOfRange`, `DecimalDigits`, `Overflow`, each with its path, for
/// example `lines[2].quantity`.
pub fn price_lines(lines: &mut [QuoteLine], currency: Currency) -> Result<QuoteTotals> {
    if lines.len() > MAX_LINES {
        let problem = Problem::of_field(ErrorCode::TooMany, "lines", "a quote has at most 10000 lines");
        return Err(problem.with("max", MAX_LINES).into_invalid());
    }
    let exponent = currency.exponent().min(AMOUNT_SCALE);
    let mut problems = Vec::new();
    let (mut subtotal, mut total) = (Decimal::ZERO, Decimal::ZERO);
    for (place, line) in lines.iter_mut().enumerate() {
        match price_line(line, exponent) {
            Ok((gross, net)) => {
                (line.gross_amount, line.net_amount) = (Some(gross), Some(net));
                subtotal = subtotal.checked_add(gross)?;
                total = total.checked_add(net)?;
            }
            Err(error) => problems.extend_from_slice(error.under(&format!("lines[{place}]")).problems()),
        }
    }
    problems.truncate(MAX_PROBLEMS);
    if !problems.is_empty() {
        return Err(Error::Invalid { problems });
    }
    Ok(QuoteTotals { subtotal, discount_total: subtotal.checked_sub(total)?, total })
}

/// The amounts of a line without and with discount, each rounded once from the exact fraction.
fn price_line(line: &QuoteLine, exponent: u32) -> Result<(Decimal, Decimal)> {
    let hundred = Decimal::from(100);
    let missing = || Error::invalid(ErrorCode::Required, "unit_price", "no price is given, and none is listed");
    let price = line.unit_price.ok_or_else(missing)?;
    let per = line.per_quantity.unwrap_or(Decimal::ONE);
    let discount = line.discount_percent.unwrap_or(Decimal::ZERO);
    let within = |field: &str, figure: Decimal, scale, fits: bool, message: &str| {
        if figure.scale() > scale {
            let problem = Problem::of_field(ErrorCode::DecimalDigits, field, "too many digits behind the point");
            return Err(problem.with("scale", scale).into_invalid());
        }
        if fits { Ok(()) } else { Err(Error::invalid(ErrorCode::OutOfRange, field, message)) }
    };
    let positive = line.quantity > Decimal::ZERO;
    within("quantity", line.quantity, FIGURE_SCALE, positive, "the quantity must be above zero")?;
    within("unit_price", price, FIGURE_SCALE, !price.is_negative(), "the price must not be below zero")?;
    within("per_quantity", per, FIGURE_SCALE, per > Decimal::ZERO, "the price unit must be above zero")?;
    let percent = !discount.is_negative() && discount <= hundred;
    within("discount_percent", discount, AMOUNT_SCALE, percent, "a discount lies between 0 and 100 percent")?;
    let amounts = || -> Result<(Decimal, Decimal)> {
        let exact = line.quantity.checked_mul(price)?;
        let gross = exact.checked_div(per, exponent, Rounding::HalfUp)?;
        let kept = exact.checked_mul(hundred.checked_sub(discount)?)?;
        let net = kept.checked_div(per.checked_mul(hundred)?, exponent, Rounding::HalfUp)?;
        Ok((gross, net))
    };
    amounts().map_err(|_| Error::invalid(ErrorCode::Overflow, "net_amount", "the amount of the line is too large"))
}
