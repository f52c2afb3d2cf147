use super::*;
use crate::engine::smoke::sessions;
use crate::value::{ErrorCode, Problem};

/// What is wrong with a standard pipeline after a change.
fn problems(session: &Session, change: impl FnOnce(&mut Pipeline)) -> Vec<(ErrorCode, String)> {
    let mut pipeline = Pipeline::standard();
    change(&mut pipeline);
    let text = |problem: &Problem| (problem.code, problem.field.clone().unwrap_or_default());
    match session.sales().create_pipeline(&pipeline) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(text).collect(),
    }
}

#[test]
fn an_unsound_definition_is_refused_with_paths() {
    for (_folder, admin) in sessions() {
        let check = |change: fn(&mut Pipeline)| problems(&admin, change);
        let one = |code, path: &str| vec![(code, path.to_owned())];
        use ErrorCode::{
            BadFormat, DuplicateKey, IllegalTransition, OutOfRange, Required, TooMany, UnknownField, UnknownReference,
        };
        let twice = check(|p| p.stages[1].key = "lost".into());
        assert!(twice.contains(&(DuplicateKey, "stages[5].key".into())), "{twice:?}");
        assert_eq!(check(|p| p.stages[1].key = String::new())[0], (BadFormat, "stages[1].key".into()));
        assert_eq!(check(|p| p.stages[2].name = " ".into()), one(Required, "stages[2].name"));
        assert_eq!(check(|p| p.stages[2].probability = decimal("100.5")), one(OutOfRange, "stages[2].probability"));
        assert_eq!(check(|p| p.stages[4].probability = decimal("99")), one(OutOfRange, "stages[4].probability"));
        assert_eq!(check(|p| p.stages[0].category = StageCategory::Hold), one(Required, "stages"));
        assert_eq!(check(|p| p.stages[2].max_days = Some(0)), one(OutOfRange, "stages[2].max_days"));
        assert_eq!(check(|p| p.stages[2].next = vec!["moon".into()]), one(UnknownReference, "stages[2].next[0]"));
        assert_eq!(check(|p| p.stages[4].next = vec!["lost".into()]), one(IllegalTransition, "stages[4].next"));
        assert_eq!(
            check(|p| p.stages[1].may_regress_to = vec!["proposal".into()]),
            one(UnknownReference, "stages[1].may_regress_to[0]")
        );
        assert_eq!(
            check(|p| p.stages[3].guards = vec![Guard::FieldFilled { field: "x_none".into() }]),
            one(UnknownField, "stages[3].guards[0].field")
        );
        assert_eq!(
            check(|p| p.stages[3].guards = vec![Guard::AmountAtLeast { minimums: vec![] }]),
            one(Required, "stages[3].guards[0].minimums")
        );
        assert_eq!(check(|p| p.stages.clear()), [(Required, "stages".into()), (Required, "stages".into())]);
        let many = check(|p| p.stages = std::iter::repeat_n(p.stages.clone(), 9).flatten().collect());
        assert_eq!(many[0], (TooMany, "stages".into()));
        let both = check(|p| {
            p.stages[2].name = String::new();
            p.stages[3].max_days = Some(-1);
        });
        assert_eq!(both.len(), 2, "every problem at once");
    }
}

#[test]
fn every_stage_is_reached_and_leads_to_an_end() {
    for (_folder, admin) in sessions() {
        let lonely = problems(&admin, |p| {
            p.stages[0].next = vec!["qualification".into(), "lost".into()];
            p.stages[1].next = vec!["negotiation".into()];
            p.stages[3].may_regress_to.clear();
        });
        assert_eq!(lonely, [(ErrorCode::IllegalTransition, "stages[2]".to_owned())], "nothing leads to proposal");
        let circle = problems(&admin, |p| {
            p.stages[2].next = vec!["negotiation".into()];
            p.stages[3].next = vec!["proposal".into()];
            p.stages[2].may_regress_to.clear();
            p.stages[3].may_regress_to.clear();
        });
        let stuck = |stage: &str| (ErrorCode::IllegalTransition, format!("stages[{stage}]"));
        assert_eq!(circle, [stuck("2"), stuck("3")], "proposal and negotiation lead to each other only");
    }
}

#[test]
fn listed_next_stages_bind_and_hold_stages_return() {
    for (_folder, admin) in sessions() {
        let mut pipeline = Pipeline::standard();
        pipeline.stages[0].next = vec!["qualification".into(), "lost".into()];
        pipeline.stages[2].may_regress_to = vec!["qualification".into()];
        let hold = Stage { key: "on_hold".into(), category: StageCategory::Hold, ..pipeline.stages[0].clone() };
        let hold = Stage { next: Vec::new(), may_regress_to: Vec::new(), probability: decimal("5"), ..hold };
        pipeline.stages.push(hold);
        admin.sales().create_pipeline(&pipeline).unwrap();
        let made = opportunity(&admin, "a", "100");
        let refused = |to: &str| advance(&admin, made.id, to).unwrap_err().code() == ErrorCode::IllegalTransition;
        assert!(refused("proposal") && refused("won") && refused("on_hold"));
        advance(&admin, made.id, "qualification").unwrap();
        advance(&admin, made.id, "proposal").unwrap();
        let held = advance(&admin, made.id, "on_hold").unwrap();
        assert_eq!((held.stage_category, held.probability), (Some(StageCategory::Hold), Some(decimal("5"))));
        check_intervals(&admin, made.id);
        assert!(refused("prospecting"), "proposal does not go back there");
        advance(&admin, made.id, "proposal").unwrap();
        advance(&admin, made.id, "on_hold").unwrap();
        advance(&admin, made.id, "qualification").unwrap();
        advance(&admin, made.id, "on_hold").unwrap();
        let won =
            admin.sales().close_won(made.id, admin.sales().opportunity(made.id).unwrap().version, None, None, None);
        assert_eq!(won.unwrap().stage.as_deref(), Some("won"));
        check_intervals(&admin, made.id);
    }
}

