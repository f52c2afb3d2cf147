//! Matching: what two records of one company, person or product look like, and what they are to each other (查重).

mod candidates;
mod check;
mod cluster;
mod compare;
mod dedupe;
mod features;
mod frequency;
mod hash;
mod keys;
mod learn;
mod marks;
mod model;
mod normalise;
mod parallel;
mod party;
mod score;
mod shipped;
mod splink;

pub use check::{MatchScore, Matcher};
pub use dedupe::{DedupeOptions, Duplicates, MatchPair, dedupe, learn};
pub use features::{FEATURES_VERSION, Features, MatchField};
pub use keys::MatchKey;
pub(crate) use keys::places;
pub use model::{MatchComparison, MatchFrequencies, MatchKind, MatchLevel, MatchModel, MatchTest, ThresholdSource};
pub use party::{MatchRecord, Party, PartyAddress, features_of};
pub use score::{MatchDecision, MatchStep};
pub use shipped::model as shipped_model;

#[cfg(test)]
mod tests;
