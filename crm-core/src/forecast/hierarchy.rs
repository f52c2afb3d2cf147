//! Forecasts of a tree of series: product by region by person by month, or whatever adds up.
//!
//! Leaves have figures; a parent is the sum of its children. Forecasts of leaves are summed up, or those of all nodes are
//! reconciled by MinT.

use std::collections::HashMap;

use super::parallel::in_order;
use super::predict::{built_in, forecast, forecast_all};
use super::reconcile::{Weights, min_trace, rounded, summed_up};
use super::series::{Asked, Ready};
use super::types::{Forecast, ForecastInterval, ForecastOptions, MAX_FIGURE, MAX_HORIZON, Series};
use crate::value::{Date, Decimal, Error, ErrorCode, Problem, Result};

/// The most nodes of a tree.
pub const MAX_HIERARCHY_NODES: usize = 100_000;
/// The most digits that a forecast is rounded to.
pub const MAX_FORECAST_DIGITS: u32 = 12;
/// So many of the last periods tell how large one-step errors are.
const MOST_ERRORS: usize = 24;
/// A model is given this many periods at least when its errors are looked for.
const LEAST_PAST: usize = 6;

value_enum! {
    /// How the forecasts of a tree are made to fit together.
    #[derive(Default)]
    pub enum Reconciliation {
        /// Each parent is the sum of the forecasts of its children.
        #[default]
        BottomUp = "bottom_up",
        /// MinT with the number of leaves for the variance of a node (weighted least squares, structural scaling).
        Structural = "structural",
        /// MinT with the mean squared error of each node (weighted least squares, variance scaling).
        Variance = "variance",
        /// MinT with the covariance of errors, shrunk towards no correlation (Wickramasuriya and others 2019).
        Shrink = "shrink",
    }
}

value_struct! {
    /// A node of a tree of series.
    #[derive(Default)]
    pub struct TreeSeries {
        required {
            /// What the node is called; no other one has the same.
            pub key: String,
        }
        optional {
            /// The key of its parent; just one node, the root, has none.
            pub parent: Option<String>,
            /// The figures of a leaf, one a period, nothing where none is known. All leaves end with the same period; one
            /// that has fewer figures, or begins with unknown ones, began later. A node with children has none: what is
            /// its own is a child more.
            pub values: Option<Vec<Option<f64>>>,
        }
    }
}

value_struct! {
    /// How a tree is forecast.
    #[derive(Default)]
    pub struct HierarchyOptions {
        required {
            /// How each series is forecast.
            pub forecast: ForecastOptions,
        }
        optional {
            /// How the forecasts are made to fit together.
            pub method: Reconciliation,
            /// To how many digits behind the point they are rounded, up to 12; if nothing is said they are not.
            pub digits: Option<u32>,
            /// The first day of the first period of the longest leaf.
            pub start: Option<Date>,
            /// How much of the last period had gone by when its figures were read, as for a series.
            pub last_period_share: Option<f64>,
        }
    }
}

value_struct! {
    /// A forecast of one node that is to fit together with the others.
    #[derive(Default)]
    pub struct BaseForecast {
        required {
            /// What the node is called; no other one has the same.
            pub key: String,
        }
        optional {
            /// The key of its parent; just one node, the root, has none.
            pub parent: Option<String>,
            /// The figure of each period. A node with children needs none if leaves are summed up.
            pub mean: Vec<f64>,
            /// Errors of earlier forecasts one step ahead, actual less forecast, the last period last; for `variance` and
            /// `shrink`.
            pub errors: Vec<Option<f64>>,
        }
    }
}

value_struct! {
    /// How given forecasts are made to fit together.
    #[derive(Default)]
    pub struct ReconcileOptions {
        optional {
            /// How.
            pub method: Reconciliation,
            /// To how many digits behind the point they are rounded, up to 12; if nothing is said they are not.
            pub digits: Option<u32>,
            /// Whether no leaf falls below zero; if nothing is said, where its base forecast does not.
            pub non_negative: Option<bool>,
        }
    }
}

value_struct! {
    /// The forecast of a node.
    #[derive(Default)]
    pub struct NodeForecast {
        required {
            /// What the node is called.
            pub key: String,
            /// The expected figure of each period; the sum of those of the children.
            pub mean: Vec<f64>,
        }
        optional {
            /// The key of its parent.
            pub parent: Option<String>,
            /// The figures rounded, if digits were asked for: each is exactly the sum of those of the children.
            pub amounts: Vec<Decimal>,
            /// What was forecast of the node alone; empty if nothing was.
            pub base: Vec<f64>,
            /// The intervals of the node alone, moved to the expected figures.
            pub intervals: Vec<ForecastInterval>,
            /// What made the forecast of the node alone.
            pub model: Option<String>,
            /// What is to be known of it.
            pub notes: Vec<String>,
        }
    }
}

