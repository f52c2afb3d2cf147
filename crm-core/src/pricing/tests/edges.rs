//! One test for each mistake that was found in the figures of random documents, or on the way to them.

use serde_json::{Value, json};

use super::{nets, priced, values};
use crate::pricing::{CandidateOutcome, InactiveReason, audit};
use crate::value::ErrorCode;

/// A price by hand, and one condition type with its records in the table `ALL`.
fn with(condition: &Value, records: &Value) -> Value {
    let mut condition = condition.clone();
    condition["access_sequence"] = json!("A");
    condition["manual"] = json!({});
    let mut records = records.clone();
    for record in records.as_array_mut().unwrap() {
        record["condition_type"] = condition["code"].clone();
        record["table"] = json!("ALL");
    }
    json!({
        "tables": [{"code": "ALL", "fields": []}],
        "access_sequences": [{"code": "A", "accesses": [{"table": "ALL"}]}],
        "condition_types": [{"code": "PR", "kind": "price", "calculation": "quantity"}, condition],
        "records": records,
        "rates": [{"from_currency": "USD", "to_currency": "EUR", "rate": "0.5"}],
        "procedures": [{"code": "P", "policies": {"allow_negative_net": true}, "steps": [
            {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": condition["code"]}]}]
    })
}

fn item(id: &str, quantity: &str, price: &str) -> Value {
    json!({"id": id, "quantity": quantity, "conditions": [{"condition_type": "PR", "rate": price}]})
}

fn one(parts: &Value, quantity: &str, price: &str) -> Vec<(i64, String)> {
    let result = priced(parts, &json!({"items": [item("1", quantity, price)]})).unwrap();
    assert_eq!(audit(&result).unwrap(), []);
    values(&result.items[0])
}

#[test]
fn a_tax_by_hand_keeps_its_amount() {
    let parts =
        with(&json!({"code": "VAT", "kind": "tax", "calculation": "percent"}), &json!([{"id": "v", "rate": "19"}]));
    let mut by_hand = item("2", "1", "100");
    by_hand["conditions"].as_array_mut().unwrap().push(json!({"condition_type": "VAT", "amount": "7.77"}));
    let result = priced(&parts, &json!({"items": [item("1", "1", "100"), by_hand]})).unwrap();
    let taxes: Vec<_> =
        result.taxes.iter().map(|tax| (tax.percent.map(|p| p.to_string()), tax.tax.to_string())).collect();
    assert_eq!(taxes, [(None, "7.77".to_owned()), (Some("19".to_owned()), "19".to_owned())]);
    assert_eq!(result.items[1].tax.to_string(), "7.77");
}

#[test]
fn a_tax_that_is_part_of_its_base_is_so_for_the_category_too() {
    let parts = with(
        &json!({"code": "VAT", "kind": "tax", "calculation": "percent_included"}),
        &json!([{"id": "v", "rate": "25"}]),
    );
    let result = priced(&parts, &json!({"items": [item("1", "1", "100")]})).unwrap();
    assert_eq!(result.tax.to_string(), "20");
}

#[test]
fn a_graduated_percentage_counts_what_is_above_its_first_level() {
    let mut parts = with(
        &json!({"code": "D", "kind": "discount", "calculation": "percent", "scale": {"base": "value", "kind": "graduated"}}),
        &json!([{"id": "d", "scale": [{"lower": "100", "upper": "200", "rate": "10"}, {"rate": "20", "flat": "3"}]}]),
    );
    assert_eq!(one(&parts, "1", "100"), [(10, "100".into()), (20, "0".into())]);
    assert_eq!(one(&parts, "1", "150")[1], (20, "-5".into()));
    // 10 % of 100, 20 % of 50, and 3 on top.
    assert_eq!(one(&parts, "1", "250")[1], (20, "-23".into()));
    assert_eq!(one(&parts, "-1", "250")[1], (20, "23".into()));
    parts["condition_types"][1]["calculation"] = json!("fixed");
    let error = priced(&parts, &json!({"items": []})).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::NotAllowed, Some("condition_types[1].scale")));
}

#[test]
fn a_graduated_weight_is_counted_in_the_unit_of_the_record() {
    let parts = with(
        &json!({"code": "F", "kind": "freight", "calculation": "gross_weight", "scale": {"base": "gross_weight", "kind": "graduated"}}),
        &json!([{"id": "f", "unit": "GRM", "per": "1000", "scale": [{"upper": "1000", "rate": "5"}, {"rate": "1"}]}]),
    );
    let mut heavy = item("1", "1", "10");
    heavy["gross_weight"] = json!({"amount": "3", "unit": "KGM"});
    assert_eq!(nets(&priced(&parts, &json!({"items": [heavy]})).unwrap()), ["17"]);
}

#[test]
fn an_amount_on_top_of_a_level_counts_with_fixed_amounts() {
    let parts = with(
        &json!({"code": "F", "kind": "freight", "calculation": "fixed", "scale": {"base": "quantity", "kind": "from"}}),
        &json!([{"id": "f", "scale": [{"lower": "0", "rate": "5", "flat": "2"}]}]),
    );
    assert_eq!(one(&parts, "1", "10")[1], (20, "7".into()));
}

#[test]
fn limits_of_a_percentage_are_in_the_currency_of_its_record() {
    let parts = with(
        &json!({"code": "D", "kind": "discount", "calculation": "percent"}),
        &json!([{"id": "d", "rate": "1", "minimum": "10", "currency": "USD"}]),
    );
    assert_eq!(one(&parts, "1", "100")[1], (20, "-5".into()));
}

#[test]
fn a_formula_gives_a_value_whose_sign_follows_from_the_type() {
    let discount =
        |formula: &str| json!({"code": "D", "kind": "discount", "calculation": "formula", "formula": formula});
    let records = json!([{"id": "d", "rate": "10"}]);
    assert_eq!(one(&with(&discount("base * rate / 100"), &records), "1", "100")[1], (20, "-10".into()));
    assert_eq!(one(&with(&discount("7"), &records), "1", "100")[1], (20, "-7".into()));
    let mut parts = with(&json!({"code": "D", "kind": "discount", "calculation": "percent"}), &records);
    parts["procedures"][0]["steps"][1]["value_formula"] = json!("base * rate / 200");
    assert_eq!(one(&parts, "1", "100")[1], (20, "-5".into()));
    // An amount by hand is the value itself, whatever the formula.
    let mut by_hand = item("1", "1", "100");
    by_hand["conditions"].as_array_mut().unwrap().push(json!({"condition_type": "D", "amount": "42"}));
    assert_eq!(nets(&priced(&parts, &json!({"items": [by_hand]})).unwrap()), ["58"]);
}

#[test]
fn an_amount_of_the_head_is_shared_by_those_that_have_the_step() {
    let mut parts = with(
        &json!({"code": "HD", "kind": "discount", "calculation": "fixed", "rounding": {"decimals": 3}}),
        &json!([]),
    );
    parts["procedures"][0]["steps"][1]["requirement"] = json!("quantity > 1");
    let items = json!([item("1", "1", "100"), item("2", "2", "50"), item("3", "2", "50")]);
    let head = json!([{"condition_type": "HD", "rate": "9.999"}]);
    let result = priced(&parts, &json!({"items": items, "conditions": head})).unwrap();
    assert_eq!(values(&result.items[0]), [(10, "100".into())]);
    assert_eq!(values(&result.items[1])[1], (20, "-5".into()));
    assert_eq!(values(&result.items[2])[1], (20, "-4.999".into()));
}

#[test]
fn a_share_that_lost_an_exclusion_does_not_count() {
    let mut parts =
        with(&json!({"code": "D", "kind": "discount", "calculation": "percent"}), &json!([{"id": "d", "rate": "10"}]));
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "HD", "kind": "discount", "calculation": "fixed"}));
    parts["procedures"][0]["steps"].as_array_mut().unwrap().push(json!({"number": 30, "condition_type": "HD"}));
    parts["procedures"][0]["exclusions"] = json!([{"method": "best_type", "first": ["D", "HD"]}]);
    let head = json!([{"condition_type": "HD", "rate": "4"}]);
    let result = priced(&parts, &json!({"items": [item("1", "1", "100")], "conditions": head})).unwrap();
    assert_eq!(result.items[0].rows[2].inactive, Some(InactiveReason::Excluded));
    assert_eq!(nets(&result), ["90"]);
}

