//! A set brought up to date: what the journal tells of since is looked at again, record by record.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{params, params_from_iter};

use super::keep::Touched;
use super::sorted::Entry;
use super::{Mark, Order, Visible};
use crate::access::{Above, Scope, TenantId, Visibility};
use crate::journal::FieldChange;
use crate::schema::{EntityType, Place};
use crate::store::sqlite::ddl::quoted;
use crate::store::sqlite::failure::explain;
use crate::store::sqlite::grants::{Facts, maybe_id};
use crate::store::sqlite::open::damaged;
use crate::store::sqlite::question::{Question, id_list, reference};
use crate::store::sqlite::transaction::{Transaction, to_id};
use crate::value::{FieldValue, Id, Result, json};

/// The most records that are looked at again; beyond, a new set is quicker.
const MAX_CHANGES: usize = 2_000;
/// The longest part of the journal that is read for it.
const MAX_ENTRIES: i64 = 50_000;

/// The records that give grants on other records, which their fields `entity` and `record` name.
const GIVING: [&str; 2] = ["team_member", "record_share"];

/// What one row is for a set.
struct Looked {
    rid: i64,
    deleted: bool,
    facts: Facts,
}

impl Transaction<'_> {
    /// A kept set with what the journal tells of since; nothing if that is too much, or not told.
    pub(super) fn caught_up(&self, set: &Visible, entity: &EntityType, mark: Mark) -> Result<Option<Visible>> {
        match self.touched_since(set, mark)? {
            Some(touched) => self.looked_at_again(set, entity, mark, &touched),
            None => Ok(None),
        }
    }

    /// The records that were written after a set was made.
    fn touched_since(&self, set: &Visible, mark: Mark) -> Result<Option<Touched>> {
        let (first, last) = (set.mark.sequence, mark.sequence);
        let told = first == 0 || self.one("SELECT 1 FROM journal WHERE sequence = ?1", [first], |_| Ok(()))?.is_some();
        if !told || last.saturating_sub(first) > MAX_ENTRIES {
            return Ok(None);
        }
        let mut names = GIVING.to_vec();
        names_of(set.entity, &set.scope, &mut names);
        let mut question = Question::of(set.tenant);
        question.push("SELECT entity, record, changes FROM journal WHERE sequence > ").bind(Value::Integer(first));
        question.push(" AND sequence <= ").bind(Value::Integer(last)).push(" AND tenant = ");
        question.bind(Value::Integer(set.tenant)).push(" AND entity IN (");
        let names = names.into_iter().map(|name| Value::Text(name.to_owned())).collect();
        question.bind_all(std::rc::Rc::new(names)).push(")");
        let mut statement = self.prepare(&question.sql)?;
        let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
        let (mut touched, mut count) = (Touched::new(), 0);
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            count += 1;
            if count > MAX_CHANGES {
                return Ok(None);
            }
            let name: String = row.get(0).map_err(|error| explain(&error))?;
            let record = to_id(row.get_ref(1).map_err(|error| explain(&error))?)?;
            if let Some(giving) = GIVING.iter().find(|giving| **giving == name) {
                let changes: String = row.get(2).map_err(|error| explain(&error))?;
                self.add_named(&mut touched, set.tenant, giving, record, &changes)?;
            }
            touched.entry(name).or_default().insert(record);
        }
        Ok(Some(touched))
    }

    /// Adds the records that a share or a team member names, and named before.
    fn add_named(
        &self,
        touched: &mut Touched,
        tenant: TenantId,
        giving: &str,
        record: Id,
        changes: &str,
    ) -> Result<()> {
        let changes: Vec<FieldChange> =
            json::from_own_text(changes).map_err(|_| damaged("the journal has an entry that cannot be read"))?;
        let (mut entities, mut records) = (BTreeSet::new(), BTreeSet::new());
        for change in &changes {
            for value in [&change.before, &change.after] {
                match (change.field.as_str(), value) {
                    ("entity", FieldValue::Text(name)) => drop(entities.insert(name.clone())),
                    ("record", FieldValue::Reference(id)) => drop(records.insert(*id)),
                    ("record", FieldValue::Text(text)) => drop(text.parse().map(|id| records.insert(id))),
                    _ => {}
                }
            }
        }
        if self.tables.registry.get(giving).is_some() {
            let sql = format!("SELECT entity, record FROM {} WHERE tenant = ?1 AND id = ?2", quoted(giving));
            let read = |row: &rusqlite::Row<'_>| {
                let id = match row.get_ref(1).map_err(|error| explain(&error))? {
                    ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()),
                    value => maybe_id(value)?,
                };
                Ok((row.get::<_, Option<String>>(0).map_err(|error| explain(&error))?, id))
            };
            if let Some((name, id)) = self.one(&sql, params![tenant, record.as_bytes()], read)? {
                entities.extend(name);
                records.extend(id);
            }
        }
        for name in entities {
            touched.entry(name).or_default().extend(&records);
        }
        Ok(())
    }

    /// The records of the set's entity about which what was touched decides; nothing if they are too many.
    fn affected(
        &self,
        tenant: TenantId,
        entity: &str,
        scope: &Scope,
        touched: &Touched,
    ) -> Result<Option<BTreeSet<Id>>> {
        let mut ids = touched.get(entity).cloned().unwrap_or_default();
        if let Some(above) = &scope.above {
            let upper = match &above.visibility {
                Visibility::Scope(scope) => self.affected(tenant, above.entity, scope, touched)?,
                Visibility::All => Some(touched.get(above.entity).cloned().unwrap_or_default()),
            };
            let Some(upper) = upper else { return Ok(None) };
            if !upper.is_empty() && !self.add_below_of(&mut ids, tenant, entity, above, upper)? {
                return Ok(None);
            }
        }
        Ok((ids.len() <= MAX_CHANGES).then_some(ids))
    }

    /// Adds the records below these; says whether they are few and quickly found.
    fn add_below_of(
        &self,
        ids: &mut BTreeSet<Id>,
        tenant: TenantId,
        entity: &str,
        above: &Above,
        upper: BTreeSet<Id>,
    ) -> Result<bool> {
        if !above.field.spec.indexed || !matches!(above.field.place, Place::Column(_)) {
            return Ok(false);
        }
        let (table, upper) = (quoted(entity), id_list(&upper.into_iter().collect::<Vec<_>>()));
        let field = reference("kept", &above.field);
        for deleted in ["kept.deleted = 0", "kept.deleted <> 0"] {
            let mut question = Question::of(tenant);
            question.push(&format!("SELECT kept.id FROM {table} kept WHERE {deleted} AND kept.tenant = "));
            question.bind(Value::Integer(tenant)).push(&format!(" AND {field} IN (")).bind_all(upper.clone());
            question.push(&format!(") LIMIT {}", MAX_CHANGES.saturating_add(1)));
            let mut statement = self.prepare(&question.sql)?;
            let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
            while let Some(row) = rows.next().map_err(|error| explain(&error))? {
                ids.insert(to_id(row.get_ref(0).map_err(|error| explain(&error))?)?);
            }
            if ids.len() > MAX_CHANGES {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The set after these records were looked at again; nothing if they are too many.
    pub(super) fn looked_at_again(
        &self,
        set: &Visible,
        entity: &EntityType,
        mark: Mark,
        touched: &Touched,
    ) -> Result<Option<Visible>> {
        let Some(ids) = self.affected(set.tenant, set.entity, &set.scope, touched)? else { return Ok(None) };
        let (mut members, orders) = (set.members.clone(), set.orders());
        let (mut rids, mut living) = (BTreeSet::new(), Vec::new());
        for id in &ids {
            let Some(looked) = self.look_at(set, entity, *id)? else { continue };
            let is_seen = self.fulfils(set.tenant, set.entity, &set.scope, *id, looked.facts)?;
            let members = Arc::make_mut(&mut members);
            members.living.remove(looked.rid);
            members.gone.remove(looked.rid);
            rids.insert(looked.rid);
            match (is_seen, looked.deleted) {
                (true, false) => {
                    members.living.insert(looked.rid);
                    living.push(looked.rid);
                }
                (true, true) => members.gone.insert(looked.rid),
                (false, _) => {}
            }
        }
        let orders = if rids.is_empty() { orders } else { self.orders_with(entity, &orders, &rids, &living)? };
        let count = members.living.count();
        let (scope, orders) = (set.scope.clone(), Mutex::new(orders));
        Ok(Some(Visible { tenant: set.tenant, entity: set.entity, scope, mark, members, count, orders }))
    }

    fn orders_with(
        &self,
        entity: &EntityType,
        orders: &[Arc<Order>],
        gone: &BTreeSet<i64>,
        come: &[i64],
    ) -> Result<Vec<Arc<Order>>> {
        orders
            .iter()
            .map(|order| {
                let entries: Vec<Entry> = self.entries(entity, &order.sort, come.iter().copied())?;
                Ok(Arc::new(order.with(gone, entries)))
            })
            .collect()
    }

    /// What decides about one record; nothing if there is none.
    fn look_at(&self, set: &Visible, entity: &EntityType, id: Id) -> Result<Option<Looked>> {
        let table = quoted(entity.name);
        let above = set.scope.above.as_ref();
        let field = above.map_or_else(|| "NULL".to_owned(), |above| reference(&table, &above.field));
        let sql = format!("SELECT rid, deleted <> 0, owner, {field} FROM {table} WHERE tenant = ?1 AND id = ?2");
        self.one(&sql, params![set.tenant, id.as_bytes()], |row| {
            let id = |place: usize| maybe_id(row.get_ref(place).map_err(|error| explain(&error))?);
            let facts = Facts { owner: id(2)?, above: id(3)? };
            let read = row.get(0).and_then(|rid| Ok((rid, row.get(1)?)));
            let (rid, deleted) = read.map_err(|error| explain(&error))?;
            Ok(Looked { rid, deleted, facts })
        })
    }
}

/// The entities on whose records a scope depends.
fn names_of<'a>(entity: &'a str, scope: &'a Scope, names: &mut Vec<&'a str>) {
    names.push(entity);
    if let Some(above) = &scope.above {
        match &above.visibility {
            Visibility::Scope(scope) => names_of(above.entity, scope, names),
            Visibility::All => names.push(above.entity),
        }
    }
}
