//! Keys and normal forms by which records are matched.

use super::suite::Suite;
use crate::schema::Row;
use crate::store::{MatchChange, MatchEntry, MatchSpace, WriteTx};
use crate::value::{Error, ErrorCode, Id, Result};

fn space(suite: &Suite) -> MatchSpace {
    MatchSpace { tenant: suite.tenant, entity: "sample", number: 1, version: 1 }
}

fn keep(suite: &Suite, space: &MatchSpace, record: Id, remove: &[i64], add: &[i64], features: Option<&[u8]>) {
    suite.write(|tx| put(tx, space, record, remove, add, features)).unwrap();
}

fn put(
    tx: &mut dyn WriteTx,
    space: &MatchSpace,
    record: Id,
    remove: &[i64],
    add: &[i64],
    features: Option<&[u8]>,
) -> Result<()> {
    tx.put_match(space, record, &MatchChange { fresh: false, remove, add, features })
}

/// New records with these keys.
fn records(suite: &Suite, space: &MatchSpace, keys: &[&[i64]]) -> Vec<Row> {
    let rows: Vec<Row> = keys.iter().map(|_| suite.row("a", &[])).collect();
    suite.put_all(&rows);
    for (row, keys) in rows.iter().zip(keys) {
        let fresh = MatchChange { fresh: true, remove: &[], add: keys, features: Some(&[7]) };
        suite.write(|tx| tx.put_match(space, row.id, &fresh)).unwrap();
    }
    rows
}

/// The records that carry each of the keys.
fn found(suite: &Suite, space: &MatchSpace, keys: &[i64]) -> Vec<Vec<Id>> {
    suite
        .read(|tx| {
            let places = tx.match_candidates(space, keys, 100)?;
            let entries = places.iter().map(|places| tx.match_entries(space, places));
            let ids = |entries: Vec<MatchEntry>| entries.into_iter().map(|entry| entry.id).collect();
            entries.map(|entries| entries.map(ids)).collect()
        })
        .unwrap()
}

fn ids(rows: &[&Row]) -> Vec<Id> {
    rows.iter().map(|row| row.id).collect()
}

pub(super) fn records_that_share_a_key_are_found(suite: &Suite) {
    let space = space(suite);
    let rows = records(suite, &space, &[&[1, 2], &[2, i64::MIN], &[i64::MAX]]);
    let asked = [1, 2, i64::MIN, i64::MAX, 0];
    let [a, b, c] = [&rows[0], &rows[1], &rows[2]];
    let expected = vec![ids(&[a]), ids(&[a, b]), ids(&[b]), ids(&[c]), Vec::new()];
    assert_eq!(found(suite, &space, &asked), expected, "in the order in which they were made");
    let entry = suite.read(|tx| tx.match_entry(&space, b.id)).unwrap().unwrap();
    assert_eq!((entry.id, entry.features), (b.id, vec![7]));
    assert_eq!(suite.read(|tx| tx.match_entry(&space, suite.id())).unwrap(), None);
    let refused = suite.write(|tx| put(tx, &space, suite.id(), &[], &[1], Some(&[]))).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::DamagedFile, "keys of a record that is not there");
}

pub(super) fn keys_change_with_their_record(suite: &Suite) {
    let space = space(suite);
    let rows = records(suite, &space, &[&[1, 2], &[2]]);
    let features = vec![9; 70_000];
    keep(suite, &space, rows[0].id, &[1, 5], &[2, 3], Some(&features));
    assert_eq!(found(suite, &space, &[1, 2, 3]), [Vec::new(), ids(&[&rows[0], &rows[1]]), ids(&[&rows[0]])]);
    assert_eq!(suite.read(|tx| tx.match_entry(&space, rows[0].id)).unwrap().unwrap().features, features);
    keep(suite, &space, rows[0].id, &[2, 3], &[], None);
    assert_eq!(found(suite, &space, &[2, 3]), [ids(&[&rows[1]]), Vec::new()]);
    assert_eq!(suite.read(|tx| tx.match_entry(&space, rows[0].id)).unwrap(), None);
    keep(suite, &space, rows[0].id, &[], &[4], Some(&[]));
    assert_eq!(found(suite, &space, &[4]), [ids(&[&rows[0]])], "matched again, with nothing to compare");
}

