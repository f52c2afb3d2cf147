//! What holds for every product class and every definition of a parameter, whichever way it comes in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::classes::{MAX_BLOCK_DEPTH, MAX_CHOICES, MAX_CLASS_DEPTH, MAX_PARAMETER_CODE_CHARS};
use super::definitions::{ParameterPath, defined, dimension_of, narrowed, path_of};
use super::{EffectiveParameter, ParameterKind, ProductClass, ProductParameter, effective_parameters};
use crate::query::{Filter, MAX_IN_VALUES, Query};
use crate::room::{
    Decision, Reader, View, check_chars, check_count, check_distinct, refuse, tidy, tidy_part, with_record,
};
use crate::schema::{Entity, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, UnitTable};

/// The most classes below one.
pub const MAX_CLASSES_BELOW: usize = 100_000;
const WIDENS: &str = "a class below defines a parameter in a way that does not narrow the one above";

/// Where classes and definitions are listed: for a rule, whoever asks; for a reader, as far as he sees them.
pub(super) enum Lists<'a> {
    OfRule(&'a mut dyn View),
    OfReader(&'a mut dyn Reader),
}

impl Lists<'_> {
    /// The records that have one of these values in a field.
    pub(super) fn of<E: Entity>(&mut self, field: &str, values: &[FieldValue]) -> Result<Vec<E>> {
        self.of_those(field, values, None)
    }

    /// The records that have one of these values in a field, and fulfil a condition.
    fn of_those<E: Entity>(&mut self, field: &str, values: &[FieldValue], also: Option<Filter>) -> Result<Vec<E>> {
        let mut found = Vec::new();
        for chunk in values.chunks(MAX_IN_VALUES) {
            let among = Filter::In { field: field.into(), values: chunk.to_vec() };
            let filter = match &also {
                Some(also) => Filter::All { filters: vec![also.clone(), among] },
                None => among,
            };
            let query = Query { filter: Some(filter), ..Query::default() };
            let rows = match self {
                Self::OfRule(view) => view.list_for_rule(E::NAME, &query)?,
                Self::OfReader(reader) => reader.all(E::NAME, &query)?,
            };
            for row in rows {
                found.push(E::from_stored(row)?);
            }
        }
        Ok(found)
    }

    fn class(&mut self, id: Id) -> Result<ProductClass> {
        class_above(self, id)?.ok_or_else(|| Error::not_found(ProductClass::NAME))
    }
}

/// One class, if it is there and seen.
pub(super) fn class_above(lists: &mut Lists<'_>, id: Id) -> Result<Option<ProductClass>> {
    Ok(lists.of::<ProductClass>("id", &[id.into()])?.into_iter().next())
}

/// The classes from the top of the tree down to one.
///
/// # Errors
/// `NotFound` if the class is not there or not seen.
pub(super) fn class_path(lists: &mut Lists<'_>, class: Id) -> Result<Vec<ProductClass>> {
    let mut path = vec![lists.class(class)?];
    while let Some(above) = path.last().and_then(|class| class.parent) {
        if path.len() >= MAX_CLASS_DEPTH {
            break;
        }
        path.push(lists.class(above)?);
    }
    path.reverse();
    Ok(path)
}

/// The definitions of classes.
pub(super) fn definitions_of(lists: &mut Lists<'_>, classes: &[ProductClass]) -> Result<Vec<ProductParameter>> {
    let classes: Vec<FieldValue> = classes.iter().map(|class| class.id.into()).collect();
    lists.of("product_class", &classes)
}

