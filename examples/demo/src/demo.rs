//! The whole run: data in, one deal, the report out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crm_core::access::User;
use crm_core::customer::Account;
use crm_core::engine::{Crm, Session, SetupOptions};
use crm_core::query::{AggregateQuery, GroupBy, Measure, MeasureFunction, Query};
use crm_core::store::{Durability, SqliteOptions};
use crm_core::value::{Clock as _, Date, FieldValue, FixedClock, SystemClock};

use crate::deal::{self, TENANT};
use crate::failure::{Failure, Result};
use crate::figures::{self, Figures};
use crate::folder::{Folder, Kind};
use crate::generator;
use crate::history;
use crate::moments::Moments;
use crate::output::Output;
use crate::progress::{Progress, thousands};
use crate::report::{self, DealStory, Question, ReportData};
use crate::story;
use crate::takeover::{How, Takeover};

/// The login of the first user.
pub const ADMIN: &str = "admin";
/// The folder of the generated files, inside the output folder.
const DATA: &str = "data";
const REPORT: &str = "report.html";
const REJECTS: &str = "rejects.csv";
const NOTICES: &str = "notices.csv";
const DATABASE: &str = "crm.db";

/// What the demonstration shall do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folder of CSV files; data are generated if there is none.
    pub data: Option<PathBuf>,
    /// The folder for the report and the database.
    pub out: PathBuf,
    /// Whether what the import proposes is taken.
    pub accept_proposals: bool,
    /// What to generate.
    pub generate: generator::Options,
}

/// What a run did.
#[derive(Debug)]
pub struct Done {
    /// What became of the rows.
    pub takeover: Takeover,
    /// The rows that are wrong on purpose, if the data were generated.
    pub dirty: Option<generator::DirtyRows>,
    /// The report.
    pub report: PathBuf,
    /// The database.
    pub database: PathBuf,
}

