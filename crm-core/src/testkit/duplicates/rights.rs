//! What is told of what a reader does not see: at most how many.

use super::*;
use crate::access::{FieldAccess, FieldRight};
use crate::duplicates::{DuplicateSearch, DuplicateVerdict, VerdictKind};
use crate::query::Query;
use crate::testkit::regression::{create, told, update};
use crate::testkit::rights::{every, hidden, member};
use crate::testkit::{Engine as TestEngine, memory, sqlite};
use crate::value::ErrorCode;

fn own(entity: &str) -> crate::access::ObjectRight {
    crate::access::ObjectRight { view_all: false, edit_all: false, ..every(entity) }
}

/// A seller who sees his own accounts, contacts and leads.
fn seller(engine: &Engine, login: &str, fields: Vec<FieldRight>) -> Session {
    let entities = ["account", "contact", "lead", "duplicate_verdict", "duplicate_case"];
    member(engine, login, entities.map(own).to_vec(), fields)
}

#[test]
fn a_hidden_duplicate_is_counted_and_never_shown() {
    for engine in engines() {
        let wang = seller(&engine, "wang", Vec::new());
        let secret = made(&engine.admin, "account", &pumps());
        let check = look(&wang, "account", &pumps());
        assert_eq!((check.hits.len(), check.hidden), (0, 1));
        let visible = made(&wang, "account", &pumps());
        let check = look(&wang, "account", &pumps());
        assert_eq!((found(&check), check.hidden), (vec![("account", visible)], 1));
        assert_eq!(check.hits[0].owner_name, None, "who may not see users sees no name");
        let text = format!("{check:?}");
        assert!(!text.contains(&secret.to_string()) && !text.contains(&engine.admin.user().to_string()), "{text}");
    }
}

#[test]
fn a_rule_warns_of_hidden_duplicates_by_their_number() {
    for engine in engines() {
        let wang = seller(&engine, "wang", Vec::new());
        let warn = engine.admin.duplicates().create_rule(&rule("account", DuplicateAction::Warn)).unwrap();
        let secret = made(&engine.admin, "account", &pumps());
        let outcome = wang.execute(create("account", &pumps())).unwrap();
        let warning = &outcome.warnings[0];
        assert_eq!((warning.code, warning.data.len()), (ErrorCode::DuplicateFound, 1));
        assert_eq!(warning.data["hidden"], "1");
        assert!(!format!("{outcome:?}").contains(&secret.to_string()));
        wang.delete("account", outcome.created("account"), 1).unwrap();
        let block = DuplicateRule { action: DuplicateAction::Block, ..warn };
        let block = engine.admin.duplicates().update_rule(&block).unwrap();
        let refused = wang.execute(create("account", &pumps())).unwrap_err();
        assert_eq!((refused.code(), refused.problems()[0].data["hidden"].as_str()), (ErrorCode::DuplicateFound, "1"));
        assert!(!format!("{refused:?}").contains(&secret.to_string()));

        // Kept from him altogether, it does not stand in his way.
        let concealed = DuplicateRule { conceal_hidden: true, ..block };
        engine.admin.duplicates().update_rule(&concealed).unwrap();
        let check = look(&wang, "account", &pumps());
        assert_eq!((check.hits.len(), check.hidden, check.action), (0, 0, Some(DuplicateAction::Allow)));
        let mine = wang.execute(create("account", &pumps())).unwrap();
        assert!(mine.warnings.is_empty());
        let own = wang.execute(create("account", &pumps())).unwrap_err();
        let ids: Vec<_> = own.problems().iter().filter_map(|problem| problem.data.get("id")).collect();
        assert_eq!(ids, [&mine.created("account").to_string()]);
    }
}

