//! Administration, for which the reader has no right but to see users.

use super::{Call, one, pages, past};
use crate::access::{OrgUnit, PermissionSet, Role, SharingDefault, SharingRule, Territory, User, UserGroup};
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
    ("Admin::create_org_unit", |rooms| {
        let made = OrgUnit { name: rooms.word(), ..OrgUnit::default() };
        rooms.make(&made, |session, made| session.admin().create_org_unit(made));
    }),
    ("Admin::update_org_unit", |rooms| {
        let saved = OrgUnit { id: rooms.any("org_unit"), version: 1, name: rooms.word(), ..OrgUnit::default() };
        rooms.act(&saved, |session| session.admin().update_org_unit(&saved));
    }),
    ("Admin::org_unit", one!("org_unit", admin.org_unit)),
    ("Admin::org_unit_as_of", past!(OrgUnit)),
    ("Admin::org_units", pages!("org_unit", admin.org_units)),
    ("Admin::create_user_group", |rooms| {
        let made = UserGroup { name: rooms.word(), ..UserGroup::default() };
        rooms.make(&made, |session, made| session.admin().create_user_group(made));
    }),
    ("Admin::update_user_group", |rooms| {
        let saved = UserGroup { id: rooms.any("user_group"), version: 1, name: rooms.word(), ..UserGroup::default() };
        rooms.act(&saved, |session| session.admin().update_user_group(&saved));
    }),
    ("Admin::user_group", one!("user_group", admin.user_group)),
    ("Admin::user_group_as_of", past!(UserGroup)),
    ("Admin::user_groups", pages!("user_group", admin.user_groups)),
    ("Admin::create_territory", |rooms| {
        let made = Territory { name: rooms.word(), ..Territory::default() };
        rooms.make(&made, |session, made| session.admin().create_territory(made));
    }),
    ("Admin::update_territory", |rooms| {
        let saved = Territory { id: rooms.any("territory"), version: 1, name: rooms.word(), ..Territory::default() };
        rooms.act(&saved, |session| session.admin().update_territory(&saved));
    }),
    ("Admin::territory", one!("territory", admin.territory)),
    ("Admin::territory_as_of", past!(Territory)),
    ("Admin::territories", pages!("territory", admin.territories)),
    ("Admin::create_sharing_rule", |rooms| {
        let made = SharingRule { name: rooms.word(), entity: "account".into(), ..SharingRule::default() };
        rooms.make(&made, |session, made| session.admin().create_sharing_rule(made));
    }),
    ("Admin::update_sharing_rule", |rooms| {
        let saved = SharingRule {
            id: rooms.any("sharing_rule"),
            version: 1,
            name: rooms.word(),
            entity: "account".into(),
            ..SharingRule::default()
        };
        rooms.act(&saved, |session| session.admin().update_sharing_rule(&saved));
    }),
    ("Admin::sharing_rule", one!("sharing_rule", admin.sharing_rule)),
    ("Admin::sharing_rule_as_of", past!(SharingRule)),
    ("Admin::sharing_rules", pages!("sharing_rule", admin.sharing_rules)),
    ("Admin::create_sharing_default", |rooms| {
        let made = SharingDefault { entity: "account".into(), ..SharingDefault::default() };
        rooms.make(&made, |session, made| session.admin().create_sharing_default(made));
    }),
    ("Admin::update_sharing_default", |rooms| {
        let saved = SharingDefault {
            id: rooms.any("sharing_default"),
            version: 1,
            entity: "account".into(),
            ..SharingDefault::default()
        };
        rooms.act(&saved, |session| session.admin().update_sharing_default(&saved));
    }),
    ("Admin::sharing_default", one!("sharing_default", admin.sharing_default)),
    ("Admin::sharing_default_as_of", past!(SharingDefault)),
    ("Admin::sharing_defaults", pages!("sharing_default", admin.sharing_defaults)),
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

/// What is refused unless the commands touch nothing, or only what everybody sees: that is rare.
pub(super) const RARE: &[&str] = &["Access::policy_diff"];

/// What is always refused: the reader may not change pipelines, administers nothing, and explains nobody but himself.
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
    "Admin::create_org_unit",
    "Admin::update_org_unit",
    "Admin::org_unit",
    "Admin::org_unit_as_of",
    "Admin::org_units",
    "Admin::create_user_group",
    "Admin::update_user_group",
    "Admin::user_group",
    "Admin::user_group_as_of",
    "Admin::user_groups",
    "Admin::create_territory",
    "Admin::update_territory",
    "Admin::territory",
    "Admin::territory_as_of",
    "Admin::territories",
    "Admin::create_sharing_rule",
    "Admin::update_sharing_rule",
    "Admin::sharing_rule",
    "Admin::sharing_rule_as_of",
    "Admin::sharing_rules",
    "Admin::create_sharing_default",
    "Admin::update_sharing_default",
    "Admin::sharing_default",
    "Admin::sharing_default_as_of",
    "Admin::sharing_defaults",
    "Admin::define_field",
    "Admin::field_definitions",
    "Admin::organization",
    "Admin::update_organization",
    "Access::who_can",
];
