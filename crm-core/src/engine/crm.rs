//! Opening the engine and asking for sessions.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::pipeline::Asked;
use super::registry::registry;
use super::tenant::{Tenant, Tenants, check_key};
use super::{Command, Organization, Outcome, pipeline};
use crate::access::{self, Ctx, PermissionSet, TenantId, User};
use crate::duplicates::RecordSource;
use crate::schema::Registry;
use crate::store::{MemoryStore, ReadTx, SqliteOptions, SqliteStore, Store};
use crate::value::{
    Clock, Currency, Error, ErrorCode, FixedClock, Id, IdSource, RandomIds, Result, SeededIds, SystemClock, Timestamp,
};

value_struct! {
    /// What a new tenant needs to begin.
    pub struct SetupOptions {
        required {
            /// The key of the tenant, for example `main`.
            pub tenant: String,
            /// What people read.
            pub name: String,
            /// The currency in which the books are kept.
            pub base_currency: Currency,
            /// The IANA time zone in which business dates begin.
            pub time_zone: String,
            /// The login of the first user, who gets every right.
            pub admin_login: String,
        }
    }
}

/// What the handles share.
pub(crate) struct Inner {
    store: RwLock<Option<Arc<dyn Store>>>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tenants: Tenants,
}

/// The engine on one store. Cheap to clone; every clone is the same engine.
///
/// ```
/// use crm_core::engine::{Crm, SetupOptions};
/// let crm = Crm::open_in_memory();
/// crm.setup(SetupOptions {
///     tenant: "main".into(),
///     name: "华东精密机械".into(),
///     base_currency: "CNY".parse()?,
///     time_zone: "Asia/Shanghai".into(),
///     admin_login: "admin".into(),
/// })?;
/// let session = crm.session("main", "admin")?;
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Clone)]
pub struct Crm {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Crm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Crm")
    }
}

impl Crm {
    /// Opens a file with the default options; makes it if it is new.
    ///
    /// # Errors
    /// `NewerFile`, `DamagedFile`, `ReadOnlyFile`, `DiskFull`, `Busy`, `Io`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, SqliteOptions::default())
    }

    /// Opens a file.
    ///
    /// # Errors
    /// As [`Crm::open`].
    pub fn open_with(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self> {
        let store = SqliteStore::open(path.as_ref(), options, registry())?;
        Ok(Self::with_store(Box::new(store), Arc::new(SystemClock), Arc::new(RandomIds::default())))
    }

    /// An engine in memory: for tests, previews and scripts.
    #[must_use]
    pub fn open_in_memory() -> Self {
        Self::with_store(Box::new(MemoryStore::new()), Arc::new(SystemClock), Arc::new(RandomIds::default()))
    }

    /// An engine on any store, with clock and identifiers handed in.
    #[must_use]
    pub fn with_store(store: Box<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self::with_store_and_registry(store, clock, ids, registry())
    }

    /// As [`Crm::with_store`], with entities that only a test knows.
    pub(crate) fn with_store_and_registry(
        store: Box<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        registry: Arc<Registry>,
    ) -> Self {
        let store = RwLock::new(Some(Arc::from(store)));
        let inner = Inner { store, registry, ids, clock, tenants: Tenants::default() };
        Self { inner: Arc::new(inner) }
    }

    /// An engine in memory whose clock stands still at `at` and whose identifiers are counted from `seed`: the same
    /// commands give the same bytes, in every language.
    #[must_use]
    pub fn open_replayable(seed: u64, at: Timestamp) -> Self {
        let ids = Arc::new(SeededIds::new(seed, at));
        Self::with_store(Box::new(MemoryStore::new()), Arc::new(FixedClock::new(at)), ids)
    }

    /// Closes the store: running calls end, later ones answer `Closed`. Sessions of this engine are closed with it.
    pub fn close(&self) {
        self.inner.store.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The entities that the engine keeps.
    #[must_use]
    pub fn registry(&self) -> Arc<Registry> {
        self.inner.registry.clone()
    }

    /// Makes a tenant with its organisation, a permission set with every right, and its first user.
    ///
    /// # Errors
    /// `DuplicateKey` if the tenant exists, `BadFormat` for an unknown time zone; `Required`, `TooLong` or `BadFormat`
    /// for a key that is empty, longer than 60 characters, or has control characters or white space at an end; `Unknown`
    /// if the commit could not be confirmed: the tenant is there if the first user gets a session.
    pub fn setup(&self, options: SetupOptions) -> Result<Id> {
        check_key(&options.tenant)?;
        pipeline::setup(&self.inner, &options)
    }

    /// The keys of all tenants.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    pub fn tenants(&self) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        self.inner.store()?.read(&mut |tx| {
            keys = tx.tenants()?.into_iter().map(|(key, _)| key).collect();
            Ok(())
        })?;
        Ok(keys)
    }

    /// A session of a user; the host has already made sure who it is.
    ///
    /// # Errors
    /// `NotFound` for an unknown tenant or user, or one who left.
    pub fn session(&self, tenant: &str, login: &str) -> Result<Session> {
        let mut found = None;
        self.inner.store()?.read(&mut |tx| {
            let id = tx.tenant(tenant)?.ok_or_else(|| Error::not_found("tenant"))?;
            let known = self.inner.tenant(tx, id)?;
            let user = known.model.user_by_login(login).filter(|user| known.model.is_active(user.id));
            found = user.map(|user| Ctx { tenant: id, user: user.id });
            Ok(())
        })?;
        let ctx = found.ok_or_else(|| Error::not_found("user"))?;
        Ok(Session { inner: self.inner.clone(), ctx, clock: self.inner.clock.clone(), source: None })
    }

    /// Copies the whole database into a new file while others go on working.
    ///
    /// # Errors
    /// `FileExists` if there is such a file, `ReadOnlyFile`, `DiskFull` or `Io` if it cannot be written; then no file
    /// is left behind.
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<()> {
        self.inner.store()?.backup(to.as_ref())
    }

    /// Looks for damage in the file; an empty list is good news.
    ///
    /// # Errors
    /// `Unavailable` if the check could not be run.
    pub fn check_integrity(&self) -> Result<Vec<String>> {
        self.inner.store()?.check_integrity()
    }
}

