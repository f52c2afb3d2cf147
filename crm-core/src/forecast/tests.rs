//! What holds for every model and every series.

use proptest::prelude::*;

use super::*;
use crate::value::{Error, ErrorCode};

fn series(values: &[f64]) -> Series {
    Series { values: values.iter().map(|value| Some(*value)).collect(), ..Series::default() }
}

fn options(model: ModelKind, horizon: u32) -> ForecastOptions {
    ForecastOptions { horizon, model, ..ForecastOptions::default() }
}

/// Every figure is finite, and the ends of an interval lie round the mean.
fn sound(made: &Forecast, horizon: usize, non_negative: bool) {
    assert_eq!(made.mean.len(), horizon);
    assert!(made.mean.iter().all(|figure| figure.is_finite() && (!non_negative || *figure >= 0.0)), "{made:?}");
    for interval in &made.intervals {
        assert_eq!((interval.lower.len(), interval.upper.len()), (horizon, horizon));
        for ((lower, mean), upper) in interval.lower.iter().zip(&made.mean).zip(&interval.upper) {
            assert!(lower.is_finite() && upper.is_finite() && lower <= mean && mean <= upper, "{made:?}");
            assert!(!non_negative || *lower >= 0.0);
        }
        assert!(interval.total_lower.is_finite() && interval.total_lower <= interval.total_upper);
        assert!(!non_negative || interval.total_lower >= 0.0);
    }
    assert!(made.parameters.values().all(|figure| !figure.is_nan()), "{made:?}");
}

/// A forecast, or the typed answer that there is too little.
fn sound_or_short(values: &[Option<f64>], model: ModelKind, horizon: u32) {
    let given = Series { values: values.to_vec(), ..Series::default() };
    for levels in [None, Some(Vec::new())] {
        match forecast(&given, &ForecastOptions { levels, ..options(model, horizon) }) {
            Ok(made) => {
                let non_negative = values.iter().flatten().all(|value| *value >= 0.0);
                sound(&made, usize::try_from(horizon).unwrap(), non_negative);
            }
            Err(Error::InsufficientHistory { problems }) => {
                assert_eq!(problems[0].code, ErrorCode::InsufficientHistory);
                assert_eq!(problems[0].field.as_deref(), Some("values"));
            }
            Err(other) => panic!("{model}: {other:?}"),
        }
    }
}

#[test]
fn degenerate_series_give_finite_figures_or_are_told_to_be_too_short() {
    let wave = |place: u32| libm::sin(f64::from(place)) * 40.0 + 50.0;
    let cases: Vec<Vec<Option<f64>>> = vec![
        vec![],
        vec![None, None],
        vec![Some(7.0)],
        vec![Some(7.0), None],
        vec![Some(0.0); 3],
        vec![Some(0.0); 60],
        vec![Some(5.0); 60],
        vec![Some(-5.0); 60],
        vec![Some(1e300); 60],
        (0..60).map(|place| Some(if place % 2 == 0 { 1e300 } else { -1e300 })).collect(),
        (0..60).map(|place| Some(if place % 2 == 0 { 1e300 } else { 1e-300 })).collect(),
        (0..60).map(|place| Some(1e-308 * f64::from(place))).collect(),
        (0..60).map(|place| (place % 7 != 0).then(|| wave(place))).collect(),
        (0..60).map(|place| (place % 7 == 0).then(|| wave(place))).collect(),
        (0..60).map(|place| Some(if place == 30 { 1.0 } else { 0.0 })).collect(),
        (0..60).map(|place| Some(if place == 59 { 1e9 } else { 1.0 })).collect(),
        (0..60).map(|place| Some(libm::pow(2.0, f64::from(place)))).collect(),
        (0..60).map(|place| Some(libm::pow(0.5, f64::from(place)))).collect(),
        (0..60).map(|place| Some(f64::from(place % 12) - 5.0)).collect(),
        (1..25).map(|place| Some(wave(place))).collect(),
    ];
    for model in ModelKind::ALL {
        for values in &cases {
            for horizon in [1, 18] {
                sound_or_short(values, *model, horizon);
            }
        }
    }
}

#[test]
fn a_hundred_thousand_points_are_forecast() {
    let values: Vec<_> = (0..100_000).map(|place: u32| Some(f64::from(place % 12) + f64::from(place % 7))).collect();
    for model in ModelKind::ALL {
        sound_or_short(&values, *model, 12);
    }
}