#[test]
fn conditions_of_the_head_obey_the_limits_of_those_by_hand() {
    let mut parts = with(&json!({"code": "D", "kind": "discount", "calculation": "percent"}), &json!([]));
    parts["condition_types"][1]["manual"] = json!({"maximum": "5", "approval_above": "3"});
    let wanted =
        |rate: &str| json!({"items": [item("1", "1", "100")], "conditions": [{"condition_type": "D", "rate": rate}]});
    assert_eq!(priced(&parts, &wanted("6")).unwrap_err().code(), ErrorCode::OutOfRange);
    assert_eq!(priced(&parts, &wanted("4")).unwrap().items[0].approvals, ["D"]);
}

#[test]
fn a_limit_holds_in_groups_and_exclusions_and_alternatives_do_not_use_it() {
    let records = json!([{"id": "d", "rate": "10", "limit": {"uses": 1}}]);
    let grouped = with(
        &json!({"code": "D", "kind": "discount", "calculation": "percent", "group": {"by": "document"}}),
        &records,
    );
    let two = json!({"items": [item("1", "1", "100"), item("2", "1", "100")]});
    let result = priced(&grouped, &two).unwrap();
    assert_eq!(nets(&result), ["90", "100"]);
    assert_eq!(result.items[1].accesses[0].candidates[0].outcome, CandidateOutcome::LimitReached);
    let mut parts = with(&json!({"code": "D", "kind": "discount", "calculation": "percent"}), &records);
    let mut alternative = item("0", "1", "100");
    alternative["is_alternative"] = json!(true);
    let three = json!({"items": [alternative, item("1", "1", "100"), item("2", "1", "100")]});
    assert_eq!(nets(&priced(&parts, &three).unwrap()), ["90", "90", "100"]);
    // The second item does not lose the smaller discount to one that is used up.
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "E", "kind": "discount", "calculation": "percent", "access_sequence": "A"}));
    parts["records"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "e", "condition_type": "E", "table": "ALL", "rate": "5"}));
    parts["procedures"][0]["steps"].as_array_mut().unwrap().push(json!({"number": 30, "condition_type": "E"}));
    parts["procedures"][0]["exclusions"] = json!([{"method": "best_type", "first": ["D", "E"]}]);
    assert_eq!(nets(&priced(&parts, &two).unwrap()), ["90", "95"]);
}

