//! Opening a file: pragmas, the checks before it is trusted, migrations.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

use super::backup;
use super::ddl::Tables;
use super::failure::explain;
use crate::value::{Error, ErrorCode, Problem, Result};

/// The version of the tables that this release writes.
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// "CRMc": marks a file as ours.
const APPLICATION_ID: i64 = 0x4352_4D63;

/// The steps from an empty file to the present tables; each runs in one transaction.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_foundation.sql")];

value_enum! {
    /// How much a commit waits for the disk.
    #[derive(Default)]
    pub enum Durability {
        /// Every commit reaches the disk before it is acknowledged.
        #[default]
        Full = "full",
        /// A power cut may take the last commits, never the consistency of the file. For imports that can be repeated.
        Normal = "normal",
    }
}

/// How a file is opened.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// How much a commit waits for the disk.
    pub durability: Durability,
    /// How long to wait for another process, in milliseconds.
    pub busy_timeout_ms: u32,
    /// The page cache of each connection, in KiB.
    pub cache_kib: u32,
    /// The largest file, in pages of 4 KiB; no limit if nothing is said.
    pub max_pages: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { durability: Durability::Full, busy_timeout_ms: 5_000, cache_kib: 65_536, max_pages: None }
    }
}

pub(super) fn damaged(message: &str) -> Error {
    Error::corrupt(ErrorCode::DamagedFile, message)
}

/// The path from the root: readers are opened later, when the program may work in another folder. It also keeps SQLite
/// from reading a path as an address (`file:...`).
///
/// # Errors
/// `BadFormat` for an empty path and for SQLite's own name of a database without a file, `Io` if there is no folder.
pub(super) fn whole_path(path: &Path, field: &str) -> Result<PathBuf> {
    if path.as_os_str().is_empty() || path == Path::new(":memory:") {
        let message = "the path names no file; an engine without a file is opened in memory";
        return Err(Error::invalid(ErrorCode::BadFormat, field, message));
    }
    std::path::absolute(path).map_err(|_| Error::unavailable(ErrorCode::Io, "the present folder is not there"))
}

/// Opens the one writing connection, after the file was checked and brought up to date.
pub(super) fn writer(path: &Path, options: &SqliteOptions, tables: &Tables) -> Result<Connection> {
    let connection = writer_with(path, options, MIGRATIONS)?;
    tables.check(&connection)?;
    Ok(connection)
}

fn writer_with(path: &Path, options: &SqliteOptions, steps: &[&str]) -> Result<Connection> {
    check_length(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    if connection.is_readonly("main").map_err(|error| cannot_open(path, &error))? {
        return Err(read_only());
    }
    prepare(&connection, options)?;
    // Nothing is written, not even the mode of the log, before it is clear that the file is ours.
    check_owner(path, &connection, steps)?;
    patiently(options, || use_log(&connection)).map_err(|error| cannot_open(path, &error))?;
    let pragmas = format!(
        "PRAGMA synchronous = {}; PRAGMA foreign_keys = OFF;",
        if options.durability == Durability::Full { "FULL" } else { "NORMAL" }
    );
    connection.execute_batch(&pragmas).map_err(|error| explain(&error))?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages).map_err(|error| explain(&error))?;
    }
    migrate(path, &connection, steps)?;
    Ok(connection)
}

/// Sets the mode in which readers and the writer do not wait for each other. SQLite says the mode that it uses, which is
/// another one where the file system cannot have it: then the engine could not keep its promises.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), None))
}

