//! Administration, for which the reader has no right but to see users.

use super::{Call, one, pages, past};
use crate::access::{PermissionSet, Role, User};
use crate::engine::Organization;
use crate::schema::FieldDefinition;
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::ONLY_ONE_HAS;

pub(super) const CALLS: &[Call] = &[
    ("Admin::create_user", |rooms| {
        let user = User { login: rooms.word(), name: "n".into(), ..User::default() };
        rooms.make(&user, |session, user| session.admin().create_user(user));
    }),
    ("Admin::update_user", |rooms| {
        let set = rooms.any("permission_set");
        rooms.save(|user: &mut User| user.permission_sets.push(set), |session, user| session.admin().update_user(user));
    }),
    ("Admin::user", one!("user", admin.user)),
    ("Admin::user_as_of", past!(User)),
    ("Admin::users", pages!("user", admin.users)),
    ("Admin::create_role", |rooms| {
        let role = Role { name: rooms.word(), parent: Some(rooms.any("role")), ..Role::default() };
        rooms.make(&role, |session, role| session.admin().create_role(role));
    }),
    ("Admin::update_role", |rooms| {
        let role = Role { id: rooms.any("role"), version: 1, name: rooms.word(), ..Role::default() };
        rooms.act(&role, |session| session.admin().update_role(&role));
    }),
    ("Admin::role", one!("role", admin.role)),
    ("Admin::role_as_of", past!(Role)),
    ("Admin::roles", pages!("role", admin.roles)),
    ("Admin::create_permission_set", |rooms| {
        let set = PermissionSet { name: rooms.word(), ..PermissionSet::default() };
        rooms.make(&set, |session, set| session.admin().create_permission_set(set));
    }),
    ("Admin::update_permission_set", |rooms| {
        let id = rooms.any("permission_set");
        let set = PermissionSet { id, version: 1, name: rooms.word(), ..PermissionSet::default() };
        rooms.act(&set, |session| session.admin().update_permission_set(&set));
    }),
    ("Admin::permission_set", one!("permission_set", admin.permission_set)),
    ("Admin::permission_set_as_of", past!(PermissionSet)),
    ("Admin::permission_sets", pages!("permission_set", admin.permission_sets)),
    ("Admin::define_field", |rooms| {
        let name = rooms.random.of(&[ONLY_ONE_HAS, "x_cost", "x_more"]).to_owned();
        let definition = FieldDefinition { entity: "account".into(), name, ..FieldDefinition::default() };
        rooms.make(&definition, |session, definition| session.admin().define_field(definition));
    }),
    ("Admin::field_definitions", pages!("field_definition", admin.field_definitions)),
    ("Admin::organization", |rooms| {
        rooms.ask(&"organization", |session| session.admin().organization());
    }),
    ("Admin::update_organization", |rooms| {
        let organization = Organization { version: 1, name: rooms.word(), ..Organization::default() };
        rooms.act(&organization, |session| session.admin().update_organization(&organization));
    }),
];

/// What is always refused: the reader may not not change pipelines, and administers nothing.
pub(super) const REFUSED: &[&str] = &[
    "Sales::create_pipeline",
    "Sales::update_pipeline",
    "Admin::create_user",
    "Admin::update_user",
    "Admin::create_role",
    "Admin::update_role",
    "Admin::role",
    "Admin::role_as_of",
    "Admin::roles",
    "Admin::create_permission_set",
    "Admin::update_permission_set",
    "Admin::permission_set",
    "Admin::permission_set_as_of",
    "Admin::permission_sets",
    "Admin::define_field",
    "Admin::field_definitions",
    "Admin::organization",
    "Admin::update_organization",
];
