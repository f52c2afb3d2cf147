//! Examples and properties of formulas.

use std::cell::RefCell;

use proptest::prelude::*;

use super::*;
use crate::value::Date;

mod random;

fn scope() -> Scope {
    let names = [
        ("net", Kind::Number),
        ("pieces", Kind::Number),
        ("group", Kind::Text),
        ("region", Kind::Text),
        ("is_return", Kind::Truth),
        ("is_new", Kind::Truth),
        ("ordered", Kind::Date),
        ("due", Kind::Date),
        ("industries", Kind::Texts),
        ("客户.等级", Kind::Text),
    ];
    names.into_iter().fold(Scope::new(), |scope, (name, kind)| scope.with(name, kind).unwrap())
}

fn read(text: &str) -> Formula {
    Formula::parse(text, &scope()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn problem(text: &str) -> Problem {
    Formula::parse(text, &scope()).unwrap_err().problems()[0].clone()
}

fn exact(top: i128, bottom: i128) -> Datum<'static> {
    Datum::Number(Ratio::new(top, bottom).unwrap())
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// An order of 1,234.50 for 3 pieces; the region, the due date and whether it is new are not set.
fn order(industries: &[String]) -> [Datum<'_>; 10] {
    [
        exact(12_345, 10),
        exact(3, 1),
        Datum::text("A"),
        Datum::Missing,
        Datum::Truth(false),
        Datum::Missing,
        Datum::Date(day("2026-02-28")),
        Datum::Missing,
        Datum::Texts(industries),
        Datum::text("重点"),
    ]
}

fn industries() -> Vec<String> {
    vec!["pumps".to_owned(), "valves".to_owned()]
}

fn value(text: &str) -> Datum<'static> {
    let (formula, list) = (read(text), industries());
    let order = order(&list);
    match formula.evaluate(&order).unwrap_or_else(|error| panic!("{text}: {error}")) {
        Datum::Missing => Datum::Missing,
        Datum::Number(number) => Datum::Number(number),
        Datum::Text(text) => Datum::Text(text.into_owned().into()),
        Datum::Truth(truth) => Datum::Truth(truth),
        Datum::Date(date) => Datum::Date(date),
        Datum::Texts(_) => panic!("{text} gives a list"),
    }
}

fn refusal(text: &str) -> (ErrorCode, Option<String>) {
    let (formula, list) = (read(text), industries());
    let error = formula.evaluate(&order(&list)).unwrap_err();
    (error.code(), error.field().map(str::to_owned))
}

#[test]
fn arithmetic_is_exact_and_binds_as_in_school() {
    assert_eq!(value("1 + 2 * 3 - 4 / 2"), exact(5, 1));
    assert_eq!(value("(1 + 2) * -3"), exact(-9, 1));
    assert_eq!(value("8 - 3 - 2"), exact(3, 1));
    assert_eq!(value("8 / 4 / 2"), exact(1, 1));
    assert_eq!(value("8 - (3 - 2)"), exact(7, 1));
    assert_eq!(value("1 / 3 + 1 / 3 + 1 / 3"), exact(1, 1));
    assert_eq!(value("0.1 + 0.2"), exact(3, 10));
    assert_eq!(value("-net * 2 + pieces"), exact(-2466, 1));
    assert_eq!(value("net / pieces"), exact(823, 2));
    assert_eq!(refusal("net / (pieces - 3)").0, ErrorCode::OutOfRange);
    let large = "79228162514264337593543950335";
    assert_eq!(refusal(&format!("{large} * {large}")).0, ErrorCode::Overflow);
    let error = read("1 + net / 0").evaluate(&order(&[])).unwrap_err();
    assert_eq!(error.problems()[0].data["offset"], "8");
}

#[test]
fn numbers_are_rounded_as_the_formula_says() {
    for (text, wanted) in [
        ("round(2.345, 2)", exact(235, 100)),
        ("round(-2.345, 2)", exact(-235, 100)),
        ("round(2.345, 2, 'half_even')", exact(234, 100)),
        ("round(2.345, 2, 'half_down')", exact(234, 100)),
        ("round(2.341, 2, 'up')", exact(235, 100)),
        ("round(-2.341, 2, 'ceiling')", exact(-234, 100)),
        ("round(1250, -2)", exact(1_300, 1)),
        ("round(1250, -2, 'half_even')", exact(1_200, 1)),
        ("round(2 / 3, 4)", exact(6_667, 10_000)),
        ("floor(-2.5)", exact(-3, 1)),
        ("ceil(-2.5)", exact(-2, 1)),
        ("floor(2.5) + ceil(2.5)", exact(5, 1)),
        ("abs(-2.5)", exact(5, 2)),
        ("min(3, 1, 2)", exact(1, 1)),
        ("max(net, 2000, pieces)", exact(2_000, 1)),
    ] {
        assert_eq!(value(text), wanted, "{text}");
    }
}

#[test]
fn conditions_hold_as_they_read() {
    for (text, wanted) in [
        ("net >= 1000 and group in ['A', 'B'] and not is_return", true),
        ("net > 1234.5", false),
        ("net >= 1234.5", true),
        ("net == 1234.5 and net = 1234.50", true),
        ("net != 1234.5", false),
        ("net between 1000 and 1234.5", true),
        ("net between 1234.6 and 5000", false),
        ("not net between 1 and 2 and true", true),
        ("group < 'B' and group <= \"A\"", true),
        ("group in ['B', 'C']", false),
        ("group not in ['B', 'C']", true),
        ("group in []", false),
        ("pieces in [1, 2 + 1, 5]", true),
        ("ordered in [date('2026-02-28')]", true),
        ("'pumps' in industries", true),
        ("group in industries", false),
        ("industries in ['valves', 'tools']", true),
        ("industries in ['tools']", false),
        ("['valves'] in industries", true),
        ("contains(industries, 'pump')", false),
        ("contains(['A', 'B'], group)", true),
        ("contains('pumps', 'ump')", true),
        ("starts_with('DN50', 'DN') and not starts_with('DN50', 'PN')", true),
        ("lower('DN ÄÖ') = 'dn äö'", true),
        ("客户.等级 = '重点'", true),
        ("true or false and false", true),
        ("(true or false) and false", false),
        ("not true or true", true),
        ("is_return = false", true),
        ("'it''s' = \"it's\" and \"\"\"\" = '\"'", true),
    ] {
        assert_eq!(value(text), Datum::Truth(wanted), "{text}");
    }
}

#[test]
fn dates_are_counted_in_days() {
    assert_eq!(value("year(ordered) * 10000 + month(ordered) * 100 + day(ordered)"), exact(20_260_228, 1));
    assert_eq!(value("days_between(ordered, date('2026-03-31'))"), exact(31, 1));
    assert_eq!(value("days_between(date('2026-03-31'), ordered)"), exact(-31, 1));
    assert_eq!(value("max(ordered, date('2026-01-01'))"), Datum::Date(day("2026-02-28")));
    assert_eq!(value("min(ordered, date('2026-01-01'), date('2027-01-01'))"), Datum::Date(day("2026-01-01")));
    assert_eq!(value("ordered between date('2026-01-01') and date('2026-12-31')"), Datum::Truth(true));
}

#[test]
fn what_is_missing_is_an_error_unless_it_is_guarded() {
    let required = |field: &str| (ErrorCode::Required, Some(field.to_owned()));
    assert_eq!(refusal("region = 'EU'"), required("region"));
    assert_eq!(refusal("region != 'EU'"), required("region"));
    assert_eq!(refusal("not is_new"), required("is_new"));
    assert_eq!(refusal("region in ['EU', 'CN']"), required("region"));
    assert_eq!(refusal("due between ordered and ordered"), required("due"));
    assert_eq!(refusal("is_return or is_new"), required("is_new"));
    assert_eq!(refusal("lower(region) = 'eu'"), required("region"));
    assert_eq!(refusal("coalesce(region, region) = 'eu'"), required("region"));
    assert_eq!(refusal("if(is_return, group, region) = 'eu'"), required("region"));
    assert_eq!(refusal("if(not is_return, region, group) = 'eu'"), required("region"));
    assert_eq!(value("is_missing(region) or region = 'EU'"), Datum::Truth(true));
    assert_eq!(value("not is_missing(region) and region = 'EU'"), Datum::Truth(false));
    assert_eq!(value("if(is_missing(region), 'none', lower(region))"), Datum::text("none"));
    assert_eq!(value("coalesce(region, group) = 'A'"), Datum::Truth(true));
    assert_eq!(value("is_missing(coalesce(region, region))"), Datum::Truth(true));
    assert_eq!(value("is_missing(industries)"), Datum::Truth(false));
    assert_eq!(value("region"), Datum::Missing);
    let list = industries();
    assert_eq!(read("is_new").evaluate_truth(&order(&list)).unwrap_err().code(), ErrorCode::Required);
}

/// Notes which slots were asked for.
struct Noted(RefCell<Vec<usize>>);

impl Lookup for Noted {
    fn datum(&self, slot: usize) -> Result<Datum<'_>> {
        self.0.borrow_mut().push(slot);
        Ok(if slot < 2 { Datum::Number(Ratio::ONE) } else { Datum::Truth(slot == 4) })
    }
}

