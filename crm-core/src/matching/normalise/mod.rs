//! Normal forms of what people write: one form for one name, place, number or day, however it was written.
//!
//! Every function is pure, gives the same on every platform and takes any text: only its beginning is read.

mod bounds;

pub(crate) mod address;
pub(crate) mod company;
pub(crate) mod country;
pub(crate) mod date;
pub(crate) mod email;
pub(crate) mod han;
mod han_table;
pub(crate) mod industry;
mod industry_table;
pub(crate) mod legal;
mod legal_table;
pub(crate) mod part_number;
pub(crate) mod person;
pub(crate) mod phone;
pub(crate) mod region;
mod region_table;
pub(crate) mod tax;
pub(crate) mod text;
