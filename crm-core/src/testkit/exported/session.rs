//! What a user asks and does, whatever the room.

use serde_json::Value;

use super::Call;
use crate::engine::{Command, Session};
use crate::exchange::{BmecatImport, ColumnMapping, ExportOptions, ImportMapping, VCardVersion};
use crate::journal::ChangePage;
use crate::query::Query;
use crate::testkit::paired::{Twins as _, same};
use crate::testkit::paired_rooms::{ASKED, ONLY_ONE_HAS, Rooms, subjects};
use crate::testkit::regression::{create, delete, map, restore, undo_of, update};
use crate::value::{FieldValue, Result, json};

pub(super) const CALLS: &[Call] = &[
    ("Session::at", |rooms| {
        let (id, at) = (rooms.any("opportunity"), rooms.instant());
        rooms.ask(&("at", id, at), |session| session.at(at).sales().stage_report(id));
    }),
    ("Session::execute", |rooms| {
        let command = command(rooms);
        let known = rooms.random.percent(5).then(|| rooms.random.pick(&rooms.own_operations).copied()).flatten();
        let outcome = rooms.act(&command, |session| match known {
            Some(op_id) => session.execute_once(command.clone(), op_id),
            None => session.execute(command.clone()),
        });
        rooms.note(outcome);
    }),
    ("Session::execute_all", |rooms| {
        let commands = commands(rooms);
        let outcome = rooms.act(&commands, |session| session.execute_all(&commands, None));
        rooms.note(outcome);
    }),
    ("Session::preview", |rooms| {
        let command = command(rooms);
        rooms.act(&command, |session| session.preview(command.clone()));
    }),
    ("Session::preview_all", |rooms| {
        let commands = commands(rooms);
        rooms.act(&commands, |session| session.preview_all(&commands));
    }),
    ("Session::undo", |rooms| {
        let operation = rooms.random.pick(&rooms.operations).copied().unwrap_or(rooms.reader);
        let outcome = rooms.act(&("undo", operation), |session| session.undo(operation));
        rooms.note(outcome);
    }),
    ("Session::create", |rooms| {
        let (entity, fields) = new_fields(rooms);
        let outcome = rooms.act(&("create", entity, &fields), |session| session.create(entity, map(&fields)));
        rooms.note(outcome);
    }),
    ("Session::update", |rooms| {
        let (entity, fields) = some_fields(rooms);
        let id = rooms.any(entity);
        let version = rooms.version(entity, id);
        let what = ("update", entity, id, &fields);
        let outcome = rooms.act(&what, |session| session.update(entity, id, version, map(&fields)));
        rooms.note(outcome);
    }),
    ("Session::delete", |rooms| {
        let entity = rooms.random.of(&DELETED);
        let id = rooms.deletable(entity);
        let version = rooms.version(entity, id);
        let outcome = rooms.act(&("delete", entity, id), |session| session.delete(entity, id, version));
        rooms.note(outcome);
    }),
    ("Session::restore", |rooms| {
        let entity = rooms.random.of(&DELETED);
        // Deleted ones are rare: often one is deleted first.
        let deletes = rooms.random.percent(40);
        let id = if deletes { rooms.deletable(entity) } else { rooms.any(entity) };
        let version = rooms.version(entity, id);
        let outcome = rooms.act(&("restore", entity, id, deletes), |session| {
            if deletes {
                session.delete(entity, id, version)?;
            }
            session.restore(entity, id)
        });
        rooms.note(outcome);
    }),
    ("Session::describe", |rooms| {
        let entity = rooms.random.of(&ASKED);
        rooms.ask(&("describe", entity), |session| session.describe(entity));
    }),
    ("Session::aggregate", |rooms| {
        let entity = rooms.random.of(&ASKED);
        let figures = rooms.figures(entity);
        rooms.ask(&(entity, &figures), |session| session.aggregate(entity, &figures));
    }),
    ("Session::history", |rooms| {
        let entity = rooms.random.of(&ASKED);
        let id = rooms.any(entity);
        rooms.ask(&("history", entity, id), |session| {
            let mut entries = session.history(entity, id)?;
            entries.iter_mut().for_each(|entry| entry.sequence = 0);
            Ok(entries)
        });
    }),
    ("Session::history_page", |rooms| {
        let entity = rooms.random.of(&ASKED);
        let (id, mut cursor) = (rooms.any(entity), 0);
        let limit = rooms.random.of(&[1, 2, 50]);
        for _ in 0..3 {
            let page = rooms.ask(&("history page", entity, id, cursor), |session| {
                Ok(without_places(session.history_page(entity, id, cursor, limit)?))
            });
            let Some(page) = page.filter(|page| page.has_more) else { break };
            cursor = page.next_cursor;
        }
    }),
    ("Session::changes_since", follow),
    ("Session::execute_json", |rooms| {
        let commands = commands(rooms);
        let text = json::to_canonical(&commands).unwrap();
        let single = json::to_canonical(&commands[0]).unwrap();
        let text = if commands.len() == 1 { single } else { text };
        let outcome = rooms.act(&text, |session| session.execute_json(&text, None));
        rooms.note(outcome.map(|text| json::from_text(&text).unwrap()));
    }),
    ("Session::preview_json", |rooms| {
        let text = json::to_canonical(&commands(rooms)).unwrap();
        rooms.act(&text, |session| session.preview_json(&text));
    }),
    ("Session::query_json", |rooms| {
        let text = question(rooms).to_string();
        rooms.ask(&text, |session| Ok(without_places_in(&session.query_json(&text)?)));
    }),
    ("Session::answer_json", |rooms| {
        let request = serde_json::json!({ "query": question(rooms) }).to_string();
        rooms.ask(&request, |session| Ok(without_places_in(&session.answer_json(&request))));
    }),
    ("Session::import_csv", import),
    ("Session::export_csv", |rooms| {
        let entity = rooms.random.of(&ASKED);
        let query = if rooms.random.percent(50) { Query::default() } else { rooms.query(entity) };
        let fields = if rooms.random.percent(30) {
            let known = rooms.schema.entity(entity).unwrap().clone();
            let fields = rooms.schema.fields(&known);
            (0..2).map(|_| rooms.random.of(&fields).spec.name.to_string()).collect()
        } else {
            Vec::new()
        };
        let options = ExportOptions { fields, ..ExportOptions::default() };
        let export = |session: &Session| session.export_csv(entity, &query, &options);
        rooms.ask(&("export", entity, &query, &options), export);
    }),
    ("Session::import_vcards", |rooms| {
        let (name, dry_run) = (rooms.word(), rooms.random.percent(50));
        let name: String = name.chars().filter(|letter| !letter.is_control()).collect();
        let uid = rooms.random.below(5);
        let mail = format!("EMAIL:v{uid}@example.org\r\n");
        let card = format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:v{uid}\r\nFN:{name}\r\n{mail}END:VCARD\r\n");
        rooms.act(&card, |session| session.import_vcards(card.as_bytes(), dry_run));
    }),
    ("Session::import_bmecat", |rooms| {
        let (number, dry_run) = (rooms.random.below(5), rooms.random.percent(50));
        let name: String = rooms.word().chars().filter(|letter| letter.is_alphanumeric()).collect();
        let feature = "<FEATURE><FNAME>Un</FNAME><FVALUE>24</FVALUE><FUNIT>V</FUNIT></FEATURE>";
        let file = format!(
            "<BMECAT><HEADER><CATALOG><CATALOG_ID>K</CATALOG_ID></CATALOG></HEADER><T_NEW_CATALOG><PRODUCT>\
             <SUPPLIER_PID>B{number}</SUPPLIER_PID><PRODUCT_DETAILS><DESCRIPTION_SHORT>{name}</DESCRIPTION_SHORT>\
             </PRODUCT_DETAILS><PRODUCT_FEATURES>{feature}</PRODUCT_FEATURES></PRODUCT></T_NEW_CATALOG></BMECAT>"
        );
        rooms.act(&file, |session| session.import_bmecat(file.as_bytes(), &BmecatImport::default(), dry_run));
    }),
    ("Session::export_bmecat", |rooms| {
        rooms.ask(&"bmecat", |session| session.export_bmecat("bmecat:K", None));
    }),
    ("Session::export_vcards", |rooms| {
        let query = if rooms.random.percent(60) { Query::default() } else { rooms.query("contact") };
        rooms.ask(&("vcards", &query), |session| session.export_vcards(&query, VCardVersion::V4));
    }),
];

