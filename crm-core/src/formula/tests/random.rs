//! Random formulas, written with more parentheses than they need, and random data for them.

use proptest::prelude::*;

use super::super::*;
use crate::value::Date;

pub(super) const WORDS: [&str; 44] = [
    "net",
    "pieces",
    "group",
    "region",
    "is_return",
    "ordered",
    "industries",
    "客户.等级",
    "1",
    "2.5",
    "0",
    "'A'",
    "\"\"",
    "true",
    "false",
    "and",
    "or",
    "not",
    "in",
    "between",
    "if",
    "min",
    "round",
    "coalesce",
    "is_missing",
    "lower",
    "date",
    "'2026-01-01'",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    ",",
    "+",
    "-",
    "*",
    "/",
    "=",
    "<",
    ">=",
    "!=",
    "%",
];

pub(super) fn scope() -> Scope {
    let names = [
        ("a", Kind::Number),
        ("b", Kind::Number),
        ("s", Kind::Text),
        ("t", Kind::Truth),
        ("d", Kind::Date),
        ("list", Kind::Texts),
    ];
    names.into_iter().fold(Scope::new(), |scope, (name, kind)| scope.with(name, kind).unwrap())
}

/// What the names stand for; `None` is missing.
#[derive(Debug, Clone)]
pub(super) struct Data {
    a: Option<i32>,
    b: Option<i32>,
    s: Option<String>,
    t: Option<bool>,
    d: Option<i64>,
    list: Vec<String>,
}

pub(super) fn data() -> impl Strategy<Value = Data> {
    let texts = || prop::sample::select(vec!["A".to_owned(), "B".to_owned(), "重 A".to_owned(), String::new()]);
    (
        prop::option::weighted(0.9, -10_000..10_000_i32),
        prop::option::weighted(0.9, -10_000..10_000_i32),
        prop::option::weighted(0.9, texts()),
        prop::option::weighted(0.9, any::<bool>()),
        prop::option::weighted(0.9, 0..800_000_i64),
        prop::collection::vec(texts(), 0..4),
    )
        .prop_map(|(a, b, s, t, d, list)| Data { a, b, s, t, d, list })
}

fn lookup<'a, N>(data: &'a Data, number: impl Fn(i32) -> N) -> Vec<Datum<'a, N>> {
    let first = "0001-01-01".parse::<Date>().unwrap();
    vec![
        data.a.map_or(Datum::Missing, |figure| Datum::Number(number(figure))),
        data.b.map_or(Datum::Missing, |figure| Datum::Number(number(figure))),
        data.s.as_ref().map_or(Datum::Missing, |text| Datum::text(text)),
        data.t.map_or(Datum::Missing, Datum::Truth),
        data.d.map_or(Datum::Missing, |days| Datum::Date(first.add_days(days).unwrap())),
        Datum::Texts(&data.list),
    ]
}

/// Figures in hundredths.
pub(super) fn exact_lookup(data: &Data) -> Vec<Datum<'_>> {
    lookup(data, |figure| Ratio::new(figure.into(), 100).unwrap())
}

pub(super) fn binary_lookup(data: &Data) -> Vec<Datum<'_, f64>> {
    lookup(data, |figure| f64::from(figure) / 100.0)
}

/// Close enough for a test; both figures may have more digits than a double keeps.
pub(super) fn to_f64(ratio: Ratio) -> f64 {
    let figure = |figure: i128| figure.to_string().parse::<f64>().unwrap();
    figure(ratio.numerator()) / figure(ratio.denominator())
}

fn select(words: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(words.to_vec()).prop_map(str::to_owned)
}

fn number_leaf() -> impl Strategy<Value = String> + Clone {
    select(&["a", "b", "1", "0", "2.5", "0.01", "1000", "-3", "79228162514264337593543950335", "year(d)", "day(d)"])
}

