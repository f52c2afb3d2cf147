//! Immutable runs: what was forecast, from what, how, and by which engine.
//!
//! A run carries a hash of its input and can be told apart from every other by its own. No database is needed;
//! [`StoredForecastRun`](super::StoredForecastRun) keeps one where there is one.

use sha2::{Digest as _, Sha256};

use super::adjust::PartialPeriod;
use super::months::Month;
use super::predict::forecast_many;
use super::sales_types::{SalesHistory, SalesQuery};
use super::types::{Forecast, ForecastOptions, Series};
use crate::value::{Currency, Date, Error, ErrorCode, FieldValue, Problem, Result, json};

/// How far two figures may lie apart that are the same one, computed on different machines: a share of the larger one.
const SAME: f64 = 1e-9;

value_struct! {
    /// The forecast of one series in a run.
    pub struct RunSeries {
        required {
            /// The forecast.
            pub forecast: Forecast,
        }
        optional {
            /// The first day of the first period that is forecast; nothing if the series does not say where it starts.
            pub first_period: Option<Date>,
            /// Of a series of sales: the values of the keys, in the order of `by` of the query.
            pub keys: Vec<FieldValue>,
            /// Of a series of sales: the currency of its amounts.
            pub currency: Option<Currency>,
            /// Of a series of sales: the unit of its quantities.
            pub unit: Option<String>,
        }
    }
}

value_struct! {
    /// A run of forecasts (预测版本). It is never changed: another one takes its place and names it as its parent.
    pub struct ForecastRun {
        required {
            /// The last date of which anything was known.
            pub as_of: Date,
            /// How it was forecast.
            pub options: ForecastOptions,
            /// The hash of the input: SHA-256 in 64 small hexadecimal digits, see [`input_hash`].
            pub input_hash: String,
            /// The version of the engine that made it.
            pub engine_version: String,
            /// The forecasts, in the order of the series.
            pub series: Vec<RunSeries>,
        }
        optional {
            /// What the sales were asked by from which it was made.
            pub query: Option<SalesQuery>,
            /// The hash of the run whose place it takes ([`ForecastRun::hash`]).
            pub parent: Option<String>,
        }
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
        text
    })
}

/// The hash of an input of forecasts: SHA-256 over the canonical JSON of the series in their order, without what is not
/// given (empty fields), in 64 small hexadecimal digits. A field that a later engine knows leaves the hashes of series without
/// it as they are.
///
/// ```
/// use crm_core::forecast::{Series, input_hash};
/// let series = |last| Series { values: vec![Some(12.0), None, Some(last)], ..Series::default() };
/// assert_eq!(input_hash(&[series(3.0)])?, input_hash(&[series(3.0)])?);
/// assert_ne!(input_hash(&[series(3.0)])?, input_hash(&[series(3.000_000_000_000_000_4)])?);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// `BadJson` for a series that has no JSON form.
pub fn input_hash(series: &[Series]) -> Result<String> {
    let mut hash = Sha256::new();
    let mut before = "[";
    for one in series {
        let mut fields = json::to_value(one)?;
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|_, value| !(value.is_null() || value.as_array().is_some_and(Vec::is_empty)));
        }
        hash.update(before.as_bytes());
        hash.update(json::to_canonical(&fields)?.as_bytes());
        before = ",";
    }
    hash.update(if series.is_empty() { "[]" } else { "]" }.as_bytes());
    Ok(hexadecimal(hash))
}

/// The first month that is forecast: the one behind a series of months, or its last one if that is dropped because it is not
/// over.
fn behind(series: &Series, partial: PartialPeriod) -> Result<Option<Date>> {
    let Some(start) = series.start else { return Ok(None) };
    let is_open = series.last_period_share.is_some_and(|share| share < 1.0) && !series.values.is_empty();
    let dropped = usize::from(is_open && partial == PartialPeriod::Drop);
    let length = i64::try_from(series.values.len().saturating_sub(dropped)).unwrap_or(i64::MAX);
    Month::of(start).plus(length).first_day().map(Some)
}

