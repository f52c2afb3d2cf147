//! The tools that are needed, and how to install what is missing.

use crate::run::{Outcome, cargo, program};

/// The oldest Java that the Maven build runs on.
const JAVA: u32 = 17;

pub(crate) fn check_rust() -> Outcome {
    let mut missing = Missing::default();
    missing.need(cargo(&["fmt", "--version"]).output().is_ok(), "rustfmt", "rustup component add rustfmt");
    missing.need(cargo(&["clippy", "--version"]).output().is_ok(), "clippy", "rustup component add clippy");
    missing.need(answers("cc", "--version"), "a C compiler for SQLite", "apt-get install gcc libc6-dev");
    missing.outcome()
}

pub(crate) fn check_all() -> Outcome {
    check_rust()?;
    let mut missing = Missing::default();
    let python = program(crate::python::INTERPRETER).args(["-c", PYTHON_CHECK]).output();
    missing.need(python.is_ok(), "Python 3.11 or newer with venv", "apt-get install python3 python3-venv");
    missing.need(
        java_version() >= Some(JAVA),
        "a Java 17 or newer development kit",
        "apt-get install openjdk-17-jdk-headless",
    );
    missing.need(answers("mvn", "--version"), "Maven", "apt-get install maven");
    missing.need(answers("jar", "--version"), "jar", "apt-get install openjdk-17-jdk-headless");
    if cfg!(target_os = "linux") {
        missing.need(answers("nm", "--version"), "nm", "apt-get install binutils");
    }
    missing.outcome()
}

const PYTHON_CHECK: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

fn answers(tool: &str, question: &str) -> bool {
    program(tool).args([question]).output().is_ok()
}

/// The first number in quotes that `java -version` prints.
fn java_version() -> Option<u32> {
    let text = program("java").args(["-version"]).output().ok()?;
    let version = text.split('"').nth(1)?;
    version.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn need(&mut self, found: bool, what: &str, remedy: &str) {
        println!("{} {what}", if found { "found  " } else { "MISSING" });
        if !found {
            self.0.push(format!("missing: {what}; for example: {remedy}"));
        }
    }

    fn outcome(self) -> Outcome {
        if self.0.is_empty() { Ok(()) } else { Err(self.0.join("\n")) }
    }
}
