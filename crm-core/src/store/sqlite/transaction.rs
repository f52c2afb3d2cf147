//! Reading and writing inside one transaction.

use std::cell::RefCell;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{CachedStatement, OptionalExtension as _, ffi, params, params_from_iter};

use super::codec::{columns, custom_json, from_column, read_row, to_column};
use super::ddl::{Tables, custom_index, quoted};
use super::failure::explain;
use super::link::Link;
use super::open::damaged;
use super::planner::{PlanChoice, Shape, Way};
use super::question::{Question, Seen, search_scope};
use super::spans::{Found, SpanNumbers};
use super::visible::{Kept, Own};
use crate::access::{
    CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedRule, CheckedWrite, Grant, TenantId, WriteKind,
};
use crate::journal::{ChangeKind, JournalEntry};
use crate::query::{self, AggregateRow, MAX_GROUPS, MeasureFunction};
use crate::schema::{EntityType, FieldRef, FieldSpec, Row};
use crate::store::memory::{too_many_groups, too_many_matches};
use crate::store::{
    Difference, JournalRead, JournalScope, MatchChange, MatchEntry, MatchSpace, Operation, ReadTx, WriteTx, duplicate,
    no_tenant, operation_exists, stale, tenant_exists,
};
use crate::value::{Error, ErrorCode, FieldValue, Id, Result, Timestamp, json};

/// One transaction on one connection.
pub(super) struct Transaction<'a> {
    pub(super) link: &'a Link,
    pub(super) tables: &'a Tables,
    pub(super) kept: &'a Kept,
    pub(super) plan: PlanChoice,
    /// What a write has done so far; nothing in a snapshot for reading.
    pub(super) own: RefCell<Option<Own>>,
    /// The numbers of codes and tags that the transaction has met: a product has many, and the next one the same.
    pub(super) span_numbers: RefCell<SpanNumbers>,
}

/// The transaction was taken back before its end.
pub(super) fn ended() -> Error {
    Error::unavailable(ErrorCode::Store, "the transaction was taken back after an earlier error")
}

pub(super) fn blob(id: Id) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

pub(super) fn to_id(value: ValueRef<'_>) -> Result<Id> {
    let ValueRef::Blob(bytes) = value else { return Err(damaged("an identifier is no blob")) };
    <[u8; 16]>::try_from(bytes).map(Id::from_bytes).map_err(|_| damaged("an identifier has not sixteen bytes"))
}

