//! Business calendars: weekly hours, holidays and make-up working days (调休) as data, and exact working time from them.
//!
//! A [`BusinessCalendar`] is the definition that is stored and shipped; [`BusinessCalendar::compile`] checks it and
//! gives a [`CompiledCalendar`] that answers. An instant is working time if the wall clock of the calendar's zone shows
//! a time inside one of the day's intervals (the start belongs to it, the end does not). Where the clock is moved, real
//! seconds count: an hour of the wall clock that is skipped in spring counts nothing, one that is shown twice in
//! autumn counts twice.
//!
//! ```
//! use crm_core::value::{BusinessCalendar, Timestamp};
//! let office = BusinessCalendar::weekdays("office", "Europe/Berlin", "08:00", "17:00").compile()?;
//! let friday: Timestamp = "2026-03-27T16:45:00+01:00".parse()?;
//! // One hour of business on a Friday at 16:45 ends on Monday at 08:45; the clock was moved in between.
//! assert_eq!(office.add_working(friday, 3600)?, "2026-03-30T08:45:00+02:00".parse()?);
//! # Ok::<(), crm_core::value::Error>(())
//! ```

use super::{Date, Error, ErrorCode, Problem, Result};

mod compiled;
mod zone;

#[cfg(test)]
mod tests;

pub use compiled::CompiledCalendar;

/// The most holidays, and the most make-up days, in one calendar.
pub const MAX_CALENDAR_DAYS: usize = 10_000;
/// The most intervals in one day.
pub const MAX_DAY_INTERVALS: usize = 48;

/// Microseconds of a day on the wall clock.
const DAY: i64 = 86_400_000_000;

