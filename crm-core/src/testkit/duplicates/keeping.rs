//! What records are matched by is kept with them, in every way in which they are written.

use super::*;
use crate::duplicates::{DuplicateSearch, MATCHED, StoredMatchModel};
use crate::engine::Crm;
use crate::engine::duplicates::{limits_of_test, space_of};
use crate::matching::{MatchKind, shipped_model};
use crate::query::Query;
use crate::store::MatchEntry;
use crate::testkit::regression::{told, undo_of, update};
use crate::testkit::{Engine as TestEngine, sqlite};
use crate::value::ErrorCode;

/// Everything that is kept, with the keys that lead to it.
pub(super) fn kept(session: &Session) -> Vec<(i64, MatchEntry, usize)> {
    session
        .reading(|reading| {
            let mut all = Vec::new();
            for matched in MATCHED {
                let space = space_of(reading.tenant.id, matched);
                for entry in reading.tx.match_page(&space, i64::MIN, usize::MAX)? {
                    let features = crate::matching::Features::from_bytes(&entry.features)?;
                    let keys: Vec<i64> = features
                        .keys(matched.kind)
                        .iter()
                        .flat_map(|key| [Some(key.hash), key.refined])
                        .flatten()
                        .collect();
                    let found = reading.tx.match_candidates(&space, &keys, usize::MAX - 1)?;
                    assert!(found.iter().all(|places| places.contains(&entry.place)), "every key leads to its record");
                    all.push((matched.number, entry, keys.len()));
                }
            }
            Ok(all)
        })
        .unwrap()
}

fn count(session: &Session) -> usize {
    kept(session).len()
}

#[test]
fn every_matched_record_has_its_keys() {
    for engine in engines() {
        let admin = &engine.admin;
        made(admin, "account", &pumps());
        made(admin, "contact", &person());
        made(admin, "product", &[("code", "GTX-500".into()), ("name", "Servo drive".into())]);
        let lead = [("name", "Web".into()), ("company", "Nordic AB".into()), ("contact_name", "Anna Berg".into())];
        made(admin, "lead", &lead);
        made(admin, "lead", &[("name", "Nothing is known".into())]);
        admin.sales().create_pipeline(&crate::sales::Pipeline::standard()).unwrap();
        let numbers: Vec<i64> = kept(admin).iter().map(|entry| entry.0).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5], "a lead is company and person");
        assert!(kept(admin).iter().all(|entry| entry.2 > 0));
    }
}

#[test]
fn a_save_that_changes_nothing_matched_leaves_the_tables_alone() {
    for engine in engines() {
        let admin = &engine.admin;
        let account = made(admin, "account", &pumps());
        let before = kept(admin);
        // Of another version, whatever is written would be seen.
        limits_of_test(|limits| limits.version += 1);
        admin.execute(update("account", account, 1, &[("grade", "A".into()), ("industry", "pumps".into())])).unwrap();
        assert_eq!(count(admin), 0);
        limits_of_test(|_| {});
        assert_eq!(kept(admin), before);
    }
}

#[test]
fn undo_and_restore_keep_the_keys_in_step() {
    for engine in engines() {
        let admin = &engine.admin;
        let account = made(admin, "account", &pumps());
        let before = kept(admin);
        let changed = admin.execute(update("account", account, 1, &fans())).unwrap();
        assert_ne!(kept(admin), before);
        admin.execute(undo_of(changed.op_id)).unwrap();
        assert_eq!(kept(admin), before);
        let deleted = admin.delete("account", account, 3).unwrap();
        assert_eq!(count(admin), 0);
        admin.execute(undo_of(deleted.op_id)).unwrap();
        assert_eq!(kept(admin), before);
        let preview = admin.preview(update("account", account, 5, &fans()));
        assert!(preview.is_ok() && kept(admin) == before, "{preview:?}");
    }
}

#[test]
fn a_restored_dump_has_its_keys() {
    for engine in engines() {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        let gone = made(admin, "account", &fans());
        admin.delete("account", gone, 1).unwrap();
        let mut dump = Vec::new();
        engine.crm.dump(&mut dump).unwrap();
        let copy = Crm::with_store_and_registry(
            Box::new(crate::store::MemoryStore::new()),
            engine.clock.clone(),
            std::sync::Arc::new(crate::value::SeededIds::new(9, engine.clock_now())),
            crate::testkit::registry(),
        );
        copy.restore(&mut dump.as_slice()).unwrap();
        let session = copy.session("main", "admin").unwrap();
        assert_eq!(found(&look(&session, "account", &pumps())), [("account", known)]);
        assert!(look(&session, "account", &fans()).hits.is_empty());
    }
}

