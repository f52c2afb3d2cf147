//! What a catalogue means to us: classes with technical parameters, and products with values of them.
//!
//! The class and number of a feature decide: what the feature is called is for people. A feature in which others stand is a
//! block. Features of which every value is a figure, in units of one dimension, are numbers; those whose values come from a
//! list are choices; all others are texts as they are written. What a definition that is there says of the kind holds.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::types::{BmecatCatalog, BmecatFeature, BmecatFeatures, BmecatProduct, BmecatText};
use crate::product::{
    EffectiveParameter, MAX_BLOCK_DEPTH, MAX_PARAMETER_CODE_CHARS, MAX_PARAMETER_TEXT_CHARS, ParameterChoice,
    ParameterKind, ParameterValue,
};
use crate::value::{Decimal, ErrorCode, Problem, UnitTable};

/// The codes of the blocks of a parameter, the outermost first, and its own.
pub(super) type Path = Vec<String>;

/// What stands for a figure that is not known.
const NO_FIGURE: &str = "-";

/// A class that the catalogue names.
#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    pub(super) system: Option<String>,
    pub(super) system_code: String,
    pub(super) name: String,
    /// The product that names it first.
    pub(super) product: usize,
    /// Its parameters; a block comes before what is in it.
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter of a class, as the features of all its products show it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) path: Path,
    pub(super) name: String,
    pub(super) kind: ParameterKind,
    pub(super) unit: Option<String>,
    pub(super) choices: Vec<ParameterChoice>,
    pub(super) is_multiple: bool,
}

/// A value, and the feature that it comes from.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) path: Path,
    pub(super) value: ParameterValue,
    pub(super) feature: usize,
}

/// The features that say what a product is: those of the first system that names a class, or else the first ones.
pub(super) fn leading(product: &BmecatProduct) -> Option<(usize, &BmecatFeatures)> {
    let classified = product.features.iter().position(|features| !features.classes.is_empty());
    let place = classified.unwrap_or(0);
    product.features.get(place).map(|features| (place, features))
}

/// The code of the class of a product.
pub(super) fn class_code(features: &BmecatFeatures) -> Option<String> {
    let class = &features.classes.first()?.value;
    Some(features.system.as_ref().map_or_else(|| class.clone(), |system| format!("{system}:{class}")))
}

/// The text in a language, or else the one without language, or else the first one.
pub(super) fn spoken(texts: &[BmecatText], language: Option<&str>) -> Option<String> {
    let in_language = texts.iter().find(|text| language.is_some() && text.language.as_deref() == language);
    let found = in_language.or_else(|| texts.iter().find(|text| text.language.is_none())).or_else(|| texts.first());
    found.map(|text| text.text.clone()).filter(|text| !text.is_empty())
}

/// What a feature holds.
enum Content {
    Text(String),
    Choice(ParameterChoice),
}

/// The contents of a feature: a value that stands there in several languages is one.
fn contents(feature: &BmecatFeature, language: Option<&str>) -> Vec<Content> {
    let is_main = |text: &&BmecatText| text.language.is_none() || text.language.as_deref() == language;
    let mut texts: Vec<&BmecatText> = feature.values.iter().filter(is_main).collect();
    if texts.is_empty() {
        let first = feature.values.first().and_then(|text| text.language.as_deref());
        texts = feature.values.iter().filter(|text| text.language.as_deref() == first).collect();
    }
    texts.retain(|text| !text.text.is_empty());
    if !texts.is_empty() {
        return texts.into_iter().map(|text| Content::Text(text.text.clone())).collect();
    }
    let name = spoken(&feature.details, language).filter(|_| feature.value_ids.len() == 1);
    let choice = |id: &String| Content::Choice(ParameterChoice { code: id.clone(), name: name.clone() });
    feature.value_ids.iter().filter(|id| !id.is_empty()).map(choice).collect()
}

/// The code of the parameter that a feature is a value of.
fn code(feature: &BmecatFeature, language: Option<&str>) -> Option<String> {
    feature.id.clone().or_else(|| spoken(&feature.names, language)).or_else(|| feature.number.clone())
}

/// A feature and its path; a block comes before what is in it.
struct Placed<'f> {
    place: usize,
    path: Path,
    feature: &'f BmecatFeature,
    /// The place of the feature in which it stands.
    parent: Option<usize>,
    is_block: bool,
}

