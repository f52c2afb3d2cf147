//! Typed questions: filter, search, sort, page, count and group over every registered field.
//!
//! A question names fields by name; [`crate::access`] turns it into a checked question together with the reader's
//! rights, and a store answers nothing else.

mod condition;
mod cursor;
mod eval;
mod types;

pub(crate) use condition::{Condition, operand, queryable};
pub(crate) use cursor::{decode as decode_cursor, encode as encode_cursor, fingerprint};
pub(crate) use eval::{bucket_key, compare_rows, matches, measure, summed, ties_descend};
pub use types::{
    AggregateQuery, AggregateRow, Bucket, Comparison, Filter, GroupBy, MAX_DEPTH, MAX_GROUPS, MAX_IN_VALUES, MAX_PAGE,
    MAX_TERMS, Measure, MeasureFunction, Query, SEARCH_CANDIDATES, Sort,
};