#[test]
fn a_new_version_is_made_by_the_job_in_pages() {
    for engine in engines() {
        let admin = &engine.admin;
        let ids: Vec<Id> = (0..5).map(|_| made(admin, "account", &pumps())).collect();
        made(admin, "contact", &person());
        let before = kept(admin);
        limits_of_test(|limits| limits.version += 1);
        let check = look(admin, "account", &pumps());
        assert!(check.incomplete && check.hits.is_empty(), "what is not made anew is not found, and it says so");
        // A change makes its own record anew.
        admin.execute(update("account", ids[0], 1, &[("short_name", "东方".into())])).unwrap();
        assert_eq!(look(admin, "account", &pumps()).hits.len(), 1);
        // And what is deleted needs no job.
        admin.delete("account", ids[1], 1).unwrap();
        let pages: Vec<_> = (0..4).map(|_| admin.duplicates().rekey(2).unwrap()).collect();
        let told: Vec<_> = pages.iter().map(|page| (page.records, page.dropped > 0, page.is_done)).collect();
        assert_eq!(told[..2], [(2, false, false), (2, false, false)]);
        let mut more = pages[3].clone();
        for _ in 0..20 {
            if more.is_done {
                break;
            }
            more = admin.duplicates().rekey(2).unwrap();
        }
        assert!(more.is_done, "{told:?}");
        let check = look(admin, "account", &pumps());
        assert!(!check.incomplete && check.hits.len() == 4);
        assert_eq!(count(admin), 5);
        limits_of_test(|_| {});
        let old = admin.reading(|reading| {
            let space = space_of(reading.tenant.id, MATCHED[0]);
            let keys: Vec<i64> = before
                .iter()
                .flat_map(|entry| {
                    let features = crate::matching::Features::from_bytes(&entry.1.features).unwrap();
                    features.keys(MatchKind::Organisation).into_iter().map(|key| key.hash)
                })
                .collect();
            reading.tx.match_candidates(&space, &keys, 100)
        });
        assert!(old.unwrap().iter().all(Vec::is_empty), "nothing is left of the old keys");
    }
}

#[test]
fn the_file_is_sound_and_its_copy_too() {
    let engine = TestEngine::new(sqlite(), 5);
    let account = made(&engine.admin, "account", &pumps());
    made(&engine.admin, "account", &fans());
    engine.admin.delete("account", account, 1).unwrap();
    assert_eq!(engine.crm.check_integrity().unwrap(), Vec::<String>::new());
}

#[test]
fn a_stored_model_is_used_until_it_is_switched_off() {
    for engine in engines() {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        assert_eq!(found(&look(admin, "account", &pumps())), [("account", known)]);
        let mut model = shipped_model(MatchKind::Organisation);
        (model.threshold, model.possible) = (500.0, 400.0);
        let strict = StoredMatchModel { model: Some(model.clone()), ..StoredMatchModel::default() };
        let stored = admin.duplicates().store_model(&strict).unwrap();
        assert_eq!(stored.kind, Some(MatchKind::Organisation));
        assert!(look(admin, "account", &pumps()).hits.is_empty(), "nothing weighs that much");
        admin.duplicates().update_model(&StoredMatchModel { is_inactive: true, ..stored }).unwrap();
        assert_eq!(found(&look(admin, "account", &pumps())), [("account", known)]);
        assert_eq!(admin.duplicates().models(&Query::default()).unwrap().items.len(), 1);
        model.comparisons.clear();
        let broken = StoredMatchModel { model: Some(model), ..StoredMatchModel::default() };
        let refused = told(admin.duplicates().store_model(&broken));
        assert_eq!((refused.0, refused.2), ("invalid", Some("model.comparisons".into())));
        let nothing = told(admin.duplicates().store_model(&StoredMatchModel::default()));
        assert_eq!(nothing, ("invalid", ErrorCode::Required, Some("model".into())));
    }
}

#[test]
fn a_model_is_learnt_and_kept() {
    for engine in engines() {
        let admin = &engine.admin;
        for number in 0..20 {
            let name = format!("{}{number}泵业有限公司", ["甲", "乙", "丙"][number % 3]);
            let fields = [
                ("name", name.into()),
                ("channels", channels(&format!("+86 512 6288 {:04}", number / 2), "a@b.example")),
            ];
            made(admin, "account", &fields);
        }
        let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
        let stored = admin.duplicates().learn(&search).unwrap();
        assert_eq!(stored.kind, Some(MatchKind::Organisation));
        let used = admin.duplicates().find(&search).unwrap().model;
        assert_eq!(Some(used), stored.model);
    }
}
