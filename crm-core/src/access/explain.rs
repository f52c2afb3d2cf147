//! Why somebody may do something with a record, or may not, and what would give it.

use std::collections::BTreeSet;

use super::model::{AccessModel, field_right, object_right};
use super::visibility::{Grant, Visibility};
use super::{
    AccessLevel, DefaultAccess, FieldAccess, ObjectRight, PermissionSet, PrincipalKind, PrincipalRef, SharingRuleKind,
};
use crate::schema::{EntityType, Sharing, TenantSchema};
use crate::value::{Date, Id};

value_enum! {
    /// Through what somebody has a record.
    #[derive(Default)]
    pub enum AccessCause {
        /// He owns it.
        #[default]
        Owner = "owner",
        /// He works on a queue that owns it.
        Queue = "queue",
        /// He stands above in the role hierarchy.
        Hierarchy = "hierarchy",
        /// A permission set lets him see or have every record of the entity.
        EveryRecord = "every_record",
        /// The org-wide default of the entity.
        Default = "default",
        /// A sharing rule by owner.
        OwnerRule = "owner_rule",
        /// A sharing rule by criteria.
        CriteriaRule = "criteria_rule",
        /// A sharing rule by a field that names him.
        FieldRule = "field_rule",
        /// A territory.
        Territory = "territory",
        /// A team.
        Team = "team",
        /// A share by hand.
        Share = "share",
        /// A rule that denies.
        Denial = "denial",
    }
}

value_struct! {
    /// One way in which somebody has a record.
    #[derive(Default)]
    pub struct AccessReason {
        required {
            /// Through what.
            pub cause: AccessCause,
        }
        optional {
            /// How much; nothing for a denial.
            pub level: Option<AccessLevel>,
            /// The rule, share, team member, territory, queue or permission set.
            pub id: Option<Id>,
            /// Its name, where it has one.
            pub name: Option<String>,
            /// The roles from the one above down to the one through which he has it, by name.
            pub roles: Vec<String>,
            /// The user below through whom he has it.
            pub through: Option<Id>,
            /// To whom it was granted, if to several at once.
            pub grantee: Option<PrincipalRef>,
            /// The last day.
            pub until: Option<Date>,
            /// The record above through which it counts, if the record is seen with another one.
            pub above: Option<Id>,
        }
    }
}

value_struct! {
    /// Which permission sets give or take a right on an entity.
    #[derive(Default)]
    pub struct RightReason {
        required {
            /// The right, for example `read`.
            pub right: String,
            /// Whether the user has it.
            pub held: bool,
        }
        optional {
            /// The sets that give it, by name.
            pub given_by: Vec<String>,
            /// The sets that deny it, by name.
            pub denied_by: Vec<String>,
        }
    }
}

value_struct! {
    /// What somebody may do with one field of a record, and why.
    #[derive(Default)]
    pub struct FieldReason {
        required {
            /// The field.
            pub field: String,
            /// What he may do with it.
            pub access: FieldAccess,
        }
        optional {
            /// The sets that give so much, by name.
            pub given_by: Vec<String>,
            /// The sets that limit it, by name.
            pub limited_by: Vec<String>,
            /// The team memberships that open it on this record.
            pub opened_by: Vec<Id>,
        }
    }
}

value_struct! {
    /// What would give somebody a record that he does not have.
    #[derive(Default)]
    pub struct AccessRemedy {
        required {
            /// Through what he would have it.
            pub cause: AccessCause,
            /// How much.
            pub level: AccessLevel,
        }
        optional {
            /// The rule or territory that has the record already and does not name him.
            pub id: Option<Id>,
            /// Its name.
            pub name: Option<String>,
            /// The right on the entity that is missing, for example `read`.
            pub right: Option<String>,
        }
    }
}

value_struct! {
    /// Why a user may do something with a record, or may not.
    #[derive(Default)]
    pub struct AccessExplanation {
        required {
            /// The user.
            pub user: Id,
            /// The entity.
            pub entity: String,
            /// The record.
            pub record: Id,
        }
        optional {
            /// How much of the record he has by its sharing; nothing if he does not see it.
            pub level: Option<AccessLevel>,
            /// Every way in which he has it, and every denial.
            pub reasons: Vec<AccessReason>,
            /// The rights on the entity.
            pub rights: Vec<RightReason>,
            /// The field that was asked for.
            pub field: Option<FieldReason>,
            /// What would give it, if he does not see it.
            pub remedies: Vec<AccessRemedy>,
        }
    }
}

