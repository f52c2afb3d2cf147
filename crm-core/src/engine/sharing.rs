//! How much of a record the caller has, who may share what, and what a change of rules writes on records.

use std::collections::HashMap;
use std::sync::Arc;

use super::pipeline::Work;
use super::tenant::Tenant;
use crate::access::{
    AccessLevel, AccessPlan, Action, GrantRule, PrincipalKind, PrincipalRef, RecordShare, SharingDefault, SharingRule,
    SystemReason, TeamMember, Territory, Visibility,
};
use crate::room::Author;
use crate::schema::{Entity as _, EntityType, Row};
use crate::store::ReadTx;
use crate::value::error::unknown_field;
use crate::value::{Error, ErrorCode, Id, Problem, Result};

/// The plan for one record: with the fields that a team membership opens to the reader there.
pub(crate) fn opened(
    tx: &mut dyn ReadTx,
    tenant: &Tenant,
    plan: Arc<AccessPlan>,
    row: &Row,
) -> Result<Arc<AccessPlan>> {
    if !plan.can_be_opened() {
        return Ok(plan);
    }
    let grants = tx.grants(tenant.id, plan.entity(), row.id)?;
    Ok(plan.opened(&grants).map_or(plan, Arc::new))
}

impl Work<'_> {
    /// The plan for one record: with the fields that a team membership opens to the caller there.
    pub(super) fn opened(&mut self, plan: Arc<AccessPlan>, row: &Row) -> Result<Arc<AccessPlan>> {
        opened(self.tx, &self.tenant, plan, row)
    }

    /// Refuses a change of a record of which the caller has too little: one that is shared for reading can be seen, not
    /// changed, and one that is shared for changing cannot be deleted.
    ///
    /// # Errors
    /// `Denied`.
    pub(super) fn require_level(&mut self, plan: &AccessPlan, action: Action, row: &Row) -> Result<()> {
        let enough = match plan.visible(action.level()) {
            Visibility::All => true,
            Visibility::Scope(scope) if scope.shows_owned(row.owner) => true,
            Visibility::Scope(_) => self.tx.get(&plan.check_get_for(row.id, action)?)?.is_some(),
        };
        if enough { Ok(()) } else { Err(Error::denied(action.as_str(), plan.entity())) }
    }

    /// Refuses another owner from whoever does not have the record in full, and from whoever gives it to somebody else
    /// without the right to hand over.
    ///
    /// # Errors
    /// `Denied`.
    pub(super) fn require_hand_over(
        &mut self,
        author: Author,
        plan: &AccessPlan,
        before: &Row,
        after: &Row,
    ) -> Result<()> {
        if author != Author::Caller || before.owner == after.owner {
            return Ok(());
        }
        if after.owner != Some(self.session.ctx.user) {
            plan.require(Action::Transfer)?;
        }
        self.require_level(plan, Action::Transfer, before)
    }

    /// What is said of rules, defaults, territories, team members and shares before they are made, changed, deleted or
    /// brought back.
    ///
    /// # Errors
    /// `Denied` for an author who has less than he gives; what is wrong with the record itself.
    pub(super) fn before_sharing(
        &mut self,
        author: Author,
        entity: &EntityType,
        before: Option<&Row>,
        after: Option<&mut Row>,
    ) -> Result<()> {
        if matches!(author, Author::Rule | Author::UndoRule) {
            return Ok(());
        }
        match entity.name {
            SharingRule::NAME | SharingDefault::NAME | Territory::NAME => {
                let rows = [before.cloned(), after.map(|row| row.clone())];
                rows.into_iter().flatten().try_for_each(|row| self.check_sharing_author(entity, row))
            }
            TeamMember::NAME | RecordShare::NAME => {
                let owner = match after.as_deref().or(before) {
                    Some(row) => self.check_shared(entity, row, after.is_some())?,
                    None => None,
                };
                if let Some(row) = after {
                    row.owner = owner;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The author of a rule needs all of the records that it shares, and every field by which it finds them.
    fn check_sharing_author(&self, entity: &EntityType, row: Row) -> Result<()> {
        let (model, author) = (&self.tenant.model, self.session.ctx.user);
        if model.user(author).is_none() {
            return Ok(());
        }
        let check = |name: &str, level: AccessLevel| {
            let shared = self.tenant.schema.entity(name)?;
            model.check_author(author, &self.tenant.schema, shared, level)
        };
        match entity.name {
            SharingRule::NAME => {
                let rule = SharingRule::from_row(row)?;
                check(&rule.entity, rule.level().unwrap_or_default())
            }
            SharingDefault::NAME => check(&SharingDefault::from_row(row)?.entity, AccessLevel::Full),
            _ => {
                let territory = Territory::from_row(row)?;
                let level = territory.access.unwrap_or_default();
                territory.filters(&self.tenant.schema).keys().try_for_each(|name| check(name, level))
            }
        }
    }

    /// A record is shared by whoever has it in full; the share is owned as the record is.
    fn check_shared(&mut self, entity: &EntityType, row: &Row, is_given: bool) -> Result<Option<Id>> {
        let (name, record, fields) = match entity.name {
            TeamMember::NAME => {
                let member = TeamMember::from_row(row.clone())?;
                (member.entity, member.record, member.fields)
            }
            _ => {
                let share = RecordShare::from_row(row.clone())?;
                self.check_grantee(&share.grantee)?;
                (share.entity, share.record, Vec::new())
            }
        };
        let target = self.entity(&name)?;
        if target.part_of.is_some() || super::registry::CONFIGURATION.contains(&target.name) {
            let message = format!("records of `{}` are not shared one by one", target.name);
            return Err(Error::invalid(ErrorCode::NoSuchRight, "entity", message));
        }
        let plan = self.plan(Author::Caller, &target);
        let found = plan.check_get_any(record).ok().map(|get| self.tx.get(&get)).transpose()?.flatten();
        let Some(found) = found.filter(|found| !(is_given && found.deleted)) else {
            let message = format!("`record` points to no {}", target.name);
            return Err(Error::invalid(ErrorCode::UnknownReference, "record", message));
        };
        let full = plan.check_get_for(record, Action::Delete)?;
        if self.tx.get(&full)?.is_none() {
            return Err(Error::denied("share", target.name));
        }
        for (place, field) in fields.iter().enumerate().filter(|_| is_given) {
            let path = format!("fields[{place}]");
            if self.tenant.schema.field(&target, field).is_none_or(|_| !plan.can_read(field) || plan.is_masked(field)) {
                return Err(unknown_field(field).into_invalid().under(&path));
            }
            if !self.tenant.model.team_fields(target.name).contains(field) {
                let message = format!("the default of `{}` lets no team open `{field}`", target.name);
                return Err(Error::invalid(ErrorCode::NoSuchRight, path, message));
            }
        }
        Ok(found.owner)
    }

    fn check_grantee(&self, grantee: &PrincipalRef) -> Result<()> {
        check_principal(&self.tenant, grantee).map_err(|error| error.under("grantee"))
    }

    /// Nobody gives, by a move or a membership, what he does not have.
    pub(super) fn check_widened(&mut self, before: &Tenant) -> Result<()> {
        let (tenant, tx) = (self.tenant.clone(), &mut *self.tx);
        let granted = &mut |entity, principal| tx.is_granted(tenant.id, entity, principal);
        tenant.model.check_widened(&before.model, self.session.ctx.user, &tenant.schema, granted)
    }

    /// Brings the grants on records in line with the rules as they are now.
    pub(super) fn rewrite_grants(&mut self, before: &Tenant) -> Result<()> {
        let rules = |tenant: &Tenant| -> HashMap<(&'static str, Id), Arc<GrantRule>> {
            tenant.model.all_grant_rules().map(|rule| ((rule.entity, rule.cause), rule.clone())).collect()
        };
        let (old, new) = (rules(before), rules(&self.tenant));
        let changed = |rule: &GrantRule, others: &HashMap<(&'static str, Id), Arc<GrantRule>>| {
            others.get(&(rule.entity, rule.cause)).is_none_or(|other| !other.writes_as(rule))
        };
        for (rules, others, apply) in [(&old, &new, false), (&new, &old, true)] {
            let mut moved: Vec<_> = rules.values().filter(|rule| changed(rule, others)).collect();
            moved.sort_by_key(|rule| (rule.entity, rule.cause));
            for rule in moved {
                let entity = self.entity(rule.entity)?;
                let checked = self.tenant.system_plan(&entity, SystemReason::Invariant).check_rule(rule);
                if apply { self.tx.apply_rule(&checked)? } else { self.tx.withdraw_rule(&checked)? }
            }
        }
        Ok(())
    }
}

/// Refuses a principal that stands for nobody.
pub(super) fn check_principal(tenant: &Tenant, principal: &PrincipalRef) -> Result<()> {
    let (known, id) = (tenant.model.configuration(), principal.id);
    let exists = match principal.kind {
        PrincipalKind::User => known.users.contains_key(&id),
        PrincipalKind::Role | PrincipalKind::RoleAndBelow => known.roles.contains_key(&id),
        PrincipalKind::Unit | PrincipalKind::UnitAndBelow => known.units.contains_key(&id),
        PrincipalKind::Group => known.groups.contains_key(&id),
        PrincipalKind::Territory => known.territories.contains_key(&id),
        PrincipalKind::Everybody => id.is_nil(),
    };
    if exists {
        return Ok(());
    }
    let problem = Problem::of_field(ErrorCode::UnknownReference, "id", format!("no such {}", principal.kind));
    Err(problem.into_invalid())
}
