//! Steps whose items have something to do with each other: groups that enter scales together, and what rounding them one by one
//! loses.

use std::collections::BTreeMap;

use super::catalog::{ConditionGroupBy, ConditionKind};
use super::definition::{Block, StepDef, TypeDef};
use super::exact::Exact;
use super::procedure::ValueMode;
use super::result::{CandidateOutcome, RowOrigin};
use super::run::{Row, Run};
use crate::value::{Decimal, Result};

/// The key of a group at a step: its record, or the value of its field, or the whole document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Record(u32),
    /// A record of earlier figures.
    Kept(Box<str>),
    Document,
    Field(String),
}

/// The rows of some items at one step, before they are in place.
pub(super) type Drafts = BTreeMap<usize, Vec<Row>>;
impl Run<'_> {
    /// Runs a step whose items have something to do with each other: groups, and amounts of the head.
    pub(super) fn run_together(
        &mut self,
        place: usize,
        step: &StepDef,
        condition: usize,
        type_def: &TypeDef,
        active: &mut Vec<usize>,
        trial: Option<&Block>,
    ) -> Result<()> {
        let distributed = self.distributed(type_def);
        if !distributed.is_empty() && self.first_step_of(condition) == Some(place) && active.len() < self.items.len() {
            for at in 0..self.items.len() {
                self.cut(at, place)?;
            }
            *active = (0..self.items.len()).collect();
        }
        let mut drafts = Drafts::new();
        let mut waiting = active.clone();
        loop {
            for at in &waiting {
                let rows = self.drafts(*at, place, condition).map_err(|error| self.told(*at, place, error))?;
                drafts.insert(*at, rows);
            }
            waiting = self.enter_groups(place, type_def, &mut drafts)?;
            for at in &waiting {
                self.cut(*at, place)?;
            }
            active.extend(&waiting);
            if waiting.is_empty() {
                break;
            }
        }
        active.sort_unstable();
        if self.first_step_of(condition) == Some(place) {
            self.distribute(place, step, condition, type_def, &distributed, &mut drafts)?;
        }
        for (at, rows) in &mut drafts {
            self.drop_used_up(*at, step, rows)?;
            self.price(*at, place, rows, trial.is_some()).map_err(|error| self.told(*at, place, error))?;
        }
        let pulled = self.share_differences(place, type_def, &mut drafts)?;
        for (at, rows) in drafts {
            self.settle(at, place, step, type_def, rows, trial)?;
        }
        for at in pulled {
            // Its value changed by a cent: what follows from it is made anew.
            let rows: Vec<Row> = self.item(at)?.rows.iter().filter(|row| row.step == place).cloned().collect();
            let traces = self.item(at)?.accesses.clone();
            self.cut(at, place)?;
            self.settle(at, place, step, type_def, rows, trial)?;
            self.item_mut(at)?.accesses = traces.into_iter().filter(|trace| trace.step <= step.is.number).collect();
            active.push(at);
        }
        active.sort_unstable();
        Ok(())
    }

    pub(super) fn group_key(&self, at: usize, condition: &TypeDef, row: &Row) -> Option<Key> {
        let group = condition.is.group.as_ref()?;
        let item = self.items.get(at)?;
        if item.source.is_alternative {
            return None;
        }
        match group.by {
            ConditionGroupBy::Record => row.rule.map(Key::Record).or_else(|| row.record.clone().map(Key::Kept)),
            ConditionGroupBy::Document => Some(Key::Document),
            ConditionGroupBy::Field => {
                let given = condition.group_field.and_then(|slot| item.values.get(slot)).and_then(Option::as_ref)?;
                Some(Key::Field(format!("{:?}", given.content)))
            }
        }
    }

    /// Sums what items of a group add to their scale. Items whose level changes by it are given back.
    fn enter_groups(&mut self, place: usize, condition: &TypeDef, drafts: &mut Drafts) -> Result<Vec<usize>> {
        if condition.is.scale.is_none() || condition.is.group.is_none() {
            return Ok(Vec::new());
        }
        let mut groups = self.groups(place, condition, drafts)?;
        let mut pulled = Vec::new();
        for at in 0..self.items.len() {
            if let Some(mut rows) = drafts.remove(&at) {
                for row in rows.iter_mut().filter(|row| row.own_scale_base.is_some()) {
                    row.scale_base = self.group_sum(at, condition, row, &mut groups)?;
                }
                self.mark_off_scale(at, place, condition, &mut rows)?;
                drafts.insert(at, rows);
                continue;
            }
            let mut changed = false;
            let mut rows = std::mem::take(&mut self.item_mut(at)?.rows);
            for row in rows.iter_mut().filter(|row| row.step == place && row.own_scale_base.is_some()) {
                let sum = self.group_sum(at, condition, row, &mut groups)?;
                changed = changed || !self.has_same_level(condition, row, sum)?;
                row.scale_base = sum;
            }
            self.item_mut(at)?.rows = rows;
            if changed {
                pulled.push(at);
            }
        }
        Ok(pulled)
    }

    /// A base outside the levels of the record is no condition, and nothing comes with it.
    fn mark_off_scale(&mut self, at: usize, place: usize, condition: &TypeDef, rows: &mut [Row]) -> Result<()> {
        let (records, number, mut is_off) = (self.records, self.step(place)?.is.number, false);
        for row in rows {
            is_off = if row.origin == RowOrigin::Supplement { is_off } else { !self.is_on_scale(condition, row) };
            row.is_off_scale = is_off;
            if let Some(rule) = row.rule.and_then(|rule| records.rule(rule)).filter(|_| is_off) {
                self.item_mut(at)?.refuse(number, &rule.id, CandidateOutcome::OutsideScale);
            }
        }
        Ok(())
    }

    pub(super) fn procedure_condition(&self, place: usize) -> Option<usize> {
        self.procedure.steps.get(place)?.condition
    }

    fn is_on_scale(&self, condition: &TypeDef, row: &Row) -> bool {
        let (Some(rule), Some(base)) = (row.rule.and_then(|rule| self.records.rule(rule)), row.scale_base) else {
            return true;
        };
        // What cannot be compared is told where the value is computed.
        self.has_level(condition, rule, base).unwrap_or(true)
    }

    /// Gives what rounding item by item loses against the group to the item with the largest value. Items that are not
    /// among the drafts and change by it are given back.
    fn share_differences(&mut self, place: usize, condition: &TypeDef, drafts: &mut Drafts) -> Result<Vec<usize>> {
        let is_tax = condition.is.kind == ConditionKind::Tax;
        let each = matches!(self.rules.mode, ValueMode::ByItem | ValueMode::ByUnit) || is_tax;
        if condition.is.group.is_none() || each {
            return Ok(Vec::new());
        }
        let own = self.procedure_condition(place);
        let mut groups: BTreeMap<Key, Vec<(usize, usize, Exact, Decimal)>> = BTreeMap::new();
        for at in 0..self.items.len() {
            let rows = match drafts.get(&at) {
                Some(rows) => rows,
                None => &self.item(at)?.rows,
            };
            for (number, row) in rows.iter().enumerate() {
                let belongs = row.step == place
                    && row.condition == own
                    && row.inactive.is_none()
                    && !row.is_off_scale
                    && row.set_share.is_none()
                    && row.cut.is_zero();
                if belongs && let Some(key) = self.group_key(at, condition, row) {
                    let rounded = row.value.checked_sub(row.difference)?;
                    groups.entry(key).or_default().push((at, number, row.raw, rounded));
                }
            }
        }
        let mut pulled = Vec::new();
        for members in groups.into_values() {
            let (mut raw, mut rounded) = (Exact::ZERO, Decimal::ZERO);
            let mut largest: Option<(Exact, usize)> = None;
            for (place, (_, _, exact, value)) in members.iter().enumerate() {
                raw = raw.add(*exact)?;
                rounded = rounded.checked_add(*value)?;
                let size = exact.abs()?;
                if largest.as_ref().is_none_or(|(most, _)| size.compare(*most).is_ok_and(std::cmp::Ordering::is_gt)) {
                    largest = Some((size, place));
                }
            }
            let Some(item) = members.first().and_then(|(at, ..)| self.items.get(*at)) else { continue };
            let whole = self.rounded(item, condition, raw)?;
            let difference = whole.checked_sub(rounded)?;
            for (number, (at, row_place, ..)) in members.iter().enumerate() {
                let holder = largest.as_ref().is_some_and(|(_, place)| *place == number);
                let wanted = if holder { difference } else { Decimal::ZERO };
                let (row, is_draft) = match drafts.get_mut(at) {
                    Some(rows) => (rows.get_mut(*row_place), true),
                    None => (self.items.get_mut(*at).and_then(|item| item.rows.get_mut(*row_place)), false),
                };
                let Some(row) = row.filter(|row| row.difference != wanted) else { continue };
                let change = wanted.checked_sub(row.difference)?;
                row.difference = wanted;
                row.value = row.value.checked_add(change)?;
                row.counted = row.counted.add(Exact::from(change))?;
                if !is_draft {
                    pulled.push(*at);
                }
            }
        }
        Ok(pulled)
    }
}
