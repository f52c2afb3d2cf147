//! The room `sales`: leads (线索), opportunities (商机) and the stages they go through (销售阶段).
//!
//! A [`Pipeline`] is data: its stages, the guards that must hold before a stage is entered, and which stage may follow
//! which. An [`Opportunity`] stands in one stage; each stay is a [`StageInterval`], half-open, written by rules only.
//! The intervals of an opportunity follow each other without gap or overlap from `opened_on` on, and exactly one is
//! open while the opportunity is open or on hold. The figures over them are pure functions in [`metrics`].

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod commands;
mod convert;
mod guards;
mod lead;
mod pipeline;
mod restage;
mod rules;
mod steps;
mod types;

pub mod metrics;

#[cfg(test)]
mod tests;

pub use commands::SalesCommand;
pub use metrics::{
    FunnelOptions, FunnelRow, FunnelTotal, StageReport, StageTime, WinRate, WinRateOptions, WinRateValue,
};
pub use pipeline::{Guard, MAX_STAGES, Pipeline, PipelinePage, Stage, StageCategory};
pub use types::{
    ForecastCategory, Lead, LeadConversion, LeadOutcome, LeadPage, LeadStatus, Opportunity, OpportunityPage, RawField,
    StageInterval, StageIntervalPage,
};

pub(crate) use restage::Restage;
pub(crate) use rules::in_order;
pub(crate) use steps::{Step, Target, take_step};

use crate::room::{MergeRule, RecordRule, RestoreRule};
use crate::schema::{Entity as _, EntityType, MovesWith};

/// Open opportunities move with their account; those that were won or lost stay with who won or lost them.
const OPEN_WITH_ACCOUNT: &[MovesWith] =
    &[MovesWith { whole: "account", field: "account", open: Some(("stage_category", &["open", "hold"])) }];

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![
        EntityType::of::<Pipeline>(),
        EntityType::of::<Opportunity>().controlled_by("account").moves_with(OPEN_WITH_ACCOUNT),
        EntityType::of::<StageInterval>().part_of(Opportunity::NAME),
        EntityType::of::<Lead>().mergeable(),
    ]
}

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        Pipeline::NAME => Some(pipeline::pipeline_rule),
        Opportunity::NAME => Some(rules::opportunity_rule),
        Lead::NAME => Some(lead::lead_rule),
        _ => None,
    }
}

/// What is said about a record of an entity that is brought back.
pub(crate) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    match entity {
        Pipeline::NAME => Some(pipeline::restore_rule),
        Opportunity::NAME => Some(rules::restore_rule),
        _ => None,
    }
}

/// What is said about records of an entity that shall become one.
pub(crate) fn merge_rule_of(entity: &str) -> Option<MergeRule> {
    (entity == Lead::NAME).then_some(lead::merge_rule as MergeRule)
}
