//! The arithmetic that exact and binary evaluation share.

use std::cmp::Ordering;

use crate::value::{Ratio, Rounding};

use super::node::NumberLiteral;

/// A kind of number. `None` is a result that does not fit.
pub(super) trait Number: Copy + PartialEq {
    fn literal(literal: &NumberLiteral) -> Self;
    fn integer(figure: i32) -> Self;
    /// False for what is not a number at all.
    fn is_sound(self) -> bool;
    fn is_zero(self) -> bool;
    fn negate(self) -> Option<Self>;
    fn add(self, other: Self) -> Option<Self>;
    fn subtract(self, other: Self) -> Option<Self>;
    fn multiply(self, other: Self) -> Option<Self>;
    fn divide(self, other: Self) -> Option<Self>;
    fn compare(self, other: Self) -> Ordering;
    fn floor(self) -> Option<Self>;
    fn ceiling(self) -> Option<Self>;
    fn round(self, digits: i32, rounding: Rounding) -> Option<Self>;

    fn absolute(self) -> Option<Self> {
        if self.compare(Self::integer(0)).is_lt() { self.negate() } else { Some(self) }
    }
}

fn whole(figure: i128) -> Option<Ratio> {
    Ratio::new(figure, 1).ok()
}

/// The numerators, if both are whole: the everyday case, that needs no common divisor.
fn both_whole(left: Ratio, right: Ratio) -> Option<(i128, i128)> {
    (left.denominator() == 1 && right.denominator() == 1).then(|| (left.numerator(), right.numerator()))
}

impl Number for Ratio {
    fn literal(literal: &NumberLiteral) -> Self {
        literal.exact
    }

    fn integer(figure: i32) -> Self {
        whole(figure.into()).unwrap_or(Self::ZERO)
    }

    fn is_sound(self) -> bool {
        true
    }

    fn is_zero(self) -> bool {
        self.numerator() == 0
    }

    fn negate(self) -> Option<Self> {
        Self::ZERO.checked_sub(self).ok()
    }

    fn add(self, other: Self) -> Option<Self> {
        match both_whole(self, other) {
            Some((left, right)) => whole(left.checked_add(right)?),
            None => self.checked_add(other).ok(),
        }
    }

    fn subtract(self, other: Self) -> Option<Self> {
        match both_whole(self, other) {
            Some((left, right)) => whole(left.checked_sub(right)?),
            None => self.checked_sub(other).ok(),
        }
    }

    fn multiply(self, other: Self) -> Option<Self> {
        match both_whole(self, other) {
            Some((left, right)) => whole(left.checked_mul(right)?),
            None => self.checked_mul(other).ok(),
        }
    }

    fn divide(self, other: Self) -> Option<Self> {
        self.checked_div(other).ok()
    }

    fn compare(self, other: Self) -> Ordering {
        if self.denominator() == other.denominator() {
            self.numerator().cmp(&other.numerator())
        } else {
            self.cmp(&other)
        }
    }

    fn floor(self) -> Option<Self> {
        whole(self.numerator().checked_div_euclid(self.denominator())?)
    }

    fn ceiling(self) -> Option<Self> {
        self.negate()?.floor()?.negate()
    }

    fn round(self, digits: i32, rounding: Rounding) -> Option<Self> {
        if let Ok(scale) = u32::try_from(digits) {
            return self.to_decimal(scale, rounding).ok().map(Self::from);
        }
        let power = whole(10_i128.checked_pow(digits.unsigned_abs())?)?;
        let rounded = self.checked_div(power).ok()?.to_decimal(0, rounding).ok()?;
        Self::from(rounded).checked_mul(power).ok()
    }
}

fn finite(figure: f64) -> Option<f64> {
    figure.is_finite().then_some(figure)
}

impl Number for f64 {
    fn literal(literal: &NumberLiteral) -> Self {
        literal.binary
    }

    fn integer(figure: i32) -> Self {
        figure.into()
    }

    fn is_sound(self) -> bool {
        self.is_finite()
    }

    fn is_zero(self) -> bool {
        self == 0.0
    }

    fn negate(self) -> Option<Self> {
        Some(-self)
    }

    fn add(self, other: Self) -> Option<Self> {
        finite(self + other)
    }

    fn subtract(self, other: Self) -> Option<Self> {
        finite(self - other)
    }

    fn multiply(self, other: Self) -> Option<Self> {
        finite(self * other)
    }

    fn divide(self, other: Self) -> Option<Self> {
        finite(self / other)
    }

    fn compare(self, other: Self) -> Ordering {
        // What is not finite never comes as far as this.
        self.partial_cmp(&other).unwrap_or(Ordering::Equal)
    }

    fn floor(self) -> Option<Self> {
        Some(Self::floor(self))
    }

    fn ceiling(self) -> Option<Self> {
        Some(Self::ceil(self))
    }

    fn round(self, digits: i32, rounding: Rounding) -> Option<Self> {
        // Powers by multiplication are the same on every machine.
        let power = (0..digits.unsigned_abs()).fold(1.0, |power: Self, _| power * 10.0);
        let scaled = if digits < 0 { self / power } else { self * power };
        if !scaled.is_finite() {
            // A figure that large has no digits behind the point.
            return Some(self);
        }
        let rounded = match rounding {
            Rounding::HalfUp => scaled.round(),
            Rounding::HalfEven => scaled.round_ties_even(),
            Rounding::HalfDown if (scaled.fract()).abs() > 0.5 => scaled.round(),
            Rounding::HalfDown | Rounding::Down => scaled.trunc(),
            Rounding::Up if scaled < 0.0 => Self::floor(scaled),
            Rounding::Up | Rounding::Ceiling => scaled.ceil(),
            Rounding::Floor => Self::floor(scaled),
        };
        finite(if digits < 0 { rounded * power } else { rounded / power })
    }
}
