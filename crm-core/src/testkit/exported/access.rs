//! Units, groups, territories, rules and defaults, which the reader may not see; teams, shares, explanations and transfers
//! of what he sees.

use super::{Call, one, pages, past};
use crate::access::{
    Membership, OrgUnit, PrincipalKind, PrincipalRef, RecordShare, SharingDefault, SharingRule, SharingRuleKind,
    TeamMember, Territory, UserGroup,
};
use crate::engine::{Command, HandOver, Transfer, TransferReport};
use crate::schema::Entity;
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::{ASKED, Rooms};
use crate::testkit::regression::update;
use crate::value::{Id, Result};

/// Entities of which something is shared or handed over.
const WORK: [&str; 5] = ["account", "contact", "lead", "opportunity", "quote"];

fn user(rooms: &mut Rooms) -> PrincipalRef {
    PrincipalRef { kind: PrincipalKind::User, id: rooms.any("user") }
}

/// Reads the teams and shares of a record without their places in the store.
fn of_record(rooms: &mut Rooms) -> (String, Id) {
    let entity = rooms.random.of(&WORK);
    (entity.to_owned(), rooms.any(entity))
}

/// A report without the operation, which each world gives its own name.
fn without_operation(report: Result<TransferReport>) -> Result<TransferReport> {
    report.map(|report| TransferReport { operation: Id::NIL, ..report })
}

fn transfer(rooms: &mut Rooms) -> Transfer {
    let entity = rooms.random.of(&WORK);
    let (ids, to) = (vec![rooms.any(entity)], rooms.any("user"));
    let filter = rooms.query(entity).filter.filter(|_| rooms.random.percent(40));
    Transfer { entity: entity.into(), ids, to, filter, ..Transfer::default() }
}

/// Changes a record of the configuration, which the reader may not even see.
fn change<E: Entity + std::fmt::Debug + PartialEq>(
    rooms: &mut Rooms,
    record: &E,
    save: impl Fn(&crate::engine::Session, &E) -> Result<E>,
) {
    rooms.act(record, |session| save(session, record));
}

