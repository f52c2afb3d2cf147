//! An entity that has everything an entity can have, private as customers' records are.

use std::sync::{Arc, OnceLock};

use crate::product::{ParameterValue, parameter_keys};
use crate::room::{ExternalId, external_ids};
use crate::schema::{CustomFieldKind, EntityType, Entries, FieldDefinition, Registry};
use crate::value::{Currency, Date, Decimal, Id, Timestamp};

/// The sample is found by its external identifiers as an account is by its channels.
const BY_EXTERNAL: Entries = Entries {
    keys: |json| {
        let list: Vec<ExternalId> = crate::value::json::from_text(json).unwrap_or_default();
        list.into_iter().map(|id| (id.system, id.key)).collect()
    },
    wanted: |kind, value| Ok((kind.to_owned(), value.to_owned())),
};

entity! {
    /// A field of every kind.
    pub struct Sample("sample", SamplePage, Private) {
        required {
            /// Text that must be there.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// Unique text.
            pub code: Option<String> => text(40).unique(),
            /// Free text.
            pub note: Option<String> => text(2_000).searchable(),
            /// A signed decimal.
            pub amount: Option<Decimal> => decimal(2).signed().indexed(),
            /// A decimal that is not below zero.
            pub weight: Option<Decimal> => decimal(6),
            /// An integer.
            pub count: Option<i64> => integer(),
            /// An integer that is never empty in the struct.
            pub rank: i64 => integer().between(0, 9),
            /// A date.
            pub day: Option<Date> => date().indexed(),
            /// An instant.
            pub at: Option<Timestamp> => timestamp(),
            /// Yes or no.
            pub is_open: bool => boolean(),
            /// A choice.
            pub stage: Option<String> => picklist(&["lost", "new", "won"]),
            /// A currency.
            pub currency: Option<Currency> => currency(),
            /// A record of the same entity.
            pub parent: Option<Id> => reference("sample", MergePolicy::Repoint).indexed(),
            /// A user.
            pub agent: Option<Id> => reference("user", MergePolicy::Keep),
            /// Nested unique keys; records are found by them too.
            pub external: Vec<ExternalId> => external_ids().found_by(BY_EXTERNAL),
            /// Records are found by figures and words in it.
            pub figures: Vec<ParameterValue> => nested().spanned_by(parameter_keys),
            /// Set once.
            pub serial: Option<String> => text(40).once(),
            /// Kept by the engine.
            pub kept: Option<i64> => integer().engine(),
            /// Often hidden.
            pub secret: Option<String> => text(200).searchable(),
        }
    }
}

/// The engine's registry and the sample.
pub(crate) fn registry() -> Arc<Registry> {
    static REGISTRY: OnceLock<Arc<Registry>> = OnceLock::new();
    let make = || {
        let mut types = crate::engine::registry().entities().to_vec();
        types.push(EntityType::of::<Sample>().mergeable());
        Arc::new(Registry::new(types))
    };
    REGISTRY.get_or_init(make).clone()
}

/// The names of the custom fields that [`custom_definitions`] makes.
pub(crate) const CUSTOM_FIELDS: [&str; 8] =
    ["x_text", "x_integer", "x_decimal", "x_date", "x_timestamp", "x_boolean", "x_reference", "x_picklist"];

/// A custom field of every kind for an entity.
pub(crate) fn custom_definitions(entity: &str) -> Vec<FieldDefinition> {
    let definition = |(name, kind): (&&str, &CustomFieldKind)| FieldDefinition {
        entity: entity.to_owned(),
        name: (*name).to_owned(),
        kind: *kind,
        is_indexed: *kind == CustomFieldKind::Decimal,
        is_unique: false,
        reference_to: (*kind == CustomFieldKind::Reference).then(|| entity.to_owned()),
        choices: if *kind == CustomFieldKind::Picklist {
            vec!["blue".into(), "green".into(), "red".into()]
        } else {
            Vec::new()
        },
        ..FieldDefinition::default()
    };
    CUSTOM_FIELDS.iter().zip(CustomFieldKind::ALL).map(definition).collect()
}

#[test]
fn a_page_has_no_records_by_default() {
    assert_eq!(crate::value::json::to_canonical(&SamplePage::default()).unwrap(), r#"{"items":[],"next_cursor":null}"#);
}
