//! The rules of users, roles, permission sets and custom fields.

use std::sync::Arc;

use super::command::{AdminCommand, Organization, RecordChange};
use super::pipeline::Work;
use super::sharing_rules::{check_days, check_members};
use crate::access::{AccessModel, Configuration, OrgUnit, PermissionSet, Role, User, UserKind, check_set};
use crate::query::Query;
use crate::room::{Change, Decision, RecordRule, RestoreRule, View, record_for_rule, with_record};
use crate::schema::{CustomFieldKind, DEFAULT_SCALE, Entity as _, FieldDefinition, Row};
use crate::value::error::excerpt;
use crate::value::{Error, ErrorCode, Id, Problem, Result};

impl AdminCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateUser { .. } => "admin.create_user",
            Self::UpdateUser { .. } => "admin.update_user",
            Self::CreateRole { .. } => "admin.create_role",
            Self::UpdateRole { .. } => "admin.update_role",
            Self::CreatePermissionSet { .. } => "admin.create_permission_set",
            Self::UpdatePermissionSet { .. } => "admin.update_permission_set",
            Self::CreateOrgUnit { .. } => "admin.create_org_unit",
            Self::UpdateOrgUnit { .. } => "admin.update_org_unit",
            Self::CreateUserGroup { .. } => "admin.create_user_group",
            Self::UpdateUserGroup { .. } => "admin.update_user_group",
            Self::CreateTerritory { .. } => "admin.create_territory",
            Self::UpdateTerritory { .. } => "admin.update_territory",
            Self::CreateSharingRule { .. } => "admin.create_sharing_rule",
            Self::UpdateSharingRule { .. } => "admin.update_sharing_rule",
            Self::CreateSharingDefault { .. } => "admin.create_sharing_default",
            Self::UpdateSharingDefault { .. } => "admin.update_sharing_default",
            Self::DefineField { .. } => "admin.define_field",
            Self::UpdateOrganization { .. } => "admin.update_organization",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self) -> Decision {
        Decision::of(match self {
            Self::CreateUser { user } => Change::create(user),
            Self::UpdateUser { user } => Change::save(user),
            Self::CreateRole { role } => Change::create(role),
            Self::UpdateRole { role } => Change::save(role),
            Self::CreatePermissionSet { permission_set } => Change::create(permission_set),
            Self::UpdatePermissionSet { permission_set } => Change::save(permission_set),
            Self::CreateOrgUnit { org_unit } => Change::create(org_unit),
            Self::UpdateOrgUnit { org_unit } => Change::save(org_unit),
            Self::CreateUserGroup { user_group } => Change::create(user_group),
            Self::UpdateUserGroup { user_group } => Change::save(user_group),
            Self::CreateTerritory { territory } => Change::create(territory),
            Self::UpdateTerritory { territory } => Change::save(territory),
            Self::CreateSharingRule { sharing_rule } => Change::create(sharing_rule),
            Self::UpdateSharingRule { sharing_rule } => Change::save(sharing_rule),
            Self::CreateSharingDefault { sharing_default } => Change::create(sharing_default),
            Self::UpdateSharingDefault { sharing_default } => Change::save(sharing_default),
            Self::DefineField { definition } => Change::create(definition),
            Self::UpdateOrganization { organization } => Change::save(organization),
        })
    }
}

impl Work<'_> {
    /// Refuses changes that leave nobody active who may give rights: no command could ever mend that.
    pub(super) fn check_administrator(&self, changes: &[RecordChange]) -> Result<()> {
        let decides = |change: &RecordChange| [User::NAME, PermissionSet::NAME].contains(&change.entity.as_str());
        let model = &self.tenant.model;
        if !changes.iter().any(decides) || model.is_administrator(self.session.ctx.user) || model.has_administrator() {
            return Ok(());
        }
        let message = "somebody active must be left who may change users and permission sets";
        Err(Error::conflict(Problem::new(ErrorCode::LastAdministrator, message)))
    }
}

/// The rule of an administrative entity.
pub(super) fn rule_of(entity: &str) -> Option<RecordRule> {
    match entity {
        User::NAME => Some(user_rule),
        PermissionSet::NAME => Some(permission_set_rule),
        Organization::NAME => Some(organization_rule),
        FieldDefinition::NAME => Some(definition_rule),
        _ => super::sharing_rules::rule_of(entity),
    }
}

/// What is said about an administrative record that is brought back: the rights that it gives are given anew.
pub(super) fn restore_rule_of(entity: &str) -> Option<RestoreRule> {
    match entity {
        User::NAME => Some(|view, row| {
            let user = User::from_row(row.clone())?;
            user.profile.iter().chain(&user.permission_sets).try_for_each(|set| {
                // A set that is gone gives nothing.
                let set = record_for_rule::<PermissionSet>(view, *set).ok();
                set.map_or(Ok(()), |set| check_author(view, &set, None))
            })?;
            Ok(Decision::default())
        }),
        PermissionSet::NAME => Some(|view, row| {
            let set = PermissionSet::from_row(row.clone())?;
            check_author(view, &set, None)?;
            Ok(Decision::default())
        }),
        _ => None,
    }
}

