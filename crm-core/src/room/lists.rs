//! Lists inside a record, whose entries come from several sources: an import brings its own entries and takes none of
//! the others away.

use super::{ExternalId, external_kind};
use crate::schema::{FieldSpec, nested};
use crate::value::{FieldValue, json};

/// Joins a list that an import brings with the present one.
///
/// `same` says whether a given entry means a present one, `kept` what becomes of the two. The given entries come first,
/// so that a problem of the third one is found at the third place; if they bring nothing new, the present list stays as
/// it is. Nothing if a list cannot be read: the given one is then refused as every bad list.
pub(crate) fn join_lists<T>(
    present: &str,
    given: &str,
    same: impl Fn(&T, &T) -> bool,
    kept: impl Fn(&T, T) -> T,
) -> Option<String>
where
    T: PartialEq + serde::Serialize + serde::de::DeserializeOwned,
{
    let mut rest: Vec<T> = json::from_text(present).ok()?;
    let given: Vec<T> = json::from_text(given).ok()?;
    let mut joined = Vec::with_capacity(rest.len() + given.len());
    let mut is_new = false;
    for item in given {
        let item = match rest.iter().position(|there| same(there, &item)) {
            Some(place) => {
                let there = rest.remove(place);
                let item = kept(&there, item);
                is_new = is_new || item != there;
                item
            }
            None => {
                is_new = true;
                item
            }
        };
        joined.push(item);
    }
    if !is_new {
        return Some(present.to_owned());
    }
    joined.extend(rest);
    match FieldValue::json(&joined) {
        Ok(FieldValue::Json(text)) => Some(text),
        _ => None,
    }
}

/// The field of the identifiers in other systems: each is unique, and an import adds its own.
pub(crate) const fn external_ids() -> FieldSpec {
    nested().keyed_by(external_keys).joined_by(join_external_ids)
}

/// The unique keys inside a list of external identifiers.
fn external_keys(json: &str) -> Vec<(String, String)> {
    let list: Vec<ExternalId> = json::from_text(json).unwrap_or_default();
    list.into_iter().map(|id| (external_kind(&id.system), id.key)).collect()
}

/// Adds external identifiers to the present ones.
fn join_external_ids(present: &str, given: &str) -> Option<String> {
    let same = |there: &ExternalId, given: &ExternalId| {
        (there.system.as_str(), there.key.as_str()) == (given.system.trim(), given.key.trim())
    };
    join_lists(present, given, same, |there, _| there.clone())
}
