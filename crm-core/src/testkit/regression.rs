//! One test per bug that was found, named after it; each on both stores.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Engine, Sample, memory, sqlite};
use crate::access::{FieldAccess, FieldRight, ObjectRight, PermissionSet, Role, User};
use crate::customer::Account;
use crate::engine::{AdminCommand, Command, JournalCommand, Organization, Outcome, RecordCommand, Session};
use crate::exchange::ExportOptions;
use crate::journal::RecordKey;
use crate::query::{Filter, Query, Sort};
use crate::quote::Quote;
use crate::sales::Opportunity;
use crate::schema::{CustomFieldKind, FieldDefinition};
use crate::value::{Error, ErrorCode, FieldValue, FixedClock, Id, Result};

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
    undo_of(outcome.op_id)
}

pub(super) const fn undo_of(operation: Id) -> Command {
    Command::Journal(JournalCommand::Undo { operation })
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
    let field = |name: &str, access| FieldRight { entity: "sample".into(), field: name.into(), access };
    let fields = hidden
        .iter()
        .map(|name| field(name, FieldAccess::Hidden))
        .chain(locked.iter().map(|name| field(name, FieldAccess::Read)));
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
        let reused = ("conflict", ErrorCode::OpIdReused, Some("op_id".into()));
        assert_eq!(told(wang.execute_once(command.clone(), outcome.op_id)), reused);
        assert_eq!(told(engine.admin.execute_once(command, outcome.op_id)), reused, "it swallowed another command");
        let same = create("sample", &[("name", "a".into())]);
        assert_eq!(told(wang.execute_once(same.clone(), outcome.op_id)), reused);
        assert!(engine.admin.execute_once(same, outcome.op_id).unwrap().replayed, "its own caller may repeat it");
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
        assert_eq!(told(wang.execute(undo(&secret))), missing, "a change of hidden fields alone is hidden too");
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
        engine.admin.execute(update("user", user.id, 1, &[("email", "w@example.com".into())])).unwrap();
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

#[test]
fn as_of_answered_with_a_record_that_was_not_made_yet() {
    for engine in engines() {
        let id = made(&engine.admin, "sample", &[("name", "a".into())]);
        let made_at = engine.clock_now();
        let past = engine.admin.with_clock(Arc::new(FixedClock::new(made_at.add_micros(-10_000_000))));
        past.execute(update("sample", id, 1, &[("name", "b".into())])).unwrap();
        let before = made_at.add_micros(-5_000_000);
        assert_eq!(told(engine.admin.as_of::<Sample>(id, before)).0, "not_found");
        assert_eq!(engine.admin.as_of::<Sample>(id, made_at).unwrap(), sample(&engine.admin, id));

        engine.clock.advance_micros(-3_600_000_000);
        engine.admin.execute(update("sample", id, 2, &[("name", "c".into())])).unwrap();
        let times: Vec<_> = engine.admin.history("sample", id).unwrap().iter().map(|entry| entry.at).collect();
        assert_eq!(times, [made_at; 3], "the instants of a record never fall");
        assert_eq!(sample(&engine.admin, id).updated_at, Some(made_at));
        assert_eq!(engine.admin.as_of::<Sample>(id, made_at).unwrap().name, "c");
    }
}

#[test]
fn the_past_was_hidden_from_whom_its_history_was_shown() {
    for engine in engines() {
        let wang = seller(&engine, "wang", &[], &[]);
        let id = made(&engine.admin, "sample", &[("name", "a".into())]);
        let first = engine.clock_now();
        engine.clock.advance_micros(1_000_000);
        assert_eq!(told(wang.as_of::<Sample>(id, first)).0, "not_found");
        engine.admin.execute(update("sample", id, 1, &[("owner", wang.user().into())])).unwrap();
        assert_eq!(wang.history("sample", id).unwrap().len(), 2);
        assert_eq!(wang.as_of::<Sample>(id, first).unwrap().owner, Some(engine.admin.user()));
    }
}

#[test]
fn a_tightened_definition_stood_in_the_way_of_saving_other_fields() {
    for engine in engines() {
        let admin = &engine.admin;
        let definition = FieldDefinition {
            entity: "account".into(),
            name: "x_colour".into(),
            kind: CustomFieldKind::Picklist,
            choices: vec!["blue".into(), "red".into()],
            ..FieldDefinition::default()
        };
        let definition = admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
        let custom = [("x_colour".to_owned(), FieldValue::from("red"))].into();
        let account = Account { name: "a".into(), custom, ..Account::default() };
        let account = admin.customers().create_account(&account).unwrap();
        let choices = FieldValue::json(&["blue"]).unwrap();
        let id = definition.created("field_definition");
        admin.execute(update("field_definition", id, 1, &[("choices", choices)])).unwrap();
        let account = Account { name: "b".into(), ..account };
        let mut account = admin.customers().update_account(&account).unwrap();
        assert_eq!(account.custom["x_colour"], FieldValue::from("red"));
        account.custom.insert("x_colour".into(), "green".into());
        let refused = told(admin.customers().update_account(&account));
        assert_eq!(refused, ("invalid", ErrorCode::NotInPicklist, Some("x_colour".into())));
    }
}

#[test]
fn a_record_could_lose_its_owner() {
    for engine in engines() {
        let admin = &engine.admin;
        let id = made(admin, "sample", &[("name", "a".into())]);
        let refused = told(admin.execute(update("sample", id, 1, &[("owner", FieldValue::Null)])));
        assert_eq!(refused, ("invalid", ErrorCode::Required, Some("owner".into())));
        let account = admin.customers().create_account(&Account { name: "a".into(), ..Account::default() }).unwrap();
        let given = Account { name: "b".into(), owner: None, ..account };
        let saved = admin.customers().update_account(&given).unwrap();
        assert_eq!((saved.name.as_str(), saved.owner), ("b", Some(admin.user())), "who says no owner keeps it");
    }
}

/// A user with every right on these entities, who sees his own records only.
pub(super) fn clerk(engine: &Engine, login: &str, entities: &[&str]) -> Session {
    let right = |entity: &&str| ObjectRight {
        entity: (*entity).into(),
        read: true,
        create: true,
        edit: true,
        delete: true,
        export: true,
        ..ObjectRight::default()
    };
    let objects = entities.iter().map(right).collect();
    let permission_set = PermissionSet { name: login.into(), objects, ..PermissionSet::default() };
    let set = engine.admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set })).unwrap();
    let sets = FieldValue::json(&[set.created("permission_set")]).unwrap();
    let user = [("login", login.into()), ("name", login.into()), ("permission_sets", sets)];
    engine.session_of(made(&engine.admin, "user", &user))
}

