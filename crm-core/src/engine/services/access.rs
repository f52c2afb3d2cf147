//! Teams and shares of records, and why somebody may do something, as a host calls them.

use std::sync::Arc;

use crate::access::{
    AccessCause, AccessExplanation, AccessLevel, AccessPlan, AccessReason, Action, Facts, PermissionSet, RecordShare,
    SystemReason, TeamMember, User, UserAccess, Visibility,
};
use crate::engine::read::Reading;
use crate::engine::{AccessCommand, Command, PolicyDiff, Session, policy};
use crate::query::Query;
use crate::room::Reader as _;
use crate::schema::{Entity, EntityType, Row};
use crate::value::error::unknown_field;
use crate::value::{Error, FieldValue, Id, Result};

/// How far records above records are followed.
const MAX_ABOVE: usize = 8;

/// Teams, shares and explanations of a session.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    session: &'a Session,
}

impl Session {
    /// Teams and shares of single records, and why somebody may do something.
    ///
    /// ```
    /// use crm_core::access::{AccessCause, AccessLevel};
    /// use crm_core::customer::Account;
    /// # use crm_core::engine::{Crm, SetupOptions};
    /// # let crm = Crm::open_in_memory();
    /// # crm.setup(SetupOptions {
    /// #     tenant: "main".into(),
    /// #     name: "Precision Works".into(),
    /// #     base_currency: "EUR".parse()?,
    /// #     time_zone: "Europe/Berlin".into(),
    /// #     admin_login: "admin".into(),
    /// # })?;
    /// let session = crm.session("main", "admin")?;
    /// let account = session.customers().create_account(&Account { name: "Pumpen AG".into(), ..Account::default() })?;
    /// let why = session.access().explain(session.user(), "account", account.id, None)?;
    /// assert_eq!(why.level, Some(AccessLevel::Full));
    /// assert!(why.reasons.iter().any(|reason| reason.cause == AccessCause::Owner));
    /// # Ok::<(), crm_core::value::Error>(())
    /// ```
    #[must_use]
    pub const fn access(&self) -> Access<'_> {
        Access { session: self }
    }
}

