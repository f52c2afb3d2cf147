//! What is wrong or useless in a catalogue, before anything is priced by it.

use std::collections::{HashMap, HashSet};

use super::catalog::{ConditionRecord, PriceCatalog, ScaleKind, ScaleLevel};
use super::definition::{AccessDef, Definition, TypeDef};
use super::price::Pricer;
use super::records::canonical;
use crate::formula::Datum;
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, Result};

value_enum! {
    /// What the linter found.
    pub enum PriceLint {
        /// The catalogue cannot be used: what is wrong stands in the message.
        Invalid = "invalid",
        /// An access is never asked.
        UnreachableAccess = "unreachable_access",
        /// A record is never found.
        NeverHitRecord = "never_hit_record",
        /// Between two levels of a scale, below the first or above the last one, there is no price.
        ScaleGap = "scale_gap",
        /// An amount cannot be converted into another currency of the catalogue.
        MissingRate = "missing_rate",
        /// The unit of a record cannot be converted into that in which its product is sold.
        MissingUnitFactor = "missing_unit_factor",
        /// A condition type stands in no procedure, and comes with no record.
        UnusedType = "unused_type",
    }
}

value_struct! {
    /// Something that the linter found.
    pub struct LintFinding {
        required {
            /// What it is.
            pub code: PriceLint,
            /// Where it is, as a path in the catalogue, for example `records[3]`.
            pub path: String,
            /// A sentence.
            pub message: String,
            /// Whether the catalogue is refused for it.
            pub is_error: bool,
        }
        optional {
            /// The ids of the records that it is about.
            pub records: Vec<String>,
            /// The code of an error.
            pub error: Option<ErrorCode>,
        }
    }
}

/// Looks a catalogue through. What makes it unusable comes first and alone: overlapping validity (with both ids), overlapping
/// levels, circles between steps or in a hierarchy, unknown names. A catalogue that can be used may still have accesses and
/// records that nothing reaches, gaps in scales, and conversions that are missing.
///
/// ```
/// use crm_core::pricing::{PriceLint, lint};
/// let catalog = crm_core::value::json::from_text(r#"{
///     "version": "1",
///     "tables": [{"code": "P", "fields": ["product"]}, {"code": "ALL", "fields": []}],
///     "access_sequences": [{"code": "S", "accesses": [{"table": "ALL"}, {"table": "P"}]}],
///     "condition_types": [{"code": "PR", "kind": "price", "calculation": "quantity", "access_sequence": "S"}],
///     "records": [
///         {"id": "all", "condition_type": "PR", "table": "ALL", "rate": "5"},
///         {"id": "p", "condition_type": "PR", "table": "P", "key": {"product": "P1"}, "rate": "4"}
///     ],
///     "procedures": [{"code": "X", "steps": [{"number": 1, "condition_type": "PR"}]}]
/// }"#)?;
/// // The general record stands before the special one and always wins.
/// let found = lint(&catalog)?;
/// assert_eq!((found[0].code, found[0].records.as_slice()), (PriceLint::NeverHitRecord, ["p".to_owned(), "all".to_owned()].as_slice()));
/// # Ok::<(), crm_core::value::Error>(())
/// ```
///
/// # Errors
/// None of the catalogue; `Overflow` if factors do not fit.
pub fn lint(catalog: &PriceCatalog) -> Result<Vec<LintFinding>> {
    let pricer = match Pricer::new(catalog) {
        Ok(pricer) => pricer,
        Err(error) => return Ok(refused(&error)),
    };
    let mut found = Vec::new();
    accesses(catalog, &pricer.definition, &mut found)?;
    unused(catalog, &mut found);
    hidden(catalog, &pricer.definition, &mut found)?;
    for (number, record) in catalog.records.iter().enumerate() {
        gaps(catalog, number, record, &mut found);
    }
    conversions(catalog, &pricer.definition, &mut found);
    Ok(found)
}

fn refused(error: &Error) -> Vec<LintFinding> {
    let finding = |problem: &crate::value::Problem| {
        let records = ["first", "second"].iter().filter_map(|name| problem.data.get(*name).cloned()).collect();
        LintFinding {
            code: PriceLint::Invalid,
            path: problem.field.clone().unwrap_or_default(),
            message: problem.message.clone(),
            is_error: true,
            records,
            error: Some(problem.code),
        }
    };
    error.problems().iter().map(finding).collect()
}

fn warned(code: PriceLint, path: String, message: impl Into<String>, records: &[&str]) -> LintFinding {
    let records = records.iter().map(|id| (*id).to_owned()).collect();
    LintFinding { code, path, message: message.into(), is_error: false, records, error: None }
}

fn is_never(access: &AccessDef) -> bool {
    access.requirement.as_ref().and_then(crate::formula::Formula::constant) == Some(Datum::Truth(false))
}

