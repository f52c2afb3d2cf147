//! Duplicates of lists, and an index for the check at insert: no database is needed.

use std::collections::HashMap;
use std::path::Path;

use crate::engine;
use crate::engine::MatchHit;
use crate::matching::{
    self, DedupeOptions, Duplicates, MatchKind, MatchModel, MatchRecord, MatchStep, Matcher, features_of,
};
use crate::value::{Error, ErrorCode, Result};

fn options(kind: MatchKind, model: Option<MatchModel>, threads: u32) -> Result<DedupeOptions> {
    let threads = usize::try_from(threads).unwrap_or(usize::MAX);
    if threads == 0 || threads > 256 {
        return Err(Error::invalid(ErrorCode::OutOfRange, "threads", "1 to 256 threads can work"));
    }
    Ok(DedupeOptions { model, threads, ..DedupeOptions::new(kind) })
}

/// Finds the duplicates of a list; without a model it is learnt from the list. The order of the list and the number of
/// threads do not matter.
///
/// # Errors
/// `DuplicateKey` for an id that stands twice, `OutOfRange` for a number of threads outside of 1 to 256 and for a model that
/// cannot be used.
#[uniffi::export(default(model = None, threads = 1))]
pub fn dedupe(records: &[MatchRecord], kind: MatchKind, model: Option<MatchModel>, threads: u32) -> Result<Duplicates> {
    let options = options(kind, model, threads)?;
    matching::dedupe(features_of(kind, records, options.threads), &options)
}

/// What is compared of a record: every part with its values in normal form.
#[uniffi::export]
pub fn match_parts(record: &MatchRecord, kind: MatchKind) -> HashMap<String, Vec<String>> {
    record.features(kind).parts().into_iter().map(|(field, values)| (field.as_str().to_owned(), values)).collect()
}

/// How the weight of two records comes about; the steps add up to it. Without a model that of the engine is used.
///
/// # Errors
/// A model that cannot be used.
#[uniffi::export(default(model = None))]
pub fn explain_match(
    one: &MatchRecord,
    other: &MatchRecord,
    kind: MatchKind,
    model: Option<MatchModel>,
) -> Result<Vec<MatchStep>> {
    let matcher = Matcher::new(model.unwrap_or_else(|| matching::shipped_model(kind)))?;
    Ok(matcher.explain(&one.features(kind), &other.features(kind)))
}

/// The model of a kind that comes with the engine.
#[uniffi::export]
pub fn standard_match_model(kind: MatchKind) -> MatchModel {
    matching::shipped_model(kind)
}

/// A model as the JSON text of a Splink model (settings, dialect DuckDB).
///
/// # Errors
/// A model that cannot be used.
#[uniffi::export]
pub fn match_model_to_splink(model: &MatchModel) -> Result<String> {
    model.to_splink_json()
}

/// Reads a model that Splink saved.
///
/// # Errors
/// `BadJson`, `Required`, `UnknownField`, `BadFormat` with the path.
#[uniffi::export]
pub fn match_model_from_splink(kind: MatchKind, settings: &str) -> Result<MatchModel> {
    MatchModel::from_splink_json(kind, settings)
}

/// An index of records in a file: the check at insert for programs that keep their customers elsewhere.
#[derive(Debug, uniffi::Object)]
pub struct MatchIndex {
    inner: engine::MatchIndex,
}

#[uniffi::export]
impl MatchIndex {
    /// Makes an index of a list in a new file; without a model it is learnt from the list.
    ///
    /// # Errors
    /// `FileExists`, `Io`, `DiskFull`; those of [`dedupe`].
    #[uniffi::constructor(default(model = None, threads = 1))]
    pub fn make(
        path: &str,
        records: &[MatchRecord],
        kind: MatchKind,
        model: Option<MatchModel>,
        threads: u32,
    ) -> Result<Self> {
        let options = options(kind, model, threads)?;
        let records = features_of(kind, records, options.threads);
        Ok(Self { inner: engine::MatchIndex::make(Path::new(path), records, &options)? })
    }

    /// Opens an index that was made before.
    ///
    /// # Errors
    /// `Io`, `DamagedFile`, `NewerFile`; `BadFormat` if another version of the engine made it.
    #[uniffi::constructor]
    pub fn open(path: &str) -> Result<Self> {
        Ok(Self { inner: engine::MatchIndex::open(Path::new(path))? })
    }

    /// The records that may be the same as this one, or are related, the most likely first.
    ///
    /// # Errors
    /// `OutOfRange` for a limit outside of 1 to 100.
    #[uniffi::method(default(limit = 10))]
    pub fn query(&self, record: &MatchRecord, limit: u32) -> Result<Vec<MatchHit>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.inner.query(&record.features(self.inner.model().kind), limit)
    }

    /// The model by which records are compared.
    pub fn model(&self) -> MatchModel {
        self.inner.model().clone()
    }
}
