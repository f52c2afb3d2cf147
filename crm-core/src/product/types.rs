//! Products, price lists, list prices.

use super::ParameterValue;
use super::search::parameter_keys;
use super::units::ProductUnit;
use crate::room::{ExternalId, external_ids};
use crate::schema::enum_field;
use crate::value::{Currency, Date, Decimal, Id, Quantity};

value_enum! {
    /// Where a product stands between the first drawing and the last spare part (产品生命周期).
    #[derive(Default)]
    pub enum ProductLifeCycle {
        /// Announced, not delivered yet.
        Planned = "planned",
        /// Sold.
        #[default]
        Active = "active",
        /// Sold while stocks last.
        PhaseOut = "phase_out",
        /// No longer sold.
        Discontinued = "discontinued",
    }
}

enum_field!(ProductLifeCycle);

entity! {
    /// Something that is sold: a catalogue item (产品, 物料).
    pub struct Product("product", ProductPage, Public) {
        required {
            /// The material or article number; unique.
            pub code: String => text(60).unique().searchable().indexed(),
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// The product family or series.
            pub family: Option<String> => text(120).indexed(),
            /// The unit in which it is sold, for example `piece`, `kg` or a code of UN/ECE recommendation 20.
            pub unit: Option<String> => text(30),
            /// What it is.
            pub description: Option<String> => text(10_000),
            /// Where it stands; active if nothing is said.
            pub life_cycle: Option<ProductLifeCycle> => picklist(ProductLifeCycle::NAMES).indexed(),
            /// Its identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
            /// Its class (产品分类), which says what its technical parameters are.
            pub product_class: Option<Id> => reference("product_class", MergePolicy::Repoint).indexed(),
            /// The values of its technical parameters (技术参数). Without a class they are free.
            pub parameters: Vec<ParameterValue> => nested().spanned_by(parameter_keys),
            /// Its own units, with exact factors.
            pub units: Vec<ProductUnit> => nested(),
            /// The weight of one unit of sale with its packing (毛重).
            pub gross_weight: Option<Quantity> => nested(),
            /// The weight of one unit of sale without packing (净重).
            pub net_weight: Option<Quantity> => nested(),
            /// The volume of one unit of sale (体积).
            pub volume: Option<Quantity> => nested(),
        }
    }
}

entity! {
    /// A list of prices in one currency (价目表).
    pub struct PriceList("price_list", PriceListPage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(120).unique().searchable().indexed(),
            /// The currency of every price in it; it cannot be changed.
            pub currency: Currency => currency().once(),
        }
        optional {
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date> => date(),
            /// The first date on which it no longer holds; without end if nothing is said.
            pub valid_until: Option<Date> => date(),
            /// Whether prices come from it if no list is named. One list at the most: naming another one takes it
            /// from the one before.
            pub is_default: bool => boolean().indexed(),
        }
    }
}

entity! {
    /// The price of a product in a price list, for a half-open span of dates (目录价).
    pub struct ListPrice("list_price", ListPricePage, Public) {
        required {
            /// The list.
            pub price_list: Id => reference("price_list", MergePolicy::Repoint).indexed().once(),
            /// The product.
            pub product: Id => reference("product", MergePolicy::Repoint).indexed().once(),
            /// The price of `per_quantity` units, in the currency of the list, up to 6 digits behind the point.
            pub price: Decimal => decimal(6).confidential().in_currency("currency"),
        }
        optional {
            /// The price unit (价格单位): how many units of the product the price is for; 1 if nothing is said.
            pub per_quantity: Option<Decimal> => decimal(6),
            /// The currency of the list, copied by the rule.
            pub currency: Option<Currency> => currency().engine(),
            /// The first date on which it holds; since ever if nothing is said.
            pub valid_from: Option<Date> => date().indexed(),
            /// The first date on which it no longer holds; without end if nothing is said.
            pub valid_until: Option<Date> => date(),
        }
    }
}

impl PriceList {
    /// Whether the list holds on a date.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        covers(self.valid_from, self.valid_until, date)
    }
}

impl ListPrice {
    /// Whether the price holds on a date: from `valid_from`, before `valid_until`.
    #[must_use]
    pub fn is_valid_on(&self, date: Date) -> bool {
        covers(self.valid_from, self.valid_until, date)
    }
}

pub(super) fn covers(from: Option<Date>, until: Option<Date>, date: Date) -> bool {
    from.is_none_or(|from| from <= date) && until.is_none_or(|until| date < until)
}
