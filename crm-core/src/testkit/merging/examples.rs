//! One test for each thing that may go wrong with a merge, on both stores.

use crate::access::{AccessLevel, FieldAccess, FieldRight, ObjectRight, PrincipalKind, PrincipalRef, RecordShare};
use crate::customer::{Account, AccountLink, Activity, ActivityLink, Contact, HierarchyKind};
use crate::engine::{Command, Session, Transfer};
use crate::exchange::{ColumnMapping, ImportMapping, ReferenceLookup};
use crate::journal::RecordKey;
use crate::merging::{
    FieldChoice, MAX_LOSERS, MergeCommand, MergeReport, MergeRequest, MergeStatus, SurvivorRule, UnmergeConflict,
};
use crate::product::Product;
use crate::query::Query;
use crate::sales::Lead;
use crate::testkit::regression::{create, delete, engines, made, restore, told, undo_of, update};
use crate::testkit::rights::{every, hidden, member};
use crate::testkit::{Engine, memory};
use crate::value::{Date, ErrorCode, FieldValue, Id, Result};

fn account(session: &Session, fields: &[(&str, FieldValue)]) -> Id {
    let mut all = vec![("name", FieldValue::from("Pumpen GmbH"))];
    all.extend(fields.to_vec());
    made(session, "account", &all)
}

fn wish(entity: &str, survivor: Id, losers: &[Id]) -> MergeRequest {
    MergeRequest { entity: entity.into(), survivor, losers: losers.to_vec(), ..MergeRequest::default() }
}

fn merge(session: &Session, survivor: Id, losers: &[Id]) -> MergeReport {
    session.merges().merge(&wish("account", survivor, losers)).unwrap()
}

fn choice(field: &str, rule: SurvivorRule) -> FieldChoice {
    FieldChoice { field: field.into(), rule, ..FieldChoice::default() }
}

fn read(session: &Session, id: Id) -> Account {
    session.get(id).unwrap()
}

fn parent(session: &Session, child: Id, parent: Id, from: &str) {
    session.customers().set_parent(HierarchyKind::Legal, child, Some(parent), from.parse().unwrap()).unwrap();
}

fn above(session: &Session, id: Id, date: &str) -> Option<Id> {
    let date: Date = date.parse().unwrap();
    session.customers().parent_of(id, HierarchyKind::Legal, date).unwrap().map(|node| node.account)
}

#[test]
fn what_is_no_merge_is_refused_with_a_type() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b) = (account(admin, &[]), account(admin, &[]));
        let refused = |asked: &MergeRequest| {
            let preview = told(admin.merges().preview_merge(asked));
            assert_eq!(preview, told(admin.merges().merge(asked)));
            (preview.1, preview.2.unwrap_or_default())
        };
        let field = |path: &str| path.to_owned();
        assert_eq!(refused(&wish("account", a, &[])), (ErrorCode::Required, field("losers")));
        assert_eq!(refused(&wish("account", a, &[b, a])), (ErrorCode::NotAllowed, field("losers[1]")));
        assert_eq!(refused(&wish("account", a, &[b, b])), (ErrorCode::DuplicateKey, field("losers[1]")));
        let many: Vec<Id> = (0..=MAX_LOSERS).map(|_| admin.new_id()).collect();
        assert_eq!(refused(&wish("account", a, &many)), (ErrorCode::TooMany, field("losers")));
        assert_eq!(refused(&wish("opportunity", a, &[b])), (ErrorCode::NoSuchRight, field("entity")));
        assert_eq!(refused(&wish("nothing", a, &[b])).0, ErrorCode::UnknownEntity);
        assert_eq!(refused(&wish("account", a, &[admin.new_id()])).0, ErrorCode::NoSuchRecord);
        assert_eq!(refused(&wish("contact", a, &[b])).0, ErrorCode::NoSuchRecord, "of another entity");
        let with = |choice: FieldChoice| MergeRequest { fields: vec![choice], ..wish("account", a, &[b]) };
        assert_eq!(
            refused(&with(choice("nothing", SurvivorRule::Longest))),
            (ErrorCode::UnknownField, field("nothing"))
        );
        assert_eq!(refused(&with(choice("owner", SurvivorRule::Longest))).0, ErrorCode::UnknownField);
        assert_eq!(refused(&with(choice("city", SurvivorRule::Union))), (ErrorCode::WrongType, field("city.rule")));
        let picked = FieldChoice { record: Some(admin.new_id()), ..choice("city", SurvivorRule::Pick) };
        assert_eq!(refused(&with(picked)), (ErrorCode::UnknownReference, field("city.record")));
        let given = FieldChoice { value: Some("many".into()), ..choice("employees", SurvivorRule::Value) };
        assert_eq!(refused(&with(given)).0, ErrorCode::WrongType);
        let twice = MergeRequest { fields: vec![choice("city", SurvivorRule::Longest); 2], ..wish("account", a, &[b]) };
        assert_eq!(refused(&twice), (ErrorCode::DuplicateKey, field("fields[1].field")));
        let all = MergeRequest { rule: Some(SurvivorRule::Pick), ..wish("account", a, &[b]) };
        assert_eq!(refused(&all), (ErrorCode::NotAllowed, field("rule")));
        assert_eq!(told(admin.merges().unmerge(a)).1, ErrorCode::NoSuchRecord);
    }
}

