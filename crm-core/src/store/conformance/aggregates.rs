//! Figures.

use super::pages::fill;
use super::suite::{Suite, equal, figures, ladders, measure, told};
use crate::query::{AggregateQuery, AggregateRow, Bucket, GroupBy, MeasureFunction};
use crate::schema::{FieldKind, Row};
use crate::value::{Decimal, ErrorCode, FieldValue};

fn ask(suite: &Suite, query: &AggregateQuery) -> Vec<AggregateRow> {
    suite.engine.admin.aggregate("sample", query).unwrap()
}

/// The only figures of a question without groups.
fn totals(suite: &Suite, query: &AggregateQuery) -> Vec<FieldValue> {
    let mut rows = ask(suite, query);
    assert_eq!(rows.len(), 1);
    rows.remove(0).values
}

pub(super) fn counts_and_exact_sums(suite: &Suite) {
    let sums = figures(vec![
        measure(MeasureFunction::Count, None),
        measure(MeasureFunction::Count, Some("amount")),
        measure(MeasureFunction::Sum, Some("amount")),
        measure(MeasureFunction::Sum, Some("x_decimal")),
        measure(MeasureFunction::Sum, Some("weight")),
    ]);
    let decimal = |text: &str| FieldValue::Decimal(text.parse().unwrap());
    let zero = || decimal("0");
    assert_eq!(totals(suite, &sums), [0_i64.into(), 0_i64.into(), zero(), zero(), zero()]);
    let largest = "92233720368547758.07";
    for amount in [largest, largest, largest, "-0.01", ""] {
        suite.put(None, &suite.row("big", &[("amount", amount.into()), ("x_decimal", amount.into())])).unwrap();
    }
    let expected = decimal("276701161105643274.20");
    assert_eq!(totals(suite, &sums), [5_i64.into(), 4_i64.into(), expected.clone(), expected, zero()]);
    for _ in 0..7 {
        let lowest = "-92233720368547758.08";
        suite.put(None, &suite.row("low", &[("amount", lowest.into()), ("x_decimal", lowest.into())])).unwrap();
    }
    let expected = decimal("-368934881474191032.36");
    assert_eq!(totals(suite, &sums)[2..4], [expected.clone(), expected]);

    let integers =
        figures(vec![measure(MeasureFunction::Sum, Some("count")), measure(MeasureFunction::Sum, Some("x_integer"))]);
    assert_eq!(totals(suite, &integers), [0_i64.into(), 0_i64.into()]);
    for count in [i64::MAX, -1, i64::MIN, 5] {
        suite.put(None, &suite.row("n", &[("count", count.into()), ("x_integer", count.into())])).unwrap();
    }
    assert_eq!(totals(suite, &integers), [3_i64.into(), 3_i64.into()], "an intermediate sum may be larger");
    suite.put(None, &suite.row("n", &[("count", i64::MAX.into())])).unwrap();
    let error = suite.engine.admin.aggregate("sample", &integers).unwrap_err();
    assert_eq!(told(&error), ("invalid", ErrorCode::Overflow, Some("count")));
}

pub(super) fn smallest_and_largest_of_every_kind(suite: &Suite) {
    let query = |field: &str| {
        figures(vec![
            measure(MeasureFunction::Minimum, Some(field)),
            measure(MeasureFunction::Maximum, Some(field)),
            measure(MeasureFunction::Count, Some(field)),
        ])
    };
    let nobody = AggregateQuery { filter: Some(equal("name", "nobody")), ..query("day") };
    assert_eq!(totals(suite, &nobody), [FieldValue::Null, FieldValue::Null, 0_i64.into()]);
    let rows = fill(suite, 40);
    for (name, _) in ladders() {
        let field = suite.field(name);
        let mut values: Vec<_> =
            rows.iter().map(|row| field.value(row)).filter(|value| *value != FieldValue::Null).collect();
        values.sort_by(FieldValue::compare);
        let count = i64::try_from(values.len()).unwrap();
        let expected = [values[0].clone(), values[values.len() - 1].clone(), count.into()];
        assert_eq!(totals(suite, &query(name)), expected, "{name}");
    }
}

fn cents(value: &FieldValue) -> i128 {
    if let FieldValue::Decimal(decimal) = value { i128::from(decimal.to_scaled(2).unwrap()) } else { 0 }
}

