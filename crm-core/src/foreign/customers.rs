//! Accounts, contacts, hierarchies, activities, attachments and the single view.

use crate::customer::{
    Account, AccountPage, Activity, ActivityPage, Attachment, AttachmentPage, ChannelKind, Contact, ContactPage,
    HierarchyKind, HierarchyNode, LifeCycle, SingleView, SingleViewOptions, Subject,
};
use crate::engine::{Outcome, Session};
use crate::query::{AggregateQuery, AggregateRow, Query};
use crate::value::{Date, Id, IdentifierKind, Result, Timestamp};

/// Accounts, contacts, hierarchies, activities, attachments and the single view, on behalf of the session's user.
#[derive(uniffi::Object)]
pub struct Customers {
    session: Session,
}

impl Customers {
    pub(super) const fn new(session: Session) -> Self {
        Self { session }
    }
}

/// Accounts and contacts.
#[uniffi::export]
impl Customers {
    /// Makes an account.
    ///
    /// # Errors
    /// `Invalid` with every problem of the fields, channels (`channels[2].value`) and identifiers
    /// (`identifiers[0].value`); `DuplicateKey` for a code or an external identifier that another account has; `Denied`.
    pub fn create_account(&self, account: Account) -> Result<Account> {
        self.session.customers().create_account(&account)
    }

    /// Saves an account that was read and changed.
    ///
    /// # Errors
    /// As [`Customers::create_account`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_account(&self, account: Account) -> Result<Account> {
        self.session.customers().update_account(&account)
    }

    /// Sets how far the business with an account has come; of the version that was read, if one is named.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `StaleVersion`.
    #[uniffi::method(default(expected_version = None))]
    pub fn set_life_cycle(&self, account: Id, life_cycle: LifeCycle, expected_version: Option<i64>) -> Result<Outcome> {
        self.session.customers().set_life_cycle(account, life_cycle, expected_version)
    }

    /// An account.
    ///
    /// # Errors
    /// `NotFound` if there is none, or the reader may not see it; `Denied`.
    pub fn account(&self, id: Id) -> Result<Account> {
        self.session.customers().account(id)
    }

    /// An account as it stood at an instant, with the fields that the reader may see now.
    ///
    /// # Errors
    /// `NotFound` if it did not exist then, was deleted, or the reader may not see it.
    pub fn account_as_of(&self, id: Id, at: Timestamp) -> Result<Account> {
        self.session.as_of(id, at)
    }

    /// The account with a customer code.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn account_by_code(&self, code: &str) -> Result<Account> {
        self.session.customers().account_by_code(code)
    }

    /// The account with an identifier in another system.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn account_by_external_id(&self, system: &str, key: &str) -> Result<Account> {
        self.session.customers().account_by_external_id(system, key)
    }

    /// The accounts with an identifier, in any written form of it; at most 500.
    ///
    /// # Errors
    /// `BadFormat` or `CheckDigit` at `identifiers.value`; `UnknownField` for a reader who may not see identifiers;
    /// `Denied`.
    pub fn accounts_by_identifier(&self, kind: IdentifierKind, value: &str) -> Result<Vec<Account>> {
        self.session.customers().accounts_by_identifier(kind, value)
    }

    /// The accounts with a channel, in any written form of it; the three kinds of telephone numbers are one. At most 500.
    ///
    /// # Errors
    /// `NotInPicklist` for postal addresses, `Required` for an empty value, `UnknownField` for a reader who may not see
    /// channels; `Denied`.
    pub fn accounts_by_channel(&self, kind: ChannelKind, value: &str) -> Result<Vec<Account>> {
        self.session.customers().accounts_by_channel(kind, value)
    }

    /// One page of accounts.
    ///
    /// # Errors
    /// `UnknownField`, `WrongType`, `BadCursor`, `OutOfRange`, `QueryTooComplex`, `Denied`.
    #[uniffi::method(default(query))]
    pub fn accounts(&self, query: Query) -> Result<AccountPage> {
        self.session.customers().accounts(&query)
    }

    /// Makes a contact.
    ///
    /// # Errors
    /// As [`Customers::create_account`].
    pub fn create_contact(&self, contact: Contact) -> Result<Contact> {
        self.session.customers().create_contact(&contact)
    }

    /// Saves a contact that was read and changed.
    ///
    /// # Errors
    /// As [`Customers::update_account`].
    pub fn update_contact(&self, contact: Contact) -> Result<Contact> {
        self.session.customers().update_contact(&contact)
    }

    /// A contact.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn contact(&self, id: Id) -> Result<Contact> {
        self.session.customers().contact(id)
    }

    /// A contact as it stood at an instant.
    ///
    /// # Errors
    /// As [`Customers::account_as_of`].
    pub fn contact_as_of(&self, id: Id, at: Timestamp) -> Result<Contact> {
        self.session.as_of(id, at)
    }

    /// The contacts with a channel; as `accounts_by_channel`.
    ///
    /// # Errors
    /// As [`Customers::accounts_by_channel`].
    pub fn contacts_by_channel(&self, kind: ChannelKind, value: &str) -> Result<Vec<Contact>> {
        self.session.customers().contacts_by_channel(kind, value)
    }

    /// One page of contacts.
    ///
    /// # Errors
    /// As [`Customers::accounts`].
    #[uniffi::method(default(query))]
    pub fn contacts(&self, query: Query) -> Result<ContactPage> {
        self.session.customers().contacts(&query)
    }
}

