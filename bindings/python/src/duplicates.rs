//! Looking for duplicates.

use crm_core::duplicates::{
    CaseVerdict, DuplicateCase, DuplicateCasePage, DuplicateCheck, DuplicateList, DuplicatePair, DuplicateQuestion,
    DuplicateRule, DuplicateRulePage, DuplicateSearch, DuplicateVerdict, DuplicateVerdictPage, RekeyReport,
    StoredMatchModel, StoredMatchModelPage,
};
use crm_core::query::Query;
use crm_core::value::Id;
use crm_core::value::python::Argument;
use pyo3::prelude::*;

/// Rules for duplicates, looking for them, verdicts on pairs and cases of review, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct DuplicateControl {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl DuplicateControl {
    /// Looks for duplicates of a record as it would be saved, past the sight of the caller: what he may not see is counted
    /// and never shown, and what he sees is weighed by the fields that he sees.
    ///
    /// Raises `UNKNOWN_ENTITY` for an entity whose duplicates are not looked for; `UNKNOWN_FIELD`, `WRONG_TYPE` below
    /// `fields`; `NotFoundError` for an `id` that the caller does not see; `DeniedError` without the right to make or change
    /// such records.
    fn check(&self, py: Python<'_>, question: DuplicateQuestion) -> PyResult<DuplicateCheck> {
        Ok(py.detach(|| self.session.duplicates().check(&question))?)
    }

    /// Finds the duplicates among all records that the caller sees, or some of them: pairs, and clusters in which no two
    /// are known to be different. The whole list is held in memory.
    ///
    /// Raises `UNKNOWN_ENTITY`; what is wrong with the filter; `OUT_OF_RANGE` for the threads; `TOO_MANY` above 5 million
    /// records; `DeniedError`.
    fn find(&self, py: Python<'_>, search: DuplicateSearch) -> PyResult<DuplicateList> {
        Ok(py.detach(|| self.session.duplicates().find(&search))?)
    }

    /// Pairs of accounts that are related, as sister companies are, and stand in no hierarchy together.
    ///
    /// Raises what `find` raises.
    fn suggestions(&self, py: Python<'_>, search: DuplicateSearch) -> PyResult<Vec<DuplicatePair>> {
        Ok(py.detach(|| self.session.duplicates().suggestions(&search))?)
    }

    /// Makes anew what at most `limit` records are matched by that another version of the engine kept; 1 to 10,000. A host
    /// calls it after an update until it is done; meanwhile a look says that it is incomplete.
    ///
    /// Raises `OUT_OF_RANGE`; `DeniedError` without the right to change models.
    #[pyo3(signature = (limit=Argument(1_000)))]
    fn rekey(&self, py: Python<'_>, limit: Argument<i64>) -> PyResult<RekeyReport> {
        Ok(py.detach(|| self.session.duplicates().rekey(limit.0))?)
    }

    /// Says what two records are to each other; a verdict that is there is replaced. It holds until one of them changes in
    /// what it is matched by.
    ///
    /// Raises `UNKNOWN_REFERENCE` for a record that the caller does not see; `UNKNOWN_ENTITY`; `NOT_ALLOWED` for one record
    /// twice; `DeniedError` for who may change neither of the two.
    fn set_verdict(&self, py: Python<'_>, verdict: DuplicateVerdict) -> PyResult<DuplicateVerdict> {
        Ok(py.detach(|| self.session.duplicates().set_verdict(&verdict))?)
    }

    /// Takes a verdict back.
    ///
    /// Raises `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn withdraw_verdict(&self, py: Python<'_>, id: Id, version: Argument<i64>) -> PyResult<()> {
        Ok(py.detach(|| self.session.duplicates().withdraw_verdict(id, version.0))?)
    }

    /// One page of verdicts.
    ///
    /// Raises what every list raises.
    #[pyo3(signature = (query=None))]
    fn verdicts(&self, py: Python<'_>, query: Option<Query>) -> PyResult<DuplicateVerdictPage> {
        Ok(py.detach(|| self.session.duplicates().verdicts(&query.unwrap_or_default()))?)
    }

    /// One page of the records that somebody should look at.
    ///
    /// Raises what every list raises.
    #[pyo3(signature = (query=None))]
    fn cases(&self, py: Python<'_>, query: Option<Query>) -> PyResult<DuplicateCasePage> {
        Ok(py.detach(|| self.session.duplicates().cases(&query.unwrap_or_default()))?)
    }

    /// Closes a case, with verdicts on its candidates.
    ///
    /// Raises `ILLEGAL_TRANSITION` for one that was decided before; `UNKNOWN_REFERENCE` for a candidate that is not in it, or
    /// that the caller does not see; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (id, version, verdicts, note=None))]
    fn decide_case(
        &self,
        py: Python<'_>,
        id: Id,
        version: Argument<i64>,
        verdicts: Vec<CaseVerdict>,
        note: Option<Argument<String>>,
    ) -> PyResult<DuplicateCase> {
        let note = note.map(|note| note.0);
        Ok(py.detach(|| self.session.duplicates().decide_case(id, version.0, &verdicts, note.as_deref()))?)
    }

    /// Makes a rule.
    ///
    /// Raises `UNKNOWN_ENTITY`; `OVERLAP` if another rule holds for the same entity and way; `DeniedError`.
    fn create_rule(&self, py: Python<'_>, rule: DuplicateRule) -> PyResult<DuplicateRule> {
        Ok(py.detach(|| self.session.duplicates().create_rule(&rule))?)
    }

    /// Saves a rule that was read and changed.
    ///
    /// Raises what `create_rule` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_rule(&self, py: Python<'_>, rule: DuplicateRule) -> PyResult<DuplicateRule> {
        Ok(py.detach(|| self.session.duplicates().update_rule(&rule))?)
    }

    /// One page of rules.
    ///
    /// Raises what every list raises.
    #[pyo3(signature = (query=None))]
    fn rules(&self, py: Python<'_>, query: Option<Query>) -> PyResult<DuplicateRulePage> {
        Ok(py.detach(|| self.session.duplicates().rules(&query.unwrap_or_default()))?)
    }

    /// Learns a model from the records that the caller sees, keeps it and uses it from now on.
    ///
    /// Raises what `find` raises; `DeniedError` without the right to make models.
    fn learn(&self, py: Python<'_>, search: DuplicateSearch) -> PyResult<StoredMatchModel> {
        Ok(py.detach(|| self.session.duplicates().learn(&search))?)
    }

    /// Keeps a model and uses it from now on.
    ///
    /// Raises what is wrong with the model, below `model`; `DeniedError`.
    fn store_model(&self, py: Python<'_>, model: StoredMatchModel) -> PyResult<StoredMatchModel> {
        Ok(py.detach(|| self.session.duplicates().store_model(&model))?)
    }

    /// Saves a model that was read and changed, for example to switch it off.
    ///
    /// Raises what `store_model` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_model(&self, py: Python<'_>, model: StoredMatchModel) -> PyResult<StoredMatchModel> {
        Ok(py.detach(|| self.session.duplicates().update_model(&model))?)
    }

    /// One page of models.
    ///
    /// Raises what every list raises.
    #[pyo3(signature = (query=None))]
    fn models(&self, py: Python<'_>, query: Option<Query>) -> PyResult<StoredMatchModelPage> {
        Ok(py.detach(|| self.session.duplicates().models(&query.unwrap_or_default()))?)
    }
}
