//! Leads and opportunities, as a host calls them.

use std::collections::HashMap;

use crate::engine::{Command, Outcome, Session};
use crate::query::{Comparison, Filter, Query};
use crate::room::Reader;
use crate::sales::metrics::{self, FunnelOptions, FunnelRow, StageReport, WinRate, WinRateOptions};
use crate::sales::{
    Lead, LeadConversion, LeadOutcome, LeadPage, LeadStatus, Opportunity, OpportunityPage, Pipeline, PipelinePage,
    SalesCommand, StageCategory, StageInterval, in_order,
};
use crate::schema::{Entity, Row};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Result, Timestamp};

/// Pipelines, leads and opportunities of a session.
#[derive(Debug, Clone, Copy)]
pub struct Sales<'a> {
    session: &'a Session,
}

impl Session {
    /// Pipelines, leads and opportunities.
    ///
    /// ```
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::sales::{Opportunity, StageCategory};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let sales = session.sales();
    /// let amount = Some("80000".parse()?);
    /// let press = Opportunity { name: "Press line".into(), amount, ..Opportunity::default() };
    /// let made = sales.create_opportunity(&press)?;
    /// assert_eq!(made.stage.as_deref(), Some("prospecting"));
    /// let offered = sales.advance_stage(made.id, made.version, "proposal", None, false)?;
    /// assert_eq!(offered.expected_revenue, Some("40000".parse()?));
    /// let won = sales.close_won(made.id, offered.version, None, None, None)?;
    /// assert_eq!(won.stage_category, Some(StageCategory::Won));
    /// assert_eq!(sales.stage_history(made.id)?.len(), 3);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn sales(&self) -> Sales<'_> {
        Sales { session: self }
    }
}

