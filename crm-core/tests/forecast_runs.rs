//! Runs of forecasts that are kept: as they were made, and compared with what came.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use crm_core::Error;
use crm_core::customer::Account;
use crm_core::engine::{Crm, Session, SetupOptions};
use crm_core::forecast::{ForecastOptions, ForecastRun, ModelKind, SalesQuery, Series, StoredForecastRun};
use crm_core::merging::MergeRequest;
use crm_core::query::Query;
use crm_core::sales::Opportunity;
use crm_core::schema::Entity as _;
use crm_core::value::{Decimal, ErrorCode, FieldValue};

/// A memory store and a file.
fn engines() -> (tempfile::TempDir, [Crm; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let engines = [Crm::open_in_memory(), Crm::open(folder.path().join("runs.db")).unwrap()];
    for crm in &engines {
        crm.setup(SetupOptions {
            tenant: "main".into(),
            name: "Maker".into(),
            base_currency: "EUR".parse().unwrap(),
            time_zone: "UTC".into(),
            admin_login: "admin".into(),
        })
        .unwrap();
    }
    (folder, engines)
}

fn on(crm: &Crm, day: &str) -> Session {
    crm.session("main", "admin").unwrap().at(format!("{day}T10:00:00Z").parse().unwrap())
}

fn won(session: &Session, day: &str, amount: i64, change: impl FnOnce(&mut Opportunity)) {
    let (stage, amount, closed_on) = (Some("won".into()), Some(amount.into()), Some(day.parse().unwrap()));
    let mut deal = Opportunity { name: "Line".into(), stage, amount, closed_on, ..Opportunity::default() };
    change(&mut deal);
    session.sales().create_opportunity(&deal).unwrap();
}

fn naive(horizon: u32) -> ForecastOptions {
    let (model, levels) = (ModelKind::Naive, Some(Vec::new()));
    ForecastOptions { horizon, model, levels, season_length: Some(1), ..ForecastOptions::default() }
}

fn near(told: Option<f64>, expected: f64) {
    assert!((told.unwrap() - expected).abs() < 1e-9, "{told:?} and not {expected}");
}

#[test]
fn a_run_of_sales_is_kept_and_compared_with_what_came() {
    let (_folder, engines) = engines();
    for crm in &engines {
        let march = on(crm, "2026-03-31");
        for (day, amount) in [("2026-01-10", 100), ("2026-02-10", 200), ("2026-03-10", 300)] {
            won(&march, day, amount, |_| {});
        }
        won(&march, "2026-02-11", 9_000, |deal| deal.currency = Some("CNY".parse().unwrap()));
        let query = SalesQuery::default();
        let run = march.forecasts().record_sales_forecast(&query, &naive(3), "Q2", None, None).unwrap();
        assert_eq!((run.as_of, run.model.as_deref()), (Some("2026-03-31".parse().unwrap()), Some("naive")));
        let [yuan, euro] = run.series.as_slice() else { panic!("two currencies") };
        assert_eq!((yuan.key.as_str(), euro.key.as_str()), ("CNY", "EUR"));
        let lines: Vec<_> = euro.lines.iter().map(|line| (line.period.unwrap().to_string(), line.mean)).collect();
        let expected = ["2026-04-01", "2026-05-01", "2026-06-01"].map(|day| (day.to_owned(), Decimal::from(300)));
        assert_eq!(lines, expected);
        // No month that was forecast is over.
        let early = on(crm, "2026-04-29").forecasts().forecast_accuracy(run.id).unwrap();
        assert_eq!((early.series.len(), early.until), (0, None));

        let june = on(crm, "2026-06-10");
        for (day, amount) in [("2026-04-10", 200), ("2026-05-31", 400), ("2026-06-01", 7)] {
            won(&june, day, amount, |_| {});
        }
        let told = june.forecasts().forecast_accuracy(run.id).unwrap();
        assert_eq!((told.until, told.series.len()), (Some("2026-05-01".parse().unwrap()), 2));
        let euro = &told.series[1];
        assert_eq!((euro.forecast, euro.actual), (Decimal::from(600), Decimal::from(600)));
        // April 100 too much, May 100 too little: sMAPE is the mean of 200 * 100 / 500 and 200 * 100 / 700, the scale of
        // MASE the mean change of 100, 200, 300.
        let measures = &euro.accuracy;
        near(measures.bias, 0.0);
        near(measures.mae, 100.0);
        near(measures.mase, 1.0);
        near(measures.smape, (40.0 + 200.0 / 7.0) / 2.0);
        assert_eq!((measures.windows, measures.periods), (1, 2));
        // Nothing was sold in yuan, and nothing was forecast after a month without sales.
        assert_eq!((told.series[0].forecast, told.series[0].actual), (Decimal::ZERO, Decimal::ZERO));
        let pooled: Vec<_> = told.pooled.iter().map(|pool| pool.currency.unwrap().to_string()).collect();
        assert_eq!(pooled, ["CNY", "EUR"]);
        assert_eq!(told.pooled[1].accuracy, *measures);
        // A month that ends today is over.
        let end = on(crm, "2026-06-30").forecasts().forecast_accuracy(run.id).unwrap();
        assert_eq!(end.until, Some("2026-06-01".parse().unwrap()));
        assert_eq!(end.series[1].actual, Decimal::from(607));
    }
}

#[test]
fn a_run_stays_as_it_was_made_and_stays_while_another_one_refers_to_it() {
    let (_folder, engines) = engines();
    for crm in &engines {
        let session = on(crm, "2026-03-31");
        won(&session, "2026-02-10", 200, |_| {});
        let forecasts = session.forecasts();
        let query = SalesQuery::default();
        let first = forecasts.record_sales_forecast(&query, &naive(2), "first", None, None).unwrap();
        let note = Some("after the fair".to_owned());
        let second = forecasts.record_sales_forecast(&query, &naive(3), "second", Some(first.id), note).unwrap();
        assert_eq!(second.parent, Some(first.id));
        assert_eq!(forecasts.run(second.id).unwrap(), second);
        assert_eq!(forecasts.runs(&Query::default()).unwrap().items.len(), 2);
        assert!(second.input_hash == first.input_hash && second.run_hash != first.run_hash);

        let set = |field: &str, value: FieldValue| {
            session.update(StoredForecastRun::NAME, first.id, first.version, [(field.to_owned(), value)].into())
        };
        for (field, value) in [
            ("as_of", FieldValue::Date("2026-03-30".parse().unwrap())),
            ("series", FieldValue::Json("[]".into())),
            ("run_hash", second.run_hash.as_str().into()),
            ("parent", FieldValue::Reference(second.id)),
            ("options", FieldValue::Null),
        ] {
            assert_eq!(set(field, value).unwrap_err().code(), ErrorCode::IllegalTransition, "{field}");
        }
        let refused = session.delete(StoredForecastRun::NAME, first.id, first.version).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::StillReferenced);
        set("note", "looked at".into()).unwrap();
        session.delete(StoredForecastRun::NAME, second.id, second.version).unwrap();
        session.delete(StoredForecastRun::NAME, first.id, first.version + 1).unwrap();
        assert!(matches!(forecasts.run(first.id), Err(Error::NotFound { .. })));
    }
}

