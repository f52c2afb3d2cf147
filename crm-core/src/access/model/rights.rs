//! What a user may do with entities and fields: the union of his sets, below what they deny and limit.

use std::collections::{BTreeSet, HashMap};

use super::AccessModel;
use crate::access::{ANY_ENTITY, FieldAccess, FieldRight, ObjectRight, PermissionSet};
use crate::value::Id;

/// The rights on one entity, joined over the profile and the permission sets of a user.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct JoinedRights {
    pub(crate) object: ObjectRight,
    /// Only fields that some set lists.
    pub(crate) fields: HashMap<String, FieldAccess>,
    /// The most that may be done with a field, where a set says so.
    pub(crate) limits: HashMap<String, FieldAccess>,
}

impl AccessModel {
    /// The profile and the permission sets of a user.
    pub(crate) fn sets_of(&self, user: Id) -> Vec<&PermissionSet> {
        let Some(user) = self.user(user) else { return Vec::new() };
        let named = user.profile.iter().chain(&user.permission_sets).collect::<BTreeSet<_>>();
        named.into_iter().filter_map(|id| self.configuration.sets.get(id)).map(AsRef::as_ref).collect()
    }

    /// The rights of a user on an entity; none for one who does not work today.
    pub(crate) fn rights(&self, user: Id, entity: &str) -> JoinedRights {
        if !self.is_active(user) {
            return JoinedRights::default();
        }
        joined(&self.sets_of(user), entity)
    }
}

/// The rights that several sets give together.
fn joined(sets: &[&PermissionSet], entity: &str) -> JoinedRights {
    let mut joined = JoinedRights::default();
    let given: Vec<(&PermissionSet, ObjectRight)> =
        sets.iter().map(|set| (*set, object_right(&set.objects, entity))).collect();
    joined.object = given.iter().fold(ObjectRight::default(), |all, (_, right)| with_each(&all, right, |a, b| a || b));
    for set in sets {
        joined.object = with_each(&joined.object, &object_right(&set.denied, entity), |given, denied| given && !denied);
    }
    let of_entity = |rights: &'static str| -> BTreeSet<&str> {
        let lists = sets.iter().flat_map(|set| if rights == "limits" { &set.limits } else { &set.fields });
        lists.filter(|right| right.entity == entity).map(|right| right.field.as_str()).collect()
    };
    for field in of_entity("fields") {
        let access = given.iter().map(|(set, object)| field_right(&set.fields, object, entity, field)).max();
        joined.fields.insert(field.to_owned(), access.unwrap_or_default());
    }
    for field in of_entity("limits") {
        let limits = sets.iter().filter_map(|set| said(&set.limits, entity, field)).min();
        joined.limits.extend(limits.map(|most| (field.to_owned(), most)));
    }
    joined
}

impl JoinedRights {
    /// What was said of a field, up to its limit; nothing if nothing was said.
    pub(crate) fn field_within(&self, name: &str) -> Option<FieldAccess> {
        let limit = self.limits.get(name).copied();
        match self.fields.get(name) {
            Some(given) => Some(limit.map_or(*given, |most| most.min(*given))),
            None => limit,
        }
    }
}

/// What the right on an entity gives on a field of which nothing is said.
pub(crate) const fn capped_field(object: &ObjectRight) -> FieldAccess {
    match (object.create || object.edit, object.read) {
        (true, _) => FieldAccess::Write,
        (false, true) => FieldAccess::Read,
        (false, false) => FieldAccess::Hidden,
    }
}

/// What a list of rights says of an entity.
pub(crate) fn object_right(rights: &[ObjectRight], entity: &str) -> ObjectRight {
    let fitting = rights.iter().filter(|right| right.entity == entity || right.entity == ANY_ENTITY);
    fitting.fold(ObjectRight::default(), |joined, right| with_each(&joined, right, |a, b| a || b))
}

fn with_each(a: &ObjectRight, b: &ObjectRight, join: fn(bool, bool) -> bool) -> ObjectRight {
    ObjectRight {
        entity: String::new(),
        read: join(a.read, b.read),
        create: join(a.create, b.create),
        edit: join(a.edit, b.edit),
        delete: join(a.delete, b.delete),
        transfer: join(a.transfer, b.transfer),
        merge: join(a.merge, b.merge),
        export: join(a.export, b.export),
        approve: join(a.approve, b.approve),
        view_all: join(a.view_all, b.view_all),
        edit_all: join(a.edit_all, b.edit_all),
    }
}

fn said(rights: &[FieldRight], entity: &str, field: &str) -> Option<FieldAccess> {
    rights.iter().filter(|right| right.entity == entity && right.field == field).map(|right| right.access).max()
}

/// What one set allows on one field: what it says, or what it allows on the entity.
pub(crate) fn field_right(rights: &[FieldRight], object: &ObjectRight, entity: &str, field: &str) -> FieldAccess {
    said(rights, entity, field).unwrap_or_else(|| capped_field(object))
}
