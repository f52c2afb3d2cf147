//! Checked questions with any visibility, and writes with any grants: for tests of the stores, which take both as given.

use std::sync::Arc;

use super::{
    CheckedAggregate, CheckedGet, CheckedQuery, CheckedRule, CheckedWrite, GrantRule, RecordGrant, TenantId, Visibility,
};

impl CheckedGet {
    pub(crate) fn seen_by(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }
}

impl CheckedQuery {
    pub(crate) fn seen_by(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }

    pub(crate) fn of_deleted_too(self) -> Self {
        Self { deleted: true, ..self }
    }

    pub(crate) fn of_page(
        self,
        after: Option<(Vec<crate::value::FieldValue>, crate::value::Id)>,
        limit: usize,
    ) -> Self {
        Self { after, limit: Some(limit), ..self }
    }
}

impl CheckedAggregate {
    pub(crate) fn seen_by(self, visibility: Visibility) -> Self {
        Self { visibility, ..self }
    }
}

impl CheckedWrite {
    pub(crate) fn granting(self, remove_grants: Vec<RecordGrant>, add_grants: Vec<RecordGrant>) -> Self {
        Self { remove_grants, add_grants, ..self }
    }
}

impl CheckedRule {
    pub(crate) fn crafted(tenant: TenantId, rule: GrantRule) -> Self {
        Self { tenant, rule: Arc::new(rule) }
    }
}
