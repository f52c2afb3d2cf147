//! Forecasts of a tree that fit together: the linear algebra of MinT, and rounding that keeps every sum.
//!
//! MinT (Wickramasuriya, Athanasopoulos and Hyndman 2019) changes base forecasts as little as their errors allow so that
//! each parent is the sum of its children. It is computed in the form `y - W U (U' W U)^-1 U' y`, where a column of `U`
//! is a parent less its children: the matrix to be inverted is as large as the number of parents, and a forecast that
//! never errs does no harm.

use super::hierarchy::Tree;
use super::naive::count;
use crate::value::{Decimal, Error, ErrorCode, Result};

/// A pivot of less than this share of its diagonal says that the matrix is not positive definite.
const LEAST_PIVOT: f64 = 1e-12;
/// The most figures of the matrix that MinT works with.
const MAX_MATRIX: usize = 20_000_000;
/// The most nodes whose correlations are estimated.
const MAX_CORRELATED: usize = 3_000;
/// Fewer errors of a series tell no variance.
const LEAST_ERRORS: usize = 4;
/// Fewer common errors tell no correlation.
const LEAST_COMMON: usize = 6;
/// Figures are rounded from so many digits more than are asked for.
const GUARD_DIGITS: u32 = 6;
/// What a unit is in the guard digits.
const UNIT: i128 = 1_000_000;
/// A figure in guard digits is smaller than this, so that it and its sums fit.
const MOST_UNITS: f64 = 1e27;

/// What is taken for the covariance of the base errors.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Weights {
    /// No correlation; a variance for each node.
    Diagonal(Vec<f64>),
    /// The covariance of the errors of common periods, each correlation times `1 - shrinkage`.
    Shrunk { variances: Vec<f64>, shrinkage: f64, errors: Vec<Vec<f64>> },
}

impl Weights {
    /// Errors add up as those of independent leaves of one size do: the variance is the number of leaves.
    pub(super) fn structural(tree: &Tree) -> Self {
        let mut leaves = vec![0.0; tree.len()];
        for node in tree.upwards() {
            let below = tree.children(node).iter().filter_map(|child| leaves.get(*child)).sum::<f64>();
            if let Some(own) = leaves.get_mut(node) {
                *own = if below > 0.0 { below } else { 1.0 };
            }
        }
        Self::Diagonal(leaves)
    }

    /// The mean squares of the errors of each node.
    pub(super) fn variance(errors: &[Vec<Option<f64>>]) -> Result<Self, &'static str> {
        let of_node = |errors: &Vec<Option<f64>>| {
            let known: Vec<f64> = errors.iter().flatten().copied().collect();
            (known.len() >= LEAST_ERRORS).then(|| squares(&known) / count(known.len()))
        };
        let variances: Option<Vec<_>> = errors.iter().map(of_node).collect();
        variances.map(Self::Diagonal).ok_or("a series is too short for the variance of its errors")
    }

    /// The covariance of the errors of the last periods that all nodes have in common, shrunk towards no correlation
    /// (Schaefer and Strimmer 2005) as Wickramasuriya, Athanasopoulos and Hyndman (2019) do.
    pub(super) fn shrunk(errors: &[Vec<Option<f64>>]) -> Result<Self, &'static str> {
        if errors.len() > MAX_CORRELATED {
            return Err("the tree has too many nodes for correlations");
        }
        let length = errors.iter().map(Vec::len).min().unwrap_or(0);
        let last = |errors: &Vec<Option<f64>>| errors.iter().rev().take(length).copied().collect::<Vec<_>>();
        let aligned: Vec<_> = errors.iter().map(last).collect();
        let known = |period: &usize| aligned.iter().all(|errors| errors.get(*period).is_some_and(Option::is_some));
        let common: Vec<usize> = (0..length).filter(known).collect();
        if common.len() < LEAST_COMMON {
            return Err("the series have too few errors in common");
        }
        let of_common = |errors: &Vec<Option<f64>>| {
            common.iter().filter_map(|period| errors.get(*period).copied().flatten()).collect::<Vec<_>>()
        };
        let errors: Vec<_> = aligned.iter().map(of_common).collect();
        let variances = errors.iter().map(|errors| squares(errors) / count(errors.len())).collect::<Vec<_>>();
        let shrinkage = shrinkage(&errors, &variances);
        Ok(Self::Shrunk { variances, shrinkage, errors })
    }

    /// The covariance times a sparse column: the places and figures that are not zero.
    fn times(&self, column: &[(usize, f64)]) -> Vec<(usize, f64)> {
        let (Self::Diagonal(variances) | Self::Shrunk { variances, .. }) = self;
        let own = |(node, figure): &(usize, f64)| Some((*node, figure * variances.get(*node)?));
        let diagonal = column.iter().filter_map(own);
        let Self::Shrunk { shrinkage, errors, .. } = self else { return diagonal.collect() };
        let length = errors.first().map_or(0, Vec::len);
        let mut periods = vec![0.0; length];
        for (node, figure) in column {
            for (sum, error) in periods.iter_mut().zip(errors.get(*node).map_or(&[][..], Vec::as_slice)) {
                *sum += figure * error;
            }
        }
        let kept = (1.0 - shrinkage) / count(length);
        let mut all: Vec<_> = errors.iter().map(|errors| kept * product(errors, &periods)).enumerate().collect();
        for (node, figure) in diagonal {
            if let Some((_, sum)) = all.get_mut(node) {
                *sum += shrinkage * figure;
            }
        }
        all
    }
}

