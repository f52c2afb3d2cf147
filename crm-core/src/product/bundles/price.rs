//! What a bundle costs, and what each of its parts (组合定价, 价格分摊).

use std::collections::BTreeMap;

use super::{BundlePricing, ProductBundle, TakenComponent};
use crate::value::{AllocationMethod, Decimal, Error, ErrorCode, Id, Problem, Result, Rounding, allocate};

value_struct! {
    /// The price of one bundle and the shares of its parts, which sum to it exactly.
    pub struct BundlePrice {
        required {
            /// The price of the bundle.
            pub total: Decimal,
            /// The share of each component that is taken, in the same order.
            pub shares: Vec<Decimal>,
        }
    }
}

/// What one bundle costs and what each part of it.
///
/// A bundle that is priced as a whole costs `whole`; a component's weight is the one that the bundle says, or its value:
/// quantity times the price in `prices`. A bundle that is priced by component costs the sum of these values, each
/// rounded once, half up, to `exponent` digits.
///
/// ```
/// use crm_core::product::{ProductBundle, check_selection, share_price};
/// let text = r#"{"product":"01890000-0000-7000-8000-000000000001","components":[
///     {"product":"01890000-0000-7000-8000-000000000002","quantity":"1","position":10},
///     {"product":"01890000-0000-7000-8000-000000000003","quantity":"2","position":20}]}"#;
/// let set: ProductBundle = crm_core::value::json::from_text(text)?;
/// let taken = check_selection(&set, &[], true)?;
/// let [first, second] = [taken[0].component.product, taken[1].component.product];
/// let prices = [(first, 100.into()), (second, 25.into())].into();
/// let price = share_price(&set, &taken, &prices, Some("100.00".parse()?), 2)?;
/// let shares: Vec<String> = price.shares.iter().map(|share| share.to_fixed(2)).collect();
/// assert_eq!(shares, ["66.67", "33.33"]);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `Required` for a missing price of the whole or of a component whose value counts, with the product; those of
/// [`allocate`]; `Overflow`.
pub fn share_price(
    bundle: &ProductBundle,
    taken: &[TakenComponent],
    prices: &BTreeMap<Id, Decimal>,
    whole: Option<Decimal>,
    exponent: u32,
) -> Result<BundlePrice> {
    let value = |taken: &TakenComponent| {
        let product = taken.component.product;
        let price = prices.get(&product).ok_or_else(|| {
            let problem = Problem::of_field(ErrorCode::Required, "prices", "a component has no price");
            problem.with("product", product).into_invalid()
        })?;
        price.checked_mul(taken.quantity)
    };
    if bundle.pricing.unwrap_or_default() == BundlePricing::Components {
        let shares = taken.iter().map(|taken| Ok(value(taken)?.round(exponent, Rounding::HalfUp)));
        let shares: Vec<Decimal> = shares.collect::<Result<_>>()?;
        let total = shares.iter().try_fold(Decimal::ZERO, |sum, share| sum.checked_add(*share))?;
        return Ok(BundlePrice { total, shares });
    }
    let message = "a bundle that is priced as a whole needs a price";
    let total = whole.ok_or_else(|| Error::invalid(ErrorCode::Required, "whole", message))?;
    let weights = taken.iter().map(|taken| taken.component.weight.map_or_else(|| value(taken), Ok));
    let weights: Vec<Decimal> = weights.collect::<Result<_>>()?;
    let method = bundle.distribution.unwrap_or(AllocationMethod::LargestRemainder);
    Ok(BundlePrice { total, shares: allocate(total, &weights, method, exponent)? })
}