/// Whether nothing behind the access is asked where it has a record.
fn ends_always(access: &AccessDef) -> bool {
    let requirement = access.requirement.as_ref();
    let holds = requirement.is_none_or(|formula| formula.constant() == Some(Datum::Truth(true)));
    access.is_exclusive && holds
}

fn accesses(catalog: &PriceCatalog, definition: &Definition, found: &mut Vec<LintFinding>) -> Result<()> {
    for (number, sequence) in catalog.access_sequences.iter().enumerate() {
        let user = definition.types.iter().find(|known| known.is.access_sequence.as_ref() == Some(&sequence.code));
        let Some(user) = user else { continue };
        for (place, access) in user.accesses.iter().enumerate() {
            let before = user.accesses.iter().take(place);
            let same = |other: &&AccessDef| {
                ends_always(other) && other.table == access.table && other.sources == access.sources
            };
            let message = if is_never(access) {
                "the requirement is never true"
            } else if before.filter(same).count() > 0 {
                "an exclusive access before it asks the same table for the same key"
            } else {
                continue;
            };
            let path = format!("access_sequences[{number}].accesses[{place}]");
            found.push(warned(PriceLint::UnreachableAccess, path, message, &[]));
        }
    }
    Ok(())
}

fn unused(catalog: &PriceCatalog, found: &mut Vec<LintFinding>) {
    let steps = catalog.procedures.iter().flat_map(|procedure| &procedure.steps);
    let mut used: HashSet<&str> = steps.filter_map(|step| step.condition_type.as_deref()).collect();
    used.extend(catalog.records.iter().flat_map(|record| &record.supplements).map(|with| with.condition_type.as_str()));
    for (number, condition) in catalog.condition_types.iter().enumerate() {
        if !used.contains(condition.code.as_str()) {
            let message = format!("no procedure has a step with `{}`", condition.code);
            found.push(warned(PriceLint::UnusedType, format!("condition_types[{number}]"), message, &[]));
        }
    }
}

/// The days on which a record holds.
fn covers(outer: &ConditionRecord, inner: &ConditionRecord) -> bool {
    let from = outer.valid_from.is_none_or(|from| inner.valid_from.is_some_and(|inner| from <= inner));
    let to = outer.valid_to.is_none_or(|to: Date| inner.valid_to.is_some_and(|inner| inner <= to));
    from && to
}

/// Records that no search finds: their table is not asked, or another record always comes before them.
fn hidden(catalog: &PriceCatalog, definition: &Definition, found: &mut Vec<LintFinding>) -> Result<()> {
    let place = |code: &str| definition.types.iter().position(|known| known.is.code == code);
    let mut by_table: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
    for (number, record) in catalog.records.iter().enumerate() {
        if let Some(kind) = place(&record.condition_type) {
            by_table.entry((kind, record.table.as_str())).or_default().push(number);
        }
    }
    let mut order: Vec<_> = by_table.into_iter().collect();
    order.sort_by_key(|(_, numbers)| numbers.first().copied());
    for ((kind, table), numbers) in order {
        let Some(type_def) = definition.types.get(kind) else { continue };
        let asked = |access: &&AccessDef| definition.tables.get(access.table).is_some_and(|known| known.code == table);
        let reached: Vec<usize> = type_def
            .accesses
            .iter()
            .enumerate()
            .filter(|(_, access)| asked(access) && !is_never(access))
            .map(|(at, _)| at)
            .collect();
        if reached.is_empty() {
            for number in numbers {
                if let Some(record) = catalog.records.get(number) {
                    let message = "the access sequence of its condition type does not ask its table";
                    found.push(warned(PriceLint::NeverHitRecord, format!("records[{number}]"), message, &[&record.id]));
                }
            }
            continue;
        }
        let [only] = reached.as_slice() else { continue };
        shadowed(catalog, definition, type_def, *only, &numbers, found)?;
    }
    Ok(())
}

