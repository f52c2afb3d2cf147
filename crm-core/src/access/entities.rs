//! Users, roles, units, groups, territories, permission sets and sharing rules: records like all others, so they have a
//! history too.

use super::AccessLevel;
use crate::query::Filter;
use crate::schema::{IdsInside, enum_field, nested_field};
use crate::value::{Date, Id};

/// Who gets rights: none of them is ever merged.
const PRINCIPALS: IdsInside =
    IdsInside::NeverMerged(&["user", "role", "org_unit", "user_group", "territory", "permission_set"]);

/// Stands for every entity in an [`ObjectRight`].
pub const ANY_ENTITY: &str = "*";

value_enum! {
    /// What kind of user it is.
    #[derive(Default)]
    pub enum UserKind {
        /// A person of the manufacturer.
        #[default]
        Person = "person",
        /// A person of a dealer or another partner.
        Partner = "partner",
        /// A queue (队列): it owns records until one of its members takes them, and opens no session.
        Queue = "queue",
    }
}

value_enum! {
    /// What a [`PrincipalRef`] stands for.
    #[derive(Default)]
    pub enum PrincipalKind {
        /// One user.
        #[default]
        User = "user",
        /// Everybody with a role.
        Role = "role",
        /// Everybody with a role or one below it.
        RoleAndBelow = "role_and_below",
        /// Everybody in an organisation unit.
        Unit = "unit",
        /// Everybody in an organisation unit or one below it.
        UnitAndBelow = "unit_and_below",
        /// The members of a group.
        Group = "group",
        /// The members of a territory.
        Territory = "territory",
        /// Every user.
        Everybody = "everybody",
    }
}

value_struct! {
    /// One user, or several at once.
    #[derive(Eq, PartialOrd, Ord, Hash, Default)]
    pub struct PrincipalRef {
        required {
            /// What it stands for.
            pub kind: PrincipalKind,
        }
        optional {
            /// The user, role, unit, group or territory; nil for everybody.
            pub id: Id,
        }
    }
}

value_struct! {
    /// Who belongs to a group, a queue or a territory, and when; both days are included.
    #[derive(Default)]
    pub struct Membership {
        required {
            /// Who.
            pub principal: PrincipalRef,
        }
        optional {
            /// The first day.
            pub valid_from: Option<Date>,
            /// The last day.
            pub valid_until: Option<Date>,
        }
    }
}

value_struct! {
    /// A role that somebody has besides the first one: a second post (兼职), a deputy for some weeks (代理).
    #[derive(Default)]
    pub struct Duty {
        required {
            /// The role.
            pub role: Id,
        }
        optional {
            /// The organisation unit.
            pub unit: Option<Id>,
            /// The first day.
            pub valid_from: Option<Date>,
            /// The last day.
            pub valid_until: Option<Date>,
        }
    }
}

entity! {
    /// Somebody who works with the data.
    pub struct User("user", UserPage, Public) {
        required {
            /// The name that the host's sign-on gives; unique.
            pub login: String => text(200).unique(),
            /// What people read.
            pub name: String => text(200).searchable().indexed(),
        }
        optional {
            /// E-mail address.
            pub email: Option<String> => text(254).personal(),
            /// What kind of user it is; a person if nothing is said.
            pub kind: Option<UserKind> => picklist(UserKind::NAMES).indexed(),
            /// The place in the role hierarchy.
            pub role: Option<Id> => reference("role", MergePolicy::Repoint).indexed(),
            /// Further roles, with their dates.
            pub duties: Vec<Duty> => nested().has_ids(PRINCIPALS),
            /// The profile (简档): the permission set that says what everybody of his kind may do.
            pub profile: Option<Id> => reference("permission_set", MergePolicy::Repoint).indexed(),
            /// The permission sets; the rights are the union of profile and sets.
            pub permission_sets: Vec<Id> => nested().has_ids(PRINCIPALS),
            /// The organisation unit (部门).
            pub unit: Option<Id> => reference("org_unit", MergePolicy::Repoint).indexed(),
            /// Of a queue: whose work its records are.
            pub members: Vec<Membership> => nested().has_ids(PRINCIPALS),
            /// Of a partner's user: the partner.
            pub partner: Option<Id> => reference("account", MergePolicy::Repoint).indexed(),
            /// The first day on which a session can be opened.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
            /// Whether the user left; nobody can open a session for such a user.
            pub is_inactive: bool => boolean(),
        }
    }
}

entity! {
    /// A place in the hierarchy: who stands above sees what those below own (角色).
    pub struct Role("role", RolePage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
        }
        optional {
            /// The role above.
            pub parent: Option<Id> => reference("role", MergePolicy::Repoint).indexed(),
            /// The first day on which it gives something.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
        }
    }
}

