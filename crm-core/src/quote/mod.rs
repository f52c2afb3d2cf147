//! The room `quote`: quotes (报价单) with lines, exact totals, and the way from draft to answer.
//!
//! A quote is written as a draft, sent, and then accepted, rejected or expired; what was sent is not changed but
//! revised: a new quote takes its place. Accepting one closes its opportunity as won, by the rules of stages.
//!
//! Prices come from lists and by hand, or from the stored conditions ([`PricedBy`]); then the quote keeps every figure with its
//! trace and all that it was priced by.
//!
//! Rounding is a policy that stands in the quote ([`QuoteRounding`]), because the same document legitimately gives
//! different cents: 3 pieces at 135.50 less 9 % are 369.915 and so 369.92, while who rounds the discount instead
//! (36.585 to 36.59) gets 369.91. Tax is computed once for each rate, as EN 16931 has it, and not line by line.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod catalogue;
mod chain;
mod choice;
mod commands;
mod copy;
mod diff;
mod figures;
mod lines;
mod loss;
mod orders;
mod policy;
mod priced;
mod rules;
mod types;

#[cfg(test)]
mod tests;

pub use chain::{QuoteRevision, quote_hash};
pub use choice::{chosen_lines, price_lines};
pub use commands::QuoteCommand;
pub use copy::QuoteCopy;
pub use diff::{QuoteChange, QuoteChangeKind, QuoteDiff, diff_quotes, is_material, needs_new_approval};
pub use figures::QuoteTotals;
pub use loss::{LostQuoteOptions, LostQuotes, LostReason, LostTotal, QuoteLoss, lost_quotes};
pub use orders::{
    ConversionLine, OrderKind, OrderLine, OrderStatus, OrderedQuantity, QuoteConversion, SalesOrder, SalesOrderPage,
};
pub use policy::{MAX_MATERIAL_FIELDS, MaterialDirection, MaterialField, QuotePolicy, QuotePolicyPage};
pub use priced::MAX_TRACED_LINES;
pub use types::{
    MAX_LINES, PricedBy, Quote, QuoteLine, QuoteLineKind, QuotePage, QuoteRounding, QuoteStatus, QuoteTax,
};

pub(crate) use chain::revisions;
pub(crate) use diff::diff;
pub(crate) use loss::lost;
pub(crate) use orders::conversion;
pub(crate) use priced::case_of_quote;
pub(crate) use rules::{delete_rule_of, restore_rule_of, rule_of};

use crate::schema::{EntityType, MovesWith};

/// Quotes that wait for an answer move with their opportunity, and with their account if they have none.
const OPEN_QUOTES: &[MovesWith] = &[
    MovesWith { whole: "account", field: "account", open: Some(("status", &["draft", "sent"])) },
    MovesWith { whole: "opportunity", field: "opportunity", open: Some(("status", &["draft", "sent"])) },
];

/// Orders that count move with their opportunity, and with their account if they have none.
const OPEN_ORDERS: &[MovesWith] = &[
    MovesWith { whole: "account", field: "account", open: Some(("status", &["draft", "confirmed"])) },
    MovesWith { whole: "opportunity", field: "opportunity", open: Some(("status", &["draft", "confirmed"])) },
];

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![
        EntityType::of::<Quote>().controlled_by("opportunity").moves_with(OPEN_QUOTES),
        EntityType::of::<QuotePolicy>(),
        EntityType::of::<SalesOrder>().controlled_by("account").moves_with(OPEN_ORDERS),
    ]
}
