//! Many rows in one transaction, each by itself: a bad row is taken back alone and stops no other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::pipeline::{Work, finish_write};
use super::registry::CONFIGURATION;
use super::tenant::Tenant;
use super::{Command, Outcome, RecordChange, Session};
use crate::duplicates::RecordSource;
use crate::journal::ChangeKind;
use crate::query::Query;
use crate::room::{Change, Decision, View as _};
use crate::sales::{Opportunity, Restage, take_step};
use crate::schema::{Entity as _, EntityType};
use crate::store::WriteTx;
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// How a row finds its record again.
#[derive(Debug, Clone)]
pub(crate) enum RowKey {
    /// By a unique key: its kind and its value.
    Unique { kind: String, key: String },
    /// By fields that together belong to one record.
    Fields(Vec<(&'static str, FieldValue)>),
    /// By the identifier of a record that is there.
    Id(Id),
}

impl RowKey {
    /// The text that is the same for rows of one record.
    pub(crate) fn identity(&self) -> String {
        match self {
            Self::Unique { kind, key } => format!("{kind}\u{1f}{key}"),
            Self::Fields(fields) => {
                let fields = fields.iter().map(|(name, value)| format!("{name}\u{1f}{}", value.to_key()));
                fields.collect::<Vec<_>>().join("\u{1f}")
            }
            Self::Id(id) => id.to_string(),
        }
    }
}

/// What to do when nobody knows whether the last rows of an import were kept.
const IMPORT_AGAIN: &str = "import again: rows with an identifier in another system are taken once";

/// One row of an import.
#[derive(Debug, Clone)]
pub(crate) enum RowWork {
    /// A record that is found by its key and changed where it differs, or made if there is none. Lists are joined with
    /// those that are there.
    Put { entity: String, key: Option<RowKey>, fields: HashMap<String, FieldValue> },
    /// A command.
    Run(Box<Command>),
}

impl RowWork {
    /// The text that is the same for rows of one record.
    fn identity(&self) -> Option<String> {
        match self {
            Self::Put { key: Some(key), .. } => Some(key.identity()),
            _ => None,
        }
    }
}

/// What became of a row, and what there is to say about it all the same.
#[derive(Debug, Clone)]
pub(crate) struct RowDone {
    pub(crate) result: RowResult,
    pub(crate) warnings: Vec<Problem>,
}

#[derive(Debug, Clone)]
pub(crate) enum RowResult {
    Created,
    Updated,
    Unchanged,
    /// An earlier one of the rows with the same key was put; this one was passed over.
    Repeated,
    Failed(Error),
}

/// Puts all rows into one transaction. A dry run takes everything back at the end.
pub(crate) fn put_rows(
    session: &Session,
    command: &'static str,
    rows: &[RowWork],
    dry_run: bool,
) -> Result<Vec<RowDone>> {
    let operation = session.inner.ids.next_id();
    let mut results = Vec::new();
    let written = session.inner.store()?.write(&mut |tx| {
        results = run(session, tx, command, rows, operation)?;
        if dry_run { Err(Error::unavailable(ErrorCode::Store, "a dry run is never committed")) } else { Ok(()) }
    });
    let done = (results.len() == rows.len()).then_some(results);
    finish_write(dry_run, written, done, IMPORT_AGAIN)
}

fn run(
    session: &Session,
    tx: &mut dyn WriteTx,
    command: &'static str,
    rows: &[RowWork],
    operation: Id,
) -> Result<Vec<RowDone>> {
    let tenant = session.inner.tenant(tx, session.ctx.tenant)?;
    tenant.require_user(session.ctx.user)?;
    let mut work = Work::new(session, tx, tenant, operation);
    work.source = session.source.unwrap_or(RecordSource::Import);
    let mut import = Import { command, put: HashSet::new(), results: Vec::with_capacity(rows.len()) };
    for rows in rows.chunks(ROWS_OF_A_STEP) {
        if !import.together(&mut work, rows)? {
            import.singly(&mut work, rows)?;
        }
    }
    work.finish("")?;
    Ok(import.results)
}

/// Rows that are put in one step of the transaction, as long as none of them is refused: a step of its own for every row
/// costs a third of an import, because the store keeps a copy of all that a step touches.
const ROWS_OF_A_STEP: usize = 100;

/// What was put so far.
struct Import {
    command: &'static str,
    /// The keys of the rows that were put.
    put: HashSet<String>,
    results: Vec<RowDone>,
}

impl Import {
    /// All rows in one step. If one of them is refused, everything is as before, and the answer is no.
    fn together(&mut self, work: &mut Work<'_>, rows: &[RowWork]) -> Result<bool> {
        let (before, start) = (work.mark(), self.results.len());
        let mut put = Vec::new();
        work.tx.begin_step()?;
        for row in rows {
            if self.is_repeated(row) {
                continue;
            }
            match work.put_row(self.command, row) {
                Ok(done) => {
                    put.extend(row.identity());
                    self.keep(row, done);
                }
                Err(error) if ends_everything(&error) => return Err(error),
                Err(_) => {
                    work.tx.end_step(false)?;
                    work.reset(before)?;
                    self.results.truncate(start);
                    self.put.retain(|key| !put.contains(key));
                    return Ok(false);
                }
            }
        }
        work.tx.end_step(true).map(|()| true)
    }

    /// Each row in a step of its own.
    fn singly(&mut self, work: &mut Work<'_>, rows: &[RowWork]) -> Result<()> {
        for row in rows {
            if self.is_repeated(row) {
                continue;
            }
            let before = work.mark();
            work.tx.begin_step()?;
            match work.put_row(self.command, row) {
                Ok(done) => {
                    work.tx.end_step(true)?;
                    self.keep(row, done);
                }
                Err(error) if ends_everything(&error) => return Err(error),
                Err(error) => {
                    work.tx.end_step(false)?;
                    work.reset(before)?;
                    self.results.push(RowDone { result: RowResult::Failed(error), warnings: Vec::new() });
                }
            }
        }
        Ok(())
    }

    /// Whether a row with the same key was put; then this one is passed over.
    fn is_repeated(&mut self, row: &RowWork) -> bool {
        let repeated = row.identity().is_some_and(|identity| self.put.contains(&identity));
        if repeated {
            self.results.push(RowDone { result: RowResult::Repeated, warnings: Vec::new() });
        }
        repeated
    }

    fn keep(&mut self, row: &RowWork, done: RowDone) {
        self.put.extend(row.identity());
        self.results.push(done);
    }
}

/// Only a failure of the store ends the whole transaction.
const fn ends_everything(error: &Error) -> bool {
    matches!(error, Error::Unavailable { .. } | Error::Corrupt { .. } | Error::Unknown { .. })
}

/// Where an operation stood when a step began.
struct Mark {
    /// Changes, warnings and trace steps so far.
    lengths: (usize, usize, usize),
    numbers: HashMap<String, (i64, i64)>,
    configured: bool,
}

impl Work<'_> {
    /// Where the operation stands, for a step that may be taken back.
    fn mark(&self) -> Mark {
        let Outcome { changes, warnings, trace, .. } = &self.outcome;
        let lengths = (changes.len(), warnings.len(), trace.len());
        Mark { lengths, numbers: self.numbers.clone(), configured: self.configured }
    }

    /// The records that were changed since a mark.
    fn changes_since(&self, mark: &Mark) -> &[RecordChange] {
        self.outcome.changes.get(mark.lengths.0..).unwrap_or_default()
    }

    /// The warnings since a mark.
    fn warnings_since(&self, mark: &Mark) -> &[Problem] {
        self.outcome.warnings.get(mark.lengths.1..).unwrap_or_default()
    }

    /// Forgets what was learnt in a step that the store took back.
    fn reset(&mut self, mark: Mark) -> Result<()> {
        let is_configuration = |change: &RecordChange| CONFIGURATION.contains(&change.entity.as_str());
        let reload = self.changes_since(&mark).iter().any(is_configuration);
        let (changes, warnings, trace) = mark.lengths;
        self.outcome.changes.truncate(changes);
        self.outcome.warnings.truncate(warnings);
        self.outcome.trace.truncate(trace);
        self.numbers = mark.numbers;
        self.configured = mark.configured;
        self.good.clear();
        self.memo.clear();
        if reload {
            let epoch = self.tx.epoch(self.tenant.id)?;
            self.tenant = Arc::new(Tenant::load(
                self.tx,
                &self.session.inner.registry,
                self.tenant.id,
                epoch,
                self.session.inner.clock.now(),
            )?);
        }
        Ok(())
    }

    /// One row.
    fn put_row(&mut self, command: &'static str, row: &RowWork) -> Result<RowDone> {
        let before = self.mark();
        self.run_row(command, row)?;
        self.check_administrator(self.changes_since(&before))?;
        Ok(RowDone { result: self.result_since(&before, row), warnings: self.warnings_since(&before).to_vec() })
    }

    fn run_row(&mut self, name: &'static str, row: &RowWork) -> Result<()> {
        let (entity, key, fields) = match row {
            RowWork::Run(command) => return self.execute(command),
            RowWork::Put { entity, key, fields } => (entity, key, fields),
        };
        self.name_command(name);
        let found = match key {
            Some(key) => self.find_row(entity, key)?,
            None => None,
        };
        match found {
            None => {
                let change = self.create_from_fields(entity, fields)?;
                self.carry_out(Decision::of(change), 0)
            }
            Some(id) if entity == Opportunity::NAME => self.update_opportunity(id, fields),
            Some(id) => self.update_row(entity, id, fields),
        }
    }

    fn find_row(&mut self, entity: &str, key: &RowKey) -> Result<Option<Id>> {
        let entity = self.entity(entity)?;
        match key {
            RowKey::Unique { kind, key } => self.find_unique(entity.name, kind, key),
            RowKey::Id(id) => Ok(Some(self.survivor_of(&entity, "id", &id.to_string())?.unwrap_or(*id))),
            RowKey::Fields(fields) => {
                let mut wanted = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    let field = self.tenant.schema.field(&entity, name).ok_or_else(|| Error::not_found(entity.name))?;
                    // What is wrong with a value is told when the record is made.
                    let Ok(value) = field.spec.coerce(value.clone()) else { return Ok(None) };
                    wanted.push((field, value));
                }
                let given = wanted.iter().filter(|(_, value)| *value != FieldValue::Null);
                let given: Vec<_> = given.map(|(field, value)| (field.spec.name.as_ref(), value.clone())).collect();
                let rows = self.list(entity.name, &Query::matching(&given))?;
                let same = |row: &&crate::schema::Row| wanted.iter().all(|(field, value)| field.value(row) == *value);
                Ok(rows.iter().find(same).map(|row| row.id))
            }
        }
    }

