//! The stored price catalogue, as a host calls it.

use crate::access::Action;
use crate::conditions::{
    ConditionCommand, ConditionCounterPage, ConditionUsagePage, Drafted, MAX_WHAT_IF_QUOTES, PriceCase, PriceCondition,
    PriceConditionPage, PriceContext, PriceDefinition, PriceDefinitionPage, PriceDraft, Records, VERSIONS, case_of,
    whole_catalogue,
};
use crate::customer::AccountLink;
use crate::engine::read::{Reading, last_number};
use crate::engine::{Command, RecordChange, Session};
use crate::journal::ChangeKind;
use crate::pricing::{CounterUsage, LintFinding, PriceDocument, PriceResult, WhatIf, compare, lint, price};
use crate::query::Query;
use crate::quote::Quote;
use crate::room::Reader as _;
use crate::schema::{Entity as _, Row};
use crate::value::{Currency, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// The price catalogue of a session's tenant.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    session: &'a Session,
}

impl Session {
    /// The stored price catalogue: definitions, condition records, and what was used of them.
    ///
    /// ```
    /// use crm_core::conditions::{PriceCondition, PriceContext, PriceDefinition};
    /// use crm_core::engine::{Crm, SetupOptions};
    /// use crm_core::product::Product;
    /// use crm_core::value::json;
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let conditions = session.conditions();
    /// let definition = conditions.create_definition(&PriceDefinition {
    ///     name: "2026".into(),
    ///     definition: json::from_text(r#"{
    ///         "version": "",
    ///         "tables": [{"code": "PRODUCT", "fields": ["product"]}],
    ///         "access_sequences": [{"code": "BY_PRODUCT", "accesses": [{"table": "PRODUCT"}]}],
    ///         "condition_types": [
    ///             {"code": "PRICE", "kind": "price", "calculation": "quantity", "access_sequence": "BY_PRODUCT"}
    ///         ],
    ///         "procedures": [{"code": "SALE", "steps": [{"number": 10, "condition_type": "PRICE", "mandatory": true}]}]
    ///     }"#)?,
    ///     ..PriceDefinition::default()
    /// })?;
    /// conditions.activate_definition(definition.id, definition.version)?;
    /// let valve = session.products().create_product(&Product {
    ///     code: "V-100".into(),
    ///     name: "Valve DN 50".into(),
    ///     ..Product::default()
    /// })?;
    /// conditions.add_conditions(&[PriceCondition {
    ///     condition_type: "PRICE".into(),
    ///     condition_table: "PRODUCT".into(),
    ///     product: Some(valve.id),
    ///     rate: Some("135.50".parse()?),
    ///     ..PriceCondition::default()
    /// }])?;
    /// let document = json::from_text(r#"{
    ///     "currency": "EUR", "pricing_date": "2026-05-01", "items": [{"id": "10", "product": "V-100", "quantity": "3"}]
    /// }"#)?;
    /// let result = conditions.price(&document, &PriceContext::default())?;
    /// assert_eq!(result.net.to_string(), "406.5");
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn conditions(&self) -> Conditions<'_> {
        Conditions { session: self }
    }
}

/// A reading for prices. Catalogue and trees are read as they are; customers and products as the reader sees them.
pub(super) struct ForReader<'a, 'r>(pub(super) &'a mut Reading<'r>);

impl Records for ForReader<'_, '_> {
    fn read(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>> {
        let rooms = ["price_definition", "price_condition", "condition_counter", "condition_usage"];
        if rooms.contains(&entity) || entity == AccountLink::NAME {
            return self.0.structure(entity, query);
        }
        self.0.all(entity, query)
    }

    fn value(&mut self, entity: &'static str, field: &str, row: &Row) -> Option<FieldValue> {
        let schema = &self.0.tenant.schema;
        Some(schema.field(schema.entity(entity).ok()?, field)?.value(row))
    }

    fn version(&mut self) -> Result<i64> {
        last_number(self.0.tx, &self.0.tenant, VERSIONS)
    }
}

/// Refuses a reader who may not see the rates of condition records.
pub(super) fn require_rates(reading: &Reading<'_>) -> Result<()> {
    let (_, plan) = reading.entity(PriceCondition::NAME)?;
    plan.require(Action::Read)?;
    if reading.can_read(PriceCondition::NAME, "rate") {
        return Ok(());
    }
    Err(Error::denied("read the rates of", PriceCondition::NAME))
}

impl Conditions<'_> {
    fn run(&self, command: ConditionCommand) -> Result<()> {
        self.session.execute(Command::Condition(command)).map(|_| ())
    }

