//! Models that a user writes down: one formula for each range of periods, over the past and named inputs.

use std::cell::OnceCell;

use crate::formula::{Datum, Formula, Kind, Lookup, Scope};
use crate::value::{Error, ErrorCode, Problem, Result};

use super::model::{Past, Prediction, SeriesModel, Study};
use super::naive::{count, mean};
use super::predict::built_in;
use super::types::{ModelKind, ModelParameters};

/// The most ranges of a formula model.
pub const MAX_FORMULA_RANGES: usize = 100;
/// The most characters of the name of a formula model.
pub const MAX_MODEL_NAME_CHARS: usize = 200;

value_struct! {
    /// The formula of some periods in a row.
    #[derive(Default)]
    pub struct FormulaRange {
        required {
            /// The first period; 1 is the first one to come.
            pub from_period: u32,
            /// The figure of a period, in the language of formulas.
            pub formula: String,
        }
        optional {
            /// The last period; without it the range has no end.
            pub to_period: Option<u32>,
        }
    }
}

value_struct! {
    /// A model of formulas. Each period has its formula in one range.
    ///
    /// Names that the engine gives: `step` (1 for the first period to come), `observations` (periods of the past), `last`,
    /// `mean_3`, `mean_12` (the last figures, fewer if there are fewer), `trend` (the mean change a period), `previous` (the
    /// forecast of the period before; `last` at the first one), `period_start` (a date; missing if the series does not tell
    /// when it starts) and the forecast of each built-in model under its name: `naive`, `seasonal_naive`, `theta`, `auto`,
    /// ... A built-in model is only run if the answer depends on it. The inputs of the series have their own names; one
    /// whose figure is not known for a period is missing there.
    ///
    /// All figures are in the size of the series. What comes from the past is free of the effects of the calendar of
    /// forecasts, and then has the effect of its period; what a formula gives stays as it is.
    #[derive(Default)]
    pub struct ForecastFormula {
        required {
            /// What the model is called in tables.
            pub name: String,
            /// The ranges, in any order.
            pub ranges: Vec<FormulaRange>,
        }
    }
}

/// The names that the engine gives beside those of models; a slot is a place in this list.
const GIVEN: [(&str, Kind); 8] = [
    ("step", Kind::Number),
    ("observations", Kind::Number),
    ("last", Kind::Number),
    ("mean_3", Kind::Number),
    ("mean_12", Kind::Number),
    ("trend", Kind::Number),
    ("previous", Kind::Number),
    ("period_start", Kind::Date),
];

/// A formula with the periods for which it stands.
#[derive(Debug, Clone)]
struct Range {
    /// Its place in the definition.
    place: usize,
    from: u32,
    /// The last period.
    to: u32,
    formula: Formula,
}

/// A model of formulas that were checked.
///
/// ```
/// use crm_core::forecast::{ForecastFormula, FormulaModel, FormulaRange, Past, SeriesModel};
/// let range = |from_period, to_period, formula: &str| FormulaRange { from_period, to_period, formula: formula.into() };
/// let model = FormulaModel::new(
///     &ForecastFormula {
///         name: "agreements first".into(),
///         ranges: vec![range(1, Some(2), "max(last, mean_3)"), range(3, None, "previous * 1.1")],
///     },
///     [],
/// )?;
/// let values = [90.0, 120.0, 100.0];
/// let past = Past { key: "", values: &values, observed: &[true; 3], season_length: 1, inputs: Default::default() };
/// let mean = model.predict(&past, 4)?.mean;
/// assert_eq!((mean[0], mean[1]), (310.0 / 3.0, 310.0 / 3.0));
/// assert!((mean[3] - 310.0 / 3.0 * 1.21).abs() < 1e-9);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FormulaModel {
    name: String,
    /// By their first period.
    ranges: Vec<Range>,
    /// The names of inputs; their slots stand behind those of models.
    inputs: Vec<String>,
}

