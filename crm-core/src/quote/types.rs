//! Quotes and their lines.

use std::collections::HashMap;

use super::LostReason;
use crate::conditions::PriceInput;
use crate::pricing::{ManualCondition, PriceResult, RepriceMode};
use crate::room::{ExternalId, external_ids};
use crate::schema::{MergePolicy, NestedReferences, enum_field, nested_field};
use crate::value::{Currency, Date, Decimal, FieldValue, Id, json};

/// The most lines of a quote.
pub const MAX_LINES: usize = 10_000;

value_enum! {
    /// Where a quote stands (报价状态).
    #[derive(Default)]
    pub enum QuoteStatus {
        /// It is written.
        #[default]
        Draft = "draft",
        /// The customer has it.
        Sent = "sent",
        /// The customer took it.
        Accepted = "accepted",
        /// The customer did not take it.
        Rejected = "rejected",
        /// The customer did not answer in time.
        Expired = "expired",
        /// A revision took its place.
        Superseded = "superseded",
    }
}

value_enum! {
    /// How the amounts of a quote were rounded. It stands in every quote, so that a later policy changes no old figure.
    #[derive(Default)]
    pub enum QuoteRounding {
        /// `quantity * unit_price / per_quantity * (1 - discount / 100)` is computed exactly and rounded once, half up,
        /// to the smallest unit of the currency (4 digits where it has none). Totals are sums of rounded lines.
        #[default]
        LineNetHalfUp = "line_net_half_up",
        /// `quantity * unit_price / per_quantity` is computed exactly and rounded once, then `discount / 100` of that
        /// amount is rounded and taken off, both half up as above: line amounts and allowances of EN 16931.
        LineDiscountHalfUp = "line_discount_half_up",
    }
}

value_enum! {
    /// Where the prices of a quote come from.
    #[derive(Default)]
    pub enum PricedBy {
        /// From price lists and by hand, with a discount and a tax in each line.
        #[default]
        Lines = "lines",
        /// From the stored conditions.
        Conditions = "conditions",
    }
}

value_enum! {
    /// What a line of a quote is.
    #[derive(Default)]
    pub enum QuoteLineKind {
        /// It is offered and counts.
        #[default]
        Item = "item",
        /// It can take the place of an item (备选项).
        Alternative = "alternative",
        /// It can be taken too (可选项).
        Option = "option",
    }
}

enum_field!(QuoteStatus, QuoteRounding, QuoteLineKind, PricedBy, RepriceMode);
nested_field!(PriceResult, PriceInput);

value_struct! {
    /// One line of a quote (报价行).
    pub struct QuoteLine {
        required {
            /// How much, above zero, up to 6 digits behind the point.
            pub quantity: Decimal,
        }
        optional {
            /// The number that the customer sees; 10, 20, 30 ... if nothing is said.
            pub position: Option<i64>,
            /// Whether it counts, or can be chosen; an item if nothing is said.
            pub kind: Option<QuoteLineKind>,
            /// Of an alternative: the position of the item whose place it takes.
            pub alternative_to: Option<i64>,
            /// The product, if it is in the catalogue.
            pub product: Option<Id>,
            /// Its code; copied from the product if nothing is said.
            pub product_code: Option<String>,
            /// What the customer reads; the name of the product if nothing is said.
            pub description: Option<String>,
            /// The unit of the quantity; copied from the product if nothing is said.
            pub unit: Option<String>,
            /// The price of `per_quantity` units, up to 6 digits behind the point. If nothing is said it is the list
            /// price of the product today, with its price unit, told in the unit of the line.
            pub unit_price: Option<Decimal>,
            /// The price unit (价格单位): how many units the price is for; 1 if nothing is said.
            pub per_quantity: Option<Decimal>,
            /// The discount in percent, 0 to 100, up to 4 digits behind the point (折扣).
            pub discount_percent: Option<Decimal>,
            /// The list price from which the price was taken; kept by the engine, and empty for one that was set by
            /// hand. Such a price is taken anew when the product, the unit, the price list or the currency changes.
            pub list_price: Option<Id>,
            /// The tax in percent, 0 to 100, up to 4 digits behind the point (税率); 0 is a rate too, and a line
            /// without a rate is not taxed.
            pub tax_percent: Option<Decimal>,
            /// What is given by hand in a quote that is priced by conditions: prices, discounts, surcharges.
            pub conditions: Vec<ManualCondition>,
            /// The values of fields on which conditions depend, before those of product and quote.
            pub price_fields: HashMap<String, FieldValue>,
            /// The amount without discount, rounded; computed, whatever is given.
            pub gross_amount: Option<Decimal>,
            /// The amount with discount, rounded; computed, whatever is given.
            pub net_amount: Option<Decimal>,
        }
    }
}

