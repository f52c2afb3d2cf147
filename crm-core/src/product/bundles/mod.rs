//! Bundles and solutions (组合, 解决方案): what they hold, what may be chosen, what is delivered and what each part costs.
//!
//! [`check_selection`] says what of one bundle is taken, [`explode`] what is delivered over nested bundles, and
//! [`share_price`] what each part costs. All three are pure and exact.

mod explode;
mod price;
mod rules;
mod select;
mod types;

#[cfg(test)]
mod tests;

pub(crate) use explode::read_catalogue;
pub use explode::{BundleCatalogue, BundleLine, MAX_BUNDLE_DEPTH, MAX_BUNDLE_LINES, explode};
pub use price::{BundlePrice, share_price};
pub(super) use rules::{bundle_restored, bundle_rule, join_bundles};
pub use select::{BundleChoice, TakenComponent, check_selection};
pub use types::{
    BundleComponent, BundleConstraint, BundleConstraintKind, BundleGroup, BundlePricing, MAX_BUNDLE_COMPONENTS,
    ProductBundle, ProductBundlePage,
};