value_struct! {
    /// A user who sees a record.
    #[derive(Default)]
    pub struct UserAccess {
        required {
            /// The user.
            pub user: Id,
            /// How much he has, by sharing and rights.
            pub level: AccessLevel,
        }
        optional {
            /// Every way in which he has it.
            pub reasons: Vec<AccessReason>,
        }
    }
}

/// What decides over a record: its owner, its grants and the record above.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) id: Id,
    pub(crate) owner: Option<Id>,
    pub(crate) grants: Vec<Grant>,
    /// Nothing if there is no reference to a record above; `Some(None)` if it points to nothing.
    pub(crate) above: Option<Option<Box<Self>>>,
}

impl Visibility {
    /// Whether a record is seen: what the stores answer, as plain code.
    pub(crate) fn allows(&self, facts: &Facts) -> bool {
        let Self::Scope(scope) = self else { return true };
        if scope.denies(&facts.grants) {
            return false;
        }
        match (&scope.above, &facts.above) {
            (Some(above), Some(record)) => record.as_ref().is_some_and(|record| above.visibility.allows(record)),
            _ => scope.shows(facts.owner, &facts.grants),
        }
    }
}

/// Whether a user is one of those to whom something was granted.
type Whom<'a> = Box<dyn Fn(Id) -> bool + 'a>;

impl AccessModel {
    /// How much of a record a user has by its sharing.
    pub(crate) fn level(
        &self,
        user: Id,
        entity: &EntityType,
        schema: &TenantSchema,
        facts: &Facts,
    ) -> Option<AccessLevel> {
        let levels = AccessLevel::ALL.iter().rev().copied();
        levels.into_iter().find(|level| self.visibility(user, entity, *level, schema).allows(facts))
    }

    /// Every way in which a user has a record, and every denial.
    pub(crate) fn reasons(
        &self,
        user: Id,
        entity: &EntityType,
        schema: &TenantSchema,
        facts: &Facts,
    ) -> Vec<AccessReason> {
        let mut found = self.denials(user, entity, facts);
        found.extend(self.every_record(user, entity));
        let controlled = entity.part_of.is_some() || self.default_access(entity) == DefaultAccess::ControlledByParent;
        let target = entity.seen_with(schema).and_then(|(_, above)| schema.registry.get(above));
        if let (true, Some(target), Some(above)) = (controlled, target, &facts.above) {
            if let Some(record) = above {
                let reasons = self.reasons(user, target, schema, record).into_iter();
                found.extend(reasons.map(|reason| AccessReason { above: reason.above.or(Some(record.id)), ..reason }));
            }
            return found;
        }
        found.extend(self.by_owner(user, entity, facts.owner));
        found.extend(facts.grants.iter().filter_map(|grant| self.by_grant(user, entity, grant)));
        found
    }

    fn denials(&self, user: Id, entity: &EntityType, facts: &Facts) -> Vec<AccessReason> {
        let hits = |rule: Id| facts.grants.iter().any(|grant| grant.cause == rule && grant.level.is_none());
        let held = self.held(entity.name).iter().filter(|held| held.targets.contains(&user) && hits(held.rule.id));
        let denial = |held: &super::model::Held| AccessReason {
            cause: AccessCause::Denial,
            id: Some(held.rule.id),
            name: Some(held.rule.name.clone()),
            until: held.rule.valid_until,
            ..AccessReason::default()
        };
        held.filter(|held| held.rule.level().is_none()).map(denial).collect()
    }

    /// Permission sets and defaults that leave owner and grants aside.
    fn every_record(&self, user: Id, entity: &EntityType) -> Vec<AccessReason> {
        let name = entity.part_of.unwrap_or(entity.name);
        let rights = self.rights(user, name).object;
        let mut found = Vec::new();
        for set in self.sets_of(user) {
            let given = object_right(&set.objects, name);
            let level = match (given.edit_all && rights.edit_all, given.view_all && rights.view_all) {
                (true, _) => AccessLevel::Full,
                (false, true) => AccessLevel::Read,
                (false, false) => continue,
            };
            let (id, name) = (Some(set.id), Some(set.name.clone()));
            found.push(AccessReason {
                cause: AccessCause::EveryRecord,
                level: Some(level),
                id,
                name,
                ..AccessReason::default()
            });
        }
        let has_default = self.default_of.contains_key(entity.name);
        let level = match self.default_access(entity) {
            _ if entity.sharing == Sharing::Public && !has_default => Some(AccessLevel::Full),
            DefaultAccess::Read => Some(AccessLevel::Read),
            DefaultAccess::ReadWrite => Some(AccessLevel::Edit),
            DefaultAccess::Private | DefaultAccess::ControlledByParent => None,
        };
        found.extend(level.map(|level| AccessReason {
            cause: AccessCause::Default,
            level: Some(level),
            ..AccessReason::default()
        }));
        found
    }

