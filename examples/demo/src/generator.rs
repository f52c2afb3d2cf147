//! Writes what a manufacturer's old system would export: nine CSV files with 24 months of business.
//!
//! The manufacturer makes servo drives, CNC components and industrial pumps, and sells them in China and abroad. The
//! same seed gives the same bytes on every machine. [`Totals`] says what an import of the good rows must add up to, and
//! [`DirtyRows`] which rows are wrong on purpose.

mod accounts;
mod calendar;
mod catalogue;
mod deals;
mod dirty;
mod names;
mod people;
mod rng;
mod table;
mod tax;
#[cfg(test)]
mod tests;
mod trail;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use chrono::NaiveDate;
use crm_core::value::Decimal;

pub use dirty::{DirtyKind, DirtyRow, DirtyRows};
pub use table::Table;

use calendar::History;
use deals::{Deal, Market};
use words::Currency;

/// The largest scale: fifty times the ordinary size.
pub const MAX_SCALE_PERMILLE: u64 = 50_000;

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// The size in thousandths: 1000 is 420 accounts.
    pub scale_permille: u64,
    /// The day of the export; the history covers the 24 months up to and including it.
    pub until: NaiveDate,
}

/// The files and what is known about them.
#[derive(Debug)]
pub struct Dataset {
    /// The files, in an order in which they can be imported.
    pub tables: Vec<Table>,
    /// What the good rows add up to.
    pub totals: Totals,
    /// The bad rows.
    pub dirty: DirtyRows,
}

/// Number and value of the opportunities of one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageTotal {
    /// Opportunities.
    pub count: usize,
    /// The sum of their amounts, by currency code.
    pub amounts: BTreeMap<&'static str, Decimal>,
}

impl StageTotal {
    /// The sums as text with the decimals of their currency: `CNY 1200.50`.
    pub fn amounts_text(&self) -> Vec<String> {
        let decimals = |code: &str| if code == Currency::Jpy.code() { 0 } else { 2 };
        self.amounts.iter().map(|(code, sum)| format!("{code} {}", sum.to_fixed(decimals(code)))).collect()
    }
}

/// What an import of the good rows must add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Good rows, by file name.
    pub rows: BTreeMap<&'static str, usize>,
    /// Opportunities by stage.
    pub stages: BTreeMap<&'static str, StageTotal>,
    /// Companies that head a group.
    pub groups: usize,
    /// Companies that have a parent.
    pub subsidiaries: usize,
    /// Levels of the deepest group, its head included.
    pub deepest_group: usize,
    /// Companies that buy through a dealer.
    pub through_dealers: usize,
    /// Keys of pairs of accounts that are most likely one company entered twice.
    pub likely_duplicates: Vec<(String, String)>,
}

/// Generates the data.
pub fn generate(options: &Options) -> Dataset {
    let scale = options.scale_permille.clamp(1, MAX_SCALE_PERMILLE);
    let count = |at_full_size: u64| usize::try_from((at_full_size * scale / 1000).max(1)).unwrap_or(1);
    let (seed, history) = (options.seed, History::ending(options.until));
    let users = people::users(seed, scale);
    let mut made = accounts::accounts(seed, scale, history, &users);
    let products = catalogue::products();
    let market = Market { history, users: &users, accounts: &made.all, products: &products };
    let deals = deals::deals(seed, &market, count(1600));
    trail::settle(&mut made.all, &deals, history);
    let market = Market { history, users: &users, accounts: &made.all, products: &products };
    let (contacts, contact_table) = people::contacts(seed, &made.all, count(900));
    let (quotes, quote_lines) = deals::quote_tables(seed, &market, &deals);
    let mut tables = vec![
        people::user_table(&users),
        accounts::account_table(&made.all),
        contact_table,
        catalogue::product_table(&products),
        trail::leads(seed, &market, count(300)),
        deals::opportunity_table(&market, &deals),
        quotes,
        quote_lines,
        trail::activities(seed, &market, &contacts, &deals, count(5000)),
    ];
    let totals = totals(&tables, &made, &deals);
    let dirty = dirty::soil(seed, options.until, &mut tables);
    Dataset { tables, totals, dirty }
}

fn totals(tables: &[Table], made: &accounts::Accounts, deals: &[Deal]) -> Totals {
    let heads: std::collections::BTreeSet<&str> =
        made.all.iter().map(|account| account.parent.as_str()).filter(|parent| !parent.is_empty()).collect();
    let subsidiaries = made.all.iter().filter(|account| account.level > 0).count();
    Totals {
        rows: tables.iter().map(|table| (table.file, table.clean_rows())).collect(),
        stages: stage_totals(deals),
        groups: made.all.iter().filter(|account| account.level == 0 && heads.contains(account.id.as_str())).count(),
        subsidiaries,
        deepest_group: made.all.iter().map(|account| account.level + 1).max().unwrap_or(0),
        through_dealers: made.all.iter().filter(|account| !account.dealer.is_empty()).count(),
        likely_duplicates: made.likely_duplicates.clone(),
    }
}

fn stage_totals(deals: &[Deal]) -> BTreeMap<&'static str, StageTotal> {
    let mut sums: BTreeMap<&'static str, (usize, BTreeMap<Currency, i128>)> = BTreeMap::new();
    for deal in deals {
        let stage = deals::STAGES.get(deal.stage).copied().unwrap_or_default();
        let (count, amounts) = sums.entry(stage).or_default();
        *count += 1;
        *amounts.entry(deal.currency).or_default() += i128::from(deal.amount);
    }
    let exact = |(currency, minor): (Currency, i128)| {
        Decimal::new(minor, currency.decimals()).ok().map(|amount| (currency.code(), amount))
    };
    sums.into_iter()
        .map(|(stage, (count, amounts))| {
            (stage, StageTotal { count, amounts: amounts.into_iter().filter_map(exact).collect() })
        })
        .collect()
}

impl Dataset {
    /// Writes the files into a folder, which is made when it is not there, and says after each how many are written.
    ///
    /// # Errors
    /// When the folder or a file cannot be written.
    pub fn write_to(&self, folder: &Path, mut written: impl FnMut(usize)) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (at, table) in self.tables.iter().enumerate() {
            fs::write(folder.join(table.file), table.to_csv())?;
            written(at + 1);
        }
        Ok(())
    }
}
