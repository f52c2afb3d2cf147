//! What is priced: a document with its items.

use std::collections::HashMap;

use super::result::PriceResult;
use crate::value::{Currency, Date, Decimal, FieldValue, Quantity};

value_struct! {
    /// A document that is priced: a quote, an order, an invoice.
    pub struct PriceDocument {
        required {
            /// The currency.
            pub currency: Currency,
            /// The date whose records and exchange rates hold, in the calendar of the seller.
            pub pricing_date: Date,
        }
        optional {
            /// What it is called.
            pub id: Option<String>,
            /// The procedure; found by the determinations of the catalogue if nothing is said.
            pub procedure: Option<String>,
            /// The values of fields that hold for all items.
            pub fields: HashMap<String, FieldValue>,
            /// What is given by hand for the whole document.
            pub conditions: Vec<ManualCondition>,
            /// The items, at most [`MAX_ITEMS`](super::MAX_ITEMS).
            pub items: Vec<PriceItem>,
            /// What was used of limited records and cumulative scales before this document.
            pub usage: Vec<CounterUsage>,
            /// What was paid before.
            pub prepaid: Option<Decimal>,
            /// What the amount to pay is rounded by, if the procedure does not say how it is rounded.
            pub payable_rounding: Option<Decimal>,
            /// The figures it had, and what of them is found anew; everything is, if nothing is said.
            pub reprice: Option<Reprice>,
            /// Whether the result says how every figure was found: all accesses and candidates. True if nothing is said.
            pub trace: Option<bool>,
        }
    }
}

value_struct! {
    /// An item of a document.
    pub struct PriceItem {
        required {
            /// What it is called in the document; unique.
            pub id: String,
            /// How much; below zero for what comes back.
            pub quantity: Decimal,
        }
        optional {
            /// The product.
            pub product: Option<String>,
            /// The unit of the quantity; that of the product if nothing is said.
            pub unit: Option<String>,
            /// The values of fields, before those of product and document.
            pub fields: HashMap<String, FieldValue>,
            /// What is given by hand.
            pub conditions: Vec<ManualCondition>,
            /// Another date than that of the document.
            pub pricing_date: Option<Date>,
            /// The gross weight of the item, if it is not the quantity times that of the product.
            pub gross_weight: Option<Quantity>,
            /// The net weight of the item, if it is not the quantity times that of the product.
            pub net_weight: Option<Quantity>,
            /// The volume of the item, if it is not the quantity times that of the product.
            pub volume: Option<Quantity>,
            /// An alternative or option: it has figures of its own but counts in no sum and no group of the document.
            pub is_alternative: bool,
        }
    }
}

value_struct! {
    /// A condition that is given by hand (手工条件). It takes the place of the automatic ones of its type.
    pub struct ManualCondition {
        required {
            /// The condition type.
            pub condition_type: String,
        }
        optional {
            /// The rate, as that of a record.
            pub rate: Option<Decimal>,
            /// The value itself in place of a rate, in the currency of the document, with the sign of a rate.
            pub amount: Option<Decimal>,
            /// For how many units the rate is; 1 if nothing is said.
            pub per: Option<Decimal>,
            /// The unit of `per`; that of the item if nothing is said.
            pub unit: Option<String>,
            /// The currency of an amount; that of the document if nothing is said.
            pub currency: Option<Currency>,
            /// The base of a percentage, if not that of the step.
            pub base: Option<Decimal>,
            /// The category of a tax; for a condition of the head that stays there also that of its tax.
            pub tax_category: Option<String>,
            /// For a condition of the head that stays there: the tax on it, in percent.
            pub tax_percent: Option<Decimal>,
        }
    }
}

value_struct! {
    /// What was used of a counter before this document.
    #[derive(Default)]
    pub struct CounterUsage {
        required {
            /// The counter.
            pub counter: String,
        }
        optional {
            /// The quantity, in the unit of the record.
            pub quantity: Option<Decimal>,
            /// The sum of values without sign, in the currency of the document.
            pub value: Option<Decimal>,
            /// The number of items.
            pub uses: Option<i64>,
        }
    }
}

value_enum! {
    /// What of a document that has figures is found anew (重新定价).
    pub enum RepriceMode {
        /// Nothing: every rate stays, and values follow quantities.
        Keep = "keep",
        /// All automatic conditions; what was given by hand stays.
        KeepManual = "keep_manual",
        /// Everything; what was given by hand is left out.
        AllNew = "all_new",
        /// Taxes only.
        TaxesOnly = "taxes_only",
    }
}

value_struct! {
    /// A document that has figures is priced again.
    pub struct Reprice {
        required {
            /// What is found anew.
            pub mode: RepriceMode,
            /// The figures it had.
            pub previous: PriceResult,
        }
    }
}
