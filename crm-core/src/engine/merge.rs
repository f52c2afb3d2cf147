//! Merging records into one of them (合并): who may, which values survive, and what is kept of it. What points to the
//! records is the business of [`super::merge_references`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::pipeline::Work;
use super::registry::merge_rule_of;
use super::tenant::Tenant;
use super::{Command, Outcome, Session};
use crate::access::mutation::{Check, off};
use crate::access::{AccessPlan, Action, SystemReason, unique_keys};
use crate::journal::ChangeKind;
use crate::merging::{
    Candidate, Chosen, FieldChoice, MAX_LOSERS, MergeAlias, MergeCommand, MergeCount, MergeRecord, MergeReport,
    MergeRequest, MergeStatus, MergedField, MergedRecord, SurvivorRule, choose,
};
use crate::query::{Filter, Query};
use crate::room::{Author, Change, Decision, ExternalId, Merging, TraceStep};
use crate::schema::{Entity as _, EntityType, FieldCodec as _, FieldKind, FieldRef, Row, WriteRule};
use crate::store::{JournalRead, JournalScope};
use crate::value::error::unknown_field;
use crate::value::{Error, ErrorCode, FieldValue, Id, Problem, Result, Timestamp, json};

/// How far up a reference to the same entity is followed, to see that no record comes to stand above itself.
const MAX_STEPS_UP: usize = 1_000;

/// The records of a merge.
pub(super) struct Group {
    pub(super) entity: EntityType,
    pub(super) survivor: Row,
    pub(super) losers: Vec<Row>,
    pub(super) ids: Vec<Id>,
}

impl Group {
    pub(super) fn merging(&self) -> Merging<'_> {
        Merging { survivor: self.survivor.id, losers: &self.ids }
    }

    pub(super) fn contains(&self, id: Id) -> bool {
        self.merging().rank(id).is_some()
    }

    /// All records, the surviving one first.
    fn rows(&self) -> impl Iterator<Item = &Row> {
        std::iter::once(&self.survivor).chain(&self.losers)
    }
}

