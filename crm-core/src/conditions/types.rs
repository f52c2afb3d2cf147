//! Definitions, condition records, counters.

use std::collections::HashMap;

use crate::pricing::{ConditionRecord, ConditionSupplement, PriceCatalog, ScaleLevel, UsageLimit};
use crate::schema::{enum_field, nested_field};
use crate::value::{Currency, Date, Decimal, Id};

/// The most condition records that one command brings.
pub const MAX_CONDITIONS: usize = 10_000;

value_enum! {
    /// Where a definition stands.
    #[derive(Default)]
    pub enum DefinitionStatus {
        /// It is written, and can be tried out.
        #[default]
        Draft = "draft",
        /// Documents are priced by it.
        Active = "active",
        /// Another one took its place.
        Retired = "retired",
    }
}

value_enum! {
    /// What became of something that a document uses.
    #[derive(Default)]
    pub enum UsageStatus {
        /// It is set aside for the document.
        #[default]
        Reserved = "reserved",
        /// The document used it.
        Committed = "committed",
        /// The document gave it back.
        Released = "released",
    }
}

enum_field!(DefinitionStatus, UsageStatus);
nested_field!(PriceCatalog, UsageLimit);

entity! {
    /// How prices are made (定价定义): fields, condition tables, types, access sequences, procedures. One is active.
    pub struct PriceDefinition("price_definition", PriceDefinitionPage, Private) {
        required {
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
            /// The definitions; records stand on their own. Nothing of it is changed once it is active.
            pub definition: PriceCatalog => nested().confidential(),
        }
        optional {
            /// The condition type that list prices of the engine are, if they count.
            pub list_price_type: Option<String> => text(60),
            /// The condition table of list prices; its fields are `price_list` and `product`.
            pub list_price_table: Option<String> => text(60),
            /// The condition type of special prices: a price by quantity.
            pub special_price_type: Option<String> => text(60),
            /// The condition type of special discounts: a discount in percent.
            pub special_discount_type: Option<String> => text(60),
            /// Where it stands; kept by the engine.
            pub status: Option<DefinitionStatus> => picklist(DefinitionStatus::NAMES).indexed().engine(),
            /// The version of the catalogue since which documents are priced by it; kept by the engine.
            pub since_version: Option<i64> => integer().engine(),
            /// The version of the catalogue from which on they no longer are; kept by the engine.
            pub until_version: Option<i64> => integer().engine(),
            /// What changed, and why.
            pub note: Option<String> => text(2_000),
        }
    }
}

entity! {
    /// A condition record (价格条件): a rate for a key and a half-open span of dates. It is never changed: another one takes
    /// its place.
    pub struct PriceCondition("price_condition", PriceConditionPage, Private) {
        required {
            /// The condition type.
            pub condition_type: String => text(60).indexed(),
            /// The condition table.
            pub condition_table: String => text(60).indexed(),
        }
        optional {
            /// The values of the fields of the table. Those that `account`, `product`, `product_class` and `price_list` say
            /// need not be given: they are filled in.
            pub key_values: HashMap<String, String> => nested(),
            /// The account whose identifier is the value of `account`, `billing_account`, `project_account` or
            /// `channel_account`.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// The product whose identifier is the value of `product`.
            pub product: Option<Id> => reference("product", MergePolicy::Repoint).indexed(),
            /// The class whose identifier is the value of `product_class`.
            pub product_class: Option<Id> => reference("product_class", MergePolicy::Repoint).indexed(),
            /// The price list whose identifier is the value of `price_list`.
            pub price_list: Option<Id> => reference("price_list", MergePolicy::Repoint).indexed(),
            /// The number of the key; kept by the engine.
            pub key_number: Option<i64> => integer().indexed().engine(),
            /// The rate: percent, or an amount for `per` units. Left out if there is a scale.
            pub rate: Option<Decimal> => decimal(8).signed().confidential(),
            /// For how many units the rate is; 1 if nothing is said.
            pub per: Option<Decimal> => decimal(6),
            /// The unit of `per`; that of the item (or `KGM` and `MTQ` for weights and volumes) if nothing is said.
            pub unit: Option<String> => text(30),
            /// The currency of an amount; that of the document if nothing is said.
            pub currency: Option<Currency> => currency(),
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date> => date().indexed(),
            /// The first date on which it no longer holds; without end if nothing is said.
            pub valid_until: Option<Date> => date().indexed(),
            /// The levels of its scale.
            pub scale: Vec<ScaleLevel> => nested().confidential(),
            /// The smallest value of the condition, without sign, in its currency.
            pub minimum: Option<Decimal> => decimal(4).confidential(),
            /// The largest value of the condition, without sign, in its currency.
            pub maximum: Option<Decimal> => decimal(4).confidential(),
            /// Which of equals is taken, for accesses that ask for it.
            pub priority: Option<i64> => integer(),
            /// Sets `excluded` for the formulas of later steps.
            pub excludes: bool => boolean(),
            /// What comes with it.
            pub supplements: Vec<ConditionSupplement> => nested().confidential(),
            /// The category of a tax.
            pub tax_category: Option<String> => text(30),
            /// How much it may be used.
            pub limit: Option<UsageLimit> => nested(),
            /// The counter of its limit or cumulative scale; kept by the engine.
            pub counter: Option<String> => text(120).indexed().engine(),
            /// Where it comes from: a contract, a promotion, an approval.
            pub source: Option<String> => text(200).indexed(),
            /// The record whose place it took; kept by the engine.
            pub replaces: Option<Id> => reference("price_condition", MergePolicy::Repoint).indexed().engine(),
            /// The version of the catalogue since which it is there; kept by the engine.
            pub since_version: Option<i64> => integer().engine(),
            /// The version of the catalogue from which on it is no longer there; kept by the engine.
            pub until_version: Option<i64> => integer().indexed().engine(),
        }
    }
}