impl FormulaModel {
    /// Checks the formulas. `inputs` are the names of the inputs that the series has.
    ///
    /// # Errors
    /// `Required` for a model without name or range, `TooLong`, `TooMany`; `OutOfRange` for `ranges[i].from_period` below 1
    /// and for `ranges[i].to_period` before it; `Overlap` for `ranges[i]` that begins inside another one; what
    /// [`Formula::parse_as`] refuses, under `ranges[i].formula`; `BadFormat` and `DuplicateKey` for `inputs[i].name` that
    /// formulas cannot use or that has another meaning.
    pub fn new<'n>(formula: &ForecastFormula, inputs: impl IntoIterator<Item = &'n str>) -> Result<Self> {
        if formula.name.trim().is_empty() {
            return Err(Error::invalid(ErrorCode::Required, "name", "the model has no name"));
        }
        if formula.name.chars().nth(MAX_MODEL_NAME_CHARS).is_some() {
            let problem = Problem::of_field(ErrorCode::TooLong, "name", "the name is too long");
            return Err(problem.with("limit", MAX_MODEL_NAME_CHARS).into_invalid());
        }
        let inputs: Vec<String> = inputs.into_iter().map(str::to_owned).collect();
        let scope = scope(&inputs)?;
        Ok(Self { name: formula.name.clone(), ranges: ranges(&formula.ranges, &scope)?, inputs })
    }

    /// Whether each of so many periods has a formula.
    ///
    /// # Errors
    /// `Required` for `ranges`; the first period without one stands under `period` in the data.
    pub fn check(&self, horizon: usize) -> Result<()> {
        (1..=horizon).try_for_each(|step| self.range(step).map(|_| ()))
    }

    fn range(&self, step: usize) -> Result<&Range> {
        let step = u32::try_from(step).unwrap_or(u32::MAX);
        let found = self.ranges.iter().find(|range| (range.from..=range.to).contains(&step));
        found.ok_or_else(|| {
            let problem = Problem::of_field(ErrorCode::Required, "ranges", format!("no range has period {step}"));
            problem.with("period", step).into_invalid()
        })
    }

    /// The figures behind the past of `sources`.
    fn figures(&self, sources: &Sources<'_>) -> Result<Vec<f64>> {
        let mut figures: Vec<f64> = Vec::with_capacity(sources.horizon);
        for step in 1..=sources.horizon {
            let range = self.range(step)?;
            let place = sources.place(step);
            let lookup = AtStep { model: self, sources, step, previous: figures.last().copied() };
            let figure = range.formula.evaluate_f64(&lookup).map_err(|error| of_range(error, range.place, step))?;
            let figure = sources.past.inputs.modelled(place, figure);
            if !figure.is_finite() {
                let problem = Problem::new(ErrorCode::Overflow, "the figure does not fit").into_invalid();
                return Err(of_range(problem, range.place, step));
            }
            figures.push(figure);
        }
        Ok(figures)
    }
}

/// An error of a formula under its range; a past that is too short stays one of the values.
fn of_range(error: Error, place: usize, step: usize) -> Error {
    let error = error.with("period", step);
    if matches!(error, Error::Invalid { .. }) { error.under(&format!("ranges[{place}].formula")) } else { error }
}

/// All names: those of the engine, of its models, of the inputs.
fn scope(inputs: &[String]) -> Result<Scope> {
    let mut scope = Scope::new();
    for (name, kind) in GIVEN {
        scope.declare(name, kind)?;
    }
    for name in ModelKind::NAMES {
        scope.declare(name, Kind::Number)?;
    }
    for (place, name) in inputs.iter().enumerate() {
        scope.declare(name, Kind::Number).map_err(|error| error.under(&format!("inputs[{place}].name")))?;
    }
    Ok(scope)
}

fn ranges(given: &[FormulaRange], scope: &Scope) -> Result<Vec<Range>> {
    if given.is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "ranges", "the model has no formula"));
    }
    if given.len() > MAX_FORMULA_RANGES {
        let problem = Problem::of_field(ErrorCode::TooMany, "ranges", "too many ranges");
        return Err(problem.with("limit", MAX_FORMULA_RANGES).into_invalid());
    }
    let read = given
        .iter()
        .enumerate()
        .map(|(place, range)| range.read(place, scope).map_err(|error| error.under(&format!("ranges[{place}]"))));
    let mut ranges: Vec<Range> = read.collect::<Result<_>>()?;
    ranges.sort_by_key(|range| (range.from, range.place));
    for pair in ranges.windows(2) {
        if let [before, range] = pair
            && range.from <= before.to
        {
            let field = format!("ranges[{}].from_period", range.place);
            let problem = Problem::of_field(ErrorCode::Overlap, field, "another range has this period already");
            return Err(problem.with("period", range.from).with("other", before.place).into_invalid());
        }
    }
    Ok(ranges)
}

