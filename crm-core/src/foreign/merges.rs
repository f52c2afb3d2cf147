//! Merging records.

use crate::engine::Session;
use crate::merging::{MergeRecord, MergeRecordPage, MergeReport, MergeRequest, UnmergeReport};
use crate::query::Query;
use crate::value::{Id, Result};

/// Merging records that are one and the same, and taking that back, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Merges {
    session: Session,
}

impl Merges {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Merges {
    /// Merges records into one of them, in one operation. Everything that points to the others follows; their
    /// identifiers and unique values stand for the surviving record from then on.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see; `Denied` without the right to merge, or for one that he does
    /// not have in full, and for a field that he may not set; `NotAllowed` for a record that is merged with itself;
    /// `DuplicateKey` for one that is named twice; `Merged` for one that went into another already; `TooMany`;
    /// `UnknownEntity`, `NoSuchRight`, `UnknownField`, `WrongType`; what the rules of the entity refuse.
    pub fn merge(&self, merge: MergeRequest) -> Result<MergeReport> {
        self.session.merges().merge(&merge)
    }

    /// What a merge would do, without doing it.
    ///
    /// # Errors
    /// As [`Merges::merge`].
    pub fn preview_merge(&self, merge: MergeRequest) -> Result<MergeReport> {
        self.session.merges().preview_merge(&merge)
    }

    /// Takes a merge back. What nobody touched since is exactly what it was; what was changed since stays with the
    /// surviving record and is told.
    ///
    /// # Errors
    /// `NotFound`; `IllegalTransition` if it was taken back already; `Merged` with the later merge that builds upon it;
    /// `DuplicateKey`, `Cycle`, `Overlap` if what was made since leaves no place for what would return; `Denied`.
    pub fn unmerge(&self, id: Id) -> Result<UnmergeReport> {
        self.session.merges().unmerge(id)
    }

    /// What an un-merge would do, without doing it.
    ///
    /// # Errors
    /// As [`Merges::unmerge`].
    pub fn preview_unmerge(&self, id: Id) -> Result<UnmergeReport> {
        self.session.merges().preview_unmerge(id)
    }

    /// One page of the merges that the reader made, or may see by his rights on merges.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn merges(&self, query: Query) -> Result<MergeRecordPage> {
        self.session.merges().merges(&query)
    }

    /// The merges by which a record became what it is, the first one first, also those of the records that went into it.
    ///
    /// # Errors
    /// `NotFound` for a record that the reader does not see, `UnknownEntity`, `Denied`.
    pub fn merges_of(&self, entity: String, id: Id) -> Result<Vec<MergeRecord>> {
        self.session.merges().merges_of(&entity, id)
    }
}
