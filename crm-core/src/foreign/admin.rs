//! Users, roles, units, groups, territories, rights, sharing, custom fields.

use crate::access::{
    OrgUnit, OrgUnitPage, PermissionSet, PermissionSetPage, Role, RolePage, SharingDefault, SharingDefaultPage,
    SharingRule, SharingRulePage, Territory, TerritoryPage, User, UserGroup, UserGroupPage, UserPage,
};
use crate::engine::{Organization, Session};
use crate::query::Query;
use crate::schema::{FieldDefinition, FieldDefinitionPage};
use crate::value::{Id, Result, Timestamp};

/// Users, roles, units, groups, territories, permission sets, sharing, custom fields and the organisation, on
/// behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Admin {
    session: Session,
}

impl Admin {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Admin {
    /// Makes a user.
    ///
    /// # Errors
    /// `DuplicateKey` for the login, `UnknownReference` at `role` or `permission_sets[1]`, `Denied`.
    pub fn create_user(&self, user: User) -> Result<User> {
        self.session.admin().create_user(&user)
    }

    /// Saves a user that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_user`]; `StaleVersion`, `NotFound`.
    pub fn update_user(&self, user: User) -> Result<User> {
        self.session.admin().update_user(&user)
    }

    /// One user.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn user(&self, id: Id) -> Result<User> {
        self.session.admin().user(id)
    }

