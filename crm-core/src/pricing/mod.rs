//! The room `pricing`: the condition technique (条件技术), exact to the cent, with a trace that answers "why this price".
//!
//! A [`PriceCatalog`] says by which rules prices are made, a [`PriceDocument`] what is sold to whom, and [`price`] gives a
//! [`PriceResult`]: the same for the same catalogue and document, byte for byte, in every language. Nothing else plays a part:
//! no clock, no database, no setting. All three are plain data; in JSON, figures are texts (`"135.50"`) or whole numbers, dates
//! are `"2026-05-01"`, and a binary float is refused. Their JSON Schemas are `pricing.catalog`, `pricing.document` and
//! `pricing.result`.
//!
//! # How a price is made
//!
//! 1. The document names a **procedure**, or the first determination whose requirement holds names it.
//! 2. Its **steps** run in the order of their numbers, each for all items. A step with a condition type looks for conditions;
//!    one without is a subtotal. What a step is computed from always stands before it.
//! 3. Conditions come from the **records** of the catalogue, by the access sequence of the type: table after table, from the
//!    special to the general; within a table that goes up a hierarchy, the nearest node first. An exclusive access ends the
//!    search. Two records of one key that hold on one date are refused when the catalogue is made ready; records of the same
//!    rank are an error, unless the access says which of them counts.
//! 4. Or they are **given by hand**, in the item or in the head of the document; they take the place of the found ones.
//! 5. The **value** is the rate applied to the base: exact, then rounded once. The base of a percentage is what the steps
//!    before make together, or the step or range of steps that the step names.
//! 6. **Exclusions** decide which of several conditions stays; the others are shown with the reason and count for nothing.
//! 7. The net of every item is finished as the policy `value_mode` says; **taxes** are summed by category and rate; the amount to
//!    pay follows.
//!
//! Everything that was looked at stands in the result: each access, each record with what became of it, each figure before and
//! after rounding.
//!
//! # First example: list price, discount of the group of the customer, scale
//!
//! The customer `C-100` belongs to `NORTH`, which belongs to `ALL-CUSTOMERS`. A price agreed with a node counts for all below it.
//!
//! ```
//! use crm_core::pricing::Pricer;
//! let catalog = r#"{
//!     "version": "2026-1",
//!     "fields": [{"name": "customer"}, {"name": "product_group"}],
//!     "hierarchies": [{"field": "customer", "nodes": [
//!         {"value": "C-100", "parent": "NORTH"}, {"value": "NORTH", "parent": "ALL-CUSTOMERS"}
//!     ]}],
//!     "tables": [
//!         {"code": "CUSTOMER_PRODUCT", "fields": ["customer", "product"], "up": ["customer"]},
//!         {"code": "PRODUCT", "fields": ["product"]},
//!         {"code": "CUSTOMER_GROUP", "fields": ["customer", "product_group"], "up": ["customer"]}
//!     ],
//!     "access_sequences": [
//!         {"code": "PRICE", "accesses": [{"table": "CUSTOMER_PRODUCT"}, {"table": "PRODUCT"}]},
//!         {"code": "DISCOUNT", "accesses": [{"table": "CUSTOMER_GROUP"}]}
//!     ],
//!     "condition_types": [
//!         {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "PRICE",
//!          "scale": {"base": "quantity", "kind": "from"}},
//!         {"code": "DISCOUNT", "kind": "discount", "calculation": "percent", "access_sequence": "DISCOUNT", "manual": {"maximum": "15"}}
//!     ],
//!     "records": [
//!         {"id": "list", "condition_type": "PRICE", "table": "PRODUCT", "key": {"product": "VALVE"}, "rate": "135.50",
//!          "unit": "C62", "currency": "EUR", "valid_from": "2026-01-01", "valid_to": "2026-12-31"},
//!         {"id": "north", "condition_type": "PRICE", "table": "CUSTOMER_PRODUCT", "key": {"customer": "NORTH", "product": "PUMP"},
//!          "unit": "C62", "currency": "EUR", "scale": [{"lower": "1", "rate": "80"}, {"lower": "100", "rate": "72.50"}]},
//!         {"id": "nine", "condition_type": "DISCOUNT", "table": "CUSTOMER_GROUP",
//!          "key": {"customer": "ALL-CUSTOMERS", "product_group": "VALVES"}, "rate": "9"}
//!     ],
//!     "procedures": [{"code": "STANDARD", "steps": [
//!         {"number": 10, "condition_type": "PRICE", "mandatory": true, "subtotal": "gross"},
//!         {"number": 20, "condition_type": "DISCOUNT"}
//!     ]}]
//! }"#;
//! let document = r#"{
//!     "currency": "EUR", "pricing_date": "2026-05-01", "fields": {"customer": "C-100"},
//!     "items": [
//!         {"id": "10", "product": "VALVE", "quantity": "3", "unit": "C62", "fields": {"product_group": "VALVES"}},
//!         {"id": "20", "product": "PUMP", "quantity": "120", "unit": "C62", "fields": {"product_group": "PUMPS"}}
//!     ]
//! }"#;
//! let pricer = Pricer::from_json(catalog)?;
//! let result = pricer.price(&crm_core::value::json::from_text(document)?)?;
//! // 3 * 135.50 = 406.50, less 9 %: 36.585, rounded 36.59.
//! assert_eq!(result.items[0].net.to_string(), "369.91");
//! assert_eq!(result.items[0].rows[1].raw.as_deref(), Some("-36.585"));
//! // The level from 100 pieces on; the record stands one node above the customer.
//! assert_eq!(result.items[1].net.to_string(), "8700");
//! assert_eq!(result.items[1].accesses[0].candidates[0].distance, [1]);
//! # Ok::<(), crm_core::value::Error>(())
//! ```
//!
//! # Second example: a project order in another currency and unit
//!
//! Cable is sold by the metre and priced by the kilometre, in US dollars. All items together reach the level of the group
//! discount; of two further discounts the better one stays; freight of the order is shared out by value; every tenth drum is free.
//!
//! ```
//! use crm_core::pricing::Pricer;
//! let catalog = r#"{
//!     "version": "2026-1",
//!     "fields": [{"name": "project"}],
//!     "tables": [{"code": "PRODUCT", "fields": ["product"]}, {"code": "PROJECT", "fields": ["project"]}, {"code": "ALL", "fields": []}],
//!     "access_sequences": [
//!         {"code": "BY_PRODUCT", "accesses": [{"table": "PRODUCT"}]},
//!         {"code": "BY_PROJECT", "accesses": [{"table": "PROJECT"}]},
//!         {"code": "FOR_ALL", "accesses": [{"table": "ALL"}]}
//!     ],
//!     "condition_types": [
//!         {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "BY_PRODUCT"},
//!         {"code": "VOLUME", "kind": "discount", "calculation": "percent", "access_sequence": "FOR_ALL",
//!          "scale": {"base": "value", "kind": "from"}, "group": {"by": "document"}},
//!         {"code": "PROJECT", "kind": "discount", "calculation": "percent", "access_sequence": "BY_PROJECT"},
//!         {"code": "PROMOTION", "kind": "discount", "calculation": "fixed", "access_sequence": "FOR_ALL"},
//!         {"code": "FREIGHT", "kind": "freight", "calculation": "fixed"}
//!     ],
//!     "records": [
//!         {"id": "cable", "condition_type": "PRICE", "table": "PRODUCT", "key": {"product": "CABLE"}, "rate": "1250", "unit": "KMT", "currency": "USD"},
//!         {"id": "drum", "condition_type": "PRICE", "table": "PRODUCT", "key": {"product": "DRUM"}, "rate": "40", "unit": "C62", "currency": "USD"},
//!         {"id": "volume", "condition_type": "VOLUME", "table": "ALL",
//!          "scale": [{"lower": "0", "rate": "1"}, {"lower": "1000", "rate": "2.5"}]},
//!         {"id": "dam", "condition_type": "PROJECT", "table": "PROJECT", "key": {"project": "DAM"}, "rate": "4"},
//!         {"id": "spring", "condition_type": "PROMOTION", "table": "ALL", "rate": "20"}
//!     ],
//!     "free_goods": [{"id": "tenth", "table": "PRODUCT", "key": {"product": "DRUM"}, "kind": "inclusive", "rule": "unit_reference",
//!                     "free": "1", "per": "10"}],
//!     "rates": [{"from_currency": "USD", "to_currency": "EUR", "rate": "0.92", "valid_from": "2026-01-01"}],
//!     "procedures": [{"code": "PROJECT", "exclusions": [{"method": "best_type", "first": ["PROJECT", "PROMOTION"]}], "steps": [
//!         {"number": 10, "condition_type": "PRICE", "mandatory": true},
//!         {"number": 20, "condition_type": "VOLUME"},
//!         {"number": 30, "condition_type": "PROJECT"},
//!         {"number": 40, "condition_type": "PROMOTION"},
//!         {"number": 50, "condition_type": "FREIGHT"}
//!     ]}]
//! }"#;
//! let document = r#"{
//!     "currency": "EUR", "pricing_date": "2026-05-01", "fields": {"project": "DAM"},
//!     "conditions": [{"condition_type": "FREIGHT", "rate": "50"}],
//!     "items": [
//!         {"id": "10", "product": "CABLE", "quantity": "800", "unit": "MTR"},
//!         {"id": "20", "product": "DRUM", "quantity": "10", "unit": "C62"}
//!     ]
//! }"#;
//! let result = Pricer::from_json(catalog)?.price(&crm_core::value::json::from_text(document)?)?;
//! // 0.8 km * 1,250.00 * 0.92 = 920.00, less 2.5 % (1,251.20 together), less 4 % on the project (35.88 beats 20.00), freight 36.99.
//! // The drums: 9 * 40.00 * 0.92 = 331.20, less 8.28, less the promotion (20.00 beats 12.92), freight 13.01.
//! let nets: Vec<String> = result.items.iter().map(|item| item.net.to_string()).collect();
//! assert_eq!(nets, ["898.11", "315.93", "0"]);
//! # Ok::<(), crm_core::value::Error>(())
//! ```
//!
//! # Third example: an invoice by EN 16931
//!
//! Prices, allowances and charges are given by hand; those of the document stay in the head and have a tax of their own.
//!
//! ```
//! use crm_core::pricing::Pricer;
//! let catalog = r#"{
//!     "version": "1",
//!     "condition_types": [
//!         {"code": "PRICE", "kind": "price", "calculation": "quantity"},
//!         {"code": "LINE_ALLOWANCE", "kind": "discount", "calculation": "fixed"},
//!         {"code": "LINE_CHARGE", "kind": "surcharge", "calculation": "fixed"},
//!         {"code": "ALLOWANCE", "kind": "discount", "calculation": "fixed", "header": "document"},
//!         {"code": "VAT", "kind": "tax", "calculation": "percent"}
//!     ],
//!     "procedures": [{"code": "INVOICE", "policies": {"tax_rounding": "per_category"}, "steps": [
//!         {"number": 10, "condition_type": "PRICE", "mandatory": true},
//!         {"number": 20, "condition_type": "LINE_ALLOWANCE"},
//!         {"number": 30, "condition_type": "LINE_CHARGE"},
//!         {"number": 40, "condition_type": "ALLOWANCE"},
//!         {"number": 50, "condition_type": "VAT"}
//!     ]}]
//! }"#;
//! let document = r#"{
//!     "currency": "EUR", "pricing_date": "2026-05-01", "prepaid": "100",
//!     "conditions": [{"condition_type": "ALLOWANCE", "rate": "10", "tax_category": "S", "tax_percent": "25"}],
//!     "items": [
//!         {"id": "1", "quantity": "7", "conditions": [
//!             {"condition_type": "PRICE", "rate": "400", "per": "2"}, {"condition_type": "LINE_CHARGE", "rate": "70.50"},
//!             {"condition_type": "VAT", "rate": "25", "tax_category": "S"}]},
//!         {"id": "2", "quantity": "1", "conditions": [
//!             {"condition_type": "PRICE", "rate": "50"}, {"condition_type": "VAT", "rate": "0", "tax_category": "E"}]}
//!     ]
//! }"#;
//! let result = Pricer::from_json(catalog)?.price(&crm_core::value::json::from_text(document)?)?;
//! assert_eq!(result.net.to_string(), "1510.5");
//! // 25 % of 1,470.50 - 10.00 = 1,460.50 are 365.125, rounded once.
//! assert_eq!(result.taxes[1].tax.to_string(), "365.13");
//! assert_eq!(result.payable.to_string(), "1775.63");
//! # Ok::<(), crm_core::value::Error>(())
//! ```
//!
//! # Figures
//!
//! Amounts have up to 15 digits before the point and 6 behind it, rates 12 and 8, quantities 12 and 6; more is
//! `PrecisionExceeded`, never rounded. Values are computed as exact fractions of 256 bits. Factors between units and exchange
//! rates are fractions and applied last. Which rounding rule holds, where it is applied, and who gets what is left over when an
//! amount is shared out are [`PricingPolicies`] of the procedure; they stand in every result with nothing left open.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod audit;
mod catalog;
mod definition;
mod document;
mod exact;
mod exclusion;
mod explain;
mod fields;
mod free_goods;
mod given;
mod groups;
mod item;
mod keep;
mod limits;
mod lint;
mod measures;
mod open;
mod price;
mod procedure;
mod records;
mod replay;
mod result;
mod run;
mod search;
mod steps;
mod text;
mod totals;
mod trace;
mod wanted;
mod what_if;
mod worth;

#[cfg(test)]
mod tests;

pub use audit::{PriceFinding, audit};
pub use catalog::*;
pub use document::*;
pub use explain::{PriceChange, PriceGoal, PriceLever, WaterfallBar};
pub use limits::{MAX_ITEMS, MAX_LEVELS, MAX_STEPS};
pub use lint::{LintFinding, PriceLint, lint};
pub use open::OpenDocument;
pub use price::{Pricer, price};
pub use procedure::*;
pub use result::*;
pub use text::{audit_json, lint_json, waterfall_json};
pub(crate) use what_if::compare;
pub use what_if::{WhatIf, WhatIfLine, WhatIfStep, WhatIfSum};
