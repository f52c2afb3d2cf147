//! Checked questions as SQL. Names come from the registry, values are always bound.

use std::fmt::Write as _;

use rusqlite::types::Value;

use super::codec::{to_column, to_custom};
use super::ddl::{SEARCH_SCOPE, custom_expression, quoted};
use crate::access::{AccessLevel, CheckedAggregate, CheckedQuery, Scope, Search, TenantId, Visibility, entry_kind};
use crate::query::{self, Bucket, Comparison, Condition, MAX_GROUPS, MeasureFunction, SEARCH_CANDIDATES};
use crate::schema::{EntityType, FieldRef, Place, SystemField};
use crate::value::{FieldValue, Id};

/// The longest list of values that is bound one by one: a statement has 32,766 places, a filter 200 such lists.
const MAX_BOUND_VALUES: usize = 64;
/// The longest list of owners that is bound one by one; a search binds it twice.
const MAX_BOUND_OWNERS: usize = 2_048;

/// The most owners whose matches are walked through one by one; who sees more sees much of what matches.
const MAX_SEARCHED_OWNERS: usize = 256;

/// SQL text and the values to bind, built side by side.
#[derive(Default)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
    pub(super) tenant: TenantId,
}

impl Question {
    fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    fn bind(&mut self, value: Value) -> &mut Self {
        self.sql.push('?');
        self.values.push(value);
        self
    }

    /// A list, with one record more than the page has.
    pub(super) fn list(select: &str, entity: &EntityType, asked: &CheckedQuery) -> Self {
        let mut question = Self::default();
        question.push(select);
        question.scope_of(entity, *asked.tenant(), asked.visibility(), *asked.deleted(), asked.search().is_some());
        question.condition(entity, asked.condition().as_ref());
        question.search(entity, *asked.tenant(), asked.visibility(), asked.search().as_ref());
        if let Some((values, id)) = asked.after() {
            question.push(" AND ");
            question.after(entity, asked.sort(), values, &FieldValue::Reference(*id));
        }
        question.order(entity, asked.sort());
        if let Some(limit) = asked.limit() {
            // The number is ours; as text it does not take part in the statement cache's keys of values.
            let _ = write!(question.sql, " LIMIT {}", limit + 1);
        }
        question
    }

    /// Figures by group.
    pub(super) fn figures(entity: &EntityType, asked: &CheckedAggregate) -> Self {
        let mut question = Self::default();
        let keys: Vec<String> =
            asked.group_by().iter().map(|(field, bucket)| group_key(entity, field, *bucket)).collect();
        let figures = asked.measures().iter().map(|(function, field)| figure(entity, *function, field.as_ref()));
        let columns: Vec<String> = keys.iter().cloned().chain(figures).collect();
        let columns = if columns.is_empty() { "count(*)".to_owned() } else { columns.join(", ") };
        let _ = write!(question.sql, "SELECT {columns} FROM {}", quoted(entity.name));
        question.scope_of(entity, *asked.tenant(), asked.visibility(), false, asked.search().is_some());
        question.condition(entity, asked.condition().as_ref());
        question.search(entity, *asked.tenant(), asked.visibility(), asked.search().as_ref());
        if !keys.is_empty() {
            let keys = keys.join(", ");
            let _ = write!(question.sql, " GROUP BY {keys} ORDER BY {keys} LIMIT {}", MAX_GROUPS + 1);
        }
        question
    }

    /// A row if more visible records match the words of figures than a search looks at.
    pub(super) fn beyond_search(entity: &EntityType, asked: &CheckedAggregate) -> Option<Self> {
        let search = asked.search().as_ref()?;
        let mut question = Self::default();
        question.push("SELECT 1 FROM (");
        question.newest(entity, *asked.tenant(), asked.visibility(), search, SEARCH_CANDIDATES + 1);
        let _ = write!(question.sql, ") LIMIT 1 OFFSET {SEARCH_CANDIDATES}");
        Some(question)
    }

    fn scope(&mut self, entity: &EntityType, tenant: TenantId, visibility: &Visibility, deleted: bool) {
        self.scope_of(entity, tenant, visibility, deleted, false);
    }

