//! What a forecast takes from Python: figures of any library, levels, and series.

use crm_core::forecast::{ForecastCalendar, ForecastOptions, ModelKind, ModelParameters, PartialPeriod, Series};
use crm_core::value::python::{Argument, under};
use crm_core::value::{Error, ErrorCode};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyComplex, PyFloat, PyInt, PyList, PyMapping, PySet, PyString, PyTuple,
};

/// The figures of a series: whatever has `to_pylist`, `to_list`, `tolist` or `__array__`, or gives one figure after the
/// other.
pub struct ValuesInput(pub Vec<Option<f64>>);

/// One series: its figures, or a `Series` that has more.
pub struct OneInput(pub Series);

/// Many series: anything that gives one after the other.
pub struct ManyInput<'py>(Bound<'py, PyAny>);

/// Gives an input its type in Python and reads it.
macro_rules! taken_as {
    ($name:ty, $alias:literal, $read:expr) => {
        impl<'py> FromPyObject<'_, 'py> for $name {
            type Error = PyErr;

            #[cfg(feature = "inspect")]
            const INPUT_TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_identifier!("crm_core.types", $alias);

            fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
                $read(&given).map(Self)
            }
        }
    };
}
taken_as!(ValuesInput, "SeriesValues", |given: &Bound<'py, PyAny>| values(given)
    .map_err(|error| under(error, "values")));
taken_as!(OneInput, "SeriesValues", |given: &Bound<'py, PyAny>| one(given));
taken_as!(ManyInput<'py>, "ManySeries", |given: &Bound<'py, PyAny>| Ok::<_, PyErr>(given.clone()));

fn no_list(given: &Bound<'_, PyAny>) -> PyErr {
    match given.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("expected a list of figures, not {name}")),
        Err(error) => error,
    }
}

/// A library's own way to a list, so that its missing values and its types of numbers are those of Python.
fn as_list<'py>(given: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = given.py();
    for name in [intern!(py, "to_pylist"), intern!(py, "to_list"), intern!(py, "tolist")] {
        if let Some(method) = given.getattr_opt(name)? {
            return method.call0().map(Some);
        }
    }
    match given.getattr_opt(intern!(py, "__array__"))? {
        Some(method) => method.call0()?.call_method0(intern!(py, "tolist")).map(Some),
        None => Ok(None),
    }
}

/// The figures of a series; `None` and NaN are missing.
pub fn values(given: &Bound<'_, PyAny>) -> PyResult<Vec<Option<f64>>> {
    if let Ok(list) = given.cast::<PyList>() {
        return read(list.iter().map(Ok));
    }
    if let Ok(tuple) = given.cast::<PyTuple>() {
        return read(tuple.iter().map(Ok));
    }
    let has_no_order = given.is_instance_of::<PySet>() || given.cast::<PyMapping>().is_ok_and(|_| is_dict_like(given));
    let is_text = given.is_instance_of::<PyString>()
        || given.is_instance_of::<PyBytes>()
        || given.is_instance_of::<PyByteArray>();
    if has_no_order || is_text {
        return Err(no_list(given));
    }
    if let Some(list) = as_list(given)? {
        let list = list.cast::<PyList>().map_err(|_| no_list(given))?;
        return read(list.iter().map(Ok));
    }
    read(given.try_iter().map_err(|_| no_list(given))?)
}

/// A series, or the figures of one.
fn one(given: &Bound<'_, PyAny>) -> PyResult<Series> {
    if let Ok(series) = given.extract::<Series>() {
        return Ok(series);
    }
    let values = values(given).map_err(|error| under(error, "values"))?;
    Ok(Series { values, ..Series::default() })
}

/// A mapping has keys; a sequence of some libraries is registered as one.
fn is_dict_like(given: &Bound<'_, PyAny>) -> bool {
    given.hasattr(intern!(given.py(), "keys")).unwrap_or(false)
}

fn read<'py>(items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>) -> PyResult<Vec<Option<f64>>> {
    let item = |(place, item): (usize, PyResult<Bound<'py, PyAny>>)| {
        figure(&item?).map_err(|error| under(error, &format!("[{place}]")))
    };
    items.enumerate().map(item).collect()
}