#[test]
fn what_a_rule_filled_in_was_refused_as_if_the_caller_had() {
    for engine in engines() {
        let wang = clerk(&engine, "wang", &["opportunity", "quote"]);
        let account = made(&engine.admin, "account", &[("name", "a colleague's".into())]);
        let opportunity = [("name", "mine".into()), ("account", account.into()), ("owner", wang.user().into())];
        let opportunity = made(&engine.admin, "opportunity", &opportunity);
        let quote = [("name", "q".into()), ("opportunity", opportunity.into())];
        let quote: Quote = wang.get(made(&wang, "quote", &quote)).unwrap();
        assert_eq!(quote.account, Some(account), "it follows from the opportunity");
        let refused = told(wang.execute(create("quote", &[("name", "r".into()), ("account", account.into())])));
        assert_eq!(refused, ("invalid", ErrorCode::UnknownReference, Some("account".into())), "given by the caller");

        let own = made(&wang, "opportunity", &[("name", "without a right on pipelines".into())]);
        assert!(wang.get::<Opportunity>(own).unwrap().pipeline.is_some());
    }
}

#[test]
fn a_list_of_one_command_lost_its_place() {
    for engine in engines() {
        let bad = create("sample", &[]);
        let field = |result: Result<Outcome>| told(result).2;
        assert_eq!(field(engine.admin.execute(bad.clone())).as_deref(), Some("name"));
        assert_eq!(field(engine.admin.preview(bad.clone())).as_deref(), Some("name"));
        let list = [bad.clone()];
        assert_eq!(field(engine.admin.execute_all(&list, None)).as_deref(), Some("[0].name"));
        assert_eq!(field(engine.admin.preview_all(&list)).as_deref(), Some("[0].name"));
        let text = crate::value::json::to_canonical(&bad).unwrap();
        let json = |text: &str| engine.admin.execute_json(text, None).unwrap_err().field().map(str::to_owned);
        assert_eq!(json(&text).as_deref(), Some("name"));
        assert_eq!(json(&format!("[{text}]")).as_deref(), Some("[0].name"));
        assert_eq!(engine.admin.preview_json(&format!("[{text}]")).unwrap_err().field(), Some("[0].name"));
    }
}

