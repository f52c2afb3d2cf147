//! A CRM engine for industrial manufacturers that other software embeds.

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("crm_core");

#[cfg(feature = "uniffi")]
pub mod foreign;

#[macro_use]
pub mod value;

/// The version of the engine.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
