//! What holds for every product, price list and list price, whichever way it comes in.

use std::collections::HashMap;

use super::bundles::{ProductBundle, bundle_restored, bundle_rule, join_bundles};
use super::documents::{ProductDocument, document_rule};
use super::relations::{ProductRelation, join_relations, relation_restored, relation_rule};
use super::units::check_units;
use super::{ListPrice, PriceList, Product, ProductClass, ProductLifeCycle, ProductParameter, class_rules, parameters};
use crate::merging::{Days, left_over};
use crate::query::Query;
use crate::room::{
    Change, Decision, Fate, JoinRule, Merging, RecordRule, RestoreRule, View, check_given, record_for_rule,
    records_for_rule, tidy_external_ids, with_record,
};
use crate::schema::{Entity, Row};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        Product::NAME => Some(product_rule),
        ProductClass::NAME => Some(class_rules::class_rule),
        ProductParameter::NAME => Some(class_rules::parameter_rule),
        PriceList::NAME => Some(price_list_rule),
        ListPrice::NAME => Some(list_price_rule),
        ProductRelation::NAME => Some(relation_rule),
        ProductDocument::NAME => Some(document_rule),
        ProductBundle::NAME => Some(bundle_rule),
        _ => None,
    }
}

/// What is said about a record of an entity that is brought back.
pub(crate) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    match entity {
        ProductClass::NAME => Some(class_rules::class_restored),
        ProductParameter::NAME => Some(class_rules::parameter_restored),
        PriceList::NAME => Some(price_list_restored),
        ListPrice::NAME => Some(list_price_restored),
        ProductRelation::NAME => Some(relation_restored),
        ProductBundle::NAME => Some(bundle_restored),
        _ => None,
    }
}

/// A list that comes back is not the default one if another is by now.
fn price_list_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let list = PriceList::from_row(row.clone())?;
    if !list.is_default {
        return Ok(Decision::default());
    }
    let others = records_for_rule::<PriceList>(view, &Query::matching(&[("is_default", true.into())]))?;
    if others.iter().all(|other| other.id == list.id) {
        return Ok(Decision::default());
    }
    let steps_back = Change::update::<PriceList>(list.id, vec![("is_default", false.into())]);
    Ok(Decision::default().and_rule(steps_back))
}

/// A price that comes back must not overlap with one that was set since.
fn list_price_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    check_overlap(view, &ListPrice::from_row(row.clone())?).map(|()| Decision::default())
}

/// What becomes of the records of an entity that point to merged ones.
pub(crate) fn join_rule_of(entity: &str) -> Option<JoinRule> {
    match entity {
        ListPrice::NAME => Some(join_prices),
        ProductRelation::NAME => Some(join_relations),
        ProductBundle::NAME => Some(join_bundles),
        _ => None,
    }
}

/// Of two prices in one list on one date that of the surviving product holds, then that of the earlier one of the others.
fn join_prices(view: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let today = view.today();
    let prices = rows.iter().map(|row| ListPrice::from_stored(row.clone()).map(|price| (row, price)));
    let mut prices: Vec<(&Row, ListPrice)> = prices.collect::<Result<_>>()?;
    prices.sort_by_key(|(_, price)| (merging.rank(price.product), price.valid_from, price.id));
    let mut held: HashMap<Id, Vec<Days>> = HashMap::new();
    let mut fates = Vec::with_capacity(prices.len());
    for (row, price) in prices {
        let taken = held.entry(price.price_list).or_default();
        let Some(days) = left_over(Days::new(price.valid_from, price.valid_until), taken, today) else {
            fates.push(Fate::Dropped(price.id));
            continue;
        };
        taken.push(days);
        let (product, valid_from, valid_until) = (merging.survivor, days.from, days.until);
        let follows = ListPrice { product, valid_from, valid_until, ..price };
        fates.push(Fate::Kept(Row { values: follows.to_row().values, ..row.clone() }));
    }
    Ok(fates)
}

fn product_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<Product>(before, after, |before, product| {
        tidy_external_ids(&mut product.external_ids)?;
        parameters::check(view, before.as_ref(), product)?;
        check_units(product)?;
        product.life_cycle.get_or_insert(ProductLifeCycle::Active);
        Ok(Decision::default())
    })
}

