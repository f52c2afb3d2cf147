//! Under which keys a document can find condition records: what a store must read before the document is priced.

use std::collections::HashSet;

use super::catalog::ConditionRecord;
use super::definition::{AccessDef, FieldDef, MAX_DEPTH, TableDef};
use super::document::PriceDocument;
use super::item::Content;
use super::limits;
use super::price::Pricer;
use super::records::canonical;
use super::run::Item;
use crate::value::{Error, ErrorCode, Fnv, Result, error::excerpt};

/// The key of records of a condition type in a table as one number, the same everywhere. Two keys may share one: whoever
/// prices compares the whole key.
fn key_number<'a>(condition_type: &str, table: &str, values: impl Iterator<Item = &'a str>) -> i64 {
    let hash = Fnv::new(condition_type).with(table);
    values.fold(hash, Fnv::with).finish().cast_signed()
}

impl Pricer {
    /// The number of the key of a record.
    ///
    /// # Errors
    /// `UnknownReference` for condition type and table, and what is wrong with the key.
    pub(crate) fn key_of(&self, record: &ConditionRecord) -> Result<i64> {
        let table = self.definition.tables.iter().find(|table| table.code == record.table).ok_or_else(|| {
            let message = format!("there is no `{}` in the catalogue", excerpt(&record.table));
            Error::invalid(ErrorCode::UnknownReference, "table", message)
        })?;
        let mut values = Vec::with_capacity(table.fields.len());
        for field in self.fields_of(table) {
            let Some(value) = record.key.get(&field.name) else {
                let message = "every field of the table has a value in the key";
                return Err(Error::invalid(ErrorCode::Required, format!("key.{}", field.name), message));
            };
            let value = canonical(field.kind, value).map_err(|error| error.under("key").under(&field.name))?;
            values.push(value);
        }
        Ok(key_number(&record.condition_type, &record.table, values.iter().map(String::as_str)))
    }

    /// The numbers of all keys under which a document may find records, each once.
    ///
    /// # Errors
    /// Those of [`Pricer::price`] for documents that cannot be priced at all; `TooMany` if the values of an item make too
    /// many keys.
    pub(crate) fn wanted(&self, document: &PriceDocument) -> Result<HashSet<i64>> {
        let run = self.begin(document)?;
        let mut wanted = HashSet::new();
        for step in &run.procedure.steps {
            let Some(condition) = step.condition.and_then(|place| self.definition.types.get(place)) else { continue };
            for access in &condition.accesses {
                let Some(table) = self.definition.tables.get(access.table) else { continue };
                for item in &run.items {
                    self.keys_of_item(item, access, table, &condition.is.code, &mut wanted)
                        .map_err(|error| error.with("item", &item.source.id))?;
                }
            }
        }
        Ok(wanted)
    }

    fn fields_of<'a>(&'a self, table: &'a TableDef) -> impl Iterator<Item = &'a FieldDef> {
        table.fields.iter().filter_map(|(slot, _)| self.definition.fields.get(*slot))
    }

    fn keys_of_item(
        &self,
        item: &Item,
        access: &AccessDef,
        table: &TableDef,
        condition_type: &str,
        wanted: &mut HashSet<i64>,
    ) -> Result<()> {
        let mut keys: Vec<Vec<String>> = vec![Vec::new()];
        for ((_, up), source) in table.fields.iter().zip(&access.sources) {
            let Some(given) = item.values.get(*source).and_then(Option::as_ref) else { return Ok(()) };
            let Some(field) = self.definition.fields.get(*source) else { return Ok(()) };
            let values = written(&given.content, field, *up);
            if keys.len().saturating_mul(values.len()) > limits::MAX_COMBINATIONS {
                let message = "the values of an item make too many keys of one table";
                return Err(Error::invalid(ErrorCode::TooMany, "fields", message));
            }
            keys = match values.as_slice() {
                [only] => {
                    keys.iter_mut().for_each(|key| key.push(only.clone()));
                    keys
                }
                _ => {
                    let longer = |key: &Vec<String>| {
                        values.iter().map(|value| key.iter().chain([value]).cloned().collect()).collect::<Vec<_>>()
                    };
                    keys.iter().flat_map(longer).collect()
                }
            };
        }
        wanted.extend(keys.iter().map(|key| key_number(condition_type, &table.code, key.iter().map(String::as_str))));
        Ok(())
    }
}

/// The values of a field in their one written form, and those above them if they count.
fn written(content: &Content, field: &FieldDef, up: bool) -> Vec<String> {
    let climbing = |text: &String| {
        let above = std::iter::successors(Some(text), |node| field.parents.get(node.as_str()));
        above.take(if up { MAX_DEPTH.saturating_add(1) } else { 1 }).cloned().collect::<Vec<_>>()
    };
    match content {
        Content::Text(text) => climbing(text),
        Content::Texts(texts) => texts.iter().flat_map(climbing).collect(),
        Content::Number(number) => vec![number.to_string()],
        Content::Truth(truth) => vec![truth.to_string()],
        Content::Date(date) => vec![date.to_string()],
    }
}
