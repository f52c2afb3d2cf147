//! Which of several conditions stays (条件排斥), what a later condition replaces, and what limited records are used for.

use std::collections::BTreeMap;

use super::catalog::{ConditionKind, ReplacesRows, ScaleBase};
use super::definition::{Block, ExclusionDef, TypeDef};
use super::exact::Exact;
use super::procedure::ExclusionMethod;
use super::records::Rule;
use super::result::{InactiveReason, RowOrigin};
use super::run::{Counter, Item, Losers, Row, Run};
use crate::value::{Decimal, Result};

impl Run<'_> {
    /// What of a block an item loses, by what each condition is worth at its own step while all of them are there.
    pub(super) fn losers(&self, at: usize, block: &Block) -> Result<Losers> {
        let item = self.item(at)?;
        if let Some(lost) = self.lost_before(item) {
            return Ok(lost);
        }
        let mut lost = Losers::new();
        for exclusion in &block.exclusions {
            let rows: Vec<&Row> = item.rows.iter().filter(|row| row.on_trial && !is_lost(&lost, row)).collect();
            decide(exclusion, &rows, &mut lost)?;
        }
        Ok(lost)
    }

    /// Makes the rows before a step inactive that a condition takes the place of.
    pub(super) fn replace(&mut self, at: usize, place: usize, what: ReplacesRows) -> Result<()> {
        let definition = self.definition;
        let procedure = self.procedure;
        let item = self.item_mut(at)?;
        let mut net = item.net;
        for row in item.rows.iter_mut().filter(|row| row.step < place && row.counts()) {
            let kind = row.condition.and_then(|known| definition.types.get(known)).map(|known| known.is.kind);
            let goes = match what {
                ReplacesRows::Prices => kind == Some(ConditionKind::Price),
                ReplacesRows::Everything => !matches!(kind, Some(ConditionKind::Tax | ConditionKind::Cost) | None),
            };
            if goes {
                row.inactive = Some(InactiveReason::Replaced);
                row.replaced_at = Some(place);
                net = net.sub(row.counted)?;
                if let Some(value) = item.steps.get_mut(row.step) {
                    *value = value.sub(row.counted)?;
                }
                let slot = procedure.steps.get(row.step).and_then(|step| step.subtotal);
                if let Some(Some(sum)) = slot.and_then(|slot| item.subtotals.get_mut(slot)) {
                    *sum = sum.sub(row.counted)?;
                }
            }
        }
        item.net = net;
        Ok(())
    }

    /// Whether what is left of a limited record is enough for an item.
    pub(super) fn is_within_limit(&self, item: &Item, rule: &Rule) -> Result<bool> {
        let Some(limit) = rule.limit() else { return Ok(true) };
        let used = self.counters.get(rule.counter()).copied().unwrap_or_default();
        if let Some(most) = limit.quantity {
            let after = Exact::from(used.quantity_before)
                .add(Exact::from(used.quantity))?
                .add(self.used_quantity(item, rule)?)?;
            if after.compare(Exact::from(most))?.is_gt() {
                return Ok(false);
            }
        }
        let uses = used.uses_before.saturating_add(used.uses);
        let value = used.value_before.checked_add(used.value)?;
        Ok(limit.uses.is_none_or(|most| uses < most) && limit.value.is_none_or(|most| value < most))
    }

    fn used_quantity(&self, item: &Item, rule: &Rule) -> Result<Exact> {
        let factor = match (item.unit.as_deref(), rule.unit.as_deref()) {
            (Some(from), Some(to)) => self.definition.unit_factor(self.product(item), from, to)?,
            _ => crate::value::Ratio::ONE,
        };
        Exact::from(item.quantity).mul_ratio(factor)?.abs()
    }

    /// Counts what an active row uses of its record, and cuts its value to what is left.
    pub(super) fn use_limit(&mut self, at: usize, condition: &TypeDef, row: &mut Row) -> Result<()> {
        let records = self.records;
        let Some(rule) = row.counted_rule().and_then(|place| records.rule(place)) else { return Ok(()) };
        let cumulative = condition.is.scale.as_ref().filter(|scale| scale.cumulative);
        if (rule.limit().is_none() && cumulative.is_none()) || row.inactive.is_some() {
            return Ok(());
        }
        let counts_value = cumulative.is_some_and(|scale| scale.base == ScaleBase::Value);
        let quantity = match (cumulative, row.own_scale_base) {
            (Some(_), Some(base)) if !counts_value => super::worth::shown(base.abs()?)?,
            _ => super::worth::shown(self.used_quantity(self.item(at)?, rule)?)?,
        };
        let is_alternative = self.item(at)?.source.is_alternative;
        self.has_counters = true;
        let counter = self.counters.entry(rule.counter().to_owned()).or_default();
        if let Some(most) = rule.limit().and_then(|limit| limit.value) {
            let left = most.checked_sub(counter.value_before)?.checked_sub(counter.value)?.max(Decimal::ZERO);
            if row.value.abs() > left {
                row.cut = row.value.abs().checked_sub(left)?;
                row.value = if row.value.is_negative() { left.negated() } else { left };
                row.counted = Exact::from(row.value);
            }
        }
        if is_alternative {
            return Ok(());
        }
        counter.quantity = counter.quantity.checked_add(quantity)?;
        counter.value = match row.own_scale_base {
            Some(base) if counts_value => counter.value.checked_add(super::worth::shown(base.abs()?)?)?,
            _ => counter.value.checked_add(row.value.abs())?,
        };
        counter.uses = counter.uses.saturating_add(1);
        Ok(())
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self {
            quantity_before: Decimal::ZERO,
            value_before: Decimal::ZERO,
            uses_before: 0,
            quantity: Decimal::ZERO,
            value: Decimal::ZERO,
            uses: 0,
        }
    }
}

