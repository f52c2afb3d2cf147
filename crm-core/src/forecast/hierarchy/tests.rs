use std::collections::HashMap;

use proptest::prelude::*;

use super::super::types::ModelKind;
use super::*;

/// T is A and B; A is a1 and a2; B is b1, b2 and b3.
const TREE: [(&str, Option<&str>); 8] = [
    ("T", None),
    ("A", Some("T")),
    ("B", Some("T")),
    ("a1", Some("A")),
    ("a2", Some("A")),
    ("b1", Some("B")),
    ("b2", Some("B")),
    ("b3", Some("B")),
];
const BASE: [f64; 8] = [100., 45., 60., 20., 22., 15., 25., 18.];
const ERRORS: [[f64; 8]; 8] = [
    [3., -2., 5., 1., -4., 2., 0., -1.],
    [1., -1., 2., 2., -2., 1., 1., -2.],
    [2., -1., 4., -1., -1., 0., -2., 2.],
    [1., 0., 1., 1., -1., 1., 0., -1.],
    [1., -2., 2., 0., 0., -1., 1., 0.],
    [1., 1., 1., -1., 0., -1., 0., 1.],
    [0., -2., 2., 1., -2., 2., -1., 0.],
    [2., 1., -1., -1., 1., -1., -1., 2.],
];

fn bases() -> Vec<BaseForecast> {
    let node = |place: usize| BaseForecast {
        key: TREE[place].0.to_owned(),
        parent: TREE[place].1.map(str::to_owned),
        mean: vec![BASE[place]],
        errors: ERRORS[place].map(Some).to_vec(),
    };
    (0..TREE.len()).map(node).collect()
}

fn by(method: Reconciliation) -> ReconcileOptions {
    ReconcileOptions { method, ..ReconcileOptions::default() }
}

fn firsts(told: &HierarchyForecast) -> Vec<f64> {
    told.nodes.iter().map(|node| node.mean[0]).collect()
}

/// The largest gap between a parent and the sum of its children.
fn incoherence(nodes: &[NodeForecast]) -> f64 {
    let mut sums: HashMap<&str, f64> = HashMap::new();
    for node in nodes {
        if let Some(parent) = &node.parent {
            *sums.entry(parent).or_default() += node.mean[0];
        }
    }
    let gap = |node: &NodeForecast| sums.get(node.key.as_str()).map_or(0.0, |sum| (sum - node.mean[0]).abs());
    nodes.iter().map(gap).fold(0.0, f64::max)
}

/// The closed formula S (S' W^-1 S)^-1 S' W^-1 y of Wickramasuriya, Athanasopoulos and Hyndman (2019), computed with
/// numpy; for `shrink` W with the shrinkage 0.43425001181044653 of their appendix.
#[test]
fn min_trace_gives_the_figures_of_the_closed_formula() {
    let expected = [
        (
            Reconciliation::Structural,
            [
                101.66666666666667,
                43.16666666666667,
                58.5,
                20.58333333333334,
                22.583333333333332,
                15.166666666666668,
                25.16666666666667,
                18.166666666666668,
            ],
        ),
        (
            Reconciliation::Variance,
            [
                101.72486445742098,
                43.11420994796253,
                58.61065450945847,
                20.393250569869128,
                22.720959378093408,
                15.096419133072391,
                25.289257399217163,
                18.22497797716891,
            ],
        ),
        (
            Reconciliation::Shrink,
            [
                101.97022886112126,
                43.10422857999368,
                58.86600028112757,
                20.2358503981507,
                22.868378181842985,
                15.259932283487988,
                25.105293170276813,
                18.50077482736276,
            ],
        ),
        (Reconciliation::BottomUp, [100., 42., 58., 20., 22., 15., 25., 18.]),
    ];
    for (method, figures) in expected {
        let told = reconcile(&bases(), &by(method)).unwrap();
        assert_eq!((told.method, told.notes.len()), (method, 0));
        for (ours, figure) in firsts(&told).into_iter().zip(figures) {
            assert!((ours - figure).abs() < 1e-9, "{method}: {ours} is not {figure}");
        }
    }
}

