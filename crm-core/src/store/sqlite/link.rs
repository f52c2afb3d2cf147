//! A connection with what questions need of it: lists as tables, and sets of visible rows as a function.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};

use super::failure::explain;
use super::visible::{Bits, Members};
use crate::value::Result;

/// A set while a statement asks for it.
#[derive(Debug)]
struct Lent {
    members: Arc<Members>,
    deleted: bool,
}

type Slots = Arc<Mutex<Vec<Option<Lent>>>>;

/// Makes a set of the numbers of rows. A statement that gives every row back by itself takes five times as long.
struct RowSet;

impl Aggregate<Bits, Vec<u8>> for RowSet {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Bits> {
        Ok(Bits::default())
    }

    fn step(&self, call: &mut Context<'_>, rows: &mut Bits) -> rusqlite::Result<()> {
        rows.insert(call.get(0)?);
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, rows: Option<Bits>) -> rusqlite::Result<Vec<u8>> {
        Ok(rows.unwrap_or_default().to_bytes())
    }
}

/// One connection. Inside SQL, `visible(slot, rid)` says whether a row is in the set that was lent to the slot, and
/// `row_set(rid)` gives all rows of a question as one set.
#[derive(Debug)]
pub(super) struct Link {
    connection: Connection,
    slots: Slots,
}

/// A slot in use; it is free again when this goes.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Slots,
    place: usize,
}

impl Link {
    pub(super) fn new(connection: Connection) -> Result<Self> {
        let slots = Slots::default();
        let lent = slots.clone();
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
        let visible = connection.create_scalar_function("visible", 2, flags, move |call| {
            let (slot, rid): (i64, i64) = (call.get(0)?, call.get(1)?);
            let slots = lent.lock().unwrap_or_else(PoisonError::into_inner);
            let lent = usize::try_from(slot).ok().and_then(|slot| slots.get(slot)).and_then(Option::as_ref);
            // A slot without a set shows nothing.
            Ok(lent.is_some_and(|lent| lent.members.contains(rid, lent.deleted)))
        });
        let visible = visible.and_then(|()| connection.create_aggregate_function("row_set", 1, flags, RowSet));
        visible.and_then(|()| rusqlite::vtab::array::load_module(&connection)).map_err(|error| explain(&error))?;
        Ok(Self { connection, slots })
    }

    /// Lends a set to the statements that name the slot; deleted records only if they are asked for.
    pub(super) fn lend(&self, members: Arc<Members>, deleted: bool) -> Slot {
        let lent = Some(Lent { members, deleted });
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let place = slots.iter().position(Option::is_none).unwrap_or(slots.len());
        match slots.get_mut(place) {
            Some(free) => *free = lent,
            None => slots.push(lent),
        }
        Slot { slots: self.slots.clone(), place }
    }
}

impl Slot {
    /// Its number inside SQL.
    pub(super) fn number(&self) -> i64 {
        i64::try_from(self.place).unwrap_or(i64::MAX)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get_mut(self.place) {
            *slot = None;
        }
    }
}

impl Deref for Link {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}