value_struct! {
    /// The tax of all lines of one rate.
    #[derive(Copy)]
    pub struct QuoteTax {
        required {
            /// The rate in percent.
            pub percent: Decimal,
            /// The sum of the amounts that bear it, without tax.
            pub base: Decimal,
            /// The tax, rounded once.
            pub tax: Decimal,
        }
    }
}

/// The products that the lines of a quote name.
const PRODUCTS: NestedReferences = NestedReferences {
    to: &["product"],
    find: |json, _| {
        let lines: Vec<QuoteLine> = json::from_text(json).unwrap_or_default();
        lines.into_iter().filter_map(|line| line.product).collect()
    },
    // Two lines of one product stay two lines.
    follow: |json, _, by| {
        let mut lines: Vec<QuoteLine> = json::from_text(json).ok()?;
        for product in lines.iter_mut().filter_map(|line| line.product.as_mut()) {
            *product = by(*product);
        }
        json::to_canonical(&lines).ok()
    },
    merge: MergePolicy::Repoint,
    through: None,
};

impl QuoteLine {
    /// A line of a product at its list price.
    #[must_use]
    pub fn of_product(product: Id, quantity: Decimal) -> Self {
        Self { product: Some(product), ..Self::of_quantity(quantity) }
    }

    /// A line that is written by hand.
    ///
    /// ```
    /// use crm_core::quote::QuoteLine;
    /// let line = QuoteLine::written("Assembly on site", 3.into(), "135.50".parse()?);
    /// assert_eq!(line.description.as_deref(), Some("Assembly on site"));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn written(description: &str, quantity: Decimal, unit_price: Decimal) -> Self {
        let description = Some(description.to_owned());
        Self { description, unit_price: Some(unit_price), ..Self::of_quantity(quantity) }
    }

    /// Whether it counts in the totals of a quote.
    #[must_use]
    pub fn is_item(&self) -> bool {
        matches!(self.kind, None | Some(QuoteLineKind::Item))
    }

    fn of_quantity(quantity: Decimal) -> Self {
        Self {
            quantity,
            position: None,
            kind: None,
            alternative_to: None,
            product: None,
            product_code: None,
            description: None,
            unit: None,
            unit_price: None,
            per_quantity: None,
            discount_percent: None,
            list_price: None,
            tax_percent: None,
            conditions: Vec::new(),
            price_fields: HashMap::new(),
            gross_amount: None,
            net_amount: None,
        }
    }
}

