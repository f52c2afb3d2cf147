//! Answers about catalogues and prices: what is wrong with them, what would change them, how they came about.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crm_core::pricing::{self, PriceDocument, PriceResult, PricedItem};
use crm_core::value::python::Argument;
use crm_core::value::{Decimal, Result, json};
use pyo3::prelude::*;

use crate::pricing::{Goal, Pricer, WhatIfOptions};
use crate::pricing_values::{
    CatalogInput, DocumentInput, DocumentsInput, GoalInput, ItemInput, Plain, PlainList, PricedItemInput, ResultInput,
};

/// Looks a catalogue through: a `PriceCatalog`, JSON text, or a dict. Gives a list of findings, each a dict with `code` (such
/// as `never_hit_record`, `scale_gap`, `missing_rate`; `PriceLint` has them all), `path` (for example `records[3]`), `message`,
/// `is_error`, and `records` with ids. What makes the catalogue unusable comes first and alone, as `invalid` with the code of
/// the error in `error`.
///
/// Raises `InvalidError` with the path for what is no catalogue at all: `FLOAT_NOT_ALLOWED`, `REQUIRED`, `UNKNOWN_FIELD`, ...
#[pyfunction]
pub fn lint<'py>(py: Python<'py>, catalog: CatalogInput) -> PyResult<PlainList<'py>> {
    PlainList::of(py, &lint_json(py, catalog)?)
}

/// As `lint`; the findings are a list in canonical JSON, the same bytes everywhere.
///
/// Raises what `lint` raises.
#[pyfunction]
pub fn lint_json(py: Python<'_>, catalog: CatalogInput) -> PyResult<String> {
    Ok(py.detach(|| json::to_canonical(&pricing::lint(&catalog.0.read()?)?))?)
}

/// Computes a result again from what stands in it: a `PriceResult`, JSON text, or a dict. Gives a list of the figures that do
/// not follow from the others, each a dict with `figure` (its path, as `items[0].rows[2].value`), `told` and `follows` (text or
/// `None`); the list is empty for every result that the engine made.
///
/// Raises `InvalidError`: what cannot be read, with its path; `PRECISION_EXCEEDED` for figures that are too large.
#[pyfunction]
pub fn audit<'py>(py: Python<'py>, result: ResultInput) -> PyResult<PlainList<'py>> {
    PlainList::of(py, &audit_json(py, result)?)
}

/// As `audit`; the findings are a list in canonical JSON, the same bytes everywhere.
///
/// Raises what `audit` raises.
#[pyfunction]
pub fn audit_json(py: Python<'_>, result: ResultInput) -> PyResult<String> {
    Ok(py.detach(|| json::to_canonical(&pricing::audit(&result.0.read()?)?))?)
}

/// The waterfall of the price of an item: a `PricedItem`, JSON text, or an entry of `items` of a result as a dict. Gives a
/// list of bars, each a dict with `step`, `label`, `start`, `change`, `end` (amounts in the currency of the document, as
/// text), `condition_type`, `record`, `inactive`: every condition but taxes, costs and statistical ones, and the net as the
/// last bar. `waterfall_table` makes columns of all items of a result.
///
/// Raises `InvalidError`: what cannot be read, with its path; `OVERFLOW` if the figures do not fit.
#[pyfunction]
pub fn waterfall<'py>(py: Python<'py>, item: PricedItemInput) -> PyResult<PlainList<'py>> {
    PlainList::of(py, &waterfall_json(py, item)?)
}

/// As `waterfall`; the bars are a list in canonical JSON, the same bytes everywhere.
///
/// Raises what `waterfall` raises.
#[pyfunction]
pub fn waterfall_json(py: Python<'_>, item: PricedItemInput) -> PyResult<String> {
    Ok(py.detach(|| json::to_canonical(&item.0.read()?.waterfall()?))?)
}

/// Prices documents by a catalogue and by a draft, and tells every item whose figures differ; see `Pricer.what_if`, which does
/// the same for catalogues that are ready. The answer is plain data with decimals as text, as `json_schema("pricing.what_if")`
/// says: `documents`, `total`, `lines`, `products`, `groups`. `what_if_table` makes columns of it.
///
/// Raises what `Pricer` raises, and what `Pricer.what_if` raises.
#[pyfunction]
#[pyo3(signature = (catalog, draft, documents, group_by=None, threads=None))]
pub fn what_if<'py>(
    py: Python<'py>,
    catalog: CatalogInput,
    draft: CatalogInput,
    documents: DocumentsInput,
    group_by: Option<Argument<String>>,
    threads: Option<Argument<u32>>,
) -> PyResult<Plain<'py>> {
    Plain::of(py, &what_if_json(py, catalog, draft, documents, group_by, threads)?)
}

/// As `what_if`; the answer is canonical JSON, the same bytes everywhere.
///
/// Raises what `what_if` raises.
#[pyfunction]
#[pyo3(signature = (catalog, draft, documents, group_by=None, threads=None))]
pub fn what_if_json(
    py: Python<'_>,
    catalog: CatalogInput,
    draft: CatalogInput,
    documents: DocumentsInput,
    group_by: Option<Argument<String>>,
    threads: Option<Argument<u32>>,
) -> PyResult<String> {
    let asked = WhatIfOptions::of(group_by, threads);
    let answer = || {
        let (present, draft) = (Pricer::ready(catalog)?, Pricer::ready(draft).map_err(|error| error.under("draft"))?);
        json::to_canonical(&present.compared(&draft, documents, &asked)?)
    };
    Ok(py.detach(answer)?)
}

