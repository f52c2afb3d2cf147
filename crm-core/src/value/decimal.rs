//! Exact decimals: what does not fit is refused, never cut.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal as Raw, RoundingStrategy};

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
        let (a, b) = (self.0.normalize(), other.0.normalize());
        let mut mantissa = a.mantissa().checked_mul(b.mantissa()).ok_or_else(overflow)?;
        let mut scale = a.scale().saturating_add(b.scale());
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self::new(mantissa, scale).map_err(|_| overflow())
    }

    /// Quotient, rounded to `scale` digits behind the point by the named rule, from the exact fraction.
    ///
    /// # Errors
    /// `OutOfRange` for a zero divisor, `Overflow` if the result does not fit.
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
        if self.is_zero() { self } else { Self(-self.0) }
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

fn overflow() -> Error {
    Problem::new(ErrorCode::Overflow, "the result has more digits than an exact decimal can keep").into_invalid()
}

fn digits(text: &str) -> Error {
    let shown: String = text.chars().take(40).collect();
    Problem::new(ErrorCode::DecimalDigits, format!("`{shown}` has more digits than an exact decimal can keep"))
        .into_invalid()
}

fn malformed(text: &str) -> Error {
    let shown: String = text.chars().take(40).collect();
    Problem::new(ErrorCode::BadFormat, format!("`{shown}` is not a decimal number")).into_invalid()
}

impl FromStr for Decimal {
    type Err = Error;

    /// Reads `[+-]digits[.digits][E[+-]digits]`, exactly or not at all.
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > 64 {
            return Err(digits(text));
        }
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| malformed(text))?),
            None => (text, 0),
        };
        let (sign, number) = match number.strip_prefix('-') {
            Some(rest) => (-1_i128, rest),
            None => (1_i128, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(malformed(text));
        }
        let fraction = fraction.trim_end_matches('0');
        let mut mantissa = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = i128::from(byte.saturating_sub(b'0'));
            mantissa = mantissa.checked_mul(10).and_then(|m| m.checked_add(digit)).ok_or_else(|| digits(text))?;
        }
        let written = i32::try_from(fraction.len()).map_err(|_| digits(text))?;
        let mut scale = written.checked_sub(exponent).ok_or_else(|| digits(text))?;
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        while scale < 0 {
            mantissa = mantissa.checked_mul(10).ok_or_else(|| digits(text))?;
            scale = scale.saturating_add(1);
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_sub(1);
        }
        let scale = u32::try_from(scale).map_err(|_| digits(text))?;
        Self::new(sign * mantissa, scale).map_err(|_| digits(text))
    }
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
                text.parse().map_err(|error: Error| E::custom(super::json::tagged(&error)))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Decimal, E> {
                Ok(Decimal::from(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Decimal, E> {
                Ok(Decimal(Raw::from(value)))
            }
            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Decimal, E> {
                let problem = Problem::new(
                    ErrorCode::FloatNotAllowed,
                    "a binary float was given where an exact decimal is needed: write it as a string",
                );
                Err(E::custom(super::json::tagged(&problem.into_invalid())))
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
