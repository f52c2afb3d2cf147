//! What the command line asks for.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::generator::{MAX_SCALE_PERMILLE, Options};

/// How the program is called.
pub const USAGE: &str = "\
usage: crm-demo generate --out DIR [--seed N] [--scale N] [--until YYYY-MM-DD]

  --out DIR      the folder for the CSV files
  --seed N       another company (default 1)
  --scale N      the size, 1 being 420 accounts and 1,600 opportunities; 0.1 and 2.5 work, too (default 1)
  --until DATE   the last day of the 24 months of history (default 2026-06-30)";

/// The seed when none is given.
const DEFAULT_SEED: u64 = 1;

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
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
pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Task, String> {
    match args.next().as_deref() {
        Some("generate") => generate(args),
        Some("help" | "--help" | "-h") => Ok(Task::Help),
        Some(other) => Err(format!("unknown command `{other}`")),
        None => Err("a command is missing".to_owned()),
    }
}

fn generate(mut args: impl Iterator<Item = String>) -> Result<Task, String> {
    let mut out = None;
    let until = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default();
    let mut options = Options { seed: DEFAULT_SEED, scale_permille: 1000, until };
    while let Some(name) = args.next() {
        if matches!(name.as_str(), "--help" | "-h") {
            return Ok(Task::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        let bad = || format!("`{name} {value}` is not understood");
        match name.as_str() {
            "--out" => out = Some(PathBuf::from(&value)),
            "--seed" => options.seed = value.parse().map_err(|_| bad())?,
            "--scale" => options.scale_permille = permille(&value).ok_or_else(bad)?,
            "--until" => options.until = date(&value).ok_or_else(bad)?,
            _ => return Err(format!("unknown option `{name}`")),
        }
    }
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
