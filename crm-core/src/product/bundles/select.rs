//! What of a bundle is taken.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{BundleComponent, BundleConstraintKind, ProductBundle};
use crate::room::refuse;
use crate::value::{Decimal, ErrorCode, Id, Problem, Result};

value_struct! {
    /// What is chosen of a bundle.
    pub struct BundleChoice {
        required {
            /// The position of the component.
            pub position: i64,
            /// How many of it in one bundle; zero leaves out what may be left out.
            pub quantity: Decimal,
        }
        optional {
            /// The product of the nested bundle in which the component stands; nothing for the outermost bundle.
            pub bundle: Option<Id>,
        }
    }
}

value_struct! {
    /// A component that is taken.
    pub struct TakenComponent {
        required {
            /// The component.
            pub component: BundleComponent,
            /// How many of it are in one bundle.
            pub quantity: Decimal,
        }
    }
}

/// What of a bundle is taken by choices, in the order of its components. Of `choices` those count that name the product
/// of the bundle, or no bundle if `is_outermost`.
///
/// ```
/// use crm_core::product::{BundleChoice, BundleComponent, ProductBundle, check_selection};
/// use crm_core::value::{Decimal, Id};
/// let text = r#"{"product":"01890000-0000-7000-8000-000000000001","components":[
///     {"product":"01890000-0000-7000-8000-000000000002","quantity":"1","position":10},
///     {"product":"01890000-0000-7000-8000-000000000003","quantity":"2","position":20,"is_optional":true}]}"#;
/// let press: ProductBundle = crm_core::value::json::from_text(text)?;
/// assert_eq!(check_selection(&press, &[], true)?.len(), 1);
/// let spare = BundleChoice { position: 20, quantity: Decimal::from(3), bundle: None };
/// assert_eq!(check_selection(&press, &[spare], true)?[1].quantity, Decimal::from(3));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// All problems at once: `NotInPicklist` for a position that the bundle does not have, `DuplicateKey` for one that is
/// chosen twice, `OutOfRange` for a quantity or a number of components of a group outside its limits, `GuardNotMet` for
/// a constraint that is not kept.
pub fn check_selection(
    bundle: &ProductBundle,
    choices: &[BundleChoice],
    is_outermost: bool,
) -> Result<Vec<TakenComponent>> {
    let mut problems = Vec::new();
    let chosen = chosen(bundle, choices, is_outermost, &mut problems);
    let decided: HashSet<&str> = bundle
        .components
        .iter()
        .filter(|component| chosen_of(&chosen, component).is_some_and(|(_, quantity)| quantity > Decimal::ZERO))
        .filter_map(|component| component.group.as_deref())
        .collect();
    let mut taken = Vec::with_capacity(bundle.components.len());
    for component in &bundle.components {
        let choice = chosen_of(&chosen, component);
        let by_default = || {
            let other_of_group = component.group.as_deref().is_some_and(|group| decided.contains(group));
            let is_taken = !component.is_optional || component.is_default && !other_of_group;
            if is_taken { component.quantity } else { Decimal::ZERO }
        };
        let quantity = choice.map_or_else(by_default, |(_, quantity)| quantity);
        if let Some((place, quantity)) = choice {
            problems.extend(quantity_problem(component, place, quantity));
        }
        if quantity > Decimal::ZERO {
            taken.push(TakenComponent { component: component.clone(), quantity });
        }
    }
    problems.extend(group_problems(bundle, &taken));
    problems.extend(constraint_problems(bundle, &taken));
    refuse(problems).map(|()| taken)
}

type Chosen = BTreeMap<i64, (usize, Decimal)>;

fn chosen_of(chosen: &Chosen, component: &BundleComponent) -> Option<(usize, Decimal)> {
    component.position.and_then(|position| chosen.get(&position)).copied()
}

/// The choices of a bundle by position.
fn chosen(bundle: &ProductBundle, choices: &[BundleChoice], is_outermost: bool, problems: &mut Vec<Problem>) -> Chosen {
    let known: HashSet<i64> = bundle.components.iter().filter_map(|component| component.position).collect();
    let mut chosen = Chosen::new();
    for (place, choice) in choices.iter().enumerate() {
        if choice.bundle.map_or(!is_outermost, |named| named != bundle.product) {
            continue;
        }
        let field = format!("choices[{place}].position");
        if !known.contains(&choice.position) {
            let problem = Problem::of_field(ErrorCode::NotInPicklist, field, "the bundle has no such position");
            problems.push(problem.with("position", choice.position).with("bundle", bundle.product));
        } else if chosen.insert(choice.position, (place, choice.quantity)).is_some() {
            let problem = Problem::of_field(ErrorCode::DuplicateKey, field, "the position is chosen already");
            problems.push(problem.with("position", choice.position));
        }
    }
    chosen
}

fn quantity_problem(component: &BundleComponent, place: usize, quantity: Decimal) -> Option<Problem> {
    if quantity.is_zero() && component.is_optional {
        return None;
    }
    let below = component.minimum.is_some_and(|minimum| quantity < minimum) || quantity <= Decimal::ZERO;
    let above = component.maximum.is_some_and(|maximum| quantity > maximum);
    let message = match (below, above) {
        (false, false) => return None,
        (true, _) if quantity <= Decimal::ZERO => "the quantity must be above zero",
        (true, _) => "the quantity is below the smallest one of the component",
        (false, true) => "the quantity is above the largest one of the component",
    };
    let problem = Problem::of_field(ErrorCode::OutOfRange, format!("choices[{place}].quantity"), message);
    let limit = |limit: Option<Decimal>| limit.map_or_else(String::new, |limit| limit.to_string());
    Some(problem.with("minimum", limit(component.minimum)).with("maximum", limit(component.maximum)))
}

fn group_problems(bundle: &ProductBundle, taken: &[TakenComponent]) -> Vec<Problem> {
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for group in taken.iter().filter_map(|taken| taken.component.group.as_deref()) {
        let count = counts.entry(group).or_default();
        *count = count.saturating_add(1);
    }
    let problem = |(place, group): (usize, &super::BundleGroup)| {
        let count = counts.get(group.name.as_str()).copied().unwrap_or(0);
        let message = if group.minimum.is_some_and(|minimum| count < minimum) {
            "too few components of the group are taken"
        } else if group.maximum.is_some_and(|maximum| count > maximum) {
            "too many components of the group are taken"
        } else {
            return None;
        };
        let problem = Problem::of_field(ErrorCode::OutOfRange, format!("groups[{place}]"), message);
        Some(problem.with("bundle", bundle.product).with("taken", count))
    };
    bundle.groups.iter().enumerate().filter_map(problem).collect()
}

fn constraint_problems(bundle: &ProductBundle, taken: &[TakenComponent]) -> Vec<Problem> {
    let products: HashSet<Id> = taken.iter().map(|taken| taken.component.product).collect();
    let mut problems = Vec::new();
    for (place, constraint) in bundle.constraints.iter().enumerate() {
        if !products.contains(&constraint.product) {
            continue;
        }
        let has_other = products.contains(&constraint.other);
        let message = match (constraint.kind, has_other) {
            (BundleConstraintKind::Requires, false) => "what is taken requires a product that is not",
            (BundleConstraintKind::Excludes, true) => "two products are taken of which one excludes the other",
            _ => continue,
        };
        let problem = Problem::of_field(ErrorCode::GuardNotMet, format!("constraints[{place}]"), message);
        problems.push(problem.with("product", constraint.product).with("other", constraint.other));
    }
    problems
}
