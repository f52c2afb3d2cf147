use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A catalogue with everything by which one item pulls others along.
fn entangled() -> Value {
    json!({
        "fields": [{"name": "family"}],
        "tables": [{"code": "FAMILY", "fields": ["family"]}, {"code": "ALL", "fields": []}],
        "access_sequences": [
            {"code": "F", "accesses": [{"table": "FAMILY"}, {"table": "ALL"}]}, {"code": "A", "accesses": [{"table": "ALL"}]}
        ],
        "condition_types": [
            {"code": "PR", "kind": "price", "calculation": "quantity", "access_sequence": "F"},
            {"code": "GQ", "kind": "discount", "calculation": "percent", "access_sequence": "A",
             "scale": {"base": "quantity", "kind": "from"}, "group": {"by": "document"}},
            {"code": "GF", "kind": "discount", "calculation": "percent", "access_sequence": "A",
             "scale": {"base": "value", "kind": "from"}, "group": {"by": "field", "field": "family"}},
            {"code": "GR", "kind": "discount", "calculation": "percent", "access_sequence": "F",
             "scale": {"base": "quantity", "kind": "from"}, "group": {"by": "record"}},
            {"code": "GD", "kind": "surcharge", "calculation": "percent", "access_sequence": "F",
             "scale": {"base": "quantity", "kind": "to"}, "group": {"by": "document"}},
            {"code": "X1", "kind": "discount", "calculation": "percent", "access_sequence": "F"},
            {"code": "X2", "kind": "discount", "calculation": "quantity", "access_sequence": "A",
             "scale": {"base": "quantity", "kind": "from"}, "group": {"by": "record"}},
            {"code": "HD", "kind": "discount", "calculation": "fixed"},
            {"code": "BIG", "kind": "discount", "calculation": "percent", "access_sequence": "A"},
            {"code": "VAT", "kind": "tax", "calculation": "percent", "access_sequence": "A"}
        ],
        "records": [
            {"id": "p-a", "condition_type": "PR", "table": "FAMILY", "key": {"family": "a"}, "rate": "9.99"},
            {"id": "p", "condition_type": "PR", "table": "ALL", "rate": "7.77"},
            {"id": "gq", "condition_type": "GQ", "table": "ALL", "scale": [{"lower": "0", "rate": "1.1"}, {"lower": "30", "rate": "2.3"}]},
            {"id": "gf", "condition_type": "GF", "table": "ALL", "scale": [{"lower": "100", "rate": "1.7"}, {"lower": "300", "rate": "3.1"}]},
            {"id": "gr-a", "condition_type": "GR", "table": "FAMILY", "key": {"family": "a"}, "scale": [{"lower": "20", "rate": "4.1"}]},
            {"id": "gr", "condition_type": "GR", "table": "ALL", "scale": [{"lower": "10", "rate": "1.3"}, {"lower": "45", "rate": "1.9"}]},
            {"id": "gd-b", "condition_type": "GD", "table": "FAMILY", "key": {"family": "b"}, "unit": "DZN", "scale": [{"upper": "3", "rate": "6"}]},
            {"id": "gd", "condition_type": "GD", "table": "ALL", "scale": [{"upper": "50", "rate": "0.7"}]},
            {"id": "x1", "condition_type": "X1", "table": "ALL", "rate": "2.9"},
            {"id": "x1-a", "condition_type": "X1", "table": "FAMILY", "key": {"family": "a"}, "rate": "5.1"},
            {"id": "x2", "condition_type": "X2", "table": "ALL", "scale": [{"lower": "0", "rate": "0.2"}, {"lower": "40", "rate": "0.5"}]},
            {"id": "big", "condition_type": "BIG", "table": "ALL", "rate": "1"},
            {"id": "vat", "condition_type": "VAT", "table": "ALL", "rate": "19", "tax_category": "S"}
        ],
        "procedures": [{"code": "P", "exclusions": [{"method": "best_type", "first": ["X1", "X2"]}], "steps": [
            {"number": 10, "condition_type": "PR"}, {"number": 20, "condition_type": "GQ"}, {"number": 25, "condition_type": "GF"},
            {"number": 27, "condition_type": "GR"}, {"number": 28, "condition_type": "GD"},
            {"number": 30, "condition_type": "X1"}, {"number": 35, "condition_type": "X2"}, {"number": 40, "condition_type": "HD"},
            {"number": 50, "condition_type": "BIG", "requirement": "document_net > 500"}, {"number": 60, "subtotal": "netto"},
            {"number": 70, "condition_type": "VAT"}]}]
    })
}

