//! Reading: one row after another, each with its number.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Cursor;

use crate::value::{ErrorCode, Problem, Result};

use super::super::encoding::{self, BadBytes};
use super::super::shown;
use super::{CsvOptions, CsvReject, CsvRow, CsvTable, MAX_COLUMNS, MAX_ROW_BYTES, separator, unescape_formula};

/// Reads a CSV file row by row.
///
/// The bytes of the file are in memory (or mapped); UTF-8 is read in place, so a row costs what its cells cost.
///
/// ```
/// use crm_core::exchange::{CsvOptions, CsvReader};
/// let reader = CsvReader::open(b"name;city\nKeller;Ulm\n\nBauer\n", &CsvOptions::default())?;
/// assert_eq!((reader.header(), reader.separator()), (&["name".to_owned(), "city".to_owned()][..], ';'));
/// let (rows, rejects): (Vec<_>, Vec<_>) = reader.partition(Result::is_ok);
/// assert_eq!(rows.len(), 1);
/// let reject = rejects.into_iter().next().unwrap().unwrap_err();
/// assert_eq!((reject.row, reject.problems[0].message.as_str()), (4, "the row has 1 cells, the header has 2"));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
pub struct CsvReader<'a> {
    rows: Records<'a>,
    header: Vec<String>,
    encoding: &'static str,
    separator: u8,
    unescape: bool,
    /// The first row of a file without header, which is read at the start to count the columns.
    waiting: Option<Record>,
}

impl<'a> CsvReader<'a> {
    /// Finds out encoding and separator and reads the header.
    ///
    /// # Errors
    /// `NotInPicklist` for an unknown encoding, `BadFormat` for a separator that is not one ASCII character,
    /// `Required` for a file without any row, `DuplicateKey` for a name that stands twice in the header, `TooMany`
    /// for more than [`MAX_COLUMNS`] columns, `Undecodable` and `TooLong` for a header that cannot be read.
    pub fn open(bytes: &'a [u8], options: &CsvOptions) -> Result<Self> {
        let decoded = encoding::decode(bytes, options.encoding.as_deref())?;
        let declared = separator::declared(&decoded.text);
        let start = declared.map_or(0, |(_, start)| start);
        let separator = match (&options.separator, declared) {
            (Some(named), _) => separator::named(named)?,
            (None, Some((separator, _))) => separator,
            (None, None) => separator::detect(&decoded.text),
        };
        let name = decoded.encoding.name();
        let mut rows = Records::new(decoded.text, start, decoded.bad, separator, name);
        let first = rows.read().ok_or_else(|| {
            Problem::new(ErrorCode::Required, "the file has no row, not even a header").into_invalid()
        })?;
        let mut reader = Self {
            rows,
            header: Vec::new(),
            encoding: name,
            separator,
            unescape: options.unescape_formulas,
            waiting: None,
        };
        if options.no_header {
            reader.header = (1..=first.cells.len()).map(nameless).collect();
            check_width(reader.header.len())?;
            reader.waiting = Some(first);
        } else {
            reader.header = reader.header_of(first)?;
        }
        Ok(reader)
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The place of a column, counted from 0.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The encoding that is used, by its WHATWG name.
    #[must_use]
    pub const fn encoding(&self) -> &'static str {
        self.encoding
    }

    /// The separator that is used.
    #[must_use]
    pub fn separator(&self) -> char {
        char::from(self.separator)
    }

    fn header_of(&self, first: Record) -> Result<Vec<String>> {
        if !first.problems.is_empty() {
            return Err(crate::value::Error::Invalid { problems: first.problems }.under("header"));
        }
        check_width(first.cells.len())?;
        let names: Vec<String> =
            first.cells.into_iter().zip(1..).map(|(cell, column)| self.column_name(cell, column)).collect();
        let mut seen = HashMap::new();
        for (name, column) in names.iter().zip(1_usize..) {
            if let Some(before) = seen.insert(name.as_str(), column) {
                let message = format!("the columns {before} and {column} are both called {}", shown(name));
                let problem = Problem::of_field(ErrorCode::DuplicateKey, "header", message);
                return Err(problem.with("first", before).with("second", column).into_invalid());
            }
        }
        Ok(names)
    }

