//! What holds for every opportunity, whichever way it comes in: typed command, generic record, import.

use super::guards::{Facts, refused};
use super::pipeline::{is_percent, pipeline_for_newcomer};
use super::{Opportunity, Pipeline, Stage, StageCategory, StageInterval};
use crate::customer::{Subject, SubjectEntity, account_became_known};
use crate::query::Query;
use crate::room::{
    Change, Decision, View, illegal, kept, record_for_rule, records_for_rule, tidy_external_ids, with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, Id, Problem, Result, Rounding, Timestamp};

/// Digits behind the point of the amounts of an opportunity.
pub(super) const AMOUNT_SCALE: u32 = 4;

/// Completes a new opportunity and opens its first interval; keeps the derived fields of a changed one.
pub(super) fn opportunity_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Opportunity>(before, after, |before, opportunity| {
        tidy_external_ids(&mut opportunity.external_ids)?;
        let decision = match before {
            None => complete_new(view, opportunity)?,
            Some(before) => {
                let subject = Subject { entity: SubjectEntity::Opportunity, id: opportunity.id };
                let links = account_became_known(view, subject, before.account, opportunity.account)?;
                complete_changed(view, &before, opportunity)?.join(links)
            }
        };
        check_closing(opportunity)?;
        if opportunity.currency.is_none() {
            opportunity.currency = Some(view.base_currency());
        }
        opportunity.expected_revenue = expected_revenue(opportunity)?;
        Ok(decision)
    })
}

fn complete_new(view: &mut dyn View, opportunity: &mut Opportunity) -> Result<Decision> {
    let mut decision = Decision::default();
    let pipeline = if let Some(id) = opportunity.pipeline {
        pipeline_of(view, Some(id))?
    } else {
        let (pipeline, change) = pipeline_for_newcomer(view)?;
        if let Some(change) = change {
            decision = decision.after_rule(change);
        }
        pipeline
    };
    opportunity.pipeline = Some(pipeline.id);
    let stage = first_stage(&pipeline, opportunity.stage.as_deref())?;
    opportunity.stage = Some(stage.key.clone());
    opportunity.stage_category = Some(stage.category);
    opportunity.probability_overridden = opportunity.probability.is_some() && !stage.category.is_closed();
    set_probability(opportunity, stage)?;
    if opportunity.currency.is_none() {
        opportunity.currency = Some(view.base_currency());
    }
    check_guards(view, opportunity, &pipeline)?;
    for interval in first_intervals(view, opportunity, &pipeline, stage)? {
        decision = decision.and_rule(Change::create(&interval));
    }
    Ok(decision)
}

/// A new opportunity comes into its stage as if it had gone all the way from before the first one.
fn check_guards(view: &mut dyn View, opportunity: &Opportunity, pipeline: &Pipeline) -> Result<()> {
    let place = opportunity.stage.as_deref().and_then(|key| pipeline.place(key)).unwrap_or_default();
    let facts = Facts::new(&*view, opportunity, opportunity.close_reason.as_deref());
    let mut problems = Vec::new();
    for stage in pipeline.guarded(None, place) {
        problems.extend(facts.unmet(stage)?);
    }
    refused(problems)
}

/// The pipeline that an opportunity names.
pub(super) fn pipeline_of(view: &mut dyn View, id: Option<Id>) -> Result<Pipeline> {
    record_for_rule::<Pipeline>(view, id.unwrap_or_default())
        .map_err(|_| Error::invalid(ErrorCode::UnknownReference, "pipeline", "`pipeline` points to no pipeline"))
}

fn first_stage<'a>(pipeline: &'a Pipeline, given: Option<&str>) -> Result<&'a Stage> {
    let found = match given {
        Some(key) => pipeline.stage(key),
        None => pipeline.stages.first(),
    };
    found.ok_or_else(|| no_such_stage(pipeline, "stage"))
}

/// An opportunity that comes back must still have its stage.
pub(super) fn restore_rule(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let opportunity = Opportunity::from_row(row.clone())?;
    let pipeline = pipeline_of(view, opportunity.pipeline)?;
    let stage = opportunity.stage.as_deref().and_then(|key| pipeline.stage(key));
    if stage.is_some_and(|stage| opportunity.stage_category == Some(stage.category)) {
        return Ok(Decision::default());
    }
    Err(no_such_stage(&pipeline, "stage"))
}

/// The refusal of a key that the pipeline does not have.
pub(super) fn no_such_stage(pipeline: &Pipeline, field: &str) -> Error {
    let keys: Vec<&str> = pipeline.stages.iter().map(|stage| stage.key.as_str()).collect();
    let problem = Problem::of_field(ErrorCode::NotInPicklist, field, "the pipeline has no such stage");
    problem.with("choices", keys.join(",")).into_invalid()
}

/// An empty probability, and that of a closed stage, is the stage's; an explicit one, also 0, stands.
fn set_probability(opportunity: &mut Opportunity, stage: &Stage) -> Result<()> {
    match opportunity.probability {
        Some(said) if !is_percent(said) => {
            Err(Error::invalid(ErrorCode::OutOfRange, "probability", "a probability lies between 0 and 100"))
        }
        Some(said) if stage.category.is_closed() && said != stage.probability => {
            Err(illegal("probability", "the probability of a closed opportunity is that of its stage"))
        }
        Some(_) => Ok(()),
        None => {
            opportunity.probability = Some(stage.probability);
            Ok(())
        }
    }
}

