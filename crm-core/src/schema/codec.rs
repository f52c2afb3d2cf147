//! How the types of struct fields become field values and back.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::value::{Currency, Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp, json};

/// A type that can stand in a field of an entity.
pub trait FieldCodec: Sized {
    /// As a field value.
    fn to_field(&self) -> FieldValue;
    /// From a field value.
    ///
    /// # Errors
    /// `WrongType` if the value does not fit.
    fn from_field(value: FieldValue) -> Result<Self>;
}

fn wrong(expected: &str) -> Error {
    Problem::new(ErrorCode::WrongType, format!("the stored value is no {expected}")).into_invalid()
}

macro_rules! scalar {
    ($type:ty, $variant:ident, $expected:literal $(, $default:expr)?) => {
        impl FieldCodec for $type {
            fn to_field(&self) -> FieldValue {
                FieldValue::$variant(self.clone())
            }

            fn from_field(value: FieldValue) -> Result<Self> {
                match value {
                    FieldValue::$variant(value) => Ok(value),
                    $(FieldValue::Null => Ok($default),)?
                    _ => Err(wrong($expected)),
                }
            }
        }
    };
}

scalar!(String, Text, "text", String::new());
scalar!(bool, Boolean, "boolean", false);
scalar!(i64, Integer, "integer", 0);
scalar!(Decimal, Decimal, "decimal", Decimal::ZERO);
scalar!(Date, Date, "date");
scalar!(Timestamp, Timestamp, "instant");
scalar!(Id, Reference, "reference", Id::NIL);

impl FieldCodec for Currency {
    fn to_field(&self) -> FieldValue {
        FieldValue::Text(self.to_string())
    }

    fn from_field(value: FieldValue) -> Result<Self> {
        match value {
            FieldValue::Text(text) => text.parse(),
            _ => Err(wrong("currency")),
        }
    }
}

impl<T: FieldCodec> FieldCodec for Option<T> {
    fn to_field(&self) -> FieldValue {
        self.as_ref().map_or(FieldValue::Null, T::to_field)
    }

    fn from_field(value: FieldValue) -> Result<Self> {
        match value {
            FieldValue::Null => Ok(None),
            value => T::from_field(value).map(Some),
        }
    }
}

impl<T: Serialize + DeserializeOwned> FieldCodec for Vec<T> {
    fn to_field(&self) -> FieldValue {
        if self.is_empty() {
            return FieldValue::Null;
        }
        json::to_canonical(self).map_or(FieldValue::Null, FieldValue::Json)
    }

    fn from_field(value: FieldValue) -> Result<Self> {
        match value {
            FieldValue::Null => Ok(Self::new()),
            FieldValue::Json(text) => json::from_own_text(&text),
            _ => Err(wrong("list")),
        }
    }
}

impl<T: Serialize + DeserializeOwned> FieldCodec for HashMap<String, T> {
    fn to_field(&self) -> FieldValue {
        if self.is_empty() {
            return FieldValue::Null;
        }
        json::to_canonical(self).map_or(FieldValue::Null, FieldValue::Json)
    }

    fn from_field(value: FieldValue) -> Result<Self> {
        match value {
            FieldValue::Null => Ok(Self::new()),
            FieldValue::Json(text) => json::from_own_text(&text),
            _ => Err(wrong("object")),
        }
    }
}

/// Lets a `value_enum!` stand in a field, as its written form.
macro_rules! enum_field {
    ($($type:ty),* $(,)?) => {
        $(impl $crate::schema::FieldCodec for $type {
            fn to_field(&self) -> $crate::value::FieldValue {
                $crate::value::FieldValue::Text(self.as_str().to_owned())
            }

            fn from_field(value: $crate::value::FieldValue) -> $crate::value::Result<Self> {
                use $crate::value::{ErrorCode, FieldValue, Problem};
                let problem = match value {
                    FieldValue::Text(text) => match Self::parse(&text) {
                        Some(choice) => return Ok(choice),
                        None => Problem::new(ErrorCode::NotInPicklist, "the text is none of the choices"),
                    },
                    FieldValue::Null => Problem::new(ErrorCode::Required, "one of the choices must be given"),
                    _ => Problem::new(ErrorCode::WrongType, "one of the choices is expected"),
                };
                Err(problem.with("choices", Self::NAMES.join(",")).into_invalid())
            }
        })*
    };
}
pub(crate) use enum_field;

/// Lets a struct or a union stand in a nested field, as JSON.
macro_rules! nested_field {
    ($($type:ty),* $(,)?) => {
        $(impl $crate::schema::FieldCodec for $type {
            fn to_field(&self) -> $crate::value::FieldValue {
                use $crate::value::FieldValue;
                $crate::value::json::to_canonical(self).map_or(FieldValue::Null, FieldValue::Json)
            }

            fn from_field(value: $crate::value::FieldValue) -> $crate::value::Result<Self> {
                use $crate::value::{ErrorCode, FieldValue, Problem};
                match value {
                    FieldValue::Json(text) => $crate::value::json::from_own_text(&text),
                    FieldValue::Null => Err(Problem::new(ErrorCode::Required, "an object must be given").into_invalid()),
                    _ => Err(Problem::new(ErrorCode::WrongType, "the stored value is no object").into_invalid()),
                }
            }
        })*
    };
}
pub(crate) use nested_field;
