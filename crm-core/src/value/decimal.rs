//! Exact decimals: what does not fit is refused, never cut.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal as Raw, RoundingStrategy};

use super::error::excerpt;
use super::{Error, ErrorCode, Problem, Result};

/// The most digits that may stand behind the decimal point.
pub const MAX_SCALE: u32 = 28;

value_enum! {
    /// How a figure that does not fit is rounded. There is no default: the caller names it.
    pub enum Rounding {
        /// 2.5 becomes 3, -2.5 becomes -3: commercial rounding (kaufmännisch, 四舍五入).
        HalfUp = "half_up",
        /// 2.5 becomes 2, 3.5 becomes 4: banker's rounding.
        HalfEven = "half_even",
        /// 2.5 becomes 2, -2.5 becomes -2.
        HalfDown = "half_down",
        /// Away from zero: 2.1 becomes 3, -2.1 becomes -3.
        Up = "up",
        /// Towards zero: 2.9 becomes 2, -2.9 becomes -2.
        Down = "down",
        /// Towards positive infinity.
        Ceiling = "ceiling",
        /// Towards negative infinity.
        Floor = "floor",
    }
}

impl Rounding {
    const fn strategy(self) -> RoundingStrategy {
        match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::HalfDown => RoundingStrategy::MidpointTowardZero,
            Self::Up => RoundingStrategy::AwayFromZero,
            Self::Down => RoundingStrategy::ToZero,
            Self::Ceiling => RoundingStrategy::ToPositiveInfinity,
            Self::Floor => RoundingStrategy::ToNegativeInfinity,
        }
    }
}

