//! From a row of cells to the fields of a record.

use std::collections::HashMap;

use super::lists::Lists;
use super::lookup::{Found, Names};
use super::{ColumnCondition, ColumnMapping, ImportIssue, ImportMapping, ReferenceLookup, UnknownReference};
use crate::customer::{AccountLink, CustomerCommand, HierarchyKind};
use crate::engine::{Command, RowWork, Session};
use crate::exchange::cells::{CellFormat, CellKind, CellReader, CellValue};
use crate::exchange::csv::CsvRow;
use crate::room::{ExternalId, external_kind};
use crate::schema::{Entity as _, FieldCodec as _, FieldKind};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// A row that can be put.
pub(super) struct Read {
    pub(super) source: Source,
    pub(super) work: RowWork,
    pub(super) notices: Vec<ImportIssue>,
}

/// Where a record comes from, for issues that the engine finds.
pub(super) struct Source {
    row: u64,
    /// The texts of the mapped columns.
    cells: Vec<String>,
    /// The parts of lists, such as `channels[1]`, and the places of their columns.
    origins: Vec<(String, usize)>,
}

/// A mapping that was checked against the file and the schema.
pub(super) struct Compiled {
    mapping: ImportMapping,
    columns: Vec<Column>,
    key: Option<Key>,
    skip: Option<usize>,
    /// The keys that stood in earlier rows of this file, with their rows.
    seen: HashMap<(String, String), u64>,
}

struct Column {
    place: usize,
    mapping: ColumnMapping,
    reader: Option<CellReader>,
    names: Option<Names>,
    expected: Option<Names>,
    condition: Option<(usize, Vec<String>)>,
}

enum Key {
    External { system: String, column: String, place: usize },
    Field(String),
}

impl Compiled {
    pub(super) fn new(session: &Session, mapping: &ImportMapping, header: &[String]) -> Result<Self> {
        if mapping.entity == AccountLink::NAME {
            check_link_columns(mapping)?;
        }
        let place = |column: &str| {
            header.iter().position(|name| name == column).ok_or_else(|| {
                let message = format!("the file has no column `{column}`");
                Error::invalid(ErrorCode::UnknownField, "columns", message)
            })
        };
        let mut columns = Vec::with_capacity(mapping.columns.len());
        for column in &mapping.columns {
            columns.push(Column {
                place: place(&column.column)?,
                reader: reader_of(session, &mapping.entity, column)?,
                names: column.lookup.as_ref().map(|lookup| Names::read(session, lookup)).transpose()?,
                expected: (!column.expected.is_empty()).then(|| Names::expected(&column.expected)),
                condition: column.only_if.as_ref().map(|only| condition(&place, only)).transpose()?,
                mapping: column.clone(),
            });
        }
        let key = match (&mapping.external_system, &mapping.key_column, &mapping.key_field) {
            (Some(system), Some(column), _) => {
                Some(Key::External { system: system.clone(), column: column.clone(), place: place(column)? })
            }
            (None, None, Some(field)) => Some(Key::Field(field.clone())),
            (None, None, None) => None,
            _ => {
                return Err(Error::invalid(
                    ErrorCode::Required,
                    "key_column",
                    "an external system needs its key column",
                ));
            }
        };
        let skip = mapping.skip_if_empty.as_deref().map(place).transpose()?;
        let mut mapping = mapping.clone();
        for (field, lookup) in &mapping.constant_lookups {
            let named = constant(session, &mapping.constants, field, lookup)?;
            mapping.constants.insert(field.clone(), named);
        }
        Ok(Self { mapping, columns, key, skip, seen: HashMap::new() })
    }

