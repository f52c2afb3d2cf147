//! What is given by hand (手工条件): what may be, and how the rest is refused.

use super::catalog::{Calculation, ConditionSign, HeaderRule};
use super::definition::{ProcedureDef, TypeDef};
use super::document::{ManualCondition, PriceDocument, RepriceMode};
use super::limits;
use super::price::Pricer;
use crate::value::{Error, ErrorCode, Result, error::excerpt};

impl Pricer {
    /// Refuses conditions by hand that the procedure does not have, or that their types do not take.
    pub(super) fn check_conditions(&self, document: &PriceDocument, procedure: &ProcedureDef) -> Result<()> {
        for (number, given) in document.conditions.iter().enumerate() {
            self.check_given(document, given, procedure, true)
                .map_err(|error| error.under(&format!("conditions[{number}]")))?;
        }
        for (place, item) in document.items.iter().enumerate() {
            self.check_item(document, &item.conditions, procedure)
                .map_err(|error| error.under(&format!("items[{place}]")).with("item", &item.id))?;
        }
        Ok(())
    }

    /// The same for those of one item.
    pub(super) fn check_item(
        &self,
        document: &PriceDocument,
        conditions: &[ManualCondition],
        procedure: &ProcedureDef,
    ) -> Result<()> {
        for (number, given) in conditions.iter().enumerate() {
            self.check_given(document, given, procedure, false)
                .map_err(|error| error.under(&format!("conditions[{number}]")))?;
        }
        Ok(())
    }

    fn check_given(
        &self,
        document: &PriceDocument,
        given: &ManualCondition,
        procedure: &ProcedureDef,
        in_head: bool,
    ) -> Result<()> {
        let has = |step: &&super::definition::StepDef| step.is.condition_type.as_ref() == Some(&given.condition_type);
        let step = procedure.steps.iter().find(has);
        let condition = step.and_then(|step| self.definition.types.get(step.condition?));
        let (Some(step), Some(condition)) = (step, condition) else {
            let message = format!("the procedure has no condition type `{}`", excerpt(&given.condition_type));
            return Err(Error::invalid(ErrorCode::UnknownReference, "condition_type", message));
        };
        // What is left out need not be right.
        if document.reprice.as_ref().is_some_and(|reprice| reprice.mode == RepriceMode::AllNew) {
            return Ok(());
        }
        check(condition, given, in_head)
            .map_err(|error| error.with("step", step.is.number).with("condition_type", &condition.is.code))
    }
}

fn check(condition: &TypeDef, given: &ManualCondition, in_head: bool) -> Result<()> {
    let refused = |code, field: &str, message: &str| Err(Error::invalid(code, field, message));
    let (field, figure) = match (given.rate, given.amount) {
        (None, None) => return refused(ErrorCode::Required, "rate", "a rate or an amount must be given"),
        (Some(_), Some(_)) => {
            return refused(ErrorCode::NotAllowed, "amount", "a rate or an amount is given, not both");
        }
        (Some(rate), None) => ("rate", rate),
        (None, Some(amount)) => ("amount", amount),
    };
    let rule = condition.is.manual;
    if rule.is_none() && !condition.accesses.is_empty() {
        return refused(ErrorCode::NotAllowed, "condition_type", "the condition type takes nothing by hand");
    }
    given.rate.map_or(Ok(()), |rate| limits::rate("rate", rate))?;
    given.amount.map_or(Ok(()), |amount| limits::amount("amount", amount))?;
    given.base.map_or(Ok(()), |base| limits::amount("base", base))?;
    given.per.map_or(Ok(()), |per| limits::quantity("per", per, true))?;
    if figure.is_negative() && condition.sign != ConditionSign::Either {
        let message = "a rate of this condition type is written above zero: its sign follows from the type";
        return refused(ErrorCode::OutOfRange, field, message);
    }
    let is_shared = in_head && condition.header == HeaderRule::Distribute && given.rate.is_some();
    let can_be = [Calculation::Fixed, Calculation::Percent, Calculation::PerMille];
    if is_shared && !can_be.contains(&condition.is.calculation) {
        let message = "only amounts and percentages of the head can be shared out";
        return refused(ErrorCode::NotAllowed, "condition_type", message);
    }
    let Some(rule) = rule else { return Ok(()) };
    if rule.minimum.is_some_and(|minimum| figure < minimum) || rule.maximum.is_some_and(|maximum| figure > maximum) {
        let message = "the rate lies outside what may be given by hand";
        return Err(Error::invalid(ErrorCode::OutOfRange, field, message)
            .with("minimum", rule.minimum.map_or_else(String::new, |figure| figure.to_string()))
            .with("maximum", rule.maximum.map_or_else(String::new, |figure| figure.to_string())));
    }
    Ok(())
}
