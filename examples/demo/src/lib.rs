//! The demonstration: a manufacturer's data, one deal from web lead to won quote, and a report.
//!
//! [`demo::run`] does the whole work through the public doors of the engine, as a host program would: it is also an
//! example of how to import a folder of CSV files. What the files mean is said in JSON, see [`folder`].

pub mod args;
mod deal;
pub mod demo;
pub mod failure;
mod figures;
pub mod folder;
pub mod generator;
mod history;
mod moments;
mod output;
pub mod progress;
pub mod report;
mod story;
pub mod takeover;
