//! Attacks by questions: hidden fields by sorting, grouping and filtering, figures, files, history, reports.

use super::{CANARY, Stage, answer, on_every_stage, silent};
use crate::access::ObjectRight;
use crate::customer::{HierarchyKind, SingleViewOptions, Subject, SubjectEntity};
use crate::engine::Session;
use crate::exchange::{ExportOptions, VCardVersion};
use crate::query::{AggregateQuery, Comparison, Filter, GroupBy, MAX_PAGE, Measure, MeasureFunction, Query, Sort};
use crate::sales::{FunnelOptions, WinRateOptions};
use crate::testkit::Sample;
use crate::testkit::regression::{told, update};
use crate::testkit::rights::{hidden, member};
use crate::value::{ErrorCode, FieldValue, Result};

/// The hidden fields of the sample that can be asked for by name.
const SECRETS: [&str; 5] = ["secret", "amount", "x_text", "external", "figures"];

fn list(session: &Session, query: &Query) -> Result<Vec<Sample>> {
    session.list(query).map(|page| page.0)
}

fn filtered(filter: Filter) -> Query {
    Query { filter: Some(filter), ..Query::default() }
}

fn sorted(field: &str) -> Query {
    Query { sort: vec![Sort { field: field.into(), descending: true }], ..Query::default() }
}

fn compared(field: &str, comparison: Comparison, value: FieldValue) -> Filter {
    Filter::Compare { field: field.into(), comparison, value }
}

fn grouped(field: &str) -> AggregateQuery {
    AggregateQuery { group_by: vec![GroupBy { field: field.into(), bucket: None }], ..AggregateQuery::default() }
}

fn measured(function: MeasureFunction, field: Option<&str>) -> AggregateQuery {
    let measures = vec![Measure { function, field: field.map(str::to_owned) }];
    AggregateQuery { measures, ..AggregateQuery::default() }
}

/// Asserts that a question about a hidden field is answered as about one that does not exist.
fn unknown<T: std::fmt::Debug>(fields: &[&str], ask: impl Fn(&str) -> Result<T>) {
    let missing = ask("x_none");
    assert_eq!(missing.as_ref().map_err(crate::value::Error::code).err(), Some(ErrorCode::UnknownField));
    let missing = answer(missing, &["x_none"]);
    for field in fields {
        assert_eq!(answer(ask(field), &[field]), missing, "{field}");
    }
}

#[test]
fn a01_sorting_or_grouping_by_a_hidden_field_is_refused_as_unknown() {
    on_every_stage(|stage| {
        stage.sample("a", 5);
        unknown(&SECRETS, |field| list(&stage.wang, &sorted(field)));
        unknown(&SECRETS, |field| stage.wang.aggregate("sample", &grouped(field)));
        let last = |field: &str| {
            let sort = ["name", field].map(|field| Sort { field: field.into(), descending: false });
            list(&stage.wang, &Query { sort: sort.to_vec(), ..Query::default() })
        };
        unknown(&SECRETS, last);
        for expression in [
            "secret desc",
            "lower(secret)",
            "name,secret",
            "case when secret like 'K%' then 1 else 0 end",
            "(select secret from sample)",
            "SECRET",
            " secret",
            "sample.secret",
            "1",
        ] {
            unknown(&[expression], |field| list(&stage.wang, &sorted(field)));
            unknown(&[expression], |field| stage.wang.aggregate("sample", &grouped(field)));
        }
    });
}

#[test]
fn a02_a_hidden_value_cannot_be_searched_for_by_halves() {
    on_every_stage(|stage| {
        stage.sample("a", 5);
        for comparison in Comparison::ALL {
            for value in [FieldValue::Integer(4), "K".into(), "L".into(), FieldValue::Null] {
                let ask = |field: &str| list(&stage.wang, &filtered(compared(field, *comparison, value.clone())));
                unknown(&SECRETS, ask);
            }
        }
        let prefix = |field: &str, prefix: &str| Filter::Prefix { field: field.into(), prefix: prefix.into() };
        for guess in ["K", "KA", "L", ""] {
            unknown(&SECRETS, |field| list(&stage.wang, &filtered(prefix(field, guess))));
            let within = |field: &str, make: fn(Vec<Filter>) -> Filter| {
                list(&stage.wang, &filtered(make(vec![prefix("name", "a"), prefix(field, guess)])))
            };
            unknown(&SECRETS, |field| within(field, |filters| Filter::All { filters }));
            unknown(&SECRETS, |field| within(field, |filters| Filter::Any { filters }));
            unknown(&SECRETS, |field| within(field, |filters| Filter::NoneOf { filters }));
        }
        unknown(&SECRETS, |field| list(&stage.wang, &filtered(Filter::IsEmpty { field: field.into() })));
        unknown(&SECRETS, |field| {
            list(&stage.wang, &filtered(Filter::In { field: field.into(), values: vec![5.into(), CANARY.into()] }))
        });
        for word in [CANARY, "kanarien", "K"] {
            let found = list(&stage.wang, &Query { search: Some(word.into()), ..Query::default() });
            assert_eq!(found, Ok(Vec::new()), "a search does not look where the reader does not");
        }
        let found = list(stage.admin(), &Query { search: Some(CANARY.into()), ..Query::default() });
        assert_eq!(found.unwrap().len(), 1, "the administrator's does");
    });
}

