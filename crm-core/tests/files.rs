//! What can be wrong with a file, a folder, a disk and a neighbour: each is an error of its own, and nothing is half
//! written.

#[cfg(test)]
mod support;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command as Process;
    use std::time::{Duration, Instant};

    use super::support::*;
    use crm_core::access::{Role, User};
    use crm_core::engine::{AdminCommand, Command, Crm, Session};
    use crm_core::query::Query;
    use crm_core::schema::{CustomFieldKind, FieldDefinition};
    use crm_core::store::{SCHEMA_VERSION, SqliteOptions};
    use crm_core::value::{Error, ErrorCode};

    /// A whole file with some roles, closed.
    fn whole_file(folder: &Path) -> PathBuf {
        let path = folder.join("crm.db");
        let (_, admin) = open(&path, quick()).unwrap();
        let roles: Vec<_> = (0..50).map(|number| role(format!("role {number}"))).collect();
        admin.execute_all(&roles, None).unwrap();
        path
    }

    /// Every file of a folder with its bytes.
    fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (path.clone(), fs::read(path).unwrap_or_default())).collect()
    }

    /// Opening must fail and change nothing in the folder.
    fn refused(path: &Path) -> Error {
        let folder = path.parent().unwrap();
        let before = contents(folder);
        let error = Crm::open_with(path, quick()).unwrap_err();
        assert_eq!(contents(folder), before, "a refused file was touched");
        error
    }

    #[test]
    fn a_file_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let bytes = fs::read(&path).unwrap();
        for length in [1, 15, 16, 99, 100, 1_000, 4_096, 8_192, bytes.len() / 2, bytes.len() - 4_096, bytes.len() - 1] {
            fs::write(&path, &bytes[..length]).unwrap();
            assert_eq!(told(&refused(&path)), ("corrupt", ErrorCode::DamagedFile), "{length} bytes");
        }
        fs::write(&path, &bytes).unwrap();
        let (crm, admin) = open(&path, quick()).unwrap();
        assert_eq!((count(&admin, "role"), crm.check_integrity().unwrap()), (50, vec![]));
    }

    /// It was taken for a new file, and what stood in the log was thrown away.
    #[test]
    fn a_file_that_was_cut_off_beside_its_log() {
        let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (_crm, admin) = open(&home.path().join("crm.db"), quick()).unwrap();
        admin.execute(role("only in the log")).unwrap();
        let [bytes, log] = ["crm.db", "crm.db-wal"].map(|name| fs::read(home.path().join(name)).unwrap());
        assert!(!log.is_empty());
        let path = folder.path().join("crm.db");
        fs::write(folder.path().join("crm.db-wal"), &log).unwrap();
        for length in [0, 1, 99, 100, 4_095] {
            fs::write(&path, &bytes[..length]).unwrap();
            assert_eq!(told(&refused(&path)), ("corrupt", ErrorCode::DamagedFile), "{length} bytes");
        }
        fs::write(&path, &bytes).unwrap();
        let (crm, admin) = open(&path, quick()).unwrap();
        assert_eq!((count(&admin, "role"), crm.check_integrity().unwrap()), (1, vec![]));
    }

    /// Readers that were opened later looked in the folder where the program had gone meanwhile.
    #[test]
    fn a_path_is_kept_when_the_program_changes_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Other::start("wander", folder.path()).end(), ["0", "1", "1"]);
        let names: Vec<_> = contents(&folder.path().join("second")).into_keys().collect();
        assert_eq!(names, Vec::<PathBuf>::new());
    }

    fn wander(folder: &Path) {
        let go = |name: &str| {
            fs::create_dir_all(folder.join(name)).unwrap();
            std::env::set_current_dir(folder.join(name)).unwrap();
        };
        go("first");
        let (crm, admin) = open(Path::new("crm.db"), quick()).unwrap();
        go("second");
        say(&count(&admin, "role").to_string());
        admin.execute(role("from afar")).unwrap();
        say(&count(&admin, "role").to_string());
        go("third");
        crm.backup("copy.db").unwrap();
        let (_, copy) = open(Path::new("copy.db"), quick()).unwrap();
        say(&count(&copy, "role").to_string());
        // A name that SQLite could read as an address is the name of a file.
        drop(Crm::open_with("file:a.db", quick()).unwrap());
        assert!(Path::new("file:a.db").is_file());
        assert_eq!(told(&Crm::open_with("file:/a.db", quick()).unwrap_err()), ("unavailable", ErrorCode::Io));
    }

    #[test]
    fn a_path_that_names_no_file() {
        for path in ["", ":memory:"] {
            let error = Crm::open(path).unwrap_err();
            assert_eq!((told(&error), error.field()), (("invalid", ErrorCode::BadFormat), Some("path")), "{path}");
        }
        let home = tempfile::tempdir().unwrap();
        let (crm, _) = open(&home.path().join("crm.db"), quick()).unwrap();
        let error = crm.backup("").unwrap_err();
        assert_eq!((told(&error), error.field()), (("invalid", ErrorCode::BadFormat), Some("to")));
    }

    #[test]
    fn a_file_of_garbage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let mut noise = 1_u32;
        let mut random = |length: usize| -> Vec<u8> {
            (0..length)
                .map(|_| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    noise.to_be_bytes()[0]
                })
                .collect()
        };
        let mut headed = b"SQLite format 3\0".to_vec();
        headed.extend(random(20_000));
        for bytes in [random(5_000), b"name;town\nMueller;Ulm\n".repeat(300), headed, vec![0; 8_192]] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(told(&refused(&path)), ("corrupt", ErrorCode::DamagedFile));
        }
    }

    #[test]
    fn damage_inside_is_found_by_the_check() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        for page in (4_096..length).step_by(4_096).skip(2) {
            bytes[page..(page + 200).min(length)].fill(0xA5);
        }
        fs::write(&path, bytes).unwrap();
        let found = Crm::open_with(&path, quick()).and_then(|crm| crm.check_integrity());
        match found {
            Ok(problems) => assert!(!problems.is_empty()),
            Err(error) => assert_eq!(told(&error), ("corrupt", ErrorCode::DamagedFile)),
        }
    }

    /// Changes a closed file behind the engine's back.
    fn tamper(path: &Path, script: &str) {
        rusqlite::Connection::open(path).unwrap().execute_batch(script).unwrap();
    }

    #[test]
    fn tables_that_do_not_agree_are_found_by_the_check() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let bytes = fs::read(&path).unwrap();
        let one = "rowid = (SELECT max(rowid)";
        for (script, told) in [
            (
                "DELETE FROM unique_key WHERE entity = 'role' AND value = 'role 7'",
                vec!["role: 1 unique values not held by their records"],
            ),
            (
                "UPDATE unique_key SET record = zeroblob(16) WHERE entity = 'role' AND value = 'role 7'",
                vec![
                    "role: 1 unique values held by no living record",
                    "role: 1 unique values not held by their records",
                ],
            ),
            (
                "UPDATE role SET version = 2 WHERE name = 'role 7'",
                vec!["role: 1 records of another version than their last entry in the journal"],
            ),
            (
                &format!("DELETE FROM journal WHERE {one} FROM journal WHERE entity = 'role')"),
                vec![
                    "role: 1 records more or fewer than the journal has seen made",
                    "role: 1 records of another version than their last entry in the journal",
                ],
            ),
            (
                &format!("DELETE FROM role WHERE {one} FROM role)"),
                vec![
                    "role: 1 records more or fewer than the journal has seen made",
                    "role: 1 unique values held by no living record",
                ],
            ),
        ] {
            fs::write(&path, &bytes).unwrap();
            tamper(&path, script);
            assert_eq!(Crm::open_with(&path, quick()).unwrap().check_integrity().unwrap(), told, "{script}");
        }
    }

    /// The quick check does not look at indexes.
    #[test]
    fn an_index_without_some_rows_is_found_by_the_check() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        tamper(
            &path,
            "PRAGMA writable_schema = ON;
             CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'role.owner';
             DELETE FROM sqlite_schema WHERE name = 'role.owner'",
        );
        tamper(&path, "UPDATE role SET owner = zeroblob(16)");
        tamper(
            &path,
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;
             DELETE FROM sqlite_schema WHERE name = 'kept'",
        );
        let problems = Crm::open_with(&path, quick()).unwrap().check_integrity().unwrap();
        assert!(problems.iter().any(|problem| problem.contains("role.owner")), "{problems:?}");
    }

    /// They were told as wrong input.
    #[test]
    fn damaged_rows_are_no_ones_wrong_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let definition = FieldDefinition {
            entity: "role".into(),
            name: "x_day".into(),
            kind: CustomFieldKind::Date,
            ..FieldDefinition::default()
        };
        let (_, admin) = open(&path, quick()).unwrap();
        admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
        drop(admin);
        let bytes = fs::read(&path).unwrap();
        let asked = |script: &str, ask: &dyn Fn(&Session) -> Option<Error>| {
            fs::write(&path, &bytes).unwrap();
            tamper(&path, script);
            let crm = Crm::open_with(&path, quick()).unwrap();
            let error = crm.session("main", "admin").map_or_else(Some, |admin| ask(&admin)).unwrap();
            assert_eq!(told(&error), ("corrupt", ErrorCode::DamagedFile), "{script}: {error:?}");
        };
        let list = |admin: &Session| admin.list::<Role>(&Query::default()).err();
        asked("UPDATE role SET ext = '{\"x_day\":\"soon\"}'", &list);
        asked("UPDATE role SET ext = '{\"x_day\":1}'", &list);
        asked("UPDATE role SET id = zeroblob(3) WHERE name = 'role 7'", &list);
        asked("UPDATE user SET permission_sets = '[{'", &|admin| admin.list::<User>(&Query::default()).err());
        asked("UPDATE field_definition SET kind = 'colour'", &list);
        asked("UPDATE journal SET changes = '{'", &|admin| admin.changes_since(0, 10).err());
        asked("UPDATE journal SET kind = 'merge'", &|admin| admin.changes_since(0, 10).err());
    }

    #[test]
    fn a_file_of_another_program_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in [
            ("plain", "CREATE TABLE note (text TEXT)"),
            ("marked", "PRAGMA application_id = 77; CREATE TABLE tenant (id INTEGER)"),
            ("versioned", "PRAGMA user_version = 1; CREATE TABLE role (id INTEGER)"),
            ("empty but marked", "PRAGMA application_id = 77; CREATE TABLE t (a); DROP TABLE t"),
        ] {
            let path = folder.path().join(name);
            rusqlite::Connection::open(&path).unwrap().execute_batch(script).unwrap();
            assert_eq!(told(&refused(&path)), ("corrupt", ErrorCode::DamagedFile), "{name}");
            let mode: String = rusqlite::Connection::open(&path)
                .unwrap()
                .pragma_query_value(None, "journal_mode", |row| row.get(0))
                .unwrap();
            assert_eq!(mode, "delete", "{name}");
        }
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
        let error = refused(&path);
        assert_eq!(told(&error), ("corrupt", ErrorCode::NewerFile));
        let data = &error.problems()[0].data;
        assert_eq!(data["file_version"], (SCHEMA_VERSION + 1).to_string());
        assert_eq!(data["known_version"], SCHEMA_VERSION.to_string());
    }

    #[test]
    fn a_file_without_one_of_our_tables_and_of_no_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let bytes = fs::read(&path).unwrap();
        for script in [
            "DROP TABLE journal",
            "DROP TABLE unique_key",
            "DROP TABLE number_series",
            "DROP TABLE user_search",
            "ALTER TABLE operation DROP COLUMN outcome",
            "PRAGMA user_version = 0",
            "PRAGMA user_version = -3",
        ] {
            fs::write(&path, &bytes).unwrap();
            tamper(&path, script);
            assert_eq!(
                told(&Crm::open_with(&path, quick()).unwrap_err()),
                ("corrupt", ErrorCode::DamagedFile),
                "{script}"
            );
        }
    }

    #[test]
    fn a_file_without_one_of_our_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("DROP INDEX \"user.unit\"; ALTER TABLE user DROP COLUMN unit")
            .unwrap();
        assert_eq!(told(&Crm::open_with(&path, quick()).unwrap_err()), ("corrupt", ErrorCode::DamagedFile));
    }

    #[test]
    fn no_folder_and_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none").join("crm.db");
        assert_eq!(told(&Crm::open(&missing).unwrap_err()), ("unavailable", ErrorCode::Io));
        assert!(!missing.parent().unwrap().exists());
        let (crm, _) = open(&folder.path().join("crm.db"), quick()).unwrap();
        assert_eq!(told(&crm.backup(&missing).unwrap_err()), ("unavailable", ErrorCode::Io));
        assert_eq!(told(&Crm::open(folder.path()).unwrap_err()), ("unavailable", ErrorCode::Io));
    }

    /// A folder in which nobody can make a file, not even the superuser.
    fn unwritable_folder() -> PathBuf {
        let candidates = ["/proc", "/sys", "/sys/kernel", "/"];
        let found = candidates.iter().map(Path::new).find(|folder| {
            let probe = folder.join("crm-core-probe");
            folder.is_dir() && fs::write(&probe, b"x").inspect(|()| fs::remove_file(&probe).unwrap()).is_err()
        });
        found.expect("a folder that cannot be written").to_owned()
    }

    #[test]
    fn a_folder_that_nobody_can_write() {
        let folder = unwritable_folder();
        assert_eq!(told(&Crm::open(folder.join("crm.db")).unwrap_err()), ("unavailable", ErrorCode::ReadOnlyFile));
        let home = tempfile::tempdir().unwrap();
        let (crm, _) = open(&home.path().join("crm.db"), quick()).unwrap();
        let error = crm.backup(folder.join("copy.db")).unwrap_err();
        assert_eq!(told(&error), ("unavailable", ErrorCode::ReadOnlyFile));
    }

    /// As a user without rights, whoever runs the test.
    #[cfg(unix)]
    #[test]
    fn a_file_and_a_folder_without_the_right_to_write() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        use std::os::unix::process::CommandExt as _;
        const NOBODY: u32 = 65_534;
        let folder = tempfile::tempdir().unwrap();
        whole_file(folder.path());
        let superuser = fs::metadata(folder.path()).unwrap().uid() == 0;
        let allow = |name: &str, mode: u32| {
            fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        // The program itself must be within reach of a user without rights.
        let program = folder.path().join("program");
        if superuser {
            fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
            allow("program", 0o755);
        }
        let ask = |file: &str| {
            let mut process = Process::new(if superuser { &program } else { Path::new("/proc/self/exe") });
            if superuser {
                process.uid(NOBODY).gid(NOBODY);
            }
            Other::start_with(process, "open", &folder.path().join(file)).end()
        };
        allow("crm.db", 0o444);
        allow("", 0o555);
        assert_eq!(ask("crm.db"), ["unavailable read_only_file"], "a file in a folder that cannot be written");
        assert_eq!(ask("new.db"), ["unavailable read_only_file"], "a new file");
        allow("", 0o777);
        assert_eq!(ask("crm.db"), ["unavailable read_only_file"], "a file that cannot be written");
        assert_eq!(ask("new.db"), ["fine"]);
        assert!(!folder.path().join("crm.db-wal").exists());
    }

    #[test]
    fn a_file_that_has_reached_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let tiny = SqliteOptions { max_pages: Some(20), ..quick() };
        assert_eq!(told(&Crm::open_with(&path, tiny).unwrap_err()), ("unavailable", ErrorCode::DiskFull));
        let (_, admin) = open(&path, quick()).unwrap();
        define_text(&admin);
        drop(admin);
        // Room for a few batches above what the empty tables take.
        let pages = u32::try_from(std::fs::metadata(&path).unwrap().len() / 4096).unwrap();
        let (crm, admin) = open(&path, SqliteOptions { max_pages: Some(pages + 240), ..quick() }).unwrap();
        let mut written = 0;
        let error = loop {
            let batch = [bulky_role(&format!("a{written}"), 60_000), bulky_role(&format!("b{written}"), 60_000)];
            match admin.execute_all(&batch, None) {
                Ok(_) => written += 1,
                Err(error) => break error,
            }
            assert!(written < 100);
        };
        assert_eq!(told(&error), ("unavailable", ErrorCode::DiskFull));
        assert!(written > 2);
        assert_eq!(count(&admin, "role"), written * 2, "all of a batch or nothing");
        let batch = [bulky_role("again", 60_000), bulky_role("and again", 60_000)];
        let again = admin.execute_all(&batch, None).unwrap_err();
        assert_eq!(told(&again), ("unavailable", ErrorCode::DiskFull), "the engine goes on");
        assert_eq!(crm.check_integrity().unwrap(), Vec::<String>::new());
        drop((crm, admin));
        let (crm, admin) = open(&path, quick()).unwrap();
        admin.execute(bulky_role("again", 60_000)).unwrap();
        assert_eq!(crm.check_integrity().unwrap(), Vec::<String>::new());
        let limited = admin.changes_since(0, 1_000).unwrap();
        let made = limited.entries.iter().filter(|entry| entry.entity == "role").count();
        assert_eq!(i64::try_from(made).unwrap(), written * 2 + 1, "journal and records agree");
    }

    /// A small disk of its own, where the machine lets a test have one.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let mount = format!("mount -t tmpfs -o size=3m none '{}'", folder.path().display());
        let allowed = Process::new("unshare").args(["-Urm", "sh", "-c", &mount]).output();
        if !allowed.is_ok_and(|done| done.status.success()) {
            assert!(
                std::env::var_os("CI").is_none(),
                "`unshare -Urm` must be allowed where everything is to be tested"
            );
            return;
        }
        let mut process = Process::new("unshare");
        let program = std::env::current_exe().unwrap();
        let script = format!("{mount} && exec \"$0\" \"$@\"");
        process.args(["-Urm", "sh", "-c", &script]).arg(program);
        let said = Other::start_with(process, "fill", &folder.path().join("crm.db")).end();
        assert_eq!(said, ["unavailable disk_full", "whole", "goes on"]);
    }

    /// On a disk of 3 MiB: fills it, and finds nothing half written.
    fn fill_the_disk(path: &Path) {
        let ballast = path.with_file_name("ballast");
        let (crm, admin) = open(path, quick()).unwrap();
        define_text(&admin);
        fs::write(&ballast, vec![0; 600_000]).unwrap();
        let mut written = 0;
        let error = loop {
            let batch = [bulky_role(&format!("a{written}"), 20_000), bulky_role(&format!("b{written}"), 20_000)];
            match admin.execute_all(&batch, None) {
                Ok(_) => written += 1,
                Err(error) => break error,
            }
        };
        say(&format!("{} {}", error.kind(), error.code()));
        let whole = count(&admin, "role") == written * 2 && crm.check_integrity().unwrap().is_empty();
        say(if whole { "whole" } else { "half" });
        fs::remove_file(ballast).unwrap();
        let on = admin.execute(role("after")).is_ok() && count(&admin, "role") == written * 2 + 1;
        say(if on { "goes on" } else { "stands still" });
    }

    #[test]
    fn another_process_holds_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let (_, admin) = open(&path, SqliteOptions { busy_timeout_ms: 300, ..quick() }).unwrap();
        let mut other = Other::start("hold", &path);
        assert_eq!(other.hear().as_deref(), Some("held"));
        let begun = Instant::now();
        let error = admin.execute(role("waits")).unwrap_err();
        let waited = begun.elapsed();
        assert_eq!(told(&error), ("unavailable", ErrorCode::Busy));
        assert!(waited >= Duration::from_millis(250) && waited < Duration::from_secs(5), "{waited:?}");
        assert_eq!(count(&admin, "role"), 50, "reading does not wait");
        let (_, late) = open(&path, SqliteOptions { busy_timeout_ms: 0, ..quick() }).unwrap();
        assert_eq!(count(&late, "role"), 50, "opening does not wait");
        assert_eq!(told(&late.execute(role("late")).unwrap_err()), ("unavailable", ErrorCode::Busy));
        other.end();
        admin.execute(role("waited")).unwrap();
        late.execute(role("late")).unwrap();
        assert_eq!(count(&admin, "role"), 52);
    }

    #[test]
    fn two_processes_write_in_turns_and_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let (crm, admin) = open(&path, quick()).unwrap();
        let mut other = Other::start("turns", &path);
        for turn in 0..20 {
            admin.execute(role(format!("mine {turn}"))).unwrap();
            other.tell("turn");
            assert_eq!(other.hear(), Some(format!("done {}", 51 + 2 * turn + 1)), "each sees what the other wrote");
            assert_eq!(count(&admin, "role"), 51 + 2 * turn + 1);
        }
        other.tell("rush");
        for number in 0..40 {
            admin.execute(role(format!("rush {number}"))).unwrap();
        }
        assert_eq!(other.end(), ["rushed"]);
        assert_eq!(count(&admin, "role"), 50 + 2 * 20 + 2 * 40);
        assert_eq!(crm.check_integrity().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn several_processes_make_one_new_file() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..5 {
            let path = folder.path().join(format!("{round}.db"));
            let others: Vec<_> = (0..4).map(|_| Other::start("open", &path)).collect();
            for other in others {
                assert_eq!(other.end(), ["fine"]);
            }
            assert_eq!(Crm::open(&path).unwrap().check_integrity().unwrap(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_backup_never_goes_over_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let (crm, admin) = open(&whole_file(folder.path()), quick()).unwrap();
        let to = folder.path().join("copy.db");
        fs::write(&to, b"precious").unwrap();
        let error = crm.backup(&to).unwrap_err();
        assert_eq!((error.kind(), error.code(), error.field()), ("conflict", ErrorCode::FileExists, Some("to")));
        assert_eq!(fs::read(&to).unwrap(), b"precious");
        fs::remove_file(&to).unwrap();
        crm.backup(&to).unwrap();
        admin.execute(role("after the copy")).unwrap();
        let (copy, reader) = open(&to, quick()).unwrap();
        assert_eq!((count(&reader, "role"), copy.check_integrity().unwrap()), (50, vec![]));
        let left: Vec<_> =
            contents(folder.path()).into_keys().filter(|path| path.to_string_lossy().contains("part")).collect();
        assert_eq!(left, Vec::<PathBuf>::new());
        assert_eq!(
            told(&Crm::open_in_memory().backup(folder.path().join("m")).unwrap_err()),
            ("unavailable", ErrorCode::Store)
        );
    }

    #[test]
    fn a_backup_ends_while_others_write() {
        let folder = tempfile::tempdir().unwrap();
        let (crm, admin) = open(&folder.path().join("crm.db"), quick()).unwrap();
        define_text(&admin);
        // More pages than one step of a copy takes.
        for number in 0..100 {
            admin.execute(bulky_role(&format!("bulk {number}"), 60_000)).unwrap();
        }
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut number = 0;
                while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                    let batch = [role(format!("a{number}")), role(format!("b{number}")), role(format!("c{number}"))];
                    admin.execute_all(&batch, None).unwrap();
                    number += 1;
                }
            });
            for number in 0..5 {
                assert_eq!(crm.check_integrity().unwrap(), Vec::<String>::new(), "others write meanwhile");
                let to = folder.path().join(format!("copy{number}.db"));
                let begun = Instant::now();
                crm.backup(&to).unwrap();
                assert!(begun.elapsed() < Duration::from_secs(20));
                let (copy, reader) = open(&to, quick()).unwrap();
                assert_eq!((count(&reader, "role") - 100) % 3, 0, "a batch was torn");
                assert_eq!(copy.check_integrity().unwrap(), Vec::<String>::new());
            }
            stop.store(true, std::sync::atomic::Ordering::SeqCst);
        });
    }

    #[test]
    fn an_engine_that_failed_once_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = whole_file(folder.path());
        let (crm, admin) = open(&path, quick()).unwrap();
        let refused = admin.execute_all(&[role("new"), role("role 1")], None).unwrap_err();
        assert_eq!(told(&refused), ("conflict", ErrorCode::DuplicateKey));
        assert_eq!(refused.field(), Some("[1].name"));
        let found = admin.list::<Role>(&Query { limit: Some(500), ..Query::default() }).unwrap().0;
        assert_eq!(found.len(), 50);
        admin.execute(role("new")).unwrap();
        assert_eq!(crm.tenants().unwrap(), ["main"]);
    }

    /// What this program does when it was started by itself.
    #[test]
    fn another_process() {
        let Ok(part) = std::env::var(PART) else { return };
        let path = PathBuf::from(std::env::var_os(FILE).unwrap());
        match part.as_str() {
            "open" => match Crm::open_with(&path, quick()) {
                Ok(_) => say("fine"),
                Err(error) => say(&format!("{} {}", error.kind(), error.code())),
            },
            "wander" => wander(&path),
            "fill" => fill_the_disk(&path),
            "hold" => {
                let connection = rusqlite::Connection::open(&path).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                say("held");
                listen();
            }
            "turns" => {
                let (_, admin) = open(&path, quick()).unwrap();
                let mut turn = 0;
                while listen().as_deref() == Some("turn") {
                    admin.execute(role(format!("theirs {turn}"))).unwrap();
                    say(&format!("done {}", count(&admin, "role")));
                    turn += 1;
                }
                for number in 0..40 {
                    admin.execute(role(format!("their rush {number}"))).unwrap();
                }
                say("rushed");
            }
            other => panic!("no part {other}"),
        }
    }
}
