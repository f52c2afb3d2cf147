//! Pricing procedures: steps, exclusions, policies, approvals.

use super::catalog::ConversionMode;
use crate::value::{AllocationMethod, Currency, Decimal, Rounding};

value_struct! {
    /// A step of a procedure: a condition type, or a subtotal.
    #[derive(Default)]
    pub struct PricingStep {
        required {
            /// The number; steps run in its order.
            pub number: i64,
        }
        optional {
            /// The condition type; a step without one is a subtotal.
            pub condition_type: Option<String>,
            /// What people read.
            pub name: Option<String>,
            /// The base: the value of this step; or the sum from here to `base_to`. If nothing is said it is what the steps
            /// before it make together, without taxes, costs and statistical ones.
            pub base_from: Option<i64>,
            /// The last step of the base.
            pub base_to: Option<i64>,
            /// A formula; the step is left out if it is false.
            pub requirement: Option<String>,
            /// A formula for the base, in place of `base_from` and `base_to`.
            pub base_formula: Option<String>,
            /// A formula for the value, in place of rate and calculation; only where a condition is found.
            pub value_formula: Option<String>,
            /// Whether the values are shown only and change no sum.
            pub statistical: bool,
            /// Whether an item without an active condition here is an error.
            pub mandatory: bool,
            /// Under which name the value is told, and known to formulas of later steps; several steps may add to one.
            pub subtotal: Option<String>,
            /// The account key, for the books.
            pub account_key: Option<String>,
            /// The accrual key, for the books.
            pub accrual_key: Option<String>,
        }
    }
}

value_enum! {
    /// What is decided between the conditions of an exclusion (条件排斥).
    pub enum ExclusionMethod {
        /// Of the types of `first`, the one with the best value for the customer stays.
        BestType = "best_type",
        /// Of several records of each type of `first`, the one with the best value stays.
        BestRecord = "best_record",
        /// The group with the better sum stays.
        BestGroup = "best_group",
        /// If there is a condition of `first`, all of `second` go.
        Exclusive = "exclusive",
        /// As `best_type`, but the worst for the customer stays.
        WorstType = "worst_type",
        /// As `best_record`, but the worst for the customer stays.
        WorstRecord = "worst_record",
        /// As `best_group`, but the worse for the customer stays.
        WorstGroup = "worst_group",
    }
}

value_struct! {
    /// An exclusion between condition types; they run in their order. What is compared is the value that each condition has at its
    /// own step while all of them are there; then those that lose become inactive, and everything is computed without them. A
    /// percentage of what the steps before make together is therefore compared with what the others before it left. Where every
    /// condition shall be compared on the same base, their steps name it (`base_from`).
    pub struct ConditionExclusion {
        required {
            /// What is decided.
            pub method: ExclusionMethod,
            /// The condition types of the first group.
            pub first: Vec<String>,
        }
        optional {
            /// Those of the second group.
            pub second: Vec<String>,
        }
    }
}

value_enum! {
    /// Where values are rounded.
    #[derive(Default)]
    pub enum ValueMode {
        /// Every value of a condition, at once.
        #[default]
        ByValue = "by_value",
        /// As above; then the net is divided by the quantity, this net price is rounded, and the net is the net price
        /// times the quantity. The difference is a row of its own.
        ByNetPrice = "by_net_price",
        /// Every value is computed for one unit, rounded, and multiplied.
        ByUnit = "by_unit",
        /// Nothing but the net of the item: values are rounded for show.
        ByItem = "by_item",
    }
}

value_enum! {
    /// Where tax is rounded.
    #[derive(Default)]
    pub enum TaxRounding {
        /// Once for each category and rate of the document, as in EN 16931.
        #[default]
        PerCategory = "per_category",
        /// In every item.
        PerItem = "per_item",
        /// For one unit of every item.
        PerUnit = "per_unit",
    }
}

value_struct! {
    /// How figures are rounded and shared. It stands in every result.
    #[derive(Copy, Default)]
    pub struct PricingPolicies {
        optional {
            /// The rule for what lies between two figures; half up (away from zero) if nothing is said.
            pub rounding: Option<Rounding>,
            /// Digits of values; those of the currency if nothing is said.
            pub decimals: Option<i64>,
            /// Digits of net prices; those of the currency if nothing is said.
            pub price_decimals: Option<i64>,
            /// Where values are rounded; every value if nothing is said.
            pub value_mode: Option<ValueMode>,
            /// Who gets what is left over when an amount is shared out; the largest remainders if nothing is said.
            pub distribution: Option<AllocationMethod>,
            /// Where tax is rounded; per category if nothing is said.
            pub tax_rounding: Option<TaxRounding>,
            /// Whether prices include the tax: then it is taken out of them.
            pub prices_include_tax: bool,
            /// The amount to pay is a multiple of it, for example 0.05; what is added is told as rounding.
            pub payable_unit: Option<Decimal>,
            /// When amounts in another currency are converted; the value if nothing is said.
            pub conversion: Option<ConversionMode>,
            /// Over which currency rates may be joined if there is none between two.
            pub pivot: Option<Currency>,
            /// Whether an item may have a net below zero though its quantity is above. If not, it is an error.
            pub allow_negative_net: bool,
        }
    }
}

value_struct! {
    /// When somebody has to approve.
    pub struct ApprovalRule {
        required {
            /// The code.
            pub code: String,
            /// A formula over an item after its last step; approval is asked for if it is true.
            pub requirement: String,
        }
        optional {
            /// What people read.
            pub name: Option<String>,
        }
    }
}

value_struct! {
    /// A pricing procedure (定价过程).
    pub struct PricingProcedure {
        required {
            /// The code.
            pub code: String,
            /// The steps.
            pub steps: Vec<PricingStep>,
        }
        optional {
            /// What people read.
            pub name: Option<String>,
            /// The version; 1 if nothing is said.
            pub version: Option<i64>,
            /// What excludes what.
            pub exclusions: Vec<ConditionExclusion>,
            /// How figures are rounded and shared.
            pub policies: Option<PricingPolicies>,
            /// When somebody has to approve.
            pub approvals: Vec<ApprovalRule>,
        }
    }
}

value_struct! {
    /// Which procedure a document takes.
    pub struct ProcedureDetermination {
        required {
            /// The procedure.
            pub procedure: String,
        }
        optional {
            /// A formula over the fields of the document; always if nothing is said.
            pub requirement: Option<String>,
        }
    }
}
