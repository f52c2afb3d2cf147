//! Import of CSV files: a mapping says what each column means; every row is put by itself, and a bad one lands in the
//! rejects with row, column, value and reason.

mod issues;
mod key;
mod lists;
mod lookup;
mod rows;

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::cells::CellFormat;
use super::csv::{CsvOptions, CsvReader, CsvReject, CsvRow};
use crate::engine::{RowDone, RowResult, Session, put_rows};
use crate::value::{Decimal, ErrorCode, FieldValue, Problem, Result};

use rows::{Compiled, Read};

/// Rows that are read before they are written in one transaction.
const BATCH: u64 = 1_000;

value_enum! {
    /// What happens to a row that refers to something unknown.
    pub enum UnknownReference {
        /// The row is rejected.
        Reject = "reject",
        /// The row is kept without the reference, and listed as a notice.
        LeaveEmpty = "leave_empty",
    }
}

value_struct! {
    /// How a cell names a record of another entity.
    #[derive(Default)]
    pub struct ReferenceLookup {
        required {
            /// The entity.
            pub entity: String,
            /// The field that the cell holds, for example `name` or `login`; `external:NAME` for an external identifier.
            pub by: String,
        }
        optional {
            /// What happens if nothing is found, or more than one; the row is rejected if nothing is said.
            pub on_unknown: Option<UnknownReference>,
        }
    }
}

value_struct! {
    /// In which rows a column counts.
    #[derive(Default)]
    pub struct ColumnCondition {
        required {
            /// The column that decides; it may be the same one.
            pub column: String,
            /// The cells, one of which must stand there.
            pub values: Vec<String>,
        }
    }
}

value_struct! {
    /// What one column means.
    #[derive(Default)]
    pub struct ColumnMapping {
        required {
            /// The column.
            pub column: String,
            /// The field; for the parts of a list `channels.phone`, `channels.address.city`,
            /// `channels.address[shipping].city` for a second address with a label, `identifiers.vat`,
            /// `subjects.account` (with a lookup), or `raw.NAME` for what the source said. One column at most fills a
            /// field of a row, unless it is an element of a list of its own.
            pub field: String,
        }
        optional {
            /// How the cells are written; read by the type of the field if left out.
            pub format: Option<CellFormat>,
            /// For references: how a cell names the other record.
            pub lookup: Option<ReferenceLookup>,
            /// Written values and what they stand for: `{"Won": "won"}`. Others are taken as they are.
            pub values: HashMap<String, String>,
            /// What a number is multiplied by, for example 1000 for a column in thousands; the result must be a whole
            /// number where the field holds one.
            pub multiply_by: Option<Decimal>,
            /// Values that stand for nothing, for example `N/A`.
            pub empty: Vec<String>,
            /// White space around the text is part of it.
            pub keep_space: bool,
            /// An empty cell is listed as a notice.
            pub notice_if_empty: bool,
            /// The values that are expected. Another one is kept and listed as a notice, with the expected one that
            /// it is nearest to as a proposal.
            pub expected: Vec<String>,
            /// The rows in which the column counts; every row if nothing is said.
            pub only_if: Option<ColumnCondition>,
        }
    }
}

value_struct! {
    /// A mapping file: what a CSV file means.
    #[derive(Default)]
    pub struct ImportMapping {
        required {
            /// The entity that the rows become. `account_link` rows go through the command that sets a parent.
            pub entity: String,
            /// What the columns mean; other columns are left out.
            pub columns: Vec<ColumnMapping>,
        }
        optional {
            /// How the file is written.
            pub csv: CsvOptions,
            /// The system whose identifiers `key_column` holds; a second import of the same key changes the record
            /// instead of making another.
            pub external_system: Option<String>,
            /// The column with the external identifier.
            pub key_column: Option<String>,
            /// Instead of an external identifier: the unique field by which a record is found again. List prices need
            /// no key: they are found again by list, product and first day.
            pub key_field: Option<String>,
            /// Fields that are the same for every row.
            pub constants: HashMap<String, FieldValue>,
            /// For constants that name a record of another entity: how.
            pub constant_lookups: HashMap<String, ReferenceLookup>,
            /// Rows in which this column is empty are passed over without a reject.
            pub skip_if_empty: Option<String>,
            /// A row with the key of an earlier one that was put is passed over without a reject: for a column that many
            /// rows share, such as the manager of a team.
            pub skip_repeated: bool,
        }
    }
}

