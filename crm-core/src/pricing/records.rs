//! Condition records under their keys, and what a key holds on a date.

use std::collections::HashMap;

use super::catalog::{
    ConditionKind, ConditionRecord, ConditionSign, ConditionSupplement, ConditionType, PriceFieldKind, ScaleKind,
    ScaleLevel, UsageLimit,
};
use super::definition::{Definition, TableDef};
use super::limits;
use crate::value::{Currency, Date, Decimal, Error, ErrorCode, Problem, Result, error::excerpt};

/// Texts as small numbers, so that a key is a few of them.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    places: HashMap<Box<str>, u32>,
}

impl Symbols {
    fn put(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.insert(text.into(), place);
        place
    }

    pub(super) fn get(&self, text: &str) -> Option<u32> {
        self.places.get(text).copied()
    }
}

/// A record, as small as it can be.
#[derive(Debug)]
pub(super) struct Rule {
    pub id: Box<str>,
    pub rate: Decimal,
    pub per: Decimal,
    pub unit: Option<Box<str>>,
    pub currency: Option<Currency>,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    pub priority: i64,
    pub excludes: bool,
    /// Whether its scale counts on from document to document.
    pub is_cumulative: bool,
    /// What few records have.
    pub more: Option<Box<More>>,
}

/// What few records have.
#[derive(Debug)]
pub(super) struct More {
    pub scale: Vec<ScaleLevel>,
    pub minimum: Option<Decimal>,
    pub maximum: Option<Decimal>,
    pub supplements: Vec<(usize, ConditionSupplement)>,
    pub tax_category: Option<String>,
    pub limit: Option<UsageLimit>,
}

impl Rule {
    pub(super) fn scale(&self) -> &[ScaleLevel] {
        self.more.as_deref().map_or(&[], |more| &more.scale)
    }

    /// The unit and the currency of its rate.
    pub(super) fn unit_and_currency(&self) -> (Option<&str>, Option<Currency>) {
        (self.unit.as_deref(), self.currency)
    }

    pub(super) fn limit(&self) -> Option<&UsageLimit> {
        self.more.as_deref()?.limit.as_ref()
    }

    /// The counter of what is used of it.
    pub(super) fn counter(&self) -> &str {
        self.limit().and_then(|limit| limit.counter.as_deref()).unwrap_or(&self.id)
    }

    pub(super) fn tax_category(&self) -> Option<&str> {
        self.more.as_deref()?.tax_category.as_deref()
    }
}

/// The records of a catalogue by condition type, table and key.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub symbols: Symbols,
    rules: Vec<Rule>,
    /// First place and number of the rules under each key: type, table, and the values of the fields.
    keys: HashMap<Box<[u32]>, (u32, u32)>,
    /// The rules of which it is counted what is used, by id.
    counted: HashMap<Box<str>, u32>,
}

impl Records {
    /// # Errors
    /// What is wrong with a record, under `records[n]`; `Overlap` with both ids for two of one key that hold on one date.
    pub(super) fn of(records: &[ConditionRecord], definition: &Definition) -> Result<Self> {
        let tables = super::definition::places("tables", definition.tables.iter().map(|table| table.code.as_str()))?;
        let types =
            super::definition::places("condition_types", definition.types.iter().map(|known| known.is.code.as_str()))?;
        let mut symbols = Symbols::default();
        let mut keyed = Vec::with_capacity(records.len());
        for (number, record) in records.iter().enumerate() {
            let read = || {
                let kind = known(&types, &record.condition_type, "condition_type")?;
                let table = known(&tables, &record.table, "table")?;
                Ok::<_, Error>((kind, table))
            };
            let at = |error: Error| {
                let error = error.under(&format!("records[{number}]"));
                error.with("record", excerpt(&record.id)).with("condition_type", excerpt(&record.condition_type))
            };
            let (kind, table) = read().map_err(at)?;
            let (Some(type_def), Some(table_def)) = (definition.types.get(kind), definition.tables.get(table)) else {
                continue;
            };
            let mut key = vec![u32::try_from(kind).unwrap_or(u32::MAX), u32::try_from(table).unwrap_or(u32::MAX)];
            key_of(record, table_def, definition, &mut symbols, &mut key).map_err(at)?;
            keyed.push((key.into_boxed_slice(), rule_of(record, &type_def.is, &types, definition).map_err(at)?));
        }
        unique(&keyed)?;
        // The order of the file does not matter: those of one key stand by their dates.
        keyed.sort_by(|(one, rule), (next, other)| {
            one.cmp(next).then(rule.valid_from.cmp(&other.valid_from)).then(rule.id.cmp(&other.id))
        });
        let mut keys: HashMap<Box<[u32]>, (u32, u32)> = HashMap::with_capacity(keyed.len());
        let mut rules: Vec<Rule> = Vec::with_capacity(keyed.len());
        let mut counted = HashMap::new();
        for (key, rule) in keyed {
            let place = u32::try_from(rules.len()).unwrap_or(u32::MAX);
            let (first, count) =
                *keys.entry(key).and_modify(|(_, count)| *count = count.saturating_add(1)).or_insert((place, 1));
            let _ = first;
            if count > 1
                && let Some(before) = rules.last()
                && before.valid_to.is_none_or(|to| rule.valid_from.is_none_or(|from| from <= to))
            {
                let message = "two records of one key hold on one date";
                let problem = Problem::of_field(ErrorCode::Overlap, "records", message);
                return Err(problem.with("first", &before.id).with("second", &rule.id).into_invalid());
            }
            if rule.is_cumulative || rule.limit().is_some() {
                counted.insert(rule.id.clone(), place);
            }
            rules.push(rule);
        }
        Ok(Self { symbols, rules, keys, counted })
    }