/// The classes below one, level by level, without it.
///
/// # Errors
/// `TooMany` above [`MAX_CLASSES_BELOW`].
pub(super) fn classes_below(lists: &mut Lists<'_>, class: Id) -> Result<Vec<Vec<ProductClass>>> {
    let mut levels: Vec<Vec<ProductClass>> = Vec::new();
    let (mut level, mut count) = (vec![FieldValue::from(class)], 0_usize);
    while !level.is_empty() && levels.len() <= MAX_CLASS_DEPTH {
        let below: Vec<ProductClass> = lists.of("parent", &level)?;
        count = count.saturating_add(below.len());
        if count > MAX_CLASSES_BELOW {
            let problem = Problem::of_field(ErrorCode::TooMany, "product_class", "too many classes stand below");
            return Err(problem.with("max", MAX_CLASSES_BELOW).into_invalid());
        }
        level = below.iter().map(|class| class.id.into()).collect();
        if !below.is_empty() {
            levels.push(below);
        }
    }
    Ok(levels)
}

/// The parameters that hold at a class, as far as the reader sees them.
///
/// # Errors
/// `NotFound`, `Denied`.
pub(crate) fn class_parameters(reader: &mut dyn Reader, class: Id) -> Result<Vec<EffectiveParameter>> {
    let mut lists = Lists::OfReader(reader);
    let path = class_path(&mut lists, class)?;
    let definitions = definitions_of(&mut lists, &path)?;
    Ok(effective_parameters(&path, &definitions))
}

/// The path down to a class, for a rule; read once in an operation.
fn path_for_rule(view: &mut dyn View, class: Id) -> Result<Arc<Vec<ProductClass>>> {
    const NAME: &str = "the path of a class";
    if let Some(path) = view.memo().get(NAME, class) {
        return Ok(path);
    }
    let path = class_path(&mut Lists::OfRule(view), class).map_err(|_| {
        Error::invalid(ErrorCode::UnknownReference, "product_class", "`product_class` points to no product_class")
    })?;
    Ok(view.memo().keep(NAME, class, &[ProductClass::NAME], path))
}

/// The classes below a class, for a rule; read once in an operation.
fn below_for_rule(view: &mut dyn View, class: Id) -> Result<Arc<Vec<ProductClass>>> {
    const NAME: &str = "the classes below a class";
    if let Some(below) = view.memo().get(NAME, class) {
        return Ok(below);
    }
    let below: Vec<ProductClass> = classes_below(&mut Lists::OfRule(view), class)?.into_iter().flatten().collect();
    Ok(view.memo().keep(NAME, class, &[ProductClass::NAME], below))
}

/// The parameters that hold for the products of a class, by their blocks and codes; read once in an operation.
///
/// # Errors
/// `UnknownReference` if the class is not there.
pub(super) fn parameters_in_effect(
    view: &mut dyn View,
    class: Id,
) -> Result<Arc<HashMap<ParameterPath, EffectiveParameter>>> {
    const NAME: &str = "the parameters of a class";
    if let Some(known) = view.memo().get(NAME, class) {
        return Ok(known);
    }
    let path = path_for_rule(view, class)?;
    let definitions = definitions_of(&mut Lists::OfRule(view), &path)?;
    let known = by_path(effective_parameters(&path, &definitions));
    Ok(view.memo().keep(NAME, class, &[ProductClass::NAME, ProductParameter::NAME], known))
}

/// Checks a class and its place in the tree.
pub(super) fn class_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<ProductClass>(before, after, |before, class| {
        tidy(&mut class.code);
        tidy(&mut class.name);
        tidy_part(&mut class.system);
        tidy_part(&mut class.system_code);
        let is_moved = before.is_none_or(|before| before.parent != class.parent);
        if is_moved {
            check_place(view, class)?;
        }
        Ok(Decision::default())
    })
}

/// A class that comes back must still have its place.
pub(super) fn class_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    check_place(view, &ProductClass::from_row(row.clone())?).map(|()| Decision::default())
}