fn text() -> impl Strategy<Value = String> + Clone {
    select(&["s", "'A'", "'it''s'", "\"重 'A'\"", "lower(s)", "coalesce(s, 'B')", "if(t, s, 'A')", "('')"])
}

fn date() -> impl Strategy<Value = String> + Clone {
    select(&["d", "date('2026-02-28')", "(d)", "min(d, date('0001-01-01'))", "coalesce(d, d)"])
}

fn truth_leaf() -> BoxedStrategy<String> {
    let order = || select(&["=", "!=", "<", "<=", ">", ">=", "=="]);
    prop_oneof![
        select(&["t", "true", "false", "is_missing(a)", "is_missing(s)", "(t)"]),
        (text(), order(), text()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        (date(), order(), date()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        (text(), text(), text()).prop_map(|(a, b, c)| format!("{a} in [{b}, {c}]")),
        (text(), text()).prop_map(|(a, b)| format!("starts_with({a}, {b})")),
        (text(), text()).prop_map(|(a, b)| format!("contains({a}, {b})")),
        text().prop_map(|a| format!("{a} in list")),
        text().prop_map(|a| format!("list not in [{a}]")),
        text().prop_map(|a| format!("contains(list, {a})")),
        (date(), date(), date()).prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
    ]
    .boxed()
}

/// Conditions over numbers of one kind.
fn truth_of(number: BoxedStrategy<String>, leaf: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let order = select(&["=", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        leaf,
        (number.clone(), order, number.clone()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        (number.clone(), number.clone(), number.clone()).prop_map(|(a, b, c)| format!("{a} between {b} and {c}")),
        (number.clone(), number.clone(), number).prop_map(|(a, b, c)| format!("{a} in [{b}, {c}]")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) = ({b})")),
            inner.clone().prop_map(|a| format!("not {a}")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if({a}, {b}, {c})")),
        ]
    })
    .boxed()
}

fn arithmetic(leaf: BoxedStrategy<String>, condition: BoxedStrategy<String>) -> BoxedStrategy<String> {
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let operator = select(&["+", "-", "*", "/"]);
        prop_oneof![
            (inner.clone(), operator.clone(), inner.clone()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
            (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("coalesce({a}, {b})")),
            (condition.clone(), inner.clone(), inner).prop_map(|(c, a, b)| format!("if({c}, {a}, {b})")),
        ]
    })
    .boxed()
}

fn rounded(number: &BoxedStrategy<String>) -> BoxedStrategy<String> {
    let mode = select(&["'half_up'", "'half_even'", "'half_down'", "'up'", "'down'", "'ceiling'", "'floor'"]);
    prop_oneof![
        3 => number.clone(),
        1 => (number.clone(), -28..28_i32, mode).prop_map(|(a, digits, mode)| format!("round({a}, {digits}, {mode})")),
        1 => number.clone().prop_map(|a| format!("floor({a}) + ceil({a})")),
    ]
    .boxed()
}

/// Numbers of every form.
pub(super) fn number() -> BoxedStrategy<String> {
    let leaf = number_leaf().boxed();
    let condition = truth_of(leaf.clone(), truth_leaf());
    rounded(&arithmetic(rounded(&leaf), condition))
}

/// Conditions of every form.
pub(super) fn truth() -> BoxedStrategy<String> {
    truth_of(number(), truth_leaf())
}

/// Numbers without jumps: small differences of the figures make small differences of the result.
pub(super) fn smooth() -> BoxedStrategy<String> {
    let leaf = select(&["a", "b", "1", "2.5", "0.01", "1000", "-3", "year(d)"]).boxed();
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            (inner.clone(), select(&["+", "-", "*"]), inner.clone()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
            (inner.clone(), select(&["7", "0.3", "-12"])).prop_map(|(a, b)| format!("({a}) / ({b})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            (truth_leaf(), inner.clone(), inner.clone()).prop_map(|(c, a, b)| format!("if({c}, {a}, {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("min({a}, {b}, coalesce(a, 1))")),
        ]
    })
    .boxed()
}
