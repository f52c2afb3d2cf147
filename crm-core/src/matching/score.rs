//! What agreements are worth: the weight of a pair and how it came about (Fellegi and Sunter, 1969; with three classes).

use super::compare::{MISSING, Pattern};
use super::features::{MatchField, View};
use super::hash::key_of;
use super::model::{MatchComparison, MatchModel, Shares};

/// How far the frequency of a value may move a weight, in bits.
const MOST_BITS_OF_FREQUENCY: f64 = 7.0;
const LEAST_BITS_OF_FREQUENCY: f64 = -7.0;

value_enum! {
    /// What two records are to each other.
    pub enum MatchDecision {
        /// The same company, person or product (重复).
        Duplicate = "duplicate",
        /// Perhaps the same: somebody should look (疑似).
        Possible = "possible",
        /// Not the same, but of one group, household or series (关联).
        Related = "related",
        /// Nothing to do with each other.
        Different = "different",
    }
}

value_struct! {
    /// What one part adds to the weight of a pair: a step of the waterfall.
    pub struct MatchStep {
        required {
            /// The part, or `prior` for what holds before anything is compared.
            pub field: String,
            /// The name of the level that was reached.
            pub level: String,
            /// The share of the same pairs that reach the level.
            pub m: f64,
            /// The share of the other pairs that reach it, of related and different ones as far as the parts before leave
            /// room for them.
            pub u: f64,
            /// What the frequency of the value adds, in bits.
            pub frequency: f64,
            /// What the part adds to the weight, in bits: log2(m / u) + frequency, as far as it sets the pair apart from
            /// related and different ones.
            pub weight: f64,
            /// The weight up to here.
            pub total: f64,
        }
        optional {
            /// What the first record says.
            pub left: Option<String>,
            /// What the second record says.
            pub right: Option<String>,
        }
    }
}

impl MatchModel {
    /// What a pair is by its weight; `free` if nothing keeps the two from being one.
    pub(crate) fn decision(&self, weight: f64, related: f64, free: bool) -> MatchDecision {
        match weight {
            weight if free && weight >= self.threshold => MatchDecision::Duplicate,
            weight if free && weight >= self.possible => MatchDecision::Possible,
            weight if related >= 0.5 || weight >= self.possible => MatchDecision::Related,
            _ => MatchDecision::Different,
        }
    }
}

/// Logarithms of a model's shares, and its frequencies, ready for many pairs.
#[derive(Debug, Clone)]
pub(crate) struct Scorer {
    prior: [f64; 3],
    /// By comparison and level: log2 of m, related and u.
    levels: Vec<Vec<[f64; 3]>>,
    frequencies: Vec<Option<Frequency>>,
    tax: Option<usize>,
}

#[derive(Debug, Clone)]
struct Frequency {
    field: MatchField,
    /// Which levels go by frequency.
    levels: u16,
    agreement: f64,
    rest: f64,
    shares: Shares,
}

/// What a pair weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weighed {
    /// log2 of the odds that the two are the same.
    pub(crate) weight: f64,
    /// The chance that the two are related, if they are not the same.
    pub(crate) related: f64,
}

impl Scorer {
    pub(crate) fn new(model: &MatchModel) -> Self {
        let log = |share: f64| libm::log2(share);
        let different = 1.0 - model.same - model.related;
        let levels = |comparison: &MatchComparison| {
            comparison.levels.iter().map(|level| [log(level.m), log(level.related), log(level.u)]).collect()
        };
        Self {
            prior: [log(model.same), log(model.related), log(different)],
            levels: model.comparisons.iter().map(levels).collect(),
            frequencies: model.comparisons.iter().map(|comparison| frequency(model, comparison)).collect(),
            tax: model.place_of(MatchField::TaxId),
        }
    }

    /// The pattern without the tax number.
    pub(crate) fn untaxed(&self, pattern: Pattern) -> Pattern {
        self.tax.map_or(pattern, |place| pattern.without(place))
    }

    /// The level of the tax number; `MISSING` if there is none to compare.
    pub(crate) fn tax_level(&self, pattern: Pattern) -> u8 {
        self.tax.map_or(MISSING, |place| pattern.level(place))
    }

    /// What the frequencies of the values on which two records agree add, in bits.
    pub(crate) fn frequency(&self, pattern: Pattern, left: &View<'_>, right: &View<'_>) -> f64 {
        (0..self.frequencies.len()).map(|place| self.frequency_at(place, pattern, left, right)).sum()
    }

    fn frequency_at(&self, place: usize, pattern: Pattern, left: &View<'_>, right: &View<'_>) -> f64 {
        let level = pattern.level(place);
        let Some(Some(frequency)) = self.frequencies.get(place) else { return 0.0 };
        if level == MISSING || (frequency.levels >> level) & 1 == 0 {
            return 0.0;
        }
        frequency.bits(left, right)
    }

