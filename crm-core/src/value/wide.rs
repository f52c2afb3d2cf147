//! 256-bit products for exact shares and quotients: nothing between the figures and the answer is rounded.

/// `a * b / divisor` as quotient and remainder, exact; `None` for a zero divisor or a quotient above 128 bits.
pub(super) fn multiply_divide(a: u128, b: u128, divisor: u128) -> Option<(u128, u128)> {
    if let Some(product) = a.checked_mul(b) {
        return Some((product.checked_div(divisor)?, product.checked_rem(divisor)?));
    }
    let (high, low) = multiply(a, b);
    // The quotient fits 128 bits if and only if the high half is below the divisor.
    (high < divisor).then(|| divide(high, low, divisor))
}

/// The product in two halves of 128 bits, high one first.
#[cfg_attr(
    not(test),
    expect(clippy::arithmetic_side_effects, reason = "no sum exceeds (2^64 - 1)^2 + 2 * (2^64 - 1) = 2^128 - 1")
)]
pub(super) fn multiply(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a_high, a_low) = (a >> 64, a & LOW);
    let (b_high, b_low) = (b >> 64, b & LOW);
    let lowest = a_low * b_low;
    let middle = a_high * b_low + (lowest >> 64);
    let second = a_low * b_high + (middle & LOW);
    let high = a_high * b_high + (middle >> 64) + (second >> 64);
    (high, (second << 64) | (lowest & LOW))
}

/// Long division, bit by bit; `high` must be below `divisor`.
fn divide(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    let (mut rest, mut quotient) = (high, 0_u128);
    for bit in (0..128).rev() {
        let carry = rest >> 127 == 1;
        rest = (rest << 1) | (low >> bit & 1);
        quotient <<= 1;
        if carry || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    (quotient, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn borders() {
        assert_eq!(multiply_divide(u128::MAX, u128::MAX, u128::MAX), Some((u128::MAX, 0)));
        assert_eq!(multiply_divide(u128::MAX, 2, 2), Some((u128::MAX, 0)));
        assert_eq!(multiply_divide(u128::MAX, 2, 1), None);
        assert_eq!(multiply_divide(7, 3, 0), None);
        assert_eq!(multiply_divide(u128::MAX, 2, 0), None);
        assert_eq!(multiply_divide(7, 3, 4), Some((5, 1)));
    }

    proptest! {
        #[test]
        fn quotient_times_divisor_plus_rest_is_the_product(a: u128, b: u128, divisor in 1_u128..) {
            if let Some((quotient, rest)) = multiply_divide(a, b, divisor) {
                prop_assert!(rest < divisor);
                let (high, low) = multiply(quotient, divisor);
                let (low, carry) = low.overflowing_add(rest);
                prop_assert_eq!((high + u128::from(carry), low), multiply(a, b));
            } else {
                prop_assert!(multiply(a, b).0 >= divisor);
            }
        }

        #[test]
        fn halves_agree_with_the_schoolbook(a: u64, b: u128) {
            let low_part = u128::from(a) * (b & u128::from(u64::MAX));
            let high_part = u128::from(a) * (b >> 64);
            let (low, carry) = (high_part << 64).overflowing_add(low_part);
            prop_assert_eq!(multiply(a.into(), b), ((high_part >> 64) + u128::from(carry), low));
        }
    }
}
