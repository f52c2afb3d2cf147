//! The third door: commands and questions as JSON text, for every language without bindings of its own.

use serde::Serialize;

use super::pipeline::{self, Asked};
use super::{Command, Outcome, Question, Session};
use crate::access::mutation::{Check, off};
use crate::duplicates::RecordSource;
use crate::schema::{FieldKind, FieldRef, Place, Row, WriteRule};
use crate::value::error::excerpt;
use crate::value::{Error, ErrorCode, Id, Result, json};

value_struct! {
    /// One field of an entity, as the caller may see it.
    pub struct FieldDescription {
        required {
            /// The name.
            pub name: String,
            /// The type: `text`, `integer`, `decimal`, `date`, `timestamp`, `boolean`, `reference`, `picklist`, `currency`, `nested`.
            pub kind: String,
        }
        optional {
            /// Must not be empty.
            pub required: bool,
            /// No two records may have the same value.
            pub unique: bool,
            /// Text search looks into it.
            pub searchable: bool,
            /// The caller may set it.
            pub writable: bool,
            /// It was added by the tenant.
            pub custom: bool,
            /// The longest text, in characters.
            pub max_chars: Option<i64>,
            /// Digits behind the point.
            pub scale: Option<i64>,
            /// The entity that a reference points to.
            pub reference_to: Option<String>,
            /// The choices of a picklist.
            pub choices: Vec<String>,
        }
    }
}

/// A request of [`Session::answer_json`]: one of the three.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    execute: Option<serde_json::Value>,
    /// Of the operation that is carried out.
    op_id: Option<Id>,
    preview: Option<serde_json::Value>,
    query: Option<serde_json::Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer<'a> {
    Ok(serde_json::Value),
    Error { kind: &'a str, problems: &'a [crate::value::Problem] },
}

impl Session {
    /// Carries out a command, or a list of commands all or nothing, from JSON text; the outcome is canonical JSON.
    ///
    /// # Errors
    /// As [`Session::execute_all`]; `BadJson`, `UnknownField`, `WrongType`, `Required` with the path in the text.
    pub fn execute_json(&self, text: &str, op_id: Option<Id>) -> Result<String> {
        let program = self.as_program();
        let outcome = if is_list(text) {
            program.execute_all(&json::from_text::<Vec<Command>>(text)?, op_id)
        } else {
            pipeline::execute(&program, Asked::One(&json::from_text(text)?), op_id)
        };
        json::to_canonical(&outcome?)
    }

    /// What a command, or a list of commands, would do, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute_json`].
    pub fn preview_json(&self, text: &str) -> Result<String> {
        let program = self.as_program();
        let outcome = if is_list(text) {
            program.preview_all(&json::from_text::<Vec<Command>>(text)?)
        } else {
            program.preview(json::from_text(text)?)
        };
        json::to_canonical(&outcome?)
    }

    /// Answers a [`Question`] in JSON text with canonical JSON.
    ///
    /// # Errors
    /// As the question's own method.
    pub fn query_json(&self, text: &str) -> Result<String> {
        json::from_text::<Question>(text)?.answer(&self.as_program())
    }

    /// What comes through the door comes from a program, unless something else was said.
    fn as_program(&self) -> Self {
        self.with_source(self.source.unwrap_or(RecordSource::Api))
    }

    /// The whole JSON door in one call that never fails: `{"execute": ...}`, `{"preview": ...}` or `{"query": ...}` is
    /// answered with `{"ok": ...}` or `{"error": {"kind": ..., "problems": [...]}}`, as canonical JSON. Beside `execute`
    /// may stand an `op_id`, so that the request has its effect once however often it is made.
    #[must_use]
    pub fn answer_json(&self, request: &str) -> String {
        let answered = self.answer(request);
        let answer = match &answered {
            Ok(value) => Answer::Ok(value.clone()),
            Err(error) => Answer::Error { kind: error.kind(), problems: error.problems() },
        };
        json::to_canonical(&answer).unwrap_or_default()
    }

    fn answer(&self, request: &str) -> Result<serde_json::Value> {
        let refused = |field, message| Error::invalid(ErrorCode::BadJson, field, message);
        let text = match json::from_text::<Request>(request)? {
            Request { execute: Some(command), op_id, preview: None, query: None } => {
                self.execute_json(&json::to_canonical(&command)?, op_id)
            }
            Request { op_id: Some(_), .. } => Err(refused("op_id", "only `execute` takes an `op_id`")),
            Request { preview: Some(command), execute: None, query: None, .. } => {
                self.preview_json(&json::to_canonical(&command)?)
            }
            Request { query: Some(question), execute: None, preview: None, .. } => {
                self.query_json(&json::to_canonical(&question)?)
            }
            _ => Err(refused("execute", "a request is one of `execute`, `preview` and `query`")),
        }?;
        json::from_text(&text)
    }

