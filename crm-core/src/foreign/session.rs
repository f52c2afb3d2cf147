//! What a user asks and does, whatever the room.

use std::collections::HashMap;
use std::sync::Arc;

use super::exchange::{Forwarder, ImportProgress};
use super::{
    Access, Admin, Conditions, Customers, DuplicateControl, Forecasts, Merges, Products, Quotes, Sales, SpecialPrices,
    Transfers,
};
use crate::duplicates::RecordSource;
use crate::engine::{self, Command, FieldDescription, Outcome};
use crate::exchange::{BmecatImport, ExportOptions, ImportMapping, ImportReport, VCardVersion};
use crate::journal::{ChangePage, JournalEntry};
use crate::query::{AggregateQuery, AggregateRow, Query};
use crate::value::{FieldValue, Id, Result, Timestamp, json};

/// A tenant, a user and a clock: everything is asked and done through one. It may be used by many threads at once.
#[derive(uniffi::Object)]
pub struct Session {
    session: engine::Session,
}

impl Session {
    pub(super) const fn new(session: engine::Session) -> Self {
        Self { session }
    }
}

/// The rooms.
#[uniffi::export]
impl Session {
    /// Accounts, contacts, hierarchies, activities, attachments and the single view.
    pub fn customers(&self) -> Customers {
        Customers::new(self.session.clone())
    }

    /// Products, price lists and list prices.
    pub fn products(&self) -> Products {
        Products::new(self.session.clone())
    }

    /// Pipelines, leads and opportunities.
    pub fn sales(&self) -> Sales {
        Sales::new(self.session.clone())
    }

    /// The stored price catalogue: definitions, condition records, and what was used of them.
    pub fn conditions(&self) -> Conditions {
        Conditions::new(self.session.clone())
    }

    /// Quotes.
    pub fn quotes(&self) -> Quotes {
        Quotes::new(self.session.clone())
    }

    /// Requests for special prices.
    pub fn special_prices(&self) -> SpecialPrices {
        SpecialPrices::new(self.session.clone())
    }

    /// Sales history, forecasts of it, and stored runs.
    pub fn forecasts(&self) -> Forecasts {
        Forecasts::new(self.session.clone())
    }

    /// Users, roles, units, groups, territories, rights, sharing and custom fields.
    pub fn admin(&self) -> Admin {
        Admin::new(self.session.clone())
    }

    /// Teams and shares of single records, and why somebody may do something.
    pub fn access(&self) -> Access {
        Access::new(self.session.clone())
    }

    /// Handing records over to another owner, and who owned what when.
    pub fn transfers(&self) -> Transfers {
        Transfers::new(self.session.clone())
    }

    /// Merging records that are one and the same, and taking that back.
    pub fn merges(&self) -> Merges {
        Merges::new(self.session.clone())
    }

    /// Rules for duplicates, looking for them, verdicts on pairs and cases of review.
    pub fn duplicates(&self) -> DuplicateControl {
        DuplicateControl::new(self.session.clone())
    }
}

/// Who and when.
#[uniffi::export]
impl Session {
    /// The user.
    pub fn user(&self) -> Id {
        self.session.user()
    }

    /// A new identifier for a record, or for an operation that may be repeated.
    pub fn new_id(&self) -> Id {
        self.session.new_id()
    }

    /// The same session with a clock that stands still: for imports of history, replays and tests.
    ///
    /// # Errors
    /// `OutOfRange` for an instant outside the years 1 to 9999.
    pub fn at(&self, instant: Timestamp) -> Result<Self> {
        Ok(Self::new(self.session.at(instant)))
    }

    /// The same session for records that come in on another way: the rules for duplicates of that way hold. If nothing is
    /// said, methods count as a form, the JSON door as a program, and files as an import.
    pub fn with_source(&self, source: RecordSource) -> Self {
        Self::new(self.session.with_source(source))
    }
}

/// Commands.
#[uniffi::export]
impl Session {
    /// Carries out a command. With an `op_id` it may be repeated: the same one has its effect once and gives the first
    /// outcome.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Denied`, `Conflict`: nothing was written. `Unknown`: repeat with the same `op_id`.
    /// `OpIdReused` if the `op_id` was used for another command.
    #[uniffi::method(default(op_id = None))]
    pub fn execute(&self, command: Command, op_id: Option<Id>) -> Result<Outcome> {
        match op_id {
            Some(op_id) => self.session.execute_once(command, op_id),
            None => self.session.execute(command),
        }
    }

