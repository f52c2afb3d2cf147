//! Typed cells: what the text of a cell means, by a declared format. Nothing is guessed and nothing goes through a
//! float.
//!
//! White space round a cell is ignored and an empty cell is no value. Full-width digits and signs (０-９ ． ， － ＋ ％)
//! are read as the plain ones.
//!
//! ```
//! use crm_core::exchange::{CellFormat, CellKind, CellReader, CellValue, DateFormat};
//!
//! let date = CellReader::new(&CellFormat {
//!     date_format: Some(DateFormat::DayDotMonth),
//!     ..CellFormat::new(CellKind::Date)
//! })?;
//! assert_eq!(date.read("close", " 31.3.2026 ").unwrap(), Some(CellValue::Date("2026-03-31".parse()?)));
//! let problem = date.read("close", "31.03.26").unwrap_err();
//! assert_eq!(problem.to_string(), "close: `31.03.26` has a year of two digits: write all four");
//!
//! let instant = CellReader::new(&CellFormat {
//!     time_zone: Some("Asia/Shanghai".into()),
//!     ..CellFormat::new(CellKind::Timestamp)
//! })?;
//! for text in ["2026-03-31 09:00", "2026-03-31T01:00:00.000Z", "2026-03-31T01:00:00.000+0000"] {
//!     let at = CellValue::Timestamp("2026-03-31T01:00:00Z".parse()?);
//!     assert_eq!(instant.read("at", text).unwrap(), Some(at));
//! }
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod number;
mod time;

#[cfg(test)]
mod tests;

use crate::value::{Date, Decimal, ErrorCode, FieldValue, Problem, Result, Timestamp};

use super::shown;
use number::NumberFormat;
use time::TimeFormat;

value_enum! {
    /// What a cell holds.
    pub enum CellKind {
        /// Any text.
        Text = "text",
        /// An exact decimal.
        Decimal = "decimal",
        /// A whole number of at most 64 bits; `12.0` and `1.2E1` are whole numbers too.
        Integer = "integer",
        /// Yes or no.
        Boolean = "boolean",
        /// A day.
        Date = "date",
        /// An instant.
        Timestamp = "timestamp",
    }
}

value_enum! {
    /// The order of day, month and year. Day and month may have one digit or two, the year has four.
    pub enum DateFormat {
        /// `2026-03-31` (ISO 8601), the one that is used if none is named.
        Iso = "YYYY-MM-DD",
        /// `31.03.2026`, Germany.
        DayDotMonth = "DD.MM.YYYY",
        /// `03/31/2026`, United States.
        MonthSlashDay = "MM/DD/YYYY",
        /// `31/03/2026`, France, United Kingdom.
        DaySlashMonth = "DD/MM/YYYY",
        /// `2026/3/31`, China, Japan.
        YearSlashMonth = "YYYY/M/D",
        /// `2026年3月31日`.
        Chinese = "YYYY年M月D日",
        /// `20260331`, eight digits.
        Compact = "YYYYMMDD",
    }
}

value_enum! {
    /// What a percent sign means.
    pub enum PercentReading {
        /// `12.5 %` is 12.5.
        Number = "number",
        /// `12.5 %` is 0.125.
        Fraction = "fraction",
    }
}

value_struct! {
    /// How the cells of one column are written.
    pub struct CellFormat {
        required {
            /// What the cells hold.
            pub kind: CellKind,
        }
        optional {
            /// The character before the fraction; a point if left out.
            pub decimal_separator: Option<String>,
            /// The character between groups of three digits; none if left out. A space stands for every kind of space,
            /// `'` for `’` too. Groups of another size are refused, so `1.5` is never read as 15.
            pub thousands_separator: Option<String>,
            /// Currency signs or codes, one of which may stand before or behind the number: `€`, `EUR`.
            pub currencies: Vec<String>,
            /// What a percent sign means; it is refused if left out.
            pub percent: Option<PercentReading>,
            /// Words for yes, in any case; `true`, `yes`, `是` and `1` if left out.
            pub true_words: Vec<String>,
            /// Words for no, in any case; `false`, `no`, `否` and `0` if left out.
            pub false_words: Vec<String>,
            /// The order of day, month and year, in dates and in instants without an offset; `YYYY-MM-DD` if left out.
            pub date_format: Option<DateFormat>,
            /// A date may have a time behind it, which is cut off. With an offset and a `time_zone` it is the day in
            /// that zone, else the day that is written.
            pub cut_time: bool,
            /// The IANA name of the zone in which times without an offset are meant; they are refused if left out.
            pub time_zone: Option<String>,
        }
    }
}

