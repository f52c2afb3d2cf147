//! Hosts that use another SQLite crate: cargo allows one `libsqlite3-sys` in a program, so the range of `rusqlite` in
//! the workspace has to meet theirs.

use std::fs;
use std::path::Path;

use crate::run::{Outcome, Steps, unlocked_cargo};
use crate::{root, target};

/// Name, dependency, and a line that uses it beside the engine.
const HOSTS: [(&str, &str, &str); 2] = [
    (
        "sqlx",
        r#"sqlx = { version = "0.9", default-features = false, features = ["sqlite"] }"#,
        "sqlx::sqlite::SqliteConnectOptions::new()",
    ),
    (
        "diesel",
        r#"diesel = { version = "2", default-features = false, features = ["sqlite"] }"#,
        "<diesel::SqliteConnection as diesel::Connection>::establish(\":memory:\").is_ok()",
    ),
];

pub(crate) fn check(steps: &mut Steps) -> Outcome {
    for (name, dependency, line) in HOSTS {
        steps.step(name, || host(name, dependency, line))?;
    }
    Ok(())
}

fn host(name: &str, dependency: &str, line: &str) -> Outcome {
    let folder = target().join("compat").join(name);
    let engine = root().join("crm-core");
    let manifest = format!(
        "[package]\nname = \"host-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [workspace]\n\n[dependencies]\ncrm-core = {{ path = {:?} }}\n{dependency}\n",
        engine.display().to_string()
    );
    write(&folder.join("Cargo.toml"), &manifest)?;
    write(&folder.join("src/main.rs"), &format!("fn main() {{\n    let _ = (crm_core::VERSION, {line});\n}}\n"))?;
    // The newest versions count, not those of an earlier run.
    let _ = fs::remove_file(folder.join("Cargo.lock"));
    unlocked_cargo(&["check", "--quiet"]).folder(&folder).run()?;
    let lock = fs::read_to_string(folder.join("Cargo.lock")).map_err(|error| error.to_string())?;
    for package in ["rusqlite", "libsqlite3-sys", name] {
        let version = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).map(|(_, rest)| rest);
        println!("{package} {}", version.and_then(|rest| rest.split('"').next()).unwrap_or("?"));
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Outcome {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}