#[test]
fn a_case_of_the_caller_names_no_hidden_candidate() {
    for engine in engines() {
        let wang = seller(&engine, "wang", Vec::new());
        let queue = engine.admin.duplicates().create_rule(&rule("account", DuplicateAction::Queue)).unwrap();
        let secret = made(&engine.admin, "account", &pumps());
        let alone = wang.execute(create("account", &pumps())).unwrap();
        assert!(wang.duplicates().cases(&Query::default()).unwrap().items.is_empty(), "nothing that he could look at");
        wang.execute(create("account", &pumps())).unwrap();
        let case = wang.duplicates().cases(&Query::default()).unwrap().items.remove(0);
        let ids: Vec<Id> = case.candidates.iter().map(|candidate| candidate.id).collect();
        assert_eq!((ids, case.owner), (vec![alone.created("account")], Some(wang.user())));
        let reviewed = DuplicateRule { reviewer: Some(engine.admin.user()), ..queue };
        engine.admin.duplicates().update_rule(&reviewed).unwrap();
        let outcome = wang.execute(create("account", &pumps())).unwrap();
        assert_eq!(wang.duplicates().cases(&Query::default()).unwrap().items.len(), 1, "the case is the reviewer's");
        assert!(outcome.changes.iter().all(|change| change.entity == "account"), "and nothing is told of it");
        let all = engine.admin.list_all::<crate::duplicates::DuplicateCase>(&Query::default()).unwrap();
        let case = all.iter().find(|case| case.record == Some(outcome.created("account"))).unwrap();
        assert!(case.candidates.iter().any(|candidate| candidate.id == secret));
    }
}

#[test]
fn what_a_reader_does_not_see_of_a_record_weighs_nothing() {
    for engine in engines() {
        let masked = FieldRight { access: FieldAccess::Masked, ..hidden("account", "name") };
        let wang = seller(&engine, "wang", vec![hidden("account", "channels")]);
        let li = seller(&engine, "li", vec![masked]);
        let known = made(&engine.admin, "account", &pumps());
        for (version, reader) in [(1, &wang), (2, &li)] {
            engine.admin.execute(update("account", known, version, &[("owner", reader.user().into())])).unwrap();
            let plain = [("city", "苏州".into())];
            let asked = [("name", "苏州东方泵业有限公司".into()), ("city", "苏州".into())];
            let check = if reader.user() == wang.user() {
                look(reader, "account", &asked)
            } else {
                look(reader, "account", &plain)
            };
            let text = format!("{check:?}");
            for secret in ["62881234", "dongfang-pumps"] {
                let may_see = reader.user() == li.user();
                assert!(may_see || !text.contains(secret), "{text}");
            }
            if reader.user() == li.user() {
                assert!(!text.contains("苏州东方泵业"), "{text}");
            }
        }
        engine.admin.execute(update("account", known, 3, &[("owner", wang.user().into())])).unwrap();
        // Nobody tries out values of a field that he does not see.
        let question = DuplicateQuestion {
            entity: "account".into(),
            fields: map(&[("channels", channels("+86 512 6288 1234", "x@y.example"))]),
            ..DuplicateQuestion::default()
        };
        let refused = told(wang.duplicates().check(&question));
        assert_eq!(refused, ("invalid", ErrorCode::UnknownField, Some("fields.channels".into())));
        let question = DuplicateQuestion { fields: map(&[("name", "x".into())]), ..question };
        assert_eq!(told(li.duplicates().check(&question)).1, ErrorCode::WrongType);
    }
}

#[test]
fn a_list_holds_what_its_reader_sees() {
    for engine in engines() {
        let wang = seller(&engine, "wang", vec![hidden("account", "channels")]);
        let secret = made(&engine.admin, "account", &pumps());
        let mut fields = pumps();
        fields.push(("owner", wang.user().into()));
        let (one, other) = (made(&engine.admin, "account", &fields), made(&engine.admin, "account", &fields));
        let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
        let list = wang.duplicates().find(&search).unwrap();
        assert_eq!(list.records, 2);
        assert!(list.pairs.iter().all(|pair| [pair.one, pair.other] == [one, other]), "{list:?}");
        let ids = DuplicateSearch { ids: vec![secret, one], ..search.clone() };
        assert_eq!(wang.duplicates().find(&ids).unwrap().records, 1);
        let filter = crate::query::Filter::IsEmpty { field: "channels".into() };
        let refused = told(wang.duplicates().find(&DuplicateSearch { filter: Some(filter), ..search }));
        assert_eq!(refused.1, ErrorCode::UnknownField);
    }
}

