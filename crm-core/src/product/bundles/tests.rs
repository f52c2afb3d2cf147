use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::value::{AllocationMethod, Decimal, ErrorCode, Id, Quantity, UnitFactor};

fn id(number: u32) -> Id {
    format!("01890000-0000-7000-8000-{number:012}").parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn component(product: u32, quantity: &str, position: i64) -> BundleComponent {
    BundleComponent {
        product: id(product),
        quantity: dec(quantity),
        position: Some(position),
        unit: None,
        group: None,
        is_optional: false,
        is_default: false,
        minimum: None,
        maximum: None,
        weight: None,
    }
}

fn bundle(product: u32, components: Vec<BundleComponent>) -> ProductBundle {
    ProductBundle { product: id(product), components, ..ProductBundle::default() }
}

fn catalogue(bundles: Vec<ProductBundle>) -> BundleCatalogue {
    let bundles = bundles.into_iter().map(|bundle| (bundle.product, bundle)).collect();
    BundleCatalogue { bundles, products: BTreeMap::new() }
}

fn choice(position: i64, quantity: &str) -> BundleChoice {
    BundleChoice { position, quantity: dec(quantity), bundle: None }
}

fn codes(error: &crate::value::Error) -> Vec<(ErrorCode, String)> {
    error.problems().iter().map(|problem| (problem.code, problem.field.clone().unwrap_or_default())).collect()
}

/// A press with one of two drives, a cabinet that the large drive requires, and a light curtain that it excludes.
fn press() -> ProductBundle {
    let drive = |product, position| BundleComponent {
        group: Some("drive".into()),
        is_optional: true,
        is_default: position == 20,
        ..component(product, "1", position)
    };
    let extra = |product, position| BundleComponent {
        is_optional: true,
        minimum: Some(dec("1")),
        maximum: Some(dec("4")),
        ..component(product, "1", position)
    };
    let constraint = |kind, other| BundleConstraint { product: id(3), kind, other: id(other) };
    ProductBundle {
        groups: vec![BundleGroup { name: "drive".into(), minimum: Some(1), maximum: Some(1) }],
        constraints: vec![constraint(BundleConstraintKind::Requires, 4), constraint(BundleConstraintKind::Excludes, 5)],
        ..bundle(9, vec![component(1, "1", 10), drive(2, 20), drive(3, 30), extra(4, 40), extra(5, 50)])
    }
}

fn positions(taken: &[TakenComponent]) -> Vec<i64> {
    taken.iter().filter_map(|taken| taken.component.position).collect()
}

#[test]
fn the_default_of_a_group_gives_way_to_what_is_chosen() {
    let press = press();
    assert_eq!(positions(&check_selection(&press, &[], true).unwrap()), [10, 20]);
    let large = [choice(30, "1"), choice(40, "2")];
    assert_eq!(positions(&check_selection(&press, &large, true).unwrap()), [10, 30, 40]);
    assert_eq!(positions(&check_selection(&press, &large, false).unwrap()), [10, 20], "choices of the outermost one");
    let none = check_selection(&press, &[choice(20, "0")], true).unwrap_err();
    assert_eq!(codes(&none), [(ErrorCode::OutOfRange, "groups[0]".into())]);
    let both = check_selection(&press, &[choice(20, "1"), choice(30, "1"), choice(40, "1")], true).unwrap_err();
    assert_eq!(codes(&both), [(ErrorCode::OutOfRange, "groups[0]".into())]);
}

#[test]
fn a_wrong_choice_is_refused_with_every_reason() {
    let wrong = [choice(30, "1"), choice(50, "5"), choice(60, "1"), choice(30, "1"), choice(10, "0")];
    let error = check_selection(&press(), &wrong, true).unwrap_err();
    let mut found = codes(&error);
    found.sort();
    let mut expected = vec![
        (ErrorCode::NotInPicklist, "choices[2].position".to_owned()),
        (ErrorCode::DuplicateKey, "choices[3].position".to_owned()),
        (ErrorCode::OutOfRange, "choices[4].quantity".to_owned()),
        (ErrorCode::OutOfRange, "choices[1].quantity".to_owned()),
        (ErrorCode::GuardNotMet, "constraints[0]".to_owned()),
        (ErrorCode::GuardNotMet, "constraints[1]".to_owned()),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn nested_bundles_explode_in_their_order_with_exact_quantities() {
    let line = bundle(20, vec![component(9, "2", 10), component(7, "0.125", 20)]);
    let known = catalogue(vec![line, press()]);
    let nested = [
        BundleChoice { bundle: Some(id(9)), ..choice(30, "1") },
        BundleChoice { bundle: Some(id(9)), ..choice(40, "3") },
    ];
    let lines = explode(&known, id(20), dec("3"), &nested).unwrap();
    let found: Vec<(Vec<i64>, String, bool)> =
        lines.iter().map(|line| (line.path.clone(), line.quantity.to_string(), line.is_bundle)).collect();
    assert_eq!(
        found,
        [
            (vec![10], "6".to_owned(), true),
            (vec![10, 10], "6".to_owned(), false),
            (vec![10, 30], "6".to_owned(), false),
            (vec![10, 40], "18".to_owned(), false),
            (vec![20], "0.375".to_owned(), false),
        ]
    );
    let astray = [BundleChoice { bundle: Some(id(77)), ..choice(30, "1") }];
    let error = explode(&known, id(20), dec("1"), &astray).unwrap_err();
    assert_eq!(codes(&error), [(ErrorCode::NotInPicklist, "choices[0].bundle".into())]);
    assert_eq!(explode(&known, id(7), dec("1"), &[]).unwrap_err().kind(), "not_found");
    assert_eq!(explode(&known, id(20), dec("0"), &[]).unwrap_err().code(), ErrorCode::OutOfRange);
}

#[test]
fn a_nested_bundle_in_another_unit_is_counted_in_its_unit_of_sale() {
    let boxes = BundleComponent { unit: Some("BX".into()), ..component(2, "2", 10) };
    let mut known = catalogue(vec![bundle(1, vec![boxes]), bundle(2, vec![component(3, "5", 10)])]);
    let missing = explode(&known, id(1), dec("1"), &[]).unwrap_err();
    assert_eq!(missing.code(), ErrorCode::UnitMismatch);
    let factor = UnitFactor::parse("1", "BX", "12", "H87").unwrap();
    let units = vec![crate::product::ProductUnit { factor, gtin: None }];
    let sold = crate::product::Product { unit: Some("H87".into()), units, ..Default::default() };
    known.products.insert(id(2), sold);
    let lines = explode(&known, id(1), dec("3"), &[]).unwrap();
    assert_eq!((lines[0].quantity, lines[0].unit.as_deref()), (dec("6"), Some("BX")));
    assert_eq!(lines[1].quantity, dec("360"));
    let table = crate::product::unit_table(&known.products[&id(2)]).unwrap();
    assert_eq!(table.convert_exact(&Quantity::parse("6", "BX").unwrap(), "H87").unwrap().amount, dec("72"));
}

#[test]
fn a_circle_and_a_tower_too_high_are_refused() {
    let circle = catalogue(vec![
        bundle(1, vec![component(2, "1", 10)]),
        bundle(2, vec![component(3, "1", 10)]),
        bundle(3, vec![component(2, "1", 10)]),
    ]);
    let error = explode(&circle, id(1), dec("1"), &[]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Cycle);
    assert_eq!(error.problems()[0].data["cycle"], format!("{} > {} > {}", id(2), id(3), id(2)));
    let tower = |height: u32| {
        let bundles = (1..=height).map(|floor| bundle(floor, vec![component(floor + 1, "1", 10)]));
        explode(&catalogue(bundles.collect()), id(1), dec("1"), &[]).map(|lines| lines.len())
    };
    assert_eq!(tower(16).unwrap(), 16);
    assert_eq!(tower(17).unwrap_err().code(), ErrorCode::TooMany);
    let wide = |product: u32| bundle(product, (1..=50).map(|p| component(product + 1, "1", p)).collect());
    let wide = catalogue(vec![wide(1), wide(2), wide(3)]);
    assert_eq!(explode(&wide, id(1), dec("1"), &[]).unwrap_err().code(), ErrorCode::TooMany);
}

#[test]
fn a_missing_price_names_its_product() {
    let set = bundle(9, vec![component(1, "1", 10), component(2, "1", 20)]);
    let taken = check_selection(&set, &[], true).unwrap();
    let prices = BTreeMap::from([(id(1), dec("5"))]);
    let error = share_price(&set, &taken, &prices, Some(dec("9")), 2).unwrap_err();
    assert_eq!(
        (error.code(), error.problems()[0].data["product"].as_str()),
        (ErrorCode::Required, &*id(2).to_string())
    );
    let prices = BTreeMap::from([(id(1), dec("5")), (id(2), dec("1"))]);
    let error = share_price(&set, &taken, &prices, None, 2).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::Required, Some("whole")));
    let by_part = ProductBundle { pricing: Some(BundlePricing::Components), ..set };
    assert_eq!(share_price(&by_part, &taken, &prices, None, 2).unwrap().total, dec("6"));
}

/// Bundles of which each holds only later ones: no circle.
fn any_bundles() -> impl Strategy<Value = Vec<ProductBundle>> {
    let one = prop::collection::vec((1_u32..4, 1_i64..2_000_000, 0_u32..4), 1..4);
    prop::collection::vec(one, 1..5).prop_map(|all| {
        let of = |(place, parts): (usize, Vec<(u32, i64, u32)>)| {
            let number = u32::try_from(place).unwrap() + 1;
            let parts = parts.into_iter().enumerate().map(|(at, (step, mantissa, scale))| {
                let quantity = Decimal::new(mantissa.into(), scale).unwrap().to_string();
                component(number + step, &quantity, i64::try_from(at).unwrap() * 10 + 10)
            });
            bundle(number, parts.collect())
        };
        all.into_iter().enumerate().map(of).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    /// Explosion is linear: of `a + b` bundles as much is delivered as of `a` and of `b`; and every line is the product
    /// of the quantities on its path.
    #[test]
    fn an_explosion_is_linear_and_exact(bundles in any_bundles(), a in 1_i64..1_000, b in 1_i64..1_000) {
        let known = catalogue(bundles);
        let of = |quantity: i64| explode(&known, id(1), Decimal::from(quantity), &[]).unwrap();
        let (one, first, second, both) = (of(1), of(a), of(b), of(a + b));
        prop_assert_eq!(one.len(), both.len());
        for (((one, first), second), both) in one.iter().zip(&first).zip(&second).zip(&both) {
            prop_assert_eq!(first.quantity.checked_add(second.quantity).unwrap(), both.quantity);
            prop_assert_eq!(one.quantity.checked_mul(Decimal::from(a)).unwrap(), first.quantity);
            let (mut at, mut product) = (id(1), Decimal::ONE);
            for position in &one.path {
                let parts = &known.bundles[&at].components;
                let part = parts.iter().find(|part| part.position == Some(*position)).unwrap();
                product = product.checked_mul(part.quantity).unwrap();
                at = part.product;
            }
            prop_assert_eq!((at, product), (one.product, one.quantity));
        }
    }

    /// The shares sum to the price of the bundle to the cent, whatever the method and the sign.
    #[test]
    fn the_shares_of_a_price_sum_to_it(
        total in -1_000_000_000_i64..1_000_000_000,
        parts in prop::collection::vec((1_i64..100_000, 1_i64..1_000, prop::option::of(1_i64..50)), 1..12),
        method in prop::sample::select(AllocationMethod::ALL),
        by_component in any::<bool>(),
    ) {
        let components = parts.iter().enumerate().map(|(at, (_, quantity, weight))| BundleComponent {
            weight: weight.map(Decimal::from),
            ..component(u32::try_from(at).unwrap() + 1, &Decimal::new((*quantity).into(), 2).unwrap().to_string(), 1 + i64::try_from(at).unwrap())
        });
        let pricing = if by_component { BundlePricing::Components } else { BundlePricing::Whole };
        let set = ProductBundle { pricing: Some(pricing), distribution: Some(method), ..bundle(99, components.collect()) };
        let prices = parts.iter().zip(&set.components).map(|((price, ..), part)| (part.product, Decimal::new((*price).into(), 3).unwrap()));
        let taken = check_selection(&set, &[], true).unwrap();
        let total = Decimal::new(total.into(), 2).unwrap();
        let price = share_price(&set, &taken, &prices.collect(), Some(total), 2).unwrap();
        let sum = price.shares.iter().fold(Decimal::ZERO, |sum, share| sum.checked_add(*share).unwrap());
        prop_assert_eq!(sum, price.total);
        prop_assert_eq!(price.shares.len(), parts.len());
        prop_assert!(price.shares.iter().all(|share| share.scale() <= 2));
        prop_assert!(by_component || price.total == total);
    }

    /// What is taken keeps every constraint and every limit of every group, or is refused.
    #[test]
    fn a_selection_keeps_what_the_bundle_says(quantities in prop::collection::vec(prop::option::of(0_i64..6), 5)) {
        let press = press();
        let choices: Vec<BundleChoice> = quantities.iter().enumerate()
            .filter_map(|(at, quantity)| quantity.map(|q| choice(i64::try_from(at).unwrap() * 10 + 10, &q.to_string())))
            .collect();
        let Ok(taken) = check_selection(&press, &choices, true) else { return Ok(()) };
        let found = positions(&taken);
        let has = |position: i64| found.contains(&position);
        prop_assert!(has(10) && has(20) != has(30));
        prop_assert!(!has(30) || has(40) && !has(50));
        for choice in &choices {
            let there = taken.iter().find(|taken| taken.component.position == Some(choice.position));
            prop_assert_eq!(there.map_or(Decimal::ZERO, |taken| taken.quantity), choice.quantity);
            prop_assert!(choice.position < 40 || choice.quantity <= Decimal::from(4));
        }
    }
}
