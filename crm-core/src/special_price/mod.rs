//! The room `special_price`: requests for special prices (特殊价格申请), and what became of them.
//!
//! A [`SpecialPriceRequest`] says for whom and for what a price is asked: a customer (alone, or with all below it in the legal
//! tree), a project, a product or a class of products, a band of quantities, a span of dates, a limit. Whoever decides
//! approves, rejects, or later revokes it. Approval makes exactly one
//! [`PriceCondition`](crate::conditions::PriceCondition) with that scope, in the same operation; an approval engine calls the
//! same command.
//!
//! The record stands under a condition type and a table of the active definition
//! ([`PriceDefinition::special_price_type`](crate::conditions::PriceDefinition)): the table whose fields are exactly the scope.
//! So the record applies inside the scope and nowhere else, and the trace of a price names it.
//!
//! `price`, `competitor_price`, `floor_price` and `cost` are all for `per` units, in `currency`.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod commands;
mod report;
mod rules;
mod types;

#[cfg(test)]
mod tests;

pub use commands::{SpecialPriceCommand, SpecialPriceGrant};
pub use report::{SpecialPriceOptions, SpecialPriceReport, SpecialPriceRow};
pub use types::{SpecialPriceRequest, SpecialPriceRequestPage, SpecialPriceStatus};

pub(crate) use report::report;
pub(crate) use rules::rule_of;

use crate::schema::{EntityType, MovesWith};

/// Requests that are not decided move with their opportunity, and with their account.
const OPEN_REQUESTS: &[MovesWith] = &[
    MovesWith { whole: "account", field: "account", open: Some(("status", &["draft", "submitted"])) },
    MovesWith { whole: "opportunity", field: "opportunity", open: Some(("status", &["draft", "submitted"])) },
];

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![EntityType::of::<SpecialPriceRequest>().controlled_by("account").moves_with(OPEN_REQUESTS)]
}
