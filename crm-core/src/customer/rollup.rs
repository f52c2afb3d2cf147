//! Figures over all records of a subtree.

use std::cmp::Ordering;

use super::{Account, among};
use crate::query::{AggregateQuery, AggregateRow, Filter, MAX_GROUPS, MAX_IN_VALUES, Measure, MeasureFunction};
use crate::room::Reader;
use crate::schema::Entity as _;
use crate::value::{ErrorCode, FieldValue, Id, Problem, Result};

/// Figures over the visible records whose field `account` is one of these accounts; over the accounts themselves if they
/// are the entity.
pub(crate) fn rollup(
    reading: &mut dyn Reader,
    accounts: &[Id],
    entity: &str,
    asked: &AggregateQuery,
) -> Result<Vec<AggregateRow>> {
    let field = if entity == Account::NAME { "id" } else { Account::NAME };
    let mut joined = Vec::new();
    for chunk in accounts.chunks(MAX_IN_VALUES) {
        let filters = [among(field, chunk)].into_iter().chain(asked.filter.clone()).collect();
        let asked = AggregateQuery { filter: Some(Filter::All { filters }), ..asked.clone() };
        joined.extend(reading.aggregate(entity, &asked)?);
    }
    if accounts.len() > MAX_IN_VALUES { join(joined, &asked.measures) } else { Ok(joined) }
}

/// Joins the groups of several parts.
fn join(mut rows: Vec<AggregateRow>, measures: &[Measure]) -> Result<Vec<AggregateRow>> {
    rows.sort_by(|a, b| compare_keys(&a.keys, &b.keys));
    let mut joined: Vec<AggregateRow> = Vec::new();
    for row in rows {
        match joined.last_mut() {
            Some(last) if last.keys == row.keys => {
                for ((measure, value), other) in measures.iter().zip(&mut last.values).zip(row.values) {
                    *value = combine(measure.function, std::mem::take(value), other)?;
                }
            }
            _ => joined.push(row),
        }
    }
    if joined.len() > MAX_GROUPS {
        let problem = Problem::of_field(ErrorCode::TooMany, "group_by", "the question has too many groups");
        return Err(problem.with("max_groups", MAX_GROUPS).into_invalid());
    }
    Ok(joined)
}

fn compare_keys(a: &[FieldValue], b: &[FieldValue]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.compare(b)).fold(Ordering::Equal, Ordering::then)
}

/// One figure over two parts.
fn combine(function: MeasureFunction, a: FieldValue, b: FieldValue) -> Result<FieldValue> {
    let larger = a.compare(&b).is_gt();
    Ok(match (function, a, b) {
        (_, FieldValue::Null, value) | (_, value, FieldValue::Null) => value,
        (MeasureFunction::Minimum, a, b) => {
            if larger {
                b
            } else {
                a
            }
        }
        (MeasureFunction::Maximum, a, b) => {
            if larger {
                a
            } else {
                b
            }
        }
        (_, FieldValue::Decimal(a), FieldValue::Decimal(b)) => FieldValue::Decimal(a.checked_add(b)?),
        (_, FieldValue::Integer(a), FieldValue::Integer(b)) => FieldValue::Integer(
            a.checked_add(b).ok_or_else(|| Problem::new(ErrorCode::Overflow, "the sum does not fit").into_invalid())?,
        ),
        (_, a, _) => a,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_by_group() {
        let row = |key: &str, count: i64, low: Option<i64>| AggregateRow {
            keys: vec![key.into()],
            values: vec![count.into(), low.into()],
        };
        let measures =
            [MeasureFunction::Count, MeasureFunction::Minimum].map(|function| Measure { function, field: None });
        let rows = vec![row("b", 2, Some(7)), row("a", 1, None), row("b", 3, Some(5)), row("a", 1, Some(9))];
        assert_eq!(join(rows, &measures).unwrap(), [row("a", 2, Some(9)), row("b", 5, Some(5))]);
    }
}
