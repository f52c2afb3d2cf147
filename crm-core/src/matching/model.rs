//! The model of a match as data: parts, levels, and how often each level is reached by the same, by related and by
//! different records.

use super::compare::{MAX_COMPARISONS, MAX_LEVELS};
use super::features::MatchField;
use crate::value::{ErrorCode, Problem, Result};

value_enum! {
    /// What is matched.
    pub enum MatchKind {
        /// Companies and their branches.
        Organisation = "organisation",
        /// People.
        Person = "person",
        /// Products, by part number and name.
        Product = "product",
    }
}

value_enum! {
    /// When a level of a comparison is reached.
    pub enum MatchTest {
        /// A value stands on both sides.
        Equal = "equal",
        /// A value whose check digits fit stands on both sides.
        EqualChecked = "equal_checked",
        /// Legal forms that may be one, told with more or less care.
        Compatible = "compatible",
        /// The names are read alike (同音).
        SameReading = "same_reading",
        /// One side is a short form of the other (简称).
        Abbreviates = "abbreviates",
        /// Jaro-Winkler likeness of at least `limit`.
        Similar = "similar",
        /// At most `limit` letters inserted, left out, replaced or swapped with their neighbour.
        Edits = "edits",
        /// The first `limit` characters are the same.
        Prefix = "prefix",
        /// The same town.
        SameTown = "same_town",
        /// The same province, state or land.
        SameProvince = "same_province",
        /// Of a place: the same street and number.
        SameStreet = "same_street",
        /// Of a place: streets that are alike by at least `limit` (Jaro-Winkler), and nothing that speaks against them.
        LikeStreet = "like_street",
        /// Of a place: the same postcode.
        SamePostcode = "same_postcode",
        /// Of a place: the same town, and one side tells no street.
        TownAlone = "town_alone",
        /// Of a domain: the same e-mail address, of which the domain is a part; free mail counts too.
        SameEmail = "same_email",
        /// Telephone numbers with the same last `limit` digits: one of them without its country or area.
        SameTail = "same_tail",
        /// One place lies in the other.
        WithinPlace = "within_place",
        /// Of a whole name: family and given name are the same.
        NamesEqual = "names_equal",
        /// Of a whole name: family and given name are alike by at least `limit` (Jaro-Winkler).
        NamesAlike = "names_alike",
        /// Of a whole name: the family name is the same, and the given name an initial of the other or not told.
        NameInitial = "name_initial",
        /// Of a whole name: the family name is the same or alike by at least `limit`, the given name another.
        FamilyAlone = "family_alone",
        /// Of a whole name: the given name is the same or alike by at least `limit`, the family name another.
        GivenAlone = "given_alone",
        /// Family and given name are swapped.
        Swapped = "swapped",
        /// One side is the initial of the other.
        Initial = "initial",
        /// A word, or two Chinese characters side by side, stand on both sides.
        SharesWord = "shares_word",
        /// Telephone numbers of one switchboard: all but the last three digits are the same.
        SameSite = "same_site",
        /// Dates with day and month swapped.
        SameDigits = "same_digits",
        /// Both sides have a number whose check digits fit, and they differ.
        BothChecked = "both_checked",
        /// Neither side has a value.
        BothLack = "both_lack",
        /// One side has no value.
        OneLacks = "one_lacks",
        /// Whatever is left.
        Anything = "anything",
    }
}

value_struct! {
    /// One level of agreement.
    pub struct MatchLevel {
        required {
            /// What people call it.
            pub name: String,
            /// When it is reached.
            pub test: MatchTest,
            /// Of pairs that are the same, the share that reaches it (m).
            pub m: f64,
            /// Of pairs that are related but not the same, the share that reaches it.
            pub related: f64,
            /// Of pairs that are different, the share that reaches it (u).
            pub u: f64,
        }
        optional {
            /// The figure of the test, where it has one.
            pub limit: f64,
            /// Whether agreement on a rare value weighs more than on a common one (term frequency).
            pub by_frequency: bool,
        }
    }
}

value_struct! {
    /// How one part is compared: the first level whose test holds counts; a part that one side lacks says nothing.
    pub struct MatchComparison {
        required {
            /// The part.
            pub field: MatchField,
            /// From the strongest agreement to none.
            pub levels: Vec<MatchLevel>,
        }
    }
}

value_enum! {
    /// How a threshold was chosen.
    #[derive(Default)]
    pub enum ThresholdSource {
        /// It came with the engine, or somebody set it.
        #[default]
        Given = "given",
        /// The clusters made without the tax numbers agree best with the tax numbers (pseudo-labels).
        TaxIds = "tax_ids",
        /// The pairs' own probabilities promise the best balance of precision and recall there.
        ExpectedF1 = "expected_f1",
    }
}

