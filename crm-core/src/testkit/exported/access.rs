//! Teams, shares, explanations and transfers: the reader has the rights on what is his.

use super::session::commands;
use super::{Call, pages};
use crate::access::{AccessLevel, PrincipalKind, PrincipalRef, RecordShare, TeamMember};
use crate::engine::{HandOver, HandOverException, Session, Transfer, TransferCascade, TransferReport};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::{ONLY_ONE_HAS, ROOMS, Rooms};
use crate::value::{Id, Result};

pub(super) const CALLS: &[Call] = &[
    ("Access::add_team_member", |rooms| {
        let member = member(rooms);
        rooms.make(&member, |session, member| session.access().add_team_member(member));
    }),
    ("Access::update_team_member", |rooms| {
        let until = rooms.random.percent(50).then(|| rooms.date());
        rooms.save(
            |member: &mut TeamMember| member.valid_until = until,
            |session, member| session.access().update_team_member(member),
        );
    }),
    ("Access::remove_team_member", |rooms| {
        let id = rooms.any("team_member");
        let version = rooms.version("team_member", id);
        rooms.act(&("leaves the team", id), |session| session.access().remove_team_member(id, version));
    }),
    ("Access::share", |rooms| {
        let share = share(rooms);
        rooms.make(&share, |session, share| session.access().share(share));
    }),
    ("Access::unshare", |rooms| {
        let id = rooms.any("record_share");
        let version = rooms.version("record_share", id);
        rooms.act(&("unshare", id), |session| session.access().unshare(id, version));
    }),
    ("Access::team", |rooms| {
        let entity = rooms.random.of(&ROOMS);
        let id = rooms.any(entity);
        rooms.ask(&("team", entity, id), |session| session.access().team(entity, id));
    }),
    ("Access::shares", |rooms| {
        let entity = rooms.random.of(&ROOMS);
        let id = rooms.any(entity);
        rooms.ask(&("shares", entity, id), |session| session.access().shares(entity, id));
    }),
    ("Access::explain", |rooms| {
        let entity = rooms.random.of(&["account", "account", "opportunity", "contact", "lead", "quote"]);
        let id = rooms.any(entity);
        let user = if rooms.random.percent(80) { rooms.reader } else { rooms.any("user") };
        let fields = ["name", "annual_revenue", "x_cost", "amount", ONLY_ONE_HAS];
        let field = rooms.random.percent(60).then(|| rooms.random.of(&fields));
        let explain = |session: &Session| session.access().explain(user, entity, id, field);
        rooms.ask(&("explain", user, entity, id, field), explain);
    }),
    ("Access::who_can", |rooms| {
        let entity = rooms.random.of(&ROOMS);
        let id = rooms.any(entity);
        rooms.ask(&("who can", entity, id), |session| session.access().who_can(entity, id));
    }),
    ("Access::policy_diff", |rooms| {
        let commands = commands(rooms);
        rooms.act(&commands, |session| session.access().policy_diff(&commands));
    }),
    ("Transfers::transfer", |rooms| {
        let transfer = transfer(rooms);
        hand(rooms, &transfer, |session| session.transfers().transfer(&transfer));
    }),
    ("Transfers::preview_transfer", |rooms| {
        let transfer = transfer(rooms);
        rooms.act(&("preview", &transfer), |session| session.transfers().preview_transfer(&transfer));
    }),
    ("Transfers::hand_over", |rooms| {
        let hand_over = hand_over(rooms);
        hand(rooms, &hand_over, |session| session.transfers().hand_over(&hand_over));
    }),
    ("Transfers::preview_hand_over", |rooms| {
        let hand_over = hand_over(rooms);
        rooms.act(&("preview", &hand_over), |session| session.transfers().preview_hand_over(&hand_over));
    }),
    ("Transfers::transfers", pages!("transfer", transfers.transfers)),
    ("Transfers::cancel_planned", |rooms| {
        let id = rooms.any("transfer");
        rooms.act(&("cancel", id), |session| session.transfers().cancel_planned(id));
    }),
    ("Transfers::run_due", |rooms| {
        rooms.act(&"run due", |session| session.transfers().run_due());
    }),
    ("Transfers::ownership", |rooms| {
        let entity = rooms.random.of(&ROOMS);
        let id = rooms.any(entity);
        rooms.ask(&("ownership", entity, id), |session| session.transfers().ownership(entity, id));
    }),
    ("Transfers::owner_on", |rooms| {
        let (entity, date) = (rooms.random.of(&ROOMS), rooms.date());
        let id = rooms.any(entity);
        rooms.ask(&("owner on", entity, id, date), |session| session.transfers().owner_on(entity, id, date));
    }),
];

fn member(rooms: &mut Rooms) -> TeamMember {
    let entity = rooms.random.of(&["account", "opportunity", "lead"]);
    TeamMember {
        entity: entity.into(),
        record: rooms.any(entity),
        user: rooms.any("user"),
        access: rooms.random.of(&[None, Some(AccessLevel::Read), Some(AccessLevel::Edit)]),
        fields: rooms.random.percent(10).then(|| ONLY_ONE_HAS.to_owned()).into_iter().collect(),
        ..TeamMember::default()
    }
}

fn share(rooms: &mut Rooms) -> RecordShare {
    let entity = rooms.random.of(&["account", "opportunity", "lead", "quote"]);
    RecordShare {
        entity: entity.into(),
        record: rooms.any(entity),
        grantee: PrincipalRef { kind: PrincipalKind::User, id: rooms.any("user") },
        ..RecordShare::default()
    }
}

/// Who gets something: mostly the reader, who would soon see nothing else.
fn new_owner(rooms: &mut Rooms) -> Id {
    if rooms.random.percent(60) { rooms.reader } else { rooms.any("user") }
}

/// Records by identifier, by a question or of an owner; some wait for a day that never comes.
fn transfer(rooms: &mut Rooms) -> Transfer {
    let entity = rooms.random.of(&["account", "contact", "lead", "opportunity", "activity"]);
    let filter = rooms.random.percent(30).then(|| rooms.query(entity).filter).flatten();
    let from_owner = rooms.random.percent(30).then(|| rooms.any("user"));
    let cascade = TransferCascade {
        nothing: rooms.random.percent(30),
        any_owner: rooms.random.percent(30),
        ..TransferCascade::default()
    };
    Transfer {
        entity: entity.into(),
        to: new_owner(rooms),
        filter,
        from_owner,
        ids: (0..rooms.random.below(3)).map(|_| rooms.any(entity)).collect(),
        cascade: rooms.random.percent(70).then_some(cascade),
        effective: rooms.random.percent(20).then(|| "9999-01-01".parse().unwrap()),
        reason: rooms.random.percent(30).then(|| rooms.word()),
    }
}

fn hand_over(rooms: &mut Rooms) -> HandOver {
    let other = HandOverException { entity: rooms.random.of(&ROOMS).into(), to: new_owner(rooms) };
    HandOver {
        user: rooms.any("user"),
        to: new_owner(rooms),
        exceptions: rooms.random.percent(30).then_some(other).into_iter().collect(),
        deactivate: rooms.random.percent(10),
        effective: rooms.random.percent(20).then(|| "9999-01-01".parse().unwrap()),
        reason: None,
    }
}

/// The reader hands over, and may undo it or give the plan up later.
fn hand(rooms: &mut Rooms, what: &dyn std::fmt::Debug, hand: impl Fn(&Session) -> Result<TransferReport>) {
    if let Some(report) = rooms.act(what, hand) {
        rooms.operations.push(report.operation);
        rooms.own_operations.push(report.operation);
        rooms.learn("transfer", report.operation);
    }
}
