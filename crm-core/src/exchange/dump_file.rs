//! Dumps in files.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use super::DumpReport;
use super::dump::cannot;
use crate::engine::Crm;
use crate::value::{Error, ErrorCode, Problem, Result};

impl Crm {
    /// As [`Crm::dump`], into a new file.
    ///
    /// # Errors
    /// `FileExists` if there is such a file; as [`Crm::dump`], and then no file is left behind.
    pub fn dump_to(&self, path: impl AsRef<Path>) -> Result<DumpReport> {
        let path = path.as_ref();
        let file = File::create_new(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Error::conflict(Problem::of_field(ErrorCode::FileExists, "to", "there is a file of that name already"))
            }
            _ => cannot("write", &error),
        })?;
        let done = self.dump(&mut BufWriter::new(&file)).and_then(|report| match file.sync_all() {
            Ok(()) => Ok(report),
            Err(error) => Err(cannot("write", &error)),
        });
        if done.is_err() {
            // What is left of it is no dump.
            let _ = std::fs::remove_file(path);
        }
        done
    }

    /// As [`Crm::restore`], from a file.
    ///
    /// # Errors
    /// `Io` if the file cannot be read; as [`Crm::restore`].
    pub fn restore_from(&self, path: impl AsRef<Path>) -> Result<DumpReport> {
        let file = File::open(path).map_err(|error| cannot("read", &error))?;
        self.restore(&mut BufReader::new(file))
    }
}
