//! Reading: cards, their ends, and the damage between them.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::value::{ErrorCode, Problem};

use super::super::{encoding, shown};
use super::lines::{Line, Lines, MAX_VALUE_BYTES};
use super::map::Builder;
use super::property::Property;
use super::text::Dialect;
use super::{VCardFile, VCardFinding};

/// How much of a damaged line is told.
const SHOWN_CHARS: usize = 200;

/// The most properties a card may have.
pub const MAX_PROPERTIES: usize = 10_000;

/// Reads every card of a file. It never fails as a whole: what is damaged stands in `rejects` with its line.
///
/// ```
/// use crm_core::exchange::read_vcards;
/// let read = read_vcards(b"BEGIN:vCard\nVERSION:3.0\nFN:Frank\n Dawson\nTEL;TYPE=WORK,PREF:+1-919\nEND:vCard\n");
/// assert_eq!(read.cards[0].full_name.as_deref(), Some("FrankDawson"));
/// assert!(read.rejects.is_empty() && read.warnings.is_empty());
/// assert_eq!(read_vcards(b"hello").rejects[0].problem.message, "the file has no card");
/// ```
#[must_use]
pub fn read_vcards(bytes: &[u8]) -> VCardFile {
    let guessed = encoding::guess(&unfolded(bytes));
    let wide = [UTF_16LE, UTF_16BE].contains(&guessed);
    if !wide && Encoding::for_bom(bytes).is_none() {
        return Reader::new(bytes, guessed, false).run();
    }
    match encoding::decode(bytes, Some(guessed.name())) {
        Ok(decoded) => {
            let mut file = Reader::new(decoded.text.as_bytes(), UTF_8, true).run();
            file.warnings.extend(decoded.bad.iter().map(|bad| unreadable(&decoded.text, bad.at, &bad.hex)));
            file
        }
        Err(error) => {
            let findings =
                error.problems().iter().map(|problem| VCardFinding { line: 1, problem: problem.clone(), value: None });
            VCardFile { rejects: findings.collect(), ..VCardFile::default() }
        }
    }
}

/// The bytes without folds, because a character may be folded too; only as far as it matters for the guess.
fn unfolded(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut joined = lines.next().unwrap_or_default().to_vec();
    for line in lines {
        match line.split_first() {
            Some((b' ' | b'\t', rest)) => joined.extend_from_slice(rest),
            _ => {
                joined.push(b'\n');
                joined.extend_from_slice(line);
            }
        }
    }
    Cow::Owned(joined)
}

fn unreadable(text: &str, at: usize, hex: &str) -> VCardFinding {
    let breaks = text.get(..at).unwrap_or_default().lines().count().max(1);
    let problem = Problem::new(ErrorCode::Undecodable, format!("the bytes `{hex}` cannot be read"));
    VCardFinding { line: u64::try_from(breaks).unwrap_or(u64::MAX), problem, value: None }
}

struct Reader<'a> {
    lines: Lines<'a>,
    encoding: &'static Encoding,
    /// The whole file was decoded already, so a `CHARSET` says nothing any more.
    decoded: bool,
    file: VCardFile,
}

