//! The exact order of fractions as the order of bytes.

use super::Ratio;

/// Where an expansion ends: behind every number.
const END: u8 = 0xFF;
/// Numbers up to here take one byte; a longer one has its length in front.
const LARGEST_SHORT: u128 = 0xE0;

impl Ratio {
    /// Bytes whose order is that of the fractions, exact for all of them: an index finds figures by it.
    ///
    /// They are the terms of the continued fraction `a0 + 1/(a1 + 1/(a2 + ...))`, each written so that longer numbers come
    /// later. A larger `a1`, `a3` ... makes a smaller fraction, so these stand inverted; where the expansion ends, the next
    /// term would be infinite.
    pub(crate) fn ordered_key(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8);
        let whole = self.numerator.div_euclid(self.denominator);
        signed(whole, &mut bytes);
        let rest = self.numerator.rem_euclid(self.denominator);
        let (mut top, mut bottom) = (self.denominator.unsigned_abs(), rest.unsigned_abs());
        let mut inverted = true;
        while let (Some(term), Some(rest)) = (top.checked_div(bottom), top.checked_rem(bottom)) {
            let start = bytes.len();
            unsigned(term, &mut bytes);
            invert(bytes.get_mut(start..), inverted);
            (top, bottom, inverted) = (bottom, rest, !inverted);
        }
        bytes.push(if inverted { !END } else { END });
        bytes
    }
}

fn invert(bytes: Option<&mut [u8]>, inverted: bool) {
    if inverted {
        bytes.into_iter().flatten().for_each(|byte| *byte = !*byte);
    }
}

/// The bytes of a number without leading zeros.
fn digits(number: u128, bytes: &mut Vec<u8>) -> u8 {
    let all = number.to_be_bytes();
    let zeros = all.iter().take_while(|byte| **byte == 0).count();
    bytes.extend(all.iter().skip(zeros));
    u8::try_from(all.len().saturating_sub(zeros)).unwrap_or(u8::MAX)
}

fn unsigned(number: u128, bytes: &mut Vec<u8>) {
    let place = bytes.len();
    if let Some(short) = u8::try_from(number).ok().filter(|_| number <= LARGEST_SHORT) {
        bytes.push(short);
        return;
    }
    let mut long = Vec::with_capacity(16);
    let length = digits(number, &mut long);
    bytes.push(u8::try_from(LARGEST_SHORT).unwrap_or(u8::MAX).saturating_add(length));
    bytes.extend(long);
    debug_assert!(bytes.get(place).is_some_and(|first| *first < END), "no number comes behind the end");
}

/// A number that may be below zero: its sign and length in one byte, then its bytes.
fn signed(number: i128, bytes: &mut Vec<u8>) {
    const ZERO: u8 = 0x80;
    let mut size = Vec::with_capacity(16);
    let length = digits(number.unsigned_abs(), &mut size);
    if number < 0 {
        bytes.push(ZERO.saturating_sub(length));
        bytes.extend(size.iter().map(|byte| !byte));
    } else {
        bytes.push(ZERO.saturating_add(length));
        bytes.extend(size);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratio(top: i128, bottom: i128) -> Ratio {
        Ratio::new(top, bottom).unwrap()
    }

    #[test]
    fn short_figures_have_short_keys() {
        assert_eq!(ratio(500, 1).ordered_key(), [0x82, 0x01, 0xF4, 0x00]);
        assert_eq!(ratio(0, 1).ordered_key(), [0x80, 0x00]);
        assert!(ratio(101_325, 1000).ordered_key().len() <= 6);
        assert!(ratio(i128::MAX, i128::MAX - 2).ordered_key().len() <= 40);
        assert!(ratio(i128::MIN + 1, 1).ordered_key() < ratio(i128::MIN + 2, 1).ordered_key());
    }

    #[test]
    fn neighbours_are_told_apart_in_order() {
        let mut figures = Vec::new();
        for bottom in 1..60_i128 {
            figures.extend((-150..=150_i128).map(|top| ratio(top, bottom)));
        }
        figures.extend([1_i128, 224, 225, 255, 256, 65_535, 65_536, i128::from(u64::MAX)].map(|top| ratio(top, 1)));
        figures.extend([1_i128, 224, 225, 255, 256, 65_535, 65_536, i128::MAX].map(|bottom| ratio(1, bottom)));
        figures.extend([1_i128, 224, 225, 255, 256, 65_535, 65_536, i128::MAX].map(|bottom| ratio(-1, bottom)));
        figures.sort();
        figures.dedup();
        let keys: Vec<_> = figures.iter().map(|figure| figure.ordered_key()).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn the_order_of_keys_is_that_of_the_fractions(
            a in any::<i128>(), b in 1..i128::MAX, c in any::<i128>(), d in 1..i128::MAX, close in 0..4_i128,
        ) {
            let (first, second) = (ratio(a, b), ratio(c, d));
            prop_assert_eq!(first.cmp(&second), first.ordered_key().cmp(&second.ordered_key()));
            // Fractions that differ in the last digit only.
            let near = ratio(a.saturating_add(close), b);
            prop_assert_eq!(first.cmp(&near), first.ordered_key().cmp(&near.ordered_key()));
            let mirrored = ratio(a, b.saturating_add(close).max(1));
            prop_assert_eq!(first.cmp(&mirrored), first.ordered_key().cmp(&mirrored.ordered_key()));
        }
    }
}