#[test]
fn leaves_are_summed_up_where_min_trace_cannot_be_used_and_a_note_says_why() {
    let summed = firsts(&reconcile(&bases(), &by(Reconciliation::BottomUp)).unwrap());
    let mut short = bases();
    short[4].errors.truncate(3);
    let mut constant = bases();
    constant.iter_mut().for_each(|node| node.errors = vec![Some(0.0); 8]);
    for (nodes, method, why) in [
        (&short, Reconciliation::Variance, "too short"),
        (&short, Reconciliation::Shrink, "in common"),
        (&constant, Reconciliation::Variance, "positive definite"),
        (&constant, Reconciliation::Shrink, "positive definite"),
    ] {
        let told = reconcile(nodes, &by(method)).unwrap();
        assert_eq!((told.method, firsts(&told)), (Reconciliation::BottomUp, summed.clone()));
        assert!(told.notes[0].contains(why), "{:?}", told.notes);
    }
    // One leaf that never errs does no harm: it stays.
    let mut sure = bases();
    sure[3].errors = vec![Some(0.0); 8];
    let told = reconcile(&sure, &by(Reconciliation::Variance)).unwrap();
    assert_eq!((told.method, told.nodes[3].mean[0]), (Reconciliation::Variance, 20.0));
    assert!(incoherence(&told.nodes) < 1e-9);
}

#[test]
fn a_leaf_that_may_not_fall_below_zero_does_not() {
    let mut nodes = bases();
    nodes[1].mean = vec![10.0];
    nodes[3].mean = vec![0.5];
    let plain = ReconcileOptions { non_negative: Some(false), ..by(Reconciliation::Structural) };
    assert!(reconcile(&nodes, &plain).unwrap().nodes[3].mean[0] < 0.0);
    let told = reconcile(&nodes, &by(Reconciliation::Structural)).unwrap();
    assert_eq!(told.nodes[3].mean[0], 0.0);
    assert!(incoherence(&told.nodes) < 1e-9);
}

#[test]
fn what_is_no_tree_is_refused_by_its_field() {
    let told = |nodes: &[(&str, Option<&str>)]| {
        let error = Tree::of(nodes).unwrap_err();
        (error.field().unwrap().to_owned(), error.code())
    };
    let expect = |field: &str, code| (field.to_owned(), code);
    assert_eq!(told(&[]), expect("nodes", ErrorCode::Required));
    assert_eq!(told(&[("", None)]), expect("nodes[0].key", ErrorCode::Required));
    assert_eq!(told(&[("T", None), ("T", Some("T"))]), expect("nodes[1].key", ErrorCode::DuplicateKey));
    assert_eq!(told(&[("T", None), ("a", Some("x"))]), expect("nodes[1].parent", ErrorCode::UnknownReference));
    assert_eq!(told(&[("T", None), ("a", Some("T")), ("U", None)]), expect("nodes[2].parent", ErrorCode::NotAllowed));
    assert_eq!(told(&[("a", Some("a"))]), expect("nodes[0].parent", ErrorCode::Cycle));
    let circle = [("T", None), ("x", Some("y")), ("y", Some("x")), ("z", Some("x"))];
    assert_eq!(told(&circle), expect("nodes[1].parent", ErrorCode::Cycle));
}

#[test]
fn what_does_not_fit_is_refused_by_its_field() {
    let field = |change: fn(&mut Vec<BaseForecast>), options: ReconcileOptions| {
        let mut nodes = bases();
        change(&mut nodes);
        reconcile(&nodes, &options).unwrap_err().field().unwrap().to_owned()
    };
    let structural = || by(Reconciliation::Structural);
    assert_eq!(field(|nodes| nodes[1].mean.clear(), structural()), "nodes[1].mean");
    assert_eq!(field(|nodes| nodes[4].mean.clear(), by(Reconciliation::BottomUp)), "nodes[4].mean");
    assert_eq!(field(|nodes| nodes[4].mean.push(1.0), structural()), "nodes[0].mean");
    assert_eq!(field(|nodes| nodes[4].mean[0] = f64::NAN, structural()), "nodes[4].mean");
    assert_eq!(field(|nodes| nodes[2].errors[0] = Some(f64::INFINITY), structural()), "nodes[2].errors");
    let digits = |digits| ReconcileOptions { digits: Some(digits), ..ReconcileOptions::default() };
    assert_eq!(field(|_| (), digits(13)), "digits");
    assert_eq!(field(|nodes| nodes[4].mean[0] = 1e25, digits(2)), "digits");
    let mut nodes = bases();
    nodes[1].mean.clear();
    assert_eq!(reconcile(&nodes, &by(Reconciliation::BottomUp)).unwrap().nodes[1].mean, [42.0]);
}