#[test]
fn a_merged_record_stands_for_the_surviving_one_for_ever() {
    for engine in engines() {
        let admin = &engine.admin;
        let ids = FieldValue::Json(r#"[{"system":"erp","key":"77"}]"#.into());
        let (a, b, c) = (
            account(admin, &[]),
            account(admin, &[("code", "OLD-1".into()), ("external_ids", ids)]),
            account(admin, &[]),
        );
        merge(admin, a, &[b]);
        merge(admin, c, &[a]);
        // Over two merges: by identifier, by code, by the key of another system.
        assert_eq!(read(admin, b).id, c);
        assert_eq!(admin.customers().account_by_code("OLD-1").unwrap().id, c);
        assert_eq!(admin.customers().account_by_external_id("erp", "77").unwrap().id, c);
        // New references follow, also inside lists; and the activity stands in the timeline.
        let contact = made(admin, "contact", &[("full_name", "a".into()), ("account", b.into())]);
        assert_eq!(admin.get::<Contact>(contact).unwrap().account, Some(c));
        let subjects = FieldValue::Json(format!(r#"[{{"entity":"account","id":"{a}"}}]"#));
        let fields = [("kind", "call".into()), ("subject", "s".into()), ("subjects", subjects)];
        let activity = made(admin, "activity", &fields);
        assert_eq!(admin.get::<Activity>(activity).unwrap().subjects[0].id, c);
        // Nobody takes a code of theirs.
        let taken = admin.execute(create("account", &[("name", "x".into()), ("code", "OLD-1".into())]));
        assert_eq!(told(taken), ("conflict", ErrorCode::DuplicateKey, Some("code".into())));
        // A merged record comes back by an un-merge alone, and is not merged again.
        assert_eq!(told(admin.execute(restore("account", b))).1, ErrorCode::Merged);
        assert_eq!(
            told(admin.merges().merge(&wish("account", c, &[b]))),
            ("conflict", ErrorCode::Merged, Some("losers[0]".into()))
        );
        // What was read of it before is not written over the surviving one.
        let late = admin.execute(update("account", b, 1, &[("city", "Ulm".into())]));
        assert_eq!(told(late).1, ErrorCode::NoSuchRecord);
    }
}

#[test]
fn a_merge_is_taken_back_once_and_not_before_one_that_builds_upon_it() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b, c) = (account(admin, &[]), account(admin, &[]), account(admin, &[]));
        let first = merge(admin, a, &[b]).merge.unwrap();
        let second = merge(admin, c, &[a]).merge.unwrap();
        let error = admin.merges().unmerge(first).unwrap_err();
        assert_eq!((error.kind(), error.code()), ("conflict", ErrorCode::Merged));
        assert_eq!(error.problems()[0].data["merge"], second.to_string());
        admin.merges().unmerge(second).unwrap();
        assert_eq!(read(admin, b).id, a);
        admin.merges().unmerge(first).unwrap();
        assert_eq!(told(admin.merges().unmerge(first)), ("conflict", ErrorCode::IllegalTransition, Some("id".into())));
        assert_eq!([a, b, c].map(|id| read(admin, id).version), [1, 1, 1]);
        // An undo of the operation is none of a merge.
        let third = merge(admin, a, &[b]);
        let refused = told(admin.execute(undo_of(third.merge.unwrap())));
        assert_eq!((refused.0, refused.1), ("invalid", ErrorCode::NotAllowed));
    }
}

