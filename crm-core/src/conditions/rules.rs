//! What holds for every definition and condition record, whichever way it comes in.

use std::collections::BTreeMap;

use super::special::check_special;
use super::{DefinitionStatus, PriceCondition, PriceDefinition, VERSIONS};
use crate::merging::{Days, left_over};
use crate::pricing::{PriceCatalog, Pricer, UsageLimit};
use crate::query::{Filter, Query};
use crate::room::{
    Author, Decision, Fate, JoinRule, Merging, RecordRule, RestoreRule, View, check_given, illegal, records_for_rule,
    with_record,
};
use crate::schema::{Entity as _, Row};
use crate::value::{Date, Error, ErrorCode, Id, Problem, Result};

/// The rule of an entity.
pub(crate) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        PriceDefinition::NAME => Some(definition_rule),
        PriceCondition::NAME => Some(condition_rule),
        _ => None,
    }
}

/// What is said about a record of an entity that is brought back.
pub(crate) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    match entity {
        PriceCondition::NAME => Some(condition_restored),
        PriceDefinition::NAME => Some(definition_restored),
        _ => None,
    }
}

/// What becomes of the records of an entity that point to merged ones.
pub(crate) fn join_rule_of(entity: &str) -> Option<JoinRule> {
    match entity {
        PriceCondition::NAME => Some(join_conditions),
        _ => None,
    }
}

/// The definition that documents are priced by, if there is one.
pub(super) fn active_definition(
    read: &mut dyn FnMut(&'static str, &Query) -> Result<Vec<Row>>,
) -> Result<Option<PriceDefinition>> {
    let active = Query::matching(&[("status", DefinitionStatus::Active.as_str().into())]);
    read(PriceDefinition::NAME, &active)?.into_iter().next().map(PriceDefinition::from_row).transpose()
}

/// Refuses a definition by which nothing could be priced.
pub(super) fn check_definition(definition: &PriceDefinition) -> Result<()> {
    if !definition.definition.records.is_empty() {
        let message = "condition records stand on their own: they are no part of a definition";
        return Err(Error::invalid(ErrorCode::NotAllowed, "definition.records", message));
    }
    Pricer::new(&definition.definition).map_err(|error| error.under("definition"))?;
    check_special(definition)?;
    let listed = (&definition.list_price_type, &definition.list_price_table);
    let (Some(condition), Some(table)) = listed else {
        if listed == (&None, &None) {
            return Ok(());
        }
        let field = if listed.0.is_none() { "list_price_type" } else { "list_price_table" };
        return Err(Error::invalid(ErrorCode::Required, field, "list prices have a condition type and a table"));
    };
    let catalog = &definition.definition;
    if !catalog.condition_types.iter().any(|known| known.code == *condition) {
        let message = "the definition has no such condition type";
        return Err(Error::invalid(ErrorCode::UnknownReference, "list_price_type", message));
    }
    let Some(table) = catalog.tables.iter().find(|known| known.code == *table) else {
        let message = "the definition has no such condition table";
        return Err(Error::invalid(ErrorCode::UnknownReference, "list_price_table", message));
    };
    let mut fields: Vec<&str> = table.fields.iter().map(String::as_str).collect();
    fields.sort_unstable();
    if fields == ["price_list", "product"] {
        return Ok(());
    }
    let message = "the table of list prices has the fields `price_list` and `product`";
    Err(Error::invalid(ErrorCode::NotAllowed, "list_price_table", message))
}

fn definition_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<PriceDefinition>(after)?;
    let is_caller = view.author() == Author::Caller;
    with_record::<PriceDefinition>(before, after, |before, definition| {
        let Some(before) = before else {
            definition.status = Some(DefinitionStatus::Draft);
            (definition.since_version, definition.until_version) = (None, None);
            return check_definition(definition).map(|()| Decision::default());
        };
        let types = |of: &PriceDefinition| {
            [&of.list_price_type, &of.list_price_table, &of.special_price_type, &of.special_discount_type]
                .map(Clone::clone)
        };
        let content = |of: &PriceDefinition| (of.definition.clone(), types(of));
        let changes = content(&before) != content(definition);
        if changes && is_caller && before.status.unwrap_or_default() != DefinitionStatus::Draft {
            return Err(illegal("status", "a definition that was active is not changed: make another one"));
        }
        if changes { check_definition(definition).map(|()| Decision::default()) } else { Ok(Decision::default()) }
    })
}

/// A definition that comes back is not the active one if another is by now.
fn definition_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let definition = PriceDefinition::from_row(row.clone())?;
    if definition.status != Some(DefinitionStatus::Active) {
        return Ok(Decision::default());
    }
    let mut read = |entity, query: &Query| view.list_for_rule(entity, query);
    match active_definition(&mut read)? {
        Some(other) if other.id != definition.id => {
            Err(illegal("status", "another definition took its place: it cannot come back as the active one"))
        }
        _ => Ok(Decision::default()),
    }
}

