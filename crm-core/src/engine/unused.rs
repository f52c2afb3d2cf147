//! Whether a record may be deleted: nothing that stands may point to it.

use super::Organization;
use super::pipeline::Work;
use crate::access::SystemReason;
use crate::query::{Comparison, Filter, Query};
use crate::schema::{Entity as _, EntityType, FieldDefinition, FieldRef};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

impl Work<'_> {
    /// A record that others refer to, or that gives others their meaning, cannot be deleted.
    pub(super) fn check_unused(&mut self, entity: &EntityType, id: Id) -> Result<()> {
        let mut used = match entity.name {
            Organization::NAME => true,
            FieldDefinition::NAME => self.has_values(id)?,
            _ => false,
        };
        let schema = &self.tenant.clone().schema;
        for (from, field) in schema.references_to(entity.name) {
            used = used || self.is_referred_to(from, &field, id)?;
        }
        for (from, field) in schema.registry.nested_references_to(entity.name) {
            used = used || self.is_named_inside(from, &field, entity.name, id)?;
        }
        if used {
            let problem = Problem::new(ErrorCode::StillReferenced, format!("the {} is still used", entity.name));
            return Err(Error::conflict(problem.with("entity", entity.name)));
        }
        Ok(())
    }

    /// Whether a record, also a deleted one, holds a value in a custom field: its definition gives it its meaning.
    fn has_values(&mut self, definition: Id) -> Result<bool> {
        let definitions = self.entity(FieldDefinition::NAME)?;
        let plan = self.tenant.system_plan(&definitions, SystemReason::Invariant);
        let definition = FieldDefinition::from_row(self.current(&plan, &definitions, definition)?)?;
        let entity = self.entity(&definition.entity)?;
        let empty = Filter::IsEmpty { field: definition.name };
        let asked = Query { filter: Some(Filter::NoneOf { filters: vec![empty] }), ..Query::default() };
        let plan = self.tenant.system_plan(&entity, SystemReason::Invariant);
        let asked = plan.check_dump(&self.tenant.schema, &entity, &asked)?;
        let mut found = false;
        self.tx.select(&asked, &mut |_| {
            found = true;
            Ok(false)
        })?;
        Ok(found)
    }

    fn is_referred_to(&mut self, from: &EntityType, field: &FieldRef, id: Id) -> Result<bool> {
        let filter = Filter::Compare {
            field: field.spec.name.to_string(),
            comparison: Comparison::Equal,
            value: FieldValue::Reference(id),
        };
        let asked = Query { filter: Some(filter), limit: Some(1), ..Query::default() };
        let plan = self.tenant.system_plan(from, SystemReason::Invariant);
        let asked = plan.check_query(&self.tenant.schema, from, &asked)?;
        let mut used = false;
        self.tx.select(&asked, &mut |_| {
            used = true;
            Ok(false)
        })?;
        Ok(used)
    }

    /// Reads every record of the entity, for nested values have no index; but looks only into those in whose text the
    /// identifier stands.
    fn is_named_inside(&mut self, from: &EntityType, field: &FieldRef, entity: &str, id: Id) -> Result<bool> {
        // Where other records say the same, those stand in the way.
        let Some(nested) = field.spec.nested_references.filter(|nested| nested.through.is_none()) else {
            return Ok(false);
        };
        let written = id.to_string();
        let plan = self.tenant.system_plan(from, SystemReason::Invariant);
        let asked = plan.check_scan(&self.tenant.schema, from, &Query::default())?;
        let mut used = false;
        self.tx.select(&asked, &mut |row| {
            if let FieldValue::Json(text) = field.value(&row) {
                used = text.contains(&written) && (nested.find)(&text, entity).contains(&id);
            }
            Ok(!used)
        })?;
        Ok(used)
    }
}
