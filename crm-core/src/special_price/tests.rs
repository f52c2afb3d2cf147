use std::collections::HashMap;

use super::*;
use crate::access::{Ctx, FieldAccess, FieldRight, ObjectRight, PermissionSet, User};
use crate::conditions::{PriceCondition, PriceContext, PriceDefinition};
use crate::customer::{Account, HierarchyKind};
use crate::engine::smoke::sessions;
use crate::engine::{AdminCommand, Command, JournalCommand, Session};
use crate::pricing::{CandidateOutcome, CounterUsage, PriceDocument, PriceItem, PriceResult, UsageLimit};
use crate::product::{Product, ProductClass, ProductUnit};
use crate::query::Query;
use crate::sales::{Opportunity, Pipeline};
use crate::testkit::Random;
use crate::value::{Currency, Date, Decimal, ErrorCode, Id, Result, UnitFactor, json};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

/// A definition with a table for every scope that a request can have, in which special prices stand.
fn definition() -> PriceDefinition {
    let accounts: [(&str, &[&str], &[&str]); 3] =
        [("", &[], &[]), ("A", &["account"], &[]), ("B", &["account"], &["account"])];
    let projects: [(&str, &[&str]); 2] = [("", &[]), ("O", &["opportunity"])];
    let goods: [(&str, &[&str], &[&str]); 3] =
        [("", &[], &[]), ("P", &["product"], &[]), ("C", &["product_class"], &["product_class"])];
    let mut tables = Vec::new();
    for (account, account_fields, account_up) in accounts {
        for (project, project_fields) in projects {
            for (good, good_fields, good_up) in goods {
                let fields = [account_fields, project_fields, good_fields].concat();
                if !fields.is_empty() {
                    let up = [account_up, good_up].concat();
                    tables.push(serde_json::json!({
                        "code": format!("T{account}{project}{good}"), "fields": fields, "up": up
                    }));
                }
            }
        }
    }
    let accesses: Vec<_> = tables.iter().map(|table| serde_json::json!({"table": table["code"]})).collect();
    let scale = serde_json::json!({"base": "quantity", "kind": "from"});
    let catalog = serde_json::json!({
        "version": "",
        "fields": [{"name": "account"}, {"name": "opportunity"}, {"name": "product_class"}],
        "tables": tables,
        "access_sequences": [{"code": "ALL", "accesses": accesses}],
        "condition_types": [
            {"code": "SPECIAL", "kind": "price", "calculation": "quantity", "access_sequence": "ALL", "scale": scale},
            {"code": "REBATE", "kind": "discount", "calculation": "percent", "access_sequence": "ALL", "scale": scale}
        ],
        "procedures": [{"code": "SALE", "steps": [
            {"number": 10, "condition_type": "SPECIAL"}, {"number": 20, "condition_type": "REBATE"}
        ]}]
    });
    PriceDefinition {
        name: "2026".into(),
        definition: json::from_text(&catalog.to_string()).unwrap(),
        special_price_type: Some("SPECIAL".into()),
        special_discount_type: Some("REBATE".into()),
        ..PriceDefinition::default()
    }
}

fn define(session: &Session, definition: &PriceDefinition) {
    let draft = session.conditions().create_definition(definition).unwrap();
    session.conditions().activate_definition(draft.id, draft.version).unwrap();
}

/// Customers in a tree, projects, classes in a tree, products; what stands above what, as it was told to the engine.
struct World {
    accounts: Vec<Id>,
    projects: Vec<Id>,
    classes: Vec<Id>,
    products: Vec<Id>,
    above: HashMap<Id, Id>,
    class_of: HashMap<Id, Id>,
}

