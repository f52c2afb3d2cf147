//! What a change of a record changes in its grants: those that rules write on it and, where the record is a share or a
//! team member, the one that it is itself.

use std::sync::Arc;

use super::visibility::{GrantRule, Granted};
use super::{AccessLevel, Grant, PrincipalRef, RecordGrant, RecordShare, TeamMember};
use crate::query::matches;
use crate::schema::{Entity as _, EntityType, Registry, Row};
use crate::value::{FieldValue, Id};

/// The grants that no longer hold, and those that hold from now on.
pub(super) fn changed_grants(
    entity: &EntityType,
    (registry, rules): (&Registry, &[Arc<GrantRule>]),
    before: Option<&Row>,
    after: &Row,
) -> (Vec<RecordGrant>, Vec<RecordGrant>) {
    let own = [TeamMember::NAME, RecordShare::NAME].contains(&entity.name);
    if rules.is_empty() && !own {
        return (Vec::new(), Vec::new());
    }
    let grants = |row: &Row| -> Vec<RecordGrant> {
        let by_rules = rules.iter().filter_map(|rule| rule.written_on(row));
        by_rules.chain(of_record(entity, registry, row)).collect()
    };
    let (old, new) = (before.map(grants).unwrap_or_default(), grants(after));
    let key = |one: &RecordGrant| (one.entity, one.record, one.grant.principal, one.grant.cause);
    let kept: std::collections::HashSet<_> = new.iter().map(key).collect();
    let gone = old.iter().filter(|grant| !kept.contains(&key(grant))).cloned().collect();
    let come = new.into_iter().filter(|grant| !old.contains(grant)).collect();
    (gone, come)
}

impl GrantRule {
    /// What the rule writes on a record.
    pub(crate) fn written_on(&self, row: &Row) -> Option<RecordGrant> {
        if self.condition.as_ref().is_some_and(|condition| !matches(condition, row)) {
            return None;
        }
        let principal = match &self.to {
            Granted::Principal(id) => *id,
            Granted::Named(field) => match field.value(row) {
                FieldValue::Reference(id) => id,
                _ => return None,
            },
        };
        Some(granted(self.entity, row.id, principal, self.cause, self.level))
    }
}

const fn granted(
    entity: &'static str,
    record: Id,
    principal: Id,
    cause: Id,
    level: Option<AccessLevel>,
) -> RecordGrant {
    let grant = Grant { principal, cause, level, from: None, until: None, fields: Vec::new() };
    RecordGrant { entity, record, grant }
}

/// What a team member or a share is to its record. One that is deleted is nothing.
fn of_record(entity: &EntityType, registry: &Registry, row: &Row) -> Option<RecordGrant> {
    if row.deleted {
        return None;
    }
    match entity.name {
        TeamMember::NAME => {
            let member = TeamMember::from_row(row.clone()).ok()?;
            let level = Some(member.access.unwrap_or_default());
            let target = registry.get(&member.entity)?.name;
            let mut found = granted(target, member.record, member.user, row.id, level);
            (found.grant.from, found.grant.until) = (member.valid_from, member.valid_until);
            found.grant.fields = member.fields;
            Some(found)
        }
        RecordShare::NAME => {
            let share = RecordShare::from_row(row.clone()).ok()?;
            let level = Some(share.access.unwrap_or_default());
            let target = registry.get(&share.entity)?.name;
            let mut found = granted(target, share.record, PrincipalRef::key(&share.grantee), row.id, level);
            found.grant.until = share.valid_until;
            Some(found)
        }
        _ => None,
    }
}
