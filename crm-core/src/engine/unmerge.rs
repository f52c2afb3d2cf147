//! Taking a merge back: what nobody touched since is exactly what it was, with version and instant; what was changed
//! since stays as far as the change reaches, and is told.

use std::collections::{HashMap, HashSet};

use super::aliases::refers;
use super::merge::fact;
use super::pipeline::Work;
use super::{Command, Outcome, Session};
use crate::access::{Action, SystemReason};
use crate::customer::AccountLink;
use crate::journal::{self, ChangeKind, FieldChange, JournalEntry, RecordKey, STAMPS};
use crate::merging::{
    MergeAlias, MergeCommand, MergeRecord, MergeStatus, UnmergeConflict, UnmergeReport, without_joined,
};
use crate::query::{Filter, Query};
use crate::room::{Author, Decision, TraceStep};
use crate::schema::{Entity as _, EntityType, FieldCodec as _, FieldKind, FieldRef, Row};
use crate::store::{JournalRead, JournalScope};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, json};

/// The most records that are told to stay with the surviving one.
const MAX_STAYED: usize = 1_000;

/// What an un-merge has done so far.
struct Undone {
    merge: MergeRecord,
    /// Which merges stand, as far as it was asked.
    stands: HashMap<Id, bool>,
    /// Which merge an un-merge took back, as far as it was asked.
    took_back: HashMap<Id, Option<Id>>,
    touched: HashSet<(String, Id)>,
    links: Vec<Row>,
    conflicts: Vec<UnmergeConflict>,
}

/// How a record returns.
struct Returned {
    row: Row,
    /// Whether it is what it was before the merge, with its stamps.
    exact: bool,
    /// Fields that were changed since.
    conflicts: Vec<Option<String>>,
}

