//! What a price catalogue says: fields, condition tables, types, access sequences, records, procedures.

use std::collections::HashMap;

use super::procedure::{PricingProcedure, ProcedureDetermination};
use crate::value::{AllocationMethod, Currency, Date, Decimal, FieldValue, Quantity, Rounding, UnitFactor};

value_struct! {
    /// Everything by which a document is priced: the definitions and the condition records of one version (价格目录).
    ///
    /// The guide of the room [`pricing`](crate::pricing) shows three of them, written by hand.
    #[derive(Default)]
    pub struct PriceCatalog {
        required {
            /// The version; it stands in every result.
            pub version: String,
        }
        optional {
            /// The fields on which prices depend, besides the built-in ones: `product`, `quantity`, `unit`, `item`,
            /// `currency`, `pricing_date`.
            pub fields: Vec<PriceField>,
            /// Trees of the values of a field: groups of customers, classes of products.
            pub hierarchies: Vec<PriceHierarchy>,
            /// The keys under which condition records stand.
            pub tables: Vec<ConditionTable>,
            /// The condition types.
            pub condition_types: Vec<ConditionType>,
            /// In which order tables are searched.
            pub access_sequences: Vec<AccessSequence>,
            /// The condition records.
            pub records: Vec<ConditionRecord>,
            /// Goods that are given free.
            pub free_goods: Vec<FreeGoods>,
            /// The procedures.
            pub procedures: Vec<PricingProcedure>,
            /// Which procedure a document takes that names none; the first whose requirement holds.
            pub determinations: Vec<ProcedureDetermination>,
            /// What prices must know of products.
            pub products: Vec<PriceProduct>,
            /// Factors between units that hold for all products, besides those of the standard table.
            pub units: Vec<UnitFactor>,
            /// Exchange rates.
            pub rates: Vec<ExchangeRate>,
            /// Currencies whose digits differ from ISO 4217.
            pub currencies: Vec<PriceCurrency>,
        }
    }
}

value_enum! {
    /// What the values of a field are.
    #[derive(Default)]
    pub enum PriceFieldKind {
        /// Text.
        #[default]
        Text = "text",
        /// Several texts at once, for example all groups of a customer; each of them is a key.
        Texts = "texts",
        /// An exact number.
        Number = "number",
        /// Yes or no.
        Truth = "truth",
        /// A date.
        Date = "date",
    }
}

value_struct! {
    /// A field on which prices depend. Items, then products of the catalogue, then the document say its value.
    pub struct PriceField {
        required {
            /// The name, in small letters, digits and `_`.
            pub name: String,
        }
        optional {
            /// What its values are; text if nothing is said.
            pub kind: Option<PriceFieldKind>,
        }
    }
}

value_struct! {
    /// A tree of the values of a field. A table may ask that a record of a node above counts for all below it.
    pub struct PriceHierarchy {
        required {
            /// The field.
            pub field: String,
            /// Every value that has one above it.
            pub nodes: Vec<PriceNode>,
        }
    }
}

value_struct! {
    /// A value and the one above it.
    pub struct PriceNode {
        required {
            /// The value.
            pub value: String,
            /// The value above it.
            pub parent: String,
        }
    }
}

value_struct! {
    /// A condition table (条件表): the fields that make the key of a record.
    pub struct ConditionTable {
        required {
            /// The name.
            pub code: String,
            /// The fields of the key; none for a table with one record for everybody.
            pub fields: Vec<String>,
        }
        optional {
            /// Those of them whose records also count for every value below in the hierarchy. The nearest node with a
            /// record wins; with several such fields, the nearest in the first one.
            pub up: Vec<String>,
        }
    }
}

value_enum! {
    /// What a condition is in the figures.
    pub enum ConditionKind {
        /// A price.
        Price = "price",
        /// A discount: written above zero, taken off.
        Discount = "discount",
        /// A surcharge, or any other part of the price of either sign.
        Surcharge = "surcharge",
        /// Freight, packing, insurance.
        Freight = "freight",
        /// A rebate that is accrued.
        Rebate = "rebate",
        /// A tax: not part of the net.
        Tax = "tax",
        /// A cost: never part of the net, but of the margin.
        Cost = "cost",
    }
}

