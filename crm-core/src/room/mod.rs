//! What all domain rooms share: how they see the present state, and how they say what shall change.
//!
//! A room is pure: it gets a [`View`] and a command, and returns a [`Decision`]. It knows no store, no clock, no
//! randomness; the engine authorises, validates, writes and journals what it decides.

mod check;
mod lists;
mod memo;
mod reader;

use std::collections::HashMap;

pub use check::{MAX_EXTERNAL_IDS, tidy_external_ids};
pub(crate) use check::{
    MAX_PART_CHARS, check_chars, check_count, check_distinct, check_external_ids, refuse, tidy, tidy_part,
};
pub(crate) use lists::{external_ids, join_lists};
pub use memo::Memo;
pub use reader::Reader;

use crate::query::Query;
use crate::schema::{Entity, FieldSpec, Row, TenantSchema};
use crate::value::{Date, Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp};

/// The present state as the caller may see it, with time and identifiers handed in.
pub trait View {
    /// Who asks.
    fn user(&self) -> Id;
    /// On whose authority the change is made whose rule is asked; the caller's while a command is decided.
    fn author(&self) -> Author;
    /// The instant of the operation; the same for everything in it.
    fn now(&self) -> Timestamp;
    /// The business date of the operation in the tenant's time zone.
    fn today(&self) -> Date;
    /// The first instant of a business date in the tenant's time zone.
    fn start_of(&self, date: Date) -> Timestamp;
    /// The currency in which the tenant keeps its books.
    fn base_currency(&self) -> crate::value::Currency;
    /// The entities and their fields as the tenant has them, custom fields too.
    fn schema(&self) -> &TenantSchema;
    /// Whether the caller may see a field: what a refusal says must not name another.
    fn can_read(&self, entity: &str, field: &str) -> bool;
    /// Whether the caller may ask questions with a field: one that he sees, and not only in part.
    fn can_ask(&self, entity: &str, field: &str) -> bool;
    /// What rules worked out of records in this operation.
    fn memo(&mut self) -> &mut Memo;
    /// A new identifier.
    fn new_id(&mut self) -> Id;
    /// The next number of a series, from 1.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn next_number(&mut self, series: &str) -> Result<i64>;
    /// The last number of a series that was given, 0 if none was.
    ///
    /// # Errors
    /// `Unavailable` or `Corrupt`.
    fn last_number(&mut self, series: &str) -> Result<i64>;
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
    /// A record that the caller is about to change by a command, with its true values: for a decision, not for the
    /// caller's eyes. Whoever may not change these fields of it is refused, also where the engine keeps them.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller cannot see, `Denied` without the right, `StaleVersion` if `version` is
    /// no longer the present one.
    fn for_change(&mut self, entity: &'static str, id: Id, version: Option<i64>, fields: &[&str]) -> Result<Row>;
    /// Refuses a caller who may make no record of an entity, for one that a command makes on a rule's authority.
    ///
    /// # Errors
    /// `Denied`.
    fn require_create(&self, entity: &'static str) -> Result<()>;
    /// Whether the caller may set a field of an entity; not one that does not exist.
    fn may_set(&self, entity: &'static str, field: &str) -> bool;
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
    E::from_stored(view.get(E::NAME, id)?)
}

/// A typed record, for rules that must hold over invisible records too.
///
/// # Errors
/// As [`View::get_for_rule`].
pub fn record_for_rule<E: Entity>(view: &mut dyn View, id: Id) -> Result<E> {
    E::from_stored(view.get_for_rule(E::NAME, id)?)
}

/// A typed record that the caller is about to change.
///
/// # Errors
/// As [`View::for_change`].
pub fn record_for_change<E: Entity>(view: &mut dyn View, id: Id, version: Option<i64>, fields: &[&str]) -> Result<E> {
    E::from_row(view.for_change(E::NAME, id, version, fields)?)
}

/// Typed records that the caller may see.
///
/// # Errors
/// As [`View::list`].
pub fn records<E: Entity>(view: &mut dyn View, query: &Query) -> Result<Vec<E>> {
    view.list(E::NAME, query)?.into_iter().map(E::from_stored).collect()
}

/// Typed records, for rules that must hold over invisible records too.
///
/// # Errors
/// As [`View::list_for_rule`].
pub fn records_for_rule<E: Entity>(view: &mut dyn View, query: &Query) -> Result<Vec<E>> {
    view.list_for_rule(E::NAME, query)?.into_iter().map(E::from_stored).collect()
}

/// On whose authority a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// The caller's: object, record and field rights are checked.
    Caller,
    /// A rule's: a consequence of something that the caller may do, for example the interval of a stage.
    Rule,
    /// The caller's, who takes an operation back: rights are checked as for the caller, but fields that the engine
    /// keeps, and those that the caller does not see, return too. Rules may refuse and complete; their consequences
    /// are not drawn again, because the journal has those of the operation as well.
    Undo,
    /// A rule's, when a consequence is taken back together with what it followed from.
    UndoRule,
}

impl Author {
    /// Whether an operation is taken back.
    pub(crate) const fn is_undo(self) -> bool {
        matches!(self, Self::Undo | Self::UndoRule)
    }
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
    /// What must be written before everything else, even before the record whose rule asks for it: for example what
    /// that record shall refer to.
    pub first: Vec<(Author, Change)>,
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

    /// Adds a change on a rule's authority that must be written first.
    #[must_use]
    pub fn after_rule(mut self, change: Change) -> Self {
        self.first.push((Author::Rule, change));
        self
    }

    /// Adds everything that another decision says.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.first.extend(other.first);
        self.changes.extend(other.changes);
        self.warnings.extend(other.warnings);
        self.trace.extend(other.trace);
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

/// What a room says about a deleted record that is brought back: what held when it was deleted may no longer fit. It may
/// refuse it and add consequences.
pub type RestoreRule = fn(view: &mut dyn View, row: &Row) -> Result<Decision>;

/// What a room says about a record that was deleted: what follows. Like every consequence it is not drawn again when an
/// operation is taken back.
pub type DeleteRule = fn(view: &mut dyn View, row: &Row) -> Result<Decision>;

/// A merge, as the rooms see it.
#[derive(Debug, Clone, Copy)]
pub struct Merging<'a> {
    /// The record that stays.
    pub survivor: Id,
    /// The records that go into it; of two the earlier one comes first.
    pub losers: &'a [Id],
}

impl Merging<'_> {
    /// The place of a record among those that are merged, the surviving one first; nothing for another record.
    #[must_use]
    pub fn rank(&self, id: Id) -> Option<usize> {
        if id == self.survivor {
            return Some(0);
        }
        self.losers.iter().position(|loser| *loser == id).map(|place| place.saturating_add(1))
    }
}

/// What becomes of a record that points to merged ones.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It goes on like this.
    Kept(Row),
    /// It goes: the surviving record has the same, or it would say what cannot be.
    Dropped(Id),
}