    /// The rules under a key: type, table, values.
    pub(super) fn under(&self, key: &[u32]) -> impl Iterator<Item = u32> + use<> {
        let (first, count) = self.keys.get(key).copied().unwrap_or((0, 0));
        first..first.saturating_add(count)
    }

    /// The place of the rule of an id, if it is counted what is used of it.
    pub(super) fn counted(&self, id: &str) -> Option<u32> {
        self.counted.get(id).copied()
    }

    /// The rule of an id; they are looked through one by one.
    pub(super) fn by_id(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == id)
    }

    pub(super) fn rule(&self, place: u32) -> Option<&Rule> {
        self.rules.get(usize::try_from(place).ok()?)
    }
}

fn known(places: &HashMap<String, usize>, code: &str, path: &str) -> Result<usize> {
    places.get(code).copied().ok_or_else(|| {
        Error::invalid(ErrorCode::UnknownReference, path, format!("there is no `{}` in the catalogue", excerpt(code)))
    })
}

fn unique(keyed: &[(Box<[u32]>, Rule)]) -> Result<()> {
    let mut ids: Vec<&str> = keyed.iter().map(|(_, rule)| &*rule.id).collect();
    ids.sort_unstable();
    match ids.iter().zip(ids.iter().skip(1)).find(|(one, next)| one == next) {
        Some((twice, _)) => {
            let problem = Problem::of_field(ErrorCode::DuplicateKey, "records.id", "the id of a record stands twice");
            Err(problem.with("id", twice).into_invalid())
        }
        None => Ok(()),
    }
}

fn key_of(
    record: &ConditionRecord,
    table: &TableDef,
    definition: &Definition,
    symbols: &mut Symbols,
    key: &mut Vec<u32>,
) -> Result<()> {
    for (slot, _) in &table.fields {
        let Some(field) = definition.fields.get(*slot) else { continue };
        let Some(value) = record.key.get(&field.name) else {
            let path = format!("key.{}", field.name);
            return Err(Error::invalid(ErrorCode::Required, path, "every field of the table has a value in the key"));
        };
        key.push(symbols.put(&canonical(field.kind, value).map_err(|error| error.under("key").under(&field.name))?));
    }
    if record.key.len() != table.fields.len() {
        let names: Vec<&str> = table
            .fields
            .iter()
            .filter_map(|(slot, _)| definition.fields.get(*slot))
            .map(|field| field.name.as_str())
            .collect();
        let other = record.key.keys().filter(|name| !names.contains(&name.as_str())).min().map_or("", String::as_str);
        let path = format!("key.{}", excerpt(other));
        return Err(Error::invalid(ErrorCode::UnknownField, path, "the table has no such field"));
    }
    Ok(())
}

/// The one written form of a value, so that `1.50` and `1.5` are one key.
pub(super) fn canonical(kind: PriceFieldKind, value: &str) -> Result<String> {
    Ok(match kind {
        PriceFieldKind::Text | PriceFieldKind::Texts => value.to_owned(),
        PriceFieldKind::Number => value.parse::<Decimal>()?.to_string(),
        PriceFieldKind::Date => value.parse::<Date>()?.to_string(),
        PriceFieldKind::Truth => match value {
            "true" | "false" => value.to_owned(),
            _ => return Err(Error::invalid(ErrorCode::WrongType, "", "`true` or `false` is expected")),
        },
    })
}

