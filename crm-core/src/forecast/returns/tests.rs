//! Returns at once and returns that come later.

use super::super::testing::Noise;
use super::*;

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[test]
fn returns_of_the_same_month_are_a_share_of_it() {
    let mut notes = Vec::new();
    let gross = known(&[100.0, 200.0, 300.0]);
    let returned = [Some(5.0), None, Some(35.0)];
    let returns = Returns::of(&gross, &returned, &mut notes).unwrap();
    assert_eq!((returns.rate, returns.lag), (0.1, 0));
    assert_eq!(notes, ["10.0 % of each period are expected to be returned"]);
    assert_eq!(returns.net(2, 50.0, &[10.0, 50.0]), 45.0);
}

/// A twelfth of what is delivered comes back two months later; netting would have taken it off another month.
#[test]
fn returns_that_come_later_are_taken_off_the_later_month() {
    let mut noise = Noise::new(5);
    let gross: Vec<f64> = (0..36).map(|_| 50.0 + 100.0 * noise.uniform()).collect();
    let returned: Vec<Option<f64>> = (0..36_usize)
        .map(|month| month.checked_sub(2).map(|place| gross[place] / 12.0 + 0.1 * noise.uniform()))
        .collect();
    let returns = Returns::of(&known(&gross), &returned, &mut Vec::new()).unwrap();
    assert_eq!(returns.lag, 2);
    assert!((returns.rate - 1.0 / 12.0).abs() < 0.001, "{}", returns.rate);
    // The first two months to come have the returns of months that are past.
    let expected = [600.0, 700.0, 800.0];
    for (step, delivered) in [(1, gross[34]), (2, gross[35]), (3, 600.0)] {
        let left = returns.net(step, expected[step - 1], &expected);
        assert!((left - (expected[step - 1] - returns.rate * delivered)).abs() < 1e-9, "{step}");
    }
}

#[test]
fn without_deliveries_or_returns_there_is_nothing_to_take_off() {
    assert_eq!(Returns::of(&known(&[0.0, 0.0]), &known(&[1.0, 0.0]), &mut Vec::new()), None);
    assert_eq!(Returns::of(&known(&[5.0, 5.0]), &[], &mut Vec::new()), None);
    // More came back than was delivered: no more than everything does.
    let all = Returns::of(&known(&[5.0, 5.0]), &known(&[50.0, 0.0]), &mut Vec::new()).unwrap();
    assert_eq!(all.net(1, 7.0, &[7.0]), 0.0);
    let large = Returns::of(&known(&[1e300; 20]), &known(&[1e299; 20]), &mut Vec::new()).unwrap();
    assert!((large.rate - 0.1).abs() < 1e-12 && large.lag == 0);
}
