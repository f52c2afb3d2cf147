//! Sales of a tenant as monthly series, and their forecasts. The real export is read from the folder that `CRM_TEST_DATA`
//! names, or from `shared/data` beside the repository; CI must have it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use crm_core::access::{FieldAccess, FieldRight, ObjectRight, PermissionSet, User};
use crm_core::customer::{Account, HierarchyKind};
use crm_core::engine::{Crm, Session, SetupOptions};
use crm_core::exchange::ImportMapping;
use crm_core::forecast::{ForecastOptions, ModelKind, SalesFigure, SalesHistory, SalesQuery, SalesSource};
use crm_core::product::Product;
use crm_core::quote::{OrderKind, Quote, QuoteLine};
use crm_core::sales::{Opportunity, Pipeline};
use crm_core::value::{Decimal, ErrorCode, FieldValue, Id};

fn data(file: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("CRM_TEST_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    match std::fs::read(folder.join(file)) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("the test data are missing: {file}: {error}")
        }
        Err(_) => None,
    }
}

fn session(crm: &Crm, currency: &str) -> Session {
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "Maker".into(),
        base_currency: currency.parse().unwrap(),
        time_zone: "UTC".into(),
        admin_login: "admin".into(),
    })
    .unwrap();
    crm.session("main", "admin").unwrap()
}

/// What the mappings of the demo say about the files of the hardware maker.
#[derive(serde::Deserialize)]
struct Entry {
    file: Option<String>,
    mapping: Option<ImportMapping>,
    pipeline: Option<Pipeline>,
}

/// The real export in an engine, or nothing if it is not there.
fn hardware_maker(crm: &Crm) -> Option<Session> {
    data("crm-sales/accounts.csv")?;
    let session = session(crm, "USD");
    let entries: Vec<Entry> =
        serde_json::from_str(include_str!("../../examples/demo/mappings/crm-sales.json")).unwrap();
    for entry in &entries {
        if let Some(pipeline) = &entry.pipeline {
            session.sales().create_pipeline(pipeline).unwrap();
        }
        if let (Some(file), Some(mapping)) = (&entry.file, &entry.mapping) {
            session.import_csv(&data(&format!("crm-sales/{file}")).unwrap(), mapping, false).unwrap();
        }
    }
    Some(session)
}

fn total(history: &SalesHistory) -> Decimal {
    history.series.iter().fold(Decimal::ZERO, |sum, series| sum.checked_add(series.total).unwrap())
}

fn sums(history: &SalesHistory) -> Vec<f64> {
    history.series.iter().map(|sold| sold.series.values.iter().flatten().sum()).collect()
}

fn by(keys: &[&str]) -> SalesQuery {
    SalesQuery { by: keys.iter().map(|key| (*key).to_owned()).collect(), ..SalesQuery::default() }
}

/// The monthly figures of the won deals, read off the file with none of the engine.
fn expected(file: &str) -> BTreeMap<String, (f64, f64)> {
    let mut months: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for line in file.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if let [_, _, _, _, "Won", _, day, amount, ..] = cells.as_slice() {
            let month = months.entry(day.get(..7).unwrap().to_owned()).or_default();
            *month = (month.0 + amount.parse::<f64>().unwrap(), month.1 + 1.0);
        }
    }
    months
}

#[test]
fn the_sales_of_a_hardware_maker_by_month_are_those_of_its_file() {
    let crm = Crm::open_in_memory();
    let Some(session) = hardware_maker(&crm) else { return };
    let forecasts = session.forecasts();
    let file = String::from_utf8(data("crm-sales/sales_pipeline.csv").unwrap()).unwrap();
    let months = expected(&file);
    let value = forecasts.sales_history(&SalesQuery::default()).unwrap();
    let count = SalesQuery { figure: SalesFigure::Count, ..SalesQuery::default() };
    let count = forecasts.sales_history(&count).unwrap();
    assert_eq!((total(&value), total(&count)), (Decimal::from(10_005_534), Decimal::from(4_238)));
    let [sold] = value.series.as_slice() else { panic!("one currency") };
    assert_eq!((sold.currency, sold.series.key.as_deref()), (Some("USD".parse().unwrap()), Some("USD")));
    assert_eq!(value.from_month, Some("2017-03-01".parse().unwrap()));
    assert_eq!((value.to_month, sold.series.start), (Some("2017-12-01".parse().unwrap()), value.from_month));
    assert_eq!(sold.series.last_period_share, None);
    let expected_values: Vec<_> = months.values().map(|(value, _)| Some(*value)).collect();
    let expected_counts: Vec<_> = months.values().map(|(_, count)| Some(*count)).collect();
    assert_eq!((expected_values.len(), expected_values[0]), (10, Some(1_134_672.0)));
    assert_eq!(sold.series.values, expected_values);
    assert_eq!(count.series[0].series.values, expected_counts);
}

