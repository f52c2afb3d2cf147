//! The technical parameters of a product: the values, and what holds for them.

use std::collections::{HashMap, HashSet};

use super::class_rules::parameters_in_effect;
use super::classes::{MAX_BLOCK_DEPTH, MAX_PARAMETER_CODE_CHARS};
use super::definitions::{ParameterPath, dimension_of};
use super::{EffectiveParameter, ParameterKind, Product, ProductParameter};
use crate::query::base_figure;
use crate::room::{MAX_PART_CHARS, View, check_chars, check_count, refuse, tidy, tidy_part};
use crate::schema::Entity as _;
use crate::value::{Decimal, Error, ErrorCode, Problem, Ratio, Result, UnitTable};

/// The most parameter values of one product. One real article of an electrical catalogue has 5,740 of them.
pub const MAX_PARAMETER_VALUES: usize = 10_000;
/// The longest text of a value, in characters.
pub const MAX_PARAMETER_TEXT_CHARS: usize = 4_000;

value_struct! {
    /// One value of a technical parameter (参数值).
    ///
    /// A value is a figure, a range of figures, a text, a truth, a choice, or the beginning of a block. A parameter with
    /// several values has several entries.
    #[derive(Default)]
    pub struct ParameterValue {
        required {
            /// The code of the parameter.
            pub parameter: String,
        }
        optional {
            /// The figure, or the lower end of a range.
            pub number: Option<Decimal>,
            /// The upper end of a range.
            pub number_to: Option<Decimal>,
            /// The unit of the figures, by code or symbol; that of the parameter if nothing is said.
            pub unit: Option<String>,
            /// How far the true figure may lie above, in the same unit.
            pub tolerance_plus: Option<Decimal>,
            /// How far the true figure may lie below, in the same unit.
            pub tolerance_minus: Option<Decimal>,
            /// How far the true figure may lie on both sides, in percent of the figure.
            pub tolerance_percent: Option<Decimal>,
            /// The text.
            pub text: Option<String>,
            /// The truth.
            pub truth: Option<bool>,
            /// The code of the choice.
            pub choice: Option<String>,
            /// The place in the list, from 0, of the block in which the value stands. A block comes before what is in it.
            pub block: Option<i64>,
        }
    }
}

impl ParameterValue {
    /// A figure with a unit.
    #[must_use]
    pub fn number(parameter: &str, number: Decimal, unit: Option<&str>) -> Self {
        let unit = unit.map(str::to_owned);
        Self { parameter: parameter.into(), number: Some(number), unit, ..Self::default() }
    }

    /// All figures from one to another.
    #[must_use]
    pub fn range(parameter: &str, from: Decimal, to: Decimal, unit: Option<&str>) -> Self {
        Self { number_to: Some(to), ..Self::number(parameter, from, unit) }
    }

    /// A text.
    #[must_use]
    pub fn text(parameter: &str, text: &str) -> Self {
        Self { parameter: parameter.into(), text: Some(text.into()), ..Self::default() }
    }

    /// A choice.
    #[must_use]
    pub fn choice(parameter: &str, code: &str) -> Self {
        Self { parameter: parameter.into(), choice: Some(code.into()), ..Self::default() }
    }

    /// The value inside the block that begins at a place in the list.
    #[must_use]
    pub fn inside(self, block: i64) -> Self {
        Self { block: Some(block), ..self }
    }

    /// Lower and upper end, without and with the tolerance, in the base unit; nothing for a value that is no figure.
    ///
    /// # Errors
    /// `Overflow`.
    pub(super) fn spans(&self) -> Result<Option<[Ratio; 4]>> {
        let Some(low) = self.number else { return Ok(None) };
        let high = self.number_to.unwrap_or(low);
        let unit = self.unit.as_deref();
        let (widest_low, widest_high) = match self.tolerance_percent {
            Some(percent) => (low.checked_sub(share(low, percent)?)?, high.checked_add(share(high, percent)?)?),
            None => (
                low.checked_sub(self.tolerance_minus.unwrap_or_default())?,
                high.checked_add(self.tolerance_plus.unwrap_or_default())?,
            ),
        };
        let base = |figure| base_figure(figure, unit);
        Ok(Some([base(low)?, base(high)?, base(widest_low)?, base(widest_high)?]))
    }
}

