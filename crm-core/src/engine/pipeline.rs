//! The command pipeline: replay check, load, authorise, decide, apply, journal, commit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::crm::{Inner, every_right, first_records};
use super::registry::{CONFIGURATION, restore_rule_of, rule_of};
use super::tenant::Tenant;
use super::{Command, Organization, Outcome, RecordChange, RecordCommand, Session, SetupOptions};
use crate::access::{AccessPlan, Action, Ctx, SystemReason, TenantId, User};
use crate::journal::{self, ChangeKind, JournalEntry};
use crate::query::{self, Query};
use crate::room::{Author, Change, Decision};
use crate::schema::{Entity as _, EntityType, FieldDefinition, FieldKind, FieldRef, FieldSpec, Place, Row, WriteRule};
use crate::store::{JournalRead, JournalScope, Operation, WriteFailure, WriteTx};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp, json};

/// The most commands in one batch.
pub(crate) const MAX_BATCH: usize = 10_000;
/// How deep consequences of consequences may go.
const MAX_CONSEQUENCES: usize = 16;

/// Carries out all commands or none.
pub(super) fn execute(session: &Session, commands: &[Command], op_id: Option<Id>) -> Result<Outcome> {
    check_batch(commands, op_id)?;
    let operation = op_id.unwrap_or_else(|| session.inner.ids.next_id());
    let fingerprint = if op_id.is_some() { fingerprint(session, commands)? } else { signature(session) };
    let mut done = None;
    let written = session.inner.store()?.write(&mut |tx| {
        done = Some(run(session, tx, commands, operation, &fingerprint)?);
        Ok(())
    });
    finish_write(operation, false, written, done)
}

/// What the caller learns when the store is done; a preview must have been taken back.
pub(super) fn finish_write<T>(
    operation: Id,
    preview: bool,
    written: std::result::Result<(), WriteFailure>,
    done: Option<T>,
) -> Result<T> {
    match (written, done) {
        (Ok(()), Some(done)) if !preview => Ok(done),
        (Err(WriteFailure::RolledBack(_)), Some(done)) if preview => Ok(done),
        (Err(WriteFailure::RolledBack(error)), _) => Err(error),
        (Err(WriteFailure::Unknown(error)), _) => Err(unknown(operation, &error)),
        (Ok(()), _) => Err(Error::unavailable(ErrorCode::Store, "the store did not do what was asked")),
    }
}

/// Runs all commands and takes everything back.
pub(super) fn preview(session: &Session, commands: &[Command]) -> Result<Outcome> {
    check_batch(commands, None)?;
    let operation = session.inner.ids.next_id();
    let mut done = None;
    let written = session.inner.store()?.write(&mut |tx| {
        done = Some(run(session, tx, commands, operation, "")?);
        Err(Error::unavailable(ErrorCode::Store, "a preview is never committed"))
    });
    finish_write(operation, true, written, done)
}

fn check_batch(commands: &[Command], op_id: Option<Id>) -> Result<()> {
    if commands.is_empty() || commands.len() > MAX_BATCH {
        let problem = Problem::of_field(ErrorCode::TooMany, "commands", "a batch has 1 to 10000 commands");
        return Err(problem.with("max", MAX_BATCH).into_invalid());
    }
    if op_id.is_some_and(|op_id| op_id.is_nil()) {
        return Err(Error::invalid(ErrorCode::Required, "op_id", "the op_id must not be empty"));
    }
    Ok(())
}

fn fingerprint(session: &Session, commands: &[Command]) -> Result<String> {
    let text = json::to_canonical(commands)?;
    Ok(query::fingerprint(&[&session.ctx.user.to_string(), &text]))
}

/// What is kept of an operation whose `op_id` the engine made: whose it was. After `Unknown` its caller may repeat it.
fn signature(session: &Session) -> String {
    format!("by {}", query::fingerprint(&[&session.ctx.user.to_string()]))
}

fn unknown(operation: Id, cause: &Error) -> Error {
    let message = "nobody knows whether the commit took effect: repeat with the same `op_id`";
    let problem = Problem::new(ErrorCode::CommitUnknown, message).with("op_id", operation).with("cause", cause.code());
    Error::Unknown { problems: vec![problem] }
}

