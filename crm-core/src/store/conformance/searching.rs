//! Search for words and characters.

use super::suite::{Suite, equal};
use crate::query::{AggregateQuery, Measure, MeasureFunction, Query, SEARCH_CANDIDATES};
use crate::value::{ErrorCode, FieldValue, Id};

fn search(suite: &Suite, text: &str) -> Vec<String> {
    suite.names(&Query { search: Some(text.into()), ..Query::default() })
}

pub(super) fn chinese_words_single_characters_and_beginnings(suite: &Suite) {
    let long = "w".repeat(150);
    let rows = [
        ("上海铁龙股份有限公司", "GTX-500 数控机床"),
        ("德国西门子 (Siemens AG)", "siemens.com"),
        ("龙铁贸易", "Ｇｔｘ"),
        ("O'Brien \"Quotes\" AND OR NOT *", "a:b {c} ^d"),
        ("Müller Straße ΟΔΟΣ", "ﾄﾖﾀ 토요타"),
        ("plain", &long),
    ];
    for (name, note) in rows {
        suite.put(None, &suite.row(name, &[("note", note.into())])).unwrap();
    }
    let expect = |text: &str, places: &[usize]| {
        let expected: Vec<_> = places.iter().map(|place| rows[*place].0.to_owned()).collect();
        assert_eq!(search(suite, text), expected, "{text}");
    };
    expect("铁龙", &[0]);
    expect("龙", &[0, 2]);
    expect("司", &[0]);
    expect("有限公司", &[0]);
    expect("限有", &[]);
    expect("机床 铁龙", &[0]);
    expect("gtx", &[0, 2]);
    expect("GT", &[0, 2]);
    expect("tx", &[]);
    expect("500", &[0]);
    expect("西门子 siem", &[1]);
    expect("quot", &[3]);
    expect("and or not", &[3]);
    expect("\" OR \"", &[3]);
    expect("NEAR", &[]);
    expect("müller", &[4]);
    expect("οδοσ", &[4]);
    expect("トヨタ", &[4]);
    expect("토요", &[4]);
    expect(&long, &[5]);
    expect(&"w".repeat(128), &[5]);
    expect(&"w".repeat(3), &[5]);
    expect("?!", &[0, 1, 2, 3, 4, 5]);
    expect("", &[0, 1, 2, 3, 4, 5]);
    let both = Query { search: Some("龙".into()), filter: Some(equal("note", "Ｇｔｘ")), ..Query::default() };
    assert_eq!(suite.names(&both), ["龙铁贸易"]);
}

pub(super) fn only_readable_columns_are_searched(suite: &Suite) {
    let owner = suite.id();
    let row = suite.row("plain", &[("secret", "铁龙 gtx".into()), ("note", "steel".into()), ("owner", owner.into())]);
    suite.put(None, &row).unwrap();
    let ask = |hidden: &[&str], text: &str| {
        let query = Query { search: Some(text.into()), ..Query::default() };
        suite.scan(&suite.plan_of(&[owner], hidden), &query).unwrap().len()
    };
    assert_eq!([ask(&[], "铁龙"), ask(&[], "gtx steel"), ask(&[], "steel")], [1, 1, 1]);
    assert_eq!([ask(&["secret"], "铁龙"), ask(&["secret"], "gtx steel"), ask(&["secret"], "steel")], [0, 0, 1]);
    assert_eq!([ask(&["secret", "note"], "steel"), ask(&["secret", "note"], "plain")], [0, 1]);
}

pub(super) fn deleted_restored_and_changed_records(suite: &Suite) {
    let row = suite.row("铁龙", &[("note", "first".into())]);
    suite.put(None, &row).unwrap();
    let row = suite.change(&row, |row| suite.set(row, "note", "second".into())).unwrap();
    assert_eq!((search(suite, "first").len(), search(suite, "second").len(), search(suite, "铁龙").len()), (0, 1, 1));
    let row = suite.change(&row, |row| suite.set(row, "amount", "1".into())).unwrap();
    assert_eq!(search(suite, "second"), ["铁龙"]);
    let gone = suite.change(&row, |row| row.deleted = true).unwrap();
    assert!(search(suite, "铁龙").is_empty() && search(suite, "?").is_empty());
    let row = suite.change(&gone, |row| row.deleted = false).unwrap();
    assert_eq!(search(suite, "铁 seco"), ["铁龙"]);
    let row = suite.change(&row, |row| suite.set(row, "note", FieldValue::Null)).unwrap();
    assert!(search(suite, "second").is_empty());
    suite.change(&row, |row| suite.set(row, "name", "...".into())).unwrap();
    assert!(search(suite, "铁龙").is_empty());
}

