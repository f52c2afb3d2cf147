//! Imports through the engine: mapping, rejects, proposals, dry run, repetition. The real exports are read from the
//! folder that `CRM_TEST_DATA` names, or from `shared/data` beside the repository; CI must have them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use crm_core::access::{Role, User};
use crm_core::customer::{Account, Activity, Channel, ChannelKind, Contact, Identifier, SubjectEntity};
use crm_core::engine::{Crm, Session, SetupOptions};
use crm_core::exchange::{
    ColumnCondition, ColumnMapping, CsvOptions, CsvWriteOptions, ExportOptions, ImportMapping, ImportProgress,
    ImportReport, ReferenceLookup, VCardVersion, read_csv, read_vcards,
};
use crm_core::query::{AggregateQuery, Comparison, Filter, GroupBy, Measure, MeasureFunction, Query};
use crm_core::room::ExternalId;
use crm_core::sales::{Guard, Opportunity, Pipeline, Stage, StageCategory};
use crm_core::store::SqliteOptions;
use crm_core::value::{ErrorCode, FieldValue, IdentifierKind};

fn data(file: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("CRM_TEST_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    match std::fs::read(folder.join(file)) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("the test data are missing: {file}: {error}")
        }
        Err(_) => None,
    }
}

fn session(crm: &Crm) -> Session {
    crm.setup(SetupOptions {
        tenant: "main".into(),
        name: "Hardware Maker".into(),
        base_currency: "USD".parse().unwrap(),
        time_zone: "UTC".into(),
        admin_login: "admin".into(),
    })
    .unwrap();
    crm.session("main", "admin").unwrap()
}

fn column(column: &str, field: &str) -> ColumnMapping {
    ColumnMapping { column: column.into(), field: field.into(), ..ColumnMapping::default() }
}

fn mapping(entity: &str, columns: Vec<ColumnMapping>) -> ImportMapping {
    ImportMapping { entity: entity.into(), columns, ..ImportMapping::default() }
}

fn by(entity: &str, by: &str) -> Option<ReferenceLookup> {
    Some(ReferenceLookup { entity: entity.into(), by: by.into(), on_unknown: None })
}

fn accounts_mapping() -> ImportMapping {
    let industry = ColumnMapping {
        values: [("technolgy".to_owned(), "technology".to_owned())].into(),
        ..column("sector", "industry")
    };
    ImportMapping {
        external_system: Some("crm-sales".into()),
        key_column: Some("account".into()),
        ..mapping(
            "account",
            vec![
                column("account", "name"),
                industry,
                column("year_established", "founded_year"),
                column("employees", "employees"),
                column("office_location", "country"),
            ],
        )
    }
}

fn links_mapping() -> ImportMapping {
    let end = |name: &str, field: &str| ColumnMapping { lookup: by("account", "name"), ..column(name, field) };
    ImportMapping {
        constants: [("hierarchy", "legal"), ("valid_from", "2016-01-01")]
            .map(|(name, value)| (name.to_owned(), FieldValue::from(value)))
            .into(),
        skip_if_empty: Some("subsidiary_of".into()),
        ..mapping("account_link", vec![end("account", "child"), end("subsidiary_of", "parent")])
    }
}

fn counts(report: &ImportReport) -> (u64, u64, u64, u64, u64, u64) {
    let ImportReport { rows, created, updated, unchanged, skipped, rejected, .. } = report;
    (*rows, *created, *updated, *unchanged, *skipped, *rejected)
}

#[test]
fn the_hardware_makers_accounts_come_in_once_with_their_subsidiaries() {
    let Some(bytes) = data("crm-sales/accounts.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { durability: crm_core::store::Durability::Normal, ..SqliteOptions::default() };
    for crm in [Crm::open_in_memory(), Crm::open_with(folder.path().join("a.db"), options).unwrap()] {
        let session = session(&crm);
        let dry = session.import_csv(&bytes, &accounts_mapping(), true).unwrap();
        assert_eq!(counts(&dry), (85, 85, 0, 0, 0, 0), "{:?}", dry.rejects.first());
        assert!(session.customers().accounts(&Query::default()).unwrap().items.is_empty());

        let first = session.import_csv(&bytes, &accounts_mapping(), false).unwrap();
        assert_eq!(counts(&first), (85, 85, 0, 0, 0, 0));
        let again = session.import_csv(&bytes, &accounts_mapping(), false).unwrap();
        assert_eq!(counts(&again), (85, 0, 0, 85, 0, 0));
        let links = session.import_csv(&bytes, &links_mapping(), false).unwrap();
        assert_eq!(counts(&links), (85, 15, 0, 0, 70, 0), "{:?}", links.rejects.first());
        let again = session.import_csv(&bytes, &links_mapping(), false).unwrap();
        assert_eq!(counts(&again), (85, 0, 0, 15, 70, 0));

        let technology =
            Filter::Compare { field: "industry".into(), comparison: Comparison::Equal, value: "technology".into() };
        let count = AggregateQuery {
            measures: vec![Measure { function: MeasureFunction::Count, field: None }],
            group_by: vec![GroupBy { field: "industry".into(), bucket: None }],
            filter: Some(technology),
            search: None,
        };
        assert_eq!(session.aggregate("account", &count).unwrap()[0].values, [FieldValue::Integer(12)]);
    }
}

#[test]
fn links_come_in_any_order_and_once_also_when_somebody_moved_an_account() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let customers = session.customers();
    let make = |name: &str| customers.create_account(&Account { name: name.into(), ..Account::default() }).unwrap().id;
    let [_, holding, buyer, plant] = ["group", "holding", "buyer", "plant"].map(make);
    let mut links = links_mapping();
    links.constants.remove("valid_from");
    links.columns.push(column("from", "valid_from"));
    links.columns.push(column("until", "valid_until"));
    links.columns.push(column("remark", "note"));
    let file = "account,subsidiary_of,from,until,remark\n\
        plant,holding,2022-01-01,,\n\
        plant,group,2016-01-01,2021-01-01,as a branch\n";
    let first = session.import_csv(file.as_bytes(), &links, false).unwrap();
    assert_eq!(counts(&first), (2, 2, 0, 0, 0, 0), "{:?}", first.rejects);
    let legal = crm_core::customer::HierarchyKind::Legal;
    let parent = |date: &str| customers.parent_of(plant, legal, date.parse().unwrap()).unwrap().map(|node| node.name);
    assert_eq!(parent("2020-12-31").as_deref(), Some("group"));
    assert_eq!(parent("2021-06-01"), None, "the end in the file counts");
    assert_eq!(parent("2022-01-01").as_deref(), Some("holding"));
    let notes = session.list_all::<crm_core::customer::AccountLink>(&Query::default()).unwrap();
    assert!(notes.iter().any(|link| link.note.as_deref() == Some("as a branch")));

    customers.set_parent(legal, plant, Some(buyer), "2026-07-01".parse().unwrap()).unwrap();
    let again = session.import_csv(file.as_bytes(), &links, false).unwrap();
    assert_eq!(counts(&again), (2, 0, 0, 2, 0, 0), "{:?}", again.rejects);
    assert_eq!(parent("2026-07-01").as_deref(), Some("buyer"));
    assert_eq!(customers.children(holding, legal, "2026-06-30".parse().unwrap()).unwrap().len(), 1);

    links.columns.push(column("remark", "owner"));
    let error = session.import_csv(file.as_bytes(), &links, false).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::UnknownField, Some("columns")));
}

