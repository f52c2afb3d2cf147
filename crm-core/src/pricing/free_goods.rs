//! Goods that are given free (买赠): how many, and as what.

use super::catalog::{FreeGoods, FreeGoodsKind, FreeGoodsRule};
use super::definition::{Definition, FreeGoodsDef};
use super::document::PriceItem;
use super::exact::Exact;
use super::item::Values;
use super::records::canonical;
use super::run::Item;
use crate::value::{Decimal, Error, ErrorCode, Problem, Ratio, Result, Rounding};

impl Definition {
    /// The free goods that an item brings, if its key has some.
    ///
    /// # Errors
    /// `AmbiguousRule` if two agreements hold for the item.
    fn free_goods_of(&self, item: &Item) -> Result<Option<&FreeGoods>> {
        let mut found: Option<&FreeGoods> = None;
        for known in &self.free_goods {
            let holds = known.is.valid_from.is_none_or(|from| from <= item.date)
                && known.is.valid_to.is_none_or(|to| item.date <= to);
            if !holds || !self.has_key(known, &item.values)? {
                continue;
            }
            if let Some(other) = found {
                let problem = Problem::new(ErrorCode::AmbiguousRule, "two agreements on free goods hold for the item");
                return Err(problem.with("first", &other.id).with("second", &known.is.id).into_invalid());
            }
            found = Some(&known.is);
        }
        Ok(found)
    }

    /// Whether the item has the key of the agreement, itself or by a node above.
    fn has_key(&self, known: &FreeGoodsDef, values: &Values) -> Result<bool> {
        let Some(table) = self.tables.get(known.table) else { return Ok(false) };
        for (slot, up) in &table.fields {
            let Some(field) = self.fields.get(*slot) else { return Ok(false) };
            let wanted = known.is.key.get(&field.name).map(|text| canonical(field.kind, text)).transpose()?;
            let given = values.get(*slot).and_then(Option::as_ref);
            let (Some(wanted), Some(given)) = (wanted, given) else { return Ok(false) };
            if !given.is_or_is_below(&wanted, field, *up) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Splits the free part of an item off, or adds the free goods. What is given back stands behind the item.
    ///
    /// # Errors
    /// `MissingUnitFactor` for a unit that cannot be converted into that of the agreement; `AmbiguousRule`.
    pub(super) fn give_free(&self, item: &mut Item) -> Result<Option<PriceItem>> {
        if self.free_goods.is_empty() || item.quantity <= Decimal::ZERO {
            return Ok(None);
        }
        let Some(agreed) = self.free_goods_of(item)? else { return Ok(None) };
        let product = item.source.product.as_ref().and_then(|product| self.products.get(product));
        let factor = match (item.unit.as_deref(), agreed.unit.as_deref()) {
            (Some(from), Some(to)) => self.unit_factor(product, from, to)?,
            _ => Ratio::ONE,
        };
        let ordered = Exact::from(item.quantity).mul_ratio(factor)?;
        if agreed
            .minimum
            .is_some_and(|minimum| ordered.compare(Exact::from(minimum)).is_ok_and(std::cmp::Ordering::is_lt))
        {
            return Ok(None);
        }
        let mut free = free_quantity(agreed, ordered)?;
        let other_product = agreed.product.as_ref().filter(|other| Some(*other) != item.source.product.as_ref());
        let is_part = agreed.kind == FreeGoodsKind::Inclusive && other_product.is_none();
        if is_part && Exact::from(free).compare(ordered)?.is_gt() {
            // Of what was ordered no more can be free than that.
            free = ordered.round(0, Rounding::Down)?;
        }
        if free.is_zero() {
            return Ok(None);
        }
        let own = Exact::from(free).mul_ratio(Ratio::ONE.checked_div(factor)?)?;
        let own = own.to_decimal().ok_or_else(|| {
            Error::invalid(
                ErrorCode::PrecisionExceeded,
                "quantity",
                "the free quantity is no decimal in the unit of the item",
            )
        })?;
        if is_part {
            item.quantity = item.quantity.checked_sub(own)?;
        }
        let source = PriceItem {
            id: format!("{}.free", item.source.id),
            quantity: if other_product.is_some() { free } else { own },
            product: other_product.or(item.source.product.as_ref()).cloned(),
            unit: if other_product.is_some() { agreed.unit.clone() } else { item.unit.clone() },
            fields: item.source.fields.clone(),
            conditions: Vec::new(),
            pricing_date: item.source.pricing_date,
            gross_weight: None,
            net_weight: None,
            volume: None,
            is_alternative: item.source.is_alternative,
        };
        Ok(Some(source))
    }
}

/// How many are free, in the unit of the agreement.
fn free_quantity(agreed: &FreeGoods, ordered: Exact) -> Result<Decimal> {
    let times = ordered.div(agreed.per)?;
    let whole = times.round(0, Rounding::Down)?;
    match agreed.rule {
        FreeGoodsRule::Proportional => times.mul(agreed.free)?.round(0, agreed.rounding.unwrap_or(Rounding::Down)),
        FreeGoodsRule::UnitReference => whole.checked_mul(agreed.free),
        FreeGoodsRule::WholeUnit if times.compare(Exact::from(whole))?.is_eq() => whole.checked_mul(agreed.free),
        FreeGoodsRule::WholeUnit => Ok(Decimal::ZERO),
    }
}
