//! Users, roles, units, groups, territories, rights, sharing and custom fields, as a host calls them.

use super::{AdminCommand, Command, Organization, Session};
use crate::access::{
    OrgUnit, OrgUnitPage, PermissionSet, PermissionSetPage, Role, RolePage, SharingDefault, SharingDefaultPage,
    SharingRule, SharingRulePage, Territory, TerritoryPage, User, UserGroup, UserGroupPage, UserPage,
};
use crate::query::Query;
use crate::schema::{FieldDefinition, FieldDefinitionPage};
use crate::value::{Error, Id, Result};

/// Users, roles, units, groups, territories, rights, sharing, custom fields and the organisation, on behalf of the
/// session's user.
#[derive(Debug, Clone, Copy)]
pub struct Admin<'a> {
    session: &'a Session,
}

impl Session {
    /// Users, roles, units, groups, territories, rights, sharing, custom fields and the organisation.
    ///
    /// ```
    /// use crm_core::access::{ObjectRight, PermissionSet, User};
    /// # use crm_core::engine::{Crm, SetupOptions};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let read = ObjectRight { entity: "account".into(), read: true, ..ObjectRight::default() };
    /// let readers = PermissionSet { name: "readers".into(), objects: vec![read], ..PermissionSet::default() };
    /// let readers = session.admin().create_permission_set(&readers)?;
    /// let keller = User { login: "keller".into(), name: "K. Keller".into(), permission_sets: vec![readers.id],
    /// ..User::default() };
    /// let keller = session.admin().create_user(&keller)?;
    /// assert_eq!(crm.session("main", "keller")?.user(), keller.id);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn admin(&self) -> Admin<'_> {
        Admin { session: self }
    }
}

