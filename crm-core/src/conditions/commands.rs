//! The commands of the room.

use super::rules::{check_definition, limit_of};
use super::usage::{count, give_back, use_up};
use super::{ConditionUsage, DefinitionStatus, MAX_CONDITIONS, PriceCondition, PriceDefinition, UsageStatus, VERSIONS};
use crate::pricing::CounterUsage;
use crate::query::Query;
use crate::room::{Change, Decision, View, check_count, illegal, record_for_change, records_for_rule, refuse};
use crate::schema::Entity as _;
use crate::value::{Currency, FieldValue, Id, Result};

value_union! {
    /// Price definitions, condition records, and what is used of them.
    pub enum ConditionCommand {
        /// Makes a draft of a definition.
        CreateDefinition {
            /// The definition.
            definition: PriceDefinition,
        },
        /// Saves a draft that was read and changed.
        UpdateDefinition {
            /// The definition with the version that was read.
            definition: PriceDefinition,
        },
        /// Documents are priced by a draft from now on; the definition before retires.
        ActivateDefinition {
            /// The definition.
            definition: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Brings condition records, all or none.
        AddConditions {
            /// The records, at most [`MAX_CONDITIONS`].
            conditions: Vec<PriceCondition>,
        },
        /// Puts a condition record in the place of another, of the same type and table.
        ReplaceCondition {
            /// The record whose place is taken.
            condition: Id,
            /// The version of it that was read.
            expected_version: i64,
            /// The new one.
            by: PriceCondition,
        },
        /// Takes a condition record out of the catalogue.
        RetireCondition {
            /// The record.
            condition: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Sets aside what a document uses of counters, in place of what was set aside for it before.
        ReserveUsage {
            /// The document.
            document: String,
            /// The currency of the values.
            currency: Currency,
            /// What it uses: `usage` of its price.
            usage: Vec<CounterUsage>,
        },
        /// A document uses what was set aside for it.
        CommitUsage {
            /// The document.
            document: String,
        },
        /// A document gives back what was set aside for it or used by it.
        ReleaseUsage {
            /// The document.
            document: String,
        },
    }
}

impl ConditionCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateDefinition { .. } => "conditions.create_definition",
            Self::UpdateDefinition { .. } => "conditions.update_definition",
            Self::ActivateDefinition { .. } => "conditions.activate_definition",
            Self::AddConditions { .. } => "conditions.add_conditions",
            Self::ReplaceCondition { .. } => "conditions.replace_condition",
            Self::RetireCondition { .. } => "conditions.retire_condition",
            Self::ReserveUsage { .. } => "conditions.reserve_usage",
            Self::CommitUsage { .. } => "conditions.commit_usage",
            Self::ReleaseUsage { .. } => "conditions.release_usage",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        match self {
            Self::CreateDefinition { definition } => Ok(Decision::of(Change::create(definition))),
            Self::UpdateDefinition { definition } => Ok(Decision::of(Change::save(definition))),
            Self::ActivateDefinition { definition, expected_version } => activate(view, *definition, *expected_version),
            Self::AddConditions { conditions } => add(conditions),
            Self::ReplaceCondition { condition, expected_version, by } => {
                replace(view, *condition, *expected_version, by)
            }
            Self::RetireCondition { condition, expected_version } => {
                let gone = open(view, *condition, *expected_version)?;
                let version = view.next_number(VERSIONS)?;
                Ok(Decision::default().and_rule(retired(gone.id, version)))
            }
            usage => usage.count(view),
        }
    }
}

impl ConditionCommand {
    /// Decides about counters, for whoever may keep usages.
    fn count(&self, view: &mut dyn View) -> Result<Decision> {
        view.require_create(ConditionUsage::NAME)?;
        match self {
            Self::ReserveUsage { document, currency, usage } => {
                count(view, document, *currency, usage, UsageStatus::Reserved)
            }
            Self::CommitUsage { document } => use_up(view, document),
            Self::ReleaseUsage { document } => give_back(view, document),
            _ => Ok(Decision::default()),
        }
    }
}

fn activate(view: &mut dyn View, id: Id, version: i64) -> Result<Decision> {
    let new = record_for_change::<PriceDefinition>(view, id, Some(version), &["name"])?;
    if new.status.unwrap_or_default() != DefinitionStatus::Draft {
        return Err(illegal("status", "only a draft can be activated"));
    }
    check_definition(&new)?;
    let active = Query::matching(&[("status", DefinitionStatus::Active.as_str().into())]);
    let before = records_for_rule::<PriceDefinition>(view, &active)?;
    let number = view.next_number(VERSIONS)?;
    let set = |status: DefinitionStatus, field| vec![("status", status.as_str().into()), (field, number.into())];
    let mut decision = Decision::default();
    for old in before {
        let change = Change::update::<PriceDefinition>(old.id, set(DefinitionStatus::Retired, "until_version"));
        decision = decision.and_rule(change);
    }
    let change = Change::update::<PriceDefinition>(id, set(DefinitionStatus::Active, "since_version"));
    Ok(decision.and_rule(change))
}

fn add(conditions: &[PriceCondition]) -> Result<Decision> {
    let mut problems = Vec::new();
    check_count("conditions", conditions.len(), MAX_CONDITIONS, &mut problems);
    refuse(problems)?;
    Ok(conditions.iter().fold(Decision::default(), |decision, condition| decision.and(Change::create(condition))))
}

/// A record that is still in the catalogue, and that the caller may change.
fn open(view: &mut dyn View, id: Id, version: i64) -> Result<PriceCondition> {
    let condition = record_for_change::<PriceCondition>(view, id, Some(version), &["rate", "scale", "valid_until"])?;
    if condition.until_version.is_some() {
        return Err(illegal("until_version", "the condition record is no longer in the catalogue"));
    }
    Ok(condition)
}

/// Takes a record out of the catalogue at a version.
fn retired(id: Id, version: i64) -> Change {
    Change::update::<PriceCondition>(id, vec![("until_version", version.into())])
}

fn replace(view: &mut dyn View, id: Id, version: i64, by: &PriceCondition) -> Result<Decision> {
    let gone = open(view, id, version)?;
    for (field, own, other) in [
        ("condition_type", &gone.condition_type, &by.condition_type),
        ("condition_table", &gone.condition_table, &by.condition_table),
    ] {
        if own != other {
            return Err(illegal(&format!("by.{field}"), "a record is replaced by one of its type and table"));
        }
    }
    // The one goes with the version with which the other comes: the rule of the new record takes the number.
    let number = view.last_number(VERSIONS)?.saturating_add(1);
    // What was used of the limit counts on.
    let limit = by.limit.clone().map(|limit| limit_of(limit, gone.counter.as_deref()));
    let new_id = if by.id.is_nil() || by.id == id { view.new_id() } else { by.id };
    // What the engine keeps of the old record is no part of the new one.
    let new = PriceCondition {
        id: new_id,
        limit,
        key_number: None,
        counter: None,
        replaces: None,
        since_version: None,
        until_version: None,
        ..by.clone()
    };
    let follows = vec![("replaces", FieldValue::Reference(id))];
    let decision = Decision::default().and_rule(retired(id, number)).and(Change::create(&new));
    Ok(decision.and_rule(Change::update::<PriceCondition>(new_id, follows)))
}
