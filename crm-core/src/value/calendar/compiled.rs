//! Working time by prefix sums: every answer is a few binary searches, however long the span.
//!
//! On the wall clock the working time before a moment is whole weeks times the hours of a week, plus what the
//! exceptions before it add or take. A zone is a row of stretches with one offset each; within a stretch the wall clock
//! runs as real time does. So the real working time before an instant is that of the stretches before, plus a difference
//! on the wall clock, and both directions of the question are searches in sums that never fall.

use chrono::Datelike;

use super::zone::Change;
use super::{DAY, Hours};
use crate::value::{Date, ErrorCode, Problem, Result, Timestamp};

/// Days on the wall clock are counted from Monday, 0001-01-01; zones reach a day further at both ends.
const FIRST_DAY: i64 = -2;
/// Behind 9999-12-31.
const LAST_DAY: i64 = 3_652_061;

/// A checked business calendar that answers in logarithmic time.
///
/// Compile a definition once and keep it; it is immutable and can be shared among threads.
///
/// ```
/// use crm_core::value::{BusinessCalendar, Timestamp};
/// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
/// let (monday, next_monday): (Timestamp, Timestamp) = ("2026-06-01T00:00:00Z".parse()?, "2026-06-08T00:00:00Z".parse()?);
/// assert_eq!(office.elapsed(monday, next_monday), 45 * 3600);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledCalendar {
    week: [Hours; 7],
    /// Sums over the days of the week before each one; the last entry is the whole week.
    week_sums: [Sum; 8],
    exceptions: Vec<Exception>,
    stretches: Vec<Stretch>,
}

/// Working time in microseconds, and working days.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sum {
    time: i64,
    days: i64,
}

impl Sum {
    fn of(hours: &Hours) -> Self {
        Self { time: hours.total, days: i64::from(hours.total > 0) }
    }

    const fn plus(self, other: Self, times: i64) -> Self {
        Self { time: self.time + other.time * times, days: self.days + other.days * times }
    }
}

/// A date with hours of its own, and what all exceptions up to and with it add to the weekly pattern.
#[derive(Debug, Clone, PartialEq)]
struct Exception {
    day: i64,
    hours: Hours,
    added: Sum,
}

/// A time with one offset of the zone; figures in microseconds, instants counted from 0001-01-01 in UTC.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    from: i64,
    offset: i64,
    /// Real working time before the stretch.
    worked: i64,
    /// Working time on the wall clock before the stretch.
    wall: i64,
}

impl CompiledCalendar {
    /// `exceptions` are sorted by date, each date once.
    pub(super) fn new(week: [Hours; 7], exceptions: Vec<(Date, Hours)>, offsets: &[Change]) -> Self {
        let mut week_sums = [Sum::default(); 8];
        let mut sum = Sum::default();
        for (slot, hours) in week_sums.iter_mut().skip(1).zip(&week) {
            sum = sum.plus(Sum::of(hours), 1);
            *slot = sum;
        }
        let mut calendar = Self { week, week_sums, exceptions: Vec::new(), stretches: Vec::new() };
        calendar.exceptions = calendar.summed(exceptions);
        calendar.stretches = calendar.stretched(offsets);
        calendar
    }

    fn summed(&self, exceptions: Vec<(Date, Hours)>) -> Vec<Exception> {
        let mut added = Sum::default();
        let sum = |(date, hours): (Date, Hours)| {
            let day = day_of(date);
            added = added.plus(Sum::of(&hours), 1).plus(Sum::of(self.weekly_hours(day)), -1);
            Exception { day, hours, added }
        };
        exceptions.into_iter().map(sum).collect()
    }

