//! Checked questions as SQL. Names come from the registry, values are always bound.

mod scope;

pub(super) use scope::{id_list, level_number, reference};

use std::fmt::Write as _;
use std::rc::Rc;

use rusqlite::types::{ToSql, ToSqlOutput, Value};

use super::codec::{to_column, to_custom};
use super::ddl::{SEARCH_SCOPE, custom_expression, quoted};
use super::spans::{Found, FoundRows, push_ends};
use crate::access::{
    CheckedAggregate, CheckedQuery, GrantRule, Granted, Scope, Search, TenantId, Visibility, entry_kind,
};
use crate::query::{self, Bucket, Comparison, Condition, MAX_GROUPS, MeasureFunction, SEARCH_CANDIDATES};
use crate::schema::{EntityType, FieldRef, Place, SpanTest, SystemField};
use crate::value::FieldValue;

/// The longest list of values that is bound one by one: a statement has 32,766 places, a filter 200 such lists.
const MAX_BOUND_VALUES: usize = 64;
/// A value in its place, or a list of them: a place of a statement can have as many values as there are.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    One(Value),
    Many(Rc<Vec<Value>>),
}

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::One(value) => value.to_sql(),
            Self::Many(values) => values.to_sql(),
        }
    }
}

/// How the records that the reader sees are told from the others. All ways give the same.
#[derive(Debug, Clone)]
pub(super) enum Seen<'a> {
    /// Every record is seen.
    All,
    /// The formula in SQL.
    Formula(&'a Scope),
    /// The bitmap in this slot of the connection, record by record.
    Slot {
        number: i64,
        /// Whether the records may be walked through in the order that is asked for. It does not pay where few of those
        /// on the way are seen, and a condition leads to them.
        walks: bool,
    },
    /// The numbers of all that are seen.
    Among(Rc<Vec<Value>>),
}

impl<'a> Seen<'a> {
    /// The sign before what is sorted or grouped by: it keeps SQLite from an index in that order.
    const fn order_sign(&self) -> &'static str {
        match self {
            Self::Among(_) | Self::Slot { walks: false, .. } => "+",
            Self::All | Self::Formula(_) | Self::Slot { walks: true, .. } => "",
        }
    }

    /// The formula as it stands.
    pub(super) fn plainly(visibility: &'a Visibility) -> Self {
        match visibility {
            Visibility::All => Self::All,
            Visibility::Scope(scope) => Self::Formula(scope),
        }
    }
}

/// SQL text and the values to bind, built side by side.
#[derive(Default)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) values: Vec<Bound>,
    tenant: TenantId,
    /// Whether the condition names the records.
    named: bool,
}

impl Question {
    /// An empty text about a tenant.
    pub(super) fn of(tenant: TenantId) -> Self {
        Self { tenant, ..Self::default() }
    }

    pub(super) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    pub(super) fn bind(&mut self, value: Value) -> &mut Self {
        self.sql.push('?');
        self.values.push(Bound::One(value));
        self
    }

    /// The values of a list of any length, inside the brackets of IN.
    pub(super) fn bind_all(&mut self, values: Rc<Vec<Value>>) -> &mut Self {
        self.sql.push_str("SELECT value FROM rarray(?)");
        self.values.push(Bound::Many(values));
        self
    }

    /// A list, with one record more than the page has.
    pub(super) fn list(
        select: &str,
        entity: &EntityType,
        asked: &CheckedQuery,
        seen: &Seen<'_>,
        found: Option<&Found>,
    ) -> Self {
        let mut question = Self::default();
        question.push(select);
        question.named = found.is_some_and(Found::is_named);
        question.visible(entity, *asked.tenant(), seen, *asked.deleted(), asked.search().is_some());
        question.asked(entity, asked.condition().as_ref(), found);
        question.search(entity, seen, asked.search().as_ref());
        if let Some((values, id)) = asked.after() {
            question.push(" AND ");
            question.after(entity, asked.sort(), values, &FieldValue::Reference(*id));
        }
        question.order(entity, asked.sort(), order_sign(seen, found));
        if let Some(limit) = asked.limit() {
            // The number is ours; as text it does not take part in the statement cache's keys of values.
            let _ = write!(question.sql, " LIMIT {}", limit + 1);
        }
        question
    }

    /// The identifiers of a list, in their order.
    pub(super) fn identifiers(entity: &EntityType, asked: &CheckedQuery, seen: &Seen<'_>) -> Self {
        Self::list(&format!("SELECT id FROM {}", quoted(entity.name)), entity, asked, seen, None)
    }

