//! The room `formula`: the one small, typed language in which catalogues say conditions and figures (公式).
//!
//! A formula is text, for example `net >= 1000 and customer_group in ['A', 'B'] and not excluded`. It is checked when it is
//! defined: every name must be known, and every operator gets what it takes. It knows no loops and no calls of its own, so
//! it always ends.
//!
//! - Values: numbers (`12.5`, exact), texts (`'A'` or `"A"`), `true` and `false`, dates (`date('2026-01-01')`), lists of texts
//!   (`['A', 'B']`).
//! - Operators, the weakest first: `or`; `and`; `not`; `=` (or `==`), `!=`, `<`, `<=`, `>`, `>=`, `in`, `between .. and ..`; `+`, `-`; `*`, `/`;
//!   the sign `-`.
//! - Functions: `if(condition, a, b)`, `min(..)`, `max(..)`, `abs(x)`, `round(x, digits)` (half away from zero), `floor(x)`,
//!   `ceil(x)`, `coalesce(a, b)`, `is_missing(name)`, `contains(list or text, text)`, `starts_with(text, text)`, `lower(text)`,
//!   `year(date)`, `month(date)`, `day(date)`, `days_between(from, to)`.
//!
//! A name that has no value makes the formula fail, unless `is_missing` or `coalesce` stands before it: a condition that
//! cannot be decided is an error and never false. `and`, `or` and `if` look no further than they must.

mod evaluate;
mod parse;
mod read;
mod types;

#[cfg(test)]
mod tests;

pub use types::{Datum, Formula, Kind, Lookup, MAX_DEPTH, MAX_FORMULA_CHARS, MAX_PARTS, Scope};
