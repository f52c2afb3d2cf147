//! Two worlds again ([`super::paired`]), this time over the rooms that people work with: every call that a seller has, on
//! accounts, contacts, leads, opportunities, activities and quotes of which the hidden part differs.
//!
//! That it notices was tried by hand. Each of these was taken out alone and made it fail: `mask` in `Reading::get`, `all`,
//! `parts`, `page` and `as_of`; the fields in `readable` (history); `visible_entry` (change feed) and the look at the record
//! in `entries` (history); `readable_field` in the questions; the visibility in `check_get`, `check_query` and
//! `check_aggregate`; `visible` in `Tree`; the rights of `amount`, `close_reason` and `subjects` on the parts, and of
//! `probability` on the expected revenue; that a required custom field can be hidden; the choice of the columns in
//! `export_csv`, of the fields in `describe` and of the columns of a search; the look at the fields in undo.
//!
//! What it does not notice alone, because something else stands behind it: the choice of the fields in the single view
//! (they are emptied as well), and each of the several reasons that hide an interval (`super::rights` has them singly).

use super::generate::{Generator, Known, WORDS};
use super::paired::{Twins as _, twins};
use super::regression::{create, update};
use super::{Engine, Kept, Random, memory, registry, sqlite};
use crate::access::{FieldRight, ObjectRight, PermissionSet, User};
use crate::customer::{Account, HierarchyKind, SingleViewOptions, Subject, SubjectEntity};
use crate::engine::{Command, JournalCommand, Outcome, Session};
use crate::exchange::{ColumnMapping, ExportOptions, ImportMapping, VCardVersion};
use crate::query::{AggregateQuery, Query};
use crate::room::Reader as _;
use crate::sales::{FunnelOptions, LeadConversion, Pipeline, SalesCommand, WinRateOptions};
use crate::schema::{FieldDefinition, TenantSchema};
use crate::value::{Date, FieldValue, Id, json};

