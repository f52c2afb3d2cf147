//! Grants in their table, and the point check of one record.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{params, params_from_iter};

use super::ddl::quoted;
use super::failure::explain;
use super::open::damaged;
use super::question::{Question, level_number, reference};
use super::transaction::{Transaction, blob, to_id};
use crate::access::{AccessLevel, CheckedRule, CheckedWrite, Grant, Granted, RecordGrant, Scope, TenantId, Visibility};
use crate::schema::Row;
use crate::store::no_record;
use crate::value::{Date, FieldValue, Id, Result};

/// What decides about a record beside its grants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) owner: Option<Id>,
    /// The record above, if it has one.
    pub(super) above: Option<Id>,
}

impl Facts {
    fn of(scope: &Scope, row: &Row) -> Self {
        let above = scope.above.as_ref().map(|above| above.field.value(row));
        let above = if let Some(FieldValue::Reference(id)) = above { Some(id) } else { None };
        Self { owner: row.owner, above }
    }
}

fn level_of(number: i64) -> Result<Option<AccessLevel>> {
    Ok(match number {
        0 => None,
        1 => Some(AccessLevel::Read),
        2 => Some(AccessLevel::Edit),
        3 => Some(AccessLevel::Full),
        _ => return Err(damaged("a grant has an unknown level")),
    })
}

fn read_grant(row: &rusqlite::Row<'_>) -> Result<Grant> {
    let get = |place: usize| row.get_ref(place).map_err(|error| explain(&error));
    let date = |place: usize| -> Result<Option<Date>> {
        let ValueRef::Text(bytes) = get(place)? else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("a text is no UTF-8"))?;
        text.parse().map(Some).map_err(|_| damaged("a date has another form"))
    };
    let fields = match get(5)? {
        ValueRef::Text(bytes) => {
            serde_json::from_slice(bytes).map_err(|_| damaged("the fields of a grant cannot be read"))?
        }
        _ => Vec::new(),
    };
    Ok(Grant {
        principal: to_id(get(0)?)?,
        cause: to_id(get(1)?)?,
        level: level_of(row.get(2).map_err(|error| explain(&error))?)?,
        from: date(3)?,
        until: date(4)?,
        fields,
    })
}

/// A reference column that may be empty.
pub(super) fn maybe_id(value: ValueRef<'_>) -> Result<Option<Id>> {
    if value == ValueRef::Null { Ok(None) } else { to_id(value).map(Some) }
}

