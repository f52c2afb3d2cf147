//! A price catalogue, checked and made ready: names are places, formulas are parsed, factors are joined.

use std::collections::HashMap;

use super::catalog::{
    AccessSequence, AccessStep, Calculation, ConditionGroup, ConditionKind, ConditionSign, ConditionTable,
    ConditionType, ExchangeRate, FreeGoods, HeaderRule, OnTie, PriceCatalog, PriceFieldKind, PriceProduct, ScaleBase,
    ScaleKind,
};
use super::limits;
use super::procedure::{ConditionExclusion, ExclusionMethod, PricingPolicies, PricingProcedure, PricingStep};
use crate::formula::{Formula, Kind, Scope};
use crate::value::{
    Currency, Date, Decimal, Error, ErrorCode, Problem, Ratio, Result, UnitFactor, UnitTable, error::excerpt,
};

/// The built-in fields, in the order of their slots.
pub(super) const BUILT_IN: [(&str, PriceFieldKind); 6] = [
    ("product", PriceFieldKind::Text),
    ("quantity", PriceFieldKind::Number),
    ("unit", PriceFieldKind::Text),
    ("item", PriceFieldKind::Text),
    ("currency", PriceFieldKind::Text),
    ("pricing_date", PriceFieldKind::Date),
];
pub(super) const PRODUCT: usize = 0;
pub(super) const QUANTITY: usize = 1;
pub(super) const UNIT: usize = 2;
pub(super) const ITEM: usize = 3;
pub(super) const CURRENCY: usize = 4;
pub(super) const PRICING_DATE: usize = 5;

/// What a name in a formula stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Field(usize),
    /// What the steps before make together.
    Net,
    /// What the steps before make together, in all items of the document.
    DocumentNet,
    Base,
    Rate,
    Excluded,
    /// A named subtotal.
    Subtotal(usize),
    /// The value of a step.
    Step(usize),
}

#[derive(Debug)]
pub(super) struct FieldDef {
    pub name: String,
    pub kind: PriceFieldKind,
    /// The value above each value.
    pub parents: HashMap<String, String>,
}

#[derive(Debug)]
pub(super) struct TableDef {
    pub code: String,
    /// The slots of its fields, and whether records of nodes above count.
    pub fields: Vec<(usize, bool)>,
}

#[derive(Debug)]
pub(super) struct AccessDef {
    pub table: usize,
    pub is_exclusive: bool,
    pub requirement: Option<Formula>,
    /// The slots from which the key comes, one for each field of the table.
    pub sources: Vec<usize>,
    pub on_tie: OnTie,
}

#[derive(Debug)]
pub(super) struct TypeDef {
    pub is: ConditionType,
    pub sign: ConditionSign,
    pub header: HeaderRule,
    pub accesses: Vec<AccessDef>,
    pub formula: Option<Formula>,
    /// The slot of the field of its calculation.
    pub field: Option<usize>,
    /// The slot of the field of its scale.
    pub scale_field: Option<usize>,
    /// The slot of the field of its group.
    pub group_field: Option<usize>,
}

#[derive(Debug)]
pub(super) struct StepDef {
    pub is: PricingStep,
    pub condition: Option<usize>,
    /// First and last place of the steps of its base.
    pub base: Option<(usize, usize)>,
    pub requirement: Option<Formula>,
    pub base_formula: Option<Formula>,
    pub value_formula: Option<Formula>,
    /// The place of its subtotal among the named ones.
    pub subtotal: Option<usize>,
    /// Whether it is computed from figures of the whole document.
    pub needs_document: bool,
}

#[derive(Debug)]
pub(super) struct ExclusionDef {
    pub method: ExclusionMethod,
    pub first: Vec<usize>,
    pub second: Vec<usize>,
}

/// A run of steps over which exclusions decide.
#[derive(Debug)]
pub(super) struct Block {
    pub first: usize,
    pub last: usize,
    pub exclusions: Vec<ExclusionDef>,
}

