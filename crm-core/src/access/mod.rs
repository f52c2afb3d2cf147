//! Who may see and do what. Every question and every write passes here and leaves as a checked one; a store cannot
//! be called with anything else, because the checked types can be made in this room only.
//!
//! This is the first storey: users, a role hierarchy, permission sets with object and field rights, and visibility by
//! owner. Sharing rules, teams and territories will widen [`Visibility`]; masks will refine [`AccessPlan`].

mod checked;
mod entities;
mod model;
mod plan;

pub use checked::{CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedWrite, Search, WriteKind};
pub use entities::{
    ANY_ENTITY, FieldRight, ObjectRight, PermissionSet, PermissionSetPage, Role, RolePage, User, UserPage,
};
pub use model::{AccessModel, MAX_ROLE_DEPTH};
#[cfg(test)]
pub(crate) use plan::unique_keys;
pub use plan::{AccessPlan, Action, SystemReason, Visibility};

/// The tenant, as the stores know it: a small number.
pub type TenantId = i64;

/// On whose behalf a call is made. An argument of everything; there is no ambient "system" mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ctx {
    /// The tenant.
    pub tenant: TenantId,
    /// The user.
    pub user: crate::value::Id,
}
