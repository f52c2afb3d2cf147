//! Handing over: what moves, what the preview says, what undo brings back, and who owned what when.

use super::examples::{Company, companies, equals, names};
use super::org::Org;
use crate::access::{PermissionSet, TeamMember, User};
use crate::customer::{Account, Contact};
use crate::engine::{HandOver, HandOverException, Session, Transfer, TransferCascade, TransferCount, TransferStatus};
use crate::query::Query;
use crate::sales::{Opportunity, Pipeline};
use crate::schema::Sharing;
use crate::testkit::regression::{told, update};
use crate::testkit::{Random, memory, registry, sqlite};
use crate::value::{Date, ErrorCode, Id};

fn counts(pairs: &[(&str, i64)]) -> Vec<TransferCount> {
    pairs.iter().map(|(entity, count)| TransferCount { entity: (*entity).into(), count: *count }).collect()
}

fn owner(of: &Session, id: Id) -> Option<Id> {
    of.get::<Account>(id).unwrap().owner
}

fn may_transfer(company: &Company) {
    let admin = company.engine.admin.admin();
    let set = admin.permission_set(company.sellers).unwrap();
    let mut objects = set.objects.clone();
    objects.iter_mut().for_each(|right| right.transfer = true);
    objects.push(super::examples::right("transfer"));
    admin.update_permission_set(&PermissionSet { objects, ..set }).unwrap();
}

/// An account of Wang with a contact of his, one of Li, an open and a lost opportunity.
fn customer(company: &Company) -> (Account, [Id; 4]) {
    let admin = &company.engine.admin;
    if admin.list_all::<Pipeline>(&Query::default()).unwrap().is_empty() {
        admin.sales().create_pipeline(&Pipeline::standard()).unwrap();
    }
    let account = company.account(&company.wang, "a", "A", "East");
    let contact = |owner: &Session| {
        let (account, owner) = (Some(account.id), Some(owner.user()));
        let contact = Contact { full_name: "Chen".into(), account, owner, ..Contact::default() };
        admin.customers().create_contact(&contact).unwrap().id
    };
    let deal = || {
        let (account, owner) = (Some(account.id), Some(company.wang.user()));
        let deal = Opportunity { name: "o".into(), account, owner, ..Opportunity::default() };
        admin.sales().create_opportunity(&deal).unwrap()
    };
    let (of_wang, of_li, open, lost) = (contact(&company.wang), contact(&company.li), deal(), deal());
    admin.sales().close_lost(lost.id, lost.version, "too dear", None, None).unwrap();
    (account, [of_wang, of_li, open.id, lost.id])
}

#[test]
fn an_account_takes_what_is_still_work_along_and_one_undo_brings_all_back() {
    for company in companies() {
        may_transfer(&company);
        let (account, [of_wang, of_li, open, lost]) = customer(&company);
        let to = company.li.user();
        let transfer = Transfer {
            entity: "account".into(),
            filter: Some(equals("grade", "A")),
            from_owner: Some(company.wang.user()),
            to,
            reason: Some("new region".into()),
            ..Transfer::default()
        };
        let preview = company.head.transfers().preview_transfer(&transfer).unwrap();
        assert_eq!(owner(&company.head, account.id), Some(company.wang.user()), "nothing was written");
        let done = company.head.transfers().transfer(&transfer).unwrap();
        assert_eq!(done.counts, counts(&[("account", 1), ("contact", 1), ("opportunity", 1)]));
        assert_eq!((preview.counts, preview.skipped), (done.counts.clone(), 0));
        let all = &company.engine.admin;
        assert_eq!(owner(all, account.id), Some(to));
        assert_eq!(all.get::<Contact>(of_wang).unwrap().owner, Some(to));
        assert_eq!(all.get::<Contact>(of_li).unwrap().owner, Some(to), "it was his already");
        assert_eq!(all.get::<Opportunity>(open).unwrap().owner, Some(to));
        assert_eq!(all.get::<Opportunity>(lost).unwrap().owner, Some(company.wang.user()), "the past stays");
        assert_eq!(names(&company.wang).len(), 0);
        let history = company.head.transfers().ownership("account", account.id).unwrap();
        assert_eq!(history.iter().map(|one| one.owner).collect::<Vec<_>>(), [company.wang.user(), to]);
        assert_eq!(history[1].reason.as_deref(), Some("new region"));
        company.head.undo(done.operation).unwrap();
        assert_eq!(owner(all, account.id), Some(company.wang.user()));
        assert_eq!(all.get::<Opportunity>(open).unwrap().owner, Some(company.wang.user()));
        let history = company.head.transfers().ownership("account", account.id).unwrap();
        assert_eq!(history.len(), 1, "as if it never was");
    }
}

