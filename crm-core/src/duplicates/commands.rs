//! The commands of the room.

use super::rules::{order, pair_key};
use super::{CaseStatus, DuplicateCase, DuplicateRule, DuplicateVerdict, StoredMatchModel, VerdictKind};
use crate::room::{Author, Change, Decision, View, illegal, record_for_change};
use crate::schema::Entity as _;
use crate::value::{Error, ErrorCode, FieldValue, Id, Result};

value_struct! {
    /// What a reviewer says of one candidate of a case.
    pub struct CaseVerdict {
        required {
            /// The candidate.
            pub candidate: Id,
            /// What it is to the record of the case.
            pub verdict: VerdictKind,
        }
    }
}

value_union! {
    /// Rules for duplicates, verdicts on pairs, cases of review and models.
    pub enum DuplicateCommand {
        /// Makes a rule.
        CreateRule {
            /// The rule.
            rule: DuplicateRule,
        },
        /// Saves a rule that was read and changed.
        UpdateRule {
            /// The rule with the version that was read.
            rule: DuplicateRule,
        },
        /// Says what two records are to each other; a verdict that is there, whoever gave it, is replaced.
        SetVerdict {
            /// The verdict.
            verdict: DuplicateVerdict,
        },
        /// Takes a verdict back.
        WithdrawVerdict {
            /// The verdict.
            id: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Closes a case, with verdicts on its candidates.
        DecideCase {
            /// The case.
            id: Id,
            /// The version that was read.
            expected_version: i64,
            /// What is said of candidates; nothing is said of the others.
            verdicts: Vec<CaseVerdict>,
            /// Why.
            note: Option<String>,
        },
        /// Keeps a model and uses it from now on.
        StoreModel {
            /// The model.
            model: StoredMatchModel,
        },
        /// Saves a stored model that was read and changed.
        UpdateModel {
            /// The model with the version that was read.
            model: StoredMatchModel,
        },
    }
}

impl DuplicateCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateRule { .. } => "duplicate.create_rule",
            Self::UpdateRule { .. } => "duplicate.update_rule",
            Self::SetVerdict { .. } => "duplicate.set_verdict",
            Self::WithdrawVerdict { .. } => "duplicate.withdraw_verdict",
            Self::DecideCase { .. } => "duplicate.decide_case",
            Self::StoreModel { .. } => "duplicate.store_model",
            Self::UpdateModel { .. } => "duplicate.update_model",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        Ok(Decision::of(match self {
            Self::CreateRule { rule } => Change::create(rule),
            Self::UpdateRule { rule } => Change::save(rule),
            Self::SetVerdict { verdict } => return set_verdict(view, verdict),
            Self::WithdrawVerdict { id, expected_version } => {
                Change::Delete { entity: DuplicateVerdict::NAME, id: *id, version: Some(*expected_version) }
            }
            Self::DecideCase { id, expected_version, verdicts, note } => {
                return decide_case(view, (*id, *expected_version), verdicts, note.as_deref());
            }
            Self::StoreModel { model } => Change::create(model),
            Self::UpdateModel { model } => Change::save(model),
        }))
    }
}

/// Makes the verdict, or puts it in the place of the one on the same pair. Whoever may speak may overrule: that somebody
/// else spoke before, perhaps unseen, must not be told by a refusal.
fn set_verdict(view: &mut dyn View, given: &DuplicateVerdict) -> Result<Decision> {
    view.require_create(DuplicateVerdict::NAME)?;
    let mut verdict = given.clone();
    order(&mut verdict);
    let Some(id) = view.find_unique(DuplicateVerdict::NAME, "pair", &pair_key(&verdict))? else {
        return Ok(Decision::of(Change::create(&verdict)));
    };
    super::rules::check_pair(view, &verdict)?;
    let set = vec![
        ("verdict", verdict.verdict.as_str().into()),
        ("reason", verdict.reason.map_or(FieldValue::Null, FieldValue::Text)),
        ("owner", view.user().into()),
    ];
    Ok(Decision::default().and_rule(Change::update::<DuplicateVerdict>(id, set)))
}

fn decide_case(
    view: &mut dyn View,
    (id, version): (Id, i64),
    verdicts: &[CaseVerdict],
    note: Option<&str>,
) -> Result<Decision> {
    let case = record_for_change::<DuplicateCase>(view, id, Some(version), &[])?;
    if case.status == Some(CaseStatus::Decided) {
        return Err(illegal("status", "the case was decided before"));
    }
    let mut decision = Decision::default();
    for (place, said) in verdicts.iter().enumerate() {
        let at = format!("verdicts[{place}]");
        let candidate = case.candidates.iter().find(|candidate| candidate.id == said.candidate).ok_or_else(|| {
            Error::invalid(ErrorCode::UnknownReference, format!("{at}.candidate"), "no such candidate in the case")
        })?;
        let verdict = DuplicateVerdict {
            entity: case.entity.clone().unwrap_or_default(),
            record: case.record.unwrap_or_default(),
            other_entity: candidate.entity.clone(),
            other: candidate.id,
            verdict: said.verdict,
            reason: note.map(str::to_owned),
            ..DuplicateVerdict::default()
        };
        decision = decision.join(set_verdict(view, &verdict).map_err(|error| error.under(&at))?);
    }
    let note = note.map_or(FieldValue::Null, FieldValue::from);
    let set = vec![("status", CaseStatus::Decided.as_str().into()), ("note", note)];
    decision.changes.push((Author::Rule, Change::update::<DuplicateCase>(id, set)));
    Ok(decision)
}
