//! Finding the record that a cell names, and proposing one if there is none.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use super::ReferenceLookup;
use crate::engine::{Reading, Session};
use crate::query::Query;
use crate::room::{ExternalId, Reader as _, external_kind};
use crate::schema::{FieldCodec as _, FieldKind};
use crate::value::{Error, ErrorCode, FieldValue, Id, Result, normalize_text};

/// The farthest that a proposal may be from the cell, in single-character edits per four characters.
const EDITS_PER_CHARS: usize = 4;

/// All names of an entity with their records.
pub(super) struct Names {
    /// Two records with one name: neither is meant.
    exact: HashMap<String, Option<Id>>,
    /// What the names are when only letters and digits count; made when the first proposal is asked for.
    spellings: OnceCell<Spellings>,
    /// What was proposed for a text: many rows share one.
    proposals: RefCell<HashMap<String, Option<String>>>,
    /// Where unique values of merged records are looked up.
    merged: Option<Merged>,
}

/// The unique values of records that went into others.
struct Merged {
    session: Session,
    entity: String,
    field: String,
    kind: String,
    found: RefCell<HashMap<String, Option<Id>>>,
}

impl Merged {
    /// The record into which the one with this value went, if the importing user sees it.
    fn find(&self, key: &str) -> Option<Id> {
        if let Some(known) = self.found.borrow().get(key) {
            return *known;
        }
        let ask = |reading: &mut Reading<'_>| reading.find(&self.entity, &self.field, &self.kind, key);
        let found = self.session.reading(ask).ok().map(|row| row.id);
        self.found.borrow_mut().insert(key.to_owned(), found);
        found
    }
}

/// Names by their letters and digits.
struct Spellings {
    /// Two names with the same letters and digits: neither is proposed for them.
    same: HashMap<String, Option<String>>,
    all: Vec<Spelling>,
}

/// A name, ready to be compared with many texts.
struct Spelling {
    name: String,
    letters: Vec<char>,
    /// Which letters occur, each as one of 64 bits.
    occurring: u64,
}

impl Spelling {
    fn of(name: &str) -> Self {
        let letters: Vec<char> = squeeze(name).chars().collect();
        let occurring = letters.iter().fold(0, |bits, letter| bits | 1 << (u32::from(*letter) % 64));
        Self { name: name.to_owned(), letters, occurring }
    }

