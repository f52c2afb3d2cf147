//! Files in and out: CSV, typed cells, vCard, whole databases as JSON lines. Reading and writing the formats are pure
//! functions from bytes to values and back; import, export and dump join them with the engine.
//!
//! A damaged row or card never stops the others: it comes back as a reject with its place in the file and the
//! reason, and with what could be read of it.
//!
//! ```
//! use crm_core::exchange::{CellFormat, CellKind, CellReader, CellValue, CsvOptions, CsvReader};
//!
//! let file = "Kunde;Umsatz\nMüller Pumpen GmbH;1.234.567,89\nKeller AG;viel\n";
//! let revenue = CellReader::new(&CellFormat {
//!     decimal_separator: Some(",".into()),
//!     thousands_separator: Some(".".into()),
//!     ..CellFormat::new(CellKind::Decimal)
//! })?;
//! let mut reader = CsvReader::open(file.as_bytes(), &CsvOptions::default())?;
//! let column = reader.column("Umsatz").unwrap();
//!
//! let first = reader.next().unwrap().unwrap();
//! let value = revenue.read("Umsatz", &first.cells[column]).unwrap();
//! assert_eq!(value, Some(CellValue::Decimal("1234567.89".parse()?)));
//!
//! let second = reader.next().unwrap().unwrap();
//! let problem = revenue.read("Umsatz", &second.cells[column]).unwrap_err();
//! assert_eq!((second.row, problem.to_string().as_str()), (3, "Umsatz: `viel` is not a decimal number"));
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod bmecat;
mod cells;
mod contacts;
mod csv;
mod dump;
mod dump_file;
mod encoding;
mod export;
mod import;
mod vcard;
mod xml;

pub use bmecat::{
    BmecatCatalog, BmecatCode, BmecatFeature, BmecatFeatureGroup, BmecatFeatures, BmecatFile, BmecatGroup,
    BmecatImport, BmecatMime, BmecatOrder, BmecatPrice, BmecatProduct, BmecatReference, BmecatText, BmecatTransaction,
    read_bmecat, write_bmecat,
};
pub use cells::{CellFormat, CellKind, CellReader, CellValue, DateFormat, PercentReading};
pub use csv::{
    CsvOptions, CsvReader, CsvReject, CsvRow, CsvTable, CsvWriteOptions, CsvWriter, MAX_COLUMNS, MAX_ROW_BYTES,
    escape_formula, read_csv, unescape_formula, write_csv,
};
pub use dump::DumpReport;
pub use encoding::MAX_UNDECODABLE;
pub use export::ExportOptions;
pub use import::{
    ColumnCondition, ColumnMapping, ImportIssue, ImportMapping, ImportProgress, ImportProposal, ImportReport,
    ReferenceLookup, UnknownReference, nearest_name,
};
pub use vcard::{
    MAX_PROPERTIES, MAX_VALUE_BYTES, VCard, VCardAddress, VCardEmail, VCardFile, VCardFinding, VCardParameter,
    VCardPhone, VCardProperty, VCardUrl, VCardVersion, read_vcards, write_vcards,
};
pub use xml::{MAX_XML_BYTES, MAX_XML_DEPTH, MAX_XML_NODES, XmlDocument, XmlElement, XmlNode};

/// The beginning of the user's own input for a message, in backticks.
fn shown(text: &str) -> String {
    format!("`{}`", crate::value::error::excerpt(text))
}
