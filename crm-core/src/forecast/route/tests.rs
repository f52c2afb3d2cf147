use proptest::prelude::*;

use super::super::inputs::Inputs;
use super::super::naive::Simple;
use super::*;

/// Numbers that look random and are the same on every machine (SplitMix64, Steele, Lea and Flood 2014).
struct Numbers(u64);

impl Numbers {
    /// From 0 to below 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap()) / 4_294_967_296.0
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (radius, turn) = (1.0 - self.next(), self.next());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * turn).cos()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Steady,
    Fading,
    Ending,
    Shrinking,
}

const MONTHS: u32 = 51;
const KNOWN: usize = 45;

/// Parts that are asked for in some months: the rate differs from part to part; it fades, ends, or the sizes shrink.
fn parts(life: Life, seed: u64) -> Vec<Vec<f64>> {
    let mut numbers = Numbers(seed);
    let mut parts = Vec::new();
    while parts.len() < 800 {
        let rate = (-1.0 + 0.6 * numbers.normal()).exp();
        let size = 1.0 - 0.7 * (1.0 - numbers.next()).ln();
        let fades = if life == Life::Steady { 0.0 } else { -0.018 + 0.02 * numbers.normal() };
        let ends = if life == Life::Ending { 10.0 - (1.0 - numbers.next()).ln() * 80.0 } else { f64::INFINITY };
        let month = |month: u32| {
            let age = f64::from(month);
            let trend = (fades * (age - 25.0)).exp();
            let (chance, size) = match life {
                Life::Steady | Life::Ending => (rate, size),
                Life::Fading => (rate * trend, size),
                Life::Shrinking => (0.4, 3.0 * size * trend),
            };
            let asked = numbers.next() < 1.0 - (-chance).exp();
            let amount = (-(1.0 - numbers.next()).ln() * (size - 0.5).max(0.1)).ceil();
            if asked && age < ends { amount } else { 0.0 }
        };
        let part: Vec<f64> = (0..MONTHS).map(month).collect();
        if part[..KNOWN].iter().filter(|figure| **figure > 0.0).count() >= 3 {
            parts.push(part);
        }
    }
    parts
}

/// What a model does on the last six months of the parts.
#[derive(Debug)]
struct Score {
    rmse: f64,
    bias: f64,
    lead_time: f64,
}

fn score(model: &dyn SeriesModel, parts: &[Vec<f64>]) -> Score {
    let (mut squares, mut error, mut total, mut wrong) = (0.0, 0.0, 0.0, 0.0);
    for part in parts {
        let (known, after) = part.split_at(KNOWN);
        let past =
            Past { key: "", values: known, observed: &[true; KNOWN], season_length: 12, inputs: Inputs::default() };
        let said = model.predict(&past, after.len()).unwrap().mean;
        squares += said.iter().zip(after).map(|(said, was)| (said - was) * (said - was)).sum::<f64>();
        let (said, was): (f64, f64) = (said.iter().sum(), after.iter().sum());
        error += said - was;
        wrong += (said - was).abs();
        total += was;
    }
    let months = count(parts.len() * 6);
    Score { rmse: (squares / months).sqrt(), bias: error / total, lead_time: wrong / total }
}

struct Nothing;

impl SeriesModel for Nothing {
    fn name(&self) -> &str {
        "nothing"
    }

    fn predict(&self, _: &Past<'_>, horizon: usize) -> Result<Prediction> {
        Ok(Prediction { mean: vec![0.0; horizon], ..Prediction::default() })
    }
}

#[test]
fn the_routed_model_has_the_smallest_squared_errors_and_little_bias_on_parts_that_live_and_die() {
    let kinds =
        [ModelKind::Ses, ModelKind::Croston, ModelKind::Sba, ModelKind::Tsb, ModelKind::Adida, ModelKind::Imapa];
    for life in [Life::Steady, Life::Fading, Life::Ending, Life::Shrinking] {
        let parts = parts(life, 7);
        let routed = score(&Routed, &parts);
        for kind in kinds {
            let other = score(&Intermittent::new(kind, &ModelParameters::default()), &parts);
            assert!(routed.rmse <= other.rmse * 1.006, "{life:?}: {routed:?}, {kind} {other:?}");
            if life != Life::Steady {
                assert!(routed.bias < other.bias, "{life:?}: {routed:?}, {kind} {other:?}");
                assert!(routed.lead_time < other.lead_time, "{life:?}: {routed:?}, {kind} {other:?}");
            }
        }
        for other in [score(&Nothing, &parts), score(&Simple::new(ModelKind::WindowAverage, Some(12)), &parts)] {
            assert!(routed.rmse < other.rmse, "{life:?}: {routed:?}, {other:?}");
        }
        let most = if matches!(life, Life::Steady | Life::Ending) { 0.11 } else { 0.22 };
        assert!(routed.bias.abs() <= most, "{life:?}: {routed:?}");
    }
}

