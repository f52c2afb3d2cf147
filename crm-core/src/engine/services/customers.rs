//! What a host calls.

use crate::customer::{
    Account, AccountPage, Activity, ActivityPage, Attachment, AttachmentPage, ChannelKind, Contact, ContactPage,
    CustomerCommand, HierarchyKind, HierarchyNode, LifeCycle, SingleView, SingleViewOptions, Subject, SubjectEntity,
    Tree, newest_activities, rollup, section_limit, single_view,
};
use crate::engine::{Command, Outcome, Session};
use crate::query::{AggregateQuery, AggregateRow, Filter, MAX_PAGE, Query};
use crate::room::{Reader as _, external_kind};
use crate::schema::Entity;
use crate::value::{Date, Id, IdentifierKind, Result};

impl Session {
    /// Accounts, contacts, hierarchies, activities, attachments and the single view.
    #[must_use]
    pub const fn customers(&self) -> Customers<'_> {
        Customers { session: self }
    }
}

/// Accounts, contacts, hierarchies, activities, attachments and the single view, on behalf of the session's user.
#[derive(Debug, Clone, Copy)]
pub struct Customers<'s> {
    session: &'s Session,
}

/// Accounts and contacts.
impl Customers<'_> {
    /// Makes an account.
    ///
    /// # Errors
    /// `Invalid` with every problem of the fields, channels (`channels[2].value`) and identifiers
    /// (`identifiers[0].value`); `DuplicateKey` for a code or an external identifier that another account has; `Denied`.
    pub fn create_account(&self, account: &Account) -> Result<Account> {
        let command = CustomerCommand::CreateAccount { account: account.clone() };
        self.session.create_and_read(Command::Customer(command), account)
    }

    /// Saves an account that was read and changed.
    ///
    /// # Errors
    /// As [`Customers::create_account`]; `StaleVersion` with the fields that others changed; `NotFound`.
    pub fn update_account(&self, account: &Account) -> Result<Account> {
        let command = CustomerCommand::UpdateAccount { account: account.clone() };
        self.session.save_and_read(Command::Customer(command), account)
    }

    /// Sets how far the business with an account has come; of the version that was read, if one is named.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `StaleVersion`.
    pub fn set_life_cycle(&self, account: Id, life_cycle: LifeCycle, expected_version: Option<i64>) -> Result<Outcome> {
        let command = CustomerCommand::SetLifeCycle { account, life_cycle, expected_version };
        self.session.execute(Command::Customer(command))
    }

    /// An account.
    ///
    /// # Errors
    /// `NotFound` if there is none, or the reader may not see it; `Denied`.
    pub fn account(&self, id: Id) -> Result<Account> {
        self.session.get(id)
    }

    /// The account with a customer code.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn account_by_code(&self, code: &str) -> Result<Account> {
        let row = self.session.reading(|reading| reading.find(Account::NAME, "code", "code", code))?;
        Account::from_row(row)
    }

    /// The account with an identifier in another system.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn account_by_external_id(&self, system: &str, key: &str) -> Result<Account> {
        let kind = external_kind(system);
        let row = self.session.reading(|reading| reading.find(Account::NAME, "external_ids", &kind, key.trim()))?;
        Account::from_row(row)
    }

    /// The accounts with an identifier, in any written form of it: who has this unified social credit code, this code in
    /// the ERP system? At most 500; all of them page by page through [`Filter::Holds`].
    ///
    /// # Errors
    /// `BadFormat` or `CheckDigit` at `identifiers.value`; `UnknownField` for a reader who may not see identifiers;
    /// `Denied`.
    pub fn accounts_by_identifier(&self, kind: IdentifierKind, value: &str) -> Result<Vec<Account>> {
        self.holding("identifiers", kind.as_str(), value)
    }

    /// The accounts with a channel: whose number is this? The three kinds of telephone numbers are one. At most 500; all
    /// of them page by page through [`Filter::Holds`].
    ///
    /// # Errors
    /// `NotInPicklist` for postal addresses, `Required` for an empty value, `UnknownField` for a reader who may not see
    /// channels; `Denied`.
    pub fn accounts_by_channel(&self, kind: ChannelKind, value: &str) -> Result<Vec<Account>> {
        self.holding("channels", kind.as_str(), value)
    }

    fn holding<E: Entity>(&self, field: &str, kind: &str, value: &str) -> Result<Vec<E>> {
        let filter = Filter::Holds { field: field.to_owned(), kind: kind.to_owned(), value: value.to_owned() };
        let limit = i64::try_from(MAX_PAGE).ok();
        Ok(self.session.list(&Query { filter: Some(filter), limit, ..Query::default() })?.0)
    }

    /// One page of accounts.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn accounts(&self, query: &Query) -> Result<AccountPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(AccountPage { items, next_cursor })
    }

    /// Makes a contact.
    ///
    /// # Errors
    /// As [`Customers::create_account`].
    pub fn create_contact(&self, contact: &Contact) -> Result<Contact> {
        let command = CustomerCommand::CreateContact { contact: contact.clone() };
        self.session.create_and_read(Command::Customer(command), contact)
    }

    /// Saves a contact that was read and changed.
    ///
    /// # Errors
    /// As [`Customers::update_account`].
    pub fn update_contact(&self, contact: &Contact) -> Result<Contact> {
        let command = CustomerCommand::UpdateContact { contact: contact.clone() };
        self.session.save_and_read(Command::Customer(command), contact)
    }

    /// A contact.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn contact(&self, id: Id) -> Result<Contact> {
        self.session.get(id)
    }

    /// The contacts with a channel; as [`Customers::accounts_by_channel`].
    ///
    /// # Errors
    /// As [`Customers::accounts_by_channel`].
    pub fn contacts_by_channel(&self, kind: ChannelKind, value: &str) -> Result<Vec<Contact>> {
        self.holding("channels", kind.as_str(), value)
    }

    /// One page of contacts.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn contacts(&self, query: &Query) -> Result<ContactPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ContactPage { items, next_cursor })
    }
}