value_struct! {
    /// The model of a match: what is compared, and what each agreement is worth (Fellegi and Sunter, 1969), with three
    /// classes: the same, related (one group), different.
    pub struct MatchModel {
        required {
            /// What it matches.
            pub kind: MatchKind,
            /// The share of all pairs that are the same, among `records` records.
            pub same: f64,
            /// The share of all pairs that are related, among `records` records.
            pub related: f64,
            /// Among how many records the two shares hold; among twice as many they are half as large.
            pub records: i64,
            /// The comparisons, in the order in which they are summed.
            pub comparisons: Vec<MatchComparison>,
        }
        optional {
            /// Pairs from this weight (log2 of the odds) are duplicates.
            pub threshold: f64,
            /// Pairs from this weight are worth a look.
            pub possible: f64,
            /// How the threshold was chosen.
            pub threshold_source: ThresholdSource,
            /// How many candidate pairs it was learnt from; 0 for the one that comes with the engine.
            pub learnt_from: i64,
            /// Of these, how many were told by tax numbers or verdicts.
            pub labelled: i64,
            /// Of parts whose levels go by frequency: the shares of the commonest values, by their key.
            pub frequencies: Vec<MatchFrequencies>,
        }
    }
}

value_struct! {
    /// How common the values of a part are.
    pub struct MatchFrequencies {
        required {
            /// The part.
            pub field: MatchField,
            /// The chance that two records that have the part agree on it.
            pub agreement: f64,
            /// The share of a value that is not listed.
            pub rest: f64,
        }
        optional {
            /// The commonest values with their shares.
            pub shares: std::collections::HashMap<String, f64>,
        }
    }
}

/// For fewer records a model is taken for so many.
const FEWEST_RECORDS: i64 = 100;
/// For more records a model is taken for so many.
const MOST_RECORDS: i64 = 1_000_000_000;

impl MatchModel {
    /// Looks whether the figures are shares and the model can be used.
    ///
    /// # Errors
    /// `Invalid` with the field's path: `OutOfRange`, `TooMany`, `Required`.
    pub fn check(&self) -> Result<()> {
        share("same", self.same)?;
        share("related", self.related)?;
        if self.same + self.related >= 1.0 {
            return Err(out_of_range("related", "`same` and `related` must leave room for pairs that are different"));
        }
        if self.records < FEWEST_RECORDS || self.records > MOST_RECORDS {
            return Err(out_of_range("records", "the shares of a model hold among 100 to 1000000000 records"));
        }
        if self.comparisons.is_empty() || self.comparisons.len() > MAX_COMPARISONS {
            let problem = Problem::of_field(ErrorCode::TooMany, "comparisons", "a model has 1 to 16 comparisons");
            return Err(problem.with("max", MAX_COMPARISONS).into_invalid());
        }
        for (place, comparison) in self.comparisons.iter().enumerate() {
            comparison.check().map_err(|error| error.under(&format!("comparisons[{place}]")))?;
        }
        for (name, figure) in [("threshold", self.threshold), ("possible", self.possible)] {
            if !figure.is_finite() {
                return Err(out_of_range(name, "a weight must be a finite number"));
            }
        }
        Ok(())
    }

    /// The model for another number of records: each has as many others that are the same, so the share of the pairs falls.
    #[must_use]
    pub fn sized(&self, records: usize) -> Self {
        let records = i64::try_from(records).unwrap_or(i64::MAX).clamp(FEWEST_RECORDS, MOST_RECORDS);
        let count = |number: i64| f64::from(i32::try_from(number).unwrap_or(i32::MAX));
        let factor = count(self.records) / count(records);
        let scaled = |share: f64| (share * factor).clamp(f64::MIN_POSITIVE, 0.45);
        Self { same: scaled(self.same), related: scaled(self.related), records, ..self.clone() }
    }

    pub(crate) fn frequencies_of(&self, field: MatchField) -> Option<&MatchFrequencies> {
        self.frequencies.iter().find(|known| known.field == field)
    }

    pub(crate) fn place_of(&self, field: MatchField) -> Option<usize> {
        self.comparisons.iter().position(|comparison| comparison.field == field)
    }
}

impl MatchComparison {
    fn check(&self) -> Result<()> {
        if self.levels.is_empty() || self.levels.len() > MAX_LEVELS {
            let problem = Problem::of_field(ErrorCode::TooMany, "levels", "a comparison has 1 to 15 levels");
            return Err(problem.with("max", MAX_LEVELS).into_invalid());
        }
        for (place, level) in self.levels.iter().enumerate() {
            let at = format!("levels[{place}]");
            for (name, figure) in [("m", level.m), ("related", level.related), ("u", level.u)] {
                share(name, figure).map_err(|error| error.under(&at))?;
            }
            if !level.limit.is_finite() {
                return Err(out_of_range("limit", "a limit must be a finite number").under(&at));
            }
        }
        Ok(())
    }
}

fn share(name: &str, figure: f64) -> Result<()> {
    let within = figure > 0.0 && figure <= 1.0;
    within.then_some(()).ok_or_else(|| out_of_range(name, "a share must be above 0 and at most 1"))
}

fn out_of_range(name: &str, message: &str) -> crate::value::Error {
    Problem::of_field(ErrorCode::OutOfRange, name, message).into_invalid()
}

/// The shares of levels as they stand in a table: name, test, limit, m, related, u, by frequency.
pub(crate) type Row = (&'static str, MatchTest, f64, f64, f64, f64, bool);

/// A comparison from its table.
pub(crate) fn comparison(field: MatchField, rows: &[Row]) -> MatchComparison {
    let level = |row: &Row| MatchLevel {
        name: row.0.to_owned(),
        test: row.1,
        limit: row.2,
        m: row.3,
        related: row.4,
        u: row.5,
        by_frequency: row.6,
    };
    MatchComparison { field, levels: rows.iter().map(level).collect() }
}
