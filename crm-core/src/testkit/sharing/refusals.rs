//! What the access model refuses: what has no meaning, and what would give its author more than he has.

use super::examples::{Company, companies, equals, right, user_ref};
use crate::access::{DefaultAccess, SharingAccess};
use crate::access::{
    EntityFilter, FieldAccess, FieldRight, Membership, ObjectRight, OrgUnit, PermissionSet, PrincipalKind,
    PrincipalRef, Role, SharingDefault, SharingRule, SharingRuleKind, TeamMember, Territory, User, UserGroup,
};
use crate::engine::Session;
use crate::testkit::regression::told;
use crate::value::{ErrorCode, Id};

fn rule(company: &Company) -> SharingRule {
    SharingRule {
        name: "rule".into(),
        entity: "account".into(),
        kind: SharingRuleKind::Criteria,
        filter: Some(equals("grade", "A")),
        targets: vec![user_ref(company.office.user())],
        ..SharingRule::default()
    }
}

fn invalid(code: ErrorCode, field: &str) -> (&'static str, ErrorCode, Option<String>) {
    ("invalid", code, Some(field.to_owned()))
}

#[test]
fn rules_without_a_meaning_are_refused_with_the_field_that_is_to_blame() {
    for company in companies() {
        let admin = company.engine.admin.admin();
        let make = |rule: SharingRule| told(admin.create_sharing_rule(&rule));
        let base = || rule(&company);
        let nobody = PrincipalRef { kind: PrincipalKind::Group, id: company.engine.admin.new_id() };
        assert_eq!(make(SharingRule { entity: "acount".into(), ..base() }).1, ErrorCode::UnknownEntity);
        let unknown = SharingRule { filter: Some(equals("grad", "A")), ..base() };
        assert_eq!(make(unknown), invalid(ErrorCode::UnknownField, "filter.grad"));
        assert_eq!(make(SharingRule { filter: None, ..base() }), invalid(ErrorCode::Required, "filter"));
        assert_eq!(make(SharingRule { targets: Vec::new(), ..base() }), invalid(ErrorCode::Required, "targets"));
        let to_nobody = SharingRule { targets: vec![nobody.clone()], ..base() };
        assert_eq!(make(to_nobody), invalid(ErrorCode::UnknownReference, "targets[0]"));
        let part = SharingRule { entity: "stage_interval".into(), ..base() };
        assert_eq!(make(part), invalid(ErrorCode::NoSuchRight, "entity"));
        let users = SharingRule { entity: "user".into(), filter: Some(equals("name", "a")), ..base() };
        assert_eq!(make(users), invalid(ErrorCode::NoSuchRight, "entity"));
        let by_owner = SharingRule { kind: SharingRuleKind::Owner, filter: None, ..base() };
        assert_eq!(make(by_owner.clone()), invalid(ErrorCode::Required, "sources"));
        let denies = SharingRule { access: Some(SharingAccess::Deny), sources: vec![nobody], ..by_owner };
        assert_eq!(make(denies), invalid(ErrorCode::NotAllowed, "access"));
        let by_field = |field: &str| SharingRule {
            kind: SharingRuleKind::Field,
            filter: None,
            targets: Vec::new(),
            field: Some(field.into()),
            ..base()
        };
        assert_eq!(make(by_field("grade")), invalid(ErrorCode::WrongType, "field"));
        assert_eq!(make(by_field("boss")), invalid(ErrorCode::UnknownField, "field"));
        let backwards =
            SharingRule { valid_from: "2026-03-02".parse().ok(), valid_until: "2026-03-01".parse().ok(), ..base() };
        assert_eq!(make(backwards), invalid(ErrorCode::OutOfRange, "valid_until"));
        let default =
            |entity: &str, access| SharingDefault { entity: entity.into(), access, ..SharingDefault::default() };
        let alone = default("lead", DefaultAccess::ControlledByParent);
        assert_eq!(told(admin.create_sharing_default(&alone)), invalid(ErrorCode::NoSuchRight, "access"));
        let team = SharingDefault { team_fields: vec!["graed".into()], ..default("account", DefaultAccess::Read) };
        assert_eq!(told(admin.create_sharing_default(&team)), invalid(ErrorCode::UnknownField, "team_fields[0]"));
    }
}

