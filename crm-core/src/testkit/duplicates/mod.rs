//! Duplicates: looking for them, what a save does about them, and what is told of what a reader does not see.

mod keeping;
mod looks;
mod merges;
mod rights;
mod saves;
mod verdicts;

use super::Engine;
use super::regression::{engines, made, map};
use crate::duplicates::{DuplicateAction, DuplicateCheck, DuplicateQuestion, DuplicateRule, RecordSource};
use crate::engine::Session;
use crate::value::{FieldValue, Id};

type Fields = Vec<(&'static str, FieldValue)>;

fn channels(phone: &str, email: &str) -> FieldValue {
    let phone = format!(r#"{{"kind":"phone","value":"{phone}"}}"#);
    let email = format!(r#"{{"kind":"email","value":"{email}"}}"#);
    FieldValue::Json(format!("[{phone},{email}]"))
}

/// A maker of pumps in Suzhou.
fn pumps() -> Fields {
    vec![
        ("name", "苏州东方泵业有限公司".into()),
        ("city", "苏州".into()),
        ("channels", channels("+86 512 6288 1234", "info@dongfang-pumps.example")),
    ]
}

/// Another company, with nothing in common.
fn fans() -> Fields {
    vec![
        ("name", "Hansen Ventilatoren GmbH".into()),
        ("city", "Bremen".into()),
        ("channels", channels("+49 421 555 9876", "kontakt@hansen-fans.example")),
    ]
}

fn person() -> Fields {
    vec![
        ("full_name", "Anna Magdalena Gruber".into()),
        ("family_name", "Gruber".into()),
        ("given_name", "Anna Magdalena".into()),
        ("birthday", "1985-02-28".into()),
        ("channels", channels("+43 1 5551234", "anna.gruber@gruber-stahl.example")),
    ]
}

fn rule(entity: &str, action: DuplicateAction) -> DuplicateRule {
    DuplicateRule { entity: entity.into(), action, also_possible: true, ..DuplicateRule::default() }
}

fn of_source(entity: &str, action: DuplicateAction, source: RecordSource) -> DuplicateRule {
    DuplicateRule { source: Some(source), ..rule(entity, action) }
}

fn look(session: &Session, entity: &str, fields: &[(&str, FieldValue)]) -> DuplicateCheck {
    let question = DuplicateQuestion { entity: entity.into(), fields: map(fields), ..DuplicateQuestion::default() };
    session.duplicates().check(&question).unwrap()
}

fn look_at(session: &Session, entity: &str, id: Id) -> DuplicateCheck {
    let question = DuplicateQuestion { entity: entity.into(), id: Some(id), ..DuplicateQuestion::default() };
    session.duplicates().check(&question).unwrap()
}

fn found(check: &DuplicateCheck) -> Vec<(&str, Id)> {
    check.hits.iter().map(|hit| (hit.entity.as_str(), hit.id)).collect()
}
