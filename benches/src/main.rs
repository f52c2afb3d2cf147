//! Benches of the engine, each beside a raw twin in the same run: plain `rusqlite` that writes the same rows, unique
//! keys, search words, journal entry and operation, or reads the same columns. Only the ratios count.
//!
//! `cargo xtask bench [--rows N] [--rounds N]`; the bars stand in `BARS`. With `--access` the rights of a large sales
//! force are measured instead, with `--catalogue` the search for products by parameters, with `--bmecat [FOLDER]` files
//! of catalogues, with `--prices` a large quote over `--rows` condition records, with
//! `--stored-prices` the same from a file that was just opened, with `--duplicates` the look for
//! duplicates at a save, with `--index` the same among companies in an index file and of a whole list; with
//! `--matching --out FILE` records are made for the search for duplicates, which `benches/matching` measures beside
//! splink. A reader who sees a part only is
//! measured against the raw twin that sees everything, for that is what a host would write without rights.

mod access;
mod bmecat;
mod catalogue;
mod duplicates;
mod index;
mod parties;
mod prices;
mod raw;
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use crm_core::engine::{Command, Session};
use crm_core::query::{Query, Sort};
use crm_core::store::Durability;
use crm_core::value::{Id, Result};

/// The measure, the smallest ratio raw time / engine time that we hold ourselves to.
const BARS: &[(&str, f64)] = &[
    ("CSV import, 1,000 per transaction", 0.60),
    ("1,000 commands per transaction", 0.60),
    ("one command, NORMAL", 0.65),
    ("one command, FULL", 0.90),
    ("get by id", 0.50),
    ("get by id, part and masked", 0.50),
    ("list of 50 by name", 0.40),
    ("list, a fifth is visible", 0.40),
    ("list, a fiftieth is visible", 0.40),
    ("list, a thousandth is visible", 0.40),
    ("journal of a record", 0.40),
];

/// Rows of the measures that need no large table.
const SMALL: usize = 20_000;

