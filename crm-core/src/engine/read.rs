//! Reading: one record, lists, figures, history, as-of, the change feed. Every path uses the reader's plan.

use std::sync::Arc;

use super::Session;
use super::aliases::survivor_of;
use super::sharing::opened;
use super::tenant::Tenant;
use crate::access::mutation::{Check, off};
use crate::access::{AccessLevel, AccessPlan, Action, RecordShare, SystemReason, TeamMember, Visibility};
use crate::journal::{self, ChangeKind, ChangePage, JournalEntry, RecordKey};
use crate::query::{self, AggregateQuery, AggregateRow, Query};
use crate::room::Reader;
use crate::schema::{Entity, EntityType, Row};
use crate::store::{JournalRead, JournalScope, ReadTx};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp};

/// The most entries on one page of the change feed.
const MAX_CHANGES: i64 = 1_000;
/// The fewest entries that are read at once.
const MIN_CHUNK: usize = 100;
/// Entries that are looked at for one page, visible or not.
const MAX_LOOKED_AT: usize = 10_000;

/// What an entry of the journal tells a reader.
enum Told {
    Entry(JournalEntry),
    Left(RecordKey),
}

/// A snapshot with the reader's tenant.
pub(crate) struct Reading<'a> {
    pub(crate) session: &'a Session,
    pub(crate) tx: &'a mut dyn ReadTx,
    pub(crate) tenant: Arc<Tenant>,
}

