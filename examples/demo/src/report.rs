//! The report: one HTML file that a sales director can read offline, on paper and on the phone.
//!
//! [`ReportData`] says what there is to show, [`render`] writes it. The page has no script and loads nothing; every
//! text is escaped. A reject list that is too long for the page goes into a CSV file beside it ([`rejects_csv`]).

mod charts;
mod html;
#[cfg(test)]
mod sample;
mod sections;
#[cfg(test)]
mod tests;

use crm_core::exchange::{CsvWriteOptions, write_csv};
use crm_core::value::{Date, Decimal};

use crate::failure::Result;

pub(crate) use html::{compact, grouped};

/// Rejected rows shown in the page; the CSV file has them all.
pub const MAX_REJECTS_SHOWN: usize = 200;
/// The depth of a customer's tree that is still indented.
pub const MAX_TREE_INDENT: usize = 6;

/// Everything the report shows. An empty list leaves its section out.
#[derive(Debug, Clone)]
pub struct ReportData {
    /// The heading, such as `Sales report`.
    pub title: String,
    /// Whose data it is.
    pub company: String,
    /// The day it was made.
    pub generated_on: Date,
    /// First and last day of the history.
    pub period: Option<(Date, Date)>,
    /// How amounts were converted, or another remark on all figures.
    pub remark: Option<String>,
    /// The few figures at the top.
    pub headlines: Vec<Headline>,
    /// Stages in order. Stages of several currencies are drawn as one funnel for each.
    pub funnel: Vec<FunnelStage>,
    /// Won value by month, in order. Several currencies are drawn as one chart for each.
    pub monthly_won: Vec<MonthlyWon>,
    /// The customers with the most won value, each with its subsidiaries; a list for each currency.
    pub top_customers: Vec<Ranking<Customer>>,
    /// The people with the most won value; a list for each currency.
    pub owners: Vec<Ranking<Owner>>,
    /// One deal from the first contact to its end, as the journal has it.
    pub deal: Option<DealStory>,
    /// What the import did.
    pub import: ImportSummary,
    /// What somebody should decide about the data.
    pub questions: Vec<Question>,
    /// The name of the CSV file with the rows behind the questions, when one is written beside the page.
    pub notices_file: Option<String>,
}

/// An amount of money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Money {
    /// The amount.
    pub amount: Decimal,
    /// ISO 4217 code, or empty when the data names none.
    pub currency: String,
}

/// A figure at the top of the page.
#[derive(Debug, Clone, Default)]
pub struct Headline {
    /// What it is.
    pub label: String,
    /// The figure.
    pub value: Figure,
    /// One more fact, such as a comparison.
    pub note: Option<String>,
}

/// A figure in the form in which it is written.
#[derive(Debug, Clone)]
pub enum Figure {
    /// An amount, shortened to three or four digits.
    Money(Money),
    /// A number of things.
    Count(u64),
    /// Thousandths, written as a percentage.
    Permille(u32),
}

impl Default for Figure {
    fn default() -> Self {
        Self::Count(0)
    }
}

/// Whether a stage is still open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StageCategory {
    /// Still to be decided.
    #[default]
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
}

/// The opportunities of one stage.
#[derive(Debug, Clone, Default)]
pub struct FunnelStage {
    /// The name of the stage.
    pub name: String,
    /// Open, won or lost.
    pub category: StageCategory,
    /// Opportunities.
    pub count: u64,
    /// The sum of their amounts.
    pub amount: Money,
    /// The sum of their amounts, each times its probability.
    pub weighted: Money,
}

/// What was won in a month.
#[derive(Debug, Clone, Default)]
pub struct MonthlyWon {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// Opportunities won.
    pub count: u64,
    /// The sum of their amounts.
    pub amount: Money,
}

/// The best of a list in one currency.
#[derive(Debug, Clone, Default)]
pub struct Ranking<T> {
    /// The currency of all amounts.
    pub currency: String,
    /// The best, best first.
    pub best: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// What a customer bought or a person sold, and what is open.
#[derive(Debug, Clone, Default)]
pub struct Sales {
    /// Won value.
    pub won: Money,
    /// Value of the open opportunities.
    pub open: Money,
    /// Open opportunities, with an amount or without.
    pub open_count: u64,
}

/// A customer and the companies under it.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// The name.
    pub name: String,
    /// The customer code.
    pub code: String,
    /// The grade, such as `A`; empty when there is none.
    pub grade: String,
    /// At the top of a tree those of the whole tree, below it those of the company alone.
    pub sales: Sales,
    /// What the head of a tree has by itself.
    pub own: Option<Sales>,
    /// The companies of the tree, itself included, whether they are among the children or not.
    pub companies: u64,
    /// The companies under it; of a very large tree the first ones.
    pub children: Vec<Customer>,
}

