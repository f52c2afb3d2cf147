//! What a mapping cannot say about the generator's folder: how far leads came, and quotes with their lines, which were
//! sent, revised and decided. These are commands, each with the clock of its own day.

mod leads;
mod quotes;
mod sheet;

use std::collections::HashMap;

use crm_core::engine::{Command, Session};
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

/// Carries out all commands or none; false if one of them is refused.
fn all_at_once(session: &Session, commands: &[Command]) -> Result<bool> {
    match session.execute_all(commands, None) {
        Ok(_) => Ok(true),
        Err(error) => refusal(error).map(|_| false),
    }
}

/// What is wrong with a row, in words; a store that cannot go on ends the run instead.
fn refusal(error: Error) -> Result<String> {
    match error {
        Error::Unavailable { .. } | Error::Corrupt { .. } | Error::Unknown { .. } => Err(Failure::from(error)),
        _ => Ok(reason(error.code(), &error.to_string())),
    }
}
