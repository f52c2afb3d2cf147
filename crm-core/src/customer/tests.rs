mod channels;
mod figures;
mod finding;
mod hierarchies;
mod single_views;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use proptest::prelude::*;

use super::single_view::{Sales, Shape, totals};
use super::*;
use crate::access::{FieldRight, ObjectRight, PermissionSet, User};
use crate::engine::smoke::sessions;
use crate::engine::{AdminCommand, Command, JournalCommand, RecordCommand, Session};
use crate::query::{AggregateQuery, Measure, MeasureFunction};
use crate::room::ExternalId;
use crate::value::{Date, Decimal, Error, ErrorCode, IdentifierKind, Result, Timestamp};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn day(number: i64) -> Date {
    date("2026-01-01").add_days(number).unwrap()
}

fn named(name: &str) -> Account {
    Account { name: name.into(), ..Account::default() }
}

fn account(session: &Session, name: &str) -> Id {
    session.customers().create_account(&named(name)).unwrap().id
}

fn channel(kind: ChannelKind, value: &str) -> Channel {
    Channel { kind, value: value.into(), ..Channel::default() }
}

fn identifier(kind: IdentifierKind, value: &str) -> Identifier {
    Identifier { kind, value: value.into(), issuer: None }
}

fn names(nodes: &[HierarchyNode]) -> Vec<&str> {
    nodes.iter().map(|node| node.name.as_str()).collect()
}

fn problems(error: &Error) -> Vec<(ErrorCode, &str)> {
    error.problems().iter().map(|problem| (problem.code, problem.field.as_deref().unwrap_or_default())).collect()
}

/// A user who may do everything with own records of these entities, with some fields hidden.
fn user(admin: &Session, login: &str, entities: &[&str], hidden: &[(&str, &str)]) -> Session {
    let object = |entity: &&str| ObjectRight {
        entity: (*entity).into(),
        read: true,
        create: true,
        edit: true,
        delete: true,
        ..ObjectRight::default()
    };
    let field = |(entity, field): &(&str, &str)| FieldRight {
        entity: (*entity).into(),
        field: (*field).into(),
        ..FieldRight::default()
    };
    let permission_set = PermissionSet {
        name: format!("set of {login}"),
        objects: entities.iter().map(object).collect(),
        fields: hidden.iter().map(field).collect(),
        ..PermissionSet::default()
    };
    let set = admin.execute(Command::Admin(AdminCommand::CreatePermissionSet { permission_set })).unwrap();
    let set = set.created("permission_set");
    let user = User { login: login.into(), name: login.into(), permission_sets: vec![set], ..User::default() };
    let user = admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap().created("user");
    Session { ctx: crate::access::Ctx { user, ..admin.ctx }, ..admin.clone() }
}

const OWN: &[&str] = &["account", "contact", "account_link", "activity", "attachment"];

#[test]
fn an_account_gets_a_code_and_keeps_it() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let taken = customers.create_account(&Account { code: Some(" C-000002 ".into()), ..named("old") }).unwrap();
        assert_eq!(taken.code.as_deref(), Some("C-000002"));
        let first = customers.create_account(&named("  苏州阀门厂 ")).unwrap();
        assert_eq!((first.name.as_str(), first.code.as_deref()), ("苏州阀门厂", Some("C-000001")));
        assert_eq!(first.life_cycle, Some(LifeCycle::Prospect));
        let second = customers.create_account(&named("b")).unwrap();
        assert_eq!(second.code.as_deref(), Some("C-000003"));
        assert_eq!(customers.account_by_code("C-000001").unwrap().id, first.id);
        assert_eq!(customers.account_by_code("C-9").unwrap_err().kind(), "not_found");

        let moved = Account { code: Some("K-1".into()), ..first.clone() };
        let error = customers.update_account(&moved).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::WriteOnce, Some("code")));
        let twice = customers.create_account(&Account { code: Some("C-000001".into()), ..named("c") }).unwrap_err();
        assert_eq!((twice.code(), twice.field()), (ErrorCode::DuplicateKey, Some("code")));

        customers.set_life_cycle(first.id, LifeCycle::FirstOrder, Some(1)).unwrap();
        let stale = customers.set_life_cycle(first.id, LifeCycle::Lost, Some(1)).unwrap_err();
        assert_eq!(stale.code(), ErrorCode::StaleVersion);
        let read = customers.account(first.id).unwrap();
        assert_eq!((read.life_cycle, read.version), (Some(LifeCycle::FirstOrder), 2));
        let revenue = Account { annual_revenue: Some("1200000.5".parse().unwrap()), life_cycle: None, ..read };
        let read = customers.update_account(&revenue).unwrap();
        assert_eq!(read.revenue_currency.map(|currency| currency.to_string()).as_deref(), Some("CNY"));
        assert_eq!(read.life_cycle, Some(LifeCycle::FirstOrder));
        let found = customers.accounts(&Query { search: Some("阀门".into()), ..Query::default() }).unwrap();
        assert_eq!(found.items, [read]);
    }
}

