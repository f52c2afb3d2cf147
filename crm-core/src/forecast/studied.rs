//! From a series to its forecast: adjusted, studied by a model, and told with intervals and in its own size.

use std::collections::HashMap;

use chrono::Datelike;

use super::adjust::Adjusted;
use super::interval::{self, Spreads};
use super::model::{SeriesModel, Study};
use super::parallel::in_order;
use super::season_group::{Sibling, borrowed};
use super::series::{Asked, Ready};
use super::types::{Forecast, ModelKind, Series};
use crate::value::{Date, Error, ErrorCode, Problem, Result};

/// A series that models can see, or a new product that goes the way of its analogues.
#[derive(Debug, Clone)]
pub(super) enum Prepared<'a> {
    Launched(Box<Forecast>),
    Ready(Box<Ready<'a>>),
}

impl<'a> Prepared<'a> {
    pub(super) fn of(series: &'a Series, asked: &Asked) -> Result<Self> {
        let adjusted = Adjusted::of(series, &asked.options)?;
        if asked.model == ModelKind::Auto
            && let Some(launched) = adjusted.launched(&series.analogues, asked.horizon, &asked.levels)
        {
            let told = adjusted.finished(launched?);
            return Ok(Self::Launched(Box::new(Forecast { key: series.key.clone(), ..told })));
        }
        Ok(Self::Ready(Box::new(Ready::adjusted(series, adjusted, asked)?)))
    }

    fn ready(&self) -> Option<&Ready<'a>> {
        match self {
            Self::Ready(ready) => Some(ready),
            Self::Launched(_) => None,
        }
    }
}

/// The series of groups, by their places; those that are too short for a season of their own without that of their group.
fn prepared<'a>(series: &'a [Series], asked: &Asked) -> HashMap<usize, Result<Prepared<'a>>> {
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, one) in series.iter().enumerate() {
        if let Some(group) = &one.group {
            groups.entry(group).or_default().push(place);
        }
    }
    let grouped = series.iter().enumerate().filter(|(_, one)| one.group.is_some());
    let mut all: HashMap<_, _> = grouped.map(|(place, one)| (place, Prepared::of(one, asked))).collect();
    let mut borrowing = Vec::new();
    for members in groups.values() {
        let ready = |place: &usize| Some((*place, all.get(place)?.as_ref().ok()?.ready()?));
        let members: Vec<_> = members.iter().filter_map(ready).collect();
        for (place, ready) in &members {
            let others = members.iter().filter(|(other, _)| other != place).map(|(_, other)| *other);
            borrowing.extend(in_season_of(ready, others, asked).map(|without| (*place, without)));
        }
    }
    for (place, without) in borrowing {
        all.insert(place, without.map(|ready| Prepared::Ready(Box::new(ready))));
    }
    all
}

/// A series without the season that its siblings lend it, if they do.
fn in_season_of<'a, 'b>(
    ready: &Ready<'a>,
    siblings: impl Iterator<Item = &'b Ready<'b>>,
    asked: &Asked,
) -> Option<Result<Ready<'a>>>
where
    'a: 'b,
{
    let season_length = asked.season_length;
    let phase = phase(ready, season_length);
    let sibling = |other: &'b Ready<'b>| match (phase, self::phase(other, season_length)) {
        (Some(_), Some(phase)) => Sibling { values: &other.values, phase },
        _ => Sibling::ending_with(&other.values, ready.values.len(), 0, season_length),
    };
    let siblings: Vec<_> = siblings.map(sibling).collect();
    let season = borrowed(&ready.values, phase.unwrap_or(0), &siblings, season_length)?;
    let adjusted = ready.adjusted.clone().without_season(&season, ready.cut, ready.exponent, asked.horizon);
    Some(Ready::adjusted(ready.series, adjusted, asked))
}

/// The place in the season of the first figure that the models see, counted in months from the year 0.
fn phase(ready: &Ready<'_>, season_length: usize) -> Option<usize> {
    let start: Date = ready.adjusted.start?;
    let day = start.to_chrono();
    let months = usize::try_from(day.year()).ok()?.checked_mul(12)?.checked_add(usize::try_from(day.month0()).ok()?)?;
    months.checked_add(ready.cut)?.checked_rem(season_length)
}

/// A forecast, or a series with what a model says of it before intervals are made.
pub(super) enum Studied<'a> {
    Told(Forecast),
    Modelled { ready: Box<Ready<'a>>, study: Study, spreads: Option<Spreads> },
}

