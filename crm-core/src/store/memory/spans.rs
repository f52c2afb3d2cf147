//! Keys of values inside lists, in the order of their lower ends.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use crate::access::{CheckedWrite, FieldSpan, TenantId};
use crate::query::Condition;
use crate::schema::{Ends, FieldRef, SpanPart, SpanTest};
use crate::value::Id;

/// Tenant, entity, field and code.
pub(super) type SpanPlace = (TenantId, String, String, String);
/// Part and ends of a value.
type Ordered = (SpanPart, Vec<u8>, Vec<u8>);
/// A tag, what is kept under it, and the record that has it.
pub(super) type SpanEntry = (String, Ordered, Id);

/// Every key, with the records that have it in the order of their identifiers: what many share stands once.
#[derive(Debug, Default)]
pub(super) struct Spans(HashMap<SpanPlace, HashMap<String, BTreeMap<Ordered, Vec<Id>>>>);

/// The keys that a write takes away and adds.
pub(super) fn changes(write: &CheckedWrite) -> Vec<(SpanPlace, SpanEntry, bool)> {
    let change = |(field, key): &FieldSpan, added| {
        let place = (*write.tenant(), (*write.entity()).to_owned(), field.to_string(), key.code.clone());
        let ordered = (key.part, key.low.clone(), key.high.clone());
        (place, (key.tag.clone(), ordered, write.row().id), added)
    };
    let gone = write.remove_spans().iter().map(|span| change(span, false));
    gone.chain(write.add_spans().iter().map(|span| change(span, true))).collect()
}

impl Spans {
    /// Adds a key or takes it away, and says whether that was to be done.
    pub(super) fn set(&mut self, place: &SpanPlace, (tag, ordered, id): &SpanEntry, added: bool) -> bool {
        if !added {
            return self.take_away(place, (tag, ordered, *id));
        }
        let kept = match self.0.get_mut(place) {
            Some(tags) => tags,
            None => self.0.entry(place.clone()).or_default(),
        };
        let ids = kept.entry(tag.clone()).or_default().entry(ordered.clone()).or_insert_with(|| Vec::with_capacity(1));
        match ids.binary_search(id) {
            Ok(_) => false,
            Err(place) => {
                ids.insert(place, *id);
                true
            }
        }
    }

    fn take_away(&mut self, place: &SpanPlace, (tag, ordered, id): (&String, &Ordered, Id)) -> bool {
        let Some(kept) = self.0.get_mut(place).and_then(|tags| tags.get_mut(tag)) else { return false };
        let Some(ids) = kept.get_mut(ordered) else { return false };
        let found = ids.binary_search(&id);
        if let Ok(place) = found {
            ids.remove(place);
        }
        if ids.is_empty() {
            kept.remove(ordered);
        }
        found.is_ok()
    }

    /// The records that fulfil every test on values of lists which a condition makes, and the rest of the condition;
    /// nothing if it makes none.
    pub(super) fn found(
        &self,
        (tenant, entity): (TenantId, &str),
        condition: &Condition,
    ) -> Option<(Vec<Id>, Option<Condition>)> {
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
            in_both(&found, &others)
        });
        Some((found, rest))
    }

    /// The records that fulfil a test, in the order of their identifiers.
    fn ids(&self, place: &SpanPlace, test: &SpanTest) -> Vec<Id> {
        let mut ids = Vec::new();
        let tags = self.0.get(place).into_iter().flatten();
        for (_, kept) in tags.filter(|(tag, _)| test.tag.as_ref().is_none_or(|asked| asked == *tag)) {
            for part in test.parts() {
                // What holds for the upper end of a point holds for the lower one.
                let least = least(&test.low).max(least(&test.high).filter(|_| part.is_point()));
                let start = (part, least.cloned().unwrap_or_default(), Vec::new());
                for ((found, low, high), holders) in kept.range(start..) {
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
                        ids.extend_from_slice(holders);
                    }
                }
            }
        }
        // Runs that are in order are joined quicker than single ones are sorted.
        ids.sort();
        ids.dedup();
        ids
    }
}

/// What stands in two lists that are in order.
fn in_both(some: &[Id], others: &[Id]) -> Vec<Id> {
    let mut others = others.iter().peekable();
    let is_there = |id: &&Id| {
        while others.next_if(|other| other < id).is_some() {}
        others.peek() == Some(id)
    };
    some.iter().filter(is_there).copied().collect()
}

/// The smallest end that may be, or the one before it.
const fn least(ends: &Ends) -> Option<&Vec<u8>> {
    match &ends.0 {
        Bound::Included(least) | Bound::Excluded(least) => Some(least),
        Bound::Unbounded => None,
    }
}
