//! Looking for damage: in the pages and indexes of the file, and between tables that must agree.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::codec::read_row;
use super::ddl::{Tables, quoted};
use super::failure::explain;
use crate::access::{TenantId, unique_keys};
use crate::journal::ChangeKind;
use crate::schema::EntityType;
use crate::value::Result;

/// The most problems that are told of each kind.
const MAX_PROBLEMS: usize = 100;

/// Pages and rows without their indexes: enough for a copy, whose source was sound.
pub(super) fn quick(connection: &Connection) -> Result<Vec<String>> {
    pragma(connection, "quick_check")
}

/// Pages, rows, indexes, and whether records, journal and unique keys agree. Nothing of a record is told.
///
/// The unique values of custom fields are compared in one direction only: each must belong to a living record.
pub(super) fn whole(connection: &Connection, tables: &Tables) -> Result<Vec<String>> {
    let mut problems = pragma(connection, "integrity_check")?;
    if !problems.is_empty() {
        return Ok(problems);
    }
    let mut statement = connection.prepare("SELECT id FROM tenant ORDER BY id").map_err(|error| explain(&error))?;
    let tenants = statement.query_map([], |row| row.get(0)).map_err(|error| explain(&error))?;
    for tenant in tenants {
        let tenant = tenant.map_err(|error| explain(&error))?;
        let made = entries_of_making(connection, tenant)?;
        if let count @ 1.. = keys_of_nothing(connection, tenant)? {
            problems.push(format!("{count} keys of records that are not matched"));
        }
        for entity in tables.registry.entities() {
            let mut counts = disagreements(connection, tenant, entity, made.get(entity.name).copied().unwrap_or(0))?;
            counts.push((missing_keys(connection, tables, tenant, entity)?, "unique values not held by their records"));
            let found = counts.into_iter().filter(|(count, _)| *count > 0);
            problems.extend(found.map(|(count, what)| format!("{}: {count} {what}", entity.name)));
        }
    }
    Ok(problems)
}

fn pragma(connection: &Connection, name: &str) -> Result<Vec<String>> {
    let sql = format!("PRAGMA {name}({MAX_PROBLEMS})");
    let mut statement = connection.prepare(&sql).map_err(|error| explain(&error))?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(|error| explain(&error))?;
    let mut problems = Vec::new();
    for row in rows {
        let line = row.map_err(|error| explain(&error))?;
        if line != "ok" {
            problems.push(line);
        }
    }
    Ok(problems)
}

/// How many records of each entity were made, as the journal has it.
fn entries_of_making(connection: &Connection, tenant: TenantId) -> Result<HashMap<String, i64>> {
    let sql = "SELECT entity, count(*) FROM journal WHERE tenant = ?1 AND kind = ?2 GROUP BY entity";
    let mut statement = connection.prepare(sql).map_err(|error| explain(&error))?;
    let rows = statement.query_map(params![tenant, ChangeKind::Create.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.map_err(|error| explain(&error))?.collect::<rusqlite::Result<_>>().map_err(|error| explain(&error))
}

/// Keys by which no record is found. Those of former versions may be left over until they are dropped.
fn keys_of_nothing(connection: &Connection, tenant: TenantId) -> Result<i64> {
    let sql = "SELECT count(*) FROM match_key key WHERE tenant = ?1
        AND version = (SELECT max(version) FROM match_record WHERE tenant = ?1 AND space = key.space)
        AND NOT EXISTS (SELECT 1 FROM match_record kept WHERE kept.tenant = ?1 AND kept.space = key.space
            AND kept.version = key.version AND kept.rid = key.rid)";
    connection.query_row(sql, [tenant], |row| row.get(0)).map_err(|error| explain(&error))
}

/// What can be counted in SQL.
fn disagreements(
    connection: &Connection,
    tenant: TenantId,
    entity: &EntityType,
    made: i64,
) -> Result<Vec<(i64, &'static str)>> {
    let table = quoted(entity.name);
    let count = |sql: &str| {
        let params = params![tenant, entity.name];
        connection.query_row(sql, params, |row| row.get::<_, i64>(0)).map_err(|error| explain(&error))
    };
    // Deleted records stay, so every one that was ever made is there.
    let records = count(&format!("SELECT count(*) FROM {table} WHERE tenant = ?1 AND ?2 <> ''"))?;
    let versions = count(&format!(
        "SELECT count(*) FROM {table} kept WHERE tenant = ?1 AND version IS NOT (SELECT max(version) FROM journal
         WHERE journal.record = kept.id AND journal.entity = ?2 AND journal.tenant = ?1)
         AND 'merge.' IS NOT (SELECT substr(command, 1, 6) FROM journal
         WHERE journal.record = kept.id AND journal.entity = ?2 AND journal.tenant = ?1 ORDER BY sequence DESC LIMIT 1)"
    ))?;
    let holders = count(&format!(
        "SELECT count(*) FROM unique_key held WHERE tenant = ?1 AND entity = ?2
         AND NOT EXISTS (SELECT 1 FROM {table} kept WHERE kept.tenant = ?1 AND kept.id = held.record AND kept.deleted = 0)"
    ))?;
    let grants = count(&format!(
        "SELECT count(*) FROM record_grant WHERE tenant = ?1 AND entity = ?2
         AND NOT EXISTS (SELECT 1 FROM {table} kept WHERE kept.tenant = ?1 AND kept.rid = record_grant.rid)"
    ))?;
    let spans = count(&format!(
        "SELECT count(*) FROM span_key key JOIN span_kind ON number = key.kind WHERE tenant = ?1 AND entity = ?2
         AND NOT EXISTS (SELECT 1 FROM {table} kept WHERE kept.tenant = ?1 AND kept.rid = key.rid AND kept.deleted = 0)"
    ))?;
    Ok(vec![
        (spans, "keys of values of no living record"),
        (made.abs_diff(records).try_into().unwrap_or(i64::MAX), "records more or fewer than the journal has seen made"),
        (versions, "records of another version than their last entry in the journal"),
        (holders, "unique values held by no living record"),
        (grants, "grants on records that are not there"),
    ])
}

/// How many unique values are not held by their records, so that another could take them.
fn missing_keys(connection: &Connection, tables: &Tables, tenant: TenantId, entity: &EntityType) -> Result<i64> {
    if !entity.fields.iter().any(|spec| spec.unique || spec.nested_keys.is_some()) {
        return Ok(0);
    }
    let select = format!("{} WHERE tenant = ?1 AND deleted = 0", tables.statements(entity.name)?.select);
    let mut statement = connection.prepare(&select).map_err(|error| explain(&error))?;
    let held = "SELECT count(*) FROM unique_key WHERE tenant = ?1 AND entity = ?2 AND kind = ?3 AND value = ?4 AND record = ?5";
    let mut held = connection.prepare(held).map_err(|error| explain(&error))?;
    let mut missing = 0_i64;
    let mut rows = statement.query([tenant]).map_err(|error| explain(&error))?;
    while let Some(row) = rows.next().map_err(|error| explain(&error))? {
        let record = read_row(entity, &[], row)?;
        for (kind, value) in unique_keys(entity, &[], &record) {
            let params = params![tenant, entity.name, kind, value, record.id.as_bytes()];
            let found: i64 = held.query_row(params, |row| row.get(0)).map_err(|error| explain(&error))?;
            missing = missing.saturating_add(1).saturating_sub(found);
        }
    }
    Ok(missing)
}