    /// The fields of an entity that the caller may see, with custom fields.
    ///
    /// # Errors
    /// `UnknownEntity`; `Denied` without the right to read the entity.
    pub fn describe(&self, entity: &str) -> Result<Vec<FieldDescription>> {
        self.reading(|reading| {
            let (entity, plan) = reading.entity(entity)?;
            plan.require(crate::access::Action::Read)?;
            let fields = reading
                .tenant
                .schema
                .fields(&entity)
                .into_iter()
                .filter(|field| plan.can_read(&field.spec.name) || off(Check::DescribedField));
            Ok(fields.map(|field| describe(&field, plan.require_write(&field.spec).is_ok())).collect())
        })
    }

    pub(crate) fn row_json(&self, entity: &str, row: Row) -> Result<serde_json::Value> {
        let entity = self.inner.registry.get(entity).ok_or_else(|| Error::not_found("entity"))?;
        (entity.to_json)(row)
    }
}

fn is_list(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

fn describe(field: &FieldRef, writable: bool) -> FieldDescription {
    let spec = &field.spec;
    let mut described = FieldDescription {
        name: spec.name.to_string(),
        kind: kind_name(&spec.kind).to_owned(),
        required: spec.required,
        unique: spec.unique,
        searchable: spec.searchable,
        writable: writable && spec.write != WriteRule::Engine,
        custom: matches!(field.place, Place::Custom(_)),
        max_chars: None,
        scale: None,
        reference_to: None,
        choices: Vec::new(),
    };
    match &spec.kind {
        FieldKind::Text { max_chars } => described.max_chars = Some(i64::from(*max_chars)),
        FieldKind::Decimal { scale, .. } => described.scale = Some(i64::from(*scale)),
        FieldKind::Reference { to, .. } => described.reference_to = Some(to.to_string()),
        FieldKind::Picklist { choices } => described.choices = choices.iter().map(ToString::to_string).collect(),
        _ => {}
    }
    described
}

const fn kind_name(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } => "text",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Decimal { .. } => "decimal",
        FieldKind::Date => "date",
        FieldKind::Timestamp => "timestamp",
        FieldKind::Boolean => "boolean",
        FieldKind::Reference { .. } => "reference",
        FieldKind::Picklist { .. } => "picklist",
        FieldKind::Currency => "currency",
        FieldKind::Nested => "nested",
    }
}

/// The names that [`json_schema`] knows: `command`, `question`, `outcome`, `problem`, and every entity.
#[must_use]
pub fn json_schema_names() -> Vec<String> {
    let own = ["command", "question", "outcome", "problem"].into_iter();
    let own =
        own.chain(["pricing.catalog", "pricing.document", "pricing.result", "pricing.what_if"]).map(str::to_owned);
    let registry = super::registry();
    own.chain(registry.entities().iter().map(|entity| entity.name.to_owned())).collect()
}

/// The JSON Schema (draft 2020-12) of a command, a question, an outcome, an entity, or of what prices are made of, as
/// canonical JSON.
///
/// # Errors
/// `UnknownEntity` for another name.
pub fn json_schema(name: &str) -> Result<String> {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let schema = match name {
        "command" => generator.into_root_schema_for::<Command>(),
        "question" => generator.into_root_schema_for::<Question>(),
        "outcome" => generator.into_root_schema_for::<Outcome>(),
        "problem" => generator.into_root_schema_for::<crate::value::Problem>(),
        "pricing.catalog" => generator.into_root_schema_for::<crate::pricing::PriceCatalog>(),
        "pricing.document" => generator.into_root_schema_for::<crate::pricing::PriceDocument>(),
        "pricing.result" => generator.into_root_schema_for::<crate::pricing::PriceResult>(),
        "pricing.what_if" => generator.into_root_schema_for::<crate::pricing::WhatIf>(),
        name => {
            let registry = super::registry();
            let entity = registry.get(name).ok_or_else(|| {
                Error::invalid(ErrorCode::UnknownEntity, "name", format!("no schema `{}`", excerpt(name)))
            })?;
            let mut schema = (entity.schema)(&mut generator);
            schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
            schema.insert("$defs".to_owned(), generator.take_definitions(true).into());
            schema
        }
    };
    json::to_canonical(&schema)
}
