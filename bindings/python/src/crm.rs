//! Opening the engine.

use std::path::PathBuf;

use crm_core::engine::SetupOptions;
use crm_core::exchange::DumpReport;
use crm_core::store::{Durability, SqliteOptions};
use crm_core::value::python::Argument;
use crm_core::value::{Id, Timestamp};
use pyo3::prelude::*;

use crate::session::Session;

/// The engine on one database. Every method may be called from many threads at once.
#[pyclass(module = "crm_core", frozen)]
pub struct Crm {
    inner: crm_core::engine::Crm,
}

#[pymethods]
impl Crm {
    /// Opens a file; makes it if it is new.
    ///
    /// With `Durability.NORMAL` a power cut may take the last commits, never the consistency of the file. For another
    /// process that writes, a call waits `busy_timeout_ms`, five seconds if nothing is said.
    ///
    /// Raises `NEWER_FILE`, `DAMAGED_FILE`, `READ_ONLY_FILE`, `DISK_FULL`, `BUSY`, `IO`.
    #[staticmethod]
    #[pyo3(signature = (path, durability=None, busy_timeout_ms=None))]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        durability: Option<Durability>,
        busy_timeout_ms: Option<Argument<u32>>,
    ) -> PyResult<Self> {
        let mut options = SqliteOptions::default();
        options.durability = durability.unwrap_or(options.durability);
        options.busy_timeout_ms = busy_timeout_ms.map_or(options.busy_timeout_ms, Argument::value);
        Ok(Self { inner: py.detach(|| crm_core::engine::Crm::open_with(path, options))? })
    }

    /// An engine in memory: for tests, previews and scripts.
    #[staticmethod]
    fn open_in_memory() -> Self {
        Self { inner: crm_core::engine::Crm::open_in_memory() }
    }

    /// An engine in memory whose clock stands still at `at` and whose identifiers are counted from `seed`: the same
    /// commands give the same bytes, in every language.
    #[staticmethod]
    fn open_replayable(seed: Argument<u64>, at: Timestamp) -> Self {
        Self { inner: crm_core::engine::Crm::open_replayable(seed.0, at) }
    }

    /// Makes a tenant with its organisation, a permission set with every right, and its first user, whose identifier
    /// is returned.
    ///
    /// Raises `DUPLICATE_KEY` if the tenant exists, `BAD_FORMAT` for an unknown time zone.
    fn setup(&self, py: Python<'_>, options: SetupOptions) -> PyResult<Id> {
        Ok(py.detach(|| self.inner.setup(options))?)
    }

    /// A session of a user; the host has already made sure who it is.
    ///
    /// Raises `NotFoundError` for an unknown tenant or user, or one who left.
    fn session(&self, py: Python<'_>, tenant: Argument<String>, login: Argument<String>) -> PyResult<Session> {
        Ok(Session { inner: py.detach(|| self.inner.session(&tenant, &login))? })
    }

    /// The keys of all tenants.
    ///
    /// Raises `UnavailableError` or `CorruptError`.
    fn tenants(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(py.detach(|| self.inner.tenants())?)
    }

    /// Copies the whole database into a new file while others go on working.
    ///
    /// Raises `FILE_EXISTS` if there is such a file, `READ_ONLY_FILE`, `DISK_FULL` or `IO` if it cannot be written;
    /// then no file is left behind.
    fn backup(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| self.inner.backup(path))?)
    }

    /// Looks for damage in the file; an empty list is good news.
    ///
    /// Raises `UnavailableError` if the check could not be run.
    fn check_integrity(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(py.detach(|| self.inner.check_integrity())?)
    }

    /// Writes the whole database, every tenant, as JSON lines into a new file. This is the host's right, not a user's:
    /// no permissions are applied.
    ///
    /// Raises `FILE_EXISTS` if there is such a file, `READ_ONLY_FILE`, `DISK_FULL` or `IO` if it cannot be written;
    /// then no file is left behind.
    fn dump(&self, py: Python<'_>, path: PathBuf) -> PyResult<DumpReport> {
        Ok(py.detach(|| self.inner.dump_to(path))?)
    }

    /// Reads a dump into this database, which must be empty: all of it or nothing.
    ///
    /// Raises `IO` if the file cannot be read, `BAD_FORMAT` for something that is no dump or was cut off, `NEWER_FILE`
    /// for a dump of a newer version, `ConflictError` if the database is not empty.
    fn restore(&self, py: Python<'_>, path: PathBuf) -> PyResult<DumpReport> {
        Ok(py.detach(|| self.inner.restore_from(path))?)
    }

    /// Closes the database: running calls end, later ones raise `UnavailableError` (`ErrorCode.CLOSED`). The sessions
    /// are closed with it.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (exc_type: "object", exc_value: "object", traceback: "object", /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        exc_type: &Bound<'_, PyAny>,
        exc_value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) {
        let _ = (exc_type, exc_value, traceback);
        self.close(py);
    }
}
