//! Handing records over to another owner (转移), with what belongs to them; a leaver's hand-over (离职交接); and who owned
//! what on which date.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::pipeline::Work;
use super::read::Reading;
use super::transfer_types::{
    HandOver, OwnershipChange, PlannedTransfer, Transfer, TransferCascade, TransferCommand, TransferCount,
    TransferReport, TransferRequest, TransferStatus,
};
use super::{Command, Outcome, Session};
use crate::access::{AccessLevel, Action, SystemReason, TeamMember, User};
use crate::journal::{ChangeKind, JournalEntry};
use crate::query::{Comparison, Filter, Query};
use crate::room::{Author, Change, Decision, View as _, record_for_rule};
use crate::schema::{Entity, EntityType, Row, Sharing};
use crate::value::{Date, Error, ErrorCode, FieldValue, Id, Problem, Result};

/// The most records that one transfer hands over.
const MAX_TRANSFERRED: usize = 100_000;
/// How far what belongs to a record is followed: the quotes of the opportunities of an account.
const MAX_CASCADE: usize = 4;

impl TransferCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Transfer { .. } => "transfer.transfer",
            Self::HandOver { .. } => "transfer.hand_over",
            Self::CancelPlanned { .. } => "transfer.cancel_planned",
            Self::RunPlanned { .. } => "transfer.run_planned",
        }
    }
}

/// What is handed over: by entity, the records with their new owners.
#[derive(Default)]
struct Handed {
    records: BTreeMap<&'static str, BTreeSet<Id>>,
    changes: Vec<(Author, Change)>,
    seen: HashSet<Id>,
    skipped: i64,
    left: BTreeMap<&'static str, i64>,
}

impl Handed {
    fn count(&self) -> usize {
        self.changes.len()
    }

    fn counts(counts: impl Iterator<Item = (&'static str, i64)>) -> Vec<TransferCount> {
        counts.map(|(entity, count)| TransferCount { entity: entity.to_owned(), count }).collect()
    }
}

impl Work<'_> {
    /// Decides a transfer, a hand-over, or what happens to a planned one.
    pub(super) fn decide_transfer(&mut self, command: &TransferCommand) -> Result<Decision> {
        match command {
            TransferCommand::Transfer { transfer } => {
                self.decide_request(TransferRequest::Transfer { transfer: transfer.clone() })
            }
            TransferCommand::HandOver { hand_over } => {
                self.decide_request(TransferRequest::HandOver { hand_over: hand_over.clone() })
            }
            TransferCommand::CancelPlanned { id } => {
                let planned = self.planned(*id)?;
                Ok(Decision::default().and_rule(self.status(&planned, TransferStatus::Cancelled, &[])?))
            }
            TransferCommand::RunPlanned { id } => {
                let planned = self.planned(*id)?;
                if planned.effective.is_none_or(|date| date > self.today()) {
                    return Err(crate::room::illegal("effective", "the day has not come"));
                }
                let request = planned.request.clone();
                let request = request.ok_or_else(|| Error::corrupt(ErrorCode::DamagedFile, "a plan has no request"))?;
                let handed = self.handed(&request)?;
                let status = self.status(&planned, TransferStatus::Done, &handed.report())?;
                let changes = handed.changes.into_iter().chain([(Author::Rule, status)]).collect();
                Ok(Decision { changes, ..Decision::default() })
            }
        }
    }

    /// Hands over at once what is to count from today or from an earlier day; later is planned.
    fn decide_request(&mut self, request: TransferRequest) -> Result<Decision> {
        let effective = request.effective().unwrap_or_else(|| self.today());
        // Checked now, also for later: what nobody could hand over is not planned.
        let handed = self.handed(&request)?;
        let status = if effective > self.today() { TransferStatus::Planned } else { TransferStatus::Done };
        let row = PlannedTransfer {
            id: self.operation,
            status: Some(status),
            effective: Some(effective),
            new_owner: Some(request.to()),
            reason: request.reason().map(str::to_owned),
            request: Some(request),
            counts: if status == TransferStatus::Done { handed.report() } else { Vec::new() },
            ..PlannedTransfer::default()
        };
        let made = Decision::default().after_rule(Change::create(&row));
        let step = crate::room::TraceStep::new("transfer").with("skipped", handed.skipped);
        let step = handed.left.iter().fold(step, |step, (entity, count)| step.with(&format!("left.{entity}"), count));
        let changes = if status == TransferStatus::Done { handed.changes } else { Vec::new() };
        Ok(Decision { changes, ..made }.because(step))
    }