    /// How many edits it takes from one to the other, if they are no more than the limit. A letter that the other one
    /// does not have takes one edit at least, so most names are passed over without a closer look.
    fn distance(&self, other: &Self, limit: usize) -> Option<usize> {
        let missing = |here: u64, there: u64| usize::try_from((here & !there).count_ones()).unwrap_or_default();
        let least = missing(self.occurring, other.occurring).max(missing(other.occurring, self.occurring));
        if least > limit { None } else { edits(&self.letters, &other.letters, limit) }
    }
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
        let (names, is_merged) = session.reading(|reading| {
            let (entity, plan) = reading.entity(&lookup.entity)?;
            let field =
                plan.readable_field(&reading.tenant.schema, &entity, field).map_err(|error| error.under("lookup"))?;
            if external.is_none() && matches!(field.spec.kind, FieldKind::Nested) {
                return Err(Error::invalid(ErrorCode::WrongType, "lookup.by", "a list cannot be looked up"));
            }
            let rows = reading.all(&lookup.entity, &Query::default())?;
            let is_unique = field.spec.unique || external.is_some();
            let is_merged = reading.tenant.merged && entity.mergeable && is_unique;
            Ok((rows.into_iter().map(|row| (field.value(&row), row.id)).collect::<Vec<_>>(), is_merged))
        })?;
        let mut exact: HashMap<String, Option<Id>> = HashMap::new();
        for (value, id) in names {
            for name in keys(value, external)? {
                exact.entry(name).and_modify(|known| *known = known.filter(|known| *known == id)).or_insert(Some(id));
            }
        }
        let merged = is_merged.then(|| Merged {
            session: session.clone(),
            entity: lookup.entity.clone(),
            field: field.to_owned(),
            kind: external.map_or_else(|| field.to_owned(), external_kind),
            found: RefCell::default(),
        });
        Ok(Self { merged, ..Self::new(exact) })
    }

    fn new(exact: HashMap<String, Option<Id>>) -> Self {
        Self { exact, spellings: OnceCell::new(), proposals: RefCell::default(), merged: None }
    }

    /// A list of expected texts, which stand for no record.
    pub(super) fn expected(texts: &[String]) -> Self {
        Self::new(texts.iter().map(|text| (text.clone(), Some(Id::NIL))).collect())
    }

    pub(super) fn find(&self, text: &str) -> Found {
        match self.exact.get(text) {
            Some(Some(id)) => Found::One(*id),
            Some(None) => Found::Several,
            None => match self.merged.as_ref().and_then(|merged| merged.find(text)) {
                Some(id) => Found::One(id),
                None => Found::None { proposal: self.nearest(text) },
            },
        }
    }

    /// The one name that differs in spelling only, or by few characters: a proposal, never more.
    pub(super) fn nearest(&self, text: &str) -> Option<String> {
        if let Some(known) = self.proposals.borrow().get(text) {
            return known.clone();
        }
        let found = self.spellings.get_or_init(|| Spellings::of(self.exact.keys())).nearest(text);
        self.proposals.borrow_mut().insert(text.to_owned(), found.clone());
        found
    }
}

impl Spellings {
    fn of<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        let (mut same, mut all) = (HashMap::new(), Vec::new());
        for name in names {
            let spelling = Spelling::of(name);
            let letters = spelling.letters.iter().collect();
            same.entry(letters).and_modify(|one| *one = None).or_insert_with(|| Some(name.clone()));
            all.push(spelling);
        }
        Self { same, all }
    }

    fn nearest(&self, text: &str) -> Option<String> {
        let text = Spelling::of(text);
        if let Some(Some(name)) = self.same.get(&text.letters.iter().collect::<String>()) {
            return Some(name.clone());
        }
        let limit = text.letters.len() / EDITS_PER_CHARS;
        let mut best: Option<(usize, &String)> = None;
        let mut tied = false;
        for name in &self.all {
            let within = best.map_or(limit, |(least, _)| least);
            let Some(distance) = text.distance(name, within) else { continue };
            tied = best.is_some_and(|(least, _)| least == distance);
            best = Some((distance, &name.name));
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
fn edits(a: &[char], b: &[char], limit: usize) -> Option<usize> {
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
        // What stands in a row never gets smaller in the next one.
        if next.iter().all(|distance| *distance > limit) {
            return None;
        }
        row = next;
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Names {
        Names::expected(&list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
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
        let edits = |a: &str, b: &str, limit| Spelling::of(a).distance(&Spelling::of(b), limit);
        assert_eq!(edits("kitten", "sitting", 5), Some(3));
        assert_eq!(edits("kitten", "sitting", 2), None);
        assert_eq!(edits("kitten", "kitten", 1), Some(0));
    }

    #[test]
    fn proposals_among_many_names_do_not_cost_every_name_again() {
        let of = |number: u32| format!("Maschinenfabrik {number:05} Aktiengesellschaft {}", number % 89);
        let known: Vec<String> = (0..5_000).map(of).collect();
        let names = Names::expected(&known);
        let begun = std::time::Instant::now();
        for number in 0..200 {
            let text = of(number).replace("fabrik", "-Fabrik ");
            assert_eq!(names.nearest(&text).as_ref(), known.get(usize::try_from(number).unwrap()));
        }
        for number in 0..2_000 {
            assert_eq!(names.nearest(&format!("Spinnerei {}", number % 100)), None);
        }
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
