//! The door of the room: a catalogue made ready, and documents priced by it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::catalog::PriceCatalog;
use super::definition::{Definition, ProcedureDef};
use super::document::{PriceDocument, PriceItem, RepriceMode};
use super::exact::Exact;
use super::item;
use super::limits;
use super::records::Records;
use super::result::{PriceResult, PricedItem};
use super::run::{Counter, Item, Rules, Run};
use crate::value::{Decimal, Error, ErrorCode, Problem, Result, error::excerpt, json};

/// The most threads that price documents.
const MAX_THREADS: usize = 256;

/// A price catalogue that was checked and made ready. It may be shared between threads.
///
/// ```
/// use crm_core::pricing::{PriceCatalog, PriceDocument, Pricer};
/// use crm_core::value::json;
/// let catalog: PriceCatalog = json::from_text(r#"{
///     "version": "2026-1",
///     "condition_types": [
///         {"code": "PRICE", "kind": "price", "calculation": "quantity"},
///         {"code": "REBATE", "kind": "discount", "calculation": "percent"}
///     ],
///     "procedures": [{"code": "SALE", "steps": [
///         {"number": 10, "condition_type": "PRICE", "mandatory": true},
///         {"number": 20, "condition_type": "REBATE"}
///     ]}]
/// }"#)?;
/// let document: PriceDocument = json::from_text(r#"{
///     "currency": "EUR", "pricing_date": "2026-05-01",
///     "items": [{"id": "10", "quantity": "3", "conditions": [
///         {"condition_type": "PRICE", "rate": "135.50"}, {"condition_type": "REBATE", "rate": "9"}
///     ]}]
/// }"#)?;
/// // 9 % of 406.50 are 36.585, rounded 36.59.
/// assert_eq!(Pricer::new(&catalog)?.price(&document)?.net.to_string(), "369.91");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug)]
pub struct Pricer {
    pub(super) definition: Definition,
    pub(super) records: Records,
}

impl Pricer {
    /// Checks a catalogue and makes it ready.
    ///
    /// # Errors
    /// What is wrong with it, with its path; `Overlap` with both ids for two records of one key that hold on one date; `Cycle`
    /// for a step that is computed from a later one, and for a circle in a hierarchy.
    pub fn new(catalog: &PriceCatalog) -> Result<Self> {
        let definition = Definition::of(catalog)?;
        let records = Records::of(&catalog.records, &definition)?;
        Ok(Self { definition, records })
    }

