//! What formulas compute with.

use std::borrow::Cow;
use std::fmt;

use crate::value::{Date, Ratio, Result};

/// The kind of a value. A name of any kind may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An exact number.
    Number,
    /// A text.
    Text,
    /// True or false.
    Truth,
    /// A business date.
    Date,
    /// A list of texts, such as a field of several values.
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

/// A value in a formula. It borrows texts where it can.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a, N = Ratio> {
    /// The field is not set.
    Missing,
    /// A number: exact, or `f64` for [`Formula::evaluate_f64`](super::Formula::evaluate_f64).
    Number(N),
    /// A text.
    Text(Cow<'a, str>),
    /// True or false.
    Truth(bool),
    /// A date.
    Date(Date),
    /// A list of texts; an empty one is a list, and not missing.
    Texts(&'a [String]),
}

impl<'a, N> Datum<'a, N> {
    /// A text that is borrowed.
    #[must_use]
    pub const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The kind; `None` for what is missing.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Missing => None,
            Self::Number(_) => Some(Kind::Number),
            Self::Text(_) => Some(Kind::Text),
            Self::Truth(_) => Some(Kind::Truth),
            Self::Date(_) => Some(Kind::Date),
            Self::Texts(_) => Some(Kind::Texts),
        }
    }
}

impl<N: Copy> Datum<'_, N> {
    /// The same value without a copy of its text.
    #[must_use]
    pub fn borrowed(&self) -> Datum<'_, N> {
        match self {
            Self::Missing => Datum::Missing,
            Self::Number(number) => Datum::Number(*number),
            Self::Text(text) => Datum::text(text),
            Self::Truth(truth) => Datum::Truth(*truth),
            Self::Date(date) => Datum::Date(*date),
            Self::Texts(texts) => Datum::Texts(texts),
        }
    }
}

/// Gives the values of names. A slot is asked for only if the answer depends on it.
pub trait Lookup<N = Ratio> {
    /// The value of a slot; [`Datum::Missing`] if it is not set or if there is no such slot.
    ///
    /// # Errors
    /// Whatever keeps the value from being computed; the formula hands it on.
    fn datum(&self, slot: usize) -> Result<Datum<'_, N>>;
}

impl<N: Copy, const SLOTS: usize> Lookup<N> for [Datum<'_, N>; SLOTS] {
    fn datum(&self, slot: usize) -> Result<Datum<'_, N>> {
        Ok(self.get(slot).map_or(Datum::Missing, Datum::borrowed))
    }
}

impl<N: Copy> Lookup<N> for Vec<Datum<'_, N>> {
    fn datum(&self, slot: usize) -> Result<Datum<'_, N>> {
        Ok(self.get(slot).map_or(Datum::Missing, Datum::borrowed))
    }
}