/// A holding above a group above a works, and another customer; two projects; gate valves below valves, and pumps; two valves
/// (one a box of 12), a pump and something of no class.
fn world(session: &Session) -> World {
    session.sales().create_pipeline(&Pipeline::standard()).unwrap();
    let mut above = HashMap::new();
    let accounts: Vec<Id> = ["Holding", "Group", "Works", "Other"]
        .iter()
        .map(|name| {
            let account = Account { name: (*name).into(), ..Account::default() };
            session.customers().create_account(&account).unwrap().id
        })
        .collect();
    for (child, parent) in [(1, 0), (2, 1)] {
        let since = date("2020-01-01");
        let (child, parent) = (accounts[child], accounts[parent]);
        session.customers().set_parent(HierarchyKind::Legal, child, Some(parent), since).unwrap();
        above.insert(child, parent);
    }
    let project = |name: &str| {
        let project = Opportunity { name: name.into(), ..Opportunity::default() };
        session.sales().create_opportunity(&project).unwrap().id
    };
    let projects = vec![project("Press line"), project("Test bench")];
    let mut class = |code: &str, parent: Option<Id>| {
        let class = ProductClass { code: code.into(), name: code.into(), parent, ..ProductClass::default() };
        let id = session.products().create_product_class(&class).unwrap().id;
        above.extend(parent.map(|parent| (id, parent)));
        id
    };
    let valves = class("valves", None);
    let classes = vec![valves, class("gate", Some(valves)), class("pumps", None)];
    let mut class_of = HashMap::new();
    let mut product = |code: &str, class: Option<Id>| {
        let factor =
            UnitFactor { amount: 1.into(), unit: "BX".into(), other_amount: 12.into(), other_unit: "C62".into() };
        let product = Product {
            code: code.into(),
            name: code.into(),
            unit: Some("C62".into()),
            units: vec![ProductUnit { factor, gtin: None }],
            product_class: class,
            ..Product::default()
        };
        let id = session.products().create_product(&product).unwrap().id;
        class_of.extend(class.map(|class| (id, class)));
        id
    };
    let products = vec![
        product("V-1", Some(classes[1])),
        product("V-2", Some(classes[0])),
        product("P-1", Some(classes[2])),
        product("N-1", None),
    ];
    World { accounts, projects, classes, products, above, class_of }
}

fn asked(name: &str) -> SpecialPriceRequest {
    SpecialPriceRequest {
        name: name.into(),
        price: Some(decimal("120")),
        currency: Some(euro()),
        valid_until: Some(date("2027-01-01")),
        ..SpecialPriceRequest::default()
    }
}

/// A request that waits for a decision.
fn submitted(session: &Session, request: &SpecialPriceRequest) -> SpecialPriceRequest {
    let draft = session.special_prices().create_request(request).unwrap();
    session.special_prices().submit(draft.id, draft.version).unwrap()
}

fn approved(session: &Session, request: &SpecialPriceRequest) -> SpecialPriceRequest {
    let waiting = submitted(session, request);
    session.special_prices().approve(waiting.id, waiting.version, None).unwrap()
}

fn records(session: &Session) -> Vec<PriceCondition> {
    session.conditions().conditions(&Query { limit: Some(500), ..Query::default() }).unwrap().items
}

fn document(items: Vec<PriceItem>) -> PriceDocument {
    let text = r#"{"currency": "EUR", "pricing_date": "2026-05-01", "items": []}"#;
    PriceDocument { items, ..json::from_text(text).unwrap() }
}

