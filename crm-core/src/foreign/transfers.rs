//! Handing records over, and who owned what when.

use crate::engine::{HandOver, OwnershipChange, PlannedTransferPage, Session, Transfer, TransferReport};
use crate::query::Query;
use crate::value::{Date, Id, Result};

/// Handing records over to another owner, and who owned what when, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Transfers {
    session: Session,
}

impl Transfers {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Transfers {
    /// Hands records over, with what moves with them, in one operation that one undo takes back. A day to come is planned.
    ///
    /// # Errors
    /// `Required` if nothing says which records; `UnknownReference` at `to`; `NotFound` for an identifier of a record that
    /// the caller does not see; `NoSuchRight`, `UnknownEntity`, `UnknownField`, `TooMany` above 100,000 records; `Denied`.
    pub fn transfer(&self, transfer: Transfer) -> Result<TransferReport> {
        self.session.transfers().transfer(&transfer)
    }

    /// What a transfer would do, without doing it.
    ///
    /// # Errors
    /// As [`Transfers::transfer`].
    pub fn preview_transfer(&self, transfer: Transfer) -> Result<TransferReport> {
        self.session.transfers().preview_transfer(&transfer)
    }

    /// Hands over everything that a leaver owns, ends his places in teams and, if asked, switches him off.
    ///
    /// # Errors
    /// `UnknownReference` at `user`, `to` or `exceptions[0].to`; `NotAllowed` if both are one; `TooMany`; `Denied`.
    pub fn hand_over(&self, hand_over: HandOver) -> Result<TransferReport> {
        self.session.transfers().hand_over(&hand_over)
    }

    /// What a hand-over would do, without doing it.
    ///
    /// # Errors
    /// As [`Transfers::hand_over`].
    pub fn preview_hand_over(&self, hand_over: HandOver) -> Result<TransferReport> {
        self.session.transfers().preview_hand_over(&hand_over)
    }

    /// One page of the transfers that were carried out or wait for their day.
    ///
    /// # Errors
    /// `UnknownField`, `BadCursor`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn transfers(&self, query: Query) -> Result<PlannedTransferPage> {
        self.session.transfers().transfers(&query)
    }

    /// Gives a planned transfer up.
    ///
    /// # Errors
    /// `NotFound`, `IllegalTransition` if it does not wait any more, `Denied` for the plan of somebody else.
    pub fn cancel_planned(&self, id: Id) -> Result<()> {
        self.session.transfers().cancel_planned(id)
    }

    /// Carries out every planned transfer that the caller sees and whose day has come, each on behalf of who planned it
    /// and with his rights of today. One that is refused waits on, and the others are carried out. A host calls it daily.
    ///
    /// # Errors
    /// `Denied` without the right to read transfers; the first refusal, after all others were carried out.
    pub fn run_due(&self) -> Result<Vec<TransferReport>> {
        self.session.transfers().run_due()
    }

    /// The owners of a record, each with the first day of his: the first is its maker or whom he named.
    ///
    /// # Errors
    /// `NotFound` for a record that the reader does not see, `UnknownEntity`, `Denied`.
    pub fn ownership(&self, entity: &str, id: Id) -> Result<Vec<OwnershipChange>> {
        self.session.transfers().ownership(entity, id)
    }

    /// Who owned a record on a date; nothing before it was made. Later transfers never change the answer for a date before
    /// their own day.
    ///
    /// # Errors
    /// As [`Transfers::ownership`].
    pub fn owner_on(&self, entity: &str, id: Id, date: Date) -> Result<Option<Id>> {
        self.session.transfers().owner_on(entity, id, date)
    }
}