/// The features in an order in which blocks come first; those that have no place among parameters are told.
fn placed<'f>(features: &'f BmecatFeatures, language: Option<&str>, problems: &mut Vec<Problem>) -> Vec<Placed<'f>> {
    let parent = |feature: &BmecatFeature| feature.parent.and_then(|parent| usize::try_from(parent).ok());
    let mut inside: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (place, feature) in features.features.iter().enumerate() {
        inside.entry(parent(feature)).or_default().push(place);
    }
    let mut found = Vec::with_capacity(features.features.len());
    let mut waiting: Vec<(usize, Path)> = Vec::new();
    let below = |place: Option<usize>, path: &Path, waiting: &mut Vec<(usize, Path)>| {
        let places = inside.get(&place).map(Vec::as_slice).unwrap_or_default();
        waiting.extend(places.iter().rev().map(|place| (*place, path.clone())));
    };
    below(None, &Path::new(), &mut waiting);
    while let Some((place, mut path)) = waiting.pop() {
        let Some(feature) = features.features.get(place) else { continue };
        let refuse = |code, message: &str| Problem::of_field(code, format!("features[{place}]"), message);
        let Some(code) = code(feature, language) else {
            problems.push(refuse(ErrorCode::Required, "the feature has neither identifier nor name"));
            continue;
        };
        if code.chars().count() > MAX_PARAMETER_CODE_CHARS || code.chars().any(char::is_control) {
            problems.push(refuse(ErrorCode::TooLong, "the identifier of the feature is too long"));
            continue;
        }
        path.push(code);
        if path.len() > MAX_BLOCK_DEPTH {
            problems.push(refuse(ErrorCode::TooMany, "features stand inside each other too deep"));
            continue;
        }
        let is_block = inside.contains_key(&Some(place));
        below(Some(place), &path, &mut waiting);
        found.push(Placed { place, path, feature, parent: parent(feature), is_block });
    }
    found
}

/// What is seen of a parameter in all products.
#[derive(Default)]
struct Seen {
    name: Option<String>,
    is_block: bool,
    has_text: bool,
    has_choice: bool,
    only_figures: bool,
    has_figure: bool,
    units: BTreeSet<Option<String>>,
    choices: BTreeMap<String, ParameterChoice>,
    is_multiple: bool,
}

/// The parameters of features that stand for themselves: in the order in which they are met.
fn observe(all: &[&BmecatFeatures], language: Option<&str>) -> Vec<Parameter> {
    let mut order: Vec<Path> = Vec::new();
    let mut seen: HashMap<Path, Seen> = HashMap::new();
    for features in all {
        let mut siblings: HashSet<(Option<usize>, Path)> = HashSet::new();
        for placed in placed(features, language, &mut Vec::new()) {
            let contents = contents(placed.feature, language);
            if contents.is_empty() && !placed.is_block {
                continue;
            }
            let one = seen.entry(placed.path.clone()).or_insert_with(|| {
                order.push(placed.path.clone());
                Seen { only_figures: true, ..Seen::default() }
            });
            one.name = one.name.take().or_else(|| spoken(&placed.feature.names, language));
            one.is_block |= placed.is_block;
            one.is_multiple |= contents.len() > 1 || !siblings.insert((placed.parent, placed.path));
            for content in contents {
                match content {
                    Content::Choice(choice) => {
                        one.has_choice = true;
                        one.choices.entry(choice.code.to_lowercase()).or_insert(choice);
                    }
                    Content::Text(text) => {
                        one.has_text = true;
                        let is_figure = figure(&text).is_some();
                        one.has_figure |= is_figure;
                        one.only_figures &= is_figure || text == NO_FIGURE;
                        one.units.insert(placed.feature.unit.clone());
                    }
                }
            }
        }
    }
    order.into_iter().filter_map(|path| seen.remove(&path).map(|seen| decided(path, seen))).collect()
}

/// The kind of a parameter, from all that is seen of it.
fn decided(path: Path, seen: Seen) -> Parameter {
    let unit = common_unit(&seen.units);
    let kind = match () {
        () if seen.is_block => ParameterKind::Block,
        () if seen.has_choice && !seen.has_text => ParameterKind::Choice,
        () if seen.has_figure && seen.only_figures && !seen.has_choice && unit.is_some() => ParameterKind::Number,
        () => ParameterKind::Text,
    };
    let name = seen.name.or_else(|| path.last().cloned()).unwrap_or_default();
    let choices = if kind == ParameterKind::Choice { seen.choices.into_values().collect() } else { Vec::new() };
    let unit = unit.flatten().filter(|_| kind == ParameterKind::Number);
    Parameter { path, name, kind, unit, choices, is_multiple: seen.is_multiple }
}

/// The unit of figures of which all have one, or none: the units that we know and that measure the same. No unit in common
/// is something else than no unit.
fn common_unit(units: &BTreeSet<Option<String>>) -> Option<Option<String>> {
    let Some(first) = units.first()? else { return (units.len() == 1).then_some(None) };
    let table = UnitTable::standard();
    let dimension = |unit: &str| table.unit(unit).ok().map(crate::value::Unit::dimension);
    let measured = dimension(first)?;
    let same = units.iter().all(|unit| unit.as_deref().and_then(dimension) == Some(measured));
    same.then(|| Some(first.clone()))
}

