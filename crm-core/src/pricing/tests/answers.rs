use serde_json::{Value, json};

use super::*;
use crate::value::{Decimal, ErrorCode};

fn order(quantity: &str, discount: &str) -> PriceDocument {
    document(
        &json!({"id": "Q-1", "fields": {"customer": "C7"}, "items": [{"id": "10", "product": "P1", "quantity": quantity, "unit": "C62",
        "conditions": [{"condition_type": "K007", "rate": discount}]}]}),
    )
}

/// A cost of 100.00, and a discount above 5 % asks for approval.
fn with_cost() -> Value {
    let mut parts = list_and_discount();
    parts["condition_types"]
        .as_array_mut()
        .unwrap()
        .push(json!({"code": "COST", "kind": "cost", "calculation": "quantity", "access_sequence": "LIST"}));
    parts["condition_types"][1]["manual"] = json!({"approval_above": "5", "maximum": "40"});
    parts["records"].as_array_mut().unwrap().push(
        json!({"id": "c1", "condition_type": "COST", "table": "PRODUCT", "key": {"product": "P1"}, "rate": "100"}),
    );
    parts["procedures"][0]["steps"].as_array_mut().unwrap().push(json!({"number": 40, "condition_type": "COST"}));
    parts["procedures"][0]["approvals"] = json!([{"code": "LOW_MARGIN", "requirement": "net < 1.2 * step_40"}]);
    parts
}

#[test]
fn a_waterfall_ends_at_the_net() {
    let result = price(&catalog(&with_cost()), &order("2", "10")).unwrap();
    let bars = result.items[0].waterfall().unwrap();
    let shown: Vec<(&str, String, String)> =
        bars.iter().map(|bar| (bar.label.as_str(), bar.change.to_string(), bar.end.to_string())).collect();
    assert_eq!(
        shown,
        [
            ("PR00", "271".to_owned(), "271".to_owned()),
            ("K007", "-27.1".to_owned(), "243.9".to_owned()),
            ("net", "243.9".to_owned(), "243.9".to_owned())
        ]
    );
    assert_eq!(result.items[0].margin.unwrap().to_string(), "43.9");
    assert_eq!(result.items[0].approvals, ["K007"]);
}

#[test]
fn the_smallest_change_that_reaches_a_goal() {
    let pricer = Pricer::new(&catalog(&with_cost())).unwrap();
    let ask = |discount: &str, goal, figure: Option<&str>| {
        let figure = figure.map(|figure| figure.parse().unwrap());
        pricer.counterfactual(&order("1", discount), "10", goal, figure).unwrap()
    };
    // 135.50 less 7.38 % is 125.50; less 7.37 % it is 125.51.
    let change = &ask("20", PriceGoal::Net, Some("125.50"))[0];
    assert_eq!(
        (change.from_figure.to_string(), change.to_figure.to_string(), change.net.to_string()),
        ("20".into(), "7.38".into(), "125.5".into())
    );
    let change = &ask("20", PriceGoal::NoApproval, None)[0];
    assert_eq!(change.to_figure.to_string(), "5");
    // A margin of 20 % of the net on a cost of 100.00 is a net of 125.00: 7.75 % (10.50) leave it.
    let change = &ask("20", PriceGoal::MarginPercent, Some("20"))[0];
    assert_eq!((change.to_figure.to_string(), change.net.to_string()), ("7.75".into(), "125".into()));
    assert!(ask("5", PriceGoal::Net, Some("100")).is_empty());
    assert!(ask("5", PriceGoal::Net, Some("136")).is_empty());
    let unknown = pricer.counterfactual(&order("1", "5"), "11", PriceGoal::NoApproval, None).unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::NoSuchRecord);
}

#[test]
fn more_pieces_may_reach_a_better_price() {
    let mut parts = with_cost();
    parts["condition_types"][0]["scale"] = json!({"base": "quantity", "kind": "from"});
    parts["records"][0]["rate"] = Value::Null;
    parts["records"][0]["scale"] = json!([{"lower": "1", "rate": "120"}, {"lower": "12", "rate": "125"}]);
    let pricer = Pricer::new(&catalog(&parts)).unwrap();
    let changes =
        pricer.counterfactual(&order("10", "1"), "10", PriceGoal::NetPrice, Some("123".parse().unwrap())).unwrap();
    let quantity = changes.iter().find(|change| change.lever == PriceLever::Quantity).unwrap();
    assert_eq!(quantity.to_figure.to_string(), "12");
    assert_eq!(quantity.net_price.unwrap().to_string(), "123.75");
}

#[test]
fn a_draft_without_changes_changes_nothing() {
    let pricer = Pricer::new(&catalog(&with_cost())).unwrap();
    let documents = vec![order("1", "3"), order("2", "5")];
    let same = pricer.what_if(&pricer, &documents, Some("customer"), 2).unwrap();
    assert!(same.lines.is_empty());
    assert_eq!((same.documents, same.total.items, same.total.changed), (2, 2, 0));
    assert_eq!(same.total.net_before, same.total.net_after);
}

