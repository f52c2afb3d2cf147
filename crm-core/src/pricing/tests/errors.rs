use serde_json::{Value, json};

use super::*;
use crate::value::ErrorCode;

fn refused(parts: &Value, wanted: &Value) -> (ErrorCode, Option<String>, Option<String>) {
    let error = priced(parts, wanted).unwrap_err();
    let data = &error.problems()[0].data;
    (error.code(), data.get("item").cloned(), data.get("step").cloned())
}

fn at(code: ErrorCode, step: &str) -> (ErrorCode, Option<String>, Option<String>) {
    (code, Some("10".to_owned()), Some(step.to_owned()))
}

#[test]
fn each_thing_that_is_missing_has_a_code_an_item_and_a_step() {
    let item =
        |product: &str, unit: &str| json!({"items": [{"id": "10", "product": product, "quantity": "3", "unit": unit}]});
    let mut parts = list_and_discount();
    assert_eq!(refused(&parts, &item("P2", "C62")), at(ErrorCode::MissingPrice, "10"));
    assert_eq!(refused(&parts, &item("P1", "KGM")), at(ErrorCode::MissingUnitFactor, "10"));
    parts["records"][0]["currency"] = json!("USD");
    let error = priced(&parts, &item("P1", "C62")).unwrap_err();
    assert_eq!(error.code(), ErrorCode::MissingRate);
    let data = &error.problems()[0].data;
    assert_eq!((data["from"].as_str(), data["to"].as_str(), data["date"].as_str()), ("USD", "EUR", "2026-05-01"));
    assert_eq!((data["item"].as_str(), data["step"].as_str(), data["condition_type"].as_str()), ("10", "10", "PR00"));
}

#[test]
fn records_of_the_same_rank_are_ambiguous_unless_the_access_decides() {
    let mut parts = list_and_discount();
    parts["fields"] = json!([{"name": "customer", "kind": "texts"}]);
    parts["records"].as_array_mut().unwrap().push(
        json!({"id": "d2", "condition_type": "K007", "table": "CUSTOMER", "key": {"customer": "C2"}, "rate": "5", "priority": 1}));
    let wanted = json!({"fields": {"customer": ["C1", "C2"]}, "items": [{"id": "10", "product": "P1", "quantity": "1", "unit": "C62"}]});
    assert_eq!(refused(&parts, &wanted), at(ErrorCode::AmbiguousRule, "20"));
    for (on_tie, record) in [("priority", "d2"), ("lowest", "d1"), ("highest", "d2")] {
        parts["access_sequences"][1]["accesses"][0]["on_tie"] = json!(on_tie);
        let result = priced(&parts, &wanted).unwrap();
        assert_eq!(result.items[0].rows[1].record.as_deref(), Some(record), "{on_tie}");
    }
    parts["access_sequences"][1]["accesses"][0]["on_tie"] = json!("all");
    assert_eq!(priced(&parts, &wanted).unwrap().net.to_string(), "116.52");
}

#[test]
fn a_net_below_zero_is_an_error_unless_it_is_allowed() {
    let mut parts = list_and_discount();
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "OFF", "kind": "discount", "calculation": "fixed"}));
    parts["procedures"][0]["steps"].as_array_mut().unwrap().push(json!({"number": 25, "condition_type": "OFF"}));
    let wanted = json!({"items": [{"id": "10", "product": "P1", "quantity": "1", "unit": "C62", "conditions": [{"condition_type": "OFF", "rate": "200"}]}]});
    assert_eq!(refused(&parts, &wanted), at(ErrorCode::NegativeNet, "25"));
    parts["procedures"][0]["policies"] = json!({"allow_negative_net": true});
    assert_eq!(priced(&parts, &wanted).unwrap().net.to_string(), "-64.5");
}

/// The price of a test of Medusa, which rounds it silently.
#[test]
fn a_figure_with_too_many_digits_is_refused_and_never_rounded() {
    let parts = list_and_discount();
    let wanted = json!({"items": [{"id": "10", "product": "P1", "quantity": "1", "unit": "C62",
        "conditions": [{"condition_type": "PR00", "rate": "12345678988754.000000100001"}]}]});
    assert_eq!(refused(&parts, &wanted), at(ErrorCode::PrecisionExceeded, "10"));
    let large = json!({"items": [{"id": "10", "product": "P1", "quantity": "999999999999", "unit": "C62",
        "conditions": [{"condition_type": "PR00", "rate": "999999999999.99999999"}]}]});
    assert_eq!(priced(&parts, &large).unwrap().net.to_string(), "999999999998999999990000");
}

/// The price of a test of Medusa has 31 digits, which it rounds silently.
#[test]
fn a_figure_that_cannot_be_read_is_told_with_its_step() {
    let pricer = Pricer::new(&catalog(&list_and_discount())).unwrap();
    let document = r#"{"currency": "EUR", "pricing_date": "2026-05-01", "items": [{"id": "10", "quantity": "1",
        "conditions": [{"condition_type": "PR00", "rate": "12345678988754.00000010000000085"}]}]}"#;
    let error = pricer.price_json(document).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::PrecisionExceeded, Some("items[0].conditions[0].rate")));
    let data = &error.problems()[0].data;
    assert_eq!((data["item"].as_str(), data["step"].as_str()), ("10", "10"));
}

