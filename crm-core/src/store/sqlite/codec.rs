//! Rows to columns and back. Decimals are scaled integers, instants are microseconds, dates are ISO text.

use std::collections::BTreeMap;

use rusqlite::types::{Value, ValueRef};

use super::ddl::SYSTEM_COUNT;
use super::failure::explain;
use super::open::damaged;
use crate::schema::{EntityType, FieldKind, FieldSpec, Row};
use crate::value::{Decimal, FieldValue, Id, Result, Timestamp};

/// A field value as SQLite keeps it in a column of its own.
pub(super) fn to_column(spec: &FieldSpec, value: &FieldValue) -> Value {
    match value {
        FieldValue::Null => Value::Null,
        FieldValue::Boolean(flag) => Value::Integer(i64::from(*flag)),
        FieldValue::Integer(number) => Value::Integer(*number),
        FieldValue::Text(text) | FieldValue::Json(text) => Value::Text(text.clone()),
        FieldValue::Decimal(decimal) => scaled(spec, *decimal),
        FieldValue::Date(date) => Value::Text(date.to_string()),
        FieldValue::Timestamp(at) => Value::Integer(at.micros()),
        FieldValue::Reference(id) => Value::Blob(id.as_bytes().to_vec()),
    }
}

fn scaled(spec: &FieldSpec, decimal: Decimal) -> Value {
    match &spec.kind {
        FieldKind::Decimal { scale, .. } => decimal.to_scaled(*scale).map_or(Value::Null, Value::Integer),
        _ => Value::Text(decimal.to_string()),
    }
}

/// A custom field's value as it compares inside SQL: as in a column, but references are text.
pub(super) fn to_custom(spec: &FieldSpec, value: &FieldValue) -> Value {
    match value {
        FieldValue::Reference(id) => Value::Text(id.to_string()),
        value => to_column(spec, value),
    }
}

/// Reads a value of the field's type.
pub(super) fn from_column(spec: &FieldSpec, value: ValueRef<'_>) -> Result<FieldValue> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| damaged("a text is no UTF-8"));
    Ok(match (&spec.kind, value) {
        (_, ValueRef::Null) => FieldValue::Null,
        (FieldKind::Boolean, ValueRef::Integer(flag)) => FieldValue::Boolean(flag != 0),
        (FieldKind::Integer { .. }, ValueRef::Integer(number)) => FieldValue::Integer(number),
        (FieldKind::Decimal { scale, .. }, ValueRef::Integer(number)) => {
            let decimal = Decimal::from_scaled(i128::from(number), *scale);
            FieldValue::Decimal(decimal.map_err(|_| damaged("a decimal has more digits than its field"))?)
        }
        (FieldKind::Timestamp, ValueRef::Integer(micros)) => FieldValue::Timestamp(Timestamp::from_micros(micros)),
        (FieldKind::Date, ValueRef::Text(bytes)) => {
            FieldValue::Date(text(bytes)?.parse().map_err(|_| damaged("a date has another form"))?)
        }
        (FieldKind::Nested, ValueRef::Text(bytes)) => FieldValue::Json(text(bytes)?),
        (FieldKind::Reference { .. }, ValueRef::Text(bytes)) => {
            FieldValue::Reference(text(bytes)?.parse().map_err(|_| damaged("a reference is no identifier"))?)
        }
        (FieldKind::Reference { .. }, ValueRef::Blob(bytes)) => FieldValue::Reference(id(bytes)?),
        (_, ValueRef::Text(bytes)) => FieldValue::Text(text(bytes)?),
        _ => return Err(damaged("a column has another type than its field")),
    })
}

fn id(bytes: &[u8]) -> Result<Id> {
    <[u8; 16]>::try_from(bytes).map(Id::from_bytes).map_err(|_| damaged("an identifier has not sixteen bytes"))
}

