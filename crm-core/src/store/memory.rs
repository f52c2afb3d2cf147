//! The reference store: plain maps. What it answers is the meaning; SQLite must agree.

mod spans;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use super::{
    Difference, JournalRead, JournalScope, MatchChange, MatchEntry, MatchSpace, Operation, ReadTx, ReadWork, Store,
    WriteFailure, WriteTx, WriteWork,
};
use crate::access::{
    CheckedAggregate, CheckedGet, CheckedLookup, CheckedQuery, CheckedRule, CheckedWrite, Grant, Granted, RecordGrant,
    Search, TenantId, Visibility, WriteKind,
};
use crate::journal::JournalEntry;
use crate::query::{self, AggregateRow, Condition, MAX_GROUPS, SEARCH_CANDIDATES};
use crate::schema::{FieldSpec, Row};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};
use spans::{SpanEntry, SpanPlace, Spans};

type TableKey = (TenantId, String);
type UniqueKey = (TenantId, String, String, String);
/// The record whose grants are kept.
type GrantKey = (TenantId, String, Id);
/// Tenant, number of the space and version.
type SpaceKey = (TenantId, i64, i64);
/// Grants by principal and cause.
type Grants = BTreeMap<(Id, Id), Grant>;

#[derive(Debug, Clone)]
struct Stored {
    row: Row,
    order: u64,
    words: Vec<Vec<String>>,
}

#[derive(Debug, Default)]
struct State {
    tenants: BTreeMap<String, TenantId>,
    tables: HashMap<TableKey, BTreeMap<Id, Stored>>,
    unique: HashMap<UniqueKey, Id>,
    spans: Spans,
    grants: HashMap<GrantKey, Grants>,
    journal: Vec<(TenantId, JournalEntry)>,
    by_record: HashMap<(TenantId, String, Id), Vec<usize>>,
    operations: HashMap<(TenantId, Id), Operation>,
    epochs: HashMap<TenantId, i64>,
    numbers: HashMap<(TenantId, String), i64>,
    /// The places of the records that carry a key.
    match_keys: BTreeMap<(SpaceKey, i64), BTreeSet<i64>>,
    matched: BTreeMap<SpaceKey, BTreeMap<i64, MatchEntry>>,
    next_order: u64,
}

/// How one step is taken back.
enum Undo {
    Tenant(String),
    Row(TableKey, Id, Option<Box<Stored>>),
    Unique(UniqueKey, Option<Id>),
    /// The key of a value was added, or else taken away.
    Span(SpanPlace, SpanEntry, bool),
    Grant(GrantKey, (Id, Id), Option<Grant>),
    Journal,
    Operation(TenantId, Id),
    Epoch(TenantId),
    Numbers((TenantId, String), Option<i64>),
    /// The key of a record was added, or else taken away.
    MatchKey((SpaceKey, i64), i64, bool),
    Matched(SpaceKey, i64, Option<MatchEntry>),
}

/// The reference store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn read(&self, work: ReadWork<'_>) -> Result<()> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        work(&mut Reader(&state))
    }

    fn write(&self, work: WriteWork<'_>) -> std::result::Result<(), WriteFailure> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut writer = Writer { state: &mut state, undo: Vec::new(), step: 0 };
        work(&mut writer).map_err(WriteFailure::RolledBack)?;
        writer.undo.clear();
        Ok(())
    }

    fn backup(&self, _: &Path) -> Result<()> {
        Err(Error::unavailable(ErrorCode::Store, "a store in memory has no file: dump it instead"))
    }

    fn check_integrity(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

struct Reader<'a>(&'a State);

struct Writer<'a> {
    state: &'a mut State,
    undo: Vec<Undo>,
    /// How long the list was when the present step began.
    step: usize,
}

impl State {
    fn table(&self, tenant: TenantId, entity: &str) -> impl Iterator<Item = &Stored> {
        self.tables.get(&(tenant, entity.to_owned())).into_iter().flat_map(BTreeMap::values)
    }

