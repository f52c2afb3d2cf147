//! A CRM engine for industrial manufacturers that other software embeds.

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!("crm_core");

#[macro_use]
pub mod value;

pub mod exchange;
