//! What rights mean, each on both stores: bugs that were found, and what administration may not do.

use super::regression::{delete, engines, made, restore, sample, seller, told, undo, update};
use super::{Engine, registry};
use crate::access::{ANY_ENTITY, FieldAccess, FieldRight, ObjectRight, PermissionSet, Role, User};
use crate::customer::{Account, Activity, ActivityLink, Contact, SingleViewOptions};
use crate::engine::{AdminCommand, Command, Session};
use crate::exchange::{ColumnMapping, ExportOptions, ImportMapping, VCardVersion};
use crate::query::{AggregateQuery, Filter, Measure, MeasureFunction, Query, Sort};
use crate::sales::{Guard, Opportunity, Pipeline, StageInterval};
use crate::schema::{EntityType, FieldDefinition};
use crate::value::{ErrorCode, FieldValue, Id, Money};

fn field(path: &str) -> Option<String> {
    Some(path.to_owned())
}

pub(super) fn hidden(entity: &str, field: &str) -> FieldRight {
    FieldRight { entity: entity.into(), field: field.into(), ..FieldRight::default() }
}

pub(super) fn every(entity: &str) -> ObjectRight {
    ObjectRight { entity: entity.into(), ..crate::access::every_right() }
}

pub(super) fn member(engine: &Engine, login: &str, objects: Vec<ObjectRight>, fields: Vec<FieldRight>) -> Session {
    let set = PermissionSet { name: login.into(), objects, fields, ..PermissionSet::default() };
    let set = engine.admin.admin().create_permission_set(&set).unwrap();
    let user = User { login: login.into(), name: login.into(), permission_sets: vec![set.id], ..User::default() };
    engine.session_of(engine.admin.admin().create_user(&user).unwrap().id)
}

#[test]
fn a_hidden_custom_field_was_seen_when_it_became_required() {
    for engine in engines() {
        engine.define(super::custom_definitions("sample"));
        let wang = seller(&engine, "wang", &["x_text"], &[]);
        let id = made(&engine.admin, "sample", &[("name", "a".into()), ("x_text", "secret".into())]);
        engine.admin.execute(update("sample", id, 1, &[("owner", wang.user().into())])).unwrap();
        let by_name = Query {
            filter: Some(Filter::Compare {
                field: "name".into(),
                comparison: crate::query::Comparison::Equal,
                value: "x_text".into(),
            }),
            ..Query::default()
        };
        let definition = engine.admin.list::<FieldDefinition>(&by_name).unwrap().0.remove(0);
        engine.admin.execute(update("field_definition", definition.id, 1, &[("is_required", true.into())])).unwrap();

        assert!(sample(&wang, id).custom.is_empty());
        let sort = vec![Sort { field: "x_text".into(), descending: false }];
        let sorted = wang.list::<super::Sample>(&Query { sort, ..Query::default() });
        assert_eq!(told(sorted), ("invalid", ErrorCode::UnknownField, field("sort.x_text")));
        assert!(wang.describe("sample").unwrap().iter().all(|known| known.name != "x_text"));

        let own = made(&wang, "sample", &[("name", "b".into())]);
        wang.execute(update("sample", own, 1, &[("note", "still his".into())])).unwrap();
        let asked = told(engine.admin.execute(update("sample", own, 2, &[("note", "c".into())])));
        assert_eq!(asked, ("invalid", ErrorCode::Required, field("x_text")), "who may fill it is asked for it");
    }
}

