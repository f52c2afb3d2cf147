//! A document that stays open: when an item changes, only what depends on it is computed anew.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::document::{PriceDocument, PriceItem};
use super::exact::Exact;
use super::price::Pricer;
use super::result::{PriceResult, PricedItem};
use super::run::{Counter, Item, Run};
use crate::value::{Error, ErrorCode, Result, error::excerpt};

/// A document with its figures, to be changed item by item. At any time they are those of a document that is priced whole.
///
/// ```
/// use std::sync::Arc;
/// use crm_core::pricing::{OpenDocument, PriceDocument, Pricer};
/// use crm_core::value::json;
/// let pricer = Pricer::from_json(r#"{
///     "version": "1",
///     "condition_types": [{"code": "PRICE", "kind": "price", "calculation": "quantity"}],
///     "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "PRICE"}]}]
/// }"#)?;
/// let document: PriceDocument = json::from_text(r#"{"currency": "EUR", "pricing_date": "2026-05-01", "items": [
///     {"id": "10", "quantity": "2", "conditions": [{"condition_type": "PRICE", "rate": "5"}]},
///     {"id": "20", "quantity": "1", "conditions": [{"condition_type": "PRICE", "rate": "7"}]}
/// ]}"#)?;
/// let mut open = OpenDocument::new(Arc::new(pricer), document)?;
/// let mut item = open.document().items[0].clone();
/// item.quantity = "3".parse()?;
/// assert_eq!(open.set_item(item)?, ["10"]);
/// assert_eq!(open.result()?.net.to_string(), "22");
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug)]
pub struct OpenDocument {
    pricer: Arc<Pricer>,
    document: PriceDocument,
    items: Vec<Item>,
    counters: BTreeMap<String, Counter>,
    has_counters: bool,
}

impl OpenDocument {
    /// Prices a document and keeps it open.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn new(pricer: Arc<Pricer>, document: PriceDocument) -> Result<Self> {
        let mut open = Self { pricer, document, items: Vec::new(), counters: BTreeMap::new(), has_counters: false };
        open.price_all()?;
        Ok(open)
    }

    /// The document as it is by now.
    #[must_use]
    pub const fn document(&self) -> &PriceDocument {
        &self.document
    }

    /// Changes the item of the same id, or adds it behind the others. The ids of all items whose figures were computed anew are
    /// given back, in the order of the document.
    ///
    /// # Errors
    /// Those of [`Pricer::price`]; the document is as it was then.
    pub fn set_item(&mut self, item: PriceItem) -> Result<Vec<String>> {
        let place = self.document.items.iter().position(|known| known.id == item.id);
        let before = match place.and_then(|place| self.document.items.get_mut(place)) {
            Some(known) => Some(std::mem::replace(known, item)),
            None => {
                self.document.items.push(item);
                None
            }
        };
        let at = place.unwrap_or_else(|| self.document.items.len().saturating_sub(1));
        let changed = self.reprice(at, before.is_none());
        if changed.is_err() {
            match (before, self.document.items.get_mut(at)) {
                (Some(before), Some(known)) => *known = before,
                _ => {
                    self.document.items.pop();
                }
            }
            self.price_all()?;
        }
        changed
    }

    /// Takes an item out. The ids of all items whose figures were computed anew are given back.
    ///
    /// # Errors
    /// `NoSuchRecord` if there is no such item; those of [`Pricer::price`]. The document is as it was then.
    pub fn remove_item(&mut self, id: &str) -> Result<Vec<String>> {
        let Some(place) = self.document.items.iter().position(|known| known.id == id) else {
            return Err(Error::invalid(ErrorCode::NoSuchRecord, "id", format!("there is no item `{}`", excerpt(id))));
        };
        let removed = self.document.items.remove(place);
        let changed = if self.must_price_all() {
            self.price_all()
        } else {
            self.items.remove(place);
            for (at, item) in self.items.iter_mut().enumerate() {
                item.place = at;
            }
            self.run(|run| run.run_from(0, Vec::new()))
        };
        if changed.is_err() {
            self.document.items.insert(place, removed);
            self.price_all()?;
        }
        changed
    }

    /// The figures of an item; nothing if there is none of that id. Taxes that are rounded for the whole document are shared out
    /// by [`OpenDocument::result`] only.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn item(&mut self, id: &str) -> Result<Option<PricedItem>> {
        match self.items.iter().position(|item| item.source.id == id) {
            Some(at) => self.with_run(|run| run.shown_item(at)).map(Some),
            None => Ok(None),
        }
    }

    /// All figures.
    ///
    /// # Errors
    /// Those of [`Pricer::price`].
    pub fn result(&mut self) -> Result<PriceResult> {
        self.with_run(|run| {
            run.unshared = Some(BTreeMap::new());
            let result = run.result();
            for (at, item) in run.unshared.take().unwrap_or_default() {
                *run.item_mut(at)? = item;
            }
            result
        })
    }

    /// Whether an item may change others in ways that are not followed: limits that count in the order of the items, and free
    /// goods that come and go.
    fn must_price_all(&self) -> bool {
        self.has_counters || !self.pricer.definition.free_goods.is_empty()
    }

    fn reprice(&mut self, at: usize, is_new: bool) -> Result<Vec<String>> {
        if self.must_price_all() {
            return self.price_all();
        }
        let Some(item) = self.document.items.get(at) else { return Ok(Vec::new()) };
        let item = self.pricer.begin_item(&self.document, item, at)?;
        match self.items.get_mut(at).filter(|_| !is_new) {
            Some(known) => *known = item,
            None => self.items.push(item),
        }
        let changed = self.run(|run| run.run_from(0, vec![at]))?;
        // Limits may have come with the change.
        if self.has_counters { self.price_all() } else { Ok(changed) }
    }

    fn price_all(&mut self) -> Result<Vec<String>> {
        let pricer = Arc::clone(&self.pricer);
        let mut run = pricer.begin(&self.document)?;
        let all = (0..run.items.len()).collect();
        run.run_from(0, all)?;
        let ids = run.items.iter().map(|item| item.source.id.clone()).collect();
        let (items, counters, has_counters) = (run.items, run.counters, run.has_counters);
        (self.items, self.counters, self.has_counters) = (items, counters, has_counters);
        Ok(ids)
    }

    fn run(&mut self, of: impl FnOnce(&mut Run<'_>) -> Result<Vec<usize>>) -> Result<Vec<String>> {
        self.with_run(|run| {
            let changed = of(run)?;
            let mut seen = HashSet::new();
            let new = changed.into_iter().filter(|at| seen.insert(*at));
            Ok(new.filter_map(|at| run.items.get(at)).map(|item| item.source.id.clone()).collect())
        })
    }

    /// Takes the document up where it was left.
    fn with_run<T>(&mut self, of: impl FnOnce(&mut Run<'_>) -> Result<T>) -> Result<T> {
        let pricer = Arc::clone(&self.pricer);
        let mut run = pricer.begin_empty(&self.document)?;
        run.items = std::mem::take(&mut self.items);
        run.counters = std::mem::take(&mut self.counters);
        run.has_counters = self.has_counters;
        let answer = of(&mut run);
        let (items, counters, has_counters) = (run.items, run.counters, run.has_counters);
        (self.items, self.counters, self.has_counters) = (items, counters, has_counters);
        debug_assert!(self.items.iter().all(|item| item.net.compare(Exact::ZERO).is_ok()));
        answer
    }
}
