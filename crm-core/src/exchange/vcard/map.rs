//! From properties to the fields of a card.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use encoding_rs::Encoding;

use crate::value::{Date, ErrorCode, Problem, Timestamp};

use super::super::encoding;
use super::property::{Coding, Property, param, parameter, remove};
use super::text::{Dialect, escape, normal_breaks, quoted_printable, split, unescape, verbatim};
use super::{
    VCard, VCardAddress, VCardEmail, VCardFinding, VCardParameter, VCardPhone, VCardProperty, VCardUrl, binary,
};

/// The properties that have fields of their own, all of which are text.
pub(super) const MAPPED: [&str; 15] = [
    "UID",
    "FN",
    "N",
    "NICKNAME",
    "ORG",
    "TITLE",
    "ROLE",
    "TEL",
    "EMAIL",
    "ADR",
    "URL",
    "BDAY",
    "NOTE",
    "CATEGORIES",
    "REV",
];

/// A card while it is read.
pub(super) struct Builder {
    card: VCard,
    /// Whether an `N` was mapped.
    named: bool,
    warnings: Vec<VCardFinding>,
    encoding: &'static Encoding,
    decoded: bool,
    dialect: Dialect,
}

/// A property whose value is text: decoded, but with its escapes.
struct Text {
    /// In capitals.
    name: String,
    property: VCardProperty,
    value: String,
}

impl Text {
    /// Whether there is nothing to keep beside the value.
    fn is_bare(&self) -> bool {
        self.property.group.is_none() && self.property.params.is_empty()
    }
}

impl Builder {
    pub fn new(encoding: &'static Encoding, decoded: bool, dialect: Dialect) -> Self {
        Self { card: VCard::default(), named: false, warnings: Vec::new(), encoding, decoded, dialect }
    }

    pub fn finish(mut self) -> (VCard, Vec<VCardFinding>) {
        // Two files that differ in the order of these properties alone hold the same card.
        self.card.attributes.sort_by(|a, b| a.name.cmp(&b.name));
        (self.card, self.warnings)
    }

    /// Adds a property of the card.
    pub fn add(&mut self, mut property: Property) {
        let name = property.name.to_ascii_uppercase();
        let mapped = MAPPED.contains(&name.as_str());
        let value = std::mem::take(&mut property.value);
        let coding = property.coding();
        let bytes = match coding {
            Coding::Plain => Some(value.clone()),
            Coding::QuotedPrintable => Some(quoted_printable(&value)),
            Coding::Base64 => binary::decode(&value),
            Coding::Unknown => None,
        };
        match bytes {
            None => self.keep_undecoded(property, value),
            Some(bytes) if coding == Coding::Base64 && !mapped => self.keep_binary(property, &bytes),
            Some(bytes) => match self.text(&property, coding, &bytes) {
                Ok(text) => self.add_text(name, property, text),
                Err(charset) => self.keep_unreadable(property, mapped, &bytes, charset),
            },
        }
    }

    /// Adds a card that stands inside this one, in the escaped form of vCard 3.0.
    pub fn nested(&mut self, agent: Property, card: &[u8]) {
        let value = escape(&self.encoding.decode_without_bom_handling(card).0);
        let Property { group, name, params, .. } = agent;
        self.card.extra.push(VCardProperty { name, value, group, params });
    }

