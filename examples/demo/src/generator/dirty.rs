//! Rows that are wrong on purpose, so that an import has something to reject.
//!
//! A dirty row is always one more row: a copy of a good one with its own key and one bad value. No good row refers to
//! it, so rejecting it takes nothing else along, and the good rows alone give the expected totals. A dirty quote line
//! belongs to a copy of its quote, which is dirty for that reason.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::rng::Rng;
use super::table::{Flaw, Row, Table};

/// What is wrong with a dirty row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DirtyKind {
    /// The product code is not in `products.csv`.
    UnknownProduct,
    /// There is no such date, or it is not written year first.
    BadDate,
    /// The tax identifier has a wrong check character, length or letter.
    MalformedTaxId,
    /// An earlier row of the file has the same key.
    DuplicateExternalId,
    /// The account is not in `accounts.csv`.
    UnknownAccount,
    /// The amount is not a decimal number.
    BadAmount,
    /// The mail address is not one.
    BadEmail,
    /// A line of the quote is dirty, so that the quote would not have its total.
    BadLine,
}

impl DirtyKind {
    /// A short English name.
    pub fn label(self) -> &'static str {
        match self {
            Self::UnknownProduct => "unknown product code",
            Self::BadDate => "bad date",
            Self::MalformedTaxId => "malformed tax id",
            Self::DuplicateExternalId => "duplicate external id",
            Self::UnknownAccount => "unknown account",
            Self::BadAmount => "bad amount",
            Self::BadEmail => "bad mail address",
            Self::BadLine => "quote with a bad line",
        }
    }
}

/// Where a dirty row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirtyRow {
    /// The file.
    pub file: &'static str,
    /// The line of the file; the header is line 1.
    pub line: usize,
    /// The column with the bad value.
    pub column: &'static str,
    /// The bad value.
    pub value: String,
    /// What is wrong.
    pub kind: DirtyKind,
}

/// All dirty rows, by file and line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirtyRows {
    /// The rows.
    pub rows: Vec<DirtyRow>,
}

impl DirtyRows {
    /// How many there are of each kind.
    pub fn by_kind(&self) -> BTreeMap<DirtyKind, usize> {
        self.rows.iter().fold(BTreeMap::new(), |mut counts, row| {
            *counts.entry(row.kind).or_default() += 1;
            counts
        })
    }
}

/// One flaw to plant: file, column, what is wrong, the bad value (or how to spoil the good one).
type Plant = (&'static str, &'static str, DirtyKind, Spoil);

enum Spoil {
    Value(String),
    WrongCheck,
    TooShort,
    LetterO,
    At,
    Same,
}

fn plants(until: NaiveDate) -> Vec<Plant> {
    let text = |value: &str| Spoil::Value(value.to_owned());
    let year = until.year() - 1;
    let (accounts, contacts, deals) = ("accounts.csv", "contacts.csv", "opportunities.csv");
    vec![
        (accounts, "tax_id", DirtyKind::MalformedTaxId, Spoil::WrongCheck),
        (accounts, "tax_id", DirtyKind::MalformedTaxId, Spoil::TooShort),
        (accounts, "tax_id", DirtyKind::MalformedTaxId, Spoil::LetterO),
        (accounts, "tax_id", DirtyKind::MalformedTaxId, text("320506100012345")),
        (accounts, "external_id", DirtyKind::DuplicateExternalId, Spoil::Same),
        (accounts, "external_id", DirtyKind::DuplicateExternalId, Spoil::Same),
        (contacts, "account_external_id", DirtyKind::UnknownAccount, text("ACC-99071")),
        (contacts, "account_external_id", DirtyKind::UnknownAccount, text("ACC-99072")),
        (contacts, "account_external_id", DirtyKind::UnknownAccount, text("KH000318")),
        (contacts, "email", DirtyKind::BadEmail, Spoil::At),
        (contacts, "email", DirtyKind::BadEmail, text("见名片")),
        ("leads.csv", "received_at", DirtyKind::BadDate, Spoil::Value(format!("{year}-13-04T09:20:00+08:00"))),
        (deals, "product_code", DirtyKind::UnknownProduct, text("SD7 0R4")),
        (deals, "product_code", DirtyKind::UnknownProduct, text("SM5-O80")),
        (deals, "product_code", DirtyKind::UnknownProduct, text("NC9M5")),
        (deals, "product_code", DirtyKind::UnknownProduct, text("HX-300")),
        (deals, "close_date", DirtyKind::BadDate, Spoil::Value(format!("{year}-02-30"))),
        (deals, "close_date", DirtyKind::BadDate, Spoil::Value(format!("31.11.{year}"))),
        (deals, "created_on", DirtyKind::BadDate, Spoil::Value(format!("{year}1340"))),
        (deals, "amount", DirtyKind::BadAmount, text("1.2 Mio")),
        (deals, "amount", DirtyKind::BadAmount, text("待定")),
        (deals, "external_id", DirtyKind::DuplicateExternalId, Spoil::Same),
        (deals, "external_id", DirtyKind::DuplicateExternalId, Spoil::Same),
        ("quote_lines.csv", "product_code", DirtyKind::UnknownProduct, text("LG2-30 ")),
        ("quote_lines.csv", "product_code", DirtyKind::UnknownProduct, text("ZZ-001")),
        ("activities.csv", "account_external_id", DirtyKind::UnknownAccount, text("ACC-99073")),
        ("activities.csv", "account_external_id", DirtyKind::UnknownAccount, text("ACC-")),
        ("activities.csv", "at", DirtyKind::BadDate, Spoil::Value(format!("{year}-06-31T10:00:00+08:00"))),
    ]
}

