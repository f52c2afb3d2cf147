//! Duplicates of a whole list: keys, comparison, learning, threshold and clusters (查重).

use std::collections::{HashMap, HashSet};

use super::candidates::candidates;
use super::cluster::{Linkage, group};
use super::compare::Pattern;
use super::features::{Features, MatchField, View};
use super::frequency;
use super::learn::{self, Counts, Label};
use super::marks::Marks;
use super::model::{MatchKind, MatchModel, ThresholdSource};
use super::parallel::map_chunks;
use super::score::{MatchDecision, Scorer, probability};
use super::shipped;
use crate::value::mixed;
use crate::value::{Error, ErrorCode, Result};

/// A lighter pair is neither listed nor looked at again.
const FLOOR: f64 = -12.0;
/// Frequencies hardly ever add more.
const MOST_GAIN: f64 = 16.0;
/// A heavier pair counts no more in the average of a cluster.
const CEILING: f64 = 24.0;
/// So far below the threshold a pair is still worth a look.
const POSSIBLE_BELOW: f64 = 5.0;
/// From how many pairs with one tax number on the threshold is chosen by them.
const ENOUGH_PAIRS: usize = 40;
/// At most so many records take part in the choice of the threshold.
const THRESHOLD_RECORDS: usize = 60_000;
/// At most so many pairs are learnt from.
const LEARNING_PAIRS: usize = 2_000_000;
/// Of a list of so many records all pairs are looked at to learn how different records agree.
const SHORT_LIST: u32 = 800;
/// Of a longer list, so many pairs at random.
const RANDOM_PAIRS: u64 = 400_000;
/// Of a larger cluster only the pairs that were compared are listed.
const LISTED_WHOLE: usize = 200;
/// The most records of one list.
const MAX_RECORDS: usize = 50_000_000;

/// How a list is looked through.
#[derive(Debug, Clone)]
pub struct DedupeOptions {
    /// What the records are.
    pub kind: MatchKind,
    /// The model; without one it is learnt from the list, beginning with the one that comes with the engine.
    pub model: Option<MatchModel>,
    /// How many threads work; the result is the same with any number.
    pub threads: usize,
    /// Pairs of ids that are known to be different: verdicts, parents and children. They never stand in one cluster.
    pub apart: Vec<(String, String)>,
    /// Pairs of ids that are known to be the same; they are learnt from.
    pub same: Vec<(String, String)>,
}

impl DedupeOptions {
    /// Learns the model from the list, on one thread.
    #[must_use]
    pub const fn new(kind: MatchKind) -> Self {
        Self { kind, model: None, threads: 1, apart: Vec::new(), same: Vec::new() }
    }
}

value_struct! {
    /// Two records of a list and what they are to each other.
    pub struct MatchPair {
        required {
            /// The id of the first, which is the smaller one.
            pub one: String,
            /// The id of the second.
            pub other: String,
            /// log2 of the odds that they are the same.
            pub weight: f64,
            /// The probability that they are the same, by the model.
            pub probability: f64,
            /// What they are to each other. Pairs that are different are not listed.
            pub decision: MatchDecision,
        }
    }
}

value_struct! {
    /// The duplicates of a list.
    pub struct Duplicates {
        required {
            /// The pairs that are duplicates, possible ones or related, by their ids; of a cluster of more than 200 records
            /// only those that were compared.
            pub pairs: Vec<MatchPair>,
            /// The ids of records that are the same, two or more together, in rising order.
            pub clusters: Vec<Vec<String>>,
            /// The model that was used; learnt from the list if none was given.
            pub model: MatchModel,
            /// How many pairs were compared.
            pub compared: i64,
            /// How many keys so many records shared that each was compared with its neighbours by name only.
            pub limited: i64,
        }
    }
}

/// Learns a model from a list, with its threshold, without deciding anything.
///
/// # Errors
/// As [`dedupe`].
pub fn learn(records: Vec<(String, Features)>, options: &DedupeOptions) -> Result<MatchModel> {
    Ok(Batch::new(records, options)?.learn())
}