fn condition_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    check_given::<PriceCondition>(after)?;
    let author = view.author();
    with_record::<PriceCondition>(before, after, |before, condition| {
        if let Some(before) = before {
            return check_unchanged(author, &before, condition).map(|()| Decision::default());
        }
        fill(view, condition)?;
        check_overlap(view, condition)?;
        if !author.is_undo() {
            condition.until_version = None;
            condition.since_version = Some(view.next_number(VERSIONS)?);
        }
        Ok(Decision::default())
    })
}

/// What stands in the catalogue is replaced, not changed. References follow merges.
fn check_unchanged(author: Author, before: &PriceCondition, condition: &PriceCondition) -> Result<()> {
    let content = |of: &PriceCondition| (of.record(), of.valid_until, of.keyed().map(|(_, id)| id), of.source.clone());
    if author == Author::Caller && content(before) != content(condition) {
        return Err(illegal("since_version", "a condition record is not changed: replace it"));
    }
    Ok(())
}

/// Brings a record into its one form, if it fits the active definition: every field of the key has its value, and the key
/// has its number.
fn fill(view: &mut dyn View, condition: &mut PriceCondition) -> Result<()> {
    let mut read = |entity, query: &Query| view.list_for_rule(entity, query);
    let Some(definition) = active_definition(&mut read)? else {
        let message = "no price definition is active: condition records need one";
        return Err(Error::invalid(ErrorCode::UnknownReference, "condition_type", message));
    };
    fit(definition, condition)
}

/// As [`fill`], for a definition.
pub(super) fn fit(definition: PriceDefinition, condition: &mut PriceCondition) -> Result<()> {
    complete_key(&definition.definition, condition)?;
    let record = condition.record();
    let catalog = PriceCatalog { records: vec![record.clone()], ..definition.definition };
    let pricer = Pricer::new(&catalog).map_err(|error| told_of_record(&error))?;
    condition.key_number = Some(pricer.key_of(&record).map_err(|error| told_of_record(&error))?);
    condition.limit = condition.limit.take().map(|limit| limit_of(limit, Some(&record.id)));
    let counts = |known: &&crate::pricing::ConditionType| known.code == condition.condition_type;
    let is_cumulative = catalog.condition_types.iter().find(counts).and_then(|known| known.scale.as_ref());
    let own = is_cumulative.filter(|scale| scale.cumulative).map(|_| record.id.clone());
    condition.counter = condition.limit.as_ref().and_then(|limit| limit.counter.clone()).or(own);
    check_span(condition)
}

/// A limit with its counter named.
pub(super) fn limit_of(limit: UsageLimit, counter: Option<&str>) -> UsageLimit {
    let counter = limit.counter.or_else(|| counter.map(ToOwned::to_owned));
    UsageLimit { counter, ..limit }
}

fn check_span(condition: &PriceCondition) -> Result<()> {
    match (condition.valid_from, condition.valid_until) {
        (Some(from), Some(until)) if until <= from => {
            let problem = Problem::of_field(ErrorCode::OutOfRange, "valid_until", "the span of validity is empty");
            Err(problem.with("valid_from", from).with("valid_until", until).into_invalid())
        }
        _ => Ok(()),
    }
}

/// Fills the values of the key that the records of the engine say.
fn complete_key(catalog: &PriceCatalog, condition: &mut PriceCondition) -> Result<()> {
    let Some(table) = catalog.tables.iter().find(|table| table.code == condition.condition_table) else {
        let message = "the price definition has no such condition table";
        return Err(Error::invalid(ErrorCode::UnknownReference, "condition_table", message));
    };
    for (names, id) in condition.keyed() {
        let Some(id) = id else { continue };
        let mut fits = table.fields.iter().filter(|field| names.contains(&field.as_str())).peekable();
        if fits.peek().is_none() {
            let field = names.first().copied().unwrap_or_default();
            return Err(Error::invalid(ErrorCode::NotAllowed, field, "the table has no such field"));
        }
        for field in fits {
            let value = condition.key_values.entry(field.clone()).or_insert_with(|| id.to_string());
            if *value != id.to_string() {
                let message = "the value is another one than the record says";
                return Err(Error::invalid(ErrorCode::NotAllowed, format!("key_values.{field}"), message));
            }
        }
    }
    Ok(())
}

/// Names fields as the record has them, not as the catalogue does.
fn told_of_record(error: &Error) -> Error {
    let renamed = |field: &str| {
        let field = field.strip_prefix("records[0].").unwrap_or(field);
        match field.split_once('.') {
            Some(("key", rest)) => format!("key_values.{rest}"),
            _ if field == "table" => "condition_table".to_owned(),
            _ if field == "valid_to" => "valid_until".to_owned(),
            _ => field.to_owned(),
        }
    };
    let problems = error.problems().iter().cloned().map(|problem| {
        let field = problem.field.as_deref().map(renamed);
        Problem { field, ..problem }
    });
    Error::Invalid { problems: problems.collect() }
}

