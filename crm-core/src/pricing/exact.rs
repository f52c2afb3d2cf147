//! Exact amounts on the way from a rate to a value: nothing is rounded before the one rounding of a row.

use std::cmp::Ordering;

use ethnum::I256;

use crate::value::{Decimal, Error, ErrorCode, Problem, Ratio, Result, Rounding};

/// `top / (bottom * 10^scale)`, with `bottom` above zero. What has more than 255 bits is an error, never cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact {
    top: I256,
    bottom: I256,
    scale: u32,
}

/// More digits behind the point are taken off where they are zeros.
const TIDY_ABOVE: u32 = 24;

pub(super) fn too_precise() -> Error {
    Problem::new(ErrorCode::PrecisionExceeded, "the figures have more digits than can be computed exactly")
        .into_invalid()
}

fn power_of_ten(exponent: u32) -> Result<I256> {
    I256::new(10).checked_pow(exponent).ok_or_else(too_precise)
}

fn common_divisor(mut a: I256, mut b: I256) -> I256 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    if a == I256::ZERO { I256::ONE } else { a.checked_abs().unwrap_or(I256::ONE) }
}

impl From<Decimal> for Exact {
    fn from(decimal: Decimal) -> Self {
        Self { top: I256::new(decimal.mantissa()), bottom: I256::ONE, scale: decimal.scale() }
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Exact {
    pub(super) const ZERO: Self = Self { top: I256::ZERO, bottom: I256::ONE, scale: 0 };

    pub(super) fn from_ratio(ratio: Ratio) -> Self {
        Self { top: I256::new(ratio.numerator()), bottom: I256::new(ratio.denominator()), scale: 0 }
    }

    pub(super) fn is_zero(self) -> bool {
        self.top == I256::ZERO
    }

    pub(super) fn is_negative(self) -> bool {
        self.top.is_negative()
    }

    pub(super) fn negated(self) -> Result<Self> {
        Ok(Self { top: self.top.checked_neg().ok_or_else(too_precise)?, ..self })
    }

    pub(super) fn abs(self) -> Result<Self> {
        if self.is_negative() { self.negated() } else { Ok(self) }
    }

    pub(super) fn add(self, other: Self) -> Result<Self> {
        if other.is_zero() {
            return Ok(self);
        }
        if self.is_zero() {
            return Ok(other);
        }
        let scale = self.scale.max(other.scale);
        let left = self.raised(scale)?;
        let right = other.raised(scale)?;
        if self.bottom == other.bottom {
            let top = left.checked_add(right).ok_or_else(too_precise)?;
            return Ok(Self { top, bottom: self.bottom, scale });
        }
        let common = common_divisor(self.bottom, other.bottom);
        let sum = || {
            let own = other.bottom.checked_div(common)?;
            let others = self.bottom.checked_div(common)?;
            let top = left.checked_mul(own)?.checked_add(right.checked_mul(others)?)?;
            Some(Self { top, bottom: self.bottom.checked_mul(own)?, scale })
        };
        sum().ok_or_else(too_precise).map(Self::reduced)
    }

    pub(super) fn sub(self, other: Self) -> Result<Self> {
        self.add(other.negated()?)
    }

    /// `top` as it is with `scale` digits behind the point.
    fn raised(self, scale: u32) -> Result<I256> {
        match scale.saturating_sub(self.scale) {
            0 => Ok(self.top),
            missing => self.top.checked_mul(power_of_ten(missing)?).ok_or_else(too_precise),
        }
    }

    pub(super) fn mul(self, factor: Decimal) -> Result<Self> {
        let top = self.top.checked_mul(I256::new(factor.mantissa()));
        match top {
            Some(top) => Ok(Self { top, bottom: self.bottom, scale: self.scale.saturating_add(factor.scale()) }.tidy()),
            None => self.reduced().mul_wide(factor),
        }
    }

    fn mul_wide(self, factor: Decimal) -> Result<Self> {
        let shorter = self.without_zeros();
        let top = shorter.top.checked_mul(I256::new(factor.mantissa())).ok_or_else(too_precise)?;
        Ok(Self { top, scale: shorter.scale.saturating_add(factor.scale()), ..shorter }.tidy())
    }

    pub(super) fn mul_ratio(self, factor: Ratio) -> Result<Self> {
        if factor == Ratio::ONE {
            return Ok(self);
        }
        let product = || {
            let top = self.top.checked_mul(I256::new(factor.numerator()))?;
            Some(Self { top, bottom: self.bottom.checked_mul(I256::new(factor.denominator()))?, scale: self.scale })
        };
        product().ok_or_else(too_precise).map(Self::reduced)
    }

    /// The quotient; an error for zero.
    pub(super) fn div(self, divisor: Decimal) -> Result<Self> {
        if divisor == Decimal::ONE {
            return Ok(self);
        }
        if divisor.is_zero() {
            return Err(Error::invalid(ErrorCode::OutOfRange, "divisor", "division by zero"));
        }
        let quotient = || {
            let sized = divisor.mantissa().checked_abs()?;
            let top = self.raised(self.scale.max(divisor.scale())).ok()?;
            let top = if divisor.is_negative() { top.checked_neg()? } else { top };
            let scale = self.scale.max(divisor.scale()).checked_sub(divisor.scale())?;
            Some(Self { top, bottom: self.bottom.checked_mul(I256::new(sized))?, scale })
        };
        quotient().ok_or_else(too_precise).map(Self::reduced)
    }

    /// The value with the point moved `digits` to the left.
    pub(super) fn shifted(self, digits: u32) -> Self {
        Self { scale: self.scale.saturating_add(digits), ..self }
    }

    /// Takes zeros at the end off once they are many.
    fn tidy(self) -> Self {
        if self.scale > TIDY_ABOVE { self.without_zeros() } else { self }
    }

    fn without_zeros(mut self) -> Self {
        let ten = I256::new(10);
        while self.scale > 0
            && let (Some(shorter), Some(rest)) = (self.top.checked_div(ten), self.top.checked_rem(ten))
            && rest == I256::ZERO
        {
            (self.top, self.scale) = (shorter, self.scale.saturating_sub(1));
        }
        self
    }

    fn reduced(self) -> Self {
        if self.bottom == I256::ONE {
            return self;
        }
        let common = common_divisor(self.top, self.bottom);
        match (self.top.checked_div(common), self.bottom.checked_div(common)) {
            (Some(top), Some(bottom)) => Self { top, bottom, scale: self.scale },
            _ => self,
        }
    }

    /// The value with `scale` digits behind the point at the most.
    pub(super) fn round(self, scale: u32, rounding: Rounding) -> Result<Decimal> {
        if self.bottom == I256::ONE && self.scale <= scale {
            return self.plain();
        }
        let rounded = self.whole(scale, rounding)?;
        let mantissa = i128::try_from(rounded).map_err(|_| too_precise())?;
        Decimal::new(mantissa, scale).map_err(|_| too_precise())
    }

    /// The value as a multiple of `unit`.
    pub(super) fn round_to(self, unit: Decimal, rounding: Rounding) -> Result<Decimal> {
        let units = self.div(unit)?.whole(0, rounding)?;
        let units = Decimal::new(i128::try_from(units).map_err(|_| too_precise())?, 0).map_err(|_| too_precise())?;
        units.checked_mul(unit).map_err(|_| too_precise())
    }

    /// The value times `10^scale`, as an integer.
    fn whole(self, scale: u32, rounding: Rounding) -> Result<I256> {
        let divisor = match self.scale.checked_sub(scale) {
            Some(excess) => self.bottom.checked_mul(power_of_ten(excess)?).ok_or_else(too_precise)?,
            None => self.bottom,
        };
        let top = self.raised(scale.max(self.scale))?;
        let top = if self.scale < scale { top } else { self.top };
        let (quotient, rest) = divided(top, divisor).ok_or_else(too_precise)?;
        if rest == I256::ZERO {
            return Ok(quotient);
        }
        let negative = top.is_negative();
        let rest = rest.checked_abs().ok_or_else(too_precise)?;
        let half = rest.cmp(&divisor.checked_sub(rest).ok_or_else(too_precise)?);
        let odd = quotient.checked_rem(I256::new(2)).is_some_and(|rest| rest != I256::ZERO);
        let away = match rounding {
            Rounding::HalfUp => half != Ordering::Less,
            Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && odd),
            Rounding::HalfDown => half == Ordering::Greater,
            Rounding::Up => true,
            Rounding::Down => false,
            Rounding::Ceiling => !negative,
            Rounding::Floor => negative,
        };
        let step = match (away, negative) {
            (false, _) => I256::ZERO,
            (true, false) => I256::ONE,
            (true, true) => I256::MINUS_ONE,
        };
        quotient.checked_add(step).ok_or_else(too_precise)
    }

    fn plain(self) -> Result<Decimal> {
        let shorter = if self.scale > 28 { self.without_zeros() } else { self };
        let mantissa = i128::try_from(shorter.top).map_err(|_| too_precise())?;
        Decimal::new(mantissa, shorter.scale).map_err(|_| too_precise())
    }

    /// The value as a decimal, if it is one.
    pub(super) fn to_decimal(self) -> Option<Decimal> {
        let mut plain = self.reduced();
        for (prime, other) in [(I256::new(2), 5_u8), (I256::new(5), 2)] {
            while plain.bottom.checked_rem(prime) == Some(I256::ZERO) {
                plain.bottom = plain.bottom.checked_div(prime)?;
                plain.top = plain.top.checked_mul(I256::from(other))?;
                plain.scale = plain.scale.checked_add(1)?;
            }
        }
        if plain.bottom == I256::ONE { plain.without_zeros().plain().ok() } else { None }
    }

    /// The value as a fraction of 128-bit integers, for formulas.
    pub(super) fn to_ratio(self) -> Result<Ratio> {
        let fraction = self.as_fraction().ok_or_else(too_precise)?;
        let narrow = |figure: I256| i128::try_from(figure).map_err(|_| too_precise());
        Ratio::new(narrow(fraction.top)?, narrow(fraction.bottom)?).map_err(|_| too_precise())
    }

    fn as_fraction(self) -> Option<Self> {
        let short = self.without_zeros();
        let bottom = short.bottom.checked_mul(power_of_ten(short.scale).ok()?)?;
        Some(Self { bottom, scale: 0, ..short }.reduced())
    }

    /// A decimal, or an exact fraction such as `1/3`.
    pub(super) fn text(self) -> String {
        if let Some(decimal) = self.to_decimal() {
            return decimal.to_string();
        }
        match self.as_fraction() {
            Some(fraction) if fraction.bottom == I256::ONE => fraction.top.to_string(),
            Some(fraction) => format!("{}/{}", fraction.top, fraction.bottom),
            None => format!("{}/{}e{}", self.top, self.bottom, self.scale),
        }
    }

    /// Reads what [`Exact::text`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(decimal) = text.parse::<Decimal>() {
            return Some(Self::from(decimal));
        }
        let (top, bottom) = text.split_once('/').unwrap_or((text, "1"));
        let (bottom, scale) = bottom.split_once('e').unwrap_or((bottom, "0"));
        let (top, bottom) = (top.parse::<I256>().ok()?, bottom.parse::<I256>().ok()?);
        (bottom > I256::ZERO).then_some(Self { top, bottom, scale: scale.parse().ok()? })
    }

    /// The quotient of two exact figures; an error for zero.
    pub(super) fn over(self, divisor: Self) -> Result<Self> {
        if divisor.is_zero() {
            return Err(Error::invalid(ErrorCode::OutOfRange, "divisor", "division by zero"));
        }
        let (own, other) = (self.without_zeros(), divisor.without_zeros());
        let quotient = || {
            let raise = |scale: u32| power_of_ten(other.scale.max(own.scale).checked_sub(scale)?).ok();
            let (top, bottom) = (own.top.checked_mul(raise(own.scale)?)?, other.top.checked_mul(raise(other.scale)?)?);
            let top = top.checked_mul(other.bottom)?.checked_mul(if bottom.is_negative() {
                I256::MINUS_ONE
            } else {
                I256::ONE
            })?;
            let bottom = bottom.checked_abs()?.checked_mul(own.bottom)?;
            Some(Self { top, bottom, scale: 0 })
        };
        quotient().ok_or_else(too_precise).map(Self::reduced)
    }

    /// The product of two exact figures.
    pub(super) fn times(self, other: Self) -> Result<Self> {
        let (own, other) = (self.without_zeros(), other.without_zeros());
        let product = || {
            let (top, bottom) = (own.top.checked_mul(other.top)?, own.bottom.checked_mul(other.bottom)?);
            Some(Self { top, bottom, scale: own.scale.checked_add(other.scale)? })
        };
        product().ok_or_else(too_precise).map(Self::reduced)
    }

    /// Order; an error if the two cannot be compared exactly.
    pub(super) fn compare(self, other: Self) -> Result<Ordering> {
        self.sub(other).map(|difference| difference.top.cmp(&I256::ZERO))
    }
}

