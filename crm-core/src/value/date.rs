//! Business dates, instants and the clock that is handed in.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

use super::error::excerpt;
use super::{Error, ErrorCode, Problem, Result};

/// A business date without time and zone, from year 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The date of a year, a month (1 to 12) and a day (1 to 31).
    ///
    /// # Errors
    /// `OutOfRange` if there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map_or_else(|| Err(no_such_day()), Self::from_chrono)
    }

    /// From the crate `chrono`.
    ///
    /// # Errors
    /// `OutOfRange` outside the years 1 to 9999.
    pub fn from_chrono(date: NaiveDate) -> Result<Self> {
        if (1..=9999).contains(&date.year()) { Ok(Self(date)) } else { Err(no_such_day()) }
    }

    /// As a date of the crate `chrono`.
    #[must_use]
    pub const fn to_chrono(self) -> NaiveDate {
        self.0
    }

    /// The date `days` later; earlier for a negative number.
    ///
    /// # Errors
    /// `OutOfRange` outside the years 1 to 9999.
    pub fn add_days(self, days: i64) -> Result<Self> {
        chrono::TimeDelta::try_days(days)
            .and_then(|delta| self.0.checked_add_signed(delta))
            .map_or_else(|| Err(no_such_day()), Self::from_chrono)
    }

    /// Days from `earlier` to this date.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// The first instant of the date in UTC.
    #[must_use]
    pub fn start_utc(self) -> Timestamp {
        Timestamp(self.0.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
    }
}

fn no_such_day() -> Error {
    Problem::new(ErrorCode::OutOfRange, "there is no such day between the years 1 and 9999").into_invalid()
}

impl FromStr for Date {
    type Err = Error;

    /// Reads `2026-03-31` (ISO 8601) and nothing else.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            let message = format!("`{}` is not a date (YYYY-MM-DD)", excerpt(text));
            Problem::new(ErrorCode::BadFormat, message).into_invalid()
        };
        // The crate `chrono` reads signs and spaces in the place of digits.
        let fits =
            |(place, byte): (usize, u8)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        if text.len() != 10 || !text.bytes().enumerate().all(fits) {
            return Err(bad());
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| bad())?;
        Self::from_chrono(date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An instant: microseconds since 1970-01-01T00:00:00Z. Text is RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// 0001-01-01T00:00:00Z.
const EARLIEST_MICROS: i64 = -62_135_596_800_000_000;
/// 9999-12-31T23:59:59.999999Z.
const LATEST_MICROS: i64 = 253_402_300_799_999_999;

impl Timestamp {
    /// From microseconds since 1970; figures outside the years 1 to 9999 are held at the border.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < EARLIEST_MICROS {
            Self(EARLIEST_MICROS)
        } else if micros > LATEST_MICROS {
            Self(LATEST_MICROS)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// From the crate `chrono`.
    #[must_use]
    pub fn from_chrono(at: DateTime<Utc>) -> Self {
        Self::from_micros(at.timestamp_micros())
    }

    /// As an instant of the crate `chrono`.
    #[must_use]
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// The instant `micros` later; earlier for a negative number.
    #[must_use]
    pub const fn add_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// The date in UTC.
    #[must_use]
    pub fn date_utc(self) -> Date {
        Date(self.to_chrono().date_naive())
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads RFC 3339 with an offset; a time without an offset is refused.
    fn from_str(text: &str) -> Result<Self> {
        let Ok(at) = DateTime::parse_from_rfc3339(text) else {
            let (code, what) = if is_naive(text) {
                (ErrorCode::NaiveDatetime, "has no offset: add Z or +08:00")
            } else {
                (ErrorCode::BadFormat, "is not an instant (RFC 3339)")
            };
            return Err(Problem::new(code, format!("`{}` {what}", excerpt(text))).into_invalid());
        };
        let at = at.to_utc();
        if !(1..=9999).contains(&at.year()) {
            return Err(no_such_day());
        }
        if at.timestamp_subsec_nanos() % 1_000 != 0 {
            let message = format!("`{}` has more than six digits behind the second", excerpt(text));
            return Err(Problem::new(ErrorCode::BadFormat, message).into_invalid());
        }
        Ok(Self::from_chrono(at))
    }
}

/// A date and a time, with or without seconds, and no offset.
fn is_naive(text: &str) -> bool {
    let text = text.replacen([' ', 't'], "T", 1);
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    formats.into_iter().any(|format| chrono::NaiveDateTime::parse_from_str(&text, format).is_ok())
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_chrono().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

text_serde!(Date, {
    "description": "A business date without time and zone (ISO 8601).",
    "type": "string",
    "format": "date"
});
text_serde!(Timestamp, {
    "description": "An instant with offset (RFC 3339); written in UTC with microseconds.",
    "type": "string",
    "format": "date-time"
});

/// Where the time comes from. Nothing in the engine reads the machine's clock but [`SystemClock`].
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved: for tests, imports of history and replays.
#[derive(Debug, Default)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at`.
    #[must_use]
    pub const fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.micros()))
    }

    /// Sets the clock.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }

    /// Moves the clock on.
    pub fn advance_micros(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: FromStr<Err = Error> + fmt::Debug>(text: &str) -> ErrorCode {
        text.parse::<T>().unwrap_err().code()
    }

    #[test]
    fn dates_are_read_by_position() {
        assert_eq!("2026-03-01".parse::<Date>().unwrap(), Date::new(2026, 3, 1).unwrap());
        for text in ["2026- 3- 1", "+026-03-01", "2026/03/01", "2026-3-1", "2026-03-1 ", "２026-03-1", "2026-02-30"] {
            assert_eq!(code::<Date>(text), ErrorCode::BadFormat, "{text}");
        }
        assert_eq!(code::<Date>("0000-01-01"), ErrorCode::OutOfRange);
    }

    /// They were moved to the border, or cut.
    #[test]
    fn instants_that_cannot_be_kept_are_refused() {
        for text in ["9999-12-31T23:59:59-08:00", "0001-01-01T00:00:00+08:00"] {
            assert_eq!(code::<Timestamp>(text), ErrorCode::OutOfRange, "{text}");
        }
        assert_eq!(code::<Timestamp>("2026-03-31T08:00:00.1234567Z"), ErrorCode::BadFormat);
        for (text, micros) in [
            ("0001-01-01T00:00:00Z", EARLIEST_MICROS),
            ("0001-01-01T08:00:00+08:00", EARLIEST_MICROS),
            ("9999-12-31T23:59:59.999999Z", LATEST_MICROS),
            ("9999-12-31T15:59:59.999999-08:00", LATEST_MICROS),
            ("1970-01-01T00:00:00.000001000Z", 1),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().micros(), micros, "{text}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_told_as_such() {
        for text in ["2026-03-31T08:00", "2026-03-31 08:00", "2026-03-31T08:00:00", "2026-03-31t08:00:00.5"] {
            assert_eq!(code::<Timestamp>(text), ErrorCode::NaiveDatetime, "{text}");
        }
        for text in ["", "soon", "2026-03-31", "2026-03-31T25:00", "2026-03-31T08:00 Z Z"] {
            assert_eq!(code::<Timestamp>(text), ErrorCode::BadFormat, "{text}");
        }
    }
}