    /// Carries out all commands or none.
    ///
    /// # Errors
    /// As [`Session::execute`]; the field path begins with the place of the command, `[2]`.
    #[uniffi::method(default(op_id = None))]
    pub fn execute_all(&self, commands: Vec<Command>, op_id: Option<Id>) -> Result<Outcome> {
        self.session.execute_all(&commands, op_id)
    }

    /// What a command would do, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute`].
    pub fn preview(&self, command: Command) -> Result<Outcome> {
        self.session.preview(command)
    }

    /// What several commands would do together, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute_all`].
    pub fn preview_all(&self, commands: Vec<Command>) -> Result<Outcome> {
        self.session.preview_all(&commands)
    }

    /// Takes back everything that an operation changed, as far as its effects still stand: all or nothing.
    ///
    /// # Errors
    /// `NotFound` for an unknown operation, `EffectsChanged` with every field that was changed since, `Denied`.
    pub fn undo(&self, op_id: Id) -> Result<Outcome> {
        self.session.undo(op_id)
    }

    /// Makes a record of any entity from its fields by name; `id` and `owner` may be among them.
    ///
    /// # Errors
    /// `UnknownEntity`, `UnknownField`, and those of the entity's own method.
    pub fn create(&self, entity: &str, fields: HashMap<String, FieldValue>) -> Result<Outcome> {
        self.session.create(entity, fields)
    }

    /// Sets some fields of a record of any entity, whose `version` was read.
    ///
    /// # Errors
    /// `StaleVersion`, `UnknownEntity`, `UnknownField`, and those of the entity's own method.
    pub fn update(&self, entity: &str, id: Id, version: i64, fields: HashMap<String, FieldValue>) -> Result<Outcome> {
        self.session.update(entity, id, version, fields)
    }

    /// Deletes a record of any entity, whose `version` was read.
    ///
    /// # Errors
    /// `StillReferenced`, `StaleVersion`, `NotFound`, `Denied`.
    pub fn delete(&self, entity: &str, id: Id, version: i64) -> Result<Outcome> {
        self.session.delete(entity, id, version)
    }

    /// Brings a deleted record back.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `DuplicateKey` if another record took a unique value since.
    pub fn restore(&self, entity: &str, id: Id) -> Result<Outcome> {
        self.session.restore(entity, id)
    }
}

/// Questions.
#[uniffi::export]
impl Session {
    /// The fields of an entity that the caller may see, with custom fields.
    ///
    /// # Errors
    /// `UnknownEntity`; `Denied` without the right to read the entity.
    pub fn describe(&self, entity: &str) -> Result<Vec<FieldDescription>> {
        self.session.describe(entity)
    }

    /// Figures over the visible records of an entity, by group.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `TooMany` groups, `Overflow`, `Denied`.
    pub fn aggregate(&self, entity: &str, query: AggregateQuery) -> Result<Vec<AggregateRow>> {
        self.session.aggregate(entity, &query)
    }

    /// What happened to a record, oldest first, with the fields that the reader may see.
    ///
    /// # Errors
    /// `NotFound` if there is no such record, or the reader may not see it.
    pub fn history(&self, entity: &str, id: Id) -> Result<Vec<JournalEntry>> {
        self.session.history(entity, id)
    }

    /// A page of what happened to a record, oldest first, as far as the reader may see it. Begin with 0.
    ///
    /// # Errors
    /// As [`Session::history`]; `OutOfRange` for a page size outside 1 to 1,000.
    #[uniffi::method(default(cursor = 0, limit = 500))]
    pub fn history_page(&self, entity: &str, id: Id, cursor: i64, limit: i64) -> Result<ChangePage> {
        self.session.history_page(entity, id, cursor, limit)
    }

    /// The entries of the journal behind a cursor that the reader may see, oldest first. Begin with 0.
    ///
    /// # Errors
    /// `OutOfRange` for a page size outside 1 to 1,000.
    #[uniffi::method(default(cursor = 0, limit = 500))]
    pub fn changes_since(&self, cursor: i64, limit: i64) -> Result<ChangePage> {
        self.session.changes_since(cursor, limit)
    }
}

/// Reads a command from JSON text; an unknown field is refused.
///
/// # Errors
/// `BadJson`, `UnknownField`, `WrongType`, `Required` with the path in the text.
#[uniffi::export]
pub fn parse_command(text: &str) -> Result<Command> {
    json::from_text(text)
}

