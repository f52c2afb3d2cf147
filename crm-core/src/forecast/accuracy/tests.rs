use proptest::prelude::*;

use super::*;

const HISTORY: [f64; 12] = [3., 0., 7., 2., 9., 4., 6., 1., 8., 5., 11., 2.];

fn known(figures: &[f64]) -> Vec<Option<f64>> {
    figures.iter().copied().map(Some).collect()
}

fn interval(level: f64, lower: &[f64], upper: &[f64], total: (f64, f64)) -> ForecastInterval {
    ForecastInterval { level, lower: lower.to_vec(), upper: upper.to_vec(), total_lower: total.0, total_upper: total.1 }
}

fn check() -> ForecastCheck {
    ForecastCheck {
        history: known(&HISTORY),
        actual: known(&[6., 0., 10., 3.]),
        mean: vec![5., 1., 8., 3.],
        intervals: vec![interval(80.0, &[2., 0., 9., 1.], &[7., 3., 12., 2.5], (10.0, 18.0))],
    }
}

fn near(ours: Option<f64>, expected: f64) {
    assert!(ours.is_some_and(|ours| (ours - expected).abs() < 1e-12), "{ours:?} is not {expected}");
}

/// Figures of utilsforecast 0.2.17: smape (times 200), mae, rmse, mase with a season of 4, rmsse with one of 1, coverage,
/// quantile_loss; the interval score by hand: widths 5, 3, 3, 1.5, and 2/0.2 times 0.5 for the last figure.
#[test]
fn the_measures_of_one_window_agree_with_a_peer() {
    let told = accuracy(&[check()], Some(4)).unwrap();
    near(told.smape, 60.1010101010101);
    near(told.mae, 1.0);
    near(told.rmse, 1.224744871391589);
    near(told.mase, 0.4);
    near(told.rmsse, 0.2137904843325253);
    let level = told.levels.first().unwrap();
    near(level.coverage, 0.75);
    near(level.mean_width, 12.5 / 4.0);
    near(level.winkler, 17.5 / 4.0);
    near(level.msis, 17.5 / 4.0 / 2.5);
    near(level.total_coverage, 0.0);
    assert_eq!(told.quantiles.iter().map(|loss| loss.quantile).collect::<Vec<_>>(), [0.1, 0.9]);
    near(told.quantiles[0].pinball, 0.175);
    near(told.quantiles[1].pinball, 0.2625);
    // Forecast 17, actual 19.
    near(told.bias, -2.0 / 19.0);
    near(told.wape, 4.0 / 19.0);
    near(told.total_wape, 2.0 / 19.0);
    assert_eq!((told.windows, told.periods), (1, 4));
}

/// Hyndman and Koehler (2006): the scaled error of the naive forecast is 1 on the known figures; with M5's scale the
/// leading zeros of a product that did not exist do not count.
#[test]
fn the_scales_are_those_of_their_authors() {
    let scale = seasonal_scale(&known(&[1., 3., 2., 6.]), 1);
    near(scale, (2.0 + 1.0 + 4.0) / 3.0);
    near(demand_scale(&known(&[0., 0., 0., 2., 0., 3.])), (4.0 + 9.0) / 2.0);
    assert_eq!(demand_scale(&known(&[0., 0., 5.])), None);
    assert_eq!(demand_scale(&known(&[0., 0.])), None);
    // A pair with an unknown figure is left out.
    near(seasonal_scale(&[Some(1.0), None, Some(4.0), Some(6.0), Some(9.0)], 2), (3.0 + 5.0) / 2.0);
    near(demand_scale(&[Some(1.0), None, Some(4.0), Some(6.0)]), 4.0);
}

#[test]
fn zero_for_zero_is_no_error_and_a_period_without_figure_does_not_count() {
    let nothing = ForecastCheck { history: known(&[0., 0.]), actual: known(&[0.]), mean: vec![0.], intervals: vec![] };
    let told = accuracy(&[nothing], Some(1)).unwrap();
    assert_eq!(told.smape, Some(0.0));
    assert_eq!((told.mase, told.rmsse, told.bias, told.wape, told.total_wape), (None, None, None, None, None));
    assert_eq!(told.mae, Some(0.0));
    let mut gap = check();
    gap.actual[1] = None;
    let told = accuracy(&[gap], Some(4)).unwrap();
    assert_eq!(told.periods, 3);
    near(told.mae, 1.0);
    near(told.bias, -3.0 / 19.0);
    assert_eq!((told.total_wape, told.levels[0].total_coverage), (None, None));
    let empty = accuracy(&[], None).unwrap();
    assert_eq!(empty, Accuracy::default());
}

