//! A file whose rows become commands, read cell by cell; what cannot be read is a reject with its row and column.

use std::collections::HashMap;
use std::str::FromStr;

use crm_core::exchange::{CsvReject, CsvRow, CsvTable};

use crate::failure::Result;
use crate::folder::{Folder, column};
use crate::report::Reject;

/// The reason where a cell names what is not there; the import of the engine says the same.
pub const UNKNOWN: &str = "nothing has this name";

/// A cell that was understood, or the reject of its row.
pub type Checked<T> = std::result::Result<T, Box<Reject>>;

/// A file that has the columns it must have.
#[derive(Debug)]
pub struct Sheet {
    file: &'static str,
    table: CsvTable,
    places: HashMap<&'static str, usize>,
}

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or does not have all the columns.
    pub fn open(folder: &Folder, file: &'static str, columns: &[&'static str]) -> Result<Self> {
        let table = folder.table(file)?;
        let place = |name: &&'static str| Ok((*name, column(&table, file, name)?));
        let places = columns.iter().map(place).collect::<Result<_>>()?;
        Ok(Self { file, table, places })
    }

    /// The rows that could be read.
    pub fn rows(&self) -> impl Iterator<Item = Cells<'_>> {
        self.table.rows.iter().map(|row| Cells { sheet: self, row })
    }

    /// The rows that could not, because of their width or of bytes that are no text: the reject, and what seems to
    /// stand in the column `key`.
    pub fn unreadable(&self, key: &str) -> Vec<(&str, Reject)> {
        let reject = |row: &CsvReject| {
            let problem = row.problems.first();
            Reject {
                file: self.file.to_owned(),
                row: row.row,
                column: problem.and_then(|problem| problem.field.clone()).unwrap_or_default(),
                value: row.cells.join(","),
                reason: problem.map_or_else(String::new, |problem| problem.message.clone()),
                proposal: None,
            }
        };
        let place = self.places.get(key).copied().unwrap_or_default();
        let rejects = self.table.rejects.iter();
        rejects.map(|row| (row.cells.get(place).map_or("", |cell| cell.trim()), reject(row))).collect()
    }
}

/// The cells of one row, by column.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    sheet: &'a Sheet,
    row: &'a CsvRow,
}

impl<'a> Cells<'a> {
    /// The row as a spreadsheet numbers it.
    pub fn row(&self) -> u64 {
        self.row.row
    }

    /// The cell as it stands.
    pub fn raw(&self, column: &str) -> &'a str {
        let place = self.sheet.places.get(column);
        place.and_then(|place| self.row.cells.get(*place)).map_or("", String::as_str)
    }

    /// The cell without white space around it.
    pub fn text(&self, column: &str) -> &'a str {
        self.raw(column).trim()
    }

    /// What stands in a cell; `what` says what should, such as `a date`.
    ///
    /// # Errors
    /// When something else stands there.
    pub fn read<T: FromStr>(&self, column: &str, what: &str) -> Checked<T> {
        self.text(column).parse().or_else(|_| self.wrong(column, &format!("is not {what}")))
    }

    /// What a cell names; nothing for an empty one.
    ///
    /// # Errors
    /// When nothing has the name.
    pub fn find<T>(&self, column: &str, known: &'a HashMap<String, T>) -> Checked<Option<&'a T>> {
        let name = self.text(column);
        if name.is_empty() {
            return Ok(None);
        }
        known.get(name).map_or_else(|| self.wrong(column, UNKNOWN), |found| Ok(Some(found)))
    }

    /// The cell stands in the way of the row.
    ///
    /// # Errors
    /// Always: the reject.
    pub fn wrong<T>(&self, column: &str, reason: &str) -> Checked<T> {
        Err(Box::new(self.reject(column, reason)))
    }

    /// The row with the cell that is to blame.
    pub fn reject(&self, column: &str, reason: &str) -> Reject {
        Reject {
            file: self.sheet.file.to_owned(),
            row: self.row.row,
            column: column.to_owned(),
            value: self.raw(column).to_owned(),
            reason: reason.to_owned(),
            proposal: None,
        }
    }
}
