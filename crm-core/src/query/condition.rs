//! Filters whose fields were looked up and whose values were read as the fields' types.

use super::{Comparison, Filter, MAX_DEPTH, MAX_IN_VALUES, MAX_TERMS};
use crate::schema::{FieldKind, FieldRef, FieldSpec, SpanTest};
use crate::value::{Decimal, Error, ErrorCode, FieldValue, Problem, Result, Rounding};

/// A filter with looked-up fields.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    NoneOf(Vec<Self>),
    Compare(FieldRef, Comparison, FieldValue),
    In(FieldRef, Vec<FieldValue>),
    Prefix(FieldRef, String),
    IsEmpty(FieldRef),
    /// The list has an entry with this kind and key.
    Holds(FieldRef, (String, String)),
    /// The list has a value whose ends lie within limits.
    Span(FieldRef, SpanTest),
}

/// Looks a field up among those that the reader may see.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Result<FieldRef>;

impl Condition {
    /// Looks up every field of a filter and reads its values.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `QueryTooComplex`, `TooMany`.
    pub(crate) fn resolve(filter: &Filter, lookup: Lookup<'_>) -> Result<Self> {
        let mut terms = 0;
        Self::resolve_at(filter, lookup, 1, &mut terms)
    }

    fn resolve_at(filter: &Filter, lookup: Lookup<'_>, depth: usize, terms: &mut usize) -> Result<Self> {
        *terms = terms.saturating_add(1);
        if depth > MAX_DEPTH || *terms > MAX_TERMS {
            let problem = Problem::of_field(ErrorCode::QueryTooComplex, "filter", "the filter is too deep or too long");
            return Err(problem.with("max_depth", MAX_DEPTH).with("max_terms", MAX_TERMS).into_invalid());
        }
        let mut list = |filters: &[Filter]| -> Result<Vec<Self>> {
            filters.iter().map(|filter| Self::resolve_at(filter, lookup, depth.saturating_add(1), terms)).collect()
        };
        match filter {
            Filter::All { filters } => list(filters).map(Self::All),
            Filter::Any { filters } => list(filters).map(Self::Any),
            Filter::NoneOf { filters } => list(filters).map(Self::NoneOf),
            Filter::Compare { field, comparison, value } => compare(queryable(lookup, field)?, *comparison, value),
            Filter::In { field, values } => membership(queryable(lookup, field)?, values),
            Filter::Prefix { field, prefix } => {
                let found = queryable(lookup, field)?;
                let is_text = matches!(found.spec.kind, FieldKind::Text { .. } | FieldKind::Picklist { .. });
                if is_text { Ok(Self::Prefix(found, prefix.clone())) } else { Err(not_for(field, "prefix")) }
            }
            Filter::IsEmpty { field } => lookup(field).map(Self::IsEmpty),
            Filter::Holds { field, kind, value } => {
                let found = lookup(field)?;
                let entries = found.spec.entries.ok_or_else(|| not_for(field, "search for an entry"))?;
                let wanted = (entries.wanted)(kind, value).map_err(|error| error.under(field))?;
                Ok(Self::Holds(found, wanted))
            }
            Filter::Parameter { field, condition } => {
                let found = lookup(field)?;
                if found.spec.spans.is_none() {
                    return Err(not_for(field, "search for a parameter"));
                }
                condition.resolve(&found).map_err(|error| error.under(field))
            }
        }
    }

    /// Whether every record that fulfils it has the same value in a field.
    pub(crate) fn fixes(&self, name: &str) -> bool {
        match self {
            Self::All(list) => list.iter().any(|condition| condition.fixes(name)),
            Self::Compare(field, Comparison::Equal, _) => field.spec.name == name,
            Self::In(field, values) => field.spec.name == name && values.len() == 1,
            _ => false,
        }
    }

    /// Whether every record that fulfils it has a certain entry in a list.
    pub(crate) fn names_entry(&self) -> bool {
        match self {
            Self::All(list) => list.iter().any(Self::names_entry),
            Self::Holds(..) => true,
            _ => false,
        }
    }

    /// What is asked of the values of lists, if every record that fulfils it must fulfil that too, and the rest.
    pub(crate) fn parted(&self) -> (Vec<(&FieldRef, &SpanTest)>, Option<Self>) {
        match self {
            Self::Span(field, test) => (vec![(field, test)], None),
            Self::All(list) => {
                let (mut tests, mut rest) = (Vec::new(), Vec::new());
                for condition in list {
                    let (own, left) = condition.parted();
                    tests.extend(own);
                    rest.extend(left);
                }
                (tests, (!rest.is_empty()).then_some(Self::All(rest)))
            }
            other => (Vec::new(), Some(other.clone())),
        }
    }