impl Block {
    /// Whether exclusions decide about the condition type of a step.
    pub(super) fn is_member(&self, condition: Option<usize>) -> bool {
        let known = |exclusion: &ExclusionDef| {
            condition.is_some_and(|place| exclusion.first.contains(&place) || exclusion.second.contains(&place))
        };
        self.exclusions.iter().any(known)
    }
}

#[derive(Debug)]
pub(super) struct ProcedureDef {
    pub code: String,
    pub version: i64,
    pub steps: Vec<StepDef>,
    pub blocks: Vec<Block>,
    pub policies: PricingPolicies,
    pub subtotals: Vec<String>,
    pub approvals: Vec<(String, Formula)>,
    /// The place behind the last step that changes the net.
    pub net_ends: usize,
    /// What each slot of its formulas stands for.
    pub sources: Vec<Source>,
}

#[derive(Debug)]
pub(super) struct ProductDef {
    pub is: PriceProduct,
    /// Its own units, if it has any.
    pub units: Option<Box<UnitTable>>,
}

#[derive(Debug)]
pub(super) struct FreeGoodsDef {
    pub is: FreeGoods,
    pub table: usize,
}

/// A catalogue without its records.
#[derive(Debug)]
pub(super) struct Definition {
    pub version: String,
    pub fields: Vec<FieldDef>,
    pub tables: Vec<TableDef>,
    pub types: Vec<TypeDef>,
    pub procedures: Vec<ProcedureDef>,
    pub determinations: Vec<(usize, Option<Formula>)>,
    pub products: HashMap<String, ProductDef>,
    pub free_goods: Vec<FreeGoodsDef>,
    pub units: UnitTable,
    /// By the pair of currencies, the latest first.
    pub rates: Rates,
    pub decimals: HashMap<Currency, u32>,
}

/// Places by code, each code once.
pub(super) fn places<'a>(what: &str, codes: impl Iterator<Item = &'a str>) -> Result<HashMap<String, usize>> {
    let mut places = HashMap::new();
    for (place, code) in codes.enumerate() {
        if code.is_empty() {
            return Err(Error::invalid(ErrorCode::Required, format!("{what}[{place}].code"), "a code must be given"));
        }
        if places.insert(code.to_owned(), place).is_some() {
            let message = format!("`{}` stands twice", excerpt(code));
            return Err(Error::invalid(ErrorCode::DuplicateKey, format!("{what}[{place}].code"), message));
        }
    }
    Ok(places)
}

/// The place of a name that must be there.
pub(super) fn place(places: &HashMap<String, usize>, name: &str, path: &str) -> Result<usize> {
    places.get(name).copied().ok_or_else(|| {
        Error::invalid(ErrorCode::UnknownReference, path, format!("there is no `{}` in the catalogue", excerpt(name)))
    })
}

/// The names of everything in a catalogue.
struct Names {
    fields: HashMap<String, usize>,
    tables: HashMap<String, usize>,
    types: HashMap<String, usize>,
    /// The fields alone, for formulas that see nothing else.
    scope: Scope,
}

