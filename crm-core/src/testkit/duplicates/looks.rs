//! What is found.

use super::*;
use crate::duplicates::DuplicateSearch;
use crate::engine::duplicates::limits_of_test;
use crate::matching::MatchDecision;
use crate::query::Filter;
use crate::testkit::regression::{delete, restore, told, update};
use crate::testkit::{Engine as TestEngine, memory, setup, sqlite};
use crate::value::ErrorCode;

#[test]
fn the_same_company_is_found_and_another_is_not() {
    for engine in engines() {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        made(admin, "account", &fans());
        let check = look(admin, "account", &pumps());
        assert_eq!(found(&check), [("account", known)]);
        let hit = &check.hits[0];
        assert_eq!((hit.decision, hit.label.as_str()), (MatchDecision::Duplicate, "苏州东方泵业有限公司"));
        assert_eq!((hit.code.as_deref(), hit.owner), (Some("C-000001"), Some(admin.user())));
        assert_eq!(hit.owner_name.as_deref(), Some("admin"));
        assert!((check.hidden, check.limited, check.incomplete) == (0, false, false));
        let sum: f64 = hit.steps.iter().map(|step| step.weight).sum();
        assert!((sum - hit.weight).abs() < 1e-9, "the steps add up: {sum} {}", hit.weight);
        assert!(hit.steps.iter().any(|step| step.field == "phone" && step.left.is_some() && step.right.is_some()));
        assert!(found(&look(admin, "account", &[("name", "Nobody knows this one Ltd".into())])).is_empty());
        assert!(found(&look_at(admin, "account", known)).is_empty(), "nobody is his own duplicate");
    }
}

#[test]
fn a_deleted_record_is_no_duplicate_until_it_is_back() {
    for engine in engines() {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        admin.execute(delete("account", known, 1)).unwrap();
        assert!(found(&look(admin, "account", &pumps())).is_empty());
        admin.execute(restore("account", known)).unwrap();
        assert_eq!(found(&look(admin, "account", &pumps())), [("account", known)]);
    }
}

#[test]
fn a_changed_record_is_found_by_what_it_is_now() {
    for engine in engines() {
        let admin = &engine.admin;
        let known = made(admin, "account", &pumps());
        admin.execute(update("account", known, 1, &fans())).unwrap();
        assert!(found(&look(admin, "account", &pumps())).is_empty());
        assert_eq!(found(&look(admin, "account", &fans())), [("account", known)]);
        let question = DuplicateQuestion {
            entity: "account".into(),
            id: Some(known),
            fields: map(&pumps()),
            ..DuplicateQuestion::default()
        };
        assert!(admin.duplicates().check(&question).unwrap().hits.is_empty());
        let other = made(admin, "account", &pumps());
        assert_eq!(found(&admin.duplicates().check(&question).unwrap()), [("account", other)], "as it would be");
    }
}

#[test]
fn a_lead_is_looked_for_among_accounts_contacts_and_leads() {
    for engine in engines() {
        let admin = &engine.admin;
        let account = made(admin, "account", &pumps());
        let contact = made(admin, "contact", &person());
        let lead = [
            ("name", "Web form".into()),
            ("company", "苏州东方泵业有限公司".into()),
            ("phone", "+86 512 6288 1234".into()),
            ("contact_name", "Anna Magdalena Gruber".into()),
            ("email", "anna.gruber@gruber-stahl.example".into()),
        ];
        let check = look(admin, "lead", &lead);
        let mut both = found(&check);
        both.sort_unstable();
        assert_eq!(both, [("account", account), ("contact", contact)]);
        let first = made(admin, "lead", &lead);
        let again = look(admin, "lead", &lead);
        assert!(found(&again).contains(&("lead", first)));
        let sales = admin.sales();
        let conversion = crate::sales::LeadConversion { lead: first, account: Some(account), ..Default::default() };
        sales.convert_lead(&conversion).unwrap();
        assert!(!found(&look(admin, "lead", &lead)).contains(&("lead", first)), "it became a customer");
    }
}

