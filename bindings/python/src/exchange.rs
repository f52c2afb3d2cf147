//! CSV, cells and vCards: pure functions from bytes to values and back.

use crm_core::exchange::{
    BmecatCatalog, CellFormat, CsvOptions, CsvTable, CsvWriteOptions, ImportReport, VCard, VCardFile, VCardVersion,
};
use crm_core::value::python::Argument;
use crm_core::value::{FieldValue, Problem};
use pyo3::prelude::*;

use crate::input::FileInput;

/// Reads a CSV file, given as bytes or as a path. A damaged row stands in `rejects` and stops no other.
///
/// Raises `CrmError`: the options contradict the file, or it has no header that can be used.
#[pyfunction]
#[pyo3(signature = (source, options=None))]
pub fn read_csv(py: Python<'_>, source: FileInput, options: Option<CsvOptions>) -> PyResult<CsvTable> {
    let options = options.unwrap_or_default();
    Ok(py.detach(|| crm_core::exchange::read_csv(source.content()?.as_ref(), &options))?)
}

/// Writes a table as CSV, safe to open in a spreadsheet.
///
/// Raises `BAD_FORMAT` for a separator that is no single ASCII character, a row with another number of cells than the
/// header.
#[pyfunction]
#[pyo3(signature = (header, rows, options=None))]
pub fn write_csv(
    py: Python<'_>,
    header: Argument<Vec<String>>,
    rows: Argument<Vec<Vec<String>>>,
    options: Option<CsvWriteOptions>,
) -> PyResult<Vec<u8>> {
    let options = options.unwrap_or_default();
    Ok(py.detach(|| crm_core::exchange::write_csv(&header, &rows, &options))?)
}

/// The rejects of an import as a CSV file: row, line, column, value, code, reason, proposal.
#[pyfunction]
#[pyo3(signature = (report, options=None))]
pub fn rejects_csv(py: Python<'_>, report: ImportReport, options: Option<CsvWriteOptions>) -> PyResult<Vec<u8>> {
    Ok(py.detach(|| report.rejects_csv(&options.unwrap_or_default()))?)
}

/// The notices of an import, in the form of `rejects_csv`.
#[pyfunction]
#[pyo3(signature = (report, options=None))]
pub fn notices_csv(py: Python<'_>, report: ImportReport, options: Option<CsvWriteOptions>) -> PyResult<Vec<u8>> {
    Ok(py.detach(|| report.notices_csv(&options.unwrap_or_default()))?)
}

/// Puts `'` before a text that a spreadsheet would run as a formula.
#[pyfunction]
pub fn escape_formula(text: Argument<String>) -> String {
    crm_core::exchange::escape_formula(&text).into_owned()
}

/// Takes off what `escape_formula` put before a text.
#[pyfunction]
pub fn unescape_formula(text: Argument<String>) -> String {
    crm_core::exchange::unescape_formula(&text).to_owned()
}

/// Reads vCards, given as bytes or as a path. A damaged card stands in `rejects` and stops no other.
///
/// Raises `UnavailableError` (`IO`) if the file cannot be read.
#[pyfunction]
pub fn read_vcards(py: Python<'_>, source: FileInput) -> PyResult<VCardFile> {
    Ok(py.detach(|| source.content().map(|bytes| crm_core::exchange::read_vcards(bytes.as_ref())))?)
}

/// Writes vCards.
///
/// Raises `CrmError`: a card that cannot be written in that version.
#[pyfunction]
#[pyo3(signature = (cards, version=None))]
pub fn write_vcards(py: Python<'_>, cards: Vec<VCard>, version: Option<VCardVersion>) -> PyResult<String> {
    Ok(py.detach(|| crm_core::exchange::write_vcards(&cards, version.unwrap_or_default()))?)
}

/// A BMEcat catalogue as it stands in a file.
#[pyclass(module = "crm_core", frozen)]
pub struct BmecatFile {
    inner: crm_core::exchange::BmecatFile,
}

#[pymethods]
impl BmecatFile {
    /// What the file says.
    #[getter]
    fn catalog(&self) -> BmecatCatalog {
        self.inner.catalog().clone()
    }

    /// What could not be read, with the path of its field.
    #[getter]
    fn findings(&self) -> Vec<Problem> {
        self.inner.findings().to_vec()
    }

    /// The whole file as XML in UTF-8, with everything that stood in it.
    fn to_xml(&self, py: Python<'_>) -> String {
        py.detach(|| self.inner.to_xml())
    }

    /// How many elements of a name there are, for example `FEATURE`.
    fn count(&self, name: Argument<String>) -> u64 {
        self.inner.root().count(&name)
    }
}

/// Reads a BMEcat catalogue, of version 2005 or 1.2, given as bytes or as a path.
///
/// Raises `BAD_FORMAT` for XML that is not well-formed or has another root, with line and column; `UNDECODABLE`,
/// `NOT_ALLOWED` for declared entities, `TOO_LONG` and `TOO_MANY` for files beyond the limits.
#[pyfunction]
pub fn read_bmecat(py: Python<'_>, source: FileInput) -> PyResult<BmecatFile> {
    let inner = py.detach(|| crm_core::exchange::read_bmecat(source.content()?.as_ref()))?;
    Ok(BmecatFile { inner })
}

/// Writes a catalogue as a new BMEcat 2005 file.
#[pyfunction]
pub fn write_bmecat(py: Python<'_>, catalog: BmecatCatalog) -> String {
    py.detach(|| crm_core::exchange::write_bmecat(&catalog))
}

/// Reads the cells of one column: written numbers, dates and truth values become exact ones.
#[pyclass(module = "crm_core", frozen)]
pub struct CellReader {
    inner: crm_core::exchange::CellReader,
}

#[pymethods]
impl CellReader {
    /// Checks the format; raises `InvalidError` if it says two things at once.
    #[new]
    fn new(format: CellFormat) -> PyResult<Self> {
        Ok(Self { inner: crm_core::exchange::CellReader::new(&format)? })
    }

    /// The value of a cell, `None` if it is empty. Raises `InvalidError` with the name of the field if it is not
    /// written in the format.
    fn read(&self, field: Argument<String>, text: Argument<String>) -> PyResult<FieldValue> {
        Ok(self.inner.read(&field, &text).map_err(Problem::into_invalid)?.into())
    }
}
