//! The raw twin: the same rows through plain `rusqlite`, without rights, validation or typed values.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crm_core::value::{Id, index_text};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The rows of one record in every table.
pub struct Rows {
    account: Vec<Value>,
    words: Vec<Value>,
    keys: Vec<Value>,
    journal: Vec<Value>,
}

const SEARCHED: [&str; 3] = ["name", "code", "short_name"];

/// An empty database with the same tables, and all rows of the first one.
pub fn copy_of(engine: &Path, folder: &Path) -> rusqlite::Result<(PathBuf, Vec<Rows>)> {
    let source = Connection::open(engine)?;
    let stem = engine.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = folder.join(format!("{stem}-raw.db"));
    let target = Connection::open(&path)?;
    target.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
    let mut statement = source.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY type = 'index'")?;
    let scripts = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    target.execute_batch(&scripts.join(";\n"))?;
    Ok((path, rows_after(engine, 0)?))
}

/// The rows of the accounts behind the first `skip`.
pub fn rows_after(engine: &Path, skip: usize) -> rusqlite::Result<Vec<Rows>> {
    let source = Connection::open(engine)?;
    let mut accounts = source.prepare("SELECT * FROM account ORDER BY rid LIMIT -1 OFFSET ?1")?;
    let columns: Vec<String> = accounts.column_names().map(str::to_owned).collect();
    let place = |name: &str| columns.iter().position(|column| column == name).unwrap_or(0);
    let places = SEARCHED.map(place);
    let id = place("id");
    let mut keys =
        source.prepare("SELECT * FROM unique_key WHERE entity = 'account' AND kind = 'code' AND value = ?1")?;
    let mut journal = source.prepare("SELECT * FROM journal WHERE record = ?1")?;
    let mut found = Vec::new();
    let mut rows = accounts.query([i64::try_from(skip).unwrap_or(i64::MAX)])?;
    while let Some(row) = rows.next()? {
        let account = values(row, columns.len())?;
        let words = places.iter().map(|place| match account.get(*place) {
            Some(Value::Text(text)) => Value::Text(index_text(text).unwrap_or_default()),
            _ => Value::Text(String::new()),
        });
        let scope = match (account.get(place("tenant")), account.get(place("owner"))) {
            (Some(Value::Integer(tenant)), Some(Value::Blob(owner))) => format!("t{tenant} o{}", hexadecimal(owner)),
            _ => String::new(),
        };
        let words = std::iter::once(Value::Text(scope)).chain(words).collect();
        let code = account.get(place("code")).cloned().unwrap_or(Value::Null);
        let record = account.get(id).cloned().unwrap_or(Value::Null);
        let keys = keys.query_row([code], |row| values(row, 5))?;
        let journal = journal.query_row([record], |row| values(row, 11))?;
        found.push(Rows { account, words, keys, journal });
    }
    Ok(found)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn values(row: &rusqlite::Row<'_>, count: usize) -> rusqlite::Result<Vec<Value>> {
    (0..count).map(|place| row.get(place)).collect()
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn write(target: &Connection, row: &Rows) -> rusqlite::Result<()> {
    let mut account = target.prepare_cached(&format!("INSERT INTO account VALUES ({})", places(row.account.len())))?;
    account.execute(params_from_iter(&row.account))?;
    let rowid = row.account.first().cloned().unwrap_or(Value::Null);
    let words = std::iter::once(&rowid).chain(&row.words);
    let mut search = target
        .prepare_cached("INSERT INTO account_search (rowid, scope, name, code, short_name) VALUES (?, ?, ?, ?, ?)")?;
    search.execute(params_from_iter(words))?;
    target.prepare_cached("INSERT INTO unique_key VALUES (?, ?, ?, ?, ?)")?.execute(params_from_iter(&row.keys))?;
    let mut journal = target.prepare_cached(&format!("INSERT INTO journal VALUES ({})", places(row.journal.len())))?;
    journal.execute(params_from_iter(&row.journal)).map(|_| ())
}

fn operation(target: &Connection, number: usize) -> rusqlite::Result<()> {
    let sql = "INSERT INTO operation VALUES (1, ?1, '', ?2, 0)";
    target.prepare_cached(sql)?.execute((number.to_be_bytes(), "x".repeat(200))).map(|_| ())
}

/// A thousand records in a transaction; seconds.
pub fn import(target: &Path, rows: &[Rows]) -> rusqlite::Result<f64> {
    let mut target = Connection::open(target)?;
    target.execute_batch("PRAGMA cache_size = -65536; PRAGMA synchronous = NORMAL;")?;
    let start = Instant::now();
    for (number, batch) in rows.chunks(1_000).enumerate() {
        let transaction = target.transaction()?;
        for row in batch {
            write(&transaction, row)?;
        }
        operation(&transaction, number)?;
        transaction.commit()?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// One record in a transaction; seconds.
pub fn one_by_one(target: &Path, rows: &[Rows], full: bool) -> rusqlite::Result<f64> {
    let mut target = Connection::open(target)?;
    let synchronous = if full { "FULL" } else { "NORMAL" };
    target.execute_batch(&format!("PRAGMA cache_size = -65536; PRAGMA synchronous = {synchronous};"))?;
    let start = Instant::now();
    for (number, row) in rows.iter().enumerate() {
        let transaction = target.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let sql = "INSERT INTO number_series VALUES (1, 'account', 2) ON CONFLICT DO UPDATE SET next = next + 1";
        transaction.prepare_cached(sql)?.execute([])?;
        write(&transaction, row)?;
        operation(&transaction, 1_000_000 + number)?;
        transaction.commit()?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Reads with prepared statements.
pub struct Reader(Connection);

impl Reader {
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA cache_size = -65536;")?;
        Ok(Self(connection))
    }

    fn each(&self, sql: &str, parameters: impl rusqlite::Params) -> rusqlite::Result<()> {
        let mut statement = self.0.prepare_cached(sql)?;
        let count = statement.column_count();
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            std::hint::black_box(values(row, count)?);
        }
        Ok(())
    }

    pub fn get(&self, ids: &[Id]) -> rusqlite::Result<()> {
        ids.iter().try_for_each(|id| self.each("SELECT * FROM account WHERE tenant = 1 AND id = ?1", [id.as_bytes()]))
    }

    pub fn list(&self, rounds: usize) -> rusqlite::Result<()> {
        let sql = "SELECT * FROM account WHERE tenant = 1 AND deleted = 0 ORDER BY name, id LIMIT 51";
        (0..rounds).try_for_each(|_| self.each(sql, []))
    }

    pub fn journal(&self, ids: &[Id]) -> rusqlite::Result<()> {
        let sql = "SELECT * FROM journal WHERE tenant = 1 AND record = ?1 ORDER BY sequence";
        ids.iter().try_for_each(|id| self.each(sql, [id.as_bytes()]))
    }
}