    /// A user as it stood at an instant.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn user_as_of(&self, id: Id, at: Timestamp) -> Result<User> {
        self.session.as_of(id, at)
    }

    /// One page of users.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn users(&self, query: Query) -> Result<UserPage> {
        self.session.admin().users(&query)
    }

    /// Makes a role.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `UnknownReference` for the parent, `OutOfRange` for a deep hierarchy, `Denied`.
    pub fn create_role(&self, role: Role) -> Result<Role> {
        self.session.admin().create_role(&role)
    }

    /// Saves a role that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_role`]; `Cycle` with the names along the circle, `StaleVersion`, `NotFound`.
    pub fn update_role(&self, role: Role) -> Result<Role> {
        self.session.admin().update_role(&role)
    }

    /// One role.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn role(&self, id: Id) -> Result<Role> {
        self.session.admin().role(id)
    }

    /// A role as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn role_as_of(&self, id: Id, at: Timestamp) -> Result<Role> {
        self.session.as_of(id, at)
    }

    /// One page of roles.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn roles(&self, query: Query) -> Result<RolePage> {
        self.session.admin().roles(&query)
    }

    /// Makes a permission set.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `UnknownEntity`, `UnknownField`, `NoSuchRight`, `Denied`.
    pub fn create_permission_set(&self, permission_set: PermissionSet) -> Result<PermissionSet> {
        self.session.admin().create_permission_set(&permission_set)
    }

    /// Saves a permission set that was read and changed; its users have the new rights from then on.
    ///
    /// # Errors
    /// As [`Admin::create_permission_set`]; `StaleVersion`, `NotFound`.
    pub fn update_permission_set(&self, permission_set: PermissionSet) -> Result<PermissionSet> {
        self.session.admin().update_permission_set(&permission_set)
    }

    /// One permission set.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn permission_set(&self, id: Id) -> Result<PermissionSet> {
        self.session.admin().permission_set(id)
    }

    /// A permission set as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn permission_set_as_of(&self, id: Id, at: Timestamp) -> Result<PermissionSet> {
        self.session.as_of(id, at)
    }

    /// One page of permission sets.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn permission_sets(&self, query: Query) -> Result<PermissionSetPage> {
        self.session.admin().permission_sets(&query)
    }

    /// Makes an organisation unit.
    ///
    /// # Errors
    /// `DuplicateKey` for the name or the code, `UnknownReference` at `parent`, `OutOfRange` for a deep tree, `Denied`.
    pub fn create_org_unit(&self, org_unit: OrgUnit) -> Result<OrgUnit> {
        self.session.admin().create_org_unit(&org_unit)
    }

    /// Saves an organisation unit that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_org_unit`]; `Cycle` with the names along the circle; `StaleVersion`, `NotFound`.
    pub fn update_org_unit(&self, org_unit: OrgUnit) -> Result<OrgUnit> {
        self.session.admin().update_org_unit(&org_unit)
    }

    /// An organisation unit.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn org_unit(&self, id: Id) -> Result<OrgUnit> {
        self.session.admin().org_unit(id)
    }

    /// An organisation unit as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn org_unit_as_of(&self, id: Id, at: Timestamp) -> Result<OrgUnit> {
        self.session.as_of(id, at)
    }

    /// One page of organisation units.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn org_units(&self, query: Query) -> Result<OrgUnitPage> {
        self.session.admin().org_units(&query)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `UnknownReference` for a member, `Cycle` for a group that would be a member of
    /// itself, `Denied`, also for what gives more than the caller has.
    pub fn create_user_group(&self, user_group: UserGroup) -> Result<UserGroup> {
        self.session.admin().create_user_group(&user_group)
    }

    /// Saves a group that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_user_group`]; `StaleVersion`, `NotFound`.
    pub fn update_user_group(&self, user_group: UserGroup) -> Result<UserGroup> {
        self.session.admin().update_user_group(&user_group)
    }

    /// A group.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn user_group(&self, id: Id) -> Result<UserGroup> {
        self.session.admin().user_group(id)
    }

    /// A group as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn user_group_as_of(&self, id: Id, at: Timestamp) -> Result<UserGroup> {
        self.session.as_of(id, at)
    }

    /// One page of groups.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn user_groups(&self, query: Query) -> Result<UserGroupPage> {
        self.session.admin().user_groups(&query)
    }

    /// Makes a territory.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `Overlap` with another territory, `Cycle` or `OutOfRange` for the one above, what
    /// is wrong with a filter, `Denied`, also for what gives more than the caller has.
    pub fn create_territory(&self, territory: Territory) -> Result<Territory> {
        self.session.admin().create_territory(&territory)
    }

    /// Saves a territory that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_territory`]; `StaleVersion`, `NotFound`.
    pub fn update_territory(&self, territory: Territory) -> Result<Territory> {
        self.session.admin().update_territory(&territory)
    }

    /// A territory.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn territory(&self, id: Id) -> Result<Territory> {
        self.session.admin().territory(id)
    }

    /// A territory as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn territory_as_of(&self, id: Id, at: Timestamp) -> Result<Territory> {
        self.session.as_of(id, at)
    }

    /// One page of territories.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn territories(&self, query: Query) -> Result<TerritoryPage> {
        self.session.admin().territories(&query)
    }

    /// Makes a sharing rule.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `UnknownEntity`, `UnknownField` for a field that the caller does not see,
    /// `NoSuchRight`, `TooMany`, `Denied`, also for what gives more than the caller has.
    pub fn create_sharing_rule(&self, sharing_rule: SharingRule) -> Result<SharingRule> {
        self.session.admin().create_sharing_rule(&sharing_rule)
    }

    /// Saves a sharing rule that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_sharing_rule`]; `StaleVersion`, `NotFound`.
    pub fn update_sharing_rule(&self, sharing_rule: SharingRule) -> Result<SharingRule> {
        self.session.admin().update_sharing_rule(&sharing_rule)
    }

    /// A sharing rule.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn sharing_rule(&self, id: Id) -> Result<SharingRule> {
        self.session.admin().sharing_rule(id)
    }

    /// A sharing rule as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn sharing_rule_as_of(&self, id: Id, at: Timestamp) -> Result<SharingRule> {
        self.session.as_of(id, at)
    }

    /// One page of sharing rules.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn sharing_rules(&self, query: Query) -> Result<SharingRulePage> {
        self.session.admin().sharing_rules(&query)
    }

    /// Makes an org-wide default.
    ///
    /// # Errors
    /// `DuplicateKey` for the entity, `UnknownEntity`, `UnknownField` at `team_fields[0]`, `NoSuchRight`, `Denied`,
    /// also for what gives more than the caller has.
    pub fn create_sharing_default(&self, sharing_default: SharingDefault) -> Result<SharingDefault> {
        self.session.admin().create_sharing_default(&sharing_default)
    }

    /// Saves an org-wide default that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_sharing_default`]; `StaleVersion`, `NotFound`.
    pub fn update_sharing_default(&self, sharing_default: SharingDefault) -> Result<SharingDefault> {
        self.session.admin().update_sharing_default(&sharing_default)
    }

    /// An org-wide default.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn sharing_default(&self, id: Id) -> Result<SharingDefault> {
        self.session.admin().sharing_default(id)
    }

    /// An org-wide default as it stood at an instant.
    ///
    /// # Errors
    /// As [`Admin::user_as_of`].
    pub fn sharing_default_as_of(&self, id: Id, at: Timestamp) -> Result<SharingDefault> {
        self.session.as_of(id, at)
    }

    /// One page of org-wide defaults.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn sharing_defaults(&self, query: Query) -> Result<SharingDefaultPage> {
        self.session.admin().sharing_defaults(&query)
    }

    /// Adds a custom field to an entity.
    ///
    /// # Errors
    /// `BadFormat` for a name without `x_`, `UnknownEntity`, `Required` for a picklist without choices, `DuplicateKey`,
    /// `TooMany`, `Denied`.
    pub fn define_field(&self, definition: FieldDefinition) -> Result<FieldDefinition> {
        self.session.admin().define_field(&definition)
    }

    /// One page of the definitions of custom fields.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn field_definitions(&self, query: Query) -> Result<FieldDefinitionPage> {
        self.session.admin().field_definitions(&query)
    }

    /// The tenant's own data.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn organization(&self) -> Result<Organization> {
        self.session.admin().organization()
    }

    /// Saves the tenant's own data, which was read and changed.
    ///
    /// # Errors
    /// `BadFormat` for an unknown time zone, `StaleVersion`, `Denied`.
    pub fn update_organization(&self, organization: Organization) -> Result<Organization> {
        self.session.admin().update_organization(&organization)
    }
}