#[test]
fn two_people_of_one_company_are_two_leads() {
    for engine in engines() {
        let admin = &engine.admin;
        let lead = |person: &str, email: &str| {
            vec![
                ("name", FieldValue::from("Fair")),
                ("company", "Nordic Robotics AB".into()),
                ("contact_name", person.into()),
                ("email", email.into()),
            ]
        };
        made(admin, "lead", &lead("Berg, Anna", "anna.berg@nordic.example"));
        let other = look(admin, "lead", &lead("Erik Lindqvist", "erik.lindqvist@nordic.example"));
        assert!(found(&other).is_empty(), "{other:?}");
    }
}

#[test]
fn a_contact_is_found_and_a_product_by_its_part_number() {
    for engine in engines() {
        let admin = &engine.admin;
        let contact = made(admin, "contact", &person());
        assert_eq!(found(&look(admin, "contact", &person())), [("contact", contact)]);
        let product = made(admin, "product", &[("code", "GTX-500 A".into()), ("name", "Servo drive GTX 500".into())]);
        made(admin, "product", &[("code", "QR-17".into()), ("name", "Gasket".into())]);
        let same = [("code", "gtx500a".into()), ("name", "Servo drive GTX 500".into())];
        let check = look(admin, "product", &same);
        assert_eq!(found(&check), [("product", product)], "{check:?}");
        assert_eq!(check.hits[0].code.as_deref(), Some("GTX-500 A"));
    }
}

#[test]
fn a_telephone_of_thousands_is_bounded_and_says_so() {
    limits_of_test(|limits| (limits.per_key, limits.candidates) = (20, 60));
    for engine in engines() {
        let admin = &engine.admin;
        let hotline = "+86 400 800 1234";
        for number in 0..150 {
            let name = format!("{}客户{number}号", ["甲", "乙", "丙"][number % 3]);
            let mail = format!("buyer@firm{number}.example");
            made(admin, "account", &[("name", name.into()), ("channels", channels(hotline, &mail))]);
        }
        let mut fields = pumps();
        fields[2].1 = channels(hotline, "info@dongfang-pumps.example");
        let known = made(admin, "account", &fields);
        let check = look(admin, "account", &fields);
        assert_eq!(
            found(&check).first(),
            Some(&("account", known)),
            "by its name, whoever has the telephone: {check:?}"
        );
        let alone = [("name", "完全不同".into()), ("channels", channels(hotline, "x@y.example"))];
        let check = look(admin, "account", &alone);
        assert!(check.hits.len() <= 10);
        let bare = [("name", "".into()), ("channels", channels(hotline, "x@y.example"))];
        assert!(look(admin, "account", &bare).limited, "only the first of them were compared");
    }
}

#[test]
fn names_of_any_shape_are_looked_up() {
    for engine in engines() {
        let admin = &engine.admin;
        let names = ["", " ", "🏭🏭🏭", "شركة المضخات الشرقية", "\u{202E}abc\u{202C}", "有限公司", "GmbH"];
        for name in names {
            look(admin, "account", &[("name", name.into())]);
        }
        let long = "泵".repeat(300);
        let emoji = made(
            admin,
            "account",
            &[("name", "🏭 Pumpen 🏭".into()), ("channels", channels("+49 421 1", "a@b.example"))],
        );
        let arabic = made(admin, "account", &[("name", "شركة المضخات الشرقية".into()), ("city", "دبي".into())]);
        let longest = made(admin, "account", &[("name", long.clone().into()), ("city", "苏州".into())]);
        let same = [("name", "🏭 Pumpen 🏭".into()), ("channels", channels("+49 421 1", "a@b.example"))];
        assert_eq!(found(&look(admin, "account", &same)), [("account", emoji)]);
        let named = |name: &str, city: &str| {
            let check = look(admin, "account", &[("name", name.into()), ("city", city.into())]);
            found(&check).iter().map(|hit| hit.1).collect::<Vec<_>>()
        };
        assert!(named("شركة المضخات الشرقية", "دبي").contains(&arabic));
        assert!(named(&long, "苏州").contains(&longest));
        let question = DuplicateQuestion {
            entity: "account".into(),
            fields: map(&[("name", "x".repeat(65_536).into())]),
            ..DuplicateQuestion::default()
        };
        let refused = told(admin.duplicates().check(&question));
        assert_eq!(refused, ("invalid", ErrorCode::TooLong, Some("fields.name".into())));
        let description = [("name", "Hansen".into()), ("description", "y".repeat(20_000).into())];
        assert!(found(&look(admin, "account", &description)).is_empty());
    }
}