    fn with_hierarchy(&self, entity: &EntityType) -> bool {
        !self.default_of.get(entity.name).is_some_and(|default| default.without_hierarchy)
    }

    fn role_names(&self, upper: Id, lower: Id) -> Vec<String> {
        let names = |id: &Id| self.configuration().roles.get(id).map(|role| role.name.clone());
        self.role_chain(upper, lower).unwrap_or_default().iter().filter_map(names).collect()
    }

    /// The user himself or somebody below whom `fits`.
    fn through(&self, user: Id, entity: &EntityType, fits: impl Fn(Id) -> bool) -> Option<(Option<Id>, Vec<String>)> {
        if fits(user) {
            return Some((None, Vec::new()));
        }
        let reach = self.reach(user, self.with_hierarchy(entity));
        let below = reach.people.iter().copied().find(|id| fits(*id))?;
        Some((Some(below), self.role_names(user, below)))
    }

    fn by_owner(&self, user: Id, entity: &EntityType, owner: Option<Id>) -> Vec<AccessReason> {
        let Some(owner) = owner else { return Vec::new() };
        let mut found = Vec::new();
        let own = |cause, id, through, roles| AccessReason {
            cause,
            level: Some(AccessLevel::Full),
            id,
            through,
            roles,
            ..AccessReason::default()
        };
        let works_on = |id: Id| self.queues_of.get(&id).is_some_and(|queues| queues.contains(&owner));
        match self.through(user, entity, |id| id == owner) {
            Some((None, _)) => found.push(own(AccessCause::Owner, None, None, Vec::new())),
            Some((through, roles)) => found.push(own(AccessCause::Hierarchy, None, through, roles)),
            None => {}
        }
        if let Some((through, roles)) = self.through(user, entity, works_on) {
            found.push(own(AccessCause::Queue, Some(owner), through, roles));
        }
        for held in self.held(entity.name) {
            if held.rule.kind != SharingRuleKind::Owner || !held.sources.contains(&owner) {
                continue;
            }
            if let Some((through, roles)) = self.through(user, entity, |id| held.targets.contains(&id)) {
                found.push(AccessReason {
                    cause: AccessCause::OwnerRule,
                    level: held.rule.level(),
                    id: Some(held.rule.id),
                    name: Some(held.rule.name.clone()),
                    through,
                    roles,
                    until: held.rule.valid_until,
                    ..AccessReason::default()
                });
            }
        }
        found
    }

    fn by_grant(&self, user: Id, entity: &EntityType, grant: &Grant) -> Option<AccessReason> {
        let level = Some(grant.level?);
        if !grant.holds_on(self.today()) {
            return None;
        }
        let configuration = self.configuration();
        let (cause, name, who): (AccessCause, Option<String>, Whom<'_>) =
            if let Some(rule) = configuration.rules.get(&grant.cause) {
                match rule.kind {
                    SharingRuleKind::Criteria => {
                        let held = self.held(entity.name).iter().find(|held| held.rule.id == rule.id)?;
                        (AccessCause::CriteriaRule, Some(rule.name.clone()), Box::new(|id| held.targets.contains(&id)))
                    }
                    _ => (AccessCause::FieldRule, Some(rule.name.clone()), self.has_key(grant.principal)),
                }
            } else if let Some(territory) = configuration.territories.get(&grant.cause) {
                (AccessCause::Territory, Some(territory.name.clone()), self.has_key(grant.principal))
            } else {
                // Whether it is one of a team is known to whoever has the records.
                (AccessCause::Share, None, self.has_key(grant.principal))
            };
        let (through, roles) = self.through(user, entity, who)?;
        let (id, until) = (Some(grant.cause), grant.until);
        let grantee = self.grantee(grant.principal);
        Some(AccessReason { cause, level, id, name, roles, through, grantee, until, above: None })
    }

    fn has_key(&self, key: Id) -> Whom<'_> {
        Box::new(move |id| id == key || self.keys_of.get(&id).is_some_and(|keys| keys.contains(&key)))
    }

    /// What a key stands for, if it stands for several users.
    fn grantee(&self, key: Id) -> Option<PrincipalRef> {
        let known = self.configuration();
        let kinds = PrincipalKind::ALL.iter().copied().filter(|kind| *kind != PrincipalKind::User);
        kinds.into_iter().find_map(|kind| {
            let ids: Vec<Id> = match kind {
                PrincipalKind::Role | PrincipalKind::RoleAndBelow => known.roles.keys().copied().collect(),
                PrincipalKind::Unit | PrincipalKind::UnitAndBelow => known.units.keys().copied().collect(),
                PrincipalKind::Group => known.groups.keys().copied().collect(),
                PrincipalKind::Territory => known.territories.keys().copied().collect(),
                PrincipalKind::Everybody => vec![Id::NIL],
                PrincipalKind::User => Vec::new(),
            };
            ids.into_iter().map(|id| PrincipalRef::of(kind, id)).find(|principal| principal.key() == key)
        })
    }

