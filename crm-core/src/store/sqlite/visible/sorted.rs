//! The records of a small set in an order that was asked for: a page is found by halves and read row by row.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};

use rusqlite::types::Value;

use super::Visible;
use crate::access::CheckedQuery;
use crate::query;
use crate::schema::{EntityType, FieldRef, Place, Row};
use crate::store::sqlite::codec::{from_column, read_row};
use crate::store::sqlite::ddl::quoted;
use crate::store::sqlite::failure::explain;
use crate::store::sqlite::question::expression_of;
use crate::store::sqlite::transaction::{Transaction, to_id};
use crate::value::{FieldValue, Id, Result};

/// The orders of one set that are kept.
const MAX_ORDERS: usize = 4;
/// What an entry takes beside its texts, in bytes.
const ENTRY_BYTES: usize = 96;

/// One record in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    keys: Arc<[FieldValue]>,
    id: Id,
    rid: i64,
}

/// The living records of a set, sorted.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) sort: Vec<(FieldRef, bool)>,
    entries: Vec<Entry>,
    /// What the texts of the keys take.
    texts: usize,
}

/// Where keys stand to each other.
fn compare(sort: &[(FieldRef, bool)], a: (&[FieldValue], Id), b: (&[FieldValue], Id)) -> Ordering {
    for ((a, b), (_, descending)) in a.0.iter().zip(b.0).zip(sort) {
        let order = if *descending { b.compare(a) } else { a.compare(b) };
        if order.is_ne() {
            return order;
        }
    }
    if query::ties_descend(sort) { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) }
}

fn text_bytes(entries: &[Entry]) -> usize {
    let bytes = |value: &FieldValue| if let FieldValue::Text(text) = value { text.len() } else { 0 };
    entries.iter().flat_map(|entry| entry.keys.iter()).map(bytes).fold(0, usize::saturating_add)
}

impl Order {
    pub(super) fn new(sort: &[(FieldRef, bool)], mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| compare(sort, (&a.keys, a.id), (&b.keys, b.id)));
        let texts = text_bytes(&entries);
        Self { sort: sort.to_vec(), entries, texts }
    }

    /// The order with these rows taken out and others put in.
    pub(super) fn with(&self, gone: &BTreeSet<i64>, come: Vec<Entry>) -> Self {
        let stay = self.entries.iter().filter(|entry| !gone.contains(&entry.rid));
        // What stays is sorted already, which the sorting makes use of.
        Self::new(&self.sort, stay.cloned().chain(come).collect())
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.len().saturating_mul(ENTRY_BYTES).saturating_add(self.texts)
    }

    #[cfg(test)]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.is_by(&other.sort) && self.entries == other.entries
    }

    fn is_by(&self, sort: &[(FieldRef, bool)]) -> bool {
        let same = |((a, down), (b, other)): (&(FieldRef, bool), &(FieldRef, bool))| {
            down == other && a.spec.name == b.spec.name && is_custom(a) == is_custom(b)
        };
        self.sort.len() == sort.len() && self.sort.iter().zip(sort).all(same)
    }

    /// The entries behind a cursor.
    fn after(&self, cursor: Option<&(Vec<FieldValue>, Id)>) -> &[Entry] {
        let Some((values, id)) = cursor else { return &self.entries };
        let before = |entry: &Entry| compare(&self.sort, (&entry.keys, entry.id), (values, *id)).is_le();
        let start = self.entries.partition_point(before);
        self.entries.get(start..).unwrap_or_default()
    }
}

const fn is_custom(field: &FieldRef) -> bool {
    matches!(field.place, Place::Custom(_))
}

impl Transaction<'_> {
    /// The rows with the keys by which they are sorted.
    pub(super) fn entries(
        &self,
        entity: &EntityType,
        sort: &[(FieldRef, bool)],
        rids: impl Iterator<Item = i64>,
    ) -> Result<Vec<Entry>> {
        let table = quoted(entity.name);
        let keys: String = sort.iter().map(|(field, _)| format!(", {}", expression_of(&table, field))).collect();
        let sql = format!(
            "SELECT {table}.rid, {table}.id{keys} FROM rarray(?1) named CROSS JOIN {table} ON {table}.rid = named.value"
        );
        let mut statement = self.prepare(&sql)?;
        let rids: Rc<Vec<Value>> = Rc::new(rids.map(Value::Integer).collect());
        let mut rows = statement.query([rids]).map_err(|error| explain(&error))?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            let get = |place: usize| row.get_ref(place).map_err(|error| explain(&error));
            let keys = sort.iter().zip(2..).map(|((field, _), place)| from_column(&field.spec, get(place)?));
            let keys = keys.collect::<Result<Arc<[FieldValue]>>>()?;
            entries.push(Entry { keys, id: to_id(get(1)?)?, rid: row.get(0).map_err(|error| explain(&error))? });
        }
        Ok(entries)
    }

    /// The living records of a set in an order, kept with the set.
    fn order(&self, set: &Visible, entity: &EntityType, sort: &[(FieldRef, bool)]) -> Result<Arc<Order>> {
        let kept = set.orders().into_iter().find(|order| order.is_by(sort));
        if let Some(order) = kept {
            return Ok(order);
        }
        let order = Arc::new(Order::new(sort, self.entries(entity, sort, set.members.living.rows())?));
        let mut orders = set.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.len() >= MAX_ORDERS {
            orders.remove(0);
        }
        orders.push(order.clone());
        Ok(order)
    }

    /// A list of all records of a set.
    pub(in crate::store::sqlite) fn select_sorted(
        &self,
        set: &Visible,
        entity: &EntityType,
        asked: &CheckedQuery,
        sink: &mut dyn FnMut(Row) -> Result<bool>,
    ) -> Result<()> {
        let order = self.order(set, entity, asked.sort())?;
        let limit = asked.limit().map_or(usize::MAX, |limit| limit.saturating_add(1));
        let sql = format!("{} WHERE rid = ?1", self.tables.statements(entity.name)?.select);
        let mut statement = self.prepare(&sql)?;
        for entry in order.after(asked.after().as_ref()).iter().take(limit) {
            let mut rows = statement.query([entry.rid]).map_err(|error| explain(&error))?;
            let Some(row) = rows.next().map_err(|error| explain(&error))? else { continue };
            if !sink(read_row(entity, asked.custom(), row)?)? {
                break;
            }
        }
        Ok(())
    }
}
