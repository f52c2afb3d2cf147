//! Months, counted from the year 0.

use chrono::Datelike as _;

use crate::value::{Date, Error, ErrorCode, Result};

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Month(i64);

impl Month {
    pub(super) fn of(date: Date) -> Self {
        let day = date.to_chrono();
        Self(i64::from(day.year()).saturating_mul(12).saturating_add(i64::from(day.month0())))
    }

    /// Reads `2026-03`.
    pub(super) fn of_text(text: &str) -> Result<Self> {
        let day: Date = format!("{text}-01").parse()?;
        Ok(Self::of(day))
    }

    pub(super) fn first_day(self) -> Result<Date> {
        let none = || Error::invalid(ErrorCode::OutOfRange, "from", "there is no such month");
        let year = i32::try_from(self.0.div_euclid(12)).map_err(|_| none())?;
        let month = u32::try_from(self.0.rem_euclid(12).saturating_add(1)).map_err(|_| none())?;
        Date::new(year, month, 1)
    }

    pub(super) fn last_day(self) -> Result<Date> {
        self.plus(1).first_day()?.add_days(-1)
    }

    pub(super) const fn plus(self, months: i64) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// How many months later it is.
    pub(super) const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
