//! Prices by a catalogue that is given: no database is needed.

use crate::pricing::{self, PriceCatalog, PriceDocument, PriceResult};
use crate::value::{Result, json};

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

/// Reads the price of a document in JSON, for example to price it again.
///
/// # Errors
/// As [`parse_price_catalog`].
#[uniffi::export]
pub fn parse_price_result(text: &str) -> Result<PriceResult> {
    json::from_text(text)
}

/// A price catalogue that was checked and made ready. Threads may share it.
#[derive(Debug, uniffi::Object)]
pub struct Pricer {
    inner: pricing::Pricer,
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
        Ok(Self { inner: pricing::Pricer::new(catalog)? })
    }

    /// Reads a catalogue in JSON, checks it and makes it ready.
    ///
    /// # Errors
    /// Those of [`parse_price_catalog`] and of the constructor.
    #[uniffi::constructor]
    pub fn from_json(catalog: &str) -> Result<Self> {
        Ok(Self { inner: pricing::Pricer::from_json(catalog)? })
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
        self.inner.price_many(documents, usize::try_from(threads).unwrap_or(usize::MAX))
    }
}
