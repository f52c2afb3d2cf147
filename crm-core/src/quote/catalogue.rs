//! What a draft takes from price list and catalogue: currency, texts, units and prices.
//!
//! A price that came from a list is marked with the list price. It is taken anew when the line gets another product or
//! unit, or the quote another list or currency; a price that was set by hand stays. Lines that nobody touched are not
//! looked at again, so a draft can be saved although a product has gone since.

use std::collections::{HashMap, HashSet};

use super::figures::FIGURE_SCALE;
use super::{Quote, QuoteLine};
use crate::product::{ListPrice, PriceList, Product, ProductLifeCycle, find_list_price, pick_price_list};
use crate::query::Query;
use crate::room::{View, record, records};
use crate::sales::Opportunity;
use crate::value::{Currency, Decimal, Error, ErrorCode, Id, Problem, Ratio, Result, UnitTable};

/// The largest figure by which a price or its unit is multiplied, so that a customer can still read it.
const MAX_FACTOR: i128 = 1_000_000;

/// Fills what follows from opportunity, price list and catalogue. `earlier` is the quote as it was, or the one that it
/// revises. What the caller should know is given back.
pub(super) fn complete(view: &mut dyn View, earlier: Option<&Quote>, quote: &mut Quote) -> Result<Vec<Problem>> {
    let opportunity = quote.opportunity.and_then(|id| record::<Opportunity>(view, id).ok());
    // What is taken back is as empty as it was.
    if let Some(opportunity) = opportunity.as_ref().filter(|_| !view.author().is_undo()) {
        quote.account = quote.account.or(opportunity.account);
        quote.contact = quote.contact.or(opportunity.contact);
    }
    settle_terms(view, earlier, opportunity.as_ref().and_then(|found| found.currency), quote)?;
    let mut catalogue = Catalogue::new(earlier, quote);
    for (place, line) in quote.lines.iter_mut().enumerate() {
        let number = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1).saturating_mul(10);
        line.position.get_or_insert(number);
        catalogue.complete(view, line).map_err(|error| error.under(&format!("lines[{place}]")))?;
    }
    let known = earlier.map_or(&[][..], |quote| &quote.lines).iter().filter_map(|line| line.product).collect();
    Ok(discontinued(&quote.lines, known, |id| catalogue.products.get(&id)?.life_cycle))
}

/// What the caller should know of the products of a quote that is sent.
pub(super) fn check_sold(view: &mut dyn View, quote: &Quote) -> Vec<Problem> {
    discontinued(&quote.lines, HashSet::new(), |id| record::<Product>(view, id).ok()?.life_cycle)
}

/// A warning for each product of the lines that is no longer sold, but for the known ones.
fn discontinued(
    lines: &[QuoteLine],
    mut known: HashSet<Id>,
    mut life_cycle: impl FnMut(Id) -> Option<ProductLifeCycle>,
) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let Some(id) = line.product.filter(|id| known.insert(*id)) else { continue };
        if life_cycle(id) == Some(ProductLifeCycle::Discontinued) {
            let field = format!("lines[{place}].product");
            let problem = Problem::of_field(ErrorCode::OutOfRange, field, "the product is no longer sold");
            warnings.push(problem.with("id", id).with("life_cycle", ProductLifeCycle::Discontinued));
        }
    }
    warnings
}

/// Settles price list and currency. A list is picked where a price must come from one; it brings its currency, and one
/// in the currency of the opportunity goes before the default one. Another list brings another currency, and the
/// reverse.
fn settle_terms(
    view: &mut dyn View,
    earlier: Option<&Quote>,
    preferred: Option<Currency>,
    quote: &mut Quote,
) -> Result<()> {
    if let Some(earlier) = earlier {
        let other_list = quote.price_list != earlier.price_list;
        let other_currency = quote.currency != earlier.currency;
        if other_currency && !other_list && quote.currency.is_some() {
            quote.price_list = None;
        }
        if other_list && !other_currency && quote.price_list.is_some() {
            quote.currency = None;
        }
    }
    let is_listed =
        |line: &QuoteLine| line.product.is_some() && (line.unit_price.is_none() || line.list_price.is_some());
    if quote.price_list.is_none() && quote.lines.iter().any(is_listed) {
        quote.price_list = pick(view, quote.currency, preferred)?;
    }
    if quote.currency.is_none() && !quote.lines.is_empty() {
        let list = quote.price_list.and_then(|id| record::<PriceList>(view, id).ok());
        let found = list.map(|list| list.currency).or(preferred);
        quote.currency = Some(found.unwrap_or_else(|| view.base_currency()));
    }
    Ok(())
}

