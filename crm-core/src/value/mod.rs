//! The ground floor: identifiers, exact numbers, dates, errors and the small macros that define a value once for
//! Rust, serde, JSON Schema, Python and Kotlin.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

#[macro_use]
mod macros;

mod allocate;
#[cfg_attr(
    not(test),
    expect(
        clippy::arithmetic_side_effects,
        reason = "days and microseconds of the years 1 to 9999 are far from the borders"
    )
)]
mod calendar;
mod date;
mod decimal;
pub(crate) mod error;
pub(crate) mod field_value;
mod hash;
mod id;
mod money;
mod order;
mod ratio;
mod text;
mod unit;
mod wide;

#[cfg(any(feature = "python", feature = "uniffi"))]
mod bindings;
#[cfg(feature = "python")]
#[doc(hidden)]
pub use bindings::python;

#[cfg_attr(
    not(test),
    expect(clippy::arithmetic_side_effects, reason = "check digits are sums over a few digits with small weights")
)]
pub mod identifier;
pub mod json;

pub use allocate::{AllocationMethod, MAX_PARTS, allocate};
pub use calendar::{
    BusinessCalendar, CompiledCalendar, MAX_CALENDAR_DAYS, MAX_DAY_INTERVALS, MakeUpDay, Weekday, WeekdayHours,
    WorkingInterval,
};
pub use date::{Clock, Date, FixedClock, SystemClock, Timestamp};
pub use decimal::{Decimal, MAX_SCALE, Rounding};
pub use error::{CrmError, Error, ErrorCode, Problem, Result};
pub use field_value::FieldValue;
pub(crate) use hash::{Fnv, mixed};
pub use id::{Id, IdSource, RandomIds, SeededIds};
pub use identifier::IdentifierKind;
pub use money::{Currency, Money};
pub use ratio::Ratio;
pub use text::{
    MAX_PHRASES, MAX_QUERY_BYTES, MAX_TEXT_BYTES, MAX_TOKEN_CHARS, Phrase, fts5_query, index_text, index_tokens,
    matches, normalize_text, query_phrases,
};
pub use unit::{Dimension, MAX_UNIT_CODE_CHARS, MAX_UNITS, Quantity, Unit, UnitFactor, UnitTable};
