//! What Kotlin and Swift can call: thin shells that forward, nothing else.
//!
//! They live in this crate and not in `crm-ffi`, because uniffi writes one file and one package for each crate that
//! defines something; so everything is one package, one module and one copy of its runtime. `crm-ffi` only builds the
//! library.

use crate::value::{FieldValue, Result};

/// The version of the engine.
#[uniffi::export]
pub fn engine_version() -> String {
    crate::VERSION.to_owned()
}

/// Reads a field value as every field of the engine is read, and gives it back as the engine keeps it.
///
/// # Errors
/// `BadJson` if a nested value is no list or object, `FloatNotAllowed` if a binary float is in it.
#[uniffi::export]
pub fn check_value(value: FieldValue) -> Result<FieldValue> {
    value.checked()
}