value_enum! {
    /// How the value of a condition follows from its rate (计算规则). The base is the one of its step.
    pub enum Calculation {
        /// `rate` hundredths of the base.
        Percent = "percent",
        /// `rate` thousandths of the base.
        PerMille = "per_mille",
        /// The part of the base that `rate` percent on top of the rest make: `base * rate / (100 + rate)`.
        PercentIncluded = "percent_included",
        /// The rate itself, whatever the quantity.
        Fixed = "fixed",
        /// `rate` for each `per` units.
        Quantity = "quantity",
        /// `rate` for each `per` units of gross weight.
        GrossWeight = "gross_weight",
        /// `rate` for each `per` units of net weight.
        NetWeight = "net_weight",
        /// `rate` for each `per` units of volume.
        Volume = "volume",
        /// `rate` for each `per` of the number in a field: months, kilometres, points.
        Field = "field",
        /// What the formula of the type or of the step says.
        Formula = "formula",
    }
}

value_enum! {
    /// Which sign a condition has.
    pub enum ConditionSign {
        /// Rates are written above zero and added.
        Plus = "plus",
        /// Rates are written above zero and taken off.
        Minus = "minus",
        /// The sign of the rate counts.
        Either = "either",
    }
}

value_struct! {
    /// How the values of a condition type are rounded, where it differs from the procedure.
    #[derive(Copy, Default)]
    pub struct ConditionRounding {
        optional {
            /// The rule.
            pub rounding: Option<Rounding>,
            /// Digits behind the point, 0 to 10.
            pub decimals: Option<i64>,
            /// Values are multiples of it, for example 0.05.
            pub unit: Option<Decimal>,
        }
    }
}

value_enum! {
    /// Which items are a group when the level of a scale is looked up.
    pub enum ConditionGroupBy {
        /// All items that have the same record.
        Record = "record",
        /// All items that have the condition type.
        Document = "document",
        /// All items with the same value of a field.
        Field = "field",
    }
}

value_struct! {
    /// A group condition (组条件): scale bases are summed over items, and what rounding the items one by one loses against the
    /// group goes to the item with the largest value.
    pub struct ConditionGroup {
        required {
            /// Which items are a group.
            pub by: ConditionGroupBy,
        }
        optional {
            /// The field, for `field`.
            pub field: Option<String>,
        }
    }
}

value_struct! {
    /// What may be given by hand.
    #[derive(Copy)]
    pub struct ManualRule {
        optional {
            /// The smallest rate.
            pub minimum: Option<Decimal>,
            /// The largest rate.
            pub maximum: Option<Decimal>,
            /// A rate above it asks for approval.
            pub approval_above: Option<Decimal>,
        }
    }
}

value_enum! {
    /// What becomes of a condition of this type that is given in the head of a document.
    pub enum HeaderRule {
        /// It is computed for every item, as if it had been given there: percentages. An amount is then charged in each.
        EachItem = "each_item",
        /// The amount is shared out over the items: amounts. A percentage is computed and rounded once, of what all items have
        /// together, and then shared out.
        Distribute = "distribute",
        /// It stays in the head and has a tax of its own: allowances and charges of a document in EN 16931.
        Document = "document",
    }
}

value_enum! {
    /// By what an amount is shared out over items.
    pub enum DistributionBasis {
        /// By the base of the step.
        Value = "value",
        /// By quantity, in the unit of the first item.
        Quantity = "quantity",
        /// By gross weight.
        GrossWeight = "gross_weight",
        /// By volume.
        Volume = "volume",
    }
}

value_enum! {
    /// What the levels of a scale count.
    pub enum ScaleBase {
        /// The quantity, in the unit of the scale or of the record.
        Quantity = "quantity",
        /// The base of the step, in the currency of the record.
        Value = "value",
        /// The gross weight.
        GrossWeight = "gross_weight",
        /// The net weight.
        NetWeight = "net_weight",
        /// The volume.
        Volume = "volume",
        /// The number in a field.
        Field = "field",
    }
}

