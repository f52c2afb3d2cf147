//! Runs that a database keeps: figures as exact decimals, with the rights of a record.

use super::run::{ForecastRun, RunSeries, wrong_parent};
use super::sales_types::SalesQuery;
use super::types::{Forecast, ForecastOptions};
use crate::room::{Change, Decision, RecordRule, View, check_given, illegal, kept, record, with_record};
use crate::schema::{Entity as _, EntityType, Row, nested_field};
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result, json};

/// The most lines of a stored run, over all of its series.
pub const MAX_RUN_LINES: usize = 20_000;
/// Digits behind the point of stored figures.
const FIGURE_SCALE: u32 = 6;
/// Letters of a hash.
const HASH: usize = 64;

value_struct! {
    /// An interval of a stored figure.
    #[derive(Copy)]
    pub struct ForecastLineInterval {
        required {
            /// The level in percent.
            pub level: Decimal,
            /// The lower end.
            pub lower: Decimal,
            /// The upper end.
            pub upper: Decimal,
        }
    }
}

value_struct! {
    /// One period of a stored forecast. Figures are rounded to 6 digits behind the point.
    pub struct ForecastLine {
        required {
            /// Which of the periods, from 1.
            pub step: i64,
            /// The expected figure.
            pub mean: Decimal,
        }
        optional {
            /// The first day of the period; nothing if the series did not say where it starts.
            pub period: Option<Date>,
            /// The intervals, in the order of their levels in the options.
            pub intervals: Vec<ForecastLineInterval>,
        }
    }
}

value_struct! {
    /// One series of a stored run.
    #[derive(Default)]
    pub struct StoredSeries {
        required {
            /// What the series is called.
            pub key: String,
            /// What made the forecast, with its form.
            pub model: String,
            /// One line a period.
            pub lines: Vec<ForecastLine>,
        }
        optional {
            /// Of a series of sales: the values of the keys, in the order of `by` of the query.
            pub keys: Vec<FieldValue>,
            /// Of a series of sales: the currency of its amounts.
            pub currency: Option<Currency>,
            /// Of a series of sales: the unit of its quantities.
            pub unit: Option<String>,
            /// The intervals of the sum of all periods.
            pub totals: Vec<ForecastLineInterval>,
            /// What is to be known of it.
            pub notes: Vec<String>,
            /// Why there is none.
            pub problem: Option<Problem>,
        }
    }
}

nested_field!(SalesQuery);

entity! {
    /// A run of forecasts that is kept (预测版本). Nothing of it is changed but its name and its note; a run to which a later
    /// one refers as its parent is not deleted.
    pub struct StoredForecastRun("forecast_run", StoredForecastRunPage, Private) {
        required {
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
            /// The hash of the input ([`input_hash`](super::input_hash)).
            pub input_hash: String => text(64),
            /// The hash of the run ([`ForecastRun::hash`]).
            pub run_hash: String => text(64),
            /// The version of the engine that made it.
            pub engine_version: String => text(40),
        }
        optional {
            /// The last date of which anything was known.
            pub as_of: Option<Date> => date().required().indexed(),
            /// The model that was asked for.
            pub model: Option<String> => text(60).indexed(),
            /// How it was forecast, as JSON of the options: with binary figures, which no other field has.
            pub options: Option<String> => text(20_000),
            /// What the sales were asked by from which it was made.
            pub query: Option<SalesQuery> => nested().has_ids(IdsInside::AsSaid),
            /// The run whose place it takes.
            pub parent: Option<Id> => reference("forecast_run", MergePolicy::Repoint).indexed(),
            /// The series with their lines, at most [`MAX_RUN_LINES`].
            pub series: Vec<StoredSeries> => nested().has_ids(IdsInside::AsSaid).confidential(),
            /// A note.
            pub note: Option<String> => text(2_000),
        }
    }
}

/// The entities of the room.
pub(crate) fn entities() -> Vec<EntityType> {
    vec![EntityType::of::<StoredForecastRun>()]
}

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    (entity == StoredForecastRun::NAME).then_some(run_rule as RecordRule)
}

/// A run stays as it was made.
fn run_rule(_: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<StoredForecastRun>(after)?;
    with_record::<StoredForecastRun>(before, after, |before, run| {
        if let Some(before) = before {
            let named = StoredForecastRun { name: run.name.clone(), note: run.note.clone(), ..before };
            if named.to_row().values != run.to_row().values {
                return Err(illegal("as_of", "a run is not changed: make another one with this one as its parent"));
            }
            return Ok(Decision::default());
        }
        for (field, hash) in [("input_hash", &run.input_hash), ("run_hash", &run.run_hash)] {
            if hash.len() != HASH || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(Error::invalid(ErrorCode::BadFormat, field, "a hash has 64 small hexadecimal digits"));
            }
        }
        if let Some(options) = &run.options {
            json::from_text::<ForecastOptions>(options).map_err(|error| error.under("options"))?;
        }
        let lines = run.series.iter().map(|series| series.lines.len()).fold(0, usize::saturating_add);
        check_lines(lines)?;
        Ok(Decision::default())
    })
}