impl CellFormat {
    /// A format with everything else left out.
    #[must_use]
    pub const fn new(kind: CellKind) -> Self {
        Self {
            kind,
            decimal_separator: None,
            thousands_separator: None,
            currencies: Vec::new(),
            percent: None,
            true_words: Vec::new(),
            false_words: Vec::new(),
            date_format: None,
            cut_time: false,
            time_zone: None,
        }
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue {
    /// Any text.
    Text(String),
    /// An exact decimal.
    Decimal(Decimal),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// An instant.
    Timestamp(Timestamp),
}

impl CellValue {
    /// The value as commands carry it in JSON: decimals, dates and instants are text.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Decimal(decimal) => decimal.to_string().into(),
            Self::Integer(number) => (*number).into(),
            Self::Boolean(yes) => (*yes).into(),
            Self::Date(date) => date.to_string().into(),
            Self::Timestamp(at) => at.to_string().into(),
        }
    }
}

impl From<CellValue> for FieldValue {
    fn from(value: CellValue) -> Self {
        match value {
            CellValue::Text(text) => text.into(),
            CellValue::Decimal(decimal) => decimal.into(),
            CellValue::Integer(number) => number.into(),
            CellValue::Boolean(truth) => truth.into(),
            CellValue::Date(date) => date.into(),
            CellValue::Timestamp(at) => at.into(),
        }
    }
}

/// A [`CellFormat`] that was checked and is ready to read many cells.
#[derive(Debug)]
pub struct CellReader(Reading);

#[derive(Debug)]
enum Reading {
    Text,
    Decimal(NumberFormat),
    Integer(NumberFormat),
    Boolean { yes: Vec<String>, no: Vec<String> },
    Date(TimeFormat),
    Timestamp(TimeFormat),
}

impl CellReader {
    /// Checks a format.
    ///
    /// # Errors
    /// `BadFormat` for separators that are not one character, are digits or signs, or are the same twice;
    /// `NotInPicklist` for an unknown time zone; `DuplicateKey` for a word that means yes and no.
    pub fn new(format: &CellFormat) -> Result<Self> {
        let number = NumberFormat::new(format)?;
        let time = TimeFormat::new(format)?;
        let (yes, no) = words(format)?;
        Ok(Self(match format.kind {
            CellKind::Text => Reading::Text,
            CellKind::Decimal => Reading::Decimal(number),
            CellKind::Integer => Reading::Integer(number),
            CellKind::Boolean => Reading::Boolean { yes, no },
            CellKind::Date => Reading::Date(time),
            CellKind::Timestamp => Reading::Timestamp(time),
        }))
    }

    /// Reads a cell of the column `field`; `None` if it is empty.
    ///
    /// # Errors
    /// A problem of the field: `BadFormat`, `DecimalDigits`, `OutOfRange`, `NotInPicklist` for a word that means
    /// neither yes nor no, or `NaiveDatetime`.
    pub fn read(&self, field: &str, text: &str) -> Result<Option<CellValue>, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let plain = half_width(text);
        let value = match &self.0 {
            Reading::Text => Ok(CellValue::Text(text.to_owned())),
            Reading::Decimal(format) => format.decimal(&plain).map(CellValue::Decimal),
            Reading::Integer(format) => format.integer(&plain).map(CellValue::Integer),
            Reading::Boolean { yes, no } => boolean(&plain, yes, no),
            Reading::Date(format) => format.date(&plain).map(CellValue::Date),
            Reading::Timestamp(format) => format.timestamp(&plain).map(CellValue::Timestamp),
        };
        value.map(Some).map_err(|wrong| Problem::of_field(wrong.code, field, format!("{} {}", shown(text), wrong.what)))
    }
}

/// What is wrong with a cell: the rest of a sentence that begins with the cell.
#[derive(Debug)]
struct Wrong {
    code: ErrorCode,
    what: String,
}

impl Wrong {
    fn new(code: ErrorCode, what: impl Into<String>) -> Self {
        Self { code, what: what.into() }
    }
}

fn boolean(text: &str, yes: &[String], no: &[String]) -> Result<CellValue, Wrong> {
    let word = text.to_lowercase();
    if yes.contains(&word) {
        Ok(CellValue::Boolean(true))
    } else if no.contains(&word) {
        Ok(CellValue::Boolean(false))
    } else {
        let what = format!("is neither yes ({}) nor no ({})", yes.join(", "), no.join(", "));
        Err(Wrong::new(ErrorCode::NotInPicklist, what))
    }
}

fn words(format: &CellFormat) -> Result<(Vec<String>, Vec<String>)> {
    let lower = |words: &[String], standard: [&str; 4]| -> Vec<String> {
        if words.is_empty() {
            return standard.map(ToOwned::to_owned).to_vec();
        }
        words.iter().map(|word| half_width(word.trim()).to_lowercase()).collect()
    };
    let yes = lower(&format.true_words, ["true", "yes", "是", "1"]);
    let no = lower(&format.false_words, ["false", "no", "否", "0"]);
    if let Some(word) = yes.iter().find(|word| no.contains(word)) {
        let message = format!("{} means both yes and no", shown(word));
        return Err(Problem::of_field(ErrorCode::DuplicateKey, "false_words", message).into_invalid());
    }
    Ok((yes, no))
}

/// The full-width forms of ASCII as ASCII, the ideographic space as a space.
fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    text.chars().map(half).collect()
}