#[test]
fn a03_figures_are_made_of_nothing_that_is_hidden() {
    on_every_stage(|stage| {
        for amount in [5, 7] {
            stage.sample("a", amount);
        }
        stage.hidden("sample", &[("name", "a".into()), ("weight", 900.into()), ("count", 900.into())]);
        for function in MeasureFunction::ALL {
            unknown(&SECRETS, |field| stage.wang.aggregate("sample", &measured(*function, Some(field))));
        }
        let count = |session: &Session, query: &AggregateQuery| session.aggregate("sample", query).unwrap();
        let all = measured(MeasureFunction::Count, None);
        assert_eq!(count(&stage.wang, &all)[0].values, [FieldValue::Integer(2)]);
        assert_eq!(count(stage.admin(), &all)[0].values, [FieldValue::Integer(3)]);
        let by_owner = count(&stage.wang, &AggregateQuery { group_by: grouped("owner").group_by, ..all.clone() });
        assert_eq!(by_owner.len(), 1, "no group of a hidden record");
        for function in [MeasureFunction::Sum, MeasureFunction::Maximum, MeasureFunction::Minimum] {
            let figure = count(&stage.wang, &measured(function, Some("count")));
            assert!(!format!("{figure:?}").contains("900"), "{function:?}: {figure:?}");
        }
        let hidden = AggregateQuery {
            filter: Some(compared("secret", Comparison::Greater, "K".into())),
            ..measured(MeasureFunction::Count, None)
        };
        assert_eq!(told(stage.wang.aggregate("sample", &hidden)).1, ErrorCode::UnknownField);
        let tree = HierarchyKind::Legal;
        let date = "2026-03-02".parse().unwrap();
        let account = stage.account("a");
        stage.hidden("opportunity", &[("name", "o".into()), ("account", account.into())]);
        stage.shown("opportunity", &[("name", "o".into()), ("account", account.into()), ("amount", 777_777.into())]);
        let rollup = |query: &AggregateQuery| stage.wang.customers().rollup(account, tree, date, "opportunity", query);
        assert_eq!(rollup(&measured(MeasureFunction::Count, None)).unwrap()[0].values, [FieldValue::Integer(1)]);
        unknown(&["amount", "next_step"], |field| rollup(&measured(MeasureFunction::Maximum, Some(field))));
    });
}

#[test]
fn a04_a_file_has_no_more_than_the_pages() {
    on_every_stage(|stage| {
        let seen = stage.sample("seen", 5);
        stage.account("seen");
        stage.shown("contact", &[("full_name", "seen".into()), ("description", CANARY.into())]);
        for entity in ["sample", "account", "lead"] {
            stage.hidden(entity, &[("name", CANARY.into())]);
        }
        stage.hidden("contact", &[("full_name", CANARY.into())]);
        let csv = |entity: &str, query: &Query, fields: &[&str]| {
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            let options = ExportOptions { fields, ..ExportOptions::default() };
            stage.wang.export_csv(entity, query, &options).map(|bytes| String::from_utf8(bytes).unwrap())
        };
        for entity in super::WORKED_ON {
            silent(entity, &csv(entity, &Query::default(), &[]));
        }
        let file = csv("sample", &Query::default(), &[]).unwrap();
        assert!(file.contains(&seen.to_string()) && file.lines().count() == 2, "{file}");
        let header = file.lines().next().unwrap();
        assert!(
            SECRETS.iter().all(|field| !header.split(',').any(|name| name.trim_matches('"') == *field)),
            "{header}"
        );
        unknown(&SECRETS, |field| csv("sample", &Query::default(), &["name", field]));
        unknown(&SECRETS, |field| csv("sample", &sorted(field), &[]));
        let ids = filtered(Filter::In { field: "name".into(), values: vec![CANARY.into()] });
        assert_eq!(csv("sample", &ids, &[]).unwrap().lines().count(), 1, "the header alone");
        let cards = stage.wang.export_vcards(&Query::default(), VCardVersion::V4).unwrap();
        assert!(cards.contains("seen") && !cards.contains(CANARY), "{cards}");
    });
}