#[test]
fn a_bad_row_is_rejected_alone_and_a_near_name_is_proposed() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let products = "code,name\nGTX Pro,GTX Pro\nMG Special,MG Special\n";
    let product = ImportMapping {
        key_field: Some("code".into()),
        ..mapping("product", vec![column("code", "code"), column("name", "name")])
    };
    assert_eq!(counts(&session.import_csv(products.as_bytes(), &product, false).unwrap()), (2, 2, 0, 0, 0, 0));

    let lists = "list,product,price,from\nmain,GTXPro,4821,2026-01-01\nmain,GTX Pro,abc,2026-01-01\nmain,GTX Pro,4821.5,2026-01-01\n";
    let list =
        crm_core::product::PriceList { name: "main".into(), currency: "USD".parse().unwrap(), ..Default::default() };
    session.products().create_price_list(&list).unwrap();
    let prices = mapping(
        "list_price",
        vec![
            ColumnMapping { lookup: by("price_list", "name"), ..column("list", "price_list") },
            ColumnMapping { lookup: by("product", "code"), ..column("product", "product") },
            column("price", "price"),
            column("from", "valid_from"),
        ],
    );
    let report = session.import_csv(lists.as_bytes(), &prices, false).unwrap();
    assert_eq!(counts(&report), (3, 1, 0, 0, 0, 2), "{:?}", report.rejects);
    let reject = &report.rejects[0];
    assert_eq!((reject.row, reject.code, reject.column.as_deref()), (2, ErrorCode::UnknownReference, Some("product")));
    assert_eq!((reject.value.as_deref(), reject.proposal.as_deref()), (Some("GTXPro"), Some("GTX Pro")));
    assert_eq!((report.proposals[0].rows, report.proposals[0].proposal.as_str()), (1, "GTX Pro"));
    let reject = &report.rejects[1];
    assert_eq!((reject.row, reject.code, reject.value.as_deref()), (3, ErrorCode::BadFormat, Some("abc")));
}

#[test]
fn wrong_mappings_are_refused_before_anything_is_read() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let file = b"account\nx\n";
    for (columns, code) in [
        (vec![column("nothing", "name")], ErrorCode::UnknownField),
        (vec![column("account", "nothing")], ErrorCode::UnknownField),
        (vec![column("account", "channels.pigeon")], ErrorCode::UnknownField),
        (vec![column("account", "channels")], ErrorCode::UnknownField),
    ] {
        assert_eq!(session.import_csv(file, &mapping("account", columns), false).unwrap_err().code(), code);
    }
    let error = session.import_csv(file, &mapping("nothing", vec![column("account", "name")]), false).unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownEntity);
}

#[test]
fn the_same_key_twice_in_one_file_is_rejected() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let file = "id,name,phone,tax\n1,Alpha,+49 711 1,\n1,Beta,,\n2,Gamma,,DE136695970\n3,Delta,,DE136695976\n";
    let map = ImportMapping {
        external_system: Some("old".into()),
        key_column: Some("id".into()),
        ..mapping(
            "account",
            vec![column("name", "name"), column("phone", "channels.phone"), column("tax", "identifiers.vat")],
        )
    };
    let report = session.import_csv(file.as_bytes(), &map, false).unwrap();
    assert_eq!(counts(&report), (4, 2, 0, 0, 0, 2), "{:?}", report.rejects);
    let twice = &report.rejects[0];
    assert_eq!((twice.row, twice.code), (3, ErrorCode::DuplicateKey));
    assert_eq!((twice.column.as_deref(), twice.value.as_deref()), (Some("id"), Some("1")));
    let vat = &report.rejects[1];
    assert_eq!(
        (vat.row, vat.code, vat.column.as_deref(), vat.value.as_deref()),
        (4, ErrorCode::CheckDigit, Some("tax"), Some("DE136695970"))
    );
    let alpha = session.customers().account_by_external_id("old", "1").unwrap();
    assert_eq!((alpha.name.as_str(), alpha.channels[0].kind), ("Alpha", ChannelKind::Phone));

    let table = session
        .export_csv(
            "account",
            &Query::default(),
            &ExportOptions { fields: vec!["code".into(), "name".into()], ..Default::default() },
        )
        .unwrap();
    assert_eq!(String::from_utf8(table).unwrap().lines().count(), 3);
}