value_enum! {
    /// How the levels of a scale are read (阶梯).
    pub enum ScaleKind {
        /// The last level that begins at or below the base holds for all of it.
        From = "from",
        /// The first level that ends at or above the base holds for all of it.
        To = "to",
        /// Each part of the base is priced at its own level (累进).
        Graduated = "graduated",
    }
}

value_struct! {
    /// The scale of a condition type.
    pub struct ScaleRule {
        required {
            /// What the levels count.
            pub base: ScaleBase,
            /// How they are read.
            pub kind: ScaleKind,
        }
        optional {
            /// The unit of the levels; that of the record, and then of the item, if nothing is said. What other items of a group
            /// add is converted into it.
            pub unit: Option<String>,
            /// The field, for `field`.
            pub field: Option<String>,
            /// Whether the levels count on from document to document: the counter of the record says how much there was.
            pub cumulative: bool,
        }
    }
}

value_enum! {
    /// What of the rows before it a condition makes inactive.
    pub enum ReplacesRows {
        /// The prices.
        Prices = "prices",
        /// Everything but taxes and costs.
        Everything = "everything",
    }
}

value_enum! {
    /// When an amount in another currency is converted.
    pub enum ConversionMode {
        /// The rate is converted and rounded to the digits of the currency, then multiplied.
        Rate = "rate",
        /// The value is computed in its own currency, converted, and rounded once.
        Value = "value",
    }
}

value_struct! {
    /// A condition type (条件类型).
    pub struct ConditionType {
        required {
            /// The code.
            pub code: String,
            /// What it is in the figures.
            pub kind: ConditionKind,
            /// How its value follows from its rate.
            pub calculation: Calculation,
        }
        optional {
            /// What people read.
            pub name: Option<String>,
            /// The sign; `minus` for discounts and `either` for the others, if nothing is said.
            pub sign: Option<ConditionSign>,
            /// Where its records are searched; a type without one is given by hand only.
            pub access_sequence: Option<String>,
            /// The scale of its records.
            pub scale: Option<ScaleRule>,
            /// Whether items are counted together.
            pub group: Option<ConditionGroup>,
            /// What may be given by hand; a type with an access sequence and without this takes nothing by hand.
            pub manual: Option<ManualRule>,
            /// What becomes of one in the head; amounts are distributed and the others computed for each item, if nothing
            /// is said.
            pub header: Option<HeaderRule>,
            /// By what an amount in the head is shared out; by value if nothing is said.
            pub basis: Option<DistributionBasis>,
            /// Who gets what is left over then; as the procedure says, if nothing is said.
            pub distribution: Option<AllocationMethod>,
            /// How its values are rounded, where it differs from the procedure. For a tax that is rounded for a category it holds
            /// there, if all rows of the category have it.
            pub rounding: Option<ConditionRounding>,
            /// When amounts of another currency are converted; as the procedure says, if nothing is said.
            pub conversion: Option<ConversionMode>,
            /// What of the rows before it an active condition of this type makes inactive.
            pub replaces: Option<ReplacesRows>,
            /// The field, for the calculation `field`.
            pub field: Option<String>,
            /// The formula, for the calculation `formula`; `rate` and `base` stand for those of the condition.
            pub formula: Option<String>,
        }
    }
}

impl ConditionType {
    /// The sign of its rates, with nothing left open.
    pub(super) fn sign_of_rates(&self) -> ConditionSign {
        self.sign.unwrap_or(match self.kind {
            ConditionKind::Discount => ConditionSign::Minus,
            _ => ConditionSign::Either,
        })
    }
}

value_enum! {
    /// What happens if several records of one access are equally near.
    pub enum OnTie {
        /// An error: the rule is ambiguous.
        Error = "error",
        /// The one with the largest `priority`; an error if two have it.
        Priority = "priority",
        /// The one whose value is best for the customer.
        Lowest = "lowest",
        /// The one whose value is worst for the customer.
        Highest = "highest",
        /// All of them.
        All = "all",
    }
}

