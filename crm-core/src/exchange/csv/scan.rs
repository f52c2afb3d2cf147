//! Cutting text into rows and cells: RFC 4180, and strict about quotes. A quote that is not closed, or closed before the
//! end of its cell, damages the line where its row begins and no other: what stands on the next line is read for itself.

use crate::value::{ErrorCode, Problem};

use super::{MAX_COLUMNS, MAX_ROW_BYTES};

/// A row as it stands in the text.
pub(super) struct Scanned {
    /// The cells; of a damaged line what stands between its separators.
    pub cells: Vec<String>,
    /// Where the next line begins.
    pub end: usize,
    /// Why the line is damaged.
    pub damage: Option<Problem>,
}

/// Reads the row that begins at `start`.
pub(super) fn scan(text: &str, start: usize, separator: u8) -> Scanned {
    match cells(text, start, separator) {
        Ok((cells, at)) => Scanned { cells, end: behind_break(text, at), damage: None },
        Err(problem) => {
            let at = find(text, start, is_break);
            let line = text.get(start..at).unwrap_or_default();
            let kept = if line.len() > MAX_ROW_BYTES { "" } else { line };
            let cells = kept.split(char::from(separator)).map(ToOwned::to_owned).collect();
            Scanned { cells, end: behind_break(text, at), damage: Some(problem) }
        }
    }
}

/// How many line breaks stand at `place`, and where they end.
pub(super) fn skip_breaks(text: &str, mut place: usize) -> (u64, usize) {
    let mut breaks = 0_u64;
    loop {
        let behind = behind_break(text, place);
        if behind == place {
            return (breaks, place);
        }
        place = behind;
        breaks = breaks.saturating_add(1);
    }
}

/// The cells of a row, and where it ends.
fn cells(text: &str, start: usize, separator: u8) -> Result<(Vec<String>, usize), Problem> {
    let mut cells = Vec::new();
    let mut at = start;
    loop {
        let column = cells.len().saturating_add(1);
        let (cell, end) = if text.as_bytes().get(at) == Some(&b'"') {
            quoted(text, start, at.saturating_add(1), separator).map_err(|problem| problem.with("column", column))?
        } else {
            let end = find(text, at, |byte| byte == separator || is_break(byte));
            (text.get(at..end).unwrap_or_default().to_owned(), end)
        };
        if end.saturating_sub(start) > MAX_ROW_BYTES {
            return Err(too_long());
        }
        if column > MAX_COLUMNS {
            let message = format!("the row has more than {MAX_COLUMNS} cells; is a quote not closed?");
            return Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_COLUMNS));
        }
        cells.push(cell);
        if text.as_bytes().get(end) != Some(&separator) {
            return Ok((cells, end));
        }
        at = end.saturating_add(1);
    }
}

/// The text of a cell in quotes, and where the cell ends; `at` is behind the opening quote. Blanks behind the closing
/// quote are passed over.
fn quoted(text: &str, row: usize, mut at: usize, separator: u8) -> Result<(String, usize), Problem> {
    let mut cell = String::new();
    loop {
        let Some(length) = text.get(at..).and_then(|rest| rest.find('"')) else {
            return Err(Problem::new(ErrorCode::BadFormat, "a quote is opened here and never closed"));
        };
        let quote = at.saturating_add(length);
        if quote.saturating_sub(row) > MAX_ROW_BYTES {
            return Err(too_long());
        }
        cell.push_str(text.get(at..quote).unwrap_or_default());
        at = quote.saturating_add(1);
        if text.as_bytes().get(at) != Some(&b'"') {
            break;
        }
        cell.push('"');
        at = at.saturating_add(1);
    }
    let end = find(text, at, |byte| byte == separator || !matches!(byte, b' ' | b'\t'));
    match text.as_bytes().get(end) {
        Some(&byte) if byte != separator && !is_break(byte) => {
            Err(Problem::new(ErrorCode::BadFormat, "text stands behind a closing quote"))
        }
        _ => Ok((cell, end)),
    }
}

fn too_long() -> Problem {
    let message = format!("the row has more than {MAX_ROW_BYTES} bytes; is a quote not closed?");
    Problem::new(ErrorCode::TooLong, message).with("limit", MAX_ROW_BYTES)
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The first place from `start` on where such a byte stands, or the end of the text.
fn find(text: &str, start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    rest.iter().position(|byte| wanted(*byte)).map_or(text.len(), |length| start.saturating_add(length))
}

/// The place behind the line break at `at`: CRLF, LF or CR.
fn behind_break(text: &str, at: usize) -> usize {
    let length = match text.as_bytes().get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    at.saturating_add(length)
}
