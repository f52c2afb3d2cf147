//! What a permission set may say, and who may say it.

use super::model::{AccessModel, field_right, object_right};
use super::{ANY_ENTITY, ObjectRight, PermissionSet};
use crate::schema::TenantSchema;
use crate::value::error::excerpt;
use crate::value::{Error, ErrorCode, Id, Problem, Result};

/// Refuses rights that would have no effect: a mistyped name would leave open what was meant to be closed.
///
/// # Errors
/// All problems at once: `UnknownEntity`, `UnknownField`, and `NoSuchRight` for an entity that has the rights of its
/// whole and for the hiding of a field without which a record is not seen.
pub(crate) fn check_set(schema: &TenantSchema, set: &PermissionSet) -> Result<()> {
    let mut problems = Vec::new();
    for (place, right) in set.objects.iter().enumerate().filter(|(_, right)| right.entity != ANY_ENTITY) {
        if let Err(error) = check_entity(schema, &right.entity) {
            problems.extend_from_slice(error.under(&format!("objects[{place}]")).problems());
        }
    }
    for (place, right) in set.fields.iter().enumerate() {
        if let Err(error) = check_field(schema, &right.entity, &right.field, right.read) {
            problems.extend_from_slice(error.under(&format!("fields[{place}]")).problems());
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

fn check_field(schema: &TenantSchema, entity: &str, name: &str, read: bool) -> Result<()> {
    check_entity(schema, entity)?;
    let field = schema
        .field(schema.entity(entity)?, name)
        .ok_or_else(|| Error::invalid(ErrorCode::UnknownField, "field", format!("no field `{}`", excerpt(name))))?;
    if !read && !field.can_be_hidden() {
        let message = format!("`{name}` is always seen with the record and cannot be hidden");
        return Err(Error::invalid(ErrorCode::NoSuchRight, "read", message));
    }
    Ok(())
}

impl AccessModel {
    /// Refuses a set that gives what its author does not have; what it gave before is not asked about again.
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
            let (given, had) = (object_right(set, entity.name), object_right(former, entity.name));
            let own = self.rights(author, entity.name);
            if actions(&given).into_iter().zip(actions(&had)).zip(actions(&own.object)).any(exceeds) {
                let problem = Problem::new(ErrorCode::NoRight, "no right to give what you do not have");
                return Err(missing(problem, entity.name));
            }
            for field in schema.fields(entity).into_iter().chain(entity.field("owner")) {
                let name = field.spec.name.as_ref();
                let (given, had) =
                    (field_right(set, &given, entity.name, name), field_right(former, &had, entity.name, name));
                let object = &own.object;
                let own = own.fields.get(name).copied().unwrap_or((true, true));
                let own = (own.0 && object.read, own.1 && (object.create || object.edit));
                if exceeds(((given.0, had.0), own.0)) || exceeds(((given.1, had.1), own.1)) {
                    let message = format!("no right to give what you do not have on `{name}`");
                    return Err(missing(Problem::of_field(ErrorCode::NoRight, "fields", message), entity.name));
                }
            }
        }
        Ok(())
    }

    /// Whether anybody is an administrator.
    pub(crate) fn has_administrator(&self) -> bool {
        self.users().any(|user| self.is_administrator(user))
    }

    /// Whether the user may change users and permission sets, and what they say of rights.
    pub(crate) fn is_administrator(&self, user: Id) -> bool {
        let may = |entity: &str, fields: &[&str]| {
            let rights = self.rights(user, entity);
            let both = |field: &&str| rights.fields.get(*field).is_none_or(|right| right.0 && right.1);
            rights.object.read && rights.object.edit && fields.iter().all(both)
        };
        may("user", &["permission_sets", "is_inactive"]) && may("permission_set", &["objects", "fields"])
    }
}

const fn actions(right: &ObjectRight) -> [bool; 6] {
    [right.read, right.create, right.edit, right.delete, right.view_all, right.export]
}

const fn exceeds(((given, had), own): ((bool, bool), bool)) -> bool {
    given && !had && !own
}

fn missing(problem: Problem, entity: &str) -> Error {
    Error::Denied { problems: vec![problem.with("entity", entity)] }
}
