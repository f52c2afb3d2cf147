//! Keys of values inside lists, in the order of their lower ends.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use crate::access::{CheckedWrite, FieldSpan, TenantId};
use crate::query::Condition;
use crate::schema::{Ends, FieldRef, SpanPart, SpanTest};
use crate::value::Id;

/// Tenant, entity, field and code.
pub(super) type SpanPlace = (TenantId, String, String, String);
/// Part and ends of a value, with the record that has it.
type Ordered = (SpanPart, Vec<u8>, Vec<u8>, Id);
/// A tag, and what is kept under it.
pub(super) type SpanEntry = (String, Ordered);

/// Every key.
#[derive(Debug, Default)]
pub(super) struct Spans(HashMap<SpanPlace, HashMap<String, BTreeSet<Ordered>>>);

/// The keys that a write takes away and adds.
pub(super) fn changes(write: &CheckedWrite) -> Vec<(SpanPlace, SpanEntry, bool)> {
    let change = |(field, key): &FieldSpan, added| {
        let place = (*write.tenant(), (*write.entity()).to_owned(), field.to_string(), key.code.clone());
        let ordered = (key.part, key.low.clone(), key.high.clone(), write.row().id);
        (place, (key.tag.clone(), ordered), added)
    };
    let gone = write.remove_spans().iter().map(|span| change(span, false));
    gone.chain(write.add_spans().iter().map(|span| change(span, true))).collect()
}

impl Spans {
    /// Adds a key or takes it away, and says whether that was to be done.
    pub(super) fn set(&mut self, place: &SpanPlace, (tag, ordered): &SpanEntry, added: bool) -> bool {
        if added {
            return self.0.entry(place.clone()).or_default().entry(tag.clone()).or_default().insert(ordered.clone());
        }
        self.0.get_mut(place).and_then(|tags| tags.get_mut(tag)).is_some_and(|kept| kept.remove(ordered))
    }

    /// The records that fulfil every test on values of lists which a condition makes, and the rest of the condition;
    /// nothing if it makes none.
    pub(super) fn found(
        &self,
        (tenant, entity): (TenantId, &str),
        condition: &Condition,
    ) -> Option<(BTreeSet<Id>, Option<Condition>)> {
        let (tests, rest) = condition.parted();
        let mut tests = tests.into_iter();
        let first = tests.next()?;
        let ids = |(field, test): (&FieldRef, &SpanTest)| {
            let place = (tenant, entity.to_owned(), field.spec.name.to_string(), test.code.clone());
            self.ids(&place, test)
        };
        let found = tests.fold(ids(first), |found, test| {
            if found.is_empty() {
                return found;
            }
            let others = ids(test);
            found.into_iter().filter(|id| others.binary_search(id).is_ok()).collect()
        });
        Some((found.into_iter().collect(), rest))
    }

    /// The records that fulfil a test, in the order of their identifiers.
    fn ids(&self, place: &SpanPlace, test: &SpanTest) -> Vec<Id> {
        let mut ids = Vec::new();
        let tags = self.0.get(place).into_iter().flatten();
        for (_, kept) in tags.filter(|(tag, _)| test.tag.as_ref().is_none_or(|asked| asked == *tag)) {
            for part in test.parts() {
                // What holds for the upper end of a point holds for the lower one.
                let least = least(&test.low).max(least(&test.high).filter(|_| part.is_point()));
                let start = (part, least.cloned().unwrap_or_default(), Vec::new(), Id::NIL);
                for (found, low, high, id) in kept.range(start..) {
                    let is_behind = match &test.low.1 {
                        Bound::Included(most) => low > most,
                        Bound::Excluded(most) => low >= most,
                        Bound::Unbounded => false,
                    };
                    if *found != part || is_behind {
                        break;
                    }
                    let upper = if part.is_point() { low } else { high };
                    if test.allows(low, upper) {
                        ids.push(*id);
                    }
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// The smallest end that may be, or the one before it.
const fn least(ends: &Ends) -> Option<&Vec<u8>> {
    match &ends.0 {
        Bound::Included(least) | Bound::Excluded(least) => Some(least),
        Bound::Unbounded => None,
    }
}
