use super::*;
use crate::engine::smoke::sessions;
use crate::query::Query;
use crate::value::{ErrorCode, Money};

#[test]
fn a_newcomer_needs_no_pipeline() {
    for (_folder, admin) in sessions() {
        let made = opportunity(&admin, "Press line", "12345.67");
        let pipelines = admin.sales().pipelines(&Query::default()).unwrap().items;
        assert_eq!(pipelines.len(), 1);
        assert!(pipelines[0].is_default);
        assert_eq!(made.pipeline, Some(pipelines[0].id));
        assert_eq!(made.stage.as_deref(), Some("prospecting"));
        assert_eq!((made.currency, made.opened_on), (Some(currency("CNY")), Some(date("2026-03-02"))));
        // 10 % of 12345.67 is 1234.567: half up to the fen.
        assert_eq!((made.probability, made.expected_revenue), (Some(decimal("10")), Some(decimal("1234.57"))));
        let now = at("2026-03-02T01:00:00Z");
        assert_eq!(shape(&admin, made.id), [("prospecting".into(), now, None)]);
        opportunity(&admin, "Another", "1");
        assert_eq!(admin.sales().pipelines(&Query::default()).unwrap().items.len(), 1);
        let late = undo_last(&admin, made.id).unwrap_err();
        assert_eq!(late.code(), ErrorCode::StillReferenced, "the pipeline made with it is in use by now");
    }
}

#[test]
fn revenue_is_rounded_once_to_the_unit_of_the_currency() {
    for (_folder, admin) in sessions() {
        let revenue = |amount: &str, code: &str, percent: &str| {
            let opportunity = Opportunity {
                name: "x".into(),
                amount: Some(decimal(amount)),
                currency: Some(currency(code)),
                probability: Some(decimal(percent)),
                ..Opportunity::default()
            };
            admin.sales().create_opportunity(&opportunity).unwrap().expected_revenue.unwrap().to_string()
        };
        assert_eq!(revenue("1234567", "JPY", "75"), "925925", "925925.25");
        assert_eq!(revenue("1234566", "JPY", "75"), "925925", "925924.5 goes up");
        assert_eq!(revenue("-0.05", "EUR", "50"), "-0.03", "half away from zero");
        assert_eq!(revenue("1.0005", "KWD", "100"), "1.001");
        assert_eq!(revenue("922337203685477.5807", "EUR", "100"), "922337203685477.58");
        let error = admin
            .sales()
            .create_opportunity(&Opportunity {
                name: "x".into(),
                probability: Some(decimal("100.01")),
                ..Opportunity::default()
            })
            .unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("probability")));
    }
}

#[test]
fn an_explicit_probability_stands_and_zero_is_zero() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let zero = Opportunity {
            name: "long shot".into(),
            amount: Some(decimal("1000")),
            probability: Some(Decimal::ZERO),
            ..Opportunity::default()
        };
        let made = sales.create_opportunity(&zero).unwrap();
        assert_eq!((made.probability, made.probability_overridden), (Some(Decimal::ZERO), true));
        assert_eq!(made.expected_revenue, Some(Decimal::ZERO));
        let moved = advance(&admin, made.id, "proposal").unwrap();
        assert_eq!((moved.probability, moved.probability_overridden), (Some(Decimal::ZERO), true));
        let freed = sales.update_opportunity(&Opportunity { probability: None, ..moved }).unwrap();
        assert_eq!((freed.probability, freed.probability_overridden), (Some(decimal("50")), false));
        assert_eq!(advance(&admin, made.id, "negotiation").unwrap().probability, Some(decimal("75")));
        let read = sales.opportunity(made.id).unwrap();
        let said = sales.update_opportunity(&Opportunity { probability: Some(decimal("60")), ..read }).unwrap();
        assert_eq!((said.probability_overridden, said.expected_revenue), (true, Some(decimal("600"))));
        undo_last(&admin, made.id).unwrap();
        let back = sales.opportunity(made.id).unwrap();
        assert_eq!((back.probability, back.probability_overridden), (Some(decimal("75")), false));
        let won = sales.close_won(made.id, back.version, None, None, None).unwrap();
        assert_eq!((won.probability, won.expected_revenue), (Some(decimal("100")), Some(decimal("1000"))));
        let error = sales.update_opportunity(&Opportunity { probability: Some(decimal("5")), ..won }).unwrap_err();
        assert_eq!(error.code(), ErrorCode::IllegalTransition, "closed is certain");
    }
}