    /// The records that a rule is about, deleted ones too: the end of a SELECT.
    pub(super) fn records_of(&mut self, entity: &EntityType, rule: &GrantRule) {
        let table = quoted(entity.name);
        let _ = write!(self.sql, " FROM {table} WHERE {table}.tenant = ");
        self.bind(Value::Integer(self.tenant));
        self.condition(entity, rule.condition.as_ref());
        if let Granted::Named(field) = &rule.to {
            self.push(" AND ").push(&reference(&table, field)).push(" IS NOT NULL");
        }
    }

    /// Figures by group.
    pub(super) fn figures(
        entity: &EntityType,
        asked: &CheckedAggregate,
        seen: &Seen<'_>,
        found: Option<&Found>,
    ) -> Self {
        let mut question = Self::default();
        let keys: Vec<String> =
            asked.group_by().iter().map(|(field, bucket)| group_key(entity, field, *bucket)).collect();
        let groups: Vec<String> = keys.iter().map(|key| format!("{}{key}", order_sign(seen, found))).collect();
        let figures = asked.measures().iter().map(|(function, field)| figure(entity, *function, field.as_ref()));
        let columns: Vec<String> = keys.iter().cloned().chain(figures).collect();
        let columns = if columns.is_empty() { "count(*)".to_owned() } else { columns.join(", ") };
        let _ = write!(question.sql, "SELECT {columns} FROM {}", quoted(entity.name));
        question.named = found.is_some_and(Found::is_named);
        question.visible(entity, *asked.tenant(), seen, false, asked.search().is_some());
        question.asked(entity, asked.condition().as_ref(), found);
        question.search(entity, seen, asked.search().as_ref());
        if !keys.is_empty() {
            let keys = groups.join(", ");
            let _ = write!(question.sql, " GROUP BY {keys} ORDER BY {keys} LIMIT {}", MAX_GROUPS + 1);
        }
        question
    }

    /// A row if more visible records match the words of figures than a search looks at.
    pub(super) fn beyond_search(entity: &EntityType, asked: &CheckedAggregate, seen: &Seen<'_>) -> Option<Self> {
        let search = asked.search().as_ref()?;
        let mut question = Self::of(*asked.tenant());
        question.push("SELECT 1 FROM (");
        question.newest(entity, seen, search, SEARCH_CANDIDATES + 1);
        let _ = write!(question.sql, ") LIMIT 1 OFFSET {SEARCH_CANDIDATES}");
        Some(question)
    }

    /// Tenant, not deleted, visible. Where words are searched, or where the records are named, no index of the table may
    /// be taken instead: all of them begin with the tenant, and the sign before it keeps it from them.
    fn visible(&mut self, entity: &EntityType, tenant: TenantId, seen: &Seen<'_>, deleted: bool, searched: bool) {
        self.tenant = tenant;
        let table = quoted(entity.name);
        let sign = if searched || self.named || matches!(seen, Seen::Among(_)) { "+" } else { "" };
        let _ = write!(self.sql, " WHERE {sign}{table}.tenant = ");
        self.bind(Value::Integer(tenant));
        if !deleted {
            let _ = write!(self.sql, " AND {table}.deleted = 0");
        }
        self.seen(entity.name, &table, seen, searched);
    }

    /// That a record is seen.
    fn seen(&mut self, entity: &str, table: &str, seen: &Seen<'_>, searched: bool) {
        match seen {
            Seen::All => {}
            Seen::Formula(scope) => {
                self.push(" AND ");
                self.formula(entity, table, scope, 0);
            }
            Seen::Slot { number, .. } => {
                self.push(" AND visible(").bind(Value::Integer(*number));
                let _ = write!(self.sql, ", {table}.rid)");
            }
            Seen::Among(_) if searched => {}
            Seen::Among(rids) => {
                let _ = write!(self.sql, " AND {table}.rid IN (");
                self.bind_all(rids.clone()).push(")");
            }
        }
    }

    /// Values in a list, filled up to the next power of two so that few different statements are made. A statement
    /// has a limited number of places, so a long list is bound in one.
    fn list_of(&mut self, values: impl Iterator<Item = Value>) {
        let values: Vec<Value> = values.collect();
        if values.len() > MAX_BOUND_VALUES {
            self.bind_all(Rc::new(values));
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

    /// The condition; where a part of it was answered before, what was found and the rest.
    fn asked(&mut self, entity: &EntityType, condition: Option<&Condition>, found: Option<&Found>) {
        let Some(found) = found else { return self.condition(entity, condition) };
        let table = quoted(entity.name);
        match &found.rows {
            FoundRows::Named(rids) => {
                let _ = write!(self.sql, " AND {table}.rid IN (");
                self.bind_all(rids.clone()).push(")");
            }
            FoundRows::Lent(slot) => {
                self.push(" AND visible(").bind(Value::Integer(slot.number()));
                let _ = write!(self.sql, ", {table}.rid)");
            }
        }
        self.condition(entity, found.rest.as_ref());
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
                self.list_of(values.iter().map(|value| operand(field, value)));
                self.push(")");
            }
            Condition::Prefix(field, prefix) => self.prefix(entity, field, prefix),
            Condition::IsEmpty(field) => {
                self.push(&expression(entity, field)).push(" IS NULL");
            }
            Condition::Holds(field, (kind, key)) => self.entry(entity, field, kind, key),
            Condition::Span(field, test) => self.span(entity, field, test),
        }
    }

