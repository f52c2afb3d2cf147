//! Rules, verdicts, cases of review, stored models, and what a look for duplicates tells.

use crate::matching::{MatchDecision, MatchKind, MatchModel, MatchStep};
use crate::schema::{FieldCodec, enum_field};
use crate::value::{ErrorCode, FieldValue, Id, Problem, Result, json};

value_enum! {
    /// The way on which a record comes in.
    #[derive(Default)]
    pub enum RecordSource {
        /// Somebody fills in a form.
        #[default]
        Form = "form",
        /// A program calls: the JSON door, or a session that says so.
        Api = "api",
        /// A file is imported.
        Import = "import",
        /// Another device or system is brought in line.
        Sync = "sync",
    }
}

value_enum! {
    /// What happens to a record that is a duplicate (查重规则).
    #[derive(Default)]
    pub enum DuplicateAction {
        /// It is saved; nobody looks for duplicates.
        #[default]
        Allow = "allow",
        /// It is saved with a warning.
        Warn = "warn",
        /// It is refused.
        Block = "block",
        /// It is saved, and somebody is asked to look at it.
        Queue = "queue",
    }
}

value_enum! {
    /// What somebody said of two records.
    #[derive(Default)]
    pub enum VerdictKind {
        /// They are not the same (不是重复).
        #[default]
        Different = "different",
        /// They are not the same, but belong together.
        Related = "related",
        /// They are the same.
        Same = "same",
    }
}

value_enum! {
    /// How far the review of a record has come.
    #[derive(Default)]
    pub enum CaseStatus {
        /// Somebody should look.
        #[default]
        Open = "open",
        /// Somebody said what it is.
        Decided = "decided",
    }
}

entity! {
    /// What happens to duplicates of an entity that come in on one way, or on every way that has no rule of its own. Without
    /// a rule duplicates are allowed.
    pub struct DuplicateRule("duplicate_rule", DuplicateRulePage, Public) {
        required {
            /// The entity: account, contact, lead or product.
            pub entity: String => text(100).indexed(),
            /// What happens.
            pub action: DuplicateAction => picklist(DuplicateAction::NAMES),
        }
        optional {
            /// The way on which records come in; every way if nothing is said.
            pub source: Option<RecordSource> => picklist(RecordSource::NAMES),
            /// Whether it happens to possible duplicates too, and not to sure ones alone.
            pub also_possible: bool => boolean(),
            /// Whether duplicates that the caller may not see are kept from him altogether: they are not counted, and nothing
            /// happens because of them.
            pub conceal_hidden: bool => boolean(),
            /// Who looks at what is queued: a user or a queue. He is told every candidate. Else the caller has the case, with
            /// the candidates that he sees.
            pub reviewer: Option<Id> => reference("user", MergePolicy::Keep),
            /// Whether it is switched off.
            pub is_inactive: bool => boolean(),
        }
    }
}

entity! {
    /// A model of matching that a tenant keeps. The one that was made last and is not switched off is used.
    pub struct StoredMatchModel("match_model", StoredMatchModelPage, Public) {
        required {}
        optional {
            /// The model.
            pub model: Option<MatchModel> => nested().required(),
            /// What the model matches.
            pub kind: Option<MatchKind> => picklist(MatchKind::NAMES).indexed().engine(),
            /// What people call it.
            pub name: Option<String> => text(200),
            /// Whether it is switched off.
            pub is_inactive: bool => boolean(),
        }
    }
}

entity! {
    /// What somebody said of two records: it holds until one of them changes in what it is matched by (查重结论).
    pub struct DuplicateVerdict("duplicate_verdict", DuplicateVerdictPage, Private) {
        required {
            /// The entity of the one.
            pub entity: String => text(100).once(),
            /// The one.
            pub record: Id => reference("", MergePolicy::Join).of_entity_in("entity").indexed().once(),
            /// The entity of the other.
            pub other_entity: String => text(100).once(),
            /// The other.
            pub other: Id => reference("", MergePolicy::Join).of_entity_in("other_entity").indexed().once(),
            /// What they are to each other.
            pub verdict: VerdictKind => picklist(VerdictKind::NAMES),
        }
        optional {
            /// Why.
            pub reason: Option<String> => text(2_000),
            /// Both records as one text, so that there is one verdict on a pair.
            pub pair: Option<String> => text(300).unique().engine(),
            /// The version of the one of which it was said.
            pub record_version: Option<i64> => integer().engine(),
            /// The version of the other.
            pub other_version: Option<i64> => integer().engine(),
        }
    }
}

value_struct! {
    /// A record that may be the same as another one.
    pub struct DuplicateCandidate {
        required {
            /// The entity.
            pub entity: String,
            /// The record.
            pub id: Id,
            /// What it is to the other one.
            pub decision: MatchDecision,
        }
    }
}

entity! {
    /// A record that was saved although it may be a duplicate, for somebody to look at (待审核). The engine keeps it.
    pub struct DuplicateCase("duplicate_case", DuplicateCasePage, Private) {
        required {}
        optional {
            /// The entity of the record.
            pub entity: Option<String> => text(100).engine(),
            /// The record.
            pub record: Option<Id> => reference("", MergePolicy::Join).of_entity_in("entity").indexed().engine(),
            /// The records that may be the same: those that the caller of the save saw first, then the others.
            pub candidates: Vec<DuplicateCandidate> => nested().has_ids(IdsInside::AsSaid).engine(),
            /// The way on which the record came in.
            pub source: Option<RecordSource> => picklist(RecordSource::NAMES).engine(),
            /// How far the review has come.
            pub status: Option<CaseStatus> => picklist(CaseStatus::NAMES).indexed().engine(),
            /// What the reviewer said.
            pub note: Option<String> => text(2_000).engine(),
        }
    }
}