/// Repeats while another process holds the file: SQLite does not wait by itself when the mode of the log changes.
fn patiently(options: &SqliteOptions, mut step: impl FnMut() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(5);
    let mut left = u64::from(options.busy_timeout_ms) / 5;
    loop {
        match step() {
            Err(error) if left > 0 && explain(&error).code() == ErrorCode::Busy => {
                left -= 1;
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// Opens one more reading connection.
pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| explain(&error))?;
    prepare(&connection, options)?;
    Ok(connection)
}

fn prepare(connection: &Connection, options: &SqliteOptions) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(512);
    let prepared = connection.busy_timeout(Duration::from_millis(u64::from(options.busy_timeout_ms))).and_then(|()| {
        connection.execute_batch(&format!(
            "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{};",
            options.cache_kib
        ))
    });
    // By default SQLite reads a quoted name that it does not know as a text: a missing column would go unseen.
    let switches = [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ];
    prepared
        .and_then(|()| switches.into_iter().try_for_each(|(name, on)| connection.set_db_config(name, on).map(|_| ())))
        .map_err(|error| explain(&error))
}

/// A file shorter than its own header says was cut off. With a write-ahead log beside it the file may still grow, but it
/// has its header: SQLite would take an empty one for new, and throw the log away.
fn check_length(path: &Path) -> Result<()> {
    let Ok(mut file) = std::fs::File::open(path) else { return Ok(()) };
    let data = file.metadata().map_err(|_| Error::unavailable(ErrorCode::Io, "the file cannot be looked at"))?;
    let (length, log_waits) = (data.len(), log_waits(path));
    if !data.is_file() || (length == 0 && !log_waits) {
        return Ok(());
    }
    let mut header = [0_u8; 100];
    if file.read_exact(&mut header).is_err() || !header.starts_with(b"SQLite format 3\0") {
        return Err(damaged("the file is no database of ours, or was cut off"));
    }
    let word = |place: usize| {
        header
            .get(place..place + 4)
            .map_or(0, |bytes| bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    let page = match word(16) >> 16 {
        1 => 65_536,
        bytes => bytes,
    };
    let size_is_valid = word(24) == word(92);
    let first_is_cut = length < page;
    if first_is_cut || size_is_valid && !log_waits && page.saturating_mul(word(28)) > length {
        return Err(damaged("the file was cut off: it is shorter than it says"));
    }
    Ok(())
}

fn log_waits(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|data| data.len() > 0)
}

fn read_only() -> Error {
    Error::unavailable(ErrorCode::ReadOnlyFile, "the file or its folder cannot be written")
}

/// Why a file could not be opened or made: a folder that is not there, and one that cannot be written.
pub(super) fn cannot_open(path: &Path, error: &rusqlite::Error) -> Error {
    let explained = explain(error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let code = error.sqlite_error().map(|failure| failure.extended_code & 0xff);
    match code {
        Some(ffi::SQLITE_CANTOPEN) if !folder.is_dir() => {
            Error::unavailable(ErrorCode::Io, "the folder of the file is not there")
        }
        Some(ffi::SQLITE_CANTOPEN) if !path.is_dir() => read_only(),
        _ => explained,
    }
}

fn version_of(connection: &Connection) -> Result<(i64, i64)> {
    let pragma = |name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(|error| explain(&error))
    };
    Ok((pragma("application_id")?, pragma("user_version")?))
}

/// Refuses files of other programs, of newer versions, and what is no database at all.
fn check_owner(path: &Path, connection: &Connection, steps: &[&str]) -> Result<()> {
    let read = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|error| cannot_open(path, &error))
    };
    let empty = read("SELECT count(*) = 0 FROM sqlite_schema")? != 0;
    let (mark, version) = version_of(connection)?;
    if !(mark == APPLICATION_ID && version > 0 || empty && mark == 0 && version == 0) {
        return Err(damaged("the file belongs to another program, or its header is damaged"));
    }
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if version > known {
        let problem = Problem::new(ErrorCode::NewerFile, "the file was written by a newer version of the engine");
        let problem = problem.with("file_version", version).with("known_version", known);
        return Err(Error::Corrupt { problems: vec![problem] });
    }
    Ok(())
}

/// Brings the tables up to date, one transaction per step. A file that already holds data is copied first.
fn migrate(path: &Path, connection: &Connection, steps: &[&str]) -> Result<()> {
    let (_, version) = version_of(connection)?;
    if version > 0 && usize::try_from(version).is_ok_and(|version| version < steps.len()) {
        backup::before_migration(path, connection, version)?;
    }
    for (step, after) in steps.iter().zip(1_i64..) {
        if version < after {
            take_step(connection, step, after).map_err(|error| migration_failed(connection, &error))?;
        }
    }
    Ok(())
}

/// One step in one transaction, unless another process has taken it meanwhile.
fn take_step(connection: &Connection, step: &str, after: i64) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version >= after {
        return connection.execute_batch("ROLLBACK");
    }
    let script = format!("{step}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {after};\nCOMMIT;");
    connection.execute_batch(&script)
}

fn migration_failed(connection: &Connection, error: &rusqlite::Error) -> Error {
    if !connection.is_autocommit() {
        // If this fails too, the file is recovered when it is opened next.
        let _ = connection.execute_batch("ROLLBACK");
    }
    explain(error)
}

#[cfg(test)]
mod tests;
