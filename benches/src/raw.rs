//! The raw twin: the same rows through plain `rusqlite`, without rights, validation or typed values.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crm_core::value::{Id, index_text};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

/// Rows that are read, and then written in one transaction.
const BATCH: i64 = 1_000;

/// The rows of one record in every table.
struct Rows {
    account: Vec<Value>,
    words: Vec<Value>,
    keys: Vec<Vec<Value>>,
    entries: Vec<Vec<Value>>,
    match_keys: Vec<Vec<Value>>,
    matched: Vec<Vec<Value>>,
    journal: Vec<Value>,
}

const SEARCHED: [&str; 3] = ["name", "code", "short_name"];

/// A second database with the same tables, which takes the rows of the first one.
pub struct Twin {
    source: Connection,
    path: PathBuf,
}

impl Twin {
    /// An empty one beside the file of the engine.
    pub fn beside(engine: &Path) -> rusqlite::Result<Self> {
        let source = Connection::open(engine)?;
        let path = engine.with_extension("raw.db");
        let target = Connection::open(&path)?;
        target.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        target.execute_batch(&tables(&source)?.join(";\n"))?;
        Ok(Self { source, path })
    }

    pub fn remove(self) -> std::io::Result<()> {
        std::fs::remove_file(self.path)
    }

    /// A thousand records in a transaction; the seconds that writing took.
    pub fn import(&self, skip: i64) -> rusqlite::Result<f64> {
        let mut target = self.target("NORMAL")?;
        let mut seconds = 0.0;
        let mut reader = Records::new(&self.source, skip)?;
        for number in 0.. {
            let batch = reader.next_batch()?;
            if batch.is_empty() {
                break;
            }
            let start = Instant::now();
            let transaction = target.transaction()?;
            for row in &batch {
                write(&transaction, row)?;
            }
            operation(&transaction, number)?;
            transaction.commit()?;
            seconds += start.elapsed().as_secs_f64();
        }
        Ok(seconds)
    }

    /// One record in a transaction, for the records behind the first `skip`; seconds.
    pub fn one_by_one(&self, skip: i64, full: bool) -> rusqlite::Result<f64> {
        let mut target = self.target(if full { "FULL" } else { "NORMAL" })?;
        let mut seconds = 0.0;
        let mut reader = Records::new(&self.source, skip)?;
        let mut done = 1_000_000;
        loop {
            let batch = reader.next_batch()?;
            if batch.is_empty() {
                return Ok(seconds);
            }
            let start = Instant::now();
            for row in &batch {
                let transaction = target.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
                let sql =
                    "INSERT INTO number_series VALUES (1, 'account', 2) ON CONFLICT DO UPDATE SET next = next + 1";
                transaction.prepare_cached(sql)?.execute([])?;
                write(&transaction, row)?;
                operation(&transaction, done)?;
                transaction.commit()?;
                done += 1;
            }
            seconds += start.elapsed().as_secs_f64();
        }
    }

    fn target(&self, synchronous: &str) -> rusqlite::Result<Connection> {
        let target = Connection::open(&self.path)?;
        target.execute_batch(&format!("PRAGMA cache_size = -65536; PRAGMA synchronous = {synchronous};"))?;
        Ok(target)
    }
}

/// The scripts of all tables, and of the indexes after them. Virtual tables make their shadows themselves.
fn tables(source: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '%\\_search\\_%' ESCAPE '\\'
               AND name NOT LIKE 'sqlite%' ORDER BY type = 'index'";
    source.prepare(sql)?.query_map([], |row| row.get::<_, String>(0))?.collect()
}

/// The accounts of the engine's file with all that belongs to them, batch by batch.
struct Records<'a> {
    source: &'a Connection,
    columns: Vec<String>,
    after: i64,
}

