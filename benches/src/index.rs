//! The check at insert among many records in an index file, and the search for duplicates of the whole list.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use crm_core::engine::MatchIndex;
use crm_core::matching::{DedupeOptions, Features, MatchKind, MatchRecord, dedupe, features_of, learn};
use rusqlite::Connection;

use crate::{Failure, parties};

/// Records of which one in the index is known to be the same are asked for.
const ASKED: usize = 4_000;
/// A model is learnt from so many records.
const LEARNT: usize = 100_000;
/// Milliseconds that half and 99 of 100 checks may take.
const BARS: [f64; 2] = [1.0, 10.0];
/// More records than this with one key: a raw reader stops.
const CAP: i64 = 201;

/// Makes the index of `rows` companies, asks for others that are the same as one in it, and prints times beside those of plain
/// reads of the same keys.
pub fn measure(folder: &Path, rows: usize) -> Result<(), Failure> {
    let wanted = parties::Wanted { rows: rows + rows / 4, seed: 7, persons: false, hidden: false };
    let (asked, kept) = parts(parties::records(&wanted), rows);
    let kind = MatchKind::Organisation;
    let start = Instant::now();
    let truth: HashMap<String, String> =
        kept.iter().map(|(record, entity)| (record.id.clone(), entity.clone())).collect();
    let records: Vec<MatchRecord> = kept.into_iter().map(|(record, _)| record).collect();
    let features = features_of(kind, &records, 2);
    println!("{} records, normal forms in {:.1} s on two threads", records.len(), start.elapsed().as_secs_f64());
    drop(records);
    let options = DedupeOptions { threads: 2, ..DedupeOptions::new(kind) };
    let model = learn(features.iter().take(LEARNT).cloned().collect(), &options)?;
    let options = DedupeOptions { model: Some(model), ..options };
    batch(&features, &options)?;
    let start = Instant::now();
    let path = folder.join("index.db");
    let index = MatchIndex::make(&path, features, &options)?;
    let size = std::fs::metadata(&path)?.len() / 1_000_000;
    println!("index of {size} MB made in {:.1} s", start.elapsed().as_secs_f64());
    queries(&index, &path, &asked, &truth)
}

/// Records to ask for, and those of the index: whoever is asked for has another record in the index.
type Known = (MatchRecord, String);

fn parts(records: Vec<parties::Record>, rows: usize) -> (Vec<Known>, Vec<Known>) {
    let mut all: Vec<Known> = records.into_iter().map(|record| (matched(&record), record.entity)).collect();
    let rest = all.split_off(rows.min(all.len()));
    let known: std::collections::HashSet<&str> = all.iter().map(|(_, entity)| entity.as_str()).collect();
    let asked = rest.into_iter().filter(|(_, entity)| known.contains(entity.as_str())).take(ASKED).collect();
    (asked, all)
}

fn matched(record: &parties::Record) -> MatchRecord {
    MatchRecord {
        id: record.id.clone(),
        name: record.name.clone(),
        contact: record.contact.clone(),
        address: record.address.clone(),
        street: record.street.clone(),
        city: record.city.clone(),
        region: record.region.clone(),
        postcode: record.postcode.clone(),
        country: record.country.clone(),
        phone: record.phone.clone(),
        email: record.email.clone(),
        website: record.website.clone(),
        tax_id: record.tax_id.clone(),
        ..MatchRecord::default()
    }
}

fn batch(features: &[(String, Features)], options: &DedupeOptions) -> Result<(), Failure> {
    let start = Instant::now();
    let copy = features.to_vec();
    let found = dedupe(copy, options)?;
    let seconds = start.elapsed().as_secs_f64();
    let (pairs, clusters) = (found.compared, found.clusters.len());
    println!("whole list: {pairs} pairs compared, {clusters} clusters, {seconds:.1} s on two threads, model given");
    Ok(())
}

fn queries(index: &MatchIndex, path: &Path, asked: &[Known], truth: &HashMap<String, String>) -> Result<(), Failure> {
    let raw = Connection::open(path)?;
    let (mut checks, mut reads, mut found) = (Vec::new(), Vec::new(), 0_usize);
    for (record, entity) in asked {
        let features = record.features(MatchKind::Organisation);
        let start = Instant::now();
        let hits = index.query(&record.features(MatchKind::Organisation), 100)?;
        checks.push(start.elapsed().as_secs_f64() * 1e3);
        found += usize::from(hits.iter().any(|hit| truth.get(&hit.id) == Some(entity)));
        let start = Instant::now();
        read(&raw, &features)?;
        reads.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let (checks, reads) = (shares(checks), shares(reads));
    println!("{:<12} {:>10} {:>10} {:>7} {:>6}", "check at", "raw ms", "engine ms", "ratio", "bar");
    for ((name, bar), (raw, engine)) in ["p50", "p99"].into_iter().zip(BARS).zip(reads.into_iter().zip(checks)) {
        let verdict = if engine <= bar { "" } else { "  above the bar" };
        println!("{name:<12} {raw:>10.3} {engine:>10.3} {:>7.2} {bar:>6.1}{verdict}", raw / engine);
    }
    let recall = 100.0 * f64::from(u32::try_from(found)?) / f64::from(u32::try_from(asked.len().max(1))?);
    println!("the same company was among the hits of {recall:.1} of 100");
    Ok(())
}

/// The same keys, and the records behind them, with plain statements.
fn read(raw: &Connection, features: &Features) -> Result<(), Failure> {
    let mut keys = raw.prepare_cached("SELECT number FROM match_key WHERE hash = ?1 ORDER BY number LIMIT ?2")?;
    let mut blob = raw.prepare_cached("SELECT features FROM record WHERE number = ?1")?;
    let mut numbers = std::collections::BTreeSet::new();
    for key in features.keys(MatchKind::Organisation) {
        let rows = keys.query_map([key.hash, CAP], |row| row.get::<_, i64>(0))?;
        numbers.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    for number in numbers.iter().take(1_000) {
        std::hint::black_box(blob.query_row([number], |row| row.get::<_, Vec<u8>>(0))?);
    }
    Ok(())
}

/// The middle one and the 99th of a hundred.
fn shares(mut times: Vec<f64>) -> [f64; 2] {
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    [at(50), at(99)]
}
