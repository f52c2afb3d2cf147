//! Reading: one row after another, each with its number.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::value::{ErrorCode, Problem, Result};

use super::super::encoding::{self, BadBytes};
use super::super::shown;
use super::scan::{Scanned, scan, skip_breaks};
use super::{CsvOptions, CsvReject, CsvRow, CsvTable, MAX_COLUMNS, separator, unescape_formula};

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
    guessed: bool,
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
    /// for more than [`MAX_COLUMNS`] columns, `BadFormat`, `Undecodable` and `TooLong` for a header that cannot be
    /// read; `Undecodable` for text with zero bytes whose encoding is not named.
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
        let bad = decoded.bad.into_iter().peekable();
        let mut rows = Records { text: decoded.text, place: start, separator, row: 0, bad, encoding: name };
        let first = rows.read().ok_or_else(|| {
            Problem::new(ErrorCode::Required, "the file has no row, not even a header").into_invalid()
        })?;
        let mut reader = Self {
            rows,
            header: Vec::new(),
            encoding: name,
            guessed: decoded.guessed,
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

    /// Whether the encoding was guessed, because neither a byte order mark nor the options name it.
    #[must_use]
    pub const fn is_encoding_guessed(&self) -> bool {
        self.guessed
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
        let Record { row, mut cells, mut problems, damaged } = record;
        let (have, need) = (cells.len(), self.header.len());
        if have != need && !damaged {
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
    /// The line was not cut into cells, so their number says nothing.
    damaged: bool,
}

/// The rows of the text with their numbers, before they are held against the header.
struct Records<'a> {
    text: Cow<'a, str>,
    /// Where the next row begins.
    place: usize,
    separator: u8,
    row: u64,
    bad: std::iter::Peekable<std::vec::IntoIter<BadBytes>>,
    encoding: &'static str,
}

impl Records<'_> {
    fn read(&mut self) -> Option<Record> {
        let (blank, start) = skip_breaks(&self.text, self.place);
        if start >= self.text.len() {
            return None;
        }
        let Scanned { cells, end, damage } = scan(&self.text, start, self.separator);
        self.place = end;
        self.row = self.row.saturating_add(blank).saturating_add(1);
        let damaged = damage.is_some();
        let mut problems: Vec<Problem> = damage.into_iter().collect();
        self.report_bad_bytes(start, end, &cells, &mut problems);
        Some(Record { row: self.row, cells, problems, damaged })
    }

    /// Names the column of every place that could not be decoded: the n-th U+FFFD of the row in the file is the n-th
    /// one in its cells.
    fn report_bad_bytes(&mut self, start: usize, end: usize, cells: &[String], problems: &mut Vec<Problem>) {
        while let Some(bad) = self.bad.next_if(|bad| bad.at < end) {
            let ordinal = marks(self.text.get(start..bad.at).unwrap_or_default());
            let column = column_of_mark(cells, ordinal);
            let message = format!("the bytes `{}` cannot be read as {}", bad.hex, self.encoding);
            let problem = Problem::new(ErrorCode::Undecodable, message).with("row", self.row);
            problems.push(problem.with("column", column).with("bytes", bad.hex));
        }
    }
}

fn marks(text: &str) -> usize {
    text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count()
}

/// The column, counted from 1, in which the U+FFFD number `ordinal` (from 0) of the row stands.
fn column_of_mark(cells: &[String], ordinal: usize) -> usize {
    let mut passed = 0_usize;
    for (cell, column) in cells.iter().zip(1_usize..) {
        passed = passed.saturating_add(marks(cell));
        if passed > ordinal {
            return column;
        }
    }
    cells.len()
}