value_struct! {
    /// One step of a search.
    pub struct AccessStep {
        required {
            /// The table.
            pub table: String,
        }
        optional {
            /// Whether the search ends here if there is a record. True if nothing is said; otherwise the records of
            /// further accesses are added.
            pub exclusive: Option<bool>,
            /// A formula; the access is left out if it is false.
            pub requirement: Option<String>,
            /// Where the values of fields of the table come from, if not from the fields of the same name: for example
            /// `{"customer": "payer"}`.
            pub sources: HashMap<String, String>,
            /// What happens if several records are equally near; an error if nothing is said.
            pub on_tie: Option<OnTie>,
        }
    }
}

value_struct! {
    /// An access sequence (存取顺序): tables from the special to the general.
    pub struct AccessSequence {
        required {
            /// The code.
            pub code: String,
            /// The steps, in their order.
            pub accesses: Vec<AccessStep>,
        }
    }
}

value_struct! {
    /// A level of a scale.
    #[derive(Copy)]
    pub struct ScaleLevel {
        required {
            /// The rate, as that of the record.
            pub rate: Decimal,
        }
        optional {
            /// Where the level begins, itself included (in a graduated scale: what is above it).
            pub lower: Option<Decimal>,
            /// Where it ends, itself included; nothing for the last level.
            pub upper: Option<Decimal>,
            /// An amount on top for whoever reaches the level, in the currency of the record. In a graduated scale that is
            /// cumulative it is due once: when the level is entered.
            pub flat: Option<Decimal>,
        }
    }
}

value_struct! {
    /// A condition that comes with every use of a record (条件补充): a percentage of its value, or an amount.
    pub struct ConditionSupplement {
        required {
            /// The condition type; percentages have the value of the record as their base.
            pub condition_type: String,
            /// The rate.
            pub rate: Decimal,
        }
        optional {
            /// For how many units the rate is; 1 if nothing is said.
            pub per: Option<Decimal>,
        }
    }
}

value_struct! {
    /// How often, how much or for how much money a record may be used. What was used stands in the document
    /// ([`PriceDocument::usage`](super::PriceDocument)); items of the document count in their order.
    pub struct UsageLimit {
        optional {
            /// The counter; the id of the record if nothing is said. Records may share one.
            pub counter: Option<String>,
            /// The largest quantity, in the unit of the record: an item that would pass it does not get the record.
            pub quantity: Option<Decimal>,
            /// The largest sum of values without sign, in the currency of the document: the last value is cut to it.
            pub value: Option<Decimal>,
            /// The most items.
            pub uses: Option<i64>,
        }
    }
}

value_struct! {
    /// A condition record (条件记录): a rate for a key and a span of dates.
    #[derive(Default)]
    pub struct ConditionRecord {
        required {
            /// The identifier; it stands in every trace.
            pub id: String,
            /// The condition type.
            pub condition_type: String,
            /// The table.
            pub table: String,
        }
        optional {
            /// The values of the fields of the table.
            pub key: HashMap<String, String>,
            /// The rate: percent, or an amount for `per` units. Left out if there is a scale.
            pub rate: Option<Decimal>,
            /// For how many units the rate is; 1 if nothing is said.
            pub per: Option<Decimal>,
            /// The unit of `per`; that of the item (or `KGM` and `MTQ` for weights and volumes) if nothing is said.
            pub unit: Option<String>,
            /// The currency of an amount; that of the document if nothing is said.
            pub currency: Option<Currency>,
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date>,
            /// The last date on which it holds; without end if nothing is said.
            pub valid_to: Option<Date>,
            /// The levels.
            pub scale: Vec<ScaleLevel>,
            /// The smallest value of the condition, without sign, in its currency. A value of zero stays zero.
            pub minimum: Option<Decimal>,
            /// The largest value of the condition, without sign, in its currency.
            pub maximum: Option<Decimal>,
            /// Which of equals is taken, for accesses that ask for it.
            pub priority: Option<i64>,
            /// Sets `excluded` for the formulas of later steps, so that they can leave further conditions out.
            pub excludes: bool,
            /// What comes with it.
            pub supplements: Vec<ConditionSupplement>,
            /// The category of a tax: `S`, `Z`, `E`, `AE`, `K`, `G`, `O`, `L`, `M` of EN 16931 or any other code.
            pub tax_category: Option<String>,
            /// How much it may be used.
            pub limit: Option<UsageLimit>,
            /// Where it comes from: a contract, a promotion, an approval.
            pub source: Option<String>,
        }
    }
}