value_struct! {
    /// One cell that could not be taken as it is.
    pub struct ImportIssue {
        required {
            /// The row as a spreadsheet numbers it: the header is 1. In a file of vCards the number of the card.
            pub row: u64,
            /// What is wrong, as a program reads it.
            pub code: ErrorCode,
            /// What is wrong, for people.
            pub reason: String,
        }
        optional {
            /// The line of the file, where rows are cards.
            pub line: Option<u64>,
            /// The column, where one is to blame.
            pub column: Option<String>,
            /// The field, where one is to blame.
            pub field: Option<String>,
            /// The cell as it stands in the file; if no single one is to blame, what could be read of the row.
            pub value: Option<String>,
            /// What might be meant; it is never taken without being asked.
            pub proposal: Option<String>,
        }
    }
}

value_struct! {
    /// A value that many rows share and that might mean another one.
    pub struct ImportProposal {
        required {
            /// The column.
            pub column: String,
            /// The cell.
            pub value: String,
            /// What might be meant.
            pub proposal: String,
            /// In how many rows.
            pub rows: u64,
        }
    }
}

value_struct! {
    /// What an import did, or would do in a dry run.
    #[derive(Default)]
    pub struct ImportReport {
        optional {
            /// Rows in the file, without the header.
            pub rows: u64,
            /// Records that were made.
            pub created: u64,
            /// Records that were changed.
            pub updated: u64,
            /// Rows that brought nothing new.
            pub unchanged: u64,
            /// Rows that were passed over because the mapping says so.
            pub skipped: u64,
            /// Rows that were rejected whole; the reasons stand in `rejects`.
            pub rejected: u64,
            /// Why rows were rejected.
            pub rejects: Vec<ImportIssue>,
            /// Cells of rows that were kept all the same.
            pub notices: Vec<ImportIssue>,
            /// Values that might mean others, with the number of rows.
            pub proposals: Vec<ImportProposal>,
            /// Whether nothing was written.
            pub dry_run: bool,
            /// The encoding in which a CSV file was read, by its WHATWG name. If it was guessed to be another one than
            /// UTF-8, a notice says so.
            pub encoding: Option<String>,
            /// The separator with which a CSV file was read.
            pub separator: Option<String>,
            /// Whether the host ended the import before the end of the file; what was imported until then stands.
            pub stopped: bool,
        }
    }
}

/// Hears how far an import is.
pub trait ImportProgress {
    /// Called after each thousand rows and at the end, with the rows that are done; in a dry run with those that were
    /// read. `Break` ends the import there: the rows that are done stand, the others of the file are not read.
    fn rows_done(&mut self, rows: u64) -> ControlFlow<()>;
}