/// Plants the dirty rows and says where they stand.
pub fn soil(seed: u64, until: NaiveDate, tables: &mut [Table]) -> DirtyRows {
    let mut rng = Rng::stream(seed, "dirty");
    for (serial, (file, column, kind, spoil)) in plants(until).into_iter().enumerate() {
        let Some(table) = tables.iter_mut().find(|table| table.file == file) else { continue };
        let source = plant(&mut rng, table, column, kind, &spoil, serial);
        let quote = table.column("quote_external_id").and_then(|at| source.get(at));
        if let Some(quote) = quote
            && let Some(quotes) = tables.iter_mut().find(|table| table.file == "quotes.csv")
        {
            plant_quote(quotes, quote, serial);
        }
    }
    DirtyRows { rows: tables.iter().flat_map(dirty_of).collect() }
}

fn dirty_of(table: &Table) -> Vec<DirtyRow> {
    let mut rows = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        if let Some(flaw) = &row.flaw {
            let value = table.column(flaw.column).and_then(|column| row.cells.get(column)).cloned().unwrap_or_default();
            rows.push(DirtyRow { file: table.file, line: at + 2, column: flaw.column, value, kind: flaw.kind });
        }
    }
    rows
}

/// Plants one row, and gives the good one of which it is a copy.
fn plant(
    rng: &mut Rng,
    table: &mut Table,
    column: &'static str,
    kind: DirtyKind,
    spoil: &Spoil,
    serial: usize,
) -> Vec<String> {
    let usable: Vec<usize> = (0..table.rows.len()).filter(|at| is_usable(table, *at, column)).collect();
    let source = rng.pick(&usable);
    let Some(original) = table.rows.get(source).map(|row| row.cells.clone()) else { return Vec::new() };
    let mut cells = original.clone();
    let good = table.column(column).and_then(|at| cells.get(at)).cloned().unwrap_or_default();
    rekey(table, &mut cells, matches!(spoil, Spoil::Same), serial);
    set(table, &mut cells, column, spoiled(spoil, &good));
    // A copy stands behind its original, so that the original is the one that counts.
    let behind = source + 1 + rng.index(table.rows.len() - source);
    table.rows.insert(behind.min(table.rows.len()), Row { cells, flaw: Some(Flaw { column, kind }) });
    original
}

/// The quote of a dirty line: a copy of the quote that the original of the line belongs to.
fn plant_quote(quotes: &mut Table, original: &str, serial: usize) {
    let Some(key) = quotes.column("external_id") else { return };
    let is_original = |row: &Row| row.cells.get(key).is_some_and(|key| key == original);
    let Some(at) = quotes.rows.iter().position(is_original) else { return };
    let Some(mut cells) = quotes.rows.get(at).map(|row| row.cells.clone()) else { return };
    set(quotes, &mut cells, "external_id", quote_key(serial));
    set(quotes, &mut cells, "number", format!("Q-9{serial:04}"));
    let flaw = Some(Flaw { column: "external_id", kind: DirtyKind::BadLine });
    quotes.rows.insert(at + 1, Row { cells, flaw });
}

/// The key of a quote that has a dirty line only.
fn quote_key(serial: usize) -> String {
    format!("QUO-9{serial:04}-1")
}

/// A good row whose value can be spoiled; of the accounts only Chinese single companies.
fn is_usable(table: &Table, at: usize, column: &str) -> bool {
    let cell = |name: &str| {
        let place = table.column(name)?;
        table.rows.get(at)?.cells.get(place).map(String::as_str)
    };
    let clean = table.rows.get(at).is_some_and(|row| row.flaw.is_none());
    let single =
        table.file != "accounts.csv" || (cell("country") == Some("CN") && cell("parent_external_id") == Some(""));
    clean && single && cell(column).is_some_and(|value| !value.is_empty())
}

/// Gives a copy its own keys, and an account its own name, so that the planted flaw is the only one.
fn rekey(table: &Table, cells: &mut [String], duplicate: bool, serial: usize) {
    if table.file == "accounts.csv" {
        let name = table.column("name").and_then(|at| cells.get(at)).cloned().unwrap_or_default();
        set(
            table,
            cells,
            "name",
            name.replace("有限公司", if duplicate { "有限公司（副本）" } else { "销售有限公司" }),
        );
    }
    if duplicate {
        return;
    }
    let prefix = cells.first().and_then(|id| id.split_once('-')).map_or("", |(prefix, _)| prefix).to_owned();
    set(table, cells, "external_id", format!("{prefix}-9{serial:04}"));
    set(table, cells, "customer_code", format!("{}", 900_001 + serial));
    set(table, cells, "quote_external_id", quote_key(serial));
}

fn set(table: &Table, cells: &mut [String], column: &str, value: String) {
    if let Some(cell) = table.column(column).and_then(|at| cells.get_mut(at)) {
        *cell = value;
    }
}

fn spoiled(spoil: &Spoil, good: &str) -> String {
    let head: String = good.chars().take(good.chars().count().saturating_sub(1)).collect();
    match spoil {
        Spoil::Value(value) => value.clone(),
        Spoil::WrongCheck => format!("{head}{}", if good.ends_with('1') { '2' } else { '1' }),
        Spoil::TooShort => head,
        Spoil::LetterO => good.replacen('0', "O", 1),
        Spoil::At => good.replace('@', "(at)"),
        Spoil::Same => good.to_owned(),
    }
}