    fn stretched(&self, offsets: &[Change]) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::with_capacity(offsets.len());
        for change in offsets {
            let offset = change.offset * 1_000_000;
            let from = change.from.saturating_mul(1_000_000).saturating_sub(origin()).max(FIRST_DAY * DAY);
            let worked = stretches.last().map_or(0, |last| self.worked_in(last, from));
            stretches.push(Stretch { from, offset, worked, wall: self.wall_before(from + offset) });
        }
        stretches
    }

    /// The instant at which `seconds` of working time have passed since `start`; before it for a negative number.
    ///
    /// Forward it is the first such instant (the end of a day, not the start of the next one), backward the last one
    /// (the start of a day, not the end of the one before). Zero seconds give `start`, even outside working time.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// let friday = "2026-06-05T16:00:00Z".parse()?;
    /// assert_eq!(office.add_working(friday, 3600)?, "2026-06-05T17:00:00Z".parse()?);
    /// assert_eq!(office.add_working(friday, 3601)?, "2026-06-08T08:00:01Z".parse()?);
    /// assert_eq!(office.add_working(friday, -9 * 3600)?, "2026-06-04T16:00:00Z".parse()?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` if there is not so much working time between the years 1 and 9999.
    pub fn add_working(&self, start: Timestamp, seconds: i64) -> Result<Timestamp> {
        let micros = seconds.checked_mul(1_000_000);
        let target = micros.and_then(|micros| self.worked_before(instant_of(start)).checked_add(micros));
        let instant = match (seconds, target) {
            (0, _) => return Ok(start),
            (1.., Some(target)) => self.first_instant(target),
            (_, Some(target)) => self.last_instant(target),
            (_, None) => None,
        };
        instant.and_then(timestamp_of).ok_or_else(too_far)
    }

    /// Working seconds from `from` to `to`, cut to whole seconds towards zero; negative if `to` is the earlier one.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// let (opened, closed) = ("2026-06-05T16:45:00Z".parse()?, "2026-06-08T08:45:00Z".parse()?);
    /// assert_eq!((office.elapsed(opened, closed), office.elapsed(closed, opened)), (3600, -3600));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn elapsed(&self, from: Timestamp, to: Timestamp) -> i64 {
        (self.worked_before(instant_of(to)) - self.worked_before(instant_of(from))) / 1_000_000
    }

    /// Whether the instant is working time.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// assert!(office.is_working("2026-06-05T08:00:00Z".parse()?));
    /// assert!(!office.is_working("2026-06-05T17:00:00Z".parse()?));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn is_working(&self, at: Timestamp) -> bool {
        let wall = self.wall_clock(instant_of(at));
        self.hours(wall.div_euclid(DAY)).contains(wall.rem_euclid(DAY))
    }

    /// The first instant of working time at or behind `at`.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// assert_eq!(office.next_working("2026-06-05T17:00:00Z".parse()?)?, "2026-06-08T08:00:00Z".parse()?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` if there is none up to the year 9999.
    pub fn next_working(&self, at: Timestamp) -> Result<Timestamp> {
        let worked = self.worked_before(instant_of(at));
        self.last_instant(worked).and_then(timestamp_of).ok_or_else(too_far)
    }

    /// Whether the date has working hours.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// assert!(!office.is_working_day("2026-06-06".parse()?));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        self.hours(day_of(date)).total > 0
    }

    /// The `count`-th working day behind `date`; before it for a negative number; `date` itself for zero.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// assert_eq!(office.add_working_days("2026-06-05".parse()?, 3)?, "2026-06-10".parse()?);
    /// assert_eq!(office.add_working_days("2026-06-07".parse()?, -1)?, "2026-06-05".parse()?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` if there are not so many working days between the years 1 and 9999.
    pub fn add_working_days(&self, date: Date, count: i64) -> Result<Date> {
        let day = day_of(date);
        let wanted = match count {
            0 => return Ok(date),
            1.. => self.before_day(day + 1).days.checked_add(count),
            _ => self.before_day(day).days.checked_add(count).map(|before| before + 1),
        };
        let day = wanted
            .filter(|wanted| *wanted > self.before_day(0).days)
            .and_then(|wanted| self.first_day(|before| before.days >= wanted));
        day.and_then(date_of).ok_or_else(too_far)
    }

    /// The number of working days from `from` (counted) to `to` (not counted); negative if `to` is the earlier one.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let office = BusinessCalendar::weekdays("office", "UTC", "08:00", "17:00").compile()?;
    /// assert_eq!(office.working_days_between("2026-06-01".parse()?, "2026-07-01".parse()?), 22);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn working_days_between(&self, from: Date, to: Date) -> i64 {
        self.before_day(day_of(to)).days - self.before_day(day_of(from)).days
    }

    /// The date that the calendar's wall clock shows at an instant.
    ///
    /// ```
    /// # use crm_core::value::BusinessCalendar;
    /// let china = BusinessCalendar::weekdays("CN", "Asia/Shanghai", "08:00", "17:00").compile()?;
    /// assert_eq!(china.date_at("2026-06-05T16:00:00Z".parse()?)?, "2026-06-06".parse()?);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `OutOfRange` if the wall clock has left the years 1 to 9999.
    pub fn date_at(&self, at: Timestamp) -> Result<Date> {
        date_of(self.wall_clock(instant_of(at)).div_euclid(DAY)).ok_or_else(too_far)
    }

    // The wall clock.

    fn weekly_hours(&self, day: i64) -> &Hours {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = &self.week;
        match day.rem_euclid(7) {
            0 => monday,
            1 => tuesday,
            2 => wednesday,
            3 => thursday,
            4 => friday,
            5 => saturday,
            _ => sunday,
        }
    }

    fn hours(&self, day: i64) -> &Hours {
        match self.exceptions.binary_search_by_key(&day, |exception| exception.day) {
            Ok(place) => self.exceptions.get(place).map_or(self.weekly_hours(day), |exception| &exception.hours),
            Err(_) => self.weekly_hours(day),
        }
    }

    /// Working time and days before midnight of `day`.
    fn before_day(&self, day: i64) -> Sum {
        let [.., whole_week] = self.week_sums;
        let weekday = usize::try_from(day.rem_euclid(7)).unwrap_or(0);
        let begun_week = self.week_sums.get(weekday).copied().unwrap_or_default();
        let past = self.exceptions.partition_point(|exception| exception.day < day);
        let added = past.checked_sub(1).and_then(|place| self.exceptions.get(place)).map(|exception| exception.added);
        begun_week.plus(whole_week, day.div_euclid(7)).plus(added.unwrap_or_default(), 1)
    }

    /// Working time on the wall clock before a moment of it.
    fn wall_before(&self, wall: i64) -> i64 {
        let day = wall.div_euclid(DAY);
        self.before_day(day).time + self.hours(day).before(wall.rem_euclid(DAY))
    }

    /// The first day at whose end `reached` is true of the sum; `reached` never turns back.
    fn first_day(&self, reached: impl Fn(Sum) -> bool) -> Option<i64> {
        let (mut low, mut high) = (FIRST_DAY, LAST_DAY);
        if !reached(self.before_day(high + 1)) {
            return None;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if reached(self.before_day(middle + 1)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(low)
    }

    // Real time.

    /// The stretch in which an instant lies.
    fn stretch_at(&self, instant: i64) -> Option<&Stretch> {
        let behind = self.stretches.partition_point(|stretch| stretch.from <= instant);
        self.stretches.get(behind.saturating_sub(1))
    }

    fn wall_clock(&self, instant: i64) -> i64 {
        instant + self.stretch_at(instant).map_or(0, |stretch| stretch.offset)
    }

    fn worked_in(&self, stretch: &Stretch, instant: i64) -> i64 {
        stretch.worked + self.wall_before(instant + stretch.offset) - stretch.wall
    }

    /// Real working time before an instant.
    fn worked_before(&self, instant: i64) -> i64 {
        self.stretch_at(instant).map_or(0, |stretch| self.worked_in(stretch, instant))
    }

    /// The first instant before which `worked` has been worked.
    fn first_instant(&self, worked: i64) -> Option<i64> {
        let behind = self.stretches.partition_point(|stretch| stretch.worked < worked);
        let stretch = self.stretches.get(behind.checked_sub(1)?)?;
        let wanted = worked - stretch.worked + stretch.wall;
        let day = self.first_day(|before| before.time >= wanted)?;
        let moment = self.hours(day).reached(wanted - self.before_day(day).time)?;
        Some(day * DAY + moment - stretch.offset)
    }

    /// The last instant before which no more than `worked` has been worked.
    fn last_instant(&self, worked: i64) -> Option<i64> {
        let behind = self.stretches.partition_point(|stretch| stretch.worked <= worked);
        let stretch = self.stretches.get(behind.checked_sub(1)?)?;
        let wanted = worked - stretch.worked + stretch.wall;
        let day = self.first_day(|before| before.time > wanted)?;
        let moment = self.hours(day).left(wanted - self.before_day(day).time)?;
        Some(day * DAY + moment - stretch.offset)
    }
}

/// 0001-01-01T00:00:00Z in microseconds since 1970: the earliest timestamp.
const fn origin() -> i64 {
    Timestamp::from_micros(i64::MIN).micros()
}

const fn instant_of(at: Timestamp) -> i64 {
    at.micros() - origin()
}

/// `None` outside the years 1 to 9999.
fn timestamp_of(instant: i64) -> Option<Timestamp> {
    let micros = instant.checked_add(origin())?;
    Some(Timestamp::from_micros(micros)).filter(|at| at.micros() == micros)
}

fn day_of(date: Date) -> i64 {
    i64::from(date.to_chrono().num_days_from_ce()) - 1
}

fn date_of(day: i64) -> Option<Date> {
    let days = i32::try_from(day + 1).ok()?;
    chrono::NaiveDate::from_num_days_from_ce_opt(days).and_then(|date| Date::from_chrono(date).ok())
}

fn too_far() -> crate::value::Error {
    let message = "the calendar has not so much working time between the years 1 and 9999";
    Problem::new(ErrorCode::OutOfRange, message).into_invalid()
}
