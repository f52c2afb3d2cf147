//! Duplicates: the reader looks for those of his records, and says what they are; rules and models are not his business.

use super::session::new_fields;
use super::{Call, pages};
use crate::duplicates::{
    CaseVerdict, DuplicateAction, DuplicateQuestion, DuplicateRule, DuplicateSearch, DuplicateVerdict, RecordSource,
    StoredMatchModel, VerdictKind,
};
use crate::engine::Session;
use crate::matching::{MatchKind, shipped_model};
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::Rooms;
use crate::testkit::regression::{create, map};
use crate::value::Id;

/// What reviewers do is refused to nobody; what administrators do is.
pub(super) const REFUSED: &[&str] = &[
    "DuplicateControl::rekey",
    "DuplicateControl::create_rule",
    "DuplicateControl::update_rule",
    "DuplicateControl::rules",
    "DuplicateControl::learn",
    "DuplicateControl::store_model",
    "DuplicateControl::update_model",
    "DuplicateControl::models",
];

pub(super) const CALLS: &[Call] = &[
    ("Session::with_source", |rooms| {
        let (entity, fields) = new_fields(rooms);
        let source = rooms.random.of(RecordSource::ALL);
        let command = create(entity, &fields);
        let outcome =
            rooms.act(&("from", source, &command), |session| session.with_source(source).execute(command.clone()));
        rooms.note(outcome);
    }),
    ("DuplicateControl::check", |rooms| {
        let question = question(rooms);
        rooms.ask(&question, |session| session.duplicates().check(&question));
    }),
    ("DuplicateControl::find", |rooms| {
        let search = search(rooms);
        rooms.ask(&search, |session| session.duplicates().find(&search));
    }),
    ("DuplicateControl::suggestions", |rooms| {
        let search = DuplicateSearch { entity: "account".into(), ..search(rooms) };
        rooms.ask(&("suggest", &search), |session| session.duplicates().suggestions(&search));
    }),
    ("DuplicateControl::set_verdict", |rooms| {
        let entity = rooms.random.of(&["account", "contact", "lead"]);
        let verdict = DuplicateVerdict {
            entity: entity.into(),
            record: rooms.any(entity),
            other_entity: entity.into(),
            other: rooms.any(entity),
            verdict: rooms.random.of(VerdictKind::ALL),
            ..DuplicateVerdict::default()
        };
        rooms.make(&verdict, |session, verdict| session.duplicates().set_verdict(verdict));
    }),
    ("DuplicateControl::withdraw_verdict", |rooms| {
        let id = rooms.any("duplicate_verdict");
        let version = rooms.version("duplicate_verdict", id);
        rooms.act(&("withdraw", id), |session| session.duplicates().withdraw_verdict(id, version));
    }),
    ("DuplicateControl::verdicts", pages!("duplicate_verdict", duplicates.verdicts)),
    ("DuplicateControl::cases", pages!("duplicate_case", duplicates.cases)),
    ("DuplicateControl::decide_case", |rooms| {
        let (id, candidate) = (case(rooms), rooms.any("contact"));
        let version = rooms.version("duplicate_case", id);
        let said = CaseVerdict { candidate, verdict: rooms.random.of(VerdictKind::ALL) };
        let said: Vec<CaseVerdict> = rooms.random.percent(40).then_some(said).into_iter().collect();
        rooms.act(&("decide", id, &said), |session| session.duplicates().decide_case(id, version, &said, None));
    }),
    ("DuplicateControl::rekey", |rooms| {
        rooms.act(&"rekey", |session| session.duplicates().rekey(10));
    }),
    ("DuplicateControl::create_rule", |rooms| {
        let action = rooms.random.of(DuplicateAction::ALL);
        let rule = DuplicateRule { entity: "account".into(), action, ..DuplicateRule::default() };
        rooms.make(&rule, |session, rule| session.duplicates().create_rule(rule));
    }),
    ("DuplicateControl::update_rule", |rooms| {
        let entity = "account".into();
        let rule = DuplicateRule { id: rooms.any("duplicate_rule"), version: 1, entity, ..DuplicateRule::default() };
        rooms.act(&rule, |session| session.duplicates().update_rule(&rule));
    }),
    ("DuplicateControl::rules", pages!("duplicate_rule", duplicates.rules)),
    ("DuplicateControl::learn", |rooms| {
        let search = search(rooms);
        rooms.act(&("learn", &search), |session| session.duplicates().learn(&search));
    }),
    ("DuplicateControl::store_model", |rooms| {
        let model = model();
        rooms.make(&model, |session, model| session.duplicates().store_model(model));
    }),
    ("DuplicateControl::update_model", |rooms| {
        let model = StoredMatchModel { id: rooms.any("match_model"), version: 1, ..model() };
        rooms.act(&model, |session| session.duplicates().update_model(&model));
    }),
    ("DuplicateControl::models", pages!("match_model", duplicates.models)),
];

fn model() -> StoredMatchModel {
    StoredMatchModel { model: Some(shipped_model(MatchKind::Person)), ..StoredMatchModel::default() }
}

fn question(rooms: &mut Rooms) -> DuplicateQuestion {
    let (entity, fields) = new_fields(rooms);
    let with_related = rooms.random.percent(50);
    let id = rooms.random.percent(40).then(|| rooms.any(entity));
    let fields = if id.is_some() && rooms.random.percent(60) { Vec::new() } else { fields };
    DuplicateQuestion { entity: entity.into(), fields: map(&fields), id, with_related }
}

fn search(rooms: &mut Rooms) -> DuplicateSearch {
    let entity = rooms.random.of(&["account", "contact", "lead", "product"]);
    let filter = rooms.random.percent(30).then(|| rooms.query(entity).filter).flatten();
    let ids = if rooms.random.percent(30) { (0..3).map(|_| rooms.any(entity)).collect() } else { Vec::new() };
    DuplicateSearch { entity: entity.into(), filter, ids, ..DuplicateSearch::default() }
}

/// A case of the reader; both worlds have the same.
fn case(rooms: &mut Rooms) -> Id {
    let cases = rooms.ask(&"cases", |session: &Session| session.duplicates().cases(&crate::query::Query::default()));
    let ids: Vec<Id> = cases.iter().flat_map(|page| &page.items).map(|case| case.id).collect();
    rooms.random.pick(&ids).copied().unwrap_or(Id::NIL)
}