#[test]
fn a_version_that_was_read_of_the_merged_record_is_never_given_again() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b) = (account(admin, &[]), account(admin, &[("city", "Ulm".into())]));
        let merge = merge(admin, a, &[b]).merge.unwrap();
        let merged = read(admin, a);
        assert_eq!((merged.version, merged.city.as_deref()), (2, Some("Ulm")));
        admin.merges().unmerge(merge).unwrap();
        assert_eq!(read(admin, a).version, 1);
        admin.execute(update("account", a, 1, &[("grade", "A".into())])).unwrap();
        assert!(read(admin, a).version > 2);
        let stale = admin.customers().update_account(&merged);
        assert_eq!(told(stale).1, ErrorCode::StaleVersion);
        // The history tells all of it, in order, and what it was at each time.
        let history = admin.history("account", a).unwrap();
        let commands: Vec<&str> = history.iter().map(|entry| entry.command.as_str()).collect();
        assert_eq!(commands, ["record.create", "merge.merge", "merge.unmerge", "record.update"]);
        assert!(history.is_sorted_by_key(|entry| entry.version));
        assert_eq!(admin.as_of::<Account>(a, engine.clock_now()).unwrap(), read(admin, a));
        assert_eq!(engine.crm.check_integrity().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_parent_goes_into_its_child_and_no_circle_is_left() {
    for engine in engines() {
        let admin = &engine.admin;
        let [top, upper, lower, leaf] = [0; 4].map(|_| account(admin, &[]));
        parent(admin, upper, top, "2026-01-01");
        parent(admin, lower, upper, "2026-01-01");
        parent(admin, leaf, lower, "2026-01-01");
        // The grandparent goes into the grandchild: who stood between them stands below both now.
        let done = merge(admin, leaf, &[upper]).merge.unwrap();
        assert_eq!(above(admin, leaf, "2026-06-01"), Some(top));
        assert_eq!(above(admin, lower, "2026-06-01"), Some(leaf));
        admin.merges().unmerge(done).unwrap();
        assert_eq!(
            [upper, lower, leaf].map(|id| above(admin, id, "2026-06-01")),
            [Some(top), Some(upper), Some(lower)]
        );
        // The child goes into its parent.
        let done = merge(admin, upper, &[lower]);
        assert_eq!((above(admin, upper, "2026-06-01"), above(admin, leaf, "2026-06-01")), (Some(top), Some(upper)));
        let links = done.counts.iter().find(|count| count.entity == "account_link").unwrap();
        assert_eq!((links.moved, links.joined), (1, 1));
    }
}

#[test]
fn of_two_parents_on_one_day_the_surviving_account_keeps_its_own() {
    for engine in engines() {
        let admin = &engine.admin;
        let [a, b, mine, other] = [0; 4].map(|_| account(admin, &[]));
        parent(admin, a, mine, "2026-06-01");
        parent(admin, b, other, "2026-01-01");
        let done = merge(admin, a, &[b]).merge.unwrap();
        assert_eq!(above(admin, a, "2026-03-01"), Some(other), "until its own begins");
        assert_eq!(above(admin, a, "2026-07-01"), Some(mine));
        admin.merges().unmerge(done).unwrap();
        assert_eq!(above(admin, b, "2026-07-01"), Some(other));
    }
}

#[test]
fn a_hierarchy_that_would_be_too_deep_is_refused_whole() {
    let engine = Engine::new(memory(), 5);
    let admin = &engine.admin;
    let chain = |length: usize| -> Vec<Id> {
        let chain: Vec<Id> = (0..length).map(|_| account(admin, &[])).collect();
        chain.windows(2).for_each(|pair| parent(admin, pair[1], pair[0], "2026-01-01"));
        chain
    };
    let (first, second) = (chain(40), chain(40));
    let before = read(admin, first[39]);
    let refused = admin.merges().merge(&wish("account", first[39], &[second[0]]));
    assert_eq!(told(refused).1, ErrorCode::OutOfRange);
    assert_eq!(read(admin, first[39]), before);
    assert_eq!(read(admin, second[0]).id, second[0]);
}

#[test]
fn equal_shares_and_links_are_joined() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b) = (account(admin, &[]), account(admin, &[]));
        let li =
            member(&engine, "li", vec![ObjectRight { view_all: false, edit_all: false, ..every("account") }], vec![]);
        let other = member(&engine, "wang", vec![], vec![]);
        let share = |record: Id, user: Id| {
            let grantee = PrincipalRef { kind: PrincipalKind::User, id: user };
            let access = Some(AccessLevel::Read);
            let share = RecordShare { entity: "account".into(), record, grantee, access, ..RecordShare::default() };
            admin.access().share(&share).unwrap()
        };
        let (own, _, moved) = (share(a, li.user()), share(b, li.user()), share(b, other.user()));
        let subjects = format!(r#"[{{"entity":"account","id":"{a}"}},{{"entity":"account","id":"{b}"}}]"#);
        let fields = [("kind", "call".into()), ("subject", "s".into()), ("subjects", FieldValue::Json(subjects))];
        let activity = made(admin, "activity", &fields);
        let before = admin.get::<Activity>(activity).unwrap();

        let done = merge(admin, a, &[b]).merge.unwrap();
        let shares = admin.access().shares("account", a).unwrap();
        assert_eq!(shares.iter().map(|share| share.id).collect::<Vec<_>>(), [own.id, moved.id]);
        assert_eq!(read(&li, a).id, a);
        assert_eq!(admin.get::<Activity>(activity).unwrap().subjects.len(), 1);
        let links: Vec<ActivityLink> = admin.list_all(&Query::matching(&[("activity", activity.into())])).unwrap();
        assert_eq!(links.iter().map(|link| link.account).collect::<Vec<_>>(), [Some(a)]);
        // The activity can be saved as before.
        let save = Activity { subject: "t".into(), ..admin.get(activity).unwrap() };
        let saved = admin.customers().update_activity(&save).unwrap();
        admin.customers().update_activity(&Activity { subject: "s".into(), ..saved }).unwrap();

        admin.merges().unmerge(done).unwrap();
        assert_eq!(admin.access().shares("account", b).unwrap().len(), 2);
        assert_eq!(admin.get::<Activity>(activity).unwrap().subjects, before.subjects);
        let links: Vec<ActivityLink> = admin.list_all(&Query::matching(&[("activity", activity.into())])).unwrap();
        assert_eq!(links.len(), 2);
    }
}