#[test]
fn no_way_round_the_stage_machine() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let made = opportunity(&admin, "a", "1");
        let stage = |key: &str| ("stage", FieldValue::from(key));
        let update = generic_update(&admin, "opportunity", made.id, 1, stage("won")).unwrap_err();
        assert_eq!((update.code(), update.field()), (ErrorCode::WriteOnce, Some("stage")));
        for (field, value) in [("stage_category", "won"), ("expected_revenue", "5"), ("probability_overridden", "true")]
        {
            let error = generic_update(&admin, "opportunity", made.id, 1, (field, value.into())).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::ReadOnlyField, Some(field)));
        }
        let dated = generic_update(&admin, "opportunity", made.id, 1, ("closed_on", "2026-03-01".into())).unwrap_err();
        assert_eq!(dated.code(), ErrorCode::IllegalTransition);
        let saved = sales.update_opportunity(&Opportunity { stage: Some("won".into()), ..made.clone() }).unwrap_err();
        assert_eq!(saved.code(), ErrorCode::WriteOnce);
        let unknown = generic_create(&admin, "opportunity", &[("name", "b".into()), stage("moon")]).unwrap_err();
        assert_eq!((unknown.code(), unknown.field()), (ErrorCode::NotInPicklist, Some("stage")));
        assert!(unknown.problems()[0].data["choices"].starts_with("prospecting,"));
        let lost = generic_create(&admin, "opportunity", &[("name", "b".into()), stage("lost")]).unwrap_err();
        assert_eq!(codes(&lost), [("guard_not_met".into(), "reason".into())]);
        let category = [("name", "b".into()), ("stage_category", "won".into())];
        assert_eq!(generic_create(&admin, "opportunity", &category).unwrap_err().code(), ErrorCode::ReadOnlyField);
        let same = advance(&admin, made.id, "prospecting").unwrap_err();
        assert_eq!((same.kind(), same.code()), ("conflict", ErrorCode::IllegalTransition));
        assert_eq!(same.problems()[0].data["allowed"], "qualification,proposal,negotiation,won,lost");
        assert_eq!(advance(&admin, made.id, "moon").unwrap_err().code(), ErrorCode::NotInPicklist);
        let stale = sales.advance_stage(made.id, 7, "proposal", None, false).unwrap_err();
        assert_eq!(stale.code(), ErrorCode::StaleVersion);
        let reopen = sales.reopen(made.id, 1, None, None).unwrap_err();
        assert_eq!(reopen.code(), ErrorCode::IllegalTransition);
        assert_eq!(sales.opportunity(made.id).unwrap().version, 1, "nothing was written");
        check_intervals(&admin, made.id);
    }
}

#[test]
fn closing_twice_is_refused_and_losing_needs_a_reason() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let made = opportunity(&admin, "a", "100");
        let silent = sales.close_lost(made.id, 1, " ", None, None).unwrap_err();
        assert_eq!(codes(&silent), [("guard_not_met".into(), "reason".into())]);
        let lost = sales.close_lost(made.id, 1, "price", Some("Other Works".into()), None).unwrap();
        assert_eq!((lost.close_reason.as_deref(), lost.competitor.as_deref()), (Some("price"), Some("Other Works")));
        assert_eq!((lost.closed_on, lost.probability), (Some(date("2026-03-02")), Some(Decimal::ZERO)));
        for attempt in [
            sales.close_won(made.id, lost.version, None, None, None),
            sales.close_lost(made.id, lost.version, "price", None, None),
            sales.advance_stage(made.id, lost.version, "proposal", None, false),
        ] {
            assert_eq!(attempt.unwrap_err().code(), ErrorCode::IllegalTransition);
        }
        let mute = sales.update_opportunity(&Opportunity { close_reason: None, ..lost }).unwrap_err();
        assert_eq!((mute.code(), mute.field()), (ErrorCode::Required, Some("close_reason")));
        check_intervals(&admin, made.id);
    }
}

