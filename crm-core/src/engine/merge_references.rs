//! What points to merged records: every reference of every registered entity follows by its merge policy, declared or
//! custom, inside lists and with the name of its entity beside it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::merge::{Counts, Group};
use super::pipeline::Work;
use super::registry::join_rule_of;
use crate::access::SystemReason;
use crate::access::mutation::{Check, off};
use crate::customer::AccountLink;
use crate::journal::ChangeKind;
use crate::merging::{MergeCount, MergeRecord};
use crate::query::{Filter, MAX_IN_VALUES, Query};
use crate::room::{Author, Fate};
use crate::schema::{Entity as _, EntityType, FieldKind, FieldRef, MergePolicy, Row};
use crate::value::{ErrorCode, FieldValue, Id, Problem, Result};

/// The most records whose references one merge moves.
const MAX_REFERRERS: usize = 100_000;

/// The records of an entity that point to merged ones, as they are, with what becomes of each.
pub(super) type Fates = Vec<(EntityType, Vec<(Row, Option<Row>)>)>;

impl Work<'_> {
    /// Every record that a question finds, whoever may see it.
    pub(super) fn rows_of(&mut self, entity: &EntityType, query: &Query) -> Result<Vec<Row>> {
        let plan = self.tenant.system_plan(entity, SystemReason::Invariant);
        let asked = plan.check_scan(&self.tenant.schema, entity, query)?;
        let mut rows = Vec::new();
        self.tx.select(&asked, &mut |row| {
            rows.push(row);
            Ok(rows.len() <= MAX_REFERRERS)
        })?;
        Ok(rows)
    }

    /// Decides about everything that points to the merged records.
    pub(super) fn fates(&mut self, group: &Group) -> Result<Fates> {
        let tenant = self.tenant.clone();
        let mut fates = Vec::new();
        let mut count = 0_usize;
        for from in tenant.schema.registry.entities().iter().filter(|from| from.name != MergeRecord::NAME) {
            let rows = self.referrers(group, from)?;
            count = count.saturating_add(rows.len());
            if count > MAX_REFERRERS {
                let problem = Problem::of_field(ErrorCode::TooMany, "losers", "too many records point to them");
                return Err(problem.with("max_records", MAX_REFERRERS).into_invalid());
            }
            if !rows.is_empty() {
                fates.push((from.clone(), self.fates_of(group, from, rows)?));
            }
        }
        Ok(fates)
    }

    /// The records of one entity that point to the merged ones; where equal ones are joined, also those that point to
    /// the surviving one.
    fn referrers(&mut self, group: &Group, from: &EntityType) -> Result<Vec<Row>> {
        let tenant = self.tenant.clone();
        let joins = joins(from) || join_rule_of(from.name).is_some();
        let mut ids = group.ids.clone();
        ids.extend(joins.then_some(group.survivor.id));
        let mut found: BTreeMap<Id, Row> = BTreeMap::new();
        for field in tenant.schema.fields(from) {
            let rows = if points_to(&field, group.entity.name) {
                self.pointing(from, &field, &ids)?
            } else {
                self.naming(from, &field, group)?
            };
            found.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        let is_member = |row: &Row| from.name == group.entity.name && group.contains(row.id);
        let of_entity = |row: &Row| {
            let fields = tenant.schema.fields(from);
            fields.iter().any(|field| refers(from, field, row, group))
        };
        Ok(found.into_values().filter(|row| !is_member(row) && of_entity(row)).collect())
    }

    /// The records whose reference is one of some identifiers, by its index.
    fn pointing(&mut self, from: &EntityType, field: &FieldRef, ids: &[Id]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for chunk in ids.chunks(MAX_IN_VALUES) {
            let values = chunk.iter().map(|id| FieldValue::Reference(*id)).collect();
            let filter = Filter::In { field: field.spec.name.to_string(), values };
            rows.extend(self.rows_of(from, &Query { filter: Some(filter), ..Query::default() })?);
        }
        Ok(rows)
    }

    /// The records in whose list a merged one is named: through the records that say the same, or read one by one.
    fn naming(&mut self, from: &EntityType, field: &FieldRef, group: &Group) -> Result<Vec<Row>> {
        let nested = field.spec.nested_references.filter(|nested| nested.to.contains(&group.entity.name));
        let Some(nested) = nested.filter(|nested| nested.merge != MergePolicy::Keep) else { return Ok(Vec::new()) };
        if let Some((through, back)) = nested.through {
            let part = self.entity(through)?;
            let Some(back) = part.field(back) else { return Ok(Vec::new()) };
            let mut wholes = HashSet::new();
            for column in (0..part.fields.len()).filter_map(|column| part.column(column)) {
                if points_to(&column, group.entity.name) {
                    let rows = self.pointing(&part, &column, &group.ids)?;
                    wholes.extend(rows.iter().filter_map(|row| reference(&back.value(row))));
                }
            }
            let mut wholes: Vec<Id> = wholes.into_iter().collect();
            wholes.sort_unstable();
            let id = from.field("id");
            return id.map_or(Ok(Vec::new()), |id| self.pointing(from, &id, &wholes));
        }
        let names = |row: &Row| match field.value(row) {
            FieldValue::Json(text) => (nested.find)(&text, group.entity.name).iter().any(|id| group.ids.contains(id)),
            _ => false,
        };
        let plan = self.tenant.system_plan(from, SystemReason::Invariant);
        let asked = plan.check_scan(&self.tenant.schema, from, &Query::default())?;
        let mut rows = Vec::new();
        self.tx.select(&asked, &mut |row| {
            if names(&row) {
                rows.push(row);
            }
            Ok(rows.len() <= MAX_REFERRERS)
        })?;
        Ok(rows)
    }

    /// What becomes of each record: nothing if it stays as it is.
    fn fates_of(&mut self, group: &Group, from: &EntityType, rows: Vec<Row>) -> Result<Vec<(Row, Option<Row>)>> {
        let merging = group.merging();
        let mut decided: HashMap<Id, Option<Row>> = HashMap::new();
        if let Some(rule) = join_rule_of(from.name) {
            for fate in rule(self, &merging, &rows)? {
                match fate {
                    Fate::Kept(row) => decided.insert(row.id, Some(row)),
                    Fate::Dropped(id) => decided.insert(id, None),
                };
            }
        }
        let mut fates: Vec<(Row, Option<Row>)> = Vec::with_capacity(rows.len());
        for row in rows {
            let after = decided.remove(&row.id).unwrap_or_else(|| Some(row.clone()));
            let after = after.map(|after| self.moved(group, from, after));
            fates.push((row, after));
        }
        if joins(from) {
            join_equal(&mut fates);
        }
        Ok(fates)
    }

    /// A record whose references to merged records point to the surviving one; with its owner, if it belongs to it.
    fn moved(&self, group: &Group, from: &EntityType, mut row: Row) -> Row {
        let (survivor, name) = (group.survivor.id, group.entity.name);
        let by = |id: Id| if group.ids.contains(&id) { survivor } else { id };
        for field in self.tenant.schema.fields(from) {
            match (field.value(&row), field.spec.nested_references) {
                (FieldValue::Reference(id), _) if refers(from, &field, &row, group) => {
                    field.set(&mut row, FieldValue::Reference(by(id)));
                }
                (FieldValue::Json(text), Some(nested)) if refers(from, &field, &row, group) => {
                    if let Some(text) = (nested.follow)(&text, name, &by) {
                        field.set(&mut row, FieldValue::Json(text));
                    }
                }
                _ => {}
            }
        }
        let follows = |field: FieldRef| field.value(&row) == FieldValue::Reference(survivor);
        let polymorphic = self.tenant.schema.fields(from).into_iter().find(|field| field.spec.entity_in.is_some());
        let owned = from.owner_follows.and_then(|name| from.field(name)).or(polymorphic);
        if owned.is_some_and(follows) {
            row.owner = group.survivor.owner;
        }
        row
    }

    /// Writes what was decided. What the caller does not see is neither told nor counted.
    pub(super) fn move_references(&mut self, fates: Fates) -> Result<Vec<MergeCount>> {
        let mut counts = Counts::default();
        let consequence = std::mem::replace(&mut self.consequence, true);
        for (from, rows) in fates {
            let plan = self.plan(Author::Caller, &from);
            for (before, after) in rows {
                let (after, kind) = match after {
                    Some(after) if after == before => continue,
                    Some(after) => (after, ChangeKind::Update),
                    None => (Row { deleted: true, ..before.clone() }, ChangeKind::Delete),
                };
                let changes = crate::journal::diff(&self.tenant.schema, &from, &before, &after);
                let told = kind == ChangeKind::Delete || changes.iter().any(|change| plan.tells(&change.field));
                let seen = told && self.is_seen(&from, before.id) || off(Check::MergeSeen);
                if seen {
                    counts.note(from.name, kind == ChangeKind::Delete);
                }
                self.quiet = !seen;
                self.write_followed(&from, &before, after, kind)?;
            }
        }
        (self.quiet, self.consequence) = (false, consequence);
        Ok(counts.into_list())
    }

    /// Writes a record that a merge changed. Where nothing but references follow, it keeps its version and its instant:
    /// they say the same as before, whoever read them may save them as he read them, and who does not see them learns
    /// nothing.
    pub(super) fn write_followed(
        &mut self,
        entity: &EntityType,
        before: &Row,
        after: Row,
        kind: ChangeKind,
    ) -> Result<()> {
        let changes = crate::journal::diff(&self.tenant.schema, entity, before, &after);
        let is_reference = |name: &str| {
            name != "owner"
                && self.tenant.schema.field(entity, name).is_some_and(|field| super::aliases::refers(&field))
        };
        if kind != ChangeKind::Update || !changes.iter().all(|change| is_reference(&change.field)) {
            return self.write_plain(entity, before, after, kind);
        }
        // The entry does not fall behind those of versions that were taken back.
        let last = self.next_version(entity, before)?.saturating_sub(1);
        let stamps = (last, self.now.max(before.updated_at));
        let (version, updated_at, updated_by) = (before.version, before.updated_at, before.updated_by);
        let after = Row { version, updated_at, updated_by, ..after };
        let plan = self.tenant.system_plan(entity, SystemReason::Invariant);
        self.put(&plan, entity, (Some(before), after), stamps, kind, changes)
    }

    /// The links of the surviving account must fit: no circle, no two parents, not too many steps.
    pub(super) fn check_hierarchies(&mut self, group: &Group) -> Result<()> {
        if group.entity.name != crate::customer::Account::NAME {
            return Ok(());
        }
        let links = self.entity(AccountLink::NAME)?;
        let rows = self.rows_of(&links, &Query::matching(&[("child", group.survivor.id.into())]))?;
        let outer = std::mem::replace(&mut self.author, Author::Rule);
        let checked = crate::customer::check_links(self, &rows);
        self.author = outer;
        checked
    }
}

