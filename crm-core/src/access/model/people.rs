//! Who belongs to what today: roles, units, groups, territories, queues.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{AccessModel, holds};
use crate::access::{Membership, PrincipalKind, PrincipalRef, UserKind};
use crate::value::{ErrorCode, Id, Problem, Result};

/// The deepest role hierarchy; so deep are units, territories and groups in groups at most.
pub const MAX_ROLE_DEPTH: usize = 32;

impl PrincipalRef {
    /// The key under which grants are written for it. A role and those below it are two principals with one
    /// identifier: the version of a UUID, which is 7, is another number in the keys of the others.
    #[must_use]
    pub fn key(&self) -> Id {
        let version = match self.kind {
            PrincipalKind::User | PrincipalKind::Group => return self.id,
            PrincipalKind::Role => 0x90,
            PrincipalKind::RoleAndBelow => 0xA0,
            PrincipalKind::Unit => 0xB0,
            PrincipalKind::UnitAndBelow => 0xC0,
            PrincipalKind::Territory => 0xD0,
            PrincipalKind::Everybody => 0xE0,
        };
        let mut bytes = if self.kind == PrincipalKind::Everybody { [0xEE; 16] } else { *self.id.as_bytes() };
        if let Some(byte) = bytes.get_mut(6) {
            *byte = (*byte & 0x0F) | version;
        }
        Id::from_bytes(bytes)
    }

    pub(crate) const fn of(kind: PrincipalKind, id: Id) -> Self {
        Self { kind, id }
    }
}

/// Everything at or below some nodes of a tree; a circle is walked once.
fn at_or_below(below: &BTreeMap<Id, BTreeSet<Id>>, top: Id) -> BTreeSet<Id> {
    let mut found = BTreeSet::from([top]);
    let mut open = vec![top];
    while let Some(node) = open.pop() {
        for next in below.get(&node).into_iter().flatten() {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}

fn children<'a>(nodes: impl Iterator<Item = (Id, Option<Id>)> + 'a) -> BTreeMap<Id, BTreeSet<Id>> {
    let mut below: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for (id, parent) in nodes {
        if let Some(parent) = parent {
            below.entry(parent).or_default().insert(id);
        }
    }
    below
}

impl AccessModel {
    /// Finds out who belongs to what today.
    pub(super) fn index_people(&mut self) {
        let today = self.today();
        let known = &self.configuration;
        self.logins = known.users.values().map(|user| (user.login.clone(), user.id)).collect();
        self.below = children(known.roles.values().map(|role| (role.id, role.parent)));
        self.units_below = children(known.units.values().map(|unit| (unit.id, unit.parent)));
        self.territories_below = children(known.territories.values().map(|node| (node.id, node.parent)));
        self.members.clear();
        self.unit_members.clear();
        let is_role = |id: &Id| known.roles.get(id).is_none_or(|role| holds(today, role.valid_from, role.valid_until));
        let is_unit = |id: &Id| known.units.get(id).is_none_or(|unit| holds(today, unit.valid_from, unit.valid_until));
        // Whoever left answers for the records until they are handed over; those above go on seeing them.
        for user in known.users.values() {
            let duties = user.duties.iter().filter(|duty| holds(today, duty.valid_from, duty.valid_until));
            let posts = duties.map(|duty| (Some(duty.role), duty.unit)).chain([(user.role, user.unit)]);
            for (role, unit) in posts {
                if let Some(role) = role.filter(is_role) {
                    self.members.entry(role).or_default().insert(user.id);
                }
                if let Some(unit) = unit.filter(is_unit) {
                    self.unit_members.entry(unit).or_default().insert(user.id);
                }
            }
        }
        self.index_keys();
    }

    /// Turns groups, roles, units, territories and queues round: what each user gets through them.
    fn index_keys(&mut self) {
        let today = self.today();
        let mut keys_of: HashMap<Id, BTreeSet<Id>> = HashMap::new();
        let mut give = |users: BTreeSet<Id>, keys: &[Id]| {
            for user in users {
                keys_of.entry(user).or_default().extend(keys);
            }
        };
        let known = &self.configuration;
        for group in known.groups.values().filter(|group| holds(today, group.valid_from, group.valid_until)) {
            give(self.named(&group.members), &[group.id]);
        }
        for node in known.territories.values().filter(|node| holds(today, node.valid_from, node.valid_until)) {
            let below = at_or_below(&self.territories_below, node.id);
            let keys: Vec<Id> =
                below.into_iter().map(|id| PrincipalRef::of(PrincipalKind::Territory, id).key()).collect();
            give(self.named(&node.members), &keys);
        }
        for (members, below, kinds) in [
            (&self.members, &self.below, [PrincipalKind::Role, PrincipalKind::RoleAndBelow]),
            (&self.unit_members, &self.units_below, [PrincipalKind::Unit, PrincipalKind::UnitAndBelow]),
        ] {
            for (node, users) in members {
                give(users.clone(), &[PrincipalRef::of(kinds[0], *node).key()]);
            }
            for node in members.keys().chain(below.keys()).collect::<BTreeSet<_>>() {
                let nodes = at_or_below(below, *node);
                let users = nodes.iter().filter_map(|node| members.get(node)).flatten().copied().collect();
                give(users, &[PrincipalRef::of(kinds[1], *node).key()]);
            }
        }
        let mut queues_of: HashMap<Id, BTreeSet<Id>> = HashMap::new();
        for queue in known.users.values().filter(|user| user.kind == Some(UserKind::Queue)) {
            for user in self.named(&queue.members) {
                queues_of.entry(user).or_default().insert(queue.id);
            }
        }
        let everybody = PrincipalRef::of(PrincipalKind::Everybody, Id::NIL).key();
        for user in known.users.values() {
            let keys = keys_of.entry(user.id).or_default();
            keys.insert(everybody);
            keys.extend(user.partner);
        }
        (self.keys_of, self.queues_of) = (keys_of, queues_of);
    }

    /// The users whom memberships name today.
    pub(super) fn named(&self, members: &[Membership]) -> BTreeSet<Id> {
        let today = members.iter().filter(|member| holds(self.today(), member.valid_from, member.valid_until));
        self.people(today.map(|member| &member.principal))
    }

    /// The users whom principals stand for today; a group that names itself is walked once.
    pub(super) fn people<'a>(&'a self, principals: impl Iterator<Item = &'a PrincipalRef>) -> BTreeSet<Id> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<PrincipalRef> = principals.cloned().collect();
        while let Some(principal) = open.pop() {
            if !seen.insert(principal.clone()) {
                continue;
            }
            let inside = |members: &[Membership]| -> Vec<PrincipalRef> {
                let today = members.iter().filter(|member| holds(self.today(), member.valid_from, member.valid_until));
                today.map(|member| member.principal.clone()).collect()
            };
            let id = principal.id;
            let of = |members: &BTreeMap<Id, BTreeSet<Id>>, nodes: BTreeSet<Id>| -> Vec<Id> {
                nodes.iter().filter_map(|node| members.get(node)).flatten().copied().collect()
            };
            let known = &self.configuration;
            match principal.kind {
                PrincipalKind::User => found.extend(known.users.contains_key(&id).then_some(id)),
                PrincipalKind::Role => found.extend(of(&self.members, BTreeSet::from([id]))),
                PrincipalKind::RoleAndBelow => found.extend(of(&self.members, at_or_below(&self.below, id))),
                PrincipalKind::Unit => found.extend(of(&self.unit_members, BTreeSet::from([id]))),
                PrincipalKind::UnitAndBelow => {
                    found.extend(of(&self.unit_members, at_or_below(&self.units_below, id)));
                }
                PrincipalKind::Group => {
                    let group = known.groups.get(&id);
                    let group = group.filter(|group| holds(self.today(), group.valid_from, group.valid_until));
                    open.extend(group.map(|group| inside(&group.members)).unwrap_or_default());
                }
                PrincipalKind::Territory => {
                    let node = known.territories.get(&id);
                    let node = node.filter(|node| holds(self.today(), node.valid_from, node.valid_until));
                    open.extend(node.map(|node| inside(&node.members)).unwrap_or_default());
                }
                PrincipalKind::Everybody => found.extend(known.users.keys()),
            }
        }
        found
    }

    /// The user and everybody whose role stands below; sorted.
    #[must_use]
    pub fn user_and_subordinates(&self, user: Id) -> Vec<Id> {
        let mut found = BTreeSet::from([user]);
        for (role, _) in self.members.iter().filter(|(_, members)| members.contains(&user)) {
            for below in at_or_below(&self.below, *role).into_iter().filter(|below| below != role) {
                found.extend(self.members.get(&below).into_iter().flatten());
            }
        }
        found.into_iter().collect()
    }

    /// The names of the roles from that of `upper` down to that of `lower`, if one stands above the other.
    #[must_use]
    pub(crate) fn role_chain(&self, upper: Id, lower: Id) -> Option<Vec<Id>> {
        let roles_of = |user: Id| self.members.iter().filter(move |(_, members)| members.contains(&user));
        let tops: BTreeSet<Id> = roles_of(upper).map(|(role, _)| *role).collect();
        roles_of(lower).find_map(|(role, _)| {
            let (mut chain, mut next) = (vec![*role], self.configuration.roles.get(role)?.parent);
            while let Some(above) = next.filter(|_| chain.len() <= MAX_ROLE_DEPTH) {
                chain.push(above);
                if tops.contains(&above) {
                    chain.reverse();
                    return Some(chain);
                }
                next = self.configuration.roles.get(&above).and_then(|role| role.parent);
            }
            None
        })
    }
}

