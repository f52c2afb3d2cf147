//! Records, keys, journal, operations and counters.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::suite::{Suite, ladders, told};
use crate::journal::{ChangeKind, FieldChange, JournalEntry};
use crate::query::{Filter, Query};
use crate::schema::Row;
use crate::store::{JournalRead, JournalScope, Operation};
use crate::value::{Error, ErrorCode, FieldValue, Id, Timestamp};

pub(super) fn one_record_is_seen_by_who_may_see_it(suite: &Suite) {
    let (mine, other) = (suite.id(), suite.id());
    let row = suite.row("a", &[("owner", mine.into())]);
    suite.put(None, &row).unwrap();
    let get = |plan: &crate::access::AccessPlan, id| suite.read(|tx| tx.get(&plan.check_get(id)?)).unwrap();
    assert_eq!(get(&suite.plan(), row.id).as_ref(), Some(&row));
    assert_eq!(get(&suite.plan_of(&[mine], &[]), row.id).as_ref(), Some(&row));
    assert_eq!(get(&suite.plan_of(&[other], &[]), row.id), None);
    assert_eq!(get(&suite.plan(), suite.id()), None);
    assert_eq!(get(&suite.plan(), Id::NIL), None);

    let gone = suite.change(&row, |row| row.deleted = true).unwrap();
    assert_eq!(get(&suite.plan(), row.id), None);
    assert_eq!(suite.get_any(row.id), Some(gone));
    let unseen = suite.plan_of(&[other], &[]);
    assert_eq!(suite.read(|tx| tx.get(&unseen.check_get_any(row.id)?)).unwrap(), None);
    assert_eq!(suite.names(&Query::default()), Vec::<String>::new());
    let dump = suite.plan().check_dump(&suite.schema, &suite.entity, &Query::default()).unwrap();
    let mut found = 0;
    suite
        .read(|tx| {
            tx.select(&dump, &mut |_| {
                found += 1;
                Ok(true)
            })
        })
        .unwrap();
    assert_eq!(found, 1);

    let nobody = suite.plan_of(&[], &[]);
    let ownerless = suite.row("b", &[("owner", FieldValue::Null)]);
    suite.put(None, &ownerless).unwrap();
    assert_eq!(get(&nobody, ownerless.id), None, "a record of nobody is seen by who sees all");
    assert_eq!(get(&suite.plan(), ownerless.id), Some(ownerless));
}

pub(super) fn an_identifier_is_given_once(suite: &Suite) {
    let row = suite.row("a", &[("code", "one".into())]);
    suite.put(None, &row).unwrap();
    let twin = Row { id: row.id, ..suite.row("b", &[("code", "one".into())]) };
    let error = suite.put(None, &twin).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::DuplicateKey, Some("id")));
    suite.change(&row, |row| row.deleted = true).unwrap();
    let error = suite.put(None, &twin).unwrap_err();
    assert_eq!(
        told(&error),
        ("conflict", ErrorCode::DuplicateKey, Some("id")),
        "a deleted record keeps its identifier"
    );
}

pub(super) fn a_stale_version_is_refused_and_nothing_is_written(suite: &Suite) {
    let first = suite.row("a", &[("code", "one".into())]);
    suite.put(None, &first).unwrap();
    let second = suite.change(&first, |row| suite.set(row, "code", "two".into())).unwrap();
    let error = suite.change(&first, |row| suite.set(row, "code", "three".into())).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::StaleVersion, Some("version")));
    let unknown = suite.row("b", &[]);
    let error = suite.change(&unknown, |row| suite.set(row, "code", "four".into())).unwrap_err();
    assert_eq!(error.code(), ErrorCode::StaleVersion);
    assert_eq!(suite.get_any(first.id), Some(second));
    for (key, holder) in [("one", None), ("two", Some(first.id)), ("three", None), ("four", None)] {
        let lookup = suite.plan().check_lookup("code", key);
        assert_eq!(suite.read(|tx| tx.lookup(&lookup)).unwrap(), holder, "{key}");
    }
}