#[test]
fn a_transfer_is_refused_with_the_field_that_is_to_blame() {
    for company in companies() {
        let (account, _) = customer(&company);
        let base =
            Transfer { entity: "account".into(), ids: vec![account.id], to: company.li.user(), ..Transfer::default() };
        let ask = |session: &Session, transfer: &Transfer| told(session.transfers().transfer(transfer));
        assert_eq!(ask(&company.wang, &base).0, "denied", "the right is missing");
        may_transfer(&company);
        assert_eq!(ask(&company.li, &base).0, "not_found", "hidden as missing");
        let invalid = |code, field: &str| ("invalid", code, Some(field.to_owned()));
        let nobody = Transfer { to: company.engine.admin.new_id(), ..base.clone() };
        assert_eq!(ask(&company.wang, &nobody), invalid(ErrorCode::UnknownReference, "to"));
        let which = Transfer { ids: Vec::new(), ..base.clone() };
        assert_eq!(ask(&company.wang, &which), invalid(ErrorCode::Required, "filter"));
        let unknown = Transfer { filter: Some(equals("graed", "A")), ..base.clone() };
        assert_eq!(ask(&company.wang, &unknown).1, ErrorCode::UnknownField);
        let product = Transfer { entity: "user".into(), ..base.clone() };
        assert_eq!(ask(&company.engine.admin, &product), invalid(ErrorCode::NoSuchRight, "entity"));
        let mixed = Transfer { ids: vec![account.id, company.engine.admin.new_id()], ..base };
        assert_eq!(ask(&company.wang, &mixed).0, "not_found");
        assert_eq!(owner(&company.wang, account.id), Some(company.wang.user()), "and nothing half done");
    }
}

#[test]
fn a_leaver_hands_everything_over_in_one_call() {
    for company in companies() {
        let (account, [of_wang, _, open, lost]) = customer(&company);
        let foreign = company.account(&company.office, "b", "B", "West");
        let member = TeamMember {
            entity: "account".into(),
            record: foreign.id,
            user: company.wang.user(),
            ..TeamMember::default()
        };
        company.office.access().add_team_member(&member).unwrap();
        let admin = &company.engine.admin;
        let leave = HandOver {
            user: company.wang.user(),
            to: company.li.user(),
            exceptions: vec![HandOverException { entity: "contact".into(), to: company.office.user() }],
            deactivate: true,
            ..HandOver::default()
        };
        let preview = admin.transfers().preview_hand_over(&leave).unwrap();
        let done = admin.transfers().hand_over(&leave).unwrap();
        assert_eq!(done.counts, counts(&[("account", 1), ("contact", 1), ("opportunity", 2)]));
        assert_eq!(preview.counts, done.counts);
        assert_eq!(owner(admin, account.id), Some(company.li.user()));
        assert_eq!(admin.get::<Contact>(of_wang).unwrap().owner, Some(company.office.user()));
        assert_eq!(admin.get::<Opportunity>(lost).unwrap().owner, Some(company.li.user()), "closed ones too");
        assert_eq!(told(company.wang.get::<Opportunity>(open)).0, "invalid", "he is out");
        assert!(admin.get::<User>(company.wang.user()).unwrap().is_inactive);
        let team = company.office.access().team("account", foreign.id).unwrap();
        assert_eq!(team[0].valid_until, "2026-03-01".parse().ok());
        admin.undo(done.operation).unwrap();
        assert_eq!(owner(admin, account.id), Some(company.wang.user()));
        assert_eq!(names(&company.wang), ["a", "b"], "and back, with his place in the team");
    }
}

#[test]
fn a_transfer_of_a_later_day_waits_and_is_carried_out_with_the_rights_of_its_author() {
    for company in companies() {
        may_transfer(&company);
        let (account, _) = customer(&company);
        let later = Transfer {
            entity: "account".into(),
            ids: vec![account.id],
            to: company.li.user(),
            effective: "2026-03-04".parse().ok(),
            ..Transfer::default()
        };
        let planned = company.wang.transfers().transfer(&later).unwrap();
        assert!(planned.planned && planned.counts.is_empty());
        assert_eq!(owner(&company.wang, account.id), Some(company.wang.user()));
        assert!(company.head.transfers().run_due().unwrap().is_empty(), "the day has not come");
        let gone = company.wang.transfers().transfer(&later).unwrap();
        company.wang.transfers().cancel_planned(gone.operation).unwrap();
        company.engine.clock.advance_micros(3 * 86_400_000_000);
        let done = company.head.transfers().run_due().unwrap();
        assert_eq!((done.len(), done[0].counts.first().map(|one| one.count)), (1, Some(1)));
        assert_eq!(owner(&company.li, account.id), Some(company.li.user()));
        let all = company.engine.admin.transfers().transfers(&Query::default()).unwrap().items;
        let mut states: Vec<_> = all.iter().filter_map(|one| one.status).collect();
        states.sort();
        assert_eq!(states, [TransferStatus::Done, TransferStatus::Cancelled]);
        assert!(company.head.transfers().run_due().unwrap().is_empty(), "once");
        let on =
            |day: &str| company.engine.admin.transfers().owner_on("account", account.id, day.parse().unwrap()).unwrap();
        assert_eq!([on("2026-03-03"), on("2026-03-04")], [Some(company.wang.user()), Some(company.li.user())]);
        company.engine.admin.undo(done[0].operation).unwrap();
        assert_eq!(on("2026-03-04"), Some(company.wang.user()), "as if it never was");
        assert_eq!(company.engine.admin.transfers().ownership("account", account.id).unwrap().len(), 1);
    }
}