impl Sales<'_> {
    fn run(&self, command: SalesCommand) -> Result<Outcome> {
        self.session.execute(Command::Sales(command))
    }

    /// Makes a pipeline.
    ///
    /// # Errors
    /// `DuplicateKey`; every problem of the definition with its path, for example `stages[2].next[0]`; `Denied`.
    pub fn create_pipeline(&self, pipeline: &Pipeline) -> Result<Pipeline> {
        let command = SalesCommand::CreatePipeline { pipeline: pipeline.clone() };
        self.session.create_and_read(Command::Sales(command), pipeline)
    }

    /// Saves a pipeline that was read and changed. Opportunities keep the probabilities that they have.
    ///
    /// # Errors
    /// As [`Sales::create_pipeline`]; `StillReferenced` if a stage in use would go, `StaleVersion`, `NotFound`.
    pub fn update_pipeline(&self, pipeline: &Pipeline) -> Result<Pipeline> {
        let command = SalesCommand::UpdatePipeline { pipeline: pipeline.clone() };
        self.session.save_and_read(Command::Sales(command), pipeline)
    }

    /// One pipeline.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn pipeline(&self, id: Id) -> Result<Pipeline> {
        self.session.get(id)
    }

    /// One page of pipelines.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn pipelines(&self, query: &Query) -> Result<PipelinePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(PipelinePage { items, next_cursor })
    }

    /// Makes a lead. Capturing the same external identifier again changes nothing and gives the first lead back, with
    /// a warning.
    ///
    /// # Errors
    /// `Required` without a name, or without a reason where the lead is disqualified; `IllegalTransition` for one that
    /// is converted; `Denied`.
    pub fn capture_lead(&self, lead: &Lead) -> Result<LeadOutcome> {
        let outcome = self.run(SalesCommand::CaptureLead { lead: lead.clone() })?;
        let made = outcome.created(Lead::NAME);
        let known = || outcome.warnings.iter().find_map(|warning| warning.data.get("id")?.parse::<Id>().ok());
        let id = if made.is_nil() { known().unwrap_or_default() } else { made };
        // Who may make but not see it gets back what was given.
        let stored = self.session.get(id).unwrap_or_else(|_| Lead { id, ..lead.clone() });
        Ok(LeadOutcome { lead: stored, is_new: !made.is_nil(), warnings: outcome.warnings })
    }

    /// Saves a lead that was read and changed.
    ///
    /// # Errors
    /// `WriteOnce` for another status, `StaleVersion`, `NotFound`, `Denied`.
    pub fn update_lead(&self, lead: &Lead) -> Result<Lead> {
        self.session.save_and_read(Command::Sales(SalesCommand::UpdateLead { lead: lead.clone() }), lead)
    }

    /// Names the user who answers for a lead. It may be out of the caller's sight afterwards.
    ///
    /// # Errors
    /// `UnknownReference` for a user who does not exist or left, `IllegalTransition` if the lead is done,
    /// `StaleVersion`, `NotFound`, `Denied`.
    pub fn assign_lead(&self, lead: Id, owner: Id, expected_version: Option<i64>) -> Result<()> {
        self.run(SalesCommand::AssignLead { lead, owner, expected_version }).map(|_| ())
    }

    /// Moves a lead to working or qualified.
    ///
    /// # Errors
    /// `IllegalTransition`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn move_lead(&self, lead: Id, expected_version: Option<i64>, to: LeadStatus) -> Result<Lead> {
        self.run(SalesCommand::MoveLead { lead, expected_version, to })?;
        self.session.get(lead)
    }

    /// Gives a lead up.
    ///
    /// # Errors
    /// `Required` without a reason, `IllegalTransition`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn disqualify_lead(&self, lead: Id, reason: &str, expected_version: Option<i64>) -> Result<Lead> {
        self.run(SalesCommand::DisqualifyLead { lead, reason: reason.to_owned(), expected_version })?;
        self.session.get(lead)
    }

    /// Makes an account, a contact and an opportunity from a lead, as asked. A warning names the fields that found no
    /// place; the lead keeps them. The lead carries the identifiers of what was made.
    ///
    /// # Errors
    /// `IllegalTransition` if the lead is done, `UnknownReference`, what the rules of the new records refuse, `NotFound`,
    /// `Denied`.
    pub fn convert_lead(&self, conversion: &LeadConversion) -> Result<LeadOutcome> {
        let outcome = self.run(SalesCommand::ConvertLead { conversion: conversion.clone() })?;
        Ok(LeadOutcome { lead: self.session.get(conversion.lead)?, is_new: false, warnings: outcome.warnings })
    }

    /// One lead.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn lead(&self, id: Id) -> Result<Lead> {
        self.session.get(id)
    }

    /// One page of leads.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn leads(&self, query: &Query) -> Result<LeadPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(LeadPage { items, next_cursor })
    }

    /// Makes an opportunity and gives it back as it was stored.
    ///
    /// # Errors
    /// `NotInPicklist` for a stage that the pipeline does not have, `GuardNotMet` with every guard that is not met,
    /// `OutOfRange` for a probability or a date, `Denied`.
    pub fn create_opportunity(&self, opportunity: &Opportunity) -> Result<Opportunity> {
        let command = SalesCommand::CreateOpportunity { opportunity: opportunity.clone() };
        self.session.create_and_read(Command::Sales(command), opportunity)
    }

    /// Saves an opportunity that was read and changed; not its stage.
    ///
    /// # Errors
    /// `WriteOnce` for another stage, `ReadOnlyField`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn update_opportunity(&self, opportunity: &Opportunity) -> Result<Opportunity> {
        let command = SalesCommand::UpdateOpportunity { opportunity: opportunity.clone() };
        self.session.save_and_read(Command::Sales(command), opportunity)
    }

    /// One opportunity.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn opportunity(&self, id: Id) -> Result<Opportunity> {
        self.session.get(id)
    }

    /// One page of opportunities.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn opportunities(&self, query: &Query) -> Result<OpportunityPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(OpportunityPage { items, next_cursor })
    }

    /// Moves an opportunity to another stage. `waive` lets it in although guards are not met (豁免), if a reason is
    /// given and the caller's role may waive the guards of every stage concerned.
    ///
    /// # Errors
    /// `GuardNotMet` with every guard that is not met, `IllegalTransition` with the stages that are allowed,
    /// `NotInPicklist`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn advance_stage(
        &self,
        opportunity: Id,
        expected_version: i64,
        to: &str,
        reason: Option<String>,
        waive: bool,
    ) -> Result<Opportunity> {
        let (to, waive) = (to.to_owned(), Some(waive));
        self.run(SalesCommand::AdvanceStage { opportunity, expected_version, to, reason, waive })?;
        self.session.get(opportunity)
    }

    /// Closes an opportunity as won, today or on an earlier date.
    ///
    /// # Errors
    /// As [`Sales::advance_stage`]; `OutOfRange` for a date in the future or before the present stage was entered.
    pub fn close_won(
        &self,
        opportunity: Id,
        expected_version: i64,
        reason: Option<String>,
        amount: Option<Decimal>,
        closed_on: Option<Date>,
    ) -> Result<Opportunity> {
        self.run(SalesCommand::CloseWon { opportunity, expected_version, reason, amount, closed_on })?;
        self.session.get(opportunity)
    }

    /// Closes an opportunity as lost, today or on an earlier date.
    ///
    /// # Errors
    /// As [`Sales::close_won`]; `Required` without a reason.
    pub fn close_lost(
        &self,
        opportunity: Id,
        expected_version: i64,
        reason: &str,
        competitor: Option<String>,
        closed_on: Option<Date>,
    ) -> Result<Opportunity> {
        let reason = reason.to_owned();
        self.run(SalesCommand::CloseLost { opportunity, expected_version, reason, competitor, closed_on })?;
        self.session.get(opportunity)
    }

    /// Opens a closed opportunity again.
    ///
    /// # Errors
    /// `IllegalTransition` if it is not closed or the stage is a closed one, `StaleVersion`, `NotFound`, `Denied`.
    pub fn reopen(
        &self,
        opportunity: Id,
        expected_version: i64,
        to: Option<String>,
        reason: Option<String>,
    ) -> Result<Opportunity> {
        self.run(SalesCommand::Reopen { opportunity, expected_version, to, reason })?;
        self.session.get(opportunity)
    }

    /// The stays of an opportunity in its stages, in their order. Who sees the opportunity sees them; the amounts at
    /// entry only with the right to see the field of the opportunity.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn stage_history(&self, opportunity: Id) -> Result<Vec<StageInterval>> {
        let rows = self
            .session
            .reading(|reading| reading.parts(Opportunity::NAME, opportunity, StageInterval::NAME, "opportunity"))?;
        let mut intervals = typed::<StageInterval>(rows)?;
        in_order(&mut intervals);
        Ok(intervals)
    }

    /// Times in the stages, cycle and moves back of an opportunity, as of now.
    ///
    /// # Errors
    /// As [`Sales::stage_history`].
    pub fn stage_report(&self, opportunity: Id) -> Result<StageReport> {
        metrics::stage_report(&self.stage_history(opportunity)?, self.session.clock.now())
    }

    /// The opportunities that stand in each stage of a pipeline, as far as the caller may see them: now, or as the
    /// records stood at an instant; the latter by the history of every opportunity, or by the intervals of the stages.
    /// There are no sums without the right to see amounts, currencies and probabilities.
    ///
    /// # Errors
    /// `NotFound` for the pipeline, or if none is named and there is no default one; `Required` without `as_of` where
    /// the intervals are asked; `Denied`; `Overflow`.
    pub fn funnel(&self, options: &FunnelOptions) -> Result<Vec<FunnelRow>> {
        let pipeline = self.named_pipeline(options.pipeline)?;
        if options.by_intervals && options.as_of.is_none() {
            return Err(Error::invalid(ErrorCode::Required, "as_of", "the intervals are asked about an instant"));
        }
        let mut pairs = vec![("pipeline", FieldValue::Reference(pipeline.id))];
        pairs.extend(options.owner.map(|owner| ("owner", FieldValue::Reference(owner))));
        let query = Query::matching(&pairs);
        let mut opportunities = self.session.reading(|reading| {
            let found = match options.as_of {
                Some(at) if options.by_intervals => as_entered(reading, &query, at)?,
                Some(at) => typed(reading.all_as_of(Opportunity::NAME, at)?)?,
                None => typed(reading.all(Opportunity::NAME, &query)?)?,
            };
            Ok(summable(reading, found, &["amount", "currency", "probability"]))
        })?;
        opportunities.retain(|found| {
            found.pipeline == Some(pipeline.id) && options.owner.is_none_or(|owner| found.owner == Some(owner))
        });
        metrics::funnel(&pipeline, &opportunities)
    }

    /// How many of the closed opportunities that the caller may see were won, by count and by value; the latter not
    /// without the right to see amounts and currencies.
    ///
    /// # Errors
    /// `Denied`, `Overflow`.
    pub fn win_rate(&self, options: &WinRateOptions) -> Result<WinRate> {
        let compare = |field: &str, comparison, value| Filter::Compare { field: field.to_owned(), comparison, value };
        let closed = [StageCategory::Won, StageCategory::Lost];
        let categories = closed.iter().map(|category| category.as_str().into()).collect();
        let mut filters = vec![Filter::In { field: "stage_category".to_owned(), values: categories }];
        let equal = [("pipeline", options.pipeline), ("owner", options.owner)];
        filters.extend(equal.into_iter().filter_map(|(field, id)| Some(compare(field, Comparison::Equal, id?.into()))));
        let from = options.closed_from.map(|date| compare("closed_on", Comparison::GreaterOrEqual, date.into()));
        let until = options.closed_until.map(|date| compare("closed_on", Comparison::Less, date.into()));
        filters.extend(from.into_iter().chain(until));
        let query = Query { filter: Some(Filter::All { filters }), ..Query::default() };
        let closed = self.session.reading(|reading| {
            let found = typed(reading.all(Opportunity::NAME, &query)?)?;
            Ok(summable(reading, found, &["amount", "currency"]))
        })?;
        metrics::win_rate(&closed)
    }

    fn named_pipeline(&self, id: Option<Id>) -> Result<Pipeline> {
        if let Some(id) = id {
            return self.session.get(id);
        }
        let pipelines = self.session.list_all::<Pipeline>(&Query::default())?;
        let only = pipelines.len() == 1;
        let found = pipelines.into_iter().find(|pipeline| pipeline.is_default || only);
        found.ok_or_else(|| Error::not_found(Pipeline::NAME))
    }
}

