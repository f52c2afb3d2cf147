//! Finding records that are like one: past the sight of the reader, and telling him no more than he may see.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Limits, limits, space_of};
use crate::access::mutation::{Check, off};
use crate::access::{AccessPlan, Action, SystemReason, User};
use crate::duplicates::{
    DuplicateAction, DuplicateCandidate, DuplicateCheck, DuplicateHit, DuplicateQuestion, DuplicateVerdict, Matched,
    VerdictKind, asked_as, check_entity, features_of, fields_of, key_of_pair, label_of, sought,
};
use crate::engine::Session;
use crate::engine::read::Reading;
use crate::engine::sharing::opened;
use crate::engine::tenant::Tenant;
use crate::matching::{Features, MatchDecision, MatchKind, MatchScore, Matcher, places};
use crate::query;
use crate::schema::{Entity as _, EntityType, Row};
use crate::store::{JournalRead, JournalScope, ReadTx};
use crate::value::{Error, FieldValue, Id, Result};

/// The most records that are shown.
const MAX_HITS: usize = 10;
/// The most records that are looked at one by one, the likeliest first.
const MAX_LOOKED_AT: usize = 50;

/// A record that is looked up among those that are there.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) entity: &'a EntityType,
    pub(super) row: &'a Row,
    /// The record itself, if it is there.
    pub(super) id: Option<Id>,
    /// Whether related records are told, and how a weight came about.
    pub(super) with_related: bool,
    pub(super) with_steps: bool,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// What the reader may see.
    pub(super) hits: Vec<DuplicateHit>,
    /// What he may not see.
    pub(super) hidden: Vec<DuplicateCandidate>,
    pub(super) limited: bool,
    pub(super) incomplete: bool,
}

/// A record that was compared.
struct Like {
    matched: Matched,
    id: Id,
    features: Features,
    compared: MatchScore,
    /// Whether the reader may not see all that records of this entity, or the asked one, are matched by.
    in_part: bool,
}

/// A look for duplicates on one snapshot.
pub(super) struct Search<'a> {
    tx: &'a mut dyn ReadTx,
    tenant: Arc<Tenant>,
    user: Id,
    /// What the asked record is looked up by, as each kind; and the same of what the reader may see of it.
    own: Vec<(MatchKind, Features)>,
    own_seen: Vec<(MatchKind, Option<Features>)>,
}

impl<'a> Search<'a> {
    pub(super) const fn new(tx: &'a mut dyn ReadTx, tenant: Arc<Tenant>, user: Id) -> Self {
        Self { tx, tenant, user, own: Vec::new(), own_seen: Vec::new() }
    }

    /// Finds what is like the record.
    pub(super) fn find(&mut self, asked: Asked<'_>) -> Result<Found> {
        let mut found = Found::default();
        let mut likes = Vec::new();
        for matched in sought(asked.entity.name, asked.row, asked.entity) {
            let Some(features) = self.own_as(asked, matched.kind)? else { continue };
            self.likes(asked, matched, &features, &mut likes, &mut found)?;
        }
        likes.sort_by(|one, other| {
            let weights = other.compared.weight.total_cmp(&one.compared.weight);
            weights.then_with(|| (one.matched.number, one.id).cmp(&(other.matched.number, other.id)))
        });
        // Who sees in part is told nothing by the weight of what he does not see: all that could be compared are looked at.
        let (in_part, mut whole): (Vec<Like>, Vec<Like>) = likes.into_iter().partition(|like| like.in_part);
        let mut seen = BTreeSet::new();
        whole.retain(|like| seen.insert((like.matched.entity, like.id)));
        found.limited |= whole.len() > MAX_LOOKED_AT;
        for like in whole.into_iter().take(MAX_LOOKED_AT).chain(in_part) {
            self.look_at(asked, like, &mut found)?;
        }
        // What the reader sees of a record may weigh less than all of it.
        found.hits.sort_by(|one, other| other.weight.total_cmp(&one.weight).then_with(|| one.id.cmp(&other.id)));
        // A lead may be like another one as a company and as a person.
        let mut shown = BTreeSet::new();
        found.hits.retain(|hit| shown.insert((hit.entity.clone(), hit.id)));
        found.hidden.retain(|candidate| shown.insert((candidate.entity.clone(), candidate.id)));
        found.hidden.truncate(MAX_LOOKED_AT);
        found.hits.truncate(MAX_HITS);
        Ok(found)
    }

