//! What the larger tests share: an entity with a field of every kind, engines on both stores, seeded randomness.

mod attacks;
mod catalogue;
mod crash;
mod doubt;
mod duplicates;
mod engines;
mod every_entity;
mod exported;
mod generate;
mod merging;
mod model;
mod mutants;
mod paired;
mod paired_rooms;
mod random;
mod regression;
mod rights;
mod sample;
mod shapes;
mod sharing;
mod taken_back;

pub(crate) use engines::{Engine, Kept, memory, setup, sqlite, sqlite_with};
pub(crate) use random::Random;
pub(crate) use sample::{CUSTOM_FIELDS, Sample, custom_definitions, registry};
