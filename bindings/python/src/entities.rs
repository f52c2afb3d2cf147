//! Records of any entity by the name of the entity, as the Python class of that entity.

use crm_core::access::{
    OrgUnit, PermissionSet, RecordShare, Role, SharingDefault, SharingRule, TeamMember, Territory, User, UserGroup,
};
use crm_core::conditions::{ConditionCounter, ConditionUsage, PriceCondition, PriceDefinition};
use crm_core::customer::{Account, AccountLink, Activity, ActivityLink, Attachment, Contact};
use crm_core::duplicates::{DuplicateCase, DuplicateRule, DuplicateVerdict, StoredMatchModel};
use crm_core::engine::{Organization, PlannedTransfer, Session};
use crm_core::forecast::StoredForecastRun;
use crm_core::merging::MergeRecord;
use crm_core::product::{
    ListPrice, PriceList, Product, ProductBundle, ProductClass, ProductDocument, ProductParameter, ProductRelation,
    ProductSource,
};
use crm_core::quote::{Quote, QuotePolicy, SalesOrder};
use crm_core::sales::{Lead, Opportunity, Pipeline, StageInterval};
use crm_core::schema::{Entity, FieldDefinition};
use crm_core::special_price::SpecialPriceRequest;
use crm_core::value::{Error, ErrorCode, Id, Result, Timestamp};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

/// Does the same for the entity of this name; every entity of the engine is in this list.
macro_rules! of_entity {
    ($name:expr, $do:ident $arguments:tt, [$($entity:ty),* $(,)?]) => {
        match $name {
            $(<$entity as Entity>::NAME => $do::<$entity> $arguments,)*
            _ => Err(Error::invalid(ErrorCode::UnknownEntity, "entity", "no such entity").into()),
        }
    };
    ($name:expr, $do:ident $arguments:tt) => {
        of_entity!($name, $do $arguments, [
            Account, AccountLink, Activity, ActivityLink, Attachment, ConditionCounter, ConditionUsage, Contact, DuplicateCase, DuplicateRule, DuplicateVerdict, FieldDefinition, Lead, ListPrice, MergeRecord, Opportunity, OrgUnit, Organization, PermissionSet, Pipeline, PlannedTransfer, PriceCondition, PriceDefinition, PriceList, Product, ProductBundle, ProductClass, ProductDocument, ProductParameter, ProductRelation, ProductSource, Quote, QuotePolicy, RecordShare, Role, SalesOrder, SharingDefault, SharingRule, SpecialPriceRequest, StageInterval, StoredForecastRun, StoredMatchModel, TeamMember, Territory, User, UserGroup,
        ])
    };
}

pub fn get<'py>(py: Python<'py>, session: &Session, entity: &str, id: Id) -> PyResult<Bound<'py, PyAny>> {
    of_entity!(entity, shown(py, || session.get(id)))
}

pub fn as_of<'py>(
    py: Python<'py>,
    session: &Session,
    entity: &str,
    id: Id,
    at: Timestamp,
) -> PyResult<Bound<'py, PyAny>> {
    of_entity!(entity, shown(py, || session.as_of(id, at)))
}

fn shown<'py, E>(py: Python<'py>, read: impl FnOnce() -> Result<E> + Send) -> PyResult<Bound<'py, PyAny>>
where
    E: IntoPyObjectExt<'py> + Send,
{
    py.detach(read)?.into_bound_py_any(py)
}
