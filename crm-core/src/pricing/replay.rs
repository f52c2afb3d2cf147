//! What stands behind a tax in a procedure, once the cents of the tax are shared out among the items.

use super::catalog::ConditionKind;
use super::definition::{StepDef, TypeDef};
use super::exact::Exact;
use super::result::RowOrigin;
use super::run::{Row, Run};
use crate::value::Result;

impl Run<'_> {
    /// Keeps an item as it is before its taxes change, if the document stays open.
    pub(super) fn remember(&mut self, at: usize) -> Result<()> {
        if self.unshared.as_ref().is_some_and(|known| !known.contains_key(&at)) {
            let item = self.item(at)?.clone();
            if let Some(known) = &mut self.unshared {
                known.insert(at, item);
            }
        }
        Ok(())
    }

    /// Makes the steps of an item anew from a tax on whose value was changed by the shares: subtotals, and what is shown only or
    /// is a cost. What makes the net or a tax stays: the shares follow from it.
    pub(super) fn replay(&mut self, at: usize, from: usize) -> Result<()> {
        let item = self.item_mut(at)?;
        let before = std::mem::take(&mut item.accesses);
        let mut rows: Vec<Row> = item.rows.iter().filter(|row| row.step >= from).cloned().collect();
        let values = item.steps.get(from..).unwrap_or_default().to_vec();
        self.cut(at, from)?;
        let mut made_anew = Vec::new();
        for (place, value) in (from..self.procedure.steps.len()).zip(values) {
            let (of_step, later) = rows.into_iter().partition(|row| row.step == place);
            rows = later;
            let (differences, of_step): (Vec<Row>, Vec<Row>) =
                of_step.into_iter().partition(|row: &Row| row.origin == RowOrigin::Difference);
            let step = self.step(place)?;
            match step
                .condition
                .map(|condition| self.condition(condition).map(|found| (condition, found)))
                .transpose()?
            {
                None if step.needs_document => self.put_back(at, step, of_step, value)?,
                None => self.run_subtotal(at, place, step)?,
                Some((condition, type_def)) if self.may_change(step, type_def, &of_step) => {
                    made_anew.push(place);
                    self.run_alone(at, place, condition, None)?;
                }
                Some((_, type_def)) => self.settle(at, place, step, type_def, of_step, None)?,
            }
            let item = self.item_mut(at)?;
            for row in differences {
                item.net = item.net.add(row.counted)?;
                item.rows.push(row);
            }
        }
        let item = self.item_mut(at)?;
        item.accesses.extend(before.into_iter().filter(|access| !made_anew.contains(&access.step)));
        item.accesses.sort_by_key(|access| access.step);
        Ok(())
    }

    /// A subtotal that follows from figures of the whole document stays as it was.
    fn put_back(&mut self, at: usize, step: &StepDef, mut rows: Vec<Row>, value: Exact) -> Result<()> {
        let item = self.item_mut(at)?;
        item.steps.push(value);
        if let Some(slot) = step.subtotal.and_then(|slot| item.subtotals.get_mut(slot)).filter(|_| !rows.is_empty()) {
            *slot = Some(slot.unwrap_or(Exact::ZERO).add(value)?);
        }
        item.rows.append(&mut rows);
        Ok(())
    }

    /// Whether the conditions of a step may be computed anew for an item alone: they make neither net nor tax, and have nothing to
    /// do with other items.
    fn may_change(&self, step: &StepDef, condition: &TypeDef, rows: &[Row]) -> bool {
        let is_shown_only = step.is.statistical || condition.is.kind == ConditionKind::Cost;
        let is_alone = condition.is.group.is_none() && !step.needs_document && self.distributed(condition).is_empty();
        is_shown_only && is_alone && !self.has_counters && rows.iter().all(|row| row.inactive.is_none())
    }
}
