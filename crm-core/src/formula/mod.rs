//! The one expression language of the engine: small, typed, exact, and safe to take from a user.
//!
//! Requirements, bases and values of price conditions are written in it, and so are formulas of forecasts. A formula is
//! checked once, when it is defined: names, kinds and arguments. It reads nothing but the names of its [`Scope`], changes
//! nothing, always ends, and is limited in length, depth and size.
//!
//! | | |
//! |---|---|
//! | kinds | number (exact), text, truth, date, list of texts |
//! | literals | `12.5`, `'text'`, `"text"`, `'it''s'`, `true`, `false`, `date('2026-01-01')`, `['A', 'B']` |
//! | arithmetic | `+` `-` `*` `/`, unary `-`; exact, a division by zero is an error |
//! | comparison | `=` (or `==`) `!=` `<` `<=` `>` `>=`, `between a and b` (both ends count), `in`, `not in` |
//! | logic | `and` `or` `not`, `if(condition, a, b)`; they stop as soon as the answer is known |
//! | numbers | `min`, `max` (of dates too), `abs`, `floor`, `ceil`, `round(x, digits)`, `round(x, digits, 'half_even')` |
//! | texts | `lower(text)`, `starts_with(text, start)`, `contains(text or list, text)` |
//! | dates | `year`, `month`, `day`, `days_between(from, to)` |
//! | what is not set | `is_missing(x)`, `coalesce(a, b, ...)` |
//!
//! From weakest to strongest bind: `or`, `and`, `not`, comparisons, `+ -`, `* /`, unary `-`. Comparisons are not chained.
//! With `in` a list on the left asks whether any of its texts is among those on the right.
//!
//! A field that is not set is *missing*. It may be handed through `if` and `coalesce`; whatever else is done with it is
//! an error that names the field, never a silent `false`: guard it.
//!
//! ```
//! use crm_core::formula::{Datum, Formula, Kind, Scope};
//! use crm_core::value::{ErrorCode, Ratio};
//!
//! let scope = Scope::new()
//!     .with("net", Kind::Number)?
//!     .with("customer_group", Kind::Text)?
//!     .with("is_return", Kind::Truth)?;
//! let rule = "net >= 1000 and customer_group in ['A', 'B'] and not is_return";
//! let rule = Formula::parse_as(rule, &scope, Kind::Truth)?;
//!
//! let net = Datum::Number(Ratio::new(1_250, 1)?);
//! assert!(rule.evaluate_truth(&[net.clone(), Datum::text("A"), Datum::Truth(false)])?);
//! assert!(!rule.evaluate_truth(&[net.clone(), Datum::text("C"), Datum::Truth(false)])?);
//!
//! // The group is not set: that is no `false`.
//! let error = rule.evaluate_truth(&[net.clone(), Datum::Missing, Datum::Truth(false)]).unwrap_err();
//! assert_eq!((error.code(), error.field()), (ErrorCode::Required, Some("customer_group")));
//! let guarded = Formula::parse("not is_missing(customer_group) and customer_group in ['A', 'B']", &scope)?;
//! assert!(!guarded.evaluate_truth(&[net, Datum::Missing, Datum::Truth(false)])?);
//!
//! // What is wrong is told when the formula is defined.
//! let error = Formula::parse("net >= 'much'", &scope).unwrap_err();
//! assert_eq!((error.code(), error.problems()[0].data["column"].as_str()), (ErrorCode::WrongType, "5"));
//! # Ok::<(), crm_core::value::Error>(())
//! ```

mod datum;
mod evaluate;
mod node;
mod number;
mod parse;
mod scope;
mod token;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::value::{Error, ErrorCode, Problem, Ratio, Result};

pub use datum::{Datum, Kind, Lookup};
pub use scope::{MAX_NAME_CHARS, MAX_NAMES, Scope};

use node::Node;

/// The most characters of a formula.
pub const MAX_FORMULA_CHARS: usize = 4_000;
/// How deep the parts of a formula may be nested.
pub const MAX_FORMULA_DEPTH: usize = 64;
/// The most parts of a formula: literals, names, operators and calls.
pub const MAX_FORMULA_NODES: usize = 2_000;
/// The most items of one list, and the most arguments of one function.
pub const MAX_LIST_ITEMS: usize = 500;

/// A formula that was checked against a [`Scope`].
///
/// Two formulas are equal if they say the same, however they are spaced. As a value of serde a formula is its text; to
/// read it back, parse it with its scope.
///
/// ```
/// use crm_core::formula::{Formula, Kind, Scope};
/// let scope = Scope::new().with("price", Kind::Number)?.with("weight", Kind::Number)?;
/// let formula = Formula::parse("(price*2)+max( 1,weight )", &scope)?;
/// assert_eq!(formula.to_string(), "price * 2 + max(1, weight)");
/// assert_eq!(formula.text(), "(price*2)+max( 1,weight )");
/// assert_eq!((formula.kind(), formula.names()), (Kind::Number, &[0, 1][..]));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Formula {
    text: Box<str>,
    node: Node,
    kind: Kind,
    names: Box<[usize]>,
}

