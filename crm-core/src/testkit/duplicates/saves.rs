//! What a save does about duplicates.

use super::*;
use crate::access::User;
use crate::duplicates::{CaseStatus, CaseVerdict, DuplicateCase, VerdictKind};
use crate::engine::{Command, RecordCommand};
use crate::exchange::{ColumnMapping, ImportMapping};
use crate::query::Query;
use crate::testkit::regression::{create, delete, restore, told, undo, update};
use crate::value::{Error, ErrorCode, Problem};

fn on(action: DuplicateAction) -> [Engine; 2] {
    let engines = engines();
    for engine in &engines {
        for entity in ["account", "contact", "lead", "product"] {
            engine.admin.duplicates().create_rule(&rule(entity, action)).unwrap();
        }
    }
    engines
}

fn duplicates(problems: &[Problem]) -> Vec<String> {
    let of = problems.iter().filter(|problem| problem.code == ErrorCode::DuplicateFound);
    of.filter_map(|problem| problem.data.get("id").cloned()).collect()
}

fn mapping(entity: &str, columns: &[&str]) -> ImportMapping {
    let column =
        |name: &&str| ColumnMapping { column: (*name).into(), field: (*name).into(), ..ColumnMapping::default() };
    ImportMapping { entity: entity.into(), columns: columns.iter().map(column).collect(), ..ImportMapping::default() }
}

#[test]
fn without_a_rule_duplicates_are_saved() {
    for engine in engines() {
        made(&engine.admin, "account", &pumps());
        let outcome = engine.admin.execute(create("account", &pumps())).unwrap();
        assert!(outcome.warnings.is_empty());
        engine.admin.duplicates().create_rule(&rule("account", DuplicateAction::Allow)).unwrap();
        assert!(engine.admin.execute(create("account", &pumps())).unwrap().warnings.is_empty());
    }
}

#[test]
fn a_warning_names_the_known_one() {
    for engine in on(DuplicateAction::Warn) {
        let known = made(&engine.admin, "account", &pumps());
        let outcome = engine.admin.execute(create("account", &pumps())).unwrap();
        assert_eq!(duplicates(&outcome.warnings), [known.to_string()]);
        let warning = &outcome.warnings[0];
        assert_eq!((warning.data["entity"].as_str(), warning.data["decision"].as_str()), ("account", "duplicate"));
        assert!(!warning.message.contains("苏州"));
        assert!(engine.admin.execute(create("account", &fans())).unwrap().warnings.is_empty());
    }
}

#[test]
fn a_block_refuses_and_writes_nothing() {
    for engine in on(DuplicateAction::Block) {
        let known = made(&engine.admin, "account", &pumps());
        let error = engine.admin.execute(create("account", &pumps())).unwrap_err();
        assert_eq!((error.kind(), error.code()), ("conflict", ErrorCode::DuplicateFound));
        assert_eq!(duplicates(error.problems()), [known.to_string()]);
        assert_eq!(engine.admin.list_all::<crate::customer::Account>(&Query::default()).unwrap().len(), 1);
        let check = look(&engine.admin, "account", &pumps());
        assert_eq!(check.action, Some(DuplicateAction::Block));
        assert_eq!(look(&engine.admin, "account", &fans()).action, Some(DuplicateAction::Allow));
    }
}

#[test]
fn a_block_holds_for_changes_of_what_is_matched_and_for_coming_back() {
    for engine in on(DuplicateAction::Block) {
        let admin = &engine.admin;
        made(admin, "account", &pumps());
        let other = made(admin, "account", &fans());
        let refused = told(admin.execute(update("account", other, 1, &pumps())));
        assert_eq!((refused.0, refused.1), ("conflict", ErrorCode::DuplicateFound));
        admin.execute(update("account", other, 1, &[("grade", "A".into())])).unwrap();
        let gone = made(admin, "account", &[("name", "Kurz Pumpen AG".into()), ("city", "Wien".into())]);
        admin.execute(delete("account", gone, 1)).unwrap();
        made(admin, "account", &[("name", "Kurz Pumpen AG".into()), ("city", "Wien".into())]);
        let back = admin.execute(restore("account", gone));
        let same = look(admin, "account", &[("name", "Kurz Pumpen AG".into()), ("city", "Wien".into())]);
        assert_eq!(back.is_err(), same.action == Some(DuplicateAction::Block), "{back:?}");
    }
}

#[test]
fn what_is_taken_back_is_not_looked_up() {
    for engine in on(DuplicateAction::Warn) {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        let changed = admin.execute(update("account", known, 1, &fans())).unwrap();
        let strict = engine.admin.duplicates().rules(&Query::default()).unwrap().items;
        for rule in strict {
            admin.duplicates().update_rule(&DuplicateRule { action: DuplicateAction::Block, ..rule }).unwrap();
        }
        made(admin, "account", &pumps());
        admin.execute(undo(&changed)).unwrap();
        assert_eq!(found(&look(admin, "account", &pumps())).len(), 2);
    }
}

