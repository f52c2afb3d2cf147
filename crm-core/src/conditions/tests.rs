use std::thread;

use super::*;
use crate::access::{Ctx, FieldAccess, FieldRight, ObjectRight, PermissionSet, User};
use crate::customer::{Account, HierarchyKind};
use crate::engine::Command;
use crate::engine::smoke::sessions;
use crate::engine::{AdminCommand, Session};
use crate::merging::MergeRequest;
use crate::pricing::{ConditionRecord, CounterUsage, PriceDocument, PriceResult, ScaleLevel, UsageLimit, price};
use crate::product::{PriceList, Product, ProductClass};
use crate::query::Query;
use crate::value::{Currency, Date, Decimal, ErrorCode, Id, json};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

/// List prices, a discount by customer and class that climbs both trees, one by grade, and a limited promotion.
const DEFINITION: &str = r#"{
    "version": "",
    "fields": [
        {"name": "account"}, {"name": "account_grade"}, {"name": "product_class"}, {"name": "product_family"},
        {"name": "price_list"}
    ],
    "tables": [
        {"code": "LIST", "fields": ["price_list", "product"]},
        {"code": "PRODUCT", "fields": ["product"]},
        {"code": "TREES", "fields": ["account", "product_class"], "up": ["account", "product_class"]},
        {"code": "GRADE", "fields": ["account_grade", "product_family"]}
    ],
    "access_sequences": [
        {"code": "PRICES", "accesses": [{"table": "PRODUCT"}, {"table": "LIST"}]},
        {"code": "DISCOUNTS", "accesses": [{"table": "TREES"}, {"table": "GRADE"}]},
        {"code": "PROMOTIONS", "accesses": [{"table": "PRODUCT"}]}
    ],
    "condition_types": [
        {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "PRICES"},
        {"code": "DISCOUNT", "kind": "discount", "calculation": "percent", "access_sequence": "DISCOUNTS"},
        {"code": "PROMOTION", "kind": "discount", "calculation": "percent", "access_sequence": "PROMOTIONS",
         "scale": {"base": "quantity", "kind": "from"}}
    ],
    "procedures": [{"code": "SALE", "steps": [
        {"number": 10, "condition_type": "PRICE", "mandatory": true},
        {"number": 20, "condition_type": "DISCOUNT"},
        {"number": 30, "condition_type": "PROMOTION"}
    ]}]
}"#;

fn define(session: &Session) -> PriceDefinition {
    let definition = PriceDefinition {
        name: "2026".into(),
        definition: json::from_text(DEFINITION).unwrap(),
        list_price_type: Some("PRICE".into()),
        list_price_table: Some("LIST".into()),
        ..PriceDefinition::default()
    };
    let draft = session.conditions().create_definition(&definition).unwrap();
    assert_eq!(draft.status, Some(DefinitionStatus::Draft));
    session.conditions().activate_definition(draft.id, draft.version).unwrap()
}

struct World {
    group: Id,
    works: Id,
    valves: Id,
    gate: Id,
    valve: Id,
}

/// A group with a works below it; gate valves below valves; a valve at 135.50 EUR in the default list.
fn world(session: &Session) -> World {
    let account = |name: &str, grade: Option<&str>| {
        let account =
            Account { name: name.into(), grade: grade.map(|grade| grade.parse().unwrap()), ..Account::default() };
        session.customers().create_account(&account).unwrap().id
    };
    let (group, works) = (account("Group", None), account("Works", Some("a")));
    session.customers().set_parent(HierarchyKind::Legal, works, Some(group), date("2020-01-01")).unwrap();
    let class = |code: &str, parent: Option<Id>| {
        let class = ProductClass { code: code.into(), name: code.into(), parent, ..ProductClass::default() };
        session.products().create_product_class(&class).unwrap().id
    };
    let valves = class("valves", None);
    let gate = class("gate", Some(valves));
    let product = Product {
        code: "V-100".into(),
        name: "Valve".into(),
        family: Some("DN 50".into()),
        product_class: Some(gate),
        ..Product::default()
    };
    let valve = session.products().create_product(&product).unwrap().id;
    let list = PriceList { name: "2026".into(), currency: euro(), is_default: true, ..PriceList::default() };
    let list = session.products().create_price_list(&list).unwrap().id;
    session.products().set_list_price(list, valve, decimal("135.50"), date("2026-01-01"), None).unwrap();
    World { group, works, valves, gate, valve }
}