impl Work<'_> {
    /// Carries a merge out, or takes one back: what is written is written here.
    pub(super) fn decide_merge(&mut self, command: &MergeCommand) -> Result<Decision> {
        self.merging = true;
        let done = match command {
            MergeCommand::Merge { merge } => self.merge(merge),
            MergeCommand::Unmerge { id } => self.unmerge(*id),
        };
        (self.merging, self.quiet, self.consequence) = (false, false, false);
        done
    }

    fn merge(&mut self, asked: &MergeRequest) -> Result<Decision> {
        let group = self.group(asked)?;
        let (after, fields) = self.survivorship(&group, asked)?;
        if let Some(rule) = merge_rule_of(group.entity.name) {
            rule(&group.survivor, &group.losers)?;
        }
        let aliases = self.aliases_of(&group, &after)?;
        let fates = self.fates(&group)?;
        for loser in &group.losers {
            let gone = Row { deleted: true, ..loser.clone() };
            self.write_plain(&group.entity, loser, gone, ChangeKind::Delete)?;
        }
        let counts = self.move_references(fates)?;
        self.write_survivor(&group, after)?;
        self.retarget(&group)?;
        let report = MergeReport {
            entity: group.entity.name.to_owned(),
            survivor: group.survivor.id,
            losers: group.ids.clone(),
            fields,
            counts,
            merge: None,
        };
        self.keep_merge(&group, asked, &report, aliases)?;
        self.check_hierarchies(&group)?;
        let step = TraceStep::new("merge").with("report", json::to_canonical(&report)?);
        Ok(Decision::default().because(step))
    }

    /// The records, each of which the caller has in full.
    fn group(&mut self, asked: &MergeRequest) -> Result<Group> {
        let entity = self.entity(&asked.entity)?;
        let plan = self.plan(Author::Caller, &entity);
        plan.require(Action::Merge)?;
        if !entity.mergeable {
            let message = format!("records of `{}` are not merged", entity.name);
            return Err(Error::invalid(ErrorCode::NoSuchRight, "entity", message));
        }
        if asked.losers.is_empty() {
            return Err(Error::invalid(ErrorCode::Required, "losers", "say which records go into the surviving one"));
        }
        if asked.losers.len() > MAX_LOSERS {
            let problem = Problem::of_field(ErrorCode::TooMany, "losers", "too many records for one merge");
            return Err(problem.with("max", MAX_LOSERS).into_invalid());
        }
        let mut seen = HashSet::new();
        for (place, id) in asked.losers.iter().enumerate() {
            let field = format!("losers[{place}]");
            if *id == asked.survivor {
                return Err(Error::invalid(ErrorCode::NotAllowed, field, "a record is not merged with itself"));
            }
            if !seen.insert(*id) {
                return Err(Error::invalid(ErrorCode::DuplicateKey, field, "the record stands in the list already"));
            }
        }
        if self.operation_merged()? {
            return Err(Error::invalid(ErrorCode::NotAllowed, "operation", "one operation carries out one merge"));
        }
        let survivor = self.member(&plan, &entity, "survivor", asked.survivor)?;
        let ids = asked.losers.iter().enumerate();
        let losers = ids.map(|(place, id)| self.member(&plan, &entity, &format!("losers[{place}]"), *id));
        let losers = losers.collect::<Result<_>>()?;
        Ok(Group { entity, survivor, losers, ids: asked.losers.clone() })
    }

    fn member(&mut self, plan: &Arc<AccessPlan>, entity: &EntityType, field: &str, id: Id) -> Result<Row> {
        let row = match self.current(plan, entity, id) {
            Ok(row) => row,
            Err(error) => {
                let hash = MergeAlias::hash_of(entity.name, "id", &id.to_string());
                let merge = super::aliases::merge_of(self.tx, &self.tenant, entity, &hash)?;
                let merge = merge.map(MergeRecord::from_stored).transpose()?;
                let seen = merge.filter(|_| self.is_seen(entity, id));
                return Err(seen.map_or_else(|| error.under(field), |merge| self.merged_already(field, entity, &merge)));
            }
        };
        self.require_level(plan, Action::Merge, &row).map_err(|error| error.under(field))?;
        Ok(row)
    }

    /// Whether the operation merged already: a merge is taken back with its operation.
    fn operation_merged(&mut self) -> Result<bool> {
        let merges = self.entity(MergeRecord::NAME)?;
        let plan = self.tenant.system_plan(&merges, SystemReason::Invariant);
        Ok(self.tx.get(&plan.check_get_any(self.operation)?)?.is_some())
    }

    // ---- which values survive ----

    /// The surviving record as it will be, and the fields in which the records differ, as far as the caller sees them.
    fn survivorship(&mut self, group: &Group, asked: &MergeRequest) -> Result<(Row, Vec<MergedField>)> {
        let plan = self.plan(Author::Caller, &group.entity);
        let plan = self.opened(plan, &group.survivor)?;
        let choices = self.choices(group, asked, &plan)?;
        let recent = asked.rule == Some(SurvivorRule::MostRecent)
            || asked.fields.iter().any(|choice| choice.rule == SurvivorRule::MostRecent);
        let set_at = if recent { self.set_at(group)? } else { HashMap::new() };
        let schema = self.tenant.clone();
        let fields = schema.schema.fields(&group.entity);
        // What the caller does not see decides nothing by which he could learn of it.
        let told_of: Vec<&FieldRef> = fields.iter().filter(|field| plan.tells(&field.spec.name)).collect();
        let filled = |row: &Row| told_of.iter().filter(|field| !field.value(row).is_null()).count();
        let filled: Vec<usize> = group.rows().map(filled).collect();
        let mut chosen: Vec<(FieldRef, FieldChoice, Chosen)> = Vec::new();
        for field in fields.iter().filter(|field| !is_kept(field)) {
            let name = field.spec.name.as_ref();
            let explicit = choices.get(name);
            let choice = match explicit {
                Some(choice) => choice.clone(),
                None => default_choice(field, asked, &plan),
            };
            let trust = |row: &Row| trust_of(&told_of, row, &choice.sources);
            let candidates = group.rows().zip(&filled).map(|(row, filled)| Candidate {
                id: row.id,
                value: field.value(row),
                set_at: set_at.get(&(row.id, name.to_owned())).copied().unwrap_or(row.created_at),
                trust: trust(row),
                filled: *filled,
            });
            let mut candidates: Vec<Candidate> = candidates.collect();
            self.stand_apart(group, field, &mut candidates)?;
            let found = match choose(&field.spec, &choice, &candidates) {
                Err(error) if explicit.is_some() => return Err(error.under(name)),
                // What fits one field by its rule may not fit another one.
                Err(_) => {
                    choose(&field.spec, &FieldChoice { rule: SurvivorRule::Survivor, ..choice.clone() }, &candidates)?
                }
                Ok(found) => found,
            };
            chosen.push((field.clone(), choice, found));
        }
        with_their_currency(group, &choices, &mut chosen);
        let mut after = group.survivor.clone();
        for (field, _, found) in &chosen {
            field.set(&mut after, found.value.clone());
        }
        Ok((after, told(group, &plan, chosen)))
    }

    /// What the caller says of single fields: each one that he may set, and once.
    fn choices(&self, group: &Group, asked: &MergeRequest, plan: &AccessPlan) -> Result<HashMap<String, FieldChoice>> {
        if matches!(asked.rule, Some(SurvivorRule::Pick | SurvivorRule::Value)) {
            return Err(Error::invalid(ErrorCode::NotAllowed, "rule", "a record or a value is chosen for one field"));
        }
        let mut choices = HashMap::new();
        for (place, choice) in asked.fields.iter().enumerate() {
            let name = choice.field.as_str();
            let field = plan.readable_field(&self.tenant.schema, &group.entity, name)?;
            if matches!(field.place, crate::schema::Place::System(_)) {
                return Err(unknown_field(name).into_invalid());
            }
            plan.require_write(&field.spec)?;
            if is_kept(&field) {
                let message = format!("a merge leaves `{name}` as the surviving record has it");
                return Err(Error::invalid(ErrorCode::NotAllowed, name, message));
            }
            let sources = if choice.sources.is_empty() { &asked.sources } else { &choice.sources };
            let choice = FieldChoice { sources: sources.clone(), ..choice.clone() };
            if choices.insert(name.to_owned(), choice).is_some() {
                let path = format!("fields[{place}].field");
                return Err(Error::invalid(ErrorCode::DuplicateKey, path, "the field stands in the list already"));
            }
        }
        Ok(choices)
    }

    /// When each field of each record was set last.
    fn set_at(&mut self, group: &Group) -> Result<HashMap<(Id, String), Timestamp>> {
        let mut found = HashMap::new();
        for row in group.rows() {
            let scope = JournalScope::Record { entity: group.entity.name, record: row.id, after: 0, until: None };
            for entry in self.tx.journal(JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })? {
                found.extend(entry.changes.into_iter().map(|change| ((row.id, change.field), entry.at)));
            }
        }
        Ok(found)
    }

    /// A reference to the same entity must not close a circle: each candidate stands where the topmost merged record of
    /// its way up stands.
    fn stand_apart(&mut self, group: &Group, field: &FieldRef, candidates: &mut [Candidate]) -> Result<()> {
        if !matches!(&field.spec.kind, FieldKind::Reference { to, .. } if to == group.entity.name) {
            return Ok(());
        }
        let plan = self.tenant.system_plan(&group.entity, SystemReason::Invariant);
        for candidate in candidates {
            let (mut next, mut stand) = (candidate.value.clone(), candidate.value.clone());
            let mut seen = HashSet::new();
            while let FieldValue::Reference(id) = next {
                if seen.len() >= MAX_STEPS_UP || !seen.insert(id) {
                    break;
                }
                let found = self.tx.get(&plan.check_get(id)?)?;
                next = found.map_or(FieldValue::Null, |row| field.value(&row));
                if group.contains(id) {
                    stand = next.clone();
                }
            }
            // In a circle that was there before nobody stands above.
            let inside = matches!(&stand, FieldValue::Reference(id) if group.contains(*id));
            candidate.value = if inside { FieldValue::Null } else { stand };
        }
        Ok(())
    }

    /// Writes the surviving record, also if nothing of it changes: its version tells nothing of hidden fields.
    fn write_survivor(&mut self, group: &Group, mut after: Row) -> Result<()> {
        let entity = &group.entity;
        self.check_struct(entity, &after)?;
        let consequences = self.run_rule(Author::Rule, entity, Some(&group.survivor), &mut after, 0)?;
        self.check_present(entity, &after)?;
        self.check_size(&after)?;
        self.write_plain(entity, &group.survivor, after, ChangeKind::Update)?;
        self.carry_out(consequences, 1)
    }

    /// Writes a row on the engine's authority, with its entry in the journal.
    pub(super) fn write_plain(
        &mut self,
        entity: &EntityType,
        before: &Row,
        after: Row,
        kind: ChangeKind,
    ) -> Result<()> {
        let plan = self.tenant.system_plan(entity, SystemReason::Invariant);
        let changes = crate::journal::diff(&self.tenant.schema, entity, before, &after);
        self.write(&plan, entity, Some(before), after, kind, changes)
    }

    // ---- what is kept ----

    /// The identifiers of the merged records, and the unique values that the surviving one does not have itself.
    fn aliases_of(&mut self, group: &Group, after: &Row) -> Result<Vec<MergeAlias>> {
        let custom = self.tenant.schema.shared_custom_fields(group.entity.name);
        let own = unique_keys(&group.entity, &custom, after);
        let mut aliases = Vec::new();
        for row in group.rows() {
            let id = (row.id != group.survivor.id).then(|| ("id".to_owned(), row.id.to_string()));
            let keys = unique_keys(&group.entity, &custom, row).into_iter().filter(|key| !own.contains(key));
            for (kind, key) in keys.chain(id) {
                let hash = MergeAlias::hash_of(group.entity.name, &kind, &key);
                // An earlier merge may know it already; it comes to point here as well.
                if super::aliases::merge_of(self.tx, &self.tenant, &group.entity, &hash)?.is_none() {
                    aliases.push(MergeAlias { hash });
                }
            }
        }
        aliases.sort_by(|a, b| a.hash.cmp(&b.hash));
        aliases.dedup();
        Ok(aliases)
    }

    /// What went into a merged record before goes on to the surviving one.
    fn retarget(&mut self, group: &Group) -> Result<()> {
        if !self.tenant.merged {
            return Ok(());
        }
        let merges = self.entity(MergeRecord::NAME)?;
        let targets = group.ids.iter().map(|id| FieldValue::Reference(*id)).collect();
        let among = Filter::In { field: "target".to_owned(), values: targets };
        let mut query =
            Query::matching(&[("entity", group.entity.name.into()), ("status", MergeStatus::Done.as_str().into())]);
        query.filter = query.filter.map(|filter| filter.and(among));
        let (quiet, consequence) = (std::mem::replace(&mut self.quiet, true), self.consequence);
        self.consequence = true;
        for row in self.rows_of(&merges, &query)? {
            let mut after = row.clone();
            if let Some(field) = merges.field("target") {
                field.set(&mut after, FieldValue::Reference(group.survivor.id));
            }
            self.write_plain(&merges, &row, after, ChangeKind::Update)?;
        }
        (self.quiet, self.consequence) = (quiet, consequence);
        Ok(())
    }

    /// Notes the merge. The first one of a tenant lets everybody look for merged records from then on.
    fn keep_merge(
        &mut self,
        group: &Group,
        asked: &MergeRequest,
        report: &MergeReport,
        aliases: Vec<MergeAlias>,
    ) -> Result<()> {
        let without_value = |field: &MergedField| MergedField { value: None, ..field.clone() };
        let losers = group.losers.iter().map(|row| MergedRecord { id: row.id, version: row.version });
        let record = MergeRecord {
            id: self.operation,
            entity: group.entity.name.to_owned(),
            survivor: group.survivor.id,
            target: Some(group.survivor.id),
            status: Some(MergeStatus::Done),
            losers: losers.collect(),
            fields: report.fields.iter().map(without_value).collect(),
            counts: report.counts.clone(),
            reason: asked.reason.clone(),
            weight: asked.weight,
            aliases,
            ..MergeRecord::default()
        };
        self.apply(Author::Rule, Change::create(&record), 0)?;
        if self.tenant.merged { Ok(()) } else { self.know_of_merges() }
    }

    /// Reads the tenant anew, and lets everybody else do so.
    pub(super) fn know_of_merges(&mut self) -> Result<()> {
        self.tx.bump_epoch(self.tenant.id)?;
        self.configured = true;
        let epoch = self.tx.epoch(self.tenant.id)?;
        let (registry, now) = (&self.session.inner.registry, self.session.inner.clock.now());
        self.tenant = Arc::new(Tenant::load(self.tx, registry, self.tenant.id, epoch, now)?);
        Ok(())
    }
}

