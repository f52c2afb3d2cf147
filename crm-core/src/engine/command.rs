//! The one way in: a command is the sum of the rooms' own commands.

use std::collections::HashMap;

use super::transfer_types::TransferCommand;
use crate::access::{
    OrgUnit, PermissionSet, RecordShare, Role, SharingDefault, SharingRule, TeamMember, Territory, User, UserGroup,
};
use crate::conditions::ConditionCommand;
use crate::customer::CustomerCommand;
use crate::duplicates::DuplicateCommand;
use crate::forecast::ForecastCommand;
use crate::journal::ChangeKind;
use crate::merging::MergeCommand;
use crate::product::ProductCommand;
use crate::quote::QuoteCommand;
use crate::room::{Change, Decision, TraceStep};
use crate::sales::SalesCommand;
use crate::schema::{Entity as _, FieldDefinition};
use crate::special_price::SpecialPriceCommand;
#[cfg(feature = "python")]
use crate::value::python;
use crate::value::{Currency, FieldValue, Id, Problem};

/// Every change of state. In JSON: `{"customer": {"create_account": {"account": {...}}}}`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "python", pyo3::pyclass(module = "crm_core", frozen, get_all, eq, from_py_object))]
#[expect(clippy::large_enum_variant, reason = "a command is made once, read and gone")]
pub enum Command {
    /// Records of any entity by name: what import, mobile outboxes and generic hosts use.
    Record(RecordCommand),
    /// Users, roles, units, groups, territories, rights, sharing, custom fields.
    Admin(AdminCommand),
    /// Teams and shares of single records.
    Access(AccessCommand),
    /// Accounts, contacts, hierarchies, activities.
    Customer(CustomerCommand),
    /// Leads and opportunities.
    Sales(SalesCommand),
    /// Products and price lists.
    Product(ProductCommand),
    /// The price catalogue: definitions, condition records, what is used of them.
    Condition(ConditionCommand),
    /// Quotes.
    Quote(QuoteCommand),
    /// Requests for special prices.
    SpecialPrice(SpecialPriceCommand),
    /// Runs of forecasts.
    Forecast(ForecastCommand),
    /// Handing records over.
    Transfer(TransferCommand),
    /// Merging records, and taking that back.
    Merge(MergeCommand),
    /// Rules for duplicates, verdicts, cases of review, models.
    Duplicate(DuplicateCommand),
    /// Taking operations back.
    Journal(JournalCommand),
}

python_json! {
    Command {
        /// How a copy is made: the same room with the same command.
        fn __reduce__<'py>(&self, py: python::Python<'py>) -> python::PyResult<python::Copying<'py>> {
            let of = |room| python::Copying::of::<Self>(py, room);
            match self.clone() {
                Self::Record(command) => of("Record")?.with(command),
                Self::Admin(command) => of("Admin")?.with(command),
                Self::Access(command) => of("Access")?.with(command),
                Self::Customer(command) => of("Customer")?.with(command),
                Self::Sales(command) => of("Sales")?.with(command),
                Self::Product(command) => of("Product")?.with(command),
                Self::Condition(command) => of("Condition")?.with(command),
                Self::Quote(command) => of("Quote")?.with(command),
                Self::SpecialPrice(command) => of("SpecialPrice")?.with(command),
                Self::Forecast(command) => of("Forecast")?.with(command),
                Self::Transfer(command) => of("Transfer")?.with(command),
                Self::Merge(command) => of("Merge")?.with(command),
                Self::Duplicate(command) => of("Duplicate")?.with(command),
                Self::Journal(command) => of("Journal")?.with(command),
            }
        }
    }
}

foreign_json! { Command }

