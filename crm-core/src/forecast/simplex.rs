//! The search of Nelder and Mead (1965) for the least value of a function of a few parameters.

/// A search ends when the values at its corners differ by less.
const TOLERANCE: f64 = 1e-4;

#[derive(Debug, Clone, Copy)]
struct Corner<const N: usize> {
    point: [f64; N],
    value: f64,
}

/// Where a function is least, and its value there, after at most `looks` at it. Only parameters that are `free` move;
/// the first corners lie one of `steps` away from where the search begins.
pub(super) fn least<const N: usize>(
    begin: [f64; N],
    steps: [f64; N],
    free: [bool; N],
    looks: usize,
    mut function: impl FnMut(&[f64; N]) -> f64,
) -> ([f64; N], f64) {
    let mut corners = vec![Corner { point: begin, value: function(&begin) }];
    for (place, (step, _)) in steps.iter().zip(free).enumerate().filter(|(_, (_, free))| *free) {
        let mut point = begin;
        if let Some(figure) = point.get_mut(place) {
            *figure += step;
        }
        corners.push(Corner { value: function(&point), point });
    }
    let mut looked = corners.len();
    while looked < looks {
        corners.sort_by(|left, right| left.value.total_cmp(&right.value));
        let Some((worst, others)) = corners.split_last_mut() else { break };
        let [first, ..] = others else { break };
        if (worst.value - first.value).abs() < TOLERANCE {
            break;
        }
        let (first, centre) = (*first, middle(others));
        let at = |share: f64| along(&centre, &worst.point, share);
        let mut look = |point: [f64; N]| {
            looked = looked.saturating_add(1);
            Corner { value: function(&point), point }
        };
        let second_worst = others.last().map_or(first.value, |corner| corner.value);
        let mirrored = look(at(-1.0));
        if mirrored.value < first.value {
            let further = look(at(-2.0));
            *worst = if further.value < mirrored.value { further } else { mirrored };
        } else if mirrored.value < second_worst {
            *worst = mirrored;
        } else {
            let inside = if mirrored.value < worst.value { look(at(-0.5)) } else { look(at(0.5)) };
            if inside.value < worst.value.min(mirrored.value) {
                *worst = inside;
            } else {
                for corner in corners.iter_mut().skip(1) {
                    *corner = look(along(&first.point, &corner.point, 0.5));
                }
            }
        }
    }
    let best = corners.iter().min_by(|left, right| left.value.total_cmp(&right.value));
    best.map_or((begin, f64::INFINITY), |corner| (corner.point, corner.value))
}

/// The middle of the corners.
fn middle<const N: usize>(corners: &[Corner<N>]) -> [f64; N] {
    let share = 1.0 / super::naive::count(corners.len());
    let mut middle = [0.0; N];
    for corner in corners {
        for (sum, figure) in middle.iter_mut().zip(corner.point) {
            *sum += figure * share;
        }
    }
    middle
}

/// `share` of the way from one point to another.
fn along<const N: usize>(from: &[f64; N], to: &[f64; N], share: f64) -> [f64; N] {
    let mut point = *from;
    for (figure, to) in point.iter_mut().zip(to) {
        *figure += share * (to - *figure);
    }
    point
}
