//! Attacks on records that are hidden: by writing first, by relations, by what exists, by the parts.

use super::{CANARY, Stage, answer, on_every_stage, silent};
use crate::access::User;
use crate::customer::{Account, Contact, HierarchyKind, SingleViewOptions, Subject, SubjectEntity};
use crate::engine::{Command, Outcome, Session};
use crate::exchange::{ColumnMapping, ImportMapping};
use crate::merging::{FieldChoice, MergeCommand, MergeRequest, SurvivorRule};
use crate::query::{AggregateQuery, Filter, Measure, MeasureFunction, Query};
use crate::room::Reader as _;
use crate::sales::{LeadConversion, SalesCommand};
use crate::testkit::Sample;
use crate::testkit::regression::{create, delete, map, restore, told, undo_of, update};
use crate::testkit::rights::{every, hidden, member};
use crate::value::{ErrorCode, FieldValue, Id, Result};

type Attempt<'a> = Box<dyn Fn(&Session, Id) -> Result<String> + 'a>;

/// The answer as text, so that answers of all kinds can be compared.
fn text<T: std::fmt::Debug>(result: Result<T>) -> Result<String> {
    result.map(|answer| format!("{answer:?}"))
}

fn import(session: &Session, entity: &str, names: &[&str], rows: &str, key: Option<&str>) -> Result<String> {
    let column =
        |name: &&str| ColumnMapping { column: (*name).into(), field: (*name).into(), ..ColumnMapping::default() };
    let mapping = ImportMapping {
        entity: entity.into(),
        columns: names.iter().map(column).collect(),
        key_field: key.map(str::to_owned),
        ..ImportMapping::default()
    };
    text(session.import_csv(rows.as_bytes(), &mapping, false))
}

#[test]
fn a09_nothing_is_written_before_it_is_allowed() {
    on_every_stage(|stage| {
        let (his, wang) = (stage.sample("a", 5), &stage.wang);
        let theirs = stage.hidden("sample", &[("name", "b".into())]);
        let before = stage.whole();
        let good = create("sample", &[("name", "c".into())]);
        let commands = [
            update("sample", theirs, 1, &[("name", "d".into())]),
            delete("sample", theirs, 1),
            restore("sample", theirs),
            update("sample", his, 1, &[("name", "d".into()), ("secret", "d".into())]),
            update("sample", his, 1, &[("name", "d".into()), ("kept", 5.into())]),
            create("sample", &[("name", "d".into()), ("x_text", "d".into())]),
            create("sample", &[("name", "d".into()), ("parent", theirs.into())]),
            create("role", &[("name", "d".into())]),
            update("user", wang.user(), 2, &[("name", "d".into())]),
            create("permission_set", &[("name", "d".into())]),
            create("stage_interval", &[("stage", "won".into())]),
        ];
        for command in commands {
            assert!(wang.execute(command.clone()).is_err(), "{command:?}");
            assert!(wang.preview(command.clone()).is_err(), "{command:?}");
            let op_id = wang.new_id();
            assert!(wang.execute_all(&[good.clone(), command.clone()], Some(op_id)).is_err(), "{command:?}");
            let json = crate::value::json::to_canonical(&[good.clone(), command.clone()]).unwrap();
            assert!(wang.execute_json(&json, Some(op_id)).is_err(), "{command:?}");
            assert_eq!(stage.whole(), before, "{command:?} left something behind");
        }
        wang.preview(good.clone()).unwrap();
        assert_eq!(stage.whole(), before, "a preview left something behind");
        let refused = import(wang, "sample", &["name", "secret"], "name,secret\ne,f\n", None);
        assert_eq!(told(refused).1, ErrorCode::UnknownField);
        let rows = "login,name\nnew,new\n";
        import(wang, "user", &["login", "name"], rows, Some("login")).unwrap_or_default();
        let after = stage.whole();
        let more: Vec<&str> = after.lines().filter(|line| !before.lines().any(|known| known == *line)).collect();
        assert_eq!(more, Vec::<&str>::new(), "a refused import left something behind");
    });
}