    fn status(
        &mut self,
        planned: &PlannedTransfer,
        status: TransferStatus,
        counts: &[TransferCount],
    ) -> Result<Change> {
        let set = vec![("status", status.as_str().into()), ("counts", FieldValue::json(counts)?)];
        Ok(Change::update::<PlannedTransfer>(planned.id, set))
    }

    /// A plan of the caller that still waits.
    fn planned(&mut self, id: Id) -> Result<PlannedTransfer> {
        let row = crate::room::View::get(self, PlannedTransfer::NAME, id)?;
        let planned = PlannedTransfer::from_row(row)?;
        if planned.status != Some(TransferStatus::Planned) {
            return Err(crate::room::illegal("status", "the transfer does not wait any more"));
        }
        if planned.created_by != Some(self.session.ctx.user) {
            return Err(Error::denied(Action::Transfer.as_str(), PlannedTransfer::NAME));
        }
        Ok(planned)
    }

    fn handed(&mut self, request: &TransferRequest) -> Result<Handed> {
        match request {
            TransferRequest::Transfer { transfer } => self.transferred(transfer),
            TransferRequest::HandOver { hand_over } => self.handed_over(hand_over),
        }
    }

    /// The new owner must be somebody who works, or a queue.
    fn check_owner(&mut self, field: &str, user: Id) -> Result<()> {
        let unknown = || Error::invalid(ErrorCode::UnknownReference, field, "no such user, or the user left");
        let found = record_for_rule::<User>(self, user).map_err(|_| unknown())?;
        let queue = found.kind == Some(crate::access::UserKind::Queue) && !found.is_inactive;
        if queue || self.tenant.model.is_active(user) { Ok(()) } else { Err(unknown()) }
    }

    fn transferred(&mut self, transfer: &Transfer) -> Result<Handed> {
        let entity = self.entity(&transfer.entity)?;
        let plan = self.plan(Author::Caller, &entity);
        plan.require(Action::Transfer)?;
        if entity.sharing == Sharing::Public || entity.part_of.is_some() || entity.owner_follows.is_some() {
            let message = format!("records of `{}` are not handed over by themselves", entity.name);
            return Err(Error::invalid(ErrorCode::NoSuchRight, "entity", message));
        }
        if transfer.ids.is_empty() && transfer.filter.is_none() && transfer.from_owner.is_none() {
            return Err(Error::invalid(ErrorCode::Required, "filter", "say which: a filter, an owner, or identifiers"));
        }
        self.check_owner("to", transfer.to)?;
        let mut rows = Vec::new();
        for (place, id) in transfer.ids.iter().enumerate() {
            // It may have been merged since the transfer was planned.
            let id = self.followed(&entity, *id)?;
            let row = self.current(&plan, &entity, id)?;
            self.require_level(&plan, Action::Transfer, &row).map_err(|error| error.under(&format!("ids[{place}]")))?;
            rows.push(row);
        }
        let of = transfer.from_owner.map(|from| equal("owner", from));
        let filters: Vec<Filter> = transfer.filter.iter().cloned().chain(of).collect();
        if !filters.is_empty() {
            let query = Query { filter: Some(Filter::All { filters }), ..Query::default() };
            rows.extend(self.in_full(&entity, &query)?);
        }
        let mut handed = Handed::default();
        for row in rows {
            self.hand(&mut handed, &entity, &row, transfer.to, &transfer.cascade.clone().unwrap_or_default(), 0)?;
        }
        Ok(handed)
    }

    /// The records that the caller has in full.
    fn in_full(&mut self, entity: &EntityType, query: &Query) -> Result<Vec<Row>> {
        let plan = self.plan(Author::Caller, entity);
        let asked = plan.check_scan_for(&self.tenant.schema, entity, query, AccessLevel::Full)?;
        let mut rows = Vec::new();
        self.tx.select(&asked, &mut |row| {
            rows.push(row);
            Ok(rows.len() <= MAX_TRANSFERRED)
        })?;
        Ok(rows)
    }