fn typed<E: Entity>(rows: Vec<Row>) -> Result<Vec<E>> {
    rows.into_iter().map(E::from_row).collect()
}

/// The opportunities without amounts, if the reader may not see one of the fields that a sum needs: a sum over unknown
/// currencies, or weighted by unknown probabilities, would be wrong.
fn summable(reading: &impl Reader, mut found: Vec<Opportunity>, needed: &[&str]) -> Vec<Opportunity> {
    if !needed.iter().all(|field| reading.can_read(Opportunity::NAME, field)) {
        found.iter_mut().for_each(|opportunity| opportunity.amount = None);
    }
    found
}

/// The opportunities that the reader may see as their intervals tell that they stood at an instant.
fn as_entered(reading: &mut impl Reader, query: &Query, at: Timestamp) -> Result<Vec<Opportunity>> {
    let entered = |comparison| Filter::Compare { field: "entered_at".to_owned(), comparison, value: at.into() };
    let known = Query { filter: Some(entered(Comparison::LessOrEqual)), ..Query::default() };
    let mut intervals: HashMap<Id, Vec<StageInterval>> = HashMap::new();
    for interval in typed::<StageInterval>(reading.structure(StageInterval::NAME, &known)?)? {
        intervals.entry(interval.opportunity).or_default().push(interval);
    }
    let found = typed::<Opportunity>(reading.all(Opportunity::NAME, query)?)?;
    let stood = |found: &Opportunity| metrics::as_entered(found, intervals.get(&found.id)?, at);
    Ok(found.iter().filter_map(stood).collect())
}
