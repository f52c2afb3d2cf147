//! The parts of lists that several columns fill together.

use std::collections::HashMap;

use crate::customer::{ChannelKind, SubjectEntity};
use crate::value::{Error, ErrorCode, FieldValue, IdentifierKind, Result};

const ADDRESS_PARTS: [&str; 6] = ["value", "street", "city", "region", "postcode", "country"];

/// Channels, identifiers, subjects and what the source said, as far as they were read from a row.
#[derive(Default)]
pub(super) struct Lists {
    /// Elements by the name of their list, with the place of their column.
    elements: HashMap<&'static str, Vec<(serde_json::Value, usize)>>,
    address: serde_json::Map<String, serde_json::Value>,
    /// Parts of the address and the places of their columns.
    address_origins: Vec<(String, usize)>,
}

impl Lists {
    /// Refuses a part that no list has.
    pub(super) fn check(list: &str, part: &str, has_lookup: bool) -> Result<()> {
        let known = match list {
            "channels" => match part.strip_prefix("address.") {
                Some(part) => ADDRESS_PARTS.contains(&part),
                None => ChannelKind::parse(part).is_some(),
            },
            "identifiers" => IdentifierKind::parse(part).is_some(),
            "subjects" => has_lookup && SubjectEntity::parse(part).is_some(),
            "raw" => !part.is_empty(),
            _ => false,
        };
        if known {
            Ok(())
        } else {
            Err(Error::invalid(ErrorCode::UnknownField, "columns", format!("no field `{list}.{part}`")))
        }
    }

    /// Takes a value into its list, or into the fields if it is no part of one.
    pub(super) fn put(
        &mut self,
        fields: &mut HashMap<String, FieldValue>,
        field: &str,
        value: FieldValue,
        origin: usize,
    ) {
        let Some((list, part)) = field.split_once('.') else {
            fields.insert(field.to_owned(), value);
            return;
        };
        let text = value.to_key();
        let (list, element) = match (list, part.strip_prefix("address.")) {
            ("channels", Some(part)) => {
                self.address.insert(part.to_owned(), text.into());
                self.address_origins.push((part.to_owned(), origin));
                return;
            }
            ("channels", None) => ("channels", serde_json::json!({ "kind": part, "value": text })),
            ("subjects", _) => ("subjects", serde_json::json!({ "entity": part, "id": text })),
            ("raw", _) => ("raw", serde_json::json!({ "name": part, "value": text })),
            _ => ("identifiers", serde_json::json!({ "kind": part, "value": text })),
        };
        self.elements.entry(list).or_default().push((element, origin));
    }

    /// Puts the lists into the fields; gives their parts, such as `channels[1]`, with the places of their columns.
    pub(super) fn finish(mut self, fields: &mut HashMap<String, FieldValue>) -> Vec<(String, usize)> {
        let mut origins = Vec::new();
        if let Some((_, first)) = self.address_origins.first() {
            let channels = self.elements.entry("channels").or_default();
            let at = channels.len();
            let named = self.address_origins.iter().map(|(part, place)| (format!("channels[{at}].{part}"), *place));
            origins.extend(named);
            channels.push((address(self.address), *first));
        }
        for (name, list) in self.elements {
            origins.extend(list.iter().enumerate().map(|(at, (_, place))| (format!("{name}[{at}]"), *place)));
            let list: Vec<serde_json::Value> = list.into_iter().map(|(element, _)| element).collect();
            if let Ok(value) = FieldValue::json(&list) {
                fields.insert(name.to_owned(), value);
            }
        }
        origins
    }
}

/// The parts of an address as one channel.
fn address(mut parts: serde_json::Map<String, serde_json::Value>) -> serde_json::Value {
    let order = ["street", "postcode", "city", "region", "country"];
    let line: Vec<&str> = order.iter().filter_map(|part| parts.get(*part)?.as_str()).collect();
    let line = line.join(", ");
    parts.entry("value").or_insert_with(|| line.into());
    parts.insert("kind".to_owned(), "address".into());
    parts.into()
}