pub(super) fn the_newest_candidates_are_looked_at(suite: &Suite) {
    let (mine, other) = (suite.id(), suite.id());
    let rows: Vec<_> = (0..SEARCH_CANDIDATES + 3)
        .map(|number| suite.row(&format!("公司 {number}"), &[("owner", mine.into())]))
        .chain((0..5).map(|number| suite.row(&format!("公司 other {number}"), &[("owner", other.into())])))
        .collect();
    suite.put_all(&rows);
    // A change does not make an old record new.
    suite.change(&rows[0], |row| suite.set(row, "note", "公司 changed".into())).unwrap();
    for text in ["公司", "司"] {
        let query = |name: &str| Query {
            search: Some(text.into()),
            filter: Some(equal("name", name.to_owned())),
            ..Query::default()
        };
        let plan = suite.plan_of(&[mine], &[]);
        let ask = |name: &str| suite.scan(&plan, &query(name)).unwrap().len();
        assert_eq!([ask("公司 2"), ask("公司 3"), ask("公司 2002"), ask("公司 other 1")], [0, 1, 1, 0], "{text}");
        let all = suite.scan(&plan, &Query { search: Some(text.into()), ..Query::default() }).unwrap();
        assert_eq!(all.len(), SEARCH_CANDIDATES);
        assert_eq!(suite.names(&query("公司 7")).len(), 0, "the others' records are newer");
        assert_eq!(suite.names(&query("公司 8")).len(), 1);
    }
    let everything = Query { search: Some("?".into()), ..Query::default() };
    assert_eq!(suite.scan(&suite.plan_of(&[mine], &[]), &everything).unwrap().len(), SEARCH_CANDIDATES + 3);
    figures_are_over_all_that_match_or_refused(suite, mine, other);
}

/// A count of 2,000 was told whatever the true one was.
fn figures_are_over_all_that_match_or_refused(suite: &Suite, mine: Id, other: Id) {
    let count = |owner: Id, text: &str| {
        let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
        let query = AggregateQuery { measures, search: Some(text.into()), ..AggregateQuery::default() };
        let checked = suite.plan_of(&[owner], &[]).check_aggregate(&suite.schema, &suite.entity, &query).unwrap();
        suite.read(|tx| tx.aggregate(&checked)).map(|rows| rows[0].values[0].clone())
    };
    let exact = |number: usize| Ok(FieldValue::Integer(i64::try_from(number).unwrap()));
    let error = count(mine, "公司").unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::TooMany, Some("search")));
    assert_eq!(count(mine, "?"), exact(SEARCH_CANDIDATES + 3));
    assert_eq!((count(mine, "公司 200"), count(other, "公司"), count(mine, "none")), (exact(4), exact(5), exact(0)));
}

pub(super) fn a_record_is_found_by_its_new_owner(suite: &Suite) {
    let (old, new) = (suite.id(), suite.id());
    let row = suite.row("铁龙", &[("owner", old.into())]);
    suite.put(None, &row).unwrap();
    let query = Query { search: Some("铁龙".into()), ..Query::default() };
    let found = |owner: Id| suite.scan(&suite.plan_of(&[owner], &[]), &query).unwrap().len();
    assert_eq!((found(old), found(new)), (1, 0));
    let row = suite.change(&row, |row| row.owner = Some(new)).unwrap();
    assert_eq!((found(old), found(new)), (0, 1));
    suite.change(&row, |row| row.owner = None).unwrap();
    assert_eq!((found(old), found(new), search(suite, "铁龙").len()), (0, 0, 1));
    // More owners than are asked for one by one.
    let many: Vec<Id> = (0..300).map(|_| suite.id()).chain([new]).collect();
    suite.put(None, &suite.row("铁龙二", &[("owner", new.into())])).unwrap();
    assert_eq!(suite.scan(&suite.plan_of(&many, &[]), &query).unwrap().len(), 1);
    assert_eq!(suite.scan(&suite.plan_of(&many[46..], &[]), &query).unwrap().len(), 1);
}