    /// The version of the catalogue.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.definition.version
    }

    /// Prices a document.
    ///
    /// # Errors
    /// With item, step and condition type in the data: `MissingPrice` for a mandatory condition that was not found,
    /// `MissingRate` for an exchange rate, `MissingUnitFactor` for units and weights, `AmbiguousRule` for records of the same rank,
    /// `PrecisionExceeded` for figures that are too large, `NegativeNet`; and what formulas tell. Otherwise the path of what is
    /// wrong in the document.
    pub fn price(&self, document: &PriceDocument) -> Result<PriceResult> {
        let mut run = self.begin(document)?;
        let all = (0..run.items.len()).collect();
        run.run_from(0, all)?;
        run.result()
    }

    /// A document before its first step.
    pub(super) fn begin<'a>(&'a self, document: &'a PriceDocument) -> Result<Run<'a>> {
        check_document(document)?;
        let mut run = self.begin_empty(document)?;
        self.check_conditions(document, run.procedure)?;
        let values = item::of_document(document, &self.definition, &self.records.symbols)?;
        let previous: HashMap<&str, &PricedItem> = document
            .reprice
            .iter()
            .flat_map(|reprice| &reprice.previous.items)
            .map(|item| (item.id.as_str(), item))
            .collect();
        for (place, source) in document.items.iter().enumerate() {
            let at = |error: Error| error.with("item", &source.id);
            let mut item = self.item(source, place, &values, document, run.procedure).map_err(at)?;
            item.previous = previous.get(source.id.as_str()).map(|known| Arc::new((*known).clone()));
            let free = self.definition.give_free(&mut item);
            let free = free.map_err(|error| at(error.under(&format!("items[{place}]"))))?;
            let main = run.items.len();
            run.items.push(item);
            if let Some(free) = free {
                if document.items.iter().any(|other| other.id == free.id) {
                    let message = format!("the free goods of the item have the id `{}` too", excerpt(&free.id));
                    return Err(at(Error::invalid(ErrorCode::DuplicateKey, format!("items[{place}].id"), message)));
                }
                let mut item = self.item(&free, place, &values, document, run.procedure).map_err(at)?;
                item.free_goods_of = Some(main);
                item.previous = previous.get(free.id.as_str()).map(|known| Arc::new((*known).clone()));
                run.items.push(item);
            }
        }
        Ok(run)
    }

    /// An item of an open document before its first step.
    pub(super) fn begin_item(&self, document: &PriceDocument, source: &PriceItem, place: usize) -> Result<Item> {
        let at = |error: Error| error.with("item", &source.id);
        limits::quantity(&format!("items[{place}].quantity"), source.quantity, false).map_err(at)?;
        let values = item::of_document(document, &self.definition, &self.records.symbols)?;
        let procedure = self.procedure_of(document, &values)?;
        self.check_item(document, &source.conditions, procedure)
            .map_err(|error| at(error.under(&format!("items[{place}]"))))?;
        let mut item = self.item(source, place, &values, document, procedure).map_err(at)?;
        let previous = document
            .reprice
            .as_ref()
            .and_then(|reprice| reprice.previous.items.iter().find(|known| known.id == source.id));
        item.previous = previous.map(|known| Arc::new(known.clone()));
        Ok(item)
    }

    /// A document without its items.
    pub(super) fn begin_empty<'a>(&'a self, document: &'a PriceDocument) -> Result<Run<'a>> {
        let values = item::of_document(document, &self.definition, &self.records.symbols)?;
        let procedure = self.procedure_of(document, &values)?;
        let decimals = self.definition.decimals_of(document.currency);
        Ok(Run {
            definition: &self.definition,
            records: &self.records,
            procedure,
            document,
            rules: Rules::of(&procedure.policies, decimals),
            mode: document.reprice.as_ref().map(|reprice| reprice.mode),
            trace: document.trace.unwrap_or(true),
            items: Vec::with_capacity(document.items.len()),
            counters: counters_of(document)?,
            document_net: Exact::ZERO,
            has_counters: false,
            unshared: None,
        })
    }

    fn item(
        &self,
        source: &PriceItem,
        place: usize,
        document_values: &item::Values,
        document: &PriceDocument,
        procedure: &ProcedureDef,
    ) -> Result<Item> {
        let path = format!("items[{place}]");
        let values = item::of_item(source, &path, document_values, &self.definition, &self.records.symbols)?;
        let product = source.product.as_ref().and_then(|product| self.definition.products.get(product));
        let types = procedure.steps.iter().filter_map(|step| self.definition.types.get(step.condition?));
        let searches = if document.trace.unwrap_or(true) { types.map(|of| of.accesses.len()).sum() } else { 0 };
        Ok(Item {
            source: Arc::new(source.clone()),
            place,
            values,
            quantity: source.quantity,
            unit: source.unit.clone().or_else(|| product.and_then(|product| product.is.unit.clone())),
            date: source.pricing_date.unwrap_or(document.pricing_date),
            free_goods_of: None,
            rows: Vec::with_capacity(procedure.steps.len()),
            steps: Vec::with_capacity(procedure.steps.len()),
            subtotals: vec![None; procedure.subtotals.len()],
            net: Exact::ZERO,
            excluded: false,
            losers: HashSet::new(),
            accesses: Vec::with_capacity(searches),
            previous: None,
        })
    }

    /// The procedure that a document names, or that is determined for it.
    fn procedure_of(&self, document: &PriceDocument, values: &item::Values) -> Result<&ProcedureDef> {
        let unknown = |code: &str| {
            let message = format!("there is no procedure `{}` in the catalogue", excerpt(code));
            Error::invalid(ErrorCode::UnknownReference, "procedure", message)
        };
        if let Some(code) = &document.procedure {
            return self.definition.procedures.iter().find(|known| known.code == *code).ok_or_else(|| unknown(code));
        }
        for (number, (place, requirement)) in self.definition.determinations.iter().enumerate() {
            let holds = match requirement {
                None => true,
                Some(formula) => {
                    let told = |error: Error| error.under(&format!("determinations[{number}].requirement"));
                    formula.evaluate_truth(&item::Fields(values)).map_err(told)?
                }
            };
            if holds {
                return self.definition.procedures.get(*place).ok_or_else(|| unknown(""));
            }
        }
        match self.definition.procedures.as_slice() {
            [only] if self.definition.determinations.is_empty() => Ok(only),
            _ => Err(Error::invalid(ErrorCode::Required, "procedure", "no procedure is determined: name one")),
        }
    }
}

