//! What is delivered when bundles are sold (组合展开).

use std::collections::{BTreeMap, BTreeSet};

use super::{BundleChoice, ProductBundle, TakenComponent, check_selection};
use crate::product::{Product, unit_table};
use crate::query::{Filter, Query};
use crate::schema::{Entity as _, Row};
use crate::value::{Decimal, Error, ErrorCode, Id, Problem, Quantity, Result};

/// The deepest nesting of bundles.
pub const MAX_BUNDLE_DEPTH: usize = 16;
/// The most lines of one explosion.
pub const MAX_BUNDLE_LINES: usize = 100_000;

value_struct! {
    /// A line of an explosion: a component, at its depth.
    pub struct BundleLine {
        required {
            /// The product.
            pub product: Id,
            /// How many of it in all.
            pub quantity: Decimal,
            /// The positions that lead to it from the outermost bundle.
            pub path: Vec<i64>,
            /// The product of the bundle in which it stands.
            pub bundle: Id,
            /// Whether it is a bundle itself, whose components follow.
            pub is_bundle: bool,
        }
        optional {
            /// The unit of the quantity; the unit of sale of the product if nothing is said.
            pub unit: Option<String>,
        }
    }
}

/// The bundles and products that an explosion needs.
#[derive(Debug, Clone, Default)]
pub struct BundleCatalogue {
    /// The bundles by the product as which they are sold.
    pub bundles: BTreeMap<Id, ProductBundle>,
    /// The products: their units count where a nested bundle is counted in another one than its unit of sale.
    pub products: BTreeMap<Id, Product>,
}

/// What is delivered when `quantity` of a bundle are sold: every component, each nested bundle before its own ones.
///
/// Quantities are exact products; nothing is rounded. Twice the quantity gives twice of every line.
///
/// ```
/// use crm_core::product::{BundleCatalogue, ProductBundle, explode};
/// let line = r#"{"product":"01890000-0000-7000-8000-000000000001","components":[
///     {"product":"01890000-0000-7000-8000-000000000002","quantity":"1","position":10},
///     {"product":"01890000-0000-7000-8000-000000000003","quantity":"0.25","position":20}]}"#;
/// let line: ProductBundle = crm_core::value::json::from_text(line)?;
/// let product = line.product;
/// let catalogue = BundleCatalogue { bundles: [(product, line)].into(), ..BundleCatalogue::default() };
/// let lines = explode(&catalogue, product, 6.into(), &[])?;
/// let quantities: Vec<String> = lines.iter().map(|line| line.quantity.to_string()).collect();
/// assert_eq!(quantities, ["6", "1.5"]);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `NotFound` for a product that is no bundle; those of [`check_selection`]; `NotInPicklist` for a choice of a bundle
/// that is not taken; `OutOfRange` for a quantity that is not above zero; `Cycle` for a bundle that is part of itself,
/// with the bundles of the circle; `TooMany` beyond [`MAX_BUNDLE_DEPTH`] and [`MAX_BUNDLE_LINES`]; `UnitMismatch`,
/// `DecimalDigits` and `Overflow` for quantities that cannot be told exactly.
pub fn explode(
    catalogue: &BundleCatalogue,
    product: Id,
    quantity: Decimal,
    choices: &[BundleChoice],
) -> Result<Vec<BundleLine>> {
    if quantity <= Decimal::ZERO {
        return Err(Error::invalid(ErrorCode::OutOfRange, "quantity", "the quantity must be above zero"));
    }
    let bundle = catalogue.bundles.get(&product).ok_or_else(|| Error::not_found(ProductBundle::NAME))?;
    let mut explosion =
        Explosion { catalogue, choices, lines: Vec::new(), above: Vec::new(), path: Vec::new(), met: BTreeSet::new() };
    explosion.open(bundle, quantity)?;
    let unmet = |choice: &&BundleChoice| choice.bundle.is_some_and(|bundle| !explosion.met.contains(&bundle));
    if let Some(place) = choices.iter().position(|choice| unmet(&choice)) {
        let message = "the bundle is not part of what is taken";
        return Err(Error::invalid(ErrorCode::NotInPicklist, format!("choices[{place}].bundle"), message));
    }
    Ok(explosion.lines)
}

struct Explosion<'a> {
    catalogue: &'a BundleCatalogue,
    choices: &'a [BundleChoice],
    lines: Vec<BundleLine>,
    /// The bundles that are open, the outermost first.
    above: Vec<Id>,
    path: Vec<i64>,
    /// Every bundle that was opened.
    met: BTreeSet<Id>,
}

