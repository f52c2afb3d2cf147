//! How well duplicates are found: the engine beside splink on made records, each in a process of its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::python::INTERPRETER;
use crate::run::{Outcome, Run, Steps, cargo, program};
use crate::{python, root, target};

/// What is run on which records: the arguments of the generator, and those of `score.py`.
const CASES: [(&str, &[&str], &[&str]); 3] =
    [("companies", &[], &[]), ("companies, tax ids hidden", &[], &["--hide"]), ("people", &["--persons"], &[])];

fn scripts() -> PathBuf {
    root().join("benches/matching")
}

fn python_of(name: &str) -> PathBuf {
    let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
    target().join("matching/venv").join(scripts).join(name)
}

fn pip() -> Run {
    program(python_of("python")).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
}

/// A virtual environment with the peers, made anew when their pins change.
fn environment() -> Outcome {
    let pins = fs::read_to_string(scripts().join("requirements.txt")).map_err(|error| error.to_string())?;
    let wanted = program(INTERPRETER).args(["--version"]).output()? + &pins;
    let stamp = target().join("matching/venv/pins.txt");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && python_of("python").exists() {
        return Ok(());
    }
    program(INTERPRETER).args(["-m", "venv", "--clear"]).args([target().join("matching/venv")]).run()?;
    pip().args(["--requirement", "requirements.txt"]).folder(&scripts()).run()?;
    fs::write(stamp, wanted).map_err(|error| error.to_string())
}

fn bench(arguments: &[&str]) -> Run {
    cargo(&["run", "--quiet", "--release", "--package", "crm-benches", "--", "--matching"]).args(arguments)
}

/// The whole comparison; `arguments` are `--rows`, `--seed` and `--threads`.
fn compare(steps: &mut Steps, arguments: &[String]) -> Outcome {
    let value = |name: &str, otherwise: &str| {
        let place = arguments.iter().position(|argument| argument == name);
        place.and_then(|place| arguments.get(place + 1)).cloned().unwrap_or_else(|| otherwise.to_owned())
    };
    let (rows, seed, threads) = (value("--rows", "20000"), value("--seed", "1"), value("--threads", "1"));
    let wheel = python::build(steps, true)?;
    steps.step("matching: tools", || {
        environment()?;
        pip().args(["--force-reinstall", "--no-deps"]).args([&wheel]).run()
    })?;
    let script = |name: &str| program(python_of("python")).args([scripts().join(name)]);
    for (name, made, scored) in CASES {
        let file =
            target().join("matching").join(format!("{}.jsonl", if made.is_empty() { "companies" } else { "people" }));
        steps.step(name, || {
            bench(&["--rows", &rows, "--seed", &seed]).args(made).args([Path::new("--out"), &file]).run()?;
            script("score.py").args([&file]).args(scored).args(["--threads", &threads]).run()
        })?;
    }
    steps.step("febrl", || script("febrl.py").args(["--threads", &threads]).run())
}

/// `bench --matching`: makes the records only if `--out` tells where, else compares.
pub(crate) fn run(steps: &mut Steps, arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| argument == "--out") {
        return cargo(&["run", "--quiet", "--release", "--package", "crm-benches", "--"]).args(arguments).run();
    }
    compare(steps, arguments)
}