impl Inner {
    /// The store, as long as the engine is open.
    pub(crate) fn store(&self) -> Result<Arc<dyn Store>> {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner).clone();
        store.ok_or_else(|| Error::unavailable(ErrorCode::Closed, "the engine was closed"))
    }

    /// The tenant as this snapshot has it, kept for later.
    pub(crate) fn tenant(&self, tx: &mut dyn ReadTx, id: TenantId) -> Result<Arc<Tenant>> {
        let tenant = self.tenants.at(tx, &self.registry, id, self.clock.now())?;
        self.tenants.keep(&tenant);
        Ok(tenant)
    }
}

/// A tenant, a user and a clock: everything is asked and done through one.
#[derive(Clone)]
pub struct Session {
    pub(crate) inner: Arc<Inner>,
    pub(crate) ctx: Ctx,
    pub(crate) clock: Arc<dyn Clock>,
    /// The way on which records come in, if it was said.
    pub(crate) source: Option<RecordSource>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("ctx", &self.ctx).finish_non_exhaustive()
    }
}

impl Session {
    /// The user.
    #[must_use]
    pub const fn user(&self) -> Id {
        self.ctx.user
    }

    /// The same session with another clock: for imports of history, replays and tests.
    #[must_use]
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self.clone() }
    }

    /// A new identifier for a record that the caller is about to make.
    #[must_use]
    pub fn new_id(&self) -> Id {
        self.inner.ids.next_id()
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Denied`, `Conflict`: nothing was written. `Unknown`: repeat with the same `op_id`.
    pub fn execute(&self, command: Command) -> Result<Outcome> {
        pipeline::execute(self, Asked::One(&command), None)
    }

    /// Carries out a command that may be repeated: the same `op_id` has its effect once and gives the first outcome.
    ///
    /// # Errors
    /// As [`Session::execute`]; `OpIdReused` if the `op_id` was used for another command.
    pub fn execute_once(&self, command: Command, op_id: Id) -> Result<Outcome> {
        pipeline::execute(self, Asked::One(&command), Some(op_id))
    }

    /// Carries out all commands or none.
    ///
    /// # Errors
    /// As [`Session::execute`]; the field path begins with the place of the command, `[2]`.
    pub fn execute_all(&self, commands: &[Command], op_id: Option<Id>) -> Result<Outcome> {
        pipeline::execute(self, Asked::List(commands), op_id)
    }

    /// What a command would do, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn preview(&self, command: Command) -> Result<Outcome> {
        pipeline::preview(self, Asked::One(&command))
    }

    /// What several commands would do together, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn preview_all(&self, commands: &[Command]) -> Result<Outcome> {
        pipeline::preview(self, Asked::List(commands))
    }
}

/// The permission set of the first user.
pub(super) fn every_right() -> PermissionSet {
    PermissionSet {
        name: "system_administrator".into(),
        objects: vec![access::every_right()],
        ..PermissionSet::default()
    }
}

/// The first records of a tenant.
pub(super) fn first_records(options: &SetupOptions, set: Id) -> (Organization, User) {
    let organization = Organization {
        name: options.name.clone(),
        base_currency: options.base_currency,
        time_zone: options.time_zone.clone(),
        ..Organization::default()
    };
    let user = User {
        login: options.admin_login.clone(),
        name: options.admin_login.clone(),
        permission_sets: vec![set],
        ..User::default()
    };
    (organization, user)
}
