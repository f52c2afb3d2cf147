//! The grants on records: reading, writing, and what rules write on all records of an entity.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::failure::explain;
use super::open::damaged;
use super::question::{Question, level_number};
use super::transaction::{Transaction, blob, to_id};
use crate::access::{AccessLevel, Above, CheckedQuery, CheckedRule, CheckedWrite, Grant, Granted, RecordGrant, TenantId, Visibility};
use crate::schema::{EntityType, Row};
use crate::store::Difference;
use crate::value::{FieldValue, Id, Result, json};

const SELECT: &str = "SELECT principal, cause, level, valid_from, valid_until, fields FROM record_grant \
     WHERE entity = ?2 AND rid = ?3 AND tenant = ?1 ORDER BY principal, cause";

impl Transaction<'_> {
    /// The grants on a row.
    pub(super) fn grants_of(&self, tenant: TenantId, entity: &str, rid: i64) -> Result<Vec<Grant>> {
        let mut statement = self.prepare(SELECT)?;
        let mut rows = statement.query(params![tenant, entity, rid]).map_err(|error| explain(&error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            found.push(read_grant(row)?);
        }
        Ok(found)
    }

    pub(super) fn rid(&self, tenant: TenantId, entity: &EntityType, id: Id) -> Result<Option<i64>> {
        let sql = format!("SELECT rid FROM {} WHERE tenant = ?1 AND id = ?2", super::ddl::quoted(entity.name));
        self.one(&sql, params![tenant, id.as_bytes()], |row| row.get(0).map_err(|error| explain(&error)))
    }

    /// Whether a record is visible, by its owner, its grants and the record above.
    pub(super) fn sees(
        &self,
        tenant: TenantId,
        entity: &EntityType,
        visibility: &Visibility,
        row: &Row,
    ) -> Result<bool> {
        let Visibility::Scope(scope) = visibility else { return Ok(true) };
        let grants = if scope.needs_grants(row.owner) {
            match self.rid(tenant, entity, row.id)? {
                Some(rid) => self.grants_of(tenant, entity.name, rid)?,
                None => Vec::new(),
            }
        } else {
            Vec::new()
        };
        if scope.denies(&grants) {
            return Ok(false);
        }
        match &scope.above {
            Some(above) => match above.field.value(row) {
                FieldValue::Reference(id) => self.sees_above(tenant, above, id),
                _ => Ok(scope.shows(row.owner, &grants)),
            },
            None => Ok(scope.shows(row.owner, &grants)),
        }
    }

    fn sees_above(&self, tenant: TenantId, above: &Above, id: Id) -> Result<bool> {
        let entity = self.tables.entity(above.entity)?;
        let sql = &self.tables.statements(entity.name)?.get;
        let read = |row: &rusqlite::Row<'_>| super::codec::read_row(entity, &[], row);
        match self.one(sql, params![tenant, id.as_bytes()], read)? {
            Some(row) => self.sees(tenant, entity, &above.visibility, &row),
            None => Ok(false),
        }
    }

    pub(super) fn change_grants(&self, write: &CheckedWrite) -> Result<()> {
        for gone in write.remove_grants() {
            let Some(rid) = self.target(write, gone)? else { continue };
            let sql = "DELETE FROM record_grant WHERE tenant = ?1 AND entity = ?2 AND principal = ?3 AND rid = ?4 AND cause = ?5";
            let Grant { principal, cause, .. } = &gone.grant;
            self.execute(sql, params![write.tenant(), gone.entity, principal.as_bytes(), rid, cause.as_bytes()])?;
        }
        for come in write.add_grants() {
            let Some(rid) = self.target(write, come)? else { continue };
            let sql = "INSERT OR REPLACE INTO record_grant (tenant, entity, principal, rid, cause, level, valid_from, valid_until, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let Grant { principal, cause, level, from, until, fields } = &come.grant;
            let fields = if fields.is_empty() { None } else { Some(json::to_canonical(fields)?) };
            let (from, until) = (from.map(|date| date.to_string()), until.map(|date| date.to_string()));
            let level = level_number(*level);
            let (principal, cause) = (principal.as_bytes(), cause.as_bytes());
            self.execute(sql, params![write.tenant(), come.entity, principal, rid, cause, level, from, until, fields])?;
        }
        Ok(())
    }

    fn target(&self, write: &CheckedWrite, grant: &RecordGrant) -> Result<Option<i64>> {
        self.rid(*write.tenant(), self.tables.entity(grant.entity)?, grant.record)
    }

    pub(super) fn run_rule(&self, checked: &CheckedRule, apply: bool) -> Result<()> {
        let (tenant, rule) = (checked.tenant(), checked.rule());
        let entity = self.tables.entity(rule.entity)?;
        if let (Granted::Principal(principal), false) = (&rule.to, apply) {
            let sql = "DELETE FROM record_grant WHERE tenant = ?1 AND entity = ?2 AND principal = ?3 AND cause = ?4";
            let params = params![tenant, entity.name, principal.as_bytes(), rule.cause.as_bytes()];
            return self.execute(sql, params).map(|_| ());
        }
        let table = super::ddl::quoted(entity.name);
        let (principal, bound) = match &rule.to {
            Granted::Principal(id) => ("?".to_owned(), Some(blob(*id))),
            Granted::Named(field) => (super::question::named(entity, field), None),
        };
        let head: Vec<Value> = vec![Value::Integer(tenant), Value::Text(entity.name.to_owned())];
        let mut question = Question::default();
        if apply {
            question.sql = format!(
                "INSERT OR REPLACE INTO record_grant (tenant, entity, principal, rid, cause, level) SELECT ?, ?, {principal}, {table}.rid, ?, ? FROM {table}"
            );
            question.values.extend(head.into_iter().chain(bound));
            question.values.extend([blob(rule.cause), Value::Integer(level_number(rule.level))]);
        } else {
            question.sql = format!(
                "DELETE FROM record_grant WHERE (tenant, entity, principal, rid, cause) IN (SELECT ?, ?, {principal}, {table}.rid, ? FROM {table}"
            );
            question.values.extend(head.into_iter().chain(bound).chain([blob(rule.cause)]));
        }
        question.rule_scope(entity, tenant, rule.condition.as_ref());
        question.sql.push_str(&format!(" AND {principal} IS NOT NULL").replace("? IS", "1 IS"));
        if !apply {
            question.sql.push(')');
        }
        self.execute(&question.sql, params_from_iter(question.values)).map(|_| ())
    }

    pub(super) fn ids(&self, asked: &CheckedQuery) -> Result<BTreeSet<Id>> {
        let entity = self.tables.entity(asked.entity())?;
        let select = format!("SELECT {0}.id FROM {0}", super::ddl::quoted(entity.name));
        let question = Question::list(&select, entity, asked);
        let mut statement = self.prepare(&question.sql)?;
        let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
        let mut found = BTreeSet::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            found.insert(to_id(row.get_ref(0).map_err(|error| explain(&error))?)?);
        }
        Ok(found)
    }

    pub(super) fn differ(&self, first: &CheckedQuery, second: &CheckedQuery, most: usize) -> Result<Difference> {
        Ok(Difference::of(&self.ids(first)?, &self.ids(second)?, most))
    }
}

fn read_grant(row: &rusqlite::Row<'_>) -> Result<Grant> {
    let id = |place: usize| to_id(row.get_ref(place).map_err(|error| explain(&error))?);
    let text = |place: usize| row.get::<_, Option<String>>(place).map_err(|error| explain(&error));
    let date = |place: usize| -> Result<_> {
        text(place)?.map(|text| text.parse()).transpose().map_err(|_| damaged("a date has another form"))
    };
    let level: i64 = row.get(2).map_err(|error| explain(&error))?;
    let level = match level {
        0 => None,
        1 => Some(AccessLevel::Read),
        2 => Some(AccessLevel::Edit),
        3 => Some(AccessLevel::Full),
        _ => return Err(damaged("a grant has an unknown level")),
    };
    let fields = text(5)?.map(|text| json::from_own_text(&text)).transpose()?.unwrap_or_default();
    Ok(Grant { principal: id(0)?, cause: id(1)?, level, from: date(3)?, until: date(4)?, fields })
}