/// So many percent of the size of a figure.
fn share(figure: Decimal, percent: Decimal) -> Result<Decimal> {
    figure.abs().checked_mul(percent)?.checked_mul(Decimal::new(1, 2)?)
}

/// Checks and completes the parameter values of a product that is saved.
///
/// What was valid once does not stand in the way of other changes: only values that come or change are checked against
/// their definitions.
///
/// # Errors
/// All problems at once, each with its path, such as `parameters[3].unit`.
pub(super) fn check(view: &mut dyn View, before: Option<&Product>, product: &mut Product) -> Result<()> {
    let is_same =
        |before: &Product| before.product_class == product.product_class && before.parameters == product.parameters;
    if before.is_some_and(is_same)
        || before.is_none() && product.product_class.is_none() && product.parameters.is_empty()
    {
        return Ok(());
    }
    let checked = checked(view, before, product);
    if checked.is_err() && !view.can_read(Product::NAME, "parameters") {
        // The caller set the class alone, and must not learn from a refusal what the product says.
        return Err(Error::invalid(ErrorCode::NotAllowed, "product_class", "the product does not fit the class"));
    }
    checked
}

fn checked(view: &mut dyn View, before: Option<&Product>, product: &mut Product) -> Result<()> {
    let mut problems = Vec::new();
    check_count("parameters", product.parameters.len(), MAX_PARAMETER_VALUES, &mut problems);
    refuse(std::mem::take(&mut problems))?;
    for (place, value) in product.parameters.iter_mut().enumerate() {
        tidy_value(value);
        check_shape(place, value, &mut problems);
    }
    let paths = paths(&product.parameters, &mut problems);
    refuse(std::mem::take(&mut problems))?;
    let Some(class) = product.product_class else {
        return overflowing(&product.parameters);
    };
    let known = parameters_in_effect(view, class)?;
    let kept = before
        .filter(|before| before.product_class == product.product_class)
        .map(|before| before.parameters.as_slice());
    for (place, (value, path)) in product.parameters.iter_mut().zip(&paths).enumerate() {
        if let Some(definition) = known.get(path) {
            value.unit = value.unit.take().or_else(|| definition.unit.clone().filter(|_| value.number.is_some()));
        }
        if kept.is_some_and(|kept| kept.get(place) == Some(value) || kept.contains(value)) {
            continue;
        }
        let wrong = match known.get(path) {
            Some(definition) => check_value(value, definition),
            None => vec![Problem::of_field(ErrorCode::NotAllowed, "parameter", "the class has no such parameter")],
        };
        problems.extend(wrong.into_iter().map(|problem| problem.under(&format!("parameters[{place}]"))));
    }
    // Who does not see definitions is told that one is missing, not which.
    let names = view.can_read(ProductParameter::NAME, "code");
    check_numbers((&product.parameters, &paths), &known, names, &mut problems);
    refuse(problems)?;
    overflowing(&product.parameters)
}

fn tidy_value(value: &mut ParameterValue) {
    tidy(&mut value.parameter);
    tidy_part(&mut value.unit);
    tidy_part(&mut value.text);
    tidy_part(&mut value.choice);
}

