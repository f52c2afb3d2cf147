//! Families of series with a season in common, and without.

use super::super::model::Past;
use super::super::predict::built_in;
use super::super::testing::Noise;
use super::super::types::{ModelKind, ModelParameters};
use super::*;
use crate::forecast::Inputs;

const SEASON: [f64; 12] = [0.7, 0.75, 1.1, 1.3, 1.2, 1.0, 0.9, 0.8, 1.05, 1.25, 1.15, 0.8];

/// Figures from a month of the year on, with a size, a slope and noise of their own.
fn member(noise: &mut Noise, from: usize, length: usize, season: &[f64; 12], spread: f64) -> Vec<f64> {
    let size = libm::exp(4.0 + noise.normal());
    let slope = 0.006 * noise.normal();
    let figure = |place: usize| {
        let level = size * libm::exp(slope * count(place));
        level * season[(from + place) % 12] * libm::exp(spread * noise.normal())
    };
    (0..length).map(figure).collect()
}

fn siblings<'a>(families: &'a [Vec<f64>], phase: usize) -> Vec<Sibling<'a>> {
    families.iter().map(|values| Sibling { values, phase }).collect()
}

fn predicted(kind: ModelKind, values: &[f64]) -> Vec<f64> {
    let observed = vec![true; values.len()];
    let past = Past { key: "", values, observed: &observed, season_length: 1, inputs: Inputs::default() };
    built_in(kind, &ModelParameters::default()).predict(&past, 12).unwrap().mean
}

fn error(made: &[f64], actual: &[f64]) -> f64 {
    made.iter().zip(actual).map(|(made, actual)| (made - actual).abs() / actual).sum::<f64>() / 12.0
}

/// The case: fourteen months of history in a family with a strong season.
#[test]
fn a_borrowed_season_halves_the_error_of_a_short_series() {
    let mut noise = Noise::new(1);
    let (mut with, mut naive, mut without) = (0.0, 0.0, 0.0);
    for _ in 0..40 {
        let families: Vec<Vec<f64>> = (0..6).map(|_| member(&mut noise, 3, 48, &SEASON, 0.1)).collect();
        let whole = member(&mut noise, 3 + 22, 26, &SEASON, 0.1);
        let (short, actual) = whole.split_at(14);
        let season = borrowed(short, 3 + 22, &siblings(&families, 3), 12).unwrap();
        let mut made = predicted(ModelKind::Ses, &season.taken_from(short));
        season.put_on(&mut made, short.len());
        with += error(&made, actual);
        naive += error(&predicted(ModelKind::Naive, short), actual);
        without += error(&predicted(ModelKind::Ses, short), actual);
    }
    assert!(with < 0.5 * naive && with < 0.5 * without, "{with:.2} with, {naive:.2} naive, {without:.2} without");
}

#[test]
fn indices_are_those_of_the_family_from_the_first_figure_on() {
    let mut noise = Noise::new(2);
    let families: Vec<Vec<f64>> = (0..8).map(|_| member(&mut noise, 0, 60, &SEASON, 0.05)).collect();
    let season = borrowed(&[10.0, 12.0, 9.0], 7, &siblings(&families, 0), 12).unwrap();
    assert_eq!(season.joined, Joined::Times);
    for (place, index) in season.indices.iter().enumerate() {
        assert!((index - SEASON[(7 + place) % 12]).abs() < 0.04, "{place}: {index}");
    }
    assert!((mean(&season.indices) - 1.0).abs() < 1e-12);
}

#[test]
fn without_a_season_in_common_nothing_is_borrowed() {
    let mut noise = Noise::new(3);
    let mut lent = 0;
    for _ in 0..50 {
        let families: Vec<Vec<f64>> = (0..6).map(|_| member(&mut noise, 0, 48, &[1.0; 12], 0.15)).collect();
        lent += usize::from(borrowed(&families[0][..14], 0, &siblings(&families[1..], 0), 12).is_some());
    }
    assert!(lent <= 5, "{lent} of 50");
    // Each has a season, and no two the same one.
    let shifted = |shift: usize| std::array::from_fn(|month| SEASON[(month + shift) % 12]);
    let families: Vec<Vec<f64>> = (0..6).map(|one| member(&mut noise, 0, 48, &shifted(2 * one), 0.05)).collect();
    assert_eq!(borrowed(&families[0][..14], 0, &siblings(&families, 0), 12), None);
}

