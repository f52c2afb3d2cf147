//! The third door: commands and questions as JSON text, for every language without bindings of its own.

use serde::Serialize;

use super::{Command, Outcome, Session};
use crate::query::{AggregateQuery, Query};
use crate::room::Reader as _;
use crate::schema::{FieldKind, FieldRef, Place, Row, WriteRule};
use crate::value::{Error, ErrorCode, Id, Result, Timestamp, json};

value_union! {
    /// A question of the JSON door. In JSON: `{"list": {"entity": "account", "query": {"limit": 10}}}`.
    pub enum Question {
        /// One record.
        Get {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
        /// A page of records: `{"items": [...], "next_cursor": "..."}`.
        List {
            /// The entity.
            entity: String,
            /// The question.
            query: Query,
        },
        /// Figures by group: a list of `{"keys": [...], "values": [...]}`.
        Aggregate {
            /// The entity.
            entity: String,
            /// The question.
            query: AggregateQuery,
        },
        /// What happened to a record, oldest first.
        History {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
        /// A record as it stood at an instant.
        AsOf {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
            /// The instant.
            at: Timestamp,
        },
        /// The change feed behind a cursor.
        ChangesSince {
            /// The cursor; begin with 0.
            cursor: i64,
            /// Entries on a page, 1 to 1,000.
            limit: i64,
        },
        /// The fields of an entity, as the caller may see them.
        Describe {
            /// The entity.
            entity: String,
        },
    }
}

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

/// A request of [`Session::answer_json`].
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Execute(serde_json::Value),
    Preview(serde_json::Value),
    Query(serde_json::Value),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer<'a> {
    Ok(serde_json::Value),
    Error { kind: &'a str, problems: &'a [crate::value::Problem] },
}

#[derive(Serialize)]
struct JsonPage {
    items: Vec<serde_json::Value>,
    next_cursor: Option<String>,
}

impl Session {
    /// Carries out a command, or a list of commands all or nothing, from JSON text; the outcome is canonical JSON.
    ///
    /// # Errors
    /// As [`Session::execute_all`]; `BadJson`, `UnknownField`, `WrongType`, `Required` with the path in the text.
    pub fn execute_json(&self, text: &str, op_id: Option<Id>) -> Result<String> {
        let outcome: Outcome = if text.trim_start().starts_with('[') {
            let commands: Vec<Command> = json::from_text(text)?;
            self.execute_all(&commands, op_id)?
        } else {
            self.execute_all(&[json::from_text(text)?], op_id)?
        };
        json::to_canonical(&outcome)
    }

    /// What a command, or a list of commands, would do, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute_json`].
    pub fn preview_json(&self, text: &str) -> Result<String> {
        let commands: Vec<Command> =
            if text.trim_start().starts_with('[') { json::from_text(text)? } else { vec![json::from_text(text)?] };
        json::to_canonical(&self.preview_all(&commands)?)
    }

    /// Answers a [`Question`] in JSON text with canonical JSON.
    ///
    /// # Errors
    /// As the question's own method.
    pub fn query_json(&self, text: &str) -> Result<String> {
        match json::from_text::<Question>(text)? {
            Question::Get { entity, id } => {
                let row = self.reading(|reading| reading.get(&entity, id))?;
                json::to_canonical(&self.row_json(&entity, row)?)
            }
            Question::List { entity, query } => {
                let (rows, next_cursor) = self.reading(|reading| reading.page(&entity, &query))?;
                let items = rows.into_iter().map(|row| self.row_json(&entity, row)).collect::<Result<_>>()?;
                json::to_canonical(&JsonPage { items, next_cursor })
            }
            Question::Aggregate { entity, query } => json::to_canonical(&self.aggregate(&entity, &query)?),
            Question::History { entity, id } => json::to_canonical(&self.history(&entity, id)?),
            Question::AsOf { entity, id, at } => {
                let row = self.reading(|reading| reading.as_of(&entity, id, at))?;
                json::to_canonical(&self.row_json(&entity, row)?)
            }
            Question::ChangesSince { cursor, limit } => json::to_canonical(&self.changes_since(cursor, limit)?),
            Question::Describe { entity } => json::to_canonical(&self.describe(&entity)?),
        }
    }

    /// The whole JSON door in one call that never fails: `{"execute": ...}`, `{"preview": ...}` or `{"query": ...}` is
    /// answered with `{"ok": ...}` or `{"error": {"kind": ..., "problems": [...]}}`, as canonical JSON.
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
        let text = match json::from_text::<Request>(request)? {
            Request::Execute(command) => self.execute_json(&json::to_canonical(&command)?, None),
            Request::Preview(command) => self.preview_json(&json::to_canonical(&command)?),
            Request::Query(question) => self.query_json(&json::to_canonical(&question)?),
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
            let fields =
                reading.tenant.schema.fields(&entity).into_iter().filter(|field| plan.can_read(&field.spec.name));
            Ok(fields.map(|field| describe(&field, plan.require_write(&field.spec).is_ok())).collect())
        })
    }

    pub(crate) fn row_json(&self, entity: &str, row: Row) -> Result<serde_json::Value> {
        let entity = self.inner.registry.get(entity).ok_or_else(|| Error::not_found("entity"))?;
        (entity.to_json)(row)
    }
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

/// The names that [`json_schema`] knows: `command`, `question`, `outcome`, `error`, and every entity.
#[must_use]
pub fn json_schema_names() -> Vec<String> {
    let own = ["command", "question", "outcome", "problem"].map(str::to_owned);
    let registry = super::registry();
    own.into_iter().chain(registry.entities().iter().map(|entity| entity.name.to_owned())).collect()
}

/// The JSON Schema (draft 2020-12) of a command, a question, an outcome or an entity, as canonical JSON.
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
        name => {
            let registry = super::registry();
            let entity = registry.get(name).ok_or_else(|| {
                let shown: String = name.chars().take(60).collect();
                Error::invalid(ErrorCode::UnknownEntity, "name", format!("no schema `{shown}`"))
            })?;
            let mut schema = (entity.schema)(&mut generator);
            schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
            schema.insert("$defs".to_owned(), generator.take_definitions(true).into());
            schema
        }
    };
    json::to_canonical(&schema)
}