#[test]
fn two_new_records_of_one_batch_find_each_other() {
    for engine in on(DuplicateAction::Block) {
        let batch = [create("account", &pumps()), create("account", &fans()), create("account", &pumps())];
        let error = engine.admin.execute_all(&batch, None).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::DuplicateFound, Some("[2]")));
        assert!(engine.admin.list_all::<crate::customer::Account>(&Query::default()).unwrap().is_empty());
        assert!(look(&engine.admin, "account", &pumps()).hits.is_empty(), "what was taken back is not found");
    }
    for engine in on(DuplicateAction::Warn) {
        let outcome =
            engine.admin.execute_all(&[create("account", &pumps()), create("account", &pumps())], None).unwrap();
        assert_eq!(duplicates(&outcome.warnings), [outcome.created("account").to_string()]);
    }
}

#[test]
fn rows_of_one_file_find_each_other() {
    let file = "name,city,code\n苏州东方泵业有限公司,苏州,A1\nHansen GmbH,Bremen,A2\n苏州东方泵业有限公司,苏州,A3\n"
        .as_bytes();
    let columns = ["name", "city", "code"];
    for engine in engines() {
        let admin = &engine.admin;
        admin.duplicates().create_rule(&of_source("account", DuplicateAction::Block, RecordSource::Import)).unwrap();
        let dry = admin.import_csv(file, &mapping("account", &columns), true).unwrap();
        let report = admin.import_csv(file, &mapping("account", &columns), false).unwrap();
        for report in [&dry, &report] {
            assert_eq!((report.created, report.rejected), (2, 1), "{report:?}");
            assert_eq!((report.rejects[0].row, report.rejects[0].code), (4, ErrorCode::DuplicateFound));
        }
        let again = admin.import_csv(file, &mapping("account", &columns), false).unwrap();
        assert_eq!((again.created, again.rejected), (0, 3));
        // A form is another way, and a synchronised file is one that says so.
        admin.execute(create("account", &[("name", "苏州东方泵业有限公司".into()), ("city", "苏州".into())])).unwrap();
        let synced = admin.with_source(RecordSource::Sync);
        let file = "name,city,code\n苏州东方泵业有限公司,苏州,B1\n".as_bytes();
        assert_eq!(synced.import_csv(file, &mapping("account", &columns), false).unwrap().created, 1);
    }
    for engine in engines() {
        let admin = &engine.admin;
        admin.duplicates().create_rule(&of_source("account", DuplicateAction::Warn, RecordSource::Import)).unwrap();
        let report = admin.import_csv(file, &mapping("account", &columns), false).unwrap();
        let rows: Vec<_> = report.notices.iter().map(|notice| (notice.row, notice.code)).collect();
        assert_eq!((report.created, rows), (3, vec![(4, ErrorCode::DuplicateFound)]));
    }
}

#[test]
fn each_way_has_its_own_rule() {
    for engine in engines() {
        let admin = &engine.admin;
        admin.duplicates().create_rule(&rule("account", DuplicateAction::Block)).unwrap();
        admin.duplicates().create_rule(&of_source("account", DuplicateAction::Allow, RecordSource::Form)).unwrap();
        let twice = told(admin.duplicates().create_rule(&rule("account", DuplicateAction::Warn)));
        assert_eq!(twice, ("conflict", ErrorCode::Overlap, Some("source".into())));
        let wrong = told(admin.duplicates().create_rule(&rule("quote", DuplicateAction::Warn)));
        assert_eq!(wrong, ("invalid", ErrorCode::UnknownEntity, Some("entity".into())));
        made(admin, "account", &pumps());
        made(admin, "account", &pumps());
        let json = crate::value::json::to_canonical(&create("account", &pumps())).unwrap();
        let refused = told(admin.execute_json(&json, None));
        assert_eq!(refused.1, ErrorCode::DuplicateFound, "a program has the rule of every way");
        admin.with_source(RecordSource::Form).execute_json(&json, None).unwrap();
        let api = admin.with_source(RecordSource::Api);
        assert_eq!(told(api.execute(create("account", &pumps()))).1, ErrorCode::DuplicateFound);
        let preview = told(api.preview(create("account", &pumps())));
        assert_eq!(preview.1, ErrorCode::DuplicateFound);
    }
}

#[test]
fn possible_duplicates_are_the_business_of_a_rule_that_says_so() {
    for engine in engines() {
        let admin = &engine.admin;
        let sure = DuplicateRule { also_possible: false, ..rule("lead", DuplicateAction::Warn) };
        let sure = admin.duplicates().create_rule(&sure).unwrap();
        made(admin, "account", &pumps());
        let lead = [("name", "Web".into()), ("company", "苏州东方泵业有限公司".into()), ("need", "pumps".into())];
        let check = look(admin, "lead", &lead);
        let is_possible =
            check.hits.first().is_some_and(|hit| hit.decision == crate::matching::MatchDecision::Possible);
        let warned = |session: &Session| !session.execute(create("lead", &lead)).unwrap().warnings.is_empty();
        assert!(!is_possible || !warned(admin), "{check:?}");
        let all = DuplicateRule { also_possible: true, ..sure };
        admin.duplicates().update_rule(&all).unwrap();
        assert!(check.hits.is_empty() || warned(admin));
    }
}