#[test]
fn a_verdict_needs_sight_of_both_and_the_right_to_change_one() {
    for engine in engines() {
        let wang = seller(&engine, "wang", Vec::new());
        let secret = made(&engine.admin, "account", &pumps());
        let mine = made(&wang, "account", &pumps());
        let said = |one, other| DuplicateVerdict {
            entity: "account".into(),
            record: one,
            other_entity: "account".into(),
            other,
            verdict: VerdictKind::Different,
            ..DuplicateVerdict::default()
        };
        let refused = told(wang.duplicates().set_verdict(&said(mine, secret)));
        assert_eq!((refused.0, refused.1), ("invalid", ErrorCode::UnknownReference));
        let nobody = told(wang.duplicates().set_verdict(&said(mine, Id::from_bytes([7; 16]))));
        assert_eq!((nobody.0, nobody.1), (refused.0, refused.1), "hidden as one that is not there");
        // A verdict of somebody else holds for him too, and he may overrule it on what is his.
        let also = made(&wang, "account", &pumps());
        engine.admin.duplicates().set_verdict(&said(mine, also)).unwrap();
        assert!(look_at(&wang, "account", mine).hits.is_empty());
        let same = DuplicateVerdict { verdict: VerdictKind::Same, ..said(also, mine) };
        wang.duplicates().set_verdict(&same).unwrap();
        assert_eq!(found(&look_at(&wang, "account", mine)), [("account", also)]);

        let reader = crate::access::ObjectRight { edit: false, create: false, ..own("account") };
        let zhao = member(&engine, "zhao", vec![reader, own("duplicate_verdict")], Vec::new());
        for id in [mine, also] {
            engine.admin.execute(update("account", id, 1, &[("owner", zhao.user().into())])).unwrap();
        }
        let refused = told(zhao.duplicates().set_verdict(&said(mine, also)));
        assert_eq!((refused.0, refused.1), ("denied", ErrorCode::NoRight));
    }
}

#[test]
fn who_may_do_nothing_learns_nothing() {
    for engine in engines() {
        made(&engine.admin, "account", &pumps());
        let nobody = member(&engine, "nobody", Vec::new(), Vec::new());
        let question =
            DuplicateQuestion { entity: "account".into(), fields: map(&pumps()), ..DuplicateQuestion::default() };
        assert_eq!(told(nobody.duplicates().check(&question)).0, "denied");
        let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
        assert_eq!(told(nobody.duplicates().find(&search)).0, "denied");
        assert_eq!(told(nobody.duplicates().rekey(1)).0, "denied");
        assert_eq!(told(nobody.duplicates().learn(&search)).0, "denied");
        let reader = crate::access::ObjectRight { edit: false, create: false, ..own("account") };
        let reader = member(&engine, "reader", vec![reader], Vec::new());
        assert_eq!(
            told(reader.duplicates().check(&question)).0,
            "denied",
            "who saves nothing is not told what a save meets"
        );
    }
}

fn without_channels(fields: Fields) -> Fields {
    fields.into_iter().filter(|field| field.0 != "channels").collect()
}

/// The answer in one form: the data of a problem have no order.
fn told_as<T: serde::Serialize>(result: crate::value::Result<T>) -> String {
    match result {
        Ok(answer) => crate::value::json::to_canonical(&answer).unwrap(),
        Err(error) => crate::value::json::to_canonical(&(error.kind(), error.problems())).unwrap(),
    }
}