impl Explosion<'_> {
    /// Adds the lines of a bundle. It calls itself at most [`MAX_BUNDLE_DEPTH`] times.
    fn open(&mut self, bundle: &ProductBundle, quantity: Decimal) -> Result<()> {
        if let Some(start) = self.above.iter().position(|above| *above == bundle.product) {
            return Err(cycle(self.above.get(start..).unwrap_or_default(), bundle.product));
        }
        if self.above.len() >= MAX_BUNDLE_DEPTH {
            return Err(too_deep());
        }
        let is_outermost = self.above.is_empty();
        self.above.push(bundle.product);
        self.met.insert(bundle.product);
        for taken in check_selection(bundle, self.choices, is_outermost)? {
            self.path.push(taken.component.position.unwrap_or_default());
            self.add(bundle, &taken, taken.quantity.checked_mul(quantity)?)?;
            self.path.pop();
        }
        self.above.pop();
        Ok(())
    }

    fn add(&mut self, bundle: &ProductBundle, taken: &TakenComponent, quantity: Decimal) -> Result<()> {
        if self.lines.len() >= MAX_BUNDLE_LINES {
            let problem = Problem::of_field(ErrorCode::TooMany, "product", "the bundle explodes into too many lines");
            return Err(problem.with("limit", MAX_BUNDLE_LINES).into_invalid());
        }
        let product = taken.component.product;
        let nested = self.catalogue.bundles.get(&product);
        self.lines.push(BundleLine {
            product,
            quantity,
            path: self.path.clone(),
            bundle: bundle.product,
            is_bundle: nested.is_some(),
            unit: taken.component.unit.clone(),
        });
        match nested {
            Some(nested) => self.open(nested, self.in_unit_of_sale(taken, quantity)?),
            None => Ok(()),
        }
    }

    /// How many nested bundles a quantity is: its components count for one unit of sale.
    fn in_unit_of_sale(&self, taken: &TakenComponent, quantity: Decimal) -> Result<Decimal> {
        let Some(unit) = taken.component.unit.as_deref() else { return Ok(quantity) };
        let product = self.catalogue.products.get(&taken.component.product);
        let sold = product.and_then(|product| product.unit.as_deref());
        if sold == Some(unit) {
            return Ok(quantity);
        }
        let (Some(product), Some(sold)) = (product, sold) else {
            let message = "a nested bundle in another unit needs a product with a unit of sale";
            let problem = Problem::of_field(ErrorCode::UnitMismatch, "unit", message);
            return Err(problem.with("product", taken.component.product).into_invalid());
        };
        let given = Quantity { amount: quantity, unit: unit.to_owned() };
        Ok(unit_table(product)?.convert_exact(&given, sold)?.amount)
    }
}

/// The refusal of a bundle that is part of itself.
pub(super) fn cycle(circle: &[Id], again: Id) -> Error {
    let circle: Vec<String> = circle.iter().chain([&again]).map(ToString::to_string).collect();
    let problem = Problem::of_field(ErrorCode::Cycle, "components", "the bundle would be a part of itself");
    problem.with("cycle", circle.join(" > ")).into_invalid()
}

pub(super) fn too_deep() -> Error {
    let problem = Problem::of_field(ErrorCode::TooMany, "components", "bundles are nested too deep");
    problem.with("limit", MAX_BUNDLE_DEPTH).into_invalid()
}

/// Reads a bundle and all that stand in it, level by level, with whatever reads records.
pub(crate) fn read_catalogue(
    read: &mut dyn FnMut(&'static str, &Query) -> Result<Vec<Row>>,
    product: Id,
) -> Result<BundleCatalogue> {
    let mut catalogue = BundleCatalogue::default();
    let mut known = BTreeSet::from([product]);
    let mut open = vec![product];
    for _ in 0..=MAX_BUNDLE_DEPTH {
        let mut next = Vec::new();
        for chunk in open.chunks(crate::query::MAX_IN_VALUES) {
            for row in read(ProductBundle::NAME, &among("product", chunk))? {
                let bundle = ProductBundle::from_stored(row)?;
                next.extend(bundle.components.iter().map(|component| component.product).filter(|id| known.insert(*id)));
                catalogue.bundles.insert(bundle.product, bundle);
            }
        }
        if next.is_empty() {
            break;
        }
        open = next;
    }
    let bundles: Vec<Id> = catalogue.bundles.keys().copied().collect();
    for chunk in bundles.chunks(crate::query::MAX_IN_VALUES) {
        for row in read(Product::NAME, &among("id", chunk))? {
            let product = Product::from_stored(row)?;
            catalogue.products.insert(product.id, product);
        }
    }
    Ok(catalogue)
}

pub(super) fn among(field: &str, ids: &[Id]) -> Query {
    let values = ids.iter().map(|id| crate::value::FieldValue::Reference(*id)).collect();
    Query { filter: Some(Filter::In { field: field.into(), values }), ..Query::default() }
}
