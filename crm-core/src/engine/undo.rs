//! Taking an operation back, as far as its effects still stand.

use std::collections::{BTreeSet, HashMap};

use super::JournalCommand;
use super::pipeline::Work;
use crate::access::mutation::{Check, off};
use crate::journal::{self, ChangeKind, FieldChange, JournalEntry};
use crate::room::{Author, Change, Decision};
use crate::schema::{EntityType, Row};
use crate::store::{JournalRead, JournalScope};
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result};

/// What an operation did to one record, from before its first entry to after its last.
struct Effect {
    entity: String,
    record: Id,
    /// What the first entry did.
    first: ChangeKind,
    /// What the last entry did.
    last: ChangeKind,
    /// Each field once, from its first value to its last.
    changes: Vec<FieldChange>,
    /// Whether rules alone made it, as a consequence of other effects.
    consequence: bool,
    /// Where it stands in the operation: creations by their first entry, everything else by its last.
    place: usize,
}

impl Effect {
    fn of(place: usize, entry: JournalEntry) -> Self {
        let JournalEntry { entity, record, kind, changes, consequence, .. } = entry;
        Self { entity, record, first: kind, last: kind, changes, consequence, place }
    }

    const fn was_there(&self) -> bool {
        !matches!(self.first, ChangeKind::Create | ChangeKind::Restore)
    }

    const fn is_there(&self) -> bool {
        !matches!(self.last, ChangeKind::Delete)
    }

    /// Joins a later entry of the same record.
    fn join(&mut self, place: usize, entry: JournalEntry) {
        self.last = entry.kind;
        self.consequence &= entry.consequence;
        if self.first != ChangeKind::Create {
            self.place = place;
        }
        for change in entry.changes {
            match self.changes.iter_mut().find(|other| other.field == change.field) {
                Some(other) => other.after = change.after,
                None => self.changes.push(change),
            }
        }
    }
}

/// The effects of an operation on each record, in the order in which they are taken back.
fn effects(entries: Vec<JournalEntry>) -> Vec<Effect> {
    let mut places: HashMap<(String, Id), usize> = HashMap::new();
    let mut effects: Vec<Effect> = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let known = *places.entry((entry.entity.clone(), entry.record)).or_insert(effects.len());
        match effects.get_mut(known) {
            Some(effect) => effect.join(place, entry),
            None => effects.push(Effect::of(place, entry)),
        }
    }
    effects.sort_by_key(|effect| std::cmp::Reverse(effect.place));
    referrers_first(effects)
}

/// Of the records that an operation made, one that came to point to another goes before it, whichever was made first;
/// otherwise the order stays. In a circle nothing goes before, and the deletion says that a record is still used.
fn referrers_first(effects: Vec<Effect>) -> Vec<Effect> {
    let made = effects.iter().enumerate().filter(|(_, effect)| effect.first == ChangeKind::Create && effect.is_there());
    let made: HashMap<Id, usize> = made.map(|(place, effect)| (effect.record, place)).collect();
    // By record that is pointed to: how many of the others must go before it; by record that points: to which ones.
    let mut before = vec![0_usize; effects.len()];
    let mut behind: Vec<Vec<usize>> = effects.iter().map(|effect| points_to(effect, &made)).collect();
    for place in behind.iter().flatten() {
        if let Some(count) = before.get_mut(*place) {
            *count = count.saturating_add(1);
        }
    }
    let mut free: BTreeSet<usize> = (0..effects.len()).filter(|place| before.get(*place) == Some(&0)).collect();
    let mut left: Vec<Option<Effect>> = effects.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(place) = free.pop_first() {
        ordered.extend(left.get_mut(place).and_then(Option::take));
        for next in behind.get_mut(place).map(std::mem::take).unwrap_or_default() {
            let Some(count) = before.get_mut(next) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                free.insert(next);
            }
        }
    }
    ordered.extend(left.into_iter().flatten());
    ordered
}

/// The places of the made records to which a made record points.
fn points_to(effect: &Effect, made: &HashMap<Id, usize>) -> Vec<usize> {
    if !made.contains_key(&effect.record) {
        return Vec::new();
    }
    let target = |change: &FieldChange| match &change.after {
        FieldValue::Reference(id) => Some(*id),
        FieldValue::Text(text) => text.parse().ok(),
        _ => None,
    };
    let mut places: Vec<usize> =
        effect.changes.iter().filter_map(target).filter_map(|id| made.get(&id).copied()).collect();
    places.retain(|place| made.get(&effect.record) != Some(place));
    places.sort_unstable();
    places.dedup();
    places
}