fn item(number: usize, product: Id, quantity: Decimal) -> PriceItem {
    let text = format!(r#"{{"id": "{number}", "product": "{product}", "quantity": "{quantity}"}}"#);
    json::from_text(&text).unwrap()
}

fn has(result: &PriceResult, place: usize, record: Id) -> bool {
    result.items[place].rows.iter().any(|row| row.record.as_deref() == Some(record.to_string().as_str()))
}

// ---- scope: an independent predicate ----

/// The values from one up to the top of its tree.
fn chain(world: &World, start: Option<Id>) -> Vec<Id> {
    std::iter::successors(start, |at| world.above.get(at).copied()).collect()
}

/// Who buys what, when and how much.
struct Buying {
    account: Option<Id>,
    project: Option<Id>,
    product: Id,
    pieces: Decimal,
    on: Date,
}

/// Whether a request is about this: written from what a request says, without a look at tables and records.
fn is_about(world: &World, request: &SpecialPriceRequest, buying: &Buying) -> bool {
    let customer = match (request.account, request.includes_below) {
        (None, _) => true,
        (Some(account), true) => chain(world, buying.account).contains(&account),
        (Some(account), false) => buying.account == Some(account),
    };
    let project = request.opportunity.is_none() || request.opportunity == buying.project;
    let product = request.product.is_none_or(|product| product == buying.product);
    let class = world.class_of.get(&buying.product).copied();
    let class = request.product_class.is_none_or(|wanted| chain(world, class).contains(&wanted));
    let quantity = request.quantity_from.is_none_or(|from| from <= buying.pieces)
        && request.quantity_to.is_none_or(|to| buying.pieces <= to);
    let from = request.valid_from.unwrap_or_else(|| date("2026-03-02"));
    let dates = from <= buying.on && request.valid_until.is_some_and(|until| buying.on < until);
    customer && project && product && class && quantity && dates
}

/// A request of any scope, with or without a band, dates and a limit.
fn any_request(random: &mut Random, world: &World, serial: usize) -> SpecialPriceRequest {
    let mut request = SpecialPriceRequest { unit: Some("C62".into()), ..asked(&format!("request {serial}")) };
    while super::rules::scope(&request).is_empty() {
        request.account = random.percent(60).then(|| random.of(&world.accounts));
        request.includes_below = request.account.is_some() && random.percent(50);
        request.opportunity = random.percent(40).then(|| random.of(&world.projects));
        request.product = random.percent(40).then(|| random.of(&world.products));
        request.product_class = (request.product.is_none() && random.percent(60)).then(|| random.of(&world.classes));
    }
    if random.percent(25) {
        (request.price, request.currency, request.discount_percent) = (None, None, Some(decimal("12.5")));
    }
    let from = i64::try_from(1 + random.below(12)).unwrap();
    request.quantity_from = random.percent(60).then(|| from.into());
    request.quantity_to = random.percent(60).then(|| (from + 12).into());
    let day = i64::try_from(random.below(60)).unwrap();
    request.valid_from = random.percent(70).then(|| date("2026-03-20").add_days(day).unwrap());
    request.valid_until = Some(date("2026-06-01").add_days(day).unwrap());
    request.limit = random.percent(50).then(|| match random.below(2) {
        0 => UsageLimit { counter: None, quantity: Some(40.into()), value: None, uses: None },
        _ => UsageLimit { counter: None, quantity: None, value: None, uses: Some(4) },
    });
    request
}

/// Somebody who buys something, often at the edge of what the request says.
fn any_buying(random: &mut Random, world: &World, request: &SpecialPriceRequest) -> Buying {
    let edges = [request.quantity_from, request.quantity_to].into_iter().flatten().flat_map(|edge| {
        let little = decimal("0.000001");
        [edge.checked_sub(little).unwrap(), edge, edge.checked_add(little).unwrap()]
    });
    let quantities: Vec<Decimal> = edges.chain(["1", "7", "12.5", "24", "30"].map(decimal)).collect();
    let quantities: Vec<Decimal> = quantities.into_iter().filter(|quantity| *quantity > Decimal::ZERO).collect();
    let until = request.valid_until.unwrap();
    let from = request.valid_from.unwrap_or_else(|| date("2026-03-02"));
    let days = [from.add_days(-1).unwrap(), from, until.add_days(-1).unwrap(), until, date("2026-05-25")];
    let product = request.product.filter(|_| random.percent(50)).unwrap_or_else(|| random.of(&world.products));
    Buying {
        account: None,
        project: None,
        product,
        pieces: random.of(&quantities),
        on: if random.percent(50) { date("2026-05-25") } else { random.of(&days) },
    }
}

/// The items of a document for one customer and project, and which of them have the special price, in their order.
fn check_document(session: &Session, world: &World, random: &mut Random, state: &State<'_>) -> usize {
    let request = state.request;
    let account = random.percent(85).then(|| random.of(&world.accounts));
    let project = random.percent(70).then(|| random.of(&world.projects));
    let (mut items, mut expected, mut used) = (Vec::new(), Vec::new(), state.used.clone());
    for number in 0..20 {
        let buying = Buying { account, project, ..any_buying(random, world, request) };
        let mut item = item(number, buying.product, buying.pieces);
        item.pricing_date = Some(buying.on);
        let boxes = buying.pieces.checked_div(12.into(), 6, crate::value::Rounding::Down).unwrap();
        if random.percent(30) && boxes.checked_mul(12.into()).unwrap() == buying.pieces {
            (item.quantity, item.unit) = (boxes, Some("BX".into()));
        }
        items.push(item);
        let mut applies = is_about(world, request, &buying);
        if let (true, Some(limit)) = (applies, &request.limit) {
            let quantity = used.quantity.unwrap_or_default().checked_add(buying.pieces).unwrap();
            let uses = used.uses.unwrap_or_default() + 1;
            applies = limit.quantity.is_none_or(|most| quantity <= most) && limit.uses.is_none_or(|most| uses <= most);
            if applies {
                (used.quantity, used.uses) = (Some(quantity), Some(uses));
            }
        }
        expected.push(applies);
    }
    let context = PriceContext { account, opportunity: project, ..PriceContext::default() };
    let result = session.conditions().price(&document(items.clone()), &context).unwrap();
    for (place, applies) in expected.iter().enumerate() {
        assert_eq!(has(&result, place, state.condition), *applies, "{request:?} {:?} {context:?}", items[place]);
    }
    expected.iter().filter(|applies| **applies).count()
}

struct State<'a> {
    request: &'a SpecialPriceRequest,
    condition: Id,
    used: CounterUsage,
}

