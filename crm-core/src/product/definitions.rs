//! Which parameters a class has in effect: its own, and those of the classes above.

use std::collections::HashMap;

use super::classes::{LIMIT_SCALE, MAX_BLOCK_DEPTH};
use super::{ParameterChoice, ParameterKind, ProductClass, ProductParameter};
use crate::query::base_figure;
use crate::value::{Decimal, Dimension, ErrorCode, Id, Problem, Quantity, Rounding, UnitTable};

value_struct! {
    /// A parameter as it holds at a class.
    pub struct EffectiveParameter {
        required {
            /// The definition that says most: the one nearest to the class.
            pub parameter: Id,
            /// The class of that definition.
            pub product_class: Id,
            /// The code by which values name it.
            pub code: String,
            /// What people read.
            pub name: String,
            /// What its values are.
            pub kind: ParameterKind,
        }
        optional {
            /// The codes of the blocks in which it stands, the outermost first.
            pub block: Vec<String>,
            /// The unit of its limits, and of values that name none.
            pub unit: Option<String>,
            /// What its figures measure; nothing for plain numbers.
            pub dimension: Option<Dimension>,
            /// The choices.
            pub choices: Vec<ParameterChoice>,
            /// Whether a product may have several values of it.
            pub is_multiple: bool,
            /// Whether a product must have a value of it; inside a block, whether the block must.
            pub is_required: bool,
            /// The smallest figure, in its unit.
            pub minimum: Option<Decimal>,
            /// The largest figure, in its unit.
            pub maximum: Option<Decimal>,
            /// What it means and how it is measured.
            pub description: Option<String>,
            /// Its code in the classification that it comes from.
            pub external_code: Option<String>,
            /// Whether the definition stands at a class above.
            pub is_inherited: bool,
            /// The definition above that it narrows.
            pub narrows: Option<Id>,
        }
    }
}

/// Where a definition stands: the codes of its blocks and its own.
pub(super) type ParameterPath = Vec<String>;

/// The parameters that hold at the last class of a path.
///
/// `path` goes from the top of the tree down to the class, `definitions` are those of its classes in any order. The
/// parameters of upper classes come first, then by position and code. A definition that does not narrow the one above, as
/// the rules demand of every stored one, changes nothing.
///
/// ```
/// use crm_core::product::{ParameterKind, ProductClass, ProductParameter, effective_parameters};
/// use crm_core::value::Id;
/// let class = |id| ProductClass { id: Id::from_bytes([id; 16]), ..ProductClass::default() };
/// let path = [class(1), class(2)];
/// let kind = Some(ParameterKind::Number);
/// let voltage = ProductParameter { product_class: path[0].id, code: "Un".into(), kind, unit: Some("V".into()), ..ProductParameter::default() };
/// let narrower = ProductParameter { product_class: path[1].id, maximum: Some(1000.into()), unit: None, ..voltage.clone() };
/// let found = effective_parameters(&path, &[narrower, voltage]);
/// assert_eq!((found.len(), found[0].product_class, found[0].unit.as_deref()), (1, path[1].id, Some("V")));
/// assert!(!found[0].is_inherited);
/// ```
#[must_use]
pub fn effective_parameters(path: &[ProductClass], definitions: &[ProductParameter]) -> Vec<EffectiveParameter> {
    let by_id: HashMap<Id, &ProductParameter> = definitions.iter().map(|found| (found.id, found)).collect();
    let mut places: HashMap<ParameterPath, usize> = HashMap::new();
    let mut found: Vec<EffectiveParameter> = Vec::new();
    for class in path {
        let mut own: Vec<&ProductParameter> = definitions.iter().filter(|one| one.product_class == class.id).collect();
        own.sort_by_key(|one| (one.position.unwrap_or(i64::MAX), &one.code, one.id));
        for definition in own {
            let path = path_of(definition, &by_id);
            match places.get(&path).and_then(|place| found.get_mut(*place)) {
                Some(above) => {
                    if let Ok(narrower) = narrowed(above, definition) {
                        *above = narrower;
                    }
                }
                None => {
                    places.insert(path.clone(), found.len());
                    found.push(defined(definition, path));
                }
            }
        }
    }
    let last = path.last().map(|class| class.id);
    for parameter in &mut found {
        parameter.is_inherited = Some(parameter.product_class) != last;
    }
    found
}

/// The codes of the blocks of a definition, the outermost first, and its own.
pub(super) fn path_of(definition: &ProductParameter, by_id: &HashMap<Id, &ProductParameter>) -> ParameterPath {
    let mut path = vec![definition.code.clone()];
    let mut block = definition.block;
    while let Some(above) = block.and_then(|id| by_id.get(&id)) {
        if path.len() > MAX_BLOCK_DEPTH {
            break;
        }
        path.push(above.code.clone());
        block = above.block;
    }
    path.reverse();
    path
}