/// A line of the league table.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// The name.
    pub name: String,
    /// The region or team.
    pub team: String,
    /// Opportunities won.
    pub won_count: u64,
    /// Opportunities lost.
    pub lost_count: u64,
    /// What the person sold.
    pub sales: Sales,
}

/// What happened to one deal.
#[derive(Debug, Clone, Default)]
pub struct DealStory {
    /// The deal's name.
    pub title: String,
    /// One sentence on how it ended.
    pub summary: String,
    /// The journal's entries, first to last.
    pub steps: Vec<DealStep>,
}

/// One entry of the journal.
#[derive(Debug, Clone, Default)]
pub struct DealStep {
    /// When, as it is to be shown.
    pub at: String,
    /// Who.
    pub actor: String,
    /// The command, such as `quote.send`.
    pub command: String,
    /// What it means, in words; may be empty.
    pub note: String,
    /// The fields it changed.
    pub changes: Vec<FieldChange>,
}

/// One changed field.
#[derive(Debug, Clone, Default)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// The value before; nothing when there was none.
    pub before: Option<String>,
    /// The value after; nothing when it was taken away.
    pub after: Option<String>,
}

/// What the import did.
#[derive(Debug, Clone, Default)]
pub struct ImportSummary {
    /// The files, in the order they were read.
    pub files: Vec<FileSummary>,
    /// All rows that were not taken over.
    pub rejects: Vec<Reject>,
    /// The name of the CSV file with all rejects, when one is written beside the page.
    pub rejects_file: Option<String>,
}

/// What one step of the import did with a file: every row that was read stands in one of the other figures.
#[derive(Debug, Clone, Default)]
pub struct FileSummary {
    /// The file.
    pub file: String,
    /// What its rows became.
    pub entity: String,
    /// Rows read.
    pub read: u64,
    /// Records created.
    pub created: u64,
    /// Records updated.
    pub updated: u64,
    /// Rows that brought nothing new.
    pub unchanged: u64,
    /// Rows that say nothing about the entity, and rows that an earlier step rejected.
    pub skipped: u64,
    /// Rows rejected.
    pub rejected: u64,
}

/// A row that was not taken over.
#[derive(Debug, Clone, Default)]
pub struct Reject {
    /// The file.
    pub file: String,
    /// The line of the file; the header is line 1.
    pub row: u64,
    /// The column with the bad value.
    pub column: String,
    /// The bad value.
    pub value: String,
    /// Why it was rejected, without the value, so that equal reasons can be counted.
    pub reason: String,
    /// What would repair it.
    pub proposal: Option<String>,
}

/// Something about the data that somebody should decide.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// What it is about, such as `product` or `accounts missing`.
    pub subject: String,
    /// What the data has.
    pub found: String,
    /// What it could be; nothing when there is no proposal.
    pub proposal: Option<String>,
    /// How many rows it touches.
    pub rows: u64,
    /// Anything else to know; may be empty.
    pub note: String,
}

/// The report as one HTML file.
pub fn render(data: &ReportData) -> String {
    let sections = sections::all(data);
    let mut page = html::head(&data.title);
    page.push_str(&sections::masthead(data));
    page.push_str(&sections::contents(&sections));
    page.push_str("<main>\n");
    for section in &sections {
        page.push_str(&section.to_html());
    }
    page.push_str("</main>\n");
    page.push_str(&sections::footer(data));
    page.push_str("</body>\n</html>\n");
    page
}

/// All rejects as CSV for a spreadsheet: UTF-8 with a byte order mark, and no cell is a formula.
///
/// # Errors
/// What the writer of the engine gives.
pub fn rejects_csv(rejects: &[Reject]) -> Result<Vec<u8>> {
    let header = ["file", "row", "column", "value", "reason", "proposal"].map(str::to_owned);
    let cells = |reject: &Reject| {
        let Reject { file, row, column, value, reason, proposal } = reject.clone();
        vec![file, row.to_string(), column, value, reason, proposal.unwrap_or_default()]
    };
    let rows: Vec<Vec<String>> = rejects.iter().map(cells).collect();
    Ok(write_csv(&header, &rows, &CsvWriteOptions { bom: true, ..CsvWriteOptions::default() })?)
}
