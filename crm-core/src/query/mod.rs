//! Typed questions: filter, search, sort, page, count and group over every registered field.
//!
//! A question names fields by name; [`crate::access`] turns it into a checked question together with the reader's
//! rights, and a store answers nothing else.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod condition;
mod cursor;
mod eval;
mod parameter;
mod types;

pub(crate) use condition::{Condition, can_hold, operand, queryable};
pub(crate) use cursor::{bad_cursor, decode as decode_cursor, encode as encode_cursor, fingerprint};
pub(crate) use eval::{bucket_key, compare_rows, matches, measure, summed, ties_descend};
pub use parameter::{MAX_ALTERNATIVES, ParameterComparison, ParameterCondition};
pub(crate) use parameter::{base_figure, number_tag, truth_key, word_key};
pub use types::{
    AggregateQuery, AggregateRow, Bucket, Comparison, Filter, GroupBy, MAX_DEPTH, MAX_GROUP_KEYS, MAX_GROUPS,
    MAX_IN_VALUES, MAX_MEASURES, MAX_PAGE, MAX_SORT_KEYS, MAX_TERMS, Measure, MeasureFunction, Query,
    SEARCH_CANDIDATES, Sort,
};
