//! The model `ets`: the best of the forms of exponential smoothing.

use super::ets::{Fitted, Form, Start, has_seasonal_forms};
use super::model::{Past, Prediction, SeriesModel};
use super::season::Joined;
use super::types::ModelKind;
use crate::value::{Error, Result};

/// A form with a level and its parameter needs so many observations.
const NEEDED: usize = 4;
/// How often a form is looked at in the search for its parameters.
const LOOKS: usize = 250;
/// And again at an earlier origin, from the parameters of the whole past.
const LOOKS_AGAIN: usize = 60;

/// Exponential smoothing with its form chosen by AICc.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ets;

impl Ets {
    fn best(values: &[f64], season_length: usize) -> Result<Fitted> {
        let seasonal = has_seasonal_forms(values.len(), season_length);
        let positive = values.iter().all(|value| *value > 0.0);
        let start = |joined| Start::of(values, season_length, joined);
        let starts = [start(None), start(Some(Joined::Plus)), start(Some(Joined::Times))];
        let start_of = |form: Form| match (form.season, &starts) {
            (None, [plain, ..]) => plain.as_ref(),
            (Some(Joined::Plus), [_, plus, _]) => plus.as_ref(),
            (Some(Joined::Times), [.., times]) => times.as_ref(),
        };
        let mut best: Option<Fitted> = None;
        for form in Form::all(positive, seasonal) {
            let Some(start) = start_of(form) else { continue };
            let fitted = Fitted::of(values, form, start, None, LOOKS);
            if best.as_ref().is_none_or(|best| fitted.aicc < best.aicc) {
                best = Some(fitted);
            }
        }
        best.ok_or_else(|| Error::insufficient_history(ModelKind::Ets.as_str(), values.len(), NEEDED))
    }
}

impl SeriesModel for Ets {
    fn name(&self) -> &str {
        ModelKind::Ets.as_str()
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        if past.values.len() < NEEDED {
            return Err(Error::insufficient_history(self.name(), past.values.len(), NEEDED));
        }
        let fitted = Self::best(past.values, past.season_length)?;
        let parameters = fitted.parameters;
        let named = [
            ("alpha", parameters.alpha),
            ("beta", parameters.beta),
            ("gamma", parameters.gamma),
            ("phi", parameters.phi),
            ("aicc", fitted.aicc),
        ];
        Ok(Prediction {
            model: fitted.form.letters(),
            mean: fitted.ahead(past.values, horizon),
            parameters: named.map(|(name, figure)| (name.to_owned(), figure)).into(),
            notes: Vec::new(),
        })
    }

    fn predict_origins(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Vec<Vec<f64>>> {
        let fitted = Self::best(past.values, past.season_length)?;
        let again = |origin: &usize| {
            let values = past.until(*origin).values;
            let start = Start::of(values, past.season_length, fitted.form.season);
            let start =
                start.ok_or_else(|| Error::insufficient_history(self.name(), values.len(), past.season_length))?;
            let refitted = Fitted::of(values, fitted.form, &start, Some(fitted.point), LOOKS_AGAIN);
            Ok(refitted.ahead(values, horizon))
        };
        origins.iter().map(again).collect()
    }
}