impl Transaction<'_> {
    /// Whether a record that was read is visible.
    pub(super) fn sees(&self, tenant: TenantId, entity: &str, visibility: &Visibility, row: &Row) -> Result<bool> {
        let Visibility::Scope(scope) = visibility else { return Ok(true) };
        self.fulfils(tenant, entity, scope, row.id, Facts::of(scope, row))
    }

    /// Whether a record fulfils the formula.
    pub(super) fn fulfils(&self, tenant: TenantId, entity: &str, scope: &Scope, id: Id, facts: Facts) -> Result<bool> {
        let grants = if scope.needs_grants(facts.owner) { self.grants_on(tenant, entity, id)? } else { Vec::new() };
        if scope.denies(&grants) {
            return Ok(false);
        }
        let (Some(above), Some(id)) = (&scope.above, facts.above) else {
            return Ok(scope.shows(facts.owner, &grants));
        };
        let upper = if let Visibility::Scope(scope) = &above.visibility { Some(scope.as_ref()) } else { None };
        let Some(facts) = self.facts(tenant, above.entity, upper, id)? else { return Ok(false) };
        upper.map_or(Ok(true), |scope| self.fulfils(tenant, above.entity, scope, id, facts))
    }

    /// What decides about a record; nothing if it does not exist.
    fn facts(&self, tenant: TenantId, entity: &str, scope: Option<&Scope>, id: Id) -> Result<Option<Facts>> {
        let table = quoted(entity);
        let above = scope.and_then(|scope| scope.above.as_ref());
        let field = above.map_or_else(|| "NULL".to_owned(), |above| reference(&table, &above.field));
        let sql = format!("SELECT owner, {field} FROM {table} WHERE tenant = ?1 AND id = ?2");
        self.one(&sql, params![tenant, id.as_bytes()], |row| {
            let id = |place: usize| maybe_id(row.get_ref(place).map_err(|error| explain(&error))?);
            Ok(Facts { owner: id(0)?, above: id(1)? })
        })
    }

    /// The grants on a record, in the order of their principals and causes.
    pub(super) fn grants_on(&self, tenant: TenantId, entity: &str, record: Id) -> Result<Vec<Grant>> {
        let sql = format!(
            "SELECT principal, cause, level, valid_from, valid_until, fields FROM record_grant
             WHERE tenant = ?1 AND entity = ?2 AND rid = (SELECT rid FROM {} WHERE tenant = ?1 AND id = ?3)
             ORDER BY principal, cause",
            quoted(entity)
        );
        let mut statement = self.prepare(&sql)?;
        let mut rows = statement.query(params![tenant, entity, record.as_bytes()]).map_err(|error| explain(&error))?;
        let mut grants = Vec::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            grants.push(read_grant(row)?);
        }
        Ok(grants)
    }

    /// Takes the grants of a write away and writes those that hold from now on.
    pub(super) fn change_grants(&self, write: &CheckedWrite) -> Result<()> {
        for RecordGrant { entity, record, grant } in write.remove_grants() {
            let sql = format!(
                "DELETE FROM record_grant WHERE tenant = ?1 AND entity = ?2 AND principal = ?3
                 AND rid = (SELECT rid FROM {} WHERE tenant = ?1 AND id = ?4) AND cause = ?5",
                quoted(entity)
            );
            let (principal, cause) = (grant.principal.as_bytes(), grant.cause.as_bytes());
            self.execute(&sql, params![write.tenant(), entity, principal, record.as_bytes(), cause])?;
        }
        for RecordGrant { entity, record, grant } in write.add_grants() {
            let sql = format!(
                "INSERT OR REPLACE INTO record_grant (tenant, entity, principal, rid, cause, level, valid_from, valid_until, fields)
                 SELECT ?1, ?2, ?3, rid, ?4, ?5, ?6, ?7, ?8 FROM {} WHERE tenant = ?1 AND id = ?9",
                quoted(entity)
            );
            let date = |date: Option<Date>| date.map(|date| date.to_string());
            let fields = (!grant.fields.is_empty()).then(|| serde_json::to_string(&grant.fields));
            let fields = fields.transpose().map_err(|_| damaged("the fields of a grant have no JSON form"))?;
            let (principal, cause) = (grant.principal.as_bytes(), grant.cause.as_bytes());
            let (from, until, level) = (date(grant.from), date(grant.until), level_number(grant.level));
            let params =
                params![write.tenant(), entity, principal, cause, level, from, until, fields, record.as_bytes()];
            if self.execute(&sql, params)? == 0 {
                return Err(no_record());
            }
        }
        Ok(())
    }

    /// Writes the grants of a rule on every record that fulfils its condition.
    pub(super) fn write_rule(&self, checked: &CheckedRule) -> Result<()> {
        let rule = checked.rule();
        let entity = self.tables.entity(rule.entity)?;
        let table = quoted(entity.name);
        let mut question = Question::of(checked.tenant());
        let places = "(tenant, entity, principal, rid, cause, level)";
        question.push("INSERT OR REPLACE INTO record_grant ").push(places).push(" SELECT ");
        question.bind(Value::Integer(checked.tenant())).push(", ").bind(Value::Text(entity.name.to_owned()));
        match &rule.to {
            Granted::Principal(principal) => question.push(", ").bind(blob(*principal)),
            Granted::Named(field) => question.push(", ").push(&reference(&table, field)),
        };
        question.push(&format!(", {table}.rid, ")).bind(blob(rule.cause));
        question.push(", ").bind(Value::Integer(level_number(rule.level)));
        question.records_of(entity, rule);
        self.execute(&question.sql, params_from_iter(question.values)).map(|_| ())
    }

    /// Takes the grants of a rule away: those of its own principal in one range, else those that it would write.
    pub(super) fn erase_rule(&self, checked: &CheckedRule) -> Result<()> {
        let rule = checked.rule();
        let entity = self.tables.entity(rule.entity)?;
        let mut question = Question::of(checked.tenant());
        question.push("DELETE FROM record_grant WHERE tenant = ").bind(Value::Integer(checked.tenant()));
        question.push(" AND entity = ").bind(Value::Text(entity.name.to_owned()));
        question.push(" AND cause = ").bind(blob(rule.cause));
        match &rule.to {
            Granted::Principal(principal) => {
                question.push(" AND principal = ").bind(blob(*principal));
            }
            Granted::Named(field) => {
                let table = quoted(entity.name);
                question.push(" AND (principal, rid) IN (SELECT ").push(&reference(&table, field));
                question.push(&format!(", {table}.rid"));
                question.records_of(entity, rule);
                question.push(")");
            }
        }
        self.execute(&question.sql, params_from_iter(question.values)).map(|_| ())
    }
}