#[test]
fn what_comes_with_a_cost_is_no_part_of_the_net() {
    let mut parts = with(
        &json!({"code": "C", "kind": "cost", "calculation": "quantity"}),
        &json!([{"id": "c", "rate": "60", "supplements": [{"condition_type": "S", "rate": "10"}]}]),
    );
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "S", "kind": "surcharge", "calculation": "percent"}));
    assert_eq!(nets(&priced(&parts, &json!({"items": [item("1", "1", "100")]})).unwrap()), ["100"]);
}

/// What was replaced has no value for later steps and subtotals either.
#[test]
fn a_replaced_price_is_the_base_of_nothing() {
    let mut parts = with(
        &json!({"code": "N", "kind": "price", "calculation": "quantity", "replaces": "prices"}),
        &json!([{"id": "n", "rate": "90"}]),
    );
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "D", "kind": "discount", "calculation": "percent"}));
    parts["procedures"][0]["steps"][0]["subtotal"] = json!("list");
    parts["procedures"][0]["steps"]
        .as_array_mut()
        .unwrap()
        .push(json!({"number": 30, "condition_type": "D", "base_from": 10}));
    let mut wanted = item("1", "1", "100");
    wanted["conditions"].as_array_mut().unwrap().push(json!({"condition_type": "D", "rate": "10"}));
    let result = priced(&parts, &json!({"items": [wanted]})).unwrap();
    assert_eq!(nets(&result), ["90"]);
    assert_eq!(result.items[0].subtotals["list"].to_string(), "0");
}

