//! A value whose type is known at run time only: custom fields, filters, before and after in the journal.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Date, Decimal, Error, ErrorCode, Id, Problem, Result, Timestamp, json};

/// A value whose type is known at run time only.
///
/// In JSON it is what one would write by hand: `null`, `true`, `12`, `"text"`; decimals, dates, instants and references
/// are strings, nested lists and objects stand as they are. JSON has fewer types than this list, so reading gives
/// `Null`, `Boolean`, `Integer`, `Text` or `Json`; the registry of fields says what a text means. A binary float is
/// refused, also inside nested JSON.
///
/// ```
/// use crm_core::value::{FieldValue, json};
/// let price = FieldValue::Decimal("19.90".parse()?);
/// assert_eq!(json::to_canonical(&price)?, r#""19.9""#);
/// assert_eq!(json::from_text::<FieldValue>("12")?, FieldValue::Integer(12));
/// assert_eq!(json::from_text::<FieldValue>(r#"{"b":1, "a":[]}"#)?, FieldValue::Json(r#"{"a":[],"b":1}"#.to_owned()));
/// assert!(json::from_text::<FieldValue>("19.9").is_err());
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum FieldValue {
    /// No value.
    #[default]
    #[cfg_attr(feature = "uniffi", doc = "@default")]
    Null,
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
    /// An exact decimal.
    Decimal(Decimal),
    /// A business date.
    Date(Date),
    /// An instant.
    Timestamp(Timestamp),
    /// The identifier of another record.
    Reference(Id),
    /// The canonical JSON text of a nested list or object.
    Json(String),
}

impl FieldValue {
    /// A nested list or object, kept as canonical JSON text.
    ///
    /// # Errors
    /// `BadJson` if the value is no list or object in JSON, `FloatNotAllowed` if a binary float is in it.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let value = serde_json::to_value(value).map_err(|error| bad_json(&error.to_string()))?;
        if !value.is_array() && !value.is_object() {
            return Err(bad_json("a list or an object is expected; a single value has a type of its own"));
        }
        refuse_floats(&value)?;
        json::to_canonical(&value).map(Self::Json)
    }

    /// Whether there is no value.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value as it can be kept: JSON text becomes canonical, everything else is valid by its type.
    ///
    /// # Errors
    /// `BadJson` if a `Json` text is no JSON list or object, `FloatNotAllowed` if a binary float is in it.
    pub fn checked(self) -> Result<Self> {
        let Self::Json(text) = self else { return Ok(self) };
        Self::json(&json::from_text::<serde_json::Value>(&text)?)
    }
}

fn bad_json(message: &str) -> Error {
    Problem::new(ErrorCode::BadJson, message).into_invalid()
}

/// The one wording of the refusal.
pub(crate) fn float_refused() -> Error {
    let message = "a binary float was given where an exact value is needed: give a decimal, or text";
    Problem::new(ErrorCode::FloatNotAllowed, message).into_invalid()
}

/// Why a JSON number with a point or an exponent, or of more than 64 bits, is refused. JSON readers make a float of it.
pub(crate) fn inexact(value: f64) -> Error {
    /// 2^64, the first integer that a JSON reader does not keep as one.
    const BEYOND_64_BITS: f64 = 18_446_744_073_709_551_616.0;
    if value.fract() != 0.0 || value.abs() < BEYOND_64_BITS {
        return float_refused();
    }
    let message = "the number has more digits than a JSON number can keep exactly: write it as text";
    Problem::new(ErrorCode::DecimalDigits, message).into_invalid()
}

fn too_large(value: impl fmt::Display) -> Error {
    Problem::new(ErrorCode::OutOfRange, format!("`{value}` does not fit into 64 bits: give a decimal")).into_invalid()
}

fn refuse_floats(value: &serde_json::Value) -> Result<()> {
    match value {
        serde_json::Value::Number(number) if number.is_f64() => {
            Err(number.as_f64().map_or_else(float_refused, inexact))
        }
        serde_json::Value::Array(items) => items.iter().try_for_each(refuse_floats),
        serde_json::Value::Object(map) => map.values().try_for_each(refuse_floats),
        _ => Ok(()),
    }
}