/// The JSON door.
#[uniffi::export]
impl Session {
    /// Carries out a command, or a list of commands all or nothing, from JSON text; the outcome is canonical JSON.
    ///
    /// # Errors
    /// As [`Session::execute_all`]; `BadJson`, `UnknownField`, `WrongType`, `Required` with the path in the text.
    #[uniffi::method(default(op_id = None))]
    pub fn execute_json(&self, text: &str, op_id: Option<Id>) -> Result<String> {
        self.session.execute_json(text, op_id)
    }

    /// What a command, or a list of commands, would do, without doing it.
    ///
    /// # Errors
    /// As [`Session::execute_json`].
    pub fn preview_json(&self, text: &str) -> Result<String> {
        self.session.preview_json(text)
    }

    /// Answers a question in JSON text with canonical JSON; `json_schema("question")` says what stands in it.
    ///
    /// # Errors
    /// As the question's own method.
    pub fn query_json(&self, text: &str) -> Result<String> {
        self.session.query_json(text)
    }

    /// The whole JSON door in one call that never fails: `{"execute": ...}`, `{"preview": ...}` or `{"query": ...}` is
    /// answered with `{"ok": ...}` or with `{"error": {"kind": ..., "problems": [...]}}`. Beside `execute` may stand an
    /// `op_id`, so that the request has its effect once however often it is made.
    pub fn answer_json(&self, request: &str) -> String {
        self.session.answer_json(request)
    }
}

/// Files.
#[uniffi::export]
impl Session {
    /// Imports a CSV file. Rows are put one by one, a thousand in a transaction; a row is taken whole or not at all.
    ///
    /// # Errors
    /// The mapping names an unknown field, column or entity, the file cannot be read as CSV, or the store fails. What
    /// is wrong with a row stands in the report.
    #[uniffi::method(default(dry_run = false, progress = None))]
    pub fn import_csv(
        &self,
        bytes: Vec<u8>,
        mapping: ImportMapping,
        dry_run: bool,
        progress: Option<Arc<dyn ImportProgress>>,
    ) -> Result<ImportReport> {
        self.session.import_csv_with(&bytes, &mapping, dry_run, &mut Forwarder(progress))
    }

    /// Every visible record that the query finds, as CSV.
    ///
    /// # Errors
    /// `UnknownField` for a field that does not exist or is hidden, `Denied`, and what is wrong with the query.
    #[uniffi::method(default(query), default(options))]
    pub fn export_csv(&self, entity: &str, query: Query, options: ExportOptions) -> Result<Vec<u8>> {
        self.session.export_csv(entity, &query, &options)
    }

    /// Imports vCards as contacts; a card with the same `UID` changes the contact that it made before.
    ///
    /// # Errors
    /// `Denied`, or the store fails. What is wrong with a card stands in the report.
    #[uniffi::method(default(dry_run = false))]
    pub fn import_vcards(&self, bytes: Vec<u8>, dry_run: bool) -> Result<ImportReport> {
        self.session.import_vcards(&bytes, dry_run)
    }

    /// Every visible contact that the query finds, as vCards; in version 3.0 if nothing is said.
    ///
    /// # Errors
    /// `Denied`, and what is wrong with the query.
    #[uniffi::method(default(query), default(version = None))]
    pub fn export_vcards(&self, query: Query, version: Option<VCardVersion>) -> Result<String> {
        self.session.export_vcards(&query, version.unwrap_or_default())
    }

    /// Imports a BMEcat catalogue: products with classes, technical parameters, documents, relations and prices,
    /// known again by their codes. What has no place in a product is kept beside it and listed in the notices.
    ///
    /// # Errors
    /// What `read_bmecat` says of the file; `NotFound` for the price list, `Denied`, or the store fails. What is wrong with a
    /// product stands in the report.
    #[uniffi::method(default(options), default(dry_run = false))]
    pub fn import_bmecat(&self, bytes: Vec<u8>, options: BmecatImport, dry_run: bool) -> Result<ImportReport> {
        self.session.import_bmecat(&bytes, &options, dry_run)
    }

    /// Writes the catalogue of that name among the external identifiers again, with names, descriptions, technical
    /// parameters, documents and relations as the products have them now; nothing else of it is lost.
    ///
    /// # Errors
    /// `NotFound` if no catalogue of that name was imported, `Denied`.
    #[uniffi::method(default(language = None))]
    pub fn export_bmecat(&self, system: &str, language: Option<String>) -> Result<String> {
        self.session.export_bmecat(system, language.as_deref())
    }
}
