//! Contacts as vCards: out and in again without a loss or a second contact.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use crm_core::customer::{Account, Channel, ChannelKind, Contact};
use crm_core::engine::{Crm, Session, SetupOptions};
use crm_core::exchange::{ImportReport, VCardVersion, read_vcards};
use crm_core::query::Query;
use crm_core::value::ErrorCode;

fn session(crm: &Crm) -> Session {
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "Muster Pumpen GmbH".into(),
        base_currency: "EUR".parse().unwrap(),
        time_zone: "Europe/Berlin".into(),
        admin_login: "admin".into(),
    })
    .unwrap();
    crm.session("main", "admin").unwrap()
}

fn counts(report: &ImportReport) -> (u64, u64, u64, u64, u64) {
    (report.rows, report.created, report.updated, report.unchanged, report.rejected)
}

fn channel(kind: ChannelKind, value: &str, label: Option<&str>) -> Channel {
    Channel { kind, value: value.into(), label: label.map(Into::into), ..Channel::default() }
}

/// A contact with every kind of channel, in an order that no card has, at the second of two companies of one name.
fn eva(session: &Session) -> Contact {
    let customers = session.customers();
    let company = Account { name: "Ostwerk AG".into(), ..Account::default() };
    customers.create_account(&company).unwrap();
    let account = customers.create_account(&company).unwrap().id;
    let address = Channel {
        street: Some("Hauptstraße 1".into()),
        city: Some("Ulm".into()),
        ..channel(ChannelKind::Address, "Hauptstraße 1\nHinterhof\nUlm", Some("visitors, 2nd floor"))
    };
    let channels = vec![
        Channel { opt_out: true, ..channel(ChannelKind::Email, "eva@ostwerk.example", Some("home")) },
        channel(ChannelKind::Wechat, "eva;m,1", Some("work")),
        Channel { preferred: true, ..channel(ChannelKind::Phone, "+49 731 1", Some("work")) },
        channel(ChannelKind::Phone, "+49 731 2", None),
        channel(ChannelKind::Mobile, "+49 171 1", Some("Zentrale \"Süd\"")),
        channel(ChannelKind::Fax, "+49 731 3", None),
        Channel { preferred: true, ..channel(ChannelKind::Other, "Funk 7", None) },
        address,
        channel(ChannelKind::Website, "https://ostwerk.example/a,b", None),
    ];
    let eva = Contact {
        full_name: "Eva Müller".into(),
        family_name: Some("Müller".into()),
        given_name: Some("Eva".into()),
        account: Some(account),
        department: Some("Einkauf".into()),
        birthday: Some("1980-03-31".parse().unwrap()),
        channels,
        ..Contact::default()
    };
    customers.create_contact(&eva).unwrap()
}

#[test]
fn a_contact_that_goes_out_and_comes_in_is_no_second_one_and_loses_nothing() {
    for version in [VCardVersion::V3, VCardVersion::V4] {
        let crm = Crm::open_in_memory();
        let session = session(&crm);
        let eva = eva(&session);
        let out = session.export_vcards(&Query::default(), version).unwrap();
        assert_eq!(read_vcards(out.as_bytes()).cards[0].organization.as_deref(), Some("Ostwerk AG"));
        let report = session.import_vcards(out.as_bytes(), false).unwrap();
        assert_eq!(counts(&report), (1, 0, 0, 1, 0), "{version}: {out}\n{:?}", report.rejects);
        assert_eq!(report.notices, []);
        assert_eq!(session.list_all::<Contact>(&Query::default()).unwrap(), std::slice::from_ref(&eva));

        let elsewhere = Crm::open_in_memory();
        let other = self::session(&elsewhere);
        let report = other.import_vcards(out.as_bytes(), false).unwrap();
        assert_eq!(counts(&report), (1, 1, 0, 0, 0));
        let copy = other.list_all::<Contact>(&Query::default()).unwrap().remove(0);
        let sorted = |channels: &[Channel]| {
            let mut channels: Vec<Channel> = channels.iter().filter(|channel| !channel.opt_out).cloned().collect();
            channels.sort_by(|a, b| a.value.cmp(&b.value));
            channels
        };
        assert_eq!(sorted(&copy.channels), sorted(&eva.channels), "all but what must not be used");
        let back = other.export_vcards(&Query::default(), version).unwrap();
        let report = session.import_vcards(back.replace("Eva", "Ewa").as_bytes(), false).unwrap();
        assert_eq!(counts(&report), (1, 0, 1, 0, 0), "the contact is known again by its own identifier");
        let renamed = session.get::<Contact>(eva.id).unwrap();
        assert_eq!((renamed.given_name.as_deref(), renamed.account), (Some("Ewa"), eva.account));
        assert_eq!(renamed.channels, eva.channels, "what a card cannot say stays");
    }
}

#[test]
fn rejects_of_cards_name_the_card_and_the_line() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let card = |uid: &str, rest: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:A {uid}\nUID:{uid}\n{rest}END:VCARD\n");
    let file = [
        card("a", ""),
        card("b", "no property\n"),
        card("a", "NOTE:twice\n"),
        card("c", "EMAIL:c(at)c\n"),
        card("c", "EMAIL:c@c.example\n"),
        "BEGIN:VCARD\nVERSION:3.0\nFN:cut off\n".to_owned(),
    ];
    let report = session.import_vcards(file.concat().as_bytes(), false).unwrap();
    assert_eq!(counts(&report), (6, 2, 0, 0, 4), "{:?}", report.rejects);
    let told: Vec<_> =
        report.rejects.iter().map(|issue| (issue.row, issue.line, issue.code, issue.value.as_deref())).collect();
    assert_eq!(
        told,
        [
            (2, Some(10), ErrorCode::BadFormat, Some("no property")),
            (3, Some(12), ErrorCode::DuplicateKey, None),
            (4, Some(18), ErrorCode::BadFormat, None),
            (6, Some(30), ErrorCode::BadFormat, None),
        ]
    );
    assert_eq!(report.rejects[1].reason, "card 1 of the file has the same key");
    let text = String::from_utf8(report.rejects_csv(&Default::default()).unwrap()).unwrap();
    assert!(text.contains("2,10,\"\",\"no property\",\"bad_format\","), "{text}");
}