impl ForecastRun {
    /// Forecasts series, on so many threads, and keeps what was made of what.
    ///
    /// ```
    /// use crm_core::forecast::{ForecastOptions, ForecastRun, ModelKind, Series};
    /// let values = [420.0, 380.0, 510.0, 465.0].map(Some).to_vec();
    /// let series = [Series { values, start: Some("2026-01-01".parse()?), ..Series::default() }];
    /// let options = ForecastOptions {
    ///     horizon: 2,
    ///     model: ModelKind::Naive,
    ///     levels: Some(Vec::new()),
    ///     ..ForecastOptions::default()
    /// };
    /// let run = ForecastRun::make(&series, &options, "2026-04-30".parse()?, 1)?;
    /// assert_eq!(run.series[0].forecast.mean, [465.0, 465.0]);
    /// assert_eq!(run.series[0].first_period, Some("2026-05-01".parse()?));
    /// run.verify(&series)?;
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`forecast_many`]; `OutOfRange` for a series that ends behind every calendar.
    pub fn make(series: &[Series], options: &ForecastOptions, as_of: Date, threads: usize) -> Result<Self> {
        let forecasts = forecast_many(series, options, threads)?;
        let one = |(series, forecast): (&Series, Forecast)| {
            let (keys, currency, unit) = (Vec::new(), None, None);
            Ok(RunSeries { forecast, first_period: behind(series, options.partial_period)?, keys, currency, unit })
        };
        Ok(Self {
            as_of,
            options: options.clone(),
            input_hash: input_hash(series)?,
            engine_version: crate::VERSION.to_owned(),
            series: series.iter().zip(forecasts).map(one).collect::<Result<_>>()?,
            query: None,
            parent: None,
        })
    }

    /// Forecasts sales, and keeps by what they were asked.
    pub(crate) fn of_sales(
        history: &SalesHistory,
        query: &SalesQuery,
        options: &ForecastOptions,
        as_of: Date,
    ) -> Result<Self> {
        let series: Vec<Series> = history.series.iter().map(|sold| sold.series.clone()).collect();
        let mut run = Self::make(&series, options, as_of, 1)?;
        for (made, sold) in run.series.iter_mut().zip(&history.series) {
            (made.keys, made.currency, made.unit) = (sold.keys.clone(), sold.currency, sold.unit.clone());
        }
        run.query = Some(query.clone());
        Ok(run)
    }

    /// The hash of the whole run: SHA-256 over its canonical JSON, in 64 small hexadecimal digits.
    ///
    /// # Errors
    /// `BadJson` for a run that has no JSON form.
    pub fn hash(&self) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update(json::to_canonical(self)?.as_bytes());
        Ok(hexadecimal(hash))
    }

    /// Computes the run again from the series that it is said to be made of.
    ///
    /// # Errors
    /// `NotAllowed` for `input_hash` if it was made of other series, and for `series[i]` if something else comes out: a
    /// figure that differs by more than a billionth, another model, another problem. As [`ForecastRun::make`].
    pub fn verify(&self, series: &[Series]) -> Result<()> {
        let refused = |field: String, message: &str| {
            Err(Problem::of_field(ErrorCode::NotAllowed, field, message).with("engine", crate::VERSION).into_invalid())
        };
        if input_hash(series)? != self.input_hash {
            return refused("input_hash".to_owned(), "the run was made of other series");
        }
        let again = Self::make(series, &self.options, self.as_of, 1)?;
        if again.series.len() != self.series.len() {
            return refused("series".to_owned(), "the run has another number of series");
        }
        for (place, (told, again)) in self.series.iter().zip(&again.series).enumerate() {
            if told.first_period != again.first_period || !is_same(&told.forecast, &again.forecast) {
                return refused(format!("series[{place}]"), "another forecast comes out");
            }
        }
        Ok(())
    }
}

fn is_same(a: &Forecast, b: &Forecast) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= SAME * a.abs().max(b.abs());
    let all = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(*a, *b));
    let codes = |of: &Forecast| of.problem.as_ref().map(|problem| problem.code);
    a.key == b.key
        && a.model == b.model
        && codes(a) == codes(b)
        && all(&a.mean, &b.mean)
        && a.intervals.len() == b.intervals.len()
        && a.intervals.iter().zip(&b.intervals).all(|(a, b)| {
            near(a.level, b.level)
                && all(&a.lower, &b.lower)
                && all(&a.upper, &b.upper)
                && near(a.total_lower, b.total_lower)
                && near(a.total_upper, b.total_upper)
        })
}

