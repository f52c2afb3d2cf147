//! Duplicates that are merged, and taken apart again.

use super::keeping::kept;
use super::*;
use crate::duplicates::{DuplicateVerdict, VerdictKind};
use crate::merging::MergeRequest;
use crate::query::Query;
use crate::testkit::regression::create;

fn verdict(one: Id, other: Id) -> DuplicateVerdict {
    DuplicateVerdict {
        entity: "account".into(),
        record: one,
        other_entity: "account".into(),
        other,
        verdict: VerdictKind::Different,
        ..DuplicateVerdict::default()
    }
}

#[test]
fn merged_duplicates_are_one_and_come_apart_as_they_were() {
    for engine in engines() {
        let admin = &engine.admin;
        let queue = admin.duplicates().create_rule(&rule("account", DuplicateAction::Queue)).unwrap();
        let ids: Vec<Id> = (0..3).map(|_| made(admin, "account", &pumps())).collect();
        admin.duplicates().set_verdict(&verdict(ids[1], ids[2])).unwrap();
        // A rule that refuses duplicates does not stand in the way of what makes them one.
        let block = DuplicateRule { action: DuplicateAction::Block, ..queue };
        admin.duplicates().update_rule(&block).unwrap();
        let all = |session: &Session| {
            let cases = session.duplicates().cases(&Query::default()).unwrap().items;
            let verdicts = session.duplicates().verdicts(&Query::default()).unwrap().items;
            (kept(session), cases, verdicts)
        };
        let before = all(admin);
        assert_eq!((before.0.len(), before.1.len(), before.2.len()), (3, 2, 1));

        let request = MergeRequest {
            entity: "account".into(),
            survivor: ids[0],
            losers: vec![ids[1]],
            ..MergeRequest::default()
        };
        let merge = admin.merges().merge(&request).unwrap();
        let merged = all(admin);
        assert_eq!((merged.0.len(), merged.1.len(), merged.2.len()), (2, 1, 0), "what was said of it went with it");
        assert_eq!(found(&look_at(admin, "account", ids[2])), [("account", ids[0])]);
        assert_eq!(admin.execute(create("account", &pumps())).unwrap_err().problems().len(), 2);

        admin.merges().unmerge(merge.merge.unwrap()).unwrap();
        assert_eq!(all(admin), before);
        assert_eq!(found(&look_at(admin, "account", ids[1])), [("account", ids[0])], "the verdict holds again");
    }
}
