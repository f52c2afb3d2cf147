//! A dump restores to a database whose dump has the same bytes, from either store into either.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use crm_core::access::{Role, User};
use crm_core::customer::Account;
use crm_core::engine::{AdminCommand, Command, Crm, RecordCommand, SetupOptions};
use crm_core::query::Query;
use crm_core::schema::{CustomFieldKind, FieldDefinition};
use crm_core::value::{ErrorCode, FieldValue, Id};

fn setup(crm: &Crm, tenant: &str) -> crm_core::engine::Session {
    let options = SetupOptions {
        tenant: tenant.into(),
        name: "Muster Pumpen GmbH".into(),
        base_currency: "EUR".parse().unwrap(),
        time_zone: "Europe/Berlin".into(),
        admin_login: "admin".into(),
    };
    crm.setup(options).unwrap();
    crm.session(tenant, "admin").unwrap()
}

fn fill(crm: &Crm) {
    for tenant in ["main", "second"] {
        let admin = setup(crm, tenant);
        let definition = |name: &str, kind, unique| FieldDefinition {
            entity: "role".into(),
            name: name.into(),
            kind,
            is_unique: unique,
            is_indexed: true,
            ..FieldDefinition::default()
        };
        for definition in [
            definition("x_number", CustomFieldKind::Text, true),
            definition("x_budget", CustomFieldKind::Decimal, false),
            definition("x_since", CustomFieldKind::Date, false),
            definition("x_head", CustomFieldKind::Reference, false),
        ] {
            let reference_to = Some("user".to_owned());
            let definition = FieldDefinition { reference_to, ..definition };
            admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
        }
        for number in 0..20 {
            let custom = [
                ("x_number", FieldValue::Text(format!("R{number}"))),
                ("x_budget", FieldValue::Decimal("1234.5".parse().unwrap())),
                ("x_since", FieldValue::Date("2026-02-28".parse().unwrap())),
                ("x_head", FieldValue::Reference(admin.user())),
            ];
            let custom = custom.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let role = Role { name: format!("role {number}"), custom, ..Role::default() };
            let made = admin.execute(Command::Admin(AdminCommand::CreateRole { role })).unwrap().created("role");
            if number % 3 == 0 {
                let delete = RecordCommand::Delete { entity: "role".into(), id: made, expected_version: 1 };
                admin.execute(Command::Record(delete)).unwrap();
            }
        }
    }
}

fn dump(crm: &Crm) -> String {
    let mut bytes = Vec::new();
    crm.dump(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_restored_database_dumps_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let first = Crm::open_in_memory();
    fill(&first);
    let text = dump(&first);
    let file = Crm::open(folder.path().join("restored.db")).unwrap();
    let report = file.restore(&mut text.as_bytes()).unwrap();
    assert_eq!(report.tenants, 2);
    assert_eq!(report.journal_entries, u64::try_from(text.matches("{\"journal\"").count()).unwrap());
    assert_eq!(dump(&file), text);
    let memory = Crm::open_in_memory();
    memory.restore(&mut dump(&file).as_bytes()).unwrap();
    assert_eq!(dump(&memory), text);

    let admin = file.session("main", "admin").unwrap();
    let roles = admin.list_all::<Role>(&Query::default()).unwrap();
    assert_eq!(roles.len(), 13);
    let clash = Role { custom: roles[0].custom.clone(), name: "other".into(), ..Role::default() };
    let error = admin.execute(Command::Admin(AdminCommand::CreateRole { role: clash })).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::DuplicateKey, Some("x_number")));
    assert_eq!(admin.history("role", roles[0].id).unwrap().len(), 1);
}

#[test]
fn a_damaged_dump_restores_nothing() {
    let crm = Crm::open_in_memory();
    fill(&crm);
    let text = dump(&crm);
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines[..lines.len() - 2].join("\n");
    let broken = text.replacen("\"version\":1", "\"version\":\"one\"", 2);
    let newer = text.replacen("\"version\":1", "\"version\":99", 1);
    for (text, code) in [
        (cut.as_str(), ErrorCode::BadFormat),
        (broken.as_str(), ErrorCode::WrongType),
        (newer.as_str(), ErrorCode::NewerFile),
        ("{\"a\":1}\n", ErrorCode::UnknownField),
        ("", ErrorCode::BadFormat),
    ] {
        let target = Crm::open_in_memory();
        assert_eq!(target.restore(&mut text.as_bytes()).unwrap_err().code(), code);
        assert!(target.tenants().unwrap().is_empty());
    }
    assert_eq!(crm.restore(&mut text.as_bytes()).unwrap_err().kind(), "conflict");
}