/// What holds for every value, whatever its class says.
fn check_shape(place: usize, value: &ParameterValue, problems: &mut Vec<Problem>) {
    let mut note = |code, field: &str, message: &str| {
        problems.push(Problem::of_field(code, format!("parameters[{place}].{field}"), message));
    };
    if value.parameter.is_empty() {
        note(ErrorCode::Required, "parameter", "the code of the parameter is empty");
    }
    if value.parameter.chars().any(char::is_control) {
        note(ErrorCode::BadFormat, "parameter", "the code of a parameter has no control characters");
    }
    let contents = [
        ("number", value.number.is_some()),
        ("text", value.text.is_some()),
        ("truth", value.truth.is_some()),
        ("choice", value.choice.is_some()),
    ];
    let mut given = contents.iter().filter(|(_, given)| *given);
    if let (Some(_), Some((second, _))) = (given.next(), given.next()) {
        note(ErrorCode::NotAllowed, second, "a value is a figure, a text, a truth or a choice, not two of them");
    }
    let tolerances = [
        ("tolerance_plus", value.tolerance_plus),
        ("tolerance_minus", value.tolerance_minus),
        ("tolerance_percent", value.tolerance_percent),
    ];
    for (field, tolerance) in tolerances {
        if tolerance.is_some_and(Decimal::is_negative) {
            note(ErrorCode::OutOfRange, field, "a tolerance is not below zero");
        }
    }
    if value.tolerance_percent.is_some() && (value.tolerance_plus.is_some() || value.tolerance_minus.is_some()) {
        note(ErrorCode::NotAllowed, "tolerance_percent", "a tolerance is given in percent or in the unit, not both");
    }
    let of_figures = tolerances.iter().map(|(field, tolerance)| (*field, tolerance.is_some()));
    let of_figures = of_figures.chain([("number_to", value.number_to.is_some()), ("unit", value.unit.is_some())]);
    for (field, _) in of_figures.filter(|(_, given)| *given && value.number.is_none()) {
        note(ErrorCode::NotAllowed, field, "it has no meaning without `number`");
    }
    if value.number_to.is_some_and(|to| value.number.is_some_and(|from| to < from)) {
        note(ErrorCode::OutOfRange, "number_to", "a range ends after it begins");
    }
    let texts = [
        ("parameter", Some(&value.parameter), MAX_PARAMETER_CODE_CHARS),
        ("unit", value.unit.as_ref(), MAX_PART_CHARS),
        ("text", value.text.as_ref(), MAX_PARAMETER_TEXT_CHARS),
        ("choice", value.choice.as_ref(), MAX_PARAMETER_CODE_CHARS),
    ];
    for (field, text, limit) in texts {
        if let Some(problem) = text.and_then(|text| check_chars(text, limit)) {
            problems.push(problem.under(field).under(&format!("parameters[{place}]")));
        }
    }
}

/// Where each value stands: the codes of its blocks and its own.
fn paths(values: &[ParameterValue], problems: &mut Vec<Problem>) -> Vec<ParameterPath> {
    let mut paths: Vec<ParameterPath> = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let mut note = |code, message: &str| {
            problems.push(Problem::of_field(code, format!("parameters[{place}].block"), message));
        };
        let mut path = Vec::new();
        if let Some(block) = value.block {
            let block = usize::try_from(block).ok().filter(|block| *block < place);
            match block.and_then(|block| paths.get(block).zip(values.get(block))) {
                Some((above, start)) if is_block(start) => path.clone_from(above),
                Some(_) => note(ErrorCode::NotAllowed, "it is the place of a value, not of a block"),
                None => note(ErrorCode::OutOfRange, "it is no place of a block before the value"),
            }
        }
        path.push(value.parameter.clone());
        if path.len() > MAX_BLOCK_DEPTH.saturating_add(1) {
            note(ErrorCode::TooMany, "blocks are nested too deep");
            path.truncate(1);
        }
        paths.push(path);
    }
    paths
}

/// Whether a value is the beginning of a block.
const fn is_block(value: &ParameterValue) -> bool {
    value.number.is_none() && value.text.is_none() && value.truth.is_none() && value.choice.is_none()
}

/// A value against its definition.
fn check_value(value: &ParameterValue, definition: &EffectiveParameter) -> Vec<Problem> {
    let given = match definition.kind {
        ParameterKind::Number | ParameterKind::Range => value.number.is_some(),
        ParameterKind::Text => value.text.is_some(),
        ParameterKind::Truth => value.truth.is_some(),
        ParameterKind::Choice => value.choice.is_some(),
        ParameterKind::Block => is_block(value),
    };
    if !given {
        let field = match definition.kind {
            ParameterKind::Number | ParameterKind::Range => "number",
            ParameterKind::Block => "parameter",
            other => other.as_str(),
        };
        let message = format!("a value of kind `{}` is expected", definition.kind);
        return vec![Problem::of_field(ErrorCode::WrongType, field, message)];
    }
    if definition.kind == ParameterKind::Number && value.number_to.is_some() {
        return vec![Problem::of_field(ErrorCode::WrongType, "number_to", "the parameter has no ranges")];
    }
    let is_chosen = |choice: &String| definition.choices.iter().any(|known| known.code == *choice);
    if value.choice.as_ref().is_some_and(|choice| !is_chosen(choice)) {
        let problem = Problem::of_field(ErrorCode::NotInPicklist, "choice", "the parameter has no such choice");
        let choices = definition.choices.iter().take(50).map(|choice| choice.code.as_str()).collect::<Vec<_>>();
        return vec![problem.with("choices", choices.join(","))];
    }
    if value.number.is_some() { check_figures(value, definition) } else { Vec::new() }
}