fn user_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<User>(before, after, |before, user| {
        user.permission_sets.sort();
        user.permission_sets.dedup();
        let before = before.unwrap_or_default();
        // A set that was deleted since gives no right, and does not stand in the way of other changes.
        for (place, set) in user.permission_sets.iter().enumerate() {
            if !before.permission_sets.contains(set) {
                check_given_set(view, *set, false, &format!("permission_sets[{place}]"))?;
            }
        }
        if let Some(profile) = user.profile.filter(|profile| before.profile != Some(*profile)) {
            check_given_set(view, profile, true, "profile")?;
        }
        if !user.members.is_empty() && user.kind != Some(UserKind::Queue) {
            return Err(Error::invalid(ErrorCode::NotAllowed, "members", "only a queue has members"));
        }
        check_days("valid_until", user.valid_from, user.valid_until)?;
        for (place, duty) in user.duties.iter().enumerate() {
            let path = format!("duties[{place}]");
            check_days("valid_until", duty.valid_from, duty.valid_until).map_err(|error| error.under(&path))?;
            let missing =
                |field| Error::invalid(ErrorCode::UnknownReference, format!("{path}.{field}"), "no such record");
            if !before.duties.contains(duty) {
                record_for_rule::<Role>(view, duty.role).map_err(|_| missing("role"))?;
                duty.unit
                    .map_or(Ok(()), |unit| record_for_rule::<OrgUnit>(view, unit).map(|_| ()))
                    .map_err(|_| missing("unit"))?;
            }
        }
        check_members(view, &user.members, &before.members)?;
        Ok(Decision::default())
    })
}

/// A permission set that a user gets; a profile is given as one, and nothing else is.
fn check_given_set(view: &mut dyn View, set: Id, as_profile: bool, field: &str) -> Result<()> {
    let unknown = || Error::invalid(ErrorCode::UnknownReference, field, "no such permission set");
    let set = record_for_rule::<PermissionSet>(view, set).map_err(|_| unknown())?;
    if set.is_profile != as_profile {
        let message = if as_profile { "the set is no profile" } else { "a profile is given as the profile" };
        return Err(Error::invalid(ErrorCode::NotAllowed, field, message));
    }
    check_author(view, &set, None).map_err(|error| error.under(field))
}

fn permission_set_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<PermissionSet>(before, after, |before, set| {
        check_set(view.schema(), set)?;
        if before.as_ref().is_some_and(|before| before.is_profile != set.is_profile) {
            return Err(Error::invalid(ErrorCode::ReadOnlyField, "is_profile", "a set stays what it was made as"));
        }
        check_author(view, set, before.as_ref())?;
        Ok(Decision::default())
    })
}

/// Nobody gives a right that he does not have. The first records of a tenant have no author yet.
fn check_author(view: &mut dyn View, set: &PermissionSet, former: Option<&PermissionSet>) -> Result<()> {
    let id = view.user();
    let Ok(author) = record_for_rule::<User>(view, id) else { return Ok(()) };
    let mut configuration = Configuration::default();
    for own in author.profile.iter().chain(&author.permission_sets) {
        if let Ok(own) = record_for_rule::<PermissionSet>(view, *own) {
            configuration.sets.insert(own.id, Arc::new(own));
        }
    }
    let author = User { valid_from: None, valid_until: None, ..author };
    configuration.users.insert(id, Arc::new(author));
    AccessModel::new(configuration, view.schema(), view.today()).check_grant(id, view.schema(), set, former)
}

fn organization_rule(view: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    let own = Organization::from_row(after.clone())?;
    if own.time_zone.parse::<chrono_tz::Tz>().is_err() {
        let shown = excerpt(&own.time_zone);
        return Err(Error::invalid(ErrorCode::BadFormat, "time_zone", format!("`{shown}` is no IANA time zone")));
    }
    if before.is_none() && !view.list_for_rule(Organization::NAME, &Query::default())?.is_empty() {
        return Err(Error::invalid(ErrorCode::TooMany, "organization", "a tenant is one organisation"));
    }
    Ok(Decision::default())
}

/// The definition is checked against the schema by the pipeline, which also makes the index; here only what must
/// never change is held.
///
/// What was left out is written down with its default: a field that can be set once must not be set later, when there
/// are values that were kept by the default.
fn definition_rule(_: &mut dyn View, before: Option<&Row>, after: &mut Row) -> Result<Decision> {
    with_record::<FieldDefinition>(before, after, |_, definition| {
        if definition.kind == CustomFieldKind::Decimal {
            definition.scale = definition.scale.or(Some(DEFAULT_SCALE));
        }
        let mut seen = std::collections::BTreeSet::new();
        for (place, choice) in definition.choices.iter().enumerate() {
            if choice.trim().is_empty() || choice.chars().count() > 200 || !seen.insert(choice) {
                let field = format!("choices[{place}]");
                let message = "a choice is a text of 1 to 200 characters, once";
                return Err(Error::invalid(ErrorCode::BadFormat, field, message));
            }
        }
        Ok(Decision::default())
    })
}
