//! Merges: over random worlds, over every registered reference, and one test for each thing that may go wrong.

mod declared;
mod examples;
mod random;
mod world;