/// Finds the duplicates of a list of records with their ids. The order of the list does not matter, nor does the number of
/// threads; the figures are the same on every platform.
///
/// # Errors
/// `DuplicateKey` if an id stands in the list twice, `TooMany` above 50 million records, what [`MatchModel::check`] says.
pub fn dedupe(records: Vec<(String, Features)>, options: &DedupeOptions) -> Result<Duplicates> {
    if records.len() > MAX_RECORDS {
        return Err(Error::invalid(ErrorCode::TooMany, "records", "a list has at most 50 million records"));
    }
    let batch = Batch::new(records, options)?;
    let model = match &options.model {
        Some(model) => {
            model.check().map_err(|error| error.under("model"))?;
            model.sized(batch.records.len())
        }
        None => batch.learn(),
    };
    Ok(batch.decide(model))
}

/// A list with what is to be compared.
struct Batch<'a> {
    options: &'a DedupeOptions,
    ids: Vec<String>,
    records: Vec<Features>,
    pairs: Vec<(u32, u32)>,
    patterns: Vec<Pattern>,
    limited: usize,
    apart: HashMap<u32, Vec<u32>>,
    same: HashSet<(u32, u32)>,
}

/// A pair that is heavy enough to be looked at.
#[derive(Debug, Clone, Copy)]
struct Edge {
    one: u32,
    other: u32,
    weight: f64,
    untaxed: f64,
    related: f64,
}