impl Formula {
    /// Reads and checks a formula.
    ///
    /// # Errors
    /// The data of every problem has its `line` and `column` (characters, from 1) and its `offset` (bytes, from 0).
    /// `UnknownField` for names that the scope does not have (all of them are listed, each with the `nearest` one that
    /// there is), `WrongType` for a kind that does not fit, `NotAllowed` for an unknown function or a wrong number of
    /// arguments, `BadFormat` for what is no formula, `DecimalDigits` for a number with too many digits, `OutOfRange`
    /// for digits of `round` outside -28 to 28; `TooLong`, `TooMany` and `QueryTooComplex` beyond the limits of this room.
    pub fn parse(text: &str, scope: &Scope) -> Result<Self> {
        let parsed = parse::parse(text, scope)?;
        Ok(Self { text: text.into(), node: parsed.node, kind: parsed.kind, names: parsed.names.into() })
    }

    /// Reads and checks a formula that must give a `kind`.
    ///
    /// # Errors
    /// As [`Formula::parse`], and `WrongType` if it gives another kind.
    pub fn parse_as(text: &str, scope: &Scope, kind: Kind) -> Result<Self> {
        let formula = Self::parse(text, scope)?;
        if formula.kind == kind {
            return Ok(formula);
        }
        let message = format!("the formula gives a {}, and a {kind} is asked for", formula.kind);
        let problem = Problem::new(ErrorCode::WrongType, message);
        Err(problem.with("kind", formula.kind).with("expected", kind).into_invalid())
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The kind of what it gives.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The slots of the names that it reads, ascending, each once.
    #[must_use]
    pub fn names(&self) -> &[usize] {
        &self.names
    }

    /// The value of a formula that reads no name; `None` if it reads one, or if it cannot be evaluated.
    ///
    /// ```
    /// use crm_core::formula::{Datum, Formula, Scope};
    /// use crm_core::value::Ratio;
    /// let third = Formula::parse("(1 + 1) / 6", &Scope::new())?;
    /// assert_eq!(third.constant(), Some(Datum::Number(Ratio::new(1, 3)?)));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub fn constant(&self) -> Option<Datum<'_>> {
        const NOTHING: [Datum<'static>; 0] = [];
        if self.names.is_empty() { self.evaluate(&NOTHING).ok() } else { None }
    }

    /// The value, computed exactly. Only names that matter to the answer are looked up.
    ///
    /// ```
    /// use crm_core::formula::{Datum, Formula, Kind, Scope};
    /// use crm_core::value::{ErrorCode, Ratio};
    /// let scope = Scope::new().with("net", Kind::Number)?.with("pieces", Kind::Number)?;
    /// let each = Formula::parse("if(pieces = 0, 0, round(net / pieces, 2))", &scope)?;
    /// let number = |figure| Ok::<_, crm_core::value::Error>(Datum::Number(Ratio::new(figure, 1)?));
    /// assert_eq!(each.evaluate(&[number(100)?, number(3)?])?, Datum::Number(Ratio::new(3_333, 100)?));
    /// assert_eq!(each.evaluate(&[number(100)?, number(0)?])?, number(0)?);
    /// let naive = Formula::parse("net / pieces", &scope)?;
    /// assert_eq!(naive.evaluate(&[number(100)?, number(0)?]).unwrap_err().code(), ErrorCode::OutOfRange);
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Required` with the field that is missing, `OutOfRange` for a division by zero, `Overflow` for a figure that does
    /// not fit, `WrongType` if the lookup gives another kind than the scope declares; and what the lookup itself refuses.
    pub fn evaluate<'a>(&'a self, lookup: &'a dyn Lookup) -> Result<Datum<'a>> {
        evaluate::datum(&self.node, lookup)
    }

    /// The answer of a condition.
    ///
    /// # Errors
    /// As [`Formula::evaluate`]; `WrongType` if the formula is no condition, `Required` if the answer is missing.
    pub fn evaluate_truth(&self, lookup: &dyn Lookup) -> Result<bool> {
        evaluate::truth(&self.node, lookup)
    }

    /// The exact number that the formula gives.
    ///
    /// # Errors
    /// As [`Formula::evaluate`]; `WrongType` if the formula gives no number, `Required` if the number is missing.
    pub fn evaluate_number(&self, lookup: &dyn Lookup) -> Result<Ratio> {
        evaluate::number(&self.node, lookup)
    }

    /// The number that the formula gives, computed in binary floating point, for forecasts and statistics.
    ///
    /// ```
    /// use crm_core::formula::{Datum, Formula, Kind, Scope};
    /// let scope = Scope::new().with("level", Kind::Number)?.with("trend", Kind::Number)?;
    /// let next = Formula::parse("max(0, level + 0.5 * trend)", &scope)?;
    /// assert_eq!(next.evaluate_f64(&[Datum::Number(10.0), Datum::Number(3.0)])?, 11.5);
    /// assert!(next.evaluate_f64(&[Datum::Number(f64::NAN), Datum::Number(3.0)]).is_err());
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Formula::evaluate_number`]; `OutOfRange` for a name that is not finite, `Overflow` for a result that is not.
    pub fn evaluate_f64(&self, lookup: &dyn Lookup<f64>) -> Result<f64> {
        evaluate::number(&self.node, lookup)
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// The canonical text: one space around operators, no parentheses that change nothing.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.node, f)
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// An error at a place of the text, for what is found while a formula is evaluated.
fn failed(code: ErrorCode, at: node::Position, message: &str) -> Error {
    Problem::new(code, message).with("offset", at.0).into_invalid()
}
