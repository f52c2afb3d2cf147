//! What is asked of the sales of a tenant, and the series that come of it.

use super::run::ForecastRun;
use super::types::Series;
use crate::customer::HierarchyKind;
use crate::query::Filter;
use crate::value::{Currency, Date, Decimal, FieldValue, Id};

value_enum! {
    /// Where sales are read.
    #[derive(Default)]
    pub enum SalesSource {
        /// Opportunities that were won, by the date on which they were won.
        #[default]
        Opportunities = "opportunities",
        /// The lines of orders and contracts that are confirmed, by the date of their confirmation.
        Orders = "orders",
    }
}

value_enum! {
    /// What is summed.
    #[derive(Default)]
    pub enum SalesFigure {
        /// The amount without tax. Amounts of different currencies stand in different series.
        #[default]
        Value = "value",
        /// The quantity. Quantities of different units stand in different series; that of an opportunity is told in the unit
        /// of its product.
        Quantity = "quantity",
        /// How many opportunities were won, or how many lines were ordered.
        Count = "count",
    }
}

value_struct! {
    /// Which sales are made into monthly series.
    #[derive(Default)]
    pub struct SalesQuery {
        optional {
            /// Where sales are read.
            pub source: SalesSource,
            /// What is summed.
            pub figure: SalesFigure,
            /// One series for each combination of these: fields of the opportunity or the order (`owner`, `account`,
            /// `product`, a custom field), or a field of what such a field refers to: `account.region`,
            /// `account.country`, `owner.unit`, `product.code`, `product.product_class`. One series of everything if
            /// nothing is said.
            pub by: Vec<String>,
            /// One of the keys in `by`: series that have it in common are a group, and lend each other what they are too
            /// short for.
            pub group: Option<String>,
            /// A condition on the opportunities or orders.
            pub filter: Option<Filter>,
            /// Only sales to this account.
            pub account: Option<Id>,
            /// Together with `account`: and to all accounts that stand below it in this hierarchy on the date of `as_of`.
            pub hierarchy: Option<HierarchyKind>,
            /// Only amounts in this currency.
            pub currency: Option<Currency>,
            /// A date in the first month; the first month in which anything was sold if nothing is said.
            pub from_month: Option<Date>,
            /// A date in the last month; that of `as_of` if nothing is said, and if that is not said either, the last one in
            /// which anything was sold.
            pub to_month: Option<Date>,
            /// The last date of which sales are known, today if nothing is said: what was sold later does not count, and
            /// a last month that it lies in is told to be known in part.
            pub as_of: Option<Date>,
            /// Each series starts with the first month in which it sold anything, and not where all of them start.
            pub own_start: bool,
        }
    }
}

value_struct! {
    /// The monthly sales of one combination of keys.
    pub struct SalesSeries {
        required {
            /// The values of the keys, in the order of `by`; null where there is none, or where the reader does not see the
            /// record that has it.
            pub keys: Vec<FieldValue>,
            /// The sum of all months, exact.
            pub total: Decimal,
            /// The figures by month, ready for a forecast. It is called as its keys, its currency and its unit, with ` | `
            /// between them.
            pub series: Series,
        }
        optional {
            /// The currency of amounts.
            pub currency: Option<Currency>,
            /// The unit of quantities; nothing where none is known.
            pub unit: Option<String>,
        }
    }
}

value_struct! {
    /// Monthly sales (历史销量), as the reader sees them.
    #[derive(Default)]
    pub struct SalesHistory {
        required {
            /// The series, in the order of their keys.
            pub series: Vec<SalesSeries>,
        }
        optional {
            /// The first day of the first month; nothing if nothing was sold.
            pub from_month: Option<Date>,
            /// The first day of the last month.
            pub to_month: Option<Date>,
        }
    }
}

value_struct! {
    /// Monthly sales with a forecast of each.
    pub struct SalesForecast {
        required {
            /// What was sold.
            pub history: SalesHistory,
            /// The run with the forecasts, one for each series of the history, in the same order.
            pub run: ForecastRun,
        }
    }
}