entity! {
    /// A company, a division, a department, a branch of the manufacturer (组织机构).
    pub struct OrgUnit("org_unit", OrgUnitPage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
        }
        optional {
            /// The code by which other systems know it; unique.
            pub code: Option<String> => text(60).unique(),
            /// The unit above.
            pub parent: Option<Id> => reference("org_unit", MergePolicy::Repoint).indexed(),
            /// The first day on which it gives something.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
        }
    }
}

entity! {
    /// Users who get something together (公共组).
    pub struct UserGroup("user_group", UserGroupPage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
        }
        optional {
            /// Who belongs to it.
            pub members: Vec<Membership> => nested().has_ids(PRINCIPALS),
            /// The first day on which it gives something.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
        }
    }
}

value_struct! {
    /// Records of an entity that fulfil a filter.
    pub struct EntityFilter {
        required {
            /// The entity.
            pub entity: String,
            /// The filter.
            pub filter: Filter,
        }
    }
}

entity! {
    /// A territory (区域): regions x product lines, with those who look after it. Every record with a field `region`
    /// belongs to the territory that has its region; where the entity has a field `product_line` or `x_product_line`,
    /// that must fit too. Its members see and may do what `access` says, and so do those of the territories above.
    pub struct Territory("territory", TerritoryPage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
        }
        optional {
            /// The territory above.
            pub parent: Option<Id> => reference("territory", MergePolicy::Repoint).indexed(),
            /// The regions, as records name them.
            pub regions: Vec<String> => nested(),
            /// The product lines; every one if none is named.
            pub product_lines: Vec<String> => nested(),
            /// Further records that belong to it.
            pub records: Vec<EntityFilter> => nested(),
            /// Who looks after it.
            pub members: Vec<Membership> => nested().has_ids(PRINCIPALS),
            /// What its members may do; `read` if nothing is said.
            pub access: Option<AccessLevel> => picklist(AccessLevel::NAMES),
            /// The first day on which it gives something.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
        }
    }
}

value_struct! {
    /// What a permission set allows on an entity, or takes away.
    #[derive(Default)]
    pub struct ObjectRight {
        required {
            /// The entity, or [`ANY_ENTITY`].
            pub entity: String,
        }
        optional {
            /// See the records that are visible.
            pub read: bool,
            /// Make records.
            pub create: bool,
            /// Change records, as far as their sharing allows.
            pub edit: bool,
            /// Delete records that one owns, or stands above.
            pub delete: bool,
            /// Hand such records over to another owner (转移).
            pub transfer: bool,
            /// Merge records (合并).
            pub merge: bool,
            /// Take the visible records out as a file: CSV, vCards (导出).
            pub export: bool,
            /// Approve what waits for an approval (审批).
            pub approve: bool,
            /// Every record is visible, whoever owns it.
            pub view_all: bool,
            /// Every record is as one's own, whoever owns it.
            pub edit_all: bool,
        }
    }
}

value_enum! {
    /// What somebody may do with a field. Each includes those before.
    #[derive(Default)]
    pub enum FieldAccess {
        /// Nothing: it answers as a field that does not exist.
        #[default]
        Hidden = "hidden",
        /// See the last four characters of a text, and of other values nothing; no question can be asked with it.
        Masked = "masked",
        /// See the value.
        Read = "read",
        /// See it, and set it as long as it is empty.
        WriteOnce = "write_once",
        /// See and set it.
        Write = "write",
    }
}

value_struct! {
    /// What a permission set allows on one field; fields that are not listed follow the right on the entity. A declared
    /// field that must not be empty is always seen with its record: it can be locked, and masked if it is a text.
    #[derive(Default)]
    pub struct FieldRight {
        required {
            /// The entity.
            pub entity: String,
            /// The field.
            pub field: String,
        }
        optional {
            /// What may be done with it; hidden if nothing is said.
            pub access: FieldAccess,
        }
    }
}

entity! {
    /// A set of rights (权限集). A user has the union of his profile and sets; what one of them denies or limits stands
    /// above what others give.
    pub struct PermissionSet("permission_set", PermissionSetPage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
        }
        optional {
            /// Whether it is a profile (简档), of which a user has one.
            pub is_profile: bool => boolean(),
            /// Rights on entities.
            pub objects: Vec<ObjectRight> => nested(),
            /// Rights on fields, where they differ from the entity.
            pub fields: Vec<FieldRight> => nested(),
            /// Rights that its users do not have, whoever else gives them.
            pub denied: Vec<ObjectRight> => nested(),
            /// The most that its users may do with a field, whoever else gives more.
            pub limits: Vec<FieldRight> => nested(),
        }
    }
}