value_struct! {
    /// The forecast of a tree.
    #[derive(Default)]
    pub struct HierarchyForecast {
        required {
            /// The nodes, in the order in which they were given.
            pub nodes: Vec<NodeForecast>,
            /// What made them fit together; `bottom_up` where another method could not.
            pub method: Reconciliation,
        }
        optional {
            /// What is to be known: why another method was taken.
            pub notes: Vec<String>,
        }
    }
}

/// A tree that was checked.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    children: Vec<Vec<usize>>,
    /// Every node behind its parent.
    downwards: Vec<usize>,
}

impl Tree {
    /// # Errors
    /// `Required` and `TooMany` for `nodes`; `Required` and `DuplicateKey` for `nodes[i].key`; `UnknownReference`, `Cycle`,
    /// and `NotAllowed` for a second root, for `nodes[i].parent`.
    pub(super) fn of(nodes: &[(&str, Option<&str>)]) -> Result<Self> {
        if nodes.is_empty() {
            return Err(Error::invalid(ErrorCode::Required, "nodes", "a tree has a node at least"));
        }
        if nodes.len() > MAX_HIERARCHY_NODES {
            let problem = Problem::of_field(ErrorCode::TooMany, "nodes", "the tree has too many nodes");
            return Err(problem.with("max", MAX_HIERARCHY_NODES).into_invalid());
        }
        let refused = |place: usize, field: &str, code, message: &str| {
            Err(Error::invalid(code, format!("nodes[{place}].{field}"), message))
        };
        let mut places = HashMap::new();
        for (place, (key, _)) in nodes.iter().enumerate() {
            if key.is_empty() {
                return refused(place, "key", ErrorCode::Required, "a node needs a key");
            }
            if places.insert(*key, place).is_some() {
                return refused(place, "key", ErrorCode::DuplicateKey, "another node has the same key");
            }
        }
        let mut children = vec![Vec::new(); nodes.len()];
        let mut downwards = Vec::new();
        for (place, (_, parent)) in nodes.iter().enumerate() {
            match parent.map(|parent| places.get(parent)) {
                None if downwards.is_empty() => downwards.push(place),
                None => return refused(place, "parent", ErrorCode::NotAllowed, "another node is the root already"),
                Some(None) => return refused(place, "parent", ErrorCode::UnknownReference, "no node has this key"),
                Some(Some(parent)) => children.get_mut(*parent).into_iter().for_each(|below| below.push(place)),
            }
        }
        let mut next = 0;
        while let Some(node) = downwards.get(next).copied() {
            downwards.extend(children.get(node).into_iter().flatten());
            next = next.saturating_add(1);
        }
        if downwards.len() < nodes.len() {
            let reached: std::collections::HashSet<_> = downwards.iter().collect();
            let place = (0..nodes.len()).find(|place| !reached.contains(place)).unwrap_or(0);
            return refused(place, "parent", ErrorCode::Cycle, "the node is its own ancestor, or below such a one");
        }
        Ok(Self { children, downwards })
    }

    pub(super) const fn len(&self) -> usize {
        self.children.len()
    }

    pub(super) fn children(&self, node: usize) -> &[usize] {
        self.children.get(node).map_or(&[], Vec::as_slice)
    }

    /// The nodes with children, parents first.
    pub(super) fn parents(&self) -> impl Iterator<Item = usize> + '_ {
        self.downwards.iter().copied().filter(|node| !self.children(*node).is_empty())
    }

    /// Every node before its parent.
    pub(super) fn upwards(&self) -> impl Iterator<Item = usize> + '_ {
        self.downwards.iter().rev().copied()
    }
}

