//! Worked examples of price calculation that others have published, computed by the engine.
//!
//! Every case in `published/*.json` names its source by title and address. Taken over are figures and rules, told in our own words.
//! What stands under `published` is printed in the source; what stands under `derived` follows from its rule and its figures by
//! arithmetic. Figures are compared as exact numbers, so that `90` and `90.00` are the same.
//!
//! The cases in `by_hand/*.json` have no source: they are written for the rules that no published example reaches, and their figures
//! were worked out by hand.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};

use crm_core::pricing::{PriceResult, Pricer, audit};
use crm_core::value::{Decimal, Error, json};
use serde_json::{Map, Value};

/// The files, and how many cases are in each: a case that gets lost is told.
const PUBLISHED: [(&str, usize); 6] =
    [("scales", 31), ("discounts", 27), ("free_goods", 18), ("rounding", 32), ("distribution", 9), ("invoices", 17)];

const BY_HAND: [(&str, usize); 6] = [
    ("calculation_rules", 57),
    ("groups_head_exclusions", 49),
    ("searches", 41),
    ("steps_and_formulas", 37),
    ("supplements_limits_currencies", 42),
    ("taxes_and_rounding", 33),
];

/// Names and values that hold where nothing else is said.
type Defaults = Map<String, Value>;

fn with_defaults(given: &Value, defaults: &Defaults) -> Value {
    let mut whole = given.clone();
    for (name, value) in defaults {
        whole.as_object_mut().unwrap().entry(name).or_insert_with(|| value.clone());
    }
    whole
}

/// Changes a part of a document; the last name of the path may be new.
fn set(document: &mut Value, path: &str, value: &Value) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    if parent.is_array() {
        parent[name.parse::<usize>().unwrap()] = value.clone();
    } else {
        parent[name] = value.clone();
    }
}

fn is_same(told: &Value, expected: &Value) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    match (number(told), number(expected)) {
        (Some(told), Some(expected)) => told == expected,
        _ => told == expected,
    }
}

/// What was found: how many figures were compared, and those that are others.
#[derive(Default)]
struct Found {
    needs_source: bool,
    figures: usize,
    others: Vec<String>,
}

impl Found {
    fn compare(&mut self, what: &str, path: &str, told: &Value, expected: &Value) {
        self.figures += 1;
        if !is_same(told, expected) {
            self.others.push(format!("{what}: {path} is {told} and not {expected}"));
        }
    }

    fn result(&mut self, what: &str, outcome: Result<String, Error>, run: &Value) {
        let text = match outcome {
            Ok(text) => text,
            Err(error) => return self.others.push(format!("{what}: {error:?}")),
        };
        let result: PriceResult = json::from_text(&text).unwrap();
        self.others.extend(audit(&result).unwrap().iter().map(|finding| format!("{what}: {finding:?}")));
        let told: Value = serde_json::from_str(&text).unwrap();
        for (path, expected) in
            ["published", "derived"].iter().flat_map(|kind| run[kind].as_object().into_iter().flatten())
        {
            self.compare(what, path, told.pointer(path).unwrap_or(&Value::Null), expected);
        }
    }

    fn refusal(&mut self, what: &str, outcome: Result<String, Error>, expected: &Map<String, Value>) {
        let error = match outcome {
            Ok(_) => return self.others.push(format!("{what} is not refused")),
            Err(error) => error,
        };
        for (name, expected) in expected {
            let told = match name.as_str() {
                "code" => Some(error.code().to_string()),
                "field" => error.field().map(str::to_owned),
                data => error.problems().first().and_then(|problem| problem.data.get(data).cloned()),
            };
            self.compare(what, name, &Value::from(told), expected);
        }
    }