enum_field!(RecordSource, DuplicateAction, VerdictKind, CaseStatus, MatchKind);

/// A model is kept as a list of one text, its JSON: a nested value of a record has no binary floats, and a model is made of
/// them.
impl FieldCodec for MatchModel {
    fn to_field(&self) -> FieldValue {
        let text = json::to_canonical(self).and_then(|text| json::to_canonical(&[text]));
        text.map_or(FieldValue::Null, FieldValue::Json)
    }

    fn from_field(value: FieldValue) -> Result<Self> {
        let FieldValue::Json(list) = value else {
            return Err(Problem::new(ErrorCode::WrongType, "the stored value is no model").into_invalid());
        };
        let [text] = json::from_own_text::<[String; 1]>(&list)?;
        json::from_text(&text)
    }
}

value_struct! {
    /// A record that is a duplicate of the one that was asked about, as far as the reader may see it.
    pub struct DuplicateHit {
        required {
            /// The entity.
            pub entity: String,
            /// The record.
            pub id: Id,
            /// What people read: the name.
            pub label: String,
            /// What it is to the one that was asked about.
            pub decision: MatchDecision,
            /// log2 of the odds that they are the same.
            pub weight: f64,
            /// The probability that they are the same, by the model.
            pub probability: f64,
        }
        optional {
            /// Its code.
            pub code: Option<String>,
            /// Who answers for it.
            pub owner: Option<Id>,
            /// The owner's name.
            pub owner_name: Option<String>,
            /// How the weight came about, from what the reader may see.
            pub steps: Vec<MatchStep>,
        }
    }
}

value_struct! {
    /// What a look for duplicates found (查重结果).
    #[derive(Default)]
    pub struct DuplicateCheck {
        optional {
            /// The records that the reader may see, the likeliest first; at most ten.
            pub hits: Vec<DuplicateHit>,
            /// How many duplicates the reader may not see, or only by fields that he may not see; at most fifty are counted.
            pub hidden: i64,
            /// Whether so many records share a telephone number or a name that not all of them were compared.
            pub limited: bool,
            /// Whether some records wait for the re-key job and were not looked at.
            pub incomplete: bool,
            /// What a save would meet: the action of the rule if there is anything that it is about, else `allow`.
            pub action: Option<DuplicateAction>,
        }
    }
}

value_struct! {
    /// A record as it would be saved, to be looked up among those that are there.
    #[derive(Default)]
    pub struct DuplicateQuestion {
        required {
            /// The entity: account, contact, lead or product.
            pub entity: String,
        }
        optional {
            /// Its fields by name.
            pub fields: std::collections::HashMap<String, FieldValue>,
            /// The record itself, if it is there: its other fields count too, and it is no duplicate of itself.
            pub id: Option<Id>,
            /// Whether related records are told too: sister companies, people of one household.
            pub with_related: bool,
        }
    }
}

value_struct! {
    /// Two records and what they are to each other.
    pub struct DuplicatePair {
        required {
            /// The one, which is the smaller identifier.
            pub one: Id,
            /// The other.
            pub other: Id,
            /// log2 of the odds that they are the same.
            pub weight: f64,
            /// The probability that they are the same, by the model.
            pub probability: f64,
            /// What they are to each other.
            pub decision: MatchDecision,
        }
    }
}

value_struct! {
    /// Which records are compared with each other.
    #[derive(Default)]
    pub struct DuplicateSearch {
        required {
            /// The entity: account, contact or product; of leads the people.
            pub entity: String,
        }
        optional {
            /// Which records; all that the caller sees if nothing is said.
            pub filter: Option<crate::query::Filter>,
            /// Records by identifier; the filter holds for them too.
            pub ids: Vec<Id>,
            /// Whether the model is learnt from these records first; else the one that is in use counts.
            pub learn: bool,
            /// How many threads work; one if nothing is said. The result is the same with any number.
            pub threads: Option<i64>,
        }
    }
}

value_struct! {
    /// The duplicates among records.
    pub struct DuplicateList {
        required {
            /// Pairs of duplicates, possible ones and related ones, in the order of their identifiers.
            pub pairs: Vec<DuplicatePair>,
            /// Records that are the same, two or more together.
            pub clusters: Vec<Vec<Id>>,
            /// The model that was used.
            pub model: MatchModel,
        }
        optional {
            /// How many records were looked at.
            pub records: i64,
            /// How many pairs were compared.
            pub compared: i64,
            /// How many keys so many records shared that each was compared with its neighbours alone.
            pub limited: i64,
        }
    }
}

value_struct! {
    /// How far the re-key job is.
    #[derive(Default)]
    pub struct RekeyReport {
        optional {
            /// Records that were made anew.
            pub records: i64,
            /// Keys of former versions that were dropped.
            pub dropped: i64,
            /// Whether nothing is left.
            pub is_done: bool,
        }
    }
}
