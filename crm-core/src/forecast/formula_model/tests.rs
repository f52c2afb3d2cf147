//! Examples and properties of formula models.

use proptest::prelude::*;

use super::super::inputs::{Effect, ForecastInput, Inputs};
use super::super::theta::Theta;
use super::*;

const SALES: [f64; 14] = [112., 118., 132., 129., 121., 135., 148., 148., 136., 119., 104., 118., 115., 126.];

fn range(from_period: u32, to_period: Option<u32>, formula: &str) -> FormulaRange {
    FormulaRange { from_period, to_period, formula: formula.to_owned() }
}

fn defined(ranges: Vec<FormulaRange>) -> ForecastFormula {
    ForecastFormula { name: "own".to_owned(), ranges }
}

fn model(ranges: Vec<FormulaRange>, inputs: &[&str]) -> FormulaModel {
    FormulaModel::new(&defined(ranges), inputs.iter().copied()).unwrap()
}

fn past<'a>(values: &'a [f64], observed: &'a [bool], inputs: Inputs<'a>) -> Past<'a> {
    Past { key: "", values, observed, season_length: 12, inputs }
}

fn sales(inputs: Inputs<'_>) -> Past<'_> {
    past(&SALES, &[true; 14], inputs)
}

fn one(formula: &str) -> Vec<f64> {
    model(vec![range(1, None, formula)], &[]).predict(&sales(Inputs::default()), 3).unwrap().mean
}

/// The figures that an account forecast has: by month its own formula over agreements, orders and the pipeline.
#[test]
fn each_period_has_the_formula_of_its_range() {
    let pipeline = ForecastInput {
        name: "pipeline".to_owned(),
        values: [vec![None; 14], vec![Some(40.0), Some(55.0), None, Some(10.0)]].concat(),
    };
    let agreement =
        ForecastInput { name: "agreement".to_owned(), values: [vec![Some(0.0); 14], vec![Some(200.0); 4]].concat() };
    let given = [pipeline, agreement];
    let inputs = Inputs { given: &given, ..Inputs::default() };
    let ranges = vec![
        range(3, None, "previous + coalesce(pipeline, 0)"),
        range(1, Some(1), "max(agreement, last + pipeline)"),
        range(2, Some(2), "agreement * 0.5 + 0.4 * pipeline"),
    ];
    let made = model(ranges, &["pipeline", "agreement"]).predict(&sales(inputs), 4).unwrap();
    assert_eq!((made.model.as_str(), made.mean), ("own", vec![200.0, 122.0, 122.0, 132.0]));
}

#[test]
fn the_names_of_the_engine_say_what_they_say() {
    assert_eq!(one("step"), [1.0, 2.0, 3.0]);
    assert_eq!(one("observations")[0], 14.0);
    assert_eq!(one("last"), [126.0; 3]);
    assert_eq!(one("mean_3")[0], (118. + 115. + 126.) / 3.0);
    assert_eq!(one("mean_12")[0], SALES[2..].iter().sum::<f64>() / 12.0);
    assert_eq!(one("last + step * trend"), one("drift"));
    assert_eq!(one("seasonal_naive"), [132., 129., 121.]);
    assert_eq!(one("previous * 2"), [252., 504., 1008.]);
    assert_eq!(one("historic_average")[0], SALES.iter().sum::<f64>() / 14.0);
    assert_eq!(one("if(is_missing(period_start), 1, 2)")[0], 1.0);
    let start = Some("2025-01-01".parse().unwrap());
    let inputs = Inputs { start, ..Inputs::default() };
    let month = model(vec![range(1, None, "month(period_start) + 100 * year(period_start)")], &[]);
    // The series ends with February 2026.
    assert_eq!(month.predict(&sales(inputs), 2).unwrap().mean, [202_603., 202_604.]);
}

#[test]
fn a_model_that_the_answer_does_not_depend_on_is_not_run() {
    let short = past(&SALES[..5], &[true; 5], Inputs::default());
    let guarded = model(vec![range(1, None, "if(observations < 12, last, seasonal_naive)")], &[]);
    assert_eq!(guarded.predict(&short, 2).unwrap().mean, [121., 121.]);
    assert_eq!(guarded.predict(&sales(Inputs::default()), 2).unwrap().mean, [132., 129.]);
    let error = model(vec![range(1, None, "seasonal_naive")], &[]).predict(&short, 2).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InsufficientHistory, Some("values")));
}

