//! Which character stands between two cells.

use crate::value::{ErrorCode, Problem, Result};

use super::super::shown;
use super::scan::{scan, skip_breaks};

/// What is tried, in this order.
const CANDIDATES: [u8; 4] = *b",;\t|";
/// How much of the file is looked at.
const SAMPLE_BYTES: usize = 64 << 10;
const SAMPLE_ROWS: usize = 50;

/// The separator that the caller names: one ASCII character that is neither a quote nor a line break.
pub(super) fn named(separator: &str) -> Result<u8> {
    match separator.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Ok(*byte),
        _ => {
            let message = format!("{} is not one ASCII character other than a quote or line break", shown(separator));
            Err(Problem::of_field(ErrorCode::BadFormat, "separator", message).into_invalid())
        }
    }
}

/// The separator of a first line `sep=;` as Excel writes and hides it, and the text behind that line.
pub(super) fn declared(text: &str) -> Option<(u8, usize)> {
    let line = text.lines().next()?;
    let separator = named(line.strip_prefix("sep=")?).ok()?;
    let breaks = text.get(line.len()..)?.bytes().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    Some((separator, line.len().saturating_add(breaks)))
}

/// The candidate that cuts the most rows into as many cells as the first row; a comma if there is one column only.
pub(super) fn detect(text: &str) -> u8 {
    let mut best = (0, 0, b',');
    for candidate in CANDIDATES {
        let (share, columns) = score(text, candidate);
        if columns > 1 && (share, columns) > (best.0, best.1) {
            best = (share, columns, candidate);
        }
    }
    best.2
}

/// Per mille of the rows that have as many cells as the first one, and how many that are.
fn score(text: &str, separator: u8) -> (usize, usize) {
    let sample = (0..4).find_map(|back| text.get(..SAMPLE_BYTES.saturating_sub(back))).unwrap_or(text);
    let mut widths = widths(sample, separator);
    if sample.len() < text.len() && widths.len() > 1 && widths.len() < SAMPLE_ROWS {
        widths.pop();
    }
    let columns = widths.first().copied().unwrap_or(0);
    let same = widths.iter().filter(|width| **width == columns).count();
    ((same * 1_000).checked_div(widths.len()).unwrap_or(0), columns)
}

fn widths(sample: &str, separator: u8) -> Vec<usize> {
    let (mut widths, mut place) = (Vec::new(), 0);
    while widths.len() < SAMPLE_ROWS {
        let start = skip_breaks(sample, place).1;
        if start >= sample.len() {
            break;
        }
        let row = scan(sample, start, separator);
        widths.push(row.cells.len());
        place = row.end;
    }
    widths
}
