//! The engine: opens a store, gives sessions, and takes every command through one pipeline. The only room that knows
//! all others.

mod admin;
mod admin_service;
mod aliases;
mod checks;
mod command;
mod crm;
pub(crate) mod duplicates;
mod json_door;
mod match_index;
mod merge;
mod merge_references;
mod pages;
mod parts;
mod pipeline;
mod policy;
mod question;
mod read;
mod records;
mod registry;
mod rows;
mod services;
mod sharing;
mod sharing_rules;
mod tenant;
mod transfer;
mod transfer_types;
mod undo;
mod unmerge;
mod unused;
mod view;

#[cfg(test)]
pub(crate) mod smoke;

pub use admin_service::Admin;
pub use command::{
    AccessCommand, AdminCommand, Command, JournalCommand, Organization, OrganizationPage, Outcome, RecordChange,
    RecordCommand,
};
pub use crm::{Crm, Session, SetupOptions};
pub use json_door::{FieldDescription, json_schema, json_schema_names};
pub use match_index::{MatchHit, MatchIndex};
pub use pages::Records;
pub use policy::{EntityDiff, FieldDiff, PolicyDiff, RecordDiff, UserDiff};
pub use question::Question;
pub use registry::registry;
pub use services::{
    Access, Conditions, Customers, Decisions, DuplicateControl, Forecasts, Merges, Products, Quotes, Sales,
    SpecialPrices, Transfers,
};
pub use transfer_types::{
    HandOver, HandOverException, OwnershipChange, PlannedTransfer, PlannedTransferPage, Transfer, TransferCascade,
    TransferCommand, TransferCount, TransferReport, TransferRequest, TransferStatus,
};

pub(crate) use duplicates::{keep, kept_changes};
pub(crate) use pipeline::unknown;
pub(crate) use read::Reading;
pub(crate) use registry::is_configuration;
pub(crate) use rows::{RowDone, RowKey, RowResult, RowWork, put_rows};
pub(crate) use tenant::Tenant;
