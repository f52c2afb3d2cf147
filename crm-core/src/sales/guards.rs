//! Guards: what must hold before a stage is entered, evaluated over the fields of the opportunity.

use super::{Guard, Opportunity, Stage};
use crate::schema::{Entity as _, Row, TenantSchema};
use crate::value::{Decimal, Error, ErrorCode, FieldValue, Problem, Result};

/// What guards are evaluated over.
pub(super) struct Facts<'a> {
    pub(super) schema: &'a TenantSchema,
    pub(super) row: Row,
    pub(super) opportunity: &'a Opportunity,
    pub(super) reason: Option<&'a str>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(schema: &'a TenantSchema, opportunity: &'a Opportunity, reason: Option<&'a str>) -> Self {
        Self { schema, row: opportunity.to_row(), opportunity, reason: reason.filter(|text| !text.trim().is_empty()) }
    }

    /// The guards of a stage that are not met.
    ///
    /// # Errors
    /// `UnknownEntity` if the opportunity is not registered.
    pub(super) fn unmet(&self, stage: &Stage) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        for guard in &stage.guards {
            if let Some(problem) = self.unmet_guard(guard)? {
                problems.push(problem.with("stage", &stage.key));
            }
        }
        Ok(problems)
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
        let entity = self.schema.entity(Opportunity::NAME)?;
        let value = self.schema.field(entity, name).map(|field| field.value(&self.row)).unwrap_or_default();
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
