//! From signs to a tree whose kinds fit.

use super::read::{Sign, read, wrong};
use super::types::{Formula, Function, Kind, MAX_DEPTH, MAX_PARTS, Node, Operator, Scope};
use crate::value::{Date, ErrorCode, Ratio, Result, error::excerpt};

impl Formula {
    /// Reads and checks a formula.
    ///
    /// # Errors
    /// With the `position` in the data: `BadFormat` for what is no formula, `UnknownField` for an unknown name, `WrongType` where
    /// an operator or a function gets what it does not take, `QueryTooComplex` if it is too deep, `TooLong`.
    pub fn parse(text: &str, scope: &Scope) -> Result<Self> {
        let signs = read(text)?;
        if let Some((place, _)) = signs.get(MAX_PARTS) {
            return Err(wrong(ErrorCode::QueryTooComplex, *place, format!("a formula has at most {MAX_PARTS} parts")));
        }
        let mut parser = Parser { signs: &signs, next: 0, end: text.chars().count(), scope, depth: 0 };
        let (root, kind) = parser.weakest(0)?;
        match parser.peek() {
            None => Ok(Self { text: text.to_owned(), root, kind }),
            Some(_) => Err(wrong(ErrorCode::BadFormat, parser.place(), "the formula ends before this")),
        }
    }
}

struct Parser<'a> {
    signs: &'a [(usize, Sign)],
    next: usize,
    end: usize,
    scope: &'a Scope,
    depth: usize,
}

type Typed = (Node, Kind);

/// Operators of two sides by how strongly they bind.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[
        ("=", Operator::Equal),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<>", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("in", Operator::In),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];
/// The level of comparisons; `not` stands before it.
const COMPARISON: usize = 2;

impl Parser<'_> {
    fn peek(&self) -> Option<&Sign> {
        self.signs.get(self.next).map(|(_, sign)| sign)
    }

    fn place(&self) -> usize {
        self.signs.get(self.next).map_or(self.end, |(place, _)| *place)
    }

    fn is_next(&self, written: &str) -> bool {
        match self.peek() {
            Some(Sign::Mark(mark)) => *mark == written,
            Some(Sign::Word(word)) => word == written,
            _ => false,
        }
    }

    fn take(&mut self, written: &str) -> bool {
        let is = self.is_next(written);
        if is {
            self.next = self.next.saturating_add(1);
        }
        is
    }

    fn expect(&mut self, written: &str) -> Result<()> {
        if self.take(written) {
            return Ok(());
        }
        Err(wrong(ErrorCode::BadFormat, self.place(), format!("`{written}` is expected")))
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(wrong(ErrorCode::QueryTooComplex, self.place(), "the formula is too deep"));
        }
        let answer = inner(self);
        self.depth = self.depth.saturating_sub(1);
        answer
    }

    fn weakest(&mut self, level: usize) -> Result<Typed> {
        let Some(operators) = LEVELS.get(level) else { return self.strongest() };
        if level == COMPARISON && self.take("not") {
            let place = self.place();
            let (inner, kind) = self.deeper(|parser| parser.weakest(COMPARISON))?;
            must_be(kind, Kind::Truth, place)?;
            return Ok((Node::Not(Box::new(inner)), Kind::Truth));
        }
        let tighter = level.saturating_add(1);
        let mut left = self.weakest(tighter)?;
        loop {
            let place = self.place();
            if level == COMPARISON && self.take("between") {
                left = self.between(left, place)?;
                continue;
            }
            let Some((_, operator)) = operators.iter().find(|(written, _)| self.is_next(written)) else {
                return Ok(left);
            };
            self.next = self.next.saturating_add(1);
            let right = self.deeper(|parser| parser.weakest(tighter))?;
            left = paired(*operator, left, right, place)?;
            // `a < b < c` would compare a truth.
            if level == COMPARISON {
                return Ok(left);
            }
        }
    }

    fn between(&mut self, value: Typed, place: usize) -> Result<Typed> {
        let additive = COMPARISON.saturating_add(1);
        let low = self.deeper(|parser| parser.weakest(additive))?;
        self.expect("and")?;
        let high = self.deeper(|parser| parser.weakest(additive))?;
        let above = paired(Operator::GreaterOrEqual, value.clone(), low, place)?;
        let below = paired(Operator::LessOrEqual, value, high, place)?;
        paired(Operator::And, above, below, place)
    }

    fn strongest(&mut self) -> Result<Typed> {
        let place = self.place();
        if self.take("-") {
            let (inner, kind) = self.deeper(Self::strongest)?;
            must_be(kind, Kind::Number, place)?;
            return Ok((Node::Minus(Box::new(inner)), Kind::Number));
        }
        if self.take("(") {
            let inner = self.deeper(|parser| parser.weakest(0))?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.take("[") {
            return self.list(place);
        }
        let Some(sign) = self.peek().cloned() else {
            return Err(wrong(ErrorCode::BadFormat, place, "the formula has no end"));
        };
        self.next = self.next.saturating_add(1);
        match sign {
            Sign::Number(number) => Ok((Node::Number(Ratio::from(number)), Kind::Number)),
            Sign::Text(text) => Ok((Node::Text(text), Kind::Text)),
            Sign::Word(word) => self.word(&word, place),
            Sign::Mark(mark) => Err(wrong(ErrorCode::BadFormat, place, format!("`{mark}` is not expected here"))),
        }
    }

    fn list(&mut self, place: usize) -> Result<Typed> {
        let mut texts = Vec::new();
        while !self.take("]") {
            if !texts.is_empty() {
                self.expect(",")?;
            }
            let Some(Sign::Text(text)) = self.peek().cloned() else {
                return Err(wrong(ErrorCode::WrongType, place, "a list has texts only"));
            };
            self.next = self.next.saturating_add(1);
            texts.push(text);
        }
        Ok((Node::Texts(texts), Kind::Texts))
    }

    fn word(&mut self, word: &str, place: usize) -> Result<Typed> {
        match word {
            "true" => return Ok((Node::Truth(true), Kind::Truth)),
            "false" => return Ok((Node::Truth(false), Kind::Truth)),
            _ => {}
        }
        if !self.is_next("(") {
            let known = self.scope.find(word);
            let (slot, kind) = known.ok_or_else(|| {
                wrong(ErrorCode::UnknownField, place, format!("there is no name `{}`", excerpt(word)))
            })?;
            return Ok((Node::Name(slot, word.into()), kind));
        }
        self.next = self.next.saturating_add(1);
        let mut arguments = Vec::new();
        while !self.take(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.deeper(|parser| parser.weakest(0))?);
        }
        if word == "date" {
            return match arguments.as_slice() {
                [(Node::Text(text), _)] => {
                    let date: Date = text
                        .parse()
                        .map_err(|_| wrong(ErrorCode::BadFormat, place, "a date is written `2026-01-31`"))?;
                    Ok((Node::Date(date), Kind::Date))
                }
                _ => Err(wrong(ErrorCode::WrongType, place, "`date` takes a text")),
            };
        }
        let function = Function::ALL.iter().find(|(name, _)| *name == word).map(|(_, function)| *function);
        let function = function.ok_or_else(|| {
            wrong(ErrorCode::UnknownField, place, format!("there is no function `{}`", excerpt(word)))
        })?;
        called(function, word, arguments, place)
    }
}