impl Definition {
    /// # Errors
    /// What is wrong, with its path in the catalogue.
    pub(super) fn of(catalog: &PriceCatalog) -> Result<Self> {
        let fields = super::fields::fields_of(catalog)?;
        let mut scope = Scope::new();
        for field in &fields {
            scope.declare(&field.name, kind_of(field.kind))?;
        }
        let names = Names {
            fields: fields.iter().enumerate().map(|(place, field)| (field.name.clone(), place)).collect(),
            tables: places("tables", catalog.tables.iter().map(|table| table.code.as_str()))?,
            types: places("condition_types", catalog.condition_types.iter().map(|kind| kind.code.as_str()))?,
            scope,
        };
        let tables = listed("tables", &catalog.tables, |table| table_of(table, &names, &fields))?;
        let sequences = places("access_sequences", catalog.access_sequences.iter().map(|known| known.code.as_str()))?;
        let types = listed("condition_types", &catalog.condition_types, |condition| {
            let sequence = match &condition.access_sequence {
                Some(code) => catalog.access_sequences.get(place(&sequences, code, "access_sequence")?),
                None => None,
            };
            type_of(condition, sequence, &names, &tables)
        })?;
        for (number, sequence) in catalog.access_sequences.iter().enumerate() {
            accesses_of(sequence, &names, &tables)
                .map_err(|error| error.under(&format!("access_sequences[{number}]")))?;
        }
        let procedure_places =
            places("procedures", catalog.procedures.iter().map(|procedure| procedure.code.as_str()))?;
        let procedures =
            listed("procedures", &catalog.procedures, |procedure| procedure_of(procedure, &names, &fields, &types))?;
        let determinations = listed("determinations", &catalog.determinations, |known| {
            let requirement = formula_of(known.requirement.as_deref(), &names.scope, Kind::Truth, "requirement")?;
            Ok((place(&procedure_places, &known.procedure, "procedure")?, requirement))
        })?;
        limits::currencies(&catalog.currencies)?;
        let units = units_of(&catalog.units, UnitTable::standard()).map_err(|error| error.under("units"))?;
        let products = products_of(catalog, &units)?;
        let free_goods = listed("free_goods", &catalog.free_goods, |known| {
            limits::quantity("free", known.free, true)?;
            limits::quantity("per", known.per, true)?;
            Ok(FreeGoodsDef { table: place(&names.tables, &known.table, "table")?, is: known.clone() })
        })?;
        Ok(Self {
            version: catalog.version.clone(),
            fields,
            tables,
            types,
            procedures,
            determinations,
            products,
            free_goods,
            units,
            rates: rates_of(&catalog.rates)?,
            decimals: catalog
                .currencies
                .iter()
                .map(|known| (known.code, u32::try_from(known.decimals.clamp(0, 6)).unwrap_or(2)))
                .collect(),
        })
    }

    /// Digits behind the point of the amounts of a currency.
    pub(super) fn decimals_of(&self, currency: Currency) -> u32 {
        self.decimals.get(&currency).copied().unwrap_or_else(|| currency.exponent().min(4))
    }
}

/// Every entry of a list, or the first error with its place.
fn listed<T, R>(what: &str, entries: &[T], of: impl Fn(&T) -> Result<R>) -> Result<Vec<R>> {
    let entry = |(place, entry)| of(entry).map_err(|error| error.under(&format!("{what}[{place}]")));
    entries.iter().enumerate().map(entry).collect()
}

const fn kind_of(kind: PriceFieldKind) -> Kind {
    match kind {
        PriceFieldKind::Text => Kind::Text,
        PriceFieldKind::Texts => Kind::Texts,
        PriceFieldKind::Number => Kind::Number,
        PriceFieldKind::Truth => Kind::Truth,
        PriceFieldKind::Date => Kind::Date,
    }
}

/// Names that formulas give to figures of an item.
pub(super) const RESERVED: [&str; 5] = ["net", "document_net", "base", "rate", "excluded"];

/// The deepest tree of values.
pub(super) const MAX_DEPTH: usize = 64;

fn table_of(table: &ConditionTable, names: &Names, fields: &[FieldDef]) -> Result<TableDef> {
    for field in &table.up {
        let slot = place(&names.fields, field, "up")?;
        if !table.fields.contains(field)
            || fields.get(slot).is_none_or(|field| !matches!(field.kind, PriceFieldKind::Text | PriceFieldKind::Texts))
        {
            let message = format!("`{}` is no text field of the table", excerpt(field));
            return Err(Error::invalid(ErrorCode::UnknownField, "up", message));
        }
    }
    let field = |(number, field): (usize, &String)| {
        Ok((place(&names.fields, field, &format!("fields[{number}]"))?, table.up.contains(field)))
    };
    let fields = table.fields.iter().enumerate().map(field).collect::<Result<_>>()?;
    Ok(TableDef { code: table.code.clone(), fields })
}

