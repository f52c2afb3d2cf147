//! What items come to: their net, the taxes of the document, the amount to pay.

use std::collections::{BTreeMap, HashMap};

use super::catalog::{Calculation, ConditionKind, ConditionRounding, ConditionSign, HeaderRule};
use super::document::{CounterUsage, ManualCondition};
use super::exact::Exact;
use super::procedure::{TaxRounding, ValueMode};
use super::result::{PriceResult, PriceRow, PriceTax, PricedItem, PricedSlice, RowOrigin};
use super::run::{Item, Row, Run, Slice};
use super::worth::{is_amount, shown};
use crate::value::{Decimal, Error, ErrorCode, Ratio, Result};

/// What one category and rate is charged on.
#[derive(Debug)]
struct Taxed {
    base: Vec<Exact>,
    /// The items and the places of their rows, with the exact tax of each.
    rows: Vec<(usize, usize, Exact)>,
    /// The exact taxes of conditions of the head.
    head: Vec<Exact>,
    /// The sum of the taxes where each item rounds its own.
    rounded: Decimal,
    /// Whether it is a percentage of the base and nothing else.
    is_plain: bool,
    /// How the condition types of its rows round, if all of them do so alike.
    own: Option<ConditionRounding>,
}

impl Default for Taxed {
    fn default() -> Self {
        Self { base: Vec::new(), rows: Vec::new(), head: Vec::new(), rounded: Decimal::ZERO, is_plain: true, own: None }
    }
}

/// A category of a tax, and its rate.
type TaxKey = (Option<String>, Option<Decimal>);

/// The figures of a document without its items.
#[derive(Debug)]
pub(super) struct Totals {
    pub rows: Vec<PriceRow>,
    pub taxes: Vec<PriceTax>,
    pub net: Decimal,
    pub tax: Decimal,
    pub payable: Decimal,
    pub rounding: Option<Decimal>,
    pub cost: Option<Decimal>,
    pub subtotals: HashMap<String, Decimal>,
}

/// How a category is rounded: as its rows are, or as the procedure says where they differ.
fn joined(known: Option<ConditionRounding>, own: ConditionRounding) -> ConditionRounding {
    if known.is_none_or(|known| known == own) { own } else { ConditionRounding::default() }
}