impl Reading<'_> {
    /// An entity with the reader's plan.
    pub(crate) fn entity(&self, name: &str) -> Result<(EntityType, Arc<AccessPlan>)> {
        let entity = self.tenant.schema.entity(name)?.clone();
        let plan = self.tenant.plan(self.session.ctx.user, &entity);
        Ok((entity, plan))
    }

    /// An entity with the reader's plan for one of its records, deleted or not.
    pub(crate) fn opened(&mut self, name: &str, id: Id) -> Result<(EntityType, Arc<AccessPlan>)> {
        let (entity, plan) = self.entity(name)?;
        let row = self.tx.get(&plan.check_get_any(id)?)?.ok_or_else(|| Error::not_found(entity.name))?;
        Ok((entity, opened(self.tx, &self.tenant, plan, &row)?))
    }

    /// Whether the reader may ask questions with a field: one that he sees, and not only in part.
    pub(crate) fn can_ask(&self, name: &str, field: &str) -> bool {
        self.entity(name).is_ok_and(|(_, plan)| plan.can_read(field) && !plan.is_masked(field))
    }

    /// Every visible record that the query finds, deleted ones too, with hidden fields emptied.
    pub(crate) fn all_with_deleted(&mut self, name: &str, asked: &Query) -> Result<Vec<Row>> {
        let (entity, plan) = self.entity(name)?;
        let asked = plan.check_dump(&self.tenant.schema, &entity, asked)?;
        let mut rows = Vec::new();
        self.tx.select(&asked, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        for row in &mut rows {
            self.mask(Check::ScanMask, &entity, plan.clone(), row)?;
        }
        Ok(rows)
    }

    /// The visible record that holds a unique value in a field, or in a list inside the field.
    pub(crate) fn find(&mut self, name: &str, field: &str, kind: &str, key: &str) -> Result<Row> {
        let (entity, plan) = self.entity(name)?;
        plan.asked_field(&self.tenant.schema, &entity, field)?;
        let found = match self.tx.lookup(&plan.check_lookup(kind, key))? {
            Some(found) => Some(found),
            None => survivor_of(self.tx, &self.tenant, &entity, (kind, key))?,
        };
        self.get(name, found.ok_or_else(|| Error::not_found(entity.name))?)
    }

    /// The business date of the session.
    pub(crate) fn today(&self) -> Date {
        self.tenant.date(self.session.clock.now())
    }

    /// The entries of one record that the reader may see, oldest first.
    pub(crate) fn entries(&mut self, name: &str, id: Id, until: Option<Timestamp>) -> Result<Vec<JournalEntry>> {
        let (entity, plan) = self.entity(name)?;
        self.tx.get(&plan.check_get_any(id)?)?.ok_or_else(|| Error::not_found(entity.name))?;
        let scope = JournalScope::Record { entity: entity.name, record: id, after: 0, until };
        self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })
    }

    /// The record as it stood at an instant. The rights of now decide, as they do for its history: whoever may see the
    /// record sees what it was, whoever had it then.
    pub(crate) fn as_of(&mut self, name: &str, id: Id, at: Timestamp) -> Result<Row> {
        let (entity, plan) = self.entity(name)?;
        let entries = self.entries(name, id, Some(at))?;
        let row = journal::row_as_of(&self.tenant.schema, &entity, &entries)?;
        let mut row = row.ok_or_else(|| Error::not_found(entity.name))?;
        self.mask(Check::AsOfMask, &entity, plan, &mut row)?;
        Ok(row)
    }

    /// Empties what the reader may not see of a record; a team membership may open some of it there.
    fn mask(&mut self, check: Check, entity: &EntityType, plan: Arc<AccessPlan>, row: &mut Row) -> Result<()> {
        opened(self.tx, &self.tenant, plan, row)?.mask_for(check, entity, row);
        Ok(())
    }

    /// Every record that the reader may see now, as it stood at an instant; those that were deleted since are among
    /// them, those that were made since are not. Reads the history of each.
    pub(crate) fn all_as_of(&mut self, name: &str, at: Timestamp) -> Result<Vec<Row>> {
        let (entity, plan) = self.entity(name)?;
        let asked = plan.check_dump(&self.tenant.schema, &entity, &Query::default())?;
        let mut ids = Vec::new();
        self.tx.select(&asked, &mut |row| {
            ids.push(row.id);
            Ok(true)
        })?;
        let mut rows = Vec::new();
        for id in ids {
            match self.as_of(name, id, at) {
                Ok(row) => rows.push(row),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    /// The parts of a record that the reader may see, whoever owns them, with hidden fields emptied: who sees the whole
    /// sees its parts.
    pub(crate) fn parts(&mut self, name: &str, id: Id, part: &str, field: &str) -> Result<Vec<Row>> {
        self.get(name, id)?;
        let mut rows = self.structure(part, &Query::matching(&[(field, FieldValue::Reference(id))]))?;
        let (entity, plan) = self.entity(part)?;
        for row in &mut rows {
            self.mask(Check::PartsMask, &entity, plan.clone(), row)?;
        }
        Ok(rows)
    }

    /// One page. Whether more wait is said of visible entries, and of records that left, as far as the look reaches.
    fn feed(&mut self, cursor: i64, limit: usize) -> Result<ChangePage> {
        let chunk = limit.saturating_add(1).max(MIN_CHUNK);
        let mut page = ChangePage { next_cursor: cursor, has_more: true, ..ChangePage::default() };
        let mut looked_at = 0;
        while looked_at < MAX_LOOKED_AT {
            let scope = JournalScope::After(page.next_cursor);
            let found = self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: chunk })?;
            looked_at += found.len();
            page.has_more = found.len() == chunk;
            for entry in found {
                let sequence = entry.sequence;
                let told = self.told(entry)?;
                if told.is_some() && page.entries.len() + page.left.len() == limit {
                    page.has_more = true;
                    return Ok(page);
                }
                match told {
                    Some(Told::Entry(entry)) => page.entries.push(entry),
                    Some(Told::Left(record)) => page.left.push(record),
                    None => {}
                }
                page.next_cursor = sequence;
            }
            if !page.has_more {
                break;
            }
        }
        Ok(page)
    }

    /// The entry with the fields that the reader may see. Of a hidden record only that it left: to a reader who, with
    /// the rights of now, saw the owner that it had before the entry and does not see the one after it.
    fn told(&mut self, entry: JournalEntry) -> Result<Option<Told>> {
        let Ok((entity, plan)) = self.entity(&entry.entity) else { return Ok(None) };
        let Ok(get) = plan.check_get_any(entry.record) else {
            return Ok(self.share_that_ended(&entry)?.map(Told::Left));
        };
        let found = self.tx.get(&get)?;
        if found.is_some() || off(Check::FeedVisible) {
            let plan = match &found {
                Some(row) => opened(self.tx, &self.tenant, plan, row)?,
                None => plan,
            };
            return Ok(self.readable(&entity, &plan, entry).map(Told::Entry));
        }
        if let Some(record) = self.share_that_ended(&entry)? {
            return Ok(Some(Told::Left(record)));
        }
        if entry.command == "merge.merge" && entry.kind == ChangeKind::Delete {
            return self.went_into_a_seen_one(&entity, &plan, entry.record);
        }
        let Some(owner) = entry.changes.iter().find(|change| change.field == "owner") else { return Ok(None) };
        let (Some(field), Visibility::Scope(scope)) = (entity.field("owner"), plan.visible(AccessLevel::Read)) else {
            return Ok(None);
        };
        let sees = |value: &FieldValue| match query::operand(&field, value) {
            Ok(FieldValue::Reference(owner)) => scope.above.is_none() && scope.shows(Some(owner), &[]),
            _ => false,
        };
        let left = plan.allows(Action::Read) && sees(&owner.before) && !sees(&owner.after);
        Ok(left.then(|| Told::Left(RecordKey { entity: entry.entity.clone(), id: entry.record })))
    }

    /// A merged record whose shares went on to the surviving one: who sees that is told that the other one left.
    fn went_into_a_seen_one(&mut self, entity: &EntityType, plan: &AccessPlan, id: Id) -> Result<Option<Told>> {
        let Some(survivor) = survivor_of(self.tx, &self.tenant, entity, ("id", &id.to_string()))? else {
            return Ok(None);
        };
        let seen = self.tx.get(&plan.check_get(survivor)?)?.is_some();
        Ok(seen.then(|| Told::Left(RecordKey { entity: entity.name.to_owned(), id })))
    }

    /// The record that the reader saw through a share or a team membership that was changed or taken away, if he does
    /// not see it any more.
    fn share_that_ended(&mut self, entry: &JournalEntry) -> Result<Option<RecordKey>> {
        if !matches!(entry.entity.as_str(), TeamMember::NAME | RecordShare::NAME) || entry.kind == ChangeKind::Create {
            return Ok(None);
        }
        let share = self.tenant.schema.entity(&entry.entity)?.clone();
        let system = self.tenant.system_plan(&share, SystemReason::Invariant);
        let Some(row) = self.tx.get(&system.check_get_any(entry.record)?)? else { return Ok(None) };
        let (name, record, principal) = match entry.entity.as_str() {
            TeamMember::NAME => {
                let member = TeamMember::from_stored(row)?;
                (member.entity, member.record, member.user)
            }
            _ => {
                let share = RecordShare::from_stored(row)?;
                (share.entity, share.record, share.grantee.key())
            }
        };
        let Ok((target, plan)) = self.entity(&name) else { return Ok(None) };
        let Visibility::Scope(scope) = plan.visible(AccessLevel::Read) else { return Ok(None) };
        if scope.principals.binary_search(&principal).is_err() {
            return Ok(None);
        }
        let Ok(get) = plan.check_get_any(record) else { return Ok(None) };
        let gone = self.tx.get(&get)?.is_none();
        Ok(gone.then(|| RecordKey { entity: target.name.to_owned(), id: record }))
    }

    /// Drops the fields that the reader may not see; an update of which nothing is left is dropped whole. The values
    /// get the types of their fields, which the JSON of the journal does not keep.
    fn readable(&self, entity: &EntityType, plan: &AccessPlan, mut entry: JournalEntry) -> Option<JournalEntry> {
        entry.changes.retain(|change| plan.can_read(&change.field) || off(Check::JournalField));
        for change in &mut entry.changes {
            let Some(field) = self.tenant.schema.field(entity, &change.field) else { continue };
            for value in [&mut change.before, &mut change.after] {
                if let Ok(typed) = query::operand(&field, value) {
                    *value = typed;
                }
                plan.mask_value(&field.spec, value);
            }
        }
        // What a record is stamped with says nothing by itself.
        if entry.changes.iter().all(|change| journal::STAMPS.contains(&change.field.as_str())) {
            entry.changes.clear();
        }
        // A change that lies in the hidden part of a value is none to who sees the rest.
        entry.changes.retain(|change| !plan.is_masked(&change.field) || change.before != change.after);
        let empty = entry.kind == ChangeKind::Update && entry.changes.is_empty();
        (!empty).then_some(entry)
    }
}