/// The records of a key that are in the catalogue.
fn of_key(view: &mut dyn View, condition: &PriceCondition) -> Result<Vec<PriceCondition>> {
    let Some(number) = condition.key_number else { return Ok(Vec::new()) };
    let mut query = Query::matching(&[("key_number", number.into())]);
    let open = Filter::IsEmpty { field: "until_version".to_owned() };
    query.filter = query.filter.map(|filter| filter.and(open));
    let same = |other: &PriceCondition| {
        other.id != condition.id
            && other.condition_type == condition.condition_type
            && other.condition_table == condition.condition_table
            && other.key_values == condition.key_values
    };
    Ok(records_for_rule::<PriceCondition>(view, &query)?.into_iter().filter(same).collect())
}

/// No two records of one key hold on one date.
fn check_overlap(view: &mut dyn View, condition: &PriceCondition) -> Result<()> {
    let begins_before = |from: Option<Date>, until: Option<Date>| match (from, until) {
        (Some(from), Some(until)) => from < until,
        _ => true,
    };
    let overlaps = |other: &&PriceCondition| {
        begins_before(other.valid_from, condition.valid_until) && begins_before(condition.valid_from, other.valid_until)
    };
    match of_key(view, condition)?.iter().find(overlaps) {
        None => Ok(()),
        Some(other) => {
            let message = "another record of the key holds in the same span of time";
            let problem = Problem::of_field(ErrorCode::Overlap, "valid_from", message);
            Err(Error::conflict(problem.with("id", condition.id).with("other_id", other.id)))
        }
    }
}

/// A record that comes back must not overlap with one that came since.
fn condition_restored(view: &mut dyn View, row: &Row) -> Result<Decision> {
    let mut condition = PriceCondition::from_row(row.clone())?;
    if condition.until_version.is_some() {
        return Ok(Decision::default());
    }
    fill(view, &mut condition)?;
    check_overlap(view, &condition).map(|()| Decision::default())
}

/// What stood under the key of a merged record stands under that of the surviving one. Where both hold on a date that of
/// the surviving record holds, then that of the earlier one of the others.
fn join_conditions(view: &mut dyn View, merging: &Merging<'_>, rows: &[Row]) -> Result<Vec<Fate>> {
    let today = view.today();
    let definition = active_definition(&mut |entity, query| view.list_for_rule(entity, query))?;
    let pricer = definition.map(|definition| Pricer::new(&definition.definition)).transpose()?;
    let rank = |condition: &PriceCondition| condition.keyed().iter().find_map(|(_, id)| merging.rank((*id)?));
    let mut conditions = Vec::with_capacity(rows.len());
    for row in rows {
        conditions.push((row, PriceCondition::from_stored(row.clone())?));
    }
    conditions.sort_by_key(|(_, condition)| (rank(condition), condition.valid_from, condition.id));
    let mut fates = Vec::with_capacity(conditions.len());
    let mut held: BTreeMap<(String, String, BTreeMap<String, String>), Vec<Days>> = BTreeMap::new();
    for (row, mut condition) in conditions {
        follow(&mut condition, merging);
        if let Some(pricer) = &pricer {
            // A record of a former definition keeps its number: nobody asks for it.
            condition.key_number = pricer.key_of(&condition.record()).ok().or(condition.key_number);
        }
        if condition.until_version.is_none() {
            let key = condition.key_values.clone().into_iter().collect();
            let place = (condition.condition_type.clone(), condition.condition_table.clone(), key);
            let taken = held.entry(place).or_default();
            match left_over(Days::new(condition.valid_from, condition.valid_until), taken, today) {
                Some(days) => {
                    taken.push(days);
                    (condition.valid_from, condition.valid_until) = (days.from, days.until);
                }
                None => condition.until_version = Some(view.next_number(VERSIONS)?),
            }
        }
        fates.push(Fate::Kept(Row { values: condition.to_row().values, ..row.clone() }));
    }
    Ok(fates)
}

/// Puts the surviving record in the place of the merged ones.
fn follow(condition: &mut PriceCondition, merging: &Merging<'_>) {
    let gone: Vec<String> = merging.losers.iter().map(Id::to_string).collect();
    for value in condition.key_values.values_mut().filter(|value| gone.contains(value)) {
        *value = merging.survivor.to_string();
    }
    let survivor = |id: Id| if merging.rank(id).is_some() { merging.survivor } else { id };
    for reference in
        [&mut condition.account, &mut condition.product, &mut condition.product_class, &mut condition.price_list]
    {
        *reference = reference.map(survivor);
    }
}