/// Everything that a seller can ask about duplicates, as text.
fn all_answers(session: &Session, ids: &[Id]) -> String {
    let mut told = Vec::new();
    let short = vec![("name", "东方泵业".into()), ("city", "苏州".into())];
    let saved = |outcome: crate::engine::Outcome| (outcome.warnings, outcome.changes.len());
    for fields in [without_channels(pumps()), without_channels(fans()), short] {
        for with_related in [false, true] {
            let question = DuplicateQuestion { entity: "account".into(), fields: map(&fields), id: None, with_related };
            told.push(told_as(session.duplicates().check(&question)));
        }
        told.push(told_as(session.preview(create("account", &fields)).map(saved)));
    }
    for id in ids {
        told.push(told_as(Ok(look_at(session, "account", *id))));
        let fields = [("name", "苏州东方泵业有限公司".into()), ("city", "苏州".into())];
        told.push(told_as(session.preview(update("account", *id, 1, &fields)).map(saved)));
    }
    let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
    told.push(told_as(session.duplicates().find(&search)));
    told.push(told_as(session.duplicates().suggestions(&search)));
    told.push(told_as(session.duplicates().cases(&Query::default())));
    told.push(told_as(session.duplicates().verdicts(&Query::default())));
    told.join("\n")
}

/// Two worlds that differ in what a seller does not see: hidden twins, verdicts on them, and telephones of his own accounts
/// that he may not read. With counting off every answer is the same, whatever the rule does; with counting on only the count
/// differs.
#[test]
fn a_hidden_twin_tells_nothing_but_a_count_and_without_counting_nothing() {
    for store in [memory, sqlite] {
        for action in DuplicateAction::ALL {
            let answers = |is_second: bool, conceal_hidden: bool| {
                let engine = TestEngine::new(store(), 7);
                let wang = seller(&engine, "wang", vec![hidden("account", "channels")]);
                let given = DuplicateRule { conceal_hidden, ..rule("account", *action) };
                engine.admin.duplicates().create_rule(&given).unwrap();
                let id = |number: u8| ("id", FieldValue::Reference(Id::from_bytes([number; 16])));
                let mut ids = Vec::new();
                let by_import = engine.admin.with_source(RecordSource::Sync);
                let rules = engine.admin.duplicates().rules(&Query::default()).unwrap().items;
                let open = of_source("account", DuplicateAction::Allow, RecordSource::Sync);
                engine.admin.duplicates().create_rule(&open).unwrap();
                assert_eq!(rules.len(), 1);
                for (number, fields) in [(1, without_channels(pumps())), (2, without_channels(fans()))] {
                    let mut fields = fields;
                    fields.extend([id(number), ("owner", wang.user().into())]);
                    let phone = if is_second { "+86 512 6288 1234" } else { "+86 21 5555 0001" };
                    fields.push(("channels", channels(phone, "info@dongfang-pumps.example")));
                    ids.push(made(&by_import, "account", &fields));
                }
                if is_second {
                    for number in 3..6 {
                        let mut fields = pumps();
                        fields.push(id(number));
                        let twin = made(&by_import, "account", &fields);
                        let said = DuplicateVerdict {
                            entity: "account".into(),
                            record: ids[0],
                            other_entity: "account".into(),
                            other: twin,
                            verdict: VerdictKind::Same,
                            ..DuplicateVerdict::default()
                        };
                        engine.admin.duplicates().set_verdict(&said).unwrap();
                    }
                }
                all_answers(&wang, &ids)
            };
            assert_eq!(answers(true, true), answers(false, true), "{action}: nothing at all");
            let (first, second) = (answers(false, false), answers(true, false));
            assert_ne!(first, second, "{action}: the count is told");
            assert!(!second.contains(&Id::from_bytes([3; 16]).to_string()), "{action}: {second}");
            assert!(!second.contains("62881234"), "{action}");
        }
    }
}
