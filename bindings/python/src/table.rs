//! A table of columns: plain objects for Python, and a stream of Apache Arrow for pandas, polars, pyarrow and duckdb.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DECIMAL128_MAX_PRECISION, Field, Schema};
use crm_core::value::Decimal;
use crm_core::value::python::Argument;
use pyo3::exceptions::{PyKeyError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

/// The rows that the written form shows.
const SHOWN: usize = 10;

/// The cells of a column; nothing where there is no value.
#[derive(Debug, Clone)]
pub enum Cells {
    Text(Vec<Option<String>>),
    Figure(Vec<Option<f64>>),
    Whole(Vec<Option<i64>>),
    /// Exact decimal numbers: `decimal.Decimal` in Python, and decimals of 128 bits in Arrow.
    Amount(Vec<Option<Decimal>>),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Figure(cells) => cells.len(),
            Self::Whole(cells) => cells.len(),
            Self::Amount(cells) => cells.len(),
        }
    }

    fn list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        match self {
            Self::Text(cells) => PyList::new(py, cells),
            Self::Figure(cells) => PyList::new(py, cells),
            Self::Whole(cells) => PyList::new(py, cells),
            Self::Amount(cells) => PyList::new(py, cells.iter().copied()),
        }
    }

    fn array(&self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(cells) => Arc::new(StringArray::from_iter(cells.iter().map(Option::as_deref))),
            Self::Figure(cells) => Arc::new(Float64Array::from_iter(cells.iter().copied())),
            Self::Whole(cells) => Arc::new(Int64Array::from_iter(cells.iter().copied())),
            Self::Amount(cells) => return amounts(cells),
        })
    }

    fn shown(&self, row: usize) -> String {
        match self {
            Self::Text(cells) => cells.get(row).cloned().flatten(),
            Self::Figure(cells) => cells.get(row).copied().flatten().map(figure_text),
            Self::Whole(cells) => cells.get(row).copied().flatten().map(|figure| figure.to_string()),
            Self::Amount(cells) => cells.get(row).copied().flatten().map(|amount| amount.to_string()),
        }
        .unwrap_or_default()
    }

    const fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

/// Decimals of one scale: that of the finest of them.
fn amounts(cells: &[Option<Decimal>]) -> Result<ArrayRef, ArrowError> {
    let scale = cells.iter().flatten().map(|amount| amount.scale()).max().unwrap_or(0);
    let scaled = |amount: &Decimal| {
        let unit = 10_i128.checked_pow(scale.saturating_sub(amount.scale()));
        let mantissa = unit.and_then(|unit| amount.mantissa().checked_mul(unit));
        mantissa.ok_or_else(|| ArrowError::ArithmeticOverflow("an amount has too many digits".to_owned()))
    };
    let mantissas: Vec<Option<i128>> =
        cells.iter().map(|cell| cell.as_ref().map(scaled).transpose()).collect::<Result<_, _>>()?;
    let array = Decimal128Array::from(mantissas);
    let scale = i8::try_from(scale).map_err(|_| ArrowError::ArithmeticOverflow("too many digits".to_owned()))?;
    Ok(Arc::new(array.with_precision_and_scale(DECIMAL128_MAX_PRECISION, scale)?))
}

/// A figure with so many digits as a reader compares; figures of any size stay short.
fn figure_text(figure: f64) -> String {
    let size = figure.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) { format!("{figure:.4e}") } else { format!("{figure:.4}") }
}

/// A table with named columns. pandas, polars, pyarrow and duckdb take it as it is, through Arrow:
/// `pandas.DataFrame.from_arrow(table)`, `polars.DataFrame(table)`, `pyarrow.table(table)`, `duckdb.sql("FROM table")`.
/// `table["name"]` is a column as a list, `table.to_pylist()` gives the rows as dicts; no other library is needed for these.
#[pyclass(module = "crm_core", frozen, mapping)]
#[derive(Debug)]
pub struct Table {
    columns: Vec<(String, Cells)>,
    rows: usize,
}

/// A column as it is given to Python: `list[Any]`.
pub struct Column<'py>(Bound<'py, PyList>);

/// Columns by their names: `dict[str, list[Any]]`.
pub struct Columns<'py>(Bound<'py, PyDict>);

/// Rows: `list[dict[str, Any]]`.
pub struct Rows<'py>(Bound<'py, PyList>);

/// A capsule of the Arrow PyCapsule interface.
pub struct Capsule<'py>(Bound<'py, PyCapsule>);

/// Gives a result its type in Python.
macro_rules! given_as {
    ($name:ident, $target:ty, $hint:expr) => {
        impl<'py> IntoPyObject<'py> for $name<'py> {
            type Target = $target;
            type Output = Bound<'py, $target>;
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = $hint;

            fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
                Ok(self.0)
            }
        }
    };
}

