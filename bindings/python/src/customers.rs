//! The customer room.

use crm_core::customer::{
    Account, AccountPage, Activity, ActivityPage, Attachment, AttachmentPage, ChannelKind, Contact, ContactPage,
    HierarchyKind, HierarchyNode, LifeCycle, SingleView, SingleViewOptions, Subject,
};
use crm_core::engine::Outcome;
use crm_core::query::{AggregateQuery, AggregateRow, Query};
use crm_core::value::python::Argument;
use crm_core::value::{Date, Id, IdentifierKind, Timestamp};
use pyo3::prelude::*;

/// Accounts, contacts, hierarchies, activities, attachments and the single view, on behalf of the session's user.
#[pyclass(module = "crm_core", frozen)]
pub struct Customers {
    pub session: crm_core::engine::Session,
}

#[pymethods]
impl Customers {
    /// Makes an account and gives it back as it was stored.
    ///
    /// Raises `InvalidError` with every problem of the fields, channels (`channels[2].value`) and identifiers
    /// (`identifiers[0].value`); `DUPLICATE_KEY` for a code or an external identifier that another account has;
    /// `DeniedError`.
    fn create_account(&self, py: Python<'_>, account: Account) -> PyResult<Account> {
        Ok(py.detach(|| self.session.customers().create_account(&account))?)
    }

    /// Saves an account that was read and changed.
    ///
    /// Raises what `create_account` raises; `STALE_VERSION` with the fields that others changed; `NotFoundError`.
    fn update_account(&self, py: Python<'_>, account: Account) -> PyResult<Account> {
        Ok(py.detach(|| self.session.customers().update_account(&account))?)
    }

    /// An account.
    ///
    /// Raises `NotFoundError` if there is none, or the reader may not see it; `DeniedError`.
    fn account(&self, py: Python<'_>, id: Id) -> PyResult<Account> {
        Ok(py.detach(|| self.session.customers().account(id))?)
    }

    /// An account as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises `NotFoundError` if it did not exist then, was deleted, or the reader may not see it.
    fn account_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Account> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// The accounts with an identifier, in any written form of it; at most 500.
    ///
    /// Raises `UNKNOWN_FIELD` if the reader may not see identifiers, what is wrong with the value, `DeniedError`.
    fn accounts_by_identifier(
        &self,
        py: Python<'_>,
        kind: IdentifierKind,
        value: Argument<String>,
    ) -> PyResult<Vec<Account>> {
        Ok(py.detach(|| self.session.customers().accounts_by_identifier(kind, &value))?)
    }

    /// The accounts with a channel, in any written form of it; the three kinds of telephone numbers are one. At most 500.
    ///
    /// Raises `UNKNOWN_FIELD` if the reader may not see channels, what is wrong with the value, `DeniedError`.
    fn accounts_by_channel(
        &self,
        py: Python<'_>,
        kind: ChannelKind,
        value: Argument<String>,
    ) -> PyResult<Vec<Account>> {
        Ok(py.detach(|| self.session.customers().accounts_by_channel(kind, &value))?)
    }

    /// One page of accounts.
    ///
    /// Raises `UNKNOWN_FIELD`, `WRONG_TYPE`, `BAD_CURSOR`, `OUT_OF_RANGE`, `QUERY_TOO_COMPLEX`, `DeniedError`.
    #[pyo3(signature = (query=None))]
    fn accounts(&self, py: Python<'_>, query: Option<Query>) -> PyResult<AccountPage> {
        Ok(py.detach(|| self.session.customers().accounts(&query.unwrap_or_default()))?)
    }

    /// The account with a customer code.
    ///
    /// Raises what `account` raises.
    fn account_by_code(&self, py: Python<'_>, code: Argument<String>) -> PyResult<Account> {
        Ok(py.detach(|| self.session.customers().account_by_code(&code))?)
    }

    /// The account with an identifier in another system.
    ///
    /// Raises what `account` raises.
    fn account_by_external_id(
        &self,
        py: Python<'_>,
        system: Argument<String>,
        key: Argument<String>,
    ) -> PyResult<Account> {
        Ok(py.detach(|| self.session.customers().account_by_external_id(&system, &key))?)
    }

