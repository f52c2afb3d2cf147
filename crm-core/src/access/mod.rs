//! Who may see and do what. Every question and every write passes here and leaves as a checked one; a store cannot
//! be called with anything else, because the checked types can be made in this room only.
//!
//! This is the first storey: users, a role hierarchy, permission sets with object and field rights, and visibility by
//! owner. Sharing rules, teams and territories will widen [`Visibility`]; masks will refine [`AccessPlan`].
//!
//! Outside this room a checked question cannot be written down:
//!
//! ```compile_fail,E0451
//! fn unchecked(good: crm_core::access::CheckedQuery) -> crm_core::access::CheckedQuery {
//!     crm_core::access::CheckedQuery { deleted: true, ..good }
//! }
//! ```
//!
//! nor be changed:
//!
//! ```compile_fail,E0616
//! fn widened(query: &mut crm_core::access::CheckedQuery) {
//!     query.visibility = crm_core::access::Visibility::All;
//! }
//! ```
//!
//! nor be had by default, by a copy of another's, or from JSON; the same holds for writes:
//!
//! ```compile_fail,E0599
//! let query = crm_core::access::CheckedQuery::default();
//! ```
//!
//! ```compile_fail,E0599
//! fn twice(write: &crm_core::access::CheckedWrite) -> crm_core::access::CheckedWrite {
//!     crm_core::access::CheckedWrite::clone(write)
//! }
//! ```
//!
//! ```compile_fail,E0277
//! let query: crm_core::access::CheckedQuery = serde_json::from_str("{}").unwrap();
//! ```
//!
//! ```compile_fail
//! let get = crm_core::access::CheckedGet { tenant: 1 };
//! ```

mod checked;
mod entities;
mod grants;
mod model;
pub(crate) mod mutation;
mod plan;

pub use checked::{CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedWrite, Search, WriteKind};
pub use entities::{
    ANY_ENTITY, FieldRight, ObjectRight, PermissionSet, PermissionSetPage, Role, RolePage, User, UserPage,
};
pub(crate) use grants::check_set;
pub use model::{AccessModel, MAX_ROLE_DEPTH};
pub(crate) use plan::entry_kind;
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