#[test]
fn a_reader_was_not_told_that_a_record_left() {
    for engine in engines() {
        let (wang, li) = (seller(&engine, "wang", &[], &[]), seller(&engine, "li", &[], &[]));
        let start = engine.admin.changes_since(0, 1_000).unwrap().next_cursor;
        let id = made(&wang, "sample", &[("name", "a".into())]);
        let kept = made(&wang, "sample", &[("name", "b".into())]);
        let seen = wang.changes_since(start, 1_000).unwrap();
        assert_eq!((seen.entries.len(), seen.left.len()), (2, 0));
        engine.admin.execute(update("sample", id, 1, &[("owner", li.user().into())])).unwrap();
        engine.admin.execute(update("sample", id, 2, &[("owner", engine.admin.user().into())])).unwrap();
        engine.admin.execute(update("sample", kept, 1, &[("note", "n".into())])).unwrap();

        let page = wang.changes_since(seen.next_cursor, 1).unwrap();
        assert_eq!(page.left, [RecordKey { entity: "sample".into(), id }]);
        assert!(page.entries.is_empty() && page.has_more, "what left counts on the page");
        let page = wang.changes_since(page.next_cursor, 1).unwrap();
        assert_eq!((page.entries.len(), page.left.len(), page.has_more), (1, 0, false));
        let others = li.changes_since(seen.next_cursor, 1_000).unwrap();
        assert_eq!(others.left.len(), 1, "it was his between the two");
        let third = seller(&engine, "third", &[], &[]).changes_since(start, 1_000).unwrap();
        assert!(third.left.is_empty(), "who never saw it hears nothing");
        assert!(engine.admin.changes_since(start, 1_000).unwrap().left.is_empty());
        let last = engine.admin.execute(update("sample", id, 3, &[("owner", wang.user().into())])).unwrap();
        assert_eq!(last.changes[0].version, 4);
        assert!(wang.changes_since(start, 1_000).unwrap().left.is_empty(), "it came back");
    }
}

#[test]
fn a_long_history_came_in_one_piece() {
    for engine in engines() {
        let admin = &engine.admin;
        let id = made(admin, "sample", &[("name", "a".into())]);
        for version in 1..=4 {
            let field = if version == 2 { "secret" } else { "note" };
            admin.execute(update("sample", id, version, &[(field, version.to_string().into())])).unwrap();
        }
        let whole = admin.history("sample", id).unwrap();
        let (mut cursor, mut pages, mut entries) = (0, 0, Vec::new());
        loop {
            let page = admin.history_page("sample", id, cursor, 2).unwrap();
            entries.extend(page.entries);
            (cursor, pages) = (page.next_cursor, pages + 1);
            if !page.has_more {
                break;
            }
        }
        assert_eq!((pages, &entries), (3, &whole));
        assert!(admin.history_page("sample", id, cursor, 2).unwrap().entries.is_empty());
        let wang = seller(&engine, "wang", &["secret"], &[]);
        admin.execute(update("sample", id, 5, &[("owner", wang.user().into())])).unwrap();
        let page = wang.history_page("sample", id, 1, 2).unwrap();
        assert_eq!((page.entries.len(), page.next_cursor), (2, 4), "a hidden change is passed over");
        assert_eq!(told(wang.history_page("sample", id, 0, 0)).1, ErrorCode::OutOfRange);
        let stale = admin.execute(update("sample", id, 4, &[("note", "late".into())])).unwrap_err();
        assert_eq!(stale.problems()[0].data["changed_fields"], "note,owner", "what came behind version 4");
    }
}