impl Transaction<'_> {
    /// Notes what the write does, so that what it asks next is answered by it.
    fn note(&self, done: impl FnOnce(&mut Own)) {
        if let Some(own) = self.own.borrow_mut().as_mut() {
            done(own);
        }
    }

    /// A statement inside the transaction. SQLite may take a whole transaction back after an error (a full disk, a
    /// failed read); whatever a rule made of that error, nothing may then be written outside a transaction.
    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        if self.link.is_autocommit() {
            return Err(ended());
        }
        self.link.prepare_cached(sql).map_err(|error| explain(&error))
    }

    pub(super) fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize> {
        self.prepare(sql)?.execute(params).map_err(|error| explain(&error))
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params).map_err(|error| explain(&error))?;
        rows.next().map_err(|error| explain(&error))?.map(read).transpose()
    }

    /// Inserts one row; `taken` says what it means if its key is there already.
    fn insert_once(&self, sql: &str, params: impl rusqlite::Params, taken: impl FnOnce() -> Error) -> Result<()> {
        match self.prepare(sql)?.execute(params) {
            Ok(_) => Ok(()),
            Err(error) if is_taken(&error) => Err(taken()),
            Err(error) => Err(explain(&error)),
        }
    }

    fn insert(&self, entity: &EntityType, write: &CheckedWrite) -> Result<i64> {
        let custom = custom_json(write.custom(), write.row())?;
        let tenant = std::iter::once(Value::Integer(*write.tenant()));
        let values = tenant.chain(columns(entity, &custom, write.row()));
        let sql = &self.tables.statements(entity.name)?.insert;
        self.insert_once(sql, params_from_iter(values), || duplicate(entity.name, "id"))?;
        Ok(self.link.last_insert_rowid())
    }

    /// Writes the columns that differ, so that only their indexes are touched.
    fn update(&self, entity: &EntityType, write: &CheckedWrite, change: &WriteKind) -> Result<i64> {
        let WriteKind::Update { version, changed, custom, owner } = change else { return Err(stale(entity.name)) };
        let row = write.row();
        let user = |id: Option<Id>| id.map_or(Value::Null, blob);
        let mut sets = vec!["version = ?", "updated_at = ?", "updated_by = ?", "deleted = ?"];
        let mut values = vec![
            Value::Integer(row.version),
            Value::Integer(row.updated_at.micros()),
            user(row.updated_by),
            Value::Integer(i64::from(row.deleted)),
        ];
        if *owner {
            sets.push("owner = ?");
            values.push(user(row.owner));
        }
        if *custom {
            sets.push("ext = ?");
            let json = custom_json(write.custom(), row)?;
            values.push(if json.is_empty() { Value::Null } else { Value::Text(json) });
        }
        let mut sql = format!("UPDATE {} SET {}", quoted(entity.name), sets.join(", "));
        for column in changed {
            if let Some(spec) = entity.fields.get(*column) {
                sql.push_str(", ");
                sql.push_str(&quoted(&spec.name));
                sql.push_str(" = ?");
                values.push(to_column(spec, row.value(*column)));
            }
        }
        sql.push_str(" WHERE tenant = ? AND id = ? AND version = ? RETURNING rid");
        values.extend([Value::Integer(*write.tenant()), blob(row.id), Value::Integer(*version)]);
        let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map_err(|error| explain(&error));
        self.one(&sql, params_from_iter(values), read)?.ok_or_else(|| stale(entity.name))
    }

    fn change_keys(&self, write: &CheckedWrite) -> Result<()> {
        for (kind, value) in write.remove_keys() {
            let sql = "DELETE FROM unique_key WHERE tenant = ?1 AND entity = ?2 AND kind = ?3 AND value = ?4";
            self.execute(sql, params![write.tenant(), write.entity(), kind, value])?;
        }
        for (kind, value) in write.add_keys() {
            let sql = "INSERT INTO unique_key (tenant, entity, kind, value, record) VALUES (?1, ?2, ?3, ?4, ?5)";
            let params = params![write.tenant(), write.entity(), kind, value, write.row().id.as_bytes()];
            self.insert_once(sql, params, || duplicate(write.entity(), kind))?;
        }
        for (sql, keys) in [
            (
                "DELETE FROM list_key WHERE tenant = ?1 AND entity = ?2 AND kind = ?3 AND value = ?4 AND record = ?5",
                write.remove_entries(),
            ),
            (
                "INSERT INTO list_key (tenant, entity, kind, value, record) VALUES (?1, ?2, ?3, ?4, ?5)",
                write.add_entries(),
            ),
        ] {
            for (kind, value) in keys {
                self.execute(sql, params![write.tenant(), write.entity(), kind, value, write.row().id.as_bytes()])?;
            }
        }
        Ok(())
    }

    fn change_words(&self, entity: &EntityType, rid: i64, write: &CheckedWrite) -> Result<()> {
        let Some(words) = write.search() else { return Ok(()) };
        let statements = self.tables.statements(entity.name)?;
        if matches!(write.kind(), WriteKind::Update { .. }) {
            self.execute(&statements.search_delete, [rid])?;
        }
        if words.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let scope = std::iter::once(Value::Text(search_scope(*write.tenant())));
        let texts = words.iter().map(|words| Value::Text(words.join(" ")));
        let values = std::iter::once(Value::Integer(rid)).chain(scope).chain(texts);
        self.execute(&statements.search_insert, params_from_iter(values)).map(|_| ())
    }
}

/// Another row has the key already; a missing value or a wrong type is something else.
fn is_taken(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|failure| failure.extended_code);
    matches!(code, Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY))
}

/// How many records a question counts, where that is known without looking at them.
fn known_count(asked: &CheckedAggregate, way: &Way<'_>, found: Option<&Found>) -> Option<usize> {
    let counts = matches!(asked.measures().as_slice(), [(MeasureFunction::Count, None)]);
    if !counts || !asked.group_by().is_empty() || asked.search().is_some() {
        return None;
    }
    match (found, asked.condition()) {
        (Some(found), _) => (matches!(way.seen, Seen::All) && found.rest.is_none()).then_some(found.count),
        (None, None) => way.set.as_ref().map(|set| set.count),
        (None, Some(_)) => None,
    }
}

