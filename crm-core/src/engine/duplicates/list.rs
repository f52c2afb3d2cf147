//! Looking through many records at once: all that the caller sees, or a list.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::search::is_as_then;
use super::space_of;
use crate::access::{AccessLevel, AccessPlan, Action, SystemReason, Visibility};
use crate::customer::{Account, AccountLink};
use crate::duplicates::{
    DuplicateCommand, DuplicateList, DuplicatePair, DuplicateSearch, DuplicateVerdict, Matched, StoredMatchModel,
    VerdictKind, check_entity, features_of, fields_of, matched_as,
};
use crate::engine::read::Reading;
use crate::engine::{Command, Session};
use crate::matching::{DedupeOptions, Duplicates, Features, MatchDecision, MatchPair, dedupe};
use crate::query::Query;
use crate::schema::{Entity, EntityType, Row};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// The most records that are looked through at once.
const MAX_RECORDS: usize = 5_000_000;
/// The most threads that work.
const MAX_THREADS: i64 = 64;
/// Entries that are read at once.
const CHUNK: usize = 10_000;

/// A list of records with what they are matched by, and what is known of pairs.
struct Gathered {
    records: Vec<(String, Features)>,
    options: DedupeOptions,
}

/// Finds the duplicates among records.
pub(crate) fn find(session: &Session, search: &DuplicateSearch) -> Result<DuplicateList> {
    let Gathered { records, options } = session.reading(|reading| gather(reading, search))?;
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let Duplicates { pairs, clusters, model, compared, limited } = dedupe(records, &options)?;
    let id = |text: &String| text.parse::<Id>();
    let pair = |pair: &MatchPair| {
        Ok(DuplicatePair {
            one: id(&pair.one)?,
            other: id(&pair.other)?,
            weight: pair.weight,
            probability: pair.probability,
            decision: pair.decision,
        })
    };
    Ok(DuplicateList {
        pairs: pairs.iter().map(pair).collect::<Result<_>>()?,
        clusters: clusters.iter().map(|ids| ids.iter().map(id).collect()).collect::<Result<_>>()?,
        model,
        records: count,
        compared,
        limited,
    })
}

/// Pairs of related accounts that stand in no hierarchy together.
pub(crate) fn suggestions(session: &Session, search: &DuplicateSearch) -> Result<Vec<DuplicatePair>> {
    if search.entity != Account::NAME {
        let message = "only accounts stand in hierarchies";
        return Err(Error::invalid(ErrorCode::UnknownEntity, "entity", message));
    }
    let tops = session.reading(|reading| {
        let today = reading.today();
        Ok(tops(&links(reading, Some(today))?))
    })?;
    let top = |id: Id| tops.get(&id).copied().unwrap_or(id);
    let mut found = find(session, search)?.pairs;
    found.retain(|pair| pair.decision == MatchDecision::Related && top(pair.one) != top(pair.other));
    Ok(found)
}

/// Learns a model from the records that the caller sees, and keeps it.
pub(crate) fn learn(session: &Session, search: &DuplicateSearch) -> Result<StoredMatchModel> {
    let learnt = find(session, &DuplicateSearch { learn: true, ..search.clone() })?;
    let stored = StoredMatchModel { model: Some(learnt.model), ..StoredMatchModel::default() };
    session.create_and_read(Command::Duplicate(DuplicateCommand::StoreModel { model: stored.clone() }), &stored)
}

fn gather(reading: &mut Reading<'_>, search: &DuplicateSearch) -> Result<Gathered> {
    check_entity("entity", &search.entity)?;
    let threads = search.threads.unwrap_or(1);
    if !(1..=MAX_THREADS).contains(&threads) {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "threads", "a search has 1 to 64 threads");
        return Err(problem.with("max", MAX_THREADS).into_invalid());
    }
    let (entity, plan) = reading.entity(&search.entity)?;
    plan.require(Action::Read)?;
    let Some(matched) = matched_as(entity.name).last() else { return Err(Error::not_found(entity.name)) };
    let sees_all = matches!(plan.visible(AccessLevel::Read), Visibility::All);
    let tells_all = fields_of(entity.name).iter().all(|field| plan.tells(field));
    let records = if sees_all && tells_all && search.filter.is_none() && search.ids.is_empty() {
        all_kept(reading, matched)?
    } else {
        visible(reading, &entity, &plan, matched, search)?
    };
    let mut options = DedupeOptions::new(matched.kind);
    options.model = (!search.learn).then(|| reading.tenant.matching.model(matched.kind));
    options.threads = usize::try_from(threads).unwrap_or(1);
    add_verdicts(reading, &entity, &plan, &mut options)?;
    if entity.name == Account::NAME {
        let links = links(reading, None)?;
        options.apart.extend(links.iter().map(|(child, parent)| (child.to_string(), parent.to_string())));
    }
    Ok(Gathered { records, options })
}