pub(super) const CALLS: &[Call] = &[
    ("Admin::create_org_unit", |rooms| {
        let unit = OrgUnit { name: rooms.word(), ..OrgUnit::default() };
        rooms.make(&unit, |session, unit| session.admin().create_org_unit(unit));
    }),
    ("Admin::update_org_unit", |rooms| {
        let unit = OrgUnit { id: rooms.any("org_unit"), version: 1, name: rooms.word(), ..OrgUnit::default() };
        change(rooms, &unit, |session, unit| session.admin().update_org_unit(unit));
    }),
    ("Admin::org_unit", one!("org_unit", admin.org_unit)),
    ("Admin::org_unit_as_of", past!(OrgUnit)),
    ("Admin::org_units", pages!("org_unit", admin.org_units)),
    ("Admin::create_user_group", |rooms| {
        let members = vec![Membership { principal: user(rooms), ..Membership::default() }];
        let group = UserGroup { name: rooms.word(), members, ..UserGroup::default() };
        rooms.make(&group, |session, group| session.admin().create_user_group(group));
    }),
    ("Admin::update_user_group", |rooms| {
        let group = UserGroup { id: rooms.any("user_group"), version: 1, name: rooms.word(), ..UserGroup::default() };
        change(rooms, &group, |session, group| session.admin().update_user_group(group));
    }),
    ("Admin::user_group", one!("user_group", admin.user_group)),
    ("Admin::user_group_as_of", past!(UserGroup)),
    ("Admin::user_groups", pages!("user_group", admin.user_groups)),
    ("Admin::create_territory", |rooms| {
        let territory = Territory { name: rooms.word(), regions: vec![rooms.word()], ..Territory::default() };
        rooms.make(&territory, |session, territory| session.admin().create_territory(territory));
    }),
    ("Admin::update_territory", |rooms| {
        let id = rooms.any("territory");
        let territory = Territory { id, version: 1, name: rooms.word(), ..Territory::default() };
        change(rooms, &territory, |session, territory| session.admin().update_territory(territory));
    }),
    ("Admin::territory", one!("territory", admin.territory)),
    ("Admin::territory_as_of", past!(Territory)),
    ("Admin::territories", pages!("territory", admin.territories)),
    ("Admin::create_sharing_rule", |rooms| {
        let targets = vec![user(rooms)];
        let filter = rooms.query("account").filter;
        let (entity, kind) = ("account".to_owned(), SharingRuleKind::Criteria);
        let rule = SharingRule { name: rooms.word(), entity, kind, targets, filter, ..SharingRule::default() };
        rooms.make(&rule, |session, rule| session.admin().create_sharing_rule(rule));
    }),
    ("Admin::update_sharing_rule", |rooms| {
        let (id, entity) = (rooms.any("sharing_rule"), "account".to_owned());
        let rule = SharingRule { id, version: 1, name: rooms.word(), entity, ..SharingRule::default() };
        change(rooms, &rule, |session, rule| session.admin().update_sharing_rule(rule));
    }),
    ("Admin::sharing_rule", one!("sharing_rule", admin.sharing_rule)),
    ("Admin::sharing_rule_as_of", past!(SharingRule)),
    ("Admin::sharing_rules", pages!("sharing_rule", admin.sharing_rules)),
    ("Admin::create_sharing_default", |rooms| {
        let default = SharingDefault { entity: rooms.random.of(&WORK).into(), ..SharingDefault::default() };
        rooms.make(&default, |session, default| session.admin().create_sharing_default(default));
    }),
    ("Admin::update_sharing_default", |rooms| {
        let (id, entity) = (rooms.any("sharing_default"), rooms.random.of(&WORK).into());
        let default = SharingDefault { id, version: 1, entity, ..SharingDefault::default() };
        change(rooms, &default, |session, default| session.admin().update_sharing_default(default));
    }),
    ("Admin::sharing_default", one!("sharing_default", admin.sharing_default)),
    ("Admin::sharing_default_as_of", past!(SharingDefault)),
    ("Admin::sharing_defaults", pages!("sharing_default", admin.sharing_defaults)),
    ("Access::add_team_member", |rooms| {
        let (entity, record) = of_record(rooms);
        let member = TeamMember { entity, record, user: rooms.any("user"), ..TeamMember::default() };
        rooms.make(&member, |session, member| session.access().add_team_member(member));
    }),
    ("Access::update_team_member", |rooms| {
        let (entity, record) = of_record(rooms);
        let id = rooms.any("team_member");
        let member = TeamMember { id, version: 1, entity, record, user: rooms.any("user"), ..TeamMember::default() };
        rooms.act(&member, |session| session.access().update_team_member(&member));
    }),
    ("Access::remove_team_member", |rooms| {
        let id = rooms.any("team_member");
        rooms.act(&("remove", id), |session| session.access().remove_team_member(id, 1));
    }),
    ("Access::share", |rooms| {
        let ((entity, record), grantee) = (of_record(rooms), user(rooms));
        let share = RecordShare { entity, record, grantee, ..RecordShare::default() };
        rooms.make(&share, |session, share| session.access().share(share));
    }),
    ("Access::unshare", |rooms| {
        let id = rooms.any("record_share");
        rooms.act(&("unshare", id), |session| session.access().unshare(id, 1));
    }),
    ("Access::team", |rooms| {
        let (entity, record) = of_record(rooms);
        rooms.ask(&("team", &entity, record), |session| session.access().team(&entity, record));
    }),
    ("Access::shares", |rooms| {
        let (entity, record) = of_record(rooms);
        rooms.ask(&("shares", &entity, record), |session| session.access().shares(&entity, record));
    }),
    ("Access::explain", |rooms| {
        let entity = rooms.random.of(&ASKED);
        let (record, user) = (rooms.any(entity), rooms.random.percent(50).then(|| rooms.any("user")));
        let field = rooms.random.of(&[None, Some("name"), Some("owner"), Some("annual_revenue"), Some("x_cost")]);
        rooms.ask(&("explain", entity, record, user, field), |session| {
            session.access().explain(user.unwrap_or(session.user()), entity, record, field)
        });
    }),
    ("Access::who_can", |rooms| {
        let entity = rooms.random.of(&ASKED);
        let record = rooms.any(entity);
        rooms.ask(&("who can", entity, record), |session| session.access().who_can(entity, record));
    }),
    ("Access::policy_diff", |rooms| {
        let entity = rooms.random.of(&WORK);
        let id = rooms.any(entity);
        let command: Command = update(entity, id, rooms.version(entity, id), &[("owner", rooms.any("user").into())]);
        rooms.act(&command, |session| session.access().policy_diff(std::slice::from_ref(&command)));
    }),
    ("Transfers::transfer", |rooms| {
        let transfer = transfer(rooms);
        let done = rooms.act(&transfer, |session| session.transfers().transfer(&transfer));
        rooms.operations.extend(done.map(|report| report.operation));
    }),
    ("Transfers::preview_transfer", |rooms| {
        let transfer = transfer(rooms);
        rooms.act(&transfer, |session| without_operation(session.transfers().preview_transfer(&transfer)));
    }),
    ("Transfers::hand_over", |rooms| {
        let hand_over = HandOver { user: rooms.any("user"), to: rooms.any("user"), ..HandOver::default() };
        let done = rooms.act(&hand_over, |session| session.transfers().hand_over(&hand_over));
        rooms.operations.extend(done.map(|report| report.operation));
    }),
    ("Transfers::preview_hand_over", |rooms| {
        let hand_over = HandOver { user: rooms.any("user"), to: rooms.any("user"), ..HandOver::default() };
        rooms.act(&hand_over, |session| without_operation(session.transfers().preview_hand_over(&hand_over)));
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
        let (entity, id) = of_record(rooms);
        rooms.ask(&("ownership", &entity, id), |session| session.transfers().ownership(&entity, id));
    }),
    ("Transfers::owner_on", |rooms| {
        let ((entity, id), date) = (of_record(rooms), rooms.date());
        rooms.ask(&("owner on", &entity, id, date), |session| session.transfers().owner_on(&entity, id, date));
    }),
];
