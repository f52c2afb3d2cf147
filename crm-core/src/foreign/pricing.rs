//! Prices by a catalogue that is given: no database is needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pricing::{
    self, LintFinding, PriceCatalog, PriceChange, PriceDocument, PriceFinding, PriceGoal, PriceItem, PriceResult,
    PricedItem, WaterfallBar, WhatIf,
};
use crate::value::{Decimal, Error, Result, json};

/// Reads a price catalogue in JSON.
///
/// # Errors
/// `BadJson`, `Required`, `UnknownField`, `WrongType`, `FloatNotAllowed`, ... with the path.
#[uniffi::export]
pub fn parse_price_catalog(text: &str) -> Result<PriceCatalog> {
    json::from_text(text)
}

/// Reads a document that is to be priced, in JSON.
///
/// # Errors
/// As [`parse_price_catalog`], with the path, for example `items[0].quantity`.
#[uniffi::export]
pub fn parse_price_document(text: &str) -> Result<PriceDocument> {
    json::from_text(text)
}

/// Reads a list of documents in JSON.
///
/// # Errors
/// As [`parse_price_catalog`], with the place: `documents[3].items[0].quantity`.
#[uniffi::export]
pub fn parse_price_documents(text: &str) -> Result<Vec<PriceDocument>> {
    json::from_text(text).map_err(|error: Error| error.under("documents"))
}

/// Reads the price of a document in JSON, for example to price it again.
///
/// # Errors
/// As [`parse_price_catalog`].
#[uniffi::export]
pub fn parse_price_result(text: &str) -> Result<PriceResult> {
    json::from_text(text)
}

/// Looks a catalogue through. What makes it unusable comes first and alone; a catalogue that can be used may still have
/// accesses and records that nothing reaches, gaps in scales, and conversions that are missing.
///
/// # Errors
/// None of the catalogue; `Overflow` if factors do not fit.
#[uniffi::export]
pub fn lint_price_catalog(catalog: &PriceCatalog) -> Result<Vec<LintFinding>> {
    pricing::lint(catalog)
}

/// Looks a catalogue in JSON through; the findings are a list in canonical JSON.
///
/// # Errors
/// As [`parse_price_catalog`] and [`lint_price_catalog`].
#[uniffi::export]
pub fn lint_price_catalog_json(catalog: &str) -> Result<String> {
    pricing::lint_json(catalog)
}

/// Computes a result again from what stands in it, and tells every figure that does not follow from the others.
///
/// # Errors
/// `PrecisionExceeded` if the figures of the result are too large to be computed.
#[uniffi::export]
pub fn audit_price_result(result: &PriceResult) -> Result<Vec<PriceFinding>> {
    pricing::audit(result)
}

/// Computes a result in JSON again; the findings are a list in canonical JSON, `[]` if every figure follows.
///
/// # Errors
/// As [`parse_price_result`] and [`audit_price_result`].
#[uniffi::export]
pub fn audit_price_result_json(result: &str) -> Result<String> {
    pricing::audit_json(result)
}

/// The waterfall of the price of an item: every condition but taxes, costs and statistical ones, in the currency of the
/// document, and the net as the last bar.
///
/// # Errors
/// `Overflow` if the figures do not fit.
#[uniffi::export]
pub fn price_waterfall(item: &PricedItem) -> Result<Vec<WaterfallBar>> {
    item.waterfall()
}

/// The waterfall of an item of a result in JSON; a list in canonical JSON.
///
/// # Errors
/// As [`parse_price_result`] and [`price_waterfall`].
#[uniffi::export]
pub fn price_waterfall_json(item: &str) -> Result<String> {
    pricing::waterfall_json(item)
}

fn count(threads: u32) -> usize {
    usize::try_from(threads).unwrap_or(usize::MAX)
}

/// A price catalogue that was checked and made ready. Threads may share it.
#[derive(Debug, uniffi::Object)]
pub struct Pricer {
    inner: Arc<pricing::Pricer>,
}

