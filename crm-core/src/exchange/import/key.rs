//! How the record of a row is found again.

use std::collections::HashMap;

use super::ImportMapping;
use crate::customer::AccountLink;
use crate::engine::{RowKey, Session};
use crate::exchange::csv::CsvRow;
use crate::product::ListPrice;
use crate::room::{ExternalId, external_kind};
use crate::schema::{Entity as _, FieldCodec as _};
use crate::value::{Error, ErrorCode, FieldValue, Problem, Result};

/// The fields that together belong to one record: prices of a product in a list differ in their first day.
const TOGETHER: [(&str, &[&str]); 1] = [(ListPrice::NAME, &["product", "price_list", "valid_from"])];

/// What the rows of a file are known by.
pub(super) enum Key {
    /// By the identifier in another system.
    External { system: String, column: String, place: usize },
    /// By a unique field.
    Field(String),
    /// By several fields.
    Together(&'static [&'static str]),
}

impl Key {
    /// The key that a mapping names, if its entity has it.
    pub(super) fn of(
        session: &Session,
        mapping: &ImportMapping,
        place: &impl Fn(&str) -> Result<usize>,
    ) -> Result<Option<Self>> {
        let refuse = |field: &str, code, message: &str| Err(Error::invalid(code, field, message));
        match (&mapping.external_system, &mapping.key_column, &mapping.key_field) {
            (None, None, None) => {
                let together = TOGETHER.iter().find(|(entity, _)| *entity == mapping.entity);
                Ok(together.map(|(_, fields)| Self::Together(fields)))
            }
            (_, column, field) if mapping.entity == AccountLink::NAME => {
                let named = field.as_ref().map(|_| "key_field").or(column.as_ref().map(|_| "key_column"));
                let message = "links between accounts are found by their ends and have no key";
                refuse(named.unwrap_or("external_system"), ErrorCode::UnknownField, message)
            }
            (None, None, Some(field)) => {
                check_field(session, mapping, field).map_err(|error| error.under("key_field"))?;
                Ok(Some(Self::Field(field.clone())))
            }
            (_, _, Some(_)) => {
                refuse("key_field", ErrorCode::BadFormat, "either `key_field` or `key_column` finds a record, not both")
            }
            (Some(_), None, None) => refuse(
                "key_column",
                ErrorCode::Required,
                "`external_system` needs the `key_column` with its identifiers",
            ),
            (None, Some(_), None) => {
                refuse("external_system", ErrorCode::Required, "`key_column` needs the `external_system` it belongs to")
            }
            (Some(system), Some(column), None) => {
                check_external(session, mapping).map_err(|error| error.under("external_system"))?;
                let (system, column, place) = (system.clone(), column.clone(), place(column)?);
                Ok(Some(Self::External { system, column, place }))
            }
        }
    }

    /// The key of a row. An external identifier is put among the fields too.
    pub(super) fn of_row(&self, row: &CsvRow, fields: &mut HashMap<String, FieldValue>) -> Result<RowKey, Problem> {
        match self {
            Self::External { system, place, .. } => {
                let key = row.cells.get(*place).map_or("", |cell| cell.trim()).to_owned();
                if key.is_empty() {
                    return Err(missing("external_ids"));
                }
                let ids = vec![ExternalId { system: system.clone(), key: key.clone() }];
                fields.insert("external_ids".to_owned(), ids.to_field());
                Ok(RowKey::Unique { kind: external_kind(system), key })
            }
            Self::Field(field) => match fields.get(field) {
                Some(value) if *value != FieldValue::Null => {
                    Ok(RowKey::Unique { kind: field.clone(), key: value.to_key() })
                }
                _ => Err(missing(field)),
            },
            Self::Together(names) => {
                let value = |name: &&'static str| (*name, fields.get(*name).cloned().unwrap_or(FieldValue::Null));
                Ok(RowKey::Fields(names.iter().map(value).collect()))
            }
        }
    }

    /// The fields of which the first one that a column fills is to blame if two rows have the same key.
    pub(super) fn fields(&self) -> Vec<&str> {
        match self {
            Self::External { .. } => vec!["external_ids"],
            Self::Field(field) => vec![field],
            Self::Together(fields) => fields.to_vec(),
        }
    }
}

fn missing(field: &str) -> Problem {
    Problem::of_field(ErrorCode::Required, field, "the row has no key")
}

/// A field finds a record again only if no two records have the same value, and if the rows have one.
fn check_field(session: &Session, mapping: &ImportMapping, name: &str) -> Result<()> {
    let (is_unique, unique) = session.reading(|reading| {
        let (entity, plan) = reading.entity(&mapping.entity)?;
        let field = plan.readable_field(&reading.tenant.schema, &entity, name)?;
        let fields = reading.tenant.schema.fields(&entity).into_iter().map(|field| field.spec);
        let unique = fields.filter(|spec| spec.unique && plan.can_read(&spec.name));
        Ok((field.spec.unique, unique.map(|spec| spec.name.to_string()).collect::<Vec<_>>()))
    })?;
    if !is_unique {
        let message = format!("`{name}` is not unique, so it does not find a record again");
        let problem = Problem::new(ErrorCode::NotInPicklist, message).with("allowed", unique.join(","));
        return Err(problem.into_invalid());
    }
    let filled = mapping.columns.iter().any(|column| column.field == name) || mapping.constants.contains_key(name);
    if filled { Ok(()) } else { Err(Problem::new(ErrorCode::Required, "no column fills the key").into_invalid()) }
}

fn check_external(session: &Session, mapping: &ImportMapping) -> Result<()> {
    session.reading(|reading| {
        let (entity, plan) = reading.entity(&mapping.entity)?;
        plan.readable_field(&reading.tenant.schema, &entity, "external_ids").map(|_| ())
    })
}