    /// The work of a row; nothing if the mapping passes it over; the issues if it cannot be taken.
    pub(super) fn read(&mut self, row: &CsvRow) -> Result<Option<Read>, Vec<ImportIssue>> {
        let cell = |place: usize| row.cells.get(place).map_or("", String::as_str);
        if self.skip.is_some_and(|place| cell(place).trim().is_empty()) {
            return Ok(None);
        }
        let mut taken = Taken { fields: self.mapping.constants.clone(), ..Taken::default() };
        for (at, column) in self.columns.iter().enumerate() {
            if column.counts(&row.cells) {
                column.take(at, row.row, cell(column.place), &mut taken);
            }
        }
        let Taken { mut fields, lists, notices, mut issues } = taken;
        let origins = lists.finish(&mut fields);
        let key = self.key_of(row, &mut fields).map_err(|problem| vec![super::issue(row.row, &problem)])?;
        if let Some(issue) = key.as_ref().and_then(|key| self.repeated(key, row.row)) {
            if self.mapping.skip_repeated {
                return Ok(None);
            }
            issues.push(issue);
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        let cells = self.columns.iter().map(|column| cell(column.place).to_owned()).collect();
        let source = Source { row: row.row, cells, origins };
        let work = self.work(key, fields);
        let work =
            work.map_err(|error| error.problems().iter().map(|p| self.locate(&source, p)).collect::<Vec<_>>())?;
        Ok(Some(Read { source, work, notices }))
    }

    /// Two rows of one file with one key contradict each other: the first one is taken.
    fn repeated(&mut self, key: &(String, String), row: u64) -> Option<ImportIssue> {
        let first = *self.seen.entry(key.clone()).or_insert(row);
        if first == row {
            return None;
        }
        let problem = Problem::new(ErrorCode::DuplicateKey, format!("row {first} of the file has the same key"));
        let (column, field) = match &self.key {
            Some(Key::External { column, .. }) => (Some(column.clone()), "external_ids"),
            Some(Key::Field(field)) => {
                let from = self.columns.iter().find(|column| column.mapping.field == *field);
                (from.map(|column| column.mapping.column.clone()), field.as_str())
            }
            None => (None, ""),
        };
        let value = column.is_some().then(|| key.1.clone());
        Some(ImportIssue { column, field: Some(field.to_owned()), value, ..super::issue(row, &problem) })
    }

    fn key_of(
        &self,
        row: &CsvRow,
        fields: &mut HashMap<String, FieldValue>,
    ) -> Result<Option<(String, String)>, Problem> {
        match &self.key {
            None => Ok(None),
            Some(Key::External { system, place, .. }) => {
                let key = row.cells.get(*place).map_or("", |cell| cell.trim()).to_owned();
                if key.is_empty() {
                    return Err(Problem::of_field(
                        ErrorCode::Required,
                        "key_column",
                        "the row has no external identifier",
                    ));
                }
                let ids = vec![ExternalId { system: system.clone(), key: key.clone() }];
                fields.insert("external_ids".to_owned(), ids.to_field());
                Ok(Some((external_kind(system), key)))
            }
            Some(Key::Field(field)) => match fields.get(field) {
                Some(value) if *value != FieldValue::Null => Ok(Some((field.clone(), value.to_key()))),
                _ => Err(Problem::of_field(ErrorCode::Required, field.as_str(), "the row has no key")),
            },
        }
    }

    /// A link between accounts goes through the command that keeps the hierarchies sound.
    fn work(&self, key: Option<(String, String)>, fields: HashMap<String, FieldValue>) -> Result<RowWork> {
        if self.mapping.entity != AccountLink::NAME {
            return Ok(RowWork::Put { entity: self.mapping.entity.clone(), key, fields });
        }
        let hierarchy = match fields.get("hierarchy") {
            Some(FieldValue::Text(text)) => HierarchyKind::parse(text),
            _ => None,
        };
        let hierarchy =
            hierarchy.ok_or_else(|| Error::invalid(ErrorCode::Required, "hierarchy", "no such hierarchy"))?;
        let valid_from = date(&fields, "valid_from")?
            .ok_or_else(|| Error::invalid(ErrorCode::Required, "valid_from", "`valid_from` must not be empty"))?;
        let command = CustomerCommand::SetParent {
            hierarchy,
            child: reference(&fields, "child")?,
            parent: Some(reference(&fields, "parent")?),
            valid_from,
            valid_until: date(&fields, "valid_until")?,
            note: fields.get("note").map(FieldValue::to_key),
        };
        Ok(RowWork::Run(Box::new(Command::Customer(command))))
    }

    /// Says which column a problem of the engine comes from.
    pub(super) fn locate(&self, source: &Source, problem: &Problem) -> ImportIssue {
        let field = problem.field.as_deref().unwrap_or_default();
        let root = field.split(['.', '[']).next().unwrap_or_default();
        let part = source.origins.iter().find(|(part, _)| field.starts_with(part.as_str()));
        let from =
            |column: &Column| column.mapping.field == field || column.mapping.field.split('.').next() == Some(root);
        let whole = || self.columns.iter().position(|column| !root.is_empty() && from(column));
        let place = part.map(|(_, place)| *place).or_else(whole);
        let column = place.and_then(|place| self.columns.get(place));
        ImportIssue {
            row: source.row,
            code: problem.code,
            reason: problem.message.clone(),
            column: column.map(|column| column.mapping.column.clone()),
            field: problem.field.clone(),
            value: place.and_then(|place| source.cells.get(place)).cloned(),
            proposal: None,
        }
    }
}

/// What was taken from the cells of a row so far.
#[derive(Default)]
struct Taken {
    fields: HashMap<String, FieldValue>,
    lists: Lists,
    notices: Vec<ImportIssue>,
    issues: Vec<ImportIssue>,
}

/// Why a cell gives no value.
enum Unread {
    Reject(Box<ImportIssue>),
    Notice(Box<ImportIssue>),
}

impl Column {
    /// Whether the column means something in this row.
    fn counts(&self, cells: &[String]) -> bool {
        let Some((place, values)) = &self.condition else { return true };
        let cell = cells.get(*place).map_or("", |cell| cell.trim());
        values.iter().any(|value| value == cell)
    }

