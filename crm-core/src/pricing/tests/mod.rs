//! Published figures, and what holds for every document.

mod answers;
mod conditions;
mod edges;
mod errors;
mod invariants;
mod open;
mod random;
mod scales;
mod taxes;

use serde_json::{Value, json};

use super::*;
use crate::value::Result;

/// A catalogue of the given parts; what is left out is empty.
pub(super) fn catalog(parts: &Value) -> PriceCatalog {
    let mut whole = json!({ "version": "test" });
    for (name, part) in parts.as_object().unwrap() {
        whole[name] = part.clone();
    }
    crate::value::json::from_text(&whole.to_string()).unwrap()
}

pub(super) fn document(parts: &Value) -> PriceDocument {
    let mut whole = json!({ "currency": "EUR", "pricing_date": "2026-05-01" });
    for (name, part) in parts.as_object().unwrap() {
        whole[name] = part.clone();
    }
    crate::value::json::from_text(&whole.to_string()).unwrap()
}

pub(super) fn priced(parts: &Value, wanted: &Value) -> Result<PriceResult> {
    price(&catalog(parts), &document(wanted))
}

/// The net values of the items, as text.
pub(super) fn nets(result: &PriceResult) -> Vec<String> {
    result.items.iter().map(|item| item.net.to_string()).collect()
}

/// The values of the rows of an item.
pub(super) fn values(item: &PricedItem) -> Vec<(i64, String)> {
    item.rows.iter().map(|row| (row.step, row.value.to_string())).collect()
}

/// A catalogue with a list price per product and a discount per customer, and the procedure `STD`.
pub(super) fn list_and_discount() -> Value {
    json!({
        "fields": [{"name": "customer"}],
        "tables": [{"code": "PRODUCT", "fields": ["product"]}, {"code": "CUSTOMER", "fields": ["customer"]}],
        "access_sequences": [
            {"code": "LIST", "accesses": [{"table": "PRODUCT"}]},
            {"code": "DISC", "accesses": [{"table": "CUSTOMER"}]}
        ],
        "condition_types": [
            {"code": "PR00", "kind": "price", "calculation": "quantity", "access_sequence": "LIST", "manual": {}},
            {"code": "K007", "kind": "discount", "calculation": "percent", "access_sequence": "DISC", "manual": {}}
        ],
        "records": [
            {"id": "p1", "condition_type": "PR00", "table": "PRODUCT", "key": {"product": "P1"}, "rate": "135.50", "unit": "C62"},
            {"id": "d1", "condition_type": "K007", "table": "CUSTOMER", "key": {"customer": "C1"}, "rate": "9"}
        ],
        "procedures": [{"code": "STD", "steps": [
            {"number": 10, "condition_type": "PR00", "mandatory": true},
            {"number": 20, "condition_type": "K007"},
            {"number": 30, "name": "Net", "subtotal": "net_value"}
        ]}]
    })
}

#[test]
fn list_price_and_discount_of_the_customer() {
    let wanted =
        json!({"fields": {"customer": "C1"}, "items": [{"id": "10", "product": "P1", "quantity": "3", "unit": "C62"}]});
    let result = priced(&list_and_discount(), &wanted).unwrap();
    assert_eq!(values(&result.items[0]), [(10, "406.5".into()), (20, "-36.59".into()), (30, "369.91".into())]);
    assert_eq!(result.net.to_string(), "369.91");
    assert_eq!(result.items[0].rows[0].record.as_deref(), Some("p1"));
    assert_eq!(result.items[0].rows[1].raw.as_deref(), Some("-36.585"));
    assert_eq!(result.subtotals["net_value"].to_string(), "369.91");
}

#[test]
fn where_a_value_is_rounded_is_a_policy() {
    let mut parts = list_and_discount();
    let wanted =
        json!({"fields": {"customer": "C1"}, "items": [{"id": "10", "product": "P1", "quantity": "3", "unit": "C62"}]});
    for (mode, net) in [("by_value", "369.91"), ("by_net_price", "369.9"), ("by_unit", "369.9"), ("by_item", "369.92")]
    {
        parts["procedures"][0]["policies"] = json!({"value_mode": mode});
        let result = priced(&parts, &wanted).unwrap();
        assert_eq!(result.net.to_string(), net, "{mode}");
        let rows =
            result.items[0].rows.iter().filter(|row| row.inactive.is_none() && row.origin != RowOrigin::Subtotal);
        let sum = rows.fold(crate::value::Decimal::ZERO, |sum, row| sum.checked_add(row.value).unwrap());
        assert_eq!(sum, result.net, "{mode}");
    }
}
