//! Random catalogues and documents that are valid: every calculation, scale, group, exclusion, rounding and mode.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::value::{AllocationMethod, Currency, Date, Decimal, FieldValue, Quantity, Rounding};

/// Choices that a case makes one after the other. When they run out, the first and simplest one is made, so a case that fails
/// becomes small when its choices become few.
pub(super) struct Choices<'a>(pub std::slice::Iter<'a, u8>);

/// The choices of one case.
pub(super) fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..640)
}

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

impl Choices<'_> {
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % most
    }

    pub(super) fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub(super) fn maybe<T>(&mut self, times: usize, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.once_in(times) { Some(value(self)) } else { None }
    }

    /// A figure between nothing and 655.35 with up to so many digits behind the point.
    pub(super) fn figure(&mut self, scale: usize) -> Decimal {
        let (high, low) = (self.below(256), self.below(256));
        let scale = self.below(scale + 1);
        Decimal::new(i128::try_from(high * 256 + low).unwrap(), u32::try_from(scale).unwrap()).unwrap()
    }

    pub(super) fn percent(&mut self) -> Decimal {
        Decimal::new(i128::try_from(self.below(256)).unwrap(), 1).unwrap()
    }
}

pub(super) fn condition_type(code: &str, kind: ConditionKind, calculation: Calculation) -> ConditionType {
    ConditionType {
        code: code.to_owned(),
        kind,
        calculation,
        name: None,
        sign: None,
        access_sequence: None,
        scale: None,
        group: None,
        manual: Some(ManualRule { minimum: None, maximum: None, approval_above: None }),
        header: None,
        basis: None,
        distribution: None,
        rounding: None,
        conversion: None,
        replaces: None,
        field: Some("months".to_owned()),
        formula: (calculation == Calculation::Formula).then(|| "base * rate / 100 + 1".to_owned()),
    }
}

pub(super) fn empty_catalog() -> PriceCatalog {
    PriceCatalog {
        version: "random".to_owned(),
        fields: Vec::new(),
        hierarchies: Vec::new(),
        tables: Vec::new(),
        condition_types: Vec::new(),
        access_sequences: Vec::new(),
        records: Vec::new(),
        free_goods: Vec::new(),
        procedures: Vec::new(),
        determinations: Vec::new(),
        products: Vec::new(),
        units: Vec::new(),
        rates: Vec::new(),
        currencies: Vec::new(),
    }
}

pub(super) fn by_hand(code: &str, rate: Decimal) -> ManualCondition {
    ManualCondition {
        condition_type: code.to_owned(),
        rate: Some(rate),
        amount: None,
        per: None,
        unit: None,
        currency: None,
        base: None,
        tax_category: None,
        tax_percent: None,
    }
}

pub(super) fn item(id: usize, quantity: Decimal) -> PriceItem {
    PriceItem {
        id: id.to_string(),
        quantity,
        product: Some("P1".to_owned()),
        unit: Some("C62".to_owned()),
        fields: HashMap::new(),
        conditions: Vec::new(),
        pricing_date: None,
        gross_weight: None,
        net_weight: None,
        volume: None,
        is_alternative: false,
    }
}

pub(super) fn empty_document(currency: &str) -> PriceDocument {
    PriceDocument {
        currency: Currency::parse(currency).unwrap(),
        pricing_date: "2026-05-01".parse::<Date>().unwrap(),
        id: None,
        procedure: None,
        fields: HashMap::from([("months".to_owned(), FieldValue::Integer(7))]),
        conditions: Vec::new(),
        items: Vec::new(),
        usage: Vec::new(),
        prepaid: None,
        payable_rounding: None,
        reprice: None,
        trace: None,
    }
}

pub(super) fn step(number: i64, code: &str) -> PricingStep {
    PricingStep { number, condition_type: Some(code.to_owned()), ..PricingStep::default() }
}

pub(super) fn procedure(steps: Vec<PricingStep>, policies: PricingPolicies) -> PricingProcedure {
    PricingProcedure {
        code: "P".to_owned(),
        steps,
        name: None,
        version: None,
        exclusions: Vec::new(),
        policies: Some(policies),
        approvals: Vec::new(),
    }
}

fn access(table: &str, exclusive: bool) -> AccessStep {
    AccessStep {
        table: table.to_owned(),
        exclusive: Some(exclusive),
        requirement: None,
        sources: HashMap::new(),
        on_tie: None,
    }
}

