//! Learning a model: how often values occur, how often levels are reached by pairs at random, and expectation
//! maximisation over the candidate pairs, in which pairs that tax numbers or verdicts tell keep their class.

use std::collections::BTreeMap;

use super::compare::{MISSING, Pattern};
use super::features::MatchField;
use super::frequency::agreement;
use super::model::{MatchComparison, MatchModel, MatchTest};

/// How many rounds at most.
const ROUNDS: usize = 40;
/// The rounds end when no share moves by more.
const SETTLED: f64 = 1e-5;
/// The prior shares count like so many pairs of each class at least, and like this share of the pairs.
const LEAST_PRIOR_PAIRS: f64 = 20.0;
const PRIOR_SHARE: f64 = 0.05;
/// The prior shares of different records count like so many pairs at random.
const PRIOR_RANDOM: f64 = 2_000.0;
/// No level is rarer among records that are the same or related: one that was never seen keeps a share.
const LEAST_SHARE: f64 = 0.001;
/// No level is rarer among different records.
const LEAST_RANDOM: f64 = 1e-7;

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

/// Sets how often different records reach each level: counted over pairs at random, and for values whose frequencies are known
/// from these. What was hardly seen keeps its share in the model.
pub(crate) fn set_different(model: &mut MatchModel, seen: &[Pattern]) {
    let known = model.clone();
    for (place, comparison) in model.comparisons.iter_mut().enumerate() {
        if comparison.field == MatchField::TaxId {
            continue;
        }
        let mut counts = vec![0_u32; comparison.levels.len()];
        for pattern in seen {
            if let Some(count) = counts.get_mut(usize::from(pattern.level(place))) {
                *count += 1;
            }
        }
        let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
        let Some(before) = known.comparisons.get(place) else { continue };
        for (level, count) in comparison.levels.iter_mut().zip(counts) {
            level.u = (f64::from(count) + level.u * PRIOR_RANDOM) / (total + PRIOR_RANDOM);
        }
        for level in &mut comparison.levels {
            if let Some(agreement) = agreement(&known, before, level) {
                level.u = level.u.max(agreement);
            }
        }
        let sum: f64 = comparison.levels.iter().map(|level| level.u).sum();
        comparison.levels.iter_mut().for_each(|level| level.u = (level.u / sum).max(LEAST_RANDOM));
    }
}

/// Fits the shares of pairs that are the same or related to candidate pairs, of `all` pairs that there are; those of different
/// records stay.
pub(crate) fn fit(model: &MatchModel, counts: &Counts, all: f64) -> MatchModel {
    let prior = Shares::of(model);
    let mut now = prior.clone();
    for _ in 0..ROUNDS {
        let next = now.step(&prior, counts, all);
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
    fn step(&self, prior: &Self, counts: &Counts, all: f64) -> Self {
        let pairs: f64 = counts.values().sum();
        let weight = (pairs * PRIOR_SHARE).max(LEAST_PRIOR_PAIRS);
        let mut classes = [0.5, 0.5, 0.0];
        let mut levels: Vec<Vec<[f64; 3]>> = prior.levels.clone();
        levels.iter_mut().flatten().flatten().for_each(|share| *share *= weight);
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
            let before = prior.levels.get(place).cloned().unwrap_or_default();
            if self.fixed.get(place) == Some(&true) {
                *comparison = before;
                continue;
            }
            normalise(comparison);
            for (shares, before) in comparison.iter_mut().zip(before) {
                let ([_, _, different], [_, _, known]) = (shares, before);
                *different = known;
            }
        }
        let [same, related, _] = classes;
        let all = all.max(1.0);
        let (same, related) = ((same / all).min(0.45), (related / all).min(0.45));
        Self { classes: [same, related, 1.0 - same - related], levels, fixed: self.fixed.clone() }
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
        Some(MatchTest::EqualChecked) => Label::Same,
        Some(MatchTest::BothChecked) => Label::NotSame,
        _ => Label::Unknown,
    }
}