/// Hears nothing.
impl ImportProgress for () {
    fn rows_done(&mut self, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl Session {
    /// Imports a CSV file. Rows are put one by one, up to a thousand in a transaction; a row is taken whole or not at all. A
    /// row that changes a record adds its channels, identifiers and external identifiers to those that are there: an
    /// opt-out and what other systems brought stay.
    ///
    /// An opportunity that is there goes to the stage of its row by the steps that a user would take, with the guards of
    /// the stages; another day of its opening or closing is left out and listed as a notice.
    ///
    /// # Errors
    /// The mapping names an unknown field, column or entity, the file cannot be read as CSV, or the store fails. What
    /// is wrong with a row stands in the report. `Unknown` if a commit could not be confirmed: imported again, rows with
    /// an identifier in another system are taken once.
    pub fn import_csv(&self, bytes: &[u8], mapping: &ImportMapping, dry_run: bool) -> Result<ImportReport> {
        self.import_csv_with(bytes, mapping, dry_run, &mut ())
    }

    /// As [`Session::import_csv`], and tells how far it is.
    ///
    /// # Errors
    /// As [`Session::import_csv`].
    pub fn import_csv_with(
        &self,
        bytes: &[u8],
        mapping: &ImportMapping,
        dry_run: bool,
        progress: &mut dyn ImportProgress,
    ) -> Result<ImportReport> {
        let reader = CsvReader::open(bytes, &mapping.csv)?;
        let compiled = Compiled::new(self, mapping, reader.header())?;
        let mut import = Import {
            session: self,
            compiled,
            report: report_of(&reader, dry_run),
            seen: HashMap::new(),
            waiting: Vec::new(),
        };
        for row in reader {
            import.take(row);
            if !import.report.rows.is_multiple_of(BATCH) {
                continue;
            }
            // In a dry run nothing is kept between transactions, so everything goes through one.
            if !dry_run {
                import.put()?;
            }
            if progress.rows_done(import.report.rows).is_break() {
                import.report.stopped = true;
                return Ok(import.finish());
            }
        }
        import.put()?;
        if !import.report.rows.is_multiple_of(BATCH) {
            // Nothing is left that could be stopped.
            let _ = progress.rows_done(import.report.rows);
        }
        Ok(import.finish())
    }
}

/// The report on a file of which only the header was read.
fn report_of(reader: &CsvReader<'_>, dry_run: bool) -> ImportReport {
    let encoding = reader.encoding();
    let guess = || {
        let message = format!("the encoding was guessed to be {encoding}: name it if it is another");
        let problem = Problem::new(ErrorCode::Undecodable, message);
        let (field, value) = (Some("encoding".to_owned()), Some(encoding.to_owned()));
        ImportIssue { field, value, ..issue(1, &problem) }
    };
    ImportReport {
        dry_run,
        notices: (reader.is_encoding_guessed() && encoding != "UTF-8").then(guess).into_iter().collect(),
        encoding: Some(encoding.to_owned()),
        separator: Some(reader.separator().to_string()),
        ..ImportReport::default()
    }
}

struct Import<'a> {
    session: &'a Session,
    compiled: Compiled,
    report: ImportReport,
    /// The keys of the rows that were put, with their rows.
    seen: HashMap<String, u64>,
    /// Rows that wait for the next transaction.
    waiting: Vec<Read>,
}

impl Import<'_> {
    fn take(&mut self, row: std::result::Result<CsvRow, CsvReject>) {
        self.report.rows += 1;
        match row.map(|row| self.compiled.read(&row)) {
            Ok(Some(mut read)) => {
                if self.first_of(&read).is_some() {
                    read.work = None;
                }
                self.waiting.push(read);
            }
            Ok(None) => self.report.skipped += 1,
            Err(reject) => {
                let issues = reject.problems.iter().map(|problem| unreadable(&reject, problem)).collect();
                self.reject(issues);
            }
        }
    }

    /// The row that was put with the key of this one.
    fn first_of(&self, read: &Read) -> Option<u64> {
        self.seen.get(read.identity.as_ref()?).copied()
    }

    fn reject(&mut self, issues: Vec<ImportIssue>) {
        self.report.rejected += 1;
        self.report.rejects.extend(issues);
    }

