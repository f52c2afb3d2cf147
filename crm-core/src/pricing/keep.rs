//! Figures that are kept when a document is priced again (重新定价).

use super::catalog::{ConditionKind, ConditionSign};
use super::definition::{ExclusionDef, StepDef, TypeDef};
use super::document::RepriceMode;
use super::exact::Exact;
use super::procedure::ExclusionMethod;
use super::result::{AccessTrace, InactiveReason, PriceRow, RowOrigin};
use super::run::{Item, Losers, Row, Run, Slice};
use super::search::Asked;
use super::trace::Looked;
use crate::value::{Decimal, Error, ErrorCode, Ratio, Result};

impl Run<'_> {
    /// The automatic rows that an item had at a step, if they are kept.
    pub(super) fn kept(&self, item: &Item, step: &StepDef, condition: &TypeDef) -> Option<Vec<PriceRow>> {
        let previous = item.previous.as_ref()?;
        let keeps = match self.mode? {
            RepriceMode::Keep => true,
            RepriceMode::TaxesOnly => condition.is.kind != ConditionKind::Tax,
            RepriceMode::KeepManual | RepriceMode::AllNew => false,
        };
        let at_step = |row: &&PriceRow| {
            row.step == step.is.number && matches!(row.origin, RowOrigin::Automatic | RowOrigin::Supplement)
        };
        keeps.then(|| previous.rows.iter().filter(at_step).cloned().collect())
    }

    /// What an item lost by exclusions when its kept figures were made; nothing if it has none. Between condition types it is not
    /// decided again: rates that were found for one decision say nothing of another.
    pub(super) fn lost_before(&self, item: &Item) -> Option<Losers> {
        let keeps = matches!(self.mode, Some(RepriceMode::Keep | RepriceMode::TaxesOnly));
        let previous = item.previous.as_ref().filter(|_| keeps)?;
        // A supplement goes with its record.
        let own = previous.rows.iter().filter(|row| row.origin != RowOrigin::Supplement);
        let excluded = own.filter(|row| row.inactive == Some(InactiveReason::Excluded));
        let types = excluded.filter_map(|row| {
            let code = row.condition_type.as_deref()?;
            self.definition.types.iter().position(|known| known.is.code == code)
        });
        Some(types.filter(|known| !self.is_decided_by_record(*known)).map(|known| (known, None)).collect())
    }

    fn is_decided_by_record(&self, condition: usize) -> bool {
        let by_record = |exclusion: &ExclusionDef| {
            matches!(exclusion.method, ExclusionMethod::BestRecord | ExclusionMethod::WorstRecord)
                && exclusion.first.contains(&condition)
        };
        self.procedure.blocks.iter().flat_map(|block| &block.exclusions).any(by_record)
    }

    /// How the kept rows of a step were found.
    pub(super) fn kept_traces(&self, asked: &Asked<'_>, step: &StepDef, condition: &TypeDef, looked: &mut Vec<Looked>) {
        if !self.trace {
            return;
        }
        let of_step = |trace: &&AccessTrace| {
            trace.step == step.is.number && trace.condition_type == condition.is.code && trace.access.is_some()
        };
        let kept = asked.item.previous.iter().flat_map(|previous| &previous.accesses).filter(of_step);
        looked.extend(kept.map(|trace| Looked {
            kept: Some(Box::new(trace.clone())),
            ..Looked::new(asked.step, asked.condition, None, trace.outcome)
        }));
    }

    /// Rows as they were, to be computed for what the item is now.
    pub(super) fn rows_of_earlier(
        &self,
        asked: &Asked<'_>,
        condition: &TypeDef,
        step: &StepDef,
        earlier: &[PriceRow],
    ) -> Result<Vec<Row>> {
        let mut rows = Vec::with_capacity(earlier.len());
        for was in earlier {
            let mut row = Row::new(asked.step, was.origin);
            let code = was.condition_type.as_deref().unwrap_or(&condition.is.code);
            row.condition = self.definition.types.iter().position(|known| known.is.code == code);
            let Some(type_def) = row.condition.and_then(|place| self.definition.types.get(place)) else {
                let message = "a condition type of the earlier figures is no longer in the catalogue";
                return Err(Error::invalid(ErrorCode::UnknownReference, "reprice.previous", message)
                    .with("earlier_condition_type", code));
            };
            let unsigned = |figure: Decimal| {
                if type_def.sign == ConditionSign::Minus { figure.negated() } else { figure }
            };
            row.record = was.record.as_deref().map(Into::into);
            row.access = was.access.unwrap_or(0);
            row.rate = was.rate_before.or(was.rate).map_or(Decimal::ZERO, unsigned);
            row.flat = was.flat.map_or(Decimal::ZERO, unsigned);
            row.per = was.per.unwrap_or(Decimal::ONE);
            row.unit = was.unit.as_deref().map(Into::into);
            row.currency = was.currency;
            row.bounds = (was.minimum, was.maximum);
            row.tax_category = was.tax_category.as_deref().map(Into::into);
            let kinds = [type_def.is.kind, condition.is.kind];
            row.statistical = step.is.statistical || kinds.contains(&ConditionKind::Cost);
            row.sets_excluded = was.excludes;
            // What an exclusion decided between records is known of the record alone.
            let stays = row.condition.is_some_and(|known| self.is_decided_by_record(known));
            row.inactive = was.inactive.filter(|reason| stays && *reason == InactiveReason::Excluded);
            row.base = asked.base;
            row.kept_exchange = Some(was.exchange.as_deref().map_or(Ok(Ratio::ONE), ratio_of)?);
            row.scale_base = was.scale_base.map(Exact::from);
            let is_cumulative = type_def.is.scale.as_ref().is_some_and(|scale| scale.cumulative);
            if !was.slices.is_empty() {
                let slices = was.slices.iter().map(|slice| {
                    let mut level = slice.level;
                    level.rate = unsigned(slice.rate_before.unwrap_or(level.rate));
                    level.flat = level.flat.map(unsigned);
                    Slice { quantity: Exact::from(slice.quantity), level, rate_before: None }
                });
                let of_record = (row.unit.as_deref(), row.currency);
                let base = self.own_scale_base(asked.item, type_def, of_record, asked.base)?;
                let begins = first_begins(was, is_cumulative)?;
                row.slices = refilled(slices.collect(), begins, base.abs()?)?;
                row.scale_base = Some(base);
            }
            // What is used of its record counts as ever.
            row.kept_rule = was.record.as_deref().and_then(|id| self.records.counted(id));
            if is_cumulative && row.kept_rule.is_some() && row.scale_base.is_some() {
                let of_record = (row.unit.as_deref(), row.currency);
                row.own_scale_base = Some(self.own_scale_base(asked.item, type_def, of_record, asked.base)?);
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

/// What of the base lay below the first level that was used.
fn first_begins(was: &PriceRow, is_cumulative: bool) -> Result<Exact> {
    if !is_cumulative {
        let lower = was.slices.first().and_then(|slice| slice.level.lower);
        return Ok(lower.map_or(Exact::ZERO, Exact::from));
    }
    // Where the counter stood is not told: it is what the levels left of the base.
    let used = was.slices.iter().map(|slice| Exact::from(slice.quantity)).try_fold(Exact::ZERO, Exact::add)?;
    let below = was.scale_base.map_or(Exact::ZERO, |base| Exact::from(base.abs())).sub(used)?;
    // Figures that are no decimals are told with twelve digits.
    let is_shown_only = below.abs()?.compare(Exact::from(Decimal::new(1, 9)?))?.is_lt();
    Ok(if below.is_negative() || is_shown_only { Exact::ZERO } else { below })
}

/// The levels as they were used, filled with another base: what lies below the first one has none, the last one takes what is
/// more.
fn refilled(slices: Vec<Slice>, begins: Exact, base: Exact) -> Result<Vec<Slice>> {
    let mut left = base.sub(begins)?;
    let mut filled = Vec::with_capacity(slices.len());
    let last = slices.len().saturating_sub(1);
    for (place, slice) in slices.into_iter().enumerate() {
        if left.is_zero() || left.is_negative() {
            break;
        }
        let takes = if place == last || left.compare(slice.quantity)?.is_lt() { left } else { slice.quantity };
        filled.push(Slice { quantity: takes, ..slice });
        left = left.sub(takes)?;
    }
    Ok(filled)
}

/// Reads an exact fraction such as `3/7`, or a whole number.
fn ratio_of(text: &str) -> Result<Ratio> {
    let wrong = || Error::invalid(ErrorCode::BadFormat, "reprice.previous", "an exact fraction is expected");
    let (top, bottom) = text.split_once('/').unwrap_or((text, "1"));
    Ratio::new(top.parse().map_err(|_| wrong())?, bottom.parse().map_err(|_| wrong())?)
}
