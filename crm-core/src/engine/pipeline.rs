//! The command pipeline: replay check, load, authorise, decide, apply, journal, commit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::crm::{Inner, every_right, first_records};
use super::duplicates::{keep, kept_changes};
use super::registry::{CONFIGURATION, delete_rule_of, rule_of};
use super::tenant::Tenant;
use super::{Command, Outcome, RecordChange, RecordCommand, Session, SetupOptions};
use crate::access::{AccessPlan, Action, Ctx, SystemReason, TenantId};
use crate::duplicates::RecordSource;
use crate::journal::{self, ChangeKind, JournalEntry};
use crate::query;
use crate::room::{Author, Change, Decision, Memo};
use crate::schema::{Entity as _, EntityType, FieldDefinition, Place, Row};
use crate::store::{Operation, WriteFailure, WriteTx};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp, json};

/// The most commands in one batch.
pub(crate) const MAX_BATCH: usize = 10_000;
/// How deep consequences of consequences may go.
const MAX_CONSEQUENCES: usize = 16;

/// What a caller asks for: a command, or several that are done together.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// One command; errors name its fields.
    One(&'a Command),
    /// A list, also one of a single command; errors begin with the place in the list.
    List(&'a [Command]),
}

impl<'a> Asked<'a> {
    const fn commands(self) -> &'a [Command] {
        match self {
            Self::One(command) => std::slice::from_ref(command),
            Self::List(commands) => commands,
        }
    }

    pub(super) fn located(self, place: usize, error: Error) -> Error {
        match self {
            Self::One(_) => error,
            Self::List(_) => error.under(&format!("[{place}]")),
        }
    }
}

/// Carries out all commands or none.
pub(super) fn execute(session: &Session, asked: Asked<'_>, op_id: Option<Id>) -> Result<Outcome> {
    check_batch(asked.commands(), op_id)?;
    let operation = op_id.unwrap_or_else(|| session.inner.ids.next_id());
    let fingerprint = fingerprint(session, asked.commands());
    let mut done = None;
    let written = session.inner.store()?.write(&mut |tx| {
        done = Some(run(session, tx, asked, operation, &fingerprint)?);
        Ok(())
    });
    let (outcome, tenant) = finish_write(false, written, done, REPEAT).map_err(|cause| repeatable(cause, operation))?;
    session.inner.tenants.keep(&tenant);
    Ok(outcome)
}

/// What the caller learns when the store is done; a preview must have been taken back.
pub(super) fn finish_write<T>(
    preview: bool,
    written: std::result::Result<(), WriteFailure>,
    done: Option<T>,
    advice: &str,
) -> Result<T> {
    match (written, done) {
        (Ok(()), Some(done)) if !preview => Ok(done),
        (Err(WriteFailure::RolledBack(_)), Some(done)) if preview => Ok(done),
        (Err(WriteFailure::RolledBack(error)), _) => Err(error),
        (Err(WriteFailure::Unknown(cause)), _) => Err(unknown(&cause, advice)),
        (Ok(()), _) => Err(Error::unavailable(ErrorCode::Store, "the store did not do what was asked")),
    }
}

/// Runs all commands and takes everything back.
pub(super) fn preview(session: &Session, asked: Asked<'_>) -> Result<Outcome> {
    check_batch(asked.commands(), None)?;
    let operation = session.inner.ids.next_id();
    let mut done = None;
    let written = session.inner.store()?.write(&mut |tx| {
        done = Some(run(session, tx, asked, operation, "")?);
        Err(Error::unavailable(ErrorCode::Store, "a preview is never committed"))
    });
    finish_write(true, written, done, REPEAT).map(|(outcome, _)| outcome)
}

