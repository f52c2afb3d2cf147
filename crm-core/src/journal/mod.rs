//! The journal: one entry per change of a record, written in the same transaction. Audit, history, as-of reads, undo
//! and the change feed are all read from it.

mod fold;
mod types;

pub(crate) use fold::{creation_changes, diff, row_as_of};
pub use types::{ChangeKind, ChangePage, FieldChange, JournalEntry, RecordKey};
