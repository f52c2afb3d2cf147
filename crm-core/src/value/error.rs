//! The public errors: few, by what the caller can do about them.

use std::collections::HashMap;

/// What every fallible call of the engine returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

value_enum! {
    /// What went wrong, as a program reads it.
    #[derive(Default)]
    #[non_exhaustive]
    pub enum ErrorCode {
        /// A field, entity or command of that name does not exist, or the caller may not see it.
        UnknownField = "unknown_field",
        /// An entity of that name does not exist.
        UnknownEntity = "unknown_entity",
        /// The value is of another type than the field.
        WrongType = "wrong_type",
        /// A required value is missing.
        Required = "required",
        /// The text is longer than the field allows.
        TooLong = "too_long",
        /// There are more items than the limit allows.
        TooMany = "too_many",
        /// The value lies outside the allowed range.
        OutOfRange = "out_of_range",
        /// The value is not one of the choices.
        NotInPicklist = "not_in_picklist",
        /// The text does not have the form that is asked for.
        BadFormat = "bad_format",
        /// The check digit does not fit.
        CheckDigit = "check_digit",
        /// The decimal has more digits than can be kept exactly.
        DecimalDigits = "decimal_digits",
        /// A binary floating-point number was given where an exact one is needed.
        FloatNotAllowed = "float_not_allowed",
        /// A date and time without an offset was given where an instant is needed.
        NaiveDatetime = "naive_datetime",
        /// An arithmetic result does not fit.
        Overflow = "overflow",
        /// A price has more digits than can be computed exactly.
        PrecisionExceeded = "precision_exceeded",
        /// There is too little history for what is asked.
        InsufficientHistory = "insufficient_history",
        /// A model of the host failed, or gave something else than figures.
        ModelFailed = "model_failed",
        /// A condition that must be there, most often the price, was not found.
        MissingPrice = "missing_price",
        /// There is no exchange rate between two currencies on a date.
        MissingRate = "missing_rate",
        /// There is no factor between two units, or no weight or volume of a product.
        MissingUnitFactor = "missing_unit_factor",
        /// Several rules of the same rank apply.
        AmbiguousRule = "ambiguous_rule",
        /// The net of an item fell below zero.
        NegativeNet = "negative_net",
        /// More is asked for than is left of a limit.
        LimitExceeded = "limit_exceeded",
        /// Amounts of different currencies were joined.
        CurrencyMismatch = "currency_mismatch",
        /// Two units measure different things, or no factor between them is known.
        UnitMismatch = "unit_mismatch",
        /// The record was changed by someone else since it was read.
        StaleVersion = "stale_version",
        /// Another record already has this value.
        DuplicateKey = "duplicate_key",
        /// The record is the same as another one, by the rule for duplicates.
        DuplicateFound = "duplicate_found",
        /// The change would close a circle; the circle is in the data.
        Cycle = "cycle",
        /// Another entry already covers this span of time, or another record claims the same.
        Overlap = "overlap",
        /// The reference points to no record that the caller can see.
        UnknownReference = "unknown_reference",
        /// The record is still used by others.
        StillReferenced = "still_referenced",
        /// The step is not allowed from the present state.
        IllegalTransition = "illegal_transition",
        /// The record went into another one by a merge, or a later merge builds upon it.
        Merged = "merged",
        /// The field has no place in a record of this kind.
        NotAllowed = "not_allowed",
        /// A guard of the stage is not met.
        GuardNotMet = "guard_not_met",
        /// The field can be set once only.
        WriteOnce = "write_once",
        /// The field is kept by the engine and cannot be set.
        ReadOnlyField = "read_only_field",
        /// No record of that identifier, or none that the caller can see.
        NoSuchRecord = "no_such_record",
        /// The right is missing.
        NoRight = "no_right",
        /// There is no such right to give or to take: what it names follows the rights on something else.
        NoSuchRight = "no_such_right",
        /// Nobody would be left who may give rights to users.
        LastAdministrator = "last_administrator",
        /// The same `op_id` was used before for another command.
        OpIdReused = "op_id_reused",
        /// The effects of the command no longer stand, so it cannot be undone.
        EffectsChanged = "effects_changed",
        /// The cursor belongs to another question or another reader.
        BadCursor = "bad_cursor",
        /// The question is deeper or longer than the limits allow.
        QueryTooComplex = "query_too_complex",
        /// JSON text could not be read.
        BadJson = "bad_json",
        /// The commit could not be confirmed; ask again with the same `op_id`.
        CommitUnknown = "commit_unknown",
        /// The file was written by a newer version.
        NewerFile = "newer_file",
        /// The file is damaged, cut off or no database of ours.
        DamagedFile = "damaged_file",
        /// The folder or file cannot be written.
        ReadOnlyFile = "read_only_file",
        /// There is a file of that name already.
        FileExists = "file_exists",
        /// The disk is full.
        DiskFull = "disk_full",
        /// Another process holds the file for longer than the waiting time.
        Busy = "busy",
        /// Reading or writing failed.
        Io = "io",
        /// The engine was closed.
        Closed = "closed",
        /// The store failed in a way that has no name of its own.
        #[default]
        Store = "store",
        /// Bytes cannot be read in the encoding of the file.
        Undecodable = "undecodable",
    }
}

