//! Exact arithmetic, units, identifiers and business calendars: pure functions.

use std::sync::{Mutex, PoisonError};

use crm_core::value::python::Argument;
use crm_core::value::{
    AllocationMethod, BusinessCalendar, Currency, Date, Decimal, Dimension, FieldValue, IdentifierKind, Quantity,
    Rounding, Timestamp, UnitFactor, identifier,
};
use pyo3::prelude::*;

/// The version of the engine.
#[pyfunction]
pub fn engine_version() -> &'static str {
    crm_core::VERSION
}

/// Reads a field value as every field of the engine is read, and gives it back as the engine keeps it.
///
/// Raises `InvalidError` for a binary float, a naive datetime, or a figure that would have to be rounded.
#[pyfunction]
pub fn check_value(value: FieldValue) -> PyResult<FieldValue> {
    Ok(value.checked()?)
}

/// The names that `json_schema` knows: `command`, `question`, `outcome`, `problem`, and every entity.
#[pyfunction]
pub fn json_schema_names() -> Vec<String> {
    crm_core::engine::json_schema_names()
}

/// The JSON Schema (draft 2020-12) of a command, a question, an outcome or an entity, as canonical JSON text.
///
/// Raises `UNKNOWN_ENTITY` for another name.
#[pyfunction]
pub fn json_schema(py: Python<'_>, name: Argument<String>) -> PyResult<String> {
    Ok(py.detach(|| crm_core::engine::json_schema(&name))?)
}

/// The SHA-256 of an attachment's bytes, 64 hexadecimal digits.
#[pyfunction]
pub fn content_hash(py: Python<'_>, content: pyo3::pybacked::PyBackedBytes) -> String {
    py.detach(|| crm_core::customer::content_hash(&content))
}

/// Divides an amount by weights into parts of `exponent` digits behind the point; the parts add up to the amount.
///
/// Raises `DECIMAL_DIGITS` if `amount` has more digits than `exponent`; `REQUIRED` without weights; `OUT_OF_RANGE` for
/// a weight below zero and for weights that sum to zero; `TOO_MANY`, `OVERFLOW`.
#[pyfunction]
pub fn allocate(
    amount: Decimal,
    weights: Argument<Vec<Decimal>>,
    method: AllocationMethod,
    exponent: Argument<u32>,
) -> PyResult<Vec<Decimal>> {
    Ok(crm_core::value::allocate(amount, &weights, method, exponent.0)?)
}

/// Rounds a decimal to `scale` digits behind the point, by a named rule.
///
/// Raises `DECIMAL_DIGITS` for an amount with more digits than an exact decimal can keep.
#[pyfunction]
pub fn round_decimal(amount: Decimal, scale: Argument<u32>, rounding: Rounding) -> Decimal {
    amount.round(scale.0, rounding)
}

/// The codes of all active currencies of ISO 4217.
#[pyfunction]
pub fn currencies() -> Vec<Currency> {
    Currency::all()
}

/// Digits behind the point of the smallest amount that is paid in a currency.
///
/// Raises `BAD_FORMAT` for what is no code of a currency.
#[pyfunction]
pub fn currency_exponent(currency: Currency) -> u32 {
    currency.exponent()
}

/// The one written form of an identifier; raises `InvalidError` (`ErrorCode.CHECK_DIGIT`) if a digit is wrong.
#[pyfunction]
pub fn normalize_identifier(kind: IdentifierKind, text: Argument<String>) -> PyResult<String> {
    Ok(identifier::normalize(kind, &text)?)
}

/// The one written form of a GTIN of 8, 12, 13 or 14 digits.
///
/// Raises `BAD_FORMAT`, `CHECK_DIGIT`.
#[pyfunction]
pub fn normalize_gtin(text: Argument<String>) -> PyResult<String> {
    Ok(identifier::normalize_gtin(&text)?)
}

/// The one written form of an IBAN.
///
/// Raises `BAD_FORMAT`, `CHECK_DIGIT`.
#[pyfunction]
pub fn normalize_iban(text: Argument<String>) -> PyResult<String> {
    Ok(identifier::normalize_iban(&text)?)
}

/// The normal form for comparing text: full-width letters become half-width, capitals small.
#[pyfunction]
pub fn normalize_text(text: Argument<String>) -> String {
    crm_core::value::normalize_text(&text)
}

/// Units of measure: the standard ones, and factors of one's own such as the pieces in a carton.
#[pyclass(module = "crm_core", frozen)]
pub struct UnitTable {
    inner: Mutex<crm_core::value::UnitTable>,
}

impl UnitTable {
    fn table(&self) -> std::sync::MutexGuard<'_, crm_core::value::UnitTable> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl UnitTable {
    /// The standard units.
    #[staticmethod]
    fn standard() -> Self {
        Self { inner: Mutex::new(crm_core::value::UnitTable::standard().clone()) }
    }

    /// Adds a factor between two units.
    ///
    /// Raises `UNIT_MISMATCH` if the factor contradicts what is known, `OUT_OF_RANGE`, `TOO_MANY`.
    fn add_factor(&self, factor: UnitFactor) -> PyResult<()> {
        Ok(self.table().add_factor(&factor)?)
    }

