//! Kill -9 in the middle of writes: nothing that was acknowledged is lost, no unit of work is half there, and a retry
//! has its effect once.
//!
//! The test starts this test program again as a child. The child says what it is about to write and what was
//! acknowledged; it is killed at a random moment, and the file it left behind is opened and judged.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::engines::setup;
use super::{Random, Sample, registry};
use crate::engine::{Command, Crm, RecordCommand, Session};
use crate::journal::{ChangeKind, JournalEntry};
use crate::query::{AggregateQuery, Comparison, Filter, Measure, MeasureFunction};
use crate::store::{Durability, SqliteOptions, SqliteStore};
use crate::value::{FieldValue, Id, RandomIds, SystemClock};

const ROUNDS: usize = 200;
const FILE: &str = "CRM_CRASH_FILE";
const FIRST: &str = "CRM_CRASH_FIRST";
const MARK: &str = "crm> ";

fn options(full: bool) -> SqliteOptions {
    let durability = if full { Durability::Full } else { Durability::Normal };
    SqliteOptions { durability, cache_kib: 4_096, ..SqliteOptions::default() }
}

fn engine(path: &Path, full: bool) -> (Crm, Session) {
    let store = SqliteStore::open(path, options(full), registry()).unwrap();
    let ids = Arc::new(RandomIds::default());
    let crm = Crm::with_store_and_registry(Box::new(store), Arc::new(SystemClock), ids, registry());
    let admin = crm.session("main", "admin").unwrap();
    (crm, admin)
}

/// How many records a batch makes.
fn size(number: i64) -> i64 {
    1 + number % 7
}

/// Batch `number`: new records, and a change of the one record that every batch changes.
fn batch(number: i64, ledger: Id, version: i64) -> Vec<Command> {
    let create = |place: i64| {
        let fields = HashMap::from([
            ("name".to_owned(), FieldValue::from(format!("批 {number} {place}"))),
            ("code".to_owned(), FieldValue::from(format!("{number}-{place}"))),
            ("count".to_owned(), FieldValue::from(number)),
            ("note".to_owned(), FieldValue::from("steel ".repeat(50))),
        ]);
        Command::Record(RecordCommand::Create { entity: "sample".into(), fields })
    };
    let fields = HashMap::from([("amount".to_owned(), FieldValue::from(number))]);
    let update = RecordCommand::Update { entity: "sample".into(), id: ledger, expected_version: version, fields };
    (0..size(number)).map(create).chain([Command::Record(update)]).collect()
}

/// What the child says before it writes.
#[derive(Debug, Clone, Copy)]
struct Started {
    number: i64,
    op_id: Id,
    version: i64,
}

/// The child: writes batches until it is killed.
#[test]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let (first, ledger) = {
        let text = std::env::var(FIRST).unwrap();
        let (first, ledger) = text.split_once(' ').unwrap();
        (first.parse::<i64>().unwrap(), ledger.parse::<Id>().unwrap())
    };
    let (_crm, admin) = engine(Path::new(&path), first % 2 == 0);
    let mut out = std::io::stdout();
    let version = admin.get::<Sample>(ledger).unwrap().version;
    for (number, version) in (first..).zip(version..) {
        let op_id = admin.new_id();
        writeln!(out, "{MARK}start {number} {op_id} {version}").unwrap();
        out.flush().unwrap();
        admin.execute_all(&batch(number, ledger, version), Some(op_id)).unwrap();
        writeln!(out, "{MARK}done {number}").unwrap();
        out.flush().unwrap();
    }
}