#[test]
fn only_what_matters_is_looked_up() {
    for (text, wanted) in [
        ("is_return or is_new or net > 0", &[4][..]),
        ("is_new and is_return", &[5][..]),
        ("if(is_return, net, pieces)", &[4, 0][..]),
        ("coalesce(pieces, net)", &[1][..]),
        ("pieces in [1, net]", &[1][..]),
        ("net between 2 and pieces", &[0][..]),
    ] {
        let noted = Noted(RefCell::default());
        read(text).evaluate(&noted).unwrap();
        assert_eq!(noted.0.into_inner(), wanted, "{text}");
    }
    assert_eq!(read("if(is_return, net, pieces) + net").names(), [0, 1, 4]);
}

/// Answers as a price step would that itself fails.
struct Failing;

impl Lookup for Failing {
    fn datum(&self, slot: usize) -> Result<Datum<'_>> {
        match slot {
            0 => Err(Error::invalid(ErrorCode::CurrencyMismatch, "step", "no rate")),
            _ => Ok(Datum::text("no number")),
        }
    }
}

#[test]
fn an_error_of_the_lookup_is_handed_on_and_a_wrong_kind_is_refused() {
    assert_eq!(read("net > 0").evaluate(&Failing).unwrap_err().code(), ErrorCode::CurrencyMismatch);
    assert_eq!(read("is_missing(net)").evaluate(&Failing).unwrap_err().code(), ErrorCode::CurrencyMismatch);
    let error = read("pieces > 0").evaluate(&Failing).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::WrongType, Some("pieces")));
    assert_eq!(read("pieces").evaluate_truth(&order(&[])).unwrap_err().code(), ErrorCode::WrongType);
}

