//! Makes records of manufacturers' customers, companies and people, with the truth beside them, for measuring how well
//! duplicates are found.
//!
//! Deterministic by seed. The words are those of [`words`] alone and the errors those of [`noise`]; neither knows how
//! the engine normalises.

mod company;
mod noise;
mod persons;
mod random;
mod record;
mod tax;
mod words;

use std::io::{BufWriter, Write};
use std::path::Path;

use random::Random;
use record::Record;

use crate::Failure;

/// What to make.
pub struct Wanted {
    /// How many records.
    pub rows: usize,
    /// Where the random numbers start.
    pub seed: u64,
    /// People, not companies.
    pub persons: bool,
    /// Without tax identifiers; all else is the same.
    pub hidden: bool,
}

/// Writes the records as lines of JSON.
pub fn write(wanted: &Wanted, path: &Path) -> Result<(), Failure> {
    let mut records = if wanted.persons { people(wanted) } else { companies(wanted) };
    if wanted.hidden {
        records.iter_mut().for_each(|record| record.tax_id = None);
    }
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for record in &records {
        serde_json::to_writer(&mut file, record)?;
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}

/// How many records an entity has: most have one or two.
fn copies(random: &mut Random) -> usize {
    1 + random.weighted([570, 265, 110, 55].into_iter())
}

fn companies(wanted: &Wanted) -> Vec<Record> {
    let mut random = Random::new(wanted.seed);
    let words = words::Words::new();
    let (mut makers, writer) = (company::Makers::new(&words), noise::Writer::new(&words));
    let mut records = Vec::new();
    while records.len() < wanted.rows {
        for company in makers.family(&mut random) {
            for _ in 0..copies(&mut random) {
                records.push(writer.record(&company, &mut random));
            }
        }
    }
    records.truncate(wanted.rows);
    shuffled(records, &mut random)
}

fn people(wanted: &Wanted) -> Vec<Record> {
    let mut random = Random::new(wanted.seed);
    let words = words::Words::new();
    let writer = noise::Writer::new(&words);
    let mut households = persons::Households::new(company::Makers::new(&words));
    let mut records = Vec::new();
    while records.len() < wanted.rows {
        records.extend(households.records(&writer, copies, &mut random));
    }
    records.truncate(wanted.rows);
    shuffled(records, &mut random)
}

/// In another order, and numbered in it.
fn shuffled(mut records: Vec<Record>, random: &mut Random) -> Vec<Record> {
    for last in (1..records.len()).rev() {
        records.swap(last, random.below(last + 1));
    }
    for (number, record) in records.iter_mut().enumerate() {
        record.id = format!("r{number:07}");
    }
    records
}
