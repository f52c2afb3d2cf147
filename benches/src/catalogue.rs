//! The search for products by their technical parameters, beside the SQL that a host would write for it: a table of values
//! with figures in one unit, an index in their order, and one sub-select for each condition.

use std::path::Path;
use std::time::Instant;

use crm_core::Crm;
use crm_core::engine::{Command, Session, SetupOptions};
use crm_core::product::{
    ParameterChoice, ParameterComparison as By, ParameterCondition, ParameterKind, ParameterValue, Product,
    ProductClass, ProductCommand, ProductParameter, ProductSearch,
};
use crm_core::query::{AggregateQuery, Filter, Measure, MeasureFunction};
use crm_core::store::Durability;
use crm_core::value::{Decimal, FieldValue, Id, Result, json};
use rusqlite::{Connection, params};

use crate::{Failure, world};

/// Milliseconds that the first page of a search may take.
const BAR_MS: f64 = 30.0;
/// Commands in a transaction.
const BATCH: usize = 500;
/// Parameters of a product.
const PARAMETERS: usize = 50;
/// How often each search is asked; the best counts.
const TRIES: usize = 7;
const UNITS: [&str; 6] = ["V", "mA", "mm", "kg", "Hz", "W"];

/// Numbers that do not follow each other, the same in every run.
const fn scattered(number: usize, salt: usize) -> usize {
    let mut hash = (number as u64).wrapping_add((salt as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((hash ^ (hash >> 31)) >> 16) as usize
}

fn pick<T: Copy + Default>(list: &[T], number: usize) -> T {
    list.get(number % list.len()).copied().unwrap_or_default()
}

/// Protection, supply, temperature, material, and figures up to fifty.
fn values(number: usize) -> Vec<ParameterValue> {
    let at = |salt| scattered(number, salt);
    let plain = |list: &[i64], salt| Decimal::from(pick(list, at(salt)));
    let supply = ParameterValue::number("Un", plain(&[12, 24, 48, 110, 230], 1), Some("V"));
    let mut values = vec![
        ParameterValue::number("IP", plain(&[20, 44, 54, 65, 67, 68], 2), None),
        ParameterValue { tolerance_percent: Some(plain(&[5, 10, 15, 20], 3)), ..supply },
        ParameterValue::range("T", plain(&[-55, -40, -25, -20, 0], 4), plain(&[55, 70, 85, 105, 125], 5), Some("°C")),
        ParameterValue::choice("material", pick(&["PA", "PBT", "steel", "brass"], at(6))),
    ];
    let figures = values.len()..PARAMETERS;
    values.extend(figures.map(|place| {
        let figure = Decimal::new((at(place + 10) % 100_000) as i128, 2).unwrap_or_default();
        ParameterValue::number(&format!("P{place}"), figure, Some(pick(&UNITS, place)))
    }));
    values
}

fn product(number: usize, class: Id) -> Product {
    let (code, name) = (format!("A-{number:07}"), format!("Article {number}"));
    Product { code, name, product_class: Some(class), parameters: values(number), ..Product::default() }
}

fn define(session: &Session) -> Result<Id> {
    let class = ProductClass { code: "27".into(), name: "Electrical engineering".into(), ..ProductClass::default() };
    let class = session.products().create_product_class(&class)?.id;
    for value in values(0) {
        let kind = match (value.number_to.is_some(), value.choice.is_some()) {
            (true, _) => ParameterKind::Range,
            (_, true) => ParameterKind::Choice,
            _ => ParameterKind::Number,
        };
        let choice = |code: &str| ParameterChoice { code: code.into(), name: None };
        let choices =
            if value.choice.is_some() { ["PA", "PBT", "steel", "brass"].map(choice).to_vec() } else { Vec::new() };
        let name = value.parameter.clone();
        let definition = ProductParameter {
            product_class: class,
            code: value.parameter,
            name,
            kind: Some(kind),
            unit: value.unit,
            choices,
            ..ProductParameter::default()
        };
        session.products().create_product_parameter(&definition)?;
    }
    Ok(class)
}

fn fill(session: &Session, rows: usize) -> Result<f64> {
    let class = define(session)?;
    let start = Instant::now();
    for first in (0..rows).step_by(BATCH) {
        let numbers = first..rows.min(first + BATCH);
        let command = |number| Command::Product(ProductCommand::CreateProduct { product: product(number, class) });
        session.execute_all(&numbers.map(command).collect::<Vec<_>>(), None)?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// One search, as the engine and as SQL.
struct Asked {
    name: &'static str,
    conditions: Vec<ParameterCondition>,
    sql: &'static str,
}

fn searches() -> Vec<Asked> {
    let number = |code: &str, by, figure: i64, unit| ParameterCondition::number(code, by, figure.into(), unit);
    let protection = || number("IP", By::GreaterOrEqual, 65, None);
    let supply =
        || ParameterCondition { tolerance_percent: Some(10.into()), ..number("Un", By::Covers, 24, Some("V")) };
    let temperature = || ParameterCondition::range("T", By::Covers, ((-40).into(), 85.into()), Some("°C"));
    vec![
        Asked {
            name: "IP >= 65, 24 V +/-10 %, -40..85 C",
            conditions: vec![protection(), supply(), temperature()],
            sql: "rid IN (SELECT item FROM point WHERE parameter = 'IP' AND low >= 65)
                  AND rid IN (SELECT item FROM span WHERE parameter = 'Un' AND low <= 21.6 AND high >= 26.4)
                  AND rid IN (SELECT item FROM span WHERE parameter = 'T' AND low <= -40 AND high >= 85)",
        },
        Asked {
            name: "and 0.1 <= P7 <= 0.2 m, brass",
            conditions: vec![
                protection(),
                supply(),
                temperature(),
                ParameterCondition::text("material", "brass"),
                ParameterCondition::range(
                    "P8",
                    By::Within,
                    (Decimal::new(1, 1).unwrap_or_default(), Decimal::new(2, 1).unwrap_or_default()),
                    Some("m"),
                ),
            ],
            sql: "rid IN (SELECT item FROM point WHERE parameter = 'IP' AND low >= 65)
                  AND rid IN (SELECT item FROM span WHERE parameter = 'Un' AND low <= 21.6 AND high >= 26.4)
                  AND rid IN (SELECT item FROM span WHERE parameter = 'T' AND low <= -40 AND high >= 85)
                  AND rid IN (SELECT item FROM point WHERE parameter = 'material' AND low = 'brass')
                  AND rid IN (SELECT item FROM point WHERE parameter = 'P8' AND low BETWEEN 100 AND 200)",
        },
        Asked {
            name: "one figure of a hundred thousand",
            conditions: vec![number("P9", By::Equal, 123, Some("kg"))],
            sql: "rid IN (SELECT item FROM point WHERE parameter = 'P9' AND low = 123)",
        },
        Asked {
            name: "half of all",
            conditions: vec![protection()],
            sql: "rid IN (SELECT item FROM point WHERE parameter = 'IP' AND low >= 65)",
        },
    ]
}

/// The values in tables of their own, figures in the unit of the parameter and with their tolerance.
fn twin(path: &Path, rows: usize) -> std::result::Result<Connection, Failure> {
    let mut raw = Connection::open(path)?;
    raw.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;
         CREATE TABLE item (rid INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, parameters TEXT NOT NULL);
         CREATE TABLE point (parameter TEXT NOT NULL, low ANY NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (parameter, low, item)) STRICT, WITHOUT ROWID;
         CREATE TABLE span (parameter TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (parameter, low, high, item)) STRICT, WITHOUT ROWID;",
    )?;
    let figure = |decimal: Decimal| decimal.to_string().parse::<f64>().unwrap_or_default();
    for first in (0..rows).step_by(10_000) {
        let transaction = raw.transaction()?;
        for number in first..rows.min(first + 10_000) {
            let product = product(number, Id::NIL);
            let rid = i64::try_from(number)?;
            let list = json::to_canonical(&product.parameters)?;
            let item = "INSERT INTO item VALUES (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(item)?.execute(params![rid, product.code, product.name, list])?;
            for value in &product.parameters {
                let code = value.parameter.as_str();
                let mut point = transaction.prepare_cached("INSERT INTO point VALUES (?1, ?2, ?3)")?;
                if let Some(choice) = &value.choice {
                    point.execute(params![code, choice, rid])?;
                    continue;
                }
                let low = figure(value.number.unwrap_or_default());
                let high = value.number_to.map_or(low, figure);
                let off = value.tolerance_percent.map_or(0.0, figure) / 100.0;
                if code == "Un" || code == "T" {
                    let span = "INSERT INTO span VALUES (?1, ?2, ?3, ?4)";
                    let ends = (low - low.abs() * off, high + high.abs() * off);
                    transaction.prepare_cached(span)?.execute(params![code, ends.0, ends.1, rid])?;
                } else {
                    point.execute(params![code, low, rid])?;
                }
            }
        }
        transaction.commit()?;
    }
    Ok(raw)
}

/// The best of some tries, in milliseconds.
fn best<T>(mut run: impl FnMut() -> std::result::Result<T, Failure>) -> std::result::Result<(f64, T), Failure> {
    let mut best = f64::INFINITY;
    let mut last = run()?;
    for _ in 0..TRIES {
        let start = Instant::now();
        last = run()?;
        best = best.min(start.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok((best, last))
}

fn page(session: &Session, conditions: &[ParameterCondition]) -> std::result::Result<usize, Failure> {
    let search = ProductSearch { conditions: conditions.to_vec(), ..ProductSearch::default() };
    Ok(session.products().find_products(&search)?.items.len())
}

fn count(session: &Session, conditions: &[ParameterCondition]) -> std::result::Result<i64, Failure> {
    let filter =
        |condition: &ParameterCondition| Filter::Parameter { field: "parameters".into(), condition: condition.clone() };
    let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
    let filter = Some(Filter::All { filters: conditions.iter().map(filter).collect() });
    let found = session.aggregate("product", &AggregateQuery { measures, filter, ..AggregateQuery::default() })?;
    match found.first().and_then(|row| row.values.first()) {
        Some(FieldValue::Integer(count)) => Ok(*count),
        _ => Err("no count".into()),
    }
}

fn raw_page(raw: &Connection, sql: &str) -> std::result::Result<usize, Failure> {
    let sql = format!("SELECT rid, code, name, parameters FROM item WHERE {sql} ORDER BY rid LIMIT 51");
    let mut statement = raw.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut found = 0_usize;
    while let Some(row) = rows.next()? {
        let list: String = row.get(3)?;
        let values: Vec<ParameterValue> = json::from_text(&list)?;
        std::hint::black_box((row.get::<_, String>(1)?, row.get::<_, String>(2)?, values));
        found += 1;
    }
    Ok(found.min(50))
}

fn raw_count(raw: &Connection, sql: &str) -> std::result::Result<i64, Failure> {
    Ok(raw.prepare_cached(&format!("SELECT count(*) FROM item WHERE {sql}"))?.query_row([], |row| row.get(0))?)
}

pub fn measure(folder: &Path, rows: usize) -> std::result::Result<(), Failure> {
    println!("{rows} products with {PARAMETERS} parameters");
    let start = Instant::now();
    let raw = twin(&folder.join("raw.db"), rows)?;
    println!("raw twin filled in {:.1} s", start.elapsed().as_secs_f64());
    let crm = world::open(&folder.join("engine.db"), Durability::Normal)?;
    let admin = crm.session("main", "admin")?;
    println!("SQLite filled in {:.1} s", fill(&admin, rows)?);
    let memory = Crm::open_in_memory();
    memory.setup(SetupOptions {
        tenant: "main".into(),
        name: "Bench".into(),
        base_currency: "EUR".parse()?,
        time_zone: "Europe/Berlin".into(),
        admin_login: "admin".into(),
    })?;
    let in_memory = memory.session("main", "admin")?;
    println!("memory filled in {:.1} s", fill(&in_memory, rows)?);
    println!(
        "{:<34} {:>8} {:>9} {:>9} {:>7} {:>9} {:>9} {:>9}",
        "search", "found", "raw ms", "page ms", "ratio", "memory ms", "raw count", "count ms"
    );
    for asked in searches() {
        let (raw_ms, raw_found) = best(|| raw_page(&raw, asked.sql))?;
        let (engine_ms, found) = best(|| page(&admin, &asked.conditions))?;
        let (memory_ms, in_memory_found) = best(|| page(&in_memory, &asked.conditions))?;
        let (raw_count_ms, raw_counted) = best(|| raw_count(&raw, asked.sql))?;
        let (count_ms, counted) = best(|| count(&admin, &asked.conditions))?;
        if (raw_found, raw_counted) != (found, counted) || found != in_memory_found {
            return Err(format!("{}: {raw_counted} by SQL, {counted} by the engine", asked.name).into());
        }
        let verdict = if engine_ms <= BAR_MS && memory_ms <= BAR_MS { "" } else { "  over the bar" };
        println!(
            "{:<34} {counted:>8} {raw_ms:>9.2} {engine_ms:>9.2} {:>7.2} {memory_ms:>9.2} {raw_count_ms:>9.2} {count_ms:>9.2}{verdict}",
            asked.name,
            raw_ms / engine_ms,
        );
    }
    Ok(())
}
