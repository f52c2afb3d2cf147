//! The generator's own source of chance: `SplitMix64`, so that a seed gives the same bytes on every machine.
//!
//! All draws are integers; there is no floating point anywhere in the generator.

use std::ops::RangeInclusive;

/// The fractional part of the golden ratio times 2^64, the step of `SplitMix64`.
const GOLDEN_STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream called `label` of a seed. Each file draws from its own stream, so that a change in how one file is
    /// made leaves the others as they were.
    pub fn stream(seed: u64, label: &str) -> Self {
        Self(seed ^ fnv1a(label.as_bytes()))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A place in a list of `len` elements.
    pub fn index(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// A number in the range, both ends included.
    pub fn within(&mut self, range: RangeInclusive<i64>) -> i64 {
        let span = range.end().saturating_sub(*range.start()).saturating_add(1);
        let offset = self.below(u64::try_from(span).unwrap_or(1));
        range.start().saturating_add(i64::try_from(offset).unwrap_or(0))
    }

    /// True `permille` times in a thousand.
    pub fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One element; the default of the type when the list is empty.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let at = self.index(items.len());
        items.get(at).copied().unwrap_or_default()
    }

    /// The place of one weight, chosen in proportion to it.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    /// `count` decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).filter_map(|_| char::from_digit(u32::try_from(self.below(10)).unwrap_or(0), 10)).collect()
    }
}

/// FNV-1a over bytes: names the streams, and lets a test pin the output by one number.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