fn item(id: usize, quantity: i64, family: usize) -> PriceItem {
    let family = ["a", "b", "c"][family % 3];
    let alternative = quantity % 7 == 0;
    let item = json!({"id": format!("i{id}"), "quantity": quantity, "unit": "C62", "fields": {"family": family}, "is_alternative": alternative});
    crate::value::json::from_text(&item.to_string()).unwrap()
}

#[derive(Debug, Clone)]
enum Edit {
    Set(usize, i64, usize),
    Remove(usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let set = (0_usize..8, 1_i64..30, 0_usize..3).prop_map(|(id, quantity, family)| Edit::Set(id, quantity, family));
    let edit = prop_oneof![4 => set, 1 => (0_usize..8).prop_map(Edit::Remove)];
    prop::collection::vec(edit, 1..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    /// Whatever is changed in whatever order: the figures are those of the whole document.
    #[test]
    fn an_open_document_has_the_figures_of_a_fresh_one(edits in edits(), head in 0_i64..3, trace in any::<bool>()) {
        let pricer = Arc::new(Pricer::new(&catalog(&entangled())).unwrap());
        let conditions = if head == 0 { json!([]) } else { json!([{"condition_type": "HD", "rate": head}]) };
        let mut whole = document(&json!({"conditions": conditions, "trace": trace}));
        let mut open = OpenDocument::new(Arc::clone(&pricer), whole.clone()).unwrap();
        for edit in edits {
            let answer = match &edit {
                Edit::Set(id, quantity, family) => {
                    let item = item(*id, *quantity, *family);
                    match whole.items.iter_mut().find(|known| known.id == item.id) {
                        Some(known) => *known = item.clone(),
                        None => whole.items.push(item.clone()),
                    }
                    open.set_item(item)
                }
                Edit::Remove(id) => {
                    let id = format!("i{id}");
                    whole.items.retain(|known| known.id != id);
                    match open.remove_item(&id) {
                        Err(error) if error.code() == crate::value::ErrorCode::NoSuchRecord => Ok(Vec::new()),
                        answer => answer,
                    }
                }
            };
            match pricer.price(&whole) {
                Ok(fresh) => {
                    prop_assert!(answer.is_ok(), "{answer:?}");
                    let opened = open.result().unwrap();
                    for (one, other) in opened.items.iter().zip(&fresh.items) {
                        prop_assert_eq!(one, other, "after {:?}", edit);
                    }
                    prop_assert_eq!(&opened, &fresh, "after {:?}", edit);
                }
                Err(error) => {
                    prop_assert_eq!(answer.unwrap_err().code(), error.code());
                    whole = open.document().clone();
                    prop_assert_eq!(open.result().unwrap(), pricer.price(&whole).unwrap());
                }
            }
        }
    }
}

#[test]
fn only_what_depends_on_an_item_is_computed_anew() {
    let mut parts = entangled();
    // Without the figures of the document, the amounts of the head, and records that depend on the group: they reach everywhere.
    let alone = |step: &Value| ![27, 28, 40, 50].map(Value::from).contains(&step["number"]);
    parts["procedures"][0]["steps"].as_array_mut().unwrap().retain(alone);
    let pricer = Arc::new(Pricer::new(&catalog(&parts)).unwrap());
    let mut whole = document(&json!({}));
    whole.items = (0..6).map(|id| item(id, 1, id)).collect();
    let mut open = OpenDocument::new(pricer, whole).unwrap();
    // Another quantity that reaches no level: the item, and who takes what rounding leaves.
    let few = open.set_item(item(4, 2, 1)).unwrap();
    assert!(few.contains(&"i4".to_owned()) && few.len() < 6, "{few:?}");
    // The level at 30 pieces is that of all.
    assert_eq!(open.set_item(item(4, 29, 1)).unwrap().len(), 6);
}
