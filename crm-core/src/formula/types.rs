//! Formulas and what they compute with.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use crate::value::{Date, Ratio, Result};

/// The longest formula, in characters.
pub const MAX_FORMULA_CHARS: usize = 4_000;
/// The most numbers, names and operators of a formula.
pub const MAX_PARTS: usize = 1_000;
/// How deep parentheses and functions may stand in each other.
pub const MAX_DEPTH: usize = 64;

/// What a formula or a part of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An exact number.
    Number,
    /// Text.
    Text,
    /// True or false.
    Truth,
    /// A date.
    Date,
    /// A list of texts.
    Texts,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Truth => "truth",
            Self::Date => "date",
            Self::Texts => "list of texts",
        })
    }
}

/// A value that a formula computes with.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// An exact number.
    Number(Ratio),
    /// Text.
    Text(Cow<'a, str>),
    /// True or false.
    Truth(bool),
    /// A date.
    Date(Date),
    /// A list of texts.
    Texts(Cow<'a, [String]>),
    /// A name without a value.
    Missing,
}

/// Where the names of a formula get their values.
pub trait Lookup {
    /// The value of the name with this number in the [`Scope`].
    ///
    /// # Errors
    /// Whatever computing the value tells.
    fn datum(&self, slot: usize) -> Result<Datum<'_>>;
}

/// The names that a formula may use, each with its kind and a number.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    names: HashMap<String, usize>,
    kinds: Vec<Kind>,
}

impl Scope {
    /// No name at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name; its number is given back. A name that is declared again gets a new number.
    pub fn declare(&mut self, name: &str, kind: Kind) -> usize {
        let slot = self.kinds.len();
        self.names.insert(name.to_owned(), slot);
        self.kinds.push(kind);
        slot
    }

    /// The number and the kind of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(usize, Kind)> {
        let slot = *self.names.get(name)?;
        Some((slot, *self.kinds.get(slot)?))
    }
}

/// A formula that was checked against a [`Scope`].
///
/// ```
/// use crm_core::formula::{Datum, Formula, Kind, Lookup, Scope};
/// struct Order;
/// impl Lookup for Order {
///     fn datum(&self, slot: usize) -> crm_core::value::Result<Datum<'_>> {
///         Ok(if slot == 0 { Datum::Number("1250".parse::<crm_core::value::Decimal>()?.into()) } else { Datum::Text("A".into()) })
///     }
/// }
/// let mut scope = Scope::new();
/// scope.declare("net", Kind::Number);
/// scope.declare("customer_group", Kind::Text);
/// let formula = Formula::parse("net >= 1000 and customer_group in ['A', 'B']", &scope)?;
/// assert_eq!(formula.kind(), Kind::Truth);
/// assert_eq!(formula.evaluate(&Order)?, Datum::Truth(true));
/// assert!(Formula::parse("net >= 'A'", &scope).is_err());
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    pub(super) text: String,
    pub(super) root: Node,
    pub(super) kind: Kind,
}

impl Formula {
    /// What it gives.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The numbers of the names that it uses, each once.
    #[must_use]
    pub fn names(&self) -> Vec<usize> {
        let mut names = Vec::new();
        self.root.visit(&mut |node| {
            if let Node::Name(slot, _) = node
                && !names.contains(slot)
            {
                names.push(*slot);
            }
        });
        names
    }
}

/// A part of a formula.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(Ratio),
    Text(String),
    Truth(bool),
    Date(Date),
    Texts(Vec<String>),
    /// The number of a name, and the name for messages.
    Name(usize, Box<str>),
    Not(Box<Self>),
    Minus(Box<Self>),
    Pair(Operator, Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
}

impl Node {
    pub(super) fn visit(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match self {
            Self::Not(inner) | Self::Minus(inner) => inner.visit(see),
            Self::Pair(_, left, right) => {
                left.visit(see);
                right.visit(see);
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.visit(see)),
            _ => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    If,
    Min,
    Max,
    Abs,
    Round,
    Floor,
    Ceil,
    Coalesce,
    IsMissing,
    Contains,
    StartsWith,
    Lower,
    Year,
    Month,
    Day,
    DaysBetween,
}

impl Function {
    pub(super) const ALL: [(&'static str, Self); 16] = [
        ("if", Self::If),
        ("min", Self::Min),
        ("max", Self::Max),
        ("abs", Self::Abs),
        ("round", Self::Round),
        ("floor", Self::Floor),
        ("ceil", Self::Ceil),
        ("coalesce", Self::Coalesce),
        ("is_missing", Self::IsMissing),
        ("contains", Self::Contains),
        ("starts_with", Self::StartsWith),
        ("lower", Self::Lower),
        ("year", Self::Year),
        ("month", Self::Month),
        ("day", Self::Day),
        ("days_between", Self::DaysBetween),
    ];
}