#[test]
fn salesforce_accounts_come_in_with_every_dirty_row_told() {
    let Some(bytes) = data("salesforce-export/accountData.csv") else { return };
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let map = ImportMapping {
        external_system: Some("salesforce".into()),
        key_column: Some("ID".into()),
        ..mapping(
            "account",
            vec![
                column("NAME", "name"),
                column("BILLINGCITY", "city"),
                column("BILLINGCOUNTRY", "country"),
                column("INDUSTRY", "industry"),
                column("ANNUALREVENUE", "annual_revenue"),
            ],
        )
    };
    let report = session.import_csv(&bytes, &map, false).unwrap();
    assert_eq!((report.rows, report.created + report.rejected), (423, 423));
    assert_eq!(report.created, 423, "{:?}", report.rejects.first());
    let marks = session.list_all::<Account>(&Query::default()).unwrap();
    assert_eq!(marks.iter().filter(|account| account.name.chars().all(|char| char == '?' || char == ' ')).count(), 5);
}

#[test]
fn vcards_become_contacts_and_come_out_again() {
    for file in ["John_Doe_GMAIL.vcf", "John_Doe_MS_OUTLOOK.vcf", "rfc2426-example.vcf", "rfc6350-example.vcf"] {
        let Some(bytes) = data(&format!("vcard/{file}")) else { return };
        let crm = Crm::open_in_memory();
        let session = session(&crm);
        let cards = u64::try_from(read_vcards(&bytes).cards.len()).unwrap();
        let report = session.import_vcards(&bytes, false).unwrap();
        assert_eq!((report.created, report.rejected), (cards, 0), "{file}: {:?}", report.rejects);
        let again = session.import_vcards(&bytes, false).unwrap();
        assert_eq!((again.created, again.unchanged), (0, cards));
        let out = session.export_vcards(&Query::default(), VCardVersion::V4).unwrap();
        let contacts = session.list_all::<Contact>(&Query::default()).unwrap();
        let names: Vec<Option<String>> =
            read_vcards(out.as_bytes()).cards.into_iter().map(|card| card.full_name).collect();
        assert_eq!(names, contacts.into_iter().map(|contact| Some(contact.full_name)).collect::<Vec<_>>());
    }
}

fn only_if(name: &str, value: &str, mapping: ColumnMapping) -> ColumnMapping {
    ColumnMapping { only_if: Some(ColumnCondition { column: name.into(), values: vec![value.into()] }), ..mapping }
}

#[test]
fn a_column_may_count_in_some_rows_only_and_expect_some_values() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let file = "name,country,tax,phone,mail,sector,millions\n\
        Alpha,DE,DE136695976,+49 711 1,a@alpha.example,technolgy,1100.04\n\
        北京汽轮,CN,91350100M000100Y43,,,retail,\n\
        Gamma,DE,DE136695976,+49 711 3,gamma(at)gamma.example,other,\n";
    let map = ImportMapping {
        external_system: Some("old".into()),
        key_column: Some("name".into()),
        ..mapping(
            "account",
            vec![
                column("name", "name"),
                only_if("country", "DE", column("tax", "identifiers.vat")),
                only_if("country", "CN", column("tax", "identifiers.unified_social_credit_code")),
                column("phone", "channels.phone"),
                column("mail", "channels.email"),
                ColumnMapping { expected: vec!["technology".into(), "retail".into()], ..column("sector", "industry") },
                ColumnMapping { multiply_by: Some(1_000_000.into()), ..column("millions", "annual_revenue") },
            ],
        )
    };
    let report = session.import_csv(file.as_bytes(), &map, false).unwrap();
    assert_eq!(counts(&report), (3, 2, 0, 0, 0, 1), "{:?}", report.rejects);
    let reject = &report.rejects[0];
    assert_eq!(
        (reject.row, reject.column.as_deref(), reject.value.as_deref(), report.rejects.len()),
        (4, Some("mail"), Some("gamma(at)gamma.example"), 1),
        "the second column of a list is to blame, not the first"
    );
    let notice = &report.notices[0];
    assert_eq!((notice.row, notice.code), (2, ErrorCode::NotInPicklist));
    assert_eq!((notice.value.as_deref(), notice.proposal.as_deref()), (Some("technolgy"), Some("technology")));
    let accounts = session.list_all::<Account>(&Query::default()).unwrap();
    let alpha = accounts.iter().find(|account| account.name == "Alpha").unwrap();
    assert_eq!(alpha.annual_revenue, Some(1_100_040_000.into()));
    assert_eq!(alpha.industry.as_deref(), Some("technolgy"), "what was not expected is kept as it is");
    let kinds: Vec<_> = accounts.iter().flat_map(|account| &account.identifiers).map(|id| id.kind.as_str()).collect();
    assert_eq!((accounts.len(), kinds.len()), (2, 2));
    assert!(kinds.contains(&"vat") && kinds.contains(&"unified_social_credit_code"));
}