    /// The records that have a value within limits in a list.
    fn span(&mut self, entity: &EntityType, field: &FieldRef, test: &SpanTest) {
        let _ = write!(self.sql, "{}.rid IN (", quoted(entity.name));
        for (place, part) in test.parts().enumerate() {
            self.push(if place > 0 { " UNION ALL " } else { "" });
            self.push("SELECT rid FROM span_key WHERE kind IN (SELECT number FROM span_kind WHERE tenant = ");
            self.bind(Value::Integer(self.tenant));
            self.push(" AND entity = ").bind(Value::Text(entity.name.to_owned()));
            self.push(" AND field = ").bind(Value::Text(field.spec.name.to_string()));
            self.push(" AND code = ").bind(Value::Text(test.code.clone()));
            if let Some(tag) = &test.tag {
                self.push(" AND tag = ").bind(Value::Text(tag.clone()));
            }
            let _ = write!(self.sql, ") AND part = {}", part.number());
            let mut values = Vec::new();
            push_ends(test, part, &mut self.sql, &mut values);
            self.values.extend(values.into_iter().map(Bound::One));
        }
        self.push(")");
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
    fn search(&mut self, entity: &EntityType, seen: &Seen<'_>, search: Option<&Search>) {
        let Some(search) = search else { return };
        let _ = write!(self.sql, " AND {}.rid IN (", quoted(entity.name));
        self.newest(entity, seen, search, SEARCH_CANDIDATES);
        self.push(")");
    }

    /// The newest visible records that match the words, at most so many. The tenant is asked of the search table to have
    /// less to walk through; it is the record itself that decides.
    fn newest(&mut self, entity: &EntityType, seen: &Seen<'_>, search: &Search, most: usize) {
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
        let within = format!("{{{SEARCH_SCOPE}}} : {}", search_scope(self.tenant));
        let words_asked = Value::Text(format!("{within} AND {}", phrases.join(" AND ")));
        match seen {
            // What is in a set is of the tenant, not deleted, and seen: the record need not be read.
            Seen::Slot { number, .. } => {
                let _ = write!(self.sql, "SELECT w.rowid FROM {words} w WHERE w.{words} MATCH ");
                self.bind(words_asked).push(" AND visible(").bind(Value::Integer(*number)).push(", w.rowid)");
            }
            Seen::Among(rids) => {
                self.push("SELECT w.rowid FROM rarray(?) r CROSS JOIN ");
                self.values.push(Bound::Many(rids.clone()));
                let _ = write!(self.sql, "{words} w ON w.rowid = r.value WHERE w.{words} MATCH ");
                self.bind(words_asked);
            }
            Seen::All | Seen::Formula(_) => {
                let _ = write!(self.sql, "SELECT w.rowid FROM {words} w CROSS JOIN {table} ON {table}.rid = w.rowid");
                self.visible(entity, self.tenant, seen, false, false);
                let _ = write!(self.sql, " AND w.{words} MATCH ");
                self.bind(words_asked);
            }
        }
        let _ = write!(self.sql, " ORDER BY w.rowid DESC LIMIT {most}");
    }

    fn order(&mut self, entity: &EntityType, sort: &[(FieldRef, bool)], sign: &str) {
        self.push(" ORDER BY ");
        for (field, descending) in sort {
            self.push(sign).push(&expression(entity, field)).push(if *descending { " DESC, " } else { ", " });
        }
        let direction = if query::ties_descend(sort) { " DESC" } else { "" };
        let _ = write!(self.sql, "{sign}{}.id{direction}", quoted(entity.name));
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

/// The sign before what is sorted or grouped by: it keeps SQLite from an index in that order where the records are named.
fn order_sign(seen: &Seen<'_>, found: Option<&Found>) -> &'static str {
    if found.is_some_and(Found::is_named) { "+" } else { seen.order_sign() }
}

/// The word of a tenant in a search table.
pub(super) fn search_scope(tenant: TenantId) -> String {
    format!("t{tenant}")
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
    expression_of(&quoted(entity.name), field)
}

/// The field of the row that has a name inside SQL.
pub(super) fn expression_of(table: &str, field: &FieldRef) -> String {
    match &field.place {
        Place::System(system) => format!("{table}.{}", system.name()),
        Place::Column(_) => format!("{table}.{}", quoted(&field.spec.name)),
        Place::Custom(name) => custom_expression(table, name),
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