/// The list of today in the currency that is given or preferred; without a given currency also one in any other.
fn pick(view: &mut dyn View, given: Option<Currency>, preferred: Option<Currency>) -> Result<Option<Id>> {
    let lists = match records::<PriceList>(view, &Query::default()) {
        Err(Error::Denied { .. }) => return Ok(None),
        other => other?,
    };
    let today = view.today();
    let wanted = given.or(preferred);
    let suited: Vec<PriceList> = lists.iter().filter(|list| Some(list.currency) == wanted).cloned().collect();
    let any = || pick_price_list(&lists, today).filter(|_| given.is_none());
    Ok(pick_price_list(&suited, today).or_else(any).map(|list| list.id))
}

/// What a line offers and at which price; its quantity, discount and tax may change without another look.
type Item = (Option<Id>, Option<String>, Option<String>, Option<String>, Price);
/// A price, its unit and where it came from.
type Price = (Option<Decimal>, Option<Decimal>, Option<Id>);

const fn price_of(line: &QuoteLine) -> Price {
    (line.unit_price, line.per_quantity, line.list_price)
}

fn item_of(line: &QuoteLine) -> Item {
    (line.product, line.product_code.clone(), line.description.clone(), line.unit.clone(), price_of(line))
}

/// The lines as they were, and what was looked up.
struct Catalogue {
    price_list: Option<Id>,
    currency: Option<Currency>,
    /// Whether prices follow from conditions.
    is_priced_by_conditions: bool,
    /// Whether prices from a list must be taken anew.
    is_repriced: bool,
    items: HashSet<Item>,
    /// Prices that came from a list, with product and unit.
    listed: HashSet<(Price, Option<Id>, Option<String>)>,
    prices: HashSet<Price>,
    by_position: HashMap<i64, QuoteLine>,
    products: HashMap<Id, Product>,
    found: HashMap<Id, Option<ListPrice>>,
}

impl Catalogue {
    fn new(earlier: Option<&Quote>, quote: &Quote) -> Self {
        let terms = |quote: &Quote| (quote.price_list, quote.currency);
        let lines = earlier.map_or(&[][..], |quote| &quote.lines);
        let listed = || lines.iter().filter(|line| line.list_price.is_some());
        Self {
            price_list: quote.price_list,
            currency: quote.currency,
            is_priced_by_conditions: quote.is_priced_by_conditions(),
            is_repriced: earlier.is_some_and(|earlier| terms(earlier) != terms(quote)),
            items: lines.iter().map(item_of).collect(),
            listed: listed().map(|line| (price_of(line), line.product, line.unit.clone())).collect(),
            prices: listed().map(price_of).collect(),
            by_position: lines.iter().filter_map(|line| Some((line.position?, line.clone()))).collect(),
            products: HashMap::new(),
            found: HashMap::new(),
        }
    }

    fn complete(&mut self, view: &mut dyn View, line: &mut QuoteLine) -> Result<()> {
        line.product = line.product.filter(|id| !id.is_nil());
        let must_reprice = self.is_repriced && line.list_price.is_some();
        if !must_reprice && self.items.contains(&item_of(line)) {
            return Ok(());
        }
        self.forget_stale(line);
        let Some(id) = line.product else { return Ok(()) };
        let product = self.product(view, id)?;
        line.product_code.get_or_insert_with(|| product.code.clone());
        line.description.get_or_insert_with(|| product.name.clone());
        line.unit = line.unit.take().or_else(|| product.unit.clone());
        if line.unit_price.is_some() || self.is_priced_by_conditions {
            return Ok(());
        }
        let Some(price) = self.price(view, id)? else { return Ok(()) };
        let per = price.per_quantity.unwrap_or(Decimal::ONE);
        let (amount, per) = in_unit(price.price, per, product.unit.as_deref(), line.unit.as_deref())?;
        (line.unit_price, line.per_quantity, line.list_price) = (Some(amount), Some(per), Some(price.id));
        Ok(())
    }

