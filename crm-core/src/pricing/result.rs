//! What a document costs, and why.

use std::collections::HashMap;

use super::catalog::{Calculation, ConditionKind, ConditionRounding, ScaleLevel};
use super::procedure::PricingPolicies;
use crate::value::{AllocationMethod, Currency, Date, Decimal};

value_struct! {
    /// The price of a document. The same document, catalogue and policies give the same bytes everywhere.
    pub struct PriceResult {
        required {
            /// The version of the catalogue.
            pub catalog_version: String,
            /// The procedure.
            pub procedure: String,
            /// Its version.
            pub procedure_version: i64,
            /// The currency.
            pub currency: Currency,
            /// The date for which it was priced.
            pub pricing_date: Date,
            /// How figures were rounded and shared, with nothing left open.
            pub policies: PricingPolicies,
            /// The items, in their order; free goods behind their item.
            pub items: Vec<PricedItem>,
            /// The sum of the net values of the items and of the conditions of the head, without tax.
            pub net: Decimal,
            /// The sum of the taxes.
            pub tax: Decimal,
            /// `net + tax`.
            pub gross: Decimal,
            /// `gross - prepaid + rounding`.
            pub payable: Decimal,
        }
        optional {
            /// Conditions of the head that stay there.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub rows: Vec<PriceRow>,
            /// The taxes by category and rate, in the order of their codes.
            pub taxes: Vec<PriceTax>,
            /// The sums of the subtotals that have a name.
            #[serde(skip_serializing_if = "HashMap::is_empty")]
            pub subtotals: HashMap<String, Decimal>,
            /// The sum of the costs; nothing if no item has one.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub cost: Option<Decimal>,
            /// `net - cost`; nothing if no item has a cost.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub margin: Option<Decimal>,
            /// What was paid before.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub prepaid: Option<Decimal>,
            /// What the amount to pay was rounded by.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub rounding: Option<Decimal>,
            /// What the document uses of counters.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub usage: Vec<super::document::CounterUsage>,
        }
    }
}

value_struct! {
    /// The price of an item.
    pub struct PricedItem {
        required {
            /// What it is called in the document.
            pub id: String,
            /// How much is paid for, in its unit.
            pub quantity: Decimal,
            /// The conditions and subtotals, in their order.
            pub rows: Vec<PriceRow>,
            /// What the active conditions make together, without taxes, costs and statistical ones.
            pub net: Decimal,
            /// `net` for one unit, rounded; nothing for a quantity of zero.
            pub net_price: Option<Decimal>,
            /// The tax: its share of the tax of the document.
            pub tax: Decimal,
        }
        optional {
            /// The product.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub product: Option<String>,
            /// The unit.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub unit: Option<String>,
            /// The values of the subtotals that have a name.
            #[serde(skip_serializing_if = "HashMap::is_empty")]
            pub subtotals: HashMap<String, Decimal>,
            /// The sum of the costs; nothing if there is none.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub cost: Option<Decimal>,
            /// `net - cost`; nothing if there is no cost.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub margin: Option<Decimal>,
            /// The item whose free goods these are; they have costs and no price.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub free_goods_of: Option<String>,
            /// An alternative or option: it counts in no sum.
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            pub is_alternative: bool,
            /// The codes of the rules by which somebody has to approve, and the condition types whose rate asks for it.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub approvals: Vec<String>,
            /// Every search that was made, and every record that was looked at.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub accesses: Vec<AccessTrace>,
        }
    }
}

value_enum! {
    /// Where a row comes from.
    pub enum RowOrigin {
        /// A record that was found.
        Automatic = "automatic",
        /// By hand, in the item.
        Manual = "manual",
        /// By hand, in the head of the document.
        Header = "header",
        /// It came with the record of the row before.
        Supplement = "supplement",
        /// What rounding makes: net price times quantity against the sum of the values.
        Difference = "difference",
        /// A sum of rows before.
        Subtotal = "subtotal",
    }
}

value_enum! {
    /// Why a row counts in no sum.
    pub enum InactiveReason {
        /// An exclusion.
        Excluded = "excluded",
        /// A later price took its place.
        Replaced = "replaced",
        /// A condition by hand took its place.
        ReplacedByManual = "replaced_by_manual",
    }
}

value_struct! {
    /// A part of a graduated scale.
    #[derive(Copy)]
    pub struct PricedSlice {
        required {
            /// How much of the base lies in the level.
            pub quantity: Decimal,
            /// The level, its rate and amount with their sign.
            pub level: ScaleLevel,
        }
        optional {
            /// The rate in its own currency, if it was converted and rounded before it was applied.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub rate_before: Option<Decimal>,
        }
    }
}

