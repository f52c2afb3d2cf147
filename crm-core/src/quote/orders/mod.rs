//! Orders and contracts (销售订单, 合同) that are made of accepted quotes, wholly or in parts.

mod convert;
mod rules;
mod types;

pub use convert::{ConversionLine, QuoteConversion};
pub use types::{OrderKind, OrderLine, OrderStatus, OrderedQuantity, SalesOrder, SalesOrderPage};

pub(crate) use convert::conversion;
pub(super) use convert::convert;
pub(super) use rules::{cancel, check_unordered, confirm, order_restored, order_rule};