#[test]
fn a_mistyped_right_was_stored_and_left_the_field_open() {
    for engine in engines() {
        let admin = engine.admin.admin();
        let set = PermissionSet {
            name: "typos".into(),
            objects: vec![every("account"), every("acount"), every("stage_interval"), every(ANY_ENTITY)],
            fields: vec![
                hidden("account", "anual_revenue"),
                hidden("acount", "name"),
                hidden("activity_link", "account"),
                hidden("account", "name"),
                hidden("account", "owner"),
                hidden("account", "annual_revenue"),
                FieldRight { access: FieldAccess::Read, ..hidden("account", "name") },
            ],
            ..PermissionSet::default()
        };
        let error = admin.create_permission_set(&set).unwrap_err();
        let found: Vec<_> = error.problems().iter().map(|problem| (problem.code, problem.field.as_deref())).collect();
        let expected = [
            (ErrorCode::UnknownEntity, Some("objects[1].entity")),
            (ErrorCode::NoSuchRight, Some("objects[2].entity")),
            (ErrorCode::UnknownField, Some("fields[0].field")),
            (ErrorCode::UnknownEntity, Some("fields[1].entity")),
            (ErrorCode::NoSuchRight, Some("fields[2].entity")),
            (ErrorCode::NoSuchRight, Some("fields[3].access")),
            (ErrorCode::NoSuchRight, Some("fields[4].access")),
        ];
        assert_eq!((error.kind(), found.as_slice()), ("invalid", expected.as_slice()));
        let whole = error.problems()[1].data.get("whole").map(String::as_str);
        assert_eq!(whole, Some("opportunity"));

        let set = PermissionSet { objects: vec![every("account")], fields: Vec::new(), ..set };
        let set = admin.create_permission_set(&set).unwrap();
        let typo = PermissionSet { fields: vec![hidden("account", "x_cost")], ..set };
        let refused = told(admin.update_permission_set(&typo));
        assert_eq!(refused, ("invalid", ErrorCode::UnknownField, field("fields[0].field")));
    }
}

#[test]
fn every_field_of_a_part_says_whose_rights_hold_for_it() {
    let known = registry();
    let parts: Vec<&EntityType> = known.entities().iter().filter(|entity| entity.part_of.is_some()).collect();
    assert!(parts.len() >= 2);
    for part in parts {
        let whole = known.get(part.part_of.unwrap()).unwrap();
        for spec in part.fields.iter() {
            assert!(!spec.rights_of.is_empty(), "{}.{}: whose rights? `id` if anybody's", part.name, spec.name);
            for name in &spec.rights_of {
                assert!(whole.field(name).is_some(), "{}.{}: no field `{name}`", part.name, spec.name);
            }
        }
    }
    for entity in known.entities().iter().filter(|entity| entity.part_of.is_none()) {
        for name in entity.fields.iter().flat_map(|spec| &spec.rights_of) {
            assert!(entity.field(name).is_some(), "{}: no field `{name}`", entity.name);
        }
    }
}