#[test]
fn trees_and_groups_have_no_circles_and_a_depth() {
    for company in companies() {
        let admin = company.engine.admin.admin();
        let first = admin.create_org_unit(&OrgUnit { name: "first".into(), ..OrgUnit::default() }).unwrap();
        let second = OrgUnit { name: "second".into(), parent: Some(first.id), ..OrgUnit::default() };
        let second = admin.create_org_unit(&second).unwrap();
        let circle = OrgUnit { parent: Some(second.id), ..first };
        assert_eq!(told(admin.update_org_unit(&circle)), invalid(ErrorCode::Cycle, "parent"));
        let mut parent = None;
        let mut deepest = Ok(Role::default());
        for depth in 0..40 {
            deepest = admin.create_role(&Role { name: format!("role {depth}"), parent, ..Role::default() });
            let Ok(made) = &deepest else { break };
            parent = Some(made.id);
        }
        assert_eq!(told(deepest), invalid(ErrorCode::OutOfRange, "parent"));
        let inside = |group: Id| {
            vec![Membership {
                principal: PrincipalRef { kind: PrincipalKind::Group, id: group },
                ..Membership::default()
            }]
        };
        let one = admin.create_user_group(&UserGroup { name: "one".into(), ..UserGroup::default() }).unwrap();
        let two = UserGroup { name: "two".into(), members: inside(one.id), ..UserGroup::default() };
        let two = admin.create_user_group(&two).unwrap();
        let circle = UserGroup { members: inside(two.id), ..one };
        let error = admin.update_user_group(&circle).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::Cycle, Some("members")));
        assert_eq!(error.problems()[0].data["cycle"], "one > two");
    }
}

#[test]
fn two_territories_do_not_claim_the_same_region_and_product_line_on_one_day() {
    for company in companies() {
        let admin = company.engine.admin.admin();
        let territory = |name: &str, regions: &[&str], lines: &[&str]| Territory {
            name: name.into(),
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            product_lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            ..Territory::default()
        };
        let pumps = admin.create_territory(&territory("pumps east", &["East"], &["pumps"])).unwrap();
        admin.create_territory(&territory("valves east", &["East"], &["valves"])).unwrap();
        admin.create_territory(&territory("west", &["West"], &[])).unwrap();
        for clash in [
            territory("a", &["East"], &["pumps", "seals"]),
            territory("b", &["East"], &[]),
            territory("c", &["North", "West"], &["x"]),
        ] {
            let error = admin.create_territory(&clash).unwrap_err();
            assert_eq!((error.kind(), error.code(), error.field()), ("conflict", ErrorCode::Overlap, Some("regions")));
        }
        let below = Territory { parent: Some(pumps.id), ..territory("pumps shanghai", &["East"], &["pumps"]) };
        admin.create_territory(&below).unwrap();
        let later = Territory { valid_from: "2027-01-01".parse().ok(), ..territory("later", &["West"], &[]) };
        assert_eq!(told(admin.create_territory(&later)).1, ErrorCode::Overlap, "the other one has no end");
        let ends = Territory { valid_until: "2020-01-01".parse().ok(), ..territory("before", &["South"], &[]) };
        admin.create_territory(&ends).unwrap();
        admin.create_territory(&Territory { name: "after".into(), ..later.clone() }).unwrap_err();
        let after = Territory { regions: vec!["South".into()], ..later };
        admin.create_territory(&after).unwrap();
    }
}

/// Somebody who may change the configuration and sees his own accounts only.
fn clerk(company: &Company, login: &str) -> Session {
    let config =
        ["user", "role", "org_unit", "user_group", "territory", "sharing_rule", "sharing_default", "permission_set"];
    let objects: Vec<ObjectRight> = config.into_iter().chain(["account", "team_member"]).map(right).collect();
    let fields =
        vec![FieldRight { entity: "account".into(), field: "annual_revenue".into(), access: FieldAccess::Hidden }];
    let set = PermissionSet { name: format!("{login} set"), objects, fields, ..PermissionSet::default() };
    let set = company.engine.admin.admin().create_permission_set(&set).unwrap();
    let user = User { login: login.into(), name: login.into(), permission_sets: vec![set.id], ..User::default() };
    company.engine.session_of(company.engine.admin.admin().create_user(&user).unwrap().id)
}

