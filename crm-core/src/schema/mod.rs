//! The entity registry: what an entity is, which fields it has, how they are kept, and who may refer to whom.
//!
//! One registration per entity drives the tables of every store, the row codec, the queryable fields, the references
//! that a merge must re-point, CSV headers and the JSON Schema.

#[macro_use]
mod macros;

mod codec;
mod coerce;
mod custom;
mod registry;
mod row;
mod spans;
mod spec;

pub use codec::FieldCodec;
pub(crate) use codec::{enum_field, nested_field};
pub(crate) use custom::DEFAULT_SCALE;
pub use custom::{CustomFieldKind, FieldDefinition, FieldDefinitionPage, MAX_CUSTOM_BYTES, TenantSchema};
pub use registry::{Entity, EntityType, FieldRef, MovesWith, Place, Registry, Sharing, SystemField};
pub use row::Row;
pub(crate) use spans::{Ends, SpanKey, SpanKeys, SpanPart, SpanTest};
pub(crate) use spec::masked_text;
pub(crate) use spec::{Entries, IdsInside, NestedReferences};
pub use spec::{
    FieldKind, FieldSpec, Limits, MAX_TEXT_CHARS, MergePolicy, Sensitivity, WriteRule, boolean, currency, date,
    decimal, integer, nested, picklist, reference, text, timestamp,
};
