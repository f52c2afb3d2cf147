//! Undo: what returns, on whose authority, and what is told of it; each on both stores.

use super::regression::{clerk, create, delete, engines, made, sample, seller, told, undo, update};
use super::{Engine, Sample};
use crate::access::{ObjectRight, PermissionSet};
use crate::customer::{AccountLink, HierarchyKind};
use crate::engine::{AdminCommand, Command, Outcome, Session};
use crate::query::Query;
use crate::sales::{Opportunity, Pipeline, StageInterval};
use crate::value::{Error, ErrorCode, FieldValue, Id};

#[test]
fn undo_after_undo_did_not_reach_the_creation() {
    for engine in engines() {
        let admin = &engine.admin;
        let first = admin.execute(create("sample", &[("name", "a".into())])).unwrap();
        let id = first.created("sample");
        let second = admin.execute(update("sample", id, 1, &[("note", "n".into()), ("name", "b".into())])).unwrap();
        assert_eq!(told(admin.execute(undo(&first))).1, ErrorCode::EffectsChanged);
        admin.execute(undo(&second)).unwrap();
        let last = admin.execute(undo(&first)).unwrap();
        assert_eq!(told(admin.get::<Sample>(id)).0, "not_found");
        admin.execute(undo(&last)).unwrap();
        assert_eq!(sample(admin, id).name, "a", "an undo is an operation too");

        admin.execute(update("sample", id, sample(admin, id).version, &[("note", "late".into())])).unwrap();
        let changed = told(admin.execute(undo(&first)));
        assert_eq!(changed, ("conflict", ErrorCode::EffectsChanged, Some("note".into())), "what was empty must be");
    }
}

#[test]
fn records_that_came_to_point_to_later_ones_could_not_be_taken_back() {
    for engine in engines() {
        let admin = &engine.admin;
        let [a, b, c] = [1, 2, 3].map(|_| engine.admin.inner.ids.next_id());
        let named = |id: Id, name: &str| create("sample", &[("id", id.into()), ("name", name.into())]);
        let points = |from: Id, to: Id| update("sample", from, 1, &[("parent", to.into())]);
        let batch = [named(a, "a"), named(b, "b"), named(c, "c"), points(a, b), points(b, c)];
        let outcome = admin.execute_all(&batch, None).unwrap();
        let undone = admin.execute(undo(&outcome)).unwrap();
        assert!(admin.list_all::<Sample>(&Query::default()).unwrap().is_empty());
        admin.execute(undo(&undone)).unwrap();
        assert_eq!((sample(admin, a).parent, sample(admin, b).parent), (Some(b), Some(c)));

        let [d, e] = [1, 2].map(|_| engine.admin.inner.ids.next_id());
        let circle = [named(d, "d"), named(e, "e"), points(d, e), points(e, d)];
        let outcome = admin.execute_all(&circle, None).unwrap();
        assert_eq!(told(admin.execute(undo(&outcome))).1, ErrorCode::StillReferenced);
        assert_eq!(sample(admin, d).parent, Some(e), "nothing is half taken back");
    }
}

#[test]
fn a_deal_is_taken_back_step_by_step() {
    for engine in engines() {
        let sales = engine.admin.sales();
        let first = engine.admin.execute(create("opportunity", &[("name", "a".into())])).unwrap();
        let id = first.created("opportunity");
        let before = sales.opportunity(id).unwrap();
        let pipeline: Pipeline = engine.admin.get(before.pipeline.unwrap()).unwrap();
        engine.clock.advance_micros(1_000_000);
        sales.advance_stage(id, 1, &pipeline.stages[1].key, None, false).unwrap();
        let second = engine.admin.history("opportunity", id).unwrap().pop().unwrap();
        let second = Outcome { op_id: second.op_id, ..Outcome::default() };
        assert_ne!(sales.opportunity(id).unwrap().stage, before.stage);
        engine.admin.execute(undo(&second)).unwrap();
        assert_eq!(sales.opportunity(id).unwrap().stage, before.stage);
        engine.admin.execute(undo(&first)).unwrap();
        let left = |count: usize| assert_eq!(count, 0);
        left(engine.admin.list_all::<Opportunity>(&Query::default()).unwrap().len());
        left(engine.admin.list_all::<StageInterval>(&Query::default()).unwrap().len());
        left(engine.admin.list_all::<Pipeline>(&Query::default()).unwrap().len());
    }
}

#[test]
fn nobody_could_take_back_the_first_opportunity_but_the_administrator() {
    for engine in engines() {
        let wang = clerk(&engine, "wang", &["opportunity"]);
        let outcome = wang.execute(create("opportunity", &[("name", "first of all".into())])).unwrap();
        assert_eq!(engine.admin.list_all::<Pipeline>(&Query::default()).unwrap().len(), 1);
        wang.execute(undo(&outcome)).unwrap();
        assert!(engine.admin.list_all::<Pipeline>(&Query::default()).unwrap().is_empty());
        assert!(wang.list_all::<Opportunity>(&Query::default()).unwrap().is_empty());
    }
}

