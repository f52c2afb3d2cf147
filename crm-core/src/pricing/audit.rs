//! A result that is computed again from what stands in it, and from nothing else.
//!
//! What is found here was computed, told or stored wrongly. Nothing of the code that priced the document is used but exact
//! arithmetic: the two say the same only if both are right.

use std::collections::BTreeMap;

use super::catalog::{Calculation, ConditionKind, ConditionRounding};
use super::exact::{Exact, too_precise};
use super::procedure::{TaxRounding, ValueMode};
use super::result::{PriceResult, PriceRow, PriceTax, PricedItem, RowOrigin};
use crate::value::{AllocationMethod, Decimal, Result, Rounding, allocate};

value_struct! {
    /// A figure of a [`PriceResult`] that does not follow from the others.
    pub struct PriceFinding {
        required {
            /// Which figure, with its path in the result: `items[0].rows[2].value`.
            pub figure: String,
            /// What it is; nothing if it is left out.
            pub told: Option<String>,
            /// What follows from the other figures; nothing if it should be left out.
            pub follows: Option<String>,
        }
    }
}

/// Bases with so many digits behind the point may have been rounded for show: quantities and amounts that are given have
/// fewer.
const SHOWN_DIGITS: u32 = 7;

/// Computes a result again (审计): the exact and the rounded value of every row, the shares of amounts of the head, the net,
/// cost, margin and tax of every item, the taxes by category, the sums of the document. Every figure that does not follow from
/// the others is told.
///
/// Taken as they are told: bases, what formulas gave, and what rounding a group added. Where a base is no decimal, and therefore
/// stands in the row as the nearest one of twelve digits, the exact value is compared up to what that can make.
///
/// ```
/// use crm_core::pricing::{PriceCatalog, PriceDocument, audit, price};
/// use crm_core::value::json;
/// let catalog: PriceCatalog = json::from_text(r#"{
///     "version": "1",
///     "condition_types": [{"code": "PRICE", "kind": "price", "calculation": "quantity"}],
///     "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "PRICE"}]}]
/// }"#)?;
/// let document: PriceDocument = json::from_text(r#"{
///     "currency": "EUR", "pricing_date": "2026-05-01",
///     "items": [{"id": "10", "quantity": "3", "conditions": [{"condition_type": "PRICE", "rate": "135.50"}]}]
/// }"#)?;
/// let mut result = price(&catalog, &document)?;
/// assert!(audit(&result)?.is_empty());
/// result.items[0].rows[0].value = "406.51".parse()?;
/// let found = audit(&result)?;
/// // The row told no exact value besides, so 406.51 is told to be exact.
/// let first = &found[0];
/// assert_eq!(first.figure, "items[0].rows[0].raw");
/// assert_eq!((first.told.as_deref(), first.follows.as_deref()), (Some("406.51"), Some("406.5")));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `PrecisionExceeded` if the figures of the result are too large to be computed.
pub fn audit(result: &PriceResult) -> Result<Vec<PriceFinding>> {
    let mut audit = Audit { result, rules: Rules::of(result), path: String::new(), findings: Vec::new() };
    for (place, item) in result.items.iter().enumerate() {
        audit.path = format!("items[{place}].");
        audit.rows(&item.rows, Some(item))?;
        audit.item(item)?;
    }
    audit.path.clear();
    audit.rows(&result.rows, None)?;
    audit.shares()?;
    audit.taxes()?;
    audit.document()?;
    Ok(audit.findings)
}

/// The policies of a result.
struct Rules {
    rounding: Rounding,
    decimals: u32,
    price_decimals: u32,
    mode: ValueMode,
    tax_rounding: TaxRounding,
    include_tax: bool,
}

impl Rules {
    fn of(result: &PriceResult) -> Self {
        let policies = &result.policies;
        let digits = |given: Option<i64>| {
            given.and_then(|digits| u32::try_from(digits).ok()).unwrap_or_else(|| result.currency.exponent())
        };
        Self {
            rounding: policies.rounding.unwrap_or(Rounding::HalfUp),
            decimals: digits(policies.decimals),
            price_decimals: digits(policies.price_decimals),
            mode: policies.value_mode.unwrap_or_default(),
            tax_rounding: policies.tax_rounding.unwrap_or_default(),
            include_tax: policies.prices_include_tax,
        }
    }
}