#[test]
fn reopening_adds_an_interval_and_leaves_no_gap() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        let sales = admin.sales();
        let made = opportunity(&admin, "a", "100");
        clock.advance_micros(DAY);
        let moved = advance(&admin, made.id, "proposal").unwrap();
        clock.advance_micros(DAY);
        let won = sales.close_won(made.id, moved.version, Some("service".into()), Some(decimal("90")), None).unwrap();
        assert_eq!((won.amount, won.closed_on), (Some(decimal("90")), Some(date("2026-03-04"))));
        check_intervals(&admin, made.id);
        clock.advance_micros(DAY);
        let into_closed = sales.reopen(made.id, won.version, Some("lost".into()), None).unwrap_err();
        assert_eq!(into_closed.code(), ErrorCode::IllegalTransition);
        let open = sales.reopen(made.id, won.version, None, Some("order cancelled".into())).unwrap();
        assert_eq!((open.stage.as_deref(), open.probability), (Some("proposal"), Some(decimal("50"))));
        assert_eq!((open.closed_on, open.close_reason), (None, None));
        check_intervals(&admin, made.id);
        let day = |day: i64| at("2026-03-02T01:00:00Z").add_micros(day * DAY);
        let expected = [
            ("prospecting".to_owned(), day(0), Some(day(1))),
            ("proposal".to_owned(), day(1), Some(day(2))),
            ("won".to_owned(), day(2), Some(day(3))),
            ("proposal".to_owned(), day(3), None),
        ];
        assert_eq!(shape(&admin, made.id), expected);
        undo_last(&admin, made.id).unwrap();
        assert_eq!(sales.opportunity(made.id).unwrap().stage.as_deref(), Some("won"));
        check_intervals(&admin, made.id);
        assert_eq!(shape(&admin, made.id)[2].2, Some(day(2)));
    }
}

#[test]
fn a_closing_in_the_past_keeps_the_order_of_the_intervals() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        let made = opportunity(&admin, "a", "100");
        clock.advance_micros(9 * DAY);
        let moved = advance(&admin, made.id, "proposal").unwrap();
        clock.advance_micros(9 * DAY);
        let close = |day: &str| admin.sales().close_won(made.id, moved.version, None, None, Some(date(day)));
        for (day, why) in [("2026-03-21", "in the future"), ("2026-03-10", "before the present stage")] {
            let error = close(day).unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::OutOfRange, Some("closed_on")), "{why}");
        }
        let won = close("2026-03-11").unwrap();
        assert_eq!(won.closed_on, Some(date("2026-03-11")));
        check_intervals(&admin, made.id);
        assert_eq!(
            shape(&admin, made.id)[1].2,
            Some(at("2026-03-11T01:00:00Z")),
            "on the day itself, not before entry"
        );
    }
}

#[test]
fn history_is_imported_with_stage_and_dates() {
    for (_folder, admin) in sessions() {
        let fields = |extra: &[(&'static str, &'static str)]| {
            let mut fields = vec![("name", FieldValue::from("old")), ("amount", "5000".into())];
            fields.extend(extra.iter().map(|(name, value)| (*name, FieldValue::from(*value))));
            fields
        };
        let import = |extra: &[(&'static str, &'static str)]| {
            generic_create(&admin, "opportunity", &fields(extra)).map(|outcome| outcome.created("opportunity"))
        };
        let won = import(&[("stage", "won"), ("opened_on", "2025-01-10"), ("closed_on", "2025-04-10")]).unwrap();
        let read = admin.sales().opportunity(won).unwrap();
        assert_eq!((read.probability, read.expected_revenue), (Some(decimal("100")), Some(decimal("5000"))));
        // A date begins at midnight in Shanghai, 16:00 of the day before in UTC.
        let (opened, closed) = (at("2025-01-09T16:00:00Z"), at("2025-04-09T16:00:00Z"));
        let expected = [("prospecting".into(), opened, Some(closed)), ("won".into(), closed, Some(closed))];
        assert_eq!(shape(&admin, won), expected);
        check_intervals(&admin, won);
        let open = import(&[("stage", "proposal"), ("opened_on", "2026-01-10")]).unwrap();
        assert_eq!(shape(&admin, open), [("proposal".into(), at("2026-01-09T16:00:00Z"), None)]);
        let lost = import(&[("stage", "lost"), ("closed_on", "2025-04-10"), ("close_reason", "price")]).unwrap();
        assert_eq!(admin.sales().opportunity(lost).unwrap().opened_on, Some(date("2025-04-10")));
        check_intervals(&admin, lost);
        let bad = |extra: &[(&'static str, &'static str)]| {
            let error = import(extra).unwrap_err();
            (error.code(), error.field().unwrap().to_owned())
        };
        let range = |field: &str| (ErrorCode::OutOfRange, field.to_owned());
        assert_eq!(bad(&[("opened_on", "2026-03-03")]), range("opened_on"));
        assert_eq!(bad(&[("stage", "won"), ("closed_on", "2026-03-03")]), range("closed_on"));
        assert_eq!(
            bad(&[("stage", "won"), ("opened_on", "2026-03-01"), ("closed_on", "2026-02-01")]),
            range("opened_on")
        );
        assert_eq!(bad(&[("closed_on", "2026-02-01")]), (ErrorCode::IllegalTransition, "closed_on".to_owned()));
    }
}

