//! A whole database as JSON lines, and back: for moving between stores, for support, and as the form that outlives
//! every file format.
//!
//! The first line says what it is; then come, tenant by tenant, the records in the order of the registry, the number
//! series and the operations, and at the end the journal. A restore goes into an empty database, all of it or nothing;
//! a dump of the restored database has the same bytes.

use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::access::{SystemReason, TenantId};
use crate::engine::{Crm, Tenant, keep, kept_changes, unknown};
use crate::journal::JournalEntry;
use crate::query::{Query, operand};
use crate::schema::{Entity as _, EntityType, FieldDefinition, Row};
use crate::store::{JournalRead, JournalScope, Operation, ReadTx, WriteFailure, WriteTx};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp, json};

/// The version of the format.
const VERSION: i64 = 1;
/// Journal entries that are read at once.
const CHUNK: usize = 1_000;
/// The longest line, in bytes.
const MAX_LINE: usize = 64 * 1024 * 1024;

/// The largest number that a series stands at.
const MAX_NUMBER: i64 = i64::MAX >> 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Dump { format: String, version: i64 },
    Tenant { key: String },
    Record(Box<RecordLine>),
    Numbers { series: String, next: i64 },
    Operation { op_id: Id, fingerprint: String, outcome: String, at: Timestamp },
    Journal { tenant: String, entry: JournalEntry },
    End { lines: u64 },
}

/// One record with everything that the store keeps of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordLine {
    entity: String,
    id: Id,
    version: i64,
    owner: Option<Id>,
    created_at: Timestamp,
    created_by: Option<Id>,
    updated_at: Timestamp,
    updated_by: Option<Id>,
    deleted: bool,
    fields: BTreeMap<String, FieldValue>,
    custom: BTreeMap<String, FieldValue>,
}

value_struct! {
    /// How much was dumped or restored.
    #[derive(Default)]
    pub struct DumpReport {
        optional {
            /// Tenants.
            pub tenants: u64,
            /// Records, deleted ones too.
            pub records: u64,
            /// Entries of the journal.
            pub journal_entries: u64,
            /// Operations.
            pub operations: u64,
        }
    }
}

struct Writer<'a> {
    target: &'a mut dyn Write,
    report: DumpReport,
    lines: u64,
}

impl Writer<'_> {
    fn line(&mut self, line: &Line) -> Result<()> {
        self.lines += 1;
        let text = json::to_canonical(line)?;
        writeln!(self.target, "{text}").map_err(|error| cannot("write", &error))
    }
}

pub(super) fn cannot(what: &str, error: &std::io::Error) -> Error {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => ErrorCode::ReadOnlyFile,
        _ => ErrorCode::Io,
    };
    Error::unavailable(code, format!("cannot {what} the dump: {}", error.kind()))
}

impl Crm {
    /// Writes the whole database, every tenant, as JSON lines. This is the host's right, not a user's: no permissions
    /// are applied.
    ///
    /// # Errors
    /// `DiskFull`, `ReadOnlyFile`, `Io` if the target cannot be written; `Unavailable` or `Corrupt` of the store.
    pub fn dump(&self, target: &mut dyn Write) -> Result<DumpReport> {
        let mut report = DumpReport::default();
        self.inner.store()?.read(&mut |tx| {
            let mut writer = Writer { target: &mut *target, report: DumpReport::default(), lines: 0 };
            writer.line(&Line::Dump { format: "crm-core".to_owned(), version: VERSION })?;
            let tenants = tx.tenants()?;
            for (key, id) in &tenants {
                dump_tenant(self, tx, &mut writer, key, *id)?;
            }
            for (key, id) in &tenants {
                dump_journal(tx, &mut writer, key, *id)?;
            }
            let lines = writer.lines;
            writer.line(&Line::End { lines })?;
            report = std::mem::take(&mut writer.report);
            Ok(())
        })?;
        target.flush().map_err(|error| cannot("write", &error))?;
        Ok(report)
    }

    /// Reads a dump into this database, which must be empty: all of it or nothing.
    ///
    /// # Errors
    /// `BadFormat` for something that is no dump or was cut off, `NewerFile` for a dump of a newer version, `Conflict`
    /// if the database is not empty, `Unknown` if the commit could not be confirmed, and whatever is wrong with a line,
    /// with its number in the field path.
    pub fn restore(&self, source: &mut dyn BufRead) -> Result<DumpReport> {
        let lines = read_lines(source)?;
        let mut report = DumpReport::default();
        let written = self.inner.store()?.write(&mut |tx| {
            if !tx.tenants()?.is_empty() {
                let problem = Problem::new(ErrorCode::DuplicateKey, "the database is not empty");
                return Err(Error::conflict(problem));
            }
            report = Restore::new(self, tx).run(&lines)?;
            Ok(())
        });
        match written {
            Ok(()) => Ok(report),
            Err(WriteFailure::RolledBack(error)) => Err(error),
            Err(WriteFailure::Unknown(cause)) => Err(unknown(&cause, "a database that has tenants now was restored")),
        }
    }
}

