//! Accounts, contacts, hierarchies, activities, attachments and the single view.

use super::{Call, one, pages, past};
use crate::customer::{
    Account, Activity, ActivityKind, Attachment, ChannelKind, Contact, HierarchyKind, LifeCycle, SingleViewOptions,
    Subject, SubjectEntity,
};
use crate::room::ExternalId;
use crate::testkit::paired::Twins as _;
use crate::testkit::paired_rooms::{ASKED, Rooms};
use crate::value::IdentifierKind;

pub(super) const CALLS: &[Call] = &[
    ("Customers::create_account", |rooms| {
        let code = format!("C {}", rooms.random.below(30));
        let key = format!("C{}", rooms.random.below(30));
        let external_ids = vec![ExternalId { system: "own".into(), key }];
        let account = Account { name: rooms.word(), code: Some(code), external_ids, ..Account::default() };
        rooms.make(&account, |session, account| session.customers().create_account(account));
    }),
    ("Customers::update_account", |rooms| {
        let (text, revenue) = (rooms.word(), rooms.random.percent(15).then(|| 5.into()));
        let change = |account: &mut Account| {
            account.city = Some(text.chars().take(20).collect());
            account.annual_revenue = revenue.or(account.annual_revenue);
        };
        rooms.save(change, |session, account| session.customers().update_account(account));
    }),
    ("Customers::set_life_cycle", |rooms| {
        let id = rooms.any("account");
        let to = rooms.random.of(&[LifeCycle::Key, LifeCycle::Lost, LifeCycle::Prospect]);
        let version = rooms.random.percent(50).then(|| rooms.version("account", id));
        rooms.act(&("life cycle", id, to), |session| session.customers().set_life_cycle(id, to, version));
    }),
    ("Customers::account", one!("account", customers.account)),
    ("Customers::account_as_of", past!(Account)),
    ("Customers::account_by_code", |rooms| {
        let own = format!("C {}", rooms.random.below(30));
        let code = if rooms.random.percent(50) { own } else { rooms.word() };
        rooms.ask(&("by code", &code), |session| session.customers().account_by_code(&code));
    }),
    ("Customers::account_by_external_id", |rooms| {
        let own = format!("C{}", rooms.random.below(30));
        let (system, key) = if rooms.random.percent(50) { ("own", own) } else { ("erp", heard(rooms)) };
        rooms.ask(&("by external", &key), |session| session.customers().account_by_external_id(system, &key));
    }),
    ("Customers::accounts_by_identifier", |rooms| {
        let key = heard(rooms);
        let find = IdentifierKind::ErpCode;
        rooms.ask(&("by identifier", &key), |session| session.customers().accounts_by_identifier(find, &key));
    }),
    ("Customers::accounts_by_channel", |rooms| {
        let mail = heard(rooms);
        let find = ChannelKind::Email;
        rooms.ask(&("by channel", &mail), |session| session.customers().accounts_by_channel(find, &mail));
    }),
    ("Customers::accounts", pages!("account", customers.accounts)),
    ("Customers::create_contact", |rooms| {
        let account = Some(rooms.any("account")).filter(|id| !id.is_nil());
        let contact = Contact { full_name: rooms.word(), account, ..Contact::default() };
        rooms.make(&contact, |session, contact| session.customers().create_contact(contact));
    }),
    ("Customers::update_contact", |rooms| {
        let title = rooms.word();
        let change = |contact: &mut Contact| contact.job_title = Some(title.clone());
        rooms.save(change, |session, contact| session.customers().update_contact(contact));
    }),
    ("Customers::contact", one!("contact", customers.contact)),
    ("Customers::contact_as_of", past!(Contact)),
    ("Customers::contacts_by_channel", |rooms| {
        let mail = heard(rooms);
        let find = ChannelKind::Email;
        rooms.ask(&("by channel", &mail), |session| session.customers().contacts_by_channel(find, &mail));
    }),
    ("Customers::contacts", pages!("contact", customers.contacts)),
    ("Customers::set_parent", |rooms| {
        let [child, parent] = [0, 1].map(|_| rooms.any("account"));
        let (tree, from) = (tree(rooms), rooms.date());
        let parent = rooms.random.percent(85).then_some(parent);
        let what = ("parent", child, parent, from);
        rooms.act(&what, |session| session.customers().set_parent(tree, child, parent, from));
    }),
    ("Customers::parent_of", |rooms| {
        let (account, tree, date) = (rooms.any("account"), tree(rooms), rooms.date());
        rooms.ask(&("parent of", account), |session| session.customers().parent_of(account, tree, date));
    }),
    ("Customers::children", |rooms| {
        let (account, tree, date) = (rooms.any("account"), tree(rooms), rooms.date());
        rooms.ask(&("children", account), |session| session.customers().children(account, tree, date));
    }),
    ("Customers::ancestors", |rooms| {
        let (account, tree, date) = (rooms.any("account"), tree(rooms), rooms.date());
        rooms.ask(&("ancestors", account), |session| session.customers().ancestors(account, tree, date));
    }),
    ("Customers::subtree", |rooms| {
        let (account, tree, date) = (rooms.any("account"), tree(rooms), rooms.date());
        rooms.ask(&("subtree", account), |session| session.customers().subtree(account, tree, date));
    }),
    ("Customers::rollup", |rooms| {
        let (account, tree, date) = (rooms.any("account"), tree(rooms), rooms.date());
        let entity = rooms.random.of(&ASKED);
        let figures = rooms.figures(entity);
        let what = ("rollup", entity, &figures);
        rooms.ask(&what, |session| session.customers().rollup(account, tree, date, entity, &figures));
    }),
    ("Customers::log_activity", |rooms| {
        let subjects = vec![subject(rooms)];
        let (kind, subject) = (ActivityKind::Call, rooms.word());
        let activity = Activity { kind, subject, subjects, ..Activity::default() };
        rooms.make(&activity, |session, activity| session.customers().log_activity(activity));
    }),
    ("Customers::update_activity", |rooms| {
        let (subject, about) = (rooms.word(), subject(rooms));
        let change = |activity: &mut Activity| {
            activity.subject = subject.clone();
            if activity.subjects.is_empty() {
                activity.subjects.push(about);
            }
        };
        rooms.save(change, |session, activity| session.customers().update_activity(activity));
    }),
    ("Customers::activity", one!("activity", customers.activity)),
    ("Customers::activity_as_of", past!(Activity)),
    ("Customers::activities", pages!("activity", customers.activities)),
    ("Customers::activities_of", |rooms| {
        let (subject, tree) = (subject(rooms), tree(rooms));
        let below = rooms.random.percent(50).then_some(tree);
        rooms.ask(&("activities", subject), |session| session.customers().activities_of(subject, below, 3));
    }),
    ("Customers::add_attachment", |rooms| {
        let note = rooms.random.percent(20).then(|| "n".to_owned());
        let attachment = Attachment {
            content_hash: "ab".repeat(32),
            size_bytes: 5,
            file_name: rooms.word(),
            account: Some(rooms.any("account")),
            note,
            ..Attachment::default()
        };
        rooms.make(&attachment, |session, attachment| session.customers().add_attachment(attachment));
    }),
    ("Customers::attachment", one!("attachment", customers.attachment)),
    ("Customers::attachment_as_of", past!(Attachment)),
    ("Customers::attachments", pages!("attachment", customers.attachments)),
    ("Customers::single_view", |rooms| {
        let (account, include_subtree) = (rooms.any("account"), rooms.random.percent(50));
        let as_of = rooms.random.percent(30).then(|| rooms.date());
        let options = SingleViewOptions { include_subtree, as_of, ..SingleViewOptions::default() };
        rooms.ask(&("single view", account, &options), |session| session.customers().single_view(account, &options));
    }),
];

fn tree(rooms: &mut Rooms) -> HierarchyKind {
    rooms.random.of(&[HierarchyKind::Legal, HierarchyKind::Legal, HierarchyKind::Billing])
}

/// A key or an address that the reader has heard of.
fn heard(rooms: &mut Rooms) -> String {
    let keys: Vec<&String> = rooms.heard.iter().filter(|text| text.starts_with('K') || text.contains('@')).collect();
    rooms.random.pick(&keys).map_or_else(|| "K0".to_owned(), |key| (*key).clone())
}

fn subject(rooms: &mut Rooms) -> Subject {
    let (entity, name) = rooms.random.of(&[
        (SubjectEntity::Account, "account"),
        (SubjectEntity::Account, "account"),
        (SubjectEntity::Opportunity, "opportunity"),
        (SubjectEntity::Lead, "lead"),
    ]);
    Subject { entity, id: rooms.any(name) }
}