/// Generates or reads the data, imports them, walks a deal and writes the report.
///
/// # Errors
/// When a folder or file cannot be used, a mapping is wrong, or the engine refuses a step of the deal.
pub fn run<W: Write>(options: &Options, progress: &mut Progress<W>) -> Result<Done> {
    let inside = options.out.join(DATA);
    if let Some(data) = options.data.as_deref().filter(|data| is_same(data, &inside) || is_same(data, &options.out)) {
        return Err(Failure(format!("`{}` is where the demo writes: name another `--out`", data.display())));
    }
    let known = options.data.as_deref().map(Folder::open).transpose()?;
    let mut output = Output::prepare(&options.out)?;
    let (folder, dirty) = match known {
        Some(folder) => (folder, None),
        None => {
            let dirty = generate(&options.generate, &mut output, progress)?;
            (Folder::open(&inside)?, Some(dirty))
        }
    };
    let as_of = folder.as_of(SystemClock.now().date_utc())?;
    let moments = Moments::new(&folder.settings.time_zone, as_of)?;
    let database = output.path(DATABASE);
    let crm = open(&database, &folder)?;
    let admin = crm.session(TENANT, ADMIN)?.with_clock(Arc::new(FixedClock::new(moments.end())));
    let rights = deal::sales_rights(&admin)?;
    let how = How { session: &admin, rights, accept_proposals: options.accept_proposals };
    let mut takeover = Takeover::run(how, &folder, progress)?;
    if folder.kind == Kind::Generated {
        history::leads(&admin, &folder, &mut takeover, progress)?;
        history::quotes(&admin, moments, &folder, &mut takeover, progress)?;
    }
    takeover.ask();
    takeover.questions.extend(questions(&admin)?);
    let phase = progress.phase("Asking for the figures", None);
    let figures = figures::collect(&admin, folder.settings.currency, as_of)?;
    phase.finish(u64::try_from(figures.funnel.len() + figures.customers.len()).unwrap_or(0));
    let phase = progress.phase("Walking one deal", None);
    let walked = deal::walk(&crm, &admin, moments, figures.best_owner, figures.currency)?;
    let story = story::tell(&admin, moments, &walked)?;
    phase.finish(u64::try_from(story.steps.len()).unwrap_or(0));
    write(&output, &folder, moments, figures, story, &mut takeover)?;
    crm.close();
    Ok(Done { takeover, dirty, report: output.path(REPORT), database })
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn generate<W: Write>(
    options: &generator::Options,
    output: &mut Output,
    progress: &mut Progress<W>,
) -> Result<generator::DirtyRows> {
    let phase = progress.phase("Generating a company", None);
    let dataset = generator::generate(options);
    phase.finish(dataset.tables.iter().map(|table| count(table.rows.len())).sum());
    let files: Vec<String> = dataset.tables.iter().map(|table| format!("{DATA}/{}", table.file)).collect();
    output.claim(&files.iter().map(String::as_str).collect::<Vec<_>>())?;
    let folder = output.path(DATA);
    dataset.write_to(&folder, |_| {}).map_err(|error| Failure::at(&folder, &error))?;
    Ok(dataset.dirty)
}

fn open(database: &Path, folder: &Folder) -> Result<Crm> {
    let options = SqliteOptions { durability: Durability::Normal, ..SqliteOptions::default() };
    let crm = Crm::open_with(database, options)?;
    crm.setup(SetupOptions {
        tenant: TENANT.to_owned(),
        name: folder.settings.company.clone(),
        base_currency: folder.settings.currency,
        time_zone: folder.settings.time_zone.clone(),
        admin_login: ADMIN.to_owned(),
    })?;
    Ok(crm)
}

/// What the records themselves leave open.
fn questions(session: &Session) -> Result<Vec<Question>> {
    let mut questions = Vec::new();
    let accounts = session.list_all::<Account>(&Query::default())?;
    let unreadable: Vec<&Account> =
        accounts.iter().filter(|account| !account.name.chars().any(char::is_alphanumeric)).collect();
    let mut names: Vec<&str> = unreadable.iter().map(|account| account.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    questions.extend(names.into_iter().map(|name| Question {
        subject: "name of an account".to_owned(),
        found: name.to_owned(),
        rows: count(unreadable.iter().filter(|account| account.name == name).count()),
        note: "there is no letter in it: the text was lost before the export".to_owned(),
        proposal: None,
    }));
    let owners = AggregateQuery {
        measures: vec![Measure { function: MeasureFunction::Count, field: None }],
        group_by: vec![GroupBy { field: "owner".to_owned(), bucket: None }],
        ..AggregateQuery::default()
    };
    let busy = session.aggregate("opportunity", &owners)?;
    let busy = |user: &User| busy.iter().any(|row| row.keys.first() == Some(&FieldValue::Reference(user.id)));
    let users = session.list_all::<User>(&Query::default())?;
    // Whoever leads others need not have deals.
    let leads: Vec<_> = session.list_all::<crm_core::access::Role>(&Query::default())?;
    let leads = |user: &User| leads.iter().any(|role| role.parent.is_some() && role.parent == user.role);
    let mut idle: Vec<&str> = users
        .iter()
        .filter(|user| user.login != ADMIN && user.role.is_some() && !leads(user) && !busy(user))
        .map(|user| user.name.as_str())
        .collect();
    idle.sort_unstable();
    if !idle.is_empty() {
        questions.push(Question {
            subject: "people without opportunities".to_owned(),
            found: idle.join(", "),
            rows: count(idle.len()),
            note: "are they still there, or are their deals missing?".to_owned(),
            proposal: None,
        });
    }
    Ok(questions)
}

fn write(
    output: &Output,
    folder: &Folder,
    moments: Moments,
    figures: Figures,
    story: DealStory,
    takeover: &mut Takeover,
) -> Result<()> {
    takeover.summary.rejects.sort_by(|a, b| (&a.file, a.row, &a.column).cmp(&(&b.file, b.row, &b.column)));
    takeover.summary.rejects_file = (!takeover.summary.rejects.is_empty()).then(|| REJECTS.to_owned());
    let remark = remark(&figures, takeover);
    let data = ReportData {
        title: "Sales report".to_owned(),
        company: folder.settings.company.clone(),
        generated_on: SystemClock.now().date_utc(),
        period: figures.first.map(|first| (first, last_day(moments.as_of, first))),
        remark: Some(remark),
        headlines: figures.headlines,
        funnel: figures.funnel,
        monthly_won: figures.monthly,
        top_customers: figures.customers,
        owners: figures.owners,
        deal: Some(story),
        import: takeover.summary.clone(),
        questions: takeover.questions.clone(),
        notices_file: (!takeover.notices.is_empty()).then(|| NOTICES.to_owned()),
    };
    output.write(REPORT, report::render(&data))?;
    output.write(REJECTS, report::rejects_csv(&takeover.summary.rejects)?)?;
    output.write(NOTICES, report::rejects_csv(&takeover.notices)?)
}

fn last_day(as_of: Date, first: Date) -> Date {
    as_of.max(first)
}

/// How the amounts are to be read.
fn remark(figures: &Figures, takeover: &Takeover) -> String {
    let mut remark = match figures.currencies {
        0 | 1 => format!("All amounts in {}, nothing converted.", figures.currency),
        _ => "Each currency has its own figures, nothing is converted.".to_owned(),
    };
    remark.push_str(" The figures are those of the imported data; the deal was walked afterwards.");
    for taken in &takeover.accepted {
        remark.push_str(&format!(
            " Accepted: “{}” is “{}” ({} rows).",
            taken.value,
            taken.proposal,
            thousands(taken.rows)
        ));
    }
    remark
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
