//! Where the records are kept: one trait, a reference in memory, and SQLite.
//!
//! A store answers checked questions only ([`crate::access`]); it decides nothing.

mod matches;
mod memory;
mod sqlite;

#[cfg(test)]
mod conformance;

use std::path::Path;

pub use matches::{MatchChange, MatchEntry, MatchSpace};
pub use memory::MemoryStore;
#[cfg(test)]
pub(crate) use sqlite::PlanChoice;
pub use sqlite::{Durability, KeyFile, KeyFileContent, SCHEMA_VERSION, SqliteOptions, SqliteStore};

use crate::access::{
    CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedRule, CheckedWrite, Grant, TenantId,
};
use crate::journal::JournalEntry;
use crate::query::AggregateRow;
use crate::schema::{FieldSpec, Row};
use crate::value::{Error, ErrorCode, Id, Problem, Result, Timestamp};

/// Why a write did not end in a confirmed commit.
#[derive(Debug)]
pub enum WriteFailure {
    /// Nothing was written.
    RolledBack(Error),
    /// The commit failed and nobody knows whether it took effect.
    Unknown(Error),
}

/// Work inside a read snapshot.
pub type ReadWork<'a> = &'a mut dyn FnMut(&mut dyn ReadTx) -> Result<()>;
/// Work inside a write transaction; it may be run again.
pub type WriteWork<'a> = &'a mut dyn FnMut(&mut dyn WriteTx) -> Result<()>;

/// A store of records, journal, operations and counters.
pub trait Store: Send + Sync {
    /// Runs `work` on one snapshot.
    ///
    /// # Errors
    /// What `work` gives, or `Unavailable` / `Corrupt`.
    fn read(&self, work: ReadWork<'_>) -> Result<()>;

    /// Runs `work` in one transaction: all of it or nothing.
    ///
    /// # Errors
    /// [`WriteFailure::RolledBack`] with what `work` gave, [`WriteFailure::Unknown`] if the commit could not be confirmed.
    fn write(&self, work: WriteWork<'_>) -> std::result::Result<(), WriteFailure>;

    /// Copies the whole database into a new file while others go on working.
    ///
    /// # Errors
    /// `FileExists`, or `Unavailable` if the file cannot be written or the store has no file form.
    fn backup(&self, to: &Path) -> Result<()>;

    /// Looks for damage; an empty list is good news.
    ///
    /// # Errors
    /// `Unavailable` if the check could not be run.
    fn check_integrity(&self) -> Result<Vec<String>>;
}

/// Which part of the journal is read. Made by [`crate::engine`] after the rights were checked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum JournalScope<'a> {
    /// One record, behind a version, up to an instant.
    Record { entity: &'a str, record: Id, after: i64, until: Option<Timestamp> },
    /// One operation.
    Operation(Id),
    /// Everything after a place in the journal.
    After(i64),
}

/// A part of the journal, with a limit of entries.
#[derive(Debug, Clone, Copy)]
pub struct JournalRead<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) scope: JournalScope<'a>,
    pub(crate) limit: usize,
}

/// An operation that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operation.
    pub op_id: Id,
    /// A fingerprint of the commands and of who gave them.
    pub fingerprint: String,
    /// The outcome, as JSON.
    pub outcome: String,
    /// When.
    pub at: Timestamp,
}

/// What can be read on a snapshot.
pub trait ReadTx {
    /// The number of a tenant.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn tenant(&mut self, key: &str) -> Result<Option<TenantId>>;
    /// The keys of all tenants with their numbers.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn tenants(&mut self) -> Result<Vec<(String, TenantId)>>;
    /// Grows with every change of users, rights and field definitions.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`; the caller then denies everything.
    fn epoch(&mut self, tenant: TenantId) -> Result<i64>;
    /// One record.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn get(&mut self, get: &CheckedGet) -> Result<Option<Row>>;
    /// Who holds a unique value.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn lookup(&mut self, lookup: &CheckedLookup) -> Result<Option<Id>>;
    /// The records of a page and one more, if there is one; `sink` says whether to go on.
    ///
    /// # Errors
    /// What `sink` gives, `Unavailable` or `Corrupt`.
    fn select(&mut self, query: &CheckedQuery, sink: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()>;
    /// Figures, in the order of the group keys.
    ///
    /// # Errors
    /// `Overflow`, `TooMany` groups or records that match a search, `Unavailable` or `Corrupt`.
    fn aggregate(&mut self, query: &CheckedAggregate) -> Result<Vec<AggregateRow>>;
    /// The grants on a record, in the order of their principals and causes.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn grants(&mut self, tenant: TenantId, entity: &'static str, record: Id) -> Result<Vec<Grant>>;
    /// Whether something is granted to a principal on any record of an entity.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn is_granted(&mut self, tenant: TenantId, entity: &'static str, principal: Id) -> Result<bool>;
    /// Which records the first question finds and the second does not, and the other way round: the first `most` of each
    /// in the order of the identifiers, and how many they are. Both ask for the same entity, without search, order and
    /// page; deleted records are left out.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn difference(&mut self, first: &CheckedQuery, second: &CheckedQuery, most: usize) -> Result<Difference>;
    /// Entries of the journal, oldest first.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn journal(&mut self, read: JournalRead<'_>) -> Result<Vec<JournalEntry>>;
    /// An operation by its identifier.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn operation(&mut self, tenant: TenantId, op_id: Id) -> Result<Option<Operation>>;
    /// Every operation, in the order of the identifiers.
    ///
    /// # Errors
    /// What `sink` gives, `Unavailable` or `Corrupt`.
    fn operations(&mut self, tenant: TenantId, sink: &mut dyn FnMut(Operation) -> Result<()>) -> Result<()>;
    /// Every series with its next number, in the order of the names.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn number_series(&mut self, tenant: TenantId) -> Result<Vec<(String, i64)>>;
    /// For each key the places of the records that carry it, in rising order: at most one more than `most`, which says
    /// that there are too many.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn match_candidates(&mut self, space: &MatchSpace, keys: &[i64], most: usize) -> Result<Vec<Vec<i64>>>;
    /// What is kept of records by their places, in the order that was asked for; a place without a record is left out.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn match_entries(&mut self, space: &MatchSpace, places: &[i64]) -> Result<Vec<MatchEntry>>;
    /// What is kept of one record in the version of the space.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn match_entry(&mut self, space: &MatchSpace, record: Id) -> Result<Option<MatchEntry>>;
    /// Entries behind a place, in rising order of the places. Begin with the smallest number.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn match_page(&mut self, space: &MatchSpace, after: i64, limit: usize) -> Result<Vec<MatchEntry>>;
    /// Records of which an entry of another version is kept.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn stale_matches(&mut self, space: &MatchSpace, limit: usize) -> Result<Vec<Id>>;
}

/// Records that one question finds and another one does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Found by the first one only.
    pub(crate) lost: (u64, Vec<Id>),
    /// Found by the second one only.
    pub(crate) gained: (u64, Vec<Id>),
}

