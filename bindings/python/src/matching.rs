//! Duplicates of lists, and an index for the check at insert: no database is needed.

use std::collections::HashMap;
use std::path::PathBuf;

use crm_core::engine::MatchHit;
use crm_core::matching::{
    DedupeOptions, Duplicates, Features, MatchKind, MatchModel, MatchPair, MatchRecord, MatchStep, Matcher,
    features_of, shipped_model,
};
use crm_core::value::python::{Argument, under};
use crm_core::value::{Error, ErrorCode, Problem, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyList, PyMapping, PyString};

/// So many records are read from Python before they are brought into their normal forms.
const CHUNK: usize = 16_384;

/// The kind, by its name or as the choice itself.
#[derive(FromPyObject)]
pub enum KindInput {
    Choice(MatchKind),
    Name(String),
}

impl KindInput {
    fn kind(self) -> Result<MatchKind> {
        match self {
            Self::Choice(kind) => Ok(kind),
            Self::Name(name) => MatchKind::parse(&name).ok_or_else(|| {
                let problem = Problem::of_field(ErrorCode::NotInPicklist, "kind", "the kind is none of the choices");
                problem.with("choices", MatchKind::NAMES.join(", ")).into_invalid()
            }),
        }
    }
}

/// A record: a mapping with the names of fields.
pub struct RecordInput<'py>(Bound<'py, PyAny>);

/// Records: anything that gives mappings one after the other.
pub struct RecordsInput<'py>(Bound<'py, PyAny>);

/// Gives an input its type in Python; what it holds is looked at field by field.
macro_rules! taken_as {
    ($name:ident, $alias:literal) => {
        impl<'py> FromPyObject<'_, 'py> for $name<'py> {
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", $alias);

            fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                Ok(Self(given.to_owned()))
            }
        }
    };
}
taken_as!(RecordInput, "MatchFields");
taken_as!(RecordsInput, "MatchList");

/// The pairs of a list, as named tuples.
pub struct Pairs<'py>(Bound<'py, PyList>);

impl<'py> IntoPyObject<'py> for Pairs<'py> {
    type Target = PyList;
    type Output = Bound<'py, PyList>;
    type Error = PyErr;

    #[cfg(feature = "inspect")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_subscript!(
        pyo3::type_hint_identifier!("builtins", "list"),
        pyo3::type_hint_identifier!("crm_core.matching", "Pair")
    );

    fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
        Ok(self.0)
    }
}

/// A value of a record as text; `None`, an empty text and a float that is no number are no value.
fn text_of(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Option<String>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        if float.extract::<f64>()?.is_nan() {
            return Ok(None);
        }
        let message = "a text is needed; a float loses leading zeros and digits";
        return Err(Error::invalid(ErrorCode::FloatNotAllowed, name, message).into());
    }
    if value.is_instance_of::<PyBool>() || value.cast::<PyMapping>().is_ok() {
        return Err(Error::invalid(ErrorCode::WrongType, name, "a text is needed").into());
    }
    // Whole numbers and dates are written as Python writes them.
    let text: String = value.str()?.extract().map_err(|_| {
        Error::invalid(ErrorCode::BadFormat, name, "the text holds half a character: a surrogate without the other one")
    })?;
    // A missing time in a data frame.
    let missing = text.is_empty() || (text == "NaT" || text == "<NA>") && value.extract::<&str>().is_err();
    Ok((!missing).then_some(text))
}

/// The names of a record's values, as Python objects that are made once.
struct Names<'py> {
    names: Vec<(&'static str, Bound<'py, PyString>)>,
}

impl<'py> Names<'py> {
    fn new(py: Python<'py>) -> Self {
        let names = std::iter::once("id").chain(MatchRecord::FIELDS.iter().copied());
        Self { names: names.map(|name| (name, PyString::intern(py, name))).collect() }
    }

    fn record(&self, given: &Bound<'py, PyAny>) -> PyResult<MatchRecord> {
        let mapping = given.cast::<PyMapping>().map_err(|_| {
            PyErr::from(
                Problem::new(ErrorCode::WrongType, "a mapping with the names of fields is needed").into_invalid(),
            )
        })?;
        let mut record = MatchRecord::default();
        for (name, key) in &self.names {
            let value = match given.cast::<PyDict>() {
                Ok(dict) => dict.get_item(key)?,
                Err(_) if mapping.contains(key)? => Some(mapping.get_item(key)?),
                Err(_) => None,
            };
            let Some(value) = value else { continue };
            let text = text_of(&value, name)?;
            if *name == "id" {
                record.id = text.unwrap_or_default();
            } else {
                record.set(name, text);
            }
        }
        Ok(record)
    }
}

