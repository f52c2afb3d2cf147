//! A CRM engine for industrial manufacturers that other software embeds.

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

pub mod customer;
pub mod exchange;
pub mod product;
pub mod quote;
pub mod sales;

pub mod engine;

#[cfg(test)]
mod testkit;

/// The version of the engine.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