value_enum! {
    /// A day of the week, in the order of ISO 8601.
    pub enum Weekday {
        /// Monday, the first day of the week.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

value_struct! {
    /// Working hours without a break, by the wall clock. A shift over midnight is written as two intervals.
    pub struct WorkingInterval {
        required {
            /// The first moment, `HH:MM` or `HH:MM:SS`, from `00:00`.
            pub start: String,
            /// The moment after the last one, up to `24:00`.
            pub end: String,
        }
    }
}

value_struct! {
    /// The working hours of one day of the week.
    pub struct WeekdayHours {
        required {
            /// The day.
            pub weekday: Weekday,
            /// Its intervals, none of which may overlap; without any the day is free.
            pub intervals: Vec<WorkingInterval>,
        }
    }
}

value_struct! {
    /// A date that does not follow its day of the week: a make-up working day (调休), or a day with shorter hours.
    ///
    /// Either `like` or `intervals` is given.
    pub struct MakeUpDay {
        required {
            /// The date.
            pub date: Date,
        }
        optional {
            /// The hours are those of this day of the week.
            pub like: Option<Weekday>,
            /// The hours are these.
            pub intervals: Vec<WorkingInterval>,
        }
    }
}

value_struct! {
    /// The definition of a business calendar.
    ///
    /// ```
    /// use crm_core::value::{BusinessCalendar, json};
    /// let china: BusinessCalendar = json::from_text(r#"{
    ///     "name": "CN", "time_zone": "Asia/Shanghai",
    ///     "weekly": [{"weekday": "friday", "intervals": [{"start": "08:30", "end": "12:00"}, {"start": "13:00", "end": "17:30"}]}],
    ///     "holidays": ["2026-01-02"],
    ///     "make_up_days": [{"date": "2026-01-04", "like": "friday"}]
    /// }"#)?;
    /// let calendar = china.compile()?;
    /// assert!(calendar.is_working_day("2026-01-04".parse()?) && !calendar.is_working_day("2026-01-02".parse()?));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    pub struct BusinessCalendar {
        required {
            /// What people call it.
            pub name: String,
            /// The zone of its wall clock, by its IANA name: `Asia/Shanghai`.
            pub time_zone: String,
            /// The hours of the days of the week; a day that is not named is free.
            pub weekly: Vec<WeekdayHours>,
        }
        optional {
            /// Dates without working hours.
            pub holidays: Vec<Date>,
            /// Dates with hours of their own.
            pub make_up_days: Vec<MakeUpDay>,
        }
    }
}

impl BusinessCalendar {
    /// Monday to Friday from `start` to `end` without a break, without holidays.
    ///
    /// ```
    /// use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "America/New_York", "09:00", "17:00");
    /// assert_eq!(office.weekly.len(), 5);
    /// ```
    #[must_use]
    pub fn weekdays(name: &str, time_zone: &str, start: &str, end: &str) -> Self {
        let hours = |weekday: &Weekday| WeekdayHours {
            weekday: *weekday,
            intervals: vec![WorkingInterval { start: start.to_owned(), end: end.to_owned() }],
        };
        Self {
            name: name.to_owned(),
            time_zone: time_zone.to_owned(),
            weekly: Weekday::ALL.iter().take(5).map(hours).collect(),
            holidays: Vec::new(),
            make_up_days: Vec::new(),
        }
    }

    /// Monday to Sunday round the clock: for deadlines that know no business hours.
    ///
    /// ```
    /// use crm_core::value::BusinessCalendar;
    /// let always = BusinessCalendar::around_the_clock("24x7", "UTC").compile()?;
    /// assert!(always.is_working("2026-01-01T03:00:00Z".parse()?));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn around_the_clock(name: &str, time_zone: &str) -> Self {
        let weekdays = Self::weekdays(name, time_zone, "00:00", "24:00");
        let hours = weekdays.weekly.first().map(|day| day.intervals.clone()).unwrap_or_default();
        let all = Weekday::ALL.iter().map(|weekday| WeekdayHours { weekday: *weekday, intervals: hours.clone() });
        Self { weekly: all.collect(), ..weekdays }
    }

    /// Checks the definition and prepares it for questions.
    ///
    /// ```
    /// use crm_core::value::{BusinessCalendar, ErrorCode};
    /// let error = BusinessCalendar::weekdays("office", "Europe/Berlin", "17:00", "08:00").compile().unwrap_err();
    /// assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("weekly[0].intervals[0].end")));
    /// ```
    ///
    /// # Errors
    /// With the path of the field: `NotInPicklist` for an unknown zone; `BadFormat` for a time of day that cannot be
    /// read; `OutOfRange` for an interval that ends before it starts; `Overlap` for intervals that overlap, for a day of
    /// the week given twice and for a date given twice; `Required` for a make-up day without hours; `TooMany` above
    /// [`MAX_CALENDAR_DAYS`] or [`MAX_DAY_INTERVALS`].
    pub fn compile(&self) -> Result<CompiledCalendar> {
        let offsets = zone::offsets(&self.time_zone).ok_or_else(|| {
            invalid(ErrorCode::NotInPicklist, "time_zone", "is no zone of the iana database", &self.time_zone)
        })?;
        let week = self.week()?;
        let exceptions = self.exceptions(&week)?;
        Ok(CompiledCalendar::new(week, exceptions, &offsets))
    }

    fn week(&self) -> Result<[Hours; 7]> {
        let mut week: [Option<Hours>; 7] = Default::default();
        for (place, day) in self.weekly.iter().enumerate() {
            let path = format!("weekly[{place}]");
            let hours = Hours::parse(&day.intervals).map_err(|error| error.under(&path))?;
            if let Some(slot) = week.get_mut(day.weekday as usize)
                && slot.replace(hours).is_some()
            {
                let field = format!("{path}.weekday");
                return Err(invalid(ErrorCode::Overlap, &field, "has its hours already", day.weekday.as_str()));
            }
        }
        Ok(week.map(Option::unwrap_or_default))
    }

    /// The hours of every date that does not follow its day of the week, sorted by date.
    fn exceptions(&self, week: &[Hours; 7]) -> Result<Vec<(Date, Hours)>> {
        for (field, count) in [("holidays", self.holidays.len()), ("make_up_days", self.make_up_days.len())] {
            limited(field, count, MAX_CALENDAR_DAYS)?;
        }
        let holidays = self.holidays.iter().enumerate();
        let mut all: Vec<(Date, String, Hours)> =
            holidays.map(|(place, date)| (*date, format!("holidays[{place}]"), Hours::default())).collect();
        for (place, day) in self.make_up_days.iter().enumerate() {
            let path = format!("make_up_days[{place}]");
            let hours = day.hours(week).map_err(|error| error.under(&path))?;
            all.push((day.date, format!("{path}.date"), hours));
        }
        all.sort_by_key(|(date, ..)| *date);
        let twice = all.windows(2).find_map(|pair| match pair {
            [(first, ..), (second, field, _)] if first == second => Some((field, second)),
            _ => None,
        });
        match twice {
            Some((field, date)) => Err(invalid(ErrorCode::Overlap, field, "is given twice", &date.to_string())),
            None => Ok(all.into_iter().map(|(date, _, hours)| (date, hours)).collect()),
        }
    }
}