    /// Makes a draft of a definition and gives it back as it was stored.
    ///
    /// # Errors
    /// What is wrong with the definition, under `definition`, as [`Pricer::new`](crate::pricing::Pricer::new) tells it;
    /// `NotAllowed` for records in it and for a table of list prices with other fields; `Denied`.
    pub fn create_definition(&self, definition: &PriceDefinition) -> Result<PriceDefinition> {
        let command = ConditionCommand::CreateDefinition { definition: definition.clone() };
        self.session.create_and_read(Command::Condition(command), definition)
    }

    /// Saves a draft that was read and changed.
    ///
    /// # Errors
    /// As [`Conditions::create_definition`]; `IllegalTransition` for one that was active; `StaleVersion`, `NotFound`.
    pub fn update_definition(&self, definition: &PriceDefinition) -> Result<PriceDefinition> {
        let command = ConditionCommand::UpdateDefinition { definition: definition.clone() };
        self.session.save_and_read(Command::Condition(command), definition)
    }

    /// Documents are priced by a draft from now on; the definition before retires.
    ///
    /// # Errors
    /// `IllegalTransition` if it is no draft; `StaleVersion`, `NotFound`, `Denied`.
    pub fn activate_definition(&self, definition: Id, expected_version: i64) -> Result<PriceDefinition> {
        self.run(ConditionCommand::ActivateDefinition { definition, expected_version })?;
        self.session.get(definition)
    }

    /// One definition.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn definition(&self, id: Id) -> Result<PriceDefinition> {
        self.session.get(id)
    }

    /// One page of definitions.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn definitions(&self, query: &Query) -> Result<PriceDefinitionPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(PriceDefinitionPage { items, next_cursor })
    }

    /// Brings condition records, all or none, and gives their identifiers in the same order.
    ///
    /// # Errors
    /// With the place: `UnknownReference` for condition type and table, `Required` and `UnknownField` for the key, `Overlap` with
    /// both identifiers for two records of one key that hold on one date, and what else is wrong with a record; `TooMany`,
    /// `Denied`.
    pub fn add_conditions(&self, conditions: &[PriceCondition]) -> Result<Vec<Id>> {
        let outcome = self
            .session
            .execute(Command::Condition(ConditionCommand::AddConditions { conditions: conditions.to_vec() }))?;
        let made = |change: &&RecordChange| change.entity == PriceCondition::NAME && change.kind == ChangeKind::Create;
        Ok(outcome.changes.iter().filter(made).map(|change| change.id).collect())
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
        by: &PriceCondition,
    ) -> Result<PriceCondition> {
        let command = ConditionCommand::ReplaceCondition { condition, expected_version, by: by.clone() };
        let outcome = self.session.execute(Command::Condition(command))?;
        self.session.get(outcome.created(PriceCondition::NAME))
    }

    /// Takes a condition record out of the catalogue. Documents of earlier versions still find it.
    ///
    /// # Errors
    /// `IllegalTransition` for a record that is no longer in it; `StaleVersion`, `NotFound`, `Denied`.
    pub fn retire_condition(&self, condition: Id, expected_version: i64) -> Result<PriceCondition> {
        self.run(ConditionCommand::RetireCondition { condition, expected_version })?;
        self.session.get(condition)
    }

    /// One condition record.
    ///
    /// # Errors
    /// `NotFound`, `Denied`.
    pub fn condition(&self, id: Id) -> Result<PriceCondition> {
        self.session.get(id)
    }

    /// One page of condition records, those that were replaced among them.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn conditions(&self, query: &Query) -> Result<PriceConditionPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(PriceConditionPage { items, next_cursor })
    }

    /// One page of counters.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn counters(&self, query: &Query) -> Result<ConditionCounterPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ConditionCounterPage { items, next_cursor })
    }

    /// One page of what documents use of counters.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn usages(&self, query: &Query) -> Result<ConditionUsagePage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ConditionUsagePage { items, next_cursor })
    }

    /// Sets aside what a document uses of counters: `usage` of its price. What was set aside for it before is given back.
    ///
    /// # Errors
    /// `LimitExceeded` with the counter, what is asked for and the limit; `CurrencyMismatch` for values in another currency
    /// than those before; `IllegalTransition` if the document used its reservation already; `Denied`.
    pub fn reserve_usage(&self, document: &str, currency: Currency, usage: &[CounterUsage]) -> Result<()> {
        let (document, usage) = (document.to_owned(), usage.to_vec());
        self.run(ConditionCommand::ReserveUsage { document, currency, usage })
    }

    /// A document uses what was set aside for it.
    ///
    /// # Errors
    /// `Required`, `TooLong`, `Denied`.
    pub fn commit_usage(&self, document: &str) -> Result<()> {
        self.run(ConditionCommand::CommitUsage { document: document.to_owned() })
    }

    /// A document gives back what was set aside for it or used by it.
    ///
    /// # Errors
    /// `Required`, `TooLong`, `Denied`.
    pub fn release_usage(&self, document: &str) -> Result<()> {
        self.run(ConditionCommand::ReleaseUsage { document: document.to_owned() })
    }

    /// The price of a document by the stored catalogue. Items name products by identifier or code.
    ///
    /// # Errors
    /// `Denied` for a reader who may not see the rates of condition records; `UnknownReference` if no definition is active, and
    /// for products and customers that the reader does not see; `OutOfRange` for a version that does not exist yet;
    /// `CurrencyMismatch` for a limit that is counted in another currency; those of
    /// [`Pricer::price`](crate::pricing::Pricer::price).
    pub fn price(&self, document: &PriceDocument, context: &PriceContext) -> Result<PriceResult> {
        let case = self.price_case(document, context)?;
        price(&case.catalog, &case.document)
    }

    /// A document with the part of the stored catalogue that it needs: whoever has both computes the same price.
    ///
    /// # Errors
    /// As [`Conditions::price`], but for the price itself.
    pub fn price_case(&self, document: &PriceDocument, context: &PriceContext) -> Result<PriceCase> {
        self.session.reading(|reading| {
            require_rates(reading)?;
            case_of(&mut ForReader(reading), document.clone(), context).map(|(case, _)| case)
        })
    }

    /// What is doubtful in the stored catalogue, or would be with a draft of a definition: records that are never hit, accesses that
    /// cannot be reached, gaps in scales, missing conversions.
    ///
    /// # Errors
    /// `UnknownReference` for the definition, `Denied` for a reader who may not see the rates of condition records.
    pub fn lint(&self, definition: Option<Id>) -> Result<Vec<LintFinding>> {
        let catalog = self.session.reading(|reading| {
            require_rates(reading)?;
            whole_catalogue(&mut ForReader(reading), definition)
        })?;
        lint(&catalog)
    }

    /// What quotes that are priced by conditions would come to by another catalogue: every line that differs from what stands in
    /// the quote, with sums by product and by a field of the documents, for example `account`. A quote without a price by the
    /// draft is told with the reason; it stops nothing.
    ///
    /// # Errors
    /// `TooMany` for more than [`MAX_WHAT_IF_QUOTES`]; what is wrong with the draft, for example under `add[2]`; `NotAllowed` with the
    /// place for a quote that is not priced by conditions; `NotFound`; `Denied` for a reader who may not see the figures of
    /// quotes or the rates of condition records.
    pub fn what_if(&self, draft: &PriceDraft, quotes: &[Id], group_by: Option<&str>) -> Result<WhatIf> {
        if quotes.len() > MAX_WHAT_IF_QUOTES {
            let problem =
                Problem::of_field(ErrorCode::TooMany, "quotes", "these are more quotes than are priced at once");
            return Err(problem.with("max", MAX_WHAT_IF_QUOTES).into_invalid());
        }
        let priced = self.session.reading(|reading| priced_again(reading, draft, quotes))?;
        compare(priced.iter().map(|(document, before, after)| (document, (before, after))), group_by)
    }
}

