//! Users, roles and permission sets: records like all others, so they have a history too.

use crate::value::Id;

/// Stands for every entity in an [`ObjectRight`].
pub const ANY_ENTITY: &str = "*";

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
            /// The place in the role hierarchy.
            pub role: Option<Id> => reference("role", MergePolicy::Repoint).indexed(),
            /// The permission sets; the rights are their union.
            pub permission_sets: Vec<Id> => nested(),
            /// The organisation unit or region, for people to read.
            pub unit: Option<String> => text(200).indexed(),
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
        }
    }
}

value_struct! {
    /// What a permission set allows on an entity.
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
            /// Change visible records.
            pub edit: bool,
            /// Delete visible records.
            pub delete: bool,
            /// Every record is visible, whoever owns it.
            pub view_all: bool,
            /// Take the visible records out as a file: CSV, vCards (导出).
            pub export: bool,
        }
    }
}

value_struct! {
    /// What a permission set allows on one field; fields that are not listed follow the right on the entity. A declared
    /// field that must not be empty is always seen with its record: it can be locked, not hidden.
    #[derive(Default)]
    pub struct FieldRight {
        required {
            /// The entity.
            pub entity: String,
            /// The field.
            pub field: String,
        }
        optional {
            /// The value can be seen.
            pub read: bool,
            /// The value can be set.
            pub write: bool,
        }
    }
}

entity! {
    /// A set of rights (权限集). A user has the union of the sets.
    pub struct PermissionSet("permission_set", PermissionSetPage, Public) {
        required {
            /// The name; unique.
            pub name: String => text(200).unique(),
        }
        optional {
            /// Rights on entities.
            pub objects: Vec<ObjectRight> => nested(),
            /// Rights on fields, where they differ from the entity.
            pub fields: Vec<FieldRight> => nested(),
        }
    }
}