#[test]
fn a_value_that_many_rows_share_makes_one_record_and_constants_name_records() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let teams = "agent,manager,office\nAnna,Dustin,Central\nBoris,Dustin,Central\nCarl,Summer,West\n";
    let roles = |name: &str| ImportMapping {
        key_field: Some("name".into()),
        skip_repeated: true,
        ..mapping("role", vec![column(name, "name")])
    };
    let report = session.import_csv(teams.as_bytes(), &roles("manager"), false).unwrap();
    assert_eq!(counts(&report), (3, 2, 0, 0, 1, 0), "{:?}", report.rejects);

    let units = ImportMapping {
        key_field: Some("name".into()),
        skip_repeated: true,
        ..mapping("org_unit", vec![column("office", "name")])
    };
    assert_eq!(counts(&session.import_csv(teams.as_bytes(), &units, false).unwrap()), (3, 2, 0, 0, 1, 0));
    let unit = ColumnMapping { lookup: by("org_unit", "name"), ..column("office", "unit") };

    let mut users = mapping("user", vec![column("agent", "login"), column("agent", "name"), unit]);
    users.key_field = Some("login".into());
    users.constants = [("role".to_owned(), FieldValue::from("Dustin"))].into();
    users.constant_lookups = [("role".to_owned(), by("role", "name").unwrap())].into();
    assert_eq!(session.import_csv(teams.as_bytes(), &users, false).unwrap().created, 3);
    let dustin = session.list_all::<Role>(&Query::default()).unwrap().into_iter().find(|role| role.name == "Dustin");
    let users_now = session.list_all::<User>(&Query::default()).unwrap();
    assert_eq!(users_now.iter().filter(|user| user.role == dustin.as_ref().map(|role| role.id)).count(), 3);

    users.constants = [("role".to_owned(), FieldValue::from("Nobody"))].into();
    let error = session.import_csv(teams.as_bytes(), &users, false).unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownReference);
    assert_eq!(error.problems()[0].field.as_deref(), Some("constants.role"));
}

#[test]
fn activities_come_in_with_their_subjects() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let accounts = ImportMapping {
        external_system: Some("old".into()),
        key_column: Some("id".into()),
        ..mapping("account", vec![column("name", "name")])
    };
    assert_eq!(session.import_csv(b"id,name\nA1,Alpha\n", &accounts, false).unwrap().created, 1);
    let subject =
        |name: &str| ColumnMapping { lookup: by("account", "external:old"), ..column(name, "subjects.account") };
    let columns = vec![column("kind", "kind"), column("subject", "subject"), column("at", "at"), subject("account")];
    let file =
        "kind,subject,at,account\nvisit,Trial run,2026-03-02T09:00:00+08:00,A1\ncall,Price,2026-03-03T09:00:00Z,A9\n";
    let report = session.import_csv(file.as_bytes(), &mapping("activity", columns), false).unwrap();
    assert_eq!(counts(&report), (2, 1, 0, 0, 0, 1), "{:?}", report.rejects);
    assert_eq!(
        (report.rejects[0].column.as_deref(), report.rejects[0].value.as_deref()),
        (Some("account"), Some("A9"))
    );
    let activity = session.list_all::<Activity>(&Query::default()).unwrap().remove(0);
    let account = session.customers().account_by_external_id("old", "A1").unwrap();
    assert_eq!((activity.subjects[0].entity, activity.subjects[0].id), (SubjectEntity::Account, account.id));
    let without = mapping("activity", vec![column("kind", "kind"), column("account", "subjects.account")]);
    assert_eq!(session.import_csv(file.as_bytes(), &without, false).unwrap_err().code(), ErrorCode::UnknownField);
}

#[test]
fn a_second_import_keeps_opt_outs_labels_and_what_other_systems_brought() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let customers = session.customers();
    let map = |key: &str| ImportMapping {
        external_system: Some(key.into()),
        key_column: Some("id".into()),
        ..mapping(
            "account",
            vec![
                column("name", "name"),
                column("phone", "channels.phone"),
                column("mail", "channels.email"),
                column("tax", "identifiers.vat"),
            ],
        )
    };
    let file = "id,name,phone,mail,tax\n100,Alpha,+49 711 1234,info@alpha.example,DE136695976\n";
    assert_eq!(session.import_csv(file.as_bytes(), &map("erp"), false).unwrap().created, 1);
    let mut alpha = customers.account_by_external_id("erp", "100").unwrap();
    alpha.external_ids.push(ExternalId { system: "sf".into(), key: "001".into() });
    alpha.channels[0].label = Some("switchboard".into());
    (alpha.channels[1].opt_out, alpha.channels[1].preferred) = (true, true);
    alpha.identifiers.push(Identifier { kind: IdentifierKind::Vat, value: "BE0403019261".into(), issuer: None });
    let mine = Channel { kind: ChannelKind::Fax, value: "+49 711 1235".into(), ..Channel::default() };
    alpha.channels.insert(0, Channel { invalid: true, ..mine });
    let kept = customers.update_account(&alpha).unwrap();

    let again = session.import_csv(file.as_bytes(), &map("erp"), false).unwrap();
    assert_eq!(counts(&again), (1, 0, 0, 1, 0, 0), "{:?}", again.rejects);
    assert_eq!(customers.account(alpha.id).unwrap(), kept);
    let other = "id,name,phone,mail,tax\n001,Alpha,+49-711-1234,sales@alpha.example,DE811907980\n";
    let other = session.import_csv(other.as_bytes(), &map("sf"), false).unwrap();
    assert_eq!(counts(&other), (1, 0, 1, 0, 0, 0), "{:?}", other.rejects);
    let joined = customers.account(alpha.id).unwrap();
    let values: Vec<&str> = joined.channels.iter().map(|channel| channel.value.as_str()).collect();
    assert_eq!(values, ["+49 711 1234", "sales@alpha.example", "+49 711 1235", "info@alpha.example"]);
    assert_eq!(joined.channels[0].label.as_deref(), Some("switchboard"));
    assert!(joined.channels[3].opt_out && joined.channels[3].preferred && joined.channels[2].invalid);
    let numbers: Vec<&str> = joined.identifiers.iter().map(|item| item.value.as_str()).collect();
    assert_eq!(numbers, ["DE811907980", "BE0403019261"], "a new number of the same country takes the place of the old");
    assert_eq!(joined.external_ids.len(), 2);

    let wrong = "id,name,phone,mail,tax\n100,Alpha,+49 711 1234,sales(at)alpha.example,\n";
    let wrong = session.import_csv(wrong.as_bytes(), &map("erp"), false).unwrap();
    assert_eq!((wrong.rejected, wrong.rejects[0].column.as_deref()), (1, Some("mail")), "{:?}", wrong.rejects);
}