#[test]
fn every_way_to_cut_the_sales_of_a_hardware_maker_sums_to_the_same() {
    let crm = Crm::open_in_memory();
    let Some(session) = hardware_maker(&crm) else { return };
    let forecasts = session.forecasts();
    // Counted in the files. `GTXPro` is not in the list of products, which has `GTX Pro`: its sales have no product.
    let cuts: [(&[&str], usize); 7] = [
        (&["product.code"], 7),
        (&["account"], 85),
        (&["owner"], 30),
        (&["owner.unit"], 3),
        (&["account.country"], 15),
        (&["account.industry", "product.family"], 38),
        (&["product", "owner", "account.region"], 176),
    ];
    for (keys, series) in cuts {
        let history = forecasts.sales_history(&by(keys)).unwrap();
        assert_eq!(total(&history), Decimal::from(10_005_534), "{keys:?}");
        assert!((sums(&history).iter().sum::<f64>() - 10_005_534.0).abs() < 1e-6);
        assert!(history.series.len() == series, "{keys:?}: {}", history.series.len());
        assert!(history.series.iter().all(|sold| sold.series.values.len() == 10 && sold.keys.len() == keys.len()));
    }
    let products = forecasts.sales_history(&by(&["product.code"])).unwrap();
    let of = |code: FieldValue| products.series.iter().find(|sold| sold.keys == [code.clone()]).unwrap().total;
    assert_eq!(of(FieldValue::Null), Decimal::from(3_510_578));
    assert_eq!(of("GTK 500".into()), Decimal::from(400_612));
    let regions = forecasts.sales_history(&by(&["owner.unit"])).unwrap();
    let mut totals: Vec<_> = regions.series.iter().map(|sold| sold.total.to_string()).collect();
    totals.sort();
    assert_eq!(totals, ["3090594", "3346293", "3568647"]);
    // The same question with a subtree: Acme Corporation has subsidiaries.
    let accounts = session.list_all::<Account>(&crm_core::query::Query::default()).unwrap();
    let acme = accounts.iter().find(|account| account.name == "Acme Corporation").unwrap().id;
    let alone = SalesQuery { account: Some(acme), ..SalesQuery::default() };
    let tree = SalesQuery { hierarchy: Some(HierarchyKind::Legal), ..alone.clone() };
    let nodes = session.customers().subtree(acme, HierarchyKind::Legal, "2026-01-01".parse().unwrap()).unwrap();
    let by_account = forecasts.sales_history(&by(&["account"])).unwrap();
    let own = |id: Id| {
        let sold = by_account.series.iter().find(|sold| sold.keys == [FieldValue::Reference(id)]);
        sold.map_or(Decimal::ZERO, |sold| sold.total)
    };
    let below = nodes.iter().fold(Decimal::ZERO, |sum, node| sum.checked_add(own(node.account)).unwrap());
    assert_eq!(total(&forecasts.sales_history(&alone).unwrap()), own(acme));
    assert_eq!(total(&forecasts.sales_history(&tree).unwrap()), below);
    assert_eq!((nodes.len(), own(acme), below), (5, Decimal::from(101_744), Decimal::from(519_349)));
}

#[test]
fn sales_go_into_forecasts_in_one_call() {
    let crm = Crm::open_in_memory();
    let Some(session) = hardware_maker(&crm) else { return };
    let options = ForecastOptions {
        horizon: 3,
        model: ModelKind::HistoricAverage,
        levels: Some(Vec::new()),
        season_length: Some(1),
        ..ForecastOptions::default()
    };
    let made = session.forecasts().forecast_sales(&by(&["product.code"]), &options).unwrap();
    assert_eq!(made.run.series.len(), made.history.series.len());
    for (sold, told) in made.history.series.iter().zip(&made.run.series) {
        let forecast = &told.forecast;
        assert_eq!((&forecast.key, &forecast.problem), (&sold.series.key, &None));
        let mean = sold.series.values.iter().flatten().sum::<f64>() / 10.0;
        assert!(forecast.mean.len() == 3 && forecast.mean.iter().all(|figure| (figure - mean).abs() < 1e-6));
    }
}

