//! The registry of everything that the engine keeps, and the rules of the rooms.

use std::sync::{Arc, OnceLock};

use super::Organization;
use crate::access::{PermissionSet, Role, User};
use crate::room::{RecordRule, RestoreRule};
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

/// What an entity's room says about a record that is brought back.
pub(super) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    super::admin::restore_rule_of(entity)
        .or_else(|| customer::restore_rule_of(entity))
        .or_else(|| product::restore_rule_of(entity))
        .or_else(|| sales::restore_rule_of(entity))
        .or_else(|| quote::restore_rule_of(entity))
}
