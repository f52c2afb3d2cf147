//! Merging records, as a host calls it.

use crate::engine::{Command, Session, merge, unmerge};
use crate::merging::{
    MergeCommand, MergeRecord, MergeRecordPage, MergeReport, MergeRequest, MergeStatus, UnmergeReport,
};
use crate::query::Query;
use crate::value::{Id, Result};

/// Merges of a session.
#[derive(Debug, Clone, Copy)]
pub struct Merges<'a> {
    session: &'a Session,
}

impl Session {
    /// Merging records that are one and the same, and taking that back.
    ///
    /// ```
    /// use crm_core::customer::{Account, Contact};
    /// use crm_core::merging::MergeRequest;
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
    /// let make = |name: &str, city: Option<&str>| {
    ///     let account = Account { name: name.into(), city: city.map(str::to_owned), ..Account::default() };
    ///     session.customers().create_account(&account)
    /// };
    /// let (kept, gone) = (make("Müller Pumpen GmbH", None)?, make("Mueller Pumpen", Some("Ulm"))?);
    /// let person = Contact { full_name: "Anna Gruber".into(), account: Some(gone.id), ..Contact::default() };
    /// let person = session.customers().create_contact(&person)?;
    ///
    /// let wish = MergeRequest { entity: "account".into(), survivor: kept.id, losers: vec![gone.id], ..MergeRequest::default() };
    /// let preview = session.merges().preview_merge(&wish)?;
    /// let done = session.merges().merge(&wish)?;
    /// assert_eq!((preview.fields, preview.counts), (done.fields, done.counts));
    /// // The empty city was filled, the contact followed, and the old identifier and code stand for the account.
    /// assert_eq!(session.customers().account(gone.id)?.city.as_deref(), Some("Ulm"));
    /// assert_eq!(session.customers().contact(person.id)?.account, Some(kept.id));
    /// assert_eq!(session.customers().account_by_code(gone.code.as_deref().unwrap_or_default())?.id, kept.id);
    ///
    /// let back = session.merges().unmerge(done.merge.unwrap_or_default())?;
    /// assert!(back.conflicts.is_empty());
    /// assert_eq!(session.customers().account(kept.id)?, kept);
    /// assert_eq!(session.customers().account(gone.id)?, gone);
    /// assert_eq!(session.customers().contact(person.id)?, person);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn merges(&self) -> Merges<'_> {
        Merges { session: self }
    }
}

impl Merges<'_> {
    /// Merges records into one of them, in one operation. Everything that points to the others follows; their
    /// identifiers and unique values stand for the surviving record from then on.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see; `Denied` without the right to merge, or for one that he does
    /// not have in full, and for a field that he may not set; `NotAllowed` for a record that is merged with itself;
    /// `DuplicateKey` for one that is named twice; `Merged` for one that went into another already; `TooMany`;
    /// `UnknownEntity`, `NoSuchRight`, `UnknownField`, `WrongType`; what the rules of the entity refuse.
    pub fn merge(&self, merge: &MergeRequest) -> Result<MergeReport> {
        self.session.merge_and_report(merge.clone())
    }

    /// What a merge would do, without doing it.
    ///
    /// # Errors
    /// As [`Merges::merge`].
    pub fn preview_merge(&self, merge: &MergeRequest) -> Result<MergeReport> {
        let command = MergeCommand::Merge { merge: merge.clone() };
        merge::report(self.session, &self.session.preview(Command::Merge(command))?, false)
    }

    /// Takes a merge back. What nobody touched since is exactly what it was; what was changed since stays with the
    /// surviving record and is told.
    ///
    /// # Errors
    /// `NotFound`; `IllegalTransition` if it was taken back already; `Merged` with the later merge that builds upon it;
    /// `DuplicateKey`, `Cycle`, `Overlap` if what was made since leaves no place for what would return; `Denied`.
    pub fn unmerge(&self, id: Id) -> Result<UnmergeReport> {
        self.session.unmerge_and_report(id)
    }

    /// What an un-merge would do, without doing it.
    ///
    /// # Errors
    /// As [`Merges::unmerge`].
    pub fn preview_unmerge(&self, id: Id) -> Result<UnmergeReport> {
        let command = MergeCommand::Unmerge { id };
        unmerge::report(&self.session.preview(Command::Merge(command))?, false)
    }

    /// One page of the merges that the reader made, or may see by his rights on merges.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn merges(&self, query: &Query) -> Result<MergeRecordPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(MergeRecordPage { items, next_cursor })
    }

    /// The merges by which a record became what it is, the first one first, also those of the records that went into
    /// it. Who sees the record sees them, with the fields that he sees.
    ///
    /// # Errors
    /// `NotFound` for a record that the reader does not see, `UnknownEntity`, `Denied`.
    pub fn merges_of(&self, entity: &str, id: Id) -> Result<Vec<MergeRecord>> {
        let found = self.session.reading(|reading| reading.merges_of(entity, id))?;
        Ok(found.into_iter().filter(|merge| merge.status == Some(MergeStatus::Done)).collect())
    }
}