fn refused(code: ErrorCode, message: &str) -> PyErr {
    Error::invalid(code, "", message).into()
}

/// A figure; `None`, NaN, `pandas.NA` and `NaT` are missing. A truth value, a text or a date is no figure.
fn figure(given: &Bound<'_, PyAny>) -> PyResult<Option<f64>> {
    if let Ok(float) = given.cast::<PyFloat>() {
        let value: f64 = float.extract()?;
        return Ok((!value.is_nan()).then_some(value));
    }
    if given.is_none() {
        return Ok(None);
    }
    if given.is_instance_of::<PyInt>() && !given.is_instance_of::<PyBool>() {
        return given.extract().map(Some).map_err(|error: PyErr| too_large(error, given.py()));
    }
    other(given)
}

fn too_large(error: PyErr, py: Python<'_>) -> PyErr {
    if error.is_instance_of::<PyOverflowError>(py) {
        return refused(ErrorCode::OutOfRange, "the figure is too large");
    }
    error
}

/// Types of numbers that Python does not bring along: a decimal, a fraction, a scalar of numpy.
fn other(given: &Bound<'_, PyAny>) -> PyResult<Option<f64>> {
    let py = given.py();
    let class = given.get_type().name()?.to_cow()?.into_owned();
    if class == "NAType" || class == "NaTType" {
        return Ok(None);
    }
    let is_none = ["bool", "complex", "datetime", "timedelta"].iter().any(|start| class.starts_with(start))
        || given.is_instance_of::<PyString>()
        || given.is_instance_of::<PyComplex>()
        || given.hasattr(intern!(py, "__len__"))? && given.len().is_ok();
    let method = if is_none { None } else { given.getattr_opt(intern!(py, "__float__"))? };
    let Some(method) = method else {
        return Err(refused(ErrorCode::WrongType, &format!("a figure is needed, not `{class}`")));
    };
    let value: f64 = method.call0().and_then(|value| value.extract()).map_err(|error| too_large(error, py))?;
    Ok((!value.is_nan()).then_some(value))
}

/// What series are called, or which lend each other: a text for each, or nothing.
pub type Names = Option<Vec<Option<String>>>;

impl ManyInput<'_> {
    /// Reads the series one after the other.
    pub fn read(&self, keys: Names, groups: Names) -> PyResult<Vec<Series>> {
        let wrong = |given: &Bound<'_, PyAny>| match given.get_type().name() {
            Ok(name) => PyTypeError::new_err(format!("series: expected a list of series, not {name}")),
            Err(error) => error,
        };
        if self.0.is_instance_of::<PyString>() {
            return Err(wrong(&self.0));
        }
        let items = self.0.try_iter().map_err(|_| wrong(&self.0))?.enumerate();
        let mut series: Vec<Series> = items
            .map(|(place, item)| {
                let at = |error| under(error, &format!("series[{place}]"));
                one(&item?).map_err(at)
            })
            .collect::<PyResult<_>>()?;
        named(&mut series, keys, "keys", |series, key| series.key = key)?;
        named(&mut series, groups, "groups", |series, group| series.group = group)?;
        Ok(series)
    }
}

fn named(series: &mut [Series], names: Names, field: &str, set: impl Fn(&mut Series, Option<String>)) -> PyResult<()> {
    let Some(names) = names else { return Ok(()) };
    if names.len() != series.len() {
        let message = "one is needed for each series";
        let error = Error::invalid(ErrorCode::OutOfRange, field, message);
        return Err(error.with("given", names.len()).with("series", series.len()).into());
    }
    for (series, name) in series.iter_mut().zip(names) {
        set(series, name);
    }
    Ok(())
}

/// The options out of the keyword arguments.
pub fn options_of(
    horizon: u32,
    season_length: u32,
    levels: Option<Vec<f64>>,
    model: ModelKind,
    parameters: Option<ModelParameters>,
    non_negative: Option<Argument<bool>>,
    (calendar, partial_period): (Option<ForecastCalendar>, Option<PartialPeriod>),
) -> ForecastOptions {
    ForecastOptions {
        horizon,
        season_length: Some(season_length),
        levels,
        model,
        parameters,
        non_negative: non_negative.map(Argument::value),
        calendar,
        partial_period: partial_period.unwrap_or_default(),
    }
}
