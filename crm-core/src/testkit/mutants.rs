//! The proof that the pairs of worlds notice: with any one check turned off they are told apart.

use super::memory;
use super::paired::TOLD_APART;
use super::paired_rooms::rooms_are_equal;
use crate::access::mutation::{ALL, Check, without};

/// The most calls that are made to notice: no more, and of the same seeds, than are equal with every check on.
const CALLS: usize = 30_000;
const RUNS: [(u64, bool); 2] = [(81, false), (83, true)];

/// What an end says by which the work was given up.
fn told(end: &(dyn std::any::Any + Send)) -> &str {
    let text = end.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| end.downcast_ref::<&str>().copied()).unwrap_or_default()
}

/// Why a check that is turned off was not noticed, if it was not.
fn survives(check: Check) -> Option<String> {
    for (seed, hides_stages) in RUNS {
        match without(check, || rooms_are_equal(memory, seed, hides_stages, CALLS)) {
            Ok(_) => {}
            Err(end) if told(end.as_ref()).starts_with(TOLD_APART) => return None,
            Err(end) => return Some(format!("{check:?}: it ended otherwise: {}", told(end.as_ref()))),
        }
    }
    Some(format!("{check:?}: nothing was noticed"))
}

#[test]
fn with_any_one_check_turned_off_the_worlds_are_told_apart() {
    let survivors: Vec<String> = ALL.iter().filter_map(|check| survives(*check)).collect();
    assert_eq!(survivors, Vec::<String>::new());
}
