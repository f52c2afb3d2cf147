//! Which value survives.

use super::{FieldChoice, SurvivorRule};
use crate::schema::{FieldKind, FieldSpec};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp, json};

/// The most records that one merge puts into another one.
pub const MAX_LOSERS: usize = 500;
/// The most entries of a list that was joined by a merge; what has no place stays in the history of the merged record.
pub const MAX_JOINED: usize = 50;

/// One of the merged records as one field sees it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) id: Id,
    pub(crate) value: FieldValue,
    /// When the value was set.
    pub(crate) set_at: Timestamp,
    /// The place of the best of its sources among the trusted ones.
    pub(crate) trust: usize,
    /// How many fields of the record are filled.
    pub(crate) filled: usize,
}

/// The value that survives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) value: FieldValue,
    pub(crate) source: Option<Id>,
    pub(crate) lost: i64,
}

/// Whether a value says nothing: an empty one, and a plain no.
pub(crate) fn is_blank(value: &FieldValue) -> bool {
    match value {
        FieldValue::Null | FieldValue::Boolean(false) => true,
        FieldValue::Text(text) => text.is_empty(),
        FieldValue::Json(text) => text == "[]",
        _ => false,
    }
}

/// Chooses among the values of the merged records, that of the surviving one first.
///
/// # Errors
/// `UnknownReference` at `record` for a pick of a record that is not merged, `WrongType` at `rule` for a rule that does
/// not fit the field, `TooLong` for texts that do not fit together.
pub(crate) fn choose(spec: &FieldSpec, choice: &FieldChoice, candidates: &[Candidate]) -> Result<Chosen> {
    let filled: Vec<&Candidate> = candidates.iter().filter(|candidate| !is_blank(&candidate.value)).collect();
    let best = match choice.rule {
        SurvivorRule::Pick => {
            let picked = candidates.iter().find(|candidate| Some(candidate.id) == choice.record);
            return Ok(taken(picked.ok_or_else(not_merged)?, &filled));
        }
        SurvivorRule::Value => {
            let value = spec.coerce(choice.value.clone().unwrap_or_default())?;
            return Ok(counted(value, None, &filled));
        }
        SurvivorRule::Union => return united(spec, &filled).unwrap_or_else(|| Err(no_list(spec))),
        SurvivorRule::KeepAll => return all_kept(spec, &filled),
        SurvivorRule::Survivor => match united(spec, &filled) {
            Some(chosen) => return chosen,
            None => filled.first(),
        },
        SurvivorRule::MostRecent => first_of(&filled, |candidate| std::cmp::Reverse(candidate.set_at)),
        SurvivorRule::MostTrusted => first_of(&filled, |candidate| candidate.trust),
        SurvivorRule::MostComplete => first_of(&filled, |candidate| std::cmp::Reverse(candidate.filled)),
        SurvivorRule::Longest => first_of(&filled, |candidate| std::cmp::Reverse(length(&candidate.value))),
    };
    let own = candidates.first();
    Ok(match best.copied().or(own) {
        Some(candidate) => taken(candidate, &filled),
        None => counted(FieldValue::Null, None, &filled),
    })
}

fn not_merged() -> Error {
    Error::invalid(ErrorCode::UnknownReference, "record", "the record is none of those that are merged")
}

fn no_list(spec: &FieldSpec) -> Error {
    Error::invalid(ErrorCode::WrongType, "rule", format!("`{}` is no list whose entries can be joined", spec.name))
}

/// The first of the best ones.
fn first_of<'c, 'a, K: Ord>(filled: &'c [&'a Candidate], key: impl Fn(&Candidate) -> K) -> Option<&'c &'a Candidate> {
    filled.iter().min_by_key(|candidate| key(candidate))
}

fn length(value: &FieldValue) -> usize {
    match value {
        FieldValue::Json(text) => entries(text).map_or(text.len(), |list| list.len()),
        value => value.to_key().chars().count(),
    }
}

fn entries(text: &str) -> Option<Vec<serde_json::Value>> {
    serde_json::from_str(text).ok()
}

fn taken(candidate: &Candidate, filled: &[&Candidate]) -> Chosen {
    counted(candidate.value.clone(), Some(candidate.id), filled)
}

/// With the number of different values that gave way.
fn counted(value: FieldValue, source: Option<Id>, filled: &[&Candidate]) -> Chosen {
    let mut others: Vec<&FieldValue> = Vec::new();
    for candidate in filled {
        if candidate.value != value && !others.contains(&&candidate.value) {
            others.push(&candidate.value);
        }
    }
    Chosen { value, source, lost: i64::try_from(others.len()).unwrap_or(i64::MAX) }
}