impl<'a> Studied<'a> {
    pub(super) fn of(prepared: Prepared<'a>, asked: &Asked, model: &dyn SeriesModel) -> Result<Self> {
        let ready = match prepared {
            Prepared::Launched(forecast) => return Ok(Self::Told(*forecast)),
            Prepared::Ready(ready) => ready,
        };
        let past = ready.past().last(model.memory(asked.season_length));
        let origins = if asked.levels.is_empty() { Vec::new() } else { interval::origins(&past) };
        let study = model.study(&past, &origins, asked.horizon)?;
        let figures = &study.prediction.mean;
        if figures.len() != asked.horizon || !figures.iter().all(|figure| figure.is_finite()) {
            let message = format!("`{}` gave something else than {} finite figures", model.name(), asked.horizon);
            return Err(Problem::of_field(ErrorCode::OutOfRange, "model", message).into_invalid());
        }
        let spreads = (!asked.levels.is_empty()).then(|| Spreads::of(&past, &origins, &study));
        Ok(Self::Modelled { study, spreads, ready })
    }

    pub(super) fn told(&self, asked: &Asked, siblings: Option<&[&Spreads]>) -> Result<Forecast> {
        let (ready, study, spreads) = match self {
            Self::Told(forecast) => return Ok(forecast.clone()),
            Self::Modelled { ready, study, spreads } => (ready, study, spreads),
        };
        let made = &study.prediction;
        let mut notes = ready.notes.clone();
        notes.extend(made.notes.iter().cloned());
        let mut intervals = Vec::new();
        if let Some(own) = spreads {
            let lent = siblings.filter(|siblings| own.is_thin() && siblings.len() > 1);
            if lent.is_some() {
                notes.push("errors of siblings were used for the intervals".to_owned());
            }
            let spreads = lent.map_or_else(|| own.clone(), |siblings| own.with(&others(own, siblings)));
            let interval = |level: &f64| spreads.interval(*level, &made.mean, ready);
            intervals = asked.levels.iter().map(interval).collect::<Result<_>>()?;
        }
        Ok(ready.adjusted.finished(Forecast {
            model: made.model.clone(),
            mean: made.mean.iter().map(|figure| ready.told(*figure)).collect(),
            intervals,
            key: ready.series.key.clone(),
            parameters: made.parameters.clone().into_iter().collect(),
            notes,
            ..Forecast::default()
        }))
    }
}

/// The siblings without the series itself.
fn others<'a>(own: &Spreads, siblings: &[&'a Spreads]) -> Vec<&'a Spreads> {
    siblings.iter().copied().filter(|sibling| !std::ptr::eq(*sibling, own)).collect()
}

/// Forecasts many series in their order. A series without a group is told at once, so that little is kept of it.
pub(super) fn all_told(
    series: &[Series],
    asked: &Asked,
    threads: usize,
    progress: &(dyn Fn(usize) -> bool + Sync),
    model: &dyn SeriesModel,
) -> Result<Vec<Forecast>> {
    let prepared = prepared(series, asked);
    let work = |(place, one): &(usize, &'_ Series)| match prepared.get(place) {
        Some(prepared) => Studied::of(prepared.clone()?, asked, model),
        None => Studied::of(Prepared::of(one, asked)?, asked, model)?.told(asked, None).map(Studied::Told),
    };
    let places: Vec<_> = series.iter().enumerate().collect();
    let studied = in_order(&places, threads, work, progress)?;
    let mut groups: HashMap<&str, Vec<&Spreads>> = HashMap::new();
    for (one, studied) in series.iter().zip(&studied) {
        if let (Some(group), Ok(Studied::Modelled { spreads: Some(spreads), .. })) = (&one.group, studied) {
            groups.entry(group).or_default().push(spreads);
        }
    }
    let told = |(one, studied): (&Series, &Result<Studied<'_>>)| {
        let siblings = one.group.as_deref().and_then(|group| groups.get(group)).map(Vec::as_slice);
        let told = studied.as_ref().map_err(Clone::clone).and_then(|studied| studied.told(asked, siblings));
        told.unwrap_or_else(|error| failed(one, &error))
    };
    Ok(series.iter().zip(&studied).map(told).collect())
}

/// The place of a series that could not be forecast.
fn failed(series: &Series, error: &Error) -> Forecast {
    Forecast { key: series.key.clone(), problem: error.problems().first().cloned(), ..Forecast::default() }
}
