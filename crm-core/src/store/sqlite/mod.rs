//! The SQLite store: one writer, several readers on WAL snapshots, tables from the registry.

mod codec;
mod ddl;
mod failure;
mod open;
mod question;
mod transaction;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::{ReadWork, Store, WriteFailure, WriteWork};
use crate::schema::Registry;
use crate::value::Result;

pub use open::{Durability, SCHEMA_VERSION, SqliteOptions};

use ddl::Tables;
use failure::explain;
use transaction::Transaction;

/// Readers that are kept open between calls.
const IDLE_READERS: usize = 8;

/// Records, journal and operations in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    options: SqliteOptions,
    tables: Arc<Tables>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
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
    /// `NewerFile`, `DamagedFile`, `ReadOnlyFile`, `DiskFull`, `Busy`, `Io`.
    pub fn open(path: &Path, options: SqliteOptions, registry: Arc<Registry>) -> Result<Self> {
        let tables = Arc::new(Tables::new(registry));
        let writer = open::writer(path, &options, &tables)?;
        Ok(Self { path: path.to_owned(), options, tables, writer: Mutex::new(Some(writer)), readers: Mutex::default() })
    }

    fn take_reader(&self) -> Result<Connection> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| open::reader(&self.path, &self.options), Ok)
    }

    fn keep_reader(&self, connection: Connection) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
    }
}

impl Store for SqliteStore {
    fn read(&self, work: ReadWork<'_>) -> Result<()> {
        let connection = self.take_reader()?;
        run(&connection, "BEGIN")?;
        let done = work(&mut Transaction { connection: &connection, tables: &self.tables });
        let ended = run(&connection, "COMMIT");
        if ended.is_ok() {
            self.keep_reader(connection);
        }
        done
    }

    fn write(&self, work: WriteWork<'_>) -> std::result::Result<(), WriteFailure> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match writer.take() {
            Some(connection) => connection,
            None => open::writer(&self.path, &self.options, &self.tables).map_err(WriteFailure::RolledBack)?,
        };
        run(&connection, "BEGIN IMMEDIATE").map_err(|error| {
            // The writer is sound: only the lock could not be had.
            WriteFailure::RolledBack(error)
        })?;
        if let Err(error) = work(&mut Transaction { connection: &connection, tables: &self.tables }) {
            if connection.is_autocommit() || run(&connection, "ROLLBACK").is_ok() {
                *writer = Some(connection);
            }
            return Err(WriteFailure::RolledBack(error));
        }
        match run(&connection, "COMMIT") {
            Ok(()) => {
                *writer = Some(connection);
                Ok(())
            }
            // Still inside the transaction: the commit did not happen, and now it is taken back for certain.
            Err(error) if !connection.is_autocommit() && run(&connection, "ROLLBACK").is_ok() && is_busy(&error) => {
                *writer = Some(connection);
                Err(WriteFailure::RolledBack(error))
            }
            // An I/O error at commit may have reached the disk: the connection is given up, a new one recovers the file.
            Err(error) => Err(WriteFailure::Unknown(error)),
        }
    }

    fn backup(&self, to: &Path) -> Result<()> {
        let source = self.take_reader()?;
        let mut target = Connection::open(to).map_err(|error| explain(&error))?;
        let copy = rusqlite::backup::Backup::new(&source, &mut target).map_err(|error| explain(&error))?;
        copy.run_to_completion(PAGES_PER_STEP, std::time::Duration::ZERO, None).map_err(|error| explain(&error))?;
        drop(copy);
        self.keep_reader(source);
        let problems = open::quick_check(&target)?;
        match problems.first() {
            None => Ok(()),
            Some(_) => Err(open::damaged("the copy is damaged")),
        }
    }

    fn check_integrity(&self) -> Result<Vec<String>> {
        let connection = self.take_reader()?;
        let problems = open::quick_check(&connection);
        self.keep_reader(connection);
        problems
    }
}

/// Pages that a backup copies before others get their turn.
const PAGES_PER_STEP: std::ffi::c_int = 1_000;

fn is_busy(error: &crate::value::Error) -> bool {
    error.code() == crate::value::ErrorCode::Busy
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| explain(&error))?;
    statement.execute([]).map(|_| ()).map_err(|error| explain(&error))
}