#[test]
fn what_is_wrong_is_told_when_the_formula_is_defined() {
    use ErrorCode::{BadFormat, DecimalDigits, NotAllowed, NotInPicklist, OutOfRange, UnknownField, WrongType};
    for (text, code, column) in [
        ("", BadFormat, 1),
        ("net >", BadFormat, 6),
        ("net > 5 %", BadFormat, 9),
        ("net & 5", BadFormat, 5),
        ("'open", BadFormat, 1),
        ("12.5.1", BadFormat, 1),
        ("5kg", BadFormat, 1),
        ("1.", BadFormat, 1),
        ("(net", BadFormat, 5),
        ("net)", BadFormat, 4),
        ("net 5", BadFormat, 5),
        ("min(1, )", BadFormat, 8),
        ("1 < net < 3", BadFormat, 9),
        ("net between 1 or 2", BadFormat, 15),
        ("and", BadFormat, 1),
        ("nett > 5", UnknownField, 1),
        ("net >= 'A'", WrongType, 5),
        ("net and true", WrongType, 1),
        ("true and net", WrongType, 10),
        ("not net", WrongType, 5),
        ("-group", WrongType, 2),
        ("group + 1", WrongType, 1),
        ("is_return < true", WrongType, 11),
        ("industries = industries", WrongType, 12),
        ("net in industries", WrongType, 5),
        ("group in group", WrongType, 10),
        ("net in [1, 'A']", WrongType, 12),
        ("group between 1 and 2", WrongType, 7),
        ("contains([1], group)", WrongType, 11),
        ("if(net, 1, 2)", WrongType, 4),
        ("if(true, 1, 'A')", WrongType, 1),
        ("coalesce(net, group)", WrongType, 15),
        ("min(net, ordered)", WrongType, 10),
        ("year(net)", WrongType, 6),
        ("round(net, pieces)", WrongType, 12),
        ("round(net, 1.5)", WrongType, 12),
        ("round(net, 29)", OutOfRange, 12),
        ("round(net, 2, 'nearest')", NotInPicklist, 15),
        ("round(net)", NotAllowed, 1),
        ("min()", NotAllowed, 1),
        ("if(true, 1)", NotAllowed, 1),
        ("coalesce(net)", NotAllowed, 1),
        ("abs(1, 2)", NotAllowed, 1),
        ("net + system('x')", NotAllowed, 7),
        ("date('2026-02-30')", BadFormat, 1),
        ("date(group)", NotAllowed, 1),
        ("0.12345678901234567890123456789", DecimalDigits, 1),
    ] {
        let problem = problem(text);
        let column = column.to_string();
        assert_eq!((problem.code, &problem.data["column"]), (code, &column), "{text}: {problem}");
    }
    let placed = problem("net > 0 and\n  '重' = pieces");
    assert_eq!((placed.data["line"].as_str(), placed.data["column"].as_str()), ("2", "7"));
    assert_eq!(placed.data["offset"], "20");
}

