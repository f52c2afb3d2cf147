//! The one command for everything: `cargo xtask test` is what CI runs.

mod compat;
mod forecast;
mod kotlin;
mod matching;
mod peers;
mod python;
mod run;
mod rust;
mod tools;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use run::{Outcome, Steps, cargo};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [--fast]      everything that CI checks; --fast: format, lints and Rust tests only
  python [--release] build the wheel with its type stubs into target/wheels
  kotlin [--release] build the library and its Kotlin sources into bindings/kotlin/target, for Maven
  demo [ARGUMENTS]   run the demo, for example `demo --data DIR --out DIR`
  bench [ARGUMENTS]  run the benches, optimised
  bench --matching [--rows N] [--seed N] [--threads N]
                     find duplicates beside splink; with --out FILE [--persons] [--hide-tax-ids]: write the records only
  bench --forecast [--quick]
                     forecast the monthly series of M3 beside statsforecast; --quick leaves its slow ETS out
  compat             check that hosts with another SQLite crate can link the engine";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    let mut steps = Steps::default();
    let outcome = match command {
        "test" if rest.is_empty() => test(&mut steps),
        "test" if rest == ["--fast"] => fast(&mut steps),
        "python" => release(rest).and_then(|release| python::build(&mut steps, release)).map(drop),
        "kotlin" => release(rest).and_then(|release| kotlin::build(&mut steps, release)),
        "demo" => cargo(&["run", "--quiet", "--package", "crm-demo", "--"]).args(rest).run(),
        "bench" if rest.iter().any(|argument| argument == "--matching") => matching::run(&mut steps, rest),
        "bench" if rest.iter().any(|argument| argument == "--forecast") => forecast::run(&mut steps, rest),
        "bench" => cargo(&["run", "--quiet", "--release", "--package", "crm-benches", "--"]).args(rest).run(),
        "compat" => compat::check(&mut steps),
        _ => Err(USAGE.to_owned()),
    };
    steps.summary();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn fast(steps: &mut Steps) -> Outcome {
    steps.step("tools", tools::check_rust)?;
    steps.step("format", rust::format)?;
    steps.step("lints", rust::lints)?;
    steps.step("rust tests", rust::tests)
}

/// Goes on after a failure, so that one run shows all of them.
fn test(steps: &mut Steps) -> Outcome {
    steps.step("tools", tools::check_all)?;
    let outcomes = [
        steps.step("format", rust::format),
        steps.step("lints", rust::lints),
        steps.step("lints of the shells", rust::lints_of_shells),
        steps.step("rust tests", rust::tests),
        steps.step("documentation", rust::documentation),
        steps.step("no binding in the engine", rust::no_binding),
        steps.step("the host's own SQLite", rust::own_sqlite),
        python::test(steps),
        kotlin::test(steps),
    ];
    let failures: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn release(arguments: &[String]) -> Result<bool, String> {
    match arguments {
        [] => Ok(false),
        [flag] if flag == "--release" => Ok(true),
        _ => Err(USAGE.to_owned()),
    }
}

/// The folder of the workspace: what cargo says now, not when this program was built, because two checkouts may share
/// one target folder.
fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Where cargo writes.
fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// `debug` or `release`, the folder below [`target`].
fn profile(release: bool) -> &'static str {
    if release { "release" } else { "debug" }
}
