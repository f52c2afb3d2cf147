//! A document on its way through a procedure: step after step, and within a step item after item.
//!
//! Since a step sees only steps before it, one pass is enough, also for conditions of groups. When an item changes, its
//! rows are cut off where the change begins and made anew; items that a group pulls along are cut off at the step of the
//! group. Sums of groups and of the document are kept, so nothing else is touched.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::catalog::{ConversionMode, ScaleLevel};
use super::definition::{Definition, ProcedureDef, ProductDef, StepDef, TypeDef};
use super::document::{PriceDocument, PriceItem, RepriceMode};
use super::exact::Exact;
use super::item::Values;
use super::procedure::{PricingPolicies, TaxRounding, ValueMode};
use super::records::Records;
use super::result::{InactiveReason, PricedItem, RowOrigin};
use super::trace::Looked;
use crate::value::{AllocationMethod, Currency, Date, Decimal, Error, ErrorCode, Ratio, Result, Rounding};

/// The policies of a procedure with nothing left open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub rounding: Rounding,
    pub decimals: u32,
    pub price_decimals: u32,
    pub mode: ValueMode,
    pub distribution: AllocationMethod,
    pub tax_rounding: TaxRounding,
    pub include_tax: bool,
    pub payable_unit: Option<Decimal>,
    pub conversion: ConversionMode,
    pub pivot: Option<Currency>,
    pub allow_negative_net: bool,
}

impl Rules {
    pub(super) fn of(policies: &PricingPolicies, decimals: u32) -> Self {
        let digits = |given: Option<i64>| given.and_then(|digits| u32::try_from(digits).ok()).unwrap_or(decimals);
        Self {
            rounding: policies.rounding.unwrap_or(Rounding::HalfUp),
            decimals: digits(policies.decimals),
            price_decimals: digits(policies.price_decimals),
            mode: policies.value_mode.unwrap_or_default(),
            distribution: policies.distribution.unwrap_or(AllocationMethod::LargestRemainder),
            tax_rounding: policies.tax_rounding.unwrap_or_default(),
            include_tax: policies.prices_include_tax,
            payable_unit: policies.payable_unit,
            conversion: policies.conversion.unwrap_or(ConversionMode::Value),
            pivot: policies.pivot,
            allow_negative_net: policies.allow_negative_net,
        }
    }

    /// As they stand in a result.
    pub(super) fn shown(&self) -> PricingPolicies {
        PricingPolicies {
            rounding: Some(self.rounding),
            decimals: Some(self.decimals.into()),
            price_decimals: Some(self.price_decimals.into()),
            value_mode: Some(self.mode),
            distribution: Some(self.distribution),
            tax_rounding: Some(self.tax_rounding),
            prices_include_tax: self.include_tax,
            payable_unit: self.payable_unit,
            conversion: Some(self.conversion),
            pivot: self.pivot,
            allow_negative_net: self.allow_negative_net,
        }
    }
}

/// A condition that an item has at a step.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub step: usize,
    /// The place of its condition type; nothing for a subtotal.
    pub condition: Option<usize>,
    pub origin: RowOrigin,
    pub rule: Option<u32>,
    /// The id of the record, where it is not in the catalogue but in earlier figures.
    pub record: Option<Box<str>>,
    pub access: i64,
    pub base: Exact,
    pub base_unit: Option<Box<str>>,
    pub factor: Ratio,
    /// With its sign.
    pub rate: Decimal,
    /// The rate in its own currency, where it was converted before it was applied.
    pub rate_before: Option<Decimal>,
    pub per: Decimal,
    pub unit: Option<Box<str>>,
    pub currency: Option<Currency>,
    pub exchange: Ratio,
    /// The amount on top of a level.
    pub flat: Decimal,
    /// What this item adds to the figure with which the scale is entered.
    pub own_scale_base: Option<Exact>,
    pub scale_base: Option<Exact>,
    /// The parts of a graduated scale.
    pub slices: Vec<Slice>,
    pub raw: Exact,
    /// Rounded.
    pub value: Decimal,
    /// What sums count: the value, or what it was before it was rounded.
    pub counted: Exact,
    pub difference: Decimal,
    /// What was taken off because the limit of its record was reached, without sign.
    pub cut: Decimal,
    /// The formula that gave the value.
    pub formula: Option<Box<Evaluated>>,
    /// The step whose condition took the place of this one.
    pub replaced_at: Option<usize>,
    pub inactive: Option<InactiveReason>,
    pub statistical: bool,
    pub tax_category: Option<Box<str>>,
    /// An amount by hand.
    pub is_set: bool,
    /// The share of an amount of the head: nothing is computed.
    pub set_share: Option<Decimal>,
    /// The smallest and the largest value, without sign, in the currency of the rate.
    pub bounds: (Option<Decimal>, Option<Decimal>),
    /// The exchange of earlier figures.
    pub kept_exchange: Option<Ratio>,
    /// The record of earlier figures, if what is used of it is counted.
    pub kept_rule: Option<u32>,
    /// Whether its record leaves later conditions out.
    pub sets_excluded: bool,
    /// Whether an exclusion weighs it against others. Until that is decided it counts as any other.
    pub on_trial: bool,
    /// The group has no level in the scale: there is no condition, but the item counts in the group.
    pub is_off_scale: bool,
}

