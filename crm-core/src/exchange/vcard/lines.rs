//! From the lines of the file to the lines of a card: folded lines and soft line breaks are joined, on bytes, because
//! some programs fold inside a character.

use super::property::{Coding, coding_of};

/// The most bytes a value may have, a picture too.
pub const MAX_VALUE_BYTES: usize = 8 << 20;

/// How far the coding of a value is looked for, so that a damaged line does not cost the square of its length.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// A property with its value, however many lines of the file it took.
pub(super) struct Line {
    /// The first line of the file, counted from 1.
    pub number: u64,
    pub bytes: Vec<u8>,
    /// The value is longer than the limit, and was cut.
    pub too_long: bool,
}

impl Line {
    fn push(&mut self, more: &[u8]) {
        if self.bytes.len().saturating_add(more.len()) > MAX_VALUE_BYTES {
            self.too_long = true;
        } else {
            self.bytes.extend_from_slice(more);
        }
    }

    pub fn is(&self, text: &str) -> bool {
        is(&self.bytes, text)
    }
}

fn is(line: &[u8], text: &str) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(text.as_bytes())
}

pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> Lines<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0 }
    }

    /// The version of the card whose first line was just read; it need not be the second line.
    pub fn version_ahead(&self) -> Option<String> {
        let mut ahead = Lines { rest: self.rest, number: 0 };
        while let Some(line) = ahead.physical() {
            if is(line, "END:VCARD") || is(line, "BEGIN:VCARD") {
                return None;
            }
            let (name, value) = line.split_at_checked("VERSION:".len()).unwrap_or_default();
            if name.eq_ignore_ascii_case(b"VERSION:") {
                return Some(String::from_utf8_lossy(value).trim().to_owned());
            }
        }
        None
    }

    /// The next property. `old` is vCard 2.1, where a soft line break goes before folding, folding keeps the white
    /// space, and base64 need not be indented.
    pub fn next(&mut self, old: bool) -> Option<Line> {
        let first = loop {
            let line = self.physical()?;
            if !line.trim_ascii().is_empty() {
                break line.trim_ascii_start();
            }
        };
        let mut line = Line { number: self.number, bytes: Vec::new(), too_long: false };
        line.push(first);
        let mut known = None;
        while let Some(next) = self.peek() {
            let folded = next.first().is_some_and(|byte| matches!(byte, b' ' | b'\t'));
            let coding = known.unwrap_or_else(|| coding_of(&line.bytes));
            // Once it is known, a long value is not looked at again for each of its lines.
            if known.is_none() && (line.bytes.contains(&b':') || line.bytes.len() > MAX_HEAD_BYTES) {
                known = Some(coding);
            }
            let soft = coding == Coding::QuotedPrintable && line.bytes.ends_with(b"=");
            if soft && (old || !folded) && !is(next, "END:VCARD") {
                line.bytes.pop();
                line.push(next);
            } else if folded && old {
                line.push(next);
            } else if folded {
                line.push(next.get(1..).unwrap_or_default());
            } else if old && coding == Coding::Base64 && !next.is_empty() && !next.contains(&b':') {
                line.push(next);
            } else {
                break;
            }
            self.physical();
        }
        Some(line)
    }

    fn peek(&self) -> Option<&'a [u8]> {
        Lines { rest: self.rest, number: 0 }.physical()
    }

    /// The next line of the file without its line break: CRLF, LF or CR.
    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        self.rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => rest,
            _ => rest,
        };
        self.number = self.number.saturating_add(1);
        Some(line)
    }
}
