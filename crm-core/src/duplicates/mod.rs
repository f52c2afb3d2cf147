//! Duplicates (查重): what of a record is matched, what happens to duplicates by rules, and what people said of pairs.
//!
//! - Accounts are matched as companies, contacts as people, leads as both, products by part number and name.
//! - A [`DuplicateRule`] says for each way on which records come in whether a duplicate is allowed, warned of, refused or
//!   queued for review as a [`DuplicateCase`].
//! - A [`DuplicateVerdict`] holds until one of its two records changes in what it is matched by.
//! - A look for duplicates goes past the sight of the caller; what he may not see is counted and never shown, and a rule can
//!   switch the counting off.
//!
//! ```
//! use crm_core::customer::Account;
//! use crm_core::duplicates::{DuplicateAction, DuplicateRule};
//! use crm_core::value::ErrorCode;
//! # use crm_core::engine::{Crm, SetupOptions};
//! # let crm = Crm::open_in_memory();
//! # crm.setup(SetupOptions { tenant: "main".into(), name: "m".into(), base_currency: "CNY".parse()?,
//! #     time_zone: "Asia/Shanghai".into(), admin_login: "admin".into() })?;
//! # let session = crm.session("main", "admin")?;
//! let duplicates = session.duplicates();
//! let rule = DuplicateRule { entity: "account".into(), action: DuplicateAction::Block, ..DuplicateRule::default() };
//! duplicates.create_rule(&rule)?;
//!
//! let phone = crm_core::customer::Channel {
//!     kind: crm_core::customer::ChannelKind::Phone,
//!     value: "+86 512 6288 0000".into(),
//!     ..Default::default()
//! };
//! let account = Account { name: "苏州东方泵业有限公司".into(), channels: vec![phone], ..Account::default() };
//! let first = session.customers().create_account(&account)?;
//! let refused = session.customers().create_account(&account).unwrap_err();
//! assert_eq!(refused.code(), ErrorCode::DuplicateFound);
//! assert_eq!(refused.problems()[0].data["id"], first.id.to_string());
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod commands;
mod merging;
mod party;
mod rules;
mod types;

use crate::room::RecordRule;
use crate::schema::EntityType;

pub use commands::{CaseVerdict, DuplicateCommand};
pub use types::{
    CaseStatus, DuplicateAction, DuplicateCandidate, DuplicateCase, DuplicateCasePage, DuplicateCheck, DuplicateHit,
    DuplicateList, DuplicatePair, DuplicateQuestion, DuplicateRule, DuplicateRulePage, DuplicateSearch,
    DuplicateVerdict, DuplicateVerdictPage, RecordSource, RekeyReport, StoredMatchModel, StoredMatchModelPage,
    VerdictKind,
};

pub(crate) use merging::join_rule_of;
pub(crate) use party::{MATCHED, Matched, asked_as, differs, features_of, fields_of, label_of, matched_as, sought};
pub(crate) use rules::{check_entity, key_of_pair};

/// The entities that are part of the configuration.
pub(crate) fn configuration() -> Vec<EntityType> {
    vec![EntityType::of::<DuplicateRule>(), EntityType::of::<StoredMatchModel>()]
}

/// The other entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![EntityType::of::<DuplicateVerdict>(), EntityType::of::<DuplicateCase>()]
}

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    rules::rule_of(entity)
}
