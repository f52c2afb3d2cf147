//! One test per bug that was found, named after it; each on both stores.

use std::collections::HashMap;

use super::{Engine, Sample, memory, sqlite};
use crate::access::{FieldRight, ObjectRight, PermissionSet, Role, User};
use crate::engine::{AdminCommand, Command, JournalCommand, Organization, Outcome, RecordCommand, Session};
use crate::query::{Filter, Query, Sort};
use crate::schema::{CustomFieldKind, FieldDefinition};
use crate::value::{Error, ErrorCode, FieldValue, Id, Result};

pub(super) fn engines() -> [Engine; 2] {
    [Engine::new(memory(), 5), Engine::new(sqlite(), 5)]
}

pub(super) fn map(fields: &[(&str, FieldValue)]) -> HashMap<String, FieldValue> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

pub(super) fn create(entity: &str, fields: &[(&str, FieldValue)]) -> Command {
    Command::Record(RecordCommand::Create { entity: entity.into(), fields: map(fields) })
}

pub(super) fn update(entity: &str, id: Id, version: i64, fields: &[(&str, FieldValue)]) -> Command {
    Command::Record(RecordCommand::Update { entity: entity.into(), id, expected_version: version, fields: map(fields) })
}

pub(super) fn delete(entity: &str, id: Id, version: i64) -> Command {
    Command::Record(RecordCommand::Delete { entity: entity.into(), id, expected_version: version })
}

pub(super) fn restore(entity: &str, id: Id) -> Command {
    Command::Record(RecordCommand::Restore { entity: entity.into(), id })
}

pub(super) fn undo(outcome: &Outcome) -> Command {
    Command::Journal(JournalCommand::Undo { operation: outcome.op_id })
}

pub(super) fn made(session: &Session, entity: &str, fields: &[(&str, FieldValue)]) -> Id {
    session.execute(create(entity, fields)).unwrap().created(entity)
}

pub(super) fn sample(session: &Session, id: Id) -> Sample {
    session.get(id).unwrap()
}

pub(super) fn told<T: std::fmt::Debug>(result: Result<T>) -> (&'static str, ErrorCode, Option<String>) {
    let error: Error = result.unwrap_err();
    (error.kind(), error.code(), error.field().map(str::to_owned))
}

/// A user with every right on samples, seeing his own only, without some fields.
pub(super) fn seller(engine: &Engine, login: &str, hidden: &[&str], locked: &[&str]) -> Session {
    let right = ObjectRight {
        entity: "sample".into(),
        read: true,
        create: true,
        edit: true,
        delete: true,
        ..ObjectRight::default()
    };
    let field = |name: &str, read| FieldRight { entity: "sample".into(), field: name.into(), read, write: false };
    let fields = hidden.iter().map(|name| field(name, false)).chain(locked.iter().map(|name| field(name, true)));
    let permission_set = PermissionSet {
        name: login.into(),
        objects: vec![right],
        fields: fields.collect(),
        ..PermissionSet::default()
    };
    let set = engine.admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set })).unwrap();
    let user = User {
        login: login.into(),
        name: login.into(),
        permission_sets: vec![set.created("permission_set")],
        ..User::default()
    };
    let user = engine.admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap();
    engine.session_of(user.created("user"))
}

#[test]
fn an_op_id_from_the_history_gave_its_outcome_to_anybody() {
    for engine in engines() {
        let wang = seller(&engine, "wang", &[], &[]);
        let outcome = engine.admin.execute(create("sample", &[("name", "a".into())])).unwrap();
        let command = create("sample", &[("name", "b".into())]);
        let reused = told(wang.execute_once(command.clone(), outcome.op_id));
        assert_eq!(reused, ("conflict", ErrorCode::OpIdReused, Some("op_id".into())));
        assert!(engine.admin.execute_once(command, outcome.op_id).unwrap().replayed, "its own caller may repeat it");
    }
}