#[test]
fn a_custom_field_could_never_be_taken_back() {
    for engine in engines() {
        let admin = &engine.admin;
        let define = |kind: CustomFieldKind| {
            let fields =
                [("entity", "sample".into()), ("name", "x_a".into()), ("kind", FieldValue::from(kind.as_str()))];
            made(admin, "field_definition", &fields)
        };
        let first = define(CustomFieldKind::Text);
        let id = made(admin, "sample", &[("name", "a".into()), ("x_a", "text".into())]);
        let then = engine.clock_now();
        engine.clock.advance_micros(1_000_000);
        let refused = told(admin.execute(delete("field_definition", first, 1)));
        assert_eq!(refused, ("conflict", ErrorCode::StillReferenced, None));
        admin.execute(delete("sample", id, 1)).unwrap();
        assert_eq!(told(admin.execute(delete("field_definition", first, 1))).1, ErrorCode::StillReferenced);
        admin.execute(restore("sample", id)).unwrap();
        let emptied = admin.execute(update("sample", id, 3, &[("x_a", FieldValue::Null)])).unwrap();
        admin.execute(delete("field_definition", first, 1)).unwrap();
        let gone = told(admin.execute(update("sample", id, 4, &[("x_a", "b".into())])));
        assert_eq!(gone, ("invalid", ErrorCode::UnknownField, Some("x_a".into())));

        define(CustomFieldKind::Integer);
        assert!(admin.as_of::<Sample>(id, then).unwrap().custom.is_empty(), "the old value has no meaning any more");
        assert_eq!(told(admin.execute(undo(&emptied))).0, "invalid");
        assert_eq!(told(admin.execute(restore("field_definition", first))).1, ErrorCode::DuplicateKey);
        admin.execute(update("sample", id, 4, &[("x_a", FieldValue::Integer(5))])).unwrap();
    }
}

#[test]
fn a_required_field_nobody_can_fill_in_stopped_every_deal() {
    for engine in engines() {
        let fields = [
            ("entity", "stage_interval".into()),
            ("name", "x_a".into()),
            ("kind", "text".into()),
            ("is_required", true.into()),
        ];
        let refused = ("invalid", ErrorCode::ReadOnlyField, Some("is_required".to_owned()));
        assert_eq!(told(engine.admin.execute(create("field_definition", &fields))), refused);
        let id = made(&engine.admin, "field_definition", &fields[..3]);
        let tighter = update("field_definition", id, 1, &fields[3..]);
        assert_eq!(told(engine.admin.execute(tighter)), refused);
    }
}

#[test]
fn the_custom_fields_of_a_record_had_no_bound() {
    for engine in engines() {
        let names = ["x_a", "x_b", "x_c", "x_d", "x_e"];
        for name in names {
            let most = FieldValue::Integer(i64::from(crate::schema::MAX_TEXT_CHARS));
            let fields = [("entity", "sample".into()), ("name", name.into()), ("kind", "text".into())];
            made(&engine.admin, "field_definition", &[&fields[..], &[("max_chars", most)]].concat());
        }
        let long = |chars: usize| FieldValue::from("铁".repeat(chars));
        let id = made(&engine.admin, "sample", &[("name", "a".into()), ("x_a", long(65_536))]);
        let refused = told(engine.admin.execute(update("sample", id, 1, &[("x_b", long(22_000))])));
        assert_eq!(refused, ("invalid", ErrorCode::TooLong, Some("custom".into())));
        let fields: Vec<_> = names.iter().map(|name| (*name, long(20_000))).collect();
        let refused = told(engine.admin.execute(create("sample", &[&[("name", "b".into())], &fields[..]].concat())));
        assert_eq!(refused, ("invalid", ErrorCode::TooLong, Some("custom".into())));
        engine.admin.execute(update("sample", id, 1, &[("x_b", long(20_000))])).unwrap();
    }
}

#[test]
fn an_export_paid_no_heed_to_the_limit() {
    for engine in engines() {
        for name in ["c", "a", "b"] {
            made(&engine.admin, "sample", &[("name", name.into())]);
        }
        let sort = vec![Sort { field: "name".into(), descending: false }];
        let query = Query { sort, limit: Some(2), ..Query::default() };
        let options = ExportOptions { fields: vec!["name".into()], ..ExportOptions::default() };
        let csv = engine.admin.export_csv("sample", &query, &options).unwrap();
        let lines: Vec<String> = String::from_utf8(csv).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines[1..], ["\"a\"", "\"b\""]);
    }
}
