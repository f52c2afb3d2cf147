//! Pipelines, leads and opportunities.

use crate::engine::Session;
use crate::query::Query;
use crate::sales::{
    FunnelOptions, FunnelRow, Lead, LeadConversion, LeadOutcome, LeadPage, LeadStatus, Opportunity, OpportunityPage,
    Pipeline, PipelinePage, StageInterval, StageReport, WinRate, WinRateOptions,
};
use crate::value::{Date, Decimal, Id, Result, Timestamp};

/// Pipelines, leads and opportunities, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Sales {
    session: Session,
}

impl Sales {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

/// The pipeline of a newcomer: prospecting 10 %, qualification 20 %, proposal 50 %, negotiation 75 %, won, lost.
#[uniffi::export]
pub fn standard_pipeline() -> Pipeline {
    Pipeline::standard()
}

/// Pipelines.
#[uniffi::export]
impl Sales {
    /// Makes a pipeline.
    ///
    /// # Errors
    /// `DuplicateKey`; every problem of the definition with its path, for example `stages[2].next[0]`; `Denied`.
    pub fn create_pipeline(&self, pipeline: Pipeline) -> Result<Pipeline> {
        self.session.sales().create_pipeline(&pipeline)
    }

    /// Saves a pipeline that was read and changed. Opportunities keep the probabilities that they have.
    ///
    /// # Errors
    /// As [`Sales::create_pipeline`]; `StillReferenced` if a stage in use would go, `StaleVersion`, `NotFound`.
    pub fn update_pipeline(&self, pipeline: Pipeline) -> Result<Pipeline> {
        self.session.sales().update_pipeline(&pipeline)
    }

    /// One pipeline.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn pipeline(&self, id: Id) -> Result<Pipeline> {
        self.session.sales().pipeline(id)
    }

    /// A pipeline as it stood at an instant.
    ///
    /// # Errors
    /// As [`Sales::lead_as_of`].
    pub fn pipeline_as_of(&self, id: Id, at: Timestamp) -> Result<Pipeline> {
        self.session.as_of(id, at)
    }

    /// One page of pipelines.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn pipelines(&self, query: Query) -> Result<PipelinePage> {
        self.session.sales().pipelines(&query)
    }
}

/// Leads.
#[uniffi::export]
impl Sales {
    /// Makes a lead. Capturing the same external identifier again changes nothing and gives the first lead back, with
    /// a warning.
    ///
    /// # Errors
    /// `Required` without a name, `Denied`.
    pub fn capture_lead(&self, lead: Lead) -> Result<LeadOutcome> {
        self.session.sales().capture_lead(&lead)
    }

    /// Saves a lead that was read and changed.
    ///
    /// # Errors
    /// `WriteOnce` for another status, `StaleVersion`, `NotFound`, `Denied`.
    pub fn update_lead(&self, lead: Lead) -> Result<Lead> {
        self.session.sales().update_lead(&lead)
    }

    /// Names the user who answers for a lead. It may be out of the caller's sight afterwards.
    ///
    /// # Errors
    /// `UnknownReference` for a user who does not exist or left, `IllegalTransition` if the lead is done,
    /// `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(expected_version = None))]
    pub fn assign_lead(&self, lead: Id, owner: Id, expected_version: Option<i64>) -> Result<()> {
        self.session.sales().assign_lead(lead, owner, expected_version)
    }

    /// Moves a lead to working or qualified.
    ///
    /// # Errors
    /// `IllegalTransition`, `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(expected_version = None))]
    pub fn move_lead(&self, lead: Id, expected_version: Option<i64>, to: LeadStatus) -> Result<Lead> {
        self.session.sales().move_lead(lead, expected_version, to)
    }

    /// Gives a lead up.
    ///
    /// # Errors
    /// `Required` without a reason, `IllegalTransition`, `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(expected_version = None))]
    pub fn disqualify_lead(&self, lead: Id, reason: &str, expected_version: Option<i64>) -> Result<Lead> {
        self.session.sales().disqualify_lead(lead, reason, expected_version)
    }

    /// Makes an account, a contact and an opportunity from a lead, as asked. A warning names the fields that found no
    /// place; the lead keeps them. The lead carries the identifiers of what was made.
    ///
    /// # Errors
    /// `IllegalTransition` if the lead is done, `UnknownReference`, `UnknownEntity`, `NotFound`, `Denied`.
    pub fn convert_lead(&self, conversion: LeadConversion) -> Result<LeadOutcome> {
        self.session.sales().convert_lead(&conversion)
    }

    /// One lead.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn lead(&self, id: Id) -> Result<Lead> {
        self.session.sales().lead(id)
    }

    /// A lead as it stood at an instant.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn lead_as_of(&self, id: Id, at: Timestamp) -> Result<Lead> {
        self.session.as_of(id, at)
    }

    /// One page of leads.
    ///
    /// # Errors
    /// As [`Sales::pipelines`].
    #[uniffi::method(default(query))]
    pub fn leads(&self, query: Query) -> Result<LeadPage> {
        self.session.sales().leads(&query)
    }
}

