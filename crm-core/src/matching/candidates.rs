//! The pairs of a batch that are compared: those that share a key.

use std::collections::HashSet;

use super::features::{Features, MatchField};
use super::model::MatchKind;

/// A key that more records share is asked together with one more part.
const CAP: usize = 16;
/// How many neighbours by name a record is compared with where a refined key is shared by too many.
const WINDOW: usize = 4;

/// Pairs of places in the list, the smaller first, each once, in rising order.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) pairs: Vec<(u32, u32)>,
    /// How many keys were shared by so many records that each was compared with its neighbours by name only.
    pub(crate) limited: usize,
    /// How many pairs were left when they were last made unique.
    kept: usize,
}

/// A key and who has it.
type Entry = (i64, u32);

pub(crate) fn candidates(records: &[Features], kind: MatchKind, threads: usize) -> Candidates {
    let mut entries = collect(records, threads, &|record: &Features, place, into: &mut Vec<Entry>| {
        let mut last = None;
        for key in record.keys(kind) {
            if last != Some(key.hash) {
                into.push((key.hash, place));
            }
            last = Some(key.hash);
        }
    });
    let mut found = Candidates::default();
    let hot = found.blocks(&mut entries, records, false);
    drop(entries);
    if !hot.is_empty() {
        let mut refined = collect(records, threads, &|record: &Features, place, into: &mut Vec<Entry>| {
            let keys = record.keys(kind).into_iter().filter(|key| hot.contains(&key.hash));
            into.extend(keys.map(|key| (key.refined.unwrap_or(key.hash), place)));
        });
        found.blocks(&mut refined, records, true);
    }
    found.pairs.sort_unstable();
    found.pairs.dedup();
    found
}

/// What each record brings, in the order of the records.
fn collect(
    records: &[Features],
    threads: usize,
    each: &(impl Fn(&Features, u32, &mut Vec<Entry>) + Sync),
) -> Vec<Entry> {
    let parts = super::parallel::map_chunks(records, threads, |from, chunk| {
        let mut entries = Vec::new();
        for (place, record) in (from..).zip(chunk) {
            each(record, u32::try_from(place).unwrap_or(u32::MAX), &mut entries);
        }
        entries
    });
    parts.concat()
}

impl Candidates {
    /// Makes pairs of all that share a key; gives the keys that too many share, or, the last time, compares neighbours.
    fn blocks(&mut self, entries: &mut Vec<Entry>, records: &[Features], last: bool) -> HashSet<i64> {
        entries.sort_unstable();
        entries.dedup();
        let mut hot = HashSet::new();
        for block in entries.chunk_by(|one, other| one.0 == other.0) {
            if block.len() <= CAP {
                self.all(block);
            } else if last {
                self.limited += 1;
                self.neighbours(block, records);
            } else {
                hot.extend(block.first().map(|entry| entry.0));
            }
            if self.pairs.len() > 2 * self.kept.max(1 << 22) {
                self.pairs.sort_unstable();
                self.pairs.dedup();
                self.kept = self.pairs.len();
            }
        }
        hot
    }

    fn all(&mut self, block: &[Entry]) {
        for (at, (_, one)) in block.iter().enumerate() {
            self.pairs.extend(block.iter().skip(at + 1).map(|(_, other)| (*one, *other)));
        }
    }

    fn neighbours(&mut self, block: &[Entry], records: &[Features]) {
        let name = |place: u32| {
            let record = usize::try_from(place).ok().and_then(|place| records.get(place));
            record.and_then(|record| {
                let view = record.view();
                let field = [MatchField::Name, MatchField::GivenName, MatchField::PartNumber];
                field.into_iter().find_map(|field| view.get(field).first())
            })
        };
        let mut order: Vec<(Option<&str>, u32)> = block.iter().map(|(_, place)| (name(*place), *place)).collect();
        order.sort_unstable();
        for (at, (_, one)) in order.iter().enumerate() {
            let near = order.iter().skip(at + 1).take(WINDOW);
            self.pairs.extend(near.map(|(_, other)| (*one.min(other), *one.max(other))));
        }
    }
}