/// What the reader deletes: nothing to which hidden records refer.
const DELETED: [&str; 7] = ["lead", "activity", "attachment", "quote", "contact", "account", "product"];

/// The places in the journal are each world's own.
fn without_places(mut page: ChangePage) -> ChangePage {
    page.entries.iter_mut().for_each(|entry| entry.sequence = 0);
    page
}

/// The same in JSON. The cursor of the feed is a place too; those of lists are texts.
fn without_places_in(text: &str) -> String {
    fn scrub(value: &mut Value, is_feed: bool) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| scrub(item, is_feed)),
            Value::Object(fields) => {
                let is_feed = is_feed || fields.contains_key("left");
                for (name, value) in fields {
                    if name == "sequence" || (is_feed && name == "next_cursor") {
                        *value = Value::Null;
                    }
                    scrub(value, is_feed);
                }
            }
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(text).unwrap();
    scrub(&mut value, false);
    value.to_string()
}

/// The reader follows the change feed; the places in it are each world's own.
fn follow(rooms: &mut Rooms) {
    let limit = i64::try_from(1 + rooms.random.below(20)).unwrap();
    let cursors = if rooms.random.percent(20) { [0, 0] } else { rooms.cursors };
    let mut pages = Vec::new();
    for (session, cursor) in rooms.sessions().iter().zip(cursors) {
        pages.push(session.changes_since(cursor, limit).unwrap());
    }
    let next = [pages[0].next_cursor, pages[1].next_cursor];
    let shown: Vec<ChangePage> =
        pages.into_iter().map(|page| ChangePage { next_cursor: 0, ..without_places(page) }).collect();
    same(&("the change feed", cursors, limit), &shown[1], &shown[0]);
    if cursors == rooms.cursors {
        rooms.cursors = next;
    }
    rooms.count(true);
}

