use proptest::prelude::*;

use super::*;
use crate::quote::{
    MaterialDirection, MaterialField, QuoteChange, QuoteChangeKind, QuoteDiff, QuotePolicy, diff_quotes, is_material,
    needs_new_approval,
};
use crate::value::json;

fn at(position: i64, line: QuoteLine) -> QuoteLine {
    QuoteLine { position: Some(position), ..line }
}

fn id(number: u32) -> Id {
    format!("01890000-0000-7000-8000-{number:012}").parse().unwrap()
}

fn of(lines: Vec<QuoteLine>) -> Quote {
    Quote { currency: Some(currency("CNY")), ..quote(lines) }
}

/// Path, kind and values of each difference.
fn told(diff: &QuoteDiff) -> Vec<String> {
    let one = |change: &QuoteChange| {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
        format!("{} {} {} {}", change.path, change.kind, text(&change.earlier), text(&change.later))
    };
    diff.changes.iter().map(one).collect()
}

fn diff(earlier: &Quote, later: &Quote) -> QuoteDiff {
    diff_quotes(earlier, later, &QuotePolicy::standard()).unwrap()
}

fn policy(fields: &[(&str, MaterialDirection)]) -> QuotePolicy {
    let of = |(path, direction): &(&str, _)| MaterialField { path: (*path).into(), direction: Some(*direction) };
    QuotePolicy { name: "p".into(), material_fields: fields.iter().map(of).collect(), ..QuotePolicy::default() }
}

