//! Activities and the records to which they belong.

use std::collections::{HashMap, HashSet};

use super::{Activity, ActivityLink, Subject, SubjectEntity, all_of, among, equal};
use crate::query::{Filter, MAX_IN_VALUES, MAX_PAGE, Query, Sort};
use crate::room::{
    Change, Decision, Reader, View, check_count, check_external_ids, records_for_rule, refuse, tidy, with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp};

/// The most records to which one activity belongs.
pub const MAX_SUBJECTS: usize = 50;

/// Completes and checks an activity, and keeps a link for each of its subjects.
pub(super) fn activity_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Activity>(before, after, |before, activity| {
        tidy(&mut activity.subject);
        let past = before.as_ref().and_then(|before| before.at);
        activity.at = activity.at.or(past).or_else(|| Some(view.now()));
        let mut problems = Vec::new();
        check_external_ids(&mut activity.external_ids, &mut problems);
        check_subjects(view, before.as_ref(), activity, &mut problems)?;
        refuse(problems)?;
        let present = if before.is_some() { links_of(view, activity)? } else { Vec::new() };
        follow(view, activity, present)
    })
}

/// No subject twice, and each new one visible to whoever names it.
fn check_subjects(
    view: &mut dyn View,
    before: Option<&Activity>,
    activity: &Activity,
    problems: &mut Vec<Problem>,
) -> Result<()> {
    check_count("subjects", activity.subjects.len(), MAX_SUBJECTS, problems);
    let known: HashSet<Subject> = before.map(|before| before.subjects.iter().copied().collect()).unwrap_or_default();
    let mut seen = HashSet::new();
    for (place, subject) in activity.subjects.iter().enumerate().take(MAX_SUBJECTS) {
        let field = format!("subjects[{place}].id");
        if !seen.insert(*subject) {
            problems.push(Problem::of_field(ErrorCode::DuplicateKey, field, "the record stands in the list already"));
        } else if !known.contains(subject) {
            let found = view.get(subject.entity.as_str(), subject.id).map(|_| ());
            problems.extend(unless_hidden(found, subject.entity, field)?);
        }
    }
    Ok(())
}

/// A record that is missing and one that the caller may not see give the same problem.
fn unless_hidden(found: Result<()>, entity: SubjectEntity, field: String) -> Result<Option<Problem>> {
    match found {
        Ok(()) => Ok(None),
        Err(Error::NotFound { .. } | Error::Denied { .. }) => {
            let message = format!("the subject points to no {entity}");
            Ok(Some(Problem::of_field(ErrorCode::UnknownReference, field, message)))
        }
        Err(error) => Err(error),
    }
}

fn links_of(view: &mut dyn View, activity: &Activity) -> Result<Vec<ActivityLink>> {
    let asked = Query { filter: Some(equal("activity", activity.id)), ..Query::default() };
    records_for_rule(view, &asked)
}

/// The changes after which every subject has one link with the time and the owner of the activity.
fn follow(view: &mut dyn View, activity: &Activity, present: Vec<ActivityLink>) -> Result<Decision> {
    let mut missing = activity.subjects.clone();
    let mut decision = Decision::default();
    for link in present {
        let change = match missing.iter().position(|subject| link.subject() == Some(*subject)) {
            None => Change::Delete { entity: ActivityLink::NAME, id: link.id, version: None },
            Some(place) => {
                missing.remove(place);
                if (link.at, link.owner) == (activity.at, activity.owner) {
                    continue;
                }
                let set = vec![("at", activity.at.into()), ("owner", activity.owner.into())];
                Change::update::<ActivityLink>(link.id, set)
            }
        };
        decision = decision.and_rule(change);
    }
    let accounts = activity.subjects.iter().filter(|subject| subject.entity == SubjectEntity::Account);
    let mut named: HashSet<Id> = accounts.map(|subject| subject.id).collect();
    for subject in missing {
        let mut link = ActivityLink::of(activity, subject);
        if subject.entity != SubjectEntity::Account {
            link.account = account_of(view, subject)?.filter(|account| named.insert(*account));
        }
        decision = decision.and_rule(Change::create(&link));
    }
    Ok(decision)
}

