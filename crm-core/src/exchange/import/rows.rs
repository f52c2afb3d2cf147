//! From a row of cells to the fields of a record.

use std::collections::HashMap;

use super::key::Key;
use super::lists::Lists;
use super::lookup::{Found, Names};
use super::{ColumnCondition, ColumnMapping, ImportIssue, ImportMapping, ReferenceLookup, UnknownReference};
use crate::customer::{AccountLink, CustomerCommand, HierarchyKind};
use crate::engine::{Command, RowKey, RowWork, Session};
use crate::exchange::cells::{CellFormat, CellKind, CellReader, CellValue};
use crate::exchange::csv::CsvRow;
use crate::schema::{Entity as _, FieldKind};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// What a link between accounts is made of.
const LINK_FIELDS: [&str; 6] = ["hierarchy", "child", "parent", "valid_from", "valid_until", "note"];

/// A row that was read.
pub(super) struct Read {
    pub(super) source: Source,
    /// What is the same for rows of one record.
    pub(super) identity: Option<String>,
    /// What is to be done; nothing if there are issues.
    pub(super) work: Option<RowWork>,
    pub(super) issues: Vec<ImportIssue>,
    pub(super) notices: Vec<ImportIssue>,
}

/// Where a record comes from, for issues that the engine finds.
pub(super) struct Source {
    pub(super) row: u64,
    /// The texts of the mapped columns.
    cells: Vec<String>,
    /// The external identifier.
    key: Option<String>,
    /// The parts of lists, such as `channels[1]`, and the places of their columns.
    origins: Vec<(String, usize)>,
}

/// A mapping that was checked against the file and the schema.
pub(super) struct Compiled {
    mapping: ImportMapping,
    columns: Vec<Column>,
    key: Option<Key>,
    skip: Option<usize>,
}

struct Column {
    place: usize,
    mapping: ColumnMapping,
    reader: Option<CellReader>,
    names: Option<Names>,
    expected: Option<Names>,
    condition: Option<(usize, Vec<String>)>,
}

impl Compiled {
    pub(super) fn new(session: &Session, mapping: &ImportMapping, header: &[String]) -> Result<Self> {
        let place = |column: &str| {
            header.iter().position(|name| name == column).ok_or_else(|| {
                let message = format!("the file has no column `{column}`");
                Error::invalid(ErrorCode::UnknownField, "columns", message)
            })
        };
        check_targets(mapping)?;
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
        let key = Key::of(session, mapping, &place)?;
        let skip = mapping.skip_if_empty.as_deref().map(place).transpose()?;
        let mut mapping = mapping.clone();
        for (field, lookup) in &mapping.constant_lookups {
            let named = constant(session, &mapping.constants, field, lookup)?;
            mapping.constants.insert(field.clone(), named);
        }
        Ok(Self { mapping, columns, key, skip })
    }

    /// Whether a row with the key of an earlier one is passed over.
    pub(super) const fn skips_repeated(&self) -> bool {
        self.mapping.skip_repeated
    }

    /// What a row asks for; nothing if the mapping passes it over.
    pub(super) fn read(&self, row: &CsvRow) -> Option<Read> {
        let cell = |place: usize| row.cells.get(place).map_or("", String::as_str);
        if self.skip.is_some_and(|place| cell(place).trim().is_empty()) {
            return None;
        }
        let mut taken = Taken { fields: self.mapping.constants.clone(), ..Taken::default() };
        for (at, column) in self.columns.iter().enumerate() {
            if column.counts(&row.cells) {
                column.take(at, row.row, cell(column.place), &mut taken);
            }
        }
        let Taken { mut fields, lists, notices, mut issues } = taken;
        let origins = lists.finish(&mut fields);
        let cells = self.columns.iter().map(|column| cell(column.place).to_owned()).collect();
        let key = match &self.key {
            Some(Key::External { place, .. }) => Some(cell(*place).to_owned()),
            _ => None,
        };
        let source = Source { row: row.row, cells, key, origins };
        let key = match self.key.as_ref().map(|key| key.of_row(row, &mut fields)) {
            Some(Ok(key)) => Some(key),
            // A key that cannot be read was told already.
            Some(Err(problem)) if issues.is_empty() => {
                issues.push(self.locate(&source, &problem));
                None
            }
            _ => None,
        };
        let identity = key.as_ref().map(RowKey::identity);
        let work = if issues.is_empty() { self.work(key, fields).map(Some) } else { Ok(None) };
        let work = work.unwrap_or_else(|error| {
            issues.extend(error.problems().iter().map(|problem| self.locate(&source, problem)));
            None
        });
        Some(Read { source, identity, work, issues, notices })
    }

    /// Two rows of one file with one key contradict each other: the first one that was put is taken.
    pub(super) fn repeated(&self, source: &Source, first: u64) -> ImportIssue {
        let fields = self.key.as_ref().map(Key::fields).unwrap_or_default();
        let is_mapped = |field: &&&str| self.columns.iter().any(|column| column.mapping.field == ***field);
        let field = fields.iter().find(is_mapped).or(fields.first()).copied().unwrap_or_default();
        let message = format!("row {first} of the file has the same key");
        self.locate(source, &Problem::of_field(ErrorCode::DuplicateKey, field, message))
    }