/// A figure that says all that its text says: one with a zero before it is a number of something.
fn figure(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = !digits.starts_with('0') || digits == "0" || digits.starts_with("0.");
    (is_plain && digits.starts_with(|c: char| c.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The classes that a catalogue names, by their codes.
pub(super) fn classes(catalog: &BmecatCatalog, language: Option<&str>) -> BTreeMap<String, Class> {
    let mut features: BTreeMap<String, Vec<&BmecatFeatures>> = BTreeMap::new();
    let mut classes: BTreeMap<String, Class> = BTreeMap::new();
    for (place, product) in catalog.products.iter().enumerate() {
        let Some((_, leading)) = leading(product) else { continue };
        let Some(code) = class_code(leading) else { continue };
        let system_code = leading.classes.first().map(|class| class.value.clone()).unwrap_or_default();
        classes.entry(code.clone()).or_insert_with(|| Class {
            system: leading.system.clone(),
            name: spoken(&leading.class_names, language).unwrap_or_else(|| code.clone()),
            system_code,
            product: place,
            parameters: Vec::new(),
        });
        features.entry(code).or_default().push(leading);
    }
    for (code, class) in &mut classes {
        class.parameters = observe(features.get(code).map(Vec::as_slice).unwrap_or_default(), language);
    }
    classes
}

/// The parameters that hold for the values of a class: those that are there, and those that the catalogue brings.
pub(super) fn in_effect(present: &[EffectiveParameter], brought: &[Parameter]) -> HashMap<Path, Parameter> {
    let mut known: HashMap<Path, Parameter> =
        brought.iter().map(|parameter| (parameter.path.clone(), parameter.clone())).collect();
    for one in present {
        let path: Path = one.block.iter().chain([&one.code]).cloned().collect();
        if let Some(brought) = known.get_mut(&path) {
            brought.kind = one.kind;
            brought.unit.clone_from(&one.unit);
        }
    }
    known
}

/// The parameters of a product without class.
pub(super) fn free(features: &BmecatFeatures, language: Option<&str>) -> HashMap<Path, Parameter> {
    in_effect(&[], &observe(&[features], language))
}

/// The values of a product, and what has no place among them.
pub(super) fn values(
    features: &BmecatFeatures,
    known: &HashMap<Path, Parameter>,
    language: Option<&str>,
) -> (Vec<Value>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut blocks: HashMap<usize, i64> = HashMap::new();
    for placed in placed(features, language, &mut problems) {
        let Some(parameter) = known.get(&placed.path) else { continue };
        let block = placed.parent.and_then(|parent| blocks.get(&parent).copied());
        if placed.parent.is_some() && block.is_none() {
            problems.push(left_out(placed.place, "the feature above it is no block"));
            continue;
        }
        let base = ParameterValue {
            parameter: placed.path.last().cloned().unwrap_or_default(),
            block,
            ..ParameterValue::default()
        };
        let mut push = |value| values.push(Value { path: placed.path.clone(), value, feature: placed.place });
        if parameter.kind == ParameterKind::Block {
            push(base);
            blocks.insert(placed.place, i64::try_from(values.len().saturating_sub(1)).unwrap_or(i64::MAX));
            continue;
        }
        for content in contents(placed.feature, language) {
            match value(&base, content, placed.feature, parameter) {
                Ok(value) => push(value),
                Err(message) => problems.push(left_out(placed.place, message)),
            }
        }
    }
    (values, problems)
}

fn left_out(place: usize, message: &str) -> Problem {
    Problem::of_field(ErrorCode::WrongType, format!("features[{place}]"), format!("left out: {message}"))
}

/// One value of the kind that the parameter wants.
fn value(
    base: &ParameterValue,
    content: Content,
    feature: &BmecatFeature,
    parameter: &Parameter,
) -> Result<ParameterValue, &'static str> {
    let base = base.clone();
    match (parameter.kind, content) {
        (ParameterKind::Number, Content::Text(text)) => {
            let number = figure(&text).ok_or("its value is no figure")?;
            Ok(ParameterValue { number: Some(number), unit: feature.unit.clone(), ..base })
        }
        (ParameterKind::Choice, Content::Choice(choice)) => Ok(ParameterValue { choice: Some(choice.code), ..base }),
        (ParameterKind::Truth, Content::Text(text)) => match text.as_str() {
            "true" => Ok(ParameterValue { truth: Some(true), ..base }),
            "false" => Ok(ParameterValue { truth: Some(false), ..base }),
            _ => Err("its value is neither true nor false"),
        },
        (ParameterKind::Text, content) => {
            let text = match content {
                Content::Choice(choice) => choice.name.unwrap_or(choice.code),
                Content::Text(text) => match &feature.unit {
                    Some(unit) => format!("{text} {unit}"),
                    None => text,
                },
            };
            let is_short = text.chars().count() <= MAX_PARAMETER_TEXT_CHARS;
            if is_short { Ok(ParameterValue { text: Some(text), ..base }) } else { Err("its text is too long") }
        }
        (ParameterKind::Range, _) => Err("the parameter wants a range"),
        _ => Err("its value is of another kind than the parameter"),
    }
}
