mod catalogue;
mod search;

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::engine::smoke::sessions;
use crate::engine::{Command, RecordCommand, Session};
use crate::query::Query;
use crate::value::{Date, Decimal, ErrorCode, FieldValue, Id};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn product(session: &Session, code: &str) -> Id {
    session
        .products()
        .create_product(&Product { code: code.into(), name: code.into(), ..Product::default() })
        .unwrap()
        .id
}

fn price_list(session: &Session, name: &str, currency: &str) -> PriceList {
    let currency = currency.parse().unwrap();
    let list = PriceList { name: name.into(), currency, ..PriceList::default() };
    session.products().create_price_list(&list).unwrap()
}

fn create_price(session: &Session, fields: &[(&str, FieldValue)]) -> crate::value::Result<Id> {
    let fields: HashMap<String, FieldValue> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let command = Command::Record(RecordCommand::Create { entity: "list_price".into(), fields });
    session.execute(command).map(|outcome| outcome.created("list_price"))
}

#[test]
fn a_product_is_active_and_its_code_is_unique() {
    for (_folder, admin) in sessions() {
        let products = admin.products();
        let pump =
            Product { code: "P-7".into(), name: "齿轮泵".into(), unit: Some("piece".into()), ..Product::default() };
        let made = products.create_product(&pump).unwrap();
        assert_eq!((made.life_cycle, made.version), (Some(ProductLifeCycle::Active), 1));
        let twice = products.create_product(&pump).unwrap_err();
        assert_eq!((twice.code(), twice.field()), (ErrorCode::DuplicateKey, Some("code")));
        let retired = Product { life_cycle: Some(ProductLifeCycle::Discontinued), ..made };
        assert_eq!(products.update_product(&retired).unwrap().version, 2);
        let found = products.products(&Query { search: Some("齿轮".into()), ..Query::default() }).unwrap();
        assert_eq!(found.items.len(), 1);
        let nameless = products.create_product(&Product { code: "P-8".into(), ..Product::default() }).unwrap_err();
        assert_eq!((nameless.code(), nameless.field()), (ErrorCode::Required, Some("name")));
    }
}

#[test]
fn a_new_price_ends_the_one_before_and_each_holds_on_its_dates() {
    for (_folder, admin) in sessions() {
        let products = admin.products();
        let (list, valve) = (price_list(&admin, "2026", "EUR"), product(&admin, "V-1"));
        let set = |price: &str, from: &str| {
            products.set_list_price(list.id, valve, decimal(price), date(from), None).unwrap()
        };
        let first = products
            .set_list_price(list.id, valve, decimal("1350.5"), date("2026-01-01"), Some(decimal("10")))
            .unwrap();
        assert_eq!(first.currency, Some("EUR".parse().unwrap()));
        set("1400", "2026-07-01");
        let middle = set("1375.123456", "2026-04-01");
        assert_eq!(middle.valid_until, Some(date("2026-07-01")), "the price that is known for later stands");
        assert_eq!(middle.per_quantity, Some(decimal("10")), "the price unit stays");
        let earlier = set("1300", "2025-01-01");
        assert_eq!(earlier.valid_until, Some(date("2026-01-01")));
        let on = |day: &str| products.list_price(valve, None, date(day)).map(|price| price.price.to_string());
        assert_eq!(on("2024-12-31").unwrap_err().kind(), "not_found");
        assert_eq!(on("2025-12-31").unwrap(), "1300");
        assert_eq!(on("2026-01-01").unwrap(), "1350.5");
        assert_eq!(on("2026-03-31").unwrap(), "1350.5");
        assert_eq!(on("2026-04-01").unwrap(), "1375.123456");
        assert_eq!(on("2099-01-01").unwrap(), "1400");
        let replaced = set("1380", "2026-04-01");
        assert_eq!((replaced.id, replaced.version), (middle.id, 2), "the same date is replaced in place");
        assert_eq!(set("1380", "2026-04-01").version, 2, "the same price again changes nothing");
        assert_eq!(products.list_prices(&Query::default()).unwrap().items.len(), 4);
    }
}

#[test]
fn overlapping_prices_are_refused_on_every_way_in() {
    for (_folder, admin) in sessions() {
        let (list, valve) = (price_list(&admin, "2026", "EUR"), product(&admin, "V-1"));
        let fields = |from: &str, until: Option<&str>| {
            vec![
                ("price_list", list.id.into()),
                ("product", valve.into()),
                ("price", FieldValue::from("5")),
                ("valid_from", FieldValue::from(from)),
                ("valid_until", until.map_or(FieldValue::Null, FieldValue::from)),
            ]
        };
        let first = create_price(&admin, &fields("2026-01-01", Some("2026-04-01"))).unwrap();
        create_price(&admin, &fields("2026-04-01", None)).unwrap();
        let error = create_price(&admin, &fields("2026-03-31", Some("2026-04-01"))).unwrap_err();
        assert_eq!((error.kind(), error.code()), ("conflict", ErrorCode::Overlap));
        assert_eq!(error.problems()[0].data["other_id"], first.to_string());
        assert!(error.problems()[0].data.contains_key("id"));
        let empty = create_price(&admin, &fields("2025-04-01", Some("2025-04-01"))).unwrap_err();
        assert_eq!((empty.code(), empty.field()), (ErrorCode::OutOfRange, Some("valid_until")));
        let longer = HashMap::from([("valid_until".to_owned(), FieldValue::from("2026-04-02"))]);
        let update =
            RecordCommand::Update { entity: "list_price".into(), id: first, expected_version: 1, fields: longer };
        assert_eq!(admin.execute(Command::Record(update)).unwrap_err().code(), ErrorCode::Overlap);
        let other = price_list(&admin, "2026 USD", "USD");
        let mut elsewhere = fields("2026-01-01", None);
        elsewhere[0].1 = other.id.into();
        assert!(create_price(&admin, &elsewhere).is_ok(), "another list is another span");
    }
}

