//! Attacks through the doors: statements in texts, formulas in files, the feed, error texts, administration.

use super::{CANARY, Stage, on_every_stage, silent};
use crate::access::{PermissionSet, User};
use crate::engine::{AdminCommand, Command, Session};
use crate::exchange::{
    ColumnMapping, CsvWriteOptions, ExportOptions, ImportIssue, ImportMapping, ImportReport, VCardVersion, write_csv,
};
use crate::journal::RecordKey;
use crate::query::{
    AggregateQuery, Comparison, Filter, GroupBy, Measure, MeasureFunction, ParameterComparison, ParameterCondition,
    Query, Sort,
};
use crate::sales::{Guard, Pipeline};
use crate::schema::{FieldDefinition, FieldKind, FieldRef};
use crate::testkit::generate::Generator;
use crate::testkit::regression::{create, delete, made, restore, told, undo, update};
use crate::testkit::rights::{every, member};
use crate::testkit::{Random, Sample, registry};
use crate::value::{Error, ErrorCode, FieldValue, Id};

/// Texts that are statements where a text becomes part of one.
const STATEMENTS: [&str; 14] = [
    "'; drop table sample; --",
    "\"; drop table sample; --",
    "' or '1'='1",
    "\" or \"\"=\"",
    "') or 1=1 --",
    "name) union select login from user --",
    "name\"; delete from journal; --",
    "name/**/or/**/1=1",
    "name; pragma writable_schema=1",
    "* from user --",
    "%' escape '\\",
    "name\0drop",
    "x_a\"] ->> '$",
    "`name` collate nocase; select load_extension('x')",
];

fn by(field: &str) -> Vec<Sort> {
    vec![Sort { field: field.into(), descending: false }]
}

/// Everything in which a name or a value of the caller stands.
fn ask_everywhere(session: &Session, text: &str) {
    let filter = |filter: Filter| Query { filter: Some(filter), ..Query::default() };
    let compared = |field: &str, value: &str| {
        filter(Filter::Compare { field: field.into(), comparison: Comparison::Equal, value: value.into() })
    };
    let none = |query: &Query| session.list::<Sample>(query).map_or(0, |(found, _)| found.len());
    let parameter = |field: &str, text: &str| {
        let number = ParameterCondition::number(text, ParameterComparison::GreaterOrEqual, 1.into(), Some(text));
        let word = ParameterCondition::text(text, text);
        let asked = [number, word].map(|condition| Filter::Parameter { field: field.into(), condition });
        filter(Filter::Any { filters: asked.to_vec() })
    };
    let prefix = |field: &str, prefix: &str| filter(Filter::Prefix { field: field.into(), prefix: prefix.into() });
    for query in [
        compared("name", text),
        compared(text, "a"),
        compared("x_text", text),
        prefix("name", text),
        prefix(text, "a"),
        filter(Filter::In { field: "name".into(), values: vec![text.into()] }),
        filter(Filter::IsEmpty { field: text.into() }),
        filter(Filter::Holds { field: "external".into(), kind: text.into(), value: text.into() }),
        parameter("figures", text),
        parameter(text, "a"),
        Query { sort: by(text), ..Query::default() },
        Query { cursor: Some(text.into()), ..Query::default() },
        Query { search: Some(format!("{text} nothinglikeit")), ..Query::default() },
    ] {
        assert_eq!(none(&query), 0, "{query:?}");
    }
    let group_by = vec![GroupBy { field: text.into(), bucket: None }];
    let measures = vec![Measure { function: MeasureFunction::Count, field: Some(text.into()) }];
    for query in [
        AggregateQuery { group_by, ..AggregateQuery::default() },
        AggregateQuery { measures, ..AggregateQuery::default() },
    ] {
        assert_eq!(told(session.aggregate("sample", &query)).1, ErrorCode::UnknownField);
    }
    let unknown = ErrorCode::UnknownEntity;
    assert_eq!(told(session.aggregate(text, &AggregateQuery::default())).1, unknown);
    assert_eq!(told(session.describe(text)).1, unknown);
    assert_eq!(told(session.history(text, Id::NIL)).1, unknown);
    assert_eq!(told(session.export_csv(text, &Query::default(), &ExportOptions::default())).1, unknown);
    let options = ExportOptions { fields: vec![text.into()], ..ExportOptions::default() };
    assert_eq!(told(session.export_csv("sample", &Query::default(), &options)).1, ErrorCode::UnknownField);
    assert_eq!(told(session.execute(create(text, &[]))).1, unknown);
    assert_eq!(
        told(session.execute(create("sample", &[("name", "a".into()), (text, "a".into())]))).1,
        ErrorCode::UnknownField
    );
    assert_eq!(told(session.customers().account_by_code(text)).0, "not_found");
    assert_eq!(told(session.customers().account_by_external_id(text, text)).0, "not_found");
    let column = ColumnMapping { column: "a".into(), field: text.into(), ..ColumnMapping::default() };
    let mapping = ImportMapping { entity: "sample".into(), columns: vec![column], ..ImportMapping::default() };
    assert!(session.import_csv(b"a\nb\n", &mapping, false).is_err());
    let json = serde_json::json!({"query": {"list": {"entity": text, "query": {"sort": [{"field": text}]}}}});
    assert!(session.answer_json(&json.to_string()).contains("error"));
}

