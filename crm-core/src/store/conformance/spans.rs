//! Figures and words inside lists, by every comparison.

use super::suite::{Suite, told};
use crate::product::{ParameterComparison as By, ParameterCondition, ParameterValue};
use crate::query::{AggregateQuery, Condition, Filter, Measure, MeasureFunction, Query};
use crate::schema::Row;
use crate::testkit::Random;
use crate::value::{Decimal, ErrorCode, FieldValue, Id};

fn list(values: &[ParameterValue]) -> FieldValue {
    FieldValue::json(&values).unwrap()
}

fn volts(number: i64) -> ParameterValue {
    ParameterValue::number("Un", number.into(), Some("V"))
}

fn asked(condition: ParameterCondition) -> Filter {
    Filter::Parameter { field: "figures".into(), condition }
}

fn at_least(kilovolts: &str) -> Filter {
    asked(ParameterCondition::number("Un", By::GreaterOrEqual, kilovolts.parse().unwrap(), Some("kV")))
}

fn value(random: &mut Random) -> ParameterValue {
    let number = |random: &mut Random| Decimal::new(i128::try_from(random.below(7)).unwrap() - 3, 1).unwrap();
    let from = number(random);
    let unit = random.of(&[None, Some("V"), Some("kV"), Some("zz"), Some("mV")]);
    let code = random.of(&["Un", "Ui"]);
    let value = match random.below(5) {
        0 => return ParameterValue::text(code, random.of(&["a", "A", "ab", "", "中"])),
        1 => ParameterValue::range(code, from, from.checked_add(number(random).abs()).unwrap(), unit),
        _ => ParameterValue::number(code, from, unit),
    };
    match random.below(4) {
        0 => ParameterValue { tolerance_percent: Some(random.of(&[10, 100]).into()), ..value },
        1 => ParameterValue { tolerance_plus: Some(number(random).abs()), ..value },
        _ => value,
    }
}

fn condition(random: &mut Random) -> ParameterCondition {
    let like = value(random);
    let by = random.of(By::ALL);
    let Some(number) = like.number else {
        let text = like.text.unwrap_or_default();
        return ParameterCondition {
            comparison: random.of(&[By::Equal, By::NotEqual]),
            ..ParameterCondition::text("Un", &text)
        };
    };
    let plain = ParameterCondition::number(&like.parameter, by, number, like.unit.as_deref());
    let to = like.number_to.or(Some(number));
    match by {
        By::Present => ParameterCondition::present("Un"),
        By::OneOf => {
            let numbers = vec![number, number.negated()];
            ParameterCondition { number: None, numbers, ..plain }
        }
        By::Within | By::Covers => {
            ParameterCondition { number_to: to, tolerance_percent: like.tolerance_percent, ..plain }
        }
        By::Equal | By::NotEqual => ParameterCondition { tolerance_percent: like.tolerance_percent, ..plain },
        _ => plain,
    }
}

/// What is found is what the meaning of the condition says of each record.
pub(super) fn figures_are_found_by_every_comparison(suite: &Suite) {
    let mut random = Random::new(41);
    let rows: Vec<Row> = (0..150)
        .map(|place| {
            let values: Vec<_> = (0..random.below(5)).map(|_| value(&mut random)).collect();
            suite.row(&format!("{place:03}"), &[("figures", list(&values))])
        })
        .collect();
    suite.put_all(&rows);
    let lookup = |name: &str| Ok(suite.field(name));
    let mut hits = 0;
    for _ in 0..400 {
        let mut filters: Vec<Filter> = (0..=random.below(2)).map(|_| asked(condition(&mut random))).collect();
        if random.percent(30) {
            filters.push(Filter::Prefix { field: "name".into(), prefix: "0".into() });
        }
        let filter = match random.below(4) {
            0 => Filter::Any { filters },
            1 => Filter::NoneOf { filters },
            _ => Filter::All { filters },
        };
        let condition = Condition::resolve(&filter, &lookup).unwrap();
        let expected: Vec<String> = rows
            .iter()
            .filter(|row| crate::query::matches(&condition, row))
            .map(|row| suite.names_of(std::slice::from_ref(row)).remove(0))
            .collect();
        hits += expected.len();
        assert_eq!(suite.matching(filter.clone()), expected, "{filter:?}");
        let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
        let query = AggregateQuery { filter: Some(filter), measures, ..AggregateQuery::default() };
        let count = suite.plan().check_aggregate(&suite.schema, &suite.entity, &query).unwrap();
        let counted = suite.read(|tx| tx.aggregate(&count)).unwrap();
        assert_eq!(counted[0].values, [FieldValue::from(i64::try_from(expected.len()).unwrap())]);
    }
    assert!(hits > 5_000, "{hits}");
}

