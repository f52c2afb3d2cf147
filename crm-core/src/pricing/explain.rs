//! A price as a waterfall, and the smallest change that would bring another one.

use super::catalog::{ConditionKind, ConditionSign};
use super::document::{PriceDocument, PriceItem};
use super::exact::Exact;
use super::price::Pricer;
use super::result::{InactiveReason, PriceRow, PricedItem, RowOrigin};
use crate::value::{Decimal, Error, ErrorCode, Ratio, Result, error::excerpt};

value_struct! {
    /// A bar of the waterfall of a price (价格瀑布): from the first price to the net.
    pub struct WaterfallBar {
        required {
            /// The number of the step.
            pub step: i64,
            /// What people read: the name, or the condition type.
            pub label: String,
            /// Where the bar begins.
            pub start: Decimal,
            /// What it adds.
            pub change: Decimal,
            /// Where it ends.
            pub end: Decimal,
        }
        optional {
            /// The condition type; nothing for differences of rounding and for the net at the end.
            pub condition_type: Option<String>,
            /// The record.
            pub record: Option<String>,
            /// Why a bar of no height stands here: the condition counts for nothing.
            pub inactive: Option<InactiveReason>,
        }
    }
}

impl PricedItem {
    /// The waterfall of the price: every condition but taxes, costs and statistical ones, and the net as the last bar.
    ///
    /// # Errors
    /// `Overflow` if the figures do not fit.
    pub fn waterfall(&self) -> Result<Vec<WaterfallBar>> {
        let (mut bars, mut level) = (Vec::new(), Decimal::ZERO);
        let part = |row: &&PriceRow| {
            row.origin != RowOrigin::Subtotal
                && !row.is_statistical
                && !matches!(row.kind, Some(ConditionKind::Tax | ConditionKind::Cost))
        };
        for row in self.rows.iter().filter(part) {
            let change = if row.inactive.is_some() { Decimal::ZERO } else { row.value };
            let end = level.checked_add(change)?;
            let label = row.name.clone().or_else(|| row.condition_type.clone());
            bars.push(WaterfallBar {
                step: row.step,
                label: label.unwrap_or_else(|| row.origin.as_str().to_owned()),
                start: level,
                change,
                end,
                condition_type: row.condition_type.clone(),
                record: row.record.clone(),
                inactive: row.inactive,
            });
            level = end;
        }
        let step = self.rows.last().map_or(0, |row| row.step);
        bars.push(WaterfallBar {
            step,
            label: "net".to_owned(),
            start: Decimal::ZERO,
            change: level,
            end: level,
            condition_type: None,
            record: None,
            inactive: None,
        });
        Ok(bars)
    }
}

value_enum! {
    /// What a change of an item is to reach.
    pub enum PriceGoal {
        /// The net of the item is at least the figure.
        Net = "net",
        /// The net price is at least the figure.
        NetPrice = "net_price",
        /// The margin, in percent of the net, is at least the figure.
        MarginPercent = "margin_percent",
        /// Nobody has to approve.
        NoApproval = "no_approval",
    }
}

value_enum! {
    /// What of an item is changed.
    pub enum PriceLever {
        /// The rate of a condition that was given by hand.
        Rate = "rate",
        /// The quantity, to the next level of a scale.
        Quantity = "quantity",
    }
}

value_struct! {
    /// The smallest change of one thing by which an item reaches a goal.
    pub struct PriceChange {
        required {
            /// What is changed.
            pub lever: PriceLever,
            /// From where.
            pub from_figure: Decimal,
            /// To where.
            pub to_figure: Decimal,
            /// The net of the item then.
            pub net: Decimal,
        }
        optional {
            /// The condition type whose rate is changed.
            pub condition_type: Option<String>,
            /// The net price then.
            pub net_price: Option<Decimal>,
            /// The margin then.
            pub margin: Option<Decimal>,
        }
    }
}