pub(super) fn levels(random: &mut Choices<'_>, kind: ScaleKind) -> Vec<ScaleLevel> {
    let bounds = [0, 3, 12, 40].map(Decimal::from);
    let count = 1 + random.below(3);
    let open = !random.once_in(6);
    (0..count)
        .map(|place| {
            let last = place + 1 == count;
            let ends = kind != ScaleKind::From && !(last && open);
            ScaleLevel {
                rate: random.percent(),
                lower: (kind == ScaleKind::From).then(|| bounds[place]),
                upper: ends.then(|| bounds[place + 1]),
                flat: random.maybe(4, |random| random.figure(2)),
            }
        })
        .collect()
}

const CALCULATIONS: [Calculation; 10] = [
    Calculation::Percent,
    Calculation::Quantity,
    Calculation::Fixed,
    Calculation::PerMille,
    Calculation::PercentIncluded,
    Calculation::GrossWeight,
    Calculation::NetWeight,
    Calculation::Volume,
    Calculation::Field,
    Calculation::Formula,
];

fn scale(random: &mut Choices<'_>, kind: &ConditionType) -> Option<ScaleRule> {
    let graduates = kind.group.is_none()
        && !matches!(kind.calculation, Calculation::PercentIncluded | Calculation::Formula | Calculation::Fixed);
    let read = random.of(&[ScaleKind::From, ScaleKind::To, ScaleKind::Graduated][..if graduates { 3 } else { 2 }]);
    let base = random.of(ScaleBase::ALL);
    Some(ScaleRule {
        base,
        kind: read,
        unit: (base == ScaleBase::Quantity && random.once_in(4)).then(|| "DZN".to_owned()),
        field: Some("months".to_owned()),
        cumulative: kind.group.is_none() && random.once_in(8),
    })
}

/// A condition type of a procedure, with its records.
fn condition(random: &mut Choices<'_>, catalog: &mut PriceCatalog, code: &str, kinds: &[ConditionKind]) {
    let kind = random.of(kinds);
    let calculation = match kind {
        ConditionKind::Price => random.of(&[Calculation::Quantity, Calculation::GrossWeight, Calculation::Fixed]),
        ConditionKind::Tax => random.of(&[Calculation::Percent, Calculation::Fixed, Calculation::Quantity]),
        _ => random.of(&CALCULATIONS),
    };
    let mut of = condition_type(code, kind, calculation);
    of.access_sequence = Some(random.of(&["ALL", "NEAR", "ADDED", "REGION", "GROUPS"]).to_owned());
    of.group = random
        .maybe(4, |random| ConditionGroup { by: random.of(ConditionGroupBy::ALL), field: Some("family".to_owned()) });
    of.scale = random.maybe(2, |_| ()).and_then(|()| scale(random, &of));
    of.rounding = random.maybe(5, |random| ConditionRounding {
        rounding: random.maybe(2, |random| random.of(Rounding::ALL)),
        decimals: random.maybe(2, |random| i64::try_from(random.below(4)).unwrap()),
        unit: random.maybe(3, |_| dec("0.05")),
    });
    of.conversion = random.maybe(4, |random| random.of(ConversionMode::ALL));
    of.distribution = random.maybe(4, |random| random.of(AllocationMethod::ALL));
    of.basis = random.maybe(3, |random| random.of(DistributionBasis::ALL));
    if kind == ConditionKind::Price {
        of.replaces = random.maybe(4, |_| ReplacesRows::Prices);
    } else if random.once_in(8) && matches!(calculation, Calculation::Percent | Calculation::Fixed) {
        of.header = Some(HeaderRule::Document);
    }
    for (table, key) in [("ALL", None), ("FAMILY", Some(("family", "a"))), ("PRODUCT", Some(("product", "P2")))] {
        if random.once_in(if table == "ALL" { 4 } else { 2 }) {
            continue;
        }
        let record = record(random, &of, table, key);
        catalog.records.push(record);
    }
    let far = match of.access_sequence.as_deref() {
        // Nodes of a tree, and groups of which an item may have several.
        Some("REGION") => ["r1", "south", "all"].map(|node| ("REGION", ("region", node))).to_vec(),
        Some("GROUPS") => ["g1", "g2", "g3"].map(|group| ("GROUPS", ("groups", group))).to_vec(),
        _ => Vec::new(),
    };
    for (table, key) in far {
        if random.once_in(2) {
            continue;
        }
        let mut own = record(random, &of, table, Some(key));
        own.id = format!("{}-{}", of.code, key.1);
        own.priority = random.maybe(2, |random| i64::try_from(random.below(3)).unwrap());
        catalog.records.push(own);
    }
    let dated = catalog.records.len();
    for place in 0..dated {
        if catalog.records[place].condition_type == of.code && random.once_in(4) {
            let next = by_dates(random, &of, &mut catalog.records[place]);
            catalog.records.extend(next);
        }
    }
    catalog.condition_types.push(of);
}

