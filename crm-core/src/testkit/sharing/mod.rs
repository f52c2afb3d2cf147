//! What the access model means: examples, and random organisations in which plain code and both stores must agree.

mod examples;
mod org;
mod questions;
mod refusals;
mod transfers;