    /// Matches no record.
    const fn never() -> Self {
        Self::Any(Vec::new())
    }
}

/// Looks up a field that can be compared.
pub(crate) fn queryable(lookup: Lookup<'_>, name: &str) -> Result<FieldRef> {
    let field = lookup(name)?;
    if field.spec.is_queryable() { Ok(field) } else { Err(not_for(name, "comparison")) }
}

fn not_for(field: &str, what: &str) -> Error {
    Error::invalid(ErrorCode::WrongType, field, format!("`{field}` does not allow a {what}"))
}

fn membership(field: FieldRef, values: &[FieldValue]) -> Result<Condition> {
    if values.len() > MAX_IN_VALUES {
        let problem = Problem::of_field(ErrorCode::TooMany, field.spec.name.as_ref(), "too many values");
        return Err(problem.with("max_values", MAX_IN_VALUES).into_invalid());
    }
    let mut known = Vec::with_capacity(values.len());
    for value in values {
        let value = operand(&field, value)?;
        if can_hold(&field, &value) && value != FieldValue::Null {
            known.push(value);
        }
    }
    Ok(Condition::In(field, known))
}

fn compare(field: FieldRef, comparison: Comparison, value: &FieldValue) -> Result<Condition> {
    let value = operand(&field, value)?;
    if value == FieldValue::Null {
        return Ok(Condition::never());
    }
    match (&field.spec.kind, &value) {
        (FieldKind::Decimal { scale, .. }, FieldValue::Decimal(figure)) if !can_hold(&field, &value) => {
            let (figure, scale) = (*figure, *scale);
            compare_finer(field, comparison, figure, scale)
        }
        _ => Ok(Condition::Compare(field, comparison, value)),
    }
}

/// Whether a figure has no more digits than the field can hold.
pub(crate) fn can_hold(field: &FieldRef, value: &FieldValue) -> bool {
    match (&field.spec.kind, value) {
        (FieldKind::Decimal { scale, .. }, FieldValue::Decimal(figure)) => figure.to_scaled(*scale).is_some(),
        _ => true,
    }
}

/// Compares a field with a figure that has more digits than the field: no value is equal, and the border is the
/// next smaller figure that the field can hold.
fn compare_finer(field: FieldRef, comparison: Comparison, figure: Decimal, scale: u32) -> Result<Condition> {
    let border = figure.round(scale, Rounding::Floor);
    if border.to_scaled(scale).is_none() {
        let name = field.spec.name.as_ref();
        return Err(Error::invalid(ErrorCode::OutOfRange, name, "the figure is larger than the field can hold"));
    }
    let border = FieldValue::Decimal(border);
    Ok(match comparison {
        Comparison::Equal => Condition::never(),
        Comparison::NotEqual => Condition::NoneOf(vec![Condition::IsEmpty(field)]),
        Comparison::Less | Comparison::LessOrEqual => Condition::Compare(field, Comparison::LessOrEqual, border),
        Comparison::Greater | Comparison::GreaterOrEqual => Condition::Compare(field, Comparison::Greater, border),
    })
}

/// Reads a value as the type of the field, without the limits that hold for stored values.
pub(crate) fn operand(field: &FieldRef, value: &FieldValue) -> Result<FieldValue> {
    if *value == FieldValue::Null {
        return Ok(FieldValue::Null);
    }
    let mut free = FieldSpec::clone(&field.spec);
    free.limits = crate::schema::Limits::default();
    free.kind = match free.kind {
        FieldKind::Text { .. } | FieldKind::Picklist { .. } | FieldKind::Currency => {
            FieldKind::Text { max_chars: u32::MAX }
        }
        FieldKind::Integer { .. } => FieldKind::Integer { min: i64::MIN, max: i64::MAX },
        FieldKind::Decimal { .. } => return any_decimal(&free.name, value),
        kind => kind,
    };
    free.coerce(value.clone())
}

fn any_decimal(name: &str, value: &FieldValue) -> Result<FieldValue> {
    let decimal = match value {
        FieldValue::Null => return Ok(FieldValue::Null),
        FieldValue::Decimal(decimal) => *decimal,
        FieldValue::Integer(number) => Decimal::from(*number),
        FieldValue::Text(text) => text.parse().map_err(|error: Error| error.under(name))?,
        _ => return Err(Error::invalid(ErrorCode::WrongType, name, "a decimal is expected")),
    };
    Ok(FieldValue::Decimal(decimal))
}
