//! The room `product`: the catalogue (产品目录) and list prices with dates of validity (目录价).
//!
//! A product has a code that people know, and a life cycle. A price list has one currency; a list price holds for one
//! product, one list and a half-open span of dates, and no two spans of the same product and list overlap.
//! Products have relations, documents and units of their own, and are sold together as bundles (组合).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod bundles;
mod class_rules;
mod classes;
mod commands;
mod definitions;
mod documents;
mod parameters;
mod relations;
mod rules;
mod search;
mod sources;
mod types;
mod units;

#[cfg(test)]
mod parts_tests;
#[cfg(test)]
mod tests;

pub use crate::query::{ParameterComparison, ParameterCondition};
pub use bundles::{
    BundleCatalogue, BundleChoice, BundleComponent, BundleConstraint, BundleConstraintKind, BundleGroup, BundleLine,
    BundlePrice, BundlePricing, MAX_BUNDLE_COMPONENTS, MAX_BUNDLE_DEPTH, MAX_BUNDLE_LINES, ProductBundle,
    ProductBundlePage, TakenComponent, check_selection, explode, share_price,
};
pub use class_rules::MAX_CLASSES_BELOW;
pub use classes::{
    MAX_BLOCK_DEPTH, MAX_CHOICES, MAX_CLASS_DEPTH, MAX_PARAMETER_CODE_CHARS, ParameterChoice, ParameterKind,
    ProductClass, ProductClassPage, ProductParameter, ProductParameterPage,
};
pub use commands::ProductCommand;
pub use definitions::{EffectiveParameter, effective_parameters};
pub use documents::{ProductDocument, ProductDocumentKind, ProductDocumentPage};
pub use parameters::{MAX_PARAMETER_TEXT_CHARS, MAX_PARAMETER_VALUES, ParameterValue};
pub use relations::{ProductRelation, ProductRelationKind, ProductRelationPage};
pub use rules::{pick_price_list, price_on};
pub use search::{MAX_SEARCH_CONDITIONS, ProductSearch};
pub use sources::{ProductSource, ProductSourcePage, SourceText};
pub use types::{ListPrice, ListPricePage, PriceList, PriceListPage, Product, ProductLifeCycle, ProductPage};
pub use units::{MAX_PRODUCT_UNITS, ProductUnit, unit_table};

pub(crate) use bundles::read_catalogue;
pub(crate) use class_rules::class_parameters;
pub(crate) use documents::product_documents;
pub(crate) use rules::{find_list_price, join_rule_of, restore_rule_of, rule_of};
#[cfg(test)]
pub(crate) use search::parameter_keys;
pub(crate) use search::search_query;

use crate::schema::EntityType;

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![
        EntityType::of::<ProductClass>(),
        EntityType::of::<ProductParameter>(),
        EntityType::of::<Product>().mergeable(),
        EntityType::of::<PriceList>(),
        EntityType::of::<ListPrice>(),
        EntityType::of::<ProductSource>(),
        EntityType::of::<ProductRelation>(),
        EntityType::of::<ProductDocument>(),
        EntityType::of::<ProductBundle>(),
    ]
}
