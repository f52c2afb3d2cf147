//! How records are found by figures and words inside a nested list, such as technical parameters.

use std::ops::Bound;

/// What a key says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SpanPart {
    /// One point, with and without tolerance.
    Point,
    /// From one point to another, with and without tolerance.
    Range,
    /// One point without its tolerance.
    BarePoint,
    /// A range without its tolerance.
    BareRange,
    /// A point or a range with its tolerance.
    Whole,
}

impl SpanPart {
    /// Every part.
    pub(crate) const ALL: [Self; 5] = [Self::Point, Self::Range, Self::BarePoint, Self::BareRange, Self::Whole];

    /// The number in files.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Point => 0,
            Self::Range => 1,
            Self::BarePoint => 2,
            Self::BareRange => 3,
            Self::Whole => 4,
        }
    }

    /// Whether both ends are one.
    pub(crate) const fn is_point(self) -> bool {
        matches!(self, Self::Point | Self::BarePoint)
    }
}

/// A key of a value inside a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpanKey {
    /// What the value is of, for example the code of a parameter.
    pub(crate) code: String,
    /// Within which values are compared: a dimension, for example.
    pub(crate) tag: String,
    pub(crate) part: SpanPart,
    /// The lower end; of a word the word.
    pub(crate) low: Vec<u8>,
    /// The upper end; empty for a point.
    pub(crate) high: Vec<u8>,
}

impl SpanKey {
    /// The upper end, of a point too.
    pub(crate) fn upper(&self) -> &[u8] {
        if self.part.is_point() { &self.low } else { &self.high }
    }
}

/// The keys of a nested list in JSON.
pub(crate) type SpanKeys = fn(&str) -> Vec<SpanKey>;

/// Limits of an end of a span.
pub(crate) type Ends = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// What is asked of one value of a list: both its ends lie within limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SpanTest {
    pub(crate) code: String,
    /// Any if nothing is said.
    pub(crate) tag: Option<String>,
    /// Whether the tolerance belongs to the value.
    pub(crate) whole: bool,
    pub(crate) low: Ends,
    pub(crate) high: Ends,
}

impl SpanTest {
    /// The parts that are asked.
    pub(crate) fn parts(&self) -> impl Iterator<Item = SpanPart> {
        let whole = self.whole;
        SpanPart::ALL.into_iter().filter(move |part| match part {
            SpanPart::Point | SpanPart::Range => true,
            SpanPart::BarePoint | SpanPart::BareRange => !whole,
            SpanPart::Whole => whole,
        })
    }

    /// Whether a key fulfils it.
    pub(crate) fn holds(&self, key: &SpanKey) -> bool {
        self.code == key.code
            && self.tag.as_ref().is_none_or(|tag| *tag == key.tag)
            && self.parts().any(|part| part == key.part)
            && self.allows(&key.low, key.upper())
    }

    /// Whether both ends of a value lie within the limits.
    pub(crate) fn allows(&self, low: &[u8], high: &[u8]) -> bool {
        within(&self.low, low) && within(&self.high, high)
    }
}

fn within(ends: &Ends, value: &[u8]) -> bool {
    let above = match &ends.0 {
        Bound::Included(least) => value >= least.as_slice(),
        Bound::Excluded(least) => value > least.as_slice(),
        Bound::Unbounded => true,
    };
    above
        && match &ends.1 {
            Bound::Included(most) => value <= most.as_slice(),
            Bound::Excluded(most) => value < most.as_slice(),
            Bound::Unbounded => true,
        }
}