impl MakeUpDay {
    fn hours(&self, week: &[Hours; 7]) -> Result<Hours> {
        match (self.like, self.intervals.is_empty()) {
            (None, true) => Err(Error::invalid(ErrorCode::Required, "intervals", "the day has no hours")),
            (None, false) => Hours::parse(&self.intervals),
            (Some(like), true) => Ok(week.get(like as usize).cloned().unwrap_or_default()),
            (Some(like), false) => Err(invalid(ErrorCode::Overlap, "like", "stands beside intervals", like.as_str())),
        }
    }
}

/// The working hours of one day: intervals in microseconds from midnight, sorted, apart from each other.
#[derive(Debug, Clone, Default, PartialEq)]
struct Hours {
    spans: Vec<(i64, i64)>,
    total: i64,
}

impl Hours {
    fn parse(intervals: &[WorkingInterval]) -> Result<Self> {
        limited("intervals", intervals.len(), MAX_DAY_INTERVALS)?;
        let mut spans = Vec::with_capacity(intervals.len());
        for (place, interval) in intervals.iter().enumerate() {
            let field = |name: &str| format!("intervals[{place}].{name}");
            let start = time_of_day(&interval.start, &field("start"))?;
            let end = time_of_day(&interval.end, &field("end"))?;
            if end <= start {
                return Err(invalid(ErrorCode::OutOfRange, &field("end"), "is not after the start", &interval.end));
            }
            spans.push((start, end, place));
        }
        spans.sort_unstable();
        for pair in spans.windows(2) {
            if let [(_, end, _), (start, _, place)] = pair
                && start < end
            {
                let field = format!("intervals[{place}]");
                return Err(Error::invalid(ErrorCode::Overlap, field, "the interval overlaps another one"));
            }
        }
        let total = spans.iter().map(|(start, end, _)| end - start).sum();
        Ok(Self { spans: spans.into_iter().map(|(start, end, _)| (start, end)).collect(), total })
    }

    /// Whether the moment lies in an interval.
    fn contains(&self, moment: i64) -> bool {
        self.spans.iter().any(|(start, end)| (*start..*end).contains(&moment))
    }

    /// The working time before `moment`.
    fn before(&self, moment: i64) -> i64 {
        self.spans.iter().map(|(start, end)| moment.clamp(*start, *end) - start).sum()
    }

    /// The first moment before which `worked` has been worked, for `worked` from above zero to the total.
    fn reached(&self, mut worked: i64) -> Option<i64> {
        self.spans.iter().find_map(|(start, end)| {
            let moment = (worked <= end - start).then_some(start + worked);
            worked -= end - start;
            moment
        })
    }

    /// The last moment before which no more than `worked` has been worked, for `worked` from zero to below the total.
    fn left(&self, mut worked: i64) -> Option<i64> {
        self.spans.iter().find_map(|(start, end)| {
            let moment = (worked < end - start).then_some(start + worked);
            worked -= end - start;
            moment
        })
    }
}

/// Reads `HH:MM` or `HH:MM:SS` up to `24:00` as microseconds from midnight.
fn time_of_day(text: &str, field: &str) -> Result<i64> {
    let bad = || invalid(ErrorCode::BadFormat, field, "is not a time of day (HH:MM) up to 24:00", text);
    let two_digits = |part: &str| match part.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')),
        _ => None,
    };
    let parts: Vec<i64> = text.split(':').map(two_digits).collect::<Option<_>>().ok_or_else(bad)?;
    let (hour, minute, second) = match *parts.as_slice() {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(bad()),
    };
    let micros = (hour * 3600 + minute * 60 + second) * 1_000_000;
    if minute < 60 && second < 60 && micros <= DAY { Ok(micros) } else { Err(bad()) }
}

fn limited(field: &str, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::TooMany, field, format!("more than {limit} entries"));
    Err(problem.with("limit", limit).with("count", count).into_invalid())
}

fn invalid(code: ErrorCode, field: &str, what: &str, input: &str) -> Error {
    let shown = super::error::excerpt(input);
    Error::invalid(code, field, format!("`{shown}` {what}"))
}
