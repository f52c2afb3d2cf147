//! Taking the files of a folder over, and keeping count of every row.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::ops::ControlFlow;

use crm_core::engine::Session;
use crm_core::exchange::{ColumnMapping, ImportIssue, ImportMapping, ImportProgress, ImportProposal, ImportReport};
use crm_core::value::{ErrorCode, FieldValue, Id};

use crate::failure::Result;
use crate::folder::{Folder, Step};
use crate::progress::{Phase, Progress};
use crate::report::{FileSummary, ImportSummary, Question, Reject};

/// What became of the rows.
#[derive(Debug, Default)]
pub struct Takeover {
    /// Files and rejects.
    pub summary: ImportSummary,
    /// Cells of rows that were kept all the same.
    pub notices: Vec<Reject>,
    /// What somebody should decide.
    pub questions: Vec<Question>,
    /// Proposals that were taken because the caller said so.
    pub accepted: Vec<ImportProposal>,
    /// Rows that were rejected: a later look at the same file does not reject them again.
    rejected: HashSet<(String, u64)>,
}

/// How files are taken over.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// On whose behalf, and when.
    pub session: &'a Session,
    /// What imported users may do.
    pub rights: Id,
    /// Whether proposals are taken.
    pub accept_proposals: bool,
}

impl Takeover {
    /// Does every step of a folder.
    ///
    /// # Errors
    /// When a file cannot be read or a mapping is wrong; a bad row never stops the others.
    pub fn run<W: Write>(how: How<'_>, folder: &Folder, progress: &mut Progress<W>) -> Result<Self> {
        let mut done = Self::default();
        for step in &folder.steps {
            match step {
                Step::Pipeline(pipeline) => {
                    how.session.sales().create_pipeline(pipeline)?;
                }
                Step::Import { file, mapping } => {
                    let imported = done.import(how, folder, (file, mapping), progress);
                    imported.map_err(|failure| failure.during(file))?;
                }
            }
        }
        Ok(done)
    }

    fn import<W: Write>(
        &mut self,
        how: How<'_>,
        folder: &Folder,
        (file, mapping): (&str, &ImportMapping),
        progress: &mut Progress<W>,
    ) -> Result<()> {
        let bytes = folder.read(file)?;
        let mut mapping = mapping.clone();
        if mapping.entity == "user" && !mapping.constants.contains_key("permission_sets") {
            mapping.constants.insert("permission_sets".to_owned(), FieldValue::json(&[how.rights])?);
        }
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let rows = u64::try_from(lines.saturating_sub(1)).ok();
        let mut run = |what: &str, mapping: &ImportMapping, dry_run: bool| -> Result<ImportReport> {
            let mut phase = progress.phase(&format!("{what} {file} as {}", mapping.entity.replace('_', " ")), rows);
            let report = how.session.import_csv_with(&bytes, mapping, dry_run, &mut Rows(&mut phase))?;
            phase.finish(report.rows);
            Ok(report)
        };
        if how.accept_proposals && mapping.columns.iter().any(can_propose) {
            let dry = run("Looking for proposals:", &mapping, true)?;
            self.accept(&mut mapping, dry.proposals);
        }
        let report = run("Importing", &mapping, false)?;
        self.note(file, &mapping.entity, report);
        Ok(())
    }

    /// Puts proposals into a mapping, as if they had been written there.
    fn accept(&mut self, mapping: &mut ImportMapping, proposals: Vec<ImportProposal>) {
        for proposal in proposals {
            let columns = mapping.columns.iter_mut().filter(|column| can_propose(column));
            for column in columns.filter(|column| column.column == proposal.column) {
                column.values.insert(proposal.value.clone(), proposal.proposal.clone());
            }
            self.accepted.push(proposal);
        }
    }

    fn note(&mut self, file: &str, entity: &str, report: ImportReport) {
        let mut told = BTreeSet::new();
        let mut seen_before = BTreeSet::new();
        for issue in report.rejects {
            let reject = reject(file, issue);
            let known = self.rejected.contains(&(file.to_owned(), reject.row));
            if known {
                seen_before.insert(reject.row);
            } else if told.insert((reject.row, reject.column.clone(), reject.value.clone())) {
                self.summary.rejects.push(reject);
            }
        }
        self.rejected.extend(told.into_iter().map(|(row, _, _)| (file.to_owned(), row)));
        self.notices.extend(report.notices.into_iter().map(|issue| reject(file, issue)));
        let again = u64::try_from(seen_before.len()).unwrap_or(u64::MAX);
        self.summary.files.push(FileSummary {
            file: file.to_owned(),
            entity: entity.replace('_', " "),
            read: report.rows,
            created: report.created,
            updated: report.updated,
            unchanged: report.unchanged,
            skipped: report.skipped + again,
            rejected: report.rejected.saturating_sub(again),
        });
    }

    /// Makes one question of all notices that say the same.
    pub fn ask(&mut self) {
        let mut counts: BTreeMap<(&str, &str, &str, Option<&str>, &str), u64> = BTreeMap::new();
        for notice in &self.notices {
            let Reject { file, column, value, proposal, reason, .. } = notice;
            *counts.entry((file, column, value, proposal.as_deref(), reason)).or_default() += 1;
        }
        let mut questions: Vec<Question> = counts
            .into_iter()
            .map(|((file, column, value, proposal, reason), rows)| Question {
                subject: format!("{column} in {file}"),
                found: value.to_owned(),
                proposal: proposal.map(str::to_owned),
                rows,
                note: format!("{reason}; the rows were kept"),
            })
            .collect();
        questions.sort_by_key(|question| std::cmp::Reverse(question.rows));
        self.questions = questions;
    }

    /// Adds a reject that was found outside an import.
    pub fn reject(&mut self, reject: Reject) {
        self.rejected.insert((reject.file.clone(), reject.row));
        self.summary.rejects.push(reject);
    }
}

/// Hands the progress of an import on.
struct Rows<'a, 'p, W: Write>(&'a mut Phase<'p, W>);

impl<W: Write> ImportProgress for Rows<'_, '_, W> {
    fn rows_done(&mut self, rows: u64) -> ControlFlow<()> {
        self.0.advance_to(rows);
        ControlFlow::Continue(())
    }
}

/// Whether an import can propose something for the cells of a column.
fn can_propose(column: &ColumnMapping) -> bool {
    column.lookup.is_some() || !column.expected.is_empty()
}

fn reject(file: &str, issue: ImportIssue) -> Reject {
    Reject {
        file: file.to_owned(),
        row: issue.row,
        column: issue.column.or(issue.field).unwrap_or_default(),
        value: issue.value.unwrap_or_default(),
        reason: reason(issue.code, &issue.reason),
        proposal: issue.proposal,
    }
}

/// The reason without the value, so that equal reasons can be counted.
pub(crate) fn reason(code: ErrorCode, message: &str) -> String {
    match code {
        ErrorCode::DuplicateKey => "an earlier row has the same key".to_owned(),
        ErrorCode::CheckDigit => "the check digits do not fit".to_owned(),
        _ => without_values(message),
    }
}

/// Leaves out what stands in backticks.
fn without_values(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let kept: String = parts.map(|(at, part)| if at % 2 == 0 { part } else { "…" }).collect();
    kept.trim_start_matches("… ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_no_value_in_it() {
        assert_eq!(without_values("`1.2 Mio` is not a decimal number"), "is not a decimal number");
        assert_eq!(without_values("row `3` and `4`"), "row … and …");
        assert_eq!(without_values("nothing has this name"), "nothing has this name");
    }
}