macro_rules! from_variants {
    ($($type:ty => $variant:ident),* $(,)?) => {
        $(impl From<$type> for FieldValue {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

from_variants! {
    bool => Boolean,
    i64 => Integer,
    String => Text,
    Decimal => Decimal,
    Date => Date,
    Timestamp => Timestamp,
    Id => Reference,
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<FieldValue>> From<Option<T>> for FieldValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Decimal(value) => value.serialize(serializer),
            Self::Date(value) => value.serialize(serializer),
            Self::Timestamp(value) => value.serialize(serializer),
            Self::Reference(value) => value.serialize(serializer),
            Self::Json(text) => {
                serde_json::from_str::<serde_json::Value>(text).map_err(S::Error::custom)?.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Natural)
    }
}

struct Natural;

fn nested<E: serde::de::Error>(value: &serde_json::Value) -> Result<FieldValue, E> {
    FieldValue::json(value).map_err(|error| json::carried(&error))
}

impl<'de> Visitor<'de> for Natural {
    type Value = FieldValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, an integer, text, a list or an object")
    }

    fn visit_unit<E>(self) -> Result<FieldValue, E> {
        Ok(FieldValue::Null)
    }

    fn visit_none<E>(self) -> Result<FieldValue, E> {
        Ok(FieldValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<FieldValue, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<FieldValue, E> {
        Ok(FieldValue::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<FieldValue, E> {
        Ok(FieldValue::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<FieldValue, E> {
        i64::try_from(value).map(FieldValue::Integer).map_err(|_| json::carried(&too_large(value)))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<FieldValue, E> {
        Err(json::carried(&inexact(value)))
    }

    fn visit_str<E>(self, text: &str) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<FieldValue, A::Error> {
        nested(&serde_json::Value::deserialize(SeqAccessDeserializer::new(list))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldValue, A::Error> {
        nested(&serde_json::Value::deserialize(MapAccessDeserializer::new(map))?)
    }
}

impl schemars::JsonSchema for FieldValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FieldValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A value whose type the field decides; decimals, dates, instants and references are text. \
                            A binary float is refused.",
            "anyOf": [
                { "type": ["null", "boolean", "integer", "string"] },
                { "type": "array" },
                { "type": "object" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<FieldValue> {
        json::from_text(text)
    }

    #[test]
    fn natural_json_goes_round() {
        for text in ["null", "true", "-9223372036854775808", r#""Schraube M6""#, r#"[1,{"a":null}]"#, "{}"] {
            let value = read(text).unwrap();
            assert_eq!(json::to_canonical(&value).unwrap(), text);
        }
        assert_eq!(read("null").unwrap(), FieldValue::Null);
        assert_eq!(read("[2, 1]").unwrap(), FieldValue::Json("[2,1]".to_owned()));
    }

    #[test]
    fn typed_values_are_written_as_text() {
        let at: Timestamp = "2026-03-31T08:00:00+08:00".parse().unwrap();
        for (value, text) in [
            (FieldValue::from("1.50".parse::<Decimal>().unwrap()), r#""1.5""#),
            (FieldValue::from(Date::new(2026, 3, 31).unwrap()), r#""2026-03-31""#),
            (FieldValue::from(at), r#""2026-03-31T00:00:00.000000Z""#),
            (FieldValue::from(Id::NIL), r#""""#),
        ] {
            assert_eq!(json::to_canonical(&value).unwrap(), text);
        }
    }

    #[test]
    fn floats_and_huge_integers_are_refused_at_any_depth() {
        for text in ["0.5", "[0.5]", r#"{"a":[{"b":1e3}]}"#] {
            assert_eq!(read(text).unwrap_err().code(), ErrorCode::FloatNotAllowed, "{text}");
        }
        assert_eq!(read("18446744073709551615").unwrap_err().code(), ErrorCode::OutOfRange);
        // They were told as floats.
        for text in ["1234567890123456789012345678901", "-18446744073709551616", "[18446744073709551616]"] {
            assert_eq!(read(text).unwrap_err().code(), ErrorCode::DecimalDigits, "{text}");
        }
        let decimal = |text| json::from_text::<Decimal>(text).unwrap_err().code();
        assert_eq!(decimal("1234567890123456789012345678901"), ErrorCode::DecimalDigits);
        assert_eq!((decimal("1.5"), decimal("1e3")), (ErrorCode::FloatNotAllowed, ErrorCode::FloatNotAllowed));
    }

    #[test]
    fn checking_makes_nested_json_canonical() {
        let given = FieldValue::Json(r#"{ "b": 1, "a": 2 }"#.to_owned());
        assert_eq!(given.checked().unwrap(), FieldValue::Json(r#"{"a":2,"b":1}"#.to_owned()));
        for (text, code) in
            [("5", ErrorCode::BadJson), ("{", ErrorCode::BadJson), ("[1.5]", ErrorCode::FloatNotAllowed)]
        {
            assert_eq!(FieldValue::Json(text.to_owned()).checked().unwrap_err().code(), code, "{text}");
        }
    }
}
