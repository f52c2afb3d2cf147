//! A set of row numbers, one bit each.

use rusqlite::types::Value;

/// Which rows are in a set. Row numbers are given in turn, so that the bits lie close together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Bits {
    words: Vec<u64>,
}

/// The word of a row, and its bit. Rows have no number below zero.
fn place(rid: i64) -> Option<(usize, u64)> {
    let rid = u64::try_from(rid).ok()?;
    Some((usize::try_from(rid / 64).ok()?, 1 << (rid % 64)))
}

impl Bits {
    pub(in crate::store::sqlite) fn insert(&mut self, rid: i64) {
        let Some((word, bit)) = place(rid) else { return };
        if self.words.len() <= word {
            self.words.resize(word.saturating_add(1), 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= bit;
        }
    }

    pub(in crate::store::sqlite) fn remove(&mut self, rid: i64) {
        if let Some((word, bit)) = place(rid)
            && let Some(word) = self.words.get_mut(word)
        {
            *word &= !bit;
        }
    }

    pub(in crate::store::sqlite) fn contains(&self, rid: i64) -> bool {
        place(rid).is_some_and(|(word, bit)| self.words.get(word).is_some_and(|word| word & bit != 0))
    }

    /// How many rows are in the set.
    pub(in crate::store::sqlite) fn count(&self) -> usize {
        self.words.iter().map(|word| usize::try_from(word.count_ones()).unwrap_or(0)).sum()
    }

    /// Parts the set: the rows that are in the other one too, and the rest.
    pub(in crate::store::sqlite) fn parted_by(self, other: &Self) -> (Self, Self) {
        let pairs = self.words.iter().zip(other.words.iter().chain(std::iter::repeat(&0)));
        let (both, rest) = pairs.map(|(word, other)| (word & other, word & !other)).unzip();
        let (mut both, rest) = (Self { words: both }, Self { words: rest });
        let used = both.words.iter().rposition(|word| *word != 0).map_or(0, |last| last.saturating_add(1));
        both.words.truncate(used);
        both.words.shrink_to_fit();
        (both, rest)
    }

    /// The set as bytes, as SQLite can give it back.
    pub(in crate::store::sqlite) fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Adds every row of a set that was given as bytes.
    pub(in crate::store::sqlite) fn insert_bytes(&mut self, bytes: &[u8]) {
        let (words, _) = bytes.as_chunks::<8>();
        if self.words.len() < words.len() {
            self.words.resize(words.len(), 0);
        }
        for (word, other) in self.words.iter_mut().zip(words) {
            *word |= u64::from_le_bytes(*other);
        }
    }

    /// Leaves the rows that are in the other set too.
    pub(in crate::store::sqlite) fn keep(&mut self, other: &Self) {
        self.words.truncate(other.words.len());
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= *other;
        }
    }

    /// The rows, in ascending order.
    pub(in crate::store::sqlite) fn rows(&self) -> impl Iterator<Item = i64> {
        self.words.iter().zip(0_i64..).flat_map(|(word, place)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = i64::from((left != 0).then(|| left.trailing_zeros())?);
                left &= left.wrapping_sub(1);
                place.checked_mul(64)?.checked_add(bit)
            })
        })
    }

    /// The rows as values to bind.
    pub(in crate::store::sqlite) fn values(&self) -> Vec<Value> {
        self.rows().map(Value::Integer).collect()
    }

    /// What it takes, in bytes.
    pub(in crate::store::sqlite) fn bytes(&self) -> usize {
        self.words.capacity().saturating_mul(8)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testkit::Random;

    #[test]
    fn bits_are_a_set_of_numbers() {
        let mut random = Random::new(3);
        let (mut bits, mut set) = (Bits::default(), BTreeSet::new());
        let (mut others, mut other) = (Bits::default(), BTreeSet::new());
        for _ in 0..2_000 {
            let rid = i64::try_from(random.below(700)).unwrap();
            match random.below(3) {
                0 => (bits.remove(rid), set.remove(&rid)).1,
                1 => (others.insert(rid), other.insert(rid)).1,
                _ => (bits.insert(rid), set.insert(rid)).1,
            };
            assert_eq!((bits.contains(rid), bits.count()), (set.contains(&rid), set.len()));
        }
        assert!(bits.rows().eq(set.iter().copied()));
        let (both, rest) = bits.clone().parted_by(&others);
        assert!(both.rows().eq(set.intersection(&other).copied()) && rest.rows().eq(set.difference(&other).copied()));
        let mut kept = bits.clone();
        kept.keep(&others);
        assert!(kept.rows().eq(both.rows()));
        let mut joined = Bits::default();
        joined.insert_bytes(&bits.to_bytes());
        assert_eq!(joined, bits);
        joined.insert_bytes(&others.to_bytes());
        assert!(joined.rows().eq(set.union(&other).copied()));
        assert!(!both.contains(-1) && !both.contains(i64::MAX) && both.count() + rest.count() == set.len());
    }
}