#[test]
fn a_condition_of_the_head_is_told_with_its_sign_and_its_exchange() {
    let parts =
        with(&json!({"code": "HD", "kind": "discount", "calculation": "fixed", "header": "document"}), &json!([]));
    let head = json!([{"condition_type": "HD", "rate": "10", "currency": "USD"}]);
    let result = priced(&parts, &json!({"items": [item("1", "1", "100")], "conditions": head})).unwrap();
    assert_eq!(result.net.to_string(), "95");
    assert_eq!(result.rows[0].rate.unwrap().to_string(), "-10");
    assert_eq!(result.rows[0].exchange.as_deref(), Some("1/2"));
    assert_eq!(audit(&result).unwrap(), []);
}

#[test]
fn a_graduated_scale_may_begin_somewhere_and_end_nowhere() {
    let parts = with(
        &json!({"code": "S", "kind": "surcharge", "calculation": "quantity", "scale": {"base": "quantity", "kind": "graduated"}}),
        &json!([{"id": "s", "scale": [{"lower": "1", "upper": "3", "rate": "1"}, {"rate": "2"}]}]),
    );
    assert_eq!(one(&parts, "5", "0")[1], (20, "6".into()));
}

#[test]
fn free_goods_count_in_no_scale_and_are_kept_like_others() {
    let mut parts = with(
        &json!({"code": "D", "kind": "discount", "calculation": "percent", "group": {"by": "record"},
            "scale": {"base": "quantity", "kind": "from"}}),
        &json!([{"id": "d", "scale": [{"lower": "0", "rate": "1"}, {"lower": "12", "rate": "2"}]}]),
    );
    parts["free_goods"] =
        json!([{"id": "f", "table": "ALL", "kind": "exclusive", "rule": "proportional", "free": "1", "per": "5"}]);
    let mut wanted = json!({"items": [item("1", "10", "1")]});
    let before = priced(&parts, &wanted).unwrap();
    // What is free does not count in the group: ten and not twelve.
    assert_eq!(before.items[0].rows[1].scale_base.unwrap().to_string(), "10");
    assert_eq!((before.items[1].quantity.to_string(), before.items[1].rows.len()), ("2".into(), 0));
    wanted["reprice"] = json!({"mode": "keep", "previous": serde_json::to_value(&before).unwrap()});
    assert_eq!(priced(&parts, &wanted).unwrap(), before);
}

#[test]
fn a_record_that_a_condition_by_hand_replaced_leaves_nothing_out() {
    let mut parts = with(
        &json!({"code": "D", "kind": "discount", "calculation": "percent"}),
        &json!([{"id": "d", "rate": "10", "excludes": true}]),
    );
    for code in ["E", "F"] {
        let condition = json!({"code": code, "kind": "discount", "calculation": "fixed"});
        parts["condition_types"].as_array_mut().unwrap().push(condition);
        let number = if code == "E" { 30 } else { 40 };
        let step = json!({"number": number, "condition_type": code, "requirement": "not excluded"});
        parts["procedures"][0]["steps"].as_array_mut().unwrap().push(step);
    }
    let mut wanted = item("1", "1", "100");
    let by_hand =
        [("D", "1"), ("E", "5"), ("F", "7")].map(|(code, rate)| json!({"condition_type": code, "rate": rate}));
    wanted["conditions"].as_array_mut().unwrap().extend(by_hand);
    for (exclusions, net) in [(json!([]), "87"), (json!([{"method": "best_type", "first": ["E", "F"]}]), "92")] {
        parts["procedures"][0]["exclusions"] = exclusions;
        assert_eq!(nets(&priced(&parts, &json!({"items": [wanted.clone()]})).unwrap()), [net]);
    }
}
