//! Teams, shares, and why somebody may do something.

use crm_core::access::{AccessExplanation, RecordShare, TeamMember, UserAccess};
use crm_core::engine::PolicyDiff;
use crm_core::value::Id;
use crm_core::value::python::Argument;
use pyo3::prelude::*;

use crate::input::{self, CommandInput};

/// Teams and shares of single records, and why somebody may do something, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Access {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Access {
    /// Puts somebody into the team of a record and gives the member back as it was stored. The caller must have the
    /// record in full.
    ///
    /// Raises `UNKNOWN_REFERENCE` at `record` for a record that the caller does not see, at `user` for nobody;
    /// `UNKNOWN_FIELD` or `NO_SUCH_RIGHT` for a field that the team may not open; `OUT_OF_RANGE` for the days;
    /// `DeniedError`.
    fn add_team_member(&self, py: Python<'_>, member: TeamMember) -> PyResult<TeamMember> {
        Ok(py.detach(|| self.session.access().add_team_member(&member))?)
    }

    /// Saves a team member that was read and changed.
    ///
    /// Raises what `add_team_member` raises; `WRITE_ONCE` for another record or user, `STALE_VERSION`, `NotFoundError`.
    fn update_team_member(&self, py: Python<'_>, member: TeamMember) -> PyResult<TeamMember> {
        Ok(py.detach(|| self.session.access().update_team_member(&member))?)
    }

    /// Takes somebody out of a team.
    ///
    /// Raises `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn remove_team_member(&self, py: Python<'_>, id: Id, version: Argument<i64>) -> PyResult<()> {
        Ok(py.detach(|| self.session.access().remove_team_member(id, version.0))?)
    }

    /// Shares a record by hand and gives the share back as it was stored. The caller must have the record in full.
    ///
    /// Raises `UNKNOWN_REFERENCE` at `record` for a record that the caller does not see, at `grantee.id` for nobody;
    /// `DeniedError`.
    fn share(&self, py: Python<'_>, share: RecordShare) -> PyResult<RecordShare> {
        Ok(py.detach(|| self.session.access().share(&share))?)
    }

    /// Takes a share back.
    ///
    /// Raises `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    fn unshare(&self, py: Python<'_>, id: Id, version: Argument<i64>) -> PyResult<()> {
        Ok(py.detach(|| self.session.access().unshare(id, version.0))?)
    }

    /// The team of a record that the reader sees, past and future members too.
    ///
    /// Raises `UNKNOWN_ENTITY`, `NotFoundError`, `DeniedError`.
    fn team(&self, py: Python<'_>, entity: Argument<String>, record: Id) -> PyResult<Vec<TeamMember>> {
        Ok(py.detach(|| self.session.access().team(&entity.0, record))?)
    }

    /// The shares of a record that the reader sees.
    ///
    /// Raises `UNKNOWN_ENTITY`, `NotFoundError`, `DeniedError`.
    fn shares(&self, py: Python<'_>, entity: Argument<String>, record: Id) -> PyResult<Vec<RecordShare>> {
        Ok(py.detach(|| self.session.access().shares(&entity.0, record))?)
    }

    /// Why a user may do something with a record, or with a field of it, or what would give it. Everybody may ask for
    /// himself; for others, who may read users and permission sets.
    ///
    /// Raises `NotFoundError` for a record that the caller does not see, `UNKNOWN_FIELD`, `UNKNOWN_ENTITY`,
    /// `DeniedError`.
    #[pyo3(signature = (user, entity, record, field=None))]
    fn explain(
        &self,
        py: Python<'_>,
        user: Id,
        entity: Argument<String>,
        record: Id,
        field: Option<Argument<String>>,
    ) -> PyResult<AccessExplanation> {
        let field = field.as_ref().map(|field| field.0.as_str());
        Ok(py.detach(|| self.session.access().explain(user, &entity.0, record, field))?)
    }

    /// Who sees a record, how much each has of it, and why. For those who may read users and permission sets.
    ///
    /// Raises `NotFoundError` for a record that the caller does not see, `UNKNOWN_ENTITY`, `DeniedError`.
    fn who_can(&self, py: Python<'_>, entity: Argument<String>, record: Id) -> PyResult<Vec<UserAccess>> {
        Ok(py.detach(|| self.session.access().who_can(&entity.0, record))?)
    }

    /// Who would gain and lose which records, fields and rights if these commands were carried out. Nothing is written.
    /// The caller must be allowed to carry them out, and have every record of each entity of which something is told.
    ///
    /// Raises what the commands raise; `DeniedError`.
    fn policy_diff(&self, py: Python<'_>, commands: Vec<CommandInput>) -> PyResult<PolicyDiff> {
        let commands = input::commands(commands);
        Ok(py.detach(|| self.session.access().policy_diff(&commands))?)
    }
}