/// What a room says about its records that point to merged ones, where more is to be said than that the references
/// follow: of all records that point to one of them.
pub type JoinRule = fn(view: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>>;

/// What a room says about records of an entity that shall become one: it may refuse it.
pub type MergeRule = fn(survivor: &Row, losers: &[Row]) -> Result<()>;

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

/// Refuses a record whose required fields were not all given, and names them all. For rules of entities with required
/// figures: inside the struct a missing figure cannot be told from zero.
///
/// # Errors
/// `Required`.
pub fn check_given<E: Entity>(row: &Row) -> Result<()> {
    let missing = |(column, spec): (usize, FieldSpec)| spec.check_present(row.value(column)).err();
    let missing = E::specs().into_iter().enumerate().filter_map(missing);
    let problems: Vec<Problem> = missing.flat_map(|error| error.problems().to_vec()).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
}

/// A figure that a rule computed, if a field of `scale` digits behind the point can keep it.
///
/// # Errors
/// `Overflow` with the name of the field.
pub fn kept(field: &str, figure: Decimal, scale: u32) -> Result<Decimal> {
    match figure.to_scaled(scale) {
        Some(_) => Ok(figure),
        None => Err(Error::invalid(ErrorCode::Overflow, field, "the figure is too large for the field")),
    }
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

/// The kind under which an external identifier is unique. White space around the name of the system is none of it.
#[must_use]
pub fn external_kind(system: &str) -> String {
    format!("external:{}", system.trim())
}
