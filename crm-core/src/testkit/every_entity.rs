//! Every registered entity by every way of reading and writing, for who has no right and for who sees only his own. An
//! entity that comes later is here by itself, and one that everybody may see must be named.

use std::collections::BTreeMap;

use super::generate::{Generator, Known};
use super::regression::{create, delete, made, restore, told, update};
use super::rights::{every, member};
use super::{Engine, memory, registry, sqlite};
use crate::access::{
    DefaultAccess, ObjectRight, PrincipalKind, PrincipalRef, RecordShare, SharingDefault, SharingRule, SharingRuleKind,
};
use crate::conditions::PriceCondition;
use crate::duplicates::{DuplicateAction, DuplicateRule, DuplicateVerdict, StoredMatchModel};
use crate::engine::Session;
use crate::exchange::ExportOptions;
use crate::matching::{MatchKind, shipped_model};
use crate::pricing::CounterUsage;
use crate::query::{AggregateQuery, Filter, Measure, MeasureFunction, Query};
use crate::quote::{OrderKind, Quote, QuoteLine, SalesOrder};
use crate::room::Reader as _;
use crate::sales::Pipeline;
use crate::schema::{EntityType, Sharing};
use crate::value::{ErrorCode, FieldValue, Id, Result};

/// The entities of which everybody sees every record who may see any.
const PUBLIC: [&str; 23] = [
    "org_unit",
    "user_group",
    "territory",
    "sharing_default",
    "sharing_rule",
    "duplicate_rule",
    "match_model",
    "organization",
    "user",
    "role",
    "permission_set",
    "field_definition",
    "pipeline",
    "product_class",
    "product_parameter",
    "product",
    "price_list",
    "list_price",
    "product_source",
    "product_relation",
    "product_document",
    "product_bundle",
    "quote_policy",
];