fn squares(figures: &[f64]) -> f64 {
    figures.iter().map(|figure| figure * figure).sum()
}

fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// By how much correlations are shrunk: the sum of their variances by the sum of their squares, from 0 to 1.
fn shrinkage(errors: &[Vec<f64>], variances: &[f64]) -> f64 {
    let standard = |(errors, variance): (&Vec<f64>, &f64)| {
        let size = libm::sqrt(*variance);
        errors.iter().map(|error| if size > 0.0 { error / size } else { 0.0 }).collect::<Vec<_>>()
    };
    let standard: Vec<_> = errors.iter().zip(variances).map(standard).collect();
    let periods = count(errors.first().map_or(0, Vec::len));
    let (mut doubt, mut size) = (0.0, 0.0);
    for (place, left) in standard.iter().enumerate() {
        for right in standard.iter().take(place) {
            let sum = product(left, right);
            let squares: f64 = left.iter().zip(right).map(|(left, right)| (left * right) * (left * right)).sum();
            doubt += (squares - sum * sum / periods) / (periods * (periods - 1.0));
            size += (sum / periods) * (sum / periods);
        }
    }
    if size > 0.0 { (doubt / size).clamp(0.0, 1.0) } else { 1.0 }
}

/// Base forecasts, one list for each node, as MinT changes them.
///
/// # Errors
/// Why it cannot, as a note.
pub(super) fn min_trace(tree: &Tree, base: &[Vec<f64>], weights: &Weights) -> Result<Vec<Vec<f64>>, &'static str> {
    let constraint = |parent: usize| {
        let children = tree.children(parent).iter().map(|child| (*child, -1.0));
        std::iter::once((parent, 1.0)).chain(children).collect::<Vec<_>>()
    };
    let constraints: Vec<_> = tree.parents().map(constraint).collect();
    if constraints.len().saturating_mul(tree.len()) > MAX_MATRIX {
        return Err("the tree has too many nodes for this method");
    }
    let weighted: Vec<_> = constraints.iter().map(|column| weights.times(column)).collect();
    let mut matrix = vec![Vec::with_capacity(constraints.len()); constraints.len()];
    let mut dense = vec![0.0; tree.len()];
    for column in &weighted {
        column.iter().for_each(|(node, figure)| set(&mut dense, *node, *figure));
        for (row, constraint) in matrix.iter_mut().zip(&constraints) {
            row.push(sparse(constraint, &dense));
        }
        column.iter().for_each(|(node, _)| set(&mut dense, *node, 0.0));
    }
    let factor = cholesky(&matrix).ok_or("the covariance of the errors is not positive definite")?;
    let mut figures = base.to_vec();
    for step in 0..base.iter().map(Vec::len).min().unwrap_or(0) {
        let of_step: Vec<f64> = base.iter().filter_map(|figures| figures.get(step).copied()).collect();
        let gaps: Vec<_> = constraints.iter().map(|constraint| sparse(constraint, &of_step)).collect();
        for (share, column) in solved(&factor, &gaps).into_iter().zip(&weighted) {
            for (node, figure) in column {
                if let Some(changed) = figures.get_mut(*node).and_then(|figures| figures.get_mut(step)) {
                    *changed -= share * figure;
                }
            }
        }
    }
    if figures.iter().flatten().all(|figure| figure.is_finite()) { Ok(figures) } else { Err("figures are too large") }
}

fn set(figures: &mut [f64], place: usize, figure: f64) {
    if let Some(place) = figures.get_mut(place) {
        *place = figure;
    }
}

fn sparse(column: &[(usize, f64)], dense: &[f64]) -> f64 {
    column.iter().filter_map(|(node, figure)| Some(figure * dense.get(*node)?)).sum()
}

/// The lower factor of a symmetric matrix, row by row up to the diagonal; nothing if it is not positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (place, given) in matrix.iter().enumerate() {
        let mut row = Vec::with_capacity(place.saturating_add(1));
        for (figure, before) in given.iter().zip(&rows) {
            let sum = product(&row, before);
            row.push((figure - sum) / before.last()?);
        }
        let diagonal = given.get(place)?;
        let pivot = diagonal - squares(&row);
        if !pivot.is_finite() || pivot <= LEAST_PIVOT * diagonal {
            return None;
        }
        row.push(libm::sqrt(pivot));
        rows.push(row);
    }
    Some(rows)
}