pub(super) fn figures_follow_their_record_and_its_readers(suite: &Suite) {
    let (mine, theirs) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
    let a = suite.row("a", &[("figures", list(&[volts(600), volts(20)])), ("owner", mine.into())]);
    let b = suite.row("b", &[("figures", list(&[volts(500)])), ("owner", theirs.into())]);
    suite.put_all(&[a.clone(), b.clone(), suite.row("c", &[])]);
    let query = |filter: Filter| Query { filter: Some(filter), ..Query::default() };
    assert_eq!(suite.matching(at_least("0.5")), ["a", "b"]);
    for filter in [at_least("0.5"), Filter::Any { filters: vec![at_least("0.5")] }] {
        let seen = suite.scan(&suite.plan_of(&[mine], &[]), &query(filter.clone())).unwrap();
        assert_eq!(suite.names_of(&seen), ["a"], "a hidden record is not found");
        let blind = suite.scan(&suite.plan_of(&[mine], &["figures"]), &query(filter)).unwrap_err();
        assert_eq!(told(&blind), ("invalid", ErrorCode::UnknownField, Some("figures")));
    }
    let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
    let count = AggregateQuery { filter: Some(at_least("0.5")), measures, ..AggregateQuery::default() };
    let count = suite.plan_of(&[mine], &[]).check_aggregate(&suite.schema, &suite.entity, &count).unwrap();
    assert_eq!(suite.read(|tx| tx.aggregate(&count)).unwrap()[0].values, [FieldValue::from(1)]);

    let a = suite.change(&a, |row| suite.set(row, "figures", list(&[volts(20), volts(501)]))).unwrap();
    assert_eq!(suite.matching(at_least("0.501")), ["a"]);
    assert_eq!(suite.matching(at_least("0.6")), [""; 0]);
    let a = suite.change(&a, |row| suite.set(row, "note", "other".into())).unwrap();
    let a = suite.change(&a, |row| row.deleted = true).unwrap();
    assert_eq!(suite.matching(at_least("0.5")), ["b"]);
    let a = suite.change(&a, |row| row.deleted = false).unwrap();
    assert_eq!(suite.matching(at_least("0.5")), ["a", "b"]);
    let failed = suite.write(|tx| {
        let after = Row { version: a.version + 1, ..a.clone() };
        let after = Row { values: suite.row("x", &[("figures", list(&[volts(1)]))]).values, ..after };
        tx.put(&suite.checked(Some(&a), &after))?;
        Err::<(), _>(crate::value::Error::not_found("sample"))
    });
    assert!(failed.is_err());
    assert_eq!(suite.matching(at_least("0.501")), ["a"], "what was taken back is found again");
    assert_eq!(suite.store().check_integrity().unwrap(), Vec::<String>::new());
}

/// More records than are named one by one, and pages through them.
pub(super) fn many_records_with_a_figure_page_without_gap(suite: &Suite) {
    let rows: Vec<Row> = (0..2_600)
        .map(|place| suite.row(&format!("{place:04}"), &[("figures", list(&[volts(place % 130)]))]))
        .collect();
    suite.put_all(&rows);
    let owned = suite.plan_of(&[suite.engine.admin.user()], &[]);
    for (volts, expected) in [("0.01", 2_400), ("0.12", 200)] {
        for plan in [suite.plan(), owned.clone()] {
            let mut query = Query { filter: Some(at_least(volts)), limit: Some(500), ..Query::default() };
            let mut names = Vec::new();
            loop {
                let asked = plan.check_query(&suite.schema, &suite.entity, &query).unwrap();
                let mut page = Vec::new();
                let read = suite.read(|tx| {
                    tx.select(&asked, &mut |row| {
                        page.push(row);
                        Ok(true)
                    })
                });
                read.unwrap();
                let more = page.len() > 500;
                page.truncate(500);
                names.extend(suite.names_of(&page));
                if !more {
                    break;
                }
                query.cursor =
                    Some(crate::query::encode_cursor(asked.fingerprint(), &[], page.last().unwrap().id).unwrap());
            }
            let mut distinct = names.clone();
            distinct.dedup();
            assert_eq!((names.len(), distinct.len()), (expected, expected));
            assert!(names.is_sorted());
        }
    }
}
