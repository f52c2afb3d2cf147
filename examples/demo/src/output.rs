//! The folder that the demonstration writes into. It replaces what an earlier run made there, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::failure::{Failure, Result};

/// The file in which a run lists what it made.
const MADE: &str = ".crm-demo";
/// The files of the run itself.
const OWN_FILES: [&str; 6] = ["report.html", "rejects.csv", "notices.csv", "crm.db", "crm.db-wal", "crm.db-shm"];

/// The folder of one run.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    made: BTreeSet<String>,
}

impl Output {
    /// Takes a folder, and removes the files that an earlier run made there.
    ///
    /// # Errors
    /// When the folder cannot be used, or holds such a file that no run of the demo made.
    pub fn prepare(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|error| Failure::at(folder, &error))?;
        let list = folder.join(MADE);
        let earlier = match fs::read_to_string(&list) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::at(&list, &error)),
        };
        for file in earlier.lines().filter(|file| is_inside(file)) {
            let path = folder.join(file);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Failure::at(&path, &error)),
                _ => {}
            }
        }
        let mut output = Self { folder: folder.to_path_buf(), made: BTreeSet::new() };
        output.claim(&OWN_FILES)?;
        Ok(output)
    }

    /// Says that these files are about to be made.
    ///
    /// # Errors
    /// When one of them is there already.
    pub fn claim(&mut self, files: &[&str]) -> Result<()> {
        for file in files {
            let path = self.folder.join(file);
            if path.exists() {
                let message = "was not made by the demo: move it away, or name another folder with `--out`";
                return Err(Failure(format!("`{}` {message}", path.display())));
            }
        }
        self.made.extend(files.iter().map(|file| (*file).to_owned()));
        let text: String = self.made.iter().map(|file| format!("{file}\n")).collect();
        let list = self.folder.join(MADE);
        fs::write(&list, text).map_err(|error| Failure::at(&list, &error))
    }

    /// Where a file of the run is.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Writes a file of the run.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) -> Result<()> {
        let path = self.path(file);
        fs::write(&path, content).map_err(|error| Failure::at(&path, &error))
    }
}

/// Whether a listed path stays in the folder.
fn is_inside(file: &str) -> bool {
    !file.is_empty() && Path::new(file).components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_run_is_replaced_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = Output::prepare(folder.path()).unwrap();
        output.claim(&["data/a.csv"]).unwrap();
        output.write("report.html", "old").unwrap();
        fs::create_dir(output.path("data")).unwrap();
        output.write("data/a.csv", "old").unwrap();
        output.write("notes.txt", "mine").unwrap();
        let again = Output::prepare(folder.path()).unwrap();
        assert!(!again.path("report.html").exists() && !again.path("data/a.csv").exists());
        assert!(again.path("notes.txt").exists());
    }

    #[test]
    fn a_file_of_somebody_else_stops_the_run() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("crm.db"), "precious").unwrap();
        let failure = Output::prepare(folder.path()).unwrap_err();
        assert!(failure.0.contains("crm.db` was not made by the demo"), "{failure}");
        assert_eq!(fs::read_to_string(folder.path().join("crm.db")).unwrap(), "precious");
    }

    #[test]
    fn a_list_cannot_lead_out_of_the_folder() {
        for path in ["../a", "/etc/x", "", "a/../../b"] {
            assert!(!is_inside(path), "{path}");
        }
        assert!(is_inside("data/a.csv"));
    }
}