#[test]
fn tenants_do_not_meet() {
    for store in [memory, sqlite] {
        let engine = TestEngine::new(store(), 5);
        made(&engine.admin, "account", &pumps());
        setup(&engine.crm, "other");
        let other = engine.crm.session("other", "admin").unwrap();
        let check = look(&other, "account", &pumps());
        assert!((check.hits.len(), check.hidden) == (0, 0));
    }
}

#[test]
fn what_is_asked_wrongly_is_refused() {
    let engine = TestEngine::new(memory(), 5);
    let ask = |entity: &str, fields: &[(&str, FieldValue)], id: Option<Id>| {
        let question =
            DuplicateQuestion { entity: entity.into(), fields: map(fields), id, ..DuplicateQuestion::default() };
        told(engine.admin.duplicates().check(&question))
    };
    assert_eq!(ask("quote", &[], None), ("invalid", ErrorCode::UnknownEntity, Some("entity".into())));
    assert_eq!(ask("nothing", &[], None), ("invalid", ErrorCode::UnknownEntity, Some("entity".into())));
    let unknown = ask("account", &[("nothing", 1.into())], None);
    assert_eq!(unknown, ("invalid", ErrorCode::UnknownField, Some("fields.nothing".into())));
    let typed = ask("account", &[("name", 1.into())], None);
    assert_eq!(typed, ("invalid", ErrorCode::WrongType, Some("fields.name".into())));
    let nested = FieldValue::Json(r#"[{"kind":"smoke","value":"x"}]"#.into());
    assert_eq!(ask("account", &[("channels", nested)], None).2, Some("fields.channels[0].kind".into()));
    assert_eq!(ask("account", &[], Some(Id::from_bytes([7; 16]))).0, "not_found");
    let threads = DuplicateSearch { entity: "account".into(), threads: Some(0), ..DuplicateSearch::default() };
    let refused = told(engine.admin.duplicates().find(&threads));
    assert_eq!(refused, ("invalid", ErrorCode::OutOfRange, Some("threads".into())));
    assert_eq!(told(engine.admin.duplicates().rekey(0)).1, ErrorCode::OutOfRange);
}

#[test]
fn a_whole_database_and_a_list_are_looked_through() {
    for engine in engines() {
        let admin = &engine.admin;
        let first = made(admin, "account", &pumps());
        let second = made(admin, "account", &pumps());
        let third = made(admin, "account", &fans());
        let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
        let all = admin.duplicates().find(&search).unwrap();
        assert_eq!(all.clusters, [vec![first, second]]);
        assert_eq!((all.records, all.pairs.len()), (3, 1));
        assert_eq!((all.pairs[0].one, all.pairs[0].other), (first, second));
        let few = DuplicateSearch { ids: vec![first, third], ..search.clone() };
        assert!(admin.duplicates().find(&few).unwrap().clusters.is_empty());
        let filter =
            Filter::Compare {
                field: "city".into(), comparison: crate::query::Comparison::Equal, value: "苏州".into()
            };
        let filtered = DuplicateSearch { filter: Some(filter), threads: Some(2), ..search };
        let found = admin.duplicates().find(&filtered).unwrap();
        assert_eq!((found.records, found.clusters), (2, vec![vec![first, second]]));
    }
}

#[test]
fn a_parent_and_its_child_are_never_one() {
    for engine in engines() {
        let admin = &engine.admin;
        let (parent, child) = (made(admin, "account", &pumps()), made(admin, "account", &pumps()));
        let from = "2026-01-01".parse().unwrap();
        let legal = crate::customer::HierarchyKind::Legal;
        admin.customers().set_parent(legal, child, Some(parent), from).unwrap();
        let search = DuplicateSearch { entity: "account".into(), ..DuplicateSearch::default() };
        assert!(admin.duplicates().find(&search).unwrap().clusters.is_empty());
        assert!(admin.duplicates().suggestions(&search).unwrap().is_empty(), "they stand in one hierarchy already");
    }
}
