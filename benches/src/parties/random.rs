//! Random choices that are the same for a seed on every machine.

/// Splitmix64: small, and good enough to draw records from.
pub struct Random(u64);

impl Random {
    /// Starts with `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 where there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    /// A number from `low` to `high`, both possible.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below((high + 1).saturating_sub(low))
    }

    /// True in `thousandths` of a thousand cases.
    pub fn chance(&mut self, thousandths: usize) -> bool {
        self.below(1_000) < thousandths
    }

    /// One of `list`; none if it is empty.
    pub fn one<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let place = self.below(list.len());
        list.get(place)
    }

    /// One of `list`, the empty text if it is empty.
    pub fn text<'a>(&mut self, list: &[&'a str]) -> &'a str {
        self.one(list).copied().unwrap_or_default()
    }

    /// The place of one of `weights`, the heavier the more often.
    pub fn weighted(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// A place below `count`; the early ones come more often.
    pub fn early(&mut self, count: usize) -> usize {
        let (one, other) = (self.below(count), self.below(count));
        one.min(other)
    }

    /// `count` digits, the first of them not 0.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|place| digit(if place == 0 { self.between(1, 9) } else { self.below(10) })).collect()
    }
}

/// The last digit of a number as a character.
pub fn digit(number: usize) -> char {
    u32::try_from(number % 10).ok().and_then(|number| char::from_digit(number, 10)).unwrap_or('0')
}