/// Opportunities.
#[uniffi::export]
impl Sales {
    /// Makes an opportunity and gives it back as it was stored.
    ///
    /// # Errors
    /// `NotInPicklist` for a stage that the pipeline does not have, `GuardNotMet` with every guard that is not met,
    /// `OutOfRange` for a probability or a date, `Denied`.
    pub fn create_opportunity(&self, opportunity: Opportunity) -> Result<Opportunity> {
        self.session.sales().create_opportunity(&opportunity)
    }

    /// Saves an opportunity that was read and changed; not its stage.
    ///
    /// # Errors
    /// `WriteOnce` for another stage, `ReadOnlyField`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn update_opportunity(&self, opportunity: Opportunity) -> Result<Opportunity> {
        self.session.sales().update_opportunity(&opportunity)
    }

    /// One opportunity.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn opportunity(&self, id: Id) -> Result<Opportunity> {
        self.session.sales().opportunity(id)
    }

    /// An opportunity as it stood at an instant.
    ///
    /// # Errors
    /// As [`Sales::lead_as_of`].
    pub fn opportunity_as_of(&self, id: Id, at: Timestamp) -> Result<Opportunity> {
        self.session.as_of(id, at)
    }

    /// One page of opportunities.
    ///
    /// # Errors
    /// As [`Sales::pipelines`].
    #[uniffi::method(default(query))]
    pub fn opportunities(&self, query: Query) -> Result<OpportunityPage> {
        self.session.sales().opportunities(&query)
    }

    /// Moves an opportunity to another stage. `waive` lets it in although guards are not met (豁免), if a reason is
    /// given and the caller's role may waive the guards of every stage concerned.
    ///
    /// # Errors
    /// `GuardNotMet` with every guard that is not met, `IllegalTransition` with the stages that are allowed,
    /// `NotInPicklist`, `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(reason = None, waive = false))]
    pub fn advance_stage(
        &self,
        opportunity: Id,
        expected_version: i64,
        to: &str,
        reason: Option<String>,
        waive: bool,
    ) -> Result<Opportunity> {
        self.session.sales().advance_stage(opportunity, expected_version, to, reason, waive)
    }

    /// Closes an opportunity as won, today or on an earlier date.
    ///
    /// # Errors
    /// As [`Sales::advance_stage`]; `OutOfRange` for a date in the future or before the present stage was entered.
    #[uniffi::method(default(reason = None, amount = None, closed_on = None))]
    pub fn close_won(
        &self,
        opportunity: Id,
        expected_version: i64,
        reason: Option<String>,
        amount: Option<Decimal>,
        closed_on: Option<Date>,
    ) -> Result<Opportunity> {
        self.session.sales().close_won(opportunity, expected_version, reason, amount, closed_on)
    }

    /// Closes an opportunity as lost, today or on an earlier date.
    ///
    /// # Errors
    /// As [`Sales::close_won`]; `Required` without a reason.
    #[uniffi::method(default(competitor = None, closed_on = None))]
    pub fn close_lost(
        &self,
        opportunity: Id,
        expected_version: i64,
        reason: &str,
        competitor: Option<String>,
        closed_on: Option<Date>,
    ) -> Result<Opportunity> {
        self.session.sales().close_lost(opportunity, expected_version, reason, competitor, closed_on)
    }

    /// Opens a closed opportunity again.
    ///
    /// # Errors
    /// `IllegalTransition` if it is not closed or the stage is a closed one, `StaleVersion`, `NotFound`, `Denied`.
    #[uniffi::method(default(to = None, reason = None))]
    pub fn reopen(
        &self,
        opportunity: Id,
        expected_version: i64,
        to: Option<String>,
        reason: Option<String>,
    ) -> Result<Opportunity> {
        self.session.sales().reopen(opportunity, expected_version, to, reason)
    }
}

/// Figures.
#[uniffi::export]
impl Sales {
    /// The stays of an opportunity in its stages, in their order.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn stage_history(&self, opportunity: Id) -> Result<Vec<StageInterval>> {
        self.session.sales().stage_history(opportunity)
    }

    /// Times in the stages, cycle and moves back of an opportunity, as of now.
    ///
    /// # Errors
    /// As [`Sales::stage_history`].
    pub fn stage_report(&self, opportunity: Id) -> Result<StageReport> {
        self.session.sales().stage_report(opportunity)
    }

    /// The opportunities that stand in each stage of a pipeline, as far as the caller may see them: now, or as the
    /// records stood at an instant; the latter by the history of every opportunity, or by the intervals of the stages.
    /// There are no sums without the right to see amounts, currencies and probabilities.
    ///
    /// # Errors
    /// `NotFound` for the pipeline, or if none is named and there is no default one; `Required` without `as_of` where
    /// the intervals are asked; `Denied`; `Overflow`.
    #[uniffi::method(default(options))]
    pub fn funnel(&self, options: FunnelOptions) -> Result<Vec<FunnelRow>> {
        self.session.sales().funnel(&options)
    }

    /// How many of the closed opportunities that the caller may see were won, by count and by value.
    ///
    /// # Errors
    /// `Denied`, `Overflow`.
    #[uniffi::method(default(options))]
    pub fn win_rate(&self, options: WinRateOptions) -> Result<WinRate> {
        self.session.sales().win_rate(&options)
    }
}
