//! Business dates, instants and the clock that is handed in.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};

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
            let shown: String = text.chars().take(40).collect();
            Problem::new(ErrorCode::BadFormat, format!("`{shown}` is not a date (YYYY-MM-DD)")).into_invalid()
        };
        if text.len() != 10 {
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
        let shown = || text.chars().take(40).collect::<String>();
        match DateTime::parse_from_rfc3339(text) {
            Ok(at) if (1..=9999).contains(&at.year()) => Ok(Self::from_chrono(at.with_timezone(&Utc))),
            Ok(_) => Err(no_such_day()),
            Err(_)
                if chrono::NaiveDateTime::parse_from_str(&text.replace(' ', "T"), "%Y-%m-%dT%H:%M:%S%.f").is_ok() =>
            {
                let problem =
                    Problem::new(ErrorCode::NaiveDatetime, format!("`{}` has no offset: add Z or +08:00", shown()));
                Err(problem.into_invalid())
            }
            Err(_) => Err(Problem::new(ErrorCode::BadFormat, format!("`{}` is not an instant (RFC 3339)", shown()))
                .into_invalid()),
        }
    }
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

macro_rules! text_serde {
    ($type:ident, $format:literal, $description:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(|error: Error| serde::de::Error::custom(super::json::tagged(&error)))
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "description": $description, "type": "string", "format": $format })
            }
        }
    };
}

text_serde!(Date, "date", "A business date without time and zone (ISO 8601).");
text_serde!(Timestamp, "date-time", "An instant with offset (RFC 3339); written in UTC with microseconds.");

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
