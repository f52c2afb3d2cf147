//! Handing records over, as a host calls it.

use crate::access::Ctx;
use crate::engine::{
    Command, HandOver, OwnershipChange, PlannedTransfer, PlannedTransferPage, Session, Transfer, TransferCommand,
    TransferReport, transfer,
};
use crate::query::Query;
use crate::value::{Date, Id, Result};

/// Transfers of a session.
#[derive(Debug, Clone, Copy)]
pub struct Transfers<'a> {
    session: &'a Session,
}

impl Session {
    /// Handing records over to another owner, and who owned what when.
    ///
    /// ```
    /// use crm_core::access::User;
    /// use crm_core::customer::Account;
    /// use crm_core::engine::Transfer;
    /// # use crm_core::engine::{Crm, SetupOptions};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let account = session.customers().create_account(&Account { name: "Pumpen AG".into(), ..Account::default() })?;
    /// let keller = User { login: "keller".into(), name: "K. Keller".into(), ..User::default() };
    /// let keller = session.admin().create_user(&keller)?;
    /// let transfer = Transfer { entity: "account".into(), ids: vec![account.id], to: keller.id, ..Transfer::default() };
    /// let preview = session.transfers().preview_transfer(&transfer)?;
    /// let done = session.transfers().transfer(&transfer)?;
    /// assert_eq!(preview.counts, done.counts);
    /// assert_eq!(session.transfers().ownership("account", account.id)?.len(), 2);
    /// session.undo(done.operation)?;
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn transfers(&self) -> Transfers<'_> {
        Transfers { session: self }
    }
}

impl Transfers<'_> {
    /// Hands records over, with what moves with them, in one operation that one undo takes back. A day to come is planned.
    ///
    /// # Errors
    /// `Required` if nothing says which records; `UnknownReference` at `to`; `NotFound` for an identifier of a record that
    /// the caller does not see; `NoSuchRight`, `UnknownEntity`, `UnknownField`, `TooMany` above 100,000 records; `Denied`.
    pub fn transfer(&self, transfer: &Transfer) -> Result<TransferReport> {
        self.session.transfer_and_report(TransferCommand::Transfer { transfer: transfer.clone() })
    }

    /// What a transfer would do, without doing it.
    ///
    /// # Errors
    /// As [`Transfers::transfer`].
    pub fn preview_transfer(&self, transfer: &Transfer) -> Result<TransferReport> {
        let today = Transfer { effective: None, ..transfer.clone() };
        self.preview(TransferCommand::Transfer { transfer: today })
    }

    /// Hands over everything that a leaver owns, ends his places in teams and, if asked, switches him off.
    ///
    /// # Errors
    /// `UnknownReference` at `user`, `to` or `exceptions[0].to`; `NotAllowed` if both are one; `TooMany`; `Denied`.
    pub fn hand_over(&self, hand_over: &HandOver) -> Result<TransferReport> {
        self.session.transfer_and_report(TransferCommand::HandOver { hand_over: hand_over.clone() })
    }

    /// What a hand-over would do, without doing it.
    ///
    /// # Errors
    /// As [`Transfers::hand_over`].
    pub fn preview_hand_over(&self, hand_over: &HandOver) -> Result<TransferReport> {
        let today = HandOver { effective: None, ..hand_over.clone() };
        self.preview(TransferCommand::HandOver { hand_over: today })
    }

    fn preview(&self, command: TransferCommand) -> Result<TransferReport> {
        let outcome = self.session.preview(Command::Transfer(command))?;
        transfer::report(self.session, &outcome, false)
    }

    /// One page of the transfers that were carried out or wait for their day.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn transfers(&self, query: &Query) -> Result<PlannedTransferPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(PlannedTransferPage { items, next_cursor })
    }

    /// Gives a planned transfer up.
    ///
    /// # Errors
    /// `NotFound`, `IllegalTransition` if it does not wait any more, `Denied` for the plan of somebody else.
    pub fn cancel_planned(&self, id: Id) -> Result<()> {
        self.session.execute(Command::Transfer(TransferCommand::CancelPlanned { id })).map(|_| ())
    }

    /// Carries out every planned transfer that the caller sees and whose day has come, each on behalf of who planned it
    /// and with his rights of today. One that is refused waits on, and the others are carried out. A host calls it daily.
    ///
    /// # Errors
    /// `Denied` without the right to read transfers; the first refusal, after all others were carried out.
    pub fn run_due(&self) -> Result<Vec<TransferReport>> {
        let (mut done, mut refused) = (Vec::new(), None);
        for plan in transfer::due(self.session)? {
            match self.run(&plan) {
                Ok(report) => done.push(report),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        refused.map_or(Ok(done), Err)
    }

    fn run(&self, plan: &PlannedTransfer) -> Result<TransferReport> {
        let user = plan.created_by.unwrap_or(self.session.ctx.user);
        let author = Session { ctx: Ctx { user, ..self.session.ctx }, ..self.session.clone() };
        let outcome = author.execute(Command::Transfer(TransferCommand::RunPlanned { id: plan.id }))?;
        transfer::report(self.session, &outcome, false)
    }

    /// The owners of a record, each with the first day of his: the first is its maker or whom he named.
    ///
    /// # Errors
    /// `NotFound` for a record that the reader does not see, `UnknownEntity`, `Denied`.
    pub fn ownership(&self, entity: &str, id: Id) -> Result<Vec<OwnershipChange>> {
        self.session.reading(|reading| reading.ownership(entity, id))
    }

    /// Who owned a record on a date; nothing before it was made. Later transfers never change the answer for a date before
    /// their own day.
    ///
    /// # Errors
    /// As [`Transfers::ownership`].
    pub fn owner_on(&self, entity: &str, id: Id, date: Date) -> Result<Option<Id>> {
        self.session.reading(|reading| reading.owner_on(entity, id, date))
    }
}