impl<'a> Batch<'a> {
    fn new(mut records: Vec<(String, Features)>, options: &'a DedupeOptions) -> Result<Self> {
        records.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let twice = records.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0));
        if twice {
            return Err(Error::invalid(ErrorCode::DuplicateKey, "records.id", "an id stands in the list twice"));
        }
        let (ids, records): (Vec<String>, Vec<Features>) = records.into_iter().unzip();
        let found = candidates(&records, options.kind, options.threads);
        let mut pairs = found.pairs;
        let same = places(&ids, &options.same);
        let mut apart: HashMap<u32, Vec<u32>> = HashMap::new();
        for (one, other) in places(&ids, &options.apart) {
            apart.entry(one).or_default().push(other);
            apart.entry(other).or_default().push(one);
        }
        apart.values_mut().for_each(|others| others.sort_unstable());
        pairs.extend(same.iter().copied());
        pairs.sort_unstable();
        pairs.dedup();
        let mut batch =
            Self { options, ids, records, pairs, patterns: Vec::new(), limited: found.limited, apart, same };
        let standard = shipped::model(options.kind);
        batch.patterns = batch.compare(options.model.as_ref().unwrap_or(&standard), &batch.pairs);
        Ok(batch)
    }

    fn compare(&self, model: &MatchModel, pairs: &[(u32, u32)]) -> Vec<Pattern> {
        let parts = map_chunks(pairs, self.options.threads, |_, pairs| {
            let mut last = (u32::MAX, View::default());
            let mut patterns = Vec::with_capacity(pairs.len());
            for (one, other) in pairs {
                if last.0 != *one {
                    last = (*one, self.view(*one));
                }
                patterns.push(Pattern::of(&model.comparisons, &last.1, &self.view(*other)));
            }
            patterns
        });
        parts.concat()
    }

    fn view(&self, place: u32) -> View<'_> {
        usize::try_from(place).ok().and_then(|place| self.records.get(place)).map(Features::view).unwrap_or_default()
    }

    /// The places of the records that are known to be others than this one.
    fn apart(&self, place: u32) -> &[u32] {
        self.apart.get(&place).map(Vec::as_slice).unwrap_or_default()
    }

    fn id(&self, place: u32) -> &str {
        usize::try_from(place).ok().and_then(|place| self.ids.get(place)).map(String::as_str).unwrap_or_default()
    }

    /// Learns a model from the pairs, then its threshold.
    fn learn(&self) -> MatchModel {
        let mut model = shipped::model(self.options.kind).sized(self.records.len());
        if self.records.len() > 1 {
            model.frequencies = frequency::counted(&model, &self.records);
            let seen = self.compare(&model, &self.random_pairs());
            learn::set_different(&mut model, &seen);
            let count = f64::from(u32::try_from(self.records.len()).unwrap_or(u32::MAX));
            model = learn::fit(&model, &self.counts(&model), count * (count - 1.0) / 2.0);
        }
        let edges = self.edges(&Scorer::new(&model));
        self.choose_threshold(&mut model, &edges);
        model
    }

    /// Pairs at random, the same for the same list: all of a short list.
    fn random_pairs(&self) -> Vec<(u32, u32)> {
        let count = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        if count <= SHORT_LIST {
            return (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other))).collect();
        }
        let draw = |number: u64| u32::try_from(mixed(number) % u64::from(count)).unwrap_or(0);
        let pairs = (0..RANDOM_PAIRS).map(|number| (draw(2 * number), draw(2 * number + 1)));
        pairs.filter(|(one, other)| one != other).map(|(one, other)| (one.min(other), one.max(other))).collect()
    }

    fn counts(&self, model: &MatchModel) -> Counts {
        let step = self.pairs.len().div_ceil(LEARNING_PAIRS).max(1);
        let mut counts: HashMap<(Pattern, Label), u32> = HashMap::new();
        for (pair, pattern) in self.pairs.iter().zip(&self.patterns).step_by(step) {
            if let Some(label) = self.told(model, *pair, *pattern) {
                *counts.entry((*pattern, label)).or_default() += 1;
            }
        }
        counts.into_iter().map(|(key, count)| (key, f64::from(count))).collect()
    }

    fn verdict(&self, pair: (u32, u32)) -> Option<Label> {
        if self.same.contains(&pair) {
            return Some(Label::Same);
        }
        self.apart(pair.0).binary_search(&pair.1).is_ok().then_some(Label::NotSame)
    }

    /// What is known of a pair before it is compared; `None` for one that may not be one record anyway, from which nothing
    /// is learnt: two towns without a tax number in common.
    fn told(&self, model: &MatchModel, pair: (u32, u32), pattern: Pattern) -> Option<Label> {
        if let Some(label) = self.verdict(pair) {
            return Some(label);
        }
        let marks = |record: u32| Marks::of(model.kind, &self.view(record), false);
        match learn::label(model, pattern) {
            Label::Same => Some(Label::Same),
            label => marks(pair.0).together(&marks(pair.1)).then_some(label),
        }
    }

    fn edges(&self, scorer: &Scorer) -> Vec<Edge> {
        let all: Vec<_> = self.pairs.iter().copied().zip(self.patterns.iter().copied()).collect();
        let parts = map_chunks(&all, self.options.threads, |_, pairs| {
            pairs.iter().filter_map(|(pair, pattern)| self.edge(scorer, *pair, *pattern)).collect::<Vec<_>>()
        });
        parts.concat()
    }

    fn edge(&self, scorer: &Scorer, (one, other): (u32, u32), pattern: Pattern) -> Option<Edge> {
        let untaxed = scorer.untaxed(pattern);
        let (base, without) = (scorer.weigh(pattern, 0.0), scorer.weigh(untaxed, 0.0));
        if base.weight.max(without.weight) < FLOOR - MOST_GAIN {
            return None;
        }
        let bits = scorer.frequency(pattern, &self.view(one), &self.view(other));
        let weighed = scorer.weigh(pattern, bits);
        let without = scorer.weigh(untaxed, bits);
        let kept = weighed.weight.max(without.weight) >= FLOOR;
        kept.then_some(Edge { one, other, weight: weighed.weight, untaxed: without.weight, related: weighed.related })
    }

    /// The threshold without truth: clusters made without the tax numbers are held against the tax numbers; without
    /// enough of these, the pairs' own probabilities tell where the expected F1 is best.
    fn choose_threshold(&self, model: &mut MatchModel, edges: &[Edge]) {
        let scorer = Scorer::new(model);
        let known = Known::new(self, edges);
        if known.pairs >= ENOUGH_PAIRS {
            let linkage = Links { batch: self, scorer: &scorer, model, taxed: false };
            let f1 = |threshold: f64| {
                let heavy = known.edges.iter().filter(|edge| edge.untaxed >= threshold);
                let heavy: Vec<_> = heavy.map(|edge| (edge.one, edge.other, edge.untaxed.min(CEILING))).collect();
                (known.f1(&group(&heavy, threshold, &linkage)), threshold)
            };
            // Every third weight first, then those beside the best.
            let better = |one: (f64, f64), other: (f64, f64)| if other.0 > one.0 { other } else { one };
            let rough = (-3..=5).map(|step| f1(f64::from(step * 3))).fold((f64::MIN, 0.0), better);
            let fine = [-2.0, -1.0, 1.0, 2.0].map(|step| f1(rough.1 + step));
            let best = fine.into_iter().fold(rough, better);
            model.threshold = best.1;
            model.threshold_source = ThresholdSource::TaxIds;
        } else {
            model.threshold = expected_f1(edges);
            model.threshold_source = ThresholdSource::ExpectedF1;
        }
        model.possible = model.threshold - POSSIBLE_BELOW;
    }

    fn decide(&self, model: MatchModel) -> Duplicates {
        let scorer = Scorer::new(&model);
        let edges = self.edges(&scorer);
        let linkage = Links { batch: self, scorer: &scorer, model: &model, taxed: true };
        let heavy = edges.iter().filter(|edge| edge.weight >= model.threshold);
        let weights: Vec<_> = heavy.map(|edge| (edge.one, edge.other, edge.weight.min(CEILING))).collect();
        let groups = group(&weights, model.threshold, &linkage);
        let mut cluster_of: HashMap<u32, usize> = HashMap::new();
        for (number, group) in groups.iter().enumerate() {
            cluster_of.extend(group.iter().map(|record| (*record, number)));
        }
        let together =
            |one: u32, other: u32| cluster_of.get(&one).is_some_and(|number| cluster_of.get(&other) == Some(number));
        let mut pairs: Vec<MatchPair> = Vec::new();
        let mut listed: HashSet<(u32, u32)> = HashSet::new();
        for edge in &edges {
            let same = together(edge.one, edge.other);
            if same {
                listed.insert((edge.one, edge.other));
            }
            let decision = linkage.decision(edge, same);
            if decision != MatchDecision::Different {
                pairs.push(self.pair(edge.one, edge.other, edge.weight, decision));
            }
        }
        for group in groups.iter().filter(|group| group.len() <= LISTED_WHOLE) {
            for (at, one) in group.iter().enumerate() {
                for other in group.iter().skip(at + 1).filter(|other| !listed.contains(&(*one, **other))) {
                    let weight = linkage.weight(*one, *other);
                    pairs.push(self.pair(*one, *other, weight, MatchDecision::Duplicate));
                }
            }
        }
        pairs.sort_unstable_by(|one, other| (&one.one, &one.other).cmp(&(&other.one, &other.other)));
        let ids = |group: &Vec<u32>| group.iter().map(|record| self.id(*record).to_owned()).collect();
        Duplicates {
            pairs,
            clusters: groups.iter().map(ids).collect(),
            model,
            compared: i64::try_from(self.pairs.len()).unwrap_or(i64::MAX),
            limited: i64::try_from(self.limited).unwrap_or(i64::MAX),
        }
    }

    fn pair(&self, one: u32, other: u32, weight: f64, decision: MatchDecision) -> MatchPair {
        let (one, other) = (self.id(one).to_owned(), self.id(other).to_owned());
        MatchPair { one, other, weight, probability: probability(weight), decision }
    }
}