    /// What the asked record is looked up by.
    fn own_as(&mut self, asked: Asked<'_>, kind: MatchKind) -> Result<Option<Features>> {
        if let Some((_, features)) = self.own.iter().find(|(known, _)| *known == kind) {
            return Ok(Some(features.clone()));
        }
        let made = asked_as(asked.entity.name, kind, asked.row)?;
        self.own.extend(made.clone().map(|features| (kind, features)));
        Ok(made)
    }

    /// What the asked record is looked up by, of what the reader may see.
    fn own_seen_as(&mut self, asked: Asked<'_>, plan: &AccessPlan, kind: MatchKind) -> Result<Option<Features>> {
        if let Some((_, features)) = self.own_seen.iter().find(|(known, _)| *known == kind) {
            return Ok(features.clone());
        }
        let made = asked_as(asked.entity.name, kind, &readable(plan, asked.entity, asked.row))?;
        self.own_seen.push((kind, made.clone()));
        Ok(made)
    }

    /// The records of one kind that are like the one.
    fn likes(
        &mut self,
        asked: Asked<'_>,
        matched: Matched,
        features: &Features,
        likes: &mut Vec<Like>,
        found: &mut Found,
    ) -> Result<()> {
        let space = space_of(self.tenant.id, matched);
        found.incomplete |= !self.tx.stale_matches(&space, 1)?.is_empty();
        let entity = self.tenant.schema.entity(matched.entity)?.clone();
        let (plan, own_plan) = (self.tenant.plan(self.user, &entity), self.tenant.plan(self.user, asked.entity));
        let in_part = is_limited(&plan, &entity) || is_limited(&own_plan, asked.entity);
        let mut keys = features.keys(matched.kind);
        if in_part && let Some(seen) = self.own_seen_as(asked, &own_plan, matched.kind)? {
            keys.extend(seen.keys(matched.kind));
        }
        let Limits { per_key, candidates, .. } = limits();
        let (places, limited) =
            places(&keys, per_key, candidates, |hashes| self.tx.match_candidates(&space, hashes, per_key))?;
        found.limited |= limited;
        let matcher = self.tenant.matching.matcher(matched.kind)?;
        for entry in self.tx.match_entries(&space, &places)? {
            if asked.entity.name == matched.entity && asked.id == Some(entry.id) {
                continue;
            }
            let other = Features::from_bytes(&entry.features)?;
            let compared = matcher.score(features, &other);
            if in_part || compared.decision != MatchDecision::Different {
                likes.push(Like { matched, id: entry.id, features: other, compared, in_part });
            }
        }
        Ok(())
    }

    /// What is told of one record: nothing against a verdict, all that the reader may see, or that there is one.
    fn look_at(&mut self, asked: Asked<'_>, mut like: Like, found: &mut Found) -> Result<()> {
        let said = match self.verdict(asked, &like)? {
            Some(VerdictKind::Different) => return Ok(()),
            Some(VerdictKind::Related) => Some(MatchDecision::Related),
            Some(VerdictKind::Same) => Some(MatchDecision::Duplicate),
            None => None,
        };
        like.compared.decision = said.unwrap_or(like.compared.decision);
        let is_told = |decision| match decision {
            MatchDecision::Duplicate | MatchDecision::Possible => true,
            MatchDecision::Related => asked.with_related,
            MatchDecision::Different => false,
        };
        let shown =
            if like.in_part || is_told(like.compared.decision) { self.shown(asked, &like, said)? } else { None };
        if let Some(hit) = shown.filter(|hit| is_told(hit.decision)) {
            found.hits.push(hit);
        } else if matches!(like.compared.decision, MatchDecision::Duplicate | MatchDecision::Possible) {
            found.hidden.push(DuplicateCandidate {
                entity: like.matched.entity.to_owned(),
                id: like.id,
                decision: like.compared.decision,
            });
        }
        Ok(())
    }