    /// Empties what belongs to another product, and a price from a list that no longer fits. A price that did not stand
    /// in the quote like this was set by hand.
    fn forget_stale(&self, line: &mut QuoteLine) {
        let old = line.position.and_then(|position| self.by_position.get(&position));
        if let Some(old) = old.filter(|old| old.product != line.product) {
            let texts = [&mut line.product_code, &mut line.description, &mut line.unit];
            for (text, old) in texts.into_iter().zip([&old.product_code, &old.description, &old.unit]) {
                if text == old {
                    *text = None;
                }
            }
        }
        let price = price_of(line);
        if line.product.is_none() || !self.prices.contains(&price) {
            line.list_price = None;
        } else if self.is_repriced || !self.listed.contains(&(price, line.product, line.unit.clone())) {
            (line.unit_price, line.per_quantity, line.list_price) = (None, None, None);
        }
    }

    fn product(&mut self, view: &mut dyn View, id: Id) -> Result<Product> {
        if let Some(product) = self.products.get(&id) {
            return Ok(product.clone());
        }
        let found = record::<Product>(view, id);
        let product = found.map_err(|error| match error {
            Error::NotFound { .. } => {
                Error::invalid(ErrorCode::UnknownReference, "product", "`product` points to no product")
            }
            other => other.under("product"),
        })?;
        self.products.insert(id, product.clone());
        Ok(product)
    }

    /// The list price that holds today, as far as the caller may see list prices.
    fn price(&mut self, view: &mut dyn View, id: Id) -> Result<Option<ListPrice>> {
        if let Some(price) = self.found.get(&id) {
            return Ok(price.clone());
        }
        let (list, today) = (self.price_list, view.today());
        let price = find_list_price(&mut |entity, query| view.list(entity, query), id, list, today)?;
        if let Some(price) = price.as_ref().filter(|price| price.currency != self.currency) {
            let message = "the list price of the product is in another currency";
            let problem = Problem::of_field(ErrorCode::CurrencyMismatch, "unit_price", message);
            let code = |currency: Option<Currency>| currency.unwrap_or_default();
            return Err(problem.with("left", code(self.currency)).with("right", code(price.currency)).into_invalid());
        }
        self.found.insert(id, price.clone());
        Ok(price)
    }
}

/// The price of `per` units of the product as a price in the unit of the line: exact, as one of more or fewer units.
fn in_unit(price: Decimal, per: Decimal, product: Option<&str>, line: Option<&str>) -> Result<(Decimal, Decimal)> {
    let (Some(from), Some(to)) = (product, line) else { return Ok((price, per)) };
    if from == to {
        return Ok((price, per));
    }
    let factor = UnitTable::standard().factor(from, to)?;
    if factor.numerator() != 1 {
        let converted = Ratio::from(per).checked_mul(factor).and_then(Ratio::to_decimal_exact);
        if let Some(per) = converted.ok().filter(|per| per.scale() <= FIGURE_SCALE) {
            return Ok((price, per));
        }
    }
    if factor.numerator().max(factor.denominator()) > MAX_FACTOR {
        let message = "the price cannot be told exactly in this unit: set it by hand";
        let problem = Problem::of_field(ErrorCode::UnitMismatch, "unit", message);
        return Err(problem.with("from", from).with("to", to).into_invalid());
    }
    let times = |figure: Decimal, factor: i128| figure.checked_mul(Decimal::new(factor, 0)?);
    Ok((times(price, factor.denominator())?, times(per, factor.numerator())?))
}
