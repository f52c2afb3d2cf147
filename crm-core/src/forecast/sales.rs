//! Sales made into monthly series: what was won or ordered, by combinations of keys, with the rights of the reader.
//!
//! Opportunities and orders are never read one by one where figures do: so the rights of figures hold, and a field that the
//! reader does not see is refused as one that does not exist.

use std::collections::{BTreeMap, HashMap};

use super::months::Month;
use super::sales_read::{Asked, Cell, read};
use super::sales_types::{SalesFigure, SalesHistory, SalesQuery, SalesSeries};
use super::types::Series;
use crate::room::Reader;
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Problem, Result};

/// The most figures of one answer, over all of its series.
pub const MAX_SALES_FIGURES: usize = 5_000_000;

/// What belongs to one series.
struct Sums {
    keys: Vec<FieldValue>,
    part: FieldValue,
    total: Decimal,
    months: BTreeMap<Month, Decimal>,
}

/// The monthly sales that the reader sees.
pub(crate) fn sales_history(reading: &mut dyn Reader, query: &SalesQuery, today: Date) -> Result<SalesHistory> {
    let asked = Asked::of(&*reading, query, today)?;
    let cells = read(reading, &asked)?;
    let mut sums = summed(cells)?;
    let sold =
        |pick: fn(&BTreeMap<Month, Decimal>) -> Option<Month>| sums.iter().filter_map(move |sum| pick(&sum.months));
    let first = asked.first.or_else(|| sold(|months| months.first_key_value().map(|(month, _)| *month)).min());
    let last = asked.last.or_else(|| sold(|months| months.last_key_value().map(|(month, _)| *month)).max());
    let (Some(first), Some(last)) = (first, last) else { return Ok(SalesHistory::default()) };
    check_size(sums.len(), first, last)?;
    sums.sort_by(|a, b| {
        let by_keys = a.keys.iter().zip(&b.keys).map(|(a, b)| a.compare(b));
        by_keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then_with(|| a.part.compare(&b.part))
    });
    let share = share_of_last(asked.as_of, last)?;
    let series = sums.into_iter().map(|sum| series_of(&asked, sum, (first, last), share)).collect::<Result<_>>()?;
    Ok(SalesHistory { series, from_month: Some(first.first_day()?), to_month: Some(last.first_day()?) })
}

fn check_size(series: usize, first: Month, last: Month) -> Result<()> {
    let months = usize::try_from(last.since(first).saturating_add(1)).unwrap_or_default();
    if series.saturating_mul(months) <= MAX_SALES_FIGURES {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::TooMany, "by", "the question has too many series");
    Err(problem.with("max", MAX_SALES_FIGURES).into_invalid())
}

/// How much of the last month is known; nothing if it is over.
fn share_of_last(as_of: Date, last: Month) -> Result<Option<f64>> {
    let (begin, end) = (last.first_day()?, last.last_day()?);
    if as_of >= end {
        return Ok(None);
    }
    let days = |until: Date| i32::try_from(until.days_since(begin).saturating_add(1)).unwrap_or_default();
    Ok(Some(f64::from(days(as_of)) / f64::from(days(end))))
}

/// Null is not the empty text.
pub(super) fn told_apart(value: &FieldValue) -> Option<String> {
    if *value == FieldValue::Null { None } else { Some(value.to_key()) }
}

fn summed(cells: Vec<Cell>) -> Result<Vec<Sums>> {
    let mut places: HashMap<Vec<Option<String>>, usize> = HashMap::new();
    let mut sums: Vec<Sums> = Vec::new();
    for cell in cells {
        let name: Vec<_> = cell.keys.iter().chain([&cell.part]).map(told_apart).collect();
        let place = *places.entry(name).or_insert(sums.len());
        if place == sums.len() {
            let (keys, part) = (cell.keys, cell.part);
            sums.push(Sums { keys, part, total: Decimal::ZERO, months: BTreeMap::new() });
        }
        let Some(sum) = sums.get_mut(place) else { continue };
        sum.total = sum.total.checked_add(cell.figure)?;
        let month = sum.months.entry(cell.month).or_default();
        *month = month.checked_add(cell.figure)?;
    }
    Ok(sums)
}

/// The nearest binary figure.
pub(crate) fn nearest(figure: Decimal) -> Result<f64> {
    let text = figure.to_string();
    text.parse().map_err(|_| Error::invalid(ErrorCode::Overflow, "values", "the figure does not fit"))
}

fn series_of(asked: &Asked<'_>, sum: Sums, (first, last): (Month, Month), share: Option<f64>) -> Result<SalesSeries> {
    let own = sum.months.first_key_value().map(|(month, _)| *month).filter(|_| asked.query.own_start);
    let start = own.unwrap_or(first);
    let length = last.since(start).saturating_add(1);
    let mut values = Vec::new();
    for offset in 0..length {
        let figure = sum.months.get(&start.plus(offset)).copied().unwrap_or_default();
        values.push(Some(nearest(figure)?));
    }
    let text = |value: &FieldValue| value.to_key();
    let mut name: Vec<String> = sum.keys.iter().map(text).collect();
    let part = told_apart(&sum.part);
    name.extend(part.clone());
    let group = asked.group.and_then(|place| sum.keys.get(place)).map(text);
    let group = group.map(|group| [group].into_iter().chain(part.clone()).collect::<Vec<_>>().join(" | "));
    let series = Series {
        values,
        key: Some(name.join(" | ")),
        group,
        start: Some(start.first_day()?),
        last_period_share: share,
        ..Series::default()
    };
    let of = |figure| part.as_deref().filter(|_| asked.query.figure == figure);
    Ok(SalesSeries {
        total: sum.total,
        currency: of(SalesFigure::Value).map(str::parse).transpose()?,
        unit: of(SalesFigure::Quantity).map(str::to_owned),
        keys: sum.keys,
        series,
    })
}

#[cfg(test)]
mod tests;