/// An exact decimal of at most 96 bits (28 to 29 digits).
///
/// Text, JSON strings, JSON integers, `BigDecimal` and Python's `decimal.Decimal` are read exactly or refused; a
/// binary float is always refused. The canonical text has no exponent and no trailing zeros.
///
/// ```
/// use crm_core::value::Decimal;
/// let price: Decimal = "1234.50".parse()?;
/// assert_eq!(price.to_string(), "1234.5");
/// assert!("0.12345678901234567890123456789".parse::<Decimal>().is_err());
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(Raw);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(Raw::ZERO);
    /// One.
    pub const ONE: Self = Self(Raw::ONE);

    /// `mantissa` with the decimal point moved `scale` digits to the left.
    ///
    /// # Errors
    /// `DecimalDigits` if the mantissa has more than 96 bits or `scale` is above [`MAX_SCALE`].
    pub fn new(mantissa: i128, scale: u32) -> Result<Self> {
        Raw::try_from_i128_with_scale(mantissa, scale).map(Self::from_raw).map_err(|_| digits(""))
    }

    fn from_raw(raw: Raw) -> Self {
        Self(raw.normalize())
    }

    /// The value of the widely used crate `rust_decimal`.
    #[must_use]
    pub const fn to_rust_decimal(self) -> Raw {
        self.0
    }

    /// From the widely used crate `rust_decimal`.
    #[must_use]
    pub fn from_rust_decimal(raw: Raw) -> Self {
        Self::from_raw(raw)
    }

    /// Digits behind the decimal point in the canonical form.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.0.scale()
    }

    /// The digits without the decimal point, with sign.
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        self.0.mantissa()
    }

    /// Whether the value is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the value is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0 < Raw::ZERO
    }

    /// The value times 10^`scale` as an integer; `None` if it has more digits behind the point, or does not fit.
    #[must_use]
    pub fn to_scaled(self, scale: u32) -> Option<i64> {
        let missing = scale.checked_sub(self.0.scale())?;
        let factor = 10_i128.checked_pow(missing)?;
        i64::try_from(self.0.mantissa().checked_mul(factor)?).ok()
    }

    /// The reverse of [`Decimal::to_scaled`].
    ///
    /// # Errors
    /// `DecimalDigits` if the result does not fit.
    pub fn from_scaled(value: i128, scale: u32) -> Result<Self> {
        Self::new(value, scale)
    }

    /// Sum, exact.
    ///
    /// # Errors
    /// `Overflow` if the sum cannot be kept exactly.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        let scale = self.0.scale().max(other.0.scale());
        let left = self.rescaled(scale)?;
        let right = other.rescaled(scale)?;
        Self::new(left.checked_add(right).ok_or_else(overflow)?, scale).map_err(|_| overflow())
    }

    /// Difference, exact.
    ///
    /// # Errors
    /// `Overflow` if the difference cannot be kept exactly.
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        self.checked_add(other.negated())
    }

    /// Product, exact.
    ///
    /// # Errors
    /// `Overflow` if the product cannot be kept exactly.
    pub fn checked_mul(self, other: Self) -> Result<Self> {
        let (mut left, mut right) = (self.mantissa(), other.mantissa());
        let mut scale = self.scale().saturating_add(other.scale());
        // The zeros at the end are taken off before the digits are multiplied, so that no product is too large on the
        // way to one that fits: each zero is a two and a five, wherever they stand.
        while scale > 0
            && let Some((halved, other)) = shared_factor(left, right, 2)
            && let Some((reduced, rest)) = shared_factor(halved, other, 5)
        {
            (left, right, scale) = (reduced, rest, scale.saturating_sub(1));
        }
        let mantissa = left.checked_mul(right).ok_or_else(overflow)?;
        Self::new(mantissa, scale).map_err(|_| overflow())
    }

    /// Quotient, rounded to `scale` digits behind the point by the named rule, from the exact fraction.
    ///
    /// # Errors
    /// `OutOfRange` for a zero divisor and a `scale` above [`MAX_SCALE`], `Overflow` if the result does not fit.
    pub fn checked_div(self, divisor: Self, scale: u32, rounding: Rounding) -> Result<Self> {
        if divisor.is_zero() {
            return Err(Error::invalid(ErrorCode::OutOfRange, "divisor", "division by zero"));
        }
        super::ratio::divide(self, divisor, scale, rounding)
    }

    /// The value with `scale` digits behind the point at the most, by the named rule.
    #[must_use]
    pub fn round(self, scale: u32, rounding: Rounding) -> Self {
        Self::from_raw(self.0.round_dp_with_strategy(scale, rounding.strategy()))
    }

    /// The value with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        // The sign is a bit of its own: every figure has its negative.
        let mut raw = self.0;
        raw.set_sign_negative(!self.is_negative() && !self.is_zero());
        Self(raw)
    }

    /// The value without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Text with exactly `scale` digits behind the point, or more if the value has more.
    #[must_use]
    pub fn to_fixed(self, scale: u32) -> String {
        let text = self.to_string();
        let have = self.0.scale();
        if have >= scale {
            return text;
        }
        let missing = usize::try_from(scale.saturating_sub(have)).unwrap_or(0);
        let point = if have == 0 { "." } else { "" };
        format!("{text}{point}{}", "0".repeat(missing))
    }

    fn rescaled(self, scale: u32) -> Result<i128> {
        let factor = 10_i128.checked_pow(scale.saturating_sub(self.0.scale())).ok_or_else(overflow)?;
        self.0.mantissa().checked_mul(factor).ok_or_else(overflow)
    }
}

/// Both figures, one of them divided by a factor that it has.
fn shared_factor(left: i128, right: i128, factor: i128) -> Option<(i128, i128)> {
    let without = |figure: i128| if figure.checked_rem(factor)? == 0 { figure.checked_div(factor) } else { None };
    match without(left) {
        Some(left) => Some((left, right)),
        None => without(right).map(|right| (left, right)),
    }
}

fn overflow() -> Error {
    Problem::new(ErrorCode::Overflow, "the result has more digits than an exact decimal can keep").into_invalid()
}

fn digits(text: &str) -> Error {
    let message = format!("`{}` has more digits than an exact decimal can keep", excerpt(text));
    Problem::new(ErrorCode::DecimalDigits, message).into_invalid()
}

fn malformed(text: &str) -> Error {
    Problem::new(ErrorCode::BadFormat, format!("`{}` is not a decimal number", excerpt(text))).into_invalid()
}

