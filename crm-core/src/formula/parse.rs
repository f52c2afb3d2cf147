//! Reads and checks a formula in one pass.

use crate::value::error::excerpt;
use crate::value::{Decimal, Error, ErrorCode, Problem, Ratio, Result};

use super::node::{Comparison, Link, Node, NumberLiteral, Operator, Position, strength};
use super::token::{Fault, Form, Token, tokens, unquoted};
use super::{Kind, MAX_FORMULA_CHARS, MAX_FORMULA_DEPTH, MAX_FORMULA_NODES, MAX_LIST_ITEMS, Scope};

mod call;

/// A formula that was read.
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) kind: Kind,
    pub(super) names: Vec<usize>,
}

/// A part with its kind, the byte at which it begins, and how deep it goes.
struct Typed {
    node: Node,
    kind: Kind,
    at: usize,
    height: usize,
}

/// What stands between two operands.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Compare(Comparison),
    In,
    NotIn,
    Between,
    Arithmetic(Operator),
}

impl Infix {
    const fn strength(self) -> u8 {
        match self {
            Self::Or => strength::OR,
            Self::And => strength::AND,
            Self::Compare(_) | Self::In | Self::NotIn | Self::Between => strength::COMPARISON,
            Self::Arithmetic(operator) => operator.strength(),
        }
    }
}

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Parsed> {
    if text.chars().nth(MAX_FORMULA_CHARS).is_some() {
        let message = format!("a formula has more than {MAX_FORMULA_CHARS} characters");
        return Err(Problem::new(ErrorCode::TooLong, message).with("limit", MAX_FORMULA_CHARS).into_invalid());
    }
    let tokens = tokens(text).map_err(|(fault, at)| unreadable(text, fault, at))?;
    let mut parser = Parser { text, tokens, next: 0, scope, depth: 0, nodes: 0, names: Vec::new() };
    parser.check_names()?;
    let whole = parser.expression(0)?;
    if parser.token().form != Form::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    let mut names = parser.names;
    names.sort_unstable();
    names.dedup();
    Ok(Parsed { node: whole.node, kind: whole.kind, names })
}

fn placed(text: &str, at: usize, code: ErrorCode, message: String) -> Problem {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    Problem::new(code, message).with("offset", at).with("line", line).with("column", column)
}

fn unreadable(text: &str, fault: Fault, at: usize) -> Error {
    let rest = text.get(at..).unwrap_or_default();
    let letter = rest.chars().next().unwrap_or_default();
    let message = match fault {
        Fault::OpenText => "a text has no closing quote".to_owned(),
        Fault::Percent => "`%` is no operator: 10 % is written 0.1".to_owned(),
        Fault::Number => {
            let word = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '.').next();
            format!("`{}` is no number", excerpt(word.unwrap_or_default()))
        }
        Fault::Stray => format!("`{letter}` has no meaning in a formula"),
    };
    placed(text, at, ErrorCode::BadFormat, message).into_invalid()
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    next: usize,
    scope: &'t Scope,
    /// Expressions that are being read.
    depth: usize,
    nodes: usize,
    names: Vec<usize>,
}

