//! Two worlds that differ only in what a reader may not see: every answer and every error must be equal.
//!
//! What is known to tell is left out, and only that: places in the journal (`sequence` and the cursor made of it) grow
//! with every entry, also hidden ones; a unique value that a hidden record has is refused; a record to which a hidden
//! one refers cannot be deleted; and an identifier can be given once.

use std::collections::HashMap;

use super::generate::{Generator, Known, WORDS};
use super::{Engine, Kept, Random, custom_definitions, memory, registry, sqlite};
use crate::access::{FieldRight, ObjectRight, PermissionSet, Role, User};
use crate::engine::{AdminCommand, Command, JournalCommand, Outcome, RecordCommand, Session};
use crate::query::{AggregateQuery, Query};
use crate::room::Reader as _;
use crate::schema::TenantSchema;
use crate::value::{FieldValue, Id, Result};

/// The fields of the sample that the reader does not see.
const HIDDEN: [&str; 6] = ["secret", "amount", "is_open", "rank", "agent", "x_text"];

/// What a failure begins with that tells two worlds apart.
pub(super) const TOLD_APART: &str = "the worlds were told apart";

/// Fails if two answers differ, and shows where they begin to.
pub(super) fn same<T: std::fmt::Debug + PartialEq>(what: &dyn std::fmt::Debug, second: &T, first: &T) {
    if second == first {
        return;
    }
    let texts = [second, first].map(|answer| format!("{answer:?}").chars().collect::<Vec<char>>());
    let equal = texts[0].iter().zip(&texts[1]).take_while(|(a, b)| a == b).count();
    let [second, first] = texts.map(|text| text.iter().skip(equal.saturating_sub(200)).take(400).collect::<String>());
    panic!("{TOLD_APART} by {what:?}\n second: ..{second}..\n first: ..{first}..");
}

/// Two worlds, and who reads in them.
pub(super) trait Twins {
    fn worlds(&self) -> &[Engine; 2];
    fn reader(&self) -> Id;
    /// Counts a call, and whether it was answered.
    fn count(&mut self, answered: bool);
    /// The reader's session in each world.
    fn sessions(&self) -> [Session; 2] {
        self.worlds().each_ref().map(|world| world.session_of(self.reader()))
    }

    /// Asks both worlds and compares the answers.
    fn ask<T: std::fmt::Debug + PartialEq>(
        &mut self,
        what: &dyn std::fmt::Debug,
        ask: impl Fn(&Session) -> Result<T>,
    ) -> Option<T>
    where
        Self: Sized,
    {
        let [first, second] = self.sessions().map(|session| ask(&session));
        same(what, &second, &first);
        self.count(first.is_ok());
        first.ok()
    }

    /// The schema as the administrator of the first world has it.
    fn schema(&self) -> std::sync::Arc<TenantSchema> {
        let [first, _] = self.worlds();
        first.admin.reading(|reading| Ok(reading.tenant.schema.clone())).unwrap()
    }
}

/// What both pairs of worlds count and hold in the same fields.
macro_rules! twins {
    ($type:ty) => {
        impl crate::testkit::paired::Twins for $type {
            fn worlds(&self) -> &[crate::testkit::Engine; 2] {
                &self.worlds
            }

            fn reader(&self) -> crate::value::Id {
                self.reader
            }

            fn count(&mut self, answered: bool) {
                self.calls += 1;
                self.answered += usize::from(answered);
            }
        }
    };
}
pub(super) use twins;

twins!(Worlds);

/// Both worlds, and what happened in them.
struct Worlds {
    worlds: [Engine; 2],
    /// Who reads, whom he stands above, and who owns what he does not see.
    reader: Id,
    below: Id,
    other: Id,
    cursors: [i64; 2],
    /// Hidden records of each world with their versions.
    hidden: [Vec<(Id, i64, bool)>; 2],
    /// Records that the reader sees, with their versions.
    seen: Vec<(Id, i64)>,
    operations: Vec<Id>,
    random: Random,
    serial: u64,
    calls: usize,
    answered: usize,
}