fn won(session: &Session, day: &str, amount: i64, change: impl FnOnce(&mut Opportunity)) -> Opportunity {
    let mut deal = Opportunity {
        name: "Line".into(),
        stage: Some("won".into()),
        amount: Some(amount.into()),
        closed_on: Some(day.parse().unwrap()),
        ..Opportunity::default()
    };
    change(&mut deal);
    session.sales().create_opportunity(&deal).unwrap()
}

fn values(history: &SalesHistory) -> Vec<(String, Vec<f64>)> {
    let one = |sold: &crm_core::forecast::SalesSeries| {
        (sold.series.key.clone().unwrap(), sold.series.values.iter().map(|value| value.unwrap()).collect())
    };
    history.series.iter().map(one).collect()
}

#[test]
fn currencies_are_never_added() {
    let crm = Crm::open_in_memory();
    let session = session(&crm, "EUR").at("2026-04-10T12:00:00Z".parse().unwrap());
    won(&session, "2026-01-05", 100, |_| {});
    won(&session, "2026-03-31", 7_000, |deal| deal.currency = Some("CNY".parse().unwrap()));
    won(&session, "2026-03-01", -20, |_| {});
    won(&session, "2026-03-02", 1, |deal| deal.amount = None);
    let forecasts = session.forecasts();
    let all = forecasts.sales_history(&SalesQuery::default()).unwrap();
    let euro = ("EUR".to_owned(), vec![100.0, 0.0, -20.0]);
    let yuan = ("CNY".to_owned(), vec![0.0, 0.0, 7_000.0]);
    assert_eq!(values(&all), [yuan, euro.clone()]);
    let one = SalesQuery { currency: Some("EUR".parse().unwrap()), ..SalesQuery::default() };
    assert_eq!(values(&forecasts.sales_history(&one).unwrap()), [euro]);
    let own = SalesQuery { own_start: true, as_of: Some("2026-04-10".parse().unwrap()), ..SalesQuery::default() };
    let own = forecasts.sales_history(&own).unwrap();
    assert_eq!(values(&own)[0], ("CNY".to_owned(), vec![7_000.0, 0.0]));
    assert_eq!(own.series[0].series.start, Some("2026-03-01".parse().unwrap()));
    assert_eq!(own.series[1].series.last_period_share, Some(10.0 / 30.0));
}

