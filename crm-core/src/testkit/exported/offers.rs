//! Revisions, differences, copies, orders and losses of quotes.

use super::{Call, one, pages, past};
use crate::engine::Session;
use crate::quote::{
    LostQuoteOptions, LostReason, MaterialDirection, MaterialField, OrderKind, OrderedQuantity, Quote, QuoteCopy,
    QuoteLine, QuoteLoss, QuotePolicy, SalesOrder,
};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::Rooms;
use crate::value::{Id, Result};

/// A quote that was sent, of one line of two pieces.
fn sent(session: &Session, name: &str) -> Result<Quote> {
    let lines = vec![QuoteLine::written(name, 2.into(), 5.into())];
    let draft = session.quotes().create_quote(&Quote { name: name.to_owned(), lines, ..Quote::default() })?;
    session.quotes().send(draft.id, draft.version)
}

/// An order of one piece of a new quote, which both worlds see.
fn ordered(session: &Session, name: &str) -> Result<SalesOrder> {
    let quote = sent(session, name)?;
    let quote = session.quotes().accept(quote.id, quote.version)?;
    let part = OrderedQuantity { position: 10, quantity: Some(1.into()) };
    session.quotes().convert(quote.id, quote.version, OrderKind::Contract, Some(&[part]))
}

fn order(rooms: &mut Rooms) -> (Id, i64) {
    let id = rooms.any("sales_order");
    (id, rooms.version("sales_order", id) - i64::from(rooms.random.percent(8)))
}

pub(super) const CALLS: &[Call] = &[
    ("Quotes::revisions", one!("quote", quotes.revisions)),
    ("Quotes::conversion", one!("quote", quotes.conversion)),
    ("Quotes::diff", |rooms| {
        let (earlier, later) = (rooms.any("quote"), rooms.any("quote"));
        let policy = rooms.random.percent(20).then(|| rooms.any("quote_policy"));
        rooms.ask(&("diff", earlier, later), |session| session.quotes().diff(earlier, later, policy));
    }),
    ("Quotes::create_policy", |rooms| {
        let path = rooms.random.of(&["name", "valid_until", "lines[*].unit_price", "nothing"]).to_owned();
        let material_fields = vec![MaterialField { path, direction: Some(MaterialDirection::Lower) }];
        let is_default = rooms.random.percent(50);
        let policy = QuotePolicy { name: rooms.word(), material_fields, is_default, ..QuotePolicy::default() };
        rooms.make(&policy, |session, policy| session.quotes().create_policy(policy));
    }),
    ("Quotes::update_policy", |rooms| {
        let name = rooms.word();
        let change = |policy: &mut QuotePolicy| policy.name = name.clone();
        rooms.save(change, |session, policy| session.quotes().update_policy(policy));
    }),
    ("Quotes::policy", one!("quote_policy", quotes.policy)),
    ("Quotes::policies", pages!("quote_policy", quotes.policies)),
    ("Quotes::copy_quote", |rooms| {
        let (quote, name) = (rooms.any("quote"), rooms.word());
        let account = rooms.random.percent(30).then(|| rooms.any("account"));
        let opportunity = rooms.random.percent(30).then(|| rooms.any("opportunity"));
        let copy = QuoteCopy { quote, name: Some(name), opportunity, account, contact: None, valid_until: None };
        if let Some(made) = rooms.act(&copy, |session| session.quotes().copy(&copy)) {
            rooms.learn("quote", made.id);
        }
    }),
    ("Quotes::convert", |rooms| {
        let (quote, name, makes) = (rooms.any("quote"), rooms.word(), rooms.random.percent(60));
        let version = rooms.version("quote", quote);
        let made = rooms.act(&("convert", quote, makes), |session| {
            if makes {
                return ordered(session, &name);
            }
            session.quotes().convert(quote, version, OrderKind::Order, None)
        });
        if let Some(made) = made {
            rooms.learn("sales_order", made.id);
            rooms.learn("quote", made.quote.unwrap());
        }
    }),
    ("Quotes::order", one!("sales_order", quotes.order)),
    ("Quotes::order_as_of", past!(SalesOrder)),
    ("Quotes::orders", pages!("sales_order", quotes.orders)),
    ("Quotes::update_order", |rooms| {
        let text = rooms.word();
        let change = |order: &mut SalesOrder| order.customer_reference = Some(text.clone());
        rooms.save(change, |session, order| session.quotes().update_order(order));
    }),
    ("Quotes::confirm_order", |rooms| {
        let (order, version) = order(rooms);
        rooms.act(&("confirm", order), |session| session.quotes().confirm_order(order, version));
    }),
    ("Quotes::cancel_order", |rooms| {
        let (order, version) = order(rooms);
        rooms.act(&("cancel", order), |session| session.quotes().cancel_order(order, version, "budget"));
    }),
    ("Quotes::lost", |rooms| {
        let (name, rejects, competitor_account) = (rooms.word(), rooms.random.percent(40), rooms.any("account"));
        let loss = QuoteLoss {
            reason: Some(LostReason::Price),
            competitor_account: Some(competitor_account),
            competitor_price: Some(9.into()),
            ..QuoteLoss::default()
        };
        rooms.act(&("lost", rejects, &loss), |session| {
            if rejects {
                let quote = sent(session, &name)?;
                session.quotes().reject_with(quote.id, quote.version, "dear", &loss)?;
            }
            session.quotes().lost(&LostQuoteOptions::default())
        });
    }),
];
