//! Short ways to an engine, and this test program as a second process.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};

use crm_core::access::Role;
use crm_core::engine::{AdminCommand, Command, Crm, RecordCommand, Session, SetupOptions};
use crm_core::query::{AggregateQuery, Measure, MeasureFunction};
use crm_core::schema::{CustomFieldKind, FieldDefinition};
use crm_core::store::SqliteOptions;
use crm_core::value::{Error, ErrorCode, FieldValue};

/// Everything at its default, but without waiting for the disk.
pub(crate) fn quick() -> SqliteOptions {
    SqliteOptions { durability: crm_core::store::Durability::Normal, ..SqliteOptions::default() }
}

/// Makes the tenant `main` with the user `admin`.
pub(crate) fn setup(crm: &Crm) -> Result<(), Error> {
    let options = SetupOptions {
        tenant: "main".into(),
        name: "华东精密机械".into(),
        base_currency: "CNY".parse()?,
        time_zone: "Asia/Shanghai".into(),
        admin_login: "admin".into(),
    };
    crm.setup(options).map(|_| ())
}

/// An engine on a file, with its first user.
pub(crate) fn open(path: &Path, options: SqliteOptions) -> Result<(Crm, Session), Error> {
    let crm = Crm::open_with(path, options)?;
    if crm.tenants()?.is_empty() {
        setup(&crm)?;
    }
    let admin = crm.session("main", "admin")?;
    Ok((crm, admin))
}

pub(crate) fn role(name: impl Into<String>) -> Command {
    Command::Admin(AdminCommand::CreateRole { role: Role { name: name.into(), ..Role::default() } })
}

/// A role with a long text in the custom field `x_text`.
pub(crate) fn bulky_role(name: &str, chars: usize) -> Command {
    let fields = HashMap::from([
        ("name".to_owned(), FieldValue::from(name)),
        ("x_text".to_owned(), FieldValue::from("x".repeat(chars))),
    ]);
    Command::Record(RecordCommand::Create { entity: "role".into(), fields })
}

/// Gives roles the custom field `x_text`.
pub(crate) fn define_text(admin: &Session) {
    let definition = FieldDefinition {
        entity: "role".into(),
        name: "x_text".into(),
        kind: CustomFieldKind::Text,
        max_chars: Some(65_536),
        ..FieldDefinition::default()
    };
    admin.execute(Command::Admin(AdminCommand::DefineField { definition })).unwrap();
}

pub(crate) fn count(admin: &Session, entity: &str) -> i64 {
    let measures = vec![Measure { function: MeasureFunction::Count, field: None }];
    let rows = admin.aggregate(entity, &AggregateQuery { measures, ..AggregateQuery::default() }).unwrap();
    match rows[0].values[0] {
        FieldValue::Integer(count) => count,
        _ => -1,
    }
}

/// Kind and code of an error.
pub(crate) fn told(error: &Error) -> (&'static str, ErrorCode) {
    (error.kind(), error.code())
}

/// This program again, as another process that plays `part`.
pub(crate) struct Other {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What the other process reads to know its part.
pub(crate) const PART: &str = "CRM_TEST_PART";
/// The file that it works on.
pub(crate) const FILE: &str = "CRM_TEST_FILE";
/// Marks the lines that are meant for the first process among those of the test harness.
const MARK: &str = "crm> ";

impl Other {
    pub(crate) fn start(part: &str, file: &Path) -> Self {
        Self::start_with(Process::new(std::env::current_exe().unwrap()), part, file)
    }

    /// Starts it through `process`, to which the arguments are added.
    pub(crate) fn start_with(mut process: Process, part: &str, file: &Path) -> Self {
        process.args(["--exact", "tests::another_process", "--nocapture", "--test-threads=1"]);
        process.env(PART, part).env(FILE, file).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = process.spawn().unwrap();
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, input, output }
    }

    /// The next line that the other process says; nothing at its end.
    pub(crate) fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // The harness writes the name of the test without a line end before what the test says.
            if let Some((_, said)) = line.split_once(MARK) {
                return Some(said.trim_end().to_owned());
            }
        }
    }

    pub(crate) fn tell(&mut self, text: &str) {
        writeln!(self.input.as_mut().unwrap(), "{text}").unwrap();
    }

    /// Everything that it still says, after its input was closed; it must end well.
    pub(crate) fn end(mut self) -> Vec<String> {
        drop(self.input.take());
        let mut said = Vec::new();
        while let Some(line) = self.hear() {
            said.push(line);
        }
        let ended = self.process.wait().unwrap();
        let mut errors = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        assert!(ended.success(), "the other process failed: {said:?} {errors}");
        said
    }
}

/// Says something to the first process.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{MARK}{text}").unwrap();
    out.flush().unwrap();
}

/// Waits for a line of the first process; nothing when it closed the pipe.
pub(crate) fn listen() -> Option<String> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).unwrap();
    (read > 0).then(|| line.trim_end().to_owned())
}
