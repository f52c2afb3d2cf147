//! What a folder of CSV files means: three kinds are recognised by their files, any other one says it in a
//! `mapping.json`.
//!
//! Such a file is a list, done in its order. The mappings of the known kinds in `examples/demo/mappings` are written the
//! same way and serve as examples. An entry is one of:
//!
//! * `{"settings": {"company", "currency", "time_zone", "as_of" or "as_of_from"}}`: whose data it is, and on which day
//!   they end; `USD`, `UTC` and today if nothing is said;
//! * `{"pipeline": {..}}`: the stages of opportunities, as the engine knows them;
//! * `{"stages": {"file", "column", "probability", "won", "lost"}}`: a pipeline made of the names in a file;
//! * `{"file": "x.csv", "mapping": {..}}`: a file and what its columns mean.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crm_core::exchange::{ColumnCondition, CsvOptions, CsvTable, ImportMapping, read_csv};
use crm_core::sales::{Guard, Pipeline, Stage, StageCategory};
use crm_core::value::{Currency, Date, Decimal};

use crate::failure::{Failure, Result};

/// The name of the file in which a folder says what its files mean.
pub const MAPPING_FILE: &str = "mapping.json";

/// How a folder was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The files of the generator.
    Generated,
    /// A hardware maker's accounts, products, pipeline and teams.
    CrmSales,
    /// Accounts and opportunities as Salesforce exports them.
    Salesforce,
    /// Any files, with a `mapping.json`.
    Own,
}

/// The kinds that are known by their files, with what these mean.
const KNOWN: [(Kind, &[&str], &str); 3] = [
    (
        Kind::CrmSales,
        &["accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv"],
        include_str!("../mappings/crm-sales.json"),
    ),
    (Kind::Salesforce, &["accountData.csv", "opportunityData.csv"], include_str!("../mappings/salesforce-export.json")),
    (
        Kind::Generated,
        &[
            "users.csv",
            "accounts.csv",
            "contacts.csv",
            "products.csv",
            "leads.csv",
            "opportunities.csv",
            "quotes.csv",
            "quote_lines.csv",
            "activities.csv",
        ],
        include_str!("../mappings/generated.json"),
    ),
];

/// Whose data it is.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What people read.
    pub company: String,
    /// The currency of the books.
    pub currency: Currency,
    /// The zone in which business dates begin.
    pub time_zone: String,
    /// The day on which the data end.
    #[serde(default)]
    as_of: Option<Date>,
    /// Or the columns whose latest date is that day.
    #[serde(default)]
    as_of_from: Vec<DateColumn>,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DateColumn {
    file: String,
    column: String,
    #[serde(default)]
    only_if: Option<ColumnCondition>,
}

/// A pipeline that is made of the stage names in a file.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagesOf {
    file: String,
    column: String,
    /// The column with the probability in percent, by which the open stages are ordered.
    probability: String,
    won: Vec<String>,
    lost: Vec<String>,
}

/// One step of taking the data over.
#[derive(Debug, Clone)]
pub enum Step {
    /// The stages of opportunities.
    Pipeline(Pipeline),
    /// A file and what it means.
    Import {
        /// The file.
        file: String,
        /// What it means.
        mapping: Box<ImportMapping>,
    },
}

/// A folder that was understood.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// How it was recognised.
    pub kind: Kind,
    /// Whose data it is.
    pub settings: Settings,
    /// What to do, in order.
    pub steps: Vec<Step>,
}

/// One entry of a `mapping.json`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    settings: Option<Settings>,
    pipeline: Option<Pipeline>,
    stages: Option<StagesOf>,
    file: Option<String>,
    mapping: Option<ImportMapping>,
}