impl ReadTx for Transaction<'_> {
    fn tenant(&mut self, key: &str) -> Result<Option<TenantId>> {
        self.one("SELECT id FROM tenant WHERE key = ?1", [key], |row| row.get(0).map_err(|error| explain(&error)))
    }

    fn tenants(&mut self) -> Result<Vec<(String, TenantId)>> {
        let mut statement = self.prepare("SELECT key, id FROM tenant ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(|error| explain(&error))?;
        rows.map(|row| row.map_err(|error| explain(&error))).collect()
    }

    fn epoch(&mut self, tenant: TenantId) -> Result<i64> {
        let read = |row: &rusqlite::Row<'_>| row.get(0).map_err(|error| explain(&error));
        self.one("SELECT epoch FROM tenant WHERE id = ?1", [tenant], read)?.ok_or_else(no_tenant)
    }

    fn get(&mut self, get: &CheckedGet) -> Result<Option<Row>> {
        let entity = self.tables.entity(get.entity())?;
        let sql = &self.tables.statements(entity.name)?.get;
        let found =
            self.one(sql, params![get.tenant(), get.id().as_bytes()], |row| read_row(entity, get.custom(), row))?;
        let Some(row) = found.filter(|row| *get.deleted() || !row.deleted) else { return Ok(None) };
        let visible = self.sees(*get.tenant(), entity.name, get.visibility(), &row)?;
        Ok(visible.then_some(row))
    }

    fn lookup(&mut self, lookup: &CheckedLookup) -> Result<Option<Id>> {
        let sql = "SELECT record FROM unique_key WHERE tenant = ?1 AND entity = ?2 AND kind = ?3 AND value = ?4";
        let params = params![lookup.tenant(), lookup.entity(), lookup.kind(), lookup.key()];
        self.one(sql, params, |row| to_id(row.get_ref(0).map_err(|error| explain(&error))?))
    }

    fn select(&mut self, asked: &CheckedQuery, sink: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()> {
        let entity = self.tables.entity(asked.entity())?;
        let found = self.found(*asked.tenant(), entity, asked.condition().as_ref())?;
        let (condition, search) = (asked.condition().as_ref(), asked.search().as_ref());
        let shape = Shape { condition, search, found: found.as_ref(), deleted: *asked.deleted() };
        let way = self.way(*asked.tenant(), entity, asked.visibility(), shape)?;
        if let Some(set) = way.set.as_ref().filter(|_| way.is_small && condition.is_none() && search.is_none()) {
            return self.select_sorted(set, entity, asked, sink);
        }
        let select = &self.tables.statements(entity.name)?.select;
        let question = Question::list(select, entity, asked, &way.seen, found.as_ref());
        let mut statement = self.prepare(&question.sql)?;
        let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            if !sink(read_row(entity, asked.custom(), row)?)? {
                break;
            }
        }
        Ok(())
    }

    fn aggregate(&mut self, asked: &CheckedAggregate) -> Result<Vec<AggregateRow>> {
        let entity = self.tables.entity(asked.entity())?;
        let (condition, search) = (asked.condition().as_ref(), asked.search().as_ref());
        let found = self.found(*asked.tenant(), entity, condition)?;
        let shape = Shape { condition, search, found: found.as_ref(), deleted: false };
        let way = self.way(*asked.tenant(), entity, asked.visibility(), shape)?;
        if let Some(count) = known_count(asked, &way, found.as_ref()) {
            let count = FieldValue::Integer(i64::try_from(count).unwrap_or(i64::MAX));
            return Ok(vec![AggregateRow { keys: Vec::new(), values: vec![count] }]);
        }
        if let Some(question) = Question::beyond_search(entity, asked, &way.seen)
            && self.one(&question.sql, params_from_iter(question.values), |_| Ok(()))?.is_some()
        {
            return Err(too_many_matches());
        }
        let question = Question::figures(entity, asked, &way.seen, found.as_ref());
        let mut statement = self.prepare(&question.sql)?;
        let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            found.push(read_figures(asked, row)?);
        }
        if found.len() > MAX_GROUPS { Err(too_many_groups()) } else { Ok(found) }
    }

    fn grants(&mut self, tenant: TenantId, entity: &'static str, record: Id) -> Result<Vec<Grant>> {
        self.grants_on(tenant, entity, record)
    }

    fn is_granted(&mut self, tenant: TenantId, entity: &'static str, principal: Id) -> Result<bool> {
        let sql = "SELECT 1 FROM record_grant WHERE tenant = ?1 AND entity = ?2 AND principal = ?3 LIMIT 1";
        Ok(self.one(sql, params![tenant, entity, principal.as_bytes()], |_| Ok(()))?.is_some())
    }

    fn difference(&mut self, first: &CheckedQuery, second: &CheckedQuery, most: usize) -> Result<Difference> {
        let ids = |asked: &CheckedQuery| {
            let entity = self.tables.entity(asked.entity())?;
            let shape = Shape { condition: asked.condition().as_ref(), search: None, found: None, deleted: false };
            let way = self.way(*asked.tenant(), entity, asked.visibility(), shape)?;
            let question = Question::identifiers(entity, asked, &way.seen);
            let mut statement = self.prepare(&question.sql)?;
            let mut rows = statement.query(params_from_iter(question.values)).map_err(|error| explain(&error))?;
            let mut ids = Vec::new();
            while let Some(row) = rows.next().map_err(|error| explain(&error))? {
                ids.push(to_id(row.get_ref(0).map_err(|error| explain(&error))?)?);
            }
            Ok::<_, Error>(ids)
        };
        Ok(Difference::between(&ids(first)?, &ids(second)?, most))
    }

    fn journal(&mut self, read: JournalRead<'_>) -> Result<Vec<JournalEntry>> {
        const SELECT: &str = "SELECT sequence, op_id, command, actor, at, entity, record, version, kind, changes, consequence FROM journal WHERE tenant = ?1";
        let limit = i64::try_from(read.limit).unwrap_or(i64::MAX);
        let (condition, values) = match read.scope {
            JournalScope::Record { entity, record, after, until } => {
                let until = until.map_or(i64::MAX, Timestamp::micros);
                let (until, after) = (Value::Integer(until), Value::Integer(after));
                let values = vec![blob(record), Value::Text(entity.to_owned()), until, after];
                (" AND record = ?3 AND entity = ?4 AND at <= ?5 AND version > ?6", values)
            }
            JournalScope::Operation(op_id) => (" AND op_id = ?3", vec![blob(op_id)]),
            JournalScope::After(sequence) => (" AND sequence > ?3", vec![Value::Integer(sequence)]),
        };
        let mut statement = self.prepare(&format!("{SELECT}{condition} ORDER BY sequence LIMIT ?2"))?;
        let all = [Value::Integer(read.tenant), Value::Integer(limit)].into_iter().chain(values);
        let mut rows = statement.query(params_from_iter(all)).map_err(|error| explain(&error))?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            entries.push(read_entry(row)?);
        }
        Ok(entries)
    }

    fn operation(&mut self, tenant: TenantId, op_id: Id) -> Result<Option<Operation>> {
        let sql = "SELECT fingerprint, outcome, at FROM operation WHERE tenant = ?1 AND op_id = ?2";
        let mut statement = self.prepare(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Operation {
                op_id,
                fingerprint: row.get(0)?,
                outcome: row.get(1)?,
                at: Timestamp::from_micros(row.get(2)?),
            })
        };
        statement.query_row(params![tenant, op_id.as_bytes()], read).optional().map_err(|error| explain(&error))
    }

    fn operations(&mut self, tenant: TenantId, sink: &mut dyn FnMut(Operation) -> Result<()>) -> Result<()> {
        let sql = "SELECT op_id, fingerprint, outcome, at FROM operation WHERE tenant = ?1 ORDER BY op_id";
        self.each(sql, tenant, |row| {
            let text = |place: usize| row.get::<_, String>(place).map_err(|error| explain(&error));
            let at = row.get(3).map_err(|error| explain(&error))?;
            let op_id = to_id(row.get_ref(0).map_err(|error| explain(&error))?)?;
            sink(Operation { op_id, fingerprint: text(1)?, outcome: text(2)?, at: Timestamp::from_micros(at) })
        })
    }

    fn number_series(&mut self, tenant: TenantId) -> Result<Vec<(String, i64)>> {
        let mut series = Vec::new();
        self.each("SELECT series, next FROM number_series WHERE tenant = ?1 ORDER BY series", tenant, |row| {
            let read = row.get(0).and_then(|name| Ok((name, row.get(1)?)));
            series.push(read.map_err(|error| explain(&error))?);
            Ok(())
        })?;
        Ok(series)
    }

    fn match_candidates(&mut self, space: &MatchSpace, keys: &[i64], most: usize) -> Result<Vec<Vec<i64>>> {
        self.candidates(space, keys, most)
    }

    fn match_entries(&mut self, space: &MatchSpace, places: &[i64]) -> Result<Vec<MatchEntry>> {
        self.entries_at(space, places)
    }

    fn match_entry(&mut self, space: &MatchSpace, record: Id) -> Result<Option<MatchEntry>> {
        self.entry_of(space, record)
    }

    fn match_page(&mut self, space: &MatchSpace, after: i64, limit: usize) -> Result<Vec<MatchEntry>> {
        self.entries_behind(space, after, limit)
    }

    fn stale_matches(&mut self, space: &MatchSpace, limit: usize) -> Result<Vec<Id>> {
        self.stale_entries(space, limit)
    }
}