    /// Hands one record over, and what moves with it.
    fn hand(
        &mut self,
        handed: &mut Handed,
        entity: &EntityType,
        row: &Row,
        to: Id,
        cascade: &TransferCascade,
        depth: usize,
    ) -> Result<()> {
        if !handed.seen.insert(row.id) {
            return Ok(());
        }
        if row.owner == Some(to) {
            handed.skipped = handed.skipped.saturating_add(1);
        } else {
            let set = vec![("owner".to_owned(), FieldValue::Reference(to))];
            let change = Change::Update { entity: entity.name, id: row.id, version: Some(row.version), set };
            handed.changes.push((Author::Caller, change));
            handed.records.entry(entity.name).or_default().insert(row.id);
        }
        if handed.count() > MAX_TRANSFERRED {
            let problem = Problem::of_field(ErrorCode::TooMany, "filter", "too many records for one transfer");
            return Err(problem.with("max_records", MAX_TRANSFERRED).into_invalid());
        }
        if depth >= MAX_CASCADE || cascade.nothing {
            return Ok(());
        }
        for (part, field, open) in moving(self.tenant.schema.registry.entities(), entity) {
            let chosen = cascade.entities.is_empty() || cascade.entities.iter().any(|name| name == part.name);
            let may = self.plan(Author::Caller, &part).allows(Action::Transfer);
            if !(chosen && may) {
                continue;
            }
            let mut filters = vec![equal(field, row.id)];
            if let (Some(owner), false) = (row.owner, cascade.any_owner) {
                filters.push(equal("owner", owner));
            }
            filters.extend(open);
            let query = Query { filter: Some(Filter::All { filters }), ..Query::default() };
            for found in self.in_full(&part, &query)? {
                self.hand(handed, &part, &found, to, cascade, depth.saturating_add(1))?;
            }
        }
        Ok(())
    }

    /// Everything that somebody owns, open or not; team memberships end, and the user is switched off if that was asked.
    fn handed_over(&mut self, hand_over: &HandOver) -> Result<Handed> {
        let leaver = record_for_rule::<User>(self, hand_over.user)
            .map_err(|_| Error::invalid(ErrorCode::UnknownReference, "user", "no such user"))?;
        self.check_owner("to", hand_over.to)?;
        for (place, other) in hand_over.exceptions.iter().enumerate() {
            self.tenant.schema.entity(&other.entity).map_err(|error| error.under(&format!("exceptions[{place}]")))?;
            self.check_owner(&format!("exceptions[{place}].to"), other.to)?;
        }
        if hand_over.to == hand_over.user {
            return Err(Error::invalid(ErrorCode::NotAllowed, "to", "nobody hands over to himself"));
        }
        let mut handed = Handed::default();
        let entities: Vec<EntityType> = self.tenant.schema.registry.entities().to_vec();
        for entity in entities.iter().filter(|entity| is_handed(entity)) {
            let query = Query { filter: Some(equal("owner", hand_over.user)), ..Query::default() };
            let plan = self.plan(Author::Caller, entity);
            if !plan.allows(Action::Read) {
                continue;
            }
            let exception = hand_over.exceptions.iter().find(|other| other.entity == entity.name);
            let to = exception.map_or(hand_over.to, |other| other.to);
            let seen = self.scan_rows(entity, &query)?;
            if !plan.allows(Action::Transfer) {
                let count = i64::try_from(seen.len()).unwrap_or(i64::MAX);
                handed.left.extend((count > 0).then_some((entity.name, count)));
                continue;
            }
            let full = self.in_full(entity, &query)?;
            let left = i64::try_from(seen.len().saturating_sub(full.len())).unwrap_or(i64::MAX);
            handed.left.extend((left > 0).then_some((entity.name, left)));
            let alone = TransferCascade { nothing: true, ..TransferCascade::default() };
            for row in full {
                self.hand(&mut handed, entity, &row, to, &alone, 0)?;
            }
        }
        self.end_memberships(&mut handed, hand_over)?;
        if hand_over.deactivate && !leaver.is_inactive {
            let set = vec![("is_inactive", true.into())];
            handed.changes.push((Author::Caller, Change::update::<User>(hand_over.user, set)));
        }
        Ok(handed)
    }

    fn scan_rows(&mut self, entity: &EntityType, query: &Query) -> Result<Vec<Row>> {
        let plan = self.plan(Author::Caller, entity);
        super::read::scan(self.tx, &self.tenant, entity, &plan, query)
    }

    /// What the leaver saw through teams ends with the day before.
    fn end_memberships(&mut self, handed: &mut Handed, hand_over: &HandOver) -> Result<()> {
        let teams = self.entity(TeamMember::NAME)?;
        let plan = self.plan(Author::Caller, &teams);
        if !(plan.allows(Action::Read) && plan.allows(Action::Edit)) {
            return Ok(());
        }
        let query = Query { filter: Some(equal("user", hand_over.user)), ..Query::default() };
        let last = hand_over.effective.unwrap_or_else(|| self.today()).add_days(-1)?;
        for row in self.in_full(&teams, &query)? {
            let member = TeamMember::from_row(row)?;
            if member.valid_until.is_none_or(|until| until > last) {
                let from = member.valid_from.filter(|from| *from > last);
                let set =
                    vec![("valid_from", from.map(|_| last).or(member.valid_from).into()), ("valid_until", last.into())];
                handed.changes.push((Author::Caller, Change::update::<TeamMember>(member.id, set)));
            }
        }
        Ok(())
    }
}