impl Difference {
    /// The difference of two lists, each in the order of the identifiers.
    fn between(first: &[Id], second: &[Id], most: usize) -> Self {
        let beyond = |ids: &[Id], others: &[Id]| {
            let ids: Vec<Id> = ids.iter().filter(|id| others.binary_search(id).is_err()).copied().collect();
            (u64::try_from(ids.len()).unwrap_or(u64::MAX), ids.into_iter().take(most).collect())
        };
        Self { lost: beyond(first, second), gained: beyond(second, first) }
    }
}

/// What can be written in a transaction.
pub trait WriteTx: ReadTx {
    /// Begins a step that can be taken back by itself. Steps do not nest.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn begin_step(&mut self) -> Result<()>;
    /// Ends the step: keeps it, or takes back everything since its beginning.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn end_step(&mut self, keep: bool) -> Result<()>;
    /// Makes a tenant and returns its number.
    ///
    /// # Errors
    /// `DuplicateKey` if the key is taken, `Unavailable` or `Corrupt`.
    fn add_tenant(&mut self, key: &str) -> Result<TenantId>;
    /// Writes a row with its keys and search words.
    ///
    /// # Errors
    /// `StaleVersion`, `DuplicateKey` with the field, `Unavailable` or `Corrupt`.
    fn put(&mut self, write: &CheckedWrite) -> Result<()>;
    /// Writes the grants of a rule on every record that fulfils its condition.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn apply_rule(&mut self, rule: &CheckedRule) -> Result<()>;
    /// Takes the grants of a rule away. The records have not changed since it was applied, or were kept up with it.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn withdraw_rule(&mut self, rule: &CheckedRule) -> Result<()>;
    /// Appends to the journal. The store gives the place; a restore keeps the place that the entry already has.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn append_journal(&mut self, tenant: TenantId, entry: &JournalEntry) -> Result<i64>;
    /// Notes an operation.
    ///
    /// # Errors
    /// `OpIdReused` if it is noted already, `Unavailable` or `Corrupt`.
    fn record_operation(&mut self, tenant: TenantId, operation: &Operation) -> Result<()>;
    /// Lets every cache of rights and field definitions go.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn bump_epoch(&mut self, tenant: TenantId) -> Result<()>;
    /// Takes the next `count` numbers of a series and returns the first; the first of all is 1.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn take_numbers(&mut self, tenant: TenantId, series: &str, count: i64) -> Result<i64>;
    /// Gives a custom field its index.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn index_custom_field(&mut self, entity: &str, field: &FieldSpec) -> Result<()>;
    /// Keeps what a record is matched by, or takes it away. Entries of other versions go; their keys stay until
    /// [`WriteTx::drop_stale_keys`].
    ///
    /// # Errors
    /// `DamagedFile` if the record is not there, `Unavailable` or `Corrupt`.
    fn put_match(&mut self, space: &MatchSpace, record: Id, change: &MatchChange<'_>) -> Result<()>;
    /// Takes keys of other versions away, at most `limit`, and says how many they were.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn drop_stale_keys(&mut self, space: &MatchSpace, limit: usize) -> Result<usize>;
}

/// Another record has the value already. It is not said which: the reader may not be allowed to see it.
fn duplicate(entity: &str, field: &str) -> Error {
    let problem = Problem::of_field(ErrorCode::DuplicateKey, field, format!("another {entity} already has this value"));
    Error::conflict(problem.with("entity", entity))
}

fn tenant_exists() -> Error {
    Error::conflict(Problem::of_field(ErrorCode::DuplicateKey, "tenant", "the tenant exists already"))
}

fn operation_exists() -> Error {
    Error::conflict(Problem::of_field(ErrorCode::OpIdReused, "op_id", "the op_id was used before"))
}

/// Without its epoch nothing is known of a tenant, and nothing is allowed.
fn no_tenant() -> Error {
    Error::corrupt(ErrorCode::DamagedFile, "the tenant is gone")
}

/// A grant is about a record that stands in the store.
fn no_record() -> Error {
    Error::corrupt(ErrorCode::DamagedFile, "a grant names a record that is not there")
}

/// The row changed since it was read inside the same transaction: cannot happen with one writer, and is refused.
fn stale(entity: &str) -> Error {
    Error::conflict(
        Problem::of_field(ErrorCode::StaleVersion, "version", "the record was changed meanwhile")
            .with("entity", entity),
    )
}
