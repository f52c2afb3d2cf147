//! Why the demonstration cannot go on, in words for people.

use std::fmt;
use std::path::Path;

/// Why the demonstration cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub String);

/// What a part of the demonstration gives.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with a file or a folder.
    pub fn at(path: &Path, error: &dyn fmt::Display) -> Self {
        Self(format!("`{}`: {error}", path.display()))
    }

    /// The same failure, with what was being done.
    pub fn during(self, what: &str) -> Self {
        Self(format!("{what}: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<crm_core::value::Error> for Failure {
    fn from(error: crm_core::value::Error) -> Self {
        Self(error.to_string())
    }
}
