use serde_json::{Value, json};

use super::{nets, priced};

/// One price with a scale, and nothing else.
fn scaled(kind: &str, levels: &Value) -> Value {
    json!({
        "tables": [{"code": "ALL", "fields": []}],
        "access_sequences": [{"code": "A", "accesses": [{"table": "ALL"}]}],
        "condition_types": [{"code": "PR", "kind": "price", "calculation": "quantity", "access_sequence": "A",
            "scale": {"base": "quantity", "kind": kind}}],
        "records": [{"id": "r", "condition_type": "PR", "table": "ALL", "scale": levels}],
        "procedures": [{"code": "P", "steps": [{"number": 10, "condition_type": "PR", "mandatory": true}]}]
    })
}

fn net(parts: &Value, quantity: &str) -> String {
    let result = priced(parts, &json!({"items": [{"id": "1", "quantity": quantity}]})).unwrap();
    result.net.to_string()
}

/// The interval scale of SAP's documentation: 5, 20, 100, 1,000 pieces at 10, 12, 15, 20 and then 30.
#[test]
fn an_interval_scale_and_the_same_levels_for_the_whole() {
    let levels = json!([
        {"upper": "5", "rate": "10"}, {"upper": "20", "rate": "12"}, {"upper": "100", "rate": "15"},
        {"upper": "1000", "rate": "20"}, {"rate": "30"}
    ]);
    assert_eq!(net(&scaled("to", &levels), "140"), "2800");
    assert_eq!(net(&scaled("graduated", &levels), "140"), "2230");
    assert_eq!(net(&scaled("graduated", &levels), "1001"), "19460");
    assert_eq!(net(&scaled("to", &levels), "5"), "50");
    assert_eq!(net(&scaled("to", &levels), "5.001"), "60.01");
}

/// Stripe's volume and graduated tiers: up to 5 at 7.00, up to 10 at 6.50, above at 6.00.
#[test]
fn volume_and_graduated_tiers() {
    let levels = json!([{"upper": "5", "rate": "7"}, {"upper": "10", "rate": "6.5"}, {"rate": "6"}]);
    for (quantity, volume, graduated) in
        [("1", "7", "7"), ("5", "35", "35"), ("6", "39", "41.5"), ("20", "120", "127.5"), ("25", "150", "157.5")]
    {
        assert_eq!(net(&scaled("to", &levels), quantity), volume);
        assert_eq!(net(&scaled("graduated", &levels), quantity), graduated);
    }
}

#[test]
fn a_scale_that_begins_somewhere_holds_from_there_on() {
    let levels = json!([{"lower": "1", "rate": "10"}, {"lower": "10", "rate": "9"}, {"lower": "100", "rate": "8"}]);
    let parts = scaled("from", &levels);
    for (quantity, expected) in [("1", "10"), ("9", "90"), ("10", "90"), ("99", "891"), ("100", "800"), ("-10", "-90")]
    {
        assert_eq!(net(&parts, quantity), expected);
    }
    let below = priced(&parts, &json!({"items": [{"id": "1", "quantity": "0.5"}]})).unwrap_err();
    assert_eq!(below.code(), crate::value::ErrorCode::MissingPrice);
}

/// 4,536 kg are 10,000 lb: 0.5 kg at 100.00 per pound (a factor cut to three digits gives 110.20).
#[test]
fn units_are_converted_last_and_exactly() {
    let mut parts = scaled("from", &json!([]));
    parts["condition_types"][0]["scale"] = Value::Null;
    parts["records"] = json!([{"id": "r", "condition_type": "PR", "table": "ALL", "rate": "100", "unit": "LBR"}]);
    parts["products"] = json!([{"id": "WIRE", "units": [{"amount": "10000", "unit": "LBR", "other_amount": "4536", "other_unit": "KGM"}]}]);
    let wanted = json!({"items": [{"id": "1", "product": "WIRE", "quantity": "0.5", "unit": "KGM"}]});
    assert_eq!(nets(&priced(&parts, &wanted).unwrap()), ["110.23"]);
}

/// A contract for a year: the first 100 at 4.00, the next 100 at 3.90, then 3.80.
#[test]
fn a_cumulative_scale_counts_on_from_order_to_order() {
    let mut parts =
        scaled("graduated", &json!([{"upper": "100", "rate": "4"}, {"upper": "200", "rate": "3.9"}, {"rate": "3.8"}]));
    parts["condition_types"][0]["scale"]["cumulative"] = json!(true);
    let order = |before: &str, quantities: &[&str]| {
        let items: Vec<Value> = quantities
            .iter()
            .enumerate()
            .map(|(n, quantity)| json!({"id": n.to_string(), "quantity": quantity}))
            .collect();
        let result = priced(&parts, &json!({"items": items, "usage": [{"counter": "r", "quantity": before}]})).unwrap();
        (nets(&result), result.usage[0].quantity.unwrap().to_string())
    };
    assert_eq!(order("0", &["60"]), (vec!["240".to_owned()], "60".to_owned()));
    assert_eq!(order("60", &["60"]), (vec!["238".to_owned()], "60".to_owned()));
    assert_eq!(order("60", &["60", "100"]), (vec!["238".to_owned(), "388".to_owned()], "160".to_owned()));
}