/// Makes given forecasts of a tree fit together. Where MinT cannot be used, because errors are too few or their covariance
/// is not positive definite, leaves are summed up, and a note says so. Where no leaf may fall below zero, one that does
/// is set to zero, and its parents follow (Di Fonzo and Girolimetto 2023).
///
/// # Errors
/// For the tree `Required` and `TooMany` (`nodes`), `Required` and `DuplicateKey` (`nodes[i].key`), `UnknownReference`,
/// `Cycle` and `NotAllowed` for a second root (`nodes[i].parent`); `Required` and `OutOfRange` for `nodes[i].mean`,
/// `OutOfRange` for `nodes[i].errors` and `digits`; `Overflow` (`digits`) if a figure does not fit.
pub fn reconcile(nodes: &[BaseForecast], options: &ReconcileOptions) -> Result<HierarchyForecast> {
    checked_digits(options.digits)?;
    let pairs: Vec<_> = nodes.iter().map(|node| (node.key.as_str(), node.parent.as_deref())).collect();
    let tree = Tree::of(&pairs)?;
    let horizon = nodes.iter().map(|node| node.mean.len()).max().unwrap_or(0);
    let fits = |figure: &f64| figure.is_finite() && figure.abs() <= MAX_FIGURE;
    for (place, node) in nodes.iter().enumerate() {
        let refused =
            |field, code, message: &str| Err(Error::invalid(code, format!("nodes[{place}].{field}"), message));
        let summed = options.method == Reconciliation::BottomUp && !tree.children(place).is_empty();
        if node.mean.is_empty() && !summed {
            return refused("mean", ErrorCode::Required, "the node needs a forecast");
        }
        if !node.mean.iter().all(fits) || !(node.mean.is_empty() || node.mean.len() == horizon) || horizon > MAX_HORIZON
        {
            return refused(
                "mean",
                ErrorCode::OutOfRange,
                "it is not as long as others, or has a figure that is not finite",
            );
        }
        if !node.errors.iter().flatten().all(fits) {
            return refused("errors", ErrorCode::OutOfRange, "it has a figure that is not finite");
        }
    }
    let bases: Vec<_> = nodes.iter().map(|node| node.mean.clone()).collect();
    let errors: Vec<_> = nodes.iter().map(|node| node.errors.clone()).collect();
    let floor = |node: &BaseForecast| options.non_negative.unwrap_or(node.mean.iter().all(|figure| *figure >= 0.0));
    let non_negative: Vec<_> = nodes.iter().map(floor).collect();
    let fitted = Fitted::of(&tree, &bases, &errors, &non_negative, options.method, options.digits)?;
    let named = |((node, mean), amounts): ((&BaseForecast, Vec<f64>), Vec<Decimal>)| NodeForecast {
        key: node.key.clone(),
        mean,
        parent: node.parent.clone(),
        amounts,
        base: node.mean.clone(),
        ..NodeForecast::default()
    };
    Ok(HierarchyForecast {
        nodes: nodes.iter().zip(fitted.means).zip(fitted.amounts).map(named).collect(),
        method: fitted.method,
        notes: fitted.notes,
    })
}

/// Forecasts a tree of series on so many threads: every leaf, and every other node if intervals or MinT are asked for; then
/// they are made to fit together as [`reconcile`] does. Children of one parent lend each other errors for intervals; a node
/// that is still too short for intervals has none. `progress` is told how many of how many series are done, and stops the
/// work with `false`.
///
/// # Errors
/// For the tree as [`reconcile`]; `Required` (`nodes[i].values`) for a leaf without figures and `NotAllowed` for figures of
/// a node with children; `OutOfRange` and `InsufficientHistory` for `nodes[i].values`; for `forecast` as
/// [`forecast`]; `Unavailable` if the work was stopped.
pub fn forecast_hierarchy(
    nodes: &[TreeSeries],
    options: &HierarchyOptions,
    threads: usize,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<HierarchyForecast> {
    checked_digits(options.digits)?;
    let asked = Asked::of(&options.forecast).map_err(|error| error.under("forecast"))?;
    let pairs: Vec<_> = nodes.iter().map(|node| (node.key.as_str(), node.parent.as_deref())).collect();
    let tree = Tree::of(&pairs)?;
    let beside = Series { start: options.start, last_period_share: options.last_period_share, ..Series::default() };
    let series = all_series(nodes, &tree, &beside)?;
    let above = options.method != Reconciliation::BottomUp || !asked.levels.is_empty();
    let wanted: Vec<usize> = (0..nodes.len()).filter(|node| above || tree.children(*node).is_empty()).collect();
    let chosen: Vec<Series> = wanted.iter().filter_map(|node| series.get(*node).cloned()).collect();
    let made = forecast_all(&chosen, &options.forecast, threads, &|done| progress(done, chosen.len()))?;
    let mut alone = vec![Forecast::default(); nodes.len()];
    for ((place, made), series) in wanted.into_iter().zip(made).zip(&chosen) {
        let made = or_without_intervals(made, series, &options.forecast);
        let made = made.map_err(|error| error.under(&format!("nodes[{place}]")))?;
        if let Some(slot) = alone.get_mut(place) {
            *slot = made;
        }
    }
    let errors = if matches!(options.method, Reconciliation::Variance | Reconciliation::Shrink) {
        in_order(&series, threads, |one| one_step_errors(one, &asked), &|_| true)?
    } else {
        vec![Vec::new(); nodes.len()]
    };
    let bases: Vec<_> = alone.iter().map(|made| made.mean.clone()).collect();
    let sign =
        |series: &Series| asked.non_negative.unwrap_or(series.values.iter().flatten().all(|value| *value >= 0.0));
    let non_negative: Vec<_> = series.iter().map(sign).collect();
    let fitted = Fitted::of(&tree, &bases, &errors, &non_negative, options.method, options.digits)?;
    let (mut means, mut amounts) = (fitted.means.into_iter(), fitted.amounts.into_iter());
    let mut told = Vec::with_capacity(nodes.len());
    for ((node, alone), floor) in nodes.iter().zip(alone).zip(non_negative) {
        let mean = means.next().unwrap_or_default();
        told.push(NodeForecast {
            key: node.key.clone(),
            parent: node.parent.clone(),
            intervals: alone.intervals.iter().map(|interval| moved(interval, &alone.mean, &mean, floor)).collect(),
            mean,
            amounts: amounts.next().unwrap_or_default(),
            base: alone.mean,
            model: Some(alone.model).filter(|model| !model.is_empty()),
            notes: alone.notes,
        });
    }
    Ok(HierarchyForecast { nodes: told, method: fitted.method, notes: fitted.notes })
}

fn checked_digits(digits: Option<u32>) -> Result<()> {
    if digits.is_some_and(|digits| digits > MAX_FORECAST_DIGITS) {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "digits", "that many digits are not kept");
        return Err(problem.with("max", MAX_FORECAST_DIGITS).into_invalid());
    }
    Ok(())
}

