//! What holds for every price, whatever the catalogue and the document.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::random::*;
use super::*;
use crate::value::{AllocationMethod, Decimal, FieldValue, Rounding};

/// How many cases are tried: as many as `CRM_CASES` says, 100,000 where the code is optimized, and fewer otherwise.
fn config(plain: u32) -> ProptestConfig {
    let asked = std::env::var("CRM_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(if cfg!(debug_assertions) { plain } else { 100_000 }),
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn case(bytes: &[u8]) -> (PriceCatalog, PriceDocument) {
    let mut random = Choices(bytes.iter());
    let catalog = catalog_of(&mut random);
    let document = document_of(&mut random, &catalog);
    (catalog, document)
}

fn sum<'a>(figures: impl Iterator<Item = &'a Decimal>) -> Decimal {
    figures.fold(Decimal::ZERO, |sum, figure| sum.checked_add(*figure).unwrap())
}

fn text(result: &PriceResult) -> String {
    crate::value::json::to_canonical(result).unwrap()
}

/// Two results are the same to the byte; if not, the rows that differ are told.
fn same(one: &PriceResult, other: &PriceResult) -> std::result::Result<(), TestCaseError> {
    for (one, other) in one.items.iter().zip(&other.items) {
        for (one, other) in one.rows.iter().zip(&other.rows) {
            prop_assert!(one == other, "{}\n{}", in_short(one), in_short(other));
        }
        prop_assert!(one == other, "{}\n{}", in_short(one), in_short(other));
    }
    prop_assert_eq!(text(one), text(other));
    Ok(())
}

fn in_short(what: &impl serde::Serialize) -> String {
    crate::value::json::to_canonical(what).unwrap()
}

fn has_limits(catalog: &PriceCatalog) -> bool {
    catalog.records.iter().any(|record| record.limit.is_some())
        || catalog.condition_types.iter().any(|of| of.scale.as_ref().is_some_and(|scale| scale.cumulative))
}

/// Every record that was taken has a row, and every row of a record was taken; every access of a step that was searched has an
/// outcome that its candidates bear out.
fn check_trace(item: &PricedItem) -> std::result::Result<(), TestCaseError> {
    let mut taken = HashSet::new();
    for access in &item.accesses {
        let found = access.candidates.iter().filter(|known| known.outcome == CandidateOutcome::Taken);
        let records: Vec<_> = found.map(|known| (access.step, known.record.as_str())).collect();
        prop_assert_eq!(access.outcome == AccessOutcome::Found, !records.is_empty(), "{:?}", access);
        taken.extend(records);
    }
    let rows: HashSet<_> = item.rows.iter().filter_map(|row| Some((row.step, row.record.as_deref()?))).collect();
    prop_assert_eq!(rows, taken);
    Ok(())
}

#[test]
fn random_documents_are_worth_pricing() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut priced, mut kinds) = (0, HashSet::new());
    for _ in 0..300 {
        let bytes = choices().new_tree(&mut runner).unwrap().current();
        let (catalog, document) = case(&bytes);
        match Pricer::new(&catalog).unwrap().price(&document) {
            Ok(result) => {
                priced += 1;
                let rows = result.items.iter().flat_map(|item| &item.rows);
                kinds.extend(rows.map(|row| format!("{:?} {:?}", row.origin, row.calculation)));
            }
            Err(error) => assert_ne!(error.code(), crate::value::ErrorCode::PrecisionExceeded, "{error}"),
        }
    }
    assert!(priced > 200 && kinds.len() > 25, "{priced} {kinds:?}");
}

proptest! {
    #![proptest_config(config(2_000))]

    /// Invariants 1, 3, 9, 12 and 15: the figures follow from the trace, and come out the same again.
    #[test]
    fn every_figure_follows_from_the_trace(bytes in choices()) {
        let (catalog, document) = case(&bytes);
        let pricer = Pricer::new(&catalog).unwrap();
        let Ok(result) = pricer.price(&document) else { return Ok(()) };
        let found = audit(&result).unwrap();
        prop_assert!(found.is_empty(), "{:#?}", found);
        for item in &result.items {
            check_trace(item)?;
            let counts = |row: &&PriceRow| row.inactive.is_none() && !row.is_statistical
                && row.origin != RowOrigin::Subtotal && row.kind != Some(ConditionKind::Tax);
            let rows = sum(item.rows.iter().filter(counts).map(|row| &row.value));
            let net = if result.policies.prices_include_tax { item.net.checked_add(item.tax).unwrap() } else { item.net };
            prop_assert_eq!(rows, net);
            if let (Some(with_tax), false) = (item.subtotals.get("with_tax"), item.is_alternative) {
                // A tax with more digits of its own is told with those of the procedure.
                let digits = u32::try_from(result.policies.decimals.unwrap()).unwrap();
                let whole = net.checked_add(item.tax).unwrap().round(digits, result.policies.rounding.unwrap());
                prop_assert_eq!(*with_tax, whole);
            }
        }
        same(&pricer.price(&document).unwrap(), &result)?;
    }
}