#[test]
fn a_second_vcard_import_keeps_the_opt_out_and_an_export_leaves_it_out() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:anna\r\nFN:Anna Gruber\r\nTEL;TYPE=cell,pref:+43 664 1234\r\nEMAIL;TYPE=pref:anna@gruber.example\r\nEND:VCARD\r\n";
    session.import_vcards(card, false).unwrap();
    let mut anna = session.list_all::<Contact>(&Query::default()).unwrap().remove(0);
    let mail = anna.channels.iter().position(|channel| channel.kind == ChannelKind::Email).unwrap();
    (anna.channels[mail].opt_out, anna.channels[mail].preferred) = (true, false);
    anna.channels.push(Channel {
        kind: ChannelKind::Email,
        value: "office@gruber.example".into(),
        preferred: true,
        ..Channel::default()
    });
    let kept = session.customers().update_contact(&anna).unwrap();
    let again = session.import_vcards(card, false).unwrap();
    assert_eq!((again.unchanged, again.rejected), (1, 0), "{:?}", again.rejects);
    assert_eq!(session.customers().contact(anna.id).unwrap(), kept);

    let export = || session.export_vcards(&Query::default(), VCardVersion::V4).unwrap();
    assert!(export().contains("office@gruber.example") && !export().contains("anna@gruber.example"));
    session.customers().update_contact(&Contact { do_not_contact: true, ..kept }).unwrap();
    assert!(!export().contains("office@gruber.example") && !export().contains("664"));
}

fn in_system(system: &str, key: &str, map: ImportMapping) -> ImportMapping {
    ImportMapping { external_system: Some(system.into()), key_column: Some(key.into()), ..map }
}

fn refused(session: &Session, file: &str, map: &ImportMapping) -> (ErrorCode, String) {
    let error = session.import_csv(file.as_bytes(), map, false).unwrap_err();
    (error.code(), error.field().unwrap_or_default().to_owned())
}

#[test]
fn a_key_field_that_is_not_unique_made_two_accounts_of_one() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let file = "id,name,code\n1,Alpha,A1\n2,Alpha,A2\n";
    let by_field = |field: &str| ImportMapping {
        key_field: Some(field.into()),
        ..mapping("account", vec![column("name", "name"), column("code", "code")])
    };
    assert_eq!(refused(&session, file, &by_field("name")), (ErrorCode::NotInPicklist, "key_field".into()));
    assert_eq!(refused(&session, file, &by_field("nothing")), (ErrorCode::UnknownField, "key_field.nothing".into()));
    let unfilled = ImportMapping { key_field: Some("code".into()), ..mapping("account", vec![column("name", "name")]) };
    assert_eq!(refused(&session, file, &unfilled), (ErrorCode::Required, "key_field".into()));
    assert_eq!(counts(&session.import_csv(file.as_bytes(), &by_field("code"), false).unwrap()), (2, 2, 0, 0, 0, 0));

    let names = || mapping("account", vec![column("name", "name")]);
    let half = ImportMapping { external_system: Some("old".into()), ..names() };
    assert_eq!(refused(&session, file, &half), (ErrorCode::Required, "key_column".into()));
    let half = ImportMapping { key_column: Some("id".into()), ..names() };
    assert_eq!(refused(&session, file, &half), (ErrorCode::Required, "external_system".into()));
    let both = ImportMapping { key_field: Some("code".into()), ..in_system("old", "id", names()) };
    assert_eq!(refused(&session, file, &both), (ErrorCode::BadFormat, "key_field".into()));
    let without_ids = in_system("old", "id", mapping("role", vec![column("name", "name")]));
    assert_eq!(refused(&session, file, &without_ids).0, ErrorCode::UnknownField);
}

#[test]
fn the_rejects_file_names_row_column_value_code_reason_and_proposal() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let sector = ColumnMapping { expected: vec!["technology".into()], ..column("sector", "industry") };
    let columns = vec![column("name", "name"), column("employees", "employees"), sector];
    let file = "id,name,employees,sector\n1,Alpha,=1+1,\n2,Beta,\n3,\"Best\" Tools,1,\n4,Delta,4,technolgy\n,Echo,5,\n";
    let map = in_system("old", "id", mapping("account", columns));
    let report = session.import_csv(file.as_bytes(), &map, false).unwrap();
    assert_eq!(counts(&report), (5, 1, 0, 0, 0, 4), "{:?}", report.rejects);
    let table = read_csv(&report.rejects_csv(&CsvWriteOptions::default()).unwrap(), &CsvOptions::default()).unwrap();
    assert_eq!(table.header, ["row", "line", "column", "value", "code", "reason", "proposal"]);
    let rows: Vec<String> = table.rows.iter().map(|row| row.cells[..5].join(";")).collect();
    assert_eq!(
        rows,
        [
            "2;;employees;'=1+1;bad_format",
            "3;;;2 | Beta | ;bad_format",
            "4;;name;\"Best\" Tools;bad_format",
            "6;;id;;required"
        ]
    );
    let notices = report.notices_csv(&CsvWriteOptions { separator: Some(";".into()), ..Default::default() }).unwrap();
    let last = String::from_utf8(notices).unwrap().lines().last().unwrap().to_owned();
    assert_eq!(
        last,
        r#"5;"";"sector";"technolgy";"not_in_picklist";"the value is none of the expected ones";"technology""#
    );
}

