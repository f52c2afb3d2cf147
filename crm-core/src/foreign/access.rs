//! Teams and shares of records, and why somebody may do something.

use crate::access::{AccessExplanation, RecordShare, TeamMember, UserAccess};
use crate::engine::{Command, PolicyDiff, Session};
use crate::value::{Id, Result};

/// Teams and shares of single records, and why somebody may do something, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Access {
    session: Session,
}

impl Access {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

#[uniffi::export]
impl Access {
    /// Puts somebody into the team of a record. The caller must have the record in full.
    ///
    /// # Errors
    /// `UnknownReference` at `record` for a record that the caller does not see, at `user` for nobody; `UnknownField` or
    /// `NoSuchRight` for a field that the team may not open; `OutOfRange` for the days; `Denied`.
    pub fn add_team_member(&self, member: TeamMember) -> Result<TeamMember> {
        self.session.access().add_team_member(&member)
    }

    /// Saves a team member that was read and changed.
    ///
    /// # Errors
    /// As [`Access::add_team_member`]; `WriteOnce` for another record or user, `StaleVersion`, `NotFound`.
    pub fn update_team_member(&self, member: TeamMember) -> Result<TeamMember> {
        self.session.access().update_team_member(&member)
    }

    /// Takes somebody out of a team.
    ///
    /// # Errors
    /// `NotFound`, `StaleVersion`, `Denied`.
    pub fn remove_team_member(&self, id: Id, version: i64) -> Result<()> {
        self.session.access().remove_team_member(id, version)
    }

    /// Shares a record by hand. The caller must have the record in full.
    ///
    /// # Errors
    /// `UnknownReference` at `record` for a record that the caller does not see, at `grantee.id` for nobody; `Denied`.
    pub fn share(&self, share: RecordShare) -> Result<RecordShare> {
        self.session.access().share(&share)
    }

    /// Takes a share back.
    ///
    /// # Errors
    /// `NotFound`, `StaleVersion`, `Denied`.
    pub fn unshare(&self, id: Id, version: i64) -> Result<()> {
        self.session.access().unshare(id, version)
    }

    /// The team of a record that the reader sees, past and future members too.
    ///
    /// # Errors
    /// `NotFound`, `UnknownEntity`, `Denied`.
    pub fn team(&self, entity: &str, record: Id) -> Result<Vec<TeamMember>> {
        self.session.access().team(entity, record)
    }

    /// The shares of a record that the reader sees.
    ///
    /// # Errors
    /// `NotFound`, `UnknownEntity`, `Denied`.
    pub fn shares(&self, entity: &str, record: Id) -> Result<Vec<RecordShare>> {
        self.session.access().shares(entity, record)
    }

    /// Why a user may do something with a record, or with a field of it, or what would give it. Everybody may ask for
    /// himself; for others, who may read users and permission sets.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see, `UnknownField`, `UnknownEntity`, `Denied`.
    #[uniffi::method(default(field = None))]
    pub fn explain(&self, user: Id, entity: &str, record: Id, field: Option<String>) -> Result<AccessExplanation> {
        self.session.access().explain(user, entity, record, field.as_deref())
    }

    /// Who sees a record, how much each has of it, and why. For those who may read users and permission sets.
    ///
    /// # Errors
    /// `NotFound` for a record that the caller does not see, `UnknownEntity`, `Denied`.
    pub fn who_can(&self, entity: &str, record: Id) -> Result<Vec<UserAccess>> {
        self.session.access().who_can(entity, record)
    }

    /// Who would gain and lose which records, fields and rights if these commands were carried out. Nothing is written.
    /// The caller must be allowed to carry them out, and have every record of each entity of which something is told.
    ///
    /// # Errors
    /// As the commands; `Denied`.
    pub fn policy_diff(&self, commands: Vec<Command>) -> Result<PolicyDiff> {
        self.session.access().policy_diff(&commands)
    }
}
