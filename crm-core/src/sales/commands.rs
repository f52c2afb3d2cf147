//! The commands of the room.

use super::steps::{Step, Target, take_step};
use super::{Lead, LeadConversion, LeadStatus, Opportunity, Pipeline, StageCategory, convert, lead};
use crate::room::{Change, Decision, View};
use crate::value::{Date, Decimal, Id, Result};

value_union! {
    /// Pipelines, leads and opportunities.
    pub enum SalesCommand {
        /// Makes a pipeline.
        CreatePipeline {
            /// The pipeline.
            pipeline: Pipeline,
        },
        /// Saves a pipeline that was read and changed.
        UpdatePipeline {
            /// The pipeline with the version that was read.
            pipeline: Pipeline,
        },
        /// Makes a lead, unless one with the same external identifier is there: then nothing changes, and a warning
        /// carries the identifier of that lead.
        CaptureLead {
            /// The lead.
            lead: Lead,
        },
        /// Saves a lead that was read and changed.
        UpdateLead {
            /// The lead with the version that was read.
            lead: Lead,
        },
        /// Names the user who answers for a lead.
        AssignLead {
            /// The lead.
            lead: Id,
            /// The user.
            owner: Id,
            /// The version that was read; whatever it is if nothing is said.
            expected_version: Option<i64>,
        },
        /// Moves a lead to working or qualified; a disqualified one can go back to working.
        MoveLead {
            /// The lead.
            lead: Id,
            /// The version that was read.
            expected_version: Option<i64>,
            /// Working or qualified.
            to: LeadStatus,
        },
        /// Gives a lead up.
        DisqualifyLead {
            /// The lead.
            lead: Id,
            /// Why.
            reason: String,
            /// The version that was read; whatever it is if nothing is said.
            expected_version: Option<i64>,
        },
        /// Makes an account, a contact and an opportunity from a lead.
        ConvertLead {
            /// What shall become of it.
            conversion: LeadConversion,
        },
        /// Makes an opportunity.
        CreateOpportunity {
            /// The opportunity.
            opportunity: Opportunity,
        },
        /// Saves an opportunity that was read and changed.
        UpdateOpportunity {
            /// The opportunity with the version that was read.
            opportunity: Opportunity,
        },
        /// Moves an opportunity to another stage.
        AdvanceStage {
            /// The opportunity.
            opportunity: Id,
            /// The version that was read.
            expected_version: i64,
            /// The key of the stage.
            to: String,
            /// Why.
            reason: Option<String>,
            /// Whether guards that are not met are waived, if the user's role may do so; needs a reason.
            waive: Option<bool>,
        },
        /// Closes an opportunity as won.
        CloseWon {
            /// The opportunity.
            opportunity: Id,
            /// The version that was read.
            expected_version: i64,
            /// Why it was won.
            reason: Option<String>,
            /// The amount that it was won with; as it stands if nothing is said.
            amount: Option<Decimal>,
            /// The date, today or earlier; today if nothing is said.
            closed_on: Option<Date>,
        },
        /// Closes an opportunity as lost.
        CloseLost {
            /// The opportunity.
            opportunity: Id,
            /// The version that was read.
            expected_version: i64,
            /// Why it was lost.
            reason: String,
            /// Who got it.
            competitor: Option<String>,
            /// The date, today or earlier; today if nothing is said.
            closed_on: Option<Date>,
        },
        /// Opens a closed opportunity again, with a new interval.
        Reopen {
            /// The opportunity.
            opportunity: Id,
            /// The version that was read.
            expected_version: i64,
            /// The key of the stage; the open one where it was last if nothing is said.
            to: Option<String>,
            /// Why.
            reason: Option<String>,
        },
    }
}

impl SalesCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreatePipeline { .. } => "sales.create_pipeline",
            Self::UpdatePipeline { .. } => "sales.update_pipeline",
            Self::CaptureLead { .. } => "sales.capture_lead",
            Self::UpdateLead { .. } => "sales.update_lead",
            Self::AssignLead { .. } => "sales.assign_lead",
            Self::MoveLead { .. } => "sales.move_lead",
            Self::DisqualifyLead { .. } => "sales.disqualify_lead",
            Self::ConvertLead { .. } => "sales.convert_lead",
            Self::CreateOpportunity { .. } => "sales.create_opportunity",
            Self::UpdateOpportunity { .. } => "sales.update_opportunity",
            Self::AdvanceStage { .. } => "sales.advance_stage",
            Self::CloseWon { .. } => "sales.close_won",
            Self::CloseLost { .. } => "sales.close_lost",
            Self::Reopen { .. } => "sales.reopen",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        if let Some(step) = self.step() {
            return take_step(view, &step);
        }
        match self {
            Self::CreatePipeline { pipeline } => Ok(Decision::of(Change::create(pipeline))),
            Self::UpdatePipeline { pipeline } => Ok(Decision::of(Change::save(pipeline))),
            Self::CaptureLead { lead } => lead::capture(view, lead),
            Self::UpdateLead { lead } => Ok(Decision::of(Change::save(lead))),
            Self::AssignLead { lead, owner, expected_version } => lead::assign(view, *lead, *expected_version, *owner),
            Self::MoveLead { lead, expected_version, to } => lead::go_on(view, *lead, *expected_version, *to),
            Self::DisqualifyLead { lead, reason, expected_version } => {
                lead::disqualify(view, *lead, *expected_version, reason)
            }
            Self::ConvertLead { conversion } => convert::convert(view, conversion),
            Self::CreateOpportunity { opportunity } => Ok(Decision::of(Change::create(opportunity))),
            Self::UpdateOpportunity { opportunity } => Ok(Decision::of(Change::save(opportunity))),
            Self::AdvanceStage { .. } | Self::CloseWon { .. } | Self::CloseLost { .. } | Self::Reopen { .. } => {
                Ok(Decision::default())
            }
        }
    }

    /// The step of an opportunity that the command asks for.
    fn step(&self) -> Option<Step<'_>> {
        let step = |opportunity: &Id, version: &i64, target| Step::new(*opportunity, Some(*version), target);
        match self {
            Self::AdvanceStage { opportunity, expected_version, to, reason, waive } => {
                let step = step(opportunity, expected_version, Target::Key(to));
                Some(Step { reason: reason.as_deref(), waive: *waive == Some(true), ..step })
            }
            Self::CloseWon { opportunity, expected_version, reason, amount, closed_on } => {
                let step = step(opportunity, expected_version, Target::Close(StageCategory::Won));
                Some(Step { reason: reason.as_deref(), amount: *amount, closed_on: *closed_on, ..step })
            }
            Self::CloseLost { opportunity, expected_version, reason, competitor, closed_on } => {
                let step = step(opportunity, expected_version, Target::Close(StageCategory::Lost));
                Some(Step { reason: Some(reason), competitor: competitor.as_deref(), closed_on: *closed_on, ..step })
            }
            Self::Reopen { opportunity, expected_version, to, reason } => {
                let step = step(opportunity, expected_version, Target::Reopen(to.as_deref()));
                Some(Step { reason: reason.as_deref(), ..step })
            }
            _ => None,
        }
    }
}