pub(super) fn check_batch(commands: &[Command], op_id: Option<Id>) -> Result<()> {
    if commands.is_empty() || commands.len() > MAX_BATCH {
        let problem = Problem::of_field(ErrorCode::TooMany, "commands", "a batch has 1 to 10000 commands");
        return Err(problem.with("max", MAX_BATCH).into_invalid());
    }
    if op_id.is_some_and(|op_id| op_id.is_nil()) {
        return Err(Error::invalid(ErrorCode::Required, "op_id", "the op_id must not be empty"));
    }
    Ok(())
}

/// What is kept of an operation, whoever made its `op_id`: the commands and whose they were. After `Unknown` its caller
/// may repeat it, and nothing else passes for it. A command without a JSON form is refused later, where the field that
/// is to blame is known.
fn fingerprint(session: &Session, commands: &[Command]) -> String {
    let text = json::to_canonical(commands).unwrap_or_default();
    query::fingerprint(&[&session.ctx.user.to_string(), &text])
}

/// What to do when nobody knows whether an operation took effect.
const REPEAT: &str = "repeat with the same `op_id`";

/// The commit could not be confirmed; what the caller can do about it.
pub(crate) fn unknown(cause: &Error, advice: &str) -> Error {
    let message = format!("nobody knows whether the commit took effect: {advice}");
    Error::Unknown { problems: vec![Problem::new(ErrorCode::CommitUnknown, message).with("cause", cause.code())] }
}

/// Names the operation that the caller may repeat.
fn repeatable(error: Error, operation: Id) -> Error {
    match error {
        Error::Unknown { problems } => {
            let named = problems.into_iter().map(|problem| problem.with("op_id", operation));
            Error::Unknown { problems: named.collect() }
        }
        error => error,
    }
}

/// The outcome, with the tenant as it is then: what was compiled for the transaction need not be compiled again.
fn run(
    session: &Session,
    tx: &mut dyn WriteTx,
    asked: Asked<'_>,
    operation: Id,
    fingerprint: &str,
) -> Result<(Outcome, Arc<Tenant>)> {
    let tenant = session.inner.tenant(tx, session.ctx.tenant)?;
    tenant.require_user(session.ctx.user)?;
    if let Some(found) = tx.operation(tenant.id, operation)? {
        return replay(&found, fingerprint).map(|outcome| (outcome, tenant));
    }
    let mut work = Work::new(session, tx, tenant, operation);
    for (place, command) in asked.commands().iter().enumerate() {
        work.execute(command).map_err(|error| asked.located(place, error))?;
    }
    let tenant = work.tenant.clone();
    work.finish(fingerprint).map(|outcome| (outcome, tenant))
}

/// The outcome of an operation that was carried out before; for nobody but the one who did.
fn replay(found: &Operation, fingerprint: &str) -> Result<Outcome> {
    if found.fingerprint != fingerprint {
        let problem = Problem::of_field(ErrorCode::OpIdReused, "op_id", "the op_id was used before for something else");
        return Err(Error::conflict(problem));
    }
    let outcome: Outcome = json::from_own_text(&found.outcome)?;
    Ok(Outcome { replayed: true, ..outcome })
}

/// Makes a tenant with its first records.
pub(super) fn setup(inner: &Arc<Inner>, options: &SetupOptions) -> Result<Id> {
    let admin = inner.ids.next_id();
    let written = inner.store()?.write(&mut |tx| {
        if tx.tenant(&options.tenant)?.is_some() {
            return Err(Error::conflict(Problem::of_field(
                ErrorCode::DuplicateKey,
                "tenant",
                "the tenant exists already",
            )));
        }
        let id = tx.add_tenant(&options.tenant)?;
        let ctx = Ctx { tenant: id, user: admin };
        let session = Session { inner: inner.clone(), ctx, clock: inner.clock.clone(), source: None };
        first_operation(&session, tx, options, id)
    });
    match written {
        Ok(()) => Ok(admin),
        Err(WriteFailure::RolledBack(error)) => Err(error),
        Err(WriteFailure::Unknown(cause)) => Err(unknown(&cause, "ask for a session of the first user, or repeat")),
    }
}

