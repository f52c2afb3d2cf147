//! Learning a model: how often values occur, how often levels are reached by pairs at random, and expectation
//! maximisation over the candidate pairs, in which pairs that tax numbers or verdicts tell keep their class.

use std::collections::{BTreeMap, HashMap};

use super::compare::{MISSING, Pattern};
use super::features::{Features, MatchField};
use super::hash::key_of;
use super::model::{MatchComparison, MatchFrequencies, MatchModel};

/// How many rounds at most.
const ROUNDS: usize = 40;
/// The rounds end when no share moves by more.
const SETTLED: f64 = 1e-5;
/// The prior shares count like so many pairs of each class.
const PRIOR_PAIRS: f64 = 30.0;
/// No level is rarer: one that was never seen keeps a share.
const LEAST_SHARE: f64 = 0.0005;
/// How many values of a part are kept with their shares.
const MAX_SHARES: usize = 20_000;

/// What is known of a pair before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Label {
    Unknown,
    Same,
    /// Related or different, but not the same.
    NotSame,
}

/// How many pairs have the same levels and label.
pub(crate) type Counts = BTreeMap<(Pattern, Label), f64>;

/// The shares of values, counted over all records.
pub(crate) fn frequencies(model: &MatchModel, records: &[Features]) -> Vec<MatchFrequencies> {
    let goes = |comparison: &&MatchComparison| comparison.levels.iter().any(|level| level.by_frequency);
    model.comparisons.iter().filter(goes).filter_map(|comparison| counted(comparison.field, records)).collect()
}

fn counted(field: MatchField, records: &[Features]) -> Option<MatchFrequencies> {
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
    let agreement: f64 = counts.iter().map(|(_, count)| f64::from(*count) * f64::from(count - 1)).sum();
    let agreement = (agreement / (all * (all - 1.0))).max(0.5 / all);
    let listed = counts.iter().take(MAX_SHARES).filter(|(_, count)| *count > 1);
    let shares = listed.map(|(key, count)| (format!("{key:016x}"), f64::from(*count) / all)).collect();
    Some(MatchFrequencies { field, agreement, rest: 1.0 / all, shares })
}

/// Fits the shares of a model to candidate pairs.
pub(crate) fn fit(model: &MatchModel, counts: &Counts) -> MatchModel {
    let prior = Shares::of(model);
    let mut now = prior.clone();
    for _ in 0..ROUNDS {
        let next = now.step(&prior, counts);
        let moved = now.distance(&next);
        now = next;
        if moved < SETTLED {
            break;
        }
    }
    now.write(model, counts)
}

/// The shares of the three classes.
#[derive(Debug, Clone)]
struct Shares {
    classes: [f64; 3],
    levels: Vec<Vec<[f64; 3]>>,
    fixed: Vec<bool>,
}

impl Shares {
    fn of(model: &MatchModel) -> Self {
        let levels = |comparison: &MatchComparison| {
            comparison.levels.iter().map(|level| [level.m, level.related, level.u]).collect()
        };
        Self {
            classes: [model.same, model.related, 1.0 - model.same - model.related],
            levels: model.comparisons.iter().map(levels).collect(),
            // What gives the labels is not learnt from them.
            fixed: model.comparisons.iter().map(|comparison| comparison.field == MatchField::TaxId).collect(),
        }
    }

    /// How the classes share the pairs of a pattern; the tax number is left out where it gave the label.
    fn classes_of(&self, pattern: Pattern, label: Label) -> [f64; 3] {
        let mut chances = self.classes;
        for (place, levels) in self.levels.iter().enumerate() {
            let told = label != Label::Unknown && self.fixed.get(place) == Some(&true);
            if let Some(shares) = levels.get(usize::from(pattern.level(place))).filter(|_| !told) {
                for (chance, share) in chances.iter_mut().zip(shares) {
                    *chance *= share;
                }
            }
        }
        let [same, related, different] = chances;
        let kept = match label {
            Label::Unknown => [same, related, different],
            Label::Same => [1.0, 0.0, 0.0],
            Label::NotSame => [0.0, related, different],
        };
        let sum: f64 = kept.iter().sum();
        if sum > 0.0 { kept.map(|chance| chance / sum) } else { [0.0, 0.0, 1.0] }
    }