#[test]
fn unknown_names_are_listed_all_at_once() {
    let error = Formula::parse("nett > 1 and grop = 'A' and whatever(net) and 'nett' = group", &scope()).unwrap_err();
    let told = error
        .problems()
        .iter()
        .map(|problem| (problem.code, problem.data["name"].as_str(), problem.data.get("nearest").map(String::as_str)));
    let wanted = [(ErrorCode::UnknownField, "nett", Some("net")), (ErrorCode::UnknownField, "grop", Some("group"))];
    assert_eq!(told.collect::<Vec<_>>(), wanted);
    assert!(!problem("zzzzzz = 1").data.contains_key("nearest"));
}

#[test]
fn limits_are_named() {
    let too = |text: &str| (problem(text).code, problem(text).data["limit"].clone());
    let long = format!("'{}' = group", "x".repeat(MAX_FORMULA_CHARS));
    assert_eq!(too(&long), (ErrorCode::TooLong, "4000".to_owned()));
    assert!(Formula::parse(&format!("'{}'", "重".repeat(MAX_FORMULA_CHARS - 2)), &scope()).is_ok());
    let deep = (ErrorCode::QueryTooComplex, "64".to_owned());
    let nested = |depth: usize, open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    for (open, inner, close) in
        [("(", "1", ")"), ("-", "1", ""), ("not ", "true", ""), ("abs(", "1", ")"), ("if(true, 1, ", "1", ")")]
    {
        assert_eq!(too(&nested(64, open, inner, close)), deep, "{open}");
        assert_eq!(too(&nested(300, open, inner, close)), deep, "{open}");
        assert!(Formula::parse(&nested(60, open, inner, close), &scope()).is_ok(), "{open}");
    }
    let items = vec!["'a'"; MAX_LIST_ITEMS + 1].join(",");
    assert_eq!(too(&format!("group in [{items}]")), (ErrorCode::TooMany, "500".to_owned()));
    assert_eq!(too(&vec!["1"; 2_000].join("+")), (ErrorCode::QueryTooComplex, "2000".to_owned()));
    // A long chain is not deep.
    let sum = vec!["1"; 1_000].join("+");
    assert_eq!(value(&sum), exact(1_000, 1));
    let any = vec!["net=1"; 400].join(" or ");
    assert_eq!(value(&any), Datum::Truth(false));
}

