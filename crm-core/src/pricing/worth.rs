//! What a condition is worth: from rate and base to the exact value, and from there to the rounded one.

use std::cell::RefCell;

use super::catalog::{Calculation, ConditionKind, ConditionSign, ConversionMode, ScaleBase, ScaleKind, ScaleLevel};
use super::definition::{Source, StepDef, TypeDef};
use super::document::ManualCondition;
use super::exact::Exact;
use super::item::Content;
use super::procedure::{TaxRounding, ValueMode};
use super::records::Rule;
use super::result::RowOrigin;
use super::run::{Evaluated, Item, Row, Run, Slice};
use super::search::{Asked, Hit};
use crate::formula::{Datum, Formula, Lookup};
use crate::value::{Currency, Decimal, Error, ErrorCode, Problem, Quantity, Ratio, Result, Rounding};

/// Digits behind the point of a figure that is shown and is no decimal.
const SHOWN_DIGITS: u32 = 12;

/// What the formulas of an item may ask for.
struct Figures<'r> {
    run: &'r Run<'r>,
    item: &'r Item,
    base: Exact,
    rate: Decimal,
    /// The slots that were asked for, if they are to be told.
    read: Option<RefCell<Vec<usize>>>,
}

impl Lookup for Figures<'_> {
    fn datum(&self, slot: usize) -> Result<Datum<'_>> {
        let number = |exact: Exact| exact.to_ratio().map(Datum::Number);
        if let Some(read) = &self.read {
            read.borrow_mut().push(slot);
        }
        match self.run.procedure.sources.get(slot) {
            Some(Source::Field(field)) => Ok(super::item::datum(&self.item.values, *field)),
            Some(Source::Net) => number(self.item.net),
            Some(Source::DocumentNet) => number(self.run.document_net),
            Some(Source::Base) => number(self.base),
            Some(Source::Rate) => Ok(Datum::Number(Ratio::from(self.rate))),
            Some(Source::Excluded) => Ok(Datum::Truth(self.item.excluded)),
            Some(Source::Subtotal(place)) => {
                number(self.item.subtotals.get(*place).copied().flatten().unwrap_or(Exact::ZERO))
            }
            Some(Source::Step(place)) => number(self.item.steps.get(*place).copied().unwrap_or(Exact::ZERO)),
            None => Ok(Datum::Missing),
        }
    }
}