type Fields = Vec<(&'static str, FieldValue)>;

/// What a reader does not see. The two lists do not fit together: without its stage nothing is left of an opportunity's
/// intervals.
const FIGURES: &[(&str, &str)] = &[
    ("account", "annual_revenue"),
    ("account", "description"),
    ("account", "short_name"),
    ("account", "channels"),
    ("account", "x_cost"),
    ("contact", "channels"),
    ("contact", "description"),
    ("lead", "need"),
    ("lead", "phone"),
    ("opportunity", "amount"),
    ("opportunity", "next_step"),
    ("opportunity", "close_reason"),
    ("activity", "body"),
    ("quote", "lines"),
];
const STAGES: &[(&str, &str)] = &[
    ("account", "x_cost"),
    ("opportunity", "stage"),
    ("opportunity", "stage_category"),
    ("opportunity", "opened_on"),
    ("opportunity", "closed_on"),
    ("opportunity", "close_reason"),
    ("opportunity", "probability"),
    ("activity", "subjects"),
];
/// The entities of which the reader sees his own.
const ROOMS: [&str; 8] =
    ["account", "contact", "account_link", "activity", "attachment", "lead", "opportunity", "quote"];
/// What questions are asked of.
const ASKED: [&str; 12] = [
    "account",
    "contact",
    "account_link",
    "activity",
    "attachment",
    "lead",
    "opportunity",
    "quote",
    "stage_interval",
    "activity_link",
    "pipeline",
    "user",
];

fn subjects(entity: &str, id: Id) -> FieldValue {
    FieldValue::Json(format!(r#"[{{"entity":"{entity}","id":"{id}"}}]"#))
}

/// A custom field that one of the worlds has, and the reader does not see.
const ONLY_ONE_HAS: &str = "x_only";

fn custom(name: &str) -> FieldDefinition {
    FieldDefinition { entity: "account".into(), name: name.into(), ..FieldDefinition::default() }
}

/// Lets both worlds give the same identifiers from now on, however many were given behind the reader's back.
fn agree_on_ids(worlds: &[Engine; 2]) {
    let next = |world: usize| worlds[world].crm.inner.ids.next_id();
    let mut drawn = [next(0), next(1)];
    while drawn[0] != drawn[1] {
        let behind = usize::from(drawn[1] < drawn[0]);
        drawn[behind] = next(behind);
    }
}

twins!(Rooms);

/// Two worlds of the rooms.
struct Rooms {
    worlds: [Engine; 2],
    hides_stages: bool,
    reader: Id,
    other: Id,
    cursors: [i64; 2],
    /// Records that the reader sees: entity, record, version.
    seen: Vec<(&'static str, Id, i64)>,
    /// Accounts that the reader sees and to which hidden records may refer.
    shared: Vec<Id>,
    /// Hidden records of each world, by entity.
    hidden: [Vec<(&'static str, Id)>; 2],
    operations: Vec<Id>,
    random: Random,
    serial: u64,
    calls: usize,
    answered: usize,
}

impl Rooms {
    fn new(make: fn() -> Kept, seed: u64, hides_stages: bool) -> Self {
        let worlds = [Engine::new(make(), seed), Engine::new(make(), seed)];
        let mut people = Vec::new();
        for world in &worlds {
            let cost = FieldDefinition { is_required: true, ..custom("x_cost") };
            world.define(vec![cost]);
        }
        worlds[1].define(vec![custom(ONLY_ONE_HAS)]);
        agree_on_ids(&worlds);
        for (place, world) in worlds.iter().enumerate() {
            let admin = world.admin.admin();
            world.admin.sales().create_pipeline(&Pipeline::standard()).unwrap();
            let read = |entity: &str| ObjectRight { entity: entity.into(), read: true, ..ObjectRight::default() };
            let work =
                |entity: &str| ObjectRight { create: true, edit: true, delete: true, export: true, ..read(entity) };
            let (hidden, only) = (if hides_stages { STAGES } else { FIGURES }, [("account", ONLY_ONE_HAS)]);
            let field = |(entity, field): &(&str, &str)| FieldRight {
                entity: (*entity).into(),
                field: (*field).into(),
                ..FieldRight::default()
            };
            let set = PermissionSet {
                name: "seller".into(),
                objects: ROOMS.map(work).into_iter().chain(["pipeline", "user"].map(read)).collect(),
                fields: hidden.iter().chain(only.iter().filter(|_| place == 1)).map(field).collect(),
                ..PermissionSet::default()
            };
            let permission_sets = vec![admin.create_permission_set(&set).unwrap().id];
            let user = |login: &str| {
                let permission_sets = permission_sets.clone();
                let user = User { login: login.into(), name: login.into(), permission_sets, ..User::default() };
                admin.create_user(&user).unwrap().id
            };
            people = vec![user("reader"), user("other")];
        }
        let cursors = [0, 1].map(|world: usize| worlds[world].admin.changes_since(0, 1_000).unwrap().next_cursor);
        Self {
            worlds,
            hides_stages,
            reader: people[0],
            other: people[1],
            cursors,
            seen: Vec::new(),
            shared: Vec::new(),
            hidden: [Vec::new(), Vec::new()],
            operations: Vec::new(),
            random: Random::new(seed),
            serial: 0,
            calls: 0,
            answered: 0,
        }
    }

    fn new_id(&mut self) -> Id {
        self.serial += 1;
        let mut bytes = [0xEE; 16];
        bytes[8..].copy_from_slice(&self.serial.to_be_bytes());
        Id::from_bytes(bytes)
    }

    /// A text that is never the same in both worlds.
    fn apart(&mut self, world: usize) -> FieldValue {
        self.serial += 1;
        format!("{} {world} {}", self.random.of(&WORDS), self.serial).into()
    }

    fn one_seen(&mut self, entity: &str) -> Option<(Id, i64)> {
        let of: Vec<(Id, i64)> =
            self.seen.iter().filter(|seen| seen.0 == entity).map(|seen| (seen.1, seen.2)).collect();
        self.random.pick(&of).copied()
    }

    /// An identifier that the reader may have heard of: visible, hidden in one world or in both, of nothing.
    fn any(&mut self, entity: &str) -> Id {
        let choice = self.random.below(5);
        let of: Vec<Id> = match choice {
            0 | 1 => self.hidden[choice].iter().filter(|hidden| hidden.0 == entity).map(|hidden| hidden.1).collect(),
            _ => self.seen.iter().filter(|seen| seen.0 == entity).map(|seen| seen.1).collect(),
        };
        self.random.pick(&of).copied().unwrap_or(Id::NIL)
    }

    /// Somebody else's records in one world: alone, or at what the reader sees.
    fn work_behind(&mut self, world: usize) {
        // A record to which a hidden one refers cannot be deleted, which tells: the reader never deletes these accounts.
        let account = self.random.pick(&self.shared).copied();
        let id = self.new_id();
        let text = |rooms: &mut Self| rooms.apart(world);
        let choice = self.random.below(6);
        let (entity, mut values): (&str, Fields) = match choice {
            0 => ("account", vec![("name", text(self)), ("code", text(self)), ("x_cost", text(self))]),
            1 => ("contact", vec![("full_name", text(self)), ("account", account.into())]),
            2 => ("lead", vec![("name", text(self)), ("need", text(self))]),
            3 => {
                let stage = self.random.of(&["proposal", "won", "negotiation"]);
                let amount = i64::try_from(self.serial).unwrap().into();
                let values = vec![("name", text(self)), ("amount", amount), ("stage", stage.into())];
                ("opportunity", values.into_iter().chain([("account", account.into())]).collect())
            }
            4 => {
                let about = account.map_or(FieldValue::Null, |account| subjects("account", account));
                ("activity", vec![("kind", "call".into()), ("subject", text(self)), ("subjects", about)])
            }
            _ => {
                let child = self.hidden[world].iter().rev().find(|hidden| hidden.0 == "account").map(|hidden| hidden.1);
                let (Some(child), Some(parent)) = (child, account) else { return };
                let values = [("child", child.into()), ("parent", parent.into()), ("hierarchy", "legal".into())];
                ("account_link", values.into_iter().chain([("valid_from", "2026-01-01".into())]).collect())
            }
        };
        values.extend([("id", id.into()), ("owner", self.other.into())]);
        let op_id = self.new_id();
        let made = self.worlds[world].admin.execute_all(&[create(entity, &values)], Some(op_id));
        assert!(made.is_ok() || entity == "account_link", "{entity}: {made:?}");
        if made.is_ok() {
            self.hidden[world].push((entity, id));
        }
    }

    /// Hidden values of a new record that the reader will see, different in each world.
    fn differing(&mut self, entity: &str, world: usize) -> Fields {
        let number = FieldValue::Integer(i64::try_from(self.serial * 2 + world as u64).unwrap());
        let mail = format!(r#"[{{"kind":"email","value":"a{world}{}@example.org"}}]"#, self.serial);
        let mail = FieldValue::Json(mail);
        match (entity, self.hides_stages) {
            ("account", true) => vec![("x_cost", self.apart(world))],
            ("account", false) => vec![
                ("x_cost", self.apart(world)),
                ("annual_revenue", number),
                ("description", self.apart(world)),
                ("short_name", self.apart(world)),
                ("channels", mail),
            ],
            ("contact", false) => vec![("channels", mail), ("description", self.apart(world))],
            ("lead", false) => vec![("need", self.apart(world)), ("phone", self.apart(world))],
            ("opportunity", true) => vec![("amount", 100.into())],
            ("opportunity", false) => vec![("amount", number), ("next_step", self.apart(world))],
            ("activity", false) => vec![("body", self.apart(world))],
            ("quote", false) => {
                let line = format!(r#"[{{"description":"a","quantity":"{}","unit_price":"1"}}]"#, 2 + world);
                vec![("lines", FieldValue::Json(line))]
            }
            _ => Vec::new(),
        }
    }

    /// A record that the reader sees, made by somebody who fills what he does not see.
    fn made_in_view(&mut self) {
        let entity = self.random.of(&["account", "account", "contact", "lead", "opportunity", "activity", "quote"]);
        let accounts = [0, 1].map(|_| self.one_seen("account").map(|account| account.0));
        let name: FieldValue = self.random.of(&WORDS).into();
        let deal = self.one_seen("opportunity").map(|deal| deal.0);
        let (id, op_id) = (self.new_id(), self.new_id());
        for world in 0..2 {
            let mut values = self.differing(entity, world);
            let named = match entity {
                "contact" => "full_name",
                "activity" => "subject",
                _ => "name",
            };
            values.extend([("id", id.into()), ("owner", self.reader.into()), (named, name.clone())]);
            match entity {
                "contact" | "opportunity" => values.push(("account", accounts[0].into())),
                "quote" => values.extend([("opportunity", deal.into()), ("account", accounts[0].into())]),
                "activity" => {
                    let about = accounts[if self.hides_stages { world } else { 0 }];
                    let about = about.map_or(FieldValue::Null, |account| subjects("account", account));
                    values.extend([("kind", "visit".into()), ("subjects", about)]);
                }
                _ => {}
            }
            if entity == "opportunity" && self.hides_stages {
                values.push(("stage", ["prospecting", "proposal"][world].into()));
            }
            self.worlds[world].admin.execute_all(&[create(entity, &values)], Some(op_id)).unwrap();
        }
        self.seen.push((entity, id, 1));
        if entity == "account" {
            self.shared.push(id);
        } else {
            self.operations.push(op_id);
        }
    }

    /// Other hidden values for a record that the reader sees, as often in both worlds.
    fn changed_in_view(&mut self) {
        let entity = self.random.of(&["account", "contact", "lead", "opportunity", "activity"]);
        let Some((id, version)) = self.one_seen(entity) else { return };
        let op_id = self.new_id();
        let closes = entity == "opportunity" && self.random.percent(30);
        let mut done = Vec::new();
        for world in 0..2 {
            let mut values = self.differing(entity, world);
            // Not even which of the hidden fields were changed may be told.
            let half = values.len() / 2;
            values = if world == 0 { values.split_off(half) } else { values.into_iter().take(half.max(1)).collect() };
            if entity == "account" && values.iter().all(|value| value.0 != "x_cost") {
                values.push(("x_cost", self.apart(world)));
            }
            let command = if closes {
                let reason = self.apart(world).to_key();
                let (opportunity, competitor, closed_on) = (id, None, None);
                let expected_version = version;
                Command::Sales(SalesCommand::CloseLost { opportunity, expected_version, reason, competitor, closed_on })
            } else if values.is_empty() {
                return;
            } else {
                update(entity, id, version, &values)
            };
            let outcome = self.worlds[world].admin.execute_all(&[command], Some(op_id)).ok();
            let changed = |outcome: Outcome| outcome.changes.iter().find(|change| change.id == id).map(|c| c.version);
            done.push(outcome.map(changed));
        }
        assert_eq!(done[0], done[1], "{entity}");
        if let Some(Some(version)) = done[0] {
            self.seen.iter_mut().filter(|seen| seen.1 == id).for_each(|seen| seen.2 = version);
            self.operations.push(op_id);
        }
    }

    /// The reader does something.
    fn command(&mut self) {
        let name: FieldValue = self.random.of(&WORDS).into();
        let (account, deal, lead) = (self.any("account"), self.any("opportunity"), self.any("lead"));
        let version = |rooms: &Self, id: Id| rooms.seen.iter().find(|seen| seen.1 == id).map_or(1, |seen| seen.2);
        let (of_account, of_deal) = (version(self, account), version(self, deal));
        let to = self.random.of(&["qualification", "proposal", "won", "lost", "nowhere"]).to_owned();
        let command = match self.random.below(9) {
            0 => create("account", &[("name", name)]),
            1 => update("account", account, of_account, &[(self.random.of(&["city", "grade", ONLY_ONE_HAS]), name)]),
            2 => create("opportunity", &[("name", name), ("account", account.into())]),
            3 => update("opportunity", deal, of_deal, &[("competitor", name), ("account", account.into())]),
            4 => {
                let (reason, waive) = (Some("because".to_owned()), None);
                let (opportunity, expected_version) = (deal, of_deal);
                Command::Sales(SalesCommand::AdvanceStage { opportunity, expected_version, to, reason, waive })
            }
            5 => {
                let conversion = LeadConversion { lead, create_account: true, ..LeadConversion::default() };
                Command::Sales(SalesCommand::ConvertLead { conversion })
            }
            6 => create(
                "activity",
                &[("kind", "note".into()), ("subject", name), ("subjects", subjects("account", account))],
            ),
            7 => create("contact", &[("full_name", name), ("account", account.into())]),
            _ => {
                let operation = self.random.pick(&self.operations).copied().unwrap_or(account);
                Command::Journal(JournalCommand::Undo { operation })
            }
        };
        self.ask(&("preview", &command), |session| session.preview(command.clone()));
        agree_on_ids(&self.worlds);
        let outcome = self.ask(&command, |session| session.execute(command.clone()));
        for change in outcome.iter().flat_map(|outcome| &outcome.changes) {
            let Some(entity) = ROOMS.into_iter().find(|room| *room == change.entity) else { continue };
            self.seen.retain(|seen| seen.1 != change.id);
            if change.kind != crate::journal::ChangeKind::Delete {
                self.seen.push((entity, change.id, change.version));
            }
        }
        self.operations.extend(outcome.map(|outcome| outcome.op_id));
    }

    /// The reader looks at customers and their trees.
    fn read_customers(&mut self, query: &AggregateQuery) {
        let account = self.any("account");
        let date: Date = self.random.of(&["2026-03-02", "2026-01-01", "2025-12-31"]).parse().unwrap();
        let options = SingleViewOptions { include_subtree: self.random.percent(50), ..SingleViewOptions::default() };
        self.ask(&("single view", account), |session| session.customers().single_view(account, &options));
        let tree = HierarchyKind::Legal;
        self.ask(&"subtree", |session| session.customers().subtree(account, tree, date));
        self.ask(&"children", |session| session.customers().children(account, tree, date));
        self.ask(&"ancestors", |session| session.customers().ancestors(account, tree, date));
        self.ask(&"parent", |session| session.customers().parent_of(account, tree, date));
        let entity = self.random.of(&["opportunity", "quote", "contact", "account", "lead", "activity"]);
        self.ask(&("rollup", entity, query), |session| session.customers().rollup(account, tree, date, entity, query));
        let subject = Subject { entity: SubjectEntity::Account, id: account };
        let below = self.random.percent(50).then_some(tree);
        self.ask(&"activities", |session| session.customers().activities_of(subject, below, 3));
    }

    /// The reader looks at deals.
    fn read_sales(&mut self) {
        let deal = self.any("opportunity");
        self.ask(&("stage history", deal), |session| session.sales().stage_history(deal));
        self.ask(&("stage report", deal), |session| session.sales().stage_report(deal));
        let back = i64::try_from(self.random.below(400_000_000)).unwrap();
        let at = self.worlds[0].clock_now().add_micros(-back);
        for as_of in [None, Some(at)] {
            let options = FunnelOptions { as_of, ..FunnelOptions::default() };
            self.ask(&("funnel", as_of), |session| session.sales().funnel(&options));
        }
        self.ask(&"win rate", |session| session.sales().win_rate(&WinRateOptions::default()));
        let entity = self.random.of(&ASKED);
        self.ask(&("all as of", entity, at), |session| session.reading(|reading| reading.all_as_of(entity, at)));
    }

    /// The reader takes files out and brings them in.
    fn exchange(&mut self, query: &Query) {
        let entity = self.random.of(&ASKED);
        let all = self.random.percent(50);
        let query = if all { Query::default() } else { Query { limit: None, ..query.clone() } };
        let csv = |session: &Session| session.export_csv(entity, &query, &ExportOptions::default());
        self.ask(&("export", entity), |session| csv(session).map(|bytes| String::from_utf8(bytes).unwrap()));
        self.ask(&"vcards", |session| session.export_vcards(&Query::default(), VCardVersion::V4));
        let column = |name: &str| ColumnMapping { column: name.into(), field: name.into(), ..ColumnMapping::default() };
        let mapping = ImportMapping {
            entity: "account".into(),
            columns: ["name", "code", "annual_revenue"].map(column)[..2 + self.random.below(2)].to_vec(),
            key_field: Some("code".into()),
            ..ImportMapping::default()
        };
        let rows =
            format!("name,code,annual_revenue\na,R {},\n,,\nb,R {},5\n", self.random.below(9), self.random.below(9));
        let dry_run = self.random.percent(50);
        self.ask(&"import", |session| session.import_csv(rows.as_bytes(), &mapping, dry_run));
    }

    /// The reader asks about one record, or about what there is.
    fn read_records(&mut self, generator: &mut Generator, schema: &TenantSchema) {
        let entity = self.random.of(&ASKED);
        let (known, id) = (schema.entity(entity).unwrap(), self.any(entity));
        self.ask(&("describe", entity), |session| session.describe(entity));
        self.ask(&("get", entity, id), |session| session.reading(|reading| reading.get(entity, id)));
        let history = |session: &Session| {
            let mut entries = session.history(entity, id)?;
            entries.iter_mut().for_each(|entry| entry.sequence = 0);
            Ok(entries)
        };
        self.ask(&("history", entity, id), history);
        let back = i64::try_from(self.random.below(400_000_000)).unwrap();
        let at = self.worlds[0].clock_now().add_micros(-back);
        self.ask(&("as of", entity, id), |session| session.reading(|reading| reading.as_of(entity, id, at)));
        let mut query = generator.query(schema, known);
        for _ in 0..3 {
            let page = self.ask(&query, |session| session.reading(|reading| reading.page(entity, &query)));
            let Some((_, Some(next))) = page else { break };
            query.cursor = Some(next);
        }
        let figures = generator.aggregate(schema, known);
        self.ask(&figures, |session| session.aggregate(entity, &figures));
        let question = match self.random.below(4) {
            0 => serde_json::json!({"get": {"entity": entity, "id": id.to_string()}}),
            1 => serde_json::json!({"describe": {"entity": entity}}),
            2 => serde_json::json!({"list": {"entity": entity, "query": {"limit": 20}}}),
            _ => serde_json::json!({"as_of": {"entity": entity, "id": id.to_string(), "at": at.to_string()}}),
        };
        let request = json::to_canonical(&serde_json::json!({ "query": question })).unwrap();
        self.ask(&request, |session| Ok(session.answer_json(&request)));
        self.follow();
    }

    /// The reader follows the change feed; the places in it are each world's own.
    fn follow(&mut self) {
        let limit = i64::try_from(1 + self.random.below(20)).unwrap();
        let (sessions, mut shown) = (self.sessions(), Vec::new());
        for (session, cursor) in sessions.iter().zip(&mut self.cursors) {
            let mut page = session.changes_since(*cursor, limit).unwrap();
            *cursor = page.next_cursor;
            page.next_cursor = 0;
            page.entries.iter_mut().for_each(|entry| entry.sequence = 0);
            shown.push(page);
        }
        assert_eq!(shown[1], shown[0], "change feed");
        self.calls += 1;
    }

    fn step(&mut self, generator: &mut Generator, schema: &TenantSchema) {
        match self.random.below(12) {
            0 | 1 => {
                for world in 0..2 {
                    for _ in 0..self.random.below(3) {
                        self.work_behind(world);
                    }
                }
            }
            2 | 3 => self.made_in_view(),
            4 => self.changed_in_view(),
            5 | 6 => self.command(),
            7 | 8 => self.read_records(generator, schema),
            9 => {
                let entity = schema.entity(self.random.of(&["opportunity", "quote", "contact"])).unwrap().clone();
                let figures = generator.aggregate(schema, &entity);
                self.read_customers(&figures);
            }
            10 => self.read_sales(),
            _ => {
                let query = generator.query(schema, schema.entity("account").unwrap());
                self.exchange(&query);
            }
        }
        agree_on_ids(&self.worlds);
    }
}

fn rooms_are_equal(make: fn() -> Kept, seed: u64, hides_stages: bool, calls: usize) {
    let mut rooms = Rooms::new(make, seed, hides_stages);
    let mut generator = Generator::new(seed, registry(), Vec::new());
    for id in [rooms.reader, rooms.other] {
        generator.learn(Known { entity: "user".into(), id, version: 1, deleted: false });
    }
    let schema = rooms.schema();
    while rooms.calls < calls {
        for world in &rooms.worlds {
            world.clock.advance_micros(1_000_000);
        }
        rooms.step(&mut generator, &schema);
    }
    let [first, second] = [0, 1].map(|world: usize| rooms.hidden[world].len());
    assert_ne!(first, second, "the worlds must differ");
    assert!(rooms.answered * 3 > rooms.calls, "only {} of {} calls were answered", rooms.answered, rooms.calls);
    let [mine, theirs] = rooms.sessions().map(|session| session.list_all::<Account>(&Query::default()).unwrap());
    assert!(mine.len() > 10 && mine == theirs);
}

#[test]
fn hidden_figures_of_the_rooms_are_told_by_no_call() {
    rooms_are_equal(memory, 81, false, 3_000);
}

#[test]
fn hidden_figures_of_the_rooms_are_told_by_no_call_on_a_file() {
    rooms_are_equal(sqlite, 82, false, 2_000);
}

#[test]
fn hidden_stages_and_subjects_are_told_by_no_call() {
    rooms_are_equal(memory, 83, true, 3_000);
}