/// The place of an item, that of a row in it, and the row.
type Place<'r> = (usize, usize, &'r PriceRow);

/// A category of a tax, and its rate.
type TaxKey = (Option<String>, Option<Decimal>);

struct Audit<'r> {
    result: &'r PriceResult,
    rules: Rules,
    path: String,
    findings: Vec<PriceFinding>,
}

/// An exact figure as it is told: the decimal or fraction, or the value where nothing was rounded.
fn told_raw(row: &PriceRow) -> Result<Exact> {
    match &row.raw {
        Some(text) => Exact::parse(text).ok_or_else(too_precise),
        None => Ok(Exact::from(row.value)),
    }
}

fn fraction(text: Option<&str>) -> Result<Exact> {
    text.map_or_else(|| Ok(Exact::from(Decimal::ONE)), |text| Exact::parse(text).ok_or_else(too_precise))
}

fn or_zero(figure: Option<Decimal>) -> Decimal {
    figure.unwrap_or(Decimal::ZERO)
}

/// Whether a row counts in sums.
fn counts(row: &PriceRow) -> bool {
    row.inactive.is_none() && !row.is_statistical && row.origin != RowOrigin::Subtotal
}

fn is_tax(row: &PriceRow) -> bool {
    row.kind == Some(ConditionKind::Tax)
}

/// Whether the rate of a tax is that of its category.
fn is_percentage(row: &PriceRow) -> bool {
    matches!(row.calculation, Some(Calculation::Percent | Calculation::PercentIncluded))
        && row.base.is_some()
        && row.distribution.is_none()
        && row.slices.is_empty()
        && row.formula.is_none()
}

/// Whether a figure may have been rounded for show.
fn may_be_rounded(row: &PriceRow) -> bool {
    let slices = row.slices.iter().map(|slice| Some(slice.quantity));
    [row.base, row.scale_base].into_iter().chain(slices).flatten().any(|figure| figure.scale() >= SHOWN_DIGITS)
}

