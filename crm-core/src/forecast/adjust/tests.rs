//! A series on its way to the models and back.

use proptest::prelude::*;

use super::super::calendar::{ForecastCalendar, PeriodFigure};
use super::*;

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn series(values: &[f64]) -> Series {
    Series { values: known(values), ..Series::default() }
}

fn options(horizon: u32) -> ForecastOptions {
    ForecastOptions { horizon, ..ForecastOptions::default() }
}

fn adjusted(series: &Series, horizon: u32) -> Adjusted {
    Adjusted::of(series, &options(horizon)).unwrap()
}

fn made(mean: &[f64], half: f64) -> Forecast {
    let end = |sign: f64| mean.iter().map(|figure| figure + sign * half).collect();
    let total: f64 = mean.iter().sum();
    let interval = ForecastInterval {
        level: 80.0,
        lower: end(-1.0),
        upper: end(1.0),
        total_lower: total - half,
        total_upper: total + half,
    };
    Forecast { mean: mean.to_vec(), intervals: vec![interval], ..Forecast::default() }
}

fn refused(series: &Series) -> (ErrorCode, String) {
    let error = Adjusted::of(series, &options(3)).unwrap_err();
    (error.code(), error.field().unwrap().to_owned())
}

/// On 12 of 20 working days 70 were sold: April is no history, and what it will have is not less than 70.
#[test]
fn a_current_month_is_dropped_and_forecast() {
    let start = Some("2026-01-01".parse().unwrap());
    let sales = Series { start, last_period_share: Some(0.6), ..series(&[100.0, 110.0, 90.0, 70.0]) };
    let ready = adjusted(&sales, 2);
    assert_eq!((ready.series.len(), ready.forecast_start.unwrap().to_string()), (3, "2026-04-01".to_owned()));
    let told = ready.finished(made(&[60.0, 60.0], 20.0));
    assert_eq!(told.mean, [70.0, 60.0]);
    assert_eq!((&told.intervals[0].lower[..], &told.intervals[0].upper[..]), (&[70.0, 40.0][..], &[80.0, 80.0][..]));
    assert_eq!((told.intervals[0].total_lower, told.intervals[0].total_upper), (110.0, 150.0));
    assert_eq!(told.notes, ["the current period is not over: the forecast begins with it"]);
}

#[test]
fn a_current_month_is_filled_up_if_that_is_asked_for() {
    let start = Some("2026-01-01".parse().unwrap());
    let sales = Series { start, last_period_share: Some(0.7), ..series(&[100.0, 110.0, 90.0, 70.0]) };
    let options = ForecastOptions { partial_period: PartialPeriod::ProRate, ..options(2) };
    let ready = Adjusted::of(&sales, &options).unwrap();
    assert_eq!(ready.series, known(&[100.0, 110.0, 90.0, 100.0]));
    assert_eq!(ready.forecast_start.unwrap().to_string(), "2026-05-01");
    assert_eq!(ready.finished(made(&[60.0, 60.0], 20.0)).mean, [60.0, 60.0]);
    // A month that is over is over.
    let over = Series { last_period_share: Some(1.0), ..sales };
    assert_eq!(adjusted(&over, 2).series.len(), 4);
}

/// Zero without stock is no demand of zero; more than was to be expected is demand all the same.
#[test]
fn stock_outs_are_not_taken_for_demand() {
    let stock_outs = vec![2, 3, 5];
    let sales = Series { stock_outs, ..series(&[10.0, 12.0, 0.0, 7.0, 11.0, 15.0, 9.0]) };
    let ready = adjusted(&sales, 1);
    let values = [Some(10.0), Some(12.0), None, None, Some(11.0), Some(15.0), Some(9.0)];
    assert_eq!(ready.series, values);
    assert_eq!(ready.notes, ["3 periods without stock show less than the demand"]);
}

#[test]
fn returns_are_taken_off_at_the_end() {
    let returns = known(&[10.0, 10.0, 10.0, 50.0]);
    let sales = Series { returns, ..series(&[200.0, 200.0, 200.0, 200.0]) };
    let ready = adjusted(&sales, 2);
    // The models see what was delivered, without a month of 150.
    assert_eq!(ready.series, known(&[200.0; 4]));
    let told = ready.finished(made(&[200.0, 100.0], 40.0));
    assert_eq!(told.mean, [180.0, 90.0]);
    assert_eq!((told.intervals[0].lower[0], told.intervals[0].upper[1]), (144.0, 126.0));
    assert_eq!((told.intervals[0].total_lower, told.intervals[0].total_upper), (234.0, 306.0));
}

