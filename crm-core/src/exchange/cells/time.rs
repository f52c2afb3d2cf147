//! Days and instants by a declared pattern.

use chrono::offset::LocalResult;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::value::{Date, ErrorCode, Problem, Result, Timestamp};

use super::super::shown;
use super::{CellFormat, DateFormat, Wrong};

#[derive(Debug)]
pub(super) struct TimeFormat {
    pattern: DateFormat,
    zone: Option<Tz>,
    cut_time: bool,
}

impl TimeFormat {
    pub(super) fn new(format: &CellFormat) -> Result<Self> {
        let zone = format.time_zone.as_deref().map(|name| {
            name.parse::<Tz>().map_err(|_| {
                let message = format!("{} is not a time zone of the IANA list", shown(name));
                Problem::of_field(ErrorCode::NotInPicklist, "time_zone", message).into_invalid()
            })
        });
        let pattern = format.date_format.unwrap_or(DateFormat::Iso);
        Ok(Self { pattern, zone: zone.transpose()?, cut_time: format.cut_time })
    }

    pub(super) fn date(&self, text: &str) -> Result<Date, Wrong> {
        if self.cut_time && has_time(text) {
            return self.cut(text);
        }
        checked(self.day(text)?)
    }

    /// The day of a date with time.
    fn cut(&self, text: &str) -> Result<Date, Wrong> {
        match (with_offset(text), self.zone) {
            (Some(at), Some(zone)) => checked(at.with_timezone(&zone).date_naive()),
            (Some(at), None) => checked(at.date_naive()),
            (None, _) => checked(self.local(text)?.date()),
        }
    }

    pub(super) fn timestamp(&self, text: &str) -> Result<Timestamp, Wrong> {
        let at = match with_offset(text) {
            Some(at) => at.with_timezone(&Utc),
            None => self.in_zone(self.local(text)?)?,
        };
        checked(at.date_naive())?;
        Ok(Timestamp::from_chrono(at))
    }

    fn in_zone(&self, local: NaiveDateTime) -> Result<DateTime<Utc>, Wrong> {
        let Some(zone) = self.zone else {
            return Err(Wrong::new(ErrorCode::NaiveDatetime, "has no offset, and no time zone is declared"));
        };
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => Ok(at.with_timezone(&Utc)),
            LocalResult::Ambiguous(..) => {
                let what = format!("happened twice in {zone}, when the clocks went back: add an offset");
                Err(Wrong::new(ErrorCode::NaiveDatetime, what))
            }
            LocalResult::None => {
                let what = format!("never happened in {zone}, where the clocks went forward");
                Err(Wrong::new(ErrorCode::OutOfRange, what))
            }
        }
    }

    /// A day by the pattern and a time, with a space or `T` between.
    fn local(&self, text: &str) -> Result<NaiveDateTime, Wrong> {
        let (day, time) = split_time(text).ok_or_else(|| self.not_instant())?;
        let time = time_of_day(time).ok_or_else(|| self.not_instant())?;
        Ok(self.day(day)?.and_time(time))
    }

    fn not_instant(&self) -> Wrong {
        Wrong::new(ErrorCode::BadFormat, format!("is not an instant ({} hh:mm:ss, or RFC 3339)", self.pattern))
    }

    fn day(&self, text: &str) -> Result<NaiveDate, Wrong> {
        let parts = self.parts(text);
        if parts.is_some_and(Parts::is_short) {
            return Err(Wrong::new(ErrorCode::BadFormat, "has a year of two digits: write all four"));
        }
        let numbers = parts.and_then(|parts| parts.numbers());
        let (year, month, day) =
            numbers.ok_or_else(|| Wrong::new(ErrorCode::BadFormat, format!("is not a date ({})", self.pattern)))?;
        NaiveDate::from_ymd_opt(year, month, day).ok_or_else(no_such_day)
    }

    fn parts<'t>(&self, text: &'t str) -> Option<Parts<'t>> {
        let cut = |separator| {
            let mut parts = text.split(separator);
            let three = (parts.next()?, parts.next()?, parts.next()?);
            parts.next().is_none().then_some(three)
        };
        let parts = |year, month, day| Some(Parts { year, month, day });
        match self.pattern {
            DateFormat::Iso => cut('-').and_then(|(y, m, d)| parts(y, m, d)),
            DateFormat::DayDotMonth => cut('.').and_then(|(d, m, y)| parts(y, m, d)),
            DateFormat::MonthSlashDay => cut('/').and_then(|(m, d, y)| parts(y, m, d)),
            DateFormat::DaySlashMonth => cut('/').and_then(|(d, m, y)| parts(y, m, d)),
            DateFormat::YearSlashMonth => cut('/').and_then(|(y, m, d)| parts(y, m, d)),
            DateFormat::Chinese => {
                let (year, rest) = text.split_once('年')?;
                let (month, day) = rest.strip_suffix('日')?.split_once('月')?;
                parts(year.trim(), month.trim(), day.trim())
            }
            DateFormat::Compact if text.len() == 8 => parts(text.get(..4)?, text.get(4..6)?, text.get(6..)?),
            DateFormat::Compact => None,
        }
    }
}

/// The written parts of a date.
#[derive(Clone, Copy)]
struct Parts<'t> {
    year: &'t str,
    month: &'t str,
    day: &'t str,
}

impl Parts<'_> {
    fn is_short(self) -> bool {
        self.year.len() == 2 && self.month.len() <= 2 && self.day.len() <= 2
    }

    fn numbers(self) -> Option<(i32, u32, u32)> {
        if self.year.len() != 4 || self.month.len() > 2 || self.day.len() > 2 {
            return None;
        }
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
        Some((i32::try_from(number(self.year)?).ok()?, number(self.month)?, number(self.day)?))
    }
}

fn checked(day: NaiveDate) -> Result<Date, Wrong> {
    Date::from_chrono(day).map_err(|_| no_such_day())
}

fn no_such_day() -> Wrong {
    Wrong::new(ErrorCode::OutOfRange, "is not a day of the calendar between the years 1 and 9999")
}

fn has_time(text: &str) -> bool {
    split_time(text).is_some()
}

/// The text before and behind the `T` or space that stands between day and time.
fn split_time(text: &str) -> Option<(&str, &str)> {
    let colon = text.find(':')?;
    let place = text.get(..colon)?.rfind(['T', 't', ' ', '日'])?;
    let mut end = place;
    end = end.saturating_add(text.get(place..)?.chars().next()?.len_utf8());
    let day_end = if text.get(place..end)? == "日" { end } else { place };
    Some((text.get(..day_end)?.trim_end(), text.get(end..)?.trim_start()))
}

/// `hh:mm`, `hh:mm:ss`, `hh:mm:ss.ffffff`, each with AM or PM behind it if the clock has twelve hours.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    const FORMATS: [&str; 4] = ["%H:%M", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S%.f %p"];
    FORMATS.iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// An ISO 8601 instant with an offset: RFC 3339, or with a space for the `T`, or with an offset without colon as
/// Salesforce writes it.
fn with_offset(text: &str) -> Option<DateTime<chrono::FixedOffset>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at);
    }
    const FORMATS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z"];
    FORMATS.iter().find_map(|format| DateTime::parse_from_str(text, format).ok())
}
