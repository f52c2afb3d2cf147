//! The stage machine: from where an opportunity may go where, which guards must hold, and what a step writes.

use super::guards::{Facts, refused};
use super::rules::{check_not_after, interval, intervals_of, no_such_stage, pipeline_of};
use super::{Opportunity, Pipeline, Stage, StageCategory, StageInterval};
use crate::access::User;
use crate::room::{Change, Decision, TraceStep, View, illegal, record_for_change, record_for_rule};
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp};

/// Where a step leads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// To the stage of that key.
    Key(&'a str),
    /// To the first stage of that category that may follow.
    Close(StageCategory),
    /// From a closed stage to the named one, or to the open one where it was last.
    Reopen(Option<&'a str>),
}

/// One step of an opportunity, with what it sets beside the stage.
#[derive(Debug, Clone)]
pub(crate) struct Step<'a> {
    pub(crate) opportunity: Id,
    /// The version that was read; nothing for a step that holds whatever the version is.
    pub(crate) expected_version: Option<i64>,
    pub(crate) target: Target<'a>,
    pub(crate) reason: Option<&'a str>,
    /// The date of a closing in the past.
    pub(crate) closed_on: Option<Date>,
    /// Whether guards that are not met are waived, if the user's role may do so.
    pub(crate) waive: bool,
    pub(crate) amount: Option<Decimal>,
    pub(crate) currency: Option<Currency>,
    pub(crate) competitor: Option<&'a str>,
}

impl<'a> Step<'a> {
    /// A step that sets nothing else.
    pub(crate) const fn new(opportunity: Id, expected_version: Option<i64>, target: Target<'a>) -> Self {
        Self {
            opportunity,
            expected_version,
            target,
            reason: None,
            closed_on: None,
            waive: false,
            amount: None,
            currency: None,
            competitor: None,
        }
    }

    /// The fields that the caller sets by this step.
    fn fields(&self) -> Vec<&'static str> {
        let given = [("amount", self.amount.is_some()), ("currency", self.currency.is_some())];
        let also = given.into_iter().chain([("competitor", self.competitor.is_some())]);
        std::iter::once("stage").chain(also.filter(|(_, given)| *given).map(|(field, _)| field)).collect()
    }
}

/// Where an opportunity stands, with everything that a step needs.
struct Standing {
    opportunity: Opportunity,
    pipeline: Pipeline,
    intervals: Vec<StageInterval>,
    /// The place of its stage.
    from: usize,
    /// The place of the open stage where it is or was last.
    reached: usize,
}

/// Decides a step: the opportunity, the end of the present interval, the new interval.
pub(crate) fn take_step(view: &mut dyn View, step: &Step<'_>) -> Result<Decision> {
    let standing = Standing::read(view, step)?;
    let to = standing.destination(step)?;
    let pipeline = &standing.pipeline;
    let target = pipeline.stages.get(to).ok_or_else(|| no_such_stage(pipeline, "to"))?;
    let candidate = standing.candidate(step, target);
    let unmet = standing.unmet(view, step, &candidate, to)?;
    let mut decision = Decision::default();
    if !unmet.is_empty() {
        decision = waived(view, step, unmet)?;
    }
    let at = standing.instant(view, step)?;
    let closed = target.category.is_closed();
    let reason = step.reason.map(str::to_owned);
    let new = interval(view.user(), &candidate, target, at, reason);
    let moved_back = target.category == StageCategory::Open && to < standing.reached;
    let new = StageInterval { left_at: closed.then_some(at), moved_back, ..new };
    let closed_on = closed.then(|| step.closed_on.unwrap_or_else(|| view.today()));
    decision =
        decision.and_rule(Change::update::<Opportunity>(candidate.id, written(&candidate, closed_on, target, step)));
    if let Some(last) = standing.intervals.last() {
        decision = decision.and_rule(Change::update::<StageInterval>(last.id, vec![("left_at", at.into())]));
    }
    let from = standing.opportunity.stage.unwrap_or_default();
    let trace = TraceStep::new("stage_step").with("from", from).with("to", &target.key).with("at", at);
    Ok(decision.and_rule(Change::create(&new)).because(trace))
}