/// A plant with a holiday in October: figures by working day are level, and so is the forecast by working day.
#[test]
fn months_are_forecast_by_their_working_days() {
    let days = [22.0, 17.0, 21.0, 23.0, 20.0];
    let periods = days.iter().enumerate().map(|(month, figure)| PeriodFigure {
        period: months_after("2026-09-01".parse().unwrap(), month).unwrap(),
        figure: *figure,
    });
    let calendar = Some(ForecastCalendar { working_days: periods.collect(), ..ForecastCalendar::default() });
    let start = Some("2026-09-01".parse().unwrap());
    let sales = Series { start, ..series(&[220.0, 170.0, 210.0]) };
    let ready = Adjusted::of(&sales, &ForecastOptions { calendar: calendar.clone(), ..options(2) }).unwrap();
    assert!(ready.series.iter().flatten().all(|figure| (figure - 200.0).abs() < 1e-9));
    let told = ready.finished(made(&[200.0, 200.0], 20.0));
    for (figure, expected) in told.mean.iter().zip([230.0, 200.0]) {
        assert!((figure - expected).abs() < 1e-9);
    }
    assert!((told.intervals[0].upper[0] - 253.0).abs() < 1e-9);
    let without = Series { start: None, ..sales };
    let error = Adjusted::of(&without, &ForecastOptions { calendar, ..options(2) }).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::Required, Some("start")));
}

#[test]
fn a_predecessor_stands_before_the_series() {
    let before = Predecessor { values: known(&[100.0, 80.0]), ratio: Some(0.5) };
    let start = Some("2026-01-01".parse().unwrap());
    let input = ForecastInput { name: "pipeline".to_owned(), values: known(&[1.0, 2.0, 3.0]) };
    let sales = Series { start, predecessor: Some(before), inputs: vec![input], ..series(&[45.0]) };
    let ready = adjusted(&sales, 1);
    assert_eq!(ready.series, known(&[50.0, 40.0, 45.0]));
    assert_eq!(ready.start.unwrap().to_string(), "2025-11-01");
    assert_eq!(ready.forecast_start.unwrap().to_string(), "2026-02-01");
    // The first period to come is the second one of the series itself; also if the models were given two figures only.
    assert_eq!(ready.inputs(&sales.inputs, 0, 0).figure("pipeline", 3), Some(2.0));
    assert_eq!(ready.inputs(&sales.inputs, 1, 0).figure("pipeline", 2), Some(2.0));
    assert_eq!(ready.inputs(&sales.inputs, 1, 0).period_start(2).unwrap().to_string(), "2026-02-01");
    assert_eq!(ready.inputs(&sales.inputs, 0, 0).figure("pipeline", 1), None);
}

#[test]
fn a_new_product_is_launched_like_its_analogues() {
    let like = |values: &[f64]| Analogue { values: known(values), key: None };
    let analogues = vec![like(&[10.0, 20.0, 30.0, 40.0]), like(&[30.0, 60.0, 90.0, 120.0])];
    let sales = Series { last_period_share: Some(0.5), analogues, ..series(&[0.0, 40.0, 55.0]) };
    let sales = Series { values: [vec![None], sales.values[1..].to_vec()].concat(), ..sales };
    let ready = adjusted(&sales, 2);
    let made = ready.launched(&sales.analogues, 2, &[]).unwrap().unwrap();
    assert_eq!((made.model.as_str(), &made.mean[..]), ("launch_curve", &[80.0, 120.0][..]));
    assert_eq!(ready.finished(made).mean, [80.0, 120.0]);
    let grown = Series { values: known(&[1.0; 12]), last_period_share: None, ..sales.clone() };
    assert!(adjusted(&grown, 2).launched(&sales.analogues, 2, &[]).is_none());
    assert!(adjusted(&series(&[1.0]), 2).launched(&[], 2, &[]).is_none());
}

