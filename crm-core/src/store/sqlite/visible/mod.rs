//! The records that a reader sees as sets: built once, kept, and brought up to date from the journal.
//!
//! A set is of one snapshot: it carries the place in the journal where that stood. Whoever reads a later one adds what the
//! journal tells of since; whoever reads an earlier one makes a set of his own. What is not told by a record's own entries
//! changes with the epoch of the tenant: users, roles, rules, and the grants that rules write on all records at once.

mod bits;
mod build;
mod delta;
mod keep;
mod sorted;

use std::sync::{Arc, Mutex, PoisonError};

use super::transaction::Transaction;
use crate::access::{Scope, TenantId};
use crate::schema::EntityType;
use crate::value::Result;

pub(super) use bits::Bits;
pub(super) use keep::{Kept, Own};
use sorted::Order;

/// Rows that a reader sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Members {
    pub(super) living: Bits,
    /// Deleted records: they are listed nowhere, but parts of them may be.
    pub(super) gone: Bits,
}

impl Members {
    pub(super) fn contains(&self, rid: i64, deleted: bool) -> bool {
        self.living.contains(rid) || deleted && self.gone.contains(rid)
    }
}

/// Where a snapshot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    epoch: i64,
    /// The last entry of the journal.
    sequence: i64,
}

/// The records of an entity that fulfil a scope, on one snapshot.
#[derive(Debug)]
pub(super) struct Visible {
    tenant: TenantId,
    entity: &'static str,
    scope: Arc<Scope>,
    mark: Mark,
    pub(super) members: Arc<Members>,
    /// How many of them are not deleted.
    pub(super) count: usize,
    /// The orders in which they were asked for.
    orders: Mutex<Vec<Arc<Order>>>,
}

impl Visible {
    fn new(tenant: TenantId, entity: &'static str, scope: &Arc<Scope>, mark: Mark, members: Members) -> Self {
        let count = members.living.count();
        Self { tenant, entity, scope: scope.clone(), mark, members: Arc::new(members), count, orders: Mutex::default() }
    }

    fn orders(&self) -> Vec<Arc<Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn bytes(&self) -> usize {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let members = self.members.living.bytes().saturating_add(self.members.gone.bytes());
        orders.iter().map(|order| order.bytes()).fold(members, usize::saturating_add)
    }
}

impl Transaction<'_> {
    /// The set of a scope on this snapshot.
    pub(super) fn visible(&self, tenant: TenantId, entity: &EntityType, scope: &Arc<Scope>) -> Result<Arc<Visible>> {
        if self.own.borrow().as_ref().is_some_and(Own::has_changed) {
            return self.own_set(tenant, entity, scope);
        }
        let mark = self.mark(tenant)?;
        let kept = self.kept.find(tenant, entity.name, scope, mark.epoch);
        if let Some(set) = &kept {
            if set.mark == mark {
                return Ok(set.clone());
            }
            if set.mark.sequence < mark.sequence
                && let Some(set) = self.caught_up(set, entity, mark)?
            {
                #[cfg(test)]
                self.assert_as_new(&set, entity);
                return Ok(self.publish(Arc::new(set)));
            }
        }
        let members = self.build(tenant, entity, scope)?;
        Ok(self.publish(Arc::new(Visible::new(tenant, entity.name, scope, mark, members))))
    }

    /// Lets other readers have a set, unless it was made inside a write: that may still be taken back.
    fn publish(&self, set: Arc<Visible>) -> Arc<Visible> {
        if self.own.borrow().is_none() {
            self.kept.put(&set);
        }
        set
    }

    /// The set inside a write that has changed something: kept for the rest of it, and never shown to others.
    fn own_set(&self, tenant: TenantId, entity: &EntityType, scope: &Arc<Scope>) -> Result<Arc<Visible>> {
        let mark = self.mark(tenant)?;
        let found = self.own.borrow().as_ref().map(|own| own.find(tenant, entity.name, scope, mark.epoch));
        let (mut base, touched, may_share) = found.unwrap_or_default();
        if base.is_none() && may_share {
            base =
                self.kept.find(tenant, entity.name, scope, mark.epoch).filter(|set| set.mark.sequence <= mark.sequence);
            if let Some(set) = base.take_if(|set| set.mark.sequence < mark.sequence) {
                base = self.caught_up(&set, entity, mark)?.map(Arc::new);
            }
        }
        let again = match base {
            Some(set) if touched.is_empty() => return Ok(set),
            Some(set) => self.looked_at_again(&set, entity, mark, &touched)?,
            None => None,
        };
        #[cfg(test)]
        again.iter().for_each(|set| self.assert_as_new(set, entity));
        let set = match again {
            Some(set) => set,
            None => Visible::new(tenant, entity.name, scope, mark, self.build(tenant, entity, scope)?),
        };
        let set = Arc::new(set);
        if let Some(own) = self.own.borrow_mut().as_mut() {
            own.keep(&set);
        }
        Ok(set)
    }

    /// In every test, a set that was brought up to date is what it would be if it were made anew.
    #[cfg(test)]
    fn assert_as_new(&self, set: &Visible, entity: &EntityType) {
        let built = self.build(set.tenant, entity, &set.scope).unwrap();
        let numbers = |bits: &Bits| bits.rows().collect::<Vec<_>>();
        assert_eq!(numbers(&set.members.living), numbers(&built.living), "of `{}`", set.entity);
        assert_eq!(numbers(&set.members.gone), numbers(&built.gone), "deleted ones of `{}`", set.entity);
        assert_eq!(set.count, built.living.count());
        for order in set.orders() {
            let entries = self.entries(entity, &order.sort, built.living.rows()).unwrap();
            assert!(order.is_same(&Order::new(&order.sort, entries)));
        }
    }

    /// Where this snapshot stands. Without the journal nothing is known, and nothing is shown.
    fn mark(&self, tenant: TenantId) -> Result<Mark> {
        let sql = "SELECT epoch, (SELECT coalesce(max(sequence), 0) FROM journal) FROM tenant WHERE id = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            let read = row.get(0).and_then(|epoch| Ok(Mark { epoch, sequence: row.get(1)? }));
            read.map_err(|error| super::failure::explain(&error))
        };
        self.one(sql, [tenant], read)?.ok_or_else(crate::store::no_tenant)
    }
}
