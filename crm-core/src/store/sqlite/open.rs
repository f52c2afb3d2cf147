//! Opening a file: pragmas, the checks before it is trusted, migrations.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

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

/// Opens the one writing connection, after the file was checked and brought up to date.
pub(super) fn writer(path: &Path, options: &SqliteOptions, tables: &Tables) -> Result<Connection> {
    check_length(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot_open(path, &error))?;
    prepare(&connection, options)?;
    let pragmas = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {}; PRAGMA foreign_keys = OFF;",
        if options.durability == Durability::Full { "FULL" } else { "NORMAL" }
    );
    connection.execute_batch(&pragmas).map_err(|error| cannot_open(path, &error))?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages).map_err(|error| explain(&error))?;
    }
    migrate(path, &connection)?;
    tables.check(&connection)?;
    Ok(connection)
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
    prepared
        .and_then(|()| {
            connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map(|_| ())
        })
        .map_err(|error| explain(&error))
}

/// A file shorter than its own header says was cut off. With a write-ahead log beside it the file may still grow.
fn check_length(path: &Path) -> Result<()> {
    let Ok(mut file) = std::fs::File::open(path) else { return Ok(()) };
    let length = file.metadata().map_or(0, |data| data.len());
    if length == 0 || log_waits(path) {
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
    if size_is_valid && page * word(28) > length {
        return Err(damaged("the file was cut off: it is shorter than it says"));
    }
    Ok(())
}

fn log_waits(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|data| data.len() > 0)
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> Error {
    let explained = explain(error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if explained.code() == ErrorCode::Io && folder.is_dir() && !path.exists() {
        return Error::unavailable(ErrorCode::ReadOnlyFile, "the file cannot be made: its folder cannot be written");
    }
    explained
}

fn version_of(connection: &Connection) -> Result<(i64, i64)> {
    let pragma = |name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(|error| explain(&error))
    };
    Ok((pragma("application_id")?, pragma("user_version")?))
}

/// Brings the tables up to date, one transaction per step. A file that already holds data is copied first.
fn migrate(path: &Path, connection: &Connection) -> Result<()> {
    let (mark, version) = version_of(connection)?;
    let empty = connection
        .query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get::<_, bool>(0))
        .map_err(|error| explain(&error))?;
    if !empty && mark != APPLICATION_ID {
        return Err(damaged("the file belongs to another program"));
    }
    if version > SCHEMA_VERSION {
        let problem = Problem::new(ErrorCode::NewerFile, "the file was written by a newer version of the engine");
        let problem = problem.with("file_version", version).with("known_version", SCHEMA_VERSION);
        return Err(Error::Corrupt { problems: vec![problem] });
    }
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    if !empty {
        copy_first(path, connection, version)?;
    }
    let done = usize::try_from(version).unwrap_or(0);
    for (place, step) in MIGRATIONS.iter().enumerate().skip(done) {
        let after = place + 1;
        let script = format!(
            "BEGIN IMMEDIATE;\n{step}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {after};\nCOMMIT;"
        );
        connection.execute_batch(&script).map_err(|error| migration_failed(connection, &error))?;
    }
    Ok(())
}

fn migration_failed(connection: &Connection, error: &rusqlite::Error) -> Error {
    if !connection.is_autocommit() {
        // If this fails too, the file is recovered when it is opened next.
        let _ = connection.execute_batch("ROLLBACK");
    }
    explain(error)
}

fn copy_first(path: &Path, connection: &Connection, version: i64) -> Result<()> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".v{version}.backup"));
    if Path::new(&copy).exists() {
        return Ok(());
    }
    let text = copy.to_string_lossy().into_owned();
    connection.execute("VACUUM INTO ?1", [text]).map(|_| ()).map_err(|error| explain(&error))
}

/// Looks for damage.
pub(super) fn quick_check(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA quick_check(100)").map_err(|error| explain(&error))?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(|error| explain(&error))?;
    let mut problems = Vec::new();
    for row in rows {
        let line = row.map_err(|error| explain(&error))?;
        if line != "ok" {
            problems.push(line);
        }
    }
    Ok(problems)
}
