//! The stored price catalogue.

use crate::conditions::{
    ConditionCounterPage, ConditionUsagePage, PriceCase, PriceCondition, PriceConditionPage, PriceContext,
    PriceDefinition, PriceDefinitionPage, PriceDraft,
};
use crate::engine::Session;
use crate::pricing::{CounterUsage, LintFinding, PriceDocument, PriceResult, WhatIf};
use crate::query::Query;
use crate::value::{Currency, Id, Result};

/// The price catalogue of the session's tenant: definitions, condition records, and what was used of them.
#[derive(uniffi::Object)]
pub struct Conditions {
    session: Session,
}

impl Conditions {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Conditions {
    /// Makes a draft of a definition and gives it back as it was stored.
    ///
    /// # Errors
    /// What is wrong with the definition, under `definition`; `NotAllowed` for records in it and for a table of list prices
    /// with other fields; `Denied`.
    pub fn create_definition(&self, definition: PriceDefinition) -> Result<PriceDefinition> {
        self.session.conditions().create_definition(&definition)
    }

    /// Saves a draft that was read and changed.
    ///
    /// # Errors
    /// As [`Conditions::create_definition`]; `IllegalTransition` for one that was active; `StaleVersion`, `NotFound`.
    pub fn update_definition(&self, definition: PriceDefinition) -> Result<PriceDefinition> {
        self.session.conditions().update_definition(&definition)
    }

    /// Documents are priced by a draft from now on; the definition before retires.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft; `StaleVersion`, `NotFound`, `Denied`.
    pub fn activate_definition(&self, definition: Id, expected_version: i64) -> Result<PriceDefinition> {
        self.session.conditions().activate_definition(definition, expected_version)
    }

    /// One definition.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn definition(&self, id: Id) -> Result<PriceDefinition> {
        self.session.conditions().definition(id)
    }

    /// One page of definitions.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn definitions(&self, query: Query) -> Result<PriceDefinitionPage> {
        self.session.conditions().definitions(&query)
    }

    /// Brings condition records, all or none, and gives their identifiers in the same order.
    ///
    /// # Errors
    /// With the place: `UnknownReference` for condition type and table, `Required` and `UnknownField` for the key, `Overlap` with
    /// both identifiers for two records of one key that hold on one date, and what else is wrong with a record; `TooMany`,
    /// `Denied`.
    pub fn add_conditions(&self, conditions: &[PriceCondition]) -> Result<Vec<Id>> {
        self.session.conditions().add_conditions(conditions)
    }

    /// Puts a condition record in the place of another and gives it back as it was stored.
    ///
    /// # Errors
    /// As [`Conditions::add_conditions`]; `IllegalTransition` for a record that is no longer in the catalogue or of another
    /// type or table; `StaleVersion`, `NotFound`.
    pub fn replace_condition(
        &self,
        condition: Id,
        expected_version: i64,
        by: PriceCondition,
    ) -> Result<PriceCondition> {
        self.session.conditions().replace_condition(condition, expected_version, &by)
    }

    /// Takes a condition record out of the catalogue. Documents of earlier versions still find it.
    ///
    /// # Errors
    /// `IllegalTransition` for a record that is no longer in it; `StaleVersion`, `NotFound`, `Denied`.
    pub fn retire_condition(&self, condition: Id, expected_version: i64) -> Result<PriceCondition> {
        self.session.conditions().retire_condition(condition, expected_version)
    }

    /// One condition record.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn condition(&self, id: Id) -> Result<PriceCondition> {
        self.session.conditions().condition(id)
    }

    /// One page of condition records, those that were replaced among them.
    ///
    /// # Errors
    /// As [`Conditions::definitions`].
    #[uniffi::method(default(query))]
    pub fn conditions(&self, query: Query) -> Result<PriceConditionPage> {
        self.session.conditions().conditions(&query)
    }

    /// One page of counters.
    ///
    /// # Errors
    /// As [`Conditions::definitions`].
    #[uniffi::method(default(query))]
    pub fn counters(&self, query: Query) -> Result<ConditionCounterPage> {
        self.session.conditions().counters(&query)
    }

    /// One page of what documents use of counters.
    ///
    /// # Errors
    /// As [`Conditions::definitions`].
    #[uniffi::method(default(query))]
    pub fn usages(&self, query: Query) -> Result<ConditionUsagePage> {
        self.session.conditions().usages(&query)
    }

    /// Sets aside what a document uses of counters: `usage` of its price. What was set aside for it before is given back.
    ///
    /// # Errors
    /// `LimitExceeded` with the counter, what is asked for and the limit; `CurrencyMismatch` for values in another currency
    /// than those before; `IllegalTransition` if the document used its reservation already; `Denied`.
    pub fn reserve_usage(&self, document: &str, currency: Currency, usage: &[CounterUsage]) -> Result<()> {
        self.session.conditions().reserve_usage(document, currency, usage)
    }

    /// A document uses what was set aside for it.
    ///
    /// # Errors
    /// `Required`, `TooLong`, `Denied`.
    pub fn commit_usage(&self, document: &str) -> Result<()> {
        self.session.conditions().commit_usage(document)
    }

    /// A document gives back what was set aside for it or used by it.
    ///
    /// # Errors
    /// `Required`, `TooLong`, `Denied`.
    pub fn release_usage(&self, document: &str) -> Result<()> {
        self.session.conditions().release_usage(document)
    }

    /// The price of a document by the stored catalogue. Items name products by identifier or code.
    ///
    /// # Errors
    /// `Denied` for a reader who may not see the rates of condition records; `UnknownReference` if no definition is active, and
    /// for products and customers that the reader does not see; `OutOfRange` for a version that does not exist yet;
    /// `CurrencyMismatch` for a limit that is counted in another currency; those of [`Pricer::price`](super::Pricer::price).
    #[uniffi::method(default(context))]
    pub fn price(&self, document: &PriceDocument, context: PriceContext) -> Result<PriceResult> {
        self.session.conditions().price(document, &context)
    }

    /// A document with the part of the stored catalogue that it needs: whoever has both computes the same price.
    ///
    /// # Errors
    /// As [`Conditions::price`], but for the price itself.
    #[uniffi::method(default(context))]
    pub fn price_case(&self, document: &PriceDocument, context: PriceContext) -> Result<PriceCase> {
        self.session.conditions().price_case(document, &context)
    }

    /// What is doubtful in the stored catalogue, or would be with a draft of a definition: records that are never hit, accesses that
    /// cannot be reached, gaps in scales, missing conversions.
    ///
    /// # Errors
    /// `UnknownReference` for the definition, `Denied` for a reader who may not see the rates of condition records.
    #[uniffi::method(default(definition = None))]
    pub fn lint(&self, definition: Option<Id>) -> Result<Vec<LintFinding>> {
        self.session.conditions().lint(definition)
    }

    /// What quotes that are priced by conditions would come to by another catalogue: every line that differs from what stands in
    /// the quote, with sums by product and by a field of the documents, for example `account`. A quote without a price by the
    /// draft is told with the reason; it stops nothing.
    ///
    /// # Errors
    /// `TooMany` quotes; what is wrong with the draft, for example under `add[2]`; `NotAllowed` with the place for a quote that is
    /// not priced by conditions; `NotFound`; `Denied` for a reader who may not see the figures of quotes or the rates of
    /// condition records.
    #[uniffi::method(default(group_by = None))]
    pub fn what_if(&self, draft: &PriceDraft, quotes: &[Id], group_by: Option<String>) -> Result<WhatIf> {
        self.session.conditions().what_if(draft, quotes, group_by.as_deref())
    }
}
