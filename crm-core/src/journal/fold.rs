//! From two rows to changes, and from changes back to rows.

use super::{ChangeKind, FieldChange, JournalEntry};
use crate::schema::{EntityType, FieldRef, Place, Row, TenantSchema};
use crate::value::{FieldValue, Result};

/// The fields that differ.
pub(crate) fn diff(schema: &TenantSchema, entity: &EntityType, before: &Row, after: &Row) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (column, spec) in entity.fields.iter().enumerate() {
        push(&mut changes, &spec.name, before.value(column), after.value(column));
    }
    for spec in schema.custom_fields(entity.name) {
        let name = spec.name.as_ref();
        let (old, new) = (before.custom.get(name), after.custom.get(name));
        push(&mut changes, name, old.unwrap_or(&FieldValue::Null), new.unwrap_or(&FieldValue::Null));
    }
    if before.owner != after.owner {
        let value = |owner: Option<_>| owner.map_or(FieldValue::Null, FieldValue::Reference);
        changes.push(FieldChange { field: "owner".to_owned(), before: value(before.owner), after: value(after.owner) });
    }
    changes
}

/// The fields of a new record that have a value.
pub(crate) fn creation_changes(schema: &TenantSchema, entity: &EntityType, row: &Row) -> Vec<FieldChange> {
    let empty = Row { values: vec![FieldValue::Null; entity.fields.len()], ..Row::default() };
    diff(schema, entity, &empty, row)
}

fn push(changes: &mut Vec<FieldChange>, name: &str, before: &FieldValue, after: &FieldValue) {
    if before != after {
        changes.push(FieldChange { field: name.to_owned(), before: before.clone(), after: after.clone() });
    }
}

/// Puts one entry on top of a row: the row as it stood after the entry.
///
/// # Errors
/// The value no longer fits the type of the field.
pub(crate) fn apply_changes(
    schema: &TenantSchema,
    entity: &EntityType,
    row: &mut Row,
    entry: &JournalEntry,
) -> Result<()> {
    if entry.kind == ChangeKind::Create {
        row.id = entry.record;
        row.created_at = entry.at;
        row.created_by = Some(entry.actor);
        row.values = vec![FieldValue::Null; entity.fields.len()];
    }
    for change in &entry.changes {
        // A custom field whose definition is gone leaves no trace in the row either.
        let Some(field) = schema.field(entity, &change.field) else { continue };
        set(&field, row, change.after.clone())?;
    }
    row.version = entry.version;
    row.updated_at = entry.at;
    row.updated_by = Some(entry.actor);
    // A merge may change a record that was deleted before.
    row.deleted = match entry.kind {
        ChangeKind::Delete => true,
        ChangeKind::Update => row.deleted,
        ChangeKind::Create | ChangeKind::Restore => false,
    };
    entry.changes.iter().for_each(|change| put_stamp(row, &change.field, &change.after));
    Ok(())
}

/// The fields that every change of a record sets. Merges and un-merges note them as well: what is taken back whole has
/// the version and the instant that it had.
pub(crate) const STAMPS: [&str; 3] = ["version", "updated_at", "updated_by"];

/// The stamps before and after a change, also those that stay.
pub(crate) fn stamp_changes(before: &Row, after: &Row) -> Vec<FieldChange> {
    let user = |id: Option<_>| id.map_or(FieldValue::Null, FieldValue::Reference);
    let stamps =
        |row: &Row| [FieldValue::Integer(row.version), FieldValue::Timestamp(row.updated_at), user(row.updated_by)];
    let pairs = STAMPS.iter().zip(stamps(before).into_iter().zip(stamps(after)));
    pairs.map(|(field, (before, after))| FieldChange { field: (*field).to_owned(), before, after }).collect()
}

/// Sets a stamp of a row; other fields are left alone.
pub(crate) fn put_stamp(row: &mut Row, field: &str, value: &FieldValue) {
    match (field, value) {
        ("version", FieldValue::Integer(version)) => row.version = *version,
        ("updated_at", FieldValue::Timestamp(at)) => row.updated_at = *at,
        ("updated_at", FieldValue::Text(text)) => row.updated_at = text.parse().unwrap_or(row.updated_at),
        ("updated_by", FieldValue::Reference(id)) => row.updated_by = Some(*id),
        ("updated_by", FieldValue::Text(text)) => row.updated_by = text.parse().ok().or(row.updated_by),
        ("updated_by", FieldValue::Null) => row.updated_by = None,
        _ => {}
    }
}

fn set(field: &FieldRef, row: &mut Row, value: FieldValue) -> Result<()> {
    let value = match crate::query::operand(field, &value) {
        // The definition of that time is gone, and there is another one of the same name.
        Err(_) if matches!(field.place, Place::Custom(_)) => FieldValue::Null,
        value => value?,
    };
    field.set(row, value);
    Ok(())
}

/// The record after all these entries, oldest first; nothing if it was not made among them or is deleted.
///
/// # Errors
/// A value no longer fits the type of its field.
pub(crate) fn row_as_of(schema: &TenantSchema, entity: &EntityType, entries: &[JournalEntry]) -> Result<Option<Row>> {
    let mut row = Row::default();
    for entry in entries {
        apply_changes(schema, entity, &mut row, entry)?;
    }
    Ok(if row.id.is_nil() || row.deleted { None } else { Some(row) })
}
