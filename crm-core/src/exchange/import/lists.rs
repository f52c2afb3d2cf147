//! The parts of lists that several columns fill together.

use std::collections::HashMap;

use crate::customer::{ChannelKind, SubjectEntity};
use crate::value::{Error, ErrorCode, FieldValue, IdentifierKind, Result};

/// Several addresses of one row are told apart by their labels: `address[shipping].city`.
fn address_part(part: &str) -> Option<(Option<&str>, &str)> {
    let rest = part.strip_prefix("address")?;
    if let Some(part) = rest.strip_prefix('.') {
        return Some((None, part));
    }
    let (label, part) = rest.strip_prefix('[')?.split_once("].")?;
    (!label.trim().is_empty()).then_some((Some(label), part))
}

const ADDRESS_PARTS: [&str; 6] = ["value", "street", "city", "region", "postcode", "country"];

/// Channels, identifiers, subjects and what the source said, as far as they were read from a row.
#[derive(Default)]
pub(super) struct Lists {
    /// Elements by the name of their list, with the place of their column.
    elements: HashMap<&'static str, Vec<(serde_json::Value, usize)>>,
    /// Addresses by their labels, in the order of their first columns.
    addresses: Vec<Address>,
}

/// The parts of an address that were read.
struct Address {
    label: Option<String>,
    parts: serde_json::Map<String, serde_json::Value>,
    /// The parts and the places of their columns.
    origins: Vec<(String, usize)>,
}

impl Lists {
    /// Whether several columns may fill the field, one element of a list each.
    pub(super) fn appends(field: &str) -> bool {
        match field.split_once('.') {
            Some(("channels", part)) => address_part(part).is_none(),
            Some((list, _)) => list != "raw",
            None => false,
        }
    }

    /// Refuses a part that no list has.
    pub(super) fn check(list: &str, part: &str, has_lookup: bool) -> Result<()> {
        let known = match list {
            "channels" => match address_part(part) {
                Some((_, part)) => ADDRESS_PARTS.contains(&part),
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
        let (list, element) = match (list, address_part(part)) {
            ("channels", Some((label, part))) => return self.put_address(label, part, text, origin),
            ("channels", None) => ("channels", serde_json::json!({ "kind": part, "value": text })),
            ("subjects", _) => ("subjects", serde_json::json!({ "entity": part, "id": text })),
            ("raw", _) => ("raw", serde_json::json!({ "name": part, "value": text })),
            _ => ("identifiers", serde_json::json!({ "kind": part, "value": text })),
        };
        self.elements.entry(list).or_default().push((element, origin));
    }

    fn put_address(&mut self, label: Option<&str>, part: &str, text: String, origin: usize) {
        let known = self.addresses.iter().position(|address| address.label.as_deref() == label);
        let at = known.unwrap_or(self.addresses.len());
        if known.is_none() {
            let label = label.map(ToOwned::to_owned);
            self.addresses.push(Address { label, parts: serde_json::Map::new(), origins: Vec::new() });
        }
        if let Some(address) = self.addresses.get_mut(at) {
            address.parts.insert(part.to_owned(), text.into());
            address.origins.push((part.to_owned(), origin));
        }
    }

    /// Puts the lists into the fields; gives their parts, such as `channels[1]`, with the places of their columns.
    pub(super) fn finish(mut self, fields: &mut HashMap<String, FieldValue>) -> Vec<(String, usize)> {
        let mut origins = Vec::new();
        for address in self.addresses {
            let channels = self.elements.entry("channels").or_default();
            let at = channels.len();
            let first = address.origins.first().map_or(0, |(_, place)| *place);
            let named = address.origins.iter().map(|(part, place)| (format!("channels[{at}].{part}"), *place));
            origins.extend(named);
            channels.push((address_channel(address), first));
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
fn address_channel(address: Address) -> serde_json::Value {
    let Address { label, mut parts, .. } = address;
    let order = ["street", "postcode", "city", "region", "country"];
    let line: Vec<&str> = order.iter().filter_map(|part| parts.get(*part)?.as_str()).collect();
    let line = line.join(", ");
    parts.entry("value").or_insert_with(|| line.into());
    parts.insert("kind".to_owned(), "address".into());
    if let Some(label) = label {
        parts.insert("label".to_owned(), label.into());
    }
    parts.into()
}
