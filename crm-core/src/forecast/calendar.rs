//! What the calendar does to months: working days (工作日), and holidays that move between months (春节). Both are data.

use crate::value::{CompiledCalendar, Date, Error, ErrorCode, Problem, Result};

use super::inputs::{Effect, months_after};
use super::moving::{self, Observations};
use super::naive::{count, mean};

/// The most moving holidays of a calendar.
pub const MAX_MOVING_HOLIDAYS: usize = 10;
/// The most figures of a calendar, and the most dates of a holiday.
pub const MAX_CALENDAR_FIGURES: usize = 5_000;
/// The most days of one part of a holiday.
pub const MAX_HOLIDAY_DAYS: u32 = 60;
/// A holiday that moves comes again after so many days at the earliest (50 weeks for Easter, 353 days for the new year of
/// the Chinese calendar).
const COMES_AGAIN: i64 = 350;
/// And after so many at the latest.
const COMES_AT_THE_LATEST: i64 = 400;

value_struct! {
    /// A figure of one period.
    pub struct PeriodFigure {
        required {
            /// The first day of the period.
            pub period: Date,
            /// The figure.
            pub figure: f64,
        }
    }
}

value_struct! {
    /// A holiday whose date moves from year to year between months, such as the Chinese New Year or Easter.
    ///
    /// Its effect is estimated apart for the days before it, for itself and for the days after it: each is a regressor,
    /// the share of those days that falls into a month, as in the program Genhol of X-13ARIMA-SEATS.
    pub struct MovingHoliday {
        required {
            /// What it is called in notes.
            pub name: String,
            /// Its first day in each year, over the whole history and the horizon.
            pub dates: Vec<Date>,
            /// How many days it lasts.
            pub days: u32,
        }
        optional {
            /// Days before it on which more or less is ordered.
            pub days_before: u32,
            /// Days after its last day until all is as usual.
            pub days_after: u32,
        }
    }
}

value_struct! {
    /// What is known of the months of a history and of a horizon. The series tells when it starts.
    #[derive(Default)]
    pub struct ForecastCalendar {
        optional {
            /// Working days of each month. The history is forecast as if all months had the same, and each figure to come has
            /// the working days of its month. Nothing if months are taken as they are.
            pub working_days: Vec<PeriodFigure>,
            /// Holidays that move. The effect of one is put in if three years or more show that it has one.
            pub moving_holidays: Vec<MovingHoliday>,
        }
    }
}

impl ForecastCalendar {
    /// A calendar with the working days of `months` months, the first of which begins with `start`.
    ///
    /// ```
    /// use crm_core::forecast::ForecastCalendar;
    /// use crm_core::value::BusinessCalendar;
    /// let mut office = BusinessCalendar::weekdays("CN", "Asia/Shanghai", "08:30", "17:30");
    /// office.holidays = vec!["2026-01-01".parse()?];
    /// let calendar = ForecastCalendar::of_working_days(&office.compile()?, "2026-01-01".parse()?, 2)?;
    /// assert_eq!(calendar.working_days.iter().map(|days| days.figure).collect::<Vec<_>>(), [21.0, 20.0]);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `TooMany` for more than [`MAX_CALENDAR_FIGURES`] months, `OutOfRange` behind the year 9999.
    pub fn of_working_days(calendar: &CompiledCalendar, start: Date, months: u32) -> Result<Self> {
        let months = usize::try_from(months).unwrap_or(usize::MAX);
        limited("months", months)?;
        let starts = period_starts(start, months)?;
        let days = starts.windows(2).filter_map(|pair| match pair {
            [from, to] => Some((*from, calendar.working_days_between(*from, *to))),
            _ => None,
        });
        let figure = |days: i64| f64::from(i32::try_from(days).unwrap_or(0));
        let working_days = days.map(|(period, days)| PeriodFigure { period, figure: figure(days) }).collect();
        Ok(Self { working_days, ..Self::default() })
    }