#[test]
fn every_guard_that_is_not_met_is_listed_and_nothing_changes() {
    for (_folder, admin) in sessions() {
        let head = role(&admin, "head of sales");
        let mut pipeline = Pipeline { name: "Projects".into(), key: "projects".into(), ..Pipeline::standard() };
        pipeline.stages[1].guards = vec![Guard::FieldFilled { field: "next_step".into() }];
        pipeline.stages[2].may_skip = true;
        pipeline.stages[2].guards = vec![Guard::FieldFilled { field: "source".into() }];
        pipeline.stages[3].guards = vec![
            Guard::FieldFilled { field: "close_date".into() },
            Guard::AmountAtLeast { minimums: vec![Money::parse("1000", "CNY").unwrap()] },
            Guard::ReasonGiven {},
        ];
        for stage in &mut pipeline.stages[1..4] {
            stage.waiver_roles = vec![head];
        }
        let sales = admin.sales();
        sales.create_pipeline(&pipeline).unwrap();
        let made = opportunity(&admin, "a", "999.9999");
        let error = advance(&admin, made.id, "negotiation").unwrap_err();
        let unmet: Vec<&str> = error.problems().iter().map(|problem| problem.field.as_deref().unwrap()).collect();
        assert_eq!(unmet, ["next_step", "close_date", "amount", "reason"], "the skippable stage is not asked");
        assert!(error.problems().iter().all(|problem| problem.code == ErrorCode::GuardNotMet));
        assert_eq!(error.problems()[0].data["stage"], "qualification");
        assert_eq!(error.problems()[2].data["minimum"], "1000");
        assert_eq!(error.kind(), "conflict");
        assert_eq!(sales.opportunity(made.id).unwrap(), made, "nothing changed");
        assert!(advance(&admin, made.id, "lost").unwrap_err().problems().len() == 1, "losing asks only its own guard");

        let waive = |session: &Session, reason: Option<&str>| {
            let version = sales.opportunity(made.id).unwrap().version;
            session.sales().advance_stage(made.id, version, "negotiation", reason.map(str::to_owned), true)
        };
        assert_eq!(waive(&admin, Some("because")).unwrap_err().code(), ErrorCode::GuardNotMet, "the role is missing");
        let boss = seller(&admin, "boss", Some(head));
        let handed = generic_update(&admin, "opportunity", made.id, 1, ("owner", boss.user().into())).unwrap();
        assert_eq!(handed.changes.len(), 2, "the interval follows the owner");
        check_intervals(&admin, made.id);
        assert_eq!(waive(&boss, None).unwrap_err().code(), ErrorCode::GuardNotMet, "a reason is missing");
        let command = SalesCommand::AdvanceStage {
            opportunity: made.id,
            expected_version: 2,
            to: "negotiation".into(),
            reason: Some("key account".into()),
            waive: Some(true),
        };
        let told = boss.preview(Command::Sales(command)).unwrap();
        assert_eq!(told.warnings.len(), 3, "what was waived is told");
        assert_eq!(told.trace[0].rule, "guards_waived");
        assert_eq!(waive(&boss, Some("key account")).unwrap().stage.as_deref(), Some("negotiation"));
        check_intervals(&boss, made.id);
    }
}