    /// Tenant, not deleted, visible. Where words are searched, no index of the table may be taken instead of what was
    /// found: all of them begin with the tenant, and the sign before it keeps it from them.
    fn scope_of(
        &mut self,
        entity: &EntityType,
        tenant: TenantId,
        visibility: &Visibility,
        deleted: bool,
        searched: bool,
    ) {
        self.tenant = tenant;
        let table = quoted(entity.name);
        let sign = if searched { "+" } else { "" };
        let _ = write!(self.sql, " WHERE {sign}{table}.tenant = ");
        self.bind(Value::Integer(tenant));
        if !deleted {
            let _ = write!(self.sql, " AND {table}.deleted = 0");
        }
        if let Visibility::Scope(scope) = visibility {
            self.push(" AND ");
            self.formula(&table, entity.name, scope);
        }
    }

    /// Tenant and condition of a rule, over all records.
    pub(super) fn rule_scope(&mut self, entity: &EntityType, tenant: TenantId, condition: Option<&Condition>) {
        self.tenant = tenant;
        let _ = write!(self.sql, " WHERE {}.tenant = ", quoted(entity.name));
        self.bind(Value::Integer(tenant));
        self.condition(entity, condition);
    }

    /// Whether a record of a table is visible.
    fn formula(&mut self, table: &str, entity: &str, scope: &Scope) {
        self.push("(");
        if !scope.denied.is_empty() {
            self.push("NOT ");
            self.granted(table, entity, scope, &scope.denied, " = 0");
            self.push(" AND ");
        }
        match &scope.above {
            Some(above) => {
                let column = format!("{table}.{}", quoted(&above.field.spec.name));
                let upper = quoted(above.entity);
                let _ = write!(self.sql, "CASE WHEN {column} IS NULL THEN ");
                self.shown(table, entity, scope);
                let _ = write!(self.sql, " ELSE EXISTS (SELECT 1 FROM {upper} WHERE {upper}.tenant = ");
                self.bind(Value::Integer(self.tenant));
                let _ = write!(self.sql, " AND {upper}.id = {column}");
                if let Visibility::Scope(scope) = &above.visibility {
                    self.push(" AND ");
                    self.formula(&upper, above.entity, scope);
                }
                self.push(") END");
            }
            None => self.shown(table, entity, scope),
        }
        self.push(")");
    }

    fn shown(&mut self, table: &str, entity: &str, scope: &Scope) {
        if scope.everything {
            self.push("1");
            return;
        }
        self.push("(");
        let _ = write!(self.sql, "{table}.owner IN (");
        self.list_of(scope.owners.iter().map(|owner| Value::Blob(owner.as_bytes().to_vec())), MAX_BOUND_OWNERS);
        self.push(") OR ");
        let level = format!(" >= {}", level_number(Some(scope.level)));
        self.granted(table, entity, scope, &scope.principals, &level);
        self.push(")");
    }

    fn granted(&mut self, table: &str, entity: &str, scope: &Scope, principals: &[Id], level: &str) {
        let _ = write!(self.sql, "EXISTS (SELECT 1 FROM record_grant g WHERE g.rid = {table}.rid AND g.entity = ");
        self.bind(Value::Text(entity.to_owned())).push(" AND g.tenant = ");
        self.bind(Value::Integer(self.tenant));
        let today = Value::Text(scope.today.to_string());
        let _ = write!(self.sql, " AND g.level{level} AND (g.valid_from IS NULL OR g.valid_from <= ");
        self.bind(today.clone()).push(") AND (g.valid_until IS NULL OR g.valid_until >= ").bind(today);
        self.push(") AND g.principal IN (");
        self.list_of(principals.iter().map(|id| Value::Blob(id.as_bytes().to_vec())), MAX_BOUND_OWNERS);
        self.push("))");
    }