/// Unit and limits.
fn check_figures(value: &ParameterValue, definition: &EffectiveParameter) -> Vec<Problem> {
    let unit = value.unit.as_deref();
    if let Some(Err(error)) = unit.map(|unit| UnitTable::standard().unit(unit)) {
        return error.problems().to_vec();
    }
    if dimension_of(unit) != definition.dimension {
        let mut problem = Problem::of_field(ErrorCode::UnitMismatch, "unit", "the parameter measures something else");
        for (name, dimension) in [("dimension", dimension_of(unit)), ("expected_dimension", definition.dimension)] {
            if let Some(dimension) = dimension {
                problem = problem.with(name, dimension);
            }
        }
        return vec![problem];
    }
    let limit = |limit: Option<Decimal>| limit.map(|limit| base_figure(limit, definition.unit.as_deref()));
    let mut problems = Vec::new();
    for (field, figure) in [("number", value.number), ("number_to", value.number_to)] {
        let Some(Ok(figure)) = figure.map(|figure| base_figure(figure, unit)) else { continue };
        let below = matches!(limit(definition.minimum), Some(Ok(minimum)) if figure < minimum);
        let above = matches!(limit(definition.maximum), Some(Ok(maximum)) if figure > maximum);
        if below || above {
            let mut problem = Problem::of_field(ErrorCode::OutOfRange, field, "the figure is outside its limits");
            for (name, limit) in [("minimum", definition.minimum), ("maximum", definition.maximum)] {
                if let Some(limit) = limit {
                    problem = problem.with(name, limit);
                }
            }
            problems.push(problem);
        }
    }
    problems
}

/// How many values there are of each parameter: no second one where one is meant, and none missing.
fn check_numbers(
    (values, paths): (&[ParameterValue], &[ParameterPath]),
    known: &HashMap<ParameterPath, EffectiveParameter>,
    names: bool,
    problems: &mut Vec<Problem>,
) {
    let mut seen: HashSet<(Option<i64>, &str)> = HashSet::new();
    for (place, (value, path)) in values.iter().zip(paths).enumerate() {
        let is_second = !seen.insert((value.block, &value.parameter));
        if is_second && known.get(path).is_some_and(|definition| !definition.is_multiple) {
            let field = format!("parameters[{place}].parameter");
            problems.push(Problem::of_field(ErrorCode::DuplicateKey, field, "the parameter has one value only"));
        }
    }
    let mut required: Vec<&EffectiveParameter> = known.values().filter(|definition| definition.is_required).collect();
    required.sort_by_key(|definition| (&definition.block, &definition.code));
    let top = std::iter::once((None, Vec::new()));
    let blocks = values.iter().zip(paths).zip(0_i64..).filter(|((value, _), _)| is_block(value));
    let holders: Vec<(Option<i64>, Vec<String>)> =
        top.chain(blocks.map(|((_, path), place)| (Some(place), path.clone()))).collect();
    for (holder, path) in &holders {
        for definition in required.iter().filter(|definition| definition.block == *path) {
            if !seen.contains(&(*holder, definition.code.as_str())) {
                let field = holder.map_or_else(|| "parameters".to_owned(), |place| format!("parameters[{place}]"));
                let problem = Problem::of_field(ErrorCode::Required, field, "a parameter of the class is missing");
                problems.push(if names { problem.with("parameter", &definition.code) } else { problem });
            }
        }
    }
}

/// Figures must fit into the base unit of their dimension: what is compared must be exact.
fn overflowing(values: &[ParameterValue]) -> Result<()> {
    let wrong = values.iter().enumerate().filter_map(|(place, value)| {
        let error = value.spans().err()?;
        let problem = error.problems().first()?.clone();
        Some(Problem { field: Some(format!("parameters[{place}].number")), ..problem })
    });
    refuse(wrong.collect())
}
