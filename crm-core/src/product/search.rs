//! How products are found by their technical parameters.

use std::collections::BTreeSet;

use super::class_rules::{Lists, class_path, classes_below, definitions_of};
use super::definitions::dimension_of;
use super::{ParameterValue, Product, ProductClass, ProductLifeCycle, ProductParameter};
use crate::query::{
    Filter, MAX_IN_VALUES, MAX_TERMS, ParameterCondition, Query, Sort, number_tag, truth_key, word_key,
};
use crate::room::{Reader, check_count, refuse};
use crate::schema::{Entity as _, SpanKey, SpanPart};
use crate::value::{Error, ErrorCode, Id, Result, json};

/// The most conditions of one search.
pub const MAX_SEARCH_CONDITIONS: usize = 50;

value_struct! {
    /// A search for products by their technical parameters (参数检索).
    #[derive(Default)]
    pub struct ProductSearch {
        optional {
            /// The class; products of the classes below are found too.
            pub product_class: Option<Id>,
            /// Where the products may stand between the first drawing and the last spare part; anywhere if nothing is said.
            pub life_cycle: Vec<ProductLifeCycle>,
            /// What the parameters must fulfil, each of the conditions. A figure without a unit has that of the parameter.
            pub conditions: Vec<ParameterCondition>,
            /// What else must hold.
            pub filter: Option<Filter>,
            /// Words to look for, as in a [`Query`].
            pub search: Option<String>,
            /// The order, as in a [`Query`].
            pub sort: Vec<Sort>,
            /// Products on a page, as in a [`Query`].
            pub limit: Option<i64>,
            /// Where the page starts, as in a [`Query`].
            pub cursor: Option<String>,
        }
    }
}

/// The search as a question for a list of products.
///
/// # Errors
/// `NotFound` for the class; under `conditions[2]` what is wrong with a condition: `Required`, `NotAllowed`, `OutOfRange`,
/// `TooMany`, and `UnitMismatch` for a unit that does not measure what the parameter does; `Denied`.
pub(crate) fn search_query(reader: &mut dyn Reader, search: &ProductSearch) -> Result<Query> {
    let mut problems = Vec::new();
    check_count("conditions", search.conditions.len(), MAX_SEARCH_CONDITIONS, &mut problems);
    check_count("life_cycle", search.life_cycle.len(), MAX_SEARCH_CONDITIONS, &mut problems);
    refuse(problems)?;
    let mut filters = Vec::new();
    let mut classes: Vec<ProductClass> = Vec::new();
    if let Some(class) = search.product_class {
        let mut lists = Lists::OfReader(reader);
        let path = class_path(&mut lists, class)?;
        let below = classes_below(&mut lists, class)?;
        let within: Vec<Id> = std::iter::once(class).chain(below.iter().flatten().map(|class| class.id)).collect();
        filters.push(among("product_class", &within));
        classes = path.into_iter().chain(below.into_iter().flatten()).collect();
    }
    filters.extend(standing(&search.life_cycle));
    for (place, condition) in search.conditions.iter().enumerate() {
        let condition = completed(reader, search.product_class.map(|_| classes.as_slice()), condition)
            .map_err(|error| error.under(&format!("conditions[{place}]")))?;
        filters.push(Filter::Parameter { field: "parameters".into(), condition });
    }
    filters.extend(search.filter.clone());
    Ok(Query {
        filter: (!filters.is_empty()).then_some(Filter::All { filters }),
        search: search.search.clone(),
        sort: search.sort.clone(),
        limit: search.limit,
        cursor: search.cursor.clone(),
    })
}

/// Where products stand: one of which nothing is said is active.
fn standing(life_cycle: &[ProductLifeCycle]) -> Option<Filter> {
    let values = life_cycle.iter().map(|one| one.as_str().into()).collect();
    let named = Filter::In { field: "life_cycle".into(), values };
    match life_cycle {
        [] => None,
        some if some.contains(&ProductLifeCycle::Active) => {
            Some(Filter::Any { filters: vec![named, Filter::IsEmpty { field: "life_cycle".into() }] })
        }
        _ => Some(named),
    }
}

