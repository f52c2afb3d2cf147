//! What all domain rooms share: how they see the present state, and how they say what shall change.
//!
//! A room is pure: it gets a [`View`] and a command, and returns a [`Decision`]. It knows no store, no clock, no
//! randomness; the engine authorises, validates, writes and journals what it decides.

use std::collections::HashMap;

use crate::query::Query;
use crate::schema::{Entity, Row};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp};

/// The present state as the caller may see it, with time and identifiers handed in.
pub trait View {
    /// Who asks.
    fn user(&self) -> Id;
    /// The instant of the operation; the same for everything in it.
    fn now(&self) -> Timestamp;
    /// The business date of the operation in the tenant's time zone.
    fn today(&self) -> Date;
    /// The currency in which the tenant keeps its books.
    fn base_currency(&self) -> crate::value::Currency;
    /// A new identifier.
    fn new_id(&mut self) -> Id;
    /// The next number of a series, from 1.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn next_number(&mut self, series: &str) -> Result<i64>;
    /// A record that the caller may see, with unreadable fields emptied.
    ///
    /// # Errors
    /// `NotFound` if there is none or the caller may not see it.
    fn get(&mut self, entity: &'static str, id: Id) -> Result<Row>;
    /// Every record that the caller may see and the query finds, without a page limit.
    ///
    /// # Errors
    /// As every query.
    fn list(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>>;
    /// A record whoever asks, for rules that must hold over invisible records too. What it says must never reach the
    /// caller, not even inside an error.
    ///
    /// # Errors
    /// `NotFound` if there is none.
    fn get_for_rule(&mut self, entity: &'static str, id: Id) -> Result<Row>;
    /// As [`View::list`], for rules that must hold over invisible records too.
    ///
    /// # Errors
    /// As every query.
    fn list_for_rule(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>>;
    /// Who holds a unique value, whoever asks.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn find_unique(&mut self, entity: &'static str, kind: &str, key: &str) -> Result<Option<Id>>;
}

/// A typed record that the caller may see.
///
/// # Errors
/// As [`View::get`].
pub fn record<E: Entity>(view: &mut dyn View, id: Id) -> Result<E> {
    E::from_row(view.get(E::NAME, id)?)
}

/// Typed records that the caller may see.
///
/// # Errors
/// As [`View::list`].
pub fn records<E: Entity>(view: &mut dyn View, query: &Query) -> Result<Vec<E>> {
    view.list(E::NAME, query)?.into_iter().map(E::from_row).collect()
}

/// Typed records, for rules that must hold over invisible records too.
///
/// # Errors
/// As [`View::list_for_rule`].
pub fn records_for_rule<E: Entity>(view: &mut dyn View, query: &Query) -> Result<Vec<E>> {
    view.list_for_rule(E::NAME, query)?.into_iter().map(E::from_row).collect()
}

/// On whose authority a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// The caller's: object, record and field rights are checked.
    Caller,
    /// A rule's: a consequence of something that the caller may do, for example the interval of a stage.
    Rule,
}

/// One change of one record.
#[derive(Debug, Clone)]
pub enum Change {
    /// Makes a record. A nil identifier is filled.
    Create {
        /// The entity.
        entity: &'static str,
        /// The record.
        row: Row,
    },
    /// Puts a whole record in the place of the one that was read; fields that the caller cannot see stay as they are.
    Save {
        /// The entity.
        entity: &'static str,
        /// The record with the version that was read.
        row: Row,
    },
    /// Sets some fields.
    Update {
        /// The entity.
        entity: &'static str,
        /// The record.
        id: Id,
        /// The version that was read; nothing for a change that holds whatever the version is.
        version: Option<i64>,
        /// Field names and values.
        set: Vec<(String, FieldValue)>,
    },
    /// Deletes a record; it stays in the journal and can be restored.
    Delete {
        /// The entity.
        entity: &'static str,
        /// The record.
        id: Id,
        /// The version that was read.
        version: Option<i64>,
    },
    /// Brings a deleted record back.
    Restore {
        /// The entity.
        entity: &'static str,
        /// The record.
        id: Id,
    },
}

impl Change {
    /// Makes a record from its struct.
    pub fn create<E: Entity>(record: &E) -> Self {
        Self::Create { entity: E::NAME, row: record.to_row() }
    }

    /// Saves a record that was read and changed.
    pub fn save<E: Entity>(record: &E) -> Self {
        Self::Save { entity: E::NAME, row: record.to_row() }
    }

    /// Sets fields of a record, whatever its version is.
    pub fn update<E: Entity>(id: Id, set: Vec<(&str, FieldValue)>) -> Self {
        let set = set.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        Self::Update { entity: E::NAME, id, version: None, set }
    }
}

value_struct! {
    /// One step of an explanation: which rule, with which facts.
    pub struct TraceStep {
        required {
            /// The rule, in snake case.
            pub rule: String,
        }
        optional {
            /// What it looked at and what came out.
            pub facts: HashMap<String, String>,
        }
    }
}

impl TraceStep {
    /// A step without facts.
    pub fn new(rule: &str) -> Self {
        Self { rule: rule.to_owned(), facts: HashMap::new() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.facts.insert(key.to_owned(), value.to_string());
        self
    }
}

/// What a room decided.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The changes, in the order in which they are written.
    pub changes: Vec<(Author, Change)>,
    /// What the caller should know although the command succeeds.
    pub warnings: Vec<Problem>,
    /// Why it was decided so.
    pub trace: Vec<TraceStep>,
}

impl Decision {
    /// A single change on the caller's authority.
    #[must_use]
    pub fn of(change: Change) -> Self {
        Self { changes: vec![(Author::Caller, change)], ..Self::default() }
    }

    /// Adds a change on the caller's authority.
    #[must_use]
    pub fn and(mut self, change: Change) -> Self {
        self.changes.push((Author::Caller, change));
        self
    }

    /// Adds a change on a rule's authority.
    #[must_use]
    pub fn and_rule(mut self, change: Change) -> Self {
        self.changes.push((Author::Rule, change));
        self
    }

    /// Adds a warning.
    #[must_use]
    pub fn warn(mut self, problem: Problem) -> Self {
        self.warnings.push(problem);
        self
    }

    /// Adds a step of the explanation.
    #[must_use]
    pub fn because(mut self, step: TraceStep) -> Self {
        self.trace.push(step);
        self
    }
}

/// What a room says about every new or changed record of one of its entities, whichever command or import brought it:
/// it may complete `after`, refuse it, and add consequences.
///
/// `before` is nothing for a new record. Both rows hold the true values, not the caller's view.
pub type RecordRule = fn(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision>;

/// Runs a typed rule on a row.
///
/// # Errors
/// What the rule gives.
pub fn with_record<E: Entity>(
    before: Option<&Row>,
    after: &mut Row,
    rule: impl FnOnce(Option<E>, &mut E) -> Result<Decision>,
) -> Result<Decision> {
    let before = before.cloned().map(E::from_row).transpose()?;
    let mut record = E::from_row(after.clone())?;
    let decision = rule(before, &mut record)?;
    after.values = record.to_row().values;
    Ok(decision)
}

/// The refusal of a step that the state does not allow.
pub fn illegal(field: &str, message: impl Into<String>) -> Error {
    Error::conflict(Problem::of_field(ErrorCode::IllegalTransition, field, message))
}

value_struct! {
    /// The identifier of a record in another system: an ERP code, a CSV key. Unique for each system and entity.
    pub struct ExternalId {
        required {
            /// The other system, for example `erp`.
            pub system: String,
            /// The identifier there.
            pub key: String,
        }
    }
}

/// The kind under which an external identifier is unique.
#[must_use]
pub fn external_kind(system: &str) -> String {
    format!("external:{system}")
}

/// The unique keys inside a list of external identifiers.
pub(crate) fn external_keys(json: &str) -> Vec<(String, String)> {
    let list: Vec<ExternalId> = crate::value::json::from_text(json).unwrap_or_default();
    list.into_iter().map(|id| (external_kind(&id.system), id.key)).collect()
}
