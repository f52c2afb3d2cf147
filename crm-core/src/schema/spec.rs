//! What one field is: its type, its limits, and how it behaves.

use std::borrow::Cow;

use super::SpanKeys;
use crate::value::{FieldValue, Id};

/// The longest text that a field may hold, in characters.
pub const MAX_TEXT_CHARS: u32 = 65_536;

/// What happens to a reference when the record it points to is merged into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergePolicy {
    /// The reference follows to the surviving record.
    Repoint,
    /// The reference keeps pointing to the merged record, which resolves through the alias table.
    Keep,
    /// The referring record belongs to the merged one and moves along; equal ones are joined.
    Join,
}

/// How much harm a leak would do; later rules and masks build on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sensitivity {
    /// Business data.
    #[default]
    Normal,
    /// Data about a person.
    Personal,
    /// Prices, margins, credit.
    Confidential,
}

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WriteRule {
    /// Whoever has the field right.
    #[default]
    Free,
    /// Whoever has the field right, as long as it is empty.
    Once,
    /// The engine alone.
    Engine,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// Text of at most so many characters.
    Text {
        /// The limit, in characters.
        max_chars: u32,
    },
    /// A 64-bit integer between two limits.
    Integer {
        /// The smallest value.
        min: i64,
        /// The largest value.
        max: i64,
    },
    /// An exact decimal with at most so many digits behind the point; kept as a scaled 64-bit integer.
    Decimal {
        /// Digits behind the point.
        scale: u32,
        /// Whether values below zero are allowed.
        signed: bool,
    },
    /// A business date.
    Date,
    /// An instant.
    Timestamp,
    /// Yes or no.
    Boolean,
    /// The identifier of a record of another entity.
    Reference {
        /// The entity it points to.
        to: Cow<'static, str>,
        /// What a merge does with it.
        merge: MergePolicy,
    },
    /// One of several written choices.
    Picklist {
        /// The choices.
        choices: Vec<Cow<'static, str>>,
    },
    /// An ISO 4217 code.
    Currency,
    /// A nested list or object, kept as JSON; not filterable.
    Nested,
}

/// The smallest and the largest value of a custom number, date or instant, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The smallest.
    pub minimum: Option<String>,
    /// The largest.
    pub maximum: Option<String>,
}

/// Unique keys that hide inside a nested value: `(kind, key)` pairs.
pub(crate) type NestedKeys = fn(&str) -> Vec<(String, String)>;

/// How records are found by an entry of a nested list, such as a telephone number; many records may have the same one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entries {
    /// The `(kind, key)` pairs of a list in JSON.
    pub(crate) keys: NestedKeys,
    /// The pair that a kind and a value mean, in the same form.
    pub(crate) wanted: fn(kind: &str, value: &str) -> crate::value::Result<(String, String)>,
}

/// Joins a nested list that an import brings with the present one, both as JSON; nothing if one cannot be read.
pub(crate) type NestedJoin = fn(present: &str, given: &str) -> Option<String>;

/// Shortens what a nested list in JSON tells to who sees a part only; nothing if it cannot be read.
pub(crate) type NestedMask = fn(&str) -> Option<String>;

/// The last four characters of a text behind as many signs as it had; of a short one none.
pub(crate) fn masked_text(text: &str) -> String {
    const SEEN: usize = 4;
    let count = text.chars().count();
    let seen = if count > 2 * SEEN { SEEN } else { 0 };
    let stars = "*".repeat(count.saturating_sub(seen));
    stars + &text.chars().skip(count.saturating_sub(seen)).collect::<String>()
}

/// What a merge puts in the place of an identifier.
pub(crate) type Followed<'a> = &'a dyn Fn(Id) -> Id;

/// References that hide inside a nested value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NestedReferences {
    /// The entities they point to.
    pub(crate) to: &'static [&'static str],
    /// Finds those to one of the entities in the JSON of the value.
    pub(crate) find: fn(json: &str, entity: &str) -> Vec<Id>,
    /// Puts others in the place of those to one of the entities, and no entry twice; nothing if the value cannot be read.
    pub(crate) follow: fn(json: &str, entity: &str, by: Followed<'_>) -> Option<String>,
    /// What a merge does with them.
    pub(crate) merge: MergePolicy,
    /// An entity that the engine keeps, whose records say the same with an index, and its reference to the record here.
    /// Without it every record is read.
    pub(crate) through: Option<(&'static str, &'static str)>,
}

/// What the identifiers inside a nested value are, if they are no references that a merge follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdsInside {
    /// They point to entities whose records are never merged.
    NeverMerged(&'static [&'static str]),
    /// They say what was meant at their time; who reads them later asks which record it is by then.
    AsSaid,
}