fn check_document(document: &PriceDocument) -> Result<()> {
    if document.items.len() > limits::MAX_ITEMS {
        let message = format!("a document has at most {} items", limits::MAX_ITEMS);
        return Err(Problem::of_field(ErrorCode::TooMany, "items", message)
            .with("max", limits::MAX_ITEMS)
            .into_invalid());
    }
    let mut ids = HashSet::with_capacity(document.items.len());
    for (place, item) in document.items.iter().enumerate() {
        limits::quantity(&format!("items[{place}].quantity"), item.quantity, false)
            .map_err(|error| error.with("item", &item.id))?;
        if !ids.insert(item.id.as_str()) {
            let message = format!("the item `{}` stands twice", excerpt(&item.id));
            return Err(Error::invalid(ErrorCode::DuplicateKey, format!("items[{place}].id"), message));
        }
    }
    if let Some(reprice) = &document.reprice
        && matches!(reprice.mode, RepriceMode::Keep | RepriceMode::TaxesOnly)
        && reprice.previous.currency != document.currency
    {
        let message = "figures that are kept are in another currency than the document";
        let error = Error::invalid(ErrorCode::CurrencyMismatch, "reprice.previous.currency", message);
        return Err(error.with("from", reprice.previous.currency).with("to", document.currency));
    }
    for (field, amount) in [("prepaid", document.prepaid), ("payable_rounding", document.payable_rounding)] {
        amount.map_or(Ok(()), |amount| limits::amount(field, amount))?;
    }
    Ok(())
}

fn counters_of(document: &PriceDocument) -> Result<BTreeMap<String, Counter>> {
    let mut counters = BTreeMap::new();
    for (place, used) in document.usage.iter().enumerate() {
        let below_zero = |figure: Option<Decimal>| figure.is_some_and(Decimal::is_negative);
        let is_wrong = below_zero(used.quantity) || below_zero(used.value) || used.uses.is_some_and(i64::is_negative);
        if is_wrong {
            let message = "no less than nothing can have been used";
            return Err(Error::invalid(ErrorCode::OutOfRange, format!("usage[{place}]"), message)
                .with("counter", excerpt(&used.counter)));
        }
        let counter = Counter {
            quantity_before: used.quantity.unwrap_or(Decimal::ZERO),
            value_before: used.value.unwrap_or(Decimal::ZERO),
            uses_before: used.uses.unwrap_or(0),
            ..Counter::default()
        };
        if counters.insert(used.counter.clone(), counter).is_some() {
            let message = format!("the counter `{}` stands twice", excerpt(&used.counter));
            return Err(Error::invalid(ErrorCode::DuplicateKey, format!("usage[{place}].counter"), message));
        }
    }
    Ok(counters)
}

impl Pricer {
    /// Reads a catalogue in JSON, checks it and makes it ready.
    ///
    /// # Errors
    /// Those of reading JSON, with the path, where a figure with more digits than can be kept is `PrecisionExceeded` with its
    /// record and condition type; those of [`Pricer::new`].
    pub fn from_json(catalog: &str) -> Result<Self> {
        Self::new(&json::from_text(catalog).map_err(|error| told_of_catalog(catalog, error))?)
    }

    /// Prices a document in JSON; the result is canonical JSON: keys sorted, no white space.
    ///
    /// # Errors
    /// Those of reading JSON, with the path, where a figure with more digits than can be kept is `PrecisionExceeded` with its
    /// item, condition type and step; those of [`Pricer::price`].
    pub fn price_json(&self, document: &str) -> Result<String> {
        json::to_canonical(&self.price(&self.read_document(document)?)?)
    }

    /// Reads a document in JSON, as [`Pricer::price_json`] does.
    ///
    /// # Errors
    /// Those of reading JSON, with the path; `PrecisionExceeded` for a figure with more digits than can be kept.
    pub fn read_document(&self, document: &str) -> Result<PriceDocument> {
        json::from_text(document).map_err(|error| self.told_of_digits(document, error))
    }

