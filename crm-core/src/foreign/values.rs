//! Functions and objects of the ground floor.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine;
use crate::value::{
    self, AllocationMethod, BusinessCalendar, Currency, Date, Decimal, Dimension, FieldValue, IdentifierKind, Quantity,
    Result, Rounding, Timestamp, UnitFactor, identifier,
};

/// The version of the engine.
#[uniffi::export]
pub fn engine_version() -> String {
    crate::VERSION.to_owned()
}

/// Reads a field value as every field of the engine is read, and gives it back as the engine keeps it.
///
/// # Errors
/// `BadJson` if a nested value is no list or object, `FloatNotAllowed` if a binary float is in it.
#[uniffi::export]
pub fn check_value(value: FieldValue) -> Result<FieldValue> {
    value.checked()
}

/// The names that [`json_schema`] knows: `command`, `question`, `outcome`, `problem`, and every entity.
#[uniffi::export]
pub fn json_schema_names() -> Vec<String> {
    engine::json_schema_names()
}

/// The JSON Schema (draft 2020-12) of a command, a question, an outcome or an entity, as canonical JSON.
///
/// # Errors
/// `UnknownEntity` for another name.
#[uniffi::export]
pub fn json_schema(name: &str) -> Result<String> {
    engine::json_schema(name)
}

/// Shares `amount` out by `weights` into parts of at most `exponent` digits behind the point; they sum to it exactly.
///
/// # Errors
/// `DecimalDigits` if `amount` has more digits than `exponent`; `Required` without weights; `OutOfRange` for weights of
/// both signs that sum to zero; `TooMany`, `Overflow`.
#[uniffi::export]
pub fn allocate(
    amount: Decimal,
    weights: Vec<Decimal>,
    method: AllocationMethod,
    exponent: u32,
) -> Result<Vec<Decimal>> {
    value::allocate(amount, &weights, method, exponent)
}

/// The one written form of an identifier; its check digits are tested.
///
/// # Errors
/// `BadFormat`, `CheckDigit`, `TooLong`.
#[uniffi::export]
pub fn normalize_identifier(kind: IdentifierKind, text: &str) -> Result<String> {
    identifier::normalize(kind, text)
}

/// The one written form of an article number: GTIN-8, 12, 13 or 14.
///
/// # Errors
/// `BadFormat`, `CheckDigit`.
#[uniffi::export]
pub fn normalize_gtin(text: &str) -> Result<String> {
    identifier::normalize_gtin(text)
}

/// The one written form of a bank account number.
///
/// # Errors
/// `BadFormat`, `CheckDigit`.
#[uniffi::export]
pub fn normalize_iban(text: &str) -> Result<String> {
    identifier::normalize_iban(text)
}

/// The normal form for comparing text: full-width letters become half-width, capitals small.
#[uniffi::export]
pub fn normalize_text(text: &str) -> String {
    value::normalize_text(text)
}

/// Reads a decimal from its written form, as every field of the engine does.
///
/// # Errors
/// `BadFormat`; `DecimalDigits` for more digits than an exact decimal can keep.
#[uniffi::export]
pub fn parse_decimal(text: &str) -> Result<Decimal> {
    text.parse()
}

/// Rounds a decimal to `scale` digits behind the point, by a named rule.
///
/// # Errors
/// `DecimalDigits` for an amount with more digits than an exact decimal can keep.
#[uniffi::export]
pub fn round_decimal(amount: Decimal, scale: u32, rounding: Rounding) -> Result<Decimal> {
    Ok(amount.round(scale, rounding))
}

/// The codes of all active currencies of ISO 4217.
#[uniffi::export]
pub fn currencies() -> Vec<Currency> {
    Currency::all()
}

/// Digits behind the point of the smallest amount that is paid in a currency.
///
/// # Errors
/// `BadFormat` for what is no code of a currency.
#[uniffi::export]
pub fn currency_exponent(currency: Currency) -> Result<u32> {
    Ok(currency.exponent())
}

/// The SHA-256 of bytes, as an attachment names its content.
#[uniffi::export]
pub fn content_hash(bytes: Vec<u8>) -> String {
    crate::customer::content_hash(&bytes)
}

/// Units of measurement and what is known about converting them.
#[derive(uniffi::Object)]
pub struct UnitTable {
    table: Mutex<value::UnitTable>,
}

impl UnitTable {
    fn table(&self) -> MutexGuard<'_, value::UnitTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[uniffi::export]
impl UnitTable {
    /// The units that everybody has.
    #[uniffi::constructor]
    pub fn standard() -> Self {
        Self { table: Mutex::new(value::UnitTable::standard().clone()) }
    }

