//! What a bundle is.

use crate::schema::{MergePolicy, NestedReferences, enum_field};
use crate::value::{AllocationMethod, Decimal, Id, json};

/// The most components, groups or constraints of a bundle.
pub const MAX_BUNDLE_COMPONENTS: usize = 500;

value_struct! {
    /// A component of a bundle (组件).
    pub struct BundleComponent {
        required {
            /// The product, which may be a bundle itself.
            pub product: Id,
            /// How many of it are in one bundle, above zero, up to 6 digits behind the point.
            pub quantity: Decimal,
        }
        optional {
            /// The number by which it is chosen, unique in the bundle; 10, 20, 30 ... if nothing is said.
            pub position: Option<i64>,
            /// The unit of `quantity`; the unit of sale of the product if nothing is said.
            pub unit: Option<String>,
            /// The name of the group in which it stands.
            pub group: Option<String>,
            /// Whether it may be left out.
            pub is_optional: bool,
            /// Whether one that may be left out is taken if nothing is said. In a group of which another one was chosen
            /// it is not.
            pub is_default: bool,
            /// The smallest quantity that may be chosen.
            pub minimum: Option<Decimal>,
            /// The largest quantity that may be chosen.
            pub maximum: Option<Decimal>,
            /// Its weight when the price of the whole is shared out; the value at its own price if nothing is said.
            pub weight: Option<Decimal>,
        }
    }
}

value_struct! {
    /// Components of which so many are taken (选项组): of the drives exactly one.
    pub struct BundleGroup {
        required {
            /// The name, unique in the bundle.
            pub name: String,
        }
        optional {
            /// How many of its components must be taken at least; none if nothing is said.
            pub minimum: Option<i64>,
            /// How many of its components may be taken at most; all if nothing is said.
            pub maximum: Option<i64>,
        }
    }
}

value_enum! {
    /// What a constraint says.
    #[derive(Default)]
    pub enum BundleConstraintKind {
        /// Who takes the one must take the other (依赖).
        #[default]
        Requires = "requires",
        /// Who takes the one cannot take the other (互斥).
        Excludes = "excludes",
    }
}

value_struct! {
    /// What holds between two products of a bundle (约束).
    pub struct BundleConstraint {
        required {
            /// If this product is taken,
            pub product: Id,
            /// it requires or excludes
            pub kind: BundleConstraintKind,
            /// this one.
            pub other: Id,
        }
    }
}

value_enum! {
    /// How a bundle is priced.
    #[derive(Default)]
    pub enum BundlePricing {
        /// It has a price of its own, which is shared out to the components.
        #[default]
        Whole = "whole",
        /// It costs what its components cost.
        Components = "components",
    }
}

enum_field!(BundlePricing, AllocationMethod);

entity! {
    /// What a product that is sold as a bundle consists of (组合, 解决方案).
    pub struct ProductBundle("product_bundle", ProductBundlePage, Public) {
        required {
            /// The product as which it is sold; a product is one bundle at the most.
            pub product: Id => reference("product", MergePolicy::Repoint).indexed().once(),
        }
        optional {
            /// What is in it.
            pub components: Vec<BundleComponent> => nested().refers_inside(COMPONENTS),
            /// Of which so many are taken.
            pub groups: Vec<BundleGroup> => nested(),
            /// What requires and excludes what.
            pub constraints: Vec<BundleConstraint> => nested().refers_inside(CONSTRAINTS),
            /// How it is priced; as a whole if nothing is said.
            pub pricing: Option<BundlePricing> => picklist(BundlePricing::NAMES).indexed(),
            /// Who gets the cents that are left over when the price of the whole is shared out; the largest remainder
            /// if nothing is said.
            pub distribution: Option<AllocationMethod> => picklist(AllocationMethod::NAMES),
        }
    }
}

const COMPONENTS: NestedReferences = NestedReferences {
    to: &["product"],
    find: |json, _| {
        let components: Vec<BundleComponent> = json::from_text(json).unwrap_or_default();
        components.into_iter().map(|component| component.product).collect()
    },
    // Two components of one product stay two: each has a position of its own.
    follow: |json, _, by| {
        let mut components: Vec<BundleComponent> = json::from_text(json).ok()?;
        for component in &mut components {
            component.product = by(component.product);
        }
        json::to_canonical(&components).ok()
    },
    merge: MergePolicy::Repoint,
    through: None,
};

const CONSTRAINTS: NestedReferences = NestedReferences {
    to: &["product"],
    find: |json, _| {
        let constraints: Vec<BundleConstraint> = json::from_text(json).unwrap_or_default();
        constraints.into_iter().flat_map(|constraint| [constraint.product, constraint.other]).collect()
    },
    // What a product would require or exclude of itself goes.
    follow: |json, _, by| {
        let constraints: Vec<BundleConstraint> = json::from_text(json).ok()?;
        let mut followed: Vec<BundleConstraint> = Vec::with_capacity(constraints.len());
        for BundleConstraint { product, kind, other } in constraints {
            let constraint = BundleConstraint { product: by(product), kind, other: by(other) };
            if constraint.product != constraint.other && !followed.contains(&constraint) {
                followed.push(constraint);
            }
        }
        json::to_canonical(&followed).ok()
    },
    merge: MergePolicy::Repoint,
    through: None,
};
