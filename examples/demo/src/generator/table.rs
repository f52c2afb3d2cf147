//! A CSV file in memory: named columns, rows of text, and a mark on each row that is dirty on purpose.

use super::dirty::DirtyKind;

/// What is wrong with a row.
#[derive(Debug, Clone)]
pub struct Flaw {
    /// The column that holds the bad value.
    pub column: &'static str,
    /// What is bad about it.
    pub kind: DirtyKind,
}

/// One record.
#[derive(Debug, Clone)]
pub struct Row {
    /// The values, one for each column.
    pub cells: Vec<String>,
    /// Set when the row is dirty on purpose.
    pub flaw: Option<Flaw>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file name, such as `accounts.csv`.
    pub file: &'static str,
    /// The header.
    pub columns: &'static [&'static str],
    /// The records, in file order.
    pub rows: Vec<Row>,
}

impl Table {
    /// An empty file.
    pub fn new(file: &'static str, columns: &'static [&'static str]) -> Self {
        Self { file, columns, rows: Vec::new() }
    }

    /// Adds a clean record.
    pub fn push(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "{} has another number of columns", self.file);
        self.rows.push(Row { cells, flaw: None });
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column == name)
    }

    /// How many records are not dirty.
    pub fn clean_rows(&self) -> usize {
        self.rows.iter().filter(|row| row.flaw.is_none()).count()
    }

    /// The file as RFC 4180 text in UTF-8: commas, `\n`, quotes only where they are needed.
    pub fn to_csv(&self) -> String {
        let mut text = self.columns.join(",");
        text.push('\n');
        for row in &self.rows {
            push_record(&mut text, row.cells.iter().map(String::as_str));
        }
        text
    }
}

/// Appends one CSV record and its line end.
pub fn push_record<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}
