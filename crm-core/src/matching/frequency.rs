//! Agreement on a rare value weighs more than on a common one (term frequency).

use std::collections::{BTreeMap, HashMap};

use super::features::{Features, MatchField, View};
use super::hash::key_of;
use super::model::{MatchComparison, MatchFrequencies, MatchLevel, MatchModel, MatchTest};

/// How far the frequency of one value may move a weight, in bits.
const MOST_BITS: f64 = 12.0;
/// How many values of a part are kept with their shares.
const MAX_SHARES: usize = 20_000;

/// The parts whose values a level is agreement on.
pub(crate) fn parts_of(field: MatchField, test: MatchTest) -> &'static [MatchField] {
    match (field, test) {
        (MatchField::FullName, MatchTest::NamesEqual | MatchTest::Swapped) => {
            &[MatchField::FamilyName, MatchField::GivenName]
        }
        (MatchField::FullName, MatchTest::FamilyAlone | MatchTest::NameInitial) => &[MatchField::FamilyName],
        (MatchField::FullName, MatchTest::GivenAlone) => &[MatchField::GivenName],
        (_, MatchTest::SameReading) => &[MatchField::Reading],
        (MatchField::Place, MatchTest::SameStreet) => &[MatchField::Street],
        (MatchField::Place, MatchTest::SameTown | MatchTest::TownAlone) => &[MatchField::City],
        (MatchField::Brand, _) => &[MatchField::Brand],
        (MatchField::Industry, _) => &[MatchField::Industry],
        (MatchField::Phone, _) => &[MatchField::Phone],
        (MatchField::Domain, _) => &[MatchField::Domain],
        (MatchField::Contact, _) => &[MatchField::Contact],
        (MatchField::Name, _) => &[MatchField::Name],
        (MatchField::City, _) => &[MatchField::City],
        (MatchField::FamilyName, _) => &[MatchField::FamilyName],
        (MatchField::GivenName, _) => &[MatchField::GivenName],
        (MatchField::Street, _) => &[MatchField::Street],
        (MatchField::Email, _) => &[MatchField::Email],
        (MatchField::BirthDate, _) => &[MatchField::BirthDate],
        (MatchField::Postcode, _) => &[MatchField::Postcode],
        _ => &[],
    }
}

/// The frequencies of a model, by part.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    parts: BTreeMap<MatchField, Part>,
}

#[derive(Debug, Clone)]
struct Part {
    agreement: f64,
    rest: f64,
    shares: HashMap<u64, f64>,
}

impl Table {
    pub(crate) fn of(model: &MatchModel) -> Self {
        let part = |known: &MatchFrequencies| {
            let shares = known.shares.iter();
            let shares = shares.filter_map(|(key, share)| Some((u64::from_str_radix(key, 16).ok()?, *share)));
            let MatchFrequencies { field, agreement, rest, .. } = *known;
            (field, Part { agreement, rest, shares: shares.collect() })
        };
        Self { parts: model.frequencies.iter().map(part).collect() }
    }

    /// How much rarer, in bits, different records agree on the value at a level than on any value.
    pub(crate) fn bits(&self, field: MatchField, level: &MatchLevel, left: &View<'_>, right: &View<'_>) -> f64 {
        if !level.by_frequency {
            return 0.0;
        }
        let known = parts_of(field, level.test).iter().filter_map(|part| Some((*part, self.parts.get(part)?)));
        known.map(|(part, known)| known.bits(part, left, right)).sum()
    }
}

impl Part {
    fn bits(&self, field: MatchField, left: &View<'_>, right: &View<'_>) -> f64 {
        let (one, other) = (left.get(field), right.get(field));
        let share = match one.common(other) {
            Some(value) => self.share(field, value),
            None => one.iter().chain(other.iter()).map(|value| self.share(field, value)).fold(self.rest, f64::max),
        };
        libm::log2(self.agreement / share).clamp(-MOST_BITS, MOST_BITS)
    }

    fn share(&self, field: MatchField, value: &str) -> f64 {
        self.shares.get(&key_of(field, value)).copied().unwrap_or(self.rest)
    }
}

/// The chance that two different records agree at a level whose values' frequencies are known.
pub(crate) fn agreement(model: &MatchModel, comparison: &MatchComparison, level: &MatchLevel) -> Option<f64> {
    let parts = parts_of(comparison.field, level.test);
    let known = parts.iter().map(|part| model.frequencies_of(*part).map(|known| known.agreement));
    let product = known.collect::<Option<Vec<f64>>>()?.into_iter().product();
    (level.by_frequency && !parts.is_empty()).then_some(product)
}

/// The shares of values, counted over all records, of the parts that a model weighs by frequency.
pub(crate) fn counted(model: &MatchModel, records: &[Features]) -> Vec<MatchFrequencies> {
    let levels = model.comparisons.iter().flat_map(|one| one.levels.iter().map(|level| (one.field, level)));
    let mut parts: Vec<MatchField> = levels
        .filter(|(_, level)| level.by_frequency)
        .flat_map(|(field, level)| parts_of(field, level.test).iter().copied())
        .collect();
    parts.sort_unstable();
    parts.dedup();
    parts.into_iter().filter_map(|field| count(field, records)).collect()
}

fn count(field: MatchField, records: &[Features]) -> Option<MatchFrequencies> {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut total: u32 = 0;
    for record in records {
        let values = record.view().get(field);
        total += u32::from(!values.is_empty());
        for value in values.iter() {
            *counts.entry(key_of(field, value)).or_default() += 1;
        }
    }
    if total < 2 {
        return None;
    }
    let all = f64::from(total);
    let mut counts: Vec<(u64, u32)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(key, count)| (std::cmp::Reverse(*count), *key));
    let pairs = |count: u32| f64::from(count) * (f64::from(count) - 1.0);
    let agreeing: f64 = counts.iter().map(|(_, count)| pairs(*count)).sum();
    let agreement = (agreeing / (all * (all - 1.0))).max(0.5 / (all * all));
    let listed = counts.iter().take(MAX_SHARES).filter(|(_, count)| *count > 1);
    let shares = listed.map(|(key, count)| (format!("{key:016x}"), f64::from(*count) / all)).collect();
    Some(MatchFrequencies { field, agreement, rest: 1.0 / all, shares })
}
