//! Calls of functions: how many arguments they take, of which kinds, and what they give.

use crate::value::error::excerpt;
use crate::value::{Date, Error, ErrorCode, MAX_SCALE, Result, Rounding};

use super::super::Kind;
use super::super::node::{Function, Node, Position};
use super::{Parser, Typed};

impl Parser<'_> {
    /// A call whose opening parenthesis was read.
    pub(super) fn call(&mut self, name: &str, at: usize) -> Result<Typed> {
        let arguments = self.items(")")?;
        match name {
            "if" => self.branch(arguments, at),
            "round" => self.rounding(arguments, at),
            "date" => self.date(arguments, at),
            _ => match Function::of_name(name) {
                Some(function) => self.function(function, arguments, at),
                None => {
                    let message = format!("there is no function `{}`", excerpt(name));
                    Err(self.refused(at, ErrorCode::NotAllowed, message))
                }
            },
        }
    }

    fn wrong_count(&self, name: &str, at: usize, wanted: &str) -> Error {
        self.refused(at, ErrorCode::NotAllowed, format!("`{name}` takes {wanted}"))
    }

    fn branch(&mut self, arguments: Vec<Typed>, at: usize) -> Result<Typed> {
        let Ok([condition, then, otherwise]) = <[Typed; 3]>::try_from(arguments) else {
            return Err(self.wrong_count("if", at, "a condition and two values"));
        };
        self.must_be(&condition, Kind::Truth, "`if`")?;
        self.alike(&then, &otherwise, at, "if")?;
        let (kind, below) = (then.kind, condition.height.max(then.height).max(otherwise.height));
        let parts = Box::new((condition.node, then.node, otherwise.node));
        self.made(Node::If(parts), kind, at, below)
    }

    fn rounding(&mut self, arguments: Vec<Typed>, at: usize) -> Result<Typed> {
        let mut arguments = arguments.into_iter();
        let (Some(value), Some(digits), mode, None) =
            (arguments.next(), arguments.next(), arguments.next(), arguments.next())
        else {
            return Err(self.wrong_count("round", at, "a number, the digits and at most a way of rounding"));
        };
        self.must_be(&value, Kind::Number, "`round`")?;
        let Some(count) = written_integer(&digits.node) else {
            let message = "the digits of `round` are an integer that is written out".to_owned();
            return Err(self.refused(digits.at, ErrorCode::WrongType, message));
        };
        let limit = i32::try_from(MAX_SCALE).unwrap_or_default();
        let Some(count) = i32::try_from(count).ok().filter(|count| (-limit..=limit).contains(count)) else {
            let message = format!("the digits of `round` lie between -{limit} and {limit}");
            return Err(self.refused(digits.at, ErrorCode::OutOfRange, message));
        };
        let rounding = mode.map_or(Ok(Rounding::HalfUp), |mode| self.way_of_rounding(&mode))?;
        let below = value.height;
        let node = Node::Round { at: Position(at), node: Box::new(value.node), digits: count, rounding };
        self.made(node, Kind::Number, at, below)
    }

    fn way_of_rounding(&self, mode: &Typed) -> Result<Rounding> {
        let Node::Text(word) = &mode.node else {
            let message = "the way of rounding is a text that is written out".to_owned();
            return Err(self.refused(mode.at, ErrorCode::WrongType, message));
        };
        Rounding::parse(word).ok_or_else(|| {
            let message = format!("`{}` is no way of rounding", excerpt(word));
            self.refused(mode.at, ErrorCode::NotInPicklist, message)
        })
    }

    fn date(&mut self, arguments: Vec<Typed>, at: usize) -> Result<Typed> {
        let Ok([Typed { node: Node::Text(text), .. }]) = <[Typed; 1]>::try_from(arguments) else {
            return Err(self.wrong_count("date", at, "a text that is written out, such as '2026-01-31'"));
        };
        let date: Date = text.parse().map_err(|error: Error| self.refused(at, error.code(), error.to_string()))?;
        self.made(Node::Date(date), Kind::Date, at, 0)
    }

    fn function(&mut self, function: Function, arguments: Vec<Typed>, at: usize) -> Result<Typed> {
        let kind = self.result(function, &arguments, at)?;
        let below = arguments.iter().map(|argument| argument.height).max().unwrap_or_default();
        let arguments = arguments.into_iter().map(|argument| argument.node).collect();
        self.made(Node::Call { function, at: Position(at), arguments }, kind, at, below)
    }

    /// Checks the arguments and says what the function gives.
    fn result(&self, function: Function, arguments: &[Typed], at: usize) -> Result<Kind> {
        let name = function.name();
        match function {
            Function::Minimum | Function::Maximum => match arguments {
                [] => Err(self.wrong_count(name, at, "at least one number or date")),
                [first, ..] if first.kind == Kind::Date => self.all(arguments, Kind::Date, name),
                _ => self.all(arguments, Kind::Number, name),
            },
            Function::Coalesce => match arguments {
                [first, _, ..] => self.all(arguments, first.kind, name),
                _ => Err(self.wrong_count(name, at, "at least two values")),
            },
            Function::IsMissing => match arguments {
                [_] => Ok(Kind::Truth),
                _ => Err(self.wrong_count(name, at, "one value")),
            },
            Function::Absolute | Function::Floor | Function::Ceiling => {
                self.exactly(arguments, &[Kind::Number], Kind::Number, name, at)
            }
            Function::Year | Function::Month | Function::Day => {
                self.exactly(arguments, &[Kind::Date], Kind::Number, name, at)
            }
            Function::DaysBetween => self.exactly(arguments, &[Kind::Date, Kind::Date], Kind::Number, name, at),
            Function::Lower => self.exactly(arguments, &[Kind::Text], Kind::Text, name, at),
            Function::StartsWith => self.exactly(arguments, &[Kind::Text, Kind::Text], Kind::Truth, name, at),
            Function::Contains => {
                let is_list = arguments.first().is_some_and(|first| first.kind == Kind::Texts);
                let first = if is_list { Kind::Texts } else { Kind::Text };
                self.exactly(arguments, &[first, Kind::Text], Kind::Truth, name, at)
            }
        }
    }

    fn all(&self, arguments: &[Typed], kind: Kind, name: &str) -> Result<Kind> {
        let place = format!("`{name}`");
        arguments.iter().try_for_each(|argument| self.must_be(argument, kind, &place))?;
        Ok(kind)
    }

    fn exactly(&self, arguments: &[Typed], kinds: &[Kind], gives: Kind, name: &str, at: usize) -> Result<Kind> {
        if arguments.len() != kinds.len() {
            let wanted = kinds.iter().map(|kind| format!("a {kind}")).collect::<Vec<_>>().join(" and ");
            return Err(self.wrong_count(name, at, &wanted));
        }
        let place = format!("`{name}`");
        let mut pairs = arguments.iter().zip(kinds);
        pairs.try_for_each(|(argument, kind)| self.must_be(argument, *kind, &place))?;
        Ok(gives)
    }
}

fn written_integer(node: &Node) -> Option<i64> {
    match node {
        Node::Number(number) => number.decimal.to_scaled(0),
        Node::Negate { node, .. } => match &**node {
            Node::Number(number) => number.decimal.to_scaled(0)?.checked_neg(),
            _ => None,
        },
        _ => None,
    }
}
