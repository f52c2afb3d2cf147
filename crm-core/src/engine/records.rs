//! Records of any entity by name, and taking operations back: what a generic host calls.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Command, JournalCommand, Outcome, RecordCommand, Session};
use crate::value::{FieldValue, FixedClock, Id, Result, Timestamp};

/// ```
/// use std::collections::HashMap;
/// # let crm = crm_core::Crm::open_in_memory();
/// # crm.setup(crm_core::engine::SetupOptions {
/// #     tenant: "main".into(),
/// #     name: "Acme".into(),
/// #     base_currency: "EUR".parse()?,
/// #     time_zone: "Europe/Berlin".into(),
/// #     admin_login: "admin".into(),
/// # })?;
/// # let session = crm.session("main", "admin")?;
/// let fields = HashMap::from([("name".to_owned(), "Müller Pumpen GmbH".into())]);
/// let made = session.create("account", fields)?;
/// let account = made.created("account");
/// let changed = session.update("account", account, 1, HashMap::from([("grade".to_owned(), "A".into())]))?;
/// session.undo(changed.op_id)?;
/// session.delete("account", account, 3)?;
/// session.restore("account", account)?;
/// assert_eq!(session.customers().account(account)?.grade, None);
/// # Ok::<(), crm_core::value::Error>(())
/// ```
impl Session {
    /// The same session with a clock that stands still: for imports of history, replays and tests. What a record was
    /// made or changed at never lies before its last change.
    #[must_use]
    pub fn at(&self, instant: Timestamp) -> Self {
        self.with_clock(Arc::new(FixedClock::new(instant)))
    }

    /// Makes a record of any entity from its fields by name; `id` and `owner` may be among them.
    ///
    /// # Errors
    /// `UnknownEntity`, `UnknownField`, and those of the entity's own method.
    pub fn create(&self, entity: &str, fields: HashMap<String, FieldValue>) -> Result<Outcome> {
        self.execute(Command::Record(RecordCommand::Create { entity: entity.to_owned(), fields }))
    }

    /// Sets some fields of a record of any entity, whose `version` was read.
    ///
    /// # Errors
    /// `StaleVersion`, `UnknownEntity`, `UnknownField`, and those of the entity's own method.
    pub fn update(&self, entity: &str, id: Id, version: i64, fields: HashMap<String, FieldValue>) -> Result<Outcome> {
        let entity = entity.to_owned();
        self.execute(Command::Record(RecordCommand::Update { entity, id, expected_version: version, fields }))
    }

    /// Deletes a record of any entity, whose `version` was read; [`Session::restore`] brings it back.
    ///
    /// # Errors
    /// `StillReferenced`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn delete(&self, entity: &str, id: Id, version: i64) -> Result<Outcome> {
        let entity = entity.to_owned();
        self.execute(Command::Record(RecordCommand::Delete { entity, id, expected_version: version }))
    }

    /// Brings a deleted record back.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `DuplicateKey` if another record took a unique value since.
    pub fn restore(&self, entity: &str, id: Id) -> Result<Outcome> {
        self.execute(Command::Record(RecordCommand::Restore { entity: entity.to_owned(), id }))
    }

    /// Takes back everything that an operation changed, as far as its effects still stand: all or nothing.
    ///
    /// # Errors
    /// `NotFound` for an operation that does not exist or touched what the caller may not see, `EffectsChanged` with
    /// every field that was changed since, `Denied`.
    pub fn undo(&self, op_id: Id) -> Result<Outcome> {
        self.execute(Command::Journal(JournalCommand::Undo { operation: op_id }))
    }
}