fn accesses_of(sequence: &AccessSequence, names: &Names, tables: &[TableDef]) -> Result<Vec<AccessDef>> {
    listed("accesses", &sequence.accesses, |access: &AccessStep| {
        let table = place(&names.tables, &access.table, "table")?;
        let def = tables.get(table);
        for field in access.sources.keys() {
            let slot = place(&names.fields, field, "sources")?;
            if def.is_none_or(|table| table.fields.iter().all(|(own, _)| *own != slot)) {
                let message = format!("`{}` is no field of the table", excerpt(field));
                return Err(Error::invalid(ErrorCode::UnknownField, "sources", message));
            }
        }
        let mut sources = Vec::new();
        for (slot, _) in def.iter().flat_map(|table| &table.fields) {
            let own = names.fields.iter().find(|(_, place)| *place == slot).map(|(name, _)| name);
            let from = own.and_then(|name| access.sources.get(name));
            sources.push(from.map_or(Ok(*slot), |name| place(&names.fields, name, "sources"))?);
        }
        Ok(AccessDef {
            table,
            is_exclusive: access.exclusive.unwrap_or(true),
            requirement: formula_of(access.requirement.as_deref(), &names.scope, Kind::Truth, "requirement")?,
            sources,
            on_tie: access.on_tie.unwrap_or(OnTie::Error),
        })
    })
}

fn type_of(
    condition: &ConditionType,
    sequence: Option<&AccessSequence>,
    names: &Names,
    tables: &[TableDef],
) -> Result<TypeDef> {
    let number_field = |name: Option<&str>, path: &str, needed: bool| match name {
        Some(name) => place(&names.fields, name, path).map(Some),
        None if needed => Err(Error::invalid(ErrorCode::Required, path, "the field must be named")),
        None => Ok(None),
    };
    let scale = condition.scale.as_ref();
    let is_graduated = scale.is_some_and(|scale| scale.kind == ScaleKind::Graduated);
    if is_graduated && condition.group.is_some() {
        let message = "a graduated scale cannot be that of a group: what would each item get of which level?";
        return Err(Error::invalid(ErrorCode::NotAllowed, "scale", message));
    }
    let of_one = [Calculation::PercentIncluded, Calculation::Formula, Calculation::Fixed];
    if is_graduated && of_one.contains(&condition.calculation) {
        return Err(Error::invalid(ErrorCode::NotAllowed, "scale", "this calculation has no graduated scale"));
    }
    if scale.is_some_and(|scale| scale.cumulative) && condition.group.is_some() {
        return Err(Error::invalid(ErrorCode::NotAllowed, "scale", "a cumulative scale counts by itself: no group"));
    }
    condition.rounding.map_or(Ok(()), |own| limits::rounding(&own).map_err(|error| error.under("rounding")))?;
    // The slots are those of the formulas of every step.
    let mut scope = names.scope.clone();
    for name in RESERVED {
        scope.declare(name, if name == "excluded" { Kind::Truth } else { Kind::Number })?;
    }
    let formula = formula_of(condition.formula.as_deref(), &scope, Kind::Number, "formula")?;
    if condition.calculation == Calculation::Formula && formula.is_none() {
        return Err(Error::invalid(ErrorCode::Required, "formula", "the formula must be given"));
    }
    let group: Option<&ConditionGroup> = condition.group.as_ref();
    let by_field = group.is_some_and(|group| group.by == super::catalog::ConditionGroupBy::Field);
    Ok(TypeDef {
        sign: condition.sign_of_rates(),
        header: condition.header.unwrap_or(match condition.calculation {
            Calculation::Fixed => HeaderRule::Distribute,
            _ => HeaderRule::EachItem,
        }),
        accesses: sequence.map_or_else(|| Ok(Vec::new()), |known| accesses_of(known, names, tables))?,
        formula,
        field: number_field(condition.field.as_deref(), "field", condition.calculation == Calculation::Field)?,
        scale_field: number_field(
            scale.and_then(|scale| scale.field.as_deref()),
            "scale.field",
            scale.is_some_and(|scale| scale.base == ScaleBase::Field),
        )?,
        group_field: number_field(group.and_then(|group| group.field.as_deref()), "group.field", by_field)?,
        is: condition.clone(),
    })
}