fn dump_tenant(crm: &Crm, tx: &mut dyn ReadTx, writer: &mut Writer<'_>, key: &str, id: TenantId) -> Result<()> {
    let tenant = crm.inner.tenant(tx, id)?;
    writer.report.tenants += 1;
    writer.line(&Line::Tenant { key: key.to_owned() })?;
    for entity in tenant.schema.registry.entities() {
        let plan = tenant.system_plan(entity, SystemReason::Dump);
        let asked = plan.check_dump(&tenant.schema, entity, &Query::default())?;
        tx.select(&asked, &mut |row| {
            writer.report.records += 1;
            writer.line(&Line::Record(Box::new(record_line(entity, row))))?;
            Ok(true)
        })?;
    }
    for (series, next) in tx.number_series(id)? {
        writer.line(&Line::Numbers { series, next })?;
    }
    tx.operations(id, &mut |operation| {
        writer.report.operations += 1;
        let Operation { op_id, fingerprint, outcome, at } = operation;
        writer.line(&Line::Operation { op_id, fingerprint, outcome, at })
    })
}

fn dump_journal(tx: &mut dyn ReadTx, writer: &mut Writer<'_>, key: &str, id: TenantId) -> Result<()> {
    let mut after = 0;
    loop {
        let entries = tx.journal(JournalRead { tenant: id, scope: JournalScope::After(after), limit: CHUNK })?;
        let Some(last) = entries.last() else { return Ok(()) };
        after = last.sequence;
        for entry in entries {
            writer.report.journal_entries += 1;
            writer.line(&Line::Journal { tenant: key.to_owned(), entry })?;
        }
    }
}

fn record_line(entity: &EntityType, row: Row) -> RecordLine {
    let named = entity.fields.iter().zip(row.values).filter(|(_, value)| *value != FieldValue::Null);
    RecordLine {
        entity: entity.name.to_owned(),
        id: row.id,
        version: row.version,
        owner: row.owner,
        created_at: row.created_at,
        created_by: row.created_by,
        updated_at: row.updated_at,
        updated_by: row.updated_by,
        deleted: row.deleted,
        fields: named.map(|(spec, value)| (spec.name.to_string(), value)).collect(),
        custom: row.custom,
    }
}

/// Reads and checks all lines before anything is written.
fn read_lines(source: &mut dyn BufRead) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    while let Some(text) = next_line(source)? {
        let place = format!("line[{}]", lines.len().saturating_add(1));
        let line = json::from_text::<Line>(&text).and_then(Line::checked);
        lines.push(line.map_err(|error| error.under(&place))?);
    }
    match lines.first() {
        Some(Line::Dump { format, version }) if format == "crm-core" && *version <= VERSION => {}
        Some(Line::Dump { version, .. }) if *version > VERSION => {
            let problem = Problem::new(ErrorCode::NewerFile, "the dump was written by a newer version");
            return Err(Error::Corrupt {
                problems: vec![problem.with("file_version", version).with("known_version", VERSION)],
            });
        }
        _ => return Err(bad("this is no dump")),
    }
    // The last line does not count itself.
    let count = u64::try_from(lines.len().saturating_sub(1)).unwrap_or(u64::MAX);
    match lines.last() {
        Some(Line::End { lines }) if *lines == count => {}
        _ => return Err(bad("the dump was cut off")),
    }
    Ok(lines)
}

/// The text of the next line; never more than the limit is read for it.
fn next_line(source: &mut dyn BufRead) -> Result<Option<String>> {
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let length = Read::take(source, limit.saturating_add(1)).read_until(b'\n', &mut bytes);
    match length.map_err(|error| cannot("read", &error))? {
        0 => Ok(None),
        length if length > MAX_LINE => Err(bad("a line is longer than any dump has")),
        _ => {
            let text = String::from_utf8(bytes).map_err(|_| bad("a line is no UTF-8"))?;
            Ok(Some(text.trim_end().to_owned()))
        }
    }
}

fn bad(message: &str) -> Error {
    Problem::new(ErrorCode::BadFormat, message).into_invalid()
}

impl Line {
    /// Refuses numbers that no dump has.
    fn checked(self) -> Result<Self> {
        let (field, number) = match &self {
            Self::Numbers { next, .. } => ("next", *next),
            Self::Record(record) => ("version", record.version),
            Self::Journal { entry, .. } => ("entry.version", entry.version.min(entry.sequence)),
            _ => return Ok(self),
        };
        if (1..=MAX_NUMBER).contains(&number) {
            return Ok(self);
        }
        Err(Error::invalid(ErrorCode::OutOfRange, field, "the number is none that a dump has"))
    }
}