    /// A link between accounts goes through the command that keeps the hierarchies sound.
    fn work(&self, key: Option<RowKey>, fields: HashMap<String, FieldValue>) -> Result<RowWork> {
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
        let is_in = |part: &str| field.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let part = source.origins.iter().find(|(part, _)| is_in(part));
        let from =
            |column: &Column| column.mapping.field == field || column.mapping.field.split('.').next() == Some(root);
        let whole = || self.columns.iter().position(|column| !root.is_empty() && from(column));
        let place = part.map(|(_, place)| *place).or_else(whole);
        let column = place.and_then(|place| self.columns.get(place));
        let (column, value) = match (&self.key, column) {
            (Some(Key::External { column, .. }), None) if root == "external_ids" => {
                (Some(column.clone()), source.key.clone())
            }
            (_, column) => (
                column.map(|column| column.mapping.column.clone()),
                place.and_then(|place| source.cells.get(place)).cloned(),
            ),
        };
        ImportIssue { column, field: problem.field.clone(), value, ..super::issue(source.row, problem) }
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
        let Some(factor) = self.mapping.multiply_by else { return Ok(value.map(field_value)) };
        let number = match value {
            Some(CellValue::Decimal(number)) => number,
            Some(CellValue::Integer(number)) => Decimal::from(number),
            other => return Ok(other.map(field_value)),
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
            column: Some(self.mapping.column.clone()),
            field: Some(self.mapping.field.clone()),
            value: Some(text.to_owned()),
            proposal,
            ..super::issue(row, problem)
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

/// Refuses columns that would be read and lost: a second one for the same field in the same row, and one that is no part
/// of a link.
fn check_targets(mapping: &ImportMapping) -> Result<()> {
    for (at, column) in mapping.columns.iter().enumerate() {
        let rival = |earlier: &&ColumnMapping| earlier.field == column.field && !exclude(earlier, column);
        let earlier = mapping.columns.iter().take(at).find(rival).filter(|_| !Lists::appends(&column.field));
        if let Some(earlier) = earlier {
            let message =
                format!("`{}` and `{}` fill `{}` in the same row", earlier.column, column.column, column.field);
            return Err(Error::invalid(ErrorCode::DuplicateKey, "columns", message));
        }
    }
    if mapping.entity != AccountLink::NAME {
        return Ok(());
    }
    let columns = mapping.columns.iter().map(|column| ("columns", &column.field));
    let mut given = columns.chain(mapping.constants.keys().map(|field| ("constants", field)));
    match given.find(|(_, field)| !LINK_FIELDS.contains(&field.as_str())) {
        None => Ok(()),
        Some((place, field)) => {
            let message = format!("a link between accounts does not take `{field}` from a file");
            Err(Error::invalid(ErrorCode::UnknownField, place, message))
        }
    }
}

/// Whether two columns never count in the same row.
fn exclude(one: &ColumnMapping, other: &ColumnMapping) -> bool {
    match (&one.only_if, &other.only_if) {
        (Some(one), Some(other)) => {
            one.column == other.column && !one.values.iter().any(|value| other.values.contains(value))
        }
        _ => false,
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
        plan.readable_field(&reading.tenant.schema, &entity, name).map(|field| field.spec.kind.clone())
    })?;
    if part.is_some() != matches!(kind, FieldKind::Nested) {
        let message = format!("`{}` is no field that a column can fill", column.field);
        return Err(Error::invalid(ErrorCode::UnknownField, "columns", message));
    }
    if let Some(part) = part {
        Lists::check(name, part, column.lookup.is_some())?;
    }
    let plain = match kind {
        // 1.5 in thousands is the whole number 1500.
        FieldKind::Integer { .. } if column.multiply_by.is_some() => CellKind::Decimal,
        FieldKind::Integer { .. } => CellKind::Integer,
        FieldKind::Decimal { .. } => CellKind::Decimal,
        FieldKind::Boolean => CellKind::Boolean,
        FieldKind::Date => CellKind::Date,
        FieldKind::Timestamp => CellKind::Timestamp,
        _ => CellKind::Text,
    };
    check_factor(column, &kind, plain)?;
    match &column.format {
        Some(format) => CellReader::new(format).map(Some).map_err(|error| error.under("format")),
        None if plain == CellKind::Text => Ok(None),
        None => CellReader::new(&CellFormat::new(plain)).map(Some),
    }
}

/// Only what is read and kept as a number can be multiplied.
fn check_factor(column: &ColumnMapping, kept: &FieldKind, plain: CellKind) -> Result<()> {
    let read = column.format.as_ref().map_or(plain, |format| format.kind);
    let is_number = matches!(read, CellKind::Decimal | CellKind::Integer)
        && matches!(kept, FieldKind::Integer { .. } | FieldKind::Decimal { .. });
    if column.multiply_by.is_none() || (is_number && column.lookup.is_none()) {
        return Ok(());
    }
    let message = format!("`{}` is no number that can be multiplied", column.field);
    Err(Error::invalid(ErrorCode::WrongType, "columns.multiply_by", message))
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