fn rule_of(
    record: &ConditionRecord,
    condition: &ConditionType,
    types: &HashMap<String, usize>,
    definition: &Definition,
) -> Result<Rule> {
    if record.id.is_empty() {
        return Err(Error::invalid(ErrorCode::Required, "id", "the id must be given"));
    }
    if let (Some(from), Some(to)) = (record.valid_from, record.valid_to)
        && to < from
    {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "valid_to", "the span of validity is empty");
        return Err(problem.with("valid_from", from).with("valid_to", to).into_invalid());
    }
    let levels = levels_of(record, condition)?;
    let rate = rate_of(record, condition, &levels)?;
    let per = record.per.unwrap_or(Decimal::ONE);
    limits::quantity("per", per, true)?;
    check_bounds(record)?;
    let supplements = supplements_of(record, condition, types, definition)?;
    let plain = levels.is_empty()
        && supplements.is_empty()
        && record.minimum.is_none()
        && record.maximum.is_none()
        && record.tax_category.is_none()
        && record.limit.is_none();
    let more = More {
        scale: levels,
        minimum: record.minimum,
        maximum: record.maximum,
        supplements,
        tax_category: record.tax_category.clone(),
        limit: record.limit.clone(),
    };
    Ok(Rule {
        id: record.id.as_str().into(),
        rate,
        per,
        unit: record.unit.as_deref().map(Into::into),
        currency: record.currency,
        valid_from: record.valid_from,
        valid_to: record.valid_to,
        priority: record.priority.unwrap_or(0),
        excludes: record.excludes,
        is_cumulative: condition.scale.as_ref().is_some_and(|scale| scale.cumulative),
        more: (!plain).then(|| Box::new(more)),
    })
}

/// The rate of a record without a scale, if its figures have the sign that its type asks for.
fn rate_of(record: &ConditionRecord, condition: &ConditionType, levels: &[ScaleLevel]) -> Result<Decimal> {
    let rate = match record.rate {
        Some(_) if !levels.is_empty() => {
            return Err(Error::invalid(ErrorCode::NotAllowed, "rate", "a record has a rate or a scale, not both"));
        }
        Some(rate) => rate,
        None if !levels.is_empty() || condition.formula.is_some() => Decimal::ZERO,
        None => return Err(Error::invalid(ErrorCode::Required, "rate", "a rate or a scale must be given")),
    };
    limits::rate("rate", rate)?;
    if condition.sign_of_rates() != ConditionSign::Either {
        let of_levels = levels.iter().position(|level| level.rate.is_negative());
        let path =
            if rate.is_negative() { Some("rate".to_owned()) } else { of_levels.map(|at| format!("scale[{at}].rate")) };
        if let Some(path) = path {
            let message = "a rate of this condition type is written above zero: its sign follows from the type";
            return Err(Error::invalid(ErrorCode::OutOfRange, path, message));
        }
    }
    Ok(rate)
}

/// Refuses limits that no value could keep.
fn check_bounds(record: &ConditionRecord) -> Result<()> {
    for (field, limit) in [("minimum", record.minimum), ("maximum", record.maximum)] {
        if let Some(limit) = limit {
            limits::amount(field, limit)?;
            if limit.is_negative() {
                return Err(Error::invalid(ErrorCode::OutOfRange, field, "a limit is written without sign"));
            }
        }
    }
    if let (Some(minimum), Some(maximum)) = (record.minimum, record.maximum)
        && maximum < minimum
    {
        return Err(Error::invalid(ErrorCode::OutOfRange, "maximum", "the maximum lies below the minimum"));
    }
    if let Some(limit) = &record.limit {
        let below_zero = |figure: Option<Decimal>| figure.is_some_and(Decimal::is_negative);
        for (field, is_wrong) in [
            ("limit.quantity", below_zero(limit.quantity)),
            ("limit.value", below_zero(limit.value)),
            ("limit.uses", limit.uses.is_some_and(i64::is_negative)),
        ] {
            if is_wrong {
                return Err(Error::invalid(ErrorCode::OutOfRange, field, "a limit is not below zero"));
            }
        }
    }
    Ok(())
}