/// A rate of a catalogue with 31 digits, and one that can be read but is larger than a rate may be.
#[test]
fn a_rate_that_is_too_long_is_told_with_its_record_and_condition_type() {
    for (rate, level) in [("12345678988754.00000010000000085", false), ("0.123456789", false), ("0.123456789", true)] {
        let mut parts = list_and_discount();
        parts["version"] = json!("test");
        parts["records"][1]["rate"] = json!(rate);
        if level {
            parts["condition_types"][1]["scale"] = json!({"base": "quantity", "kind": "from"});
            parts["records"][1]["rate"] = Value::Null;
            parts["records"][1]["scale"] = json!([{"lower": "0", "rate": rate}]);
        }
        let error = Pricer::from_json(&parts.to_string()).unwrap_err();
        let field = if level { "records[1].scale[0].rate" } else { "records[1].rate" };
        assert_eq!((error.code(), error.field()), (ErrorCode::PrecisionExceeded, Some(field)), "{rate}");
        let data = &error.problems()[0].data;
        assert_eq!((data["record"].as_str(), data["condition_type"].as_str()), ("d1", "K007"));
    }
}

#[test]
fn a_tax_brings_nothing_but_taxes() {
    let mut parts = list_and_discount();
    parts["condition_types"].as_array_mut().unwrap().extend([
        json!({"code": "VAT", "kind": "tax", "calculation": "percent", "access_sequence": "LIST"}),
        json!({"code": "LEVY", "kind": "tax", "calculation": "percent"}),
    ]);
    let mut record = json!({"id": "v", "condition_type": "VAT", "table": "PRODUCT", "key": {"product": "P1"}, "rate": "19",
        "supplements": [{"condition_type": "LEVY", "rate": "5.5"}, {"condition_type": "K007", "rate": "1"}]});
    parts["records"].as_array_mut().unwrap().push(record.clone());
    let error = Pricer::new(&catalog(&parts)).unwrap_err();
    assert_eq!(
        (error.code(), error.field()),
        (ErrorCode::NotAllowed, Some("records[2].supplements[1].condition_type"))
    );
    assert_eq!(error.problems()[0].data["record"], "v");
    record["supplements"].as_array_mut().unwrap().pop();
    parts["records"][2] = record;
    assert!(Pricer::new(&catalog(&parts)).is_ok());
}

#[test]
fn two_records_of_one_key_on_one_date_are_refused_with_both_ids() {
    let mut parts = list_and_discount();
    let record = |id: &str, from: &str, to: &str| json!({"id": id, "condition_type": "PR00", "table": "PRODUCT", "key": {"product": "P9"}, "rate": "1", "valid_from": from, "valid_to": to});
    parts["records"] = json!([record("a", "2026-01-01", "2026-06-30"), record("b", "2026-06-30", "2026-12-31")]);
    let error = Pricer::new(&catalog(&parts)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Overlap);
    let data = &error.problems()[0].data;
    assert_eq!((data["first"].as_str(), data["second"].as_str()), ("a", "b"));
    parts["records"] = json!([record("a", "2026-01-01", "2026-06-29"), record("b", "2026-06-30", "2026-12-31")]);
    assert!(Pricer::new(&catalog(&parts)).is_ok());
}

#[test]
fn what_is_wrong_in_a_catalogue_is_told_with_its_path() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut parts = list_and_discount();
        change(&mut parts);
        let error = Pricer::new(&catalog(&parts)).unwrap_err();
        (error.code(), error.field().unwrap_or_default().to_owned())
    };
    let steps = |parts: &mut Value, step: Value| parts["procedures"][0]["steps"].as_array_mut().unwrap().push(step);
    assert_eq!(
        refused(&|parts| steps(parts, json!({"number": 5, "condition_type": "K007", "base_from": 10}))),
        (ErrorCode::Cycle, "procedures[0].steps[3].base_from".to_owned())
    );
    assert_eq!(
        refused(&|parts| steps(parts, json!({"number": 40, "requirement": "later > 1", "subtotal": "later"}))),
        (ErrorCode::Cycle, "procedures[0].steps[3].requirement".to_owned())
    );
    assert_eq!(
        refused(&|parts| parts["records"][0]["key"] = json!({"article": "P1"})),
        (ErrorCode::Required, "records[0].key.product".to_owned())
    );
    assert_eq!(
        refused(&|parts| parts["condition_types"][0]["access_sequence"] = json!("NONE")),
        (ErrorCode::UnknownReference, "condition_types[0].access_sequence".to_owned())
    );
    assert_eq!(
        refused(&|parts| parts["tables"][1]["fields"] = json!(["dealer"])),
        (ErrorCode::UnknownReference, "tables[1].fields[0]".to_owned())
    );
}