fn read_figures(asked: &CheckedAggregate, row: &rusqlite::Row<'_>) -> Result<AggregateRow> {
    let get = |place: usize| row.get_ref(place).map_err(|error| explain(&error));
    let mut place = 0;
    let mut keys = Vec::with_capacity(asked.group_by().len());
    for (field, bucket) in asked.group_by() {
        let value = get(place)?;
        keys.push(match (bucket, value) {
            (Some(_), ValueRef::Text(bytes)) => FieldValue::Text(String::from_utf8_lossy(bytes).into_owned()),
            _ => from_column(&field.spec, value)?,
        });
        place += 1;
    }
    let mut values = Vec::with_capacity(asked.measures().len());
    for (function, field) in asked.measures() {
        values.push(match (function, field) {
            (MeasureFunction::Sum, Some(field)) => {
                let sum = read_sum(field, get(place)?, get(place + 1)?)?;
                place += 1;
                sum
            }
            (MeasureFunction::Minimum | MeasureFunction::Maximum, Some(field)) => {
                from_column(&field.spec, get(place)?)?
            }
            _ => FieldValue::Integer(row.get(place).map_err(|error| explain(&error))?),
        });
        place += 1;
    }
    Ok(AggregateRow { keys, values })
}

/// Joins the two halves of a sum.
fn read_sum(field: &FieldRef, high: ValueRef<'_>, low: ValueRef<'_>) -> Result<FieldValue> {
    let (ValueRef::Integer(high), ValueRef::Integer(low)) = (high, low) else { return query::summed(0, field) };
    query::summed((i128::from(high) << 32) + i128::from(low), field)
}

