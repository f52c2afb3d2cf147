use super::*;
use crate::engine::smoke::sessions;
use crate::query::Query;
use crate::sales::metrics;
use crate::value::ErrorCode;

/// O01 of the reference: 14, 21 and 25 days in the stages, a cycle of 60, one move back.
#[test]
fn days_in_stage_of_an_outside_example() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        let made = opportunity(&admin, "O01", "1000");
        for (days, to) in [(7, "qualification"), (13, "prospecting"), (7, "qualification"), (8, "proposal")] {
            clock.advance_micros(days * DAY);
            advance(&admin, made.id, to).unwrap();
        }
        clock.advance_micros(25 * DAY);
        let report = admin.sales().stage_report(made.id).unwrap();
        let figures = |report: &StageReport| -> Vec<(String, i64, String)> {
            let line = |time: &StageTime| (time.stage.clone(), time.visits, time.days.to_string());
            report.stages.iter().map(line).collect()
        };
        let line = |stage: &str, visits, days: &str| (stage.to_owned(), visits, days.to_owned());
        let expected = [line("prospecting", 2, "14"), line("qualification", 2, "21"), line("proposal", 1, "25")];
        assert_eq!(figures(&report), expected);
        assert_eq!((report.cycle_days, report.regressions), (decimal("60"), 1));
        let version = admin.sales().opportunity(made.id).unwrap().version;
        admin.sales().close_won(made.id, version, None, None, None).unwrap();
        clock.advance_micros(100 * DAY);
        let closed = admin.sales().stage_report(made.id).unwrap();
        assert_eq!(closed.cycle_days, decimal("60"), "a closed opportunity no longer ages");
        assert_eq!(figures(&closed)[..3], expected);
        let intervals = admin.sales().stage_history(made.id).unwrap();
        let pipeline = admin.sales().pipeline(made.pipeline.unwrap()).unwrap();
        let then = at("2026-03-02T01:00:00Z").add_micros(20 * DAY);
        let early = metrics::stage_report(&intervals, then).unwrap();
        assert_eq!(figures(&early), [line("prospecting", 2, "7"), line("qualification", 1, "13")]);
        let proposal = intervals.iter().find(|interval| interval.stage == "proposal").unwrap();
        let stage = |max_days| Stage { max_days, ..pipeline.stages[2].clone() };
        let now = admin.clock.now();
        assert!(metrics::is_overdue(&stage(Some(24)), proposal, now));
        assert!(
            !metrics::is_overdue(&stage(Some(25)), proposal, now) && !metrics::is_overdue(&stage(None), proposal, now)
        );
    }
}

#[test]
fn a_report_of_the_past_is_the_same_after_a_reopening() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        let made = opportunity(&admin, "a", "1");
        clock.advance_micros(3 * DAY);
        let won = admin.sales().close_won(made.id, 1, None, None, None).unwrap();
        clock.advance_micros(DAY);
        let then = admin.clock.now();
        let first = admin.sales().stage_report(made.id).unwrap();
        clock.advance_micros(DAY);
        admin.sales().reopen(made.id, won.version, None, None).unwrap();
        clock.advance_micros(DAY);
        let intervals = admin.sales().stage_history(made.id).unwrap();
        assert_eq!(metrics::stage_report(&intervals, then).unwrap(), first);
        assert_eq!(admin.sales().stage_report(made.id).unwrap().cycle_days, decimal("6"));
    }
}

