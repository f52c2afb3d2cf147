//! Each way in which a record or a field is opened or closed, on both stores.

use crate::access::{
    AccessCause, AccessLevel, DefaultAccess, Duty, FieldAccess, FieldRight, Membership, ObjectRight, PermissionSet,
    PrincipalKind, PrincipalRef, RecordShare, Role, SharingAccess, SharingDefault, SharingRule, SharingRuleKind,
    TeamMember, Territory, User, UserGroup, UserKind,
};
use crate::customer::{Account, Channel, ChannelKind, Contact};
use crate::engine::{AdminCommand, Command, Session};
use crate::query::{Comparison, Filter, Query, Sort};
use crate::schema::{CustomFieldKind, FieldDefinition};
use crate::testkit::Engine;
use crate::testkit::regression::{delete, engines, told, update};
use crate::value::{ErrorCode, FieldValue, Id};

/// A small company: a head of sales, two sellers below him, and somebody in the back office.
pub(super) struct Company {
    pub(super) engine: Engine,
    pub(super) head: Session,
    pub(super) wang: Session,
    pub(super) li: Session,
    pub(super) office: Session,
    pub(super) sellers: Id,
}

pub(super) fn right(entity: &str) -> ObjectRight {
    ObjectRight {
        entity: entity.into(),
        read: true,
        create: true,
        edit: true,
        delete: true,
        export: true,
        ..ObjectRight::default()
    }
}

pub(super) fn user_ref(id: Id) -> PrincipalRef {
    PrincipalRef { kind: PrincipalKind::User, id }
}

pub(super) fn equals(field: &str, value: &str) -> Filter {
    Filter::Compare { field: field.into(), comparison: Comparison::Equal, value: value.into() }
}

impl Company {
    pub(super) fn new(engine: Engine) -> Self {
        let admin = engine.admin.admin();
        let top = admin.create_role(&Role { name: "head of sales".into(), ..Role::default() }).unwrap();
        let below = Role { name: "seller".into(), parent: Some(top.id), ..Role::default() };
        let below = admin.create_role(&below).unwrap();
        let objects = ["account", "contact", "opportunity", "lead", "team_member", "record_share"].map(right).to_vec();
        let set = PermissionSet { name: "sales".into(), objects, ..PermissionSet::default() };
        let set = admin.create_permission_set(&set).unwrap();
        let user = |login: &str, role: Option<Id>| {
            let permission_sets = vec![set.id];
            let user = User { login: login.into(), name: login.into(), role, permission_sets, ..User::default() };
            engine.session_of(engine.admin.admin().create_user(&user).unwrap().id)
        };
        let (head, wang) = (user("head", Some(top.id)), user("wang", Some(below.id)));
        let (li, office) = (user("li", Some(below.id)), user("office", None));
        Self { head, wang, li, office, sellers: set.id, engine }
    }

    pub(super) fn account(&self, of: &Session, name: &str, grade: &str, region: &str) -> Account {
        let (grade, region) = (Some(grade.to_owned()), Some(region.to_owned()));
        let account = Account { name: name.into(), grade, region, owner: Some(of.user()), ..Account::default() };
        self.engine.admin.customers().create_account(&account).unwrap()
    }

    pub(super) fn rule(&self, rule: SharingRule) -> Id {
        self.engine.admin.admin().create_sharing_rule(&SharingRule { entity: "account".into(), ..rule }).unwrap().id
    }

    fn reconfigure(&self, user: &Session, change: impl FnOnce(User) -> User) {
        let admin = self.engine.admin.admin();
        let present = admin.user(user.user()).unwrap();
        admin.update_user(&change(present)).unwrap();
    }

    fn give(&self, user: &Session, set: PermissionSet) {
        let set = self.engine.admin.admin().create_permission_set(&set).unwrap();
        self.reconfigure(user, |mut user| {
            user.permission_sets.push(set.id);
            user
        });
    }
}

/// The names of the accounts that somebody sees.
pub(super) fn names(of: &Session) -> Vec<String> {
    let sort = vec![Sort { field: "name".into(), descending: false }];
    let query = Query { sort, ..Query::default() };
    let listed: Vec<Account> = of.list_all(&query).unwrap();
    let names: Vec<String> = listed.iter().map(|account| account.name.clone()).collect();
    for account in &listed {
        assert_eq!(of.get::<Account>(account.id).unwrap().name, account.name);
    }
    let page: Vec<Account> = of.list(&query).unwrap().0;
    assert_eq!(page.iter().map(|account| account.name.clone()).collect::<Vec<_>>(), names);
    names
}