type Failure = Box<dyn std::error::Error>;
type Measured = (&'static str, f64, f64);

struct Options {
    rows: usize,
    rounds: usize,
    access: bool,
    bmecat: Option<Option<PathBuf>>,
    matching: bool,
    parties: parties::Wanted,
    out: Option<PathBuf>,
    catalogue: bool,
    duplicates: bool,
    index: bool,
    prices: bool,
    stored_prices: bool,
}

fn main() -> std::result::Result<(), Failure> {
    let options = options();
    if options.matching {
        let path =
            options.out.ok_or("--matching wants --out FILE; the comparison is `cargo xtask bench --matching`")?;
        return parties::write(&options.parties, &path);
    }
    let folder = tempfile::tempdir()?;
    if let Some(files) = &options.bmecat {
        return bmecat::measure(folder.path(), files.as_deref(), options.rows.div_ceil(100).min(1_000));
    }
    if options.access {
        return access::measure(folder.path(), options.rows);
    }
    if options.catalogue {
        return catalogue::measure(folder.path(), options.rows);
    }
    if options.index {
        return index::measure(folder.path(), options.rows);
    }
    if options.prices {
        return prices::measure(options.rows);
    }
    if options.stored_prices {
        return prices::stored(folder.path(), options.rows);
    }
    if options.duplicates {
        return duplicates::measure(folder.path(), options.rows, options.rounds);
    }
    println!("{} accounts of {} users, {} rounds", options.rows, world::OWNERS, options.rounds);
    let mut results = vec![commands(folder.path(), options.rows.min(SMALL))?];
    for (name, durability) in [("one command, NORMAL", Durability::Normal), ("one command, FULL", Durability::Full)] {
        results.push(single(name, durability, folder.path(), options.rounds)?);
    }
    let file = folder.path().join("engine.db");
    let crm = world::open(&file, Durability::Normal)?;
    let admin = crm.session("main", "admin")?;
    world::staff(&admin)?;
    results.push(import(&admin, &file, options.rows)?);
    let raw = raw::Reader::open(&file)?;
    let ids = raw.ids(options.rounds)?;
    results.push(get("get by id", &raw, &admin, &ids.of_all)?);
    results.push(get("get by id, part and masked", &raw, &crm.session("main", "region")?, &ids.of_region)?);
    for (name, login) in [
        ("list of 50 by name", "admin".to_owned()),
        ("list, a fifth is visible", "region".to_owned()),
        ("list, a fiftieth is visible", "team".to_owned()),
        ("list, a thousandth is visible", world::owner(7)),
    ] {
        results.push(list(name, &raw, &crm.session("main", &login)?, options.rounds.min(300))?);
    }
    results.push(pair(
        "journal of a record",
        || raw.journal(&ids.of_all),
        || {
            ids.of_all
                .iter()
                .try_for_each(|id| admin.history("account", *id).map(|found| drop(std::hint::black_box(found))))
        },
    )?);
    print(&results);
    Ok(())
}

fn options() -> Options {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, otherwise: usize| {
        let place = arguments.iter().position(|argument| argument == name);
        place.and_then(|place| arguments.get(place + 1)).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let rows = number("--rows", 100_000);
    let seed = u64::try_from(number("--seed", 1)).unwrap_or(1);
    let out = arguments.iter().position(|argument| argument == "--out");
    Options {
        rows: rows.max(world::OWNERS),
        rounds: number("--rounds", 3_000).max(10),
        access: given("--access"),
        bmecat: given("--bmecat").then(|| {
            let place = arguments.iter().position(|argument| argument == "--bmecat")?;
            arguments.get(place + 1).filter(|next| !next.starts_with("--")).map(PathBuf::from)
        }),
        catalogue: given("--catalogue"),
        duplicates: given("--duplicates"),
        index: given("--index"),
        prices: given("--prices"),
        stored_prices: given("--stored-prices"),
        matching: given("--matching"),
        parties: parties::Wanted { rows, seed, persons: given("--persons"), hidden: given("--hide-tax-ids") },
        out: out.and_then(|place| arguments.get(place + 1)).map(PathBuf::from),
    }
}

/// The whole file at once, as a host would give it.
fn import(admin: &Session, file: &Path, rows: usize) -> std::result::Result<Measured, Failure> {
    let (text, mapping) = (world::csv(rows), world::mapping());
    let start = Instant::now();
    let report = admin.import_csv(text.as_bytes(), &mapping, false)?;
    let engine = start.elapsed().as_secs_f64();
    if report.created != u64::try_from(rows)? {
        return Err(
            format!("only {} of {rows} rows were imported: {:?}", report.created, report.rejects.first()).into()
        );
    }
    let twin = raw::Twin::beside(file)?;
    let raw = twin.import(0)?;
    twin.remove()?;
    Ok(("CSV import, 1,000 per transaction", raw, engine))
}

fn commands(folder: &Path, rows: usize) -> std::result::Result<Measured, Failure> {
    let file = folder.join("commands.db");
    let crm = world::open(&file, Durability::Normal)?;
    let engine = in_batches(&crm.session("main", "admin")?, rows)?;
    let raw = raw::Twin::beside(&file)?.import(0)?;
    Ok(("1,000 commands per transaction", raw, engine))
}

fn in_batches(session: &Session, rows: usize) -> Result<f64> {
    let mut seconds = 0.0;
    for first in (0..rows).step_by(1_000) {
        let commands: Vec<Command> = (first..(first + 1_000).min(rows)).map(world::create).collect();
        let start = Instant::now();
        session.execute_all(&commands, None)?;
        seconds += start.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

fn single(
    name: &'static str,
    durability: Durability,
    folder: &Path,
    rounds: usize,
) -> std::result::Result<Measured, Failure> {
    let file = folder.join(format!("{durability}.db"));
    let crm = world::open(&file, durability)?;
    let session = crm.session("main", "admin")?;
    let rounds = if durability == Durability::Full { rounds.min(500) } else { rounds };
    in_batches(&session, 1_000)?;
    let twin = raw::Twin::beside(&file)?;
    twin.import(0)?;
    let start = Instant::now();
    for number in 0..rounds {
        session.execute(world::create(1_000_000 + number))?;
    }
    let engine = start.elapsed().as_secs_f64();
    let raw = twin.one_by_one(1_000, durability == Durability::Full)?;
    Ok((name, raw, engine))
}

fn get(name: &'static str, raw: &raw::Reader, session: &Session, ids: &[Id]) -> std::result::Result<Measured, Failure> {
    let engine = || {
        ids.iter().try_for_each(|id| session.customers().account(*id).map(|found| drop(std::hint::black_box(found))))
    };
    pair(name, || raw.get(ids), engine)
}

fn list(
    name: &'static str,
    raw: &raw::Reader,
    session: &Session,
    rounds: usize,
) -> std::result::Result<Measured, Failure> {
    let query = Query { sort: vec![Sort { field: "name".into(), descending: false }], ..Query::default() };
    pair(
        name,
        || raw.list(rounds),
        || {
            for _ in 0..rounds {
                let page = session.customers().accounts(&query)?;
                std::hint::black_box(page);
            }
            Ok(())
        },
    )
}

/// Runs both three times and keeps the best of each.
fn pair(
    name: &'static str,
    mut raw: impl FnMut() -> rusqlite::Result<()>,
    mut engine: impl FnMut() -> Result<()>,
) -> std::result::Result<Measured, Failure> {
    let (mut best_raw, mut best_engine) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..3 {
        let start = Instant::now();
        raw()?;
        best_raw = best_raw.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        engine()?;
        best_engine = best_engine.min(start.elapsed().as_secs_f64());
    }
    Ok((name, best_raw, best_engine))
}

fn print(results: &[Measured]) {
    println!("{:<36} {:>10} {:>10} {:>7} {:>6}", "measure", "raw s", "engine s", "ratio", "bar");
    for (name, raw, engine) in results {
        let bar = BARS.iter().find(|(bar, _)| bar == name).map_or(0.0, |(_, bar)| *bar);
        let ratio = raw / engine;
        let verdict = if ratio >= bar { "" } else { "  below the bar" };
        println!("{name:<36} {raw:>10.3} {engine:>10.3} {ratio:>7.2} {bar:>6.2}{verdict}");
    }
}
