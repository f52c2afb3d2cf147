//! The rules of roles, units, groups, territories, sharing rules, defaults, team members and shares.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::access::{
    AccessModel, Configuration, Membership, OrgUnit, PrincipalKind, PrincipalRef, RecordShare, Role, SharingAccess,
    SharingDefault, SharingRule, SharingRuleKind, TeamMember, Territory, User, UserGroup, check_default, check_filter,
    check_parent, overlap,
};
use crate::query::{Filter, Query};
use crate::room::{Decision, RecordRule, View, record_for_rule, records_for_rule, with_record};
use crate::schema::{Entity, FieldKind, Row};
use crate::value::error::{excerpt, unknown_field};
use crate::value::{Date, Error, ErrorCode, Id, Problem, Result};

/// The most sharing rules on one entity.
const MAX_RULES: usize = 300;
/// The most members of a group, principals of a rule, regions of a territory.
const MAX_NAMED: usize = 1_000;

/// The rule of an entity that says who sees what.
pub(super) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        Role::NAME => Some(role_rule),
        OrgUnit::NAME => Some(unit_rule),
        UserGroup::NAME => Some(group_rule),
        Territory::NAME => Some(territory_rule),
        SharingRule::NAME => Some(sharing_rule),
        SharingDefault::NAME => Some(default_rule),
        TeamMember::NAME => Some(team_rule),
        RecordShare::NAME => Some(share_rule),
        _ => None,
    }
}

/// The last day is not before the first.
pub(super) fn check_days(field: &str, from: Option<Date>, until: Option<Date>) -> Result<()> {
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(Error::invalid(ErrorCode::OutOfRange, field, "the last day is before the first"));
    }
    Ok(())
}

fn too_many(field: &str, most: usize) -> Error {
    let problem = Problem::of_field(ErrorCode::TooMany, field, format!("more than {most} of them"));
    problem.with("max", most).into_invalid()
}

/// A tree is one: nobody stands above himself, and it does not get too deep.
fn check_tree<E: Entity>(
    view: &mut dyn View,
    own: (Id, String, Option<Id>),
    read: fn(E) -> (Id, String, Option<Id>),
) -> Result<()> {
    let known = records_for_rule::<E>(view, &Query::default())?.into_iter().map(read);
    let (id, name, parent) = own;
    let mut nodes: HashMap<Id, (String, Option<Id>)> = known.map(|(id, name, parent)| (id, (name, parent))).collect();
    nodes.insert(id, (name, parent));
    check_parent(&nodes, id, parent)
}

fn role_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let id = after.id;
    with_record::<Role>(before, after, |_, role| {
        check_days("valid_until", role.valid_from, role.valid_until)?;
        let own = (id, role.name.clone(), role.parent);
        check_tree::<Role>(view, own, |role| (role.id, role.name, role.parent))?;
        Ok(Decision::default())
    })
}

fn unit_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let id = after.id;
    with_record::<OrgUnit>(before, after, |_, unit| {
        check_days("valid_until", unit.valid_from, unit.valid_until)?;
        let own = (id, unit.name.clone(), unit.parent);
        check_tree::<OrgUnit>(view, own, |unit| (unit.id, unit.name, unit.parent))?;
        Ok(Decision::default())
    })
}

/// Every principal that is new stands for somebody.
fn check_principals(view: &mut dyn View, field: &str, given: &[PrincipalRef], had: &[PrincipalRef]) -> Result<()> {
    if given.len() > MAX_NAMED {
        return Err(too_many(field, MAX_NAMED));
    }
    for (place, principal) in given.iter().enumerate().filter(|(_, principal)| !had.contains(principal)) {
        let id = principal.id;
        let found = match principal.kind {
            PrincipalKind::User => record_for_rule::<User>(view, id).map(|_| ()),
            PrincipalKind::Role | PrincipalKind::RoleAndBelow => record_for_rule::<Role>(view, id).map(|_| ()),
            PrincipalKind::Unit | PrincipalKind::UnitAndBelow => record_for_rule::<OrgUnit>(view, id).map(|_| ()),
            PrincipalKind::Group => record_for_rule::<UserGroup>(view, id).map(|_| ()),
            PrincipalKind::Territory => record_for_rule::<Territory>(view, id).map(|_| ()),
            PrincipalKind::Everybody => Ok(()),
        };
        if found.is_err() {
            let path = format!("{field}[{place}]");
            let message = format!("no such {}", principal.kind);
            return Err(Error::invalid(ErrorCode::UnknownReference, path, message));
        }
    }
    Ok(())
}