value_struct! {
    /// A row: what a condition is worth for an item. `raw` and `value` can be computed from what stands in it:
    ///
    /// - amounts: `base * factor * rate / per * exchange`, where `base` is the quantity, weight, volume or number;
    /// - percentages: `base * rate / 100` (1000; `100 + rate`);
    /// - graduated scales: each of the `slices` stands for the part `quantity / scale_base` of the base and has a rate of its own;
    /// - amounts without a base: `rate * exchange`;
    ///
    /// each plus `flat * exchange`, with the sign of the condition type, held within the limits of the record, and rounded as
    /// the policies or the condition type say. [`audit`](super::audit) does so.
    pub struct PriceRow {
        required {
            /// The number of the step.
            pub step: i64,
            /// Where it comes from.
            pub origin: RowOrigin,
            /// The rounded value.
            pub value: Decimal,
        }
        optional {
            /// The condition type.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub condition_type: Option<String>,
            /// What it is in the figures.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub kind: Option<ConditionKind>,
            /// How its value follows from its rate.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub calculation: Option<Calculation>,
            /// What people read.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub name: Option<String>,
            /// The record.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub record: Option<String>,
            /// The number of the access that found it, from 1.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub access: Option<i64>,
            /// What the rate is applied to.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub base: Option<Decimal>,
            /// The unit of the base; nothing for money.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub base_unit: Option<String>,
            /// How many units of the rate one unit of the base is, as an exact fraction; 1 if nothing is said.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub factor: Option<String>,
            /// The rate, with its sign.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub rate: Option<Decimal>,
            /// For how many units the rate is.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub per: Option<Decimal>,
            /// The unit of `per`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub unit: Option<String>,
            /// The currency of the rate.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub currency: Option<Currency>,
            /// How much of the currency of the document one of `currency` is, as an exact fraction; 1 if nothing is said.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub exchange: Option<String>,
            /// What the levels of the scale were compared with.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub scale_base: Option<Decimal>,
            /// The parts of a graduated scale.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub slices: Vec<PricedSlice>,
            /// The amount on top of a level, with its sign.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub flat: Option<Decimal>,
            /// The smallest value, without sign, in the currency of the rate.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub minimum: Option<Decimal>,
            /// The largest value, without sign, in the currency of the rate.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub maximum: Option<Decimal>,
            /// The rate in its own currency, if it was converted and rounded before it was applied.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub rate_before: Option<Decimal>,
            /// The value before it was rounded: a decimal, or an exact fraction. Left out if nothing was rounded.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub raw: Option<String>,
            /// The formula that gave the value, in place of rate and calculation.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub formula: Option<String>,
            /// What the names stood for that the formula read: a number as a decimal or an exact fraction, several texts with `|`
            /// between them. Names without a value are left out.
            #[serde(skip_serializing_if = "HashMap::is_empty")]
            pub inputs: HashMap<String, String>,
            /// How values of the condition type are rounded, where it differs from the procedure.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub rounding: Option<ConditionRounding>,
            /// For a share of an amount of the head: how it was shared out. `base` is the weight of the item then, and `rate` the
            /// whole amount.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub distribution: Option<AllocationMethod>,
            /// What was taken off the rounded value, without sign, because the limit of the record was reached.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub cut: Option<Decimal>,
            /// What a group or a distribution added to the rounded value.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub difference: Option<Decimal>,
            /// Why it counts in no sum.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub inactive: Option<InactiveReason>,
            /// Whether it is shown only.
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            pub is_statistical: bool,
            /// Whether its record leaves later conditions out.
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            pub excludes: bool,
            /// The category of a tax.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub tax_category: Option<String>,
            /// For a condition of the head: the tax on it, in percent.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub tax_percent: Option<Decimal>,
            /// The account key.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub account_key: Option<String>,
            /// The accrual key.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub accrual_key: Option<String>,
            /// The name of a subtotal.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub subtotal: Option<String>,
        }
    }
}

value_enum! {
    /// What became of an access.
    pub enum AccessOutcome {
        /// Its record was taken.
        Found = "found",
        /// No record holds.
        NoRecord = "no_record",
        /// A field of its key has no value.
        NoKey = "no_key",
        /// Its requirement is false.
        RequirementFalse = "requirement_false",
        /// The requirement of the step is false: nothing was searched.
        StepLeftOut = "step_left_out",
        /// An exclusive access before it has a record.
        Outranked = "outranked",
        /// Its conditions were taken from the earlier figures.
        Kept = "kept",
    }
}

value_enum! {
    /// What became of a record that stands under the key of an access.
    pub enum CandidateOutcome {
        /// It was taken.
        Taken = "taken",
        /// Its dates have not begun.
        NotYetValid = "not_yet_valid",
        /// Its dates are over.
        NoLongerValid = "no_longer_valid",
        /// A record of a nearer node was taken.
        LessSpecific = "less_specific",
        /// An exclusive access before has a record.
        Outranked = "outranked",
        /// The base lies outside the levels of its scale.
        OutsideScale = "outside_scale",
        /// What is left of its limit is less than the item needs.
        LimitReached = "limit_reached",
        /// Another one of the same rank was taken, by the rule for ties.
        Tie = "tie",
    }
}

value_struct! {
    /// A record that was looked at.
    pub struct CandidateTrace {
        required {
            /// The record.
            pub record: String,
            /// What became of it.
            pub outcome: CandidateOutcome,
        }
        optional {
            /// How many nodes above the item its key stands, in each field with a hierarchy.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub distance: Vec<i64>,
        }
    }
}

value_struct! {
    /// A search in one table.
    pub struct AccessTrace {
        required {
            /// The number of the step.
            pub step: i64,
            /// The condition type.
            pub condition_type: String,
            /// What became of it.
            pub outcome: AccessOutcome,
        }
        optional {
            /// The number of the access, from 1; nothing if the step was left out.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub access: Option<i64>,
            /// The table.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub table: Option<String>,
            /// The key that was looked for, for example `customer=C1, product=P1`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub key: Option<String>,
            /// The records under it.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub candidates: Vec<CandidateTrace>,
        }
    }
}

value_struct! {
    /// The tax of a category and rate.
    pub struct PriceTax {
        required {
            /// What is taxed.
            pub base: Decimal,
            /// The tax.
            pub tax: Decimal,
        }
        optional {
            /// The rate in percent; nothing for a tax that is an amount.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub percent: Option<Decimal>,
            /// The category.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub category: Option<String>,
        }
    }
}