    /// Prices documents, by as many threads. The results stand in the order of the documents.
    ///
    /// # Errors
    /// `OutOfRange` for a number of threads outside of 1 to 256; the error of the first document that has no price, with its
    /// place: `documents[3].items[0].quantity`.
    pub fn price_many(&self, documents: &[PriceDocument], threads: usize) -> Result<Vec<PriceResult>> {
        let placed = self.each(documents, threads)?.into_iter().enumerate();
        placed.map(|(place, one)| one.map_err(|error| error.under(&format!("documents[{place}]")))).collect()
    }

    /// Prices each of some documents, whatever becomes of the others.
    pub(super) fn each(&self, documents: &[PriceDocument], threads: usize) -> Result<Vec<Result<PriceResult>>> {
        if threads == 0 || threads > MAX_THREADS {
            return Err(Error::invalid(ErrorCode::OutOfRange, "threads", "1 to 256 threads can work"));
        }
        let share = documents.len().div_ceil(threads).max(1);
        let priced_share = |documents: &[PriceDocument]| {
            documents.iter().map(|document| self.price(document)).collect::<Vec<Result<PriceResult>>>()
        };
        let priced: Vec<Result<PriceResult>> = if threads == 1 {
            priced_share(documents)
        } else {
            thread::scope(|scope| {
                let workers: Vec<_> =
                    documents.chunks(share).map(|share| scope.spawn(move || priced_share(share))).collect();
                let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|why| resume_unwind(why)));
                joined.flatten().collect()
            })
        };
        Ok(priced)
    }

    /// Tells a figure that cannot be read exactly as one that cannot be computed exactly, with the place in the procedure.
    fn told_of_digits(&self, document: &str, error: Error) -> Error {
        let (ErrorCode::DecimalDigits, Some(field)) = (error.code(), error.field()) else { return error };
        let whole: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
        let item = place_in(field, "items").map_or_else(String::new, |place| format!("/items/{place}"));
        let text = |path: &str| whole.pointer(path).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let condition = match place_in(field, "conditions") {
            Some(place) => text(&format!("{item}/conditions/{place}/condition_type")),
            None => String::new(),
        };
        let in_step =
            |step: &&super::definition::StepDef| step.is.condition_type.as_deref() == Some(condition.as_str());
        let steps = self.definition.procedures.iter().flat_map(|procedure| &procedure.steps);
        let number =
            steps.filter(|step| in_step(step)).map(|step| step.is.number.to_string()).next().unwrap_or_default();
        Error::invalid(ErrorCode::PrecisionExceeded, field, TOO_MANY_DIGITS)
            .with("item", text(&format!("{item}/id")))
            .with("step", number)
            .with("condition_type", &condition)
    }
}

/// What is told of a figure that cannot be read exactly.
const TOO_MANY_DIGITS: &str = "the figure has more digits than can be computed exactly";

/// The place in a list that a path names.
fn place_in(path: &str, list: &str) -> Option<usize> {
    let (_, rest) = path.split_once(&format!("{list}["))?;
    rest.split_once(']')?.0.parse::<usize>().ok()
}

/// Tells a figure of a catalogue that cannot be read exactly as one that cannot be computed exactly, with its record.
fn told_of_catalog(catalog: &str, error: Error) -> Error {
    let (ErrorCode::DecimalDigits, Some(field)) = (error.code(), error.field()) else { return error };
    let whole: serde_json::Value = serde_json::from_str(catalog).unwrap_or_default();
    let text = |list: &str, name: &str| {
        let value = whole.pointer(&format!("/{list}/{}/{name}", place_in(field, list)?))?;
        Some(excerpt(value.as_str()?).to_string())
    };
    let error = Error::invalid(ErrorCode::PrecisionExceeded, field, TOO_MANY_DIGITS);
    let condition = text("records", "condition_type").or_else(|| text("condition_types", "code"));
    let data = [("record", text("records", "id")), ("condition_type", condition)];
    data.into_iter().fold(error, |error, (name, value)| match value {
        Some(value) => error.with(name, value),
        None => error,
    })
}

/// Prices a document by a catalogue: `Pricer::new(catalog)?.price(document)`, for one document.
///
/// # Errors
/// Those of [`Pricer::new`] and [`Pricer::price`].
pub fn price(catalog: &PriceCatalog, document: &PriceDocument) -> Result<PriceResult> {
    Pricer::new(catalog)?.price(document)
}