fn read_entry(row: &rusqlite::Row<'_>) -> Result<JournalEntry> {
    let id = |place: usize| to_id(row.get_ref(place).map_err(|error| explain(&error))?);
    let text = |place: usize| row.get::<_, String>(place).map_err(|error| explain(&error));
    let whole = |place: usize| row.get::<_, i64>(place).map_err(|error| explain(&error));
    Ok(JournalEntry {
        sequence: whole(0)?,
        op_id: id(1)?,
        command: text(2)?,
        actor: id(3)?,
        at: Timestamp::from_micros(whole(4)?),
        entity: text(5)?,
        record: id(6)?,
        version: whole(7)?,
        kind: ChangeKind::parse(&text(8)?).ok_or_else(|| damaged("the journal has an unknown kind of entry"))?,
        changes: json::from_own_text(&text(9)?).map_err(|_| damaged("the journal has an entry that cannot be read"))?,
        consequence: whole(10)? != 0,
    })
}

impl Transaction<'_> {
    /// Runs a query whose rows are read one by one.
    fn each(&self, sql: &str, tenant: TenantId, mut read: impl FnMut(&rusqlite::Row<'_>) -> Result<()>) -> Result<()> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query([tenant]).map_err(|error| explain(&error))?;
        while let Some(row) = rows.next().map_err(|error| explain(&error))? {
            read(row)?;
        }
        Ok(())
    }
}