impl Run<'_> {
    /// Whether a formula is true for an item.
    pub(super) fn holds(&self, formula: &Formula, item: &Item, base: Exact) -> Result<bool> {
        formula.evaluate_truth(&Figures { run: self, item, base, rate: Decimal::ZERO, read: None })
    }

    /// The value of a formula, and what it read.
    pub(super) fn evaluated(
        &self,
        formula: &Formula,
        item: &Item,
        base: Exact,
        rate: Decimal,
    ) -> Result<(Exact, Box<Evaluated>)> {
        let mut figures = Figures { run: self, item, base, rate, read: Some(RefCell::default()) };
        let value = formula.evaluate_number(&figures).map(Exact::from_ratio)?;
        let mut slots = figures.read.take().unwrap_or_default().into_inner();
        slots.sort_unstable();
        slots.dedup();
        let mut inputs = Vec::with_capacity(slots.len());
        for slot in slots {
            if let (Some(name), Some(text)) = (self.name_of(slot), text_of(&figures.datum(slot)?)) {
                inputs.push((name, text));
            }
        }
        Ok((value, Box::new(Evaluated { text: formula.text().into(), inputs })))
    }

    /// The name of a slot of the formulas of the procedure.
    fn name_of(&self, slot: usize) -> Option<String> {
        Some(match self.procedure.sources.get(slot)? {
            Source::Field(field) => self.definition.fields.get(*field)?.name.clone(),
            Source::Net => "net".to_owned(),
            Source::DocumentNet => "document_net".to_owned(),
            Source::Base => "base".to_owned(),
            Source::Rate => "rate".to_owned(),
            Source::Excluded => "excluded".to_owned(),
            Source::Subtotal(place) => self.procedure.subtotals.get(*place)?.clone(),
            Source::Step(place) => format!("step_{}", self.procedure.steps.get(*place)?.is.number),
        })
    }

    /// The weight or volume of an item, in kilograms or cubic metres.
    pub(super) fn basis_weight(&self, item: &Item, of: Calculation) -> Result<Exact> {
        self.scaled_weight(item, of, None)
    }

    /// Whether another figure would lead to the same level.
    pub(super) fn has_same_level(&self, condition: &TypeDef, row: &Row, base: Option<Exact>) -> Result<bool> {
        let (Some(scale), Some(rule)) = (&condition.is.scale, row.rule.and_then(|rule| self.records.rule(rule))) else {
            return Ok(true);
        };
        let of = |base: Option<Exact>| match base {
            Some(base) => level(rule.scale(), scale.kind, base.abs()?),
            None => Ok(None),
        };
        Ok(of(row.scale_base)? == of(base)?)
    }

    fn number(&self, formula: &Formula, item: &Item, base: Exact, rate: Decimal) -> Result<Exact> {
        formula.evaluate_number(&Figures { run: self, item, base, rate, read: None }).map(Exact::from_ratio)
    }

    /// The base of a step: money to which percentages and scales of values are applied.
    pub(super) fn step_base(&self, item: &Item, step: &StepDef) -> Result<Exact> {
        if let Some(formula) = &step.base_formula {
            return self.number(formula, item, item.net, Decimal::ZERO);
        }
        match step.base {
            None => Ok(item.net),
            Some((from, usize::MAX)) => Ok(item.steps.get(from).copied().unwrap_or(Exact::ZERO)),
            Some((from, to)) => {
                let inside = item.rows.iter().filter(|row| row.counts() && (from..=to).contains(&row.step));
                inside.map(|row| row.counted).try_fold(Exact::ZERO, Exact::add)
            }
        }
    }

    fn weight(&self, item: &Item, of: Calculation) -> Result<(Exact, String)> {
        let product = self.product(item);
        let (own, each, what): (Option<&Quantity>, Option<&Quantity>, &str) = match of {
            Calculation::GrossWeight => (
                item.source.gross_weight.as_ref(),
                product.and_then(|known| known.is.gross_weight.as_ref()),
                "gross weight",
            ),
            Calculation::NetWeight => {
                (item.source.net_weight.as_ref(), product.and_then(|known| known.is.net_weight.as_ref()), "net weight")
            }
            _ => (item.source.volume.as_ref(), product.and_then(|known| known.is.volume.as_ref()), "volume"),
        };
        if let Some(own) = own {
            return Ok((Exact::from(own.amount), own.unit.clone()));
        }
        let Some(each) = each else {
            let problem = Problem::new(ErrorCode::MissingUnitFactor, format!("the product has no {what}"));
            return Err(problem.with("product", item.source.product.as_deref().unwrap_or_default()).into_invalid());
        };
        let unit = product.and_then(|known| known.is.unit.as_deref());
        let factor = match (item.unit.as_deref(), unit) {
            (Some(from), Some(to)) => self.definition.unit_factor(product, from, to)?,
            _ => Ratio::ONE,
        };
        Ok((Exact::from(item.quantity).mul(each.amount)?.mul_ratio(factor)?, each.unit.clone()))
    }

    fn field_number(&self, item: &Item, slot: Option<usize>) -> Result<Exact> {
        let given = slot.and_then(|slot| item.values.get(slot)).and_then(Option::as_ref);
        match given.map(|given| &given.content) {
            Some(Content::Number(number)) => Ok(Exact::from(*number)),
            _ => {
                let name =
                    slot.and_then(|slot| self.definition.fields.get(slot)).map_or("", |field| field.name.as_str());
                let message = "the number of this field is needed";
                Err(Error::invalid(ErrorCode::Required, format!("fields.{name}"), message))
            }
        }
    }

    /// How many units of a rate one unit of an item is.
    fn factor_to(&self, item: &Item, from: Option<&str>, to: Option<&str>) -> Result<Ratio> {
        match (from, to) {
            (_, None) => Ok(Ratio::ONE),
            (Some(from), Some(to)) => self.definition.unit_factor(self.product(item), from, to),
            (None, Some(to)) => {
                let problem = Problem::new(ErrorCode::MissingUnitFactor, "the item has no unit, and the rate has one");
                Err(problem.with("to", to).into_invalid())
            }
        }
    }

    pub(super) fn exchange_to_document(&self, item: &Item, from: Option<Currency>) -> Result<Ratio> {
        match from {
            Some(from) if from != self.document.currency => {
                self.definition.exchange(from, self.document.currency, item.date, self.rules.pivot)
            }
            _ => Ok(Ratio::ONE),
        }
    }

    /// What an item adds to the figure with which the scale of a record is entered, in the unit of the scale. Unit and
    /// currency are those of the record.
    pub(super) fn own_scale_base(
        &self,
        item: &Item,
        condition: &TypeDef,
        (unit, currency): (Option<&str>, Option<Currency>),
        base: Exact,
    ) -> Result<Exact> {
        let Some(scale) = &condition.is.scale else { return Ok(Exact::ZERO) };
        let unit = condition.scale_unit(unit);
        match scale.base {
            ScaleBase::Quantity => {
                let factor = self.factor_to(item, item.unit.as_deref(), unit)?;
                Exact::from(item.quantity).mul_ratio(factor)
            }
            ScaleBase::Value => {
                let exchange = self.exchange_to_document(item, currency)?;
                if exchange == Ratio::ONE { Ok(base) } else { base.mul_ratio(Ratio::ONE.checked_div(exchange)?) }
            }
            ScaleBase::GrossWeight => self.scaled_weight(item, Calculation::GrossWeight, unit),
            ScaleBase::NetWeight => self.scaled_weight(item, Calculation::NetWeight, unit),
            ScaleBase::Volume => self.scaled_weight(item, Calculation::Volume, unit),
            ScaleBase::Field => self.field_number(item, condition.scale_field),
        }
    }

    fn scaled_weight(&self, item: &Item, of: Calculation, unit: Option<&str>) -> Result<Exact> {
        let (weight, own) = self.weight(item, of)?;
        let unit = unit.unwrap_or(if of == Calculation::Volume { "MTQ" } else { "KGM" });
        weight.mul_ratio(self.factor_to(item, Some(&own), Some(unit))?)
    }

    /// Where a cumulative scale stood before the item.
    fn counted_before(&self, condition: &TypeDef, rule: &Rule) -> Result<Exact> {
        let cumulative = condition.is.scale.as_ref().is_some_and(|scale| scale.cumulative);
        match self.counters.get(rule.counter()).filter(|_| cumulative) {
            None => Ok(Exact::ZERO),
            Some(counter) if condition.is.scale.as_ref().is_some_and(|scale| scale.base == ScaleBase::Value) => {
                Exact::from(counter.value_before).add(Exact::from(counter.value))
            }
            Some(counter) => Exact::from(counter.quantity_before).add(Exact::from(counter.quantity)),
        }
    }

    /// Whether a scale has a level for a base.
    pub(super) fn has_level(&self, condition: &TypeDef, rule: &Rule, base: Exact) -> Result<bool> {
        let Some(scale) = &condition.is.scale else { return Ok(true) };
        let base = base.abs()?.add(self.counted_before(condition, rule)?)?;
        match scale.kind {
            ScaleKind::From | ScaleKind::To => Ok(level(rule.scale(), scale.kind, base)?.is_some()),
            ScaleKind::Graduated => {
                let slices = slices(rule.scale(), Exact::ZERO, base)?;
                Ok(slices.is_some())
            }
        }
    }

    /// The exact value of a trial, for accesses that take the best record.
    pub(super) fn trial(&self, asked: &Asked<'_>, condition: &TypeDef, place: u32, rule: &Rule) -> Result<Exact> {
        let step = self.step(asked.step)?;
        let mut row = self.row_of_rule(asked, condition, step, Hit { rule: place, access: 0 }, rule)?;
        row.scale_base = row.own_scale_base;
        self.value(asked.item, step, condition, &mut row)?;
        Ok(row.raw)
    }

    /// A row of a record, without its value.
    pub(super) fn row_of_rule(
        &self,
        asked: &Asked<'_>,
        condition: &TypeDef,
        step: &StepDef,
        hit: Hit,
        rule: &Rule,
    ) -> Result<Row> {
        let mut row = Row::new(asked.step, RowOrigin::Automatic);
        row.condition = Some(asked.condition);
        row.rule = Some(hit.rule);
        row.access = hit.access;
        row.rate = rule.rate;
        row.per = rule.per;
        row.unit.clone_from(&rule.unit);
        row.currency = rule.currency;
        row.statistical = is_statistical(step, condition);
        row.tax_category = rule.tax_category().map(Into::into);
        row.bounds = rule.more.as_deref().map_or((None, None), |more| (more.minimum, more.maximum));
        if condition.is.scale.is_some() && !rule.scale().is_empty() {
            row.own_scale_base =
                Some(self.own_scale_base(asked.item, condition, rule.unit_and_currency(), asked.base)?);
        }
        row.base = asked.base;
        Ok(row)
    }

    /// A row of a condition by hand, without its value.
    pub(super) fn row_by_hand(
        &self,
        asked: &Asked<'_>,
        condition: &TypeDef,
        step: &StepDef,
        origin: RowOrigin,
        given: &ManualCondition,
    ) -> Row {
        let mut row = Row::new(asked.step, origin);
        row.condition = Some(asked.condition);
        row.rate = given.amount.or(given.rate).unwrap_or(Decimal::ZERO);
        row.per = given.per.unwrap_or(Decimal::ONE);
        row.unit = given.unit.as_deref().map(Into::into);
        row.currency = given.currency;
        row.statistical = is_statistical(step, condition);
        row.tax_category = given.tax_category.as_deref().map(Into::into);
        row.base = given.base.map_or(asked.base, Exact::from);
        row.is_set = given.amount.is_some();
        row
    }

    /// Computes the value of a row: rate of the level, exact value, rounded value.
    pub(super) fn value(&self, item: &Item, step: &StepDef, condition: &TypeDef, row: &mut Row) -> Result<()> {
        let rule = row.rule.and_then(|place| self.records.rule(place));
        let mut level_found = None;
        if let (Some(rule), Some(base)) = (rule, row.scale_base)
            && let Some(scale) = condition.is.scale.as_ref().filter(|_| !rule.scale().is_empty())
        {
            let before = self.counted_before(condition, rule)?;
            let end = base.abs()?.add(before)?;
            match scale.kind {
                ScaleKind::Graduated => {
                    row.slices = slices(rule.scale(), before, end)?.unwrap_or_default();
                }
                kind => level_found = level(rule.scale(), kind, end)?,
            }
            if let Some(level) = level_found {
                row.rate = level.rate;
                row.flat = level.flat.unwrap_or(Decimal::ZERO);
            }
        }
        self.sign(condition, row)?;
        self.raw(item, step, condition, row)?;
        row.raw = bounded(row.raw, row.bounds.0, row.bounds.1, row.exchange)?;
        row.value = self.rounded(item, condition, row.raw)?;
        // Taxes are no part of the net: they are rounded where the procedure says so.
        let is_exact = self.rules.mode == ValueMode::ByItem && condition.is.kind != ConditionKind::Tax;
        row.counted = if is_exact { row.raw } else { Exact::from(row.value) };
        Ok(())
    }

    /// Gives rates and levels the sign of the condition type.
    fn sign(&self, condition: &TypeDef, row: &mut Row) -> Result<()> {
        let negative = row.rate.is_negative() || row.slices.iter().any(|slice| slice.level.rate.is_negative());
        if negative && condition.sign != ConditionSign::Either {
            let message = "a rate of this condition type is written above zero: its sign follows from the type";
            return Err(Error::invalid(ErrorCode::OutOfRange, "rate", message));
        }
        if condition.sign == ConditionSign::Minus {
            row.rate = row.rate.negated();
            row.flat = row.flat.negated();
            for slice in &mut row.slices {
                slice.level.rate = slice.level.rate.negated();
                slice.level.flat = slice.level.flat.map(Decimal::negated);
            }
        }
        Ok(())
    }

    /// The exact value, before limits and rounding.
    fn raw(&self, item: &Item, step: &StepDef, condition: &TypeDef, row: &mut Row) -> Result<()> {
        if step.value_formula.is_some() {
            row.flat = Decimal::ZERO;
            row.slices.clear();
        }
        let has_money = row.is_set
            || is_amount(condition.is.calculation)
            || row.bounds != (None, None)
            || !row.flat.is_zero()
            || row.slices.iter().any(|slice| slice.level.flat.is_some());
        row.exchange = if has_money {
            row.kept_exchange.map_or_else(|| self.exchange_to_document(item, row.currency), Ok)?
        } else {
            Ratio::ONE
        };
        if row.is_set {
            row.base = Exact::ZERO;
            row.raw = Exact::from(row.rate).mul_ratio(row.exchange)?;
            return Ok(());
        }
        if let Some(formula) = step.value_formula.as_ref().or(condition.formula.as_ref()) {
            // A formula sees the rate as it is written, and the sign follows from the type as ever.
            let is_minus = condition.sign == ConditionSign::Minus;
            let rate = if is_minus { row.rate.negated() } else { row.rate };
            let (value, evaluated) = self.evaluated(formula, item, row.base, rate)?;
            row.raw = if is_minus { value.negated()? } else { value };
            row.formula = Some(evaluated);
            row.raw = row.raw.add(flats(row)?)?;
            return Ok(());
        }
        let hundred = Decimal::from(100);
        row.raw = match condition.is.calculation {
            Calculation::Percent | Calculation::PerMille if !row.slices.is_empty() => {
                let digits = if condition.is.calculation == Calculation::PerMille { 3 } else { 2 };
                Self::graduated(row, row.base)?.shifted(digits)
            }
            // A tax that is in the price already.
            Calculation::Percent if self.rules.include_tax && condition.is.kind == ConditionKind::Tax => {
                row.base.mul(row.rate)?.div(hundred.checked_add(row.rate)?)?
            }
            Calculation::Percent => row.base.mul(row.rate)?.shifted(2),
            Calculation::PerMille => row.base.mul(row.rate)?.shifted(3),
            Calculation::PercentIncluded => row.base.mul(row.rate)?.div(hundred.checked_add(row.rate)?)?,
            Calculation::Fixed => {
                row.base = Exact::ZERO;
                Exact::from(row.rate).mul_ratio(row.exchange)?
            }
            calculation => self.raw_amount(item, condition, calculation, row)?,
        };
        row.raw = row.raw.add(flats(row)?)?;
        Ok(())
    }

    /// The exact value of an amount for so many units.
    fn raw_amount(&self, item: &Item, condition: &TypeDef, calculation: Calculation, row: &mut Row) -> Result<Exact> {
        let (base, unit) = match calculation {
            Calculation::Field => (self.field_number(item, condition.field)?, None),
            Calculation::Quantity => (Exact::from(item.quantity), item.unit.clone()),
            weight => {
                let (weight, unit) = self.weight(item, weight)?;
                if row.unit.is_none() {
                    row.unit = Some(if calculation == Calculation::Volume { "MTQ" } else { "KGM" }.into());
                }
                (weight, Some(unit))
            }
        };
        row.base = base;
        row.base_unit = unit.as_deref().map(Into::into);
        row.factor = match calculation {
            Calculation::Field => Ratio::ONE,
            _ => self.factor_to(item, unit.as_deref(), row.unit.as_deref())?,
        };
        let units = base.mul_ratio(row.factor)?;
        let is_rate = condition.is.conversion.unwrap_or(self.rules.conversion) == ConversionMode::Rate;
        let converts_rate = is_rate && row.exchange != Ratio::ONE;
        let exchange = if converts_rate { Ratio::ONE } else { row.exchange };
        if !row.slices.is_empty() {
            for slice in row.slices.iter_mut().filter(|_| converts_rate) {
                slice.rate_before = Some(slice.level.rate);
                slice.level.rate = self.converted(slice.level.rate, row.exchange)?;
            }
            return Self::graduated(row, units)?.div(row.per)?.mul_ratio(exchange);
        }
        if converts_rate {
            row.rate_before = Some(row.rate);
            row.rate = self.converted(row.rate, row.exchange)?;
        }
        units.mul(row.rate)?.div(row.per)?.mul_ratio(exchange)
    }

    /// A rate in the currency of the document, rounded as net prices are.
    fn converted(&self, rate: Decimal, exchange: Ratio) -> Result<Decimal> {
        Exact::from(rate).mul_ratio(exchange)?.round(self.rules.price_decimals, self.rules.rounding)
    }

    /// The sum of the parts of a base, each times the rate of its level. A part is to the base what its slice is to the base of
    /// the scale; what lies below the first level has no rate.
    fn graduated(row: &Row, base: Exact) -> Result<Exact> {
        let whole = row.scale_base.unwrap_or(Exact::ZERO).abs()?;
        if whole.is_zero() {
            return Ok(Exact::ZERO);
        }
        let same = whole.compare(base.abs()?)?.is_eq();
        let mut sum = Exact::ZERO;
        for slice in &row.slices {
            let part = if same { slice.quantity } else { base.abs()?.times(slice.quantity.over(whole)?)? };
            sum = sum.add(part.mul(slice.level.rate)?)?;
        }
        if base.is_negative() { sum.negated() } else { Ok(sum) }
    }

    /// An amount of the whole document, rounded as condition type and procedure say.
    pub(super) fn rounded_whole(&self, condition: &TypeDef, raw: Exact) -> Result<Decimal> {
        self.rounded_by(condition.is.rounding.unwrap_or_default(), raw)
    }

    /// The value, rounded as condition type and procedure say.
    pub(super) fn rounded(&self, item: &Item, condition: &TypeDef, raw: Exact) -> Result<Decimal> {
        let own = condition.is.rounding.unwrap_or_default();
        let rounding = own.rounding.unwrap_or(self.rules.rounding);
        if let Some(unit) = own.unit {
            return raw.round_to(unit, rounding);
        }
        let digits = own.decimals.and_then(|digits| u32::try_from(digits).ok());
        let each_unit = match condition.is.kind {
            ConditionKind::Tax => self.rules.tax_rounding == TaxRounding::PerUnit,
            _ => self.rules.mode == ValueMode::ByUnit && condition.is.calculation != Calculation::Fixed,
        };
        if each_unit && !item.quantity.is_zero() {
            let digits = digits.unwrap_or(self.rules.price_decimals);
            let each = raw.div(item.quantity)?.round(digits, rounding)?;
            return Exact::from(each).mul(item.quantity)?.round(self.rules.decimals, rounding);
        }
        raw.round(digits.unwrap_or(self.rules.decimals), rounding)
    }
}

