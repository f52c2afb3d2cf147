use serde_json::json;

use super::*;

#[test]
fn three_times_ten_percent_on_the_list_price_are_thirty() {
    let discount = |code: &str| json!({"code": code, "kind": "discount", "calculation": "percent"});
    let parts = json!({
        "condition_types": [{"code": "PR", "kind": "price", "calculation": "quantity"}, discount("A"), discount("B"), discount("C")],
        "procedures": [
            {"code": "ON_LIST", "steps": [
                {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "A", "base_from": 10},
                {"number": 30, "condition_type": "B", "base_from": 10}, {"number": 40, "condition_type": "C", "base_from": 10}]},
            {"code": "ON_NET", "steps": [
                {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "A"},
                {"number": 30, "condition_type": "B"}, {"number": 40, "condition_type": "C"}]}
        ]
    });
    let ten = |code: &str| json!({"condition_type": code, "rate": "10"});
    let item = json!({"id": "1", "quantity": "1",
        "conditions": [{"condition_type": "PR", "rate": "100"}, ten("A"), ten("B"), ten("C")]});
    for (procedure, net) in [("ON_LIST", "70"), ("ON_NET", "72.9")] {
        let result = priced(&parts, &json!({"procedure": procedure, "items": [item]})).unwrap();
        assert_eq!(result.net.to_string(), net);
    }
}

/// Customer and product go before the price list, and the group of the customer counts for all in it.
#[test]
fn the_special_goes_before_the_general_and_the_near_before_the_far() {
    let mut parts = list_and_discount();
    parts["hierarchies"] = json!([{"field": "customer", "nodes": [
        {"value": "C1", "parent": "REGION"}, {"value": "C2", "parent": "REGION"}, {"value": "REGION", "parent": "GROUP"}]}]);
    parts["tables"] = json!([
        {"code": "PRODUCT", "fields": ["product"]},
        {"code": "BOTH", "fields": ["customer", "product"], "up": ["customer"]},
        {"code": "CUSTOMER", "fields": ["customer"]}]);
    parts["access_sequences"][0]["accesses"] = json!([{"table": "BOTH"}, {"table": "PRODUCT"}]);
    let both = |id: &str, customer: &str, rate: &str| json!({"id": id, "condition_type": "PR00", "table": "BOTH", "key": {"customer": customer, "product": "P1"}, "rate": rate});
    parts["records"].as_array_mut().unwrap().extend([
        both("group", "GROUP", "120"),
        both("region", "REGION", "110"),
        both("c2", "C2", "100"),
    ]);
    let price_of = |customer: &str| {
        let wanted = json!({"fields": {"customer": customer}, "items": [{"id": "1", "product": "P1", "quantity": "1", "unit": "C62"}]});
        let result = priced(&parts, &wanted).unwrap();
        let row = &result.items[0].rows[0];
        (row.record.clone().unwrap(), row.value.to_string(), result.items[0].accesses.clone())
    };
    assert_eq!(price_of("C2").0, "c2");
    assert_eq!(price_of("GROUP").0, "group");
    assert_eq!(price_of("OTHER").0, "p1");
    let (record, value, accesses) = price_of("C1");
    assert_eq!((record.as_str(), value.as_str()), ("region", "110"));
    let outcomes: Vec<(&str, CandidateOutcome)> = accesses
        .iter()
        .take(2)
        .flat_map(|access| &access.candidates)
        .map(|one| (one.record.as_str(), one.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("region", CandidateOutcome::Taken),
            ("group", CandidateOutcome::LessSpecific),
            ("p1", CandidateOutcome::Outranked)
        ]
    );
}

/// Without the mark `exclusive`, the records of all accesses add up.
#[test]
fn accesses_that_are_not_exclusive_add_up() {
    let mut parts = list_and_discount();
    parts["tables"].as_array_mut().unwrap().push(json!({"code": "ALL", "fields": []}));
    parts["access_sequences"][1]["accesses"] = json!([{"table": "CUSTOMER", "exclusive": false}, {"table": "ALL"}]);
    parts["records"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "all", "condition_type": "K007", "table": "ALL", "rate": "1"}));
    let wanted =
        json!({"fields": {"customer": "C1"}, "items": [{"id": "1", "product": "P1", "quantity": "1", "unit": "C62"}]});
    assert_eq!(priced(&parts, &wanted).unwrap().net.to_string(), "121.94");
}

