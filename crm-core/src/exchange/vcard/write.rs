//! Writing: vCard 3.0 and 4.0, CRLF, folded at 75 bytes.

use crate::value::{Date, ErrorCode, Problem, Result, Timestamp};

use super::super::shown;
use super::binary::from_data_uri;
use super::map::MAPPED;
use super::property::{is_name, parameter};
use super::text::{encode_caret, escape, escape_uri, normal_breaks};
use super::{VCard, VCardAddress, VCardParameter, VCardPhone, VCardProperty, VCardVersion};

/// The most bytes in a line, without its line break.
const LINE_BYTES: usize = 75;

/// Writes cards one after another. Reading them again gives the same cards.
///
/// ```
/// use crm_core::exchange::{VCard, VCardPhone, VCardVersion, write_vcards};
/// let phone = VCardPhone { value: "+49-731-1".into(), extension: Some("42".into()), ..VCardPhone::default() };
/// let card = VCard { full_name: Some("Eva Müller".into()), phones: vec![phone], ..VCard::default() };
/// let text = write_vcards(&[card], VCardVersion::V4)?;
/// assert_eq!(
///     text,
///     "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Eva Müller\r\nTEL;VALUE=uri:tel:+49-731-1;ext=42\r\nEND:VCARD\r\n"
/// );
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `BadFormat` if a name of a property, group or parameter has other letters than A-Z, digits, `-` and `_`, or if
/// `extra` has a `BEGIN`, `END` or `VERSION`.
pub fn write_vcards(cards: &[VCard], version: VCardVersion) -> Result<String> {
    let mut text = String::new();
    for (card, place) in cards.iter().zip(0_usize..) {
        let mut writer = Writer { text: &mut text, version, card };
        writer.card().map_err(|problem| problem.under(&format!("cards[{place}]")).into_invalid())?;
    }
    Ok(text)
}

struct Writer<'a> {
    text: &'a mut String,
    version: VCardVersion,
    card: &'a VCard,
}

