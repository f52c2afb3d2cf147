//! Engines on both stores, with clock and identifiers that a test can repeat.

use std::sync::Arc;

use super::registry;
use crate::engine::{AdminCommand, Command, Crm, Session, SetupOptions};
use crate::schema::FieldDefinition;
use crate::store::{Durability, MemoryStore, PlanChoice, SqliteOptions, SqliteStore, Store};
use crate::value::{FixedClock, Id, SeededIds, Timestamp};

/// A store with what must live as long as it.
pub(crate) struct Kept {
    pub(crate) store: Box<dyn Store>,
    pub(crate) folder: Option<tempfile::TempDir>,
}

/// The reference store.
pub(crate) fn memory() -> Kept {
    Kept { store: Box::new(MemoryStore::new()), folder: None }
}

/// SQLite on a file of its own.
pub(crate) fn sqlite() -> Kept {
    sqlite_with(PlanChoice::Auto)
}

/// SQLite on a file of its own, which finds the records that a reader sees in one way.
pub(crate) fn sqlite_with(plan: PlanChoice) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { durability: Durability::Normal, ..SqliteOptions::default() };
    let store = SqliteStore::open_for_test(&folder.path().join("crm.db"), options, registry()).unwrap();
    Kept { store: Box::new(store.with_plan(plan)), folder: Some(folder) }
}

/// An engine with its first user.
pub(crate) struct Engine {
    pub(crate) crm: Crm,
    pub(crate) admin: Session,
    pub(crate) clock: Arc<FixedClock>,
    _folder: Option<tempfile::TempDir>,
}

impl Engine {
    /// An engine on a store; the same seed gives the same identifiers.
    pub(crate) fn new(kept: Kept, seed: u64) -> Self {
        let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let clock = Arc::new(FixedClock::new(start));
        let ids = Arc::new(SeededIds::new(seed, start));
        let crm = Crm::with_store_and_registry(kept.store, clock.clone(), ids, registry());
        setup(&crm, "main");
        let admin = crm.session("main", "admin").unwrap();
        Self { crm, admin, clock, _folder: kept.folder }
    }

    /// Defines custom fields.
    pub(crate) fn define(&self, definitions: Vec<FieldDefinition>) {
        for definition in definitions {
            self.admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
        }
    }

    /// The instant that the clock shows.
    pub(crate) fn clock_now(&self) -> Timestamp {
        crate::value::Clock::now(self.clock.as_ref())
    }

    /// A session of a user by identifier.
    pub(crate) fn session_of(&self, user: Id) -> Session {
        Session { ctx: crate::access::Ctx { user, ..self.admin.ctx }, ..self.admin.clone() }
    }
}

/// Makes a tenant.
pub(crate) fn setup(crm: &Crm, tenant: &str) {
    crm.setup(SetupOptions {
        tenant: tenant.into(),
        name: "华东精密机械".into(),
        base_currency: "CNY".parse().unwrap(),
        time_zone: "Asia/Shanghai".into(),
        admin_login: "admin".into(),
    })
    .unwrap();
}