pub(super) fn groups_by_every_kind(suite: &Suite) {
    let rows = fill(suite, 60);
    let amount = suite.field("amount");
    let fields = ladders().into_iter().map(|(name, _)| name);
    for name in fields.chain(["created_at", "created_by", "version", "name"]) {
        let field = suite.field(name);
        let mut expected: Vec<(FieldValue, i64, i128)> = Vec::new();
        for row in &rows {
            let (key, more) = (field.value(row), cents(&amount.value(row)));
            match expected.iter_mut().find(|group| group.0 == key) {
                Some(group) => (group.1, group.2) = (group.1 + 1, group.2 + more),
                None => expected.push((key, 1, more)),
            }
        }
        expected.sort_by(|a, b| a.0.compare(&b.0));
        let expected: Vec<AggregateRow> = expected
            .into_iter()
            .map(|(key, count, sum)| AggregateRow {
                keys: vec![key],
                values: vec![count.into(), Decimal::from_scaled(sum, 2).unwrap().into()],
            })
            .collect();
        let query = AggregateQuery {
            measures: vec![measure(MeasureFunction::Count, None), measure(MeasureFunction::Sum, Some("amount"))],
            group_by: vec![GroupBy { field: name.into(), bucket: None }],
            ..AggregateQuery::default()
        };
        assert_eq!(ask(suite, &query), expected, "{name}");
    }
    let two = AggregateQuery {
        group_by: vec![
            GroupBy { field: "stage".into(), bucket: None },
            GroupBy { field: "x_boolean".into(), bucket: None },
        ],
        ..figures(vec![measure(MeasureFunction::Count, None)])
    };
    let found = ask(suite, &two);
    let total: i64 =
        found.iter().map(|row| if let FieldValue::Integer(count) = row.values[0] { count } else { 0 }).sum();
    assert_eq!(total, 60);
    let ordered = found.windows(2).all(|pair| {
        let (a, b) = (&pair[0].keys, &pair[1].keys);
        a[0].compare(&b[0]).then(a[1].compare(&b[1])).is_lt()
    });
    assert!(ordered);
}

pub(super) fn dates_by_spans_of_time(suite: &Suite) {
    let days = ["2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31", "0001-01-01", "9999-12-31"];
    let mut rows: Vec<Row> =
        days.iter().map(|day| suite.row("d", &[("day", (*day).into()), ("x_date", (*day).into())])).collect();
    rows.push(suite.row("d", &[]));
    suite.put_all(&rows);
    let cases: [(Bucket, &[(&str, i64)]); 4] = [
        (Bucket::Year, &[("0001", 1), ("2025", 1), ("2026", 4), ("9999", 1)]),
        (
            Bucket::Quarter,
            &[("0001-Q1", 1), ("2025-Q4", 1), ("2026-Q1", 2), ("2026-Q2", 1), ("2026-Q4", 1), ("9999-Q4", 1)],
        ),
        (
            Bucket::Month,
            &[
                ("0001-01", 1),
                ("2025-12", 1),
                ("2026-01", 1),
                ("2026-03", 1),
                ("2026-04", 1),
                ("2026-12", 1),
                ("9999-12", 1),
            ],
        ),
        (
            Bucket::Day,
            &[
                ("0001-01-01", 1),
                ("2025-12-31", 1),
                ("2026-01-01", 1),
                ("2026-03-31", 1),
                ("2026-04-01", 1),
                ("2026-12-31", 1),
                ("9999-12-31", 1),
            ],
        ),
    ];
    for (bucket, expected) in cases {
        for field in ["day", "x_date"] {
            assert_eq!(suite.field(field).spec.kind, FieldKind::Date);
            let query = AggregateQuery {
                group_by: vec![GroupBy { field: field.into(), bucket: Some(bucket) }],
                ..figures(vec![measure(MeasureFunction::Count, None)])
            };
            let found: Vec<_> =
                ask(suite, &query).into_iter().map(|row| (row.keys[0].clone(), row.values[0].clone())).collect();
            let known = expected.iter().map(|(key, count)| (FieldValue::from(*key), FieldValue::from(*count)));
            let expected: Vec<_> = [(FieldValue::Null, 1_i64.into())].into_iter().chain(known).collect();
            assert_eq!(found, expected, "{field} by {bucket}");
        }
    }
}

pub(super) fn figures_count_what_the_reader_sees(suite: &Suite) {
    let (mine, other) = (suite.id(), suite.id());
    let row = |owner: crate::value::Id, amount: &str| {
        suite.row("铁龙", &[("owner", owner.into()), ("amount", amount.into())])
    };
    let gone = row(mine, "100");
    suite.put_all(&[row(mine, "1"), row(mine, "2"), row(other, "10"), gone.clone()]);
    suite.change(&gone, |row| row.deleted = true).unwrap();
    let ask = |plan: &crate::access::AccessPlan, query: &AggregateQuery| {
        let asked = plan.check_aggregate(&suite.schema, &suite.entity, query).unwrap();
        suite.read(|tx| tx.aggregate(&asked)).unwrap().remove(0).values
    };
    let query = figures(vec![measure(MeasureFunction::Count, None), measure(MeasureFunction::Sum, Some("amount"))]);
    let figures = |count: i64, sum: i64| vec![FieldValue::Integer(count), FieldValue::Decimal(Decimal::from(sum))];
    let searched = AggregateQuery { search: Some("铁龙".into()), ..query.clone() };
    for query in [&query, &searched] {
        assert_eq!(ask(&suite.plan(), query), figures(3, 13));
        assert_eq!(ask(&suite.plan_of(&[mine], &[]), query), figures(2, 3));
        assert_eq!(ask(&suite.plan_of(&[], &[]), query), figures(0, 0));
    }
    let filtered = AggregateQuery { filter: Some(equal("amount", "2")), ..searched };
    assert_eq!(ask(&suite.plan_of(&[mine, other], &[]), &filtered), figures(1, 2));
}
