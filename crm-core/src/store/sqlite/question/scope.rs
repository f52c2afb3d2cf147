//! The formula of a scope as SQL: always right, and quick where few records are looked at.

use std::fmt::Write as _;
use std::rc::Rc;

use rusqlite::types::Value;

use super::{Question, expression_of};
use crate::access::{AccessLevel, Scope, Visibility};
use crate::schema::{FieldRef, Place};
use crate::store::sqlite::ddl::quoted;
use crate::value::Id;

/// A level as the table of grants keeps it; a denying grant has 0.
pub(in crate::store::sqlite) const fn level_number(level: Option<AccessLevel>) -> i64 {
    match level {
        None => 0,
        Some(AccessLevel::Read) => 1,
        Some(AccessLevel::Edit) => 2,
        Some(AccessLevel::Full) => 3,
    }
}

/// Identifiers as one list to bind.
pub(in crate::store::sqlite) fn id_list(ids: &[Id]) -> Rc<Vec<Value>> {
    Rc::new(ids.iter().map(|id| Value::Blob(id.as_bytes().to_vec())).collect())
}

/// A reference inside SQL, as the identifier that it names has it.
pub(in crate::store::sqlite) fn reference(table: &str, field: &FieldRef) -> String {
    let column = expression_of(table, field);
    match field.place {
        Place::Custom(_) => format!("unhex({column}, '-')"),
        Place::System(_) | Place::Column(_) => column,
    }
}

impl Question {
    /// That a row of `entity`, which has the name `table` inside SQL, fulfils the formula. `depth` tells nested tables apart.
    pub(in crate::store::sqlite) fn formula(&mut self, entity: &str, table: &str, scope: &Scope, depth: usize) {
        self.push("(");
        if !scope.denied.is_empty() {
            self.push("NOT ");
            self.granted(entity, table, scope, &scope.denied, true);
            self.push(" AND ");
        }
        if let Some(above) = &scope.above {
            let field = reference(table, &above.field);
            let (name, depth) = (format!("above{depth}"), depth + 1);
            let _ = write!(self.sql, "CASE WHEN {field} IS NULL THEN ");
            self.shown(entity, table, scope);
            let _ =
                write!(self.sql, " ELSE EXISTS (SELECT 1 FROM {} {name} WHERE {name}.tenant = ", quoted(above.entity));
            self.bind(Value::Integer(self.tenant));
            let _ = write!(self.sql, " AND {name}.id = {field}");
            if let Visibility::Scope(scope) = &above.visibility {
                self.push(" AND ");
                self.formula(above.entity, &name, scope, depth);
            }
            self.push(") END");
        } else {
            self.shown(entity, table, scope);
        }
        self.push(")");
    }

    /// That owner or grants show a row.
    pub(in crate::store::sqlite) fn shown(&mut self, entity: &str, table: &str, scope: &Scope) {
        if scope.everything {
            self.push("1");
            return;
        }
        // A row without an owner is unknown among owners.
        let _ = write!(self.sql, "(coalesce({table}.owner IN (");
        self.bind_all(id_list(&scope.owners)).push("), 0)");
        if !scope.principals.is_empty() {
            self.push(" OR ");
            self.granted(entity, table, scope, &scope.principals, false);
        }
        self.push(")");
    }

    /// That a grant of one of the principals lies on a row: one that denies, or one of sufficient level.
    fn granted(&mut self, entity: &str, table: &str, scope: &Scope, principals: &[Id], denies: bool) {
        let tenant = Value::Integer(self.tenant);
        self.push("EXISTS (SELECT 1 FROM record_grant WHERE record_grant.tenant = ").bind(tenant);
        self.push(" AND record_grant.entity = ").bind(Value::Text(entity.to_owned()));
        let _ = write!(self.sql, " AND record_grant.rid = {table}.rid AND +record_grant.principal IN (");
        self.bind_all(id_list(principals)).push(") AND ");
        self.holding(scope, denies);
        self.push(")");
    }

    /// That a grant is of the right level and holds on the day.
    pub(in crate::store::sqlite) fn holding(&mut self, scope: &Scope, denies: bool) {
        if denies {
            self.push("level = 0");
        } else {
            self.push("level >= ").bind(Value::Integer(level_number(Some(scope.level))));
        }
        let today = scope.today.to_string();
        self.push(" AND coalesce(valid_from <= ").bind(Value::Text(today.clone()));
        self.push(", 1) AND coalesce(valid_until >= ").bind(Value::Text(today)).push(", 1)");
    }
}