pub(super) fn companies() -> Vec<Company> {
    engines().into_iter().map(Company::new).collect()
}

#[test]
fn a_criteria_rule_follows_the_fields_of_the_records_and_its_own_changes() {
    for company in companies() {
        let first = company.account(&company.wang, "a", "A", "East");
        company.account(&company.wang, "b", "B", "East");
        let rule = SharingRule {
            name: "key accounts".into(),
            kind: SharingRuleKind::Criteria,
            filter: Some(equals("grade", "A")),
            targets: vec![user_ref(company.office.user())],
            ..SharingRule::default()
        };
        let rule = company.rule(rule);
        assert_eq!(names(&company.office), ["a"]);
        company.account(&company.li, "c", "A", "East");
        assert_eq!(names(&company.office), ["a", "c"], "made after the rule");
        let admin = &company.engine.admin;
        admin.execute(update("account", first.id, 1, &[("grade", "B".into())])).unwrap();
        assert_eq!(names(&company.office), ["c"], "no longer fits");
        let sharing_rule: SharingRule = admin.get(rule).unwrap();
        let wider = SharingRule { filter: Some(equals("grade", "B")), ..sharing_rule };
        let wider = admin.admin().update_sharing_rule(&wider).unwrap();
        assert_eq!(names(&company.office), ["a", "b"], "another filter");
        let off = admin.admin().update_sharing_rule(&SharingRule { is_inactive: true, ..wider }).unwrap();
        assert!(names(&company.office).is_empty());
        admin.admin().update_sharing_rule(&SharingRule { is_inactive: false, ..off }).unwrap();
        assert_eq!(names(&company.office), ["a", "b"]);
        admin.execute(delete("sharing_rule", rule, 4)).unwrap();
        assert!(names(&company.office).is_empty());
        admin.execute(crate::testkit::regression::restore("sharing_rule", rule)).unwrap();
        assert_eq!(names(&company.office), ["a", "b"]);
        assert_eq!(names(&company.head), ["a", "b", "c"], "who stands above sees all of it anyway");
    }
}

#[test]
fn an_owner_rule_shares_what_some_own_with_others_and_with_those_above_them() {
    for company in companies() {
        company.account(&company.office, "a", "A", "East");
        company.account(&company.head, "b", "A", "East");
        let group = UserGroup {
            name: "sellers".into(),
            members: vec![Membership { principal: user_ref(company.wang.user()), ..Membership::default() }],
            ..UserGroup::default()
        };
        let group = company.engine.admin.admin().create_user_group(&group).unwrap();
        company.rule(SharingRule {
            name: "office to sellers".into(),
            kind: SharingRuleKind::Owner,
            sources: vec![user_ref(company.office.user())],
            targets: vec![PrincipalRef { kind: PrincipalKind::Group, id: group.id }],
            ..SharingRule::default()
        });
        assert_eq!(names(&company.wang), ["a"]);
        assert!(names(&company.li).is_empty());
        assert_eq!(names(&company.head), ["a", "b"]);
    }
}

#[test]
fn a_field_rule_opens_a_record_to_whoever_a_field_names() {
    for company in companies() {
        let executor = FieldDefinition {
            entity: "account".into(),
            name: "x_executor".into(),
            kind: CustomFieldKind::Reference,
            reference_to: Some("user".into()),
            ..FieldDefinition::default()
        };
        company.engine.define(vec![executor]);
        let account = company.account(&company.office, "a", "A", "East");
        company.rule(SharingRule {
            name: "executors".into(),
            kind: SharingRuleKind::Field,
            field: Some("x_executor".into()),
            access: Some(SharingAccess::Edit),
            ..SharingRule::default()
        });
        let set = |version, who: &Session| update("account", account.id, version, &[("x_executor", who.user().into())]);
        company.engine.admin.execute(set(1, &company.wang)).unwrap();
        assert_eq!((names(&company.wang).len(), names(&company.li).len(), names(&company.head).len()), (1, 0, 1));
        company.wang.execute(update("account", account.id, 2, &[("city", "Jinan".into())])).unwrap();
        company.engine.admin.execute(set(3, &company.li)).unwrap();
        assert_eq!((names(&company.wang).len(), names(&company.li).len()), (0, 1));
    }
}