#[cfg(feature = "inspect")]
mod hints {
    use pyo3::inspect::PyStaticExpr;
    use pyo3::{type_hint_identifier, type_hint_subscript};

    pub const ANY: PyStaticExpr = type_hint_identifier!("typing", "Any");
    pub const STR: PyStaticExpr = type_hint_identifier!("builtins", "str");
    pub const LIST: PyStaticExpr = type_hint_subscript!(type_hint_identifier!("builtins", "list"), ANY);
    pub const COLUMNS: PyStaticExpr = type_hint_subscript!(type_hint_identifier!("builtins", "dict"), STR, LIST);
    pub const ROW: PyStaticExpr = type_hint_subscript!(type_hint_identifier!("builtins", "dict"), STR, ANY);
    pub const ROWS: PyStaticExpr = type_hint_subscript!(type_hint_identifier!("builtins", "list"), ROW);
}

given_as!(Column, PyList, hints::LIST);
given_as!(Columns, PyDict, hints::COLUMNS);
given_as!(Rows, PyList, hints::ROWS);
given_as!(Capsule, PyCapsule, hints::ANY);

fn arrow_failed(error: ArrowError) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

impl Table {
    /// A table of columns of one length.
    pub fn new(columns: Vec<(String, Cells)>) -> Self {
        let rows = columns.first().map_or(0, |(_, cells)| cells.len());
        Self { columns, rows }
    }

    fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, cells)| cells)
    }

    fn batch(&self) -> Result<RecordBatch, ArrowError> {
        let arrays: Vec<ArrayRef> = self.columns.iter().map(|(_, cells)| cells.array()).collect::<Result<_, _>>()?;
        let fields: Vec<Field> = self
            .columns
            .iter()
            .zip(&arrays)
            .map(|((name, _), array)| Field::new(name, array.data_type().clone(), true))
            .collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
    }

    /// The first rows in columns of one width.
    fn lines(&self) -> Vec<String> {
        let rows = self.rows.min(SHOWN);
        let mut lines = vec![String::new(); rows.saturating_add(1)];
        for (name, cells) in &self.columns {
            let texts: Vec<String> =
                std::iter::once(name.clone()).chain((0..rows).map(|row| cells.shown(row))).collect();
            let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
            for (line, text) in lines.iter_mut().zip(texts) {
                let gap = if line.is_empty() { "" } else { "  " };
                let padded = if cells.is_text() { format!("{text:<width$}") } else { format!("{text:>width$}") };
                line.push_str(gap);
                line.push_str(&padded);
            }
        }
        lines.iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

#[pymethods]
impl Table {
    /// The names of the columns, in their order.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// How many rows there are.
    #[getter]
    fn num_rows(&self) -> usize {
        self.rows
    }

    fn __len__(&self) -> usize {
        self.rows
    }

    /// The column of that name as a list.
    fn __getitem__<'py>(&self, py: Python<'py>, name: Argument<String>) -> PyResult<Column<'py>> {
        let cells = self.column(&name).ok_or_else(|| PyKeyError::new_err(name.0.clone()))?;
        cells.list(py).map(Column)
    }

    /// The columns by their names, for `pandas.DataFrame(table.to_pydict())`.
    fn to_pydict<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        let columns = PyDict::new(py);
        for (name, cells) in &self.columns {
            columns.set_item(name, cells.list(py)?)?;
        }
        Ok(Columns(columns))
    }

    /// The rows, each as a dict from the name of a column to its value.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Rows<'py>> {
        let rows: Vec<Bound<'py, PyDict>> = (0..self.rows).map(|_| PyDict::new(py)).collect();
        for (name, cells) in &self.columns {
            for (row, cell) in rows.iter().zip(cells.list(py)?) {
                row.set_item(name, cell)?;
            }
        }
        PyList::new(py, rows).map(Rows)
    }

    /// The schema as a capsule `arrow_schema` of the Arrow PyCapsule interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Capsule<'py>> {
        let batch = self.batch().map_err(arrow_failed)?;
        let schema = FFI_ArrowSchema::try_from(batch.schema().as_ref()).map_err(arrow_failed)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema").map(Capsule)
    }

    /// The table as a capsule `arrow_array_stream` of the Arrow PyCapsule interface. A schema that is asked for is not
    /// heeded, as the interface allows.
    #[pyo3(signature = (requested_schema: "object" = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Capsule<'py>> {
        let _ = requested_schema;
        let batch = py.detach(|| self.batch()).map_err(arrow_failed)?;
        let schema = batch.schema();
        let batches = RecordBatchIterator::new(std::iter::once(Ok(batch)), schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(batches));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream").map(Capsule)
    }

    fn __repr__(&self) -> String {
        let more = self.rows.saturating_sub(SHOWN);
        let mut lines = self.lines();
        if more > 0 {
            lines.push(format!("... {more} more rows"));
        }
        lines.join("\n")
    }
}
