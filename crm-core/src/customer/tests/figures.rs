use super::*;
use crate::query::{AggregateRow, GroupBy, MAX_IN_VALUES};
use crate::sales::Opportunity;

fn sell(session: &Session, account: Option<Id>, amount: &str, currency: &str) -> Opportunity {
    let opportunity = Opportunity {
        name: "line 3".into(),
        account,
        amount: Some(amount.parse().unwrap()),
        currency: Some(currency.parse().unwrap()),
        ..Opportunity::default()
    };
    session.sales().create_opportunity(&opportunity).unwrap()
}

fn sum_of(field: &str) -> AggregateQuery {
    let measure = |function, field: Option<&str>| Measure { function, field: field.map(str::to_owned) };
    let measures = vec![measure(MeasureFunction::Sum, Some(field)), measure(MeasureFunction::Count, None)];
    AggregateQuery { measures, ..AggregateQuery::default() }
}

fn by(field: &str, asked: AggregateQuery) -> AggregateQuery {
    AggregateQuery { group_by: vec![GroupBy { field: field.into(), bucket: None }], ..asked }
}

fn figures(rows: &[AggregateRow]) -> Vec<(Option<String>, String, i64)> {
    let figure = |row: &AggregateRow| {
        let FieldValue::Integer(count) = row.values[1] else { panic!("no count") };
        (row.keys.first().map(FieldValue::to_key), row.values[0].to_key(), count)
    };
    rows.iter().map(figure).collect()
}

#[test]
fn amounts_of_several_currencies_have_no_sum() {
    for (_folder, admin) in sessions() {
        let (legal, from) = (HierarchyKind::Legal, date("2026-01-01"));
        let [group, plant] = ["group", "plant"].map(|name| account(&admin, name));
        admin.customers().set_parent(legal, plant, Some(group), from).unwrap();
        let rollup = |asked: &AggregateQuery| admin.customers().rollup(group, legal, from, "opportunity", asked);
        let mixed = |asked: &AggregateQuery| {
            for error in [rollup(asked).unwrap_err(), admin.aggregate("opportunity", asked).unwrap_err()] {
                assert_eq!((error.code(), error.field()), (ErrorCode::CurrencyMismatch, Some("measures.amount")));
                assert_eq!(error.problems()[0].data["group_by"], "currency");
            }
        };
        mixed(&sum_of("amount"));
        sell(&admin, Some(group), "100.25", "EUR");
        sell(&admin, Some(plant), "7", "CNY");
        sell(&admin, Some(plant), "-0.2501", "EUR");
        mixed(&sum_of("amount"));
        mixed(&by("stage", sum_of("amount")));
        let not_cny = Filter::NoneOf { filters: vec![equal("currency", "CNY")] };
        mixed(&AggregateQuery { filter: Some(not_cny), ..sum_of("amount") });
        let either = Filter::Any { filters: vec![equal("currency", "CNY"), equal("currency", "EUR")] };
        mixed(&AggregateQuery { filter: Some(either), ..sum_of("amount") });

        let row = |key: Option<&str>, sum: &str, count| (key.map(str::to_owned), sum.to_owned(), count);
        let split = rollup(&by("currency", sum_of("amount"))).unwrap();
        assert_eq!(figures(&split), [row(Some("CNY"), "7", 1), row(Some("EUR"), "99.9999", 2)]);
        let one = AggregateQuery { filter: Some(equal("currency", "EUR")), ..sum_of("amount") };
        assert_eq!(figures(&rollup(&one).unwrap()), [row(None, "99.9999", 2)]);
        let listed = Filter::In { field: "currency".into(), values: vec!["EUR".into()] };
        let one = AggregateQuery { filter: Some(listed), ..sum_of("amount") };
        assert_eq!(figures(&admin.aggregate("opportunity", &one).unwrap()), [row(None, "99.9999", 2)]);
        assert_eq!(admin.aggregate("account", &sum_of("employees")).unwrap().len(), 1, "people have no currency");
    }
}

#[test]
fn a_rollup_over_more_accounts_than_one_question_takes() {
    for (_folder, admin) in sessions() {
        let [first, last] = ["first", "last"].map(|name| account(&admin, name));
        sell(&admin, Some(first), "1.5", "EUR");
        sell(&admin, Some(last), "2.25", "EUR");
        sell(&admin, Some(last), "8", "CNY");
        sell(&admin, None, "1000", "EUR");
        let others = (0..MAX_IN_VALUES).map(|_| admin.new_id());
        let accounts: Vec<Id> = [first].into_iter().chain(others).chain([last]).collect();
        let asked = by("currency", sum_of("amount"));
        let rows = admin.reading(|reading| rollup(reading, &accounts, "opportunity", &asked)).unwrap();
        let row = |key: &str, sum: &str, count| (Some(key.to_owned()), sum.to_owned(), count);
        assert_eq!(figures(&rows), [row("CNY", "8", 1), row("EUR", "3.75", 2)]);
    }
}

#[test]
fn the_currency_of_every_amount_is_a_field_of_its_entity() {
    let registry = crate::engine::registry();
    let mut amounts = 0;
    for entity in registry.entities() {
        for (field, currency) in entity.fields.iter().filter_map(|field| Some((field, field.in_currency?))) {
            let found = entity.field(currency).map(|found| found.spec.kind.clone());
            assert_eq!(found, Some(crate::schema::FieldKind::Currency), "{}.{}", entity.name, field.name);
            amounts += 1;
        }
    }
    assert!(amounts >= 8, "{amounts}");
}
