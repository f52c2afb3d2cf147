//! Merging records.

use crm_core::merging::{MergeRecord, MergeRecordPage, MergeReport, MergeRequest, UnmergeReport};
use crm_core::query::Query;
use crm_core::value::Id;
use crm_core::value::python::Argument;
use pyo3::prelude::*;

/// Merging records that are one and the same, and taking that back, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Merges {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Merges {
    /// Merges records into one of them, in one operation. Everything that points to the others follows; their
    /// identifiers and unique values stand for the surviving record from then on.
    ///
    /// Raises `NotFoundError` for a record that the caller does not see; `DeniedError` without the right to merge, or for
    /// one that he does not have in full, and for a field that he may not set; `NOT_ALLOWED` for a record that is merged
    /// with itself; `DUPLICATE_KEY` for one that is named twice; `MERGED` for one that went into another already;
    /// `TOO_MANY`, `UNKNOWN_ENTITY`, `NO_SUCH_RIGHT`, `UNKNOWN_FIELD`, `WRONG_TYPE`; what the rules of the entity refuse.
    fn merge(&self, py: Python<'_>, merge: MergeRequest) -> PyResult<MergeReport> {
        Ok(py.detach(|| self.session.merges().merge(&merge))?)
    }

    /// What a merge would do, without doing it.
    ///
    /// Raises what `merge` raises.
    fn preview_merge(&self, py: Python<'_>, merge: MergeRequest) -> PyResult<MergeReport> {
        Ok(py.detach(|| self.session.merges().preview_merge(&merge))?)
    }

    /// Takes a merge back. What nobody touched since is exactly what it was; what was changed since stays with the
    /// surviving record and is told.
    ///
    /// Raises `NotFoundError`; `ILLEGAL_TRANSITION` if it was taken back already; `MERGED` with the later merge that builds
    /// upon it; `DUPLICATE_KEY`, `CYCLE`, `OVERLAP` if what was made since leaves no place for what would return;
    /// `DeniedError`.
    fn unmerge(&self, py: Python<'_>, id: Id) -> PyResult<UnmergeReport> {
        Ok(py.detach(|| self.session.merges().unmerge(id))?)
    }

    /// What an un-merge would do, without doing it.
    ///
    /// Raises what `unmerge` raises.
    fn preview_unmerge(&self, py: Python<'_>, id: Id) -> PyResult<UnmergeReport> {
        Ok(py.detach(|| self.session.merges().preview_unmerge(id))?)
    }

    /// One page of the merges that the reader made, or may see by his rights on merges.
    ///
    /// Raises what every list raises.
    #[pyo3(signature = (query=None))]
    fn merges(&self, py: Python<'_>, query: Option<Query>) -> PyResult<MergeRecordPage> {
        Ok(py.detach(|| self.session.merges().merges(&query.unwrap_or_default()))?)
    }

    /// The merges by which a record became what it is, the first one first, also those of the records that went into it.
    ///
    /// Raises `UNKNOWN_ENTITY`, `NotFoundError` for a record that the reader does not see, `DeniedError`.
    fn merges_of(&self, py: Python<'_>, entity: Argument<String>, id: Id) -> PyResult<Vec<MergeRecord>> {
        Ok(py.detach(|| self.session.merges().merges_of(&entity.0, id))?)
    }
}