    /// The weight of a pair from its levels and what frequencies add.
    pub(crate) fn weigh(&self, pattern: Pattern, frequency: f64) -> Weighed {
        let mut sums = self.prior;
        for (place, levels) in self.levels.iter().enumerate() {
            add(&mut sums, levels, pattern.level(place));
        }
        weighed(sums, frequency)
    }

    /// How the weight came about: one step a comparison, whose weights add up to that of the pair.
    pub(crate) fn waterfall(&self, model: &MatchModel, left: &View<'_>, right: &View<'_>) -> Vec<MatchStep> {
        let pattern = Pattern::of(&model.comparisons, left, right);
        let mut sums = self.prior;
        let mut bits = 0.0;
        let mut before = weighed(sums, 0.0).weight;
        let mut steps = vec![prior_step(before, model)];
        for (place, comparison) in model.comparisons.iter().enumerate() {
            let level = pattern.level(place);
            let Some(reached) = comparison.levels.get(usize::from(level)) else { continue };
            let others = mixture(sums);
            self.levels.get(place).into_iter().for_each(|levels| add(&mut sums, levels, level));
            let frequency = self.frequency_at(place, pattern, left, right);
            bits += frequency;
            let total = weighed(sums, bits).weight;
            steps.push(MatchStep {
                field: comparison.field.as_str().to_owned(),
                level: reached.name.clone(),
                m: reached.m,
                u: others * reached.related + (1.0 - others) * reached.u,
                frequency,
                weight: total - before,
                total,
                left: shown(left, comparison.field),
                right: shown(right, comparison.field),
            });
            before = total;
        }
        steps
    }
}

fn prior_step(weight: f64, model: &MatchModel) -> MatchStep {
    MatchStep {
        field: "prior".to_owned(),
        level: String::new(),
        m: model.same,
        u: 1.0 - model.same,
        frequency: 0.0,
        weight,
        total: weight,
        left: None,
        right: None,
    }
}

/// The values of a part as people read them.
fn shown(view: &View<'_>, field: MatchField) -> Option<String> {
    let values: Vec<&str> = view.get(field).iter().map(|value| value.trim_start_matches('!')).collect();
    (!values.is_empty()).then(|| values.join("; "))
}

fn add(sums: &mut [f64; 3], levels: &[[f64; 3]], level: u8) {
    if let Some(shares) = levels.get(usize::from(level)) {
        for (sum, share) in sums.iter_mut().zip(shares) {
            *sum += share;
        }
    }
}

/// Of the pairs that are not the same, the share of related ones.
fn mixture([_, related, different]: [f64; 3]) -> f64 {
    1.0 / (1.0 + libm::exp2(different - related))
}

fn weighed(sums: [f64; 3], frequency: f64) -> Weighed {
    let [same, related, different] = sums;
    let (high, low) = if related >= different { (related, different) } else { (different, related) };
    let others = high + libm::log2(1.0 + libm::exp2(low - high));
    Weighed { weight: same + frequency - others, related: mixture(sums) }
}

/// The probability that belongs to a weight.
pub(crate) fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + libm::exp2(-weight))
}

fn frequency(model: &MatchModel, comparison: &MatchComparison) -> Option<Frequency> {
    let flags = comparison.levels.iter().enumerate().filter(|(_, level)| level.by_frequency);
    let levels = flags.fold(0_u16, |flags, (place, _)| flags | (1_u16 << place.min(15)));
    let known = model.frequencies_of(comparison.field)?;
    let shares = known.shares.iter().filter_map(|(key, share)| Some((u64::from_str_radix(key, 16).ok()?, *share)));
    let (agreement, rest) = (known.agreement, known.rest);
    (levels != 0).then(|| Frequency { field: comparison.field, levels, agreement, rest, shares: shares.collect() })
}

impl Frequency {
    /// log2 of the chance to agree at all, over the share of the value: with m and u of the whole level that is the weight
    /// of the agreement on this value (Winkler's frequency adjustment).
    fn bits(&self, left: &View<'_>, right: &View<'_>) -> f64 {
        let (one, other) = (left.get(self.field), right.get(self.field));
        let share = match one.common(other) {
            Some(value) => self.share(value),
            None => one.iter().chain(other.iter()).map(|value| self.share(value)).fold(self.rest, f64::max),
        };
        libm::log2(self.agreement / share).clamp(LEAST_BITS_OF_FREQUENCY, MOST_BITS_OF_FREQUENCY)
    }

    fn share(&self, value: &str) -> f64 {
        self.shares.get(&key_of(self.field, value)).copied().unwrap_or(self.rest)
    }
}
