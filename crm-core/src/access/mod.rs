//! Who may see and do what. Every question and every write passes here and leaves as a checked one; a store cannot
//! be called with anything else, because the checked types can be made in this room only.
//!
//! A model ([`AccessModel`]) is compiled from users, roles, units, groups, territories, permission sets and sharing
//! rules for one day. It says what a user may do with an entity ([`AccessPlan`]) and which records he sees
//! ([`Visibility`]): a formula over the owner of a record and its grants, which the stores evaluate. Owners, hierarchy,
//! rules, teams, shares and territories only widen what is seen; denials stand above all of them.
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
#[cfg(test)]
mod crafted;
mod entities;
mod explain;
mod grants;
mod model;
pub(crate) mod mutation;
mod plan;
mod visibility;
mod written;

pub(crate) use checked::FieldSpan;
pub use checked::{CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedWrite, Search, WriteKind};
pub use entities::{
    ANY_ENTITY, DefaultAccess, Duty, EntityFilter, FieldAccess, FieldRight, Membership, ObjectRight, OrgUnit,
    OrgUnitPage, PermissionSet, PermissionSetPage, PrincipalKind, PrincipalRef, RecordShare, RecordSharePage, Role,
    RolePage, SharingAccess, SharingDefault, SharingDefaultPage, SharingRule, SharingRuleKind, SharingRulePage,
    TeamMember, TeamMemberPage, Territory, TerritoryPage, User, UserGroup, UserGroupPage, UserKind, UserPage,
};
pub use explain::{AccessCause, AccessExplanation, AccessReason, AccessRemedy, FieldReason, RightReason, UserAccess};
pub(crate) use explain::{Facts, flags};
pub(crate) use grants::{check_default, check_set, overlap};
pub use model::{AccessModel, Configuration, MAX_ROLE_DEPTH};
pub(crate) use model::{check_filter, check_parent};
pub use plan::{AccessPlan, Action, SystemReason};
pub(crate) use plan::{entry_kind, unique_keys};
pub(crate) use visibility::{Above, GrantRule, Granted};
pub use visibility::{AccessLevel, CheckedRule, Grant, RecordGrant, Scope, Visibility};

/// Every right on an entity.
pub(crate) fn every_right() -> ObjectRight {
    ObjectRight {
        entity: ANY_ENTITY.into(),
        read: true,
        create: true,
        edit: true,
        delete: true,
        transfer: true,
        merge: true,
        export: true,
        approve: true,
        view_all: true,
        edit_all: true,
    }
}

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