/// A rate is looked for in hundredths.
const RATE_DIGITS: u32 = 2;
/// How often an upper bound is doubled.
const MAX_DOUBLINGS: u32 = 30;
/// The most levels of scales that are tried.
const MAX_LEVELS_TRIED: usize = 50;

impl Pricer {
    /// The smallest changes, each of one thing alone, by which an item reaches a goal: a rate given by hand, in hundredths,
    /// or the quantity at the next levels of its scales. Nothing if the item is there already, or no such change reaches it.
    ///
    /// `figure` is what net, net price or margin must at least be; it has no meaning for `NoApproval`.
    ///
    /// # Errors
    /// `NoSuchRecord` for an unknown item, `Required` without a figure, and those of [`Pricer::price`].
    pub fn counterfactual(
        &self,
        document: &PriceDocument,
        item: &str,
        goal: PriceGoal,
        figure: Option<Decimal>,
    ) -> Result<Vec<PriceChange>> {
        let Some(place) = document.items.iter().position(|known| known.id == item) else {
            let message = format!("there is no item `{}`", excerpt(item));
            return Err(Error::invalid(ErrorCode::NoSuchRecord, "item", message));
        };
        if goal != PriceGoal::NoApproval && figure.is_none() {
            return Err(Error::invalid(ErrorCode::Required, "figure", "the goal needs a figure"));
        }
        let asked = Asked { pricer: self, document, place, goal, figure: figure.unwrap_or(Decimal::ZERO) };
        let Some(own) = document.items.get(place) else { return Ok(Vec::new()) };
        let now = asked.priced(own)?;
        if asked.reaches(&now)? {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        for number in 0..own.conditions.len() {
            changes.extend(asked.by_rate(own, number)?);
        }
        changes.extend(asked.by_quantity(own, &now)?);
        Ok(changes)
    }
}

/// An item for which changes are looked for.
struct Asked<'a> {
    pricer: &'a Pricer,
    document: &'a PriceDocument,
    place: usize,
    goal: PriceGoal,
    figure: Decimal,
}

