//! What permission sets, defaults and territories may say, and who may say it.

use super::model::{AccessModel, capped_field, field_right, object_right};
use super::visibility::Visibility;
use super::{ANY_ENTITY, AccessLevel, FieldAccess, FieldRight, ObjectRight, PermissionSet, SharingDefault, Territory};
use crate::schema::{EntityType, Sharing, TenantSchema};
use crate::value::error::excerpt;
use crate::value::{Error, ErrorCode, Id, Problem, Result};

/// Refuses rights that would have no effect: a mistyped name would leave open what was meant to be closed.
///
/// # Errors
/// All problems at once: `UnknownEntity`, `UnknownField`, and `NoSuchRight` for an entity that has the rights of its
/// whole and for the hiding or masking of a field without which a record is not seen.
pub(crate) fn check_set(schema: &TenantSchema, set: &PermissionSet) -> Result<()> {
    let mut problems = Vec::new();
    let mut note = |path: String, checked: Result<()>| {
        if let Err(error) = checked {
            problems.extend_from_slice(error.under(&path).problems());
        }
    };
    for (list, rights) in [("objects", &set.objects), ("denied", &set.denied)] {
        for (place, right) in rights.iter().enumerate().filter(|(_, right)| right.entity != ANY_ENTITY) {
            note(format!("{list}[{place}]"), check_entity(schema, &right.entity));
        }
    }
    for (list, rights) in [("fields", &set.fields), ("limits", &set.limits)] {
        for (place, right) in rights.iter().enumerate() {
            note(format!("{list}[{place}]"), check_field(schema, right));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid { problems }) }
}

fn check_entity(schema: &TenantSchema, name: &str) -> Result<()> {
    let entity = schema.entity(name)?;
    let Some(whole) = entity.part_of else { return Ok(()) };
    let message = format!("`{name}` is a part of `{whole}` and has its rights");
    Err(Problem::of_field(ErrorCode::NoSuchRight, "entity", message).with("whole", whole).into_invalid())
}

fn check_field(schema: &TenantSchema, right: &FieldRight) -> Result<()> {
    check_entity(schema, &right.entity)?;
    let name = right.field.as_str();
    let field = schema
        .field(schema.entity(&right.entity)?, name)
        .ok_or_else(|| Error::invalid(ErrorCode::UnknownField, "field", format!("no field `{}`", excerpt(name))))?;
    let possible = match right.access {
        FieldAccess::Hidden => field.can_be_hidden(),
        FieldAccess::Masked => field.can_be_masked(),
        _ => true,
    };
    if possible {
        return Ok(());
    }
    let message = format!("`{name}` is always seen with the record and cannot be {}", right.access);
    Err(Error::invalid(ErrorCode::NoSuchRight, "access", message))
}

/// Refuses a default that would have no effect.
///
/// # Errors
/// `UnknownEntity`; `NoSuchRight` for a part, and for an entity without a record above that should be controlled by it;
/// `UnknownField` for a field that a team should open.
pub(crate) fn check_default(schema: &TenantSchema, default: &SharingDefault) -> Result<()> {
    check_entity(schema, &default.entity)?;
    let entity = schema.entity(&default.entity)?;
    if default.access == super::DefaultAccess::ControlledByParent && entity.seen_with(schema).is_none() {
        let message = format!("`{}` has no record above that could control it", entity.name);
        return Err(Error::invalid(ErrorCode::NoSuchRight, "access", message));
    }
    for (place, name) in default.team_fields.iter().enumerate() {
        if schema.field(entity, name).is_none() {
            let path = format!("team_fields[{place}]");
            return Err(Error::invalid(ErrorCode::UnknownField, path, format!("no field `{}`", excerpt(name))));
        }
    }
    Ok(())
}