/// The places of pairs of ids, the smaller first.
fn places(ids: &[String], pairs: &[(String, String)]) -> HashSet<(u32, u32)> {
    let place = |id: &String| ids.binary_search(id).ok().and_then(|place| u32::try_from(place).ok());
    let both = pairs.iter().filter_map(|(one, other)| Some((place(one)?, place(other)?)));
    both.filter(|(one, other)| one != other).map(|(one, other)| (one.min(other), one.max(other))).collect()
}

/// The weight from which on the expected F1 is best: with the pairs in falling order of probability, twice the sum so far
/// over their number and the sum of all.
fn expected_f1(edges: &[Edge]) -> f64 {
    let mut weights: Vec<f64> = edges.iter().map(|edge| edge.weight).collect();
    weights.sort_unstable_by(|one, other| other.total_cmp(one));
    let all: f64 = weights.iter().map(|weight| probability(*weight)).sum();
    let (mut sum, mut number, mut best) = (0.0, 0.0, (0.0, 0.0));
    for weight in weights {
        sum += probability(weight);
        number += 1.0;
        let f1 = 2.0 * sum / (number + all);
        if f1 > best.0 {
            best = (f1, weight);
        }
    }
    best.1.clamp(FLOOR, 0.0)
}

/// Records whose tax number tells what they are.
struct Known<'a> {
    edges: Vec<&'a Edge>,
    entity: HashMap<u32, String>,
    /// How many pairs of records have one number.
    pairs: usize,
}