#[test]
fn an_empty_series_is_told_by_its_field() {
    let error = forecast(&series(&[]), &options(ModelKind::Auto, 3)).unwrap_err();
    assert_eq!(
        (error.code(), error.field(), error.kind()),
        (ErrorCode::InsufficientHistory, Some("values"), "insufficient_history")
    );
    assert_eq!(error.problems()[0].data["needed"], "1");
}

#[test]
fn one_point_has_a_figure_and_no_interval() {
    let one = series(&[7.0]);
    let error = forecast(&one, &options(ModelKind::Auto, 2)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InsufficientHistory);
    let plain = ForecastOptions { levels: Some(Vec::new()), ..options(ModelKind::Auto, 2) };
    assert_eq!(forecast(&one, &plain).unwrap().mean, [7.0, 7.0]);
}

#[test]
fn bad_options_are_told_by_their_field() {
    let one = series(&[1.0; 40]);
    let asked = |change: fn(&mut ForecastOptions)| {
        let mut options = options(ModelKind::Naive, 3);
        change(&mut options);
        let error = forecast(&one, &options).unwrap_err();
        (error.code(), error.field().unwrap().to_owned())
    };
    let range = |field: &str| (ErrorCode::OutOfRange, field.to_owned());
    assert_eq!(asked(|options| options.horizon = 0), range("horizon"));
    assert_eq!(asked(|options| options.horizon = 1_001), range("horizon"));
    assert_eq!(asked(|options| options.season_length = Some(0)), range("season_length"));
    assert_eq!(asked(|options| options.levels = Some(vec![80.0, 100.0])), range("levels[1]"));
    assert_eq!(asked(|options| options.levels = Some(vec![f64::NAN])), range("levels[0]"));
    let alpha = |options: &mut ForecastOptions| {
        options.parameters = Some(ModelParameters { alpha: Some(1.5), ..ModelParameters::default() });
    };
    assert_eq!(asked(alpha), range("parameters.alpha"));
    let infinite = forecast(&series(&[1.0, f64::INFINITY]), &options(ModelKind::Naive, 3)).unwrap_err();
    assert_eq!((infinite.code(), infinite.field()), (ErrorCode::OutOfRange, Some("values[1]")));
    let threads = forecast_many(&[one], &options(ModelKind::Naive, 3), 0).unwrap_err();
    assert_eq!((threads.code(), threads.field()), (ErrorCode::OutOfRange, Some("threads")));
}

/// Monthly passengers of an airline in thousands, 1949 to 1960 (Box and Jenkins 1970, series G): the last year is kept back.
const AIRLINE: [u32; 144] = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
    140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
    172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
    229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405,
    355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491,
    505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535,
    622, 606, 508, 461, 390, 432,
];

fn airline() -> (Series, Vec<f64>) {
    let (past, future) = AIRLINE.split_at(132);
    (
        series(&past.iter().map(|value| f64::from(*value)).collect::<Vec<_>>()),
        future.iter().copied().map(f64::from).collect(),
    )
}

#[test]
fn the_season_of_the_airline_is_found_and_its_last_year_forecast() {
    let (past, future) = airline();
    let off = |model| {
        let made = forecast(&past, &options(model, 12)).unwrap();
        let errors = made.mean.iter().zip(&future).map(|(mean, value)| (mean - value).abs() / value);
        (errors.sum::<f64>() / 12.0 * 100.0, made)
    };
    // The seasonal naive forecast is off by 9.99 % (mean absolute percentage error).
    assert!((off(ModelKind::SeasonalNaive).0 - 9.99).abs() < 0.01, "{}", off(ModelKind::SeasonalNaive).0);
    for model in [ModelKind::Ets, ModelKind::Dot, ModelKind::Theta, ModelKind::Auto] {
        let (percent, made) = off(model);
        assert!(percent < 6.0, "{model}: {percent}");
        let inside = made.intervals[1].lower.iter().zip(&future).zip(&made.intervals[1].upper);
        assert!(inside.filter(|((lower, value), upper)| lower <= value && value <= upper).count() >= 11, "{made:?}");
    }
    // A season in proportion to the level, as Hyndman and others (2008) find it for this series.
    assert!(off(ModelKind::Ets).1.model.ends_with(",M)"), "{}", off(ModelKind::Ets).1.model);
}