impl Work<'_> {
    pub(super) fn unmerge(&mut self, id: Id) -> Result<Decision> {
        let merge = self.merge_to_undo(id)?;
        let entity = self.entity(&merge.entity)?;
        self.check_latest(&entity, &merge)?;
        let scope = JournalScope::Operation(merge.id);
        let entries = self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })?;
        let mut effects: Vec<JournalEntry> =
            entries.into_iter().filter(|entry| entry.command == "merge.merge" && entry.record != merge.id).collect();
        // The surviving record gives unique values back before the others take them.
        let rank = |entry: &JournalEntry| match (entry.entity == entity.name, entry.record == merge.survivor) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => 2,
        };
        effects.sort_by_key(rank);
        self.mark_undone(&merge)?;
        let mut undone = Undone {
            stands: HashMap::from([(merge.id, false)]),
            took_back: HashMap::new(),
            touched: HashSet::new(),
            links: Vec::new(),
            conflicts: Vec::new(),
            merge,
        };
        for entry in merge_once(effects) {
            if entry.entity == MergeRecord::NAME {
                self.target_again(&entry)?;
            } else {
                self.give_back(&mut undone, &entry.entity, entry.record, Some(&entry))?;
            }
        }
        for key in undone.merge.adopted.clone() {
            if !undone.touched.contains(&(key.entity.clone(), key.id)) {
                self.give_back(&mut undone, &key.entity, key.id, None)?;
            }
        }
        self.settle(&mut undone)?;
        (self.quiet, self.consequence) = (false, false);
        self.check_links_again(&undone.links)?;
        let report = UnmergeReport {
            merge: undone.merge.id,
            restored: undone.merge.losers.iter().map(|loser| loser.id).collect(),
            stayed: self.stayed(&entity, &undone)?,
            conflicts: undone.conflicts,
            operation: None,
        };
        let step = TraceStep::new("unmerge").with("report", json::to_canonical(&report)?);
        Ok(Decision::default().because(step))
    }

    /// A merge that stands, of a record that the caller has in full.
    fn merge_to_undo(&mut self, id: Id) -> Result<MergeRecord> {
        let missing = || Error::not_found(MergeRecord::NAME);
        let merges = self.entity(MergeRecord::NAME)?;
        let plan = self.tenant.system_plan(&merges, SystemReason::Invariant);
        let row = self.tx.get(&plan.check_get(id)?)?.ok_or_else(missing)?;
        let merge = MergeRecord::from_stored(row)?;
        let entity = self.entity(&merge.entity)?;
        let plan = self.plan(Author::Caller, &entity);
        plan.require(Action::Merge)?;
        let survivor = self.tx.get(&plan.check_get_any(merge.survivor)?)?.ok_or_else(missing)?;
        if !survivor.deleted {
            self.require_level(&plan, Action::Merge, &survivor)?;
        }
        if merge.status == Some(MergeStatus::Undone) {
            return Err(crate::room::illegal("id", "the merge was taken back already"));
        }
        Ok(merge)
    }

    /// Refuses to take back what a later merge builds upon.
    fn check_latest(&mut self, entity: &EntityType, merge: &MergeRecord) -> Result<()> {
        let history = self.history_of(entity, merge.survivor)?;
        let later = history.iter().skip_while(|entry| entry.op_id != merge.id);
        let others: Vec<Id> = later
            .filter(|entry| entry.command == "merge.merge" && entry.op_id != merge.id)
            .map(|entry| entry.op_id)
            .collect();
        for other in others {
            let Some(found) = self.merge_record(other)?.filter(|found| found.status == Some(MergeStatus::Done)) else {
                continue;
            };
            let uses = found.survivor == merge.survivor || found.losers.iter().any(|loser| loser.id == merge.survivor);
            if found.entity == merge.entity && uses {
                let problem = Problem::of_field(ErrorCode::Merged, "id", "a later merge builds upon the record");
                return Err(Error::conflict(problem.with("merge", found.id)));
            }
        }
        Ok(())
    }

    fn merge_record(&mut self, id: Id) -> Result<Option<MergeRecord>> {
        let merges = self.entity(MergeRecord::NAME)?;
        let plan = self.tenant.system_plan(&merges, SystemReason::Invariant);
        self.tx.get(&plan.check_get(id)?)?.map(MergeRecord::from_stored).transpose()
    }

    fn history_of(&mut self, entity: &EntityType, record: Id) -> Result<Vec<JournalEntry>> {
        let scope = JournalScope::Record { entity: entity.name, record, after: 0, until: None };
        self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })
    }

    /// Sets fields of the record of a merge.
    fn note_merge(&mut self, id: Id, set: &[(&str, FieldValue)]) -> Result<()> {
        let merges = self.entity(MergeRecord::NAME)?;
        let plan = self.tenant.system_plan(&merges, SystemReason::Invariant);
        let Some(row) = self.tx.get(&plan.check_get(id)?)? else { return Ok(()) };
        let mut after = row.clone();
        for (name, value) in set {
            if let Some(field) = merges.field(name) {
                field.set(&mut after, value.clone());
            }
        }
        let quiet = !self.is_seen(&merges, id);
        let (outer, consequence) = (std::mem::replace(&mut self.quiet, quiet), self.consequence);
        self.consequence = true;
        self.write_plain(&merges, &row, after, ChangeKind::Update)?;
        (self.quiet, self.consequence) = (outer, consequence);
        Ok(())
    }

    fn mark_undone(&mut self, merge: &MergeRecord) -> Result<()> {
        let set = [
            ("status", MergeStatus::Undone.as_str().into()),
            ("undone_at", FieldValue::Timestamp(self.now)),
            ("aliases", Vec::<MergeAlias>::new().to_field()),
        ];
        self.note_merge(merge.id, &set)?;
        if self.tenant.unmerged { Ok(()) } else { self.know_of_merges() }
    }

    /// An earlier merge ends again in the record in which it ended before.
    fn target_again(&mut self, entry: &JournalEntry) -> Result<()> {
        let Some(change) = entry.changes.iter().find(|change| change.field == "target") else { return Ok(()) };
        let merges = self.entity(MergeRecord::NAME)?;
        let Some(field) = merges.field("target") else { return Ok(()) };
        let before = crate::query::operand(&field, &change.before)?;
        self.note_merge(entry.record, &[("target", before)])
    }

    // ---- one record ----

    /// Gives one record back.
    fn give_back(&mut self, undone: &mut Undone, name: &str, id: Id, entry: Option<&JournalEntry>) -> Result<()> {
        let entity = self.entity(name)?;
        let plan = self.tenant.system_plan(&entity, SystemReason::Invariant);
        let Some(row) = self.tx.get(&plan.check_get_any(id)?)? else { return Ok(()) };
        undone.touched.insert((name.to_owned(), id));
        let mut returned = self.returned(undone, &entity, &row, entry)?;
        let followed = self.all_followed(&entity, &returned.row)?;
        if followed != returned.row {
            self.adopt(&entity, &returned.row)?;
            (returned.row, returned.exact) = (followed, false);
        }
        let caller = self.plan(Author::Caller, &entity);
        let seen = self.is_seen(&entity, id);
        let told = |field: &Option<String>| field.as_ref().is_none_or(|field| caller.tells(field));
        let conflicts = returned.conflicts.into_iter().filter(|field| seen && told(field));
        undone.conflicts.extend(conflicts.map(|field| UnmergeConflict { entity: name.to_owned(), id, field }));
        if entity.name == AccountLink::NAME && !returned.row.deleted {
            undone.links.push(returned.row.clone());
        }
        let kind = match (row.deleted, returned.row.deleted) {
            (true, false) => ChangeKind::Restore,
            (false, true) => ChangeKind::Delete,
            _ => ChangeKind::Update,
        };
        let changes = journal::diff(&self.tenant.schema, &entity, &row, &returned.row);
        // The survivor is written in any case: its version must not tell whether a hidden field was changed since.
        let is_survivor = name == undone.merge.entity && id == undone.merge.survivor && entry.is_some();
        let unchanged = !returned.exact && changes.is_empty() && kind == ChangeKind::Update;
        if (returned.row == row || unchanged) && (returned.exact || !is_survivor) {
            return Ok(());
        }
        let member = name == undone.merge.entity
            && (id == undone.merge.survivor || undone.merge.losers.iter().any(|loser| loser.id == id));
        self.consequence = !member;
        let told = kind != ChangeKind::Update || changes.iter().any(|change| caller.tells(&change.field));
        self.quiet = !(seen && (told || member));
        if !returned.exact && is_survivor {
            return self.write_plain(&entity, &row, returned.row, kind);
        }
        if !returned.exact {
            return self.write_followed(&entity, &row, returned.row, kind);
        }
        let kept = returned.row.version == row.version;
        let next = self.next_version(&entity, &row)?;
        let version = if kept { next.saturating_sub(1) } else { next };
        let stamps = (version, self.now.max(row.updated_at));
        self.put(&plan, &entity, (Some(&row), returned.row), stamps, kind, changes)
    }

    /// What a record is without the merge.
    fn returned(
        &mut self,
        undone: &mut Undone,
        entity: &EntityType,
        row: &Row,
        entry: Option<&JournalEntry>,
    ) -> Result<Returned> {
        let history = self.history_of(entity, row.id)?;
        let last = history.last().map(|last| last.sequence);
        if let Some(entry) = entry.filter(|entry| Some(entry.sequence) == last) {
            let row = self.before(entity, row.clone(), entry)?;
            return Ok(Returned { row, exact: true, conflicts: Vec::new() });
        }
        let since = self.only_merged_since(undone, &history)?;
        let merged = history.get(since..).unwrap_or_default();
        match entry {
            Some(entry) if !merged.iter().any(|other| other.sequence == entry.sequence) => {
                self.without(entity, row, entry)
            }
            None if merged.is_empty() => Ok(Returned { row: row.clone(), exact: false, conflicts: vec![None] }),
            _ => self.replayed(undone, entity, row, merged),
        }
    }

    /// From where on only merges touched a record, and un-merges of these. One that took back what was written before
    /// is a change like any other.
    fn only_merged_since(&mut self, undone: &mut Undone, history: &[JournalEntry]) -> Result<usize> {
        let is_merge = |entry: &JournalEntry| entry.command.starts_with("merge.");
        let mut since = history.iter().rposition(|entry| !is_merge(entry)).map_or(0, |place| place.saturating_add(1));
        loop {
            let (before, merged) = history.split_at_checked(since).unwrap_or((history, &[]));
            let mut next = since;
            for (place, entry) in merged.iter().enumerate().filter(|(_, entry)| entry.command == "merge.unmerge") {
                let taken_back = self.undone_by(undone, entry.op_id)?;
                if before.iter().any(|earlier| Some(earlier.op_id) == taken_back) {
                    next = since.saturating_add(place).saturating_add(1);
                }
            }
            if next == since {
                return Ok(since);
            }
            since = next;
        }
    }

    /// The merge that an un-merge took back.
    fn undone_by(&mut self, undone: &mut Undone, operation: Id) -> Result<Option<Id>> {
        if let Some(known) = undone.took_back.get(&operation) {
            return Ok(*known);
        }
        let scope = JournalScope::Operation(operation);
        let entries = self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })?;
        let marks = |entry: &&JournalEntry| {
            entry.entity == MergeRecord::NAME && entry.changes.iter().any(|change| change.field == "status")
        };
        let found = entries.iter().find(marks).map(|entry| entry.record);
        undone.took_back.insert(operation, found);
        Ok(found)
    }

    /// A record that only merges touched since: as it was before all of them, and then what those did that stand.
    fn replayed(
        &mut self,
        undone: &mut Undone,
        entity: &EntityType,
        row: &Row,
        merged: &[JournalEntry],
    ) -> Result<Returned> {
        let mut state = row.clone();
        for entry in merged.iter().rev() {
            state = self.before(entity, state, entry)?;
        }
        let mut exact = true;
        for entry in merged.iter().filter(|entry| entry.command == "merge.merge") {
            let stands = match undone.stands.get(&entry.op_id) {
                Some(stands) => *stands,
                None => {
                    let found = self.merge_record(entry.op_id)?;
                    found.is_some_and(|found| found.status == Some(MergeStatus::Done))
                }
            };
            undone.stands.insert(entry.op_id, stands);
            if stands {
                exact = false;
                self.again(entity, &mut state, entry)?;
            }
        }
        Ok(Returned { row: state, exact, conflicts: Vec::new() })
    }

    /// A row before an entry of its journal.
    fn before(&self, entity: &EntityType, mut row: Row, entry: &JournalEntry) -> Result<Row> {
        for change in &entry.changes {
            if STAMPS.contains(&change.field.as_str()) {
                journal::put_stamp(&mut row, &change.field, &change.before);
            } else if let Some(field) = self.tenant.schema.field(entity, &change.field) {
                field.set(&mut row, crate::query::operand(&field, &change.before)?);
            }
        }
        row.deleted = match entry.kind {
            ChangeKind::Delete => false,
            ChangeKind::Restore | ChangeKind::Create => true,
            ChangeKind::Update => row.deleted,
        };
        Ok(row)
    }

    /// Does again what a merge that stands did with a record. Its references follow by themselves.
    fn again(&self, entity: &EntityType, row: &mut Row, entry: &JournalEntry) -> Result<()> {
        for change in entry.changes.iter().filter(|change| !STAMPS.contains(&change.field.as_str())) {
            let Some(field) = self.tenant.schema.field(entity, &change.field) else { continue };
            let before = crate::query::operand(&field, &change.before)?;
            if field.value(row) == before || !refers(&field) {
                field.set(row, crate::query::operand(&field, &change.after)?);
            }
        }
        row.deleted = row.deleted || entry.kind == ChangeKind::Delete;
        Ok(())
    }

    /// A record that was changed since: each field for itself, and lists by their entries.
    fn without(&mut self, entity: &EntityType, present: &Row, entry: &JournalEntry) -> Result<Returned> {
        let mut row = present.clone();
        let mut conflicts = Vec::new();
        for change in entry.changes.iter().filter(|change| !STAMPS.contains(&change.field.as_str())) {
            let Some(field) = self.tenant.schema.field(entity, &change.field) else { continue };
            let (before, after) = typed(&field, change)?;
            let value = field.value(&row);
            if value == before {
                continue;
            }
            let back = if value == after { Some(before) } else { without_joined(&before, &after, &value) };
            match back {
                Some(back) => field.set(&mut row, back),
                None => conflicts.push(Some(change.field.clone())),
            }
        }
        if entry.kind == ChangeKind::Delete {
            row.deleted = false;
        }
        Ok(Returned { row, exact: false, conflicts })
    }

    /// A living record with all references to merged records following to the surviving ones.
    fn all_followed(&mut self, entity: &EntityType, row: &Row) -> Result<Row> {
        let mut followed = row.clone();
        if row.deleted {
            return Ok(followed);
        }
        let tenant = self.tenant.clone();
        for field in tenant.schema.fields(entity).into_iter().filter(refers) {
            let value = self.followed_value(entity, &field, row, field.value(row))?;
            field.set(&mut followed, value);
        }
        Ok(followed)
    }

    /// The merges to whose records a record pointed note it: it points elsewhere again when they are taken back.
    fn adopt(&mut self, entity: &EntityType, row: &Row) -> Result<()> {
        let tenant = self.tenant.clone();
        let mut merges = Vec::new();
        for field in tenant.schema.fields(entity).into_iter().filter(refers) {
            let mut targets: Vec<(String, Id)> = Vec::new();
            match (field.value(row), field.spec.nested_references) {
                (FieldValue::Reference(id), _) => {
                    targets.extend(super::aliases::target_of(entity, &field, row).map(|to| (to, id)));
                }
                (FieldValue::Json(text), Some(nested)) => {
                    let found =
                        nested.to.iter().flat_map(|to| (nested.find)(&text, to).into_iter().map(move |id| (*to, id)));
                    targets.extend(found.map(|(to, id)| (to.to_owned(), id)));
                }
                _ => {}
            }
            for (to, id) in targets {
                let Some(to) = tenant.schema.registry.get(&to) else { continue };
                merges.extend(self.way_of(to, id)?);
            }
        }
        let key = RecordKey { entity: entity.name.to_owned(), id: row.id };
        merges.sort_unstable();
        merges.dedup();
        for merge in merges {
            let Some(found) = self.merge_record(merge)?.filter(|found| !found.adopted.contains(&key)) else { continue };
            let mut adopted = found.adopted;
            adopted.push(key.clone());
            self.note_merge(merge, &[("adopted", adopted.to_field())])?;
        }
        Ok(())
    }

    /// The merges by which a record went where it is now.
    fn way_of(&mut self, entity: &EntityType, id: Id) -> Result<Vec<Id>> {
        let (mut way, mut next) = (Vec::new(), id);
        loop {
            let hash = MergeAlias::hash_of(entity.name, "id", &next.to_string());
            let Some(merge) = super::aliases::merge_of(self.tx, &self.tenant, entity, &hash)? else { return Ok(way) };
            let merge = MergeRecord::from_stored(merge)?;
            if way.contains(&merge.id) {
                return Ok(way);
            }
            way.push(merge.id);
            next = merge.survivor;
        }
    }

    /// What came back may have belonged to something that was deleted since, when nothing stood in the way of it: a
    /// reference that need not be there is emptied, and what cannot be without goes again.
    fn settle(&mut self, undone: &mut Undone) -> Result<()> {
        let mut there: HashMap<(String, Id), bool> = HashMap::new();
        let mut touched: Vec<(String, Id)> = undone.touched.iter().cloned().collect();
        touched.sort();
        for (name, id) in touched {
            let entity = self.entity(&name)?;
            let plan = self.tenant.system_plan(&entity, SystemReason::Invariant);
            let Some(row) = self.tx.get(&plan.check_get(id)?)? else { continue };
            let mut after = row.clone();
            let tenant = self.tenant.clone();
            for field in tenant.schema.fields(&entity) {
                let FieldValue::Reference(to) = field.value(&row) else { continue };
                let Some(target) = super::aliases::target_of(&entity, &field, &row) else { continue };
                if self.is_there(&mut there, target, to)? {
                    continue;
                }
                after.deleted = after.deleted || field.spec.required;
                if !field.spec.required {
                    field.set(&mut after, FieldValue::Null);
                }
                let caller = self.plan(Author::Caller, &entity);
                if caller.tells(&field.spec.name) && self.is_seen(&entity, id) {
                    let field = Some(field.spec.name.to_string());
                    undone.conflicts.push(UnmergeConflict { entity: name.clone(), id, field });
                }
            }
            if after.deleted {
                after = Row { deleted: true, ..row.clone() };
            }
            if after != row {
                let kind = if after.deleted { ChangeKind::Delete } else { ChangeKind::Update };
                (self.quiet, self.consequence) = (!self.is_seen(&entity, id), true);
                undone.links.retain(|link| link.id != id || !after.deleted);
                self.write_plain(&entity, &row, after, kind)?;
            }
        }
        Ok(())
    }

    fn is_there(&mut self, known: &mut HashMap<(String, Id), bool>, name: String, id: Id) -> Result<bool> {
        let key = (name, id);
        if let Some(there) = known.get(&key) {
            return Ok(*there);
        }
        let entity = self.entity(&key.0)?;
        let plan = self.tenant.system_plan(&entity, SystemReason::Invariant);
        let there = self.tx.get(&plan.check_get(id)?)?.is_some();
        known.insert(key, there);
        Ok(there)
    }

    /// Links that are there again must fit those that were made since, and what other merges made of the rest.
    fn check_links_again(&mut self, links: &[Row]) -> Result<()> {
        let outer = std::mem::replace(&mut self.author, Author::Rule);
        let checked = crate::customer::check_links(self, links);
        self.author = outer;
        checked
    }

    /// Records that were made since and point to the surviving one, as far as the caller sees them.
    fn stayed(&mut self, entity: &EntityType, undone: &Undone) -> Result<Vec<RecordKey>> {
        let tenant = self.tenant.clone();
        let survivor = undone.merge.survivor;
        let since = undone.merge.created_at.unwrap_or_default();
        let mut stayed = Vec::new();
        for from in tenant.schema.registry.entities().iter().filter(|from| from.name != MergeRecord::NAME) {
            for field in tenant.schema.fields(from) {
                let FieldKind::Reference { to, .. } = &field.spec.kind else { continue };
                if to != entity.name && field.spec.entity_in.is_none() {
                    continue;
                }
                let plan = self.plan(Author::Caller, from);
                if !(plan.allows(Action::Read) && plan.tells(&field.spec.name)) {
                    continue;
                }
                let filter = Filter::All {
                    filters: vec![
                        Filter::In { field: field.spec.name.to_string(), values: vec![survivor.into()] },
                        Filter::Compare {
                            field: "created_at".to_owned(),
                            comparison: crate::query::Comparison::Greater,
                            value: FieldValue::Timestamp(since),
                        },
                    ],
                };
                let query = Query { filter: Some(filter), ..Query::default() };
                for row in super::read::scan(self.tx, &tenant, from, &plan, &query)? {
                    let here = super::aliases::target_of(from, &field, &row).as_deref() == Some(entity.name);
                    let key = RecordKey { entity: from.name.to_owned(), id: row.id };
                    if here && stayed.len() < MAX_STAYED && !stayed.contains(&key) {
                        stayed.push(key);
                    }
                }
            }
        }
        Ok(stayed)
    }
}

