//! The positions of the lines of a quote.

use std::collections::HashSet;

use super::QuoteLine;
use crate::value::{ErrorCode, Problem};

/// The distance between the positions of two lines.
const STEP: i64 = 10;
/// The most problems that one answer lists.
const MAX_PROBLEMS: usize = 100;

/// Gives every line without a position its tenth place, or, where that is taken, one behind all others.
pub(super) fn number(lines: &mut [QuoteLine]) {
    let mut taken: HashSet<i64> = lines.iter().filter_map(|line| line.position).collect();
    let mut last = taken.iter().max().copied().unwrap_or_default();
    for (place, line) in lines.iter_mut().enumerate() {
        if line.position.is_some() {
            continue;
        }
        let own = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1).saturating_mul(STEP);
        let behind = last.saturating_sub(last.rem_euclid(STEP)).saturating_add(STEP);
        let position = if taken.contains(&own) { behind } else { own };
        taken.insert(position);
        last = last.max(position);
        line.position = Some(position);
    }
}

/// A problem for each position that an earlier line has, or that is none.
pub(super) fn problems(lines: &[QuoteLine]) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let mut problems = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let Some(position) = line.position else { continue };
        let field = format!("lines[{place}].position");
        if position <= 0 {
            problems.push(Problem::of_field(ErrorCode::OutOfRange, field, "a position is above zero"));
        } else if !seen.insert(position) {
            let problem = Problem::of_field(ErrorCode::DuplicateKey, field, "another line has this position");
            problems.push(problem.with("position", position));
        }
    }
    problems.truncate(MAX_PROBLEMS);
    problems
}
