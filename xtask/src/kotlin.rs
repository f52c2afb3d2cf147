//! The Maven artifact: library, generated sources, tests.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, OS};
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Outcome, Steps, cargo, program};
use crate::{profile, root, target};

fn folder() -> PathBuf {
    root().join("bindings/kotlin")
}

fn library(release: bool) -> PathBuf {
    target().join(profile(release)).join(format!("{DLL_PREFIX}crm_ffi{DLL_SUFFIX}"))
}

/// The folder inside a jar where JNA looks for a library of this machine, as `linux-x86-64`.
fn place_in_jar() -> String {
    let system = match OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    format!("{system}-{}", ARCH.replace('_', "-"))
}

fn empty(folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

fn compile(release: bool) -> Outcome {
    cargo(&["build", "--quiet", "--package", "crm-ffi"]).args(release.then_some("--release")).run()?;
    crate::python::no_symbols(&library(release), " Py")
}

fn generate(release: bool) -> Outcome {
    // All of it: Maven would keep classes whose sources are gone.
    empty(&folder().join("target"))?;
    let generated = folder().join("target/generated");
    empty(&generated)?;
    let bindgen = cargo(&["run", "--quiet", "--package", "crm-bindgen", "--", "kotlin"]);
    bindgen.args([library(release), generated]).run()?;
    let native = folder().join("target/native").join(place_in_jar());
    empty(&native)?;
    let copy = native.join(library(release).file_name().unwrap_or_default());
    fs::copy(library(release), copy).map(drop).map_err(|error| error.to_string())
}

/// The version in the Maven file is that of the workspace.
fn same_version() -> Outcome {
    let version = |file: PathBuf, before: &str, after: &str| {
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
        Ok::<_, String>(rest.split_once(after).map(|(found, _)| found.to_owned()).unwrap_or_default())
    };
    let ours = version(root().join("Cargo.toml"), "[workspace.package]\nversion = \"", "\"")?;
    let theirs = version(folder().join("pom.xml"), "<version>", "</version>")?;
    if ours == theirs { Ok(()) } else { Err(format!("pom.xml has version `{theirs}`, the workspace `{ours}`")) }
}

fn maven() -> Outcome {
    program("mvn").args(["--batch-mode", "--no-transfer-progress", "verify"]).folder(&folder()).run()
}

/// The library lies in the jar where JNA looks for it.
fn jar() -> Outcome {
    let built = fs::read_dir(folder().join("target")).map_err(|error| error.to_string())?.flatten();
    let is_jar = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("crm-core-") && name.ends_with(".jar") && !name.contains("sources")
    };
    let jar = built.map(|entry| entry.path()).find(is_jar).ok_or("there is no jar")?;
    let wanted = format!("{}/{DLL_PREFIX}crm_ffi{DLL_SUFFIX}", place_in_jar());
    let listed = program("jar").args(["tf"]).args([&jar]).output()?;
    if listed.lines().any(|line| line == wanted) { Ok(()) } else { Err(format!("the jar lacks {wanted}")) }
}

/// Builds what Maven needs.
pub(crate) fn build(steps: &mut Steps, release: bool) -> Outcome {
    steps.step("kotlin: version", same_version)?;
    steps.step("kotlin: library", || compile(release))?;
    steps.step("kotlin: sources", || generate(release))
}

/// Builds and tests the artifact.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    build(steps, false)?;
    steps.step("kotlin: maven", || maven().and_then(|()| jar()))
}