/// Series of the four quadrants, with the mean interval and the squared variation worked out by hand.
#[test]
fn a_demand_is_told_by_its_interval_and_its_variation() {
    let pattern = |values: &[f64]| demand_pattern(&values.iter().copied().map(Some).collect::<Vec<_>>());
    // 6 of 6; sizes of mean 5, variance 2/3.
    assert_eq!(pattern(&[5., 4., 6., 5., 4., 6.]), Some(DemandPattern::Smooth));
    // 5 of 6, so 1.2; sizes 1, 1, 1, 1, 16: mean 4, variance 36, 2.25.
    assert_eq!(pattern(&[1., 1., 0., 1., 1., 16.]), Some(DemandPattern::Erratic));
    // 2 of 6, so 3; sizes 2 and 3.
    assert_eq!(pattern(&[0., 2., 0., 0., 0., 3.]), Some(DemandPattern::Intermittent));
    // 2 of 6; sizes 1 and 9: mean 5, variance 16, 0.64.
    assert_eq!(pattern(&[0., 1., 0., 0., 0., 9.]), Some(DemandPattern::Lumpy));
    // 4 of 5 is 1.25, 3 of 4 is 1.333.
    assert_eq!(pattern(&[1., 1., 1., 1., 0.]), Some(DemandPattern::Smooth));
    assert_eq!(pattern(&[1., 1., 1., 0.]), Some(DemandPattern::Intermittent));
    assert_eq!(pattern(&[0., 0.]), None);
    assert_eq!(pattern(&[]), None);
    assert_eq!(demand_pattern(&[Some(1e300), None, Some(-1e300), Some(1e299)]), Some(DemandPattern::Erratic));
}

fn routed(values: &[f64]) -> bool {
    let observed = vec![true; values.len()];
    is_intermittent(&Past { key: "", values, observed: &observed, season_length: 12, inputs: Inputs::default() })
}

#[test]
fn a_series_is_routed_by_what_it_is_now() {
    assert!(routed(&[0.0; 9]));
    assert!(!routed(&[4.0; 9]));
    let was_smooth: Vec<f64> = (0..60).map(|month| if month < 36 || month % 4 == 0 { 5.0 } else { 0.0 }).collect();
    assert!(routed(&was_smooth));
    let became_smooth: Vec<f64> = (0..60).map(|month| if month >= 36 || month % 7 == 0 { 5.0 } else { 0.0 }).collect();
    assert!(!routed(&became_smooth));
    // A product that is sold from the first day on is not intermittent because it did not exist before.
    let new: Vec<f64> = (0..60).map(|month| if month >= 48 { 5.0 } else { 0.0 }).collect();
    assert!(!routed(&new));
}

#[test]
fn a_product_that_rests_in_every_winter_is_seasonal_and_not_intermittent() {
    let summer: Vec<f64> = (0..48).map(|month| if (3..9).contains(&(month % 12)) { 20.0 } else { 0.0 }).collect();
    assert!(!routed(&summer));
    assert!(routed(&parts(Life::Steady, 3).into_iter().find(|part| part.iter().sum::<f64>() > 8.0).unwrap()));
}

#[test]
fn hope_falls_with_every_silent_period_by_bayes_rule() {
    // Asked for in 3 of 3 months and one more: 3/4. It ends in a month with 0.75 %. After one silent month it lives with
    // 0.9925 * 0.25 = 0.248125 against 0.0075; after two with 0.248125^2 against 0.0075 * 1.248125.
    let after = |silent: usize| hope(&[&[2.0, 1.0, 2.0][..], &vec![0.0; silent][..]].concat(), 12);
    assert_eq!(after(0), 1.0);
    assert!((after(1) - 0.248_125 / 0.255_625).abs() < 1e-12);
    assert!((after(2) - 0.061_566_015_625 / (0.061_566_015_625 + 0.009_360_937_5)).abs() < 1e-12);
    assert!((1..50).all(|silent| after(silent) < after(silent - 1)));
    assert!(after(100_000) < 1e-12);
}

proptest! {
    #[test]
    fn the_routed_forecast_is_finite_and_lies_within_the_demand(
        values in prop::collection::vec(prop_oneof![3 => Just(0.0), 1 => 0.01..2.0_f64], 1..90), season in 1..14_usize,
    ) {
        let observed = vec![true; values.len()];
        let past = Past { key: "", values: &values, observed: &observed, season_length: season, inputs: Inputs::default() };
        let said = Routed.predict(&past, 2).unwrap();
        let most = values.iter().copied().fold(0.0, f64::max);
        prop_assert!(said.mean.iter().all(|figure| (0.0..=most * (1.0 + 1e-9)).contains(figure)), "{:?}", said);
        let _ = is_intermittent(&past);
    }
}