/// Every member that is new stands for somebody, and the days are the right way round.
pub(super) fn check_members(view: &mut dyn View, given: &[Membership], had: &[Membership]) -> Result<()> {
    for (place, member) in given.iter().enumerate() {
        check_days("valid_until", member.valid_from, member.valid_until)
            .map_err(|error| error.under(&format!("members[{place}]")))?;
    }
    let principals = |members: &[Membership]| members.iter().map(|member| member.principal.clone()).collect::<Vec<_>>();
    check_principals(view, "members", &principals(given), &principals(had))
}

fn group_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let id = after.id;
    with_record::<UserGroup>(before, after, |before, group| {
        check_days("valid_until", group.valid_from, group.valid_until)?;
        let others = records_for_rule::<UserGroup>(view, &Query::default())?;
        let mut inside: HashMap<Id, (String, Vec<Membership>)> =
            others.into_iter().map(|other| (other.id, (other.name, other.members))).collect();
        inside.insert(id, (group.name.clone(), group.members.clone()));
        check_circle(&inside, id)?;
        check_members(view, &group.members, &before.unwrap_or_default().members)?;
        Ok(Decision::default())
    })
}

/// No group is a member of itself, through others.
fn check_circle(groups: &HashMap<Id, (String, Vec<Membership>)>, id: Id) -> Result<()> {
    let mut open = vec![(id, Vec::new())];
    let mut seen = BTreeSet::new();
    while let Some((group, path)) = open.pop() {
        let Some((name, members)) = groups.get(&group) else { continue };
        let path: Vec<&str> = path.into_iter().chain([name.as_str()]).collect();
        for member in members.iter().filter(|member| member.principal.kind == PrincipalKind::Group) {
            if member.principal.id == id {
                let problem = Problem::of_field(ErrorCode::Cycle, "members", "the group would be a member of itself");
                return Err(problem.with("cycle", path.join(" > ")).into_invalid());
            }
            if seen.insert(member.principal.id) {
                open.push((member.principal.id, path.clone()));
            }
        }
    }
    Ok(())
}

fn territory_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let id = after.id;
    with_record::<Territory>(before, after, |before, territory| {
        check_days("valid_until", territory.valid_from, territory.valid_until)?;
        for (field, list) in [("regions", &mut territory.regions), ("product_lines", &mut territory.product_lines)] {
            list.iter_mut().for_each(|text| *text = text.trim().to_owned());
            list.sort();
            list.dedup();
            if list.len() > MAX_NAMED {
                return Err(too_many(field, MAX_NAMED));
            }
            if list.iter().any(String::is_empty) {
                return Err(Error::invalid(ErrorCode::Required, field, "a name must not be empty"));
            }
        }
        for (place, named) in territory.records.iter().enumerate() {
            check_readable_filter(view, &named.entity, &named.filter)
                .map_err(|error| error.under(&format!("records[{place}]")))?;
        }
        let own = (id, territory.name.clone(), territory.parent);
        check_tree::<Territory>(view, own, |node| (node.id, node.name, node.parent))?;
        check_members(view, &territory.members, &before.unwrap_or_default().members)?;
        let mut configuration = Configuration::default();
        for other in records_for_rule::<Territory>(view, &Query::default())? {
            configuration.territories.insert(other.id, Arc::new(other));
        }
        let model = AccessModel::new(configuration, view.schema(), view.today());
        overlap(&model, &Territory { id, ..territory.clone() })?;
        Ok(Decision::default())
    })
}

/// A filter by which records are shared asks only for fields that its author sees in full: else he could find out by
/// what is shared what he may not know.
fn check_readable_filter(view: &dyn View, entity: &str, filter: &Filter) -> Result<()> {
    let entity = view.schema().entity(entity)?;
    check_filter(view.schema(), entity, filter).map_err(|error| error.under("filter"))?;
    for field in filter.fields() {
        if !view.can_ask(entity.name, field) {
            return Err(unknown_field(field).into_invalid().under("filter"));
        }
    }
    Ok(())
}

