//! Models of intermittent demand: figures that are zero in many periods.
//!
//! Periods in which nothing is known are left out; they are not zero. What smooths is simple exponential smoothing from
//! the first figure on, and its optimum is the one of the squared one-step errors.

use super::model::{Past, Prediction, SeriesModel};
use super::naive::{count, mean};
use super::types::{ModelKind, ModelParameters};
use crate::value::{Error, Result};

/// Smoothing of Croston's method and of its correction if nothing is said (Croston 1972).
const CROSTON_ALPHA: f64 = 0.1;
/// Smoothing of size and probability of TSB if nothing is said.
const TSB_SMOOTHING: f64 = 0.2;
/// Where the smoothing of a series of demand itself is looked for.
const WIDE: (f64, f64) = (0.01, 0.99);
/// Where the smoothing of an aggregated series is looked for: it is short, and a wide choice would follow its noise.
const NARROW: (f64, f64) = (0.1, 0.3);
/// The width at which the search for a smoothing ends.
const SEARCH_WIDTH: f64 = 1e-12;
/// Two sums of squares that differ by less than this share say that the smoothing does not matter.
const FLAT: f64 = 1e-12;

/// A built-in model of intermittent demand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intermittent {
    kind: ModelKind,
    alpha: Option<f64>,
    beta: Option<f64>,
}

impl Intermittent {
    pub(super) fn new(kind: ModelKind, parameters: &ModelParameters) -> Self {
        Self { kind, alpha: parameters.alpha, beta: parameters.beta }
    }

