//! Keys of values inside lists: how they are kept, and how the records that have one within limits are found.
//!
//! What a value is of and within which it is compared (the code of a parameter and a dimension) stands once, under a
//! number; the keys of one number stand side by side in the order of their lower ends.

use std::collections::HashMap;
use std::ops::Bound;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::failure::explain;
use super::link::Slot;
use super::open::damaged;
use super::transaction::Transaction;
use super::visible::{Bits, Members};
use crate::access::{CheckedWrite, FieldSpan, TenantId};
use crate::query::Condition;
use crate::schema::{Ends, EntityType, FieldRef, SpanPart, SpanTest};
use crate::value::Result;

/// Up to so many found records are named one by one; more are told by a bitmap on the way through an index.
const FEW: usize = 2_000;
/// The most codes and tags whose numbers a transaction keeps at hand.
const MAX_SPAN_NUMBERS: usize = 20_000;

/// The records that fulfil what a condition asks of the values of lists.
pub(super) struct Found {
    /// What else the condition asks.
    pub(super) rest: Option<Condition>,
    /// How many they are.
    pub(super) count: usize,
    pub(super) rows: FoundRows,
}

/// How found records are told from the others.
pub(super) enum FoundRows {
    /// By their numbers.
    Named(Rc<Vec<Value>>),
    /// By the bitmap in a slot of the connection.
    Lent(Slot),
}

impl Found {
    /// Whether they are named.
    pub(super) const fn is_named(&self) -> bool {
        matches!(self.rows, FoundRows::Named(_))
    }
}

/// The ends of a test as SQL, each behind an AND; a point has one end for both.
pub(super) fn push_ends(test: &SpanTest, part: SpanPart, sql: &mut String, values: &mut Vec<Value>) {
    let upper = if part.is_point() { "low" } else { "high" };
    push_end("low", &test.low, sql, values);
    push_end(upper, &test.high, sql, values);
}

fn push_end(column: &str, ends: &Ends, sql: &mut String, values: &mut Vec<Value>) {
    let signs = [(&ends.0, [" >= ?", " > ?"]), (&ends.1, [" <= ?", " < ?"])];
    for (bound, [closed, open]) in signs {
        let (sign, key) = match bound {
            Bound::Included(key) => (closed, key),
            Bound::Excluded(key) => (open, key),
            Bound::Unbounded => continue,
        };
        sql.push_str(" AND ");
        sql.push_str(column);
        sql.push_str(sign);
        values.push(Value::Blob(key.clone()));
    }
}

/// The numbers of codes and tags, by code and tag, then tenant, entity and field.
pub(super) type SpanNumbers = HashMap<(String, String), Vec<(TenantId, String, String, i64)>>;