/// A document, its price as it stands in the quote, and its price by a draft.
type PricedAgain = (PriceDocument, Result<PriceResult>, Result<PriceResult>);

fn priced_again(reading: &mut Reading<'_>, draft: &PriceDraft, quotes: &[Id]) -> Result<Vec<PricedAgain>> {
    require_rates(reading)?;
    for field in ["price_input", "price_result"] {
        if !reading.can_read(Quote::NAME, field) {
            return Err(Error::denied("read the figures of", Quote::NAME));
        }
    }
    let drafted = Drafted::of(&mut ForReader(reading), draft)?;
    let mut priced = Vec::with_capacity(quotes.len());
    for (place, id) in quotes.iter().enumerate() {
        let at = |error: Error| error.under(&format!("quotes[{place}]"));
        let quote = Quote::from_stored(reading.get(Quote::NAME, *id).map_err(at)?)?;
        let (Some(input), Some(before)) = (quote.price_input, quote.price_result) else {
            let message = "the quote is not priced by conditions";
            return Err(at(Error::invalid(ErrorCode::NotAllowed, "priced_by", message)));
        };
        let context = PriceContext {
            account: quote.account,
            contact: quote.contact,
            opportunity: quote.opportunity,
            price_list: quote.price_list,
            document: None,
            version: None,
        };
        let case = drafted.case(&mut ForReader(reading), &input.document, &context);
        let after = case.and_then(|case| price(&case.catalog, &case.document));
        priced.push((input.document, Ok(before), after));
    }
    Ok(priced)
}