#[test]
fn a_stage_in_use_stays_and_history_keeps_its_keys() {
    for (_folder, admin) in sessions() {
        let made = opportunity(&admin, "a", "100");
        advance(&admin, made.id, "proposal").unwrap();
        let sales = admin.sales();
        let pipeline = sales.pipeline(made.pipeline.unwrap()).unwrap();
        let mut without = pipeline.clone();
        without.stages.remove(2);
        for stage in &mut without.stages {
            stage.may_regress_to.clear();
        }
        let error = sales.update_pipeline(&without).unwrap_err();
        assert_eq!(
            (error.code(), error.problems()[0].data["stage"].as_str()),
            (ErrorCode::StillReferenced, "proposal")
        );
        let mut hold = pipeline.clone();
        hold.stages[2].category = StageCategory::Hold;
        assert_eq!(sales.update_pipeline(&hold).unwrap_err().code(), ErrorCode::StillReferenced);
        let mut less = pipeline;
        less.stages.remove(0);
        for stage in &mut less.stages {
            stage.may_regress_to.retain(|key| key != "prospecting");
        }
        sales.update_pipeline(&less).unwrap();
        assert_eq!(shape(&admin, made.id)[0].0, "prospecting", "old history is not touched");
        assert_eq!(advance(&admin, made.id, "won").unwrap().stage_category, Some(StageCategory::Won));
    }
}

#[test]
fn one_pipeline_is_the_default() {
    for (_folder, admin) in sessions() {
        let sales = admin.sales();
        let named = |name: &str, is_default| Pipeline {
            name: name.into(),
            key: name.into(),
            is_default,
            ..Pipeline::standard()
        };
        let first = sales.create_pipeline(&named("a", false)).unwrap();
        assert_eq!(opportunity(&admin, "x", "1").pipeline, Some(first.id), "the only one");
        sales.create_pipeline(&named("b", false)).unwrap();
        let error = sales.create_opportunity(&Opportunity { name: "x".into(), ..Opportunity::default() }).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::Required, Some("pipeline")));
        sales.create_pipeline(&named("c", true)).unwrap();
        let last = sales.create_pipeline(&named("d", true)).unwrap();
        assert_eq!(opportunity(&admin, "x", "1").pipeline, Some(last.id));
        let spare = sales.create_pipeline(&named("e", true)).unwrap();
        let delete = RecordCommand::Delete { entity: "pipeline".into(), id: spare.id, expected_version: 1 };
        admin.execute(Command::Record(delete)).unwrap();
        let last = sales.update_pipeline(&Pipeline { is_default: true, ..sales.pipeline(last.id).unwrap() }).unwrap();
        admin.execute(Command::Record(RecordCommand::Restore { entity: "pipeline".into(), id: spare.id })).unwrap();
        assert!(!sales.pipeline(spare.id).unwrap().is_default, "its place was taken");
        assert!(last.is_default);
        let twice = sales.create_pipeline(&named("d", false)).unwrap_err();
        assert_eq!(twice.code(), ErrorCode::DuplicateKey);
        let moved =
            sales.update_opportunity(&Opportunity { pipeline: Some(first.id), ..opportunity(&admin, "y", "1") });
        assert_eq!(moved.unwrap_err().code(), ErrorCode::WriteOnce);
    }
}

#[test]
fn a_restored_opportunity_stood_in_a_stage_that_was_gone() {
    for (_folder, admin) in sessions() {
        let made = opportunity(&admin, "a", "1");
        let moved = advance(&admin, made.id, "proposal").unwrap();
        let (entity, id) = ("opportunity".to_owned(), made.id);
        let delete = RecordCommand::Delete { entity: entity.clone(), id, expected_version: moved.version };
        let delete = admin.execute(Command::Record(delete)).unwrap();
        let pipeline = admin.sales().pipeline(made.pipeline.unwrap()).unwrap();
        let mut smaller = pipeline.clone();
        smaller.stages.remove(2);
        smaller.stages[2].may_regress_to.retain(|key| key != "proposal");
        let smaller = admin.sales().update_pipeline(&smaller).unwrap();
        let restore = || admin.execute(Command::Record(RecordCommand::Restore { entity: entity.clone(), id }));
        let undo = || admin.execute(Command::Journal(JournalCommand::Undo { operation: delete.op_id }));
        for refused in [restore(), undo()] {
            let error = refused.unwrap_err();
            assert_eq!((error.code(), error.field()), (ErrorCode::NotInPicklist, Some("stage")));
        }
        admin.sales().update_pipeline(&Pipeline { version: smaller.version, ..pipeline }).unwrap();
        restore().unwrap();
        check_intervals(&admin, made.id);
    }
}

#[test]
fn a_role_that_may_waive_could_be_deleted() {
    for (_folder, admin) in sessions() {
        let head = role(&admin, "head");
        let mut pipeline = Pipeline::standard();
        pipeline.stages[1].waiver_roles = vec![head];
        let pipeline = admin.sales().create_pipeline(&pipeline).unwrap();
        let delete = || {
            let delete = RecordCommand::Delete { entity: "role".into(), id: head, expected_version: 1 };
            admin.execute(Command::Record(delete))
        };
        assert_eq!(delete().unwrap_err().code(), ErrorCode::StillReferenced);
        let mut free = pipeline.clone();
        free.stages[1].waiver_roles.clear();
        admin.sales().update_pipeline(&free).unwrap();
        delete().unwrap();
    }
}
