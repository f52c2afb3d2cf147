//! Sharing an amount out so that the parts sum to the amount, to the last minor unit (分摊).

use std::cmp::Reverse;

use super::{Decimal, Error, ErrorCode, MAX_SCALE, Problem, Result, wide};

/// The most parts into which one amount is shared.
pub const MAX_PARTS: usize = 1_000_000;

value_enum! {
    /// Who gets the minor units that are left over when an amount does not divide evenly.
    pub enum AllocationMethod {
        /// Every part is cut down to the minor unit; what is left goes, one unit each, to the parts that lost most;
        /// among equals to the earlier one (Hamilton's method, 最大余额法). No part is off by a whole unit.
        LargestRemainder = "largest_remainder",
        /// Every part is cut down to the minor unit; what is left goes, one unit each, to the earlier parts that have a weight,
        /// whatever they lost (Fowler's method). No part is off by more than a unit.
        FirstUnits = "first_units",
        /// The running total is rounded (half away from zero), and each part is the step between two totals. No
        /// running total is off by more than half a unit: for instalments and periods.
        Cumulative = "cumulative",
        /// Every part is rounded on its own (half away from zero); the last part with a weight takes the difference,
        /// which may even turn its sign: for ledgers that ask for it.
        LastTakesRest = "last_takes_rest",
        /// As above; the first part with a weight takes the difference.
        FirstTakesRest = "first_takes_rest",
        /// As above; the part with the largest weight, of either sign, takes the difference; among equals the earlier one.
        /// So condition values of a group are rounded by tradition.
        LargestTakesRest = "largest_takes_rest",
        /// Every part gets the same, whatever its weight; what is left goes, one unit each, to the earlier ones.
        Equal = "equal",
    }
}

/// Shares `amount` out by `weights` into parts of at most `exponent` digits behind the point.
///
/// The parts sum to `amount` exactly, whatever the method; `allocate(-x)` is the negative of `allocate(x)`; a weight of
/// zero gets zero, and one below zero a part of the other sign, but for [`AllocationMethod::Equal`]. Weights that are all
/// zero say nothing: every part gets the same. Shares are compared as exact fractions.
///
/// ```
/// use crm_core::value::{AllocationMethod, Decimal, allocate};
/// // A header discount of 100.00 on three lines of equal value.
/// let parts = allocate(Decimal::from(100), &[Decimal::ONE; 3], AllocationMethod::LargestRemainder, 2)?;
/// let text: Vec<String> = parts.iter().map(|part| part.to_fixed(2)).collect();
/// assert_eq!(text, ["33.34", "33.33", "33.33"]);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `DecimalDigits` if `amount` has more digits than `exponent`; `Required` without weights; `OutOfRange` for weights of
/// both signs that sum to zero and for an `exponent` above [`MAX_SCALE`]; `TooMany` above [`MAX_PARTS`]; `Overflow` if
/// the figures do not fit.
pub fn allocate(amount: Decimal, weights: &[Decimal], method: AllocationMethod, exponent: u32) -> Result<Vec<Decimal>> {
    let units = to_units(amount, exponent)?;
    let mut weights = to_integers(weights)?;
    if method == AllocationMethod::Equal || weights.iter().all(|weight| *weight == 0) {
        weights.fill(1);
    }
    let total = weights.iter().try_fold(0_i128, |sum, weight| sum.checked_add(*weight)).ok_or_else(overflow)?;
    if total == 0 {
        return Err(Error::invalid(ErrorCode::OutOfRange, "weights", "the weights sum to zero"));
    }
    let shares = Shares { units: units.unsigned_abs(), weights, total };
    let parts = match method {
        AllocationMethod::LargestRemainder | AllocationMethod::Equal => shares.units_left(|(_, rest)| Reverse(*rest)),
        // A part without a weight comes last: there are always fewer units left than parts with one.
        AllocationMethod::FirstUnits => shares.units_left(|share| *share == (0, 0)),
        AllocationMethod::Cumulative => shares.cumulative(),
        AllocationMethod::LastTakesRest => shares.one_takes_rest(|weights| weights.iter().rposition(|w| *w != 0)),
        AllocationMethod::FirstTakesRest => shares.one_takes_rest(|weights| weights.iter().position(|w| *w != 0)),
        AllocationMethod::LargestTakesRest => shares.one_takes_rest(|weights| {
            // Of equal ones the last of the turned order, which is the first, is found.
            weights.iter().enumerate().rev().max_by_key(|(_, weight)| weight.unsigned_abs()).map(|(place, _)| place)
        }),
    }
    .ok_or_else(overflow)?;
    let signed = |part: i128| if units < 0 { part.checked_neg() } else { Some(part) };
    let part = |part| Decimal::new(signed(part).ok_or_else(overflow)?, exponent).map_err(|_| overflow());
    parts.into_iter().map(part).collect()
}

