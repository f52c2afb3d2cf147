//! What a user sees of an entity: the formula that the stores evaluate.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use super::AccessModel;
use crate::access::visibility::{Above, Scope, Visibility};
use crate::access::{AccessLevel, DefaultAccess, SharingRule, SharingRuleKind};
use crate::schema::{EntityType, FieldKind, FieldRef, MergePolicy, Sharing, TenantSchema};
use crate::value::Id;

/// A sharing rule that holds today, with the users whom it names.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) rule: Arc<SharingRule>,
    pub(crate) targets: BTreeSet<Id>,
    pub(crate) sources: BTreeSet<Id>,
}

/// For whom a user stands: himself and, through the hierarchy, those below.
#[derive(Debug)]
pub(crate) struct Reach {
    /// The user and those below.
    pub(crate) people: BTreeSet<Id>,
    /// They and their queues.
    pub(crate) owners: Arc<[Id]>,
    /// The keys under which they get grants.
    pub(crate) principals: Arc<[Id]>,
}

impl EntityType {
    /// The reference to the record with which records of this entity are seen, if they are parts or can be controlled
    /// by their parent.
    pub(crate) fn seen_with(&self, schema: &TenantSchema) -> Option<(FieldRef, &'static str)> {
        let target = |field: FieldRef| match &field.spec.kind {
            FieldKind::Reference { to, .. } => schema.registry.get(to).map(|above| (field.clone(), above.name)),
            _ => None,
        };
        if let Some(whole) = self.part_of {
            let joins = |field: &FieldRef| matches!(&field.spec.kind, FieldKind::Reference { to, merge: MergePolicy::Join } if to == whole);
            return (0..self.fields.len()).filter_map(|column| self.column(column)).find(joins).and_then(target);
        }
        self.controlled_by.and_then(|name| self.field(name)).and_then(target)
    }
}

impl AccessModel {
    /// For whom a user stands.
    pub(crate) fn reach(&self, user: Id, with_hierarchy: bool) -> Arc<Reach> {
        let key = (user, with_hierarchy);
        if let Some(found) = self.reaches.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return found.clone();
        }
        let people: BTreeSet<Id> = if with_hierarchy {
            self.user_and_subordinates(user).into_iter().collect()
        } else {
            BTreeSet::from([user])
        };
        let queues = people.iter().filter_map(|id| self.queues_of.get(id)).flatten();
        let owners: BTreeSet<Id> = people.iter().chain(queues).copied().collect();
        let keys = people.iter().filter_map(|id| self.keys_of.get(id)).flatten();
        let principals: BTreeSet<Id> = people.iter().chain(keys).copied().collect();
        let reach = Reach { people, owners: sorted(owners), principals: sorted(principals) };
        let reach = Arc::new(reach);
        self.reaches.write().unwrap_or_else(PoisonError::into_inner).insert(key, reach.clone());
        reach
    }

    /// The rules on an entity that hold today.
    pub(crate) fn held(&self, entity: &str) -> &[Held] {
        self.held.get(entity).map_or(&[], Vec::as_slice)
    }

    /// Who sees the records of an entity before anything is shared.
    #[must_use]
    pub(crate) fn default_access(&self, entity: &EntityType) -> DefaultAccess {
        self.default_of.get(entity.name).map_or_else(|| declared(entity), |default| default.access)
    }

    /// Which records of an entity a user sees at a level. The right to read the entity is another question.
    pub(crate) fn visibility(
        &self,
        user: Id,
        entity: &EntityType,
        level: AccessLevel,
        schema: &TenantSchema,
    ) -> Visibility {
        let key = (user, entity.name, level);
        if let Some(found) = self.visibilities.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return found.clone();
        }
        let made = self.make_visibility(user, entity, level, schema);
        self.visibilities.write().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
        made
    }

    fn make_visibility(&self, user: Id, entity: &EntityType, level: AccessLevel, schema: &TenantSchema) -> Visibility {
        let denied = self.denied(user, entity);
        let everything = self.sees_everything(user, entity, level);
        if everything && denied.is_empty() {
            return Visibility::All;
        }
        let above = if everything { None } else { self.above(user, entity, level, schema) };
        if entity.part_of.is_some() && matches!(&above, Some(Above { visibility: Visibility::All, .. })) {
            return Visibility::All;
        }
        let with_hierarchy = !self.default_of.get(entity.name).is_some_and(|default| default.without_hierarchy);
        let reach = self.reach(user, with_hierarchy);
        let (mut owners, mut principals) = (Vec::new(), Vec::new());
        for held in self.held(entity.name).iter().filter(|held| !held.targets.is_disjoint(&reach.people)) {
            match held.rule.kind {
                SharingRuleKind::Owner if held.rule.level().is_some_and(|given| given >= level) => {
                    owners.extend(&held.sources);
                }
                SharingRuleKind::Criteria => principals.push(held.rule.id),
                _ => {}
            }
        }
        Visibility::Scope(Arc::new(Scope {
            user,
            level,
            today: self.today(),
            everything,
            owners: joined(&reach.owners, owners),
            principals: joined(&reach.principals, principals),
            denied: denied.into(),
            above,
        }))
    }

    /// Whether owner and grants do not matter to somebody.
    fn sees_everything(&self, user: Id, entity: &EntityType, level: AccessLevel) -> bool {
        let rights = self.rights(user, entity.part_of.unwrap_or(entity.name)).object;
        let by_right = rights.edit_all || (rights.view_all && level == AccessLevel::Read);
        // What is declared public is as everybody's own, as long as no default says something else.
        let open = entity.sharing == Sharing::Public && !self.default_of.contains_key(entity.name);
        let by_default = match self.default_access(entity) {
            DefaultAccess::Private | DefaultAccess::ControlledByParent => false,
            DefaultAccess::Read => level == AccessLevel::Read,
            DefaultAccess::ReadWrite => level <= AccessLevel::Edit,
        };
        by_right || by_default || open
    }

    /// The denying rules that name the user himself: who stands above is not denied with those below.
    fn denied(&self, user: Id, entity: &EntityType) -> Vec<Id> {
        let denies = |held: &&Held| held.rule.level().is_none() && held.targets.contains(&user);
        self.held(entity.name).iter().filter(denies).map(|held| held.rule.id).collect()
    }

    fn above(&self, user: Id, entity: &EntityType, level: AccessLevel, schema: &TenantSchema) -> Option<Above> {
        let controlled = self.default_access(entity) == DefaultAccess::ControlledByParent;
        if entity.part_of.is_none() && !controlled {
            return None;
        }
        let (field, above) = entity.seen_with(schema)?;
        let visibility = self.visibility(user, schema.registry.get(above)?, level, schema);
        Some(Above { field, entity: above, visibility })
    }
}

/// What the registration of an entity says.
const fn declared(entity: &EntityType) -> DefaultAccess {
    match entity.sharing {
        Sharing::Private => DefaultAccess::Private,
        Sharing::Public => DefaultAccess::ReadWrite,
    }
}

fn sorted(ids: BTreeSet<Id>) -> Arc<[Id]> {
    ids.into_iter().collect()
}

/// The list with some more; shared if there are none.
fn joined(list: &Arc<[Id]>, more: Vec<Id>) -> Arc<[Id]> {
    if more.is_empty() {
        return list.clone();
    }
    list.iter().copied().chain(more).collect::<BTreeSet<_>>().into_iter().collect()
}