#[test]
fn a_range_that_does_not_fit_is_told_by_its_place() {
    let refused = |ranges, inputs: &[&str]| {
        let error = FormulaModel::new(&defined(ranges), inputs.iter().copied()).unwrap_err();
        (error.code(), error.field().unwrap().to_owned())
    };
    let field = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(vec![], &[]), field(ErrorCode::Required, "ranges"));
    let good = range(1, Some(3), "last");
    let with = |other| vec![good.clone(), other];
    assert_eq!(refused(with(range(4, None, "lasst")), &[]), field(ErrorCode::UnknownField, "ranges[1].formula"));
    assert_eq!(refused(with(range(4, None, "last +")), &[]), field(ErrorCode::BadFormat, "ranges[1].formula"));
    assert_eq!(refused(with(range(4, None, "last > 1")), &[]), field(ErrorCode::WrongType, "ranges[1].formula"));
    assert_eq!(refused(with(range(3, None, "last")), &[]), field(ErrorCode::Overlap, "ranges[1].from_period"));
    assert_eq!(refused(with(range(0, None, "last")), &[]), field(ErrorCode::OutOfRange, "ranges[1].from_period"));
    assert_eq!(refused(with(range(5, Some(4), "last")), &[]), field(ErrorCode::OutOfRange, "ranges[1].to_period"));
    assert_eq!(refused(vec![good.clone()], &["p", "theta"]), field(ErrorCode::DuplicateKey, "inputs[1].name"));
    assert_eq!(refused(vec![good.clone()], &["a b"]), field(ErrorCode::BadFormat, "inputs[0].name"));
    let unnamed = ForecastFormula { name: " ".to_owned(), ranges: vec![good.clone()] };
    assert_eq!(FormulaModel::new(&unnamed, []).unwrap_err().field(), Some("name"));
    let many = vec![range(1, Some(1), "last"); MAX_FORMULA_RANGES + 1];
    assert_eq!(refused(many, &[]), field(ErrorCode::TooMany, "ranges"));
}

#[test]
fn a_period_without_a_formula_is_refused_when_it_is_asked_for() {
    let gap = model(vec![range(1, Some(2), "last"), range(4, None, "last")], &[]);
    assert!(gap.predict(&sales(Inputs::default()), 2).is_ok());
    let error = gap.predict(&sales(Inputs::default()), 5).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!((problem.code, error.field(), &*problem.data["period"]), (ErrorCode::Required, Some("ranges"), "3"));
}

#[test]
fn an_input_that_is_not_known_names_itself_and_the_period() {
    let values = [vec![None; 14], vec![Some(1.0)]].concat();
    let given = [ForecastInput { name: "pipeline".to_owned(), values }];
    let inputs = Inputs { given: &given, ..Inputs::default() };
    let error = model(vec![range(1, None, "last + pipeline")], &["pipeline"]).predict(&sales(inputs), 3).unwrap_err();
    let problem = &error.problems()[0];
    let told = (problem.code, error.field(), problem.data["period"].as_str());
    assert_eq!(told, (ErrorCode::Required, Some("ranges[0].formula.pipeline"), "2"));
    let error = model(vec![range(1, None, "last / (step - 2)")], &[]).predict(&sales(inputs), 3).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("ranges[0].formula")));
}

/// At an earlier origin an input has the figure of the period that is forecast, not of the last one.
#[test]
fn inputs_are_found_by_the_period_at_every_origin() {
    let given = [ForecastInput { name: "index".to_owned(), values: (0..20).map(|place| Some(place.into())).collect() }];
    let index = model(vec![range(1, None, "index")], &["index"]);
    let inputs = Inputs { given: &given, ..Inputs::default() };
    assert_eq!(index.predict(&sales(inputs).until(9), 3).unwrap().mean, [9., 10., 11.]);
    // Two figures of a predecessor stand before the series, or three gaps at its beginning were cut.
    assert_eq!(index.predict(&sales(Inputs { first: -2, ..inputs }), 2).unwrap().mean, [12., 13.]);
    assert_eq!(index.predict(&sales(Inputs { first: 3, ..inputs }), 2).unwrap().mean, [17., 18.]);
}

/// A pipeline is money; what the past says is free of the calendar and has the effect of its period put on.
#[test]
fn effects_of_the_calendar_are_put_on_what_comes_from_the_past_alone() {
    let mut effects = vec![Effect::NONE; 14];
    effects.extend([Effect { factor: 0.5, shift: 0.0 }, Effect { factor: 2.0, shift: 10.0 }]);
    let inputs = Inputs { effects: &effects, ..Inputs::default() };
    let made = model(vec![range(1, None, "last + trend + 7")], &[]).predict(&sales(inputs), 2).unwrap().mean;
    let trend = (126. - 112.) / 13.0;
    let shown = [(126. + trend) * 0.5 + 7.0, (126. + trend) * 2.0 + 10.0 + 7.0];
    for ((figure, effect), shown) in made.iter().zip(&effects[14..]).zip(shown) {
        assert!((effect.put(*figure) - shown).abs() < 1e-9);
    }
    let previous = model(vec![range(1, None, "previous")], &[]).predict(&sales(inputs), 2).unwrap().mean;
    assert_eq!(previous, [126.0; 2]);
}

