//! Products are found by their technical parameters.

use super::catalogue::{class, define, parameter, terminals};
use super::decimal;
use crate::engine::Session;
use crate::engine::smoke::sessions;
use crate::product::{
    ParameterComparison as By, ParameterCondition, ParameterKind, ParameterValue, Product, ProductLifeCycle as Cycle,
    ProductSearch,
};
use crate::query::{Comparison, Filter, Query, Sort};
use crate::value::{ErrorCode, Id};

fn figure(code: &str, number: &str, unit: Option<&str>) -> ParameterValue {
    ParameterValue::number(code, decimal(number), unit)
}

fn made(session: &Session, code: &str, class: Option<Id>, parameters: Vec<ParameterValue>) -> Product {
    let product =
        Product { code: code.into(), name: code.into(), product_class: class, parameters, ..Product::default() };
    session.products().create_product(&product).unwrap()
}

fn codes(session: &Session, search: &ProductSearch) -> Vec<String> {
    let found = session.products().find_products(search).unwrap();
    found.items.into_iter().map(|product| product.code).collect()
}

fn found(session: &Session, conditions: &[ParameterCondition]) -> Vec<String> {
    codes(session, &ProductSearch { conditions: conditions.to_vec(), ..ProductSearch::default() })
}

fn compared(code: &str, by: By, number: &str, unit: Option<&str>) -> ParameterCondition {
    ParameterCondition::number(code, by, decimal(number), unit)
}

fn between(code: &str, by: By, from: &str, to: &str, unit: Option<&str>) -> ParameterCondition {
    ParameterCondition::range(code, by, (decimal(from), decimal(to)), unit)
}

#[test]
fn a_rated_voltage_of_at_least_half_a_kilovolt_finds_500_volts() {
    for (_folder, admin) in sessions() {
        let low = terminals(&admin);
        for (code, number, unit) in [
            ("499", "499.999999999999", "V"),
            ("500", "500", "V"),
            ("0.5k", "0.5", "kV"),
            ("800", "800", "V"),
            ("1k", "1000000", "mV"),
        ] {
            made(&admin, code, Some(low.id), vec![figure("Un", number, Some(unit))]);
        }
        made(&admin, "no voltage", Some(low.id), vec![figure("IP", "500", None)]);
        let at_least = |unit| found(&admin, &[compared("Un", By::GreaterOrEqual, "0.5", unit)]);
        assert_eq!(at_least(Some("kV")), ["500", "0.5k", "800", "1k"]);
        assert_eq!(found(&admin, &[compared("Un", By::Greater, "0.5", Some("kV"))]), ["800", "1k"]);
        assert_eq!(found(&admin, &[compared("Un", By::Equal, "0.5", Some("kV"))]), ["500", "0.5k"]);
        assert_eq!(found(&admin, &[compared("Un", By::NotEqual, "0.5", Some("kV"))]), ["499", "800", "1k"]);
        assert_eq!(found(&admin, &[compared("Un", By::Less, "0.5", Some("kV"))]), ["499"]);
        assert_eq!(found(&admin, &[compared("Un", By::LessOrEqual, "500", None)]), ["499", "500", "0.5k"]);
        assert_eq!(found(&admin, &[between("Un", By::Within, "0.5", "0.8", Some("kV"))]), ["500", "0.5k", "800"]);
        let one_of = ParameterCondition {
            numbers: vec![decimal("1"), decimal("0.8")],
            ..ParameterCondition { comparison: By::OneOf, number: None, ..compared("Un", By::OneOf, "0", Some("kV")) }
        };
        assert_eq!(found(&admin, &[one_of]), ["800", "1k"]);
        assert_eq!(found(&admin, &[ParameterCondition::present("IP")]), ["no voltage"]);
    }
}