fn map(fields: &[(&str, FieldValue)]) -> HashMap<String, FieldValue> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn create(fields: &[(&str, FieldValue)]) -> Command {
    Command::Record(RecordCommand::Create { entity: "sample".into(), fields: map(fields) })
}

fn update(id: Id, expected_version: i64, fields: &[(&str, FieldValue)]) -> Command {
    Command::Record(RecordCommand::Update { entity: "sample".into(), id, expected_version, fields: map(fields) })
}

fn permission_set() -> PermissionSet {
    let right = |entity: &str, all: bool| ObjectRight {
        entity: entity.into(),
        read: true,
        create: all,
        edit: all,
        delete: all,
        export: all,
        ..ObjectRight::default()
    };
    let known = crate::engine::registry();
    let costly = ["organization", "field_definition", "role", "permission_set", "user"];
    let rooms = known.entities().iter().filter(|entity| entity.part_of.is_none()).map(|entity| entity.name);
    let rooms = rooms.filter(|name| !costly.contains(name));
    let mut objects: Vec<ObjectRight> = rooms.map(|name| right(name, true)).collect();
    objects.extend([right("sample", true), right("user", false), right("role", false)]);
    let field = |name: &&str| FieldRight { entity: "sample".into(), field: (*name).into(), ..FieldRight::default() };
    PermissionSet {
        name: "seller".into(),
        objects,
        fields: HIDDEN.iter().map(field).collect(),
        ..PermissionSet::default()
    }
}

