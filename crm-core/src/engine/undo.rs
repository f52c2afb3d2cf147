//! Taking an operation back, as far as its effects still stand.

use super::JournalCommand;
use super::pipeline::Work;
use crate::journal::{ChangeKind, JournalEntry};
use crate::room::{Author, Change, Decision};
use crate::schema::Row;
use crate::store::{JournalRead, JournalScope};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

impl Work<'_> {
    /// Decides the changes that take an operation back: the entries in reverse order.
    ///
    /// The caller needs the rights for each of these changes; a field that was changed again since is a conflict.
    pub(super) fn decide_undo(&mut self, command: &JournalCommand) -> Result<Decision> {
        let JournalCommand::Undo { operation } = command;
        let read =
            JournalRead { tenant: self.tenant.id, scope: JournalScope::Operation(*operation), limit: usize::MAX };
        let mut entries = self.tx.journal(read)?;
        if entries.is_empty() {
            return Err(Error::not_found("operation"));
        }
        entries.reverse();
        let mut decision = Decision::default();
        let mut conflicts = Vec::new();
        for entry in joined(entries) {
            match self.taken_back(&entry)? {
                Ok(change) => decision.changes.push((Author::Undo, change)),
                Err(problem) => conflicts.push(problem),
            }
        }
        if conflicts.is_empty() { Ok(decision) } else { Err(Error::Conflict { problems: conflicts }) }
    }

    /// The change that takes one entry back, or why its effect no longer stands.
    fn taken_back(&mut self, entry: &JournalEntry) -> Result<std::result::Result<Change, Problem>> {
        let entity = self.entity(&entry.entity)?;
        let plan = self.plan(Author::Undo, &entity);
        let get = plan.check_get_any(entry.record)?;
        let row = self.tx.get(&get)?.ok_or_else(|| Error::not_found(entity.name))?;
        let (name, id) = (entity.name, entry.record);
        Ok(match entry.kind {
            ChangeKind::Create if row.deleted || row.version != entry.version => Err(changed(name, id, "version")),
            ChangeKind::Create => Ok(Change::Delete { entity: name, id, version: Some(row.version) }),
            ChangeKind::Delete if !row.deleted => Err(changed(name, id, "deleted")),
            ChangeKind::Delete => Ok(Change::Restore { entity: name, id }),
            ChangeKind::Restore if row.deleted => Err(changed(name, id, "deleted")),
            ChangeKind::Restore => Ok(Change::Delete { entity: name, id, version: Some(row.version) }),
            ChangeKind::Update => match self.field_that_moved(&entity, &row, entry)? {
                Some(field) => Err(changed(name, id, &field)),
                None => {
                    let set =
                        entry.changes.iter().map(|change| (change.field.clone(), change.before.clone())).collect();
                    Ok(Change::Update { entity: name, id, version: Some(row.version), set })
                }
            },
        })
    }

    fn field_that_moved(
        &self,
        entity: &crate::schema::EntityType,
        row: &Row,
        entry: &JournalEntry,
    ) -> Result<Option<String>> {
        if row.deleted {
            return Ok(Some("deleted".to_owned()));
        }
        for change in &entry.changes {
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

/// Several entries of one record in one operation become one, from its first state to its last.
fn joined(newest_first: Vec<JournalEntry>) -> Vec<JournalEntry> {
    let mut kept: Vec<JournalEntry> = Vec::new();
    for entry in newest_first {
        let same = |other: &&mut JournalEntry| other.record == entry.record && other.entity == entry.entity;
        match kept.iter_mut().find(same) {
            None => kept.push(entry),
            Some(later) => join(later, entry),
        }
    }
    kept
}

/// Puts an earlier entry under a later one of the same record.
fn join(later: &mut JournalEntry, earlier: JournalEntry) {
    match earlier.kind {
        ChangeKind::Create => {
            later.kind = ChangeKind::Create;
            later.changes = earlier.changes;
        }
        ChangeKind::Update if later.kind == ChangeKind::Update => {
            for change in earlier.changes {
                match later.changes.iter_mut().find(|other| other.field == change.field) {
                    Some(other) => other.before = change.before,
                    None => later.changes.push(change),
                }
            }
        }
        _ => {}
    }
}
