//! Filters.

use std::cmp::Ordering;

use super::suite::{Suite, compare, equal, is_empty, ladders};
use crate::query::{Comparison, Filter, Query};
use crate::value::{FieldValue, Id};

/// The place of each row's values in the ladders; nothing for an empty row.
const PLACES: [(&str, Option<usize>); 6] =
    [("empty", None), ("first", Some(0)), ("middle", Some(1)), ("last", Some(2)), ("again", Some(1)), ("none", None)];

/// Rows that have the value of one place in every field.
fn fill(suite: &Suite) {
    let rows: Vec<_> = PLACES
        .iter()
        .map(|(name, place)| {
            let mut row = suite.row(name, &[("owner", FieldValue::Null)]);
            for (field, ladder) in ladders() {
                if let Some(place) = place {
                    suite.set(&mut row, field, ladder[place % ladder.len()].clone());
                }
            }
            row
        })
        .collect();
    suite.put_all(&rows);
}

/// The names whose place in a ladder of `length` fulfils the test.
fn named(length: usize, test: impl Fn(Option<usize>) -> bool) -> Vec<&'static str> {
    PLACES.iter().filter(|(_, place)| test(place.map(|place| place % length))).map(|(name, _)| *name).collect()
}

const fn holds(order: Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

pub(super) fn every_comparison_of_every_kind(suite: &Suite) {
    fill(suite);
    for (field, ladder) in ladders() {
        for (pivot, value) in ladder.iter().enumerate() {
            for comparison in Comparison::ALL {
                let expected =
                    named(ladder.len(), |place| place.is_some_and(|place| holds(place.cmp(&pivot), *comparison)));
                let found = suite.matching(compare(field, *comparison, value.clone()));
                assert_eq!(found, expected, "{field} {comparison} {value:?}");
                // The same question in text, as it comes from JSON.
                let text = match value {
                    FieldValue::Integer(number) => number.to_string(),
                    value => value.to_key(),
                };
                assert_eq!(suite.matching(compare(field, *comparison, text)), expected, "{field} as text");
                let refused =
                    suite.matching(Filter::NoneOf { filters: vec![compare(field, *comparison, value.clone())] });
                let others: Vec<_> =
                    PLACES.iter().map(|(name, _)| *name).filter(|name| !expected.contains(name)).collect();
                assert_eq!(refused, others, "none of {field} {comparison} {value:?}");
            }
        }
        for comparison in Comparison::ALL {
            assert!(suite.matching(compare(field, *comparison, FieldValue::Null)).is_empty(), "{field} with nothing");
        }
    }
}

pub(super) fn lists_of_values_and_empty_values(suite: &Suite) {
    fill(suite);
    for (field, ladder) in ladders() {
        let within = |values: Vec<FieldValue>| Filter::In { field: field.into(), values };
        let expected = named(ladder.len(), |place| place.is_some_and(|place| place != 1));
        let values = ladder.iter().enumerate().filter(|(place, _)| *place != 1).map(|(_, value)| value.clone());
        let values: Vec<_> = values.chain([FieldValue::Null]).collect();
        assert_eq!(suite.matching(within(values.clone())), expected, "{field}");
        let others = named(ladder.len(), |place| place.is_none_or(|place| place == 1));
        assert_eq!(suite.matching(Filter::NoneOf { filters: vec![within(values)] }), others, "{field}");
        assert!(suite.matching(within(Vec::new())).is_empty(), "{field}");
        assert_eq!(suite.matching(Filter::NoneOf { filters: vec![within(Vec::new())] }).len(), PLACES.len());
        assert!(suite.matching(within(vec![FieldValue::Null])).is_empty(), "{field}");
        assert_eq!(suite.matching(is_empty(field)), ["empty", "none"], "{field}");
        let full = named(3, |place| place.is_some());
        assert_eq!(suite.matching(Filter::NoneOf { filters: vec![is_empty(field)] }), full, "{field}");
    }
    assert_eq!(suite.matching(is_empty("external")).len(), PLACES.len(), "a nested value can be asked for");
}

pub(super) fn conditions_join_as_two_valued_logic(suite: &Suite) {
    fill(suite);
    let all = |filters| Filter::All { filters };
    let any = |filters| Filter::Any { filters };
    let none = |filters| Filter::NoneOf { filters };
    let everything = PLACES.map(|(name, _)| name);
    assert_eq!(suite.matching(all(vec![])), everything);
    assert_eq!(suite.matching(any(vec![])), Vec::<String>::new());
    assert_eq!(suite.matching(none(vec![])), everything);
    let (new, green) = (equal("stage", "new"), equal("x_picklist", "green"));
    let low = compare("count", Comparison::Less, -1_i64);
    assert_eq!(suite.matching(all(vec![new.clone(), green.clone()])), ["middle", "again"]);
    assert_eq!(suite.matching(any(vec![low.clone(), green.clone()])), ["first", "middle", "again"]);
    assert_eq!(suite.matching(none(vec![low.clone(), green.clone()])), ["empty", "last", "none"]);
    assert_eq!(suite.matching(none(vec![none(vec![low.clone()])])), ["first"]);
    assert_eq!(suite.matching(none(vec![none(vec![is_empty("count")])])), ["empty", "none"]);
    assert_eq!(suite.matching(any(vec![is_empty("amount"), low.clone()])), ["empty", "first", "none"]);
    assert_eq!(
        suite.matching(all(vec![none(vec![compare("stage", Comparison::NotEqual, "new")]), none(vec![low])])),
        ["empty", "middle", "again", "none"],
        "neither `different` nor `less` is true of nothing"
    );
}

pub(super) fn figures_with_more_digits_than_the_field(suite: &Suite) {
    fill(suite);
    for field in ["amount", "x_decimal"] {
        let ask = |comparison, text: &str| suite.matching(compare(field, comparison, text));
        assert!(ask(Comparison::Equal, "0.001").is_empty());
        assert_eq!(ask(Comparison::NotEqual, "0.001"), ["first", "middle", "last", "again"]);
        assert_eq!(ask(Comparison::Less, "0.001"), ["first", "middle", "again"]);
        assert_eq!(ask(Comparison::GreaterOrEqual, "0.001"), ["last"]);
        assert_eq!(ask(Comparison::LessOrEqual, "-0.001"), ["first"]);
        assert_eq!(ask(Comparison::Greater, "-0.001"), ["middle", "last", "again"]);
        assert_eq!(ask(Comparison::Equal, "0.000"), ["middle", "again"]);
        let within = Filter::In { field: field.into(), values: vec!["0.001".into(), "-0".into(), 0_i64.into()] };
        assert_eq!(suite.matching(within), ["middle", "again"]);
    }
}

pub(super) fn prefixes_end_anywhere_in_unicode(suite: &Suite) {
    let texts = [
        "",
        "a",
        "ab",
        "abc",
        "abd",
        "b",
        "A",
        "a%",
        "a_",
        "中",
        "中国",
        "中\u{D7FF}",
        "中\u{D7FF}x",
        "中\u{E000}",
        "\u{10FFFF}",
        "\u{10FFFF}\u{10FFFF}",
        "a\u{10FFFF}",
        "a\u{10FFFF}z",
        "\u{D7FF}",
        "\u{E000}",
        "é",
        "e\u{301}",
    ];
    let rows: Vec<_> =
        texts.iter().map(|text| suite.row("n", &[("note", (*text).into()), ("x_text", (*text).into())])).collect();
    suite.put_all(&rows);
    for prefix in texts {
        for field in ["note", "x_text"] {
            let filter = Filter::Prefix { field: field.into(), prefix: prefix.into() };
            let found = suite.scan(&suite.plan(), &Query { filter: Some(filter), ..Query::default() }).unwrap();
            let reference = suite.field(field);
            let found: Vec<_> = found.iter().map(|row| reference.value(row).to_key()).collect();
            let expected: Vec<_> =
                texts.iter().filter(|text| !text.is_empty() && text.starts_with(prefix)).copied().collect();
            assert_eq!(found, expected, "{field} {prefix:?}");
        }
    }
    let picked = suite.row("p", &[("stage", "won".into())]);
    suite.put(None, &picked).unwrap();
    assert_eq!(suite.matching(Filter::Prefix { field: "stage".into(), prefix: "w".into() }), ["p"]);
}

pub(super) fn long_lists_of_values_and_owners(suite: &Suite) {
    let owners: Vec<Id> = (0..20_000).map(|_| suite.id()).collect();
    let numbers: Vec<FieldValue> = (0..10_000_i64).map(FieldValue::Integer).collect();
    let texts: Vec<FieldValue> = (0..9_999).map(|number| FieldValue::from(format!("t{number}"))).collect();
    let ids: Vec<FieldValue> = owners.iter().take(10_000).map(|id| FieldValue::Reference(*id)).collect();
    let row = |name, owner: Id| {
        suite.row(
            name,
            &[
                ("owner", owner.into()),
                ("count", 9_999_i64.into()),
                ("note", "t9998".into()),
                ("parent", owners[9_999].into()),
                ("x_reference", owners[0].into()),
                ("amount", 9_999_i64.into()),
            ],
        )
    };
    suite.put_all(&[row("seen", owners[19_999]), row("unseen", suite.id())]);
    let within = |field: &str, values: &[FieldValue]| Filter::In { field: field.into(), values: values.to_vec() };
    let filters = vec![
        within("count", &numbers),
        within("amount", &numbers),
        within("note", &texts),
        within("parent", &ids),
        within("x_reference", &ids),
    ];
    let query = Query { filter: Some(Filter::All { filters }), search: Some("t9998".into()), ..Query::default() };
    let plan = suite.plan_of(&owners, &[]);
    let found = suite.scan(&plan, &query).unwrap();
    assert_eq!(suite.names_of(&found), ["seen"]);
}