fn document(quantity: &str) -> PriceDocument {
    let item = format!(r#"{{"id": "10", "product": "V-100", "quantity": "{quantity}"}}"#);
    json::from_text(&format!(r#"{{"currency": "EUR", "pricing_date": "2026-05-01", "items": [{item}]}}"#)).unwrap()
}

fn of(account: Id) -> PriceContext {
    PriceContext { account: Some(account), ..PriceContext::default() }
}

fn priced(session: &Session, account: Id, quantity: &str) -> PriceResult {
    session.conditions().price(&document(quantity), &of(account)).unwrap()
}

fn discount(account: Id, class: Id, rate: &str) -> PriceCondition {
    PriceCondition {
        condition_type: "DISCOUNT".into(),
        condition_table: "TREES".into(),
        account: Some(account),
        product_class: Some(class),
        rate: Some(decimal(rate)),
        ..PriceCondition::default()
    }
}

fn promotion(product: Id, limit: UsageLimit) -> PriceCondition {
    PriceCondition {
        condition_type: "PROMOTION".into(),
        condition_table: "PRODUCT".into(),
        product: Some(product),
        scale: vec![ScaleLevel { rate: decimal("5"), lower: Some(decimal("1")), upper: None, flat: None }],
        limit: Some(limit),
        ..PriceCondition::default()
    }
}

#[test]
fn a_document_is_priced_by_list_prices_and_records_above_it_in_both_trees() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        assert_eq!(priced(&admin, world.works, "3").net, decimal("406.5"));
        // 9 % of 406.50 are 36.585, rounded 36.59.
        admin.conditions().add_conditions(&[discount(world.group, world.valves, "9")]).unwrap();
        let result = priced(&admin, world.works, "3");
        assert_eq!(result.net, decimal("369.91"));
        let discounts = result.items[0].accesses.iter().filter(|access| access.condition_type == "DISCOUNT");
        assert_eq!(discounts.flat_map(|access| &access.candidates).next().unwrap().distance, [1, 1]);
        assert_eq!(priced(&admin, world.group, "3").net, decimal("369.91"));
        // The nearer record counts.
        admin.conditions().add_conditions(&[discount(world.works, world.gate, "10")]).unwrap();
        assert_eq!(priced(&admin, world.works, "3").net, decimal("365.85"));
        assert_eq!(priced(&admin, world.group, "3").net, decimal("369.91"));
        let unknown = admin.conditions().price(&document("3"), &of(Id::from_bytes([7; 16]))).unwrap_err();
        assert_eq!((unknown.code(), unknown.field()), (ErrorCode::UnknownReference, Some("account")));
    }
}

#[test]
fn fields_of_customer_and_product_are_keys() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        let by_grade = PriceCondition {
            condition_type: "DISCOUNT".into(),
            condition_table: "GRADE".into(),
            key_values: [
                ("account_grade".to_owned(), "a".to_owned()),
                ("product_family".to_owned(), "DN 50".to_owned()),
            ]
            .into(),
            rate: Some(decimal("20")),
            ..PriceCondition::default()
        };
        admin.conditions().add_conditions(&[by_grade]).unwrap();
        assert_eq!(priced(&admin, world.works, "1").net, decimal("108.4"));
        assert_eq!(priced(&admin, world.group, "1").net, decimal("135.5"), "it has no grade");
    }
}

#[test]
fn two_records_of_one_key_on_one_date_are_refused_with_both_identifiers() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        let spring = PriceCondition {
            valid_from: Some(date("2026-01-01")),
            valid_until: Some(date("2026-07-01")),
            ..discount(world.group, world.valves, "9")
        };
        let ids = admin.conditions().add_conditions(&[spring.clone()]).unwrap();
        let summer = PriceCondition { valid_from: Some(date("2026-07-01")), valid_until: None, ..spring.clone() };
        let late =
            PriceCondition { id: Id::from_bytes([9; 16]), valid_from: Some(date("2026-06-30")), ..summer.clone() };
        let refused = admin.conditions().add_conditions(&[late.clone()]).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::Overlap, Some("valid_from")));
        let data = &refused.problems()[0].data;
        assert_eq!((&data["id"], &data["other_id"]), (&late.id.to_string(), &ids[0].to_string()));
        admin.conditions().add_conditions(&[summer]).unwrap();
    }
}