fn check_lines(lines: usize) -> Result<()> {
    if lines <= MAX_RUN_LINES {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::TooMany, "series", format!("at most {MAX_RUN_LINES} lines are kept"));
    Err(problem.with("max", MAX_RUN_LINES).with("count", lines).into_invalid())
}

/// A figure as it is stored.
pub(super) fn exact(figure: f64) -> Result<Decimal> {
    let text = format!("{figure:.6}");
    let exact = text.parse().map_err(|_| Error::invalid(ErrorCode::Overflow, "mean", "the figure is too large"))?;
    kept("mean", exact, FIGURE_SCALE)
}

impl ForecastLineInterval {
    fn of(level: f64, lower: f64, upper: f64) -> Result<Self> {
        Ok(Self { level: exact(level)?, lower: exact(lower)?, upper: exact(upper)? })
    }
}

impl StoredSeries {
    /// A series of a run, with its figures as exact decimals.
    ///
    /// # Errors
    /// `Overflow` for a figure that no decimal of 6 digits behind the point can keep.
    pub fn of(made: &RunSeries) -> Result<Self> {
        let Forecast { key, model, mean, intervals, notes, problem, .. } = &made.forecast;
        let first = made.first_period.map(super::months::Month::of);
        let line = |(step, mean): (usize, &f64)| {
            let end = |ends: &[f64]| ends.get(step).copied().unwrap_or_default();
            let intervals =
                intervals.iter().map(|of| ForecastLineInterval::of(of.level, end(&of.lower), end(&of.upper)));
            let offset = i64::try_from(step).unwrap_or(i64::MAX);
            Ok(ForecastLine {
                step: offset.saturating_add(1),
                mean: exact(*mean)?,
                period: first.map(|first| first.plus(offset).first_day()).transpose()?,
                intervals: intervals.collect::<Result<_>>()?,
            })
        };
        let totals = intervals.iter().map(|of| ForecastLineInterval::of(of.level, of.total_lower, of.total_upper));
        Ok(Self {
            key: key.clone().unwrap_or_default(),
            model: model.clone(),
            lines: mean.iter().enumerate().map(line).collect::<Result<_>>()?,
            keys: made.keys.clone(),
            currency: made.currency,
            unit: made.unit.clone(),
            totals: totals.collect::<Result<_>>()?,
            notes: notes.clone(),
            problem: problem.clone(),
        })
    }
}

impl StoredForecastRun {
    /// A run as it is stored, under a name.
    ///
    /// # Errors
    /// As [`StoredSeries::of`] with the place of the series; `BadJson` for a run that has no JSON form.
    pub fn of(run: &ForecastRun, name: &str) -> Result<Self> {
        let series = run
            .series
            .iter()
            .enumerate()
            .map(|(place, made)| StoredSeries::of(made).map_err(|error| error.under(&format!("series[{place}]"))));
        Ok(Self {
            name: name.to_owned(),
            as_of: Some(run.as_of),
            input_hash: run.input_hash.clone(),
            run_hash: run.hash()?,
            engine_version: run.engine_version.clone(),
            model: Some(run.options.model.as_str().to_owned()),
            options: Some(json::to_canonical(&run.options)?),
            query: run.query.clone(),
            series: series.collect::<Result<_>>()?,
            ..Self::default()
        })
    }
}

value_union! {
    /// Runs of forecasts.
    pub enum ForecastCommand {
        /// Keeps a run.
        RecordRun {
            /// The run.
            run: ForecastRun,
            /// What people read.
            name: String,
            /// The stored run whose place it takes: the one whose hash the run names as its parent.
            parent: Option<Id>,
            /// A note.
            note: Option<String>,
        },
    }
}

impl ForecastCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::RecordRun { .. } => "forecast.record_run",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        let Self::RecordRun { run, name, parent, note } = self;
        let hash = match parent {
            Some(parent) => match record::<StoredForecastRun>(view, *parent) {
                Ok(parent) => Some(parent.run_hash),
                Err(Error::NotFound { .. }) => return Err(wrong_parent("`parent` points to no run")),
                Err(error) => return Err(error),
            },
            None => None,
        };
        if run.parent != hash {
            return Err(wrong_parent("the run names another parent by its hash"));
        }
        let lines = run.series.iter().map(|series| series.forecast.mean.len()).fold(0, usize::saturating_add);
        check_lines(lines)?;
        let stored = StoredForecastRun { parent: *parent, note: note.clone(), ..StoredForecastRun::of(run, name)? };
        Ok(Decision::of(Change::create(&stored)))
    }
}