/// The identifiers are those of the standards and of public registers: GB 32100-2015 appendix, the VAT number of a
/// published example, GS1's own example, ISO 17442.
#[test]
fn identifiers_are_kept_in_one_form_and_wrong_ones_are_refused() {
    for (_folder, admin) in sessions() {
        let good = vec![
            identifier(IdentifierKind::UnifiedSocialCreditCode, "91350100-m000100y-43"),
            identifier(IdentifierKind::Vat, "DE 136 695 976"),
            identifier(IdentifierKind::Gln, "４０００００１０００００５"),
            identifier(IdentifierKind::Duns, "15-048-3782"),
            Identifier { issuer: Some("SAP P01".into()), ..identifier(IdentifierKind::ErpCode, " 0000100234 ") },
        ];
        let made = admin.customers().create_account(&Account { identifiers: good, ..named("a") }).unwrap();
        let kept: Vec<&str> = made.identifiers.iter().map(|identifier| identifier.value.as_str()).collect();
        assert_eq!(kept, ["91350100M000100Y43", "DE136695976", "4000001000005", "150483782", "0000100234"]);

        let bad = vec![
            identifier(IdentifierKind::Vat, "DE136695976"),
            identifier(IdentifierKind::UnifiedSocialCreditCode, "91350100M000100Y44"),
            identifier(IdentifierKind::Gln, "123"),
            identifier(IdentifierKind::Vat, "DE136695976 "),
        ];
        let error = admin.customers().create_account(&Account { identifiers: bad, ..named("b") }).unwrap_err();
        assert_eq!(
            problems(&error),
            [
                (ErrorCode::CheckDigit, "identifiers[1].value"),
                (ErrorCode::BadFormat, "identifiers[2].value"),
                (ErrorCode::DuplicateKey, "identifiers[3].value"),
            ]
        );
        let many = vec![identifier(IdentifierKind::Other, "x"); MAX_IDENTIFIERS + 1];
        let error = admin.customers().create_account(&Account { identifiers: many, ..named("c") }).unwrap_err();
        assert_eq!((error.code(), error.field()), (ErrorCode::TooMany, Some("identifiers")));

        let fields = HashMap::from([
            ("name".to_owned(), FieldValue::from("by import")),
            ("identifiers".to_owned(), FieldValue::Json(r#"[{"kind":"gln","value":"4000001000006"}]"#.into())),
        ]);
        let command = Command::Record(RecordCommand::Create { entity: "account".into(), fields });
        let error = admin.execute(command).unwrap_err();
        assert_eq!(problems(&error), [(ErrorCode::CheckDigit, "identifiers[0].value")]);
    }
}

#[test]
fn channels_are_checked_one_by_one() {
    let (_folder, admin) = sessions().remove(0);
    let address = Channel {
        street: Some("Hauptstraße 5".into()),
        postcode: Some("4020".into()),
        city: Some("Linz".into()),
        country: Some("AT".into()),
        ..channel(ChannelKind::Address, "")
    };
    let good = vec![
        Channel { preferred: true, ..channel(ChannelKind::Email, "Anna.Gruber+crm@Example.COM") },
        channel(ChannelKind::Email, "王伟@例子.中国"),
        Channel { opt_out: true, ..channel(ChannelKind::Phone, "+86 512 6285-1234 转 801") },
        channel(ChannelKind::Mobile, "１３８ ００１３ ８０００"),
        address,
        channel(ChannelKind::Wechat, "wang_wei"),
    ];
    let contact =
        Contact {
            family_name: Some("王".into()), given_name: Some("伟".into()), channels: good, ..Contact::default()
        };
    let made = admin.customers().create_contact(&contact).unwrap();
    assert_eq!(made.full_name, "王伟");
    let kept: Vec<&str> = made.channels.iter().map(|channel| channel.value.as_str()).collect();
    assert_eq!(
        kept,
        [
            "Anna.Gruber+crm@example.com",
            "王伟@例子.中国",
            "+86 512 6285-1234 转 801",
            "138 0013 8000",
            "Hauptstraße 5, 4020 Linz, AT",
            "wang_wei",
        ]
    );
    assert!(made.channels[2].opt_out);

    let bad = vec![
        channel(ChannelKind::Email, "no at sign"),
        channel(ChannelKind::Email, "a@b"),
        channel(ChannelKind::Phone, "call me"),
        channel(ChannelKind::Address, " "),
        channel(ChannelKind::Phone, "+49 89 1234"),
        channel(ChannelKind::Phone, "+49 (89) 12-34"),
        Channel { preferred: true, label: Some("x".repeat(201)), ..channel(ChannelKind::Fax, "555 1234") },
        Channel { preferred: true, ..channel(ChannelKind::Fax, "555 1235") },
    ];
    let error = admin.customers().create_contact(&Contact { channels: bad, ..contact }).unwrap_err();
    assert_eq!(
        problems(&error),
        [
            (ErrorCode::BadFormat, "channels[0].value"),
            (ErrorCode::BadFormat, "channels[1].value"),
            (ErrorCode::BadFormat, "channels[2].value"),
            (ErrorCode::Required, "channels[3].value"),
            (ErrorCode::TooLong, "channels[6].label"),
            (ErrorCode::DuplicateKey, "channels[5].value"),
            (ErrorCode::DuplicateKey, "channels[7].preferred"),
        ]
    );
    let anna = Contact { family_name: Some("Gruber".into()), given_name: Some("Anna".into()), ..Contact::default() };
    assert_eq!(admin.customers().create_contact(&anna).unwrap().full_name, "Anna Gruber");
    let error = admin.customers().create_contact(&Contact::default()).unwrap_err();
    assert_eq!(problems(&error), [(ErrorCode::Required, "full_name")]);
}

#[test]
fn identifiers_in_other_systems_are_unique_and_found() {
    for (_folder, admin) in sessions() {
        let external_ids = vec![ExternalId { system: "erp".into(), key: "4711".into() }];
        let a = Account { external_ids, ..named("a") };
        let made = admin.customers().create_account(&a).unwrap();
        assert_eq!(admin.customers().account_by_external_id("erp", "4711").unwrap(), made);
        assert_eq!(admin.customers().account_by_external_id("crm", "4711").unwrap_err().kind(), "not_found");
        assert_eq!(admin.customers().create_account(&a).unwrap_err().code(), ErrorCode::DuplicateKey);
        let other = user(&admin, "li", OWN, &[]);
        assert_eq!(other.customers().account_by_external_id("erp", "4711").unwrap_err().kind(), "not_found");
        let blind = user(&admin, "zhao", OWN, &[("account", "external_ids")]);
        let error = blind.customers().account_by_external_id("erp", "4711").unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownField);
    }
}

/// A group that sells a plant on 2026-07-01: what was asked for a date before answers as it was then.
#[test]
fn a_hierarchy_has_dates() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let [group, holding, plant, buyer] = ["group", "holding", "plant", "buyer"].map(|name| account(&admin, name));
        let legal = HierarchyKind::Legal;
        customers.set_parent(legal, holding, Some(group), date("2020-01-01")).unwrap();
        customers.set_parent(legal, plant, Some(holding), date("2020-01-01")).unwrap();
        customers.set_parent(legal, plant, Some(buyer), date("2026-07-01")).unwrap();

        let path = |at: &str| {
            names(&customers.ancestors(plant, legal, date(at)).unwrap())
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(path("2019-12-31"), [""; 0]);
        assert_eq!(path("2026-06-30"), ["holding", "group"]);
        assert_eq!(path("2026-07-01"), ["buyer"]);
        let tree = customers.subtree(group, legal, date("2026-06-30")).unwrap();
        assert_eq!(names(&tree), ["group", "holding", "plant"]);
        assert_eq!((tree[2].depth, tree[2].parent, tree[2].code.as_deref()), (2, Some(holding), Some("C-000003")));
        assert_eq!(names(&customers.subtree(group, legal, date("2026-07-01")).unwrap()), ["group", "holding"]);
        assert_eq!(names(&customers.children(buyer, legal, date("2027-01-01")).unwrap()), ["plant"]);
        let parent = customers.parent_of(plant, legal, date("2026-01-01")).unwrap().unwrap();
        assert_eq!((parent.account, parent.depth), (holding, 1));
        assert_eq!(customers.parent_of(plant, HierarchyKind::Billing, date("2026-01-01")).unwrap(), None);

        let again = customers.set_parent(legal, plant, Some(buyer), date("2026-09-01")).unwrap();
        assert!(again.changes.is_empty() && again.trace[0].rule == "parent_unchanged");
        customers.set_parent(legal, plant, Some(group), date("2026-03-01")).unwrap();
        assert_eq!(path("2026-02-28"), ["holding", "group"]);
        assert_eq!(path("2026-06-30"), ["group"], "the past is corrected, until the next link begins");
        assert_eq!(path("2026-07-01"), ["buyer"]);
        customers.set_parent(legal, plant, None, date("2028-01-01")).unwrap();
        assert_eq!(path("2028-01-01"), [""; 0]);
        assert_eq!(path("2027-12-31"), ["buyer"]);
    }
}