/// Fields for a new record.
pub(super) fn new_fields(rooms: &mut Rooms) -> (&'static str, Vec<(&'static str, FieldValue)>) {
    let name: FieldValue = rooms.word().into();
    let (account, deal) = (rooms.any("account"), rooms.any("opportunity"));
    let code = format!("C {}", rooms.random.below(30));
    match rooms.random.below(7) {
        0 => ("account", vec![("name", name), ("code", code.into())]),
        1 => ("account", vec![("name", name), (rooms.random.of(&["annual_revenue", ONLY_ONE_HAS]), 5.into())]),
        2 => ("opportunity", vec![("name", name), ("account", account.into())]),
        3 => ("contact", vec![("full_name", name), ("account", account.into())]),
        4 => ("lead", vec![("name", name), ("need", FieldValue::Null), ("company", "a".into())]),
        5 => ("quote", vec![("name", name), ("opportunity", deal.into())]),
        _ => {
            let about = subjects("account", account);
            ("activity", vec![("kind", "note".into()), ("subject", name), ("subjects", about)])
        }
    }
}

/// Fields for a record that is there.
fn some_fields(rooms: &mut Rooms) -> (&'static str, Vec<(&'static str, FieldValue)>) {
    let text: FieldValue = rooms.word().into();
    let account = rooms.any("account");
    let of_account = ["city", "grade", "short_name", "description", "x_cost", "name", ONLY_ONE_HAS];
    match rooms.random.below(6) {
        0 | 1 => ("account", vec![(rooms.random.of(&of_account), text)]),
        2 => ("opportunity", vec![("competitor", text), ("account", account.into())]),
        3 => ("opportunity", vec![(rooms.random.of(&["next_step", "amount", "stage"]), text)]),
        4 => ("contact", vec![("job_title", text), ("account", account.into())]),
        _ => ("lead", vec![("source", text)]),
    }
}

