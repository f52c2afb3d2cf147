//! What the journal says.

use crate::value::{FieldValue, Id, Timestamp};

value_enum! {
    /// What happened to the record.
    pub enum ChangeKind {
        /// It was made.
        Create = "create",
        /// Fields were changed.
        Update = "update",
        /// It was deleted.
        Delete = "delete",
        /// It was brought back.
        Restore = "restore",
    }
}

value_struct! {
    /// One field before and after.
    pub struct FieldChange {
        required {
            /// The field.
            pub field: String,
            /// The value before; nothing when the record was made.
            pub before: FieldValue,
            /// The value after.
            pub after: FieldValue,
        }
    }
}

value_struct! {
    /// One change of one record.
    pub struct JournalEntry {
        required {
            /// The place in the journal: grows with every commit.
            pub sequence: i64,
            /// The operation: equal for all changes that were made together.
            pub op_id: Id,
            /// The name of the command, for example `sales.advance_stage`.
            pub command: String,
            /// Who.
            pub actor: Id,
            /// When.
            pub at: Timestamp,
            /// The entity.
            pub entity: String,
            /// The record.
            pub record: Id,
            /// The version after the change. Entries of merges note it among the fields as well: a record that an un-merge
            /// gave back has the version that it had, and the entry stands above all others.
            pub version: i64,
            /// What happened.
            pub kind: ChangeKind,
            /// The fields, in the order of the registration.
            pub changes: Vec<FieldChange>,
        }
        optional {
            /// Whether a rule made it follow from another change of the operation, whatever the rights of the actor.
            pub consequence: bool,
        }
    }
}

value_struct! {
    /// A record, by entity and identifier.
    pub struct RecordKey {
        required {
            /// The entity.
            pub entity: String,
            /// The record.
            pub id: Id,
        }
    }
}

value_struct! {
    /// One page of the change feed.
    #[derive(Default)]
    pub struct ChangePage {
        required {
            /// The entries that the reader may see, oldest first.
            pub entries: Vec<JournalEntry>,
            /// Where the next page starts; keep it.
            pub next_cursor: i64,
        }
        optional {
            /// Whether more entries wait.
            pub has_more: bool,
            /// Records that went to an owner whose records the reader does not see: a copy of one is to be dropped.
            pub left: Vec<RecordKey>,
        }
    }
}