fn run(
    session: &Session,
    tx: &mut dyn WriteTx,
    commands: &[Command],
    operation: Id,
    fingerprint: &str,
) -> Result<Outcome> {
    let tenant = session.inner.tenant(tx, session.ctx.tenant)?;
    tenant.require_user(session.ctx.user)?;
    if let Some(found) = tx.operation(tenant.id, operation)? {
        return replay(&found, &[fingerprint, &signature(session)]);
    }
    let mut work = Work::new(session, tx, tenant, operation);
    for (place, command) in commands.iter().enumerate() {
        let done = work.execute(command);
        done.map_err(|error| if commands.len() > 1 { error.under(&format!("[{place}]")) } else { error })?;
    }
    work.finish(fingerprint)
}

/// The outcome of an operation that was carried out before; for nobody but the one who did.
fn replay(found: &Operation, fingerprints: &[&str]) -> Result<Outcome> {
    if !fingerprints.contains(&found.fingerprint.as_str()) {
        let problem = Problem::of_field(ErrorCode::OpIdReused, "op_id", "the op_id was used before for something else");
        return Err(Error::conflict(problem));
    }
    let outcome: Outcome = json::from_text(&found.outcome)?;
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
        let session = Session { inner: inner.clone(), ctx, clock: inner.clock.clone() };
        first_operation(&session, tx, options, id)
    });
    match written {
        Ok(()) => Ok(admin),
        Err(WriteFailure::RolledBack(error)) => Err(error),
        Err(WriteFailure::Unknown(error)) => Err(unknown(admin, &error)),
    }
}

