//! What a mapping cannot say about the generator's folder: how far leads came, and quotes with their lines, which were
//! sent, revised and decided. These are commands, each with the clock of its own day.

mod leads;
mod quotes;
mod sheet;

use std::collections::HashMap;

use crm_core::room::ExternalId;
use crm_core::value::Error;

use crate::failure::{Failure, Result};
use crate::takeover::reason;

pub use leads::leads;
pub use quotes::quotes;

/// The system under whose name the records keep their old identifiers.
const SYSTEM: &str = "crm-demo";
/// The reason where the old system recorded none.
const NO_REASON: &str = "not recorded in the old system";

/// The records by their old identifiers.
fn by_key<T>(records: Vec<T>, ids: impl Fn(&T) -> &[ExternalId]) -> HashMap<String, T> {
    let key = |record: &T| ids(record).iter().find(|id| id.system == SYSTEM).map(|id| id.key.clone());
    records.into_iter().filter_map(|record| Some((key(&record)?, record))).collect()
}

/// What is wrong with a row, in words; a store that cannot go on ends the run instead.
fn refusal(error: Error) -> Result<String> {
    match error {
        Error::Unavailable { .. } | Error::Corrupt { .. } | Error::Unknown { .. } => Err(Failure::from(error)),
        _ => Ok(reason(error.code(), &error.to_string())),
    }
}