/// A value that a formula read, as it is shown; nothing for one that is missing.
fn text_of(datum: &Datum<'_>) -> Option<String> {
    Some(match datum {
        Datum::Missing => return None,
        Datum::Number(number) => Exact::from_ratio(*number).text(),
        Datum::Text(text) => text.to_string(),
        Datum::Truth(truth) => truth.to_string(),
        Datum::Date(date) => date.to_string(),
        Datum::Texts(texts) => texts.join("|"),
    })
}

/// The amounts on top of the levels that were reached, in the currency of the document and with the sign of the base.
fn flats(row: &Row) -> Result<Exact> {
    let mut levels = row.slices.iter().filter_map(|slice| slice.level.flat).map(Exact::from);
    let sum = levels.try_fold(Exact::from(row.flat), Exact::add)?.mul_ratio(row.exchange)?;
    if row.base.is_negative() { sum.negated() } else { Ok(sum) }
}

/// A figure as it is shown: itself, or the nearest decimal.
pub(super) fn shown(exact: Exact) -> Result<Decimal> {
    match exact.to_decimal() {
        Some(decimal) => Ok(decimal),
        None => exact.round(SHOWN_DIGITS, Rounding::HalfEven),
    }
}

/// Whether a rate is an amount of money.
pub(super) const fn is_amount(calculation: Calculation) -> bool {
    !matches!(
        calculation,
        Calculation::Percent | Calculation::PerMille | Calculation::PercentIncluded | Calculation::Formula
    )
}

