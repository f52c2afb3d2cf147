//! The sales room.

use crm_core::query::Query;
use crm_core::sales::{
    FunnelOptions, FunnelRow, Lead, LeadConversion, LeadOutcome, LeadPage, LeadStatus, Opportunity, OpportunityPage,
    Pipeline, PipelinePage, StageInterval, StageReport, WinRate, WinRateOptions,
};
use crm_core::value::python::Argument;
use crm_core::value::{Date, Decimal, Id, Timestamp};
use pyo3::prelude::*;

/// Pipelines, leads and opportunities, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Sales {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Sales {
    /// Makes a pipeline and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY`; every problem of the definition with its path, for example `stages[2].next[0]`;
    /// `DeniedError`.
    fn create_pipeline(&self, py: Python<'_>, pipeline: Pipeline) -> PyResult<Pipeline> {
        Ok(py.detach(|| self.session.sales().create_pipeline(&pipeline))?)
    }

    /// Saves a pipeline that was read and changed.
    ///
    /// Raises what `create_pipeline` raises; `STILL_REFERENCED` if a stage in use would go, `STALE_VERSION`,
    /// `NotFoundError`.
    fn update_pipeline(&self, py: Python<'_>, pipeline: Pipeline) -> PyResult<Pipeline> {
        Ok(py.detach(|| self.session.sales().update_pipeline(&pipeline))?)
    }

    /// A pipeline.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn pipeline(&self, py: Python<'_>, id: Id) -> PyResult<Pipeline> {
        Ok(py.detach(|| self.session.sales().pipeline(id))?)
    }

    /// One page of pipelines.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn pipelines(&self, py: Python<'_>, query: Option<Query>) -> PyResult<PipelinePage> {
        Ok(py.detach(|| self.session.sales().pipelines(&query.unwrap_or_default()))?)
    }

    /// Makes a lead. Capturing the same external identifier again changes nothing and gives the first lead back, with
    /// a warning.
    ///
    /// Raises `REQUIRED` without a name, `DeniedError`.
    fn capture_lead(&self, py: Python<'_>, lead: Lead) -> PyResult<LeadOutcome> {
        Ok(py.detach(|| self.session.sales().capture_lead(&lead))?)
    }

    /// Saves a lead that was read and changed.
    ///
    /// Raises `READ_ONLY_FIELD` for another status, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn update_lead(&self, py: Python<'_>, lead: Lead) -> PyResult<Lead> {
        Ok(py.detach(|| self.session.sales().update_lead(&lead))?)
    }

    /// A lead.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn lead(&self, py: Python<'_>, id: Id) -> PyResult<Lead> {
        Ok(py.detach(|| self.session.sales().lead(id))?)
    }

    /// A lead as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises `NotFoundError` if it did not exist then, was deleted, or the reader may not see it.
    fn lead_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Lead> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of leads.
    ///
    /// Raises what `pipelines` raises.
    #[pyo3(signature = (query=None))]
    fn leads(&self, py: Python<'_>, query: Option<Query>) -> PyResult<LeadPage> {
        Ok(py.detach(|| self.session.sales().leads(&query.unwrap_or_default()))?)
    }

    /// Names the user who answers for a lead. It may be out of the caller's sight afterwards.
    ///
    /// Raises `UNKNOWN_REFERENCE` for the user, `ILLEGAL_TRANSITION` if the lead is done, `STALE_VERSION`,
    /// `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (lead, owner, expected_version=None))]
    fn assign_lead(
        &self,
        py: Python<'_>,
        lead: Id,
        owner: Id,
        expected_version: Option<Argument<i64>>,
    ) -> PyResult<()> {
        let version = expected_version.map(Argument::value);
        Ok(py.detach(|| self.session.sales().assign_lead(lead, owner, version))?)
    }

    /// Moves a lead to working or qualified.
    ///
    /// Raises `ILLEGAL_TRANSITION`, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn move_lead(
        &self,
        py: Python<'_>,
        lead: Id,
        expected_version: Option<Argument<i64>>,
        to: LeadStatus,
    ) -> PyResult<Lead> {
        Ok(py.detach(|| self.session.sales().move_lead(lead, expected_version.map(Argument::value), to))?)
    }

    /// Gives a lead up.
    ///
    /// Raises `REQUIRED` without a reason, `ILLEGAL_TRANSITION`, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (lead, reason, expected_version=None))]
    fn disqualify_lead(
        &self,
        py: Python<'_>,
        lead: Id,
        reason: Argument<String>,
        expected_version: Option<Argument<i64>>,
    ) -> PyResult<Lead> {
        let version = expected_version.map(Argument::value);
        Ok(py.detach(|| self.session.sales().disqualify_lead(lead, &reason, version))?)
    }

    /// Makes an account, a contact and an opportunity from a lead, as asked; the lead carries their identifiers. A warning
    /// names the fields that found no place.
    ///
    /// Raises `ILLEGAL_TRANSITION` if the lead is done, `UNKNOWN_REFERENCE`, `UNKNOWN_ENTITY`, `NotFoundError`,
    /// `DeniedError`.
    fn convert_lead(&self, py: Python<'_>, conversion: LeadConversion) -> PyResult<LeadOutcome> {
        Ok(py.detach(|| self.session.sales().convert_lead(&conversion))?)
    }

    /// Makes an opportunity and gives it back as it was stored.
    ///
    /// Raises `NOT_IN_PICKLIST` for a stage that the pipeline does not have, `GUARD_NOT_MET` with every guard that is
    /// not met, `OUT_OF_RANGE` for a probability or a date, `DeniedError`.
    fn create_opportunity(&self, py: Python<'_>, opportunity: Opportunity) -> PyResult<Opportunity> {
        Ok(py.detach(|| self.session.sales().create_opportunity(&opportunity))?)
    }

    /// Saves an opportunity that was read and changed.
    ///
    /// Raises `WRITE_ONCE` for another stage, `READ_ONLY_FIELD`, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn update_opportunity(&self, py: Python<'_>, opportunity: Opportunity) -> PyResult<Opportunity> {
        Ok(py.detach(|| self.session.sales().update_opportunity(&opportunity))?)
    }

    /// An opportunity.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn opportunity(&self, py: Python<'_>, id: Id) -> PyResult<Opportunity> {
        Ok(py.detach(|| self.session.sales().opportunity(id))?)
    }

    /// An opportunity as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises what `lead_as_of` raises.
    fn opportunity_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Opportunity> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// One page of opportunities.
    ///
    /// Raises what `pipelines` raises.
    #[pyo3(signature = (query=None))]
    fn opportunities(&self, py: Python<'_>, query: Option<Query>) -> PyResult<OpportunityPage> {
        Ok(py.detach(|| self.session.sales().opportunities(&query.unwrap_or_default()))?)
    }

    /// Moves an opportunity to another stage. Raises `ConflictError` or `InvalidError` with every guard that is not
    /// met; `waive` lets it in all the same, if a reason is given and the caller's role may waive.
    #[pyo3(signature = (opportunity, expected_version, to, reason=None, waive=false))]
    fn advance_stage(
        &self,
        py: Python<'_>,
        opportunity: Id,
        expected_version: Argument<i64>,
        to: Argument<String>,
        reason: Option<Argument<String>>,
        waive: bool,
    ) -> PyResult<Opportunity> {
        let reason = reason.map(Argument::value);
        Ok(py.detach(|| self.session.sales().advance_stage(opportunity, expected_version.0, &to, reason, waive))?)
    }

    /// Closes an opportunity as won, today or on an earlier date.
    ///
    /// Raises what `advance_stage` raises; `OUT_OF_RANGE` for a date in the future or before the present stage was
    /// entered.
    #[pyo3(signature = (opportunity, expected_version, reason=None, amount=None, closed_on=None))]
    fn close_won(
        &self,
        py: Python<'_>,
        opportunity: Id,
        expected_version: Argument<i64>,
        reason: Option<Argument<String>>,
        amount: Option<Decimal>,
        closed_on: Option<Date>,
    ) -> PyResult<Opportunity> {
        Ok(py.detach(|| {
            self.session.sales().close_won(
                opportunity,
                expected_version.0,
                reason.map(Argument::value),
                amount,
                closed_on,
            )
        })?)
    }

    /// Closes an opportunity as lost, today or on an earlier date.
    ///
    /// Raises what `close_won` raises; `REQUIRED` without a reason.
    #[pyo3(signature = (opportunity, expected_version, reason, competitor=None, closed_on=None))]
    fn close_lost(
        &self,
        py: Python<'_>,
        opportunity: Id,
        expected_version: Argument<i64>,
        reason: Argument<String>,
        competitor: Option<Argument<String>>,
        closed_on: Option<Date>,
    ) -> PyResult<Opportunity> {
        Ok(py.detach(|| {
            self.session.sales().close_lost(
                opportunity,
                expected_version.0,
                &reason,
                competitor.map(Argument::value),
                closed_on,
            )
        })?)
    }

    /// Opens a closed opportunity again.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it is not closed or the stage is a closed one, `STALE_VERSION`, `NotFoundError`,
    /// `DeniedError`.
    #[pyo3(signature = (opportunity, expected_version, to=None, reason=None))]
    fn reopen(
        &self,
        py: Python<'_>,
        opportunity: Id,
        expected_version: Argument<i64>,
        to: Option<Argument<String>>,
        reason: Option<Argument<String>>,
    ) -> PyResult<Opportunity> {
        Ok(py.detach(|| {
            self.session.sales().reopen(
                opportunity,
                expected_version.0,
                to.map(Argument::value),
                reason.map(Argument::value),
            )
        })?)
    }

    /// The stays of an opportunity in its stages, in their order.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn stage_history(&self, py: Python<'_>, opportunity: Id) -> PyResult<Vec<StageInterval>> {
        Ok(py.detach(|| self.session.sales().stage_history(opportunity))?)
    }

    /// Times in the stages, cycle and moves back of an opportunity, as of now.
    ///
    /// Raises what `stage_history` raises.
    fn stage_report(&self, py: Python<'_>, opportunity: Id) -> PyResult<StageReport> {
        Ok(py.detach(|| self.session.sales().stage_report(opportunity))?)
    }

    /// The opportunities that stand in each stage of a pipeline, as far as the caller may see them: now, or as the
    /// records stood at an instant, by the journal or by the intervals of the stages.
    ///
    /// Raises `NotFoundError` for the pipeline, or if none is named and there is no default one; `DeniedError`;
    /// `OVERFLOW`.
    #[pyo3(signature = (options=None))]
    fn funnel(&self, py: Python<'_>, options: Option<FunnelOptions>) -> PyResult<Vec<FunnelRow>> {
        Ok(py.detach(|| self.session.sales().funnel(&options.unwrap_or_default()))?)
    }

    /// How many of the closed opportunities that the caller may see were won, by count and by value.
    ///
    /// Raises `DeniedError`, `OVERFLOW`.
    #[pyo3(signature = (options=None))]
    fn win_rate(&self, py: Python<'_>, options: Option<WinRateOptions>) -> PyResult<WinRate> {
        Ok(py.detach(|| self.session.sales().win_rate(&options.unwrap_or_default()))?)
    }
}

/// The pipeline of a newcomer: prospecting 10 %, qualification 20 %, proposal 50 %, negotiation 75 %, won, lost.
#[pyfunction]
pub fn standard_pipeline() -> Pipeline {
    Pipeline::standard()
}
