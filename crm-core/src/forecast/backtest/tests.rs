use proptest::prelude::*;

use super::super::calendar::PeriodFigure;
use super::super::model::{Past, Prediction};
use super::*;

fn series(values: &[f64]) -> Series {
    Series { values: values.iter().copied().map(Some).collect(), ..Series::default() }
}

fn models(kinds: &[ModelKind]) -> Vec<Contender> {
    kinds.iter().copied().map(Contender::from).collect()
}

fn options(horizon: u32, origins: u32) -> BacktestOptions {
    BacktestOptions { horizon, origins: Some(origins), season_length: Some(1), ..BacktestOptions::default() }
}

fn host(model: impl SeriesModel + 'static) -> Contender {
    Contender::Host(Arc::new(model))
}

fn always(_: usize, _: usize) -> bool {
    true
}

/// A model of a host that remembers the longest past it was shown.
#[derive(Default)]
struct Spy(std::sync::Mutex<Vec<Vec<f64>>>);

impl SeriesModel for Spy {
    fn name(&self) -> &str {
        "spy"
    }

    fn predict(&self, past: &Past<'_>, horizon: usize) -> Result<Prediction> {
        self.0.lock().unwrap().push(past.values.to_vec());
        Ok(Prediction { model: "spy".into(), mean: vec![1.0; horizon], ..Prediction::default() })
    }
}

/// A model of a host that gives what is no forecast.
struct Broken(Vec<f64>);

impl SeriesModel for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn predict(&self, _: &Past<'_>, _: usize) -> Result<Prediction> {
        Ok(Prediction { mean: self.0.clone(), ..Prediction::default() })
    }
}