/// The refusal of a run that names a parent which is not there.
pub(super) fn wrong_parent(message: &str) -> Error {
    Error::invalid(ErrorCode::UnknownReference, "parent", message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::forecast::ModelKind;

    fn options(model: ModelKind) -> ForecastOptions {
        let (season_length, levels) = (Some(4), Some(vec![80.0]));
        ForecastOptions { horizon: 3, model, season_length, levels, ..ForecastOptions::default() }
    }

    /// Demand that goes up and down with the quarter.
    fn series(key: &str) -> Series {
        let figure = |place: u32| Some(100.0 + f64::from(place % 4) * 7.5 + f64::from(place * place % 7));
        let start = Some("2022-02-01".parse().unwrap());
        Series { values: (0..40).map(figure).collect(), key: Some(key.to_owned()), start, ..Series::default() }
    }

    #[test]
    fn the_hash_of_an_input_is_that_of_its_bytes() {
        // Made with `hashlib.sha256` of Python over the bytes `[{"values":[1.5,null]}]`.
        let one = Series { values: vec![Some(1.5), None], ..Series::default() };
        assert_eq!(input_hash(&[one]).unwrap(), "01b7164cfa50a2db6eeefb8db50eefa055472a714a75b1567c79c18a46bcf708");
    }

    #[test]
    fn a_run_is_made_again_as_it_was_and_one_of_another_series_is_not() {
        let input = [series("drives"), series("cables"), Series { values: vec![None], ..Series::default() }];
        let run = ForecastRun::make(&input, &options(ModelKind::Auto), "2025-05-31".parse().unwrap(), 2).unwrap();
        run.verify(&input).unwrap();
        assert_eq!(run.series[0].first_period, Some("2025-06-01".parse().unwrap()));
        assert!(run.series[2].forecast.problem.is_some() && run.series[2].first_period.is_none());
        let text = json::to_canonical(&run).unwrap();
        let read: ForecastRun = json::from_text(&text).unwrap();
        assert_eq!((&read, read.hash().unwrap()), (&run, run.hash().unwrap()));

        let refused = |run: &ForecastRun, input: &[Series]| run.verify(input).unwrap_err().field().map(str::to_owned);
        let mut other = input.clone();
        other[1].values[7] = Some(0.0);
        assert_eq!(refused(&run, &other).as_deref(), Some("input_hash"));
        let mut told = run.clone();
        told.series[1].forecast.intervals[0].upper[2] += 1.0;
        assert_eq!(refused(&told, &input).as_deref(), Some("series[1]"));
        assert_ne!(told.hash().unwrap(), run.hash().unwrap());
        told = ForecastRun { engine_version: "0.0.1".into(), ..run.clone() };
        assert_ne!(told.hash().unwrap(), run.hash().unwrap());
        told.verify(&input).unwrap();
    }

    #[test]
    fn a_month_that_is_not_over_is_the_first_one_to_be_forecast() {
        let series = [Series { last_period_share: Some(0.5), ..series("drives") }];
        let as_of = "2025-05-15".parse().unwrap();
        let first = |partial_period| {
            let options = ForecastOptions { partial_period, ..options(ModelKind::Naive) };
            ForecastRun::make(&series, &options, as_of, 1).unwrap().series[0].first_period.unwrap().to_string()
        };
        assert_eq!([first(PartialPeriod::Drop), first(PartialPeriod::ProRate)], ["2025-05-01", "2025-06-01"]);
    }

    proptest! {
        #[test]
        fn a_changed_input_changes_the_hash(
            values in proptest::collection::vec(proptest::option::of(-1e6_f64..1e6), 1..20),
            place in any::<prop::sample::Index>(),
            figure in proptest::option::of(-1e6_f64..1e6),
            key in proptest::option::of("[a-c]{0,3}"),
        ) {
            let before = Series { values, key, ..Series::default() };
            let mut after = before.clone();
            let place = place.index(after.values.len());
            after.values[place] = figure;
            let hash = |series: &[Series]| input_hash(series).unwrap();
            let (a, b) = (hash(std::slice::from_ref(&before)), hash(std::slice::from_ref(&after)));
            prop_assert_eq!(before == after, a == b, "{:?} {:?}", before, after);
            let renamed = Series { key: Some(format!("{}x", before.key.clone().unwrap_or_default())), ..before.clone() };
            prop_assert_ne!(&a, &hash(&[renamed]));
            prop_assert_ne!(&a, &hash(&[before.clone(), after]));
            prop_assert_ne!(a, hash(&[]));
        }
    }
}