/// One of many values of a field.
fn among(field: &str, ids: &[Id]) -> Filter {
    let part = |ids: &[Id]| Filter::In { field: field.into(), values: ids.iter().map(|id| (*id).into()).collect() };
    let mut parts: Vec<Filter> = ids.chunks(MAX_IN_VALUES).map(part).collect();
    debug_assert!(parts.len() < MAX_TERMS, "a tree of classes has a limit");
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => Filter::Any { filters: parts.into_iter().chain(last).collect() },
    }
}

/// A condition whose figures have a unit, if the parameter has one.
fn completed(
    reader: &mut dyn Reader,
    classes: Option<&[ProductClass]>,
    condition: &ParameterCondition,
) -> Result<ParameterCondition> {
    condition.check()?;
    if !condition.asks_figures() || !reader.may_read(ProductParameter::NAME) || !asks_parameters(reader) {
        return Ok(condition.clone());
    }
    let mut lists = Lists::OfReader(reader);
    let mut known: Vec<ProductParameter> = match classes {
        Some(classes) => definitions_of(&mut lists, classes)?,
        None => lists.of("code", &[condition.parameter.trim().into()])?,
    };
    known.retain(|definition| definition.code == condition.parameter.trim());
    let mut units: Vec<&str> = known.iter().filter_map(|definition| definition.unit.as_deref()).collect();
    units.sort_unstable();
    units.dedup();
    let Some(first) = units.first() else { return Ok(condition.clone()) };
    match condition.unit.as_deref() {
        None if units.len() > 1 => {
            let message = "the parameter is defined in several units: name that of the figure";
            Err(Error::invalid(ErrorCode::Required, "unit", message))
        }
        None => Ok(ParameterCondition { unit: Some((*first).to_owned()), ..condition.clone() }),
        Some(unit) if units.iter().all(|known| dimension_of(Some(known)) != dimension_of(Some(unit))) => {
            let message = "the parameter measures something else";
            Err(Error::invalid(ErrorCode::UnitMismatch, "unit", message))
        }
        Some(_) => Ok(condition.clone()),
    }
}

/// Whether the reader may ask for parameters: nothing is told of their definitions to who will be refused.
fn asks_parameters(reader: &dyn Reader) -> bool {
    reader.can_read(Product::NAME, "parameters")
}

/// The keys of the parameter values of a product.
pub(crate) fn parameter_keys(list: &str) -> Vec<SpanKey> {
    let values: Vec<ParameterValue> = json::from_own_text(list).unwrap_or_default();
    let keys: BTreeSet<SpanKey> = values.iter().flat_map(keys_of).collect();
    keys.into_iter().collect()
}

fn keys_of(value: &ParameterValue) -> Vec<SpanKey> {
    let key = |tag: &str, part, low: Vec<u8>, high| SpanKey {
        code: value.parameter.clone(),
        tag: tag.to_owned(),
        part,
        low,
        high,
    };
    let point = |tag: &str, low: Vec<u8>| vec![key(tag, SpanPart::Point, low, Vec::new())];
    if let Some(word) = value.text.as_ref().or(value.choice.as_ref()) {
        return point("text", word_key(word));
    }
    if let Some(truth) = value.truth {
        return point("truth", truth_key(truth).to_vec());
    }
    // What does not fit was refused when it was saved.
    let Ok(Some(spans)) = value.spans() else { return point("block", Vec::new()) };
    let tag = number_tag(value.unit.as_deref());
    let has_tolerance = spans[0] != spans[2] || spans[1] != spans[3];
    let [low, high, widest_low, widest_high] = spans.map(|end| end.ordered_key());
    let mut keys = match (low == high, has_tolerance) {
        (true, false) => vec![key(&tag, SpanPart::Point, low, Vec::new())],
        (true, true) => vec![key(&tag, SpanPart::BarePoint, low, Vec::new())],
        (false, false) => vec![key(&tag, SpanPart::Range, low, high)],
        (false, true) => vec![key(&tag, SpanPart::BareRange, low, high)],
    };
    if has_tolerance {
        keys.push(key(&tag, SpanPart::Whole, widest_low, widest_high));
    }
    keys
}