#[test]
fn products_are_searched_by_where_they_stand() {
    for (_folder, admin) in sessions() {
        let make = |code: &str, life_cycle: Option<Cycle>, protection: &str| {
            let parameters = vec![figure("IP", protection, None)];
            let product =
                Product { code: code.into(), name: code.into(), life_cycle, parameters, ..Product::default() };
            admin.products().create_product(&product).unwrap();
        };
        make("nothing said", None, "65");
        make("active", Some(Cycle::Active), "67");
        make("planned", Some(Cycle::Planned), "65");
        make("phase out", Some(Cycle::PhaseOut), "65");
        make("discontinued", Some(Cycle::Discontinued), "20");
        let found = |life_cycle: &[Cycle]| {
            let conditions = vec![compared("IP", By::GreaterOrEqual, "65", None)];
            codes(&admin, &ProductSearch { life_cycle: life_cycle.to_vec(), conditions, ..ProductSearch::default() })
        };
        assert_eq!(found(&[]), ["nothing said", "active", "planned", "phase out"]);
        assert_eq!(found(&[Cycle::Active]), ["nothing said", "active"]);
        assert_eq!(found(&[Cycle::PhaseOut, Cycle::Planned]), ["planned", "phase out"]);
        assert_eq!(found(&[Cycle::Discontinued]), Vec::<String>::new());
        let old = ProductSearch { life_cycle: vec![Cycle::Discontinued], ..ProductSearch::default() };
        assert_eq!(codes(&admin, &old), ["discontinued"], "without any parameter");
        let many = ProductSearch { life_cycle: vec![Cycle::Active; 51], ..ProductSearch::default() };
        let refused = admin.products().find_products(&many).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::TooMany, Some("life_cycle")));
    }
}

/// "IP >= 65, 24 V DC +/-10 %, -40..85 °C".
#[test]
fn protection_supply_with_tolerance_and_temperature_are_found_together() {
    for (_folder, admin) in sessions() {
        let low = terminals(&admin);
        let supply = |tolerance: &str| ParameterValue {
            tolerance_percent: Some(decimal(tolerance)),
            ..figure("Un", "24", Some("V"))
        };
        let temperature =
            |from: &str, to: &str, unit| ParameterValue::range("T", decimal(from), decimal(to), Some(unit));
        let device = |code: &str, protection: &str, supply: ParameterValue, temperature: ParameterValue| {
            made(&admin, code, Some(low.id), vec![figure("IP", protection, None), supply, temperature]);
        };
        device("fits", "67", supply("10"), temperature("-40", "85", "°C"));
        device("fits in kelvin", "65", supply("15"), temperature("233.15", "358.15", "K"));
        device("fits in fahrenheit", "68", supply("20"), temperature("-40", "185", "°F"));
        device("too open", "54", supply("10"), temperature("-40", "85", "°C"));
        device("too exact", "65", supply("5"), temperature("-40", "85", "°C"));
        device("too warm", "65", supply("10"), temperature("-25", "85", "°C"));
        device("too cold", "65", supply("10"), temperature("-40", "84.9", "°C"));
        device("no tolerance", "65", figure("Un", "24", Some("V")), temperature("-40", "85", "°C"));
        let uneven = ParameterValue {
            tolerance_plus: Some(decimal("2.4")),
            tolerance_minus: Some(decimal("2400")),
            ..figure("Un", "24000", Some("mV"))
        };
        device("too little above", "65", uneven, temperature("-40", "85", "°C"));
        let asked = [
            compared("IP", By::GreaterOrEqual, "65", None),
            ParameterCondition { tolerance_percent: Some(10.into()), ..compared("Un", By::Covers, "24", Some("V")) },
            between("T", By::Covers, "-40", "85", Some("°C")),
        ];
        let fit = ["fits", "fits in kelvin", "fits in fahrenheit"];
        assert_eq!(found(&admin, &asked), fit);
        let search =
            ProductSearch { product_class: Some(low.id), conditions: asked.to_vec(), ..ProductSearch::default() };
        assert_eq!(codes(&admin, &search), fit);
        let warm = compared("T", By::Covers, "25", Some("°C"));
        assert_eq!(found(&admin, &[warm]).len(), 9, "each of them works at room temperature");
        let frost = compared("T", By::Less, "-30", Some("°C"));
        assert!(!found(&admin, &[frost]).contains(&"too warm".to_owned()));
        let in_range = compared("T", By::Equal, "-30", Some("°C"));
        assert_eq!(found(&admin, &[in_range]).len(), 8, "a range has every figure in it");
        let nominal = compared("Un", By::Equal, "25", Some("V"));
        assert_eq!(
            found(&admin, std::slice::from_ref(&nominal)),
            [""; 0],
            "the tolerance makes no other rated voltage"
        );
        let near = ParameterCondition { tolerance_percent: Some(10.into()), ..nominal };
        assert_eq!(found(&admin, &[near]).len(), 9);
        let inside = between("Un", By::Within, "21.6", "26.4", Some("V"));
        assert_eq!(found(&admin, &[inside]).len(), 7, "of all but 15 and 20 %");
    }
}