impl Admin<'_> {
    /// Makes a user.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the login, `UnknownReference` for the role or a permission set, `Denied`, also for a
    /// permission set that gives more than the caller has.
    pub fn create_user(&self, user: &User) -> Result<User> {
        self.session.create_and_read(wrap(AdminCommand::CreateUser { user: user.clone() }), user)
    }

    /// Saves a user that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_user`]; `StaleVersion` with the fields that others changed; `LastAdministrator` if nobody
    /// were left
    /// who may change users and permission sets; `NotFound`.
    pub fn update_user(&self, user: &User) -> Result<User> {
        self.session.save_and_read(wrap(AdminCommand::UpdateUser { user: user.clone() }), user)
    }

    /// A user.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn user(&self, id: Id) -> Result<User> {
        self.session.get(id)
    }

    /// One page of users.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn users(&self, query: &Query) -> Result<UserPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(UserPage { items, next_cursor })
    }

    /// Makes a role.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the name, `Cycle` or `OutOfRange` for the role above, `Denied`.
    pub fn create_role(&self, role: &Role) -> Result<Role> {
        self.session.create_and_read(wrap(AdminCommand::CreateRole { role: role.clone() }), role)
    }

    /// Saves a role that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_role`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_role(&self, role: &Role) -> Result<Role> {
        self.session.save_and_read(wrap(AdminCommand::UpdateRole { role: role.clone() }), role)
    }

    /// A role.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn role(&self, id: Id) -> Result<Role> {
        self.session.get(id)
    }

    /// One page of roles.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn roles(&self, query: &Query) -> Result<RolePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(RolePage { items, next_cursor })
    }

    /// Makes a permission set.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey` for the name; for a right `UnknownEntity`, `UnknownField`, or `NoSuchRight` for a
    /// part, which
    /// has the rights of its whole, and for the hiding of a field that is always seen; `Denied`, also for a right that the
    /// caller does not have.
    pub fn create_permission_set(&self, permission_set: &PermissionSet) -> Result<PermissionSet> {
        self.session.create_and_read(
            wrap(AdminCommand::CreatePermissionSet { permission_set: permission_set.clone() }),
            permission_set,
        )
    }

    /// Saves a permission set that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_permission_set`]; `StaleVersion` with the fields that others changed; `LastAdministrator`;
    /// `NotFound`.
    pub fn update_permission_set(&self, permission_set: &PermissionSet) -> Result<PermissionSet> {
        self.session.save_and_read(
            wrap(AdminCommand::UpdatePermissionSet { permission_set: permission_set.clone() }),
            permission_set,
        )
    }

    /// A permission set.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn permission_set(&self, id: Id) -> Result<PermissionSet> {
        self.session.get(id)
    }

    /// One page of permission sets.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn permission_sets(&self, query: &Query) -> Result<PermissionSetPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(PermissionSetPage { items, next_cursor })
    }

    /// Makes an organisation unit.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey`; `Cycle` or `OutOfRange` for the unit above; `Denied`, also for what gives more than
    /// the caller has.
    pub fn create_org_unit(&self, org_unit: &OrgUnit) -> Result<OrgUnit> {
        self.session.create_and_read(wrap(AdminCommand::CreateOrgUnit { org_unit: org_unit.clone() }), org_unit)
    }

    /// Saves an organisation unit that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_org_unit`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_org_unit(&self, org_unit: &OrgUnit) -> Result<OrgUnit> {
        self.session.save_and_read(wrap(AdminCommand::UpdateOrgUnit { org_unit: org_unit.clone() }), org_unit)
    }

    /// An organisation unit.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn org_unit(&self, id: Id) -> Result<OrgUnit> {
        self.session.get(id)
    }

    /// One page of organisation units.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn org_units(&self, query: &Query) -> Result<OrgUnitPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(OrgUnitPage { items, next_cursor })
    }

    /// Makes a group.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey`; `UnknownReference` for a member, `Cycle` for a group that would be a member of
    /// itself; `Denied`, also for what gives more than the caller has.
    pub fn create_user_group(&self, user_group: &UserGroup) -> Result<UserGroup> {
        self.session.create_and_read(wrap(AdminCommand::CreateUserGroup { user_group: user_group.clone() }), user_group)
    }

    /// Saves a group that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_user_group`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_user_group(&self, user_group: &UserGroup) -> Result<UserGroup> {
        self.session.save_and_read(wrap(AdminCommand::UpdateUserGroup { user_group: user_group.clone() }), user_group)
    }

    /// A group.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn user_group(&self, id: Id) -> Result<UserGroup> {
        self.session.get(id)
    }

    /// One page of groups.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn user_groups(&self, query: &Query) -> Result<UserGroupPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(UserGroupPage { items, next_cursor })
    }

    /// Makes a territory.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey`; `Overlap` with another territory, `Cycle` or `OutOfRange` for the one above, what is
    /// wrong with a filter; `Denied`, also for what gives more than the caller has.
    pub fn create_territory(&self, territory: &Territory) -> Result<Territory> {
        self.session.create_and_read(wrap(AdminCommand::CreateTerritory { territory: territory.clone() }), territory)
    }

    /// Saves a territory that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_territory`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_territory(&self, territory: &Territory) -> Result<Territory> {
        self.session.save_and_read(wrap(AdminCommand::UpdateTerritory { territory: territory.clone() }), territory)
    }

    /// A territory.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn territory(&self, id: Id) -> Result<Territory> {
        self.session.get(id)
    }

    /// One page of territories.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn territories(&self, query: &Query) -> Result<TerritoryPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(TerritoryPage { items, next_cursor })
    }

    /// Makes a sharing rule.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey`; `UnknownField` for a field that the caller does not see, `UnknownEntity`,
    /// `NoSuchRight`, `TooMany`; `Denied`, also for what gives more than the caller has.
    pub fn create_sharing_rule(&self, sharing_rule: &SharingRule) -> Result<SharingRule> {
        self.session
            .create_and_read(wrap(AdminCommand::CreateSharingRule { sharing_rule: sharing_rule.clone() }), sharing_rule)
    }

    /// Saves a sharing rule that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_sharing_rule`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_sharing_rule(&self, sharing_rule: &SharingRule) -> Result<SharingRule> {
        self.session
            .save_and_read(wrap(AdminCommand::UpdateSharingRule { sharing_rule: sharing_rule.clone() }), sharing_rule)
    }

    /// A sharing rule.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn sharing_rule(&self, id: Id) -> Result<SharingRule> {
        self.session.get(id)
    }

    /// One page of sharing rules.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn sharing_rules(&self, query: &Query) -> Result<SharingRulePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(SharingRulePage { items, next_cursor })
    }

    /// Makes an org-wide default.
    ///
    /// # Errors
    /// `Required`, `DuplicateKey`; `UnknownEntity`, `UnknownField`, `NoSuchRight`; `Denied`, also for what gives more
    /// than the caller has.
    pub fn create_sharing_default(&self, sharing_default: &SharingDefault) -> Result<SharingDefault> {
        self.session.create_and_read(
            wrap(AdminCommand::CreateSharingDefault { sharing_default: sharing_default.clone() }),
            sharing_default,
        )
    }

    /// Saves an org-wide default that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_sharing_default`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_sharing_default(&self, sharing_default: &SharingDefault) -> Result<SharingDefault> {
        self.session.save_and_read(
            wrap(AdminCommand::UpdateSharingDefault { sharing_default: sharing_default.clone() }),
            sharing_default,
        )
    }

    /// An org-wide default.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn sharing_default(&self, id: Id) -> Result<SharingDefault> {
        self.session.get(id)
    }

    /// One page of org-wide defaults.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn sharing_defaults(&self, query: &Query) -> Result<SharingDefaultPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(SharingDefaultPage { items, next_cursor })
    }

    /// Adds a custom field to an entity.
    ///
    /// # Errors
    /// `BadFormat` for a name without `x_`, `DuplicateKey`, `UnknownEntity`, `TooMany`, `Denied`.
    pub fn define_field(&self, definition: &FieldDefinition) -> Result<FieldDefinition> {
        let command = wrap(AdminCommand::DefineField { definition: definition.clone() });
        self.session.create_and_read(command, definition)
    }

    /// One page of the definitions of custom fields.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn field_definitions(&self, query: &Query) -> Result<FieldDefinitionPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(FieldDefinitionPage { items, next_cursor })
    }

    /// The tenant itself.
    ///
    /// # Errors
    /// `NotFound` if the reader may not see it, `Denied`.
    pub fn organization(&self) -> Result<Organization> {
        let found = self.session.list_all::<Organization>(&Query::default())?;
        found.into_iter().next().ok_or_else(|| Error::not_found("organization"))
    }

    /// Saves the tenant's own data that was read and changed.
    ///
    /// # Errors
    /// `BadFormat` for an unknown time zone, `StaleVersion`, `Denied`.
    pub fn update_organization(&self, organization: &Organization) -> Result<Organization> {
        let command = wrap(AdminCommand::UpdateOrganization { organization: organization.clone() });
        self.session.save_and_read(command, organization)
    }
}

const fn wrap(command: AdminCommand) -> Command {
    Command::Admin(command)
}
