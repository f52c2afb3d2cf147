//! The engine.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::Path;

use super::Session;
use crate::engine::{self, SetupOptions};
use crate::exchange::{DumpReport, cannot};
use crate::store::{Durability, SqliteOptions};
use crate::value::{Error, ErrorCode, Id, Problem, Result, Timestamp};

/// The engine on one store. Close it when it is no longer needed, in Kotlin with `use`: that closes the file, and every
/// session of it answers `CLOSED` from then on.
#[derive(uniffi::Object)]
pub struct Crm {
    engine: engine::Crm,
}

#[uniffi::export]
impl Crm {
    /// Opens a file; makes it if it is new.
    ///
    /// # Errors
    /// `NewerFile`, `DamagedFile`, `ReadOnlyFile`, `DiskFull`, `Busy`, `Io`.
    #[uniffi::constructor]
    pub fn open(path: &str) -> Result<Self> {
        Ok(Self { engine: engine::Crm::open(path)? })
    }

    /// Opens a file with a named durability (`FULL` if nothing is said), waiting so long for another process (5 seconds
    /// if nothing is said).
    ///
    /// # Errors
    /// As [`Crm::open`].
    #[uniffi::constructor(default(durability = None, busy_timeout_ms = None))]
    pub fn open_with(path: &str, durability: Option<Durability>, busy_timeout_ms: Option<u32>) -> Result<Self> {
        let usual = SqliteOptions::default();
        let options = SqliteOptions {
            durability: durability.unwrap_or(usual.durability),
            busy_timeout_ms: busy_timeout_ms.unwrap_or(usual.busy_timeout_ms),
            ..usual
        };
        Ok(Self { engine: engine::Crm::open_with(path, options)? })
    }

    /// An engine in memory: for tests, previews and scripts.
    #[uniffi::constructor]
    pub fn open_in_memory() -> Self {
        Self { engine: engine::Crm::open_in_memory() }
    }

    /// An engine in memory whose clock stands still at `at` and whose identifiers are counted from `seed`: the same
    /// commands give the same bytes, in every language.
    #[uniffi::constructor]
    pub fn open_replayable(seed: u64, at: Timestamp) -> Self {
        Self { engine: engine::Crm::open_replayable(seed, at) }
    }

    /// Closes the store: running calls end, later ones answer `Closed`, also those of sessions. In Kotlin `close()` does
    /// it; closing twice is no mistake.
    pub fn close_engine(&self) {
        self.engine.close();
    }

    /// Makes a tenant with its organisation, a permission set with every right, and its first user.
    ///
    /// # Errors
    /// `DuplicateKey` if the tenant exists, `BadFormat` for an unknown time zone.
    pub fn setup(&self, options: SetupOptions) -> Result<Id> {
        self.engine.setup(options)
    }

    /// The keys of all tenants.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    pub fn tenants(&self) -> Result<Vec<String>> {
        self.engine.tenants()
    }

    /// A session of a user; the host has already made sure who it is.
    ///
    /// # Errors
    /// `NotFound` for an unknown tenant or user, or one who left.
    pub fn session(&self, tenant: &str, login: &str) -> Result<Session> {
        self.engine.session(tenant, login).map(Session::new)
    }

    /// Copies the whole database into a new file while others go on working.
    ///
    /// # Errors
    /// `FileExists` if there is such a file, `ReadOnlyFile`, `DiskFull` or `Io` if it cannot be written; then no file
    /// is left behind.
    pub fn backup(&self, to: &str) -> Result<()> {
        self.engine.backup(to)
    }

    /// Looks for damage in the file; an empty list is good news.
    ///
    /// # Errors
    /// `Unavailable` if the check could not be run.
    pub fn check_integrity(&self) -> Result<Vec<String>> {
        self.engine.check_integrity()
    }

    /// Writes the whole database, every tenant, as JSON lines into a new file. This is the host's right, not a user's:
    /// no permissions are applied.
    ///
    /// # Errors
    /// `FileExists` if there is such a file, `ReadOnlyFile`, `DiskFull` or `Io` if it cannot be written; then no file
    /// is left behind.
    pub fn dump(&self, path: &str) -> Result<DumpReport> {
        let mut target = BufWriter::new(new_file(path.as_ref())?);
        let dumped = self.engine.dump(&mut target);
        if dumped.is_err() {
            // The failure of the dump is what the caller has to know.
            let _ = fs::remove_file(path);
        }
        dumped
    }

    /// Reads a dump into this database, which must be empty: all of it or nothing.
    ///
    /// # Errors
    /// `Io` if the file cannot be read, `BadFormat` for something that is no dump or was cut off, `NewerFile` for a
    /// dump of a newer version, `Conflict` if the database is not empty.
    pub fn restore(&self, path: &str) -> Result<DumpReport> {
        let source = File::open(path).map_err(|error| cannot("read", &error))?;
        self.engine.restore(&mut BufReader::new(source))
    }
}

fn new_file(path: &Path) -> Result<File> {
    File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            let message = "there is a file of that name already";
            Error::conflict(Problem::of_field(ErrorCode::FileExists, "path", message))
        }
        _ => cannot("write", &error),
    })
}