/// What a step writes into the opportunity.
fn written(
    candidate: &Opportunity,
    closed_on: Option<Date>,
    target: &Stage,
    step: &Step<'_>,
) -> Vec<(&'static str, FieldValue)> {
    let close_reason = match (&step.target, closed_on) {
        (Target::Reopen(_), _) => None,
        (_, Some(_)) => step.reason.map(str::to_owned).or_else(|| candidate.close_reason.clone()),
        _ => candidate.close_reason.clone(),
    };
    vec![
        ("stage", FieldValue::from(target.key.as_str())),
        ("stage_category", target.category.as_str().into()),
        ("probability", candidate.probability.into()),
        ("probability_overridden", candidate.probability_overridden.into()),
        ("closed_on", closed_on.into()),
        ("close_reason", close_reason.into()),
        ("amount", candidate.amount.into()),
        ("currency", candidate.currency.map(|currency| currency.to_string()).into()),
        ("competitor", candidate.competitor.clone().into()),
    ]
}

impl Standing {
    fn read(view: &mut dyn View, step: &Step<'_>) -> Result<Self> {
        let (id, version) = (step.opportunity, step.expected_version);
        let opportunity = record_for_change::<Opportunity>(view, id, version, &step.fields())?;
        let pipeline = pipeline_of(view, opportunity.pipeline)?;
        let intervals = intervals_of(view, id)?;
        let key = opportunity.stage.as_deref().unwrap_or_default();
        let from = pipeline.place(key).ok_or_else(|| no_such_stage(&pipeline, "stage"))?;
        let last_open = intervals.iter().rev().find(|interval| interval.category == StageCategory::Open);
        let is_open = opportunity.stage_category == Some(StageCategory::Open);
        let reached = last_open.filter(|_| !is_open).and_then(|interval| pipeline.place(&interval.stage));
        let fallback = if is_open { from } else { 0 };
        Ok(Self { opportunity, pipeline, intervals, from, reached: reached.unwrap_or(fallback) })
    }

    fn is_closed(&self) -> bool {
        self.opportunity.stage_category.is_some_and(StageCategory::is_closed)
    }

    /// The place of the stage to which the step leads, if it may.
    fn destination(&self, step: &Step<'_>) -> Result<usize> {
        let allowed = |to: &usize| self.pipeline.allows(self.from, self.reached, *to);
        let is = |place: &usize, category| self.pipeline.stages.get(*place).is_some_and(|s| s.category == category);
        let found = match step.target {
            Target::Reopen(key) => return self.reopened_to(key),
            _ if self.is_closed() => None,
            Target::Key(key) => {
                let place = self.pipeline.place(key).ok_or_else(|| no_such_stage(&self.pipeline, "to"))?;
                Some(place).filter(allowed)
            }
            Target::Close(category) => {
                (0..self.pipeline.stages.len()).filter(|place| is(place, category)).find(allowed)
            }
        };
        found.ok_or_else(|| {
            let message =
                if self.is_closed() { "the opportunity is closed: reopen it" } else { "no such step from here" };
            let from = self.opportunity.stage.clone().unwrap_or_default();
            let next =
                (0..self.pipeline.stages.len()).filter(allowed).filter_map(|place| self.pipeline.stages.get(place));
            let keys: Vec<&str> = next.map(|stage| stage.key.as_str()).collect();
            let problem = Problem::of_field(ErrorCode::IllegalTransition, "stage", message);
            Error::conflict(problem.with("from", from).with("allowed", keys.join(",")))
        })
    }