impl FromStr for Decimal {
    type Err = Error;

    /// Reads `[+-]digits[.digits][E[+-]digits]`, exactly or not at all.
    fn from_str(text: &str) -> Result<Self> {
        let Written { negative, whole, fraction, exponent } = Written::read(text).ok_or_else(|| malformed(text))?;
        if text.len() > MAX_WRITTEN_BYTES {
            return Err(digits(text));
        }
        let fraction = fraction.trim_end_matches('0');
        let mut mantissa = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = i128::from(byte.saturating_sub(b'0'));
            mantissa = mantissa.checked_mul(10).and_then(|m| m.checked_add(digit)).ok_or_else(|| digits(text))?;
        }
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        let written = i64::try_from(fraction.len()).map_err(|_| digits(text))?;
        let mut scale = written.saturating_sub(exponent);
        while scale < 0 {
            mantissa = mantissa.checked_mul(10).ok_or_else(|| digits(text))?;
            scale = scale.saturating_add(1);
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_sub(1);
        }
        let scale = u32::try_from(scale).map_err(|_| digits(text))?;
        let signed = if negative { mantissa.checked_neg() } else { Some(mantissa) };
        Self::new(signed.ok_or_else(|| digits(text))?, scale).map_err(|_| digits(text))
    }
}

/// The longest text that is read as a decimal.
const MAX_WRITTEN_BYTES: usize = 64;

/// The parts of a written decimal.
struct Written<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    /// At the border of its type if more is written: no figure but zero fits then.
    exponent: i64,
}

impl<'a> Written<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (negative, number) = sign_of(number);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let some = !whole.is_empty() || !fraction.is_empty();
        (some && all_digits(whole) && all_digits(fraction)).then_some(Self { negative, whole, fraction, exponent })
    }
}

fn read_exponent(text: &str) -> Option<i64> {
    let (negative, figures) = sign_of(text);
    if figures.is_empty() || !all_digits(figures) {
        return None;
    }
    let size = figures.parse::<i64>().unwrap_or(i64::MAX);
    Some(if negative { size.saturating_neg() } else { size })
}