#[test]
fn what_was_changed_since_stays_and_is_told() {
    for engine in engines() {
        let admin = &engine.admin;
        let a = account(admin, &[]);
        let b = account(admin, &[("city", "Ulm".into()), ("region", "BW".into()), ("grade", "A".into())]);
        let contact = made(admin, "contact", &[("full_name", "Anna".into()), ("account", b.into())]);
        let other = made(admin, "contact", &[("full_name", "Otto".into()), ("account", b.into())]);
        let done = merge(admin, a, &[b]).merge.unwrap();
        engine.clock.advance_micros(1_000);
        admin.execute(update("account", a, 2, &[("city", "Bonn".into())])).unwrap();
        let third = account(admin, &[]);
        admin.execute(update("contact", contact, 1, &[("account", third.into())])).unwrap();
        admin.execute(update("contact", other, 1, &[("job_title", "boss".into())])).unwrap();
        let new = made(admin, "contact", &[("full_name", "New".into()), ("account", a.into())]);

        let report = admin.merges().unmerge(done).unwrap();
        let conflict =
            |entity: &str, id, field: &str| UnmergeConflict { entity: entity.into(), id, field: Some(field.into()) };
        assert_eq!(report.conflicts, [conflict("account", a, "city"), conflict("contact", contact, "account")]);
        assert_eq!(report.stayed, [RecordKey { entity: "contact".into(), id: new }]);
        assert_eq!(report.restored, [b]);
        let (kept, back) = (read(admin, a), read(admin, b));
        assert_eq!((kept.city.as_deref(), kept.region, kept.grade), (Some("Bonn"), None, None));
        assert_eq!((back.city.as_deref(), back.version), (Some("Ulm"), 1));
        assert_eq!(admin.get::<Contact>(contact).unwrap().account, Some(third));
        let moved = admin.get::<Contact>(other).unwrap();
        assert_eq!((moved.account, moved.job_title.as_deref()), (Some(b), Some("boss")));
        assert_eq!(admin.get::<Contact>(new).unwrap().account, Some(a));
    }
}

#[test]
fn a_link_between_what_was_merged_and_what_is_gone_does_not_come_back() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b, above) = (account(admin, &[]), account(admin, &[]), account(admin, &[]));
        parent(admin, a, account(admin, &[]), "2026-01-01");
        parent(admin, b, above, "2026-01-01");
        let done = merge(admin, a, &[b]).merge.unwrap();
        // The link to it went with the merge, so that nothing stands in the way.
        admin.execute(delete("account", above, 1)).unwrap();
        let report = admin.merges().unmerge(done).unwrap();
        assert_eq!(report.conflicts.len(), 1);
        assert_eq!(report.conflicts[0].field.as_deref(), Some("parent"));
        let links: Vec<AccountLink> = admin.list_all(&Query::matching(&[("child", b.into())])).unwrap();
        assert!(links.is_empty());
    }
}

