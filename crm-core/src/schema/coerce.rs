//! Reading a given value as what the field holds: exact, or a typed error that names the field.

use super::{FieldKind, FieldSpec};
use crate::value::error::excerpt;
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp};

impl FieldSpec {
    /// The value as this field keeps it. Text is read as the field's type, exactly; an empty text is no value.
    ///
    /// # Errors
    /// `WrongType`, `TooLong`, `OutOfRange`, `NotInPicklist`, `DecimalDigits`, `BadFormat`, `NaiveDatetime`: each with
    /// the name of the field. That a required value is there is checked with [`FieldSpec::check_present`].
    pub fn coerce(&self, value: FieldValue) -> Result<FieldValue> {
        let value = match value {
            FieldValue::Null => return Ok(FieldValue::Null),
            FieldValue::Text(text) if text.is_empty() => return Ok(FieldValue::Null),
            value => value,
        };
        let value = self.coerce_present(value).map_err(|error| error.under(&self.name))?;
        self.check_range(&value)?;
        Ok(value)
    }

    /// The limits that a tenant set for a custom field.
    fn check_range(&self, value: &FieldValue) -> Result<()> {
        let (low, high) = self.limits().map_err(|error| error.under(&self.name))?;
        let below = low.is_some_and(|low| value.compare(&low).is_lt());
        let above = high.is_some_and(|high| value.compare(&high).is_gt());
        if below || above {
            let name = self.name.as_ref();
            let mut problem =
                Problem::of_field(ErrorCode::OutOfRange, name, format!("`{name}` lies outside its limits"));
            for (key, text) in [("min", &self.limits.minimum), ("max", &self.limits.maximum)] {
                if let Some(text) = text {
                    problem = problem.with(key, text);
                }
            }
            return Err(problem.into_invalid());
        }
        Ok(())
    }

    /// Minimum and maximum as values of the field; the error names which of them is no such value.
    pub(super) fn limits(&self) -> Result<(Option<FieldValue>, Option<FieldValue>)> {
        let limit = |name: &str, text: &Option<String>| {
            let Some(text) = text.clone() else { return Ok(None) };
            let value = match self.kind {
                FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Date | FieldKind::Timestamp => {
                    self.coerce_present(FieldValue::Text(text))
                }
                _ => Err(Problem::new(ErrorCode::BadFormat, "a field of this type has no limits").into_invalid()),
            };
            value.map(Some).map_err(|error| error.under(name))
        };
        Ok((limit("minimum", &self.limits.minimum)?, limit("maximum", &self.limits.maximum)?))
    }

    fn coerce_present(&self, value: FieldValue) -> Result<FieldValue> {
        match &self.kind {
            FieldKind::Text { max_chars } => checked_text(value, *max_chars),
            FieldKind::Integer { min, max } => checked_integer(value, *min, *max),
            FieldKind::Decimal { scale, signed } => checked_decimal(value, *scale, *signed),
            FieldKind::Date => match value {
                FieldValue::Date(date) => Ok(FieldValue::Date(date)),
                FieldValue::Text(text) => Ok(FieldValue::Date(text.parse::<Date>()?)),
                _ => Err(wrong_type("a date")),
            },
            FieldKind::Timestamp => match value {
                FieldValue::Timestamp(at) => Ok(FieldValue::Timestamp(at)),
                FieldValue::Text(text) => Ok(FieldValue::Timestamp(text.parse::<Timestamp>()?)),
                _ => Err(wrong_type("an instant")),
            },
            FieldKind::Boolean => match value {
                FieldValue::Boolean(flag) => Ok(FieldValue::Boolean(flag)),
                FieldValue::Text(text) if text == "true" => Ok(FieldValue::Boolean(true)),
                FieldValue::Text(text) if text == "false" => Ok(FieldValue::Boolean(false)),
                _ => Err(wrong_type("a boolean")),
            },
            FieldKind::Reference { .. } => match value {
                FieldValue::Reference(id) if id.is_nil() => Ok(FieldValue::Null),
                FieldValue::Reference(id) => Ok(FieldValue::Reference(id)),
                FieldValue::Text(text) => Ok(FieldValue::Reference(text.parse::<Id>()?)),
                _ => Err(wrong_type("an identifier")),
            },
            FieldKind::Picklist { choices } => match value {
                FieldValue::Text(text) if choices.iter().any(|choice| *choice == text) => Ok(FieldValue::Text(text)),
                FieldValue::Text(text) => Err(not_a_choice(&text, choices)),
                _ => Err(wrong_type("one of the choices")),
            },
            FieldKind::Currency => match value {
                FieldValue::Text(text) => Ok(FieldValue::Text(text.parse::<crate::value::Currency>()?.to_string())),
                _ => Err(wrong_type("a currency code")),
            },
            FieldKind::Nested => match value {
                FieldValue::Json(json) => checked_nested(json),
                _ => Err(wrong_type("a list or object")),
            },
        }
    }