/// A forecast, without intervals if the series is too short for them alone.
fn or_without_intervals(made: Forecast, series: &Series, options: &ForecastOptions) -> Result<Forecast> {
    let Some(problem) = &made.problem else { return Ok(made) };
    if problem.code != ErrorCode::InsufficientHistory {
        return Err(problem.clone().into_invalid());
    }
    let mut made = forecast(series, &ForecastOptions { levels: Some(Vec::new()), ..options.clone() })?;
    made.notes.push("the series is too short for intervals".to_owned());
    Ok(made)
}

/// What a period of a node is: not yet there, unknown, or known.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Period {
    Before,
    Unknown,
    Known(f64),
}

/// The series of every node; that of a parent is the sum of its children. A child that was not yet there adds nothing; one
/// that is unknown makes the sum unknown.
fn all_series(nodes: &[TreeSeries], tree: &Tree, beside: &Series) -> Result<Vec<Series>> {
    let length = nodes.iter().flat_map(|node| &node.values).map(Vec::len).max().unwrap_or(0);
    let mut periods = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let refused = |code, message: &str| Err(Error::invalid(code, format!("nodes[{place}].values"), message));
        let values = match (&node.values, tree.children(place).is_empty()) {
            (None, true) => return refused(ErrorCode::Required, "a node without children needs figures"),
            (Some(_), false) => return refused(ErrorCode::NotAllowed, "a node with children is their sum"),
            (Some(values), true) => values.as_slice(),
            (None, false) => &[],
        };
        if !values.iter().flatten().all(|value| value.is_finite() && value.abs() <= MAX_FIGURE) {
            return refused(ErrorCode::OutOfRange, "it has a figure that is not finite");
        }
        let first = values.iter().position(Option::is_some).unwrap_or(values.len());
        let known = values.iter().skip(first).map(|value| value.map_or(Period::Unknown, Period::Known));
        let before = length.saturating_sub(values.len()).saturating_add(first);
        periods.push(std::iter::repeat_n(Period::Before, before).chain(known).collect::<Vec<_>>());
    }
    for parent in tree.upwards().filter(|node| !tree.children(*node).is_empty()) {
        let children: Vec<_> = tree.children(parent).iter().filter_map(|child| periods.get(*child)).collect();
        let of_period = |period| children.iter().filter_map(|child| child.get(period)).copied().reduce(added);
        let sums = (0..length).map(|period| of_period(period).unwrap_or(Period::Before)).collect();
        if let Some(own) = periods.get_mut(parent) {
            *own = sums;
        }
    }
    let named = |((node, periods), place): ((&TreeSeries, Vec<Period>), usize)| Series {
        values: periods.into_iter().map(Period::value).collect(),
        key: Some(node.key.clone()),
        group: node.parent.clone().filter(|_| tree.children(place).is_empty()),
        ..beside.clone()
    };
    Ok(nodes.iter().zip(periods).zip(0..).map(named).collect())
}

