//! Records that belong to another one: those that are kept by the engine, such as the intervals of an opportunity, are
//! deleted and brought back with it; others have its owner.

use super::pipeline::{Work, require_keeper};
use super::registry::restore_rule_of;
use crate::access::{Action, SystemReason};
use crate::journal::{self, ChangeKind, JournalEntry};
use crate::query::Query;
use crate::room::{Author, Decision};
use crate::schema::{EntityType, FieldKind, FieldRef, MergePolicy, Row};
use crate::store::{JournalRead, JournalScope};
use crate::value::{Error, FieldValue, Id, Result};

impl Work<'_> {
    /// The entities whose records belong to those of `entity`, with the field that says to which.
    fn parts_of(&self, entity: &EntityType) -> Vec<(EntityType, FieldRef)> {
        let belongs =
            |field: &FieldRef| matches!(field.spec.kind, FieldKind::Reference { merge: MergePolicy::Join, .. });
        let references = self.tenant.schema.registry.references_to(entity.name).into_iter();
        let parts = references.filter(|(from, field)| from.is_kept_by_engine() && belongs(field));
        parts.map(|(from, field)| (from.clone(), field)).collect()
    }

    /// Deletes the parts of a record that is about to be deleted.
    pub(super) fn delete_parts(&mut self, entity: &EntityType, id: Id) -> Result<()> {
        for (part, field) in self.parts_of(entity) {
            let query = Query::matching(&[(field.spec.name.as_ref(), FieldValue::Reference(id))]);
            let plan = self.tenant.system_plan(&part, SystemReason::Invariant);
            let asked = plan.check_scan(&self.tenant.schema, &part, &query)?;
            let mut found = Vec::new();
            self.tx.select(&asked, &mut |row| {
                found.push(row.id);
                Ok(true)
            })?;
            for row in found {
                self.delete(Author::Rule, part.name, row, None)?;
            }
        }
        Ok(())
    }

    /// Brings back the parts that were deleted together with a record that is back again.
    pub(super) fn restore_parts(&mut self, entity: &EntityType, id: Id, depth: usize) -> Result<()> {
        let parts = self.parts_of(entity);
        if parts.is_empty() {
            return Ok(());
        }
        let scope = JournalScope::Record { entity: entity.name, record: id, after: 0, until: None };
        let history = self.journal(scope)?;
        let Some(deletion) = history.iter().rev().find(|entry| entry.kind == ChangeKind::Delete) else {
            return Ok(());
        };
        for entry in self.journal(JournalScope::Operation(deletion.op_id))? {
            let Some((part, field)) = parts.iter().find(|(part, _)| part.name == entry.entity) else { continue };
            let plan = self.tenant.system_plan(part, SystemReason::Invariant);
            let row = self.tx.get(&plan.check_get_any(entry.record)?)?;
            if row.is_some_and(|row| row.deleted && field.value(&row) == FieldValue::Reference(id)) {
                self.restore(Author::Rule, part.name, entry.record, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Brings a deleted record back, with its parts.
    pub(super) fn restore(&mut self, author: Author, entity: &'static str, id: Id, depth: usize) -> Result<()> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        plan.require(Action::Delete)?;
        require_keeper(author, &entity)?;
        let get = plan.check_get_any(id)?;
        let before = self.tx.get(&get)?.ok_or_else(|| Error::not_found(entity.name))?;
        self.require_level(&plan, Action::Delete, &before)?;
        if !before.deleted {
            return Err(crate::room::illegal("id", "the record is not deleted"));
        }
        self.check_not_merged(&entity, id)?;
        let mut after = Row { deleted: false, ..before.clone() };
        self.follow_merges(&entity, None, &mut after)?;
        self.follow_owner(&entity, None, &mut after)?;
        let consequences = match restore_rule_of(entity.name) {
            Some(rule) => rule(self, &after)?,
            None => Decision::default(),
        };
        self.check_references(&plan, None, &after, &self.references(&entity, &after))?;
        self.before_definition(&entity, None, &after)?;
        self.before_sharing(author, &entity, None, Some(&mut after))?;
        self.check_aliases(&entity, None, &after)?;
        let consequences = consequences.join(self.check_duplicates(author, &entity, Some(&before), &after)?);
        let changes = journal::diff(&self.tenant.schema, &entity, &before, &after);
        self.write(&plan, &entity, Some(&before), after, ChangeKind::Restore, changes)?;
        if author.is_undo() {
            return Ok(());
        }
        self.restore_parts(&entity, id, depth)?;
        self.carry_out(consequences, depth + 1)
    }

    /// A record that belongs to another one by its registration has the owner of that one: from its making on, when it
    /// moves to another one, and when it comes back. Handing the other one over is the business of its own rule.
    pub(super) fn follow_owner(&mut self, entity: &EntityType, before: Option<&Row>, after: &mut Row) -> Result<()> {
        let Some(field) = entity.owner_follows.and_then(|name| entity.field(name)) else { return Ok(()) };
        let (FieldKind::Reference { to, .. }, FieldValue::Reference(id)) = (&field.spec.kind, field.value(after))
        else {
            return Ok(());
        };
        if before.is_some_and(|before| field.value(before) == FieldValue::Reference(id)) {
            return Ok(());
        }
        let other = self.entity(to)?;
        let plan = self.plan(Author::Rule, &other);
        // One that is not there is refused as every reference to nothing.
        if let Some(found) = self.tx.get(&plan.check_get(id)?)? {
            after.owner = found.owner;
        }
        Ok(())
    }

    fn journal(&mut self, scope: JournalScope<'_>) -> Result<Vec<JournalEntry>> {
        self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })
    }
}
