//! Commits that could not be confirmed: they took effect or did not, and the caller does not know which.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::regression::{create, made, told, update};
use super::{Engine, Kept, Sample, memory, registry, setup, sqlite};
use crate::customer::Account;
use crate::engine::{Crm, SetupOptions};
use crate::exchange::{ColumnMapping, ImportMapping};
use crate::query::Query;
use crate::store::{ReadWork, Store, WriteFailure, WriteWork};
use crate::value::{Error, ErrorCode, FixedClock, RandomIds, Result};

/// Whether the next commit, about which nothing will be known, takes effect.
type Next = Arc<Mutex<Option<bool>>>;

/// A store whose commits can be lost, or only their confirmation.
struct Doubtful {
    store: Box<dyn Store>,
    next: Next,
}

fn no_answer() -> Error {
    Error::unavailable(ErrorCode::Io, "the connection broke")
}

impl Store for Doubtful {
    fn read(&self, work: ReadWork<'_>) -> Result<()> {
        self.store.read(work)
    }

    fn write(&self, work: WriteWork<'_>) -> std::result::Result<(), WriteFailure> {
        let next = self.next.lock().unwrap().take();
        let Some(takes_effect) = next else { return self.store.write(work) };
        let mut finished = false;
        let written = self.store.write(&mut |tx| {
            work(tx)?;
            finished = true;
            if takes_effect { Ok(()) } else { Err(no_answer()) }
        });
        if finished { Err(WriteFailure::Unknown(no_answer())) } else { written }
    }

    fn backup(&self, to: &Path) -> Result<()> {
        self.store.backup(to)
    }

    fn check_integrity(&self) -> Result<Vec<String>> {
        self.store.check_integrity()
    }
}

fn doubtful(kept: Kept) -> (Kept, Next) {
    let next = Next::default();
    let store = Box::new(Doubtful { store: kept.store, next: next.clone() });
    (Kept { store, folder: kept.folder }, next)
}

/// Both stores, each with a commit that takes effect and one that does not.
fn each(test: impl Fn(Engine, &dyn Fn(), bool)) {
    for make in [memory, sqlite] {
        for takes_effect in [true, false] {
            let (kept, next) = doubtful(make());
            let engine = Engine::new(kept, 9);
            test(engine, &|| *next.lock().unwrap() = Some(takes_effect), takes_effect);
        }
    }
}

#[test]
fn a_command_in_doubt_is_repeated_with_its_op_id_and_done_once() {
    each(|engine, doubt, took_effect| {
        let admin = &engine.admin;
        let command = create("sample", &[("name", "a".into())]);
        let op_id = admin.new_id();
        doubt();
        let error = admin.execute_once(command.clone(), op_id).unwrap_err();
        assert_eq!((error.kind(), error.code()), ("unknown", ErrorCode::CommitUnknown));
        assert_eq!(error.problems()[0].data["op_id"], op_id.to_string());
        let outcome = admin.execute_once(command.clone(), op_id).unwrap();
        assert_eq!(outcome.replayed, took_effect);
        assert_eq!(admin.list_all::<Sample>(&Query::default()).unwrap().len(), 1);

        doubt();
        let error = admin.execute(command.clone()).unwrap_err();
        let op_id = error.problems()[0].data["op_id"].parse().unwrap();
        assert_eq!(admin.execute_once(command, op_id).unwrap().replayed, took_effect, "the engine made the op_id");
        assert_eq!(admin.list_all::<Sample>(&Query::default()).unwrap().len(), 2);
    });
}

#[test]
fn a_refusal_is_no_doubt() {
    each(|engine, doubt, _| {
        let id = made(&engine.admin, "sample", &[("name", "a".into())]);
        doubt();
        assert_eq!(told(engine.admin.execute(update("sample", id, 7, &[]))).1, ErrorCode::StaleVersion);
    });
}

#[test]
fn rights_in_doubt_are_read_anew() {
    each(|engine, doubt, took_effect| {
        doubt();
        let fields = [("entity", "sample".into()), ("name", "x_a".into()), ("kind", "text".into())];
        assert_eq!(told(engine.admin.execute(create("field_definition", &fields))).0, "unknown");
        let used = engine.admin.execute(create("sample", &[("name", "a".into()), ("x_a", "b".into())]));
        assert_eq!(used.is_ok(), took_effect, "no cache keeps what was not written");
    });
}

#[test]
fn a_setup_in_doubt_says_how_to_find_out() {
    each(|engine, doubt, took_effect| {
        let options = || SetupOptions {
            tenant: "second".into(),
            name: "Muster Pumpen GmbH".into(),
            base_currency: "EUR".parse().unwrap(),
            time_zone: "Europe/Berlin".into(),
            admin_login: "admin".into(),
        };
        doubt();
        let error = engine.crm.setup(options()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::CommitUnknown);
        assert!(!error.to_string().contains("op_id"), "{error}");
        assert_eq!(engine.crm.session("second", "admin").is_ok(), took_effect);
        assert_eq!(engine.crm.setup(options()).is_ok(), !took_effect);
        engine.crm.session("second", "admin").unwrap();
    });
}

#[test]
fn an_import_in_doubt_is_made_again_and_doubles_nothing() {
    each(|engine, doubt, took_effect| {
        let column =
            |name: &str| ColumnMapping { column: name.into(), field: "name".into(), ..ColumnMapping::default() };
        let mapping = ImportMapping {
            entity: "account".into(),
            columns: vec![column("name")],
            external_system: Some("erp".into()),
            key_column: Some("key".into()),
            ..ImportMapping::default()
        };
        let file = b"key,name\n1,a\n2,b\n";
        doubt();
        let error = engine.admin.import_csv(file, &mapping, false).unwrap_err();
        assert_eq!(error.code(), ErrorCode::CommitUnknown);
        assert!(!error.to_string().contains("op_id"), "{error}");
        let report = engine.admin.import_csv(file, &mapping, false).unwrap();
        assert_eq!((report.created, report.unchanged), if took_effect { (0, 2) } else { (2, 0) });
        assert_eq!(engine.admin.list_all::<Account>(&Query::default()).unwrap().len(), 2);
    });
}

#[test]
fn a_restore_in_doubt_was_told_as_a_failure() {
    let source = Engine::new(memory(), 9);
    made(&source.admin, "sample", &[("name", "a".into())]);
    let mut dump = Vec::new();
    source.crm.dump(&mut dump).unwrap();
    for make in [memory, sqlite] {
        for took_effect in [true, false] {
            let (kept, next) = doubtful(make());
            let clock = Arc::new(FixedClock::new(source.clock_now()));
            let crm = Crm::with_store_and_registry(kept.store, clock, Arc::new(RandomIds::default()), registry());
            *next.lock().unwrap() = Some(took_effect);
            let error = crm.restore(&mut dump.as_slice()).unwrap_err();
            assert_eq!((error.kind(), error.code()), ("unknown", ErrorCode::CommitUnknown));
            assert_eq!(crm.tenants().unwrap().is_empty(), !took_effect);
            assert_eq!(crm.restore(&mut dump.as_slice()).is_ok(), !took_effect);
            assert_eq!(crm.session("main", "admin").unwrap().list_all::<Sample>(&Query::default()).unwrap().len(), 1);
            setup(&crm, "other");
        }
    }
}
