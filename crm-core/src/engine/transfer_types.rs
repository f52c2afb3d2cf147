//! What a transfer is asked with, and what it tells.

use crate::query::Filter;
use crate::schema::{enum_field, nested_field};
use crate::value::{Date, Id};

value_struct! {
    /// What moves with a record to its new owner: as declared for each entity, for example contacts, open opportunities
    /// and open quotes with their account.
    #[derive(Default)]
    pub struct TransferCascade {
        optional {
            /// Nothing moves with it.
            pub nothing: bool,
            /// The entities whose records move; all that are declared if none is named.
            pub entities: Vec<String>,
            /// Whether records of other owners move too; else only those of the owner from whom the record comes.
            pub any_owner: bool,
        }
    }
}

value_struct! {
    /// A transfer of records to another owner (转移). The records are those of `ids` and those that fulfil the filter and
    /// belong to `from_owner`.
    #[derive(Default)]
    pub struct Transfer {
        required {
            /// The entity.
            pub entity: String,
            /// The new owner: a user or a queue.
            pub to: Id,
        }
        optional {
            /// Which records.
            pub filter: Option<Filter>,
            /// The owner whose records they are.
            pub from_owner: Option<Id>,
            /// Records by identifier.
            pub ids: Vec<Id>,
            /// What moves with them; everything that is declared if nothing is said.
            pub cascade: Option<TransferCascade>,
            /// The day from which the new owner has them; today if nothing is said. A later day is planned.
            pub effective: Option<Date>,
            /// Why.
            pub reason: Option<String>,
        }
    }
}

value_struct! {
    /// Another new owner for the records of one entity.
    #[derive(Default)]
    pub struct HandOverException {
        required {
            /// The entity.
            pub entity: String,
            /// The new owner.
            pub to: Id,
        }
    }
}

value_struct! {
    /// A leaver's hand-over (离职交接): everything that he owns goes to somebody else, open or not; his places in teams end.
    #[derive(Default)]
    pub struct HandOver {
        required {
            /// Who leaves.
            pub user: Id,
            /// Who gets it.
            pub to: Id,
        }
        optional {
            /// Other owners for some entities.
            pub exceptions: Vec<HandOverException>,
            /// Whether the user is switched off.
            pub deactivate: bool,
            /// The day from which it counts; today if nothing is said. A later day is planned.
            pub effective: Option<Date>,
            /// Why.
            pub reason: Option<String>,
        }
    }
}

value_union! {
    /// What was asked for by a transfer.
    #[expect(clippy::large_enum_variant, reason = "they are few, and foreign languages know no boxes")]
    pub enum TransferRequest {
        /// A transfer.
        Transfer {
            /// The transfer.
            transfer: Transfer,
        },
        /// A leaver's hand-over.
        HandOver {
            /// The hand-over.
            hand_over: HandOver,
        },
    }
}

value_union! {
    /// Handing records over to another owner.
    #[expect(clippy::large_enum_variant, reason = "they are few, and foreign languages know no boxes")]
    pub enum TransferCommand {
        /// A transfer.
        Transfer {
            /// The transfer.
            transfer: Transfer,
        },
        /// A leaver's hand-over.
        HandOver {
            /// The hand-over.
            hand_over: HandOver,
        },
        /// Gives a planned transfer up.
        CancelPlanned {
            /// The planned transfer.
            id: Id,
        },
        /// Carries a planned transfer out whose day has come, on behalf of who planned it.
        RunPlanned {
            /// The planned transfer.
            id: Id,
        },
    }
}

value_struct! {
    /// So many records of an entity.
    #[derive(Default)]
    pub struct TransferCount {
        required {
            /// The entity.
            pub entity: String,
            /// How many.
            pub count: i64,
        }
    }
}

value_struct! {
    /// What a transfer did, or would do.
    #[derive(Default)]
    pub struct TransferReport {
        required {
            /// The operation: undo takes all of it back at once.
            pub operation: Id,
            /// The records that changed their owner, by entity.
            pub counts: Vec<TransferCount>,
        }
        optional {
            /// Records that the new owner had already.
            pub skipped: i64,
            /// Of a hand-over: visible records that stay, because the caller may not hand them over.
            pub left: Vec<TransferCount>,
            /// Whether it waits for its day.
            pub planned: bool,
        }
    }
}

value_enum! {
    /// How far a transfer has come.
    #[derive(Default)]
    pub enum TransferStatus {
        /// It waits for its day.
        Planned = "planned",
        /// It was carried out.
        #[default]
        Done = "done",
        /// It was given up.
        Cancelled = "cancelled",
    }
}

value_struct! {
    /// Since when somebody owns a record.
    pub struct OwnershipChange {
        required {
            /// The owner.
            pub owner: Id,
            /// The first day.
            pub since: Date,
            /// The operation that gave it to him.
            pub operation: Id,
        }
        optional {
            /// Why it was handed over.
            pub reason: Option<String>,
        }
    }
}

entity! {
    /// A transfer that was carried out or waits for its day. The engine keeps it; its identifier is that of the operation.
    pub struct PlannedTransfer("transfer", PlannedTransferPage, Private) {
        required {}
        optional {
            /// How far it has come.
            pub status: Option<TransferStatus> => picklist(TransferStatus::NAMES).indexed().engine(),
            /// The day from which it counts.
            pub effective: Option<Date> => date().indexed().engine(),
            /// The new owner.
            pub new_owner: Option<Id> => reference("user", MergePolicy::Keep).indexed().engine(),
            /// What was asked for.
            pub request: Option<TransferRequest> => nested().has_ids(IdsInside::AsSaid).engine(),
            /// The records that were handed over, by entity.
            pub counts: Vec<TransferCount> => nested().engine(),
            /// Why.
            pub reason: Option<String> => text(2_000).engine(),
        }
    }
}

enum_field!(TransferStatus);
nested_field!(TransferRequest);