/// Hierarchies. On every date an account has at most one parent in a hierarchy.
#[uniffi::export]
impl Customers {
    /// Puts an account below another one from a date on, or below none. The link of that date ends, and
    /// the new one holds until the next one begins. Nothing happens if it is the same parent on that date.
    ///
    /// # Errors
    /// `Cycle` with the names along the circle in `cycle`; `OutOfRange` for a
    /// hierarchy that gets too deep; `UnknownReference`; `Denied`.
    pub fn set_parent(&self, hierarchy: HierarchyKind, child: Id, parent: Option<Id>, from: Date) -> Result<Outcome> {
        self.session.customers().set_parent(hierarchy, child, parent, from)
    }

    /// The account above on a date; nothing if there is none, or the reader may not see it.
    ///
    /// # Errors
    /// `NotFound` for an account that the reader may not see, `Denied`.
    pub fn parent_of(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Option<HierarchyNode>> {
        self.session.customers().parent_of(account, hierarchy, date)
    }

    /// The accounts directly below on a date, by name.
    ///
    /// # Errors
    /// As [`Customers::parent_of`].
    pub fn children(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Vec<HierarchyNode>> {
        self.session.customers().children(account, hierarchy, date)
    }

    /// The accounts above on a date, the nearest first.
    ///
    /// # Errors
    /// As [`Customers::parent_of`].
    pub fn ancestors(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Vec<HierarchyNode>> {
        self.session.customers().ancestors(account, hierarchy, date)
    }

    /// The account and everything below it on a date, level by level, each level by name.
    ///
    /// # Errors
    /// As [`Customers::parent_of`]; `TooMany`.
    pub fn subtree(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Vec<HierarchyNode>> {
        self.session.customers().subtree(account, hierarchy, date)
    }

    /// Figures over all visible records of an entity whose field `account` lies in the subtree; for `account` itself,
    /// over the accounts of the subtree.
    ///
    /// # Errors
    /// As [`Customers::subtree`], and those of the figures.
    pub fn rollup(
        &self,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
        entity: &str,
        query: AggregateQuery,
    ) -> Result<Vec<AggregateRow>> {
        self.session.customers().rollup(account, hierarchy, date, entity, &query)
    }
}

/// Activities, attachments and the single view.
#[uniffi::export]
impl Customers {
    /// Makes an activity.
    ///
    /// # Errors
    /// `UnknownReference` at `subjects[0].id` for a record that the caller may not see; `DuplicateKey` for a subject that
    /// is named twice; `TooMany`; `Denied`.
    pub fn log_activity(&self, activity: Activity) -> Result<Activity> {
        self.session.customers().log_activity(&activity)
    }

    /// Saves an activity that was read and changed.
    ///
    /// # Errors
    /// As [`Customers::log_activity`]; `StaleVersion`, `NotFound`.
    pub fn update_activity(&self, activity: Activity) -> Result<Activity> {
        self.session.customers().update_activity(&activity)
    }

    /// An activity.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn activity(&self, id: Id) -> Result<Activity> {
        self.session.customers().activity(id)
    }

    /// An activity as it stood at an instant.
    ///
    /// # Errors
    /// As [`Customers::account_as_of`].
    pub fn activity_as_of(&self, id: Id, at: Timestamp) -> Result<Activity> {
        self.session.as_of(id, at)
    }

    /// One page of activities.
    ///
    /// # Errors
    /// As [`Customers::accounts`].
    #[uniffi::method(default(query))]
    pub fn activities(&self, query: Query) -> Result<ActivityPage> {
        self.session.customers().activities(&query)
    }

    /// The newest activities of a record; with a hierarchy, of an account and of everything that stands below it today.
    /// At most `limit` of them, 1 to 500.
    ///
    /// # Errors
    /// `NotFound` for a record that the reader may not see, `OutOfRange` for the limit, `Denied`.
    #[uniffi::method(default(hierarchy = None, limit = 50))]
    pub fn activities_of(
        &self,
        subject: Subject,
        hierarchy: Option<HierarchyKind>,
        limit: i64,
    ) -> Result<Vec<Activity>> {
        self.session.customers().activities_of(subject, hierarchy, limit)
    }

    /// Makes an attachment; the host has put the bytes into its own store, under their hash.
    ///
    /// # Errors
    /// `BadFormat` for a hash that is no SHA-256 or a file name with folders, `Required` or `TooMany` unless it belongs to
    /// exactly one record, `UnknownReference`, `Denied`.
    pub fn add_attachment(&self, attachment: Attachment) -> Result<Attachment> {
        self.session.customers().add_attachment(&attachment)
    }

    /// An attachment.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn attachment(&self, id: Id) -> Result<Attachment> {
        self.session.customers().attachment(id)
    }

    /// An attachment as it stood at an instant.
    ///
    /// # Errors
    /// As [`Customers::account_as_of`].
    pub fn attachment_as_of(&self, id: Id, at: Timestamp) -> Result<Attachment> {
        self.session.as_of(id, at)
    }

    /// One page of attachments; filter by `account`, `contact`, `activity`, `opportunity` ... or by `content_hash`.
    ///
    /// # Errors
    /// As [`Customers::accounts`].
    #[uniffi::method(default(query))]
    pub fn attachments(&self, query: Query) -> Result<AttachmentPage> {
        self.session.customers().attachments(&query)
    }

    /// Everything about a customer that the reader may see, on one snapshot; behind every total the records of which it
    /// is the sum.
    ///
    /// # Errors
    /// `NotFound` for an account that the reader may not see, `TooMany`, `OutOfRange` for the limit, `Overflow`.
    #[uniffi::method(default(options))]
    pub fn single_view(&self, account: Id, options: SingleViewOptions) -> Result<SingleView> {
        self.session.customers().single_view(account, &options)
    }
}