#[test]
fn ten_thousand_buyers_have_the_price_inside_the_scope_and_never_outside() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let mut random = Random::new(2_026);
        let (mut inside, mut outside) = (0, 0);
        for serial in 0..50 {
            let asked = any_request(&mut random, &world, serial);
            let request = approved(&admin, &asked);
            let condition = request.condition.unwrap();
            let mut used = CounterUsage { counter: condition.to_string(), quantity: None, value: None, uses: None };
            if request.limit.is_some() && random.percent(60) {
                // Others used some of it before.
                used = CounterUsage { quantity: Some(15.into()), uses: Some(2), ..used };
                admin.conditions().reserve_usage(&format!("Q-{serial}"), euro(), &[used.clone()]).unwrap();
            }
            let state = State { request: &request, condition, used };
            for _ in 0..10 {
                let found = check_document(&admin, &world, &mut random, &state);
                (inside, outside) = (inside + found, outside + 20 - found);
            }
            // What is revoked applies to nobody.
            let revoked = admin.special_prices().revoke(request.id, request.version, "the offer was lost").unwrap();
            assert_eq!(revoked.status, Some(SpecialPriceStatus::Revoked));
            let nobody = SpecialPriceRequest { valid_until: Some(date("2026-03-02")), ..request.clone() };
            let state = State { request: &nobody, ..state };
            assert_eq!(check_document(&admin, &world, &mut random, &state), 0);
        }
        assert_eq!(inside + outside, 10_000);
        assert!(inside > 500 && outside > 5_000, "{inside} inside, {outside} outside");
    }
}

// ---- the way from draft to decision ----