/// Reads a sequence of mappings, chunk by chunk, and gives what is compared of each.
fn read_records(
    py: Python<'_>,
    records: &Bound<'_, PyAny>,
    kind: MatchKind,
    threads: usize,
) -> PyResult<Vec<(String, Features)>> {
    let names = Names::new(py);
    let mut found = Vec::new();
    let mut chunk = Vec::with_capacity(CHUNK);
    let given = records.try_iter().map_err(|_| PyTypeError::new_err("records must be a sequence of mappings"))?;
    for (place, given) in given.enumerate() {
        let at = |error: PyErr| under(error, &format!("records[{place}]"));
        let record = names.record(&given?).map_err(at)?;
        if record.id.is_empty() {
            return Err(at(Error::invalid(ErrorCode::Required, "id", "every record needs an id").into()));
        }
        chunk.push(record);
        if chunk.len() == CHUNK {
            found.extend(py.detach(|| features_of(kind, &chunk, threads)));
            chunk.clear();
        }
    }
    found.extend(py.detach(|| features_of(kind, &chunk, threads)));
    Ok(found)
}

fn options(kind: MatchKind, model: Option<MatchModel>, threads: usize) -> PyResult<DedupeOptions> {
    if threads == 0 || threads > 256 {
        return Err(Error::invalid(ErrorCode::OutOfRange, "threads", "1 to 256 threads can work").into());
    }
    Ok(DedupeOptions { model, threads, ..DedupeOptions::new(kind) })
}

/// The duplicates of a list.
#[pyclass(module = "crm_core", frozen)]
pub struct Deduped {
    inner: Duplicates,
    pairs: PyOnceLock<Py<PyList>>,
}

/// The pairs as named tuples.
fn named_pairs<'py>(py: Python<'py>, pairs: &[MatchPair]) -> PyResult<Bound<'py, PyList>> {
    let class = py.import("crm_core.matching")?.getattr("Pair")?;
    let list = PyList::empty(py);
    for pair in pairs {
        let MatchPair { one, other, weight, probability, decision } = pair;
        list.append(class.call1((one, other, *weight, *probability, decision.as_str()))?)?;
    }
    Ok(list)
}

#[pymethods]
impl Deduped {
    /// The pairs that are duplicates, possible ones or related, as named tuples: `id_a`, `id_b`, `weight` (log2 of the odds
    /// that they are the same), `probability`, `decision` (`duplicate`, `possible`, `related`).
    #[getter]
    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Pairs<'py>> {
        let pairs = self.pairs.get_or_try_init(py, || named_pairs(py, &self.inner.pairs).map(Bound::unbind))?;
        Ok(Pairs(pairs.bind(py).clone()))
    }

    /// The ids of records that are the same, two or more together.
    #[getter]
    fn clusters(&self) -> Vec<Vec<&str>> {
        self.inner.clusters.iter().map(|ids| ids.iter().map(String::as_str).collect()).collect()
    }

    /// The model that was used; learnt from the list if none was given.
    #[getter]
    fn model(&self) -> MatchModel {
        self.inner.model.clone()
    }

    /// How many pairs were compared.
    #[getter]
    fn compared(&self) -> i64 {
        self.inner.compared
    }

    /// How many keys so many records shared that each was compared with its neighbours by name only.
    #[getter]
    fn limited(&self) -> i64 {
        self.inner.limited
    }

    fn __repr__(&self) -> String {
        format!("Deduped(pairs={}, clusters={})", self.inner.pairs.len(), self.inner.clusters.len())
    }
}

/// Finds the duplicates of a list of mappings with any of `id`, `name`, `given_name`, `family_name`, `birth_date`, `contact`,
/// `address`, `street`, `city`, `region`, `postcode`, `country`, `phone`, `email`, `website`, `tax_id`, `part_number`; all but
/// `id` may be missing, other keys are ignored. `kind` is `organisation`, `person` or `product`. Without a model it is learnt
/// from the list. The order of the list and the number of threads do not matter.
///
/// Raises `InvalidError` with the place: `REQUIRED` without an id, `DUPLICATE_KEY` for an id that stands twice,
/// `FLOAT_NOT_ALLOWED`, `NOT_IN_PICKLIST` for another kind.
#[pyfunction]
#[pyo3(signature = (records, *, kind=None, model=None, threads=None))]
pub fn dedupe(
    py: Python<'_>,
    records: RecordsInput<'_>,
    kind: Option<KindInput>,
    model: Option<MatchModel>,
    threads: Option<Argument<u32>>,
) -> PyResult<Deduped> {
    let kind = kind.map_or(Ok(MatchKind::Organisation), KindInput::kind)?;
    let threads = threads.map_or(1, |threads| threads.0 as usize);
    let options = options(kind, model, threads)?;
    let records = read_records(py, &records.0, kind, threads)?;
    let inner = py.detach(|| crm_core::matching::dedupe(records, &options))?;
    Ok(Deduped { inner, pairs: PyOnceLock::new() })
}

/// An index of records in a file: the check at insert.
#[pyclass(module = "crm_core", frozen)]
pub struct MatchIndex {
    inner: crm_core::engine::MatchIndex,
}

