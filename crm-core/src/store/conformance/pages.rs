//! Order and pages.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::suite::{Suite, by, ladders};
use crate::engine::{Command, RecordCommand};
use crate::query::{Query, Sort};
use crate::schema::{FieldDefinition, Row};
use crate::testkit::{Random, Sample};
use crate::value::{FieldValue, Id};

/// Rows with random places in every ladder, many of them empty.
pub(super) fn fill(suite: &Suite, count: usize) -> Vec<Row> {
    let mut random = Random::new(11);
    let rows: Vec<Row> = (0..count)
        .map(|number| {
            let mut row = suite.row(["b", "a", "a"][number % 3], &[]);
            for (field, ladder) in ladders() {
                if random.percent(70) {
                    let value = random.of(&ladder);
                    suite.set(&mut row, field, value);
                }
            }
            row.created_at = crate::value::Timestamp::from_micros(i64::try_from(random.below(3)).unwrap());
            row
        })
        .collect();
    suite.put_all(&rows);
    rows
}

/// The order that was asked for, said once more.
fn in_order(suite: &Suite, rows: &[Row], sort: &[Sort]) -> Vec<Id> {
    let mut rows: Vec<&Row> = rows.iter().collect();
    rows.sort_by(|a, b| {
        let mut order = Ordering::Equal;
        for key in sort {
            let field = suite.field(&key.field);
            let (left, right) = (field.value(a), field.value(b));
            let next = match (left == FieldValue::Null, right == FieldValue::Null) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => left.compare(&right),
            };
            order = order.then(if key.descending { next.reverse() } else { next });
        }
        let ties = a.id.cmp(&b.id);
        order.then(if sort.last().is_some_and(|key| key.descending) { ties.reverse() } else { ties })
    });
    rows.iter().map(|row| row.id).collect()
}

fn pages_are(suite: &Suite, rows: &[Row], sort: Vec<Sort>) {
    let expected = in_order(suite, rows, &sort);
    for limit in [1, 7, 500] {
        let mut query = Query { sort: sort.clone(), limit: Some(limit), ..Query::default() };
        let mut found = Vec::new();
        loop {
            let (page, next) = suite.engine.admin.list::<Sample>(&query).unwrap();
            assert!(page.len() <= usize::try_from(limit).unwrap());
            found.extend(page.into_iter().map(|sample| sample.id));
            assert!(found.len() <= expected.len(), "a record was repeated: {sort:?}");
            query.cursor = next;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{sort:?} by {limit}");
    }
}

pub(super) fn every_sort_pages_without_gap_or_repeat(suite: &Suite) {
    let rows = fill(suite, 30);
    pages_are(suite, &rows, Vec::new());
    let fields = ladders().into_iter().map(|(field, _)| field);
    for field in fields.chain(["id", "name", "version", "created_at", "updated_by"]) {
        for descending in [false, true] {
            pages_are(suite, &rows, vec![by(field, descending)]);
        }
    }
}

/// SQLite left out what was written before the field became required.
pub(super) fn a_field_that_became_required_pages_over_older_records(suite: &Suite) {
    let rows = fill(suite, 30);
    let definitions = suite.engine.admin.list_all::<FieldDefinition>(&Query::default()).unwrap();
    for definition in definitions {
        let fields = HashMap::from([("is_required".to_owned(), true.into())]);
        let (id, expected_version) = (definition.id, definition.version);
        let entity = "field_definition".into();
        let command = Command::Record(RecordCommand::Update { entity, id, expected_version, fields });
        suite.engine.admin.execute(command).unwrap();
        let empty = rows.iter().filter(|row| !row.custom.contains_key(&definition.name)).count();
        assert!(empty > 0 && empty < rows.len(), "{}", definition.name);
        for descending in [false, true] {
            pages_are(suite, &rows, vec![by(&definition.name, descending)]);
        }
    }
}

pub(super) fn two_sort_keys_page_without_gap_or_repeat(suite: &Suite) {
    let rows = fill(suite, 30);
    let pairs = [
        ("name", "amount"),
        ("stage", "x_date"),
        ("x_boolean", "x_text"),
        ("day", "id"),
        ("owner", "is_open"),
        ("stage", "stage"),
    ];
    for (first, second) in pairs {
        for turn in 0..4 {
            pages_are(suite, &rows, vec![by(first, turn & 1 == 1), by(second, turn & 2 == 2)]);
        }
    }
    pages_are(suite, &rows, vec![by("x_picklist", true), by("currency", false), by("is_open", true)]);
}

pub(super) fn a_sink_can_stop(suite: &Suite) {
    fill(suite, 10);
    let asked = suite.plan().check_scan(&suite.schema, &suite.entity, &Query::default()).unwrap();
    let mut found = 0;
    suite
        .read(|tx| {
            tx.select(&asked, &mut |_| {
                found += 1;
                Ok(found < 3)
            })
        })
        .unwrap();
    assert_eq!(found, 3);
    let refused = suite.read(|tx| tx.select(&asked, &mut |_| Err(crate::value::Error::not_found("sample"))));
    assert_eq!(refused.unwrap_err().kind(), "not_found");
    let asked = suite.plan().check_query(&suite.schema, &suite.entity, &Query { limit: Some(4), ..Query::default() });
    let asked = asked.unwrap();
    let mut found = 0;
    suite
        .read(|tx| {
            tx.select(&asked, &mut |_| {
                found += 1;
                Ok(true)
            })
        })
        .unwrap();
    assert_eq!(found, 5, "one more than the page tells that there is more");
}
