//! What people say of pairs.

use super::*;
use crate::duplicates::{DuplicateSearch, DuplicateVerdict, VerdictKind};
use crate::matching::MatchDecision;
use crate::query::Query;
use crate::testkit::regression::{told, undo_of, update};
use crate::value::ErrorCode;

fn verdict(one: Id, other: Id, kind: VerdictKind) -> DuplicateVerdict {
    DuplicateVerdict {
        entity: "account".into(),
        record: one,
        other_entity: "account".into(),
        other,
        verdict: kind,
        ..DuplicateVerdict::default()
    }
}

#[test]
fn a_verdict_holds_until_a_side_changes() {
    for engine in engines() {
        let admin = &engine.admin;
        let (one, other) = (made(admin, "account", &pumps()), made(admin, "account", &pumps()));
        let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
        let said = admin.duplicates().set_verdict(&verdict(other, one, VerdictKind::Different)).unwrap();
        assert_eq!(
            (said.record, said.other),
            (one.min(other), one.max(other)),
            "in one order, however they were named"
        );
        for id in [one, other] {
            assert!(look_at(admin, "account", id).hits.is_empty());
        }
        assert!(admin.duplicates().find(&search).unwrap().clusters.is_empty());

        // What it is not matched by changes nothing.
        admin.execute(update("account", one, 1, &[("grade", "B".into())])).unwrap();
        assert!(look_at(admin, "account", other).hits.is_empty());

        let changed = admin.execute(update("account", one, 2, &[("short_name", "东方泵业".into())])).unwrap();
        for (id, hit) in [(one, other), (other, one)] {
            assert_eq!(found(&look_at(admin, "account", id)), [("account", hit)], "one of them is another now");
        }
        assert_eq!(admin.duplicates().find(&search).unwrap().clusters.len(), 1);
        admin.execute(undo_of(changed.op_id)).unwrap();
        assert!(look_at(admin, "account", other).hits.is_empty(), "as they were, the verdict holds again");

        let renewed = admin.duplicates().set_verdict(&verdict(one, other, VerdictKind::Related)).unwrap();
        assert_eq!((renewed.id, renewed.version), (said.id, said.version + 1), "one verdict on a pair");
        assert!(look_at(admin, "account", one).hits.is_empty(), "related records are no duplicates");
        let question = DuplicateQuestion {
            entity: "account".into(),
            id: Some(one),
            with_related: true,
            ..DuplicateQuestion::default()
        };
        assert_eq!(found(&admin.duplicates().check(&question).unwrap()), [("account", other)]);
        admin.duplicates().withdraw_verdict(renewed.id, renewed.version).unwrap();
        let hit = &look_at(admin, "account", one).hits[0];
        assert_eq!((hit.id, hit.decision), (other, MatchDecision::Duplicate));
        assert!(admin.duplicates().verdicts(&Query::default()).unwrap().items.is_empty());
    }
}

#[test]
fn a_lead_and_an_account_have_a_verdict_too() {
    for engine in engines() {
        let admin = &engine.admin;
        let account = made(admin, "account", &pumps());
        let lead = made(
            admin,
            "lead",
            &[
                ("name", "Web".into()),
                ("company", "苏州东方泵业有限公司".into()),
                ("phone", "+86 512 6288 1234".into()),
            ],
        );
        assert_eq!(found(&look_at(admin, "lead", lead)), [("account", account)]);
        let said = DuplicateVerdict { other_entity: "lead".into(), ..verdict(account, lead, VerdictKind::Different) };
        admin.duplicates().set_verdict(&said).unwrap();
        assert!(look_at(admin, "lead", lead).hits.is_empty());
        admin.execute(update("lead", lead, 1, &[("status", "working".into())])).unwrap_err();
        admin.execute(update("lead", lead, 1, &[("need", "pumps".into())])).unwrap();
        assert!(look_at(admin, "lead", lead).hits.is_empty());
        admin
            .execute(update(
                "lead",
                lead,
                2,
                &[("phone", "+86 512 6288 1234 ".into()), ("email", "a@dongfang-pumps.example".into())],
            ))
            .unwrap();
        assert_eq!(found(&look_at(admin, "lead", lead)), [("account", account)]);
    }
}

#[test]
fn a_wrong_verdict_is_refused() {
    for engine in engines() {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        let nobody = Id::from_bytes([7; 16]);
        let own = told(admin.duplicates().set_verdict(&verdict(known, known, VerdictKind::Same)));
        assert_eq!(own, ("invalid", ErrorCode::NotAllowed, Some("other".into())));
        let gone = told(admin.duplicates().set_verdict(&verdict(known, nobody, VerdictKind::Same)));
        assert_eq!((gone.0, gone.1), ("invalid", ErrorCode::UnknownReference));
        let entity = DuplicateVerdict { other_entity: "quote".into(), ..verdict(known, nobody, VerdictKind::Same) };
        let refused = told(admin.duplicates().set_verdict(&entity));
        assert_eq!((refused.0, refused.1), ("invalid", ErrorCode::UnknownEntity));
    }
}