#[test]
fn a_run_made_without_a_database_is_kept_with_exact_figures() {
    let (_folder, engines) = engines();
    let values = vec![Some(0.1), Some(0.2), Some(1.0 / 3.0)];
    let series = [Series { values, start: Some("2026-01-01".parse().unwrap()), ..Series::default() }];
    let made = ForecastRun::make(&series, &naive(2), "2026-03-31".parse().unwrap(), 1).unwrap();
    for crm in &engines {
        let session = on(crm, "2026-04-01");
        let forecasts = session.forecasts();
        let kept = forecasts.record_forecast(&made, "by hand", None, None).unwrap();
        assert_eq!(kept.series[0].lines[1].mean, "0.333333".parse().unwrap());
        assert_eq!((&kept.input_hash, &kept.run_hash), (&made.input_hash, &made.hash().unwrap()));
        let refused = forecasts.forecast_accuracy(kept.id).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::NotAllowed, Some("query")));

        let refuse = |run: &ForecastRun, parent| {
            let refused = forecasts.record_forecast(run, "x", parent, None).unwrap_err();
            (refused.code(), refused.field().unwrap_or_default().to_owned())
        };
        let wrong = (ErrorCode::UnknownReference, "parent".to_owned());
        assert_eq!(refuse(&made, Some(kept.id)), wrong, "the run names no parent");
        let child = ForecastRun { parent: Some(kept.run_hash.clone()), ..made.clone() };
        assert_eq!(refuse(&child, None), wrong, "the parent is not said");
        assert_eq!(refuse(&child, Some(session.user())), wrong, "that is no run");
        forecasts.record_forecast(&child, "child", Some(kept.id), None).unwrap();
        let mut large = made.clone();
        large.series[0].forecast.mean[0] = 1e300;
        assert_eq!(refuse(&large, None), (ErrorCode::Overflow, "series[0].mean".to_owned()));
        let many = ForecastRun { series: vec![made.series[0].clone(); 10_001], ..made.clone() };
        assert_eq!(refuse(&many, None), (ErrorCode::TooMany, "series".to_owned()));
        let fields = [("name", "x".into()), ("as_of", FieldValue::Date(made.as_of)), ("engine_version", "1".into())];
        let hashes = [("input_hash", "AB".repeat(32).as_str().into()), ("run_hash", kept.run_hash.as_str().into())];
        let fields = fields.into_iter().chain(hashes).map(|(name, value): (&str, FieldValue)| (name.to_owned(), value));
        let refused = session.create(StoredForecastRun::NAME, fields.collect()).unwrap_err();
        assert_eq!((refused.code(), refused.field()), (ErrorCode::BadFormat, Some("input_hash")));
    }
}

#[test]
fn sales_of_a_merged_account_are_compared_with_what_was_forecast_for_it() {
    let (_folder, engines) = engines();
    for crm in &engines {
        let march = on(crm, "2026-03-31");
        let make = |name: &str| {
            march.customers().create_account(&Account { name: name.into(), ..Account::default() }).unwrap().id
        };
        let [account, other] = ["Tool", "Toolmaker"].map(make);
        won(&march, "2026-03-10", 300, |deal| deal.account = Some(account));
        let query = SalesQuery { by: vec!["account".into()], ..SalesQuery::default() };
        let run = march.forecasts().record_sales_forecast(&query, &naive(1), "April", None, None).unwrap();
        let entity = Account::NAME.to_owned();
        let merge = MergeRequest { entity, survivor: other, losers: vec![account], ..MergeRequest::default() };
        march.merges().merge(&merge).unwrap();
        let may = on(crm, "2026-05-02");
        won(&may, "2026-04-10", 250, |deal| deal.account = Some(other));
        let told = may.forecasts().forecast_accuracy(run.id).unwrap();
        assert_eq!((told.series[0].forecast, told.series[0].actual), (Decimal::from(300), Decimal::from(250)));
        let asked = SalesQuery { account: Some(account), ..SalesQuery::default() };
        let sold = may.forecasts().sales_history(&asked).unwrap();
        assert_eq!(sold.series[0].total, Decimal::from(550));
    }
}
