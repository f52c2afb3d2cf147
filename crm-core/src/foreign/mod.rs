//! What Kotlin and Swift can call: thin shells that forward, nothing else.
//!
//! They live in this crate and not in `crm-ffi`, because uniffi writes one file and one package for each crate that
//! defines something; so everything is one package, one module and one copy of its runtime. `crm-ffi` only builds the
//! library.
//!
//! The shells have the names of what they forward to: [`Crm`] is [`engine::Crm`](crate::engine::Crm), and so on.

mod access;
mod admin;
mod catalogue;
mod conditions;
mod crm;
mod customers;
mod duplicates;
mod exchange;
mod forecast;
mod forecasts;
mod matching;
mod merges;
mod pricing;
mod product_parts;
mod products;
mod quotes;
mod sales;
mod session;
mod special_prices;
mod transfers;
mod values;

pub use access::Access;
pub use admin::Admin;
pub use conditions::Conditions;
pub use crm::Crm;
pub use customers::Customers;
pub use duplicates::DuplicateControl;
pub use exchange::{CellReader, ImportProgress};
pub use forecast::{CustomModel, CustomModelError};
pub use forecasts::Forecasts;
pub use matching::MatchIndex;
pub use merges::Merges;
pub use pricing::{OpenDocument, Pricer};
pub use products::Products;
pub use quotes::{PricedLines, Quotes};
pub use sales::Sales;
pub use session::Session;
pub use special_prices::SpecialPrices;
pub use transfers::Transfers;
pub use values::{CompiledCalendar, UnitTable};