/// The standard pipeline with a minimum of 1000 CNY before negotiation.
fn guarded_pipeline() -> Pipeline {
    let mut pipeline = Pipeline::standard();
    pipeline.stages[3].guards = vec![Guard::AmountAtLeast { minimums: vec![Money::parse("1000", "CNY").unwrap()] }];
    pipeline
}

#[test]
fn reopening_went_round_the_guards_and_the_ways() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        sales.create_pipeline(&guarded_pipeline()).unwrap();
        let made = opportunity(&admin, "a", "1");
        let lost = sales.close_lost(made.id, made.version, "price", None, None).unwrap();
        let ahead = |to: &str, version| sales.reopen(made.id, version, Some(to.into()), None);
        assert_eq!(
            codes(&ahead("negotiation", lost.version).unwrap_err()),
            [("guard_not_met".into(), "amount".into())]
        );
        let back = ahead("proposal", lost.version).unwrap();
        assert_eq!(
            sales.close_won(made.id, back.version, None, None, None).unwrap_err().code(),
            ErrorCode::GuardNotMet
        );
        let won = sales.close_won(made.id, back.version, None, Some(decimal("1000")), None).unwrap();
        let smaller = sales.update_opportunity(&Opportunity { amount: Some(decimal("1")), ..won }).unwrap();
        assert_eq!(ahead("negotiation", smaller.version).unwrap_err().code(), ErrorCode::GuardNotMet);
        let earlier = ahead("qualification", smaller.version).unwrap();
        assert_eq!(earlier.stage.as_deref(), Some("qualification"), "back to where it was before needs no guard");
        check_intervals(&admin, made.id);
    }
}

#[test]
fn reopening_follows_the_ways_of_the_stage_where_it_was() {
    for (_folder, admin) in sessions() {
        let mut pipeline = Pipeline::standard();
        let hold = Stage { key: "on_hold".into(), category: StageCategory::Hold, ..pipeline.stages[0].clone() };
        pipeline.stages.push(hold);
        pipeline.stages[0].next = vec!["qualification".into(), "on_hold".into(), "lost".into()];
        admin.sales().create_pipeline(&pipeline).unwrap();
        let made = opportunity(&admin, "a", "1");
        let version = || admin.sales().opportunity(made.id).unwrap().version;
        advance(&admin, made.id, "on_hold").unwrap();
        let skipped = advance(&admin, made.id, "proposal").unwrap_err();
        assert_eq!(skipped.code(), ErrorCode::IllegalTransition, "resting opens no way that was not there before");
        assert_eq!(skipped.problems()[0].data["allowed"], "prospecting,qualification,lost");
        admin.sales().close_lost(made.id, version(), "price", None, None).unwrap();
        let reopen = |to: &str| admin.sales().reopen(made.id, version(), Some(to.into()), None);
        assert_eq!(reopen("proposal").unwrap_err().code(), ErrorCode::IllegalTransition);
        assert_eq!(reopen("on_hold").unwrap().stage.as_deref(), Some("on_hold"), "where it rested it may rest again");
        advance(&admin, made.id, "qualification").unwrap();
        check_intervals(&admin, made.id);
    }
}

#[test]
fn a_new_opportunity_in_a_late_stage_passed_the_guards_before_it() {
    for (_folder, admin) in sessions() {
        let mut pipeline = guarded_pipeline();
        pipeline.stages[1].guards = vec![Guard::FieldFilled { field: "next_step".into() }];
        admin.sales().create_pipeline(&pipeline).unwrap();
        let create = |stage: &str, amount: &str| {
            let stage = Some(stage.to_owned());
            let made = Opportunity { name: "x".into(), stage, amount: Some(decimal(amount)), ..Opportunity::default() };
            admin.sales().create_opportunity(&made).map(|_| ()).map_err(|error| codes(&error))
        };
        let unmet = |fields: &[&str]| {
            Err(fields.iter().map(|field| ("guard_not_met".to_owned(), (*field).to_owned())).collect::<Vec<_>>())
        };
        assert_eq!(create("won", "1"), unmet(&["next_step", "amount"]));
        assert_eq!(create("negotiation", "1000"), unmet(&["next_step"]));
        assert_eq!(create("lost", "1"), unmet(&["reason"]), "losing asks only its own guard");
        assert_eq!(create("prospecting", "1"), Ok(()));
    }
}

