//! Who sees which field of which record: the stores must answer what the plain code of the model answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::org::{Org, SHARED};
use crate::access::{AccessLevel, AccessPlan, Action, Facts, FieldAccess, SystemReason};
use crate::engine::Tenant;
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::{EntityType, Row};
use crate::testkit::{Kept, memory, sqlite};
use crate::value::{FieldValue, Id};

/// A record with what decides over it.
struct Known {
    row: Row,
    facts: Facts,
}

fn known(org: &Org, tenant: &Tenant, entity: &EntityType) -> BTreeMap<Id, Known> {
    org.engine
        .admin
        .reading(|reading| {
            let system = Arc::new(tenant.system_plan(entity, SystemReason::Dump));
            let asked = system.check_scan(&tenant.schema, entity, &Query::default())?;
            let mut rows = Vec::new();
            reading.tx.select(&asked, &mut |row| {
                rows.push(row);
                Ok(true)
            })?;
            let mut found = BTreeMap::new();
            for row in rows {
                let facts = reading.facts(entity, &row)?;
                found.insert(row.id, Known { row, facts });
            }
            Ok(found)
        })
        .unwrap()
}

/// The records that a store finds visible at a level.
fn seen(org: &Org, tenant: &Tenant, plan: &AccessPlan, entity: &EntityType, level: AccessLevel) -> BTreeSet<Id> {
    org.engine
        .admin
        .reading(|reading| {
            let asked = plan.check_scan_for(&tenant.schema, entity, &Query::default(), level)?;
            let mut ids = BTreeSet::new();
            reading.tx.select(&asked, &mut |row| {
                ids.insert(row.id);
                Ok(true)
            })?;
            Ok(ids)
        })
        .unwrap()
}

/// What a reader is to get of a row, by what the model says of each of its fields.
fn shown(plan: &AccessPlan, entity: &EntityType, known: &Known) -> Vec<FieldValue> {
    let plan = plan.opened(&known.facts.grants).unwrap_or_else(|| plan.clone());
    let value = |(spec, value): (&Arc<crate::schema::FieldSpec>, &FieldValue)| match plan.field_access(spec) {
        FieldAccess::Hidden => FieldValue::Null,
        FieldAccess::Masked => spec.masked(value),
        _ => value.clone(),
    };
    entity.fields.iter().zip(&known.row.values).map(value).collect()
}

/// Asks everything of everybody, and counts the questions.
fn ask(org: &Org) -> usize {
    let tenant = org.engine.admin.reading(|reading| Ok(reading.tenant.clone())).unwrap();
    let mut questions = 0;
    for name in SHARED {
        let entity = tenant.schema.entity(name).unwrap().clone();
        let known = known(org, &tenant, &entity);
        for user in &org.users {
            let plan = tenant.plan(*user, &entity);
            if !plan.allows(Action::Read) || !tenant.model.is_active(*user) {
                let session = org.engine.session_of(*user);
                assert!(session.reading(|reading| reading.all(name, &Query::default())).is_err());
                questions += known.len();
                continue;
            }
            for level in AccessLevel::ALL {
                let by_store = seen(org, &tenant, &plan, &entity, *level);
                let by_code = known.iter().filter(|(_, known)| {
                    tenant.model.level(*user, &entity, &tenant.schema, &known.facts) >= Some(*level)
                });
                assert_eq!(by_code.map(|(id, _)| *id).collect::<BTreeSet<_>>(), by_store, "{name} {level}");
                questions += known.len();
            }
            for (id, known) in &known {
                let reasons = tenant.model.reasons(*user, &entity, &tenant.schema, &known.facts);
                let denied = reasons.iter().any(|reason| reason.level.is_none());
                let most = reasons.iter().filter_map(|reason| reason.level).max().filter(|_| !denied);
                let level = tenant.model.level(*user, &entity, &tenant.schema, &known.facts);
                assert_eq!(most, level, "{name} {id} {user} {reasons:#?}");
            }
            let session = org.engine.session_of(*user);
            let rows = session.reading(|reading| reading.all(name, &Query::default())).unwrap();
            for row in rows {
                assert_eq!(row.values, shown(&plan, &entity, &known[&row.id]), "{name}");
                questions += entity.fields.len();
            }
        }
    }
    questions
}

/// Random organisations, each asked again after changes, until there were so many questions.
fn agree(make: fn() -> Kept, seed: u64, wanted: usize) {
    let mut questions = 0;
    for seed in seed.. {
        let mut org = Org::new(make(), seed, 24, 120);
        questions += ask(&org);
        for _ in 0..2 {
            for _ in 0..10 {
                org.change();
            }
            questions += ask(&org);
        }
        if questions >= wanted {
            break;
        }
    }
    assert!(questions >= wanted);
}

#[test]
fn the_reference_store_sees_what_the_model_says() {
    agree(memory, 1_000, 500_000);
}

#[test]
fn sqlite_sees_what_the_model_says_in_a_million_questions() {
    agree(sqlite, 2_000, 1_000_000);
}

/// What everybody sees of the shared entities, by the model.
fn everything(org: &Org) -> BTreeSet<(Id, &'static str, AccessLevel, Id)> {
    let tenant = org.engine.admin.reading(|reading| Ok(reading.tenant.clone())).unwrap();
    let mut seen = BTreeSet::new();
    for name in SHARED {
        let entity = tenant.schema.entity(name).unwrap().clone();
        let known = known(org, &tenant, &entity);
        for user in &org.users {
            for level in AccessLevel::ALL.iter().filter(|_| tenant.plan(*user, &entity).allows(Action::Read)) {
                let shown = known
                    .values()
                    .filter(|known| tenant.model.level(*user, &entity, &tenant.schema, &known.facts) >= Some(*level));
                seen.extend(shown.map(|known| (*user, name, *level, known.row.id)));
            }
        }
    }
    seen
}

#[test]
fn what_a_change_would_open_and_close_is_what_it_then_does() {
    for make in [memory, sqlite] {
        let mut org = Org::new(make(), 3_000, 14, 40);
        let mut moved = 0;
        for _ in 0..60 {
            let Some(command) = org.next_change() else { continue };
            let before = everything(&org);
            let Ok(diff) = org.engine.admin.access().policy_diff(std::slice::from_ref(&command)) else { continue };
            assert_eq!(everything(&org), before, "nothing was written");
            org.engine.admin.execute(command).unwrap();
            let after = everything(&org);
            let mut told: BTreeMap<(Id, String, AccessLevel), (i64, i64)> = BTreeMap::new();
            for user in diff.users.iter().filter(|user| org.users.contains(&user.user)) {
                for entity in user.entities.iter().filter(|entity| SHARED.contains(&entity.entity.as_str())) {
                    for records in &entity.records {
                        let key = (user.user, entity.entity.clone(), records.level);
                        told.insert(key, (records.gained, records.lost));
                    }
                }
            }
            let mut found: BTreeMap<(Id, String, AccessLevel), (i64, i64)> = BTreeMap::new();
            for (user, name, level, _) in after.difference(&before) {
                found.entry((*user, (*name).to_owned(), *level)).or_default().0 += 1;
            }
            for (user, name, level, _) in before.difference(&after) {
                found.entry((*user, (*name).to_owned(), *level)).or_default().1 += 1;
            }
            moved += found.len();
            assert_eq!(told, found);
        }
        assert!(moved > 100, "only {moved}");
    }
}
