//! The meaning of a question, as plain code: the memory store answers with it, and SQLite must agree.

use std::cmp::Ordering;

use super::condition::Condition;
use super::{Bucket, Comparison, MeasureFunction};
use crate::schema::{FieldKind, FieldRef, Row};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Problem, Result};

/// Whether a record fulfils a condition. A comparison with an empty field is false.
pub(crate) fn matches(condition: &Condition, row: &Row) -> bool {
    match condition {
        Condition::All(list) => list.iter().all(|condition| matches(condition, row)),
        Condition::Any(list) => list.iter().any(|condition| matches(condition, row)),
        Condition::NoneOf(list) => !list.iter().any(|condition| matches(condition, row)),
        Condition::Compare(field, comparison, value) => {
            let found = field.value(row);
            found != FieldValue::Null && holds(found.compare(value), *comparison)
        }
        Condition::In(field, values) => {
            let found = field.value(row);
            values.iter().any(|value| found.compare(value).is_eq())
        }
        Condition::Prefix(field, prefix) => match field.value(row) {
            FieldValue::Text(text) => text.starts_with(prefix.as_str()),
            _ => false,
        },
        Condition::IsEmpty(field) => field.value(row) == FieldValue::Null,
        Condition::Holds(field, wanted) => match (field.spec.entries, field.value(row)) {
            (Some(entries), FieldValue::Json(list)) => (entries.keys)(&list).contains(wanted),
            _ => false,
        },
        Condition::Span(field, test) => match (field.spec.spans, field.value(row)) {
            (Some(keys), FieldValue::Json(list)) => keys(&list).iter().any(|key| test.holds(key)),
            _ => false,
        },
    }
}

const fn holds(order: Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// The order of two records: the sort keys, then the identifier.
pub(crate) fn compare_rows(a: &Row, b: &Row, sort: &[(FieldRef, bool)]) -> Ordering {
    for (field, descending) in sort {
        let order = field.value(a).compare(&field.value(b));
        let order = if *descending { order.reverse() } else { order };
        if order.is_ne() {
            return order;
        }
    }
    let order = a.id.cmp(&b.id);
    if ties_descend(sort) { order.reverse() } else { order }
}

/// Ties are broken by the identifier, in the direction of the last sort key, so that one index serves both.
pub(crate) fn ties_descend(sort: &[(FieldRef, bool)]) -> bool {
    sort.last().is_some_and(|(_, descending)| *descending)
}

/// The group key of a date: the date itself or the written span of time.
pub(crate) fn bucket_key(value: FieldValue, bucket: Option<Bucket>) -> FieldValue {
    match (value, bucket) {
        (FieldValue::Date(date), Some(bucket)) => FieldValue::Text(bucket_text(date, bucket)),
        (value, _) => value,
    }
}

fn bucket_text(date: Date, bucket: Bucket) -> String {
    let text = date.to_string();
    match bucket {
        Bucket::Day => text,
        Bucket::Month => text.chars().take(7).collect(),
        Bucket::Year => text.chars().take(4).collect(),
        Bucket::Quarter => {
            use chrono::Datelike as _;
            let year: String = text.chars().take(4).collect();
            format!("{year}-Q{}", date.to_chrono().month().div_ceil(3))
        }
    }
}

/// One figure over the values of a field (all records of the group in order; `Null` where there is none).
pub(crate) fn measure(function: MeasureFunction, field: Option<&FieldRef>, rows: &[&Row]) -> Result<FieldValue> {
    let Some(field) = field else {
        return Ok(FieldValue::Integer(count(rows.len())));
    };
    let present: Vec<FieldValue> =
        rows.iter().map(|row| field.value(row)).filter(|value| *value != FieldValue::Null).collect();
    match function {
        MeasureFunction::Count => Ok(FieldValue::Integer(count(present.len()))),
        MeasureFunction::Minimum => Ok(present.into_iter().min_by(FieldValue::compare).unwrap_or_default()),
        MeasureFunction::Maximum => Ok(present.into_iter().max_by(FieldValue::compare).unwrap_or_default()),
        MeasureFunction::Sum => {
            // Of 64-bit figures no memory holds enough to leave 128 bits.
            let add = |total: i128, value| total.saturating_add(scaled(value, field));
            summed(present.iter().fold(0, add), field)
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn scaled(value: &FieldValue, field: &FieldRef) -> i128 {
    match (value, &field.spec.kind) {
        (FieldValue::Integer(number), _) => i128::from(*number),
        (FieldValue::Decimal(decimal), FieldKind::Decimal { scale, .. }) => {
            decimal.to_scaled(*scale).map_or(0, i128::from)
        }
        _ => 0,
    }
}

/// A sum of scaled integers as the value of the field; a sum over nothing is zero.
pub(crate) fn summed(total: i128, field: &FieldRef) -> Result<FieldValue> {
    match &field.spec.kind {
        FieldKind::Decimal { scale, .. } => Decimal::from_scaled(total, *scale).map(FieldValue::Decimal),
        _ => i64::try_from(total).map(FieldValue::Integer).map_err(|_| -> Error {
            Problem::of_field(ErrorCode::Overflow, field.spec.name.as_ref(), "the sum does not fit").into_invalid()
        }),
    }
}