#[test]
fn words_choices_truths_and_blocks_are_found() {
    for (_folder, admin) in sessions() {
        let low = terminals(&admin);
        let contact = |amount: &str| {
            let start = ParameterValue { parameter: "contact".into(), ..ParameterValue::default() };
            vec![start, figure("Iu", amount, Some("A")).inside(0)]
        };
        let truth =
            |truth| ParameterValue { parameter: "RoHS".into(), truth: Some(truth), ..ParameterValue::default() };
        let long = "长".repeat(300);
        let both = vec![ParameterValue::choice("colour", "red"), ParameterValue::choice("colour", "blue"), truth(true)];
        made(&admin, "both", Some(low.id), both);
        made(&admin, "red", Some(low.id), vec![ParameterValue::choice("colour", "red"), truth(false)]);
        made(&admin, "text", Some(low.id), vec![ParameterValue::text("approval", "UL  Listed")]);
        made(&admin, "long", Some(low.id), vec![ParameterValue::text("approval", &long)]);
        made(&admin, "block", Some(low.id), contact("24"));
        let text = |code: &str, text: &str| found(&admin, &[ParameterCondition::text(code, text)]);
        assert_eq!(text("colour", "red"), ["both", "red"]);
        assert_eq!(text("colour", "BLUE"), ["both"]);
        let not_blue = ParameterCondition { comparison: By::NotEqual, ..ParameterCondition::text("colour", "blue") };
        assert_eq!(found(&admin, &[not_blue]), ["red"]);
        assert_eq!(text("approval", "ul  listed"), ["text"]);
        assert_eq!(text("approval", &long), ["long"]);
        assert_eq!(text("approval", &"长".repeat(299)), [""; 0]);
        assert_eq!(found(&admin, &[ParameterCondition::truth("RoHS", true)]), ["both"]);
        let texts = vec!["ul  listed".into(), long];
        let one = ParameterCondition { comparison: By::OneOf, texts, ..ParameterCondition::present("approval") };
        assert_eq!(found(&admin, &[one]), ["text", "long"]);
        assert_eq!(found(&admin, &[compared("Iu", By::GreaterOrEqual, "20000", Some("mA"))]), ["block"]);
        assert_eq!(found(&admin, &[ParameterCondition::present("contact")]), ["block"]);
    }
}

#[test]
fn a_class_is_searched_with_everything_below_and_in_pages() {
    for (_folder, admin) in sessions() {
        let low = terminals(&admin);
        let top = low.parent.unwrap();
        let deeper = class(&admin, "27-14-11", Some(low.id));
        let other = class(&admin, "99", None);
        define(&admin, parameter(other.id, "Un", ParameterKind::Number, Some("V")));
        for place in 0..7 {
            let class = [top, low.id, deeper.id, other.id][place % 4];
            made(&admin, &format!("P{place}"), Some(class), vec![figure("Un", &place.to_string(), None)]);
        }
        made(&admin, "free", None, vec![figure("Un", "5", Some("V"))]);
        let conditions = vec![compared("Un", By::GreaterOrEqual, "1", None)];
        let within = |class: Id| ProductSearch {
            product_class: Some(class),
            conditions: conditions.clone(),
            ..ProductSearch::default()
        };
        assert_eq!(codes(&admin, &within(top)), ["P1", "P2", "P4", "P5", "P6"]);
        assert_eq!(codes(&admin, &within(low.id)), ["P1", "P2", "P5", "P6"]);
        assert_eq!(codes(&admin, &within(other.id)), ["P3"]);
        let sort = vec![Sort { field: "code".into(), descending: true }];
        let mut search = ProductSearch { sort, limit: Some(2), ..within(top) };
        let mut pages = Vec::new();
        loop {
            let page = admin.products().find_products(&search).unwrap();
            pages.extend(page.items.into_iter().map(|product| product.code));
            search.cursor = page.next_cursor;
            if search.cursor.is_none() {
                break;
            }
        }
        assert_eq!(pages, ["P6", "P5", "P4", "P2", "P1"]);
        let p5 = Filter::Compare { field: "code".into(), comparison: Comparison::Equal, value: "P5".into() };
        assert_eq!(codes(&admin, &ProductSearch { filter: Some(p5.clone()), ..within(top) }), ["P5"]);
        assert_eq!(codes(&admin, &ProductSearch { search: Some("P5".into()), ..within(top) }), ["P5"]);
        // The same condition stands in any filter of any question.
        let condition = compared("Un", By::Equal, "5", Some("V"));
        let asked = Filter::Parameter { field: "parameters".into(), condition };
        let either = asked.clone().negated().and(Filter::IsEmpty { field: "product_class".into() }.negated());
        let query = |filter: Filter| Query { filter: Some(filter), ..Query::default() };
        assert_eq!(admin.products().products(&query(either)).unwrap().items.len(), 6);
        assert_eq!(admin.products().products(&query(asked.or(p5))).unwrap().items.len(), 2);
    }
}

