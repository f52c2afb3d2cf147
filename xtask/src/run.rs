//! Running programs, and telling how long each step took.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Done, or what went wrong.
pub(crate) type Outcome = Result<(), String>;

/// A program to run.
pub(crate) struct Run(Command);

/// `program` in the folder of the workspace.
pub(crate) fn program(program: impl AsRef<OsStr>) -> Run {
    let mut command = Command::new(program);
    command.current_dir(crate::root());
    Run(command)
}

/// Cargo in the workspace; in CI with the locked versions.
pub(crate) fn cargo(arguments: &[&str]) -> Run {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    let locked = in_ci && arguments.first() != Some(&"fmt");
    unlocked_cargo(arguments.get(..1).unwrap_or_default())
        .args(locked.then_some("--locked"))
        .args(arguments.get(1..).unwrap_or_default())
}

/// Cargo that may write the lock file.
pub(crate) fn unlocked_cargo(arguments: &[&str]) -> Run {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(arguments)
}

impl Run {
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Runs the program; its output goes where ours goes.
    pub(crate) fn run(mut self) -> Outcome {
        let shown = self.shown();
        let status = self.0.status().map_err(|error| format!("{shown}: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("failed ({status}): {shown}")) }
    }

    /// Runs the program and gives what it printed, on both ways.
    pub(crate) fn output(mut self) -> Result<String, String> {
        let shown = self.shown();
        let output = self.0.output().map_err(|error| format!("{shown}: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            Ok(text.into_owned())
        } else {
            Err(format!("failed ({}): {shown}\n{text}", output.status))
        }
    }

    fn shown(&self) -> String {
        let parts = std::iter::once(self.0.get_program()).chain(self.0.get_args());
        parts.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }
}

/// The steps so far and how long they took.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    /// Does one step under a headline.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, String> {
        println!("\n=== {name} ===");
        let start = Instant::now();
        let outcome = work();
        self.done.push((name, start.elapsed(), outcome.is_ok()));
        outcome.map_err(|message| format!("\n{name}: {message}"))
    }

    /// Prints what was done, if there were steps.
    pub(crate) fn summary(&self) {
        if self.done.is_empty() {
            return;
        }
        println!("\n=== summary ===");
        for (name, time, ok) in &self.done {
            println!("{:>7.1} s  {}  {name}", time.as_secs_f64(), if *ok { "ok    " } else { "FAILED" });
        }
        let total: Duration = self.done.iter().map(|(_, time, _)| *time).sum();
        println!("{:>7.1} s  in all", total.as_secs_f64());
    }
}
