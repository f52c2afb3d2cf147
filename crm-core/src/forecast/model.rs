//! What a model is, built in or given by the host.

use std::collections::BTreeMap;

use super::inputs::Inputs;
use crate::value::{Error, Result};

/// What a model may know: a series up to an origin.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// What the series is called; empty if nothing was said.
    pub key: &'a str,
    /// The figures, oldest first, all finite. Gaps are filled.
    pub values: &'a [f64],
    /// Whether the figure was observed; `false` where a gap was filled. As long as `values`.
    pub observed: &'a [bool],
    /// Periods of a season; 1 for none.
    pub season_length: usize,
    /// What the user gave beside the series.
    pub inputs: Inputs<'a>,
}

/// What a model says of the periods to come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prediction {
    /// The model with its form, for example `ets(A,N,A)`.
    pub model: String,
    /// The expected figure of each period.
    pub mean: Vec<f64>,
    /// What was fitted, by name.
    pub parameters: BTreeMap<String, f64>,
    /// What a user should know.
    pub notes: Vec<String>,
}

/// What a model says, and what it would have said before.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Study {
    /// What it says behind the whole past.
    pub prediction: Prediction,
    /// What it would have said behind each origin.
    pub origins: Vec<Vec<f64>>,
}

/// A model of a series. It must be deterministic: the same past gives the same figures.
pub trait SeriesModel: Send + Sync {
    /// What it is called in tables.
    fn name(&self) -> &str;

    /// The expected figures of `horizon` periods behind the past.
    ///
    /// # Errors
    /// `InsufficientHistory` if the past is too short for the model; whatever else stands in its way.
    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction>;

    /// How many of the last periods it looks at, at most.
    fn memory(&self, _season_length: usize) -> usize {
        usize::MAX
    }

    /// Whether it takes and gives figures as the engine computes with them: divided by a power of two, and without the
    /// effects of the calendar. A model that does not say so gets them as they were given.
    fn computes_as_the_engine(&self) -> bool {
        false
    }

    /// The same, and what it would have said at earlier origins: for each, the figures of `horizon` periods behind the
    /// first `origin` figures of the past. A model may keep the form that it chose for the whole past, but must learn its
    /// figures anew at each origin, from what was known there. An origin before which too little is known has no figures.
    ///
    /// # Errors
    /// As [`SeriesModel::predict`].
    fn study(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        let prediction = self.predict(past, horizon)?;
        let again = |origin: &usize| match self.predict(&past.until(*origin), horizon) {
            Ok(prediction) => Ok(prediction.mean),
            // The past was too short there; it says nothing of the model.
            Err(Error::InsufficientHistory { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        Ok(Study { prediction, origins: origins.iter().map(again).collect::<Result<_>>()? })
    }
}

/// The periods that a model with a fit looks at, at most: older ones do not move it.
pub(super) const FITTED_PERIODS: usize = 1_200;

impl Past<'_> {
    /// The last `periods` of the series.
    #[must_use]
    pub fn last(&self, periods: usize) -> Self {
        let start = self.values.len().saturating_sub(periods);
        Self {
            values: self.values.get(start..).unwrap_or_default(),
            observed: self.observed.get(start..).unwrap_or_default(),
            inputs: self.inputs.from(start),
            ..*self
        }
    }

    /// The same series as it was known after its first `origin` periods.
    #[must_use]
    pub fn until(&self, origin: usize) -> Self {
        let (values, observed) = (self.values, self.observed);
        Self {
            values: values.get(..origin).unwrap_or(values),
            observed: observed.get(..origin).unwrap_or(observed),
            ..*self
        }
    }
}