/// The sum to share in minor units, and the weights as integers of one scale.
struct Shares {
    units: u128,
    weights: Vec<i128>,
    /// The sum of the weights, never zero.
    total: i128,
}

impl Shares {
    /// `units * weight / total` as whole units and remainder, without its sign, and whether it is below zero.
    fn share(&self, weight: i128) -> Option<(u128, u128, bool)> {
        let (whole, rest) = wide::multiply_divide(self.units, weight.unsigned_abs(), self.total.unsigned_abs())?;
        Some((whole, rest, weight != 0 && (weight < 0) != (self.total < 0)))
    }

    /// The share cut down to whole units, and what was cut off.
    fn floor(&self, weight: i128) -> Option<(i128, u128)> {
        let (whole, rest, negative) = self.share(weight)?;
        let whole = i128::try_from(whole).ok()?;
        match (negative, rest) {
            (false, rest) => Some((whole, rest)),
            (true, 0) => Some((whole.checked_neg()?, 0)),
            (true, rest) => Some((whole.checked_add(1)?.checked_neg()?, self.total.unsigned_abs().checked_sub(rest)?)),
        }
    }

    /// The share rounded half away from zero.
    fn rounded(&self, weight: i128) -> Option<i128> {
        let (whole, rest, negative) = self.share(weight)?;
        let up = u128::from(rest >= self.total.unsigned_abs().checked_sub(rest)?);
        let rounded = i128::try_from(whole.checked_add(up)?).ok()?;
        if negative { rounded.checked_neg() } else { Some(rounded) }
    }

    /// Cuts the shares down and gives what is left, one unit each, in an order of the shares and what was cut off from them.
    fn units_left<K: Ord>(&self, by: impl Fn(&(i128, u128)) -> K) -> Option<Vec<i128>> {
        let shares = self.weights.iter().map(|weight| self.floor(*weight)).collect::<Option<Vec<_>>>()?;
        let mut parts: Vec<i128> = shares.iter().map(|(whole, _)| *whole).collect();
        let left = usize::try_from(self.rest(&parts)?).ok()?;
        let mut order: Vec<usize> = (0..shares.len()).collect();
        // The sort is stable, so the earlier of two equal ones comes first.
        order.sort_by_key(|place| shares.get(*place).map(&by));
        for place in order.into_iter().take(left) {
            let part = parts.get_mut(place)?;
            *part = part.checked_add(1)?;
        }
        Some(parts)
    }

    fn cumulative(&self) -> Option<Vec<i128>> {
        let (mut weight_so_far, mut given) = (0_i128, 0_i128);
        let mut parts = Vec::with_capacity(self.weights.len());
        for weight in &self.weights {
            weight_so_far = weight_so_far.checked_add(*weight)?;
            let total = self.rounded(weight_so_far)?;
            parts.push(total.checked_sub(given)?);
            given = total;
        }
        Some(parts)
    }

    fn one_takes_rest(&self, who: impl Fn(&[i128]) -> Option<usize>) -> Option<Vec<i128>> {
        let mut parts = self.weights.iter().map(|weight| self.rounded(*weight)).collect::<Option<Vec<_>>>()?;
        let rest = self.rest(&parts)?;
        let part = parts.get_mut(who(&self.weights)?)?;
        *part = part.checked_add(rest)?;
        Some(parts)
    }

    /// What is not given yet.
    fn rest(&self, parts: &[i128]) -> Option<i128> {
        let given = parts.iter().try_fold(0_i128, |sum, part| sum.checked_add(*part))?;
        i128::try_from(self.units).ok()?.checked_sub(given)
    }
}

fn to_units(amount: Decimal, exponent: u32) -> Result<i128> {
    if exponent > MAX_SCALE {
        let message = format!("`{exponent}` is above the limit of {MAX_SCALE} digits");
        return Err(Error::invalid(ErrorCode::OutOfRange, "exponent", message));
    }
    let Some(missing) = exponent.checked_sub(amount.scale()) else {
        let message = format!("`{amount}` has more than {exponent} digits behind the decimal point");
        return Err(Error::invalid(ErrorCode::DecimalDigits, "amount", message));
    };
    10_i128.checked_pow(missing).and_then(|factor| amount.mantissa().checked_mul(factor)).ok_or_else(overflow)
}