#[test]
fn one_sibling_with_another_season_does_not_bend_the_groups() {
    let mut noise = Noise::new(4);
    let mut families: Vec<Vec<f64>> = (0..7).map(|_| member(&mut noise, 0, 48, &SEASON, 0.05)).collect();
    let other: [f64; 12] = std::array::from_fn(|month| if month == 7 { 6.5 } else { 0.5 });
    families.push(member(&mut noise, 0, 48, &other, 0.05));
    let season = borrowed(&[10.0; 14], 0, &siblings(&families, 0), 12).unwrap();
    // Shrunk, for one member in eight is different, but not drawn towards that one.
    assert!(season.indices[7] < 1.0 && season.indices[3] > 1.1, "{:?}", season.indices);
}

#[test]
fn figures_below_zero_borrow_sums_in_their_own_size() {
    let mut noise = Noise::new(5);
    let raw = |noise: &mut Noise, size: f64, length: usize| -> Vec<f64> {
        (0..length).map(|month| size * (SEASON[month % 12] - 1.0 + 0.03 * noise.normal())).collect()
    };
    let families: Vec<Vec<f64>> = (1..6).map(|size| raw(&mut noise, f64::from(size), 48)).collect();
    let short = raw(&mut noise, 200.0, 12);
    let season = borrowed(&short, 0, &siblings(&families, 0), 12).unwrap();
    assert_eq!(season.joined, Joined::Plus);
    for (index, truth) in season.indices.iter().zip(SEASON) {
        assert!((index - 200.0 * (truth - 1.0)).abs() < 15.0, "{index} for {truth}");
    }
}

#[test]
fn series_that_end_together_are_aligned_by_their_end() {
    let mut noise = Noise::new(6);
    let whole: Vec<Vec<f64>> = (0..4).map(|_| member(&mut noise, 0, 53, &SEASON, 0.02)).collect();
    let short = &member(&mut noise, 39, 14, &SEASON, 0.02);
    let by_start: Vec<Sibling<'_>> = whole.iter().map(|values| Sibling { values, phase: 0 }).collect();
    let by_end: Vec<Sibling<'_>> =
        whole.iter().map(|values| Sibling::ending_with(&values[5..], short.len(), 39, 12)).collect();
    assert_eq!(by_end[0].phase, 5);
    let (by_start, by_end) = (borrowed(short, 39, &by_start, 12).unwrap(), borrowed(short, 39, &by_end, 12).unwrap());
    for (one, other) in by_start.indices.iter().zip(&by_end.indices) {
        assert!((one - other).abs() < 0.02);
    }
}

#[test]
fn what_is_long_enough_or_has_no_kin_borrows_nothing() {
    let mut noise = Noise::new(7);
    let families: Vec<Vec<f64>> = (0..3).map(|_| member(&mut noise, 0, 48, &SEASON, 0.05)).collect();
    let all = siblings(&families, 0);
    assert_eq!(borrowed(&families[0][..36], 0, &all, 12), None);
    assert_eq!(borrowed(&families[0][..14], 0, &all[..1], 12), None);
    assert_eq!(borrowed(&[], 0, &all, 12), None);
    assert_eq!(borrowed(&[1.0, 2.0], 0, &all, 1), None);
    let cut: Vec<Vec<f64>> = families.iter().map(|values| values[..23].to_vec()).collect();
    assert_eq!(borrowed(&[1.0, 2.0], 0, &siblings(&cut, 0), 12), None);
    let zero = vec![vec![0.0; 48]; 3];
    assert_eq!(borrowed(&[1.0, 2.0], 0, &siblings(&zero, 0), 12), None);
    let huge: Vec<Vec<f64>> = families.iter().map(|values| values.iter().map(|v| v * 1e290).collect()).collect();
    assert!(borrowed(&[1e300, 2e299], 0, &siblings(&huge, 0), 12).is_some());
}