#[test]
fn a_territory_gives_its_regions_to_its_members_and_to_those_of_the_territories_above() {
    for company in companies() {
        company.account(&company.office, "a", "A", "East");
        company.account(&company.office, "b", "A", "West");
        let member = |who: &Session| vec![Membership { principal: user_ref(who.user()), ..Membership::default() }];
        let admin = company.engine.admin.admin();
        let china = Territory { name: "China".into(), members: member(&company.li), ..Territory::default() };
        let china = admin.create_territory(&china).unwrap();
        let east = Territory {
            name: "China East".into(),
            parent: Some(china.id),
            regions: vec!["East".into()],
            members: member(&company.wang),
            ..Territory::default()
        };
        let east = admin.create_territory(&east).unwrap();
        assert_eq!((names(&company.wang), names(&company.li)), (vec!["a".to_owned()], vec!["a".to_owned()]));
        let wider = Territory { regions: vec!["East".into(), "West".into()], ..east };
        admin.update_territory(&wider).unwrap();
        assert_eq!((names(&company.wang).len(), names(&company.li).len()), (2, 2));
    }
}

#[test]
fn the_records_of_a_queue_are_the_work_of_its_members() {
    for company in companies() {
        let queue = User {
            login: "inbound".into(),
            name: "Inbound".into(),
            kind: Some(UserKind::Queue),
            members: vec![Membership { principal: user_ref(company.wang.user()), ..Membership::default() }],
            ..User::default()
        };
        let queue = company.engine.admin.admin().create_user(&queue).unwrap();
        let account = company.account(&company.engine.session_of(queue.id), "a", "A", "East");
        assert_eq!((names(&company.wang).len(), names(&company.li).len()), (1, 0));
        let taken = update("account", account.id, 1, &[("owner", company.wang.user().into())]);
        company.wang.execute(taken).unwrap();
        assert_eq!(told(company.engine.crm.session("main", "inbound")).0, "not_found", "a queue opens no session");
    }
}

#[test]
fn a_denying_rule_stands_above_everything_else_and_only_for_whom_it_names() {
    for company in companies() {
        company.account(&company.wang, "a", "A", "East");
        company.account(&company.wang, "b", "B", "East");
        company.rule(SharingRule {
            name: "not for Wang".into(),
            kind: SharingRuleKind::Criteria,
            filter: Some(equals("grade", "A")),
            access: Some(SharingAccess::Deny),
            targets: vec![user_ref(company.wang.user()), user_ref(company.engine.admin.user())],
            ..SharingRule::default()
        });
        assert_eq!(names(&company.wang), ["b"], "not even the owner");
        assert_eq!(names(&company.engine.admin), ["b"], "nor who sees every record");
        assert_eq!(names(&company.head), ["a", "b"], "who stands above is not named");
    }
}