impl Transaction<'_> {
    /// The number of a code and a tag of a field; made if it is not there.
    fn span_number(&self, write: &CheckedWrite, span: &FieldSpan) -> Result<i64> {
        let (field, key) = span;
        let place = (key.code.clone(), key.tag.clone());
        let is_same = |(tenant, entity, name, _): &&(TenantId, String, String, i64)| {
            tenant == write.tenant() && entity == write.entity() && name == field
        };
        let known = self.span_numbers.borrow().get(&place).and_then(|list| list.iter().find(is_same).map(|one| one.3));
        if let Some(number) = known {
            return Ok(number);
        }
        let number = self.read_span_number(write, span)?;
        let mut numbers = self.span_numbers.borrow_mut();
        if numbers.len() >= MAX_SPAN_NUMBERS {
            numbers.clear();
        }
        let entry = (*write.tenant(), (*write.entity()).to_owned(), field.to_string(), number);
        numbers.entry(place).or_default().push(entry);
        Ok(number)
    }

    fn read_span_number(&self, write: &CheckedWrite, (field, key): &FieldSpan) -> Result<i64> {
        const FIND: &str =
            "SELECT number FROM span_kind WHERE tenant = ?1 AND entity = ?2 AND field = ?3 AND code = ?4 AND tag = ?5";
        const MAKE: &str =
            "INSERT INTO span_kind (tenant, entity, field, code, tag) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING number";
        let read = |row: &rusqlite::Row<'_>| row.get(0).map_err(|error| explain(&error));
        let params = params![write.tenant(), write.entity(), field.as_ref(), key.code, key.tag];
        if let Some(number) = self.one(FIND, params, read)? {
            return Ok(number);
        }
        let params = params![write.tenant(), write.entity(), field.as_ref(), key.code, key.tag];
        self.one(MAKE, params, read)?.ok_or_else(|| damaged("no number came back"))
    }

    pub(super) fn change_spans(&self, rid: i64, write: &CheckedWrite) -> Result<()> {
        for (sql, spans) in [
            (
                "DELETE FROM span_key WHERE kind = ?1 AND part = ?2 AND low = ?3 AND high = ?4 AND rid = ?5",
                write.remove_spans(),
            ),
            (
                "INSERT OR IGNORE INTO span_key (kind, part, low, high, rid) VALUES (?1, ?2, ?3, ?4, ?5)",
                write.add_spans(),
            ),
        ] {
            for span in spans {
                let (kind, key) = (self.span_number(write, span)?, &span.1);
                self.execute(sql, params![kind, key.part.number(), key.low, key.high, rid])?;
            }
        }
        Ok(())
    }

    /// The records that fulfil every test on values of lists which a condition makes; nothing if it makes none.
    pub(super) fn found(
        &self,
        tenant: TenantId,
        entity: &EntityType,
        condition: Option<&Condition>,
    ) -> Result<Option<Found>> {
        let Some((mut tests, rest)) = condition.map(Condition::parted).filter(|(tests, _)| !tests.is_empty()) else {
            return Ok(None);
        };
        // What narrows most comes first: nothing is looked up any more once nothing is left.
        tests.sort_by_key(|(_, test)| std::cmp::Reverse(bounds(test)));
        let mut found: Option<Bits> = None;
        for (field, test) in tests {
            let mut rows = self.rows_of(tenant, entity, field, test)?;
            if let Some(found) = &found {
                rows.keep(found);
            }
            let is_empty = rows.count() == 0;
            found = Some(rows);
            if is_empty {
                break;
            }
        }
        let living = found.unwrap_or_default();
        let count = living.count();
        let rows = if count <= FEW {
            FoundRows::Named(Rc::new(living.values()))
        } else {
            let members = Members { living, gone: Bits::default() };
            FoundRows::Lent(self.link.lend(Arc::new(members), false))
        };
        Ok(Some(Found { rest, count, rows }))
    }

    /// The records that fulfil a test.
    fn rows_of(&self, tenant: TenantId, entity: &EntityType, field: &FieldRef, test: &SpanTest) -> Result<Bits> {
        let mut rows = Bits::default();
        for kind in self.span_numbers(tenant, entity, field, test)? {
            for part in test.parts() {
                let mut sql = "SELECT row_set(rid) FROM span_key WHERE kind = ? AND part = ?".to_owned();
                let mut values = vec![Value::Integer(kind), Value::Integer(part.number())];
                push_ends(test, part, &mut sql, &mut values);
                let set = |row: &rusqlite::Row<'_>| {
                    let set = row.get_ref(0).map_err(|error| explain(&error))?;
                    rows.insert_bytes(set.as_blob().map_err(|_| damaged("a set of rows is no set"))?);
                    Ok(())
                };
                self.one(&sql, params_from_iter(values), set)?;
            }
        }
        Ok(rows)
    }

    fn span_numbers(
        &self,
        tenant: TenantId,
        entity: &EntityType,
        field: &FieldRef,
        test: &SpanTest,
    ) -> Result<Vec<i64>> {
        let sql = "SELECT number FROM span_kind WHERE tenant = ?1 AND entity = ?2 AND field = ?3 AND code = ?4
            AND (?5 IS NULL OR tag = ?5)";
        let mut statement = self.prepare(sql)?;
        let params = params![tenant, entity.name, field.spec.name.as_ref(), test.code, test.tag];
        let rows = statement.query_map(params, |row| row.get(0)).map_err(|error| explain(&error))?;
        rows.collect::<rusqlite::Result<_>>().map_err(|error| explain(&error))
    }
}

/// How many ends of a test have limits.
fn bounds(test: &SpanTest) -> usize {
    let ends = [&test.low.0, &test.low.1, &test.high.0, &test.high.1];
    ends.iter().filter(|end| !matches!(end, Bound::Unbounded)).count()
}