/// The smallest changes, each of one thing alone, by which an item of a document reaches a goal; see `Pricer.counterfactual`,
/// which does the same for a catalogue that is ready. Gives a list of dicts with `lever` (`rate` or `quantity`),
/// `from_figure`, `to_figure`, `net`, `condition_type`, `net_price`, `margin`, with decimals as text.
///
/// Raises what `Pricer` raises, and what `Pricer.counterfactual` raises.
#[pyfunction]
#[pyo3(signature = (catalog, document, item, goal, figure=None))]
pub fn counterfactual<'py>(
    py: Python<'py>,
    catalog: CatalogInput,
    document: DocumentInput,
    item: Argument<String>,
    goal: GoalInput,
    figure: Option<Argument<Decimal>>,
) -> PyResult<PlainList<'py>> {
    PlainList::of(py, &counterfactual_json(py, catalog, document, item, goal, figure)?)
}

/// As `counterfactual`; the changes are a list in canonical JSON, the same bytes everywhere.
///
/// Raises what `counterfactual` raises.
#[pyfunction]
#[pyo3(signature = (catalog, document, item, goal, figure=None))]
pub fn counterfactual_json(
    py: Python<'_>,
    catalog: CatalogInput,
    document: DocumentInput,
    item: Argument<String>,
    goal: GoalInput,
    figure: Option<Argument<Decimal>>,
) -> PyResult<String> {
    let goal = Goal::of(item, goal, figure);
    Ok(py.detach(|| json::to_canonical(&Pricer::ready(catalog)?.changes(document, goal)?))?)
}

/// A document with its figures, to be changed item by item: only what a change touches is computed anew. At any time the
/// figures are those of a document that is priced whole. Threads that share it take turns.
#[pyclass(module = "crm_core", frozen)]
pub struct OpenDocument {
    inner: Mutex<pricing::OpenDocument>,
}

impl OpenDocument {
    fn of(pricer: &Pricer, document: DocumentInput) -> Result<Self> {
        let open = pricing::OpenDocument::new(Arc::clone(&pricer.inner), pricer.document(document)?)?;
        Ok(Self { inner: Mutex::new(open) })
    }

    fn open(&self) -> MutexGuard<'_, pricing::OpenDocument> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl OpenDocument {
    /// Prices a document (a `PriceDocument`, JSON text, or a dict) by a `Pricer` and keeps it open.
    ///
    /// Raises what `Pricer.price` raises.
    #[new]
    fn new(py: Python<'_>, pricer: &Pricer, document: DocumentInput) -> PyResult<Self> {
        Ok(py.detach(|| Self::of(pricer, document))?)
    }

    /// The document as it is by now.
    #[getter]
    fn document(&self, py: Python<'_>) -> PriceDocument {
        py.detach(|| self.open().document().clone())
    }

    /// Changes the item of the same id, or adds it behind the others: a `PriceItem`, JSON text, or a dict. The ids of all
    /// items whose figures were computed anew are given back, in the order of the document.
    ///
    /// Raises what `Pricer.price` raises; the document is as it was then. What cannot be read is told with its path in the
    /// item, for example `quantity`.
    fn set_item(&self, py: Python<'_>, item: ItemInput) -> PyResult<Vec<String>> {
        Ok(py.detach(|| {
            let item = item.0.read()?;
            self.open().set_item(item)
        })?)
    }

    /// Takes an item out. The ids of all items whose figures were computed anew are given back.
    ///
    /// Raises `InvalidError` (`NO_SUCH_RECORD`) if there is no such item, and what `Pricer.price` raises; the document is as
    /// it was then.
    fn remove_item(&self, py: Python<'_>, id: Argument<String>) -> PyResult<Vec<String>> {
        Ok(py.detach(|| self.open().remove_item(&id))?)
    }

    /// The figures of an item; `None` if there is none of that id. Taxes that are rounded for the whole document are shared
    /// out by `result` only.
    fn item(&self, py: Python<'_>, id: Argument<String>) -> PyResult<Option<PricedItem>> {
        Ok(py.detach(|| self.open().item(&id))?)
    }

    /// All figures.
    ///
    /// Raises what `Pricer.price` raises.
    fn result(&self, py: Python<'_>) -> PyResult<PriceResult> {
        Ok(py.detach(|| self.open().result())?)
    }

    /// All figures as plain data with decimals and dates as text, as `Pricer.price_dict` gives them.
    ///
    /// Raises what `Pricer.price` raises.
    fn result_dict<'py>(&self, py: Python<'py>) -> PyResult<Plain<'py>> {
        Plain::of(py, &self.result_json(py)?)
    }

    /// All figures in canonical JSON: the bytes of `Pricer.price_json` for the document as it is by now.
    ///
    /// Raises what `Pricer.price` raises.
    fn result_json(&self, py: Python<'_>) -> PyResult<String> {
        Ok(py.detach(|| self.open().result_json())?)
    }

    fn __repr__(&self) -> String {
        format!("OpenDocument(items={})", self.open().document().items.len())
    }
}