pub(super) fn a_key_of_many_is_bounded(suite: &Suite) {
    let space = space(suite);
    let keys: Vec<&[i64]> = vec![&[8]; 7];
    let rows = records(suite, &space, &keys);
    for (most, count) in [(0, 1), (5, 6), (6, 7), (7, 7), (usize::MAX, 7)] {
        let places = suite.read(|tx| tx.match_candidates(&space, &[8], most)).unwrap();
        assert_eq!(places[0].len(), count, "at most {most}");
        let first = suite.read(|tx| tx.match_entries(&space, &places[0])).unwrap();
        assert_eq!(
            first.iter().map(|entry| entry.id).collect::<Vec<_>>(),
            ids(&rows[..count].iter().collect::<Vec<_>>())
        );
    }
}

pub(super) fn what_is_taken_back_leaves_no_keys(suite: &Suite) {
    let space = space(suite);
    let rows = records(suite, &space, &[&[1]]);
    let failed = suite.write(|tx| -> Result<()> {
        put(tx, &space, rows[0].id, &[1], &[2], Some(&[1]))?;
        Err(Error::unavailable(ErrorCode::Store, "never mind"))
    });
    assert_eq!(failed.unwrap_err().code(), ErrorCode::Store);
    assert_eq!(found(suite, &space, &[1, 2]), [ids(&[&rows[0]]), Vec::new()]);
    suite
        .write(|tx| {
            put(tx, &space, rows[0].id, &[], &[3], Some(&[3]))?;
            tx.begin_step()?;
            put(tx, &space, rows[0].id, &[1, 3], &[4], None)?;
            tx.end_step(false)?;
            tx.begin_step()?;
            put(tx, &space, rows[0].id, &[1], &[], Some(&[5]))?;
            tx.end_step(true)
        })
        .unwrap();
    assert_eq!(found(suite, &space, &[1, 3, 4]), [Vec::new(), ids(&[&rows[0]]), Vec::new()]);
    assert_eq!(suite.read(|tx| tx.match_entry(&space, rows[0].id)).unwrap().unwrap().features, [5]);
}

pub(super) fn versions_stand_side_by_side_until_the_old_one_is_dropped(suite: &Suite) {
    let old = space(suite);
    let new = MatchSpace { version: 2, ..old };
    let rows = records(suite, &old, &[&[1], &[1], &[1]]);
    assert_eq!(suite.read(|tx| tx.stale_matches(&old, 9)).unwrap(), Vec::<Id>::new());
    assert_eq!(suite.read(|tx| tx.stale_matches(&new, 2)).unwrap(), ids(&[&rows[0], &rows[1]]));
    assert_eq!(found(suite, &new, &[1]), [Vec::new()]);
    keep(suite, &new, rows[0].id, &[], &[1], Some(&[2]));
    assert_eq!(suite.read(|tx| tx.stale_matches(&new, 9)).unwrap(), ids(&[&rows[1], &rows[2]]));
    assert_eq!(found(suite, &new, &[1]), [ids(&[&rows[0]])]);
    // A file that a newer version wrote to: what is newer is as strange as what is older.
    assert_eq!(suite.read(|tx| tx.stale_matches(&old, 9)).unwrap(), ids(&[&rows[0]]));
    keep(suite, &new, rows[1].id, &[], &[1], Some(&[2]));
    keep(suite, &new, rows[2].id, &[], &[], None);
    assert_eq!(suite.read(|tx| tx.stale_matches(&new, 9)).unwrap(), Vec::<Id>::new());
    let dropped: Vec<usize> = (0..3).map(|_| suite.write(|tx| tx.drop_stale_keys(&new, 2)).unwrap()).collect();
    assert_eq!(dropped, [2, 1, 0]);
    assert_eq!(found(suite, &new, &[1]), [ids(&[&rows[0], &rows[1]])]);
}

pub(super) fn pages_and_tenants_are_apart(suite: &Suite) {
    let own = space(suite);
    let rows = records(suite, &own, &[&[1], &[1], &[1]]);
    let page = |after, limit| suite.read(|tx| tx.match_page(&own, after, limit)).unwrap();
    let first = page(i64::MIN, 2);
    assert_eq!(first.iter().map(|entry| entry.id).collect::<Vec<_>>(), ids(&[&rows[0], &rows[1]]));
    let rest = page(first[1].place, 2);
    assert_eq!(rest.iter().map(|entry| entry.id).collect::<Vec<_>>(), ids(&[&rows[2]]));
    assert!(page(rest[0].place, 2).is_empty());
    for other in [MatchSpace { tenant: 99, ..own }, MatchSpace { number: 2, ..own }] {
        assert_eq!(found(suite, &other, &[1]), [Vec::new()]);
        assert!(suite.read(|tx| tx.match_page(&other, i64::MIN, 9)).unwrap().is_empty());
        assert!(suite.read(|tx| tx.stale_matches(&other, 9)).unwrap().is_empty());
    }
}