impl<'a> Known<'a> {
    fn new(batch: &Batch<'_>, edges: &'a [Edge]) -> Self {
        let limit = u32::try_from(THRESHOLD_RECORDS).unwrap_or(u32::MAX);
        let all = batch.records.len() <= THRESHOLD_RECORDS;
        let tax = |record: &u32| Some((*record, checked(&batch.view(*record))?.to_owned()));
        let kept: Vec<&Edge> = edges.iter().filter(|edge| all || (edge.one < limit && edge.other < limit)).collect();
        let records = 0..u32::try_from(batch.records.len()).unwrap_or(u32::MAX).min(limit);
        let entity: HashMap<u32, String> = records.filter_map(|record| tax(&record)).collect();
        let mut sizes: HashMap<&str, usize> = HashMap::new();
        for number in entity.values() {
            *sizes.entry(number).or_default() += 1;
        }
        let pairs = sizes.values().map(|size| size * (size - 1) / 2).sum();
        Self { edges: kept, entity, pairs }
    }

    fn f1(&self, groups: &[Vec<u32>]) -> f64 {
        let (mut right, mut wrong) = (0_usize, 0_usize);
        for group in groups {
            for (at, one) in group.iter().enumerate() {
                let Some(left) = self.entity.get(one) else { continue };
                for other in group.iter().skip(at + 1) {
                    match self.entity.get(other) {
                        Some(number) if number == left => right += 1,
                        Some(_) => wrong += 1,
                        None => {}
                    }
                }
            }
        }
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        2.0 * count(right) / (count(right + wrong) + count(self.pairs)).max(1.0)
    }
}

/// The first tax number whose check digits fit.
fn checked<'a>(view: &View<'a>) -> Option<&'a str> {
    view.get(MatchField::TaxId).iter().find(|value| value.starts_with('!'))
}

/// What may stand in one cluster.
struct Links<'a, 'b> {
    batch: &'a Batch<'b>,
    scorer: &'a Scorer,
    model: &'a MatchModel,
    /// Whether tax numbers count.
    taxed: bool,
}

impl Links<'_, '_> {
    fn decision(&self, edge: &Edge, together: bool) -> MatchDecision {
        if together {
            return MatchDecision::Duplicate;
        }
        let free = self.apart(edge.one).binary_search(&edge.other).is_err()
            && self.together(&self.marks(edge.one), &self.marks(edge.other));
        match self.model.decision(edge.weight, edge.related, free) {
            MatchDecision::Duplicate => MatchDecision::Possible,
            decision => decision,
        }
    }
}

impl Linkage for Links<'_, '_> {
    type Marks = Marks;

    fn marks(&self, record: u32) -> Marks {
        Marks::of(self.model.kind, &self.batch.view(record), self.taxed)
    }

    fn together(&self, one: &Marks, other: &Marks) -> bool {
        one.together(other)
    }

    fn join(&self, one: &Marks, other: &Marks) -> Marks {
        one.join(other)
    }

    fn apart(&self, record: u32) -> &[u32] {
        self.batch.apart(record)
    }

    fn weight(&self, one: u32, other: u32) -> f64 {
        let (left, right) = (self.batch.view(one), self.batch.view(other));
        let mut pattern = Pattern::of(&self.model.comparisons, &left, &right);
        if !self.taxed {
            pattern = self.scorer.untaxed(pattern);
        }
        let bits = self.scorer.frequency(pattern, &left, &right);
        self.scorer.weigh(pattern, bits).weight.clamp(-CEILING, CEILING)
    }
}