impl WriteTx for Transaction<'_> {
    fn begin_step(&mut self) -> Result<()> {
        self.execute("SAVEPOINT step", [])?;
        self.note(Own::begin_step);
        Ok(())
    }

    fn end_step(&mut self, keep: bool) -> Result<()> {
        if !keep {
            self.note(Own::take_step_back);
            // Some of them may have been made in the step.
            self.span_numbers.borrow_mut().clear();
            self.execute("ROLLBACK TO step", [])?;
        }
        self.execute("RELEASE step", []).map(|_| ())
    }

    fn add_tenant(&mut self, key: &str) -> Result<TenantId> {
        self.insert_once("INSERT INTO tenant (key) VALUES (?1)", [key], tenant_exists)?;
        Ok(self.link.last_insert_rowid())
    }

    fn put(&mut self, write: &CheckedWrite) -> Result<()> {
        let entity = self.tables.entity(write.entity())?;
        self.note(|own| {
            own.touch(entity.name, write.row().id);
            let grants = write.remove_grants().iter().chain(write.add_grants());
            grants.for_each(|grant| own.touch(grant.entity, grant.record));
        });
        let rid = match write.kind() {
            WriteKind::Insert => self.insert(entity, write)?,
            update @ WriteKind::Update { .. } => self.update(entity, write, update)?,
        };
        self.change_keys(write)?;
        self.change_spans(rid, write)?;
        self.change_words(entity, rid, write)?;
        self.change_grants(write)
    }

    fn apply_rule(&mut self, rule: &CheckedRule) -> Result<()> {
        self.note(Own::rule);
        self.write_rule(rule)
    }

    fn withdraw_rule(&mut self, rule: &CheckedRule) -> Result<()> {
        self.note(Own::rule);
        self.erase_rule(rule)
    }

    fn append_journal(&mut self, tenant: TenantId, entry: &JournalEntry) -> Result<i64> {
        let sql = "INSERT INTO journal (sequence, tenant, op_id, command, actor, at, entity, record, version, kind, changes, consequence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let changes = serde_json::to_string(&entry.changes).map_err(|_| damaged("a change has no JSON form"))?;
        let params = params![
            (entry.sequence > 0).then_some(entry.sequence),
            tenant,
            entry.op_id.as_bytes(),
            entry.command,
            entry.actor.as_bytes(),
            entry.at.micros(),
            entry.entity,
            entry.record.as_bytes(),
            entry.version,
            entry.kind.as_str(),
            changes,
            entry.consequence
        ];
        self.execute(sql, params)?;
        Ok(self.link.last_insert_rowid())
    }

    fn record_operation(&mut self, tenant: TenantId, operation: &Operation) -> Result<()> {
        let sql = "INSERT INTO operation (tenant, op_id, fingerprint, outcome, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let Operation { op_id, fingerprint, outcome, at } = operation;
        let params = params![tenant, op_id.as_bytes(), fingerprint, outcome, at.micros()];
        self.insert_once(sql, params, operation_exists)
    }

    fn bump_epoch(&mut self, tenant: TenantId) -> Result<()> {
        self.execute("UPDATE tenant SET epoch = epoch + 1 WHERE id = ?1", [tenant]).map(|_| ())
    }

    fn take_numbers(&mut self, tenant: TenantId, series: &str, count: i64) -> Result<i64> {
        let sql = "INSERT INTO number_series (tenant, series, next) VALUES (?1, ?2, 1 + ?3) ON CONFLICT DO UPDATE SET next = next + ?3 RETURNING next - ?3";
        let read = |row: &rusqlite::Row<'_>| row.get(0).map_err(|error| explain(&error));
        self.one(sql, params![tenant, series, count], read)?.ok_or_else(|| damaged("no number came back"))
    }

    fn index_custom_field(&mut self, entity: &str, field: &FieldSpec) -> Result<()> {
        self.execute(&custom_index(entity, field), []).map(|_| ())
    }

    fn put_match(&mut self, space: &MatchSpace, record: Id, change: &MatchChange<'_>) -> Result<()> {
        self.change_match(space, record, change)
    }

    fn drop_stale_keys(&mut self, space: &MatchSpace, limit: usize) -> Result<usize> {
        self.drop_keys(space, limit)
    }
}
