//! The engine: opens a store, gives sessions, and takes every command through one pipeline. The only room that knows
//! all others.

mod admin;
mod admin_service;
mod command;
mod crm;
mod json_door;
mod parts;
mod pipeline;
mod read;
mod records;
mod registry;
mod rows;
mod services;
mod tenant;
mod undo;
mod view;

#[cfg(test)]
pub(crate) mod smoke;

pub use admin_service::Admin;
pub use command::{
    AdminCommand, Command, JournalCommand, Organization, OrganizationPage, Outcome, RecordChange, RecordCommand,
};
pub use crm::{Crm, Session, SetupOptions};
pub use json_door::{FieldDescription, Question, json_schema, json_schema_names};
pub use records::Records;
pub use registry::registry;
pub use services::{Customers, Products, Quotes, Sales};

pub(crate) use rows::{RowResult, RowWork, put_rows};
pub(crate) use tenant::Tenant;
