//! Orders and their lines.

use crate::quote::{QuoteRounding, QuoteTax};
use crate::room::{ExternalId, external_ids};
use crate::schema::{MergePolicy, NestedReferences, enum_field};
use crate::value::{Currency, Date, Decimal, Id, json};

value_enum! {
    /// What an accepted quote became.
    #[derive(Default)]
    pub enum OrderKind {
        /// An order (销售订单).
        #[default]
        Order = "order",
        /// A contract (合同).
        Contract = "contract",
    }
}

value_enum! {
    /// Where an order stands.
    #[derive(Default)]
    pub enum OrderStatus {
        /// It is prepared.
        #[default]
        Draft = "draft",
        /// It binds both sides.
        Confirmed = "confirmed",
        /// It does not count any more, and what it had of the quote is open again.
        Cancelled = "cancelled",
    }
}

enum_field!(OrderKind, OrderStatus);

value_struct! {
    /// How much of a line of a quote is ordered.
    #[derive(Copy)]
    pub struct OrderedQuantity {
        required {
            /// The position of the line in the quote.
            pub position: i64,
        }
        optional {
            /// How much; all that is open if nothing is said.
            pub quantity: Option<Decimal>,
        }
    }
}

value_struct! {
    /// One line of an order: a line of the quote, or a part of it, at the price of the quote.
    pub struct OrderLine {
        required {
            /// The position of the line in the quote.
            pub quote_line: i64,
            /// How much.
            pub quantity: Decimal,
        }
        optional {
            /// The product.
            pub product: Option<Id>,
            /// Its code.
            pub product_code: Option<String>,
            /// What the customer reads.
            pub description: Option<String>,
            /// The unit of the quantity.
            pub unit: Option<String>,
            /// The price of `per_quantity` units.
            pub unit_price: Option<Decimal>,
            /// How many units the price is for.
            pub per_quantity: Option<Decimal>,
            /// The discount in percent.
            pub discount_percent: Option<Decimal>,
            /// The tax in percent.
            pub tax_percent: Option<Decimal>,
            /// Its part of the net amount of the line: the parts of a line that is wholly ordered sum to it exactly.
            pub net_amount: Option<Decimal>,
        }
    }
}

/// The products that the lines of an order name.
const PRODUCTS: NestedReferences = NestedReferences {
    to: &["product"],
    find: |json, _| {
        let lines: Vec<OrderLine> = json::from_text(json).unwrap_or_default();
        lines.into_iter().filter_map(|line| line.product).collect()
    },
    follow: |json, _, by| {
        let mut lines: Vec<OrderLine> = json::from_text(json).ok()?;
        for product in lines.iter_mut().filter_map(|line| line.product.as_mut()) {
            *product = by(*product);
        }
        json::to_canonical(&lines).ok()
    },
    merge: MergePolicy::Repoint,
    through: None,
};

entity! {
    /// An order or a contract, made of an accepted quote (销售订单, 合同).
    pub struct SalesOrder("sales_order", SalesOrderPage, Private) {
        required {
            /// What people read; that of the quote.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// The number, unique: `O-2026-000001`, `C-2026-000001` for a contract; issued by the engine.
            pub number: Option<String> => text(60).unique().searchable().indexed().engine(),
            /// Whether it is an order or a contract; kept by the engine.
            pub kind: Option<OrderKind> => picklist(OrderKind::NAMES).indexed().engine(),
            /// Where it stands; kept by the engine, changed by the commands of orders.
            pub status: Option<OrderStatus> => picklist(OrderStatus::NAMES).indexed().engine(),
            /// The accepted quote that it is made of; kept by the engine.
            pub quote: Option<Id> => reference("quote", MergePolicy::Repoint).indexed().engine(),
            /// The opportunity of the quote; kept by the engine.
            pub opportunity: Option<Id> => reference("opportunity", MergePolicy::Repoint).indexed().engine(),
            /// The customer; kept by the engine.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed().engine(),
            /// The person at the customer.
            pub contact: Option<Id> => reference("contact", MergePolicy::Repoint).indexed(),
            /// The number under which the customer ordered.
            pub customer_reference: Option<String> => text(100).searchable().indexed(),
            /// The currency; kept by the engine.
            pub currency: Option<Currency> => currency().engine(),
            /// Whether the amounts of the lines include the tax; kept by the engine.
            pub prices_include_tax: bool => boolean().engine(),
            /// How the amounts of the quote were rounded; kept by the engine.
            pub rounding: Option<QuoteRounding> => picklist(QuoteRounding::NAMES).engine(),
            /// The lines; kept by the engine.
            pub lines: Vec<OrderLine> => nested().refers_inside(PRODUCTS).confidential().engine(),
            /// The sum of the net amounts, without tax; kept by the engine.
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
            /// When it was made; kept by the engine.
            pub ordered_on: Option<Date> => date().indexed().engine(),
            /// When it was confirmed; kept by the engine.
            pub confirmed_on: Option<Date> => date().engine(),
            /// When it was cancelled; kept by the engine.
            pub cancelled_on: Option<Date> => date().engine(),
            /// Why it was cancelled; kept by the engine.
            pub cancel_reason: Option<String> => text(2_000).engine(),
            /// Its identifiers in other systems.
            pub external_ids: Vec<ExternalId> => external_ids(),
        }
    }
}

impl OrderStatus {
    /// Whether an order may go from here to `to`.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Draft => matches!(to, Self::Confirmed | Self::Cancelled),
            Self::Confirmed => matches!(to, Self::Cancelled),
            Self::Cancelled => false,
        }
    }
}