#[test]
fn a05_the_past_of_a_hidden_field_is_hidden_too() {
    on_every_stage(|stage| {
        let id = stage.sample("a", 5);
        let admin = stage.admin();
        let other = format!("{CANARY} again");
        admin
            .execute(update("sample", id, 1, &[("secret", other.clone().into()), ("amount", 777_777.into())]))
            .unwrap();
        admin.execute(update("sample", id, 2, &[("secret", CANARY.into()), ("note", "seen".into())])).unwrap();
        admin.execute(update("sample", id, 3, &[("x_text", other.into())])).unwrap();
        let history = stage.wang.history("sample", id).unwrap();
        assert_eq!(history.iter().map(|entry| entry.version).collect::<Vec<_>>(), [1, 3]);
        let fields: Vec<&str> = history[1].changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["note"]);
        silent("history", &history);
        silent("pages", &stage.wang.history_page("sample", id, 0, 1_000));
        silent("feed", &stage.wang.changes_since(0, 1_000));
        let whole = admin.history("sample", id).unwrap();
        assert!(whole.len() == 4 && format!("{whole:?}").contains(CANARY));
        for back in [0, 1, 2_000_000] {
            silent("as of", &stage.wang.as_of::<Sample>(id, stage.engine.clock_now().add_micros(-back)));
        }
        let question = format!(r#"{{"query":{{"history":{{"entity":"sample","id":"{id}"}}}}}}"#);
        let told = stage.wang.answer_json(&question);
        assert!(told.contains("seen"), "{told}");
        silent("door", &told);
    });
}

#[test]
fn a06_a_question_that_somebody_else_wrote_is_answered_with_the_rights_of_who_asks() {
    on_every_stage(|stage| {
        for amount in 1..=4 {
            stage.sample("a", amount);
            stage.hidden("sample", &[("name", "a".into())]);
        }
        let texts = [
            r#"{"list":{"entity":"sample","query":{}}}"#,
            r#"{"aggregate":{"entity":"sample","query":{"measures":[{"function":"count"}]}}}"#,
        ];
        for text in texts {
            let [his, all] = [&stage.wang, stage.admin()].map(|session| session.query_json(text).unwrap());
            assert_ne!(his, all);
            silent(text, &his);
        }
        let hers = r#"{"list":{"entity":"sample","query":{"sort":[{"field":"secret"}]}}}"#;
        assert!(stage.admin().query_json(hers).is_ok());
        assert_eq!(told(stage.wang.query_json(hers)).1, ErrorCode::UnknownField);
        let page = Query { limit: Some(2), ..Query::default() };
        for author in [stage.admin(), &stage.li] {
            for name in ["a", "b"] {
                // So that each has a second page.
                let fields = [("name", FieldValue::from(name)), ("owner", stage.li.user().into())];
                crate::testkit::regression::made(stage.admin(), "sample", &fields);
                crate::testkit::regression::made(stage.admin(), "sample", &fields);
            }
            let cursor = author.list::<Sample>(&page).unwrap().1;
            assert!(cursor.is_some());
            let taken = list(&stage.wang, &Query { cursor, ..page.clone() });
            assert_eq!(told(taken), ("invalid", ErrorCode::BadCursor, Some("cursor".into())));
        }
    });
}

#[test]
fn a07_no_report_is_made_of_what_its_reader_may_not_read() {
    on_every_stage(|stage| {
        let account = stage.account("a");
        let deal = [("name", "o".into()), ("account", account.into()), ("amount", 777_777.into())];
        let deal = stage.shown("opportunity", &deal);
        let view_all =
            |entity: &str| ObjectRight { entity: entity.into(), read: true, view_all: true, ..ObjectRight::default() };
        let seller = member(&stage.engine, "accounts", vec![view_all("account")], Vec::new());
        let (sales, tree, date) = (seller.sales(), HierarchyKind::Legal, "2026-03-02".parse().unwrap());
        let count = measured(MeasureFunction::Count, None);
        let subject = Subject { entity: SubjectEntity::Account, id: account };
        let refused = [
            sales.funnel(&FunnelOptions::default()).map(|_| ()),
            sales.win_rate(&WinRateOptions::default()).map(|_| ()),
            sales.stage_history(deal).map(|_| ()),
            sales.stage_report(deal).map(|_| ()),
            seller.customers().rollup(account, tree, date, "opportunity", &count).map(|_| ()),
            seller.customers().rollup(account, tree, date, "stage_interval", &count).map(|_| ()),
            seller.customers().activities_of(subject, None, 5).map(|_| ()),
            seller.aggregate("opportunity", &count).map(|_| ()),
            seller.export_csv("account", &Query::default(), &ExportOptions::default()).map(|_| ()),
        ];
        for (place, refused) in refused.into_iter().enumerate() {
            assert_eq!((told(refused).0, place), ("denied", place));
        }
        let view = seller.customers().single_view(account, &SingleViewOptions::default()).unwrap();
        let text = format!("{view:?}");
        assert!(!text.contains(&deal.to_string()), "{text}");

        let blind = member(
            &stage.engine,
            "stages",
            vec![view_all("opportunity"), view_all("pipeline")],
            vec![hidden("opportunity", "amount")],
        );
        let funnel = blind.sales().funnel(&FunnelOptions::default()).unwrap();
        assert!(funnel.iter().any(|row| row.count == 1) && funnel.iter().all(|row| row.totals.is_empty()));
        silent("funnel", &funnel);
        silent("win rate", &blind.sales().win_rate(&WinRateOptions::default()));
    });
}