fn to_integers(weights: &[Decimal]) -> Result<Vec<i128>> {
    if weights.is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "weights", "there is no weight to share by"));
    }
    if weights.len() > MAX_PARTS {
        let problem = Problem::of_field(ErrorCode::TooMany, "weights", format!("more than {MAX_PARTS} weights"));
        return Err(problem.with("limit", MAX_PARTS).into_invalid());
    }
    let scale = weights.iter().map(|weight| weight.scale()).max().unwrap_or(0);
    let integer = |weight: &Decimal| {
        let factor = 10_i128.checked_pow(scale.saturating_sub(weight.scale())).ok_or_else(overflow)?;
        weight.mantissa().checked_mul(factor).ok_or_else(overflow)
    };
    weights.iter().map(integer).collect()
}

fn overflow() -> Error {
    Problem::new(ErrorCode::Overflow, "the shares have more digits than an exact decimal can keep").into_invalid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn parts(amount: &str, weights: &[&str], method: AllocationMethod, exponent: u32) -> Vec<String> {
        let weights: Vec<Decimal> = weights.iter().map(|text| dec(text)).collect();
        let parts = allocate(dec(amount), &weights, method, exponent).unwrap();
        parts.iter().map(|part| part.to_fixed(exponent)).collect()
    }

    fn code(amount: &str, weights: &[&str], exponent: u32) -> (ErrorCode, Option<String>) {
        let weights: Vec<Decimal> = weights.iter().map(|text| dec(text)).collect();
        let error = allocate(dec(amount), &weights, AllocationMethod::LargestRemainder, exponent).unwrap_err();
        (error.code(), error.field().map(str::to_owned))
    }

    /// The standard example of Hamilton's method: ten seats for 47, 16, 15.8, 12, 6.1 and 3.1 thousand votes.
    #[test]
    fn largest_remainder_shares_seats_as_hamilton_did() {
        let votes = ["47000", "16000", "15800", "12000", "6100", "3100"];
        assert_eq!(parts("10", &votes, AllocationMethod::LargestRemainder, 0), ["5", "2", "1", "1", "1", "0"]);
    }

    /// Figures of Fowler's and Evans' library Time and Money.
    #[test]
    fn first_units_go_to_the_earlier_parts_that_have_a_weight() {
        let six = ["17", "2", "1", "35", "35", "10"];
        let expected = ["0.02", "0.01", "0.00", "0.03", "0.03", "0.01"];
        assert_eq!(parts("0.10", &six, AllocationMethod::FirstUnits, 2), expected);
        assert_eq!(parts("-0.05", &["0", "3", "7"], AllocationMethod::FirstUnits, 2), ["0.00", "-0.02", "-0.03"]);
        assert_eq!(
            parts("0.02", &["1", "0", "1", "1"], AllocationMethod::FirstUnits, 2),
            ["0.01", "0.00", "0.01", "0.00"]
        );
    }

    #[test]
    fn methods_differ_in_who_gets_the_rest() {
        let thirds = ["1", "1", "1"];
        assert_eq!(parts("0.05", &thirds, AllocationMethod::LargestRemainder, 2), ["0.02", "0.02", "0.01"]);
        assert_eq!(parts("0.05", &thirds, AllocationMethod::Cumulative, 2), ["0.02", "0.01", "0.02"]);
        assert_eq!(parts("0.05", &thirds, AllocationMethod::LastTakesRest, 2), ["0.02", "0.02", "0.01"]);
        let four_and_nothing = ["1", "1", "1", "1", "0"];
        assert_eq!(parts("2", &four_and_nothing, AllocationMethod::LastTakesRest, 0), ["1", "1", "1", "-1", "0"]);
        assert_eq!(parts("-1000", &["1", "2"], AllocationMethod::LargestRemainder, 0), ["-333", "-667"]);
    }

    /// A discount on lines of which one is taken back, and one on lines that cost nothing.
    #[test]
    fn weights_below_zero_and_weights_of_nothing() {
        let lines = ["300", "-100"];
        assert_eq!(parts("10", &lines, AllocationMethod::LargestRemainder, 2), ["15.00", "-5.00"]);
        assert_eq!(parts("0.01", &lines, AllocationMethod::LargestTakesRest, 2), ["0.02", "-0.01"]);
        assert_eq!(parts("10", &["-1", "-3"], AllocationMethod::LargestRemainder, 1), ["2.5", "7.5"]);
        assert_eq!(parts("10", &["0", "0"], AllocationMethod::LargestRemainder, 0), ["5", "5"]);
        assert_eq!(parts("0.05", &["9", "1", "0"], AllocationMethod::Equal, 2), ["0.02", "0.02", "0.01"]);
    }

    #[test]
    fn the_difference_goes_where_the_method_says() {
        // 100.00 by 1 : 5 : 5 are 9.0909 and 45.4545 each; rounded on their own they give 99.99.
        let weights = ["1", "5", "5"];
        assert_eq!(parts("100", &weights, AllocationMethod::LargestTakesRest, 2), ["9.09", "45.46", "45.45"]);
        assert_eq!(parts("100", &weights, AllocationMethod::FirstTakesRest, 2), ["9.10", "45.45", "45.45"]);
        assert_eq!(parts("100", &weights, AllocationMethod::LastTakesRest, 2), ["9.09", "45.45", "45.46"]);
    }

    #[test]
    fn weights_of_any_scale_are_compared_exactly() {
        let weights = ["0.0000000000000000000000000001", "0.0000000000000000000000000002"];
        assert_eq!(parts("1", &weights, AllocationMethod::LargestRemainder, 2), ["0.33", "0.67"]);
        let weights = ["79228162514264337593543950335", "79228162514264337593543950334"];
        assert_eq!(parts("0.01", &weights, AllocationMethod::LargestRemainder, 2), ["0.01", "0.00"]);
        let most = "79228162514264337593543950335";
        assert_eq!(parts(most, &[most, "0"], AllocationMethod::Cumulative, 0), [most, "0"]);
    }

    #[test]
    fn wrong_input_has_its_own_code() {
        assert_eq!(code("0.005", &["1"], 2), (ErrorCode::DecimalDigits, Some("amount".to_owned())));
        assert_eq!(code("1", &[], 2), (ErrorCode::Required, Some("weights".to_owned())));
        assert_eq!(code("1", &["1", "-1"], 2), (ErrorCode::OutOfRange, Some("weights".to_owned())));
        assert_eq!(code("1", &["1"], 29), (ErrorCode::OutOfRange, Some("exponent".to_owned())));
        assert_eq!(code("79228162514264337593543950335", &["1"], 20), (ErrorCode::Overflow, None));
    }

    fn any_method() -> impl Strategy<Value = AllocationMethod> {
        prop::sample::select(AllocationMethod::ALL)
    }

    fn any_weights() -> impl Strategy<Value = Vec<Decimal>> {
        let weight = (0_i64..1_000_000, 0_u32..6).prop_map(|(m, s)| Decimal::new(m.into(), s).unwrap());
        prop::collection::vec(weight, 1..40).prop_filter("a weight above zero", |w| w.iter().any(|w| !w.is_zero()))
    }

    fn weights_of_both_signs() -> impl Strategy<Value = Vec<Decimal>> {
        let weight = (-1_000_000_i64..1_000_000, 0_u32..6).prop_map(|(m, s)| Decimal::new(m.into(), s).unwrap());
        prop::collection::vec(weight, 1..40).prop_filter("a sum that is not zero", |weights| {
            let sum = weights.iter().fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight).unwrap());
            !sum.is_zero()
        })
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_amount_with_either_sign(
            mantissa in any::<i64>(), exponent in 0_u32..5, weights in weights_of_both_signs(), method in any_method(),
        ) {
            let amount = Decimal::new(mantissa.into(), exponent).unwrap();
            let parts = allocate(amount, &weights, method, exponent).unwrap();
            let sum = parts.iter().fold(Decimal::ZERO, |sum, part| sum.checked_add(*part).unwrap());
            prop_assert_eq!(sum, amount);
            let negative = allocate(amount.negated(), &weights, method, exponent).unwrap();
            prop_assert!(parts.iter().zip(&negative).all(|(part, other)| part.negated() == *other));
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(part.scale() <= exponent);
                prop_assert!(!weight.is_zero() || part.is_zero() || method == AllocationMethod::Equal);
            }
        }

        /// Quota rule: a share is the exact fraction rounded down or up, never anything else.
        #[test]
        fn largest_remainder_keeps_the_quota(mantissa in 0_i64..1_000_000, weights in any_weights()) {
            let amount = Decimal::new(mantissa.into(), 2).unwrap();
            let parts = allocate(amount, &weights, AllocationMethod::LargestRemainder, 2).unwrap();
            let total = weights.iter().fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight).unwrap());
            for (part, weight) in parts.iter().zip(&weights) {
                let share = amount.checked_mul(*weight).unwrap();
                let low = share.checked_div(total, 2, crate::value::Rounding::Down).unwrap();
                let high = share.checked_div(total, 2, crate::value::Rounding::Up).unwrap();
                prop_assert!(low <= *part && *part <= high);
            }
        }

        #[test]
        fn equal_weights_differ_by_one_unit_and_favour_the_first(units in 0_i64..10_000, count in 1_usize..50) {
            let parts = allocate(
                Decimal::from(units), &vec![Decimal::ONE; count], AllocationMethod::LargestRemainder, 0,
            ).unwrap();
            prop_assert!(parts.is_sorted_by(|a, b| a >= b));
            let spread = parts[0].checked_sub(parts[count - 1]).unwrap();
            prop_assert!(spread <= Decimal::ONE);
        }
    }
}