#[test]
fn what_does_not_fit_a_series_is_told_by_its_field() {
    let good = series(&[1.0, 2.0]);
    let bad = |change: fn(&mut Series)| {
        let mut changed = good.clone();
        change(&mut changed);
        refused(&changed)
    };
    let field = |field: &str| (ErrorCode::OutOfRange, field.to_owned());
    assert_eq!(bad(|s| s.values[1] = Some(f64::INFINITY)), field("values[1]"));
    assert_eq!(bad(|s| s.returns = vec![Some(1.0)]), field("returns"));
    assert_eq!(bad(|s| s.returns = vec![None, Some(-1.0)]), field("returns[1]"));
    assert_eq!(bad(|s| s.returns = vec![Some(f64::NAN), None]), field("returns[0]"));
    assert_eq!(bad(|s| s.stock_outs = vec![1, 2]), field("stock_outs[1]"));
    assert_eq!(bad(|s| s.last_period_share = Some(0.0)), field("last_period_share"));
    assert_eq!(bad(|s| s.last_period_share = Some(f64::NAN)), field("last_period_share"));
    assert_eq!(bad(|s| s.start = Some("2026-01-31".parse().unwrap())), field("start"));
    let before = |values: Vec<Option<f64>>, ratio| Some(Predecessor { values, ratio });
    let changed = Series { predecessor: before(vec![Some(1.0)], Some(-1.0)), ..good.clone() };
    assert_eq!(refused(&changed), field("predecessor.ratio"));
    let changed = Series { predecessor: before(vec![None, Some(f64::NAN)], None), ..good.clone() };
    assert_eq!(refused(&changed), field("predecessor.values[1]"));
    let start = Some("0001-02-01".parse().unwrap());
    let changed = Series { predecessor: before(vec![Some(1.0); 2], None), start, ..good.clone() };
    assert_eq!(refused(&changed), field("start"));
    let input = |values| ForecastInput { name: "index".to_owned(), values };
    let changed = Series { inputs: vec![input(vec![]), input(vec![])], ..good.clone() };
    assert_eq!(refused(&changed), (ErrorCode::DuplicateKey, "inputs[1].name".to_owned()));
    let changed = Series { inputs: vec![input(vec![None, Some(f64::NAN)])], ..good };
    assert_eq!(refused(&changed), field("inputs[0].values[1]"));
}

#[test]
fn a_plain_series_goes_through_untouched() {
    let values = [Some(3.0), None, Some(-1.0)];
    let plain = Series { values: values.to_vec(), ..Series::default() };
    let ready = adjusted(&plain, 2);
    assert_eq!((&ready.series[..], ready.notes.len()), (&values[..], 0));
    let forecast = made(&[-5.0, 1.5], 2.0);
    assert_eq!(ready.finished(forecast.clone()), forecast);
    assert!(adjusted(&series(&[]), 1).series.is_empty());
}

proptest! {
    /// Whatever is done on the way back, ends stay round the mean, and nothing falls below zero that must not.
    #[test]
    fn the_way_back_keeps_order_and_sign(
        values in prop::collection::vec(prop::option::weighted(0.9, 0.0..1000.0_f64), 1..40),
        mean in prop::collection::vec(0.0..1000.0_f64, 1..12),
        half in 0.0..500.0_f64,
        days in prop::collection::vec(10.0..25.0_f64, 60),
        returned in 0.0..0.5_f64,
        lag in 0_usize..4,
        share in prop::option::of(0.1..1.0_f64),
        prorated in any::<bool>(),
    ) {
        let start = "2020-01-01".parse().unwrap();
        let figure = |(month, figure): (usize, &f64)| PeriodFigure { period: months_after(start, month).unwrap(), figure: *figure };
        let working_days = days.iter().enumerate().map(figure).collect();
        let returns = (0..values.len()).map(|place| values[place.checked_sub(lag)?].map(|value| value * returned));
        let sales = Series {
            returns: returns.collect(),
            stock_outs: vec![0],
            last_period_share: share,
            start: Some(start),
            values,
            ..Series::default()
        };
        let options = ForecastOptions {
            calendar: Some(ForecastCalendar { working_days, ..ForecastCalendar::default() }),
            partial_period: if prorated { PartialPeriod::ProRate } else { PartialPeriod::Drop },
            ..options(u32::try_from(mean.len()).unwrap())
        };
        let told = Adjusted::of(&sales, &options).unwrap().finished(made(&mean, half));
        let interval = &told.intervals[0];
        for ((low, figure), high) in interval.lower.iter().zip(&told.mean).zip(&interval.upper) {
            prop_assert!(0.0 <= *low && low <= figure && figure <= high && high.is_finite());
        }
        prop_assert!(0.0 <= interval.total_lower && interval.total_lower <= interval.total_upper);
    }
}