impl<'a> Records<'a> {
    fn new(source: &'a Connection, skip: i64) -> rusqlite::Result<Self> {
        // Keys are found by their value; here they are asked for by record.
        source.execute_batch(
            "DROP TABLE IF EXISTS temp.held;
             CREATE TEMP TABLE held AS SELECT * FROM main.unique_key WHERE entity = 'account';
             CREATE INDEX temp.held_record ON held (record);
             DROP TABLE IF EXISTS temp.entries;
             CREATE TEMP TABLE entries AS SELECT * FROM main.list_key WHERE entity = 'account';
             CREATE INDEX temp.entries_record ON entries (record);
             DROP TABLE IF EXISTS temp.matching;
             CREATE TEMP TABLE matching AS SELECT * FROM main.match_key WHERE space = 1;
             CREATE INDEX temp.matching_record ON matching (rid);
             DROP TABLE IF EXISTS temp.record_matched;
             CREATE TEMP TABLE record_matched AS SELECT * FROM main.match_record WHERE space = 1;
             CREATE INDEX temp.record_matched_record ON record_matched (rid)",
        )?;
        let sql = "SELECT coalesce(max(rid), 0) FROM (SELECT rid FROM account ORDER BY rid LIMIT ?1)";
        let after = source.query_row(sql, [skip], |row| row.get(0))?;
        let statement = source.prepare("SELECT * FROM account")?;
        let columns = statement.column_names().map(str::to_owned).collect();
        Ok(Self { source, columns, after })
    }

    fn next_batch(&mut self) -> rusqlite::Result<Vec<Rows>> {
        let mut accounts = self.source.prepare_cached("SELECT * FROM account WHERE rid > ?1 ORDER BY rid LIMIT ?2")?;
        let mut rows = accounts.query(params![self.after, BATCH])?;
        let mut batch = Vec::new();
        while let Some(row) = rows.next()? {
            let account = values(row, self.columns.len())?;
            batch.push(self.with_rest(account)?);
        }
        if let Some(Value::Integer(rid)) = batch.last().and_then(|rows| rows.account.first()) {
            self.after = *rid;
        }
        Ok(batch)
    }

    /// The keys of a record.
    fn kept(&self, table: &str, record: &Value) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut keys = self.source.prepare_cached(&format!("SELECT * FROM {table} WHERE record = ?1"))?;
        keys.query_map([record], |row| values(row, 5))?.collect()
    }

    /// What a record is matched by.
    fn matched(&self, table: &str, rid: &Value) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut matched = self.source.prepare_cached(&format!("SELECT * FROM {table} WHERE rid = ?1"))?;
        let width = matched.column_count();
        matched.query_map([rid], |row| values(row, width))?.collect()
    }

    fn with_rest(&self, account: Vec<Value>) -> rusqlite::Result<Rows> {
        let column = |name: &str| {
            let place = self.columns.iter().position(|column| column == name);
            place.and_then(|place| account.get(place)).unwrap_or(&Value::Null)
        };
        let words = SEARCHED.map(|name| match column(name) {
            Value::Text(text) => Value::Text(index_text(text).unwrap_or_default()),
            _ => Value::Text(String::new()),
        });
        let scope = match column("tenant") {
            Value::Integer(tenant) => format!("t{tenant}"),
            _ => String::new(),
        };
        let words = std::iter::once(Value::Text(scope)).chain(words).collect();
        let keys = self.kept("held", column("id"))?;
        let entries = self.kept("entries", column("id"))?;
        let match_keys = self.matched("matching", column("rid"))?;
        let matched = self.matched("record_matched", column("rid"))?;
        let mut journal = self.source.prepare_cached("SELECT * FROM journal WHERE record = ?1")?;
        let width = journal.column_count();
        let journal = journal.query_row([column("id")], |row| values(row, width))?;
        Ok(Rows { words, keys, entries, match_keys, matched, journal, account })
    }
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
    for key in &row.keys {
        target.prepare_cached("INSERT INTO unique_key VALUES (?, ?, ?, ?, ?)")?.execute(params_from_iter(key))?;
    }
    for entry in &row.entries {
        target.prepare_cached("INSERT INTO list_key VALUES (?, ?, ?, ?, ?)")?.execute(params_from_iter(entry))?;
    }
    for key in &row.match_keys {
        target.prepare_cached("INSERT INTO match_key VALUES (?, ?, ?, ?, ?)")?.execute(params_from_iter(key))?;
    }
    for entry in &row.matched {
        target
            .prepare_cached("INSERT INTO match_record VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params_from_iter(entry))?;
    }
    let mut journal = target.prepare_cached(&format!("INSERT INTO journal VALUES ({})", places(row.journal.len())))?;
    journal.execute(params_from_iter(&row.journal)).map(|_| ())
}