    /// What the calendar does to each period: of the history, whose figures are given, and of `horizon` more. Notes say what
    /// was found.
    ///
    /// # Errors
    /// Under `calendar`: `Required` for a period without working days (`period` in the data) and for a holiday whose date is
    /// not known for a year (`period`); `OutOfRange` for working days that are not above zero, for days of a holiday.
    pub(super) fn effects(
        &self,
        start: Date,
        values: &[Option<f64>],
        horizon: usize,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Effect>> {
        let starts = period_starts(start, values.len().saturating_add(horizon))?;
        self.check()?;
        let days = self.working_day_factors(&starts, values.len())?;
        let mut effects: Vec<Effect> = days.iter().map(|factor| Effect { factor: *factor, shift: 0.0 }).collect();
        for (place, holiday) in self.moving_holidays.iter().enumerate() {
            holiday.covers(&starts).map_err(|error| error.under(&format!("moving_holidays[{place}]")))?;
            let without: Vec<Option<f64>> =
                values.iter().zip(&effects).map(|(value, effect)| value.map(|value| effect.taken(value))).collect();
            let Some(observations) = Observations::of(&without) else {
                notes.push(format!("no effect of {} was estimated: that takes three years", holiday.name));
                continue;
            };
            match observations.explained(&holiday.shares(&starts)) {
                None => notes.push(format!("the history shows no effect of {}", holiday.name)),
                Some(found) => {
                    notes.push(format!("an effect of {} was put in", holiday.name));
                    for (effect, by) in effects.iter_mut().zip(moving::effects(&found, observations.by_logarithms)) {
                        *effect = by.inside(*effect);
                    }
                }
            }
        }
        Ok(effects)
    }

    fn check(&self) -> Result<()> {
        limited("working_days", self.working_days.len())?;
        if self.moving_holidays.len() > MAX_MOVING_HOLIDAYS {
            let problem = Problem::of_field(ErrorCode::TooMany, "moving_holidays", "too many holidays");
            return Err(problem.with("limit", MAX_MOVING_HOLIDAYS).into_invalid());
        }
        for (place, days) in self.working_days.iter().enumerate() {
            if !(days.figure > 0.0 && days.figure <= 1e6) {
                let field = format!("working_days[{place}].figure");
                return Err(Error::invalid(ErrorCode::OutOfRange, field, "a period has working days above zero"));
            }
        }
        let check = |(place, holiday): (usize, &MovingHoliday)| {
            holiday.check().map_err(|error| error.under(&format!("moving_holidays[{place}]")))
        };
        self.moving_holidays.iter().enumerate().try_for_each(check)
    }

    /// The working days of each period by their mean over the history.
    fn working_day_factors(&self, starts: &[Date], known: usize) -> Result<Vec<f64>> {
        let periods = starts.len().saturating_sub(1);
        if self.working_days.is_empty() {
            return Ok(vec![1.0; periods]);
        }
        let of_period = |start: &Date| {
            let found = self.working_days.iter().find(|days| days.period == *start);
            found.map(|days| days.figure).ok_or_else(|| {
                let problem = Problem::of_field(ErrorCode::Required, "working_days", format!("{start} has none"));
                problem.with("period", start).into_invalid()
            })
        };
        let days: Vec<f64> = starts.iter().take(periods).map(of_period).collect::<Result<_>>()?;
        let usual = mean(days.get(..known).filter(|history| !history.is_empty()).unwrap_or(&days));
        Ok(days.iter().map(|days| days / usual).collect())
    }
}

impl Effect {
    /// This effect first, and then the other one.
    fn inside(self, other: Self) -> Self {
        Self { factor: self.factor * other.factor, shift: self.shift * other.factor + other.shift }
    }
}

impl MovingHoliday {
    fn check(&self) -> Result<()> {
        limited("dates", self.dates.len())?;
        let parts = [("days", self.days), ("days_before", self.days_before), ("days_after", self.days_after)];
        for (field, days) in parts {
            if days > MAX_HOLIDAY_DAYS || (field == "days" && days == 0) {
                let problem = Problem::of_field(ErrorCode::OutOfRange, field, "it lasts too long, or not at all");
                return Err(problem.with("max", MAX_HOLIDAY_DAYS).into_invalid());
            }
        }
        Ok(())
    }

    /// Refuses a holiday of which a date is missing between the first and the last period.
    fn covers(&self, starts: &[Date]) -> Result<()> {
        let missing = |near: Date| {
            let message = format!("the date of the holiday near {near} is not given");
            Err(Problem::of_field(ErrorCode::Required, "dates", message).with("period", near).into_invalid())
        };
        let (Some(from), Some(to)) = (starts.first().copied(), starts.last().copied()) else { return Ok(()) };
        let mut dates = self.dates.clone();
        dates.sort_unstable();
        let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else { return missing(from) };
        let (before, after) = (i64::from(self.days_before), i64::from(self.days.saturating_add(self.days_after)));
        if first.days_since(from) > COMES_AGAIN.saturating_sub(after) {
            return missing(from);
        }
        if to.days_since(last) > COMES_AGAIN.saturating_sub(before) {
            return missing(to);
        }
        for pair in dates.windows(2) {
            if let [one, next] = pair
                && next.days_since(*one) > COMES_AT_THE_LATEST
                && *next > from
                && *one < to
            {
                return missing(*one);
            }
        }
        Ok(())
    }

    /// For each part of the holiday that has days: the share of them that falls into each period.
    fn shares(&self, starts: &[Date]) -> Vec<Vec<f64>> {
        let (before, days) = (i64::from(self.days_before), i64::from(self.days));
        let after = i64::from(self.days_after);
        let parts = [(-before, 0), (0, days), (days, days.saturating_add(after))];
        let part = |(from, to): (i64, i64)| {
            let mut shares = vec![0.0; starts.len().saturating_sub(1)];
            for date in &self.dates {
                for day in (from..to).filter_map(|offset| date.add_days(offset).ok()) {
                    let behind = starts.partition_point(|start| *start <= day);
                    if let Some(share) = behind.checked_sub(1).and_then(|place| shares.get_mut(place)) {
                        *share += 1.0;
                    }
                }
            }
            let all = count(usize::try_from(to.saturating_sub(from)).unwrap_or(1));
            shares.iter().map(|days| days / all).collect()
        };
        parts.into_iter().filter(|(from, to)| from < to).map(part).collect()
    }
}

/// The first days of so many months from `start`, and the day behind them.
fn period_starts(start: Date, periods: usize) -> Result<Vec<Date>> {
    let starts: Option<Vec<Date>> = (0..=periods).map(|place| months_after(start, place)).collect();
    starts.ok_or_else(|| Error::invalid(ErrorCode::OutOfRange, "start", "the periods reach behind the year 9999"))
}

fn limited(field: &str, number: usize) -> Result<()> {
    if number <= MAX_CALENDAR_FIGURES {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::TooMany, field, "too many figures");
    Err(problem.with("limit", MAX_CALENDAR_FIGURES).into_invalid())
}

#[cfg(test)]
mod tests;