#[test]
fn a_cycle_is_refused_on_every_date_of_its_span() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let [a, b, c] = ["A", "B", "C"].map(|name| account(&admin, name));
        let billing = HierarchyKind::Billing;
        customers.set_parent(billing, b, Some(a), date("2026-01-01")).unwrap();
        // From June on C stands below B; so A below C from January would close the circle in June.
        customers.set_parent(billing, c, Some(b), date("2026-06-01")).unwrap();
        let error = customers.set_parent(billing, a, Some(c), date("2026-01-01")).unwrap_err();
        assert_eq!((error.kind(), error.code(), error.field()), ("invalid", ErrorCode::Cycle, Some("parent")));
        assert_eq!(error.problems()[0].data["cycle"], "C > B > A");
        assert_eq!(error.problems()[0].data["cycle_ids"], format!("{c},{b},{a}"));
        // Until the end of May it is no circle.
        let fields = |until: &str| {
            HashMap::from([
                ("child".to_owned(), FieldValue::from(a)),
                ("parent".to_owned(), FieldValue::from(c)),
                ("hierarchy".to_owned(), FieldValue::from("billing")),
                ("valid_from".to_owned(), FieldValue::from("2026-01-01")),
                ("valid_until".to_owned(), FieldValue::from(until)),
            ])
        };
        let create = |until: &str| {
            admin.execute(Command::Record(RecordCommand::Create {
                entity: "account_link".into(),
                fields: fields(until),
            }))
        };
        assert_eq!(create("2026-06-02").unwrap_err().code(), ErrorCode::Cycle);
        let link = create("2026-06-01").unwrap().created("account_link");
        assert_eq!(create("2025-12-31").unwrap_err().code(), ErrorCode::OutOfRange);
        let lengthen = HashMap::from([("valid_until".to_owned(), FieldValue::from("2026-07-01"))]);
        let lengthen =
            RecordCommand::Update { entity: "account_link".into(), id: link, expected_version: 1, fields: lengthen };
        assert_eq!(admin.execute(Command::Record(lengthen)).unwrap_err().code(), ErrorCode::Cycle);
        let own = customers.set_parent(billing, a, Some(a), date("2030-01-01")).unwrap_err();
        assert_eq!((own.code(), own.problems()[0].data["cycle"].as_str()), (ErrorCode::Cycle, "A"));
        assert_eq!(
            customers.set_parent(HierarchyKind::Legal, a, Some(c), date("2026-01-01")).unwrap().changes.len(),
            1
        );

        // A deleted link that would close a circle now does not come back.
        let delete = RecordCommand::Delete { entity: "account_link".into(), id: link, expected_version: 1 };
        admin.execute(Command::Record(delete)).unwrap();
        customers.set_parent(billing, b, None, date("2026-02-01")).unwrap();
        customers.set_parent(billing, c, Some(a), date("2026-03-01")).unwrap();
        let restore = Command::Record(RecordCommand::Restore { entity: "account_link".into(), id: link });
        assert_eq!(admin.execute(restore).unwrap_err().code(), ErrorCode::Cycle);
    }
}

