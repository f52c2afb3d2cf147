//! Files in and out.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::exchange::{
    self, BmecatCatalog, CellFormat, CsvOptions, CsvTable, CsvWriteOptions, ImportReport, VCard, VCardFile,
    VCardVersion,
};
use crate::value::{FieldValue, Problem, Result};

/// Hears how far an import is, and may end it. It must not throw.
#[uniffi::export(foreign)]
pub trait ImportProgress: Send + Sync {
    /// Called after each thousand rows and at the end, with the rows that are done; in a dry run with those that were
    /// read. Answers whether to go on; if not, the rows that are done stand, the others are not read.
    fn rows_done(&self, rows: u64) -> bool;
}

/// Tells the host, if it listens.
pub(super) struct Forwarder(pub(super) Option<Arc<dyn ImportProgress>>);

impl exchange::ImportProgress for Forwarder {
    fn rows_done(&mut self, rows: u64) -> ControlFlow<()> {
        match &self.0 {
            Some(host) if !host.rows_done(rows) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Reads a whole CSV file; a row that cannot be read is a reject with its place and the reason.
///
/// # Errors
/// The options contradict the file, or it has no header that can be used.
#[uniffi::export(default(options))]
pub fn read_csv(bytes: Vec<u8>, options: CsvOptions) -> Result<CsvTable> {
    exchange::read_csv(&bytes, &options)
}

/// Writes a CSV file that is safe to open in a spreadsheet.
///
/// # Errors
/// `BadFormat` for a separator that is no single ASCII character, a row with another number of cells than the header.
#[uniffi::export(default(options))]
pub fn write_csv(header: Vec<String>, rows: Vec<Vec<String>>, options: CsvWriteOptions) -> Result<Vec<u8>> {
    exchange::write_csv(&header, &rows, &options)
}

/// The rejects of an import as a CSV file: row, line, column, value, code, reason, proposal.
///
/// # Errors
/// `BadFormat` for a separator that is no single ASCII character.
#[uniffi::export(default(options))]
pub fn rejects_csv(report: ImportReport, options: CsvWriteOptions) -> Result<Vec<u8>> {
    report.rejects_csv(&options)
}

/// The notices of an import, in the form of `rejects_csv`.
///
/// # Errors
/// As `rejects_csv`.
#[uniffi::export(default(options))]
pub fn notices_csv(report: ImportReport, options: CsvWriteOptions) -> Result<Vec<u8>> {
    report.notices_csv(&options)
}

/// Reads vCards 2.1, 3.0 and 4.0; a damaged card is a reject with its line.
#[uniffi::export]
pub fn read_vcards(bytes: Vec<u8>) -> VCardFile {
    exchange::read_vcards(&bytes)
}

/// Writes vCards; in version 3.0 if nothing is said.
///
/// # Errors
/// A card that cannot be written in that version.
#[uniffi::export(default(version = None))]
pub fn write_vcards(cards: Vec<VCard>, version: Option<VCardVersion>) -> Result<String> {
    exchange::write_vcards(&cards, version.unwrap_or_default())
}

/// A BMEcat catalogue as it stands in a file.
#[derive(uniffi::Object)]
pub struct BmecatFile {
    file: exchange::BmecatFile,
}

#[uniffi::export]
impl BmecatFile {
    /// What the file says.
    pub fn catalog(&self) -> BmecatCatalog {
        self.file.catalog().clone()
    }

    /// What could not be read, with the path of its field.
    pub fn findings(&self) -> Vec<Problem> {
        self.file.findings().to_vec()
    }

    /// The whole file as XML in UTF-8, with everything that stood in it.
    pub fn to_xml(&self) -> String {
        self.file.to_xml()
    }

    /// How many elements of a name there are, for example `FEATURE`.
    pub fn count(&self, name: &str) -> u64 {
        self.file.root().count(name)
    }
}

/// Reads a BMEcat catalogue, of version 2005 or 1.2.
///
/// # Errors
/// `BadFormat` for XML that is not well-formed or has another root, with line and column; `Undecodable`; `NotAllowed` for
/// declared entities; `TooLong`, `TooMany` for files beyond the limits.
#[uniffi::export]
pub fn read_bmecat(bytes: Vec<u8>) -> Result<Arc<BmecatFile>> {
    Ok(Arc::new(BmecatFile { file: exchange::read_bmecat(&bytes)? }))
}

/// Writes a catalogue as a new BMEcat 2005 file.
#[uniffi::export]
pub fn write_bmecat(catalog: BmecatCatalog) -> String {
    exchange::write_bmecat(&catalog)
}

/// Puts `'` before a text that a spreadsheet would run as a formula.
#[uniffi::export]
pub fn escape_formula(text: &str) -> String {
    exchange::escape_formula(text).into_owned()
}

/// Takes off what `escape_formula` put before a text.
#[uniffi::export]
pub fn unescape_formula(text: &str) -> String {
    exchange::unescape_formula(text).to_owned()
}

/// Reads the cells of one column: written numbers, dates and truth values become exact ones.
#[derive(uniffi::Object)]
pub struct CellReader {
    reader: exchange::CellReader,
}

#[uniffi::export]
impl CellReader {
    /// Checks the format.
    ///
    /// # Errors
    /// `BadFormat`, `NotInPicklist`, `DuplicateKey` for a format that says two things at once.
    #[uniffi::constructor]
    pub fn new(format: CellFormat) -> Result<Self> {
        Ok(Self { reader: exchange::CellReader::new(&format)? })
    }

    /// The value of a cell of the column `field`; `Null` if it is empty.
    ///
    /// # Errors
    /// `BadFormat`, `DecimalDigits`, `OutOfRange`, `NotInPicklist`, `NaiveDatetime`, with the name of the field.
    pub fn read(&self, field: &str, text: &str) -> Result<FieldValue> {
        Ok(self.reader.read(field, text).map_err(Problem::into_invalid)?.into())
    }
}
