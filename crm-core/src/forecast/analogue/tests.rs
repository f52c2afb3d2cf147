//! New products by the course of others.

use super::super::testing::Noise;
use super::*;

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn analogue(values: &[f64]) -> Analogue {
    Analogue { values: known(values), key: None }
}

/// Two launches of one course, one of them three times as large.
fn two() -> [Analogue; 2] {
    [analogue(&[10.0, 20.0, 40.0, 60.0, 60.0]), analogue(&[30.0, 60.0, 120.0, 180.0, 180.0, 90.0])]
}

#[test]
fn a_launch_follows_the_course_of_its_analogues_at_its_own_size() {
    let made = launched(&known(&[5.0, 10.0]), &two(), 3, &[]).unwrap();
    assert_eq!((made.model.as_str(), made.mean), ("launch_curve", vec![20.0, 30.0, 30.0]));
    assert_eq!(made.parameters["scale"], 0.25);
    // Nothing is known yet: the size is that of the others, in the mean.
    assert_eq!(launched(&[], &two(), 3, &[]).unwrap().mean, [20.0, 40.0, 80.0]);
}

#[test]
fn behind_its_end_the_curve_goes_on() {
    let made = launched(&known(&[5.0, 10.0, 20.0, 30.0]), &two(), 3, &[]).unwrap();
    let end = (30.0 + 30.0 + 15.0) / 3.0;
    assert_eq!(made.mean, [30.0, 15.0, end]);
    assert_eq!(made.notes.last().unwrap(), "the launch curve ends after 6 periods; its last figures go on");
}

#[test]
fn too_few_analogues_give_no_interval() {
    let error = launched(&known(&[5.0]), &two(), 3, &[80.0]).unwrap_err();
    assert_eq!((error.code(), error.problems()[0].data["needed"].as_str()), (ErrorCode::InsufficientHistory, "4"));
    let error = launched(&known(&[5.0]), &[], 3, &[]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InsufficientHistory);
    let error = launched(&[], &[analogue(&[1.0, f64::NAN])], 3, &[]).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("analogues[0].values[1]")));
}

/// Launches of one course with a size and noise of their own: 80 % of the figures lie in the interval of 80 %.
#[test]
fn intervals_by_analogues_cover_as_often_as_they_say() {
    let mut noise = Noise::new(11);
    let mut launch = || {
        let size = libm::exp(0.7 * noise.normal());
        let course = (1..=18).map(|age| 100.0 * (1.0 - libm::exp(-0.2 * f64::from(age))));
        course.map(|figure| size * figure * libm::exp(0.15 * noise.normal())).collect::<Vec<f64>>()
    };
    let (mut inside, mut all, mut totals) = (0, 0, 0);
    for _ in 0..60 {
        let analogues: Vec<Analogue> = (0..19).map(|_| analogue(&launch())).collect();
        let own = launch();
        let made = launched(&known(&own[..6]), &analogues, 12, &[80.0]).unwrap();
        let interval = &made.intervals[0];
        for (step, actual) in own[6..].iter().enumerate() {
            inside += usize::from((interval.lower[step]..=interval.upper[step]).contains(actual));
            all += 1;
        }
        totals += usize::from((interval.total_lower..=interval.total_upper).contains(&own[6..].iter().sum()));
    }
    let share = count(inside) / count(all);
    assert!((0.74..0.86).contains(&share), "{share}");
    assert!((42..=54).contains(&totals), "{totals} of 60");
}
