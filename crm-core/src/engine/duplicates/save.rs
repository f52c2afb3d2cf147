//! What happens at a save that brings a duplicate: nothing, a warning, a refusal, or a case for review.

use super::search::{Asked, Found, Search};
use crate::access::mutation::{Check, off};
use crate::duplicates::{
    CaseStatus, DuplicateAction, DuplicateCandidate, DuplicateCase, DuplicateHit, DuplicateRule, differs, fields_of,
};
use crate::engine::pipeline::Work;
use crate::matching::MatchDecision;
use crate::query::Query;
use crate::room::{Author, Change, Decision, View as _};
use crate::schema::{Entity as _, EntityType, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// Whether a rule is about what a record is to another one.
const fn concerns(rule: &DuplicateRule, decision: MatchDecision) -> bool {
    match decision {
        MatchDecision::Duplicate => true,
        MatchDecision::Possible => rule.also_possible,
        MatchDecision::Related | MatchDecision::Different => false,
    }
}

/// What a rule is about, of the records that the caller sees.
fn seen<'a>(rule: &DuplicateRule, found: &'a Found) -> Vec<&'a DuplicateHit> {
    found.hits.iter().filter(|hit| concerns(rule, hit.decision)).collect()
}

/// What a rule is about, of the records that the caller does not see; nothing if they are kept from him.
fn unseen<'a>(rule: &DuplicateRule, found: &'a Found) -> Vec<&'a DuplicateCandidate> {
    let conceals = rule.conceal_hidden && !off(Check::DuplicateHidden);
    found.hidden.iter().filter(|candidate| !conceals && concerns(rule, candidate.decision)).collect()
}

/// Whether something was found that a rule is about.
pub(super) fn is_met(rule: &DuplicateRule, found: &Found) -> bool {
    !seen(rule, found).is_empty() || !unseen(rule, found).is_empty()
}

/// Whether a change touches what decides about duplicates. That a lead goes on does not.
fn is_looked_up(entity: &EntityType, before: Option<&Row>, after: &Row) -> bool {
    let Some(before) = before else { return true };
    if before.deleted != after.deleted {
        return true;
    }
    let changed = |name: &&'static str| {
        entity.field(name).is_some_and(|field| field.value(before) != field.value(after)) && *name != "status"
    };
    differs(entity, before, after) && fields_of(entity.name).iter().any(changed)
}

impl Work<'_> {
    /// Looks for duplicates of a record that is about to be written, and does what the rule for its way says. What shall
    /// be written behind it is given back.
    ///
    /// # Errors
    /// `DuplicateFound` if the rule refuses it, with what the caller may see in the data.
    pub(in crate::engine) fn check_duplicates(
        &mut self,
        author: Author,
        entity: &EntityType,
        before: Option<&Row>,
        after: &Row,
    ) -> Result<Decision> {
        if author.is_undo() || fields_of(entity.name).is_empty() {
            return Ok(Decision::default());
        }
        let Some(rule) = self.tenant.matching.rule(entity.name, self.source).cloned() else {
            return Ok(Decision::default());
        };
        if rule.action == DuplicateAction::Allow || !is_looked_up(entity, before, after) {
            return Ok(Decision::default());
        }
        let asked = Asked { entity, row: after, id: Some(after.id), with_related: false, with_steps: false };
        let (tenant, user) = (self.tenant.clone(), self.session.ctx.user);
        let found = Search::new(self.tx, tenant, user).find(asked)?;
        if !is_met(&rule, &found) {
            return Ok(Decision::default());
        }
        match rule.action {
            DuplicateAction::Allow => Ok(Decision::default()),
            DuplicateAction::Warn => {
                Ok(problems(entity, &rule, &found).into_iter().fold(Decision::default(), Decision::warn))
            }
            DuplicateAction::Block => Err(Error::Conflict { problems: problems(entity, &rule, &found) }),
            DuplicateAction::Queue => self.queued(entity, after, &rule, &found),
        }
    }

    /// Whether the caller is told that a record was written: not of a case that somebody else reviews.
    pub(in crate::engine) fn tells_of(&mut self, entity: &EntityType, id: Id) -> Result<bool> {
        if entity.name != DuplicateCase::NAME {
            return Ok(true);
        }
        let plan = self.plan(Author::Caller, entity);
        let Ok(get) = plan.check_get_any(id) else { return Ok(false) };
        Ok(self.tx.get(&get)?.is_some())
    }

    /// The case for review: a new one, or the open one of the record brought up to date.
    fn queued(&mut self, entity: &EntityType, row: &Row, rule: &DuplicateRule, found: &Found) -> Result<Decision> {
        let seen = seen(rule, found).into_iter().map(|hit| DuplicateCandidate {
            entity: hit.entity.clone(),
            id: hit.id,
            decision: hit.decision,
        });
        let mut candidates: Vec<DuplicateCandidate> = seen.collect();
        if rule.reviewer.is_some() {
            candidates.extend(unseen(rule, found).into_iter().cloned());
        }
        if candidates.is_empty() {
            return Ok(Decision::default());
        }
        let open = [("record", row.id.into()), ("status", CaseStatus::Open.as_str().into())];
        let known = self.list_for_rule(DuplicateCase::NAME, &Query::matching(&open))?;
        if let Some(case) = known.first() {
            let set = vec![("candidates", FieldValue::json(&candidates)?)];
            return Ok(Decision::default().and_rule(Change::update::<DuplicateCase>(case.id, set)));
        }
        let case = DuplicateCase {
            entity: Some(entity.name.to_owned()),
            record: Some(row.id),
            candidates,
            source: Some(self.source),
            status: Some(CaseStatus::Open),
            owner: rule.reviewer,
            ..DuplicateCase::default()
        };
        Ok(Decision::default().and_rule(Change::create(&case)))
    }
}

/// What the caller is told: each record that he sees by its identifier, and how many there are beside.
fn problems(entity: &EntityType, rule: &DuplicateRule, found: &Found) -> Vec<Problem> {
    let message = |decision| match decision {
        MatchDecision::Duplicate => format!("the {} is a duplicate of another record", entity.name),
        _ => format!("the {} may be a duplicate of another record", entity.name),
    };
    let seen = seen(rule, found).into_iter().map(|hit| {
        let problem = Problem::new(ErrorCode::DuplicateFound, message(hit.decision));
        problem.with("entity", &hit.entity).with("id", hit.id).with("decision", hit.decision)
    });
    let mut told: Vec<Problem> = seen.collect();
    let hidden = unseen(rule, found).len();
    if hidden > 0 {
        let message = format!("the {} is a duplicate of records that are not shown", entity.name);
        told.push(Problem::new(ErrorCode::DuplicateFound, message).with("hidden", hidden));
    }
    told
}