fn first_operation(session: &Session, tx: &mut dyn WriteTx, options: &SetupOptions, id: TenantId) -> Result<()> {
    let epoch = tx.epoch(id)?;
    let tenant = Arc::new(Tenant::load(tx, &session.inner.registry, id, epoch, session.inner.clock.now())?);
    let mut work = Work::new(session, tx, tenant, session.inner.ids.next_id());
    work.command = "setup";
    work.good.insert(("user", Author::Rule, session.ctx.user));
    let set = crate::access::PermissionSet { id: session.inner.ids.next_id(), ..every_right() };
    let (organization, mut user) = first_records(options, set.id);
    user.id = session.ctx.user;
    let changes = [Change::create(&organization), Change::create(&set), Change::create(&user)];
    for change in changes {
        work.apply(Author::Rule, change, 0)?;
    }
    work.finish("").map(|_| ())
}

/// One operation inside its transaction.
pub(super) struct Work<'a> {
    pub(super) session: &'a Session,
    pub(super) tx: &'a mut dyn WriteTx,
    pub(super) tenant: Arc<Tenant>,
    pub(super) operation: Id,
    pub(super) now: Timestamp,
    /// On whose authority the change is made whose rule speaks.
    pub(super) author: Author,
    command: &'static str,
    /// Whether what is written now follows from another change.
    pub(super) consequence: bool,
    /// Whether a merge is carried out or taken back: the journal notes the stamps of each record too.
    pub(super) merging: bool,
    /// Whether what is written now is none of the caller's business.
    pub(super) quiet: bool,
    pub(super) outcome: Outcome,
    /// References that were found to be good, and on whose authority; what is written since is looked at again.
    pub(super) good: HashSet<(&'static str, Author, Id)>,
    /// What rules worked out; what is written since is looked at again.
    pub(super) memo: Memo,
    /// Numbers that were taken and not used yet: next, end.
    pub(super) numbers: HashMap<String, (i64, i64)>,
    pub(super) configured: bool,
    /// The way on which records come in: the rules for duplicates of that way hold.
    pub(super) source: RecordSource,
}

impl<'a> Work<'a> {
    pub(super) fn new(session: &'a Session, tx: &'a mut dyn WriteTx, tenant: Arc<Tenant>, operation: Id) -> Self {
        let outcome = Outcome { op_id: operation, ..Outcome::default() };
        Self {
            session,
            tx,
            tenant,
            operation,
            now: session.clock.now(),
            author: Author::Caller,
            command: "",
            consequence: false,
            merging: false,
            quiet: false,
            outcome,
            good: HashSet::new(),
            memo: Memo::default(),
            numbers: HashMap::new(),
            configured: false,
            source: session.source.unwrap_or_default(),
        }
    }

    pub(super) fn name_command(&mut self, name: &'static str) {
        self.command = name;
    }

    pub(super) fn execute(&mut self, command: &Command) -> Result<()> {
        self.command = command.name();
        let decision = self.decide(command)?;
        self.carry_out(decision, 0)
    }

    fn decide(&mut self, command: &Command) -> Result<Decision> {
        match command {
            Command::Record(command) => self.decide_record(command),
            Command::Admin(command) => Ok(command.decide()),
            Command::Access(command) => Ok(command.decide()),
            Command::Customer(command) => command.decide(self),
            Command::Sales(command) => command.decide(self),
            Command::Product(command) => command.decide(self),
            Command::Condition(command) => command.decide(self),
            Command::SpecialPrice(command) => command.decide(self),
            Command::Forecast(command) => command.decide(self),
            Command::Quote(command) => command.decide(self),
            Command::Transfer(command) => self.decide_transfer(command),
            Command::Merge(command) => self.decide_merge(command),
            Command::Duplicate(command) => command.decide(self),
            Command::Journal(command) => self.decide_undo(command),
        }
    }

