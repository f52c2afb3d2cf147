//! Merges over random worlds: taken back in any order, everything is byte for byte what it was.

use super::world::World;
use crate::testkit::{Engine, Kept, Random, memory, sqlite};
use crate::value::{ErrorCode, Id};

/// What an un-merge may be refused with, because a later merge is in its way.
const LATER: [ErrorCode; 3] = [ErrorCode::Merged, ErrorCode::Cycle, ErrorCode::Overlap];

/// Shuffles and takes back until all are, the later ones first where one refuses.
fn take_all_back(world: &World, mut merges: Vec<Id>, random: &mut Random) {
    while !merges.is_empty() {
        let before = merges.len();
        let mut order: Vec<Id> = merges.clone();
        for place in 0..order.len() {
            let other = random.below(order.len());
            order.swap(place, other);
        }
        for merge in order {
            world.tick();
            match world.admin().merges().unmerge(merge) {
                Ok(report) => {
                    assert!(report.conflicts.is_empty(), "nothing was changed since: {report:?}");
                    merges.retain(|other| *other != merge);
                    world.check();
                }
                Err(error) => assert!(LATER.contains(&error.code()), "{error:?}"),
            }
        }
        assert!(merges.len() < before, "none of the rest can be taken back");
    }
}

fn round(kept: Kept, seed: u64, accounts: usize, merges: usize) {
    let mut world = World::new(Engine::new(kept, seed), seed, accounts);
    world.check();
    let state = world.state();
    let mut done = Vec::new();
    for _ in 0..merges {
        if let Some(merged) = world.merge() {
            // In these worlds nothing speaks against a merge: hierarchies are spliced, unique values go on.
            done.push(merged.unwrap().merge.unwrap());
            world.check();
        }
    }
    assert!(done.len() > merges / 2, "of {merges} only {} were carried out with seed {seed}", done.len());
    assert_ne!(state, world.state());
    let mut random = Random::new(seed ^ 0x5eed);
    take_all_back(&world, done, &mut random);
    let after = world.state();
    let changed: Vec<_> = state.lines().zip(after.lines()).filter(|(a, b)| a != b).take(3).collect();
    assert!(state == after, "seed {seed}: {changed:#?}");
    assert_eq!(world.engine.crm.check_integrity().unwrap(), Vec::<String>::new(), "seed {seed}");
}

#[test]
fn merges_that_are_taken_back_in_any_order_leave_no_trace_in_memory() {
    for seed in 0..14 {
        round(memory(), seed, 8 + usize::try_from(seed).unwrap(), 7);
    }
}

#[test]
fn merges_that_are_taken_back_in_any_order_leave_no_trace_in_a_file() {
    for seed in 100..105 {
        round(sqlite(), seed, 12, 6);
    }
}

#[test]
fn large_groups_are_merged_and_taken_back() {
    round(memory(), 77, 70, 5);
}

#[test]
fn what_is_edited_between_merges_stays_and_nothing_dangles() {
    for seed in 200..220 {
        let mut world = World::new(Engine::new(memory(), seed), seed, 10);
        let mut done = Vec::new();
        for _ in 0..8 {
            if let Some(Ok(report)) = world.merge() {
                done.push(report.merge.unwrap());
            }
            for _ in 0..3 {
                world.edit();
                world.refer();
            }
            world.check();
        }
        // The last first, so that no later merge is in the way, or in any order; what was made since may be.
        let mut waiting: Vec<crate::value::Id> = done.into_iter().rev().collect();
        for _ in 0..3 {
            if seed % 2 == 1 {
                (0..waiting.len()).for_each(|place| waiting.swap(place, world.random.below(place + 1)));
            }
            let mut refused = Vec::new();
            for merge in std::mem::take(&mut waiting) {
                world.tick();
                let preview = world.admin().merges().preview_unmerge(merge);
                match (preview, world.admin().merges().unmerge(merge)) {
                    (Ok(preview), Ok(undone)) => {
                        assert_eq!(preview, crate::merging::UnmergeReport { operation: None, ..undone });
                    }
                    (preview, Err(error)) => {
                        assert_eq!(preview.err(), Some(error.clone()));
                        let known = [ErrorCode::Cycle, ErrorCode::Overlap, ErrorCode::DuplicateKey, ErrorCode::Merged];
                        assert!(known.contains(&error.code()), "{error:?}");
                        refused.push(merge);
                    }
                    (Err(error), Ok(_)) => panic!("only the preview was refused: {error:?}"),
                }
                world.check();
            }
            waiting = refused;
        }
    }
}

#[test]
fn nobody_sees_more_than_before_but_the_record_into_which_one_of_his_went() {
    let mut gained = 0;
    for (seed, kept) in [(300, memory()), (301, memory()), (302, memory()), (303, sqlite())] {
        let mut world = World::new(Engine::new(kept, seed), seed, 14);
        for _ in 0..8 {
            let before = world.seen();
            let Some(Ok(report)) = world.merge() else { continue };
            let went_in = |user: Id, entity: &str, record: Id| {
                let mut losers = report.losers.iter();
                (entity, record) == (report.entity.as_str(), report.survivor)
                    && losers.any(|loser| before.iter().any(|seen| (seen.0, seen.2) == (user, *loser)))
            };
            let after = world.seen();
            for (user, entity, record) in after.difference(&before) {
                assert!(went_in(*user, entity, *record), "seed {seed}: {entity} {record} {report:?}");
                gained += 1;
            }
            world.tick();
            if world.random.percent(50) {
                world.admin().merges().unmerge(report.merge.unwrap()).unwrap();
                assert_eq!(world.seen(), before, "seed {seed}");
            }
        }
    }
    assert!(gained > 0, "shares go on to the surviving record");
}
