//! Finding the record that a cell names, and proposing one if there is none.

use std::collections::HashMap;

use super::ReferenceLookup;
use crate::engine::Session;
use crate::query::Query;
use crate::room::{ExternalId, Reader as _};
use crate::schema::{FieldCodec as _, FieldKind};
use crate::value::{Error, ErrorCode, FieldValue, Id, Result, normalize_text};

/// The farthest that a proposal may be from the cell, in single-character edits per four characters.
const EDITS_PER_CHARS: usize = 4;

/// All names of an entity with their records.
pub(super) struct Names {
    /// Two records with one name: neither is meant.
    exact: HashMap<String, Option<Id>>,
}

/// What a cell names.
pub(super) enum Found {
    One(Id),
    Several,
    None { proposal: Option<String> },
}

impl Names {
    /// Reads the names that the importing user may see.
    pub(super) fn read(session: &Session, lookup: &ReferenceLookup) -> Result<Self> {
        let external = lookup.by.strip_prefix("external:");
        let field = if external.is_some() { "external_ids" } else { lookup.by.as_str() };
        let names = session.reading(|reading| {
            let (entity, plan) = reading.entity(&lookup.entity)?;
            let field =
                plan.readable_field(&reading.tenant.schema, &entity, field).map_err(|error| error.under("lookup"))?;
            if external.is_none() && matches!(field.spec.kind, FieldKind::Nested) {
                return Err(Error::invalid(ErrorCode::WrongType, "lookup.by", "a list cannot be looked up"));
            }
            let rows = reading.all(&lookup.entity, &Query::default())?;
            Ok(rows.into_iter().map(|row| (field.value(&row), row.id)).collect::<Vec<_>>())
        })?;
        let mut exact: HashMap<String, Option<Id>> = HashMap::new();
        for (value, id) in names {
            for name in keys(value, external)? {
                exact.entry(name).and_modify(|known| *known = known.filter(|known| *known == id)).or_insert(Some(id));
            }
        }
        Ok(Self { exact })
    }

    /// A list of expected texts, which stand for no record.
    pub(super) fn expected(texts: &[String]) -> Self {
        Self { exact: texts.iter().map(|text| (text.clone(), Some(Id::NIL))).collect() }
    }

    pub(super) fn find(&self, text: &str) -> Found {
        match self.exact.get(text) {
            Some(Some(id)) => Found::One(*id),
            Some(None) => Found::Several,
            None => Found::None { proposal: self.nearest(text) },
        }
    }

    /// The one name that differs in spelling only, or by few characters: a proposal, never more.
    pub(super) fn nearest(&self, text: &str) -> Option<String> {
        let squeezed = squeeze(text);
        let same: Vec<&String> = self.exact.keys().filter(|name| squeeze(name) == squeezed).collect();
        if let [name] = same.as_slice() {
            return Some((*name).clone());
        }
        let limit = squeezed.chars().count() / EDITS_PER_CHARS;
        let mut best: Option<(usize, &String)> = None;
        let mut tied = false;
        for name in self.exact.keys() {
            let distance = edits(&squeezed, &squeeze(name), limit);
            let Some(distance) = distance else { continue };
            match best {
                Some((least, _)) if distance > least => {}
                Some((least, _)) if distance == least => tied = true,
                _ => (best, tied) = (Some((distance, name)), false),
            }
        }
        best.filter(|_| !tied).map(|(_, name)| name.clone())
    }
}

fn keys(value: FieldValue, external: Option<&str>) -> Result<Vec<String>> {
    match external {
        None if value == FieldValue::Null => Ok(Vec::new()),
        None => Ok(vec![value.to_key()]),
        Some(system) => {
            let ids = Vec::<ExternalId>::from_field(value)?;
            Ok(ids.into_iter().filter(|id| id.system == system).map(|id| id.key).collect())
        }
    }
}

/// Only letters and digits, in lower case.
fn squeeze(text: &str) -> String {
    normalize_text(text).chars().filter(|char| char.is_alphanumeric()).collect()
}

/// The Levenshtein distance, if it is not above the limit.
fn edits(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if limit == 0 || a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (place, left) in a.iter().enumerate() {
        let mut diagonal = place;
        let mut before = place + 1;
        let mut next = vec![before];
        for (right, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = diagonal + usize::from(left != right);
            diagonal = *above;
            before = cost.min(above + 1).min(before + 1);
            next.push(before);
        }
        row = next;
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Names {
        Names { exact: list.iter().map(|name| ((*name).to_owned(), Some(Id::NIL))).collect() }
    }

    #[test]
    fn the_product_that_differs_by_a_space_is_proposed_and_not_taken() {
        let found = names(&["GTX Pro", "GTX Basic", "MG Special"]).find("GTXPro");
        assert!(matches!(found, Found::None { proposal: Some(name) } if name == "GTX Pro"));
    }

    #[test]
    fn a_typing_error_is_proposed_only_if_one_name_is_nearest() {
        assert_eq!(names(&["technology", "medical"]).nearest("technolgy").as_deref(), Some("technology"));
        assert_eq!(names(&["abcdefgx", "abcdefgy"]).nearest("abcdefgz"), None);
        assert_eq!(names(&["abc"]).nearest("xyz"), None);
    }

    #[test]
    fn the_distance_is_levenshtein() {
        assert_eq!(edits("kitten", "sitting", 5), Some(3));
        assert_eq!(edits("kitten", "sitting", 2), None);
    }
}