/// What comes with a record. Net and tax are summed apart, so a tax brings nothing but taxes.
fn supplements_of(
    record: &ConditionRecord,
    condition: &ConditionType,
    types: &HashMap<String, usize>,
    definition: &Definition,
) -> Result<Vec<(usize, ConditionSupplement)>> {
    let supplement = |(place, supplement): (usize, &ConditionSupplement)| {
        let path = |name: &str| format!("supplements[{place}].{name}");
        let kind = known(types, &supplement.condition_type, &path("condition_type"))?;
        let is_tax = definition.types.get(kind).is_some_and(|known| known.is.kind == ConditionKind::Tax);
        if condition.kind == ConditionKind::Tax && !is_tax {
            let message = "what comes with a tax is a tax";
            return Err(Error::invalid(ErrorCode::NotAllowed, path("condition_type"), message));
        }
        limits::rate(&path("rate"), supplement.rate)?;
        supplement.per.map_or(Ok(()), |per| limits::quantity(&path("per"), per, true))?;
        Ok((kind, supplement.clone()))
    };
    record.supplements.iter().enumerate().map(supplement).collect()
}

/// The levels in their order, if they make a scale.
fn levels_of(record: &ConditionRecord, condition: &ConditionType) -> Result<Vec<ScaleLevel>> {
    let Some(rule) = &condition.scale else {
        return match record.scale.first() {
            Some(_) => Err(Error::invalid(ErrorCode::NotAllowed, "scale", "the condition type has no scale")),
            None => Ok(Vec::new()),
        };
    };
    if record.scale.len() > limits::MAX_LEVELS {
        let problem = Problem::of_field(ErrorCode::TooMany, "scale", "the scale has too many levels");
        return Err(problem.with("max", limits::MAX_LEVELS).into_invalid());
    }
    for (place, level) in record.scale.iter().enumerate() {
        let path = |name: &str| format!("scale[{place}].{name}");
        limits::rate(&path("rate"), level.rate)?;
        for (name, figure) in [("lower", level.lower), ("upper", level.upper), ("flat", level.flat)] {
            figure.map_or(Ok(()), |figure| limits::amount(&path(name), figure))?;
        }
        if let (Some(lower), Some(upper)) = (level.lower, level.upper)
            && upper < lower
        {
            return Err(Error::invalid(ErrorCode::OutOfRange, path("upper"), "the level ends before it begins"));
        }
    }
    let mut levels = record.scale.clone();
    match rule.kind {
        ScaleKind::From => levels.sort_by_key(|level| level.lower),
        ScaleKind::To | ScaleKind::Graduated => {
            levels.sort_by(|one, next| match (one.upper, next.upper) {
                (Some(one), Some(next)) => one.cmp(&next),
                (None, None) => one.lower.cmp(&next.lower),
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(_), None) => std::cmp::Ordering::Less,
            });
            // Levels that are told by their beginnings alone.
            let open = levels.iter().filter(|level| level.upper.is_none()).count();
            if rule.kind == ScaleKind::Graduated && open > 1 {
                levels.sort_by_key(|level| level.lower);
            }
        }
    }
    apart(&levels, rule.kind)?;
    Ok(levels)
}

/// Levels that overlap, or are not told apart, are refused.
fn apart(levels: &[ScaleLevel], kind: ScaleKind) -> Result<()> {
    let last = levels.len().saturating_sub(1);
    let needs = |place: usize, level: &ScaleLevel| match kind {
        ScaleKind::From => level.lower.is_some(),
        ScaleKind::To => level.upper.is_some() || place == last,
        ScaleKind::Graduated => level.upper.is_some() || level.lower.is_some() || place == last,
    };
    if let Some((place, _)) = levels.iter().enumerate().find(|(place, level)| !needs(*place, level)) {
        let (bound, message) = match kind {
            ScaleKind::From => ("lower", "every level of such a scale begins somewhere"),
            _ => ("upper", "every level but the last one of such a scale ends somewhere"),
        };
        return Err(Error::invalid(ErrorCode::Required, format!("scale[{place}].{bound}"), message));
    }
    for (place, (one, next)) in levels.iter().zip(levels.iter().skip(1)).enumerate() {
        let same = match kind {
            ScaleKind::From => one.lower == next.lower,
            ScaleKind::To => one.upper == next.upper,
            ScaleKind::Graduated => (one.upper, one.lower) == (next.upper, next.lower),
        };
        // A graduated level ends where the next one begins; others must not share a figure.
        let over = match (one.upper, next.lower) {
            (Some(upper), Some(lower)) if kind == ScaleKind::Graduated => upper != lower,
            (Some(upper), Some(lower)) => upper >= lower,
            _ => false,
        };
        if same || over {
            let message = if kind == ScaleKind::Graduated {
                "a level of a graduated scale begins where the one before ends"
            } else {
                "two levels overlap"
            };
            let place = place.saturating_add(1);
            return Err(Error::invalid(ErrorCode::Overlap, format!("scale[{place}]"), message));
        }
    }
    Ok(())
}
