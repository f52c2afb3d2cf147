//! A step for the items that it is to be run for.

use super::catalog::{Calculation, ConditionKind, DistributionBasis, HeaderRule};
use super::definition::{Block, StepDef, TypeDef};
use super::document::{ManualCondition, RepriceMode};
use super::exact::Exact;
use super::groups::Drafts;
use super::result::{AccessOutcome, CandidateOutcome, InactiveReason, RowOrigin};
use super::run::{Item, Row, Run};
use super::search::Asked;
use super::trace::Looked;
use crate::value::{AllocationMethod, Decimal, Error, ErrorCode, Result, allocate};

impl Run<'_> {
    /// Runs the steps from a place on for some items, and for those that groups pull along. All of them are given back.
    pub(super) fn run_from(&mut self, start: usize, mut active: Vec<usize>) -> Result<Vec<usize>> {
        active.sort_unstable();
        let last = self.procedure.steps.len();
        let mut place = start;
        while place < last {
            let block = self.procedure.blocks.iter().find(|block| block.first <= place && place <= block.last);
            match block {
                Some(block) => {
                    self.run_block(block, &mut active)?;
                    place = block.last.saturating_add(1);
                }
                None => {
                    self.run_step(place, &mut active, None)?;
                    place = place.saturating_add(1);
                }
            }
        }
        if self.procedure.net_ends == last {
            for at in &active {
                self.finish_net(*at, false)?;
            }
        }
        Ok(active)
    }

    /// Runs steps over which exclusions decide: once with all conditions, to see what each is worth at its step, and once with
    /// those that stay.
    fn run_block(&mut self, block: &Block, active: &mut Vec<usize>) -> Result<()> {
        if self.is_apart(block) {
            // Item by item, so that what one uses of a limit is known to the next.
            return active.iter().try_for_each(|at| self.decide_block(block, &mut vec![*at]));
        }
        self.decide_block(block, active)
    }

    /// Whether no step of a block has anything to do with other items.
    fn is_apart(&self, block: &Block) -> bool {
        let steps = self.procedure.steps.get(block.first..=block.last).unwrap_or_default();
        steps.iter().all(|step| {
            let condition = step.condition.and_then(|at| self.definition.types.get(at));
            let together = |known: &TypeDef| known.is.group.is_some() || !self.distributed(known).is_empty();
            !step.needs_document && !condition.is_some_and(together)
        })
    }

    fn decide_block(&mut self, block: &Block, active: &mut Vec<usize>) -> Result<()> {
        loop {
            let before = active.len();
            for at in active.iter() {
                self.cut(*at, block.first)?;
                self.item_mut(*at)?.losers.clear();
            }
            for place in block.first..=block.last {
                self.run_step(place, active, Some(block))?;
            }
            if active.len() == before {
                break;
            }
        }
        for at in active.iter() {
            let losers = self.losers(*at, block)?;
            self.cut(*at, block.first)?;
            self.item_mut(*at)?.losers = losers;
        }
        for place in block.first..=block.last {
            self.run_step(place, active, None)?;
        }
        Ok(())
    }

    /// Takes the rows from a step on away from an item.
    pub(super) fn cut(&mut self, at: usize, place: usize) -> Result<()> {
        let procedure = self.procedure;
        let definition = self.definition;
        let item = self.item_mut(at)?;
        item.rows.retain(|row| row.step < place);
        item.accesses.retain(|looked| looked.step < place);
        item.steps.truncate(place);
        // What a condition replaced that is no longer there counts again.
        for row in item.rows.iter_mut().filter(|row| row.replaced_at.is_some_and(|by| by >= place)) {
            (row.inactive, row.replaced_at) = (None, None);
            if let Some(value) = item.steps.get_mut(row.step) {
                *value = value.add(row.counted)?;
            }
        }
        let (mut net, mut excluded) = (Exact::ZERO, false);
        let mut subtotals = vec![None; procedure.subtotals.len()];
        for row in &item.rows {
            let kind = row.condition.and_then(|known| definition.types.get(known)).map(|known| known.is.kind);
            if row.counts() && kind != Some(ConditionKind::Tax) {
                net = net.add(row.counted)?;
            }
            // What a later price replaced did count when later steps looked at it.
            let did_count = !row.is_off_scale && matches!(row.inactive, None | Some(InactiveReason::Replaced));
            excluded = excluded || (row.sets_excluded && did_count);
        }
        for (step, value) in procedure.steps.iter().zip(&item.steps) {
            if let Some(slot) = step.subtotal.and_then(|slot| subtotals.get_mut(slot)) {
                *slot = Some(slot.unwrap_or(Exact::ZERO).add(*value)?);
            }
        }
        (item.net, item.excluded, item.subtotals) = (net, excluded, subtotals);
        Ok(())
    }

    fn run_step(&mut self, place: usize, active: &mut Vec<usize>, trial: Option<&Block>) -> Result<()> {
        let step = self.step(place)?;
        if place == self.procedure.net_ends && place > 0 {
            for at in active.iter() {
                self.finish_net(*at, trial.is_some())?;
            }
        }
        if step.needs_document {
            *active = (0..self.items.len()).collect();
            self.document_net = Exact::ZERO;
            for at in 0..self.items.len() {
                self.cut(at, place)?;
                let item = self.item(at)?;
                if !item.source.is_alternative {
                    self.document_net = self.document_net.add(item.net)?;
                }
            }
        }
        let Some(condition) = step.condition else {
            return active.iter().try_for_each(|at| self.run_subtotal(*at, place, step));
        };
        let type_def = self.condition(condition)?;
        let distributed = self.distributed(type_def);
        if type_def.is.group.is_none() && distributed.is_empty() {
            return active.iter().try_for_each(|at| self.run_alone(*at, place, condition, trial));
        }
        self.run_together(place, step, condition, type_def, active, trial)
    }

    /// Runs a step for an item that has nothing to do with others there.
    pub(super) fn run_alone(&mut self, at: usize, place: usize, condition: usize, trial: Option<&Block>) -> Result<()> {
        let (step, type_def) = (self.step(place)?, self.condition(condition)?);
        let mut rows = self.drafts(at, place, condition, &[]).map_err(|error| self.told(at, place, error))?;
        self.price(at, place, &mut rows, trial.is_some()).map_err(|error| self.told(at, place, error))?;
        self.settle(at, place, step, type_def, rows, trial)
    }

    /// An error with the item and step where it came up.
    pub(super) fn told(&self, at: usize, place: usize, error: Error) -> Error {
        match self.item(at) {
            Ok(item) => self.located(item, place, error),
            Err(_) => error,
        }
    }

    pub(super) fn run_subtotal(&mut self, at: usize, place: usize, step: &StepDef) -> Result<()> {
        let item = self.item(at)?;
        let value = self.step_base(item, step).map_err(|error| self.told(at, place, error))?;
        let mut row = Row::new(place, RowOrigin::Subtotal);
        let value = match &step.value_formula {
            Some(formula) => {
                let evaluated = self.evaluated(formula, item, value, Decimal::ZERO);
                let (value, evaluated) = evaluated.map_err(|error| self.told(at, place, error))?;
                row.formula = Some(evaluated);
                value
            }
            None => value,
        };
        row.raw = value;
        row.value = value.round(self.rules.decimals, self.rules.rounding)?;
        row.counted = value;
        let holds = match &step.requirement {
            Some(requirement) => self.holds(requirement, item, value).map_err(|error| self.told(at, place, error))?,
            None => true,
        };
        let item = self.item_mut(at)?;
        item.steps.push(if holds { value } else { Exact::ZERO });
        if holds {
            if let Some(slot) = step.subtotal.and_then(|slot| item.subtotals.get_mut(slot)) {
                *slot = Some(slot.unwrap_or(Exact::ZERO).add(value)?);
            }
            item.rows.push(row);
        }
        Ok(())
    }

    /// The rows that an item has at a step, without their values.
    pub(super) fn drafts(&mut self, at: usize, place: usize, condition: usize, refused: &[u32]) -> Result<Vec<Row>> {
        let (step, type_def) = (self.step(place)?, self.condition(condition)?);
        let item = self.item(at)?;
        // What is free has a cost and no price.
        if item.free_goods_of.is_some() && type_def.is.kind != ConditionKind::Cost {
            return Ok(Vec::new());
        }
        let base = self.step_base(item, step)?;
        if let Some(requirement) = &step.requirement
            && !self.holds(requirement, item, base)?
        {
            if self.trace {
                let left_out = Looked::new(place, condition, None, AccessOutcome::StepLeftOut);
                self.item_mut(at)?.accesses.push(left_out);
            }
            return Ok(Vec::new());
        }
        let mut looked = std::mem::take(&mut self.item_mut(at)?.accesses);
        let item = self.item(at)?;
        let asked = Asked { item, step: place, condition, base, refused };
        let by_hand = self.by_hand(item, place, condition);
        let mut rows = Vec::new();
        for given in &by_hand {
            rows.push(self.row_by_hand(&asked, type_def, step, RowOrigin::Manual, given));
        }
        for given in self.head().iter().filter(|given| given.condition_type == type_def.is.code) {
            if self.first_step_of(condition) == Some(place) && self.header_rule(type_def, given) == HeaderRule::EachItem
            {
                rows.push(self.row_by_hand(&asked, type_def, step, RowOrigin::Header, given));
            }
        }
        let kept = self.kept(item, step, type_def);
        let is_kept = kept.is_some();
        let mut automatic = match kept {
            Some(rows) => {
                self.kept_traces(&asked, step, type_def, &mut looked);
                self.rows_of_earlier(&asked, type_def, step, &rows)?
            }
            None => {
                let hits = self.search(&asked, &mut looked)?;
                let mut found = Vec::with_capacity(hits.len());
                for hit in hits {
                    let Some(rule) = self.records.rule(hit.rule) else { continue };
                    let mut row = self.row_of_rule(&asked, type_def, step, hit, rule)?;
                    row.sets_excluded = rule.excludes;
                    found.push(row);
                    self.supplements(&asked, step, rule, &mut found);
                }
                found
            }
        };
        if !by_hand.is_empty() {
            automatic.iter_mut().for_each(|row| row.inactive = Some(InactiveReason::ReplacedByManual));
        }
        rows.append(&mut automatic);
        rows.iter_mut().for_each(|row| exclude(item, row));
        self.item_mut(at)?.accesses = looked;
        if is_kept {
            self.drop_used_up(at, place, &mut rows)?;
        }
        Ok(rows)
    }

    /// What is given by hand for a type, at the first step that has it.
    fn by_hand(&self, item: &Item, place: usize, condition: usize) -> Vec<ManualCondition> {
        if self.mode == Some(RepriceMode::AllNew) || self.first_step_of(condition) != Some(place) {
            return Vec::new();
        }
        let Some(type_def) = self.definition.types.get(condition) else { return Vec::new() };
        item.source.conditions.iter().filter(|given| given.condition_type == type_def.is.code).cloned().collect()
    }

    /// The conditions of the head, if they are not left out.
    pub(super) fn head(&self) -> &[ManualCondition] {
        if self.mode == Some(RepriceMode::AllNew) { &[] } else { &self.document.conditions }
    }

    pub(super) fn first_step_of(&self, condition: usize) -> Option<usize> {
        self.procedure.steps.iter().position(|step| step.condition == Some(condition))
    }

    fn header_rule(&self, condition: &TypeDef, given: &ManualCondition) -> HeaderRule {
        match condition.header {
            HeaderRule::EachItem if given.amount.is_some() => HeaderRule::Distribute,
            rule => rule,
        }
    }

    /// The conditions of the head that are shared out at a step.
    pub(super) fn distributed(&self, condition: &TypeDef) -> Vec<ManualCondition> {
        let shared = |given: &&ManualCondition| {
            given.condition_type == condition.is.code && self.header_rule(condition, given) == HeaderRule::Distribute
        };
        self.head().iter().filter(shared).cloned().collect()
    }

    fn supplements(&self, asked: &Asked<'_>, step: &StepDef, rule: &super::records::Rule, rows: &mut Vec<Row>) {
        let Some(more) = rule.more.as_deref() else { return };
        for (condition, supplement) in &more.supplements {
            let mut row = Row::new(asked.step, RowOrigin::Supplement);
            row.condition = Some(*condition);
            row.rate = supplement.rate;
            row.per = supplement.per.unwrap_or(Decimal::ONE);
            row.unit.clone_from(&rule.unit);
            row.currency = rule.currency;
            let is_cost = |known: &TypeDef| known.is.kind == ConditionKind::Cost;
            row.statistical = step.is.statistical
                || [asked.condition, *condition].iter().any(|at| self.definition.types.get(*at).is_some_and(is_cost));
            rows.push(row);
        }
    }

    /// Computes the values of the rows of an item at a step.
    pub(super) fn price(&mut self, at: usize, place: usize, rows: &mut [Row], is_trial: bool) -> Result<()> {
        let step = self.step(place)?;
        let mut parent = (Exact::ZERO, None);
        for row in rows.iter_mut().filter(|row| !row.is_off_scale) {
            let Some(condition) = row.condition else { continue };
            let type_def = self.condition(condition)?;
            if row.origin == RowOrigin::Supplement {
                (row.base, row.inactive) = parent;
            }
            if row.scale_base.is_none() && type_def.is.group.is_none() {
                row.scale_base = row.own_scale_base;
            }
            match row.set_share {
                Some(share) => (row.raw, row.value, row.counted) = (Exact::from(share), share, Exact::from(share)),
                None => self.value(self.item(at)?, step, type_def, row)?,
            }
            if !is_trial {
                self.use_limit(at, type_def, row)?;
            }
            if row.origin != RowOrigin::Supplement {
                parent = (row.counted, row.inactive);
            }
        }
        Ok(())
    }

    /// Puts the rows of a step in place: sums, subtotals, what they replace.
    pub(super) fn settle(
        &mut self,
        at: usize,
        place: usize,
        step: &StepDef,
        condition: &TypeDef,
        mut rows: Vec<Row>,
        trial: Option<&Block>,
    ) -> Result<()> {
        let item = self.item(at)?;
        if step.is.mandatory && rows.iter().all(|row| row.is_off_scale) && item.free_goods_of.is_none() {
            let what = condition.is.name.as_deref().unwrap_or(&condition.is.code);
            let error = Error::invalid(ErrorCode::MissingPrice, "", format!("there is no `{what}` for the item"));
            return Err(self.told(at, place, error));
        }
        if let Some(block) = trial
            && block.is_member(step.condition)
        {
            let weighed = rows.iter_mut().filter(|row| row.inactive.is_none() && !row.is_off_scale);
            weighed.for_each(|row| row.on_trial = true);
        }
        let replaces = condition.is.replaces.filter(|_| rows.iter().any(|row| row.counts()));
        if let Some(what) = replaces {
            self.replace(at, place, what)?;
        }
        let definition = self.definition;
        let is_tax = |row: &Row| {
            let kind = row.condition.and_then(|known| definition.types.get(known)).map(|known| known.is.kind);
            kind == Some(ConditionKind::Tax)
        };
        let item = self.item_mut(at)?;
        let mut worth = Exact::ZERO;
        for row in rows.iter().filter(|row| row.is_active()) {
            worth = worth.add(row.counted)?;
            item.excluded = item.excluded || row.sets_excluded;
            if row.counts() && !is_tax(row) {
                item.net = item.net.add(row.counted)?;
            }
        }
        item.steps.push(worth);
        if let Some(slot) = step.subtotal.and_then(|slot| item.subtotals.get_mut(slot)) {
            *slot = Some(slot.unwrap_or(Exact::ZERO).add(worth)?);
        }
        item.rows.append(&mut rows);
        Ok(())
    }

    /// Takes rows away whose record was used up by items before, together with what comes with them.
    pub(super) fn drop_used_up(&mut self, at: usize, place: usize, rows: &mut Vec<Row>) -> Result<()> {
        let (records, mut kept, mut drops) = (self.records, Vec::with_capacity(rows.len()), false);
        for row in rows.drain(..) {
            if row.origin != RowOrigin::Supplement {
                let rule = row.counted_rule().and_then(|rule| records.rule(rule)).filter(|rule| rule.limit().is_some());
                drops = match rule.filter(|_| row.inactive.is_none() && !row.is_off_scale) {
                    Some(rule) => !self.is_within_limit(self.item(at)?, rule)?,
                    None => false,
                };
                if let (true, Some(rule), Some(number)) = (drops, rule, row.counted_rule()) {
                    self.item_mut(at)?.refuse(place, number, rule, CandidateOutcome::LimitReached);
                }
            }
            if !drops {
                kept.push(row);
            }
        }
        *rows = kept;
        Ok(())
    }

    /// Shares amounts of the head out over the items.
    pub(super) fn distribute(
        &mut self,
        place: usize,
        step: &StepDef,
        condition: usize,
        type_def: &TypeDef,
        distributed: &[ManualCondition],
        drafts: &mut Drafts,
    ) -> Result<()> {
        let mut takes = Vec::with_capacity(drafts.len());
        for at in drafts.keys().copied().filter(|_| !distributed.is_empty()) {
            let item = self.item(at)?;
            if !item.source.is_alternative && item.free_goods_of.is_none() && self.takes_step(at, place, step)? {
                takes.push(at);
            }
        }
        for given in distributed {
            let Some(first) = takes.first().copied() else { continue };
            let mut weights = Vec::with_capacity(takes.len());
            for at in &takes {
                weights.push(self.weight_of(*at, first, step, type_def).map_err(|error| self.told(*at, place, error))?);
            }
            let item = self.item(first)?;
            let asked = Asked { item, step: place, condition, base: Exact::ZERO, refused: &[] };
            let given =
                self.as_amount(&takes, step, type_def, given).map_err(|error| self.told(first, place, error))?;
            let mut whole = self.row_by_hand(&asked, type_def, step, RowOrigin::Header, &given);
            whole.is_set = true;
            self.value(item, step, type_def, &mut whole).map_err(|error| self.told(first, place, error))?;
            whole.value = self.rounded_whole(type_def, whole.raw)?;
            let method = self.distribution_of(type_def);
            // A condition type may have digits of its own.
            let digits = self.rules.decimals.max(whole.value.scale());
            let shares =
                allocate(whole.value, &weights, method, digits).map_err(|error| self.told(first, place, error))?;
            for (at, (share, weight)) in takes.iter().copied().zip(shares.into_iter().zip(weights)) {
                let mut row = whole.clone();
                row.base = Exact::from(weight);
                row.set_share = Some(share);
                exclude(self.item(at)?, &mut row);
                if let Some(rows) = drafts.get_mut(&at) {
                    rows.push(row);
                }
            }
        }
        Ok(())
    }

    /// A condition of the head as the amount that is shared out: a percentage is one of what all items have together.
    fn as_amount(
        &self,
        takes: &[usize],
        step: &StepDef,
        condition: &TypeDef,
        given: &ManualCondition,
    ) -> Result<ManualCondition> {
        let digits = match (condition.is.calculation, given.amount) {
            (Calculation::Percent, None) => 2,
            (Calculation::PerMille, None) => 3,
            _ => return Ok(given.clone()),
        };
        let base = match given.base {
            Some(base) => Exact::from(base),
            None => takes.iter().try_fold(Exact::ZERO, |sum, at| sum.add(self.step_base(self.item(*at)?, step)?))?,
        };
        let whole = base.mul(given.rate.unwrap_or(Decimal::ZERO))?.shifted(digits);
        let amount = Some(self.rounded_whole(condition, whole)?);
        Ok(ManualCondition { rate: None, amount, ..given.clone() })
    }

    /// Whether the requirement of a step holds for an item.
    fn takes_step(&self, at: usize, place: usize, step: &StepDef) -> Result<bool> {
        let Some(requirement) = &step.requirement else { return Ok(true) };
        let item = self.item(at)?;
        let holds = self.step_base(item, step).and_then(|base| self.holds(requirement, item, base));
        holds.map_err(|error| self.told(at, place, error))
    }

    pub(super) fn distribution_of(&self, condition: &TypeDef) -> AllocationMethod {
        condition.is.distribution.unwrap_or(self.rules.distribution)
    }

    /// The weight of an item when an amount is shared out.
    fn weight_of(&self, at: usize, first: usize, step: &StepDef, condition: &TypeDef) -> Result<Decimal> {
        let (item, first) = (self.item(at)?, self.item(first)?);
        let weight = match condition.is.basis.unwrap_or(DistributionBasis::Value) {
            DistributionBasis::Value => self.step_base(item, step)?,
            DistributionBasis::Quantity => {
                let factor = match (item.unit.as_deref(), first.unit.as_deref()) {
                    (Some(from), Some(to)) => self.definition.unit_factor(self.product(item), from, to)?,
                    _ => crate::value::Ratio::ONE,
                };
                Exact::from(item.quantity).mul_ratio(factor)?
            }
            DistributionBasis::GrossWeight => self.basis_weight(item, Calculation::GrossWeight)?,
            DistributionBasis::Volume => self.basis_weight(item, Calculation::Volume)?,
        };
        super::worth::shown(weight)
    }
}

/// Makes a row inactive that an exclusion decided against.
fn exclude(item: &Item, row: &mut Row) {
    let lost = row.condition.is_some_and(|known| {
        item.losers.contains(&(known, None)) || row.rule.is_some_and(|rule| item.losers.contains(&(known, Some(rule))))
    });
    if lost && row.inactive.is_none() {
        row.inactive = Some(InactiveReason::Excluded);
    }
}
