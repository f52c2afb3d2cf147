//! What items of a group condition (组条件) reach together: the sums with which their scales are entered.

use std::collections::BTreeMap;

use super::catalog::{Calculation, ScaleBase};
use super::definition::TypeDef;
use super::exact::Exact;
use super::groups::{Drafts, Key};
use super::run::{Item, Row, Run};
use crate::value::{Currency, Ratio, Result};

/// In what the levels of a scale count: a unit, or a currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Measure {
    unit: Option<Box<str>>,
    currency: Option<Currency>,
}

/// What one row adds to its group.
#[derive(Debug)]
struct Member {
    at: usize,
    own: Exact,
    measure: Measure,
}

/// The groups of a step.
#[derive(Debug, Default)]
pub(super) struct Groups {
    members: BTreeMap<Key, Vec<Member>>,
    /// The sums that were asked for.
    sums: BTreeMap<(Key, Measure), Exact>,
}

impl Run<'_> {
    /// What every item adds to its group at a step.
    pub(super) fn groups(&self, place: usize, condition: &TypeDef, drafts: &Drafts) -> Result<Groups> {
        let mut groups = Groups::default();
        for at in 0..self.items.len() {
            let item = self.item(at)?;
            let rows = drafts.get(&at).unwrap_or(&item.rows);
            for row in rows.iter().filter(|row| row.step == place && row.condition == self.procedure_condition(place)) {
                if let (Some(own), Some(key)) = (row.own_scale_base, self.group_key(at, condition, row)) {
                    let measure = self.measure(item, condition, row);
                    groups.members.entry(key).or_default().push(Member { at, own: own.abs()?, measure });
                }
            }
        }
        Ok(groups)
    }

    /// What the group of a row reaches, in the measure of its own scale: others may count in other units and currencies.
    pub(super) fn group_sum(
        &self,
        at: usize,
        condition: &TypeDef,
        row: &Row,
        groups: &mut Groups,
    ) -> Result<Option<Exact>> {
        let (Some(own), Some(key)) = (row.own_scale_base, self.group_key(at, condition, row)) else {
            return Ok(row.own_scale_base);
        };
        let Some(members) = groups.members.get(&key) else { return Ok(Some(own)) };
        let wanted = (key, self.measure(self.item(at)?, condition, row));
        if let Some(known) = groups.sums.get(&wanted) {
            return Ok(Some(*known));
        }
        let mut sum = Exact::ZERO;
        for member in members {
            let factor = self
                .between(self.item(member.at)?, &member.measure, &wanted.1)
                .map_err(|error| self.told(member.at, row.step, error))?;
            sum = sum.add(if factor == Ratio::ONE { member.own } else { member.own.mul_ratio(factor)? })?;
        }
        groups.sums.insert(wanted, sum);
        Ok(Some(sum))
    }

    fn measure(&self, item: &Item, condition: &TypeDef, row: &Row) -> Measure {
        let rule = row.rule.and_then(|rule| self.records.rule(rule));
        let (unit, currency) = rule.map_or((None, None), super::records::Rule::unit_and_currency);
        match condition.is.scale.as_ref().map(|scale| scale.base) {
            Some(ScaleBase::Value) => {
                Measure { unit: None, currency: Some(currency.unwrap_or(self.document.currency)) }
            }
            None | Some(ScaleBase::Field) => Measure { unit: None, currency: None },
            Some(ScaleBase::Quantity) => {
                let unit = condition.scale_unit(unit).or(item.unit.as_deref());
                Measure { unit: unit.map(Into::into), currency: None }
            }
            Some(base) => {
                let plain = if base == ScaleBase::Volume { "MTQ" } else { "KGM" };
                Measure { unit: Some(condition.scale_unit(unit).unwrap_or(plain).into()), currency: None }
            }
        }
    }

    /// How much of one measure a figure of another one is.
    fn between(&self, item: &Item, from: &Measure, to: &Measure) -> Result<Ratio> {
        if from == to {
            return Ok(Ratio::ONE);
        }
        match (from.unit.as_deref(), to.unit.as_deref()) {
            (Some(from), Some(to)) => self.definition.unit_factor(self.product(item), from, to),
            _ => {
                let to = self.exchange_to_document(item, to.currency)?;
                self.exchange_to_document(item, from.currency)?.checked_div(to)
            }
        }
    }
}

impl TypeDef {
    /// The unit in which the levels of its scale count, if the type or the unit of a record says so: that of a record counts
    /// only if it is one of what the levels count.
    pub(super) fn scale_unit<'u>(&'u self, of_record: Option<&'u str>) -> Option<&'u str> {
        let scale = self.is.scale.as_ref()?;
        let is_own = match (scale.base, self.is.calculation) {
            // A rate for a weight has a unit of weight: the levels then count in the unit of the item.
            (
                ScaleBase::Quantity,
                Calculation::GrossWeight | Calculation::NetWeight | Calculation::Volume | Calculation::Field,
            ) => false,
            (ScaleBase::Quantity, _) | (ScaleBase::Volume, Calculation::Volume) => true,
            (ScaleBase::GrossWeight | ScaleBase::NetWeight, calculation) => {
                matches!(calculation, Calculation::GrossWeight | Calculation::NetWeight)
            }
            _ => false,
        };
        scale.unit.as_deref().or(of_record.filter(|_| is_own))
    }
}