/// A command of any kind.
fn command(rooms: &mut Rooms) -> Command {
    match rooms.random.below(10) {
        0..=2 => {
            let (entity, fields) = new_fields(rooms);
            create(entity, &fields)
        }
        3..=6 => {
            let (entity, fields) = some_fields(rooms);
            let id = rooms.any(entity);
            let version = rooms.version(entity, id) - i64::from(rooms.random.percent(10));
            update(entity, id, version, &fields)
        }
        7 => {
            let entity = rooms.random.of(&DELETED);
            let id = rooms.deletable(entity);
            if rooms.random.percent(50) { restore(entity, id) } else { delete(entity, id, rooms.version(entity, id)) }
        }
        _ => undo_of(rooms.random.pick(&rooms.operations).copied().unwrap_or(rooms.reader)),
    }
}

pub(super) fn commands(rooms: &mut Rooms) -> Vec<Command> {
    (0..1 + rooms.random.below(3)).map(|_| command(rooms)).collect()
}

/// A question of the JSON door.
fn question(rooms: &mut Rooms) -> Value {
    let entity = rooms.random.of(&ASKED);
    let id = rooms.any(entity).to_string();
    let account = rooms.any("account").to_string();
    let (deal, date) = (rooms.any("opportunity").to_string(), rooms.date().to_string());
    let at = rooms.instant().to_string();
    // A question with a value that has no JSON form cannot be asked here.
    let value =
        |text: Result<String>| -> Value { text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap()) };
    let query = value(json::to_canonical(&rooms.query(entity)));
    let figures = value(json::to_canonical(&rooms.figures(entity)));
    let tree = serde_json::json!({"account": account, "hierarchy": "legal", "date": date});
    match rooms.random.below(20) {
        0 => serde_json::json!({"get": {"entity": entity, "id": id}}),
        1 | 2 => serde_json::json!({"list": {"entity": entity, "query": query}}),
        3 | 4 => serde_json::json!({"aggregate": {"entity": entity, "query": figures}}),
        5 => serde_json::json!({"history": {"entity": entity, "id": id}}),
        6 => serde_json::json!({"history_page": {"entity": entity, "id": id, "cursor": 0, "limit": 3}}),
        7 => serde_json::json!({"as_of": {"entity": entity, "id": id, "at": at}}),
        8 => serde_json::json!({"changes_since": {"cursor": 0, "limit": 20}}),
        9 => serde_json::json!({"describe": {"entity": entity}}),
        10 => serde_json::json!({"single_view": {"account": account, "options": {"include_subtree": true}}}),
        11 => serde_json::json!({"parent_of": tree}),
        12 => serde_json::json!({"children": tree}),
        13 => serde_json::json!({"ancestors": tree}),
        14 => serde_json::json!({"subtree": tree}),
        15 => {
            serde_json::json!({"rollup": {"account": account, "hierarchy": "legal", "date": date, "entity": entity,
                "query": figures}})
        }
        16 => {
            let subject = serde_json::json!({"entity": "account", "id": account});
            serde_json::json!({"activities_of": {"subject": subject, "hierarchy": null, "limit": 3}})
        }
        17 => serde_json::json!({"funnel": {"options": {"as_of": at}}}),
        18 => serde_json::json!({"win_rate": {"options": null}}),
        _ => serde_json::json!({"stage_history": {"opportunity": deal}}),
    }
}

/// The reader brings a file in.
fn import(rooms: &mut Rooms) {
    let column = |name: &str| ColumnMapping { column: name.into(), field: name.into(), ..ColumnMapping::default() };
    let mapping = ImportMapping {
        entity: "account".into(),
        columns: ["name", "code", "annual_revenue"].map(column)[..2 + rooms.random.below(2)].to_vec(),
        key_field: Some("code".into()),
        ..ImportMapping::default()
    };
    let codes = [0, 1].map(|_| rooms.random.below(9));
    let rows = format!("name,code,annual_revenue\na,R {},\n,,\nb,R {},5\n", codes[0], codes[1]);
    let dry_run = rooms.random.percent(50);
    let import = |session: &Session| -> Result<_> { session.import_csv(rows.as_bytes(), &mapping, dry_run) };
    rooms.act(&"import", import);
}