#[test]
fn a08_every_renderer_leaves_the_hidden_fields_out() {
    on_every_stage(|stage| {
        let (sample, account) = (stage.sample("a", 777_777), stage.account("a"));
        let contact = [("full_name", "k".into()), ("account", account.into()), ("description", CANARY.into())];
        let contact = stage.shown("contact", &contact);
        let deal = [("name", "o".into()), ("account", account.into()), ("next_step", CANARY.into())];
        let deal = stage.shown("opportunity", &deal);
        let subjects = FieldValue::Json(format!(r#"[{{"entity":"account","id":"{account}"}}]"#));
        let call = [("kind", "call".into()), ("subject", "s".into()), ("subjects", subjects), ("body", CANARY.into())];
        let call = stage.shown("activity", &call);
        let lead = stage.shown("lead", &[("name", "l".into()), ("need", CANARY.into())]);
        let wang = &stage.wang;
        let options = SingleViewOptions { include_subtree: true, ..SingleViewOptions::default() };
        let view = wang.customers().single_view(account, &options).unwrap();
        assert!(view.contacts.len() == 1 && view.activities.len() == 1, "it is the whole view");
        silent("single view", &view);
        for (entity, id) in [
            ("sample", sample),
            ("account", account),
            ("contact", contact),
            ("opportunity", deal),
            ("activity", call),
            ("lead", lead),
        ] {
            let at = stage.engine.clock_now();
            for question in [
                format!(r#"{{"get":{{"entity":"{entity}","id":"{id}"}}}}"#),
                format!(r#"{{"list":{{"entity":"{entity}","query":{{}}}}}}"#),
                format!(r#"{{"as_of":{{"entity":"{entity}","id":"{id}","at":"{at}"}}}}"#),
                format!(r#"{{"history_page":{{"entity":"{entity}","id":"{id}","cursor":0,"limit":9}}}}"#),
                format!(r#"{{"describe":{{"entity":"{entity}"}}}}"#),
            ] {
                silent(&question, &wang.query_json(&question).unwrap());
                silent(&question, &wang.answer_json(&format!(r#"{{"query":{question}}}"#)));
            }
            let described = wang.describe(entity).unwrap();
            let of_entity = super::HIDDEN_FIELDS.iter().filter(|(of, _)| *of == entity);
            assert!(of_entity.into_iter().all(|(_, field)| described.iter().all(|known| known.name != *field)));
        }
        silent("all", &wang.list_all::<Sample>(&Query::default()));
        silent("records", &wang.records::<Sample>(&Query::default()).collect::<Vec<_>>());
        silent("all as of", &wang.reading(|reading| reading.all_as_of("sample", stage.engine.clock_now())));
        let page = Query { limit: Some(i64::try_from(MAX_PAGE).unwrap()), ..Query::default() };
        silent("page", &wang.customers().accounts(&page));
        silent("channel", &wang.customers().contacts(&page));
        let saved = wang.customers().account(account).unwrap();
        silent("saved", &wang.customers().update_account(&saved));
        silent("stage", &wang.sales().advance_stage(deal, 1, "qualification", None, false));
        silent("lead", &wang.sales().disqualify_lead(lead, "no", None));
    });
}

/// What is shown stays shown: the stage is one on which the attacks could succeed.
#[test]
fn the_administrator_sees_what_the_attacker_does_not() {
    on_every_stage(|stage: &Stage| {
        let id = stage.sample("a", 777_777);
        let text = format!("{:?}", stage.admin().get::<Sample>(id).unwrap());
        assert!(text.contains(CANARY) && text.contains("777777"), "{text}");
        silent("his", &stage.wang.get::<Sample>(id).unwrap());
    });
}
