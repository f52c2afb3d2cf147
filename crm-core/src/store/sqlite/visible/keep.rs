//! Where sets are kept: those of committed snapshots for all readers, those of a write for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::Visible;
use crate::access::{Above, Scope, TenantId, Visibility};
use crate::value::Id;

/// The most sets that are kept.
const MAX_SETS: usize = 64;
/// The most bytes that they may take, with their orders.
const MAX_BYTES: usize = 64 << 20;

/// Records by entity.
pub(in crate::store::sqlite) type Touched = BTreeMap<String, BTreeSet<Id>>;

/// The sets of committed snapshots; the one that was asked for last stands last.
#[derive(Debug, Default)]
pub(in crate::store::sqlite) struct Kept {
    sets: Mutex<Vec<Arc<Visible>>>,
}

/// Whether two scopes are the same formula.
fn same(a: &Arc<Scope>, b: &Arc<Scope>) -> bool {
    Arc::ptr_eq(a, b)
        || a.user == b.user
            && (a.level, a.today, a.everything) == (b.level, b.today, b.everything)
            && a.owners == b.owners
            && a.principals == b.principals
            && a.denied == b.denied
            && match (&a.above, &b.above) {
                (None, None) => true,
                (Some(a), Some(b)) => same_above(a, b),
                _ => false,
            }
}

fn same_above(a: &Above, b: &Above) -> bool {
    let visibility = match (&a.visibility, &b.visibility) {
        (Visibility::All, Visibility::All) => true,
        (Visibility::Scope(a), Visibility::Scope(b)) => same(a, b),
        _ => false,
    };
    a.entity == b.entity && a.field.spec.name == b.field.spec.name && visibility
}

fn is_of(set: &Visible, tenant: TenantId, entity: &str, scope: &Arc<Scope>, epoch: i64) -> bool {
    set.tenant == tenant && set.mark.epoch == epoch && set.entity == entity && same(&set.scope, scope)
}

impl Kept {
    /// A set of the scope, of whatever place in the journal.
    pub(super) fn find(&self, tenant: TenantId, entity: &str, scope: &Arc<Scope>, epoch: i64) -> Option<Arc<Visible>> {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let place = sets.iter().rposition(|set| is_of(set, tenant, entity, scope, epoch))?;
        let set = sets.remove(place);
        sets.push(set.clone());
        Some(set)
    }

    /// Whether there is a set of the scope, so that asking for it is cheap.
    pub(in crate::store::sqlite) fn knows(&self, tenant: TenantId, entity: &str, scope: &Arc<Scope>) -> bool {
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        sets.iter().rev().any(|set| set.tenant == tenant && set.entity == entity && same(&set.scope, scope))
    }

    /// Keeps a set in the place of an older one; a newer one stays.
    pub(super) fn put(&self, set: &Arc<Visible>) {
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let former = sets
            .iter()
            .position(|kept| kept.tenant == set.tenant && kept.entity == set.entity && same(&kept.scope, &set.scope));
        if let Some(place) = former {
            let newer = sets
                .get(place)
                .is_some_and(|kept| (kept.mark.epoch, kept.mark.sequence) > (set.mark.epoch, set.mark.sequence));
            if newer {
                return;
            }
            sets.remove(place);
        }
        sets.push(set.clone());
        let mut bytes: usize = sets.iter().map(|set| set.bytes()).fold(0, usize::saturating_add);
        let mut leaving = 0;
        for set in sets.iter() {
            if sets.len().saturating_sub(leaving) <= MAX_SETS && bytes <= MAX_BYTES {
                break;
            }
            bytes = bytes.saturating_sub(set.bytes());
            leaving += 1;
        }
        sets.drain(..leaving);
    }
}

/// What a write has done so far, and the sets that it has made for itself.
#[derive(Debug, Default)]
pub(in crate::store::sqlite) struct Own {
    touched: Vec<(String, Id)>,
    /// How many were touched when the present step began.
    step: usize,
    /// Whether grants were written on many records at once.
    has_ruled: bool,
    /// Each with the number of touched records that it knows of.
    sets: Vec<(Arc<Visible>, usize)>,
}

impl Own {
    /// Whether the write has changed what somebody may see.
    pub(super) fn has_changed(&self) -> bool {
        self.has_ruled || !self.touched.is_empty()
    }

    /// A record was written, or grants on it.
    pub(in crate::store::sqlite) fn touch(&mut self, entity: &str, record: Id) {
        self.touched.push((entity.to_owned(), record));
    }

    /// Grants were written on many records.
    pub(in crate::store::sqlite) fn rule(&mut self) {
        self.has_ruled = true;
        self.sets.clear();
    }

    pub(in crate::store::sqlite) fn begin_step(&mut self) {
        self.step = self.touched.len();
    }

    /// What the step touched is as it was.
    pub(in crate::store::sqlite) fn take_step_back(&mut self) {
        self.touched.truncate(self.step);
        self.sets.clear();
    }

    /// A set of the scope, what was touched since it was made, and whether one from outside would do instead.
    pub(super) fn find(
        &self,
        tenant: TenantId,
        entity: &str,
        scope: &Arc<Scope>,
        epoch: i64,
    ) -> (Option<Arc<Visible>>, Touched, bool) {
        let found = self.sets.iter().find(|(set, _)| is_of(set, tenant, entity, scope, epoch));
        let known = found.map_or(0, |(_, known)| *known);
        let mut touched = Touched::new();
        for (entity, record) in self.touched.iter().skip(known) {
            touched.entry(entity.clone()).or_default().insert(*record);
        }
        (found.map(|(set, _)| set.clone()), touched, !self.has_ruled)
    }

    pub(super) fn keep(&mut self, set: &Arc<Visible>) {
        self.sets.retain(|(kept, _)| !is_of(kept, set.tenant, set.entity, &set.scope, set.mark.epoch));
        self.sets.push((set.clone(), self.touched.len()));
    }
}
