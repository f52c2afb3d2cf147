//! Prices by a catalogue that is given: no database is needed.

use crm_core::conditions::PriceContext;
use crm_core::pricing::{PriceCatalog, PriceDocument, PriceResult};
use crm_core::value::python::{Argument, Take, under};
use crm_core::value::{Decimal, ErrorCode, FieldValue, Problem, Result, json};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use serde_json::Value;

/// How deep lists and dictionaries may be nested.
const MAX_DEPTH: usize = 64;

/// A value of the engine, or the JSON text of one.
enum Source<T> {
    Typed(T),
    Json(String),
}

/// A catalogue in any form.
pub struct CatalogInput(Source<PriceCatalog>);

/// A document in any form.
pub struct DocumentInput(Source<PriceDocument>);

/// For whom a document is priced, in any form.
pub struct ContextInput(Source<PriceContext>);

/// Documents in any form.
pub struct DocumentsInput(Vec<DocumentInput>);

/// Gives an input its type in Python and reads it.
macro_rules! taken_as {
    ($name:ident, $alias:literal, $read:expr) => {
        impl FromPyObject<'_, '_> for $name {
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", $alias);

            fn extract(given: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                $read(&given).map(Self)
            }
        }
    };
}
taken_as!(CatalogInput, "PriceCatalogInput", |given| source(given, "PriceCatalog, str or dict"));
taken_as!(DocumentInput, "PriceDocumentInput", |given| source(given, "PriceDocument, str or dict"));
taken_as!(ContextInput, "PriceContextInput", |given| source(given, "PriceContext, str or dict"));
taken_as!(DocumentsInput, "PriceDocumentList", documents);

fn source<T: Take + pyo3::PyTypeInfo>(given: &Bound<'_, PyAny>, expected: &str) -> PyResult<Source<T>> {
    if given.is_instance_of::<T>() {
        return T::take(given).map(Source::Typed);
    }
    if given.is_instance_of::<PyString>() {
        return String::take(given).map(Source::Json);
    }
    if given.is_instance_of::<PyDict>() {
        return Ok(Source::Json(tree(given, 0)?.to_string()));
    }
    let name = given.get_type().name()?;
    Err(PyTypeError::new_err(format!("expected {expected}, not {name}")))
}

impl DocumentInput {
    /// The document.
    pub fn read(self) -> Result<PriceDocument> {
        match self.0 {
            Source::Typed(document) => Ok(document),
            Source::Json(text) => json::from_text(&text),
        }
    }
}

impl ContextInput {
    /// For whom it is.
    pub fn read(self) -> Result<PriceContext> {
        match self.0 {
            Source::Typed(context) => Ok(context),
            Source::Json(text) => json::from_text(&text),
        }
    }
}

fn documents(given: &Bound<'_, PyAny>) -> PyResult<Vec<DocumentInput>> {
    if given.is_instance_of::<PyString>() || given.is_instance_of::<PyDict>() {
        return Err(PyTypeError::new_err("documents must be a list of documents"));
    }
    let items = given.try_iter()?.enumerate();
    items.map(|(place, item)| item?.extract().map_err(|error| under(error, &format!("documents[{place}]")))).collect()
}

/// The JSON form of a Python object. A decimal with more digits than the engine keeps stays as it is written, so that the
/// pricer can say where in the procedure it stands.
fn tree(given: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth >= MAX_DEPTH {
        let message = format!("lists and dictionaries are nested deeper than {MAX_DEPTH}");
        return Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_DEPTH).into_invalid().into());
    }
    let below = depth.saturating_add(1);
    if let Ok(dict) = given.cast::<PyDict>() {
        let entry = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let name = String::take(&key)?;
            let value = tree(&value, below).map_err(|error| under(error, &name))?;
            Ok((name, value))
        };
        return dict.iter().map(entry).collect::<PyResult<serde_json::Map<_, _>>>().map(Value::Object);
    }
    if given.is_instance_of::<PyList>() || given.is_instance_of::<PyTuple>() {
        let items = given.try_iter()?.enumerate();
        let items = items.map(|(place, item)| tree(&item?, below).map_err(|error| under(error, &format!("[{place}]"))));
        return items.collect::<PyResult<Vec<_>>>().map(Value::Array);
    }
    if let Some(written) = long_decimal(given)? {
        return Ok(Value::String(written));
    }
    let value: FieldValue = given.extract()?;
    Ok(json::to_value(&value)?)
}

/// The digits of a decimal that the engine cannot keep.
fn long_decimal(given: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if !given.is_instance(CLASS.import(given.py(), "decimal", "Decimal")?)? {
        return Ok(None);
    }
    let written = String::take(given.str()?.as_any())?;
    let is_long = written.parse::<Decimal>().is_err_and(|error| error.code() == ErrorCode::DecimalDigits);
    Ok(is_long.then_some(written))
}

/// A result as plain data: what `json.loads` makes of its JSON.
pub struct PlainResult<'py>(Bound<'py, PyAny>);

impl<'py> PlainResult<'py> {
    /// Reads canonical JSON.
    pub fn of(py: Python<'py>, text: &str) -> PyResult<Self> {
        static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        LOADS.import(py, "json", "loads")?.call1((text,)).map(Self)
    }
}