/// A group condition: the scale is entered with the sum of the items, and what rounding loses goes to the largest item.
#[test]
fn a_group_is_counted_together() {
    let parts = json!({
        "tables": [{"code": "ALL", "fields": []}],
        "access_sequences": [{"code": "A", "accesses": [{"table": "ALL"}]}],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "G", "kind": "discount", "calculation": "percent", "access_sequence": "A",
             "scale": {"base": "quantity", "kind": "from"}, "group": {"by": "record"}}
        ],
        "records": [{"id": "g", "condition_type": "G", "table": "ALL",
            "scale": [{"lower": "1", "rate": "1"}, {"lower": "100", "rate": "3.33"}]}],
        "procedures": [{"code": "P", "steps": [{"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "G"}]}]
    });
    let item = |id: &str, quantity: &str, rate: &str| json!({"id": id, "quantity": quantity, "conditions": [{"condition_type": "PR", "rate": rate}]});
    let single = priced(&parts, &json!({"items": [item("1", "50", "0.10")]})).unwrap();
    assert_eq!(nets(&single), ["4.95"]);
    // 3.33 % of 5.00, 5.00 and 10.10 are 0.1665, 0.1665 and 0.33633: 0.17 + 0.17 + 0.34 = 0.68, of 20.10 they are 0.67.
    let three =
        priced(&parts, &json!({"items": [item("1", "50", "0.10"), item("2", "50", "0.10"), item("3", "101", "0.10")]}))
            .unwrap();
    assert_eq!(nets(&three), ["4.83", "4.83", "9.77"]);
    assert_eq!(three.items[2].rows[1].difference.unwrap().to_string(), "0.01");
    assert_eq!(three.items[0].rows[1].scale_base.unwrap().to_string(), "201");
}

/// An amount of the head on three equal items, and on items that cost nothing.
#[test]
fn an_amount_of_the_head_is_shared_out_exactly() {
    let parts = json!({
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "HD", "kind": "discount", "calculation": "fixed"},
            {"code": "FR", "kind": "freight", "calculation": "fixed", "basis": "gross_weight"}
        ],
        "procedures": [{"code": "P", "steps": [
            {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "HD"}, {"number": 30, "condition_type": "FR"}]}]
    });
    let item = |id: &str, rate: &str, weight: &str| {
        json!({"id": id, "quantity": "1", "gross_weight": {"amount": weight, "unit": "KGM"},
            "conditions": [{"condition_type": "PR", "rate": rate}]})
    };
    let head = json!([{"condition_type": "HD", "rate": "100"}, {"condition_type": "FR", "rate": "10"}]);
    let items = json!([item("1", "1000", "1"), item("2", "1000", "2"), item("3", "1000", "1")]);
    let result = priced(&parts, &json!({"items": items, "conditions": head})).unwrap();
    assert_eq!(nets(&result), ["969.16", "971.67", "969.17"]);
    assert_eq!(result.net.to_string(), "2910");
    let free = json!([item("1", "0", "1"), item("2", "0", "1")]);
    let error =
        priced(&parts, &json!({"items": free, "conditions": [{"condition_type": "HD", "rate": "10"}]})).unwrap_err();
    assert_eq!(error.code(), crate::value::ErrorCode::NegativeNet);
    let freight =
        priced(&parts, &json!({"items": free, "conditions": [{"condition_type": "FR", "rate": "10"}]})).unwrap();
    assert_eq!(nets(&freight), ["5", "5"]);
}

/// A supplement of 10 % comes with a discount of 10 US dollars.
#[test]
fn a_supplement_comes_with_its_record() {
    let parts = json!({
        "tables": [{"code": "ALL", "fields": []}],
        "access_sequences": [{"code": "A", "accesses": [{"table": "ALL"}]}],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity", "access_sequence": "A"},
            {"code": "OFF", "kind": "discount", "calculation": "quantity"},
            {"code": "PCT", "kind": "discount", "calculation": "percent"}
        ],
        "records": [{"id": "p", "condition_type": "PR", "table": "ALL", "rate": "200",
            "supplements": [{"condition_type": "OFF", "rate": "10"}, {"condition_type": "PCT", "rate": "10"}]}],
        "procedures": [{"code": "P", "steps": [{"number": 10, "condition_type": "PR"}]}]
    });
    let result = priced(&parts, &json!({"items": [{"id": "1", "quantity": "2"}]})).unwrap();
    assert_eq!(values(&result.items[0]), [(10, "400".into()), (10, "-20".into()), (10, "-40".into())]);
}