/// What the restore of a text says; it restores nothing unless it says so.
fn code_of(text: &[u8]) -> Option<ErrorCode> {
    let target = Crm::open_in_memory();
    let error = target.restore(&mut &*text).err()?;
    assert!(target.tenants().unwrap().is_empty());
    Some(error.code())
}

#[test]
fn numbers_out_of_range_in_a_dump_are_errors_and_no_panics() {
    let crm = Crm::open_in_memory();
    let text = dump({
        setup(&crm, "main")
            .customers()
            .create_account(&Account { name: "Keller AG".into(), ..Account::default() })
            .unwrap();
        &crm
    });
    let lines = text.lines().count() - 1;
    let end = |count: &str| {
        text.replace(&format!("{{\"end\":{{\"lines\":{lines}}}}}"), &format!("{{\"end\":{{\"lines\":{count}}}}}"))
    };
    assert_eq!(code_of(end("18446744073709551615").as_bytes()), Some(ErrorCode::BadFormat));
    assert_eq!(code_of(end(&lines.to_string()).as_bytes()), None);
    let series = text.lines().find(|line| line.starts_with("{\"numbers\"")).unwrap();
    for next in ["0", "-9223372036854775808", "9223372036854775807"] {
        let (head, rest) = series.split_once("\"next\":").unwrap();
        let damaged = format!("{head}\"next\":{next}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        assert_eq!(code_of(text.replace(series, &damaged).as_bytes()), Some(ErrorCode::OutOfRange), "{next}");
    }
    assert_eq!(code_of(b"{\"dump\":\xFF}\n"), Some(ErrorCode::BadFormat));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, ..Default::default() })]

    /// Whatever is done to a dump: it restores whole, or it is refused and nothing is restored.
    #[test]
    fn a_mutated_dump_restores_nothing_or_everything(
        line: proptest::sample::Index, other: proptest::sample::Index, place: proptest::sample::Index, kind in 0..5,
        number in proptest::sample::select(vec!["0", "-1", "9223372036854775807", "18446744073709551615", "1e999", "\"\"", "null"])
    ) {
        static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        let text = TEXT.get_or_init(|| {
            let crm = Crm::open_in_memory();
            fill(&crm);
            dump(&crm)
        });
        let mut lines: Vec<Vec<u8>> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
        let (line, other) = (line.index(lines.len()), other.index(lines.len()));
        let at = place.index(lines[line].len());
        match kind {
            0 => drop(lines.remove(line)),
            1 => lines.swap(line, other),
            2 => lines[other] = lines[line].clone(),
            3 => lines[line][at] ^= 1 << (other % 8),
            _ => {
                let from = lines[line][at..].iter().position(u8::is_ascii_digit).map_or(at, |behind| at + behind);
                let length = lines[line][from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                drop(lines[line].splice(from..from + length, number.bytes()).collect::<Vec<_>>());
            }
        }
        let restored = code_of(&lines.join(&b'\n'));
        proptest::prop_assert!(restored.is_some() || kind > 0);
    }
}

#[test]
fn users_and_numbers_survive() {
    let crm = Crm::open_in_memory();
    let admin = setup(&crm, "main");
    let user = User { login: "li".into(), name: "李娜".into(), ..User::default() };
    let id = admin.execute(Command::Admin(AdminCommand::CreateUser { user })).unwrap().created("user");
    let target = Crm::open_in_memory();
    target.restore(&mut dump(&crm).as_bytes()).unwrap();
    let read: User = target.session("main", "admin").unwrap().get(id).unwrap();
    assert_eq!((read.name.as_str(), read.id == Id::NIL), ("李娜", false));
}

#[test]
fn a_dump_in_a_file_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.jsonl");
    let crm = Crm::open_in_memory();
    fill(&crm);
    let report = crm.dump_to(&path).unwrap();
    assert_eq!(crm.dump_to(&path).unwrap_err().code(), ErrorCode::FileExists);
    let copy = Crm::open_in_memory();
    assert_eq!(copy.restore_from(&path).unwrap(), report);
    assert_eq!(copy.restore_from(folder.path().join("none.jsonl")).unwrap_err().code(), ErrorCode::Io);
    crm.close();
    assert!(crm.dump_to(folder.path().join("closed.jsonl")).is_err());
    assert!(!folder.path().join("closed.jsonl").exists());
}