    pub(super) fn carry_out(&mut self, decision: Decision, depth: usize) -> Result<()> {
        if depth > MAX_CONSEQUENCES {
            return Err(Error::unavailable(ErrorCode::Store, "the rules call each other without end"));
        }
        self.outcome.warnings.extend(decision.warnings);
        self.outcome.trace.extend(decision.trace);
        let outer = self.consequence;
        for (author, change) in decision.first.into_iter().chain(decision.changes) {
            self.consequence = depth > 0 || author == Author::UndoRule;
            self.apply(author, change, depth)?;
        }
        self.consequence = outer;
        Ok(())
    }

    pub(super) fn finish(mut self, fingerprint: &str) -> Result<Outcome> {
        self.check_administrator(&self.outcome.changes)?;
        for (series, (next, end)) in std::mem::take(&mut self.numbers) {
            if end > next {
                self.tx.take_numbers(self.tenant.id, &series, next - end)?;
            }
        }
        let operation = Operation {
            op_id: self.operation,
            fingerprint: fingerprint.to_owned(),
            outcome: json::to_canonical(&self.outcome)?,
            at: self.now,
        };
        self.tx.record_operation(self.tenant.id, &operation)?;
        Ok(self.outcome)
    }

    pub(super) fn entity(&self, name: &str) -> Result<EntityType> {
        self.tenant.schema.entity(name).cloned()
    }

    pub(super) fn plan(&self, author: Author, entity: &EntityType) -> Arc<AccessPlan> {
        match author {
            Author::Caller | Author::Undo => self.tenant.plan(self.session.ctx.user, entity),
            Author::Rule | Author::UndoRule => Arc::new(self.tenant.system_plan(entity, SystemReason::Invariant)),
        }
    }

    fn decide_record(&mut self, command: &RecordCommand) -> Result<Decision> {
        let change = match command {
            RecordCommand::Create { entity, fields } => self.create_from_fields(entity, fields)?,
            RecordCommand::Update { entity, id, expected_version, fields } => {
                let mut set: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                set.sort_by(|a, b| a.0.cmp(&b.0));
                Change::Update { entity: self.entity(entity)?.name, id: *id, version: Some(*expected_version), set }
            }
            RecordCommand::Delete { entity, id, expected_version } => {
                Change::Delete { entity: self.entity(entity)?.name, id: *id, version: Some(*expected_version) }
            }
            RecordCommand::Restore { entity, id } => Change::Restore { entity: self.entity(entity)?.name, id: *id },
        };
        Ok(Decision::of(change))
    }

    pub(super) fn create_from_fields(&mut self, entity: &str, fields: &HashMap<String, FieldValue>) -> Result<Change> {
        let entity = self.entity(entity)?;
        let plan = self.plan(Author::Caller, &entity);
        let mut row = Row { values: vec![FieldValue::Null; entity.fields.len()], ..Row::default() };
        let mut names: Vec<_> = fields.iter().collect();
        names.sort_by(|a, b| a.0.cmp(b.0));
        for (name, value) in names {
            if name == "id" {
                row.id = read_id(value)?;
                continue;
            }
            let field = plan.readable_field(&self.tenant.schema, &entity, name)?;
            if matches!(field.place, Place::System(_)) && name != "owner" {
                plan.require_write(&field.spec)?;
            }
            let value = if name == "owner" { field.spec.coerce(value.clone())? } else { value.clone() };
            field.set(&mut row, value);
        }
        Ok(Change::Create { entity: entity.name, row })
    }

    pub(super) fn apply(&mut self, author: Author, change: Change, depth: usize) -> Result<()> {
        match change {
            Change::Create { entity, row } => self.create(author, entity, row, depth),
            Change::Save { entity, row } => self.save(author, entity, row, depth),
            Change::Update { entity, id, version, set } => self.update(author, entity, (id, version), set, depth),
            Change::Delete { entity, id, version } => self.delete(author, entity, id, version),
            Change::Restore { entity, id } => self.restore(author, entity, id, depth),
        }
    }