#[test]
fn a13_no_text_becomes_part_of_a_statement() {
    on_every_stage(|stage| {
        let admin = stage.admin();
        stage.sample("a", 5);
        for text in STATEMENTS {
            ask_everywhere(admin, text);
            ask_everywhere(&stage.wang, text);
            let definition =
                FieldDefinition { entity: "sample".into(), name: format!("x_{text}"), ..FieldDefinition::default() };
            assert_eq!(told(admin.admin().define_field(&definition)).1, ErrorCode::BadFormat, "{text}");
            assert!(stage.engine.crm.session(text, text).is_err());
            // As a value it is kept as it is, and found again.
            let text = text.replace('\0', "");
            let id = made(admin, "sample", &[("name", text.as_str().into()), ("note", text.as_str().into())]);
            assert_eq!(admin.get::<Sample>(id).unwrap().name, text.trim());
            let filter = Filter::Prefix { field: "note".into(), prefix: text.clone() };
            let found = admin.list::<Sample>(&Query { filter: Some(filter), ..Query::default() }).unwrap().0;
            assert!(found.iter().any(|sample| sample.id == id), "{text}");
        }
        assert_eq!(stage.engine.crm.check_integrity(), Ok(Vec::new()));
        assert_eq!(stage.wang.list_all::<Sample>(&Query::default()).unwrap().len(), 1);
    });
}