value_enum! {
    /// Who sees the records of an entity before anything is shared (全局默认).
    #[derive(Default)]
    pub enum DefaultAccess {
        /// The owner and whoever stands above.
        #[default]
        Private = "private",
        /// Everybody with the right to read the entity.
        Read = "read",
        /// Everybody, and who has the right to edit the entity may change them.
        ReadWrite = "read_write",
        /// Whoever sees the record above: contacts and opportunities with their account.
        ControlledByParent = "controlled_by_parent",
    }
}

entity! {
    /// The org-wide default of an entity (全局共享设置). Without one its registration decides.
    pub struct SharingDefault("sharing_default", SharingDefaultPage, Public) {
        required {
            /// The entity; unique.
            pub entity: String => text(100).unique(),
            /// Who sees its records.
            pub access: DefaultAccess => picklist(DefaultAccess::NAMES),
        }
        optional {
            /// Whether those above in the role hierarchy do not see what those below see.
            pub without_hierarchy: bool => boolean(),
            /// The fields that a team membership may open on its record although they are hidden in general.
            pub team_fields: Vec<String> => nested(),
        }
    }
}

value_enum! {
    /// How a sharing rule finds its records.
    #[derive(Default)]
    pub enum SharingRuleKind {
        /// By their owner.
        #[default]
        Owner = "owner",
        /// By a filter over their fields.
        Criteria = "criteria",
        /// By a field that names a user or a partner: whoever is named has the access.
        Field = "field",
    }
}

value_enum! {
    /// What a sharing rule does.
    #[derive(Default)]
    pub enum SharingAccess {
        /// The targets see the records.
        #[default]
        Read = "read",
        /// The targets see and may change them.
        Edit = "edit",
        /// The targets do not see them, whoever else shows them. Criteria rules only.
        Deny = "deny",
    }
}

entity! {
    /// A sharing rule (共享规则). Rules only widen what owner and hierarchy give, but for those that deny.
    pub struct SharingRule("sharing_rule", SharingRulePage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
            /// The entity whose records it shares.
            pub entity: String => text(100).indexed(),
            /// How it finds them.
            pub kind: SharingRuleKind => picklist(SharingRuleKind::NAMES),
        }
        optional {
            /// What it does; `read` if nothing is said.
            pub access: Option<SharingAccess> => picklist(SharingAccess::NAMES),
            /// Of an owner rule: the owners.
            pub sources: Vec<PrincipalRef> => nested().has_ids(PRINCIPALS),
            /// Of a criteria rule: the filter.
            pub filter: Option<Filter> => nested(),
            /// Of a field rule: the field.
            pub field: Option<String> => text(100),
            /// Who gets the access; not of a field rule, which says it itself.
            pub targets: Vec<PrincipalRef> => nested().has_ids(PRINCIPALS),
            /// The first day.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
            /// Whether it is switched off.
            pub is_inactive: bool => boolean(),
        }
    }
}

entity! {
    /// Somebody who works on a record besides its owner (团队成员): on an account, an opportunity, a project.
    pub struct TeamMember("team_member", TeamMemberPage, Private) {
        required {
            /// The entity of the record.
            pub entity: String => text(100).once(),
            /// The record.
            pub record: Id => reference("", MergePolicy::Join).of_entity_in("entity").indexed().once(),
            /// The user.
            pub user: Id => reference("user", MergePolicy::Keep).indexed().once(),
        }
        optional {
            /// What the member may do with the record; `read` if nothing is said.
            pub access: Option<AccessLevel> => picklist(AccessLevel::NAMES),
            /// What the member does there, for example `application engineer`.
            pub team_role: Option<String> => text(100),
            /// Fields of the record that the member sees although they are hidden in general, and may set from the
            /// access `edit` on: some of those that the org-wide default names.
            pub fields: Vec<String> => nested(),
            /// The first day.
            pub valid_from: Option<Date> => date(),
            /// The last day.
            pub valid_until: Option<Date> => date(),
        }
    }
}

entity! {
    /// That a record was shared by hand (手工共享).
    pub struct RecordShare("record_share", RecordSharePage, Private) {
        required {
            /// The entity of the record.
            pub entity: String => text(100).once(),
            /// The record.
            pub record: Id => reference("", MergePolicy::Join).of_entity_in("entity").indexed().once(),
            /// With whom.
            pub grantee: PrincipalRef => nested().has_ids(PRINCIPALS).once(),
        }
        optional {
            /// What they may do with the record; `read` if nothing is said.
            pub access: Option<AccessLevel> => picklist(AccessLevel::NAMES),
            /// The last day.
            pub valid_until: Option<Date> => date(),
            /// Why.
            pub reason: Option<String> => text(500),
        }
    }
}

enum_field!(UserKind, DefaultAccess, SharingRuleKind, SharingAccess, AccessLevel);
nested_field!(Filter, PrincipalRef);