#[test]
fn two_merges_that_share_no_record_are_taken_back_in_any_order() {
    for engine in engines() {
        let admin = &engine.admin;
        let [a, b, c, d] = [0; 4].map(|_| account(admin, &[]));
        let person = made(admin, "contact", &[("full_name", "Anna".into()), ("account", b.into())]);
        let twin = made(admin, "contact", &[("full_name", "A.".into()), ("account", d.into())]);
        let subjects = format!(r#"[{{"entity":"account","id":"{b}"}},{{"entity":"account","id":"{d}"}}]"#);
        let fields = [("kind", "call".into()), ("subject", "s".into()), ("subjects", FieldValue::Json(subjects))];
        let activity = made(admin, "activity", &fields);
        let before = (admin.get::<Activity>(activity).unwrap(), admin.get::<Contact>(twin).unwrap());
        let people = admin.merges().merge(&wish("contact", person, &[twin])).unwrap().merge.unwrap();
        let first = merge(admin, a, &[b]).merge.unwrap();
        // The twin is gone, and its account is merged while it is.
        let second = merge(admin, c, &[d]).merge.unwrap();
        admin.merges().unmerge(people).unwrap();
        assert_eq!(admin.get::<Contact>(twin).unwrap().account, Some(c), "its account went into that one");
        admin.merges().unmerge(first).unwrap();
        assert_eq!(admin.get::<Activity>(activity).unwrap().subjects.iter().map(|s| s.id).collect::<Vec<_>>(), [b, c]);
        admin.merges().unmerge(second).unwrap();
        assert_eq!((admin.get::<Activity>(activity).unwrap(), admin.get::<Contact>(twin).unwrap()), before);
    }
}

#[test]
fn leads_and_products_are_merged_too() {
    for engine in engines() {
        let admin = &engine.admin;
        admin.sales().create_pipeline(&crate::sales::Pipeline::standard()).unwrap();
        let lead = |name: &str| made(admin, "lead", &[("name", name.into())]);
        let (open, converted) = (lead("open"), lead("converted"));
        let conversion = crate::sales::LeadConversion { lead: converted, create_account: true, ..Default::default() };
        admin.sales().convert_lead(&conversion).unwrap();
        let refused = told(admin.merges().merge(&wish("lead", open, &[converted])));
        assert_eq!(refused, ("conflict", ErrorCode::IllegalTransition, Some("survivor".into())));
        let gone = lead("disqualified");
        admin.sales().disqualify_lead(gone, "no budget", None).unwrap();
        admin.merges().merge(&wish("lead", converted, &[open, gone])).unwrap();
        let kept: Lead = admin.get(open).unwrap();
        assert_eq!((kept.id, kept.disqualify_reason), (converted, None));

        let product = |code: &str| made(admin, "product", &[("code", code.into()), ("name", "Pump".into())]);
        let (p, q) = (product("P-1"), product("P-2"));
        let list = made(admin, "price_list", &[("name", "l".into()), ("currency", "EUR".into())]);
        for (product, from) in [(p, "2026-06-01"), (q, "2026-01-01")] {
            let from: Date = from.parse().unwrap();
            let fields = [
                ("price_list", list.into()),
                ("product", product.into()),
                ("price", 10.into()),
                ("valid_from", from.into()),
            ];
            made(admin, "list_price", &fields);
        }
        let done = admin.merges().merge(&wish("product", p, &[q])).unwrap();
        assert_eq!(admin.reading(|reading| reading.find("product", "code", "code", "P-2")).unwrap().id, p);
        let prices: Vec<crate::product::ListPrice> =
            admin.list_all(&Query::matching(&[("product", p.into())])).unwrap();
        let mut spans: Vec<_> = prices.iter().map(|price| (price.valid_from, price.valid_until)).collect();
        spans.sort();
        let date = |text: &str| -> Option<Date> { text.parse().ok() };
        assert_eq!(spans, [(date("2026-01-01"), date("2026-06-01")), (date("2026-06-01"), None)]);
        admin.merges().unmerge(done.merge.unwrap()).unwrap();
        assert_eq!(admin.get::<Product>(q).unwrap().version, 1);
    }
}

#[test]
fn an_amount_comes_with_its_currency() {
    for engine in engines() {
        let admin = &engine.admin;
        let a = account(admin, &[("revenue_currency", "CNY".into())]);
        let b = account(admin, &[("annual_revenue", 500.into()), ("revenue_currency", "EUR".into())]);
        merge(admin, a, &[b]);
        let kept = read(admin, a);
        assert_eq!(
            (kept.annual_revenue.unwrap().to_string(), kept.revenue_currency.unwrap().to_string()),
            ("500".into(), "EUR".into())
        );
    }
}

#[test]
fn the_values_are_chosen_as_was_said() {
    for engine in engines() {
        let admin = &engine.admin;
        let ids = |system: &str| FieldValue::Json(format!(r#"[{{"system":"{system}","key":"1"}}]"#));
        let a = account(admin, &[("city", "Ulm".into()), ("grade", "A".into()), ("external_ids", ids("fair"))]);
        let b = account(admin, &[("city", "Neu-Ulm".into()), ("grade", "B".into()), ("external_ids", ids("erp"))]);
        engine.clock.advance_micros(1_000_000);
        admin.execute(update("account", a, 1, &[("description", "late".into())])).unwrap();
        admin.execute(update("account", b, 1, &[("region", "Bayern".into())])).unwrap();
        engine.clock.advance_micros(1_000_000);
        admin.execute(update("account", a, 2, &[("region", "BW".into())])).unwrap();
        let fields = vec![
            choice("city", SurvivorRule::Longest),
            FieldChoice { record: Some(b), ..choice("code", SurvivorRule::Pick) },
            FieldChoice { value: Some("S".into()), ..choice("short_name", SurvivorRule::Value) },
            choice("region", SurvivorRule::MostRecent),
            choice("grade", SurvivorRule::MostTrusted),
        ];
        let code = (read(admin, a).code, read(admin, b).code);
        let asked = MergeRequest {
            fields,
            sources: vec!["erp".into()],
            reason: Some("one plant".into()),
            ..wish("account", a, &[b])
        };
        let done = admin.merges().merge(&asked).unwrap();
        let kept = read(admin, a);
        assert_eq!(kept.city.as_deref(), Some("Neu-Ulm"));
        assert_eq!((&kept.code, kept.short_name.as_deref()), (&code.1, Some("S")));
        assert_eq!((kept.region.as_deref(), kept.grade.as_deref()), (Some("BW"), Some("B")));
        assert_eq!(kept.external_ids.len(), 2);
        let of = |name: &str| done.fields.iter().find(|field| field.field == name).unwrap().clone();
        assert_eq!((of("city").source, of("city").lost, of("city").changed), (Some(b), 1, true));
        assert_eq!((of("region").source, of("region").changed), (Some(a), false));
        // The code that it gave up stands for it too.
        assert_eq!(admin.customers().account_by_code(code.0.as_deref().unwrap()).unwrap().id, a);
        let record = admin.merges().merges_of("account", b).unwrap().remove(0);
        assert_eq!((record.reason.as_deref(), record.status), (Some("one plant"), Some(MergeStatus::Done)));
        assert_eq!(record.losers.iter().map(|loser| loser.id).collect::<Vec<_>>(), [b]);
        admin.merges().unmerge(done.merge.unwrap()).unwrap();
        assert_eq!((read(admin, a).code, read(admin, b).code), code);
    }
}

/// Somebody who sees his own accounts and contacts.
fn clerk(engine: &Engine, right: impl Fn(&mut ObjectRight), fields: Vec<FieldRight>) -> Session {
    let rights = ["account", "contact", "opportunity"].map(|entity| {
        let mut all = ObjectRight { view_all: false, edit_all: false, ..every(entity) };
        right(&mut all);
        all
    });
    member(engine, "clerk", rights.to_vec(), fields)
}

#[test]
fn who_merges_needs_the_right_and_all_of_every_record() {
    for engine in engines() {
        let admin = &engine.admin;
        let wang = clerk(&engine, |right| right.delete = false, vec![]);
        let own = |fields: &[(&str, FieldValue)]| {
            let mut all = fields.to_vec();
            all.push(("owner", wang.user().into()));
            account(admin, &all)
        };
        let (a, b, hidden) = (own(&[]), own(&[]), account(admin, &[]));
        let ask = |survivor: Id, losers: &[Id]| told(wang.merges().merge(&wish("account", survivor, losers)));
        assert_eq!(ask(a, &[hidden]), ("not_found", ErrorCode::NoSuchRecord, Some("losers[0]".into())));
        assert_eq!(ask(hidden, &[a]), ("not_found", ErrorCode::NoSuchRecord, Some("survivor".into())));
        assert_eq!(ask(a, &[admin.new_id()]), ("not_found", ErrorCode::NoSuchRecord, Some("losers[0]".into())));
        let shared = account(admin, &[]);
        let share = |record: Id, access: AccessLevel| {
            let grantee = PrincipalRef { kind: PrincipalKind::User, id: wang.user() };
            let share = RecordShare {
                entity: "account".into(),
                record,
                grantee,
                access: Some(access),
                ..RecordShare::default()
            };
            admin.access().share(&share).unwrap();
        };
        share(shared, AccessLevel::Edit);
        assert_eq!((ask(a, &[shared]).0, ask(shared, &[a]).0), ("denied", "denied"));
        let done = wang.merges().merge(&wish("account", a, &[b])).unwrap();
        // Who does not see the surviving record does not learn that there was a merge.
        let li =
            member(&engine, "li", vec![ObjectRight { view_all: false, edit_all: false, ..every("account") }], vec![]);
        assert_eq!(told(li.merges().unmerge(done.merge.unwrap())).0, "not_found");
        wang.merges().unmerge(done.merge.unwrap()).unwrap();
        let none = member(&engine, "none", vec![ObjectRight { merge: false, ..every("account") }], vec![]);
        assert_eq!(told(none.merges().merge(&wish("account", a, &[b]))).0, "denied");
        assert_eq!(told(none.merges().preview_merge(&wish("account", a, &[b]))).0, "denied");
    }
}

#[test]
fn fields_that_the_caller_may_not_set_are_never_changed_by_his_choice() {
    for engine in engines() {
        let admin = &engine.admin;
        let locked = FieldRight { entity: "account".into(), field: "grade".into(), access: FieldAccess::Read };
        let wang = clerk(&engine, |_| {}, vec![hidden("account", "description"), locked]);
        let own = |fields: &[(&str, FieldValue)]| {
            let mut all = fields.to_vec();
            all.push(("owner", wang.user().into()));
            account(admin, &all)
        };
        let a = own(&[("description", "a".into()), ("grade", "A".into()), ("city", "Ulm".into())]);
        let b = own(&[("description", "longer".into()), ("grade", "BBB".into()), ("city", "Bielefeld".into())]);
        let with = |choice: FieldChoice| MergeRequest { fields: vec![choice], ..wish("account", a, &[b]) };
        let hidden_one = told(wang.merges().merge(&with(choice("description", SurvivorRule::Longest))));
        assert_eq!(hidden_one, ("invalid", ErrorCode::UnknownField, Some("description".into())));
        let denied = told(wang.merges().merge(&with(choice("grade", SurvivorRule::Longest))));
        assert_eq!(denied, ("denied", ErrorCode::NoRight, Some("grade".into())));
        // A rule for everything is for what he may set; what is hidden is not told.
        let all = MergeRequest { rule: Some(SurvivorRule::Longest), ..wish("account", a, &[b]) };
        let done = wang.merges().merge(&all).unwrap();
        assert!(done.fields.iter().all(|field| field.field != "description"));
        let kept = read(admin, a);
        assert_eq!(
            (kept.description.as_deref(), kept.grade.as_deref(), kept.city.as_deref()),
            (Some("a"), Some("A"), Some("Bielefeld"))
        );
    }
}

#[test]
fn what_the_caller_does_not_see_follows_and_is_not_told() {
    for engine in engines() {
        let admin = &engine.admin;
        let wang = clerk(&engine, |_| {}, vec![hidden("account", "description")]);
        let own = |fields: &[(&str, FieldValue)]| {
            let mut all = fields.to_vec();
            all.push(("owner", wang.user().into()));
            account(admin, &all)
        };
        let (a, b) = (own(&[]), own(&[("description", "hidden".into())]));
        let foreign = made(admin, "contact", &[("full_name", "x".into()), ("account", b.into())]);
        let mine =
            made(admin, "contact", &[("full_name", "y".into()), ("account", b.into()), ("owner", wang.user().into())]);
        let command = MergeCommand::Merge { merge: wish("account", a, &[b]) };
        let outcome = wang.execute(Command::Merge(command)).unwrap();
        assert!(outcome.changes.iter().all(|change| change.id != foreign), "{outcome:?}");
        assert!(outcome.changes.iter().any(|change| change.id == mine));
        let counted: Vec<_> = wang.merges().merges_of("account", a).unwrap().remove(0).counts;
        assert_eq!(
            counted.iter().map(|count| (count.entity.as_str(), count.moved)).collect::<Vec<_>>(),
            [("contact", 1)]
        );
        assert_eq!(admin.get::<Contact>(foreign).unwrap().account, Some(a));
        assert_eq!(read(admin, a).description.as_deref(), Some("hidden"), "nothing is lost that he does not see");
        // Nor is it in the journal that he reads.
        let told = wang.changes_since(0, 1_000).unwrap();
        assert!(!format!("{told:?}").contains("hidden"));
        let report = wang.merges().unmerge(outcome.op_id).unwrap();
        assert!(!format!("{report:?}").contains(&foreign.to_string()));
        assert_eq!(admin.get::<Contact>(foreign).unwrap().account, Some(b));
    }
}

#[test]
fn nobody_reads_the_hashes_of_a_merge() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b) = (account(admin, &[]), account(admin, &[]));
        let done = merge(admin, a, &[b]).merge.unwrap();
        let read = admin.get::<crate::merging::MergeRecord>(done).unwrap();
        assert!(read.aliases.is_empty() && read.adopted.is_empty());
        assert!(admin.describe("merge").unwrap().iter().all(|field| field.name != "aliases"));
        let exported =
            String::from_utf8(admin.export_csv("merge", &Query::default(), &Default::default()).unwrap()).unwrap();
        assert!(!exported.contains("aliases"));
        assert!(!format!("{:?}", admin.history("merge", done).unwrap()).contains("aliases"));
    }
}

