//! Administration.

use crm_core::access::{PermissionSet, PermissionSetPage, Role, RolePage, User, UserPage};
use crm_core::engine::Organization;
use crm_core::query::Query;
use crm_core::schema::{FieldDefinition, FieldDefinitionPage};
use crm_core::value::Id;
use pyo3::prelude::*;

/// Users, roles, rights, custom fields and the organisation, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Admin {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Admin {
    /// Makes a user and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the login, `UNKNOWN_REFERENCE` at `role` or `permission_sets[1]`, `DeniedError`.
    fn create_user(&self, py: Python<'_>, user: User) -> PyResult<User> {
        Ok(py.detach(|| self.session.admin().create_user(&user))?)
    }

    /// Saves a user that was read and changed.
    ///
    /// Raises what `create_user` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_user(&self, py: Python<'_>, user: User) -> PyResult<User> {
        Ok(py.detach(|| self.session.admin().update_user(&user))?)
    }

    /// A user.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn user(&self, py: Python<'_>, id: Id) -> PyResult<User> {
        Ok(py.detach(|| self.session.admin().user(id))?)
    }

    /// One page of users.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn users(&self, py: Python<'_>, query: Option<Query>) -> PyResult<UserPage> {
        Ok(py.detach(|| self.session.admin().users(&query.unwrap_or_default()))?)
    }

    /// Makes a role and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the name, `UNKNOWN_REFERENCE` for the parent, `OUT_OF_RANGE` for a deep hierarchy,
    /// `DeniedError`.
    fn create_role(&self, py: Python<'_>, role: Role) -> PyResult<Role> {
        Ok(py.detach(|| self.session.admin().create_role(&role))?)
    }

    /// Saves a role that was read and changed.
    ///
    /// Raises what `create_role` raises; `CYCLE` with the names along the circle, `STALE_VERSION`, `NotFoundError`.
    fn update_role(&self, py: Python<'_>, role: Role) -> PyResult<Role> {
        Ok(py.detach(|| self.session.admin().update_role(&role))?)
    }

    /// A role.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn role(&self, py: Python<'_>, id: Id) -> PyResult<Role> {
        Ok(py.detach(|| self.session.admin().role(id))?)
    }

    /// One page of roles.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn roles(&self, py: Python<'_>, query: Option<Query>) -> PyResult<RolePage> {
        Ok(py.detach(|| self.session.admin().roles(&query.unwrap_or_default()))?)
    }

    /// Makes a permission set and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the name, `UNKNOWN_ENTITY`, `UNKNOWN_FIELD`, `DeniedError`.
    fn create_permission_set(&self, py: Python<'_>, permission_set: PermissionSet) -> PyResult<PermissionSet> {
        Ok(py.detach(|| self.session.admin().create_permission_set(&permission_set))?)
    }

    /// Saves a permission set that was read and changed.
    ///
    /// Raises what `create_permission_set` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_permission_set(&self, py: Python<'_>, permission_set: PermissionSet) -> PyResult<PermissionSet> {
        Ok(py.detach(|| self.session.admin().update_permission_set(&permission_set))?)
    }

    /// A permission set.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn permission_set(&self, py: Python<'_>, id: Id) -> PyResult<PermissionSet> {
        Ok(py.detach(|| self.session.admin().permission_set(id))?)
    }

    /// One page of permission sets.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn permission_sets(&self, py: Python<'_>, query: Option<Query>) -> PyResult<PermissionSetPage> {
        Ok(py.detach(|| self.session.admin().permission_sets(&query.unwrap_or_default()))?)
    }

    /// Adds a custom field to an entity; its name begins with `x_`.
    ///
    /// Raises `BAD_FORMAT` for a name without `x_`, `UNKNOWN_ENTITY`, `REQUIRED` for a picklist without choices,
    /// `DUPLICATE_KEY`, `TOO_MANY`, `DeniedError`.
    fn define_field(&self, py: Python<'_>, definition: FieldDefinition) -> PyResult<FieldDefinition> {
        Ok(py.detach(|| self.session.admin().define_field(&definition))?)
    }

    /// One page of field definitions.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn field_definitions(&self, py: Python<'_>, query: Option<Query>) -> PyResult<FieldDefinitionPage> {
        Ok(py.detach(|| self.session.admin().field_definitions(&query.unwrap_or_default()))?)
    }

    /// The tenant itself.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn organization(&self, py: Python<'_>) -> PyResult<Organization> {
        Ok(py.detach(|| self.session.admin().organization())?)
    }

    /// Saves the tenant's own data that was read and changed.
    ///
    /// Raises `BAD_FORMAT` for an unknown time zone, `STALE_VERSION`, `DeniedError`.
    fn update_organization(&self, py: Python<'_>, organization: Organization) -> PyResult<Organization> {
        Ok(py.detach(|| self.session.admin().update_organization(&organization))?)
    }
}
