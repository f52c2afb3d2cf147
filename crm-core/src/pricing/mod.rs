//! The room `pricing`.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod audit;
mod catalog;
mod definition;
mod document;
mod exact;
mod exclusion;
mod free_goods;
mod item;
mod keep;
mod limits;
mod price;
mod records;
mod result;
mod run;
mod search;
mod steps;
mod totals;
mod worth;

#[cfg(test)]
mod tests;

pub use audit::{PriceFinding, audit};
pub use catalog::*;
pub use document::*;
pub use limits::{MAX_ITEMS, MAX_LEVELS, MAX_STEPS};
pub use price::{Pricer, price};
pub use result::*;