impl Audit<'_> {
    fn tell(&mut self, figure: &str, told: Option<String>, follows: Option<String>) {
        let figure = format!("{}{figure}", self.path);
        self.findings.push(PriceFinding { figure, told, follows });
    }

    fn decimal(&mut self, figure: &str, told: Option<Decimal>, follows: Option<Decimal>) {
        if told != follows {
            let text = |figure: Option<Decimal>| figure.map(|figure| figure.to_string());
            self.tell(figure, text(told), text(follows));
        }
    }

    fn rows(&mut self, rows: &[PriceRow], item: Option<&PricedItem>) -> Result<()> {
        for (place, row) in rows.iter().enumerate() {
            let path = |figure: &str| format!("rows[{place}].{figure}");
            if let Some(before) = row.rate_before {
                let converted = Exact::from(before).times(fraction(row.exchange.as_deref())?)?;
                let rate = converted.round(self.rules.price_decimals, self.rules.rounding)?;
                self.decimal(&path("rate"), row.rate, Some(rate));
            }
            for (number, slice) in row.slices.iter().enumerate() {
                let Some(before) = slice.rate_before else { continue };
                let converted = Exact::from(before).times(fraction(row.exchange.as_deref())?)?;
                let rate = converted.round(self.rules.price_decimals, self.rules.rounding)?;
                self.decimal(&path(&format!("slices[{number}].level.rate")), Some(slice.level.rate), Some(rate));
            }
            if row.distribution.is_some() || row.origin == RowOrigin::Difference {
                continue;
            }
            let told = told_raw(row)?;
            if row.origin != RowOrigin::Subtotal {
                let follows = self.raw(row, told)?;
                let same = match may_be_rounded(row) {
                    true => is_near(told, follows)?,
                    false => told.compare(follows)?.is_eq(),
                };
                if !same {
                    self.tell(&path("raw"), Some(told.text()), Some(follows.text()));
                }
            }
            let value = self.value(row, item, told)?;
            self.decimal(&path("value"), Some(row.value), Some(value));
        }
        Ok(())
    }

    /// The exact value that follows from rate and base.
    fn raw(&self, row: &PriceRow, told: Exact) -> Result<Exact> {
        let exchange = fraction(row.exchange.as_deref())?;
        let (rate, per) = (Exact::from(or_zero(row.rate)), Exact::from(row.per.unwrap_or(Decimal::ONE)));
        let base = Exact::from(or_zero(row.base));
        let percent = |of: Exact| of.over(Exact::from(Decimal::from(100)));
        let included = |base: Exact| {
            let whole = Exact::from(Decimal::from(100)).add(rate)?;
            base.times(rate)?.over(whole)
        };
        let is_taken_out = self.rules.include_tax && is_tax(row) && row.slices.is_empty();
        let plain = match row.calculation {
            _ if row.formula.is_some() => return Ok(told),
            _ if row.base.is_none() => rate.times(exchange)?,
            None | Some(Calculation::Formula) => return Ok(told),
            Some(Calculation::Fixed) => rate.times(exchange)?,
            Some(Calculation::PercentIncluded) => included(base)?,
            Some(Calculation::Percent) if is_taken_out => included(base)?,
            Some(Calculation::Percent) => percent(weighed(row, base)?)?,
            Some(Calculation::PerMille) => percent(weighed(row, base)?)?.over(Exact::from(Decimal::from(10)))?,
            Some(_) => {
                let units = base.times(fraction(row.factor.as_deref())?)?;
                let slices = row.slices.iter().filter_map(|slice| slice.rate_before);
                let is_converted = row.rate_before.into_iter().chain(slices).next().is_some();
                let exchange = if is_converted { Exact::from(Decimal::ONE) } else { exchange };
                weighed(row, units)?.over(per)?.times(exchange)?
            }
        };
        let levels = row.slices.iter().filter_map(|slice| slice.level.flat);
        let mut flats = Exact::from(or_zero(row.flat));
        for flat in levels {
            flats = flats.add(Exact::from(flat))?;
        }
        let flats = if base.is_negative() { flats.negated()? } else { flats };
        within(plain.add(flats.times(exchange)?)?, row, exchange)
    }

    /// The rounded value that follows from the exact one.
    fn value(&self, row: &PriceRow, item: Option<&PricedItem>, raw: Exact) -> Result<Decimal> {
        let rules = &self.rules;
        let rounded = match item {
            Some(item) if row.origin != RowOrigin::Subtotal => self.rounded(row, item, raw)?,
            _ => raw.round(rules.decimals, rules.rounding)?,
        };
        let cut = or_zero(row.cut);
        let size = rounded.abs().checked_sub(cut)?;
        let cut = if rounded.is_negative() { size.negated() } else { size };
        cut.checked_add(or_zero(row.difference))
    }

    fn rounded(&self, row: &PriceRow, item: &PricedItem, raw: Exact) -> Result<Decimal> {
        let own = row.rounding.unwrap_or_default();
        let each = if is_tax(row) {
            self.rules.tax_rounding == TaxRounding::PerUnit
        } else {
            self.rules.mode == ValueMode::ByUnit && row.calculation != Some(Calculation::Fixed)
        };
        if each && own.unit.is_none() && row.distribution.is_none() && !item.quantity.is_zero() {
            let rounding = own.rounding.unwrap_or(self.rules.rounding);
            let digits = own.decimals.and_then(|digits| u32::try_from(digits).ok());
            let one = raw.over(Exact::from(item.quantity))?;
            let one = one.round(digits.unwrap_or(self.rules.price_decimals), rounding)?;
            return Exact::from(one).times(Exact::from(item.quantity))?.round(self.rules.decimals, rounding);
        }
        self.rounded_by(own, raw)
    }

    fn rounded_by(&self, own: ConditionRounding, raw: Exact) -> Result<Decimal> {
        let rounding = own.rounding.unwrap_or(self.rules.rounding);
        if let Some(unit) = own.unit {
            let units = raw.over(Exact::from(unit))?.round(0, rounding)?;
            return units.checked_mul(unit);
        }
        let digits = own.decimals.and_then(|digits| u32::try_from(digits).ok());
        raw.round(digits.unwrap_or(self.rules.decimals), rounding)
    }

    /// What a row counts with before the net is rounded.
    fn counted(&self, row: &PriceRow) -> Result<Exact> {
        let rounded =
            self.rules.mode != ValueMode::ByItem || is_tax(row) || row.distribution.is_some() || row.cut.is_some();
        if rounded { Ok(Exact::from(row.value)) } else { told_raw(row) }
    }

    fn item(&mut self, item: &PricedItem) -> Result<()> {
        let (mut exact, mut sum, mut tax, mut cost) = (Exact::ZERO, Decimal::ZERO, Decimal::ZERO, None);
        let mut difference = None;
        for (place, row) in item.rows.iter().enumerate() {
            if row.kind == Some(ConditionKind::Cost) && row.inactive.is_none() {
                cost = Some(or_zero(cost).checked_add(row.value)?);
            }
            if !counts(row) {
                continue;
            }
            if is_tax(row) {
                tax = tax.checked_add(row.value)?;
            } else if row.origin == RowOrigin::Difference {
                difference = Some((place, row));
            } else {
                exact = exact.add(self.counted(row)?)?;
                sum = sum.checked_add(row.value)?;
            }
        }
        let net = self.rounded_net(item, exact)?;
        let follows = net.checked_sub(sum)?;
        let moved = Exact::from(net).sub(exact)?;
        if let Some((place, row)) = difference {
            self.decimal(&format!("rows[{place}].value"), Some(row.value), Some(follows));
            if told_raw(row)?.compare(moved)?.is_ne() {
                self.tell(&format!("rows[{place}].raw"), Some(told_raw(row)?.text()), Some(moved.text()));
            }
        } else if !follows.is_zero() {
            self.tell("rows", None, Some(follows.to_string()));
        }
        let net = if self.rules.include_tax { net.checked_sub(tax)? } else { net };
        self.decimal("net", Some(item.net), Some(net));
        self.decimal("tax", Some(item.tax), Some(tax));
        self.decimal("cost", item.cost, cost);
        self.decimal("margin", item.margin, cost.map(|cost| net.checked_sub(cost)).transpose()?);
        let each = match item.quantity.is_zero() {
            true => None,
            false => {
                let each = Exact::from(net).over(Exact::from(item.quantity))?;
                Some(each.round(self.rules.price_decimals, self.rules.rounding)?)
            }
        };
        self.decimal("net_price", item.net_price, each);
        self.subtotals_of(item)
    }

    fn rounded_net(&self, item: &PricedItem, exact: Exact) -> Result<Decimal> {
        let rules = &self.rules;
        if rules.mode == ValueMode::ByNetPrice && !item.quantity.is_zero() {
            let each = exact.over(Exact::from(item.quantity))?.round(rules.price_decimals, rules.rounding)?;
            return Exact::from(each).times(Exact::from(item.quantity))?.round(rules.decimals, rules.rounding);
        }
        exact.round(rules.decimals, rules.rounding)
    }

    /// Named subtotals.
    fn subtotals_of(&mut self, item: &PricedItem) -> Result<()> {
        let mut sums: BTreeMap<&str, Exact> = BTreeMap::new();
        for row in item.rows.iter().filter(|row| row.inactive.is_none()) {
            let Some(name) = row.subtotal.as_deref() else { continue };
            let value = if row.origin == RowOrigin::Subtotal { told_raw(row)? } else { self.counted(row)? };
            let sum = sums.entry(name).or_insert(Exact::ZERO);
            *sum = sum.add(value)?;
        }
        for (name, sum) in sums {
            let follows = sum.round(self.rules.decimals, self.rules.rounding)?;
            self.decimal(&format!("subtotals.{name}"), item.subtotals.get(name).copied(), Some(follows));
        }
        Ok(())
    }

    /// Amounts of the head: the shares of all items together, by the method that is told.
    fn shares(&mut self) -> Result<()> {
        let result = self.result;
        let mut groups: BTreeMap<(i64, &str, usize), Vec<Place<'_>>> = BTreeMap::new();
        for (at, item) in result.items.iter().enumerate() {
            let mut seen: BTreeMap<(i64, &str), usize> = BTreeMap::new();
            for (number, row) in item.rows.iter().enumerate().filter(|(_, row)| row.distribution.is_some()) {
                let kind = row.condition_type.as_deref().unwrap_or_default();
                let ordinal = seen.entry((row.step, kind)).or_default();
                groups.entry((row.step, kind, *ordinal)).or_default().push((at, number, row));
                *ordinal = ordinal.saturating_add(1);
            }
        }
        for members in groups.into_values() {
            let Some((at, _, first)) = members.first().copied() else { continue };
            let Some(item) = result.items.get(at) else { continue };
            let raw = Exact::from(or_zero(first.rate)).times(fraction(first.exchange.as_deref())?)?;
            let whole = self.rounded(first, item, raw)?;
            let weights: Vec<Decimal> = members.iter().map(|(.., row)| or_zero(row.base)).collect();
            let method = first.distribution.unwrap_or(AllocationMethod::LargestRemainder);
            let shares = allocate(whole, &weights, method, self.rules.decimals.max(whole.scale()))?;
            for ((at, number, row), share) in members.into_iter().zip(shares) {
                let told = row.value.checked_sub(or_zero(row.difference))?;
                self.decimal(&format!("items[{at}].rows[{number}].value"), Some(told), Some(share));
            }
        }
        Ok(())
    }

    fn taxes(&mut self) -> Result<()> {
        let mut taxes = self.taxes_of_rows()?;
        for (place, told) in self.result.taxes.iter().enumerate() {
            let key = (told.category.clone(), told.percent);
            let Some(of) = taxes.remove(&key) else {
                self.tell(&format!("taxes[{place}]"), Some(told.tax.to_string()), None);
                continue;
            };
            let (base, tax) = self.tax(told, &of)?;
            self.decimal(&format!("taxes[{place}].tax"), Some(told.tax), Some(tax));
            let base = if self.rules.include_tax { base.checked_sub(tax)? } else { base };
            if !of.has_rounded_base {
                self.decimal(&format!("taxes[{place}].base"), Some(told.base), Some(base));
            }
            if of.has_rows {
                self.decimal(&format!("taxes[{place}].shares"), Some(of.values), Some(tax));
            }
        }
        for (category, percent) in taxes.into_keys() {
            let name = format!("{} {}", category.unwrap_or_default(), percent.unwrap_or_default());
            self.tell("taxes", None, Some(name));
        }
        Ok(())
    }

    fn taxes_of_rows(&self) -> Result<BTreeMap<TaxKey, Taxed>> {
        let mut taxes: BTreeMap<_, Taxed> = BTreeMap::new();
        for item in self.result.items.iter().filter(|item| !item.is_alternative) {
            for row in item.rows.iter().filter(|row| counts(row) && is_tax(row)) {
                let percent = row.rate.filter(|_| is_percentage(row));
                let of = taxes.entry((row.tax_category.clone(), percent)).or_default();
                of.is_bent = of.is_bent
                    || row.calculation != Some(Calculation::Percent)
                    || row.minimum.or(row.maximum).or(row.flat).or(row.cut).is_some();
                let own = row.rounding.unwrap_or_default();
                of.own = Some(if of.own.is_none_or(|known| known == own) { own } else { ConditionRounding::default() });
                let net = if self.rules.include_tax { item.net.checked_add(item.tax)? } else { item.net };
                of.has_rounded_base = of.has_rounded_base || may_be_rounded(row);
                of.base = of.base.add(Exact::from(percent.and(row.base).unwrap_or(net)))?;
                let exact = match row.cut {
                    Some(_) => Exact::from(row.value.checked_sub(or_zero(row.difference))?),
                    None => told_raw(row)?,
                };
                of.raw = of.raw.add(exact)?;
                of.values = of.values.checked_add(row.value)?;
                of.has_rows = true;
            }
        }
        for row in &self.result.rows {
            let Some(percent) = row.tax_percent else { continue };
            let of = taxes.entry((row.tax_category.clone(), Some(percent))).or_default();
            let tax = self.tax_on(Exact::from(row.value), percent)?;
            of.base = of.base.add(Exact::from(row.value))?;
            of.raw = of.raw.add(tax)?;
            of.values = of.values.checked_add(tax.round(self.rules.decimals, self.rules.rounding)?)?;
        }
        Ok(taxes)
    }

    /// Base and tax of a category and rate.
    fn tax(&self, told: &PriceTax, of: &Taxed) -> Result<(Decimal, Decimal)> {
        let rules = &self.rules;
        let base = of.base.round(rules.decimals, rules.rounding)?;
        let tax = match told.percent.filter(|_| !of.is_bent) {
            _ if rules.tax_rounding != TaxRounding::PerCategory => of.values,
            Some(percent) => self.rounded_by(of.own.unwrap_or_default(), self.tax_on(Exact::from(base), percent)?)?,
            None => self.rounded_by(of.own.unwrap_or_default(), of.raw)?,
        };
        Ok((base, tax))
    }

    fn tax_on(&self, base: Exact, percent: Decimal) -> Result<Exact> {
        let hundred = Exact::from(Decimal::from(100));
        let whole = if self.rules.include_tax { hundred.add(Exact::from(percent))? } else { hundred };
        base.times(Exact::from(percent))?.over(whole)
    }

    fn document(&mut self) -> Result<()> {
        let result = self.result;
        let (mut net, mut cost) = (Decimal::ZERO, None);
        let mut subtotals: BTreeMap<&str, Decimal> = BTreeMap::new();
        for item in result.items.iter().filter(|item| !item.is_alternative) {
            net = net.checked_add(item.net)?;
            if self.rules.include_tax {
                net = net.checked_add(item.tax)?;
            }
            if let Some(own) = item.cost {
                cost = Some(or_zero(cost).checked_add(own)?);
            }
            for (name, value) in &item.subtotals {
                let sum = subtotals.entry(name.as_str()).or_insert(Decimal::ZERO);
                *sum = sum.checked_add(*value)?;
            }
        }
        for row in &result.rows {
            net = net.checked_add(row.value)?;
        }
        let tax = result.taxes.iter().try_fold(Decimal::ZERO, |sum, known| sum.checked_add(known.tax))?;
        if self.rules.include_tax {
            net = net.checked_sub(tax)?;
        }
        self.decimal("net", Some(result.net), Some(net));
        self.decimal("tax", Some(result.tax), Some(tax));
        self.decimal("gross", Some(result.gross), Some(net.checked_add(tax)?));
        self.decimal("cost", result.cost, cost);
        self.decimal("margin", result.margin, cost.map(|cost| net.checked_sub(cost)).transpose()?);
        for (name, sum) in &subtotals {
            self.decimal(&format!("subtotals.{name}"), result.subtotals.get(*name).copied(), Some(*sum));
        }
        let due = net.checked_add(tax)?.checked_sub(or_zero(result.prepaid))?;
        if let Some(unit) = result.policies.payable_unit {
            let units = Exact::from(due).over(Exact::from(unit))?.round(0, self.rules.rounding)?;
            self.decimal("rounding", result.rounding, Some(units.checked_mul(unit)?.checked_sub(due)?));
        }
        let payable = due.checked_add(or_zero(result.rounding))?;
        self.decimal("payable", Some(result.payable), Some(payable));
        Ok(())
    }
}