fn formula_of(text: Option<&str>, scope: &Scope, kind: Kind, path: &str) -> Result<Option<Formula>> {
    let Some(text) = text else { return Ok(None) };
    Formula::parse_as(text, scope, kind).map(Some).map_err(|error| error.under(path))
}

/// What the formulas of a procedure may name.
struct StepNames {
    scope: Scope,
    sources: Vec<Source>,
    /// The place of the first step that gives each subtotal its value.
    subtotal_steps: Vec<usize>,
}

impl StepNames {
    fn of(names: &Names, fields: &[FieldDef], subtotals: &[String], steps: &[&PricingStep]) -> Result<Self> {
        let mut scope = names.scope.clone();
        let mut sources: Vec<Source> = (0..fields.len()).map(Source::Field).collect();
        let figures = [Source::Net, Source::DocumentNet, Source::Base, Source::Rate, Source::Excluded];
        for (name, source) in RESERVED.iter().zip(figures) {
            scope.declare(name, if source == Source::Excluded { Kind::Truth } else { Kind::Number })?;
            sources.push(source);
        }
        let mut subtotal_steps = Vec::new();
        for (place, name) in subtotals.iter().enumerate() {
            scope.declare(name, Kind::Number)?;
            sources.push(Source::Subtotal(place));
            let first = steps.iter().position(|step| step.subtotal.as_ref() == Some(name));
            subtotal_steps.push(first.unwrap_or(usize::MAX));
        }
        for (place, step) in steps.iter().enumerate() {
            scope.declare(&format!("step_{}", step.number), Kind::Number)?;
            sources.push(Source::Step(place));
        }
        Ok(Self { scope, sources, subtotal_steps })
    }

    /// A formula of the step at a place: it may use only what is computed before it.
    fn formula(&self, text: Option<&str>, kind: Kind, path: &str, at: usize) -> Result<Option<Formula>> {
        let Some(formula) = formula_of(text, &self.scope, kind, path)? else { return Ok(None) };
        for slot in formula.names() {
            let later = match self.sources.get(*slot) {
                Some(Source::Step(place)) => *place >= at,
                Some(Source::Subtotal(place)) => self.subtotal_steps.get(*place).is_none_or(|first| *first >= at),
                _ => false,
            };
            if later {
                return Err(circle(path, "the formula uses a figure that is computed at this step or later"));
            }
        }
        Ok(Some(formula))
    }

    fn uses_document(&self, formula: Option<&Formula>) -> bool {
        let is_document = |slot: &usize| self.sources.get(*slot) == Some(&Source::DocumentNet);
        formula.is_some_and(|formula| formula.names().iter().any(is_document))
    }
}

fn circle(path: &str, message: &str) -> Error {
    Error::invalid(ErrorCode::Cycle, path, message)
}

fn procedure_of(
    procedure: &PricingProcedure,
    names: &Names,
    fields: &[FieldDef],
    types: &[TypeDef],
) -> Result<ProcedureDef> {
    let order = ordered_steps(procedure)?;
    let mut subtotals: Vec<String> = Vec::new();
    for name in order.iter().filter_map(|(_, step)| step.subtotal.as_ref()) {
        let taken = names.fields.contains_key(name) || RESERVED.contains(&name.as_str()) || name.starts_with("step_");
        if taken {
            let message = format!("the name `{}` is taken", excerpt(name));
            return Err(Error::invalid(ErrorCode::DuplicateKey, "steps", message));
        }
        if !subtotals.contains(name) {
            subtotals.push(name.clone());
        }
    }
    let steps: Vec<&PricingStep> = order.iter().map(|(_, step)| *step).collect();
    let known = StepNames::of(names, fields, &subtotals, &steps)?;
    let mut defs = Vec::with_capacity(steps.len());
    for (place, (written, _)) in order.iter().enumerate() {
        defs.push(
            step_of(place, &steps, names, types, &known).map_err(|error| error.under(&format!("steps[{written}]")))?,
        );
    }
    let approvals = listed("approvals", &procedure.approvals, |rule| {
        let formula = known.formula(Some(&rule.requirement), Kind::Truth, "requirement", usize::MAX)?;
        let missing = || Error::invalid(ErrorCode::Required, "requirement", "the requirement must be given");
        Ok((rule.code.clone(), formula.ok_or_else(missing)?))
    })?;
    let changes_net = |step: &StepDef| {
        let kind = step.condition.and_then(|place| types.get(place)).map(|known| known.is.kind);
        !step.is.statistical && kind.is_some_and(|kind| !matches!(kind, ConditionKind::Tax | ConditionKind::Cost))
    };
    let policies = procedure.policies.unwrap_or_default();
    limits::policies(&policies).map_err(|error| error.under("policies"))?;
    Ok(ProcedureDef {
        code: procedure.code.clone(),
        version: procedure.version.unwrap_or(1),
        net_ends: defs.iter().rposition(changes_net).map_or(0, |last| last.saturating_add(1)),
        blocks: blocks_of(&procedure.exclusions, names, &defs)?,
        steps: defs,
        policies,
        subtotals,
        approvals,
        sources: known.sources,
    })
}