impl Writer<'_> {
    fn card(&mut self) -> Result<(), Problem> {
        let card = self.card;
        self.text.push_str("BEGIN:VCARD\r\n");
        self.fold(&format!("VERSION:{}", self.version));
        self.single("FN", Some(escape(card.full_name.as_deref().unwrap_or_default())))?;
        self.single("N", self.name())?;
        self.single("NICKNAME", list(&card.nicknames))?;
        self.single("ORG", organization(card))?;
        self.single("TITLE", card.title.as_deref().map(escape))?;
        self.single("ROLE", card.role.as_deref().map(escape))?;
        for phone in &card.phones {
            self.phone(phone)?;
        }
        for email in &card.emails {
            let params = self.kind(&email.types, email.preferred, &email.params);
            self.line(email.group.as_deref(), "EMAIL", &params, &escape(&email.value))?;
        }
        for address in &card.addresses {
            let params = self.kind(&address.types, address.preferred, &address.params);
            self.line(address.group.as_deref(), "ADR", &params, &components(address))?;
        }
        for url in &card.urls {
            let params = self.kind(&url.types, url.preferred, &url.params);
            self.line(url.group.as_deref(), "URL", &params, &escape_uri(&url.value))?;
        }
        self.single("BDAY", self.birthday())?;
        self.single("CATEGORIES", list(&card.categories))?;
        self.single("NOTE", card.note.as_deref().map(escape))?;
        self.single("UID", card.uid.as_deref().map(escape))?;
        self.single("REV", card.revision.map(|at| self.instant(at)))?;
        for property in &card.extra {
            self.extra(property)?;
        }
        self.text.push_str("END:VCARD\r\n");
        Ok(())
    }

    /// A property that a card has once, with the parameters that were kept for it.
    fn single(&mut self, name: &str, value: Option<String>) -> Result<(), Problem> {
        let Some(value) = value else { return Ok(()) };
        match self.card.attributes.iter().find(|kept| kept.name.eq_ignore_ascii_case(name)) {
            Some(kept) => self.line(kept.group.as_deref(), name, &kept.params, &value),
            None => self.line(None, name, &[], &value),
        }
    }

    /// The name, which vCard 3.0 must have even if it is empty.
    fn name(&self) -> Option<String> {
        let card = self.card;
        let one = |text: &Option<String>| escape(text.as_deref().unwrap_or_default());
        let many = |texts: &[String]| list(texts).unwrap_or_default();
        let parts = [
            one(&card.family_name),
            one(&card.given_name),
            many(&card.additional_names),
            many(&card.prefixes),
            many(&card.suffixes),
        ];
        let needed = self.version == VCardVersion::V3 || parts.iter().any(|part| !part.is_empty());
        needed.then(|| parts.join(";"))
    }

    fn phone(&mut self, phone: &VCardPhone) -> Result<(), Problem> {
        let mut params = self.kind(&phone.types, phone.preferred, &phone.params);
        let Some(extension) = &phone.extension else {
            return self.line(phone.group.as_deref(), "TEL", &params, &escape(&phone.value));
        };
        let number = format!("{};ext={extension}", phone.value);
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"+*#-.()".contains(&byte));
        let has_value = params.iter().any(|param| param.name == "VALUE");
        if self.version == VCardVersion::V4 && plain(&phone.value) && plain(extension) && !has_value {
            params.insert(0, parameter("VALUE", "uri"));
            self.line(phone.group.as_deref(), "TEL", &params, &format!("tel:{number}"))
        } else {
            self.line(phone.group.as_deref(), "TEL", &params, &escape(&number))
        }
    }

    /// Types and preference: `TYPE=work,pref` in 3.0, `TYPE=work;PREF=1` in 4.0.
    fn kind(&self, types: &[String], preferred: bool, others: &[VCardParameter]) -> Vec<VCardParameter> {
        let mut params = Vec::new();
        let mut values = types.to_vec();
        if preferred && self.version == VCardVersion::V3 {
            values.push("pref".to_owned());
        }
        if !values.is_empty() {
            params.push(VCardParameter { name: "TYPE".to_owned(), values });
        }
        if preferred && self.version == VCardVersion::V4 {
            params.push(parameter("PREF", "1"));
        }
        params.extend_from_slice(others);
        params
    }

    fn birthday(&self) -> Option<String> {
        let date = |date: Date| match self.version {
            VCardVersion::V3 => date.to_string(),
            VCardVersion::V4 => date.to_string().replace('-', ""),
        };
        self.card.birthday_text.as_deref().map(escape).or_else(|| self.card.birthday.map(date))
    }

    fn instant(&self, at: Timestamp) -> String {
        let fraction = if at.micros() % 1_000_000 == 0 { "" } else { "%.6f" };
        let format = match self.version {
            VCardVersion::V3 => format!("%Y-%m-%dT%H:%M:%S{fraction}Z"),
            VCardVersion::V4 => format!("%Y%m%dT%H%M%S{fraction}Z"),
        };
        at.to_chrono().format(&format).to_string()
    }

    fn extra(&mut self, property: &VCardProperty) -> Result<(), Problem> {
        let VCardProperty { name, value, group, params } = property;
        if ["BEGIN", "END", "VERSION"].iter().any(|word| name.eq_ignore_ascii_case(word)) {
            return Err(Problem::of_field(ErrorCode::BadFormat, "extra", format!("{} frames a card", shown(name))));
        }
        let mapped = MAPPED.iter().any(|mapped| name.eq_ignore_ascii_case(mapped));
        if self.version == VCardVersion::V3
            && !mapped
            && let Some((params, value)) = from_data_uri(property)
        {
            return self.line(group.as_deref(), name, &params, &value);
        }
        self.line(group.as_deref(), name, params, &normal_breaks(value).replace('\n', "\\n"))
    }

    fn line(&mut self, group: Option<&str>, name: &str, params: &[VCardParameter], value: &str) -> Result<(), Problem> {
        let mut line = String::new();
        if let Some(group) = group {
            line.push_str(checked(group, "group")?);
            line.push('.');
        }
        line.push_str(checked(name, "name")?);
        for param in params {
            line.push(';');
            line.push_str(checked(&param.name, "params")?);
            line.push('=');
            let values: Vec<String> = param.values.iter().map(|value| quoted(value)).collect();
            line.push_str(&values.join(","));
        }
        line.push(':');
        line.push_str(value);
        self.fold(&line);
        Ok(())
    }

    /// Writes a line in pieces of 75 bytes; a character is never cut.
    fn fold(&mut self, line: &str) {
        let mut used = 0_usize;
        for c in line.chars() {
            if used.saturating_add(c.len_utf8()) > LINE_BYTES {
                self.text.push_str("\r\n ");
                used = 1;
            }
            self.text.push(c);
            used = used.saturating_add(c.len_utf8());
        }
        self.text.push_str("\r\n");
    }
}

fn checked<'t>(text: &'t str, field: &str) -> Result<&'t str, Problem> {
    if is_name(text) {
        return Ok(text);
    }
    let message = format!("{} has other letters than A-Z, digits, - and _", shown(text));
    Err(Problem::of_field(ErrorCode::BadFormat, field, message))
}

fn quoted(value: &str) -> String {
    let value = encode_caret(value);
    let plain = !value.contains([',', ';', ':']) && value.trim() == value;
    if plain { value } else { format!("\"{value}\"") }
}

fn list(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.iter().map(|text| escape(text)).collect::<Vec<_>>().join(","))
}

fn organization(card: &VCard) -> Option<String> {
    if card.organization.is_none() && card.organization_units.is_empty() {
        return None;
    }
    let mut parts = vec![escape(card.organization.as_deref().unwrap_or_default())];
    parts.extend(card.organization_units.iter().map(|unit| escape(unit)));
    Some(parts.join(";"))
}

fn components(address: &VCardAddress) -> String {
    let seven = [
        &address.po_box,
        &address.extended,
        &address.street,
        &address.city,
        &address.region,
        &address.postcode,
        &address.country,
    ];
    let mut parts: Vec<String> = seven.iter().map(|part| escape(part.as_deref().unwrap_or_default())).collect();
    parts.extend(address.further.iter().map(|part| escape(part)));
    parts.join(";")
}
