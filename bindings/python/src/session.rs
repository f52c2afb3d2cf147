//! A session: everything is asked and done through one.

use std::ops::ControlFlow;

use crm_core::duplicates::RecordSource;
use crm_core::engine::{FieldDescription, Outcome};
use crm_core::exchange::{BmecatImport, ExportOptions, ImportMapping, ImportProgress, ImportReport, VCardVersion};
use crm_core::journal::{ChangePage, JournalEntry};
use crm_core::query::{AggregateQuery, AggregateRow, Query};
use crm_core::value::python::Argument;
use crm_core::value::{Id, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::access::Access;
use crate::admin::Admin;
use crate::conditions::Conditions;
use crate::customers::Customers;
use crate::duplicates::DuplicateControl;
use crate::entities;
use crate::forecasts::Forecasts;
use crate::input::{self, CommandInput, FileInput, JsonInput, Listener};
use crate::merges::Merges;
use crate::products::Products;
use crate::quotes::Quotes;
use crate::sales::Sales;
use crate::special_prices::SpecialPrices;
use crate::transfers::Transfers;

/// A tenant, a user and a clock: everything is asked and done through one. May be shared between threads.
#[pyclass(module = "crm_core", frozen)]
pub struct Session {
    pub inner: crm_core::engine::Session,
}

/// Tells a Python function how far an import is, and ends the import when the function or the user says so.
struct Progress {
    heard: Option<Listener>,
    raised: Option<PyErr>,
}

impl ImportProgress for Progress {
    fn rows_done(&mut self, rows: u64) -> ControlFlow<()> {
        let told = Python::attach(|py| {
            // While the engine works, nobody else asks whether the user pressed Ctrl-C.
            py.check_signals()?;
            self.heard.as_ref().map_or(Ok(()), |Listener(heard)| heard.call1(py, (rows,)).map(drop))
        });
        self.raised = told.err();
        if self.raised.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Who, when and where to.
#[pymethods]
impl Session {
    /// The identifier of the user.
    #[getter]
    fn user(&self) -> Id {
        self.inner.user()
    }

    /// A new identifier for a record that the caller is about to make.
    fn new_id(&self) -> Id {
        self.inner.new_id()
    }

    /// The same session with a clock that stands still: for imports of history, replays and tests.
    fn at(&self, instant: Timestamp) -> Self {
        Self { inner: self.inner.at(instant) }
    }

    /// The same session for records that come in on another way: the rules for duplicates of that way hold. If nothing is
    /// said, methods count as a form, the JSON door as a program, and files as an import.
    fn with_source(&self, source: RecordSource) -> Self {
        Self { inner: self.inner.with_source(source) }
    }

    /// Accounts, contacts, hierarchies, activities, attachments and the single view.
    #[getter]
    fn customers(&self) -> Customers {
        Customers { session: self.inner.clone() }
    }

    /// Products, price lists and list prices.
    #[getter]
    fn products(&self) -> Products {
        Products { session: self.inner.clone() }
    }

    /// Pipelines, leads and opportunities.
    #[getter]
    fn sales(&self) -> Sales {
        Sales { session: self.inner.clone() }
    }

    /// The stored price catalogue: definitions, condition records, and what was used of them.
    #[getter]
    fn conditions(&self) -> Conditions {
        Conditions { session: self.inner.clone() }
    }

    /// Quotes.
    #[getter]
    fn quotes(&self) -> Quotes {
        Quotes { session: self.inner.clone() }
    }

    /// Requests for special prices.
    #[getter]
    fn special_prices(&self) -> SpecialPrices {
        SpecialPrices { session: self.inner.clone() }
    }

    /// Sales history, forecasts of it, and stored runs.
    #[getter]
    fn forecasts(&self) -> Forecasts {
        Forecasts { session: self.inner.clone() }
    }

    /// Users, roles, units, groups, territories, rights, sharing, custom fields and the organisation.
    #[getter]
    fn admin(&self) -> Admin {
        Admin { session: self.inner.clone() }
    }

    /// Teams and shares of single records, and why somebody may do something.
    #[getter]
    fn access(&self) -> Access {
        Access { session: self.inner.clone() }
    }

    /// Handing records over to another owner, and who owned what when.
    #[getter]
    fn transfers(&self) -> Transfers {
        Transfers { session: self.inner.clone() }
    }

    /// Merging records that are one and the same, and taking that back.
    #[getter]
    fn merges(&self) -> Merges {
        Merges { session: self.inner.clone() }
    }

    /// Rules for duplicates, looking for them, verdicts on pairs and cases of review.
    #[getter]
    fn duplicates(&self) -> DuplicateControl {
        DuplicateControl { session: self.inner.clone() }
    }

    /// Carries out a command. With an `op_id` it may be repeated: it has its effect once and gives the first outcome.
    ///
    /// Raises `InvalidError`, `NotFoundError`, `DeniedError`, `ConflictError`: nothing was written. `UnknownError`:
    /// repeat with the same `op_id`. `OP_ID_REUSED` if the `op_id` was used for another command.
    #[pyo3(signature = (command, op_id=None))]
    fn execute(&self, py: Python<'_>, command: CommandInput, op_id: Option<Id>) -> PyResult<Outcome> {
        let command = command.into();
        Ok(py.detach(|| match op_id {
            Some(op_id) => self.inner.execute_once(command, op_id),
            None => self.inner.execute(command),
        })?)
    }

    /// Carries out all commands or none. The field of an error begins with the place of the command, `[2]`.
    ///
    /// Raises what `execute` raises; the field path begins with the place of the command, `[2]`.
    #[pyo3(signature = (commands, op_id=None))]
    fn execute_all(&self, py: Python<'_>, commands: Vec<CommandInput>, op_id: Option<Id>) -> PyResult<Outcome> {
        let commands = input::commands(commands);
        Ok(py.detach(|| self.inner.execute_all(&commands, op_id))?)
    }

    /// What a command would do, without doing it.
    ///
    /// Raises what `execute` raises.
    fn preview(&self, py: Python<'_>, command: CommandInput) -> PyResult<Outcome> {
        let command = command.into();
        Ok(py.detach(|| self.inner.preview(command))?)
    }

    /// What several commands would do together, without doing it.
    ///
    /// Raises what `execute_all` raises.
    fn preview_all(&self, py: Python<'_>, commands: Vec<CommandInput>) -> PyResult<Outcome> {
        let commands = input::commands(commands);
        Ok(py.detach(|| self.inner.preview_all(&commands))?)
    }

    /// Carries out a command, or a list of commands all or nothing, from JSON; the outcome is canonical JSON text.
    ///
    /// Raises what `execute_all` raises; `BAD_JSON`, `UNKNOWN_FIELD`, `WRONG_TYPE`, `REQUIRED` with the path in the
    /// text.
    #[pyo3(signature = (command, op_id=None))]
    fn execute_json(&self, py: Python<'_>, command: JsonInput, op_id: Option<Id>) -> PyResult<String> {
        let text = command.text()?;
        Ok(py.detach(|| self.inner.execute_json(&text, op_id))?)
    }

    /// What a command, or a list of commands, would do, without doing it.
    ///
    /// Raises what `execute_json` raises.
    fn preview_json(&self, py: Python<'_>, command: JsonInput) -> PyResult<String> {
        let text = command.text()?;
        Ok(py.detach(|| self.inner.preview_json(&text))?)
    }

    /// Answers a question in JSON with canonical JSON text.
    ///
    /// Raises what the question's own method raises.
    fn query_json(&self, py: Python<'_>, question: JsonInput) -> PyResult<String> {
        let text = question.text()?;
        Ok(py.detach(|| self.inner.query_json(&text))?)
    }

    /// The whole JSON door in one call that never raises: `{"execute": ...}`, `{"preview": ...}` or `{"query": ...}`
    /// is answered with `{"ok": ...}` or `{"error": {"kind": ..., "problems": [...]}}`. Beside `execute` may stand an
    /// `op_id`, so that the request has its effect once however often it is made.
    fn answer_json(&self, py: Python<'_>, request: Argument<String>) -> String {
        py.detach(|| self.inner.answer_json(&request))
    }

    /// Makes a record of any entity from its fields by name; custom fields too.
    ///
    /// Raises `UNKNOWN_ENTITY`, `UNKNOWN_FIELD`, and those of the entity's own method.
    #[pyo3(signature = (entity, /, **fields: "FieldInput"))]
    fn create(
        &self,
        py: Python<'_>,
        entity: Argument<String>,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        let fields = input::fields(fields)?;
        Ok(py.detach(|| self.inner.create(&entity, fields))?)
    }

    /// Sets some fields of a record; `version` is the one that was read.
    ///
    /// Raises `STALE_VERSION`, `UNKNOWN_ENTITY`, `UNKNOWN_FIELD`, and those of the entity's own method.
    #[pyo3(signature = (entity, id, version, /, **fields: "FieldInput"))]
    fn update(
        &self,
        py: Python<'_>,
        entity: Argument<String>,
        id: Id,
        version: Argument<i64>,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        let fields = input::fields(fields)?;
        Ok(py.detach(|| self.inner.update(&entity, id, version.0, fields))?)
    }

    /// Deletes a record; `version` is the one that was read. `restore` brings it back.
    ///
    /// Raises `STILL_REFERENCED`, `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn delete(&self, py: Python<'_>, entity: Argument<String>, id: Id, version: Argument<i64>) -> PyResult<Outcome> {
        Ok(py.detach(|| self.inner.delete(&entity, id, version.0))?)
    }

    /// Brings a deleted record back.
    ///
    /// Raises `NotFoundError`, `DeniedError`, `DUPLICATE_KEY` if another record took a unique value since.
    fn restore(&self, py: Python<'_>, entity: Argument<String>, id: Id) -> PyResult<Outcome> {
        Ok(py.detach(|| self.inner.restore(&entity, id))?)
    }

    /// Takes back everything that an operation changed, as far as its effects still stand: all or nothing.
    ///
    /// Raises `NotFoundError` for an unknown operation, `EFFECTS_CHANGED` with every field that was changed since,
    /// `DeniedError`.
    fn undo(&self, py: Python<'_>, op_id: Id) -> PyResult<Outcome> {
        Ok(py.detach(|| self.inner.undo(op_id))?)
    }

    /// A record of any entity, as the class of the entity.
    ///
    /// Raises `NotFoundError` if there is none, or the reader may not see it; `UNKNOWN_ENTITY`, `DeniedError`.
    #[pyo3(signature = (entity, id) -> "Any")]
    fn get<'py>(&self, py: Python<'py>, entity: Argument<String>, id: Id) -> PyResult<Bound<'py, PyAny>> {
        entities::get(py, &self.inner, &entity, id)
    }

    /// A record of any entity as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises `NotFoundError` if it did not exist then, was deleted, or the reader may not see it; `UNKNOWN_ENTITY`.
    #[pyo3(signature = (entity, id, at) -> "Any")]
    fn as_of<'py>(
        &self,
        py: Python<'py>,
        entity: Argument<String>,
        id: Id,
        at: Timestamp,
    ) -> PyResult<Bound<'py, PyAny>> {
        entities::as_of(py, &self.inner, &entity, id, at)
    }

    /// The fields of an entity that the caller may see, with custom fields.
    ///
    /// Raises `UNKNOWN_ENTITY`; `DeniedError` without the right to read the entity.
    fn describe(&self, py: Python<'_>, entity: Argument<String>) -> PyResult<Vec<FieldDescription>> {
        Ok(py.detach(|| self.inner.describe(&entity))?)
    }

    /// Figures over the visible records of an entity, by group.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `TOO_MANY` groups, `OVERFLOW`, `DeniedError`.
    fn aggregate(
        &self,
        py: Python<'_>,
        entity: Argument<String>,
        query: AggregateQuery,
    ) -> PyResult<Vec<AggregateRow>> {
        Ok(py.detach(|| self.inner.aggregate(&entity, &query))?)
    }

    /// What happened to a record, oldest first, with the fields that the reader may see.
    ///
    /// Raises `NotFoundError` if there is no such record, or the reader may not see it.
    fn history(&self, py: Python<'_>, entity: Argument<String>, id: Id) -> PyResult<Vec<JournalEntry>> {
        Ok(py.detach(|| self.inner.history(&entity, id))?)
    }

    /// A page of what happened to a record, oldest first, as far as the reader may see it. Begin with 0; a page has 1 to
    /// 1,000 entries.
    ///
    /// Raises `OUT_OF_RANGE` for a page size outside 1 to 1,000, `NotFoundError`.
    #[pyo3(signature = (entity, id, cursor=Argument(0), limit=Argument(500)))]
    fn history_page(
        &self,
        py: Python<'_>,
        entity: Argument<String>,
        id: Id,
        cursor: Argument<i64>,
        limit: Argument<i64>,
    ) -> PyResult<ChangePage> {
        Ok(py.detach(|| self.inner.history_page(&entity, id, cursor.0, limit.0))?)
    }

    /// The entries of the journal behind a cursor that the reader may see, oldest first. Begin with 0; a page has 1 to
    /// 1,000 entries.
    ///
    /// Raises `OUT_OF_RANGE` for a page size outside 1 to 1,000.
    #[pyo3(signature = (cursor=Argument(0), limit=Argument(500)))]
    fn changes_since(&self, py: Python<'_>, cursor: Argument<i64>, limit: Argument<i64>) -> PyResult<ChangePage> {
        Ok(py.detach(|| self.inner.changes_since(cursor.0, limit.0))?)
    }

    /// Imports a CSV file, given as bytes or as a path. A row is taken whole or not at all; what is wrong with one
    /// stands in the report. `progress` hears after each thousand rows and at the end how many rows are done; in a dry
    /// run, how many were read.
    ///
    /// If `progress` raises, or the user presses Ctrl-C, the import ends after the thousand rows that are being written and
    /// raises the same: the rows that are done stand, and a second import of the file finds them again.
    #[pyo3(signature = (source, mapping, dry_run=false, progress=None))]
    fn import_csv(
        &self,
        py: Python<'_>,
        source: FileInput,
        mapping: ImportMapping,
        dry_run: bool,
        progress: Option<Listener>,
    ) -> PyResult<ImportReport> {
        let mut progress = Progress { heard: progress, raised: None };
        let report =
            py.detach(|| self.inner.import_csv_with(source.content()?.as_ref(), &mapping, dry_run, &mut progress))?;
        progress.raised.map_or(Ok(report), Err)
    }

    /// Every visible record that the query finds, as CSV.
    ///
    /// Raises `UNKNOWN_FIELD` for a field that does not exist or is hidden, `DeniedError`, and what is wrong with the
    /// query.
    #[pyo3(signature = (entity, query=None, options=None))]
    fn export_csv(
        &self,
        py: Python<'_>,
        entity: Argument<String>,
        query: Option<Query>,
        options: Option<ExportOptions>,
    ) -> PyResult<Vec<u8>> {
        let (query, options) = (query.unwrap_or_default(), options.unwrap_or_default());
        Ok(py.detach(|| self.inner.export_csv(&entity, &query, &options))?)
    }

    /// Imports vCards as contacts, given as bytes or as a path.
    ///
    /// Raises `DeniedError`, and what the store raises. What is wrong with a card stands in the report.
    #[pyo3(signature = (source, dry_run=false))]
    fn import_vcards(&self, py: Python<'_>, source: FileInput, dry_run: bool) -> PyResult<ImportReport> {
        Ok(py.detach(|| self.inner.import_vcards(source.content()?.as_ref(), dry_run))?)
    }

    /// Every visible contact that the query finds, as vCards.
    ///
    /// Raises `DeniedError`, and what is wrong with the query.
    #[pyo3(signature = (query=None, version=None))]
    fn export_vcards(&self, py: Python<'_>, query: Option<Query>, version: Option<VCardVersion>) -> PyResult<String> {
        let (query, version) = (query.unwrap_or_default(), version.unwrap_or_default());
        Ok(py.detach(|| self.inner.export_vcards(&query, version))?)
    }

    /// Imports a BMEcat catalogue, given as bytes or as a path: products with classes, technical parameters,
    /// documents, relations and prices, known again by their codes. What has no place in a product is kept beside it and
    /// listed in the notices.
    ///
    /// Raises what `read_bmecat` raises; `NotFoundError` for the price list, `DeniedError`, and what the store raises. What
    /// is wrong with a product stands in the report.
    #[pyo3(signature = (source, options=None, dry_run=false))]
    fn import_bmecat(
        &self,
        py: Python<'_>,
        source: FileInput,
        options: Option<BmecatImport>,
        dry_run: bool,
    ) -> PyResult<ImportReport> {
        let options = options.unwrap_or_default();
        Ok(py.detach(|| self.inner.import_bmecat(source.content()?.as_ref(), &options, dry_run))?)
    }

    /// Writes the catalogue of that name among the external identifiers again, with names, descriptions, technical
    /// parameters, documents and relations as the products have them now; nothing else of it is lost.
    ///
    /// Raises `NotFoundError` if no catalogue of that name was imported, `DeniedError`.
    #[pyo3(signature = (system, language=None))]
    fn export_bmecat(
        &self,
        py: Python<'_>,
        system: Argument<String>,
        language: Option<Argument<String>>,
    ) -> PyResult<String> {
        let language = language.as_ref().map(|language| language.as_str());
        Ok(py.detach(|| self.inner.export_bmecat(&system, language))?)
    }
}
