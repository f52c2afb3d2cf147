//! What was wrong with a file, as a table for the people who mend it.

use super::{ImportIssue, ImportReport};
use crate::exchange::csv::{CsvWriteOptions, CsvWriter};
use crate::value::Result;

/// The columns of the table.
const HEADER: [&str; 7] = ["row", "line", "column", "value", "code", "reason", "proposal"];

impl ImportReport {
    /// The rejects file: a line for each cell that is to blame, with row, line (where rows are cards), column, value, code,
    /// reason and proposal. Cells that a spreadsheet would run as formulas are made harmless unless `raw` is asked for.
    ///
    /// ```
    /// use crm_core::exchange::{CsvWriteOptions, ImportIssue, ImportReport};
    /// use crm_core::value::ErrorCode;
    /// let issue = ImportIssue {
    ///     row: 3,
    ///     code: ErrorCode::BadFormat,
    ///     reason: "`=1` is not a date".to_owned(),
    ///     column: Some("born".to_owned()),
    ///     value: Some("=1".to_owned()),
    ///     line: None,
    ///     field: None,
    ///     proposal: None,
    /// };
    /// let report = ImportReport { rejected: 1, rejects: vec![issue], ..ImportReport::default() };
    /// let text = String::from_utf8(report.rejects_csv(&CsvWriteOptions::default())?).unwrap();
    /// assert_eq!(text.lines().last(), Some(r#"3,"","born","'=1","bad_format","`=1` is not a date","""#));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `BadFormat` for a separator that is not one ASCII character.
    pub fn rejects_csv(&self, options: &CsvWriteOptions) -> Result<Vec<u8>> {
        table(&self.rejects, options)
    }

    /// The notices, the cells of rows that were kept all the same, in the form of [`ImportReport::rejects_csv`].
    ///
    /// # Errors
    /// As [`ImportReport::rejects_csv`].
    pub fn notices_csv(&self, options: &CsvWriteOptions) -> Result<Vec<u8>> {
        table(&self.notices, options)
    }
}

fn table(issues: &[ImportIssue], options: &CsvWriteOptions) -> Result<Vec<u8>> {
    let header = HEADER.map(ToOwned::to_owned);
    let mut writer = CsvWriter::new(Vec::new(), &header, options)?;
    for issue in issues {
        let line = issue.line.map(|line| line.to_string()).unwrap_or_default();
        let column = issue.column.as_deref().or(issue.field.as_deref()).unwrap_or_default();
        let value = issue.value.as_deref().unwrap_or_default();
        let proposal = issue.proposal.as_deref().unwrap_or_default();
        writer.row(&[&issue.row.to_string(), &line, column, value, issue.code.as_str(), &issue.reason, proposal])?;
    }
    writer.finish()
}