#[test]
fn a_record_that_does_not_fit_the_definition_is_told_by_its_own_fields() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        let told = |condition: PriceCondition| {
            let error = admin.conditions().add_conditions(&[condition]).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let good = discount(world.group, world.valves, "9");
        assert_eq!(told(good.clone()), (ErrorCode::UnknownReference, "condition_type".into()));
        define(&admin);
        let refused = |code: ErrorCode, field: &str| (code, field.to_owned());
        let wrong = PriceCondition { condition_type: "NONE".into(), ..good.clone() };
        assert_eq!(told(wrong), refused(ErrorCode::UnknownReference, "condition_type"));
        let wrong = PriceCondition { condition_table: "NONE".into(), ..good.clone() };
        assert_eq!(told(wrong), refused(ErrorCode::UnknownReference, "condition_table"));
        let wrong = PriceCondition { product_class: None, ..good.clone() };
        assert_eq!(told(wrong), refused(ErrorCode::Required, "key_values.product_class"));
        let wrong = PriceCondition { product: Some(world.valve), ..good.clone() };
        assert_eq!(told(wrong), refused(ErrorCode::NotAllowed, "product"));
        let wrong = PriceCondition { rate: None, ..good.clone() };
        assert_eq!(told(wrong), refused(ErrorCode::Required, "rate"));
        let wrong =
            PriceCondition { valid_from: Some(date("2026-02-01")), valid_until: Some(date("2026-02-01")), ..good };
        assert_eq!(told(wrong), refused(ErrorCode::OutOfRange, "valid_until"));
    }
}

#[test]
fn records_are_replaced_and_every_version_prices_as_it_did() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        let conditions = admin.conditions();
        let id = conditions.add_conditions(&[discount(world.group, world.valves, "9")]).unwrap()[0];
        let first = conditions.condition(id).unwrap();
        let before = conditions.price_case(&document("3"), &of(world.works)).unwrap();
        let pinned = json::to_canonical(&price(&before.catalog, &before.document).unwrap()).unwrap();

        let changed = PriceCondition { rate: Some(decimal("8")), ..first.clone() };
        let fields = [("rate".to_owned(), decimal("8").into())].into();
        let refused = admin.update("price_condition", id, first.version, fields).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::IllegalTransition, Some("since_version")));
        let by = PriceCondition { id: Id::NIL, ..changed };
        let second = conditions.replace_condition(id, first.version, &by).unwrap();
        assert_eq!((second.replaces, second.until_version), (Some(id), None));
        let gone = conditions.condition(id).unwrap();
        assert_eq!(gone.until_version.map(|until| until > gone.since_version.unwrap()), Some(true));
        // 8 % of 406.50 are 32.52.
        assert_eq!(priced(&admin, world.works, "3").net, decimal("373.98"));
        conditions.retire_condition(second.id, second.version).unwrap();
        assert_eq!(priced(&admin, world.works, "3").net, decimal("406.5"));

        let context = PriceContext { version: Some(before.version), ..of(world.works) };
        let again = conditions.price(&document("3"), &context).unwrap();
        assert_eq!(json::to_canonical(&again).unwrap(), pinned);
        let stale = conditions.retire_condition(second.id, second.version + 1).unwrap_err();
        assert_eq!(stale.code(), ErrorCode::IllegalTransition);
        let future = PriceContext { version: Some(1_000), ..of(world.works) };
        assert_eq!(conditions.price(&document("3"), &future).unwrap_err().field(), Some("version"));
    }
}

#[test]
fn an_activated_definition_stands_and_another_takes_its_place() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        let conditions = admin.conditions();
        let first = define(&admin);
        assert_eq!(first.status, Some(DefinitionStatus::Active));
        let before = conditions.price_case(&document("1"), &of(world.works)).unwrap();
        let changed = PriceDefinition { list_price_type: None, list_price_table: None, ..first.clone() };
        assert_eq!(conditions.update_definition(&changed).unwrap_err().code(), ErrorCode::IllegalTransition);
        let renamed = conditions.update_definition(&PriceDefinition { name: "old".into(), ..first.clone() }).unwrap();
        assert_eq!(renamed.name, "old");
        let mut next = first.definition.clone();
        next.procedures[0].steps.retain(|step| step.number == 10);
        let draft = PriceDefinition { name: "next".into(), definition: next, ..PriceDefinition::default() };
        let draft = conditions.create_definition(&draft).unwrap();
        let active = conditions.activate_definition(draft.id, draft.version).unwrap();
        assert_eq!(conditions.definition(first.id).unwrap().status, Some(DefinitionStatus::Retired));
        assert_eq!(
            conditions.activate_definition(active.id, active.version).unwrap_err().code(),
            ErrorCode::IllegalTransition
        );
        // Without list prices there is no price.
        let missing = conditions.price(&document("1"), &of(world.works)).unwrap_err();
        assert_eq!(missing.code(), ErrorCode::MissingPrice);
        let context = PriceContext { version: Some(before.version), ..of(world.works) };
        assert_eq!(conditions.price(&document("1"), &context).unwrap().net, decimal("135.5"));
    }
}

