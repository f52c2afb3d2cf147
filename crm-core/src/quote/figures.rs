//! The figures of a quote: exact, rounded once per line, and the tax once per rate.

use std::collections::BTreeMap;

use super::{MAX_LINES, QuoteLine, QuoteRounding, QuoteTax};
use crate::value::{Currency, Decimal, Error, ErrorCode, Problem, Result, Rounding};

/// Digits behind the point of the amounts of a quote.
pub(super) const AMOUNT_SCALE: u32 = 4;
/// Digits behind the point of quantities and prices.
pub(super) const FIGURE_SCALE: u32 = 6;
/// The most problems that one answer lists.
const MAX_PROBLEMS: usize = 100;

value_struct! {
    /// The sums of a quote.
    pub struct QuoteTotals {
        required {
            /// The sum of the lines without discount, as the prices are: with tax if they include it.
            pub subtotal: Decimal,
            /// The sum of the discounts, as the prices are.
            pub discount_total: Decimal,
            /// The sum of the lines with discount, without tax.
            pub total: Decimal,
        }
        optional {
            /// The tax by rate, the lowest first; lines without a rate are not taxed.
            pub taxes: Vec<QuoteTax>,
            /// The sum of the taxes; nothing if no line has a rate.
            pub tax_total: Option<Decimal>,
            /// `total + tax_total`; nothing if no line has a rate.
            pub total_with_tax: Option<Decimal>,
        }
    }
}

/// Computes the amounts of every line, their sums, and the tax of each rate (EN 16931, BR-CO-17: the sum of the lines
/// of a rate times the rate, rounded half up once; where the prices include the tax, `rate / (100 + rate)` of it).
///
/// ```
/// use crm_core::quote::{QuoteLine, QuoteRounding, price_lines};
/// let (discount_percent, tax_percent) = (Some("9".parse()?), Some("13".parse()?));
/// let valve = QuoteLine { discount_percent, tax_percent, ..QuoteLine::written("Valve", 3.into(), "135.50".parse()?) };
/// let totals = price_lines(&mut [valve], "EUR".parse()?, QuoteRounding::LineNetHalfUp, false)?;
/// // 3 * 135.50 * 0.91 is 369.915 exactly, and 13 % of 369.92 are 48.0896.
/// assert_eq!((totals.total.to_string(), totals.discount_total.to_string()), ("369.92".into(), "36.58".into()));
/// assert_eq!(totals.total_with_tax, Some("418.01".parse()?));
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
    if lines.len() > MAX_LINES {
        let problem = Problem::of_field(ErrorCode::TooMany, "lines", "a quote has at most 10000 lines");
        return Err(problem.with("max", MAX_LINES).into_invalid());
    }
    let exponent = currency.exponent().min(AMOUNT_SCALE);
    let mut problems = Vec::new();
    let (mut subtotal, mut sum) = (Decimal::ZERO, Decimal::ZERO);
    let mut by_rate: BTreeMap<Decimal, Decimal> = BTreeMap::new();
    for (place, line) in lines.iter_mut().enumerate() {
        match price_line(line, exponent, rounding) {
            Ok((gross, net)) => {
                (line.gross_amount, line.net_amount) = (Some(gross), Some(net));
                subtotal = subtotal.checked_add(gross)?;
                sum = sum.checked_add(net)?;
                if let Some(percent) = line.tax_percent {
                    let taxed = by_rate.entry(percent).or_default();
                    *taxed = taxed.checked_add(net)?;
                }
            }
            Err(error) => problems.extend_from_slice(error.under(&format!("lines[{place}]")).problems()),
        }
    }
    problems.truncate(MAX_PROBLEMS);
    if !problems.is_empty() {
        return Err(Error::Invalid { problems });
    }
    let taxed = by_rate.into_iter().map(|(percent, amount)| tax_of(percent, amount, exponent, prices_include_tax));
    let taxes = taxed.collect::<Result<Vec<_>>>()?;
    let tax = taxes.iter().try_fold(Decimal::ZERO, |sum, rate| sum.checked_add(rate.tax))?;
    let (total, with_tax) =
        if prices_include_tax { (sum.checked_sub(tax)?, sum) } else { (sum, sum.checked_add(tax)?) };
    let has_tax = !taxes.is_empty();
    Ok(QuoteTotals {
        subtotal,
        discount_total: subtotal.checked_sub(sum)?,
        total,
        taxes,
        tax_total: has_tax.then_some(tax),
        total_with_tax: has_tax.then_some(with_tax),
    })
}

/// The tax of one rate on the sum of its lines, rounded once.
fn tax_of(percent: Decimal, amount: Decimal, exponent: u32, is_included: bool) -> Result<QuoteTax> {
    let hundred = Decimal::from(100);
    let whole = if is_included { hundred.checked_add(percent)? } else { hundred };
    let tax = amount.checked_mul(percent)?.checked_div(whole, exponent, Rounding::HalfUp)?;
    let base = if is_included { amount.checked_sub(tax)? } else { amount };
    Ok(QuoteTax { percent, base, tax })
}

/// The amounts of a line without and with discount, rounded by the policy.
fn price_line(line: &QuoteLine, exponent: u32, rounding: QuoteRounding) -> Result<(Decimal, Decimal)> {
    let (price, per, discount) = checked_line(line)?;
    let hundred = Decimal::from(100);
    let amounts = || -> Result<(Decimal, Decimal)> {
        let exact = line.quantity.checked_mul(price)?;
        let gross = exact.checked_div(per, exponent, Rounding::HalfUp)?;
        let net = match rounding {
            QuoteRounding::LineNetHalfUp => {
                let kept = exact.checked_mul(hundred.checked_sub(discount)?)?;
                kept.checked_div(per.checked_mul(hundred)?, exponent, Rounding::HalfUp)?
            }
            QuoteRounding::LineDiscountHalfUp => {
                let off = gross.checked_mul(discount)?.checked_div(hundred, exponent, Rounding::HalfUp)?;
                gross.checked_sub(off)?
            }
        };
        Ok((gross, net))
    };
    amounts().map_err(|_| Error::invalid(ErrorCode::Overflow, "net_amount", "the amount of the line is too large"))
}

/// Price, price unit and discount of a line, if every figure of it is in its range.
fn checked_line(line: &QuoteLine) -> Result<(Decimal, Decimal, Decimal)> {
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
    for (field, percent) in [("discount_percent", discount), ("tax_percent", line.tax_percent.unwrap_or(Decimal::ZERO))]
    {
        let fits = !percent.is_negative() && percent <= Decimal::from(100);
        within(field, percent, AMOUNT_SCALE, fits, "a discount or tax lies between 0 and 100 percent")?;
    }
    Ok((price, per, discount))
}
