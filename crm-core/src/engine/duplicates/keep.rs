//! Keeping what records are matched by, in the transaction of the record itself; and making it anew in another version.

use super::space_of;
use crate::access::{Action, SystemReason, TenantId};
use crate::duplicates::{MATCHED, Matched, RekeyReport, StoredMatchModel, differs, features_of, matched_as};
use crate::engine::Session;
use crate::engine::pipeline::finish_write;
use crate::engine::tenant::Tenant;
use crate::matching::{Features, MatchKind};
use crate::schema::{Entity as _, EntityType, Row};
use crate::store::{MatchChange, WriteTx};
use crate::value::{Error, ErrorCode, Id, Problem, Result};

/// The most records of one page of the re-key job.
const MAX_REKEYED: i64 = 10_000;
/// So many keys of former versions are dropped for each record of a page.
const KEYS_OF_A_RECORD: usize = 32;
/// What to do when nobody knows whether a page of the job was kept.
const AGAIN: &str = "call it again";

/// What a record is matched by from now on, one way after the other.
pub(crate) type KeptChanges = Vec<(Matched, Option<Features>)>;

/// What a write changes in what its record is matched by; nothing if it changes nothing in it.
///
/// # Errors
/// If the row does not fit its type.
pub(crate) fn kept_changes(entity: &EntityType, before: Option<&Row>, after: &Row) -> Result<KeptChanges> {
    if before.is_some_and(|before| !differs(entity, before, after)) {
        return Ok(Vec::new());
    }
    let of = |matched: Matched| Ok((matched, features_of(matched, after)?));
    matched_as(entity.name).map(of).collect()
}

/// Writes what a record is matched by, as far as it is not kept so already.
///
/// # Errors
/// `Unavailable` or `Corrupt`.
pub(crate) fn keep(
    tx: &mut dyn WriteTx,
    tenant: TenantId,
    record: Id,
    is_new: bool,
    changes: &KeptChanges,
) -> Result<()> {
    for (matched, features) in changes {
        let space = space_of(tenant, *matched);
        let known = if is_new { None } else { tx.match_entry(&space, record)? };
        let bytes = features.as_ref().map(Features::as_bytes);
        let unchanged = known.as_ref().map(|entry| entry.features.as_slice()) == bytes;
        if unchanged && (is_new || known.is_some()) {
            continue;
        }
        let known = known.map(|entry| Features::from_bytes(&entry.features)).transpose()?;
        let old = known.as_ref().map(|features| keys_of(features, matched.kind)).unwrap_or_default();
        let new = features.as_ref().map(|features| keys_of(features, matched.kind)).unwrap_or_default();
        let lacks = |keys: &[i64], key: &i64| keys.binary_search(key).is_err();
        let remove: Vec<i64> = old.iter().copied().filter(|key| lacks(&new, key)).collect();
        let add: Vec<i64> = new.iter().copied().filter(|key| lacks(&old, key)).collect();
        let change = MatchChange { fresh: is_new, remove: &remove, add: &add, features: bytes };
        tx.put_match(&space, record, &change)?;
    }
    Ok(())
}

/// Every key of a record, plain and refined, in rising order.
fn keys_of(features: &Features, kind: MatchKind) -> Vec<i64> {
    let keys = features.keys(kind);
    let mut hashes: Vec<i64> = keys.iter().flat_map(|key| [Some(key.hash), key.refined]).flatten().collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Makes anew what at most so many records are matched by that were kept by another version of the engine.
pub(crate) fn rekey(session: &Session, limit: i64) -> Result<RekeyReport> {
    let limit = usize::try_from(limit).ok().filter(|_| (1..=MAX_REKEYED).contains(&limit)).ok_or_else(|| {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "limit", "a page of the job has 1 to 10000 records");
        problem.with("max", MAX_REKEYED).into_invalid()
    })?;
    let mut done = None;
    let written = session.inner.store()?.write(&mut |tx| {
        let tenant = session.inner.tenant(tx, session.ctx.tenant)?;
        tenant.require_user(session.ctx.user)?;
        let models = tenant.schema.entity(StoredMatchModel::NAME)?;
        tenant.plan(session.ctx.user, models).require(Action::Edit)?;
        done = Some(rekey_page(tx, &tenant, limit)?);
        Ok(())
    });
    finish_write(false, written, done, AGAIN)
}

fn rekey_page(tx: &mut dyn WriteTx, tenant: &Tenant, limit: usize) -> Result<RekeyReport> {
    let mut records = 0_usize;
    for matched in MATCHED {
        let stale = tx.stale_matches(&space_of(tenant.id, matched), limit.saturating_sub(records))?;
        records = records.saturating_add(stale.len());
        let entity = tenant.schema.entity(matched.entity)?;
        let plan = tenant.system_plan(entity, SystemReason::Invariant);
        for id in stale {
            let row = tx
                .get(&plan.check_get_any(id)?)?
                .ok_or_else(|| Error::corrupt(ErrorCode::DamagedFile, "a record is matched that is not there"))?;
            keep(tx, tenant.id, id, false, &vec![(matched, features_of(matched, &row)?)])?;
        }
    }
    let (mut dropped, most) = (0_usize, limit.saturating_mul(KEYS_OF_A_RECORD));
    if records < limit {
        for matched in MATCHED {
            let left = most.saturating_sub(dropped);
            dropped = dropped.saturating_add(tx.drop_stale_keys(&space_of(tenant.id, matched), left)?);
        }
    }
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(RekeyReport { records: count(records), dropped: count(dropped), is_done: records < limit && dropped < most })
}