#[test]
fn fields_and_lines_are_told_one_by_one() {
    let earlier = Quote {
        valid_until: Some(date("2026-03-31")),
        ..of(vec![at(10, line("1", "5", "0")), at(20, line("2", "7", "0")), at(30, line("1", "1", "0"))])
    };
    let changed = QuoteLine { discount_percent: None, ..at(20, line("3", "7", "0")) };
    let mut later = Quote { name: "Pumps".into(), valid_until: None, ..of(vec![at(10, line("1", "5", "0")), changed]) };
    later.custom.insert("x_project".into(), "east".into());
    let found = diff(&earlier, &later);
    let gone = json::to_canonical(&earlier.lines[2]).unwrap();
    let expected = [
        "name changed \"Valves\" \"Pumps\"".to_owned(),
        "valid_until removed \"2026-03-31\" -".to_owned(),
        "x_project added - \"east\"".to_owned(),
        "lines[20].discount_percent removed \"0\" -".to_owned(),
        "lines[20].quantity changed \"2\" \"3\"".to_owned(),
        format!("lines[30] removed {gone} -"),
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn a_line_is_found_by_its_position_and_then_by_its_product() {
    let of_product = |position, number| at(position, QuoteLine { product: Some(id(number)), ..line("1", "5", "0") });
    let earlier = of(vec![of_product(10, 1), of_product(20, 2), at(40, line("1", "1", "0"))]);
    let later = of(vec![of_product(10, 3), of_product(30, 2), at(50, line("1", "1", "0"))]);
    let found = diff(&earlier, &later);
    let paths: Vec<_> = found.changes.iter().map(|change| (change.path.as_str(), change.kind)).collect();
    let expected = [
        ("lines[10].product", QuoteChangeKind::Changed),
        ("lines[20].position", QuoteChangeKind::Changed),
        ("lines[40]", QuoteChangeKind::Removed),
        ("lines[50]", QuoteChangeKind::Added),
    ];
    assert_eq!(paths, expected, "written lines have no product by which they are known");
}

#[test]
fn the_money_is_told_before_and_after() {
    for (_folder, admin) in sessions() {
        let first = sent(&admin, vec![line("10", "100", "0"), line("1", "50", "0")]);
        let second = admin.quotes().revise(first.id, first.version).unwrap();
        let mut lines = second.lines.clone();
        lines[0].unit_price = Some(decimal("97.5"));
        let second = admin.quotes().update_quote(&Quote { lines, ..second }).unwrap();
        let found = admin.quotes().diff(first.id, second.id, None).unwrap();
        let totals = (found.earlier_total, found.later_total, found.total_difference);
        assert_eq!(totals, (Some(decimal("1050")), Some(decimal("1025")), Some(decimal("-25"))));
        let paths: Vec<_> = found.changes.iter().map(|change| change.path.as_str()).collect();
        let expected = ["subtotal", "total", "lines[10].gross_amount", "lines[10].net_amount", "lines[10].unit_price"];
        assert_eq!(paths, expected);
        let material: Vec<_> =
            found.changes.iter().filter(|change| change.is_worse).map(|change| &change.path).collect();
        assert_eq!(material, ["total", "lines[10].unit_price"]);
        assert!(found.is_material && found.needs_new_approval);
        let back = admin.quotes().diff(second.id, first.id, None).unwrap();
        assert!(back.is_material && !back.needs_new_approval, "the price rose");
        let missing = admin.quotes().diff(first.id, admin.new_id(), None).unwrap_err();
        assert_eq!(missing.kind(), "not_found");
    }
}

#[test]
fn a_new_approval_is_asked_exactly_if_a_material_field_got_worse() {
    use MaterialDirection::{Any, Higher, Lower};
    // What changes: path, earlier and later; then for no declaration, any, lower and higher whether it is asked.
    type Case = (&'static str, fn(&mut Quote), fn(&mut Quote), [bool; 4]);
    let nothing: fn(&mut Quote) = |_| {};
    let cases: [Case; 14] = [
        ("lines[*].unit_price", nothing, |q| q.lines[0].unit_price = Some(4.into()), [false, true, true, false]),
        ("lines[*].unit_price", nothing, |q| q.lines[0].unit_price = Some(6.into()), [false, true, false, true]),
        ("lines[*].unit_price", nothing, nothing, [false, false, false, false]),
        (
            "lines[*].discount_percent",
            nothing,
            |q| q.lines[0].discount_percent = Some(2.into()),
            [false, true, false, true],
        ),
        ("lines[*].discount_percent", nothing, |q| q.lines[0].discount_percent = None, [false, true, true, false]),
        ("lines[*].discount_percent", |q| q.lines[0].discount_percent = None, nothing, [false, true, false, true]),
        ("lines[*].per_quantity", nothing, |q| q.lines[0].per_quantity = Some(2.into()), [false, true, false, true]),
        ("valid_until", nothing, |q| q.valid_until = Some(date("2026-05-01")), [false, true, false, true]),
        ("valid_until", nothing, |q| q.valid_until = Some(date("2026-03-01")), [false, true, true, false]),
        ("valid_until", nothing, |q| q.valid_until = None, [false, true, false, true]),
        ("valid_until", |q| q.valid_until = None, nothing, [false, true, true, false]),
        ("name", nothing, |q| q.name = "x".into(), [false, true, true, true]),
        ("lines[*]", nothing, |q| q.lines.truncate(0), [false, true, true, true]),
        ("lines[*].unit", nothing, |q| q.lines[0].unit = Some("kg".into()), [false, true, true, true]),
    ];
    let base = Quote { valid_until: Some(date("2026-04-01")), ..of(vec![at(10, line("1", "5", "1"))]) };
    for (number, (path, earlier, later, expected)) in cases.iter().enumerate() {
        let (mut before, mut after) = (base.clone(), base.clone());
        earlier(&mut before);
        later(&mut after);
        let changed = before != after;
        let policies =
            [policy(&[("currency", Any)]), policy(&[(path, Any)]), policy(&[(path, Lower)]), policy(&[(path, Higher)])];
        for (policy, expected) in policies.iter().zip(expected) {
            let found = diff_quotes(&before, &after, policy).unwrap();
            assert_eq!(found.needs_new_approval, *expected, "{number}: {path} by {:?}", policy.material_fields);
            let is_named = policy.material_fields[0].path == *path;
            assert_eq!(found.is_material, changed && is_named, "{number}: {path}");
            assert_eq!(is_material(&found.changes), found.is_material);
            assert_eq!(needs_new_approval(&found.changes), found.needs_new_approval);
        }
    }
}

#[test]
fn the_default_policy_of_the_tenant_decides_and_one_is_the_default() {
    for (_folder, admin) in sessions() {
        let quotes = admin.quotes();
        let first = quotes.create_quote(&quote(vec![line("1", "5", "0")])).unwrap();
        let second = quotes.create_quote(&Quote { name: "Pumps".into(), ..quote(vec![line("1", "4", "0")]) }).unwrap();
        let asked = |policy| {
            let found = quotes.diff(first.id, second.id, policy).unwrap();
            let material = found.changes.iter().filter(|change| change.is_material).map(|change| change.path.clone());
            (material.collect::<Vec<_>>().join(" "), found.policy)
        };
        assert_eq!(asked(None), ("total lines[10].unit_price".into(), None), "the standard one");
        let names = policy(&[("name", MaterialDirection::Any)]);
        let names = quotes.create_policy(&QuotePolicy { is_default: true, ..names }).unwrap();
        assert_eq!(asked(None), ("name".into(), Some(names.id)));
        let tenth = QuotePolicy {
            name: "q".into(),
            is_default: true,
            ..policy(&[("lines[10].unit_price", MaterialDirection::Lower)])
        };
        let tenth = quotes.create_policy(&tenth).unwrap();
        assert_eq!(asked(None), ("lines[10].unit_price".into(), Some(tenth.id)));
        assert_eq!(asked(Some(names.id)).0, "name");
        assert!(!quotes.policy(names.id).unwrap().is_default, "one holds where none is named");
        let id = tenth.id;
        let delete = RecordCommand::Delete { entity: "quote_policy".into(), id, expected_version: tenth.version };
        admin.execute(Command::Record(delete)).unwrap();
        let names = quotes.policy(names.id).unwrap();
        quotes.update_policy(&QuotePolicy { is_default: true, ..names }).unwrap();
        admin.execute(Command::Record(RecordCommand::Restore { entity: "quote_policy".into(), id })).unwrap();
        let defaults = quotes.policies(&Query::matching(&[("is_default", true.into())])).unwrap().items;
        assert_eq!(defaults.len(), 1);
        assert_eq!(defaults[0].name, "p");
    }
}

#[test]
fn a_path_that_means_nothing_is_refused_with_its_place() {
    for (_folder, admin) in sessions() {
        let refused = |path: &str| {
            let given = policy(&[("valid_until", MaterialDirection::Any), (path, MaterialDirection::Any)]);
            admin
                .quotes()
                .create_policy(&given)
                .map(|_| ())
                .map_err(|error| (error.code(), error.field().map(str::to_owned)))
        };
        let at_second = |code| Err((code, Some("material_fields[1].path".to_owned())));
        for path in [
            "",
            "nothing",
            "lines",
            "lines[",
            "lines[*",
            "lines[*].",
            "lines[*].nothing",
            "lines[a].unit",
            "status",
            "version",
        ] {
            assert_eq!(refused(path), at_second(ErrorCode::UnknownField), "{path}");
        }
        assert_eq!(refused("valid_until"), at_second(ErrorCode::DuplicateKey));
        assert_eq!(refused(" lines[20].net_amount "), Ok(()));
    }
}

#[test]
fn a_position_that_stands_twice_is_refused_and_a_free_one_is_found() {
    for (_folder, admin) in sessions() {
        let twice = quote(vec![at(20, line("1", "1", "0")), line("1", "1", "0"), at(20, line("1", "1", "0"))]);
        let error = admin.quotes().create_quote(&twice).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::DuplicateKey, Some("lines[2].position")));
        let none = admin.quotes().create_quote(&quote(vec![at(0, line("1", "1", "0"))])).unwrap_err();
        assert_eq!((none.code(), none.field()), (ErrorCode::OutOfRange, Some("lines[0].position")));
        let made = quote(vec![
            at(20, line("1", "1", "0")),
            line("1", "1", "0"),
            at(35, line("1", "1", "0")),
            line("1", "1", "0"),
        ]);
        let made = admin.quotes().create_quote(&made).unwrap();
        let positions: Vec<_> = made.lines.iter().map(|line| line.position.unwrap()).collect();
        assert_eq!(positions, [20, 40, 35, 50]);
    }
}

#[test]
fn who_does_not_see_the_lines_learns_nothing_of_their_changes() {
    for (_folder, admin) in sessions() {
        let blind = blind_to_lines(&admin);
        let first = sent(&admin, vec![line("10", "100", "0")]);
        let dearer =
            Quote { name: "Valves and more".into(), ..quote(vec![line("10", "90", "0"), line("1", "1", "0")]) };
        let dearer = admin.quotes().create_quote(&dearer).unwrap();
        assert!(admin.quotes().diff(first.id, dearer.id, None).unwrap().needs_new_approval);
        let found = blind.quotes().diff(first.id, dearer.id, None).unwrap();
        assert_eq!(told(&found), ["name changed \"Valves\" \"Valves and more\""]);
        let money = (found.earlier_total, found.later_total, found.total_difference);
        assert_eq!((money, found.is_material, found.needs_new_approval), ((None, None, None), false, false));
        let revisions = blind.quotes().revisions(first.id).unwrap();
        assert_eq!((revisions[0].total, &revisions[0].content_hash), (None, &None));
    }
}

fn any_line() -> impl Strategy<Value = QuoteLine> {
    let position = prop_oneof![Just(None), (1_i64..8).prop_map(|place| Some(place * 10))];
    let product = prop_oneof![Just(None), (1_u32..4).prop_map(|number| Some(id(number)))];
    (position, product, 1_i64..4, 1_i64..4, prop::option::of(0_i64..3)).prop_map(
        |(position, product, quantity, price, discount)| QuoteLine {
            position,
            product,
            discount_percent: discount.map(Decimal::from),
            ..QuoteLine::written("x", quantity.into(), price.into())
        },
    )
}

fn any_quote() -> impl Strategy<Value = Quote> {
    let until = prop::option::of((1_u32..28).prop_map(|day| date(&format!("2026-03-{day:02}"))));
    (prop::collection::vec(any_line(), 0..8), until, prop::option::of(0_i64..3), any::<bool>()).prop_map(
        |(lines, valid_until, total, prices_include_tax)| Quote {
            valid_until,
            prices_include_tax,
            total: total.map(Decimal::from),
            ..of(lines)
        },
    )
}

/// The difference seen from the other side, without what the direction says.
fn mirrored(change: &QuoteChange) -> (String, QuoteChangeKind, Option<String>, Option<String>, bool) {
    let kind = match change.kind {
        QuoteChangeKind::Added => QuoteChangeKind::Removed,
        QuoteChangeKind::Removed => QuoteChangeKind::Added,
        QuoteChangeKind::Changed => QuoteChangeKind::Changed,
    };
    (change.path.clone(), kind, change.later.clone(), change.earlier.clone(), change.is_material)
}

proptest! {
    /// Nothing differs from itself; seen from the other side each difference is there with its sides exchanged, and a
    /// figure that got worse one way got better the other way.
    #[test]
    fn differences_are_the_same_from_both_sides(one in any_quote(), other in any_quote()) {
        prop_assert!(diff(&one, &one).changes.is_empty());
        let (there, back) = (diff(&one, &other), diff(&other, &one));
        let straight: Vec<_> = back.changes.iter()
            .map(|change| (change.path.clone(), change.kind, change.earlier.clone(), change.later.clone(), change.is_material))
            .collect();
        let mirror: Vec<_> = there.changes.iter().map(mirrored).collect();
        prop_assert_eq!(mirror, straight);
        prop_assert_eq!(there.total_difference.map(Decimal::negated), back.total_difference);
        prop_assert_eq!(there.is_material, back.is_material);
        for (forth, back) in there.changes.iter().zip(&back.changes) {
            if forth.path.ends_with("unit_price") || forth.path == "valid_until" {
                prop_assert!(forth.is_worse != back.is_worse, "{:?}", forth);
            }
            if forth.path.ends_with("discount_percent") {
                prop_assert!(!(forth.is_worse && back.is_worse), "{:?}", forth);
            }
            prop_assert!(forth.is_material || !forth.is_worse);
        }
        prop_assert_eq!(there.needs_new_approval, there.changes.iter().any(|change| change.is_material && change.is_worse));
    }

    /// Every line stands in the differences, or is equal on both sides.
    #[test]
    fn the_differences_carry_one_quote_over_to_the_other(one in any_quote(), other in any_quote()) {
        let found = diff(&one, &other);
        let count = |kind| found.changes.iter().filter(|change| change.kind == kind && change.path.ends_with(']')).count();
        let (added, removed) = (count(QuoteChangeKind::Added), count(QuoteChangeKind::Removed));
        prop_assert_eq!(one.lines.len() + added, other.lines.len() + removed);
    }
}