#[uniffi::export]
impl Pricer {
    /// Checks a catalogue and makes it ready.
    ///
    /// # Errors
    /// What is wrong with it, with its path; `Overlap` with both ids for two records of one key that hold on one date;
    /// `Cycle` for a step that is computed from a later one, and for a circle in a hierarchy.
    #[uniffi::constructor]
    pub fn new(catalog: &PriceCatalog) -> Result<Self> {
        Ok(Self { inner: Arc::new(pricing::Pricer::new(catalog)?) })
    }

    /// Reads a catalogue in JSON, checks it and makes it ready.
    ///
    /// # Errors
    /// Those of [`parse_price_catalog`] and of the constructor.
    #[uniffi::constructor]
    pub fn from_json(catalog: &str) -> Result<Self> {
        Ok(Self { inner: Arc::new(pricing::Pricer::from_json(catalog)?) })
    }

    /// The version of the catalogue.
    pub fn version(&self) -> String {
        self.inner.version().to_owned()
    }

    /// Prices a document.
    ///
    /// # Errors
    /// With item, step and condition type in the data: `MissingPrice` for a mandatory condition that was not found,
    /// `MissingRate` for an exchange rate, `MissingUnitFactor` for units and weights, `AmbiguousRule` for records of the same
    /// rank, `PrecisionExceeded` for figures that are too large, `NegativeNet`. Otherwise the path of what is wrong.
    pub fn price(&self, document: &PriceDocument) -> Result<PriceResult> {
        self.inner.price(document)
    }

    /// Prices a document in JSON; the result is canonical JSON: keys sorted, no white space.
    ///
    /// # Errors
    /// Those of [`parse_price_document`] and of [`Pricer::price`].
    pub fn price_json(&self, document: &str) -> Result<String> {
        self.inner.price_json(document)
    }

    /// Prices documents, by as many threads. The results stand in the order of the documents.
    ///
    /// # Errors
    /// `OutOfRange` for a number of threads outside of 1 to 256; that of the first document that has no price, with its place.
    #[uniffi::method(default(threads = 1))]
    pub fn price_many(&self, documents: &[PriceDocument], threads: u32) -> Result<Vec<PriceResult>> {
        self.inner.price_many(documents, count(threads))
    }

    /// Prices documents by this catalogue and by a draft, and tells every item whose figures differ, with sums by product and
    /// by a field of the documents, for example `customer`. A document without a price by one of the two is told with the
    /// reason; it stops nothing.
    ///
    /// # Errors
    /// `OutOfRange` for a number of threads outside of 1 to 256, `Overflow` if sums do not fit.
    #[uniffi::method(default(group_by = None, threads = 1))]
    pub fn what_if(
        &self,
        draft: &Self,
        documents: &[PriceDocument],
        group_by: Option<String>,
        threads: u32,
    ) -> Result<WhatIf> {
        self.inner.what_if(&draft.inner, documents, group_by.as_deref(), count(threads))
    }

    /// Compares two catalogues over a list of documents in JSON; the answer is canonical JSON.
    ///
    /// # Errors
    /// Those of reading JSON, with the place: `documents[3].items[0].quantity`; those of [`Pricer::what_if`].
    #[uniffi::method(default(group_by = None, threads = 1))]
    pub fn what_if_json(
        &self,
        draft: &Self,
        documents: &str,
        group_by: Option<String>,
        threads: u32,
    ) -> Result<String> {
        self.inner.what_if_json(&draft.inner, documents, group_by.as_deref(), count(threads))
    }