#[test]
fn a_team_member_sees_the_record_and_the_fields_that_the_team_may_open_for_as_long_as_it_lasts() {
    for company in companies() {
        let admin = company.engine.admin.admin();
        let account = company.account(&company.wang, "a", "A", "East");
        let hidden = FieldRight { entity: "account".into(), field: "grade".into(), access: FieldAccess::Hidden };
        company.give(
            &company.office,
            PermissionSet { name: "no grades".into(), limits: vec![hidden.clone()], ..PermissionSet::default() },
        );
        let member = TeamMember {
            entity: "account".into(),
            record: account.id,
            user: company.office.user(),
            access: Some(AccessLevel::Edit),
            fields: vec!["region".into()],
            valid_from: "2026-03-03".parse().ok(),
            valid_until: "2026-03-04".parse().ok(),
            ..TeamMember::default()
        };
        let refused = told(company.wang.access().add_team_member(&member));
        assert_eq!(refused, ("invalid", ErrorCode::NoSuchRight, Some("fields[0]".into())), "nobody allowed it");
        let team_fields = vec!["region".into(), "grade".into()];
        let default = SharingDefault { entity: "account".into(), team_fields, ..SharingDefault::default() };
        admin.create_sharing_default(&default).unwrap();
        let closed = FieldRight { field: "region".into(), ..hidden };
        company.reconfigure(&company.office, |user| user);
        let sales = admin.permission_set(company.sellers).unwrap();
        let own = PermissionSet { name: "office".into(), fields: vec![closed], id: Id::NIL, version: 0, ..sales };
        let own = admin.create_permission_set(&own).unwrap();
        company.reconfigure(&company.office, |mut user| {
            user.permission_sets.retain(|set| *set != company.sellers);
            user.permission_sets.push(own.id);
            user
        });
        let fields = vec!["grade".into(), "region".into()];
        let member = company.wang.access().add_team_member(&TeamMember { fields, ..member }).unwrap();
        assert!(names(&company.office).is_empty(), "it begins tomorrow");
        company.engine.clock.advance_micros(86_400_000_000);
        let seen: Account = company.office.get(account.id).unwrap();
        assert_eq!((seen.region.as_deref(), seen.grade), (Some("East"), None), "a limit stands above the team");
        let sort = vec![Sort { field: "region".into(), descending: false }];
        let sorted = company.office.list::<Account>(&Query { sort, ..Query::default() });
        assert_eq!(told(sorted).1, ErrorCode::UnknownField, "in a question it is as hidden as before");
        let why =
            company.office.access().explain(company.office.user(), "account", account.id, Some("region")).unwrap();
        assert_eq!((why.level, why.reasons[0].cause), (Some(AccessLevel::Edit), AccessCause::Team));
        assert_eq!(why.field.unwrap().opened_by, [member.id]);
        company.office.execute(update("account", account.id, 1, &[("region", "West".into())])).unwrap();
        assert_eq!(told(company.office.execute(delete("account", account.id, 2))).0, "denied");
        company.engine.clock.advance_micros(2 * 86_400_000_000);
        assert!(names(&company.office).is_empty(), "it is over");
    }
}

#[test]
fn a_share_ends_with_its_last_day_and_its_level_bounds_what_is_done() {
    for company in companies() {
        let account = company.account(&company.wang, "a", "A", "East");
        let share = RecordShare {
            entity: "account".into(),
            record: account.id,
            grantee: user_ref(company.office.user()),
            valid_until: "2026-03-02".parse().ok(),
            ..RecordShare::default()
        };
        let shared = company.wang.access().share(&share).unwrap();
        assert_eq!(names(&company.office), ["a"]);
        let change = update("account", account.id, 1, &[("city", "Jinan".into())]);
        assert_eq!(told(company.office.execute(change.clone())), ("denied", ErrorCode::NoRight, None));
        let again = RecordShare { grantee: user_ref(company.li.user()), ..share.clone() };
        assert_eq!(told(company.office.access().share(&again)).0, "denied", "who reads does not share");
        company.wang.access().unshare(shared.id, shared.version).unwrap();
        assert!(names(&company.office).is_empty());
        let share = RecordShare { access: Some(AccessLevel::Edit), ..share };
        company.wang.access().share(&share).unwrap();
        company.office.execute(change).unwrap();
        assert_eq!(company.wang.access().shares("account", account.id).unwrap().len(), 1);
        company.engine.clock.advance_micros(86_400_000_000);
        assert!(names(&company.office).is_empty(), "the last day was yesterday");
    }
}