entity! {
    /// An offer to a customer (报价单).
    pub struct Quote("quote", QuotePage, Private) {
        required {
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// The number, unique; issued as `Q-2026-000123` if nothing is said, and `Q-2026-000123-2` for a revision.
            pub number: Option<String> => text(60).unique().searchable().indexed().once(),
            /// What it belongs to.
            pub opportunity: Option<Id> => reference("opportunity", MergePolicy::Repoint).indexed(),
            /// The customer; that of the opportunity if nothing is said.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// The person at the customer; that of the opportunity if nothing is said.
            pub contact: Option<Id> => reference("contact", MergePolicy::Repoint).indexed(),
            /// Where it stands; kept by the engine, changed by the commands of quotes.
            pub status: Option<QuoteStatus> => picklist(QuoteStatus::NAMES).indexed().engine(),
            /// Counts the revisions, from 1; kept by the engine.
            pub revision: Option<i64> => integer().between(1, 1_000_000).engine(),
            /// The quote whose place it takes. That one becomes superseded.
            pub revises: Option<Id> => reference("quote", MergePolicy::Repoint).indexed().once(),
            /// The identifier of the first quote of its chain of revisions, its own for the first; kept by the engine.
            pub chain: Option<String> => text(36).indexed().engine(),
            /// Whether it is the last of its chain (当前版本); kept by the engine.
            pub is_current: bool => boolean().indexed().engine(),
            /// The last date on which it can be accepted.
            pub valid_until: Option<Date> => date().indexed(),
            /// The list that prices come from. If nothing is said, and a price must come from one, it is the one in the
            /// currency of the quote or the opportunity, else the default one. Another currency asks for another list.
            pub price_list: Option<Id> => reference("price_list", MergePolicy::Repoint),
            /// The currency; that of the price list, of the opportunity, or of the books, if nothing is said and there
            /// are lines. Another price list brings another currency.
            pub currency: Option<Currency> => currency(),
            /// Whether the prices of the lines include the tax (含税): then it is taken out of their amounts.
            pub prices_include_tax: bool => boolean(),
            /// The lines, at most [`MAX_LINES`]. Alternatives and options among them count in no total.
            pub lines: Vec<QuoteLine> => nested().refers_inside(PRODUCTS).confidential(),
            /// The sum of the lines without discount; kept by the engine.
            pub subtotal: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// The sum of the discounts of the lines; kept by the engine.
            pub discount_total: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// The sum of the net amounts of the lines, without tax; kept by the engine.
            pub total: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// The tax by rate, the lowest first; kept by the engine.
            pub taxes: Vec<QuoteTax> => nested().confidential().engine().with_rights_of("lines"),
            /// The sum of the taxes; nothing if no line has a rate. Kept by the engine.
            pub tax_total: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// `total + tax_total`; nothing if no line has a rate. Kept by the engine.
            pub total_with_tax: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// How the amounts are rounded; the exact net of each line if nothing is said.
            pub rounding: Option<QuoteRounding> => picklist(QuoteRounding::NAMES),
            /// Where prices come from; from lists and by hand if nothing is said.
            pub priced_by: Option<PricedBy> => picklist(PricedBy::NAMES),
            /// The pricing procedure, for conditions; the one that the price definition determines if nothing is said.
            pub procedure: Option<String> => text(60),
            /// The date whose conditions hold; the date of the first save with conditions if nothing is said.
            pub pricing_date: Option<Date> => date(),
            /// What is given by hand for the whole quote: discounts, freight.
            pub conditions: Vec<ManualCondition> => nested().confidential().with_rights_of("lines"),
            /// The values of fields on which conditions depend, for all lines.
            pub price_fields: HashMap<String, FieldValue> => nested().confidential(),
            /// The version of the price catalogue by which it is priced; kept by the engine.
            pub catalog_version: Option<i64> => integer().engine(),
            /// What stays when it is saved again, since it was priced anew; kept by the engine.
            pub reprice_mode: Option<RepriceMode> => picklist(RepriceMode::NAMES).engine(),
            /// Every figure, and why; kept by the engine. Costs and margins stand here and nowhere else.
            pub price_result: Option<PriceResult> => nested().confidential().engine().with_rights_of("lines"),
            /// All that it was priced by, but definition and condition records; kept by the engine.
            pub price_input: Option<PriceInput> => nested().confidential().engine().with_rights_of("price_result"),
            /// When it was sent; kept by the engine.
            pub sent_on: Option<Date> => date().engine(),
            /// The hash of what the customer got, from the sending on ([`quote_hash`](super::quote_hash)); kept by the
            /// engine.
            pub content_hash: Option<String> => text(64).confidential().engine().with_rights_of("lines"),
            /// When it was accepted, rejected, or found expired; kept by the engine.
            pub decided_on: Option<Date> => date().engine(),
            /// Why it was rejected; kept by the engine.
            pub reject_reason: Option<String> => text(2_000).engine(),
            /// The positions of the alternatives and options that the customer chose; kept by the engine.
            pub chosen: Vec<i64> => nested().confidential().engine().with_rights_of("lines"),
            /// The sum of the net amounts of what was accepted, without tax; kept by the engine.
            pub accepted_total: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// The tax of what was accepted; kept by the engine.
            pub accepted_tax_total: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// `accepted_total + accepted_tax_total`; kept by the engine.
            pub accepted_total_with_tax: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("lines").in_currency("currency"),
            /// The kind of reason for which it was rejected; kept by the engine.
            pub lost_reason: Option<LostReason> => picklist(LostReason::NAMES).indexed().engine(),
            /// Who won; kept by the engine.
            pub competitor: Option<String> => text(200).indexed().engine(),
            /// Who won, if the company is an account; kept by the engine.
            pub competitor_account: Option<Id> =>
                reference("account", MergePolicy::Repoint).indexed().engine().with_rights_of("competitor"),
            /// The price of the competitor, without tax; kept by the engine.
            pub competitor_price: Option<Decimal> =>
                decimal(4).confidential().engine().in_currency("competitor_currency"),
            /// The currency of that price; kept by the engine.
            pub competitor_currency: Option<Currency> => currency().engine(),
            /// Its identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

impl QuoteStatus {
    /// Whether a quote may go from here to `to` (报价状态机).
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Draft => matches!(to, Self::Sent),
            Self::Sent => matches!(to, Self::Accepted | Self::Rejected | Self::Expired | Self::Superseded),
            Self::Rejected | Self::Expired => matches!(to, Self::Superseded),
            Self::Accepted | Self::Superseded => false,
        }
    }
}