#[test]
fn a_captured_lead_is_looked_up_and_its_steps_are_not() {
    for engine in on(DuplicateAction::Warn) {
        let admin = &engine.admin;
        let account = made(admin, "account", &pumps());
        let lead = crate::sales::Lead {
            name: "Web".into(),
            company: Some("苏州东方泵业有限公司".into()),
            phone: Some("+86 512 6288 1234".into()),
            ..crate::sales::Lead::default()
        };
        let captured = admin.sales().capture_lead(&lead).unwrap();
        assert_eq!(duplicates(&captured.warnings), [account.to_string()]);
        let steps = admin.execute(Command::Sales(crate::sales::SalesCommand::MoveLead {
            lead: captured.lead.id,
            expected_version: None,
            to: crate::sales::LeadStatus::Working,
        }));
        assert!(steps.unwrap().warnings.is_empty());
    }
}

#[test]
fn a_queued_record_is_saved_and_makes_a_case() {
    for engine in engines() {
        let admin = &engine.admin;
        let steward = User { login: "steward".into(), name: "steward".into(), ..User::default() };
        let steward = admin.admin().create_user(&steward).unwrap();
        let queue = DuplicateRule { reviewer: Some(steward.id), ..rule("account", DuplicateAction::Queue) };
        admin.duplicates().create_rule(&queue).unwrap();
        let known = made(admin, "account", &pumps());
        let outcome = admin.execute(create("account", &pumps())).unwrap();
        let twin = outcome.created("account");
        let case = admin.duplicates().cases(&Query::default()).unwrap().items.remove(0);
        assert_eq!((case.entity.as_deref(), case.record, case.owner), (Some("account"), Some(twin), Some(steward.id)));
        assert_eq!((case.status, case.source), (Some(CaseStatus::Open), Some(RecordSource::Form)));
        assert_eq!(case.candidates.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [known]);

        // A later change keeps to the open case.
        admin.execute(update("account", twin, 1, &[("short_name", "东方泵业".into())])).unwrap();
        let open: Vec<DuplicateCase> = admin.list_all(&Query::default()).unwrap();
        assert_eq!(open.len(), 1);
        let case = open.into_iter().next().unwrap();

        let unknown = CaseVerdict { candidate: twin, verdict: VerdictKind::Same };
        let refused = told(admin.duplicates().decide_case(case.id, case.version, &[unknown], None));
        assert_eq!(refused, ("invalid", ErrorCode::UnknownReference, Some("verdicts[0].candidate".into())));
        let different = CaseVerdict { candidate: known, verdict: VerdictKind::Different };
        let decided = admin.duplicates().decide_case(case.id, case.version, &[different], Some("two plants")).unwrap();
        assert_eq!((decided.status, decided.note.as_deref()), (Some(CaseStatus::Decided), Some("two plants")));
        let again = told(admin.duplicates().decide_case(case.id, decided.version, &[], None));
        assert_eq!((again.0, again.1), ("conflict", ErrorCode::IllegalTransition));
        assert!(look_at(admin, "account", twin).hits.is_empty());
    }
}

#[test]
fn undoing_a_queued_save_takes_its_case_along() {
    for engine in on(DuplicateAction::Queue) {
        made(&engine.admin, "account", &pumps());
        let outcome = engine.admin.execute(create("account", &pumps())).unwrap();
        assert_eq!(engine.admin.duplicates().cases(&Query::default()).unwrap().items.len(), 1);
        engine.admin.execute(undo(&outcome)).unwrap();
        assert!(engine.admin.duplicates().cases(&Query::default()).unwrap().items.is_empty());
        assert_eq!(look(&engine.admin, "account", &pumps()).hits.len(), 1);
    }
}

#[test]
fn nobody_makes_a_case_by_hand() {
    for engine in engines() {
        let made = engine
            .admin
            .execute(Command::Record(RecordCommand::Create { entity: "duplicate_case".into(), fields: map(&[]) }));
        assert!(matches!(made, Err(Error::Invalid { .. })), "{made:?}");
    }
}

#[test]
fn a_rule_that_is_switched_off_does_nothing() {
    for engine in on(DuplicateAction::Block) {
        let rules = engine.admin.duplicates().rules(&Query::default()).unwrap().items;
        for rule in rules {
            engine.admin.duplicates().update_rule(&DuplicateRule { is_inactive: true, ..rule }).unwrap();
        }
        made(&engine.admin, "account", &pumps());
        made(&engine.admin, "account", &pumps());
        engine.admin.duplicates().create_rule(&rule("account", DuplicateAction::Block)).unwrap();
    }
}
