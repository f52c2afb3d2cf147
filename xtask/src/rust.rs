//! Format, lints, tests and documentation of the Rust code.
//!
//! The crates that set a binding feature of `crm-core` are never built together with the others: cargo would join the
//! features, and each library would carry the other's symbols.

use crate::run::{Outcome, cargo};

/// The crates that set a binding feature of `crm-core`.
const SHELLS: [&str; 2] = ["crm-ffi", "crm-python"];

fn without_shells() -> Vec<String> {
    let excluded = SHELLS.iter().flat_map(|shell| ["--exclude".to_owned(), (*shell).to_owned()]);
    std::iter::once("--workspace".to_owned()).chain(excluded).collect()
}

pub(crate) fn format() -> Outcome {
    cargo(&["fmt", "--all", "--check"]).run()
}

pub(crate) fn lints() -> Outcome {
    cargo(&["clippy", "--quiet", "--all-targets"]).args(without_shells()).args(["--", "--deny", "warnings"]).run()
}

pub(crate) fn lints_of_shells() -> Outcome {
    cargo(&["clippy", "--quiet", "--package", "crm-ffi", "--", "--deny", "warnings"]).run()?;
    cargo(&["clippy", "--quiet", "--package", "crm-python", "--features", "inspect", "--", "--deny", "warnings"]).run()
}

pub(crate) fn tests() -> Outcome {
    cargo(&["test", "--quiet", "--no-fail-fast"]).args(without_shells()).run()
}

pub(crate) fn documentation() -> Outcome {
    let doc = cargo(&["doc", "--quiet", "--no-deps", "--exclude", "crm-bindgen"]);
    doc.args(without_shells()).env("RUSTDOCFLAGS", "--deny warnings").run()
}

/// Who links the engine from Rust gets nothing of the other languages.
pub(crate) fn no_binding() -> Outcome {
    let tree = cargo(&["tree", "--package", "crm-core", "--prefix", "none", "--edges", "normal,build"]).output()?;
    let bindings = ["uniffi", "pyo3"];
    let found = tree.lines().find(|line| bindings.iter().any(|name| line.starts_with(name)));
    match found {
        None if tree.contains("rusqlite ") => Ok(()),
        None => Err(format!("the list of dependencies was not understood:\n{tree}")),
        Some(line) => Err(format!("crm-core depends on {line}")),
    }
}

/// The engine without its own SQLite compiles. It needs no SQLite for that, only to be linked.
pub(crate) fn own_sqlite() -> Outcome {
    cargo(&["check", "--quiet", "--package", "crm-core", "--no-default-features"]).run()
}