/// Whether a merge leaves a field as the surviving record has it.
fn is_kept(field: &FieldRef) -> bool {
    field.spec.write == WriteRule::Engine || field.spec.stays
}

/// What holds for a field of which nothing was said: the rule of the merge for what the caller may set, as long as it is
/// not set once; else the surviving record keeps its own or gets what it does not have.
fn default_choice(field: &FieldRef, asked: &MergeRequest, plan: &AccessPlan) -> FieldChoice {
    let spec = &field.spec;
    let may = plan.require_write(spec).is_ok() && plan.tells(&spec.name) && !plan.writes_once(spec);
    let measured = matches!(spec.kind, FieldKind::Text { .. } | FieldKind::Nested);
    let rule = asked.rule.filter(|rule| may && (measured || *rule != SurvivorRule::Longest));
    FieldChoice {
        field: spec.name.to_string(),
        rule: rule.unwrap_or_default(),
        sources: asked.sources.clone(),
        ..FieldChoice::default()
    }
}

/// The place of the best source of a record among the trusted ones: the systems of its identifiers, or its own source.
fn trust_of(fields: &[&FieldRef], row: &Row, sources: &[String]) -> usize {
    let mut known: Vec<String> = Vec::new();
    for field in fields {
        match field.value(row) {
            FieldValue::Text(text) if field.spec.name == "source" => known.push(text),
            value @ FieldValue::Json(_) if field.spec.nested_keys.is_some() => {
                let ids = Vec::<ExternalId>::from_field(value).unwrap_or_default();
                known.extend(ids.into_iter().map(|id| id.system));
            }
            _ => {}
        }
    }
    let place = |source: &String| sources.iter().position(|trusted| trusted == source);
    known.iter().filter_map(place).min().unwrap_or(usize::MAX)
}