    fn create(&mut self, author: Author, entity: &'static str, mut row: Row, depth: usize) -> Result<()> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        plan.require(Action::Create)?;
        require_keeper(author, &entity)?;
        if author == Author::Caller {
            self.require_writes(&plan, &entity, &row)?;
        }
        if row.id.is_nil() {
            row.id = self.session.inner.ids.next_id();
        }
        row.version = 1;
        row.owner = row.owner.or(Some(self.session.ctx.user));
        (row.created_at, row.created_by) = (self.now, Some(self.session.ctx.user));
        (row.updated_at, row.updated_by) = (self.now, Some(self.session.ctx.user));
        self.coerce(&entity, &mut row)?;
        self.check_struct(&entity, &row)?;
        self.follow_merges(&entity, None, &mut row)?;
        let given = self.references(&entity, &row);
        let consequences = self.run_rule(author, &entity, None, &mut row, depth)?;
        self.check_present(&entity, &row)?;
        self.check_size(&row)?;
        self.check_references(&plan, None, &row, &given)?;
        self.before_definition(&entity, None, &row)?;
        self.before_sharing(author, &entity, None, Some(&mut row))?;
        self.check_aliases(&entity, None, &row)?;
        let review = self.check_duplicates(author, &entity, None, &row)?;
        let changes = journal::creation_changes(&self.tenant.schema, &entity, &row);
        self.write(&plan, &entity, None, row, ChangeKind::Create, changes)?;
        self.carry_out(consequences.join(review), depth + 1)
    }

    /// Lets the rule of the entity speak. What it wants to be written first is written; the rest is given back.
    pub(super) fn run_rule(
        &mut self,
        author: Author,
        entity: &EntityType,
        before: Option<&Row>,
        after: &mut Row,
        depth: usize,
    ) -> Result<Decision> {
        self.follow_owner(entity, before, after)?;
        let Some(rule) = rule_of(entity.name) else { return Ok(Decision::default()) };
        let outer = std::mem::replace(&mut self.author, author);
        let decided = rule(self, before, after);
        self.author = outer;
        let mut decision = decided?;
        if author.is_undo() {
            return Ok(Decision { first: Vec::new(), changes: Vec::new(), ..decision });
        }
        let first = Decision { changes: std::mem::take(&mut decision.first), ..Decision::default() };
        self.carry_out(first, depth + 1)?;
        Ok(decision)
    }

    /// The present row that the caller may see, for a change.
    pub(super) fn current(&mut self, plan: &AccessPlan, entity: &EntityType, id: Id) -> Result<Row> {
        let get = plan.check_get(id)?;
        self.tx.get(&get)?.ok_or_else(|| Error::not_found(entity.name))
    }

    fn save(&mut self, author: Author, name: &'static str, row: Row, depth: usize) -> Result<()> {
        let entity = self.entity(name)?;
        let plan = self.plan(author, &entity);
        for name in row.custom.keys() {
            plan.readable_field(&self.tenant.schema, &entity, name)?;
        }
        let mut seen = self.current(&plan, &entity, row.id)?;
        self.opened(plan, &seen)?.mask(&entity, &mut seen);
        // As the caller read it: where the struct knows no empty value, a hidden or empty one was read as its default.
        seen.values = entity.struct_values(&seen)?;
        let set = self.differences(&entity, &seen, &row)?;
        self.update(author, name, (row.id, Some(row.version)), set, depth)
    }