    /// Adds a factor between two units: `1 box` is `12 piece`.
    ///
    /// # Errors
    /// `UnitMismatch` if the factor contradicts what is known, `OutOfRange`, `TooMany`.
    pub fn add_factor(&self, factor: UnitFactor) -> Result<()> {
        self.table().add_factor(&factor)
    }

    /// The codes of all units.
    pub fn units(&self) -> Vec<String> {
        self.table().units().iter().map(|unit| unit.code().to_owned()).collect()
    }

    /// What a unit measures.
    ///
    /// # Errors
    /// `UnitMismatch` for an unknown unit.
    pub fn dimension(&self, unit: &str) -> Result<Dimension> {
        Ok(self.table().unit(unit)?.dimension())
    }

    /// The quantity in another unit, rounded to `scale` digits behind the point.
    ///
    /// # Errors
    /// `UnitMismatch`, `Overflow`.
    pub fn convert(&self, quantity: Quantity, to: &str, scale: u32, rounding: Rounding) -> Result<Quantity> {
        self.table().convert(&quantity, to, scale, rounding)
    }

    /// The quantity in another unit, if a decimal can say it exactly.
    ///
    /// # Errors
    /// `UnitMismatch`, `DecimalDigits`.
    pub fn convert_exact(&self, quantity: Quantity, to: &str) -> Result<Quantity> {
        self.table().convert_exact(&quantity, to)
    }
}

/// A calendar in which every day has the same hours, Monday to Friday.
#[uniffi::export]
pub fn weekday_calendar(name: &str, time_zone: &str, start: &str, end: &str) -> BusinessCalendar {
    BusinessCalendar::weekdays(name, time_zone, start, end)
}

/// A calendar without a pause.
#[uniffi::export]
pub fn around_the_clock_calendar(name: &str, time_zone: &str) -> BusinessCalendar {
    BusinessCalendar::around_the_clock(name, time_zone)
}

/// A business calendar that was checked, ready to reckon with.
#[derive(uniffi::Object)]
pub struct CompiledCalendar {
    calendar: value::CompiledCalendar,
}

#[uniffi::export]
impl CompiledCalendar {
    /// Checks a calendar.
    ///
    /// # Errors
    /// Every problem of the definition, with its path.
    #[uniffi::constructor]
    pub fn new(calendar: BusinessCalendar) -> Result<Self> {
        Ok(Self { calendar: calendar.compile()? })
    }

    /// The instant at which so many seconds of working time are over.
    ///
    /// # Errors
    /// `OutOfRange` if the calendar has too little working time.
    pub fn add_working(&self, start: Timestamp, seconds: i64) -> Result<Timestamp> {
        self.calendar.add_working(start, seconds)
    }

    /// The seconds of working time between two instants.
    ///
    /// # Errors
    /// `OutOfRange` for an instant outside the years 1 to 9999.
    pub fn elapsed(&self, from: Timestamp, to: Timestamp) -> Result<i64> {
        Ok(self.calendar.elapsed(from, to))
    }

    /// Whether work goes on at an instant.
    ///
    /// # Errors
    /// As [`CompiledCalendar::elapsed`].
    pub fn is_working(&self, at: Timestamp) -> Result<bool> {
        Ok(self.calendar.is_working(at))
    }

    /// The first instant of working time, not before `at`.
    ///
    /// # Errors
    /// `OutOfRange` if there is none.
    pub fn next_working(&self, at: Timestamp) -> Result<Timestamp> {
        self.calendar.next_working(at)
    }

    /// Whether a day has working time.
    ///
    /// # Errors
    /// `OutOfRange` for a date outside the years 1 to 9999.
    pub fn is_working_day(&self, date: Date) -> Result<bool> {
        Ok(self.calendar.is_working_day(date))
    }

    /// The working day that lies so many working days later, or earlier if `count` is below zero.
    ///
    /// # Errors
    /// `OutOfRange` if there is none.
    pub fn add_working_days(&self, date: Date, count: i64) -> Result<Date> {
        self.calendar.add_working_days(date, count)
    }

    /// The working days from one date up to another one, which does not count.
    ///
    /// # Errors
    /// As [`CompiledCalendar::is_working_day`].
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<i64> {
        Ok(self.calendar.working_days_between(from, to))
    }

    /// The date in the calendar's time zone.
    ///
    /// # Errors
    /// `OutOfRange` outside the years 1 to 9999.
    pub fn date_at(&self, at: Timestamp) -> Result<Date> {
        self.calendar.date_at(at)
    }
}
