//! The model test: the same random commands against memory and SQLite. Every outcome and every error is equal, so is
//! every answer, and the journal read from the beginning gives the present state. A preview changes nothing and tells
//! what then happens; what a record was is what it had been; an undo brings back what was before.

use std::collections::BTreeMap;

use super::generate::Generator;
use super::{Engine, memory, registry, sqlite};
use crate::access::{AccessModel, AccessPlan, SystemReason};
use crate::engine::{Command, JournalCommand, Outcome, Session};
use crate::journal::{self, JournalEntry};
use crate::merging::{MergeCommand, MergeRecord};
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::{Entity as _, EntityType, Row, TenantSchema};
use crate::store::{JournalRead, JournalScope, ReadTx};
use crate::value::{ErrorCode, Id, Result, Timestamp};

/// Commands of one run.
const COMMANDS: usize = 25_000;
/// Records of one moment that are asked for later.
const REMEMBERED: usize = 300;

/// Every record of all entities, deleted ones too.
type Rows = BTreeMap<(&'static str, Id), Row>;

/// Both engines, treated alike.
struct Pair {
    memory: Engine,
    sqlite: Engine,
    users: Vec<Id>,
    generator: Generator,
    repeats: Vec<(usize, Id, Vec<Command>)>,
    moments: Vec<(Timestamp, Rows)>,
    commands: usize,
    succeeded: usize,
    undone: usize,
    unmerged: usize,
}

fn reading<T>(engine: &Engine, mut work: impl FnMut(&mut dyn ReadTx, &TenantSchema) -> Result<T>) -> Result<T> {
    let inner = &engine.crm.inner;
    let mut done = None;
    inner.store()?.read(&mut |tx| {
        let tenant = inner.tenant(tx, engine.admin.ctx.tenant)?;
        done = Some(work(tx, &tenant.schema)?);
        Ok(())
    })?;
    Ok(done.unwrap())
}

fn schema(engine: &Engine) -> TenantSchema {
    reading(engine, |_, schema| Ok(schema.clone())).unwrap()
}

/// Every record of an entity, deleted ones too.
fn dump(engine: &Engine, entity: &EntityType) -> Vec<Row> {
    reading(engine, |tx, schema| {
        let plan =
            AccessPlan::system(engine.admin.ctx.tenant, entity, schema, &AccessModel::default(), SystemReason::Dump);
        let mut rows = Vec::new();
        tx.select(&plan.check_dump(schema, entity, &Query::default())?, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        Ok(rows)
    })
    .unwrap()
}

fn rows(engine: &Engine) -> Rows {
    let all = registry();
    let of = |entity: &EntityType| dump(engine, entity).into_iter().map(|row| ((entity.name, row.id), row)).collect();
    all.entities().iter().flat_map(|entity| -> Vec<_> { of(entity) }).collect()
}

/// What a command moves even if it changes no record.
fn counters(engine: &Engine) -> (i64, Vec<(String, i64)>, usize) {
    let tenant = engine.admin.ctx.tenant;
    let read = |tx: &mut dyn ReadTx, _: &TenantSchema| {
        let mut operations = 0;
        tx.operations(tenant, &mut |_| {
            operations += 1;
            Ok(())
        })?;
        Ok((tx.epoch(tenant)?, tx.number_series(tenant)?, operations))
    };
    reading(engine, read).unwrap()
}

/// An outcome or an error as text, in which every identifier is the same.
fn without_ids(outcome: &Result<Outcome>) -> String {
    let text = match outcome {
        Ok(outcome) => crate::value::json::to_canonical(outcome).unwrap(),
        Err(error) => error.kind().to_owned() + &crate::value::json::to_canonical(error.problems()).unwrap(),
    };
    let mut parts: Vec<&str> = text.split_inclusive(|c: char| !(c.is_ascii_hexdigit() || c == '-')).collect();
    for part in &mut parts {
        if part.get(..36).is_some_and(|text| text.parse::<Id>().is_ok()) {
            *part = "?";
        }
    }
    parts.concat()
}

/// A record of the past with the custom fields that there are now, as a reader may see it.
fn with_present_meaning(schema: &TenantSchema, entity: &str, mut row: Row) -> Row {
    let fields = schema.custom_fields(entity);
    row.custom.retain(|name, _| fields.iter().any(|field| field.name == name.as_str()));
    let declared = schema.entity(entity).unwrap().fields.iter();
    for (_, value) in declared.zip(&mut row.values).filter(|(spec, _)| spec.sealed) {
        *value = crate::value::FieldValue::Null;
    }
    row
}

impl Pair {
    fn new(seed: u64) -> Self {
        let (memory, sqlite) = (Engine::new(memory(), seed), Engine::new(sqlite(), seed));
        let admin = memory.admin.user();
        let user: crate::access::User = memory.admin.get(admin).unwrap();
        let mut reserved = user.permission_sets;
        reserved.push(admin);
        let generator = Generator::new(seed, registry(), reserved);
        let mut pair = Self {
            memory,
            sqlite,
            users: vec![admin],
            generator,
            repeats: Vec::new(),
            moments: Vec::new(),
            commands: 0,
            succeeded: 0,
            undone: 0,
            unmerged: 0,
        };
        let mut feed = pair.memory.admin.changes_since(0, 1_000).unwrap().entries;
        feed.retain(|entry| entry.entity == "organization");
        for entry in feed {
            let JournalEntry { entity, record: id, version, .. } = entry;
            pair.generator.learn(super::generate::Known { entity, id, version, deleted: false });
        }
        for definition in super::custom_definitions("sample") {
            let command = Command::Admin(crate::engine::AdminCommand::DefineField { definition });
            pair.run(0, &[command], None).unwrap();
        }
        pair
    }

    fn sessions(&self, user: usize) -> (Session, Session) {
        (self.memory.session_of(self.users[user]), self.sqlite.session_of(self.users[user]))
    }

    fn pause(&self, micros: i64) {
        self.memory.clock.advance_micros(micros);
        self.sqlite.clock.advance_micros(micros);
    }

    fn run(&mut self, user: usize, commands: &[Command], op_id: Option<Id>) -> Result<Outcome> {
        let (memory, sqlite) = self.sessions(user);
        let (expected, found) = (memory.execute_all(commands, op_id), sqlite.execute_all(commands, op_id));
        assert_eq!(found, expected, "after {} commands: {commands:?}", self.commands);
        self.commands += commands.len();
        if let Ok(outcome) = &expected {
            self.succeeded += commands.len();
            self.generator.note(outcome);
            let made = outcome.changes.iter().filter(|change| change.entity == "user" && change.version == 1);
            self.users.extend(made.map(|change| change.id));
        }
        expected
    }

    fn user(&mut self) -> usize {
        let random = &mut self.generator.random;
        if random.percent(80) { 0 } else { random.below(self.users.len()) }
    }

    fn step(&mut self) {
        let user = self.user();
        let pause = i64::try_from(self.generator.random.below(3_000_000)).unwrap();
        self.pause(pause);
        if self.generator.random.percent(3)
            && let Some((first, op_id, commands)) = self.generator.random.pick(&self.repeats).cloned()
        {
            let same = !self.generator.random.percent(20);
            let _ = self.run(if same { first } else { user }, &commands, Some(op_id));
            return;
        }
        let schema = schema(&self.memory);
        let commands = self.generator.commands(&schema);
        let op_id = self.generator.random.percent(10).then(|| {
            let op_id = self.memory.admin.new_id();
            assert_eq!(op_id, self.sqlite.admin.new_id());
            op_id
        });
        if self.generator.random.percent(4) {
            let preview = self.preview(user, &commands);
            let effect = self.run(user, &commands, op_id);
            assert_eq!(without_ids(&effect), without_ids(&preview), "{commands:?}");
        } else {
            let _ = self.run(user, &commands, op_id);
        }
        if let Some(op_id) = op_id {
            self.repeats.push((user, op_id, commands));
            if self.repeats.len() > 40 {
                self.repeats.remove(0);
            }
        }
    }

    /// What commands would do; that it was told has changed nothing.
    fn preview(&mut self, user: usize, commands: &[Command]) -> Result<Outcome> {
        let (memory, sqlite) = self.sessions(user);
        let before = self.generator.random.percent(4).then(|| [rows(&self.memory), rows(&self.sqlite)]);
        let places = [counters(&self.memory), counters(&self.sqlite)];
        let preview = memory.preview_all(commands);
        assert_eq!(sqlite.preview_all(commands), preview, "{commands:?}");
        assert_eq!([counters(&self.memory), counters(&self.sqlite)], places, "{commands:?}");
        if let Some(before) = before {
            assert_eq!([rows(&self.memory), rows(&self.sqlite)], before, "{commands:?}");
        }
        preview
    }

    /// Commands, and at once their undo: every record is as before, apart from what says that it was written.
    fn there_and_back(&mut self) {
        let schema = schema(&self.memory);
        let commands = self.generator.commands(&schema);
        let before = rows(&self.memory);
        self.pause(1);
        let Ok(outcome) = self.run(0, &commands, None) else { return };
        if outcome.changes.is_empty() {
            return;
        }
        match commands.as_slice() {
            [Command::Merge(MergeCommand::Merge { .. })] => return self.unmerged(outcome.op_id, &before, &commands),
            // A batch with a merge in it is not undone.
            commands if commands.iter().any(|command| matches!(command, Command::Merge(_))) => return,
            _ => {}
        }
        let undo = Command::Journal(JournalCommand::Undo { operation: outcome.op_id });
        let back = self.run(0, &[undo], None);
        // A definition of today may demand what was empty before, or new records may need each other in a circle.
        let refusals = [ErrorCode::Required, ErrorCode::StillReferenced];
        if let Err(error) = back {
            // A share of a record that is gone does not come back.
            let of_share = |command: &Command| matches!(command, Command::Record(crate::engine::RecordCommand::Delete { entity, .. }) if entity == "record_share");
            let is_gone = error.code() == ErrorCode::UnknownReference && commands.iter().any(of_share);
            assert!(is_gone || refusals.contains(&error.code()), "{error:?} after {commands:?}");
            return;
        }
        // A link belongs to the owner of its account, whom its rule writes down again whenever the link is written.
        let unmarked = |(entity, _): &(&str, Id), row: &Row| Row {
            version: 0,
            owner: row.owner.filter(|_| !["account_link", "record_share", "team_member"].contains(entity)),
            updated_at: Timestamp::default(),
            updated_by: None,
            ..row.clone()
        };
        let after = rows(&self.memory);
        let has_merges = after.keys().any(|(entity, _)| *entity == "merge");
        for (key, row) in after {
            match before.get(&key) {
                // What came back for a moment and pointed to a merged record points to the surviving one since.
                Some(before) if has_merges && before.deleted && row.deleted => {}
                Some(before) => assert_eq!(unmarked(&key, &row), unmarked(&key, before), "{key:?} after {commands:?}"),
                None => assert!(row.deleted, "{key:?} after {commands:?}"),
            }
        }
        self.undone += outcome.changes.len();
    }

    /// A merge that is taken back at once leaves every record as it was, with its version and its instant.
    fn unmerged(&mut self, merge: Id, before: &Rows, commands: &[Command]) {
        self.pause(1);
        let unmerge = Command::Merge(MergeCommand::Unmerge { id: merge });
        self.run(0, &[unmerge], None).unwrap_or_else(|error| panic!("{error:?} after {commands:?}"));
        let mut after = rows(&self.memory);
        after.retain(|(entity, _), _| *entity != MergeRecord::NAME);
        let mut before = before.clone();
        before.retain(|(entity, _), _| *entity != MergeRecord::NAME);
        assert_eq!(after, before, "after {commands:?}");
        self.unmerged += 1;
    }

    /// Keeps every record as it stands now.
    fn remember(&mut self) {
        self.moments.push((self.memory.clock_now(), rows(&self.memory)));
        self.pause(1);
    }

    /// What records were at the moments that were kept is what they had been.
    fn recall(&mut self) {
        let schema = schema(&self.memory);
        for (at, then) in std::mem::take(&mut self.moments) {
            let keys: Vec<_> = then.keys().copied().collect();
            for _ in 0..REMEMBERED {
                let (entity, id) = self.generator.random.of(&keys);
                let row = then[&(entity, id)].clone();
                let expected = (!row.deleted).then(|| with_present_meaning(&schema, entity, row));
                for engine in [&self.memory, &self.sqlite] {
                    let found = engine.admin.reading(|reading| reading.as_of(entity, id, at)).ok();
                    // By a rule of today it may be denied to everybody.
                    let denied = found.is_none() && engine.admin.history(entity, id).is_err();
                    if denied {
                        continue;
                    }
                    assert_eq!(found, expected, "{entity} at {at}");
                }
            }
            let later = rows(&self.memory).into_keys().filter(|key| !then.contains_key(key));
            for (entity, id) in later.take(REMEMBERED) {
                let found = self.memory.admin.reading(|reading| reading.as_of(entity, id, at));
                assert_eq!(found.unwrap_err().kind(), "not_found", "{entity} was not made at {at}");
            }
        }
    }

    /// One random question by a random user, page by page.
    fn ask(&mut self) {
        let user = self.user();
        let schema = schema(&self.memory);
        let entity = self.generator.random.of(schema.registry.entities());
        let (memory, sqlite) = self.sessions(user);
        let mut query = self.generator.query(&schema, &entity);
        for _ in 0..4 {
            let page = |session: &Session, query: &Query| session.reading(|reading| reading.page(entity.name, query));
            let (expected, found) = (page(&memory, &query), page(&sqlite, &query));
            assert_eq!(found, expected, "{} {query:?}", entity.name);
            match expected {
                Ok((_, Some(next))) => query.cursor = Some(next),
                _ => break,
            }
        }
        let query = self.generator.aggregate(&schema, &entity);
        let (expected, found) = (memory.aggregate(entity.name, &query), sqlite.aggregate(entity.name, &query));
        assert_eq!(found, expected, "{} {query:?}", entity.name);
        if let Some(known) = self.generator.any() {
            let history = |session: &Session| session.history(&known.entity, known.id);
            assert_eq!(history(&sqlite), history(&memory), "{known:?}");
            let at = memory.clock.now().add_micros(-3_600_000_000);
            let as_of = |session: &Session| session.reading(|reading| reading.as_of(&known.entity, known.id, at));
            assert_eq!(as_of(&sqlite), as_of(&memory), "{known:?}");
            let get = |session: &Session| session.reading(|reading| reading.get(&known.entity, known.id));
            assert_eq!(get(&sqlite), get(&memory), "{known:?}");
        }
        let cursor = i64::try_from(self.generator.random.below(self.commands + 10)).unwrap();
        assert_eq!(sqlite.changes_since(cursor, 5), memory.changes_since(cursor, 5));
    }

    /// Every record, every entry of the journal and every unique key are equal.
    fn compare(&self) {
        for entity in registry().entities() {
            assert_eq!(dump(&self.sqlite, entity), dump(&self.memory, entity), "{}", entity.name);
        }
        let mut cursor = 0;
        loop {
            let page = self.memory.admin.changes_since(cursor, 1_000).unwrap();
            assert_eq!(self.sqlite.admin.changes_since(cursor, 1_000).unwrap(), page);
            cursor = page.next_cursor;
            if !page.has_more {
                break;
            }
        }
    }

    /// The journal from the beginning gives the present state, and every unique value its holder.
    fn replay(engine: &Engine) {
        let read = |scope| {
            reading(engine, |tx, _| {
                tx.journal(JournalRead { tenant: engine.admin.ctx.tenant, scope, limit: usize::MAX })
            })
        };
        let mut by_record: BTreeMap<(String, Id), Vec<JournalEntry>> = BTreeMap::new();
        for entry in read(JournalScope::After(0)).unwrap() {
            by_record.entry((entry.entity.clone(), entry.record)).or_default().push(entry);
        }
        let schema = schema(engine);
        for entity in registry().entities() {
            let plan = AccessPlan::system(
                engine.admin.ctx.tenant,
                entity,
                &schema,
                &AccessModel::default(),
                SystemReason::Dump,
            );
            for row in dump(engine, entity) {
                let entries = by_record.remove(&(entity.name.to_owned(), row.id)).unwrap();
                let replayed = journal::row_as_of(&schema, entity, &entries).unwrap();
                assert_eq!(replayed, (!row.deleted).then(|| row.clone()), "{}", entity.name);
                let keys = crate::access::unique_keys(entity, schema.custom_fields(entity.name), &row);
                for (kind, key) in keys {
                    let holder = reading(engine, |tx, _| tx.lookup(&plan.check_lookup(&kind, &key))).unwrap();
                    assert_eq!(holder == Some(row.id), !row.deleted, "{kind} {key}");
                }
            }
        }
        assert!(by_record.is_empty(), "an entry without a record");
    }
}

fn commands_are_equal_on_both_stores(seed: u64) {
    let mut pair = Pair::new(seed);
    let mut next = 0;
    while pair.commands < COMMANDS {
        pair.step();
        if pair.generator.random.percent(4) {
            pair.ask();
        }
        if pair.generator.random.below(200) == 0 {
            pair.there_and_back();
        }
        if pair.commands > next {
            next += COMMANDS / 4;
            pair.compare();
            pair.remember();
        }
    }
    pair.compare();
    pair.recall();
    assert!(pair.undone > 10, "too little was undone: {}", pair.undone);
    Pair::replay(&pair.memory);
    Pair::replay(&pair.sqlite);
    assert_eq!(pair.sqlite.crm.check_integrity().unwrap(), Vec::<String>::new());
    assert!(pair.succeeded * 4 > pair.commands, "too few commands succeed: {} of {}", pair.succeeded, pair.commands);
}

#[test]
fn model_of_the_first_seed() {
    commands_are_equal_on_both_stores(1);
}

#[test]
fn model_of_the_second_seed() {
    commands_are_equal_on_both_stores(2);
}

#[test]
fn model_of_the_third_seed() {
    commands_are_equal_on_both_stores(3);
}

#[test]
fn model_of_the_fourth_seed() {
    commands_are_equal_on_both_stores(4);
}
