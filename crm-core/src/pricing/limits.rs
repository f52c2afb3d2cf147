//! How large the figures of prices may be. What is larger is an error and never rounded.

use super::catalog::{ConditionRounding, PriceCurrency};
use super::procedure::PricingPolicies;
use crate::value::{Decimal, Error, ErrorCode, Problem, Result};

/// The most items of a document.
pub const MAX_ITEMS: usize = 50_000;
/// The most steps of a procedure.
pub const MAX_STEPS: usize = 500;
/// The most levels of a scale.
pub const MAX_LEVELS: usize = 1_000;
/// The most combinations of values by which one access looks for records.
pub(super) const MAX_COMBINATIONS: usize = 10_000;

/// A figure of at most `whole` digits before the point and `behind` behind it.
fn figure(field: &str, value: Decimal, whole: u32, behind: u32) -> Result<()> {
    let largest = 10_u128.checked_pow(whole.saturating_add(value.scale())).unwrap_or(u128::MAX);
    if value.scale() <= behind && value.mantissa().unsigned_abs() < largest {
        return Ok(());
    }
    let message = format!("a figure here has at most {whole} digits before the point and {behind} behind it");
    let problem = Problem::of_field(ErrorCode::PrecisionExceeded, field, message);
    Err(problem.with("whole", whole).with("behind", behind).into_invalid())
}

/// A quantity: 12 digits before the point, 6 behind it; above zero if it must be.
pub(super) fn quantity(field: &str, value: Decimal, positive: bool) -> Result<()> {
    figure(field, value, 12, 6)?;
    if positive && value <= Decimal::ZERO {
        return Err(Error::invalid(ErrorCode::OutOfRange, field, "the figure must be above zero"));
    }
    Ok(())
}

/// An amount: 15 digits before the point, 6 behind it.
pub(super) fn amount(field: &str, value: Decimal) -> Result<()> {
    figure(field, value, 15, 6)
}

/// A rate: 12 digits before the point, 8 behind it.
pub(super) fn rate(field: &str, value: Decimal) -> Result<()> {
    figure(field, value, 12, 8)
}

/// The policies of a procedure.
pub(super) fn policies(policies: &PricingPolicies) -> Result<()> {
    for (field, digits) in [("decimals", policies.decimals), ("price_decimals", policies.price_decimals)] {
        decimals(field, digits)?;
    }
    unit("payable_unit", policies.payable_unit)
}

/// How the values of a condition type are rounded.
pub(super) fn rounding(own: &ConditionRounding) -> Result<()> {
    decimals("decimals", own.decimals)?;
    unit("unit", own.unit)
}

/// Digits behind the point.
pub(super) fn decimals(field: &str, digits: Option<i64>) -> Result<()> {
    if digits.is_none_or(|digits| (0..=10).contains(&digits)) {
        return Ok(());
    }
    Err(Error::invalid(ErrorCode::OutOfRange, field, "there are 0 to 10 digits behind the point"))
}

/// The digits of currencies.
pub(super) fn currencies(currencies: &[PriceCurrency]) -> Result<()> {
    match currencies.iter().position(|known| !(0..=6).contains(&known.decimals)) {
        Some(at) => {
            let message = "a currency has 0 to 6 digits behind the point";
            Err(Error::invalid(ErrorCode::OutOfRange, format!("currencies[{at}].decimals"), message))
        }
        None => Ok(()),
    }
}

/// A unit to which amounts are rounded.
pub(super) fn unit(field: &str, unit: Option<Decimal>) -> Result<()> {
    match unit {
        Some(unit) if unit <= Decimal::ZERO => {
            Err(Error::invalid(ErrorCode::OutOfRange, field, "the unit must be above zero"))
        }
        Some(unit) => amount(field, unit),
        None => Ok(()),
    }
}