#[test]
fn a_hierarchy_has_at_most_64_steps() {
    let (_folder, admin) = sessions().remove(1);
    let customers = admin.customers();
    let chain: Vec<Id> = (0..=MAX_HIERARCHY_DEPTH + 1).map(|place| account(&admin, &format!("{place}"))).collect();
    let set = |child: usize, parent: usize| {
        customers.set_parent(HierarchyKind::Project, chain[child], Some(chain[parent]), date("2026-01-01"))
    };
    for place in (1..=MAX_HIERARCHY_DEPTH).rev().filter(|place| *place != 30) {
        set(place, place - 1).unwrap();
    }
    set(30, 29).unwrap();
    let last = MAX_HIERARCHY_DEPTH + 1;
    assert_eq!(set(last, last - 1).unwrap_err().code(), ErrorCode::OutOfRange);
    let error = set(0, last).unwrap_err();
    assert_eq!((error.code(), error.problems()[0].data["max_depth"].as_str()), (ErrorCode::OutOfRange, "64"));
    let path = customers.ancestors(chain[MAX_HIERARCHY_DEPTH], HierarchyKind::Project, date("2026-01-01")).unwrap();
    assert_eq!(path.len(), 64);
}

/// wang owns the two ends of a chain; the middle belongs to the administrator.
#[test]
fn hidden_accounts_are_left_out_and_never_named() {
    for (_folder, admin) in sessions() {
        let wang = user(&admin, "wang", OWN, &[]);
        let (top, bottom, free) = (account(&wang, "top"), account(&wang, "bottom"), account(&wang, "free"));
        let middle = account(&admin, "secret middle");
        let (legal, from) = (HierarchyKind::Legal, date("2026-01-01"));
        admin.customers().set_parent(legal, middle, Some(top), from).unwrap();
        admin.customers().set_parent(legal, bottom, Some(middle), from).unwrap();

        let customers = wang.customers();
        let tree = customers.subtree(top, legal, from).unwrap();
        assert_eq!(names(&tree), ["top", "bottom"]);
        assert_eq!((tree[1].depth, tree[1].parent), (1, Some(top)));
        assert_eq!(customers.children(top, legal, from).unwrap(), []);
        assert_eq!(customers.parent_of(bottom, legal, from).unwrap(), None);
        assert_eq!(names(&customers.ancestors(bottom, legal, from).unwrap()), ["top"]);
        assert_eq!(customers.subtree(middle, legal, from).unwrap_err().kind(), "not_found");

        let cycle = customers.set_parent(legal, top, Some(bottom), from).unwrap_err();
        assert_eq!(cycle.problems()[0].data["cycle"], "bottom > … > top");
        assert_eq!(cycle.problems()[0].data["cycle_ids"], format!("{bottom},…,{top}"));
        for (child, parent) in [(free, middle), (middle, free)] {
            let error = customers.set_parent(legal, child, Some(parent), from).unwrap_err();
            assert_eq!(error.code(), ErrorCode::UnknownReference);
        }
        assert_eq!(names(&admin.customers().subtree(top, legal, from).unwrap()), ["top", "secret middle", "bottom"]);

        // A link belongs to whoever owns the account below: the one of the middle is the administrator's.
        let all = |session: &Session| session.list::<AccountLink>(&Query::default()).unwrap().0;
        assert_eq!(all(&wang).iter().map(|link| link.child).collect::<Vec<_>>(), [bottom]);
        let mut moved = customers.account(bottom).unwrap();
        moved.owner = Some(admin.user());
        admin.customers().update_account(&moved).unwrap();
        assert_eq!(all(&wang), []);
        let operation = admin.history("account", bottom).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation })).unwrap();
        assert_eq!(all(&wang).len(), 1);
    }
}

#[test]
fn an_activity_belongs_to_many_records_and_is_found_by_each() {
    for (_folder, admin) in sessions() {
        let customers = admin.customers();
        let [group, plant] = ["group", "plant"].map(|name| account(&admin, name));
        customers.set_parent(HierarchyKind::Legal, plant, Some(group), date("2026-01-01")).unwrap();
        let wang = Contact { full_name: "王伟".into(), account: Some(plant), ..Contact::default() };
        let wang = customers.create_contact(&wang).unwrap().id;
        let subject = |entity, id| Subject { entity, id };
        let (of_group, of_plant, of_wang) = (
            subject(SubjectEntity::Account, group),
            subject(SubjectEntity::Account, plant),
            subject(SubjectEntity::Contact, wang),
        );
        let log = |text: &str, at: &str, subjects: &[Subject]| {
            let activity = Activity {
                kind: ActivityKind::Visit,
                subject: text.into(),
                at: Some(at.parse().unwrap()),
                subjects: subjects.to_vec(),
                ..Activity::default()
            };
            customers.log_activity(&activity).unwrap()
        };
        let first = log("first", "2026-02-01T08:00:00Z", &[of_group]);
        log("third", "2026-02-03T08:00:00Z", &[of_wang]);
        log("second", "2026-02-02T08:00:00Z", &[of_plant, of_group, of_wang]);

        let newest = |of: Subject, hierarchy, limit| {
            let found = customers.activities_of(of, hierarchy, limit).unwrap();
            found.into_iter().map(|activity| activity.subject).collect::<Vec<_>>()
        };
        assert_eq!(newest(of_group, None, 50), ["second", "first"]);
        assert_eq!(newest(of_group, Some(HierarchyKind::Legal), 50), ["third", "second", "first"]);
        assert_eq!(newest(of_group, Some(HierarchyKind::Legal), 2), ["third", "second"]);
        assert_eq!(newest(of_wang, None, 50), ["third", "second"]);
        assert_eq!(newest(of_plant, None, 1), ["third"]);

        let later = Activity { at: Some("2026-02-09T08:00:00Z".parse().unwrap()), subjects: vec![of_plant], ..first };
        let later = customers.update_activity(&later).unwrap();
        assert_eq!(newest(of_group, None, 50), ["second"]);
        assert_eq!(newest(of_plant, None, 50), ["first", "third", "second"]);
        let operation = admin.history("activity", later.id).unwrap().pop().unwrap().op_id;
        admin.execute(Command::Journal(JournalCommand::Undo { operation })).unwrap();
        assert_eq!(newest(of_group, None, 50), ["second", "first"]);
        assert_eq!(newest(of_plant, None, 50), ["third", "second"]);

        let version = customers.activity(later.id).unwrap().version;
        let delete = RecordCommand::Delete { entity: "activity".into(), id: later.id, expected_version: version };
        admin.execute(Command::Record(delete)).unwrap();
        assert_eq!(newest(of_group, None, 50), ["second"]);
        admin.execute(Command::Record(RecordCommand::Restore { entity: "activity".into(), id: later.id })).unwrap();
        assert_eq!(newest(of_group, None, 50), ["second", "first"]);

        let missing = subject(SubjectEntity::Account, wang);
        let activity =
            Activity { subject: "x".into(), subjects: vec![of_group, missing, of_group], ..Activity::default() };
        let error = customers.log_activity(&activity).unwrap_err();
        assert_eq!(
            problems(&error),
            [(ErrorCode::UnknownReference, "subjects[1].id"), (ErrorCode::DuplicateKey, "subjects[2].id")]
        );
        let now = customers.log_activity(&Activity { subject: "now".into(), ..Activity::default() }).unwrap();
        assert_eq!(now.at, Some("2026-03-02T01:00:00Z".parse().unwrap()));
        assert_eq!(customers.activities_of(of_group, None, 0).unwrap_err().code(), ErrorCode::OutOfRange);
    }
}