#[test]
fn limits_count_what_is_reserved_and_what_is_used() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        let conditions = admin.conditions();
        let limit = UsageLimit { counter: None, quantity: Some(decimal("10")), value: None, uses: None };
        let id = conditions.add_conditions(&[promotion(world.valve, limit)]).unwrap()[0];
        let result = priced(&admin, world.works, "6");
        // 813.00 less 5 %.
        assert_eq!(result.net, decimal("772.35"));
        assert_eq!((result.usage.len(), &result.usage[0].counter), (1, &id.to_string()));
        conditions.reserve_usage("Q-1", euro(), &result.usage).unwrap();
        conditions.reserve_usage("Q-1", euro(), &result.usage).unwrap();
        // Four are left: six are priced without it, and reserved they would pass the limit.
        assert_eq!(priced(&admin, world.works, "6").net, decimal("813"));
        assert_eq!(priced(&admin, world.works, "4").net, decimal("514.9"));
        let own = PriceContext { document: Some("Q-1".into()), ..of(world.works) };
        assert_eq!(conditions.price(&document("6"), &own).unwrap().net, decimal("772.35"));
        let refused = conditions.reserve_usage("Q-2", euro(), &result.usage).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::LimitExceeded, Some("usage[0].quantity")));
        conditions.commit_usage("Q-1").unwrap();
        assert_eq!(
            conditions.reserve_usage("Q-1", euro(), &result.usage).unwrap_err().code(),
            ErrorCode::IllegalTransition
        );
        let counter = conditions.counters(&Query::default()).unwrap().items.remove(0);
        assert_eq!((counter.committed_quantity, counter.reserved_quantity), (Some(decimal("6")), Some(Decimal::ZERO)));
        conditions.release_usage("Q-1").unwrap();
        assert_eq!(priced(&admin, world.works, "6").net, decimal("772.35"));
        let none = [("reserved_uses".to_owned(), 7.into())].into();
        let by_hand = admin.update("condition_counter", counter.id, counter.version + 1, none).unwrap_err();
        assert_eq!((by_hand.code(), by_hand.field()), (ErrorCode::ReadOnlyField, Some("reserved_uses")));
    }
}

#[test]
fn writers_at_once_never_pass_a_limit() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        let limit =
            UsageLimit { counter: Some("spring".into()), quantity: Some(decimal("50")), value: None, uses: None };
        admin.conditions().add_conditions(&[promotion(world.valve, limit)]).unwrap();
        let usage =
            [CounterUsage { counter: "spring".into(), quantity: Some(decimal("3")), value: None, uses: Some(1) }];
        let taken: usize = thread::scope(|scope| {
            let writer = |writer: usize| {
                let (admin, usage) = (admin.clone(), usage.clone());
                move || {
                    let mut taken = 0;
                    for number in 0..8 {
                        let document = format!("{writer}-{number}");
                        match admin.conditions().reserve_usage(&document, euro(), &usage) {
                            Ok(()) => taken += 1,
                            Err(error) => assert_eq!(error.code(), ErrorCode::LimitExceeded),
                        }
                        // Every other one is given back or used.
                        match number % 3 {
                            0 => admin.conditions().commit_usage(&document).unwrap(),
                            1 if taken > 1 => {
                                admin.conditions().release_usage(&document).unwrap();
                            }
                            _ => {}
                        }
                    }
                    taken
                }
            };
            let writers: Vec<_> = (0..8).map(|number| scope.spawn(writer(number))).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).sum()
        });
        assert!(taken >= 16);
        let counter = admin.conditions().counters(&Query::default()).unwrap().items.remove(0);
        let held = [counter.reserved_quantity, counter.committed_quantity].map(Option::unwrap);
        let total = held[0].checked_add(held[1]).unwrap();
        assert!(total <= decimal("50") && total >= decimal("45"), "{total}");
        // The counter is the sum of its usages.
        let sum = |status: UsageStatus| {
            let query = Query { limit: Some(500), ..Query::matching(&[("status", status.as_str().into())]) };
            let found = admin.conditions().usages(&query).unwrap().items;
            found.iter().fold(Decimal::ZERO, |sum, usage| sum.checked_add(usage.quantity.unwrap()).unwrap())
        };
        assert_eq!([sum(UsageStatus::Reserved), sum(UsageStatus::Committed)], held);
    }
}