/// Whether equal records of an entity that point to one record are one.
fn joins(from: &EntityType) -> bool {
    let belongs = |kind: &FieldKind| matches!(kind, FieldKind::Reference { merge: MergePolicy::Join, .. });
    from.fields.iter().any(|spec| belongs(&spec.kind))
}

/// Whether a field is a reference to an entity that a merge moves.
fn points_to(field: &FieldRef, entity: &str) -> bool {
    let FieldKind::Reference { to, merge } = &field.spec.kind else { return false };
    let here = to == entity || (to.is_empty() && field.spec.entity_in.is_some());
    here && *merge != MergePolicy::Keep
}

/// Whether a field of a record points to one of the merged ones.
fn refers(from: &EntityType, field: &FieldRef, row: &Row, group: &Group) -> bool {
    match field.value(row) {
        FieldValue::Reference(id) => {
            points_to(field, group.entity.name)
                && group.contains(id)
                && super::aliases::target_of(from, field, row).as_deref() == Some(group.entity.name)
        }
        FieldValue::Json(text) => field.spec.nested_references.is_some_and(|nested| {
            nested.merge != MergePolicy::Keep
                && nested.to.contains(&group.entity.name)
                && (nested.find)(&text, group.entity.name).iter().any(|id| group.ids.contains(id))
        }),
        _ => false,
    }
}

fn reference(value: &FieldValue) -> Option<Id> {
    if let FieldValue::Reference(id) = value { Some(*id) } else { None }
}

/// Of records that came to say the same, the one stays that said it before, else the first one.
fn join_equal(fates: &mut [(Row, Option<Row>)]) {
    let mut order: Vec<usize> = (0..fates.len()).collect();
    let is_moved = |place: &usize| {
        fates.get(*place).is_some_and(|(before, after)| after.as_ref().is_none_or(|after| after != before))
    };
    order.sort_by_key(is_moved);
    let mut known: HashSet<String> = HashSet::new();
    for place in order {
        let Some((_, fate)) = fates.get_mut(place) else { continue };
        let Some(after) = fate.as_ref() else { continue };
        if !known.insert(format!("{:?} {:?}", after.values, after.custom)) {
            *fate = None;
        }
    }
}
