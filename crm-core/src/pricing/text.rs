//! The answers of the room as JSON text: the same bytes in every language.

use super::audit::audit;
use super::document::PriceDocument;
use super::explain::PriceGoal;
use super::lint::lint;
use super::open::OpenDocument;
use super::price::Pricer;
use super::result::{PriceResult, PricedItem};
use crate::value::{Decimal, ErrorCode, Result, json};

/// Looks a catalogue in JSON through, as [`lint`] does; the findings are a list in canonical JSON.
///
/// ```
/// use crm_core::pricing::lint_json;
/// let found = lint_json(r#"{
///     "version": "1",
///     "condition_types": [
///         {"code": "PRICE", "kind": "price", "calculation": "quantity"},
///         {"code": "OLD", "kind": "price", "calculation": "fixed"}
///     ],
///     "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "PRICE"}]}]
/// }"#)?;
/// assert!(found.contains(r#""code":"unused_type""#) && found.contains(r#""path":"condition_types[1]""#));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// Those of reading JSON, with the path; `Overflow` if factors do not fit.
pub fn lint_json(catalog: &str) -> Result<String> {
    json::to_canonical(&lint(&json::from_text(catalog)?)?)
}

/// Computes a result in JSON again, as [`audit`] does; the findings are a list in canonical JSON, `[]` if every figure follows.
///
/// # Errors
/// Those of reading JSON, with the path; `PrecisionExceeded` if the figures of the result are too large to be computed.
pub fn audit_json(result: &str) -> Result<String> {
    json::to_canonical(&audit(&json::from_text::<PriceResult>(result)?)?)
}

/// The waterfall of an item of a result, both in JSON, as [`PricedItem::waterfall`] gives it; a list in canonical JSON.
///
/// # Errors
/// Those of reading JSON, with the path; `Overflow` if the figures do not fit.
pub fn waterfall_json(item: &str) -> Result<String> {
    json::to_canonical(&json::from_text::<PricedItem>(item)?.waterfall()?)
}

impl Pricer {
    /// Compares two catalogues over a list of documents in JSON, as [`Pricer::what_if`] does, in canonical JSON.
    ///
    /// # Errors
    /// Those of [`Pricer::read_documents`] and of [`Pricer::what_if`].
    pub fn what_if_json(
        &self,
        draft: &Self,
        documents: &str,
        group_by: Option<&str>,
        threads: usize,
    ) -> Result<String> {
        json::to_canonical(&self.what_if(draft, &self.read_documents(documents)?, group_by, threads)?)
    }

    /// The smallest changes of a document in JSON, as [`Pricer::counterfactual`] finds them; a list in canonical JSON.
    ///
    /// # Errors
    /// Those of [`Pricer::read_document`] and of [`Pricer::counterfactual`].
    pub fn counterfactual_json(
        &self,
        document: &str,
        item: &str,
        goal: PriceGoal,
        figure: Option<Decimal>,
    ) -> Result<String> {
        json::to_canonical(&self.counterfactual(&self.read_document(document)?, item, goal, figure)?)
    }

    /// Reads a list of documents in JSON.
    ///
    /// # Errors
    /// Those of [`Pricer::read_document`], with the place: `documents[3].items[0].quantity`.
    pub fn read_documents(&self, documents: &str) -> Result<Vec<PriceDocument>> {
        json::from_text(documents).map_err(|error| {
            // Which step of the procedure has too many digits is told document by document.
            let each: Vec<serde_json::Value> = serde_json::from_str(documents).unwrap_or_default();
            let told = (0..).zip(&each).find_map(|(place, one): (usize, _)| {
                let refused = self.read_document(&one.to_string()).err()?;
                (refused.code() == ErrorCode::PrecisionExceeded).then(|| refused.under(&format!("[{place}]")))
            });
            told.filter(|_| error.code() == ErrorCode::DecimalDigits).unwrap_or(error).under("documents")
        })
    }
}

impl OpenDocument {
    /// All figures in canonical JSON: the bytes of [`Pricer::price_json`] for the document as it is by now.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn result_json(&mut self) -> Result<String> {
        json::to_canonical(&self.result()?)
    }
}
