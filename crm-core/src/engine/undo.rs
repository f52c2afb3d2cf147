//! Taking an operation back, as far as its effects still stand.

use super::JournalCommand;
use super::pipeline::Work;
use crate::access::AccessPlan;
use crate::journal::{ChangeKind, FieldChange, JournalEntry};
use crate::room::{Author, Change, Decision};
use crate::schema::{EntityType, Row};
use crate::store::{JournalRead, JournalScope};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// What an operation did to one record, from before its first entry to after its last.
struct Effect {
    entity: String,
    record: Id,
    /// What the first entry did.
    first: ChangeKind,
    /// What the last entry did.
    last: ChangeKind,
    /// The version after the last entry.
    version: i64,
    /// Each field once, from its first value to its last.
    changes: Vec<FieldChange>,
    /// Where it stands in the operation: creations by their first entry, everything else by its last.
    place: usize,
}

impl Effect {
    fn of(place: usize, entry: JournalEntry) -> Self {
        let JournalEntry { entity, record, kind, version, changes, .. } = entry;
        Self { entity, record, first: kind, last: kind, version, changes, place }
    }

    const fn was_there(&self) -> bool {
        !matches!(self.first, ChangeKind::Create | ChangeKind::Restore)
    }

    const fn is_there(&self) -> bool {
        !matches!(self.last, ChangeKind::Delete)
    }

    /// Joins a later entry of the same record.
    fn join(&mut self, place: usize, entry: JournalEntry) {
        (self.last, self.version) = (entry.kind, entry.version);
        if self.first != ChangeKind::Create {
            self.place = place;
        }
        for change in entry.changes {
            match self.changes.iter_mut().find(|other| other.field == change.field) {
                Some(other) => other.after = change.after,
                None => self.changes.push(change),
            }
        }
    }
}

/// The effects of an operation on each record, in the order in which they are taken back.
fn effects(entries: Vec<JournalEntry>) -> Vec<Effect> {
    let mut effects: Vec<Effect> = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let same = |other: &&mut Effect| other.record == entry.record && other.entity == entry.entity;
        match effects.iter_mut().find(same) {
            Some(effect) => effect.join(place, entry),
            None => effects.push(Effect::of(place, entry)),
        }
    }
    effects.sort_by_key(|effect| std::cmp::Reverse(effect.place));
    effects
}

impl Work<'_> {
    /// Decides the changes that take an operation back.
    ///
    /// The caller needs the rights for each of these changes; a field that was changed again since is a conflict. An
    /// operation that touched what the caller may not see answers as one that does not exist.
    pub(super) fn decide_undo(&mut self, command: &JournalCommand) -> Result<Decision> {
        let JournalCommand::Undo { operation } = command;
        let read =
            JournalRead { tenant: self.tenant.id, scope: JournalScope::Operation(*operation), limit: usize::MAX };
        let entries = self.tx.journal(read)?;
        if entries.is_empty() {
            return Err(Error::not_found("operation"));
        }
        let mut decision = Decision::default();
        let mut conflicts = Vec::new();
        for effect in effects(entries) {
            match self.taken_back(&effect)? {
                Ok(changes) => decision.changes.extend(changes.into_iter().map(|change| (Author::Undo, change))),
                Err(problem) => conflicts.push(problem),
            }
        }
        if conflicts.is_empty() { Ok(decision) } else { Err(Error::Conflict { problems: conflicts }) }
    }

    /// The changes that take one effect back, or why it no longer stands.
    fn taken_back(&mut self, effect: &Effect) -> Result<std::result::Result<Vec<Change>, Problem>> {
        let entity = self.entity(&effect.entity)?;
        let plan = self.plan(Author::Undo, &entity);
        let row = self.visible(&plan, effect.record)?;
        if !effect.changes.iter().all(|change| plan.can_read(&change.field)) {
            return Err(Error::denied("undo", entity.name));
        }
        let (name, id) = (entity.name, effect.record);
        if row.deleted == effect.is_there() {
            return Ok(Err(changed(name, id, "deleted")));
        }
        if effect.first == ChangeKind::Create && effect.is_there() {
            let same = row.version == effect.version;
            let delete = Change::Delete { entity: name, id, version: Some(row.version) };
            return Ok(if same { Ok(vec![delete]) } else { Err(changed(name, id, "version")) });
        }
        if !effect.was_there() && !effect.is_there() {
            return Ok(Ok(Vec::new()));
        }
        if let Some(field) = self.field_that_moved(&entity, &row, effect)? {
            return Ok(Err(changed(name, id, &field)));
        }
        let mut changes = Vec::new();
        if !effect.is_there() {
            changes.push(Change::Restore { entity: name, id });
        }
        if !effect.changes.is_empty() {
            let set = effect.changes.iter().map(|change| (change.field.clone(), change.before.clone())).collect();
            changes.push(Change::Update { entity: name, id, version: None, set });
        }
        if !effect.was_there() {
            changes.push(Change::Delete { entity: name, id, version: None });
        }
        Ok(Ok(changes))
    }

    /// The record, deleted or not; what cannot be seen answers as if the operation did not exist.
    fn visible(&mut self, plan: &AccessPlan, id: Id) -> Result<Row> {
        let get = plan.check_get_any(id).map_err(|_| Error::not_found("operation"))?;
        self.tx.get(&get)?.ok_or_else(|| Error::not_found("operation"))
    }

    fn field_that_moved(&self, entity: &EntityType, row: &Row, effect: &Effect) -> Result<Option<String>> {
        for change in &effect.changes {
            let Some(field) = self.tenant.schema.field(entity, &change.field) else {
                return Ok(Some(change.field.clone()));
            };
            let after: FieldValue = crate::query::operand(&field, &change.after)?;
            if field.value(row) != after {
                return Ok(Some(change.field.clone()));
            }
        }
        Ok(None)
    }
}

fn changed(entity: &str, id: Id, field: &str) -> Problem {
    let problem = Problem::of_field(ErrorCode::EffectsChanged, field, format!("the {entity} was changed since"));
    problem.with("entity", entity).with("id", id)
}
