//! An index of records in a file of its own: the check at insert for programs that keep their customers elsewhere.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::matching::{
    DedupeOptions, FEATURES_VERSION, Features, MatchDecision, MatchModel, MatchStep, Matcher, learn, places,
};
use crate::store::{KeyFile, KeyFileContent};
use crate::value::{Error, ErrorCode, Problem, Result, json};

/// More records than this with one key: the key is asked together with one more part.
const PER_KEY: usize = 200;
/// At most so many records are compared with the one that is asked for.
const MOST_CANDIDATES: usize = 1_000;
/// The most hits that can be asked for.
const MOST_HITS: usize = 100;

value_struct! {
    /// A record of the index that may be the same as the one that was asked for.
    pub struct MatchHit {
        required {
            /// Its id.
            pub id: String,
            /// log2 of the odds that they are the same.
            pub weight: f64,
            /// The probability that they are the same, by the model.
            pub probability: f64,
            /// What they are to each other.
            pub decision: MatchDecision,
            /// How the weight came about; the steps add up to it.
            pub steps: Vec<MatchStep>,
        }
    }
}

/// The keys of a list of records in a file, and the model by which they are compared. The file is not changed any more once it
/// is made.
#[derive(Debug)]
pub struct MatchIndex {
    file: Mutex<KeyFile>,
    matcher: Matcher,
}

impl MatchIndex {
    /// Makes an index of records with their ids, and opens it. Without a model it learns one from the records;
    /// the shares of pairs that are the same become those of so many records.
    ///
    /// # Errors
    /// `FileExists`, `Io` and other errors of files; what [`crate::matching::dedupe`] says of the records.
    pub fn make(path: &Path, mut records: Vec<(String, Features)>, options: &DedupeOptions) -> Result<Self> {
        records.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        if records.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
            return Err(Error::invalid(ErrorCode::DuplicateKey, "records.id", "an id stands in the list twice"));
        }
        let model = match &options.model {
            Some(model) => model.clone(),
            None => learn(records.clone(), options)?,
        };
        model.check().map_err(|error| error.under("model"))?;
        let matcher = Matcher::new(model.sized(records.len())).map_err(|error| error.under("model"))?;
        let mut keys = Vec::with_capacity(records.len() * 16);
        for (number, (_, features)) in (0_u32..).zip(&records) {
            for key in features.keys(options.kind) {
                keys.push((key.hash, number));
                keys.extend(key.refined.map(|refined| (refined, number)));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        let records: Vec<_> =
            records.into_iter().map(|(id, features)| (id, features.as_bytes().to_vec().into_boxed_slice())).collect();
        let settings =
            [("model", json::to_canonical(matcher.model())?), ("features_version", FEATURES_VERSION.to_string())];
        KeyFile::make(path, &KeyFileContent { settings: &settings, records: &records, keys: &keys })?;
        Ok(Self { file: Mutex::new(KeyFile::open(path)?), matcher })
    }

    /// Opens an index that was made before.
    ///
    /// # Errors
    /// `Io`, `DamagedFile`, `NewerFile`; `BadFormat` if it was made by another version of the normal forms: make it anew.
    pub fn open(path: &Path) -> Result<Self> {
        let file = KeyFile::open(path)?;
        if file.setting("features_version")?.as_deref() != Some(FEATURES_VERSION.to_string().as_str()) {
            let message = "the index was made by another version of the normal forms; make it anew";
            return Err(Error::invalid(ErrorCode::BadFormat, "path", message));
        }
        let damaged = || Error::corrupt(ErrorCode::DamagedFile, "the file has no model");
        let model: MatchModel = json::from_own_text(&file.setting("model")?.ok_or_else(damaged)?)?;
        Ok(Self { file: Mutex::new(file), matcher: Matcher::new(model)? })
    }

    /// The model by which records are compared.
    #[must_use]
    pub const fn model(&self) -> &MatchModel {
        self.matcher.model()
    }

    /// The records that may be the same as this one, or are related, the most likely first.
    ///
    /// # Errors
    /// `OutOfRange` for a `limit` outside of 1 to 100; as reading goes.
    pub fn query(&self, features: &Features, limit: usize) -> Result<Vec<MatchHit>> {
        if limit == 0 || limit > MOST_HITS {
            let problem = Problem::of_field(ErrorCode::OutOfRange, "limit", "1 to 100 hits can be asked for");
            return Err(problem.with("max", MOST_HITS).into_invalid());
        }
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        let lists = |hashes: &[i64]| hashes.iter().map(|hash| file.with_key(*hash, PER_KEY + 1)).collect();
        let (numbers, _) = places(&features.keys(self.model().kind), PER_KEY, MOST_CANDIDATES, lists)?;
        for number in numbers {
            let scored = file.record(number, |id, bytes| {
                let other = Features::from_bytes(bytes)?;
                Ok::<_, Error>((self.matcher.score(features, &other), id.to_owned(), other))
            })?;
            let Some(scored) = scored else { continue };
            let (score, id, other) = scored?;
            if score.decision != MatchDecision::Different {
                found.push((score, id, other));
            }
        }
        found.sort_by(|one, other| other.0.weight.total_cmp(&one.0.weight).then_with(|| one.1.cmp(&other.1)));
        found.truncate(limit);
        let hit = |(score, id, other): (crate::matching::MatchScore, String, Features)| MatchHit {
            id,
            weight: score.weight,
            probability: score.probability,
            decision: score.decision,
            steps: self.matcher.explain(features, &other),
        };
        Ok(found.into_iter().map(hit).collect())
    }
}