#[test]
fn activities_are_seen_by_the_rights_on_activities() {
    for (_folder, admin) in sessions() {
        let li = user(&admin, "li", OWN, &[]);
        let shared = account(&li, "shared");
        let about = |session: &Session, text: &str| {
            let subjects = vec![Subject { entity: SubjectEntity::Account, id: shared }];
            let activity = Activity { subject: text.into(), subjects, ..Activity::default() };
            session.customers().log_activity(&activity).unwrap()
        };
        about(&admin, "for the boss only");
        let own = about(&li, "own");
        let of = Subject { entity: SubjectEntity::Account, id: shared };
        let seen = |session: &Session| {
            let found = session.customers().activities_of(of, None, 50).unwrap();
            found.into_iter().map(|activity| activity.subject).collect::<Vec<_>>()
        };
        assert_eq!(seen(&li), ["own"]);
        assert_eq!(seen(&admin), ["own", "for the boss only"]);
        // Handing the activity over takes it out of sight, the link with it.
        admin.customers().update_activity(&Activity { owner: Some(admin.user()), ..own }).unwrap();
        assert_eq!(seen(&li), [""; 0]);
        assert_eq!(li.list::<ActivityLink>(&Query::default()).unwrap().0, []);
        let hidden = account(&admin, "hidden");
        let activity = Activity {
            subject: "x".into(),
            subjects: vec![Subject { entity: SubjectEntity::Account, id: hidden }],
            ..Activity::default()
        };
        let error = li.customers().log_activity(&activity).unwrap_err();
        assert_eq!(problems(&error), [(ErrorCode::UnknownReference, "subjects[0].id")]);
        let fields = HashMap::from([("activity".to_owned(), FieldValue::from(hidden))]);
        let forged = Command::Record(RecordCommand::Create { entity: "activity_link".into(), fields });
        assert_eq!(li.execute(forged).unwrap_err().code(), ErrorCode::ReadOnlyField);
        assert_eq!(seen(&admin).len(), 2);
    }
}

#[test]
fn an_attachment_is_a_hash_and_belongs_to_one_record() {
    let (_folder, admin) = sessions().remove(0);
    let plant = account(&admin, "plant");
    let drawing = Attachment {
        content_hash: content_hash(b"drawing"),
        size_bytes: 7,
        file_name: "图纸.pdf".into(),
        media_type: Some("application/pdf".into()),
        account: Some(plant),
        ..Attachment::default()
    };
    let made = admin.customers().add_attachment(&drawing).unwrap();
    let found = admin.customers().attachments(&all_of(vec![equal("content_hash", content_hash(b"drawing"))])).unwrap();
    assert_eq!(found.items, [made]);
    let bad = Attachment { content_hash: "abc".into(), file_name: "../x".into(), account: None, ..drawing.clone() };
    let error = admin.customers().add_attachment(&bad).unwrap_err();
    assert_eq!(
        problems(&error),
        [(ErrorCode::BadFormat, "content_hash"), (ErrorCode::BadFormat, "file_name"), (ErrorCode::Required, "")]
    );
    let nowhere = Attachment { account: Some(admin.new_id()), ..drawing };
    assert_eq!(admin.customers().add_attachment(&nowhere).unwrap_err().code(), ErrorCode::UnknownReference);
}

