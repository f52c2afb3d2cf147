//! Normal forms of what people write: text, Chinese characters, legal forms, regions, lines of business, company names.
//!
//! All of it is pure and quick, takes any input, and looks at a bounded number of characters.

pub(crate) mod company;
pub(crate) mod han;
mod han_table;
pub(crate) mod industry;
mod industry_table;
pub(crate) mod legal;
mod legal_table;
pub(crate) mod region;
mod region_table;
pub(crate) mod text;
