//! Benches of the engine, each beside a raw twin in the same run: plain `rusqlite` that writes the same rows, unique
//! keys, search words, journal entry and operation, or reads the same columns. Only the ratios count.
//!
//! `cargo xtask bench [--rows N] [--rounds N]`; the bars stand in `BARS`.

mod raw;

use std::path::Path;
use std::time::Instant;

use crm_core::customer::{Account, Channel, ChannelKind, CustomerCommand};
use crm_core::engine::{Command, Crm, Session, SetupOptions};
use crm_core::query::{Query, Sort};
use crm_core::store::{Durability, SqliteOptions};
use crm_core::value::{Id, Result};

/// The measure, the smallest ratio raw time / engine time that we hold ourselves to.
const BARS: &[(&str, f64)] = &[
    ("import, 1,000 per transaction", 0.60),
    ("one command, NORMAL", 0.65),
    ("one command, FULL", 0.90),
    ("get by id", 0.50),
    ("list of 50 by name", 0.40),
    ("journal of a record", 0.40),
];

struct Options {
    rows: usize,
    rounds: usize,
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let options = options();
    let folder = tempfile::tempdir()?;
    let mut results = Vec::new();
    println!("{} accounts, {} rounds", options.rows, options.rounds);

    let engine_file = folder.path().join("engine.db");
    let crm = open(&engine_file, Durability::Normal)?;
    let session = crm.session("main", "admin")?;
    let (ids, engine_import) = import(&session, options.rows)?;
    let (raw_file, rows) = raw::copy_of(&engine_file, folder.path())?;
    let raw_import = raw::import(&raw_file, &rows)?;
    results.push(("import, 1,000 per transaction", raw_import, engine_import));

    for (name, durability) in [("one command, NORMAL", Durability::Normal), ("one command, FULL", Durability::Full)] {
        results.push(single(name, durability, folder.path(), options.rounds)?);
    }
    let some: Vec<Id> = (0..options.rounds).filter_map(|round| ids.get(round * 7919 % ids.len()).copied()).collect();
    let raw = raw::Reader::open(&engine_file)?;
    results.push(pair(
        "get by id",
        || raw.get(&some),
        || {
            for id in &some {
                std::hint::black_box(session.customers().account(*id)?);
            }
            Ok(())
        },
    )?);
    let lists = options.rounds.min(500);
    results.push(pair(
        "list of 50 by name",
        || raw.list(lists),
        || {
            let query = Query { sort: vec![Sort { field: "name".into(), descending: false }], ..Query::default() };
            for _ in 0..lists {
                std::hint::black_box(session.customers().accounts(&query)?);
            }
            Ok(())
        },
    )?);
    results.push(pair(
        "journal of a record",
        || raw.journal(&some),
        || {
            for id in &some {
                std::hint::black_box(session.history("account", *id)?);
            }
            Ok(())
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
    Options { rows: number("--rows", 100_000).max(1_000), rounds: number("--rounds", 5_000).max(10) }
}

fn open(path: &Path, durability: Durability) -> Result<Crm> {
    let crm = Crm::open_with(path, SqliteOptions { durability, ..SqliteOptions::default() })?;
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "Bench".into(),
        base_currency: "EUR".parse()?,
        time_zone: "Europe/Berlin".into(),
        admin_login: "admin".into(),
    })?;
    Ok(crm)
}

fn account(number: usize) -> Account {
    let places = ["苏州", "无锡", "宁波", "Stuttgart", "Milano", "Nagoya"];
    let place = places.get(number % places.len()).copied().unwrap_or_default();
    Account {
        name: format!("{place}精密机械 {:06} 有限公司", number * 7_919 % 1_000_003),
        industry: Some("machine tools".into()),
        grade: Some(["A", "B", "C"].get(number % 3).copied().unwrap_or_default().into()),
        city: Some(place.into()),
        country: Some("CN".into()),
        employees: i64::try_from(number % 5_000).ok(),
        channels: vec![Channel {
            kind: ChannelKind::Phone,
            value: format!("+86 512 {number:08}"),
            ..Channel::default()
        }],
        ..Account::default()
    }
}

fn create(number: usize) -> Command {
    Command::Customer(CustomerCommand::CreateAccount { account: account(number) })
}

fn import(session: &Session, rows: usize) -> Result<(Vec<Id>, f64)> {
    let mut ids = Vec::with_capacity(rows);
    let mut seconds = 0.0;
    for first in (0..rows).step_by(1_000) {
        let commands: Vec<Command> = (first..(first + 1_000).min(rows)).map(create).collect();
        let start = Instant::now();
        let outcome = session.execute_all(&commands, None)?;
        seconds += start.elapsed().as_secs_f64();
        ids.extend(outcome.changes.iter().map(|change| change.id));
    }
    Ok((ids, seconds))
}

type Measured = (&'static str, f64, f64);

fn single(
    name: &'static str,
    durability: Durability,
    folder: &Path,
    rounds: usize,
) -> std::result::Result<Measured, Box<dyn std::error::Error>> {
    let file = folder.join(format!("{durability}.db"));
    let crm = open(&file, durability)?;
    let session = crm.session("main", "admin")?;
    let rounds = if durability == Durability::Full { rounds.min(500) } else { rounds };
    import(&session, 1_000)?;
    let (twin, rows) = raw::copy_of(&file, folder)?;
    raw::import(&twin, &rows)?;
    let start = Instant::now();
    for number in 0..rounds {
        session.execute(create(1_000_000 + number))?;
    }
    let engine = start.elapsed().as_secs_f64();
    let rows = raw::rows_after(&file, 1_000)?;
    let raw = raw::one_by_one(&twin, &rows, durability == Durability::Full)?;
    Ok((name, raw, engine))
}

/// Runs both three times and keeps the best of each.
fn pair(
    name: &'static str,
    mut raw: impl FnMut() -> rusqlite::Result<()>,
    mut engine: impl FnMut() -> Result<()>,
) -> std::result::Result<Measured, Box<dyn std::error::Error>> {
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
    println!("{:<32} {:>10} {:>10} {:>7} {:>6}", "measure", "raw s", "engine s", "ratio", "bar");
    for (name, raw, engine) in results {
        let bar = BARS.iter().find(|(bar, _)| bar == name).map_or(0.0, |(_, bar)| *bar);
        let ratio = raw / engine;
        let verdict = if ratio >= bar { "" } else { "  below the bar" };
        println!("{name:<32} {raw:>10.3} {engine:>10.3} {ratio:>7.2} {bar:>6.2}{verdict}");
    }
}