#[test]
fn a_funnel_counts_and_sums_by_currency_now_and_then() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        let sales = admin.sales();
        let make = |amount: Option<&str>, code: &str, stage: &str| {
            let opportunity = Opportunity {
                name: "x".into(),
                amount: amount.map(decimal),
                currency: Some(currency(code)),
                stage: Some(stage.into()),
                ..Opportunity::default()
            };
            sales.create_opportunity(&opportunity).unwrap()
        };
        let first = make(Some("100.01"), "EUR", "prospecting");
        make(Some("100.01"), "EUR", "prospecting");
        make(Some("7"), "CNY", "prospecting");
        make(None, "CNY", "prospecting");
        let proposal = make(Some("1000"), "EUR", "proposal");
        let row = |rows: &[FunnelRow], stage: &str| rows.iter().find(|row| row.stage == stage).unwrap().clone();
        let rows = sales.funnel(&FunnelOptions::default()).unwrap();
        assert_eq!(rows.len(), 6, "every stage, empty or not");
        let prospecting = row(&rows, "prospecting");
        assert_eq!((prospecting.count, prospecting.totals.len()), (4, 2));
        let euro = &prospecting.totals[1];
        assert_eq!((euro.currency, euro.count, euro.amount), (currency("EUR"), 2, decimal("200.02")));
        // 20.002 rounded once; the two lines rounded first would give 20.00 too, three of 0.05 would not.
        assert_eq!(euro.weighted, decimal("20"));
        assert_eq!(row(&rows, "proposal").totals[0].weighted, decimal("500"));

        let then = admin.clock.now();
        clock.advance_micros(DAY);
        advance(&admin, first.id, "won").unwrap();
        let delete = RecordCommand::Delete { entity: "opportunity".into(), id: proposal.id, expected_version: 1 };
        admin.execute(Command::Record(delete)).unwrap();
        make(Some("5"), "EUR", "proposal");
        let now = sales.funnel(&FunnelOptions::default()).unwrap();
        let counts = |rows: &[FunnelRow]| rows.iter().map(|row| row.count).collect::<Vec<_>>();
        assert_eq!(counts(&now), [3, 0, 1, 0, 1, 0]);
        let past = sales.funnel(&FunnelOptions { as_of: Some(then), ..FunnelOptions::default() }).unwrap();
        assert_eq!(past, rows, "the same question about the past gives the same answer");
        let nobody = FunnelOptions { owner: Some(admin.new_id()), ..FunnelOptions::default() };
        assert_eq!(counts(&sales.funnel(&nobody).unwrap()), [0; 6]);
        let wang = seller(&admin, "wang", None);
        assert_eq!(counts(&wang.sales().funnel(&FunnelOptions::default()).unwrap()), [0; 6], "only what one may see");
    }
}

#[test]
fn moves_back_of_the_past_changed_with_the_order_of_the_stages() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let made = opportunity(&admin, "a", "1");
        for to in ["proposal", "qualification", "negotiation"] {
            advance(&admin, made.id, to).unwrap();
        }
        let before = sales.stage_report(made.id).unwrap();
        assert_eq!(before.regressions, 1);
        let mut pipeline = sales.pipeline(made.pipeline.unwrap()).unwrap();
        pipeline.stages.swap(1, 2);
        (pipeline.stages[1].may_regress_to, pipeline.stages[2].may_regress_to) = (Vec::new(), vec!["proposal".into()]);
        sales.update_pipeline(&pipeline).unwrap();
        assert_eq!(sales.stage_report(made.id).unwrap(), before);
        advance(&admin, made.id, "proposal").unwrap();
        assert_eq!(sales.stage_report(made.id).unwrap().regressions, 2, "by the new order");
    }
}

#[test]
fn the_funnel_before_an_import_was_empty_although_the_intervals_know_it() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        let sales = admin.sales();
        let imported = |stage: &str, opened_on: &str, closed_on: Option<&str>| {
            let old = Opportunity {
                name: "old".into(),
                amount: Some(decimal("1000")),
                stage: Some(stage.into()),
                opened_on: Some(date(opened_on)),
                closed_on: closed_on.map(date),
                ..Opportunity::default()
            };
            sales.create_opportunity(&old).unwrap()
        };
        imported("won", "2025-01-10", Some("2025-04-10"));
        let open = imported("proposal", "2025-03-01", None);
        let counts = |rows: &[FunnelRow]| rows.iter().map(|row| row.count).collect::<Vec<_>>();
        let at_instant = |session: &Session, text: &str, by_intervals| {
            let options = FunnelOptions { as_of: Some(at(text)), by_intervals, ..FunnelOptions::default() };
            session.sales().funnel(&options).unwrap()
        };
        assert_eq!(counts(&at_instant(&admin, "2025-03-31T00:00:00Z", false)), [0; 6], "nobody knew it then");
        let march = at_instant(&admin, "2025-03-31T00:00:00Z", true);
        assert_eq!(counts(&march), [1, 0, 1, 0, 0, 0]);
        assert_eq!(march[2].totals[0].weighted, decimal("500"));
        assert_eq!(counts(&at_instant(&admin, "2025-05-01T00:00:00Z", true)), [0, 0, 1, 0, 1, 0]);
        assert_eq!(counts(&at_instant(&admin, "2025-01-01T00:00:00Z", true)), [0; 6]);
        clock.advance_micros(DAY);
        let now = admin.clock.now().to_string();
        advance(&admin, open.id, "lost").unwrap_err();
        advance(&admin, open.id, "negotiation").unwrap();
        assert_eq!(at_instant(&admin, &now, true), sales.funnel(&FunnelOptions::default()).unwrap());
        let wang = seller(&admin, "wang", None);
        assert_eq!(counts(&at_instant(&wang, &now, true)), [0; 6], "only what one may see");
        let undated = sales.funnel(&FunnelOptions { by_intervals: true, ..FunnelOptions::default() }).unwrap_err();
        assert_eq!((undated.code(), undated.field()), (ErrorCode::Required, Some("as_of")));
    }
}