    /// Takes one cell; `at` is the place of this column among the mapped ones.
    fn take(&self, at: usize, row: u64, cell: &str, taken: &mut Taken) {
        let text = self.text(cell);
        if text.is_empty() {
            if self.mapping.notice_if_empty {
                let problem = Problem::new(ErrorCode::Required, "the cell is empty");
                taken.notices.push(self.issue(row, &text, &problem, None));
            }
            return;
        }
        taken.notices.extend(self.unexpected(row, &text));
        match self.value(row, &text) {
            Ok(Some(value)) => taken.lists.put(&mut taken.fields, &self.mapping.field, value, at),
            Ok(None) => {}
            Err(Unread::Notice(issue)) => taken.notices.push(*issue),
            Err(Unread::Reject(issue)) => taken.issues.push(*issue),
        }
    }

    /// A notice of a value that is none of the expected ones.
    fn unexpected(&self, row: u64, text: &str) -> Option<ImportIssue> {
        let meant = self.mapping.values.get(text).map_or(text, String::as_str);
        let Found::None { proposal } = self.expected.as_ref()?.find(meant) else { return None };
        let problem = Problem::new(ErrorCode::NotInPicklist, "the value is none of the expected ones");
        Some(self.issue(row, text, &problem, proposal))
    }

    fn text(&self, cell: &str) -> String {
        let text = if self.mapping.keep_space { cell } else { cell.trim() };
        if self.mapping.empty.iter().any(|empty| empty == text) { String::new() } else { text.to_owned() }
    }

    fn value(&self, row: u64, text: &str) -> Result<Option<FieldValue>, Unread> {
        let meant = self.mapping.values.get(text).map_or(text, String::as_str);
        if meant.is_empty() {
            return Ok(None);
        }
        if let Some(names) = &self.names {
            return self.reference(row, text, names.find(meant)).map(Some);
        }
        let Some(reader) = &self.reader else { return Ok(Some(FieldValue::Text(meant.to_owned()))) };
        let read = reader.read(&self.mapping.field, meant);
        let value = read.map_err(|problem| Unread::Reject(Box::new(self.issue(row, text, &problem, None))))?;
        let (Some(CellValue::Decimal(number)), Some(factor)) = (&value, self.mapping.multiply_by) else {
            return Ok(value.map(field_value));
        };
        let product = number.checked_mul(factor).map(|product| Some(FieldValue::Decimal(product)));
        product.map_err(|error| {
            let problem = error.problems().first().cloned();
            let problem = problem.unwrap_or_else(|| Problem::new(ErrorCode::Overflow, "the number is too large"));
            Unread::Reject(Box::new(self.issue(row, text, &problem, None)))
        })
    }

    fn reference(&self, row: u64, text: &str, found: Found) -> Result<FieldValue, Unread> {
        let (message, proposal) = match found {
            Found::One(id) => return Ok(FieldValue::Reference(id)),
            Found::Several => ("several records have this name", None),
            Found::None { proposal } => ("nothing has this name", proposal),
        };
        let problem = Problem::new(ErrorCode::UnknownReference, message);
        let issue = self.issue(row, text, &problem, proposal);
        let lookup = self.mapping.lookup.as_ref();
        match lookup.and_then(|lookup| lookup.on_unknown) {
            Some(UnknownReference::LeaveEmpty) => Err(Unread::Notice(Box::new(issue))),
            _ => Err(Unread::Reject(Box::new(issue))),
        }
    }