/// Refuses a territory that claims what another one has: the same region and product line on the same day. One that
/// stands above or below may.
///
/// # Errors
/// `Overlap` with the other territory and what both claim.
pub(crate) fn overlap(model: &AccessModel, own: &Territory) -> Result<()> {
    let known = &model.configuration().territories;
    let stands_above = |upper: Id, lower: &Territory| {
        let mut next = lower.parent;
        for _ in 0..super::MAX_ROLE_DEPTH {
            match next {
                Some(id) if id == upper => return true,
                Some(id) => next = known.get(&id).and_then(|node| node.parent),
                None => return false,
            }
        }
        false
    };
    let mut others: Vec<_> = known.values().filter(|other| other.id != own.id).collect();
    others.sort_by_key(|other| other.id);
    for other in others {
        let apart = own.valid_until.zip(other.valid_from).is_some_and(|(until, from)| until < from)
            || other.valid_until.zip(own.valid_from).is_some_and(|(until, from)| until < from);
        if apart || stands_above(own.id, other) || stands_above(other.id, own) {
            continue;
        }
        let Some(region) = own.regions.iter().find(|region| other.regions.contains(region)) else { continue };
        let line = match (own.product_lines.first(), other.product_lines.first()) {
            (Some(_), Some(_)) => own.product_lines.iter().find(|line| other.product_lines.contains(line)),
            (line, None) | (None, line) => Some(line.unwrap_or(region)),
        };
        if line.is_some() {
            let problem = Problem::of_field(ErrorCode::Overlap, "regions", "another territory has the region already");
            let problem = problem.with("territory", &other.name).with("id", other.id);
            return Err(Error::conflict(problem.with("region", excerpt(region))));
        }
    }
    Ok(())
}

impl AccessModel {
    /// Refuses a set that gives what its author does not have; what it gave before is not asked about again. To take a
    /// denial or a limit back is to give.
    ///
    /// # Errors
    /// `Denied` with entity, and with the field if it is the right on a field that is missing.
    pub(crate) fn check_grant(
        &self,
        author: Id,
        schema: &TenantSchema,
        set: &PermissionSet,
        former: Option<&PermissionSet>,
    ) -> Result<()> {
        let nothing = PermissionSet::default();
        let former = former.unwrap_or(&nothing);
        for entity in schema.registry.entities().iter().filter(|entity| entity.part_of.is_none()) {
            let name = entity.name;
            let own = self.rights(author, name);
            let (given, had) = (object_right(&set.objects, name), object_right(&former.objects, name));
            let (denied, was) = (object_right(&set.denied, name), object_right(&former.denied, name));
            let flags = actions(&given).into_iter().zip(actions(&had)).zip(actions(&own.object));
            let freed = actions(&was).into_iter().zip(actions(&denied)).zip(actions(&own.object));
            if flags.chain(freed).any(|((given, had), own)| given && !had && !own) {
                let problem = Problem::new(ErrorCode::NoRight, "no right to give what you do not have");
                return Err(missing(problem, name));
            }
            for field in schema.fields(entity).into_iter().chain(entity.field("owner")) {
                let field = field.spec.name.as_ref();
                let mut needed = field_right(&set.fields, &given, name, field);
                if needed <= field_right(&former.fields, &had, name, field) {
                    needed = FieldAccess::Hidden;
                }
                let limit = |rights| field_right(rights, &every_object(), name, field);
                if limit(&set.limits) > limit(&former.limits) {
                    needed = needed.max(limit(&set.limits));
                }
                let most = own.field_within(field).unwrap_or(FieldAccess::Write).min(capped_field(&own.object));
                if needed > most {
                    let message = format!("no right to give what you do not have on `{field}`");
                    return Err(missing(Problem::of_field(ErrorCode::NoRight, "fields", message), name));
                }
            }
        }
        Ok(())
    }

    /// Refuses the author of a rule, a default or a territory who does not have so much of every record of the entity:
    /// he could give himself, or others, what he does not have.
    ///
    /// # Errors
    /// `Denied` with the entity.
    pub(crate) fn check_author(
        &self,
        author: Id,
        schema: &TenantSchema,
        entity: &EntityType,
        level: AccessLevel,
    ) -> Result<()> {
        let rights = self.rights(author, entity.name).object;
        let all = matches!(self.visibility(author, entity, level, schema), Visibility::All);
        let may = match level {
            AccessLevel::Read => rights.read,
            AccessLevel::Edit => rights.edit,
            AccessLevel::Full => rights.read && rights.edit_all,
        };
        if all && may {
            return Ok(());
        }
        let message = "no right to share records that you do not have all";
        Err(missing(Problem::of_field(ErrorCode::NoRight, "entity", message), entity.name))
    }