#[test]
fn earlier_origins_are_computed_as_if_they_were_the_last() {
    let own =
        model(vec![range(1, Some(1), "0.5 * drift + 0.5 * seasonal_naive"), range(2, None, "previous + trend")], &[]);
    let study = own.study(&sales(Inputs::default()), &[8, 12, 13], 3).unwrap();
    assert_eq!(study.prediction.mean, own.predict(&sales(Inputs::default()), 3).unwrap().mean);
    // A year is not known at the first origin.
    assert_eq!((study.origins[0].len(), study.prediction.notes.len()), (0, 1));
    for (origin, figures) in [12, 13].into_iter().zip(&study.origins[1..]) {
        assert_eq!(*figures, own.predict(&sales(Inputs::default()).until(origin), 3).unwrap().mean);
    }
}

/// What the engine would say, which looks at a part of a long past only; also at earlier origins.
#[test]
fn a_model_in_a_formula_looks_as_far_back_as_it_does_alone() {
    let values: Vec<f64> = (0..3_000_u32).map(|place| 100.0 + f64::from(place % 97)).collect();
    let observed = vec![true; values.len()];
    let long = past(&values, &observed, Inputs::default());
    let theta = Theta { dynamic: false, alpha: None };
    let kept = theta.memory(12);
    assert!(kept < 2_000);
    let study = model(vec![range(1, None, "theta")], &[]).study(&long, &[2_990, 2_999], 3).unwrap();
    let alone = theta.study(&long.last(kept), &[kept - 10, kept - 1], 3).unwrap();
    assert_eq!((study.prediction.mean, study.origins), (alone.prediction.mean, alone.origins));
    let early = model(vec![range(1, None, "theta")], &[]).study(&long, &[30], 3).unwrap();
    assert_eq!(early.origins, theta.study(&long, &[30], 3).unwrap().origins);
}

/// A pipeline is seldom known for the months that are past.
#[test]
fn an_origin_whose_inputs_are_not_known_has_no_figures() {
    let values = [vec![None; 13], vec![Some(5.0); 3]].concat();
    let given = [ForecastInput { name: "pipeline".to_owned(), values }];
    let own = model(vec![range(1, None, "last + pipeline")], &["pipeline"]);
    let study = own.study(&sales(Inputs { given: &given, ..Inputs::default() }), &[12, 13], 2).unwrap();
    assert_eq!(study.origins, [vec![], vec![120.0, 120.0]]);
    assert_eq!(study.prediction.mean, [131.0, 131.0]);
    assert_eq!(study.prediction.notes, ["1 of 2 earlier origins have no figures by the formulas"]);
}

/// Twelve ranges, a month each, are what other systems offer.
#[test]
fn json_and_schema_come_with_the_definition() {
    let months: Vec<_> = (1..=12).map(|month| range(month, Some(month), "mean_12 * 1.02")).collect();
    let written = crate::value::json::to_canonical(&defined(months)).unwrap();
    let read: ForecastFormula = crate::value::json::from_text(&written).unwrap();
    assert_eq!(FormulaModel::new(&read, []).unwrap().predict(&sales(Inputs::default()), 12).unwrap().mean.len(), 12);
    assert!(schemars::schema_for!(ForecastFormula).to_value().to_string().contains("from_period"));
}

proptest! {
    #[test]
    fn a_formula_that_is_a_model_is_that_model_however_it_is_cut(
        values in prop::collection::vec(1.0..1000.0_f64, 8..60),
        cuts in prop::collection::btree_set(2_u32..12, 0..5),
    ) {
        let observed = vec![true; values.len()];
        let past = past(&values, &observed, Inputs::default());
        let starts: Vec<u32> = std::iter::once(1).chain(cuts).collect();
        let ranges = starts.iter().enumerate().map(|(place, start)| {
            range(*start, starts.get(place + 1).map(|next| next - 1), "theta")
        });
        let theta = Theta { dynamic: false, alpha: None }.predict(&past, 12).unwrap().mean;
        prop_assert_eq!(model(ranges.collect(), &[]).predict(&past, 12).unwrap().mean, theta);
    }

    /// Models see figures that were divided by a power of two; a formula has literals and must not.
    #[test]
    fn a_formula_computes_in_the_size_of_the_series(
        values in prop::collection::vec(-1000.0..1000.0_f64, 1..30),
        exponent in -40..40_i32,
    ) {
        let observed = vec![true; values.len()];
        let own = model(vec![range(1, None, "mean_3 + trend * step + previous / 7 + 100")], &[]);
        let plain = own.predict(&past(&values, &observed, Inputs::default()), 5).unwrap().mean;
        let scaled: Vec<f64> = values.iter().map(|value| libm::ldexp(*value, -exponent)).collect();
        let inputs = Inputs { exponent, ..Inputs::default() };
        let made = own.predict(&past(&scaled, &observed, inputs), 5).unwrap().mean;
        let shown: Vec<f64> = made.iter().map(|figure| libm::ldexp(*figure, exponent)).collect();
        prop_assert_eq!(shown, plain);
    }
}