#[test]
fn nested_json_that_no_struct_can_read_was_stored() {
    for engine in engines() {
        let record = |json: &str| {
            let fields = [("name", "a".into()), ("external", FieldValue::Json(json.to_owned()))];
            told(engine.admin.execute(create("sample", &fields)))
        };
        let field = |path: &str| Some(path.to_owned());
        let unknown = record(r#"[{"system":"erp","key":"1","more":1}]"#);
        assert_eq!(unknown, ("invalid", ErrorCode::UnknownField, field("external[0].more")));
        assert_eq!(record("{"), ("invalid", ErrorCode::BadJson, field("external")));
        assert_eq!(record("[1.5]"), ("invalid", ErrorCode::FloatNotAllowed, field("external")));
        assert_eq!(record(r#"{"a":1}"#).1, ErrorCode::WrongType);
        let loose = FieldValue::Json(r#" [ {"system":"erp", "key":"1"} ] "#.to_owned());
        let id = made(&engine.admin, "sample", &[("name", "a".into()), ("external", loose)]);
        let twin = [("name", "b".into()), ("external", FieldValue::Json(r#"[{"key":"1","system":"erp"}]"#.into()))];
        assert_eq!(told(engine.admin.execute(create("sample", &twin))).1, ErrorCode::DuplicateKey);
        assert_eq!(sample(&engine.admin, id).external.len(), 1);
    }
}

#[test]
fn a_missing_required_value_was_told_as_a_wrong_type() {
    for engine in engines() {
        let missing = told(engine.admin.execute(create("field_definition", &[("name", "x_a".into())])));
        assert_eq!(missing, ("invalid", ErrorCode::Required, Some("entity".into())));
    }
}

#[test]
fn a_hidden_flag_stood_in_the_way_of_saving() {
    for engine in engines() {
        let right = ObjectRight { entity: "user".into(), read: true, edit: true, ..ObjectRight::default() };
        let hidden = |field: &str| FieldRight { entity: "user".into(), field: field.into(), ..FieldRight::default() };
        let fields = vec![hidden("is_inactive"), hidden("email")];
        let permission_set =
            PermissionSet { name: "clerk".into(), objects: vec![right], fields, ..PermissionSet::default() };
        let set = engine.admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set })).unwrap();
        let sets = FieldValue::json(&[set.created("permission_set")]).unwrap();
        let clerk = [("login", "clerk".into()), ("name", "clerk".into()), ("permission_sets", sets)];
        let clerk = engine.session_of(made(&engine.admin, "user", &clerk));
        let left =
            [("login", "left".into()), ("name", "a".into()), ("is_inactive", true.into()), ("email", "a@b.c".into())];
        let id = made(&engine.admin, "user", &left);
        let read: User = clerk.get(id).unwrap();
        assert_eq!((read.is_inactive, read.email.as_deref()), (false, None));
        let user = User { name: "b".into(), ..read };
        clerk.execute(Command::Admin(AdminCommand::UpdateUser { user: user.clone() })).unwrap();
        let whole: User = engine.admin.get(id).unwrap();
        assert_eq!((whole.name.as_str(), whole.is_inactive, whole.email.as_deref()), ("b", true, Some("a@b.c")));
        let user = User { email: Some("c@d.e".into()), version: 2, ..user };
        let refused = told(clerk.execute(Command::Admin(AdminCommand::UpdateUser { user })));
        assert_eq!(refused, ("invalid", ErrorCode::UnknownField, Some("email".into())));
    }
}

#[test]
fn undo_forgot_what_happened_before_a_deletion_in_the_same_operation() {
    for engine in engines() {
        let admin = &engine.admin;
        let id = made(admin, "sample", &[("name", "a".into()), ("note", "first".into())]);
        let batch = [update("sample", id, 1, &[("note", "second".into())]), delete("sample", id, 2)];
        let outcome = admin.execute_all(&batch, None).unwrap();
        admin.execute(undo(&outcome)).unwrap();
        assert_eq!(sample(admin, id).note.as_deref(), Some("first"));

        let version = sample(admin, id).version;
        let batch = [delete("sample", id, version), restore("sample", id)];
        let outcome = admin.execute_all(&batch, None).unwrap();
        admin.execute(undo(&outcome)).unwrap();
        assert_eq!(sample(admin, id).note.as_deref(), Some("first"), "what was there before stays");

        let gone = admin.execute(delete("sample", id, sample(admin, id).version)).unwrap();
        let version = gone.changes[0].version;
        let batch = [restore("sample", id), update("sample", id, version + 1, &[("note", "third".into())])];
        let outcome = admin.execute_all(&batch, None).unwrap();
        admin.execute(undo(&outcome)).unwrap();
        assert_eq!(told(admin.get::<Sample>(id)).0, "not_found");
        admin.execute(restore("sample", id)).unwrap();
        assert_eq!(sample(admin, id).note.as_deref(), Some("first"));

        let brief = admin.new_id();
        let batch = [create("sample", &[("name", "b".into()), ("id", brief.into())]), delete("sample", brief, 1)];
        let outcome = admin.execute_all(&batch, None).unwrap();
        assert!(admin.execute(undo(&outcome)).unwrap().changes.is_empty());
    }
}

#[test]
fn undo_told_of_records_that_the_caller_does_not_see() {
    for engine in engines() {
        let wang = seller(&engine, "wang", &["secret"], &[]);
        let batch = [
            create("sample", &[("name", "his".into()), ("owner", wang.user().into())]),
            create("sample", &[("name", "hidden".into())]),
        ];
        let outcome = engine.admin.execute_all(&batch, None).unwrap();
        let missing = told(wang.execute(undo(&Outcome { op_id: wang.new_id(), ..outcome.clone() })));
        assert_eq!(told(wang.execute(undo(&outcome))), missing);
        let roles = engine.admin.execute(create("role", &[("name", "r".into())])).unwrap();
        assert_eq!(told(wang.execute(undo(&roles))), missing, "no word of the entity either");
        let id = outcome.created("sample");
        let secret = engine.admin.execute(update("sample", id, 1, &[("secret", "s".into())])).unwrap();
        assert_eq!(told(wang.execute(undo(&secret))), ("denied", ErrorCode::NoRight, None));
    }
}

#[test]
fn a_reference_could_point_to_a_record_deleted_earlier_in_the_batch() {
    for engine in engines() {
        let admin = &engine.admin;
        let parent = made(admin, "sample", &[("name", "p".into())]);
        let child = admin.new_id();
        let batch = [
            create("sample", &[("name", "c".into()), ("id", child.into()), ("parent", parent.into())]),
            update("sample", child, 1, &[("parent", FieldValue::Null)]),
            delete("sample", parent, 1),
            create("sample", &[("name", "d".into()), ("parent", parent.into())]),
        ];
        let refused = told(admin.execute_all(&batch, None));
        assert_eq!(refused, ("invalid", ErrorCode::UnknownReference, Some("[3].parent".into())));
    }
}

#[test]
fn a_record_behind_a_custom_reference_could_be_deleted() {
    for engine in engines() {
        engine.define(super::custom_definitions("sample"));
        let admin = &engine.admin;
        let target = made(admin, "sample", &[("name", "t".into())]);
        made(admin, "sample", &[("name", "s".into()), ("x_reference", target.into())]);
        assert_eq!(told(admin.execute(delete("sample", target, 1))).1, ErrorCode::StillReferenced);
    }
}

#[test]
fn the_organization_could_be_deleted() {
    for engine in engines() {
        let own: Organization = engine.admin.list(&Query::default()).unwrap().0.remove(0);
        let refused = told(engine.admin.execute(delete("organization", own.id, own.version)));
        assert_eq!(refused, ("conflict", ErrorCode::StillReferenced, None));
    }
}

#[test]
fn a_user_with_a_deleted_permission_set_could_not_be_changed() {
    for engine in engines() {
        let wang = seller(&engine, "wang", &[], &[]);
        let user: User = engine.admin.get(wang.user()).unwrap();
        engine.admin.execute(delete("permission_set", user.permission_sets[0], 1)).unwrap();
        engine.admin.execute(update("user", user.id, 1, &[("unit", "north".into())])).unwrap();
        assert_eq!(told(wang.get::<Sample>(user.id)).0, "denied");
    }
}

#[test]
fn fields_of_the_engine_were_dropped_without_a_word() {
    for engine in engines() {
        for field in ["version", "created_at", "updated_by", "kept"] {
            let value = if field == "created_at" { "2020-01-01T00:00:00Z".into() } else { FieldValue::Integer(5) };
            let refused = told(engine.admin.execute(create("sample", &[("name", "a".into()), (field, value)])));
            assert_eq!(refused, ("invalid", ErrorCode::ReadOnlyField, Some(field.to_owned())));
        }
    }
}

#[test]
fn the_scale_of_a_custom_field_could_be_set_later() {
    for engine in engines() {
        let fields = [
            ("entity", "sample".into()),
            ("name", "x_price".into()),
            ("kind", CustomFieldKind::Decimal.as_str().into()),
        ];
        let definition = made(&engine.admin, "field_definition", &fields);
        let id = made(&engine.admin, "sample", &[("name", "a".into()), ("x_price", "10000".into())]);
        for (field, value) in
            [("scale", FieldValue::Integer(6)), ("is_unique", true.into()), ("is_indexed", true.into())]
        {
            let refused = told(engine.admin.execute(update("field_definition", definition, 1, &[(field, value)])));
            assert_eq!(refused, ("invalid", ErrorCode::WriteOnce, Some(field.to_owned())));
        }
        assert_eq!(sample(&engine.admin, id).custom["x_price"], FieldValue::Decimal("10000".parse().unwrap()));
        let known: FieldDefinition = engine.admin.get(definition).unwrap();
        assert_eq!(known.scale, Some(2));
    }
}

#[test]
fn the_check_found_damage_in_a_search_index_that_was_whole() {
    for engine in engines() {
        let search = Query { search: Some("word".into()), ..Query::default() };
        for number in 0..120 {
            let text = format!("word{number} 铁龙{number}");
            let id = made(&engine.admin, "sample", &[("name", text.into())]);
            if number % 3 == 0 {
                engine.admin.execute(update("sample", id, 1, &[("name", "word again".into())])).unwrap();
            }
            if number % 10 == 0 {
                engine.admin.list::<Sample>(&search).unwrap();
            }
        }
        assert_eq!(engine.crm.check_integrity().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_forged_cursor_broke_the_statement() {
    use base64::Engine as _;
    let code = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    for engine in engines() {
        for name in ["a", "b", "c"] {
            made(&engine.admin, "sample", &[("name", name.into())]);
        }
        let sort =
            vec![Sort { field: "name".into(), descending: false }, Sort { field: "amount".into(), descending: true }];
        let query = Query { sort, limit: Some(1), ..Query::default() };
        let cursor = engine.admin.list::<Sample>(&query).unwrap().1.unwrap();
        let text = String::from_utf8(code.decode(cursor).unwrap()).unwrap();
        let (print, rest) = text.split_once(",[").unwrap();
        let (_, id) = rest.split_once("],").unwrap();
        for values in ["[]", r#"["a"]"#, r#"["a",null,null]"#, "[1,null]", r#"["a","0.001"]"#, r#"["a","x"]"#] {
            let forged = code.encode(format!("{print},{values},{id}"));
            let query = Query { cursor: Some(forged), ..query.clone() };
            let refused = told(engine.admin.list::<Sample>(&query));
            assert_eq!(refused, ("invalid", ErrorCode::BadCursor, Some("cursor".into())), "{values}");
        }
    }
}

#[test]
fn a_question_could_have_more_keys_than_a_statement() {
    for engine in engines() {
        let sort = vec![Sort { field: "name".into(), descending: false }; 17];
        let refused = told(engine.admin.list::<Sample>(&Query { sort, ..Query::default() }));
        assert_eq!(refused, ("invalid", ErrorCode::TooMany, Some("sort".into())));
        let values: Vec<FieldValue> = (0..10_000_i64).map(FieldValue::Integer).collect();
        let filters = vec![Filter::In { field: "count".into(), values }; 30];
        let query = Query { filter: Some(Filter::Any { filters }), ..Query::default() };
        assert!(engine.admin.list::<Sample>(&query).unwrap().0.is_empty());
    }
}

#[test]
fn the_feed_told_that_more_hidden_entries_wait() {
    for engine in engines() {
        let wang = seller(&engine, "wang", &[], &[]);
        let start = engine.admin.changes_since(0, 1_000).unwrap().next_cursor;
        let own = [("name", "his".into()), ("owner", wang.user().into())];
        made(&engine.admin, "sample", &own);
        made(&engine.admin, "sample", &[("name", "hidden".into())]);
        let page = wang.changes_since(start, 1).unwrap();
        assert_eq!((page.entries.len(), page.has_more), (1, false));
        assert!(engine.admin.changes_since(start, 1).unwrap().has_more);
        made(&engine.admin, "sample", &own);
        assert!(wang.changes_since(start, 1).unwrap().has_more);
    }
}

#[test]
fn the_history_had_other_types_than_the_record() {
    for engine in engines() {
        engine.define(super::custom_definitions("sample"));
        let fields = [
            ("name", "a".into()),
            ("amount", "1.50".into()),
            ("day", "2026-03-31".into()),
            ("x_date", "2026-04-01".into()),
        ];
        let id = made(&engine.admin, "sample", &fields);
        let entry = engine.admin.history("sample", id).unwrap().remove(0);
        let after = |name: &str| entry.changes.iter().find(|change| change.field == name).unwrap().after.clone();
        assert_eq!(after("amount"), FieldValue::Decimal("1.5".parse().unwrap()));
        assert_eq!(after("day"), FieldValue::Date("2026-03-31".parse().unwrap()));
        assert_eq!(after("x_date"), FieldValue::Date("2026-04-01".parse().unwrap()));
        assert_eq!(after("owner"), FieldValue::Reference(engine.admin.user()));
        let page = engine.admin.changes_since(entry.sequence - 1, 1).unwrap();
        assert_eq!(page.entries, [entry]);
    }
}

#[test]
fn a_role_hierarchy_stays_a_tree() {
    for engine in engines() {
        let role = |name: &str, parent: Option<Id>| {
            let role = Role { name: name.into(), parent, ..Role::default() };
            engine.admin.execute(Command::Admin(AdminCommand::CreateRole { role })).map(|made| made.created("role"))
        };
        let first = role("0", None).unwrap();
        let mut last = first;
        for depth in 1..32 {
            last = role(&depth.to_string(), Some(last)).unwrap();
        }
        assert_eq!(told(role("32", Some(last))), ("invalid", ErrorCode::OutOfRange, Some("parent".into())));
        let cycle = told(engine.admin.execute(update("role", first, 1, &[("parent", last.into())])));
        assert_eq!(cycle, ("invalid", ErrorCode::Cycle, Some("parent".into())));
    }
}
