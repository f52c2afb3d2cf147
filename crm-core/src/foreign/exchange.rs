//! Files in and out.

use std::sync::Arc;

use crate::exchange::{self, CsvOptions, CsvTable, CsvWriteOptions, ImportReport, VCard, VCardFile, VCardVersion};
use crate::value::Result;

/// Hears how far an import is. It must not throw: what was imported before stands.
#[uniffi::export(foreign)]
pub trait ImportProgress: Send + Sync {
    /// Called after each batch with the rows that are done.
    fn rows_done(&self, rows: u64);
}

/// Tells the host, if it listens.
pub(super) struct Forwarder(pub(super) Option<Arc<dyn ImportProgress>>);

impl exchange::ImportProgress for Forwarder {
    fn rows_done(&mut self, rows: u64) {
        if let Some(host) = &self.0 {
            host.rows_done(rows);
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

/// Writes vCards.
///
/// # Errors
/// A card that cannot be written in that version.
#[uniffi::export]
pub fn write_vcards(cards: Vec<VCard>, version: VCardVersion) -> Result<String> {
    exchange::write_vcards(&cards, version)
}