    /// A required field must have a value that is more than white space.
    ///
    /// # Errors
    /// `Required` with the name of the field.
    pub fn check_present(&self, value: &FieldValue) -> Result<()> {
        let missing = match value {
            FieldValue::Null => true,
            FieldValue::Text(text) => text.trim().is_empty(),
            _ => false,
        };
        if self.required && missing {
            let name = self.name.as_ref();
            return Err(Error::invalid(ErrorCode::Required, name, format!("`{name}` must not be empty")));
        }
        Ok(())
    }
}

/// The largest nested value, in bytes of JSON.
const MAX_NESTED_BYTES: usize = 16 * 1024 * 1024;

fn wrong_type(expected: &str) -> Error {
    Problem::new(ErrorCode::WrongType, format!("{expected} is expected")).into_invalid()
}

fn checked_text(value: FieldValue, max_chars: u32) -> Result<FieldValue> {
    let FieldValue::Text(text) = value else { return Err(wrong_type("text")) };
    let limit = usize::try_from(max_chars).unwrap_or(usize::MAX);
    if text.len() > limit {
        let length = text.chars().count();
        if length > limit {
            let problem =
                Problem::new(ErrorCode::TooLong, format!("the text has {length} characters, at most {limit} are kept"));
            return Err(problem.with("max_chars", limit).with("chars", length).into_invalid());
        }
    }
    if text.contains('\0') {
        return Err(Problem::new(ErrorCode::BadFormat, "the text contains a null character").into_invalid());
    }
    Ok(FieldValue::Text(text))
}

fn checked_integer(value: FieldValue, min: i64, max: i64) -> Result<FieldValue> {
    let number = match value {
        FieldValue::Integer(number) => number,
        FieldValue::Text(text) => text.parse().map_err(|_| wrong_type("an integer"))?,
        FieldValue::Decimal(decimal) => decimal.to_scaled(0).ok_or_else(|| wrong_type("an integer"))?,
        _ => return Err(wrong_type("an integer")),
    };
    if (min..=max).contains(&number) {
        return Ok(FieldValue::Integer(number));
    }
    let problem = Problem::new(ErrorCode::OutOfRange, format!("{number} does not lie between {min} and {max}"));
    Err(problem.with("min", min).with("max", max).into_invalid())
}

fn checked_decimal(value: FieldValue, scale: u32, signed: bool) -> Result<FieldValue> {
    let decimal = match value {
        FieldValue::Decimal(decimal) => decimal,
        FieldValue::Integer(number) => Decimal::from(number),
        FieldValue::Text(text) => text.parse()?,
        _ => return Err(wrong_type("a decimal")),
    };
    if decimal.is_negative() && !signed {
        return Err(Problem::new(ErrorCode::OutOfRange, "the figure must not be below zero")
            .with("min", 0)
            .into_invalid());
    }
    if decimal.scale() > scale {
        let problem =
            Problem::new(ErrorCode::DecimalDigits, format!("at most {scale} digits behind the point are kept"));
        return Err(problem.with("scale", scale).into_invalid());
    }
    if decimal.to_scaled(scale).is_none() {
        return Err(Problem::new(ErrorCode::OutOfRange, "the figure is too large for the field")
            .with("scale", scale)
            .into_invalid());
    }
    Ok(FieldValue::Decimal(decimal))
}

fn checked_nested(json: String) -> Result<FieldValue> {
    if json.len() > MAX_NESTED_BYTES {
        let problem =
            Problem::new(ErrorCode::TooLong, format!("the nested value has more than {MAX_NESTED_BYTES} bytes"));
        return Err(problem.with("max_bytes", MAX_NESTED_BYTES).into_invalid());
    }
    if json == "[]" {
        return Ok(FieldValue::Null);
    }
    // A caller of the Rust or Python library may give any text as JSON.
    match FieldValue::Json(json).checked()? {
        FieldValue::Json(json) if json == "[]" => Ok(FieldValue::Null),
        value => Ok(value),
    }
}

fn not_a_choice(text: &str, choices: &[std::borrow::Cow<'static, str>]) -> Error {
    let problem = Problem::new(ErrorCode::NotInPicklist, format!("`{}` is none of the choices", excerpt(text)));
    problem.with("choices", choices.join(",")).into_invalid()
}
