//! What an item is for the search of records: the values of its fields, and the keys they are.

use std::collections::HashMap;
use std::sync::Arc;

use super::catalog::PriceFieldKind;
use super::definition::{CURRENCY, Definition, FieldDef, ITEM, MAX_DEPTH, PRICING_DATE, PRODUCT, QUANTITY, UNIT};
use super::document::{PriceDocument, PriceItem};
use super::limits;
use super::records::Symbols;
use crate::formula::{Datum, Lookup};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Ratio, Result, json};

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Text(String),
    Texts(Vec<String>),
    Number(Decimal),
    Truth(bool),
    Date(Date),
}

/// A value with the keys that it is: its own, and those of the nodes above it, the nearest first.
#[derive(Debug)]
pub(super) struct Given {
    pub content: Content,
    /// The symbol, nothing if no record has it, and how many nodes above the value it stands.
    pub keys: Vec<(Option<u32>, u16)>,
}

/// The values of all fields, by slot.
pub(super) type Values = Vec<Option<Arc<Given>>>;

impl Given {
    pub(super) fn of(content: Content, field: &FieldDef, symbols: &Symbols) -> Arc<Self> {
        let mut keys = Vec::new();
        match &content {
            Content::Text(text) => climb(text, field, symbols, &mut keys),
            Content::Texts(texts) => texts.iter().for_each(|text| climb(text, field, symbols, &mut keys)),
            Content::Number(number) => keys.push((symbols.get(&number.to_string()), 0)),
            Content::Truth(truth) => keys.push((symbols.get(if *truth { "true" } else { "false" }), 0)),
            Content::Date(date) => keys.push((symbols.get(&date.to_string()), 0)),
        }
        // Nodes that two values share count once, at the nearest.
        keys.sort_by_key(|(_, distance)| *distance);
        let mut seen: Vec<Option<u32>> = Vec::new();
        keys.retain(|(symbol, _)| {
            let new = symbol.is_none() || !seen.contains(symbol);
            seen.push(*symbol);
            new
        });
        Arc::new(Self { content, keys })
    }

    /// The value for formulas.
    pub(super) fn datum(&self) -> Datum<'_> {
        match &self.content {
            Content::Text(text) => Datum::text(text),
            Content::Texts(texts) => Datum::Texts(texts),
            Content::Number(number) => Datum::Number(Ratio::from(*number)),
            Content::Truth(truth) => Datum::Truth(*truth),
            Content::Date(date) => Datum::Date(*date),
        }
    }

    /// Whether the value is another one, or stands below it in the hierarchy of the field.
    pub(super) fn is_or_is_below(&self, wanted: &str, field: &FieldDef, up: bool) -> bool {
        let reaches = |text: &str| {
            let mut node = Some(text);
            for _ in 0..=MAX_DEPTH {
                match node {
                    Some(own) if own == wanted => return true,
                    Some(own) if up => node = field.parents.get(own).map(String::as_str),
                    _ => return false,
                }
            }
            false
        };
        match &self.content {
            Content::Text(text) => reaches(text),
            Content::Texts(texts) => texts.iter().any(|text| reaches(text)),
            Content::Number(number) => number.to_string() == wanted,
            Content::Truth(truth) => truth.to_string() == wanted,
            Content::Date(date) => date.to_string() == wanted,
        }
    }

    /// Writes the value behind a text.
    pub(super) fn write(&self, to: &mut String) {
        match &self.content {
            Content::Text(text) => to.push_str(text),
            Content::Texts(texts) => to.push_str(&texts.join("|")),
            Content::Number(number) => to.push_str(&number.to_string()),
            Content::Truth(truth) => to.push_str(if *truth { "true" } else { "false" }),
            Content::Date(date) => to.push_str(&date.to_string()),
        }
    }
}

fn climb(text: &str, field: &FieldDef, symbols: &Symbols, keys: &mut Vec<(Option<u32>, u16)>) {
    let mut node = text;
    keys.push((symbols.get(node), 0));
    for distance in 1_u16.. {
        if usize::from(distance) > MAX_DEPTH {
            break;
        }
        let Some(parent) = field.parents.get(node) else { break };
        keys.push((symbols.get(parent), distance));
        node = parent;
    }
}

