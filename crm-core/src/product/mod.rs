//! The room `product`: the catalogue (产品目录) and list prices with dates of validity (目录价).
//!
//! A product has a code that people know, and a life cycle. A price list has one currency; a list price holds for one
//! product, one list and a half-open span of dates, and no two spans of the same product and list overlap.
//! Products have relations, documents and units of their own, and are sold together as bundles (组合).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod bundles;
mod commands;
mod documents;
mod relations;
mod rules;
mod types;
mod units;

#[cfg(test)]
mod parts_tests;
#[cfg(test)]
mod tests;

pub use bundles::{
    BundleCatalogue, BundleChoice, BundleComponent, BundleConstraint, BundleConstraintKind, BundleGroup, BundleLine,
    BundlePrice, BundlePricing, MAX_BUNDLE_COMPONENTS, MAX_BUNDLE_DEPTH, MAX_BUNDLE_LINES, ProductBundle,
    ProductBundlePage, TakenComponent, check_selection, explode, share_price,
};
pub use commands::ProductCommand;
pub use documents::{ProductDocument, ProductDocumentKind, ProductDocumentPage};
pub use relations::{ProductRelation, ProductRelationKind, ProductRelationPage};
pub use rules::{pick_price_list, price_on};
pub use types::{ListPrice, ListPricePage, PriceList, PriceListPage, Product, ProductLifeCycle, ProductPage};
pub use units::{MAX_PRODUCT_UNITS, ProductUnit, unit_table};

pub(crate) use bundles::read_catalogue;
pub(crate) use rules::{find_list_price, join_rule_of, restore_rule_of, rule_of};

use crate::schema::EntityType;

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![
        EntityType::of::<Product>().mergeable(),
        EntityType::of::<PriceList>(),
        EntityType::of::<ListPrice>(),
        EntityType::of::<ProductRelation>(),
        EntityType::of::<ProductDocument>(),
        EntityType::of::<ProductBundle>(),
    ]
}