/// The steps by their numbers, each with the place where it is written.
fn ordered_steps(procedure: &PricingProcedure) -> Result<Vec<(usize, &PricingStep)>> {
    let mut order: Vec<(usize, &PricingStep)> = procedure.steps.iter().enumerate().collect();
    order.sort_by_key(|(_, step)| step.number);
    if order.is_empty() || order.len() > limits::MAX_STEPS {
        let message = format!("a procedure has between 1 and {} steps", limits::MAX_STEPS);
        return Err(Error::invalid(ErrorCode::TooMany, "steps", message));
    }
    if let Some((at, _)) = order.first().filter(|(_, step)| step.number < 0) {
        let message = "the number of a step is not below zero";
        return Err(Error::invalid(ErrorCode::OutOfRange, format!("steps[{at}].number"), message));
    }
    for ((_, one), (at, next)) in order.iter().zip(order.iter().skip(1)) {
        if one.number == next.number {
            let message = format!("there are two steps {}", next.number);
            return Err(Error::invalid(ErrorCode::DuplicateKey, format!("steps[{at}].number"), message));
        }
    }
    Ok(order)
}

fn step_of(
    place: usize,
    steps: &[&PricingStep],
    names: &Names,
    types: &[TypeDef],
    known: &StepNames,
) -> Result<StepDef> {
    let Some(step) = steps.get(place).copied() else { return Err(circle("number", "there is no such step")) };
    let condition =
        step.condition_type.as_ref().map(|code| self::place(&names.types, code, "condition_type")).transpose()?;
    let earlier = |number: i64, path: &str| match steps.iter().position(|other| other.number == number) {
        Some(at) if at < place => Ok(at),
        Some(_) => Err(circle(path, "a base comes from a step before")),
        None => Err(Error::invalid(ErrorCode::UnknownReference, path, format!("there is no step {number}"))),
    };
    let base = match (step.base_from, step.base_to) {
        (None, None) => None,
        (Some(from), None) => Some((earlier(from, "base_from")?, usize::MAX)),
        (Some(from), Some(to)) => Some((earlier(from, "base_from")?, earlier(to, "base_to")?)),
        (None, Some(to)) => Some((0, earlier(to, "base_to")?)),
    };
    let formula = |text: Option<&str>, kind, path| known.formula(text, kind, path, place);
    let requirement = formula(step.requirement.as_deref(), Kind::Truth, "requirement")?;
    let base_formula = formula(step.base_formula.as_deref(), Kind::Number, "base_formula")?;
    let value_formula = formula(step.value_formula.as_deref(), Kind::Number, "value_formula")?;
    let of_type = condition.and_then(|at| types.get(at)).and_then(|known| known.formula.as_ref());
    let all = [requirement.as_ref(), base_formula.as_ref(), value_formula.as_ref(), of_type];
    let needs_document = all.into_iter().any(|formula| known.uses_document(formula));
    Ok(StepDef {
        is: step.clone(),
        condition,
        base,
        needs_document,
        requirement,
        base_formula,
        value_formula,
        subtotal: step
            .subtotal
            .as_ref()
            .and_then(|name| known.subtotal_steps.iter().enumerate().find(|(at, _)| is_named(known, *at, name, steps)))
            .map(|(at, _)| at),
    })
}