    fn put(&mut self) -> Result<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let has_work: Vec<bool> = waiting.iter().map(|read| read.work.is_some()).collect();
        let work: Vec<_> = waiting.iter_mut().filter_map(|read| read.work.take()).collect();
        let mut done = Vec::new();
        if !work.is_empty() {
            done = put_rows(self.session, "exchange.import", &work, self.report.dry_run)?;
        }
        let mut done = done.into_iter();
        for (read, has_work) in waiting.into_iter().zip(has_work) {
            let done = if has_work { done.next() } else { None };
            self.note(read, done);
        }
        Ok(())
    }

    /// Takes down what became of a row, in the order of the file: a row has the key of an earlier one only if that one
    /// was put.
    fn note(&mut self, mut read: Read, done: Option<RowDone>) {
        if let Some(first) = self.first_of(&read) {
            if self.compiled.skips_repeated() {
                self.report.skipped += 1;
            } else {
                read.issues.push(self.compiled.repeated(&read.source, first));
                self.reject(read.issues);
            }
            return;
        }
        let Some(RowDone { result, warnings }) = done else { return self.reject(read.issues) };
        let issues = |problems: &[Problem]| -> Vec<ImportIssue> {
            problems.iter().map(|problem| self.compiled.locate(&read.source, problem)).collect()
        };
        let told = issues(&warnings);
        match result {
            RowResult::Created => self.report.created += 1,
            RowResult::Updated => self.report.updated += 1,
            RowResult::Unchanged => self.report.unchanged += 1,
            RowResult::Repeated => return self.reject(read.issues),
            RowResult::Failed(error) => {
                let issues = issues(error.problems());
                return self.reject(issues);
            }
        }
        if let Some(identity) = read.identity {
            self.seen.insert(identity, read.source.row);
        }
        self.report.notices.extend(read.notices.into_iter().chain(told));
    }

    /// Counts the proposals and puts the issues into the order of the file.
    fn finish(mut self) -> ImportReport {
        let mut counted: HashMap<(String, String, String), u64> = HashMap::new();
        for issue in self.report.rejects.iter().chain(&self.report.notices) {
            if let (Some(column), Some(value), Some(proposal)) = (&issue.column, &issue.value, &issue.proposal) {
                *counted.entry((column.clone(), value.clone(), proposal.clone())).or_default() += 1;
            }
        }
        let proposals = counted.into_iter().map(|((column, value, proposal), rows)| ImportProposal {
            column,
            value,
            proposal,
            rows,
        });
        self.report.proposals = proposals.collect();
        self.report.proposals.sort_by(|a, b| (b.rows, &a.column, &a.value).cmp(&(a.rows, &b.column, &b.value)));
        self.report.rejects.sort_by_key(|issue| issue.row);
        self.report.notices.sort_by_key(|issue| issue.row);
        self.report
    }
}

/// The one of several names that a text is nearest to: the one that differs in capitals, spaces and signs only, or else
/// in the fewest characters. Nothing if no name is near, or two are equally near.
///
/// ```
/// use crm_core::exchange::nearest_name;
/// let products = ["GTX Basic".to_owned(), "GTX Pro".to_owned()];
/// assert_eq!(nearest_name(&products, "GTXPro").as_deref(), Some("GTX Pro"));
/// assert_eq!(nearest_name(&products, "MG Special"), None);
/// ```
#[must_use]
pub fn nearest_name(names: &[String], text: &str) -> Option<String> {
    lookup::Names::expected(names).nearest(text)
}

/// What is wrong with a row that could not be read: the cell that is to blame, or else the whole row.
fn unreadable(reject: &CsvReject, problem: &Problem) -> ImportIssue {
    let place = problem.data.get("column").and_then(|column| column.parse::<usize>().ok()?.checked_sub(1));
    let cell = place.and_then(|place| reject.cells.get(place).cloned());
    let value = cell.or_else(|| (!reject.cells.is_empty()).then(|| reject.cells.join(" | ")));
    ImportIssue { column: problem.field.clone(), value, ..issue(reject.row, problem) }
}

/// A problem of a row.
pub(super) fn issue(row: u64, problem: &Problem) -> ImportIssue {
    ImportIssue {
        row,
        code: problem.code,
        reason: problem.message.clone(),
        line: None,
        column: None,
        field: None,
        value: None,
        proposal: None,
    }
}
