//! Exact division: the only place where a quotient is rounded.

use super::{Decimal, Error, ErrorCode, Problem, Result, Rounding};

/// `numerator / denominator`, rounded once to `scale` digits behind the point.
///
/// Works by long division on integers, so no intermediate figure is rounded.
pub(super) fn divide(numerator: Decimal, denominator: Decimal, scale: u32, rounding: Rounding) -> Result<Decimal> {
    let overflow = || -> Error { Problem::new(ErrorCode::Overflow, "the quotient does not fit").into_invalid() };
    let negative = numerator.is_negative() != denominator.is_negative();
    let mut dividend = numerator.mantissa().unsigned_abs();
    let mut divisor = denominator.mantissa().unsigned_abs();
    let up = i64::from(scale) + i64::from(denominator.scale()) - i64::from(numerator.scale());
    if up < 0 {
        let factor = u32::try_from(up.unsigned_abs()).map_err(|_| overflow())?;
        divisor = 10_u128.checked_pow(factor).and_then(|f| divisor.checked_mul(f)).ok_or_else(overflow)?;
    }
    let mut quotient = dividend / divisor;
    dividend %= divisor;
    for _ in 0..up.max(0) {
        // divisor < 2^96 * 10^28 fits; ten times a remainder below it may not, so the step is checked.
        dividend = dividend.checked_mul(10).ok_or_else(overflow)?;
        quotient = quotient.checked_mul(10).and_then(|q| q.checked_add(dividend / divisor)).ok_or_else(overflow)?;
        dividend %= divisor;
    }
    if rounds_away(quotient, dividend, divisor, negative, rounding) {
        quotient = quotient.checked_add(1).ok_or_else(overflow)?;
    }
    let magnitude = i128::try_from(quotient).map_err(|_| overflow())?;
    trimmed(if negative { -magnitude } else { magnitude }, scale).ok_or_else(overflow)
}

/// Whether the quotient moves one step away from zero.
fn rounds_away(quotient: u128, rest: u128, divisor: u128, negative: bool, rounding: Rounding) -> bool {
    if rest == 0 {
        return false;
    }
    let to_half = rest.cmp(&(divisor - rest));
    match rounding {
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
        Rounding::HalfUp => to_half.is_ge(),
        Rounding::HalfDown => to_half.is_gt(),
        Rounding::HalfEven => to_half.is_gt() || (to_half.is_eq() && quotient % 2 == 1),
    }
}

fn trimmed(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::new(mantissa, scale).ok()
}