/// Whether the subtotal at a place bears a name.
fn is_named(known: &StepNames, at: usize, name: &str, steps: &[&PricingStep]) -> bool {
    let first = known.subtotal_steps.get(at).and_then(|first| steps.get(*first));
    first.is_some_and(|step| step.subtotal.as_deref() == Some(name))
}

/// The runs of steps over which exclusions decide; those that overlap are one.
fn blocks_of(exclusions: &[ConditionExclusion], names: &Names, steps: &[StepDef]) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = Vec::new();
    for (number, exclusion) in exclusions.iter().enumerate() {
        let path = format!("exclusions[{number}]");
        let types = |codes: &[String], name: &str| {
            let of = |(at, code): (usize, &String)| place(&names.types, code, &format!("{path}.{name}[{at}]"));
            codes.iter().enumerate().map(of).collect::<Result<Vec<_>>>()
        };
        let (first, second) = (types(&exclusion.first, "first")?, types(&exclusion.second, "second")?);
        let two = matches!(
            exclusion.method,
            ExclusionMethod::Exclusive | ExclusionMethod::BestGroup | ExclusionMethod::WorstGroup
        );
        if first.is_empty() || two == second.is_empty() {
            let message = "the method compares one group, or two of them: name as many";
            return Err(Error::invalid(ErrorCode::Required, format!("{path}.second"), message));
        }
        let member = |step: &StepDef| step.condition.is_some_and(|at| first.contains(&at) || second.contains(&at));
        let (Some(start), Some(end)) = (steps.iter().position(member), steps.iter().rposition(member)) else {
            continue;
        };
        let mut block = Block {
            first: start,
            last: end,
            exclusions: vec![ExclusionDef { method: exclusion.method, first, second }],
        };
        while let Some(at) = blocks.iter().position(|other| other.first <= block.last && block.first <= other.last) {
            let mut other = blocks.remove(at);
            other.exclusions.append(&mut block.exclusions);
            block = Block {
                first: other.first.min(block.first),
                last: other.last.max(block.last),
                exclusions: other.exclusions,
            };
        }
        blocks.push(block);
    }
    blocks.sort_by_key(|block| block.first);
    Ok(blocks)
}

/// A table of units with more factors. A unit that is unknown on both sides is a piece of its own.
fn units_of(factors: &[UnitFactor], from: &UnitTable) -> Result<UnitTable> {
    let mut table = from.clone();
    for (number, factor) in factors.iter().enumerate() {
        let path = |error: Error| error.under(&format!("[{number}]"));
        let knows = |table: &UnitTable, unit: &str| table.unit(unit).is_ok();
        let mut factor = factor.clone();
        if !knows(&table, &factor.other_unit) {
            if knows(&table, &factor.unit) {
                factor = UnitFactor {
                    amount: factor.other_amount,
                    unit: factor.other_unit,
                    other_amount: factor.amount,
                    other_unit: factor.unit,
                };
            } else {
                let piece = UnitFactor {
                    amount: Decimal::ONE,
                    unit: factor.other_unit.clone(),
                    other_amount: Decimal::ONE,
                    other_unit: "C62".to_owned(),
                };
                table.add_factor(&piece).map_err(path)?;
            }
        }
        table.add_factor(&factor).map_err(path)?;
    }
    Ok(table)
}

