//! The search for condition records: access after access, and within one the nearest node first.

use super::catalog::OnTie;
use super::definition::{AccessDef, TypeDef};
use super::exact::Exact;
use super::item::Given;
use super::limits;
use super::records::Rule;
use super::result::{AccessOutcome, CandidateOutcome};
use super::run::{Item, Run};
use super::trace::{Candidate, Looked};
use crate::value::{Error, ErrorCode, Problem, Result};

/// A record that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub rule: u32,
    /// The number of the access, from 1.
    pub access: i64,
}

/// One key of an access, and how far above the item it stands in each field.
struct Combination {
    key: Vec<u32>,
    distance: Vec<u16>,
}

/// What is known of the item where it looks for records of a type.
pub(super) struct Asked<'r> {
    pub item: &'r Item,
    pub step: usize,
    pub condition: usize,
    pub base: Exact,
    /// Records whose scale has no level for the group of the item.
    pub refused: &'r [u32],
}

impl Run<'_> {
    /// The records of a condition type that an item has. What was looked at on the way is noted, if the result shall tell it.
    pub(super) fn search(&self, asked: &Asked<'_>, looked: &mut Vec<Looked>) -> Result<Vec<Hit>> {
        let condition = self.condition(asked.condition)?;
        let (mut hits, mut ended) = (Vec::new(), false);
        for (place, access) in condition.accesses.iter().enumerate() {
            if ended && !self.trace {
                break;
            }
            let mut trace = Looked::new(asked.step, asked.condition, Some(place), AccessOutcome::NoRecord);
            let is_left_out = match access.requirement.as_ref().filter(|_| !ended) {
                Some(requirement) => !self.holds(requirement, asked.item, asked.base)?,
                None => false,
            };
            if is_left_out {
                trace.outcome = AccessOutcome::RequirementFalse;
            } else if let Some(combinations) = self.combinations(asked, access)? {
                let found = self.nearest(asked, condition, access, &combinations, ended, &mut trace)?;
                if ended {
                    trace.outcome = AccessOutcome::Outranked;
                } else if !found.is_empty() {
                    trace.outcome = AccessOutcome::Found;
                    ended = access.is_exclusive;
                }
                let number = i64::try_from(place.saturating_add(1)).unwrap_or(i64::MAX);
                hits.extend(found.into_iter().map(|rule| Hit { rule, access: number }));
            } else {
                trace.outcome = AccessOutcome::NoKey;
            }
            if self.trace {
                looked.push(trace);
            }
        }
        Ok(hits)
    }

    /// Every key of an access, the nearest first; nothing if a field has no value.
    fn combinations(&self, asked: &Asked<'_>, access: &AccessDef) -> Result<Option<Vec<Combination>>> {
        let Some(table) = self.definition.tables.get(access.table) else { return Ok(None) };
        let start = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let mut key = Vec::with_capacity(table.fields.len().saturating_add(2));
        key.extend([start(asked.condition), start(access.table)]);
        let mut combinations = vec![Combination { key, distance: Vec::new() }];
        for ((slot, up), source) in table.fields.iter().zip(&access.sources) {
            let Some(given) = asked.item.values.get(*source).and_then(Option::as_ref) else { return Ok(None) };
            // A value that comes from another field stands in the tree of the field of the table, if that has one.
            let tree = self.definition.fields.get(*slot).filter(|field| slot != source && !field.parents.is_empty());
            match tree.filter(|_| *up) {
                Some(field) => {
                    extend(&mut combinations, &Given::of(given.content.clone(), field, &self.records.symbols), true)?
                }
                None => extend(&mut combinations, given, *up)?,
            }
        }
        if combinations.len() > 1 {
            combinations.sort_by(|one, next| one.distance.cmp(&next.distance));
        }
        Ok(Some(combinations))
    }

    /// The records of the nearest keys that hold. The others are told in the trace.
    fn nearest(
        &self,
        asked: &Asked<'_>,
        condition: &TypeDef,
        access: &AccessDef,
        combinations: &[Combination],
        outranked: bool,
        trace: &mut Looked,
    ) -> Result<Vec<u32>> {
        let mut found: Vec<u32> = Vec::new();
        let mut rank: Option<&[u16]> = None;
        for combination in combinations {
            let farther = rank.is_some_and(|rank| rank != combination.distance.as_slice());
            if farther && !self.trace {
                break;
            }
            for place in self.records.under(&combination.key) {
                let Some(rule) = self.records.rule(place) else { continue };
                let outcome = match self.refusal(asked, condition, place, rule)? {
                    Some(refusal) => refusal,
                    None if outranked => CandidateOutcome::Outranked,
                    None if farther => CandidateOutcome::LessSpecific,
                    None => CandidateOutcome::Taken,
                };
                if outcome == CandidateOutcome::Taken {
                    found.push(place);
                    rank = Some(&combination.distance);
                }
                if self.trace {
                    let is_own = combination.distance.iter().all(|distance| *distance == 0);
                    let distance = if is_own { Box::default() } else { combination.distance.as_slice().into() };
                    trace.candidates.push(Candidate { rule: place, outcome, distance });
                }
            }
        }
        if found.len() > 1 { self.tied(asked, condition, access, found, trace) } else { Ok(found) }
    }

    /// Why a record under the key is not taken.
    fn refusal(
        &self,
        asked: &Asked<'_>,
        condition: &TypeDef,
        place: u32,
        rule: &Rule,
    ) -> Result<Option<CandidateOutcome>> {
        let date = asked.item.date;
        if rule.valid_from.is_some_and(|from| date < from) {
            return Ok(Some(CandidateOutcome::NotYetValid));
        }
        if rule.valid_to.is_some_and(|to| to < date) {
            return Ok(Some(CandidateOutcome::NoLongerValid));
        }
        if condition.is.scale.is_some() && condition.is.group.is_none() && !rule.scale().is_empty() {
            let base = self.own_scale_base(asked.item, condition, rule.unit_and_currency(), asked.base)?;
            if !self.has_level(condition, rule, base)? {
                return Ok(Some(CandidateOutcome::OutsideScale));
            }
        }
        if asked.refused.contains(&place) {
            return Ok(Some(CandidateOutcome::OutsideScale));
        }
        if rule.limit().is_some() && !self.is_within_limit(asked.item, rule)? {
            return Ok(Some(CandidateOutcome::LimitReached));
        }
        Ok(None)
    }

    /// Of several records that are equally near, those that the access takes.
    fn tied(
        &self,
        asked: &Asked<'_>,
        condition: &TypeDef,
        access: &AccessDef,
        found: Vec<u32>,
        trace: &mut Looked,
    ) -> Result<Vec<u32>> {
        let rules: Vec<(u32, &Rule)> =
            found.iter().filter_map(|place| self.records.rule(*place).map(|rule| (*place, rule))).collect();
        let ambiguous = || {
            let ids: Vec<&str> = rules.iter().map(|(_, rule)| &*rule.id).collect();
            let message = "several records are equally near: the rule is ambiguous";
            let problem = Problem::new(ErrorCode::AmbiguousRule, message).with("records", ids.join(", "));
            let table = self.definition.tables.get(access.table).map_or("", |table| &table.code);
            problem.with("table", table).into_invalid()
        };
        let taken = match access.on_tie {
            OnTie::All => return Ok(found),
            OnTie::Error => return Err(ambiguous()),
            OnTie::Priority => {
                let top = rules.iter().map(|(_, rule)| rule.priority).max().unwrap_or(0);
                let mut best = rules.iter().filter(|(_, rule)| rule.priority == top);
                match (best.next(), best.next()) {
                    (Some((place, _)), None) => *place,
                    _ => return Err(ambiguous()),
                }
            }
            OnTie::Lowest | OnTie::Highest => {
                let mut best: Option<(Exact, u32)> = None;
                for (place, rule) in &rules {
                    let worth = self.trial(asked, condition, *place, rule)?;
                    let better = match &best {
                        None => true,
                        Some((value, _)) if access.on_tie == OnTie::Lowest => worth.compare(*value)?.is_lt(),
                        Some((value, _)) => worth.compare(*value)?.is_gt(),
                    };
                    if better {
                        best = Some((worth, *place));
                    }
                }
                best.map_or(u32::MAX, |(_, place)| place)
            }
        };
        for candidate in trace.candidates.iter_mut() {
            if candidate.outcome == CandidateOutcome::Taken && candidate.rule != taken {
                candidate.outcome = CandidateOutcome::Tie;
            }
        }
        Ok(vec![taken])
    }
}

/// Every key that there is so far, with every key of one more field.
fn extend(combinations: &mut Vec<Combination>, given: &Given, up: bool) -> Result<()> {
    if let ([(Some(symbol), _)], [combination], false) = (given.keys.as_slice(), combinations.as_mut_slice(), up) {
        combination.key.push(*symbol);
        return Ok(());
    }
    let keys = given.keys.iter().filter(|(_, distance)| up || *distance == 0);
    let known: Vec<(u32, u16)> = keys.filter_map(|(symbol, distance)| Some(((*symbol)?, *distance))).collect();
    if combinations.len().saturating_mul(known.len()) > limits::MAX_COMBINATIONS {
        let message = "the values of an item make too many keys of one table";
        return Err(Error::invalid(ErrorCode::TooMany, "fields", message));
    }
    let mut next = Vec::with_capacity(combinations.len().saturating_mul(known.len()));
    for combination in combinations.iter() {
        for (symbol, distance) in &known {
            let mut key = combination.key.clone();
            key.push(*symbol);
            let mut distances = combination.distance.clone();
            if up {
                distances.push(*distance);
            }
            next.push(Combination { key, distance: distances });
        }
    }
    *combinations = next;
    Ok(())
}
