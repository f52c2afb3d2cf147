//! Administration.

use crm_core::access::{
    OrgUnit, OrgUnitPage, PermissionSet, PermissionSetPage, Role, RolePage, SharingDefault, SharingDefaultPage,
    SharingRule, SharingRulePage, Territory, TerritoryPage, User, UserGroup, UserGroupPage, UserPage,
};
use crm_core::engine::Organization;
use crm_core::query::Query;
use crm_core::schema::{FieldDefinition, FieldDefinitionPage};
use crm_core::value::Id;
use pyo3::prelude::*;

/// Users, roles, units, groups, territories, rights, sharing, custom fields and the organisation, on behalf of the
/// session's user.
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

    /// Makes an organisation unit and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the name or the code, `UNKNOWN_REFERENCE` at `parent`, `OUT_OF_RANGE` for a deep
    /// tree, `DeniedError`.
    fn create_org_unit(&self, py: Python<'_>, org_unit: OrgUnit) -> PyResult<OrgUnit> {
        Ok(py.detach(|| self.session.admin().create_org_unit(&org_unit))?)
    }

    /// Saves an organisation unit that was read and changed.
    ///
    /// Raises what `create_org_unit` raises; `CYCLE` with the names along the circle; `STALE_VERSION`, `NotFoundError`.
    fn update_org_unit(&self, py: Python<'_>, org_unit: OrgUnit) -> PyResult<OrgUnit> {
        Ok(py.detach(|| self.session.admin().update_org_unit(&org_unit))?)
    }

    /// An organisation unit.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn org_unit(&self, py: Python<'_>, id: Id) -> PyResult<OrgUnit> {
        Ok(py.detach(|| self.session.admin().org_unit(id))?)
    }

    /// One page of organisation units.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn org_units(&self, py: Python<'_>, query: Option<Query>) -> PyResult<OrgUnitPage> {
        Ok(py.detach(|| self.session.admin().org_units(&query.unwrap_or_default()))?)
    }

    /// Makes a group and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the name, `UNKNOWN_REFERENCE` for a member, `CYCLE` for a group that would be a
    /// member of itself, `DeniedError`, also for what gives more than the caller has.
    fn create_user_group(&self, py: Python<'_>, user_group: UserGroup) -> PyResult<UserGroup> {
        Ok(py.detach(|| self.session.admin().create_user_group(&user_group))?)
    }

    /// Saves a group that was read and changed.
    ///
    /// Raises what `create_user_group` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_user_group(&self, py: Python<'_>, user_group: UserGroup) -> PyResult<UserGroup> {
        Ok(py.detach(|| self.session.admin().update_user_group(&user_group))?)
    }

    /// A group.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn user_group(&self, py: Python<'_>, id: Id) -> PyResult<UserGroup> {
        Ok(py.detach(|| self.session.admin().user_group(id))?)
    }

    /// One page of groups.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn user_groups(&self, py: Python<'_>, query: Option<Query>) -> PyResult<UserGroupPage> {
        Ok(py.detach(|| self.session.admin().user_groups(&query.unwrap_or_default()))?)
    }

    /// Makes a territory and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the name, `OVERLAP` with another territory, `CYCLE` or `OUT_OF_RANGE` for the one
    /// above, what is wrong with a filter, `DeniedError`, also for what gives more than the caller has.
    fn create_territory(&self, py: Python<'_>, territory: Territory) -> PyResult<Territory> {
        Ok(py.detach(|| self.session.admin().create_territory(&territory))?)
    }

    /// Saves a territory that was read and changed.
    ///
    /// Raises what `create_territory` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_territory(&self, py: Python<'_>, territory: Territory) -> PyResult<Territory> {
        Ok(py.detach(|| self.session.admin().update_territory(&territory))?)
    }

    /// A territory.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn territory(&self, py: Python<'_>, id: Id) -> PyResult<Territory> {
        Ok(py.detach(|| self.session.admin().territory(id))?)
    }

    /// One page of territories.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn territories(&self, py: Python<'_>, query: Option<Query>) -> PyResult<TerritoryPage> {
        Ok(py.detach(|| self.session.admin().territories(&query.unwrap_or_default()))?)
    }

    /// Makes a sharing rule and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the name, `UNKNOWN_ENTITY`, `UNKNOWN_FIELD` for a field that the caller does not see,
    /// `NO_SUCH_RIGHT`, `TOO_MANY`, `DeniedError`, also for what gives more than the caller has.
    fn create_sharing_rule(&self, py: Python<'_>, sharing_rule: SharingRule) -> PyResult<SharingRule> {
        Ok(py.detach(|| self.session.admin().create_sharing_rule(&sharing_rule))?)
    }

    /// Saves a sharing rule that was read and changed.
    ///
    /// Raises what `create_sharing_rule` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_sharing_rule(&self, py: Python<'_>, sharing_rule: SharingRule) -> PyResult<SharingRule> {
        Ok(py.detach(|| self.session.admin().update_sharing_rule(&sharing_rule))?)
    }

    /// A sharing rule.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn sharing_rule(&self, py: Python<'_>, id: Id) -> PyResult<SharingRule> {
        Ok(py.detach(|| self.session.admin().sharing_rule(id))?)
    }

    /// One page of sharing rules.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn sharing_rules(&self, py: Python<'_>, query: Option<Query>) -> PyResult<SharingRulePage> {
        Ok(py.detach(|| self.session.admin().sharing_rules(&query.unwrap_or_default()))?)
    }

    /// Makes an org-wide default and gives it back as it was stored.
    ///
    /// Raises `DUPLICATE_KEY` for the entity, `UNKNOWN_ENTITY`, `UNKNOWN_FIELD` at `team_fields[0]`, `NO_SUCH_RIGHT`,
    /// `DeniedError`, also for what gives more than the caller has.
    fn create_sharing_default(&self, py: Python<'_>, sharing_default: SharingDefault) -> PyResult<SharingDefault> {
        Ok(py.detach(|| self.session.admin().create_sharing_default(&sharing_default))?)
    }

    /// Saves an org-wide default that was read and changed.
    ///
    /// Raises what `create_sharing_default` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_sharing_default(&self, py: Python<'_>, sharing_default: SharingDefault) -> PyResult<SharingDefault> {
        Ok(py.detach(|| self.session.admin().update_sharing_default(&sharing_default))?)
    }

    /// An org-wide default.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn sharing_default(&self, py: Python<'_>, id: Id) -> PyResult<SharingDefault> {
        Ok(py.detach(|| self.session.admin().sharing_default(id))?)
    }

    /// One page of org-wide defaults.
    ///
    /// Raises what `users` raises.
    #[pyo3(signature = (query=None))]
    fn sharing_defaults(&self, py: Python<'_>, query: Option<Query>) -> PyResult<SharingDefaultPage> {
        Ok(py.detach(|| self.session.admin().sharing_defaults(&query.unwrap_or_default()))?)
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
