//! Handing records over, and who owned what when.

use crm_core::engine::{HandOver, OwnershipChange, PlannedTransferPage, Transfer, TransferReport};
use crm_core::query::Query;
use crm_core::value::python::Argument;
use crm_core::value::{Date, Id};
use pyo3::prelude::*;

/// Handing records over to another owner, and who owned what when, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Transfers {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Transfers {
    /// Hands records over, with what moves with them, in one operation that one undo takes back. A day to come is planned.
    ///
    /// Raises `REQUIRED` if nothing says which records; `UNKNOWN_REFERENCE` at `to`; `NotFoundError` for an identifier of
    /// a record that the caller does not see; `NO_SUCH_RIGHT`, `UNKNOWN_ENTITY`, `UNKNOWN_FIELD`, `TOO_MANY` above
    /// 100,000 records; `DeniedError`.
    fn transfer(&self, py: Python<'_>, transfer: Transfer) -> PyResult<TransferReport> {
        Ok(py.detach(|| self.session.transfers().transfer(&transfer))?)
    }

    /// What a transfer would do, without doing it.
    ///
    /// Raises what `transfer` raises.
    fn preview_transfer(&self, py: Python<'_>, transfer: Transfer) -> PyResult<TransferReport> {
        Ok(py.detach(|| self.session.transfers().preview_transfer(&transfer))?)
    }

    /// Hands over everything that a leaver owns, ends his places in teams and, if asked, switches him off.
    ///
    /// Raises `UNKNOWN_REFERENCE` at `user`, `to` or `exceptions[0].to`; `NOT_ALLOWED` if both are one; `TOO_MANY`;
    /// `DeniedError`.
    fn hand_over(&self, py: Python<'_>, hand_over: HandOver) -> PyResult<TransferReport> {
        Ok(py.detach(|| self.session.transfers().hand_over(&hand_over))?)
    }

    /// What a hand-over would do, without doing it.
    ///
    /// Raises what `hand_over` raises.
    fn preview_hand_over(&self, py: Python<'_>, hand_over: HandOver) -> PyResult<TransferReport> {
        Ok(py.detach(|| self.session.transfers().preview_hand_over(&hand_over))?)
    }

    /// One page of the transfers that were carried out or wait for their day.
    ///
    /// Raises `UNKNOWN_FIELD`, `BAD_CURSOR`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn transfers(&self, py: Python<'_>, query: Option<Query>) -> PyResult<PlannedTransferPage> {
        Ok(py.detach(|| self.session.transfers().transfers(&query.unwrap_or_default()))?)
    }

    /// Gives a planned transfer up.
    ///
    /// Raises `NotFoundError`, `ILLEGAL_TRANSITION` if it does not wait any more, `DeniedError` for the plan of somebody
    /// else.
    fn cancel_planned(&self, py: Python<'_>, id: Id) -> PyResult<()> {
        Ok(py.detach(|| self.session.transfers().cancel_planned(id))?)
    }

    /// Carries out every planned transfer that the caller sees and whose day has come, each on behalf of who planned it
    /// and with his rights of today. One that is refused waits on, and the others are carried out. A host calls it daily.
    ///
    /// Raises `DeniedError` without the right to read transfers; the first refusal, after all others were carried out.
    fn run_due(&self, py: Python<'_>) -> PyResult<Vec<TransferReport>> {
        Ok(py.detach(|| self.session.transfers().run_due())?)
    }

    /// The owners of a record, each with the first day of his: the first is its maker or whom he named.
    ///
    /// Raises `NotFoundError` for a record that the reader does not see, `UNKNOWN_ENTITY`, `DeniedError`.
    fn ownership(&self, py: Python<'_>, entity: Argument<String>, id: Id) -> PyResult<Vec<OwnershipChange>> {
        Ok(py.detach(|| self.session.transfers().ownership(&entity.0, id))?)
    }

    /// Who owned a record on a date; nothing before it was made. Later transfers never change the answer for a date before
    /// their own day.
    ///
    /// Raises what `ownership` raises.
    fn owner_on(&self, py: Python<'_>, entity: Argument<String>, id: Id, date: Date) -> PyResult<Option<Id>> {
        Ok(py.detach(|| self.session.transfers().owner_on(&entity.0, id, date))?)
    }
}