#[test]
fn sums_over_hidden_currencies_and_probabilities_were_wrong() {
    use crate::access::FieldRight;
    for (_folder, admin) in sessions() {
        opportunity(&admin, "first", "1");
        for (field, funnel_has, rate_has) in
            [("currency", false, false), ("probability", false, true), ("amount", false, false), ("source", true, true)]
        {
            let rep = seller(&admin, field, None);
            let make = |code: &str, stage: &str| {
                let made = Opportunity {
                    name: "x".into(),
                    amount: Some(decimal("10")),
                    currency: Some(currency(code)),
                    stage: Some(stage.into()),
                    ..Opportunity::default()
                };
                rep.sales().create_opportunity(&made).unwrap();
            };
            make("EUR", "won");
            make("CNY", "proposal");
            let set = admin.list_all::<PermissionSet>(&Query::default()).unwrap();
            let set = set.into_iter().find(|set| set.name == format!("{field} set")).unwrap();
            let hidden = FieldRight {
                entity: "opportunity".into(),
                field: field.into(),
                access: crate::access::FieldAccess::Hidden,
            };
            let set = PermissionSet { fields: vec![hidden], ..set };
            admin.execute(Command::Admin(AdminCommand::UpdatePermissionSet { permission_set: set })).unwrap();
            let by_intervals = FunnelOptions {
                as_of: Some(at("2026-03-02T01:00:00Z")),
                by_intervals: true,
                ..FunnelOptions::default()
            };
            for options in [FunnelOptions::default(), by_intervals] {
                let rows = rep.sales().funnel(&options).unwrap();
                assert_eq!((rows[2].count, rows[4].count), (1, 1), "what is seen is counted");
                assert_eq!(rows.iter().any(|row| !row.totals.is_empty()), funnel_has, "{field}");
            }
            let rate = rep.sales().win_rate(&WinRateOptions::default()).unwrap();
            assert_eq!((rate.won, rate.values.len()), (1, usize::from(rate_has)), "{field}");
        }
    }
}

#[test]
fn weights_are_rounded_once_per_row() {
    let pipeline = Pipeline::standard();
    let one = Opportunity {
        amount: Some(decimal("0.05")),
        probability: Some(decimal("10")),
        currency: Some(currency("EUR")),
        stage: Some("prospecting".into()),
        ..Opportunity::default()
    };
    let rows = metrics::funnel(&pipeline, &[one.clone(), one.clone(), one]).unwrap();
    assert_eq!(rows[0].totals[0].weighted, decimal("0.02"), "0.015, not three times 0.01");
}

#[test]
fn win_rate_leaves_open_ones_out() {
    for (_folder, admin) in sessions() {
        let close = |amount: &str, stage: &str, closed_on: &str| {
            let opportunity = Opportunity {
                name: "x".into(),
                amount: Some(decimal(amount)),
                stage: Some(stage.into()),
                close_reason: Some("price".into()),
                closed_on: Some(date(closed_on)),
                ..Opportunity::default()
            };
            admin.sales().create_opportunity(&opportunity).unwrap()
        };
        close("300", "won", "2026-01-05");
        close("100", "lost", "2026-01-31");
        close("500", "lost", "2026-02-01");
        opportunity(&admin, "open", "999999");
        let all = admin.sales().win_rate(&WinRateOptions::default()).unwrap();
        assert_eq!((all.won, all.lost, all.rate), (1, 2, Some(decimal("0.333333"))));
        assert_eq!(all.values[0].rate, Some(decimal("0.333333")), "300 of 900");
        let january = WinRateOptions {
            closed_from: Some(date("2026-01-01")),
            closed_until: Some(date("2026-02-01")),
            ..WinRateOptions::default()
        };
        let january = admin.sales().win_rate(&january).unwrap();
        assert_eq!((january.rate, january.values[0].rate), (Some(decimal("0.5")), Some(decimal("0.75"))));
        let none = WinRateOptions { closed_from: Some(date("2027-01-01")), ..WinRateOptions::default() };
        assert_eq!(admin.sales().win_rate(&none).unwrap().rate, None);
    }
}

/// O02 of the reference: 2777.78 a day.
#[test]
fn velocity_of_an_outside_example() {
    let per_day = metrics::velocity(50, decimal("10000"), decimal("0.25"), decimal("45"), 2).unwrap();
    assert_eq!(per_day, decimal("2777.78"));
    let error = metrics::velocity(1, Decimal::ONE, Decimal::ONE, Decimal::ZERO, 2).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OutOfRange);
}
