//! Requests for special prices.

use super::{Call, one, pages};
use crate::special_price::{SpecialPriceGrant, SpecialPriceOptions, SpecialPriceRequest};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::Rooms;
use crate::value::Id;

fn with_version(rooms: &mut Rooms) -> (Id, i64) {
    let id = rooms.any("special_price_request");
    (id, rooms.version("special_price_request", id) - i64::from(rooms.random.percent(8)))
}

pub(super) const CALLS: &[Call] = &[
    ("SpecialPrices::create_request", |rooms| {
        let account = rooms.random.percent(20).then_some(());
        let account = account.map(|()| rooms.any("account"));
        let day = i64::try_from(rooms.random.below(200)).unwrap();
        let from = rooms.date().add_days(100 + day * 10).unwrap();
        let request = SpecialPriceRequest {
            name: rooms.word(),
            account,
            product: Some(rooms.any("product")),
            price: Some(11.into()),
            currency: Some("XXX".parse().unwrap()),
            competitor: Some(rooms.word()),
            competitor_price: Some(10.into()),
            valid_from: Some(from),
            valid_until: Some(from.add_days(5).unwrap()),
            ..SpecialPriceRequest::default()
        };
        rooms.make(&request, |session, request| session.special_prices().create_request(request));
    }),
    ("SpecialPrices::update_request", |rooms| {
        let reason = rooms.word();
        let change = |request: &mut SpecialPriceRequest| request.reason = Some(reason.clone());
        rooms.save(change, |session, request| session.special_prices().update_request(request));
    }),
    ("SpecialPrices::request", one!("special_price_request", special_prices.request)),
    ("SpecialPrices::requests", pages!("special_price_request", special_prices.requests)),
    ("SpecialPrices::submit", |rooms| {
        let (id, version) = with_version(rooms);
        rooms.act(&("submit", id), |session| session.special_prices().submit(id, version));
    }),
    ("SpecialPrices::approve", |rooms| {
        let (id, version) = with_version(rooms);
        let grant = SpecialPriceGrant { note: Some(rooms.word()), ..SpecialPriceGrant::default() };
        let grant = rooms.random.percent(50).then_some(grant);
        // Few wait for a decision: often one is submitted first.
        let submits = rooms.random.percent(60);
        let done = rooms.act(&("approve", id, &grant), |session| {
            let version = if submits { session.special_prices().submit(id, version)?.version } else { version };
            session.special_prices().approve(id, version, grant.clone())
        });
        if let Some(condition) = done.and_then(|done| done.condition) {
            rooms.learn("price_condition", condition);
        }
    }),
    ("SpecialPrices::reject", |rooms| {
        let (id, version) = with_version(rooms);
        let reason = rooms.word();
        let submits = rooms.random.percent(60);
        rooms.act(&("reject", id), |session| {
            let version = if submits { session.special_prices().submit(id, version)?.version } else { version };
            session.special_prices().reject(id, version, &reason)
        });
    }),
    ("SpecialPrices::withdraw", |rooms| {
        let (id, version) = with_version(rooms);
        rooms.act(&("withdraw", id), |session| session.special_prices().withdraw(id, version));
    }),
    ("SpecialPrices::revoke", |rooms| {
        let (id, version) = with_version(rooms);
        let reason = rooms.word();
        let approves = rooms.random.percent(60);
        rooms.act(&("revoke", id), |session| {
            let prices = session.special_prices();
            let version = if approves {
                let waiting = prices.submit(id, version)?;
                prices.approve(id, waiting.version, None)?.version
            } else {
                version
            };
            prices.revoke(id, version, &reason)
        });
    }),
    ("SpecialPrices::report", |rooms| {
        let from = rooms.random.percent(30).then(|| "2026-03-02".parse().unwrap());
        let options = SpecialPriceOptions { submitted_from: from, ..SpecialPriceOptions::default() };
        rooms.ask(&("report", &options), |session| session.special_prices().report(&options));
    }),
];