fn sign_of(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(Raw::from(value))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_zero() { f.write_str("0") } else { write!(f, "{}", self.0) }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Exact;
        impl serde::de::Visitor<'_> for Exact {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal as a string or an integer")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(|error: Error| super::json::carried(&error))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Decimal, E> {
                Ok(Decimal::from(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Decimal, E> {
                Ok(Decimal(Raw::from(value)))
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Decimal, E> {
                Err(super::json::carried(&super::field_value::inexact(value)))
            }
        }
        deserializer.deserialize_any(Exact)
    }
}

impl schemars::JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An exact decimal as text; an integer is read too, a float never.",
            "type": ["string", "integer"],
            "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn code(text: &str) -> ErrorCode {
        text.parse::<Decimal>().unwrap_err().code()
    }

    /// Every rule beside what it makes of each figure, as commercial handbooks and ISO 80000-1 have it.
    #[test]
    fn every_rule_rounds_as_its_name_says() {
        let figures = ["2.5", "-2.5", "3.5", "-3.5", "2.4", "-2.4", "2.6", "-2.6", "2", "-2"];
        let table = [
            (Rounding::HalfUp, ["3", "-3", "4", "-4", "2", "-2", "3", "-3", "2", "-2"]),
            (Rounding::HalfEven, ["2", "-2", "4", "-4", "2", "-2", "3", "-3", "2", "-2"]),
            (Rounding::HalfDown, ["2", "-2", "3", "-3", "2", "-2", "3", "-3", "2", "-2"]),
            (Rounding::Up, ["3", "-3", "4", "-4", "3", "-3", "3", "-3", "2", "-2"]),
            (Rounding::Down, ["2", "-2", "3", "-3", "2", "-2", "2", "-2", "2", "-2"]),
            (Rounding::Ceiling, ["3", "-2", "4", "-3", "3", "-2", "3", "-2", "2", "-2"]),
            (Rounding::Floor, ["2", "-3", "3", "-4", "2", "-3", "2", "-3", "2", "-2"]),
        ];
        assert_eq!(table.map(|(rule, _)| rule), *Rounding::ALL.first_chunk().unwrap());
        assert_eq!(table.len(), Rounding::ALL.len());
        for (rule, expected) in table {
            for (figure, expected) in figures.into_iter().zip(expected) {
                let (value, expected) = (dec(figure), dec(expected));
                assert_eq!(value.round(0, rule), expected, "{rule} {figure}");
                for divisor in ["1", "0.4", "-3"] {
                    let product = value.checked_mul(dec(divisor)).unwrap();
                    assert_eq!(product.checked_div(dec(divisor), 0, rule).unwrap(), expected, "{rule} {figure}");
                }
            }
        }
    }

    /// The scale was not limited, so that the digits were counted for ever.
    #[test]
    fn a_quotient_has_no_more_digits_than_a_decimal() {
        let divide = |scale| Decimal::ONE.checked_div(Decimal::from(3), scale, Rounding::Down);
        assert_eq!(divide(MAX_SCALE).unwrap(), dec("0.3333333333333333333333333333"));
        for scale in [MAX_SCALE + 1, u32::MAX] {
            let error = divide(scale).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("scale")));
        }
    }

    /// It was told as an overflow.
    #[test]
    fn a_tiny_figure_divided_by_a_huge_one_is_rounded() {
        let huge = dec("79228162514264337593543950335");
        for (tiny, rule, expected) in [
            ("0.0000000001", Rounding::HalfUp, "0"),
            ("0.0000000001", Rounding::Up, "1"),
            ("-0.0000000001", Rounding::Floor, "-1"),
            ("-0.0000000001", Rounding::Ceiling, "0"),
            ("0.0000000000000000000000000001", Rounding::HalfEven, "0"),
            ("0", Rounding::Up, "0"),
        ] {
            assert_eq!(dec(tiny).checked_div(huge, 0, rule).unwrap(), dec(expected), "{tiny} {rule}");
        }
    }

    /// It was told as an overflow, for the digits on the way did not fit.
    #[test]
    fn a_product_that_fits_is_found() {
        let power = Decimal::new(1 << 95, 0).unwrap();
        let mut fraction = Decimal::ONE;
        for _ in 0..28 {
            fraction = fraction.checked_mul(dec("0.5")).unwrap();
        }
        assert_eq!(power.checked_mul(fraction).unwrap(), Decimal::new(1 << 67, 0).unwrap());
        assert_eq!(fraction.checked_mul(power).unwrap(), Decimal::new(1 << 67, 0).unwrap());
        assert_eq!(power.checked_mul(Decimal::ZERO).unwrap(), Decimal::ZERO);
        assert_eq!(fraction.checked_mul(dec("0.5")).unwrap_err().code(), ErrorCode::Overflow);
        assert_eq!(power.checked_mul(Decimal::from(2)).unwrap_err().code(), ErrorCode::Overflow);
    }

    #[test]
    fn what_is_no_number_is_told_before_what_is_too_long() {
        assert_eq!(code(&"x".repeat(65)), ErrorCode::BadFormat);
        assert_eq!(code(&"1".repeat(65)), ErrorCode::DecimalDigits);
        for text in ["", "+", ".", "1e", "1e+", "1e1.5", "e5", "1,5", "--1", "1e--5", "0x1", "１"] {
            assert_eq!(code(text), ErrorCode::BadFormat, "{text}");
        }
    }

    #[test]
    fn exponents_of_any_size() {
        for text in ["0E+2147483648", "0e-99999999999999999999", "-0.000e5"] {
            assert_eq!(dec(text), Decimal::ZERO, "{text}");
        }
        for text in ["1E-2147483648", "1E+2147483648", "1e99999999999999999999", "1e29", "1e-29"] {
            assert_eq!(code(text), ErrorCode::DecimalDigits, "{text}");
        }
        assert_eq!(dec("1200e-2"), Decimal::from(12));
        assert_eq!(dec("1.5e1"), Decimal::from(15));
    }
}
