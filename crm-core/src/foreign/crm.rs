//! The engine.

use super::Session;
use crate::engine::{self, SetupOptions};
use crate::exchange::DumpReport;
use crate::store::{Durability, SqliteOptions};
use crate::value::{Id, Result, Timestamp};

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
    ///
    /// # Errors
    /// `OutOfRange` for an instant outside the years 1 to 9999.
    #[uniffi::constructor]
    pub fn open_replayable(seed: u64, at: Timestamp) -> Result<Self> {
        Ok(Self { engine: engine::Crm::open_replayable(seed, at) })
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
        self.engine.dump_to(path)
    }

    /// Reads a dump into this database, which must be empty: all of it or nothing.
    ///
    /// # Errors
    /// `Io` if the file cannot be read, `BadFormat` for something that is no dump or was cut off, `NewerFile` for a
    /// dump of a newer version, `Conflict` if the database is not empty.
    pub fn restore(&self, path: &str) -> Result<DumpReport> {
        self.engine.restore_from(path)
    }
}