    /// The place of the stage into which a closed opportunity is opened: an open one up to where it was, the one that
    /// it was closed from, or one that may follow from where it was.
    fn reopened_to(&self, key: Option<&str>) -> Result<usize> {
        if !self.is_closed() {
            return Err(illegal("stage", "the opportunity is not closed"));
        }
        let place = match key {
            None => self.reached,
            Some(key) => self.pipeline.place(key).ok_or_else(|| no_such_stage(&self.pipeline, "to"))?,
        };
        let closed_from = self.intervals.iter().rev().find(|interval| !interval.category.is_closed());
        let (reached, pipeline) = (self.reached, &self.pipeline);
        let refusal = match pipeline.stages.get(place) {
            Some(stage) if !stage.category.is_closed() => {
                let was_there = (stage.category == StageCategory::Open && place <= reached)
                    || closed_from.is_some_and(|last| last.stage == stage.key);
                if was_there || pipeline.allows(reached, reached, place) {
                    return Ok(place);
                }
                "the stage does not follow from where the opportunity was"
            }
            _ => "an opportunity is reopened into an open stage or a hold stage",
        };
        Err(illegal("stage", refusal))
    }

    /// The opportunity as the step leaves it, apart from what the record rule derives.
    fn candidate(&self, step: &Step<'_>, target: &Stage) -> Opportunity {
        let mut candidate = self.opportunity.clone();
        candidate.amount = step.amount.or(candidate.amount);
        candidate.currency = step.currency.or(candidate.currency);
        candidate.competitor = step.competitor.map(str::to_owned).or(candidate.competitor);
        let turns = target.category.is_closed() || self.is_closed();
        if turns || !candidate.probability_overridden {
            candidate.probability = Some(target.probability);
            candidate.probability_overridden = false;
        }
        candidate
    }

    /// The guards that are not met, with the stage that has them.
    fn unmet(
        &self,
        view: &mut dyn View,
        step: &Step<'_>,
        candidate: &Opportunity,
        to: usize,
    ) -> Result<Vec<(Stage, Vec<Problem>)>> {
        let facts = Facts::new(view, candidate, step.reason);
        let mut unmet = Vec::new();
        for stage in self.pipeline.guarded(Some(self.reached), to) {
            let problems = facts.unmet(stage)?;
            if !problems.is_empty() {
                unmet.push((stage.clone(), problems));
            }
        }
        Ok(unmet)
    }

    /// The instant of the step: now, or in the course of the date of a closing in the past, but never before the
    /// present stage was entered.
    fn instant(&self, view: &mut dyn View, step: &Step<'_>) -> Result<Timestamp> {
        let entered = self.intervals.last().map_or(view.now(), |last| last.left_at.unwrap_or(last.entered_at));
        let today = view.today();
        let Some(date) = step.closed_on.filter(|date| *date != today) else { return Ok(view.now().max(entered)) };
        check_not_after("closed_on", date, today)?;
        if view.start_of(date.add_days(1)?) <= entered {
            let message = "the present stage was entered after this date";
            return Err(Error::invalid(ErrorCode::OutOfRange, "closed_on", message));
        }
        Ok(view.start_of(date).max(entered))
    }
}

/// Lets guards be waived by somebody whose role may do so, with a reason; else refuses with all of them.
fn waived(view: &mut dyn View, step: &Step<'_>, unmet: Vec<(Stage, Vec<Problem>)>) -> Result<Decision> {
    let user = view.user();
    let role = record_for_rule::<User>(view, user)?.role;
    let may = |stage: &Stage| role.is_some_and(|role| stage.waiver_roles.contains(&role));
    let reasoned = step.reason.is_some_and(|reason| !reason.trim().is_empty());
    let all = unmet.iter().all(|(stage, _)| may(stage));
    let problems: Vec<Problem> = unmet.into_iter().flat_map(|(_, problems)| problems).collect();
    if !(step.waive && reasoned && all) {
        refused(problems)?;
        return Ok(Decision::default());
    }
    let trace = TraceStep::new("guards_waived").with("user", user).with("guards", problems.len());
    Ok(problems.into_iter().fold(Decision::default().because(trace), Decision::warn))
}