    /// The text of a value, or the name of the encoding in which it cannot be read.
    fn text(&self, property: &Property, coding: Coding, bytes: &[u8]) -> Result<String, String> {
        let charset = param(&property.params, "CHARSET").filter(|_| !self.decoded || coding != Coding::Plain);
        let encoding = match charset {
            Some(label) => Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| label.to_owned())?,
            None if coding == Coding::Plain => self.encoding,
            None => encoding::guess(bytes),
        };
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        text.map(|text| normal_breaks(&text)).ok_or_else(|| charset.unwrap_or(encoding.name()).to_owned())
    }

    fn warn(&mut self, line: u64, code: ErrorCode, message: String) {
        self.warnings.push(VCardFinding { line, problem: Problem::new(code, message), value: None });
    }

    /// A value in an encoding that is not known, or in damaged base64: as it stands in the file, without the folds of base64.
    fn keep_undecoded(&mut self, property: Property, mut value: Vec<u8>) {
        if property.coding() == Coding::Base64 {
            value.retain(|byte| !byte.is_ascii_whitespace());
        }
        let name = param(&property.params, "ENCODING").unwrap_or_default().to_owned();
        self.warn(property.line, ErrorCode::BadFormat, format!("the value is not in the encoding `{name}`"));
        match self.encoding.decode_without_bom_handling_and_without_replacement(&value) {
            Some(text) => {
                let value = verbatim(&text, self.dialect);
                let Property { group, name, params, .. } = property;
                self.card.extra.push(VCardProperty { name, value, group, params });
            }
            None => self.keep_unreadable(property, true, &value, self.encoding.name().to_owned()),
        }
    }

    fn keep_binary(&mut self, property: Property, bytes: &[u8]) {
        let Property { group, name, mut params, .. } = property;
        remove(&mut params, "CHARSET");
        let value = binary::to_data_uri(&name, &mut params, bytes);
        self.card.extra.push(VCardProperty { name, value, group, params });
    }

    /// Text whose bytes cannot be read: as base64, with the encoding in which it was meant.
    fn keep_unreadable(&mut self, mut property: Property, mapped: bool, bytes: &[u8], charset: String) {
        self.warn(property.line, ErrorCode::Undecodable, format!("the value cannot be read as {charset}"));
        remove(&mut property.params, "ENCODING");
        remove(&mut property.params, "CHARSET");
        let value = if mapped {
            property.params.extend([parameter("ENCODING", "b"), parameter("CHARSET", charset)]);
            binary::encode(bytes)
        } else {
            binary::text_uri(&charset, bytes)
        };
        let Property { group, name, params, .. } = property;
        self.card.extra.push(VCardProperty { name, value, group, params });
    }

    fn add_text(&mut self, name: String, property: Property, value: String) {
        let Property { group, name: written, mut params, .. } = property;
        remove(&mut params, "ENCODING");
        remove(&mut params, "CHARSET");
        let property = VCardProperty { name: written, value: String::new(), group, params };
        let mut text = Text { name, property, value };
        if !self.map(&mut text) {
            let value = verbatim(&text.value, self.dialect);
            self.card.extra.push(VCardProperty { value, ..text.property });
        }
    }

    /// Puts the property into its field; `false` if it has none, or if the field is taken.
    fn map(&mut self, text: &mut Text) -> bool {
        match text.name.as_str() {
            "VERSION" => true,
            "UID" => self.single(text, |card| &mut card.uid),
            "FN" => self.single(text, |card| &mut card.full_name),
            "TITLE" => self.single(text, |card| &mut card.title),
            "ROLE" => self.single(text, |card| &mut card.role),
            "NOTE" => self.note(text),
            "N" => self.name(text),
            "ORG" => self.organization(text),
            "NICKNAME" => self.list(text, self.dialect == Dialect::New, |card| &mut card.nicknames),
            "CATEGORIES" => self.list(text, true, |card| &mut card.categories),
            "BDAY" => self.birthday(text),
            "REV" => self.revision(text),
            "TEL" => self.phone(text),
            "EMAIL" => self.email(text),
            "URL" => self.url(text),
            "ADR" => self.address(text),
            _ => false,
        }
    }

    fn plain(&self, value: &str) -> String {
        unescape(value, self.dialect).trim().to_owned()
    }

    fn some(&self, value: Option<&&str>) -> Option<String> {
        value.map(|value| self.plain(value)).filter(|value| !value.is_empty())
    }

    /// The parts of a list that are not empty; one part if the list is not cut.
    fn items(&self, value: Option<&&str>, cut: bool) -> Vec<String> {
        let value = value.copied().unwrap_or_default();
        let parts = if cut { split(value, ',') } else { vec![value] };
        parts.into_iter().map(|part| self.plain(part)).filter(|part| !part.is_empty()).collect()
    }

    /// Keeps group and parameters of a property that stands in a field.
    fn keep_attributes(&mut self, text: &mut Text) {
        if !text.is_bare() {
            let VCardProperty { group, params, .. } = std::mem::take(&mut text.property);
            self.card.attributes.push(VCardProperty { name: text.name.clone(), value: String::new(), group, params });
        }
    }

    fn single(&mut self, text: &mut Text, field: fn(&mut VCard) -> &mut Option<String>) -> bool {
        let value = self.plain(&text.value);
        if value.is_empty() {
            return true;
        }
        if field(&mut self.card).is_some() {
            return false;
        }
        *field(&mut self.card) = Some(value);
        self.keep_attributes(text);
        true
    }

    /// A note keeps the white space round it.
    fn note(&mut self, text: &mut Text) -> bool {
        let value = unescape(&text.value, self.dialect);
        if value.trim().is_empty() {
            return true;
        }
        if self.card.note.is_some() {
            return false;
        }
        self.card.note = Some(value);
        self.keep_attributes(text);
        true
    }

    fn name(&mut self, text: &mut Text) -> bool {
        if self.named {
            return false;
        }
        let value = std::mem::take(&mut text.value);
        let parts = split(&value, ';');
        let cut = self.dialect == Dialect::New;
        self.card.family_name = self.some(parts.first());
        self.card.given_name = self.some(parts.get(1));
        self.card.additional_names = self.items(parts.get(2), cut);
        self.card.prefixes = self.items(parts.get(3), cut);
        self.card.suffixes = self.items(parts.get(4), cut);
        let more = parts.get(5..).unwrap_or_default().iter().any(|part| !self.plain(part).is_empty());
        let card = &self.card;
        let found = card.family_name.is_some()
            || card.given_name.is_some()
            || [&card.additional_names, &card.prefixes, &card.suffixes].iter().any(|list| !list.is_empty());
        self.named = found || more;
        if more {
            // RFC 9554 has more components: the whole property is kept beside the fields.
            let value = verbatim(&value, self.dialect);
            self.card.extra.push(VCardProperty { value, ..text.property.clone() });
        }
        if found {
            self.keep_attributes(text);
        }
        true
    }

    fn organization(&mut self, text: &mut Text) -> bool {
        let parts = split(&text.value, ';');
        let name = self.some(parts.first());
        let units: Vec<String> = parts.iter().skip(1).filter_map(|part| self.some(Some(part))).collect();
        if name.is_none() && units.is_empty() {
            return true;
        }
        if self.card.organization.is_some() || !self.card.organization_units.is_empty() {
            return false;
        }
        (self.card.organization, self.card.organization_units) = (name, units);
        self.keep_attributes(text);
        true
    }

    /// A list that may stand in several properties, unless they differ in their parameters.
    fn list(&mut self, text: &mut Text, cut: bool, field: fn(&mut VCard) -> &mut Vec<String>) -> bool {
        let items = self.items(Some(&text.value.as_str()), cut);
        if items.is_empty() {
            return true;
        }
        let attributed = self.card.attributes.iter().any(|kept| kept.name == text.name);
        if !field(&mut self.card).is_empty() && (attributed || !text.is_bare()) {
            return false;
        }
        field(&mut self.card).extend(items);
        self.keep_attributes(text);
        true
    }

    fn birthday(&mut self, text: &mut Text) -> bool {
        let value = self.plain(&text.value);
        if value.is_empty() {
            return true;
        }
        if self.card.birthday.is_some() || self.card.birthday_text.is_some() {
            return false;
        }
        let date = value.split(['T', 't']).next().and_then(complete_date);
        let whole = date.is_some() && !value.contains(['T', 't']);
        if whole {
            drop_value(&mut text.property.params, &["date"]);
        }
        self.card.birthday = date;
        self.card.birthday_text = (!whole).then_some(value);
        self.keep_attributes(text);
        true
    }

    fn revision(&mut self, text: &mut Text) -> bool {
        let value = self.plain(&text.value);
        if value.is_empty() {
            return true;
        }
        match instant(&value) {
            Some(at) if self.card.revision.is_none() => {
                self.card.revision = Some(at);
                self.keep_attributes(text);
                true
            }
            _ => false,
        }
    }

    fn phone(&mut self, text: &mut Text) -> bool {
        let plain = self.plain(&text.value);
        let mut number = plain.as_str();
        while let Some((start, rest)) = number.split_at_checked(4)
            && start.eq_ignore_ascii_case("tel:")
        {
            number = rest.trim();
        }
        let (value, extension) = match number.rsplit_once(";ext=").map(|(value, ext)| (value.trim(), ext.trim())) {
            Some((value, extension)) if !value.is_empty() && !extension.is_empty() => {
                (value, Some(extension.to_owned()))
            }
            _ => (number, None),
        };
        if value.is_empty() {
            return true;
        }
        let Kind { types, preferred, group, params } = kind(text, &["uri", "text"]);
        self.card.phones.push(VCardPhone { value: value.to_owned(), types, preferred, extension, group, params });
        true
    }

    fn email(&mut self, text: &mut Text) -> bool {
        let value = self.plain(&text.value);
        if !value.is_empty() {
            let Kind { types, preferred, group, params } = kind(text, &["text"]);
            self.card.emails.push(VCardEmail { value, types, preferred, group, params });
        }
        true
    }

    fn url(&mut self, text: &mut Text) -> bool {
        let value = self.plain(&text.value);
        if !value.is_empty() {
            let Kind { types, preferred, group, params } = kind(text, &["uri"]);
            self.card.urls.push(VCardUrl { value, types, preferred, group, params });
        }
        true
    }

    fn address(&mut self, text: &mut Text) -> bool {
        let parts: Vec<String> = split(&text.value, ';').into_iter().map(|part| self.plain(part)).collect();
        let last = parts.iter().rposition(|part| !part.is_empty());
        let Some(last) = last else { return true };
        let part = |place: usize| parts.get(place).filter(|part| !part.is_empty()).cloned();
        let Kind { types, preferred, group, params } = kind(text, &["text"]);
        self.card.addresses.push(VCardAddress {
            po_box: part(0),
            extended: part(1),
            street: part(2),
            city: part(3),
            region: part(4),
            postcode: part(5),
            country: part(6),
            further: parts.get(7..=last).unwrap_or_default().to_vec(),
            types,
            preferred,
            group,
            params,
        });
        true
    }
}