#[test]
fn whole_numbers_are_multiplied_and_what_is_no_number_is_not() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let thousands = |field: &str| ColumnMapping { multiply_by: Some(1_000.into()), ..column("size", field) };
    let map = in_system("old", "name", mapping("account", vec![column("name", "name"), thousands("employees")]));
    let report = session.import_csv(b"name,size\nAlpha,12\nBeta,1.5\nGamma,0.0001\n", &map, false).unwrap();
    assert_eq!(counts(&report), (3, 2, 0, 0, 0, 1));
    let reject = &report.rejects[0];
    assert_eq!((reject.row, reject.code, reject.column.as_deref()), (4, ErrorCode::WrongType, Some("size")));
    let mut sizes: Vec<_> = session
        .list_all::<Account>(&Query::default())
        .unwrap()
        .iter()
        .filter_map(|account| account.employees)
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1_500, 12_000]);
    let text = mapping("account", vec![column("name", "name"), thousands("city")]);
    assert_eq!(refused(&session, "name,size\n", &text), (ErrorCode::WrongType, "columns.multiply_by".into()));
}

#[test]
fn two_columns_for_one_field_are_refused_unless_they_exclude_each_other() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let file = "name,a,b,kind,tel,tel2\nAlpha,Ulm,Jena,x,+49 711 1,+49 711 2\n";
    let with = |columns: Vec<ColumnMapping>| {
        let columns = std::iter::once(column("name", "name")).chain(columns).collect();
        in_system("old", "name", mapping("account", columns))
    };
    for field in ["city", "channels.address.city", "channels.address[shipping].city"] {
        let twice = with(vec![column("a", field), column("b", field)]);
        assert_eq!(refused(&session, file, &twice), (ErrorCode::DuplicateKey, "columns".into()), "{field}");
    }
    let overlapping = with(vec![only_if("kind", "x", column("a", "city")), only_if("kind", "x", column("b", "city"))]);
    assert_eq!(refused(&session, file, &overlapping), (ErrorCode::DuplicateKey, "columns".into()));
    let report = session.import_csv(
        file.as_bytes(),
        &with(vec![
            only_if("kind", "x", column("a", "city")),
            only_if("kind", "y", column("b", "city")),
            column("tel", "channels.phone"),
            column("tel2", "channels.phone"),
            column("a", "channels.address.city"),
            column("b", "channels.address[shipping].city"),
        ]),
        false,
    );
    assert_eq!(counts(&report.unwrap()), (1, 1, 0, 0, 0, 0));
    let account = session.customers().account_by_external_id("old", "Alpha").unwrap();
    let channels: Vec<_> =
        account.channels.iter().map(|channel| (channel.value.as_str(), channel.label.as_deref())).collect();
    assert_eq!(channels, [("+49 711 1", None), ("+49 711 2", None), ("Ulm", None), ("Jena", Some("shipping"))]);
    assert_eq!(account.city.as_deref(), Some("Ulm"));
    let unknown = with(vec![column("a", "channels.address[].city")]);
    assert_eq!(refused(&session, file, &unknown).0, ErrorCode::UnknownField);
}

#[test]
fn a_good_row_is_taken_although_an_earlier_one_with_its_key_was_bad() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let columns = || vec![column("name", "name"), column("employees", "employees"), column("tax", "identifiers.vat")];
    // The second row is bad for the reader, the third one for the engine; then come a good one and two that repeat it.
    let file = "id,name,employees,tax\n1,Alpha,many,\n1,Alpha,1,DE136695970\n1,Alpha,2,\n1,Alpha,3,\n1,Alpha,few,\n";
    let map = in_system("old", "id", mapping("account", columns()));
    let report = session.import_csv(file.as_bytes(), &map, true).unwrap();
    assert_eq!(counts(&report), (5, 1, 0, 0, 0, 4), "{:?}", report.rejects);
    let twice: Vec<_> = report.rejects.iter().filter(|issue| issue.code == ErrorCode::DuplicateKey).collect();
    assert_eq!(twice.iter().map(|issue| issue.row).collect::<Vec<_>>(), [5, 6]);
    assert_eq!(twice[0].reason, "row 4 of the file has the same key");

    let skipping = ImportMapping { skip_repeated: true, ..map };
    let report = session.import_csv(file.as_bytes(), &skipping, false).unwrap();
    assert_eq!(counts(&report), (5, 1, 0, 0, 2, 2));
    let account = session.customers().account_by_external_id("old", "1").unwrap();
    assert_eq!(account.employees, Some(2));

    let many: String = (0..2_500).map(|row| format!("{},Beta,{row},\n", 2 + row % 2)).collect();
    let file = format!("id,name,employees,tax\n{many}");
    let report = session.import_csv(file.as_bytes(), &skipping, false).unwrap();
    assert_eq!(counts(&report), (2_500, 2, 0, 0, 2_498, 0), "the key is remembered from one transaction to the next");
}