/// What stands in the rows of a category and rate.
#[derive(Default)]
struct Taxed {
    base: Exact,
    raw: Exact,
    /// The values of the rows, and the rounded taxes of conditions of the head.
    values: Decimal,
    has_rows: bool,
    /// Whether a row is more than a rate times its base.
    is_bent: bool,
    /// Whether a base was rounded for show.
    has_rounded_base: bool,
    /// How its rows are rounded, if all of them are alike.
    own: Option<ConditionRounding>,
}

/// A base times its rate; the parts of a graduated scale each times their own.
fn weighed(row: &PriceRow, base: Exact) -> Result<Exact> {
    let Some(whole) = row.scale_base.filter(|whole| !row.slices.is_empty() && !whole.is_zero()) else {
        return base.times(Exact::from(or_zero(row.rate)));
    };
    let mut sum = Exact::ZERO;
    for slice in &row.slices {
        let part = Exact::from(slice.quantity).over(Exact::from(whole.abs()))?;
        sum = sum.add(part.times(Exact::from(slice.level.rate))?)?;
    }
    base.times(sum)
}

/// A value held within the limits of its record.
fn within(value: Exact, row: &PriceRow, exchange: Exact) -> Result<Exact> {
    if value.is_zero() {
        return Ok(value);
    }
    let mut size = value.abs()?;
    let limit = |limit: Option<Decimal>| limit.map(|limit| Exact::from(limit).times(exchange)).transpose();
    if let Some(minimum) = limit(row.minimum)?
        && size.compare(minimum)?.is_lt()
    {
        size = minimum;
    }
    if let Some(maximum) = limit(row.maximum)?
        && size.compare(maximum)?.is_gt()
    {
        size = maximum;
    }
    if value.is_negative() { size.negated() } else { Ok(size) }
}

/// Whether two figures are the same but for a base that was rounded for show.
fn is_near(one: Exact, other: Exact) -> Result<bool> {
    let billionth = Decimal::new(1, 9)?;
    let most = one.abs()?.add(Exact::from(Decimal::ONE))?.mul(billionth)?;
    Ok(one.sub(other)?.abs()?.compare(most)?.is_le())
}
