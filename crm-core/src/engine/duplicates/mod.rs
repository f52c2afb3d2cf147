//! Looking for duplicates (查重) at every save and when somebody asks, and what follows from it.
//!
//! [`keep`] writes what a record is matched by, [`search`] finds like ones, [`save`] does at a save what the rules say, and
//! [`list`] looks through many records at once.

mod keep;
mod list;
mod save;
mod search;

use std::sync::{Arc, OnceLock};

use crate::access::TenantId;
use crate::duplicates::{DuplicateRule, Matched, RecordSource, StoredMatchModel};
use crate::matching::{MatchKind, MatchModel, Matcher, shipped_model};
use crate::store::MatchSpace;
use crate::value::{Error, ErrorCode, Result};

pub(crate) use keep::{keep, kept_changes, rekey};
pub(crate) use list::{find, learn, suggestions};
pub(crate) use search::check;

/// The rules for duplicates of a tenant, and its models.
#[derive(Debug)]
pub(crate) struct Matching {
    rules: Vec<DuplicateRule>,
    models: Vec<StoredMatchModel>,
    /// By kind, made ready when they are first needed.
    matchers: [OnceLock<Arc<Matcher>>; 3],
}

impl Matching {
    pub(crate) fn new(rules: Vec<DuplicateRule>, models: Vec<StoredMatchModel>) -> Self {
        let rules = rules.into_iter().filter(|rule| !rule.is_inactive).collect();
        Self { rules, models, matchers: [const { OnceLock::new() }; 3] }
    }

    /// The rule for records of an entity that come in on one way: that of the way, or else that of every way.
    pub(crate) fn rule(&self, entity: &str, source: RecordSource) -> Option<&DuplicateRule> {
        let of = |wanted: Option<RecordSource>| {
            self.rules.iter().find(|rule| rule.entity == entity && rule.source == wanted)
        };
        of(Some(source)).or_else(|| of(None))
    }

    /// The model in use: the last one that was kept, or the one that comes with the engine.
    pub(crate) fn model(&self, kind: MatchKind) -> MatchModel {
        let stored = self.models.iter().filter(|stored| stored.kind == Some(kind) && !stored.is_inactive);
        let last = stored.max_by_key(|stored| (stored.created_at, stored.id));
        last.and_then(|stored| stored.model.clone()).unwrap_or_else(|| shipped_model(kind))
    }

    /// The model in use, ready to compare.
    ///
    /// # Errors
    /// `DamagedFile` for a stored model that cannot be used.
    pub(crate) fn matcher(&self, kind: MatchKind) -> Result<Arc<Matcher>> {
        let [organisation, person, product] = &self.matchers;
        let place = match kind {
            MatchKind::Organisation => organisation,
            MatchKind::Person => person,
            MatchKind::Product => product,
        };
        if let Some(ready) = place.get() {
            return Ok(ready.clone());
        }
        let made = Matcher::new(self.model(kind));
        let made = made.map_err(|_| Error::corrupt(ErrorCode::DamagedFile, "a stored model cannot be used"))?;
        Ok(place.get_or_init(|| Arc::new(made)).clone())
    }
}

/// Where a store keeps the records that are matched in one way.
pub(crate) fn space_of(tenant: TenantId, matched: Matched) -> MatchSpace {
    let version = i64::from(limits().version);
    MatchSpace { tenant, entity: matched.entity, number: matched.number, version }
}

/// The version of the normal forms, and how many records are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) version: u32,
    /// Of the records that share one key.
    pub(crate) per_key: usize,
    /// Of all that share any key.
    pub(crate) candidates: usize,
}

const LIMITS: Limits = Limits { version: crate::matching::FEATURES_VERSION, per_key: 200, candidates: 250 };

#[cfg(not(test))]
pub(crate) const fn limits() -> Limits {
    LIMITS
}

#[cfg(test)]
pub(crate) use switch::{limits, limits_of_test};

/// Tests count to ten where the engine counts to hundreds, and are of a later version.
#[cfg(test)]
mod switch {
    use std::cell::Cell;

    use super::{LIMITS, Limits};

    thread_local! {
        static CHANGED: Cell<Limits> = const { Cell::new(LIMITS) };
    }

    pub(crate) fn limits() -> Limits {
        CHANGED.get()
    }

    /// Sets the limits of this thread, for a test that has a thread of its own.
    pub(crate) fn limits_of_test(change: impl FnOnce(&mut Limits)) {
        let mut limits = LIMITS;
        change(&mut limits);
        CHANGED.set(limits);
    }
}
