//! A CRM engine for industrial manufacturers that other software embeds.

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("crm_core");

#[macro_use]
pub mod value;

#[macro_use]
pub mod schema;

pub mod access;
pub mod journal;
pub mod query;
pub mod store;
pub mod room;

pub mod customer;
pub mod product;
pub mod quote;
pub mod sales;

pub mod engine;