#[test]
fn records_of_another_tenant_are_not_there() {
    for engine in engines() {
        let (a, b) = (account(&engine.admin, &[]), account(&engine.admin, &[]));
        crate::testkit::setup(&engine.crm, "other");
        let other = engine.crm.session("other", "admin").unwrap();
        let c = account(&other, &[]);
        assert_eq!(told(other.merges().merge(&wish("account", c, &[a]))).1, ErrorCode::NoSuchRecord);
        assert_eq!(told(engine.admin.merges().merge(&wish("account", a, &[c]))).1, ErrorCode::NoSuchRecord);
        let done = merge(&engine.admin, a, &[b]).merge.unwrap();
        assert_eq!(told(other.merges().unmerge(done)).1, ErrorCode::NoSuchRecord);
        assert_eq!(told(other.get::<Account>(b)).1, ErrorCode::NoSuchRecord);
    }
}

#[test]
fn one_operation_merges_once_and_a_repeated_one_does_not_merge_again() {
    for engine in engines() {
        let admin = &engine.admin;
        let [a, b, c] = [0; 3].map(|_| account(admin, &[]));
        let command =
            |survivor, loser| Command::Merge(MergeCommand::Merge { merge: wish("account", survivor, &[loser]) });
        let both: Result<_> = admin.execute_all(&[command(a, b), command(a, c)], None);
        assert_eq!(told(both), ("invalid", ErrorCode::NotAllowed, Some("[1].operation".into())));
        let op_id = admin.new_id();
        let first = admin.execute_all(&[command(a, b)], Some(op_id)).unwrap();
        let again = admin.execute_all(&[command(a, b)], Some(op_id)).unwrap();
        assert!(again.replayed && again.changes == first.changes);
    }
}