struct Restore<'a> {
    crm: &'a Crm,
    tx: &'a mut dyn WriteTx,
    tenants: BTreeMap<String, TenantId>,
    present: Option<Arc<Tenant>>,
    /// Whether the configuration of the present tenant has grown since it was read.
    grown: bool,
    report: DumpReport,
}

impl<'a> Restore<'a> {
    fn new(crm: &'a Crm, tx: &'a mut dyn WriteTx) -> Self {
        Self { crm, tx, tenants: BTreeMap::new(), present: None, grown: false, report: DumpReport::default() }
    }

    fn run(mut self, lines: &[Line]) -> Result<DumpReport> {
        let mut entries: Vec<(TenantId, &JournalEntry)> = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            let done = match line {
                Line::Journal { tenant, entry } => self.tenant_id(tenant).map(|id| entries.push((id, entry))),
                line => self.line(line),
            };
            done.map_err(|error| error.under(&format!("line[{}]", place.saturating_add(1))))?;
        }
        // Tenants share one sequence: the journal goes back in its old order.
        entries.sort_by_key(|(_, entry)| entry.sequence);
        for (tenant, entry) in entries {
            self.tx.append_journal(tenant, entry)?;
            self.report.journal_entries += 1;
        }
        Ok(self.report)
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        match line {
            Line::Tenant { key } => {
                let id = self.tx.add_tenant(key)?;
                self.tenants.insert(key.clone(), id);
                self.report.tenants += 1;
                self.load(id)
            }
            Line::Record(record) => self.record(record),
            Line::Numbers { series, next } => {
                let id = self.present()?.id;
                self.tx.take_numbers(id, series, next.saturating_sub(1)).map(|_| ())
            }
            Line::Operation { op_id, fingerprint, outcome, at } => {
                let id = self.present()?.id;
                self.report.operations += 1;
                let (fingerprint, outcome) = (fingerprint.clone(), outcome.clone());
                self.tx.record_operation(id, &Operation { op_id: *op_id, fingerprint, outcome, at: *at })
            }
            Line::Dump { .. } | Line::Journal { .. } | Line::End { .. } => Ok(()),
        }
    }

    fn tenant_id(&self, key: &str) -> Result<TenantId> {
        self.tenants
            .get(key)
            .copied()
            .ok_or_else(|| Error::invalid(ErrorCode::UnknownReference, "tenant", "no such tenant"))
    }

    fn present(&self) -> Result<Arc<Tenant>> {
        self.present.clone().ok_or_else(|| Error::invalid(ErrorCode::BadFormat, "", "a tenant must come first"))
    }

    fn load(&mut self, id: TenantId) -> Result<()> {
        let (epoch, now) = (self.tx.epoch(id)?, self.crm.inner.clock.now());
        self.present = Some(Arc::new(Tenant::load(self.tx, &self.crm.inner.registry, id, epoch, now)?));
        self.grown = false;
        Ok(())
    }

    fn record(&mut self, line: &RecordLine) -> Result<()> {
        let mut tenant = self.present()?;
        // Rules write grants on the records that come behind them.
        if self.grown && !crate::engine::is_configuration(&line.entity) {
            self.load(tenant.id)?;
            tenant = self.present()?;
        }
        self.grown = self.grown || crate::engine::is_configuration(&line.entity);
        let entity = tenant.schema.entity(&line.entity)?;
        let row = read_record(&tenant, entity, line)?;
        let definition = (entity.name == FieldDefinition::NAME && !row.deleted).then(|| row.clone());
        let plan = tenant.system_plan(entity, SystemReason::Dump);
        let (id, kept) = (row.id, kept_changes(entity, None, &row)?);
        self.tx.put(&plan.check_write(entity, None, row))?;
        keep(self.tx, tenant.id, id, true, &kept)?;
        self.report.records += 1;
        if let Some(row) = definition {
            self.load(tenant.id)?;
            let definition = FieldDefinition::from_row(row)?;
            let spec = definition.to_spec(&tenant.schema.registry)?;
            if spec.indexed {
                self.tx.index_custom_field(&definition.entity, &spec)?;
            }
        }
        Ok(())
    }
}

fn read_record(tenant: &Tenant, entity: &EntityType, line: &RecordLine) -> Result<Row> {
    let mut row = Row {
        id: line.id,
        version: line.version,
        owner: line.owner,
        created_at: line.created_at,
        created_by: line.created_by,
        updated_at: line.updated_at,
        updated_by: line.updated_by,
        deleted: line.deleted,
        values: vec![FieldValue::Null; entity.fields.len()],
        custom: BTreeMap::new(),
    };
    for (name, value) in line.fields.iter().chain(&line.custom) {
        let field = tenant
            .schema
            .field(entity, name)
            .ok_or_else(|| Error::invalid(ErrorCode::UnknownField, name.as_str(), format!("no field `{name}`")))?;
        field.set(&mut row, operand(&field, value)?);
    }
    Ok(row)
}