/// The entries on a page.
fn page_size(limit: i64) -> Result<usize> {
    usize::try_from(limit).ok().filter(|_| (1..=MAX_CHANGES).contains(&limit)).ok_or_else(|| {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "limit", "a page of changes has 1 to 1000 entries");
        problem.with("max", MAX_CHANGES).into_invalid()
    })
}

impl Reader for Reading<'_> {
    fn entity_type(&self, entity: &str) -> Result<EntityType> {
        self.tenant.schema.entity(entity).cloned()
    }

    fn may_read(&self, entity: &str) -> bool {
        self.entity(entity).is_ok_and(|(_, plan)| plan.allows(Action::Read))
    }

    fn can_read(&self, entity: &str, field: &str) -> bool {
        self.entity(entity).is_ok_and(|(_, plan)| plan.can_read(field) || off(Check::ReportField))
    }

    fn can_ask(&self, entity: &str, field: &str) -> bool {
        Reading::can_ask(self, entity, field) || off(Check::ReportField)
    }

    fn get(&mut self, name: &str, id: Id) -> Result<Row> {
        let (entity, plan) = self.entity(name)?;
        let mut found = self.tx.get(&plan.check_get(id)?)?;
        if found.is_none()
            && let Some(survivor) = survivor_of(self.tx, &self.tenant, &entity, ("id", &id.to_string()))?
        {
            found = self.tx.get(&plan.check_get(survivor)?)?;
        }
        let mut row = found.ok_or_else(|| Error::not_found(entity.name))?;
        self.mask(Check::GetMask, &entity, plan, &mut row)?;
        Ok(row)
    }

    fn page(&mut self, name: &str, asked: &Query) -> Result<(Vec<Row>, Option<String>)> {
        let (entity, plan) = self.entity(name)?;
        let asked = plan.check_query(&self.tenant.schema, &entity, asked)?;
        let mut rows = Vec::new();
        self.tx.select(&asked, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        let limit = asked.limit().unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last().filter(|_| more) {
            Some(last) => {
                let values: Vec<FieldValue> = asked.sort().iter().map(|(field, _)| field.value(last)).collect();
                Some(query::encode_cursor(asked.fingerprint(), &values, last.id)?)
            }
            None => None,
        };
        for row in &mut rows {
            self.mask(Check::PageMask, &entity, plan.clone(), row)?;
        }
        Ok((rows, next))
    }

    fn all(&mut self, name: &str, asked: &Query) -> Result<Vec<Row>> {
        let (entity, plan) = self.entity(name)?;
        scan(self.tx, &self.tenant, &entity, &plan, asked)
    }

    fn structure(&mut self, name: &str, asked: &Query) -> Result<Vec<Row>> {
        let (entity, plan) = self.entity(name)?;
        plan.require(Action::Read)?;
        let plan = self.tenant.system_plan(&entity, SystemReason::Invariant);
        let asked = plan.check_scan(&self.tenant.schema, &entity, asked)?;
        let mut rows = Vec::new();
        self.tx.select(&asked, &mut |row| {
            rows.push(row);
            Ok(true)
        })?;
        Ok(rows)
    }

    fn aggregate(&mut self, name: &str, asked: &AggregateQuery) -> Result<Vec<AggregateRow>> {
        let (entity, plan) = self.entity(name)?;
        let asked = plan.check_aggregate(&self.tenant.schema, &entity, asked)?;
        self.tx.aggregate(&asked)
    }
}

