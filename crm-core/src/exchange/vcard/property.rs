//! One property: `group.NAME;PARAM=value,value:value`.

use encoding_rs::Encoding;

use crate::value::{ErrorCode, Problem};

use super::super::shown;
use super::VCardParameter;
use super::lines::Line;
use super::text::{Dialect, decode_caret};

/// How the bytes of a value are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    QuotedPrintable,
    Base64,
    Unknown,
}

impl Coding {
    fn named(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "7BIT" | "8BIT" => Self::Plain,
            "QUOTED-PRINTABLE" | "Q" => Self::QuotedPrintable,
            "BASE64" | "B" => Self::Base64,
            _ => Self::Unknown,
        }
    }
}

/// A property whose value is not decoded yet.
pub(super) struct Property {
    pub line: u64,
    pub group: Option<String>,
    pub name: String,
    pub params: Vec<VCardParameter>,
    pub value: Vec<u8>,
}

impl Property {
    /// Whether this is the property `name`, which is written in capitals.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub fn coding(&self) -> Coding {
        param(&self.params, "ENCODING").map_or(Coding::Plain, Coding::named)
    }

    pub fn parse(line: &Line, encoding: &'static Encoding, dialect: Dialect) -> Result<Self, Problem> {
        let colon = colon(&line.bytes)
            .ok_or_else(|| Problem::new(ErrorCode::BadFormat, "the line has no colon, so it is no property"))?;
        let (head, value) = line.bytes.split_at_checked(colon).unwrap_or_default();
        let head = encoding.decode_without_bom_handling_and_without_replacement(head).ok_or_else(|| {
            let message = format!("the name or parameters cannot be read as {}", encoding.name());
            Problem::new(ErrorCode::Undecodable, message)
        })?;
        let mut parts = split_unquoted(&head, ';').into_iter();
        let (group, name) = names(parts.next().unwrap_or_default())?;
        let mut params = Vec::new();
        for part in parts.filter(|part| !part.trim().is_empty()) {
            add_param(&mut params, part, dialect)?;
        }
        let value = value.get(1..).unwrap_or_default().to_vec();
        Ok(Self { line: line.number, group, name, params, value })
    }
}

/// The coding that the beginning of a line declares, before it is known where the line ends.
pub(super) fn coding_of(line: &[u8]) -> Coding {
    let head = line.split_at_checked(colon(line).unwrap_or(line.len())).unwrap_or_default().0;
    let mut params = Vec::new();
    for part in split_unquoted(&String::from_utf8_lossy(head), ';').into_iter().skip(1) {
        // What is wrong with a parameter is told when the whole line is there.
        drop(add_param(&mut params, part, Dialect::Old));
    }
    param(&params, "ENCODING").map_or(Coding::Plain, Coding::named)
}

/// The first value of a parameter.
pub(super) fn param<'p>(params: &'p [VCardParameter], name: &str) -> Option<&'p str> {
    params.iter().find(|param| param.name == name)?.values.first().map(String::as_str)
}

/// Takes out every parameter of a name.
pub(super) fn remove(params: &mut Vec<VCardParameter>, name: &str) {
    params.retain(|param| param.name != name);
}

pub(in crate::exchange) fn parameter(name: &str, value: impl Into<String>) -> VCardParameter {
    VCardParameter { name: name.to_owned(), values: vec![value.into()] }
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn names(text: &str) -> Result<(Option<String>, String), Problem> {
    let (group, name) = match text.trim().split_once('.') {
        Some((group, name)) => (Some(group.to_owned()), name),
        None => (None, text.trim()),
    };
    if is_name(name) && group.as_deref().is_none_or(is_name) {
        return Ok((group, name.to_owned()));
    }
    Err(Problem::new(ErrorCode::BadFormat, format!("{} is not the name of a property", shown(text))))
}

/// The colon before the value: the first one outside quotes, or the first one if the quotes do not match.
fn colon(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let outside = line.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b':' && !quoted
    });
    outside.or_else(|| line.iter().position(|byte| *byte == b':'))
}

fn split_unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

fn add_param(params: &mut Vec<VCardParameter>, part: &str, dialect: Dialect) -> Result<(), Problem> {
    let (name, values) = match part.split_once('=') {
        Some((name, values)) => (name.trim().to_ascii_uppercase(), values),
        None if is_coding(part.trim()) => ("ENCODING".to_owned(), part.trim()),
        None => ("TYPE".to_owned(), part),
    };
    if !is_name(&name) {
        return Err(Problem::new(ErrorCode::BadFormat, format!("{} is not a parameter", shown(part))));
    }
    let values = split_unquoted(values, ',').into_iter().map(|value| match dialect {
        Dialect::Old => unquoted(value).to_owned(),
        Dialect::New => decode_caret(unquoted(value)),
    });
    if name == "TYPE" {
        add_types(params, values);
    } else {
        params.push(VCardParameter { name, values: values.collect() });
    }
    Ok(())
}

fn is_coding(bare: &str) -> bool {
    ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"].iter().any(|coding| bare.eq_ignore_ascii_case(coding))
}

/// All types of a property stand in one parameter, whether they came as `TYPE=a,b`, `TYPE="a,b"`, twice or bare.
fn add_types(params: &mut Vec<VCardParameter>, values: impl Iterator<Item = String>) {
    let types = values.flat_map(|value| value.split(',').map(|one| one.trim().to_owned()).collect::<Vec<_>>());
    let types: Vec<String> = types.filter(|one| !one.is_empty()).collect();
    match params.iter_mut().find(|param| param.name == "TYPE") {
        Some(param) => param.values.extend(types),
        None if types.is_empty() => {}
        None => params.push(VCardParameter { name: "TYPE".to_owned(), values: types }),
    }
}

fn unquoted(value: &str) -> &str {
    let trimmed = value.trim();
    trimmed.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value)
}