impl FormulaRange {
    fn read(&self, place: usize, scope: &Scope) -> Result<Range> {
        if self.from_period == 0 {
            return Err(Error::invalid(ErrorCode::OutOfRange, "from_period", "the first period is 1"));
        }
        let to = self.to_period.unwrap_or(u32::MAX);
        if to < self.from_period {
            let message = "the last period lies before the first one";
            return Err(Error::invalid(ErrorCode::OutOfRange, "to_period", message));
        }
        let formula = Formula::parse_as(&self.formula, scope, Kind::Number).map_err(|error| error.under("formula"))?;
        Ok(Range { place, from: self.from_period, to, formula })
    }
}

/// What built-in models say of a past and of its origins; each is made once, if it is asked for.
struct Studies<'a> {
    past: &'a Past<'a>,
    origins: &'a [usize],
    horizon: usize,
    models: Vec<OnceCell<Result<Study>>>,
}

impl<'a> Studies<'a> {
    fn new(past: &'a Past<'a>, origins: &'a [usize], horizon: usize) -> Self {
        Self { past, origins, horizon, models: ModelKind::ALL.iter().map(|_| OnceCell::new()).collect() }
    }

    fn of(&self, slot: usize) -> Result<&Study> {
        let nothing = || Problem::new(ErrorCode::UnknownField, "no such model").into_invalid();
        let (cell, kind) = self.models.get(slot).zip(ModelKind::ALL.get(slot)).ok_or_else(nothing)?;
        let made = || {
            let model = built_in(*kind, &ModelParameters::default());
            let past = self.past.last(model.memory(self.past.season_length));
            if self.origins.is_empty() {
                let prediction = model.predict(&past, self.horizon)?;
                return Ok(Study { prediction, origins: Vec::new() });
            }
            let cut = self.past.values.len().saturating_sub(past.values.len());
            let origins = self.origins.iter().map(|origin| origin.checked_sub(cut).filter(|origin| *origin > 0));
            match origins.collect::<Option<Vec<usize>>>() {
                Some(origins) => model.study(&past, &origins, self.horizon),
                // An origin lies before what the model looks at.
                None => model.study(self.past, self.origins, self.horizon),
            }
        };
        cell.get_or_init(made).as_ref().map_err(Clone::clone)
    }
}

/// What the formulas of one run read.
struct Sources<'a> {
    /// What is known at the origin.
    past: Past<'a>,
    horizon: usize,
    studies: &'a Studies<'a>,
    /// Which origin it is; none for the whole past.
    origin: Option<usize>,
}

impl<'a> Sources<'a> {
    /// Behind the whole past.
    fn now(studies: &'a Studies<'a>) -> Self {
        Self { past: *studies.past, horizon: studies.horizon, studies, origin: None }
    }

    /// Behind an origin.
    fn then(studies: &'a Studies<'a>, origin: usize, place: usize) -> Self {
        Self { past: studies.past.until(origin), origin: Some(place), ..Self::now(studies) }
    }

    /// The place of a period to come, counted from the first figure of the past.
    fn place(&self, step: usize) -> usize {
        self.past.values.len().saturating_add(step).saturating_sub(1)
    }

    /// The forecast of a built-in model, as the models see figures.
    fn forecast(&self, slot: usize, step: usize) -> Result<f64> {
        let study = self.studies.of(slot)?;
        let figures = match self.origin {
            None => Some(&study.prediction.mean),
            Some(place) => study.origins.get(place),
        };
        let known = self.past.values.len();
        figures.and_then(|figures| figures.get(step.saturating_sub(1))).copied().ok_or_else(|| {
            let name = ModelKind::NAMES.get(slot).copied().unwrap_or_default();
            Error::insufficient_history(name, known, known.saturating_add(1))
        })
    }