/// The last number of a series that was given, 0 if none was.
pub(super) fn last_number(tx: &mut (impl ReadTx + ?Sized), tenant: &Tenant, series: &str) -> Result<i64> {
    let known = tx.number_series(tenant.id)?.into_iter().find(|(name, _)| name == series);
    Ok(known.map_or(0, |(_, next)| next - 1))
}

/// Every record that a plan lets through and a query finds, with hidden fields emptied.
pub(super) fn scan(
    tx: &mut dyn ReadTx,
    tenant: &Tenant,
    entity: &EntityType,
    plan: &Arc<AccessPlan>,
    asked: &Query,
) -> Result<Vec<Row>> {
    let asked = plan.check_scan(&tenant.schema, entity, asked)?;
    let mut rows = Vec::new();
    tx.select(&asked, &mut |row| {
        rows.push(row);
        Ok(true)
    })?;
    for row in &mut rows {
        opened(tx, tenant, plan.clone(), row)?.mask_for(Check::ScanMask, entity, row);
    }
    Ok(rows)
}

impl Session {
    /// Runs a reading on one snapshot.
    pub(crate) fn reading<T>(&self, work: impl Fn(&mut Reading<'_>) -> Result<T>) -> Result<T> {
        let mut done = None;
        self.inner.store()?.read(&mut |tx| {
            let tenant = self.inner.tenant(tx, self.ctx.tenant)?;
            tenant.require_user(self.ctx.user)?;
            done = Some(work(&mut Reading { session: self, tx, tenant })?);
            Ok(())
        })?;
        done.ok_or_else(|| Error::unavailable(ErrorCode::Store, "the store did not run the work"))
    }

    /// A record of any entity.
    ///
    /// # Errors
    /// `NotFound` if there is none, or the reader may not see it; `Denied` without the right to read the entity.
    pub fn get<E: Entity>(&self, id: Id) -> Result<E> {
        E::from_stored(self.reading(|reading| reading.get(E::NAME, id))?)
    }

    /// One page of records, and the cursor of the next page.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    pub fn list<E: Entity>(&self, query: &Query) -> Result<(Vec<E>, Option<String>)> {
        let (rows, next) = self.reading(|reading| reading.page(E::NAME, query))?;
        Ok((rows.into_iter().map(E::from_stored).collect::<Result<_>>()?, next))
    }