fn leaf(key: &str, parent: &str, values: Vec<Option<f64>>) -> TreeSeries {
    TreeSeries { key: key.to_owned(), parent: Some(parent.to_owned()), values: Some(values) }
}

fn months(from: u32, to: u32, level: f64) -> Vec<Option<f64>> {
    (from..to).map(|month| Some(level + f64::from(month % 12) + f64::from(month * 7 % 5))).collect()
}

fn sales() -> Vec<TreeSeries> {
    vec![
        leaf("pumps", "north", months(0, 60, 40.0)),
        TreeSeries { key: "all".to_owned(), ..TreeSeries::default() },
        TreeSeries { key: "north".to_owned(), parent: Some("all".to_owned()), values: None },
        leaf("valves", "north", months(20, 60, 10.0)),
        leaf("south", "all", months(0, 60, 70.0)),
    ]
}

#[test]
fn a_parent_is_the_sum_of_what_was_there_and_unknown_where_a_part_is() {
    let mut nodes = sales();
    nodes[4].values.as_mut().unwrap()[30] = None;
    let pairs: Vec<_> = nodes.iter().map(|node| (node.key.as_str(), node.parent.as_deref())).collect();
    let series = all_series(&nodes, &Tree::of(&pairs).unwrap(), &Series::default()).unwrap();
    // Valves began with the 21st month; 20 % 12 = 8 and 140 % 5 = 0.
    assert_eq!(series[2].values[19], series[0].values[19]);
    assert_eq!(series[2].values[20], Some(48.0 + 18.0));
    assert_eq!(
        (series[1].values[29].is_some(), series[1].values[30], series[2].values[30].is_some()),
        (true, None, true)
    );
}

#[test]
fn a_tree_is_forecast_with_intervals_and_amounts_that_add_up() {
    for method in Reconciliation::ALL {
        let options = HierarchyOptions {
            forecast: ForecastOptions { horizon: 4, model: ModelKind::Ses, ..ForecastOptions::default() },
            method: *method,
            digits: Some(0),
            ..HierarchyOptions::default()
        };
        let told = forecast_hierarchy(&sales(), &options, 1, &|_, _| true).unwrap();
        assert_eq!((told.method, told.notes.len()), (*method, 0), "{:?}", told.notes);
        assert!(incoherence(&told.nodes) < 1e-9);
        let [pumps, all, north, valves, south] = told.nodes.as_slice() else { panic!("five nodes") };
        for step in 0..4 {
            let plus =
                |one: &NodeForecast, other: &NodeForecast| one.amounts[step].checked_add(other.amounts[step]).unwrap();
            assert_eq!((north.amounts[step], all.amounts[step]), (plus(pumps, valves), plus(north, south)));
            let interval = &all.intervals[1];
            assert!(interval.lower[step] <= all.mean[step] && all.mean[step] <= interval.upper[step]);
        }
        assert_eq!((all.intervals.len(), pumps.model.as_deref()), (2, Some("ses")));
        assert_eq!(told, forecast_hierarchy(&sales(), &options, 3, &|_, _| true).unwrap());
    }
}

