//! The engine: opens a store, gives sessions, and takes every command through one pipeline. The only room that knows
//! all others.

mod admin;
mod command;
mod crm;
mod pipeline;
mod read;
mod registry;
mod tenant;
mod undo;

#[cfg(test)]
pub(crate) mod smoke;

pub use command::{
    AdminCommand, Command, JournalCommand, Organization, OrganizationPage, Outcome, RecordChange, RecordCommand,
};
pub use crm::{Crm, Session, SetupOptions};
pub(crate) use read::Reading;
pub use registry::registry;