/// How a card ended.
enum End {
    Closed,
    /// At the end of the file or at the beginning of the next card.
    Open(Option<Line>),
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], encoding: &'static Encoding, decoded: bool) -> Self {
        Self { lines: Lines::new(bytes), encoding, decoded, file: VCardFile::default() }
    }

    fn run(mut self) -> VCardFile {
        let mut outside = false;
        let mut next = self.lines.next(false);
        while let Some(line) = next {
            if line.is("BEGIN:VCARD") {
                outside = false;
                next = self.card(line.number).or_else(|| self.lines.next(false));
                continue;
            }
            if !std::mem::replace(&mut outside, true) {
                let problem = Problem::new(ErrorCode::BadFormat, "text outside of a card is ignored");
                self.file.warnings.push(self.finding(&line, problem));
            }
            next = self.lines.next(false);
        }
        if self.file.cards.is_empty() && self.file.rejects.is_empty() {
            let problem = Problem::new(ErrorCode::BadFormat, "the file has no card");
            self.file.rejects.push(VCardFinding { line: 1, problem, value: None });
        }
        self.file
    }

    /// Reads a card to its end; gives back the first line of the next card if there is no end before it.
    fn card(&mut self, begin: u64) -> Option<Line> {
        self.file.begins.push(begin);
        let version = self.lines.version_ahead().unwrap_or_else(|| "3.0".to_owned());
        let dialect = if version == "2.1" { Dialect::Old } else { Dialect::New };
        let mut builder = Builder::new(self.encoding, self.decoded, dialect);
        let mut damage = match version.as_str() {
            "2.1" | "3.0" | "4.0" => None,
            other => {
                let message = format!("the version {} is not known", shown(other));
                let problem = Problem::new(ErrorCode::NotInPicklist, message);
                Some(VCardFinding { line: begin, problem, value: Some(other.to_owned()) })
            }
        };
        let end = self.properties(dialect, &mut builder, &mut damage);
        if let (None, End::Open(_)) = (&damage, &end) {
            let problem = Problem::new(ErrorCode::BadFormat, "the card has no end");
            damage = Some(VCardFinding { line: begin, problem, value: None });
        }
        match damage {
            Some(finding) => self.file.rejects.push(finding),
            None => {
                let (card, warnings) = builder.finish();
                self.file.cards.push(card);
                self.file.warnings.extend(warnings);
            }
        }
        match end {
            End::Open(next) => next,
            End::Closed => None,
        }
    }

    /// Reads properties up to the end of the card; after the first damage they are only passed over.
    fn properties(&mut self, dialect: Dialect, builder: &mut Builder, damage: &mut Option<VCardFinding>) -> End {
        let mut count = 0_usize;
        let mut agent = None;
        while let Some(line) = self.lines.next(dialect == Dialect::Old) {
            if line.is("END:VCARD") {
                return End::Closed;
            }
            let waiting = agent.take();
            if line.is("BEGIN:VCARD") {
                let Some(waiting) = waiting else { return End::Open(Some(line)) };
                builder.nested(waiting, &self.nested_card());
                continue;
            }
            count = count.saturating_add(1);
            let read = check(&line, count).and_then(|()| Property::parse(&line, self.encoding, dialect));
            match read {
                Ok(property) if property.is("AGENT") && property.value.trim_ascii().is_empty() => {
                    agent = Some(property)
                }
                Ok(property) if damage.is_none() => builder.add(property),
                Ok(_) => {}
                Err(problem) => {
                    damage.get_or_insert_with(|| self.finding(&line, problem));
                }
            }
        }
        End::Open(None)
    }

    fn finding(&self, line: &Line, problem: Problem) -> VCardFinding {
        let text = self.encoding.decode_without_bom_handling(&line.bytes).0;
        VCardFinding { line: line.number, problem, value: Some(text.chars().take(SHOWN_CHARS).collect()) }
    }

    /// The lines of a card inside a card, as vCard 2.1 writes an `AGENT`.
    fn nested_card(&mut self) -> Vec<u8> {
        let mut card = b"BEGIN:VCARD\n".to_vec();
        let mut depth = 1_usize;
        while depth > 0
            && let Some(line) = self.lines.next(true)
        {
            if line.is("BEGIN:VCARD") {
                depth = depth.saturating_add(1);
            } else if line.is("END:VCARD") {
                depth = depth.saturating_sub(1);
            }
            if card.len().saturating_add(line.bytes.len()) < MAX_VALUE_BYTES {
                card.extend_from_slice(&line.bytes);
                card.push(b'\n');
            }
        }
        card
    }
}

fn check(line: &Line, count: usize) -> Result<(), Problem> {
    if line.too_long {
        let message = format!("the value has more than {MAX_VALUE_BYTES} bytes");
        return Err(Problem::new(ErrorCode::TooLong, message).with("limit", MAX_VALUE_BYTES));
    }
    if count > MAX_PROPERTIES {
        let message = format!("the card has more than {MAX_PROPERTIES} properties");
        return Err(Problem::new(ErrorCode::TooMany, message).with("limit", MAX_PROPERTIES));
    }
    let framed = ["BEGIN:", "END:"].iter().any(|word| {
        line.bytes.split_at_checked(word.len()).is_some_and(|(start, _)| start.eq_ignore_ascii_case(word.as_bytes()))
    });
    if framed {
        return Err(Problem::new(ErrorCode::BadFormat, "something other than a card begins or ends inside the card"));
    }
    Ok(())
}