impl Handed {
    fn report(&self) -> Vec<TransferCount> {
        Self::counts(self.records.iter().map(|(entity, ids)| (*entity, i64::try_from(ids.len()).unwrap_or(i64::MAX))))
    }
}

fn equal(field: &str, id: Id) -> Filter {
    Filter::Compare { field: field.to_owned(), comparison: Comparison::Equal, value: FieldValue::Reference(id) }
}

/// Whether records of an entity are somebody's work, and not kept by the engine or owned through others.
fn is_handed(entity: &EntityType) -> bool {
    let follows = entity.part_of.is_some() || entity.owner_follows.is_some();
    entity.sharing == Sharing::Private && !follows && !entity.is_kept_by_engine()
}

/// What moves with the records of an entity: the entity, the field that points to it, and which records are open.
fn moving(entities: &[EntityType], whole: &EntityType) -> Vec<(EntityType, &'static str, Option<Filter>)> {
    let mut found = Vec::new();
    for entity in entities {
        for moves in entity.moves_with {
            if moves.whole != whole.name {
                continue;
            }
            let open = moves.open.map(|(field, values)| Filter::In {
                field: field.to_owned(),
                values: values.iter().map(|value| (*value).into()).collect(),
            });
            found.push((entity.clone(), moves.field, open));
        }
    }
    found
}

impl TransferRequest {
    const fn effective(&self) -> Option<Date> {
        match self {
            Self::Transfer { transfer } => transfer.effective,
            Self::HandOver { hand_over } => hand_over.effective,
        }
    }

    const fn to(&self) -> Id {
        match self {
            Self::Transfer { transfer } => transfer.to,
            Self::HandOver { hand_over } => hand_over.to,
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Transfer { transfer } => transfer.reason.as_deref(),
            Self::HandOver { hand_over } => hand_over.reason.as_deref(),
        }
    }
}

/// What a transfer did, or would do.
pub(crate) fn report(session: &Session, outcome: &Outcome, planned: bool) -> Result<TransferReport> {
    let step = outcome.trace.iter().find(|step| step.rule == "transfer");
    let fact = |name: &str| step.and_then(|step| step.facts.get(name)).and_then(|text| text.parse().ok());
    let mut counts: BTreeMap<&str, BTreeSet<Id>> = BTreeMap::new();
    for change in outcome.changes.iter().filter(|change| change.kind == ChangeKind::Update) {
        let entity = session.inner.registry.get(&change.entity);
        if entity.is_some_and(is_handed) && change.entity != TeamMember::NAME {
            counts.entry(&change.entity).or_default().insert(change.id);
        }
    }
    let count = |(entity, ids): (&str, BTreeSet<Id>)| TransferCount {
        entity: entity.to_owned(),
        count: i64::try_from(ids.len()).unwrap_or(i64::MAX),
    };
    let left = step.into_iter().flat_map(|step| &step.facts).filter_map(|(name, value)| {
        let entity = name.strip_prefix("left.")?.to_owned();
        Some(TransferCount { entity, count: value.parse().ok()? })
    });
    let mut left: Vec<TransferCount> = left.collect();
    left.sort_by(|a, b| a.entity.cmp(&b.entity));
    Ok(TransferReport {
        operation: outcome.op_id,
        counts: counts.into_iter().map(count).collect(),
        skipped: fact("skipped").unwrap_or(0),
        left,
        planned,
    })
}

impl Session {
    /// Carries out a transfer and tells what it did.
    pub(crate) fn transfer_and_report(&self, command: TransferCommand) -> Result<TransferReport> {
        let outcome = self.execute(Command::Transfer(command))?;
        let made: PlannedTransfer = self.reading_plan(outcome.op_id)?;
        report(self, &outcome, made.status == Some(TransferStatus::Planned))
    }

    fn reading_plan(&self, id: Id) -> Result<PlannedTransfer> {
        self.reading(|reading| reading.plan_of(id)?.ok_or_else(|| Error::not_found(PlannedTransfer::NAME)))
    }
}

