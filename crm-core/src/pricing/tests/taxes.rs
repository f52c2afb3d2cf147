use serde_json::{Value, json};

use super::priced;

/// Lines, allowances and charges of an invoice by EN 16931.
pub(super) fn invoice() -> Value {
    json!({
        "condition_types": [
            {"code": "PRICE", "kind": "price", "calculation": "quantity"},
            {"code": "ALLOWANCE", "kind": "discount", "calculation": "fixed"},
            {"code": "CHARGE", "kind": "surcharge", "calculation": "fixed"},
            {"code": "DOC_ALLOWANCE", "kind": "discount", "calculation": "fixed", "header": "document"},
            {"code": "DOC_CHARGE", "kind": "surcharge", "calculation": "fixed", "header": "document"},
            {"code": "VAT", "kind": "tax", "calculation": "percent"}
        ],
        "procedures": [{"code": "EN16931", "steps": [
            {"number": 10, "condition_type": "PRICE", "mandatory": true},
            {"number": 20, "condition_type": "ALLOWANCE"},
            {"number": 30, "condition_type": "CHARGE"},
            {"number": 40, "condition_type": "DOC_ALLOWANCE"},
            {"number": 50, "condition_type": "DOC_CHARGE"},
            {"number": 60, "condition_type": "VAT"}
        ]}]
    })
}

fn line(id: &str, quantity: &str, price: &str, vat: &str) -> Value {
    json!({"id": id, "quantity": quantity, "conditions": [
        {"condition_type": "PRICE", "rate": price}, {"condition_type": "VAT", "rate": vat, "tax_category": "S"}]})
}

/// Peppol BIS Billing 3.0, section on calculations: 25 % of 1,460.50 are 365.125, which is 365.13.
#[test]
fn vat_is_rounded_once_for_each_rate() {
    let result = priced(
        &invoice(),
        &json!({"items": [line("1", "1", "1460.50", "25"), line("2", "1", "1", "15"), line("3", "-1", "25", "25")]}),
    )
    .unwrap();
    let taxes: Vec<[String; 2]> = result.taxes.iter().map(|tax| [tax.base.to_string(), tax.tax.to_string()]).collect();
    assert_eq!(taxes, [["1".to_owned(), "0.15".to_owned()], ["1435.5".to_owned(), "358.88".to_owned()]]);
    let single = priced(&invoice(), &json!({"items": [line("1", "1", "1460.50", "25")]})).unwrap();
    assert_eq!((single.tax.to_string(), single.gross.to_string()), ("365.13".into(), "1825.63".into()));
}

#[test]
fn conditions_of_the_head_have_a_tax_of_their_own() {
    let head = json!([
        {"condition_type": "DOC_ALLOWANCE", "rate": "200", "tax_category": "S", "tax_percent": "25"},
        {"condition_type": "DOC_CHARGE", "rate": "50", "tax_category": "S", "tax_percent": "15"}]);
    let wanted = json!({"items": [line("1", "10", "100", "25"), line("2", "1", "200", "15")], "conditions": head,
        "prepaid": "300", "payable_rounding": "0.50"});
    let result = priced(&invoice(), &wanted).unwrap();
    assert_eq!((result.net.to_string(), result.tax.to_string()), ("1050".into(), "237.5".into()));
    assert_eq!(result.payable.to_string(), "988");
}

/// A price unit of 100, an allowance and a charge on the line: each part is rounded on its own.
#[test]
fn a_line_is_the_sum_of_rounded_parts() {
    let item = json!({"id": "1", "quantity": "7", "conditions": [
        {"condition_type": "PRICE", "rate": "9.99", "per": "100"}, {"condition_type": "ALLOWANCE", "rate": "0.05"},
        {"condition_type": "CHARGE", "rate": "0.10"}, {"condition_type": "VAT", "rate": "0", "tax_category": "Z"}]});
    let result = priced(&invoice(), &json!({"items": [item]})).unwrap();
    assert_eq!(result.net.to_string(), "0.75");
    assert_eq!(result.taxes[0].percent.unwrap().to_string(), "0");
}

/// Three items of 9.99 at 19 %: per item 1.90 each, per category 5.69.
#[test]
fn where_tax_is_rounded_is_a_policy() {
    let mut parts = invoice();
    let items = json!([line("1", "1", "9.99", "19"), line("2", "1", "9.99", "19"), line("3", "1", "9.99", "19")]);
    for (policy, tax) in [("per_category", "5.69"), ("per_item", "5.7"), ("per_unit", "5.7")] {
        parts["procedures"][0]["policies"] = json!({"tax_rounding": policy});
        let result = priced(&parts, &json!({"items": items})).unwrap();
        assert_eq!(result.tax.to_string(), tax);
        let shares =
            result.items.iter().fold(crate::value::Decimal::ZERO, |sum, item| sum.checked_add(item.tax).unwrap());
        assert_eq!(shares, result.tax);
    }
}

