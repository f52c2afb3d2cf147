//! One record against others: a model made ready, and what it says of a pair.

use super::compare::Pattern;
use super::features::{Features, MatchField};
use super::model::MatchModel;
use super::score::{MatchDecision, MatchStep, Scorer, probability};

/// A model that is ready to compare pairs.
#[derive(Debug, Clone)]
pub(crate) struct Matcher {
    model: MatchModel,
    scorer: Scorer,
}

/// What two records are to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Compared {
    /// log2 of the odds that they are the same.
    pub(crate) weight: f64,
    /// The probability of it.
    pub(crate) probability: f64,
    /// What that means.
    pub(crate) decision: MatchDecision,
}

impl Matcher {
    /// A model that was checked.
    pub(crate) fn new(model: MatchModel) -> Self {
        let scorer = Scorer::new(&model);
        Self { model, scorer }
    }

    /// The model.
    pub(crate) const fn model(&self) -> &MatchModel {
        &self.model
    }

    /// Compares two records.
    pub(crate) fn compare(&self, left: &Features, right: &Features) -> Compared {
        let (left, right) = (left.view(), right.view());
        let pattern = Pattern::of(&self.model.comparisons, &left, &right);
        let weighed = self.scorer.weigh(pattern, self.scorer.frequency(pattern, &left, &right));
        let checked =
            |view: &super::features::View<'_>| view.get(MatchField::TaxId).iter().any(|value| value.starts_with('!'));
        let apart =
            checked(&left) && checked(&right) && !left.get(MatchField::TaxId).meets(right.get(MatchField::TaxId));
        let decision = match weighed.weight {
            weight if !apart && weight >= self.model.threshold => MatchDecision::Duplicate,
            weight if !apart && weight >= self.model.possible => MatchDecision::Possible,
            weight if weighed.related >= 0.5 || weight >= self.model.possible => MatchDecision::Related,
            _ => MatchDecision::Different,
        };
        Compared { weight: weighed.weight, probability: probability(weighed.weight), decision }
    }

    /// How the weight of a pair came about.
    pub(crate) fn explain(&self, left: &Features, right: &Features) -> Vec<MatchStep> {
        self.scorer.waterfall(&self.model, &left.view(), &right.view())
    }
}
