//! One list of series, three runners: Rust, Python and Kotlin must forecast the same to 1e-9, as `forecast.tsv` says. After
//! a wanted change it is written anew with `CRM_WRITE_FORECAST=1`.
//!
//! A line has, between tabs: series, model, horizon, season length, levels, values (empty where one is missing); then what
//! comes out: the model as it is told (or the code of the error), the means, and for each level the lower and the upper ends.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fmt::Write;

use crm_core::forecast::{Forecast, ForecastOptions, ModelKind, Series, forecast};
use crm_core::value::Error;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../bindings/conformance/forecast.tsv");

/// What is written down and equal in every language.
const TOLERANCE: f64 = 1e-9;

/// A figure between 0 and 1 that looks like chance: a linear congruential generator (Numerical Recipes).
fn chance(state: &mut u32) -> f64 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    f64::from(*state) / f64::from(u32::MAX)
}

/// Figures of so many months, with two digits behind the point.
fn figures(months: u32, seed: u32, figure: impl Fn(f64, f64, f64) -> Option<f64>) -> Vec<Option<f64>> {
    let mut state = seed;
    let month = |place| {
        let season = (f64::from(place % 12) * std::f64::consts::TAU / 12.0).sin();
        figure(f64::from(place), season, chance(&mut state)).map(|figure| (figure * 100.0).round() / 100.0)
    };
    (0..months).map(month).collect()
}

/// The kinds of series that a customer has.
fn series() -> Vec<(&'static str, Vec<Option<f64>>)> {
    vec![
        ("seasonal", figures(72, 1, |t, s, c| Some((200.0 + 2.0 * t) * (1.0 + 0.3 * s) + 20.0 * c))),
        ("trend", figures(60, 2, |t, _, c| Some(50.0 + 3.5 * t + 8.0 * c))),
        ("intermittent", figures(60, 3, |_, _, c| Some(if c > 0.7 { (c * 20.0).floor() } else { 0.0 }))),
        ("gaps", figures(60, 4, |t, s, c| (c > 0.1).then_some(90.0 + t + 25.0 * s + 9.0 * c))),
        ("returns", figures(48, 5, |_, s, c| Some(10.0 * s + 12.0 * c - 4.0))),
        ("large", figures(48, 6, |t, s, c| Some((1e9 + 1e7 * t) * (1.0 + 0.2 * s + 0.1 * c)))),
        ("constant", vec![Some(7.0); 48]),
        ("zero", vec![Some(0.0); 48]),
        ("short", figures(5, 8, |_, _, c| Some(30.0 * c))),
        ("empty", Vec::new()),
    ]
}

fn joined(figures: impl IntoIterator<Item = Option<f64>>) -> String {
    let texts: Vec<String> =
        figures.into_iter().map(|figure| figure.map_or_else(String::new, |figure| format!("{figure:?}"))).collect();
    texts.join(",")
}

fn told(found: Result<Forecast, Error>) -> String {
    let forecast = match found {
        Err(error) => return error.code().as_str().to_owned(),
        Ok(forecast) => forecast,
    };
    let mut line = format!("{}\t{}", forecast.model, joined(forecast.mean.into_iter().map(Some)));
    for interval in forecast.intervals {
        let ends = |ends: Vec<f64>| joined(ends.into_iter().map(Some));
        write!(line, "\t{}\t{}", ends(interval.lower), ends(interval.upper)).unwrap();
    }
    line
}

fn line(key: &str, values: &[Option<f64>], model: ModelKind) -> String {
    let (horizon, season_length) = (6, 12);
    // A model of intermittent demand has none for what is no demand; with and without intervals, both are asked.
    let levels = if key == "short" { vec![] } else { vec![80.0, 97.5] };
    let series = Series { values: values.to_vec(), ..Series::default() };
    let options = ForecastOptions {
        horizon,
        season_length: Some(season_length),
        levels: Some(levels.clone()),
        model,
        ..ForecastOptions::default()
    };
    let asked = joined(levels.into_iter().map(Some));
    let values = joined(values.iter().copied());
    format!("{key}\t{model}\t{horizon}\t{season_length}\t{asked}\t{values}\t{}", told(forecast(&series, &options)))
}

/// Whether two cells are lists of figures that are equal to 1e-9, or the same text.
fn same(found: &str, expected: &str) -> bool {
    let close = |(found, expected): (&str, &str)| match (found.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(found), Ok(expected)) => (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0),
        _ => found == expected,
    };
    found.split(',').count() == expected.split(',').count() && found.split(',').zip(expected.split(',')).all(close)
}

#[test]
fn rust_forecasts_what_is_written_down() {
    let mut text = String::new();
    for (key, values) in series() {
        for model in ModelKind::ALL {
            text += &(line(key, &values, *model) + "\n");
        }
    }
    if std::env::var_os("CRM_WRITE_FORECAST").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap();
    for (found, expected) in text.lines().zip(expected.lines()) {
        let (found, expected): (Vec<_>, Vec<_>) = (found.split('\t').collect(), expected.split('\t').collect());
        assert_eq!(found.len(), expected.len(), "{} {}", found[0], found[1]);
        for (found_cell, expected_cell) in found.iter().zip(&expected) {
            assert!(same(found_cell, expected_cell), "{} {}: {found_cell} is not {expected_cell}", found[0], found[1]);
        }
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}