#[test]
fn hidden_fields_were_told_by_the_parts_of_a_record() {
    for engine in engines() {
        let account =
            engine.admin.customers().create_account(&Account { name: "a".into(), ..Account::default() }).unwrap();
        let deal = Opportunity { name: "o".into(), account: Some(account.id), ..Opportunity::default() };
        let deal = engine.admin.sales().create_opportunity(&deal).unwrap();
        let deal = engine.admin.sales().close_lost(deal.id, deal.version, "too dear", None, None).unwrap();
        let subjects = FieldValue::Json(format!(r#"[{{"entity":"account","id":"{}"}}]"#, account.id));
        let call = [("kind", "call".into()), ("subject", "s".into()), ("subjects", subjects)];
        made(&engine.admin, "activity", &call);

        let rights = || ["account", "opportunity", "activity"].map(every).to_vec();
        let seen = |name: &str, entity: &str, field: &str| member(&engine, name, rights(), vec![hidden(entity, field)]);
        let open = member(&engine, "open", rights(), Vec::new());
        assert_eq!(open.sales().stage_history(deal.id).unwrap().last().unwrap().reason.as_deref(), Some("too dear"));
        let view = |session: &Session| {
            let view = session.customers().single_view(account.id, &SingleViewOptions::default()).unwrap();
            view.activities.len()
        };
        assert_eq!((view(&open), open.list::<ActivityLink>(&Query::default()).unwrap().0.len()), (1, 1));

        let reasonless = seen("reason", "opportunity", "close_reason");
        let intervals = reasonless.sales().stage_history(deal.id).unwrap();
        assert!(intervals.len() == 2 && intervals.iter().all(|interval| interval.reason.is_none()));
        for field in ["stage", "stage_category", "opened_on", "closed_on"] {
            let blind = seen(field, "opportunity", field);
            assert_eq!(told(blind.sales().stage_history(deal.id)).0, "denied", "{field}");
            assert_eq!(told(blind.list::<StageInterval>(&Query::default())).0, "denied", "{field}");
            let entries = blind.changes_since(0, 1_000).unwrap().entries;
            assert!(entries.iter().all(|entry| entry.entity != "stage_interval"), "{field}");
        }
        let blind = seen("subjects", "activity", "subjects");
        assert_eq!(told(blind.list::<ActivityLink>(&Query::default())).0, "denied");
        assert_eq!(view(&blind), 0);
        assert_eq!(blind.list::<Activity>(&Query::default()).unwrap().0.len(), 1);
    }
}

#[test]
fn what_a_leaver_owned_vanished_from_those_above() {
    for engine in engines() {
        let admin = engine.admin.admin();
        let head = admin.create_role(&Role { name: "head".into(), ..Role::default() }).unwrap();
        let below = Role { name: "sales".into(), parent: Some(head.id), ..Role::default() };
        let below = admin.create_role(&below).unwrap();
        let (manager, leaver) = (seller(&engine, "manager", &[], &[]), seller(&engine, "leaver", &[], &[]));
        for (user, role) in [(&manager, &head), (&leaver, &below)] {
            let user = admin.user(user.user()).unwrap();
            admin.update_user(&User { role: Some(role.id), ..user }).unwrap();
        }
        let id = made(&leaver, "sample", &[("name", "a".into())]);
        let user = admin.user(leaver.user()).unwrap();
        admin.update_user(&User { is_inactive: true, ..user }).unwrap();
        assert_eq!(sample(&manager, id).name, "a");
        let count = AggregateQuery {
            measures: vec![Measure { function: MeasureFunction::Count, field: None }],
            ..AggregateQuery::default()
        };
        assert_eq!(manager.aggregate("sample", &count).unwrap()[0].values, [FieldValue::Integer(1)]);
        assert_eq!(told(leaver.get::<super::Sample>(id)).0, "invalid", "and is out");
    }
}

/// Commands each of which leaves nobody who may give rights.
fn ways_to_lock_everybody_out(user: &User, set: &PermissionSet) -> Vec<Command> {
    let json = |rights: &[ObjectRight]| FieldValue::json(rights).unwrap();
    let (of_user, of_set) = (
        |name, value| update("user", user.id, user.version, &[(name, value)]),
        |name, value| update("permission_set", set.id, set.version, &[(name, value)]),
    );
    let only_reading = |entity: &str| ObjectRight { edit: false, ..every(entity) };
    let blind = FieldValue::json(&[hidden("user", "permission_sets")]).unwrap();
    vec![
        of_user("is_inactive", true.into()),
        of_user("permission_sets", FieldValue::Json("[]".into())),
        delete("user", user.id, user.version),
        delete("permission_set", set.id, set.version),
        of_set("objects", FieldValue::Json("[]".into())),
        of_set("objects", json(&[every("user")])),
        of_set("objects", json(&[only_reading("user"), every("permission_set")])),
        of_set("fields", blind),
    ]
}

#[test]
fn the_last_administrator_could_lock_everybody_out() {
    for engine in engines() {
        let admin = &engine.admin;
        let user: User = admin.get(admin.user()).unwrap();
        let set: PermissionSet = admin.get(user.permission_sets[0]).unwrap();
        let last = ("conflict", ErrorCode::LastAdministrator, None);
        for command in ways_to_lock_everybody_out(&user, &set) {
            assert_eq!(told(admin.preview(command.clone())), last, "{command:?}");
            assert_eq!(told(admin.execute(command.clone())), last, "{command:?}");
        }
        let column = |name: &str| ColumnMapping { column: name.into(), field: name.into(), ..ColumnMapping::default() };
        let mapping = ImportMapping {
            entity: "user".into(),
            columns: ["login", "name", "is_inactive"].map(column).to_vec(),
            key_field: Some("login".into()),
            ..ImportMapping::default()
        };
        let rows = b"login,name,is_inactive\nadmin,admin,true\nwang,wang,false\n";
        let report = admin.import_csv(rows, &mapping, false).unwrap();
        assert_eq!((report.created, report.rejected), (1, 1), "{report:?}");
        assert_eq!(report.rejects[0].code, ErrorCode::LastAdministrator);

        // A second one makes each of it possible, and taking that one back impossible.
        let second =
            User { login: "second".into(), name: "second".into(), permission_sets: vec![set.id], ..User::default() };
        let made = admin.execute(Command::Admin(AdminCommand::CreateUser { user: second }));
        let made = made.unwrap();
        let second = engine.session_of(made.created("user"));
        second.execute(update("user", user.id, user.version, &[("is_inactive", true.into())])).unwrap();
        assert_eq!(told(second.execute(undo(&made))), last);
        let back = update("user", user.id, user.version + 1, &[("is_inactive", false.into())]);
        let leave = update("user", second.user(), 1, &[("is_inactive", true.into())]);
        assert_eq!(told(second.execute(leave.clone())), last);
        second.execute_all(&[back, leave], None).unwrap();
        assert!(admin.get::<User>(user.id).is_ok(), "handed over in one batch");
    }
}

#[test]
fn nobody_gives_a_right_that_he_does_not_have() {
    for engine in engines() {
        let offices = || {
            ["user", "permission_set"].map(|entity| ObjectRight { view_all: false, edit_all: false, ..every(entity) })
        };
        let reads = |entity: &str| ObjectRight { entity: entity.into(), read: true, ..ObjectRight::default() };
        let clerk = |name: &str, more: Vec<ObjectRight>, fields: Vec<FieldRight>| {
            member(&engine, name, offices().into_iter().chain(more).collect(), fields)
        };
        let clerk = clerk("clerk", vec![every("account"), reads("lead")], vec![hidden("account", "annual_revenue")]);
        let admin = clerk.admin();
        let give = |objects: Vec<ObjectRight>, fields: Vec<FieldRight>, name: &str| {
            admin.create_permission_set(&PermissionSet {
                name: name.into(),
                objects,
                fields,
                ..PermissionSet::default()
            })
        };
        let denied = |path: Option<&str>| ("denied", ErrorCode::NoRight, path.map(str::to_owned));
        assert_eq!(told(give(vec![every("lead")], Vec::new(), "a")), denied(None));
        assert_eq!(told(give(vec![reads(ANY_ENTITY)], Vec::new(), "b")), denied(None));
        assert_eq!(told(give(vec![reads("account")], Vec::new(), "c")), denied(Some("fields")));
        let seen = FieldRight { access: FieldAccess::Read, ..hidden("account", "annual_revenue") };
        assert_eq!(told(give(Vec::new(), vec![seen], "d")), denied(Some("fields")));
        let fair = give(vec![reads("account"), reads("lead")], vec![hidden("account", "annual_revenue")], "e").unwrap();

        let own: User = clerk.get(clerk.user()).unwrap();
        let every_right = engine.admin.get::<User>(engine.admin.user()).unwrap().permission_sets[0];
        let wider = |sets: Vec<Id>| User { permission_sets: sets, ..own.clone() };
        let taken = told(admin.update_user(&wider(vec![own.permission_sets[0], every_right])));
        let place = if own.permission_sets[0] < every_right { 1 } else { 0 };
        assert_eq!(
            (taken.0, taken.1, taken.2),
            ("denied", ErrorCode::NoRight, Some(format!("permission_sets[{place}]")))
        );
        let other = User { login: "x".into(), name: "x".into(), permission_sets: vec![every_right], ..User::default() };
        assert_eq!(told(admin.create_user(&other)).0, "denied");
        admin.update_user(&wider(vec![own.permission_sets[0], fair.id])).unwrap();

        let set: PermissionSet = clerk.get(every_right).unwrap();
        admin.update_permission_set(&PermissionSet { name: "renamed".into(), ..set }).unwrap();
        let wide = PermissionSet { name: "wide".into(), objects: vec![every("quote")], ..PermissionSet::default() };
        let wide = engine.admin.admin().create_permission_set(&wide).unwrap();
        engine.admin.execute(delete("permission_set", wide.id, 1)).unwrap();
        assert_eq!(told(clerk.execute(restore("permission_set", wide.id))).0, "denied");
        engine.admin.execute(restore("permission_set", wide.id)).unwrap();
    }
}

#[test]
fn a_guard_told_the_names_of_hidden_fields() {
    for engine in engines() {
        let secret =
            FieldDefinition { entity: "opportunity".into(), name: "x_sec".into(), ..FieldDefinition::default() };
        engine.admin.admin().define_field(&secret).unwrap();
        let mut pipeline = Pipeline { name: "Guarded".into(), key: "guarded".into(), ..Pipeline::standard() };
        let to = pipeline.stages[1].key.clone();
        pipeline.stages[1].guards = vec![
            Guard::FieldFilled { field: "x_sec".into() },
            Guard::AmountAtLeast { minimums: vec![Money::parse("1000", "CNY").unwrap()] },
            Guard::FieldFilled { field: "next_step".into() },
        ];
        engine.admin.sales().create_pipeline(&pipeline).unwrap();
        let reads = ObjectRight { entity: "pipeline".into(), read: true, ..ObjectRight::default() };
        let fields = vec![hidden("opportunity", "x_sec"), hidden("opportunity", "amount")];
        let wang = member(&engine, "wang", vec![every("opportunity"), reads], fields);
        let deal = Opportunity { name: "o".into(), ..Opportunity::default() };
        let deal = wang.sales().create_opportunity(&deal).unwrap();
        let moved = |session: &Session| session.sales().advance_stage(deal.id, 1, &to, None, false).unwrap_err();
        let named = |error: &crate::value::Error| -> Vec<Option<String>> {
            assert!(error.problems().iter().all(|problem| problem.code == ErrorCode::GuardNotMet));
            error.problems().iter().map(|problem| problem.field.clone()).collect()
        };
        assert_eq!(named(&moved(&engine.admin)), [field("x_sec"), field("amount"), field("next_step")]);
        let error = moved(&wang);
        assert_eq!(named(&error), [field("next_step"), None]);
        assert_eq!(error.problems()[1].data, [("stage".to_owned(), to.clone())].into());
        let text = format!("{error} {:?}", error.problems());
        assert!(!text.contains("x_sec") && !text.contains("amount") && !text.contains("1000"), "{text}");
    }
}

#[test]
fn taking_records_out_needs_a_right_of_its_own() {
    for engine in engines() {
        let people =
            |export: bool| ["account", "contact"].map(|entity| ObjectRight { export, ..every(entity) }).to_vec();
        let reader = member(&engine, "reader", people(false), Vec::new());
        let clerk = member(&engine, "clerk", people(true), Vec::new());
        let contact = Contact { full_name: "王伟".into(), ..Contact::default() };
        reader.customers().create_contact(&contact).unwrap();
        let csv =
            |session: &Session, entity: &str| session.export_csv(entity, &Query::default(), &ExportOptions::default());
        let cards = |session: &Session| session.export_vcards(&Query::default(), VCardVersion::V4);
        assert_eq!(told(csv(&reader, "contact")), ("denied", ErrorCode::NoRight, None));
        assert_eq!(told(cards(&reader)), ("denied", ErrorCode::NoRight, None));
        assert_eq!(reader.list::<Contact>(&Query::default()).unwrap().0.len(), 1, "a page is read");
        assert!(String::from_utf8(csv(&clerk, "contact").unwrap()).unwrap().contains("王伟"));
        assert!(cards(&clerk).unwrap().contains("王伟"));
        let blind = ObjectRight { read: false, ..people(true).remove(1) };
        let blind = member(&engine, "blind", vec![blind], Vec::new());
        assert_eq!((told(csv(&blind, "contact")).0, told(cards(&blind)).0), ("denied", "denied"));
    }
}
