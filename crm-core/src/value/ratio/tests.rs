use proptest::prelude::*;

use super::*;

fn ratio(numerator: i128, denominator: i128) -> Ratio {
    Ratio::new(numerator, denominator).unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn fractions_are_reduced_and_signed_once() {
    assert_eq!(ratio(-6, -4), ratio(3, 2));
    assert_eq!(ratio(0, -7), Ratio::ZERO);
    assert_eq!(Ratio::new(1, 0).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(Ratio::new(i128::MIN, 1).unwrap_err().code(), ErrorCode::Overflow);
    assert_eq!(ratio(i128::MIN, i128::MIN), Ratio::ONE);
    assert_eq!(Ratio::ONE.checked_div(Ratio::ZERO).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(ratio(i128::MAX, 1).checked_add(Ratio::ONE).unwrap_err().code(), ErrorCode::Overflow);
    assert_eq!(ratio(i128::MAX, 3).checked_mul(ratio(3, i128::MAX)).unwrap(), Ratio::ONE);
}

#[test]
fn order_is_that_of_the_numbers_even_at_the_borders() {
    let (most, nearly) = (ratio(i128::MAX, i128::MAX - 1), ratio(i128::MAX - 1, i128::MAX));
    assert!(nearly < Ratio::ONE && Ratio::ONE < most && most > nearly);
    assert!(ratio(-1, 2) < ratio(-1, 3) && ratio(-1, 3) < Ratio::ZERO && Ratio::ZERO < ratio(1, 1_000));
}

#[test]
fn decimals_come_out_exactly_or_by_name() {
    assert_eq!(Ratio::from(dec("-0.0000000000000000000000000001")).denominator(), 10_i128.pow(28));
    assert_eq!(ratio(1, 3).to_decimal_exact().unwrap_err().code(), ErrorCode::DecimalDigits);
    assert_eq!(ratio(1, 2_i128.pow(40)).to_decimal_exact().unwrap_err().code(), ErrorCode::DecimalDigits);
    assert_eq!(
        ratio(500_000_000_000_000_000_000, 1).to_decimal(28, Rounding::Down).unwrap(),
        dec("500000000000000000000")
    );
    assert_eq!(ratio(i128::MAX, 1).to_decimal(0, Rounding::Down).unwrap_err().code(), ErrorCode::Overflow);
    assert_eq!(ratio(i128::MAX - 1, i128::MAX).to_decimal(3, Rounding::Down).unwrap(), dec("0.999"));
    assert_eq!(ratio(1, 1).to_decimal(29, Rounding::Down).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(ratio(-5, 2).to_decimal(0, Rounding::HalfEven).unwrap(), dec("-2"));
}

#[test]
fn long_quotients_of_decimals_need_no_room_beyond_the_answer() {
    let huge = dec("79228162514264337593543950335");
    assert_eq!(huge.checked_div(huge, 28, Rounding::HalfUp).unwrap(), Decimal::ONE);
    let tiny = dec("0.0000000000000000000000000003");
    assert_eq!(tiny.checked_div(huge, 28, Rounding::HalfUp).unwrap(), Decimal::ZERO);
    assert_eq!(Decimal::ONE.checked_div(tiny, 0, Rounding::HalfUp).unwrap(), dec("3333333333333333333333333333"));
}

proptest! {
    #[test]
    fn fractions_follow_the_laws(a: i64, b in 1_i64.., c: i64, d in 1_i64..) {
        let (x, y) = (ratio(a.into(), b.into()), ratio(c.into(), d.into()));
        if let Ok(sum) = x.checked_add(y) {
            prop_assert_eq!(sum.checked_sub(y).unwrap(), x);
        }
        if let (Ok(product), true) = (x.checked_mul(y), c != 0) {
            prop_assert_eq!(product.checked_div(y).unwrap(), x);
        }
        prop_assert_eq!(x.cmp(&y), (i128::from(a) * i128::from(d)).cmp(&(i128::from(c) * i128::from(b))));
    }

    #[test]
    fn a_decimal_is_a_fraction_and_back(mantissa in -(1_i128 << 95)..(1 << 95), scale in 0_u32..=MAX_SCALE) {
        let decimal = Decimal::new(mantissa, scale).unwrap();
        prop_assert_eq!(Ratio::from(decimal).to_decimal_exact().unwrap(), decimal);
    }

    #[test]
    fn both_ways_of_dividing_agree(a: i64, b in 1_i64.., scale in 0_u32..8) {
        for rounding in Rounding::ALL {
            let quotient = Decimal::from(a).checked_div(Decimal::from(b), scale, *rounding).unwrap();
            prop_assert_eq!(ratio(a.into(), b.into()).to_decimal(scale, *rounding).unwrap(), quotient);
        }
    }
}