/// No circle, no tree that is too deep, and no definition that widens one above.
fn check_place(view: &mut dyn View, class: &ProductClass) -> Result<()> {
    let Some(parent) = class.parent else { return Ok(()) };
    let mut above: Vec<ProductClass> = Vec::new();
    let mut next = Some(parent);
    while let Some(id) = next {
        if id == class.id {
            return Err(cycle(class, &above));
        }
        if above.len() >= MAX_CLASS_DEPTH {
            return Err(too_deep());
        }
        let found = Lists::OfRule(view).class(id);
        let found = found.map_err(|_| {
            Error::invalid(ErrorCode::UnknownReference, "parent", "`parent` points to no product_class")
        })?;
        next = found.parent;
        above.push(found);
    }
    let below = classes_below(&mut Lists::OfRule(view), class.id)?;
    if above.len().saturating_add(below.len()).saturating_add(1) > MAX_CLASS_DEPTH {
        return Err(too_deep());
    }
    above.reverse();
    check_definitions(view, &above, class, &below)
}

/// The codes along the circle, from the class itself up to where it would stand again.
fn cycle(class: &ProductClass, above: &[ProductClass]) -> Error {
    let ring: Vec<&ProductClass> = std::iter::once(class).chain(above).chain([class]).collect();
    let codes: Vec<&str> = ring.iter().map(|class| class.code.as_str()).collect();
    let ids: Vec<String> = ring.iter().map(|class| class.id.to_string()).collect();
    let problem = Problem::of_field(ErrorCode::Cycle, "parent", "the class would stand above itself");
    problem.with("cycle", codes.join(" > ")).with("cycle_ids", ids.join(",")).into_invalid()
}

fn too_deep() -> Error {
    let message = format!("the tree of classes would have more than {MAX_CLASS_DEPTH} levels");
    Problem::of_field(ErrorCode::OutOfRange, "parent", message).with("max_depth", MAX_CLASS_DEPTH).into_invalid()
}

/// Every definition at a class that moves, and below it, must narrow what it finds above.
fn check_definitions(
    view: &mut dyn View,
    above: &[ProductClass],
    class: &ProductClass,
    below: &[Vec<ProductClass>],
) -> Result<()> {
    let outer = definitions_of(&mut Lists::OfRule(view), above)?;
    if outer.is_empty() {
        return Ok(());
    }
    let mut moved: Vec<ProductClass> = vec![class.clone()];
    moved.extend(below.iter().flatten().cloned());
    let inner = definitions_of(&mut Lists::OfRule(view), &moved)?;
    let by_id: HashMap<Id, &ProductParameter> = outer.iter().chain(&inner).map(|one| (one.id, one)).collect();
    let known = by_path(effective_parameters(above, &outer));
    for definition in &inner {
        if let Some(above) = known.get(&path_of(definition, &by_id))
            && narrowed(above, definition).is_err()
        {
            // Who moves a class need not have rights on definitions, so none is named.
            return Err(Error::conflict(Problem::of_field(ErrorCode::Overlap, "parent", WIDENS)));
        }
    }
    Ok(())
}

fn by_path(parameters: Vec<EffectiveParameter>) -> HashMap<ParameterPath, EffectiveParameter> {
    let path = |one: &EffectiveParameter| one.block.iter().chain([&one.code]).cloned().collect();
    parameters.into_iter().map(|one| (path(&one), one)).collect()
}

fn no_longer_narrows(definition: &ProductParameter) -> Error {
    let problem = Problem::of_field(ErrorCode::Overlap, "code", WIDENS);
    Error::conflict(problem.with("other_id", definition.id).with("parameter", &definition.code))
}

/// Completes and checks a definition.
pub(super) fn parameter_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    crate::room::check_given::<ProductParameter>(after)?;
    with_record::<ProductParameter>(before, after, |_, parameter| {
        tidy(&mut parameter.code);
        tidy(&mut parameter.name);
        tidy_part(&mut parameter.unit);
        tidy_part(&mut parameter.external_code);
        parameter.kind.get_or_insert_default();
        for choice in &mut parameter.choices {
            tidy(&mut choice.code);
            tidy_part(&mut choice.name);
        }
        check_content(parameter)?;
        check_fit(view, parameter)?;
        Ok(Decision::default())
    })
}

