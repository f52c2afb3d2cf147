mod leads;
mod measures;
mod pipelines;
mod properties;
mod stages;

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::access::{Ctx, ObjectRight, PermissionSet, Role, User};
use crate::engine::{AdminCommand, Command, JournalCommand, Outcome, RecordCommand, Session};
use crate::value::{Currency, Date, Decimal, Error, FieldValue, FixedClock, Id, Result, Timestamp};

pub(super) const DAY: i64 = 86_400_000_000;

pub(super) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

/// The session with a clock of its own that stands at 2026-03-02, nine o'clock in Shanghai.
pub(super) fn clocked(session: &Session) -> (Session, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::new(at("2026-03-02T01:00:00Z")));
    (session.with_clock(clock.clone()), clock)
}

pub(super) fn opportunity(session: &Session, name: &str, amount: &str) -> Opportunity {
    let made = Opportunity { name: name.into(), amount: Some(decimal(amount)), ..Opportunity::default() };
    session.sales().create_opportunity(&made).unwrap()
}

pub(super) fn generic_create(session: &Session, entity: &str, fields: &[(&str, FieldValue)]) -> Result<Outcome> {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    session.execute(Command::Record(RecordCommand::Create { entity: entity.into(), fields }))
}

pub(super) fn generic_update(
    session: &Session,
    entity: &str,
    id: Id,
    expected_version: i64,
    (name, value): (&str, FieldValue),
) -> Result<Outcome> {
    let fields = HashMap::from([(name.to_owned(), value)]);
    session.execute(Command::Record(RecordCommand::Update { entity: entity.into(), id, expected_version, fields }))
}

pub(super) fn advance(session: &Session, id: Id, to: &str) -> Result<Opportunity> {
    let version = session.sales().opportunity(id).unwrap().version;
    session.sales().advance_stage(id, version, to, None, false)
}

pub(super) fn undo_last(session: &Session, id: Id) -> Result<Outcome> {
    let last = session.history("opportunity", id).unwrap().pop().unwrap();
    session.execute(Command::Journal(JournalCommand::Undo { operation: last.op_id }))
}

/// A user who may do these things with opportunities and read pipelines, and nothing else.
pub(super) fn seller(admin: &Session, login: &str, role: Option<Id>) -> Session {
    let read = |entity: &str| ObjectRight { entity: entity.into(), read: true, ..ObjectRight::default() };
    let all = ObjectRight { create: true, edit: true, ..read("opportunity") };
    let set = PermissionSet {
        name: format!("{login} set"),
        objects: vec![all, read("pipeline")],
        ..PermissionSet::default()
    };
    let set = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set: set })).unwrap();
    let user = User {
        login: login.into(),
        name: login.into(),
        role,
        permission_sets: vec![set.created("permission_set")],
        ..User::default()
    };
    let user = admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap().created("user");
    Session { ctx: Ctx { user, ..admin.ctx }, ..admin.clone() }
}

pub(super) fn role(admin: &Session, name: &str) -> Id {
    let role = Role { name: name.into(), ..Role::default() };
    admin.execute(Command::Admin(AdminCommand::CreateRole { role })).unwrap().created("role")
}

/// Stages and times of the intervals, for a glance.
pub(super) fn shape(session: &Session, id: Id) -> Vec<(String, Timestamp, Option<Timestamp>)> {
    let intervals = session.sales().stage_history(id).unwrap();
    intervals.into_iter().map(|interval| (interval.stage, interval.entered_at, interval.left_at)).collect()
}

/// The invariants of the intervals of one opportunity: no gap, no overlap, one open interval while it is open or on
/// hold, the stage of the opportunity last, the owner of the opportunity.
pub(super) fn check_intervals(session: &Session, id: Id) {
    let record = session.sales().opportunity(id).unwrap();
    let intervals = session.sales().stage_history(id).unwrap();
    let closed = record.stage_category.unwrap().is_closed();
    assert!(!intervals.is_empty());
    for pair in intervals.windows(2) {
        assert_eq!(pair[0].left_at, Some(pair[1].entered_at), "gap or overlap");
    }
    for interval in &intervals {
        assert!(interval.left_at.is_none_or(|left| interval.entered_at <= left));
        assert_eq!(interval.owner, record.owner);
    }
    let open = intervals.iter().filter(|interval| interval.left_at.is_none()).count();
    assert_eq!(open, usize::from(!closed));
    let last = intervals.last().unwrap();
    assert_eq!(Some(&last.stage), record.stage.as_ref());
    assert_eq!(Some(last.category), record.stage_category);
    assert_eq!(record.closed_on.is_some(), closed);
}

pub(super) fn codes(error: &Error) -> Vec<(String, String)> {
    let text = |problem: &crate::value::Problem| (problem.code.to_string(), problem.field.clone().unwrap_or_default());
    error.problems().iter().map(text).collect()
}