impl Reading<'_> {
    /// A transfer, whoever may see it.
    fn plan_of(&mut self, id: Id) -> Result<Option<PlannedTransfer>> {
        let entity = self.tenant.schema.entity(PlannedTransfer::NAME)?.clone();
        let system = self.tenant.system_plan(&entity, SystemReason::Invariant);
        let row = self.tx.get(&system.check_get_any(id)?)?;
        row.filter(|row| !row.deleted).map(PlannedTransfer::from_stored).transpose()
    }

    /// The owners of a record that the reader sees, each with the day from which he has it; what was taken back never
    /// was. A transfer that was dated back counts from its day on.
    pub(crate) fn ownership(&mut self, name: &str, id: Id) -> Result<Vec<OwnershipChange>> {
        let entries = self.entries(name, id, None)?;
        let mut void: HashSet<Id> = HashSet::new();
        let mut dated: BTreeMap<Id, (Date, Option<String>)> = BTreeMap::new();
        for entry in &entries {
            if entry.command == "transfer.run_planned" {
                let Some((plan, undone)) = self.plan_run_by(entry.op_id)? else { continue };
                let date = plan.effective.unwrap_or_else(|| self.tenant.date(entry.at));
                match undone {
                    None => drop(dated.insert(entry.op_id, (date, plan.reason))),
                    Some(undo) => void.extend([entry.op_id, undo]),
                }
            } else if entry.command.starts_with("transfer.") {
                match self.plan_of(entry.op_id)? {
                    Some(plan) => {
                        let date = plan.effective.unwrap_or_else(|| self.tenant.date(entry.at));
                        dated.insert(entry.op_id, (date, plan.reason));
                    }
                    None => void.extend(self.taken_back(entry)?),
                }
            }
        }
        let mut found = Vec::new();
        for entry in entries.iter().filter(|entry| !void.contains(&entry.op_id)) {
            let Some(change) = entry.changes.iter().find(|change| change.field == "owner") else { continue };
            let known = dated.get(&entry.op_id).cloned();
            let (since, reason) = known.unwrap_or_else(|| (self.tenant.date(entry.at), None));
            let owner = match &change.after {
                FieldValue::Reference(id) => *id,
                FieldValue::Text(text) => text.parse()?,
                _ => continue,
            };
            found.push(OwnershipChange { owner, since, operation: entry.op_id, reason });
        }
        Ok(found)
    }

    /// The plan that an operation carried out, and the operation that took this back.
    fn plan_run_by(&mut self, operation: Id) -> Result<Option<(PlannedTransfer, Option<Id>)>> {
        let scope = crate::store::JournalScope::Operation(operation);
        let read = crate::store::JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX };
        let done = self.tx.journal(read)?;
        let Some(record) = done.iter().find(|entry| entry.entity == PlannedTransfer::NAME).map(|entry| entry.record)
        else {
            return Ok(None);
        };
        let Some(plan) = self.plan_of(record)? else { return Ok(None) };
        let entries = self.plan_journal(record)?;
        let after = entries.iter().skip_while(|entry| entry.op_id != operation).find(|entry| entry.op_id != operation);
        Ok(Some((plan, after.map(|entry| entry.op_id))))
    }

    /// What happened to a transfer, oldest first.
    fn plan_journal(&mut self, record: Id) -> Result<Vec<JournalEntry>> {
        let scope = crate::store::JournalScope::Record { entity: PlannedTransfer::NAME, record, after: 0, until: None };
        self.tx.journal(crate::store::JournalRead { tenant: self.tenant.id, scope, limit: usize::MAX })
    }

    /// A transfer that was taken back, and the operation that did.
    fn taken_back(&mut self, entry: &JournalEntry) -> Result<Vec<Id>> {
        let entries = self.plan_journal(entry.op_id)?;
        let last = entries.iter().rev().find(|entry| entry.kind == ChangeKind::Delete);
        Ok(std::iter::once(entry.op_id).chain(last.map(|last| last.op_id)).collect())
    }

    /// Who owned a record on a date: the last who was given it, of those whose day had come.
    pub(crate) fn owner_on(&mut self, name: &str, id: Id, date: Date) -> Result<Option<Id>> {
        let owners = self.ownership(name, id)?;
        Ok(owners.into_iter().rfind(|change| change.since <= date).map(|change| change.owner))
    }
}

/// The plans whose day has come.
pub(crate) fn due(session: &Session) -> Result<Vec<PlannedTransfer>> {
    let today = session.reading(|reading| Ok(reading.today()))?;
    let query = Query {
        filter: Some(Filter::All {
            filters: vec![
                Filter::Compare {
                    field: "status".into(),
                    comparison: Comparison::Equal,
                    value: TransferStatus::Planned.as_str().into(),
                },
                Filter::Compare {
                    field: "effective".into(),
                    comparison: Comparison::LessOrEqual,
                    value: FieldValue::Date(today),
                },
            ],
        }),
        ..Query::default()
    };
    session.list_all(&query)
}