fn is_statistical(step: &StepDef, condition: &TypeDef) -> bool {
    step.is.statistical || condition.is.kind == ConditionKind::Cost
}

/// The value within the limits of its record, which are written without sign in its currency.
fn bounded(raw: Exact, minimum: Option<Decimal>, maximum: Option<Decimal>, exchange: Ratio) -> Result<Exact> {
    let mut size = raw.abs()?;
    for (limit, is_minimum) in [(minimum, true), (maximum, false)] {
        let Some(limit) = limit else { continue };
        let limit = Exact::from(limit).mul_ratio(exchange)?;
        let order = size.compare(limit)?;
        if (is_minimum && order.is_lt()) || (!is_minimum && order.is_gt()) {
            size = limit;
        }
    }
    if raw.is_zero() {
        return Ok(raw);
    }
    if raw.is_negative() { size.negated() } else { Ok(size) }
}

/// The level that holds for the whole base.
fn level(levels: &[ScaleLevel], kind: ScaleKind, base: Exact) -> Result<Option<ScaleLevel>> {
    let mut found = None;
    for level in levels {
        let begins = reaches(level.lower, base, std::cmp::Ordering::is_le)?;
        let ends = reaches(level.upper, base, std::cmp::Ordering::is_ge)?;
        if begins && ends {
            found = Some(*level);
            if kind == ScaleKind::To {
                break;
            }
        }
    }
    Ok(found)
}

