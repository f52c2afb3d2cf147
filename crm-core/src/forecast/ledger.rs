//! How good stored forecasts were, by what was sold since.

use std::collections::BTreeMap;

use super::accuracy::{Accuracy, ForecastCheck, accuracy};
use super::months::Month;
use super::sales::{nearest, sales_history, told_apart};
use super::sales_types::{SalesQuery, SalesSeries};
use super::stored::{StoredForecastRun, StoredSeries, exact};
use super::types::{ForecastInterval, ForecastOptions};
use crate::room::Reader;
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, FieldValue, Id, Result, json};

value_struct! {
    /// How good the forecast of one series was.
    pub struct SeriesAccuracy {
        required {
            /// What the series is called.
            pub key: String,
            /// What was forecast for the months that are compared.
            pub forecast: Decimal,
            /// What was sold in them.
            pub actual: Decimal,
            /// The measures.
            pub accuracy: Accuracy,
        }
        optional {
            /// The currency of amounts.
            pub currency: Option<Currency>,
            /// The unit of quantities.
            pub unit: Option<String>,
        }
    }
}

value_struct! {
    /// How good all series of one currency or unit were together.
    pub struct PooledAccuracy {
        required {
            /// The measures.
            pub accuracy: Accuracy,
        }
        optional {
            /// The currency of amounts.
            pub currency: Option<Currency>,
            /// The unit of quantities.
            pub unit: Option<String>,
        }
    }
}

value_struct! {
    /// How good a stored run of sales was, by the sales that the reader sees.
    pub struct RunAccuracy {
        required {
            /// The run.
            pub run: Id,
            /// The series, in the order of the run; those that could not be forecast are left out.
            pub series: Vec<SeriesAccuracy>,
            /// All series together, one entry for each currency or unit.
            pub pooled: Vec<PooledAccuracy>,
        }
        optional {
            /// The first day of the last month that is compared; nothing as long as no month that was forecast is over.
            pub until: Option<Date>,
        }
    }
}

/// The last month that is over.
fn last_over(today: Date) -> Result<Month> {
    let month = Month::of(today);
    Ok(if month.last_day()? == today { month } else { month.plus(-1) })
}

/// Compares a run with what was sold since; months that are not over do not count.
pub(crate) fn run_accuracy(reading: &mut dyn Reader, run: &StoredForecastRun, today: Date) -> Result<RunAccuracy> {
    let Some(query) = &run.query else {
        let message = "the run was not made of sales: nothing is known of what came";
        return Err(Error::invalid(ErrorCode::NotAllowed, "query", message));
    };
    let options: Option<ForecastOptions> = run.options.as_deref().map(json::from_own_text).transpose()?;
    let season_length = options.and_then(|options| options.season_length);
    let lines = || run.series.iter().flat_map(|series| &series.lines).filter_map(|line| line.period.map(Month::of));
    let (first, last) = (lines().min(), lines().max().map(|last| last_over(today).map(|over| over.min(last))));
    let mut told = RunAccuracy { run: run.id, series: Vec::new(), pooled: Vec::new(), until: None };
    let (Some(first), Some(last)) = (first, last.transpose()?) else { return Ok(told) };
    if last < first {
        return Ok(told);
    }
    let asked = SalesQuery { to_month: Some(last.first_day()?), as_of: None, own_start: false, ..query.clone() };
    let sold = sales_history(reading, &asked, today)?;
    told.until = Some(last.first_day()?);
    type Part = (Option<Currency>, Option<String>);
    let mut pools: BTreeMap<Part, Vec<ForecastCheck>> = BTreeMap::new();
    for series in run.series.iter().filter(|series| !series.lines.is_empty()) {
        let keys = present(reading, query, &series.keys)?;
        let is_it = |sold: &&SalesSeries| {
            let same_part = (sold.currency, &sold.unit) == (series.currency, &series.unit);
            same_part && sold.keys.iter().map(told_apart).eq(keys.iter().cloned())
        };
        let came = sold.series.iter().find(is_it);
        let Some((check, forecast)) = compared(series, came, last)? else { continue };
        let actual = total(&check)?;
        let accuracy = accuracy(std::slice::from_ref(&check), season_length)?;
        let (currency, unit) = (series.currency, series.unit.clone());
        pools.entry((currency, unit.clone())).or_default().push(check);
        told.series.push(SeriesAccuracy { key: series.key.clone(), forecast, actual, accuracy, currency, unit });
    }
    for ((currency, unit), checks) in pools {
        told.pooled.push(PooledAccuracy { accuracy: accuracy(&checks, season_length)?, currency, unit });
    }
    Ok(told)
}

/// The keys of a series as their records are called now: a merged one is asked for as the one it went into. They are texts,
/// because what was stored as JSON does not know its types.
fn present(reading: &mut dyn Reader, query: &SalesQuery, keys: &[FieldValue]) -> Result<Vec<Option<String>>> {
    let mut now = Vec::with_capacity(keys.len());
    for (name, key) in query.by.iter().zip(keys) {
        let text = told_apart(key);
        let mergeable = matches!(name.as_str(), "account" | "contact" | "product") && reading.may_read(name);
        let id = text.as_deref().filter(|_| mergeable).and_then(|text| text.parse::<Id>().ok());
        now.push(match id.map(|id| reading.get(name, id)) {
            Some(Ok(row)) => Some(row.id.to_string()),
            None | Some(Err(Error::NotFound { .. })) => text,
            Some(Err(error)) => return Err(error),
        });
    }
    Ok(now)
}

/// What was said and what came, with the sum of what was said of the months up to the last one; nothing if no month of the
/// series is among them. Of later months nothing is known; where nothing was sold, zero came.
fn compared(
    series: &StoredSeries,
    came: Option<&SalesSeries>,
    last: Month,
) -> Result<Option<(ForecastCheck, Decimal)>> {
    let start = came.and_then(|came| came.series.start).map(Month::of);
    let values = came.map(|came| came.series.values.as_slice()).unwrap_or_default();
    let place = |month: Month| start.and_then(|start| usize::try_from(month.since(start)).ok());
    let mut check = ForecastCheck::default();
    let mut forecast = Decimal::ZERO;
    let mut first = None;
    for line in &series.lines {
        let month = line.period.map(Month::of).filter(|month| *month <= last);
        let figure = |month| place(month).and_then(|place| values.get(place)).copied().flatten().unwrap_or_default();
        check.actual.push(month.map(figure));
        check.mean.push(nearest(line.mean)?);
        if month.is_some() {
            first = first.or(month);
            forecast = forecast.checked_add(line.mean)?;
        }
    }
    let Some(first) = first else { return Ok(None) };
    let known = place(first).unwrap_or_default().min(values.len());
    check.history = values.get(..known).unwrap_or_default().to_vec();
    for (number, total) in series.totals.iter().enumerate() {
        let (total_lower, total_upper) = (nearest(total.lower)?, nearest(total.upper)?);
        let ends = || series.lines.iter().filter_map(|line| line.intervals.get(number));
        let lower = ends().map(|end| nearest(end.lower)).collect::<Result<_>>()?;
        let upper = ends().map(|end| nearest(end.upper)).collect::<Result<_>>()?;
        let level = nearest(total.level)?;
        check.intervals.push(ForecastInterval { level, lower, upper, total_lower, total_upper });
    }
    Ok(Some((check, forecast)))
}

/// What was sold in the months of a check, exact.
fn total(check: &ForecastCheck) -> Result<Decimal> {
    let figures = check.actual.iter().flatten();
    figures.copied().try_fold(Decimal::ZERO, |sum, figure| sum.checked_add(exact(figure)?))
}