    fn case(&mut self, case: &Value, shared: &Defaults) {
        let title = case["title"].as_str().unwrap();
        let source: Vec<&str> =
            case["source"].as_array().into_iter().flatten().map(|part| part.as_str().unwrap()).collect();
        let is_named = matches!(source.as_slice(), [name, address] if !name.is_empty() && address.starts_with("http"));
        assert_eq!(is_named, self.needs_source, "the source of {title}");
        let catalog = with_defaults(&case["catalog"], shared).to_string();
        let dated = serde_json::json!({"currency": "EUR", "pricing_date": "2026-05-01"});
        for (number, run) in case["runs"].as_array().unwrap().iter().enumerate() {
            let mut document = with_defaults(&case["document"], dated.as_object().unwrap());
            for (path, value) in run["set"].as_object().into_iter().flatten() {
                set(&mut document, path, value);
            }
            let outcome = Pricer::from_json(&catalog).and_then(|pricer| pricer.price_json(&document.to_string()));
            let (before, what) = (self.figures, format!("{title}, run {number}"));
            match run["refused"].as_object() {
                Some(expected) => self.refusal(&what, outcome, expected),
                None => self.result(&what, outcome, run),
            }
            if before == self.figures {
                self.others.push(format!("{what} compares no figure"));
            }
        }
    }
}

/// Runs all cases of a folder. A case that gets lost is told, and so is a figure that is another one.
fn run(folder: &str, files: &[(&str, usize)], needs_source: bool, figures: usize) {
    let mut found = Found { needs_source, ..Found::default() };
    for (file, expected) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{folder}/{file}.json"));
        let whole: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = whole.get("cases").and_then(Value::as_array).unwrap();
        let shared = whole.get("shared").and_then(Value::as_object).unwrap();
        assert_eq!(cases.len(), *expected, "{file}");
        cases.iter().for_each(|case| found.case(case, shared));
    }
    assert!(found.others.is_empty(), "{}", found.others.join("\n"));
    assert!(found.figures >= figures, "{}", found.figures);
}

#[test]
fn every_published_example_gives_its_figures() {
    run("published", &PUBLISHED, true, 620);
}

/// Every calculation rule, scale, search, exclusion, limit and rounding with a figure that was worked out by hand, and every
/// refusal with its code, its path, its item and its step.
#[test]
fn every_example_worked_out_by_hand_gives_its_figures() {
    run("by_hand", &BY_HAND, false, 380);
}

/// A file of test data that is not part of the project; without it tests pass without a word, but fail in CI.
fn order_of_others(name: &str) -> Option<String> {
    let folder = std::env::var_os("CRM_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")), PathBuf::from);
    let file = folder.join(format!("opentrans/{name}.xml"));
    if file.is_file() {
        return Some(std::fs::read_to_string(file).unwrap());
    }
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "the test data is missing: set CRM_TEST_DATA to its folder");
    None
}

/// What stands in every element of a name.
fn texts<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(start.as_str()).skip(1).map(|rest| rest.split(end.as_str()).next().unwrap()).collect()
}

/// An order and its response by openTRANS 2.1 (github.com/Naugrimm/opentrans): quantity, price, line and sum.
#[test]
fn orders_of_opentrans_come_to_their_sums() {
    let pricer = Pricer::from_json(
        r#"{"version": "1", "condition_types": [{"code": "PRICE", "kind": "price", "calculation": "quantity"}],
            "procedures": [{"code": "ORDER", "steps": [{"number": 10, "condition_type": "PRICE", "mandatory": true}]}]}"#,
    )
    .unwrap();
    for (name, sum) in [("order", "2298"), ("order_response", "2555654")] {
        let Some(xml) = order_of_others(name) else { return };
        let (quantities, prices) = (texts(&xml, "QUANTITY"), texts(&xml, "bme:PRICE_AMOUNT"));
        let lines = texts(&xml, "PRICE_LINE_AMOUNT");
        assert_eq!((quantities.len(), prices.len(), lines.len()), (3, 3, 3), "{name}");
        let item = |(place, (quantity, price)): (usize, (&&str, &&str))| {
            serde_json::json!({"id": place.to_string(), "quantity": quantity,
                "conditions": [{"condition_type": "PRICE", "rate": price}]})
        };
        let items: Vec<Value> = quantities.iter().zip(&prices).enumerate().map(item).collect();
        let order = serde_json::json!({"currency": "EUR", "pricing_date": "2018-08-01", "items": items});
        let result = pricer.price(&json::from_text(&order.to_string()).unwrap()).unwrap();
        for (item, line) in result.items.iter().zip(lines) {
            assert_eq!(item.net, line.parse().unwrap(), "{name}");
        }
        let whole: Decimal = texts(&xml, "TOTAL_AMOUNT")[0].parse().unwrap();
        assert_eq!((result.net, result.net.to_string().as_str()), (whole, sum), "{name}");
    }
}