    /// Sets how far the business with an account has come; of the version that was read, if one is named.
    ///
    /// Raises `STALE_VERSION`, `NotFoundError`, `DeniedError`.
    #[pyo3(signature = (account, life_cycle, expected_version=None))]
    fn set_life_cycle(
        &self,
        py: Python<'_>,
        account: Id,
        life_cycle: LifeCycle,
        expected_version: Option<Argument<i64>>,
    ) -> PyResult<Outcome> {
        let version = expected_version.map(Argument::value);
        Ok(py.detach(|| self.session.customers().set_life_cycle(account, life_cycle, version))?)
    }

    /// Makes a contact and gives it back as it was stored.
    ///
    /// Raises what `create_account` raises.
    fn create_contact(&self, py: Python<'_>, contact: Contact) -> PyResult<Contact> {
        Ok(py.detach(|| self.session.customers().create_contact(&contact))?)
    }

    /// Saves a contact that was read and changed.
    ///
    /// Raises what `update_account` raises.
    fn update_contact(&self, py: Python<'_>, contact: Contact) -> PyResult<Contact> {
        Ok(py.detach(|| self.session.customers().update_contact(&contact))?)
    }

    /// A contact.
    ///
    /// Raises what `account` raises.
    fn contact(&self, py: Python<'_>, id: Id) -> PyResult<Contact> {
        Ok(py.detach(|| self.session.customers().contact(id))?)
    }

    /// A contact as it stood at an instant, with the fields that the reader may see now.
    ///
    /// Raises what `account_as_of` raises.
    fn contact_as_of(&self, py: Python<'_>, id: Id, at: Timestamp) -> PyResult<Contact> {
        Ok(py.detach(|| self.session.as_of(id, at))?)
    }

    /// The contacts with a channel; as `accounts_by_channel`.
    fn contacts_by_channel(
        &self,
        py: Python<'_>,
        kind: ChannelKind,
        value: Argument<String>,
    ) -> PyResult<Vec<Contact>> {
        Ok(py.detach(|| self.session.customers().contacts_by_channel(kind, &value))?)
    }