    /// A source knows its own entries of a list and no others: they are joined with the present ones.
    fn join_lists(&mut self, entity: &EntityType, id: Id, set: &mut [(String, FieldValue)]) -> Result<()> {
        let mut present = None;
        for (name, value) in set {
            let field = entity.field(name);
            let join = field.as_ref().and_then(|field| field.spec.nested_join);
            let (Some(field), Some(join), FieldValue::Json(given)) = (field, join, &*value) else { continue };
            let row = match &present {
                Some(row) => row,
                None => &*present.insert(self.get_for_rule(entity.name, id)?),
            };
            if let FieldValue::Json(there) = field.value(row)
                && let Some(joined) = join(&there, given)
            {
                *value = FieldValue::Json(joined);
            }
        }
        Ok(())
    }

    fn update_row(&mut self, entity: &str, id: Id, fields: &HashMap<String, FieldValue>) -> Result<()> {
        let mut set: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        set.sort_by(|a, b| a.0.cmp(&b.0));
        let entity = self.entity(entity)?;
        self.join_lists(&entity, id, &mut set)?;
        let change = Change::Update { entity: entity.name, id, version: None, set };
        self.carry_out(Decision::of(change), 0)
    }

    /// An opportunity goes to the stage that the row names by the steps that a user would take.
    fn update_opportunity(&mut self, id: Id, fields: &HashMap<String, FieldValue>) -> Result<()> {
        let restage = Restage::of(self, id, fields)?;
        if !restage.targets().is_empty() {
            self.update_row(Opportunity::NAME, id, &restage.before)?;
        }
        for target in restage.targets() {
            let decision = take_step(self, &restage.step(target))?;
            self.carry_out(decision, 0)?;
        }
        self.update_row(Opportunity::NAME, id, &restage.after)?;
        self.carry_out(restage.into_warnings(), 0)
    }

    /// The change of the row's own record; a rule may have written others before it.
    fn result_since(&self, before: &Mark, row: &RowWork) -> RowResult {
        let own = |change: &&RecordChange| match row {
            RowWork::Put { entity, .. } => change.entity == *entity,
            RowWork::Run(_) => true,
        };
        match self.changes_since(before).iter().find(own) {
            Some(change) if change.kind == ChangeKind::Create => RowResult::Created,
            Some(_) => RowResult::Updated,
            None => RowResult::Unchanged,
        }
    }
}