/// One field of an entity.
#[derive(Debug, Clone)]
pub struct FieldSpec {
    /// The name, in snake case; the same in every language, the table and CSV headers.
    pub name: Cow<'static, str>,
    /// The type.
    pub kind: FieldKind,
    /// Must not be empty. A declared field of that kind is always readable with its record; a custom one may be hidden,
    /// and then does not bind those who may not set it.
    pub required: bool,
    /// No two records of a tenant may have the same value.
    pub unique: bool,
    /// Has an index.
    pub indexed: bool,
    /// Has an index that goes on with another field, so that a list of equal values is found in that field's order.
    pub index_then: Option<&'static str>,
    /// Is found by text search.
    pub searchable: bool,
    /// Who may set it.
    pub write: WriteRule,
    /// How much harm a leak would do.
    pub sensitivity: Sensitivity,
    /// The fields of the entity, or of the whole that it is part of, whose rights hold for this one too: a figure from
    /// which a hidden one could be computed is hidden with it. `id` stands for what nobody needs to hide from those who
    /// see the record; a part must say so where it means it.
    pub rights_of: Vec<&'static str>,
    /// For an amount of money: the field with its currency. Sums mean something only within one.
    pub in_currency: Option<&'static str>,
    /// Limits that a tenant set.
    pub limits: Limits,
    /// Finds unique keys inside a nested value.
    pub(crate) nested_keys: Option<NestedKeys>,
    /// Finds records by an entry of the nested list.
    pub(crate) entries: Option<Entries>,
    /// Finds records by figures and words inside the nested list.
    pub(crate) spans: Option<SpanKeys>,
    /// Joins a nested list that an import brings with the present one; without it the given one stands.
    pub(crate) nested_join: Option<NestedJoin>,
    /// Finds references inside a nested value.
    pub(crate) nested_references: Option<NestedReferences>,
    /// What other identifiers inside a nested value are.
    pub(crate) ids_inside: Option<IdsInside>,
    /// Of a reference to records of several entities: the field that names the entity.
    pub(crate) entity_in: Option<&'static str>,
    /// Joins a nested list with another one that a merge brings; without it as an import does.
    pub(crate) nested_union: Option<NestedJoin>,
    /// Nobody reads it but the engine.
    pub(crate) sealed: bool,
    /// A merge leaves it as the surviving record has it.
    pub(crate) stays: bool,
    /// Shortens a nested list for who sees a part only; without it nothing of it is seen.
    pub(crate) nested_mask: Option<NestedMask>,
}

impl FieldSpec {
    /// A field with a type and nothing else.
    #[must_use]
    pub const fn new(kind: FieldKind) -> Self {
        Self {
            name: Cow::Borrowed(""),
            kind,
            required: false,
            unique: false,
            indexed: false,
            index_then: None,
            searchable: false,
            write: WriteRule::Free,
            sensitivity: Sensitivity::Normal,
            rights_of: Vec::new(),
            in_currency: None,
            limits: Limits { minimum: None, maximum: None },
            nested_keys: None,
            entries: None,
            spans: None,
            nested_join: None,
            nested_references: None,
            ids_inside: None,
            entity_in: None,
            nested_union: None,
            sealed: false,
            stays: false,
            nested_mask: None,
        }
    }

    /// Gives the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Must not be empty.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// No two records of a tenant may have the same value.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Has an index.
    #[must_use]
    pub const fn indexed(mut self) -> Self {
        self.indexed = true;
        self
    }

    /// Has an index that goes on with another field of the entity: the newest of one customer are read from it.
    #[must_use]
    pub const fn indexed_then(mut self, field: &'static str) -> Self {
        self.index_then = Some(field);
        self
    }

    /// Is found by text search.
    #[must_use]
    pub const fn searchable(mut self) -> Self {
        self.searchable = true;
        self
    }

