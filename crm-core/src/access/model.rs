//! The rights of all users of a tenant, compiled from users, roles and permission sets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{ANY_ENTITY, ObjectRight, PermissionSet, Role, User};
use crate::value::{Error, ErrorCode, Id, Problem, Result};

/// The deepest role hierarchy.
pub const MAX_ROLE_DEPTH: usize = 32;

/// Users, roles and permission sets of one tenant.
#[derive(Debug, Default)]
pub struct AccessModel {
    users: HashMap<Id, User>,
    roles: HashMap<Id, Role>,
    sets: HashMap<Id, PermissionSet>,
    /// Users by role.
    members: BTreeMap<Id, BTreeSet<Id>>,
    /// Roles by the role above.
    below: BTreeMap<Id, BTreeSet<Id>>,
}

/// The rights on one entity, joined over the permission sets of a user.
#[derive(Debug, Default, Clone)]
pub(super) struct JoinedRights {
    pub(super) object: ObjectRight,
    /// Field: may be read, may be written. Only fields that some set lists.
    pub(super) fields: HashMap<String, (bool, bool)>,
}

impl AccessModel {
    /// Compiles the model.
    #[must_use]
    pub fn new(users: Vec<User>, roles: Vec<Role>, sets: Vec<PermissionSet>) -> Self {
        let mut model = Self::default();
        for role in &roles {
            if let Some(parent) = role.parent {
                model.below.entry(parent).or_default().insert(role.id);
            }
        }
        model.roles = roles.into_iter().map(|role| (role.id, role)).collect();
        model.sets = sets.into_iter().map(|set| (set.id, set)).collect();
        for user in users {
            model.put_user(user);
        }
        model
    }

    /// Adds a user, or puts the user in the place of the former one.
    pub(crate) fn put_user(&mut self, user: User) {
        if let Some(role) = self.users.get(&user.id).and_then(|former| former.role)
            && let Some(members) = self.members.get_mut(&role)
        {
            members.remove(&user.id);
        }
        // Whoever left answers for the records until they are handed over; those above go on seeing them.
        if let Some(role) = user.role {
            self.members.entry(role).or_default().insert(user.id);
        }
        self.users.insert(user.id, user);
    }

    /// Every user.
    pub(super) fn users(&self) -> impl Iterator<Item = Id> {
        self.users.keys().copied()
    }

    /// A user by identifier.
    #[must_use]
    pub fn user(&self, id: Id) -> Option<&User> {
        self.users.get(&id)
    }

    /// A user by login.
    #[must_use]
    pub fn user_by_login(&self, login: &str) -> Option<&User> {
        self.users.values().find(|user| user.login == login)
    }

    /// The user and everybody whose role stands below; sorted.
    #[must_use]
    pub fn user_and_subordinates(&self, user: Id) -> Vec<Id> {
        let mut found = BTreeSet::from([user]);
        let Some(role) = self.users.get(&user).and_then(|user| user.role) else {
            return found.into_iter().collect();
        };
        let mut open: Vec<Id> = self.below.get(&role).into_iter().flatten().copied().collect();
        let mut seen = BTreeSet::from([role]);
        while let Some(role) = open.pop() {
            if seen.insert(role) {
                found.extend(self.members.get(&role).into_iter().flatten());
                open.extend(self.below.get(&role).into_iter().flatten());
            }
        }
        found.into_iter().collect()
    }

    /// Checks that a role may stand below `parent`.
    ///
    /// # Errors
    /// `Cycle` with the names along the circle, `OutOfRange` if the hierarchy gets deeper than [`MAX_ROLE_DEPTH`].
    pub fn check_parent(&self, role: Id, parent: Option<Id>) -> Result<()> {
        let mut path = Vec::new();
        let mut next = parent;
        while let Some(id) = next {
            path.push(id);
            if id == role {
                let names: Vec<&str> =
                    path.iter().filter_map(|id| self.roles.get(id)).map(|role| role.name.as_str()).collect();
                let problem = Problem::of_field(ErrorCode::Cycle, "parent", "the role would stand above itself");
                return Err(problem.with("cycle", names.join(" > ")).into_invalid());
            }
            if path.len() > MAX_ROLE_DEPTH {
                break;
            }
            next = self.roles.get(&id).and_then(|role| role.parent);
        }
        if path.len() + self.depth_below(role) >= MAX_ROLE_DEPTH {
            let error = Error::invalid(ErrorCode::OutOfRange, "parent", "the role hierarchy gets too deep");
            return Err(error);
        }
        Ok(())
    }

    fn depth_below(&self, role: Id) -> usize {
        let mut depth = 0;
        let mut level = BTreeSet::from([role]);
        while !level.is_empty() && depth <= MAX_ROLE_DEPTH {
            level = level.iter().filter_map(|role| self.below.get(role)).flatten().copied().collect();
            depth += 1;
        }
        depth.saturating_sub(1)
    }

    /// The rights of a user on an entity.
    pub(super) fn rights(&self, user: Id, entity: &str) -> JoinedRights {
        let mut joined = JoinedRights::default();
        let Some(user) = self.users.get(&user).filter(|user| !user.is_inactive) else { return joined };
        let sets: Vec<&PermissionSet> = user.permission_sets.iter().filter_map(|id| self.sets.get(id)).collect();
        let per_set: Vec<(&PermissionSet, ObjectRight)> =
            sets.iter().map(|set| (*set, object_right(set, entity))).collect();
        for (_, right) in &per_set {
            joined.object = union(&joined.object, right);
        }
        let listed: BTreeSet<&str> = sets
            .iter()
            .flat_map(|set| &set.fields)
            .filter(|right| right.entity == entity)
            .map(|right| right.field.as_str())
            .collect();
        for field in listed {
            let mut rights = (false, false);
            for (set, object) in &per_set {
                let (read, write) = field_right(set, object, entity, field);
                rights = (rights.0 || read, rights.1 || write);
            }
            joined.fields.insert(field.to_owned(), rights);
        }
        joined
    }
}

/// What one set allows on an entity.
pub(super) fn object_right(set: &PermissionSet, entity: &str) -> ObjectRight {
    set.objects
        .iter()
        .filter(|right| right.entity == entity || right.entity == ANY_ENTITY)
        .fold(ObjectRight::default(), |joined, right| union(&joined, right))
}

fn union(a: &ObjectRight, b: &ObjectRight) -> ObjectRight {
    ObjectRight {
        entity: String::new(),
        read: a.read || b.read,
        create: a.create || b.create,
        edit: a.edit || b.edit,
        delete: a.delete || b.delete,
        view_all: a.view_all || b.view_all,
        export: a.export || b.export,
    }
}

/// What one set allows on one field: what it says, or what it allows on the entity.
pub(super) fn field_right(set: &PermissionSet, object: &ObjectRight, entity: &str, field: &str) -> (bool, bool) {
    let mut said = set.fields.iter().filter(|right| right.entity == entity && right.field == field).peekable();
    if said.peek().is_none() {
        return (object.read, object.create || object.edit);
    }
    said.fold((false, false), |(read, write), right| (read || right.read, write || right.write))
}