#[test]
fn the_deepest_formula_needs_little_stack() {
    let work = || {
        let inner = |level: usize| format!("if(net>{level} and not(1+2*-3>net or is_return),1+2*(");
        let nested: String = (0..12).map(inner).collect();
        let text = format!("{nested}net{}", "),0)".repeat(12));
        let formula = Formula::parse(&text, &scope()).unwrap();
        let again = Formula::parse(&formula.to_string(), &scope()).unwrap();
        assert_eq!(formula, again);
        formula.evaluate(&order(&[])).unwrap();
        let parentheses = "(".repeat(3_000);
        assert_eq!(Formula::parse(&parentheses, &scope()).unwrap_err().code(), ErrorCode::QueryTooComplex);
        let minus = format!("{}net", "-".repeat(62));
        read(&minus).evaluate(&order(&[])).unwrap();
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn the_canonical_text_has_no_needless_parentheses() {
    for (text, wanted) in [
        ("((net)) +( 1*2 )", "net + 1 * 2"),
        ("(net+1)*2", "(net + 1) * 2"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("1/(2*3)", "1 / (2 * 3)"),
        ("-(1+2)", "-(1 + 2)"),
        ("(true and false) and true", "true and false and true"),
        ("true and (false or true)", "true and (false or true)"),
        ("not(not is_return)", "not not is_return"),
        ("not (is_return = false)", "not is_return = false"),
        ("(not is_return) = false", "(not is_return) = false"),
        ("group NOTHING", ""),
        ("group not in ['A',\"it's\"]", "not group in ['A', 'it''s']"),
        ("round( net,2 ,'half_up')", "round(net, 2)"),
        ("round(net,-2,'down')", "round(net, -2, 'down')"),
        ("net == 1.50", "net = 1.5"),
        ("pieces between(1)and(2+1)", "pieces between 1 and 2 + 1"),
    ] {
        match Formula::parse(text, &scope()) {
            Ok(formula) => {
                assert_eq!(formula.to_string(), wanted, "{text}");
                assert_eq!(read(wanted), formula, "{text}");
            }
            Err(error) => assert!(wanted.is_empty(), "{text}: {error}"),
        }
    }
    assert_ne!(read("net + 1"), read("1 + net"));
    assert_ne!(read("net"), read("pieces"));
}

#[test]
fn constants_and_kinds_are_known_beforehand() {
    assert_eq!(read("2 * 0.5").constant(), Some(exact(1, 1)));
    assert_eq!(read("'a'").constant(), Some(Datum::text("a")));
    assert_eq!(read("1 / 0").constant(), None);
    assert_eq!(read("net * 0").constant(), None);
    assert_eq!(Formula::parse_as("net", &scope(), Kind::Truth).unwrap_err().code(), ErrorCode::WrongType);
    assert_eq!(read("['a']").kind(), Kind::Texts);
    assert_eq!(serde_json::to_string(&read("net>1")).unwrap(), "\"net>1\"");
}

#[test]
fn a_scope_takes_names_and_nothing_else() {
    for name in ["", "1a", "a b", "a.", ".a", "a..b", "_a", "and", "if", "a-b", "'a'"] {
        assert_eq!(Scope::new().declare(name, Kind::Text).unwrap_err().code(), ErrorCode::BadFormat, "{name}");
    }
    for name in ["a", "a_1", "a.b.c", "数量", "date", "min"] {
        let scope = Scope::new().with(name, Kind::Number).unwrap();
        let formula = Formula::parse(&format!("{name} + min({name}, 1)"), &scope).unwrap();
        assert_eq!(formula.names(), [0], "{name}");
    }
    let long = "x".repeat(MAX_NAME_CHARS + 1);
    assert_eq!(Scope::new().declare(&long, Kind::Text).unwrap_err().code(), ErrorCode::TooLong);
    let mut full = Scope::new();
    (0..MAX_NAMES).for_each(|place| assert_eq!(full.declare(&format!("n{place}"), Kind::Text).unwrap(), place));
    assert_eq!(full.declare("more", Kind::Text).unwrap_err().code(), ErrorCode::TooMany);
}

#[test]
fn binary_arithmetic_refuses_what_is_not_finite() {
    let scope = Scope::new().with("x", Kind::Number).unwrap();
    let at = |text: &str, x: f64| Formula::parse(text, &scope).unwrap().evaluate_f64(&[Datum::Number(x)]);
    assert_eq!(at("x * x", 1e200).unwrap_err().code(), ErrorCode::Overflow);
    assert_eq!(at("1 / x", 0.0).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(at("x + 1", f64::NAN).unwrap_err().field(), Some("x"));
    assert_eq!(at("x", f64::INFINITY).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(at("x > 1", 2.0).unwrap_err().code(), ErrorCode::WrongType);
    assert_eq!(at("if(x = 0, 1, -x)", -0.0).unwrap(), 1.0);
    for (mode, up, down) in [
        ("half_up", 3.0, -3.0),
        ("half_even", 2.0, -2.0),
        ("half_down", 2.0, -2.0),
        ("up", 3.0, -3.0),
        ("down", 2.0, -2.0),
        ("ceiling", 3.0, -2.0),
        ("floor", 2.0, -3.0),
    ] {
        let text = format!("round(x, 0, '{mode}')");
        assert_eq!((at(&text, 2.5).unwrap(), at(&text, -2.5).unwrap()), (up, down), "{mode}");
        assert_eq!(at(&text, 7.0).unwrap(), 7.0, "{mode}");
    }
    assert_eq!(at("round(x, 0, 'half_down')", 2.75).unwrap(), 3.0);
    assert_eq!(at("round(x, 28)", 1e300).unwrap(), 1e300);
    assert_eq!(at("round(x, -2)", 1250.0).unwrap(), 1300.0);
}

#[test]
fn random_formulas_are_worth_evaluating() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 3];
    for _ in 0..300 {
        let data = random::data().new_tree(&mut runner).unwrap().current();
        let lookup = random::exact_lookup(&data);
        for (place, strategy) in [random::smooth(), random::number(), random::truth()].into_iter().enumerate() {
            let text = strategy.new_tree(&mut runner).unwrap().current();
            let found = Formula::parse(&text, &random::scope()).and_then(|f| f.evaluate(&lookup).map(|_| ()));
            counts[place] += usize::from(found.is_ok());
        }
    }
    assert!(counts.iter().all(|count| *count > 90), "{counts:?}");
}

proptest! {
    #[test]
    fn reading_what_is_written_gives_the_same_formula(text in random::truth()) {
        match Formula::parse(&text, &random::scope()) {
            Ok(formula) => {
                let again = Formula::parse(&formula.to_string(), &random::scope());
                prop_assert_eq!(again.as_ref().map(ToString::to_string), Ok(formula.to_string()));
                prop_assert_eq!(again, Ok(formula));
            }
            Err(error) => {
                let limits = [ErrorCode::TooLong, ErrorCode::QueryTooComplex];
                prop_assert!(limits.contains(&error.code()), "{text}: {error}");
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = Formula::parse(&text, &scope());
    }

    #[test]
    fn no_pile_of_words_makes_the_reader_or_the_evaluation_panic(
        words in prop::collection::vec(prop::sample::select(random::WORDS.to_vec()), 0..25),
    ) {
        if let Ok(formula) = Formula::parse(&words.join(" "), &scope()) {
            prop_assert_eq!(Formula::parse(&formula.to_string(), &scope()), Ok(formula.clone()));
            let _ = formula.evaluate(&order(&industries()));
        }
    }

    #[test]
    fn evaluation_never_panics_and_keeps_its_kind(text in random::number(), data in random::data()) {
        let formula = Formula::parse(&text, &random::scope()).unwrap();
        let lookup = random::exact_lookup(&data);
        if let Ok(found) = formula.evaluate(&lookup) {
            prop_assert!(found.kind().is_none_or(|kind| kind == formula.kind()));
        }
    }

    #[test]
    fn exact_and_binary_evaluation_agree(text in random::smooth(), data in random::data()) {
        let formula = Formula::parse(&text, &random::scope()).unwrap();
        let (exact, binary) = (random::exact_lookup(&data), random::binary_lookup(&data));
        if let Ok(exact) = formula.evaluate_number(&exact) {
            let wanted = random::to_f64(exact);
            let found = formula.evaluate_f64(&binary).unwrap();
            prop_assert!((wanted - found).abs() <= 1e-9 * wanted.abs().max(1e6), "{text}: {wanted} {found}");
        }
    }

    #[test]
    fn exact_arithmetic_is_that_of_fractions(a in -1_000_i32..1_000, b in 1_i32..1_000, c in -99_i32..99) {
        let scope = ["a", "b", "c"].into_iter().fold(Scope::new(), |s, n| s.with(n, Kind::Number).unwrap());
        let data = [a, b, c].map(|figure| exact(figure.into(), 1));
        let formula = Formula::parse("a / b * c - (a * c) / b + a / b", &scope).unwrap();
        prop_assert_eq!(formula.evaluate(&data).unwrap(), exact(a.into(), b.into()));
        let floor = Formula::parse("floor(a / b)", &scope).unwrap();
        prop_assert_eq!(floor.evaluate(&data).unwrap(), exact(a.div_euclid(b).into(), 1));
        let order = Formula::parse("a / b < c", &scope).unwrap();
        prop_assert_eq!(order.evaluate_truth(&data).unwrap(), a < c * b);
    }
}
