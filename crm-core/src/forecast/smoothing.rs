//! The model `ets`: the best of the forms of exponential smoothing.

use super::ets::{Fitted, Form, Start, has_seasonal_forms};
use super::model::{FITTED_PERIODS, Past, Prediction, SeriesModel, Study};
use super::season::Joined;
use super::types::ModelKind;
use crate::value::{Error, Result};

/// A form with a level and its parameter needs so many observations.
const NEEDED: usize = 4;
/// How often each form is looked at in a first search for its parameters.
const FIRST_LOOKS: usize = 60;
/// How often a form is looked at in the search for its parameters.
const LOOKS: usize = 250;
/// A form whose AICc after the first search is worse by more than this is not searched further.
const WITHIN: f64 = 6.0;
/// And again at an earlier origin, from the parameters of the whole past.
const LOOKS_AGAIN: usize = 30;

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
        let first = |form| Some(Fitted::of(values, form, start_of(form)?, None, FIRST_LOOKS));
        let first: Vec<_> = Form::all(positive, seasonal).filter_map(first).collect();
        let limit = first.iter().map(|fitted| fitted.aicc).fold(f64::INFINITY, f64::min) + WITHIN;
        let near = first.iter().filter(|fitted| fitted.aicc <= limit);
        let searched = near.map(|near| Fitted::of(values, near.form, &near.start, Some(near.point), LOOKS));
        let best = searched.min_by(|left, right| left.aicc.total_cmp(&right.aicc));
        best.ok_or_else(|| Error::insufficient_history(ModelKind::Ets.as_str(), values.len(), NEEDED))
    }
}

impl SeriesModel for Ets {
    fn name(&self) -> &str {
        ModelKind::Ets.as_str()
    }

    fn computes_as_the_engine(&self) -> bool {
        true
    }

    fn memory(&self, season_length: usize) -> usize {
        FITTED_PERIODS.max(season_length.saturating_mul(4))
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        Ok(self.study(past, &[], horizon)?.prediction)
    }

    fn study(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        if past.values.len() < NEEDED {
            return Err(Error::insufficient_history(self.name(), past.values.len(), NEEDED));
        }
        let fitted = Self::best(past.values, past.season_length)?;
        let again = |origin: &usize| {
            let values = past.until(*origin).values;
            if values.len() < NEEDED {
                return Vec::new();
            }
            // Before a season can be seen the form is looked at without it.
            let seasonal = Start::of(values, past.season_length, fitted.form.season).map(|start| (fitted.form, start));
            let plain = || {
                let form = Form { season: None, ..fitted.form };
                Start::of(values, past.season_length, None).map(|start| (form, start))
            };
            let Some((form, start)) = seasonal.or_else(plain) else { return Vec::new() };
            Fitted::of(values, form, &start, Some(fitted.point), LOOKS_AGAIN).ahead(values, horizon)
        };
        let parameters = fitted.parameters;
        let named = [
            ("alpha", parameters.alpha),
            ("beta", parameters.beta),
            ("gamma", parameters.gamma),
            ("phi", parameters.phi),
            ("aicc", fitted.aicc),
        ];
        let prediction = Prediction {
            model: fitted.form.letters(),
            mean: fitted.ahead(past.values, horizon),
            parameters: named.map(|(name, figure)| (name.to_owned(), figure)).into(),
            notes: Vec::new(),
        };
        Ok(Study { prediction, origins: origins.iter().map(again).collect() })
    }
}