    fn column_name(&self, cell: String, column: usize) -> String {
        let cell = if self.unescape { unescape_formula(&cell).to_owned() } else { cell };
        match cell.trim() {
            "" => nameless(column),
            name => name.to_owned(),
        }
    }

    fn checked(&self, record: Record) -> Result<CsvRow, CsvReject> {
        let Record { row, mut cells, mut problems, too_long } = record;
        let (have, need) = (cells.len(), self.header.len());
        if have != need && !too_long {
            let message = format!("the row has {have} cells, the header has {need}");
            problems.push(Problem::new(ErrorCode::BadFormat, message).with("cells", have).with("columns", need));
        }
        if self.unescape {
            for cell in &mut cells {
                *cell = unescape_formula(cell).to_owned();
            }
        }
        for problem in &mut problems {
            let column = problem.data.get("column").and_then(|column| column.parse::<usize>().ok());
            problem.field = column.and_then(|column| self.header.get(column.checked_sub(1)?).cloned());
        }
        if problems.is_empty() { Ok(CsvRow { row, cells }) } else { Err(CsvReject { row, problems, cells }) }
    }

    /// White space alone on a line of a file with several columns is an empty line too.
    fn is_blank(&self, record: &Record) -> bool {
        self.header.len() > 1
            && record.problems.is_empty()
            && matches!(record.cells.as_slice(), [cell] if cell.trim().is_empty())
    }
}

impl Iterator for CsvReader<'_> {
    type Item = Result<CsvRow, CsvReject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = self.waiting.take().or_else(|| self.rows.read())?;
            if !self.is_blank(&record) {
                return Some(self.checked(record));
            }
        }
    }
}

/// Reads a whole file into memory.
///
/// # Errors
/// Those of [`CsvReader::open`]; rows that cannot be read are in `rejects`.
pub fn read_csv(bytes: &[u8], options: &CsvOptions) -> Result<CsvTable> {
    let mut reader = CsvReader::open(bytes, options)?;
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    for row in &mut reader {
        match row {
            Ok(row) => rows.push(row),
            Err(reject) => rejects.push(reject),
        }
    }
    let (encoding, separator) = (reader.encoding().to_owned(), reader.separator().to_string());
    Ok(CsvTable { header: reader.header, rows, rejects, encoding, separator })
}

fn nameless(column: usize) -> String {
    format!("column_{column}")
}

fn check_width(columns: usize) -> Result<()> {
    if columns <= MAX_COLUMNS {
        return Ok(());
    }
    let message = format!("the file has {columns} columns, the limit is {MAX_COLUMNS}");
    Err(Problem::of_field(ErrorCode::TooMany, "header", message).with("limit", MAX_COLUMNS).into_invalid())
}

struct Record {
    row: u64,
    cells: Vec<String>,
    problems: Vec<Problem>,
    too_long: bool,
}

/// The rows of the text with their numbers, before they are held against the header.
struct Records<'a> {
    reader: ::csv::Reader<Cursor<Text<'a>>>,
    record: ::csv::StringRecord,
    separator: u8,
    row: u64,
    bad: std::iter::Peekable<std::vec::IntoIter<BadBytes>>,
    encoding: &'static str,
}

/// The text behind a line `sep=;`.
struct Text<'a> {
    text: Cow<'a, str>,
    start: usize,
}

impl AsRef<[u8]> for Text<'_> {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes().get(self.start..).unwrap_or_default()
    }
}

impl<'a> Records<'a> {
    fn new(text: Cow<'a, str>, start: usize, bad: Vec<BadBytes>, separator: u8, encoding: &'static str) -> Self {
        let reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(Cursor::new(Text { text, start }));
        let bad = bad.into_iter().peekable();
        Self { reader, record: ::csv::StringRecord::new(), separator, row: 0, bad, encoding }
    }