/// A definition by itself.
pub(super) fn defined(definition: &ProductParameter, mut path: ParameterPath) -> EffectiveParameter {
    path.pop();
    EffectiveParameter {
        parameter: definition.id,
        product_class: definition.product_class,
        code: definition.code.clone(),
        name: definition.name.clone(),
        kind: definition.value_kind(),
        block: path,
        unit: definition.unit.clone(),
        dimension: dimension_of(definition.unit.as_deref()),
        choices: definition.choices.clone(),
        is_multiple: definition.is_multiple,
        is_required: definition.is_required,
        minimum: definition.minimum,
        maximum: definition.maximum,
        description: definition.description.clone(),
        external_code: definition.external_code.clone(),
        is_inherited: false,
        narrows: None,
    }
}

/// What a unit measures.
pub(super) fn dimension_of(unit: Option<&str>) -> Option<Dimension> {
    unit.and_then(|unit| UnitTable::standard().unit(unit).ok()).map(crate::value::Unit::dimension)
}

/// A definition that narrows the one above; what it leaves open it has from there.
///
/// # Errors
/// What it would widen or change, field by field.
pub(super) fn narrowed(
    above: &EffectiveParameter,
    below: &ProductParameter,
) -> std::result::Result<EffectiveParameter, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut refuse = |code, field: &str, message: &str| problems.push(Problem::of_field(code, field, message));
    if below.value_kind() != above.kind {
        refuse(ErrorCode::NotAllowed, "kind", "a parameter of a class above has another kind");
    }
    let unit = below.unit.clone().or_else(|| above.unit.clone());
    if dimension_of(unit.as_deref()) != above.dimension {
        refuse(ErrorCode::UnitMismatch, "unit", "the parameter of a class above measures something else");
    }
    if below.is_multiple && !above.is_multiple {
        refuse(ErrorCode::NotAllowed, "is_multiple", "a parameter of a class above has one value only");
    }
    let is_known = |choice: &ParameterChoice| above.choices.iter().any(|known| known.code == choice.code);
    if !above.choices.is_empty() && !below.choices.iter().all(is_known) {
        refuse(ErrorCode::NotInPicklist, "choices", "a parameter of a class above has no such choice");
    }
    let limits = [
        ("minimum", above.minimum, below.minimum, Rounding::Ceiling),
        ("maximum", above.maximum, below.maximum, Rounding::Floor),
    ];
    let mut bounds = limits.map(|(_, _, own, _)| own);
    for ((field, outer, own, rounding), bound) in limits.into_iter().zip(&mut bounds) {
        let Some(outer) = outer else { continue };
        let wider = own.is_some_and(|own| is_wider(field, (own, unit.as_deref()), (outer, above.unit.as_deref())));
        if wider {
            refuse(ErrorCode::OutOfRange, field, "the limit is wider than that of a class above");
        }
        *bound = own.or_else(|| in_unit(outer, above.unit.as_deref(), unit.as_deref(), rounding));
    }
    let [minimum, maximum] = bounds;
    if !problems.is_empty() {
        return Err(problems);
    }
    let choices = if below.choices.is_empty() { above.choices.clone() } else { below.choices.clone() };
    Ok(EffectiveParameter {
        unit,
        choices,
        is_required: above.is_required || below.is_required,
        minimum,
        maximum,
        description: below.description.clone().or_else(|| above.description.clone()),
        external_code: below.external_code.clone().or_else(|| above.external_code.clone()),
        narrows: Some(above.parameter),
        block: above.block.clone(),
        dimension: above.dimension,
        ..defined(below, Vec::new())
    })
}

fn is_wider(field: &str, own: (Decimal, Option<&str>), outer: (Decimal, Option<&str>)) -> bool {
    match (base_figure(own.0, own.1), base_figure(outer.0, outer.1)) {
        (Ok(own), Ok(outer)) if field == "minimum" => own < outer,
        (Ok(own), Ok(outer)) => own > outer,
        _ => true,
    }
}

/// A limit in another unit of the same dimension, rounded to the narrower side.
fn in_unit(limit: Decimal, from: Option<&str>, to: Option<&str>, rounding: Rounding) -> Option<Decimal> {
    match (from, to) {
        (Some(from), Some(to)) if from != to => {
            let quantity = Quantity { amount: limit, unit: from.to_owned() };
            let exact = UnitTable::standard().convert_ratio(&quantity, to).ok()?;
            exact.to_decimal(LIMIT_SCALE, rounding).ok()
        }
        _ => Some(limit),
    }
}
