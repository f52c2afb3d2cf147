//! What the rules of several rooms check in the same way.

use std::collections::HashMap;

use super::ExternalId;
use crate::value::{Error, ErrorCode, Problem, Result};

/// The most identifiers in other systems of one record.
pub const MAX_EXTERNAL_IDS: usize = 50;
/// The longest name of a system, identifier in it, or other part of a list entry, in characters.
pub(crate) const MAX_PART_CHARS: usize = 200;

/// All problems at once, or none.
pub(crate) fn refuse(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
}

/// Takes white space from both ends.
pub(crate) fn tidy(text: &mut String) {
    if text.trim().len() != text.len() {
        *text = text.trim().to_owned();
    }
}

/// Takes white space from both ends; an empty text is none.
pub(crate) fn tidy_part(part: &mut Option<String>) {
    *part = part.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
}

/// Notes a list that is longer than its limit.
pub(crate) fn check_count(field: &str, count: usize, limit: usize, problems: &mut Vec<Problem>) {
    if count > limit {
        let message = format!("at most {limit} are kept");
        problems.push(Problem::of_field(ErrorCode::TooMany, field, message).with("max", limit).with("count", count));
    }
}

/// What is wrong with a text that has more than `limit` characters.
pub(crate) fn check_chars(text: &str, limit: usize) -> Option<Problem> {
    let too_long = text.len() > limit && text.chars().count() > limit;
    too_long.then(|| {
        Problem::new(ErrorCode::TooLong, format!("the text has more than {limit} characters")).with("max_chars", limit)
    })
}

/// Notes every item whose key an earlier one has.
pub(crate) fn check_distinct<T>(
    items: &[T],
    field: impl Fn(usize) -> String,
    key: impl Fn(&T) -> Option<String>,
) -> Vec<Problem> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut problems = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Some(key) = key(item) else { continue };
        let first = *seen.entry(key).or_insert(place);
        if first != place {
            let message = "the same stands in the list already";
            problems.push(Problem::of_field(ErrorCode::DuplicateKey, field(place), message).with("first", first));
        }
    }
    problems
}

/// Checks the identifiers in other systems and brings them into their one form: an empty one, or one that differs by
/// white space only, would be taken for that of another record.
///
/// # Errors
/// All problems at once: `Required`, `TooLong`, `DuplicateKey`, `TooMany` above [`MAX_EXTERNAL_IDS`].
pub fn tidy_external_ids(ids: &mut [ExternalId]) -> Result<()> {
    let mut problems = Vec::new();
    check_external_ids(ids, &mut problems);
    refuse(problems)
}

/// As [`tidy_external_ids`]; notes the problems.
pub(crate) fn check_external_ids(ids: &mut [ExternalId], problems: &mut Vec<Problem>) {
    check_count("external_ids", ids.len(), MAX_EXTERNAL_IDS, problems);
    for (place, id) in ids.iter_mut().enumerate() {
        for (name, text) in [("system", &mut id.system), ("key", &mut id.key)] {
            tidy(text);
            let missing = text.is_empty().then(|| Problem::new(ErrorCode::Required, "the text is empty"));
            let problem = missing.or_else(|| check_chars(text, MAX_PART_CHARS));
            problems.extend(problem.map(|problem| problem.under(name).under(&format!("external_ids[{place}]"))));
        }
    }
    let key = |id: &ExternalId| Some(format!("{:?} {}", id.system, id.key));
    problems.extend(check_distinct(ids, |place| format!("external_ids[{place}].key"), key));
}