fn sharing_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let id = after.id;
    with_record::<SharingRule>(before, after, |before, rule| {
        check_days("valid_until", rule.valid_from, rule.valid_until)?;
        let entity = view.schema().entity(&rule.entity)?;
        if let Some(whole) = entity.part_of {
            let message = format!("`{}` is a part of `{whole}` and is seen with it", entity.name);
            return Err(Error::invalid(ErrorCode::NoSuchRight, "entity", message));
        }
        if super::is_configuration(entity.name) {
            let message = format!("`{}` has no sharing rules", entity.name);
            return Err(Error::invalid(ErrorCode::NoSuchRight, "entity", message));
        }
        if before.is_none() {
            let query = Query::matching(&[("entity", rule.entity.as_str().into())]);
            let others = records_for_rule::<SharingRule>(view, &query)?;
            if others.iter().filter(|other| other.id != id).count() >= MAX_RULES {
                return Err(too_many("entity", MAX_RULES));
            }
        }
        check_kind(view, rule)?;
        let had = before.unwrap_or(SharingRule { kind: rule.kind, ..SharingRule::default() });
        check_principals(view, "targets", &rule.targets, &had.targets)?;
        check_principals(view, "sources", &rule.sources, &had.sources)?;
        Ok(Decision::default())
    })
}

/// Each kind of rule has what it needs and nothing else.
fn check_kind(view: &dyn View, rule: &SharingRule) -> Result<()> {
    let required = |field: &str, given: bool| {
        let message = format!("a rule of the kind `{}` needs it", rule.kind);
        if given { Ok(()) } else { Err(Error::invalid(ErrorCode::Required, field, message)) }
    };
    let absent = |field: &str, given: bool| {
        let message = format!("a rule of the kind `{}` has none", rule.kind);
        if given { Err(Error::invalid(ErrorCode::NotAllowed, field, message)) } else { Ok(()) }
    };
    let is_kind = |kind| rule.kind == kind;
    absent("sources", !is_kind(SharingRuleKind::Owner) && !rule.sources.is_empty())?;
    absent("filter", !is_kind(SharingRuleKind::Criteria) && rule.filter.is_some())?;
    absent("field", !is_kind(SharingRuleKind::Field) && rule.field.is_some())?;
    absent("targets", is_kind(SharingRuleKind::Field) && !rule.targets.is_empty())?;
    absent("access", !is_kind(SharingRuleKind::Criteria) && rule.access == Some(SharingAccess::Deny))?;
    required("targets", is_kind(SharingRuleKind::Field) || !rule.targets.is_empty())?;
    match rule.kind {
        SharingRuleKind::Owner => required("sources", !rule.sources.is_empty()),
        SharingRuleKind::Criteria => match &rule.filter {
            Some(filter) => check_readable_filter(view, &rule.entity, filter),
            None => required("filter", false),
        },
        SharingRuleKind::Field => {
            let name = rule.field.as_deref().unwrap_or_default();
            required("field", !name.is_empty())?;
            let entity = view.schema().entity(&rule.entity)?;
            let field = view.schema().field(entity, name).filter(|_| view.can_ask(entity.name, name));
            let field = field.ok_or_else(|| {
                Error::invalid(ErrorCode::UnknownField, "field", format!("no field `{}`", excerpt(name)))
            })?;
            match &field.spec.kind {
                FieldKind::Reference { to, .. } if to == User::NAME || to == "account" => Ok(()),
                _ => {
                    let message = format!("`{name}` names no user and no partner");
                    Err(Error::invalid(ErrorCode::WrongType, "field", message))
                }
            }
        }
    }
}

fn default_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<SharingDefault>(before, after, |before, default| {
        if before.is_some_and(|before| before.entity != default.entity) {
            return Err(Error::invalid(ErrorCode::ReadOnlyField, "entity", "a default stays with its entity"));
        }
        check_default(view.schema(), default)?;
        if super::is_configuration(&default.entity) {
            let message = format!("`{}` has no default", default.entity);
            return Err(Error::invalid(ErrorCode::NoSuchRight, "entity", message));
        }
        Ok(Decision::default())
    })
}

fn team_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<TeamMember>(before, after, |_, member| {
        check_days("valid_until", member.valid_from, member.valid_until)?;
        view.schema().entity(&member.entity)?;
        member.fields.sort();
        member.fields.dedup();
        Ok(Decision::default())
    })
}

fn share_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<RecordShare>(before, after, |_, share| {
        view.schema().entity(&share.entity)?;
        Ok(Decision::default())
    })
}