pub(super) fn a_unique_value_is_held_released_and_taken_again(suite: &Suite) {
    let holder = |key: &str| suite.read(|tx| tx.lookup(&suite.plan().check_lookup("code", key))).unwrap();
    let first = suite.row("a", &[("code", "K-1".into())]);
    let second = suite.row("b", &[("code", "K-1".into())]);
    suite.put(None, &first).unwrap();
    let error = suite.put(None, &second).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::DuplicateKey, Some("code")));
    assert_eq!(suite.get_any(second.id), None);

    let gone = suite.change(&first, |row| row.deleted = true).unwrap();
    assert_eq!(holder("K-1"), None, "deleting releases");
    suite.put(None, &second).unwrap();
    let error = suite.change(&gone, |row| row.deleted = false).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::DuplicateKey, Some("code")));
    assert!(suite.get_any(first.id).unwrap().deleted);

    let second = suite.change(&second, |row| suite.set(row, "code", "k-1".into())).unwrap();
    suite.change(&gone, |row| row.deleted = false).unwrap();
    assert_eq!((holder("K-1"), holder("k-1")), (Some(first.id), Some(second.id)), "capitals count");
    suite.change(&second, |row| suite.set(row, "code", FieldValue::Null)).unwrap();
    assert_eq!(holder("k-1"), None);
    suite.put_all(&[suite.row("c", &[]), suite.row("d", &[])]);
}

pub(super) fn nested_and_custom_values_can_be_unique(suite: &Suite) {
    let external = |key: &str| FieldValue::Json(format!(r#"[{{"key":"{key}","system":"erp"}}]"#));
    let first = suite.row("a", &[("external", external("4711"))]);
    suite.put(None, &first).unwrap();
    let error = suite.put(None, &suite.row("b", &[("external", external("4711"))])).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::DuplicateKey, Some("external:erp")));
    let lookup = suite.plan().check_lookup("external:erp", "4711");
    assert_eq!(suite.read(|tx| tx.lookup(&lookup)).unwrap(), Some(first.id));
    suite.change(&first, |row| suite.set(row, "external", external("4712"))).unwrap();
    suite.put(None, &suite.row("b", &[("external", external("4711"))])).unwrap();
}