impl<'t> Parser<'t> {
    fn token_at(&self, place: usize) -> Token<'t> {
        let end = Token { form: Form::End, word: "", at: self.text.len() };
        self.tokens.get(place).copied().unwrap_or(end)
    }

    fn token(&self) -> Token<'t> {
        self.token_at(self.next)
    }

    fn advance(&mut self) -> Token<'t> {
        let token = self.token();
        self.next = self.next.saturating_add(1);
        token
    }

    /// Whether a symbol or a word of the language is next.
    fn is(&self, word: &str) -> bool {
        let token = self.token();
        matches!(token.form, Form::Symbol | Form::Keyword) && token.word == word
    }

    fn accept(&mut self, word: &str) -> bool {
        let accepted = self.is(word);
        if accepted {
            self.advance();
        }
        accepted
    }

    fn expect(&mut self, word: &str) -> Result<()> {
        if self.accept(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Error {
        let token = self.token();
        let found = if token.form == Form::End { "the end".to_owned() } else { format!("`{}`", excerpt(token.word)) };
        self.problem(token.at, ErrorCode::BadFormat, format!("{wanted} is missing before {found}")).into_invalid()
    }

    fn problem(&self, at: usize, code: ErrorCode, message: String) -> Problem {
        placed(self.text, at, code, message)
    }

    fn refused(&self, at: usize, code: ErrorCode, message: String) -> Error {
        self.problem(at, code, message).into_invalid()
    }

    /// All unknown names at once.
    fn check_names(&self) -> Result<()> {
        let mut problems = Vec::new();
        for (place, token) in self.tokens.iter().enumerate() {
            let next = self.token_at(place.saturating_add(1));
            let is_call = next.form == Form::Symbol && next.word == "(";
            if token.form != Form::Name || is_call || self.scope.slot(token.word).is_some() {
                continue;
            }
            let shown = excerpt(token.word);
            let problem = self.problem(token.at, ErrorCode::UnknownField, format!("no field `{shown}`"));
            let problem = problem.with("name", shown);
            problems.push(match self.scope.nearest(token.word) {
                Some(nearest) => problem.with("nearest", nearest),
                None => problem,
            });
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
    }

    /// Counts a part. Its height is one more than that of its highest part.
    fn made(&mut self, node: Node, kind: Kind, at: usize, below: usize) -> Result<Typed> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MAX_FORMULA_NODES {
            let message = format!("a formula has more than {MAX_FORMULA_NODES} parts");
            let problem = self.problem(at, ErrorCode::QueryTooComplex, message);
            return Err(problem.with("limit", MAX_FORMULA_NODES).into_invalid());
        }
        let height = below.saturating_add(1);
        if height > MAX_FORMULA_DEPTH { Err(self.too_deep(at)) } else { Ok(Typed { node, kind, at, height }) }
    }

    fn too_deep(&self, at: usize) -> Error {
        let message = format!("a formula is nested deeper than {MAX_FORMULA_DEPTH} times");
        let problem = self.problem(at, ErrorCode::QueryTooComplex, message);
        problem.with("limit", MAX_FORMULA_DEPTH).into_invalid()
    }

    fn must_be(&self, part: &Typed, kind: Kind, place: &str) -> Result<()> {
        if part.kind == kind {
            return Ok(());
        }
        let message = format!("{place} takes a {kind}, and this is a {}", part.kind);
        Err(self.refused(part.at, ErrorCode::WrongType, message))
    }

    /// Reads operators that bind at least as strongly as `least`, and what stands between them.
    fn expression(&mut self, least: u8) -> Result<Typed> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_FORMULA_DEPTH {
            return Err(self.too_deep(self.token().at));
        }
        let mut left = self.prefix()?;
        let mut is_compared = false;
        while let Some((infix, words)) = self.infix() {
            if infix.strength() < least {
                break;
            }
            let at = self.token().at;
            let compares = infix.strength() == strength::COMPARISON;
            if compares && is_compared {
                let message = "comparisons are not chained: join them with `and`, or use parentheses";
                return Err(self.refused(at, ErrorCode::BadFormat, message.to_owned()));
            }
            is_compared |= compares;
            self.next = self.next.saturating_add(words);
            left = self.joined(left, infix, at)?;
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(left)
    }

    /// The operator that is next, and the words that it has.
    fn infix(&self) -> Option<(Infix, usize)> {
        let token = self.token();
        if !matches!(token.form, Form::Symbol | Form::Keyword) {
            return None;
        }
        let after = self.token_at(self.next.saturating_add(1));
        Some(match token.word {
            "or" => (Infix::Or, 1),
            "and" => (Infix::And, 1),
            "in" => (Infix::In, 1),
            "not" if after.form == Form::Keyword && after.word == "in" => (Infix::NotIn, 2),
            "between" => (Infix::Between, 1),
            "=" | "==" => (Infix::Compare(Comparison::Equal), 1),
            "!=" => (Infix::Compare(Comparison::Unequal), 1),
            "<" => (Infix::Compare(Comparison::Less), 1),
            "<=" => (Infix::Compare(Comparison::LessOrEqual), 1),
            ">" => (Infix::Compare(Comparison::Greater), 1),
            ">=" => (Infix::Compare(Comparison::GreaterOrEqual), 1),
            "+" => (Infix::Arithmetic(Operator::Add), 1),
            "-" => (Infix::Arithmetic(Operator::Subtract), 1),
            "*" => (Infix::Arithmetic(Operator::Multiply), 1),
            "/" => (Infix::Arithmetic(Operator::Divide), 1),
            _ => return None,
        })
    }

    fn joined(&mut self, left: Typed, infix: Infix, at: usize) -> Result<Typed> {
        match infix {
            Infix::Or | Infix::And => self.logic(left, matches!(infix, Infix::And)),
            Infix::Compare(comparison) => self.comparison(left, comparison, at),
            Infix::In => self.membership(left, at),
            Infix::NotIn => {
                let inner = self.membership(left, at)?;
                self.made(Node::Not(Box::new(inner.node)), Kind::Truth, inner.at, inner.height)
            }
            Infix::Between => self.range(left, at),
            Infix::Arithmetic(operator) => self.arithmetic(left, operator, at),
        }
    }

    fn logic(&mut self, left: Typed, is_and: bool) -> Result<Typed> {
        let (word, level) = if is_and { ("`and`", strength::AND) } else { ("`or`", strength::OR) };
        self.must_be(&left, Kind::Truth, word)?;
        let right = self.expression(level.saturating_add(1))?;
        self.must_be(&right, Kind::Truth, word)?;
        let (at, height) = (left.at, left.height);
        // A chain that goes on stays flat, and so no higher than its highest part.
        let (mut nodes, below) = match left.node {
            Node::All(nodes) if is_and => (nodes, height.saturating_sub(1)),
            Node::Any(nodes) if !is_and => (nodes, height.saturating_sub(1)),
            node => (vec![node], height),
        };
        nodes.push(right.node);
        let node = if is_and { Node::All(nodes) } else { Node::Any(nodes) };
        self.made(node, Kind::Truth, at, below.max(right.height))
    }

    fn arithmetic(&mut self, left: Typed, operator: Operator, at: usize) -> Result<Typed> {
        let place = format!("`{}`", operator.symbol());
        self.must_be(&left, Kind::Number, &place)?;
        let right = self.expression(operator.strength().saturating_add(1))?;
        self.must_be(&right, Kind::Number, &place)?;
        let link = Link { operator, at: Position(at), node: right.node };
        let (start, height, own) = (left.at, left.height, left.node.strength());
        let (node, below) = match left.node {
            Node::Chain { first, mut links } if own == operator.strength() => {
                links.push(link);
                (Node::Chain { first, links }, height.saturating_sub(1))
            }
            node => (Node::Chain { first: Box::new(node), links: vec![link] }, height),
        };
        self.made(node, Kind::Number, start, below.max(right.height))
    }

    fn comparison(&mut self, left: Typed, comparison: Comparison, at: usize) -> Result<Typed> {
        let right = self.expression(strength::SUM)?;
        let symbol = comparison.symbol();
        self.alike(&left, &right, at, symbol)?;
        let has_order = comparison.is_equality() || left.kind != Kind::Truth;
        if left.kind == Kind::Texts || !has_order {
            let message = format!("`{symbol}` does not compare a {}", left.kind);
            return Err(self.refused(at, ErrorCode::WrongType, message));
        }
        let (start, below) = (left.at, left.height.max(right.height));
        let sides = Box::new((left.node, right.node));
        self.made(Node::Compare { comparison, at: Position(at), sides }, Kind::Truth, start, below)
    }

    fn alike(&self, left: &Typed, right: &Typed, at: usize, place: &str) -> Result<()> {
        if left.kind == right.kind {
            return Ok(());
        }
        let message = format!("`{place}` cannot join a {} and a {}", left.kind, right.kind);
        Err(self.refused(at, ErrorCode::WrongType, message))
    }

    fn range(&mut self, item: Typed, at: usize) -> Result<Typed> {
        let low = self.expression(strength::SUM)?;
        self.expect("and")?;
        let high = self.expression(strength::SUM)?;
        self.alike(&item, &low, at, "between")?;
        self.alike(&item, &high, at, "between")?;
        if matches!(item.kind, Kind::Texts | Kind::Truth) {
            let message = format!("`between` does not compare a {}", item.kind);
            return Err(self.refused(at, ErrorCode::WrongType, message));
        }
        let (start, below) = (item.at, item.height.max(low.height).max(high.height));
        let parts = Box::new((item.node, low.node, high.node));
        self.made(Node::Between { at: Position(at), parts }, Kind::Truth, start, below)
    }

    fn membership(&mut self, item: Typed, at: usize) -> Result<Typed> {
        if self.is("[") {
            return self.choices(item, at);
        }
        let list = self.expression(strength::SUM)?;
        self.must_be(&list, Kind::Texts, "`in`")?;
        if !matches!(item.kind, Kind::Text | Kind::Texts) {
            let message = format!("a {} cannot be in a list of texts", item.kind);
            return Err(self.refused(at, ErrorCode::WrongType, message));
        }
        let (start, below) = (item.at, item.height.max(list.height));
        let sides = Box::new((item.node, list.node));
        self.made(Node::In { at: Position(at), sides }, Kind::Truth, start, below)
    }

    fn choices(&mut self, item: Typed, at: usize) -> Result<Typed> {
        let kind = if item.kind == Kind::Texts { Kind::Text } else { item.kind };
        self.advance();
        let items = self.items("]")?;
        for choice in &items {
            self.must_be(choice, kind, "this list")?;
        }
        let below = items.iter().map(|choice| choice.height).fold(item.height, usize::max);
        let choices = items.into_iter().map(|choice| choice.node).collect();
        let node = Node::Among { at: Position(at), item: Box::new(item.node), choices };
        self.made(node, Kind::Truth, item.at, below)
    }

    /// Expressions with commas between them, up to the closing symbol.
    fn items(&mut self, closing: &str) -> Result<Vec<Typed>> {
        let mut items = Vec::new();
        if self.accept(closing) {
            return Ok(items);
        }
        loop {
            if items.len() >= MAX_LIST_ITEMS {
                let message = format!("there are more than {MAX_LIST_ITEMS} items");
                let problem = self.problem(self.token().at, ErrorCode::TooMany, message);
                return Err(problem.with("limit", MAX_LIST_ITEMS).into_invalid());
            }
            items.push(self.expression(0)?);
            if self.accept(closing) {
                return Ok(items);
            }
            if !self.accept(",") {
                return Err(self.unexpected(&format!("`,` or `{closing}`")));
            }
        }
    }

    fn prefix(&mut self) -> Result<Typed> {
        let at = self.token().at;
        if self.accept("not") {
            let inner = self.expression(strength::NOT)?;
            self.must_be(&inner, Kind::Truth, "`not`")?;
            return self.made(Node::Not(Box::new(inner.node)), Kind::Truth, at, inner.height);
        }
        if self.accept("-") {
            let inner = self.expression(strength::NEGATION)?;
            self.must_be(&inner, Kind::Number, "`-`")?;
            let node = Node::Negate { at: Position(at), node: Box::new(inner.node) };
            return self.made(node, Kind::Number, at, inner.height);
        }
        if self.accept("(") {
            let inner = self.expression(0)?;
            self.expect(")")?;
            return Ok(Typed { at, ..inner });
        }
        self.operand()
    }

    fn operand(&mut self) -> Result<Typed> {
        let token = self.token();
        let after = self.token_at(self.next.saturating_add(1));
        let is_call = after.form == Form::Symbol && after.word == "(";
        match (token.form, token.word) {
            (Form::Number, word) => self.number(word, token.at),
            (Form::Text, word) => {
                self.advance();
                self.made(Node::Text(unquoted(word).into()), Kind::Text, token.at, 0)
            }
            (Form::Keyword, "true" | "false") => {
                self.advance();
                self.made(Node::Truth(token.word == "true"), Kind::Truth, token.at, 0)
            }
            (Form::Name, name) | (Form::Keyword, name @ "if") if is_call => {
                self.next = self.next.saturating_add(2);
                self.call(name, token.at)
            }
            (Form::Name, name) => self.name(name, token.at),
            (Form::Symbol, "[") => self.texts(token.at),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn number(&mut self, word: &str, at: usize) -> Result<Typed> {
        self.advance();
        let decimal: Decimal = word.parse().map_err(|error: Error| {
            self.refused(at, error.code(), format!("`{}` has more digits than can be kept exactly", excerpt(word)))
        })?;
        let binary = word.parse().unwrap_or_default();
        let literal = NumberLiteral { decimal, exact: Ratio::from(decimal), binary };
        self.made(Node::Number(literal), Kind::Number, at, 0)
    }

    fn name(&mut self, name: &str, at: usize) -> Result<Typed> {
        self.advance();
        let known = self.scope.slot(name).and_then(|slot| Some((slot, self.scope.kind(slot)?)));
        let Some((slot, kind)) = known else {
            let message = format!("no field `{}`", excerpt(name));
            return Err(self.refused(at, ErrorCode::UnknownField, message));
        };
        self.names.push(slot);
        self.made(Node::Name { slot, name: name.into(), kind }, kind, at, 0)
    }

    /// A list as a value: its items are written out.
    fn texts(&mut self, at: usize) -> Result<Typed> {
        self.advance();
        let items = self.items("]")?;
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            let Node::Text(text) = item.node else {
                let message = "a list has texts in quotes, unless it stands behind `in`".to_owned();
                return Err(self.refused(item.at, ErrorCode::WrongType, message));
            };
            texts.push(text.into());
        }
        self.made(Node::Texts(texts.into()), Kind::Texts, at, 0)
    }
}