/// The customer to whom a subject belongs now, so that the timeline of the customer shows its deals too.
fn account_of(view: &mut dyn View, subject: Subject) -> Result<Option<Id>> {
    let field = match subject.entity {
        SubjectEntity::Contact | SubjectEntity::Opportunity | SubjectEntity::Quote => "account",
        SubjectEntity::Lead => "converted_account",
        SubjectEntity::Account | SubjectEntity::Product => return Ok(None),
    };
    let row = view.get_for_rule(subject.entity.as_str(), subject.id)?;
    let field = view.schema().entity(subject.entity.as_str())?.field(field);
    Ok(match field.map(|field| field.value(&row)) {
        Some(FieldValue::Reference(account)) => Some(account),
        _ => None,
    })
}

/// A record that belonged to no customer belongs to one now: so do the activities that were logged with it.
pub(crate) fn account_became_known(
    view: &mut dyn View,
    subject: Subject,
    before: Option<Id>,
    after: Option<Id>,
) -> Result<Decision> {
    let (None, Some(account)) = (before, after) else { return Ok(Decision::default()) };
    let unknown = Filter::IsEmpty { field: "account".to_owned() };
    let links =
        records_for_rule::<ActivityLink>(view, &all_of(vec![equal(subject.entity.as_str(), subject.id), unknown]))?;
    let set = |link: &ActivityLink| Change::update::<ActivityLink>(link.id, vec![("account", account.into())]);
    Ok(links.iter().map(set).fold(Decision::default(), Decision::and_rule))
}

/// Up to so many accounts are read one by one from their index; more are read together and sorted.
const MAX_READ_SINGLY: usize = 100;

/// The newest activities of some records of one entity, each once; ties are broken by the identifier.
pub(crate) fn newest(
    reading: &mut dyn Reader,
    entity: SubjectEntity,
    ids: &[Id],
    limit: usize,
) -> Result<Vec<Activity>> {
    let size = if ids.len() <= MAX_READ_SINGLY { 1 } else { MAX_IN_VALUES };
    let mut found = Vec::new();
    for group in ids.chunks(size) {
        found.extend(newest_of(reading, among(entity.as_str(), group), limit)?);
    }
    found.sort_by(|a, b| b.cmp(a));
    found.dedup();
    found.truncate(limit);
    let wanted: Vec<Id> = found.iter().map(|(_, activity)| *activity).collect();
    let asked = Query { filter: Some(among("id", &wanted)), ..Query::default() };
    let mut known = HashMap::new();
    for row in reading.all(Activity::NAME, &asked)? {
        known.insert(row.id, Activity::from_row(row)?);
    }
    Ok(wanted.iter().filter_map(|id| known.remove(id)).collect())
}

/// Time and identifier of the newest activities behind the links that a filter finds, each once.
fn newest_of(reading: &mut dyn Reader, filter: Filter, limit: usize) -> Result<Vec<(Timestamp, Id)>> {
    let descending = |field: &str| Sort { field: field.to_owned(), descending: true };
    let mut asked = Query {
        filter: Some(filter),
        sort: vec![descending("at"), descending("activity")],
        limit: i64::try_from(limit.min(MAX_PAGE)).ok(),
        ..Query::default()
    };
    let mut found: Vec<(Timestamp, Id)> = Vec::new();
    loop {
        let (rows, next) = reading.page(ActivityLink::NAME, &asked)?;
        for row in rows {
            let link = ActivityLink::from_row(row)?;
            found.push((link.at.unwrap_or_default(), link.activity));
        }
        found.dedup();
        if found.len() >= limit || next.is_none() {
            found.truncate(limit);
            return Ok(found);
        }
        asked.cursor = next;
    }
}
