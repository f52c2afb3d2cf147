//! Keys and normal forms by which records are matched.
//!
//! A record stands there by its row number: a key is asked for about as often as a save looks for duplicates, and has to
//! be short. The version stands in both keys, so that another one is written beside the old keys, which go in one range.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, params};

use super::ddl::quoted;
use super::failure::explain;
use super::open::damaged;
use super::transaction::{Transaction, to_id};
use crate::store::{MatchChange, MatchEntry, MatchSpace, no_record};
use crate::value::{Id, Result};

const SELECT: &str = "SELECT rid, id, features FROM match_record WHERE tenant = ?1 AND space = ?2 AND version = ?3";

fn read_entry(row: &rusqlite::Row<'_>) -> Result<MatchEntry> {
    let get = |place: usize| row.get_ref(place).map_err(|error| explain(&error));
    let ValueRef::Blob(features) = get(2)? else { return Err(damaged("the features of a record are no blob")) };
    let place = row.get(0).map_err(|error| explain(&error))?;
    Ok(MatchEntry { place, id: to_id(get(1)?)?, features: features.to_vec() })
}

fn limited(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl Transaction<'_> {
    /// The row number of a record.
    fn rid_of(&self, space: &MatchSpace, record: Id) -> Result<Option<i64>> {
        let sql = format!("SELECT rid FROM {} WHERE tenant = ?1 AND id = ?2", quoted(space.entity));
        let read = |row: &rusqlite::Row<'_>| row.get(0).map_err(|error| explain(&error));
        self.one(&sql, params![space.tenant, record.as_bytes()], read)
    }

    pub(super) fn candidates(&self, space: &MatchSpace, keys: &[i64], most: usize) -> Result<Vec<Vec<i64>>> {
        const SQL: &str = "SELECT rid FROM match_key WHERE tenant = ?1 AND space = ?2 AND version = ?3 AND hash = ?4 ORDER BY rid LIMIT ?5";
        let mut statement = self.prepare(SQL)?;
        let limit = limited(most.saturating_add(1));
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let params = params![space.tenant, space.number, space.version, key, limit];
            let places = statement.query_map(params, |row| row.get(0)).map_err(|error| explain(&error))?;
            found.push(places.collect::<rusqlite::Result<Vec<i64>>>().map_err(|error| explain(&error))?);
        }
        Ok(found)
    }

    pub(super) fn entries_at(&self, space: &MatchSpace, places: &[i64]) -> Result<Vec<MatchEntry>> {
        let mut statement = self.prepare(&format!("{SELECT} AND rid = ?4"))?;
        let mut found = Vec::with_capacity(places.len());
        for place in places {
            let params = params![space.tenant, space.number, space.version, place];
            let mut rows = statement.query(params).map_err(|error| explain(&error))?;
            if let Some(row) = rows.next().map_err(|error| explain(&error))? {
                found.push(read_entry(row)?);
            }
        }
        Ok(found)
    }

    pub(super) fn entry_of(&self, space: &MatchSpace, record: Id) -> Result<Option<MatchEntry>> {
        let Some(rid) = self.rid_of(space, record)? else { return Ok(None) };
        self.entries_at(space, &[rid]).map(|found| found.into_iter().next())
    }

    pub(super) fn entries_behind(&self, space: &MatchSpace, after: i64, limit: usize) -> Result<Vec<MatchEntry>> {
        let mut statement = self.prepare(&format!("{SELECT} AND rid > ?4 ORDER BY rid LIMIT ?5"))?;
        let params = params![space.tenant, space.number, space.version, after, limited(limit)];
        let mut rows = statement.query(params).map_err(|error| explain(&error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            found.push(read_entry(row)?);
        }
        Ok(found)
    }

    /// Older and newer versions are two ranges: one condition for both would walk through every entry.
    pub(super) fn stale_entries(&self, space: &MatchSpace, limit: usize) -> Result<Vec<Id>> {
        let mut found = Vec::new();
        for comparison in ["<", ">"] {
            let sql = format!(
                "SELECT id FROM match_record WHERE tenant = ?1 AND space = ?2 AND version {comparison} ?3
                 ORDER BY version, rid LIMIT ?4"
            );
            let mut statement = self.prepare(&sql)?;
            let left = limited(limit.saturating_sub(found.len()));
            let params = params![space.tenant, space.number, space.version, left];
            let mut rows = statement.query(params).map_err(|error| explain(&error))?;
            while let Some(row) = rows.next().map_err(|error| explain(&error))? {
                found.push(to_id(row.get_ref(0).map_err(|error| explain(&error))?)?);
            }
        }
        Ok(found)
    }

    pub(super) fn change_match(&self, space: &MatchSpace, record: Id, change: &MatchChange<'_>) -> Result<()> {
        let rid = self.rid_of(space, record)?.ok_or_else(no_record)?;
        if !change.fresh {
            self.forget_other_versions(space, rid)?;
        }
        for (sql, keys) in [
            (
                "DELETE FROM match_key WHERE tenant = ?1 AND space = ?2 AND version = ?3 AND hash = ?4 AND rid = ?5",
                change.remove,
            ),
            (
                "INSERT OR IGNORE INTO match_key (tenant, space, version, hash, rid) VALUES (?1, ?2, ?3, ?4, ?5)",
                change.add,
            ),
        ] {
            if keys.is_empty() {
                continue;
            }
            let mut statement = self.prepare(sql)?;
            for key in keys {
                let params = params![space.tenant, space.number, space.version, key, rid];
                statement.execute(params).map_err(|error| explain(&error))?;
            }
        }
        let Some(features) = change.features else {
            let sql = "DELETE FROM match_record WHERE tenant = ?1 AND space = ?2 AND version = ?3 AND rid = ?4";
            return self.execute(sql, params![space.tenant, space.number, space.version, rid]).map(|_| ());
        };
        let sql = "INSERT OR REPLACE INTO match_record (tenant, space, version, rid, id, features) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let params = params![space.tenant, space.number, space.version, rid, record.as_bytes(), features];
        self.execute(sql, params).map(|_| ())
    }

    /// Entries of other versions of one record; as a rule there is none, and two looks say so.
    fn forget_other_versions(&self, space: &MatchSpace, rid: i64) -> Result<()> {
        for (best, comparison) in [("max", "<"), ("min", ">")] {
            let sql = format!(
                "SELECT {best}(version) FROM match_record WHERE tenant = ?1 AND space = ?2 AND version {comparison} ?3"
            );
            let mut from = space.version;
            loop {
                let mut statement = self.prepare(&sql)?;
                let other = statement
                    .query_row(params![space.tenant, space.number, from], |row| row.get::<_, Option<i64>>(0))
                    .optional()
                    .map_err(|error| explain(&error))?;
                let Some(other) = other.flatten() else { break };
                let sql = "DELETE FROM match_record WHERE tenant = ?1 AND space = ?2 AND version = ?3 AND rid = ?4";
                self.execute(sql, params![space.tenant, space.number, other, rid])?;
                from = other;
            }
        }
        Ok(())
    }

    pub(super) fn drop_keys(&self, space: &MatchSpace, limit: usize) -> Result<usize> {
        let mut dropped = 0_usize;
        for comparison in ["<", ">"] {
            let sql = format!(
                "DELETE FROM match_key WHERE (tenant, space, version, hash, rid) IN (
                 SELECT tenant, space, version, hash, rid FROM match_key
                 WHERE tenant = ?1 AND space = ?2 AND version {comparison} ?3 LIMIT ?4)"
            );
            let left = limited(limit.saturating_sub(dropped));
            let gone = self.execute(&sql, params![space.tenant, space.number, space.version, left])?;
            dropped = dropped.saturating_add(gone);
        }
        Ok(dropped)
    }
}
