//! Questions and writes that have passed the rights. Their fields are private to this room: a store can read them,
//! and nobody else can make one.

use std::borrow::Cow;
use std::sync::Arc;

use super::{RecordGrant, TenantId, Visibility};
use crate::query::{Bucket, Condition, MeasureFunction};
use crate::schema::{FieldRef, FieldSpec, Row, SpanKey};
use crate::value::Phrase;
use crate::value::{FieldValue, Id};

/// Makes a reader for each private field.
macro_rules! readers {
    ($type:ident { $( $(#[$meta:meta])* $field:ident : $ty:ty ),* $(,)? }) => {
        impl $type {
            $( $(#[$meta])* #[must_use] pub(crate) fn $field(&self) -> &$ty { &self.$field } )*
        }
    };
}

/// One record by identifier.
#[derive(Debug)]
pub struct CheckedGet {
    pub(super) tenant: TenantId,
    pub(super) entity: &'static str,
    pub(super) id: Id,
    pub(super) visibility: Visibility,
    pub(super) deleted: bool,
    pub(super) custom: Arc<[FieldSpec]>,
}

readers!(CheckedGet {
    tenant: TenantId,
    entity: &'static str,
    id: Id,
    visibility: Visibility,
    deleted: bool,
    custom: Arc<[FieldSpec]>,
});

/// Search words over readable columns.
#[derive(Debug)]
pub struct Search {
    /// The readable columns, each with its place among the searchable ones.
    pub(super) columns: Vec<(usize, usize)>,
    pub(super) phrases: Vec<Phrase>,
}

readers!(Search { columns: Vec<(usize, usize)>, phrases: Vec<Phrase> });

/// A list.
#[derive(Debug)]
pub struct CheckedQuery {
    pub(super) tenant: TenantId,
    pub(super) entity: &'static str,
    pub(super) condition: Option<Condition>,
    pub(super) search: Option<Search>,
    pub(super) sort: Vec<(FieldRef, bool)>,
    pub(super) after: Option<(Vec<FieldValue>, Id)>,
    pub(super) limit: Option<usize>,
    pub(super) visibility: Visibility,
    pub(super) fingerprint: String,
    pub(super) deleted: bool,
    pub(super) custom: Arc<[FieldSpec]>,
}

readers!(CheckedQuery {
    tenant: TenantId,
    entity: &'static str,
    condition: Option<Condition>,
    search: Option<Search>,
    sort: Vec<(FieldRef, bool)>,
    after: Option<(Vec<FieldValue>, Id)>,
    limit: Option<usize>,
    visibility: Visibility,
    fingerprint: String,
    deleted: bool,
    custom: Arc<[FieldSpec]>,
});

/// Figures over the visible records.
#[derive(Debug)]
pub struct CheckedAggregate {
    pub(super) tenant: TenantId,
    pub(super) entity: &'static str,
    pub(super) condition: Option<Condition>,
    pub(super) search: Option<Search>,
    pub(super) group_by: Vec<(FieldRef, Option<Bucket>)>,
    pub(super) measures: Vec<(MeasureFunction, Option<FieldRef>)>,
    pub(super) visibility: Visibility,
}

readers!(CheckedAggregate {
    tenant: TenantId,
    entity: &'static str,
    condition: Option<Condition>,
    search: Option<Search>,
    group_by: Vec<(FieldRef, Option<Bucket>)>,
    measures: Vec<(MeasureFunction, Option<FieldRef>)>,
    visibility: Visibility,
});

/// Who holds a unique value.
#[derive(Debug)]
pub struct CheckedLookup {
    pub(super) tenant: TenantId,
    pub(super) entity: &'static str,
    pub(super) kind: String,
    pub(super) key: String,
}

readers!(CheckedLookup { tenant: TenantId, entity: &'static str, kind: String, key: String });

/// Whether a write makes a row or changes one.
#[derive(Debug)]
pub enum WriteKind {
    /// A new row.
    Insert,
    /// A changed row.
    Update {
        /// The version that the row must have now.
        version: i64,
        /// The declared columns that differ.
        changed: Vec<usize>,
        /// Whether a custom field differs.
        custom: bool,
        /// Whether the owner differs.
        owner: bool,
    },
}

/// A key of a value inside the list of a field.
pub(crate) type FieldSpan = (Cow<'static, str>, SpanKey);

/// A row to be written, with its unique keys, the entries of lists by which it is found, and its search words.
#[derive(Debug)]
pub struct CheckedWrite {
    pub(super) tenant: TenantId,
    pub(super) entity: &'static str,
    pub(super) kind: WriteKind,
    pub(super) row: Row,
    pub(super) remove_keys: Vec<(String, String)>,
    pub(super) add_keys: Vec<(String, String)>,
    pub(super) remove_entries: Vec<(String, String)>,
    pub(super) add_entries: Vec<(String, String)>,
    /// Keys of values inside lists, each with its field, by which the record is no longer found.
    pub(super) remove_spans: Vec<FieldSpan>,
    /// Those by which it is found from now on.
    pub(super) add_spans: Vec<FieldSpan>,
    pub(super) search: Option<Vec<Vec<String>>>,
    /// Grants that no longer hold: of this record by a rule, or of another one if this is a share or a team member. Only
    /// the key of each counts: entity, record, principal, cause.
    pub(super) remove_grants: Vec<RecordGrant>,
    /// Grants that hold from now on; one with the same key is put in the place of the former. The record of a grant is
    /// this one or stands in the store already.
    pub(super) add_grants: Vec<RecordGrant>,
    pub(super) custom: Arc<[FieldSpec]>,
}

readers!(CheckedWrite {
    tenant: TenantId,
    entity: &'static str,
    kind: WriteKind,
    row: Row,
    remove_keys: Vec<(String, String)>,
    add_keys: Vec<(String, String)>,
    remove_entries: Vec<(String, String)>,
    add_entries: Vec<(String, String)>,
    remove_spans: Vec<FieldSpan>,
    add_spans: Vec<FieldSpan>,
    search: Option<Vec<Vec<String>>>,
    remove_grants: Vec<RecordGrant>,
    add_grants: Vec<RecordGrant>,
    custom: Arc<[FieldSpec]>,
});