#[test]
fn the_baselines_are_what_their_definitions_say() {
    let values = series(&[2.0, 4.0, 6.0, 5.0, 8.0]);
    let made = |model, season| {
        let options = ForecastOptions { season_length: Some(season), levels: Some(Vec::new()), ..options(model, 3) };
        forecast(&values, &options).unwrap().mean
    };
    assert_eq!(made(ModelKind::Naive, 1), [8.0, 8.0, 8.0]);
    assert_eq!(made(ModelKind::SeasonalNaive, 2), [5.0, 8.0, 5.0]);
    assert_eq!(made(ModelKind::Drift, 1), [9.5, 11.0, 12.5]);
    assert_eq!(made(ModelKind::HistoricAverage, 1), [5.0, 5.0, 5.0]);
    let window = Some(ModelParameters { window: Some(2), ..ModelParameters::default() });
    let options =
        ForecastOptions { parameters: window, levels: Some(Vec::new()), ..options(ModelKind::WindowAverage, 1) };
    assert_eq!(forecast(&values, &options).unwrap().mean, [6.5]);
}

#[test]
fn siblings_lend_their_errors_to_a_short_series() {
    let wave = |place: u32, size: f64| size * (10.0 + libm::sin(f64::from(place * place)));
    let long = |size: f64| Series {
        values: (0..60).map(|place| Some(wave(place, size))).collect(),
        group: Some("pumps".to_owned()),
        ..Series::default()
    };
    let short = Series { values: (0..7).map(|place| Some(wave(place, 3.0))).collect(), ..long(3.0) };
    let all = forecast_many(&[long(1.0), long(20.0), short.clone()], &options(ModelKind::Ets, 3), 2).unwrap();
    let lent = &all[2];
    assert!(lent.problem.is_none() && lent.notes.iter().any(|note| note.contains("siblings")), "{lent:?}");
    // The width fits the size of the series, not that of its siblings.
    let width = |made: &Forecast| made.intervals[0].upper[0] - made.intervals[0].lower[0];
    assert!(width(lent) > 0.5 * 3.0 * width(&all[0]) && width(lent) < 2.0 * 3.0 * width(&all[0]), "{all:?}");
    let alone = forecast_many(&[short], &options(ModelKind::Ets, 3), 1).unwrap();
    assert_eq!(alone[0].problem.as_ref().unwrap().code, ErrorCode::InsufficientHistory);
}

/// Demand of a family of products: 100 a month with a strong season, each in a size of its own.
fn family(months: u32, size: f64, wobble: u32) -> Vec<Option<f64>> {
    let season = [0.6, 0.7, 0.9, 1.0, 1.1, 1.3, 1.5, 1.4, 1.1, 0.9, 0.8, 0.7];
    let figure =
        |(month, index): (u32, &f64)| Some(100.0 * size * index * (1.0 + 0.02 * libm::sin(f64::from(month * wobble))));
    (0..months).zip(season.iter().cycle()).map(figure).collect()
}

#[test]
fn a_short_series_borrows_the_season_of_its_group() {
    let start = Some("2023-01-01".parse().unwrap());
    let of = |months, size, wobble| Series {
        values: family(months, size, wobble),
        group: Some("valves".to_owned()),
        start,
        ..Series::default()
    };
    let short = of(9, 3.0, 7);
    let plain = ForecastOptions { levels: Some(Vec::new()), ..options(ModelKind::Auto, 6) };
    let alone = forecast(&short, &plain).unwrap();
    let all = [of(48, 1.0, 3), of(48, 10.0, 5), of(36, 0.5, 11), short];
    let lent = forecast_many(&all, &plain, 1).unwrap().remove(3);
    let future: Vec<f64> = family(15, 3.0, 7).into_iter().skip(9).flatten().collect();
    let off =
        |made: &Forecast| -> f64 { made.mean.iter().zip(&future).map(|(mean, value)| (mean - value).abs()).sum() };
    assert!(off(&lent) < 0.25 * off(&alone), "{} against {}", off(&lent), off(&alone));
    assert!(lent.notes.iter().any(|note| note.contains("season of siblings")), "{:?}", lent.notes);
    assert_eq!(lent.start, Some("2023-10-01".parse().unwrap()));
}

#[test]
fn the_current_month_is_forecast_and_not_less_than_what_is_known_of_it() {
    let mut values: Vec<_> = vec![Some(100.0); 36];
    values.push(Some(140.0));
    let start = Some("2023-01-01".parse().unwrap());
    let series = Series { values, start, last_period_share: Some(0.25), ..Series::default() };
    let plain = ForecastOptions { levels: Some(vec![80.0]), ..options(ModelKind::Auto, 3) };
    let made = forecast(&series, &plain).unwrap();
    assert_eq!(made.start, Some("2026-01-01".parse().unwrap()));
    assert_eq!(made.mean[0], 140.0);
    assert!(made.intervals[0].lower[0] >= 140.0 && (made.mean[1] - 100.0).abs() < 1.0, "{made:?}");
}

