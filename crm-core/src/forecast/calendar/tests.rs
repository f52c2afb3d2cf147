//! Calendars as data: working days, and the Chinese New Year on generated series whose effect is known.

use super::super::model::Past;
use super::super::predict::built_in;
use super::super::testing::Noise;
use super::super::types::{ModelKind, ModelParameters};
use super::*;
use crate::forecast::Inputs;
use crate::value::BusinessCalendar;

/// The first day of the Chinese year, 2015 to 2027.
const NEW_YEARS: [&str; 13] = [
    "2015-02-19",
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
];
const SEASON: [f64; 12] = [0.1, -0.05, 0.12, 0.05, 0.0, 0.04, -0.06, -0.08, 0.03, -0.1, 0.0, -0.05];
/// What a whole part of the holiday does to a month, as a logarithm: before, at, after it.
const PARTS: [f64; 3] = [0.15, -0.6, -0.2];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn new_year() -> MovingHoliday {
    let dates = NEW_YEARS.map(day).to_vec();
    MovingHoliday { name: "spring festival".to_owned(), dates, days: 8, days_before: 10, days_after: 10 }
}

fn calendar() -> ForecastCalendar {
    ForecastCalendar { working_days: Vec::new(), moving_holidays: vec![new_year()] }
}

/// The effect on each month from January 2015, as a logarithm.
fn truth(months: usize, parts: [f64; 3]) -> Vec<f64> {
    let shares = new_year().shares(&period_starts(day("2015-01-01"), months).unwrap());
    (0..months).map(|month| shares.iter().zip(parts).map(|(share, part)| share[month] * part).sum()).collect()
}

/// Months from January 2015 with a trend, a season, noise and the effect.
fn generated(months: usize, parts: [f64; 3], spread: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(seed);
    let truth = truth(months, parts);
    let figure = |(month, effect): (usize, &f64)| {
        libm::exp(6.0 + 0.004 * count(month) + SEASON[month % 12] + effect + spread * noise.normal())
    };
    truth.iter().enumerate().map(figure).collect()
}

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn found(values: &[f64], horizon: usize) -> (Vec<Effect>, Vec<String>) {
    let mut notes = Vec::new();
    let effects = calendar().effects(day("2015-01-01"), &known(values), horizon, &mut notes).unwrap();
    (effects, notes)
}

/// Both without what is the same in every year.
fn centred(effects: &[f64]) -> Vec<f64> {
    let usual: Vec<f64> =
        (0..12).map(|month| mean(&effects.iter().skip(month).step_by(12).copied().collect::<Vec<_>>())).collect();
    effects.iter().zip(usual.iter().cycle()).map(|(effect, usual)| effect - usual).collect()
}

#[test]
fn the_shares_of_a_holiday_are_its_days_by_month() {
    let starts = period_starts(day("2023-01-01"), 3).unwrap();
    // The year began on 22 January: ten days before it and eight of it lie in January, of the ten days from the 30th two.
    assert_eq!(new_year().shares(&starts), [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.2, 0.8, 0.0]]);
    let starts = period_starts(day("2025-01-01"), 3).unwrap();
    assert_eq!(new_year().shares(&starts), [[1.0, 0.0, 0.0], [0.375, 0.625, 0.0], [0.0, 1.0, 0.0]]);
}

#[test]
fn a_known_effect_of_the_new_year_is_found_again() {
    let (effects, notes) = found(&generated(132, PARTS, 0.03, 7), 12);
    assert_eq!(notes, ["an effect of spring festival was put in"]);
    let told: Vec<f64> = effects.iter().map(|effect| libm::log(effect.factor)).collect();
    for (place, (told, truth)) in centred(&told).iter().zip(centred(&truth(144, PARTS))).enumerate() {
        assert!((told - truth).abs() < 0.06, "month {place}: {told} for {truth}");
    }
}

#[test]
fn a_known_effect_on_figures_that_fall_below_zero_is_found_as_a_sum() {
    let effect = truth(132, PARTS);
    let mut noise = Noise::new(3);
    let values: Vec<f64> = (0..132).map(|m| 100.0 * (SEASON[m % 12] + effect[m]) + 2.0 * noise.normal()).collect();
    let (effects, notes) = found(&values, 0);
    assert_eq!(notes, ["an effect of spring festival was put in"]);
    let told: Vec<f64> = effects.iter().map(|effect| effect.shift).collect();
    for (told, truth) in centred(&told).iter().zip(centred(&effect)) {
        assert!((told - 100.0 * truth).abs() < 5.0, "{told} for {truth}");
    }
}

fn predicted(kind: ModelKind, values: &[f64], horizon: usize) -> Vec<f64> {
    let observed = vec![true; values.len()];
    let past = Past { key: "", values, observed: &observed, season_length: 12, inputs: Inputs::default() };
    built_in(kind, &ModelParameters::default()).predict(&past, horizon).unwrap().mean
}

/// Mean absolute errors of January to March in percent, with the effect and without, at nine origins.
fn errors(kind: ModelKind, parts: [f64; 3], seed: u64) -> (f64, f64) {
    let values = generated(144, parts, 0.05, seed);
    let (mut with, mut without) = (0.0, 0.0);
    for year in 5..12 {
        let history = &values[..12 * year];
        let (effects, _) = found(history, 3);
        let free: Vec<f64> = history.iter().zip(&effects).map(|(value, effect)| effect.taken(*value)).collect();
        let adjusted = predicted(kind, &free, 3);
        let plain = predicted(kind, history, 3);
        for step in 0..3 {
            let actual = values[12 * year + step];
            with += (effects[12 * year + step].put(adjusted[step]) - actual).abs() / actual;
            without += (plain[step] - actual).abs() / actual;
        }
    }
    (with * 100.0 / 21.0, without * 100.0 / 21.0)
}

