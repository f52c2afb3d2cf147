//! The stored price catalogue.

use crm_core::conditions::{
    ConditionCounterPage, ConditionUsagePage, PriceCondition, PriceConditionPage, PriceDefinition, PriceDefinitionPage,
    PriceDraft,
};
use crm_core::pricing::{CounterUsage, LintFinding, WhatIf};
use crm_core::query::Query;
use crm_core::value::python::Argument;
use crm_core::value::{Currency, Id, json};
use pyo3::prelude::*;

use crate::pricing_values::{ContextInput, DocumentInput, Plain};

/// The price catalogue of the session's tenant: definitions, condition records, and what was used of them.
#[pyclass(module = "crm_core", frozen)]
pub struct Conditions {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Conditions {
    /// Makes a draft of a definition and gives it back as it was stored.
    ///
    /// Raises what is wrong with the definition, under `definition`; `NOT_ALLOWED` for records in it and for a table of list
    /// prices with other fields; `DeniedError`.
    fn create_definition(&self, py: Python<'_>, definition: PriceDefinition) -> PyResult<PriceDefinition> {
        Ok(py.detach(|| self.session.conditions().create_definition(&definition))?)
    }

    /// Saves a draft that was read and changed.
    ///
    /// Raises what `create_definition` raises; `ILLEGAL_TRANSITION` for one that was active; `STALE_VERSION`,
    /// `NotFoundError`.
    fn update_definition(&self, py: Python<'_>, definition: PriceDefinition) -> PyResult<PriceDefinition> {
        Ok(py.detach(|| self.session.conditions().update_definition(&definition))?)
    }

    /// Documents are priced by a draft from now on; the definition before retires.
    ///
    /// Raises `ILLEGAL_TRANSITION` if it is no draft; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn activate_definition(
        &self,
        py: Python<'_>,
        definition: Id,
        expected_version: Argument<i64>,
    ) -> PyResult<PriceDefinition> {
        Ok(py.detach(|| self.session.conditions().activate_definition(definition, expected_version.0))?)
    }