    /// Can be set once.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.write = WriteRule::Once;
        self
    }

    /// Is kept by the engine.
    #[must_use]
    pub const fn engine(mut self) -> Self {
        self.write = WriteRule::Engine;
        self
    }

    /// Data about a person.
    #[must_use]
    pub const fn personal(mut self) -> Self {
        self.sensitivity = Sensitivity::Personal;
        self
    }

    /// Prices, margins, credit.
    #[must_use]
    pub const fn confidential(mut self) -> Self {
        self.sensitivity = Sensitivity::Confidential;
        self
    }

    /// Who may not see or set `field` may not see or set this one either. It may be said of several.
    ///
    /// A part whose required field is hidden that way is hidden as a whole: it would say nothing but what it hides.
    #[must_use]
    pub fn with_rights_of(mut self, field: &'static str) -> Self {
        self.rights_of.push(field);
        self
    }

    /// An amount of money whose currency stands in `field`: it is summed by currency only.
    #[must_use]
    pub const fn in_currency(mut self, field: &'static str) -> Self {
        self.in_currency = Some(field);
        self
    }

    /// Values below zero are allowed.
    #[must_use]
    pub fn signed(mut self) -> Self {
        if let FieldKind::Decimal { signed, .. } = &mut self.kind {
            *signed = true;
        }
        self
    }

    /// Integers between two limits.
    #[must_use]
    pub fn between(mut self, low: i64, high: i64) -> Self {
        if let FieldKind::Integer { min, max } = &mut self.kind {
            (*min, *max) = (low, high);
        }
        self
    }

    /// Unique keys hide inside the nested value.
    #[must_use]
    pub(crate) const fn keyed_by(mut self, keys: NestedKeys) -> Self {
        self.nested_keys = Some(keys);
        self
    }

    /// Records are found by an entry of the nested list: [`Filter::Holds`](crate::query::Filter::Holds).
    #[must_use]
    pub(crate) const fn found_by(mut self, entries: Entries) -> Self {
        self.entries = Some(entries);
        self
    }

    /// Records are found by figures and words inside the nested list:
    /// [`Filter::Parameter`](crate::query::Filter::Parameter).
    #[must_use]
    pub(crate) const fn spanned_by(mut self, keys: SpanKeys) -> Self {
        self.spans = Some(keys);
        self
    }

    /// An import that changes a record joins the nested list with the present one.
    #[must_use]
    pub(crate) const fn joined_by(mut self, join: NestedJoin) -> Self {
        self.nested_join = Some(join);
        self
    }

    /// References to another entity hide inside the nested value: what they point to cannot be deleted.
    #[must_use]
    pub(crate) const fn refers_inside(mut self, references: NestedReferences) -> Self {
        self.nested_references = Some(references);
        self
    }

    /// Says what identifiers inside the nested value are, which no merge follows.
    #[must_use]
    pub(crate) const fn has_ids(mut self, ids: IdsInside) -> Self {
        self.ids_inside = Some(ids);
        self
    }

    /// The reference points to records of several entities; `field` names the entity.
    #[must_use]
    pub(crate) const fn of_entity_in(mut self, field: &'static str) -> Self {
        self.entity_in = Some(field);
        self
    }

    /// A merge joins the nested list with that of a merged record, the surviving one first.
    #[must_use]
    pub(crate) const fn united_by(mut self, join: NestedJoin) -> Self {
        self.nested_union = Some(join);
        self
    }

    /// It says how far the record itself has come: a merge leaves it as the surviving record has it.
    #[must_use]
    pub(crate) const fn stays(mut self) -> Self {
        self.stays = true;
        self
    }

    /// Nobody reads it but the engine, not even who has every right.
    #[must_use]
    pub(crate) const fn sealed(mut self) -> Self {
        self.sealed = true;
        self
    }

    /// What is seen of a value by who sees a part only: of a text the last four characters, if it has more than twice as
    /// many; of an entry of a list the same; of everything else nothing.
    #[must_use]
    pub fn masked(&self, value: &FieldValue) -> FieldValue {
        match (value, &self.kind, self.nested_mask) {
            (FieldValue::Text(text), FieldKind::Text { .. }, _) => FieldValue::Text(masked_text(text)),
            (FieldValue::Json(list), FieldKind::Nested, Some(mask)) => {
                mask(list).map_or(FieldValue::Null, FieldValue::Json)
            }
            _ => FieldValue::Null,
        }
    }

    /// The entries of the nested list can be seen in part.
    #[must_use]
    pub(crate) const fn masked_by(mut self, mask: NestedMask) -> Self {
        self.nested_mask = Some(mask);
        self
    }

    /// Whether a question may filter, sort or group by it.
    #[must_use]
    pub const fn is_queryable(&self) -> bool {
        !matches!(self.kind, FieldKind::Nested)
    }
}

/// Text of at most `max_chars` characters.
#[must_use]
pub const fn text(max_chars: u32) -> FieldSpec {
    FieldSpec::new(FieldKind::Text { max_chars })
}

/// An integer.
#[must_use]
pub const fn integer() -> FieldSpec {
    FieldSpec::new(FieldKind::Integer { min: i64::MIN, max: i64::MAX })
}

/// A decimal, not below zero, with `scale` digits behind the point.
#[must_use]
pub const fn decimal(scale: u32) -> FieldSpec {
    FieldSpec::new(FieldKind::Decimal { scale, signed: false })
}

/// A business date.
#[must_use]
pub const fn date() -> FieldSpec {
    FieldSpec::new(FieldKind::Date)
}

/// An instant.
#[must_use]
pub const fn timestamp() -> FieldSpec {
    FieldSpec::new(FieldKind::Timestamp)
}

/// Yes or no.
#[must_use]
pub const fn boolean() -> FieldSpec {
    FieldSpec::new(FieldKind::Boolean)
}

/// A reference to another entity; what a merge does with it must be said.
#[must_use]
pub const fn reference(to: &'static str, merge: MergePolicy) -> FieldSpec {
    FieldSpec::new(FieldKind::Reference { to: Cow::Borrowed(to), merge })
}

/// One of several choices.
#[must_use]
pub fn picklist(choices: &[&'static str]) -> FieldSpec {
    FieldSpec::new(FieldKind::Picklist { choices: choices.iter().map(|choice| Cow::Borrowed(*choice)).collect() })
}

/// An ISO 4217 code.
#[must_use]
pub const fn currency() -> FieldSpec {
    FieldSpec::new(FieldKind::Currency)
}

/// A nested list or object.
#[must_use]
pub const fn nested() -> FieldSpec {
    FieldSpec::new(FieldKind::Nested)
}
