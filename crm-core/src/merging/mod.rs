//! Merging records that are one and the same (合并): which value survives, and what becomes of spans of time that would
//! overlap.
//!
//! The room is pure. The engine collects the records, lets these rules decide, re-points every reference by its merge
//! policy, and keeps a [`MergeRecord`] by which all of it can be taken back.

mod rules;
mod spans;
mod types;

#[cfg(test)]
mod tests;

pub(crate) use rules::{Candidate, Chosen, choose, without_joined};
pub use rules::{MAX_JOINED, MAX_LOSERS};
pub(crate) use spans::{Days, left_over};
pub use types::{
    FieldChoice, MergeAlias, MergeCommand, MergeCount, MergeRecord, MergeRecordPage, MergeReport, MergeRequest,
    MergeStatus, MergedField, MergedRecord, SurvivorRule, UnmergeConflict, UnmergeReport,
};