value_union! {
    /// Changes of records of any entity. The rules of the entity's room hold as for its own commands.
    pub enum RecordCommand {
        /// Makes a record.
        Create {
            /// The entity.
            entity: String,
            /// Its fields by name; custom fields too; `id` and `owner` may be among them.
            fields: HashMap<String, FieldValue>,
        },
        /// Sets some fields of a record.
        Update {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
            /// The version that was read.
            expected_version: i64,
            /// The fields to set by name.
            fields: HashMap<String, FieldValue>,
        },
        /// Deletes a record.
        Delete {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Brings a deleted record back.
        Restore {
            /// The entity.
            entity: String,
            /// The record.
            id: Id,
        },
    }
}

entity! {
    /// The tenant itself: one record (组织).
    pub struct Organization("organization", OrganizationPage, Public) {
        required {
            /// What people read.
            pub name: String => text(200),
            /// The currency in which the books are kept.
            pub base_currency: Currency => currency(),
            /// The IANA time zone in which business dates begin, for example `Asia/Shanghai`.
            pub time_zone: String => text(60),
        }
        optional {}
    }
}

value_union! {
    /// Users, roles, units, groups, territories, rights, sharing, custom fields.
    pub enum AdminCommand {
        /// Makes a user.
        CreateUser {
            /// The user.
            user: User,
        },
        /// Saves a user that was read and changed.
        UpdateUser {
            /// The user with the version that was read.
            user: User,
        },
        /// Makes a role.
        CreateRole {
            /// The role.
            role: Role,
        },
        /// Saves a role that was read and changed.
        UpdateRole {
            /// The role with the version that was read.
            role: Role,
        },
        /// Makes a permission set.
        CreatePermissionSet {
            /// The permission set.
            permission_set: PermissionSet,
        },
        /// Saves a permission set that was read and changed.
        UpdatePermissionSet {
            /// The permission set with the version that was read.
            permission_set: PermissionSet,
        },
        /// Makes an organisation unit.
        CreateOrgUnit {
            /// The record.
            org_unit: OrgUnit,
        },
        /// Saves an organisation unit that was read and changed.
        UpdateOrgUnit {
            /// The record with the version that was read.
            org_unit: OrgUnit,
        },
        /// Makes a group.
        CreateUserGroup {
            /// The record.
            user_group: UserGroup,
        },
        /// Saves a group that was read and changed.
        UpdateUserGroup {
            /// The record with the version that was read.
            user_group: UserGroup,
        },
        /// Makes a territory.
        CreateTerritory {
            /// The record.
            territory: Territory,
        },
        /// Saves a territory that was read and changed.
        UpdateTerritory {
            /// The record with the version that was read.
            territory: Territory,
        },
        /// Makes a sharing rule.
        CreateSharingRule {
            /// The record.
            sharing_rule: SharingRule,
        },
        /// Saves a sharing rule that was read and changed.
        UpdateSharingRule {
            /// The record with the version that was read.
            sharing_rule: SharingRule,
        },
        /// Makes an org-wide default.
        CreateSharingDefault {
            /// The record.
            sharing_default: SharingDefault,
        },
        /// Saves an org-wide default that was read and changed.
        UpdateSharingDefault {
            /// The record with the version that was read.
            sharing_default: SharingDefault,
        },
        /// Adds a custom field to an entity.
        DefineField {
            /// The definition.
            definition: FieldDefinition,
        },
        /// Saves the tenant's own data.
        UpdateOrganization {
            /// The data with the version that was read.
            organization: Organization,
        },
    }
}

value_union! {
    /// Teams and shares of single records.
    pub enum AccessCommand {
        /// Puts somebody into the team of a record.
        AddTeamMember {
            /// The member.
            member: TeamMember,
        },
        /// Saves a team member that was read and changed.
        UpdateTeamMember {
            /// The member with the version that was read.
            member: TeamMember,
        },
        /// Takes somebody out of the team of a record.
        RemoveTeamMember {
            /// The member.
            id: Id,
            /// The version that was read.
            expected_version: i64,
        },
        /// Shares a record by hand.
        Share {
            /// The share.
            share: RecordShare,
        },
        /// Takes a share back.
        Unshare {
            /// The share.
            id: Id,
            /// The version that was read.
            expected_version: i64,
        },
    }
}

impl AccessCommand {
    /// The name in the journal.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::AddTeamMember { .. } => "access.add_team_member",
            Self::UpdateTeamMember { .. } => "access.update_team_member",
            Self::RemoveTeamMember { .. } => "access.remove_team_member",
            Self::Share { .. } => "access.share",
            Self::Unshare { .. } => "access.unshare",
        }
    }

    /// Decides what the command changes.
    pub(crate) fn decide(&self) -> Decision {
        let gone = |entity, id: &Id, version: &i64| Change::Delete { entity, id: *id, version: Some(*version) };
        Decision::of(match self {
            Self::AddTeamMember { member } => Change::create(member),
            Self::UpdateTeamMember { member } => Change::save(member),
            Self::RemoveTeamMember { id, expected_version } => gone(TeamMember::NAME, id, expected_version),
            Self::Share { share } => Change::create(share),
            Self::Unshare { id, expected_version } => gone(RecordShare::NAME, id, expected_version),
        })
    }
}

value_union! {
    /// Taking operations back.
    pub enum JournalCommand {
        /// Takes back everything that an operation changed, as far as its effects still stand: all or nothing.
        Undo {
            /// The operation.
            operation: Id,
        },
    }
}

value_struct! {
    /// One record that an operation changed.
    pub struct RecordChange {
        required {
            /// The entity.
            pub entity: String,
            /// The record.
            pub id: Id,
            /// What happened.
            pub kind: ChangeKind,
            /// The version after the change.
            pub version: i64,
        }
    }
}

value_struct! {
    /// What an operation did.
    #[derive(Default)]
    pub struct Outcome {
        required {
            /// The operation; a retry with it has no second effect.
            pub op_id: Id,
            /// The records that were changed, in the order of the changes.
            pub changes: Vec<RecordChange>,
        }
        optional {
            /// What the caller should know although it succeeded.
            pub warnings: Vec<Problem>,
            /// Why it was decided so.
            pub trace: Vec<TraceStep>,
            /// Whether this is the stored outcome of an earlier call with the same `op_id`.
            pub replayed: bool,
        }
    }
}

impl Outcome {
    /// The first record that was made of an entity; nil if there is none.
    #[must_use]
    pub fn created(&self, entity: &str) -> Id {
        let made = |change: &&RecordChange| change.entity == entity && change.kind == ChangeKind::Create;
        self.changes.iter().find(made).map_or(Id::NIL, |change| change.id)
    }
}