    /// Values in a list, filled up to the next power of two so that few different statements are made. A statement
    /// has a limited number of places, so a long list is bound as one JSON text.
    fn list_of(&mut self, values: impl Iterator<Item = Value>, most: usize) {
        let values: Vec<Value> = values.collect();
        if values.len() > most {
            let column =
                if values.iter().all(|value| matches!(value, Value::Blob(_))) { "unhex(value)" } else { "value" };
            self.push("SELECT ").push(column).push(" FROM json_each(").bind(json_list(&values)).push(")");
            return;
        }
        let Some(last) = values.last().cloned() else {
            self.push("NULL");
            return;
        };
        let filled = values.len().next_power_of_two();
        let missing = filled - values.len();
        for (place, value) in values.into_iter().chain(std::iter::repeat_n(last, missing)).enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
    }

    fn condition(&mut self, entity: &EntityType, condition: Option<&Condition>) {
        if let Some(condition) = condition {
            self.push(" AND ");
            self.term(entity, condition);
        }
    }

    fn term(&mut self, entity: &EntityType, condition: &Condition) {
        match condition {
            Condition::All(list) => self.joined(entity, list, " AND ", "1"),
            Condition::Any(list) => self.joined(entity, list, " OR ", "0"),
            Condition::NoneOf(list) => {
                // A comparison with no value is unknown in SQL and false here.
                self.push("NOT coalesce(");
                self.joined(entity, list, " OR ", "0");
                self.push(", 0)");
            }
            Condition::Compare(field, comparison, value) => self.comparison(entity, field, *comparison, value),
            Condition::In(field, values) => {
                if values.is_empty() {
                    self.push("0");
                    return;
                }
                self.push(&expression(entity, field)).push(" IN (");
                self.list_of(values.iter().map(|value| operand(field, value)), MAX_BOUND_VALUES);
                self.push(")");
            }
            Condition::Prefix(field, prefix) => self.prefix(entity, field, prefix),
            Condition::IsEmpty(field) => {
                self.push(&expression(entity, field)).push(" IS NULL");
            }
            Condition::Holds(field, (kind, key)) => self.entry(entity, field, kind, key),
        }
    }

    /// The records that have an entry in a list.
    fn entry(&mut self, entity: &EntityType, field: &FieldRef, kind: &str, key: &str) {
        let _ = write!(self.sql, "{}.id IN (SELECT record FROM list_key WHERE tenant = ", quoted(entity.name));
        self.bind(Value::Integer(self.tenant));
        self.push(" AND entity = ").bind(Value::Text(entity.name.to_owned()));
        self.push(" AND kind = ").bind(Value::Text(entry_kind(&field.spec.name, kind)));
        self.push(" AND value = ").bind(Value::Text(key.to_owned())).push(")");
    }

    fn joined(&mut self, entity: &EntityType, list: &[Condition], word: &str, empty: &str) {
        if list.is_empty() {
            self.push(empty);
            return;
        }
        self.push("(");
        for (place, condition) in list.iter().enumerate() {
            if place > 0 {
                self.push(word);
            }
            // Inside OR an unknown must not swallow a true one; SQL's OR does not, so the plain form is kept.
            self.term(entity, condition);
        }
        self.push(")");
    }

    fn comparison(&mut self, entity: &EntityType, field: &FieldRef, comparison: Comparison, value: &FieldValue) {
        let sign = match comparison {
            Comparison::Equal => " = ",
            Comparison::NotEqual => " <> ",
            Comparison::Less => " < ",
            Comparison::LessOrEqual => " <= ",
            Comparison::Greater => " > ",
            Comparison::GreaterOrEqual => " >= ",
        };
        self.push(&expression(entity, field)).push(sign).bind(operand(field, value));
    }

    /// A range, so that an index serves it. The end is the prefix with its last character moved on.
    fn prefix(&mut self, entity: &EntityType, field: &FieldRef, prefix: &str) {
        let column = expression(entity, field);
        self.push("(").push(&column).push(" >= ").bind(Value::Text(prefix.to_owned()));
        if let Some(end) = next_text(prefix) {
            self.push(" AND ").push(&column).push(" < ").bind(Value::Text(end));
        }
        self.push(")");
    }

