//! The stored price catalogue.

use super::{Call, one, pages};
use crate::conditions::{PriceCondition, PriceContext, PriceDraft};
use crate::pricing::{CounterUsage, PriceDocument, RepriceMode, UsageLimit};
use crate::query::Query;
use crate::quote::{PricedBy, Quote, QuoteLine};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::{Rooms, price_definition};
use crate::value::{Currency, Id, json};

/// A rebate for a product, now and then one that is limited.
fn condition(rooms: &mut Rooms) -> PriceCondition {
    let day = i64::try_from(rooms.random.below(200)).unwrap();
    let from = rooms.date().add_days(day * 10).unwrap();
    let limit = UsageLimit { counter: Some("spring".into()), quantity: Some(500.into()), value: None, uses: None };
    PriceCondition {
        condition_type: "OFF".into(),
        condition_table: "PRODUCT".into(),
        product: Some(rooms.any("product")),
        rate: Some(5.into()),
        valid_from: Some(from),
        valid_until: Some(from.add_days(5).unwrap()),
        limit: rooms.random.percent(30).then_some(limit),
        source: Some(rooms.word()),
        ..PriceCondition::default()
    }
}

/// A document in the currency of the price list, which names none.
fn document(rooms: &mut Rooms) -> PriceDocument {
    let (product, date) = (rooms.any("product"), rooms.date());
    let product = if rooms.random.percent(70) { "P 1".to_owned() } else { product.to_string() };
    let item = format!(r#"{{"id":"10","product":"{product}","quantity":"3"}}"#);
    json::from_text(&format!(r#"{{"currency":"XXX","pricing_date":"{date}","items":[{item}]}}"#)).unwrap()
}

fn context(rooms: &mut Rooms) -> PriceContext {
    PriceContext {
        account: Some(rooms.any("account")).filter(|account| !account.is_nil()),
        opportunity: Some(rooms.any("opportunity")),
        contact: Some(rooms.any("contact")),
        document: rooms.random.percent(30).then(|| "D 1".to_owned()),
        version: rooms.random.percent(20).then_some(1),
        ..PriceContext::default()
    }
}

fn with_version(rooms: &mut Rooms, entity: &str) -> (Id, i64) {
    let id = rooms.any(entity);
    (id, rooms.version(entity, id) - i64::from(rooms.random.percent(8)))
}

/// A quote that is priced by conditions; often a new one.
fn priced_quote(rooms: &mut Rooms) -> Id {
    if rooms.random.percent(40) {
        return rooms.any("quote");
    }
    let line: QuoteLine = QuoteLine::of_product(rooms.any("product"), 3.into());
    let account = Some(rooms.any("account")).filter(|account| !account.is_nil());
    let quote = Quote {
        name: rooms.word(),
        account,
        priced_by: Some(PricedBy::Conditions),
        currency: Some("CNY".parse().unwrap()),
        lines: vec![line],
        ..Quote::default()
    };
    match rooms.act(&quote, |session| session.quotes().create_quote(&quote)) {
        Some(made) => {
            rooms.learn("quote", made.id);
            made.id
        }
        None => rooms.any("quote"),
    }
}

fn document_name(rooms: &mut Rooms) -> String {
    format!("D {}", rooms.random.below(4))
}

pub(super) const CALLS: &[Call] = &[
    ("Conditions::create_definition", |rooms| {
        let draft = price_definition(&rooms.word());
        rooms.make(&draft, |session, draft| session.conditions().create_definition(draft));
    }),
    ("Conditions::update_definition", |rooms| {
        let note = rooms.word();
        let change = |definition: &mut crate::conditions::PriceDefinition| definition.note = Some(note.clone());
        rooms.save(change, |session, definition| session.conditions().update_definition(definition));
    }),
    ("Conditions::activate_definition", |rooms| {
        let (id, version) = with_version(rooms, "price_definition");
        rooms.act(&("activate", id), |session| session.conditions().activate_definition(id, version));
    }),
    ("Conditions::definition", one!("price_definition", conditions.definition)),
    ("Conditions::definitions", pages!("price_definition", conditions.definitions)),
    ("Conditions::add_conditions", |rooms| {
        let new = [condition(rooms), condition(rooms)];
        let made = rooms.act(&new, |session| session.conditions().add_conditions(&new));
        for id in made.into_iter().flatten() {
            rooms.learn("price_condition", id);
        }
    }),
    ("Conditions::replace_condition", |rooms| {
        let (id, version) = with_version(rooms, "price_condition");
        let by = condition(rooms);
        let replaced =
            rooms.act(&("replace", id, &by), |session| session.conditions().replace_condition(id, version, &by));
        if let Some(new) = replaced {
            rooms.learn("price_condition", new.id);
        }
    }),
    ("Conditions::retire_condition", |rooms| {
        let (id, version) = with_version(rooms, "price_condition");
        rooms.act(&("retire", id), |session| session.conditions().retire_condition(id, version));
    }),
    ("Conditions::condition", one!("price_condition", conditions.condition)),
    ("Conditions::conditions", pages!("price_condition", conditions.conditions)),
    ("Conditions::counters", pages!("condition_counter", conditions.counters)),
    ("Conditions::usages", pages!("condition_usage", conditions.usages)),
    ("Conditions::reserve_usage", |rooms| {
        let document = document_name(rooms);
        let quantity = i64::try_from(rooms.random.below(300)).unwrap();
        let usage =
            [CounterUsage { counter: "spring".into(), quantity: Some(quantity.into()), value: None, uses: Some(1) }];
        let currency: Currency = "CNY".parse().unwrap();
        let what = ("reserve", &document, quantity);
        rooms.act(&what, |session| session.conditions().reserve_usage(&document, currency, &usage));
    }),
    ("Conditions::commit_usage", |rooms| {
        let document = document_name(rooms);
        rooms.act(&("commit", &document), |session| session.conditions().commit_usage(&document));
    }),
    ("Conditions::release_usage", |rooms| {
        let document = document_name(rooms);
        rooms.act(&("release", &document), |session| session.conditions().release_usage(&document));
        rooms.ask(&"usages", |session| session.conditions().usages(&Query::default()));
    }),
    ("Conditions::price", |rooms| {
        let (document, context) = (document(rooms), context(rooms));
        rooms.ask(&("price", &document, &context), |session| session.conditions().price(&document, &context));
    }),
    ("Conditions::lint", |rooms| {
        let definition = rooms.random.percent(50).then(|| rooms.any("price_definition"));
        rooms.ask(&("lint", definition), |session| session.conditions().lint(definition));
    }),
    ("Conditions::what_if", |rooms| {
        let quote = priced_quote(rooms);
        let draft = PriceDraft { add: vec![condition(rooms)], ..PriceDraft::default() };
        rooms.ask(&("what if", &draft, quote), |session| session.conditions().what_if(&draft, &[quote], None));
    }),
    ("Quotes::reprice", |rooms| {
        let quote = priced_quote(rooms);
        let version = rooms.version("quote", quote);
        rooms.act(&("reprice", quote), |session| {
            session.quotes().reprice(quote, version, RepriceMode::KeepManual, None)
        });
    }),
    ("Quotes::price_case", |rooms| {
        let quote = priced_quote(rooms);
        rooms.ask(&("case of quote", quote), |session| session.quotes().price_case(quote));
    }),
    ("Conditions::price_case", |rooms| {
        let (document, context) = (document(rooms), context(rooms));
        rooms.ask(&("case", &document, &context), |session| session.conditions().price_case(&document, &context));
    }),
];