    fn issue(&self, row: u64, text: &str, problem: &Problem, proposal: Option<String>) -> ImportIssue {
        ImportIssue {
            row,
            code: problem.code,
            reason: problem.message.clone(),
            column: Some(self.mapping.column.clone()),
            field: Some(self.mapping.field.clone()),
            value: Some(text.to_owned()),
            proposal,
        }
    }
}

fn field_value(value: CellValue) -> FieldValue {
    match value {
        CellValue::Text(text) => FieldValue::Text(text),
        CellValue::Decimal(decimal) => FieldValue::Decimal(decimal),
        CellValue::Integer(number) => FieldValue::Integer(number),
        CellValue::Boolean(flag) => FieldValue::Boolean(flag),
        CellValue::Date(date) => FieldValue::Date(date),
        CellValue::Timestamp(at) => FieldValue::Timestamp(at),
    }
}

/// The place of the column that decides, and what must stand in it.
fn condition(place: &impl Fn(&str) -> Result<usize>, only: &ColumnCondition) -> Result<(usize, Vec<String>)> {
    Ok((place(&only.column)?, only.values.clone()))
}

/// The record that a constant names.
fn constant(
    session: &Session,
    constants: &HashMap<String, FieldValue>,
    field: &str,
    lookup: &ReferenceLookup,
) -> Result<FieldValue> {
    let unknown = |message: &str| Error::invalid(ErrorCode::UnknownReference, format!("constants.{field}"), message);
    let named = constants.get(field).ok_or_else(|| unknown("there is a lookup but no constant"))?;
    match Names::read(session, lookup)?.find(&named.to_key()) {
        Found::One(id) => Ok(FieldValue::Reference(id)),
        Found::Several => Err(unknown("several records have this name")),
        Found::None { .. } => Err(unknown("nothing has this name")),
    }
}

/// The reader of a column: the format that is given, or the plain format of the field's type.
fn reader_of(session: &Session, entity: &str, column: &ColumnMapping) -> Result<Option<CellReader>> {
    let (name, part) =
        column.field.split_once('.').map_or((column.field.as_str(), None), |(name, part)| (name, Some(part)));
    let kind = session.reading(|reading| {
        let (entity, plan) = reading.entity(entity)?;
        plan.readable_field(&reading.tenant.schema, &entity, name).map(|field| field.spec.kind)
    })?;
    if part.is_some() != matches!(kind, FieldKind::Nested) {
        let message = format!("`{}` is no field that a column can fill", column.field);
        return Err(Error::invalid(ErrorCode::UnknownField, "columns", message));
    }
    if let Some(part) = part {
        Lists::check(name, part, column.lookup.is_some())?;
    }
    let plain = match kind {
        FieldKind::Integer { .. } => CellKind::Integer,
        FieldKind::Decimal { .. } => CellKind::Decimal,
        FieldKind::Boolean => CellKind::Boolean,
        FieldKind::Date => CellKind::Date,
        FieldKind::Timestamp => CellKind::Timestamp,
        _ => CellKind::Text,
    };
    match &column.format {
        Some(format) => CellReader::new(format).map(Some).map_err(|error| error.under("format")),
        None if plain == CellKind::Text => Ok(None),
        None => CellReader::new(&CellFormat::new(plain)).map(Some),
    }
}

/// The account that a link's end names.
fn reference(fields: &HashMap<String, FieldValue>, name: &str) -> Result<Id> {
    match fields.get(name) {
        Some(FieldValue::Reference(id)) => Ok(*id),
        _ => Err(Error::invalid(ErrorCode::Required, name, format!("`{name}` must not be empty"))),
    }
}

/// The date of a link, if the row has one.
fn date(fields: &HashMap<String, FieldValue>, name: &str) -> Result<Option<Date>> {
    match fields.get(name) {
        Some(FieldValue::Date(date)) => Ok(Some(*date)),
        Some(FieldValue::Text(text)) => text.parse().map(Some).map_err(|error: Error| error.under(name)),
        _ => Ok(None),
    }
}

/// What the command that makes a link has a place for; nothing else is dropped in silence.
fn check_link_columns(mapping: &ImportMapping) -> Result<()> {
    const PLACES: [&str; 6] = ["hierarchy", "child", "parent", "valid_from", "valid_until", "note"];
    let fields = mapping.columns.iter().map(|column| &column.field).chain(mapping.constants.keys());
    let Some(other) = fields.into_iter().find(|field| !PLACES.contains(&field.as_str())) else { return Ok(()) };
    let shown: String = other.chars().take(60).collect();
    let message = format!("the import of links has no place for `{shown}`");
    Err(Error::invalid(ErrorCode::UnknownField, "columns", message))
}