#[test]
fn months_can_be_named_and_those_that_did_not_come_are_refused() {
    let crm = Crm::open_in_memory();
    let session = session(&crm, "EUR").at("2026-04-10T12:00:00Z".parse().unwrap());
    for (day, amount) in [("2025-11-30", 1), ("2025-12-01", 2), ("2026-02-28", 4), ("2026-04-09", 8)] {
        won(&session, day, amount, |_| {});
    }
    let ask = |from: Option<&str>, to: Option<&str>, as_of: Option<&str>| {
        let date = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        let query =
            SalesQuery { from_month: date(from), to_month: date(to), as_of: date(as_of), ..SalesQuery::default() };
        session.forecasts().sales_history(&query)
    };
    let figures = |history: SalesHistory| values(&history).remove(0).1;
    assert_eq!(figures(ask(None, None, None).unwrap()), [1.0, 2.0, 0.0, 4.0, 0.0, 8.0]);
    assert_eq!(figures(ask(Some("2025-12-15"), Some("2026-03-01"), None).unwrap()), [2.0, 0.0, 4.0, 0.0]);
    assert_eq!(figures(ask(Some("2025-10-15"), None, Some("2025-12-01")).unwrap()), [0.0, 1.0, 2.0]);
    assert_eq!(figures(ask(None, None, Some("2026-02-27")).unwrap()), [1.0, 2.0, 0.0, 0.0]);
    assert!(ask(Some("2026-03-01"), Some("2026-03-31"), None).unwrap().series.is_empty());
    for (asked, field) in [
        (ask(None, None, Some("2026-04-11")), "as_of"),
        (ask(None, Some("2026-05-01"), None), "to_month"),
        (ask(Some("2026-02-01"), Some("2026-01-31"), None), "from_month"),
    ] {
        let refused = asked.unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::OutOfRange, Some(field)));
    }
    let refuse = |query: SalesQuery| {
        let refused = session.forecasts().sales_history(&query).unwrap_err();
        (refused.code(), refused.field().unwrap_or_default().to_owned())
    };
    let (unknown, wrong) = (ErrorCode::UnknownField, ErrorCode::WrongType);
    assert_eq!(refuse(by(&["owner", "nothing.name"])), (unknown, "by[1].nothing".to_owned()));
    assert_eq!(refuse(by(&["account.nothing"])), (unknown, "group_by.nothing".to_owned()));
    assert_eq!(refuse(by(&["account.channels"])), (wrong, "group_by.channels".to_owned()));
    assert_eq!(refuse(SalesQuery { group: Some("owner".into()), ..by(&["account"]) }).0, ErrorCode::NotAllowed);
    assert_eq!(refuse(SalesQuery { hierarchy: Some(HierarchyKind::Legal), ..by(&[]) }).0, ErrorCode::Required);
    let nowhere = SalesQuery { account: Some(Id::default()), ..by(&[]) };
    assert!(matches!(session.forecasts().sales_history(&nowhere), Err(crm_core::Error::NotFound { .. })));
    assert_eq!(refuse(by(&["owner"; 9])), (ErrorCode::TooMany, "by".to_owned()));
}

#[test]
fn quantities_of_different_units_are_never_added() {
    let crm = Crm::open_in_memory();
    let session = session(&crm, "EUR").at("2026-04-10T12:00:00Z".parse().unwrap());
    let make = |code: &str, unit: &str| {
        let (code, unit) = (code.to_owned(), Some(unit.to_owned()));
        session.products().create_product(&Product { name: code.clone(), code, unit, ..Product::default() }).unwrap().id
    };
    let (drive, cable, motor) = (make("D", "piece"), make("C", "m"), make("M", "piece"));
    for (day, product, quantity) in [
        ("2026-01-05", drive, "2"),
        ("2026-01-09", cable, "12.5"),
        ("2026-02-05", motor, "3"),
        ("2026-02-06", cable, "0.25"),
    ] {
        won(&session, day, 1, |deal| {
            (deal.product, deal.quantity) = (Some(product), Some(quantity.parse().unwrap()));
        });
    }
    let query = SalesQuery { figure: SalesFigure::Quantity, ..SalesQuery::default() };
    let history = session.forecasts().sales_history(&query).unwrap();
    let metres = ("m".to_owned(), vec![12.5, 0.25]);
    assert_eq!(values(&history), [metres.clone(), ("piece".to_owned(), vec![2.0, 3.0])]);
    assert_eq!(history.series[0].unit.as_deref(), Some("m"));
    let grouped = SalesQuery { by: vec!["product.code".into()], group: Some("product.code".into()), ..query };
    let grouped = session.forecasts().sales_history(&grouped).unwrap();
    assert_eq!(values(&grouped)[0], ("C | m".to_owned(), metres.1));
    assert_eq!((grouped.series.len(), grouped.series[2].series.group.as_deref()), (3, Some("M | piece")));
}

