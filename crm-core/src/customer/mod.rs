//! Accounts, contacts, hierarchies, activities, attachments, and the single view of a customer (统一客户视图).
//!
//! - [`Account`] and [`Contact`] carry typed [`Channel`]s and [`Identifier`]s; check digits are tested for every record,
//!   whichever command or import brings it.
//! - [`AccountLink`]s make several named hierarchies over the same accounts, each with at most one parent per account and
//!   date, and without cycles on any date. What a reader gets of a hierarchy follows from the accounts that the reader
//!   may see: a hidden account in the middle is left out, what stands below it is not.
//! - An [`Activity`] belongs to many records; the newest of a customer and of everything below it are one call.
//! - An [`Attachment`] is the hash of a content whose bytes the host keeps.
//! - [`single_view`](crate::engine::Customers::single_view) gives everything about a customer in one call, and behind
//!   every total the records of which it is the sum.
//!
//! ```
//! use crm_core::customer::{Account, HierarchyKind};
//! # use crm_core::engine::{Crm, SetupOptions};
//! # let crm = Crm::open_in_memory();
//! # crm.setup(SetupOptions { tenant: "main".into(), name: "m".into(), base_currency: "CNY".parse()?,
//! #     time_zone: "Asia/Shanghai".into(), admin_login: "admin".into() })?;
//! # let session = crm.session("main", "admin")?;
//! let customers = session.customers();
//! let group = customers.create_account(&Account { name: "华东重工集团".into(), ..Account::default() })?;
//! let plant = customers.create_account(&Account { name: "华东重工苏州厂".into(), ..Account::default() })?;
//! assert_eq!(plant.code.as_deref(), Some("C-000002"));
//!
//! let legal = HierarchyKind::Legal;
//! customers.set_parent(legal, plant.id, Some(group.id), "2026-01-01".parse()?)?;
//! let below = customers.subtree(group.id, legal, "2026-03-31".parse()?)?;
//! assert_eq!(below.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["华东重工集团", "华东重工苏州厂"]);
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod activities;
mod commands;
mod hierarchy;
mod lists;
mod merging;
mod rollup;
mod rules;
mod single_view;
mod tree;
mod types;

#[cfg(test)]
mod tests;

use crate::query::{Comparison, Filter, Query};
use crate::room::{JoinRule, RecordRule, RestoreRule};
use crate::schema::{Entity as _, EntityType, MovesWith};
use crate::value::{FieldValue, Id};

pub use activities::MAX_SUBJECTS;
pub use commands::CustomerCommand;
pub use hierarchy::MAX_HIERARCHY_DEPTH;
pub use rules::{MAX_CHANNELS, MAX_IDENTIFIERS, content_hash};

pub(crate) use activities::{account_became_known, newest as newest_activities};
pub(crate) use merging::check_links;
pub(crate) use rollup::rollup;
pub(crate) use rules::is_well_formed;
pub(crate) use single_view::{section_limit, single_view};
pub(crate) use tree::Tree;

pub use single_view::{SingleView, SingleViewOptions, Total, ViewRecord};
pub use tree::{HierarchyNode, MAX_HIERARCHY_NODES};
pub use types::{
    Account, AccountKind, AccountLink, AccountLinkPage, AccountPage, Activity, ActivityKind, ActivityLink,
    ActivityLinkPage, ActivityPage, Attachment, AttachmentPage, Channel, ChannelKind, Contact, ContactPage,
    HierarchyKind, Identifier, LifeCycle, Subject, SubjectEntity,
};

/// Contacts move with their account.
const WITH_ACCOUNT: &[MovesWith] = &[MovesWith { whole: "account", field: "account", open: None }];
/// Attachments move with what they are attached to. Activities stay with who did them.
const WITH_ANY: &[MovesWith] = &[
    MovesWith { whole: "account", field: "account", open: None },
    MovesWith { whole: "contact", field: "contact", open: None },
    MovesWith { whole: "lead", field: "lead", open: None },
    MovesWith { whole: "opportunity", field: "opportunity", open: None },
    MovesWith { whole: "quote", field: "quote", open: None },
];

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![
        EntityType::of::<Account>().mergeable(),
        EntityType::of::<Contact>().controlled_by("account").moves_with(WITH_ACCOUNT).mergeable(),
        EntityType::of::<AccountLink>().owned_through("child").controlled_by("child"),
        EntityType::of::<Activity>(),
        EntityType::of::<ActivityLink>().part_of(Activity::NAME),
        EntityType::of::<Attachment>().moves_with(WITH_ANY),
    ]
}

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        Account::NAME => Some(rules::account_rule),
        Contact::NAME => Some(rules::contact_rule),
        AccountLink::NAME => Some(hierarchy::link_rule),
        Activity::NAME => Some(activities::activity_rule),
        Attachment::NAME => Some(rules::attachment_rule),
        _ => None,
    }
}

/// The rule for bringing back records of an entity.
pub(crate) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    (entity == AccountLink::NAME).then_some(hierarchy::restore_rule)
}

/// What becomes of the records of an entity that point to merged ones.
pub(crate) fn join_rule_of(entity: &str) -> Option<JoinRule> {
    (entity == AccountLink::NAME).then_some(merging::join_links as JoinRule)
}

/// A field has a value.
fn equal(field: &str, value: impl Into<FieldValue>) -> Filter {
    Filter::Compare { field: field.to_owned(), comparison: Comparison::Equal, value: value.into() }
}

/// A reference points to one of some records.
fn among(field: &str, ids: &[Id]) -> Filter {
    match ids {
        [id] => equal(field, *id),
        ids => {
            Filter::In { field: field.to_owned(), values: ids.iter().map(|id| FieldValue::Reference(*id)).collect() }
        }
    }
}

/// Every record that fulfils all conditions.
fn all_of(filters: Vec<Filter>) -> Query {
    Query { filter: Some(Filter::All { filters }), ..Query::default() }
}
