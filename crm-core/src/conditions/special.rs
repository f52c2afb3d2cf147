//! Where special prices stand in the catalogue.

use std::collections::BTreeSet;

use super::PriceDefinition;
use super::rules::active_definition;
use crate::pricing::{
    AccessSequence, Calculation, ConditionKind, ConditionTable, ConditionType, PriceCatalog, ScaleBase, ScaleKind,
};
use crate::room::View;
use crate::value::{Error, ErrorCode, Problem, Result};

/// The scope of a special price.
pub(crate) struct SpecialScope {
    /// Whether it is a discount in percent, and not a price.
    pub is_discount: bool,
    /// The fields that its key has.
    pub fields: Vec<&'static str>,
    /// Whether it holds for everything below the customer.
    pub includes_below: bool,
    /// Whether it holds for some quantities only.
    pub has_band: bool,
}

/// The condition type and the table of a special price: of the access sequence of the type, the first table whose fields are
/// exactly those of the scope. Classes stand for everything below them; customers do so where the scope says it.
///
/// # Errors
/// `UnknownReference` for `definition` if none is active; `Required` for the type that the definition does not name;
/// `UnknownReference` for the first field of the scope that no table has, or for the whole scope.
pub(crate) fn special_place(view: &mut dyn View, scope: &SpecialScope) -> Result<(String, String)> {
    let definition = active_definition(&mut |entity, query| view.list_for_rule(entity, query))?;
    let Some(definition) = definition else {
        let message = "no price definition is active: special prices need one";
        return Err(Error::invalid(ErrorCode::UnknownReference, "definition", message));
    };
    let (field, named) = if scope.is_discount {
        ("special_discount_type", &definition.special_discount_type)
    } else {
        ("special_price_type", &definition.special_price_type)
    };
    let catalog = &definition.definition;
    let known = |code: &String| catalog.condition_types.iter().find(|known| known.code == *code);
    let Some(condition) = named.as_ref().and_then(known) else {
        let message = "the price definition names no condition type for it";
        return Err(Error::invalid(ErrorCode::Required, format!("definition.{field}"), message));
    };
    if scope.has_band && condition.scale.is_none() {
        let message = "the condition type has no scale: it holds for every quantity";
        return Err(Error::invalid(ErrorCode::NotAllowed, "quantity_from", message));
    }
    let table = table_of(catalog, condition, scope)?;
    Ok((condition.code.clone(), table.code.clone()))
}

fn sequence_of<'c>(catalog: &'c PriceCatalog, condition: &ConditionType) -> Option<&'c AccessSequence> {
    let code = condition.access_sequence.as_ref()?;
    catalog.access_sequences.iter().find(|known| known.code == *code)
}

fn table_of<'c>(
    catalog: &'c PriceCatalog,
    condition: &ConditionType,
    scope: &SpecialScope,
) -> Result<&'c ConditionTable> {
    let accesses = sequence_of(catalog, condition).map(|sequence| sequence.accesses.as_slice()).unwrap_or_default();
    // An access that asks for more than a key, or takes its values from elsewhere, is no place for exactly this scope.
    let plain = accesses.iter().filter(|access| access.requirement.is_none() && access.sources.is_empty());
    let tables: Vec<&ConditionTable> =
        plain.filter_map(|access| catalog.tables.iter().find(|table| table.code == access.table)).collect();
    let wanted: BTreeSet<&str> = scope.fields.iter().copied().collect();
    let climbs = |field: &&str| *field == "product_class" || (*field == "account" && scope.includes_below);
    let up: BTreeSet<&str> = wanted.iter().copied().filter(climbs).collect();
    let set = |fields: &'c [String]| fields.iter().map(String::as_str).collect::<BTreeSet<&'c str>>();
    let fits = |table: &&&'c ConditionTable| set(&table.fields) == wanted && set(&table.up) == up;
    if let Some(table) = tables.iter().find(fits) {
        return Ok(table);
    }
    let has = |field: &&&str| tables.iter().any(|table| table.fields.iter().any(|known| known == **field));
    let missing = scope.fields.iter().find(|field| !has(field)).or(scope.fields.first()).copied().unwrap_or_default();
    let message = "no table of the condition type has exactly the fields of the scope";
    let problem = Problem::of_field(ErrorCode::UnknownReference, missing, message);
    let problem = problem.with("condition_type", &condition.code).with("fields", scope.fields.join(", "));
    let up: Vec<&str> = up.into_iter().collect();
    Err(problem.with("up", up.join(", ")).into_invalid())
}

/// Refuses condition types that cannot be those of special prices.
pub(super) fn check_special(definition: &PriceDefinition) -> Result<()> {
    let price = (ConditionKind::Price, Calculation::Quantity);
    let discount = (ConditionKind::Discount, Calculation::Percent);
    for (field, code, wanted) in [
        ("special_price_type", &definition.special_price_type, price),
        ("special_discount_type", &definition.special_discount_type, discount),
    ] {
        let Some(code) = code else { continue };
        let catalog = &definition.definition;
        let Some(known) = catalog.condition_types.iter().find(|known| known.code == *code) else {
            return Err(Error::invalid(
                ErrorCode::UnknownReference,
                field,
                "the definition has no such condition type",
            ));
        };
        let counts = |scale: &crate::pricing::ScaleRule| {
            scale.base == ScaleBase::Quantity && scale.kind != ScaleKind::Graduated && !scale.cumulative
        };
        let fits = (known.kind, known.calculation) == wanted
            && known.group.is_none()
            && known.scale.as_ref().is_none_or(counts)
            && sequence_of(catalog, known).is_some();
        if !fits {
            let message = "special prices are prices by quantity, or discounts in percent, with an access sequence, without a \
                           group, and with a scale by quantity if they have one";
            return Err(Error::invalid(ErrorCode::NotAllowed, field, message));
        }
    }
    Ok(())
}