#[test]
fn the_single_view_shows_what_the_reader_may_see() {
    for (_folder, admin) in sessions() {
        let wang = user(&admin, "wang", OWN, &[("account", "annual_revenue")]);
        let (group, plant) = (account(&wang, "group"), account(&wang, "plant"));
        let hidden = account(&admin, "hidden");
        let (legal, from) = (HierarchyKind::Legal, date("2026-01-01"));
        for (child, parent) in [(plant, group), (hidden, group)] {
            admin.customers().set_parent(legal, child, Some(parent), from).unwrap();
        }
        for (session, name, at) in
            [(&wang, "Anna", group), (&wang, "Bernd", plant), (&admin, "Carl", hidden), (&admin, "Dora", group)]
        {
            let contact = Contact { full_name: name.into(), account: Some(at), ..Contact::default() };
            session.customers().create_contact(&contact).unwrap();
        }
        let subjects = vec![Subject { entity: SubjectEntity::Account, id: plant }];
        let visit = Activity { subject: "visit".into(), subjects, ..Activity::default() };
        wang.customers().log_activity(&visit).unwrap();
        let options = SingleViewOptions { include_subtree: true, limit: Some(50), ..SingleViewOptions::default() };
        let view =
            |session: &Session, options: &SingleViewOptions| session.customers().single_view(group, options).unwrap();

        let seen = view(&wang, &options);
        assert_eq!((names(&seen.nodes), seen.as_of), (vec!["group", "plant"], date("2026-03-02")));
        let people =
            |view: &SingleView| view.contacts.iter().map(|contact| contact.full_name.clone()).collect::<BTreeSet<_>>();
        assert_eq!(people(&seen), BTreeSet::from(["Anna".to_owned(), "Bernd".to_owned()]));
        assert_eq!(seen.activities.len(), 1);
        assert!(seen.totals.is_empty() && seen.cut_sections.is_empty());
        let all = view(&admin, &options);
        assert_eq!(names(&all.nodes), ["group", "hidden", "plant"]);
        assert_eq!(people(&all).len(), 4);
        let alone = view(&admin, &SingleViewOptions { limit: Some(1), ..SingleViewOptions::default() });
        assert_eq!((alone.nodes.len(), alone.contacts.len(), alone.activities.len()), (1, 1, 0));
        assert_eq!(alone.cut_sections, ["contacts"]);
        let before = SingleViewOptions { as_of: Some(date("2025-12-31")), ..options };
        assert_eq!(names(&view(&admin, &before).nodes), ["group"]);

        let li = user(&admin, "li", &["account"], &[]);
        let own = account(&li, "own");
        let bare = li.customers().single_view(own, &options).unwrap();
        assert_eq!((names(&bare.nodes), bare.contacts.len(), bare.activities.len()), (vec!["own"], 0, 0));
        assert_eq!(li.customers().single_view(group, &options).unwrap_err().kind(), "not_found");

        let count = AggregateQuery {
            measures: vec![Measure { function: MeasureFunction::Count, field: None }],
            ..AggregateQuery::default()
        };
        let counted = |session: &Session, entity: &str| {
            session.customers().rollup(group, legal, from, entity, &count).unwrap()[0].values[0].clone()
        };
        assert_eq!(counted(&wang, "contact"), FieldValue::Integer(2));
        assert_eq!(counted(&admin, "contact"), FieldValue::Integer(4));
        assert_eq!(
            (counted(&wang, "account"), counted(&admin, "account")),
            (FieldValue::Integer(2), FieldValue::Integer(3))
        );
        let error = wang.customers().rollup(group, legal, from, "activity", &count).unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownField);
    }
}

entity! {
    /// Something that has an amount, as opportunities and quotes have.
    pub struct TestDeal("test_deal", TestDealPage, Private) {
        required {
            /// The account.
            pub account: Id => reference("account", MergePolicy::Repoint).indexed(),
        }
        optional {
            /// The name.
            pub name: Option<String> => text(60),
            /// The state.
            pub status: Option<String> => text(60),
            /// The amount.
            pub amount: Option<Decimal> => decimal(4).signed(),
            /// Its currency.
            pub currency: Option<crate::value::Currency> => currency(),
        }
    }
}

const DEALS: Shape =
    Shape { entity: "test_deal", account: "account", name: "name", status: "status", amount: "amount" };

/// The administrator of an engine in memory that knows deals.
fn with_deals() -> Session {
    let mut types = crate::engine::registry().entities().to_vec();
    types.push(EntityType::of::<TestDeal>());
    let registry = Arc::new(crate::schema::Registry::new(types));
    let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    let crm = crate::engine::Crm::with_store_and_registry(
        Box::new(crate::store::MemoryStore::new()),
        Arc::new(crate::value::FixedClock::new(start)),
        Arc::new(crate::value::SeededIds::new(7, start)),
        registry,
    );
    crate::testkit::setup(&crm, "main");
    crm.session("main", "admin").unwrap()
}

fn deal(session: &Session, account: Id, status: &str, amount: Option<&str>, currency: &str) -> Id {
    let fields = [
        ("account", FieldValue::from(account)),
        ("status", status.into()),
        ("amount", amount.map(str::to_owned).into()),
        ("currency", currency.into()),
    ];
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let command = Command::Record(RecordCommand::Create { entity: "test_deal".into(), fields });
    session.execute(command).unwrap().created("test_deal")
}