/// Hierarchies. On every date an account has at most one parent in a hierarchy. Accounts that the reader may not see are
/// left out of every answer; what stands below them is not.
impl Customers<'_> {
    /// Puts an account below another one from a date on, or below none. The link of that date ends, and the new one holds
    /// until the next one begins: the past can be corrected. Nothing happens if it is the same parent on that date. A
    /// link with an end or a note of its own is made by [`CustomerCommand::SetParent`].
    ///
    /// # Errors
    /// `Cycle` with the names along the circle in `cycle` (`…` for an account that the caller may not see) and the
    /// identifiers in `cycle_ids`; `OutOfRange` for more than
    /// [`MAX_HIERARCHY_DEPTH`](crate::customer::MAX_HIERARCHY_DEPTH) steps; `UnknownReference`; `Denied`.
    pub fn set_parent(&self, hierarchy: HierarchyKind, child: Id, parent: Option<Id>, from: Date) -> Result<Outcome> {
        let command =
            CustomerCommand::SetParent { hierarchy, child, parent, valid_from: from, valid_until: None, note: None };
        self.session.execute(Command::Customer(command))
    }

    /// The account above on a date; nothing if there is none, or the reader may not see it.
    ///
    /// # Errors
    /// `NotFound` for an account that the reader may not see, `Denied`.
    pub fn parent_of(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Option<HierarchyNode>> {
        self.tree(hierarchy, date, |tree| tree.parent(account))
    }

    /// The accounts directly below on a date, by name.
    ///
    /// # Errors
    /// As [`Customers::parent_of`].
    pub fn children(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Vec<HierarchyNode>> {
        self.tree(hierarchy, date, |tree| tree.children(account))
    }

    /// The accounts above on a date, the nearest first.
    ///
    /// # Errors
    /// As [`Customers::parent_of`].
    pub fn ancestors(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Vec<HierarchyNode>> {
        self.tree(hierarchy, date, |tree| tree.ancestors(account))
    }

    /// The account and everything below it on a date, level by level, each level by name.
    ///
    /// # Errors
    /// As [`Customers::parent_of`]; `TooMany` above [`MAX_HIERARCHY_NODES`](crate::customer::MAX_HIERARCHY_NODES) accounts.
    pub fn subtree(&self, account: Id, hierarchy: HierarchyKind, date: Date) -> Result<Vec<HierarchyNode>> {
        self.tree(hierarchy, date, |tree| tree.subtree(account))
    }

    /// Figures over all visible records of an entity whose field `account` lies in the subtree; for `account` itself, over
    /// the accounts of the subtree.
    ///
    /// # Errors
    /// As [`Customers::subtree`] and [`Session::aggregate`].
    pub fn rollup(
        &self,
        account: Id,
        hierarchy: HierarchyKind,
        date: Date,
        entity: &str,
        query: &AggregateQuery,
    ) -> Result<Vec<AggregateRow>> {
        self.tree(hierarchy, date, |tree| {
            let accounts: Vec<Id> = tree.subtree(account)?.into_iter().map(|node| node.account).collect();
            rollup(tree.reading, &accounts, entity, query)
        })
    }

    fn tree<T>(&self, hierarchy: HierarchyKind, date: Date, ask: impl Fn(&mut Tree<'_>) -> Result<T>) -> Result<T> {
        self.session.reading(|reading| ask(&mut Tree { reading, hierarchy, date }))
    }
}

/// Activities, attachments and the single view.
impl Customers<'_> {
    /// Makes an activity.
    ///
    /// # Errors
    /// `UnknownReference` at `subjects[0].id` for a record that the caller may not see; `DuplicateKey` for a subject that
    /// is named twice; `TooMany` above [`MAX_SUBJECTS`](crate::customer::MAX_SUBJECTS); `Denied`.
    pub fn log_activity(&self, activity: &Activity) -> Result<Activity> {
        let command = CustomerCommand::LogActivity { activity: activity.clone() };
        self.session.create_and_read(Command::Customer(command), activity)
    }

    /// Saves an activity that was read and changed.
    ///
    /// # Errors
    /// As [`Customers::log_activity`]; `StaleVersion`, `NotFound`.
    pub fn update_activity(&self, activity: &Activity) -> Result<Activity> {
        let command = CustomerCommand::UpdateActivity { activity: activity.clone() };
        self.session.save_and_read(Command::Customer(command), activity)
    }

    /// An activity.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn activity(&self, id: Id) -> Result<Activity> {
        self.session.get(id)
    }

    /// One page of activities.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn activities(&self, query: &Query) -> Result<ActivityPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(ActivityPage { items, next_cursor })
    }

    /// The newest activities of a record; with a hierarchy, of an account and of everything that stands below it today.
    /// At most `limit` of them, 1 to 500. Activities of a contact, an opportunity, a quote or a converted lead count for
    /// the account to which it belonged then, or, if it belonged to none, for the first one after.
    ///
    /// # Errors
    /// `NotFound` for a record that the reader may not see, `OutOfRange` for the limit, `Denied`.
    pub fn activities_of(
        &self,
        subject: Subject,
        hierarchy: Option<HierarchyKind>,
        limit: i64,
    ) -> Result<Vec<Activity>> {
        let limit = section_limit(Some(limit))?;
        self.session.reading(|reading| {
            let ids = match (subject.entity, hierarchy) {
                (SubjectEntity::Account, Some(hierarchy)) => {
                    let date = reading.today();
                    let nodes = Tree { reading, hierarchy, date }.subtree(subject.id)?;
                    nodes.into_iter().map(|node| node.account).collect()
                }
                _ => vec![reading.get(subject.entity.as_str(), subject.id)?.id],
            };
            newest_activities(reading, subject.entity, &ids, limit)
        })
    }

    /// Makes an attachment; the host has put the bytes into its own store, under their hash.
    ///
    /// # Errors
    /// `BadFormat` for a hash that is no SHA-256 or a file name with folders, `Required` or `TooMany` unless it belongs to
    /// exactly one record, `UnknownReference`, `Denied`.
    pub fn add_attachment(&self, attachment: &Attachment) -> Result<Attachment> {
        let command = CustomerCommand::AddAttachment { attachment: attachment.clone() };
        self.session.create_and_read(Command::Customer(command), attachment)
    }

    /// An attachment.
    ///
    /// # Errors
    /// As [`Customers::account`].
    pub fn attachment(&self, id: Id) -> Result<Attachment> {
        self.session.get(id)
    }

    /// One page of attachments; filter by `account`, `contact`, `activity`, `opportunity` ... or by `content_hash`.
    ///
    /// # Errors
    /// As [`Session::list`].
    pub fn attachments(&self, query: &Query) -> Result<AttachmentPage> {
        let (items, next_cursor) = self.session.list(query)?;
        Ok(AttachmentPage { items, next_cursor })
    }

    /// Everything about a customer that the reader may see, on one snapshot; behind every total the records of which it is
    /// the sum. A reader who may not see an amount, its currency or the state of the record gets no total of it.
    ///
    /// # Errors
    /// `NotFound` for an account that the reader may not see, `TooMany` for a subtree above
    /// [`MAX_HIERARCHY_NODES`](crate::customer::MAX_HIERARCHY_NODES), `OutOfRange` for the limit, `Overflow`.
    pub fn single_view(&self, account: Id, options: &SingleViewOptions) -> Result<SingleView> {
        self.session.reading(|reading| {
            let today = reading.today();
            single_view(reading, today, account, options)
        })
    }
}