    /// Every visible record that a query finds, on one snapshot and all in memory; [`Session::records`] holds one page.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn list_all<E: Entity>(&self, query: &Query) -> Result<Vec<E>> {
        self.reading(|reading| reading.all(E::NAME, query))?.into_iter().map(E::from_stored).collect()
    }

    /// Figures over the visible records of an entity, by group.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `TooMany` groups or records that match a search, `Overflow`, `Denied`;
    /// `CurrencyMismatch` for a sum of amounts that is neither grouped by their currency nor filtered to one.
    pub fn aggregate(&self, entity: &str, query: &AggregateQuery) -> Result<Vec<AggregateRow>> {
        self.reading(|reading| reading.aggregate(entity, query))
    }

    /// What happened to a record, oldest first, with the fields that the reader may see.
    ///
    /// # Errors
    /// `NotFound` if there is no such record, or the reader may not see it.
    pub fn history(&self, entity: &str, id: Id) -> Result<Vec<JournalEntry>> {
        self.reading(|reading| {
            let (entity, plan) = reading.opened(entity, id)?;
            let entries = reading.entries(entity.name, id, None)?;
            Ok(entries.into_iter().filter_map(|entry| reading.readable(&entity, &plan, entry)).collect())
        })
    }

    /// A page of what happened to a record, oldest first. The cursor is the version up to which the reader knows it:
    /// begin with 0. Entries of which the reader may see nothing are left out, so that a page may be shorter than the
    /// limit.
    ///
    /// # Errors
    /// As [`Session::history`]; `OutOfRange` for a page size outside 1 to 1,000.
    pub fn history_page(&self, entity: &str, id: Id, cursor: i64, limit: i64) -> Result<ChangePage> {
        let size = page_size(limit)?;
        self.reading(|reading| {
            let (entity, plan) = reading.opened(entity, id)?;
            let (mut entries, mut after) = (Vec::new(), cursor);
            // What the reader may not see is passed over, so that its number is not told by the length of a page.
            loop {
                let scope = JournalScope::Record { entity: entity.name, record: id, after, until: None };
                let read = JournalRead { tenant: reading.tenant.id, scope, limit: size.saturating_add(1) };
                let batch = reading.tx.journal(read)?;
                let is_last = batch.len() <= size;
                after = batch.iter().map(|entry| entry.version).fold(after, i64::max);
                entries.extend(batch.into_iter().filter_map(|entry| reading.readable(&entity, &plan, entry)));
                if is_last || entries.len() > size {
                    break;
                }
            }
            let has_more = entries.len() > size;
            entries.truncate(size);
            let next_cursor = entries.iter().map(|entry| entry.version).fold(cursor, i64::max);
            Ok(ChangePage { entries, next_cursor, has_more, ..ChangePage::default() })
        })
    }

    /// A record as it stood at an instant, with the fields that the reader may see now.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn as_of<E: Entity>(&self, id: Id, at: Timestamp) -> Result<E> {
        E::from_stored(self.reading(|reading| reading.as_of(E::NAME, id, at))?)
    }

    /// The entries of the journal behind a cursor that the reader may see, oldest first, and the records that left the
    /// reader's sight with another owner. Begin with 0. What changes with the reader's own rights, or with the place
    /// of a user in the hierarchy, is not in the feed: then read anew.
    ///
    /// # Errors
    /// `OutOfRange` for a page size outside 1 to 1,000.
    pub fn changes_since(&self, cursor: i64, limit: i64) -> Result<ChangePage> {
        let size = page_size(limit)?;
        self.reading(|reading| reading.feed(cursor, size))
    }
}

impl Session {
    /// Carries out a command that makes a record, and reads the record back. Somebody who may make but not see it
    /// gets what was given, with identifier and version.
    pub(crate) fn create_and_read<E: Entity>(&self, command: super::Command, given: &E) -> Result<E> {
        let id = self.execute(command)?.created(E::NAME);
        self.read_back(given, id, 1)
    }

    /// Carries out a command that saves a record, and reads the record back.
    pub(crate) fn save_and_read<E: Entity>(&self, command: super::Command, given: &E) -> Result<E> {
        let outcome = self.execute(command)?;
        let changed = outcome.changes.iter().rev().find(|change| change.id == given.id());
        self.read_back(given, given.id(), changed.map_or(given.version(), |change| change.version))
    }

    fn read_back<E: Entity>(&self, given: &E, id: Id, version: i64) -> Result<E> {
        self.get(id).or_else(|_| E::from_row(Row { id, version, ..given.to_row() }))
    }
}
