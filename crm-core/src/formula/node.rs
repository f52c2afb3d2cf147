//! The parts of a formula, and how they are written.

use std::fmt;

use crate::value::{Date, Decimal, Ratio, Rounding};

use super::Kind;

/// The byte of the text at which a part stands. Parts that say the same are equal wherever they stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position(pub(super) usize);

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A number as it is written, ready for both kinds of arithmetic; never below zero.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NumberLiteral {
    pub(super) decimal: Decimal,
    pub(super) exact: Ratio,
    pub(super) binary: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Functions whose arguments are all evaluated alike; `if`, `round` and `date` are parts of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Minimum,
    Maximum,
    Absolute,
    Floor,
    Ceiling,
    Coalesce,
    IsMissing,
    Year,
    Month,
    Day,
    DaysBetween,
    StartsWith,
    Contains,
    Lower,
}

/// One more operand of a chain such as `a + b - c`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    pub(super) operator: Operator,
    pub(super) at: Position,
    pub(super) node: Node,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(NumberLiteral),
    Text(Box<str>),
    Truth(bool),
    Date(Date),
    Texts(Box<[String]>),
    Name {
        slot: usize,
        name: Box<str>,
        kind: Kind,
    },
    Negate {
        at: Position,
        node: Box<Node>,
    },
    /// `a + b - c`, or `a * b / c`: all operators bind alike. A chain is flat so that a long one is not deep.
    Chain {
        first: Box<Node>,
        links: Vec<Link>,
    },
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Compare {
        comparison: Comparison,
        at: Position,
        sides: Box<(Node, Node)>,
    },
    /// `item in list`: the list is a value.
    In {
        at: Position,
        sides: Box<(Node, Node)>,
    },
    /// `item in [a, b]`: the choices are parts of the formula.
    Among {
        at: Position,
        item: Box<Node>,
        choices: Vec<Node>,
    },
    Between {
        at: Position,
        parts: Box<(Node, Node, Node)>,
    },
    If(Box<(Node, Node, Node)>),
    Round {
        at: Position,
        node: Box<Node>,
        digits: i32,
        rounding: Rounding,
    },
    Call {
        function: Function,
        at: Position,
        arguments: Vec<Node>,
    },
}

/// How strongly the parts bind.
pub(super) mod strength {
    pub(in super::super) const OR: u8 = 1;
    pub(in super::super) const AND: u8 = 2;
    pub(in super::super) const NOT: u8 = 3;
    pub(in super::super) const COMPARISON: u8 = 4;
    pub(in super::super) const SUM: u8 = 5;
    pub(in super::super) const PRODUCT: u8 = 6;
    pub(in super::super) const NEGATION: u8 = 7;
    pub(in super::super) const WHOLE: u8 = 8;
}

impl Operator {
    pub(super) const fn strength(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => strength::SUM,
            Self::Multiply | Self::Divide => strength::PRODUCT,
        }
    }

    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

impl Comparison {
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    pub(super) const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::Unequal)
    }
}

impl Function {
    const ALL: [(&'static str, Self); 14] = [
        ("min", Self::Minimum),
        ("max", Self::Maximum),
        ("abs", Self::Absolute),
        ("floor", Self::Floor),
        ("ceil", Self::Ceiling),
        ("coalesce", Self::Coalesce),
        ("is_missing", Self::IsMissing),
        ("year", Self::Year),
        ("month", Self::Month),
        ("day", Self::Day),
        ("days_between", Self::DaysBetween),
        ("starts_with", Self::StartsWith),
        ("contains", Self::Contains),
        ("lower", Self::Lower),
    ];

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }
}

impl Node {
    pub(super) fn strength(&self) -> u8 {
        match self {
            Self::Any(_) => strength::OR,
            Self::All(_) => strength::AND,
            Self::Not(_) => strength::NOT,
            Self::Compare { .. } | Self::In { .. } | Self::Among { .. } | Self::Between { .. } => strength::COMPARISON,
            Self::Chain { links, .. } => links.first().map_or(strength::SUM, |link| link.operator.strength()),
            Self::Negate { .. } => strength::NEGATION,
            _ => strength::WHOLE,
        }
    }
}

/// A part that must bind at least as strongly as its place asks; parentheses help.
struct At<'a>(u8, &'a Node);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1.strength() < self.0 { write!(f, "({})", self.1) } else { write!(f, "{}", self.1) }
    }
}

/// Parts with commas between them.
struct Listed<'a>(&'a [Node]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        joined(f, self.0.iter(), ", ")
    }
}

fn joined<T: fmt::Display>(f: &mut fmt::Formatter<'_>, parts: impl Iterator<Item = T>, between: &str) -> fmt::Result {
    for (place, part) in parts.enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use strength::{AND, COMPARISON, NEGATION, OR, SUM};
        match self {
            Self::Number(number) => write!(f, "{}", number.decimal),
            Self::Text(text) => write!(f, "{}", Quoted(text)),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Date(date) => write!(f, "date('{date}')"),
            Self::Texts(texts) => {
                f.write_str("[")?;
                joined(f, texts.iter().map(|text| Quoted(text)), ", ")?;
                f.write_str("]")
            }
            Self::Name { name, .. } => f.write_str(name),
            Self::Negate { node, .. } => write!(f, "-{}", At(NEGATION, node)),
            Self::Chain { first, links } => {
                let own = self.strength();
                write!(f, "{}", At(own, first))?;
                links.iter().try_for_each(|link| {
                    write!(f, " {} {}", link.operator.symbol(), At(own.saturating_add(1), &link.node))
                })
            }
            Self::Not(node) => write!(f, "not {}", At(strength::NOT, node)),
            Self::All(nodes) => joined(f, nodes.iter().map(|node| At(AND.saturating_add(1), node)), " and "),
            Self::Any(nodes) => joined(f, nodes.iter().map(|node| At(OR.saturating_add(1), node)), " or "),
            Self::Compare { comparison, sides, .. } => {
                write!(f, "{} {} {}", At(SUM, &sides.0), comparison.symbol(), At(SUM, &sides.1))
            }
            Self::In { sides, .. } => write!(f, "{} in {}", At(SUM, &sides.0), At(SUM, &sides.1)),
            Self::Among { item, choices, .. } => {
                write!(f, "{} in [{}]", At(COMPARISON.saturating_add(1), item), Listed(choices))
            }
            Self::Between { parts, .. } => {
                write!(f, "{} between {} and {}", At(SUM, &parts.0), At(SUM, &parts.1), At(SUM, &parts.2))
            }
            Self::If(parts) => write!(f, "if({}, {}, {})", parts.0, parts.1, parts.2),
            Self::Round { node, digits, rounding, .. } => match rounding {
                Rounding::HalfUp => write!(f, "round({node}, {digits})"),
                _ => write!(f, "round({node}, {digits}, '{}')", rounding.as_str()),
            },
            Self::Call { function, arguments, .. } => write!(f, "{}({})", function.name(), Listed(arguments)),
        }
    }
}
