//! From a row of cells to the fields of a record.

use std::collections::HashMap;

use super::lookup::{Found, Names};
use super::{ColumnMapping, ImportIssue, ImportMapping, UnknownReference};
use crate::customer::{AccountLink, CustomerCommand, HierarchyKind};
use crate::engine::{Command, RowWork, Session};
use crate::exchange::cells::{CellFormat, CellKind, CellReader, CellValue};
use crate::exchange::csv::CsvRow;
use crate::room::{ExternalId, external_kind};
use crate::schema::{Entity as _, FieldCodec as _, FieldKind};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// A row that can be put.
pub(super) struct Read {
    pub(super) row: u64,
    pub(super) work: RowWork,
    pub(super) notices: Vec<ImportIssue>,
    /// The texts of the mapped columns, for issues that the engine finds.
    pub(super) cells: Vec<String>,
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
}

enum Key {
    External { system: String, place: usize },
    Field(String),
}

impl Compiled {
    pub(super) fn new(session: &Session, mapping: &ImportMapping, header: &[String]) -> Result<Self> {
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
                mapping: column.clone(),
            });
        }
        let key = match (&mapping.external_system, &mapping.key_column, &mapping.key_field) {
            (Some(system), Some(column), _) => Some(Key::External { system: system.clone(), place: place(column)? }),
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
        Ok(Self { mapping: mapping.clone(), columns, key, skip, seen: HashMap::new() })
    }

    /// The work of a row; nothing if the mapping passes it over; the issues if it cannot be taken.
    pub(super) fn read(&mut self, row: &CsvRow) -> Result<Option<Read>, Vec<ImportIssue>> {
        let cell = |place: usize| row.cells.get(place).map_or("", String::as_str);
        if self.skip.is_some_and(|place| cell(place).trim().is_empty()) {
            return Ok(None);
        }
        let mut fields = self.mapping.constants.clone();
        let (mut notices, mut issues) = (Vec::new(), Vec::new());
        let mut lists = Lists::default();
        for column in &self.columns {
            let text = column.text(cell(column.place));
            if text.is_empty() {
                if column.mapping.notice_if_empty {
                    let problem = Problem::new(ErrorCode::Required, "the cell is empty");
                    notices.push(column.issue(row.row, &text, &problem, None));
                }
                continue;
            }
            match column.value(row.row, &text) {
                Ok(Some(value)) => lists.put(&mut fields, &column.mapping.field, value),
                Ok(None) => {}
                Err(Unread::Notice(issue)) => notices.push(issue),
                Err(Unread::Reject(issue)) => issues.push(issue),
            }
        }
        lists.finish(&mut fields);
        let key = self.key_of(row, &mut fields).map_err(|problem| vec![super::issue(row.row, &problem)])?;
        if let Some(problem) = key.as_ref().and_then(|key| self.repeated(key, row.row)) {
            issues.push(super::issue(row.row, &problem));
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        let work = self
            .work(key, fields)
            .map_err(|error| error.problems().iter().map(|p| self.locate(row.row, &[], p)).collect::<Vec<_>>())?;
        let cells = self.columns.iter().map(|column| cell(column.place).to_owned()).collect();
        Ok(Some(Read { row: row.row, work, notices, cells }))
    }

    /// Two rows of one file with one key contradict each other: the first one is taken.
    fn repeated(&mut self, key: &(String, String), row: u64) -> Option<Problem> {
        let first = *self.seen.entry(key.clone()).or_insert(row);
        (first != row).then(|| {
            let problem = Problem::new(ErrorCode::DuplicateKey, format!("row {first} of the file has the same key"));
            problem.with("first_row", first)
        })
    }

    fn key_of(
        &self,
        row: &CsvRow,
        fields: &mut HashMap<String, FieldValue>,
    ) -> Result<Option<(String, String)>, Problem> {
        match &self.key {
            None => Ok(None),
            Some(Key::External { system, place }) => {
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
        let valid_from = match fields.get("valid_from") {
            Some(FieldValue::Date(date)) => *date,
            Some(FieldValue::Text(text)) => text.parse().map_err(|error: Error| error.under("valid_from"))?,
            _ => return Err(Error::invalid(ErrorCode::Required, "valid_from", "`valid_from` must not be empty")),
        };
        let (child, parent) = (reference(&fields, "child")?, Some(reference(&fields, "parent")?));
        let command = CustomerCommand::SetParent { hierarchy, child, parent, valid_from };
        Ok(RowWork::Run(Box::new(Command::Customer(command))))
    }

    /// Says which column a problem of the engine comes from.
    pub(super) fn locate(&self, row: u64, cells: &[String], problem: &Problem) -> ImportIssue {
        let field = problem.field.as_deref().unwrap_or_default();
        let root = field.split(['.', '[']).next().unwrap_or_default();
        let from =
            |column: &Column| column.mapping.field == field || column.mapping.field.split('.').next() == Some(root);
        let place = self.columns.iter().position(|column| !root.is_empty() && from(column));
        let column = place.and_then(|place| self.columns.get(place));
        ImportIssue {
            row,
            code: problem.code,
            reason: problem.message.clone(),
            column: column.map(|column| column.mapping.column.clone()),
            field: problem.field.clone(),
            value: place.and_then(|place| cells.get(place)).cloned(),
            proposal: None,
        }
    }
}

/// Why a cell gives no value.
enum Unread {
    Reject(ImportIssue),
    Notice(ImportIssue),
}

impl Column {
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
        let value = read.map_err(|problem| Unread::Reject(self.issue(row, text, &problem, None)))?;
        Ok(value.map(field_value))
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
            Some(UnknownReference::LeaveEmpty) => Err(Unread::Notice(issue)),
            _ => Err(Unread::Reject(issue)),
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
        Lists::check(name, part)?;
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

/// The parts of lists that several columns fill together: channels and identifiers.
#[derive(Default)]
struct Lists {
    channels: Vec<serde_json::Value>,
    address: serde_json::Map<String, serde_json::Value>,
    identifiers: Vec<serde_json::Value>,
}

impl Lists {
    const ADDRESS_PARTS: [&'static str; 6] = ["value", "street", "city", "region", "postcode", "country"];

    fn check(list: &str, part: &str) -> Result<()> {
        let known = match list {
            "channels" => match part.strip_prefix("address.") {
                Some(part) => Self::ADDRESS_PARTS.contains(&part),
                None => crate::customer::ChannelKind::parse(part).is_some(),
            },
            "identifiers" => crate::value::IdentifierKind::parse(part).is_some(),
            _ => false,
        };
        if known {
            Ok(())
        } else {
            Err(Error::invalid(ErrorCode::UnknownField, "columns", format!("no field `{list}.{part}`")))
        }
    }

    fn put(&mut self, fields: &mut HashMap<String, FieldValue>, field: &str, value: FieldValue) {
        let Some((list, part)) = field.split_once('.') else {
            fields.insert(field.to_owned(), value);
            return;
        };
        let text = value.to_key();
        match (list, part.strip_prefix("address.")) {
            ("channels", Some(part)) => {
                self.address.insert(part.to_owned(), text.into());
            }
            ("channels", None) => self.channels.push(serde_json::json!({ "kind": part, "value": text })),
            _ => self.identifiers.push(serde_json::json!({ "kind": part, "value": text })),
        }
    }

    fn finish(mut self, fields: &mut HashMap<String, FieldValue>) {
        if !self.address.is_empty() {
            let parts = ["street", "postcode", "city", "region", "country"]
                .iter()
                .filter_map(|part| self.address.get(*part)?.as_str());
            let line = parts.collect::<Vec<_>>().join(", ");
            self.address.entry("value").or_insert_with(|| line.into());
            self.address.insert("kind".to_owned(), "address".into());
            self.channels.push(self.address.into());
        }
        for (name, list) in [("channels", self.channels), ("identifiers", self.identifiers)] {
            if !list.is_empty()
                && let Ok(value) = FieldValue::json(&list)
            {
                fields.insert(name.to_owned(), value);
            }
        }
    }
}

/// The account that a link's end names.
fn reference(fields: &HashMap<String, FieldValue>, name: &str) -> Result<Id> {
    match fields.get(name) {
        Some(FieldValue::Reference(id)) => Ok(*id),
        _ => Err(Error::invalid(ErrorCode::Required, name, format!("`{name}` must not be empty"))),
    }
}