    /// One page of contacts.
    ///
    /// Raises what `accounts` raises.
    #[pyo3(signature = (query=None))]
    fn contacts(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ContactPage> {
        Ok(py.detach(|| self.session.customers().contacts(&query.unwrap_or_default()))?)
    }

    /// Puts an account below another one from a date on, or below none, until the next link begins.
    ///
    /// Raises `InvalidError` (`ErrorCode.CYCLE`) with the names along the circle in the data.
    fn set_parent(
        &self,
        py: Python<'_>,
        hierarchy: HierarchyKind,
        child: Id,
        parent: Option<Id>,
        valid_from: Date,
    ) -> PyResult<Outcome> {
        Ok(py.detach(|| self.session.customers().set_parent(hierarchy, child, parent, valid_from))?)
    }

    /// The account above on a date; `None` if there is none, or the reader may not see it.
    ///
    /// Raises `NotFoundError` for an account that the reader may not see, `DeniedError`.
    fn parent_of(
        &self,
        py: Python<'_>,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
    ) -> PyResult<Option<HierarchyNode>> {
        Ok(py.detach(|| self.session.customers().parent_of(account, hierarchy, date))?)
    }

    /// The accounts directly below on a date, by name.
    ///
    /// Raises what `parent_of` raises.
    fn children(
        &self,
        py: Python<'_>,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
    ) -> PyResult<Vec<HierarchyNode>> {
        Ok(py.detach(|| self.session.customers().children(account, hierarchy, date))?)
    }

    /// The accounts above on a date, the nearest first.
    ///
    /// Raises what `parent_of` raises.
    fn ancestors(
        &self,
        py: Python<'_>,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
    ) -> PyResult<Vec<HierarchyNode>> {
        Ok(py.detach(|| self.session.customers().ancestors(account, hierarchy, date))?)
    }

    /// The account and everything below it on a date, level by level, each level by name.
    ///
    /// Raises what `parent_of` raises; `TOO_MANY`.
    fn subtree(
        &self,
        py: Python<'_>,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
    ) -> PyResult<Vec<HierarchyNode>> {
        Ok(py.detach(|| self.session.customers().subtree(account, hierarchy, date))?)
    }

    /// Figures over all visible records of an entity whose field `account` lies in the subtree; for `account` itself,
    /// over the accounts of the subtree.
    ///
    /// Raises what `subtree` raises, and those of the figures.
    fn rollup(
        &self,
        py: Python<'_>,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
        entity: Argument<String>,
        query: AggregateQuery,
    ) -> PyResult<Vec<AggregateRow>> {
        Ok(py.detach(|| self.session.customers().rollup(account, hierarchy, date, &entity, &query))?)
    }

    /// Makes an activity and gives it back as it was stored.
    ///
    /// Raises `UNKNOWN_REFERENCE` at `subjects[0].id` for a record that the caller may not see; `DUPLICATE_KEY` for a
    /// subject that is named twice; `TOO_MANY`; `DeniedError`.
    fn log_activity(&self, py: Python<'_>, activity: Activity) -> PyResult<Activity> {
        Ok(py.detach(|| self.session.customers().log_activity(&activity))?)
    }

    /// Saves an activity that was read and changed.
    ///
    /// Raises what `log_activity` raises; `STALE_VERSION`, `NotFoundError`.
    fn update_activity(&self, py: Python<'_>, activity: Activity) -> PyResult<Activity> {
        Ok(py.detach(|| self.session.customers().update_activity(&activity))?)
    }

    /// An activity.
    ///
    /// Raises what `account` raises.
    fn activity(&self, py: Python<'_>, id: Id) -> PyResult<Activity> {
        Ok(py.detach(|| self.session.customers().activity(id))?)
    }

    /// One page of activities.
    ///
    /// Raises what `accounts` raises.
    #[pyo3(signature = (query=None))]
    fn activities(&self, py: Python<'_>, query: Option<Query>) -> PyResult<ActivityPage> {
        Ok(py.detach(|| self.session.customers().activities(&query.unwrap_or_default()))?)
    }

    /// The newest activities of a record, at most `limit`, 1 to 500; with a hierarchy, of an account and of everything
    /// that stands below it today.
    ///
    /// Raises `NotFoundError` for a record that the reader may not see, `OUT_OF_RANGE` for the limit, `DeniedError`.
    #[pyo3(signature = (subject, hierarchy=None, limit=Argument(50)))]
    fn activities_of(
        &self,
        py: Python<'_>,
        subject: Subject,
        hierarchy: Option<HierarchyKind>,
        limit: Argument<i64>,
    ) -> PyResult<Vec<Activity>> {
        Ok(py.detach(|| self.session.customers().activities_of(subject, hierarchy, limit.0))?)
    }

    /// Makes an attachment; the host has put the bytes into its own store, under their hash (`content_hash`).
    ///
    /// Raises `BAD_FORMAT` for a hash that is no SHA-256 or a file name with folders, `REQUIRED` or `TOO_MANY` unless
    /// it belongs to exactly one record, `UNKNOWN_REFERENCE`, `DeniedError`.
    fn add_attachment(&self, py: Python<'_>, attachment: Attachment) -> PyResult<Attachment> {
        Ok(py.detach(|| self.session.customers().add_attachment(&attachment))?)
    }

    /// An attachment.
    ///
    /// Raises what `account` raises.
    fn attachment(&self, py: Python<'_>, id: Id) -> PyResult<Attachment> {
        Ok(py.detach(|| self.session.customers().attachment(id))?)
    }

    /// One page of attachments.
    ///
    /// Raises what `accounts` raises.
    #[pyo3(signature = (query=None))]
    fn attachments(&self, py: Python<'_>, query: Option<Query>) -> PyResult<AttachmentPage> {
        Ok(py.detach(|| self.session.customers().attachments(&query.unwrap_or_default()))?)
    }

    /// Everything about a customer that the reader may see, on one snapshot; behind every total the records of which it
    /// is the sum.
    ///
    /// Raises `NotFoundError` for an account that the reader may not see, `TOO_MANY`, `OUT_OF_RANGE` for the limit,
    /// `OVERFLOW`.
    #[pyo3(signature = (account, options=None))]
    fn single_view(&self, py: Python<'_>, account: Id, options: Option<SingleViewOptions>) -> PyResult<SingleView> {
        Ok(py.detach(|| self.session.customers().single_view(account, &options.unwrap_or_default()))?)
    }
}
