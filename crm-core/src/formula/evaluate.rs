//! Evaluates a checked formula. Kinds were checked when it was read; a lookup that breaks its word is an error.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::Datelike;

use crate::value::{Date, Error, ErrorCode, Problem, Result};

use super::node::{Comparison, Function, Link, Node, Operator, Position};
use super::number::Number;
use super::{Datum, Kind, Lookup, failed};

/// The value of a part.
pub(super) fn datum<'a, N: Number>(node: &'a Node, lookup: &'a dyn Lookup<N>) -> Result<Datum<'a, N>> {
    match node {
        Node::Number(literal) => Ok(Datum::Number(N::literal(literal))),
        Node::Text(text) => Ok(Datum::text(text)),
        Node::Truth(truth) => Ok(Datum::Truth(*truth)),
        Node::Date(date) => Ok(Datum::Date(*date)),
        Node::Texts(texts) => Ok(Datum::Texts(texts)),
        Node::Name { slot, name, kind } => looked_up(*slot, name, *kind, lookup),
        Node::Negate { at, node } => sound(number(node, lookup)?.negate(), *at).map(Datum::Number),
        Node::Chain { first, links } => chain(first, links, lookup).map(Datum::Number),
        Node::Not(node) => truth(node, lookup).map(|truth| Datum::Truth(!truth)),
        Node::All(nodes) => every(nodes, true, lookup).map(Datum::Truth),
        Node::Any(nodes) => every(nodes, false, lookup).map(|none| Datum::Truth(!none)),
        Node::Compare { comparison, at, sides } => {
            compared(&sides.0, &sides.1, *at, lookup).map(|order| Datum::Truth(holds(*comparison, order)))
        }
        Node::In { at, sides } => is_in(&sides.0, &sides.1, *at, lookup).map(Datum::Truth),
        Node::Among { at, item, choices } => among(item, choices, *at, lookup).map(Datum::Truth),
        Node::Between { at, parts } => between(&parts.0, &parts.1, &parts.2, *at, lookup).map(Datum::Truth),
        Node::If(parts) => datum(if truth(&parts.0, lookup)? { &parts.1 } else { &parts.2 }, lookup),
        Node::Round { at, node, digits, rounding } => {
            sound(number(node, lookup)?.round(*digits, *rounding), *at).map(Datum::Number)
        }
        Node::Call { function, at, arguments } => call(*function, *at, arguments, lookup),
    }
}

fn looked_up<'a, N: Number>(slot: usize, name: &str, kind: Kind, lookup: &'a dyn Lookup<N>) -> Result<Datum<'a, N>> {
    let found = lookup.datum(slot)?;
    if let Datum::Number(number) = &found
        && !number.is_sound()
    {
        return Err(Error::invalid(ErrorCode::OutOfRange, name, "the number is not finite"));
    }
    match found.kind() {
        Some(given) if given != kind => {
            Err(Error::invalid(ErrorCode::WrongType, name, format!("a {kind} was declared, and a {given} was given")))
        }
        _ => Ok(found),
    }
}

/// The value of a part that must not be missing.
fn present<'a, N: Number>(node: &'a Node, lookup: &'a dyn Lookup<N>) -> Result<Datum<'a, N>> {
    match datum(node, lookup)? {
        Datum::Missing => Err(missing(node, lookup)),
        found => Ok(found),
    }
}

/// Names the field that was handed on; only `if` and `coalesce` hand on what is missing.
fn missing<N: Number>(node: &Node, lookup: &dyn Lookup<N>) -> Error {
    match node {
        Node::Name { name, .. } => {
            let message = "the field is not set: guard it with `is_missing` or `coalesce`";
            Error::invalid(ErrorCode::Required, &**name, message)
        }
        Node::If(parts) => match truth(&parts.0, lookup) {
            Ok(true) => missing(&parts.1, lookup),
            Ok(false) => missing(&parts.2, lookup),
            Err(error) => error,
        },
        Node::Call { function: Function::Coalesce, arguments, .. } => {
            arguments.last().map_or_else(nothing, |last| missing(last, lookup))
        }
        _ => nothing(),
    }
}

fn nothing() -> Error {
    Problem::new(ErrorCode::Required, "a value is missing").into_invalid()
}