#[test]
fn a_masked_field_shows_its_end_and_answers_no_question() {
    for company in companies() {
        let masked = |entity: &str, field: &str| FieldRight {
            entity: entity.into(),
            field: field.into(),
            access: FieldAccess::Masked,
        };
        let limits = vec![masked("account", "code"), masked("contact", "channels"), masked("account", "employees")];
        company.give(&company.wang, PermissionSet { name: "masks".into(), limits, ..PermissionSet::default() });
        let account = Account {
            name: "a".into(),
            code: Some("KUNDE-4711-99".into()),
            employees: Some(12),
            owner: Some(company.wang.user()),
            ..Account::default()
        };
        let account = company.engine.admin.customers().create_account(&account).unwrap();
        let phone = Channel { kind: ChannelKind::Mobile, value: "+86 138 0013 8000".into(), ..Channel::default() };
        let contact = Contact {
            full_name: "陈".into(),
            channels: vec![phone],
            owner: Some(company.wang.user()),
            ..Contact::default()
        };
        let contact = company.engine.admin.customers().create_contact(&contact).unwrap();
        let seen: Account = company.wang.get(account.id).unwrap();
        assert_eq!((seen.code.as_deref(), seen.employees), (Some("*********1-99"), None));
        let seen_contact: Contact = company.wang.get(contact.id).unwrap();
        assert!(seen_contact.channels[0].value.ends_with("8000") && seen_contact.channels[0].value.starts_with("****"));
        let entries = company.wang.history("account", account.id).unwrap();
        let told_of = |field: &str| {
            let changes = entries.iter().flat_map(|entry| &entry.changes);
            changes.filter(|change| change.field == field).map(|change| change.after.clone()).collect::<Vec<_>>()
        };
        assert_eq!(told_of("code"), [FieldValue::from("*********1-99")]);
        assert!(told_of("employees").is_empty(), "of a number nothing is seen, not even that it was given");
        for filter in [equals("code", "KUNDE-4711-99"), Filter::IsEmpty { field: "employees".into() }] {
            let asked = company.wang.list::<Account>(&Query { filter: Some(filter), ..Query::default() });
            assert_eq!(told(asked).1, ErrorCode::WrongType);
        }
        let found = company.wang.list::<Account>(&Query { search: Some("4711".into()), ..Query::default() }).unwrap();
        assert!(found.0.is_empty(), "nor is it found by its words");
        let saved = Account { city: Some("Jinan".into()), ..seen };
        company.wang.customers().update_account(&saved).unwrap();
        let whole: Account = company.engine.admin.get(account.id).unwrap();
        assert_eq!((whole.code.as_deref(), whole.employees), (Some("KUNDE-4711-99"), Some(12)), "nothing was lost");
        let set = update("account", account.id, 2, &[("employees", 13.into())]);
        assert_eq!(told(company.wang.execute(set)), ("denied", ErrorCode::NoRight, Some("employees".into())));
    }
}

#[test]
fn a_field_that_is_written_once_stays_and_denials_stand_above_what_is_given() {
    for company in companies() {
        let once = FieldRight { entity: "account".into(), field: "grade".into(), access: FieldAccess::WriteOnce };
        let denied = ObjectRight { entity: "account".into(), export: true, ..ObjectRight::default() };
        let set = PermissionSet {
            name: "careful".into(),
            limits: vec![once],
            denied: vec![denied],
            ..PermissionSet::default()
        };
        company.give(&company.wang, set);
        let account = Account { name: "a".into(), owner: Some(company.wang.user()), ..Account::default() };
        let account = company.engine.admin.customers().create_account(&account).unwrap();
        company.wang.execute(update("account", account.id, 1, &[("grade", "A".into())])).unwrap();
        let again = company.wang.execute(update("account", account.id, 2, &[("grade", "B".into())]));
        assert_eq!(told(again), ("invalid", ErrorCode::WriteOnce, Some("grade".into())));
        company.li.execute(update("account", account.id, 2, &[("grade", "B".into())])).unwrap_err();
        company.head.execute(update("account", account.id, 2, &[("grade", "B".into())])).unwrap();
        let why = company.wang.access().explain(company.wang.user(), "account", account.id, Some("grade")).unwrap();
        let export = why.rights.iter().find(|right| right.right == "export").unwrap();
        assert_eq!(
            (export.held, export.given_by.as_slice(), export.denied_by.as_slice()),
            (false, &["sales".to_owned()][..], &["careful".to_owned()][..])
        );
        assert_eq!(why.field.unwrap().limited_by, ["careful"]);
    }
}

