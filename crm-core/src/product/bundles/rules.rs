//! What holds for every bundle, whichever way it comes in.

use std::collections::{BTreeMap, HashSet};

use super::explode::{among, cycle, too_deep};
use super::{BundleComponent, BundlePricing, MAX_BUNDLE_COMPONENTS, MAX_BUNDLE_DEPTH, ProductBundle};
use crate::query::Query;
use crate::room::{
    Decision, Fate, MAX_PART_CHARS, Merging, View, check_chars, check_count, check_distinct, check_given,
    records_for_rule, refuse, tidy, tidy_part, with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{AllocationMethod, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// Digits behind the point of a quantity.
const QUANTITY_SCALE: u32 = 6;

pub(in crate::product) fn bundle_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<ProductBundle>(after)?;
    with_record::<ProductBundle>(before, after, |_, bundle| {
        complete(bundle);
        refuse(problems(bundle))?;
        check_among_others(view, bundle).map(|()| Decision::default())
    })
}

/// A bundle that comes back must not stand beside another one of the product, nor close a circle.
pub(in crate::product) fn bundle_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    check_among_others(view, &ProductBundle::from_row(row.clone())?).map(|()| Decision::default())
}

/// The bundle of the surviving product stays, or that of the first merged one; a merged product is no part of itself.
pub(in crate::product) fn join_bundles(_: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let mut own = Vec::new();
    for row in rows {
        let bundle = ProductBundle::from_stored(row.clone())?;
        if let Some(rank) = merging.rank(bundle.product) {
            own.push((rank, row, bundle));
        }
    }
    own.sort_by_key(|(rank, _, bundle)| (*rank, bundle.id));
    let mut fates = Vec::with_capacity(own.len());
    for (place, (_, row, mut bundle)) in own.into_iter().enumerate() {
        if place > 0 {
            fates.push(Fate::Dropped(bundle.id));
            continue;
        }
        bundle.product = merging.survivor;
        bundle.components.retain(|component| merging.rank(component.product).is_none());
        bundle.constraints.retain(|constraint| {
            merging.rank(constraint.product).is_none() && merging.rank(constraint.other).is_none()
        });
        fates.push(Fate::Kept(Row { values: bundle.to_row().values, ..row.clone() }));
    }
    Ok(fates)
}

/// Brings a bundle into its one form: every component has a position.
fn complete(bundle: &mut ProductBundle) {
    bundle.pricing.get_or_insert(BundlePricing::Whole);
    bundle.distribution.get_or_insert(AllocationMethod::LargestRemainder);
    let last = bundle.components.iter().filter_map(|component| component.position).max();
    let mut next = last.unwrap_or(0).max(0);
    for component in &mut bundle.components {
        tidy_part(&mut component.unit);
        tidy_part(&mut component.group);
        if component.position.is_none() {
            next = next.saturating_div(10).saturating_mul(10).saturating_add(10);
            component.position = Some(next);
        }
    }
    for group in &mut bundle.groups {
        tidy(&mut group.name);
    }
}

fn problems(bundle: &ProductBundle) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_count("components", bundle.components.len(), MAX_BUNDLE_COMPONENTS, &mut problems);
    check_count("groups", bundle.groups.len(), MAX_BUNDLE_COMPONENTS, &mut problems);
    check_count("constraints", bundle.constraints.len(), MAX_BUNDLE_COMPONENTS, &mut problems);
    let groups: HashSet<&str> = bundle.groups.iter().map(|group| group.name.as_str()).collect();
    for (place, component) in bundle.components.iter().enumerate() {
        let under = |problem: Problem| problem.under(&format!("components[{place}]"));
        problems.extend(component_problems(component, &groups).into_iter().map(under));
    }
    problems.extend(group_problems(bundle));
    let products: HashSet<Id> = bundle.components.iter().map(|component| component.product).collect();
    for (place, constraint) in bundle.constraints.iter().enumerate() {
        let field = |name: &str| format!("constraints[{place}].{name}");
        for (name, product) in [("product", constraint.product), ("other", constraint.other)] {
            if !products.contains(&product) {
                let message = "the product is no component of the bundle";
                problems.push(Problem::of_field(ErrorCode::NotInPicklist, field(name), message));
            }
        }
        if constraint.product == constraint.other {
            let message = "a product neither requires nor excludes itself";
            problems.push(Problem::of_field(ErrorCode::Cycle, field("other"), message));
        }
    }
    let position = |component: &BundleComponent| component.position.map(|position| position.to_string());
    let field = |place| format!("components[{place}].position");
    problems.extend(check_distinct(&bundle.components, field, position));
    problems
}