fn two_discounts(exclusions: &Value) -> Value {
    json!({
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "A", "kind": "discount", "calculation": "percent"},
            {"code": "B", "kind": "discount", "calculation": "percent"},
            {"code": "C", "kind": "discount", "calculation": "fixed"}
        ],
        "procedures": [{"code": "P", "exclusions": exclusions, "steps": [
            {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "A"},
            {"number": 30, "condition_type": "B"}, {"number": 40, "condition_type": "C"}]}]
    })
}

#[test]
fn exclusions_keep_what_they_say() {
    let item = json!({"id": "1", "quantity": "1", "conditions": [
        {"condition_type": "PR", "rate": "100"}, {"condition_type": "A", "rate": "5"},
        {"condition_type": "B", "rate": "8"}, {"condition_type": "C", "rate": "6"}]});
    let net = |exclusions: Value| {
        priced(&two_discounts(&exclusions), &json!({"items": [item.clone()]})).unwrap().net.to_string()
    };
    assert_eq!(net(json!([])), "81.4");
    assert_eq!(net(json!([{"method": "best_type", "first": ["A", "B", "C"]}])), "92");
    assert_eq!(net(json!([{"method": "worst_type", "first": ["A", "B", "C"]}])), "95");
    // 5 and 8 against 6: together they are 13.
    assert_eq!(net(json!([{"method": "best_group", "first": ["A", "B"], "second": ["C"]}])), "87.4");
    assert_eq!(net(json!([{"method": "worst_group", "first": ["A", "B"], "second": ["C"]}])), "94");
    assert_eq!(net(json!([{"method": "exclusive", "first": ["A"], "second": ["B", "C"]}])), "95");
}

/// What SAP compares: the values as they stand in the procedure, all conditions being there. Then everything is computed without
/// those that lose.
#[test]
fn exclusions_compare_values_that_are_computed_with_all_conditions() {
    let given = |code: &str, rate: &str| json!({"condition_type": code, "rate": rate});
    let priced_with = |parts: &Value, a: &str, b: &str, c: &str| {
        let conditions = json!([given("PR", "100"), given("A", a), given("B", b), given("C", c)]);
        priced(parts, &json!({"items": [{"id": "1", "quantity": "1", "conditions": conditions}]}))
            .unwrap()
            .items
            .remove(0)
    };
    // 10 % of 100.00 are 10.00, and 10.5 % of the 90.00 that are left are 9.45.
    let mut parts = two_discounts(&json!([{"method": "best_type", "first": ["A", "B"]}]));
    let item = priced_with(&parts, "10", "10.5", "0");
    assert_eq!((item.net.to_string(), item.rows[2].inactive), ("90".to_owned(), Some(InactiveReason::Excluded)));
    assert_eq!(item.rows[2].value.to_string(), "-9.45");
    // On one base, 10.50 beat 10.00; the fixed discount behind them is taken off 89.50.
    parts["procedures"][0]["steps"][2]["base_from"] = json!(10);
    let item = priced_with(&parts, "10", "10.5", "1");
    assert_eq!((item.net.to_string(), item.rows[1].inactive), ("88.5".to_owned(), Some(InactiveReason::Excluded)));
    // 5.00 and 8 % of 95.00 are 12.60 together: 12.80 are more, and 12.50 are less.
    let parts = two_discounts(&json!([{"method": "best_group", "first": ["A", "B"], "second": ["C"]}]));
    assert_eq!(priced_with(&parts, "5", "8", "12.80").net.to_string(), "87.2");
    assert_eq!(priced_with(&parts, "5", "8", "12.50").net.to_string(), "87.4");
}

