//! The SQLite store: one writer, several readers on WAL snapshots, tables from the registry.

mod backup;
mod check;
mod codec;
mod ddl;
mod failure;
mod grants;
mod key_file;
mod link;
mod matches;
mod open;
mod planner;
mod question;
mod spans;
mod transaction;
mod visible;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::{ReadWork, Store, WriteFailure, WriteWork};
use crate::schema::Registry;
use crate::value::Result;

pub use key_file::{KeyFile, KeyFileContent};
pub use open::{Durability, SCHEMA_VERSION, SqliteOptions};

#[cfg(test)]
pub(crate) use planner::PlanChoice;

use ddl::Tables;
use failure::explain;
use link::Link;
use transaction::Transaction;
use visible::{Kept, Own};

/// Readers that are kept open between calls.
const IDLE_READERS: usize = 8;

/// Records, journal and operations in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    options: SqliteOptions,
    tables: Arc<Tables>,
    kept: Kept,
    plan: planner::PlanChoice,
    // Closed in this order: only a writer that is the last to go brings the log into the file and removes it.
    readers: Mutex<Vec<Link>>,
    writer: Mutex<Option<Link>>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("options", &self.options).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a file, makes it if it is new, and brings an older one up to date (after copying it).
    ///
    /// # Errors
    /// `NewerFile`, `DamagedFile`, `ReadOnlyFile`, `DiskFull`, `Busy`, `Io`; `BadFormat` for a path that names no file.
    pub fn open(path: &Path, options: SqliteOptions, registry: Arc<Registry>) -> Result<Self> {
        let path = open::whole_path(path, "path")?;
        let tables = Arc::new(Tables::new(registry));
        let writer = Mutex::new(Some(Link::new(open::writer(&path, &options, &tables)?)?));
        Ok(Self {
            path,
            options,
            tables,
            kept: Kept::default(),
            plan: planner::PlanChoice::Auto,
            writer,
            readers: Mutex::default(),
        })
    }

    /// A store whose registry has more entities than the migrations know: makes their tables first.
    #[cfg(test)]
    pub(crate) fn open_for_test(path: &Path, options: SqliteOptions, registry: Arc<Registry>) -> Result<Self> {
        let known = crate::engine::registry();
        drop(Self::open(path, options.clone(), known.clone())?);
        let connection = Connection::open(path).map_err(|error| explain(&error))?;
        for entity in registry.entities().iter().filter(|entity| known.get(entity.name).is_none()) {
            connection.execute_batch(&ddl::create(entity)).map_err(|error| explain(&error))?;
        }
        drop(connection);
        Self::open(path, options, registry)
    }

    /// A store that finds records in one way only.
    #[cfg(test)]
    pub(crate) fn with_plan(self, plan: PlanChoice) -> Self {
        Self { plan, ..self }
    }

    fn take_reader(&self) -> Result<Link> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Link::new(open::reader(&self.path, &self.options)?), Ok)
    }

    fn transaction<'a>(&'a self, link: &'a Link, own: Option<Own>) -> Transaction<'a> {
        let (tables, kept) = (self.tables.as_ref(), &self.kept);
        Transaction { link, tables, kept, plan: self.plan, own: RefCell::new(own), span_numbers: RefCell::default() }
    }

    fn keep_reader(&self, connection: Link) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
    }
}

impl SqliteStore {
    /// Runs the work in one transaction, and gives the connection back if it is still sound.
    fn in_transaction(
        &self,
        connection: Link,
        work: WriteWork<'_>,
    ) -> (Option<Link>, std::result::Result<(), WriteFailure>) {
        if let Err(error) = run(&connection, "BEGIN IMMEDIATE") {
            // Only the lock could not be had; nothing was begun.
            let sound = connection.is_autocommit();
            return (sound.then_some(connection), Err(WriteFailure::RolledBack(error)));
        }
        let done = work(&mut self.transaction(&connection, Some(Own::default())));
        // SQLite may have taken the transaction back by itself, whatever the work made of that error.
        let done = if connection.is_autocommit() { done.and(Err(transaction::ended())) } else { done };
        if let Err(error) = done {
            let sound = connection.is_autocommit() || run(&connection, "ROLLBACK").is_ok();
            return (sound.then_some(connection), Err(WriteFailure::RolledBack(error)));
        }
        match run(&connection, "COMMIT") {
            Ok(()) => (Some(connection), Ok(())),
            Err(error) => {
                let sound = connection.is_autocommit() || run(&connection, "ROLLBACK").is_ok();
                if sound && did_not_commit(&error) {
                    (Some(connection), Err(WriteFailure::RolledBack(error)))
                } else {
                    // The connection is given up; a new one reads from the file what took effect.
                    (None, Err(WriteFailure::Unknown(error)))
                }
            }
        }
    }
}

impl Store for SqliteStore {
    fn read(&self, work: ReadWork<'_>) -> Result<()> {
        let connection = self.take_reader()?;
        run(&connection, "BEGIN")?;
        let done = work(&mut self.transaction(&connection, None));
        let ended = run(&connection, "COMMIT");
        if ended.is_ok() {
            self.keep_reader(connection);
        }
        done
    }

    fn write(&self, work: WriteWork<'_>) -> std::result::Result<(), WriteFailure> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out for the time of the work: if that panics, the connection is closed, which takes the work back.
        let connection = match writer.take() {
            Some(connection) => connection,
            None => open::writer(&self.path, &self.options, &self.tables)
                .and_then(Link::new)
                .map_err(WriteFailure::RolledBack)?,
        };
        let (kept, done) = self.in_transaction(connection, work);
        *writer = kept;
        done
    }

    fn backup(&self, to: &Path) -> Result<()> {
        let source = self.take_reader()?;
        let done = open::whole_path(to, "to").and_then(|to| backup::copy(&source, &to));
        if done.is_ok() {
            self.keep_reader(source);
        }
        done
    }

    fn check_integrity(&self) -> Result<Vec<String>> {
        // A new connection: one that has searched before may hold an old structure of the search index, and FTS5 does
        // not read it again before it checks, so that it would find damage where there is none.
        let connection = open::reader(&self.path, &self.options)?;
        // One snapshot for all comparisons, whatever others write meanwhile; it ends with the connection.
        run(&connection, "BEGIN")?;
        check::whole(&connection, &self.tables)
    }
}

/// Whether an error of COMMIT proves that nothing was committed.
///
/// `Busy`: the commit never began. `DiskFull`: the record that ends a commit is the last that is written to the log,
/// and it is what found no place, or what stands before it. Every other error may come after that record was written,
/// when making it durable failed: it may still be found after a restart.
fn did_not_commit(error: &crate::value::Error) -> bool {
    use crate::value::ErrorCode;
    matches!(error.code(), ErrorCode::Busy | ErrorCode::DiskFull)
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| explain(&error))?;
    statement.execute([]).map(|_| ()).map_err(|error| explain(&error))
}