/// Solves a system by its factor: forward, then backward.
fn solved(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut figures: Vec<f64> = Vec::with_capacity(right.len());
    for (row, right) in factor.iter().zip(right) {
        let sum = product(row, &figures);
        figures.push((right - sum) / row.last().copied().unwrap_or(1.0));
    }
    for (place, row) in factor.iter().enumerate().rev() {
        let (before, from) = figures.split_at_mut(place);
        if let (Some(figure), Some((diagonal, rest))) = (from.first_mut(), row.split_last()) {
            *figure /= diagonal;
            before.iter_mut().zip(rest).for_each(|(before, share)| *before -= share * *figure);
        }
    }
    figures
}

/// Sets every parent to the sum of its children; leaves stay.
pub(super) fn summed_up(tree: &Tree, figures: &mut [Vec<f64>], horizon: usize) {
    for parent in tree.upwards().filter(|node| !tree.children(*node).is_empty()) {
        let mut sums = vec![0.0; horizon];
        for child in tree.children(parent).iter().filter_map(|child| figures.get(*child)) {
            sums.iter_mut().zip(child).for_each(|(sum, figure)| *sum = (*sum + figure).clamp(-f64::MAX, f64::MAX));
        }
        if let Some(own) = figures.get_mut(parent) {
            *own = sums;
        }
    }
}

/// Rounds the leaves of one step, and with them every parent: the root is rounded, and what was rounded goes down the tree
/// by largest remainders, so that each parent is the sum of its children and no figure moves by a unit or more.
///
/// # Errors
/// `Overflow` (`digits`) if a figure does not fit.
pub(super) fn rounded(tree: &Tree, leaves: &[f64], digits: u32) -> Result<Vec<Decimal>> {
    let mut exact = Vec::with_capacity(leaves.len());
    for figure in leaves {
        exact.push(in_guard_digits(*figure, digits)?);
    }
    for parent in tree.upwards().filter(|node| !tree.children(*node).is_empty()) {
        let below = tree.children(parent).iter().filter_map(|child| exact.get(*child).copied());
        let sum = below.fold(0_i128, i128::saturating_add);
        if let Some(own) = exact.get_mut(parent) {
            *own = sum;
        }
    }
    let mut whole = vec![0_i128; exact.len()];
    let mut downwards: Vec<_> = tree.upwards().collect();
    downwards.reverse();
    if let Some(root) = downwards.first() {
        let half_up = exact.get(*root).copied().unwrap_or(0).saturating_add(UNIT / 2).div_euclid(UNIT);
        set_whole(&mut whole, *root, half_up);
    }
    for parent in downwards {
        let given = whole.get(parent).copied().unwrap_or(0);
        for (child, figure) in shared(given, tree.children(parent), &exact) {
            set_whole(&mut whole, child, figure);
        }
    }
    whole.into_iter().map(|figure| Decimal::new(figure, digits)).collect()
}

fn set_whole(figures: &mut [i128], place: usize, figure: i128) {
    if let Some(place) = figures.get_mut(place) {
        *place = figure;
    }
}

/// Whole figures for children: each is rounded down, and what is left over goes to the largest remainders, first come
/// first served among equals. What is left over is never more than there are children with a remainder.
fn shared(given: i128, children: &[usize], exact: &[i128]) -> Vec<(usize, i128)> {
    let figure = |child: usize| exact.get(child).copied().unwrap_or(0);
    let floors = children.iter().map(|child| figure(*child).div_euclid(UNIT));
    let left_over = given.saturating_sub(floors.clone().fold(0, i128::saturating_add));
    let mut by_remainder = children.to_vec();
    by_remainder.sort_by_key(|child| std::cmp::Reverse(figure(*child).rem_euclid(UNIT)));
    let more = by_remainder.into_iter().zip(0_i128..).filter(|(_, place)| *place < left_over);
    let more: std::collections::HashSet<usize> = more.map(|(child, _)| child).collect();
    children
        .iter()
        .zip(floors)
        .map(|(child, floor)| (*child, floor.saturating_add(i128::from(more.contains(child)))))
        .collect()
}

/// A figure in units of the last guard digit.
fn in_guard_digits(figure: f64, digits: u32) -> Result<i128> {
    let scaled = libm::rint(figure * libm::pow(10.0, f64::from(digits.saturating_add(GUARD_DIGITS))));
    if scaled.abs() < MOST_UNITS {
        #[expect(clippy::cast_possible_truncation, reason = "a whole figure below 1e27 fits")]
        return Ok(scaled as i128);
    }
    Err(Error::invalid(ErrorCode::Overflow, "digits", "a figure has more digits than can be kept exactly"))
}
