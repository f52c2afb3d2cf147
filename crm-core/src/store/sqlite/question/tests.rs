//! How much a question makes SQLite do.

use rusqlite::{Connection, StatementStatus, params_from_iter};

use super::*;
use crate::access::{AccessModel, AccessPlan, Configuration, Ctx, ObjectRight, PermissionSet, User};
use crate::query::Query;
use crate::schema::TenantSchema;
use crate::store::sqlite::ddl::{Tables, create};
use crate::value::Id;

const OTHER: Id = Id::from_bytes([7; 16]);
const READER: Id = Id::from_bytes([8; 16]);

/// Accounts of two owners in two tenants, all with the same words.
fn accounts(tables: &Tables, counts: &[(TenantId, Id, u8, u32)]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    rusqlite::vtab::array::load_module(&connection).unwrap();
    let entity = tables.entity("account").unwrap();
    connection.execute_batch(&create(entity)).unwrap();
    let insert = "INSERT INTO account (tenant, id, version, owner, created_at, updated_at, name) VALUES (?1, ?2, 1, ?3, 0, 0, '有限')";
    for (tenant, owner, mark, count) in counts {
        for number in 0..*count {
            let mut id = [*mark; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            connection.execute(insert, (tenant, id, owner.as_bytes())).unwrap();
            let words = (connection.last_insert_rowid(), search_scope(*tenant), "有限");
            connection.execute("INSERT INTO account_search (rowid, scope, name) VALUES (?1, ?2, ?3)", words).unwrap();
        }
    }
    connection
}

/// How many records the reader of a tenant finds, and the steps that it took.
fn found(connection: &Connection, tables: &Tables, tenant: TenantId, view_all: bool) -> (usize, i32) {
    let schema = TenantSchema::new(tables.registry.clone(), &[]).unwrap();
    let entity = tables.entity("account").unwrap();
    let right = ObjectRight { entity: "account".into(), read: true, view_all, ..ObjectRight::default() };
    let set = PermissionSet { id: OTHER, objects: vec![right], ..PermissionSet::default() };
    let user = User { id: READER, permission_sets: vec![OTHER], ..User::default() };
    let configuration = Configuration::of(vec![user], Vec::new(), vec![set]);
    let model = AccessModel::new(configuration, &schema, "2026-03-02".parse().unwrap());
    let plan = AccessPlan::of(Ctx { tenant, user: READER }, entity, &schema, &model);
    let query = Query { search: Some("有限".into()), ..Query::default() };
    let asked = plan.check_scan(&schema, entity, &query).unwrap();
    let mine = connection
        .prepare("SELECT rid FROM account WHERE tenant = ?1 AND owner = ?2")
        .unwrap()
        .query_map((tenant, READER.as_bytes()), |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<Vec<Value>>>()
        .unwrap();
    let seen = if view_all { Seen::All } else { Seen::Among(Rc::new(mine)) };
    let question = Question::list(&tables.statements("account").unwrap().select, entity, &asked, &seen, None);
    let mut statement = connection.prepare(&question.sql).unwrap();
    let rows = statement.query_map(params_from_iter(question.values), |_| Ok(())).unwrap().count();
    (rows, statement.get_status(StatementStatus::VmStep))
}

#[test]
fn a_search_walked_through_the_matches_that_its_reader_does_not_see() {
    let tables = Tables::new(crate::engine::registry());
    let few = accounts(&tables, &[(1, READER, 1, 5), (2, READER, 2, 5)]);
    let many = accounts(&tables, &[(1, READER, 1, 5), (1, OTHER, 3, 3_000), (2, OTHER, 4, 3_000), (2, READER, 2, 5)]);
    for (tenant, view_all, expected) in [(1, false, 5), (2, false, 5)] {
        let ((rows, steps), (rows_of_many, steps_of_many)) =
            (found(&few, &tables, tenant, view_all), found(&many, &tables, tenant, view_all));
        assert_eq!((rows, rows_of_many), (expected, expected));
        assert!(steps_of_many < steps * 3, "{steps_of_many} steps instead of {steps}");
    }
    let small = accounts(&tables, &[(1, OTHER, 1, 3_000), (2, OTHER, 2, 5)]);
    let (rows, steps) = found(&small, &tables, 2, true);
    assert!(rows == 5 && steps < 1_000, "{steps} steps through the matches of another tenant");
}