    /// Refuses a change after which somebody sees, through roles, units, groups, territories or queues, what the author
    /// of the change does not have: by a move he could give himself, or others, what he does not have. `self` is the
    /// model after the change.
    ///
    /// # Errors
    /// `Denied` with the entity.
    pub(crate) fn check_widened(
        &self,
        before: &Self,
        author: Id,
        schema: &TenantSchema,
        granted: &mut dyn FnMut(&'static str, Id) -> Result<bool>,
    ) -> Result<()> {
        let private = |entity: &&EntityType| entity.sharing == Sharing::Private && entity.part_of.is_none();
        let entities: Vec<&EntityType> = schema.registry.entities().iter().filter(private).collect();
        let unrestricted = |entity: &&EntityType| before.rights(author, entity.name).object.edit_all;
        if before.user(author).is_none() || entities.iter().all(unrestricted) {
            return Ok(());
        }
        for user in self.users().map(|user| user.id) {
            for entity in entities.iter().filter(|entity| !unrestricted(entity)) {
                if !self.rights(user, entity.name).object.read {
                    continue;
                }
                for level in [AccessLevel::Read, AccessLevel::Full] {
                    let [was, is, own] = [
                        before.visibility(user, entity, level, schema),
                        self.visibility(user, entity, level, schema),
                        before.visibility(author, entity, level, schema),
                    ];
                    let existed = |id| before.user(id).is_some();
                    if !within(&is, &was, &own, existed, &mut |id| granted(entity.name, id))? {
                        let problem = Problem::new(ErrorCode::NoRight, "no right to give what you do not have");
                        return Err(missing(problem, entity.name));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether anybody is an administrator.
    pub(crate) fn has_administrator(&self) -> bool {
        self.users().any(|user| self.is_administrator(user.id))
    }

    /// Whether the user may change users and permission sets, and what they say of rights.
    pub(crate) fn is_administrator(&self, user: Id) -> bool {
        let may = |entity: &str, fields: &[&str]| {
            let rights = self.rights(user, entity);
            let both = |field: &&str| rights.field_within(field).is_none_or(|right| right == FieldAccess::Write);
            rights.object.read && rights.object.edit && fields.iter().all(both)
        };
        may("user", &["permission_sets", "is_inactive"]) && may("permission_set", &["objects", "fields"])
    }
}

/// Whether what is seen now and was not before lies within what somebody else sees. Whoever is new owns nothing yet, and
/// a principal to whom nothing is granted opens nothing.
fn within(
    is: &Visibility,
    was: &Visibility,
    own: &Visibility,
    existed: impl Fn(Id) -> bool,
    granted: &mut dyn FnMut(Id) -> Result<bool>,
) -> Result<bool> {
    let (Visibility::Scope(is), Visibility::Scope(own)) = (is, own) else {
        return Ok(matches!(own, Visibility::All) || matches!((is, was), (Visibility::All, Visibility::All)));
    };
    let (owners, principals, denied, everything) = match was {
        Visibility::All => return Ok(true),
        Visibility::Scope(was) => (&was.owners[..], &was.principals[..], &was.denied[..], was.everything),
    };
    let has = |list: &[Id], id: &Id| list.binary_search(id).is_ok();
    let owners_fit =
        is.owners.iter().all(|id| has(owners, id) || own.everything || has(&own.owners, id) || !existed(*id));
    let known = |id: &&Id| has(principals, id) || own.everything || has(&own.principals, id);
    for id in is.principals.iter().filter(|id| !known(id)) {
        if granted(*id)? {
            return Ok(false);
        }
    }
    let denials_fit = denied.iter().all(|id| has(&is.denied, id) || !has(&own.denied, id));
    Ok(owners_fit && denials_fit && (!is.everything || everything || own.everything))
}

fn every_object() -> ObjectRight {
    super::every_right()
}

const fn actions(right: &ObjectRight) -> [bool; 10] {
    [
        right.read,
        right.create,
        right.edit,
        right.delete,
        right.transfer,
        right.merge,
        right.export,
        right.approve,
        right.view_all,
        right.edit_all,
    ]
}

fn missing(problem: Problem, entity: &str) -> Error {
    Error::Denied { problems: vec![problem.with("entity", entity)] }
}
