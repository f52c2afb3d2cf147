//! The rights of all users of a tenant, compiled from users, roles, units, groups, territories, permission sets and
//! sharing rules for one business date.

mod people;
mod rights;
mod rules;
mod scopes;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use super::{
    AccessLevel, GrantRule, OrgUnit, PermissionSet, Role, SharingDefault, SharingRule, Territory, User, UserGroup,
    Visibility,
};
use crate::schema::TenantSchema;
use crate::value::{Date, Id, Timestamp};

pub use people::MAX_ROLE_DEPTH;
pub(crate) use people::check_parent;
pub(crate) use rights::{capped_field, field_right, object_right};
pub(crate) use rules::check_filter;
pub(super) use scopes::Held;

/// The records of which the model is made.
#[derive(Debug, Default, Clone)]
pub struct Configuration {
    /// Users.
    pub users: HashMap<Id, Arc<User>>,
    /// Roles.
    pub roles: HashMap<Id, Arc<Role>>,
    /// Organisation units.
    pub units: HashMap<Id, Arc<OrgUnit>>,
    /// Groups.
    pub groups: HashMap<Id, Arc<UserGroup>>,
    /// Territories.
    pub territories: HashMap<Id, Arc<Territory>>,
    /// Permission sets.
    pub sets: HashMap<Id, Arc<PermissionSet>>,
    /// Sharing rules.
    pub rules: HashMap<Id, Arc<SharingRule>>,
    /// Org-wide defaults.
    pub defaults: HashMap<Id, Arc<SharingDefault>>,
}

impl Configuration {
    /// Users, roles and permission sets alone.
    #[cfg(test)]
    pub(crate) fn of(users: Vec<User>, roles: Vec<Role>, sets: Vec<PermissionSet>) -> Self {
        Self {
            users: users.into_iter().map(|user| (user.id, Arc::new(user))).collect(),
            roles: roles.into_iter().map(|role| (role.id, Arc::new(role))).collect(),
            sets: sets.into_iter().map(|set| (set.id, Arc::new(set))).collect(),
            ..Self::default()
        }
    }
}

/// Everybody and everything that gives rights in one tenant, on one day.
#[derive(Debug, Default)]
pub struct AccessModel {
    configuration: Configuration,
    today: Option<Date>,
    logins: HashMap<String, Id>,
    /// Users by the role that they have today.
    members: BTreeMap<Id, BTreeSet<Id>>,
    /// Roles by the role above.
    below: BTreeMap<Id, BTreeSet<Id>>,
    /// Users by the unit in which they work today.
    unit_members: BTreeMap<Id, BTreeSet<Id>>,
    /// Units by the unit above.
    units_below: BTreeMap<Id, BTreeSet<Id>>,
    /// Territories by the territory above.
    territories_below: BTreeMap<Id, BTreeSet<Id>>,
    /// The keys under which a user gets grants today, his own left out: groups, roles, units, territories.
    pub(super) keys_of: HashMap<Id, BTreeSet<Id>>,
    /// The queues whose records are a user's work today.
    pub(super) queues_of: HashMap<Id, BTreeSet<Id>>,
    /// The sharing rules that hold today, by entity, with the users whom they name.
    held: HashMap<String, Vec<Held>>,
    /// The org-wide defaults by entity.
    pub(super) default_of: HashMap<String, Arc<SharingDefault>>,
    /// The rules that write grants, by entity.
    grant_rules: HashMap<&'static str, Arc<[Arc<GrantRule>]>>,
    /// What each user reaches, made when it is asked for.
    reaches: RwLock<HashMap<(Id, bool), Arc<scopes::Reach>>>,
    /// What each user sees, made when it is asked for.
    visibilities: RwLock<HashMap<(Id, &'static str, AccessLevel), Visibility>>,
}

impl AccessModel {
    /// Compiles the model for a day.
    #[must_use]
    pub fn new(configuration: Configuration, schema: &TenantSchema, today: Date) -> Self {
        let mut model = Self { configuration, today: Some(today), ..Self::default() };
        model.index_people();
        model.index_rules(schema);
        model
    }

    /// The day for which it was compiled; a model of nothing has none.
    pub(super) fn today(&self) -> Date {
        self.today.unwrap_or_else(|| Timestamp::from_micros(0).date_utc())
    }

    /// The records of which it is made.
    #[must_use]
    pub(crate) const fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Every user.
    pub(crate) fn users(&self) -> impl Iterator<Item = &Arc<User>> {
        self.configuration.users.values()
    }

    /// A user by identifier.
    #[must_use]
    pub fn user(&self, id: Id) -> Option<&User> {
        self.configuration.users.get(&id).map(AsRef::as_ref)
    }

    /// A user by login.
    #[must_use]
    pub fn user_by_login(&self, login: &str) -> Option<&User> {
        self.logins.get(login).and_then(|id| self.user(*id))
    }

    /// Whether the user works today: not before his first and not after his last day, not switched off, and no queue.
    #[must_use]
    pub fn is_active(&self, id: Id) -> bool {
        self.user(id).is_some_and(|user| {
            !user.is_inactive
                && user.kind != Some(super::UserKind::Queue)
                && holds(self.today(), user.valid_from, user.valid_until)
        })
    }

    /// The rules that write grants on the records of an entity.
    #[must_use]
    pub(crate) fn grant_rules(&self, entity: &str) -> Arc<[Arc<GrantRule>]> {
        self.grant_rules.get(entity).cloned().unwrap_or_default()
    }

    /// Every rule that writes grants.
    pub(crate) fn all_grant_rules(&self) -> impl Iterator<Item = &Arc<GrantRule>> {
        self.grant_rules.values().flat_map(|rules| rules.iter())
    }

    /// The fields of an entity that a team membership may open.
    #[must_use]
    pub(crate) fn team_fields(&self, entity: &str) -> &[String] {
        self.default_of.get(entity).map_or(&[], |default| &default.team_fields)
    }
}

/// Whether a day lies between two others, both included.
pub(super) fn holds(day: Date, from: Option<Date>, until: Option<Date>) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}
