//! What items of a group condition (组条件) reach together: the sums with which their scales are entered.

use std::collections::BTreeMap;

use super::catalog::{Calculation, ScaleBase};
use super::definition::TypeDef;
use super::exact::Exact;
use super::groups::{Drafts, Key};
use super::run::{Item, Row, Run};
use crate::value::{Currency, Ratio, Result};

/// In what the levels of a scale count: a unit, or a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measure<'m> {
    unit: Option<&'m str>,
    currency: Option<Currency>,
}

/// The same for keeping.
type Kept = (Option<Box<str>>, Option<Currency>);

impl Measure<'_> {
    fn kept(self) -> Kept {
        (self.unit.map(Into::into), self.currency)
    }
}

fn measure_of(kept: &Kept) -> Measure<'_> {
    Measure { unit: kept.0.as_deref(), currency: kept.1 }
}

/// What one row adds to a group in which not all count in the same measure.
#[derive(Debug)]
struct Member {
    at: usize,
    own: Exact,
    measure: Kept,
}

#[derive(Debug)]
struct Group {
    sum: Exact,
    /// That of the first row.
    measure: Kept,
    is_mixed: bool,
    /// Nothing in a group that counts in one measure.
    members: Vec<Member>,
}

/// The groups of a step.
#[derive(Debug, Default)]
pub(super) struct Groups {
    of: BTreeMap<Key, Group>,
    /// The sums of mixed groups that were asked for.
    sums: BTreeMap<(Key, Kept), Exact>,
}

impl Run<'_> {
    /// What every item adds to its group at a step.
    pub(super) fn groups(&self, place: usize, condition: &TypeDef, drafts: &Drafts) -> Result<Groups> {
        let mut groups = Groups::default();
        self.each_member(place, condition, drafts, |_, key, own, measure| {
            let new = || Group { sum: Exact::ZERO, measure: measure.kept(), is_mixed: false, members: Vec::new() };
            let group = groups.of.entry(key).or_insert_with(new);
            group.sum = group.sum.add(own)?;
            group.is_mixed = group.is_mixed || measure_of(&group.measure) != measure;
            Ok(())
        })?;
        if groups.of.values().any(|group| group.is_mixed) {
            self.each_member(place, condition, drafts, |at, key, own, measure| {
                if let Some(group) = groups.of.get_mut(&key).filter(|group| group.is_mixed) {
                    group.members.push(Member { at, own, measure: measure.kept() });
                }
                Ok(())
            })?;
        }
        Ok(groups)
    }

    fn each_member(
        &self,
        place: usize,
        condition: &TypeDef,
        drafts: &Drafts,
        mut of: impl FnMut(usize, Key, Exact, Measure<'_>) -> Result<()>,
    ) -> Result<()> {
        let own_condition = self.procedure_condition(place);
        for at in 0..self.items.len() {
            let item = self.item(at)?;
            let rows = drafts.get(&at).unwrap_or(&item.rows);
            // An item counts once: by its record, or by the last one that was refused if it has none.
            let mut counting: Vec<(Key, &Row)> = Vec::new();
            for row in rows.iter().filter(|row| row.step == place && row.condition == own_condition) {
                let Some(key) = row.own_scale_base.and_then(|_| self.group_key(at, condition, row)) else { continue };
                match counting.iter_mut().find(|(known, _)| *known == key) {
                    Some(known) if known.1.is_off_scale => known.1 = row,
                    Some(_) => {}
                    None => counting.push((key, row)),
                }
            }
            for (key, row) in counting {
                let own = row.own_scale_base.unwrap_or(Exact::ZERO).abs()?;
                of(at, key, own, self.measure(item, condition, row))?;
            }
        }
        Ok(())
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
        let Some(group) = groups.of.get(&key) else { return Ok(Some(own)) };
        if !group.is_mixed {
            return Ok(Some(group.sum));
        }
        let wanted = self.measure(self.item(at)?, condition, row);
        let name = (key, wanted.kept());
        if let Some(known) = groups.sums.get(&name) {
            return Ok(Some(*known));
        }
        let mut sum = Exact::ZERO;
        for member in &group.members {
            let factor = self
                .between(self.item(member.at)?, measure_of(&member.measure), wanted)
                .map_err(|error| self.told(member.at, row.step, error))?;
            sum = sum.add(if factor == Ratio::ONE { member.own } else { member.own.mul_ratio(factor)? })?;
        }
        groups.sums.insert(name, sum);
        Ok(Some(sum))
    }

    fn measure<'m>(&'m self, item: &'m Item, condition: &'m TypeDef, row: &Row) -> Measure<'m> {
        let rule = row.rule.and_then(|rule| self.records.rule(rule));
        let (unit, currency) = rule.map_or((None, None), super::records::Rule::unit_and_currency);
        match condition.is.scale.as_ref().map(|scale| scale.base) {
            Some(ScaleBase::Value) => {
                Measure { unit: None, currency: Some(currency.unwrap_or(self.document.currency)) }
            }
            None | Some(ScaleBase::Field) => Measure { unit: None, currency: None },
            Some(ScaleBase::Quantity) => {
                Measure { unit: condition.scale_unit(unit).or(item.unit.as_deref()), currency: None }
            }
            Some(base) => {
                let plain = if base == ScaleBase::Volume { "MTQ" } else { "KGM" };
                Measure { unit: condition.scale_unit(unit).or(Some(plain)), currency: None }
            }
        }
    }

    /// How much of one measure a figure of another one is.
    fn between(&self, item: &Item, from: Measure<'_>, to: Measure<'_>) -> Result<Ratio> {
        if from == to {
            return Ok(Ratio::ONE);
        }
        match (from.unit, to.unit) {
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
