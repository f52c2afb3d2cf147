//! Exact fractions, and exact division: the only place where a quotient is rounded.

use std::cmp::Ordering;
use std::fmt;

use super::{Decimal, Error, ErrorCode, MAX_SCALE, Problem, Result, Rounding, wide};

mod key;

#[cfg(test)]
mod tests;

/// An exact fraction of two 128-bit integers, always reduced, with a denominator above zero.
///
/// Factors between units stay fractions until the last step, so that nothing is rounded on the way.
///
/// ```
/// use crm_core::value::{Decimal, Ratio, Rounding};
/// // 4,536 kg are 10,000 lb; at 100.00 per pound half a kilogram costs 110.23 (a factor cut to 2.204 gives 110.20).
/// let pounds_per_kilogram = Ratio::new(10_000, 4_536)?;
/// let half: Decimal = "0.5".parse()?;
/// let price = pounds_per_kilogram.checked_mul(half.into())?.checked_mul(Decimal::from(100).into())?;
/// assert_eq!(price.to_decimal(2, Rounding::HalfUp)?.to_string(), "110.23");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// Zero.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// One.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`, reduced.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::new(6, -4)?.to_string(), "-3/2");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` for a denominator of zero, `Overflow` if a figure does not fit.
    pub fn new(numerator: i128, denominator: i128) -> Result<Self> {
        if denominator == 0 {
            return Err(Error::invalid(ErrorCode::OutOfRange, "denominator", "division by zero"));
        }
        let common = common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let negative = (numerator < 0) != (denominator < 0) && numerator != 0;
        let reduced = |figure: i128| i128::try_from(figure.unsigned_abs().checked_div(common)?).ok();
        let top = reduced(numerator).ok_or_else(too_large)?;
        let bottom = reduced(denominator).ok_or_else(too_large)?;
        Ok(Self { numerator: if negative { top.saturating_neg() } else { top }, denominator: bottom })
    }

    /// The numerator of the reduced fraction; it bears the sign.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::new(10_000, 4_536)?.numerator(), 1_250);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// The denominator of the reduced fraction, above zero.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::new(10_000, 4_536)?.denominator(), 567);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    /// Sum.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::new(1, 3)?.checked_add(Ratio::new(1, 6)?)?, Ratio::new(1, 2)?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Overflow` if a figure does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        let common = i128::try_from(common_divisor(self.denominator.unsigned_abs(), other.denominator.unsigned_abs()))
            .map_err(|_| too_large())?;
        let sum = || {
            let (own, others) = (other.denominator.checked_div(common)?, self.denominator.checked_div(common)?);
            let (left, right) = (self.numerator.checked_mul(own)?, other.numerator.checked_mul(others)?);
            Some((left.checked_add(right)?, self.denominator.checked_mul(own)?))
        };
        let (top, bottom) = sum().ok_or_else(too_large)?;
        Self::new(top, bottom)
    }

    /// Difference.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::new(1, 2)?.checked_sub(Ratio::ONE)?, Ratio::new(-1, 2)?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Overflow` if a figure does not fit.
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        let numerator = other.numerator.checked_neg().ok_or_else(too_large)?;
        self.checked_add(Self { numerator, ..other })
    }

    /// Product.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::new(2, 3)?.checked_mul(Ratio::new(9, 4)?)?, Ratio::new(3, 2)?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Overflow` if a figure does not fit.
    pub fn checked_mul(self, other: Self) -> Result<Self> {
        // Reducing crosswise first keeps the products as small as the answer allows.
        let left = Self::new(self.numerator, other.denominator)?;
        let right = Self::new(other.numerator, self.denominator)?;
        let top = left.numerator.checked_mul(right.numerator).ok_or_else(too_large)?;
        let bottom = left.denominator.checked_mul(right.denominator).ok_or_else(too_large)?;
        Self::new(top, bottom)
    }

    /// Quotient.
    ///
    /// ```
    /// # use crm_core::value::Ratio;
    /// assert_eq!(Ratio::ONE.checked_div(Ratio::new(2, 3)?)?, Ratio::new(3, 2)?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` for a divisor of zero, `Overflow` if a figure does not fit.
    pub fn checked_div(self, divisor: Self) -> Result<Self> {
        if divisor.numerator == 0 {
            return Err(Error::invalid(ErrorCode::OutOfRange, "divisor", "division by zero"));
        }
        self.checked_mul(Self::new(divisor.denominator, divisor.numerator)?)
    }

    /// The fraction as a decimal, rounded once to `scale` digits behind the point.
    ///
    /// ```
    /// # use crm_core::value::{Ratio, Rounding};
    /// assert_eq!(Ratio::new(2, 3)?.to_decimal(4, Rounding::HalfUp)?.to_string(), "0.6667");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` if `scale` is above [`MAX_SCALE`], `Overflow` if the result does not fit.
    pub fn to_decimal(self, scale: u32, rounding: Rounding) -> Result<Decimal> {
        let top = self.numerator.unsigned_abs();
        long_division(top, self.denominator.unsigned_abs(), i64::from(scale), scale, self.numerator < 0, rounding)
    }

    /// The fraction as a decimal, if it is one.
    ///
    /// ```
    /// # use crm_core::value::{ErrorCode, Ratio};
    /// assert_eq!(Ratio::new(5, 8)?.to_decimal_exact()?.to_string(), "0.625");
    /// assert_eq!(Ratio::new(2, 3)?.to_decimal_exact().unwrap_err().code(), ErrorCode::DecimalDigits);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `DecimalDigits` if no decimal of [`MAX_SCALE`] digits behind the point equals the fraction, `Overflow` if it does
    /// not fit.
    pub fn to_decimal_exact(self) -> Result<Decimal> {
        let fits =
            |scale: &u32| 10_i128.checked_pow(*scale).and_then(|power| power.checked_rem(self.denominator)) == Some(0);
        let Some(scale) = (0..=MAX_SCALE).find(fits) else {
            let problem = Problem::new(ErrorCode::DecimalDigits, format!("`{self}` is no decimal"));
            return Err(problem.into_invalid());
        };
        self.to_decimal(scale, Rounding::Down)
    }
}