/// 119.00 with 19 % in it: 19.00.
#[test]
fn a_tax_that_is_in_the_price_is_taken_out() {
    let mut parts = invoice();
    parts["procedures"][0]["policies"] = json!({"prices_include_tax": true});
    let result = priced(&parts, &json!({"items": [line("1", "1", "119", "19")]})).unwrap();
    assert_eq!(
        (result.net.to_string(), result.tax.to_string(), result.gross.to_string()),
        ("100".into(), "19".into(), "119".into())
    );
}

/// Swiss cash rounding: 1.02 becomes 1.00, 1.03 becomes 1.05.
#[test]
fn the_amount_to_pay_is_a_multiple_of_five_cents() {
    let mut parts = invoice();
    parts["procedures"][0]["policies"] = json!({"payable_unit": "0.05"});
    for (price, payable, rounding) in [("1.02", "1", "-0.02"), ("1.03", "1.05", "0.02"), ("1.05", "1.05", "0")] {
        let result = priced(&parts, &json!({"currency": "CHF", "items": [line("1", "1", price, "0")]})).unwrap();
        assert_eq!(
            (result.payable.to_string(), result.rounding.unwrap().to_string()),
            (payable.into(), rounding.into())
        );
    }
}

/// 19 % of three times 1.02 are 0.1938 each and 0.58 together: one item bears 0.20, and what follows from its tax follows.
#[test]
fn a_subtotal_with_tax_is_net_and_the_share_of_the_tax() {
    let parts = json!({
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "VAT", "kind": "tax", "calculation": "percent"},
            {"code": "CASH", "kind": "discount", "calculation": "percent"}
        ],
        "procedures": [{"code": "P", "steps": [
            {"number": 10, "condition_type": "PR"},
            {"number": 20, "condition_type": "VAT", "subtotal": "vat"},
            {"number": 30, "base_from": 10, "base_to": 20, "subtotal": "gross"},
            {"number": 40, "condition_type": "CASH", "base_from": 30, "statistical": true},
            {"number": 50, "value_formula": "gross * 100", "subtotal": "cents"}]}]
    });
    let item = |id: &str| {
        let given = |code: &str, rate: &str| json!({"condition_type": code, "rate": rate});
        json!({"id": id, "quantity": "1", "conditions": [given("PR", "1.02"), given("VAT", "19"), given("CASH", "50")]})
    };
    let result = priced(&parts, &json!({"items": [item("1"), item("2"), item("3")]})).unwrap();
    let of = |name: &str| result.items.iter().map(|item| item.subtotals[name].to_string()).collect::<Vec<_>>();
    assert_eq!(of("vat"), ["0.2", "0.19", "0.19"]);
    assert_eq!(of("gross"), ["1.22", "1.21", "1.21"]);
    assert_eq!(of("cents"), ["122", "121", "121"]);
    assert_eq!((result.subtotals["gross"], result.subtotals["vat"]), (result.gross, result.tax));
    let values: Vec<String> = result.items[0].rows.iter().map(|row| row.value.to_string()).collect();
    assert_eq!(values, ["1.02", "0.2", "1.22", "-0.61", "122"]);
    assert!(crate::pricing::audit(&result).unwrap().is_empty());
}

/// A tax of two digits that is cut to what is left of its limit, where the procedure has none.
#[test]
fn a_tax_that_is_cut_is_rounded_as_its_type_says() {
    let parts = json!({
        "tables": [{"code": "ALL", "fields": []}],
        "access_sequences": [{"code": "A", "accesses": [{"table": "ALL"}]}],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "VAT", "kind": "tax", "calculation": "percent", "access_sequence": "A", "rounding": {"decimals": 2}}
        ],
        "records": [{"id": "v", "condition_type": "VAT", "table": "ALL", "rate": "19", "limit": {"value": "63.17"}}],
        "procedures": [{"code": "P", "policies": {"decimals": 0}, "steps": [
            {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "VAT"}]}]
    });
    let item = json!({"id": "1", "quantity": "1", "conditions": [{"condition_type": "PR", "rate": "354"}]});
    let result = priced(&parts, &json!({"items": [item]})).unwrap();
    let row = &result.items[0].rows[1];
    // 67.26 less 4.09 are 63.17; the condition type has two digits, though the procedure has none.
    assert_eq!((row.cut.unwrap().to_string(), row.value.to_string()), ("4.09".into(), "63.17".into()));
    assert_eq!((row.difference, result.tax.to_string()), (None, "63.17".into()));
    assert!(crate::pricing::audit(&result).unwrap().is_empty());
}