/// Of two prices the lower one stays, though the later one takes the place of the earlier one.
#[test]
fn an_exclusion_weighs_a_price_that_a_later_one_replaces() {
    let mut parts = json!({
        "condition_types": [
            {"code": "OLD", "kind": "price", "calculation": "quantity"},
            {"code": "NEW", "kind": "price", "calculation": "quantity", "replaces": "prices"},
            {"code": "D", "kind": "discount", "calculation": "percent"}
        ],
        "procedures": [{"code": "P", "exclusions": [{"method": "best_type", "first": ["OLD", "NEW"]}], "steps": [
            {"number": 10, "condition_type": "OLD"}, {"number": 20, "condition_type": "NEW"},
            {"number": 30, "condition_type": "D"}]}]
    });
    let given = |code: &str, rate: &str| json!({"condition_type": code, "rate": rate});
    let net = |parts: &Value, old: &str, new: &str| {
        let conditions = json!([given("OLD", old), given("NEW", new), given("D", "10")]);
        priced(parts, &json!({"items": [{"id": "1", "quantity": "1", "conditions": conditions}]}))
            .unwrap()
            .net
            .to_string()
    };
    assert_eq!((net(&parts, "90", "100"), net(&parts, "100", "95")), ("81".to_owned(), "85.5".to_owned()));
    parts["procedures"][0]["exclusions"] = json!([]);
    assert_eq!(net(&parts, "90", "100"), "90");
}

/// Rules 1 to 3 for free goods, 20 for each 100, with an order of 162.
#[test]
fn free_goods_by_their_three_rules() {
    for (rule, free) in [("proportional", "32"), ("unit_reference", "20"), ("whole_unit", "0")] {
        for (kind, paid) in [("inclusive", true), ("exclusive", false)] {
            let parts = json!({
                "tables": [{"code": "PRODUCT", "fields": ["product"]}],
                "access_sequences": [{"code": "A", "accesses": [{"table": "PRODUCT"}]}],
                "condition_types": [{"code": "PR", "kind": "price", "calculation": "quantity", "access_sequence": "A"}],
                "records": [{"id": "p", "condition_type": "PR", "table": "PRODUCT", "key": {"product": "P1"}, "rate": "1"}],
                "free_goods": [{"id": "f", "table": "PRODUCT", "key": {"product": "P1"}, "kind": kind, "rule": rule, "free": "20", "per": "100"}],
                "procedures": [{"code": "P", "steps": [{"number": 10, "condition_type": "PR"}]}]
            });
            let item = json!({"id": "1", "product": "P1", "quantity": "162"});
            let result = priced(&parts, &json!({"items": [item]})).unwrap();
            let expected: i64 = if paid { 162 - free.parse::<i64>().unwrap() } else { 162 };
            assert_eq!(result.net.to_string(), expected.to_string(), "{rule} {kind}");
            assert_eq!(result.items.get(1).map_or("0".to_owned(), |item| item.quantity.to_string()), free);
            assert!(
                result.items.get(1).is_none_or(|item| item.free_goods_of.as_deref() == Some("1") && item.net.is_zero())
            );
        }
    }
}

#[test]
fn a_requirement_leaves_a_step_out_and_sees_what_was_before() {
    let parts = json!({
        "fields": [{"name": "group"}],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "D", "kind": "discount", "calculation": "percent"}
        ],
        "procedures": [{"code": "P", "steps": [
            {"number": 10, "condition_type": "PR", "subtotal": "gross"},
            {"number": 20, "condition_type": "D", "requirement": "gross >= 1000 and group in ['A', 'B'] and document_net > 1500"}]}]
    });
    let item = |id: &str, group: &str| {
        json!({"id": id, "quantity": "1", "fields": {"group": group}, "conditions": [
        {"condition_type": "PR", "rate": "1000"}, {"condition_type": "D", "rate": "10"}]})
    };
    let result = priced(&parts, &json!({"items": [item("1", "A"), item("2", "C")]})).unwrap();
    assert_eq!(nets(&result), ["900", "1000"]);
    let alone = priced(&parts, &json!({"items": [item("1", "A")]})).unwrap();
    assert_eq!(nets(&alone), ["1000"]);
}