#[test]
fn together_relative_measures_are_means_of_windows_and_the_others_of_periods() {
    let other = ForecastCheck {
        history: known(&[10., 20., 10., 20.]),
        actual: known(&[30., 30.]),
        mean: vec![40., 30.],
        intervals: vec![interval(80.0, &[20., 31.], &[50., 40.], (55.0, 65.0))],
    };
    let (one, two) = (accuracy(&[check()], Some(1)).unwrap(), accuracy(std::slice::from_ref(&other), Some(1)).unwrap());
    let both = accuracy(&[check(), other], Some(1)).unwrap();
    let half = |one: Option<f64>, two: Option<f64>| (one.unwrap() + two.unwrap()) / 2.0;
    near(both.smape, half(one.smape, two.smape));
    near(both.mase, half(one.mase, two.mase));
    near(both.rmsse, half(one.rmsse, two.rmsse));
    near(both.levels[0].msis, half(one.levels[0].msis, two.levels[0].msis));
    near(both.mae, (4.0 + 10.0) / 6.0);
    near(both.bias, (10.0 - 2.0) / 79.0);
    near(both.total_wape, 12.0 / 79.0);
    near(both.levels[0].coverage, 4.0 / 6.0);
    near(both.levels[0].total_coverage, 0.5);
}

#[test]
fn what_does_not_fit_is_refused_by_its_place() {
    let field = |check: ForecastCheck| accuracy(&[self::check(), check], None).unwrap_err().field().unwrap().to_owned();
    assert_eq!(field(ForecastCheck { mean: vec![1.0], ..check() }), "checks[1].mean");
    assert_eq!(field(ForecastCheck { mean: vec![1.0, 2.0, f64::NAN, 1.0], ..check() }), "checks[1].mean");
    assert_eq!(field(ForecastCheck { history: vec![Some(f64::INFINITY)], ..check() }), "checks[1].history");
    assert_eq!(field(ForecastCheck { actual: known(&[1., 2., 3., 1e301]), ..check() }), "checks[1].actual");
    let short = interval(80.0, &[1.0], &[2.0], (1.0, 2.0));
    assert_eq!(field(ForecastCheck { intervals: vec![short], ..check() }), "checks[1].intervals[0]");
    assert_eq!(accuracy(&[], Some(0)).unwrap_err().field(), Some("season_length"));
}

proptest! {
    #[test]
    fn measures_are_finite_and_do_not_change_with_the_unit(
        history in prop::collection::vec(prop::option::of(-9.0..99.0_f64), 0..30),
        pairs in prop::collection::vec((prop::option::of(prop_oneof![Just(0.0), -9.0..99.0_f64]), -9.0..99.0_f64), 0..9),
        season in 1..5_u32, twos in -30..30_i32,
    ) {
        let (actual, mean): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let lower: Vec<_> = mean.iter().map(|figure| figure - 3.0).collect();
        let upper: Vec<_> = mean.iter().map(|figure| figure + 4.0).collect();
        let told = |times: f64| {
            let scaled = |figures: &[Option<f64>]| figures.iter().map(|figure| figure.map(|figure| figure * times)).collect();
            let plain = |figures: &[f64]| figures.iter().map(|figure| figure * times).collect::<Vec<_>>();
            let intervals = vec![interval(90.0, &plain(&lower), &plain(&upper), (0.0, times))];
            let check = ForecastCheck { history: scaled(&history), actual: scaled(&actual), mean: plain(&mean), intervals };
            accuracy(&[check], Some(season)).unwrap()
        };
        let (one, other) = (told(1.0), told(libm::ldexp(1.0, twos)));
        let relative = |told: &Accuracy| {
            [told.smape, told.mase, told.rmsse, told.bias, told.wape, told.total_wape, told.levels[0].msis, told.levels[0].coverage]
        };
        prop_assert_eq!(relative(&one), relative(&other));
        prop_assert!(relative(&one).iter().flatten().all(|figure| figure.is_finite()));
        prop_assert!(one.smape.is_none_or(|smape| (0.0..=200.0).contains(&smape)));
        prop_assert!(one.quantiles.iter().flat_map(|loss| loss.pinball).all(|loss| loss >= 0.0));
    }

    #[test]
    fn the_pinball_loss_is_least_at_the_quantile_of_the_figures(quantile in 0.05..0.95_f64, guess in 0.0..99.0_f64) {
        let figures: Vec<f64> = (0..100).map(f64::from).collect();
        let loss = |forecast: f64| figures.iter().map(|figure| pinball(*figure, forecast, quantile)).sum::<f64>();
        prop_assert!(loss((quantile * 100.0).floor()) <= loss(guess) + 1e-9);
    }
}
