//! Merges: the reader merges what is his, and takes it back or not.

use super::{Call, pages};
use crate::merging::{FieldChoice, MergeReport, MergeRequest, SurvivorRule};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::{ONLY_ONE_HAS, Rooms};
use crate::value::Id;

pub(super) const CALLS: &[Call] = &[
    ("Merges::merge", |rooms| {
        let merge = merge(rooms);
        let done: Option<MergeReport> = rooms.act(&merge, |session| session.merges().merge(&merge));
        if let Some(operation) = done.and_then(|done| done.merge) {
            rooms.operations.push(operation);
            rooms.own_operations.push(operation);
            rooms.learn("merge", operation);
        }
    }),
    ("Merges::preview_merge", |rooms| {
        let merge = merge(rooms);
        rooms.act(&("preview", &merge), |session| session.merges().preview_merge(&merge));
    }),
    ("Merges::unmerge", |rooms| {
        let id = any_merge(rooms);
        let done = rooms.act(&("unmerge", id), |session| session.merges().unmerge(id));
        if let Some(operation) = done.and_then(|done| done.operation) {
            rooms.operations.push(operation);
            rooms.own_operations.push(operation);
        }
    }),
    ("Merges::preview_unmerge", |rooms| {
        let id = any_merge(rooms);
        rooms.act(&("preview unmerge", id), |session| session.merges().preview_unmerge(id));
    }),
    ("Merges::merges", pages!("merge", merges.merges)),
    ("Merges::merges_of", |rooms| {
        let entity = rooms.random.of(&["account", "contact", "lead", "product", "quote"]);
        let id = rooms.any(entity);
        rooms.ask(&("merges of", entity, id), |session| session.merges().merges_of(entity, id));
    }),
];

/// One of the reader's merges, or any operation.
fn any_merge(rooms: &mut Rooms) -> Id {
    let operations = rooms.operations.clone();
    let operation = rooms.random.percent(15).then(|| rooms.random.pick(&operations).copied()).flatten();
    operation.unwrap_or_else(|| rooms.any("merge"))
}

fn merge(rooms: &mut Rooms) -> MergeRequest {
    let entity = rooms.random.of(&["account", "account", "contact", "lead", "product"]);
    let fields = ["name", "city", "description", "annual_revenue", "channels", "need", "x_cost", "code", ONLY_ONE_HAS];
    let survivor = rooms.any(entity);
    let mut losers: Vec<Id> = (0..=rooms.random.below(2)).map(|_| rooms.any(entity)).collect();
    losers.retain(|loser| rooms.is_shared(survivor) || !rooms.is_shared(*loser));
    let choices = (0..rooms.random.below(2)).map(|_| FieldChoice {
        field: rooms.random.of(&fields).into(),
        rule: rooms.random.of(SurvivorRule::ALL),
        record: rooms.random.pick(&losers).copied(),
        ..FieldChoice::default()
    });
    MergeRequest {
        entity: entity.into(),
        survivor,
        fields: choices.collect(),
        rule: rooms.random.percent(40).then(|| rooms.random.of(SurvivorRule::ALL)),
        losers,
        ..MergeRequest::default()
    }
}