#[test]
fn a14_what_may_be_filtered_by_shows_nothing_else() {
    on_every_stage(|stage| {
        let (sample, account, wang) = (stage.sample("a", 5), stage.account("a"), &stage.wang);
        let holds = |field: &str, kind: &str, value: &str| Query {
            filter: Some(Filter::Holds { field: field.into(), kind: kind.into(), value: value.into() }),
            ..Query::default()
        };
        // Lists are found by their entries: not those that are hidden.
        let mail = format!("{CANARY}@example.org");
        assert_eq!(
            told(wang.customers().accounts_by_channel(crate::customer::ChannelKind::Email, &mail)).1,
            ErrorCode::UnknownField
        );
        assert_eq!(told(wang.customers().accounts(&holds("channels", "email", &mail))).1, ErrorCode::UnknownField);
        assert_eq!(told(wang.list::<Sample>(&holds("external", CANARY, "a5"))).1, ErrorCode::UnknownField);
        let condition = ParameterCondition::text("Un", CANARY);
        let figures = Filter::Parameter { field: "figures".into(), condition };
        let figures = Query { filter: Some(figures), ..Query::default() };
        assert_eq!(told(wang.list::<Sample>(&figures)).1, ErrorCode::UnknownField);
        assert_eq!(stage.admin().list::<Sample>(&figures).unwrap().0[0].id, sample);
        assert_eq!(
            stage.admin().customers().accounts(&holds("channels", "email", &mail)).unwrap().items[0].id,
            account
        );
        // Filtering by a field that is seen does not bring the others along.
        let by_name = Filter::Compare { field: "name".into(), comparison: Comparison::Equal, value: "a".into() };
        let asked = Query { filter: Some(by_name.clone()), ..Query::default() };
        let found = wang.list::<Sample>(&asked).unwrap().0;
        assert_eq!(found.iter().map(|sample| sample.id).collect::<Vec<_>>(), [sample]);
        silent("filtered", &found);
        silent("door", &wang.query_json(r#"{"list":{"entity":"sample","query":{"search":"a"}}}"#));
        // And a search by words that are seen has no order by those that are not.
        silent("search", &wang.list::<Sample>(&Query { search: Some("a".into()), ..asked }));
        // Nor does a figure of a field that is seen, grouped by one that is not, whatever the filter says.
        let group_by = vec![GroupBy { field: "secret".into(), bucket: None }];
        let query = AggregateQuery { group_by, filter: Some(by_name), ..AggregateQuery::default() };
        assert_eq!(told(wang.aggregate("sample", &query)).1, ErrorCode::UnknownField);
    });
}

#[test]
fn a16_no_cell_of_a_file_is_a_formula() {
    const FORMULAS: [&str; 12] = [
        "=1+1",
        "+1",
        "-1+1",
        "@sum(a1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠sum",
        "=HYPERLINK(\"http://x\",\"y\")",
    ];
    let harmless = |file: &[u8], what: &str| {
        let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        for line in lines.records() {
            for cell in line.unwrap().iter() {
                let first = cell.chars().next().unwrap_or_default();
                let is_number = cell.parse::<f64>().is_ok();
                assert!(is_number || !"=+-@\t\r\n＝＋－＠".contains(first), "{what}: {cell:?}");
            }
        }
    };
    on_every_stage(|stage| {
        for text in FORMULAS {
            stage.shown("sample", &[("name", format!("a{text}").into()), ("note", text.into())]);
        }
        let options = ExportOptions::default();
        harmless(&stage.wang.export_csv("sample", &Query::default(), &options).unwrap(), "export");
        harmless(&stage.admin().export_csv("sample", &Query::default(), &options).unwrap(), "export of all");
    });
    let cells: Vec<String> = FORMULAS.iter().map(|text| (*text).to_owned()).collect();
    harmless(&write_csv(&cells, std::slice::from_ref(&cells), &CsvWriteOptions::default()).unwrap(), "cells");
    let issue = |text: &&str| ImportIssue {
        row: 1,
        code: ErrorCode::BadFormat,
        reason: (*text).to_owned(),
        line: None,
        column: Some((*text).to_owned()),
        field: Some((*text).to_owned()),
        value: Some((*text).to_owned()),
        proposal: Some((*text).to_owned()),
    };
    let issues: Vec<ImportIssue> = FORMULAS.iter().map(issue).collect();
    let report = ImportReport { rejects: issues.clone(), notices: issues, ..ImportReport::default() };
    harmless(&report.rejects_csv(&CsvWriteOptions::default()).unwrap(), "rejects");
    harmless(&report.notices_csv(&CsvWriteOptions::default()).unwrap(), "notices");
}

#[test]
fn a18_who_follows_the_feed_loses_what_he_may_no_longer_see() {
    on_every_stage(|stage| {
        let (wang, admin) = (&stage.wang, stage.admin());
        let start = admin.changes_since(0, 1_000).unwrap().next_cursor;
        let id = stage.sample("a", 5);
        let seen = wang.changes_since(start, 1_000).unwrap();
        assert_eq!(seen.entries.len(), 1);
        silent("entries", &seen);
        stage.end_shares("sample", id);
        admin
            .execute(update(
                "sample",
                id,
                1,
                &[("secret", CANARY.into()), ("note", CANARY.into()), ("owner", admin.user().into())],
            ))
            .unwrap();
        let page = wang.changes_since(seen.next_cursor, 1_000).unwrap();
        assert_eq!(page.left, [RecordKey { entity: "sample".into(), id }]);
        silent("what left", &page);
        admin.execute(update("sample", id, 2, &[("note", CANARY.into())])).unwrap();
        let page = wang.changes_since(page.next_cursor, 1_000).unwrap();
        assert!(page.entries.is_empty() && page.left.is_empty(), "{page:?}");
        silent("all", &wang.changes_since(0, 1_000));
        // A place in the journal is no key: from every one of them the reader sees his own only.
        let end = admin.changes_since(0, 1_000).unwrap().next_cursor;
        for cursor in [-1, 0, start, end - 1, end, end + 1, i64::MAX, i64::MIN] {
            silent("from any place", &wang.changes_since(cursor, 1_000));
        }
        // What comes back from a device is refused where its user does not see: the field, or the record.
        let his = stage.sample("b", 6);
        assert_eq!(told(wang.execute(update("sample", his, 1, &[("secret", "x".into())]))).1, ErrorCode::UnknownField);
        assert_eq!(told(wang.execute(update("sample", id, 3, &[("note", "x".into())]))).0, "not_found");
        // The token of one's own page is nobody else's.
        let page = Query { limit: Some(1), ..Query::default() };
        stage.sample("c", 7);
        let cursor = wang.list::<Sample>(&page).unwrap().1;
        assert!(cursor.is_some());
        for other in [&stage.li, admin] {
            let replayed = other.list::<Sample>(&Query { cursor: cursor.clone(), ..page.clone() });
            assert_eq!(told(replayed), ("invalid", ErrorCode::BadCursor, Some("cursor".into())));
        }
    });
}

/// Puts the canary where texts are values.
fn planted(fields: &mut std::collections::HashMap<String, FieldValue>, names: &[String]) {
    for (name, value) in fields {
        if let FieldValue::Text(text) = value
            && names.contains(name)
        {
            *text = format!("{CANARY} {}", text.chars().take(4).collect::<String>());
        }
    }
}

#[test]
fn a19_no_error_carries_a_value() {
    on_every_stage(|stage: &Stage| {
        let mut generator = Generator::new(19, registry(), vec![stage.admin().user()]);
        let schema = stage.admin().reading(|reading| Ok(reading.tenant.schema.clone())).unwrap();
        let fields: Vec<FieldRef> = ["sample", "account", "contact", "lead", "opportunity", "activity", "quote"]
            .into_iter()
            .flat_map(|entity| schema.fields(schema.entity(entity).unwrap()))
            .collect();
        let everywhere: Vec<FieldRef> = registry()
            .entities()
            .iter()
            .flat_map(|entity| schema.fields(schema.entity(entity.name).unwrap()))
            .collect();
        let is_text = |field: &FieldRef| matches!(field.spec.kind, FieldKind::Text { .. });
        let names: Vec<String> = fields
            .iter()
            // A choice that is none is told with what was given: it is the caller's own, and no text about anybody.
            .filter(|field| everywhere.iter().filter(|other| other.spec.name == field.spec.name).all(is_text))
            .map(|field| field.spec.name.to_string())
            .collect();
        let mut kinds = std::collections::BTreeSet::new();
        let quiet = |error: &Error, command: &dyn std::fmt::Debug| {
            // A circle is told by the names along it, which are roles and units, or records that the caller sees.
            if error.code() == ErrorCode::Cycle {
                return;
            }
            // What a class asks for is told by the code of its parameter: a definition, to who sees definitions.
            let (asked, others): (Vec<_>, Vec<_>) =
                error.problems().iter().partition(|problem| problem.data.contains_key("parameter"));
            if !asked.is_empty() {
                let text = format!("{others:?} {:?}", asked.iter().map(|problem| &problem.message).collect::<Vec<_>>());
                assert!(!text.contains(CANARY), "{text}: {command:?}");
                return;
            }
            let text = format!("{error} {error:?} {error:#?}");
            assert!(!text.contains(CANARY), "{text}: {command:?}");
        };
        let mut random = Random::new(19);
        for _ in 0..600 {
            let mut commands = generator.commands(&schema);
            for command in &mut commands {
                if let Command::Record(
                    crate::engine::RecordCommand::Create { fields, .. }
                    | crate::engine::RecordCommand::Update { fields, .. },
                ) = command
                {
                    planted(fields, &names);
                }
            }
            let session = random.of(&[stage.admin(), &stage.wang]);
            match session.execute_all(&commands, None) {
                Ok(outcome) => generator.note(&outcome),
                Err(error) => {
                    kinds.insert(error.code().as_str());
                    quiet(&error, &commands);
                }
            }
        }
        // What fits no text and no list of texts is told without the text.
        let long = CANARY.repeat(6_000);
        let values = [
            FieldValue::from(long),
            FieldValue::from(format!("{CANARY}\0")),
            FieldValue::Json(format!(r#"["{CANARY}"]"#)),
            FieldValue::Json(format!(r#"[{{"system":"{CANARY}","key":5}}]"#)),
            FieldValue::Json(format!(r#"{{"{CANARY}""#)),
        ];
        for (value, field) in
            values.iter().flat_map(|value| ["name", "code", "note", "external"].map(|field| (value, field)))
        {
            for session in [stage.admin(), &stage.wang] {
                if let Err(error) = session.execute(create("sample", &[("name", "a".into()), (field, value.clone())])) {
                    kinds.insert(error.code().as_str());
                    quiet(&error, &(field, value));
                }
                let asked = Filter::Compare { field: field.into(), comparison: Comparison::Less, value: value.clone() };
                let asked = Query { filter: Some(asked), ..Query::default() };
                if let Err(error) = session.list::<Sample>(&asked) {
                    quiet(&error, &asked);
                }
            }
        }
        assert!(kinds.len() >= 8, "{kinds:?}");
        for session in [stage.admin(), &stage.wang] {
            silent("a session", &session);
        }
        silent("the engine", &stage.engine.crm);
    });
}

/// A user who administers users and permission sets, and nothing else.
fn clerk(stage: &Stage) -> Session {
    let offices = ["user", "permission_set", "role"].map(|entity| crate::access::ObjectRight {
        view_all: false,
        edit_all: false,
        ..every(entity)
    });
    member(&stage.engine, "clerk", offices.to_vec(), Vec::new())
}

#[test]
fn a20_nothing_that_a_user_writes_acts_with_more_rights_than_his() {
    on_every_stage(|stage| {
        let (clerk, admin) = (clerk(stage), stage.admin());
        stage.hidden("sample", &[("name", CANARY.into())]);
        let own: User = clerk.get(clerk.user()).unwrap();
        let all = admin.get::<User>(admin.user()).unwrap().permission_sets[0];
        let set: PermissionSet = clerk.get(own.permission_sets[0]).unwrap();
        let both = FieldValue::json(&[own.permission_sets[0], all]).unwrap();
        let more = vec![every("sample")];
        let wide = PermissionSet { objects: set.objects.iter().cloned().chain(more.clone()).collect(), ..set.clone() };
        let objects = FieldValue::json(&wide.objects).unwrap();
        let commands = [
            update("user", own.id, own.version, &[("permission_sets", both.clone())]),
            create("user", &[("login", "n".into()), ("name", "n".into()), ("permission_sets", both.clone())]),
            update("permission_set", set.id, set.version, &[("objects", objects.clone())]),
            create("permission_set", &[("name", "n".into()), ("objects", objects)]),
            Command::Admin(AdminCommand::UpdatePermissionSet { permission_set: wide.clone() }),
            Command::Admin(AdminCommand::CreatePermissionSet {
                permission_set: PermissionSet { name: "m".into(), objects: more, ..PermissionSet::default() },
            }),
        ];
        for command in &commands {
            assert_eq!(told(clerk.execute(command.clone())).0, "denied", "{command:?}");
            let text = crate::value::json::to_canonical(command).unwrap();
            assert_eq!(told(clerk.execute_json(&text, None)).0, "denied", "{command:?}");
            assert_eq!(told(clerk.execute_all(std::slice::from_ref(command), None)).0, "denied", "{command:?}");
        }
        // Nor by bringing back what was taken away.
        let user: User = admin.get(own.id).unwrap();
        let raised = admin.execute(update("user", own.id, user.version, &[("permission_sets", both)])).unwrap();
        let less = FieldValue::json(&own.permission_sets).unwrap();
        let lowered = admin.execute(update("user", own.id, user.version + 1, &[("permission_sets", less)])).unwrap();
        assert_eq!(told(clerk.execute(undo(&lowered))).0, "denied");
        assert_ne!(clerk.execute(undo(&raised)).map_err(|error| error.kind()), Ok(crate::engine::Outcome::default()));
        let wide = PermissionSet { name: "w".into(), objects: vec![every("sample")], ..PermissionSet::default() };
        let wide = admin.admin().create_permission_set(&wide).unwrap();
        admin.execute(delete("permission_set", wide.id, 1)).unwrap();
        assert_eq!(told(clerk.execute(restore("permission_set", wide.id))).0, "denied");
        assert_eq!(told(clerk.list::<Sample>(&Query::default())).0, "denied", "he is who he was");

        // A guard is a rule that others meet: who writes it needs the right, and who meets it hears what he may see.
        let guard = Guard::FieldFilled { field: "next_step".into() };
        let mut pipeline = Pipeline { name: "p".into(), key: "p".into(), ..Pipeline::standard() };
        pipeline.stages[1].guards = vec![guard];
        assert_eq!(told(stage.wang.sales().create_pipeline(&pipeline)).0, "denied");
        let pipeline = admin.sales().create_pipeline(&pipeline).unwrap();
        let deal = stage.shown("opportunity", &[("name", "o".into()), ("pipeline", pipeline.id.into())]);
        let stopped = stage.wang.sales().advance_stage(deal, 1, &pipeline.stages[1].key, None, false);
        assert!(!format!("{stopped:?}").contains("next_step"), "{stopped:?}");
        // A field that the caller defines shows him nothing of what is there.
        let definition =
            FieldDefinition { entity: "sample".into(), name: "x_own".into(), ..FieldDefinition::default() };
        assert_eq!(told(stage.wang.admin().define_field(&definition)).0, "denied");
        let cards = clerk.export_vcards(&Query::default(), VCardVersion::V4);
        assert_eq!(told(cards).0, "denied");
    });
}
