//! Instants of the company's own calendar.

use chrono::TimeZone as _;
use chrono_tz::Tz;
use crm_core::value::{Date, Timestamp};

use crate::failure::{Failure, Result};

/// The day on which the data end, in the zone of the company.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    zone: Tz,
    /// The last day of the data.
    pub as_of: Date,
}

impl Moments {
    /// The calendar of a zone.
    ///
    /// # Errors
    /// When no such zone is known.
    pub fn new(zone: &str, as_of: Date) -> Result<Self> {
        let zone = zone.parse().map_err(|_| Failure(format!("no such time zone: `{zone}`")))?;
        Ok(Self { zone, as_of })
    }

    /// A time of a day; where the clocks jump over it, the same time in UTC.
    pub fn on(&self, date: Date, hour: u32, minute: u32) -> Timestamp {
        let local = date.to_chrono().and_hms_opt(hour, minute, 0).unwrap_or_default();
        let found = self.zone.from_local_datetime(&local).earliest();
        Timestamp::from_chrono(found.map_or_else(|| local.and_utc(), |at| at.to_utc()))
    }

    /// A time so many days after the data end.
    ///
    /// # Errors
    /// When no calendar knows the day.
    pub fn after(&self, days: i64, hour: u32, minute: u32) -> Result<Timestamp> {
        Ok(self.on(self.as_of.add_days(days)?, hour, minute))
    }

    /// The last minute of the data, at which they are imported.
    pub fn end(&self) -> Timestamp {
        self.on(self.as_of, 23, 59)
    }

    /// An instant as people of the company write it: `2026-07-01 09:12`.
    pub fn shown(&self, at: Timestamp) -> String {
        at.to_chrono().with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string()
    }

    /// The day of an instant.
    ///
    /// # Errors
    /// When no calendar knows the day.
    pub fn day(&self, at: Timestamp) -> Result<Date> {
        Ok(Date::from_chrono(at.to_chrono().with_timezone(&self.zone).date_naive())?)
    }
}
