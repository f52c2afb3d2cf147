//! CSV: RFC 4180 and what is found in the wild.
//!
//! - The encoding is that of the byte order mark, else the one the caller names, else guessed (UTF-8, UTF-16, GB18030,
//!   Windows-1252). A row with bytes that cannot be read is a reject that names the column.
//! - The separator is the one the caller names, else that of a first line `sep=;`, else the one of `,` `;` tab `|`
//!   that cuts the most rows into as many cells as the header has.
//! - Header names lose the white space round them. An empty one becomes `column_7` (counted from 1); the same name
//!   twice is refused with `DuplicateKey`, because a mapping by name could take the wrong column.
//! - Rows are numbered as a spreadsheet shows them: the header is 1, a cell with line breaks does not count twice, an
//!   empty line counts but gives no row.
//! - A quote that is not closed, or behind which text stands, makes a reject of the one line where the row begins. The
//!   next line is read for itself, so that one quote too many does not swallow what follows.
//! - The writer puts `'` before a cell that a spreadsheet would run as a formula, and
//!   [`CsvOptions::unescape_formulas`] takes it off again. See [`escape_formula`].
//!
//! ```
//! use crm_core::exchange::{CsvOptions, CsvWriteOptions, read_csv, write_csv};
//! let header = ["name".to_owned(), "balance".to_owned()];
//! let rows = vec![vec!["=HYPERLINK(\"x\")".to_owned(), "-4.50".to_owned()]];
//! let bytes = write_csv(&header, &rows, &CsvWriteOptions::default())?;
//! assert_eq!(bytes, b"\"name\",\"balance\"\r\n\"'=HYPERLINK(\"\"x\"\")\",-4.50\r\n");
//!
//! let back = read_csv(&bytes, &CsvOptions { unescape_formulas: true, ..CsvOptions::default() })?;
//! assert_eq!(back.rows[0].cells, rows[0]);
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod read;
mod scan;
mod separator;
mod write;

#[cfg(test)]
mod tests;

pub use read::{CsvReader, read_csv};
pub use write::{CsvWriter, escape_formula, unescape_formula, write_csv};

use crate::value::Problem;

/// The most bytes a row may have, as UTF-8.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// The most columns a file may have.
pub const MAX_COLUMNS: usize = 1_000;

value_struct! {
    /// How a CSV file is read. What is left out is found out from the file.
    #[derive(Default)]
    pub struct CsvOptions {
        optional {
            /// The WHATWG label of the encoding: `utf-8`, `gbk`, `windows-1252`, ... A byte order mark wins over it.
            pub encoding: Option<String>,
            /// The one ASCII character between two cells.
            pub separator: Option<String>,
            /// The first row is data; the columns are called `column_1`, `column_2`, ...
            pub no_header: bool,
            /// Takes off the `'` that the writer put before formulas.
            pub unescape_formulas: bool,
        }
    }
}

value_struct! {
    /// A row that could be read; it has as many cells as the header.
    pub struct CsvRow {
        required {
            /// The row as a spreadsheet numbers it: the header is 1.
            pub row: u64,
            /// The text of each cell, as it stands in the file.
            pub cells: Vec<String>,
        }
    }
}

value_struct! {
    /// A row that could not be read, and why.
    pub struct CsvReject {
        required {
            /// The row as a spreadsheet numbers it: the header is 1.
            pub row: u64,
            /// What is wrong; `field` is the name of the column, where one column is to blame.
            pub problems: Vec<Problem>,
        }
        optional {
            /// What could be read; U+FFFD stands where bytes were unreadable, quotes stay if they are damaged. Empty for
            /// a row above the limit.
            pub cells: Vec<String>,
        }
    }
}

value_struct! {
    /// A whole file in memory.
    pub struct CsvTable {
        required {
            /// The names of the columns.
            pub header: Vec<String>,
            /// The rows that could be read.
            pub rows: Vec<CsvRow>,
            /// The rows that could not.
            pub rejects: Vec<CsvReject>,
            /// The encoding that was used, by its WHATWG name.
            pub encoding: String,
            /// The separator that was used.
            pub separator: String,
        }
    }
}

value_struct! {
    /// How a CSV file is written: UTF-8, CRLF, every cell but numbers in quotes.
    #[derive(Default)]
    pub struct CsvWriteOptions {
        optional {
            /// The one ASCII character between two cells; a comma if left out.
            pub separator: Option<String>,
            /// Writes a byte order mark, without which Excel does not read UTF-8.
            pub bom: bool,
            /// Leaves formulas as they are: for a file that goes to another program, never to a person.
            pub raw: bool,
        }
    }
}