#[test]
fn origins_are_counted_back_from_the_last_with_a_horizon_behind_it() {
    let told =
        backtest(&[series(&[1., 2., 4., 8., 16., 32.])], &models(&[ModelKind::Naive]), &options(2, 3), 1, &always);
    let told = told.unwrap();
    let rows: Vec<_> = told.rows().map(|row| (row.origin, row.step, row.actual.unwrap(), row.forecast)).collect();
    let expected = [(2, 1, 4., 2.), (2, 2, 8., 2.), (3, 1, 8., 4.), (3, 2, 16., 4.), (4, 1, 16., 8.), (4, 2, 32., 8.)];
    assert_eq!(rows, expected);
    // MASE by hand: at origin 2 the mean change is 1, errors 2 and 6; at 3 it is 1.5, errors 4 and 12; at 4 it is 7/3,
    // errors 8 and 24.
    let all = &told.accuracy[0];
    assert_eq!((all.series, all.accuracy.windows, all.accuracy.periods), (None, 3, 6));
    assert!((all.accuracy.mase.unwrap() - (4.0 + 8.0 / 1.5 + 16.0 / (7.0 / 3.0)) / 3.0).abs() < 1e-12);
    assert_eq!(told.accuracy[1].series, Some(0));
    assert_eq!(told.accuracy[1].accuracy, all.accuracy);
    let wide = BacktestOptions { step: Some(2), ..options(2, 9) };
    let told =
        backtest(&[series(&[1., 2., 4., 8., 16., 32.])], &models(&[ModelKind::Naive]), &wide, 1, &always).unwrap();
    assert_eq!(told.windows.iter().map(|window| window.origin).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn a_model_sees_nothing_of_what_came_after_the_origin() {
    let spy = Arc::new(Spy::default());
    let figures = [Some(3.0), None, Some(5.0), Some(1e9), Some(-7.0)].to_vec();
    let given = Series { values: figures, ..Series::default() };
    let told = backtest(&[given], &[Contender::Host(spy.clone())], &options(1, 3), 1, &always).unwrap();
    // The gap is filled with the last figure.
    assert_eq!(*spy.0.lock().unwrap(), [vec![3.0, 3.0], vec![3.0, 3.0, 5.0], vec![3.0, 3.0, 5.0, 1e9]]);
    assert_eq!(told.windows.len(), 3);
}

#[test]
fn a_period_that_has_not_ended_is_not_compared_with() {
    let given = Series { last_period_share: Some(0.5), ..series(&[1., 2., 3., 4.]) };
    let told = backtest(&[given], &models(&[ModelKind::Naive]), &options(2, 1), 1, &always).unwrap();
    assert_eq!((told.windows[0].actual.as_slice(), told.accuracy[0].accuracy.periods), (&[Some(3.0), None][..], 1));
}

/// Three months of 10, 20 and 30 working days go round, 5 pieces a day: by day every forecast is right, and a naive one without
/// a calendar says what the month before was.
#[test]
fn a_calendar_is_known_at_every_origin() {
    let start = "2025-01-01".parse().unwrap();
    let days = [10.0, 20.0, 30.0];
    let period = |month: usize| super::super::inputs::months_after(start, month).unwrap();
    let working_days = (0..9).map(|month| PeriodFigure { period: period(month), figure: days[month % 3] }).collect();
    let calendar = Some(ForecastCalendar { working_days, ..ForecastCalendar::default() });
    let values: Vec<f64> = (0..9).map(|month| 5.0 * days[month % 3]).collect();
    let given = [Series { start: Some(start), ..series(&values) }];
    let tried = models(&[ModelKind::Naive]);
    let told = backtest(&given, &tried, &BacktestOptions { calendar: calendar.clone(), ..options(3, 3) }, 1, &always);
    let mae = told.unwrap().accuracy[0].accuracy.mae.unwrap();
    assert!(mae < 1e-9, "{mae}");
    let plain = backtest(&given, &tried, &options(3, 1), 1, &always).unwrap();
    // Behind 150 came 50, 100 and 150.
    assert_eq!(plain.accuracy[0].accuracy.mae, Some((100.0 + 50.0) / 3.0));
    // Without a start there is no calendar: every origin says so.
    let told =
        backtest(&[series(&values)], &tried, &BacktestOptions { calendar, ..options(3, 2) }, 1, &always).unwrap();
    let told: Vec<_> = told.problems.iter().map(|entry| (entry.problem.code, entry.problem.field.as_deref())).collect();
    assert_eq!(told, [(ErrorCode::Required, Some("start")); 2]);
}

/// A tenth of what is delivered comes back: the forecast is what is left, and so is what it is compared with.
#[test]
fn returns_and_stock_outs_are_known_up_to_the_origin_only() {
    let returns = vec![Some(10.0); 6];
    let given = Series { returns, stock_outs: vec![1, 4], ..series(&[100., 40., 100., 100., 30., 100.]) };
    let told =
        backtest(std::slice::from_ref(&given), &models(&[ModelKind::Naive]), &options(2, 2), 1, &always).unwrap();
    assert_eq!(told.problems, []);
    // 30 of 240 came back until then, and 40 of 340 one month later.
    let expected = [(3, [Some(90.0), None], 87.5), (4, [None, Some(90.0)], 100.0 * (1.0 - 40.0 / 340.0))];
    for (window, (origin, actual, figure)) in told.windows.iter().zip(expected) {
        assert_eq!((window.origin, window.actual.as_slice()), (origin, &actual[..]));
        assert!(window.mean.iter().all(|mean| (mean - figure).abs() < 1e-9), "{:?}", window.mean);
    }
    assert_eq!((told.windows.len(), told.accuracy[0].accuracy.periods), (2, 2));
    // What does not fit the whole series is refused at every origin.
    let wrong = [Series { returns: vec![Some(1.0); 3], ..given.clone() }, Series { stock_outs: vec![6], ..given }];
    let told = backtest(&wrong, &models(&[ModelKind::Naive]), &options(2, 1), 1, &always).unwrap();
    let fields: Vec<_> = told.problems.iter().filter_map(|entry| entry.problem.field.as_deref()).collect();
    assert_eq!(fields, ["returns", "stock_outs[0]"]);
}

#[test]
fn a_model_that_fails_has_a_problem_and_the_others_go_on() {
    let given = [series(&[1., 2., 3., 4., 5., 6., 7., 8.]), series(&[1.0]), series(&[f64::NAN, 1., 2., 3.])];
    let mut tried = models(&[ModelKind::SeasonalNaive, ModelKind::Naive]);
    tried.push(host(Broken(vec![f64::NAN, 1.0])));
    let options = BacktestOptions { season_length: Some(5), ..options(2, 2) };
    let told = backtest(&given, &tried, &options, 1, &always).unwrap();
    let problems: Vec<_> =
        told.problems.iter().map(|row| (row.series, row.model.as_str(), row.origin, row.problem.code)).collect();
    let (short, range) = (ErrorCode::InsufficientHistory, ErrorCode::OutOfRange);
    assert_eq!(
        problems[..3],
        [(0, "broken", Some(5), range), (0, "broken", Some(6), range), (1, "seasonal_naive", None, short)]
    );
    assert_eq!(problems[3..5], [(1, "naive", None, short), (1, "broken", None, short)]);
    assert_eq!(problems[5..].iter().filter(|row| row.3 == range && row.0 == 2).count(), 6);
    assert_eq!(
        told.windows.iter().map(|window| (window.series, window.model)).collect::<Vec<_>>(),
        [(0, 0), (0, 0), (0, 1), (0, 1)]
    );
    assert_eq!(told.accuracy[2].model, "broken");
    assert_eq!(told.accuracy[2].accuracy, Accuracy::default());
    for wrong in [vec![1.0], vec![1.0; 3], vec![1.0, f64::INFINITY]] {
        let tried = [host(Broken(wrong))];
        let told = backtest(&given[..1], &tried, &options, 1, &always).unwrap();
        assert!(told.windows.is_empty());
    }
}

#[test]
fn progress_is_told_and_can_stop_the_backtest() {
    let given = vec![series(&[1., 2., 3., 4.]); 9];
    for threads in [1, 3] {
        let seen = std::sync::Mutex::new(Vec::new());
        let watch = |done: usize, total: usize| {
            seen.lock().unwrap().push((done, total));
            true
        };
        let tried = models(&[ModelKind::Naive, ModelKind::Drift]);
        backtest(&given, &tried, &options(1, 1), threads, &watch).unwrap();
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, (1..=18).map(|done| (done, 18)).collect::<Vec<_>>());
        let stopped = backtest(&given, &tried, &options(1, 1), threads, &|done, _| done < 2).unwrap_err();
        assert!(matches!(stopped, Error::Unavailable { .. }));
    }
}

#[test]
fn intervals_are_those_of_a_forecast_at_the_origin_and_are_measured() {
    let figures: Vec<f64> = (0..60).map(|month| 100.0 + f64::from(month * 37 % 11)).collect();
    let asked = BacktestOptions { levels: Some(vec![80.0]), ..options(3, 4) };
    let told = backtest(&[series(&figures)], &models(&[ModelKind::Ses]), &asked, 1, &always).unwrap();
    let first = told.windows.first().unwrap();
    let then = ForecastOptions {
        horizon: 3,
        season_length: Some(1),
        levels: Some(vec![80.0]),
        model: ModelKind::Ses,
        ..ForecastOptions::default()
    };
    let alone = super::super::predict::forecast(&series(&figures[..54]), &then).unwrap();
    assert_eq!((first.origin, &first.mean, &first.intervals), (54, &alone.mean, &alone.intervals));
    let row = told.rows().nth(1).unwrap();
    assert_eq!((row.lower[0], row.upper[0]), (alone.intervals[0].lower[1], alone.intervals[0].upper[1]));
    let level = told.accuracy[0].accuracy.levels.first().unwrap();
    let inside = told.rows().filter(|row| (row.lower[0]..=row.upper[0]).contains(&row.actual.unwrap())).count();
    assert_eq!(level.coverage, Some(f64::from(u32::try_from(inside).unwrap()) / 12.0));
}

#[test]
fn what_cannot_be_tried_is_refused_by_its_field() {
    let field = |models: &[Contender], options: &BacktestOptions| {
        backtest(&[series(&[1., 2.])], models, options, 1, &always).unwrap_err().field().unwrap().to_owned()
    };
    let naive = models(&[ModelKind::Naive]);
    assert_eq!(field(&naive, &options(0, 1)), "horizon");
    assert_eq!(field(&naive, &options(1, 0)), "origins");
    assert_eq!(field(&naive, &options(1, 1001)), "origins");
    assert_eq!(field(&naive, &BacktestOptions { step: Some(0), ..options(1, 1) }), "step");
    assert_eq!(field(&naive, &BacktestOptions { levels: Some(vec![80.0, 100.0]), ..options(1, 1) }), "levels[1]");
    assert_eq!(field(&[], &options(1, 1)), "models");
    let refused = backtest(&[series(&[1.0])], &naive, &options(1, 1), 0, &always).unwrap_err();
    assert_eq!(refused.field(), Some("threads"));
    assert_eq!(field(&models(&[ModelKind::Naive, ModelKind::Drift, ModelKind::Naive]), &options(1, 1)), "models[2]");
    let many = vec![series(&[]); 60];
    assert_eq!(backtest(&many, &naive, &options(1000, 1000), 1, &always).unwrap_err().field(), Some("series"));
}

proptest! {
    #[test]
    fn the_outcome_does_not_depend_on_the_number_of_threads(
        given in prop::collection::vec(prop::collection::vec(prop::option::of(0.0..9.0_f64), 0..30), 0..8),
        threads in 2..5_usize,
    ) {
        let given: Vec<_> = given.into_iter().map(|values| Series { values, ..Series::default() }).collect();
        let tried = models(&[ModelKind::Naive, ModelKind::Imapa, ModelKind::Tsb]);
        let one = backtest(&given, &tried, &options(3, 4), 1, &always).unwrap();
        let many = backtest(&given, &tried, &options(3, 4), threads, &always).unwrap();
        prop_assert_eq!(&one, &many);
        prop_assert_eq!(one.windows.len() + one.problems.len() >= given.len() * 3, true);
        prop_assert!(one.rows().all(|row| row.forecast.is_finite()));
    }
}