#[test]
fn a_month_without_stock_is_no_month_without_demand() {
    let mut values: Vec<_> = (0..36).map(|month: u32| Some(50.0 + f64::from(month % 3))).collect();
    values[34] = Some(0.0);
    values[35] = Some(0.0);
    let plain = ForecastOptions { levels: Some(Vec::new()), season_length: Some(1), ..options(ModelKind::Dot, 1) };
    let zero = Series { values: values.clone(), ..Series::default() };
    let told = Series { values, stock_outs: vec![34, 35], ..Series::default() };
    let (zero, told) = (forecast(&zero, &plain).unwrap().mean[0], forecast(&told, &plain).unwrap().mean[0]);
    assert!((told - 51.0).abs() < 3.0 && zero < 45.0, "{told} {zero}");
}

#[test]
fn a_model_of_the_host_has_the_same_intervals_and_is_held_to_its_horizon() {
    struct Host(Vec<f64>);
    impl SeriesModel for Host {
        fn name(&self) -> &str {
            "host"
        }
        fn predict(&self, _: &Past<'_>, _: usize) -> crate::value::Result<Prediction> {
            Ok(Prediction { model: "host".to_owned(), mean: self.0.clone(), ..Prediction::default() })
        }
    }
    let (past, _) = airline();
    let made = forecast_with(&past, &Host(vec![400.0; 2]), &options(ModelKind::Auto, 2)).unwrap();
    assert_eq!((made.model.as_str(), made.intervals.len()), ("host", 2));
    for bad in [vec![1.0], vec![1.0, f64::NAN]] {
        let error = forecast_with(&past, &Host(bad), &options(ModelKind::Auto, 2)).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("model")));
    }
}

#[test]
fn work_can_be_stopped() {
    let (past, _) = airline();
    let all = vec![past; 20];
    let error = forecast_all(&all, &options(ModelKind::Naive, 2), 2, &|done| done < 3).unwrap_err();
    assert_eq!(error.kind(), "unavailable");
}

fn figures() -> impl Strategy<Value = Vec<Option<f64>>> {
    let one = prop_oneof![
        4 => (0.0..1000.0).prop_map(Some),
        2 => Just(Some(0.0)),
        1 => Just(None),
        1 => (-50.0..50.0).prop_map(Some),
    ];
    let size = prop_oneof![Just(1e-300), Just(1.0), Just(1e6), Just(1e297)];
    (proptest::collection::vec(one, 0..70), size)
        .prop_map(|(values, size)| values.into_iter().map(|value| value.map(|value| value * size)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_series_gives_finite_figures_or_is_too_short(values in figures(), place in 0..ModelKind::ALL.len()) {
        sound_or_short(&values, ModelKind::ALL[place], 6);
    }

    /// Money in cents and money in units have the same forecast: a change by a power of two changes no digit.
    #[test]
    fn a_forecast_does_not_depend_on_the_unit(values in figures(), place in 0..ModelKind::ALL.len()) {
        let given = Series { values: values.iter().map(|value| value.filter(|value| value.abs() < 1e9)).collect(), ..Series::default() };
        let large = Series { values: given.values.iter().map(|value| value.map(|value| value * 1024.0)).collect(), ..Series::default() };
        let asked = options(ModelKind::ALL[place], 6);
        if let Ok(made) = forecast(&given, &asked) {
            let scaled: Vec<_> = made.mean.iter().map(|figure| figure * 1024.0).collect();
            prop_assert_eq!(scaled, forecast(&large, &asked).unwrap().mean);
        }
    }

    #[test]
    fn many_series_are_forecast_alike_on_any_number_of_threads(many in proptest::collection::vec(figures(), 1..8)) {
        let many: Vec<_> = many.into_iter().map(|values| Series { values, ..Series::default() }).collect();
        let asked = options(ModelKind::Auto, 4);
        let one = forecast_many(&many, &asked, 1).unwrap();
        prop_assert_eq!(&one, &forecast_many(&many, &asked, 3).unwrap());
        for (series, made) in many.iter().zip(&one) {
            match forecast(series, &asked) {
                Ok(alone) => prop_assert_eq!(&alone, made),
                Err(error) => prop_assert_eq!(error.problems().first(), made.problem.as_ref()),
            }
        }
    }
}
