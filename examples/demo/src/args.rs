//! What the command line asks for.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::demo;
use crate::generator::{MAX_SCALE_PERMILLE, Options};

/// How the program is called.
pub const USAGE: &str = "\
usage: crm-demo [--data DIR] [--out DIR] [--accept-proposals] [--seed N] [--scale N] [--until YYYY-MM-DD]
       crm-demo generate --out DIR [--seed N] [--scale N] [--until YYYY-MM-DD]

Makes a manufacturer's data (or reads a folder of CSV files), imports it into an SQLite file, walks one deal from a web
form to a won quote and writes a report. `generate` writes the CSV files only.

  --data DIR          a folder of CSV files instead of generated ones
  --out DIR           the folder to write into (default out/demo)
  --accept-proposals  take what the import proposes, such as another spelling of a product
  --seed N            another company (default 1)
  --scale N           the size, 1 being 420 accounts and 1,600 opportunities; 0.1 and 2.5 work, too (default 1)
  --until DATE        the last day of the 24 months of history (default 2026-06-30)";

/// The seed when none is given.
const DEFAULT_SEED: u64 = 1;
/// The folder when none is given.
const DEFAULT_OUT: &str = "out/demo";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// The whole demonstration.
    Demo(demo::Options),
    /// Write a folder of CSV files.
    Generate {
        /// The folder.
        out: PathBuf,
        /// What to write.
        options: Options,
    },
    /// Say how the program is called.
    Help,
}

/// Reads the arguments, without the program's name.
///
/// # Errors
/// Says what cannot be understood.
pub fn parse(args: impl Iterator<Item = String>) -> Result<Task, String> {
    let mut args = args.peekable();
    match args.peek().map(String::as_str) {
        Some("generate") => generate(args.skip(1)),
        Some("help") => Ok(Task::Help),
        Some(other) if !other.starts_with('-') => Err(format!("unknown command `{other}`")),
        _ => demo(args),
    }
}

/// What can be said on the command line.
#[derive(Default)]
struct Given {
    data: Option<PathBuf>,
    out: Option<PathBuf>,
    accept_proposals: bool,
    generate: Option<Options>,
    help: bool,
}

fn given(mut args: impl Iterator<Item = String>, is_demo: bool) -> Result<Given, String> {
    let mut given = Given::default();
    let until = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default();
    let mut options = Options { seed: DEFAULT_SEED, scale_permille: 1000, until };
    while let Some(name) = args.next() {
        match name.as_str() {
            "--help" | "-h" => {
                given.help = true;
                return Ok(given);
            }
            "--accept-proposals" if is_demo => {
                given.accept_proposals = true;
                continue;
            }
            _ => {}
        }
        let value = args.next().ok_or_else(|| format!("`{name}` needs a value"));
        let bad = |value: &str| format!("`{name} {value}` is not understood");
        match name.as_str() {
            "--data" if is_demo => given.data = Some(PathBuf::from(value?)),
            "--out" => given.out = Some(PathBuf::from(value?)),
            "--seed" => options.seed = value.and_then(|value| value.parse().map_err(|_| bad(&value)))?,
            "--scale" => {
                options.scale_permille = value.and_then(|value| permille(&value).ok_or_else(|| bad(&value)))?;
            }
            "--until" => options.until = value.and_then(|value| date(&value).ok_or_else(|| bad(&value)))?,
            _ => return Err(format!("unknown option `{name}`")),
        }
    }
    given.generate = Some(options);
    Ok(given)
}

fn demo(args: impl Iterator<Item = String>) -> Result<Task, String> {
    let Given { data, out, accept_proposals, generate: Some(generate), help: false } = given(args, true)? else {
        return Ok(Task::Help);
    };
    let out = out.unwrap_or_else(|| PathBuf::from(DEFAULT_OUT));
    Ok(Task::Demo(demo::Options { data, out, accept_proposals, generate }))
}

fn generate(args: impl Iterator<Item = String>) -> Result<Task, String> {
    let Given { out, generate: Some(options), help: false, .. } = given(args, false)? else { return Ok(Task::Help) };
    let out = out.ok_or("`--out` is missing")?;
    Ok(Task::Generate { out, options })
}

/// `2.5` as 2500; at least 0.001 and at most 50.
fn permille(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 3 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let fraction: u64 = format!("{fraction:0<3}").parse().ok()?;
    let scale = whole.checked_mul(1000)?.checked_add(fraction)?;
    (1..=MAX_SCALE_PERMILLE).contains(&scale).then_some(scale)
}

fn date(text: &str) -> Option<NaiveDate> {
    let date: crm_core::value::Date = text.parse().ok()?;
    NaiveDate::parse_from_str(&date.to_string(), "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let Ok(Task::Generate { out, options }) = parsed("generate --out d --seed 7 --scale 2.5 --until 2025-12-31")
        else {
            panic!("not understood")
        };
        assert_eq!(out, PathBuf::from("d"));
        assert_eq!((options.seed, options.scale_permille), (7, 2500));
        assert_eq!(options.until.to_string(), "2025-12-31");
    }

    #[test]
    fn nothing_at_all_is_the_whole_demonstration() {
        let Ok(Task::Demo(plain)) = parsed("") else { panic!("not understood") };
        assert_eq!((plain.data, plain.out, plain.accept_proposals), (None, PathBuf::from("out/demo"), false));
        let Ok(Task::Demo(full)) = parsed("--data d --accept-proposals --out o --scale 0.1") else {
            panic!("not understood")
        };
        assert_eq!((full.data, full.out, full.accept_proposals), (Some("d".into()), "o".into(), true));
        assert_eq!(full.generate.scale_permille, 100);
        assert_eq!(parsed("--help"), Ok(Task::Help));
        assert_eq!(parsed("--data"), Err("`--data` needs a value".to_owned()));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parsed("generate"), Err("`--out` is missing".to_owned()));
        assert_eq!(parsed("generate --out"), Err("`--out` needs a value".to_owned()));
        assert_eq!(parsed("generate --out d --scale -1"), Err("`--scale -1` is not understood".to_owned()));
        assert_eq!(
            parsed("generate --out d --until 31.12.2025"),
            Err("`--until 31.12.2025` is not understood".to_owned())
        );
        assert_eq!(parsed("sell"), Err("unknown command `sell`".to_owned()));
        assert_eq!(parsed("generate --help"), Ok(Task::Help));
    }
}