#[test]
fn a_request_goes_from_draft_to_one_record_that_the_trace_names() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let prices = admin.special_prices();
        let request = SpecialPriceRequest {
            account: Some(world.accounts[1]),
            includes_below: true,
            product: Some(world.products[0]),
            cost: Some(decimal("90")),
            limit: Some(UsageLimit { counter: None, quantity: Some(100.into()), value: None, uses: None }),
            ..asked("valves")
        };
        let draft = prices.create_request(&request).unwrap();
        assert_eq!((draft.number.as_deref(), draft.status), (Some("SPR-2026-000001"), Some(SpecialPriceStatus::Draft)));
        assert_eq!(draft.margin_percent, Some(decimal("25")));
        let draft = prices.update_request(&SpecialPriceRequest { cost: Some(decimal("80")), ..draft }).unwrap();
        // 40 of 120, rounded half up.
        assert_eq!(draft.margin_percent, Some(decimal("33.3333")));
        let early = prices.approve(draft.id, draft.version, None).unwrap_err();
        assert_eq!((early.code(), early.field()), (ErrorCode::IllegalTransition, Some("status")));
        let waiting = prices.submit(draft.id, draft.version).unwrap();
        assert_eq!(waiting.submitted_on, Some(date("2026-03-02")));
        let changed = SpecialPriceRequest { price: Some(decimal("1")), ..waiting.clone() };
        assert_eq!(prices.update_request(&changed).unwrap_err().code(), ErrorCode::IllegalTransition);
        assert!(records(&admin).is_empty());

        let grant = SpecialPriceGrant {
            price: Some(decimal("125")),
            valid_until: Some(date("2026-07-01")),
            note: Some("until the summer".into()),
            ..SpecialPriceGrant::default()
        };
        let done = prices.approve(waiting.id, waiting.version, Some(grant)).unwrap();
        assert_eq!((done.status, done.granted_price), (Some(SpecialPriceStatus::Approved), Some(decimal("125"))));
        assert_eq!((done.decided_on, done.decided_by), (Some(date("2026-03-02")), Some(admin.user())));
        let record = records(&admin).remove(0);
        assert_eq!((Some(record.id), &record.source), (done.condition, &done.number));
        assert_eq!((record.rate, record.valid_from), (Some(decimal("125")), Some(date("2026-03-02"))));
        assert_eq!((record.valid_until, record.account), (Some(date("2026-07-01")), Some(world.accounts[1])));
        assert_eq!(record.limit.as_ref().and_then(|limit| limit.quantity), Some(100.into()));
        let context = PriceContext { account: Some(world.accounts[2]), ..PriceContext::default() };
        let priced = admin.conditions().price(&document(vec![item(1, world.products[0], 3.into())]), &context).unwrap();
        assert_eq!(priced.net, decimal("375"));
        let candidates = priced.items[0].accesses.iter().flat_map(|access| &access.candidates);
        let taken = candidates.filter(|candidate| candidate.outcome == CandidateOutcome::Taken);
        assert_eq!(taken.map(|candidate| candidate.record.clone()).collect::<Vec<_>>(), [record.id.to_string()]);

        // Nothing of it comes twice.
        let twice = prices.approve(done.id, done.version, None).unwrap_err();
        assert_eq!(twice.code(), ErrorCode::IllegalTransition);
        assert_eq!(prices.withdraw(done.id, done.version).unwrap_err().code(), ErrorCode::IllegalTransition);
        assert_eq!(records(&admin).len(), 1);
    }
}

#[test]
fn what_was_rejected_or_withdrawn_makes_no_record() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let prices = admin.special_prices();
        let request = SpecialPriceRequest { product: Some(world.products[0]), ..asked("valves") };
        let waiting = submitted(&admin, &request);
        assert_eq!(prices.reject(waiting.id, waiting.version, " ").unwrap_err().field(), Some("reason"));
        let stale = prices.approve(waiting.id, waiting.version - 1, None).unwrap_err();
        assert_eq!(stale.code(), ErrorCode::StaleVersion);
        let rejected = prices.reject(waiting.id, waiting.version, "too low").unwrap();
        assert_eq!(rejected.decision_note.as_deref(), Some("too low"));
        let waiting = submitted(&admin, &request);
        let withdrawn = prices.withdraw(waiting.id, waiting.version).unwrap();
        for request in [rejected, withdrawn] {
            for to in [
                prices.approve(request.id, request.version, None),
                prices.submit(request.id, request.version),
                prices.revoke(request.id, request.version, "why"),
            ] {
                assert_eq!(to.unwrap_err().code(), ErrorCode::IllegalTransition);
            }
        }
        assert!(records(&admin).is_empty());
    }
}