fn component_problems(component: &BundleComponent, groups: &HashSet<&str>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut note = |code, field: &str, message: &str| problems.push(Problem::of_field(code, field, message));
    let figures = [
        ("quantity", Some(component.quantity)),
        ("minimum", component.minimum),
        ("maximum", component.maximum),
        ("weight", component.weight),
    ];
    for (field, figure) in figures.into_iter().filter_map(|(field, figure)| figure.map(|figure| (field, figure))) {
        if figure.is_negative() || field == "quantity" && figure.is_zero() {
            note(ErrorCode::OutOfRange, field, "the figure must be above zero");
        } else if figure.to_scaled(QUANTITY_SCALE).is_none() {
            note(ErrorCode::DecimalDigits, field, "the figure has too many digits");
        }
    }
    let is_below = component.minimum.is_some_and(|minimum| component.quantity < minimum);
    let is_above = component.maximum.is_some_and(|maximum| component.quantity > maximum);
    if is_below || is_above {
        note(ErrorCode::OutOfRange, "quantity", "the quantity is not between the smallest and the largest one");
    }
    if component.position.is_some_and(|position| position <= 0) {
        note(ErrorCode::OutOfRange, "position", "the position must be above zero");
    }
    if component.is_default && !component.is_optional {
        note(ErrorCode::NotAllowed, "is_default", "only what may be left out has a default");
    }
    if component.group.as_deref().is_some_and(|group| !groups.contains(group)) {
        note(ErrorCode::NotInPicklist, "group", "the bundle has no such group");
    }
    let unit = component.unit.as_deref().and_then(|unit| check_chars(unit, crate::value::MAX_UNIT_CODE_CHARS));
    problems.extend(unit.map(|problem| problem.under("unit")));
    problems
}

fn group_problems(bundle: &ProductBundle) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, group) in bundle.groups.iter().enumerate() {
        let field = |name: &str| format!("groups[{place}].{name}");
        if group.name.is_empty() {
            problems.push(Problem::of_field(ErrorCode::Required, field("name"), "the text is empty"));
        }
        problems.extend(check_chars(&group.name, MAX_PART_CHARS).map(|problem| problem.under(&field("name"))));
        if group.minimum.is_some_and(i64::is_negative) {
            problems.push(Problem::of_field(ErrorCode::OutOfRange, field("minimum"), "the number is below zero"));
        }
        let least = group.minimum.unwrap_or(0);
        if group.maximum.is_some_and(|maximum| maximum < least) {
            let message = "the largest number is below the smallest one";
            problems.push(Problem::of_field(ErrorCode::OutOfRange, field("maximum"), message));
        }
    }
    let name = |group: &super::BundleGroup| Some(group.name.clone());
    problems.extend(check_distinct(&bundle.groups, |place| format!("groups[{place}].name"), name));
    problems
}

/// A product is one bundle, and no part of itself, however deep.
fn check_among_others(view: &mut dyn View, bundle: &ProductBundle) -> Result<()> {
    let same = Query::matching(&[("product", FieldValue::Reference(bundle.product))]);
    let others = records_for_rule::<ProductBundle>(view, &same)?;
    if let Some(other) = others.iter().find(|other| other.id != bundle.id) {
        let problem = Problem::of_field(ErrorCode::DuplicateKey, "product", "the product is a bundle already");
        return Err(Error::conflict(problem.with("id", bundle.id).with("other_id", other.id)));
    }
    check_circle(view, bundle)
}

fn check_circle(view: &mut dyn View, bundle: &ProductBundle) -> Result<()> {
    // For every product that was met: the bundle in which it was met first.
    let mut met: BTreeMap<Id, Id> = BTreeMap::new();
    let mut open = vec![bundle.clone()];
    for _ in 0..MAX_BUNDLE_DEPTH {
        let mut next = Vec::new();
        for above in &open {
            for component in &above.components {
                if component.product == bundle.product {
                    return Err(cycle(&way(&met, bundle.product, above.product), bundle.product));
                }
                if let std::collections::btree_map::Entry::Vacant(place) = met.entry(component.product) {
                    place.insert(above.product);
                    next.push(component.product);
                }
            }
        }
        open.clear();
        for chunk in next.chunks(crate::query::MAX_IN_VALUES) {
            open.extend(records_for_rule::<ProductBundle>(view, &among("product", chunk))?);
        }
        if open.is_empty() {
            return Ok(());
        }
    }
    Err(too_deep())
}

/// The bundles from the outermost one down to another.
fn way(met: &BTreeMap<Id, Id>, top: Id, bottom: Id) -> Vec<Id> {
    let mut way = vec![bottom];
    let mut at = bottom;
    while at != top && way.len() <= MAX_BUNDLE_DEPTH {
        let Some(above) = met.get(&at) else { break };
        way.push(*above);
        at = *above;
    }
    way.reverse();
    way
}