entity! {
    /// How much was used of a limit or a cumulative scale (条件用量). What stands here is the sum of its usages.
    pub struct ConditionCounter("condition_counter", ConditionCounterPage, Private) {
        required {
            /// The counter: the identifier of a record, or the name in its limit; unique.
            pub counter: String => text(120).unique().indexed().engine(),
        }
        optional {
            /// The currency of the values; that of the first document which used some.
            pub currency: Option<Currency> => currency().engine(),
            /// The quantity that is set aside.
            pub reserved_quantity: Option<Decimal> => decimal(6).signed().engine(),
            /// The sum of the values that is set aside.
            pub reserved_value: Option<Decimal> => decimal(4).signed().engine().confidential().in_currency("currency"),
            /// The items that it is set aside for.
            pub reserved_uses: Option<i64> => integer().engine(),
            /// The quantity that was used.
            pub committed_quantity: Option<Decimal> => decimal(6).signed().engine(),
            /// The sum of the values that was used.
            pub committed_value: Option<Decimal> => decimal(4).signed().engine().confidential().in_currency("currency"),
            /// The items that used it.
            pub committed_uses: Option<i64> => integer().engine(),
        }
    }
}

entity! {
    /// What a document uses of a counter (用量预留).
    pub struct ConditionUsage("condition_usage", ConditionUsagePage, Private) {
        required {
            /// The document: its identifier, or what another system calls it.
            pub document: String => text(120).indexed().engine(),
            /// The counter.
            pub counter: String => text(120).indexed().engine(),
        }
        optional {
            /// What became of it.
            pub status: Option<UsageStatus> => picklist(UsageStatus::NAMES).indexed().engine(),
            /// The currency of the value.
            pub currency: Option<Currency> => currency().engine(),
            /// The quantity.
            pub quantity: Option<Decimal> => decimal(6).signed().engine(),
            /// The value without sign.
            pub value: Option<Decimal> => decimal(4).signed().engine().confidential().in_currency("currency"),
            /// The number of items.
            pub uses: Option<i64> => integer().engine(),
        }
    }
}

impl PriceCondition {
    /// The record as prices are made by it. Its last date is the one before `valid_until`.
    #[must_use]
    pub fn record(&self) -> ConditionRecord {
        ConditionRecord {
            id: self.id.to_string(),
            condition_type: self.condition_type.clone(),
            table: self.condition_table.clone(),
            key: self.key_values.clone(),
            rate: self.rate,
            per: self.per,
            unit: self.unit.clone(),
            currency: self.currency,
            valid_from: self.valid_from,
            valid_to: self.valid_until.and_then(|until| until.add_days(-1).ok()),
            scale: self.scale.clone(),
            minimum: self.minimum,
            maximum: self.maximum,
            priority: self.priority,
            excludes: self.excludes,
            supplements: self.supplements.clone(),
            tax_category: self.tax_category.clone(),
            limit: self.limit.clone(),
            source: self.source.clone(),
        }
    }
    /// The records of the engine that stand in its key: the fields they may be, and their identifiers.
    pub(super) fn keyed(&self) -> [(&'static [&'static str], Option<Id>); 4] {
        [
            (&["account", "billing_account", "project_account", "channel_account"], self.account),
            (&["product"], self.product),
            (&["product_class"], self.product_class),
            (&["price_list"], self.price_list),
        ]
    }
}
