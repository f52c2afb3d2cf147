//! Users, roles, rights, custom fields.

use crate::access::{PermissionSet, PermissionSetPage, Role, RolePage, User, UserPage};
use crate::engine::{AdminCommand, Command, Organization, Session};
use crate::query::Query;
use crate::schema::{Entity, FieldDefinition, FieldDefinitionPage};
use crate::value::{Error, Id, Result};

/// Users, roles, permission sets, custom fields and the organisation, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Admin {
    session: Session,
}

impl Admin {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }

    fn create<E: Entity + Clone>(&self, given: E, command: fn(E) -> AdminCommand) -> Result<E> {
        self.session.create_and_read(Command::Admin(command(given.clone())), &given)
    }

    fn save<E: Entity + Clone>(&self, given: E, command: fn(E) -> AdminCommand) -> Result<E> {
        self.session.save_and_read(Command::Admin(command(given.clone())), &given)
    }
}

#[uniffi::export]
impl Admin {
    /// Makes a user.
    ///
    /// # Errors
    /// `DuplicateKey` for the login, `UnknownReference` at `role` or `permission_sets[1]`, `Denied`.
    pub fn create_user(&self, user: User) -> Result<User> {
        self.create(user, |user| AdminCommand::CreateUser { user })
    }

    /// Saves a user that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_user`]; `StaleVersion`, `NotFound`.
    pub fn update_user(&self, user: User) -> Result<User> {
        self.save(user, |user| AdminCommand::UpdateUser { user })
    }

    /// One user.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn user(&self, id: Id) -> Result<User> {
        self.session.get(id)
    }

    /// One page of users.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn users(&self, query: Query) -> Result<UserPage> {
        let (items, next_cursor) = self.session.list(&query)?;
        Ok(UserPage { items, next_cursor })
    }

    /// Makes a role.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `UnknownReference` for the parent, `OutOfRange` for a deep hierarchy, `Denied`.
    pub fn create_role(&self, role: Role) -> Result<Role> {
        self.create(role, |role| AdminCommand::CreateRole { role })
    }

    /// Saves a role that was read and changed.
    ///
    /// # Errors
    /// As [`Admin::create_role`]; `Cycle` with the names along the circle, `StaleVersion`, `NotFound`.
    pub fn update_role(&self, role: Role) -> Result<Role> {
        self.save(role, |role| AdminCommand::UpdateRole { role })
    }

    /// One page of roles.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn roles(&self, query: Query) -> Result<RolePage> {
        let (items, next_cursor) = self.session.list(&query)?;
        Ok(RolePage { items, next_cursor })
    }

    /// Makes a permission set.
    ///
    /// # Errors
    /// `DuplicateKey` for the name, `UnknownEntity`, `UnknownField`, `NoSuchRight`, `Denied`.
    pub fn create_permission_set(&self, permission_set: PermissionSet) -> Result<PermissionSet> {
        self.create(permission_set, |permission_set| AdminCommand::CreatePermissionSet { permission_set })
    }

    /// Saves a permission set that was read and changed; its users have the new rights from then on.
    ///
    /// # Errors
    /// As [`Admin::create_permission_set`]; `StaleVersion`, `NotFound`.
    pub fn update_permission_set(&self, permission_set: PermissionSet) -> Result<PermissionSet> {
        self.save(permission_set, |permission_set| AdminCommand::UpdatePermissionSet { permission_set })
    }

    /// One page of permission sets.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn permission_sets(&self, query: Query) -> Result<PermissionSetPage> {
        let (items, next_cursor) = self.session.list(&query)?;
        Ok(PermissionSetPage { items, next_cursor })
    }

    /// Adds a custom field to an entity.
    ///
    /// # Errors
    /// `BadFormat` for a name without `x_`, `UnknownEntity`, `Required` for a picklist without choices, `DuplicateKey`,
    /// `TooMany`, `Denied`.
    pub fn define_field(&self, definition: FieldDefinition) -> Result<FieldDefinition> {
        self.create(definition, |definition| AdminCommand::DefineField { definition })
    }

    /// One page of the definitions of custom fields.
    ///
    /// # Errors
    /// As [`Admin::users`].
    #[uniffi::method(default(query))]
    pub fn field_definitions(&self, query: Query) -> Result<FieldDefinitionPage> {
        let (items, next_cursor) = self.session.list(&query)?;
        Ok(FieldDefinitionPage { items, next_cursor })
    }

    /// The tenant's own data.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn organization(&self) -> Result<Organization> {
        let (found, _) = self.session.list::<Organization>(&Query::default())?;
        found.into_iter().next().ok_or_else(|| Error::not_found(Organization::NAME))
    }

    /// Saves the tenant's own data, which was read and changed.
    ///
    /// # Errors
    /// `BadFormat` for an unknown time zone, `StaleVersion`, `Denied`.
    pub fn update_organization(&self, organization: Organization) -> Result<Organization> {
        self.save(organization, |organization| AdminCommand::UpdateOrganization { organization })
    }
}