#[test]
fn the_default_of_an_entity_opens_it_and_a_contact_is_seen_with_its_account() {
    for company in companies() {
        let account = company.account(&company.wang, "a", "A", "East");
        let contact = Contact {
            full_name: "Chen".into(),
            account: Some(account.id),
            owner: Some(company.office.user()),
            ..Contact::default()
        };
        let contact = company.engine.admin.customers().create_contact(&contact).unwrap();
        assert!(company.office.get::<Contact>(contact.id).is_ok() && company.wang.get::<Contact>(contact.id).is_err());
        let admin = company.engine.admin.admin();
        let default =
            |entity: &str, access| SharingDefault { entity: entity.into(), access, ..SharingDefault::default() };
        admin.create_sharing_default(&default("contact", DefaultAccess::ControlledByParent)).unwrap();
        assert!(company.office.get::<Contact>(contact.id).is_err() && company.wang.get::<Contact>(contact.id).is_ok());
        assert!(company.head.get::<Contact>(contact.id).is_ok() && company.li.get::<Contact>(contact.id).is_err());
        let open = admin.create_sharing_default(&default("account", DefaultAccess::Read)).unwrap();
        assert!(company.li.get::<Contact>(contact.id).is_ok());
        let change = |version| update("account", account.id, version, &[("city", "Jinan".into())]);
        assert_eq!(told(company.li.execute(change(1))).0, "denied");
        let open = admin.update_sharing_default(&SharingDefault { access: DefaultAccess::ReadWrite, ..open }).unwrap();
        company.li.execute(change(1)).unwrap();
        assert_eq!(told(company.li.execute(delete("account", account.id, 2))).0, "denied");
        let closed = SharingDefault { access: DefaultAccess::Private, without_hierarchy: true, ..open };
        admin.update_sharing_default(&closed).unwrap();
        assert!(names(&company.head).is_empty(), "not even those above");
        assert_eq!(names(&company.wang), ["a"]);
    }
}

#[test]
fn a_deputy_sees_for_the_days_of_his_duty_what_the_head_sees() {
    for company in companies() {
        company.account(&company.wang, "a", "A", "East");
        let head = company.engine.admin.admin().user(company.head.user()).unwrap();
        let duty = Duty {
            role: head.role.unwrap(),
            valid_from: "2026-03-03".parse().ok(),
            valid_until: "2026-03-03".parse().ok(),
            ..Duty::default()
        };
        company.reconfigure(&company.office, |user| User { duties: vec![duty], ..user });
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(names(&company.office).len());
            company.engine.clock.advance_micros(86_400_000_000);
        }
        assert_eq!(seen, [0, 1, 0]);
    }
}

#[test]
fn who_sees_a_record_and_what_a_change_would_open_is_told_before_it_is_made() {
    for company in companies() {
        let account = company.account(&company.wang, "a", "A", "East");
        company.account(&company.wang, "b", "B", "East");
        let access = company.engine.admin.access();
        let users = access.who_can("account", account.id).unwrap();
        let found: Vec<(Id, AccessLevel, AccessCause)> =
            users.iter().map(|user| (user.user, user.level, user.reasons[0].cause)).collect();
        let expected = [
            (company.engine.admin.user(), AccessLevel::Full, AccessCause::EveryRecord),
            (company.head.user(), AccessLevel::Full, AccessCause::Hierarchy),
            (company.wang.user(), AccessLevel::Full, AccessCause::Owner),
        ];
        assert_eq!(found.len(), 3);
        assert!(expected.iter().all(|one| found.contains(one)), "{found:?}");
        let chain = users.iter().find(|user| user.user == company.head.user()).unwrap();
        assert_eq!(chain.reasons[0].roles, ["head of sales", "seller"]);
        assert_eq!(chain.reasons[0].through, Some(company.wang.user()));
        let why = access.explain(company.office.user(), "account", account.id, None).unwrap();
        assert_eq!(why.level, None);
        let rule = SharingRule {
            name: "key accounts".into(),
            entity: "account".into(),
            kind: SharingRuleKind::Criteria,
            filter: Some(equals("grade", "A")),
            targets: vec![user_ref(company.office.user())],
            ..SharingRule::default()
        };
        let command = Command::Admin(AdminCommand::CreateSharingRule { sharing_rule: rule });
        let diff = access.policy_diff(std::slice::from_ref(&command)).unwrap();
        assert_eq!(diff.users.len(), 1);
        assert_eq!(diff.users[0].user, company.office.user());
        let entity = &diff.users[0].entities[0];
        assert_eq!((entity.entity.as_str(), entity.records.len()), ("account", 1));
        let records = &entity.records[0];
        assert_eq!((records.gained, records.lost, records.gained_records.as_slice()), (1, 0, &[account.id][..]));
        assert!(names(&company.office).is_empty(), "nothing was written");
        company.engine.admin.execute(command).unwrap();
        assert_eq!(names(&company.office), ["a"], "and it came as it was told");
        assert_eq!(told(company.wang.access().who_can("account", account.id)).0, "denied");
        assert_eq!(told(company.li.access().explain(company.li.user(), "account", account.id, None)).0, "not_found");
    }
}