#[pymethods]
impl MatchIndex {
    /// Opens an index that was made by `index`.
    ///
    /// Raises `IO`, `DAMAGED_FILE`, `NEWER_FILE`; `BAD_FORMAT` if another version of the engine made it.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        Ok(Self { inner: py.detach(|| crm_core::engine::MatchIndex::open(&path))? })
    }

    /// The records that may be the same as this one, or are related, the most likely first; at most `limit`, 10 if nothing is
    /// said. The record is a mapping as `dedupe` takes it; it needs no id.
    ///
    /// Raises `OUT_OF_RANGE` for a limit outside of 1 to 100.
    #[pyo3(signature = (record, limit=None))]
    fn query(&self, py: Python<'_>, record: RecordInput<'_>, limit: Option<Argument<u32>>) -> PyResult<Vec<MatchHit>> {
        let record = Names::new(py).record(&record.0).map_err(|error| under(error, "record"))?;
        let limit = limit.map_or(10, |limit| limit.0 as usize);
        Ok(py.detach(|| self.inner.query(&record.features(self.inner.model().kind), limit))?)
    }

    /// The model by which records are compared.
    #[getter]
    fn model(&self) -> MatchModel {
        self.inner.model().clone()
    }
}

/// Makes an index of a list of mappings in a new file; without a model it is learnt from the list.
///
/// Raises what `dedupe` raises; `FILE_EXISTS`, `IO`, `DISK_FULL`.
#[pyfunction]
#[pyo3(signature = (records, path, *, kind=None, model=None, threads=None))]
pub fn index(
    py: Python<'_>,
    records: RecordsInput<'_>,
    path: PathBuf,
    kind: Option<KindInput>,
    model: Option<MatchModel>,
    threads: Option<Argument<u32>>,
) -> PyResult<MatchIndex> {
    let kind = kind.map_or(Ok(MatchKind::Organisation), KindInput::kind)?;
    let threads = threads.map_or(1, |threads| threads.0 as usize);
    let options = options(kind, model, threads)?;
    let records = read_records(py, &records.0, kind, threads)?;
    Ok(MatchIndex { inner: py.detach(|| crm_core::engine::MatchIndex::make(&path, records, &options))? })
}

/// What is compared of a record: every part with its values in normal form. A tax number whose check digits fit begins with
/// `!`.
#[pyfunction]
#[pyo3(signature = (record, *, kind=None))]
pub fn parts(
    py: Python<'_>,
    record: RecordInput<'_>,
    kind: Option<KindInput>,
) -> PyResult<HashMap<&'static str, Vec<String>>> {
    let kind = kind.map_or(Ok(MatchKind::Organisation), KindInput::kind)?;
    let record = Names::new(py).record(&record.0).map_err(|error| under(error, "record"))?;
    Ok(record.features(kind).parts().into_iter().map(|(field, values)| (field.as_str(), values)).collect())
}

/// How the weight of two records comes about; the steps add up to it.
///
/// Raises `InvalidError` for a model that cannot be used.
#[pyfunction]
#[pyo3(signature = (one, other, *, kind=None, model=None))]
pub fn explain(
    py: Python<'_>,
    one: RecordInput<'_>,
    other: RecordInput<'_>,
    kind: Option<KindInput>,
    model: Option<MatchModel>,
) -> PyResult<Vec<MatchStep>> {
    let kind = kind.map_or(Ok(MatchKind::Organisation), KindInput::kind)?;
    let names = Names::new(py);
    let one = names.record(&one.0).map_err(|error| under(error, "one"))?;
    let other = names.record(&other.0).map_err(|error| under(error, "other"))?;
    let matcher = Matcher::new(model.unwrap_or_else(|| shipped_model(kind)))?;
    Ok(matcher.explain(&one.features(kind), &other.features(kind)))
}

/// The model of a kind that comes with the engine.
#[pyfunction]
#[pyo3(signature = (kind=None))]
pub fn standard_model(kind: Option<KindInput>) -> PyResult<MatchModel> {
    Ok(shipped_model(kind.map_or(Ok(MatchKind::Organisation), KindInput::kind)?))
}

/// A model as the JSON text of a Splink model (settings, dialect DuckDB).
///
/// Raises `InvalidError` for a model that cannot be used.
#[pyfunction]
pub fn to_splink(model: MatchModel) -> PyResult<String> {
    Ok(model.to_splink_json()?)
}

/// Reads a model that Splink saved.
///
/// Raises `InvalidError` with the path: `BAD_JSON`, `REQUIRED`, `UNKNOWN_FIELD`, `BAD_FORMAT`.
#[pyfunction]
#[pyo3(signature = (settings, *, kind=None))]
pub fn from_splink(settings: Argument<String>, kind: Option<KindInput>) -> PyResult<MatchModel> {
    let kind = kind.map_or(Ok(MatchKind::Organisation), KindInput::kind)?;
    Ok(MatchModel::from_splink_json(kind, &settings)?)
}