impl From<Decimal> for Ratio {
    fn from(decimal: Decimal) -> Self {
        // A decimal has at most 96 bits and 28 digits behind the point, and both figures fit.
        10_i128
            .checked_pow(decimal.scale())
            .and_then(|power| Self::new(decimal.mantissa(), power).ok())
            .unwrap_or(Self::ZERO)
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.numerator.signum().cmp(&other.numerator.signum());
        let left = wide::multiply(self.numerator.unsigned_abs(), other.denominator.unsigned_abs());
        let right = wide::multiply(other.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let sizes = left.cmp(&right);
        signs.then(if self.numerator < 0 { sizes.reverse() } else { sizes })
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            _ => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Euclid's algorithm; one if both are zero.
fn common_divisor(mut a: u128, mut b: u128) -> u128 {
    loop {
        // Most figures have 64 bits or soon come to them, and a machine divides those several times as fast.
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return common_divisor_of_words(a, b).into();
        }
        match a.checked_rem(b) {
            Some(rest) => (a, b) = (b, rest),
            None => return a,
        }
    }
}

const fn common_divisor_of_words(mut a: u64, mut b: u64) -> u64 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    if a == 0 { 1 } else { a }
}

fn too_large() -> Error {
    Problem::new(ErrorCode::Overflow, "the fraction has more digits than can be kept").into_invalid()
}

/// `numerator / denominator`, rounded once to `scale` digits behind the point.
///
/// Works by long division on integers, so no intermediate figure is rounded.
pub(super) fn divide(numerator: Decimal, denominator: Decimal, scale: u32, rounding: Rounding) -> Result<Decimal> {
    let negative = numerator.is_negative() != denominator.is_negative();
    let (top, bottom) = (numerator.mantissa().unsigned_abs(), denominator.mantissa().unsigned_abs());
    let up = i64::from(scale).saturating_add(denominator.scale().into()).saturating_sub(numerator.scale().into());
    long_division(top, bottom, up, scale, negative, rounding)
}

/// `dividend * 10^up / divisor`, rounded to an integer, with the point `scale` digits to the left.
fn long_division(
    mut dividend: u128,
    mut divisor: u128,
    up: i64,
    mut scale: u32,
    negative: bool,
    rounding: Rounding,
) -> Result<Decimal> {
    let overflow = || -> Error { Problem::new(ErrorCode::Overflow, "the quotient does not fit").into_invalid() };
    if scale > MAX_SCALE {
        let message = format!("`{scale}` is above the limit of {MAX_SCALE} digits");
        return Err(Error::invalid(ErrorCode::OutOfRange, "scale", message));
    }
    if up < 0 {
        let power = u32::try_from(up.unsigned_abs()).ok().and_then(|digits| 10_u128.checked_pow(digits));
        // A dividend has 127 bits at the most: a divisor that does not fit into 128 is more than twice as large, and
        // that is all that rounding asks for.
        divisor = power.and_then(|power| divisor.checked_mul(power)).unwrap_or(u128::MAX);
    }
    let (whole, rest) = dividend.checked_div(divisor).zip(dividend.checked_rem(divisor)).ok_or_else(overflow)?;
    let mut quotient = whole;
    dividend = rest;
    for _ in 0..up.max(0) {
        if dividend == 0 && scale > 0 {
            // Only zeros would follow: fewer digits behind the point say the same.
            scale = scale.saturating_sub(1);
            continue;
        }
        let (digit, rest) = wide::multiply_divide(dividend, 10, divisor).ok_or_else(overflow)?;
        quotient = quotient.checked_mul(10).and_then(|q| q.checked_add(digit)).ok_or_else(overflow)?;
        dividend = rest;
    }
    if rounds_away(quotient, dividend, divisor, negative, rounding) {
        quotient = quotient.checked_add(1).ok_or_else(overflow)?;
    }
    let magnitude = i128::try_from(quotient).map_err(|_| overflow())?;
    trimmed(if negative { magnitude.saturating_neg() } else { magnitude }, scale).ok_or_else(overflow)
}

/// Whether the quotient moves one step away from zero.
fn rounds_away(quotient: u128, rest: u128, divisor: u128, negative: bool, rounding: Rounding) -> bool {
    if rest == 0 {
        return false;
    }
    let to_half = rest.cmp(&divisor.saturating_sub(rest));
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
        scale = scale.saturating_sub(1);
    }
    Decimal::new(mantissa, scale).ok()
}
