//! What a file says about an opportunity that is there already: its stage is reached by steps, not written over.

use std::collections::HashMap;

use super::rules::{no_such_stage, pipeline_of};
use super::steps::{Step, Target};
use super::{Opportunity, StageCategory};
use crate::room::{Decision, View, record};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// The parts of a change that a file asks for.
#[derive(Debug)]
pub(crate) struct Restage {
    opportunity: Id,
    /// What is written first, so that the guards of the stage find it.
    pub(crate) before: HashMap<String, FieldValue>,
    /// What must stand there in the end.
    pub(crate) after: HashMap<String, FieldValue>,
    /// The stage to go to, if it is another one.
    to: Option<String>,
    /// Whether the opportunity has to be opened again for it, and whether it stays open.
    reopens: bool,
    stays_open: bool,
    reason: Option<String>,
    closed_on: Option<Date>,
    warnings: Vec<Problem>,
}

/// What a step sets, or what follows the stage.
const BY_STEP: [&str; 4] = ["stage", "closed_on", "close_reason", "probability"];

impl Restage {
    /// Compares what a file says with the opportunity. Its history has its own days: another day of the opening or of the
    /// closing is left out, with a warning.
    pub(crate) fn of(view: &mut dyn View, id: Id, fields: &HashMap<String, FieldValue>) -> Result<Self> {
        let present = record::<Opportunity>(view, id)?;
        let is_closed = present.stage_category.is_some_and(StageCategory::is_closed);
        let mut restage = Self {
            opportunity: id,
            before: HashMap::new(),
            after: fields.clone(),
            to: text(fields, "stage").filter(|to| present.stage.as_ref() != Some(to)),
            reopens: is_closed,
            stays_open: true,
            reason: text(fields, "close_reason"),
            closed_on: None,
            warnings: Vec::new(),
        };
        if let Some(to) = &restage.to {
            let pipeline = pipeline_of(view, present.pipeline)?;
            let stage = pipeline.stage(to).ok_or_else(|| no_such_stage(&pipeline, "stage"))?;
            restage.stays_open = !stage.category.is_closed();
            let first = fields.iter().filter(|(name, _)| !BY_STEP.contains(&name.as_str()));
            restage.before = first.map(|(name, value)| (name.clone(), value.clone())).collect();
        }
        restage.keep_day("opened_on", present.opened_on)?;
        // Whoever closes an opportunity again does so today.
        let closes_again = is_closed && restage.to.is_some() && !restage.stays_open;
        if closes_again {
            restage.keep_day("closed_on", Some(view.today()))?;
            restage.after.remove("closed_on");
        } else if is_closed && restage.to.is_none() {
            restage.keep_day("closed_on", present.closed_on)?;
        }
        restage.closed_on = date(&restage.after, "closed_on")?;
        Ok(restage)
    }

    /// Leaves a day out that differs from the one that stands.
    fn keep_day(&mut self, name: &'static str, present: Option<Date>) -> Result<()> {
        let Some(day) = date(&self.after, name)? else { return Ok(()) };
        if present.is_some_and(|present| present != day) {
            self.after.remove(name);
            self.before.remove(name);
            let message = "the history of the opportunity has another day, which was left as it is";
            self.warnings.push(Problem::of_field(ErrorCode::WriteOnce, name, message));
        }
        Ok(())
    }

    /// The steps, one after the other; a closed opportunity is opened again on its way to another closed stage.
    pub(crate) fn targets(&self) -> Vec<Target<'_>> {
        match self.to.as_deref() {
            None => Vec::new(),
            Some(to) if !self.reopens => vec![Target::Key(to)],
            Some(to) if self.stays_open => vec![Target::Reopen(Some(to))],
            Some(to) => vec![Target::Reopen(None), Target::Key(to)],
        }
    }

    /// A step with what the file says about it.
    pub(crate) fn step<'a>(&'a self, target: Target<'a>) -> Step<'a> {
        let step = Step::new(self.opportunity, None, target);
        match target {
            Target::Reopen(_) => step,
            _ => Step { reason: self.reason.as_deref(), closed_on: self.closed_on, ..step },
        }
    }

    /// What the caller should know.
    pub(crate) fn into_warnings(self) -> Decision {
        self.warnings.into_iter().fold(Decision::default(), Decision::warn)
    }
}

fn text(fields: &HashMap<String, FieldValue>, name: &str) -> Option<String> {
    match fields.get(name) {
        Some(FieldValue::Text(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn date(fields: &HashMap<String, FieldValue>, name: &str) -> Result<Option<Date>> {
    match fields.get(name) {
        Some(FieldValue::Date(date)) => Ok(Some(*date)),
        Some(FieldValue::Text(text)) if !text.is_empty() => {
            text.parse().map(Some).map_err(|error: Error| error.under(name))
        }
        _ => Ok(None),
    }
}
