//! The registry of everything that the engine keeps, and the rules of the rooms.

use std::sync::{Arc, OnceLock};

use super::{Organization, PlannedTransfer};
use crate::access::{
    OrgUnit, PermissionSet, RecordShare, Role, SharingDefault, SharingRule, TeamMember, Territory, User, UserGroup,
};
use crate::merging::MergeRecord;
use crate::room::{DeleteRule, JoinRule, MergeRule, RecordRule, RestoreRule};
use crate::schema::{EntityType, FieldDefinition, Registry};
use crate::{conditions, customer, duplicates, forecast, product, quote, sales, special_price};

/// All entities, in the order in which a dump writes and a restore reads them.
#[must_use]
pub fn registry() -> Arc<Registry> {
    static REGISTRY: OnceLock<Arc<Registry>> = OnceLock::new();
    let make = || {
        let mut types = vec![
            EntityType::of::<Organization>(),
            EntityType::of::<FieldDefinition>(),
            EntityType::of::<Role>(),
            EntityType::of::<OrgUnit>(),
            EntityType::of::<PermissionSet>(),
            EntityType::of::<User>(),
            EntityType::of::<UserGroup>(),
            EntityType::of::<Territory>(),
            EntityType::of::<SharingDefault>(),
            EntityType::of::<SharingRule>(),
        ];
        types.extend(duplicates::configuration());
        types.extend(customer::entities());
        types.extend(product::entities());
        types.extend(conditions::entities());
        types.extend(sales::entities());
        types.extend(quote::entities());
        types.extend(special_price::entities());
        types.extend(forecast::entities());
        types.extend([
            EntityType::of::<TeamMember>(),
            EntityType::of::<RecordShare>(),
            EntityType::of::<PlannedTransfer>(),
            EntityType::of::<MergeRecord>(),
        ]);
        types.extend(duplicates::entities());
        Arc::new(Registry::new(types))
    };
    REGISTRY.get_or_init(make).clone()
}

/// The entities whose changes let the caches of rights and definitions go.
pub(super) const CONFIGURATION: &[&str] = &[
    "organization",
    "field_definition",
    "role",
    "org_unit",
    "permission_set",
    "user",
    "user_group",
    "territory",
    "sharing_default",
    "sharing_rule",
    "duplicate_rule",
    "match_model",
];

/// Whether an entity is part of the configuration, whose records a dump writes first.
pub(crate) fn is_configuration(entity: &str) -> bool {
    CONFIGURATION.contains(&entity)
}

/// The rule of an entity's room.
pub(super) fn rule_of(entity: &str) -> Option<RecordRule> {
    super::admin::rule_of(entity)
        .or_else(|| customer::rule_of(entity))
        .or_else(|| product::rule_of(entity))
        .or_else(|| conditions::rule_of(entity))
        .or_else(|| sales::rule_of(entity))
        .or_else(|| quote::rule_of(entity))
        .or_else(|| special_price::rule_of(entity))
        .or_else(|| forecast::rule_of(entity))
        .or_else(|| duplicates::rule_of(entity))
}

/// What an entity's room says about a record that is brought back.
pub(super) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    super::admin::restore_rule_of(entity)
        .or_else(|| customer::restore_rule_of(entity))
        .or_else(|| product::restore_rule_of(entity))
        .or_else(|| conditions::restore_rule_of(entity))
        .or_else(|| sales::restore_rule_of(entity))
        .or_else(|| quote::restore_rule_of(entity))
}

/// What follows from the deletion of a record, as its entity's room says.
pub(super) fn delete_rule_of(entity: &str) -> Option<DeleteRule> {
    quote::delete_rule_of(entity)
}

/// What becomes of the records of an entity that point to merged ones, where more is to be said than that they follow.
pub(super) fn join_rule_of(entity: &str) -> Option<JoinRule> {
    customer::join_rule_of(entity)
        .or_else(|| product::join_rule_of(entity))
        .or_else(|| conditions::join_rule_of(entity))
        .or_else(|| duplicates::join_rule_of(entity))
}

/// What an entity's room says about records that shall become one.
pub(super) fn merge_rule_of(entity: &str) -> Option<MergeRule> {
    sales::merge_rule_of(entity)
}