proptest! {
    #![proptest_config(config(800))]

    /// Invariants 4 and 10: what is kept comes out the same; neither the trace nor an alternative changes a figure.
    #[test]
    fn what_does_not_count_changes_nothing(bytes in choices()) {
        let (catalog, document) = case(&bytes);
        let pricer = Pricer::new(&catalog).unwrap();
        let Ok(result) = pricer.price(&document) else { return Ok(()) };
        let reprice = Some(Reprice { mode: RepriceMode::Keep, previous: result.clone() });
        let again = pricer.price(&PriceDocument { reprice, ..document.clone() }).unwrap();
        same(&again, &result)?;
        let untraced = pricer.price(&PriceDocument { trace: Some(false), ..document.clone() }).unwrap();
        let mut plain = result.clone();
        plain.items.iter_mut().for_each(|item| item.accesses.clear());
        same(&untraced, &plain)?;
        let mut without = document.clone();
        without.items.retain(|item| !item.is_alternative);
        plain = result.clone();
        plain.items.retain(|item| !item.is_alternative);
        same(&pricer.price(&without).unwrap(), &plain)?;
    }

    /// Invariant 11: the order of items matters only where limits and ties look at it.
    #[test]
    fn the_order_of_items_does_not_matter(bytes in choices()) {
        let (mut catalog, mut document) = case(&bytes);
        if has_limits(&catalog) { return Ok(()) }
        catalog.procedures[0].policies.as_mut().unwrap().tax_rounding = Some(TaxRounding::PerItem);
        for of in &mut catalog.condition_types {
            of.group = of.group.take().filter(|_| catalog.procedures[0].policies.unwrap().value_mode == Some(ValueMode::ByItem));
            of.distribution = None;
        }
        document.conditions.retain(|given| given.amount.is_none() && !catalog.condition_types.iter()
            .any(|of| of.code == given.condition_type && of.calculation == Calculation::Fixed && of.header.is_none()));
        let pricer = Pricer::new(&catalog).unwrap();
        let Ok(mut result) = pricer.price(&document) else { return Ok(()) };
        document.items.reverse();
        let mut turned = pricer.price(&document).unwrap();
        result.items.sort_by(|one, next| one.id.cmp(&next.id));
        turned.items.sort_by(|one, next| one.id.cmp(&next.id));
        same(&turned, &result)?;
    }
}

fn price_of(catalog: &PriceCatalog, document: &PriceDocument) -> PriceResult {
    Pricer::new(catalog).unwrap().price(document).unwrap()
}

fn quantity_price(random: &mut Choices<'_>, scale: Option<ScaleRule>, levels: Vec<ScaleLevel>) -> PriceCatalog {
    let mut catalog = base_catalog();
    let mut of = condition_type("PR", ConditionKind::Price, Calculation::Quantity);
    of.access_sequence = Some("NEAR".to_owned());
    of.scale = scale;
    catalog.condition_types.push(of);
    catalog.records.push(ConditionRecord {
        id: "r".to_owned(),
        condition_type: "PR".to_owned(),
        table: "ALL".to_owned(),
        rate: levels.is_empty().then(|| random.figure(3)),
        scale: levels,
        ..ConditionRecord::default()
    });
    let policies = PricingPolicies { decimals: Some(10), rounding: Some(Rounding::Down), ..PricingPolicies::default() };
    catalog.procedures.push(procedure(vec![step(10, "PR")], policies));
    catalog
}

fn net_of(pricer: &Pricer, quantity: Decimal, unit: &str) -> Decimal {
    let mut document = empty_document("EUR");
    document.items.push(PriceItem { unit: Some(unit.to_owned()), ..item(1, quantity) });
    pricer.price(&document).unwrap().net
}

