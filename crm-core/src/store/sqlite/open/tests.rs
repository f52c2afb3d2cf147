//! Migrations from older files, with steps that only these tests know.

use std::collections::BTreeSet;

use super::*;

/// Steps that change nothing that the engine needs.
const NEXT: &str = "CREATE TABLE more (a INTEGER) STRICT; INSERT INTO more VALUES (1);";
const LAST: &str = "INSERT INTO more VALUES (2);";
const BROKEN: &str = "INSERT INTO more VALUES (3); INSERT INTO missing VALUES (1);";

fn options() -> SqliteOptions {
    SqliteOptions { durability: Durability::Normal, ..SqliteOptions::default() }
}

fn steps<'a>(more: &[&'a str]) -> Vec<&'a str> {
    MIGRATIONS.iter().chain(more).copied().collect()
}

/// A file of the present version with a tenant in it.
fn older(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("crm.db");
    let connection = writer_with(&path, &options(), MIGRATIONS).unwrap();
    connection.execute_batch("INSERT INTO tenant (key) VALUES ('main')").unwrap();
    path
}

fn figures(path: &Path, sql: &str) -> i64 {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn files(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn an_older_file_is_copied_before_it_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = older(folder.path());
    drop(writer_with(&path, &options(), &steps(&[NEXT, LAST])).unwrap());
    assert_eq!(figures(&path, "SELECT sum(a) FROM more"), 3);
    let version = MIGRATIONS.len();
    let copy = folder.path().join(format!("crm.db.v{version}.backup"));
    assert_eq!(files(folder.path()), BTreeSet::from(["crm.db".into(), format!("crm.db.v{version}.backup")]));
    assert_eq!(figures(&copy, "SELECT count(*) FROM tenant"), 1);
    assert_eq!(figures(&copy, "PRAGMA user_version"), i64::try_from(version).unwrap());
    drop(writer_with(&copy, &options(), MIGRATIONS).unwrap());
    drop(writer_with(&path, &options(), &steps(&[NEXT, LAST])).unwrap());
    assert_eq!(files(folder.path()).len(), 2, "a file of the present version is not copied");
}

#[test]
fn a_step_that_fails_changes_nothing_and_the_copy_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = older(folder.path());
    let error = writer_with(&path, &options(), &steps(&[NEXT, BROKEN])).unwrap_err();
    assert_eq!((error.kind(), error.code()), ("unavailable", ErrorCode::Store));
    let version = i64::try_from(MIGRATIONS.len()).unwrap();
    assert_eq!(figures(&path, "PRAGMA user_version"), version + 1, "the step before stands");
    assert_eq!(figures(&path, "SELECT sum(a) FROM more"), 1);
    assert_eq!(figures(&path, "SELECT count(*) FROM tenant"), 1);
    drop(writer_with(&path, &options(), &steps(&[NEXT, LAST])).unwrap());
    assert_eq!(figures(&path, "SELECT sum(a) FROM more"), 3);
    assert_eq!(files(folder.path()).len(), 3, "each version that was left has its copy");
}

#[test]
fn an_older_copy_is_never_taken_for_the_present_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = older(folder.path());
    let version = MIGRATIONS.len();
    let first = folder.path().join(format!("crm.db.v{version}.backup"));
    std::fs::write(&first, b"what a broken run left behind").unwrap();
    drop(writer_with(&path, &options(), &steps(&[NEXT])).unwrap());
    assert_eq!(std::fs::read(&first).unwrap(), b"what a broken run left behind");
    let second = folder.path().join(format!("crm.db.v{version}.2.backup"));
    assert_eq!(figures(&second, "SELECT count(*) FROM tenant"), 1);
}

#[test]
fn without_a_copy_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = older(folder.path());
    // All names that a copy may have are taken.
    let version = MIGRATIONS.len();
    for number in 1..1_000 {
        let suffix = if number == 1 { String::new() } else { format!(".{number}") };
        std::fs::create_dir(folder.path().join(format!("crm.db.v{version}{suffix}.backup"))).unwrap();
    }
    let error = writer_with(&path, &options(), &steps(&[NEXT])).unwrap_err();
    assert_eq!((error.kind(), error.code()), ("conflict", ErrorCode::FileExists));
    assert_eq!(figures(&path, "PRAGMA user_version"), i64::try_from(version).unwrap());
    assert_eq!(figures(&path, "SELECT count(*) FROM sqlite_schema WHERE name = 'more'"), 0);
    std::fs::remove_dir(folder.path().join(format!("crm.db.v{version}.backup"))).unwrap();
    drop(writer_with(&path, &options(), &steps(&[NEXT])).unwrap());
}

#[test]
fn several_openers_take_each_step_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = older(folder.path());
    let steps = steps(&[NEXT, LAST]);
    std::thread::scope(|scope| {
        let openers: Vec<_> =
            (0..6).map(|_| scope.spawn(|| writer_with(&path, &options(), &steps).map(drop))).collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
    assert_eq!(figures(&path, "SELECT sum(a) FROM more"), 3);
}

#[test]
fn a_database_without_a_log_is_refused() {
    let error = use_log(&Connection::open_in_memory().unwrap()).unwrap_err();
    assert_eq!(explain(&error).code(), ErrorCode::Io);
}
