//! What a merge is asked with, what it tells, and what is kept of it.

use crate::journal::RecordKey;
use crate::schema::enum_field;
use crate::value::{Decimal, FieldValue, Id, Timestamp};

value_enum! {
    /// Which value survives. Empty values never do, unless one is picked.
    #[derive(Default)]
    pub enum SurvivorRule {
        /// That of the surviving record; if it has none, the first of the others. Lists are joined.
        #[default]
        Survivor = "survivor",
        /// That of `record`, also if it is empty.
        Pick = "pick",
        /// The one that is given as `value`.
        Value = "value",
        /// The one that was set last.
        MostRecent = "most_recent",
        /// That of the record from the first of the `sources`: the systems of its identifiers, or its own source.
        MostTrusted = "most_trusted",
        /// The longest text or list.
        Longest = "longest",
        /// That of the record with the most fields filled.
        MostComplete = "most_complete",
        /// The entries of all lists, each once.
        Union = "union",
        /// All texts, each once and on lines of their own; of lists the entries.
        KeepAll = "keep_all",
    }
}

value_struct! {
    /// How the surviving value of one field is found.
    #[derive(Default)]
    pub struct FieldChoice {
        required {
            /// The field, own or custom.
            pub field: String,
            /// The rule.
            pub rule: SurvivorRule,
        }
        optional {
            /// Of `pick`: the record.
            pub record: Option<Id>,
            /// Of `value`: the value; nothing empties the field.
            pub value: Option<FieldValue>,
            /// Of `most_trusted`: the sources, the most trusted first; those of the whole merge if none is named.
            pub sources: Vec<String>,
        }
    }
}

value_struct! {
    /// A merge of records into one of them (合并).
    #[derive(Default)]
    pub struct MergeRequest {
        required {
            /// The entity: accounts, contacts, leads, products.
            pub entity: String,
            /// The record that stays.
            pub survivor: Id,
            /// The records that go into it, at most [`MAX_LOSERS`](super::MAX_LOSERS); of two values the earlier one comes first.
            pub losers: Vec<Id>,
        }
        optional {
            /// The fields for which something else is said than for the rest.
            pub fields: Vec<FieldChoice>,
            /// The rule of every other field that the caller may set; those that he may not keep the value of the surviving record, or get one
            /// of the others if it has none.
            pub rule: Option<SurvivorRule>,
            /// The sources, the most trusted first.
            pub sources: Vec<String>,
            /// Why.
            pub reason: Option<String>,
            /// How sure the comparison was, as the search for duplicates said.
            pub weight: Option<Decimal>,
        }
    }
}

value_union! {
    /// Merging records, and taking that back.
    pub enum MergeCommand {
        /// Merges records into one.
        Merge {
            /// The merge.
            merge: MergeRequest,
        },
        /// Takes a merge back.
        Unmerge {
            /// The merge.
            id: Id,
        },
    }
}

impl MergeCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Merge { .. } => "merge.merge",
            Self::Unmerge { .. } => "merge.unmerge",
        }
    }
}

value_enum! {
    /// Whether a merge stands.
    #[derive(Default)]
    pub enum MergeStatus {
        /// It stands.
        #[default]
        Done = "done",
        /// It was taken back.
        Undone = "undone",
    }
}

value_struct! {
    /// A field in which the merged records differed.
    #[derive(Default)]
    pub struct MergedField {
        required {
            /// The field.
            pub field: String,
            /// The rule by which its value was found.
            pub rule: SurvivorRule,
        }
        optional {
            /// The record from which it comes; nothing if it comes from several, or was given.
            pub source: Option<Id>,
            /// The value that survives; the record of a merge does not keep it.
            pub value: Option<FieldValue>,
            /// Whether the surviving record had another one.
            pub changed: bool,
            /// Other values that gave way, or entries for which a list had no place.
            pub lost: i64,
        }
    }
}

value_struct! {
    /// So many records of an entity that pointed to the merged ones.
    #[derive(Default)]
    pub struct MergeCount {
        required {
            /// The entity.
            pub entity: String,
            /// How many point to the surviving record from then on.
            pub moved: i64,
            /// How many went, because the surviving record has the same, or because they would stand above themselves.
            pub joined: i64,
        }
    }
}

