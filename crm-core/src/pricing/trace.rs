//! What was looked at in searches, kept small until a result is told.

use super::definition::{AccessDef, TypeDef};
use super::records::Rule;
use super::result::{AccessOutcome, AccessTrace, CandidateOutcome, CandidateTrace};
use super::run::{Item, Run};

/// A search in one table: places, of which texts are made when it is told.
#[derive(Debug, Clone)]
pub(super) struct Looked {
    /// The place of the step.
    pub step: usize,
    /// The place of the condition type.
    pub condition: usize,
    /// The place of the access; nothing if the step was left out.
    pub access: Option<usize>,
    pub outcome: AccessOutcome,
    pub candidates: Candidates,
    /// The search of earlier figures whose conditions were kept.
    pub kept: Option<Box<AccessTrace>>,
}

/// The records that were looked at. Mostly there is one, which needs no list.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    first: Option<Candidate>,
    more: Vec<Candidate>,
}

/// A record that was looked at.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub rule: u32,
    pub outcome: CandidateOutcome,
    /// How many nodes above the item its key stands; empty if it is that of the item.
    pub distance: Box<[u16]>,
}

impl Candidates {
    pub(super) fn push(&mut self, candidate: Candidate) {
        match self.first {
            None => self.first = Some(candidate),
            Some(_) => self.more.push(candidate),
        }
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()).saturating_add(self.more.len())
    }

    fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.first.iter().chain(&self.more)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Candidate> {
        self.first.iter_mut().chain(&mut self.more)
    }
}

impl Looked {
    pub(super) fn new(step: usize, condition: usize, access: Option<usize>, outcome: AccessOutcome) -> Self {
        Self { step, condition, access, outcome, candidates: Candidates::default(), kept: None }
    }

    /// Tells of a record that was taken why it was not after all.
    fn refuse(&mut self, place: u32, rule: &Rule, why: CandidateOutcome) {
        let (mut was_taken, mut is_taken) = (false, false);
        let mut change = |is_it: bool, outcome: &mut CandidateOutcome| {
            if is_it && *outcome == CandidateOutcome::Taken {
                *outcome = why;
                was_taken = true;
            }
            is_taken = is_taken || *outcome == CandidateOutcome::Taken;
        };
        match &mut self.kept {
            Some(kept) => {
                let known = kept.candidates.iter_mut();
                known.for_each(|candidate| change(*candidate.record == *rule.id, &mut candidate.outcome));
            }
            None => {
                let known = self.candidates.iter_mut();
                known.for_each(|candidate| change(candidate.rule == place, &mut candidate.outcome));
            }
        }
        if was_taken && !is_taken {
            self.outcome = AccessOutcome::NoRecord;
            if let Some(kept) = &mut self.kept {
                kept.outcome = AccessOutcome::NoRecord;
            }
        }
    }
}

impl Item {
    /// Tells of a record that was taken at a step why it was not after all.
    pub(super) fn refuse(&mut self, step: usize, place: u32, rule: &Rule, why: CandidateOutcome) {
        self.accesses
            .iter_mut()
            .filter(|looked| looked.step == step)
            .for_each(|looked| looked.refuse(place, rule, why));
    }
}

impl Run<'_> {
    /// A search as it is told.
    pub(super) fn told_access(&self, item: &Item, looked: &Looked) -> AccessTrace {
        if let Some(kept) = &looked.kept {
            return (**kept).clone();
        }
        let condition = self.definition.types.get(looked.condition);
        let access = looked.access.and_then(|access| condition?.accesses.get(access));
        let mut candidates = Vec::with_capacity(looked.candidates.len());
        candidates.extend(looked.candidates.iter().map(|candidate| CandidateTrace {
            record: self.records.rule(candidate.rule).map_or_else(String::new, |rule| rule.id.to_string()),
            outcome: candidate.outcome,
            distance: candidate.distance.iter().map(|distance| i64::from(*distance)).collect(),
        }));
        AccessTrace {
            step: self.procedure.steps.get(looked.step).map_or(0, |step| step.is.number),
            condition_type: condition.map_or_else(String::new, |condition: &TypeDef| condition.is.code.clone()),
            outcome: looked.outcome,
            access: looked.access.and_then(|access| i64::try_from(access.saturating_add(1)).ok()),
            table: access.and_then(|access| self.definition.tables.get(access.table)).map(|table| table.code.clone()),
            key: access.and_then(|access| self.key_text(item, access)),
            candidates,
        }
    }

    /// The key that was looked for, for example `customer=C1, product=P1`.
    fn key_text(&self, item: &Item, access: &AccessDef) -> Option<String> {
        let table = self.definition.tables.get(access.table)?;
        let mut key = String::with_capacity(table.fields.len().saturating_mul(KEY_LENGTH));
        for ((slot, _), source) in table.fields.iter().zip(&access.sources) {
            let value = item.values.get(*source).and_then(Option::as_ref);
            if let (Some(field), Some(value)) = (self.definition.fields.get(*slot), value) {
                key.push_str(if key.is_empty() { "" } else { ", " });
                key.push_str(&field.name);
                key.push('=');
                value.write(&mut key);
            }
        }
        Some(key)
    }
}

/// How long the name of a field and its value are mostly.
const KEY_LENGTH: usize = 24;