value_enum! {
    /// Whether free goods are part of what was ordered (买赠).
    pub enum FreeGoodsKind {
        /// A part of what was ordered is free.
        Inclusive = "inclusive",
        /// They come on top.
        Exclusive = "exclusive",
    }
}

value_enum! {
    /// How many free goods an order brings.
    pub enum FreeGoodsRule {
        /// In proportion, cut down to a whole number (or as `rounding` says): of 10 free for 100, an order of 162 brings 16.
        Proportional = "proportional",
        /// For each full `per`: an order of 162 brings 10.
        UnitReference = "unit_reference",
        /// Only if the order is a multiple of `per`: an order of 162 brings nothing.
        WholeUnit = "whole_unit",
    }
}

value_struct! {
    /// Goods that are given free with others.
    pub struct FreeGoods {
        required {
            /// The identifier.
            pub id: String,
            /// The table whose key an item must have.
            pub table: String,
            /// Whether they are part of the order.
            pub kind: FreeGoodsKind,
            /// How many there are.
            pub rule: FreeGoodsRule,
            /// How many are given for each `per`.
            pub free: Decimal,
            /// For how many ordered ones.
            pub per: Decimal,
        }
        optional {
            /// The values of the fields of the table.
            pub key: HashMap<String, String>,
            /// The unit of the figures; that of the item if nothing is said.
            pub unit: Option<String>,
            /// The smallest order that brings some.
            pub minimum: Option<Decimal>,
            /// How the quantity of `proportional` becomes a whole number; it is cut down if nothing is said.
            pub rounding: Option<Rounding>,
            /// What is given; the same product if nothing is said. Another product comes on top in any case.
            pub product: Option<String>,
            /// The first date on which it holds.
            pub valid_from: Option<Date>,
            /// The last date on which it holds.
            pub valid_to: Option<Date>,
        }
    }
}

value_struct! {
    /// What prices must know of a product.
    #[derive(Default)]
    pub struct PriceProduct {
        required {
            /// The product.
            pub id: String,
        }
        optional {
            /// The unit of an item that names none.
            pub unit: Option<String>,
            /// Its own factors between units; both amounts are kept as they were agreed, for example
            /// 10,000 lb = 4,536 kg.
            pub units: Vec<UnitFactor>,
            /// The gross weight of one `unit`.
            pub gross_weight: Option<Quantity>,
            /// The net weight of one `unit`.
            pub net_weight: Option<Quantity>,
            /// The volume of one `unit`.
            pub volume: Option<Quantity>,
            /// Values of fields that items need not say, for example `product_group`.
            pub fields: HashMap<String, FieldValue>,
        }
    }
}

value_struct! {
    /// An exchange rate: `per` units of one currency are `rate` units of the other, from a date on until the next one.
    #[derive(Copy)]
    pub struct ExchangeRate {
        required {
            /// The one currency.
            pub from_currency: Currency,
            /// The other one.
            pub to_currency: Currency,
            /// How much of the other one.
            pub rate: Decimal,
        }
        optional {
            /// For how much of the one; 1 if nothing is said.
            pub per: Option<Decimal>,
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date>,
        }
    }
}

value_struct! {
    /// A currency whose digits differ from ISO 4217.
    #[derive(Copy)]
    pub struct PriceCurrency {
        required {
            /// The currency.
            pub code: Currency,
            /// Its digits behind the point, 0 to 6.
            pub decimals: i64,
        }
    }
}
