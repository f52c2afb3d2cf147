//! Requests for special prices.

use crate::pricing::UsageLimit;
use crate::schema::enum_field;
use crate::value::{Currency, Date, Decimal, Id};

value_enum! {
    /// Where a request stands (申请状态).
    #[derive(Default)]
    pub enum SpecialPriceStatus {
        /// It is written.
        #[default]
        Draft = "draft",
        /// It waits for a decision.
        Submitted = "submitted",
        /// The price was granted: there is a condition record.
        Approved = "approved",
        /// The price was not granted.
        Rejected = "rejected",
        /// Whoever asked no longer asks.
        Withdrawn = "withdrawn",
        /// The price was granted and taken back: its condition record is retired.
        Revoked = "revoked",
    }
}

impl SpecialPriceStatus {
    /// Whether a request may go from here to `to`.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        match self {
            Self::Draft => matches!(to, Self::Submitted | Self::Withdrawn),
            Self::Submitted => matches!(to, Self::Approved | Self::Rejected | Self::Withdrawn),
            Self::Approved => matches!(to, Self::Revoked),
            Self::Rejected | Self::Withdrawn | Self::Revoked => false,
        }
    }
}

enum_field!(SpecialPriceStatus);

entity! {
    /// A request for a special price (特殊价格申请). Either a price or a discount is asked for.
    pub struct SpecialPriceRequest("special_price_request", SpecialPriceRequestPage, Private) {
        required {
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// The number, unique; issued as `SPR-2026-000123` if nothing is said. The condition record names it as its source.
            pub number: Option<String> => text(60).unique().searchable().indexed().once(),
            /// The customer.
            pub account: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// Whether it holds for everything below the customer in the legal tree.
            pub includes_below: bool => boolean(),
            /// The project.
            pub opportunity: Option<Id> => reference("opportunity", MergePolicy::Repoint).indexed(),
            /// The product.
            pub product: Option<Id> => reference("product", MergePolicy::Repoint).indexed(),
            /// The class of products, with everything below it; not together with a product.
            pub product_class: Option<Id> => reference("product_class", MergePolicy::Repoint).indexed(),
            /// The smallest quantity for which it holds, itself included.
            pub quantity_from: Option<Decimal> => decimal(6),
            /// The largest quantity for which it holds, itself included.
            pub quantity_to: Option<Decimal> => decimal(6),
            /// The unit of `per` and of the quantities; that of the item if nothing is said.
            pub unit: Option<String> => text(30),
            /// The first date on which it holds; the date of the approval if nothing is said.
            pub valid_from: Option<Date> => date().indexed(),
            /// The first date on which it no longer holds. Nothing is approved without one.
            pub valid_until: Option<Date> => date().indexed(),
            /// The price that is asked for.
            pub price: Option<Decimal> => decimal(6).confidential().in_currency("currency"),
            /// For how many units the prices are; 1 if nothing is said.
            pub per: Option<Decimal> => decimal(6),
            /// The currency of the prices; that of the books if nothing is said and there is a price.
            pub currency: Option<Currency> => currency(),
            /// The discount in percent that is asked for, above 0 and at most 100.
            pub discount_percent: Option<Decimal> => decimal(4).confidential(),
            /// How much it may be used.
            pub limit: Option<UsageLimit> => nested(),
            /// Whose offer it stands against.
            pub competitor: Option<String> => text(200).searchable().indexed(),
            /// The price of the competitor.
            pub competitor_price: Option<Decimal> => decimal(6).confidential().in_currency("currency"),
            /// The price below which nothing is granted, unless it is said so.
            pub floor_price: Option<Decimal> => decimal(6).confidential().in_currency("currency"),
            /// The cost.
            pub cost: Option<Decimal> => decimal(6).confidential().in_currency("currency"),
            /// The margin of the price that is asked for: `(price - cost) / price` in percent, 4 digits, half up; kept by the
            /// engine.
            pub margin_percent: Option<Decimal> =>
                decimal(4).signed().confidential().engine().with_rights_of("price").with_rights_of("cost"),
            /// Why it is asked for.
            pub reason: Option<String> => text(2_000),
            /// Where it stands; kept by the engine, changed by the commands of requests.
            pub status: Option<SpecialPriceStatus> => picklist(SpecialPriceStatus::NAMES).indexed().engine(),
            /// When it was submitted; kept by the engine.
            pub submitted_on: Option<Date> => date().indexed().engine(),
            /// When it was approved, rejected, withdrawn or revoked; kept by the engine.
            pub decided_on: Option<Date> => date().indexed().engine(),
            /// Who decided; kept by the engine. Whoever may not change this field approves, rejects and revokes nothing.
            pub decided_by: Option<Id> => reference("user", MergePolicy::Keep).engine(),
            /// Why it was decided so; kept by the engine.
            pub decision_note: Option<String> => text(2_000).engine(),
            /// The price that was granted; kept by the engine.
            pub granted_price: Option<Decimal> =>
                decimal(6).confidential().engine().with_rights_of("price").in_currency("currency"),
            /// The discount that was granted; kept by the engine.
            pub granted_discount_percent: Option<Decimal> =>
                decimal(4).confidential().engine().with_rights_of("discount_percent"),
            /// Whether a price below the floor was granted; kept by the engine.
            pub below_floor: bool => boolean().engine(),
            /// The condition record that was made; kept by the engine.
            pub condition: Option<Id> => reference("price_condition", MergePolicy::Repoint).indexed().engine(),
        }
    }
}