    /// The figure that is expected in every period behind the demand, and what was fitted.
    pub(super) fn level(&self, demand: &[f64]) -> (f64, Vec<(&'static str, f64)>) {
        match self.kind {
            ModelKind::Croston => self.croston(demand, 1.0),
            ModelKind::Sba => {
                let alpha = self.alpha.unwrap_or(CROSTON_ALPHA);
                self.croston(demand, 1.0 - alpha / 2.0)
            }
            ModelKind::Tsb => self.tsb(demand),
            ModelKind::Adida => self.adida(demand),
            ModelKind::Imapa => self.imapa(demand),
            _ => {
                let alpha = self.alpha.unwrap_or_else(|| best_alpha(demand, WIDE));
                (smoothed(demand, alpha), vec![("alpha", alpha)])
            }
        }
    }

    /// Croston (1972): smoothed size by smoothed interval; times a correction of its bias (Syntetos and Boylan 2005).
    fn croston(&self, demand: &[f64], correction: f64) -> (f64, Vec<(&'static str, f64)>) {
        let alpha = self.alpha.unwrap_or(CROSTON_ALPHA);
        let interval = smoothed(&intervals(demand), alpha);
        let size = smoothed(&sizes(demand), alpha);
        let level = if interval > 0.0 { size / interval * correction } else { 0.0 };
        (level, vec![("alpha", alpha)])
    }

    /// Teunter, Syntetos and Babai (2011): smoothed size times smoothed probability.
    fn tsb(&self, demand: &[f64]) -> (f64, Vec<(&'static str, f64)>) {
        let (alpha, beta) = (self.alpha.unwrap_or(TSB_SMOOTHING), self.beta.unwrap_or(TSB_SMOOTHING));
        let hits: Vec<_> = demand.iter().map(|figure| if *figure == 0.0 { 0.0 } else { 1.0 }).collect();
        (smoothed(&sizes(demand), alpha) * smoothed(&hits, beta), vec![("alpha", alpha), ("beta", beta)])
    }

    /// Nikolopoulos and others (2011): sums over the mean interval, smoothed, and spread evenly.
    fn adida(&self, demand: &[f64]) -> (f64, Vec<(&'static str, f64)>) {
        let periods = mean_interval(demand);
        if periods == 0 {
            return (0.0, Vec::new());
        }
        let sums = sums(&running(demand), periods);
        let alpha = self.alpha.unwrap_or_else(|| best_alpha(&sums, NARROW));
        (smoothed(&sums, alpha) / count(periods), vec![("alpha", alpha), ("aggregation", count(periods))])
    }

    /// Petropoulos and Kourentzes (2015): the mean over every aggregation up to the mean interval.
    fn imapa(&self, demand: &[f64]) -> (f64, Vec<(&'static str, f64)>) {
        let most = mean_interval(demand);
        if most == 0 {
            return (0.0, Vec::new());
        }
        let running = running(demand);
        let levels: Vec<_> = (1..=most)
            .map(|periods| {
                let sums = sums(&running, periods);
                let alpha = self.alpha.unwrap_or_else(|| best_alpha(&sums, NARROW));
                smoothed(&sums, alpha) / count(periods)
            })
            .collect();
        (mean(&levels), vec![("aggregation", count(most))])
    }
}

impl SeriesModel for Intermittent {
    fn name(&self) -> &str {
        self.kind.as_str()
    }

    fn computes_as_the_engine(&self) -> bool {
        true
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        let demand = observed(past);
        if demand.is_empty() {
            return Err(Error::insufficient_history(self.name(), 0, 1));
        }
        let (level, fitted) = self.level(&demand);
        Ok(Prediction {
            model: self.name().to_owned(),
            mean: vec![level; horizon],
            parameters: fitted.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect(),
            notes: Vec::new(),
        })
    }
}

/// The figures that were observed.
pub(super) fn observed(past: &Past<'_>) -> Vec<f64> {
    let pairs = past.values.iter().zip(past.observed);
    pairs.filter(|(_, observed)| **observed).map(|(figure, _)| *figure).collect()
}

/// The figures that are not zero.
pub(super) fn sizes(demand: &[f64]) -> Vec<f64> {
    demand.iter().copied().filter(|figure| *figure != 0.0).collect()
}

/// The periods from one demand to the next; the first counts from the beginning.
fn intervals(demand: &[f64]) -> Vec<f64> {
    let mut since = 0_usize;
    let mut intervals = Vec::new();
    for figure in demand {
        since = since.saturating_add(1);
        if *figure != 0.0 {
            intervals.push(count(since));
            since = 0;
        }
    }
    intervals
}

/// The mean interval in whole periods, halves to the even one; 0 if there is no demand.
fn mean_interval(demand: &[f64]) -> usize {
    let Some(last) = demand.iter().rposition(|figure| *figure != 0.0) else { return 0 };
    let hits = demand.iter().filter(|figure| **figure != 0.0).count();
    let periods = last.saturating_add(1);
    let whole = periods.checked_div(hits).unwrap_or(0);
    let twice_rest = periods.checked_rem(hits).unwrap_or(0).saturating_mul(2);
    if twice_rest > hits || (twice_rest == hits && whole % 2 == 1) { whole.saturating_add(1) } else { whole }
}

/// The sum of everything before each period, and of all: so the sum of any block is one difference.
fn running(demand: &[f64]) -> Vec<f64> {
    let total = demand.iter().scan(0.0, |total, figure| {
        *total += figure;
        Some(*total)
    });
    std::iter::once(0.0).chain(total).collect()
}

/// The sums of blocks of so many periods; periods that fill no block are left out at the beginning.
fn sums(running: &[f64], periods: usize) -> Vec<f64> {
    let periods = periods.max(1);
    let left_out = running.len().saturating_sub(1) % periods;
    let ends: Vec<f64> = running.iter().skip(left_out).step_by(periods).copied().collect();
    ends.windows(2).map(|ends| ends.iter().rev().copied().reduce(|last, first| last - first).unwrap_or(0.0)).collect()
}

/// The level after the last figure by simple exponential smoothing that starts with the first one; 0 without figures.
pub(super) fn smoothed(figures: &[f64], alpha: f64) -> f64 {
    let step = |level: f64, figure: &f64| alpha * figure + (1.0 - alpha) * level;
    let Some((first, rest)) = figures.split_first() else { return 0.0 };
    rest.iter().fold(*first, step)
}

/// The sum of the squared one-step errors.
fn squares(figures: &[f64], alpha: f64) -> f64 {
    let Some((first, rest)) = figures.split_first() else { return 0.0 };
    let mut level = *first;
    let mut sum = 0.0;
    for figure in rest {
        let error = figure - level;
        sum += error * error;
        level = alpha * figure + (1.0 - alpha) * level;
    }
    sum
}

/// The smoothing with the least squared one-step errors between two bounds, by golden sections (Kiefer 1953); the middle
/// where the errors do not tell.
pub(super) fn best_alpha(figures: &[f64], (mut low, mut high): (f64, f64)) -> f64 {
    let section = (libm::sqrt(5.0) - 1.0) / 2.0;
    let (mut left, mut right) = (high - section * (high - low), low + section * (high - low));
    let (mut of_left, mut of_right) = (squares(figures, left), squares(figures, right));
    if (of_left - of_right).abs() <= FLAT * of_left.max(of_right) {
        return f64::midpoint(low, high);
    }
    while high - low > SEARCH_WIDTH {
        if of_left < of_right {
            (high, right, of_right) = (right, left, of_left);
            left = high - section * (high - low);
            of_left = squares(figures, left);
        } else {
            (low, left, of_left) = (left, right, of_right);
            right = low + section * (high - low);
            of_right = squares(figures, right);
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::predict::forecast;
    use super::super::types::{Forecast, ForecastOptions, Series};
    use super::*;
    use crate::forecast::Inputs;

    const KINDS: [ModelKind; 6] =
        [ModelKind::Ses, ModelKind::Croston, ModelKind::Sba, ModelKind::Tsb, ModelKind::Adida, ModelKind::Imapa];

    const SLOW: [f64; 24] =
        [0., 0., 3., 0., 0., 0., 1., 0., 0., 2., 0., 0., 0., 0., 5., 0., 1., 0., 0., 0., 2., 0., 0., 0.];
    const ERRATIC: [f64; 36] = [
        2., 0., 0., 4., 1., 0., 0., 7., 0., 3., 2., 0., 0., 0., 6., 1., 0., 0., 2., 5., 0., 0., 0., 1., 3., 0., 4., 0.,
        0., 2., 8., 0., 0., 1., 0., 3.,
    ];
    const RARE: [f64; 30] = [
        12.5, 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 40., 0., 0., 0., 0., 0., 0., 7.25, 0., 0., 0., 0., 0., 0., 0.,
        0., 0., 0., 0.,
    ];
    const ONE: [f64; 10] = [0., 0., 0., 0., 4., 0., 0., 0., 0., 0.];
    const DYING: [f64; 24] =
        [5., 4., 6., 3., 5., 4., 3., 2., 3., 1., 2., 1., 0., 1., 0., 1., 0., 0., 1., 0., 0., 0., 0., 0.];

    fn asked(kind: ModelKind, parameters: ModelParameters, values: Vec<Option<f64>>) -> Result<Forecast> {
        let options = ForecastOptions {
            horizon: 3,
            model: kind,
            parameters: Some(parameters),
            levels: Some(Vec::new()),
            ..ForecastOptions::default()
        };
        forecast(&Series { values, ..Series::default() }, &options)
    }

    fn level(kind: ModelKind, alpha: Option<f64>, beta: Option<f64>, values: &[f64]) -> f64 {
        let parameters = ModelParameters { alpha, beta, window: None };
        asked(kind, parameters, values.iter().copied().map(Some).collect()).unwrap().mean[0]
    }

    /// Figures of statsforecast 2.1.1: SimpleExponentialSmoothing(0.1) and (0.35),
    /// SimpleExponentialSmoothingOptimized(), CrostonClassic(), CrostonSBA(), TSB(0.2, 0.2), TSB(0.1, 0.3), ADIDA(),
    /// IMAPA().
    #[test]
    fn every_model_agrees_with_statsforecast() {
        let series: [(&[f64], [f64; 9]); 5] = [
            (
                &SLOW,
                [
                    0.48259639784904235,
                    0.24767806481492194,
                    0.4375643726729832,
                    0.8271162987512396,
                    0.7857604838136776,
                    0.46019273363402763,
                    0.3818991524480523,
                    0.6694699999997953,
                    0.5640831955193506,
                ],
            ),
            (
                &ERRATIC,
                [
                    1.5788375492142268,
                    1.6183208617005818,
                    1.848817031315556,
                    1.5551964742708801,
                    1.477436650557336,
                    1.6884935712742188,
                    1.6997075956502166,
                    1.4715330195794531,
                    1.525185284396832,
                ],
            ),
            (
                &RARE,
                [
                    1.4166573105090277,
                    0.028257803223407176,
                    0.25013035549753254,
                    5.779999999999999,
                    5.490999999999999,
                    0.35393325686979976,
                    0.0932415636377067,
                    1.9616249999994013,
                    1.4622183022814284,
                ],
            ),
            (
                &ONE,
                [
                    0.23619600000000007,
                    0.1624406875,
                    0.03803960199733857,
                    0.8,
                    0.76,
                    0.2621440000000001,
                    0.20168399999999995,
                    0.64,
                    0.39163920000021635,
                ],
            ),
            (
                &DYING,
                [
                    1.1000224881125698,
                    0.06682088213981278,
                    0.014336531765389196,
                    2.0108121190713426,
                    1.9102715131177754,
                    0.3358376852333663,
                    0.248199424636273,
                    0.10377557173274267,
                    0.10377557173274267,
                ],
            ),
        ];
        let models = [
            (ModelKind::Ses, Some(0.1), None),
            (ModelKind::Ses, Some(0.35), None),
            (ModelKind::Ses, None, None),
            (ModelKind::Croston, None, None),
            (ModelKind::Sba, None, None),
            (ModelKind::Tsb, None, None),
            (ModelKind::Tsb, Some(0.1), Some(0.3)),
            (ModelKind::Adida, None, None),
            (ModelKind::Imapa, None, None),
        ];
        for (values, figures) in series {
            for ((kind, alpha, beta), figure) in models.into_iter().zip(figures) {
                let ours = level(kind, alpha, beta, values);
                assert!((ours - figure).abs() <= 1e-6 * figure.max(1e-3), "{kind} {alpha:?}: {ours} is not {figure}");
            }
        }
    }

    #[test]
    fn a_period_without_observation_is_left_out_and_not_zero() {
        let with_gaps: Vec<_> = [Some(2.0), None, Some(0.0), None, None, Some(4.0), Some(0.0)].to_vec();
        let without: Vec<_> = with_gaps.iter().copied().filter(Option::is_some).collect();
        let as_zero: Vec<_> = with_gaps.iter().map(|figure| Some(figure.unwrap_or(0.0))).collect();
        for kind in KINDS {
            let of = |values: &[Option<f64>]| asked(kind, ModelParameters::default(), values.to_vec()).unwrap().mean;
            assert_eq!(of(&with_gaps), of(&without), "{kind}");
            assert_ne!(of(&with_gaps), of(&as_zero), "{kind}");
        }
    }

    #[test]
    fn without_demand_nothing_is_expected_and_without_figures_there_is_no_forecast() {
        for kind in KINDS {
            assert_eq!(level(kind, None, None, &[0.0; 7]), 0.0, "{kind}");
            let expected = if kind == ModelKind::Sba { 2.85 } else { 3.0 };
            assert!((level(kind, None, None, &[3.0]) - expected).abs() < 1e-12, "{kind}");
            let refused = asked(kind, ModelParameters::default(), vec![None, None]).unwrap_err();
            assert_eq!(refused.code(), crate::value::ErrorCode::InsufficientHistory, "{kind}");
            let past =
                Past { key: "", values: &[1.0], observed: &[false], season_length: 1, inputs: Inputs::default() };
            let refused = Intermittent::new(kind, &ModelParameters::default()).predict(&past, 1).unwrap_err();
            assert_eq!(refused.code(), crate::value::ErrorCode::InsufficientHistory, "{kind}");
        }
    }

    #[test]
    fn a_hundred_thousand_points_with_one_demand_are_forecast() {
        let mut values = vec![0.0; 100_000];
        values[70_000] = 9.0;
        for kind in KINDS {
            let level = level(kind, None, None, &values);
            assert!((0.0..=9.0).contains(&level), "{kind}: {level}");
        }
    }

    #[test]
    fn the_mean_interval_goes_to_the_even_period_at_a_half() {
        // 5 periods, 2 demands: 2.5 is 2; 7 periods, 2 demands: 3.5 is 4.
        assert_eq!(mean_interval(&[0., 1., 0., 0., 1., 0.]), 2);
        assert_eq!(mean_interval(&[0., 1., 0., 0., 0., 0., 1.]), 4);
        assert_eq!(mean_interval(&[0., 0.]), 0);
    }

    proptest! {
        #[test]
        fn a_forecast_lies_between_nothing_and_the_largest_demand_and_scales_with_it(
            values in prop::collection::vec(prop_oneof![3 => Just(0.0), 1 => 0.01..50.0_f64], 1..80), twos in -20..20_i32,
        ) {
            let most = values.iter().copied().fold(0.0, f64::max);
            let scaled: Vec<_> = values.iter().map(|figure| libm::ldexp(*figure, twos)).collect();
            for kind in KINDS {
                let figure = level(kind, None, None, &values);
                prop_assert!(figure.is_finite() && figure >= 0.0 && figure <= most * (1.0 + 1e-9), "{} {}", kind, figure);
                prop_assert_eq!(level(kind, None, None, &scaled), libm::ldexp(figure, twos), "{}", kind);
            }
        }

        #[test]
        fn returns_and_extreme_figures_give_finite_forecasts(
            values in prop::collection::vec(prop_oneof![Just(0.0), Just(1e300), Just(-1e300), Just(1e-300), -9.0..9.0_f64], 1..40),
        ) {
            for kind in KINDS {
                prop_assert!(level(kind, None, None, &values).is_finite(), "{}", kind);
            }
        }
    }
}