#[test]
fn no_rule_move_or_membership_gives_its_author_or_others_what_he_does_not_have() {
    for company in companies() {
        company.account(&company.wang, "a", "A", "East");
        let clerk = clerk(&company, "clerk");
        let admin = clerk.admin();
        let denied = |refused: (&'static str, ErrorCode, Option<String>)| {
            assert_eq!((refused.0, refused.1), ("denied", ErrorCode::NoRight));
        };
        denied(told(
            admin.create_sharing_rule(&SharingRule { targets: vec![user_ref(clerk.user())], ..rule(&company) }),
        ));
        denied(told(admin.create_sharing_rule(&rule(&company))));
        let default =
            SharingDefault { entity: "account".into(), access: DefaultAccess::Read, ..SharingDefault::default() };
        denied(told(admin.create_sharing_default(&default)));
        let regions = vec!["East".into()];
        let members = vec![Membership { principal: user_ref(clerk.user()), ..Membership::default() }];
        let territory = Territory { name: "t".into(), regions, members: members.clone(), ..Territory::default() };
        denied(told(admin.create_territory(&territory)));
        let me = admin.user(clerk.user()).unwrap();
        let head = admin.user(company.head.user()).unwrap();
        denied(told(admin.update_user(&User { role: head.role, ..me.clone() })));
        let role = Role { name: "above all".into(), ..Role::default() };
        let role = admin.create_role(&role).unwrap();
        admin.update_user(&User { role: Some(role.id), ..me }).unwrap();
        let top = admin.role(head.role.unwrap()).unwrap();
        denied(told(admin.update_role(&Role { parent: Some(role.id), ..top })));
        let shared = UserGroup { name: "shared".into(), ..UserGroup::default() };
        let shared = company.engine.admin.admin().create_user_group(&shared).unwrap();
        let targets = vec![PrincipalRef { kind: PrincipalKind::Group, id: shared.id }];
        company.engine.admin.admin().create_sharing_rule(&SharingRule { targets, ..rule(&company) }).unwrap();
        denied(told(admin.update_user_group(&UserGroup { members, ..shared })));
        assert!(super::examples::names(&clerk).is_empty());
    }
}

#[test]
fn a_rule_asks_only_for_fields_that_its_author_sees() {
    for company in companies() {
        let clerk = clerk(&company, "clerk");
        let set = company
            .engine
            .admin
            .admin()
            .permission_set(clerk.admin().user(clerk.user()).unwrap().permission_sets[0])
            .unwrap();
        let everything = ObjectRight { view_all: true, edit_all: true, ..right("account") };
        let objects = set.objects.iter().cloned().chain([everything]).collect();
        company.engine.admin.admin().update_permission_set(&PermissionSet { objects, ..set }).unwrap();
        let admin = clerk.admin();
        admin.create_sharing_rule(&rule(&company)).unwrap();
        let hidden =
            SharingRule { name: "other".into(), filter: Some(equals("annual_revenue", "5")), ..rule(&company) };
        assert_eq!(told(admin.create_sharing_rule(&hidden)), invalid(ErrorCode::UnknownField, "filter.annual_revenue"));
        let filter = equals("annual_revenue", "5");
        let records = vec![EntityFilter { entity: "account".into(), filter }];
        let territory = Territory { name: "t".into(), records, ..Territory::default() };
        let refused = told(admin.create_territory(&territory));
        assert_eq!(refused, invalid(ErrorCode::UnknownField, "records[0].filter.annual_revenue"));
    }
}

#[test]
fn a_record_that_is_not_seen_or_not_had_in_full_is_not_shared() {
    for company in companies() {
        let account = company.account(&company.wang, "a", "A", "East");
        let member = TeamMember {
            entity: "account".into(),
            record: account.id,
            user: company.office.user(),
            ..TeamMember::default()
        };
        let unseen = told(company.li.access().add_team_member(&member));
        let nothing = TeamMember { record: company.engine.admin.new_id(), ..member.clone() };
        assert_eq!(unseen, invalid(ErrorCode::UnknownReference, "record"));
        assert_eq!(told(company.li.access().add_team_member(&nothing)), unseen, "hidden as missing");
        let of_user = TeamMember { entity: "user".into(), record: company.li.user(), ..member.clone() };
        assert_eq!(told(company.wang.access().add_team_member(&of_user)), invalid(ErrorCode::NoSuchRight, "entity"));
        let nobody = TeamMember { user: company.engine.admin.new_id(), ..member.clone() };
        assert_eq!(told(company.wang.access().add_team_member(&nobody)), invalid(ErrorCode::UnknownReference, "user"));
        company.wang.access().add_team_member(&member).unwrap();
        let another = TeamMember { user: company.li.user(), ..member };
        assert_eq!(told(company.office.access().add_team_member(&another)).0, "denied");
    }
}