fn price_list_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let list = PriceList::from_row(after.clone())?;
    check_span(list.valid_from, list.valid_until)?;
    let was_default = before.cloned().map(PriceList::from_row).transpose()?.is_some_and(|list| list.is_default);
    if !list.is_default || was_default {
        return Ok(Decision::default());
    }
    let others = records_for_rule::<PriceList>(view, &Query::matching(&[("is_default", true.into())]))?;
    let others = others.into_iter().filter(|other| other.id != list.id);
    Ok(others.fold(Decision::default(), |decision, other| {
        decision.and_rule(Change::update::<PriceList>(other.id, vec![("is_default", false.into())]))
    }))
}

fn list_price_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<ListPrice>(after)?;
    with_record::<ListPrice>(before, after, |_, price| {
        check_span(price.valid_from, price.valid_until)?;
        if *price.per_quantity.get_or_insert(Decimal::ONE) <= Decimal::ZERO {
            return Err(Error::invalid(ErrorCode::OutOfRange, "per_quantity", "the price unit must be above zero"));
        }
        let list = record_for_rule::<PriceList>(view, price.price_list).map_err(|_| {
            Error::invalid(ErrorCode::UnknownReference, "price_list", "`price_list` points to no price_list")
        })?;
        price.currency = Some(list.currency);
        check_overlap(view, price)?;
        Ok(Decision::default())
    })
}

pub(super) fn check_span(from: Option<Date>, until: Option<Date>) -> Result<()> {
    match (from, until) {
        (Some(from), Some(until)) if until <= from => {
            let problem = Problem::of_field(ErrorCode::OutOfRange, "valid_until", "the span of validity is empty");
            Err(problem.with("valid_from", from).with("valid_until", until).into_invalid())
        }
        _ => Ok(()),
    }
}

/// No two prices of a product in a list may hold on the same date.
fn check_overlap(view: &mut dyn View, price: &ListPrice) -> Result<()> {
    let others = records_for_rule::<ListPrice>(view, &prices_query(price.price_list, price.product))?;
    let begins_before = |from: Option<Date>, until: Option<Date>| match (from, until) {
        (Some(from), Some(until)) => from < until,
        _ => true,
    };
    let overlaps = |other: &&ListPrice| {
        begins_before(other.valid_from, price.valid_until) && begins_before(price.valid_from, other.valid_until)
    };
    match others.iter().filter(|other| other.id != price.id).find(overlaps) {
        None => Ok(()),
        Some(other) => {
            let message = "another price of the product in this list holds in the same span of time";
            let problem = Problem::of_field(ErrorCode::Overlap, "valid_from", message);
            Err(Error::conflict(problem.with("id", price.id).with("other_id", other.id)))
        }
    }
}

/// The prices of a product in a list.
pub(super) fn prices_query(price_list: Id, product: Id) -> Query {
    let reference = FieldValue::Reference;
    Query::matching(&[("price_list", reference(price_list)), ("product", reference(product))])
}

/// The price that holds on a date.
#[must_use]
pub fn price_on(prices: &[ListPrice], date: Date) -> Option<&ListPrice> {
    prices.iter().find(|price| price.is_valid_on(date))
}

/// The list that prices come from on a date if none is named: the default one, or the only one that holds then.
#[must_use]
pub fn pick_price_list(lists: &[PriceList], date: Date) -> Option<&PriceList> {
    let valid: Vec<&PriceList> = lists.iter().filter(|list| list.is_valid_on(date)).collect();
    let default = valid.iter().find(|list| list.is_default);
    default.or_else(|| valid.first().filter(|_| valid.len() == 1)).copied()
}

/// Finds the price of a product on a date, with whatever reads records: a session or an operation in progress.
pub(crate) fn find_list_price(
    read: &mut dyn FnMut(&'static str, &Query) -> Result<Vec<Row>>,
    product: Id,
    price_list: Option<Id>,
    date: Date,
) -> Result<Option<ListPrice>> {
    let asked = match price_list {
        Some(id) => Query::matching(&[("id", FieldValue::Reference(id))]),
        None => Query::default(),
    };
    let lists = read(PriceList::NAME, &asked)?;
    let lists = lists.into_iter().map(PriceList::from_row).collect::<Result<Vec<_>>>()?;
    let Some(list) = pick_price_list(&lists, date) else { return Ok(None) };
    let prices = read(ListPrice::NAME, &prices_query(list.id, product))?;
    let prices = prices.into_iter().map(ListPrice::from_row).collect::<Result<Vec<_>>>()?;
    Ok(price_on(&prices, date).cloned())
}