fn date(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

/// Gives a record an end or a beginning; with an end there may be another one behind it.
fn by_dates(random: &mut Choices<'_>, of: &ConditionType, record: &mut ConditionRecord) -> Option<ConditionRecord> {
    if random.once_in(2) {
        record.valid_from = date("2026-05-01");
        record.valid_to = random.maybe(2, |_| "2026-05-01".parse().unwrap());
        return None;
    }
    record.valid_to = date("2026-04-30");
    let mut next = self::record(random, of, &record.table.clone(), None);
    next.id = format!("{}-next", record.id);
    next.key.clone_from(&record.key);
    next.valid_from = date(random.of(&["2026-05-01", "2026-06-01"]));
    (!random.once_in(3)).then_some(next)
}

fn record(random: &mut Choices<'_>, of: &ConditionType, table: &str, key: Option<(&str, &str)>) -> ConditionRecord {
    let scale = of.scale.as_ref().filter(|_| !random.once_in(4)).map(|scale| levels(random, scale.kind));
    let rate = match of.calculation {
        Calculation::Quantity | Calculation::GrossWeight | Calculation::Fixed => random.figure(3),
        _ => random.percent(),
    };
    let by_quantity = of.calculation == Calculation::Quantity;
    let mut record = ConditionRecord {
        id: format!("{}-{table}", of.code),
        condition_type: of.code.clone(),
        table: table.to_owned(),
        key: key.map(|(field, value)| (field.to_owned(), value.to_owned())).into_iter().collect(),
        rate: scale.is_none().then_some(rate),
        per: random.maybe(5, |random| random.of(&[dec("10"), dec("3"), dec("0.5")])),
        unit: if by_quantity { random.maybe(4, |_| "DZN".to_owned()) } else { None },
        currency: random.maybe(6, |random| Currency::parse(random.of(&["USD", "GBP"])).unwrap()),
        scale: scale.unwrap_or_default(),
        minimum: random.maybe(8, |random| random.figure(2)),
        maximum: random.maybe(8, |random| random.figure(2).checked_add(dec("700")).unwrap()),
        excludes: random.once_in(9),
        supplements: if of.kind == ConditionKind::Tax || !random.once_in(8) {
            Vec::new()
        } else {
            let supplement =
                |code: &str, rate| ConditionSupplement { condition_type: code.to_owned(), rate, per: None };
            vec![supplement("SUP_PCT", random.percent()), supplement("SUP_AMOUNT", random.figure(2))]
        },
        tax_category: (of.kind == ConditionKind::Tax).then(|| "S".to_owned()),
        limit: random.maybe(12, |random| UsageLimit {
            counter: None,
            quantity: random.maybe(2, |_| dec("20")),
            value: random.maybe(2, |_| dec("100")),
            uses: random.maybe(2, |_| 2),
        }),
        ..ConditionRecord::default()
    };
    record.maximum = record.maximum.map(|maximum| maximum.max(record.minimum.unwrap_or(maximum)));
    record
}

fn policies(random: &mut Choices<'_>) -> PricingPolicies {
    PricingPolicies {
        rounding: random.maybe(3, |random| random.of(Rounding::ALL)),
        decimals: random.maybe(8, |random| i64::try_from(random.below(4)).unwrap()),
        price_decimals: random.maybe(5, |random| i64::try_from(random.below(5)).unwrap()),
        value_mode: Some(random.of(ValueMode::ALL)),
        distribution: Some(random.of(AllocationMethod::ALL)),
        tax_rounding: Some(random.of(TaxRounding::ALL)),
        prices_include_tax: random.once_in(4),
        payable_unit: random.maybe(4, |_| dec("0.05")),
        conversion: random.maybe(3, |random| random.of(ConversionMode::ALL)),
        pivot: (!random.once_in(8)).then(|| Currency::parse("USD").unwrap()),
        allow_negative_net: true,
    }
}

const STEPS: [(&str, &[ConditionKind]); 7] = [
    ("C1", &[ConditionKind::Price]),
    ("C2", &[ConditionKind::Discount, ConditionKind::Price]),
    ("C3", &[ConditionKind::Discount, ConditionKind::Surcharge, ConditionKind::Freight]),
    ("C4", &[ConditionKind::Discount, ConditionKind::Surcharge, ConditionKind::Rebate]),
    ("C5", &[ConditionKind::Discount]),
    ("C6", &[ConditionKind::Cost]),
    ("C7", &[ConditionKind::Tax]),
];

/// A catalogue with one procedure of seven conditions and two subtotals.
pub(super) fn catalog_of(random: &mut Choices<'_>) -> PriceCatalog {
    let mut catalog = base_catalog();
    let ties = [OnTie::Priority, OnTie::Lowest, OnTie::Highest, OnTie::All, OnTie::Error];
    catalog.access_sequences[4].accesses[0].on_tie = Some(random.of(&ties));
    catalog.tables[4].up = if random.once_in(2) { vec!["groups".to_owned()] } else { Vec::new() };
    for (code, kinds) in STEPS {
        condition(random, &mut catalog, code, kinds);
    }
    let mut steps = Vec::new();
    for (number, (code, _)) in (1_i64..).zip(STEPS) {
        let mut step = step(number * 10, code);
        step.statistical = random.once_in(12);
        step.base_from = if number > 1 && number < 7 { random.maybe(4, |_| 10) } else { None };
        step.base_to = step.base_from.and_then(|_| random.maybe(2, |_| (number - 1) * 10));
        step.requirement = random.maybe(9, |_| "quantity > 2 and not excluded".to_owned());
        step.value_formula = random.maybe(16, |_| "base * rate / 300".to_owned());
        step.subtotal = random.maybe(6, |_| "sum".to_owned());
        steps.push(step);
    }
    steps.push(PricingStep { number: 55, subtotal: Some("before_costs".to_owned()), ..PricingStep::default() });
    let with_tax = PricingStep { base_from: Some(10), base_to: Some(70), ..PricingStep::default() };
    steps.push(PricingStep { number: 80, subtotal: Some("with_tax".to_owned()), ..with_tax });
    let mut procedure = procedure(steps, policies(random));
    if random.once_in(2) {
        let method = random.of(ExclusionMethod::ALL);
        let two =
            matches!(method, ExclusionMethod::Exclusive | ExclusionMethod::BestGroup | ExclusionMethod::WorstGroup);
        let codes = |list: &[&str]| list.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        procedure.exclusions.push(ConditionExclusion {
            method,
            first: codes(if two { &["C3", "C4"] } else { &["C3", "C4", "C5"] }),
            second: codes(if two { &["C5"] } else { &[] }),
        });
    }
    catalog.procedures.push(procedure);
    if random.once_in(6) {
        catalog.free_goods.push(FreeGoods {
            id: "free".to_owned(),
            table: "ALL".to_owned(),
            kind: random.of(FreeGoodsKind::ALL),
            rule: random.of(FreeGoodsRule::ALL),
            free: Decimal::ONE,
            per: dec("5"),
            key: HashMap::new(),
            unit: None,
            minimum: None,
            rounding: random.maybe(2, |random| random.of(Rounding::ALL)),
            product: random.maybe(2, |_| "P2".to_owned()),
            valid_from: None,
            valid_to: None,
        });
    }
    catalog
}

/// Fields, tables, products and rates, and no condition that has a step.
pub(super) fn base_catalog() -> PriceCatalog {
    let mut catalog = empty_catalog();
    catalog.fields = vec![
        PriceField { name: "family".to_owned(), kind: None },
        PriceField { name: "months".to_owned(), kind: Some(PriceFieldKind::Number) },
        PriceField { name: "region".to_owned(), kind: None },
        PriceField { name: "groups".to_owned(), kind: Some(PriceFieldKind::Texts) },
    ];
    let node = |value: &str, parent: &str| PriceNode { value: value.to_owned(), parent: parent.to_owned() };
    catalog.hierarchies = vec![
        PriceHierarchy {
            field: "region".to_owned(),
            nodes: vec![node("r1", "south"), node("r2", "south"), node("south", "all"), node("r3", "all")],
        },
        PriceHierarchy { field: "groups".to_owned(), nodes: vec![node("g1", "g3"), node("g2", "g3")] },
    ];
    let table = |code: &str, fields: &[&str]| ConditionTable {
        code: code.to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        up: Vec::new(),
    };
    catalog.tables = vec![
        table("ALL", &[]),
        table("FAMILY", &["family"]),
        table("PRODUCT", &["product"]),
        ConditionTable { up: vec!["region".to_owned()], ..table("REGION", &["region"]) },
        table("GROUPS", &["groups"]),
    ];
    let sequence = |code: &str, accesses| AccessSequence { code: code.to_owned(), accesses };
    catalog.access_sequences = vec![
        sequence("ALL", vec![access("ALL", true)]),
        sequence("NEAR", vec![access("PRODUCT", true), access("FAMILY", true), access("ALL", true)]),
        sequence("ADDED", vec![access("FAMILY", false), access("PRODUCT", true), access("ALL", true)]),
        sequence("REGION", vec![access("REGION", true), access("ALL", true)]),
        sequence("GROUPS", vec![access("GROUPS", true), access("ALL", true)]),
    ];
    catalog.condition_types = vec![
        condition_type("SUP_PCT", ConditionKind::Discount, Calculation::Percent),
        condition_type("SUP_AMOUNT", ConditionKind::Surcharge, Calculation::Quantity),
    ];
    let quantity = |amount: &str, unit: &str| Some(Quantity { amount: dec(amount), unit: unit.to_owned() });
    for (id, weight) in [("P1", "0.75"), ("P2", "3")] {
        catalog.products.push(PriceProduct {
            id: id.to_owned(),
            unit: Some("C62".to_owned()),
            gross_weight: quantity(weight, "KGM"),
            net_weight: quantity("500", "GRM"),
            volume: quantity("2.5", "LTR"),
            ..PriceProduct::default()
        });
    }
    catalog.rates = ["EUR", "JPY", "KWD"]
        .map(|to| ExchangeRate {
            from_currency: Currency::parse("USD").unwrap(),
            to_currency: Currency::parse(to).unwrap(),
            rate: dec(if to == "JPY" { "151.37" } else { "0.9137" }),
            per: None,
            valid_from: None,
        })
        .to_vec();
    // Pounds are known in dollars only, and from a date on at another rate.
    let pound = |rate, valid_from| ExchangeRate {
        from_currency: Currency::parse("GBP").unwrap(),
        to_currency: Currency::parse("USD").unwrap(),
        rate: dec(rate),
        per: None,
        valid_from,
    };
    catalog.rates.extend([pound("1.2713", None), pound("1.2901", date("2026-05-02"))]);
    catalog
}

/// A document of one to four items.
pub(super) fn document_of(random: &mut Choices<'_>, catalog: &PriceCatalog) -> PriceDocument {
    let mut document = empty_document(random.of(&["EUR", "JPY", "KWD"]));
    let has_document = |code: &str| {
        catalog.condition_types.iter().any(|of| of.code == code && of.header == Some(HeaderRule::Document))
    };
    for place in 0..=random.below(4) {
        let mut item = item(place, random.of(&["1", "2", "3", "12", "7.5", "0", "-4", "0.333"].map(dec)));
        item.product = Some(random.of(&["P1", "P2"]).to_owned());
        item.unit = Some(random.of(&["C62", "C62", "DZN"]).to_owned());
        if random.once_in(2) {
            item.fields.insert("family".to_owned(), FieldValue::Text(random.of(&["a", "b"]).to_owned()));
        }
        if random.once_in(2) {
            let region = random.of(&["r1", "r2", "r3", "south", "elsewhere"]);
            item.fields.insert("region".to_owned(), FieldValue::Text(region.to_owned()));
            let groups = random.of(&[r#"["g1","g2"]"#, r#"["g2"]"#, r#"["g1"]"#, "[]"]);
            item.fields.insert("groups".to_owned(), FieldValue::Json(groups.to_owned()));
        }
        item.pricing_date =
            random.maybe(3, |random| random.of(&["2026-04-30", "2026-05-02", "2026-06-01"]).parse().unwrap());
        item.is_alternative = random.once_in(8);
        if random.once_in(3) {
            let code = random.of(&["C1", "C3", "C5", "C7"]);
            let given = by_hand(code, random.percent());
            item.conditions.push(if random.once_in(4) { amount_of(given) } else { given });
        }
        document.items.push(item);
    }
    for code in ["C3", "C4", "C5"] {
        if random.once_in(4) {
            let mut given = by_hand(code, random.percent());
            if random.once_in(2) && !has_document(code) {
                given = amount_of(given);
            }
            given.currency = random.maybe(6, |_| Currency::parse("USD").unwrap());
            if has_document(code) {
                given.tax_percent = random.maybe(2, |_| dec("19"));
                given.tax_category = Some("S".to_owned());
            }
            document.conditions.push(given);
        }
    }
    document.prepaid = random.maybe(5, |random| random.figure(2));
    document
}

fn amount_of(given: ManualCondition) -> ManualCondition {
    ManualCondition { amount: given.rate, rate: None, ..given }
}
