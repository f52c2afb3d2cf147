//! The commands of the room.

use super::{Account, Activity, Attachment, Contact, HierarchyKind, LifeCycle, hierarchy};
use crate::room::{Change, Decision, View};
use crate::schema::FieldCodec as _;
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
        /// Puts an account below another one from a date on: the link of that date ends and a new one begins.
        SetParent {
            /// The hierarchy.
            hierarchy: HierarchyKind,
            /// The account below.
            child: Id,
            /// The account above; nothing if it shall stand below none.
            parent: Option<Id>,
            /// The first date on which it holds.
            valid_from: Date,
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
            Self::SetLifeCycle { account, life_cycle } => {
                Change::update::<Account>(*account, vec![("life_cycle", life_cycle.to_field())])
            }
            Self::CreateContact { contact } => Change::create(contact),
            Self::UpdateContact { contact } => Change::save(contact),
            Self::SetParent { hierarchy, child, parent, valid_from } => {
                return hierarchy::set_parent(view, *hierarchy, *child, *parent, *valid_from);
            }
            Self::LogActivity { activity } => Change::create(activity),
            Self::UpdateActivity { activity } => Change::save(activity),
            Self::AddAttachment { attachment } => Change::create(attachment),
        }))
    }
}