fn unfit(wanted: Kind) -> Error {
    Problem::new(ErrorCode::WrongType, format!("the formula gives no {wanted}")).into_invalid()
}

pub(super) fn number<N: Number>(node: &Node, lookup: &dyn Lookup<N>) -> Result<N> {
    match present(node, lookup)? {
        Datum::Number(number) => Ok(number),
        _ => Err(unfit(Kind::Number)),
    }
}

pub(super) fn truth<N: Number>(node: &Node, lookup: &dyn Lookup<N>) -> Result<bool> {
    match present(node, lookup)? {
        Datum::Truth(truth) => Ok(truth),
        _ => Err(unfit(Kind::Truth)),
    }
}

fn date<N: Number>(node: &Node, lookup: &dyn Lookup<N>) -> Result<Date> {
    match present(node, lookup)? {
        Datum::Date(date) => Ok(date),
        _ => Err(unfit(Kind::Date)),
    }
}

fn text<'a, N: Number>(node: &'a Node, lookup: &'a dyn Lookup<N>) -> Result<Cow<'a, str>> {
    match present(node, lookup)? {
        Datum::Text(text) => Ok(text),
        _ => Err(unfit(Kind::Text)),
    }
}

fn sound<N>(result: Option<N>, at: Position) -> Result<N> {
    result.ok_or_else(|| failed(ErrorCode::Overflow, at, "a figure of the formula does not fit"))
}

fn chain<N: Number>(first: &Node, links: &[Link], lookup: &dyn Lookup<N>) -> Result<N> {
    let mut result = number(first, lookup)?;
    for link in links {
        let other = number(&link.node, lookup)?;
        let next = match link.operator {
            Operator::Add => result.add(other),
            Operator::Subtract => result.subtract(other),
            Operator::Multiply => result.multiply(other),
            Operator::Divide if other.is_zero() => {
                return Err(failed(ErrorCode::OutOfRange, link.at, "division by zero"));
            }
            Operator::Divide => result.divide(other),
        };
        result = sound(next, link.at)?;
    }
    Ok(result)
}

/// Whether every part is `wanted`; stops at the first that is not.
fn every<N: Number>(nodes: &[Node], is_and: bool, lookup: &dyn Lookup<N>) -> Result<bool> {
    for node in nodes {
        if truth(node, lookup)? != is_and {
            return Ok(false);
        }
    }
    Ok(true)
}

const fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

fn order<N: Number>(left: &Datum<'_, N>, right: &Datum<'_, N>, at: Position) -> Result<Ordering> {
    match (left, right) {
        (Datum::Number(left), Datum::Number(right)) => Ok(left.compare(*right)),
        (Datum::Text(left), Datum::Text(right)) => Ok(left.as_ref().cmp(right.as_ref())),
        (Datum::Date(left), Datum::Date(right)) => Ok(left.cmp(right)),
        (Datum::Truth(left), Datum::Truth(right)) => Ok(left.cmp(right)),
        _ => Err(failed(ErrorCode::WrongType, at, "the two sides cannot be compared")),
    }
}

fn compared<N: Number>(left: &Node, right: &Node, at: Position, lookup: &dyn Lookup<N>) -> Result<Ordering> {
    order(&present(left, lookup)?, &present(right, lookup)?, at)
}

fn between<N: Number>(item: &Node, low: &Node, high: &Node, at: Position, lookup: &dyn Lookup<N>) -> Result<bool> {
    let item = present(item, lookup)?;
    if order(&item, &present(low, lookup)?, at)?.is_lt() {
        return Ok(false);
    }
    Ok(order(&item, &present(high, lookup)?, at)?.is_le())
}

fn is_in<N: Number>(item: &Node, list: &Node, at: Position, lookup: &dyn Lookup<N>) -> Result<bool> {
    let list = present(list, lookup)?;
    match (present(item, lookup)?, list) {
        (Datum::Text(item), Datum::Texts(list)) => Ok(has(list, &item)),
        (Datum::Texts(items), Datum::Texts(list)) => Ok(items.iter().any(|item| has(list, item))),
        _ => Err(failed(ErrorCode::WrongType, at, "`in` takes texts")),
    }
}

fn has(list: &[String], item: &str) -> bool {
    list.iter().any(|known| known == item)
}