#[test]
fn below_the_floor_nothing_is_granted_unless_it_is_said_with_a_note() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let floor = Some(decimal("120.01"));
        let request = SpecialPriceRequest { product: Some(world.products[0]), floor_price: floor, ..asked("valves") };
        let waiting = submitted(&admin, &request);
        let approve =
            |grant: SpecialPriceGrant| admin.special_prices().approve(waiting.id, waiting.version, Some(grant));
        let told = |refused: Result<SpecialPriceRequest>| {
            let error = refused.unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let none = SpecialPriceGrant::default();
        assert_eq!(told(approve(none.clone())), (ErrorCode::NotAllowed, "grant.below_floor".into()));
        let said = SpecialPriceGrant { below_floor: true, ..none.clone() };
        assert_eq!(told(approve(said.clone())), (ErrorCode::Required, "grant.note".into()));
        let discount = SpecialPriceGrant { discount_percent: Some(5.into()), ..none.clone() };
        assert_eq!(told(approve(discount)), (ErrorCode::NotAllowed, "grant.discount_percent".into()));
        let over = SpecialPriceGrant { valid_until: Some(date("2026-03-02")), price: Some(decimal("130")), ..none };
        assert_eq!(told(approve(over)), (ErrorCode::OutOfRange, "grant.valid_until".into()));
        assert!(records(&admin).is_empty());
        let done = approve(SpecialPriceGrant { note: Some("a strategic customer".into()), ..said }).unwrap();
        assert_eq!((done.below_floor, done.granted_price), (true, Some(decimal("120"))));
        assert_eq!(records(&admin).len(), 1);
    }
}

#[test]
fn a_scope_without_a_table_is_told_by_its_field() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        let request = SpecialPriceRequest { product: Some(world.products[0]), ..asked("valves") };
        let waiting = submitted(&admin, &request);
        let told = |waiting: &SpecialPriceRequest| {
            let error = admin.special_prices().approve(waiting.id, waiting.version, None).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        assert_eq!(told(&waiting), (ErrorCode::UnknownReference, "definition".into()));
        let mut bare = PriceDefinition { special_price_type: None, special_discount_type: None, ..definition() };
        define(&admin, &bare);
        assert_eq!(told(&waiting), (ErrorCode::Required, "definition.special_price_type".into()));
        bare.special_price_type = Some("NONE".into());
        let refused = admin.conditions().create_definition(&bare).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::UnknownReference, Some("special_price_type")));
        bare.special_price_type = Some("REBATE".into());
        let refused = admin.conditions().create_definition(&bare).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::NotAllowed, Some("special_price_type")));
        bare.special_price_type = Some("SPECIAL".into());
        // Only the product, and a customer with all below him.
        bare.definition.access_sequences[0].accesses.retain(|access| ["TP", "TB"].contains(&access.table.as_str()));
        define(&admin, &bare);
        let project = SpecialPriceRequest { opportunity: Some(world.projects[0]), ..request.clone() };
        assert_eq!(told(&submitted(&admin, &project)), (ErrorCode::UnknownReference, "opportunity".into()));
        let alone = SpecialPriceRequest { account: Some(world.accounts[0]), ..asked("alone") };
        assert_eq!(told(&submitted(&admin, &alone)), (ErrorCode::UnknownReference, "account".into()));
        assert!(records(&admin).is_empty());
        approved(&admin, &SpecialPriceRequest { includes_below: true, ..alone });
        assert!(admin.special_prices().approve(waiting.id, waiting.version, None).unwrap().condition.is_some());
        assert_eq!(records(&admin).len(), 2);
        // A second one for the same key and dates is refused with both identifiers, and nothing is left of it.
        let second = submitted(&admin, &request);
        let overlap = admin.special_prices().approve(second.id, second.version, None).unwrap_err();
        assert_eq!((overlap.code(), overlap.problems()[0].data.len()), (ErrorCode::Overlap, 2));
        assert_eq!(admin.special_prices().request(second.id).unwrap(), second);
    }
}

