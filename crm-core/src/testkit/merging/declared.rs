//! Every identifier in every registered entity says what a merge does with it: a new one that says nothing fails here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::engine::registry;
use crate::schema::{EntityType, FieldKind, FieldSpec, IdsInside};

/// The definitions that a schema uses, by name.
fn used(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(name)) = fields.get("$ref") {
                found.extend(name.strip_prefix("#/$defs/").map(str::to_owned));
            }
            fields.values().for_each(|inner| used(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| used(inner, found)),
        _ => {}
    }
}

/// Whether an identifier can stand somewhere inside a field, however deep.
fn holds_id(schema: &Value, definitions: &Value) -> bool {
    let (mut open, mut known) = (BTreeSet::new(), BTreeSet::new());
    used(schema, &mut open);
    while let Some(name) = open.pop_first() {
        if name == "Id" {
            return true;
        }
        if known.insert(name.clone()) {
            used(&definitions[&name], &mut open);
        }
    }
    false
}

/// What is wrong with a field, if something is.
fn problem(entity: &EntityType, spec: &FieldSpec, holds_id: bool) -> Option<&'static str> {
    let mergeable = |name: &&str| registry().get(name).is_some_and(|entity| entity.mergeable);
    match &spec.kind {
        FieldKind::Reference { to, .. } if to.is_empty() => {
            let named = spec.entity_in.and_then(|name| entity.field(name));
            let is_text = named.is_some_and(|field| matches!(field.spec.kind, FieldKind::Text { .. }));
            (!is_text).then_some("names no field with the entity that it points to: `of_entity_in`")
        }
        FieldKind::Reference { to, .. } => registry().get(to).is_none().then_some("points to no entity"),
        FieldKind::Nested if holds_id => match (spec.nested_references, spec.ids_inside) {
            (Some(_), None) | (None, Some(IdsInside::AsSaid)) => None,
            (None, Some(IdsInside::NeverMerged(of))) => {
                of.iter().any(mergeable).then_some("points to what can be merged")
            }
            (None, None) => Some("holds identifiers and does not say what a merge does with them: `refers_inside`"),
            (Some(_), Some(_)) => Some("says two things of its identifiers"),
        },
        _ if holds_id => Some("is an identifier and no reference"),
        _ => None,
    }
}

fn problems(entities: &[EntityType]) -> Vec<String> {
    let mut found = Vec::new();
    for entity in entities {
        let mut generator = schemars::SchemaGenerator::default();
        let _ = (entity.schema)(&mut generator);
        let definitions = serde_json::to_value(generator.definitions()).unwrap();
        let own = definitions.as_object().unwrap().iter().find(|(_, schema)| {
            let properties = &schema["properties"];
            properties.get("created_by").is_some()
                && entity.fields.iter().all(|spec| properties.get(spec.name.as_ref()).is_some())
        });
        let properties = &own.unwrap_or_else(|| panic!("no schema of {}", entity.name)).1["properties"];
        for spec in entity.fields.iter() {
            let holds = holds_id(&properties[spec.name.as_ref()], &definitions);
            let problem = problem(entity, spec, holds);
            found.extend(problem.map(|problem| format!("{}.{} {problem}", entity.name, spec.name)));
        }
    }
    found
}

#[test]
fn every_identifier_says_what_a_merge_does_with_it() {
    assert_eq!(problems(registry().entities()), Vec::<String>::new());
}

mod forgetful {
    use crate::value::Id;

    value_struct! {
        /// Somebody named.
        pub struct Named {
            required {
                /// Who.
                pub who: Id,
            }
        }
    }

    value_struct! {
        /// Somebody named somewhere.
        pub struct Place {
            required {
                /// Who.
                pub names: Vec<Named>,
            }
        }
    }

    entity! {
        /// References that say nothing of merges.
        pub struct Forgetful("forgetful", ForgetfulPage, Private) {
            required {}
            optional {
                /// A list.
                pub list: Vec<Id> => nested(),
                /// Deep inside.
                pub places: Vec<Place> => nested(),
                /// Some record.
                pub record: Option<Id> => reference("", MergePolicy::Repoint),
                /// Of an entity that can be merged.
                pub accounts: Vec<Id> => nested().has_ids(IdsInside::NeverMerged(&["account"])),
                /// Of one that cannot.
                pub users: Vec<Id> => nested().has_ids(IdsInside::NeverMerged(&["user"])),
                /// No identifier.
                pub words: Vec<String> => nested(),
            }
        }
    }
}

#[test]
fn an_identifier_that_says_nothing_is_found() {
    assert_eq!(forgetful::ForgetfulPage::default().items.len(), 0);
    let wrong = problems(&[EntityType::of::<forgetful::Forgetful>()]);
    let fields: Vec<&str> = wrong.iter().map(|text| text.split([' ', '.']).nth(1).unwrap()).collect();
    assert_eq!(fields, ["list", "places", "record", "accounts"], "{wrong:?}");
}