    fn row(&self, tenant: TenantId, entity: &str, id: Id) -> Option<&Row> {
        self.tables.get(&(tenant, entity.to_owned()))?.get(&id).map(|stored| &stored.row)
    }

    fn get(&self, get: &CheckedGet) -> Option<Row> {
        let row = self.row(*get.tenant(), get.entity(), *get.id())?;
        let visible =
            (*get.deleted() || !row.deleted) && self.allows((*get.tenant(), get.entity()), get.visibility(), row);
        visible.then(|| row.clone())
    }

    /// Where a record stands among those that are matched.
    fn place(&self, space: &MatchSpace, id: Id) -> Option<i64> {
        let stored = self.tables.get(&(space.tenant, space.entity.to_owned()))?.get(&id)?;
        i64::try_from(stored.order).ok()
    }

    /// The grants on a record, in the order of their principals and causes.
    fn grants(&self, tenant: TenantId, entity: &str, record: Id) -> Vec<Grant> {
        let kept = self.grants.get(&(tenant, entity.to_owned(), record));
        kept.into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    fn is_granted(&self, tenant: TenantId, entity: &str, principal: Id) -> bool {
        let mut of_entity = self.grants.iter().filter(|(key, _)| key.0 == tenant && key.1 == entity);
        of_entity.any(|(_, grants)| grants.values().any(|grant| grant.principal == principal))
    }

    /// Whether a record is visible.
    fn allows(&self, (tenant, entity): (TenantId, &str), visibility: &Visibility, row: &Row) -> bool {
        let Visibility::Scope(scope) = visibility else { return true };
        let grants = self.grants(tenant, entity, row.id);
        if scope.denies(&grants) {
            return false;
        }
        if let Some(above) = &scope.above
            && let FieldValue::Reference(id) = above.field.value(row)
        {
            let row = self.row(tenant, above.entity, id);
            return row.is_some_and(|row| self.allows((tenant, above.entity), &above.visibility, row));
        }
        scope.shows(row.owner, &grants)
    }

    fn difference(&self, first: &CheckedQuery, second: &CheckedQuery, most: usize) -> Difference {
        let ids = |asked: &CheckedQuery| -> Vec<Id> {
            let table = (*asked.tenant(), *asked.entity());
            let found = self.found(table, asked.condition().as_ref(), None, asked.visibility(), false);
            found.into_iter().map(|row| row.id).collect()
        };
        Difference::between(&ids(first), &ids(second), most)
    }

    /// The grants of a rule to one principal, on whatever records they are.
    fn grants_to(&self, checked: &CheckedRule, principal: Id) -> Vec<RecordGrant> {
        let rule = checked.rule();
        let mine =
            self.grants.iter().filter(|((tenant, entity, _), _)| *tenant == checked.tenant() && entity == rule.entity);
        mine.filter_map(|((_, _, record), grants)| {
            let grant = grants.get(&(principal, rule.cause))?.clone();
            Some(RecordGrant { entity: rule.entity, record: *record, grant })
        })
        .collect()
    }

    /// The grants of a rule on all records that fulfil its condition.
    fn grants_of(&self, checked: &CheckedRule) -> Vec<RecordGrant> {
        let rule = checked.rule();
        let rows = self.table(checked.tenant(), rule.entity).map(|stored| &stored.row);
        rows.filter(|row| rule.condition.as_ref().is_none_or(|condition| query::matches(condition, row)))
            .filter_map(|row| {
                let principal = match &rule.to {
                    Granted::Principal(id) => *id,
                    Granted::Named(field) => match field.value(row) {
                        FieldValue::Reference(id) => id,
                        _ => return None,
                    },
                };
                let grant = Grant {
                    principal,
                    cause: rule.cause,
                    level: rule.level,
                    from: None,
                    until: None,
                    fields: Vec::new(),
                };
                Some(RecordGrant { entity: rule.entity, record: row.id, grant })
            })
            .collect()
    }

    /// The visible records that match the words, if there are any.
    fn candidates(
        &self,
        table: (TenantId, &str),
        search: Option<&Search>,
        visibility: &Visibility,
        deleted: bool,
        among: Option<&Vec<Id>>,
    ) -> Vec<&Stored> {
        let visible =
            |stored: &&Stored| (deleted || !stored.row.deleted) && self.allows(table, visibility, &stored.row);
        let matches = |stored: &&Stored| search.is_none_or(|search| !stored.row.deleted && found_by(search, stored));
        let Some(among) = among else {
            return self.table(table.0, table.1).filter(visible).filter(matches).collect();
        };
        let Some(rows) = self.tables.get(&(table.0, table.1.to_owned())) else { return Vec::new() };
        among.iter().filter_map(|id| rows.get(id)).filter(visible).filter(matches).collect()
    }

    /// The visible records that fulfil condition and search.
    fn found(
        &self,
        table: (TenantId, &str),
        condition: Option<&Condition>,
        search: Option<&Search>,
        visibility: &Visibility,
        deleted: bool,
    ) -> Vec<&Row> {
        // Of words the newest records are looked at first, whatever the condition says.
        let spans = condition.filter(|_| search.is_none()).and_then(|condition| self.spans.found(table, condition));
        let rest = spans.as_ref().map(|(_, rest)| rest.as_ref());
        let condition = rest.unwrap_or(condition);
        let mut found = self.candidates(table, search, visibility, deleted, spans.as_ref().map(|(ids, _)| ids));
        if search.is_some() {
            found.sort_by_key(|stored| std::cmp::Reverse(stored.order));
            found.truncate(SEARCH_CANDIDATES);
        }
        let rows = found.into_iter().map(|stored| &stored.row);
        rows.filter(|row| condition.is_none_or(|condition| query::matches(condition, row))).collect()
    }

    fn select(&self, asked: &CheckedQuery, sink: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()> {
        let table = (*asked.tenant(), *asked.entity());
        let (condition, search) = (asked.condition().as_ref(), asked.search().as_ref());
        let mut rows = self.found(table, condition, search, asked.visibility(), *asked.deleted());
        rows.retain(|row| comes_after(row, asked));
        let order = |a: &&Row, b: &&Row| query::compare_rows(a, b, asked.sort());
        if let Some(limit) = asked.limit().filter(|limit| *limit < rows.len()) {
            // One more than the page has; what stands behind need not be sorted.
            rows.select_nth_unstable_by(limit, order);
            rows.truncate(limit + 1);
        }
        rows.sort_by(order);
        for row in rows {
            if !sink(row.clone())? {
                break;
            }
        }
        Ok(())
    }

    fn aggregate(&self, asked: &CheckedAggregate) -> Result<Vec<AggregateRow>> {
        let table = (*asked.tenant(), *asked.entity());
        let (condition, search) = (asked.condition().as_ref(), asked.search().as_ref());
        if search.is_some() && self.candidates(table, search, asked.visibility(), false, None).len() > SEARCH_CANDIDATES
        {
            return Err(too_many_matches());
        }
        let rows = self.found(table, condition, search, asked.visibility(), false);
        let mut groups: Vec<(Vec<FieldValue>, Vec<&Row>)> = Vec::new();
        if asked.group_by().is_empty() {
            groups.push((Vec::new(), rows));
        } else {
            let mut by_key: HashMap<String, usize> = HashMap::new();
            for row in rows {
                let keys: Vec<FieldValue> = asked
                    .group_by()
                    .iter()
                    .map(|(field, bucket)| query::bucket_key(field.value(row), *bucket))
                    .collect();
                let place = *by_key.entry(format!("{keys:?}")).or_insert_with(|| {
                    groups.push((keys, Vec::new()));
                    groups.len() - 1
                });
                if let Some((_, members)) = groups.get_mut(place) {
                    members.push(row);
                }
            }
        }
        if groups.len() > MAX_GROUPS {
            return Err(too_many_groups());
        }
        groups.sort_by(|a, b| compare_keys(&a.0, &b.0));
        let figure = |rows: &[&Row]| -> Result<Vec<FieldValue>> {
            asked.measures().iter().map(|(f, field)| query::measure(*f, field.as_ref(), rows)).collect()
        };
        groups.into_iter().map(|(keys, rows)| Ok(AggregateRow { keys, values: figure(&rows)? })).collect()
    }

    fn journal(&self, read: JournalRead<'_>) -> Vec<JournalEntry> {
        let mine = |place: &usize| {
            self.journal.get(*place).filter(|(tenant, _)| *tenant == read.tenant).map(|(_, entry)| entry)
        };
        match read.scope {
            JournalScope::Record { entity, record, after, until } => {
                let places = self.by_record.get(&(read.tenant, entity.to_owned(), record));
                let entries = places.into_iter().flatten().filter_map(mine);
                let asked =
                    entries.filter(|entry| entry.version > after && until.is_none_or(|until| entry.at <= until));
                asked.take(read.limit).cloned().collect()
            }
            JournalScope::Operation(op_id) => {
                let places: Vec<usize> = (0..self.journal.len()).collect();
                places.iter().filter_map(mine).filter(|entry| entry.op_id == op_id).take(read.limit).cloned().collect()
            }
            JournalScope::After(sequence) => {
                let start = self.journal.partition_point(|(_, entry)| entry.sequence <= sequence);
                let places: Vec<usize> = (start..self.journal.len()).collect();
                places.iter().filter_map(mine).take(read.limit).cloned().collect()
            }
        }
    }
}

const fn space_key(space: &MatchSpace) -> SpaceKey {
    (space.tenant, space.number, space.version)
}

pub(super) fn too_many_groups() -> Error {
    let problem = Problem::of_field(ErrorCode::TooMany, "group_by", "the question has too many groups");
    problem.with("max_groups", MAX_GROUPS).into_invalid()
}

/// Figures over some of the records that match would look like figures over all.
pub(super) fn too_many_matches() -> Error {
    let message = "too many records match the words for figures over them: narrow the search";
    Problem::of_field(ErrorCode::TooMany, "search", message).with("max_records", SEARCH_CANDIDATES).into_invalid()
}

fn compare_keys(a: &[FieldValue], b: &[FieldValue]) -> std::cmp::Ordering {
    let orders = a.iter().zip(b).map(|(a, b)| a.compare(b));
    orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// Every phrase is found in one of the readable columns.
fn found_by(search: &Search, stored: &Stored) -> bool {
    search.phrases().iter().all(|phrase| {
        let phrase = std::slice::from_ref(phrase);
        let in_column =
            |place: usize| stored.words.get(place).is_some_and(|words| crate::value::matches(words, phrase));
        search.columns().iter().any(|(_, place)| in_column(*place))
    })
}

fn comes_after(row: &Row, asked: &CheckedQuery) -> bool {
    let Some((values, id)) = asked.after() else { return true };
    for ((field, descending), value) in asked.sort().iter().zip(values) {
        let order = field.value(row).compare(value);
        let order = if *descending { order.reverse() } else { order };
        if order.is_ne() {
            return order.is_gt();
        }
    }
    let order = row.id.cmp(id);
    if query::ties_descend(asked.sort()) { order.is_lt() } else { order.is_gt() }
}

macro_rules! reads {
    ($type:ident, $state:tt) => {
        impl ReadTx for $type<'_> {
            fn tenant(&mut self, key: &str) -> Result<Option<TenantId>> {
                Ok(self.$state.tenants.get(key).copied())
            }

            fn tenants(&mut self) -> Result<Vec<(String, TenantId)>> {
                Ok(self.$state.tenants.iter().map(|(key, id)| (key.clone(), *id)).collect())
            }

            fn epoch(&mut self, tenant: TenantId) -> Result<i64> {
                self.$state.epochs.get(&tenant).copied().ok_or_else(super::no_tenant)
            }

            fn get(&mut self, get: &CheckedGet) -> Result<Option<Row>> {
                Ok(self.$state.get(get))
            }

            fn lookup(&mut self, lookup: &CheckedLookup) -> Result<Option<Id>> {
                let key =
                    (*lookup.tenant(), (*lookup.entity()).to_owned(), lookup.kind().clone(), lookup.key().clone());
                Ok(self.$state.unique.get(&key).copied())
            }

            fn select(&mut self, query: &CheckedQuery, sink: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()> {
                self.$state.select(query, sink)
            }

            fn aggregate(&mut self, query: &CheckedAggregate) -> Result<Vec<AggregateRow>> {
                self.$state.aggregate(query)
            }

            fn grants(&mut self, tenant: TenantId, entity: &'static str, record: Id) -> Result<Vec<Grant>> {
                Ok(self.$state.grants(tenant, entity, record))
            }

            fn is_granted(&mut self, tenant: TenantId, entity: &'static str, principal: Id) -> Result<bool> {
                Ok(self.$state.is_granted(tenant, entity, principal))
            }

            fn difference(&mut self, first: &CheckedQuery, second: &CheckedQuery, most: usize) -> Result<Difference> {
                Ok(self.$state.difference(first, second, most))
            }

            fn journal(&mut self, read: JournalRead<'_>) -> Result<Vec<JournalEntry>> {
                Ok(self.$state.journal(read))
            }

            fn operation(&mut self, tenant: TenantId, op_id: Id) -> Result<Option<Operation>> {
                Ok(self.$state.operations.get(&(tenant, op_id)).cloned())
            }

            fn operations(&mut self, tenant: TenantId, sink: &mut dyn FnMut(Operation) -> Result<()>) -> Result<()> {
                let mine = self.$state.operations.iter().filter(|((of, _), _)| *of == tenant);
                let mut operations: Vec<&Operation> = mine.map(|(_, operation)| operation).collect();
                operations.sort_by_key(|operation| operation.op_id);
                operations.into_iter().try_for_each(|operation| sink(operation.clone()))
            }

            fn number_series(&mut self, tenant: TenantId) -> Result<Vec<(String, i64)>> {
                let mine = self.$state.numbers.iter().filter(|((of, _), _)| *of == tenant);
                let mut series: Vec<(String, i64)> = mine.map(|((_, name), next)| (name.clone(), *next)).collect();
                series.sort();
                Ok(series)
            }

            fn match_candidates(&mut self, space: &MatchSpace, keys: &[i64], most: usize) -> Result<Vec<Vec<i64>>> {
                let places = |key: &i64| {
                    let places = self.$state.match_keys.get(&(space_key(space), *key));
                    places.into_iter().flatten().take(most.saturating_add(1)).copied().collect()
                };
                Ok(keys.iter().map(places).collect())
            }

            fn match_entries(&mut self, space: &MatchSpace, places: &[i64]) -> Result<Vec<MatchEntry>> {
                let Some(kept) = self.$state.matched.get(&space_key(space)) else { return Ok(Vec::new()) };
                Ok(places.iter().filter_map(|place| kept.get(place)).cloned().collect())
            }

            fn match_entry(&mut self, space: &MatchSpace, record: Id) -> Result<Option<MatchEntry>> {
                let Some(place) = self.$state.place(space, record) else { return Ok(None) };
                Ok(self.$state.matched.get(&space_key(space)).and_then(|kept| kept.get(&place)).cloned())
            }

            fn match_page(&mut self, space: &MatchSpace, after: i64, limit: usize) -> Result<Vec<MatchEntry>> {
                let Some(kept) = self.$state.matched.get(&space_key(space)) else { return Ok(Vec::new()) };
                let behind = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
                Ok(kept.range(behind).take(limit).map(|(_, entry)| entry.clone()).collect())
            }

            fn stale_matches(&mut self, space: &MatchSpace, limit: usize) -> Result<Vec<Id>> {
                let of_space =
                    |key: &SpaceKey| (key.0, key.1) == (space.tenant, space.number) && key.2 != space.version;
                let stale = self.$state.matched.iter().filter(|(key, _)| of_space(key));
                Ok(stale.flat_map(|(_, kept)| kept.values()).take(limit).map(|entry| entry.id).collect())
            }
        }
    };
}

reads!(Reader, 0);
reads!(Writer, state);

/// What was not committed is taken back: also when the work panics, so that the state behind the lock is always whole.
impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.roll_back(0);
    }
}

impl Writer<'_> {
    fn roll_back(&mut self, to: usize) {
        while self.undo.len() > to {
            if let Some(step) = self.undo.pop() {
                self.take_back(step);
            }
        }
    }