    /// The smallest changes, each of one thing alone, by which an item reaches a goal: a rate given by hand, in hundredths, or
    /// the quantity at the next levels of its scales. Nothing if the item is there already, or no such change reaches it.
    ///
    /// `figure` is what net, net price (in the currency of the document) or margin (in percent of the net) must at least be;
    /// it has no meaning for `NoApproval`.
    ///
    /// # Errors
    /// `NoSuchRecord` for an unknown item, `Required` without a figure, and those of [`Pricer::price`].
    #[uniffi::method(default(figure = None))]
    pub fn counterfactual(
        &self,
        document: &PriceDocument,
        item: &str,
        goal: PriceGoal,
        figure: Option<Decimal>,
    ) -> Result<Vec<PriceChange>> {
        self.inner.counterfactual(document, item, goal, figure)
    }

    /// The smallest changes of a document in JSON; a list in canonical JSON.
    ///
    /// # Errors
    /// Those of [`parse_price_document`] and of [`Pricer::counterfactual`].
    #[uniffi::method(default(figure = None))]
    pub fn counterfactual_json(
        &self,
        document: &str,
        item: &str,
        goal: PriceGoal,
        figure: Option<Decimal>,
    ) -> Result<String> {
        self.inner.counterfactual_json(document, item, goal, figure)
    }
}

/// A document with its figures, to be changed item by item: only what a change touches is computed anew. At any time the
/// figures are those of a document that is priced whole. Threads that share it take turns.
#[derive(Debug, uniffi::Object)]
pub struct OpenDocument {
    inner: Mutex<pricing::OpenDocument>,
}

impl OpenDocument {
    fn of(pricer: &Pricer, document: PriceDocument) -> Result<Self> {
        Ok(Self { inner: Mutex::new(pricing::OpenDocument::new(Arc::clone(&pricer.inner), document)?) })
    }

    fn open(&self) -> MutexGuard<'_, pricing::OpenDocument> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[uniffi::export]
impl OpenDocument {
    /// Prices a document and keeps it open.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    #[uniffi::constructor]
    pub fn new(pricer: &Pricer, document: PriceDocument) -> Result<Self> {
        Self::of(pricer, document)
    }

    /// Prices a document in JSON and keeps it open.
    ///
    /// # Errors
    /// Those of [`parse_price_document`] and of [`Pricer::price`].
    #[uniffi::constructor]
    pub fn from_json(pricer: &Pricer, document: &str) -> Result<Self> {
        Self::of(pricer, pricer.inner.read_document(document)?)
    }

    /// The document as it is by now.
    pub fn document(&self) -> PriceDocument {
        self.open().document().clone()
    }

    /// Changes the item of the same id, or adds it behind the others. The ids of all items whose figures were computed anew
    /// are given back, in the order of the document.
    ///
    /// # Errors
    /// Those of [`Pricer::price`]; the document is as it was then.
    pub fn set_item(&self, item: PriceItem) -> Result<Vec<String>> {
        self.open().set_item(item)
    }

    /// As [`OpenDocument::set_item`], with the item in JSON.
    ///
    /// # Errors
    /// Those of reading JSON, with the path; those of [`OpenDocument::set_item`].
    pub fn set_item_json(&self, item: &str) -> Result<Vec<String>> {
        self.open().set_item(json::from_text(item)?)
    }

    /// Takes an item out. The ids of all items whose figures were computed anew are given back.
    ///
    /// # Errors
    /// `NoSuchRecord` if there is no such item; those of [`Pricer::price`]. The document is as it was then.
    pub fn remove_item(&self, id: &str) -> Result<Vec<String>> {
        self.open().remove_item(id)
    }

    /// The figures of an item; nothing if there is none of that id. Taxes that are rounded for the whole document are shared
    /// out by [`OpenDocument::result`] only.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn item(&self, id: &str) -> Result<Option<PricedItem>> {
        self.open().item(id)
    }

    /// All figures.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn result(&self) -> Result<PriceResult> {
        self.open().result()
    }

    /// All figures in canonical JSON: the bytes of [`Pricer::price_json`] for the document as it is by now.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn result_json(&self) -> Result<String> {
        self.open().result_json()
    }
}