/// A way to a record of any entity: what is found of it, as text.
type Path = (&'static str, fn(&Session, &str, Id) -> Result<String>);

fn text<T: std::fmt::Debug>(result: Result<T>) -> Result<String> {
    result.map(|found| format!("{found:?}"))
}

fn only(id: Id) -> Query {
    let filter = Filter::In { field: "id".into(), values: vec![id.into()] };
    Query { filter: Some(filter), ..Query::default() }
}

fn count(id: Id) -> AggregateQuery {
    let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
    AggregateQuery { filter: only(id).filter, measures, ..AggregateQuery::default() }
}

fn asked(question: &str, entity: &str, more: serde_json::Value) -> String {
    let mut fields = serde_json::json!({"entity": entity});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::json!({ question: fields }).to_string()
}

/// Ways by the identifier: `NotFound` for what is hidden.
const BY_ID: [Path; 13] = [
    ("get", |session, entity, id| text(session.reading(|reading| reading.get(entity, id)))),
    ("history", |session, entity, id| text(session.history(entity, id))),
    ("history page", |session, entity, id| text(session.history_page(entity, id, 0, 10))),
    ("as of", |session, entity, id| {
        let at = "2026-12-31T00:00:00Z".parse().unwrap();
        text(session.reading(|reading| reading.as_of(entity, id, at)))
    }),
    ("update", |session, entity, id| text(session.preview(update(entity, id, 1, &[])))),
    ("update of the owner", |session, entity, id| {
        text(session.preview(update(entity, id, 1, &[("owner", session.user().into())])))
    }),
    ("delete", |session, entity, id| text(session.preview(delete(entity, id, 1)))),
    ("restore", |session, entity, id| text(session.preview(restore(entity, id)))),
    ("door: get", |session, entity, id| {
        session.query_json(&asked("get", entity, serde_json::json!({"id": id.to_string()})))
    }),
    ("door: history", |session, entity, id| {
        session.query_json(&asked("history", entity, serde_json::json!({"id": id.to_string()})))
    }),
    ("door: history page", |session, entity, id| {
        let page = serde_json::json!({"id": id.to_string(), "cursor": 0, "limit": 5});
        session.query_json(&asked("history_page", entity, page))
    }),
    ("door: as of", |session, entity, id| {
        let at = serde_json::json!({"id": id.to_string(), "at": "2026-12-31T00:00:00Z"});
        session.query_json(&asked("as_of", entity, at))
    }),
    ("door: preview", |session, entity, id| {
        let command = crate::value::json::to_canonical(&update(entity, id, 1, &[])).unwrap();
        session.preview_json(&command)
    }),
];

/// Ways that find many: nothing of what is hidden is among it.
const AMONG_ALL: [Path; 8] = [
    ("list", |session, entity, id| text(session.reading(|reading| reading.page(entity, &only(id))))),
    ("all", |session, entity, _| text(session.reading(|reading| reading.all(entity, &Query::default())))),
    ("all as of", |session, entity, _| {
        let at = "2026-12-31T00:00:00Z".parse().unwrap();
        text(session.reading(|reading| reading.all_as_of(entity, at)))
    }),
    ("aggregate", |session, entity, id| {
        // A count is no identifier: it stands for it here.
        let counted = session.aggregate(entity, &count(id))?;
        let nothing = counted.iter().all(|row| row.values == [0.into()]);
        Ok(if nothing { String::new() } else { id.to_string() })
    }),
    ("search", |session, entity, _| {
        let known = session.reading(|reading| Ok(reading.tenant.schema.entity(entity)?.searchable().count()))?;
        let search = (known > 0).then(|| "a".to_owned());
        text(session.reading(|reading| reading.all(entity, &Query { search: search.clone(), ..Query::default() })))
    }),
    ("export", |session, entity, id| {
        let file = session.export_csv(entity, &only(id), &ExportOptions::default())?;
        Ok(String::from_utf8(file).unwrap())
    }),
    ("door: list", |session, entity, _| {
        session.query_json(&asked("list", entity, serde_json::json!({"query": {"limit": 500}})))
    }),
    ("door: aggregate", |session, entity, id| {
        let query = serde_json::json!({"query": {"group_by": [{"field": "id"}], "measures": []}});
        let found = session.query_json(&asked("aggregate", entity, query))?;
        Ok(if found.contains(&id.to_string()) { found } else { String::new() })
    }),
];

/// Whatever was shared with everybody meanwhile is shared no more.
fn open_nothing(admin: &Session) {
    let rules = admin.list_all::<SharingRule>(&Query::default()).unwrap();
    for rule in rules.into_iter().filter(|rule| !rule.is_inactive) {
        admin.admin().update_sharing_rule(&SharingRule { is_inactive: true, ..rule }).unwrap();
    }
    for default in admin.list_all::<SharingDefault>(&Query::default()).unwrap() {
        let closed = SharingDefault { access: DefaultAccess::Private, ..default };
        admin.admin().update_sharing_default(&closed).unwrap();
    }
    for share in admin.list_all::<RecordShare>(&Query::default()).unwrap() {
        let fields = [("valid_until", "2026-03-01".into())];
        let ended = admin.execute(super::regression::update("record_share", share.id, share.version, &fields));
        // One of a record that is gone cannot be saved any more; it would show the record again if that came back.
        if ended.is_err() {
            assert_eq!(told(ended).1, ErrorCode::UnknownReference);
            admin.execute(delete("record_share", share.id, share.version)).unwrap();
        }
    }
}

/// A model, a verdict and a case of review, whose parts must fit each other. The rule that queues is switched off again.
fn duplicates(admin: &Session) -> Vec<Id> {
    let control = admin.duplicates();
    let model = Some(shipped_model(MatchKind::Product));
    let model = control.store_model(&StoredMatchModel { model, ..StoredMatchModel::default() }).unwrap();
    let action = DuplicateAction::Queue;
    let rule = DuplicateRule { entity: "product".into(), action, also_possible: true, ..DuplicateRule::default() };
    let rule = control.create_rule(&rule).unwrap();
    let [first, second] = ["P-100 A", "p100a"].map(|code| {
        let name = "Cast iron pump 100".into();
        made(admin, "product", &[("code", code.into()), ("name", name)])
    });
    let cases = control.cases(&Query::default()).unwrap().items;
    let case: Vec<Id> = cases.iter().map(|case| case.id).collect();
    control.update_rule(&DuplicateRule { is_inactive: true, ..rule.clone() }).unwrap();
    let verdict = DuplicateVerdict {
        entity: "product".into(),
        record: first,
        other_entity: "product".into(),
        other: second,
        ..DuplicateVerdict::default()
    };
    let verdict = control.set_verdict(&verdict).unwrap();
    case.into_iter().chain([model.id, rule.id, verdict.id, first, second]).collect()
}

/// A definition that is active, a record of it and what was used of its limit: they stay as they are.
fn prices(admin: &Session) -> Vec<Id> {
    let conditions = admin.conditions();
    let draft = conditions.create_definition(&super::paired_rooms::price_definition("2026")).unwrap();
    conditions.activate_definition(draft.id, draft.version).unwrap();
    let cost = ("account_x_cost".to_owned(), "a".to_owned());
    let condition = PriceCondition {
        condition_type: "OFF".into(),
        condition_table: "COST".into(),
        key_values: [cost].into(),
        rate: Some(5.into()),
        ..PriceCondition::default()
    };
    let mut kept = conditions.add_conditions(&[condition]).unwrap();
    let usage = CounterUsage { counter: "spring".into(), quantity: Some(3.into()), value: None, uses: Some(1) };
    conditions.reserve_usage("D 1", "CNY".parse().unwrap(), &[usage]).unwrap();
    kept.extend(conditions.counters(&Query::default()).unwrap().items.iter().map(|counter| counter.id));
    kept.extend(conditions.usages(&Query::default()).unwrap().items.iter().map(|usage| usage.id));
    kept.into_iter().chain([draft.id]).collect()
}

/// An order, which no generic command makes.
fn ordered(admin: &Session) -> SalesOrder {
    let lines = vec![QuoteLine::written("a", 1.into(), 1.into())];
    let draft = admin.quotes().create_quote(&Quote { name: "a".into(), lines, ..Quote::default() }).unwrap();
    let sent = admin.quotes().send(draft.id, draft.version).unwrap();
    let accepted = admin.quotes().accept(sent.id, sent.version).unwrap();
    admin.quotes().convert(accepted.id, accepted.version, OrderKind::Order, None).unwrap()
}

/// An engine with at least one living record of every entity, made by the administrator.
fn full(engine: &Engine) -> BTreeMap<&'static str, Id> {
    let admin = &engine.admin;
    admin.sales().create_pipeline(&Pipeline::standard()).unwrap();
    let account = made(admin, "account", &[("name", "a".into())]);
    let subjects = FieldValue::Json(format!(r#"[{{"entity":"account","id":"{account}"}}]"#));
    made(admin, "activity", &[("kind", "call".into()), ("subject", "a".into()), ("subjects", subjects)]);
    let handed = crate::engine::Transfer {
        entity: "account".into(),
        ids: vec![account],
        to: admin.user(),
        ..crate::engine::Transfer::default()
    };
    admin.transfers().transfer(&handed).unwrap();
    let twins = [0, 1].map(|_| made(admin, "lead", &[("name", "twin".into())]));
    let merged = crate::merging::MergeRequest {
        entity: "lead".into(),
        survivor: twins[0],
        losers: vec![twins[1]],
        ..crate::merging::MergeRequest::default()
    };
    admin.merges().merge(&merged).unwrap();
    let rule = SharingRule {
        name: "samples of the administrator".into(),
        entity: "sample".into(),
        kind: SharingRuleKind::Criteria,
        filter: Some(Filter::IsEmpty { field: "note".into() }),
        targets: vec![PrincipalRef { kind: PrincipalKind::User, id: admin.user() }],
        is_inactive: true,
        ..SharingRule::default()
    };
    let rule = admin.admin().create_sharing_rule(&rule).unwrap();
    let kept = [duplicates(admin), prices(admin)].concat();
    let order = ordered(admin);
    let mut reserved = vec![admin.user(), rule.id, order.id, order.quote.unwrap()];
    reserved.extend(kept);
    reserved.extend(
        admin.list_all::<crate::engine::PlannedTransfer>(&Query::default()).unwrap().iter().map(|done| done.id),
    );
    reserved.extend(admin.get::<crate::access::User>(admin.user()).unwrap().permission_sets);
    let mut generator = Generator::new(23, registry(), reserved);
    let living = |entity: &EntityType| {
        let found = admin.reading(|reading| reading.all(entity.name, &Query::default())).unwrap();
        found.into_iter().next_back()
    };
    for round in 0..6_000 {
        let schema = admin.reading(|reading| Ok(reading.tenant.schema.clone())).unwrap();
        if let Ok(outcome) = admin.execute_all(&generator.commands(&schema), None) {
            generator.note(&outcome);
        }
        if round % 50 == 0 {
            let about = made(admin, "lead", &[("name", "a".into())]);
            let subjects = FieldValue::Json(format!(r#"[{{"entity":"lead","id":"{about}"}}]"#));
            made(admin, "activity", &[("kind", "call".into()), ("subject", "a".into()), ("subjects", subjects)]);
            let found: Vec<_> = registry().entities().iter().map(|entity| (entity.name, living(entity))).collect();
            for (entity, row) in &found {
                if let Some(row) = row {
                    let known = Known { entity: (*entity).into(), id: row.id, version: row.version, deleted: false };
                    generator.learn(known);
                }
            }
            if found.iter().all(|(_, row)| row.is_some()) {
                open_nothing(admin);
                return found.into_iter().map(|(entity, row)| (entity, row.unwrap().id)).collect();
            }
        }
    }
    let known = registry();
    let missing = known.entities().iter().filter(|entity| living(entity).is_none()).map(|entity| entity.name);
    panic!("no record was made of {:?}: give the generator values that fit", missing.collect::<Vec<_>>());
}

fn on_both(test: impl Fn(&Engine, &BTreeMap<&'static str, Id>)) {
    for store in [memory, sqlite] {
        let engine = Engine::new(store(), 23);
        let records = full(&engine);
        test(&engine, &records);
    }
}

#[test]
fn who_has_no_right_learns_nothing_of_any_entity() {
    on_both(|engine, records| {
        let nobody = member(engine, "nobody at all", Vec::new(), Vec::new());
        for (entity, id) in records {
            for (path, ask) in BY_ID.iter().chain(&AMONG_ALL) {
                let refused = told(ask(&nobody, entity, *id));
                assert_eq!((refused.0, refused.1), ("denied", ErrorCode::NoRight), "{path} of {entity}");
            }
            assert_eq!(told(nobody.describe(entity)).0, "denied", "{entity}");
            assert!(nobody.execute(create(entity, &[])).is_err(), "{entity}");
            assert_eq!(told(nobody.preview(create(entity, &[]))).0, "denied", "{entity}");
        }
        let page = nobody.changes_since(0, 1_000).unwrap();
        assert!(page.entries.is_empty() && page.left.is_empty(), "{page:?}");
    });
}

#[test]
fn who_sees_his_own_finds_no_other_record_of_any_private_entity() {
    on_both(|engine, records| {
        let known = registry();
        let rights = known.entities().iter().filter(|entity| entity.part_of.is_none());
        let rights: Vec<ObjectRight> =
            rights.map(|entity| ObjectRight { view_all: false, edit_all: false, ..every(entity.name) }).collect();
        let clerk = member(engine, "a clerk of all", rights, Vec::new());
        for (entity, id) in records {
            let is_public = PUBLIC.contains(entity);
            for (path, ask) in &BY_ID {
                let all = refused_as_hidden(&ask(&engine.admin, entity, *id));
                assert!(!all || *path == "restore", "{path} of {entity} finds nothing at all");
                let found = ask(&clerk, entity, *id);
                if is_public {
                    // Who shares less than all of an entity may not save its default, and is told which one.
                    let hides = |error: &crate::value::Error| {
                        ["denied", "not_found"].contains(&error.kind()) && error.field() != Some("entity")
                    };
                    let hidden = found.as_ref().err().is_some_and(hides);
                    assert!(!hidden || *path == "restore", "{path} of {entity}: {found:?}");
                } else {
                    assert_eq!(refusal(found), hidden_as(entity, path), "{path} of {entity}");
                }
            }
            for (path, ask) in &AMONG_ALL {
                let all = ask(&engine.admin, entity, *id).unwrap();
                assert!(all.contains(&id.to_string()) || *path == "search", "{path} of {entity} finds nothing at all");
                let found = ask(&clerk, entity, *id);
                let shown = found.as_ref().is_ok_and(|found| found.contains(&id.to_string()));
                let searched = *path == "search" || is_public;
                assert!(!shown || is_public, "{path} of {entity}: {found:?}");
                assert!(searched || found.is_ok(), "{path} of {entity}: {found:?}");
            }
        }
        let page = clerk.changes_since(0, 1_000).unwrap();
        let foreign = page.entries.iter().find(|entry| !PUBLIC.contains(&entry.entity.as_str()));
        // What was shared with everybody for a while has left.
        let ended = |left: &crate::journal::RecordKey| ["sample", "account"].contains(&left.entity.as_str());
        assert!(foreign.is_none() && page.left.iter().all(ended), "{foreign:?} {:?}", page.left);
    });
}

fn refused_as_hidden(found: &Result<String>) -> bool {
    found.as_ref().err().is_some_and(|error| ["denied", "not_found"].contains(&error.kind()))
}

fn refusal(found: Result<String>) -> (&'static str, ErrorCode) {
    let refused = told(found);
    (refused.0, refused.1)
}

/// What the way to a hidden record answers.
fn hidden_as(entity: &str, path: &str) -> (&'static str, ErrorCode) {
    let known = registry();
    let kept = known.get(entity).unwrap().is_kept_by_engine();
    if kept && ["delete", "restore"].contains(&path) {
        // Nobody makes, deletes or restores these.
        return ("invalid", ErrorCode::ReadOnlyField);
    }
    ("not_found", ErrorCode::NoSuchRecord)
}

#[test]
fn an_entity_that_everybody_sees_is_named() {
    let known = registry();
    let public: Vec<&str> =
        known.entities().iter().filter(|entity| entity.sharing == Sharing::Public).map(|entity| entity.name).collect();
    let mut named = PUBLIC.to_vec();
    named.sort_unstable();
    let mut found = public;
    found.sort_unstable();
    assert_eq!(found, named, "shall everybody see it who has the right?");
}