/// The parts of a base that lie between two figures, each with its level; nothing if the levels do not reach so far.
fn slices(levels: &[ScaleLevel], from: Exact, to: Exact) -> Result<Option<Vec<Slice>>> {
    let mut slices = Vec::new();
    let mut lower = levels.first().and_then(|level| level.lower).map_or(Exact::ZERO, Exact::from);
    for (place, level) in levels.iter().enumerate() {
        let next = levels.get(place.saturating_add(1)).and_then(|level| level.lower);
        let upper = level.upper.or(next).map(Exact::from);
        let was_entered = from.compare(lower)?.is_gt();
        let start = if was_entered { from } else { lower };
        let end = match upper {
            Some(upper) if upper.compare(to)?.is_lt() => upper,
            _ => to,
        };
        if end.compare(start)?.is_gt() {
            // Who entered a level before has paid the amount on top of it.
            let flat = level.flat.filter(|_| !was_entered);
            slices.push(Slice { quantity: end.sub(start)?, level: ScaleLevel { flat, ..*level }, rate_before: None });
        }
        match upper {
            Some(upper) if upper.compare(to)?.is_lt() => lower = upper,
            _ => return Ok(Some(slices)),
        }
    }
    // The base lies above the last level.
    Ok(None)
}

/// Whether a level begins (or ends) so that a base lies in it.
fn reaches(bound: Option<Decimal>, base: Exact, test: fn(std::cmp::Ordering) -> bool) -> Result<bool> {
    bound.map_or(Ok(true), |bound| Exact::from(bound).compare(base).map(test))
}