impl Asked<'_> {
    fn priced(&self, item: &PriceItem) -> Result<PricedItem> {
        let mut document = self.document.clone();
        document.trace = Some(false);
        if let Some(known) = document.items.get_mut(self.place) {
            *known = item.clone();
        }
        let result = self.pricer.price(&document)?;
        let found = result.items.into_iter().find(|known| known.id == item.id);
        found.ok_or_else(|| Error::invalid(ErrorCode::NoSuchRecord, "item", "the item has no figures"))
    }

    fn reaches(&self, item: &PricedItem) -> Result<bool> {
        Ok(match self.goal {
            PriceGoal::Net => item.net >= self.figure,
            PriceGoal::NetPrice => item.net_price.is_some_and(|price| price >= self.figure),
            PriceGoal::NoApproval => item.approvals.is_empty(),
            PriceGoal::MarginPercent => match item.margin {
                // margin / net >= figure / 100, without a division.
                Some(margin) => {
                    let needed = Exact::from(item.net).mul(self.figure)?.shifted(2);
                    Exact::from(margin).compare(needed)?.is_ge()
                }
                None => false,
            },
        })
    }

    /// What an item costs with another rate; nothing if it cannot be priced with it.
    fn with_rate(&self, item: &PriceItem, number: usize, hundredths: i128) -> Result<Option<(Decimal, PricedItem)>> {
        let rate = Decimal::new(hundredths, RATE_DIGITS)?;
        let mut item = item.clone();
        if let Some(given) = item.conditions.get_mut(number) {
            given.rate = Some(rate);
        }
        match self.priced(&item) {
            Ok(priced) => Ok(Some((rate, priced))),
            Err(error) if matches!(error.code(), ErrorCode::OutOfRange | ErrorCode::NegativeNet) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn by_rate(&self, item: &PriceItem, number: usize) -> Result<Option<PriceChange>> {
        let Some(given) = item.conditions.get(number) else { return Ok(None) };
        let types = &self.pricer.definition.types;
        let condition = types.iter().find(|known| known.is.code == given.condition_type);
        let (Some(rate), Some(condition)) = (given.rate, condition) else { return Ok(None) };
        if matches!(condition.is.kind, ConditionKind::Tax | ConditionKind::Cost) {
            return Ok(None);
        }
        let lowers = condition.sign == ConditionSign::Minus;
        // A rate with more digits is moved to the next hundredth on the way.
        let rounding = if lowers { crate::value::Rounding::Floor } else { crate::value::Rounding::Ceiling };
        let start = Exact::from(rate).round(RATE_DIGITS, rounding)?.checked_mul(Decimal::from(100))?.mantissa();
        let works = |hundredths: i128| -> Result<bool> {
            match self.with_rate(item, number, hundredths)? {
                Some((_, priced)) => self.reaches(&priced),
                None => Ok(false),
            }
        };
        let Some(mut good) = self.far_end(start, lowers, &works)? else { return Ok(None) };
        let mut bad = start;
        if works(start)? {
            good = start;
        }
        while good.abs_diff(bad) > 1 {
            let middle = good.midpoint(bad);
            if works(middle)? { good = middle } else { bad = middle }
        }
        let Some((to_figure, priced)) = self.with_rate(item, number, good)? else { return Ok(None) };
        Ok(Some(PriceChange {
            lever: PriceLever::Rate,
            from_figure: rate,
            to_figure,
            net: priced.net,
            condition_type: Some(given.condition_type.clone()),
            net_price: priced.net_price,
            margin: priced.margin,
        }))
    }

    /// A rate, far from the present one, by which the goal is reached.
    fn far_end(&self, start: i128, lowers: bool, works: &dyn Fn(i128) -> Result<bool>) -> Result<Option<i128>> {
        if lowers {
            return Ok(works(0)?.then_some(0));
        }
        let mut reach = 1_i128;
        for _ in 0..MAX_DOUBLINGS {
            let Some(end) = start.checked_add(reach) else { break };
            match works(end) {
                Ok(true) => return Ok(Some(end)),
                Ok(false) => reach = reach.saturating_mul(2),
                // The figures became too large.
                Err(_) => break,
            }
        }
        Ok(None)
    }

    /// The first level of a scale of the item, upwards, by which the goal is reached.
    fn by_quantity(&self, item: &PriceItem, now: &PricedItem) -> Result<Option<PriceChange>> {
        let mut levels: Vec<Decimal> = Vec::new();
        for row in now.rows.iter().filter(|row| row.scale_base.is_some() && row.inactive.is_none()) {
            levels.extend(self.levels_of(item, row));
        }
        levels.retain(|level| *level > item.quantity);
        levels.sort_unstable();
        levels.dedup();
        for quantity in levels.into_iter().take(MAX_LEVELS_TRIED) {
            let priced = self.priced(&PriceItem { quantity, ..item.clone() })?;
            if self.reaches(&priced)? {
                return Ok(Some(PriceChange {
                    lever: PriceLever::Quantity,
                    from_figure: item.quantity,
                    to_figure: quantity,
                    net: priced.net,
                    condition_type: None,
                    net_price: priced.net_price,
                    margin: priced.margin,
                }));
            }
        }
        Ok(None)
    }

    /// Where the levels of the scale of a row begin, in the unit of the item.
    fn levels_of(&self, item: &PriceItem, row: &PriceRow) -> Vec<Decimal> {
        let Some(rule) = row.record.as_deref().and_then(|id| self.pricer.records.by_id(id)) else { return Vec::new() };
        let product = item.product.as_ref().and_then(|product| self.pricer.definition.products.get(product));
        let factor = match (row.unit.as_deref(), item.unit.as_deref()) {
            (Some(from), Some(to)) => self.pricer.definition.unit_factor(product, from, to).unwrap_or(Ratio::ONE),
            _ => Ratio::ONE,
        };
        let begins = rule.scale().iter().filter_map(|level| level.lower);
        begins.filter_map(|level| Exact::from(level).mul_ratio(factor).ok()?.to_decimal()).collect()
    }
}