    fn text(&self) -> &[u8] {
        self.reader.get_ref().get_ref().as_ref()
    }

    fn place(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX)
    }

    fn read(&mut self) -> Option<Record> {
        let (blank, start) = skip_line_breaks(self.text(), self.place());
        if !self.reader.read_record(&mut self.record).unwrap_or(false) {
            return None;
        }
        self.row = self.row.saturating_add(blank).saturating_add(1);
        let end = self.place();
        let mut problems = Vec::new();
        let too_long = end.saturating_sub(start) > MAX_ROW_BYTES;
        if too_long {
            let message = format!("the row has more than {MAX_ROW_BYTES} bytes; is a quote not closed?");
            problems.push(Problem::new(ErrorCode::TooLong, message).with("limit", MAX_ROW_BYTES));
        }
        if self.is_cut_off(start, end) {
            problems.push(Problem::new(ErrorCode::BadFormat, "a quote is opened here and never closed"));
        }
        self.report_bad_bytes(start, end, &mut problems);
        let cells = if too_long { Vec::new() } else { self.record.iter().map(ToOwned::to_owned).collect() };
        Some(Record { row: self.row, cells, problems, too_long })
    }

    /// Whether the last row ends inside quotes.
    fn is_cut_off(&self, start: usize, end: usize) -> bool {
        end >= self.text().len() && self.text().get(start..).is_some_and(|row| ends_quoted(row, self.separator))
    }

    /// Names the column of every place that could not be decoded: the n-th U+FFFD of the row in the file is the n-th
    /// one in its cells.
    fn report_bad_bytes(&mut self, start: usize, end: usize, problems: &mut Vec<Problem>) {
        let offset = self.reader.get_ref().get_ref().start;
        while let Some(bad) = self.bad.next_if(|bad| bad.at < end.saturating_add(offset)) {
            let before = self.text().get(start..bad.at.saturating_sub(offset)).unwrap_or_default();
            let ordinal = marks(&String::from_utf8_lossy(before));
            let column = column_of_mark(&self.record, ordinal);
            let message = format!("the bytes `{}` cannot be read as {}", bad.hex, self.encoding);
            let problem = Problem::new(ErrorCode::Undecodable, message).with("row", self.row);
            problems.push(problem.with("column", column).with("bytes", bad.hex));
        }
    }
}

/// How many line breaks stand at `place`, and where they end. The second half of a CRLF is not one.
fn skip_line_breaks(text: &[u8], place: usize) -> (u64, usize) {
    let rest = text.get(place..).unwrap_or_default();
    let half = place > 0 && text.get(place.saturating_sub(1)) == Some(&b'\r') && rest.first() == Some(&b'\n');
    let mut place = place.saturating_add(usize::from(half));
    let mut breaks = 0_u64;
    loop {
        let length = match text.get(place..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return (breaks, place),
        };
        place = place.saturating_add(length);
        breaks = breaks.saturating_add(1);
    }
}

fn ends_quoted(row: &[u8], separator: u8) -> bool {
    let (mut at_start, mut quoted) = (true, false);
    for &byte in row {
        if byte == b'"' && (quoted || at_start) {
            // A doubled quote closes and opens again, so it needs no case of its own.
            quoted = !quoted;
            at_start = !quoted;
        } else if !quoted {
            at_start = byte == separator;
        }
    }
    quoted
}

fn marks(text: &str) -> usize {
    text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count()
}

/// The column, counted from 1, in which the U+FFFD number `ordinal` (from 0) of the row stands.
fn column_of_mark(record: &::csv::StringRecord, ordinal: usize) -> usize {
    let mut passed = 0_usize;
    for (cell, column) in record.iter().zip(1_usize..) {
        passed = passed.saturating_add(marks(cell));
        if passed > ordinal {
            return column;
        }
    }
    record.len()
}
