//! One record against others: what a check at insert says.

use super::compare::Pattern;
use super::features::Features;
use super::marks::Marks;
use super::model::MatchModel;
use super::score::{MatchDecision, MatchStep, Scorer, probability};
use crate::value::Result;

value_struct! {
    /// What two records are to each other.
    pub struct MatchScore {
        required {
            /// log2 of the odds that they are the same.
            pub weight: f64,
            /// The probability that they are the same, by the model.
            pub probability: f64,
            /// What they are to each other.
            pub decision: MatchDecision,
        }
    }
}

/// A model made ready for many comparisons.
#[derive(Debug, Clone)]
pub struct Matcher {
    model: MatchModel,
    scorer: Scorer,
}

impl Matcher {
    /// Makes a model ready.
    ///
    /// # Errors
    /// What [`MatchModel::check`] says.
    pub fn new(model: MatchModel) -> Result<Self> {
        model.check()?;
        let scorer = Scorer::new(&model);
        Ok(Self { model, scorer })
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> &MatchModel {
        &self.model
    }

    /// What two records are to each other; whichever comes first.
    #[must_use]
    pub fn score(&self, one: &Features, other: &Features) -> MatchScore {
        let (left, right) = (one.view(), other.view());
        let pattern = Pattern::of(&self.model.comparisons, &left, &right);
        let weighed = self.scorer.weigh(pattern, self.scorer.frequency(pattern, &left, &right));
        let free = weighed.weight < self.model.possible || {
            Marks::of(self.model.kind, &left, true).together(&Marks::of(self.model.kind, &right, true))
        };
        let decision = self.model.decision(weighed.weight, weighed.related, free);
        MatchScore { weight: weighed.weight, probability: probability(weighed.weight), decision }
    }

    /// How the weight of two records comes about; the steps add up to it.
    #[must_use]
    pub fn explain(&self, one: &Features, other: &Features) -> Vec<MatchStep> {
        self.scorer.waterfall(&self.model, &one.view(), &other.view())
    }
}