/// A definition that comes back must still fit.
pub(super) fn parameter_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    check_fit(view, &ProductParameter::from_row(row.clone())?).map(|()| Decision::default())
}

/// What a definition says by itself.
fn check_content(parameter: &ProductParameter) -> Result<()> {
    let mut problems = Vec::new();
    let kind = parameter.value_kind();
    let mut note = |code, field: &str, message: &str| problems.push(Problem::of_field(code, field, message));
    if parameter.code.chars().any(char::is_control) {
        note(ErrorCode::BadFormat, "code", "the code of a parameter has no control characters");
    }
    let has_figures = matches!(kind, ParameterKind::Number | ParameterKind::Range);
    let of_figures = [
        ("unit", parameter.unit.is_some()),
        ("minimum", parameter.minimum.is_some()),
        ("maximum", parameter.maximum.is_some()),
    ];
    for (field, _) in of_figures.iter().filter(|(_, given)| *given && !has_figures) {
        note(ErrorCode::NotAllowed, field, "only figures have a unit and limits");
    }
    if parameter.minimum.is_some_and(|minimum| parameter.maximum.is_some_and(|maximum| maximum < minimum)) {
        note(ErrorCode::OutOfRange, "maximum", "the largest figure is below the smallest");
    }
    if kind != ParameterKind::Choice && !parameter.choices.is_empty() {
        note(ErrorCode::NotAllowed, "choices", "only a parameter of kind `choice` has choices");
    }
    if let Some(unit) = parameter.unit.as_deref().filter(|_| has_figures)
        && let Err(error) = UnitTable::standard().unit(unit)
    {
        problems.extend_from_slice(error.problems());
    }
    check_count("choices", parameter.choices.len(), MAX_CHOICES, &mut problems);
    for (place, choice) in parameter.choices.iter().enumerate() {
        let empty = choice.code.is_empty().then(|| Problem::new(ErrorCode::Required, "the code is empty"));
        let problem = empty.or_else(|| check_chars(&choice.code, MAX_PARAMETER_CODE_CHARS));
        problems.extend(problem.map(|problem| problem.under("code").under(&format!("choices[{place}]"))));
    }
    let same = |choice: &super::ParameterChoice| Some(choice.code.to_lowercase());
    problems.extend(check_distinct(&parameter.choices, |place| format!("choices[{place}].code"), same));
    refuse(problems)
}

/// The definitions of a code at classes, and the blocks in which they, and a definition to be, stand.
fn definitions_like(
    view: &mut dyn View,
    classes: &[&ProductClass],
    parameter: &ProductParameter,
) -> Result<Vec<ProductParameter>> {
    let within: HashSet<Id> = classes.iter().map(|class| class.id).collect();
    let ids: Vec<FieldValue> = classes.iter().map(|class| class.id.into()).collect();
    let same = Filter::In { field: "code".into(), values: vec![parameter.code.as_str().into()] };
    let mut found: Vec<ProductParameter> = Lists::OfRule(view).of_those("product_class", &ids, Some(same))?;
    let mut asked: HashSet<Id> = found.iter().map(|one| one.id).collect();
    let mut blocks: Vec<Id> = found.iter().filter_map(|one| one.block).chain(parameter.block).collect();
    for _ in 0..=MAX_BLOCK_DEPTH {
        blocks.retain(|block| asked.insert(*block));
        if blocks.is_empty() {
            break;
        }
        let wanted: Vec<FieldValue> = blocks.iter().map(|block| (*block).into()).collect();
        let above: Vec<ProductParameter> = Lists::OfRule(view).of("id", &wanted)?;
        blocks = above.iter().filter_map(|one| one.block).collect();
        found.extend(above.into_iter().filter(|one| within.contains(&one.product_class)));
    }
    found.retain(|one| one.id != parameter.id);
    Ok(found)
}

