//! A CRM engine for industrial manufacturers that other software embeds.
//!
//! Open a [`Crm`], ask it for a [`Session`] of a user, and then do two things only: give commands and ask questions.
//! Every command is one transaction with its journal entry; every answer shows what the user may see.
//!
//! ```
//! use crm_core::customer::{Account, Channel, ChannelKind, HierarchyKind, SingleViewOptions};
//! use crm_core::engine::{JournalCommand, SetupOptions};
//! use crm_core::query::{AggregateQuery, GroupBy, Measure, MeasureFunction, Query};
//! use crm_core::value::{ErrorCode, FieldValue};
//! use crm_core::{Command, Crm};
//!
//! let crm = Crm::open_in_memory(); // or Crm::open("factory.db")?
//! crm.setup(SetupOptions {
//!     tenant: "main".into(),
//!     name: "华东精密机械".into(),
//!     base_currency: "CNY".parse()?,
//!     time_zone: "Asia/Shanghai".into(),
//!     admin_login: "admin".into(),
//! })?;
//! let session = crm.session("main", "admin")?;
//! let customers = session.customers();
//!
//! // A group and its plant; codes are given by the engine.
//! let group = customers.create_account(&Account { name: "东方重工集团".into(), ..Account::default() })?;
//! let phone = Channel { kind: ChannelKind::Phone, value: "+86 512 6288 0000".into(), ..Channel::default() };
//! let plant = Account { name: "东方重工苏州分厂".into(), grade: Some("A".into()), channels: vec![phone], ..Account::default() };
//! let plant = customers.create_account(&plant)?;
//! assert_eq!(plant.code.as_deref(), Some("C-000002"));
//! customers.set_parent(HierarchyKind::Legal, plant.id, Some(group.id), "2026-01-01".parse()?)?;
//! let circle = customers.set_parent(HierarchyKind::Legal, group.id, Some(plant.id), "2026-02-01".parse()?);
//! assert_eq!(circle.unwrap_err().code(), ErrorCode::Cycle);
//!
//! // Two Chinese characters find both; figures come by group.
//! let found = customers.accounts(&Query { search: Some("重工".into()), ..Query::default() })?;
//! assert_eq!(found.items.len(), 2);
//! let by_grade = session.aggregate("account", &AggregateQuery {
//!     measures: vec![Measure { function: MeasureFunction::Count, field: None }],
//!     group_by: vec![GroupBy { field: "grade".into(), bucket: None }],
//!     ..AggregateQuery::default()
//! })?;
//! assert_eq!(by_grade[1].keys, [FieldValue::Text("A".into())]);
//!
//! // A save needs the version that was read; every change can be seen and taken back.
//! let saved = customers.update_account(&Account { grade: Some("B".into()), ..plant.clone() })?;
//! let stale = customers.update_account(&Account { grade: Some("C".into()), ..plant });
//! assert_eq!(stale.unwrap_err().code(), ErrorCode::StaleVersion);
//! let history = session.history("account", saved.id)?;
//! session.execute(Command::Journal(JournalCommand::Undo { operation: history[1].op_id }))?;
//! assert_eq!(customers.account(saved.id)?.grade.as_deref(), Some("A"));
//!
//! let view = customers.single_view(group.id, &SingleViewOptions { include_subtree: true, ..SingleViewOptions::default() })?;
//! assert_eq!(view.account.name, "东方重工集团");
//! # Ok::<(), crm_core::value::Error>(())
//! ```
//!
//! The rooms: [`customer`], [`sales`], [`product`] and [`quote`] hold the rules of the field; [`engine`] takes commands
//! and questions; [`access`] says who may; [`store`] keeps; [`exchange`] brings files in and out; [`formula`] is the
//! language of conditions; [`schema`], [`query`], [`journal`] and [`value`] are what all of them stand on.

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("crm_core");

#[cfg(feature = "uniffi")]
pub mod foreign;

#[macro_use]
pub mod value;

#[macro_use]
pub mod schema;

pub mod access;
pub mod journal;
pub mod query;
pub mod room;
pub mod store;

pub mod conditions;
pub mod customer;
pub mod duplicates;
pub mod exchange;
pub mod forecast;
pub mod formula;
pub mod matching;
pub mod merging;
pub mod pricing;
pub mod product;
pub mod quote;
pub mod sales;
pub mod special_price;

pub mod engine;

#[cfg(test)]
mod testkit;

pub use engine::{Command, Crm, Outcome, Session, json_schema, json_schema_names};
pub use value::{Error, Result};

/// The Rust code of the readme must work.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The version of the engine.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