#[test]
fn a_yes_no_field_that_says_no_is_not_filled() {
    use crate::schema::{CustomFieldKind, FieldDefinition};
    for (_folder, admin) in sessions() {
        let definition = FieldDefinition {
            entity: "opportunity".into(),
            name: "x_approved".into(),
            kind: CustomFieldKind::Boolean,
            ..FieldDefinition::default()
        };
        admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
        let mut pipeline = Pipeline::standard();
        pipeline.stages[2].guards = vec![Guard::FieldFilled { field: "x_approved".into() }];
        admin.sales().create_pipeline(&pipeline).unwrap();
        let made = opportunity(&admin, "a", "1");
        generic_update(&admin, "opportunity", made.id, 1, ("x_approved", false.into())).unwrap();
        assert_eq!(advance(&admin, made.id, "proposal").unwrap_err().code(), ErrorCode::GuardNotMet);
        generic_update(&admin, "opportunity", made.id, 2, ("x_approved", true.into())).unwrap();
        advance(&admin, made.id, "proposal").unwrap();
    }
}

#[test]
fn a_guard_of_another_currency_is_not_met() {
    for (_folder, admin) in sessions() {
        let mut pipeline = Pipeline::standard();
        pipeline.stages[2].guards = vec![Guard::AmountAtLeast {
            minimums: vec![Money::parse("10", "EUR").unwrap(), Money::parse("80", "CNY").unwrap()],
        }];
        admin.sales().create_pipeline(&pipeline).unwrap();
        let create = |code: &str, amount: &str| {
            let opportunity = Opportunity {
                name: "x".into(),
                stage: Some("proposal".into()),
                amount: Some(decimal(amount)),
                currency: Some(currency(code)),
                ..Opportunity::default()
            };
            admin.sales().create_opportunity(&opportunity).map(|_| ()).map_err(|error| codes(&error))
        };
        assert_eq!(create("EUR", "10"), Ok(()));
        assert_eq!(create("CNY", "10"), Err(vec![("guard_not_met".into(), "amount".into())]));
        assert_eq!(create("USD", "9999"), Err(vec![("guard_not_met".into(), "currency".into())]));
    }
}

#[test]
fn undo_takes_a_step_back_for_a_user_without_rights_on_intervals() {
    for (_folder, admin) in sessions() {
        let (admin, clock) = clocked(&admin);
        opportunity(&admin, "first", "1");
        let wang = seller(&admin, "wang", None);
        let made = opportunity(&wang, "b", "100");
        let before = (wang.sales().opportunity(made.id).unwrap(), wang.sales().stage_history(made.id).unwrap());
        clock.advance_micros(DAY);
        advance(&wang, made.id, "negotiation").unwrap();
        check_intervals(&wang, made.id);
        undo_last(&wang, made.id).unwrap();
        check_intervals(&wang, made.id);
        let after = wang.sales().opportunity(made.id).unwrap();
        assert_eq!(Opportunity { version: 1, updated_at: before.0.updated_at, ..after }, before.0);
        let kept = |interval: &StageInterval| (interval.id, interval.left_at, interval.stage.clone());
        let after = wang.sales().stage_history(made.id).unwrap();
        assert_eq!(after.iter().map(kept).collect::<Vec<_>>(), before.1.iter().map(kept).collect::<Vec<_>>());
        advance(&wang, made.id, "proposal").unwrap();
        let step = wang.history("opportunity", made.id).unwrap().pop().unwrap().op_id;
        advance(&wang, made.id, "negotiation").unwrap();
        let late = wang.execute(Command::Journal(JournalCommand::Undo { operation: step })).unwrap_err();
        assert_eq!(late.code(), ErrorCode::EffectsChanged, "another step stands on it");
        check_intervals(&wang, made.id);
    }
}

