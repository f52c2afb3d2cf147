//! Writing: safe to open in a spreadsheet, exact to read back.

use std::io::Write;

use crate::value::{Decimal, Error, ErrorCode, Problem, Result};

use super::{CsvWriteOptions, separator};

/// Characters that make a spreadsheet run a cell, the full-width ones of Chinese and Japanese input among them.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text of a cell that no spreadsheet runs as a formula.
///
/// A cell that begins with `=` `+` `-` `@`, tab, CR, LF or a full-width `＝` `＋` `－` `＠` gets a `'` in front. A
/// plain number (what [`Decimal`] reads: `-4.50`, `+49123`, `-1E5`) stays as it is. A cell that has such a `'` already
/// gets a second one, so that [`unescape_formula`] gives back every text exactly.
///
/// ```
/// use crm_core::exchange::{escape_formula, unescape_formula};
/// for (text, safe) in [("=1+1", "'=1+1"), ("-4.50", "-4.50"), ("-4.50 EUR", "'-4.50 EUR"), ("'=1", "''=1"), ("'n", "'n")] {
///     assert_eq!(escape_formula(text), safe);
///     assert_eq!(unescape_formula(safe), text);
/// }
/// ```
#[must_use]
pub fn escape_formula(text: &str) -> std::borrow::Cow<'_, str> {
    if is_trigger(text.trim_start_matches('\'')) && text.parse::<Decimal>().is_err() {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// The reverse of [`escape_formula`].
#[must_use]
pub fn unescape_formula(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_trigger(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn is_trigger(text: &str) -> bool {
    text.starts_with(TRIGGERS)
}

/// Writes rows as they come: RFC 4180 with CRLF, in UTF-8.
///
/// Every cell but plain numbers stands in quotes: otherwise a spreadsheet with another separator than ours could cut
/// `a;=1+1` in two and run the second half.
pub struct CsvWriter<W: Write> {
    writer: ::csv::Writer<W>,
    columns: usize,
    raw: bool,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header. The names should differ, or the file cannot be read back.
    ///
    /// # Errors
    /// `BadFormat` for a separator that is not one ASCII character, `Required` without columns, `Io` if the target
    /// fails.
    pub fn new(mut target: W, header: &[String], options: &CsvWriteOptions) -> Result<Self> {
        let separator = options.separator.as_deref().map_or(Ok(b','), separator::named)?;
        if header.is_empty() {
            return Err(Error::invalid(ErrorCode::Required, "header", "a table needs a column"));
        }
        if options.bom {
            target.write_all("\u{FEFF}".as_bytes()).map_err(|error| io(&error))?;
        }
        let writer = ::csv::WriterBuilder::new()
            .delimiter(separator)
            .terminator(::csv::Terminator::CRLF)
            .quote_style(::csv::QuoteStyle::NonNumeric)
            .from_writer(target);
        let mut writer = Self { writer, columns: header.len(), raw: options.raw };
        writer.row(header)?;
        Ok(writer)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// `BadFormat` if it has another number of cells than the header, `Io` if the target fails.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<()> {
        if cells.len() != self.columns {
            let message = format!("the row has {} cells, the header has {}", cells.len(), self.columns);
            return Err(Problem::new(ErrorCode::BadFormat, message).into_invalid());
        }
        for cell in cells {
            let cell = cell.as_ref();
            let cell = if self.raw { cell.into() } else { escape_formula(cell) };
            self.writer.write_field(cell.as_bytes()).map_err(|error| io(&error))?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(|error| io(&error))
    }

    /// Writes what is still waiting, and gives the target back.
    ///
    /// # Errors
    /// `Io` if the target fails.
    pub fn finish(self) -> Result<W> {
        self.writer.into_inner().map_err(|error| io(error.error()))
    }
}

fn io(error: &impl std::error::Error) -> Error {
    Error::unavailable(ErrorCode::Io, format!("cannot write the file: {error}"))
}

/// Writes a whole table into memory.
///
/// # Errors
/// Those of [`CsvWriter::new`] and [`CsvWriter::row`].
pub fn write_csv(header: &[String], rows: &[Vec<String>], options: &CsvWriteOptions) -> Result<Vec<u8>> {
    let mut writer = CsvWriter::new(Vec::new(), header, options)?;
    for (row, place) in rows.iter().zip(0_usize..) {
        writer.row(row).map_err(|error| error.under(&format!("rows[{place}]")))?;
    }
    writer.finish()
}
