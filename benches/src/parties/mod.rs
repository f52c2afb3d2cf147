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

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    fn wanted(persons: bool, seed: u64) -> Wanted {
        Wanted { rows: 4_000, seed, persons, hidden: false }
    }

    fn made(wanted: &Wanted) -> Vec<Record> {
        if wanted.persons { people(wanted) } else { companies(wanted) }
    }

    fn lines(records: &[Record]) -> Vec<String> {
        records.iter().map(|record| serde_json::to_string(record).unwrap()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_records_and_another_seed_others() {
        for persons in [false, true] {
            let first = lines(&made(&wanted(persons, 1)));
            assert_eq!(first, lines(&made(&wanted(persons, 1))));
            assert_ne!(first, lines(&made(&wanted(persons, 2))));
            assert_eq!(first.len(), 4_000);
        }
    }

    #[test]
    fn entities_have_one_to_four_records_and_most_one_or_two() {
        for persons in [false, true] {
            let mut counts: HashMap<String, usize> = HashMap::new();
            made(&wanted(persons, 3)).into_iter().for_each(|record| *counts.entry(record.entity).or_default() += 1);
            assert!(counts.values().all(|count| (1..=4).contains(count)));
            let few = counts.values().filter(|count| **count <= 2).count();
            assert!(few * 100 / counts.len() > 75 && counts.len() < 3_000, "{few} of {}", counts.len());
        }
    }

    #[test]
    fn a_tax_identifier_belongs_to_one_entity_and_stands_on_three_records_of_five() {
        let records = companies(&wanted(false, 5));
        let mut owners: HashMap<&str, HashSet<&str>> = HashMap::new();
        let mut given: usize = 0;
        for record in &records {
            if let Some(id) = &record.tax_id {
                given += 1;
                owners.entry(id).or_default().insert(&record.entity);
            }
        }
        assert!(owners.values().all(|entities| entities.len() == 1));
        assert!((2_300..2_700).contains(&given), "{given}");
    }

    #[test]
    fn siblings_share_a_brand_but_are_other_entities() {
        let records = companies(&wanted(false, 7));
        let mut families: HashMap<&str, HashSet<&str>> = HashMap::new();
        for record in &records {
            families.entry(&record.family).or_default().insert(&record.entity);
        }
        let groups = families.values().filter(|entities| entities.len() > 1).count();
        assert!(groups * 100 / families.len() > 15, "{groups} of {}", families.len());
    }

    #[test]
    fn hidden_tax_identifiers_change_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (shown, hidden) = (folder.path().join("shown"), folder.path().join("hidden"));
        write(&wanted(false, 9), &shown).unwrap();
        write(&Wanted { hidden: true, ..wanted(false, 9) }, &hidden).unwrap();
        let read = |path| -> Vec<serde_json::Value> {
            std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let (mut shown, hidden) = (read(&shown), read(&hidden));
        assert_ne!(shown, hidden);
        shown.iter_mut().for_each(|record| record["tax_id"] = serde_json::Value::Null);
        assert_eq!(shown, hidden);
    }
}