impl Access<'_> {
    /// Puts somebody into the team of a record (团队). The caller must have the record in full.
    ///
    /// # Errors
    /// `UnknownReference` at `record` for a record that the caller does not see, at `user` for nobody; `UnknownField` or
    /// `NoSuchRight` for a field that the team may not open; `OutOfRange` for the days; `Denied`.
    pub fn add_team_member(&self, member: &TeamMember) -> Result<TeamMember> {
        self.session.create_and_read(Command::Access(AccessCommand::AddTeamMember { member: member.clone() }), member)
    }

    /// Saves a team member that was read and changed.
    ///
    /// # Errors
    /// As [`Access::add_team_member`]; `WriteOnce` for another record or user, `StaleVersion`, `NotFound`.
    pub fn update_team_member(&self, member: &TeamMember) -> Result<TeamMember> {
        self.session.save_and_read(Command::Access(AccessCommand::UpdateTeamMember { member: member.clone() }), member)
    }

    /// Takes somebody out of a team.
    ///
    /// # Errors
    /// `NotFound`, `StaleVersion`, `Denied`.
    pub fn remove_team_member(&self, id: Id, version: i64) -> Result<()> {
        let command = AccessCommand::RemoveTeamMember { id, expected_version: version };
        self.session.execute(Command::Access(command)).map(|_| ())
    }

    /// Shares a record by hand (手工共享). The caller must have the record in full.
    ///
    /// # Errors
    /// `UnknownReference` at `record` for a record that the caller does not see, at `grantee.id` for nobody; `Denied`.
    pub fn share(&self, share: &RecordShare) -> Result<RecordShare> {
        self.session.create_and_read(Command::Access(AccessCommand::Share { share: share.clone() }), share)
    }

    /// Takes a share back.
    ///
    /// # Errors
    /// `NotFound`, `StaleVersion`, `Denied`.
    pub fn unshare(&self, id: Id, version: i64) -> Result<()> {
        let command = AccessCommand::Unshare { id, expected_version: version };
        self.session.execute(Command::Access(command)).map(|_| ())
    }

    /// The team of a record that the reader sees, past and future members too.
    ///
    /// # Errors
    /// `NotFound`, `UnknownEntity`, `Denied`.
    pub fn team(&self, entity: &str, record: Id) -> Result<Vec<TeamMember>> {
        self.of_record(entity, record)
    }

    /// The shares of a record that the reader sees.
    ///
    /// # Errors
    /// `NotFound`, `UnknownEntity`, `Denied`.
    pub fn shares(&self, entity: &str, record: Id) -> Result<Vec<RecordShare>> {
        self.of_record(entity, record)
    }

    fn of_record<E: Entity>(&self, entity: &str, record: Id) -> Result<Vec<E>> {
        let rows = self.session.reading(|reading| {
            reading.get(entity, record)?;
            let query = Query::matching(&[("entity", entity.into()), ("record", FieldValue::Reference(record))]);
            reading.structure(E::NAME, &query)
        })?;
        rows.into_iter().map(E::from_stored).collect()
    }

    /// Why a user may do something with a record, or with a field of it, or what would give it. Everybody may ask for
    /// himself; for others, who may read users and permission sets.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see, `UnknownField`, `UnknownEntity`, `Denied`.
    pub fn explain(&self, user: Id, entity: &str, record: Id, field: Option<&str>) -> Result<AccessExplanation> {
        self.session.reading(|reading| {
            let (entity, row) = reading.seen(entity, record)?;
            if user != reading.session.ctx.user {
                reading.require_insight()?;
                reading.tenant.model.user(user).ok_or_else(|| Error::not_found(User::NAME))?;
            }
            reading.explain(user, &entity, &row, field)
        })
    }

    /// Who sees a record, how much each has of it, and why. For those who may read users and permission sets.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see, `UnknownEntity`, `Denied`.
    pub fn who_can(&self, entity: &str, record: Id) -> Result<Vec<UserAccess>> {
        self.session.reading(|reading| {
            reading.require_insight()?;
            let (entity, row) = reading.seen(entity, record)?;
            reading.who_can(&entity, &row)
        })
    }

    /// What decides over some records, read once: to ask again and again how much of each the caller has.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see, `UnknownEntity`, `Denied`.
    pub fn decisions(&self, entity: &str, records: &[Id]) -> Result<Decisions> {
        self.session.reading(|reading| {
            let (entity, _) = reading.entity(entity)?;
            let mut facts = Vec::with_capacity(records.len());
            for id in records {
                let (entity, row) = reading.seen(entity.name, *id)?;
                facts.push(reading.facts(&entity, &row)?);
            }
            Ok(Decisions { tenant: reading.tenant.clone(), user: self.session.ctx.user, entity, facts })
        })
    }

    /// Who would gain and lose which records, fields and rights if these commands were carried out. Nothing is written.
    /// The caller must be allowed to carry them out, and have every record of each entity of which something is told.
    ///
    /// # Errors
    /// As the commands; `Denied`.
    pub fn policy_diff(&self, commands: &[Command]) -> Result<PolicyDiff> {
        policy::diff(self.session, commands)
    }
}

/// Records with what decides over them, as they were when they were read.
#[derive(Debug)]
pub struct Decisions {
    tenant: Arc<crate::engine::Tenant>,
    user: Id,
    entity: EntityType,
    facts: Vec<Facts>,
}

impl Decisions {
    /// How many records they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// How much of the record at a place the caller has by its sharing.
    #[must_use]
    pub fn level(&self, place: usize) -> Option<AccessLevel> {
        let facts = self.facts.get(place)?;
        self.tenant.model.level(self.user, &self.entity, &self.tenant.schema, facts)
    }
}