#[test]
fn five_hundred_records_are_merged_and_taken_back_in_one_command_each() {
    let engine = Engine::new(crate::testkit::sqlite(), 5);
    let admin = &engine.admin;
    let commands: Vec<Command> = (0..=500).map(|_| create("account", &[("name", "a".into())])).collect();
    let made_all = admin.execute_all(&commands, None).unwrap();
    let ids: Vec<Id> = made_all.changes.iter().map(|change| change.id).collect();
    let contacts: Vec<Command> = ids
        .iter()
        .flat_map(|id| vec![create("contact", &[("full_name", "c".into()), ("account", (*id).into())]); 4])
        .collect();
    admin.execute_all(&contacts, None).unwrap();
    let begun = std::time::Instant::now();
    let done = merge(admin, ids[0], &ids[1..]);
    assert_eq!(done.counts.iter().map(|count| count.moved).sum::<i64>(), 2_000);
    let back = admin.merges().unmerge(done.merge.unwrap()).unwrap();
    assert_eq!(back.restored.len(), 500);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    assert_eq!(engine.crm.check_integrity().unwrap(), Vec::<String>::new());
}

#[test]
fn a_dump_brings_merges_along_and_they_can_be_taken_back_there() {
    let engine = Engine::new(memory(), 5);
    let admin = &engine.admin;
    let (a, b) = (account(admin, &[("city", "Ulm".into())]), account(admin, &[("code", "B-1".into())]));
    let contact = made(admin, "contact", &[("full_name", "x".into()), ("account", b.into())]);
    let done = merge(admin, a, &[b]).merge.unwrap();
    let mut bytes = Vec::new();
    engine.crm.dump(&mut bytes).unwrap();
    let kept = crate::testkit::sqlite();
    let ids = std::sync::Arc::new(crate::value::SeededIds::new(9, engine.clock_now()));
    let crm =
        crate::engine::Crm::with_store_and_registry(kept.store, engine.clock.clone(), ids, crate::testkit::registry());
    crm.restore(&mut bytes.as_slice()).unwrap();
    let there = crm.session("main", "admin").unwrap();
    assert_eq!(there.customers().account_by_code("B-1").unwrap().id, a);
    there.merges().unmerge(done).unwrap();
    assert_eq!(there.get::<Contact>(contact).unwrap().account, Some(b));
}