    fn take_back(&mut self, step: Undo) {
        let state = &mut *self.state;
        match step {
            Undo::Tenant(key) => {
                if let Some(id) = state.tenants.remove(&key) {
                    state.epochs.remove(&id);
                }
            }
            Undo::Row(table, id, before) => {
                let rows = state.tables.entry(table).or_default();
                match before {
                    Some(before) => rows.insert(id, *before),
                    None => rows.remove(&id),
                };
            }
            Undo::Unique(key, before) => {
                match before {
                    Some(id) => state.unique.insert(key, id),
                    None => state.unique.remove(&key),
                };
            }
            Undo::Span(place, entry, added) => {
                state.spans.set(&place, &entry, !added);
            }
            Undo::Grant(record, key, before) => {
                let grants = state.grants.entry(record).or_default();
                match before {
                    Some(grant) => grants.insert(key, grant),
                    None => grants.remove(&key),
                };
            }
            Undo::Journal => {
                if let Some((tenant, entry)) = state.journal.pop()
                    && let Some(places) = state.by_record.get_mut(&(tenant, entry.entity, entry.record))
                {
                    places.pop();
                }
            }
            Undo::Operation(tenant, op_id) => {
                state.operations.remove(&(tenant, op_id));
            }
            Undo::Epoch(tenant) => {
                *state.epochs.entry(tenant).or_default() -= 1;
            }
            Undo::Numbers(key, before) => {
                match before {
                    Some(next) => state.numbers.insert(key, next),
                    None => state.numbers.remove(&key),
                };
            }
            Undo::MatchKey(key, place, added) => state.set_match_key(key, place, !added),
            Undo::Matched(space, place, before) => {
                state.set_matched(space, place, before);
            }
        }
    }