fn products_of(catalog: &PriceCatalog, units: &UnitTable) -> Result<HashMap<String, ProductDef>> {
    let mut products = HashMap::with_capacity(catalog.products.len());
    for (number, product) in catalog.products.iter().enumerate() {
        let path = format!("products[{number}]");
        let own = if product.units.is_empty() {
            None
        } else {
            let table = units_of(&product.units, units).map_err(|error| error.under("units").under(&path))?;
            Some(Box::new(table))
        };
        if products.insert(product.id.clone(), ProductDef { is: product.clone(), units: own }).is_some() {
            let message = format!("`{}` stands twice", excerpt(&product.id));
            return Err(Error::invalid(ErrorCode::DuplicateKey, format!("{path}.id"), message));
        }
    }
    Ok(products)
}

/// The rates by pair of currencies, with the dates from which they hold.
type Rates = HashMap<(Currency, Currency), Vec<(Option<Date>, Ratio)>>;

fn rates_of(rates: &[ExchangeRate]) -> Result<Rates> {
    let mut by_pair: Rates = HashMap::new();
    for (number, rate) in rates.iter().enumerate() {
        let path = format!("rates[{number}]");
        let per = rate.per.unwrap_or(Decimal::ONE);
        if rate.rate <= Decimal::ZERO || per <= Decimal::ZERO {
            let message = "a rate of exchange is above zero";
            return Err(Error::invalid(ErrorCode::OutOfRange, format!("{path}.rate"), message));
        }
        let ratio = Ratio::from(rate.rate).checked_div(Ratio::from(per)).map_err(|error| error.under(&path))?;
        let list = by_pair.entry((rate.from_currency, rate.to_currency)).or_default();
        if list.iter().any(|(from, _)| *from == rate.valid_from) {
            let message = "there are two rates between these currencies from the same date on";
            return Err(Error::invalid(ErrorCode::Overlap, path, message));
        }
        list.push((rate.valid_from, ratio));
    }
    for list in by_pair.values_mut() {
        list.sort_by_key(|(from, _)| std::cmp::Reverse(*from));
    }
    Ok(by_pair)
}

impl Definition {
    /// How much of `to` one of `from` is on a date: by the rate between them, by the inverse of the other direction, or over
    /// the pivot.
    ///
    /// # Errors
    /// `MissingRate` with both currencies and the date.
    pub(super) fn exchange(&self, from: Currency, to: Currency, date: Date, pivot: Option<Currency>) -> Result<Ratio> {
        if from == to {
            return Ok(Ratio::ONE);
        }
        if let Some(ratio) = self.direct(from, to, date)? {
            return Ok(ratio);
        }
        if let Some(pivot) = pivot
            && let (Some(first), Some(second)) = (self.direct(from, pivot, date)?, self.direct(pivot, to, date)?)
        {
            return first.checked_mul(second);
        }
        let problem = Problem::new(ErrorCode::MissingRate, format!("there is no rate from {from} to {to} on {date}"));
        Err(problem.with("from", from).with("to", to).with("date", date).into_invalid())
    }

    fn direct(&self, from: Currency, to: Currency, date: Date) -> Result<Option<Ratio>> {
        let on = |pair: (Currency, Currency)| {
            let holds = |(since, _): &&(Option<Date>, Ratio)| since.is_none_or(|since| since <= date);
            self.rates.get(&pair).and_then(|list| list.iter().find(holds)).map(|(_, ratio)| *ratio)
        };
        match on((from, to)) {
            Some(ratio) => Ok(Some(ratio)),
            None => on((to, from)).map(|ratio| Ratio::ONE.checked_div(ratio)).transpose(),
        }
    }

    /// How many of `to` one of `from` is, for a product.
    ///
    /// # Errors
    /// `MissingUnitFactor` with both units.
    pub(super) fn unit_factor(&self, product: Option<&ProductDef>, from: &str, to: &str) -> Result<Ratio> {
        if from == to {
            return Ok(Ratio::ONE);
        }
        let table = product.and_then(|product| product.units.as_deref()).unwrap_or(&self.units);
        table.factor(from, to).map_err(|_| {
            let (from, to) = (excerpt(from), excerpt(to));
            let problem =
                Problem::new(ErrorCode::MissingUnitFactor, format!("there is no factor from `{from}` to `{to}`"));
            problem.with("from", from).with("to", to).into_invalid()
        })
    }
}