fn too_many() -> Error {
    let problem = Problem::of_field(ErrorCode::TooMany, "filter", "too many records to be looked through at once");
    problem.with("max_records", MAX_RECORDS).into_invalid()
}

/// What is kept of every record.
fn all_kept(reading: &mut Reading<'_>, matched: Matched) -> Result<Vec<(String, Features)>> {
    let space = space_of(reading.tenant.id, matched);
    let (mut records, mut after) = (Vec::new(), i64::MIN);
    loop {
        let page = reading.tx.match_page(&space, after, CHUNK)?;
        let Some(last) = page.last() else { return Ok(records) };
        after = last.place;
        for entry in page {
            records.push((entry.id.to_string(), Features::from_bytes(&entry.features)?));
        }
        if records.len() > MAX_RECORDS {
            return Err(too_many());
        }
    }
}

/// The records that the caller sees, matched by what he sees of them.
fn visible(
    reading: &mut Reading<'_>,
    entity: &EntityType,
    plan: &AccessPlan,
    matched: Matched,
    search: &DuplicateSearch,
) -> Result<Vec<(String, Features)>> {
    let query = Query { filter: search.filter.clone(), ..Query::default() };
    let asked = plan.check_scan(&reading.tenant.schema, entity, &query)?;
    let wanted: HashSet<Id> = search.ids.iter().copied().collect();
    let hidden: Vec<usize> = fields_of(entity.name)
        .iter()
        .filter(|field| !plan.tells(field))
        .filter_map(|name| entity.fields.iter().position(|field| field.name == *name))
        .collect();
    let (mut records, mut failed) = (Vec::new(), None);
    reading.tx.select(&asked, &mut |mut row: Row| {
        if !wanted.is_empty() && !wanted.contains(&row.id) {
            return Ok(true);
        }
        for column in &hidden {
            if let Some(value) = row.values.get_mut(*column) {
                *value = FieldValue::Null;
            }
        }
        match features_of(matched, &row) {
            Ok(features) => records.extend(features.map(|features| (row.id.to_string(), features))),
            Err(error) => failed = Some(error),
        }
        Ok(failed.is_none() && records.len() <= MAX_RECORDS)
    })?;
    match failed {
        Some(error) => Err(error),
        None if records.len() > MAX_RECORDS => Err(too_many()),
        None => Ok(records),
    }
}

/// Every living record of an entity, whoever may see it.
fn every<E: Entity>(reading: &mut Reading<'_>) -> Result<Vec<E>> {
    let entity = reading.tenant.schema.entity(E::NAME)?.clone();
    let plan = reading.tenant.system_plan(&entity, SystemReason::Invariant);
    let asked = plan.check_scan(&reading.tenant.schema, &entity, &Query::default())?;
    let mut found = Vec::new();
    reading.tx.select(&asked, &mut |row| {
        found.push(E::from_stored(row)?);
        Ok(true)
    })?;
    Ok(found)
}

/// What people said of pairs, as long as both are what they were then.
fn add_verdicts(
    reading: &mut Reading<'_>,
    entity: &EntityType,
    reader: &AccessPlan,
    options: &mut DedupeOptions,
) -> Result<()> {
    let plan = reading.tenant.system_plan(entity, SystemReason::Invariant);
    for verdict in every::<DuplicateVerdict>(reading)? {
        if verdict.entity != entity.name || verdict.other_entity != entity.name {
            continue;
        }
        let mut stands = |id: Id, version: Option<i64>| -> Result<bool> {
            let Some(row) = reading.tx.get(&plan.check_get(id)?)? else { return Ok(false) };
            is_as_then(reading.tx, (entity, reader), version, (&row, &row))
        };
        if stands(verdict.record, verdict.record_version)? && stands(verdict.other, verdict.other_version)? {
            let pair = (verdict.record.to_string(), verdict.other.to_string());
            let list = if verdict.verdict == VerdictKind::Same { &mut options.same } else { &mut options.apart };
            list.push(pair);
        }
    }
    Ok(())
}

/// Accounts and those directly above them: on a date, or ever.
fn links(reading: &mut Reading<'_>, on: Option<Date>) -> Result<Vec<(Id, Id)>> {
    let holds = |link: &AccountLink| {
        on.is_none_or(|date| {
            link.valid_from.is_none_or(|from| from <= date) && link.valid_until.is_none_or(|until| date < until)
        })
    };
    let found = every::<AccountLink>(reading)?;
    Ok(found.iter().filter(|link| holds(link)).map(|link| (link.child, link.parent)).collect())
}

/// The top of each tree, by account.
fn tops(links: &[(Id, Id)]) -> HashMap<Id, Id> {
    let above: HashMap<Id, Id> = links.iter().copied().collect();
    let top = |id: &Id| {
        let (mut at, mut seen) = (*id, BTreeSet::new());
        while let Some(next) = above.get(&at).filter(|_| seen.insert(at)) {
            at = *next;
        }
        (*id, at)
    };
    above.keys().map(top).collect()
}