/// What joins lists and saves whole records keeps what it does not see.
#[test]
fn a10_what_the_writer_does_not_see_survives_every_save_and_every_joined_list() {
    on_every_stage(|stage| {
        let (account, wang) = (stage.account("a"), &stage.wang);
        let admin = stage.admin().customers();
        let before = admin.account(account).unwrap();
        let read = wang.customers().account(account).unwrap();
        assert!(read.channels.is_empty() && read.custom.is_empty());
        wang.customers().update_account(&Account { city: Some("Wuxi".into()), ..read }).unwrap();
        wang.execute(update("account", account, 2, &[("grade", "A".into())])).unwrap();
        let kept = |account: &Account| {
            (account.description.clone(), account.annual_revenue, account.channels.clone(), account.custom.clone())
        };
        let after = admin.account(account).unwrap();
        assert_eq!(
            (kept(&after), after.city.as_deref(), after.grade.as_deref()),
            (kept(&before), Some("Wuxi"), Some("A"))
        );

        let mail = r#"[{"kind":"email","value":"first@example.org"}]"#;
        let shown = stage.shown(
            "contact",
            &[
                ("full_name", "k".into()),
                ("description", CANARY.into()),
                ("channels", FieldValue::Json(mail.into())),
                ("external_ids", FieldValue::Json(r#"[{"system":"vcard","key":"v1"}]"#.into())),
            ],
        );
        let card =
            "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:v1\r\nFN:k\r\nNOTE:mine\r\nEMAIL:second@example.org\r\nEND:VCARD\r\n";
        let report = wang.import_vcards(card.as_bytes(), false);
        silent("import", &report);
        let contact: Contact = stage.admin().get(shown).unwrap();
        assert_eq!(contact.description.as_deref(), Some(CANARY), "nobody writes over what he does not see");
        assert!(contact.channels.iter().any(|channel| channel.value == "first@example.org"), "{report:?}");

        let hidden = stage.hidden(
            "contact",
            &[
                ("full_name", CANARY.into()),
                ("external_ids", FieldValue::Json(r#"[{"system":"vcard","key":"v2"}]"#.into())),
            ],
        );
        let before = stage.admin().get::<Contact>(hidden).unwrap();
        let report = wang.import_vcards(card.replace("v1", "v2").as_bytes(), false);
        silent("import of a hidden one", &report);
        assert_eq!(stage.admin().get::<Contact>(hidden), Ok(before), "a file does not reach a hidden record");
    });
}

/// A merge is no way to a record that the attacker does not see or has in part, nor to a field that is hidden.
#[test]
fn a10_a_merge_reaches_no_hidden_record_and_tells_no_hidden_field() {
    on_every_stage(|stage| {
        let wang = &stage.wang;
        let (kept, gone) = (stage.account("a"), stage.account("b"));
        let hidden = stage.hidden("account", &[("name", CANARY.into()), ("description", CANARY.into())]);
        let unknown = stage.admin().new_id();
        let wish = |survivor: Id, losers: &[Id]| MergeRequest {
            entity: "account".into(),
            survivor,
            losers: losers.to_vec(),
            ..MergeRequest::default()
        };
        let before = stage.whole();
        let merges = wang.merges();
        for (with_hidden, with_unknown) in [
            (wish(kept, &[hidden]), wish(kept, &[unknown])),
            (wish(hidden, &[kept]), wish(unknown, &[kept])),
            (wish(kept, &[gone, hidden]), wish(kept, &[gone, unknown])),
        ] {
            let found = merges.merge(&with_hidden);
            silent("merge", &found);
            assert_eq!(answer(found, &[]), answer(merges.merge(&with_unknown), &[]));
            let previews = [merges.preview_merge(&with_hidden), merges.preview_merge(&with_unknown)];
            let [first, second] = previews.map(|preview| answer(preview, &[]));
            assert_eq!(first, second);
        }
        // What is hidden is neither chosen nor asked for, whichever rule names it.
        for field in ["description", "annual_revenue", "channels", "x_cost"] {
            for rule in SurvivorRule::ALL {
                let choice =
                    FieldChoice { field: field.into(), rule: *rule, record: Some(gone), ..FieldChoice::default() };
                let found = merges.preview_merge(&MergeRequest { fields: vec![choice], ..wish(kept, &[gone]) });
                assert_eq!(told(found).1, ErrorCode::UnknownField, "{field}");
            }
        }
        assert_eq!(stage.whole(), before, "a refused merge left something behind");
        // Of what points to the records nothing hidden is told, before, in and after the merge.
        let about = [("full_name", CANARY.into()), ("account", gone.into())];
        let contact = stage.hidden("contact", &about);
        let preview = merges.preview_merge(&wish(kept, &[gone])).unwrap();
        let command = MergeCommand::Merge { merge: wish(kept, &[gone]) };
        let outcome = wang.execute(crate::engine::Command::Merge(command)).unwrap();
        silent("outcome", &outcome);
        silent("preview", &preview);
        assert!(preview.counts.iter().all(|count| count.entity != "contact"), "{preview:?}");
        assert!(outcome.changes.iter().all(|change| change.id != contact), "{outcome:?}");
        silent("merges", &merges.merges_of("account", gone));
        silent("history", &wang.history("account", kept));
        silent("feed", &wang.changes_since(0, 1_000));
        let after = stage.admin().customers().account(kept).unwrap();
        assert_eq!(after.description.as_deref(), Some(CANARY), "what he does not see is not lost");
        assert_eq!(stage.admin().get::<Contact>(contact).unwrap().account, Some(kept));
        // Taking it back tells as little, and takes a right.
        let undone = merges.unmerge(outcome.op_id);
        silent("unmerge", &undone);
        assert!(!format!("{undone:?}").contains(&contact.to_string()));
        assert_eq!(stage.admin().get::<Contact>(contact).unwrap().account, Some(gone));
    });
}

#[test]
fn a12_a_relation_leads_to_nothing_that_is_hidden() {
    on_every_stage(|stage| {
        let (account, wang, admin) = (stage.account("a"), &stage.wang, stage.admin());
        let tree = HierarchyKind::Legal;
        let date = "2026-03-02".parse().unwrap();
        let above = stage.hidden("account", &[("name", CANARY.into())]);
        let below = stage.hidden("account", &[("name", CANARY.into())]);
        let leaf = stage.account("leaf");
        for (child, parent) in [(account, above), (below, account), (leaf, below)] {
            admin.customers().set_parent(tree, child, Some(parent), "2026-01-01".parse().unwrap()).unwrap();
        }
        let of_account = ("account", FieldValue::from(account));
        stage.hidden("contact", &[("full_name", CANARY.into()), of_account.clone()]);
        stage.hidden("opportunity", &[("name", CANARY.into()), of_account.clone()]);
        stage.hidden("quote", &[("name", CANARY.into()), of_account.clone()]);
        let subjects = FieldValue::Json(format!(r#"[{{"entity":"account","id":"{account}"}}]"#));
        stage.hidden("activity", &[("kind", "call".into()), ("subject", CANARY.into()), ("subjects", subjects)]);
        let hash = "ab".repeat(32);
        let file = [("content_hash", hash.into()), ("size_bytes", 1.into()), ("file_name", CANARY.into()), of_account];
        stage.hidden("attachment", &file);

        let customers = wang.customers();
        assert_eq!(customers.parent_of(account, tree, date), Ok(None));
        assert_eq!(customers.ancestors(account, tree, date), Ok(Vec::new()));
        assert_eq!(customers.children(account, tree, date), Ok(Vec::new()));
        let nodes = customers.subtree(account, tree, date).unwrap();
        let places: Vec<(Id, i64, Option<Id>)> =
            nodes.iter().map(|node| (node.account, node.depth, node.parent)).collect();
        assert_eq!(places, [(account, 0, None), (leaf, 1, Some(account))], "not even the steps are counted");
        assert_eq!(admin.customers().subtree(account, tree, date).unwrap().len(), 3);
        let options = SingleViewOptions { include_subtree: true, ..SingleViewOptions::default() };
        silent("single view", &customers.single_view(account, &options));
        let subject = Subject { entity: SubjectEntity::Account, id: account };
        assert_eq!(customers.activities_of(subject, Some(tree), 10), Ok(Vec::new()));
        let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
        let count = AggregateQuery { measures, ..AggregateQuery::default() };
        for (entity, expected) in [("contact", 0), ("opportunity", 0), ("quote", 0), ("attachment", 0), ("account", 2)]
        {
            let found = customers.rollup(account, tree, date, entity, &count).unwrap();
            let number = found.first().map_or(FieldValue::Integer(0), |row| row.values[0].clone());
            assert_eq!(number, FieldValue::Integer(expected), "{entity}");
        }
        for entity in ["contact", "opportunity", "quote", "activity", "attachment", "activity_link", "stage_interval"] {
            let all = wang.reading(|reading| reading.all(entity, &Query::default()));
            assert_eq!(all, Ok(Vec::new()), "{entity}");
        }
    });
}

/// Everything that can be tried with an identifier of a sample.
fn attempts<'a>() -> Vec<Attempt<'a>> {
    let command = |make: fn(Id) -> Command| -> Attempt<'a> {
        Box::new(move |session, id| text(session.execute(make(id)).map(|_: Outcome| ())))
    };
    vec![
        Box::new(|session, id| text(session.get::<Sample>(id))),
        Box::new(|session, id| text(session.history("sample", id))),
        Box::new(|session, id| text(session.history_page("sample", id, 0, 10))),
        Box::new(|session, id| text(session.as_of::<Sample>(id, "2026-12-31T00:00:00Z".parse().unwrap()))),
        Box::new(|session, id| {
            let filter = Some(Filter::In { field: "id".into(), values: vec![id.into()] });
            text(session.list::<Sample>(&Query { filter, ..Query::default() }))
        }),
        Box::new(|session, id| session.query_json(&format!(r#"{{"get":{{"entity":"sample","id":"{id}"}}}}"#))),
        Box::new(|session, id| {
            Ok(session.answer_json(&format!(r#"{{"query":{{"history":{{"entity":"sample","id":"{id}"}}}}}}"#)))
        }),
        Box::new(|session, id| text(session.update("sample", id, 1, map(&[("name", "x".into())])))),
        Box::new(|session, id| text(session.update("sample", id, 7, map(&[("name", "x".into())])))),
        Box::new(|session, id| text(session.update("sample", id, 1, map(&[("secret", "x".into())])))),
        Box::new(|session, id| text(session.preview(update("sample", id, 1, &[("weight", "much".into())])))),
        command(|id| delete("sample", id, 1)),
        command(|id| delete("sample", id, 9)),
        command(|id| restore("sample", id)),
        command(|id| create("sample", &[("name", "x".into()), ("parent", id.into())])),
        command(|id| create("sample", &[("name", "x".into()), ("x_reference", id.into())])),
        Box::new(|session, id| {
            let sample = Sample { id, version: 1, name: "x".into(), ..Sample::default() };
            text(session.execute(create("sample", &[("name", "x".into()), ("parent", sample.id.into())])))
        }),
    ]
}

#[test]
fn a15_a_hidden_record_cannot_be_told_from_a_missing_one() {
    on_every_stage(|stage| {
        let theirs = stage.hidden("sample", &[("name", "b".into()), ("code", "X1".into())]);
        let gone = stage.hidden("sample", &[("name", "g".into())]);
        stage.admin().execute(delete("sample", gone, 1)).unwrap();
        for (place, attempt) in attempts().iter().enumerate() {
            let missing = stage.wang.new_id();
            let expected = answer(attempt(&stage.wang, missing), &[&missing.to_string()]);
            for id in [theirs, gone] {
                assert_eq!(answer(attempt(&stage.wang, id), &[&id.to_string()]), expected, "attempt {place}");
            }
        }
        // A reader without the right hears the same of every identifier.
        let blind = member(&stage.engine, "blind", Vec::new(), Vec::new());
        let his = stage.sample("his", 5);
        for (place, attempt) in attempts().iter().enumerate() {
            let missing = blind.new_id();
            let expected = answer(attempt(&blind, missing), &[&missing.to_string()]);
            for id in [theirs, gone, his] {
                assert_eq!(answer(attempt(&blind, id), &[&id.to_string()]), expected, "attempt {place}");
            }
        }
        // What a hidden record holds alone is refused, without a word of the record.
        let clash = stage.wang.execute(create("sample", &[("name", "x".into()), ("code", "X1".into())]));
        silent("clash", &clash);
        let clash = clash.unwrap_err();
        let text = format!("{clash} {clash:?}");
        assert_eq!((clash.kind(), clash.code(), clash.field()), ("conflict", ErrorCode::DuplicateKey, Some("code")));
        assert!(!text.contains(&theirs.to_string()) && !text.contains("X1"), "{text}");
        // Also where the reader does not see the field: by bringing back what was deleted before another took its value.
        let blind = member(&stage.engine, "without codes", vec![every("sample")], vec![hidden("sample", "code")]);
        let taken = stage.shown("sample", &[("name", "t".into()), ("code", "X2".into())]);
        blind.execute(delete("sample", taken, 1)).unwrap();
        stage.hidden("sample", &[("name", "u".into()), ("code", "X2".into())]);
        let back = blind.execute(restore("sample", taken)).unwrap_err();
        let text = format!("{back} {back:?}");
        assert_eq!((back.code(), back.field()), (ErrorCode::DuplicateKey, None));
        assert!(!text.contains("\"code\"") && !text.contains("X2"), "{text}");
        // Neither what is behind a reference, nor who else refers to a record, is told.
        let shown = stage.sample("s", 6);
        let child = stage.hidden("sample", &[("name", CANARY.into()), ("parent", shown.into())]);
        let used = stage.wang.execute(delete("sample", shown, 1));
        silent("used", &used);
        let used = used.unwrap_err();
        assert_eq!(used.code(), ErrorCode::StillReferenced);
        assert!(!format!("{used:?}").contains(&child.to_string()));
        assert_eq!(told(stage.wang.execute(undo_of(stage.wang.new_id()))).0, "not_found");
    });
}

#[test]
fn a17_a_part_is_reached_by_its_identifier_only_through_its_whole() {
    on_every_stage(|stage| {
        let (wang, admin) = (&stage.wang, stage.admin());
        let deal = stage.hidden("opportunity", &[("name", CANARY.into())]);
        let account = stage.account("a");
        let subjects = FieldValue::Json(format!(r#"[{{"entity":"account","id":"{account}"}}]"#));
        let call = [("kind", "call".into()), ("subject", CANARY.into()), ("subjects", subjects)];
        stage.hidden("activity", &call);
        for part in ["stage_interval", "activity_link"] {
            let all = admin.reading(|reading| reading.all(part, &Query::default())).unwrap();
            let id = all.first().unwrap().id;
            let missing = wang.new_id();
            let at = stage.engine.clock_now();
            let ask = |id: Id| {
                let answers = [
                    text(wang.reading(|reading| reading.get(part, id))),
                    text(wang.reading(|reading| reading.as_of(part, id, at))),
                    text(wang.history(part, id)),
                    text(wang.history_page(part, id, 0, 5)),
                    wang.query_json(&format!(r#"{{"get":{{"entity":"{part}","id":"{id}"}}}}"#)),
                    text(wang.execute(delete(part, id, 1))),
                    text(wang.execute(update(part, id, 1, &[("at", FieldValue::Null)]))),
                ];
                answers.map(|found| answer(found, &[&id.to_string()]))
            };
            assert_eq!(ask(id), ask(missing), "{part}");
            let feed = wang.changes_since(0, 1_000).unwrap();
            assert!(feed.entries.iter().all(|entry| entry.entity != part), "{part}");
        }
        assert_eq!(told(wang.sales().stage_history(deal)).0, "not_found");
        let lead = stage.hidden("lead", &[("name", CANARY.into())]);
        let conversion = LeadConversion { lead, create_account: true, ..LeadConversion::default() };
        let converted = wang.execute(Command::Sales(SalesCommand::ConvertLead { conversion }));
        assert_eq!(told(converted).0, "not_found");
    });
}

#[test]
fn a11_a_value_of_another_type_opens_nothing() {
    on_every_stage(|stage| {
        let (his, wang, admin) = (stage.sample("a", 5), &stage.wang, stage.admin());
        stage.hidden("sample", &[("name", "b".into())]);
        let theirs = admin.user();
        let values = [
            FieldValue::Text(theirs.to_string()),
            FieldValue::Text("*".into()),
            FieldValue::Text(String::new()),
            FieldValue::Integer(0),
            FieldValue::Boolean(true),
            FieldValue::Null,
            FieldValue::Json("[]".into()),
            FieldValue::Json(r#"{"$ne":null}"#.into()),
        ];
        for value in &values {
            let filters = [
                Filter::Compare {
                    field: "owner".into(),
                    comparison: crate::query::Comparison::NotEqual,
                    value: value.clone(),
                },
                Filter::In { field: "owner".into(), values: vec![value.clone(), wang.user().into()] },
                Filter::NoneOf { filters: vec![Filter::In { field: "owner".into(), values: vec![value.clone()] }] },
            ];
            for filter in filters {
                let found = wang.list::<Sample>(&Query { filter: Some(filter.clone()), ..Query::default() });
                let only_his = found.map_or(true, |(found, _)| found.iter().all(|sample| sample.id == his));
                assert!(only_his, "{filter:?}");
            }
            for field in ["owner", "version", "created_by", "id"] {
                let changed = wang.execute(update("sample", his, 1, &[(field, value.clone())]));
                let owner = admin.get::<Sample>(his).unwrap();
                assert!(changed.is_err() || owner.version == 1 || field == "owner", "{field} {value:?}");
            }
        }
        // Flags of rights are flags and nothing that counts as one.
        let every = ["\"true\"", "1", "\"1\"", "[]", "{}", "\"*\""];
        for flag in every {
            let right = format!(r#"[{{"entity":"sample","read":{flag}}}]"#);
            let set = create("permission_set", &[("name", "loose".into()), ("objects", FieldValue::Json(right))]);
            assert_eq!(told(admin.execute(set)).1, ErrorCode::WrongType, "{flag}");
            let text = format!(
                r#"{{"admin":{{"create_permission_set":{{"permission_set":{{"name":"l","objects":[{{"entity":"a","read":{flag}}}]}}}}}}}}"#
            );
            assert!(admin.execute_json(&text, None).is_err(), "{flag}");
        }
        let own: User = admin.get(wang.user()).unwrap();
        for value in ["false", "0", "no", "off", "null", "0.0"] {
            let version = admin.get::<User>(own.id).unwrap().version;
            let _ = admin.execute(update("user", own.id, version, &[("is_inactive", value.into())]));
            assert!(!admin.get::<User>(own.id).unwrap().is_inactive, "{value:?} is no yes");
        }
    });
}

/// The stage is what it says: a record is hidden from the attacker and not from its owner.
#[test]
fn a_hidden_record_is_seen_by_whose_it_is() {
    on_every_stage(|stage: &Stage| {
        let id = stage.hidden("sample", &[("name", "b".into())]);
        let owner = stage.engine.session_of((stage.hides.owner)(stage));
        assert_eq!(owner.get::<Sample>(id).unwrap().name, "b");
    });
}
