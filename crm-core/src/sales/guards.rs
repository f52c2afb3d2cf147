//! Guards: what must hold before a stage is entered, evaluated over the fields of the opportunity.

use super::{Guard, Opportunity, Stage};
use crate::room::View;
use crate::schema::{Entity as _, Row};
use crate::value::{Decimal, Error, ErrorCode, FieldValue, Problem, Result};

/// What guards are evaluated over.
pub(super) struct Facts<'a> {
    pub(super) view: &'a dyn View,
    pub(super) row: Row,
    pub(super) opportunity: &'a Opportunity,
    pub(super) reason: Option<&'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(view: &'a dyn View, opportunity: &'a Opportunity, reason: Option<&'a str>) -> Self {
        Self { view, row: opportunity.to_row(), opportunity, reason: reason.filter(|text| !text.trim().is_empty()) }
    }

    /// The guards of a stage that are not met; those over fields that the caller does not see together as one that
    /// names nothing but the stage.
    ///
    /// # Errors
    /// `UnknownEntity` if the opportunity is not registered.
    pub(super) fn unmet(&self, stage: &Stage) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        let mut hidden = None;
        for guard in &stage.guards {
            let Some(problem) = self.unmet_guard(guard)? else { continue };
            if self.is_seen(guard) {
                problems.push(problem.with("stage", &stage.key));
            } else {
                let problem = Problem::new(ErrorCode::GuardNotMet, "a guard of the stage is not met");
                hidden = Some(problem.with("stage", &stage.key));
            }
        }
        problems.extend(hidden);
        Ok(problems)
    }

    /// Whether the caller may see every field that the guard looks at.
    fn is_seen(&self, guard: &Guard) -> bool {
        let can_read = |field: &str| self.view.can_read(Opportunity::NAME, field);
        match guard {
            Guard::FieldFilled { field } => can_read(field),
            Guard::AmountAtLeast { .. } => can_read("amount") && can_read("currency"),
            Guard::ReasonGiven {} => true,
        }
    }

    fn unmet_guard(&self, guard: &Guard) -> Result<Option<Problem>> {
        let unmet = |field: &str, kind: &str, message: String| {
            Some(Problem::of_field(ErrorCode::GuardNotMet, field, message).with("guard", kind))
        };
        Ok(match guard {
            Guard::FieldFilled { field } if self.is_filled(field)? => None,
            Guard::FieldFilled { field } => unmet(field, "field_filled", format!("`{field}` must be filled first")),
            Guard::AmountAtLeast { minimums } => {
                let currency = self.opportunity.currency.unwrap_or_default();
                let amount = self.opportunity.amount.unwrap_or(Decimal::ZERO);
                match minimums.iter().find(|minimum| minimum.currency == currency) {
                    Some(minimum) if self.opportunity.amount.is_some() && amount >= minimum.amount => None,
                    Some(minimum) => unmet("amount", "amount_at_least", format!("the amount must reach {minimum}"))
                        .map(|problem| problem.with("minimum", minimum.amount).with("currency", currency)),
                    None => {
                        let message = "the stage has no minimum for this currency".to_owned();
                        unmet("currency", "amount_at_least", message).map(|problem| problem.with("currency", currency))
                    }
                }
            }
            Guard::ReasonGiven {} if self.reason.is_some() => None,
            Guard::ReasonGiven {} => unmet("reason", "reason_given", "a reason must be given".to_owned()),
        })
    }

    /// A field that no longer exists is not filled, nor is one that says no.
    fn is_filled(&self, name: &str) -> Result<bool> {
        let schema = self.view.schema();
        let entity = schema.entity(Opportunity::NAME)?;
        let value = schema.field(entity, name).map(|field| field.value(&self.row)).unwrap_or_default();
        Ok(match value {
            FieldValue::Null | FieldValue::Boolean(false) => false,
            FieldValue::Text(text) => !text.trim().is_empty(),
            _ => true,
        })
    }
}

/// The refusal that lists every guard that is not met.
pub(super) fn refused(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Conflict { problems }) }
}
