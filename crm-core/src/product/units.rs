//! The units of a product: how it is counted, packed and weighed (产品计量单位).

use std::collections::HashMap;

use super::Product;
use crate::room::check_count;
use crate::schema::nested_field;
use crate::value::identifier::normalize_gtin;
use crate::value::{Dimension, Error, ErrorCode, Problem, Quantity, Result, UnitFactor, UnitTable};

/// The most units of a product.
pub const MAX_PRODUCT_UNITS: usize = 50;

value_struct! {
    /// A unit of a product beside those that everybody knows, with its exact factor: a box of 12, a drum of 500 m.
    pub struct ProductUnit {
        required {
            /// "So much of one unit is so much of another", for example 1 `BX` = 12 `H87`.
            pub factor: UnitFactor,
        }
        optional {
            /// The trade item number of GS1 that stands on this unit (条码); its check digit is checked.
            pub gtin: Option<String>,
        }
    }
}

nested_field!(Quantity);

/// The units that hold for a product: those of [`UnitTable::standard`] and its own, added in the order of its list.
///
/// ```
/// use crm_core::product::{Product, ProductUnit, unit_table};
/// use crm_core::value::{Quantity, UnitFactor};
/// let unit = |amount, unit, other_amount, other_unit| {
///     UnitFactor::parse(amount, unit, other_amount, other_unit).map(|factor| ProductUnit { factor, gtin: None })
/// };
/// let bolt = Product {
///     units: vec![unit("1", "BX", "12", "H87")?, unit("10000", "H87", "4536", "kg")?],
///     ..Product::default()
/// };
/// let boxes = Quantity::parse("2500", "BX")?;
/// assert_eq!(unit_table(&bolt)?.convert_exact(&boxes, "kg")?, Quantity::parse("13608", "kg")?);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// Those of [`UnitTable::add_factor`], with the place of the unit in the list.
pub fn unit_table(product: &Product) -> Result<UnitTable> {
    let mut table = UnitTable::standard().clone();
    for (place, unit) in product.units.iter().enumerate() {
        table.add_factor(&unit.factor).map_err(|error| error.under("factor").under(&format!("units[{place}]")))?;
    }
    Ok(table)
}

/// Brings the units of a product into their one form and checks them.
pub(super) fn check_units(product: &mut Product) -> Result<()> {
    let mut problems = Vec::new();
    check_count("units", product.units.len(), MAX_PRODUCT_UNITS, &mut problems);
    if !problems.is_empty() {
        return Err(Error::Invalid { problems });
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (place, unit) in product.units.iter_mut().enumerate() {
        unit.factor.unit = unit.factor.unit.trim().to_owned();
        unit.factor.other_unit = unit.factor.other_unit.trim().to_owned();
        let Some(text) = unit.gtin.take().filter(|text| !text.trim().is_empty()) else { continue };
        let field = format!("units[{place}].gtin");
        let gtin = normalize_gtin(&text).map_err(|error| error.under(&field))?;
        if let Some(first) = seen.insert(gtin.clone(), place) {
            let problem = Problem::of_field(ErrorCode::DuplicateKey, field, "another unit has the same number");
            return Err(problem.with("first", first).into_invalid());
        }
        unit.gtin = Some(gtin);
    }
    if product.units.is_empty()
        && product.gross_weight.is_none()
        && product.net_weight.is_none()
        && product.volume.is_none()
    {
        return Ok(());
    }
    check_measures(product, &unit_table(product)?)
}

/// Weights have units of mass, a volume has one of volume; net is at most gross.
fn check_measures(product: &Product, table: &UnitTable) -> Result<()> {
    let measures = [
        ("gross_weight", &product.gross_weight, Dimension::Mass),
        ("net_weight", &product.net_weight, Dimension::Mass),
        ("volume", &product.volume, Dimension::Volume),
    ];
    for (field, measure, dimension) in measures {
        let Some(measure) = measure else { continue };
        let unit = table.unit(&measure.unit).map_err(|error| error.under(field))?;
        if unit.dimension() != dimension {
            let message = format!("a unit of {dimension} is expected");
            let problem = Problem::of_field(ErrorCode::UnitMismatch, format!("{field}.unit"), message);
            return Err(problem.with("dimension", unit.dimension()).with("expected", dimension).into_invalid());
        }
        if measure.amount.is_negative() {
            let message = "the amount must not be below zero";
            return Err(Error::invalid(ErrorCode::OutOfRange, format!("{field}.amount"), message));
        }
    }
    let (Some(gross), Some(net)) = (&product.gross_weight, &product.net_weight) else { return Ok(()) };
    let net = table.convert_ratio(net, &gross.unit).map_err(|error| error.under("net_weight"))?;
    if net.checked_sub(gross.amount.into()).map_err(|error| error.under("net_weight"))?.numerator() > 0 {
        let message = "the net weight is above the gross weight";
        return Err(Error::invalid(ErrorCode::OutOfRange, "net_weight", message));
    }
    Ok(())
}