    fn set_match_key(&mut self, key: (SpaceKey, i64), place: i64, added: bool) {
        let carries = self.state.match_keys.get(&key).is_some_and(|places| places.contains(&place));
        if carries != added {
            self.state.set_match_key(key, place, added);
            self.undo.push(Undo::MatchKey(key, place, added));
        }
    }

    fn set_matched(&mut self, space: SpaceKey, place: i64, entry: Option<MatchEntry>) {
        let before = self.state.set_matched(space, place, entry);
        self.undo.push(Undo::Matched(space, place, before));
    }

    fn change_grants(&mut self, tenant: TenantId, gone: &[RecordGrant], come: &[RecordGrant]) -> Result<()> {
        let removed = gone.iter().map(|grant| (grant, false));
        for (RecordGrant { entity, record, grant }, kept) in removed.chain(come.iter().map(|grant| (grant, true))) {
            if kept && self.state.row(tenant, entity, *record).is_none() {
                return Err(super::no_record());
            }
            let place = (tenant, (*entity).to_owned(), *record);
            let key = (grant.principal, grant.cause);
            let grants = self.state.grants.entry(place.clone()).or_default();
            let before = if kept { grants.insert(key, grant.clone()) } else { grants.remove(&key) };
            self.undo.push(Undo::Grant(place, key, before));
        }
        Ok(())
    }

