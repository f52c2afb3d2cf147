//! Records that belong to another one and are kept by the engine, such as the intervals of an opportunity: they are
//! deleted and brought back with it.

use super::pipeline::Work;
use crate::access::SystemReason;
use crate::journal::{ChangeKind, JournalEntry};
use crate::query::Query;
use crate::room::Author;
use crate::schema::{EntityType, FieldKind, FieldRef, MergePolicy};
use crate::store::{JournalRead, JournalScope};
use crate::value::{FieldValue, Id, Result};

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

    fn journal(&mut self, scope: JournalScope<'_>) -> Result<Vec<JournalEntry>> {
        self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })
    }
}