#[test]
fn a_total_is_the_sum_of_the_visible_records_of_one_currency() {
    let admin = with_deals();
    let deals = ["account", "test_deal"];
    let wang = user(&admin, "wang", &deals, &[]);
    let plant = account(&wang, "plant");
    let first = deal(&wang, plant, "open", Some("100.25"), "EUR");
    let second = deal(&wang, plant, "open", Some("-0.2501"), "EUR");
    let third = deal(&wang, plant, "open", Some("7"), "CNY");
    deal(&wang, plant, "open", None, "EUR");
    deal(&admin, plant, "open", Some("1000000"), "EUR");

    let read_at = |session: &Session, account| {
        let sales = session.reading(|reading| Sales::read(reading, &DEALS, &[account])).unwrap();
        (sales.records, sales.is_summable)
    };
    let read = |session: &Session| read_at(session, plant);
    let (records, summable) = read(&wang);
    assert_eq!((records.len(), summable), (4, true));
    let made = totals("open_pipeline", records.iter()).unwrap();
    let shown: Vec<_> =
        made.iter().map(|total| (total.amount.to_string(), total.currency.unwrap().to_string())).collect();
    assert_eq!(shown, [("7".to_owned(), "CNY".to_owned()), ("99.9999".to_owned(), "EUR".to_owned())]);
    assert_eq!((made[0].ids.clone(), made[1].count), (vec![third], 2));
    assert_eq!(made[1].ids.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from([first, second]));
    let (items, next_cursor) = admin.list(&Query::default()).unwrap();
    let page = TestDealPage { items, next_cursor };
    assert_eq!(page.items.len(), 5);
    assert_eq!(read(&admin).0.len(), 5);

    for field in ["amount", "currency", "status"] {
        let blind = user(&admin, field, &deals, &[("test_deal", field)]);
        let own = account(&blind, "own");
        deal_without(&blind, own);
        let (records, summable) = read_at(&blind, own);
        assert_eq!((records.len(), summable), (1, false), "{field}");
    }
    let none = user(&admin, "none", &["account"], &[]);
    let (records, summable) = read(&none);
    assert_eq!((records.len(), summable), (0, false));
}

#[test]
fn the_single_view_sums_opportunities_and_quotes_of_the_subtree() {
    use crate::quote::{Quote, QuoteLine};
    use crate::sales::Opportunity;
    for (_folder, admin) in sessions() {
        let all = ["account", "account_link", "opportunity", "quote", "pipeline", "product", "price_list"];
        let wang = user(&admin, "wang", &all, &[]);
        let blind = user(&admin, "blind", &all, &[("opportunity", "amount"), ("quote", "total")]);
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let valve = crate::product::Product { code: "V-1".into(), name: "Valve".into(), ..Default::default() };
        let valve = admin.products().create_product(&valve).unwrap().id;
        let make = |session: &Session| {
            let (group, plant) = (account(session, "group"), account(session, "plant"));
            admin.customers().set_parent(HierarchyKind::Legal, plant, Some(group), date("2026-01-01")).unwrap();
            (group, plant)
        };
        let sell = |session: &Session, account: Id, amount: Option<&str>| {
            let opportunity = Opportunity {
                name: "line 3".into(),
                account: Some(account),
                amount: amount.map(decimal),
                ..Default::default()
            };
            session.sales().create_opportunity(&opportunity).unwrap()
        };
        let (group, plant) = make(&wang);
        let first = sell(&wang, group, Some("1000.5"));
        let second = sell(&wang, plant, Some("2000"));
        let third = sell(&wang, plant, Some("70"));
        admin.sales().close_won(third.id, third.version, None, None, None).unwrap();
        sell(&admin, plant, Some("999999"));
        let line = QuoteLine { unit_price: Some(decimal("12.5")), ..QuoteLine::of_product(valve, decimal("4")) };
        let quote = Quote { name: "Valves".into(), account: Some(plant), lines: vec![line], ..Default::default() };
        let quote = wang.quotes().create_quote(&quote).unwrap();

        let options = SingleViewOptions { include_subtree: true, limit: Some(2), ..SingleViewOptions::default() };
        let view = wang.customers().single_view(group, &options).unwrap();
        let shown = |view: &SingleView| {
            let row = |total: &Total| (total.name.clone(), total.amount.to_string(), total.ids.clone());
            view.totals.iter().map(row).collect::<Vec<_>>()
        };
        let mut open = view.totals[0].ids.clone();
        open.sort();
        assert_eq!(
            (view.totals[0].amount, view.totals[0].count, open),
            (decimal("3000.5"), 2, vec![first.id, second.id])
        );
        assert_eq!(
            shown(&view)[1..],
            [("won".into(), "70".into(), vec![third.id]), ("open_quotes".into(), "50".into(), vec![quote.id])]
        );
        assert_eq!((view.opportunities.len(), view.cut_sections.as_slice()), (2, &["opportunities".to_owned()][..]));
        assert_eq!(view.quotes[0].name.as_deref(), Some("Valves"));
        let alone = wang.customers().single_view(group, &SingleViewOptions::default()).unwrap();
        assert_eq!(shown(&alone), [("open_pipeline".into(), "1000.5".into(), vec![first.id])]);
        let admins = admin.customers().single_view(group, &options).unwrap();
        assert_eq!((admins.totals[0].amount, admins.totals[0].count), (decimal("1002999.5"), 3));

        let (group, plant) = make(&blind);
        sell(&blind, plant, None);
        let view = blind.customers().single_view(group, &options).unwrap();
        assert_eq!((view.opportunities.len(), view.totals.len()), (1, 0));
    }
}

fn deal_without(session: &Session, account: Id) {
    let fields = HashMap::from([("account".to_owned(), FieldValue::from(account))]);
    session.execute(Command::Record(RecordCommand::Create { entity: "test_deal".into(), fields })).unwrap();
}

/// What a hierarchy is, as plain as possible: the parent of each child on each of some days.
#[derive(Debug, Clone, Default)]
struct Model {
    links: Vec<(usize, usize, i64, i64)>,
}

const ACCOUNTS: usize = 7;
const DAYS: i64 = 12;
const NEVER: i64 = i64::MAX;

impl Model {
    fn parent(&self, child: usize, day: i64) -> Option<usize> {
        let holds = |link: &&(usize, usize, i64, i64)| link.0 == child && link.2 <= day && day < link.3;
        self.links.iter().find(holds).map(|link| link.1)
    }

    fn has_cycle(&self) -> bool {
        (0..DAYS).any(|day| {
            (0..ACCOUNTS).any(|start| {
                let path = std::iter::successors(self.parent(start, day), |at| self.parent(*at, day));
                path.take(ACCOUNTS + 1).any(|at| at == start)
            })
        })
    }