    /// What somebody said of the pair, as long as both are what they were then.
    fn verdict(&mut self, asked: Asked<'_>, like: &Like) -> Result<Option<VerdictKind>> {
        let Some(id) = asked.id else { return Ok(None) };
        let verdicts = self.tenant.schema.entity(DuplicateVerdict::NAME)?;
        let plan = self.tenant.system_plan(verdicts, SystemReason::Invariant);
        let key = key_of_pair((asked.entity.name, id), (like.matched.entity, like.id));
        let Some(holder) = self.tx.lookup(&plan.check_lookup("pair", &key))? else { return Ok(None) };
        let Some(row) = self.tx.get(&plan.check_get(holder)?)? else { return Ok(None) };
        let verdict = DuplicateVerdict::from_stored(row)?;
        let entity = self.tenant.schema.entity(like.matched.entity)?;
        let plan = self.tenant.system_plan(entity, SystemReason::Invariant);
        let Some(other) = self.tx.get(&plan.check_get(like.id)?)? else { return Ok(None) };
        let own_plan = self.tenant.system_plan(asked.entity, SystemReason::Invariant);
        let Some(own) = self.tx.get(&own_plan.check_get_any(id)?)? else { return Ok(None) };
        let first = (verdict.entity.as_str(), verdict.record) == (asked.entity.name, id);
        let versions = (verdict.record_version, verdict.other_version);
        let versions = if first { versions } else { (versions.1, versions.0) };
        let plans = (self.tenant.plan(self.user, asked.entity), self.tenant.plan(self.user, entity));
        let holds = is_as_then(self.tx, (asked.entity, &plans.0), versions.0, (&own, asked.row))?
            && is_as_then(self.tx, (entity, &plans.1), versions.1, (&other, &other))?;
        Ok(holds.then_some(verdict.verdict))
    }

    /// The record as far as the reader may see it, weighed by what he may see alone; nothing if it is hidden, or is like the
    /// other one only in what is hidden.
    fn shown(&mut self, asked: Asked<'_>, like: &Like, said: Option<MatchDecision>) -> Result<Option<DuplicateHit>> {
        let entity = self.tenant.schema.entity(like.matched.entity)?.clone();
        let plan = self.tenant.plan(self.user, &entity);
        let Ok(get) = plan.check_get(like.id) else { return Ok(None) };
        let Some(row) = self.tx.get(&get)? else { return Ok(None) };
        let plan = opened(self.tx, &self.tenant, plan, &row)?;
        let kind = like.matched.kind;
        let matcher = self.tenant.matching.matcher(kind)?;
        let own_plan = self.tenant.plan(self.user, asked.entity);
        let own_plan = if asked.id.is_some() { opened(self.tx, &self.tenant, own_plan, asked.row)? } else { own_plan };
        let is_limited = is_limited(&plan, &entity) || is_limited(&own_plan, asked.entity);
        let left = if is_limited { self.own_seen_as(asked, &own_plan, kind)? } else { self.own_as(asked, kind)? };
        let Some(left) = left else { return Ok(None) };
        let (compared, right) = if is_limited {
            let right = features_of(like.matched, &readable(&plan, &entity, &row))?;
            let Some(right) = right.filter(|right| meet(&left, right, kind)) else { return Ok(None) };
            let mut seen = matcher.score(&left, &right);
            if seen.decision == MatchDecision::Different {
                return Ok(None);
            }
            seen.decision = said.unwrap_or(seen.decision);
            (seen, right)
        } else {
            (like.compared.clone(), like.features.clone())
        };
        self.hit(asked, like, (&entity, &plan, row), (compared, &matcher, &left, &right)).map(Some)
    }

    fn hit(
        &mut self,
        asked: Asked<'_>,
        like: &Like,
        (entity, plan, mut row): (&EntityType, &AccessPlan, Row),
        (compared, matcher, left, right): (MatchScore, &Matcher, &Features, &Features),
    ) -> Result<DuplicateHit> {
        plan.mask(entity, &mut row);
        let text = |name: &str| match entity.field(name).map(|field| field.value(&row)) {
            Some(FieldValue::Text(text)) => Some(text),
            _ => None,
        };
        let steps = if asked.with_steps { matcher.explain(left, right) } else { Vec::new() };
        Ok(DuplicateHit {
            entity: entity.name.to_owned(),
            id: like.id,
            label: text(label_of(entity.name)).unwrap_or_default(),
            decision: compared.decision,
            weight: compared.weight,
            probability: compared.probability,
            code: text("code"),
            owner: row.owner,
            owner_name: if asked.with_steps { self.owner_name(row.owner)? } else { None },
            steps,
        })
    }

    /// The name of a user, for a reader who may see users.
    fn owner_name(&mut self, owner: Option<Id>) -> Result<Option<String>> {
        let users = self.tenant.schema.entity(User::NAME)?;
        let plan = self.tenant.plan(self.user, users);
        let Some(get) = owner.and_then(|owner| plan.check_get(owner).ok()) else { return Ok(None) };
        let Some(mut row) = self.tx.get(&get)? else { return Ok(None) };
        plan.mask(users, &mut row);
        Ok(User::from_stored(row).ok().map(|user| user.name).filter(|name| !name.is_empty()))
    }
}