    fn update(
        &mut self,
        author: Author,
        entity: &'static str,
        (id, version): (Id, Option<i64>),
        set: Vec<(String, FieldValue)>,
        depth: usize,
    ) -> Result<()> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        plan.require(Action::Edit)?;
        let before = self.current(&plan, &entity, id)?;
        let plan = self.opened(plan, &before)?;
        self.require_level(&plan, Action::Edit, &before)?;
        self.check_version(&plan, &entity, &before, version)?;
        let mut after = before.clone();
        self.set_fields(author, &plan, &entity, &before, &mut after, set)?;
        self.require_hand_over(author, &plan, &before, &after)?;
        self.check_struct(&entity, &after)?;
        self.follow_merges(&entity, Some(&before), &mut after)?;
        let given = self.references(&entity, &after);
        let consequences = self.run_rule(author, &entity, Some(&before), &mut after, depth)?;
        self.check_present(&entity, &after)?;
        self.check_size(&after)?;
        self.check_references(&plan, Some(&before), &after, &given)?;
        self.before_definition(&entity, Some(&before), &after)?;
        self.before_sharing(author, &entity, Some(&before), Some(&mut after))?;
        self.check_aliases(&entity, Some(&before), &after)?;
        let changes = journal::diff(&self.tenant.schema, &entity, &before, &after);
        let mut consequences = consequences;
        if !changes.is_empty() {
            consequences = consequences.join(self.check_duplicates(author, &entity, Some(&before), &after)?);
            self.write(&plan, &entity, Some(&before), after, ChangeKind::Update, changes)?;
        }
        self.carry_out(consequences, depth + 1)
    }

    pub(super) fn delete(&mut self, author: Author, entity: &'static str, id: Id, version: Option<i64>) -> Result<()> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        plan.require(Action::Delete)?;
        require_keeper(author, &entity)?;
        let before = self.current(&plan, &entity, id)?;
        self.require_level(&plan, Action::Delete, &before)?;
        self.check_version(&plan, &entity, &before, version)?;
        if !author.is_undo() {
            self.delete_parts(&entity, id)?;
        }
        self.check_unused(&entity, id)?;
        self.before_sharing(author, &entity, Some(&before), None)?;
        let after = Row { deleted: true, ..before.clone() };
        self.write(&plan, &entity, Some(&before), after, ChangeKind::Delete, Vec::new())?;
        match delete_rule_of(entity.name).filter(|_| !author.is_undo()) {
            Some(rule) => rule(self, &before).and_then(|consequences| self.carry_out(consequences, 1)),
            None => Ok(()),
        }
    }

    /// Writes one row with its journal entry. Everything was authorised and validated before.
    pub(super) fn write(
        &mut self,
        plan: &AccessPlan,
        entity: &EntityType,
        before: Option<&Row>,
        mut after: Row,
        kind: ChangeKind,
        changes: Vec<journal::FieldChange>,
    ) -> Result<()> {
        let user = self.session.ctx.user;
        if let Some(before) = before {
            after.version = self.next_version(entity, before)?;
            // The instants of a record never fall, also when the clock was set back or a session tells of the past:
            // what a record was at an instant is read from the entries up to it.
            (after.updated_at, after.updated_by) = (self.now.max(before.updated_at), Some(user));
        }
        let stamps = (after.version, after.updated_at);
        self.put(plan, entity, (before, after), stamps, kind, changes)
    }

    /// Puts a row into the store as it is. The entry of the journal has stamps of its own: those of a record that a merge
    /// gives back lie before its last entry.
    pub(super) fn put(
        &mut self,
        plan: &AccessPlan,
        entity: &EntityType,
        (before, after): (Option<&Row>, Row),
        (version, at): (i64, Timestamp),
        kind: ChangeKind,
        mut changes: Vec<journal::FieldChange>,
    ) -> Result<()> {
        let (id, user, standing) = (after.id, self.session.ctx.user, after.version);
        if let Some(before) = before.filter(|_| self.merging) {
            changes.extend(journal::stamp_changes(before, &after));
        }
        let configuration = CONFIGURATION.contains(&entity.name).then(|| after.clone());
        let kept = kept_changes(entity, before, &after)?;
        self.tx.put(&plan.check_write(entity, before, after)).map_err(|error| self.clash(entity, error))?;
        keep(self.tx, self.tenant.id, id, before.is_none(), &kept)?;
        self.memo.forget(entity.name);
        self.good.retain(|(name, _, good)| *name != entity.name || *good != id);
        let entry = JournalEntry {
            sequence: 0,
            op_id: self.operation,
            command: self.command.to_owned(),
            actor: user,
            at,
            entity: entity.name.to_owned(),
            record: id,
            version,
            kind,
            changes,
            consequence: self.consequence || entity.is_kept_by_engine(),
        };
        self.tx.append_journal(self.tenant.id, &entry)?;
        if !self.quiet && self.tells_of(entity, id)? {
            let change = RecordChange { entity: entity.name.to_owned(), id, kind, version: standing };
            self.outcome.changes.push(change);
        }
        if let Some(row) = configuration {
            self.reconfigure(entity.name, row)?;
        }
        Ok(())
    }

    /// Rights or definitions changed: the rest of the transaction sees them, and so does every later reader.
    fn reconfigure(&mut self, entity: &str, row: Row) -> Result<()> {
        if !self.configured {
            self.tx.bump_epoch(self.tenant.id)?;
            self.configured = true;
        }
        let epoch = self.tx.epoch(self.tenant.id)?;
        let now = self.session.inner.clock.now();
        let before = self.tenant.clone();
        if let Some(tenant) = before.with(entity, &row, epoch, now)? {
            self.tenant = Arc::new(tenant);
        } else {
            let registry = &self.session.inner.registry;
            self.tenant = Arc::new(Tenant::load(self.tx, registry, self.tenant.id, epoch, now)?);
        }
        self.check_widened(&before)?;
        self.rewrite_grants(&before)?;
        if entity == FieldDefinition::NAME && !row.deleted {
            let definition = FieldDefinition::from_row(row)?;
            let spec = definition.to_spec(&self.tenant.schema.registry)?;
            if spec.indexed {
                self.tx.index_custom_field(&definition.entity, &spec)?;
            }
        }
        Ok(())
    }
}

