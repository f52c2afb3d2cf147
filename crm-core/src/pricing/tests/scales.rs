use serde_json::{Value, json};

use super::*;

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

/// The first 10 at 1.11 US dollars, the others at 1.05: 1.01 and 0.96 euros if rates are converted, 12.06084 if the value is.
#[test]
fn the_rates_of_graduated_levels_are_converted_as_the_policy_says() {
    let mut parts = scaled("graduated", &json!([{"upper": "10", "rate": "1.11"}, {"rate": "1.05"}]));
    parts["records"][0]["currency"] = json!("USD");
    parts["rates"] = json!([{"from_currency": "USD", "to_currency": "EUR", "rate": "0.9137"}]);
    assert_eq!(net(&parts, "12"), "12.06");
    parts["procedures"][0]["policies"] = json!({"conversion": "rate"});
    let result = priced(&parts, &json!({"items": [{"id": "1", "quantity": "12"}]})).unwrap();
    assert_eq!(nets(&result), ["12.02"]);
    let slice = result.items[0].rows[0].slices[1];
    assert_eq!((slice.level.rate.to_string(), slice.rate_before.unwrap().to_string()), ("0.96".into(), "1.05".into()));
    assert!(audit(&result).unwrap().is_empty());
    let kept = reprice(&parts, "keep", &result, "14").unwrap();
    assert_eq!(nets(&kept), ["13.94"]);
}

fn reprice(parts: &Value, mode: &str, previous: &PriceResult, quantity: &str) -> Result<PriceResult> {
    let items = json!([{"id": "1", "quantity": quantity}]);
    priced(parts, &json!({"items": items, "reprice": {"mode": mode, "previous": previous}}))
}

/// Five are free; then 2.00 up to ten, then 1.00.
#[test]
fn kept_levels_begin_where_they_began() {
    let parts = scaled("graduated", &json!([{"lower": "5", "rate": "2"}, {"lower": "10", "rate": "1"}]));
    let first = priced(&parts, &json!({"items": [{"id": "1", "quantity": "12"}]})).unwrap();
    assert_eq!(nets(&first), ["12"]);
    for (quantity, net) in [("12", "12"), ("20", "20"), ("8", "6"), ("5", "0"), ("3", "0")] {
        let kept = reprice(&parts, "keep", &first, quantity).unwrap();
        assert_eq!(nets(&kept), [net], "{quantity}");
        assert_eq!(nets(&reprice(&parts, "all_new", &first, quantity).unwrap()), [net], "{quantity}");
    }
    assert_eq!(reprice(&parts, "keep", &first, "12").unwrap(), first);
}

/// What a kept price uses of its record counts, and is cut, as that of a new one.
#[test]
fn kept_conditions_use_their_limits() {
    let mut parts = scaled("from", &json!([{"lower": "1", "rate": "4"}]));
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "OFF", "kind": "discount", "calculation": "quantity", "access_sequence": "A"}));
    parts["procedures"][0]["steps"].as_array_mut().unwrap().push(json!({"number": 90, "condition_type": "OFF"}));
    let off = json!({"id": "off", "condition_type": "OFF", "table": "ALL", "rate": "1", "limit": {"quantity": "10", "value": "8"}});
    parts["records"].as_array_mut().unwrap().push(off);
    let first = priced(&parts, &json!({"items": [{"id": "1", "quantity": "6"}]})).unwrap();
    assert_eq!((nets(&first), first.usage[0].quantity.unwrap().to_string()), (vec!["18".to_owned()], "6".to_owned()));
    assert_eq!(reprice(&parts, "keep", &first, "6").unwrap(), first);
    // 9.00 are cut to the 8.00 that are left.
    let more = reprice(&parts, "keep", &first, "9").unwrap();
    assert_eq!((nets(&more), more.usage[0].value.unwrap().to_string()), (vec!["28".to_owned()], "8".to_owned()));
    // Eleven pieces would pass the limit of ten: the discount is not there.
    let most = reprice(&parts, "keep", &first, "11").unwrap();
    assert_eq!((nets(&most), most.usage.len()), (vec!["44".to_owned()], 0));
    let outcome = most.items[0].accesses.last().unwrap().candidates[0].outcome;
    assert_eq!(outcome, CandidateOutcome::LimitReached);
}