#[test]
fn what_is_found_follows_every_change_of_a_product() {
    for (_folder, admin) in sessions() {
        let volts = |number: &str| vec![figure("Un", number, Some("V"))];
        let at_least = [compared("Un", By::GreaterOrEqual, "0.5", Some("kV"))];
        let product = made(&admin, "A", None, volts("600"));
        let other = made(&admin, "B", None, volts("700"));
        let changed = admin.products().update_product(&Product { parameters: volts("400"), ..product }).unwrap();
        assert_eq!(found(&admin, &at_least), ["B"]);
        let renamed = admin.products().update_product(&Product { name: "x".into(), ..changed }).unwrap();
        let last = admin.products().update_product(&Product { parameters: volts("500"), ..renamed }).unwrap();
        assert_eq!(found(&admin, &at_least), ["A", "B"]);
        admin.delete("product", last.id, last.version).unwrap();
        assert_eq!(found(&admin, &at_least), ["B"]);
        admin.restore("product", last.id).unwrap();
        assert_eq!(found(&admin, &at_least), ["A", "B"]);
        let merge = crate::merging::MergeRequest {
            entity: "product".into(),
            survivor: other.id,
            losers: vec![last.id],
            ..crate::merging::MergeRequest::default()
        };
        admin.merges().merge(&merge).unwrap();
        assert_eq!(found(&admin, &at_least), ["B"]);
    }
}

#[test]
fn a_search_that_makes_no_sense_is_refused_by_its_place() {
    for (_folder, admin) in sessions() {
        let low = terminals(&admin);
        let refused = |conditions: Vec<ParameterCondition>| {
            let search = ProductSearch { product_class: Some(low.id), conditions, ..ProductSearch::default() };
            let error = admin.products().find_products(&search).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let good = compared("IP", By::GreaterOrEqual, "65", None);
        let second = |condition: ParameterCondition| refused(vec![good.clone(), condition]);
        let field = |name: &str| format!("conditions[1].{name}");
        assert_eq!(second(compared("Un", By::Less, "1", Some("A"))), (ErrorCode::UnitMismatch, field("unit")));
        assert_eq!(
            second(ParameterCondition { number: None, ..compared("Un", By::Less, "1", None) }),
            (ErrorCode::Required, field("number"))
        );
        assert_eq!(
            second(ParameterCondition { comparison: By::Less, ..ParameterCondition::text("Un", "x") }),
            (ErrorCode::NotAllowed, field("text"))
        );
        assert_eq!(second(compared("Un", By::Within, "1", None)), (ErrorCode::Required, field("number_to")));
        assert_eq!(second(between("Un", By::Covers, "2", "1", None)), (ErrorCode::OutOfRange, field("number_to")));
        assert_eq!(second(compared(" ", By::Less, "1", None)), (ErrorCode::Required, field("parameter")));
        let unused = ParameterCondition { tolerance_percent: Some(1.into()), ..compared("Un", By::Less, "1", None) };
        assert_eq!(second(unused), (ErrorCode::NotAllowed, field("tolerance_percent")));
        assert_eq!(refused(vec![good.clone(); 51]), (ErrorCode::TooMany, "conditions".into()));
        // A class below measures the same in another unit: a bare figure could mean both.
        define(&admin, parameter(low.id, "Un", ParameterKind::Number, Some("kV")));
        assert_eq!(second(compared("Un", By::Less, "1", None)), (ErrorCode::Required, field("unit")));
        let on_text = Filter::Parameter { field: "name".into(), condition: good };
        let query = Query { filter: Some(on_text), ..Query::default() };
        assert_eq!(admin.products().products(&query).unwrap_err().code(), ErrorCode::WrongType);
        let nowhere = ProductSearch { product_class: Some(admin.new_id()), ..ProductSearch::default() };
        assert_eq!(admin.products().find_products(&nowhere).unwrap_err().kind(), "not_found");
    }
}
