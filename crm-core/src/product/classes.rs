//! Product classes and the technical parameters that they define.

use crate::schema::enum_field;
use crate::value::{Decimal, Id};

/// The deepest tree of product classes.
pub const MAX_CLASS_DEPTH: usize = 32;
/// The deepest nesting of blocks of parameters.
pub const MAX_BLOCK_DEPTH: usize = 8;
/// The most choices of one parameter.
pub const MAX_CHOICES: usize = 5_000;
/// The longest code of a parameter or of a choice, in characters.
pub const MAX_PARAMETER_CODE_CHARS: usize = 120;
/// Digits behind the point of the limits of a parameter.
pub(super) const LIMIT_SCALE: u32 = 6;

value_enum! {
    /// What the values of a technical parameter are.
    #[derive(Default)]
    pub enum ParameterKind {
        /// A figure, with a unit if the parameter has one, and with a tolerance if the product has one.
        Number = "number",
        /// All figures from one to another: an operating temperature of -40 to 85 °C.
        Range = "range",
        /// Words.
        #[default]
        Text = "text",
        /// Yes or no.
        Truth = "truth",
        /// One of the choices of the parameter.
        Choice = "choice",
        /// A block of further parameters (the levels and blocks of ECLASS Advanced): it has no value of its own.
        Block = "block",
    }
}

enum_field!(ParameterKind);

value_struct! {
    /// One of the values that a parameter of choices may have.
    pub struct ParameterChoice {
        required {
            /// What stands in the data; no two choices of a parameter differ in case only.
            pub code: String,
        }
        optional {
            /// What people read; the code if nothing is said.
            pub name: Option<String>,
        }
    }
}

entity! {
    /// A class of products (产品分类): a node of a tree whose technical parameters hold for everything below it.
    pub struct ProductClass("product_class", ProductClassPage, Public) {
        required {
            /// The code; unique.
            pub code: String => text(60).unique().searchable().indexed(),
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// The class above. The tree has no circle and at most [`MAX_CLASS_DEPTH`] levels.
            pub parent: Option<Id> => reference("product_class", MergePolicy::Repoint).indexed(),
            /// The classification that it comes from, for example `ECLASS-8.0` or `ETIM-9`.
            pub system: Option<String> => text(60).indexed(),
            /// Its code in that classification, for example `27-24-22-04`.
            pub system_code: Option<String> => text(60).searchable().indexed(),
            /// What belongs to it.
            pub description: Option<String> => text(10_000),
        }
    }
}

entity! {
    /// The definition of a technical parameter (技术参数) at a class; it holds for all classes below too.
    ///
    /// A class below may define the same code in the same block once more, to narrow it: the kind and the dimension stay,
    /// the limits get no wider, the choices no more. What the narrower definition leaves open it has from the one above.
    pub struct ProductParameter("product_parameter", ProductParameterPage, Public) {
        required {
            /// The class that defines it.
            pub product_class: Id => reference("product_class", MergePolicy::Repoint).indexed().once(),
            /// The code by which values name it; unique within class and block.
            pub code: String => text(120).searchable().indexed().once(),
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// What its values are; text if nothing is said.
            pub kind: Option<ParameterKind> => picklist(ParameterKind::NAMES).once(),
            /// The unit of its figures, by code or symbol; a value may be given in any unit of the same dimension. A figure
            /// without unit is a plain number.
            pub unit: Option<String> => text(20),
            /// The choices of a parameter of choices.
            pub choices: Vec<ParameterChoice> => nested(),
            /// Whether a product may have several values of it.
            pub is_multiple: bool => boolean(),
            /// Whether a product must have a value of it; inside a block, whether the block must.
            pub is_required: bool => boolean(),
            /// The smallest figure, in its unit.
            pub minimum: Option<Decimal> => decimal(LIMIT_SCALE).signed(),
            /// The largest figure, in its unit.
            pub maximum: Option<Decimal> => decimal(LIMIT_SCALE).signed(),
            /// The parameter of kind `block` in which it stands: one of the same class or of a class above.
            pub block: Option<Id> => reference("product_parameter", MergePolicy::Repoint).indexed().once(),
            /// The place among its like; those without one come last, by code.
            pub position: Option<i64> => integer(),
            /// What it means and how it is measured.
            pub description: Option<String> => text(10_000),
            /// Its code in the classification that it comes from, for example the IRDI `0173-1#02-AAB713#005`.
            pub external_code: Option<String> => text(120).indexed(),
        }
    }
}

impl ProductParameter {
    /// What its values are.
    #[must_use]
    pub fn value_kind(&self) -> ParameterKind {
        self.kind.unwrap_or_default()
    }
}