impl Worlds {
    fn new(make: fn() -> Kept, seed: u64) -> Self {
        let worlds = [Engine::new(make(), seed), Engine::new(make(), seed)];
        let mut people = Vec::new();
        for world in &worlds {
            world.define(custom_definitions("sample"));
            let admin = |command| world.admin.execute(Command::Admin(command)).unwrap();
            let set = admin(AdminCommand::CreatePermissionSet { permission_set: permission_set() });
            let role = |name: &str, parent| {
                let role = Role { name: name.into(), parent, ..Role::default() };
                admin(AdminCommand::CreateRole { role }).created("role")
            };
            let above = role("above", None);
            let below = role("below", Some(above));
            let user = |login: &str, role| {
                let permission_sets = vec![set.created("permission_set")];
                let user = User { login: login.into(), name: login.into(), role, permission_sets, ..User::default() };
                admin(AdminCommand::CreateUser { user }).created("user")
            };
            people = vec![user("reader", Some(above)), user("below", Some(below)), user("other", None)];
        }
        let cursors = [0, 1].map(|world: usize| worlds[world].admin.changes_since(0, 1_000).unwrap().next_cursor);
        Self {
            worlds,
            reader: people[0],
            below: people[1],
            other: people[2],
            cursors,
            hidden: [Vec::new(), Vec::new()],
            seen: Vec::new(),
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

    fn behind(&mut self, world: usize, commands: &[Command]) -> Result<Outcome> {
        let op_id = self.new_id();
        self.worlds[world].admin.execute_all(commands, Some(op_id))
    }

    /// Somebody else works on what the reader does not see: other records, other values, another number of them.
    fn work_behind(&mut self, world: usize) {
        for _ in 0..self.random.below(3) {
            let id = self.new_id();
            let parent = self.random.pick(&self.hidden[world]).filter(|parent| !parent.2).map(|parent| parent.0);
            let owner = if self.random.percent(50) { self.other } else { self.worlds[world].admin.user() };
            let fields = [
                ("id", id.into()),
                ("owner", owner.into()),
                ("name", self.apart(world)),
                ("code", format!("H {}", self.serial).into()),
                ("note", self.apart(world)),
                ("amount", i64::try_from(self.serial).unwrap().into()),
                ("parent", parent.into()),
            ];
            self.behind(world, &[create(&fields)]).unwrap();
            self.hidden[world].push((id, 1, false));
        }
        let count = self.hidden[world].len();
        let place = self.random.below(count);
        let Some((id, version, deleted)) = self.hidden[world].get(place).copied() else { return };
        let command = if deleted {
            Command::Record(RecordCommand::Restore { entity: "sample".into(), id })
        } else if self.random.percent(30) {
            Command::Record(RecordCommand::Delete { entity: "sample".into(), id, expected_version: version })
        } else {
            update(id, version, &[("note", self.apart(world))])
        };
        let restored = matches!(command, Command::Record(RecordCommand::Restore { .. }));
        let deletes = matches!(command, Command::Record(RecordCommand::Delete { .. }));
        if self.behind(world, &[command]).is_ok() {
            self.hidden[world][place] = (id, version + 1, if restored { false } else { deletes });
        }
    }

    /// A record of the reader, or of somebody below, gets other hidden values in each world, as often in both.
    fn work_in_view(&mut self) {
        let op_id = self.new_id();
        let place = self.random.below(self.seen.len());
        let fresh = self.seen.get(place).is_none() || self.random.percent(30);
        let id = if fresh { self.new_id() } else { self.seen[place].0 };
        let (name, open) = (self.random.of(&WORDS), self.random.percent(50));
        let owner = self.random.of(&[self.reader, self.below]);
        let partner = self.new_id();
        let mixed = self.random.percent(20);
        let mut done = Vec::new();
        for world in 0..2 {
            let amount = i64::try_from(self.serial).unwrap();
            let mut fields = vec![
                ("secret", self.apart(world)),
                ("x_text", self.apart(world)),
                ("amount", (amount * 2 + i64::try_from(world).unwrap()).into()),
                ("is_open", (open == (world == 0)).into()),
            ];
            if !fresh {
                // Not even which of the hidden fields were changed may be told.
                fields = fields.split_off(if world == 0 { 0 } else { 2 });
                fields.truncate(2);
            }
            if fresh {
                fields.extend([("id", id.into()), ("owner", owner.into()), ("name", name.into())]);
            }
            let version = self.seen.get(place).map_or(1, |seen| seen.1);
            let mut commands = vec![if fresh { create(&fields) } else { update(id, version, &fields) }];
            if mixed {
                let note = self.apart(world);
                commands.push(create(&[("id", partner.into()), ("name", note), ("owner", self.other.into())]));
            }
            done.push(self.worlds[world].admin.execute_all(&commands, Some(op_id)).is_ok());
        }
        assert_eq!(done[0], done[1]);
        if done[0] && fresh {
            self.seen.push((id, 1));
        } else if done[0] {
            self.seen[place].1 += 1;
        }
        if done[0] {
            self.operations.push(op_id);
        }
    }

    /// An identifier that the reader may have heard of: visible, hidden in one world, hidden in both, or of nothing.
    fn any_id(&mut self) -> Id {
        match self.random.below(4) {
            0 => self.random.pick(&self.hidden[0]).map_or(Id::NIL, |record| record.0),
            1 => self.random.pick(&self.hidden[1]).map_or(Id::NIL, |record| record.0),
            _ => self.random.pick(&self.seen).map_or(Id::NIL, |record| record.0),
        }
    }

    /// The reader does something.
    fn command(&mut self, generator: &mut Generator, schema: &TenantSchema) {
        let mut commands = generator.commands(schema);
        for command in &mut commands {
            let id = self.any_id();
            let strange = self.random.percent(8);
            if let Command::Record(command) = command {
                let fields = match command {
                    RecordCommand::Create { fields, .. } => Some(fields),
                    RecordCommand::Update { fields, id: target, .. } => {
                        if strange {
                            *target = id
                        }
                        Some(fields)
                    }
                    RecordCommand::Delete { id: target, .. } | RecordCommand::Restore { id: target, .. } => {
                        if strange {
                            *target = id
                        }
                        None
                    }
                };
                if let Some(fields) = fields {
                    fields.remove("id");
                    fields.retain(|name, _| !HIDDEN.contains(&name.as_str()) || strange);
                    if strange {
                        fields.insert("parent".into(), id.into());
                    }
                }
            }
            if strange && self.random.percent(30) {
                let operation = self.random.pick(&self.operations).copied().unwrap_or(id);
                *command = Command::Journal(JournalCommand::Undo { operation });
            }
        }
        if self.random.percent(10) {
            self.ask(&commands, |session| session.preview_all(&commands));
        }
        let known = self.random.percent(5).then(|| self.random.pick(&self.operations).copied()).flatten();
        let outcome = self.ask(&commands, |session| session.execute_all(&commands, known));
        if let Some(outcome) = outcome {
            generator.note(&outcome);
            for change in outcome.changes.iter().filter(|change| change.entity == "sample") {
                match self.seen.iter_mut().find(|seen| seen.0 == change.id) {
                    Some(seen) => seen.1 = change.version,
                    None => self.seen.push((change.id, change.version)),
                }
            }
            self.operations.push(outcome.op_id);
        }
    }

    /// The reader reads.
    fn read(&mut self, generator: &mut Generator, schema: &TenantSchema) {
        let entity = if self.random.percent(90) {
            schema.entity("sample").unwrap().clone()
        } else {
            generator.random.of(schema.registry.entities())
        };
        match self.random.below(7) {
            0 | 1 => {
                let mut query = generator.query(schema, &entity);
                for _ in 0..3 {
                    let page = self.ask(&query, |session| session.reading(|reading| reading.page(entity.name, &query)));
                    let Some((_, Some(next))) = page else { break };
                    query.cursor = Some(next);
                }
            }
            2 => {
                let query: AggregateQuery = generator.aggregate(schema, &entity);
                self.ask(&query, |session| session.aggregate(entity.name, &query));
            }
            3 => {
                let id = self.any_id();
                self.ask(&("get", id), |session| session.reading(|reading| reading.get("sample", id)));
            }
            4 => {
                let id = self.any_id();
                let history = |session: &Session| {
                    let mut entries = session.history("sample", id)?;
                    entries.iter_mut().for_each(|entry| entry.sequence = 0);
                    Ok(entries)
                };
                self.ask(&("history", id), history);
            }
            5 => {
                let id = self.any_id();
                let back = i64::try_from(self.random.below(2_000_000_000)).unwrap();
                let at = self.worlds[0].clock_now().add_micros(-back);
                self.ask(&("as of", id, at), |session| session.reading(|reading| reading.as_of("sample", id, at)));
            }
            _ => self.follow(),
        }
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
        same(&"the change feed", &shown[1], &shown[0]);
        self.calls += 1;
    }
}

fn answers_are_equal(make: fn() -> Kept, seed: u64, calls: usize) {
    let mut worlds = Worlds::new(make, seed);
    let mut generator = Generator::new(seed, registry(), Vec::new());
    for id in [worlds.reader, worlds.below, worlds.other] {
        generator.learn(Known { entity: "user".into(), id, version: 1, deleted: false });
    }
    let schema = worlds.schema();
    while worlds.calls < calls {
        for world in &worlds.worlds {
            world.clock.advance_micros(1_000_000);
        }
        match worlds.random.below(10) {
            0 => (0..2).for_each(|world| worlds.work_behind(world)),
            1 => worlds.work_in_view(),
            2..=4 => worlds.command(&mut generator, &schema),
            _ => worlds.read(&mut generator, &schema),
        }
    }
    let [first, second] = [0, 1].map(|world: usize| worlds.hidden[world].len());
    assert_ne!(first, second, "the worlds must differ");
    assert!(worlds.answered * 4 > worlds.calls, "only {} of {} calls were answered", worlds.answered, worlds.calls);
    let all = worlds.sessions().map(|session| session.list_all::<super::Sample>(&Query::default()).unwrap());
    assert!(all[0].len() > 20 && all[0] == all[1]);
}

#[test]
fn a_reader_cannot_tell_two_worlds_apart() {
    answers_are_equal(memory, 71, 5_000);
}

#[test]
fn a_reader_cannot_tell_two_files_apart() {
    answers_are_equal(sqlite, 72, 2_500);
}