impl<'py> IntoPyObject<'py> for PlainResult<'py> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_subscript!(
        pyo3::type_hint_identifier!("builtins", "dict"),
        pyo3::type_hint_identifier!("builtins", "str"),
        pyo3::type_hint_identifier!("typing", "Any")
    );

    fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
        Ok(self.0)
    }
}

/// A price catalogue that was checked and made ready. Threads may share it.
#[pyclass(module = "crm_core", frozen)]
pub struct Pricer {
    inner: crm_core::pricing::Pricer,
}

impl Pricer {
    fn ready(catalog: CatalogInput) -> Result<Self> {
        let inner = match catalog.0 {
            Source::Typed(catalog) => crm_core::pricing::Pricer::new(&catalog),
            Source::Json(text) => crm_core::pricing::Pricer::from_json(&text),
        }?;
        Ok(Self { inner })
    }

    fn document(&self, document: DocumentInput) -> Result<PriceDocument> {
        match document.0 {
            Source::Typed(document) => Ok(document),
            Source::Json(text) => self.inner.read_document(&text),
        }
    }

    fn priced(&self, document: DocumentInput) -> Result<PriceResult> {
        self.inner.price(&self.document(document)?)
    }

    fn priced_json(&self, document: DocumentInput) -> Result<String> {
        json::to_canonical(&self.priced(document)?)
    }

    fn priced_many(&self, documents: DocumentsInput, threads: usize) -> Result<Vec<PriceResult>> {
        let read =
            |(place, document)| self.document(document).map_err(|error| error.under(&format!("documents[{place}]")));
        let documents: Vec<PriceDocument> = documents.0.into_iter().enumerate().map(read).collect::<Result<_>>()?;
        self.inner.price_many(&documents, threads)
    }
}

#[pymethods]
impl Pricer {
    /// Checks a catalogue and makes it ready: a `PriceCatalog`, JSON text, or a dict.
    ///
    /// Raises `InvalidError` with the path of what is wrong: `FLOAT_NOT_ALLOWED`, `REQUIRED`, `UNKNOWN_REFERENCE`, ...;
    /// `OVERLAP` with both ids for two records of one key that hold on one date, `CYCLE`.
    #[new]
    fn new(py: Python<'_>, catalog: CatalogInput) -> PyResult<Self> {
        Ok(py.detach(|| Self::ready(catalog))?)
    }

    /// The version of the catalogue.
    #[getter]
    fn version(&self) -> &str {
        self.inner.version()
    }

    /// Prices a document: a `PriceDocument`, JSON text, or a dict.
    ///
    /// Raises `InvalidError` with item, step and condition type in the data: `MISSING_PRICE`, `MISSING_RATE` for an exchange
    /// rate, `MISSING_UNIT_FACTOR` for units and weights, `AMBIGUOUS_RULE`, `PRECISION_EXCEEDED`, `NEGATIVE_NET`; otherwise
    /// with the path of what is wrong, for example `items[0].quantity`.
    fn price(&self, py: Python<'_>, document: DocumentInput) -> PyResult<PriceResult> {
        Ok(py.detach(|| self.priced(document))?)
    }

    /// Prices a document; the result is plain data with decimals and dates as text, as `json_schema("pricing.result")` says.
    ///
    /// Raises what `price` raises.
    fn price_dict<'py>(&self, py: Python<'py>, document: DocumentInput) -> PyResult<PlainResult<'py>> {
        PlainResult::of(py, &py.detach(|| self.priced_json(document))?)
    }

    /// Prices a document; the result is canonical JSON, the same bytes everywhere: keys sorted, no white space.
    ///
    /// Raises what `price` raises.
    fn price_json(&self, py: Python<'_>, document: DocumentInput) -> PyResult<String> {
        Ok(py.detach(|| self.priced_json(document))?)
    }

    /// Prices documents, by as many threads (1 to 256). The results stand in the order of the documents.
    ///
    /// Raises what `price` raises for the first document that has no price, with its place: `documents[3].items[0].quantity`;
    /// `OUT_OF_RANGE` for the threads.
    #[pyo3(signature = (documents, threads=None))]
    fn price_many(
        &self,
        py: Python<'_>,
        documents: DocumentsInput,
        threads: Option<Argument<u32>>,
    ) -> PyResult<Vec<PriceResult>> {
        let threads = threads.map_or(1, |threads| usize::try_from(threads.0).unwrap_or(usize::MAX));
        Ok(py.detach(|| self.priced_many(documents, threads))?)
    }

    fn __repr__(&self) -> String {
        format!("Pricer(version={:?})", self.inner.version())
    }
}

/// Prices a document by a catalogue; each is a value of the engine, JSON text, or a dict of exact values (a float is refused).
/// The result is plain data with decimals and dates as text, as `json_schema("pricing.result")` says. For many documents make
/// a `Pricer` once.
///
/// Raises what `Pricer` and `Pricer.price` raise.
#[pyfunction]
pub fn price<'py>(py: Python<'py>, catalog: CatalogInput, document: DocumentInput) -> PyResult<PlainResult<'py>> {
    PlainResult::of(py, &price_json(py, catalog, document)?)
}

/// As `price`; the result is canonical JSON, the same bytes everywhere: keys sorted, no white space.
///
/// Raises what `price` raises.
#[pyfunction]
pub fn price_json(py: Python<'_>, catalog: CatalogInput, document: DocumentInput) -> PyResult<String> {
    Ok(py.detach(|| Pricer::ready(catalog)?.priced_json(document))?)
}
