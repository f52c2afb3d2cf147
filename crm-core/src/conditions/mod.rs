//! The room `conditions`: the price catalogue that a tenant keeps (价格条件主数据), and what was used of it.
//!
//! A [`PriceDefinition`] says how prices are made: everything in a [`PriceCatalog`](crate::pricing::PriceCatalog) but records.
//! [`PriceCondition`]s are the condition records. Both are never changed: another definition is activated, another record
//! takes the place of the one before. Each such step has a number, the version of the catalogue, and everything that held at
//! a version can be read again: a document is priced by it to the same bytes as then.
//!
//! Documents of the engine find their fields by name: `account`, `contact`, `opportunity` and `price_list` are identifiers,
//! `account_grade` is the field `grade` of the account, `product_family` the field `family` of the product, custom fields
//! too. Trees come from the engine as well: `account` climbs the legal hierarchy, `billing_account`, `project_account` and
//! `channel_account` the others, `product_class` the tree of classes.
//!
//! Limits and cumulative scales count in [`ConditionCounter`]s, in which documents reserve, commit and release what they use.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod catalogue;
mod commands;
mod gather;
mod rules;
mod special;
mod types;
pub(crate) mod usage;
mod what_if;

#[cfg(test)]
mod tests;

pub use catalogue::PriceCase;
pub use commands::ConditionCommand;
pub use gather::{PriceContext, PriceInput};
pub use types::{
    ConditionCounter, ConditionCounterPage, ConditionUsage, ConditionUsagePage, DefinitionStatus, MAX_CONDITIONS,
    PriceCondition, PriceConditionPage, PriceDefinition, PriceDefinitionPage, UsageStatus,
};

pub use what_if::{MAX_WHAT_IF_QUOTES, PriceDraft};

pub(crate) use catalogue::{ForRule, Records, case_of, replay, whole_catalogue};
pub(crate) use rules::{join_rule_of, restore_rule_of, rule_of};
pub(crate) use special::{SpecialScope, special_place};
pub(crate) use what_if::Drafted;

use crate::schema::EntityType;

/// The series that numbers the versions of the catalogue.
pub(crate) const VERSIONS: &str = "price_version";

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![
        EntityType::of::<PriceDefinition>(),
        EntityType::of::<PriceCondition>(),
        EntityType::of::<ConditionCounter>(),
        EntityType::of::<ConditionUsage>(),
    ]
}
