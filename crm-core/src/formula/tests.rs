use super::*;
use crate::value::{Decimal, ErrorCode, Ratio, Result};

struct Names(Vec<Datum<'static>>);

impl Lookup for Names {
    fn datum(&self, slot: usize) -> Result<Datum<'_>> {
        Ok(self.0.get(slot).cloned().unwrap_or(Datum::Missing))
    }
}

fn scope() -> Scope {
    let mut scope = Scope::new();
    scope.declare("net", Kind::Number);
    scope.declare("group", Kind::Text);
    scope.declare("tags", Kind::Texts);
    scope.declare("day_of_order", Kind::Date);
    scope.declare("nothing", Kind::Number);
    scope
}

fn names() -> Names {
    Names(vec![
        Datum::Number(Ratio::from("1250.5".parse::<Decimal>().unwrap())),
        Datum::Text("A".into()),
        Datum::Texts(vec!["dealer".to_owned(), "key".to_owned()].into()),
        Datum::Date("2026-02-28".parse().unwrap()),
    ])
}

fn value(text: &str) -> String {
    let formula = Formula::parse(text, &scope()).unwrap();
    match formula.evaluate(&names()).unwrap() {
        Datum::Number(number) => number.to_string(),
        Datum::Truth(truth) => truth.to_string(),
        Datum::Text(text) => text.into_owned(),
        other => format!("{other:?}"),
    }
}

fn refused(text: &str) -> (ErrorCode, String) {
    let error = Formula::parse(text, &scope()).unwrap_err();
    (error.code(), error.problems()[0].data.get("position").cloned().unwrap_or_default())
}

#[test]
fn operators_bind_as_in_school() {
    assert_eq!(value("1 + 2 * 3 - 4 / 2"), "5");
    assert_eq!(value("(1 + 2) * -3"), "-9");
    assert_eq!(value("10 - 3 - 2"), "5");
    assert_eq!(value("1 / 3 * 3"), "1");
    assert_eq!(value("not 1 > 2 and true or false"), "true");
    assert_eq!(value("net between 1000 and 2000 and group = 'A'"), "true");
    assert_eq!(value("if(net > 1000, net * 0.02, 0)"), "2501/100");
}

#[test]
fn functions_do_what_their_names_say() {
    assert_eq!(value("min(3, 1, 2) + max(3, 1, 2)"), "4");
    assert_eq!(value("round(2.345, 2)"), "47/20");
    assert_eq!(value("floor(-1.5) + ceil(1.2) + abs(-3) + round(0.5)"), "4");
    assert_eq!(value("contains(tags, 'key') and group in ['A', 'B'] and starts_with('ABC', 'AB')"), "true");
    assert_eq!(value("lower('ABC')"), "abc");
    assert_eq!(value("year(day_of_order) * 100 + month(day_of_order)"), "202602");
    assert_eq!(value("days_between(day_of_order, date('2026-03-01'))"), "1");
    assert_eq!(value("coalesce(nothing, 7)"), "7");
}

#[test]
fn a_name_without_a_value_is_an_error_unless_it_is_asked_for() {
    let evaluated = |text: &str| match Formula::parse(text, &scope()).unwrap().evaluate(&names()) {
        Ok(datum) => Ok(datum == Datum::Truth(true)),
        Err(error) => Err(error.code()),
    };
    assert_eq!(evaluated("nothing > 5"), Err(ErrorCode::Required));
    assert_eq!(evaluated("is_missing(nothing) or nothing > 5"), Ok(true));
    assert_eq!(evaluated("not is_missing(nothing) and nothing > 5"), Ok(false));
    assert_eq!(evaluated("1 / 0 > 5"), Err(ErrorCode::OutOfRange));
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    assert_eq!(refused("net >"), (ErrorCode::BadFormat, "6".to_owned()));
    assert_eq!(refused("net > 'A'"), (ErrorCode::WrongType, "5".to_owned()));
    assert_eq!(refused("net and true"), (ErrorCode::WrongType, "5".to_owned()));
    assert_eq!(refused("price > 3"), (ErrorCode::UnknownField, "1".to_owned()));
    assert_eq!(refused("sum(1)"), (ErrorCode::UnknownField, "1".to_owned()));
    assert_eq!(refused("net > 3 net"), (ErrorCode::BadFormat, "9".to_owned()));
    assert_eq!(refused("1 < 2 < 3"), (ErrorCode::BadFormat, "7".to_owned()));
    assert_eq!(refused("'open"), (ErrorCode::BadFormat, "1".to_owned()));
    assert_eq!(refused("net # 3"), (ErrorCode::BadFormat, "5".to_owned()));
    assert_eq!(refused(&format!("{}1{}", "(".repeat(100), ")".repeat(100))).0, ErrorCode::QueryTooComplex);
    assert_eq!(refused(&"1+".repeat(3_000)).0, ErrorCode::TooLong);
}

#[test]
fn a_formula_tells_the_names_it_uses() {
    let formula = Formula::parse("net > 5 or group = 'B' and net < 9", &scope()).unwrap();
    assert_eq!(formula.names(), [0, 1]);
    assert_eq!(formula.text(), "net > 5 or group = 'B' and net < 9");
}