fn added(one: Period, other: Period) -> Period {
    match (one, other) {
        (Period::Unknown, _) | (_, Period::Unknown) => Period::Unknown,
        (Period::Before, period) | (period, Period::Before) => period,
        (Period::Known(one), Period::Known(other)) => Period::Known((one + other).clamp(-MAX_FIGURE, MAX_FIGURE)),
    }
}

impl Period {
    const fn value(self) -> Option<f64> {
        match self {
            Self::Known(value) => Some(value),
            Self::Before | Self::Unknown => None,
        }
    }
}

/// The errors of forecasts one step ahead in the last periods; empty if the model cannot tell them.
fn one_step_errors(series: &Series, asked: &Asked) -> Vec<Option<f64>> {
    let Ok(ready) = Ready::of(series, asked) else { return Vec::new() };
    let model = built_in(asked.model, &asked.parameters);
    let past = ready.past().last(model.memory(asked.season_length));
    let length = past.values.len();
    let origins: Vec<_> = (length.saturating_sub(MOST_ERRORS).max(LEAST_PAST)..length).collect();
    let Ok(study) = model.study(&past, &origins, 1) else { return Vec::new() };
    let error = |(origin, figures): (&usize, &Vec<f64>)| {
        let actual = past.values.get(*origin).filter(|_| past.observed.get(*origin) == Some(&true))?;
        Some(libm::ldexp(actual - figures.first()?, ready.exponent)).filter(|error| error.is_finite())
    };
    origins.iter().zip(&study.origins).map(error).collect()
}

/// An interval moved from the forecast of a node alone to the reconciled one.
fn moved(interval: &ForecastInterval, from: &[f64], to: &[f64], non_negative: bool) -> ForecastInterval {
    let floor = if non_negative { 0.0 } else { -f64::MAX };
    let inside = |figure: f64| figure.clamp(floor, f64::MAX);
    let ends = |ends: &[f64]| {
        ends.iter().zip(from.iter().zip(to)).map(|(end, (from, to))| inside(end + (to - from))).collect::<Vec<_>>()
    };
    let total = to.iter().sum::<f64>() - from.iter().sum::<f64>();
    ForecastInterval {
        level: interval.level,
        lower: ends(&interval.lower),
        upper: ends(&interval.upper),
        total_lower: inside(interval.total_lower + total),
        total_upper: inside(interval.total_upper + total),
    }
}

/// Forecasts that fit together.
struct Fitted {
    means: Vec<Vec<f64>>,
    amounts: Vec<Vec<Decimal>>,
    method: Reconciliation,
    notes: Vec<String>,
}

impl Fitted {
    fn of(
        tree: &Tree,
        bases: &[Vec<f64>],
        errors: &[Vec<Option<f64>>],
        non_negative: &[bool],
        method: Reconciliation,
        digits: Option<u32>,
    ) -> Result<Self> {
        let horizon = bases.iter().map(Vec::len).max().unwrap_or(0);
        let weights = match method {
            Reconciliation::BottomUp => Err(""),
            Reconciliation::Structural => Ok(Weights::structural(tree)),
            Reconciliation::Variance => Weights::variance(errors),
            Reconciliation::Shrink => Weights::shrunk(errors),
        };
        let (mut means, method, why) = match weights.and_then(|weights| min_trace(tree, bases, &weights)) {
            Ok(means) => (means, method, ""),
            Err(why) => (bases.to_vec(), Reconciliation::BottomUp, why),
        };
        let notes = if why.is_empty() { Vec::new() } else { vec![format!("{why}: leaves were summed up")] };
        for (figures, floor) in means.iter_mut().zip(non_negative) {
            figures.iter_mut().filter(|figure| *floor && **figure < 0.0).for_each(|figure| *figure = 0.0);
        }
        summed_up(tree, &mut means, horizon);
        let mut amounts = vec![Vec::new(); means.len()];
        if let Some(digits) = digits {
            for step in 0..horizon {
                let figures: Vec<_> = means.iter().map(|figures| figures.get(step).copied().unwrap_or(0.0)).collect();
                for (amounts, amount) in amounts.iter_mut().zip(rounded(tree, &figures, digits)?) {
                    amounts.push(amount);
                }
            }
        }
        Ok(Self { means, amounts, method, notes })
    }
}

#[cfg(test)]
mod tests;