/// The columns of a row in the order of the insert statement, without the tenant.
pub(super) fn columns(entity: &EntityType, custom: &str, row: &Row) -> Vec<Value> {
    let user = |id: Option<Id>| id.map_or(Value::Null, |id| Value::Blob(id.as_bytes().to_vec()));
    let mut values = Vec::with_capacity(SYSTEM_COUNT + entity.fields.len() + 1);
    values.push(Value::Blob(row.id.as_bytes().to_vec()));
    values.push(Value::Integer(row.version));
    values.push(user(row.owner));
    values.push(Value::Integer(row.created_at.micros()));
    values.push(user(row.created_by));
    values.push(Value::Integer(row.updated_at.micros()));
    values.push(user(row.updated_by));
    values.push(Value::Integer(i64::from(row.deleted)));
    values.push(if custom.is_empty() { Value::Null } else { Value::Text(custom.to_owned()) });
    for (column, spec) in entity.fields.iter().enumerate() {
        values.push(to_column(spec, row.value(column)));
    }
    values
}

/// The custom fields as JSON; empty text if there are none.
pub(super) fn custom_json(custom: &[FieldSpec], row: &Row) -> Result<String> {
    if row.custom.is_empty() {
        return Ok(String::new());
    }
    let mut object = serde_json::Map::new();
    for (name, value) in &row.custom {
        let spec =
            custom.iter().find(|spec| spec.name == *name).ok_or_else(|| damaged("a custom field has no definition"))?;
        let value = match to_custom(spec, value) {
            Value::Integer(number) => number.into(),
            Value::Text(text) => text.into(),
            _ => serde_json::Value::Null,
        };
        object.insert(name.clone(), value);
    }
    serde_json::to_string(&object).map_err(|_| damaged("a custom field has no JSON form"))
}

/// Reads the custom fields; a value without a definition is left where it is.
fn read_custom(custom: &[FieldSpec], bytes: &[u8]) -> Result<BTreeMap<String, FieldValue>> {
    let mut object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(bytes).map_err(|_| damaged("the custom fields are no JSON object"))?;
    let mut values = BTreeMap::new();
    for spec in custom {
        let value = match object.remove(spec.name.as_ref()) {
            None | Some(serde_json::Value::Null) => continue,
            Some(serde_json::Value::String(text)) => from_column(spec, ValueRef::Text(text.as_bytes()))?,
            Some(serde_json::Value::Number(number)) => {
                let number = number.as_i64().ok_or_else(|| damaged("a custom field is no 64-bit integer"))?;
                from_column(spec, ValueRef::Integer(number))?
            }
            Some(_) => return Err(damaged("a custom field has another type than its definition")),
        };
        values.insert(spec.name.to_string(), value);
    }
    Ok(values)
}

/// Reads a row from the columns of a select statement.
pub(super) fn read_row(entity: &EntityType, custom: &[FieldSpec], row: &rusqlite::Row<'_>) -> Result<Row> {
    let get = |place: usize| row.get_ref(place).map_err(|error| explain(&error));
    let whole = |place: usize| row.get::<_, i64>(place).map_err(|error| explain(&error));
    let user = |place: usize| match get(place)? {
        ValueRef::Blob(bytes) => id(bytes).map(Some),
        _ => Ok(None),
    };
    let mut values = Vec::with_capacity(entity.fields.len());
    for (column, spec) in entity.fields.iter().enumerate() {
        values.push(from_column(spec, get(SYSTEM_COUNT + column)?)?);
    }
    let ext = match get(8)? {
        ValueRef::Text(bytes) => read_custom(custom, bytes)?,
        _ => BTreeMap::new(),
    };
    let ValueRef::Blob(key) = get(0)? else { return Err(damaged("an identifier is no blob")) };
    Ok(Row {
        id: id(key)?,
        version: whole(1)?,
        owner: user(2)?,
        created_at: Timestamp::from_micros(whole(3)?),
        created_by: user(4)?,
        updated_at: Timestamp::from_micros(whole(5)?),
        updated_by: user(6)?,
        deleted: whole(7)? != 0,
        values,
        custom: ext,
    })
}