pub(super) fn records_are_found_by_the_entries_of_their_lists(suite: &Suite) {
    let list = |keys: &[&str]| {
        let item = |key: &&str| format!(r#"{{"key":"{key}","system":"erp"}}"#);
        FieldValue::Json(format!("[{}]", keys.iter().map(item).collect::<Vec<_>>().join(",")))
    };
    let (mine, theirs) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
    let a = suite.row("a", &[("external", list(&["1", "中'"])), ("owner", mine.into())]);
    let b = suite.row("b", &[("external", list(&["2"])), ("owner", theirs.into())]);
    suite.put_all(&[a.clone(), b.clone(), suite.row("c", &[])]);
    let holds = |key: &str| Filter::Holds { field: "external".into(), kind: "erp".into(), value: key.into() };
    assert_eq!(suite.matching(holds("1")), ["a"]);
    assert_eq!(suite.matching(holds("中'")), ["a"]);
    assert_eq!(suite.matching(Filter::Any { filters: vec![holds("1"), holds("2")] }), ["a", "b"]);
    assert_eq!(suite.matching(Filter::NoneOf { filters: vec![holds("1")] }), ["b", "c"]);
    assert_eq!(
        suite.matching(Filter::Holds { field: "external".into(), kind: "crm".into(), value: "1".into() }),
        [""; 0]
    );
    let query = Query { filter: Some(Filter::Any { filters: vec![holds("1"), holds("2")] }), ..Query::default() };
    let seen = suite.scan(&suite.plan_of(&[mine], &[]), &query).unwrap();
    assert_eq!(suite.names_of(&seen), ["a"], "a hidden record is not found");
    let blind = suite.scan(&suite.plan_of(&[mine], &["external"]), &query).unwrap_err();
    assert_eq!(told(&blind), ("invalid", ErrorCode::UnknownField, Some("external")));

    let a = suite.change(&a, |row| suite.set(row, "external", list(&["3", "1"]))).unwrap();
    assert_eq!((suite.matching(holds("3")), suite.matching(holds("中'"))), (vec!["a".to_owned()], Vec::new()));
    let a = suite.change(&a, |row| suite.set(row, "note", "other".into())).unwrap();
    let a = suite.change(&a, |row| row.deleted = true).unwrap();
    assert_eq!(suite.matching(holds("1")), [""; 0]);
    let a = suite.change(&a, |row| row.deleted = false).unwrap();
    assert_eq!(suite.matching(holds("1")), ["a"]);
    let failed = suite.write(|tx| {
        let after = Row { version: a.version + 1, ..a.clone() };
        let after = Row { values: b.values.clone(), deleted: true, ..after };
        tx.put(&suite.checked(Some(&a), &after))?;
        Err::<(), _>(crate::value::Error::not_found("sample"))
    });
    assert!(failed.is_err());
    assert_eq!(suite.matching(holds("1")), ["a"], "what was taken back is found again");
}

pub(super) fn every_value_comes_back_as_it_was_given(suite: &Suite) {
    for place in 0..3 {
        let mut row = suite.row("a", &[("external", FieldValue::Json(r#"[{"key":"\" 中","system":"s"}]"#.into()))]);
        for (field, ladder) in ladders() {
            suite.set(&mut row, field, ladder[place % ladder.len()].clone());
        }
        row.created_at = Timestamp::from_micros(-1);
        row.updated_at = Timestamp::from_micros(i64::MAX);
        (row.created_by, row.updated_by) = (Some(suite.id()), None);
        suite.put(None, &row).unwrap();
        assert_eq!(suite.get_any(row.id).as_ref(), Some(&row));
        let emptied = suite.change(&row, |row| {
            for (field, _) in ladders() {
                suite.set(row, field, FieldValue::Null);
            }
            suite.set(row, "external", FieldValue::Null);
        });
        let emptied = emptied.unwrap();
        assert!(emptied.custom.is_empty());
        assert_eq!(suite.get_any(row.id), Some(emptied));
    }
}

pub(super) fn the_journal_is_read_by_record_operation_and_place(suite: &Suite) {
    let (a, b) = (suite.id(), suite.id());
    let change =
        |field: &str, value: FieldValue| FieldChange { field: field.into(), before: FieldValue::Null, after: value };
    let mut entries: Vec<JournalEntry> = Vec::new();
    for (number, (record, kind)) in
        [(a, ChangeKind::Create), (b, ChangeKind::Create), (a, ChangeKind::Update), (a, ChangeKind::Delete)]
            .into_iter()
            .enumerate()
    {
        let mut entry = suite.entry(record, 1, kind);
        entry.at = Timestamp::from_micros(i64::try_from(number).unwrap() * 10);
        entry.changes = vec![change("name", "中".into()), change("x_boolean", true.into())];
        entry.sequence = suite.write(|tx| tx.append_journal(suite.tenant, &entry)).unwrap();
        entries.push(entry);
    }
    assert!(entries.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    let read = |scope, limit| suite.read(|tx| tx.journal(JournalRead { tenant: suite.tenant, scope, limit })).unwrap();
    let of = |record, until| JournalScope::Record { entity: "sample", record, after: 0, until };
    let chosen = |places: &[usize]| places.iter().map(|place| entries[*place].clone()).collect::<Vec<_>>();
    assert_eq!(read(of(a, None), usize::MAX), chosen(&[0, 2, 3]));
    assert_eq!(read(of(a, None), 2), chosen(&[0, 2]));
    assert_eq!(read(of(a, Some(Timestamp::from_micros(20))), 9), chosen(&[0, 2]));
    assert_eq!(read(of(a, Some(Timestamp::from_micros(19))), 9), chosen(&[0]));
    assert_eq!(read(JournalScope::Record { entity: "user", record: a, after: 0, until: None }, 9), chosen(&[]));
    assert_eq!(read(JournalScope::Operation(entries[1].op_id), 9), chosen(&[1]));
    assert_eq!(read(JournalScope::Operation(a), 9), chosen(&[]));
    assert_eq!(read(JournalScope::After(entries[0].sequence), 2), chosen(&[1, 2]));
    assert_eq!(read(JournalScope::After(entries[3].sequence), 9), chosen(&[]));
    assert_eq!(read(JournalScope::After(i64::MAX), 9), chosen(&[]));
    let before = entries[0].sequence - 1;
    assert_eq!(read(JournalScope::After(before), 9), chosen(&[0, 1, 2, 3]));
    assert_eq!(read(JournalScope::After(-5), 99).len(), usize::try_from(entries[3].sequence).unwrap());
}

pub(super) fn an_operation_is_kept_once(suite: &Suite) {
    let operation = Operation {
        op_id: suite.id(),
        fingerprint: "f".into(),
        outcome: r#"{"a":"中"}"#.into(),
        at: Timestamp::from_micros(5),
    };
    let find = |op_id| suite.read(|tx| tx.operation(suite.tenant, op_id)).unwrap();
    assert_eq!(find(operation.op_id), None);
    suite.write(|tx| tx.record_operation(suite.tenant, &operation)).unwrap();
    assert_eq!(find(operation.op_id), Some(operation.clone()));
    let other = Operation { fingerprint: "g".into(), ..operation.clone() };
    let error = suite.write(|tx| tx.record_operation(suite.tenant, &other)).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::OpIdReused, Some("op_id")));
    assert_eq!(find(operation.op_id), Some(operation));
}

pub(super) fn tenants_are_apart(suite: &Suite) {
    let other = suite.write(|tx| tx.add_tenant("other")).unwrap();
    let error = suite.write(|tx| tx.add_tenant("other")).unwrap_err();
    assert_eq!(told(&error), ("conflict", ErrorCode::DuplicateKey, Some("tenant")));
    let listed = suite.read(|tx| tx.tenants()).unwrap();
    assert_eq!(listed, [("main".to_owned(), suite.tenant), ("other".to_owned(), other)]);
    assert_eq!(suite.read(|tx| tx.tenant("other")).unwrap(), Some(other));
    assert_eq!(suite.read(|tx| tx.tenant("none")).unwrap(), None);

    let epoch = |tenant| suite.read(|tx| tx.epoch(tenant));
    let before = epoch(suite.tenant).unwrap();
    assert_eq!(epoch(other).unwrap(), 0);
    suite.write(|tx| tx.bump_epoch(other)).unwrap();
    assert_eq!((epoch(other).unwrap(), epoch(suite.tenant).unwrap()), (1, before));
    assert_eq!(epoch(999).unwrap_err().kind(), "corrupt", "without an epoch nothing is allowed");

    let row = suite.row("a", &[("code", "one".into())]);
    suite.put(None, &row).unwrap();
    let there = crate::access::AccessPlan::system(
        other,
        &suite.entity,
        &suite.schema,
        &crate::access::AccessModel::default(),
        crate::access::SystemReason::Dump,
    );
    assert_eq!(suite.read(|tx| tx.get(&there.check_get(row.id)?)).unwrap(), None);
    assert_eq!(suite.read(|tx| tx.lookup(&there.check_lookup("code", "one"))).unwrap(), None);
    suite.write(|tx| tx.put(&there.check_write(&suite.entity, None, row.clone()))).unwrap();
    assert_eq!(suite.scan(&there, &Query::default()).unwrap().len(), 1);
    suite.write(|tx| tx.append_journal(other, &suite.entry(row.id, 1, ChangeKind::Create)).map(|_| ())).unwrap();
    let scope = JournalScope::Record { entity: "sample", record: row.id, after: 0, until: None };
    let entries = |tenant| suite.read(|tx| tx.journal(JournalRead { tenant, scope, limit: 9 })).unwrap().len();
    assert_eq!((entries(other), entries(suite.tenant)), (1, 1));
    let all = JournalRead { tenant: other, scope: JournalScope::After(0), limit: 99 };
    assert_eq!(suite.read(|tx| tx.journal(all)).unwrap().len(), 1);
    assert_eq!(suite.write(|tx| tx.take_numbers(other, "quote", 1)).unwrap(), 1);
}

pub(super) fn numbers_have_no_gaps_and_no_repeats(suite: &Suite) {
    let take = |series: &str, count| suite.write(|tx| tx.take_numbers(suite.tenant, series, count)).unwrap();
    assert_eq!([take("quote", 1), take("quote", 10), take("quote", 1), take("order", 1)], [1, 2, 12, 1]);
    assert_eq!([take("quote", 64), take("quote", -60), take("quote", 1)], [13, 77, 17], "what is left is given back");
}

pub(super) fn what_fails_leaves_nothing(suite: &Suite) {
    let row = suite.row("a", &[("code", "one".into()), ("note", "铁龙".into())]);
    suite.put(None, &row).unwrap();
    let state = || {
        let journal = JournalRead { tenant: suite.tenant, scope: JournalScope::After(0), limit: usize::MAX };
        let search = Query { search: Some("铁".into()), ..Query::default() };
        let found = suite.names(&search);
        suite
            .read(|tx| {
                let epoch = tx.epoch(suite.tenant)?;
                Ok((tx.tenants()?, epoch, tx.journal(journal)?, tx.operation(suite.tenant, row.id)?))
            })
            .map(|rest| (rest, found, suite.names(&Query::default()), suite.get_any(row.id)))
            .unwrap()
    };
    let before = state();
    let failed = suite.write::<()>(|tx| {
        let tenant = tx.add_tenant("half")?;
        tx.bump_epoch(tenant)?;
        tx.bump_epoch(suite.tenant)?;
        let mut after = Row { version: 2, ..row.clone() };
        suite.set(&mut after, "code", "two".into());
        suite.set(&mut after, "note", "steel".into());
        tx.put(&suite.checked(Some(&row), &after))?;
        tx.put(&suite.checked(None, &suite.row("b", &[("code", "one".into()), ("note", "铁".into())])))?;
        tx.append_journal(suite.tenant, &suite.entry(row.id, 2, ChangeKind::Update))?;
        tx.append_journal(suite.tenant, &suite.entry(row.id, 2, ChangeKind::Update))?;
        tx.take_numbers(suite.tenant, "quote", 5)?;
        tx.record_operation(
            suite.tenant,
            &Operation {
                op_id: row.id,
                fingerprint: String::new(),
                outcome: "{}".into(),
                at: Timestamp::from_micros(1),
            },
        )?;
        assert_eq!(tx.get(&suite.plan().check_get(row.id)?)?, Some(after), "a transaction sees what it wrote");
        Err(Error::invalid(ErrorCode::Required, "x", "no"))
    });
    assert_eq!(failed.unwrap_err().code(), ErrorCode::Required);
    assert_eq!(state(), before);
    assert_eq!(suite.write(|tx| tx.take_numbers(suite.tenant, "quote", 1)).unwrap(), 1);
    let lookup = |key: &str| suite.read(|tx| tx.lookup(&suite.plan().check_lookup("code", key))).unwrap();
    assert_eq!((lookup("one"), lookup("two")), (Some(row.id), None));
}

pub(super) fn a_panic_leaves_nothing_and_the_store_goes_on(suite: &Suite) {
    let row = suite.row("a", &[("code", "one".into())]);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        suite.write::<()>(|tx| {
            tx.put(&suite.checked(None, &row))?;
            panic!("a rule that panics");
        })
    }));
    assert!(ended.is_err());
    assert_eq!(suite.get_any(row.id), None);
    assert_eq!(suite.read(|tx| tx.lookup(&suite.plan().check_lookup("code", "one"))).unwrap(), None);
    suite.put(None, &row).unwrap();
    assert_eq!(suite.get_any(row.id), Some(row));
}