#[test]
fn nobody_writes_intervals_and_they_go_and_come_with_their_opportunity() {
    for (_folder, admin) in sessions() {
        let made = opportunity(&admin, "a", "1");
        advance(&admin, made.id, "proposal").unwrap();
        let interval = admin.sales().stage_history(made.id).unwrap().remove(0);
        let fields = [("opportunity", made.id.into()), ("stage", "won".into())];
        assert_eq!(generic_create(&admin, "stage_interval", &fields).unwrap_err().code(), ErrorCode::ReadOnlyField);
        let entered = ("entered_at", FieldValue::from("2020-01-01T00:00:00Z"));
        let error = generic_update(&admin, "stage_interval", interval.id, interval.version, entered).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ReadOnlyField);
        let delete = |entity: &str, id, expected_version| {
            let entity = entity.to_owned();
            admin.execute(Command::Record(RecordCommand::Delete { entity, id, expected_version }))
        };
        assert_eq!(delete("stage_interval", interval.id, 2).unwrap_err().code(), ErrorCode::ReadOnlyField);

        let before = shape(&admin, made.id);
        let gone = delete("opportunity", made.id, 2).unwrap();
        assert_eq!(gone.changes.len(), 3, "two intervals and the opportunity");
        assert!(admin.list_all::<StageInterval>(&Query::default()).unwrap().is_empty());
        admin.execute(Command::Record(RecordCommand::Restore { entity: "opportunity".into(), id: made.id })).unwrap();
        assert_eq!(shape(&admin, made.id), before);
        check_intervals(&admin, made.id);
        delete("opportunity", made.id, 4).unwrap();
        undo_last(&admin, made.id).unwrap();
        assert_eq!(shape(&admin, made.id), before);
    }
}

#[test]
fn a_locked_stage_cannot_be_moved_by_command() {
    use crate::access::FieldRight;
    for (_folder, admin) in sessions() {
        opportunity(&admin, "first", "1");
        let wang = seller(&admin, "wang", None);
        let made = opportunity(&wang, "a", "1");
        let set = admin.list_all::<PermissionSet>(&Query::default()).unwrap();
        let set = set.into_iter().find(|set| set.name == "wang set").unwrap();
        let locked = FieldRight {
            entity: "opportunity".into(),
            field: "stage".into(),
            access: crate::access::FieldAccess::Read,
        };
        let hidden =
            FieldRight { field: "amount".into(), access: crate::access::FieldAccess::Hidden, ..locked.clone() };
        let set = PermissionSet { fields: vec![locked, hidden], ..set };
        admin.execute(Command::Admin(AdminCommand::UpdatePermissionSet { permission_set: set })).unwrap();
        let error = wang.sales().advance_stage(made.id, 1, "proposal", None, false).unwrap_err();
        assert_eq!((error.kind(), error.field()), ("denied", Some("stage")));
        assert_eq!(wang.sales().stage_history(made.id).unwrap()[0].amount_at_entry, None);
        assert_eq!(admin.sales().stage_history(made.id).unwrap()[0].amount_at_entry, Some(decimal("1")));
        let seen = wang.sales().opportunity(made.id).unwrap();
        assert_eq!((seen.amount, seen.expected_revenue), (None, None), "nor what gives the amount away");
        let listed = wang.list_all::<StageInterval>(&Query::default()).unwrap();
        assert_eq!((listed.len(), listed[0].amount_at_entry), (1, None), "only one's own, and without the amount");
        let told = wang.history("opportunity", made.id).unwrap();
        let fields: Vec<&str> = told[0].changes.iter().map(|change| change.field.as_str()).collect();
        assert!(!fields.contains(&"amount") && !fields.contains(&"expected_revenue"), "{fields:?}");
        let rows = wang.sales().funnel(&FunnelOptions::default()).unwrap();
        assert_eq!((rows[0].count, rows[0].totals.len()), (1, 0));
        let li = seller(&admin, "li", None);
        let hidden = li.sales().advance_stage(made.id, 1, "proposal", None, false).unwrap_err();
        assert_eq!(hidden.kind(), "not_found", "somebody else's opportunity");
    }
}
