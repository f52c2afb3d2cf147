//! What a host calls: the commands and questions of each room, on behalf of the session's user. A method builds a command
//! or asks a question; the rules stand in the rooms.

mod access;
mod catalogue;
mod conditions;
mod customers;
mod duplicates;
mod forecasts;
mod merges;
mod product_parts;
mod products;
mod quotes;
mod sales;
mod special_prices;
mod transfers;

pub use access::{Access, Decisions};
pub(super) use access::{facts, same_formula};
pub use conditions::Conditions;
pub use customers::Customers;
pub use duplicates::DuplicateControl;
pub use forecasts::Forecasts;
pub use merges::Merges;
pub use products::Products;
pub use quotes::Quotes;
pub use sales::Sales;
pub use special_prices::SpecialPrices;
pub use transfers::Transfers;