/// What a property is for, and what else stands beside its value.
struct Kind {
    types: Vec<String>,
    preferred: bool,
    group: Option<String>,
    params: Vec<VCardParameter>,
}

/// Takes types, preference and group out of a property, and the type of value if it is one of `expected`.
fn kind(text: &mut Text, expected: &[&str]) -> Kind {
    let VCardProperty { group, mut params, .. } = std::mem::take(&mut text.property);
    let mut types: Vec<String> = Vec::new();
    let mut preferred = false;
    for one in params.iter().filter(|param| param.name == "TYPE").flat_map(|param| &param.values) {
        let one = one.to_ascii_lowercase();
        if one == "pref" {
            preferred = true;
        } else if !types.contains(&one) {
            types.push(one);
        }
    }
    let first = |param: &VCardParameter| param.name == "PREF" && matches!(param.values.as_slice(), [one] if one == "1");
    preferred |= params.iter().any(first);
    params.retain(|param| param.name != "TYPE" && !first(param));
    drop_value(&mut params, expected);
    Kind { types, preferred, group, params }
}

fn drop_value(params: &mut Vec<VCardParameter>, expected: &[&str]) {
    let dropped = |value: &str| expected.contains(&value.to_ascii_lowercase().as_str());
    params.retain(|param| param.name != "VALUE" || !matches!(param.values.as_slice(), [one] if dropped(one)));
}

/// `1980-03-22` or `19800322`.
fn complete_date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?).parse().ok()
}

/// An instant in the long form (RFC 3339) or the short one (`20120305T131933Z`), with an offset.
fn instant(text: &str) -> Option<Timestamp> {
    let short = || DateTime::parse_from_str(text, "%Y%m%dT%H%M%S%.f%#z").map(|at| at.with_timezone(&Utc));
    let zulu = || NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S%.fZ").map(|at| at.and_utc());
    let at = DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .or_else(|_| zulu())
        .or_else(|_| short())
        .ok()?;
    (1..=9999).contains(&at.year()).then(|| Timestamp::from_chrono(at))
}