value_struct! {
    /// One thing that is wrong: code, field path, a sentence, and data. It never carries customer data in its text.
    #[derive(Default)]
    pub struct Problem {
        required {
            /// What went wrong, as a program reads it.
            pub code: ErrorCode,
            /// Lower-case sentence for a developer; the user's own input stands in backticks.
            pub message: String,
        }
        optional {
            /// Path of the field, for example `lines[2].quantity`.
            pub field: Option<String>,
            /// Figures a program may need: the limit, the current version, the cycle.
            pub data: HashMap<String, String>,
        }
    }
}

impl Problem {
    /// A problem of the whole call.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, data: HashMap::new() }
    }

    /// A problem of one field.
    pub fn of_field(code: ErrorCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(code, message) }
    }

    /// Adds a figure that a program may need.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.data.insert(key.to_owned(), value.to_string());
        self
    }

    /// Puts `prefix` before the field path: `quantity` in `lines[2]` becomes `lines[2].quantity`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.field = Some(match self.field {
            None => prefix.to_owned(),
            Some(field) if field.is_empty() => prefix.to_owned(),
            Some(field) if field.starts_with('[') => format!("{prefix}{field}"),
            Some(field) => format!("{prefix}.{field}"),
        });
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// The most characters of what a user gave that are repeated in a message.
const MAX_EXCERPT_CHARS: usize = 60;

/// The beginning of what a user gave, for a message.
pub(crate) fn excerpt(given: &str) -> String {
    given.chars().take(MAX_EXCERPT_CHARS).collect()
}

/// A field that does not exist, or that the reader may not see: both are told in these words.
pub(crate) fn unknown_field(name: &str) -> Problem {
    let shown = excerpt(name);
    Problem::of_field(ErrorCode::UnknownField, shown.clone(), format!("no field `{shown}`"))
}