fn typed(field: &FieldRef, change: &FieldChange) -> Result<(FieldValue, FieldValue)> {
    Ok((crate::query::operand(field, &change.before)?, crate::query::operand(field, &change.after)?))
}

/// The entries of one record as one, as if the merge had changed it once.
fn merge_once(entries: Vec<JournalEntry>) -> Vec<JournalEntry> {
    let mut places: HashMap<(String, Id), usize> = HashMap::new();
    let mut joined: Vec<JournalEntry> = Vec::new();
    for entry in entries {
        let place = *places.entry((entry.entity.clone(), entry.record)).or_insert(joined.len());
        let Some(known) = joined.get_mut(place) else {
            joined.push(entry);
            continue;
        };
        for change in entry.changes {
            match known.changes.iter_mut().find(|other| other.field == change.field) {
                Some(other) => other.after = change.after,
                None => known.changes.push(change),
            }
        }
        (known.version, known.sequence) = (entry.version, entry.sequence);
        if known.kind == ChangeKind::Update {
            known.kind = entry.kind;
        }
    }
    joined
}

/// What an un-merge did, or would do.
pub(crate) fn report(outcome: &Outcome, done: bool) -> Result<UnmergeReport> {
    let report: UnmergeReport = fact(outcome, "unmerge")?;
    Ok(UnmergeReport { operation: done.then_some(outcome.op_id), ..report })
}

impl Session {
    /// Takes a merge back and tells what it did.
    pub(crate) fn unmerge_and_report(&self, id: Id) -> Result<UnmergeReport> {
        let outcome = self.execute(Command::Merge(MergeCommand::Unmerge { id }))?;
        report(&outcome, true)
    }
}
