//! Figures that a user gives beside a series: a pipeline, an agreement, a price index.

use chrono::Months;

use crate::value::{Date, Error, ErrorCode, Problem, Result};

use super::types::MAX_FIGURE;

/// The most inputs of one series.
pub const MAX_INPUTS: usize = 100;

value_struct! {
    /// A named figure for each period of a series, and for periods to come.
    ///
    /// A forecast at an earlier origin sees the same figures: they are taken as they are known now. A host that keeps what
    /// was known then gives a series with other inputs for each origin.
    #[derive(Default)]
    pub struct ForecastInput {
        required {
            /// What formulas call it: a name of the language of formulas.
            pub name: String,
            /// The first figure belongs to the first period of the series; they go on behind its end. Nothing where none
            /// is known.
            pub values: Vec<Option<f64>>,
        }
    }
}

/// What the calendar does to a figure of one period: a factor, and then a summand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Effect {
    pub(super) factor: f64,
    pub(super) shift: f64,
}

impl Effect {
    pub(super) const NONE: Self = Self { factor: 1.0, shift: 0.0 };

    /// The figure with the effect.
    pub(super) fn put(self, figure: f64) -> f64 {
        figure * self.factor + self.shift
    }

    /// The figure without the effect.
    pub(super) fn taken(self, figure: f64) -> f64 {
        (figure - self.shift) / self.factor
    }
}

/// What a model may know beside the figures of a series. Places are counted from the first figure of the past, and go on
/// behind its end: the first period to come has the place that is the length of the past.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The inputs of the series.
    pub(super) given: &'a [ForecastInput],
    /// The place in the inputs of the first figure of the past; below zero if figures were put before the series.
    pub(super) first: i64,
    /// The first day of the first period of the past.
    pub(super) start: Option<Date>,
    /// What was taken from the figure of each place; nothing if there are none.
    pub(super) effects: &'a [Effect],
    /// How often the figures of the past were divided by two.
    pub(super) exponent: i32,
}

impl<'a> Inputs<'a> {
    /// The names of the inputs.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.given.iter().map(|input| input.name.as_str())
    }

    /// The figure of an input at a place; nothing if there is none.
    #[must_use]
    pub fn figure(&self, name: &str, place: usize) -> Option<f64> {
        let input = self.given.iter().find(|input| input.name == name)?;
        let place = i64::try_from(place).ok()?.checked_add(self.first)?;
        input.values.get(usize::try_from(place).ok()?).copied().flatten()
    }

    /// The first day of the period at a place, if the series tells when it starts.
    #[must_use]
    pub fn period_start(&self, place: usize) -> Option<Date> {
        months_after(self.start?, place)
    }

    /// The same, counted from a later place.
    pub(super) fn from(&self, place: usize) -> Self {
        Self {
            first: i64::try_from(place).map_or(i64::MAX, |place| self.first.saturating_add(place)),
            start: self.start.and_then(|start| months_after(start, place)),
            effects: self.effects.get(place..).unwrap_or_default(),
            ..*self
        }
    }

    /// What was taken from the figure of a place.
    pub(super) fn effect(&self, place: usize) -> Effect {
        self.effects.get(place).copied().unwrap_or(Effect::NONE)
    }

    /// A figure of the models at a place, in the size of the series and with the effects of the calendar.
    pub(super) fn real(&self, place: usize, figure: f64) -> f64 {
        self.effect(place).put(libm::ldexp(figure, self.exponent))
    }

    /// A figure in the size of the series at a place, as the models see it.
    pub(super) fn modelled(&self, place: usize, figure: f64) -> f64 {
        libm::ldexp(self.effect(place).taken(figure), -self.exponent)
    }
}

/// The day that many months later; the last day of the month if the month is too short. Nothing behind the year 9999.
pub(super) fn months_after(start: Date, months: usize) -> Option<Date> {
    let months = Months::new(u32::try_from(months).ok()?);
    start.to_chrono().checked_add_months(months).and_then(|day| Date::from_chrono(day).ok())
}

/// The day that many months before; nothing before the year 1.
pub(super) fn months_before(start: Date, months: usize) -> Option<Date> {
    let months = Months::new(u32::try_from(months).ok()?);
    start.to_chrono().checked_sub_months(months).and_then(|day| Date::from_chrono(day).ok())
}

/// Refuses inputs whose figures are not finite, and more of them than there may be.
pub(super) fn check_inputs(inputs: &[ForecastInput]) -> Result<()> {
    if inputs.len() > MAX_INPUTS {
        let problem = Problem::of_field(ErrorCode::TooMany, "inputs", "too many inputs");
        return Err(problem.with("max", MAX_INPUTS).into_invalid());
    }
    for (place, input) in inputs.iter().enumerate() {
        let known = inputs.get(..place).unwrap_or_default();
        if known.iter().any(|other| other.name == input.name) {
            let message = "another input has the same name";
            return Err(Error::invalid(ErrorCode::DuplicateKey, format!("inputs[{place}].name"), message));
        }
        figures(&input.values).map_err(|error| error.under(&format!("inputs[{place}].values")))?;
    }
    Ok(())
}

/// Refuses figures that are not finite or too large.
pub(super) fn figures(values: &[Option<f64>]) -> Result<()> {
    let unfit = |figure: &Option<f64>| figure.is_some_and(|figure| !figure.is_finite() || figure.abs() > MAX_FIGURE);
    match values.iter().position(unfit) {
        None => Ok(()),
        Some(place) => {
            let problem = Problem::of_field(ErrorCode::OutOfRange, format!("[{place}]"), "it is no finite figure");
            Err(problem.with("max", MAX_FIGURE).into_invalid())
        }
    }
}
