//! Imports through the engine: mapping, rejects, proposals, dry run, repetition. The real exports are read from the
//! folder that `CRM_TEST_DATA` names, or from `shared/data` beside the repository; CI must have them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use crm_core::access::{Role, User};
use crm_core::customer::{Account, Activity, ChannelKind, Contact, SubjectEntity};
use crm_core::engine::{Crm, Session, SetupOptions};
use crm_core::exchange::{
    ColumnCondition, ColumnMapping, ExportOptions, ImportMapping, ImportProgress, ImportReport, ReferenceLookup,
    VCardVersion, read_vcards,
};
use crm_core::query::{AggregateQuery, Comparison, Filter, GroupBy, Measure, MeasureFunction, Query};
use crm_core::store::SqliteOptions;
use crm_core::value::{ErrorCode, FieldValue};

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
        key_field: Some("name".into()),
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

    let mut users = mapping("user", vec![column("agent", "login"), column("agent", "name"), column("office", "unit")]);
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