/// Runs the child and kills it: what it started, and the last batch that was acknowledged.
fn killed(path: &Path, first: i64, ledger: Id, patience: Duration) -> (Vec<Started>, Option<i64>) {
    let mut process = Process::new(std::env::current_exe().unwrap());
    process.args(["--exact", "testkit::crash::child", "--nocapture", "--test-threads=1"]);
    process.env(FILE, path).env(FIRST, format!("{first} {ledger}"));
    let mut child = process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut started, mut done) = (Vec::new(), None);
    let mut hear = |line: String| {
        let Some((_, said)) = line.split_once(MARK) else { return false };
        let words: Vec<&str> = said.split(' ').collect();
        match words.as_slice() {
            ["start", number, op_id, version] => started.push(Started {
                number: number.parse().unwrap(),
                op_id: op_id.parse().unwrap(),
                version: version.parse().unwrap(),
            }),
            ["done", number] => done = Some(number.parse().unwrap()),
            // The last line may have been cut off by the kill.
            _ => {}
        }
        true
    };
    while lines.next().is_some_and(|line| !hear(line.unwrap())) {}
    std::thread::sleep(patience);
    child.kill().unwrap();
    for line in lines {
        hear(line.unwrap());
    }
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(was_killed(ended.status), "the child ended by itself: {} {said}", ended.status);
    (started, done)
}

/// Whether it was the kill that ended the child.
fn was_killed(ended: ExitStatus) -> bool {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&ended) == Some(9);
    #[cfg(not(unix))]
    return !ended.success();
}

/// What is known of the file so far.
struct Judge {
    path: PathBuf,
    ledger: Id,
    cursor: i64,
    next: i64,
    acknowledged: usize,
    in_flight: usize,
    survived: usize,
}

impl Judge {
    fn new(path: PathBuf) -> Self {
        drop(SqliteStore::open_for_test(&path, options(false), registry()).unwrap());
        let store = SqliteStore::open(&path, options(false), registry()).unwrap();
        let ids = Arc::new(RandomIds::default());
        let crm = Crm::with_store_and_registry(Box::new(store), Arc::new(SystemClock), ids, registry());
        setup(&crm, "main");
        let admin = crm.session("main", "admin").unwrap();
        let fields = HashMap::from([("name".to_owned(), FieldValue::from("ledger"))]);
        let made = admin.execute(Command::Record(RecordCommand::Create { entity: "sample".into(), fields })).unwrap();
        let cursor = admin.changes_since(0, 1_000).unwrap().next_cursor;
        Self { path, ledger: made.created("sample"), cursor, next: 0, acknowledged: 0, in_flight: 0, survived: 0 }
    }

    fn round(&mut self, patience: Duration, check: bool) {
        let (started, done) = killed(&self.path, self.next, self.ledger, patience);
        let (crm, admin) = engine(&self.path, false);
        if check {
            assert_eq!(crm.check_integrity().unwrap(), Vec::<String>::new());
        }
        let found = self.new_entries(&admin);
        for batch in &started {
            let entries = found.get(&batch.op_id).map_or(&[][..], Vec::as_slice);
            let acknowledged = done.is_some_and(|done| batch.number <= done);
            assert!(!acknowledged || !entries.is_empty(), "batch {} was acknowledged and is lost", batch.number);
            self.acknowledged += usize::from(acknowledged);
            if !entries.is_empty() {
                self.judge(&admin, batch, entries);
            }
        }
        assert!(found.keys().all(|op_id| started.iter().any(|batch| batch.op_id == *op_id)), "an unknown operation");
        if let Some(last) = started.last() {
            let there = found.contains_key(&last.op_id);
            if done != Some(last.number) {
                self.in_flight += 1;
                self.survived += usize::from(there);
            }
            self.retry(&admin, last, there);
            self.next = last.number + 1;
        }
    }

    fn new_entries(&mut self, admin: &Session) -> BTreeMap<Id, Vec<JournalEntry>> {
        let mut found: BTreeMap<Id, Vec<JournalEntry>> = BTreeMap::new();
        loop {
            let page = admin.changes_since(self.cursor, 1_000).unwrap();
            self.cursor = page.next_cursor;
            for entry in page.entries {
                found.entry(entry.op_id).or_default().push(entry);
            }
            if !page.has_more {
                return found;
            }
        }
    }

