//! Random JSON of a given JSON Schema: so that commands and nested values of rooms that come later are covered too.

use serde_json::{Map, Value, json};

use super::Random;
use crate::engine::Command;
use crate::schema::Registry;
use crate::value::Id;

/// The deepest nesting that is made up.
const MAX_DEPTH: usize = 9;

/// The schemas of all commands and entities.
pub(crate) struct Shapes {
    definitions: Map<String, Value>,
    command: Value,
    entities: Vec<(&'static str, Value)>,
}

/// What the JSON may name.
pub(crate) struct Names<'a> {
    pub(crate) ids: &'a [Id],
    pub(crate) words: &'a [&'a str],
}

impl Shapes {
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut generator = schemars::SchemaGenerator::default();
        let command = generator.subschema_for::<Command>().to_value();
        let entities = registry
            .entities()
            .iter()
            .map(|entity| (entity.name, (entity.schema)(&mut generator).to_value()))
            .collect();
        Self { definitions: generator.take_definitions(true), command, entities }
    }

    /// A command, most likely one that makes no sense.
    pub(crate) fn command(&self, random: &mut Random, names: &Names<'_>) -> Value {
        self.made_up(&self.command, random, names, 0)
    }

    /// A value for a field of an entity.
    pub(crate) fn field(&self, entity: &str, field: &str, random: &mut Random, names: &Names<'_>) -> Value {
        let found = self.entities.iter().find(|(name, _)| *name == entity).map(|(_, schema)| self.resolved(schema));
        match found.and_then(|schema| schema.pointer(&format!("/properties/{field}"))) {
            Some(schema) => self.made_up(schema, random, names, 2),
            None => Value::Null,
        }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        target.and_then(|name| self.definitions.get(name)).unwrap_or(schema)
    }

    fn made_up(&self, schema: &Value, random: &mut Random, names: &Names<'_>, depth: usize) -> Value {
        let schema = self.resolved(schema);
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return random.of(choices);
        }
        if schema.pointer("/anyOf/0/format").is_some_and(|format| format == "uuid") {
            return random.pick(names.ids).map_or(json!(""), |id| json!(id.to_string()));
        }
        let choices = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema.get(key).and_then(Value::as_array));
        if let Some(choices) = choices {
            return self.made_up(&random.of(choices), random, names, depth + 1);
        }
        let kind = match schema.get("type") {
            Some(Value::Array(kinds)) => random.of(kinds).as_str().unwrap_or("null").to_owned(),
            Some(kind) => kind.as_str().unwrap_or("null").to_owned(),
            None => "string".to_owned(),
        };
        match kind.as_str() {
            "object" => self.object(schema, random, names, depth),
            "array" => {
                let length = if depth > MAX_DEPTH { 0 } else { random.below(3) };
                let item = schema.get("items").unwrap_or(&Value::Null);
                (0..length).map(|_| self.made_up(item, random, names, depth + 1)).collect()
            }
            "string" => text(schema, random, names),
            "integer" => json!(random.of(&[0, 1, 2, 3, 5, 10, 100, -1, i64::MAX])),
            "boolean" => json!(random.percent(50)),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, random: &mut Random, names: &Names<'_>, depth: usize) -> Value {
        let mut object = Map::new();
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if required.contains(&name.as_str()) || (depth <= MAX_DEPTH && random.percent(20)) {
                object.insert(name.clone(), self.made_up(property, random, names, depth + 1));
            }
        }
        if let Some(more) = schema.get("additionalProperties").filter(|more| more.is_object()) {
            for _ in 0..random.below(3) {
                object.insert(random.of(names.words).to_owned(), self.made_up(more, random, names, depth + 1));
            }
        }
        Value::Object(object)
    }
}

fn text(schema: &Value, random: &mut Random, names: &Names<'_>) -> Value {
    let is = |key: &str, value: &str| schema.get(key).is_some_and(|found| found == value);
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    json!(if is("format", "date") {
        random.of(&["2026-01-31", "2026-03-31", "2025-12-31", "2027-02-30"]).to_owned()
    } else if is("format", "date-time") {
        random.of(&["2026-03-31T08:00:00Z", "2026-01-01T00:00:00+08:00", "2026-01-01 08:00"]).to_owned()
    } else if pattern == "^[A-Z]{3}$" {
        random.of(&["CNY", "EUR", "USD", "XXQ"]).to_owned()
    } else if pattern.contains("eE") {
        random.of(&["0", "1", "10.5", "-3.25", "1000000", "0.0001", "1e3"]).to_owned()
    } else {
        random.of(names.words).to_owned()
    })
}
