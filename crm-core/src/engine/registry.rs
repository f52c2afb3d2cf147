//! The registry of everything that the engine keeps, and the rules of the rooms.

use std::sync::{Arc, OnceLock};

use super::Organization;
use crate::access::{PermissionSet, Role, User};
use crate::room::{PresenceRule, RecordRule};
use crate::schema::{EntityType, FieldDefinition, Registry};
use crate::{customer, product, quote, sales};

/// All entities, in the order in which a dump writes and a restore reads them.
#[must_use]
pub fn registry() -> Arc<Registry> {
    static REGISTRY: OnceLock<Arc<Registry>> = OnceLock::new();
    let make = || {
        let mut types = vec![
            EntityType::of::<Organization>(),
            EntityType::of::<FieldDefinition>(),
            EntityType::of::<Role>(),
            EntityType::of::<PermissionSet>(),
            EntityType::of::<User>(),
        ];
        types.extend(customer::entities());
        types.extend(product::entities());
        types.extend(sales::entities());
        types.extend(quote::entities());
        Arc::new(Registry::new(types))
    };
    REGISTRY.get_or_init(make).clone()
}

/// The entities whose changes let the caches of rights and definitions go.
pub(super) const CONFIGURATION: &[&str] = &["organization", "field_definition", "role", "permission_set", "user"];

/// The rule of an entity's room.
pub(super) fn rule_of(entity: &str) -> Option<RecordRule> {
    super::admin::rule_of(entity)
        .or_else(|| customer::rule_of(entity))
        .or_else(|| product::rule_of(entity))
        .or_else(|| sales::rule_of(entity))
        .or_else(|| quote::rule_of(entity))
}

/// What an entity's room says when a record is deleted or brought back.
pub(super) fn presence_rule_of(entity: &str) -> Option<PresenceRule> {
    customer::presence_rule_of(entity)
        .or_else(|| product::presence_rule_of(entity))
        .or_else(|| sales::presence_rule_of(entity))
        .or_else(|| quote::presence_rule_of(entity))
}