#[test]
fn lines_of_confirmed_orders_are_sales_without_their_tax() {
    let crm = Crm::open_in_memory();
    let session = session(&crm, "EUR").at("2026-04-10T12:00:00Z".parse().unwrap());
    let (quotes, rate) = (session.quotes(), |rate: i64| Some(Decimal::from(rate)));
    let order = |lines: Vec<QuoteLine>, with_tax: bool| {
        let quote = Quote { name: "Q".into(), lines, prices_include_tax: with_tax, ..Quote::default() };
        let quote = quotes.create_quote(&quote).unwrap();
        let sent = quotes.send(quote.id, quote.version).unwrap();
        let accepted = quotes.accept(sent.id, sent.version).unwrap();
        quotes.convert(accepted.id, accepted.version, OrderKind::Order, None).unwrap()
    };
    let line = |text: &str, quantity: i64, price: &str, tax: i64| QuoteLine {
        tax_percent: rate(tax),
        unit: Some("piece".into()),
        ..QuoteLine::written(text, quantity.into(), price.parse().unwrap())
    };
    // 119 with 19 % and 10.70 with 7 %: 100 and 10 without.
    let first = order(vec![line("A", 1, "119", 19), line("B", 2, "5.35", 7)], true);
    let second = order(vec![line("A", 3, "50", 19)], false);
    let draft = SalesQuery { source: SalesSource::Orders, ..SalesQuery::default() };
    assert!(session.forecasts().sales_history(&draft).unwrap().series.is_empty(), "a draft is no sale");
    for made in [first, second] {
        quotes.confirm_order(made.id, made.version).unwrap();
    }
    let ask = |figure, by: &[&str]| {
        let by = by.iter().map(|key| (*key).to_owned()).collect();
        session.forecasts().sales_history(&SalesQuery { figure, by, ..draft.clone() }).unwrap()
    };
    assert_eq!(values(&ask(SalesFigure::Value, &[])), [("EUR".to_owned(), vec![260.0])]);
    assert_eq!(values(&ask(SalesFigure::Quantity, &[])), [("piece".to_owned(), vec![6.0])]);
    assert_eq!(values(&ask(SalesFigure::Count, &["product", "owner.name"])), [(" | admin".to_owned(), vec![3.0])]);
}

#[test]
fn hidden_records_count_nothing_and_hidden_fields_are_refused() {
    let crm = Crm::open_in_memory();
    let admin = session(&crm, "EUR").at("2026-04-10T12:00:00Z".parse().unwrap());
    let right = |entity: &str| ObjectRight { entity: entity.into(), read: true, ..ObjectRight::default() };
    let hide = |entity: &str, field: &str| FieldRight {
        entity: entity.into(),
        field: field.into(),
        access: FieldAccess::Hidden,
    };
    let sets = [vec![], vec![hide("account", "region")], vec![hide("opportunity", "amount")]];
    let readers = sets.into_iter().enumerate().map(|(number, fields)| {
        let objects = ["opportunity", "account", "product", "sales_order"].map(right).to_vec();
        let set = PermissionSet { name: format!("S{number}"), objects, fields, ..PermissionSet::default() };
        let set = admin.admin().create_permission_set(&set).unwrap().id;
        let login = format!("reader{number}");
        let user = User { name: login.clone(), login, permission_sets: vec![set], ..User::default() };
        admin.admin().create_user(&user).unwrap()
    });
    let readers: Vec<User> = readers.collect();
    let account = Account { name: "A".into(), region: Some("Jiangsu".into()), ..Account::default() };
    let account = Some(admin.customers().create_account(&account).unwrap().id);
    won(&admin, "2026-01-05", 1_000, |deal| deal.account = account);
    for reader in &readers {
        won(&admin, "2026-02-05", 7, |deal| (deal.owner, deal.account) = (Some(reader.id), account));
    }
    let ask = |reader: &User, query: &SalesQuery| {
        let session = crm.session("main", &reader.login).unwrap().at("2026-04-10T12:00:00Z".parse().unwrap());
        session.forecasts().sales_history(query)
    };
    let count = SalesQuery { figure: SalesFigure::Count, ..SalesQuery::default() };
    for reader in &readers {
        assert_eq!(values(&ask(reader, &count).unwrap()), [(String::new(), vec![1.0])], "{}", reader.login);
    }
    assert_eq!(values(&ask(&readers[0], &SalesQuery::default()).unwrap()), [("EUR".to_owned(), vec![7.0])]);
    // The account is another's: its region is not known to the reader, and the sale is there all the same.
    assert_eq!(values(&ask(&readers[0], &by(&["account.region"])).unwrap()), [(" | EUR".to_owned(), vec![7.0])]);
    let refused = |reader: &User, query: &SalesQuery| {
        let refused = ask(reader, query).unwrap_err();
        (refused.code(), refused.field().unwrap_or_default().to_owned())
    };
    let unknown = |field: &str| (ErrorCode::UnknownField, field.to_owned());
    assert_eq!(refused(&readers[1], &by(&["account.region"])), unknown("group_by.region"));
    assert_eq!(refused(&readers[2], &SalesQuery::default()), unknown("measures.amount"));
}
