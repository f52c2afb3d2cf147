//! When things happen: the history window, the seasons of each country, and local times with their offset.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::rng::Rng;
use super::words::Country;

/// Months of history.
pub const HISTORY_MONTHS: u32 = 24;

/// First day of the Chinese year (春节), month and day, from 2015 on.
const NEW_YEAR_FROM_2015: [(u32, u32); 26] = [
    (2, 19),
    (2, 8),
    (1, 28),
    (2, 16),
    (2, 5),
    (1, 25),
    (2, 12),
    (2, 1),
    (1, 22),
    (2, 10),
    (1, 29),
    (2, 17),
    (2, 6),
    (1, 26),
    (2, 13),
    (2, 3),
    (1, 23),
    (2, 11),
    (1, 31),
    (2, 19),
    (2, 8),
    (1, 28),
    (2, 15),
    (2, 4),
    (1, 24),
    (2, 12),
];

/// The days that the data covers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// The day the old system went live.
    pub start: NaiveDate,
    /// The day of the export.
    pub until: NaiveDate,
}

impl History {
    /// The 24 months that end at a date.
    pub fn ending(until: NaiveDate) -> Self {
        let start = until.checked_sub_months(Months::new(HISTORY_MONTHS)).unwrap_or(until);
        Self { start: plus_days(start, 1), until }
    }
}

/// The date `days` later, or earlier when negative; the date itself at the end of the calendar.
pub fn plus_days(date: NaiveDate, days: i64) -> NaiveDate {
    let count = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(count) } else { date.checked_add_days(count) };
    moved.unwrap_or(date)
}

/// Days from the first date to the second.
pub fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// First day of the Chinese year that falls in a western year; 5 February outside the table.
pub fn chinese_new_year(year: i32) -> Option<NaiveDate> {
    let at = usize::try_from(year - 2015).unwrap_or(usize::MAX);
    let (month, day) = NEW_YEAR_FROM_2015.get(at).copied().unwrap_or((2, 5));
    NaiveDate::from_ymd_opt(year, month, day)
}

/// How much business is done on a day, 100 being an ordinary working day. Quarter ends are busier, weekends and
/// holidays are silent, and the weeks around them are thin.
pub fn business_weight(date: NaiveDate, country: Country) -> u64 {
    if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        return 0;
    }
    let season = match country {
        Country::China => china_season(date),
        Country::Germany => europe_season(date, 60),
        Country::Italy => europe_season(date, 20),
        Country::UnitedStates => america_season(date),
        Country::Japan => japan_season(date),
    };
    let quarter_end = if date.month().is_multiple_of(3) { 130 } else { 100 };
    season * quarter_end / 100
}

fn china_season(date: NaiveDate) -> u64 {
    let from_new_year = chinese_new_year(date.year()).map_or(100, |first| days_between(first, date));
    match (from_new_year, date.month(), date.day()) {
        (-1..=6, _, _) | (_, 10, 1..=7) | (_, 5, 1..=3) => 0,
        (-12..=-2, _, _) | (7..=16, _, _) => 30,
        _ => 100,
    }
}

fn europe_season(date: NaiveDate, august: u64) -> u64 {
    match (date.month(), date.day()) {
        (12, 24..=31) | (1, 1..=2) | (5, 1) => 0,
        (12, 18..=23) | (1, 3..=7) => 40,
        (8, _) => august,
        _ => 100,
    }
}

fn america_season(date: NaiveDate) -> u64 {
    match (date.month(), date.day()) {
        (12, 24..=26) | (1, 1) | (7, 4) => 0,
        (11, 22..=30) | (12, 20..=31) => 40,
        _ => 100,
    }
}

fn japan_season(date: NaiveDate) -> u64 {
    match (date.month(), date.day()) {
        (12, 29..=31) | (1, 1..=4) => 0,
        (4, 29..=30) | (5, 1..=5) => 10,
        (8, 11..=16) => 30,
        (3, _) => 125,
        _ => 100,
    }
}

/// The nearest day with business at or after the date (`step` 1) or at or before it (`step` -1).
pub fn business_day(date: NaiveDate, country: Country, step: i64) -> NaiveDate {
    (0..16).map(|days| plus_days(date, days * step)).find(|day| business_weight(*day, country) > 0).unwrap_or(date)
}

/// The last day of the quarter that holds the date.
pub fn quarter_end(date: NaiveDate) -> NaiveDate {
    let first_of_month = date.with_day(1).unwrap_or(date);
    let months = 3 - (date.month() - 1) % 3;
    plus_days(first_of_month.checked_add_months(Months::new(months)).unwrap_or(date), -1)
}

/// Draws days of the window by the season of a country, with a business that grows by a third over the window.
#[derive(Debug)]
pub struct DayPicker {
    start: NaiveDate,
    /// For each day, the sum of the weights up to and including it.
    running: Vec<u64>,
}

impl DayPicker {
    /// Prepares the weights of one country.
    pub fn new(history: History, country: Country) -> Self {
        let days = days_between(history.start, history.until).max(0).unsigned_abs();
        let mut sum = 0;
        let running = (0..=days)
            .map(|at| {
                let date = plus_days(history.start, i64::try_from(at).unwrap_or(0));
                sum += business_weight(date, country) * (3 * days + at + 1) / (days + 1);
                sum
            })
            .collect();
        Self { start: history.start, running }
    }

    /// One day.
    pub fn pick(&self, rng: &mut Rng) -> NaiveDate {
        let drawn = rng.below(self.running.last().copied().unwrap_or(1));
        let at = self.running.partition_point(|sum| *sum <= drawn);
        plus_days(self.start, i64::try_from(at).unwrap_or(0))
    }
}

/// Minutes east of Greenwich on a date, summer time included.
pub fn offset_minutes(date: NaiveDate, country: Country) -> i64 {
    match country {
        Country::China => 480,
        Country::Japan => 540,
        Country::Germany | Country::Italy => 60 + summer(date, last_sunday(date, 3), last_sunday(date, 10)),
        Country::UnitedStates => -300 + summer(date, nth_sunday(date, 3, 2), nth_sunday(date, 11, 1)),
    }
}

fn summer(date: NaiveDate, from: Option<NaiveDate>, to: Option<NaiveDate>) -> i64 {
    match (from, to) {
        (Some(from), Some(to)) if date >= from && date < to => 60,
        _ => 0,
    }
}

fn nth_sunday(date: NaiveDate, month: u32, nth: u8) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(date.year(), month, Weekday::Sun, nth)
}

fn last_sunday(date: NaiveDate, month: u32) -> Option<NaiveDate> {
    nth_sunday(date, month, 5).or_else(|| nth_sunday(date, month, 4))
}

/// An instant in local time: `2026-03-31T14:05:00+08:00`.
pub fn local_time(date: NaiveDate, minute_of_day: i64, country: Country) -> String {
    let offset = offset_minutes(date, country);
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (minute_of_day / 60, minute_of_day % 60);
    format!("{date}T{hours:02}:{minutes:02}:00{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
}
