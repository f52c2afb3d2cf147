//! The commands of the room.

use super::hierarchy::{self, Placement, Span};
use super::{Account, Activity, Attachment, Contact, HierarchyKind, LifeCycle};
use crate::room::{Change, Decision, View};
use crate::schema::{Entity as _, FieldCodec as _};
use crate::value::{Date, Id, Result};

value_union! {
    /// Changes of accounts, contacts, hierarchies, activities and attachments. Deleting, and setting single fields, goes
    /// through [`RecordCommand`](crate::engine::RecordCommand); the same rules hold there.
    pub enum CustomerCommand {
        /// Makes an account.
        CreateAccount {
            /// The account.
            account: Account,
        },
        /// Saves an account that was read and changed.
        UpdateAccount {
            /// The account with the version that was read.
            account: Account,
        },
        /// Sets how far the business with an account has come.
        SetLifeCycle {
            /// The account.
            account: Id,
            /// How far.
            life_cycle: LifeCycle,
            /// The version that was read; nothing if the change holds whatever the version is.
            expected_version: Option<i64>,
        },
        /// Makes a contact.
        CreateContact {
            /// The contact.
            contact: Contact,
        },
        /// Saves a contact that was read and changed.
        UpdateContact {
            /// The contact with the version that was read.
            contact: Contact,
        },
        /// Puts an account below another one from a date on: the link of that date ends and a new one begins, which holds
        /// until the next one begins. So history can be corrected, and links may come in any order. Nothing happens if
        /// the account stands below the same one on that date.
        SetParent {
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The account below.
            child: Id,
            /// The account above; nothing if it shall stand below none.
            parent: Option<Id>,
            /// The first date on which it holds.
            valid_from: Date,
            /// The first date on which it no longer holds, if the next link does not begin earlier; nothing if no end is
            /// known.
            valid_until: Option<Date>,
            /// A note; nothing leaves the one that is there.
            note: Option<String>,
        },
        /// Makes an activity.
        LogActivity {
            /// The activity.
            activity: Activity,
        },
        /// Saves an activity that was read and changed.
        UpdateActivity {
            /// The activity with the version that was read.
            activity: Activity,
        },
        /// Makes an attachment.
        AddAttachment {
            /// The attachment.
            attachment: Attachment,
        },
    }
}

impl CustomerCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CreateAccount { .. } => "customer.create_account",
            Self::UpdateAccount { .. } => "customer.update_account",
            Self::SetLifeCycle { .. } => "customer.set_life_cycle",
            Self::CreateContact { .. } => "customer.create_contact",
            Self::UpdateContact { .. } => "customer.update_contact",
            Self::SetParent { .. } => "customer.set_parent",
            Self::LogActivity { .. } => "customer.log_activity",
            Self::UpdateActivity { .. } => "customer.update_activity",
            Self::AddAttachment { .. } => "customer.add_attachment",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self, view: &mut dyn View) -> Result<Decision> {
        Ok(Decision::of(match self {
            Self::CreateAccount { account } => Change::create(account),
            Self::UpdateAccount { account } => Change::save(account),
            Self::SetLifeCycle { account, life_cycle, expected_version } => Change::Update {
                entity: Account::NAME,
                id: *account,
                version: *expected_version,
                set: vec![("life_cycle".to_owned(), life_cycle.to_field())],
            },
            Self::CreateContact { contact } => Change::create(contact),
            Self::UpdateContact { contact } => Change::save(contact),
            Self::SetParent { hierarchy, child, parent, valid_from, valid_until, note } => {
                let span = Span::new(*valid_from, *valid_until);
                let note = note.as_deref().filter(|note| !note.trim().is_empty());
                let wish = Placement { hierarchy: *hierarchy, child: *child, parent: *parent, span, note };
                return hierarchy::set_parent(view, &wish);
            }
            Self::LogActivity { activity } => Change::create(activity),
            Self::UpdateActivity { activity } => Change::save(activity),
            Self::AddAttachment { attachment } => Change::create(attachment),
        }))
    }
}