    /// The newest visible records that match the words.
    fn search(&mut self, entity: &EntityType, tenant: TenantId, visibility: &Visibility, search: Option<&Search>) {
        let Some(search) = search else { return };
        let _ = write!(self.sql, " AND {}.rid IN (", quoted(entity.name));
        self.newest(entity, tenant, visibility, search, SEARCH_CANDIDATES);
        self.push(")");
    }

    /// The newest visible records that match the words, at most so many. Tenant and owners are asked of the search table
    /// to have less to walk through; it is the record itself that decides.
    fn newest(&mut self, entity: &EntityType, tenant: TenantId, visibility: &Visibility, search: &Search, most: usize) {
        let table = quoted(entity.name);
        let words = quoted(&format!("{}_search", entity.name));
        let columns: Vec<String> = search
            .columns()
            .iter()
            .filter_map(|(column, _)| entity.fields.get(*column))
            .map(|field| quoted(&field.name))
            .collect();
        let phrases: Vec<String> =
            search.phrases().iter().map(|phrase| format!("{{{}}} : {}", columns.join(" "), phrase.fts5())).collect();
        let _ = write!(self.sql, "SELECT w.rowid FROM {words} w CROSS JOIN {table} ON {table}.rid = w.rowid");
        self.scope(entity, tenant, visibility, false);
        let _ = write!(self.sql, " AND w.{words} MATCH ");
        self.bind(Value::Text(format!("{} AND {}", within(tenant, visibility), phrases.join(" AND "))));
        let _ = write!(self.sql, " ORDER BY w.rowid DESC LIMIT {most}");
    }

    fn order(&mut self, entity: &EntityType, sort: &[(FieldRef, bool)]) {
        self.push(" ORDER BY ");
        for (field, descending) in sort {
            self.push(&expression(entity, field)).push(if *descending { " DESC, " } else { ", " });
        }
        let direction = if query::ties_descend(sort) { " DESC" } else { "" };
        let _ = write!(self.sql, "{}.id{direction}", quoted(entity.name));
    }

    /// Everything behind the last record of the page before.
    fn after(&mut self, entity: &EntityType, sort: &[(FieldRef, bool)], values: &[FieldValue], id: &FieldValue) {
        let identifier = format!("{}.id", quoted(entity.name));
        let sign = if query::ties_descend(sort) { " < " } else { " > " };
        // A range of two columns, so that an index serves it. It leaves out empty values: that is right where they stand
        // before the rest, and where there are none. A custom field may have become required when some were empty.
        if let ([(field, descending)], [value]) = (sort, values)
            && *value != FieldValue::Null
            && (!descending || field.spec.required && !matches!(field.place, Place::Custom(_)))
        {
            let sign = if *descending { " < " } else { " > " };
            self.push("(").push(&expression(entity, field)).push(", ").push(&identifier).push(")").push(sign).push("(");
            self.bind(operand(field, value)).push(", ").bind(blob(id)).push(")");
            return;
        }
        for ((field, descending), value) in sort.iter().zip(values) {
            let column = expression(entity, field);
            self.push("(");
            match (value, descending) {
                (FieldValue::Null, false) => self.push(&column).push(" IS NOT NULL"),
                (FieldValue::Null, true) => self.push("0"),
                (value, false) => self.push(&column).push(" > ").bind(operand(field, value)),
                (value, true) => {
                    self.push("(").push(&column).push(" < ").bind(operand(field, value));
                    self.push(" OR ").push(&column).push(" IS NULL)")
                }
            };
            self.push(" OR (").push(&column).push(" IS ").bind(operand(field, value)).push(" AND ");
        }
        self.push(&identifier).push(sign).bind(blob(id));
        for _ in sort {
            self.push("))");
        }
    }
}

/// The level of a grant as the table keeps it.
pub(super) const fn level_number(level: Option<AccessLevel>) -> i64 {
    match level {
        None => 0,
        Some(AccessLevel::Read) => 1,
        Some(AccessLevel::Edit) => 2,
        Some(AccessLevel::Full) => 3,
    }
}