    fn change_keys(&mut self, write: &CheckedWrite) -> Result<()> {
        let full =
            |(kind, key): &(String, String)| (*write.tenant(), (*write.entity()).to_owned(), kind.clone(), key.clone());
        for key in write.remove_keys() {
            let key = full(key);
            let before = self.state.unique.remove(&key);
            self.undo.push(Undo::Unique(key, before));
        }
        for key in write.add_keys() {
            let unique = full(key);
            if self.state.unique.contains_key(&unique) {
                return Err(super::duplicate(write.entity(), &key.0));
            }
            self.state.unique.insert(unique.clone(), write.row().id);
            self.undo.push(Undo::Unique(unique, None));
        }
        for (place, entry, added) in spans::changes(write) {
            if self.state.spans.set(&place, &entry, added) {
                self.undo.push(Undo::Span(place, entry, added));
            }
        }
        Ok(())
    }
}

impl WriteTx for Writer<'_> {
    fn begin_step(&mut self) -> Result<()> {
        self.step = self.undo.len();
        Ok(())
    }

    fn end_step(&mut self, keep: bool) -> Result<()> {
        if !keep {
            self.roll_back(self.step);
        }
        Ok(())
    }

    fn add_tenant(&mut self, key: &str) -> Result<TenantId> {
        if self.state.tenants.contains_key(key) {
            return Err(super::tenant_exists());
        }
        let id = self.state.tenants.values().max().map_or(1, |last| last + 1);
        self.state.tenants.insert(key.to_owned(), id);
        self.state.epochs.insert(id, 0);
        self.undo.push(Undo::Tenant(key.to_owned()));
        Ok(id)
    }

    fn put(&mut self, write: &CheckedWrite) -> Result<()> {
        let table = (*write.tenant(), (*write.entity()).to_owned());
        let id = write.row().id;
        let before = self.state.tables.entry(table.clone()).or_default().get(&id).cloned();
        match (write.kind(), &before) {
            (WriteKind::Insert, None) => {}
            (WriteKind::Insert, Some(_)) => return Err(super::duplicate(write.entity(), "id")),
            (WriteKind::Update { version, .. }, Some(found)) if found.row.version == *version => {}
            (WriteKind::Update { .. }, _) => return Err(super::stale(write.entity())),
        }
        self.change_keys(write)?;
        let (order, words) = match &before {
            Some(stored) => (stored.order, stored.words.clone()),
            None => {
                self.state.next_order += 1;
                (self.state.next_order, Vec::new())
            }
        };
        let words = write.search().clone().unwrap_or(words);
        let stored = Stored { row: write.row().clone(), order, words };
        self.state.tables.entry(table.clone()).or_default().insert(id, stored);
        self.undo.push(Undo::Row(table, id, before.map(Box::new)));
        self.change_grants(*write.tenant(), write.remove_grants(), write.add_grants())
    }

    fn apply_rule(&mut self, rule: &CheckedRule) -> Result<()> {
        let grants = self.state.grants_of(rule);
        self.change_grants(rule.tenant(), &[], &grants)
    }

    fn withdraw_rule(&mut self, rule: &CheckedRule) -> Result<()> {
        let grants = match rule.rule().to {
            Granted::Principal(principal) => self.state.grants_to(rule, principal),
            Granted::Named(_) => self.state.grants_of(rule),
        };
        self.change_grants(rule.tenant(), &grants, &[])
    }

    fn append_journal(&mut self, tenant: TenantId, entry: &JournalEntry) -> Result<i64> {
        let place = self.state.journal.len();
        let next = self.state.journal.last().map_or(1, |(_, last)| last.sequence.saturating_add(1));
        let sequence = next.max(entry.sequence);
        let entry = JournalEntry { sequence, ..entry.clone() };
        self.state.by_record.entry((tenant, entry.entity.clone(), entry.record)).or_default().push(place);
        self.state.journal.push((tenant, entry));
        self.undo.push(Undo::Journal);
        Ok(sequence)
    }

    fn record_operation(&mut self, tenant: TenantId, operation: &Operation) -> Result<()> {
        let key = (tenant, operation.op_id);
        if self.state.operations.contains_key(&key) {
            return Err(super::operation_exists());
        }
        self.state.operations.insert(key, operation.clone());
        self.undo.push(Undo::Operation(tenant, operation.op_id));
        Ok(())
    }

    fn bump_epoch(&mut self, tenant: TenantId) -> Result<()> {
        *self.state.epochs.entry(tenant).or_default() += 1;
        self.undo.push(Undo::Epoch(tenant));
        Ok(())
    }

    fn take_numbers(&mut self, tenant: TenantId, series: &str, count: i64) -> Result<i64> {
        let key = (tenant, series.to_owned());
        let before = self.state.numbers.get(&key).copied();
        let first = before.unwrap_or(1);
        self.state.numbers.insert(key.clone(), first.saturating_add(count));
        self.undo.push(Undo::Numbers(key, before));
        Ok(first)
    }

    fn index_custom_field(&mut self, _: &str, _: &FieldSpec) -> Result<()> {
        Ok(())
    }

    fn put_match(&mut self, space: &MatchSpace, record: Id, change: &MatchChange<'_>) -> Result<()> {
        let place = self.state.place(space, record).ok_or_else(super::no_record)?;
        for other in self.state.other_versions(space) {
            if self.state.matched.get(&other).is_some_and(|kept| kept.contains_key(&place)) {
                self.set_matched(other, place, None);
            }
        }
        let own = space_key(space);
        change.remove.iter().for_each(|key| self.set_match_key((own, *key), place, false));
        change.add.iter().for_each(|key| self.set_match_key((own, *key), place, true));
        let entry = change.features.map(|features| MatchEntry { place, id: record, features: features.to_vec() });
        self.set_matched(own, place, entry);
        Ok(())
    }

    fn drop_stale_keys(&mut self, space: &MatchSpace, limit: usize) -> Result<usize> {
        let of_space = |key: &SpaceKey| (key.0, key.1) == (space.tenant, space.number) && key.2 != space.version;
        let stale = self.state.match_keys.iter().filter(|((key, _), _)| of_space(key));
        let stale = stale.flat_map(|(key, places)| places.iter().map(|place| (*key, *place)));
        let stale: Vec<((SpaceKey, i64), i64)> = stale.take(limit).collect();
        let count = stale.len();
        stale.into_iter().for_each(|(key, place)| self.set_match_key(key, place, false));
        Ok(count)
    }
}

impl State {
    fn set_match_key(&mut self, key: (SpaceKey, i64), place: i64, added: bool) {
        let places = self.match_keys.entry(key).or_default();
        if added {
            places.insert(place)
        } else {
            places.remove(&place)
        };
        if places.is_empty() {
            self.match_keys.remove(&key);
        }
    }

    /// Keeps an entry or takes it away, and gives the former one.
    fn set_matched(&mut self, space: SpaceKey, place: i64, entry: Option<MatchEntry>) -> Option<MatchEntry> {
        let kept = self.matched.entry(space).or_default();
        match entry {
            Some(entry) => kept.insert(place, entry),
            None => kept.remove(&place),
        }
    }

    fn other_versions(&self, space: &MatchSpace) -> Vec<SpaceKey> {
        let other = |key: &&SpaceKey| (key.0, key.1) == (space.tenant, space.number) && key.2 != space.version;
        self.matched.keys().filter(other).copied().collect()
    }
}
