//! A model of the host sees the figures as they were given, and not in the size in which the engine computes.

use super::inputs::Inputs;
use super::model::{Past, Prediction, SeriesModel, Study};
use crate::value::Result;

/// A model that works with the figures of the series as they were given.
struct AsGiven<'a>(&'a dyn SeriesModel);

/// Work with a model of the host, that sees the figures as it wants to.
pub(super) fn of_host<R>(model: &dyn SeriesModel, work: impl FnOnce(&dyn SeriesModel) -> R) -> R {
    if model.computes_as_the_engine() { work(model) } else { work(&AsGiven(model)) }
}

/// Figures of the models from a place on, as they were given.
fn given(inputs: &Inputs<'_>, first: usize, figures: &[f64]) -> Vec<f64> {
    figures.iter().enumerate().map(|(step, figure)| inputs.real(first.saturating_add(step), *figure)).collect()
}

/// Figures from a place on, as the models see them.
fn modelled(inputs: &Inputs<'_>, first: usize, figures: &[f64]) -> Vec<f64> {
    figures.iter().enumerate().map(|(step, figure)| inputs.modelled(first.saturating_add(step), *figure)).collect()
}

/// What is given beside a series whose figures are as they were given.
fn plain<'a>(inputs: &Inputs<'a>) -> Inputs<'a> {
    Inputs { effects: &[], exponent: 0, ..*inputs }
}

impl SeriesModel for AsGiven<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn memory(&self, season_length: usize) -> usize {
        self.0.memory(season_length)
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        let values = given(&past.inputs, 0, past.values);
        let made = self.0.predict(&Past { values: &values, inputs: plain(&past.inputs), ..*past }, horizon)?;
        Ok(Prediction { mean: modelled(&past.inputs, past.values.len(), &made.mean), ..made })
    }

    fn study(&self, past: &Past<'_>, origins: &[usize], horizon: usize) -> Result<Study> {
        let values = given(&past.inputs, 0, past.values);
        let as_given = Past { values: &values, inputs: plain(&past.inputs), ..*past };
        let made = self.0.study(&as_given, origins, horizon)?;
        let mean = modelled(&past.inputs, past.values.len(), &made.prediction.mean);
        let earlier = origins.iter().zip(&made.origins);
        Ok(Study {
            prediction: Prediction { mean, ..made.prediction },
            origins: earlier.map(|(origin, figures)| modelled(&past.inputs, *origin, figures)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::forecast::{ForecastOptions, Past, Prediction, Series, SeriesModel, forecast_all_with, forecast_with};
    use crate::value::Result;

    /// The last figure, but never more than 1,000 pieces: what one machine makes.
    struct Capped;

    impl SeriesModel for Capped {
        fn name(&self) -> &str {
            "capped"
        }

        fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
            let last = past.values.last().copied().unwrap_or(0.0);
            Ok(Prediction {
                model: self.name().to_owned(),
                mean: vec![last.min(1000.0); horizon],
                ..Prediction::default()
            })
        }
    }

    fn series(figures: &[f64]) -> Series {
        Series { values: figures.iter().map(|figure| Some(*figure)).collect(), ..Series::default() }
    }

    #[test]
    fn a_model_of_the_host_sees_the_figures_as_they_were_given() {
        let options = ForecastOptions { horizon: 2, levels: Some(Vec::new()), ..ForecastOptions::default() };
        let made = forecast_with(&series(&[900.0, 950.0, 3000.5]), &Capped, &options).unwrap();
        assert_eq!((made.mean.as_slice(), made.model.as_str()), (&[1000.0, 1000.0][..], "capped"));
        let small = forecast_with(&series(&[0.001, 0.003]), &Capped, &options).unwrap();
        assert_eq!(small.mean, [0.003, 0.003]);
    }

    #[test]
    fn its_intervals_are_in_the_same_size() {
        let figures: Vec<f64> = (0..60_u32).map(|month| 400.0 + f64::from(month % 7) * 10.0).collect();
        let options = ForecastOptions { horizon: 2, ..ForecastOptions::default() };
        let made = forecast_with(&series(&figures), &Capped, &options).unwrap();
        let wide = &made.intervals[1];
        assert!(wide.lower[0] > 340.0 && wide.lower[0] < made.mean[0], "{made:?}");
        assert!(wide.upper[0] < 520.0 && wide.upper[0] > made.mean[0], "{made:?}");
    }

    #[test]
    fn many_series_by_a_model_of_the_host_are_those_of_one_by_one() {
        let many = [series(&[5.0, 6.0]), series(&[]), series(&[7e9, 8e9])];
        let options = ForecastOptions { horizon: 1, levels: Some(Vec::new()), ..ForecastOptions::default() };
        let made = forecast_all_with(&many, &Capped, &options, 2, &|_| true).unwrap();
        assert_eq!(made.iter().map(|made| made.mean.clone()).collect::<Vec<_>>(), [vec![6.0], vec![], vec![1000.0]]);
        assert!(made[1].problem.is_some());
    }
}
