//! What a merge does with what was said of its records.

use super::{DuplicateCase, DuplicateVerdict};
use crate::room::{Fate, JoinRule, Merging, View};
use crate::schema::{Entity as _, Row};
use crate::value::Result;

/// A verdict on a record that goes into another one goes with it: of the surviving record nobody said so. Both come back
/// with an un-merge.
fn join_verdicts(_: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let mut fates = Vec::new();
    for row in rows {
        let verdict = DuplicateVerdict::from_stored(row.clone())?;
        let is_gone = merging.losers.contains(&verdict.record) || merging.losers.contains(&verdict.other);
        fates.extend(is_gone.then_some(Fate::Dropped(verdict.id)));
    }
    Ok(fates)
}

/// A case about a record that goes into another one is decided by the merge.
fn join_cases(_: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let mut fates = Vec::new();
    for row in rows {
        let case = DuplicateCase::from_stored(row.clone())?;
        let is_gone = case.record.is_some_and(|record| merging.losers.contains(&record));
        fates.extend(is_gone.then_some(Fate::Dropped(case.id)));
    }
    Ok(fates)
}

/// The rule for records that point to merged ones.
pub(crate) fn join_rule_of(entity: &str) -> Option<JoinRule> {
    match entity {
        DuplicateVerdict::NAME => Some(join_verdicts),
        DuplicateCase::NAME => Some(join_cases),
        _ => None,
    }
}