/// An amount comes with its currency, from the same record, unless something was said of the currency itself.
fn with_their_currency(
    group: &Group,
    choices: &HashMap<String, FieldChoice>,
    chosen: &mut [(FieldRef, FieldChoice, Chosen)],
) {
    let mut moved: Vec<(&'static str, Id)> = Vec::new();
    for (field, _, found) in chosen.iter() {
        if let (Some(currency), Some(source), false) = (field.spec.in_currency, found.source, found.value.is_null())
            && !choices.contains_key(currency)
            && moved.iter().all(|(known, _)| *known != currency)
        {
            moved.push((currency, source));
        }
    }
    for (currency, source) in moved {
        let Some(row) = group.rows().find(|row| row.id == source) else { continue };
        for (field, choice, found) in chosen.iter_mut().filter(|(field, _, _)| field.spec.name == currency) {
            choice.rule = SurvivorRule::Pick;
            (found.value, found.source) = (field.value(row), Some(source));
        }
    }
}

/// The fields in which the records differ, as far as the caller is told of them.
fn told(group: &Group, plan: &AccessPlan, chosen: Vec<(FieldRef, FieldChoice, Chosen)>) -> Vec<MergedField> {
    let mut fields = Vec::new();
    for (field, choice, found) in chosen {
        let own = field.value(&group.survivor);
        let differs = group.rows().any(|row| field.value(row) != found.value);
        if !differs || !(plan.tells(&field.spec.name) || off(Check::MergeField)) {
            continue;
        }
        fields.push(MergedField {
            field: field.spec.name.to_string(),
            rule: choice.rule,
            source: found.source,
            changed: own != found.value,
            value: Some(found.value).filter(|value| !value.is_null()),
            lost: found.lost,
        });
    }
    fields
}

/// What a merge did, or would do.
pub(crate) fn report(session: &Session, outcome: &Outcome, done: bool) -> Result<MergeReport> {
    let mut report: MergeReport = fact(outcome, "merge")?;
    report.merge = done.then_some(outcome.op_id);
    // The JSON of the outcome does not keep the types of the values.
    session.reading(|reading| {
        let (entity, _) = reading.entity(&report.entity)?;
        let mut typed = report.clone();
        for told in &mut typed.fields {
            let Some(field) = reading.tenant.schema.field(&entity, &told.field) else { continue };
            if let Some(value) = &told.value {
                told.value = Some(crate::query::operand(&field, value)?);
            }
        }
        Ok(typed)
    })
}

/// The report that an outcome brings along.
pub(super) fn fact<T: serde::de::DeserializeOwned>(outcome: &Outcome, rule: &str) -> Result<T> {
    let step = outcome.trace.iter().find(|step| step.rule == rule);
    let text = step.and_then(|step| step.facts.get("report"));
    let text = text.ok_or_else(|| Error::corrupt(ErrorCode::DamagedFile, "an outcome has no report"))?;
    json::from_own_text(text)
}

impl Session {
    /// Carries out a merge and tells what it did.
    pub(crate) fn merge_and_report(&self, merge: MergeRequest) -> Result<MergeReport> {
        let outcome = self.execute(Command::Merge(MergeCommand::Merge { merge }))?;
        report(self, &outcome, true)
    }
}

/// So many records by entity.
#[derive(Default)]
pub(super) struct Counts(std::collections::BTreeMap<&'static str, (i64, i64)>);

impl Counts {
    pub(super) fn note(&mut self, entity: &'static str, joined: bool) {
        let (moved, gone) = self.0.entry(entity).or_default();
        let count = if joined { gone } else { moved };
        *count = count.saturating_add(1);
    }

    pub(super) fn into_list(self) -> Vec<MergeCount> {
        let counts = self.0.into_iter();
        counts.map(|(entity, (moved, joined))| MergeCount { entity: entity.to_owned(), moved, joined }).collect()
    }
}

impl super::read::Reading<'_> {
    /// The merges that ended in a record, with the fields and the counts that the reader may see.
    pub(crate) fn merges_of(&mut self, name: &str, id: Id) -> Result<Vec<MergeRecord>> {
        use crate::room::Reader as _;
        let id = self.get(name, id)?.id;
        let (_, plan) = self.entity(name)?;
        let merges = self.tenant.schema.entity(MergeRecord::NAME)?.clone();
        let system = self.tenant.system_plan(&merges, SystemReason::Invariant);
        let query = Query::matching(&[("entity", name.into()), ("target", FieldValue::Reference(id))]);
        let asked = system.check_scan(&self.tenant.schema, &merges, &query)?;
        let mut found = Vec::new();
        self.tx.select(&asked, &mut |row| {
            found.push(MergeRecord::from_stored(row)?);
            Ok(true)
        })?;
        for merge in &mut found {
            merge.fields.retain(|field| plan.tells(&field.field));
            // What somebody else saw pointing there is not the reader's to know.
            merge.counts.retain(|_| merge.owner == Some(self.session.ctx.user));
            (merge.aliases, merge.adopted) = (Vec::new(), Vec::new());
        }
        found.sort_by_key(|merge| (merge.created_at, merge.id));
        Ok(found)
    }
}
