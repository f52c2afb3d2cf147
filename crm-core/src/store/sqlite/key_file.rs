//! A file that finds records by keys: an SQLite database of its own with hashes, and beside each record what is compared.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::failure::explain;
use crate::value::{Error, ErrorCode, Result};

/// "CRMk": marks a file as ours.
const APPLICATION_ID: i64 = 0x4352_4D6B;
/// The version of the tables.
const FILE_VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE record (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, features BLOB NOT NULL) STRICT;
    CREATE TABLE match_key (hash INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (hash, number)) STRICT, WITHOUT ROWID;
";

/// The file, open for one thread at a time.
#[derive(Debug)]
pub struct KeyFile {
    connection: Connection,
}

/// Everything that a file is made of.
#[derive(Debug)]
pub struct KeyFileContent<'a> {
    /// Settings by name.
    pub settings: &'a [(&'a str, String)],
    /// The records: id and what is compared; their numbers are their places.
    pub records: &'a [(String, Box<[u8]>)],
    /// Hash and number of a record, in rising order, each once.
    pub keys: &'a [(i64, u32)],
}

impl KeyFile {
    /// Makes a file; it is whole or not there.
    ///
    /// # Errors
    /// `FileExists`, `Io`, `DiskFull`, `ReadOnlyFile`.
    pub fn make(path: &Path, content: &KeyFileContent<'_>) -> Result<()> {
        if path.exists() {
            return Err(Error::invalid(ErrorCode::FileExists, "path", "there is a file of that name already"));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.is_empty() {
            return Err(Error::invalid(ErrorCode::BadFormat, "path", "the path names no file"));
        }
        let draft = folder.join(format!(".{name}.{}", std::process::id()));
        let made = fill(&draft, content).map_err(|error| explain(&error));
        let placed = made.and_then(|()| {
            let kept = std::fs::File::open(&draft).and_then(|file| file.sync_all());
            kept.and_then(|()| std::fs::rename(&draft, path))
                .map_err(|_| Error::unavailable(ErrorCode::Io, "the file could not be put in its place"))
        });
        if placed.is_err() {
            // Best effort: the error that is told is the first one.
            drop(std::fs::remove_file(&draft));
        }
        placed
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// `Io` if there is none, `DamagedFile` if it is no file of keys, `NewerFile`.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| explain(&error))?;
        let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let application = number("application_id").map_err(|error| explain(&error))?;
        if application != APPLICATION_ID {
            return Err(Error::corrupt(ErrorCode::DamagedFile, "the file is damaged or no file of keys"));
        }
        if number("user_version").map_err(|error| explain(&error))? > FILE_VERSION {
            return Err(Error::corrupt(ErrorCode::NewerFile, "the file was written by a newer version"));
        }
        connection
            .execute_batch("PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -65536;")
            .map_err(|error| explain(&error))?;
        Ok(Self { connection })
    }

    /// A setting.
    ///
    /// # Errors
    /// As reading goes.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.prepared("SELECT value FROM setting WHERE name = ?1")?;
        statement.query_row([name], |row| row.get(0)).optional().map_err(|error| explain(&error))
    }

    /// The numbers of the records with a key, in rising order, at most so many.
    ///
    /// # Errors
    /// As reading goes.
    pub fn with_key(&self, hash: i64, most: usize) -> Result<Vec<i64>> {
        let mut statement = self.prepared("SELECT number FROM match_key WHERE hash = ?1 ORDER BY number LIMIT ?2")?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![hash, most], |row| row.get(0)).map_err(|error| explain(&error))?;
        rows.collect::<rusqlite::Result<_>>().map_err(|error| explain(&error))
    }

    /// Reads a record: its id and what is compared.
    ///
    /// # Errors
    /// As reading goes.
    pub fn record<T>(&self, number: i64, read: impl FnOnce(&str, &[u8]) -> T) -> Result<Option<T>> {
        let mut statement = self.prepared("SELECT id, features FROM record WHERE number = ?1")?;
        let mut rows = statement.query([number]).map_err(|error| explain(&error))?;
        let Some(row) = rows.next().map_err(|error| explain(&error))? else { return Ok(None) };
        let column = |place: usize| row.get_ref(place).map_err(|error| explain(&error));
        let damaged = |_| Error::corrupt(ErrorCode::DamagedFile, "a column holds what it cannot hold");
        Ok(Some(read(column(0)?.as_str().map_err(damaged)?, column(1)?.as_blob().map_err(damaged)?)))
    }

    fn prepared(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        self.connection.prepare_cached(sql).map_err(|error| explain(&error))
    }
}

fn fill(path: &Path, content: &KeyFileContent<'_>) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    // The file is thrown away unless it is finished, so nothing has to be safe on the way.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FILE_VERSION)?;
    connection.execute_batch(TABLES)?;
    let transaction = connection.transaction()?;
    {
        let mut setting = transaction.prepare("INSERT INTO setting VALUES (?1, ?2)")?;
        for (name, value) in content.settings {
            setting.execute(params![name, value])?;
        }
        let mut record = transaction.prepare("INSERT INTO record VALUES (?1, ?2, ?3)")?;
        for (number, (id, features)) in (0_i64..).zip(content.records) {
            record.execute(params![number, id, features])?;
        }
        let mut key = transaction.prepare("INSERT INTO match_key VALUES (?1, ?2)")?;
        for (hash, number) in content.keys {
            key.execute([Value::from(*hash), Value::from(*number)])?;
        }
    }
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)
}
