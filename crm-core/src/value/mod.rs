//! The ground floor: identifiers, exact numbers, dates, errors and the small macros that define a value once for
//! Rust, serde, JSON Schema, Python and Kotlin.

#[macro_use]
mod macros;

mod date;
mod decimal;
mod error;
pub(crate) mod field_value;
mod id;
mod ratio;

#[cfg(any(feature = "python", feature = "uniffi"))]
mod bindings;
#[cfg(feature = "python")]
pub(crate) use bindings::python;

pub mod json;

pub use date::{Clock, Date, FixedClock, SystemClock, Timestamp};
pub use decimal::{Decimal, MAX_SCALE, Rounding};
pub use error::{CrmError, Error, ErrorCode, Problem, Result};
pub use field_value::FieldValue;
pub use id::{Id, IdSource, RandomIds, SeededIds};

/// The tools that [`value!`](crate::value_struct) needs at the place where it is expanded.
#[doc(hidden)]
pub mod derive {
    pub use schemars;
    pub use serde;
}
