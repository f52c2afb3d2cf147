//! Spans of dates of which two must not overlap.

use crate::value::Date;

/// Dates from the first to before the last; open where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

impl Days {
    pub(crate) const fn new(from: Option<Date>, until: Option<Date>) -> Self {
        Self { from, until }
    }

    fn is_empty(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if until <= from)
    }

    fn contains(self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }

    /// What lies before another span, and what lies behind it.
    fn around(self, other: Self) -> [Option<Self>; 2] {
        let before =
            other.from.map(|from| Self::new(self.from, Some(self.until.map_or(from, |until| until.min(from)))));
        let behind =
            other.until.map(|until| Self::new(Some(self.from.map_or(until, |from| from.max(until))), self.until));
        [before, behind].map(|part| part.filter(|part| !part.is_empty()))
    }
}

/// What is left of a span when others are taken out of it: the part in which today lies, else the last one. A record
/// holds one span; the other parts are given up.
pub(crate) fn left_over(span: Days, taken: &[Days], today: Date) -> Option<Days> {
    let mut parts = vec![span];
    parts.retain(|part| !part.is_empty());
    for other in taken.iter().filter(|other| !other.is_empty()) {
        parts = parts.into_iter().flat_map(|part| part.around(*other)).flatten().collect();
    }
    parts.iter().find(|part| part.contains(today)).or_else(|| parts.iter().max_by_key(|part| part.from)).copied()
}