    /// Which sets give and deny each right on an entity.
    pub(crate) fn right_reasons(&self, user: Id, entity: &EntityType) -> Vec<RightReason> {
        let name = entity.part_of.unwrap_or(entity.name);
        let sets = self.sets_of(user);
        let held = flags(&self.rights(user, name).object);
        let named = |has: &dyn Fn(&PermissionSet) -> bool| -> Vec<String> {
            sets.iter().filter(|set| has(set)).map(|set| set.name.clone()).collect()
        };
        let reason = |(right, held): (&'static str, bool)| {
            let of = |rights: &[ObjectRight]| flags(&object_right(rights, name)).contains(&(right, true));
            RightReason {
                right: right.to_owned(),
                held,
                given_by: named(&|set| of(&set.objects)),
                denied_by: named(&|set| of(&set.denied)),
            }
        };
        held.into_iter().map(reason).collect()
    }

    /// What a user may do with a field of a record, and why.
    pub(crate) fn field_reason(
        &self,
        user: Id,
        entity: &EntityType,
        field: &str,
        access: FieldAccess,
        grants: &[Grant],
    ) -> FieldReason {
        let name = entity.part_of.unwrap_or(entity.name);
        let (mut given_by, mut limited_by) = (Vec::new(), Vec::new());
        for set in self.sets_of(user) {
            let given = field_right(&set.fields, &object_right(&set.objects, name), name, field);
            if given >= access && given > FieldAccess::Hidden {
                given_by.push(set.name.clone());
            }
            if set.limits.iter().any(|limit| limit.entity == name && limit.field == field) {
                limited_by.push(set.name.clone());
            }
        }
        let opens = |grant: &&Grant| {
            grant.principal == user && grant.holds_on(self.today()) && grant.fields.iter().any(|open| open == field)
        };
        let opened_by: BTreeSet<Id> = grants.iter().filter(opens).map(|grant| grant.cause).collect();
        let opened_by = opened_by.into_iter().collect();
        FieldReason { field: field.to_owned(), access, given_by, limited_by, opened_by }
    }

    /// What would give a user a record that he does not see.
    pub(crate) fn remedies(&self, user: Id, entity: &EntityType, facts: &Facts) -> Vec<AccessRemedy> {
        let remedy = |cause, level, id, name: Option<&String>| AccessRemedy {
            cause,
            level,
            id,
            name: name.cloned(),
            right: None,
        };
        let mut found = Vec::new();
        if !self.rights(user, entity.part_of.unwrap_or(entity.name)).object.read {
            let right = Some("read".to_owned());
            found.push(AccessRemedy { right, ..remedy(AccessCause::EveryRecord, AccessLevel::Read, None, None) });
        }
        for grant in &facts.grants {
            let Some(level) = grant.level.filter(|_| grant.holds_on(self.today())) else { continue };
            if let Some(rule) = self.configuration().rules.get(&grant.cause) {
                if rule.kind == SharingRuleKind::Criteria {
                    found.push(remedy(AccessCause::CriteriaRule, level, Some(rule.id), Some(&rule.name)));
                }
            } else if let Some(node) = self.configuration().territories.get(&grant.cause) {
                found.push(remedy(AccessCause::Territory, level, Some(node.id), Some(&node.name)));
            }
        }
        let owner = facts.owner;
        for held in self.held(entity.name).iter().filter(|held| held.rule.kind == SharingRuleKind::Owner) {
            if let Some(level) = held.rule.level().filter(|_| owner.is_some_and(|owner| held.sources.contains(&owner)))
            {
                found.push(remedy(AccessCause::OwnerRule, level, Some(held.rule.id), Some(&held.rule.name)));
            }
        }
        found.push(remedy(AccessCause::Team, AccessLevel::Read, None, None));
        found.push(remedy(AccessCause::Share, AccessLevel::Read, None, None));
        found
    }
}

/// The rights by name.
pub(crate) fn flags(right: &ObjectRight) -> [(&'static str, bool); 10] {
    [
        ("read", right.read),
        ("create", right.create),
        ("edit", right.edit),
        ("delete", right.delete),
        ("transfer", right.transfer),
        ("merge", right.merge),
        ("export", right.export),
        ("approve", right.approve),
        ("view_all", right.view_all),
        ("edit_all", right.edit_all),
    ]
}
