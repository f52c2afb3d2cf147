//! The names that formulas may use.

use std::collections::HashMap;

use super::{Kind, token};
use crate::value::error::excerpt;
use crate::value::{ErrorCode, Problem, Result};

/// The most names of a scope.
pub const MAX_NAMES: usize = 10_000;
/// The most characters of a name.
pub const MAX_NAME_CHARS: usize = 128;

/// Names with their kinds. A name has a slot: the number by which its value is looked up, counted from 0.
///
/// ```
/// use crm_core::formula::{Kind, Scope};
/// let mut scope = Scope::new();
/// assert_eq!(scope.declare("net", Kind::Number)?, 0);
/// assert_eq!(scope.declare("customer.groups", Kind::Texts)?, 1);
/// assert_eq!((scope.slot("customer.groups"), scope.name(0), scope.kind(1)), (Some(1), Some("net"), Some(Kind::Texts)));
/// assert!(scope.declare("net", Kind::Text).is_err() && scope.declare("not", Kind::Text).is_err());
/// # Ok::<(), crm_core::value::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scope {
    names: Vec<(String, Kind)>,
    slots: HashMap<String, usize>,
}

impl Scope {
    /// A scope without names: for constants.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name and gives its slot. A name begins with a letter, of any script, and goes on with letters, digits and
    /// underscores; points may stand between such words (`customer.group`).
    ///
    /// # Errors
    /// `BadFormat` for what is no name or a word of the language, `TooLong`, `DuplicateKey` for a name that is declared
    /// already, `TooMany` beyond [`MAX_NAMES`].
    pub fn declare(&mut self, name: &str, kind: Kind) -> Result<usize> {
        let shown = excerpt(name);
        let refused = |code, why: &str| Problem::new(code, format!("`{shown}` {why}")).with("name", &shown);
        if name.chars().nth(MAX_NAME_CHARS).is_some() {
            let problem = refused(ErrorCode::TooLong, "is longer than a name may be");
            return Err(problem.with("limit", MAX_NAME_CHARS).into_invalid());
        }
        if !token::is_name(name) {
            return Err(refused(ErrorCode::BadFormat, "is no name of a formula").into_invalid());
        }
        if self.slots.contains_key(name) {
            return Err(refused(ErrorCode::DuplicateKey, "is declared already").into_invalid());
        }
        let slot = self.names.len();
        if slot >= MAX_NAMES {
            let problem = Problem::new(ErrorCode::TooMany, format!("there are more than {MAX_NAMES} names"));
            return Err(problem.with("limit", MAX_NAMES).into_invalid());
        }
        self.names.push((name.to_owned(), kind));
        self.slots.insert(name.to_owned(), slot);
        Ok(slot)
    }

    /// The scope with one more name.
    ///
    /// # Errors
    /// As [`Scope::declare`].
    pub fn with(mut self, name: &str, kind: Kind) -> Result<Self> {
        self.declare(name, kind)?;
        Ok(self)
    }

    /// The slot of a name.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    /// The name of a slot.
    #[must_use]
    pub fn name(&self, slot: usize) -> Option<&str> {
        self.names.get(slot).map(|(name, _)| name.as_str())
    }

    /// The kind of a slot.
    #[must_use]
    pub fn kind(&self, slot: usize) -> Option<Kind> {
        self.names.get(slot).map(|(_, kind)| *kind)
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The declared name that is most like `name`, if one is like it at all.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let name: String = name.chars().take(MAX_NAME_CHARS).collect();
        let far = name.chars().count().div_ceil(3);
        let near = |(known, _): &(String, Kind)| strsim::osa_distance(&name, known);
        let best = self.names.iter().min_by_key(|known| near(known))?;
        if near(best) <= far { Some(&best.0) } else { None }
    }
}