fn operation(target: &Connection, number: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO operation VALUES (1, ?1, '', ?2, 0)";
    target.prepare_cached(sql)?.execute((number.to_be_bytes(), "x".repeat(200))).map(|_| ())
}

/// Identifiers to ask for.
pub struct Ids {
    /// Of any account.
    pub of_all: Vec<Id>,
    /// Of accounts that the region sees.
    pub of_region: Vec<Id>,
}

/// Reads with prepared statements.
pub struct Reader(Connection);

impl Reader {
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA cache_size = -65536;")?;
        Ok(Self(connection))
    }

    /// Identifiers from all over the table.
    pub fn ids(&self, count: usize) -> rusqlite::Result<Ids> {
        let ids = |condition: &str| {
            let sql = format!("SELECT id FROM account WHERE {condition} ORDER BY rid * 7919 % 1000003 LIMIT ?1");
            let mut statement = self.0.prepare(&sql)?;
            let rows =
                statement.query_map([i64::try_from(count).unwrap_or(i64::MAX)], |row| row.get::<_, [u8; 16]>(0))?;
            rows.map(|id| id.map(Id::from_bytes)).collect::<rusqlite::Result<Vec<_>>>()
        };
        let owners = "SELECT id FROM user WHERE login < 'user200'";
        Ok(Ids { of_all: ids("1")?, of_region: ids(&format!("owner IN ({owners} AND login LIKE 'user%')"))? })
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

    /// Everything, by another field.
    pub fn list_by(&self, field: &str) -> rusqlite::Result<()> {
        self.each(&format!("SELECT * FROM account WHERE tenant = 1 AND deleted = 0 ORDER BY {field}, id LIMIT 51"), [])
    }

    /// Milliseconds to write one row for each account that fulfils a condition, with the keys that grants have, and to
    /// delete them again.
    pub fn grant_where(&self, condition: &str) -> rusqlite::Result<(f64, f64)> {
        self.0.execute_batch(
            "CREATE TABLE raw_grant (tenant INTEGER NOT NULL, entity TEXT NOT NULL, principal BLOB NOT NULL, rid INTEGER NOT NULL, cause BLOB NOT NULL, level INTEGER NOT NULL, PRIMARY KEY (tenant, entity, principal, rid, cause)) STRICT, WITHOUT ROWID;
             CREATE INDEX raw_grant_record ON raw_grant (tenant, entity, rid);",
        )?;
        let run = |sql: &str| -> rusqlite::Result<f64> {
            let start = std::time::Instant::now();
            self.0.execute(sql, [])?;
            Ok(start.elapsed().as_secs_f64() * 1e3)
        };
        let write = run(&format!(
            "INSERT INTO raw_grant SELECT 1, 'account', zeroblob(16), rid, zeroblob(16), 1 FROM account WHERE {condition}"
        ))?;
        let delete = run("DELETE FROM raw_grant WHERE tenant = 1 AND entity = 'account' AND principal = zeroblob(16)")?;
        self.0.execute_batch("DROP TABLE raw_grant")?;
        Ok((write, delete))
    }

    pub fn journal(&self, ids: &[Id]) -> rusqlite::Result<()> {
        let sql = "SELECT * FROM journal WHERE tenant = 1 AND record = ?1 ORDER BY sequence";
        ids.iter().try_for_each(|id| self.each(sql, [id.as_bytes()]))
    }
}