/// Whether a record is matched by the same as when it had a version, as far as the reader sees it: the journal says what was
/// changed since. `present` is the record as it is kept, `row` as it is looked at.
pub(super) fn is_as_then(
    tx: &mut dyn ReadTx,
    (entity, plan): (&EntityType, &AccessPlan),
    version: Option<i64>,
    (present, row): (&Row, &Row),
) -> Result<bool> {
    let Some(version) = version else { return Ok(false) };
    let scope = JournalScope::Record { entity: entity.name, record: present.id, after: version, until: None };
    let later = tx.journal(JournalRead { tenant: plan.tenant(), scope, limit: usize::MAX })?;
    for name in fields_of(entity.name).iter().filter(|name| **name != "status" && plan.tells(name)) {
        let Some(field) = entity.field(name) else { continue };
        let first = later.iter().flat_map(|entry| &entry.changes).find(|change| change.field == *name);
        let then = match first {
            Some(change) => query::operand(&field, &change.before)?,
            None => field.value(present),
        };
        if then != field.value(row) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the reader may not see all that records of an entity are matched by.
fn is_limited(plan: &AccessPlan, entity: &EntityType) -> bool {
    fields_of(entity.name).iter().any(|field| !plan.tells(field)) && !off(Check::DuplicateField)
}

/// The record without what the reader may not see, or sees in part only.
fn readable(plan: &AccessPlan, entity: &EntityType, row: &Row) -> Row {
    let mut row = row.clone();
    for (spec, value) in entity.fields.iter().zip(&mut row.values) {
        if !plan.tells(&spec.name) {
            *value = FieldValue::Null;
        }
    }
    row
}

/// Whether two records share a key.
fn meet(left: &Features, right: &Features, kind: MatchKind) -> bool {
    let right: BTreeSet<i64> = right.keys(kind).iter().map(|key| key.hash).collect();
    left.keys(kind).iter().any(|key| right.contains(&key.hash))
}

/// Looks for duplicates of a record as it would be saved.
pub(crate) fn check(session: &Session, question: &DuplicateQuestion) -> Result<DuplicateCheck> {
    session.reading(|reading| {
        check_entity("entity", &question.entity)?;
        let (entity, plan) = reading.entity(&question.entity)?;
        if !plan.allows(Action::Create) {
            plan.require(Action::Edit)?;
        }
        let row = asked_row(reading, &entity, &plan, question)?;
        let source = session.source.unwrap_or_default();
        let rule = reading.tenant.matching.rule(entity.name, source).cloned();
        let asked = Asked {
            entity: &entity,
            row: &row,
            id: question.id,
            with_related: question.with_related,
            with_steps: true,
        };
        let tenant = reading.tenant.clone();
        let found = Search::new(reading.tx, tenant, session.ctx.user).find(asked)?;
        let conceals = rule.as_ref().is_some_and(|rule| rule.conceal_hidden) && !off(Check::DuplicateHidden);
        let meets = rule.as_ref().filter(|rule| super::save::is_met(rule, &found)).map(|rule| rule.action);
        Ok(DuplicateCheck {
            hidden: if conceals { 0 } else { i64::try_from(found.hidden.len()).unwrap_or(i64::MAX) },
            hits: found.hits,
            limited: found.limited,
            incomplete: found.incomplete,
            action: Some(meets.unwrap_or(DuplicateAction::Allow)),
        })
    })
}

/// The record as it would be saved. Nobody asks with a field that he does not see: the answer would tell its values.
fn asked_row(
    reading: &mut Reading<'_>,
    entity: &EntityType,
    plan: &Arc<AccessPlan>,
    question: &DuplicateQuestion,
) -> Result<Row> {
    let mut row = match question.id {
        Some(id) => reading.tx.get(&plan.check_get(id)?)?.ok_or_else(|| Error::not_found(entity.name))?,
        None => Row { values: vec![FieldValue::Null; entity.fields.len()], ..Row::default() },
    };
    let mut names: Vec<_> = question.fields.iter().collect();
    names.sort_by(|one, other| one.0.cmp(other.0));
    for (name, value) in names {
        let field = plan.asked_field(&reading.tenant.schema, entity, name).map_err(|error| error.under("fields"))?;
        let value = field.spec.coerce(value.clone()).map_err(|error| error.under("fields"))?;
        field.set(&mut row, value);
    }
    entity.struct_values(&row).map_err(|error| error.under("fields"))?;
    Ok(row)
}