fn must_be(kind: Kind, wanted: Kind, place: usize) -> Result<()> {
    if kind == wanted {
        return Ok(());
    }
    Err(wrong(ErrorCode::WrongType, place, format!("a {wanted} is needed here, and this is a {kind}")))
}

fn paired(operator: Operator, left: Typed, right: Typed, place: usize) -> Result<Typed> {
    let kind = match operator {
        Operator::Or | Operator::And => {
            must_be(left.1, Kind::Truth, place)?;
            must_be(right.1, Kind::Truth, place)?;
            Kind::Truth
        }
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => {
            must_be(left.1, Kind::Number, place)?;
            must_be(right.1, Kind::Number, place)?;
            Kind::Number
        }
        Operator::In => {
            must_be(left.1, Kind::Text, place)?;
            must_be(right.1, Kind::Texts, place)?;
            Kind::Truth
        }
        Operator::Equal | Operator::NotEqual => {
            must_be(right.1, left.1, place)?;
            Kind::Truth
        }
        _ => {
            must_be(right.1, left.1, place)?;
            if matches!(left.1, Kind::Truth | Kind::Texts) {
                return Err(wrong(ErrorCode::WrongType, place, format!("a {} has no order", left.1)));
            }
            Kind::Truth
        }
    };
    Ok((Node::Pair(operator, Box::new(left.0), Box::new(right.0)), kind))
}

fn called(function: Function, name: &str, arguments: Vec<Typed>, place: usize) -> Result<Typed> {
    let kinds: Vec<Kind> = arguments.iter().map(|(_, kind)| *kind).collect();
    let same = |kinds: &[Kind]| kinds.iter().zip(kinds.iter().skip(1)).all(|(one, next)| one == next);
    let kind = match (function, kinds.as_slice()) {
        (Function::If, [Kind::Truth, one, other]) if one == other => Some(*one),
        (Function::Min | Function::Max, [first, ..]) if same(&kinds) && matches!(first, Kind::Number | Kind::Date) => {
            Some(*first)
        }
        (Function::Abs | Function::Floor | Function::Ceil, [Kind::Number]) => Some(Kind::Number),
        (Function::Round, [Kind::Number] | [Kind::Number, Kind::Number]) => Some(Kind::Number),
        (Function::Coalesce, [first, _, ..]) if same(&kinds) => Some(*first),
        (Function::IsMissing, [_]) if matches!(arguments.first(), Some((Node::Name(..), _))) => Some(Kind::Truth),
        (Function::Contains, [Kind::Texts | Kind::Text, Kind::Text])
        | (Function::StartsWith, [Kind::Text, Kind::Text]) => Some(Kind::Truth),
        (Function::Lower, [Kind::Text]) => Some(Kind::Text),
        (Function::Year | Function::Month | Function::Day, [Kind::Date])
        | (Function::DaysBetween, [Kind::Date, Kind::Date]) => Some(Kind::Number),
        _ => None,
    };
    let Some(kind) = kind else {
        return Err(wrong(ErrorCode::WrongType, place, format!("`{name}` does not take these arguments")));
    };
    Ok((Node::Call(function, arguments.into_iter().map(|(node, _)| node).collect()), kind))
}
