//! Virtual environments with the peers that benches compare the engine with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::python::INTERPRETER;
use crate::run::{Outcome, Run, program};
use crate::{root, target};

/// The scripts of a comparison in `benches`, and the environment in which they run.
pub(crate) struct Peers {
    name: &'static str,
}

impl Peers {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name }
    }

    fn scripts(&self) -> PathBuf {
        root().join("benches").join(self.name)
    }

    fn environment(&self) -> PathBuf {
        target().join(self.name).join("venv")
    }

    fn python(&self) -> Run {
        let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
        program(self.environment().join(scripts).join("python"))
    }

    fn pip(&self) -> Run {
        self.python().args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
    }

    /// Runs a script.
    pub(crate) fn script(&self, name: &str) -> Run {
        self.python().args([self.scripts().join(name)])
    }

    /// Makes the environment with the peers, anew when their pins change, and puts the engine into it.
    pub(crate) fn ready(&self, wheel: &Path) -> Outcome {
        let pins = fs::read_to_string(self.scripts().join("requirements.txt")).map_err(|error| error.to_string())?;
        let wanted = program(INTERPRETER).args(["--version"]).output()? + &pins;
        let stamp = self.environment().join("pins.txt");
        if !fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            program(INTERPRETER).args(["-m", "venv", "--clear"]).args([self.environment()]).run()?;
            self.pip().args(["--requirement", "requirements.txt"]).folder(&self.scripts()).run()?;
            fs::write(stamp, wanted).map_err(|error| error.to_string())?;
        }
        self.pip().args(["--force-reinstall", "--no-deps"]).args([wheel]).run()
    }
}
