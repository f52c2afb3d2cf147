//! The offsets of a time zone as a table: from when on, how far the wall clock is ahead of UTC.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// An offset and the instant from which it holds, both in seconds; the first one holds from the beginning of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub from: i64,
    pub offset: i64,
}

const SECONDS_OF_A_DAY: i64 = 86_400;
/// 1830-01-01: before the first change of offset in the database.
const FIRST: i64 = -4_417_977_600;
/// 2130-01-01: behind the last change that the compiled database knows; later years keep the last offset.
const LAST: i64 = 5_049_129_600;

/// The table of the zone; `None` if there is no zone of that name.
///
/// The database is compiled in, so the table of a zone never changes and is worked out once.
pub(super) fn offsets(name: &str) -> Option<Arc<[Change]>> {
    static TABLES: OnceLock<Mutex<HashMap<Tz, Arc<[Change]>>>> = OnceLock::new();
    let zone: Tz = name.parse().ok()?;
    let mut tables = TABLES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    Some(tables.entry(zone).or_insert_with(|| table(zone)).clone())
}

/// Looks at the offset once a day and narrows every change down to the second.
fn table(zone: Tz) -> Arc<[Change]> {
    let mut changes = vec![Change { from: i64::MIN, offset: offset_at(zone, FIRST) }];
    let mut offset = offset_at(zone, FIRST);
    let mut at = FIRST;
    while at < LAST {
        let next = at + SECONDS_OF_A_DAY;
        while offset_at(zone, next) != offset {
            let from = first_change(zone, at, next, offset);
            offset = offset_at(zone, from);
            changes.push(Change { from, offset });
            at = from;
        }
        at = next;
    }
    changes.into()
}

/// The first second behind `low`, up to `high`, with another offset.
fn first_change(zone: Tz, mut low: i64, mut high: i64, offset: i64) -> i64 {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset_at(zone, middle) == offset {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn offset_at(zone: Tz, seconds: i64) -> i64 {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc();
    zone.offset_from_utc_datetime(&at).fix().local_minus_utc().into()
}
