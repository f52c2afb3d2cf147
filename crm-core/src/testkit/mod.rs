//! What the larger tests share: an entity with a field of every kind, engines on both stores, seeded randomness.

mod crash;
mod engines;
mod random;
#[expect(dead_code, reason = "the page of the sample is made by the macro; no test asks for it")]
mod sample;

pub(crate) use engines::{Engine, Kept, memory, sqlite};
pub(crate) use random::Random;
pub(crate) use sample::{CUSTOM_FIELDS, Sample, custom_definitions, registry};