    fn mean_of(&self, window: usize) -> Option<f64> {
        let values = self.past.values;
        let start = values.len().saturating_sub(window);
        values.get(start..).filter(|last| !last.is_empty()).map(mean)
    }
}

/// The names of formulas at one period.
struct AtStep<'a> {
    model: &'a FormulaModel,
    sources: &'a Sources<'a>,
    step: usize,
    /// The forecast of the period before, as the models see it.
    previous: Option<f64>,
}

impl AtStep<'_> {
    /// A figure that comes from the past.
    fn past(&self, figure: Option<f64>) -> Datum<'static, f64> {
        let place = self.sources.place(self.step);
        figure.map_or(Datum::Missing, |figure| Datum::Number(self.sources.past.inputs.real(place, figure)))
    }

    fn trend(&self) -> Datum<'static, f64> {
        let (values, inputs) = (self.sources.past.values, self.sources.past.inputs);
        let slope = match (values.first(), values.last()) {
            (Some(first), Some(last)) if values.len() > 1 => (last - first) / count(values.len().saturating_sub(1)),
            _ => 0.0,
        };
        // A change has no share in what the calendar adds to a figure.
        let factor = inputs.effect(self.sources.place(self.step)).factor;
        Datum::Number(libm::ldexp(slope, inputs.exponent) * factor)
    }

    fn given(&self, name: &str) -> Datum<'static, f64> {
        let past = self.sources.past;
        match name {
            "step" => Datum::Number(count(self.step)),
            "observations" => Datum::Number(count(past.values.len())),
            "last" => self.past(past.values.last().copied()),
            "mean_3" => self.past(self.sources.mean_of(3)),
            "mean_12" => self.past(self.sources.mean_of(12)),
            "trend" => self.trend(),
            "previous" => self.past(self.previous.or_else(|| past.values.last().copied())),
            _ => past.inputs.period_start(self.sources.place(self.step)).map_or(Datum::Missing, Datum::Date),
        }
    }
}

impl Lookup<f64> for AtStep<'_> {
    fn datum(&self, slot: usize) -> Result<Datum<'_, f64>> {
        if let Some((name, _)) = GIVEN.get(slot) {
            return Ok(self.given(name));
        }
        let slot = slot.saturating_sub(GIVEN.len());
        if slot < ModelKind::ALL.len() {
            return Ok(self.past(Some(self.sources.forecast(slot, self.step)?)));
        }
        let name = self.model.inputs.get(slot.saturating_sub(ModelKind::ALL.len()));
        let place = self.sources.place(self.step);
        let figure = name.and_then(|name| self.sources.past.inputs.figure(name, place));
        Ok(figure.map_or(Datum::Missing, Datum::Number))
    }
}

impl SeriesModel for FormulaModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn computes_as_the_engine(&self) -> bool {
        true
    }

    /// # Errors
    /// `Required` for a period without a formula, and for an input that has no figure for a period that needs it: the field
    /// is `ranges[i].formula.<input>`, and the data has the `period`. `OutOfRange` for a division by zero, `Overflow`;
    /// `InsufficientHistory` if a built-in model is asked for that the past is too short for.
    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        self.check(horizon)?;
        let mean = self.figures(&Sources::now(&Studies::new(past, &[], horizon)))?;
        Ok(Prediction { model: self.name.clone(), mean, ..Prediction::default() })
    }

    /// An origin at which a formula cannot be computed has no figures, most often because an input is not known that far
    /// back; a note says of how many.
    fn study(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        self.check(horizon)?;
        let studies = Studies::new(past, origins, horizon);
        let mean = self.figures(&Sources::now(&studies))?;
        let again = |(place, origin): (usize, &usize)| {
            self.figures(&Sources::then(&studies, *origin, place)).unwrap_or_default()
        };
        let figures: Vec<Vec<f64>> = origins.iter().enumerate().map(again).collect();
        let without = figures.iter().filter(|figures| figures.is_empty()).count();
        let mut notes = Vec::new();
        if without > 0 {
            notes.push(format!("{without} of {} earlier origins have no figures by the formulas", origins.len()));
        }
        let prediction = Prediction { model: self.name.clone(), mean, notes, ..Prediction::default() };
        Ok(Study { prediction, origins: figures })
    }
}

#[cfg(test)]
mod tests;