impl Folder {
    /// Recognises a folder.
    ///
    /// # Errors
    /// When it cannot be read, no kind fits, or its mapping is wrong.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Err(Failure(format!("`{}` is no folder", path.display())));
        }
        let own = path.join(MAPPING_FILE);
        if own.is_file() {
            let text = fs::read_to_string(&own).map_err(|error| Failure::at(&own, &error))?;
            return Self::from_mapping(path, Kind::Own, &text).map_err(|failure| failure.during(MAPPING_FILE));
        }
        let fits = |files: &[&str]| files.iter().all(|file| path.join(file).is_file());
        match KNOWN.iter().find(|(_, files, _)| fits(files)) {
            Some((kind, _, text)) => Self::from_mapping(path, *kind, text),
            None => Err(unknown(path)),
        }
    }

    fn from_mapping(path: &Path, kind: Kind, text: &str) -> Result<Self> {
        let entries: Vec<Entry> = serde_json::from_str(text).map_err(|error| Failure(error.to_string()))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut folder = Self { path: path.to_path_buf(), kind, settings: Settings::plain(name)?, steps: Vec::new() };
        for (at, entry) in entries.into_iter().enumerate() {
            folder.take(entry).map_err(|failure| failure.during(&format!("entry {}", at + 1)))?;
        }
        Ok(folder)
    }

    fn take(&mut self, entry: Entry) -> Result<()> {
        match entry {
            Entry { settings: Some(settings), pipeline: None, stages: None, file: None, mapping: None } => {
                self.settings = settings;
            }
            Entry { settings: None, pipeline: Some(pipeline), stages: None, file: None, mapping: None } => {
                self.steps.push(Step::Pipeline(pipeline));
            }
            Entry { settings: None, pipeline: None, stages: Some(stages), file: None, mapping: None } => {
                let pipeline = self.pipeline_of(&stages)?;
                self.steps.push(Step::Pipeline(pipeline));
            }
            Entry { settings: None, pipeline: None, stages: None, file: Some(file), mapping: Some(mapping) } => {
                if !is_plain_name(&file) {
                    return Err(Failure(format!("`{file}` is not the name of a file in the folder")));
                }
                self.steps.push(Step::Import { file, mapping: Box::new(mapping) });
            }
            _ => {
                let message = "an entry is `settings`, `pipeline`, `stages`, or `file` with `mapping`";
                return Err(Failure(message.to_owned()));
            }
        }
        Ok(())
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path.join(file);
        fs::read(&path).map_err(|error| Failure::at(&path, &error))
    }

    /// The rows of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn table(&self, file: &str) -> Result<CsvTable> {
        let table = read_csv(&self.read(file)?, &CsvOptions::default());
        table.map_err(|error| Failure::from(error).during(file))
    }

    /// The day on which the data end: the one that is said, the latest of the columns that are named, or today.
    ///
    /// # Errors
    /// When a file cannot be read or has no such column.
    pub fn as_of(&self, today: Date) -> Result<Date> {
        if let Some(date) = self.settings.as_of {
            return Ok(date);
        }
        let mut latest = None;
        for source in &self.settings.as_of_from {
            let table = self.table(&source.file)?;
            let place = column(&table, &source.file, &source.column)?;
            let condition = match &source.only_if {
                Some(only) => Some((column(&table, &source.file, &only.column)?, &only.values)),
                None => None,
            };
            let counts = |cells: &[String]| {
                condition.is_none_or(|(place, values)| cells.get(place).is_some_and(|cell| values.contains(cell)))
            };
            let cells = table.rows.iter().map(|row| &row.cells).filter(|cells| counts(cells));
            let dates = cells.filter_map(|cells| cells.get(place)?.get(..10)?.parse::<Date>().ok());
            latest = latest.max(dates.filter(|date| *date <= today).max());
        }
        Ok(latest.unwrap_or(today))
    }

    fn pipeline_of(&self, stages: &StagesOf) -> Result<Pipeline> {
        let table = self.table(&stages.file)?;
        let name = column(&table, &stages.file, &stages.column)?;
        let percent = column(&table, &stages.file, &stages.probability)?;
        let mut open: BTreeMap<String, Vec<Decimal>> = BTreeMap::new();
        for row in &table.rows {
            let cell = |place: usize| row.cells.get(place).map_or("", |cell| cell.trim());
            let (name, percent) = (cell(name), cell(percent));
            if name.is_empty() || [&stages.won, &stages.lost].iter().any(|names| names.iter().any(|n| n == name)) {
                continue;
            }
            open.entry(name.to_owned()).or_default().extend(percent.parse::<Decimal>());
        }
        let mut open: Vec<(Decimal, String)> =
            open.into_iter().map(|(name, percents)| (most_frequent(&percents), name)).collect();
        open.sort();
        let mut made: Vec<Stage> = Vec::new();
        for (percent, name) in open {
            let earlier = made.iter().map(|stage| stage.key.clone()).collect();
            made.push(Stage { may_regress_to: earlier, ..stage(&name, StageCategory::Open, percent) });
        }
        made.extend(stages.won.iter().map(|name| stage(name, StageCategory::Won, 100.into())));
        let lost = |name: &String| Stage {
            guards: vec![Guard::ReasonGiven {}],
            ..stage(name, StageCategory::Lost, Decimal::ZERO)
        };
        made.extend(stages.lost.iter().map(lost));
        let (name, key) = ("Sales".to_owned(), "sales".to_owned());
        Ok(Pipeline { name, key, is_default: true, stages: made, ..Pipeline::default() })
    }
}

impl Settings {
    fn plain(company: String) -> Result<Self> {
        let currency = "USD".parse()?;
        Ok(Self { company, currency, time_zone: "UTC".to_owned(), as_of: None, as_of_from: Vec::new() })
    }
}

fn stage(name: &str, category: StageCategory, probability: Decimal) -> Stage {
    let mut letters = name.chars();
    let shown = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    Stage {
        key: name.to_owned(),
        name: shown,
        category,
        probability,
        guards: Vec::new(),
        may_skip: false,
        next: Vec::new(),
        may_regress_to: Vec::new(),
        max_days: None,
        waiver_roles: Vec::new(),
    }
}

/// The value that stands most often; of several the smallest.
fn most_frequent(values: &[Decimal]) -> Decimal {
    let mut counts: BTreeMap<Decimal, usize> = BTreeMap::new();
    values.iter().for_each(|value| *counts.entry(*value).or_default() += 1);
    let best = counts.into_iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value)));
    best.map_or(Decimal::ZERO, |(value, _)| value)
}

/// The place of a column.
///
/// # Errors
/// When the file does not have it.
pub fn column(table: &CsvTable, file: &str, name: &str) -> Result<usize> {
    let place = table.header.iter().position(|column| column == name);
    place.ok_or_else(|| Failure(format!("`{file}` has no column `{name}`")))
}

fn is_plain_name(file: &str) -> bool {
    Path::new(file).file_name().is_some_and(|name| name == file)
}

/// Says which files a folder could have.
fn unknown(path: &Path) -> Failure {
    let mut message = format!("`{}` is no folder that the demo knows; it can have\n", path.display());
    for (_, files, _) in KNOWN {
        message.push_str(&format!("  {}\n", files.join(", ")));
    }
    message.push_str(&format!(
        "or any CSV files and a `{MAPPING_FILE}`: a list of {{\"file\": .., \"mapping\": ..}} in the order in which they \
         are imported;\nexamples are in examples/demo/mappings"
    ));
    Failure(message)
}
