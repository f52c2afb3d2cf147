//! JSON in and out: canonical text, and errors that name the field.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::excerpt;
use super::{Error, ErrorCode, Problem, Result};

mod keys;

/// The canonical text of a value: keys sorted, no white space. The same value gives the same bytes everywhere.
///
/// # Errors
/// `BadJson` if the value has no JSON form (a map with keys that are no text).
pub fn to_canonical<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    let value = serde_json::to_value(value)
        .map_err(|error| Problem::new(ErrorCode::BadJson, error.to_string()).into_invalid())?;
    let mut text = String::new();
    write_sorted(&value, &mut text);
    Ok(text)
}

/// A value as a tree of JSON.
///
/// # Errors
/// `BadJson` if the value has no JSON form.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Problem::new(ErrorCode::BadJson, error.to_string()).into_invalid())
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            text.push('{');
            for (place, (key, item)) in entries.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_text(key, text);
                text.push(':');
                write_sorted(item, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_sorted(item, text);
            }
            text.push(']');
        }
        Value::String(written) => write_text(written, text),
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// A text between quotes. Hardly any has a letter that JSON writes in another way.
fn write_text(written: &str, text: &mut String) {
    if written.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        text.push_str(&Value::from(written).to_string());
        return;
    }
    text.push('"');
    text.push_str(written);
    text.push('"');
}

/// Reads a value from JSON text; an error names the path of the field.
///
/// # Errors
/// `UnknownField`, `WrongType`, `Required`, `BadJson` (also for a key that stands twice in an object), or the code of
/// the value that could not be read.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T> {
    keys::check(text)?;
    from_own_text(text)
}

/// Reads what the engine wrote itself, where no key stands twice.
///
/// # Errors
/// As [`from_text`].
pub(crate) fn from_own_text<T: DeserializeOwned>(text: &str) -> Result<T> {
    // Keeping track of the path costs more than reading, and only who is refused wants to know it.
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| explain(&error, text))?;
    reader.end().map_err(|error| Problem::new(ErrorCode::BadJson, plain(&error)).into_invalid())?;
    Ok(value)
}

/// Marks the code of an error inside a text that serde carries along, so that [`from_text`] finds it again.
pub(crate) fn tagged(error: &Error) -> String {
    format!("{TAG}{}{TAG}{error}", error.code())
}

/// An error of ours as one of serde's.
pub(crate) fn carried<E: serde::de::Error>(error: &Error) -> E {
    E::custom(tagged(error))
}

/// A text that is none of the written choices.
pub(crate) fn not_a_choice<E: serde::de::Error>(text: &str, choices: &[&str]) -> E {
    let message = format!("`{}` is none of the choices: {}", excerpt(text), choices.join(", "));
    carried(&Problem::new(ErrorCode::NotInPicklist, message).into_invalid())
}

const TAG: char = '\u{1}';

fn explain(error: &serde_path_to_error::Error<serde_json::Error>, given: &str) -> Error {
    let inner = error.inner();
    let mut path = error.path().to_string();
    let text = plain(inner);
    if let Some(missing) = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        path = if matches!(path.as_str(), "." | "?") { missing.to_owned() } else { format!("{path}.{missing}") };
    }
    let (code, message) = if let Some((code, message)) = untag(&text) {
        (code, message)
    } else if text.starts_with("unknown field") || text.starts_with("unknown variant") {
        (ErrorCode::UnknownField, text)
    } else if text.starts_with("missing field") {
        (ErrorCode::Required, text)
    } else if inner.is_data() || serde_json::from_str::<serde::de::IgnoredAny>(given).is_ok() {
        // Some types are told as broken JSON where only another type was expected.
        (ErrorCode::WrongType, without_value(text))
    } else {
        (ErrorCode::BadJson, text)
    };
    let problem = if matches!(path.as_str(), "." | "?") {
        Problem::new(code, message)
    } else {
        Problem::of_field(code, path, message)
    };
    problem.into_invalid()
}

/// The message without serde's line and column at its end.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// The message without the value that serde puts into it: `invalid type: string "..", expected a map` says who was
/// written down, and what was expected says enough.
fn without_value(text: String) -> String {
    let Some((found, expected)) = text.rsplit_once(", expected ") else { return text };
    match found.find(['"', '`']).and_then(|start| found.get(..start)) {
        Some(kind) if text.starts_with("invalid ") => format!("{}, expected {expected}", kind.trim_end()),
        _ => text,
    }
}

fn untag(text: &str) -> Option<(ErrorCode, String)> {
    let mut parts = text.split(TAG).skip(1);
    let code = ErrorCode::parse(parts.next()?)?;
    Some((code, parts.next()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wrong_type_is_told_without_the_value() {
        let told = |text: &str| from_text::<Vec<Problem>>(text).unwrap_err().to_string();
        assert_eq!(told(r#"["Li Wei, expected \"a\""]"#), "[0]: invalid type: string, expected struct Problem");
        assert_eq!(told("[5]"), "[0]: invalid type: integer, expected struct Problem");
        assert_eq!(told("{}"), "invalid type: map, expected a sequence");
    }

    proptest! {
        #[test]
        fn texts_are_written_as_serde_writes_them(written in "(?s)[\\x00-\\x7f\u{80}-\u{ffff}]{0,12}") {
            let mut text = String::new();
            write_text(&written, &mut text);
            prop_assert_eq!(text, serde_json::to_string(&written).unwrap());
        }
    }
}