/// Records that the engine keeps are made, deleted and restored by rules only.
pub(super) fn require_keeper(author: Author, entity: &EntityType) -> Result<()> {
    if author == Author::Caller && entity.is_kept_by_engine() {
        let message = format!("every {} is kept by the engine", entity.name);
        return Err(Error::invalid(ErrorCode::ReadOnlyField, entity.name, message));
    }
    Ok(())
}

fn read_id(value: &FieldValue) -> Result<Id> {
    match value {
        FieldValue::Reference(id) => Ok(*id),
        FieldValue::Text(text) => text.parse().map_err(|error: Error| error.under("id")),
        FieldValue::Null => Ok(Id::NIL),
        _ => Err(Error::invalid(ErrorCode::WrongType, "id", "an identifier is expected")),
    }
}

impl Command {
    /// The name in the journal: room and command, for example `customer.create_account`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Record(RecordCommand::Create { .. }) => "record.create",
            Self::Record(RecordCommand::Update { .. }) => "record.update",
            Self::Record(RecordCommand::Delete { .. }) => "record.delete",
            Self::Record(RecordCommand::Restore { .. }) => "record.restore",
            Self::Admin(command) => command.name(),
            Self::Access(command) => command.name(),
            Self::Customer(command) => command.name(),
            Self::Sales(command) => command.name(),
            Self::Product(command) => command.name(),
            Self::Condition(command) => command.name(),
            Self::SpecialPrice(command) => command.name(),
            Self::Forecast(command) => command.name(),
            Self::Quote(command) => command.name(),
            Self::Transfer(command) => command.name(),
            Self::Merge(command) => command.name(),
            Self::Duplicate(command) => command.name(),
            Self::Journal(super::JournalCommand::Undo { .. }) => "journal.undo",
        }
    }
}
