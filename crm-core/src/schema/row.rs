//! A record as the stores and the journal see it.

use std::collections::BTreeMap;

use crate::value::{FieldValue, Id, Timestamp};

/// One record: the system fields, the declared fields in the order of their registration, the custom fields by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The identifier.
    pub id: Id,
    /// Counts the changes, from 1.
    pub version: i64,
    /// The user who answers for the record.
    pub owner: Option<Id>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Option<Id>,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: Option<Id>,
    /// Whether it was deleted; it stays for the journal and for undo.
    pub deleted: bool,
    /// The declared fields.
    pub values: Vec<FieldValue>,
    /// The custom fields that are not empty.
    pub custom: BTreeMap<String, FieldValue>,
}

impl Row {
    /// The value of a declared field.
    #[must_use]
    pub fn value(&self, column: usize) -> &FieldValue {
        self.values.get(column).unwrap_or(&FieldValue::Null)
    }
}