    /// One round: every pair counts in each class as far as it belongs there, on top of the prior.
    fn step(&self, prior: &Self, counts: &Counts) -> Self {
        let mut classes = prior.classes.map(|share| share * PRIOR_PAIRS);
        let mut levels: Vec<Vec<[f64; 3]>> = prior.levels.clone();
        levels.iter_mut().flatten().flatten().for_each(|share| *share *= PRIOR_PAIRS);
        for ((pattern, label), count) in counts {
            let chances = self.classes_of(*pattern, *label).map(|chance| chance * count);
            add(&mut classes, chances);
            for (place, levels) in levels.iter_mut().enumerate() {
                if let Some(shares) = levels.get_mut(usize::from(pattern.level(place))) {
                    add(shares, chances);
                }
            }
        }
        for (place, comparison) in levels.iter_mut().enumerate() {
            if self.fixed.get(place) == Some(&true) {
                comparison.clone_from(prior.levels.get(place).unwrap_or(&Vec::new()));
            } else {
                normalise(comparison);
            }
        }
        let sum: f64 = classes.iter().sum();
        Self { classes: classes.map(|class| class / sum), levels, fixed: self.fixed.clone() }
    }

    fn distance(&self, other: &Self) -> f64 {
        let one = self.levels.iter().flatten().flatten();
        let other_levels = other.levels.iter().flatten().flatten();
        let levels = one.zip(other_levels).map(|(one, other)| (one - other).abs());
        let classes = self.classes.iter().zip(&other.classes).map(|(one, other)| (one - other).abs());
        levels.chain(classes).fold(0.0, f64::max)
    }

    fn write(&self, model: &MatchModel, counts: &Counts) -> MatchModel {
        let mut model = model.clone();
        let [same, related, _] = self.classes;
        (model.same, model.related) = (same, related);
        for (comparison, shares) in model.comparisons.iter_mut().zip(&self.levels) {
            for (level, [m, related, u]) in comparison.levels.iter_mut().zip(shares) {
                (level.m, level.related, level.u) = (*m, *related, *u);
            }
        }
        let whole = |count: f64| format!("{count:.0}").parse().unwrap_or(i64::MAX);
        model.learnt_from = whole(counts.values().sum());
        model.labelled = whole(counts.iter().filter(|((_, label), _)| *label != Label::Unknown).map(|(_, n)| n).sum());
        model
    }
}

fn add(sums: &mut [f64; 3], chances: [f64; 3]) {
    for (sum, chance) in sums.iter_mut().zip(chances) {
        *sum += chance;
    }
}

/// Makes the levels of each class shares that sum to one, none of them too rare.
fn normalise(levels: &mut [[f64; 3]]) {
    for class in 0..3 {
        let of = |shares: &[f64; 3]| shares.get(class).copied().unwrap_or_default();
        let sum: f64 = levels.iter().map(of).sum();
        let floored: Vec<f64> = levels.iter().map(|shares| (of(shares) / sum).max(LEAST_SHARE)).collect();
        let whole: f64 = floored.iter().sum();
        for (shares, share) in levels.iter_mut().zip(floored) {
            if let Some(place) = shares.get_mut(class) {
                *place = share / whole;
            }
        }
    }
}

/// The label that tax numbers give: they are the same, or two differ whose check digits fit.
pub(crate) fn label(model: &MatchModel, pattern: Pattern) -> Label {
    let Some(place) = model.place_of(MatchField::TaxId) else { return Label::Unknown };
    let level = pattern.level(place);
    if level == MISSING {
        return Label::Unknown;
    }
    let reached = model.comparisons.get(place).and_then(|comparison| comparison.levels.get(usize::from(level)));
    match reached.map(|level| level.test) {
        Some(super::model::MatchTest::EqualChecked) => Label::Same,
        Some(super::model::MatchTest::BothChecked) => Label::NotSame,
        _ => Label::Unknown,
    }
}