/// The identifier in a field, as it is kept in a column of its own.
pub(super) fn named(entity: &EntityType, field: &FieldRef) -> String {
    match &field.place {
        Place::Custom(name) => format!("unhex(replace({}, '-', ''))", custom_expression(&quoted(entity.name), name)),
        _ => expression(entity, field),
    }
}

/// Whose a record is, as the search table keeps it.
pub(super) fn search_scope(tenant: TenantId, owner: Option<Id>) -> String {
    owner.map_or_else(|| tenant_word(tenant), |owner| format!("{} {}", tenant_word(tenant), owner_word(owner)))
}

fn tenant_word(tenant: TenantId) -> String {
    format!("t{tenant}")
}

fn owner_word(owner: Id) -> String {
    format!("o{:032x}", u128::from_be_bytes(*owner.as_bytes()))
}

/// The part of a search that says whose records may match: of few owners theirs, if nothing else is seen.
fn within(tenant: TenantId, visibility: &Visibility) -> String {
    let _ = visibility;
    format!("{{{SEARCH_SCOPE}}} : ({})", tenant_word(tenant))
}

/// The values as a JSON text; identifiers in hexadecimal.
fn json_list(values: &[Value]) -> Value {
    let item = |value: &Value| match value {
        Value::Integer(number) => serde_json::Value::from(*number),
        Value::Text(text) => serde_json::Value::from(text.as_str()),
        Value::Blob(bytes) => {
            let mut text = String::with_capacity(bytes.len() * 2);
            for byte in bytes {
                let _ = write!(text, "{byte:02x}");
            }
            serde_json::Value::from(text)
        }
        _ => serde_json::Value::Null,
    };
    Value::Text(serde_json::Value::Array(values.iter().map(item).collect()).to_string())
}

fn blob(id: &FieldValue) -> Value {
    match id {
        FieldValue::Reference(id) => Value::Blob(id.as_bytes().to_vec()),
        _ => Value::Null,
    }
}

/// The text behind all texts that begin with `prefix`: nothing if there is none.
fn next_text(prefix: &str) -> Option<String> {
    let mut kept: Vec<char> = prefix.chars().collect();
    while let Some(last) = kept.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            kept.push(next);
            return Some(kept.into_iter().collect());
        }
    }
    None
}

/// The field inside SQL.
fn expression(entity: &EntityType, field: &FieldRef) -> String {
    let table = quoted(entity.name);
    match &field.place {
        Place::System(system) => format!("{table}.{}", system.name()),
        Place::Column(_) => format!("{table}.{}", quoted(&field.spec.name)),
        Place::Custom(name) => custom_expression(&table, name),
    }
}

fn operand(field: &FieldRef, value: &FieldValue) -> Value {
    match field.place {
        Place::Custom(_) => to_custom(&field.spec, value),
        Place::System(SystemField::CreatedAt | SystemField::UpdatedAt) | Place::System(_) | Place::Column(_) => {
            to_column(&field.spec, value)
        }
    }
}

fn group_key(entity: &EntityType, field: &FieldRef, bucket: Option<Bucket>) -> String {
    let column = expression(entity, field);
    match bucket {
        None => column,
        Some(Bucket::Day) => format!("substr({column}, 1, 10)"),
        Some(Bucket::Month) => format!("substr({column}, 1, 7)"),
        Some(Bucket::Year) => format!("substr({column}, 1, 4)"),
        Some(Bucket::Quarter) => {
            format!("substr({column}, 1, 4) || '-Q' || ((CAST(substr({column}, 6, 2) AS INTEGER) + 2) / 3)")
        }
    }
}

/// Sums are taken in two halves of 32 bits, so that no sum over fewer than 2^31 rows can overflow.
fn figure(entity: &EntityType, function: MeasureFunction, field: Option<&FieldRef>) -> String {
    let Some(field) = field else { return "count(*)".to_owned() };
    let column = expression(entity, field);
    match function {
        MeasureFunction::Count => format!("count({column})"),
        MeasureFunction::Minimum => format!("min({column})"),
        MeasureFunction::Maximum => format!("max({column})"),
        MeasureFunction::Sum => format!("sum({column} >> 32), sum({column} & 4294967295)"),
    }
}

#[cfg(test)]
mod tests;