#[test]
fn a_price_without_figure_is_no_price_of_zero() {
    for (_folder, admin) in sessions() {
        let (list, valve) = (price_list(&admin, "2026", "EUR"), product(&admin, "V-1"));
        let error = create_price(&admin, &[("price_list", list.id.into())]).unwrap_err();
        let fields: Vec<_> = error.problems().iter().map(|problem| problem.field.as_deref().unwrap()).collect();
        assert_eq!((error.code(), fields), (ErrorCode::Required, vec!["product", "price"]));
        let free = [("price_list", list.id.into()), ("product", valve.into()), ("price", FieldValue::Integer(0))];
        assert!(create_price(&admin, &free).is_ok(), "zero is a price if it is said");
    }
}

#[test]
fn one_list_is_the_default_and_a_currency_stays() {
    for (_folder, admin) in sessions() {
        let products = admin.products();
        let (euro, dollar) = (price_list(&admin, "EUR", "EUR"), price_list(&admin, "USD", "USD"));
        let valve = product(&admin, "V-1");
        let day = date("2026-01-01");
        products.set_list_price(euro.id, valve, decimal("10"), day, None).unwrap();
        products.set_list_price(dollar.id, valve, decimal("12"), day, None).unwrap();
        assert_eq!(products.list_price(valve, None, day).unwrap_err().kind(), "not_found", "two lists, no default");
        let euro = products.update_price_list(&PriceList { is_default: true, ..euro }).unwrap();
        products.update_price_list(&PriceList { is_default: true, ..dollar.clone() }).unwrap();
        assert_eq!(products.list_price(valve, None, day).unwrap().price, decimal("12"));
        let defaults = products.price_lists(&Query::matching(&[("is_default", true.into())])).unwrap();
        assert_eq!(defaults.items.len(), 1, "naming another default takes it from the one before");
        assert_eq!(products.list_price(valve, Some(euro.id), day).unwrap().price, decimal("10"));
        let changed = PriceList { currency: "CHF".parse().unwrap(), ..admin.get(dollar.id).unwrap() };
        assert_eq!(products.update_price_list(&changed).unwrap_err().code(), ErrorCode::WriteOnce);
    }
}

#[test]
fn what_comes_back_finds_its_place_taken() {
    for (_folder, admin) in sessions() {
        let products = admin.products();
        let (list, valve) = (price_list(&admin, "2026", "EUR"), product(&admin, "V-1"));
        let set =
            |price: &str| products.set_list_price(list.id, valve, decimal(price), date("2026-01-01"), None).unwrap();
        let delete = |entity: &str, id, expected_version| {
            let entity = entity.to_owned();
            admin.execute(Command::Record(RecordCommand::Delete { entity, id, expected_version })).unwrap();
        };
        let restore =
            |entity: &str, id| admin.execute(Command::Record(RecordCommand::Restore { entity: entity.into(), id }));
        let first = set("5");
        delete("list_price", first.id, 1);
        restore("list_price", first.id).unwrap();
        delete("list_price", first.id, 3);
        set("6");
        assert_eq!(restore("list_price", first.id).unwrap_err().code(), ErrorCode::Overlap);

        let make = |name: &str| {
            let list = PriceList {
                name: name.into(),
                currency: "CHF".parse().unwrap(),
                is_default: true,
                ..PriceList::default()
            };
            products.create_price_list(&list).unwrap()
        };
        let old = make("old");
        delete("price_list", old.id, 1);
        make("new");
        restore("price_list", old.id).unwrap();
        let defaults = products.price_lists(&Query::matching(&[("is_default", true.into())])).unwrap().items;
        assert_eq!(defaults.iter().map(|list| list.name.as_str()).collect::<Vec<_>>(), ["new"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However prices are set, every date has at the most one, and the one that was set last for it wins.
    #[test]
    fn prices_never_overlap(steps in prop::collection::vec((0_i64..40, 1_i64..1000), 1..12)) {
        for (_folder, admin) in sessions() {
            let (list, valve) = (price_list(&admin, "2026", "EUR"), product(&admin, "V-1"));
            let first = date("2026-01-01");
            let mut model = std::collections::BTreeMap::new();
            for (day, price) in &steps {
                let from = first.add_days(*day).unwrap();
                admin.products().set_list_price(list.id, valve, Decimal::from(*price), from, None).unwrap();
                model.insert(*day, *price);
            }
            let prices = admin.products().list_prices(&Query { limit: Some(500), ..Query::default() }).unwrap().items;
            for day in 0..45 {
                let on = first.add_days(day).unwrap();
                let holding: Vec<i64> =
                    prices.iter().filter(|price| price.is_valid_on(on)).map(|price| price.price.to_scaled(0).unwrap()).collect();
                let expected: Vec<i64> = model.range(..=day).next_back().map(|(_, price)| *price).into_iter().collect();
                prop_assert_eq!(holding, expected);
            }
        }
    }
}
