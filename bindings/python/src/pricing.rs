//! Prices by a catalogue that is given: no database is needed.

use std::sync::Arc;

use crm_core::pricing::{PriceChange, PriceDocument, PriceResult, WhatIf};
use crm_core::value::python::Argument;
use crm_core::value::{Decimal, Result, json};
use pyo3::prelude::*;

use crate::pricing_values::{CatalogInput, DocumentInput, DocumentsInput, GoalInput, Plain, Source};

/// How catalogues are compared.
pub(crate) struct WhatIfOptions {
    group_by: Option<String>,
    threads: usize,
}

impl WhatIfOptions {
    pub(crate) fn of(group_by: Option<Argument<String>>, threads: Option<Argument<u32>>) -> Self {
        Self { group_by: group_by.map(Argument::value), threads: count(threads) }
    }
}

/// What an item is to reach.
pub(crate) struct Goal {
    item: String,
    goal: GoalInput,
    figure: Option<Decimal>,
}

impl Goal {
    pub(crate) fn of(item: Argument<String>, goal: GoalInput, figure: Option<Argument<Decimal>>) -> Self {
        Self { item: item.value(), goal, figure: figure.map(Argument::value) }
    }
}

fn count(threads: Option<Argument<u32>>) -> usize {
    threads.map_or(1, |threads| usize::try_from(threads.0).unwrap_or(usize::MAX))
}

/// A price catalogue that was checked and made ready. Threads may share it.
#[pyclass(module = "crm_core", frozen)]
pub struct Pricer {
    pub(crate) inner: Arc<crm_core::pricing::Pricer>,
}

impl Pricer {
    pub(crate) fn ready(catalog: CatalogInput) -> Result<Self> {
        let inner = match catalog.0 {
            Source::Typed(catalog) => crm_core::pricing::Pricer::new(&catalog),
            Source::Json(text) => crm_core::pricing::Pricer::from_json(&text),
        }?;
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn document(&self, document: DocumentInput) -> Result<PriceDocument> {
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

    fn documents(&self, documents: DocumentsInput) -> Result<Vec<PriceDocument>> {
        let read =
            |(place, document)| self.document(document).map_err(|error| error.under(&format!("documents[{place}]")));
        documents.0.into_iter().enumerate().map(read).collect()
    }

    pub(crate) fn compared(&self, draft: &Self, documents: DocumentsInput, asked: &WhatIfOptions) -> Result<WhatIf> {
        self.inner.what_if(&draft.inner, &self.documents(documents)?, asked.group_by.as_deref(), asked.threads)
    }

    pub(crate) fn changes(&self, document: DocumentInput, goal: Goal) -> Result<Vec<PriceChange>> {
        let document = self.document(document)?;
        self.inner.counterfactual(&document, &goal.item, goal.goal.goal()?, goal.figure)
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
    fn price_dict<'py>(&self, py: Python<'py>, document: DocumentInput) -> PyResult<Plain<'py>> {
        Plain::of(py, &py.detach(|| self.priced_json(document))?)
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
        let threads = count(threads);
        Ok(py.detach(|| self.inner.price_many(&self.documents(documents)?, threads))?)
    }

    /// Prices documents by this catalogue and by a draft, and tells every item whose figures differ, with its steps that do,
    /// and sums by product and by a field of the documents (`group_by`, for example `"customer"`). Amounts are in the currency
    /// of each document; documents of several currencies are not to be summed. A document without a price by one of the two
    /// is told with the reason; it stops nothing. `what_if_table` makes columns of the answer.
    ///
    /// Raises `InvalidError` with its place for a document that cannot be read (`documents[3].items[0].quantity`),
    /// `OUT_OF_RANGE` for the threads, `OVERFLOW` if sums do not fit.
    #[pyo3(signature = (draft, documents, group_by=None, threads=None))]
    fn what_if(
        &self,
        py: Python<'_>,
        draft: &Self,
        documents: DocumentsInput,
        group_by: Option<Argument<String>>,
        threads: Option<Argument<u32>>,
    ) -> PyResult<WhatIf> {
        let asked = WhatIfOptions::of(group_by, threads);
        Ok(py.detach(|| self.compared(draft, documents, &asked))?)
    }

    /// As `what_if`; the answer is plain data with decimals as text, as `json_schema("pricing.what_if")` says.
    ///
    /// Raises what `what_if` raises.
    #[pyo3(signature = (draft, documents, group_by=None, threads=None))]
    fn what_if_dict<'py>(
        &self,
        py: Python<'py>,
        draft: &Self,
        documents: DocumentsInput,
        group_by: Option<Argument<String>>,
        threads: Option<Argument<u32>>,
    ) -> PyResult<Plain<'py>> {
        Plain::of(py, &self.what_if_json(py, draft, documents, group_by, threads)?)
    }

    /// As `what_if`; the answer is canonical JSON, the same bytes everywhere: keys sorted, no white space.
    ///
    /// Raises what `what_if` raises.
    #[pyo3(signature = (draft, documents, group_by=None, threads=None))]
    fn what_if_json(
        &self,
        py: Python<'_>,
        draft: &Self,
        documents: DocumentsInput,
        group_by: Option<Argument<String>>,
        threads: Option<Argument<u32>>,
    ) -> PyResult<String> {
        let asked = WhatIfOptions::of(group_by, threads);
        Ok(py.detach(|| json::to_canonical(&self.compared(draft, documents, &asked)?))?)
    }

    /// The smallest changes, each of one thing alone, by which an item reaches a goal: a rate given by hand, in hundredths, or
    /// the quantity at the next levels of its scales. Empty if the item is there already, or no such change reaches it.
    ///
    /// `goal` is a `PriceGoal` or its name: `net`, `net_price` (in the currency of the document), `margin_percent` (of the net)
    /// must be at least `figure`; for `no_approval` the figure has no meaning.
    ///
    /// Raises `InvalidError`: `NO_SUCH_RECORD` for an unknown item, `REQUIRED` without a figure, `NOT_IN_PICKLIST` for another
    /// goal; what `price` raises.
    #[pyo3(signature = (document, item, goal, figure=None))]
    fn counterfactual(
        &self,
        py: Python<'_>,
        document: DocumentInput,
        item: Argument<String>,
        goal: GoalInput,
        figure: Option<Argument<Decimal>>,
    ) -> PyResult<Vec<PriceChange>> {
        let goal = Goal::of(item, goal, figure);
        Ok(py.detach(|| self.changes(document, goal))?)
    }

    /// As `counterfactual`; the changes are a list in canonical JSON, the same bytes everywhere.
    ///
    /// Raises what `counterfactual` raises.
    #[pyo3(signature = (document, item, goal, figure=None))]
    fn counterfactual_json(
        &self,
        py: Python<'_>,
        document: DocumentInput,
        item: Argument<String>,
        goal: GoalInput,
        figure: Option<Argument<Decimal>>,
    ) -> PyResult<String> {
        let goal = Goal::of(item, goal, figure);
        Ok(py.detach(|| json::to_canonical(&self.changes(document, goal)?))?)
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
pub fn price<'py>(py: Python<'py>, catalog: CatalogInput, document: DocumentInput) -> PyResult<Plain<'py>> {
    Plain::of(py, &price_json(py, catalog, document)?)
}

/// As `price`; the result is canonical JSON, the same bytes everywhere: keys sorted, no white space.
///
/// Raises what `price` raises.
#[pyfunction]
pub fn price_json(py: Python<'_>, catalog: CatalogInput, document: DocumentInput) -> PyResult<String> {
    Ok(py.detach(|| Pricer::ready(catalog)?.priced_json(document))?)
}
