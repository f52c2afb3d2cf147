//! Steps whose items have something to do with each other: groups that enter scales together, and what rounding them one by one
//! loses.

use std::collections::BTreeMap;

use super::catalog::{ConditionGroupBy, ConditionKind};
use super::definition::{Block, StepDef, TypeDef};
use super::exact::Exact;
use super::procedure::ValueMode;
use super::result::RowOrigin;
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

/// How often records that were refused are looked at again. In catalogues whose tables go from the special to the general, one
/// round for each access is enough.
const MAX_ROUNDS: usize = 64;

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
            self.pull_all(place, active)?;
        }
        let mut drafts = self.entered(place, condition, type_def, active)?;
        active.sort_unstable();
        if self.first_step_of(condition) == Some(place) {
            self.distribute(place, step, condition, type_def, &distributed, &mut drafts)?;
        }
        for (at, rows) in &mut drafts {
            self.drop_used_up(*at, place, rows)?;
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
            self.item_mut(at)?.accesses = traces.into_iter().filter(|looked| looked.step <= place).collect();
            active.push(at);
        }
        active.sort_unstable();
        Ok(())
    }

    fn pull_all(&mut self, place: usize, active: &mut Vec<usize>) -> Result<()> {
        *active = (0..self.items.len()).collect();
        active.iter().try_for_each(|at| self.cut(*at, place))
    }

    /// The rows of the active items, and of those that they pull along, each with what its group enters the scale with. A record
    /// that has no level for its group is refused, and the item gets the next one, as an item for itself does. All are refused at
    /// once, so it does not matter which item came first.
    fn entered(
        &mut self,
        place: usize,
        condition: usize,
        type_def: &TypeDef,
        active: &mut Vec<usize>,
    ) -> Result<Drafts> {
        let has_groups = type_def.is.scale.is_some() && type_def.is.group.is_some();
        if has_groups && active.len() < self.items.len() && self.items.iter().any(|item| is_fallen(&item.rows, place)) {
            // Which record an item has depends on others that may change.
            self.pull_all(place, active)?;
        }
        let (mut drafts, mut refused) = (Drafts::new(), BTreeMap::<usize, Vec<u32>>::new());
        let (mut waiting, mut rounds) = (active.clone(), 0_usize);
        loop {
            for at in &waiting {
                let no = refused.get(at).map_or(&[][..], Vec::as_slice);
                let rows = self.drafts(*at, place, condition, no).map_err(|error| self.told(*at, place, error))?;
                let before = drafts.remove(at).unwrap_or_default();
                drafts.insert(*at, with_refused(rows, before, no));
            }
            if !has_groups {
                break;
            }
            if active.len() < self.items.len() && drafts.values().any(|rows| is_fallen(rows, place)) {
                self.pull_all(place, active)?;
                (drafts, refused, waiting) = (Drafts::new(), BTreeMap::new(), active.clone());
                continue;
            }
            waiting = self.enter_groups(place, type_def, &mut drafts)?;
            active.extend(&waiting);
            if waiting.is_empty() {
                rounds = rounds.saturating_add(1);
                waiting = newly_refused(&drafts, &mut refused);
                let taken_back = self.taken_back(type_def, &drafts, &mut refused, rounds);
                waiting.extend(taken_back);
            }
            if waiting.is_empty() {
                break;
            }
            waiting.iter().try_for_each(|at| self.cut(*at, place))?;
        }
        Ok(drafts)
    }

    /// Items whose record was refused before others came to it that were refused elsewhere: now its group has a level. Those of
    /// groups by document or field count in any case, so nothing changes for them.
    fn taken_back(
        &self,
        condition: &TypeDef,
        drafts: &Drafts,
        refused: &mut BTreeMap<usize, Vec<u32>>,
        rounds: usize,
    ) -> Vec<usize> {
        let by_record = condition.is.group.as_ref().is_some_and(|group| group.by == ConditionGroupBy::Record);
        if !by_record || rounds > MAX_ROUNDS {
            return Vec::new();
        }
        let mut waiting = Vec::new();
        for (at, rows) in drafts {
            let Some(known) = refused.get_mut(at) else { continue };
            let before = known.len();
            for row in rows.iter().filter(|row| row.is_off_scale && self.is_on_scale(condition, row)) {
                known.retain(|rule| Some(*rule) != row.rule);
            }
            if known.len() < before {
                waiting.push(*at);
            }
        }
        waiting
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
        let mut groups = self.groups(place, condition, drafts)?;
        let mut pulled = Vec::new();
        for at in 0..self.items.len() {
            if let Some(mut rows) = drafts.remove(&at) {
                for row in rows.iter_mut().filter(|row| row.own_scale_base.is_some()) {
                    row.scale_base = self.group_sum(at, condition, row, &mut groups)?;
                }
                self.mark_off_scale(condition, &mut rows);
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
    fn mark_off_scale(&self, condition: &TypeDef, rows: &mut [Row]) {
        let mut is_off = false;
        for row in rows {
            if row.origin != RowOrigin::Supplement {
                is_off = row.is_off_scale || !self.is_on_scale(condition, row);
            }
            row.is_off_scale = is_off;
        }
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

/// Whether an item has a record, or had one, besides one that was refused at a step.
fn is_fallen(rows: &[Row], place: usize) -> bool {
    let with_scale = rows.iter().filter(|row| row.step == place && row.rule.is_some() && row.own_scale_base.is_some());
    let (mut count, mut has_refused) = (0_usize, false);
    for row in with_scale {
        count = count.saturating_add(1);
        has_refused = has_refused || row.is_off_scale;
    }
    has_refused && count > 1
}

/// The rows of an item, and behind them those of records that were refused: they are no conditions, but the item counts in its
/// group.
fn with_refused(mut rows: Vec<Row>, before: Vec<Row>, refused: &[u32]) -> Vec<Row> {
    let order = |row: &Row| row.rule.and_then(|rule| refused.iter().position(|no| *no == rule));
    let mut off: Vec<Row> = before.into_iter().filter(|row| row.is_off_scale && order(row).is_some()).collect();
    off.sort_by_key(order);
    rows.append(&mut off);
    rows
}

/// Notes the records that have no level for their group. Their items are given back.
fn newly_refused(drafts: &Drafts, refused: &mut BTreeMap<usize, Vec<u32>>) -> Vec<usize> {
    let mut waiting = Vec::new();
    for (at, rows) in drafts {
        let known = refused.entry(*at).or_default();
        let before = known.len();
        for rule in rows.iter().filter(|row| row.is_off_scale).filter_map(|row| row.rule) {
            if !known.contains(&rule) {
                known.push(rule);
            }
        }
        if known.len() > before {
            waiting.push(*at);
        }
    }
    waiting
}