#[test]
fn a_draft_is_compared_by_item_product_and_customer() {
    let pricer = Pricer::new(&catalog(&with_cost())).unwrap();
    let mut draft = with_cost();
    draft["version"] = json!("draft");
    draft["records"][0]["rate"] = json!("140");
    let draft = Pricer::new(&catalog(&draft)).unwrap();
    let mut strange = order("1", "3");
    strange.items[0].product = Some("P9".to_owned());
    let found = pricer.what_if(&draft, &[order("2", "0"), strange, order("1", "10")], Some("customer"), 1).unwrap();
    let line = &found.lines[0];
    assert_eq!(
        (line.document.as_deref(), line.item.as_str(), line.product.as_deref()),
        (Some("Q-1"), "10", Some("P1"))
    );
    assert_eq!(
        (line.net_before.unwrap().to_string(), line.net_after.unwrap().to_string()),
        ("271".into(), "280".into())
    );
    assert_eq!(
        (line.margin_before.unwrap().to_string(), line.margin_after.unwrap().to_string()),
        ("71".into(), "80".into())
    );
    assert_eq!((line.steps.len(), line.steps[0].step, line.steps[0].after.to_string()), (1, 10, "280".into()));
    assert_eq!(
        (found.lines[1].place, found.lines[1].error_before, found.lines[1].error_after),
        (1, Some(ErrorCode::MissingPrice), Some(ErrorCode::MissingPrice))
    );
    assert_eq!((found.documents, found.total.changed), (2, 2));
    assert_eq!(found.groups[0].key, "C7");
    assert_eq!(found.total.net_after.checked_sub(found.total.net_before).unwrap(), Decimal::new(1305, 2).unwrap());
    assert_eq!(found.products[0].margin_after.unwrap().to_string(), "106");
}

#[test]
fn the_linter_names_what_is_useless() {
    let found = |change: &dyn Fn(&mut Value)| {
        let mut parts = list_and_discount();
        change(&mut parts);
        let findings = lint(&catalog(&parts)).unwrap();
        findings.into_iter().map(|finding| (finding.code, finding.path, finding.records.join(" "))).collect::<Vec<_>>()
    };
    let push = |parts: &mut Value, list: &str, entry: Value| parts[list].as_array_mut().unwrap().push(entry);
    assert_eq!(found(&|_| {}), []);
    assert_eq!(
        found(&|parts| parts["access_sequences"][0]["accesses"] = json!([{"table": "PRODUCT"}, {"table": "PRODUCT"}])),
        [(PriceLint::UnreachableAccess, "access_sequences[0].accesses[1]".to_owned(), String::new())]
    );
    assert_eq!(
        found(&|parts| parts["access_sequences"][0]["accesses"] =
            json!([{"table": "PRODUCT"}, {"table": "CUSTOMER", "requirement": "1 > 2"}]))[0]
            .0,
        PriceLint::UnreachableAccess
    );
    assert_eq!(
        found(&|parts| push(
            parts,
            "records",
            json!({"id": "x", "condition_type": "PR00", "table": "CUSTOMER", "key": {"customer": "C1"}, "rate": "1"})
        )),
        [(PriceLint::NeverHitRecord, "records[2]".to_owned(), "x".to_owned())]
    );
    assert_eq!(
        found(&|parts| push(parts, "condition_types", json!({"code": "OLD", "kind": "price", "calculation": "fixed"}))),
        [(PriceLint::UnusedType, "condition_types[2]".to_owned(), String::new())]
    );
    assert_eq!(
        found(&|parts| {
            parts["records"][0]["currency"] = json!("USD");
            push(parts, "records", json!({"id": "e", "condition_type": "PR00", "table": "PRODUCT", "key": {"product": "P2"}, "rate": "1", "currency": "EUR"}));
        })[0].0,
        PriceLint::MissingRate
    );
    assert_eq!(
        found(&|parts| parts["products"] = json!([{"id": "P1", "unit": "KGM"}])),
        [(PriceLint::MissingUnitFactor, "records[0].unit".to_owned(), "p1".to_owned())]
    );
    assert_eq!(
        found(&|parts| {
            parts["condition_types"][0]["scale"] = json!({"base": "quantity", "kind": "from"});
            parts["records"][0]["rate"] = Value::Null;
            parts["records"][0]["scale"] =
                json!([{"lower": "5", "upper": "9", "rate": "1"}, {"lower": "10", "rate": "2"}]);
        })
        .len(),
        2
    );
}

#[test]
fn the_linter_tells_why_a_catalogue_is_refused() {
    let mut parts = list_and_discount();
    let twin = json!({"id": "twin", "condition_type": "PR00", "table": "PRODUCT", "key": {"product": "P1"}, "rate": "1", "valid_from": "2026-01-01"});
    parts["records"].as_array_mut().unwrap().push(twin);
    let findings = lint(&catalog(&parts)).unwrap();
    assert_eq!((findings[0].code, findings[0].error), (PriceLint::Invalid, Some(ErrorCode::Overlap)));
    assert_eq!(findings[0].records, ["p1", "twin"]);
}
