//! The stored catalogue, as far as a document needs it.

use std::collections::BTreeSet;

use super::gather::gather;
use super::{
    ConditionCounter, ConditionUsage, PriceCondition, PriceContext, PriceDefinition, PriceInput, UsageStatus, VERSIONS,
};
use crate::customer::Account;
use crate::pricing::{ConditionRecord, CounterUsage, PriceCatalog, PriceDocument, Pricer};
use crate::query::{Comparison, Filter, MAX_IN_VALUES, Query};
use crate::room::View;
use crate::schema::{Entity as _, Row};
use crate::value::{Decimal, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// What reads records, whoever asks: an operation in progress, or a session with the right to see prices.
pub(crate) trait Records {
    /// Every record that the query finds.
    fn read(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>>;
    /// The value of a field of a record, custom fields too; nothing if the entity has no such field.
    fn value(&mut self, entity: &'static str, field: &str, row: &Row) -> Option<FieldValue>;
    /// The version of the catalogue: the last number that was given.
    fn version(&mut self) -> Result<i64>;
}

/// An operation in progress. Records and keys are true ones, whoever works; fields of customers and products count as far as the
/// caller sees them, because the trace of a price tells them.
pub(crate) struct ForRule<'a>(pub(crate) &'a mut dyn View);

impl Records for ForRule<'_> {
    fn read(&mut self, entity: &'static str, query: &Query) -> Result<Vec<Row>> {
        self.0.list_for_rule(entity, query)
    }

    fn value(&mut self, entity: &'static str, field: &str, row: &Row) -> Option<FieldValue> {
        let is_seen = self.0.can_ask(entity, field) && (entity != Account::NAME || self.0.get(entity, row.id).is_ok());
        is_seen.then_some(())?;
        let schema = self.0.schema();
        Some(schema.field(schema.entity(entity).ok()?, field)?.value(row))
    }

    fn version(&mut self) -> Result<i64> {
        self.0.last_number(VERSIONS)
    }
}

value_struct! {
    /// A document with all that its price follows from: [`price`](crate::pricing::price) gives the same bytes everywhere.
    pub struct PriceCase {
        required {
            /// The version of the catalogue.
            pub version: i64,
            /// The part of the catalogue that the document needs.
            pub catalog: PriceCatalog,
            /// The document, with every field filled.
            pub document: PriceDocument,
        }
    }
}

/// Reads what a document is priced by, at a version of the catalogue; the input is enough to read the same again.
///
/// # Errors
/// `OutOfRange` for a version that does not exist yet, `UnknownReference` if no definition was active then, and what is
/// wrong with the document.
pub(crate) fn case_of(
    records: &mut dyn Records,
    document: PriceDocument,
    context: &PriceContext,
) -> Result<(PriceCase, PriceInput)> {
    let present = records.version()?;
    let version = context.version.unwrap_or(present);
    if version < 0 || version > present {
        let message = "the catalogue has no such version yet";
        return Err(Error::invalid(ErrorCode::OutOfRange, "version", message).with("version", present));
    }
    let definition = definition_at(records, version)?;
    let mut input = gather(records, &definition, document, context)?;
    let mut case = case_with(records, definition, input.clone(), version)?;
    if case.document.usage.is_empty() {
        let own = context.document.as_deref();
        case.document.usage = usage_of(records, &case.catalog.records, own, &case.document)?;
        input.document.usage.clone_from(&case.document.usage);
    }
    Ok((case, input))
}

/// Reads again what a document was priced by.
///
/// # Errors
/// As [`case_of`].
pub(crate) fn replay(records: &mut dyn Records, input: PriceInput, version: i64) -> Result<PriceCase> {
    let definition = definition_at(records, version)?;
    case_with(records, definition, input, version)
}

/// Reads the condition records of a document whose fields are filled.
pub(super) fn case_with(
    records: &mut dyn Records,
    definition: PriceDefinition,
    input: PriceInput,
    version: i64,
) -> Result<PriceCase> {
    let PriceInput { document, products, hierarchies, list_prices } = input;
    let mut catalog = definition.definition;
    catalog.version = version.to_string();
    // What the engine says comes before what the definition says of the same product.
    let known: BTreeSet<&str> = products.iter().map(|product| product.id.as_str()).collect();
    catalog.products.retain(|product| !known.contains(product.id.as_str()));
    catalog.products.extend(products);
    catalog.hierarchies.extend(hierarchies);
    let empty = Pricer::new(&catalog)?;
    let wanted: BTreeSet<i64> = empty.wanted(&document)?.into_iter().collect();
    let wanted: Vec<FieldValue> = wanted.into_iter().map(FieldValue::Integer).collect();
    catalog.records = list_prices;
    for chunk in wanted.chunks(MAX_IN_VALUES) {
        for row in records.read(PriceCondition::NAME, &at_version(chunk, version))? {
            let condition = PriceCondition::from_stored(row)?;
            catalog.records.push(condition.record());
        }
    }
    Ok(PriceCase { version, catalog, document })
}

/// The whole catalogue: the active definition, or another one, with every condition record that is in it now.
///
/// # Errors
/// `UnknownReference` for the definition.
pub(crate) fn whole_catalogue(records: &mut dyn Records, definition: Option<Id>) -> Result<PriceCatalog> {
    let version = records.version()?;
    let definition = match definition {
        Some(id) => definition_of(records, id)?,
        None => definition_at(records, version)?,
    };
    let mut catalog = definition.definition;
    catalog.version = version.to_string();
    let open = Filter::IsEmpty { field: "until_version".to_owned() };
    for row in records.read(PriceCondition::NAME, &Query { filter: Some(open), ..Query::default() })? {
        catalog.records.push(PriceCondition::from_stored(row)?.record());
    }
    Ok(catalog)
}

/// A definition by its identifier.
pub(super) fn definition_of(records: &mut dyn Records, id: Id) -> Result<PriceDefinition> {
    let rows = records.read(PriceDefinition::NAME, &Query::matching(&[("id", FieldValue::Reference(id))]))?;
    let row = rows.into_iter().next().ok_or_else(|| {
        Error::invalid(ErrorCode::UnknownReference, "definition", "`definition` points to no price_definition")
    })?;
    PriceDefinition::from_stored(row)
}

/// The definition that was active at a version.
pub(super) fn definition_at(records: &mut dyn Records, version: i64) -> Result<PriceDefinition> {
    let rows = records.read(PriceDefinition::NAME, &Query::default())?;
    let mut known = rows.into_iter().map(PriceDefinition::from_stored).collect::<Result<Vec<_>>>()?;
    let held = |definition: &PriceDefinition| {
        definition.since_version.is_some_and(|since| since <= version)
            && definition.until_version.is_none_or(|until| version < until)
    };
    known.retain(held);
    known.pop().ok_or_else(|| {
        let message = "no price definition is active: make one and activate it";
        Error::invalid(ErrorCode::UnknownReference, "definition", message)
    })
}

fn compare(field: &str, comparison: Comparison, value: i64) -> Filter {
    Filter::Compare { field: field.to_owned(), comparison, value: value.into() }
}

/// The records under some keys that were in the catalogue at a version.
fn at_version(keys: &[FieldValue], version: i64) -> Query {
    let keys = Filter::In { field: "key_number".to_owned(), values: keys.to_vec() };
    let open = Filter::IsEmpty { field: "until_version".to_owned() };
    let filters = vec![
        keys,
        compare("since_version", Comparison::LessOrEqual, version),
        open.or(compare("until_version", Comparison::Greater, version)),
    ];
    Query { filter: Some(Filter::All { filters }), ..Query::default() }
}

/// What others used of the counters of some records before a document.
fn usage_of(
    records: &mut dyn Records,
    found: &[ConditionRecord],
    own: Option<&str>,
    document: &PriceDocument,
) -> Result<Vec<CounterUsage>> {
    // A record without a limit counts where its scale goes on from document to document: under its own name.
    let names: BTreeSet<&str> = found
        .iter()
        .map(|record| record.limit.as_ref().and_then(|limit| limit.counter.as_deref()).unwrap_or(&record.id))
        .collect();
    let names: Vec<FieldValue> = names.into_iter().map(|name| FieldValue::Text(name.to_owned())).collect();
    let mut usage = Vec::new();
    for chunk in names.chunks(MAX_IN_VALUES) {
        let filter = Filter::In { field: "counter".to_owned(), values: chunk.to_vec() };
        for row in records.read(ConditionCounter::NAME, &Query { filter: Some(filter), ..Query::default() })? {
            usage.push(used(&ConditionCounter::from_stored(row)?, found, document)?);
        }
    }
    if let Some(own) = own {
        let asked = [("document", FieldValue::from(own)), ("status", UsageStatus::Reserved.as_str().into())];
        for row in records.read(ConditionUsage::NAME, &Query::matching(&asked))? {
            give_back(&mut usage, &ConditionUsage::from_stored(row)?)?;
        }
    }
    usage.sort_by(|one: &CounterUsage, next| one.counter.cmp(&next.counter));
    Ok(usage)
}

fn sum(one: Option<Decimal>, other: Option<Decimal>) -> Result<Option<Decimal>> {
    one.unwrap_or(Decimal::ZERO).checked_add(other.unwrap_or(Decimal::ZERO)).map(Some)
}

/// What stands in a counter. Values of another currency cannot be counted against a limit of the document.
fn used(counter: &ConditionCounter, found: &[ConditionRecord], document: &PriceDocument) -> Result<CounterUsage> {
    let limits = |record: &ConditionRecord| match &record.limit {
        Some(limit) => limit.value.is_some() && limit.counter.as_ref().unwrap_or(&record.id) == &counter.counter,
        None => false,
    };
    let value = match counter.currency {
        Some(currency) if currency != document.currency => {
            if found.iter().any(limits) {
                let message = "the limit is counted in another currency than that of the document";
                let problem = Problem::of_field(ErrorCode::CurrencyMismatch, "currency", message);
                return Err(problem.with("counter", &counter.counter).with("currency", currency).into_invalid());
            }
            None
        }
        _ => sum(counter.reserved_value, counter.committed_value)?,
    };
    Ok(CounterUsage {
        counter: counter.counter.clone(),
        quantity: sum(counter.reserved_quantity, counter.committed_quantity)?,
        value,
        uses: Some(counter.reserved_uses.unwrap_or(0).saturating_add(counter.committed_uses.unwrap_or(0))),
    })
}

fn give_back(usage: &mut [CounterUsage], own: &ConditionUsage) -> Result<()> {
    let less = |of: Option<Decimal>, own: Option<Decimal>| match of {
        Some(of) => of.checked_sub(own.unwrap_or(Decimal::ZERO)).map(Some),
        None => Ok(None),
    };
    if let Some(counter) = usage.iter_mut().find(|counter| counter.counter == own.counter) {
        counter.quantity = less(counter.quantity, own.quantity)?;
        counter.value = less(counter.value, own.value)?;
        counter.uses = counter.uses.map(|uses| uses.saturating_sub(own.uses.unwrap_or(0)));
    }
    Ok(())
}
