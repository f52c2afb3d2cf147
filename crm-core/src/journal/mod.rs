//! The journal: one entry per change of a record, written in the same transaction. Audit, history, as-of reads, undo
//! and the change feed are all read from it.

mod fold;
mod types;

pub(crate) use fold::{STAMPS, creation_changes, diff, put_stamp, row_as_of, stamp_changes};
pub use types::{ChangeKind, ChangePage, FieldChange, JournalEntry, RecordKey};
