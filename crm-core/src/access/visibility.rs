//! Which records somebody sees, and how much of them: a formula over the owner of a record and over its grants. It is
//! plain data: the reference store evaluates it record by record, SQLite as sets and statements, and both must agree.

use std::sync::Arc;

use crate::query::{Condition, Filter};
use crate::schema::FieldRef;
use crate::value::{Date, Id};

use super::TenantId;

value_enum! {
    /// How much somebody may do with a record that he sees. Each level includes those before.
    #[derive(Default)]
    pub enum AccessLevel {
        /// See it.
        #[default]
        Read = "read",
        /// Change it.
        Edit = "edit",
        /// Delete it, hand it over, share it: what its owner may do, and those above.
        Full = "full",
    }
}

/// That somebody may do something with one record, or may not: the trace of a sharing rule, a share, a team or a
/// territory on the record. What stands in the role hierarchy is never written on records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// To whom: the key of a user, a group, a role, a territory, or the rule itself whose targets have it.
    pub principal: Id,
    /// The rule, share, team member or territory that gave it.
    pub cause: Id,
    /// How much; nothing for a grant that hides the record from the principal, whoever else shows it.
    pub level: Option<AccessLevel>,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
    /// The fields that can be seen on this record although they are hidden in general (and set, from the level `edit` on).
    pub fields: Vec<String>,
}

impl Grant {
    /// Whether it counts on a day.
    #[must_use]
    pub fn holds_on(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }
}

/// A grant with its record, as a store keeps it. The key is (entity, record, principal, cause).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordGrant {
    /// The entity of the record.
    pub entity: &'static str,
    /// The record.
    pub record: Id,
    /// What is granted.
    pub grant: Grant,
}

/// Which records of an entity a reader sees at a level.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Visibility {
    /// All, without asking for owner or grants.
    All,
    /// Those that fulfil the formula.
    Scope(Arc<Scope>),
}

/// The records of another record, seen with it.
#[derive(Debug, Clone)]
pub struct Above {
    /// The reference to the record above.
    pub(crate) field: FieldRef,
    /// Its entity.
    pub(crate) entity: &'static str,
    /// Which of those are seen.
    pub(crate) visibility: Visibility,
}

/// The formula: a record is seen if no denying grant of the reader lies on it, and
///
/// - where it has a record above (`Above`), if that one is seen (its deletion does not matter); a record above that
///   does not exist is not seen;
/// - else if everything is seen, its owner is among the owners, or a grant of sufficient level to one of the principals
///   holds today.
#[derive(Debug)]
pub struct Scope {
    /// The reader, for caches.
    pub(crate) user: Id,
    /// The level, for caches.
    pub(crate) level: AccessLevel,
    /// The business date on which grants are looked at.
    pub(crate) today: Date,
    /// Whether owner and grants do not matter, and only denying grants count.
    pub(crate) everything: bool,
    /// The owners whose records are seen; sorted.
    pub(crate) owners: Arc<[Id]>,
    /// The principals whose grants count; sorted.
    pub(crate) principals: Arc<[Id]>,
    /// The principals whose denying grants count; sorted.
    pub(crate) denied: Arc<[Id]>,
    /// The record above, if it decides.
    pub(crate) above: Option<Above>,
}

impl Visibility {
    /// No record.
    pub(crate) fn nothing(user: Id) -> Self {
        let none: Arc<[Id]> = Arc::new([]);
        Self::Scope(Arc::new(Scope {
            user,
            level: AccessLevel::Read,
            today: crate::value::Timestamp::from_micros(0).date_utc(),
            everything: false,
            owners: none.clone(),
            principals: none.clone(),
            denied: none,
            above: None,
        }))
    }
}

fn among(sorted: &[Id], id: Id) -> bool {
    sorted.binary_search(&id).is_ok()
}

impl Scope {
    /// Whether denying grants hide a record.
    #[must_use]
    pub(crate) fn denies(&self, grants: &[Grant]) -> bool {
        !self.denied.is_empty()
            && grants.iter().any(|grant| {
                grant.level.is_none() && grant.holds_on(self.today) && among(&self.denied, grant.principal)
            })
    }

    /// Whether owner and grants show a record, the record above left aside.
    #[must_use]
    pub(crate) fn shows(&self, owner: Option<Id>, grants: &[Grant]) -> bool {
        self.everything
            || owner.is_some_and(|owner| among(&self.owners, owner))
            || grants.iter().any(|grant| {
                grant.level.is_some_and(|level| level >= self.level)
                    && grant.holds_on(self.today)
                    && among(&self.principals, grant.principal)
            })
    }

    /// Whether a record is shown for its owner alone, whatever its grants and the record above are.
    #[must_use]
    pub(crate) fn shows_owned(&self, owner: Option<Id>) -> bool {
        self.above.is_none() && self.denied.is_empty() && self.shows(owner, &[])
    }

    /// Whether the grants of a record must be known to decide.
    #[must_use]
    pub(crate) fn needs_grants(&self, owner: Option<Id>) -> bool {
        let owned = self.above.is_none() && (self.everything || owner.is_some_and(|owner| among(&self.owners, owner)));
        !self.denied.is_empty() || !(owned || self.principals.is_empty())
    }
}

/// What a rule grants on the records of one entity that fulfil its condition, whoever owns them: one principal, or
/// whoever a field of the record names.
#[derive(Debug, Clone)]
pub(crate) enum Granted {
    /// The rule itself; the access model knows who its targets are.
    Principal(Id),
    /// The user or partner in a field.
    Named(FieldRef),
}

/// A rule that writes grants on records: a criteria rule, a field rule, a territory.
#[derive(Debug, Clone)]
pub(crate) struct GrantRule {
    pub(crate) entity: &'static str,
    pub(crate) cause: Id,
    pub(crate) to: Granted,
    pub(crate) level: Option<AccessLevel>,
    /// Nothing for a rule about every record.
    pub(crate) condition: Option<Condition>,
    /// The filter from which the condition was made.
    pub(crate) filter: Option<Filter>,
}

impl GrantRule {
    /// Whether another rule writes the same on every record.
    pub(crate) fn writes_as(&self, other: &Self) -> bool {
        let to = |rule: &Self| match &rule.to {
            Granted::Principal(id) => (Some(*id), None),
            Granted::Named(field) => (None, Some(field.spec.name.to_string())),
        };
        let written = |rule: &Self| (rule.entity, rule.cause, rule.level, to(rule));
        written(self) == written(other) && self.filter == other.filter
    }
}

/// A rule to be applied to, or withdrawn from, all records of its entity, deleted ones too.
#[derive(Debug)]
pub struct CheckedRule {
    pub(super) tenant: TenantId,
    pub(super) rule: Arc<GrantRule>,
}

impl CheckedRule {
    pub(crate) const fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(crate) fn rule(&self) -> &GrantRule {
        &self.rule
    }
}