fn is_lost(lost: &Losers, row: &Row) -> bool {
    row.condition.is_some_and(|known| {
        lost.contains(&(known, None)) || row.rule.is_some_and(|rule| lost.contains(&(known, Some(rule))))
    })
}

fn decide(exclusion: &ExclusionDef, rows: &[&Row], lost: &mut Losers) -> Result<()> {
    let of = |types: &[usize]| {
        let mut sums: BTreeMap<usize, Exact> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.condition.is_some_and(|known| types.contains(&known))) {
            let sum = sums.entry(row.condition.unwrap_or(usize::MAX)).or_insert(Exact::ZERO);
            *sum = sum.add(row.counted)?;
        }
        Ok::<_, crate::value::Error>(sums)
    };
    match exclusion.method {
        ExclusionMethod::BestType | ExclusionMethod::WorstType => {
            let sums = of(&exclusion.first)?;
            let in_order = exclusion.first.iter().filter_map(|known| sums.get(known).map(|sum| (*known, *sum)));
            let values: Vec<(usize, Exact)> = in_order.collect();
            let best = best(&values, exclusion.method == ExclusionMethod::WorstType)?;
            lost.extend(values.iter().filter(|(known, _)| Some(*known) != best).map(|(known, _)| (*known, None)));
        }
        ExclusionMethod::BestRecord | ExclusionMethod::WorstRecord => {
            for condition in &exclusion.first {
                let of_type =
                    rows.iter().filter(|row| row.condition == Some(*condition) && row.origin == RowOrigin::Automatic);
                let values: Vec<(u32, Exact)> = of_type.filter_map(|row| Some((row.rule?, row.counted))).collect();
                let best = best(&values, exclusion.method == ExclusionMethod::WorstRecord)?;
                let others = values.iter().filter(|(rule, _)| Some(*rule) != best);
                lost.extend(others.map(|(rule, _)| (*condition, Some(*rule))));
            }
        }
        ExclusionMethod::BestGroup | ExclusionMethod::WorstGroup => {
            let (first, second) = (of(&exclusion.first)?, of(&exclusion.second)?);
            if first.is_empty() || second.is_empty() {
                return Ok(());
            }
            let sum = |sums: &BTreeMap<usize, Exact>| sums.values().copied().try_fold(Exact::ZERO, Exact::add);
            let values = [(0_u8, sum(&first)?), (1, sum(&second)?)];
            let best = best(&values, exclusion.method == ExclusionMethod::WorstGroup)?;
            let loser = if best == Some(0) { second } else { first };
            lost.extend(loser.into_keys().map(|known| (known, None)));
        }
        ExclusionMethod::Exclusive => {
            if !of(&exclusion.first)?.is_empty() {
                lost.extend(exclusion.second.iter().map(|known| (*known, None)));
            }
        }
    }
    Ok(())
}

/// Whose value is the lowest, which is the best for the customer, or the highest; the earlier one of equals.
fn best<T: Copy>(values: &[(T, Exact)], worst: bool) -> Result<Option<T>> {
    let mut found: Option<(T, Exact)> = None;
    for (what, value) in values {
        let better = match &found {
            None => true,
            Some((_, so_far)) if worst => value.compare(*so_far)?.is_gt(),
            Some((_, so_far)) => value.compare(*so_far)?.is_lt(),
        };
        if better {
            found = Some((*what, *value));
        }
    }
    Ok(found.map(|(what, _)| what))
}