#[test]
fn forecasts_with_the_effect_are_better_than_without() {
    for kind in [ModelKind::Ets, ModelKind::Theta, ModelKind::SeasonalNaive] {
        let (mut with, mut without) = (0.0, 0.0);
        for seed in 0..10 {
            let (a, b) = errors(kind, PARTS, seed);
            with += a / 10.0;
            without += b / 10.0;
        }
        assert!(with < 0.6 * without, "{kind}: {with:.1} % with, {without:.1} % without");
    }
}

#[test]
fn a_series_without_an_effect_is_nearly_always_left_alone() {
    let put_in = (0..200).filter(|seed| found(&generated(72, [0.0; 3], 0.1, *seed), 12).0[60].factor != 1.0).count();
    assert!(put_in <= 14, "{put_in} of 200");
}

#[test]
fn two_years_are_too_few_for_a_moving_holiday() {
    let (effects, notes) = found(&generated(35, PARTS, 0.03, 1), 12);
    assert_eq!(notes, ["no effect of spring festival was estimated: that takes three years"]);
    assert!(effects.iter().all(|effect| *effect == Effect::NONE) && effects.len() == 47);
}

#[test]
fn a_date_that_is_not_known_is_asked_for() {
    let asked = |start: &str, months, dates: &[&str]| {
        let holiday = MovingHoliday { dates: dates.iter().map(|date| day(date)).collect(), ..new_year() };
        let calendar = ForecastCalendar { moving_holidays: vec![holiday], ..ForecastCalendar::default() };
        calendar.effects(day(start), &vec![Some(1.0); months], 0, &mut Vec::new())
    };
    let refused = |start, months, dates: &[&str]| {
        let error = asked(start, months, dates).unwrap_err();
        let problem = error.problems()[0].clone();
        assert_eq!((problem.code, error.field()), (ErrorCode::Required, Some("moving_holidays[0].dates")));
        problem.data["period"].clone()
    };
    assert!(asked("2015-03-01", 9, &NEW_YEARS[..1]).is_ok());
    assert!(asked("2015-01-01", 12 * 13, &NEW_YEARS).is_ok());
    // January 2028 has a new year of its own.
    assert_eq!(refused("2015-01-01", 12 * 13 + 1, &NEW_YEARS), "2028-02-01");
    assert_eq!(refused("2014-01-01", 24, &NEW_YEARS), "2014-01-01");
    assert_eq!(refused("2015-01-01", 36, &["2015-02-19", "2017-01-28"]), "2015-02-19");
    assert_eq!(refused("2015-01-01", 1, &[]), "2015-01-01");
}

/// Working days of China in the first months of 2026, holidays and make-up days of the State Council's notice of 2025-11-04.
#[test]
fn working_days_come_from_a_business_calendar() {
    let mut china = BusinessCalendar::weekdays("CN", "Asia/Shanghai", "08:30", "17:30");
    let free = ["2026-01-01", "2026-01-02"].map(day);
    let festival = (16..=23).map(|date| day(&format!("2026-02-{date}")));
    china.holidays = free.into_iter().chain(festival).collect();
    let worked =
        |date: &str, like| crate::value::MakeUpDay { date: day(date), like: Some(like), intervals: Vec::new() };
    china.make_up_days = vec![
        worked("2026-01-04", crate::value::Weekday::Friday),
        worked("2026-02-14", crate::value::Weekday::Monday),
        worked("2026-02-28", crate::value::Weekday::Friday),
    ];
    let made = ForecastCalendar::of_working_days(&china.compile().unwrap(), day("2026-01-01"), 3).unwrap();
    let figures: Vec<(String, f64)> = made.working_days.iter().map(|d| (d.period.to_string(), d.figure)).collect();
    let expected = [("2026-01-01", 21.0), ("2026-02-01", 16.0), ("2026-03-01", 22.0)];
    assert_eq!(figures, expected.map(|(period, days)| (period.to_owned(), days)));
}

#[test]
fn a_month_has_the_share_of_its_working_days() {
    let figures = [20.0, 16.0, 24.0, 10.0].into_iter().enumerate();
    let days =
        figures.map(|(month, figure)| PeriodFigure { period: months_after(day("2026-01-01"), month).unwrap(), figure });
    let calendar = ForecastCalendar { working_days: days.collect(), ..ForecastCalendar::default() };
    let effects = |horizon| calendar.effects(day("2026-01-01"), &[Some(5.0); 3], horizon, &mut Vec::new());
    let factors: Vec<f64> = effects(1).unwrap().iter().map(|effect| effect.factor).collect();
    assert_eq!(factors, [1.0, 0.8, 1.2, 0.5]);
    let error = effects(2).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::Required, Some("working_days")));
    assert_eq!(error.problems()[0].data["period"], "2026-05-01");
    let none = PeriodFigure { period: day("2026-01-01"), figure: 0.0 };
    let calendar = ForecastCalendar { working_days: vec![none], ..ForecastCalendar::default() };
    let error = calendar.effects(day("2026-01-01"), &[], 1, &mut Vec::new()).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("working_days[0].figure")));
}