impl Reading<'_> {
    /// The entity and the whole row of a record that the reader sees, deleted or not.
    fn seen(&mut self, name: &str, id: Id) -> Result<(EntityType, Row)> {
        let (entity, plan) = self.entity(name)?;
        let row = self.tx.get(&plan.check_get_any(id)?)?.ok_or_else(|| Error::not_found(entity.name))?;
        Ok((entity, row))
    }

    /// Refuses who may not know the rights of others.
    fn require_insight(&self) -> Result<()> {
        [User::NAME, PermissionSet::NAME].into_iter().try_for_each(|name| {
            let (_, plan) = self.entity(name)?;
            let fields = ["objects", "fields", "permission_sets", "profile"];
            match fields.into_iter().all(|field| plan.can_read(field)) {
                true => plan.require(Action::Read),
                false => Err(Error::denied(Action::Read.as_str(), name)),
            }
        })
    }

    /// What decides over a record.
    pub(crate) fn facts(&mut self, entity: &EntityType, row: &Row) -> Result<Facts> {
        facts(self.tx, &self.tenant, entity, row, MAX_ABOVE)
    }

    fn explain(&mut self, user: Id, entity: &EntityType, row: &Row, field: Option<&str>) -> Result<AccessExplanation> {
        let facts = self.facts(entity, row)?;
        let tenant = self.tenant.clone();
        let (model, schema) = (&tenant.model, &tenant.schema);
        let level = model.level(user, entity, schema, &facts);
        let mut reasons = model.reasons(user, entity, schema, &facts);
        self.name_teams(&mut reasons)?;
        let rights = model.right_reasons(user, entity);
        let reads = rights.iter().any(|right| right.right == "read" && right.held);
        let level = level.filter(|_| reads);
        let remedies = if level.is_none() { model.remedies(user, entity, &facts) } else { Vec::new() };
        let field = match field {
            None => None,
            Some(name) => {
                let (_, own) = self.opened(entity.name, row.id)?;
                own.readable_field(schema, entity, name)?;
                let plan = tenant.plan(user, entity);
                let plan = plan.opened(&facts.grants).map_or(plan, Arc::new);
                let found = schema.field(entity, name).ok_or_else(|| unknown_field(name).into_invalid())?;
                let access = plan.field_within(&found.spec);
                Some(model.field_reason(user, entity, name, access, &facts.grants))
            }
        };
        let (entity, record) = (entity.name.to_owned(), row.id);
        Ok(AccessExplanation { user, entity, record, level, reasons, rights, field, remedies })
    }

    /// Grants are told as shares until it is known which of them come from a team.
    fn name_teams(&mut self, reasons: &mut [AccessReason]) -> Result<()> {
        let teams = self.tenant.schema.entity(TeamMember::NAME)?.clone();
        let system = self.tenant.system_plan(&teams, SystemReason::Invariant);
        for reason in reasons.iter_mut().filter(|reason| reason.cause == AccessCause::Share) {
            let Some(id) = reason.id else { continue };
            if self.tx.get(&system.check_get_any(id)?)?.is_some() {
                reason.cause = AccessCause::Team;
            }
        }
        Ok(())
    }

    fn who_can(&mut self, entity: &EntityType, row: &Row) -> Result<Vec<UserAccess>> {
        let facts = self.facts(entity, row)?;
        let tenant = self.tenant.clone();
        let (model, schema) = (&tenant.model, &tenant.schema);
        let mut users: Vec<Id> = model.users().map(|user| user.id).collect();
        users.sort_unstable();
        let mut found = Vec::new();
        for user in users {
            let plan: Arc<AccessPlan> = tenant.plan(user, entity);
            let Some(shared) = model.level(user, entity, schema, &facts).filter(|_| plan.allows(Action::Read)) else {
                continue;
            };
            let by_right = if plan.allows(Action::Delete) {
                AccessLevel::Full
            } else if plan.allows(Action::Edit) {
                AccessLevel::Edit
            } else {
                AccessLevel::Read
            };
            let mut reasons = model.reasons(user, entity, schema, &facts);
            self.name_teams(&mut reasons)?;
            found.push(UserAccess { user, level: shared.min(by_right), reasons });
        }
        Ok(found)
    }
}

/// What decides over a record: owner, grants, and the same of the record above.
pub(crate) fn facts(
    tx: &mut dyn crate::store::ReadTx,
    tenant: &crate::engine::Tenant,
    entity: &EntityType,
    row: &Row,
    depth: usize,
) -> Result<Facts> {
    let grants = tx.grants(tenant.id, entity.name, row.id)?;
    let mut facts = Facts { id: row.id, owner: row.owner, grants, above: None };
    let Some((field, above)) = entity.seen_with(&tenant.schema).filter(|_| depth > 0) else { return Ok(facts) };
    if let FieldValue::Reference(id) = field.value(row) {
        let target = tenant.schema.entity(above)?;
        let system = tenant.system_plan(target, SystemReason::Invariant);
        let found = tx.get(&system.check_get_any(id)?)?;
        let found = found.map(|row| self::facts(tx, tenant, target, &row, depth.saturating_sub(1))).transpose()?;
        facts.above = Some(found.map(Box::new));
    }
    Ok(facts)
}

/// Whether two formulas show the same whatever the records are.
pub(crate) fn same_formula(a: &Visibility, b: &Visibility) -> bool {
    match (a, b) {
        (Visibility::All, Visibility::All) => true,
        (Visibility::Scope(a), Visibility::Scope(b)) => {
            let above = match (&a.above, &b.above) {
                (None, None) => true,
                (Some(a), Some(b)) => a.entity == b.entity && same_formula(&a.visibility, &b.visibility),
                _ => false,
            };
            above
                && a.everything == b.everything
                && a.owners == b.owners
                && a.principals == b.principals
                && a.denied == b.denied
        }
        _ => false,
    }
}
