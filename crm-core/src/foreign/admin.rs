//! Users, roles, rights, custom fields.

use crate::access::{PermissionSet, PermissionSetPage, Role, RolePage, User, UserPage};
use crate::engine::{Organization, Session};
use crate::query::Query;
use crate::schema::{FieldDefinition, FieldDefinitionPage};
use crate::value::{Id, Result, Timestamp};

/// Users, roles, permission sets, custom fields and the organisation, on behalf of the session's user.
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