/// Checks that a node may stand below `parent` in a tree of names.
///
/// # Errors
/// `Cycle` with the names along the circle, `OutOfRange` if the tree gets deeper than [`MAX_ROLE_DEPTH`].
pub(crate) fn check_parent(nodes: &HashMap<Id, (String, Option<Id>)>, id: Id, parent: Option<Id>) -> Result<()> {
    let mut path = Vec::new();
    let mut next = parent;
    while let Some(above) = next {
        path.push(above);
        if above == id {
            let names: Vec<&str> = path.iter().filter_map(|id| nodes.get(id)).map(|(name, _)| name.as_str()).collect();
            let problem = Problem::of_field(ErrorCode::Cycle, "parent", "it would stand above itself");
            return Err(problem.with("cycle", names.join(" > ")).into_invalid());
        }
        if path.len() > MAX_ROLE_DEPTH {
            break;
        }
        next = nodes.get(&above).and_then(|(_, parent)| *parent);
    }
    let below = children(nodes.iter().map(|(id, (_, parent))| (*id, *parent)));
    if path.len() + depth_below(&below, id) >= MAX_ROLE_DEPTH {
        let problem = Problem::of_field(ErrorCode::OutOfRange, "parent", "the hierarchy gets too deep");
        return Err(problem.with("max_depth", MAX_ROLE_DEPTH).into_invalid());
    }
    Ok(())
}

fn depth_below(below: &BTreeMap<Id, BTreeSet<Id>>, node: Id) -> usize {
    let mut depth = 0;
    let mut level = BTreeSet::from([node]);
    while !level.is_empty() && depth <= MAX_ROLE_DEPTH {
        level = level.iter().filter_map(|node| below.get(node)).flatten().copied().collect();
        depth += 1;
    }
    depth.saturating_sub(1)
}