/// The entries of all lists, those of the surviving record first; nothing for a field whose entries cannot be joined.
fn united(spec: &FieldSpec, filled: &[&Candidate]) -> Option<Result<Chosen>> {
    spec.nested_join?;
    let Some((first, rest)) = filled.split_first() else {
        return Some(Ok(counted(FieldValue::Null, None, filled)));
    };
    let (FieldValue::Json(own), mut source, mut lost) = (&first.value, Some(first.id), 0_i64) else { return None };
    let mut own = own.clone();
    for other in rest {
        let FieldValue::Json(brought) = &other.value else { continue };
        let joined = match spec.nested_union {
            Some(unite) => unite(&own, brought),
            None => spec.nested_join.and_then(|join| join(&own, brought)),
        };
        // A list that cannot be read brings nothing; the record keeps it.
        let Some(joined) = joined else { continue };
        let (joined, left_out) = own_first(&own, &joined);
        lost = lost.saturating_add(left_out);
        if joined != own {
            (own, source) = (joined, None);
        }
    }
    Some(Ok(Chosen { value: FieldValue::Json(own), source, lost }))
}

/// The entries in the order of the own list, and behind them what is new, as far as there is place.
fn own_first(own: &str, joined: &str) -> (String, i64) {
    let (Some(own_list), Some(mut joined)) = (entries(own), entries(joined)) else { return (own.to_owned(), 0) };
    let place = |entry: &serde_json::Value| own_list.iter().position(|own| own == entry).unwrap_or(usize::MAX);
    joined.sort_by_key(place);
    let most = MAX_JOINED.max(own_list.len());
    let left_out = i64::try_from(joined.len().saturating_sub(most)).unwrap_or(i64::MAX);
    joined.truncate(most);
    (json::to_canonical(&joined).unwrap_or_else(|_| own.to_owned()), left_out)
}

/// All texts, each once, on lines of their own; of lists the entries.
fn all_kept(spec: &FieldSpec, filled: &[&Candidate]) -> Result<Chosen> {
    if let Some(united) = united(spec, filled) {
        return united;
    }
    let FieldKind::Text { max_chars } = spec.kind else {
        let message = format!("`{}` holds one value", spec.name);
        return Err(Error::invalid(ErrorCode::WrongType, "rule", message));
    };
    let mut texts: Vec<&str> = Vec::new();
    for candidate in filled {
        if let FieldValue::Text(text) = &candidate.value
            && !texts.contains(&text.as_str())
        {
            texts.push(text);
        }
    }
    let text = texts.join("\n");
    if text.chars().count() > usize::try_from(max_chars).unwrap_or(usize::MAX) {
        let problem = Problem::of_field(ErrorCode::TooLong, "rule", "the texts are too long together");
        return Err(problem.with("max_chars", max_chars).into_invalid());
    }
    let source = if texts.len() == 1 { filled.first().map(|candidate| candidate.id) } else { None };
    let value = if text.is_empty() { FieldValue::Null } else { FieldValue::Text(text) };
    Ok(Chosen { value, source, lost: 0 })
}

/// A list without what a merge brought, and with what it took: the entries that were changed since stay. Nothing if
/// nothing of it can be found again.
pub(crate) fn without_joined(before: &FieldValue, after: &FieldValue, present: &FieldValue) -> Option<FieldValue> {
    let list = |value: &FieldValue| match value {
        FieldValue::Null => Some(Vec::new()),
        FieldValue::Json(text) => entries(text),
        _ => None,
    };
    let (before, after, present) = (list(before)?, list(after)?, list(present)?);
    let brought: Vec<&serde_json::Value> = after.iter().filter(|entry| !before.contains(entry)).collect();
    let mut gone: Vec<&serde_json::Value> = before.iter().filter(|entry| !after.contains(entry)).collect();
    gone.retain(|entry| !present.contains(entry));
    if !brought.iter().all(|entry| present.contains(entry)) {
        return None;
    }
    let mut result = Vec::with_capacity(present.len() + gone.len());
    for entry in &present {
        if brought.contains(&entry) {
            result.append(&mut gone);
        } else {
            result.push(entry);
        }
    }
    result.append(&mut gone);
    if result.is_empty() {
        return Some(FieldValue::Null);
    }
    json::to_canonical(&result).ok().map(FieldValue::Json)
}