fn joined(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The public error: one variant for each thing a caller can do about it.
///
/// A hidden record and a missing one give the same answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Error), uniffi::export(Display))]
#[non_exhaustive]
pub enum CrmError {
    /// The input is wrong; mend it. Every problem that was found is listed.
    #[error("{}", joined(problems))]
    Invalid {
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// There is no such record, or the caller may not see it.
    #[error("{}", joined(problems))]
    NotFound {
        /// What is missing.
        problems: Vec<Problem>,
    },
    /// The caller lacks the right.
    #[error("{}", joined(problems))]
    Denied {
        /// Which right.
        problems: Vec<Problem>,
    },
    /// Another change stands in the way: read again and decide.
    #[error("{}", joined(problems))]
    Conflict {
        /// What stands in the way.
        problems: Vec<Problem>,
    },
    /// Nobody knows whether the commit took effect: repeat with the same `op_id`.
    #[error("{}", joined(problems))]
    Unknown {
        /// The `op_id` stands in the data.
        problems: Vec<Problem>,
    },
    /// The store cannot serve now: wait, free space, or open it elsewhere.
    #[error("{}", joined(problems))]
    Unavailable {
        /// Why.
        problems: Vec<Problem>,
    },
    /// The file cannot be trusted: restore a backup, or use a newer version.
    #[error("{}", joined(problems))]
    Corrupt {
        /// Why.
        problems: Vec<Problem>,
    },
    /// There is too little history for what is asked: give more, ask for less, or name a series that is like it.
    #[error("{}", joined(problems))]
    InsufficientHistory {
        /// What is missing; the data has `observations` and `needed`.
        problems: Vec<Problem>,
    },
}

/// The name of [`CrmError`] in Rust code. The long name is the one that other languages see, where a bare `Error` would
/// hide their own.
pub type Error = CrmError;

impl Error {
    /// The input of one field is wrong.
    pub fn invalid(code: ErrorCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Problem::of_field(code, field, message).into_invalid()
    }

    /// There is no such record, or none that the caller can see.
    #[must_use]
    pub fn not_found(entity: &str) -> Self {
        Self::NotFound {
            problems: vec![Problem::new(ErrorCode::NoSuchRecord, format!("no such {entity}")).with("entity", entity)],
        }
    }

    /// The caller lacks a right.
    #[must_use]
    pub fn denied(action: &str, entity: &str) -> Self {
        Self::Denied {
            problems: vec![
                Problem::new(ErrorCode::NoRight, format!("no right to {action} {entity}"))
                    .with("action", action)
                    .with("entity", entity),
            ],
        }
    }

    /// Another change stands in the way.
    #[must_use]
    pub fn conflict(problem: Problem) -> Self {
        Self::Conflict { problems: vec![problem] }
    }

    /// The store cannot serve now.
    pub fn unavailable(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Unavailable { problems: vec![Problem::new(code, message)] }
    }

    /// The file cannot be trusted.
    pub fn corrupt(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Corrupt { problems: vec![Problem::new(code, message)] }
    }

    /// There are `observations` of a series, and `needed` is the least that the named purpose takes.
    #[must_use]
    pub fn insufficient_history(purpose: &str, observations: usize, needed: usize) -> Self {
        let message = format!("{purpose} needs {needed} observations, there are {observations}");
        let problem = Problem::of_field(ErrorCode::InsufficientHistory, "values", message);
        Self::InsufficientHistory { problems: vec![problem.with("observations", observations).with("needed", needed)] }
    }

    /// There are `scores` of earlier forecasts, and `needed` is the least that the named purpose takes.
    #[must_use]
    pub(crate) fn insufficient_scores(purpose: &str, scores: usize, needed: usize) -> Self {
        let message = format!("{purpose} needs {needed} errors of earlier forecasts, there are {scores}");
        let problem = Problem::of_field(ErrorCode::InsufficientHistory, "values", message);
        Self::InsufficientHistory { problems: vec![problem.with("scores", scores).with("needed", needed)] }
    }

    /// Everything that was found to be wrong; never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid { problems }
            | Self::NotFound { problems }
            | Self::Denied { problems }
            | Self::Conflict { problems }
            | Self::Unknown { problems }
            | Self::Unavailable { problems }
            | Self::Corrupt { problems }
            | Self::InsufficientHistory { problems } => problems,
        }
    }

    /// The code of the first problem.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.problems().first().map_or(ErrorCode::Store, |problem| problem.code)
    }

    /// The field path of the first problem.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.problems().first().and_then(|problem| problem.field.as_deref())
    }

    /// Puts `prefix` before every field path.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        self.each(|problem| problem.under(prefix))
    }

    /// Adds a figure that a program may need to every problem.
    #[must_use]
    pub fn with(self, key: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.each(|problem| problem.with(key, &value))
    }

    /// Changes every problem.
    pub(crate) fn each(mut self, change: impl Fn(Problem) -> Problem) -> Self {
        let problems = match &mut self {
            Self::Invalid { problems }
            | Self::NotFound { problems }
            | Self::Denied { problems }
            | Self::Conflict { problems }
            | Self::Unknown { problems }
            | Self::Unavailable { problems }
            | Self::Corrupt { problems }
            | Self::InsufficientHistory { problems } => problems,
        };
        for problem in problems {
            *problem = change(std::mem::take(problem));
        }
        self
    }

    /// The name of the variant in lower case: `invalid`, `not_found`, `denied`, `conflict`, ...
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::NotFound { .. } => "not_found",
            Self::Denied { .. } => "denied",
            Self::Conflict { .. } => "conflict",
            Self::Unknown { .. } => "unknown",
            Self::Unavailable { .. } => "unavailable",
            Self::Corrupt { .. } => "corrupt",
            Self::InsufficientHistory { .. } => "insufficient_history",
        }
    }
}

impl Problem {
    /// The problem as an error of the input.
    #[must_use]
    pub fn into_invalid(self) -> Error {
        Error::Invalid { problems: vec![self] }
    }
}