    /// One definition.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn definition(&self, py: Python<'_>, id: Id) -> PyResult<PriceDefinition> {
        Ok(py.detach(|| self.session.conditions().definition(id))?)
    }

    /// One page of definitions.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn definitions(&self, py: Python<'_>, query: Option<Query>) -> PyResult<PriceDefinitionPage> {
        Ok(py.detach(|| self.session.conditions().definitions(&query.unwrap_or_default()))?)
    }

    /// Brings condition records, all or none, and gives their identifiers in the same order.
    ///
    /// Raises with the place: `UNKNOWN_REFERENCE` for condition type and table, `REQUIRED` and `UNKNOWN_FIELD` for the key,
    /// `OVERLAP` with both identifiers for two records of one key that hold on one date, and what else is wrong with a record;
    /// `TOO_MANY`, `DeniedError`.
    fn add_conditions(&self, py: Python<'_>, conditions: Vec<PriceCondition>) -> PyResult<Vec<Id>> {
        Ok(py.detach(|| self.session.conditions().add_conditions(&conditions))?)
    }

    /// Puts a condition record in the place of another and gives it back as it was stored.
    ///
    /// Raises what `add_conditions` raises; `ILLEGAL_TRANSITION` for a record that is no longer in the catalogue or of another
    /// type or table; `STALE_VERSION`, `NotFoundError`.
    fn replace_condition(
        &self,
        py: Python<'_>,
        condition: Id,
        expected_version: Argument<i64>,
        by: PriceCondition,
    ) -> PyResult<PriceCondition> {
        Ok(py.detach(|| self.session.conditions().replace_condition(condition, expected_version.0, &by))?)
    }

    /// Takes a condition record out of the catalogue. Documents of earlier versions still find it.
    ///
    /// Raises `ILLEGAL_TRANSITION` for a record that is no longer in it; `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn retire_condition(
        &self,
        py: Python<'_>,
        condition: Id,
        expected_version: Argument<i64>,
    ) -> PyResult<PriceCondition> {
        Ok(py.detach(|| self.session.conditions().retire_condition(condition, expected_version.0))?)
    }

    /// One condition record.
    ///
    /// Raises `NotFoundError`, `DeniedError`.
    fn condition(&self, py: Python<'_>, id: Id) -> PyResult<PriceCondition> {
        Ok(py.detach(|| self.session.conditions().condition(id))?)
    }

    /// One page of condition records, those that were replaced among them.
    ///
    /// Raises what `definitions` raises.
    #[pyo3(signature = (query=None))]
    fn conditions(&self, py: Python<'_>, query: Option<Query>) -> PyResult<PriceConditionPage> {
        Ok(py.detach(|| self.session.conditions().conditions(&query.unwrap_or_default()))?)
    }

    /// One page of counters.
    ///
    /// Raises what `definitions` raises.
    #[pyo3(signature = (query=None))]
    fn counters(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ConditionCounterPage> {
        Ok(py.detach(|| self.session.conditions().counters(&query.unwrap_or_default()))?)
    }

    /// One page of what documents use of counters.
    ///
    /// Raises what `definitions` raises.
    #[pyo3(signature = (query=None))]
    fn usages(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ConditionUsagePage> {
        Ok(py.detach(|| self.session.conditions().usages(&query.unwrap_or_default()))?)
    }

    /// Sets aside what a document uses of counters: `usage` of its price. What was set aside for it before is given back.
    ///
    /// Raises `LIMIT_EXCEEDED` with the counter, what is asked for and the limit; `CURRENCY_MISMATCH` for values in another
    /// currency than those before; `ILLEGAL_TRANSITION` if the document used its reservation already; `DeniedError`.
    fn reserve_usage(
        &self,
        py: Python<'_>,
        document: Argument<String>,
        currency: Currency,
        usage: Vec<CounterUsage>,
    ) -> PyResult<()> {
        Ok(py.detach(|| self.session.conditions().reserve_usage(&document, currency, &usage))?)
    }

    /// A document uses what was set aside for it.
    ///
    /// Raises `REQUIRED`, `TOO_LONG`, `DeniedError`.
    fn commit_usage(&self, py: Python<'_>, document: Argument<String>) -> PyResult<()> {
        Ok(py.detach(|| self.session.conditions().commit_usage(&document))?)
    }

    /// A document gives back what was set aside for it or used by it.
    ///
    /// Raises `REQUIRED`, `TOO_LONG`, `DeniedError`.
    fn release_usage(&self, py: Python<'_>, document: Argument<String>) -> PyResult<()> {
        Ok(py.detach(|| self.session.conditions().release_usage(&document))?)
    }

    /// The price of a document by the stored catalogue. The document is a `PriceDocument`, JSON text, or a dict of exact values;
    /// its items name products by identifier or code. The result is plain data with decimals and dates as text, as
    /// `json_schema("pricing.result")` says.
    ///
    /// Raises `DeniedError` for a reader who may not see the rates of condition records; `UNKNOWN_REFERENCE` if no definition is
    /// active, and for products and customers that the reader does not see; `OUT_OF_RANGE` for a version that does not exist
    /// yet; `CURRENCY_MISMATCH` for a limit that is counted in another currency; what `Pricer.price` raises.
    #[pyo3(signature = (document, context=None))]
    fn price<'py>(
        &self,
        py: Python<'py>,
        document: DocumentInput,
        context: Option<ContextInput>,
    ) -> PyResult<Plain<'py>> {
        let text = py.detach(|| {
            let context = context.map(|context| context.0.read()).transpose()?.unwrap_or_default();
            json::to_canonical(&self.session.conditions().price(&document.0.read()?, &context)?)
        })?;
        Plain::of(py, &text)
    }

    /// A document with the part of the stored catalogue that it needs, as plain data: `version`, `catalog`, `document`.
    /// `crm_core.pricing.price(case["catalog"], case["document"])` gives the same price everywhere.
    ///
    /// Raises what `price` raises, but for the price itself.
    #[pyo3(signature = (document, context=None))]
    fn price_case<'py>(
        &self,
        py: Python<'py>,
        document: DocumentInput,
        context: Option<ContextInput>,
    ) -> PyResult<Plain<'py>> {
        let text = py.detach(|| {
            let context = context.map(|context| context.0.read()).transpose()?.unwrap_or_default();
            json::to_canonical(&self.session.conditions().price_case(&document.0.read()?, &context)?)
        })?;
        Plain::of(py, &text)
    }

    /// What is doubtful in the stored catalogue, or would be with a draft of a definition: records that are never hit, accesses that
    /// cannot be reached, gaps in scales, missing conversions.
    ///
    /// Raises `UNKNOWN_REFERENCE` for the definition, `DeniedError` for a reader who may not see the rates of condition records.
    #[pyo3(signature = (definition=None))]
    fn lint(&self, py: Python<'_>, definition: Option<Id>) -> PyResult<Vec<LintFinding>> {
        Ok(py.detach(|| self.session.conditions().lint(definition))?)
    }

    /// What quotes that are priced by conditions would come to by another catalogue: every line that differs from what stands in
    /// the quote, with sums by product and by a field of the documents (`group_by`, for example `"account"`). A quote without a
    /// price by the draft is told with the reason; it stops nothing. `crm_core.pricing.what_if_table` makes columns of the answer.
    ///
    /// Raises `TOO_MANY` quotes; what is wrong with the draft, for example under `add[2]`; `NOT_ALLOWED` with the place for a quote
    /// that is not priced by conditions; `NotFoundError`; `DeniedError` for a reader who may not see the figures of quotes or the
    /// rates of condition records.
    #[pyo3(signature = (draft, quotes, group_by=None))]
    fn what_if(
        &self,
        py: Python<'_>,
        draft: PriceDraft,
        quotes: Vec<Id>,
        group_by: Option<Argument<String>>,
    ) -> PyResult<WhatIf> {
        let group_by = group_by.map(Argument::value);
        Ok(py.detach(|| self.session.conditions().what_if(&draft, &quotes, group_by.as_deref()))?)
    }
}