#[test]
fn what_cannot_be_together_is_refused_in_the_draft() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        let told = |request: SpecialPriceRequest| {
            let error = admin.special_prices().create_request(&request).unwrap_err();
            (error.code(), error.field().unwrap_or_default().to_owned())
        };
        let good = SpecialPriceRequest { product: Some(world.products[0]), ..asked("valves") };
        let wrong = SpecialPriceRequest { product_class: Some(world.classes[0]), ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::NotAllowed, "product_class".into()));
        let wrong = SpecialPriceRequest { includes_below: true, ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::NotAllowed, "includes_below".into()));
        let wrong = SpecialPriceRequest { discount_percent: Some(5.into()), ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::NotAllowed, "discount_percent".into()));
        let wrong = SpecialPriceRequest { price: None, discount_percent: Some(decimal("100.5")), ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::OutOfRange, "discount_percent".into()));
        let band = (Some(5.into()), Some(4.into()));
        let wrong = SpecialPriceRequest { quantity_from: band.0, quantity_to: band.1, ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::OutOfRange, "quantity_to".into()));
        let wrong = SpecialPriceRequest { valid_from: good.valid_until, ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::OutOfRange, "valid_until".into()));
        let limit = UsageLimit { counter: None, quantity: None, value: None, uses: Some(0) };
        let wrong = SpecialPriceRequest { limit: Some(limit), ..good.clone() };
        assert_eq!(told(wrong), (ErrorCode::OutOfRange, "limit.uses".into()));
        let empty = SpecialPriceRequest { price: None, product: None, valid_until: None, ..good };
        let empty = admin.special_prices().create_request(&empty).unwrap();
        let missing = admin.special_prices().submit(empty.id, empty.version).unwrap_err();
        let fields: Vec<_> = missing.problems().iter().map(|problem| problem.field.clone().unwrap()).collect();
        assert_eq!(fields, ["account", "price", "valid_until"]);
    }
}

#[test]
fn an_approval_that_is_undone_leaves_no_record_and_a_replaced_record_is_revoked_too() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let prices = admin.special_prices();
        let request = SpecialPriceRequest { product: Some(world.products[0]), ..asked("valves") };
        let waiting = submitted(&admin, &request);
        let (request, expected_version) = (waiting.id, waiting.version);
        let approve = SpecialPriceCommand::ApproveRequest { request, expected_version, grant: None };
        let approve = Command::SpecialPrice(approve);
        let op_id = admin.new_id();
        let outcome = admin.execute_once(approve.clone(), op_id).unwrap();
        // The same operation again has no second effect.
        assert!(admin.execute_once(approve, op_id).unwrap().replayed);
        assert_eq!(records(&admin).len(), 1);
        admin.execute(Command::Journal(JournalCommand::Undo { operation: outcome.op_id })).unwrap();
        assert!(records(&admin).is_empty());
        let again = prices.request(waiting.id).unwrap();
        assert_eq!((again.status, again.condition), (Some(SpecialPriceStatus::Submitted), None));
        let done = prices.approve(again.id, again.version, None).unwrap();
        let first = admin.conditions().condition(done.condition.unwrap()).unwrap();
        let by = PriceCondition { id: Id::NIL, rate: Some(decimal("119")), ..first.clone() };
        let second = admin.conditions().replace_condition(first.id, first.version, &by).unwrap();
        let revoked = prices.revoke(done.id, done.version, "a mistake").unwrap();
        assert_eq!(revoked.decision_note.as_deref(), Some("a mistake"));
        assert!(admin.conditions().condition(second.id).unwrap().until_version.is_some());
        let twice = prices.revoke(done.id, revoked.version, "a mistake").unwrap_err();
        assert_eq!(twice.code(), ErrorCode::IllegalTransition);
    }
}

/// A user who writes requests, but for some fields.
fn seller(admin: &Session, login: &str, limited: &[(&str, FieldAccess)]) -> Session {
    let entities = ["account", "product", "product_class", "opportunity", "special_price_request"];
    let work = |entity: &&str| ObjectRight {
        entity: (*entity).into(),
        read: true,
        create: true,
        edit: true,
        view_all: true,
        edit_all: true,
        ..ObjectRight::default()
    };
    let field = |(field, access): &(&str, FieldAccess)| FieldRight {
        entity: "special_price_request".into(),
        field: (*field).into(),
        access: *access,
    };
    let (objects, fields) = (entities.iter().map(work).collect(), limited.iter().map(field).collect());
    let set = PermissionSet { name: format!("{login} set"), objects, fields, ..PermissionSet::default() };
    let run = |command| admin.execute(Command::Admin(command)).unwrap();
    let set = run(AdminCommand::CreatePermissionSet { permission_set: set }).created("permission_set");
    let user = User { login: login.into(), name: login.into(), permission_sets: vec![set], ..User::default() };
    let user = run(AdminCommand::CreateUser { user }).created("user");
    Session { ctx: Ctx { user, ..admin.ctx }, ..admin.clone() }
}

