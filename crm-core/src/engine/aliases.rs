//! Records that went into others by a merge: their identifiers and unique values stand for the surviving record for ever.

use super::pipeline::Work;
use super::tenant::Tenant;
use crate::access::{SystemReason, unique_keys};
use crate::merging::{MergeAlias, MergeRecord};
use crate::room::Author;
use crate::schema::{Entity as _, EntityType, FieldKind, FieldRef, Row};
use crate::store::{JournalRead, JournalScope, ReadTx};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// The record into which the one that had a unique value went; its identifier has the kind `id`.
pub(super) fn survivor_of(
    tx: &mut dyn ReadTx,
    tenant: &Tenant,
    entity: &EntityType,
    (kind, key): (&str, &str),
) -> Result<Option<Id>> {
    let Some(merge) = merge_of(tx, tenant, entity, &MergeAlias::hash_of(entity.name, kind, key))? else {
        return Ok(None);
    };
    Ok(MergeRecord::from_stored(merge)?.target)
}

/// The merge that keeps an alias.
pub(super) fn merge_of(tx: &mut dyn ReadTx, tenant: &Tenant, entity: &EntityType, hash: &str) -> Result<Option<Row>> {
    if !(tenant.merged && entity.mergeable) {
        return Ok(None);
    }
    let merges = tenant.schema.entity(MergeRecord::NAME)?;
    let plan = tenant.system_plan(merges, SystemReason::Invariant);
    let Some(found) = tx.lookup(&plan.check_lookup(MergeAlias::KIND, hash))? else { return Ok(None) };
    tx.get(&plan.check_get(found)?)
}