    /// The codes of all units.
    fn units(&self) -> Vec<String> {
        self.table().units().iter().map(|unit| unit.code().to_owned()).collect()
    }

    /// What a unit measures.
    ///
    /// Raises `UNIT_MISMATCH` for an unknown unit.
    fn dimension(&self, unit: Argument<String>) -> PyResult<Dimension> {
        Ok(self.table().unit(&unit)?.dimension())
    }

    /// A quantity in another unit, rounded once to `scale` digits behind the point.
    ///
    /// Raises `UNIT_MISMATCH`, `OVERFLOW`.
    fn convert(
        &self,
        quantity: Quantity,
        to: Argument<String>,
        scale: Argument<u32>,
        rounding: Rounding,
    ) -> PyResult<Quantity> {
        Ok(self.table().convert(&quantity, &to, scale.0, rounding)?)
    }

    /// A quantity in another unit, if a decimal can say it; raises `InvalidError` (`ErrorCode.DECIMAL_DIGITS`) if not.
    fn convert_exact(&self, quantity: Quantity, to: Argument<String>) -> PyResult<Quantity> {
        Ok(self.table().convert_exact(&quantity, &to)?)
    }
}

/// A quantity in another standard unit, rounded once to `scale` digits behind the point.
///
/// Raises `UNIT_MISMATCH`, `OVERFLOW`.
#[pyfunction]
pub fn convert(
    quantity: Quantity,
    to: Argument<String>,
    scale: Argument<u32>,
    rounding: Rounding,
) -> PyResult<Quantity> {
    Ok(crm_core::value::UnitTable::standard().convert(&quantity, &to, scale.0, rounding)?)
}

/// A quantity in another standard unit, if a decimal can say it.
///
/// Raises `UNIT_MISMATCH`, `DECIMAL_DIGITS`.
#[pyfunction]
pub fn convert_exact(quantity: Quantity, to: Argument<String>) -> PyResult<Quantity> {
    Ok(crm_core::value::UnitTable::standard().convert_exact(&quantity, &to)?)
}

/// A calendar from Monday to Friday from `start` to `end` without a break, without holidays.
#[pyfunction]
pub fn weekday_calendar(
    name: Argument<String>,
    time_zone: Argument<String>,
    start: Argument<String>,
    end: Argument<String>,
) -> BusinessCalendar {
    BusinessCalendar::weekdays(&name, &time_zone, &start, &end)
}

/// A calendar from Monday to Sunday round the clock: for deadlines that know no business hours.
#[pyfunction]
pub fn around_the_clock_calendar(name: Argument<String>, time_zone: Argument<String>) -> BusinessCalendar {
    BusinessCalendar::around_the_clock(&name, &time_zone)
}

/// A business calendar that was checked and is ready to compute with.
#[pyclass(module = "crm_core", frozen)]
pub struct CompiledCalendar {
    inner: crm_core::value::CompiledCalendar,
}

#[pymethods]
impl CompiledCalendar {
    /// Checks a calendar; raises `InvalidError` with every problem.
    #[new]
    fn new(calendar: BusinessCalendar) -> PyResult<Self> {
        Ok(Self { inner: calendar.compile()? })
    }

    /// The instant after so many seconds of working time.
    ///
    /// Raises `OUT_OF_RANGE` if the calendar has too little working time.
    fn add_working(&self, start: Timestamp, seconds: Argument<i64>) -> PyResult<Timestamp> {
        Ok(self.inner.add_working(start, seconds.0)?)
    }

    /// Seconds of working time between two instants.
    fn elapsed(&self, start: Timestamp, end: Timestamp) -> i64 {
        self.inner.elapsed(start, end)
    }

    /// Whether an instant lies in working time.
    fn is_working(&self, at: Timestamp) -> bool {
        self.inner.is_working(at)
    }

    /// The first instant of working time that is not before `at`.
    ///
    /// Raises `OUT_OF_RANGE` if there is none.
    fn next_working(&self, at: Timestamp) -> PyResult<Timestamp> {
        Ok(self.inner.next_working(at)?)
    }

    /// Whether a date has working time.
    fn is_working_day(&self, date: Date) -> bool {
        self.inner.is_working_day(date)
    }

    /// The date after so many working days.
    ///
    /// Raises `OUT_OF_RANGE` if there is none.
    fn add_working_days(&self, date: Date, count: Argument<i64>) -> PyResult<Date> {
        Ok(self.inner.add_working_days(date, count.0)?)
    }

    /// Working days from a date to another.
    fn working_days_between(&self, start: Date, end: Date) -> i64 {
        self.inner.working_days_between(start, end)
    }

    /// The date of an instant in the calendar's time zone.
    ///
    /// Raises `OUT_OF_RANGE` outside the years 1 to 9999.
    fn date_at(&self, at: Timestamp) -> PyResult<Date> {
        Ok(self.inner.date_at(at)?)
    }
}