/// Reads the value of a field as its kind asks.
pub(super) fn read(value: &FieldValue, field: &FieldDef) -> Result<Option<Content>> {
    let wrong = || {
        let message = format!("the field is declared as {}", field.kind);
        Error::invalid(ErrorCode::WrongType, "", message)
    };
    let content = match (field.kind, value) {
        (_, FieldValue::Null) => return Ok(None),
        (PriceFieldKind::Text, FieldValue::Text(text)) => Content::Text(text.clone()),
        (PriceFieldKind::Text, FieldValue::Integer(number)) => Content::Text(number.to_string()),
        (PriceFieldKind::Text, FieldValue::Reference(id)) => Content::Text(id.to_string()),
        (PriceFieldKind::Texts, FieldValue::Text(text)) => Content::Texts(vec![text.clone()]),
        (PriceFieldKind::Texts, FieldValue::Json(text)) => {
            Content::Texts(json::from_text::<Vec<String>>(text).map_err(|_| wrong())?)
        }
        (PriceFieldKind::Number, FieldValue::Integer(number)) => Content::Number(Decimal::from(*number)),
        (PriceFieldKind::Number, FieldValue::Decimal(number)) => Content::Number(*number),
        (PriceFieldKind::Number, FieldValue::Text(text)) => Content::Number(text.parse()?),
        (PriceFieldKind::Truth, FieldValue::Boolean(truth)) => Content::Truth(*truth),
        (PriceFieldKind::Date, FieldValue::Date(date)) => Content::Date(*date),
        (PriceFieldKind::Date, FieldValue::Text(text)) => Content::Date(text.parse()?),
        _ => return Err(wrong()),
    };
    if let Content::Number(number) = &content {
        limits::amount("", *number)?;
    }
    Ok(Some(content))
}

fn read_all(
    given: &HashMap<String, FieldValue>,
    path: &str,
    definition: &Definition,
    symbols: &Symbols,
    values: &mut Values,
) -> Result<()> {
    let mut refused: Option<(&String, Error)> = None;
    for (name, value) in given {
        match read_one(name, value, definition, symbols, values) {
            Ok(()) => {}
            // A map has no order: the first name is told.
            Err(_) if refused.as_ref().is_some_and(|(known, _)| *known < name) => {}
            Err(error) => refused = Some((name, error)),
        }
    }
    refused.map_or(Ok(()), |(name, error)| Err(error.under(name).under(path)))
}

fn read_one(
    name: &str,
    value: &FieldValue,
    definition: &Definition,
    symbols: &Symbols,
    values: &mut Values,
) -> Result<()> {
    let slot = definition.fields.iter().position(|field| field.name == name).filter(|slot| *slot > PRICING_DATE);
    let Some((slot, field)) = slot.and_then(|slot| Some((slot, definition.fields.get(slot)?))) else {
        return Err(Error::invalid(ErrorCode::UnknownField, "", "the catalogue has no such field to be given"));
    };
    if let Some(content) = read(value, field)?
        && let Some(place) = values.get_mut(slot)
    {
        *place = Some(Given::of(content, field, symbols));
    }
    Ok(())
}

/// The values that hold for the whole document.
pub(super) fn of_document(document: &PriceDocument, definition: &Definition, symbols: &Symbols) -> Result<Values> {
    let mut values: Values = vec![None; definition.fields.len()];
    read_all(&document.fields, "fields", definition, symbols, &mut values)?;
    put(&mut values, CURRENCY, Content::Text(document.currency.as_str().to_owned()), definition, symbols);
    put(&mut values, PRICING_DATE, Content::Date(document.pricing_date), definition, symbols);
    Ok(values)
}

fn put(values: &mut Values, slot: usize, content: Content, definition: &Definition, symbols: &Symbols) {
    if let (Some(place), Some(field)) = (values.get_mut(slot), definition.fields.get(slot)) {
        *place = Some(Given::of(content, field, symbols));
    }
}

/// The values of an item: its own, those of its product, those of the document.
pub(super) fn of_item(
    item: &PriceItem,
    path: &str,
    document: &Values,
    definition: &Definition,
    symbols: &Symbols,
) -> Result<Values> {
    let mut values = document.clone();
    let product = item.product.as_ref().and_then(|product| definition.products.get(product));
    if let Some(product) = product {
        read_all(&product.is.fields, &format!("{path}.product.fields"), definition, symbols, &mut values)?;
    }
    read_all(&item.fields, &format!("{path}.fields"), definition, symbols, &mut values)?;
    let mut set = |slot, content| put(&mut values, slot, content, definition, symbols);
    if let Some(product) = &item.product {
        set(PRODUCT, Content::Text(product.clone()));
    }
    set(QUANTITY, Content::Number(item.quantity));
    if let Some(unit) = item.unit.as_ref().or(product.and_then(|product| product.is.unit.as_ref())) {
        set(UNIT, Content::Text(unit.clone()));
    }
    set(ITEM, Content::Text(item.id.clone()));
    if let Some(date) = item.pricing_date {
        set(PRICING_DATE, Content::Date(date));
    }
    Ok(values)
}

/// The values of fields for formulas that see nothing else.
pub(super) struct Fields<'a>(pub &'a Values);

impl Lookup for Fields<'_> {
    fn datum(&self, slot: usize) -> Result<Datum<'_>> {
        Ok(datum(self.0, slot))
    }
}

/// The value of a field for formulas.
pub(super) fn datum(values: &Values, slot: usize) -> Datum<'_> {
    values.get(slot).and_then(Option::as_ref).map_or(Datum::Missing, |given| given.datum())
}