    /// The batch is there as a whole: journal, records, keys and search words.
    fn judge(&self, admin: &Session, batch: &Started, entries: &[JournalEntry]) {
        let (number, size) = (batch.number, size(batch.number));
        assert_eq!(i64::try_from(entries.len()).unwrap(), size + 1, "half of batch {number}");
        for (place, entry) in entries.iter().enumerate() {
            let record = admin.get::<Sample>(entry.record).unwrap();
            if entry.record == self.ledger {
                assert_eq!((entry.kind, entry.version), (ChangeKind::Update, batch.version + 1));
                assert!(record.version >= entry.version);
            } else {
                assert_eq!((entry.kind, entry.version, record.version), (ChangeKind::Create, 1, 1));
                assert_eq!(record.code, Some(format!("{number}-{place}")));
            }
        }
        assert_eq!(records_of(admin, number, None), size);
        assert_eq!(records_of(admin, number, Some(format!("批 {number} 0"))), 1);
    }

    /// With the same `op_id` the batch has its effect once, whether it had it already or not.
    fn retry(&mut self, admin: &Session, last: &Started, there: bool) {
        let commands = batch(last.number, self.ledger, last.version);
        let outcome = admin.execute_all(&commands, Some(last.op_id)).unwrap();
        assert_eq!(outcome.replayed, there);
        assert!(admin.execute_all(&commands, Some(last.op_id)).unwrap().replayed);
        let more = self.new_entries(admin);
        assert_eq!(more.len(), usize::from(!there));
        for entries in more.values() {
            self.judge(admin, last, entries);
        }
        assert_eq!(records_of(admin, last.number, None), size(last.number), "batch {} twice", last.number);
        assert_eq!(admin.get::<Sample>(self.ledger).unwrap().version, last.version + 1);
    }

    /// Every record and every entry of all rounds.
    fn whole(&self) {
        let (crm, admin) = engine(&self.path, true);
        assert_eq!(crm.check_integrity().unwrap(), Vec::<String>::new());
        let expected: i64 = (0..self.next).map(size).sum();
        let count = figure(&admin, AggregateQuery::default());
        assert_eq!(count, expected + 1);
        let ledger = admin.history("sample", self.ledger).unwrap();
        assert_eq!(i64::try_from(ledger.len()).unwrap(), self.next + 1);
        assert!(ledger.iter().zip(1..).all(|(entry, version)| entry.version == version));
    }
}

fn figure(admin: &Session, query: AggregateQuery) -> i64 {
    let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
    let rows = admin.aggregate("sample", &AggregateQuery { measures, ..query }).unwrap();
    if let FieldValue::Integer(count) = rows[0].values[0] { count } else { -1 }
}

fn records_of(admin: &Session, number: i64, search: Option<String>) -> i64 {
    let value = FieldValue::Integer(number);
    let filter = Filter::Compare { field: "count".into(), comparison: Comparison::Equal, value };
    figure(admin, AggregateQuery { filter: Some(filter), search, ..AggregateQuery::default() })
}

#[test]
fn killed_in_the_middle_of_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut judge = Judge::new(folder.path().join("crm.db"));
    let mut random = Random::new(20_260_302);
    for round in 0..ROUNDS {
        let patience = Duration::from_micros(u64::try_from(random.below(60_000)).unwrap());
        judge.round(patience, round % 4 == 0);
    }
    judge.whole();
    let Judge { next, acknowledged, in_flight, survived, .. } = judge;
    // Visible with `--nocapture`: that the kills hit where they should.
    let figures =
        format!("{next} batches, {acknowledged} acknowledged, {in_flight} in flight, {survived} of them there\n");
    std::io::stderr().write_all(figures.as_bytes()).unwrap();
    assert!(in_flight * 3 > ROUNDS && acknowledged > ROUNDS);
}