/// The history of a new opportunity: one interval of its stage, from the day of its opening on. A closed one was in the
/// first stage until it was closed, as far as anybody knows.
fn first_intervals(
    view: &mut dyn View,
    opportunity: &mut Opportunity,
    pipeline: &Pipeline,
    stage: &Stage,
) -> Result<Vec<StageInterval>> {
    let (today, now) = (view.today(), view.now());
    let closed = stage.category.is_closed();
    let closed_on = opportunity.closed_on.or_else(|| closed.then_some(today));
    check_not_after("closed_on", closed_on.unwrap_or(today), today)?;
    let opened_on = opportunity.opened_on.or(closed_on).unwrap_or(today);
    let instant = |date: Date| if date == today { now } else { view.start_of(date) };
    check_not_after("opened_on", opened_on, closed_on.unwrap_or(today))?;
    let opened = instant(opened_on);
    opportunity.opened_on = Some(opened_on);
    if !closed {
        return Ok(vec![interval(view.user(), opportunity, stage, opened, opportunity.close_reason.clone())]);
    }
    let closed_on = closed_on.unwrap_or(today);
    let left = instant(closed_on).max(opened);
    opportunity.closed_on = Some(closed_on);
    let mut intervals = Vec::new();
    if let Some(first) = pipeline.stages.first().filter(|_| opened < left) {
        let before = interval(view.user(), opportunity, first, opened, None);
        intervals.push(StageInterval { left_at: Some(left), ..before });
    }
    let last = interval(view.user(), opportunity, stage, left, opportunity.close_reason.clone());
    intervals.push(StageInterval { left_at: Some(left), ..last });
    Ok(intervals)
}

/// Refuses a date that is later than it can be.
pub(super) fn check_not_after(field: &str, date: Date, latest: Date) -> Result<()> {
    if date <= latest {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::OutOfRange, field, "the date is later than it can be");
    Err(problem.with("latest", latest).into_invalid())
}

/// An interval that is open.
pub(super) fn interval(
    by: Id,
    opportunity: &Opportunity,
    stage: &Stage,
    entered_at: Timestamp,
    reason: Option<String>,
) -> StageInterval {
    StageInterval {
        opportunity: opportunity.id,
        stage: stage.key.clone(),
        category: stage.category,
        entered_at,
        entered_by: Some(by),
        reason,
        amount_at_entry: opportunity.amount,
        currency_at_entry: opportunity.currency,
        probability_at_entry: opportunity.probability,
        close_date_at_entry: opportunity.close_date,
        owner: opportunity.owner,
        ..StageInterval::default()
    }
}

/// The intervals of an opportunity in their order.
pub(super) fn intervals_of(view: &mut dyn View, opportunity: Id) -> Result<Vec<StageInterval>> {
    let query = Query::matching(&[("opportunity", opportunity.into())]);
    let mut intervals = records_for_rule::<StageInterval>(view, &query)?;
    in_order(&mut intervals);
    Ok(intervals)
}

/// Puts intervals into the order in which they were entered; of those of one instant the one that was made first.
pub(crate) fn in_order(intervals: &mut [StageInterval]) {
    intervals.sort_by_key(|interval| (interval.entered_at, interval.id));
}

fn complete_changed(view: &mut dyn View, before: &Opportunity, opportunity: &mut Opportunity) -> Result<Decision> {
    let by_hand =
        before.stage == opportunity.stage && before.probability_overridden == opportunity.probability_overridden;
    if by_hand && before.probability != opportunity.probability {
        let pipeline = pipeline_of(view, opportunity.pipeline)?;
        let key = opportunity.stage.clone().unwrap_or_default();
        let stage = pipeline.stage(&key).ok_or_else(|| no_such_stage(&pipeline, "stage"))?;
        opportunity.probability_overridden = opportunity.probability.is_some() && !stage.category.is_closed();
        set_probability(opportunity, stage)?;
    }
    let mut decision = Decision::default();
    if before.owner != opportunity.owner {
        for interval in intervals_of(view, opportunity.id)? {
            let set = vec![("owner", opportunity.owner.into())];
            decision = decision.and_rule(Change::update::<StageInterval>(interval.id, set));
        }
    }
    Ok(decision)
}

/// A closed opportunity, and no other, has a closing date; a lost one has a reason.
fn check_closing(opportunity: &Opportunity) -> Result<()> {
    let category = opportunity.stage_category.unwrap_or_default();
    if opportunity.closed_on.is_some() != category.is_closed() {
        return Err(illegal("closed_on", "the closing date is set by closing and emptied by reopening"));
    }
    let reason = opportunity.close_reason.as_deref().unwrap_or_default();
    if category == StageCategory::Lost && reason.trim().is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "close_reason", "a lost opportunity needs a reason"));
    }
    Ok(())
}

/// Amount times probability in percent, rounded half up once to the smallest unit of the currency.
fn expected_revenue(opportunity: &Opportunity) -> Result<Option<Decimal>> {
    let (Some(amount), Some(percent)) = (opportunity.amount, opportunity.probability) else { return Ok(None) };
    let revenue = weighted(amount.checked_mul(percent)?, opportunity.currency.unwrap_or_default())?;
    kept("expected_revenue", revenue, AMOUNT_SCALE).map(Some)
}

/// A sum of amounts times percentages as money: divided by 100 and rounded half up, once, to the smallest unit of the
/// currency (4 digits where it has none).
pub(super) fn weighted(sum: Decimal, currency: Currency) -> Result<Decimal> {
    sum.checked_div(Decimal::from(100), currency.exponent().min(AMOUNT_SCALE), Rounding::HalfUp)
}