    fn has_overlap(&self) -> bool {
        let spans = |child: usize, day: i64| {
            self.links.iter().filter(|link| link.0 == child && link.2 <= day && day < link.3).count()
        };
        (0..DAYS).any(|day| (0..ACCOUNTS).any(|child| spans(child, day) > 1))
    }

    fn set(&mut self, child: usize, parent: Option<usize>, from: i64) -> std::result::Result<(), ErrorCode> {
        let mut next = self.clone();
        let current = next.links.iter().position(|link| link.0 == child && link.2 <= from && from < link.3);
        let later = next.links.iter().filter(|link| link.0 == child && from < link.2 && link.2 < link.3);
        let until = later.map(|link| link.2).min().unwrap_or(NEVER);
        match current {
            Some(place) if Some(next.links[place].1) == parent => return Ok(()),
            Some(place) => next.links[place].3 = from,
            None => {}
        }
        if let Some(parent) = parent {
            if parent == child {
                return Err(ErrorCode::Cycle);
            }
            next.links.push((child, parent, from, until));
        }
        assert!(!next.has_overlap());
        if next.has_cycle() {
            return Err(ErrorCode::Cycle);
        }
        *self = next;
        Ok(())
    }

    fn subtree(&self, root: usize, day: i64) -> BTreeMap<usize, i64> {
        let mut depths = BTreeMap::from([(root, 0)]);
        for _ in 0..ACCOUNTS {
            for child in 0..ACCOUNTS {
                if let Some(depth) = self.parent(child, day).and_then(|parent| depths.get(&parent).copied()) {
                    depths.insert(child, depth + 1);
                }
            }
        }
        depths
    }
}

/// Random edits: the outcome of each, and every answer on every day, must be what the model says.
fn check_edits(admin: &Session, edits: &[(usize, Option<usize>, i64)]) -> Result<(), TestCaseError> {
    let customers = admin.customers();
    let ids: Vec<Id> = (0..ACCOUNTS).map(|place| account(admin, &format!("{place}"))).collect();
    let mut model = Model::default();
    let channel = HierarchyKind::Channel;
    for (child, parent, from) in edits {
        let done = customers.set_parent(channel, ids[*child], parent.map(|parent| ids[parent]), day(*from));
        prop_assert_eq!(done.map(|_| ()).map_err(|error| error.code()), model.set(*child, *parent, *from));
    }
    let place = |id: Id| ids.iter().position(|known| *known == id).unwrap();
    for number in 0..DAYS {
        for (root, id) in ids.iter().enumerate() {
            let found = customers.subtree(*id, channel, day(number)).unwrap();
            let found: BTreeMap<usize, i64> = found.iter().map(|node| (place(node.account), node.depth)).collect();
            prop_assert_eq!(found, model.subtree(root, number));
            let above = customers.ancestors(*id, channel, day(number)).unwrap();
            let above: Vec<usize> = above.iter().map(|node| place(node.account)).collect();
            let expected: Vec<usize> =
                std::iter::successors(model.parent(root, number), |at| model.parent(*at, number)).collect();
            prop_assert_eq!(above, expected);
        }
    }
    let links = admin.list_all::<AccountLink>(&Query::default()).unwrap();
    for number in 0..DAYS {
        let mut held = BTreeSet::new();
        for link in &links {
            let until = link.valid_until.is_none_or(|until| day(number) < until);
            if link.valid_from.unwrap() <= day(number) && until {
                prop_assert!(held.insert(link.child), "two parents on one day");
            }
        }
    }
    Ok(())
}

fn edits(count: usize) -> impl Strategy<Value = Vec<(usize, Option<usize>, i64)>> {
    let edit = (0..ACCOUNTS, prop::option::weighted(0.85, 0..ACCOUNTS), 0..DAYS);
    prop::collection::vec(edit, 1..count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_edits_keep_every_hierarchy_a_forest_in_memory(edits in edits(60)) {
        check_edits(&sessions()[1].1, &edits)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn random_edits_keep_every_hierarchy_a_forest_in_sqlite(edits in edits(40)) {
        check_edits(&sessions()[0].1, &edits)?;
    }
}

proptest! {
    /// The sum of a total is that of its records, and every record with an amount stands in exactly one total.
    #[test]
    fn a_total_equals_the_sum_of_its_records(figures in prop::collection::vec((any::<i32>(), 0_u32..5, 0_usize..4, any::<bool>()), 0..60)) {
        let ids = crate::value::SeededIds::new(1, "2026-03-02T01:00:00Z".parse().unwrap());
        let currencies = [None, Some("EUR"), Some("CNY"), Some("JPY")];
        let records: Vec<ViewRecord> = figures
            .iter()
            .map(|(mantissa, scale, currency, given)| ViewRecord {
                entity: "opportunity".into(),
                id: crate::value::IdSource::next_id(&ids),
                account: None,
                name: None,
                status: None,
                amount: given.then(|| Decimal::new((*mantissa).into(), *scale).unwrap()),
                currency: currencies[*currency].map(|code| code.parse().unwrap()),
            })
            .collect();
        let made = totals("open_pipeline", records.iter()).unwrap();
        let mut seen = BTreeSet::new();
        for total in &made {
            let parts: Vec<&ViewRecord> = records.iter().filter(|record| total.ids.contains(&record.id)).collect();
            prop_assert!(parts.iter().all(|record| record.currency == total.currency));
            let sum = parts.iter().fold(Decimal::ZERO, |sum, record| sum.checked_add(record.amount.unwrap()).unwrap());
            prop_assert_eq!((sum, i64::try_from(parts.len()).unwrap()), (total.amount, total.count));
            prop_assert!(total.ids.iter().all(|id| seen.insert(*id)));
        }
        prop_assert_eq!(seen.len(), records.iter().filter(|record| record.amount.is_some()).count());
    }
}