#[test]
fn leaves_without_history_are_refused_and_short_ones_have_no_intervals() {
    let options = HierarchyOptions {
        forecast: ForecastOptions { horizon: 2, model: ModelKind::Naive, ..ForecastOptions::default() },
        ..HierarchyOptions::default()
    };
    let told = |change: fn(&mut Vec<TreeSeries>)| {
        let mut nodes = sales();
        change(&mut nodes);
        forecast_hierarchy(&nodes, &options, 1, &|_, _| true)
    };
    let refused = |change| {
        let error = told(change).unwrap_err();
        (error.field().unwrap().to_owned(), error.code())
    };
    let field = |place: usize| format!("nodes[{place}].values");
    assert_eq!(refused(|nodes| nodes[3].values = None), (field(3), ErrorCode::Required));
    assert_eq!(refused(|nodes| nodes[2].values = Some(vec![])), (field(2), ErrorCode::NotAllowed));
    assert_eq!(refused(|nodes| nodes[4].values = Some(vec![Some(f64::NAN)])), (field(4), ErrorCode::OutOfRange));
    assert_eq!(refused(|nodes| nodes[3].values = Some(vec![None])), (field(3), ErrorCode::InsufficientHistory));
    let short = told(|nodes| nodes[4].values = Some(vec![Some(5.0), Some(6.0)])).unwrap();
    assert_eq!((short.nodes[4].mean.as_slice(), short.nodes[4].intervals.len()), (&[6.0, 6.0][..], 0));
    assert!(short.nodes[4].notes.iter().any(|note| note.contains("too short")));
    let stopped = forecast_hierarchy(&sales(), &options, 1, &|_, _| false).unwrap_err();
    assert!(matches!(stopped, Error::Unavailable { .. }));
    let wrong = HierarchyOptions { forecast: ForecastOptions::default(), ..HierarchyOptions::default() };
    let error = forecast_hierarchy(&sales(), &wrong, 1, &|_, _| true).unwrap_err();
    assert_eq!(error.field(), Some("forecast.horizon"));
}

/// Trees of random shape: the parent of each node is one before it.
fn trees(most: usize) -> impl Strategy<Value = Vec<BaseForecast>> {
    let figure = prop_oneof![-50.0..50.0_f64, 0.0..5.0_f64, Just(0.0), Just(2.5), -1e9..1e9_f64];
    let errors = prop::collection::vec(-9.0..9.0_f64, 10);
    prop::collection::vec((any::<prop::sample::Index>(), figure, errors), 1..most).prop_map(|nodes| {
        let node = |(place, (before, mean, errors)): (usize, (prop::sample::Index, f64, Vec<f64>))| BaseForecast {
            key: place.to_string(),
            parent: (place > 0).then(|| before.index(place).to_string()),
            mean: vec![mean],
            errors: errors.into_iter().map(Some).collect(),
        };
        nodes.into_iter().enumerate().map(node).collect()
    })
}

proptest! {
    #[test]
    fn rounded_amounts_add_up_at_every_level_and_move_by_less_than_a_unit(nodes in trees(40), digits in 0..4_u32) {
        let options = ReconcileOptions { digits: Some(digits), ..ReconcileOptions::default() };
        let told = reconcile(&nodes, &options).unwrap();
        let mut sums: HashMap<&str, Decimal> = HashMap::new();
        for node in &told.nodes {
            if let Some(parent) = &node.parent {
                let sum = sums.entry(parent).or_insert(Decimal::ZERO);
                *sum = sum.checked_add(node.amounts[0]).unwrap();
            }
        }
        for node in &told.nodes {
            let amount = node.amounts[0];
            prop_assert!(amount.scale() <= digits);
            prop_assert_eq!(sums.get(node.key.as_str()).copied().unwrap_or(amount), amount);
            let moved = (amount.to_string().parse::<f64>().unwrap() - node.mean[0]).abs();
            prop_assert!(moved < 1.001 * 0.1_f64.powi(i32::try_from(digits).unwrap()), "{} {}", amount, node.mean[0]);
            let is_leaf = !sums.contains_key(node.key.as_str());
            prop_assert!(!(is_leaf && node.mean[0] >= 0.0 && amount.is_negative()));
        }
    }

    #[test]
    fn every_method_adds_up_leaves_what_fits_alone_and_comes_back_to_it(nodes in trees(25), place in 1..4_usize) {
        let method = Reconciliation::ALL[place];
        let options = ReconcileOptions { non_negative: Some(false), ..by(method) };
        let told = reconcile(&nodes, &options).unwrap();
        let size = told.nodes.iter().map(|node| node.mean[0].abs()).fold(1.0, f64::max);
        prop_assert!(incoherence(&told.nodes) <= 1e-9 * size);
        // S P S = S: what fits together is changed by nothing, so what is unbiased stays so.
        let again: Vec<_> = nodes
            .iter()
            .zip(&told.nodes)
            .map(|(node, told)| BaseForecast { mean: told.mean.clone(), ..node.clone() })
            .collect();
        for (once, twice) in told.nodes.iter().zip(reconcile(&again, &options).unwrap().nodes) {
            prop_assert!((once.mean[0] - twice.mean[0]).abs() <= 1e-7 * size, "{} {}", once.mean[0], twice.mean[0]);
        }
    }
}