#[test]
fn a_file_finds_merged_records_by_their_old_keys() {
    for engine in engines() {
        let admin = &engine.admin;
        let key = FieldValue::Json(r#"[{"system":"erp","key":"77"}]"#.into());
        let (a, b) = (account(admin, &[]), account(admin, &[("code", "OLD-1".into()), ("external_ids", key)]));
        // The surviving account takes neither the code nor the key for its own.
        let own = FieldChoice { record: Some(a), ..choice("external_ids", SurvivorRule::Pick) };
        let asked = MergeRequest { fields: vec![own], ..wish("account", a, &[b]) };
        admin.merges().merge(&asked).unwrap();
        let column = |name: &str, field: &str| ColumnMapping {
            column: name.into(),
            field: field.into(),
            ..ColumnMapping::default()
        };
        // A reference by the code.
        let lookup = ReferenceLookup { entity: "account".into(), by: "code".into(), on_unknown: None };
        let at = ColumnMapping { lookup: Some(lookup), ..column("at", "account") };
        let contacts = ImportMapping {
            entity: "contact".into(),
            columns: vec![column("name", "full_name"), at],
            ..ImportMapping::default()
        };
        let report = admin.import_csv(b"name,at\nAnna,OLD-1\nOtto,OLD-2\n", &contacts, false).unwrap();
        assert_eq!((report.created, report.rows), (1, 2), "{report:?}");
        let people: Vec<Contact> = admin.list_all(&Query::default()).unwrap();
        assert_eq!(people.iter().map(|contact| contact.account).collect::<Vec<_>>(), [Some(a)]);
        // The record itself by its key in another system.
        let accounts = ImportMapping {
            external_system: Some("erp".into()),
            key_column: Some("key".into()),
            columns: vec![column("name", "name"), column("city", "city")],
            entity: "account".into(),
            ..ImportMapping::default()
        };
        let report = admin.import_csv(b"key,name,city\n77,Pumpen GmbH,Ulm\n", &accounts, false).unwrap();
        assert_eq!((report.created, report.updated), (0, 1), "{report:?}");
        assert_eq!(read(admin, a).city.as_deref(), Some("Ulm"));
    }
}

#[test]
fn a_transfer_that_was_planned_hands_over_what_the_record_went_into() {
    for engine in engines() {
        let admin = &engine.admin;
        let (a, b) = (account(admin, &[]), account(admin, &[]));
        let li = member(&engine, "li", vec![], vec![]);
        let transfer = Transfer {
            entity: "account".into(),
            to: li.user(),
            ids: vec![b],
            effective: "2026-04-01".parse().ok(),
            ..Transfer::default()
        };
        admin.transfers().transfer(&transfer).unwrap();
        merge(admin, a, &[b]);
        engine.clock.set("2026-04-01T01:00:00Z".parse().unwrap());
        admin.transfers().run_due().unwrap();
        assert_eq!(read(admin, a).owner, Some(li.user()));
    }
}

#[test]
fn an_unmerge_is_not_lost_by_taking_another_one_back() {
    for engine in engines() {
        let admin = &engine.admin;
        let [a, b, c, d] = [0; 4].map(|_| account(admin, &[]));
        let subjects = format!(r#"[{{"entity":"account","id":"{b}"}},{{"entity":"account","id":"{d}"}}]"#);
        let fields = [("kind", "call".into()), ("subject", "s".into()), ("subjects", FieldValue::Json(subjects))];
        let activity = made(admin, "activity", &fields);
        let first = merge(admin, a, &[b]).merge.unwrap();
        admin.execute(update("activity", activity, 1, &[("body", "since".into())])).unwrap();
        let second = merge(admin, c, &[d]).merge.unwrap();
        let about =
            || admin.get::<Activity>(activity).unwrap().subjects.iter().map(|subject| subject.id).collect::<Vec<_>>();
        assert_eq!(about(), [a, c]);
        admin.merges().unmerge(first).unwrap();
        assert_eq!(about(), [b, c]);
        admin.merges().unmerge(second).unwrap();
        assert_eq!(about(), [b, d]);
        assert_eq!(admin.get::<Activity>(activity).unwrap().body.as_deref(), Some("since"));
    }
}
