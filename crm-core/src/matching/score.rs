//! What agreements are worth: the weight of a pair and how it came about (Fellegi and Sunter, 1969; with three classes).

use super::compare::Pattern;
use super::features::{MatchField, View};
use super::frequency::Table;
use super::model::{MatchComparison, MatchLevel, MatchModel};

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
            /// What the part adds to the weight, in bits: log2(m / u) + frequency.
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
    comparisons: Vec<MatchComparison>,
    frequencies: Table,
    tax: Option<usize>,
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
            comparisons: model.comparisons.clone(),
            frequencies: Table::of(model),
            tax: model.place_of(MatchField::TaxId),
        }
    }

    /// The pattern without the tax number.
    pub(crate) fn untaxed(&self, pattern: Pattern) -> Pattern {
        self.tax.map_or(pattern, |place| pattern.without(place))
    }

    /// How much rarer, in bits, different records agree on these values than on any.
    pub(crate) fn frequency(&self, pattern: Pattern, left: &View<'_>, right: &View<'_>) -> f64 {
        let all = self.comparisons.iter().enumerate();
        all.map(|(place, comparison)| self.frequency_at(comparison, pattern.level(place), left, right)).sum()
    }

    fn frequency_at(&self, comparison: &MatchComparison, level: u8, left: &View<'_>, right: &View<'_>) -> f64 {
        let level: Option<&MatchLevel> = comparison.levels.get(usize::from(level));
        level.map(|level| self.frequencies.bits(comparison.field, level, left, right)).unwrap_or_default()
    }

    /// The weight of a pair from its levels and what frequencies add.
    pub(crate) fn weigh(&self, pattern: Pattern, bits: f64) -> Weighed {
        let mut sums = self.prior;
        for (place, levels) in self.levels.iter().enumerate() {
            add(&mut sums, levels, pattern.level(place));
        }
        weighed(sums, bits)
    }

    /// How the weight came about: one step a comparison, whose weights add up to that of the pair.
    pub(crate) fn waterfall(&self, model: &MatchModel, left: &View<'_>, right: &View<'_>) -> Vec<MatchStep> {
        let pattern = Pattern::of(&model.comparisons, left, right);
        let mut sums = self.prior;
        let mut bits = 0.0;
        let mut before = weighed(sums, bits).weight;
        let mut steps = vec![prior_step(before, model)];
        for (place, comparison) in model.comparisons.iter().enumerate() {
            let level = pattern.level(place);
            let Some(reached) = comparison.levels.get(usize::from(level)) else { continue };
            self.levels.get(place).into_iter().for_each(|levels| add(&mut sums, levels, level));
            let plain = weighed(sums, bits).weight;
            bits += self.frequency_at(comparison, level, left, right);
            let total = weighed(sums, bits).weight;
            steps.push(MatchStep {
                field: comparison.field.as_str().to_owned(),
                level: reached.name.clone(),
                m: reached.m,
                u: reached.m * libm::exp2(before - plain),
                frequency: total - plain,
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

/// The values of a part as people read them; of a place and a whole name, those that they are made of.
fn shown(view: &View<'_>, field: MatchField) -> Option<String> {
    let parts: &[MatchField] = match field {
        MatchField::Place => &[MatchField::Street, MatchField::Postcode, MatchField::City, MatchField::Region],
        MatchField::FullName => &[MatchField::FamilyName, MatchField::GivenName],
        MatchField::Domain => &[MatchField::Email, MatchField::Domain],
        _ => std::slice::from_ref(&field),
    };
    let values: Vec<&str> = parts.iter().flat_map(|part| view.get(*part).iter()).collect();
    let plain = values.iter().map(|value| value.trim_start_matches('!').split('|').next().unwrap_or_default());
    (!values.is_empty()).then(|| plain.collect::<Vec<_>>().join("; "))
}

fn add(sums: &mut [f64; 3], levels: &[[f64; 3]], level: u8) {
    if let Some(shares) = levels.get(usize::from(level)) {
        for (sum, share) in sums.iter_mut().zip(shares) {
            *sum += share;
        }
    }
}

fn weighed([same, related, different]: [f64; 3], bits: f64) -> Weighed {
    let different = different - bits;
    let (high, low) = if related >= different { (related, different) } else { (different, related) };
    let others = high + libm::log2(1.0 + libm::exp2(low - high));
    Weighed { weight: same - others, related: 1.0 / (1.0 + libm::exp2(different - related)) }
}

/// The probability that belongs to a weight.
pub(crate) fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + libm::exp2(-weight))
}