fn first_operation(session: &Session, tx: &mut dyn WriteTx, options: &SetupOptions, id: TenantId) -> Result<()> {
    let epoch = tx.epoch(id)?;
    let tenant = Arc::new(Tenant::load(tx, &session.inner.registry, id, epoch)?);
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
    command: &'static str,
    pub(super) outcome: Outcome,
    /// References that were found to be good, and on whose authority; what is written since is looked at again.
    pub(super) good: HashSet<(&'static str, Author, Id)>,
    /// Numbers that were taken and not used yet: next, end.
    pub(super) numbers: HashMap<String, (i64, i64)>,
    pub(super) configured: bool,
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
            command: "",
            outcome,
            good: HashSet::new(),
            numbers: HashMap::new(),
            configured: false,
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
            Command::Customer(command) => command.decide(self),
            Command::Sales(command) => command.decide(self),
            Command::Product(command) => command.decide(self),
            Command::Quote(command) => command.decide(self),
            Command::Journal(command) => self.decide_undo(command),
        }
    }

    pub(super) fn carry_out(&mut self, decision: Decision, depth: usize) -> Result<()> {
        if depth > MAX_CONSEQUENCES {
            return Err(Error::unavailable(ErrorCode::Store, "the rules call each other without end"));
        }
        self.outcome.warnings.extend(decision.warnings);
        self.outcome.trace.extend(decision.trace);
        for (author, change) in decision.first.into_iter().chain(decision.changes) {
            self.apply(author, change, depth)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, fingerprint: &str) -> Result<Outcome> {
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
            Author::Undo if entity.is_kept_by_engine() => self.plan(Author::Rule, entity),
            Author::Caller | Author::Undo => self.tenant.plan(self.session.ctx.user, entity),
            Author::Rule => Arc::new(self.tenant.system_plan(entity, SystemReason::Invariant)),
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

    fn apply(&mut self, author: Author, change: Change, depth: usize) -> Result<()> {
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
        let consequences = self.run_rule(author, &entity, None, &mut row, depth)?;
        self.check_present(&entity, &row)?;
        self.check_references(&plan, &entity, None, &row)?;
        self.before_definition(&entity, None, &row)?;
        let changes = journal::creation_changes(&self.tenant.schema, &entity, &row);
        self.write(&plan, &entity, None, row, ChangeKind::Create, changes)?;
        self.carry_out(consequences, depth + 1)
    }

    /// Refuses what the caller may not set; empty values and `false` are not set.
    fn require_writes(&self, plan: &AccessPlan, entity: &EntityType, row: &Row) -> Result<()> {
        let nothing = |value: &FieldValue| matches!(value, FieldValue::Null | FieldValue::Boolean(false));
        for (column, spec) in entity.fields.iter().enumerate() {
            let empty_text = matches!(row.value(column), FieldValue::Text(text) if text.is_empty());
            if !nothing(row.value(column)) && !empty_text {
                plan.require_write(spec)?;
            }
        }
        for name in row.custom.keys() {
            plan.require_write(&plan.readable_field(&self.tenant.schema, entity, name)?.spec)?;
        }
        if row.owner.is_some_and(|owner| owner != self.session.ctx.user)
            && let Some(owner) = entity.field("owner")
        {
            plan.require_write(&owner.spec)?;
        }
        Ok(())
    }

    /// Reads every value as its field's type; all problems are told at once.
    fn coerce(&self, entity: &EntityType, row: &mut Row) -> Result<()> {
        let mut problems = Vec::new();
        for (spec, value) in entity.fields.iter().zip(&mut row.values) {
            *value = read_or_note(spec, std::mem::take(value), &mut problems);
        }
        let given = std::mem::take(&mut row.custom);
        for (name, value) in given {
            match self.tenant.schema.custom_fields(entity.name).iter().find(|spec| spec.name == name) {
                Some(spec) => {
                    let value = read_or_note(spec, value, &mut problems);
                    if value != FieldValue::Null {
                        row.custom.insert(name, value);
                    }
                }
                None => problems.push(no_field(&name)),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    fn check_present(&self, entity: &EntityType, row: &Row) -> Result<()> {
        let declared = entity.fields.iter().enumerate().map(|(column, spec)| spec.check_present(row.value(column)));
        let custom = self.tenant.schema.custom_fields(entity.name).iter();
        let custom =
            custom.map(|spec| spec.check_present(row.custom.get(spec.name.as_ref()).unwrap_or(&FieldValue::Null)));
        let problems: Vec<Problem> =
            declared.chain(custom).filter_map(Result::err).flat_map(|error| error.problems().to_vec()).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    /// Nested values must fit the struct, whoever brought them; what is missing is told first.
    fn check_struct(&self, entity: &EntityType, row: &Row) -> Result<()> {
        match entity.struct_values(row) {
            Ok(_) => Ok(()),
            Err(error) => self.check_present(entity, row).and(Err(error)),
        }
    }

    /// Lets the rule of the entity speak. What it wants to be written first is written; the rest is given back.
    fn run_rule(
        &mut self,
        author: Author,
        entity: &EntityType,
        before: Option<&Row>,
        after: &mut Row,
        depth: usize,
    ) -> Result<Decision> {
        let Some(rule) = rule_of(entity.name) else { return Ok(Decision::default()) };
        let mut decision = rule(self, before, after)?;
        if author == Author::Undo {
            return Ok(Decision { first: Vec::new(), changes: Vec::new(), ..decision });
        }
        let first = Decision { changes: std::mem::take(&mut decision.first), ..Decision::default() };
        self.carry_out(first, depth + 1)?;
        Ok(decision)
    }

    /// Every reference that is new must point to a record that the caller can see.
    fn check_references(
        &mut self,
        plan: &AccessPlan,
        entity: &EntityType,
        before: Option<&Row>,
        after: &Row,
    ) -> Result<()> {
        let mut fields = self.tenant.schema.fields(entity);
        fields.extend(entity.field("owner"));
        for field in fields {
            let FieldKind::Reference { to, .. } = &field.spec.kind else { continue };
            let FieldValue::Reference(id) = field.value(after) else { continue };
            if before.is_some_and(|before| field.value(before) == FieldValue::Reference(id)) || to.is_empty() {
                continue;
            }
            self.check_reference(plan, &field, to, id)?;
        }
        Ok(())
    }

    fn check_reference(&mut self, plan: &AccessPlan, field: &FieldRef, to: &str, id: Id) -> Result<()> {
        let target = self.entity(to)?;
        let name = field.spec.name.as_ref();
        let hidden = !plan.can_read(name);
        let by_rule = hidden || plan.is_system() || CONFIGURATION.contains(&target.name);
        let author = if by_rule { Author::Rule } else { Author::Caller };
        let key = (target.name, author, id);
        if self.good.contains(&key) {
            return Ok(());
        }
        let plan = self.plan(author, &target);
        let found = match plan.check_get(id) {
            Ok(get) => self.tx.get(&get)?,
            Err(_) => None,
        };
        if found.is_none() {
            // Only a restored record can have such a reference in a field that the caller does not see.
            let (name, to) = if hidden { ("id", "record any more") } else { (name, to) };
            return Err(Error::invalid(ErrorCode::UnknownReference, name, format!("`{name}` points to no {to}")));
        }
        self.good.insert(key);
        Ok(())
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
        plan.mask(&entity, &mut seen);
        // As the caller read it: where the struct knows no empty value, a hidden or empty one was read as its default.
        seen.values = entity.struct_values(&seen)?;
        let mut given = row.clone();
        self.coerce(&entity, &mut given)?;
        let mut fields = self.tenant.schema.fields(&entity);
        fields.extend(entity.field("owner"));
        let mut set = Vec::new();
        for field in fields {
            let value = field.value(&given);
            if value != field.value(&seen) {
                set.push((field.spec.name.to_string(), value));
            }
        }
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
        self.check_version(&plan, &entity, &before, version)?;
        let mut after = before.clone();
        self.set_fields(author, &plan, &entity, &before, &mut after, set)?;
        self.check_struct(&entity, &after)?;
        let consequences = self.run_rule(author, &entity, Some(&before), &mut after, depth)?;
        self.check_present(&entity, &after)?;
        self.check_references(&plan, &entity, Some(&before), &after)?;
        self.before_definition(&entity, Some(&before), &after)?;
        let changes = journal::diff(&self.tenant.schema, &entity, &before, &after);
        if !changes.is_empty() {
            self.write(&plan, &entity, Some(&before), after, ChangeKind::Update, changes)?;
        }
        self.carry_out(consequences, depth + 1)
    }

    fn set_fields(
        &self,
        author: Author,
        plan: &AccessPlan,
        entity: &EntityType,
        before: &Row,
        after: &mut Row,
        set: Vec<(String, FieldValue)>,
    ) -> Result<()> {
        let mut problems = Vec::new();
        for (name, value) in set {
            let field = plan.readable_field(&self.tenant.schema, entity, &name)?;
            let value = match field.spec.coerce(value) {
                Ok(value) => value,
                Err(error) => {
                    problems.extend_from_slice(error.problems());
                    continue;
                }
            };
            let present = field.value(before);
            if value == present {
                continue;
            }
            if author == Author::Undo {
                plan.require_field_right(&field.spec)?;
            }
            if author == Author::Caller {
                plan.require_write(&field.spec)?;
                if field.spec.write == WriteRule::Once && present != FieldValue::Null {
                    problems.push(Problem::of_field(
                        ErrorCode::WriteOnce,
                        name.as_str(),
                        format!("`{name}` can be set once only"),
                    ));
                    continue;
                }
            }
            field.set(after, value);
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    /// The version that was read must still be the present one; if not, the fields that others changed are named.
    pub(super) fn check_version(
        &mut self,
        plan: &AccessPlan,
        entity: &EntityType,
        present: &Row,
        expected: Option<i64>,
    ) -> Result<()> {
        let Some(expected) = expected else { return Ok(()) };
        if expected == present.version {
            return Ok(());
        }
        let scope = JournalScope::Record { entity: entity.name, record: present.id, until: None };
        let entries = self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })?;
        let later = entries.iter().filter(|entry| entry.version > expected).flat_map(|entry| &entry.changes);
        let mut fields: Vec<&str> =
            later.map(|change| change.field.as_str()).filter(|field| plan.can_read(field)).collect();
        fields.sort_unstable();
        fields.dedup();
        let problem = Problem::of_field(ErrorCode::StaleVersion, "version", "the record was changed since it was read");
        let problem = problem.with("expected_version", expected).with("current_version", present.version);
        Err(Error::conflict(problem.with("entity", entity.name).with("changed_fields", fields.join(","))))
    }

    pub(super) fn delete(&mut self, author: Author, entity: &'static str, id: Id, version: Option<i64>) -> Result<()> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        plan.require(Action::Delete)?;
        require_keeper(author, &entity)?;
        let before = self.current(&plan, &entity, id)?;
        self.check_version(&plan, &entity, &before, version)?;
        if author != Author::Undo {
            self.delete_parts(&entity, id)?;
        }
        self.check_unused(&entity, id)?;
        let after = Row { deleted: true, ..before.clone() };
        self.write(&plan, &entity, Some(&before), after, ChangeKind::Delete, Vec::new())
    }

    /// A record that others refer to, or that gives others their meaning, cannot be deleted.
    fn check_unused(&mut self, entity: &EntityType, id: Id) -> Result<()> {
        let mut used = [FieldDefinition::NAME, Organization::NAME].contains(&entity.name);
        for (from, field) in self.tenant.schema.references_to(entity.name) {
            let filter = query::Filter::Compare {
                field: field.spec.name.to_string(),
                comparison: query::Comparison::Equal,
                value: FieldValue::Reference(id),
            };
            let asked = Query { filter: Some(filter), limit: Some(1), ..Query::default() };
            let plan = self.tenant.system_plan(from, SystemReason::Invariant);
            let asked = plan.check_query(&self.tenant.schema, from, &asked)?;
            self.tx.select(&asked, &mut |_| {
                used = true;
                Ok(false)
            })?;
        }
        if used {
            let problem = Problem::new(ErrorCode::StillReferenced, format!("the {} is still used", entity.name));
            return Err(Error::conflict(problem.with("entity", entity.name)));
        }
        Ok(())
    }

    pub(super) fn restore(&mut self, author: Author, entity: &'static str, id: Id, depth: usize) -> Result<()> {
        let entity = self.entity(entity)?;
        let plan = self.plan(author, &entity);
        plan.require(Action::Delete)?;
        require_keeper(author, &entity)?;
        let get = plan.check_get_any(id)?;
        let before = self.tx.get(&get)?.ok_or_else(|| Error::not_found(entity.name))?;
        if !before.deleted {
            return Err(crate::room::illegal("id", "the record is not deleted"));
        }
        let after = Row { deleted: false, ..before.clone() };
        let consequences = match restore_rule_of(entity.name) {
            Some(rule) => rule(self, &after)?,
            None => Decision::default(),
        };
        self.check_references(&plan, &entity, None, &after)?;
        self.write(&plan, &entity, Some(&before), after, ChangeKind::Restore, Vec::new())?;
        if author == Author::Undo {
            return Ok(());
        }
        self.restore_parts(&entity, id, depth)?;
        self.carry_out(consequences, depth + 1)
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
            after.version = before.version.saturating_add(1);
            (after.updated_at, after.updated_by) = (self.now, Some(user));
        }
        let (id, version) = (after.id, after.version);
        let configuration = CONFIGURATION.contains(&entity.name).then(|| after.clone());
        self.tx.put(&plan.check_write(entity, before, after))?;
        self.good.retain(|(name, _, good)| *name != entity.name || *good != id);
        let entry = JournalEntry {
            sequence: 0,
            op_id: self.operation,
            command: self.command.to_owned(),
            actor: user,
            at: self.now,
            entity: entity.name.to_owned(),
            record: id,
            version,
            kind,
            changes,
        };
        self.tx.append_journal(self.tenant.id, &entry)?;
        self.outcome.changes.push(RecordChange { entity: entity.name.to_owned(), id, kind, version });
        if let Some(row) = configuration {
            self.reconfigure(entity.name, row)?;
        }
        Ok(())
    }

    /// A definition must fit the schema before it is written.
    fn before_definition(&self, entity: &EntityType, before: Option<&Row>, after: &Row) -> Result<()> {
        if entity.name != FieldDefinition::NAME {
            return Ok(());
        }
        let definition = FieldDefinition::from_row(after.clone())?;
        match before {
            None => self.tenant.schema.check(&definition).map(|_| ()),
            Some(_) => definition.to_spec(&self.tenant.schema.registry).map(|_| ()),
        }
    }

    /// Rights or definitions changed: the rest of the transaction sees them, and so does every later reader.
    fn reconfigure(&mut self, entity: &str, row: Row) -> Result<()> {
        if !self.configured {
            self.tx.bump_epoch(self.tenant.id)?;
            self.configured = true;
        }
        let epoch = self.tx.epoch(self.tenant.id)?;
        // Users come by the hundred: after the first one the transaction has a tenant of its own to add them to.
        if let (true, false, Some(own)) = (entity == User::NAME, row.deleted, Arc::get_mut(&mut self.tenant)) {
            own.put_user(User::from_row(row)?, epoch);
            return Ok(());
        }
        self.tenant = Arc::new(Tenant::load(self.tx, &self.session.inner.registry, self.tenant.id, epoch)?);
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
fn require_keeper(author: Author, entity: &EntityType) -> Result<()> {
    if author == Author::Caller && entity.is_kept_by_engine() {
        let message = format!("every {} is kept by the engine", entity.name);
        return Err(Error::invalid(ErrorCode::ReadOnlyField, entity.name, message));
    }
    Ok(())
}

fn read_or_note(spec: &FieldSpec, value: FieldValue, problems: &mut Vec<Problem>) -> FieldValue {
    spec.coerce(value).unwrap_or_else(|error| {
        problems.extend_from_slice(error.problems());
        FieldValue::Null
    })
}

fn no_field(name: &str) -> Problem {
    let shown: String = name.chars().take(60).collect();
    Problem::of_field(ErrorCode::UnknownField, shown.clone(), format!("no field `{shown}`"))
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
            Self::Customer(command) => command.name(),
            Self::Sales(command) => command.name(),
            Self::Product(command) => command.name(),
            Self::Quote(command) => command.name(),
            Self::Journal(super::JournalCommand::Undo { .. }) => "journal.undo",
        }
    }
}