#[test]
fn records_follow_when_products_and_customers_are_merged() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        admin.conditions().add_conditions(&[discount(world.group, world.valves, "9")]).unwrap();
        let survivor = Account { name: "Group SE".into(), ..Account::default() };
        let survivor = admin.customers().create_account(&survivor).unwrap().id;
        let losers = vec![world.group];
        let wish = MergeRequest { entity: "account".into(), survivor, losers, ..MergeRequest::default() };
        admin.merges().merge(&wish).unwrap();
        assert_eq!(priced(&admin, survivor, "3").net, decimal("369.91"));
        assert_eq!(priced(&admin, world.works, "3").net, decimal("369.91"));
        let page = admin.conditions().conditions(&Query::default()).unwrap();
        assert_eq!(page.items[0].key_values["account"], survivor.to_string());
    }
}

#[test]
fn a_case_prices_without_the_store_and_both_stores_say_the_same() {
    let mut told: Vec<(PriceResult, Vec<ConditionRecord>)> = Vec::new();
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        let others = (0..40).map(|number| {
            let valid_from = Some(date("2026-01-01").add_days(number * 10).unwrap());
            let valid_until = Some(date("2026-01-01").add_days(number * 10 + 10).unwrap());
            PriceCondition { valid_from, valid_until, ..discount(world.group, world.gate, "3") }
        });
        admin.conditions().add_conditions(&others.collect::<Vec<_>>()).unwrap();
        let case = admin.conditions().price_case(&document("3"), &of(world.works)).unwrap();
        assert_eq!(case.catalog.records.len(), 41);
        let result = price(&case.catalog, &case.document).unwrap();
        assert_eq!(result, admin.conditions().price(&document("3"), &of(world.works)).unwrap());
        let bare = |record: &ConditionRecord| ConditionRecord { id: String::new(), key: [].into(), ..record.clone() };
        let mut records: Vec<ConditionRecord> = case.catalog.records.iter().map(bare).collect();
        records.sort_by_key(|record| record.valid_from);
        told.push((PriceResult { items: Vec::new(), ..result }, records));
    }
    assert_eq!(told[0].1, told[1].1);
    assert_eq!(told[0].0.net, told[1].0.net);
}

/// A user who reads all that prices are made of, but for some fields.
fn reader(admin: &Session, login: &str, hidden: &[(&str, &str)]) -> Session {
    let entities =
        ["account", "product", "product_class", "price_list", "list_price", "price_definition", "price_condition"];
    let rest = ["condition_counter", "condition_usage", "account_link"];
    let read = |entity: &&str| ObjectRight { entity: (*entity).into(), read: true, ..ObjectRight::default() };
    let objects = entities.iter().chain(&rest).map(read).collect();
    let field = |(entity, field): &(&str, &str)| FieldRight {
        entity: (*entity).into(),
        field: (*field).into(),
        access: FieldAccess::Hidden,
    };
    let fields = hidden.iter().map(field).collect();
    let set = PermissionSet { name: format!("{login} set"), objects, fields, ..PermissionSet::default() };
    let run = |command| admin.execute(Command::Admin(command)).unwrap();
    let set = run(AdminCommand::CreatePermissionSet { permission_set: set }).created("permission_set");
    let user = User { login: login.into(), name: login.into(), permission_sets: vec![set], ..User::default() };
    let user = run(AdminCommand::CreateUser { user }).created("user");
    Session { ctx: Ctx { user, ..admin.ctx }, ..admin.clone() }
}

#[test]
fn whoever_may_not_see_rates_or_the_customer_gets_no_prices() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin);
        admin.conditions().add_conditions(&[discount(world.group, world.valves, "9")]).unwrap();
        let blind = reader(&admin, "li", &[("price_condition", "rate")]);
        let document = document("3");
        let denied = blind.conditions().price(&document, &PriceContext::default()).unwrap_err();
        assert_eq!(denied.kind(), "denied");
        let wang = reader(&admin, "wang", &[]);
        // The accounts of others are not his.
        let unknown = wang.conditions().price(&document, &of(world.works)).unwrap_err();
        assert_eq!((unknown.code(), unknown.field()), (ErrorCode::UnknownReference, Some("account")));
        let plain = wang.conditions().price(&document, &PriceContext::default()).unwrap();
        assert_eq!(plain.net, decimal("406.5"));
    }
}
