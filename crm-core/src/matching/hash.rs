//! The hashes under which records are found.

use super::features::MatchField;
use crate::value::Fnv;

/// The hash of one value of a part.
pub(crate) fn key_of(field: MatchField, value: &str) -> u64 {
    Fnv::new(field.as_str()).with(value).finish()
}
