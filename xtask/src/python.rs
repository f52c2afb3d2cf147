//! The Python package: wheel with type stubs, tests, types.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Outcome, Steps, program};
use crate::{root, target};

/// What makes the virtual environment.
pub(crate) const INTERPRETER: &str = if cfg!(windows) { "python" } else { "python3" };

fn folder() -> PathBuf {
    root().join("bindings/python")
}

fn venv(tool: &str) -> PathBuf {
    let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
    target().join("venv").join(scripts).join(tool)
}

/// The virtual environment with the pinned tools; made anew when the pins or the interpreter change.
fn environment() -> Outcome {
    let pins = fs::read_to_string(folder().join("requirements-dev.txt")).map_err(|error| error.to_string())?;
    let wanted = program(INTERPRETER).args(["--version"]).output()? + &pins;
    let stamp = target().join("venv/crm-core-pins.txt");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && venv("python").exists() {
        return Ok(());
    }
    program(INTERPRETER).args(["-m", "venv", "--clear"]).args([target().join("venv")]).run()?;
    let install = program(venv("python")).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    install.args(["--requirement", "requirements-dev.txt"]).folder(&folder()).run()?;
    fs::write(stamp, wanted).map_err(|error| error.to_string())
}

fn wheel(release: bool) -> Result<PathBuf, String> {
    let wheels = target().join("wheels");
    if wheels.exists() {
        fs::remove_dir_all(&wheels).map_err(|error| error.to_string())?;
    }
    // A wheel for this machine only; one for others is built where its libraries are old enough.
    let build = program(venv("maturin")).args(["build", "--features", "inspect", "--generate-stubs"]);
    let build = build.args(["--compatibility", "linux", "--interpreter"]).args([venv("python")]);
    build.args(["--out"]).args([&wheels]).args(release.then_some("--release")).folder(&folder()).run()?;
    let mut found = fs::read_dir(&wheels).map_err(|error| error.to_string())?.flatten().map(|entry| entry.path());
    found.find(|path| path.extension().is_some_and(|end| end == "whl")).ok_or_else(|| "there is no wheel".to_owned())
}

fn install(wheel: &Path) -> Outcome {
    let pip = program(venv("python")).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--force-reinstall", "--no-deps"]).args([wheel]).run()
}

fn module(name: &str, arguments: &[&str]) -> Outcome {
    program(venv("python")).args(["-m", name]).args(arguments).folder(&folder()).run()
}

fn types() -> Outcome {
    module("mypy", &["--strict", "tests", "../../examples/python"])?;
    module("mypy", &["--strict", "--package", "crm_core"])?;
    module("mypy.stubtest", &["crm_core"])
}

fn symbols() -> Outcome {
    let place = "import crm_core._native as native; print(native.__file__)";
    let library = program(venv("python")).args(["-c", place]).output()?;
    no_symbols(Path::new(library.trim()), "uniffi")
}

/// Fails if a dynamic symbol of the library has `part` in its name.
pub(crate) fn no_symbols(library: &Path, part: &str) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let symbols = program("nm").args(["--dynamic"]).args([library]).output()?;
    match symbols.lines().find(|line| line.contains(part)) {
        None => Ok(()),
        Some(line) => Err(format!("{} carries symbols of another binding: {line}", library.display())),
    }
}

/// Builds the wheel.
pub(crate) fn build(steps: &mut Steps, release: bool) -> Result<PathBuf, String> {
    steps.step("python: tools", environment)?;
    steps.step("python: wheel", || wheel(release))
}

/// Builds, installs and tests the package.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    let wheel = build(steps, false)?;
    steps.step("python: install", || install(&wheel).and_then(|()| symbols()))?;
    steps.step("python: tests", || module("pytest", &["-q"]).and_then(|()| module("doctest", &["README.md"])))?;
    steps.step("python: types", types)
}