/// A definition among those of its class, of the classes above and below.
fn check_fit(view: &mut dyn View, parameter: &ProductParameter) -> Result<()> {
    let classes = path_for_rule(view, parameter.product_class)?;
    let below = below_for_rule(view, parameter.product_class)?;
    let all: Vec<&ProductClass> = classes.iter().chain(below.iter()).collect();
    let is_below: HashSet<Id> = below.iter().map(|class| class.id).collect();
    let found = definitions_like(view, &all, parameter)?;
    let (inner, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| is_below.contains(&one.product_class));
    let path = {
        let by_id: HashMap<Id, &ProductParameter> = others.iter().map(|one| (one.id, one)).collect();
        check_block(parameter, &by_id)?;
        let path = path_of(parameter, &by_id);
        let same = |other: &&ProductParameter| {
            other.product_class == parameter.product_class && path_of(other, &by_id) == path
        };
        if let Some(other) = others.iter().find(same) {
            let message = "the class defines a parameter of this code already";
            let problem = Problem::of_field(ErrorCode::DuplicateKey, "code", message);
            return Err(Error::conflict(problem.with("other_id", other.id)));
        }
        path
    };
    let above = classes.split_last().map(|(_, above)| above).unwrap_or_default();
    let effective = by_path(effective_parameters(above, &others)).remove(&path).map_or_else(
        || open_choice(parameter).map(|()| defined(parameter, path.clone())),
        |above| narrowed(&above, parameter).map_err(|problems| Error::Invalid { problems }),
    )?;
    check_limits(&effective)?;
    let by_id: HashMap<Id, &ProductParameter> =
        others.iter().chain(&inner).chain([parameter]).map(|one| (one.id, one)).collect();
    let mut same = inner.iter().filter(|definition| path_of(definition, &by_id) == path);
    match same.find(|definition| narrowed(&effective, definition).is_err()) {
        Some(definition) => Err(no_longer_narrows(definition)),
        None => Ok(()),
    }
}

/// A first definition of choices has some; one that narrows another has those from there.
fn open_choice(parameter: &ProductParameter) -> Result<()> {
    if parameter.value_kind() == ParameterKind::Choice && parameter.choices.is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "choices", "a parameter of choices has some"));
    }
    Ok(())
}

/// Limits of which one is inherited must leave something between them.
fn check_limits(effective: &EffectiveParameter) -> Result<()> {
    debug_assert_eq!(effective.dimension, dimension_of(effective.unit.as_deref()), "the unit tells the dimension");
    match (effective.minimum, effective.maximum) {
        (Some(minimum), Some(maximum)) if maximum < minimum => {
            Err(Error::invalid(ErrorCode::OutOfRange, "maximum", "the largest figure is below the smallest"))
        }
        _ => Ok(()),
    }
}

/// The block in which a definition stands is one, and is known at its class.
fn check_block(parameter: &ProductParameter, by_id: &HashMap<Id, &ProductParameter>) -> Result<()> {
    let mut block = parameter.block;
    let mut depth = 0_usize;
    while let Some(id) = block {
        let refuse = |code, message: &str| Err(Error::invalid(code, "block", message));
        if id == parameter.id {
            return refuse(ErrorCode::Cycle, "the block would stand in itself");
        }
        let Some(found) = by_id.get(&id) else {
            return refuse(ErrorCode::NotAllowed, "the block is no parameter of the class or of a class above");
        };
        if found.value_kind() != ParameterKind::Block {
            return refuse(ErrorCode::NotAllowed, "`block` names a parameter that is no block");
        }
        depth = depth.saturating_add(1);
        if depth > MAX_BLOCK_DEPTH {
            return refuse(ErrorCode::TooMany, "blocks are nested too deep");
        }
        block = found.block;
    }
    Ok(())
}
