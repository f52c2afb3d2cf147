//! A session: everything is asked and done through one.

use crm_core::engine::{FieldDescription, Outcome};
use crm_core::exchange::{ExportOptions, ImportMapping, ImportProgress, ImportReport, VCardVersion};
use crm_core::journal::{ChangePage, JournalEntry};
use crm_core::query::{AggregateQuery, AggregateRow, Query};
use crm_core::value::{Id, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::admin::Admin;
use crate::customers::Customers;
use crate::entities;
use crate::input::{self, CommandInput, FileInput, JsonInput, Listener};
use crate::products::Products;
use crate::quotes::Quotes;
use crate::sales::Sales;

/// A tenant, a user and a clock: everything is asked and done through one. May be shared between threads.
#[pyclass(module = "crm_core", frozen)]
pub struct Session {
    pub inner: crm_core::engine::Session,
}

/// Tells a Python function how far an import is.
struct Progress {
    heard: Option<Listener>,
}

impl ImportProgress for Progress {
    fn rows_done(&mut self, rows: u64) {
        let Some(Listener(heard)) = &self.heard else { return };
        // The import is not the listener's: what fails there is reported where Python reports such things.
        Python::attach(|py| {
            if let Err(error) = heard.call1(py, (rows,)) {
                error.write_unraisable(py, Some(heard.bind(py)));
            }
        });
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
    fn at(&self, timestamp: Timestamp) -> Self {
        Self { inner: self.inner.at(timestamp) }
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

    /// Quotes.
    #[getter]
    fn quotes(&self) -> Quotes {
        Quotes { session: self.inner.clone() }
    }

    /// Users, roles, rights, custom fields and the organisation.
    #[getter]
    fn admin(&self) -> Admin {
        Admin { session: self.inner.clone() }
    }

    /// Carries out a command. With an `op_id` it may be repeated: it has its effect once and gives the first outcome.
    #[pyo3(signature = (command, op_id=None))]
    fn execute(&self, py: Python<'_>, command: CommandInput, op_id: Option<Id>) -> PyResult<Outcome> {
        let command = command.into();
        Ok(py.detach(|| match op_id {
            Some(op_id) => self.inner.execute_once(command, op_id),
            None => self.inner.execute(command),
        })?)
    }

    /// Carries out all commands or none. The field of an error begins with the place of the command, `[2]`.
    #[pyo3(signature = (commands, op_id=None))]
    fn execute_all(&self, py: Python<'_>, commands: Vec<CommandInput>, op_id: Option<Id>) -> PyResult<Outcome> {
        let commands = input::commands(commands);
        Ok(py.detach(|| self.inner.execute_all(&commands, op_id))?)
    }

    /// What a command would do, without doing it.
    fn preview(&self, py: Python<'_>, command: CommandInput) -> PyResult<Outcome> {
        let command = command.into();
        Ok(py.detach(|| self.inner.preview(command))?)
    }

    /// What several commands would do together, without doing it.
    fn preview_all(&self, py: Python<'_>, commands: Vec<CommandInput>) -> PyResult<Outcome> {
        let commands = input::commands(commands);
        Ok(py.detach(|| self.inner.preview_all(&commands))?)
    }

    /// Carries out a command, or a list of commands all or nothing, from JSON; the outcome is canonical JSON text.
    #[pyo3(signature = (command, op_id=None))]
    fn execute_json(&self, py: Python<'_>, command: JsonInput, op_id: Option<Id>) -> PyResult<String> {
        let text = command.text()?;
        Ok(py.detach(|| self.inner.execute_json(&text, op_id))?)
    }

    /// What a command, or a list of commands, would do, without doing it.
    fn preview_json(&self, py: Python<'_>, command: JsonInput) -> PyResult<String> {
        let text = command.text()?;
        Ok(py.detach(|| self.inner.preview_json(&text))?)
    }

    /// Answers a question in JSON with canonical JSON text.
    fn query_json(&self, py: Python<'_>, question: JsonInput) -> PyResult<String> {
        let text = question.text()?;
        Ok(py.detach(|| self.inner.query_json(&text))?)
    }

    /// The whole JSON door in one call that never raises: `{"execute": ...}`, `{"preview": ...}` or `{"query": ...}`
    /// is answered with `{"ok": ...}` or `{"error": {"kind": ..., "problems": [...]}}`. Beside `execute` may stand an
    /// `op_id`, so that the request has its effect once however often it is made.
    fn answer_json(&self, py: Python<'_>, request: &str) -> String {
        py.detach(|| self.inner.answer_json(request))
    }

    /// Makes a record of any entity from its fields by name; custom fields too.
    #[pyo3(signature = (entity, /, **fields: "FieldInput"))]
    fn create(&self, py: Python<'_>, entity: &str, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Outcome> {
        let fields = input::fields(fields)?;
        Ok(py.detach(|| self.inner.create(entity, fields))?)
    }

    /// Sets some fields of a record; `version` is the one that was read.
    #[pyo3(signature = (entity, id, version, /, **fields: "FieldInput"))]
    fn update(
        &self,
        py: Python<'_>,
        entity: &str,
        id: Id,
        version: i64,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Outcome> {
        let fields = input::fields(fields)?;
        Ok(py.detach(|| self.inner.update(entity, id, version, fields))?)
    }

    /// Deletes a record; `version` is the one that was read. `restore` brings it back.
    fn delete(&self, py: Python<'_>, entity: &str, id: Id, version: i64) -> PyResult<Outcome> {
        Ok(py.detach(|| self.inner.delete(entity, id, version))?)
    }

    /// Brings a deleted record back.
    fn restore(&self, py: Python<'_>, entity: &str, id: Id) -> PyResult<Outcome> {
        Ok(py.detach(|| self.inner.restore(entity, id))?)
    }

    /// Takes back everything that an operation changed, as far as its effects still stand: all or nothing.
    fn undo(&self, py: Python<'_>, op_id: Id) -> PyResult<Outcome> {
        Ok(py.detach(|| self.inner.undo(op_id))?)
    }

    /// A record of any entity, as the class of the entity.
    #[pyo3(signature = (entity, id) -> "Any")]
    fn get<'py>(&self, py: Python<'py>, entity: &str, id: Id) -> PyResult<Bound<'py, PyAny>> {
        entities::get(py, &self.inner, entity, id)
    }

    /// A record of any entity as it stood at an instant, with the fields that the reader may see now.
    #[pyo3(signature = (entity, id, at) -> "Any")]
    fn as_of<'py>(&self, py: Python<'py>, entity: &str, id: Id, at: Timestamp) -> PyResult<Bound<'py, PyAny>> {
        entities::as_of(py, &self.inner, entity, id, at)
    }

    /// The fields of an entity that the caller may see, with custom fields.
    fn describe(&self, py: Python<'_>, entity: &str) -> PyResult<Vec<FieldDescription>> {
        Ok(py.detach(|| self.inner.describe(entity))?)
    }

    /// Figures over the visible records of an entity, by group.
    fn aggregate(&self, py: Python<'_>, entity: &str, query: AggregateQuery) -> PyResult<Vec<AggregateRow>> {
        Ok(py.detach(|| self.inner.aggregate(entity, &query))?)
    }

    /// What happened to a record, oldest first, with the fields that the reader may see.
    fn history(&self, py: Python<'_>, entity: &str, id: Id) -> PyResult<Vec<JournalEntry>> {
        Ok(py.detach(|| self.inner.history(entity, id))?)
    }

    /// A page of what happened to a record, oldest first, as far as the reader may see it. Begin with 0; a page has 1 to
    /// 1,000 entries.
    #[pyo3(signature = (entity, id, cursor=0, limit=1000))]
    fn history_page(&self, py: Python<'_>, entity: &str, id: Id, cursor: i64, limit: i64) -> PyResult<ChangePage> {
        Ok(py.detach(|| self.inner.history_page(entity, id, cursor, limit))?)
    }

    /// The entries of the journal behind a cursor that the reader may see, oldest first. Begin with 0; a page has 1 to
    /// 1,000 entries.
    #[pyo3(signature = (cursor, limit=1000))]
    fn changes_since(&self, py: Python<'_>, cursor: i64, limit: i64) -> PyResult<ChangePage> {
        Ok(py.detach(|| self.inner.changes_since(cursor, limit))?)
    }

    /// Imports a CSV file, given as bytes or as a path. A row is taken whole or not at all; what is wrong with one
    /// stands in the report. `progress` hears after each batch how many rows are done.
    #[pyo3(signature = (source, mapping, dry_run=false, progress=None))]
    fn import_csv(
        &self,
        py: Python<'_>,
        source: FileInput,
        mapping: ImportMapping,
        dry_run: bool,
        progress: Option<Listener>,
    ) -> PyResult<ImportReport> {
        let mut progress = Progress { heard: progress };
        py.detach(|| {
            let bytes = source.content()?;
            Ok(self.inner.import_csv_with(bytes.as_ref(), &mapping, dry_run, &mut progress)?)
        })
    }

    /// Every visible record that the query finds, as CSV.
    #[pyo3(signature = (entity, query=None, options=None))]
    fn export_csv(
        &self,
        py: Python<'_>,
        entity: &str,
        query: Option<Query>,
        options: Option<ExportOptions>,
    ) -> PyResult<Vec<u8>> {
        let (query, options) = (query.unwrap_or_default(), options.unwrap_or_default());
        Ok(py.detach(|| self.inner.export_csv(entity, &query, &options))?)
    }

    /// Imports vCards as contacts, given as bytes or as a path.
    #[pyo3(signature = (source, dry_run=false))]
    fn import_vcards(&self, py: Python<'_>, source: FileInput, dry_run: bool) -> PyResult<ImportReport> {
        py.detach(|| Ok(self.inner.import_vcards(source.content()?.as_ref(), dry_run)?))
    }

    /// Every visible contact that the query finds, as vCards.
    #[pyo3(signature = (query=None, version=None))]
    fn export_vcards(&self, py: Python<'_>, query: Option<Query>, version: Option<VCardVersion>) -> PyResult<String> {
        let (query, version) = (query.unwrap_or_default(), version.unwrap_or(VCardVersion::V3));
        Ok(py.detach(|| self.inner.export_vcards(&query, version))?)
    }
}
