//! Minima of functions without derivatives.

/// Points of the first look at a function of one parameter.
const POINTS: u32 = 16;
/// Each step of the golden section leaves 62 % of the range; so many leave a ten-thousandth of the first look.
const STEPS: usize = 14;
/// `(sqrt(5) - 1) / 2`.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// Where a function of one parameter is least: a look at the whole range, then a golden section around the best point.
pub(super) fn minimum(low: f64, high: f64, mut function: impl FnMut(f64) -> f64) -> f64 {
    let width = (high - low) / f64::from(POINTS);
    let mut best = (f64::INFINITY, low);
    for point in 0..=POINTS {
        let at = low + width * f64::from(point);
        let value = function(at);
        if value < best.0 {
            best = (value, at);
        }
    }
    golden((best.1 - width).max(low), (best.1 + width).min(high), STEPS, &mut function)
}

/// Where a function is least near a point that was best for a similar function.
pub(super) fn minimum_near(point: f64, range: (f64, f64), width: f64, mut function: impl FnMut(f64) -> f64) -> f64 {
    golden((point - width).max(range.0), (point + width).min(range.1), STEPS / 2, &mut function)
}

fn golden(mut low: f64, mut high: f64, steps: usize, function: &mut impl FnMut(f64) -> f64) -> f64 {
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_left, mut at_right) = (function(left), function(right));
    for _ in 0..steps {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = function(right);
        }
    }
    (low + high) / 2.0
}