fn among<N: Number>(item: &Node, choices: &[Node], at: Position, lookup: &dyn Lookup<N>) -> Result<bool> {
    let item = present(item, lookup)?;
    for choice in choices {
        let choice = present(choice, lookup)?;
        let is_it = match (&item, &choice) {
            (Datum::Texts(items), Datum::Text(choice)) => has(items, choice),
            _ => order(&item, &choice, at)?.is_eq(),
        };
        if is_it {
            return Ok(true);
        }
    }
    Ok(false)
}

fn call<'a, N: Number>(
    function: Function,
    at: Position,
    arguments: &'a [Node],
    lookup: &'a dyn Lookup<N>,
) -> Result<Datum<'a, N>> {
    match (function, arguments) {
        (Function::Minimum, [first, rest @ ..]) => extreme(first, rest, Ordering::Less, at, lookup),
        (Function::Maximum, [first, rest @ ..]) => extreme(first, rest, Ordering::Greater, at, lookup),
        (Function::Absolute, [node]) => sound(number(node, lookup)?.absolute(), at).map(Datum::Number),
        (Function::Floor, [node]) => sound(number(node, lookup)?.floor(), at).map(Datum::Number),
        (Function::Ceiling, [node]) => sound(number(node, lookup)?.ceiling(), at).map(Datum::Number),
        (Function::Coalesce, nodes) => first_present(nodes, lookup),
        (Function::IsMissing, [node]) => Ok(Datum::Truth(matches!(datum(node, lookup)?, Datum::Missing))),
        (Function::Year, [node]) => Ok(whole(date(node, lookup)?.to_chrono().year())),
        (Function::Month, [node]) => small(date(node, lookup)?.to_chrono().month(), at),
        (Function::Day, [node]) => small(date(node, lookup)?.to_chrono().day(), at),
        (Function::DaysBetween, [from, to]) => small(date(to, lookup)?.days_since(date(from, lookup)?), at),
        (Function::StartsWith, [whole, start]) => {
            Ok(Datum::Truth(text(whole, lookup)?.starts_with(text(start, lookup)?.as_ref())))
        }
        (Function::Contains, [whole, part]) => contains(whole, part, at, lookup),
        (Function::Lower, [node]) => text(node, lookup).map(|text| Datum::Text(lower(text))),
        _ => Err(failed(ErrorCode::NotAllowed, at, "the function has other arguments")),
    }
}

fn extreme<'a, N: Number>(
    first: &'a Node,
    rest: &'a [Node],
    wanted: Ordering,
    at: Position,
    lookup: &'a dyn Lookup<N>,
) -> Result<Datum<'a, N>> {
    let mut best = present(first, lookup)?;
    for node in rest {
        let next = present(node, lookup)?;
        if order(&next, &best, at)? == wanted {
            best = next;
        }
    }
    Ok(best)
}

fn first_present<'a, N: Number>(nodes: &'a [Node], lookup: &'a dyn Lookup<N>) -> Result<Datum<'a, N>> {
    for node in nodes {
        let found = datum(node, lookup)?;
        if !matches!(found, Datum::Missing) {
            return Ok(found);
        }
    }
    Ok(Datum::Missing)
}

fn whole<'a, N: Number>(figure: i32) -> Datum<'a, N> {
    Datum::Number(N::integer(figure))
}

fn small<'a, N: Number>(figure: impl TryInto<i32>, at: Position) -> Result<Datum<'a, N>> {
    sound(figure.try_into().ok(), at).map(whole)
}

fn contains<'a, N: Number>(
    whole: &'a Node,
    part: &'a Node,
    at: Position,
    lookup: &'a dyn Lookup<N>,
) -> Result<Datum<'a, N>> {
    let part = text(part, lookup)?;
    match present(whole, lookup)? {
        Datum::Text(whole) => Ok(Datum::Truth(whole.contains(part.as_ref()))),
        Datum::Texts(list) => Ok(Datum::Truth(has(list, &part))),
        _ => Err(failed(ErrorCode::WrongType, at, "`contains` takes a text or a list")),
    }
}

/// A text that is in small letters already is handed on as it is.
fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(|letter| letter.to_lowercase().ne([letter])) { Cow::Owned(text.to_lowercase()) } else { text }
}
