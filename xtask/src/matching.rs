//! How well duplicates are found: the engine beside splink on made records, each in a process of its own.

use std::path::Path;

use crate::peers::Peers;
use crate::run::{Outcome, Run, Steps, cargo};
use crate::{python, target};

/// What is run on which records: the arguments of the generator, and those of `score.py`.
const CASES: [(&str, &[&str], &[&str]); 3] =
    [("companies", &[], &[]), ("companies, tax ids hidden", &[], &["--hide"]), ("people", &["--persons"], &[])];

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
    let peers = Peers::new("matching");
    let wheel = python::build(steps, true)?;
    steps.step("matching: tools", || peers.ready(&wheel))?;
    let script = |name: &str| peers.script(name);
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