/// Quotient and rest, by 128 bits where they fit.
fn divided(top: I256, divisor: I256) -> Option<(I256, I256)> {
    if let (Ok(top), Ok(divisor)) = (i128::try_from(top), i128::try_from(divisor)) {
        return Some((I256::new(top.checked_div(divisor)?), I256::new(top.checked_rem(divisor)?)));
    }
    Some((top.checked_div(divisor)?, top.checked_rem(divisor)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_chain_of_figures_is_rounded_once() {
        // 0.5 kg at 100.00 per pound, 4,536 kg being 10,000 lb.
        let factor = Ratio::new(10_000, 4_536).unwrap();
        let exact = Exact::from(dec("0.5")).mul_ratio(factor).unwrap().mul(dec("100")).unwrap();
        assert_eq!(exact.round(2, Rounding::HalfUp).unwrap(), dec("110.23"));
        assert_eq!(exact.text(), "62500/567");
        let third = Exact::from(Decimal::ONE).div(dec("3")).unwrap();
        let one = third.add(third).unwrap().add(third).unwrap();
        assert_eq!(one.to_decimal(), Some(Decimal::ONE));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let large = Exact::from(dec("79228162514264337593543950335"));
        let wide = large.mul(dec("79228162514264337593543950335")).unwrap();
        assert_eq!(wide.round(2, Rounding::HalfUp).unwrap_err().code(), ErrorCode::PrecisionExceeded);
        let wider = wide.mul(dec("79228162514264337593543950335"));
        assert_eq!(wider.unwrap_err().code(), ErrorCode::PrecisionExceeded);
    }

    fn any_decimal() -> impl Strategy<Value = Decimal> {
        (any::<i64>(), 0_u32..10).prop_map(|(mantissa, scale)| Decimal::new(mantissa.into(), scale).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn it_agrees_with_decimals(a in any_decimal(), b in any_decimal(), scale in 0_u32..8) {
            let (x, y) = (Exact::from(a), Exact::from(b));
            prop_assert_eq!(x.add(y).unwrap().to_decimal(), Some(a.checked_add(b).unwrap()));
            if let Ok(product) = a.checked_mul(b) {
                prop_assert_eq!(x.mul(b).unwrap().to_decimal(), Some(product));
            }
            for rounding in Rounding::ALL {
                prop_assert_eq!(x.round(scale, *rounding).unwrap(), a.round(scale, *rounding));
                if !b.is_zero() && let Ok(quotient) = a.checked_div(b, scale, *rounding) {
                    prop_assert_eq!(x.div(b).unwrap().round(scale, *rounding).unwrap(), quotient);
                }
            }
            prop_assert_eq!(x.compare(y).unwrap(), a.cmp(&b));
            prop_assert_eq!(Exact::parse(&x.text()).unwrap().compare(x).unwrap(), Ordering::Equal);
            if !b.is_zero() {
                let quotient = x.over(y).unwrap();
                prop_assert_eq!(quotient.times(y).unwrap().compare(x).unwrap(), Ordering::Equal);
                prop_assert_eq!(Exact::parse(&quotient.text()).unwrap().compare(quotient).unwrap(), Ordering::Equal);
            }
        }
    }
}