#[test]
fn who_owned_a_record_on_a_past_date_is_never_changed_by_a_later_transfer() {
    for make in [memory, sqlite] {
        let mut org = Org::new(make(), 77, 8, 4);
        let mut random = Random::new(5);
        let accounts: Vec<Id> = org.records.iter().filter(|one| one.0 == "account").map(|one| one.1).collect();
        let admin = org.engine.admin.clone();
        let date = |day: usize| -> Date { format!("2026-03-{day:02}").parse().unwrap() };
        let people: Vec<Id> =
            admin.list_all::<User>(&Query::default()).unwrap().into_iter().map(|user| user.id).collect();
        for step in 0..40 {
            let account = random.of(&accounts);
            let owned = |day: usize| admin.transfers().owner_on("account", account, date(day)).unwrap();
            let before: Vec<Option<Id>> = (1..=28).map(owned).collect();
            let day = 2 + random.below(20);
            let transfer = Transfer {
                entity: "account".into(),
                ids: vec![account],
                to: random.of(&people),
                effective: Some(date(day))
                    .filter(|date| *date <= admin.reading(|reading| Ok(reading.today())).unwrap()),
                cascade: Some(TransferCascade { nothing: true, ..TransferCascade::default() }),
                ..Transfer::default()
            };
            let Ok(done) = admin.transfers().transfer(&transfer) else { continue };
            let today = admin.reading(|reading| Ok(reading.today())).unwrap();
            let from = transfer.effective.unwrap_or(today);
            for (place, known) in before.iter().enumerate() {
                let day = date(place + 1);
                let now = admin.transfers().owner_on("account", account, day).unwrap();
                if day < from {
                    assert_eq!(now, *known, "{day} before {from}");
                } else if done.skipped == 0 {
                    assert_eq!(now, Some(transfer.to), "{day} from {from} on");
                }
            }
            if step % 5 == 4 {
                admin.undo(done.operation).unwrap();
                assert_eq!((1..=28).map(owned).collect::<Vec<_>>(), before, "taken back");
            }
            if step % 3 == 0 {
                org.engine.clock.advance_micros(43_200_000_000);
            }
        }
        let account = accounts[0];
        let version = admin.get::<Account>(account).unwrap().version;
        admin.execute(update("account", account, version, &[("owner", admin.user().into())])).unwrap();
        let today = admin.reading(|reading| Ok(reading.today())).unwrap();
        assert_eq!(admin.transfers().owner_on("account", account, today).unwrap(), Some(admin.user()));
        org.change();
    }
}

#[test]
fn every_entity_that_points_to_work_says_with_what_it_moves() {
    /// Those that stay: activities with who did them, links with their accounts by a rule, teams and shares with their
    /// records, leads with who has them, transfers with who asked for them, condition records with who keeps the catalogue.
    const STAY: [&str; 7] =
        ["account_link", "activity", "lead", "price_condition", "record_share", "team_member", "transfer"];
    let known = registry();
    let private = |name: &str| known.get(name).is_some_and(|entity| entity.sharing == Sharing::Private);
    for entity in
        known.entities().iter().filter(|entity| entity.sharing == Sharing::Private && entity.part_of.is_none())
    {
        let refers = (0..entity.fields.len()).filter_map(|column| entity.column(column)).any(|field| {
            matches!(&field.spec.kind, crate::schema::FieldKind::Reference { to, .. } if private(to) && to != entity.name)
        });
        let says = !entity.moves_with.is_empty() || STAY.contains(&entity.name);
        assert!(!refers || says || entity.name == "sample", "{}: with what does it move?", entity.name);
        for moves in entity.moves_with {
            assert!(entity.field(moves.field).is_some() && known.get(moves.whole).is_some(), "{}", entity.name);
            let open = moves.open.is_none_or(|(field, _)| entity.field(field).is_some());
            assert!(open, "{}", entity.name);
        }
    }
}
