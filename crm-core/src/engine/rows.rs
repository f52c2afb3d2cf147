//! Many rows in one transaction, each by itself: a bad row is taken back alone and stops no other.

use std::collections::HashMap;

use super::pipeline::{Work, finish_write};
use super::{Command, RecordChange, Session};
use crate::journal::ChangeKind;
use crate::room::{Change, Decision, View};
use crate::schema::EntityType;
use crate::store::WriteTx;
use crate::value::{Error, ErrorCode, FieldValue, Id, Result};

/// What to do when nobody knows whether the last rows of an import were kept.
const IMPORT_AGAIN: &str = "import again: rows with an identifier in another system are taken once";

/// One row of an import.
#[derive(Debug, Clone)]
pub(crate) enum RowWork {
    /// A record that is found by a unique key and changed where it differs, or made if there is none. Lists are joined
    /// with those that are there.
    Put {
        entity: String,
        /// The kind of the unique key and its value.
        key: Option<(String, String)>,
        fields: HashMap<String, FieldValue>,
    },
    /// A command.
    Run(Box<Command>),
}

/// What became of a row.
#[derive(Debug, Clone)]
pub(crate) enum RowResult {
    Created,
    Updated,
    Unchanged,
    Failed(Error),
}

/// Puts all rows into one transaction. A dry run takes everything back at the end.
pub(crate) fn put_rows(
    session: &Session,
    command: &'static str,
    rows: &[RowWork],
    dry_run: bool,
) -> Result<Vec<RowResult>> {
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
) -> Result<Vec<RowResult>> {
    let tenant = session.inner.tenant(tx, session.ctx.tenant)?;
    tenant.require_user(session.ctx.user)?;
    let mut work = Work::new(session, tx, tenant, operation);
    let mut results = Vec::with_capacity(rows.len());
    for row in rows {
        results.push(work.put_row(command, row)?);
    }
    work.finish("")?;
    Ok(results)
}

impl Work<'_> {
    /// One row inside a step of its own. Only a failure of the store ends the whole transaction.
    fn put_row(&mut self, command: &'static str, row: &RowWork) -> Result<RowResult> {
        let before = self.mark();
        self.tx.begin_step()?;
        let done = self.run_row(command, row);
        match done.and_then(|()| self.check_administrator(self.changes_since(&before))) {
            Ok(()) => {
                self.tx.end_step(true)?;
                Ok(self.result_since(&before, row))
            }
            Err(error @ (Error::Unavailable { .. } | Error::Corrupt { .. } | Error::Unknown { .. })) => Err(error),
            Err(error) => {
                self.tx.end_step(false)?;
                self.reset(before)?;
                Ok(RowResult::Failed(error))
            }
        }
    }

    fn run_row(&mut self, name: &'static str, row: &RowWork) -> Result<()> {
        match row {
            RowWork::Run(command) => self.execute(command),
            RowWork::Put { entity, key, fields } => {
                self.name_command(name);
                let change = self.put_change(entity, key.as_ref(), fields)?;
                self.carry_out(Decision::of(change), 0)
            }
        }
    }

    fn put_change(
        &mut self,
        entity: &str,
        key: Option<&(String, String)>,
        fields: &HashMap<String, FieldValue>,
    ) -> Result<Change> {
        let found = match key {
            Some((kind, key)) => {
                let entity = self.entity(entity)?;
                View::find_unique(self, entity.name, kind, key)?
            }
            None => None,
        };
        let Some(id) = found else { return self.create_from_fields(entity, fields) };
        let entity = self.entity(entity)?;
        let mut set: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        set.sort_by(|a, b| a.0.cmp(&b.0));
        self.join_lists(&entity, id, &mut set)?;
        Ok(Change::Update { entity: entity.name, id, version: None, set })
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
                None => &*present.insert(View::get_for_rule(self, entity.name, id)?),
            };
            if let FieldValue::Json(there) = field.value(row)
                && let Some(joined) = join(&there, given)
            {
                *value = FieldValue::Json(joined);
            }
        }
        Ok(())
    }

    /// The change of the row's own record; a rule may have written others before it.
    fn result_since(&self, before: &super::pipeline::Mark, row: &RowWork) -> RowResult {
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