#[test]
fn a_guessed_encoding_is_told() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let map = in_system("old", "name", mapping("account", vec![column("name", "name"), column("city", "city")]));
    let report = session.import_csv(b"name;city\nM\xFCller;K\xF6ln\n", &map, true).unwrap();
    assert_eq!((report.encoding.as_deref(), report.separator.as_deref()), (Some("windows-1252"), Some(";")));
    let notice = &report.notices[0];
    assert_eq!(
        (notice.row, notice.field.as_deref(), notice.value.as_deref()),
        (1, Some("encoding"), Some("windows-1252"))
    );
    let csv = CsvOptions { encoding: Some("windows-1252".into()), ..CsvOptions::default() };
    let named = ImportMapping { csv, ..map.clone() };
    assert!(session.import_csv(b"name;city\nM\xFCller;K\xF6ln\n", &named, true).unwrap().notices.is_empty());
    assert!(session.import_csv("name;city\nMüller;Köln\n".as_bytes(), &map, true).unwrap().notices.is_empty());
}

#[test]
fn a_link_between_accounts_takes_no_columns_that_it_would_lose() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let file = "account,subsidiary_of,share\nAlpha,Beta,50\n";
    let mut map = links_mapping();
    map.columns.push(column("share", "owner"));
    assert_eq!(refused(&session, file, &map), (ErrorCode::UnknownField, "columns".into()));
    let mut map = links_mapping();
    map.constants.insert("owner".into(), "x".into());
    assert_eq!(refused(&session, file, &map), (ErrorCode::UnknownField, "constants".into()));
    let map = in_system("old", "account", links_mapping());
    assert_eq!(refused(&session, file, &map), (ErrorCode::UnknownField, "key_column".into()));
}

/// A pipeline whose lost stage needs a reason.
fn pipeline() -> Pipeline {
    let stage = |key: &str, category, probability: i64| Stage {
        key: key.into(),
        name: key.into(),
        category,
        probability: probability.into(),
        guards: Vec::new(),
        may_skip: false,
        next: Vec::new(),
        may_regress_to: Vec::new(),
        max_days: None,
        waiver_roles: Vec::new(),
    };
    let lost = Stage { guards: vec![Guard::ReasonGiven {}], ..stage("lost", StageCategory::Lost, 0) };
    let offer = Stage {
        guards: vec![Guard::FieldFilled { field: "amount".into() }],
        ..stage("offer", StageCategory::Open, 40)
    };
    Pipeline {
        name: "Sales".into(),
        key: "sales".into(),
        is_default: true,
        stages: vec![stage("new", StageCategory::Open, 10), offer, stage("won", StageCategory::Won, 100), lost],
        ..Pipeline::default()
    }
}

#[test]
fn an_opportunity_that_moved_on_is_taken_to_its_stage_by_steps() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    session.sales().create_pipeline(&pipeline()).unwrap();
    let map = in_system(
        "old",
        "id",
        mapping(
            "opportunity",
            vec![
                column("id", "name"),
                column("stage", "stage"),
                column("amount", "amount"),
                column("opened", "opened_on"),
                only_if("stage", "lost", column("reason", "close_reason")),
                column("closed", "closed_on"),
            ],
        ),
    );
    let import = |rows: &str| {
        let file = format!("id,stage,amount,opened,reason,closed\n{rows}");
        session.import_csv(file.as_bytes(), &map, false).unwrap()
    };
    let first = import("A,new,,2026-01-05,,\nB,new,,2026-01-05,,\nC,offer,10,2026-01-05,,\nD,new,,2026-01-05,,\n");
    assert_eq!(counts(&first), (4, 4, 0, 0, 0, 0), "{:?}", first.rejects);
    let moved = "A,offer,20,2026-01-05,,\nB,offer,,2026-01-05,,\nC,won,12,2026-01-05,,2026-02-01\nD,lost,,2026-01-07,price,2026-02-02\n";
    let second = import(moved);
    assert_eq!(counts(&second), (4, 0, 3, 0, 0, 1), "{:?}", second.rejects);
    let reject = &second.rejects[0];
    assert_eq!((reject.row, reject.code, reject.column.as_deref()), (3, ErrorCode::GuardNotMet, Some("amount")));
    let notice = &second.notices[0];
    assert_eq!((notice.row, notice.code, notice.column.as_deref()), (5, ErrorCode::WriteOnce, Some("opened")));
    assert_eq!(counts(&import(moved)), (4, 0, 0, 3, 0, 1), "nothing moves twice");

    let by_name = |name: &str| {
        let all = session.list_all::<Opportunity>(&Query::default()).unwrap();
        all.into_iter().find(|opportunity| opportunity.name == name).unwrap()
    };
    let won = by_name("C");
    assert_eq!((won.stage_category, won.closed_on), (Some(StageCategory::Won), Some("2026-02-01".parse().unwrap())));
    assert_eq!((won.amount, won.probability), (Some(12.into()), Some(100.into())));
    let stays: Vec<String> =
        session.sales().stage_history(won.id).unwrap().into_iter().map(|interval| interval.stage).collect();
    assert_eq!(stays.last().map(String::as_str), Some("won"));
    let lost = by_name("D");
    assert_eq!((lost.close_reason.as_deref(), lost.opened_on), (Some("price"), Some("2026-01-05".parse().unwrap())));

    let third = import("C,lost,12,2026-01-05,cancelled,2026-02-03\nD,new,,2026-01-05,,\nA,nowhere,20,2026-01-05,,\n");
    assert_eq!(counts(&third), (3, 0, 2, 0, 0, 1), "{:?}", third.rejects);
    assert_eq!((by_name("C").stage.as_deref(), by_name("D").stage.as_deref()), (Some("lost"), Some("new")));
    assert_eq!(by_name("D").closed_on, None);
    assert_eq!((third.notices[0].row, third.notices[0].column.as_deref()), (2, Some("closed")), "it is closed today");
    let again = import("C,lost,12,2026-01-05,cancelled,2026-02-03\n");
    assert_eq!((counts(&again), again.notices.len()), ((1, 0, 0, 1, 0, 0), 1));
    assert_eq!((third.rejects[0].code, third.rejects[0].column.as_deref()), (ErrorCode::NotInPicklist, Some("stage")));
}