impl Row {
    pub(super) fn new(step: usize, origin: RowOrigin) -> Self {
        Self {
            step,
            condition: None,
            origin,
            rule: None,
            record: None,
            access: 0,
            base: Exact::ZERO,
            base_unit: None,
            factor: Ratio::ONE,
            rate: Decimal::ZERO,
            rate_before: None,
            per: Decimal::ONE,
            unit: None,
            currency: None,
            exchange: Ratio::ONE,
            flat: Decimal::ZERO,
            own_scale_base: None,
            scale_base: None,
            slices: Vec::new(),
            raw: Exact::ZERO,
            value: Decimal::ZERO,
            counted: Exact::ZERO,
            difference: Decimal::ZERO,
            cut: Decimal::ZERO,
            formula: None,
            replaced_at: None,
            inactive: None,
            statistical: false,
            tax_category: None,
            is_set: false,
            set_share: None,
            bounds: (None, None),
            kept_exchange: None,
            kept_rule: None,
            sets_excluded: false,
            on_trial: false,
            is_off_scale: false,
        }
    }

    /// The record of which it uses something, be it in the catalogue or in earlier figures.
    pub(super) fn counted_rule(&self) -> Option<u32> {
        self.rule.or(self.kept_rule)
    }

    /// Whether it has a value, be it for sums or for show.
    pub(super) const fn is_active(&self) -> bool {
        self.inactive.is_none() && !self.is_off_scale
    }

    /// Whether it counts in sums.
    pub(super) const fn counts(&self) -> bool {
        self.is_active() && !self.statistical && !matches!(self.origin, RowOrigin::Subtotal)
    }
}

/// A formula that gave a value, and what it read.
#[derive(Debug, Clone)]
pub(super) struct Evaluated {
    pub text: Box<str>,
    /// Names with their values, as they are shown.
    pub inputs: Vec<(String, String)>,
}

/// A part of a graduated scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    pub quantity: Exact,
    /// With the signs of its condition.
    pub level: ScaleLevel,
    /// The rate in its own currency, where it was converted before it was applied.
    pub rate_before: Option<Decimal>,
}

/// What of an exclusion an item lost: a type, or a record of it.
pub(super) type Losers = HashSet<(usize, Option<u32>)>;

/// An item on its way.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub source: Arc<PriceItem>,
    /// The place in the document as it was given, for paths in errors.
    pub place: usize,
    pub values: Values,
    /// How much is paid for.
    pub quantity: Decimal,
    pub unit: Option<String>,
    pub date: Date,
    /// The item whose free goods these are.
    pub free_goods_of: Option<usize>,
    pub rows: Vec<Row>,
    /// The value of each step that was run.
    pub steps: Vec<Exact>,
    pub subtotals: Vec<Option<Exact>>,
    /// What the rows make together so far, without taxes, costs and statistical ones.
    pub net: Exact,
    pub excluded: bool,
    pub losers: Losers,
    pub accesses: Vec<Looked>,
    /// Its figures before, whose automatic conditions are kept.
    pub previous: Option<Arc<PricedItem>>,
}

/// A document on its way.
pub(super) struct Run<'a> {
    pub definition: &'a Definition,
    pub records: &'a Records,
    pub procedure: &'a ProcedureDef,
    pub document: &'a PriceDocument,
    pub rules: Rules,
    pub mode: Option<RepriceMode>,
    pub trace: bool,
    pub items: Vec<Item>,
    /// What was used of counters, before the document and in it.
    pub counters: BTreeMap<String, Counter>,
    /// What the items make together before the step that runs.
    pub document_net: Exact,
    /// Whether limits or cumulative scales were used, so that one item cannot change alone.
    pub has_counters: bool,
    /// Items as they were before the cents of taxes were shared out, if the document stays open: what is computed anew then
    /// begins with them.
    pub unshared: Option<BTreeMap<usize, Item>>,
}

/// What was used of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counter {
    pub quantity_before: Decimal,
    pub value_before: Decimal,
    pub uses_before: i64,
    pub quantity: Decimal,
    pub value: Decimal,
    pub uses: i64,
}

impl<'a> Run<'a> {
    pub(super) fn step(&self, place: usize) -> Result<&'a StepDef> {
        self.procedure.steps.get(place).ok_or_else(|| out_of("step"))
    }

    pub(super) fn condition(&self, place: usize) -> Result<&'a TypeDef> {
        self.definition.types.get(place).ok_or_else(|| out_of("condition type"))
    }

    pub(super) fn item(&self, place: usize) -> Result<&Item> {
        self.items.get(place).ok_or_else(|| out_of("item"))
    }

    pub(super) fn item_mut(&mut self, place: usize) -> Result<&mut Item> {
        self.items.get_mut(place).ok_or_else(|| out_of("item"))
    }

    pub(super) fn product(&self, item: &Item) -> Option<&'a ProductDef> {
        self.definition.products.get(item.source.product.as_ref()?)
    }

    /// An error with the item, the step and the condition type in its data.
    pub(super) fn located(&self, item: &Item, step: usize, error: Error) -> Error {
        let number = self.procedure.steps.get(step).map_or(0, |step| step.is.number);
        let condition = self.procedure.steps.get(step).and_then(|step| step.is.condition_type.clone());
        error
            .under(&format!("items[{}]", item.place))
            .with("item", &item.source.id)
            .with("step", number)
            .with("condition_type", condition.unwrap_or_default())
    }
}

fn out_of(what: &str) -> Error {
    Error::invalid(ErrorCode::OutOfRange, what, "the place lies outside the list")
}