/// Somebody who sees every account, and of the links only his own.
fn account_manager(engine: &Engine) -> Session {
    let right = |entity: &str, view_all| ObjectRight {
        entity: entity.into(),
        read: true,
        create: true,
        edit: true,
        delete: true,
        export: true,
        transfer: true,
        view_all,
        edit_all: view_all,
        ..ObjectRight::default()
    };
    let objects = vec![right("account", true), right("account_link", false)];
    let permission_set = PermissionSet { name: "manager".into(), objects, ..PermissionSet::default() };
    let set = engine.admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set })).unwrap();
    let sets = FieldValue::json(&[set.created("permission_set")]).unwrap();
    let user = [("login", "wang".into()), ("name", "wang".into()), ("permission_sets", sets)];
    engine.session_of(made(&engine.admin, "user", &user))
}

/// The manager gives an account away, and its link follows to where he does not see it.
fn given_away(engine: &Engine, wang: &Session) -> (Outcome, Id) {
    let parent = made(wang, "account", &[("name", "group".into())]);
    let child = made(wang, "account", &[("name", "daughter".into())]);
    let from = "2026-01-01".parse().unwrap();
    wang.customers().set_parent(HierarchyKind::Legal, child, Some(parent), from).unwrap();
    let link = wang.list_all::<AccountLink>(&Query::default()).unwrap().remove(0).id;
    let to = engine.admin.user().into();
    let outcome = wang.execute(update("account", child, 1, &[("owner", to)])).unwrap();
    assert_eq!(told(wang.get::<AccountLink>(link)).0, "not_found");
    (outcome, link)
}

#[test]
fn nobody_could_take_back_what_a_rule_had_moved_out_of_his_sight() {
    for engine in engines() {
        let wang = account_manager(&engine);
        let (outcome, link) = given_away(&engine, &wang);
        wang.execute(undo(&outcome)).unwrap();
        assert_eq!(wang.get::<AccountLink>(link).unwrap().owner, Some(wang.user()));
    }
}

#[test]
fn a_hidden_consequence_that_was_changed_since_has_no_name() {
    for engine in engines() {
        let wang = account_manager(&engine);
        let (outcome, link) = given_away(&engine, &wang);
        let version = engine.admin.get::<AccountLink>(link).unwrap().version;
        engine.admin.execute(delete("account_link", link, version)).unwrap();
        let error: Error = wang.execute(undo(&outcome)).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::EffectsChanged, None));
        assert!(error.problems()[0].data.is_empty());
    }
}

#[test]
fn consequences_do_not_return_without_the_right_to_what_they_followed_from() {
    for engine in engines() {
        let wang = account_manager(&engine);
        let (outcome, _) = given_away(&engine, &wang);
        let li = clerk(&engine, "li", &["account", "account_link"]);
        assert_eq!(told(li.execute(undo(&outcome))).0, "not_found", "the account is hidden from him");
        let setup = engine.admin.history("organization", organization(&engine)).unwrap().remove(0);
        let setup = Outcome { op_id: setup.op_id, ..Outcome::default() };
        assert_eq!(told(li.execute(undo(&setup))).0, "not_found", "a rule made all of it, and he may see none");
    }
}

fn organization(engine: &Engine) -> Id {
    engine.admin.list::<crate::engine::Organization>(&Query::default()).unwrap().0.remove(0).id
}

#[test]
fn undo_told_whether_a_hidden_field_was_changed_too() {
    for engine in engines() {
        let wang = seller(&engine, "wang", &["secret"], &[]);
        let admin = &engine.admin;
        let own = [("name", "a".into()), ("owner", wang.user().into()), ("secret", "old".into())];
        let (with, without) = (made(admin, "sample", &own), made(admin, "sample", &own));
        let both = [("note", "n".into()), ("secret", "new".into())];
        let with_hidden = admin.execute(update("sample", with, 1, &both)).unwrap();
        let plain = admin.execute(update("sample", without, 1, &both[..1])).unwrap();
        for outcome in [&with_hidden, &plain] {
            let undone = wang.execute(undo(outcome)).unwrap();
            assert_eq!((undone.changes.len(), undone.changes[0].version), (1, 3));
        }
        assert_eq!(sample(admin, with).secret.as_deref(), Some("old"), "it returns with the others");

        let again = admin.execute(update("sample", with, 3, &both)).unwrap();
        admin.execute(update("sample", with, 4, &[("secret", "newest".into())])).unwrap();
        wang.execute(undo(&again)).unwrap();
        let left = sample(admin, with);
        assert_eq!((left.note, left.secret.as_deref()), (None, Some("newest")), "what others did since stays");
    }
}

#[test]
fn undo_did_not_bring_back_what_an_older_definition_had_allowed() {
    for engine in engines() {
        let admin = &engine.admin;
        let fields = [("entity", "sample".into()), ("name", "x_a".into()), ("kind", "text".into())];
        let definition = made(admin, "field_definition", &fields);
        let id = made(admin, "sample", &[("name", "a".into()), ("x_a", "long".into())]);
        admin.execute(update("field_definition", definition, 1, &[("max_chars", FieldValue::Integer(1))])).unwrap();
        let outcome = admin.execute(update("sample", id, 1, &[("x_a", "b".into())])).unwrap();
        admin.execute(undo(&outcome)).unwrap();
        assert_eq!(sample(admin, id).custom["x_a"], FieldValue::from("long"));
    }
}