#[test]
fn a_list_price_is_found_again_by_list_product_and_day() {
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    let product = ImportMapping {
        key_field: Some("code".into()),
        ..mapping("product", vec![column("code", "code"), column("code", "name")])
    };
    let list = ImportMapping {
        key_field: Some("name".into()),
        constants: [("name".to_owned(), "main".into()), ("currency".to_owned(), "USD".into())].into(),
        skip_repeated: true,
        ..mapping("price_list", vec![])
    };
    let prices = ImportMapping {
        constants: [("price_list".to_owned(), "main".into())].into(),
        constant_lookups: [("price_list".to_owned(), by("price_list", "name").unwrap())].into(),
        ..mapping(
            "list_price",
            vec![
                ColumnMapping { lookup: by("product", "code"), ..column("code", "product") },
                column("price", "price"),
                column("from", "valid_from"),
                column("until", "valid_until"),
            ],
        )
    };
    let file = "code,price,from,until\nP1,10,,2026-01-01\nP2,20,,\nP1,11,2026-01-01,\n";
    session.import_csv(b"code\nP1\nP2\n", &product, false).unwrap();
    session.import_csv(file.as_bytes(), &list, false).unwrap();
    let import = |file: &str| session.import_csv(file.as_bytes(), &prices, false).unwrap();
    assert_eq!(counts(&import(file)), (3, 3, 0, 0, 0, 0));
    assert_eq!(counts(&import(file)), (3, 0, 0, 3, 0, 0));
    let report = import("code,price,from,until\nP2,21,,\nP2,22,,\nP1,9,2025-06-01,\n");
    assert_eq!(counts(&report), (3, 0, 1, 0, 0, 2), "{:?}", report.rejects);
    let codes: Vec<_> = report.rejects.iter().map(|issue| (issue.row, issue.code, issue.column.as_deref())).collect();
    assert_eq!(codes, [(3, ErrorCode::DuplicateKey, Some("code")), (4, ErrorCode::Overlap, Some("from"))]);
}

/// What the mappings of the demo say about the files of the hardware maker.
#[derive(serde::Deserialize)]
struct Entry {
    file: Option<String>,
    mapping: Option<ImportMapping>,
    pipeline: Option<Pipeline>,
}

#[test]
fn the_whole_folder_of_the_hardware_maker_changes_nothing_the_second_time() {
    if data("crm-sales/accounts.csv").is_none() {
        return;
    }
    let text = include_str!("../../examples/demo/mappings/crm-sales.json");
    let entries: Vec<Entry> = serde_json::from_str(text).unwrap();
    let crm = Crm::open_in_memory();
    let session = session(&crm);
    for pipeline in entries.iter().filter_map(|entry| entry.pipeline.as_ref()) {
        session.sales().create_pipeline(pipeline).unwrap();
    }
    let import = || {
        let files = entries.iter().filter_map(|entry| Some((entry.file.as_ref()?, entry.mapping.as_ref()?)));
        let import = |(file, mapping): (&String, &ImportMapping)| {
            let bytes = data(&format!("crm-sales/{file}")).unwrap();
            session.import_csv(&bytes, mapping, false).unwrap()
        };
        files.map(import).collect::<Vec<_>>()
    };
    let first = import();
    let last = first.last().unwrap();
    assert_eq!((last.rows, last.created, last.rejected), (8_800, 8_800, 0), "{:?}", last.rejects.first());
    let cursor = session.changes_since(0, 1).unwrap();
    for (before, again) in first.iter().zip(import()) {
        assert_eq!((again.created, again.updated, again.rows), (0, 0, before.rows), "{:?}", again.notices.first());
        assert_eq!((&again.rejects, again.skipped), (&before.rejects, before.skipped));
    }
    assert_eq!(cursor, session.changes_since(0, 1).unwrap());
}

/// Keeps what it hears and stops at a number of rows.
struct Heard {
    rows: Vec<u64>,
    stop_at: u64,
}

impl ImportProgress for Heard {
    fn rows_done(&mut self, rows: u64) -> ControlFlow<()> {
        self.rows.push(rows);
        if rows == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// An import of so many accounts into an engine of its own, and what was heard of it.
fn heard(rows: u64, dry_run: bool, stop_at: u64) -> (ImportReport, Vec<u64>) {
    let crm = Crm::open_in_memory();
    let names: String = (0..rows).map(|number| format!("Account {number}\n")).collect();
    let mut heard = Heard { rows: Vec::new(), stop_at };
    let mapping = mapping("account", vec![column("name", "name")]);
    let file = format!("name\n{names}");
    let report = session(&crm).import_csv_with(file.as_bytes(), &mapping, dry_run, &mut heard).unwrap();
    (report, heard.rows)
}

#[test]
fn a_dry_run_tells_how_far_it_is() {
    assert_eq!(heard(2_500, true, 0).1, [1_000, 2_000, 2_500]);
}

#[test]
fn an_exact_multiple_of_a_thousand_is_reported_once() {
    assert_eq!(heard(2_000, false, 0).1, [1_000, 2_000]);
    assert_eq!(heard(0, false, 0).1, [0_u64; 0]);
}

#[test]
fn a_stopped_import_keeps_what_is_done() {
    let (report, rows) = heard(2_500, false, 1_000);
    assert_eq!((report.rows, report.created, report.stopped, rows), (1_000, 1_000, true, vec![1_000]));
    let (report, _) = heard(2_500, true, 2_000);
    assert_eq!((report.rows, report.created, report.stopped), (2_000, 0, true));
    assert!(!heard(1_500, false, 1_500).0.stopped, "nothing was left to be stopped");
}