impl Work<'_> {
    /// The record into which the one that had a unique value went.
    pub(super) fn survivor_of(&mut self, entity: &EntityType, kind: &str, key: &str) -> Result<Option<Id>> {
        survivor_of(self.tx, &self.tenant, entity, (kind, key))
    }

    /// The record that an identifier stands for.
    pub(super) fn followed(&mut self, entity: &EntityType, id: Id) -> Result<Id> {
        Ok(self.survivor_of(entity, "id", &id.to_string())?.unwrap_or(id))
    }

    /// Lets new references to merged records point to the surviving ones.
    pub(super) fn follow_merges(&mut self, entity: &EntityType, before: Option<&Row>, row: &mut Row) -> Result<()> {
        if !self.tenant.merged {
            return Ok(());
        }
        let tenant = self.tenant.clone();
        for field in tenant.schema.fields(entity) {
            let value = field.value(row);
            if value.is_null() || before.is_some_and(|before| field.value(before) == value) {
                continue;
            }
            let value = self.followed_value(entity, &field, row, value)?;
            field.set(row, value);
        }
        Ok(())
    }

    /// A value in which references to merged records point to the surviving ones.
    pub(super) fn followed_value(
        &mut self,
        entity: &EntityType,
        field: &FieldRef,
        row: &Row,
        value: FieldValue,
    ) -> Result<FieldValue> {
        let tenant = self.tenant.clone();
        match (&value, field.spec.nested_references) {
            (FieldValue::Reference(id), _) => {
                let Some(to) = target_of(entity, field, row) else { return Ok(value) };
                let Some(to) = tenant.schema.registry.get(&to).filter(|to| to.mergeable) else { return Ok(value) };
                self.followed(to, *id).map(FieldValue::Reference)
            }
            (FieldValue::Json(json), Some(nested)) => {
                let mut json = json.clone();
                let known = nested.to.iter().filter_map(|name| tenant.schema.registry.get(name));
                for to in known.filter(|to| to.mergeable) {
                    let mut moved = Vec::new();
                    for id in (nested.find)(&json, to.name) {
                        let survivor = self.followed(to, id)?;
                        if survivor != id {
                            moved.push((id, survivor));
                        }
                    }
                    if moved.is_empty() {
                        continue;
                    }
                    let by = |id: Id| moved.iter().find(|(old, _)| *old == id).map_or(id, |(_, new)| *new);
                    json = (nested.follow)(&json, to.name, &by).unwrap_or(json);
                }
                Ok(FieldValue::Json(json))
            }
            _ => Ok(value),
        }
    }

    /// A unique value of a merged record is that of the surviving one and of no other.
    pub(super) fn check_aliases(&mut self, entity: &EntityType, before: Option<&Row>, after: &Row) -> Result<()> {
        if !(self.tenant.merged && entity.mergeable) {
            return Ok(());
        }
        let custom = self.tenant.schema.shared_custom_fields(entity.name);
        let known = before.map(|before| unique_keys(entity, &custom, before)).unwrap_or_default();
        let own_id = before.is_none().then(|| ("id".to_owned(), after.id.to_string()));
        let keys = unique_keys(entity, &custom, after).into_iter().filter(|key| !known.contains(key));
        for (kind, key) in keys.chain(own_id) {
            if self.survivor_of(entity, &kind, &key)?.is_some_and(|survivor| survivor != after.id) {
                let message = format!("another {} already has this value", entity.name);
                let problem = Problem::of_field(ErrorCode::DuplicateKey, kind, message).with("entity", entity.name);
                return Err(self.clash(entity, Error::conflict(problem)));
            }
        }
        Ok(())
    }

    /// A merged record comes back by an un-merge alone.
    pub(super) fn check_not_merged(&mut self, entity: &EntityType, id: Id) -> Result<()> {
        let hash = MergeAlias::hash_of(entity.name, "id", &id.to_string());
        let Some(merge) = merge_of(self.tx, &self.tenant, entity, &hash)? else { return Ok(()) };
        Err(self.merged_already("id", entity, &MergeRecord::from_stored(merge)?))
    }

    /// The record went into another one; which one is told to who sees that.
    pub(super) fn merged_already(&mut self, field: &str, entity: &EntityType, merge: &MergeRecord) -> Error {
        let problem = Problem::of_field(ErrorCode::Merged, field, "the record went into another one by a merge");
        let seen = merge.target.filter(|target| self.is_seen(entity, *target));
        Error::conflict(match seen {
            Some(target) => problem.with("merge", merge.id).with("survivor", target),
            None => problem,
        })
    }

    /// Whether the caller sees a record, deleted or not.
    pub(super) fn is_seen(&mut self, entity: &EntityType, id: Id) -> bool {
        let plan = self.plan(Author::Caller, entity);
        plan.check_get_any(id).and_then(|get| self.tx.get(&get)).is_ok_and(|found| found.is_some())
    }

    /// The version after a change: above every one that the record ever had, also those that an un-merge took back.
    /// Whoever read one of them must not pass for somebody who read a later one.
    pub(super) fn next_version(&mut self, entity: &EntityType, before: &Row) -> Result<i64> {
        let next = before.version.saturating_add(1);
        if !self.tenant.unmerged {
            return Ok(next);
        }
        let scope = JournalScope::Record { entity: entity.name, record: before.id, after: before.version, until: None };
        let later = self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })?;
        Ok(later.iter().map(|entry| entry.version.saturating_add(1)).fold(next, i64::max))
    }
}

/// Whether a field has references in it.
pub(super) fn refers(field: &FieldRef) -> bool {
    matches!(field.spec.kind, FieldKind::Reference { .. }) || field.spec.nested_references.is_some()
}

/// The entity to which a reference points.
pub(super) fn target_of(entity: &EntityType, field: &FieldRef, row: &Row) -> Option<String> {
    let FieldKind::Reference { to, .. } = &field.spec.kind else { return None };
    if !to.is_empty() {
        return Some(to.to_string());
    }
    match field.spec.entity_in.and_then(|name| entity.field(name))?.value(row) {
        FieldValue::Text(name) => Some(name),
        _ => None,
    }
}