value_struct! {
    /// What a merge did, or would do. Records that the caller may not see are not told.
    #[derive(Default)]
    pub struct MergeReport {
        required {
            /// The entity.
            pub entity: String,
            /// The record that stays.
            pub survivor: Id,
            /// The records that went into it.
            pub losers: Vec<Id>,
            /// The fields in which they differed, in the order of the registration.
            pub fields: Vec<MergedField>,
            /// What pointed to them, by entity.
            pub counts: Vec<MergeCount>,
        }
        optional {
            /// The merge, which is its operation too; nothing in a preview.
            pub merge: Option<Id>,
        }
    }
}

value_struct! {
    /// What an un-merge left with the surviving record, because it was changed since.
    #[derive(Default)]
    pub struct UnmergeConflict {
        required {
            /// The entity.
            pub entity: String,
            /// The record.
            pub id: Id,
        }
        optional {
            /// The field.
            pub field: Option<String>,
        }
    }
}

value_struct! {
    /// What an un-merge did, or would do. Records that the caller may not see are not told.
    #[derive(Default)]
    pub struct UnmergeReport {
        required {
            /// The merge that was taken back.
            pub merge: Id,
            /// The records that are there again.
            pub restored: Vec<Id>,
            /// What was changed since the merge, and stays as it is.
            pub conflicts: Vec<UnmergeConflict>,
            /// Records that came to point to the surviving one since, and stay with it; the first thousand.
            pub stayed: Vec<RecordKey>,
        }
        optional {
            /// The operation; nothing in a preview.
            pub operation: Option<Id>,
        }
    }
}

value_struct! {
    /// A record that went into another one.
    #[derive(Default)]
    pub struct MergedRecord {
        required {
            /// The record.
            pub id: Id,
            /// The version that it had.
            pub version: i64,
        }
    }
}

value_struct! {
    /// A unique value by which the surviving record is found, as a hash: who reads the merge learns no values.
    #[derive(Default)]
    pub struct MergeAlias {
        required {
            /// The hash.
            pub hash: String,
        }
    }
}

entity! {
    /// A merge that was carried out. The engine keeps it; its identifier is that of the operation.
    pub struct MergeRecord("merge", MergeRecordPage, Private) {
        required {
            /// The entity of the merged records.
            pub entity: String => text(100).indexed().engine(),
            /// The record that stayed.
            pub survivor: Id => reference("", MergePolicy::Keep).of_entity_in("entity").indexed().engine(),
        }
        optional {
            /// The record in which it ended by now: another one if the surviving record was merged since.
            pub target: Option<Id> => reference("", MergePolicy::Keep).of_entity_in("entity").indexed().engine(),
            /// Whether it stands.
            pub status: Option<MergeStatus> => picklist(MergeStatus::NAMES).indexed().engine(),
            /// The records that went into it.
            pub losers: Vec<MergedRecord> => nested().has_ids(IdsInside::AsSaid).engine(),
            /// The fields in which they differed.
            pub fields: Vec<MergedField> => nested().has_ids(IdsInside::AsSaid).engine(),
            /// What pointed to them, by entity, as far as who merged saw it.
            pub counts: Vec<MergeCount> => nested().engine(),
            /// Why.
            pub reason: Option<String> => text(2_000).engine(),
            /// How sure the comparison was.
            pub weight: Option<Decimal> => decimal(6).signed().engine(),
            /// When it was taken back.
            pub undone_at: Option<Timestamp> => timestamp().engine(),
            /// By what the surviving record is found; empty once it was taken back.
            pub aliases: Vec<MergeAlias> => nested().keyed_by(alias_keys).engine().sealed(),
            /// Records that came back from other merges and point to the surviving record since.
            pub adopted: Vec<RecordKey> => nested().has_ids(IdsInside::AsSaid).engine().sealed(),
        }
    }
}

enum_field!(MergeStatus);

/// The unique keys inside a list of aliases.
fn alias_keys(json: &str) -> Vec<(String, String)> {
    let list: Vec<MergeAlias> = crate::value::json::from_text(json).unwrap_or_default();
    list.into_iter().map(|alias| (MergeAlias::KIND.to_owned(), alias.hash)).collect()
}

impl MergeAlias {
    /// The kind under which aliases are unique.
    pub(crate) const KIND: &'static str = "alias";

    /// The hash of a unique value of an entity; an identifier has the kind `id`.
    pub(crate) fn hash_of(entity: &str, kind: &str, key: &str) -> String {
        use sha2::Digest as _;
        let text = format!("{entity}\u{1f}{kind}\u{1f}{key}");
        sha2::Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