proptest! {
    #![proptest_config(config(1_500))]

    /// Invariants 1 and 2: shares of an amount of the head sum to it, by every method and with weights of both signs, and turn
    /// their sign with it.
    #[test]
    fn an_amount_of_the_head_is_shared_out_whole(
        rate in -100_000_i128..100_000, weights in prop::collection::vec(-9_999_i128..10_000, 1..6),
        method in prop::sample::select(AllocationMethod::ALL), currency in prop::sample::select(&["EUR", "JPY", "KWD"][..]),
    ) {
        let mut catalog = base_catalog();
        catalog.condition_types.push(condition_type("PR", ConditionKind::Price, Calculation::Quantity));
        catalog.condition_types.push(condition_type("HD", ConditionKind::Surcharge, Calculation::Fixed));
        let policies = PricingPolicies { distribution: Some(method), allow_negative_net: true, ..PricingPolicies::default() };
        catalog.procedures.push(procedure(vec![step(10, "PR"), step(20, "HD")], policies));
        let pricer = Pricer::new(&catalog).unwrap();
        let shares = |rate: i128| {
            let mut document = empty_document(currency);
            document.conditions.push(by_hand("HD", Decimal::new(rate, 2).unwrap()));
            for (place, weight) in weights.iter().enumerate() {
                let mut item = item(place, Decimal::ONE);
                item.conditions.push(by_hand("PR", Decimal::new(*weight, 1).unwrap()));
                document.items.push(item);
            }
            let result = pricer.price(&document).ok()?;
            let of = |item: &PricedItem| item.rows.iter().find(|row| row.step == 20).unwrap().value;
            Some((result.policies.decimals.unwrap(), result.items.iter().map(of).collect::<Vec<_>>()))
        };
        let Some((decimals, given)) = shares(rate) else { return Ok(()) };
        let whole = Decimal::new(rate, 2).unwrap().round(u32::try_from(decimals).unwrap(), Rounding::HalfUp);
        prop_assert_eq!(sum(given.iter()), whole);
        let turned: Vec<Decimal> = given.iter().map(|share| share.negated()).collect();
        prop_assert_eq!(shares(-rate).unwrap().1, turned);
    }

    /// Invariant 5: a graduated total is continuous and never falls, and one level is no scale at all.
    #[test]
    fn a_graduated_total_is_continuous_and_never_falls(
        bytes in choices(), from in 0_i128..60_000, by in 1_i128..5, begins in any::<bool>(),
    ) {
        let mut random = Choices(bytes.iter());
        let rule = ScaleRule { base: ScaleBase::Quantity, kind: ScaleKind::Graduated, unit: None, field: None, cumulative: false };
        let mut levels: Vec<ScaleLevel> = levels(&mut random, ScaleKind::Graduated);
        for level in &mut levels {
            level.flat = None;
        }
        levels.last_mut().unwrap().upper = None;
        if begins {
            levels[0].lower = Some(Decimal::ONE);
        }
        let pricer = Pricer::new(&quantity_price(&mut random, Some(rule), levels.clone())).unwrap();
        let quantity = |thousandths: i128| Decimal::new(thousandths, 3).unwrap();
        let low = net_of(&pricer, quantity(from), "C62");
        let high = net_of(&pricer, quantity(from + by), "C62");
        let rate = levels.iter().map(|level| level.rate).max().unwrap();
        let most = rate.checked_mul(quantity(by)).unwrap();
        prop_assert!(low <= high && high.checked_sub(low).unwrap() <= most, "{} {} {}", low, high, most);
        let one = vec![ScaleLevel { lower: None, upper: None, ..levels[0] }];
        let single = Pricer::new(&quantity_price(&mut random, Some(ScaleRule { base: ScaleBase::Quantity, kind: ScaleKind::Graduated, unit: None, field: None, cumulative: false }), one)).unwrap();
        prop_assert_eq!(net_of(&single, quantity(from), "C62"), quantity(from).checked_mul(levels[0].rate).unwrap());
    }

    /// Invariant 6: one dozen or twelve pieces.
    #[test]
    fn the_unit_of_an_item_does_not_change_its_value(bytes in choices(), pieces in -9_999_i128..10_000) {
        let mut random = Choices(bytes.iter());
        let rule = random.maybe(2, |random| ScaleRule {
            base: ScaleBase::Quantity, kind: random.of(ScaleKind::ALL), unit: Some("C62".to_owned()), field: None, cumulative: false,
        });
        let levels = rule.as_ref().map(|rule| levels(&mut random, rule.kind)).unwrap_or_default();
        let mut catalog = quantity_price(&mut random, rule, levels);
        catalog.records[0].unit = Some(random.of(&["C62", "DZN"]).to_owned());
        catalog.procedures[0].policies.as_mut().unwrap().allow_negative_net = true;
        let pricer = Pricer::new(&catalog).unwrap();
        let dozens = Decimal::new(pieces, 2).unwrap();
        prop_assert_eq!(net_of(&pricer, dozens, "DZN"), net_of(&pricer, dozens.checked_mul(dec("12")).unwrap(), "C62"));
    }

    /// Invariant 8: a record of a later access changes nothing if an exclusive access before has one.
    #[test]
    fn a_record_of_a_later_access_changes_nothing(bytes in choices()) {
        let mut random = Choices(bytes.iter());
        let mut catalog = quantity_price(&mut random, None, Vec::new());
        let far = catalog.records[0].clone();
        let near = [("PRODUCT", "product", "P1"), ("FAMILY", "family", "a")];
        let (table, field, value) = random.of(&near);
        catalog.records[0].table = table.to_owned();
        catalog.records[0].key.insert(field.to_owned(), value.to_owned());
        let mut document = empty_document("EUR");
        document.fields.insert("family".to_owned(), FieldValue::Text("a".to_owned()));
        document.items.push(item(1, random.figure(2)));
        document.trace = Some(false);
        let before = Pricer::new(&catalog).unwrap().price(&document).unwrap();
        catalog.records.push(ConditionRecord { id: "far".to_owned(), rate: Some(random.figure(3)), ..far });
        let after = Pricer::new(&catalog).unwrap().price(&document).unwrap();
        same(&after, &before)?;
    }

    /// Invariant 7: of discounts that exclude each other and have one base, the buyer gets the best, and one more never raises the
    /// price.
    #[test]
    fn the_best_of_discounts_is_the_best_for_the_buyer(bytes in choices(), rates in prop::collection::vec((0_i128..1_000, 0_usize..4), 1..5)) {
        let mut random = Choices(bytes.iter());
        let calculations = [Calculation::Percent, Calculation::Fixed, Calculation::Quantity, Calculation::PerMille];
        let mut catalog = base_catalog();
        catalog.condition_types.push(condition_type("PR", ConditionKind::Price, Calculation::Quantity));
        let mut steps = vec![step(1, "PR")];
        let code = |place: usize| format!("D{place}");
        for (place, (_, calculation)) in rates.iter().enumerate() {
            catalog.condition_types.push(condition_type(&code(place), ConditionKind::Discount, calculations[*calculation]));
            steps.push(PricingStep { base_from: Some(1), ..step(i64::try_from(place).unwrap() + 2, &code(place)) });
        }
        let policies = PricingPolicies { allow_negative_net: true, value_mode: Some(random.of(ValueMode::ALL)), ..PricingPolicies::default() };
        catalog.procedures.push(procedure(steps, policies));
        catalog.procedures[0].exclusions.push(ConditionExclusion {
            method: ExclusionMethod::BestType, first: (0..rates.len()).map(code).collect(), second: Vec::new(),
        });
        let pricer = Pricer::new(&catalog).unwrap();
        let (price, quantity) = (random.figure(2), Decimal::from(1 + i64::try_from(random.below(20)).unwrap()));
        let net = |places: &mut dyn Iterator<Item = usize>| {
            let mut document = empty_document("EUR");
            let mut item = item(1, quantity);
            item.conditions.push(by_hand("PR", price));
            item.conditions.extend(places.map(|place| by_hand(&code(place), Decimal::new(rates[place].0, 1).unwrap())));
            document.items.push(item);
            pricer.price(&document).unwrap().net
        };
        let best = net(&mut (0..rates.len()));
        for place in 0..rates.len() {
            prop_assert!(best <= net(&mut std::iter::once(place)));
            prop_assert!(best <= net(&mut (0..rates.len()).filter(|other| *other != place)));
        }
    }

    /// What an exclusion compares are the values that a procedure without it gives; the result is that of a procedure in which what
    /// lost was never given.
    #[test]
    fn an_exclusion_compares_what_stands_in_the_procedure(rates in prop::collection::vec(0_i128..400, 3), price in 0_i128..99_999, method in 0_usize..4) {
        let method = [ExclusionMethod::BestType, ExclusionMethod::WorstType, ExclusionMethod::BestGroup, ExclusionMethod::WorstGroup][method];
        let mut catalog = base_catalog();
        catalog.condition_types.push(condition_type("PR", ConditionKind::Price, Calculation::Quantity));
        let codes = ["D0", "D1", "D2"];
        for code in codes {
            catalog.condition_types.push(condition_type(code, ConditionKind::Discount, Calculation::Percent));
        }
        let steps = (1_i64..).zip(["PR", "D0", "D1", "D2"]).map(|(number, code)| step(number, code)).collect();
        catalog.procedures.push(procedure(steps, PricingPolicies { allow_negative_net: true, ..PricingPolicies::default() }));
        let result = |catalog: &PriceCatalog, given: &[usize]| {
            let mut document = empty_document("EUR");
            let mut item = item(1, Decimal::ONE);
            item.conditions.push(by_hand("PR", Decimal::new(price, 2).unwrap()));
            item.conditions.extend(given.iter().map(|place| by_hand(codes[*place], Decimal::new(rates[*place], 1).unwrap())));
            document.items.push(item);
            price_of(catalog, &document)
        };
        let all = result(&catalog, &[0, 1, 2]);
        let value = |place: usize| all.items[0].rows[place + 1].value;
        let is_type = matches!(method, ExclusionMethod::BestType | ExclusionMethod::WorstType);
        let pair = value(0).checked_add(value(1)).unwrap();
        let mut sides: Vec<(Decimal, Vec<usize>)> = if is_type {
            (0..3).map(|place| (value(place), vec![place])).collect()
        } else {
            vec![(pair, vec![0, 1]), (value(2), vec![2])]
        };
        if matches!(method, ExclusionMethod::BestType | ExclusionMethod::BestGroup) {
            sides.sort_by_key(|(value, _)| *value);
        } else {
            sides.sort_by_key(|(value, _)| value.negated());
        }
        let names = |places: &[usize]| places.iter().map(|place| codes[*place].to_owned()).collect::<Vec<_>>();
        catalog.procedures[0].exclusions.push(if is_type {
            ConditionExclusion { method, first: names(&[0, 1, 2]), second: Vec::new() }
        } else {
            ConditionExclusion { method, first: names(&[0, 1]), second: names(&[2]) }
        });
        let (decided, alone) = (result(&catalog, &[0, 1, 2]), result(&catalog, &sides[0].1));
        prop_assert_eq!(decided.net, alone.net);
    }

    /// Invariant 5: a line that is split in two leaves the level of a group as it was.
    #[test]
    fn a_line_split_in_two_has_the_level_it_had(bytes in choices(), parts in prop::collection::vec(1_i128..30_000, 2..5)) {
        let mut random = Choices(bytes.iter());
        let mut catalog = base_catalog();
        catalog.condition_types.push(condition_type("PR", ConditionKind::Price, Calculation::Quantity));
        let mut of = condition_type("G", ConditionKind::Discount, Calculation::Percent);
        of.access_sequence = Some("ALL".to_owned());
        of.scale = Some(ScaleRule {
            base: random.of(&[ScaleBase::Quantity, ScaleBase::Value, ScaleBase::GrossWeight]),
            kind: ScaleKind::From, unit: None, field: None, cumulative: false,
        });
        of.group = Some(ConditionGroup { by: random.of(&[ConditionGroupBy::Document, ConditionGroupBy::Record]), field: None });
        catalog.condition_types.push(of);
        catalog.records.push(ConditionRecord {
            id: "g".to_owned(), condition_type: "G".to_owned(), table: "ALL".to_owned(),
            scale: levels(&mut random, ScaleKind::From), ..ConditionRecord::default()
        });
        let policies = PricingPolicies { decimals: Some(9), allow_negative_net: true, ..PricingPolicies::default() };
        catalog.procedures.push(procedure(vec![step(10, "PR"), step(20, "G")], policies));
        let pricer = Pricer::new(&catalog).unwrap();
        let price = random.figure(2);
        let discount = |quantities: &[i128]| {
            let mut document = empty_document("EUR");
            for (place, quantity) in quantities.iter().enumerate() {
                let mut item = item(place, Decimal::new(*quantity, 3).unwrap());
                item.conditions.push(by_hand("PR", price));
                document.items.push(item);
            }
            let result = pricer.price(&document).unwrap();
            let rows: Vec<PriceRow> = result.items.iter().filter_map(|item| item.rows.iter().find(|row| row.step == 20)).cloned().collect();
            let values = sum(rows.iter().map(|row| &row.value));
            let flats = sum(rows.iter().filter_map(|row| row.flat.as_ref()));
            (rows.iter().map(|row| (row.rate, row.scale_base)).collect::<HashSet<_>>(), values.checked_sub(flats).unwrap())
        };
        prop_assert_eq!(discount(&parts), discount(&[parts.iter().sum()]));
    }
}