impl Run<'_> {
    /// Rounds the net of an item as the procedure says. What that makes is a row of its own. While exclusions are not decided, a
    /// net below zero says nothing.
    pub(super) fn finish_net(&mut self, at: usize, is_trial: bool) -> Result<()> {
        let (rules, last) = (self.rules, self.procedure.net_ends.saturating_sub(1));
        let item = self.item(at)?;
        if item.rows.iter().any(|row| row.origin == RowOrigin::Difference) {
            return Ok(());
        }
        let net = match rules.mode {
            ValueMode::ByValue | ValueMode::ByUnit => item.net.round(rules.decimals, rules.rounding)?,
            ValueMode::ByItem => item.net.round(rules.decimals, rules.rounding)?,
            ValueMode::ByNetPrice if item.quantity.is_zero() => item.net.round(rules.decimals, rules.rounding)?,
            ValueMode::ByNetPrice => {
                let each = item.net.div(item.quantity)?.round(rules.price_decimals, rules.rounding)?;
                Exact::from(each).mul(item.quantity)?.round(rules.decimals, rules.rounding)?
            }
        };
        if net.is_negative() && item.quantity > Decimal::ZERO && !rules.allow_negative_net && !is_trial {
            let error = Error::invalid(ErrorCode::NegativeNet, "", "the net of the item is below zero");
            return Err(self.located(item, last, error).with("net", net));
        }
        let visible = item
            .rows
            .iter()
            .filter(|row| row.counts() && !self.is_tax(row))
            .try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.value))?;
        let difference = net.checked_sub(visible)?;
        let counted = Exact::from(net).sub(item.net)?;
        let item = self.item_mut(at)?;
        if !difference.is_zero() || !counted.is_zero() {
            let mut row = Row::new(last, RowOrigin::Difference);
            (row.raw, row.value, row.counted) = (counted, difference, counted);
            item.rows.push(row);
        }
        item.net = Exact::from(net);
        Ok(())
    }

    fn is_tax(&self, row: &Row) -> bool {
        self.kind_of(row) == Some(ConditionKind::Tax)
    }

    fn kind_of(&self, row: &Row) -> Option<ConditionKind> {
        row.condition.and_then(|place| self.definition.types.get(place)).map(|known| known.is.kind)
    }

    /// The figures of the document. Taxes that are rounded for a category are shared out over the rows of the items.
    pub(super) fn totals(&mut self) -> Result<Totals> {
        let mut net = Decimal::ZERO;
        for item in self.items.iter().filter(|item| !item.source.is_alternative) {
            net = net.checked_add(item.net.round(self.rules.decimals, self.rules.rounding)?)?;
        }
        let mut taxed = self.taxed()?;
        let rows = self.head_rows(net, &mut taxed)?;
        for row in &rows {
            net = net.checked_add(row.value)?;
        }
        let taxes = self.taxes(taxed)?;
        let tax = taxes.iter().try_fold(Decimal::ZERO, |sum, known| sum.checked_add(known.tax))?;
        if self.rules.include_tax {
            net = net.checked_sub(tax)?;
        }
        let due = net.checked_add(tax)?.checked_sub(self.document.prepaid.unwrap_or(Decimal::ZERO))?;
        let rounding = match (self.rules.payable_unit, self.document.payable_rounding) {
            (Some(unit), _) => Some(Exact::from(due).round_to(unit, self.rules.rounding)?.checked_sub(due)?),
            (None, given) => given,
        };
        let payable = due.checked_add(rounding.unwrap_or(Decimal::ZERO))?;
        let (mut cost, mut subtotals) = (None, HashMap::new());
        for item in self.items.iter().filter(|item| !item.source.is_alternative) {
            if let Some(own) = self.cost_of(item)? {
                cost = Some(cost.unwrap_or(Decimal::ZERO).checked_add(own)?);
            }
            for (name, value) in self.subtotals_of(item)? {
                let sum = subtotals.entry(name).or_insert(Decimal::ZERO);
                *sum = sum.checked_add(value)?;
            }
        }
        Ok(Totals { rows, taxes, net, tax, payable, rounding, cost, subtotals })
    }

    /// The rows of taxes by category and rate.
    fn taxed(&self) -> Result<BTreeMap<TaxKey, Taxed>> {
        let mut taxed: BTreeMap<TaxKey, Taxed> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate().filter(|(_, item)| !item.source.is_alternative) {
            for (number, row) in item.rows.iter().enumerate().filter(|(_, row)| row.counts() && self.is_tax(row)) {
                let percent = self.is_percentage(row);
                let key = (row.tax_category.as_deref().map(str::to_owned), percent.then_some(row.rate));
                let entry = taxed.entry(key).or_default();
                // What is not simply a rate times a base cannot be computed for the sum of the bases.
                entry.is_plain = entry.is_plain
                    && self.calculation(row) == Some(Calculation::Percent)
                    && row.bounds == (None, None)
                    && row.flat.is_zero()
                    && row.cut.is_zero();
                entry.own = Some(joined(entry.own, self.own_rounding(row)));
                entry.base.push(if percent { row.base } else { item.net });
                entry.rows.push((at, number, if row.cut.is_zero() { row.raw } else { row.counted }));
                entry.rounded = entry.rounded.checked_add(row.value)?;
            }
        }
        Ok(taxed)
    }

    /// Whether the rate of a tax is that of its category.
    fn is_percentage(&self, row: &Row) -> bool {
        matches!(self.calculation(row), Some(Calculation::Percent | Calculation::PercentIncluded))
            && !row.is_set
            && row.set_share.is_none()
            && row.slices.is_empty()
            && row.formula.is_none()
    }

    fn own_rounding(&self, row: &Row) -> ConditionRounding {
        let condition = row.condition.and_then(|place| self.definition.types.get(place));
        condition.and_then(|known| known.is.rounding).unwrap_or_default()
    }

    pub(super) fn rounded_by(&self, own: ConditionRounding, exact: Exact) -> Result<Decimal> {
        let rounding = own.rounding.unwrap_or(self.rules.rounding);
        if let Some(unit) = own.unit {
            return exact.round_to(unit, rounding);
        }
        let digits = own.decimals.and_then(|digits| u32::try_from(digits).ok());
        exact.round(digits.unwrap_or(self.rules.decimals), rounding)
    }

    fn calculation(&self, row: &Row) -> Option<Calculation> {
        row.condition.and_then(|place| self.definition.types.get(place)).map(|known| known.is.calculation)
    }

    /// The conditions that stay in the head, each with its own tax.
    fn head_rows(&self, items_net: Decimal, taxed: &mut BTreeMap<TaxKey, Taxed>) -> Result<Vec<PriceRow>> {
        let mut rows = Vec::new();
        for (number, given) in self.head().iter().enumerate() {
            let place = self.definition.types.iter().position(|known| known.is.code == given.condition_type);
            let Some(condition) = place.and_then(|place| self.definition.types.get(place)) else { continue };
            if condition.header != HeaderRule::Document {
                continue;
            }
            let told = |error: Error| error.under(&format!("conditions[{number}]"));
            let (raw, base, exchange) = self.head_value(given, condition, items_net).map_err(told)?;
            let value = raw.round(self.rules.decimals, self.rules.rounding).map_err(told)?;
            let step =
                self.procedure.steps.iter().find(|step| step.condition == place).map_or(0, |step| step.is.number);
            if let Some(percent) = given.tax_percent {
                let entry = taxed.entry((given.tax_category.clone(), Some(percent))).or_default();
                entry.base.push(Exact::from(value));
                let tax = self.tax_on(Exact::from(value), percent)?;
                entry.head.push(tax);
                let rounded = tax.round(self.rules.decimals, self.rules.rounding)?;
                entry.rounded = entry.rounded.checked_add(rounded)?;
            }
            let mut row = PriceRow::of(step, RowOrigin::Header, value);
            row.condition_type = Some(condition.is.code.clone());
            row.kind = Some(condition.is.kind);
            row.calculation = Some(condition.is.calculation);
            row.name.clone_from(&condition.is.name);
            row.base = base;
            let is_minus = condition.sign == ConditionSign::Minus;
            row.rate = given.amount.or(given.rate).map(|rate| if is_minus { rate.negated() } else { rate });
            row.currency = given.currency.filter(|_| base.is_none());
            row.exchange =
                Some(exchange).filter(|exchange| *exchange != Ratio::ONE).map(|exchange| exchange.to_string());
            row.raw = (raw.to_decimal() != Some(value)).then(|| raw.text());
            row.tax_category.clone_from(&given.tax_category);
            row.tax_percent = given.tax_percent;
            rows.push(row);
        }
        Ok(rows)
    }

    fn head_value(
        &self,
        given: &ManualCondition,
        condition: &super::definition::TypeDef,
        items_net: Decimal,
    ) -> Result<(Exact, Option<Decimal>, Ratio)> {
        let figure = given.amount.or(given.rate).unwrap_or(Decimal::ZERO);
        let base = given.base.unwrap_or(items_net);
        let (raw, base) = match condition.is.calculation {
            _ if given.amount.is_some() => (Exact::from(figure), None),
            Calculation::Percent => (Exact::from(base).mul(figure)?.shifted(2), Some(base)),
            Calculation::PerMille => (Exact::from(base).mul(figure)?.shifted(3), Some(base)),
            Calculation::Fixed => (Exact::from(figure), None),
            _ => {
                let message = "only amounts and percentages can stay in the head of a document";
                return Err(Error::invalid(ErrorCode::NotAllowed, "condition_type", message));
            }
        };
        let exchange = match given.currency.filter(|_| base.is_none()) {
            Some(from) if from != self.document.currency => {
                let date = self.document.pricing_date;
                self.definition.exchange(from, self.document.currency, date, self.rules.pivot)?
            }
            _ => Ratio::ONE,
        };
        let raw = raw.mul_ratio(exchange)?;
        Ok((if condition.sign == ConditionSign::Minus { raw.negated()? } else { raw }, base, exchange))
    }

    /// The exact tax on a base.
    fn tax_on(&self, base: Exact, percent: Decimal) -> Result<Exact> {
        if self.rules.include_tax {
            return base.mul(percent)?.div(Decimal::from(100).checked_add(percent)?);
        }
        Ok(base.mul(percent)?.shifted(2))
    }

    /// Rounds the taxes, and shares those of a category out over its rows.
    fn taxes(&mut self, taxed: BTreeMap<TaxKey, Taxed>) -> Result<Vec<PriceTax>> {
        let rules = self.rules;
        let mut taxes = Vec::with_capacity(taxed.len());
        let mut changed = BTreeMap::new();
        for ((category, percent), of) in taxed {
            let base = of.base.iter().copied().try_fold(Exact::ZERO, Exact::add)?;
            let mut base = base.round(rules.decimals, rules.rounding)?;
            let mut tax = of.rounded;
            if rules.tax_rounding == TaxRounding::PerCategory {
                let exact = match percent.filter(|_| of.is_plain) {
                    // The sum of the bases times the rate, as EN 16931 has it.
                    Some(percent) => self.tax_on(Exact::from(base), percent)?,
                    None => of
                        .rows
                        .iter()
                        .map(|(.., raw)| *raw)
                        .chain(of.head.iter().copied())
                        .try_fold(Exact::ZERO, Exact::add)?,
                };
                tax = self.rounded_by(of.own.unwrap_or_default(), exact)?;
                self.share_tax(&of, tax, &mut changed)?;
            }
            if rules.include_tax {
                base = base.checked_sub(tax)?;
            }
            taxes.push(PriceTax { base, tax, percent, category });
        }
        for (at, place) in changed {
            self.replay(at, place)?;
        }
        Ok(taxes)
    }

    /// Every row gets its own tax rounded; what is left over goes to the row with the largest one. The first step of each item
    /// whose value is another one by it is noted.
    fn share_tax(&mut self, of: &Taxed, tax: Decimal, changed: &mut BTreeMap<usize, usize>) -> Result<()> {
        let rules = self.rules;
        let mut left = tax;
        for exact in &of.head {
            left = left.checked_sub(exact.round(rules.decimals, rules.rounding)?)?;
        }
        let mut largest: Option<(Exact, usize)> = None;
        let mut shares = Vec::with_capacity(of.rows.len());
        for (place, (at, number, raw)) in of.rows.iter().enumerate() {
            let rounding =
                self.item(*at)?.rows.get(*number).map_or_else(Default::default, |row| self.own_rounding(row));
            let own = self.rounded_by(rounding, *raw)?;
            left = left.checked_sub(own)?;
            let size = raw.abs()?;
            if largest.as_ref().is_none_or(|(most, _)| size.compare(*most).is_ok_and(std::cmp::Ordering::is_gt)) {
                largest = Some((size, place));
            }
            shares.push(own);
        }
        for (place, ((at, number, raw), own)) in of.rows.iter().zip(shares).enumerate() {
            let takes = largest.as_ref().is_some_and(|(_, holder)| *holder == place);
            let share = own.checked_add(if takes { left } else { Decimal::ZERO })?;
            // A tax that was cut to a limit is told with the digits of its condition type.
            let is_cut = self.item(*at)?.rows.get(*number).is_some_and(|row| !row.cut.is_zero());
            let before = if is_cut { raw.to_decimal().unwrap_or(own) } else { own };
            if let Some(step) = self.set_tax(*at, *number, share, share.checked_sub(before)?)? {
                let first = changed.entry(*at).or_insert(step);
                *first = step.min(*first);
            }
        }
        Ok(())
    }

    /// The share of a row, and the place of its step if its value is another one by it.
    fn set_tax(&mut self, at: usize, number: usize, value: Decimal, difference: Decimal) -> Result<Option<usize>> {
        let Some(row) = self.item(at)?.rows.get(number) else { return Ok(None) };
        if row.value == value && row.difference == difference {
            return Ok(None);
        }
        let is_new = row.value != value;
        self.remember(at)?;
        let Some(row) = self.item_mut(at)?.rows.get_mut(number) else { return Ok(None) };
        (row.value, row.counted, row.difference) = (value, Exact::from(value), difference);
        Ok(is_new.then_some(row.step))
    }

    fn cost_of(&self, item: &Item) -> Result<Option<Decimal>> {
        let mut costs =
            item.rows.iter().filter(|row| row.is_active() && self.kind_of(row) == Some(ConditionKind::Cost));
        let Some(first) = costs.next() else { return Ok(None) };
        costs.try_fold(first.value, |sum, row| sum.checked_add(row.value)).map(Some)
    }

    fn subtotals_of(&self, item: &Item) -> Result<Vec<(String, Decimal)>> {
        let of = |(name, value): (&String, &Option<Exact>)| {
            let value = (*value)?.round(self.rules.decimals, self.rules.rounding);
            Some(value.map(|value| (name.clone(), value)))
        };
        self.procedure.subtotals.iter().zip(&item.subtotals).filter_map(of).collect()
    }

    /// The item as it is shown.
    pub(super) fn shown_item(&self, at: usize) -> Result<PricedItem> {
        let item = self.item(at)?;
        let tax = item
            .rows
            .iter()
            .filter(|row| row.counts() && self.is_tax(row))
            .try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.value))?;
        let mut net = item.net.round(self.rules.decimals, self.rules.rounding)?;
        if self.rules.include_tax {
            net = net.checked_sub(tax)?;
        }
        let net_price = if item.quantity.is_zero() {
            None
        } else {
            Some(Exact::from(net).div(item.quantity)?.round(self.rules.price_decimals, self.rules.rounding)?)
        };
        let cost = self.cost_of(item)?;
        let mut rows = Vec::with_capacity(item.rows.len());
        for row in item.rows.iter().filter(|row| !row.is_off_scale) {
            rows.push(self.shown_row(row)?);
        }
        Ok(PricedItem {
            id: item.source.id.clone(),
            quantity: item.quantity,
            rows,
            net,
            net_price,
            tax,
            product: item.source.product.clone(),
            unit: item.unit.clone(),
            subtotals: self.subtotals_of(item)?.into_iter().collect(),
            margin: cost.map(|cost| net.checked_sub(cost)).transpose()?,
            cost,
            free_goods_of: item.free_goods_of.and_then(|main| self.items.get(main)).map(|main| main.source.id.clone()),
            is_alternative: item.source.is_alternative,
            approvals: self.approvals(item)?,
            accesses: item.accesses.iter().map(|looked| self.told_access(item, looked)).collect(),
        })
    }

    /// Why somebody has to approve an item.
    fn approvals(&self, item: &Item) -> Result<Vec<String>> {
        let mut codes = Vec::new();
        for (code, requirement) in &self.procedure.approvals {
            let place = self.procedure.steps.len().saturating_sub(1);
            let asked = self.holds(requirement, item, item.net).map_err(|error| self.located(item, place, error))?;
            if asked {
                codes.push(code.clone());
            }
        }
        for row in item.rows.iter().filter(|row| matches!(row.origin, RowOrigin::Manual | RowOrigin::Header)) {
            let condition = row.condition.and_then(|place| self.definition.types.get(place));
            let Some((condition, above)) = condition.and_then(|known| Some((known, known.is.manual?.approval_above?)))
            else {
                continue;
            };
            if row.rate.abs() > above && !codes.contains(&condition.is.code) {
                codes.push(condition.is.code.clone());
            }
        }
        Ok(codes)
    }

    fn shown_row(&self, row: &Row) -> Result<PriceRow> {
        let number = self.procedure.steps.get(row.step).map_or(0, |step| step.is.number);
        let mut shown_row = PriceRow::of(number, row.origin, row.value);
        let step = self.procedure.steps.get(row.step);
        shown_row.raw = (row.raw.to_decimal() != Some(row.value)).then(|| row.raw.text());
        shown_row.difference = Some(row.difference).filter(|difference| !difference.is_zero());
        shown_row.inactive = row.inactive;
        shown_row.is_statistical = row.statistical;
        if let Some(formula) = &row.formula {
            shown_row.formula = Some(formula.text.to_string());
            shown_row.inputs = formula.inputs.iter().cloned().collect();
        }
        let Some(condition) = row.condition.and_then(|place| self.definition.types.get(place)) else {
            shown_row.name = step.and_then(|step| step.is.name.clone()).filter(|_| row.origin == RowOrigin::Subtotal);
            shown_row.subtotal =
                step.and_then(|step| step.is.subtotal.clone()).filter(|_| row.origin == RowOrigin::Subtotal);
            return Ok(shown_row);
        };
        let amount = is_amount(condition.is.calculation);
        shown_row.condition_type = Some(condition.is.code.clone());
        shown_row.kind = Some(condition.is.kind);
        shown_row.calculation = Some(condition.is.calculation);
        shown_row.name = step.and_then(|step| step.is.name.clone()).or_else(|| condition.is.name.clone());
        shown_row.record = row
            .record
            .as_deref()
            .or(row.rule.and_then(|rule| self.records.rule(rule)).map(|rule| &*rule.id))
            .map(str::to_owned);
        shown_row.access = Some(row.access).filter(|access| *access > 0);
        shown_row.base = if row.is_set && row.set_share.is_none() { None } else { Some(shown(row.base)?) };
        shown_row.base_unit = row.base_unit.as_deref().map(str::to_owned);
        shown_row.factor = Some(row.factor).filter(|factor| *factor != Ratio::ONE).map(|factor| factor.to_string());
        shown_row.rate = Some(row.rate).filter(|_| row.slices.is_empty());
        shown_row.rate_before = row.rate_before;
        shown_row.per = Some(row.per).filter(|per| amount && *per != Decimal::ONE);
        shown_row.unit = row.unit.as_deref().map(str::to_owned);
        let has_money = amount || row.exchange != Ratio::ONE || row.scale_base.is_some();
        shown_row.currency = row.currency.filter(|_| has_money);
        shown_row.exchange =
            Some(row.exchange).filter(|exchange| *exchange != Ratio::ONE).map(|exchange| exchange.to_string());
        shown_row.scale_base = row.scale_base.map(shown).transpose()?;
        shown_row.flat = Some(row.flat).filter(|flat| !flat.is_zero());
        (shown_row.minimum, shown_row.maximum) = row.bounds;
        for slice in &row.slices {
            let Slice { quantity, level, rate_before } = *slice;
            shown_row.slices.push(PricedSlice { quantity: shown(quantity)?, level, rate_before });
        }
        shown_row.rounding = condition.is.rounding.filter(|rounding| *rounding != ConditionRounding::default());
        shown_row.distribution = row.set_share.map(|_| self.distribution_of(condition));
        shown_row.cut = Some(row.cut).filter(|cut| !cut.is_zero());
        shown_row.excludes = row.sets_excluded;
        shown_row.tax_category = row.tax_category.as_deref().map(str::to_owned);
        shown_row.account_key = step.and_then(|step| step.is.account_key.clone());
        shown_row.accrual_key = step.and_then(|step| step.is.accrual_key.clone());
        shown_row.subtotal = step.and_then(|step| step.is.subtotal.clone());
        Ok(shown_row)
    }

    /// The whole result.
    pub(super) fn result(&mut self) -> Result<PriceResult> {
        let totals = self.totals()?;
        let mut items = Vec::with_capacity(self.items.len());
        for at in 0..self.items.len() {
            items.push(self.shown_item(at)?);
            if self.unshared.is_none() {
                // The document does not stay open: what was told is not needed any more.
                let item = self.item_mut(at)?;
                (item.rows, item.accesses) = (Vec::new(), Vec::new());
            }
        }
        let used = |counter: &super::run::Counter| counter.uses > 0;
        let usage = self.counters.iter().filter(|(_, counter)| used(counter)).map(|(name, counter)| CounterUsage {
            counter: name.clone(),
            quantity: Some(counter.quantity),
            value: Some(counter.value),
            uses: Some(counter.uses),
        });
        Ok(PriceResult {
            catalog_version: self.definition.version.clone(),
            procedure: self.procedure.code.clone(),
            procedure_version: self.procedure.version,
            currency: self.document.currency,
            pricing_date: self.document.pricing_date,
            policies: self.rules.shown(),
            items,
            net: totals.net,
            tax: totals.tax,
            gross: totals.net.checked_add(totals.tax)?,
            payable: totals.payable,
            rows: totals.rows,
            taxes: totals.taxes,
            subtotals: totals.subtotals,
            margin: totals.cost.map(|cost| totals.net.checked_sub(cost)).transpose()?,
            cost: totals.cost,
            prepaid: self.document.prepaid,
            rounding: totals.rounding,
            usage: usage.collect(),
        })
    }
}

impl PriceRow {
    /// A row with nothing but its value.
    pub(super) fn of(step: i64, origin: RowOrigin, value: Decimal) -> Self {
        Self {
            step,
            origin,
            value,
            condition_type: None,
            kind: None,
            calculation: None,
            name: None,
            record: None,
            access: None,
            base: None,
            base_unit: None,
            factor: None,
            rate: None,
            per: None,
            unit: None,
            currency: None,
            exchange: None,
            scale_base: None,
            slices: Vec::new(),
            flat: None,
            minimum: None,
            maximum: None,
            rate_before: None,
            raw: None,
            formula: None,
            inputs: HashMap::new(),
            rounding: None,
            distribution: None,
            cut: None,
            difference: None,
            inactive: None,
            is_statistical: false,
            excludes: false,
            tax_category: None,
            tax_percent: None,
            account_key: None,
            accrual_key: None,
            subtotal: None,
        }
    }
}