/// Records of an access before which an exclusive access always has one: with fewer fields of the same key.
fn shadowed(
    catalog: &PriceCatalog,
    definition: &Definition,
    condition: &TypeDef,
    at: usize,
    numbers: &[usize],
    found: &mut Vec<LintFinding>,
) -> Result<()> {
    let Some(own) = condition.accesses.get(at) else { return Ok(()) };
    for before in condition.accesses.iter().take(at).filter(|access| ends_always(access)) {
        if !before.sources.iter().all(|source| own.sources.contains(source))
            || before.sources.len() >= own.sources.len()
        {
            continue;
        }
        let (Some(table), Some(own_table)) = (definition.tables.get(before.table), definition.tables.get(own.table))
        else {
            continue;
        };
        // Where the key of this access has the values of the one before.
        let key = |record: &ConditionRecord, fields: &[(usize, bool)], sources: &[usize]| -> Result<Vec<String>> {
            let mut key = Vec::with_capacity(before.sources.len());
            for wanted in &before.sources {
                let slot = sources
                    .iter()
                    .position(|source| source == wanted)
                    .and_then(|at| fields.get(at))
                    .map(|(slot, _)| *slot);
                let field = slot.and_then(|slot| definition.fields.get(slot));
                let value = field.and_then(|field| Some((field.kind, record.key.get(&field.name)?)));
                key.push(value.map_or(Ok(String::new()), |(kind, text)| canonical(kind, text))?);
            }
            Ok(key)
        };
        let mut general: HashMap<Vec<String>, Vec<&ConditionRecord>> = HashMap::new();
        let of_table = catalog.records.iter().filter(|record| {
            record.condition_type == condition.is.code
                && record.table == table.code
                && record.scale.is_empty()
                && record.limit.is_none()
        });
        for record in of_table {
            general.entry(key(record, &table.fields, &before.sources)?).or_default().push(record);
        }
        for number in numbers {
            let Some(record) = catalog.records.get(*number) else { continue };
            let others = general.get(&key(record, &own_table.fields, &own.sources)?);
            if let Some(other) = others.and_then(|others| others.iter().find(|other| covers(other, record))) {
                let message = "a more general record always comes before it";
                let path = format!("records[{number}]");
                found.push(warned(PriceLint::NeverHitRecord, path, message, &[&record.id, &other.id]));
            }
        }
    }
    Ok(())
}

fn gaps(catalog: &PriceCatalog, number: usize, record: &ConditionRecord, found: &mut Vec<LintFinding>) {
    let condition = catalog.condition_types.iter().find(|known| known.code == record.condition_type);
    let Some(kind) = condition.and_then(|known| known.scale.as_ref()).map(|scale| scale.kind) else { return };
    let mut levels: Vec<&ScaleLevel> = record.scale.iter().collect();
    levels.sort_by_key(|level| (level.lower.is_none() && kind == ScaleKind::From, level.lower.or(level.upper)));
    let mut told = |message: String| {
        found.push(warned(PriceLint::ScaleGap, format!("records[{number}].scale"), message, &[&record.id]));
    };
    if let Some(lower) = levels.first().and_then(|level| level.lower).filter(|lower| *lower > Decimal::ZERO) {
        told(format!("there is no level below {lower}"));
    }
    for (one, next) in levels.iter().zip(levels.iter().skip(1)) {
        if let (Some(upper), Some(lower)) = (one.upper, next.lower)
            && upper < lower
        {
            told(format!("there is no level between {upper} and {lower}"));
        }
    }
    if levels.iter().all(|level| level.upper.is_some())
        && let Some(upper) = levels.iter().filter_map(|level| level.upper).max()
    {
        told(format!("there is no level above {upper}"));
    }
}

fn conversions(catalog: &PriceCatalog, definition: &Definition, found: &mut Vec<LintFinding>) {
    let mut currencies: Vec<(Currency, usize)> = Vec::new();
    for (number, record) in catalog.records.iter().enumerate() {
        if let Some(currency) = record.currency
            && currencies.iter().all(|(known, _)| *known != currency)
        {
            currencies.push((currency, number));
        }
    }
    let pivots: Vec<Option<Currency>> =
        catalog.procedures.iter().map(|procedure| procedure.policies.and_then(|policies| policies.pivot)).collect();
    let has_rate = |one: Currency, other: Currency| {
        let pair = |from: Currency, to: Currency| {
            definition.rates.contains_key(&(from, to)) || definition.rates.contains_key(&(to, from))
        };
        pair(one, other) || pivots.iter().flatten().any(|pivot| pair(one, *pivot) && pair(*pivot, other))
    };
    for (place, (one, _)) in currencies.iter().enumerate() {
        for (other, number) in currencies.iter().skip(place.saturating_add(1)) {
            if !has_rate(*one, *other) {
                let message = format!("there are amounts in {one} and {other}, and no rate between them");
                found.push(warned(PriceLint::MissingRate, format!("records[{number}].currency"), message, &[]));
            }
        }
    }
    for (number, record) in catalog.records.iter().enumerate() {
        let product = record.key.get("product").and_then(|product| definition.products.get(product));
        let by_quantity = catalog.condition_types.iter().any(|known| {
            known.code == record.condition_type && known.calculation == super::catalog::Calculation::Quantity
        });
        let (Some(product), Some(unit), true) = (product, record.unit.as_deref(), by_quantity) else { continue };
        if let Some(sold) = product.is.unit.as_deref()
            && definition.unit_factor(Some(product), sold, unit).is_err()
        {
            let message = format!("the product is sold in `{sold}`, and there is no factor to `{unit}`");
            found.push(warned(PriceLint::MissingUnitFactor, format!("records[{number}].unit"), message, &[&record.id]));
        }
    }
}
