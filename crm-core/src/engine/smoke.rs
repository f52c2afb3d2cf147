//! The shortest way through the engine on both stores.

use std::collections::HashMap;
use std::sync::Arc;

use super::{AdminCommand, Command, Crm, JournalCommand, RecordCommand, Session, SetupOptions};
use crate::access::{ObjectRight, PermissionSet, Role, User};
use crate::query::{Comparison, Filter, Query, Sort};
use crate::store::SqliteOptions;
use crate::value::{ErrorCode, FieldValue, FixedClock, SeededIds, Timestamp};

/// An engine on each store, with the first user's session.
pub(crate) fn sessions() -> Vec<(tempfile::TempDir, Session)> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crm.db");
    let clock = Arc::new(FixedClock::new("2026-03-02T01:00:00Z".parse::<Timestamp>().unwrap()));
    let sqlite = crate::store::SqliteStore::open(&file, SqliteOptions::default(), super::registry()).unwrap();
    let stores: [Box<dyn crate::store::Store>; 2] = [Box::new(crate::store::MemoryStore::new()), Box::new(sqlite)];
    let mut folders = vec![folder, tempfile::tempdir().unwrap()];
    stores
        .into_iter()
        .map(|store| {
            let ids = Arc::new(SeededIds::new(7, "2026-03-02T01:00:00Z".parse().unwrap()));
            let crm = Crm::with_store(store, clock.clone(), ids);
            crm.setup(SetupOptions {
                tenant: "main".into(),
                name: "华东精密机械".into(),
                base_currency: "CNY".parse().unwrap(),
                time_zone: "Asia/Shanghai".into(),
                admin_login: "admin".into(),
            })
            .unwrap();
            (folders.remove(0), crm.session("main", "admin").unwrap())
        })
        .rev()
        .collect()
}

#[test]
fn roles_users_history_undo_and_lists_work_on_both_stores() {
    for (_folder, admin) in sessions() {
        let role = |name: &str, parent| {
            let role = Role { name: name.into(), parent, ..Role::default() };
            admin.execute(Command::Admin(AdminCommand::CreateRole { role })).unwrap().created("role")
        };
        let head = role("head", None);
        let north = role("north", Some(head));
        let set = PermissionSet {
            name: "sales".into(),
            objects: vec![ObjectRight { entity: "user".into(), read: true, ..ObjectRight::default() }],
            ..PermissionSet::default()
        };
        let set = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set: set })).unwrap();
        let user = User {
            login: "wang".into(),
            name: "王伟机床部".into(),
            role: Some(north),
            permission_sets: vec![set.created("permission_set")],
            ..User::default()
        };
        let made = admin.execute(Command::Admin(AdminCommand::CreateUser { user: user.clone() })).unwrap();
        let wang = made.created("user");

        let twice = admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap_err();
        assert_eq!((twice.kind(), twice.code(), twice.field()), ("conflict", ErrorCode::DuplicateKey, Some("login")));

        let mut read: User = admin.get(wang).unwrap();
        assert_eq!(read.version, 1);
        read.name = "王伟".into();
        admin.execute(Command::Admin(AdminCommand::UpdateUser { user: read.clone() })).unwrap();
        let stale = admin
            .execute(Command::Admin(AdminCommand::UpdateUser { user: User { name: "x".into(), ..read } }))
            .unwrap_err();
        assert_eq!(stale.code(), ErrorCode::StaleVersion);
        assert_eq!(stale.problems()[0].data["changed_fields"], "name");

        let history = admin.history("user", wang).unwrap();
        assert_eq!(history.len(), 2);
        assert_eq!(history[1].changes[0].after, FieldValue::Text("王伟".into()));
        let undo = Command::Journal(JournalCommand::Undo { operation: history[1].op_id });
        admin.execute(undo.clone()).unwrap();
        assert_eq!(admin.get::<User>(wang).unwrap().name, "王伟机床部");
        assert_eq!(admin.execute(undo).unwrap_err().code(), ErrorCode::EffectsChanged);

        let query = Query {
            search: Some("机床".into()),
            filter: Some(Filter::Compare { field: "role".into(), comparison: Comparison::Equal, value: north.into() }),
            sort: vec![Sort { field: "name".into(), descending: true }],
            ..Query::default()
        };
        let (found, next) = admin.list::<User>(&query).unwrap();
        assert_eq!((found.len(), next), (1, None));

        let session = Session { ctx: crate::access::Ctx { user: wang, ..admin.ctx }, ..admin.clone() };
        assert_eq!(session.get::<User>(wang).unwrap().login, "wang");
        let fields = HashMap::from([("name".to_owned(), FieldValue::from("no"))]);
        let denied =
            session.execute(Command::Record(RecordCommand::Create { entity: "role".into(), fields })).unwrap_err();
        assert_eq!(denied.kind(), "denied");
        let cycle = admin.get::<Role>(head).map(|role| Role { parent: Some(north), ..role }).unwrap();
        let cycle = admin.execute(Command::Admin(AdminCommand::UpdateRole { role: cycle })).unwrap_err();
        assert_eq!(cycle.code(), ErrorCode::Cycle);
        assert_eq!(cycle.problems()[0].data["cycle"], "north > head");
    }
}

#[test]
fn the_same_op_id_has_its_effect_once() {
    for (_folder, admin) in sessions() {
        let op_id = admin.new_id();
        let command = |name: &str| {
            Command::Admin(AdminCommand::CreateRole { role: Role { name: name.into(), ..Role::default() } })
        };
        let first = admin.execute_once(command("a"), op_id).unwrap();
        let second = admin.execute_once(command("a"), op_id).unwrap();
        assert_eq!(first.changes, second.changes);
        assert!(second.replayed);
        assert_eq!(admin.execute_once(command("b"), op_id).unwrap_err().code(), ErrorCode::OpIdReused);
        assert_eq!(admin.preview(command("b")).unwrap().changes.len(), 1);
        assert_eq!(admin.list::<Role>(&Query::default()).unwrap().0.len(), 1);
    }
}
