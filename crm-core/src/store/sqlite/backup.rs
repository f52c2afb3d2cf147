//! Copies of the whole file: asked for by the host, and made before a migration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::failure::explain;
use super::{check as damage, open, run};
use crate::value::{Error, ErrorCode, Problem, Result};

/// Pages that a copy takes before others get their turn.
const PAGES_PER_STEP: std::ffi::c_int = 1_000;

/// Copies what `source` sees now into a new file. The copy gets its name when it is whole and was checked.
///
/// # Errors
/// `FileExists` if there is such a file, `ReadOnlyFile`, `DiskFull`, `Io`, `DamagedFile`; then no file is left behind.
pub(super) fn copy(source: &Connection, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(exists());
    }
    // One snapshot for the whole copy: without it, every commit of somebody else would start the copy anew.
    run(source, "BEGIN")?;
    let part = PartFile::beside(to);
    let copied = source
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(|error| explain(&error))
        .and_then(|_| copy_pages(source, &part.path));
    let ended = run(source, "COMMIT");
    copied.and(ended)?;
    part.publish(to)
}

fn copy_pages(source: &Connection, to: &Path) -> Result<()> {
    let mut target = Connection::open(to).map_err(|error| open::cannot_open(to, &error))?;
    {
        let copy = Backup::new(source, &mut target).map_err(|error| explain(&error))?;
        while copy.step(PAGES_PER_STEP).map_err(|error| explain(&error))? != StepResult::Done {
            // Somebody may look at a new file (an indexer, a virus scanner): wait for it.
            std::thread::sleep(Duration::ZERO);
        }
    }
    check(&target)?;
    target.close().map_err(|(_, error)| explain(&error))
}

/// Looks for damage in the copy, and makes it one file: without a log beside it, it can be moved.
fn check(target: &Connection) -> Result<()> {
    target.execute_batch("PRAGMA journal_mode = DELETE").map_err(|error| explain(&error))?;
    match damage::quick(target)?.first() {
        None => Ok(()),
        Some(_) => Err(open::damaged("the copy is damaged")),
    }
}

/// Copies the file before a migration, under the first free name.
///
/// # Errors
/// As [`copy`].
pub(super) fn before_migration(path: &Path, connection: &Connection, version: i64) -> Result<()> {
    let name = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".v{version}{suffix}.backup"));
        PathBuf::from(name)
    };
    let names = std::iter::once(name("")).chain((2..1_000).map(|number| name(&format!(".{number}"))));
    for to in names {
        match copy(connection, &to) {
            Err(error) if error.code() == ErrorCode::FileExists => {}
            done => return done,
        }
    }
    Err(exists())
}

fn exists() -> Error {
    Error::conflict(Problem::of_field(ErrorCode::FileExists, "to", "there is a file of that name already"))
}

/// A file that is not whole yet; it is removed unless it gets its name.
struct PartFile {
    path: PathBuf,
}

impl PartFile {
    /// A name that no other copy has, in this process or in another.
    fn beside(to: &Path) -> Self {
        static COPIES: AtomicU64 = AtomicU64::new(0);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let mut name = OsString::from(to.as_os_str());
        name.push(format!(".{}-{number}.part", std::process::id()));
        let part = Self { path: PathBuf::from(name) };
        part.remove();
        part
    }

    /// Gives the file its name; never over a file that came meanwhile.
    fn publish(self, to: &Path) -> Result<()> {
        // A hard link is refused if the name is taken; where there are none, the look before must do.
        match std::fs::hard_link(&self.path, to) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists()),
            Err(_) if to.exists() => Err(exists()),
            Err(_) => std::fs::rename(&self.path, to)
                .map_err(|_| Error::unavailable(ErrorCode::Io, "the copy could not be given its name")),
        }
    }

    fn remove(&self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.path.as_os_str().to_owned();
            name.push(suffix);
            // It is not there, or it is in nobody's way.
            let _ = std::fs::remove_file(name);
        }
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        self.remove();
    }
}
