//! Numbers: separators, signs, currencies and percent are taken off, the digits are read exactly.

use crate::value::{Decimal, ErrorCode, Problem, Result};

use super::super::shown;
use super::{CellFormat, PercentReading, Wrong, half_width};

#[derive(Debug)]
pub(super) struct NumberFormat {
    decimal: char,
    thousands: Option<char>,
    currencies: Vec<String>,
    percent: Option<PercentReading>,
}

impl NumberFormat {
    pub(super) fn new(format: &CellFormat) -> Result<Self> {
        let one = |text: &Option<String>, field| text.as_deref().map(|text| separator(text, field)).transpose();
        let decimal = one(&format.decimal_separator, "decimal_separator")?.unwrap_or('.');
        let thousands = one(&format.thousands_separator, "thousands_separator")?;
        if thousands == Some(decimal) {
            let message = format!("{} separates both thousands and the fraction", shown(&decimal.to_string()));
            return Err(Problem::of_field(ErrorCode::BadFormat, "thousands_separator", message).into_invalid());
        }
        let currencies = format.currencies.iter().map(|sign| half_width(sign.trim())).filter(|s| !s.is_empty());
        Ok(Self { decimal, thousands, currencies: currencies.collect(), percent: format.percent })
    }

    pub(super) fn decimal(&self, text: &str) -> Result<Decimal, Wrong> {
        let (negative, text) = self.without_signs(text).ok_or_else(not_decimal)?;
        let (text, percent) = match (text.strip_suffix('%'), self.percent) {
            (Some(rest), Some(reading)) => (rest.trim_end(), reading == PercentReading::Fraction),
            (Some(_), None) => {
                return Err(Wrong::new(ErrorCode::BadFormat, "has a percent sign, which is not expected"));
            }
            (None, _) => (text, false),
        };
        let plain = self.plain(text).ok_or_else(not_decimal)?;
        let value: Decimal = plain.parse().map_err(|error: crate::value::Error| match error.code() {
            ErrorCode::DecimalDigits => too_many_digits(),
            _ => not_decimal(),
        })?;
        let value = if percent { hundredth(value).ok_or_else(too_many_digits)? } else { value };
        Ok(if negative { value.negated() } else { value })
    }

    pub(super) fn integer(&self, text: &str) -> Result<i64, Wrong> {
        let value = self.decimal(text).map_err(|wrong| match wrong.code {
            ErrorCode::DecimalDigits => too_large(),
            _ => Wrong { what: wrong.what.replace("a decimal number", "a whole number"), ..wrong },
        })?;
        if value.scale() > 0 {
            return Err(Wrong::new(ErrorCode::BadFormat, "is not a whole number"));
        }
        i64::try_from(value.mantissa()).map_err(|_| too_large())
    }

    /// Takes off one sign, one currency and brackets, on whatever side they stand: `-€ 5`, `€-5`, `5- EUR`, `(5)`.
    fn without_signs<'t>(&self, text: &'t str) -> Option<(bool, &'t str)> {
        let (mut sign, mut currency) = (None, false);
        let mut rest = text.trim();
        if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            (sign, rest) = (Some(true), inner.trim());
        }
        loop {
            if let Some((negative, next)) = sign_off(rest) {
                if sign.replace(negative).is_some() {
                    return None;
                }
                rest = next;
            } else if let Some(next) = self.currency_off(rest) {
                if std::mem::replace(&mut currency, true) {
                    return None;
                }
                rest = next;
            } else {
                return Some((sign.unwrap_or(false), rest));
            }
        }
    }

    fn currency_off<'t>(&self, text: &'t str) -> Option<&'t str> {
        let off = |sign: &String| {
            text.strip_prefix(sign.as_str())
                .map(str::trim_start)
                .or_else(|| text.strip_suffix(sign.as_str()).map(str::trim_end))
        };
        self.currencies.iter().find_map(off)
    }

    /// `digits[.digits][E[sign]digits]` without groups; what else is wrong the decimal's own reader finds.
    fn plain(&self, text: &str) -> Option<String> {
        let (number, exponent) = match text.find(['e', 'E']) {
            Some(place) => text.split_at_checked(place)?,
            None => (text, ""),
        };
        let (whole, fraction) = number.split_once(self.decimal).unwrap_or((number, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let whole = self.ungrouped(whole)?;
        if !digits(fraction) || !digits(&whole) || !number.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(format!("{whole}.{fraction}{exponent}"))
    }

    /// Removes the separators between groups of three; `None` if a group has another size.
    fn ungrouped(&self, whole: &str) -> Option<String> {
        let Some(separator) = self.thousands else { return Some(whole.to_owned()) };
        let groups: Vec<&str> = whole.split(|c| same_separator(separator, c)).collect();
        let fits = match groups.as_slice() {
            [_] => true,
            [first, others @ ..] => (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3),
            [] => false,
        };
        fits.then(|| groups.concat())
    }
}

/// Takes a sign off either end. A sign behind the number is how SAP writes it.
fn sign_off(text: &str) -> Option<(bool, &str)> {
    const MINUS: [char; 2] = ['-', '\u{2212}'];
    if let Some(rest) = text.strip_prefix(MINUS) {
        return Some((true, rest.trim_start()));
    }
    if let Some(rest) = text.strip_prefix('+') {
        return Some((false, rest.trim_start()));
    }
    text.strip_suffix(MINUS).map(|rest| (true, rest.trim_end()))
}

fn same_separator(declared: char, found: char) -> bool {
    match declared {
        ' ' => found.is_whitespace(),
        '\'' => matches!(found, '\'' | '’'),
        _ => declared == found,
    }
}

fn separator(text: &str, field: &str) -> Result<char> {
    let text = half_width(text);
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_whitespace() => Ok(' '),
        (Some('’'), None) => Ok('\''),
        (Some(c), None) if !c.is_alphanumeric() && !matches!(c, '+' | '-' | '\u{2212}' | '%' | '(' | ')') => Ok(c),
        _ => {
            let message = format!("{} is not one character that can separate digits", shown(&text));
            Err(Problem::of_field(ErrorCode::BadFormat, field, message).into_invalid())
        }
    }
}

fn hundredth(value: Decimal) -> Option<Decimal> {
    Decimal::new(1, 2).and_then(|hundredth| value.checked_mul(hundredth)).ok()
}

fn not_decimal() -> Wrong {
    Wrong::new(ErrorCode::BadFormat, "is not a decimal number")
}

fn too_many_digits() -> Wrong {
    Wrong::new(ErrorCode::DecimalDigits, "has more digits than an exact decimal can keep")
}

fn too_large() -> Wrong {
    Wrong::new(ErrorCode::OutOfRange, "is too large for a whole number of 64 bits")
}