impl Work<'_> {
    /// Decides the changes that take an operation back.
    ///
    /// The caller needs the rights for each of the changes, except for those that a rule made follow from others. A
    /// visible field that was changed again since is a conflict. An operation that touched what the caller may not see
    /// answers as one that does not exist. The hidden fields of a visible record return with the others as far as they
    /// still stand: whether the operation changed them, and who did since, must not be told.
    pub(super) fn decide_undo(&mut self, command: &JournalCommand) -> Result<Decision> {
        let JournalCommand::Undo { operation } = command;
        let read =
            JournalRead { tenant: self.tenant.id, scope: JournalScope::Operation(*operation), limit: usize::MAX };
        let entries = self.tx.journal(read)?;
        let merged = entries.iter().any(|entry| entry.command.starts_with("merge."));
        let effects = effects(entries);
        // What only rules did, without a change from which it followed, is the caller's to answer for.
        let mut author = Author::UndoRule;
        if effects.iter().all(|effect| effect.consequence) {
            author = Author::Undo;
        }
        if effects.is_empty() {
            return Err(Error::not_found("operation"));
        }
        let mut decision = Decision::default();
        let mut conflicts = Vec::new();
        // The rights first: an error about a consequence is only for somebody who may take back what it followed from.
        for effect in effects.iter().filter(|effect| !effect.consequence || author == Author::Undo) {
            self.check_seen(effect)?;
        }
        if merged {
            let message = "a merge is taken back by a command of its own, and what it took back is merged anew";
            return Err(Error::invalid(ErrorCode::NotAllowed, "operation", message));
        }
        for effect in effects {
            let author = if effect.consequence { author } else { Author::Undo };
            match self.taken_back(author, &effect)? {
                Ok(changes) => decision.changes.extend(changes.into_iter().map(|change| (author, change))),
                Err(problem) => conflicts.push(problem),
            }
        }
        if conflicts.is_empty() { Ok(decision) } else { Err(Error::Conflict { problems: conflicts }) }
    }

    /// What cannot be seen answers as if the operation did not exist, also a change of hidden fields alone.
    fn check_seen(&mut self, effect: &Effect) -> Result<()> {
        let entity = self.entity(&effect.entity)?;
        let plan = self.plan(Author::Undo, &entity);
        let get = plan.check_get_any(effect.record).map_err(|_| Error::not_found("operation"))?;
        let update = effect.first == ChangeKind::Update && effect.last == ChangeKind::Update;
        let hidden = update && !effect.changes.iter().any(|change| plan.tells(&change.field));
        let seen = self.tx.get(&get)?.is_some() && !hidden;
        if seen || off(Check::UndoSeen) { Ok(()) } else { Err(Error::not_found("operation")) }
    }

    /// The changes that take one effect back, or why it no longer stands.
    fn taken_back(&mut self, author: Author, effect: &Effect) -> Result<std::result::Result<Vec<Change>, Problem>> {
        let entity = self.entity(&effect.entity)?;
        let get = self.plan(author, &entity).check_get_any(effect.record)?;
        let row = self.tx.get(&get)?.ok_or_else(|| Error::not_found("operation"))?;
        let (name, id) = (entity.name, effect.record);
        if row.deleted == effect.is_there() {
            return Ok(Err(self.changed(author, &entity, &row, "deleted")));
        }
        if !effect.was_there() && !effect.is_there() {
            return Ok(Ok(Vec::new()));
        }
        if let Some(field) = self.field_that_moved(author, &entity, &row, effect)? {
            return Ok(Err(self.changed(author, &entity, &row, &field)));
        }
        if effect.first == ChangeKind::Create {
            return Ok(Ok(vec![Change::Delete { entity: name, id, version: Some(row.version) }]));
        }
        let mut changes = Vec::new();
        if !effect.is_there() {
            changes.push(Change::Restore { entity: name, id });
        }
        let mut set = Vec::new();
        for change in &effect.changes {
            if self.stands(&entity, &row, change)? {
                set.push((change.field.clone(), change.before.clone()));
            }
        }
        if !set.is_empty() {
            changes.push(Change::Update { entity: name, id, version: None, set });
        }
        if !effect.was_there() {
            changes.push(Change::Delete { entity: name, id, version: None });
        }
        Ok(Ok(changes))
    }

    /// A field that no longer has the value which the operation left in it, among those that the author may see. Of a
    /// record that was made, what was empty must be empty.
    fn field_that_moved(
        &mut self,
        author: Author,
        entity: &EntityType,
        row: &Row,
        effect: &Effect,
    ) -> Result<Option<String>> {
        let plan = self.plan(author, entity);
        for change in effect.changes.iter().filter(|change| plan.tells(&change.field)) {
            if !self.stands(entity, row, change)? {
                return Ok(Some(change.field.clone()));
            }
        }
        if effect.first != ChangeKind::Create {
            return Ok(None);
        }
        let known = |field: &str| effect.changes.iter().any(|change| change.field == field);
        let mut present = journal::creation_changes(&self.tenant.schema, entity, row).into_iter();
        Ok(present.find(|change| plan.tells(&change.field) && !known(&change.field)).map(|change| change.field))
    }

    /// Whether a field still has the value that the operation left in it, or what that stands for since records were
    /// merged.
    fn stands(&mut self, entity: &EntityType, row: &Row, change: &FieldChange) -> Result<bool> {
        let Some(field) = self.tenant.schema.field(entity, &change.field) else { return Ok(false) };
        let Ok(after) = crate::query::operand(&field, &change.after) else { return Ok(false) };
        let value = field.value(row);
        Ok(after == value || self.followed_value(entity, &field, row, after)? == value)
    }

    /// The conflict; of a record or a field that the caller does not see only that there is one.
    fn changed(&mut self, author: Author, entity: &EntityType, row: &Row, field: &str) -> Problem {
        let plan = self.plan(Author::Undo, entity);
        let sees = plan.check_get_any(row.id).and_then(|get| self.tx.get(&get)).is_ok_and(|found| found.is_some());
        if author == Author::UndoRule && !(sees && plan.tells(field)) {
            return Problem::new(ErrorCode::EffectsChanged, "what followed from the operation was changed since");
        }
        let name = entity.name;
        let problem = Problem::of_field(ErrorCode::EffectsChanged, field, format!("the {name} was changed since"));
        problem.with("entity", name).with("id", row.id)
    }
}