/// What a formula read stands in its row, so that its value can be computed again.
#[test]
fn a_row_of_a_formula_tells_what_it_read() {
    let parts = json!({
        "fields": [{"name": "months", "kind": "number"}, {"name": "groups", "kind": "texts"}],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "F", "kind": "surcharge", "calculation": "formula", "formula": "if(months > 6, base * rate / 300, net)"}
        ],
        "procedures": [{"code": "P", "steps": [
            {"number": 10, "condition_type": "PR", "subtotal": "gross"}, {"number": 20, "condition_type": "F"},
            {"number": 30, "value_formula": "if('A' in groups, step_20, gross)"}]}]
    });
    let given = |code: &str, rate: &str| json!({"condition_type": code, "rate": rate});
    let item = |months: i64| {
        json!({"id": "1", "quantity": "1", "fields": {"months": months, "groups": ["A", "B"]},
            "conditions": [given("PR", "100"), given("F", "2")]})
    };
    let inputs = |months: i64, row: usize| {
        let result = priced(&parts, &json!({"items": [item(months)]})).unwrap();
        let mut inputs: Vec<_> = result.items[0].rows[row].inputs.clone().into_iter().collect();
        inputs.sort();
        inputs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(inputs(12, 1), "base=100, months=12, rate=2");
    assert_eq!(inputs(6, 1), "months=6, net=100");
    assert_eq!(inputs(12, 2), "groups=A|B, step_20=0.67");
    assert_eq!(inputs(12, 0), "");
}

/// A group that has no level in the scale of a record gets the next one, as an item for itself does; with more pieces it is the
/// first one again.
#[test]
fn a_group_outside_a_scale_gets_the_next_record() {
    let parts = json!({
        "tables": [{"code": "PRODUCT", "fields": ["product"]}, {"code": "ALL", "fields": []}],
        "access_sequences": [{"code": "A", "accesses": [{"table": "PRODUCT"}, {"table": "ALL"}]}],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity"},
            {"code": "G", "kind": "discount", "calculation": "percent", "access_sequence": "A",
             "scale": {"base": "quantity", "kind": "from"}, "group": {"by": "record"}}
        ],
        "records": [
            {"id": "many", "condition_type": "G", "table": "PRODUCT", "key": {"product": "P1"}, "scale": [{"lower": "100", "rate": "10"}]},
            {"id": "all", "condition_type": "G", "table": "ALL", "scale": [{"lower": "1", "rate": "1"}, {"lower": "60", "rate": "2"}]}
        ],
        "procedures": [{"code": "P", "steps": [{"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "G"}]}]
    });
    let item = |id: &str, product: &str, quantity: i64| {
        let price = json!([{"condition_type": "PR", "rate": "1"}]);
        json!({"id": id, "product": product, "quantity": quantity, "conditions": price})
    };
    let figures = |result: &PriceResult| {
        let of = |item: &PricedItem| {
            let record = item.rows[1].record.clone().unwrap();
            let outcomes: Vec<_> =
                item.accesses.iter().flat_map(|access| &access.candidates).map(|one| one.outcome).collect();
            (record, item.rows[1].scale_base.unwrap().to_string(), outcomes)
        };
        result.items.iter().map(of).collect::<Vec<_>>()
    };
    let (off, on) = (CandidateOutcome::OutsideScale, CandidateOutcome::Taken);
    // 40 pieces of P1 are too few, so all 65 count for the general record.
    let mut wanted = document(&json!({"items": [item("1", "P1", 25), item("2", "P1", 15), item("3", "P2", 25)]}));
    let few = price(&catalog(&parts), &wanted).unwrap();
    let next = ("all".to_owned(), "65".to_owned(), vec![off, on]);
    assert_eq!(figures(&few), [next.clone(), next, ("all".to_owned(), "65".to_owned(), vec![on])]);
    assert_eq!(nets(&few), ["24.5", "14.7", "24.5"]);
    // With 110 of P1 they have their own, and what is left is below 60.
    let mut open =
        OpenDocument::new(std::sync::Arc::new(Pricer::new(&catalog(&parts)).unwrap()), wanted.clone()).unwrap();
    wanted.items[1].quantity = "85".parse().unwrap();
    assert_eq!(open.set_item(wanted.items[1].clone()).unwrap(), ["1", "2", "3"]);
    let many = open.result().unwrap();
    let own = ("many".to_owned(), "110".to_owned(), vec![on, CandidateOutcome::Outranked]);
    assert_eq!(figures(&many), [own.clone(), own, ("all".to_owned(), "25".to_owned(), vec![on])]);
    assert_eq!(nets(&many), ["22.5", "76.5", "24.75"]);
    assert_eq!(many, price(&catalog(&parts), &wanted).unwrap());
}