#[test]
fn who_may_not_decide_submits_and_withdraws_only() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let li = seller(&admin, "li", &[("decided_by", FieldAccess::Read), ("cost", FieldAccess::Hidden)]);
        let request = SpecialPriceRequest { product: Some(world.products[0]), ..asked("valves") };
        let waiting = submitted(&li, &request);
        let prices = li.special_prices();
        assert_eq!(prices.approve(waiting.id, waiting.version, None).unwrap_err().kind(), "denied");
        assert_eq!(prices.reject(waiting.id, waiting.version, "no").unwrap_err().kind(), "denied");
        assert!(records(&admin).is_empty());
        // Whoever decides needs no right to write condition records.
        let wang = seller(&admin, "wang", &[]);
        let done = wang.special_prices().approve(waiting.id, waiting.version, None).unwrap();
        assert_eq!(done.decided_by, Some(wang.user()));
        assert_eq!(prices.revoke(done.id, done.version, "no").unwrap_err().kind(), "denied");
        // The margin would tell the cost.
        let costly = SpecialPriceRequest { cost: Some(decimal("90")), ..request };
        let costly = admin.special_prices().create_request(&costly).unwrap();
        let seen = prices.request(costly.id).unwrap();
        assert_eq!((costly.margin_percent, seen.margin_percent, seen.cost), (Some(decimal("25")), None, None));
        let waiting = submitted(&li, &SpecialPriceRequest { product: Some(world.products[1]), ..asked("more") });
        assert_eq!(prices.withdraw(waiting.id, waiting.version).unwrap().status, Some(SpecialPriceStatus::Withdrawn));
    }
}

#[test]
fn the_evaluation_counts_by_status_and_competitor_with_the_mean_gap() {
    for (_folder, admin) in sessions() {
        let world = world(&admin);
        define(&admin, &definition());
        let prices = admin.special_prices();
        let against = |price: &str, other: Option<&str>, product: usize| SpecialPriceRequest {
            opportunity: Some(world.projects[0]),
            product: Some(world.products[product]),
            price: Some(decimal(price)),
            competitor: Some("Nordwerk".into()),
            competitor_price: other.map(decimal),
            ..asked("valves")
        };
        approved(&admin, &against("110", Some("100"), 0));
        approved(&admin, &against("95", Some("99"), 1));
        approved(&admin, &against("95", None, 2));
        let alone = SpecialPriceRequest { product: Some(world.products[0]), ..asked("alone") };
        let rejected = submitted(&admin, &alone);
        prices.reject(rejected.id, rejected.version, "no").unwrap();
        let project: Opportunity = admin.get(world.projects[0]).unwrap();
        admin.sales().close_won(project.id, project.version, None, None, None).unwrap();
        let rows = prices.report(&SpecialPriceOptions::default()).unwrap().rows;
        let row = |status, count, won, compared, competitor: Option<&str>, mean: Option<&str>| SpecialPriceRow {
            status,
            count,
            won,
            lost: 0,
            compared,
            competitor: competitor.map(ToOwned::to_owned),
            mean_gap_percent: mean.map(decimal),
        };
        // +10 % and -4.040404 %: the mean is 2.979798 %.
        let wanted = [
            row(SpecialPriceStatus::Approved, 3, 3, 2, Some("Nordwerk"), Some("2.9798")),
            row(SpecialPriceStatus::Rejected, 1, 0, 0, None, None),
        ];
        assert_eq!(rows, wanted);
        let later = SpecialPriceOptions { submitted_from: Some(date("2026-03-03")), ..SpecialPriceOptions::default() };
        assert!(prices.report(&later).unwrap().rows.is_empty());
        // Who does not see prices of competitors learns no gap.
        let li = seller(&admin, "li", &[("competitor_price", FieldAccess::Hidden)]);
        let rows = li.special_prices().report(&SpecialPriceOptions::default()).unwrap().rows;
        assert_eq!((rows[0].count, rows[0].compared, rows[0].mean_gap_percent), (3, 0, None));
    }
}
